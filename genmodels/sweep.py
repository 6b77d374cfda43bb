"""Sweeps: one function for every setting of a grid and every seed, on all the processors there are.

::

    from genmodels import sweep

    result = sweep(function, {"n_latent": [2, 8, 32]}, seeds=10, results="latent.jsonl")

Contents: `sweep`; `Result`, `Row`, `Setting`; `SweepError`, `Failure`, `Interrupted`.

The module itself can be called too, and does what `sweep` does: a package that has a module of this name cannot have a
function of the same name beside it.
"""

import functools
import inspect
import itertools
import json
import multiprocessing
import numbers
import os
import pickle
import queue
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmodels.intervals import Interval, interval
from genmodels.journal import Journal
from genmodels.provenance import provenance
from genmodels.storage import reading
from genmodels.validation import check_count, check_flag
from genmodels.workers import CannotStart, Outcome, Processes, check_values, run_task

Settings = dict[str, Any]
Grid = Mapping[str, Sequence[Any] | NDArray[Any]] | Sequence[Mapping[str, Any]]
_Path = str | os.PathLike[str]
_SHOWN = 5  # tracebacks in the message of an error; it has all of them


@dataclass(frozen=True)
class Row:
    """What the function found with one setting and one seed.

    Attributes
    ----------
    settings : dict
    seed : int
    values : dict of float
    seconds : float
        How long it took; two rows that differ in this alone are equal.
    """

    settings: Settings
    seed: int
    values: dict[str, float]
    seconds: float = field(compare=False)


class Setting(NamedTuple):
    """A setting of the grid, and the mean over its seeds with its interval."""

    settings: Settings
    interval: Interval


@dataclass(frozen=True)
class Result:
    """All rows of a sweep, in the order of the grid and, within a setting, of the seeds.

    Attributes
    ----------
    rows : tuple of Row
    origin : dict of str
        What the rows depend on beside their settings and seeds: the function's name and a hash of its source, a hash of
        the sources of genmodels, the versions of NumPy and Python.
    """

    rows: tuple[Row, ...]
    origin: dict[str, str | None]

    def select(self, **settings: Any) -> "Result":
        """Return the rows that have these settings."""
        chosen = tuple(row for row in self.rows if settings.items() <= row.settings.items())
        if not chosen:
            raise ValueError(f"no row of the sweep has the settings {settings!r}")
        return Result(chosen, self.origin)

    def column(self, name: str) -> NDArray[np.float64]:
        """Return the numbers of one name, shape (rows,).

        Raises
        ------
        ValueError
            If a row has no number of this name.
        """
        without = [row for row in self._having(name) if name not in row.values]
        if without:
            raise ValueError(f"{name!r} is missing with {_called(without[0])}: select the rows that have it")
        return np.array([row.values[name] for row in self.rows], np.float64)

    def intervals(self, name: str, level: float = 0.95) -> list[Setting]:
        """Return, for each setting, the mean over its seeds with its interval by Student's distribution.

        Settings whose rows all lack the name are left out.

        Parameters
        ----------
        name : str
        level : float, above 0 and below 1, default 0.95

        Raises
        ------
        ValueError
            If no row has the name, some but not all rows of a setting have it, or a setting has a single seed.
        """
        groups: dict[str, list[Row]] = {}
        for row in self._having(name):
            groups.setdefault(_key(row.settings), []).append(row)
        found = []
        for rows in groups.values():
            have = [row for row in rows if name in row.values]
            if have and len(have) < len(rows):
                missing = next(row for row in rows if name not in row.values)
                raise ValueError(f"{name!r} is missing with {_called(missing)}, but not with other seeds")
            if have:
                found.append(Setting(rows[0].settings, interval([row.values[name] for row in rows], level)))
        return found

    def to_dict(self) -> dict[str, list[Any]]:
        """Return the rows as columns by name: settings, "seed", numbers. What a row does not have is None.

        ``pandas.DataFrame(result.to_dict())`` is a table.
        """
        flat = [{**row.settings, "seed": row.seed, **row.values} for row in self.rows]
        names = dict.fromkeys(name for row in flat for name in row)
        return {name: [row.get(name) for row in flat] for name in names}

    def _having(self, name: str) -> tuple[Row, ...]:
        """Return all rows, if there is one that has the name."""
        names = sorted({known for row in self.rows for known in row.values})
        if name not in names:
            raise ValueError(f"the sweep has no number of the name {name!r}; it has {', '.join(names) or 'no rows'}")
        return self.rows


