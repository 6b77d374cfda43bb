"""Sweeps: the same rows whoever computes them, in whatever order, and nothing finished is ever lost."""

import concurrent.futures
import functools
import inspect
import json
import math
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from experiments import square  # noqa: E402 - found on the path above, by worker processes too

from genmodels import sweep  # noqa: E402
from genmodels.journal import Journal  # noqa: E402
from genmodels.sweep import Failure, Interrupted, Result, Row, SweepError, _Sheet  # noqa: E402

GRID = {"x": [3, 1, 2]}


class Here(concurrent.futures.Executor):
    """Calls at once, in this thread."""

    def submit(self, fn, /, *args, **kwargs):
        future = concurrent.futures.Future()
        future.set_result(fn(*args, **kwargs))
        return future


class Shuffled(concurrent.futures.Executor):
    """Waits for all calls, then does them in another order."""

    def __init__(self, order):
        self.order, self.calls = order, []

    def submit(self, fn, /, *args, **kwargs):
        future = concurrent.futures.Future()
        self.calls.append((future, fn, args, kwargs))
        if len(self.calls) == len(self.order):
            for place in self.order:
                future, fn, args, kwargs = self.calls[place]
                future.set_result(fn(*args, **kwargs))
        return self.calls[-1][0]


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def counted(calls, **changed):
    """A function that notes its calls, and can be told to do something else."""

    def noting(x, seed):
        calls.append((x, seed))
        return square(x, seed)

    return noting


# ---------------------------------------------------------------- what is called with what


def test_rows_stand_in_the_order_of_the_grid_and_then_of_the_seeds():
    result = sweep(square, {"x": [3, 1]}, [7, 5], Here())

    assert [(row.settings, row.seed) for row in result.rows] == [
        ({"x": 3}, 7),
        ({"x": 3}, 5),
        ({"x": 1}, 7),
        ({"x": 1}, 5),
    ]
    assert result.rows[1] == Row({"x": 3}, 5, {"square": 14, "half": 1.5}, seconds=0.0)


def test_a_mapping_is_all_combinations_and_the_last_name_changes_fastest():
    def product(a, b, seed):
        return {"a times b": a * b}

    result = sweep(product, {"a": [1, 2], "b": (3, 4)}, 1, Here())

    assert [tuple(row.settings.items()) for row in result.rows] == [
        (("a", 1), ("b", 3)),
        (("a", 1), ("b", 4)),
        (("a", 2), ("b", 3)),
        (("a", 2), ("b", 4)),
    ]
    assert result.column("a times b").tolist() == [3, 4, 6, 8]


def test_a_list_says_each_setting_itself():
    def either(seed, a=0, b=0):
        return {"sum": a + b}

    assert sweep(either, [{"a": 1}, {"b": 2}, {}], 1, Here()).column("sum").tolist() == [1, 2, 0]


def test_a_number_of_seeds_means_the_first_ones():
    assert [row.seed for row in sweep(square, [{"x": 1}], 3, Here()).rows] == [0, 1, 2]


def test_arrays_and_their_numbers_become_plain_numbers():
    def value(x, seed):
        assert (type(x), type(seed)) in ((int, int), (float, int))
        return {"value": np.float32(x)}

    for values in (np.linspace(0, 1, 3), np.arange(3), [np.float32(0.1)], [np.int64(3)]):
        result = sweep(value, {"x": values}, np.array([4, 2]), Here())

        assert [type(row.values["value"]) for row in result.rows] == [float] * len(result.rows)


def test_a_setting_may_be_anything_that_json_can_hold():
    def width(layers, name, deep, seed):
        return {"width": sum(layers) + len(name or "") + deep["a"][0]}

    result = sweep(width, {"layers": [(1, 2), [3]], "name": ["relu", None], "deep": [{"a": [1]}]}, 1, Here())

    assert result.column("width").tolist() == [8, 4, 8, 4]
    assert result.rows[0].settings["layers"] == (1, 2)


def test_a_function_may_hold_some_arguments_already():
    result = sweep(functools.partial(square, x=3), [{}], 2, Here())

    assert result.column("square").tolist() == [9, 10]


