"""Recurrent networks: the Elman network of the sheet, backpropagation through time, and the model that learns by it.

Chapter "Recurrent networks", the sheet's exercise 4.2.

==================  =======================================================  ==============
letter              meaning                                                  shape
==================  =======================================================  ==============
n, T                sequences in a batch, and steps of each
d, h, o             numbers in an input, a state and an output
X                   inputs, the time first: X[t] is a step of all sequences  (T, n, d)
H                   states: H[0] before the first step, H[t + 1] after X[t]  (T + 1, n, h)
Y                   outputs of the last S steps                              (S, n, o)
dY                  slopes of the loss in these outputs                      (S, n, o)
dH                  slopes in the states that Y comes from, by Y alone       (S, n, h)
Delta               slopes in the preactivations, of every step              (T, n, h)
W_xh, b_h           weights from an input to its state, and biases           (h, d), (h,)
W_hh                weights from one state to the next                       (h, h)
W_hy, b_y           weights and biases from a state to its output            (o, h), (o,)
==================  =======================================================  ==============

In these functions the time comes first, so that a step is one piece of memory; `RNN` takes and returns sequences as
its users have them, shape (n, T, d).

Contents: `init_params`, `orthogonal`; `forward`, which returns a `Pass`, `backward`, and `Work`, their buffers;
`loss_and_slopes` and the `LOSSES`; `RNN` and its `GradientHistory`.
"""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from genmodels.activations import ACTIVATIONS, affine
from genmodels.estimator import Estimator
from genmodels.losses import cross_entropy, softmax, squared_error_from_gradient, squared_error_gradient
from genmodels.optim import Schedule, clip_by_global_norm
from genmodels.training import INITIALIZERS, History, LossAndGradients, Run, SecondTurn, buffers
from genmodels.validation import check_array, check_choice, check_count, check_number

Array = NDArray[Any]
Params = dict[str, Array]
Buffer = Any  # an array, or None
TASKS = ("classification", "regression")
OUTPUTS = ("all", "last")
INITS = ("he", "orthogonal", "xavier")
_LINE = 16  # numbers: every gradient begins at a cache line


def shapes(d: int, h: int, o: int) -> dict[str, tuple[int, ...]]:
    """Name all parameters and their shapes."""
    return {"W_xh": (h, d), "W_hh": (h, h), "W_hy": (o, h), "b_h": (h,), "b_y": (o,)}


def orthogonal(rng: np.random.Generator, h: int, rho: float = 1.0, dtype: Any = np.float32) -> Array:
    """Draw `rho` times an orthogonal matrix, each equally likely (Saxe et al. 2014): it stretches everything by rho.

    Returns
    -------
    array, shape (h, h)
        The transposed view of a C-ordered array, as `genmodels.training.he` makes it.
    """
    Q, R = np.linalg.qr(rng.standard_normal((h, h)))
    return np.ascontiguousarray((rho * Q * np.sign(np.diag(R))).T.astype(dtype)).T  # (h, h)


def init_params(
    rng: np.random.Generator,
    d: int,
    h: int,
    o: int,
    *,
    init: str | float = "orthogonal",
    rho: float = 1.0,
    dtype: Any = np.float32,
) -> Params:
    """Draw the weights; the biases are zero.

    Parameters
    ----------
    rng : numpy.random.Generator
    d, h, o : int
    init : {"orthogonal", "xavier", "he"} or float
        "orthogonal": W_hh is `rho` times an orthogonal matrix, the others are Xavier's. A number is the standard
        deviation of all weights; in the sheet it is 0.01.
    rho : float
    dtype : NumPy type

    Returns
    -------
    dict of arrays
        As in the table above.
    """
    params = {}
    for name, size in shapes(d, h, o).items():
        if len(size) == 1:
            params[name] = np.zeros(size, dtype)
        elif init == "orthogonal" and name == "W_hh":
            params[name] = orthogonal(rng, h, rho, dtype)
        elif isinstance(init, str):
            params[name] = INITIALIZERS["xavier" if init == "orthogonal" else init](rng, size[0], size[1], dtype)
        else:
            params[name] = (init * rng.standard_normal(size[::-1])).astype(dtype).T
    return params