@dataclass(frozen=True)
class Failure:
    """A task that found nothing: its settings, its seed, and the traceback of its error."""

    settings: Settings
    seed: int
    error: str


class SweepError(RuntimeError):
    """Some tasks of a sweep found nothing; all the others are done.

    Attributes
    ----------
    result : Result
        What the others found.
    failures : tuple of Failure
    """

    def __init__(self, message: str, result: Result, failures: tuple[Failure, ...]) -> None:
        super().__init__(message)
        self.result, self.failures = result, failures


class Interrupted(KeyboardInterrupt):
    """A sweep was interrupted (Ctrl-C).

    Attributes
    ----------
    result : Result
        What was found before.
    """

    def __init__(self, message: str, result: Result) -> None:
        super().__init__(message)
        self.result = result


def sweep(
    function: Callable[..., Mapping[str, Any]],
    grid: Grid,
    seeds: int | Sequence[int],
    executor: Executor | None = None,
    *,
    results: _Path | None = None,
    workers: int | None = None,
    retries: int = 2,
    verbose: bool | None = None,
) -> Result:
    """Call ``function(**settings, seed=seed)`` for every setting of a grid and every seed.

    The result does not depend on the number of workers, nor on which of them is ready first.

    Parameters
    ----------
    function : function
        Returns a mapping of names to finite numbers. What it returns must depend on its arguments alone: it makes its
        random generators from the seed. For worker processes it must stand at the top of a module or script.
    grid : mapping of names to lists, or list of mappings
        A mapping stands for all combinations, the last name changing fastest; a list says each setting itself.
        A setting is anything that JSON can hold.
    seeds : int or sequence of int
        A number n means 0 to n - 1. Every setting gets the same seeds.
    executor : concurrent.futures.Executor, optional
        Who calls the function: for a cluster, the ``client.get_executor()`` of Dask. It is not shut down.
        By default worker processes of this machine, with one thread of linear algebra each.
    results : path, optional
        A file for what is found, as soon as it is found. If it exists already, what it holds is not computed again;
        only failures are tried again. More seeds may be asked for later, but everything else must be as it was: the
        grid, the function with all that it uses of its own module, genmodels, the versions of NumPy and Python.
        What the function takes from elsewhere is not watched.
    workers : int, optional
        How many worker processes; by default one for each processor.
    retries : int, default 2
        How often a task is tried again whose worker process died.
    verbose : bool, optional
        Whether to show a progress bar; by default only on a terminal.

    Returns
    -------
    Result

    Raises
    ------
    ValueError
        If an argument makes no sense, the function cannot be called with a setting and ``seed``, or cannot be sent to
        worker processes; if the results file belongs to another function, source, grid or version, or is damaged.
    SweepError
        At the end, if tasks failed: what the function raised, what it returned that is no finite number, or that an
        executor has lost it. The error has the settings and tracebacks, and the result of all other tasks.
    Interrupted
        After Ctrl-C. What is finished is in the results file, and in the result of the error.
    CannotStart
        If the worker processes end before they can work, or cannot import the function.

    Notes
    -----
    Equal bits need equal machines: on a cluster of several kinds of processors the last digits depend on which of them
    did a task.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> from genmodels import Autoencoder, data, sweep
    >>> def loss(n_latent, seed):
    ...     X, _ = data.shapes(50, random_state=0)
    ...     model = Autoencoder(n_latent, epochs=3, random_state=seed).fit(X)
    ...     return {"loss": -model.score(X)}
    >>> result = sweep(loss, {"n_latent": [2, 16]}, seeds=3, executor=ThreadPoolExecutor(1))
    >>> result.column("loss").shape
    (6,)
    >>> small, large = result.intervals("loss")
    >>> large.interval.mean < small.interval.mean
    True
    """
    chosen, seeds = _check_grid(grid), _check_seeds(seeds)
    _check_function(function, chosen)
    sent = _check_executor(executor, function, workers, retries)
    shown = sys.stderr is not None and sys.stderr.isatty() if verbose is None else check_flag("verbose", verbose)
    origin = provenance(function)
    tasks = [_Task(settings, seed) for settings in chosen for seed in seeds]
    with _opened(results, origin, chosen) as (journal, found):
        sheet = _Sheet(tasks, origin, journal, found)
        try:
            with _progress(sheet, shown) as advance, _pool(executor, sent, workers, retries) as pool:
                _work(sheet, pool, sent, advance)
        except KeyboardInterrupt:
            raise Interrupted(sheet.progress(), sheet.result()) from None
    if sheet.failures or sheet.lost:
        raise SweepError(sheet.report(), sheet.result(), sheet.ordered_failures())
    return sheet.result()