@pytest.mark.parametrize(
    ("found", "stored"),
    [
        (3, 3),
        (np.int8(3), 3),
        (True, 1),
        (np.True_, 1),
        (0.1, 0.1),
        (np.float64(0.1), 0.1),
        (np.float32(0.1), float(np.float32(0.1))),
        (2**60, 2**60),
        (-0.0, -0.0),
        (sys.float_info.max, sys.float_info.max),
        (-sys.float_info.max, -sys.float_info.max),
        (5e-324, 5e-324),
    ],
)
def test_numbers_come_back_as_they_are_from_the_file_too(tmp_path, found, stored):
    def finding(seed):
        return {"a": found}

    first = sweep(finding, [{}], 1, Here(), results=tmp_path / "r").rows[0].values["a"]
    again = sweep(finding, [{}], 1, Here(), results=tmp_path / "r").rows[0].values["a"]

    assert (type(first), repr(first)) == (type(stored), repr(stored))
    assert (type(again), repr(again)) == (type(stored), repr(stored))


# ---------------------------------------------------------------- results


def test_the_mean_over_the_seeds_comes_with_its_interval():
    def noisy(scale, seed):
        return {"value": scale * seed}

    narrow, wide = sweep(noisy, {"scale": [1, 10]}, [0, 1, 2, 5], Here()).intervals("value", level=0.9)

    assert (narrow.settings, wide.settings) == ({"scale": 1}, {"scale": 10})
    assert (narrow.interval.mean, narrow.interval.n, narrow.interval.level) == (2, 4, 0.9)
    assert narrow.interval.half_width == pytest.approx(2.353363 * math.sqrt(14 / 3 / 4), rel=1e-6)
    assert wide.interval.half_width == pytest.approx(10 * narrow.interval.half_width, rel=1e-15)


def mixed(kind, seed):
    return {"error": 1.0 + seed, **({"likelihood": -2.0 - seed} if kind == "vae" else {})}


def test_a_number_that_some_settings_do_not_have_is_summed_up_for_the_others():
    result = sweep(mixed, {"kind": ["ae", "vae"]}, 2, Here())

    assert [s.settings for s in result.intervals("error")] == [{"kind": "ae"}, {"kind": "vae"}]
    assert [s.settings for s in result.intervals("likelihood")] == [{"kind": "vae"}]
    assert result.select(kind="vae").column("likelihood").tolist() == [-2, -3]
    assert result.to_dict() == {
        "kind": ["ae", "ae", "vae", "vae"],
        "seed": [0, 1, 0, 1],
        "error": [1, 2, 1, 2],
        "likelihood": [None, None, -2, -3],
    }


def test_what_is_missing_is_never_filled_in():
    def now_and_then(seed):
        return {"a": 1, **({"b": 2} if seed else {})}

    result = sweep(now_and_then, [{}], 2, Here())

    with pytest.raises(ValueError, match=r"'b' is missing with seed=0: select the rows"):
        result.column("b")
    with pytest.raises(ValueError, match="'b' is missing with seed=0, but not with other seeds"):
        result.intervals("b")
    for ask in (result.column, result.intervals):
        with pytest.raises(ValueError, match="no number of the name 'c'; it has a, b"):
            ask("c")
    with pytest.raises(ValueError, match=r"no row of the sweep has the settings {'x': 1}"):
        result.select(x=1)
    with pytest.raises(ValueError, match="an interval needs at least 2 values, but 1 was given"):
        sweep(now_and_then, [{}], 1, Here()).intervals("a")


def test_equal_settings_that_are_not_neighbours_are_one_setting():
    rows = [Row({"x": x}, seed, {"a": x + seed}, 0.0) for seed in (0, 1) for x in (0, 10)]

    assert [s.interval.mean for s in Result(tuple(rows), {}).intervals("a")] == [0.5, 10.5]


# ---------------------------------------------------------------- order


