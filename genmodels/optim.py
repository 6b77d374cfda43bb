"""Optimisers and learning-rate schedules.

Chapter "Training"; the sheet uses plain gradient descent only, and clips the gradients of its recurrent network.

===========  ==============================================================
letter       meaning
===========  ==============================================================
p, g         a parameter array and the gradient of the loss by it
v            velocity: gradients summed with momentum mu
m, s         first and second moment of the gradient (Adam)
eta          learning rate of this step
t, T         number of the step, from 0, and how many steps there are
N, N_max     norm of all gradients together, and the bound it is clipped to
===========  ==============================================================

Contents: `SGD`, `Adam`, `Separate`; `optimizer`, which makes one by its name; `clip_by_global_norm`, `clip_by_value`;
`constant`, `cosine`, `stepwise`, `warm_up`, `plateau`; `Schedule`, which joins them.

An optimiser owns the arrays it updates, and changes them in place.
Its steps use up the gradients they are given: their memory is the scratch paper.
`state` and `restore` carry it over exactly from one process to another.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genmodels.validation import check_choice, check_count, check_number

Arrays = Mapping[str, NDArray[Any]]
Tree = Any  # an array, a number, or a mapping, list or tuple of trees
Leaf = tuple[str, NDArray[Any]]  # an entry's place in its tree, for the messages, and its values


class SGD:
    """Gradient descent with momentum: v <- mu v + g, p <- p - eta v.

    Parameters
    ----------
    params : mapping of names to arrays
        The arrays to update, in place.
    momentum : float in [0, 1), default 0
        mu; with 0 this is plain gradient descent.

    Raises
    ------
    ValueError
        If the momentum lies outside [0, 1).
    """

    def __init__(self, params: Arrays, momentum: float = 0.0) -> None:
        self.params = params
        self.momentum = check_number("momentum", momentum, least=0, below=1)
        self._velocity = _zeros(params) if self.momentum else {}

    def step(self, grads: Arrays, eta: float) -> None:
        """Update every parameter by its gradient, which is used up, with the learning rate `eta`."""
        for name, p in self.params.items():
            g = v = grads[name]
            if self.momentum:
                v = self._velocity[name]
                v *= self.momentum
                v += g
            p -= np.multiply(v, eta, out=g)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return everything that the next step depends on, beside the parameters: the very arrays, not copies."""
        return {f"v/{name}": v for name, v in self._velocity.items()}

    def restore(self, state: Arrays) -> None:
        """Continue from a `state`; raise ValueError if it is not one of this optimiser's."""
        _copy_arrays(self.state(), state)


