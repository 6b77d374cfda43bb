"""Training: initialisation, minibatches, the loop, its history.

Chapter "Training"; the sheet's listing ``train``.

===========  ==============================================================
letter       meaning
===========  ==============================================================
n            number of samples
W            weights of a layer, of shape (fan_out, fan_in)
eta          learning rate before the schedule
t, T         number of the step, from 0, and how many steps there are
===========  ==============================================================

Contents: `he`, `xavier`; `buffers`, `batches`; `Run`, where a training stands; `train`; `History`; `Divergence`.
"""

import math
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genmodels.optim import SGD, Adam, Separate

Array = NDArray[Any]
Loss = Any  # a number, or a mapping of names to numbers: "loss" itself, and what a history should keep beside it
LossAndGradients = Callable[[dict[str, Array], Array, np.random.Generator], tuple[Loss, Mapping[str, Array]]]
SecondTurn = Callable[["Run", float], None]


def he(rng: np.random.Generator, fan_out: int, fan_in: int, dtype: Any = np.float32, alpha: float = 0.0) -> Array:
    """Draw weights from N(0, 2 / ((1 + alpha²) fan_in)) (He et al. 2015, equations (10) and (15)).

    Made for (leaky) rectifiers, whose slope is alpha where their argument is negative: 0 for ReLU.
    The sheet's listing uses this variance, with alpha 0, under the name of Xavier.

    Returns
    -------
    array, shape (fan_out, fan_in)
        The transposed view of a C-ordered array, so that ``X @ W.T`` reads memory in order.
    """
    return _normal(rng, fan_out, fan_in, 2 / ((1 + alpha**2) * fan_in), dtype)


def xavier(rng: np.random.Generator, fan_out: int, fan_in: int, dtype: Any = np.float32) -> Array:
    """Draw weights from N(0, 2 / (fan_in + fan_out)) (Glorot & Bengio 2010, equation (12)); memory as in `he`."""
    return _normal(rng, fan_out, fan_in, 2 / (fan_in + fan_out), dtype)


def _normal(rng: np.random.Generator, fan_out: int, fan_in: int, variance: float, dtype: Any) -> Array:
    draws = rng.standard_normal((fan_in, fan_out)) * math.sqrt(variance)
    return draws.astype(dtype).T  # (fan_out, fan_in)


INITIALIZERS = {"he": he, "xavier": xavier}