@pytest.mark.parametrize("order", [range(6), (4, 3, 2, 1, 0, 5), (3, 0, 4, 1, 2, 5)])
def test_the_order_of_completion_does_not_matter(tmp_path, order):
    result = sweep(square, GRID, 2, Shuffled(list(order)), results=tmp_path / "r")

    assert result == sweep(square, GRID, 2, Here())
    assert [record["seed"] for record in lines(tmp_path / "r")[1:]] == [place % 2 for place in order]
    assert sweep(square, GRID, 2, Here(), results=tmp_path / "r") == result


# ---------------------------------------------------------------- the results file


def test_what_is_finished_is_not_computed_again(tmp_path):
    calls = []
    function = counted(calls)

    first = sweep(function, GRID, 2, Here(), results=tmp_path / "r")
    again = sweep(function, GRID, 2, Here(), results=tmp_path / "r")

    assert again == first
    assert [row.seconds for row in again.rows] == [row.seconds for row in first.rows]
    assert len(calls) == 6


def test_more_seeds_can_be_asked_for_later_and_fewer_too(tmp_path):
    calls = []
    function = counted(calls)

    sweep(function, GRID, [0, 3], Here(), results=tmp_path / "r")
    more = sweep(function, GRID, [1, 0], Here(), results=tmp_path / "r")

    assert [seed for _, seed in calls] == [0, 3] * 3 + [1] * 3
    assert [row.seed for row in more.rows] == [1, 0] * 3


def test_the_order_of_the_names_of_a_setting_does_not_matter(tmp_path):
    def product(a, b, seed):
        return {"product": a * b}

    first = sweep(product, [{"a": 1, "b": 2}, {"a": 3, "b": 4}], 1, Here(), results=tmp_path / "r")
    again = sweep(product, [{"b": 2, "a": 1}, {"b": 4, "a": 3}], 1, Here(), results=tmp_path / "r")

    assert again == first
    assert len(lines(tmp_path / "r")) == 3


def test_what_the_file_has_beyond_the_question_is_not_counted(tmp_path, capfd):
    sweep(square, GRID, 5, Here(), results=tmp_path / "r")
    capfd.readouterr()

    sweep(square, GRID, 2, Here(), results=tmp_path / "r", verbose=True)

    assert "6/6" in capfd.readouterr().err


def test_wherever_the_file_is_torn_only_what_is_missing_is_computed_again(tmp_path):
    calls, path = [], tmp_path / "r"
    function = counted(calls)
    whole = sweep(function, GRID, 2, Here(), results=path)
    content = path.read_bytes()
    header, last = content.index(b"\n"), len(content) - 160

    for length in [*range(0, header, 60), *range(header - 1, header + 3), *range(last, len(content) + 1)]:
        path.write_bytes(content[:length])
        calls.clear()
        again = sweep(function, GRID, 2, Here(), results=path)

        assert again == whole
        assert len(calls) == 6 - max(content[:length].count(b"\n") - 1, 0)
        assert len(lines(path)) == 7


def test_a_failure_is_tried_again(tmp_path):
    broken = tmp_path / "broken"
    broken.touch()
    calls = []

    def fails(x, seed):
        calls.append(x)
        if broken.exists() and x == 1:
            raise OSError("no disk")
        return square(x, seed)

    with pytest.raises(SweepError):
        sweep(fails, GRID, 1, Here(), results=tmp_path / "r")
    broken.unlink()
    result = sweep(fails, GRID, 1, Here(), results=tmp_path / "r")

    assert calls == [3, 1, 2, 1]
    assert result.column("square").tolist() == [9, 1, 4]


def other_square(x, seed):
    return {"square": x**2 + seed, "half": x / 2}


def test_a_file_of_another_function_is_refused(tmp_path):
    sweep(square, GRID, 1, Here(), results=tmp_path / "r")
    before = (tmp_path / "r").read_bytes()

    with pytest.raises(ValueError, match=r"r': it belongs to another sweep, with function 'experiments:square' in the"):
        sweep(other_square, GRID, 1, Here(), results=tmp_path / "r")

    assert (tmp_path / "r").read_bytes() == before