class _Task(NamedTuple):
    settings: Settings
    seed: int

    @property
    def key(self) -> str:
        return _key([self.settings, self.seed])


class _Sheet:
    """What a sweep has to do, and what has become of it."""

    def __init__(
        self, tasks: list[_Task], origin: dict[str, str | None], journal: Journal | None, found: dict[str, Row]
    ) -> None:
        self.tasks, self.origin, self.journal = tasks, origin, journal
        self.found = {task.key: found[task.key] for task in tasks if task.key in found}
        self.waiting = [task for task in tasks if task.key not in found]
        self.failures: dict[str, Failure] = {}
        self.lost: list[str] = []  # why the executor has no outcome of a task, for each such task

    def settle(self, task: _Task, outcome: Outcome) -> None:
        """Keep the outcome of a task, on the disk first."""
        settings, seed, seconds = task.settings, task.seed, outcome.seconds
        what = {"error": outcome.error} if outcome.values is None else {"values": outcome.values}
        if self.journal is not None:
            self.journal.append({"settings": settings, "seed": seed, "seconds": seconds, **what})
        if outcome.values is None:
            self.failures[task.key] = Failure(settings, seed, outcome.error or "")
        else:
            self.found[task.key] = Row(settings, seed, outcome.values, seconds)

    def knows(self, task: _Task) -> bool:
        return task.key in self.found or task.key in self.failures

    def result(self) -> Result:
        return Result(tuple(self.found[task.key] for task in self.tasks if task.key in self.found), self.origin)

    def ordered_failures(self) -> tuple[Failure, ...]:
        return tuple(self.failures[task.key] for task in self.tasks if task.key in self.failures)

    def progress(self) -> str:
        kept = "" if self.journal is None else f", kept in {os.fspath(self.journal.path)!r}: call again to go on"
        return f"done: {len(self.found)} of {len(self.tasks)} tasks{kept}"

    def report(self) -> str:
        """Say what was not done, and why."""
        parts = [f"failed: {len(self.failures)}"] * bool(self.failures)
        parts += [f"lost by the executor: {len(self.lost)}"] * bool(self.lost)
        lines = [f"{', '.join(parts)}; {self.progress()}"]
        lines += [f"lost: {reason}" for reason in dict.fromkeys(self.lost)][:_SHOWN]
        failures = self.ordered_failures()
        lines += [f"with {_called(failure)}:\n{failure.error.rstrip()}" for failure in failures[:_SHOWN]]
        lines += [f"and {len(failures) - _SHOWN} more"] * (len(failures) > _SHOWN)
        return "\n\n".join(lines)