class Work(NamedTuple):
    """Buffers for `forward` and `backward` to write to; None means a new array."""

    X: Buffer = None  # (T, n, d)
    H: Buffer = None  # (T + 1, n, h)
    A: Buffer = None  # (n, h)
    Y: Buffer = None  # (S, n, o)
    dY: Buffer = None  # (S, n, o)
    dH: Buffer = None  # (S, n, h)
    Delta: Buffer = None  # (T, n, h)
    grads: Buffer = None  # of the parameters, by their names
    flat: Buffer = None  # all of `grads` in one array, with zeros between them

    @classmethod
    def allocate(cls, n: int, T: int, S: int, params: Params) -> "Work":
        """Make the buffers for batches of `n` sequences; the gradients lie in memory as their weights do."""
        (h, d), o = params["W_xh"].shape, len(params["b_y"])
        starts = np.cumsum([0, *(-(-p.size // _LINE) * _LINE for p in params.values())])
        batch = [(T, n, d), (T + 1, n, h), (n, h), (S, n, o), (S, n, o), (S, n, h), (T, n, h), (int(starts[-1]),)]
        *made, flat = buffers(batch, params["W_xh"].dtype)
        flat.fill(0)
        grads = {
            name: flat[start : start + p.size].reshape(p.T.shape).T
            for (name, p), start in zip(params.items(), starts[:-1], strict=True)
        }
        return cls._make([*made, grads, flat])


class Pass(NamedTuple):
    """What `forward` computed, and `backward` needs."""

    H: Array  # (T + 1, n, h)
    Y: Array  # (S, n, o)


def forward(
    params: Params,
    X: Array,
    h_0: Array | None = None,
    work: Work | None = None,
    *,
    steps: int | None = None,
    activation: str = "tanh",
) -> Pass:
    """Read sequences step by step: h_t = tanh(W_xh x_t + W_hh h_(t-1) + b_h), y_t = W_hy h_t + b_y.

    Parameters
    ----------
    params : dict of arrays
        As in the table above.
    X : array, shape (T, n, d)
    h_0 : array, shape (n, h), optional
        The state before the first step; zero by default, as in the sheet.
    work : Work, optional
    steps : int, optional
        S: from how many last steps an output is wanted; from all by default.
    activation : name of one of the `ACTIVATIONS`
        The sheet has "tanh".

    Returns
    -------
    Pass
        States and outputs.
    """
    w, p, value = work or Work(), params, ACTIVATIONS[activation].value
    T, n, _ = X.shape
    h, o, S = len(p["b_h"]), len(p["b_y"]), T if steps is None else steps
    first = X.dtype.type(0) if h_0 is None else h_0
    H = np.empty((T + 1, n, h), np.result_type(X, first, *p.values())) if w.H is None else w.H
    H[0] = first
    A_x = affine(_flat(X), p["W_xh"], p["b_h"], None if w.H is None else _flat(H[1:]))  # (T n, h): all steps at once
    if w.H is None:
        H[1:] = A_x.reshape(T, n, h)
    W_hh_T = p["W_hh"].T
    for H_before, H_now in pairwise(H):
        A = np.dot(H_before, W_hh_T, out=w.A)  # (n, h)
        A += H_now
        value(A, out=H_now)
    Y = affine(_flat(H[T + 1 - S :]), p["W_hy"], p["b_y"], None if w.Y is None else _flat(w.Y))
    return Pass(H, Y.reshape(S, n, o))


def backward(
    params: Params,
    X: Array,
    H: Array,
    dY: Array,
    work: Work | None = None,
    *,
    truncation: int | None = None,
    activation: str = "tanh",
) -> Params:
    """Carry slopes in the outputs back through time, to the gradients by all parameters.

    delta_t = tanh'(a_t) * (W_hy^T g_t + W_hh^T delta_(t+1)), from the last step to the first, where g_t are the slopes
    in the outputs, which the sheet's listing calls ``doutputs``; its backward pass leaves this line out.

    Parameters
    ----------
    params : dict of arrays
    X, H : array, shapes (T, n, d) and (T + 1, n, h)
        What `forward` was given, and the states that it returned.
    dY : array, shape (S, n, o)
        Slopes of the loss in the outputs of the last S steps.
    work : Work, optional
    truncation : int, optional
        Cut the way back into pieces of so many steps, counted from the last one: no slope crosses a cut, as if the
        state before a piece were given. By default it is not cut.
    activation : as in `forward`

    Returns
    -------
    dict of arrays
        Gradients under the names, and of the shapes, of the parameters.
    """
    w, p, W_hh, (T, S) = work or Work(), params, params["W_hh"], (len(X), len(dY))
    k = T if truncation is None else truncation
    dH = np.dot(_flat(dY), p["W_hy"], out=None if w.dH is None else _flat(w.dH)).reshape(S, *H.shape[1:])  # (S, n, h)
    Delta = slopes = ACTIVATIONS[activation].slope(H[1:], out=w.Delta)  # (T, n, h), or a single one for all
    if not slopes.ndim:
        Delta = np.empty_like(H[1:]) if w.Delta is None else w.Delta
        Delta[:] = slopes
    for t in reversed(range(T)):
        Delta_t, own = Delta[t], dH[t - T + S] if t >= T - S else None  # (n, h): first the slope of the activation
        if (T - 1 - t) % k:
            s_t = np.dot(Delta[t + 1], W_hh, out=w.A)  # (n, h): from the step behind
            if own is not None:
                s_t += own
            Delta_t *= s_t
        else:
            Delta_t *= 0 if own is None else own
    out, D = (w.grads or {}).get, _flat(Delta)  # all steps at once: (T n, h)
    states, G = _flat(H[T + 1 - S :]), _flat(dY)  # (S n, h), (S n, o)
    ones = np.ones(len(D), D.dtype)  # to sum with: a product is the fastest sum
    return {
        "W_xh": np.matmul(D.T, _flat(X), out=out("W_xh")),  # (h, d)
        "W_hh": np.matmul(D.T, _flat(H[:-1]), out=out("W_hh")),  # (h, h)
        "W_hy": np.matmul(G.T, states, out=out("W_hy")),  # (o, h)
        "b_h": np.dot(ones, D, out=out("b_h")),  # (h,)
        "b_y": np.dot(ones[: len(G)], G, out=out("b_y")),  # (o,)
    }


def _flat(A: Array) -> Array:
    """All steps of all sequences below each other, (T, n, width) -> (T n, width): a view of memory in order."""
    return A.reshape(-1, A.shape[-1])


def squared_errors(Y: Array, targets: Array, out: Array | None = None) -> tuple[Any, Array]:
    """Mean over the samples of the squared distance of two (n, o) arrays, and its gradient by Y."""
    dY = squared_error_gradient(Y, targets, out)
    return squared_error_from_gradient(dY), dY


LOSSES: dict[str, Callable[..., tuple[Any, Array]]] = {"classification": cross_entropy, "regression": squared_errors}


def loss_and_slopes(task: str, Y: Array, targets: Array, out: Array | None = None) -> tuple[Any, Array]:
    """Compute the loss of a task, summed over the steps and averaged over the samples, and its slopes dY.

    Parameters
    ----------
    task : name of one of the `LOSSES`
    Y, targets : array, shape (S, n, o)
    out : array, shape (S, n, o), optional
        Where to write the slopes.
    """
    S = len(Y)
    value, dY = LOSSES[task](_flat(Y), _flat(targets), None if out is None else _flat(out))
    if S > 1:  # the mean was one over the steps too
        value, dY = S * value, np.multiply(dY, S, out=None if out is None else dY)
    return value, dY.reshape(Y.shape)


@dataclass
class GradientHistory(History):
    """The losses of a training, and how long its gradients were.

    Attributes
    ----------
    step_loss, epoch_loss : list of float
        Loss of each step's batch, before the step, and its mean over each epoch.
    gradient_norm : list of float
        Norm of all gradients together in each step, before it was clipped.
    steps_per_epoch : int
    """

    gradient_norm: list[float] = field(default_factory=list)


class RNN(Estimator):
    """Recurrent network of Elman (1990), trained by backpropagation through time.

    Parameters
    ----------
    n_hidden : int, default 64
        Numbers h in a state.
    task : {"classification", "regression"}, default "classification"
        What is predicted: classes, by the cross entropy, or numbers, by the squared error.
    outputs : {"last", "all"}, default "last"
        Whether one prediction is made after the last step (many to one), or one after every step (many to many).
    activation : {"tanh", "linear", "relu", "sigmoid", "softplus", "leaky_relu"}, default "tanh"
        Of the states; the sheet has "tanh".
    init : {"orthogonal", "xavier", "he"} or float, default "orthogonal"
        Initialisation of the weights. "orthogonal": the weights from state to state are a multiple of an orthogonal
        matrix, the others are Xavier's. A number is the standard deviation of all of them, 0.01 in the sheet.
    radius : float, default 1.0
        That multiple, rho: slopes through T steps of a linear network shrink or grow by rho^T.
    truncation : int or None, default None
        Cut the way back into pieces of so many steps, counted from the last one. None: the whole way. There is one
        step of the optimiser for each batch either way.
    clip : float or None, default 5.0
        Gradients are shortened to this norm where all of them together are longer. None: never.
    optimizer : {"adam", "sgd"}, default "adam"
    momentum : float in [0, 1), default 0.0
    learning_rate : float, default 0.003
        For the mean over the samples of the loss, which is summed over the steps that are predicted.
    schedule : {"constant", "cosine", "step", "plateau"} or Schedule, default "constant"
        How the learning rate changes: "cosine" lets it fall to zero at the last step. A `genmodels.optim.Schedule` has
        more settings, for example a warm-up.
    batch_size : int or None, default 32
        Sequences in each step; None takes all of them.
    epochs : int, default 100
        How often every sequence is seen.
    dtype : {"float32", "float64"}, default "float32"
    random_state : None, int or numpy.random.Generator, default None
        With the same int, the same number of threads and the same machine, the same bits.
    verbose : bool or None, default None
        Whether to show a progress bar; None: only on a terminal.

    Attributes
    ----------
    params_ : dict of arrays
        ``W_xh`` (h, d), ``W_hh`` (h, h), ``W_hy`` (o, h), ``b_h`` (h,), ``b_y`` (o,).
    history_ : GradientHistory
        Losses, and the norm of the gradients before the clipping, by step.
    n_features_in_ : int
        d, the numbers in a step.
    n_outputs_ : int
        o, the numbers in an output: classes, or numbers in a target.
    classes_ : array, shape (o,)
        The classes, in the order of the outputs; of a classifier only.

    Notes
    -----
    Data have three axes, shape (n, T, d): sequences, their steps, the numbers in a step. All sequences that are given
    together have one length; another call may have another.

    Examples
    --------
    >>> from genmodels import RNN, data
    >>> X, y = data.digits()
    >>> rows = X.reshape(-1, 8, 8)  # a digit is read row by row
    >>> model = RNN(32, epochs=10, random_state=0).fit(rows[:1000], y[:1000])
    >>> model.predict(rows[1000:]).shape
    (797,)
    >>> model.score(rows[1000:], y[1000:]) > 0.8
    True
    """

    _history = GradientHistory
    _axes = ("sample", "step", "feature")
    history_: GradientHistory
    n_outputs_: int
    classes_: Array

    def __init__(
        self,
        n_hidden: int = 64,
        *,
        task: str = "classification",
        outputs: str = "last",
        activation: str = "tanh",
        init: str | float = "orthogonal",
        radius: float = 1.0,
        truncation: int | None = None,
        clip: float | None = 5.0,
        optimizer: str = "adam",
        momentum: float = 0.0,
        learning_rate: float = 0.003,
        schedule: str | Schedule = "constant",
        batch_size: int | None = 32,
        epochs: int = 100,
        dtype: Any = "float32",
        random_state: Any = None,
        verbose: bool | None = None,
    ) -> None:
        self.n_hidden = n_hidden
        self.task = task
        self.outputs = outputs
        self.activation = activation
        self.init = init
        self.radius = radius
        self.truncation = truncation
        self.clip = clip
        self.optimizer = optimizer
        self.momentum = momentum
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.batch_size = batch_size
        self.epochs = epochs
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose

    def predict(self, X: ArrayLike) -> Array:
        """Return the prediction for each sequence in `X`, or for each of its steps.

        Parameters
        ----------
        X : array-like, shape (n, T, d)

        Returns
        -------
        array
            Classes, shape (n,) or (n, T); or numbers, shape (n, o) or (n, T, o).
        """
        Y = self._outputs(X)
        return self.classes_[Y.argmax(axis=-1)] if self.task == "classification" else self._rounded(Y)

    def predict_proba(self, X: ArrayLike) -> Array:
        """Return the probabilities of all classes, shape (n, o) or (n, T, o).

        Raises
        ------
        ValueError
            If the model predicts numbers.
        """
        self._check_fitted()
        if self.task != "classification":
            raise ValueError(f"probabilities belong to task='classification', but this model has task={self.task!r}")
        return self._rounded(softmax(self._outputs(X)))

    def states(self, X: ArrayLike) -> Array:
        """Return the state after each step, shape (n, T, h)."""
        return self._rounded(np.ascontiguousarray(self._forward(X).H[1:].swapaxes(0, 1)))

    def score(self, X: ArrayLike, y: ArrayLike | None = None) -> float:
        """Return how well the predictions for `X` fit the targets `y`: higher is better, at most 1.

        Of a classifier the share of right predictions; of a regression the share of the variance of the targets,
        over all of their numbers, that is explained, and 0 or 1 if they do not vary.

        Parameters
        ----------
        X : array-like, shape (n, T, d)
        y : array-like
            As `fit` takes it.
        """
        found = self.predict(X)
        if self.task == "classification":
            return float((found == self._check_classes(y, found.shape)).mean())
        wanted = self._check_numbers(y, found.shape, np.float64)
        missed = float(((wanted - found) ** 2).sum())
        spread = float(((wanted - wanted.reshape(-1, self.n_outputs_).mean(axis=0)) ** 2).sum())
        return 1 - missed / spread if spread else float(missed == 0)

    # between the public edge and the functions: float64

    def _forward(self, X: ArrayLike) -> Pass:
        time_first = self._check_data(X).astype(np.float64).swapaxes(0, 1)  # (T, n, d)
        with np.errstate(over="ignore", invalid="ignore"):
            passed = forward(self._precise_params(), time_first, activation=self.activation)
        largest = np.finfo(self._dtype).max
        if not all((np.abs(array) <= largest).all() for array in passed):
            raise ValueError(f"the states of these sequences grow beyond {self._dtype}, so there is no prediction")
        return passed

    def _outputs(self, X: ArrayLike) -> Array:
        """Outputs as they are returned, shape (n, o) or (n, T, o)."""
        Y = self._forward(X).Y
        return Y[-1] if self.outputs == "last" else np.ascontiguousarray(Y.swapaxes(0, 1))

    # what Estimator asks for

    def _samples(self, X: Array, y: Any) -> tuple[Array, Array]:
        """Return the sequences and their targets as numbers, shape (n, S, o): of classes 1 in the right column."""
        steps = () if self.outputs == "last" else X.shape[1:2]
        if self.task == "classification":
            classes, members = np.unique(self._check_classes(y, (len(X), *steps)), return_inverse=True)
            if len(classes) < 2:
                raise ValueError(f"y must hold at least 2 classes, but 1 class was given: {classes[0]!r}")
            targets = np.eye(len(classes), dtype=X.dtype)[members.reshape(len(X), -1)]
        else:
            targets = self._check_numbers(y, (len(X), *steps, None), X.dtype)
        return X, targets.reshape(len(X), -1, targets.shape[-1])

    def _sizes(self, samples: tuple[Array, Array]) -> tuple[int, int]:
        X, targets = samples
        return X.shape[-1], targets.shape[-1]

    def _shapes(self, sizes: tuple[int, int]) -> dict[str, tuple[int, ...]]:
        d, o = sizes
        return shapes(d, self.n_hidden, o)

    def _start(self, sizes: tuple[int, int], rng: np.random.Generator) -> Params:
        d, o = sizes
        return init_params(rng, d, self.n_hidden, o, init=self.init, rho=self.radius, dtype=self.dtype)

    def _remember_targets(self, y: Any) -> None:
        if self.task == "classification":
            self.classes_ = np.unique(np.asarray(y))
        self.n_outputs_ = len(self.classes_) if self.task == "classification" else np.shape(y)[-1]

    def _turns(self, samples: tuple[Array, Array]) -> tuple[LossAndGradients, SecondTurn]:
        lesson = _Lesson(self, *samples)
        return lesson.loss_and_gradients, lesson.record

    def _pack(self, params: Params, history: History) -> tuple[dict[str, Any], dict[str, Array]]:
        meta, arrays = super()._pack(params, history)
        classes = self.classes_.tolist() if self.task == "classification" else None
        return {**meta, "n_outputs": self.n_outputs_, "classes": classes}, arrays

    def _recall_sizes(self, meta: dict[str, Any]) -> tuple[int, int]:
        self.n_outputs_ = check_count("n_outputs", meta["n_outputs"])
        if self.task == "classification":
            self.classes_ = np.array(meta["classes"])
            if self.classes_.shape != (self.n_outputs_,) or self.classes_.dtype.kind not in "biuU":
                raise ValueError(f"classes must be {self.n_outputs_} numbers or words, but are {meta['classes']!r}")
        return self.n_features_in_, self.n_outputs_

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, InputTags, RegressorTags, TargetTags

        tags = super().__sklearn_tags__()
        tags.input_tags, tags.target_tags = InputTags(two_d_array=False, three_d_array=True), TargetTags(required=True)
        if self.task == "classification":
            tags.estimator_type, tags.classifier_tags = "classifier", ClassifierTags()
        else:
            tags.estimator_type, tags.regressor_tags = "regressor", RegressorTags()
        return tags

    # checks

    def _check_settings(self) -> None:
        super()._check_settings()
        check_count("n_hidden", self.n_hidden)
        check_choice("task", self.task, TASKS)
        check_choice("outputs", self.outputs, OUTPUTS)
        check_choice("activation", self.activation, ACTIVATIONS)
        if isinstance(self.init, str):
            check_choice("init", self.init, INITS)
        else:
            check_number("init", self.init, above=0)
        check_number("radius", self.radius, above=0)
        if self.radius != 1 and self.init != "orthogonal":
            raise ValueError(
                f"radius is a setting of init='orthogonal', but {self.radius!r} was given with init={self.init!r}"
            )
        if self.truncation is not None:
            check_count("truncation", self.truncation)
        if self.clip is not None:
            check_number("clip", self.clip, above=0)

    def _check_classes(self, y: Any, shape: tuple[int, ...]) -> Array:
        """Return one class for each prediction as an array of this shape."""
        if y is None:
            raise ValueError("this estimator requires y to be passed, but the target y is None")
        y = np.asarray(y)
        if y.shape != shape:
            raise ValueError(
                f"y must hold one class for each {'sequence' if len(shape) == 1 else 'step'}, shape {shape}, "
                f"but {y.shape} was given"
            )
        if y.dtype.kind not in "biuU":
            raise ValueError(f"y must hold classes, whole numbers or words, but has the type {y.dtype}")
        return y

    def _check_numbers(self, y: Any, shape: tuple[int | None, ...], dtype: Any) -> Array:
        """Return the targets as an array of this shape, whose last axis may have any length if it is None."""
        if y is None:
            raise ValueError("this estimator requires y to be passed, but the target y is None")
        axes = ("sample", "number") if len(shape) == 2 else ("sample", "step", "number")
        y = check_array(y, dtype, axes, name="y")
        if y.shape[:-1] != shape[:-1] or shape[-1] not in (None, y.shape[-1]):
            wanted = ", ".join("any" if size is None else str(size) for size in shape)
            raise ValueError(f"y must have the shape ({wanted}), but {y.shape} was given")
        return y


class _Lesson:
    """What a step of the training computes from a batch, with the buffers that live as long as the training."""

    def __init__(self, model: RNN, X: Array, targets: Array) -> None:
        self.model = model
        self.X = np.ascontiguousarray(X.swapaxes(0, 1))  # (T, n, d)
        self.targets = np.ascontiguousarray(targets.swapaxes(0, 1))  # (S, n, o)
        self.works: dict[int, tuple[Work, Array]] = {}
        self.norm = 0.0  # of the gradients of the running step

    def loss_and_gradients(self, params: Params, rows: Array, rng: np.random.Generator) -> tuple[Any, Params]:
        """Compute the loss of these sequences and its gradients, clipped."""
        model, n, (S, N, o) = self.model, len(rows), self.targets.shape
        if n not in self.works:
            self.works[n] = Work.allocate(n, len(self.X), S, params), np.empty((S, n, o), self.X.dtype)
        w, C = self.works[n]
        X = self.X if n == N else np.take(self.X, rows, axis=1, out=w.X, mode="clip")
        C = self.targets if n == N else np.take(self.targets, rows, axis=1, out=C, mode="clip")
        H, Y = forward(params, X, work=w, steps=S, activation=model.activation)
        loss, dY = loss_and_slopes(model.task, Y, C, w.dY)
        grads = backward(params, X, H, dY, w, truncation=model.truncation, activation=model.activation)
        self.norm = _clip(cast("Array", w.flat), model.clip)
        return loss, grads

    def record(self, run: Run, rate: float) -> None:
        """Keep the norm of the gradients; stop where it is not finite."""
        run.check(self.norm, "the norm of the gradients")
        cast("GradientHistory", run.history).gradient_norm.append(self.norm)


def _clip(flat: Array, clip: float | None) -> float:
    """Clip gradients, which lie in one array, in place; return the norm that they had, if need be NaN or infinity."""
    try:
        return clip_by_global_norm(flat, sys.float_info.max if clip is None else clip, out=flat)[1]
    except ValueError:
        return math.nan if np.isnan(flat).any() else math.inf