def test_a_file_of_another_grid_is_refused(tmp_path):
    sweep(square, GRID, 1, Here(), results=tmp_path / "r")

    with pytest.raises(ValueError, match=r"another sweep, with grid \[{'x': 3}, {'x': 1}, {'x': 2}\] in the place of"):
        sweep(square, {"x": [3, 1]}, 1, Here(), results=tmp_path / "r")


def test_a_file_of_other_held_arguments_is_refused(tmp_path):
    sweep(functools.partial(square, x=1), [{}], 1, Here(), results=tmp_path / "r")

    with pytest.raises(ValueError, match="another sweep, with bound"):
        sweep(functools.partial(square, x=2), [{}], 1, Here(), results=tmp_path / "r")


@pytest.mark.parametrize("name", ["source", "genmodels", "numpy", "python"])
def test_a_file_of_other_sources_or_versions_is_refused(tmp_path, name):
    path = tmp_path / "r"
    sweep(square, GRID, 1, Here(), results=path)
    header, *rest = lines(path)
    path.write_text("\n".join(map(json.dumps, [{**header, name: "other"}, *rest])) + "\n")

    with pytest.raises(ValueError, match=f"another sweep, with {name} 'other' in the place of"):
        sweep(square, GRID, 1, Here(), results=path)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{}", "KeyError: 'settings'"),
        ('{"settings": {"x": 9}, "seed": 0}', "KeyError"),
        ('{"settings": {"x": 1}, "seed": -1, "seconds": 1, "values": {"a": 1}}', "a whole number of at least 0"),
        ('{"settings": {"x": 1}, "seed": 0, "seconds": 1}', "KeyError: 'values'"),
        ('{"settings": {"x": 1}, "seed": 0, "seconds": 1, "values": {"a": "b"}}', "'a' must be a number"),
        ('{"settings": {"x": 1}, "seed": 0, "seconds": 1, "values": {"a": NaN}}', "'a' must be finite"),
        ('{"settings": {"x": 1}, "seed": 0, "seconds": null, "values": {"a": 1}}', "TypeError"),
        ('{"settings": {"x": 1}, "seed": 0, "seconds": 1, "values": {"square": 7, "half": 0.5}}', "other numbers for"),
    ],
)
def test_a_damaged_line_is_named(tmp_path, line, words):
    path = tmp_path / "r"
    sweep(square, GRID, 1, Here(), results=path)
    path.write_text(path.read_text() + line + "\n")

    with pytest.raises(ValueError, match=f"cannot read .*r': line 5 is damaged: .*{words}"):
        sweep(square, GRID, 1, Here(), results=path)


def test_a_line_that_says_the_same_twice_is_fine(tmp_path):
    path = tmp_path / "r"
    first = sweep(square, GRID, 1, Here(), results=path)
    path.write_text(path.read_text() + path.read_text().splitlines()[-1] + "\n")

    assert sweep(square, GRID, 1, Here(), results=path) == first


def test_a_function_without_source_has_no_results_file(tmp_path):
    names = {}
    exec("def f(seed): return {'a': seed}", names)  # noqa: S102 - as at a prompt that keeps no source

    assert sweep(names["f"], [{}], 2, Here()).column("a").tolist() == [0, 1]
    with pytest.raises(ValueError, match=r"a results file needs a function whose source can be read, but that of .*:f"):
        sweep(names["f"], [{}], 2, Here(), results=tmp_path / "r")


# ---------------------------------------------------------------- failures


def troubled(x, seed):
    if x == 1:
        raise ZeroDivisionError(f"x was {x}")
    return square(x, seed)


def test_failures_are_reported_at_the_end_and_nothing_else_is_lost(tmp_path):
    with pytest.raises(SweepError) as caught:
        sweep(troubled, GRID, 2, Shuffled([5, 4, 3, 2, 1, 0]), results=tmp_path / "r")

    error = caught.value
    assert error.result.column("square").tolist() == [9, 10, 4, 5]
    assert [(failure.settings, failure.seed) for failure in error.failures] == [({"x": 1}, 0), ({"x": 1}, 1)]
    assert str(error).startswith("failed: 2; done: 4 of 6 tasks, kept in '")
    assert "with x=1, seed=0:\nTraceback (most recent call last):\n" in str(error)
    assert str(error).endswith("ZeroDivisionError: x was 1")
    assert "raise ZeroDivisionError" in error.failures[0].error
    assert "run_task" not in error.failures[0].error
    assert [("error" in record, "values" in record) for record in lines(tmp_path / "r")[1:]] == [
        (record["settings"]["x"] == 1, record["settings"]["x"] != 1) for record in lines(tmp_path / "r")[1:]
    ]