def _work(sheet: _Sheet, pool: Executor, function: Any, advance: Callable[[], None]) -> None:
    """Hand out all tasks that wait, and keep each outcome as it comes; what ends this early takes back the others."""
    sent: dict[Future[Outcome], _Task] = {}
    ready: queue.SimpleQueue[Future[Outcome]] = queue.SimpleQueue()
    try:
        for task in sheet.waiting:
            try:
                future = pool.submit(run_task, function, task.settings, task.seed, sheet.origin)
            except RuntimeError as error:  # the executor is broken, or shut down
                sheet.lost.append(_reason(error))
                continue
            sent[future] = task
            future.add_done_callback(ready.put)
        for _ in range(len(sent)):
            future = ready.get()
            _settle(sheet, sent[future], future)
            del sent[future]  # a cluster keeps, and computes again, what somebody still holds
            advance()
    except BaseException as error:
        finished = [(task, future) for future, task in sent.items() if not future.cancel() and future.done()]
        for task, future in finished if isinstance(error, KeyboardInterrupt) else ():
            if not sheet.knows(task):
                _settle(sheet, task, future)
        raise


def _settle(sheet: _Sheet, task: _Task, future: Future[Outcome]) -> None:
    """Keep what became of a task; what an executor lost was not done at all."""
    error = CancelledError() if future.cancelled() else future.exception()
    if isinstance(error, CannotStart):
        raise error
    if isinstance(error, BrokenExecutor | CancelledError):
        sheet.lost.append(_reason(error))
    elif error is not None:
        sheet.settle(task, Outcome(None, _reason(error), 0.0))
    else:
        sheet.settle(task, future.result())


@contextmanager
def _pool(executor: Executor | None, payload: Any, workers: int | None, retries: int) -> Iterator[Executor]:
    """Return the executor that was given, or worker processes, which end with the context."""
    if executor is not None:
        yield executor
        return
    pool = Processes(_processors() if workers is None else workers, payload, retries)
    try:
        yield pool
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _progress(sheet: _Sheet, shown: bool) -> Iterator[Callable[[], None]]:
    if not shown:
        yield lambda: None
        return
    from tqdm import tqdm

    with tqdm(total=len(sheet.tasks), initial=len(sheet.found), unit="task") as bar:

        def advance() -> None:
            if sheet.failures:
                bar.set_postfix(failed=len(sheet.failures), refresh=False)
            bar.update()

        yield advance


# the results file


@contextmanager
def _opened(
    path: _Path | None, origin: dict[str, str | None], grid: list[Settings]
) -> Iterator[tuple[Journal | None, dict[str, Row]]]:
    """Open the results file, if there is to be one, and return with it the rows that it has already."""
    if path is None:
        yield None, {}
        return
    if origin["source"] is None:
        raise ValueError(
            f"a results file needs a function whose source can be read, but that of {origin['function']} cannot"
        )
    with Journal(path, {**origin, "grid": grid}) as journal:
        with reading(path):
            found = _finished(journal, grid)
        yield journal, found


def _finished(journal: Journal, grid: list[Settings]) -> dict[str, Row]:
    settings_of = {_key(settings): settings for settings in grid}
    found: dict[str, Row] = {}
    for number, record in enumerate(journal.records, start=2):
        try:
            settings, seed = settings_of[_key(record["settings"])], check_count("seed", record["seed"], 0)
            if "error" in record:
                continue
            row = Row(settings, seed, check_values(record["values"], settings), float(record["seconds"]))
            if found.setdefault(_Task(settings, seed).key, row) != row:
                raise ValueError("another line has other numbers for the same task")
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"line {number} is damaged: {_reason(error)}") from None
    return found


# words and keys


def _key(what: Any) -> str:
    """Return a text by which settings, or a task, are known again."""
    return json.dumps(what, sort_keys=True, allow_nan=False)


def _called(task: Row | Failure) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in {**task.settings, "seed": task.seed}.items())


def _reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".removesuffix(": ")


# checks


def _check_grid(grid: Any) -> list[Settings]:
    """Return all settings of a grid, in order."""
    if isinstance(grid, Mapping):
        columns = {name: _check_column(name, values) for name, values in grid.items()}
        chosen = [dict(zip(columns, values, strict=True)) for values in itertools.product(*columns.values())]
    elif isinstance(grid, Sequence) and all(isinstance(settings, Mapping) for settings in grid):
        chosen = [dict(settings) for settings in grid]
    else:
        raise ValueError(f"grid must be a mapping of names to lists, or a list of mappings, but {grid!r} was given")
    if not grid:
        raise ValueError(f"grid must have at least one setting, but {grid!r} was given; [{{}}] is a grid without names")
    chosen = [{name: _check_setting(name, value) for name, value in settings.items()} for settings in chosen]
    _check_distinct("grid", [_key(settings) for settings in chosen])
    return chosen


