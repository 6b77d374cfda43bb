"""Worker processes: on this machine and on a cluster, and what happens when they are killed."""

import concurrent.futures
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import experiments  # noqa: E402 - found on the path above, by worker processes too
from experiments import PATIENCE, square, wait_until  # noqa: E402

from genmodels import sweep, workers  # noqa: E402
from genmodels.provenance import provenance  # noqa: E402
from genmodels.sweep import Interrupted, SweepError  # noqa: E402
from genmodels.workers import CannotStart, Processes, run_task  # noqa: E402

GRID = {"n_latent": [2, 4], "learning_rate": [0.01, 0.02, 0.03, 0.04, 0.05]}
SEEDS = 10


def alive(pid):
    """Whether a process runs; one that has ended and was not collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def lines(path):
    return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def children():
    """The worker processes that a test has started, and that still run; a cluster's are older."""
    before = {child.pid for child in multiprocessing.active_children()}
    return lambda: [child.pid for child in multiprocessing.active_children() if child.pid not in before]


# ---------------------------------------------------------------- a hundred trainings


LOOP = """
import json
from experiments import train

tasks = [(k, eta, seed) for k in {n_latent} for eta in {learning_rate} for seed in {seeds}]
print(json.dumps([[*task, train(*task)] for task in tasks]))
"""


@pytest.fixture(scope="module")
def serial():
    """A plain loop, without any of what is tested here, in a program with one thread of linear algebra."""
    script = LOOP.format(**GRID, seeds=list(range(SEEDS)))
    found = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, check=True)
    return [tuple(row) for row in json.loads(found.stdout)]


def environment(**more):
    """What a program needs to find this file's neighbours, and to compute with one thread."""
    path = os.pathsep.join([str(HERE), str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **more}


def rows(result):
    return [(row.settings["n_latent"], row.settings["learning_rate"], row.seed, row.values) for row in result.rows]


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 3])
def test_a_hundred_trainings_by_processes_are_those_of_a_plain_loop_bit_for_bit(serial, number):
    result = sweep(experiments.train, GRID, SEEDS, workers=number)

    assert len(serial) == 100
    assert rows(result) == serial


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_of_a_hundred_trainings_loses_nothing(serial, tmp_path):
    grid = {**GRID, "folder": [str(tmp_path)]}

    result = sweep(experiments.train_and_die_once, grid, SEEDS, workers=2, results=tmp_path / "r")

    assert (tmp_path / "killed").exists()
    assert rows(result) == serial
    assert len(lines(tmp_path / "r")) == 101
    assert len(lines(tmp_path / "calls")) == 101, "only what the killed one was doing was done again"


# ---------------------------------------------------------------- one process after another


def test_a_worker_has_one_thread_shows_no_bar_and_leaves_interrupts_to_its_parent(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    before = dict(os.environ)

    (row,) = sweep(experiments.surroundings, [{}], 1, workers=1).rows

    assert {**row.values, "pid": 0} == {"threads": 1, "deaf": 1, "quiet": 1, "pid": 0}
    assert row.values["pid"] != os.getpid()
    assert dict(os.environ) == before


@pytest.mark.parametrize("retries", [0, 2])
def test_a_task_whose_worker_dies_every_time_is_given_up_and_the_others_are_done(tmp_path, retries, children):
    grid = {"x": ["deadly", "fine"], "folder": [str(tmp_path)]}

    with pytest.raises(SweepError, match="failed: 1; done: 1 of 2 tasks") as caught:
        sweep(experiments.die, grid, [4], workers=1, retries=retries)

    assert caught.value.failures[0].error == (
        f"WorkerDied: its worker process died {retries + 1} times: it crashed, was killed, or had too little memory"
    )
    assert caught.value.result.column("seed squared").tolist() == [16]
    assert len(list(tmp_path.glob("deadly-*"))) == retries + 1
    assert len(list(tmp_path.glob("fine-*"))) == 1
    assert children() == []


def test_as_many_processes_work_as_were_asked_for_and_end_with_the_sweep(tmp_path, children):
    result = sweep(experiments.meet, {"others": [2], "folder": [str(tmp_path)]}, 2, workers=2)

    assert len(set(result.column("pid"))) == 2
    assert children() == []


def test_by_default_there_is_a_worker_for_each_processor_that_this_process_may_use(monkeypatch):
    asked = []

    class Asked(Exception):
        pass

    def processes(number, payload, retries):
        asked.append(number)
        raise Asked

    monkeypatch.setattr("genmodels.sweep.Processes", processes)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5, 7}, raising=False)
    with pytest.raises(Asked):
        sweep(square, {"x": [1]}, 1)
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    with pytest.raises(Asked):
        sweep(square, {"x": [1]}, 1)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    with pytest.raises(Asked):
        sweep(square, {"x": [1]}, 1)

    assert asked == [3, 6, 1]