def test_of_many_failures_the_first_ones_are_shown():
    with pytest.raises(SweepError, match=r"failed: 7; done: 0 of 7 tasks\n") as caught:
        sweep(troubled, {"x": [1]}, 7, Here())

    assert str(caught.value).count("Traceback") == 5
    assert str(caught.value).endswith("\n\nand 2 more")
    assert len(caught.value.failures) == 7


def test_five_failures_are_all_shown():
    with pytest.raises(SweepError) as caught:
        sweep(troubled, {"x": [1]}, 5, Here())

    assert str(caught.value).count("Traceback") == 5
    assert "more" not in str(caught.value)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (math.nan, "'a' must be finite, but the function returned nan"),
        (np.float32(np.inf), r"'a' must be finite, but the function returned np.float32\(inf\)"),
        (-math.inf, "'a' must be finite"),
        (10**400, "'a' must be finite"),
        (2**53 + 1, "'a' must be a number that a float64 can hold, but the function returned 9007199254740993"),
        ("1", "'a' must be a number, but the function returned '1'"),
        (None, "'a' must be a number"),
        (1j, "'a' must be a number"),
        (np.ones(1), "'a' must be a number"),
    ],
)
def test_what_is_no_finite_number_is_a_failure_of_its_task_alone(found, words):
    def finding(seed):
        return {"a": found if seed == 1 else 0}

    with pytest.raises(SweepError, match=words) as caught:
        sweep(finding, [{}], 3, Here())

    assert [row.seed for row in caught.value.result.rows] == [0, 2]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (None, "must return a mapping of names to numbers, but it returned None"),
        ({}, "must return a mapping of names to numbers, but it returned {}"),
        ([1], r"but it returned \[1\]"),
        ({1: 2}, "but it returned {1: 2}"),
        ({"x": 1}, "a number of the name 'x', which is the name of a setting"),
        ({"seed": 1}, "a number of the name 'seed', which is the name of a setting"),
    ],
)
def test_what_is_no_mapping_of_new_names_is_a_failure(found, words):
    def finding(x, seed):
        return found

    with pytest.raises(SweepError, match=words):
        sweep(finding, {"x": [1]}, 1, Here())


def test_a_function_that_exits_fails_its_task_alone():
    def leaving(seed):
        sys.exit("enough" if seed else 0)

    with pytest.raises(SweepError, match="failed: 2") as caught:
        sweep(leaving, [{}], 2, Here())

    assert caught.value.failures[1].error.endswith("SystemExit: enough\n")


def test_an_executor_that_says_why_a_task_is_not_done_is_quoted(tmp_path):
    class Refusing(concurrent.futures.Executor):
        def submit(self, fn, /, *args, **kwargs):
            future = concurrent.futures.Future()
            future.set_exception(MemoryError("the worker had too little"))
            return future

    with pytest.raises(SweepError, match="failed: 2") as caught:
        sweep(square, {"x": [1]}, 2, Refusing(), results=tmp_path / "r")

    assert caught.value.failures == tuple(
        Failure({"x": 1}, seed, "MemoryError: the worker had too little") for seed in (0, 1)
    )
    assert [record["seconds"] for record in lines(tmp_path / "r")[1:]] == [0, 0]