class Adam:
    """Adam with bias correction (Kingma & Ba 2015, Algorithm 1).

    m <- beta_1 m + (1 - beta_1) g, s <- beta_2 s + (1 - beta_2) g², and with the corrected moments
    m^ = m / (1 - beta_1^t), s^ = s / (1 - beta_2^t), where t counts from 1: p <- p - eta m^ / (sqrt(s^) + epsilon).

    The arrays hold m / (1 - beta_1) and s / (1 - beta_2), which saves two passes over memory in each step;
    the missing factors go into the two numbers that correct the bias.

    Parameters
    ----------
    params : mapping of names to arrays
        The arrays to update, in place.
    beta_1, beta_2 : float in [0, 1)
        Memory of the two moments.
    epsilon : float, above 0
    weight_decay : float, at least 0
        lambda of p <- (1 - eta lambda) p, before each step, for the parameters of rank 2: the weights, not the biases
        (Loshchilov & Hutter 2019).

    Raises
    ------
    ValueError
        If a setting lies outside its domain.
    """

    def __init__(
        self,
        params: Arrays,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        self.params = params
        self.beta_1 = check_number("beta_1", beta_1, least=0, below=1)
        self.beta_2 = check_number("beta_2", beta_2, least=0, below=1)
        self.epsilon = check_number("epsilon", epsilon, above=0)
        self.weight_decay = check_number("weight_decay", weight_decay, least=0)
        self.t = 0
        self._m, self._s = _zeros(params), _zeros(params)

    def step(self, grads: Arrays, eta: float) -> None:
        """Update every parameter by its gradient, which is used up, with the learning rate `eta`."""
        self.t += 1
        first = (1 - self.beta_1) / (1 - self.beta_1**self.t)
        second = math.sqrt((1 - self.beta_2) / (1 - self.beta_2**self.t))
        for name, p in self.params.items():
            g, m, s = grads[name], self._m[name], self._s[name]
            m *= self.beta_1
            m += g
            s *= self.beta_2
            s += np.multiply(g, g, out=g)
            root = np.sqrt(s, out=g)
            root += self.epsilon / second
            update = np.divide(m, root, out=g)
            update *= eta * first / second
            if self.weight_decay and p.ndim == 2:
                p *= 1 - eta * self.weight_decay
            p -= update

    def state(self) -> dict[str, NDArray[Any]]:
        """Return everything that the next step depends on, beside the parameters: the very arrays, not copies."""
        moments = {"m": self._m, "s": self._s}
        arrays = {f"{letter}/{name}": a for letter, group in moments.items() for name, a in group.items()}
        return {"t": np.array(self.t), **arrays}

    def restore(self, state: Arrays) -> None:
        """Continue from a `state`; raise ValueError if it is not one of this optimiser's."""
        _copy_arrays(self.state(), state)
        self.t = check_count("t", state["t"].item(), 0)


class Separate:
    """Separate optimisers of separate groups of parameters: one for each player of a game.

    Parameters
    ----------
    groups : mapping of names to optimisers
    factors : mapping of the same names to numbers
        A group's learning rate is the common one times its factor.
    """

    def __init__(self, groups: Mapping[str, SGD | Adam], factors: Mapping[str, float]) -> None:
        self.groups = groups
        self.factors = factors

    def step(self, grads: Arrays, eta: float) -> None:
        """Update those groups whose gradients are given, as their own optimisers do."""
        for name, group in self.groups.items():
            if group.params.keys() <= grads.keys():
                group.step(grads, eta * self.factors[name])

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the states of all groups: the very arrays, not copies."""
        return {f"{name}/{key}": a for name, group in self.groups.items() for key, a in group.state().items()}

    def restore(self, state: Arrays) -> None:
        """Continue from a `state`; raise ValueError if it is not one of this optimiser's."""
        _copy_arrays(self.state(), state)
        for name, group in self.groups.items():
            own = {key: state[f"{name}/{key}"] for key in group.state()}
            group.restore(own)


OPTIMIZERS = ("adam", "sgd")


def optimizer(name: str, params: Arrays, momentum: float = 0.0, weight_decay: float = 0.0) -> SGD | Adam:
    """Make the optimiser called `name` for the arrays in `params`.

    Raises
    ------
    ValueError
        If there is none of this name, if Adam, which has its own, is given a momentum, or SGD a weight decay.
    """
    if check_choice("optimizer", name, OPTIMIZERS) == "sgd":
        if weight_decay != 0:
            raise ValueError(
                f"weight_decay is a setting of the optimizer 'adam', but {weight_decay!r} was given with 'sgd'"
            )
        return SGD(params, momentum)
    if momentum != 0:
        raise ValueError(f"momentum is a setting of the optimizer 'sgd', but {momentum!r} was given with 'adam'")
    return Adam(params, weight_decay=weight_decay)


def clip_by_global_norm(grads: Tree, max_norm: float, out: Tree = None) -> tuple[Tree, float]:
    """Shorten the gradients to the norm `max_norm` if all of them together are longer: g <- g min(1, N_max / N).

    N is the Euclidean norm of all entries of all arrays, as if they stood in one vector (Pascanu et al. 2013).
    It is right also where the squares of the entries would overflow or underflow.

    Parameters
    ----------
    grads : array, number, or mapping, list or tuple of these, nested as deep as you like
        Integers count as the real numbers that they are.
    max_norm : float, above 0
        N_max.
    out : like grads, with an array of floats for each entry, optional
        Where to write the result; `grads` itself is allowed, and then no memory is allocated.

    Returns
    -------
    clipped : like grads, or `out`
        Without `out`, new arrays, which share no memory with `grads` even if nothing had to be clipped.
        Arrays of floats keep their type, integers become float64; mappings become dictionaries.
    norm : float
        N, the norm before the clipping.

    Raises
    ------
    ValueError
        If `max_norm` is not a positive number; if an entry is NaN or infinite, or is no real number, which the message
        names; if N exceeds the largest float64; if `out` does not match `grads`, or two of its arrays begin at the
        same place.

    Examples
    --------
    >>> clip_by_global_norm({"W": np.array([[3.0, 0.0]]), "b": np.array([4.0])}, 1)
    ({'W': array([[0.6, 0. ]]), 'b': array([0.8])}, 5.0)
    """
    N_max = check_number("max_norm", max_norm, above=0)
    leaves = _leaves(grads)
    targets = _targets(leaves, grads, out)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        N = math.hypot(*(_norm(*leaf) for leaf in leaves))
        if math.isinf(N):
            raise ValueError("the norm of grads is too large for float64: a finite norm is wanted")
        for (_, g), target in zip(leaves, targets, strict=True):
            if N_max >= N:
                np.copyto(target, g)
            elif N_max / N >= np.finfo(target.dtype).tiny:
                np.multiply(g, N_max / N, out=target)
            else:  # the factor has no full precision in this type
                np.multiply(g.astype(np.float64) / N, N_max, out=target, casting="same_kind")
    return (_rebuilt(grads, targets) if out is None else out), N


def clip_by_value(grads: Tree, low: float, high: float, out: Tree = None) -> Tree:
    """Move every entry of the gradients into the interval from `low` to `high`.

    This changes the direction of a gradient; `clip_by_global_norm` keeps it.

    Parameters
    ----------
    grads, out
        As in `clip_by_global_norm`.
    low, high : float, low below high

    Returns
    -------
    like grads, or `out`
        Without `out`, new arrays, as in `clip_by_global_norm`.

    Raises
    ------
    ValueError
        If `low` does not lie below `high`, or one of them is not finite; for an entry or `out`, as in
        `clip_by_global_norm`: an infinite entry is an error too, and does not become `high`.

    Examples
    --------
    >>> clip_by_value([np.array([2.0, 0.5]), -3], -1, 1)
    [array([1. , 0.5]), np.float64(-1.0)]
    """
    high = check_number("high", high)
    low = check_number("low", low, below=high)
    leaves = _leaves(grads)
    targets = _targets(leaves, grads, out)
    for name, g in leaves:
        _check_finite(name, g)
    for (_, g), target in zip(leaves, targets, strict=True):
        largest = float(np.finfo(g.dtype).max)  # no bound may lie beyond it
        a, b = (min(max(bound, -largest), largest) for bound in (low, high))
        np.clip(g, a, b, out=target)
    return _rebuilt(grads, targets) if out is None else out


def _entries(tree: Tree, name: str) -> list[tuple[str, Any]]:
    """List the arrays and numbers of a tree, each with its place."""
    if isinstance(tree, Mapping):
        return [entry for key, branch in tree.items() for entry in _entries(branch, f"{name}[{key!r}]")]
    if isinstance(tree, list | tuple):
        return [entry for index, branch in enumerate(tree) for entry in _entries(branch, f"{name}[{index}]")]
    return [(name, tree)]


def _leaves(grads: Tree) -> list[Leaf]:
    """List the entries of the gradients as arrays of floats."""
    leaves = []
    for name, entry in _entries(grads, "grads"):
        g = np.asarray(entry)
        if g.dtype.kind not in "iuf":
            raise ValueError(f"{name} must be a real number or an array of them, but {entry!r} was given")
        leaves.append((name, g if g.dtype.kind == "f" else g.astype(np.float64)))
    return leaves


def _targets(leaves: list[Leaf], grads: Tree, out: Tree) -> list[NDArray[Any]]:
    """Return the arrays to write to: new ones, or those of `out`, all checked before the first one changes."""
    if out is None:
        return [np.empty_like(g) for _, g in leaves]
    targets = _entries(out, "out")
    wanted = ["out" + name.removeprefix("grads") for name, _ in leaves]
    if [place for place, _ in targets] != wanted:
        given = ", ".join(place for place, _ in targets)
        raise ValueError(f"out must hold {', '.join(wanted)} as grads does, but it holds {given}")
    owners: dict[int, str] = {}  # addresses: an entry that is written must be no other entry too
    if out is not grads:
        owners = {g.ctypes.data: place for (_, g), place in zip(leaves, wanted, strict=True) if g.size}
    for (place, target), (_, g) in zip(targets, leaves, strict=True):
        if not isinstance(target, np.ndarray) or (target.shape, target.dtype) != (g.shape, g.dtype):
            what = f"{target.dtype} and {target.shape}" if isinstance(target, np.ndarray) else repr(target)
            raise ValueError(f"{place} must be an array of the type {g.dtype} and the shape {g.shape}, but is {what}")
        if not target.flags.writeable:
            raise ValueError(f"{place} must be writable, but is read-only")
        if target.size and owners.setdefault(target.ctypes.data, place) != place:
            raise ValueError(f"{place} must have memory of its own, but shares that of {owners[target.ctypes.data]}")
    return [target for _, target in targets]


def _rebuilt(tree: Tree, arrays: list[NDArray[Any]]) -> Tree:
    """Put new arrays in the places of a tree's entries, and use them up."""
    if isinstance(tree, Mapping):
        return {key: _rebuilt(branch, arrays) for key, branch in tree.items()}
    if isinstance(tree, list | tuple):
        branches = [_rebuilt(branch, arrays) for branch in tree]
        if isinstance(tree, list):
            return branches
        return type(tree)(*branches) if hasattr(tree, "_fields") else tuple(branches)
    array = arrays.pop(0)
    return array if isinstance(tree, np.ndarray) else array[()]


_LEAST = {np.dtype(t): float(np.finfo(t).tiny / np.finfo(t).eps) for t in (np.float32, np.float64)}


def _norm(name: str, g: NDArray[Any]) -> float:
    """Return the Euclidean norm of all entries of `g`, infinity if it is too large for float64."""
    flat = g.ravel(order="K")
    least, squares = _LEAST.get(g.dtype, math.inf), float(np.dot(flat, flat))
    if flat.size * least <= squares < math.inf:
        return math.sqrt(squares)
    _check_finite(name, g)  # squares that overflow or underflow: scale by a power of two before
    exponent = int(np.frexp(np.abs(flat).max(initial=0))[1])
    scaled = np.ldexp(flat, -exponent).astype(np.float64)
    return float(np.ldexp(math.sqrt(np.dot(scaled, scaled)), exponent))


def _check_finite(name: str, g: NDArray[Any]) -> None:
    if np.isfinite(g).all():
        return
    index = tuple(int(i) for i in np.argwhere(~np.isfinite(g))[0])
    raise ValueError(f"{name} contains {g[index]} (first at index {index}): finite gradients are wanted")


def constant(t: int, T: int) -> float:  # noqa: ARG001 - called like the other schedules
    """Keep the learning rate: factor 1 at every step t of T."""
    return 1.0


def cosine(t: int, T: int) -> float:
    """Let the learning rate fall to zero along half a cosine: ½ (1 + cos(pi t / T)), t = 0 ... T - 1.

    Loshchilov & Hutter (2017), equation (5), without restarts.
    """
    return 0.5 * (1 + math.cos(math.pi * t / T))


def stepwise(t: int, T: int, drops: int = 2, factor: float = 0.1) -> float:
    """Multiply the learning rate by `factor` after each of ``drops + 1`` equal parts of the training but the last."""
    return factor ** ((drops + 1) * t // T)


def warm_up(t: int, T: int, share: float = 0.05) -> float:
    """Let the learning rate rise in equal steps to its full size in the first `share` of the training, and keep it.

    min(1, (t + 1) / (share T)): the first step has a positive rate.
    """
    return min(1.0, (t + 1) / (share * T)) if share else 1.0


def plateau(losses: Sequence[float], patience: int = 10, factor: float = 0.1, tolerance: float = 1e-4) -> float:
    """Multiply the learning rate by `factor` whenever the loss has not fallen for `patience` epochs.

    Parameters
    ----------
    losses : sequence of float
        Loss of each finished epoch. The result depends on them alone, so that a resumed training has the same rates.
    patience : int, default 10
        Epochs without progress before a drop; the count begins again after each drop.
    factor : float, default 0.1
    tolerance : float, default 0.0001
        An epoch makes progress if its loss lies below the lowest one so far by more than this share of its size.

    Returns
    -------
    float
        The factor for the next epoch.
    """
    lowest, waited, drops = math.inf, 0, 0
    for loss in losses:
        waited += 1
        if math.isinf(lowest) or loss < lowest - tolerance * abs(lowest):
            lowest, waited = loss, 0
        if waited == patience:
            waited, drops = 0, drops + 1
    return factor**drops


@dataclass(frozen=True, repr=False)
class Schedule:
    """How the learning rate changes during a training.

    Parameters
    ----------
    name : {"constant", "cosine", "step", "plateau"}, default "constant"
        "cosine" falls to zero at the last step (`cosine`), "step" drops a few times (`stepwise`), "plateau" drops
        when the loss does not fall any more (`plateau`).
    warm_up : float in [0, 1), default 0.0
        The share of the training in which the rate rises to its full size (`warm_up`); it goes with every name.
    factor : float in (0, 1), default None
        Of each drop of "step" and "plateau"; None is 0.1.
    drops : int, default None
        How many of them "step" makes; None is 2.
    patience : int, default None
        Epochs for which "plateau" waits; None is 10.
    tolerance : float, default None
        What counts as progress for "plateau"; None is 0.0001.

    Raises
    ------
    ValueError
        If a setting lies outside its domain, or belongs to another name.

    Examples
    --------
    >>> halved = Schedule("step", drops=1, factor=0.5)
    >>> [halved(t, 4) for t in range(4)]
    [1.0, 1.0, 0.5, 0.5]
    >>> warmed = Schedule("cosine", warm_up=0.1)
    """

    name: str = "constant"
    warm_up: float = 0.0
    factor: float | None = None
    drops: int | None = None
    patience: int | None = None
    tolerance: float | None = None

    def __post_init__(self) -> None:
        check_choice("schedule", self.name, _PRESET)
        check_number("warm_up", self.warm_up, least=0, below=1)
        for setting, names in _SETTINGS.items():
            if getattr(self, setting) is not None and self.name not in names:
                raise ValueError(
                    f"{setting} is a setting of the schedule {' and '.join(map(repr, names))}, "
                    f"but {getattr(self, setting)!r} was given with {self.name!r}"
                )
        if self.factor is not None:
            check_number("factor", self.factor, above=0, below=1)
        if self.drops is not None:
            check_count("drops", self.drops)
        if self.patience is not None:
            check_count("patience", self.patience)
        if self.tolerance is not None:
            check_number("tolerance", self.tolerance, least=0, below=1)

    def __repr__(self) -> str:
        more = {**({"warm_up": self.warm_up} if self.warm_up else {}), **self.given}
        return f"Schedule({', '.join([repr(self.name), *(f'{name}={value!r}' for name, value in more.items())])})"

    @classmethod
    def of(cls, setting: "str | Schedule") -> "Schedule":
        """Make a schedule from its name; a schedule is returned as it is."""
        return setting if isinstance(setting, Schedule) else cls(check_choice("schedule", setting, _PRESET))

    def __call__(self, t: int, T: int) -> float:
        """Return the factor of step t, from 0, of T, as it was set in advance."""
        preset = _PRESET[self.name]
        own = preset(t, T, **self.given) if preset is stepwise else preset(t, T)
        return own * warm_up(t, T, self.warm_up)

    def earned(self, losses: Sequence[float]) -> float:
        """Return the factor of the epoch that follows those with these losses; 1 but for "plateau"."""
        return plateau(losses, **self.given) if self.name == "plateau" else 1.0

    @property
    def given(self) -> dict[str, Any]:
        """The settings, beside name and warm-up, that are not left to their defaults."""
        return {name: getattr(self, name) for name in _SETTINGS if getattr(self, name) is not None}

    @property
    def needs_end(self) -> bool:
        """Whether the factors depend on how many steps there will be."""
        return self.name in ("cosine", "step") or self.warm_up > 0


_PRESET: dict[str, Callable[..., float]] = {
    "constant": constant,
    "cosine": cosine,
    "step": stepwise,
    "plateau": constant,
}
_SETTINGS = {
    "factor": ("step", "plateau"),
    "drops": ("step",),
    "patience": ("plateau",),
    "tolerance": ("plateau",),
}


def _zeros(params: Arrays) -> dict[str, NDArray[Any]]:
    return {name: np.zeros_like(p) for name, p in params.items()}


def _copy_arrays(own: Arrays, given: Arrays) -> None:
    if own.keys() != given.keys():
        raise ValueError(f"the optimiser's state must hold {sorted(own)}, but {sorted(given)} was given")
    for name, array in own.items():
        if array.shape != given[name].shape or array.dtype != given[name].dtype:
            raise ValueError(
                f"the optimiser's array {name!r} must have the shape {array.shape} and the type {array.dtype}, "
                f"but {given[name].shape} and {given[name].dtype} was given"
            )
        np.copyto(array, given[name])
