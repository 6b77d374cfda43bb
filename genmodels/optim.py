"""Optimisers and learning-rate schedules.

Chapter "Autoencoders", its section on training; the sheet uses plain gradient descent only.

===========  ==============================================================
letter       meaning
===========  ==============================================================
p, g         a parameter array and the gradient of the loss by it
v            velocity: gradients summed with momentum mu
m, s         first and second moment of the gradient (Adam)
eta          learning rate of this step
t, T         number of the step, from 0, and how many steps there are
===========  ==============================================================

Contents: `SGD`, `Adam`, `Separate`; `optimizer`, which makes one by its name; `constant`, `cosine`; `SCHEDULES`.

An optimiser owns the arrays it updates, and changes them in place.
Its steps use up the gradients they are given: their memory is the scratch paper.
`state` and `restore` carry it over exactly from one process to another.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genmodels.validation import check_choice, check_count, check_number

Arrays = Mapping[str, NDArray[Any]]


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


def constant(t: int, T: int) -> float:  # noqa: ARG001 - called like the other schedules
    """Keep the learning rate: factor 1 at every step t of T."""
    return 1.0


def cosine(t: int, T: int) -> float:
    """Let the learning rate fall to zero along half a cosine: ½ (1 + cos(pi t / T)), t = 0 ... T - 1.

    Loshchilov & Hutter (2017), equation (5), without restarts.
    """
    return 0.5 * (1 + math.cos(math.pi * t / T))


SCHEDULES = {"constant": constant, "cosine": cosine}


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