def test_nothing_is_started_where_nothing_is_to_be_done(tmp_path, children):
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        first = sweep(square, {"x": [1]}, 2, executor, results=tmp_path / "r")
    started = []

    def spy(*arguments):
        started.append(arguments)
        raise AssertionError

    workers_class, workers._Process = workers._Process, spy
    try:
        again = sweep(square, {"x": [1]}, 2, workers=2, results=tmp_path / "r")
    finally:
        workers._Process = workers_class

    assert again == first
    assert started == []


def test_a_pool_of_somebody_else_that_breaks_is_reported_and_another_one_goes_on(tmp_path):
    grid = {"x": ["deadly", "fine"], "folder": [str(tmp_path)]}
    context = multiprocessing.get_context("spawn")

    with (
        concurrent.futures.ProcessPoolExecutor(1, context) as pool,
        pytest.raises(SweepError, match=r"(?s)lost by the executor: 2; done: 0 of 2 .*lost: BrokenProcessPool: A"),
    ):
        sweep(experiments.die, grid, 1, pool)
    with concurrent.futures.ProcessPoolExecutor(1, context) as pool:
        assert sweep(square, {"x": [2]}, 1, pool).column("square").tolist() == [4]


# ---------------------------------------------------------------- the parent is killed or interrupted

SCRIPT = """
import sys
from experiments import draw
from genmodels import sweep

if __name__ == "__main__":
    folder = sys.argv[1]
    result = sweep(draw, {"folder": [folder]}, 10, workers=2, results=folder + "/r")
    print(result.column("number").tolist())
"""


@pytest.fixture
def started(tmp_path):
    """Start a sweep of ten tasks, of which six can be done; the others wait for a file."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)

    def start():
        command = [sys.executable, str(script), str(tmp_path)]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=environment(), stdout=pipe, stderr=pipe, text=True)

    process = start()
    try:
        wait_until(lambda: len(lines(tmp_path / "r")) == 7 and len(lines(tmp_path / "calls")) == 8)
        yield process, start
    finally:
        process.kill()
        process.communicate()


def finish(start, folder):
    """Let all tasks be done; return what the program prints, and the calls that it made."""
    before = len(lines(folder / "calls"))
    (folder / "go").touch()
    out, err = start().communicate(timeout=PATIENCE)
    assert err == ""
    return json.loads(out), [int(line.split()[0]) for line in lines(folder / "calls")[before:]]


@pytest.mark.slow
def test_a_killed_parent_takes_its_workers_along_and_the_next_computes_only_what_was_not_finished(tmp_path, started):
    process, start = started
    pids = {int(line.split()[1]) for line in lines(tmp_path / "calls")}

    process.kill()
    process.wait()
    wait_until(lambda: not any(map(alive, pids)))
    with (tmp_path / "r").open("a") as file:
        file.write('{"settings": {"fold')
    numbers, calls = finish(start, tmp_path)

    assert process.returncode == -signal.SIGKILL
    assert len(pids) == 2
    assert sorted(calls) == [6, 7, 8, 9]
    assert numbers == [experiments.draw(str(tmp_path), seed)["number"] for seed in range(10)]
    assert len(lines(tmp_path / "r")) == 11


@pytest.mark.slow
def test_an_interrupt_ends_the_workers_at_once_and_keeps_what_is_finished(tmp_path, started):
    process, start = started
    pids = {int(line.split()[1]) for line in lines(tmp_path / "calls")}

    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    left = [pid for pid in pids if alive(pid)]
    numbers, calls = finish(start, tmp_path)

    assert left == []
    assert err.rstrip().endswith(f"Interrupted: done: 6 of 10 tasks, kept in '{tmp_path}/r': call again to go on")
    assert sorted(calls) == [6, 7, 8, 9]
    assert len(numbers) == 10


def test_an_interrupt_of_this_process_ends_the_workers_at_once(tmp_path, children):
    def interrupt():
        wait_until(lambda: len(lines(tmp_path / "calls")) == 2)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)  # as a terminal does

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(Interrupted, match="done: 0 of 3 tasks"):
        sweep(experiments.draw, {"folder": [str(tmp_path)]}, [6, 7, 8], workers=2)
    thread.join()

    assert children() == []
    assert len(lines(tmp_path / "calls")) == 2


# ---------------------------------------------------------------- workers that cannot work


UNGUARDED = """
from experiments import square
from genmodels import sweep

