"""Layers: the affine map and the activations, each value beside its slope.

Chapter "Autoencoders", equations (1) and (2); the slopes stand in (7) to (9).

===========  ==================================================  ==========
letter       meaning                                             shape
===========  ==================================================  ==========
X            inputs of a layer, one sample in each row           (n, d)
W            weights, in the sheet's orientation                 (k, d)
b            biases                                              (k,)
A            preactivations                                      (n, k)
S            values of the activation                            (n, k)
===========  ==================================================  ==========

Contents: `affine`; `sigmoid`, `softplus`, `tanh`, `relu`, `leaky_relu`, `identity` and their slopes;
`ACTIVATIONS`, the pairs by name.

A slope is a function of the *value*: sigma'(a) = s (1 - s) with s = sigma(a).
So the preactivations may be overwritten by the values.
Every function accepts complex arrays, which is how the tests differentiate it, and none warns for large arguments.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]
ALPHA = 0.2  # slope of leaky_relu below 0, as in the sheet's adversarial network
_LARGEST = 700.0  # exp(700) is still finite in float64


def affine(X: Array, W: Array, b: Array, out: Array | None = None) -> Array:
    """Apply one layer's affine map to every row: the arguments of sigma in (1) and (2).

    Parameters
    ----------
    X : array, shape (n, d)
    W : array, shape (k, d)
    b : array, shape (k,)
    out : array, shape (n, k), optional
        Where to write the result; without it a new array is made.

    Returns
    -------
    array, shape (n, k)
        ``X @ W.T + b``.
    """
    A = np.dot(X, W.T, out=out)  # (n, k)
    return np.add(A, b, out=out)


def sigmoid(a: ArrayLike, out: Array | None = None) -> Array:
    """Logistic function, 1 / (1 + exp(-a)).

    In float32 it is computed as ½ tanh(a/2) + ½, which is the fastest;
    in float64 from the exponential, which keeps every digit of the tail where a is very negative.
    """
    a = np.asarray(a)
    s = _result(a) if out is None else out
    if s.dtype not in (np.float64, np.complex128):
        np.multiply(a, 0.5, out=s)
        np.tanh(s, out=s)
        s *= 0.5
        s += 0.5
        return s
    np.negative(a, out=s)
    np.minimum(s, _LARGEST, out=s)
    np.exp(s, out=s)
    s += 1
    return np.reciprocal(s, out=s)


def sigmoid_slope(s: Array, out: Array | None = None) -> Array:
    """Slope of the logistic function where its value is s: s (1 - s)."""
    slope = np.subtract(1, s, out=out)
    return np.multiply(slope, s, out=out)


def softplus(a: ArrayLike, out: Array | None = None) -> Array:
    """Smooth positive part, log(1 + exp(a)), computed as max(a, 0) + log(1 + exp(-abs(a)))."""
    a = np.asarray(a)
    s = _result(a) if out is None else out
    largest = relu(a)
    minus = np.where(a.real > 0, -a, a) if s.dtype.kind == "c" else np.negative(np.abs(a, out=s), out=s)
    np.exp(minus, out=s)
    np.log1p(s, out=s)
    s += largest
    return s


def softplus_slope(s: Array, out: Array | None = None) -> Array:
    """Slope of softplus where its value is s: 1 - exp(-s), which is sigma(a)."""
    slope = np.negative(s, out=out)
    slope = np.expm1(slope, out=out)
    return np.negative(slope, out=out)


def tanh(a: ArrayLike, out: Array | None = None) -> Array:
    """Hyperbolic tangent, 2 sigma(2a) - 1."""
    return np.tanh(a, out=out)


def tanh_slope(s: Array, out: Array | None = None) -> Array:
    """Slope of the hyperbolic tangent where its value is s: 1 - s²."""
    slope = np.multiply(s, s, out=out)
    return np.subtract(1, slope, out=out)


def relu(a: ArrayLike, out: Array | None = None) -> Array:
    """Positive part, max(a, 0)."""
    a = np.asarray(a)
    s = _result(a) if out is None else out
    if s.dtype.kind == "c":
        return np.multiply(a, a.real > 0, out=s)
    zeros = np.zeros(a.shape[-1:], s.dtype)  # NumPy compares with an array faster than with a number
    return np.maximum(a, zeros, out=s)


def relu_slope(s: Array, out: Array | None = None) -> Array:
    """Slope of the positive part where its value is s: 1 above 0, and 0 at 0, where it has none."""
    return np.sign(s, out=out)


def leaky_relu(a: ArrayLike, out: Array | None = None) -> Array:
    """Rectifier that leaks: a where a > 0 and alpha a elsewhere, which is max(a, alpha a)."""
    a = np.asarray(a)
    s = _result(a) if out is None else out
    leak = np.multiply(a, ALPHA, dtype=s.dtype)
    if s.dtype.kind == "c":
        np.copyto(s, np.where(a.real > 0, a, leak))
        return s
    return np.maximum(a, leak, out=s)


def leaky_relu_slope(s: Array, out: Array | None = None) -> Array:
    """Slope of leaky_relu where its value is s: 1 where s > 0 and alpha elsewhere, also at 0."""
    slope = np.sign(s.real, out=out)
    return np.maximum(slope, ALPHA, out=slope)


def identity(a: ArrayLike, out: Array | None = None) -> Array:
    """Leave a linear layer as it is."""
    a = np.asarray(a)
    if out is not None and out is not a:
        np.copyto(out, a)
    return a if out is None else out


def identity_slope(s: Array, out: Array | None = None) -> Array:  # noqa: ARG001 - called like the other slopes
    """Slope of the identity: a single 1, which stands for an array of ones."""
    return np.ones((), dtype=s.dtype)


class Activation(NamedTuple):
    """An elementwise function and its slope as a function of its value."""

    value: Callable[..., Array]
    slope: Callable[..., Array]


ACTIVATIONS = {
    "sigmoid": Activation(sigmoid, sigmoid_slope),
    "softplus": Activation(softplus, softplus_slope),
    "tanh": Activation(tanh, tanh_slope),
    "relu": Activation(relu, relu_slope),
    "leaky_relu": Activation(leaky_relu, leaky_relu_slope),
    "linear": Activation(identity, identity_slope),
}


def _result(a: Array) -> Array:
    return np.empty(a.shape, np.result_type(a, 1.0))