def test_what_an_executor_loses_is_no_failure_of_the_task(tmp_path):
    class Losing(Here):
        def submit(self, fn, /, *args, **kwargs):
            seed = args[2]
            if seed == 3:
                raise concurrent.futures.BrokenExecutor("all gone")
            future = concurrent.futures.Future()
            if seed == 0:
                return super().submit(fn, *args, **kwargs)
            if seed == 1:
                future.cancel()
                future.set_running_or_notify_cancel()
            else:
                future.set_exception(concurrent.futures.BrokenExecutor("all gone"))
            return future

    with pytest.raises(SweepError) as caught:
        sweep(square, {"x": [1]}, 4, Losing(), results=tmp_path / "r")
    again = sweep(square, {"x": [1]}, 4, Here(), results=tmp_path / "r")

    assert str(caught.value).startswith("lost by the executor: 3; done: 1 of 4 tasks, kept in")
    assert str(caught.value).count("lost: CancelledError") == 1
    assert str(caught.value).count("lost: BrokenExecutor: all gone") == 1
    assert caught.value.failures == ()
    assert [record["seed"] for record in lines(tmp_path / "r")[1:]] == [0, 1, 2, 3]
    assert again.column("square").tolist() == [1, 2, 3, 4]


def test_an_executor_that_is_shut_down_has_lost_everything():
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        executor.shutdown()

        with pytest.raises(SweepError, match=r"(?s)lost by the executor: 3.*lost: RuntimeError: cannot schedule"):
            sweep(square, GRID, 1, executor)


# ---------------------------------------------------------------- interrupts


@pytest.mark.parametrize("file", [True, False])
def test_an_interrupt_keeps_what_is_finished(tmp_path, file):
    calls = []

    def function(x, seed):
        calls.append(x)
        return square(x, seed)

    class Interrupting(Here):
        """Interrupts when the second task is handed out; what was handed out before is finished then."""

        def submit(self, fn, /, *args, **kwargs):
            if len(calls) == 2:
                signal.raise_signal(signal.SIGINT)
            return super().submit(fn, *args, **kwargs)

    options = {"results": tmp_path / "r"} if file else {}
    with pytest.raises(KeyboardInterrupt, match=r"done: 2 of 3 tasks" + ", kept" * file) as caught:
        sweep(function, GRID, 1, Interrupting(), **options)
    done = sweep(function, GRID, 1, Here(), **options)

    assert type(caught.value) is Interrupted
    assert caught.value.result.column("square").tolist() == [9, 1]
    assert done.column("square").tolist() == [9, 1, 4]
    assert calls == ([3, 1, 2] if file else [3, 1, 3, 1, 2])


@pytest.mark.parametrize("x", [3, 1])
def test_an_interrupt_right_after_a_task_was_kept_keeps_it_once(tmp_path, monkeypatch, x):
    settle = _Sheet.settle

    def interrupted(sheet, task, outcome):
        settle(sheet, task, outcome)
        if task.settings["x"] == x:
            raise KeyboardInterrupt

    monkeypatch.setattr(_Sheet, "settle", interrupted)
    with pytest.raises(Interrupted):
        sweep(troubled, {"x": [x, 2]}, 1, Here(), results=tmp_path / "r")

    assert [record["settings"]["x"] for record in lines(tmp_path / "r")[1:]] == [x, 2]


def test_after_an_interrupt_no_task_of_a_foreign_executor_is_begun():
    futures = []

    class Endless(concurrent.futures.Executor):
        def submit(self, fn, /, *args, **kwargs):
            if len(futures) == 2:
                raise KeyboardInterrupt
            futures.append(concurrent.futures.Future())
            return futures[-1]

    with pytest.raises(Interrupted, match=r"done: 0 of 3 tasks$"):
        sweep(square, GRID, 1, Endless())

    assert [future.cancelled() for future in futures] == [True, True]


def test_when_the_disk_is_full_nothing_more_is_begun_and_what_was_kept_stays(tmp_path, monkeypatch):
    futures = []

    class Half(Here):
        """Does the first two tasks, and has the others waiting."""

        def submit(self, fn, /, *args, **kwargs):
            if len(futures) < 2:
                futures.append(super().submit(fn, *args, **kwargs))
            else:
                futures.append(concurrent.futures.Future())
            return futures[-1]

    append = Journal.append

    def full(journal, record):
        if record.get("settings") == {"x": 1}:
            raise OSError("No space left on device")
        append(journal, record)

    monkeypatch.setattr(Journal, "append", full)
    with pytest.raises(OSError, match="No space left"):
        sweep(square, {"x": [3, 1, 2, 4]}, 1, Half(), results=tmp_path / "r")

    assert [record["settings"] for record in lines(tmp_path / "r")[1:]] == [{"x": 3}]
    assert [future.cancelled() for future in futures] == [False, False, True, True]


