"""The sweep of the page "Run a sweep": by a plain loop, by worker processes, and on a cluster that loses a worker.

    python docs/data/sweep.py

writes `sweep.json` beside this file: what was found, how long it took, and on which machine. All three must find the
same bits. It needs the packages of the group `test`, and two minutes on two idle processors.
"""

import functools
import json
import os
import resource
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # before NumPy is loaded: a plain loop with two threads has other last digits
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

from genmodels import Autoencoder, data, sweep
from genmodels.sweep import Result

HERE = Path(__file__).resolve().parent
GRID = {"n_latent": [2, 4, 8, 16, 32]}
SEEDS = 20
WORKERS = 2
FEW, MANY = 100, 1100  # empty tasks


@functools.cache
def digits():
    """Load the digits once in every process."""
    X, y = data.digits()
    return data.split(X, y, n_test=400, random_state=0)[:2]


def train(n_latent, seed):
    """Train an autoencoder; measure its error on digits that it has not seen."""
    X, X_test = digits()
    model = Autoencoder(n_latent, epochs=60, schedule="cosine", random_state=seed).fit(X)
    return {"error": -model.score(X_test)}


def nothing(number, seed):
    """Do nothing, so that only the work around a task is left."""
    return {"nothing": 0}


def plain_loop():
    return [train(n_latent, seed) for n_latent in GRID["n_latent"] for seed in range(SEEDS)]


def timed(call: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """Call a function that starts and ends all its processes itself; return what it returns, and the time it took."""
    start, used = time.perf_counter(), processor_seconds()
    found = call()
    return found, {"seconds": time.perf_counter() - start, "processor": processor_seconds() - used}


def processor_seconds() -> float:
    """Return the time on a processor of this process and of all its children that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


class Killer(threading.Thread):
    """Kills a worker when half of the tasks are done."""

    def __init__(self, results: Path, pid: int) -> None:
        super().__init__(daemon=True)
        self.results, self.pid, self.done = results, pid, 0

    def run(self) -> None:
        while 2 * self.done < SEEDS * len(GRID["n_latent"]):
            time.sleep(0.01)
            self.done = self.results.read_bytes().count(b"\n") - 1 if self.results.exists() else 0
        os.kill(self.pid, signal.SIGKILL)


def on_cluster(call: Callable[[Any], Result]) -> Result:
    """Start a cluster of Dask that only this machine sees, and hand its client to a function."""
    from distributed import Client, LocalCluster

    private = {"host": "127.0.0.1", "scheduler_port": 0, "dashboard_address": None, "worker_dashboard_address": None}
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(n_workers=WORKERS, threads_per_worker=1, local_directory=folder, **private) as cluster,
        Client(cluster) as client,
    ):
        return call(client)


def with_a_loss(client: Any, results: Path) -> Result:
    """Sweep on a cluster, and kill one of its workers on the way."""
    before = set(client.run(os.getpid).values())
    killer = Killer(results, min(before))
    killer.start()
    result = sweep(train, GRID, SEEDS, client.get_executor(), results=results)
    killer.join()
    assert min(before) not in client.run(os.getpid).values(), "a worker was killed"
    return result


def work_around_a_task(folder: Path, way: str) -> float:
    """Return the seconds on a processor that a task costs beside itself: many empty tasks less few of them."""

    def empty(count: int, client: Any = None) -> Result:
        who = {"workers": WORKERS} if client is None else {"executor": client.get_executor()}
        return sweep(nothing, {"number": list(range(count))}, 1, **who, results=folder / f"{way}-{count}")

    seconds = []
    for count in (FEW, MANY):
        call = functools.partial(empty, count)
        times = timed(call if way == "processes" else functools.partial(on_cluster, call))[1]
        seconds.append(times["processor"])
    return (seconds[1] - seconds[0]) / (MANY - FEW)


def main() -> None:
    """Sweep by all ways and compare."""
    import distributed

    sys.path.insert(0, str(HERE.parents[1] / "tests" / "bench"))
    from harness import machine

    load = os.getloadavg()[0]
    times: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        digits()
        loop, times["loop"] = timed(plain_loop)
        for name in ("processes", "again"):
            call = functools.partial(sweep, train, GRID, SEEDS, workers=WORKERS, results=folder / "processes")
            result, times[name] = timed(call)
            assert [row.values for row in result.rows] == loop
        call = functools.partial(on_cluster, functools.partial(with_a_loss, results=folder / "cluster"))
        of_cluster, times["cluster"] = timed(call)
        assert result == of_cluster
        around = {way: work_around_a_task(folder, way) for way in ("processes", "cluster")}
    found = {
        "machine": {**machine(), "processors": os.cpu_count(), "load": load, "distributed": distributed.__version__},
        "origin": result.origin,
        "workers": WORKERS,
        "times": times,
        "around": around,
        "rows": result.to_dict(),
    }
    (HERE / "sweep.json").write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps({name: found[name] for name in ("machine", "times", "around")}, indent=1))


if __name__ == "__main__":
    main()