sweep(square, {"x": [1]}, 1, workers=1, retries=0)
"""
AT_A_PROMPT = """
from genmodels import sweep

def found(x, seed):
    return {"a": x}

sweep(found, {"x": [1]}, 1, workers=1)
"""


def program(*arguments):
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, check=False, timeout=PATIENCE)


def test_a_script_that_calls_it_while_it_is_imported_is_told_what_to_do(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED)

    found = program(str(script))

    assert found.returncode == 1
    assert "RuntimeError: sweep was called while a worker process imports the script: put the call" in found.stderr
    assert found.stderr.rstrip().endswith(
        "CannotStart: the worker processes end before they can work, and have said why above. "
        "In a script, the call of sweep must stand under: if __name__ == '__main__':"
    )


def test_a_function_that_is_in_no_file_is_told_that_it_cannot_be_loaded():
    found = program("-c", AT_A_PROMPT)

    assert found.returncode == 1
    assert "CannotStart: the worker processes cannot load the function: AttributeError: Can't get" in found.stderr


def test_a_worker_that_was_killed_while_it_started_is_replaced(monkeypatch, children):
    made = []

    class Unlucky(workers._Process):
        def __init__(self):
            super().__init__()
            made.append(self)
            if len(made) == 1:
                self.kill()

    monkeypatch.setattr(workers, "_Process", Unlucky)

    assert sweep(square, {"x": [2]}, 1, workers=1, retries=1).column("square").tolist() == [4]
    assert len(made) == 2
    assert children() == []


def test_an_exception_of_the_executor_is_that_of_its_future(children):
    pool = Processes(1, workers.pickle.dumps(None), 0)
    try:
        assert pool.submit(divmod, 7, 4).result() == (1, 3)
        with pytest.raises(ZeroDivisionError):
            pool.submit(divmod, 7, 0).result()
    finally:
        pool.shutdown()

    assert children() == []


def test_a_pool_that_is_closed_in_peace_does_first_what_it_was_given(children):
    pool = Processes(1, workers.pickle.dumps(None), 0)
    futures = [pool.submit(time.sleep, 0.2), pool.submit(divmod, 7, 4)]
    pool.shutdown()

    assert [future.result(0) for future in futures] == [None, (1, 3)]
    assert children() == []


def test_a_pool_that_is_closed_at_once_leaves_nothing(children):
    pool = Processes(2, workers.pickle.dumps(None), 5)
    futures = [pool.submit(time.sleep, 100) for _ in range(4)]
    wait_until(lambda: len(children()) == 2)
    pool.shutdown(cancel_futures=True)

    assert all(future.done() for future in futures)
    assert children() == []


# ---------------------------------------------------------------- a task


def test_a_task_is_timed_and_its_numbers_are_checked():
    def slow(x, seed):
        time.sleep(0.05)
        return {"a": x}

    outcome = run_task(slow, {"x": 3}, 0, provenance(slow))

    assert (outcome.values, outcome.error) == ({"a": 3}, None)
    assert 0.05 <= outcome.seconds < PATIENCE


def test_a_function_may_come_pickled():
    payload = workers.pickle.dumps(square)

    assert run_task(payload, {"x": 3}, 1, provenance(square)).values == {"square": 10, "half": 1.5}


@pytest.mark.parametrize("name", ["source", "genmodels", "numpy", "python"])
def test_a_worker_with_other_versions_or_sources_computes_nothing(name):
    origin = {**provenance(square), name: "other"}

    outcome = run_task(square, {"x": 3}, 1, origin)

    assert (outcome.values, outcome.seconds) == (None, 0)
    assert outcome.error.startswith("RuntimeError: this worker is not like the process that began the sweep: it has")
    assert f"{name} {provenance(square)[name]!r} in the place of 'other'" in outcome.error


def test_the_watch_over_the_parent_ends_the_process(monkeypatch):
    ours, theirs = multiprocessing.Pipe(duplex=False)
    ended = []
    monkeypatch.setattr(os, "_exit", ended.append)
    theirs.close()

    workers._end_with(ours)

    assert ended == [1]


def test_what_cannot_be_loaded_is_named():
    assert workers._load(workers.pickle.dumps(square)) is None
    assert workers._load(b"cnowhere\nf\n.") == "ModuleNotFoundError: No module named 'nowhere'"
    assert issubclass(CannotStart, RuntimeError)


# ---------------------------------------------------------------- a cluster
# It comes last: Dask changes this process's environment whenever it starts a worker anew.


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A real Dask cluster: a scheduler and three worker processes of one thread each, which only this machine sees."""
    dask = pytest.importorskip("dask")
    distributed = pytest.importorskip("distributed")
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        distributed.LocalCluster(
            n_workers=3,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            scheduler_port=0,
            dashboard_address=None,
            worker_dashboard_address=None,
            local_directory=str(tmp_path_factory.mktemp("dask")),
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.mark.slow
def test_a_hundred_trainings_on_a_cluster_that_loses_a_worker_are_those_of_a_plain_loop(serial, tmp_path, cluster):
    grid = {**GRID, "folder": [str(tmp_path)]}
    before = set(cluster.run(os.getpid).values())

    result = sweep(experiments.train_and_die_once, grid, SEEDS, cluster.get_executor(), results=tmp_path / "r")

    assert (tmp_path / "killed").exists()
    assert rows(result) == serial
    assert len(lines(tmp_path / "r")) == 101
    assert len(before) == 3
    again = len(lines(tmp_path / "calls")) - 101
    assert 0 <= again < 50, "at most what the killed worker had finished and nobody had fetched is done again"
    assert len(before - set(cluster.run(os.getpid).values())) == 1, "one of three processes was killed"


@pytest.mark.slow
def test_a_cluster_takes_functions_that_processes_could_not_import(cluster):
    offset = 5

    result = sweep(lambda x, seed: {"a": x + seed + offset}, {"x": [1, 2]}, 2, cluster.get_executor())

    assert result.column("a").tolist() == [6, 7, 7, 8]


@pytest.mark.slow
def test_a_task_that_kills_every_worker_of_a_cluster_is_reported_and_the_others_are_done(cluster, tmp_path):
    grid = {"x": ["fine", "deadly"], "folder": [str(tmp_path)]}

    with pytest.raises(SweepError, match="failed: 1; done: 1 of 2 tasks") as caught:
        sweep(experiments.die, grid, 1, cluster.get_executor())

    assert caught.value.result.rows[0].settings["x"] == "fine"
    assert "KilledWorker" in caught.value.failures[0].error