# ---------------------------------------------------------------- progress


def test_progress_is_quiet_unless_there_is_a_terminal(capfd):
    sweep(square, GRID, 1, Here())

    assert capfd.readouterr() == ("", "")


def test_progress_shows_a_bar_where_it_is_wanted(capfd, tmp_path):
    sweep(square, GRID, 2, Here(), results=tmp_path / "r")
    with pytest.raises(SweepError):
        sweep(troubled, GRID, 2, Here(), verbose=True)
    failed = capfd.readouterr().err
    sweep(square, GRID, 3, Here(), results=tmp_path / "r", verbose=True)
    resumed = capfd.readouterr().err

    assert "6/6" in failed
    assert "failed=2" in failed
    assert "6/9" in resumed
    assert "9/9" in resumed
    assert "failed" not in resumed


def test_progress_is_shown_on_a_terminal(capfd, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    sweep(square, GRID, 1, Here())

    assert "3/3" in capfd.readouterr().err
    sweep(square, GRID, 1, Here(), verbose=False)
    assert capfd.readouterr().err == ""


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("grid", "words"),
    [
        ({}, r"grid must have at least one setting, but {} was given; \[{}\] is a grid without names"),
        ([], r"grid must have at least one setting, but \[\] was given"),
        ({"x": []}, r"a list of values for 'x', at least one, but \[\] was given"),
        ({"x": 3}, "a list of values for 'x', at least one, but 3 was given"),
        ({"x": "adam"}, "a list of values for 'x', at least one, but 'adam' was given"),
        ({"x": {1, 2}}, "a list of values for 'x'"),
        ({"x": np.ones((2, 2))}, "a list of values for 'x'"),
        ({"x": [1, 2, 1]}, 'grid must have nothing twice, but has {"x": 1} twice'),
        ([{"x": 1}, {"x": 1}], "grid must have nothing twice"),
        ([{"x": 1}, 3], r"grid must be a mapping of names to lists, or a list of mappings, but \[{'x': 1}, 3\] was"),
        (3, "grid must be a mapping of names to lists, or a list of mappings, but 3 was given"),
        ("x", "grid must be a mapping"),
        ({"seed": [1]}, "the name of a setting must be a string, and not 'seed', but 'seed' was given"),
        ({1: [1]}, "the name of a setting must be a string, and not 'seed', but 1 was given"),
        ({"x": [math.nan]}, "something that JSON can hold.* but 'x' is nan"),
        ({"x": [square]}, "something that JSON can hold.* but 'x' is <function"),
        ({"x": [np.ones(2)]}, "something that JSON can hold.* but 'x' is array"),
    ],
)
def test_a_grid_that_makes_no_sense_is_refused(grid, words):
    with pytest.raises(ValueError, match=words):
        sweep(square, grid, 1, Here())


@pytest.mark.parametrize(
    ("seeds", "words"),
    [
        (0, "seeds must be a whole number of at least 1, but 0 was given"),
        (-1, "seeds must be a whole number of at least 1, but -1"),
        (True, "seeds must be a whole number of at least 1, but True"),
        (2.0, r"seeds must be a whole number, or a list of whole numbers, but 2.0 was given"),
        ([], r"or a list of whole numbers, but \[\] was given"),
        ("12", "or a list of whole numbers, but '12' was given"),
        ([1, -1], "a seed must be a whole number of at least 0, but -1 was given"),
        ([0.5], "a seed must be a whole number of at least 0, but 0.5"),
        ([1, 2, 1], "seeds must have nothing twice, but has 1 twice"),
        (np.ones((1, 1), int), "or a list of whole numbers"),
        (None, "or a list of whole numbers, but None"),
    ],
)
def test_seeds_that_make_no_sense_are_refused(seeds, words):
    with pytest.raises(ValueError, match=words):
        sweep(square, GRID, seeds, Here())


