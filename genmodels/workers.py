"""Worker processes for `genmodels.sweep`, which may die and leave nothing behind.

Contents: `run_task`, what every worker does, whatever executor it belongs to, and its `Outcome`; `check_values`;
`Processes`, an executor of our own, with its errors `WorkerDied` and `CannotStart`.
"""

import multiprocessing
import numbers
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import numpy as np

from genmodels.provenance import differences

# A worker that inherits nothing has no lock that another thread of the parent held, and loads NumPy anew, so that the
# number of threads can still be chosen. One for each: then nothing depends on how many workers there are.
_CONTEXT = multiprocessing.get_context("spawn")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_ENVIRONMENT = {**dict.fromkeys(_THREADS, "1"), "TQDM_DISABLE": "1"}  # the bars of many fits would overwrite each other
_starting = threading.Lock()


class Outcome(NamedTuple):
    """What became of a task: what it found, or the traceback of its error."""

    values: dict[str, float] | None
    error: str | None
    seconds: float


def run_task(function: Any, settings: Mapping[str, Any], seed: int, origin: Mapping[str, str | None]) -> Outcome:
    """Call the function, given as it is or pickled, and check what it returns.

    Whatever it raises is part of the outcome. So is a worker whose versions or sources are not those of the `origin`.
    """
    seconds = 0.0
    try:
        if isinstance(function, bytes):
            function = pickle.loads(function)
        if other := differences(function, origin):
            raise RuntimeError(f"this worker is not like the process that began the sweep: it has {', '.join(other)}")
        start = time.perf_counter()
        found = function(**settings, seed=seed)
        seconds = time.perf_counter() - start
        return Outcome(check_values(found, settings), None, seconds)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the task fails, whatever the reason; the others go on
        trace = error.__traceback__.tb_next if error.__traceback__ else None  # without this function
        return Outcome(None, "".join(traceback.format_exception(type(error), error, trace)), seconds)


def check_values(found: Any, settings: Mapping[str, Any]) -> dict[str, float]:
    """Return what a function found as plain numbers by name.

    Raises
    ------
    ValueError
        If it is no mapping of names to numbers, a name is that of a setting, or a number is not finite or has more
        digits than a float64 can hold.
    """
    if not isinstance(found, Mapping) or not found or not all(isinstance(name, str) for name in found):
        raise ValueError(f"the function must return a mapping of names to numbers, but it returned {found!r}")
    if taken := found.keys() & {*settings, "seed"}:
        raise ValueError(f"the function returned a number of the name {min(taken)!r}, which is the name of a setting")
    return {name: _plain_number(name, value) for name, value in found.items()}


def _plain_number(name: str, value: Any) -> float:
    if isinstance(value, numbers.Integral | np.bool_):
        plain: float = int(value)
    elif isinstance(value, numbers.Real):
        plain = float(value)
    else:
        raise ValueError(f"{name!r} must be a number, but the function returned {value!r}")  # noqa: TRY004 - as below
    if not -sys.float_info.max <= plain <= sys.float_info.max:
        raise ValueError(f"{name!r} must be finite, but the function returned {value!r}")
    if float(plain) != value:
        raise ValueError(f"{name!r} must be a number that a float64 can hold, but the function returned {value!r}")
    return plain


class WorkerDied(RuntimeError):
    """A task's worker process died in every attempt."""


class CannotStart(RuntimeError):
    """The worker processes end before they can work, or cannot load the function."""


class Processes(Executor):
    """Worker processes that stand alone: when one dies, nothing is lost but its own task, which is tried again.

    Each has one thread for linear algebra, ignores interrupts, and ends with this process, even if that is killed.

    Parameters
    ----------
    workers : int
    payload : bytes
        A pickled object that every worker must be able to load.
    retries : int
        How often a task is tried again whose worker died.
    """

    def __init__(self, workers: int, payload: bytes, retries: int) -> None:
        self._payload, self._retries = payload, retries
        self._threads = ThreadPoolExecutor(workers, "sweep")  # each of them takes care of one process
        self._own = threading.local()
        self._running: set[_Process] = set()
        self._closed = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call a function in the next process that is free."""
        return self._threads.submit(self._attempt, fn, args, kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes; with `cancel_futures` at once, whatever they are doing."""
        if cancel_futures:
            self._closed = True
            for process in list(self._running):
                process.kill()
        self._threads.shutdown(wait, cancel_futures=cancel_futures)
        for process in list(self._running):
            process.close()

    def _attempt(self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        started = False
        for _ in range(1 + self._retries):
            try:
                process = self._process()
                started = True
                return process.executor.submit(fn, *args, **kwargs).result()
            except BrokenProcessPool:
                self._drop()
                if self._closed:
                    break
        if started:
            raise WorkerDied(
                f"its worker process died {1 + self._retries} times: it crashed, was killed, or had too little memory"
            )
        raise CannotStart(
            "the worker processes end before they can work, and have said why above. "
            "In a script, the call of sweep must stand under: if __name__ == '__main__':"
        )

    def _process(self) -> "_Process":
        """Return the running thread's own process, a new one if it has none."""
        if getattr(self._own, "process", None) is None:
            process = self._own.process = _Process()
            self._running.add(process)
            if self._closed:
                process.kill()
            if problem := process.executor.submit(_load, self._payload).result():
                raise CannotStart(f"the worker processes cannot load the function: {problem}")
        return self._own.process

    def _drop(self) -> None:
        process, self._own.process = self._own.process, None
        self._running.discard(process)
        process.close()


class _Process:
    """One process in a pool of its own, and the pipe that it lives by."""

    def __init__(self) -> None:
        theirs, self._lifeline = _CONTEXT.Pipe(duplex=False)
        self.executor = ProcessPoolExecutor(1, _CONTEXT, _begin, (theirs,))
        with _starting, _environment():
            self.executor.submit(_nothing)  # this starts the process
        theirs.close()

    def kill(self) -> None:
        self._lifeline.close()

    def close(self) -> None:
        self.executor.shutdown()
        self._lifeline.close()


@contextmanager
def _environment() -> Iterator[None]:
    """Change this process's environment for as long as it takes to start a process that inherits it."""
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update(_ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


# what runs in a worker process


def _begin(lifeline: Connection) -> None:
    """Leave interrupts to the parent, which ends this process when it is interrupted; and end when the parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()


def _end_with(lifeline: Connection) -> None:
    try:
        lifeline.recv_bytes()
    except (EOFError, OSError):
        os._exit(1)


def _nothing() -> None:
    pass


def _load(payload: bytes) -> str | None:
    """Load a pickled object; return what went wrong."""
    try:
        pickle.loads(payload)
    except Exception as error:  # noqa: BLE001 - importing a module can raise anything
        return f"{type(error).__name__}: {error}"
    return None