def _check_column(name: Any, values: Any) -> list[Any]:
    if isinstance(values, np.ndarray) and values.ndim == 1:
        values = values.tolist()
    if not isinstance(values, Sequence) or isinstance(values, str | bytes) or not values:
        raise ValueError(f"the grid must have a list of values for {name!r}, at least one, but {values!r} was given")
    return list(values)


def _check_setting(name: Any, value: Any) -> Any:
    if not isinstance(name, str) or name == "seed":
        raise ValueError(f"the name of a setting must be a string, and not 'seed', but {name!r} was given")
    plain = value.item() if isinstance(value, np.generic) else value
    try:
        _key(plain)
    except (TypeError, ValueError):
        raise ValueError(
            f"a setting must be something that JSON can hold: a finite number, a string, True, False, None, or lists "
            f"of them, but {name!r} is {value!r}"
        ) from None
    return plain


def _check_seeds(seeds: Any) -> list[int]:
    if isinstance(seeds, numbers.Integral):
        return list(range(check_count("seeds", seeds)))
    if isinstance(seeds, np.ndarray) and seeds.ndim == 1:
        seeds = seeds.tolist()
    if not isinstance(seeds, Sequence) or isinstance(seeds, str | bytes) or not seeds:
        raise ValueError(f"seeds must be a whole number, or a list of whole numbers, but {seeds!r} was given")
    checked = [check_count("a seed", seed, 0) for seed in seeds]
    _check_distinct("seeds", checked)
    return checked


def _check_distinct(name: str, values: list[Any]) -> None:
    seen = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{name} must have nothing twice, but has {value} twice")
        seen.add(value)


def _check_function(function: Any, grid: list[Settings]) -> None:
    inner = function.func if isinstance(function, functools.partial) else function
    if not inspect.isfunction(inner):
        raise ValueError(f"function must be a function, or functools.partial of one, but {function!r} was given")
    for settings in grid:
        try:
            inspect.signature(function).bind(**settings, seed=0)
        except (TypeError, ValueError) as error:
            call = ", ".join([*(f"{name}={value!r}" for name, value in settings.items()), "seed=0"])
            raise ValueError(f"{inner.__name__}({call}) is not possible: {error}") from None


def _check_executor(executor: Any, function: Any, workers: Any, retries: Any) -> Any:
    """Return the function as it is sent to the executor: to worker processes of our own, pickled."""
    check_count("retries", retries, 0)
    if executor is not None and workers is not None:
        raise ValueError(f"workers={workers!r} is for processes of our own, but an executor was given")
    if executor is not None and not isinstance(executor, Executor):
        raise ValueError(
            f"executor must be a concurrent.futures.Executor, but {executor!r} was given; "
            "that of a Dask client is client.get_executor()"
        )
    if executor is not None and not isinstance(executor, ProcessPoolExecutor):
        return function
    if workers is not None:
        check_count("workers", workers)
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise RuntimeError(
            "sweep was called while a worker process imports the script: put the call under if __name__ == '__main__':"
        )
    try:
        payload = pickle.dumps(function)
    except Exception as error:  # noqa: BLE001 - an object decides by itself how it fails to be pickled
        raise ValueError(
            f"the function cannot be sent to worker processes: {_reason(error)}. Define it with def at the top of a "
            "module or script, or hand in an executor that can take it"
        ) from None
    return payload if executor is None else function


class _Callable(types.ModuleType):
    """A module that can be called."""

    def __call__(self, *arguments: Any, **options: Any) -> Result:
        return sweep(*arguments, **options)


__signature__ = inspect.signature(sweep)
sys.modules[__name__].__class__ = _Callable