def buffers(shapes: Sequence[tuple[int, ...]], dtype: Any) -> list[Array]:
    """Cut one block of memory into arrays of these shapes, not initialised, each of which begins at a cache line."""
    line, size = 64, np.dtype(dtype).itemsize
    starts = np.cumsum([0] + [-(-math.prod(shape) * size // line) * line for shape in shapes])
    block = np.empty(starts[-1] + line, np.uint8)
    block = block[-block.ctypes.data % line :]
    return [np.ndarray(shape, dtype, block, start) for shape, start in zip(shapes, starts[:-1], strict=True)]


def batches(order: Array, batch_size: int, start: int = 0) -> Iterator[Array]:
    """Cut `order`, from position `start` on, into pieces of `batch_size` rows; the last one may be shorter."""
    for position in range(start, len(order), batch_size):
        yield order[position : position + batch_size]


class Divergence(ArithmeticError):
    """The loss or a parameter became NaN or infinite; `step` and `epoch`, both from 1, say when."""

    def __init__(self, what: str, step: int, epoch: int) -> None:
        super().__init__(
            f"{what} at step {step} (in epoch {epoch}): the training diverged. The parameters of the last epoch "
            f"that began with a finite loss are kept. A smaller learning rate may help."
        )
        self.step, self.epoch = step, epoch


@dataclass
class History:
    """The losses of a training.

    Attributes
    ----------
    step_loss : list of float
        Loss of each step's batch, before the step.
    epoch_loss : list of float
        Mean loss of each epoch: every sample weighs the same, also in a short last batch.
    steps_per_epoch : int
    """

    step_loss: list[float] = field(default_factory=list)
    epoch_loss: list[float] = field(default_factory=list)
    steps_per_epoch: int = 1

    def plot(self, ax: Any = None, **style: Any) -> Any:
        """Draw both losses over the epochs on `ax` (Matplotlib's, a new one by default) and return it."""
        if ax is None:
            import matplotlib.pyplot as plt

            ax = plt.subplots()[1]
        epochs = np.arange(1, len(self.step_loss) + 1) / self.steps_per_epoch
        (line,) = ax.plot(np.arange(1, len(self.epoch_loss) + 1), self.epoch_loss, **{"label": "epoch", **style})
        ax.plot(epochs, self.step_loss, color=line.get_color(), alpha=0.3, linewidth=0.7, zorder=1)
        ax.set(xlabel="epoch", ylabel="loss per sample", yscale="log")
        return ax


@dataclass
class Run:
    """Where a training stands: everything that its continuation depends on.

    Attributes
    ----------
    params : dict of arrays
        All parameters of the model, changed in place.
    optimizer : SGD, Adam or Separate
        It owns those parameters that are trained.
    rng : numpy.random.Generator
    history : History
    order : array of int, shape (n,)
        The running epoch's order of the samples; empty between two epochs.
    position : int
        How many samples of `order` are done.
    total : float
        Sum of their losses.
    terms : dict of floats
        Sums of what else is reported; the history keeps each as a list ``epoch_NAME``.
    """

    params: dict[str, Array]
    optimizer: SGD | Adam | Separate
    rng: np.random.Generator
    history: History = field(default_factory=History)
    order: Array = field(default_factory=lambda: np.empty(0, np.int64))
    position: int = 0
    total: float = 0.0
    terms: dict[str, float] = field(default_factory=dict)

    @property
    def epoch(self) -> int:
        """Number of finished epochs."""
        return len(self.history.epoch_loss)

    @property
    def step(self) -> int:
        """Number of finished steps."""
        return len(self.history.step_loss)

    def check(self, loss: float, what: str = "the loss") -> None:
        """Raise `Divergence` if the running step's loss is not finite."""
        if not math.isfinite(loss):
            raise Divergence(f"{what} became {loss}", self.step + 1, self.epoch + 1)

    def record(self, loss: float, rows: int, terms: Mapping[str, Any] = MappingProxyType({})) -> None:
        """Count a step that was made with this loss, and these terms beside it, on so many rows."""
        self.history.step_loss.append(loss)
        self.total += loss * rows
        self.position += rows
        for name, term in terms.items():
            self.terms[name] = self.terms.get(name, 0.0) + float(term) * rows

    def close_epoch(self) -> None:
        """Turn the sums of the epoch's losses and terms into their means."""
        self.history.epoch_loss.append(self.total / self.position)
        for name, total in self.terms.items():
            getattr(self.history, f"epoch_{name}").append(total / self.position)
        self.order, self.position, self.total, self.terms = self.order[:0], 0, 0.0, {}


def train(
    run: Run,
    loss_and_gradients: LossAndGradients,
    n: int,
    *,
    batch_size: int,
    epochs: int,
    eta: float,
    schedule: Callable[[int, int], float],
    earned: Callable[[Sequence[float]], float] | None = None,
    second: SecondTurn | None = None,
    on_epoch: Callable[[Run], None] | None = None,
    verbose: bool | None = None,
) -> bool:
    """Continue `run` up to its last epoch, in shuffled minibatches.

    Parameters
    ----------
    run : Run
        Changed in place.
    loss_and_gradients : function of (params, rows, rng)
        Returns the loss of a batch, which is a mean over its rows, and the gradients by the parameters' names.
        Instead of the loss it may return a mapping of "loss" to it, and of other names to terms that the
        history keeps too.
    n : int
        Number of samples.
    batch_size, epochs : int
    eta : float
        Learning rate, multiplied in step t of T by ``schedule(t, T)``.
    earned : function of a sequence of losses, optional
        Another factor of the learning rate, the same in all steps of an epoch: what the losses of the finished epochs
        make of it (see `genmodels.optim.plateau`).
    second : function of (run, learning rate), optional
        What else a step does after its descent: in a game, the other player's turn.
    on_epoch : function of the run, optional
        Called after each epoch.
    verbose : bool, optional
        Whether to show a progress bar; by default only on a terminal.

    Returns
    -------
    bool
        Whether the last epoch was reached; False after an interrupt (Ctrl-C), which takes effect between two steps.

    Raises
    ------
    Divergence
        If a loss or a parameter is not finite any more; the parameters go back to the last good ones.
    """
    run.history.steps_per_epoch = math.ceil(n / batch_size)
    T = epochs * run.history.steps_per_epoch
    base = _base_rate(eta, earned, run)
    good = {name: p.copy(order="K") for name, p in run.params.items()}
    quiet = np.errstate(over="ignore", invalid="ignore", divide="ignore")
    with quiet, _interrupts_between_steps() as pause, _progress(epochs, run.epoch, verbose) as advance:
        try:
            for rows in _minibatches(run, n, batch_size, epochs, [advance, on_epoch]):
                found, grads = loss_and_gradients(run.params, rows, run.rng)
                terms = dict(found) if isinstance(found, Mapping) else {"loss": found}
                loss = terms.pop("loss")
                run.check(loss)
                if run.position == 0:
                    _copy(run.params, good)
                    base = _base_rate(eta, earned, run)
                rate = base * schedule(run.step, T)
                run.optimizer.step(grads, rate)
                if second is not None:
                    second(run, rate)
                run.record(float(loss), len(rows), terms)
                pause()
        except KeyboardInterrupt:
            return False
        except Divergence:
            _copy(good, run.params)
            raise
    return True


def _minibatches(
    run: Run, n: int, batch_size: int, epochs: int, on_epoch: list[Callable[[Run], None] | None]
) -> Iterator[Array]:
    while run.epoch < epochs:
        if run.position == 0:
            run.order = run.rng.permutation(n)
        yield from batches(run.order, batch_size, run.position)
        if not all(np.isfinite(p).all() for p in run.params.values()):
            raise Divergence("a parameter became infinite or NaN", run.step, run.epoch + 1)
        run.close_epoch()
        for call in filter(None, on_epoch):
            call(run)


def _base_rate(eta: float, earned: Callable[[Sequence[float]], float] | None, run: Run) -> float:
    return eta if earned is None else eta * earned(run.history.epoch_loss)


def _copy(source: Mapping[str, Array], target: Mapping[str, Array]) -> None:
    for name, array in source.items():
        np.copyto(target[name], array)


@contextmanager
def _progress(epochs: int, done: int, verbose: bool | None) -> Iterator[Callable[[Run], None] | None]:
    if verbose is None:
        verbose = sys.stderr is not None and sys.stderr.isatty()
    if not verbose:
        yield None
        return
    from tqdm import tqdm

    with tqdm(total=epochs, initial=done, unit="epoch") as bar:

        def advance(run: Run) -> None:
            bar.set_postfix(loss=f"{run.history.epoch_loss[-1]:.4g}", refresh=False)
            bar.update()

        yield advance


@contextmanager
def _interrupts_between_steps() -> Iterator[Callable[[], None]]:
    """Hold an interrupt back until the running step is whole; a second one strikes at once."""
    pending: list[int] = []

    def remember(number: int, frame: Any) -> None:  # noqa: ARG001 - the signature of a signal handler
        if pending:
            raise KeyboardInterrupt
        pending.append(number)

    def pause() -> None:
        if pending:
            raise KeyboardInterrupt

    own = threading.current_thread() is threading.main_thread()
    if not own or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield pause
        return
    signal.signal(signal.SIGINT, remember)
    try:
        yield pause
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