def without_seed(x):
    return {"a": x}


class Caller:
    """Can be called, but is no function."""

    def __call__(self, x, seed):
        return {"a": x}


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (without_seed, r"without_seed\(x=3, seed=0\) is not possible: got an unexpected keyword argument 'seed'"),
        (lambda seed: None, r"<lambda>\(x=3, seed=0\) is not possible: got an unexpected keyword argument 'x'"),
        (functools.partial(square, y=1), r"square\(x=3, seed=0\) is not possible: .*incorrect arguments"),
        (Caller(), "function must be a function, or functools.partial of one, but <.*Caller"),
        (functools.partial(Caller(), x=3), "function must be a function"),
        (max, "function must be a function, or functools.partial of one, but <built-in function max> was given"),
        (None, "function must be a function"),
    ],
)
def test_a_function_that_cannot_be_called_is_refused(function, words):
    with pytest.raises(ValueError, match=words):
        sweep(function, GRID, 1, Here())


def test_every_setting_of_a_list_must_fit_the_function():
    with pytest.raises(ValueError, match=r"square\(y=1, seed=0\) is not possible"):
        sweep(square, [{"x": 1}, {"y": 1}], 1, Here())


@pytest.mark.parametrize("executor", [None, concurrent.futures.ProcessPoolExecutor])
def test_a_function_that_processes_cannot_import_is_refused(executor, tmp_path):
    def nested(x, seed):
        return square(x, seed)

    for function in (nested, lambda x, seed: {"a": x}):
        with pytest.raises(ValueError, match=r"cannot be sent to worker processes: .*\. Define it with def at the top"):
            sweep(function, GRID, 1, executor and executor(), results=tmp_path / "r")

    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"executor": 3}, "must be a concurrent.futures.Executor, but 3 was given; that of a Dask client is client"),
        ({"executor": Here(), "workers": 2}, "workers=2 is for processes of our own, but an executor was given"),
        ({"workers": 0}, "workers must be a whole number of at least 1, but 0"),
        ({"workers": 1.0}, "workers must be a whole number of at least 1, but 1.0"),
        ({"retries": -1}, "retries must be a whole number of at least 0, but -1"),
        ({"verbose": "yes"}, "verbose must be True or False, but 'yes'"),
    ],
)
def test_other_arguments_that_make_no_sense_are_refused_before_a_file_is_made(options, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        sweep(square, GRID, 1, results=tmp_path / "r", **options)

    assert not (tmp_path / "r").exists()


# ---------------------------------------------------------------- the name that is a module and a function


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    [
        "from genmodels import sweep",
        "from genmodels.sweep import sweep",
        "import genmodels; sweep = genmodels.sweep",
        "import genmodels.sweep; sweep = genmodels.sweep",
        "import genmodels.sweep; sweep = genmodels.sweep.sweep",
        "from genmodels.sweep import Result; from genmodels import sweep",
    ],
)
def test_every_way_to_import_it_gives_something_to_call(code):
    script = f"{code}\nfrom genmodels.sweep import Result\nassert callable(sweep)\n"
    script += "try: sweep(None, [{}], 1)\nexcept ValueError as error: print(error)"

    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert found.stdout == "function must be a function, or functools.partial of one, but None was given\n"


def test_the_module_has_the_signature_of_the_function():
    assert inspect.signature(sweep) == inspect.signature(sweep.sweep)
    parameters = inspect.signature(sweep).parameters
    assert list(parameters)[:4] == ["function", "grid", "seeds", "executor"]
    assert {name: p.default for name, p in parameters.items() if p.kind is p.KEYWORD_ONLY} == {
        "results": None,
        "workers": None,
        "retries": 2,
        "verbose": None,
    }


@pytest.mark.slow
def test_the_package_does_not_load_it_before_it_is_used():
    script = "import sys, genmodels; print('genmodels.sweep' in sys.modules, 'sweep' in dir(genmodels))"

    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert found.stdout == "False True\n"
