"""Losses: each value beside its gradient.

Chapter "Autoencoders", equation (3), and the first factor of (7); chapter "Variational autoencoders", the first term
of (13): minus the logarithm of a Bernoulli or a Gaussian likelihood; chapter "Adversarial networks", equation (17);
chapter "Recurrent networks", the loss of a classifier.

===========  ==================================================  ==========
letter       meaning                                             shape
===========  ==================================================  ==========
X            targets, one sample in each row                     (n, d)
X_hat        reconstructions                                     (n, d)
A            logits: X_hat = sigma(A)                            (n, d)
a, a_g       logits of a discriminator, D(x) = sigma(a), for     (n,)
             samples of the data and of a generator
Y, C         outputs of a classifier, and the classes: 1 in      (n, k)
             the column of a sample's class, else 0
===========  ==================================================  ==========

Contents: `squared_error`, `squared_error_gradient`, `squared_error_from_gradient`;
`bernoulli_log_likelihood`, `gaussian_log_likelihood`, `likelihood_gradient`;
`discriminator_loss`, `discriminator_loss_gradient`, `GENERATOR_LOSSES`;
`log_sum_exp`, `softmax`, `cross_entropy`.

The reported loss is the loss whose gradient is descended: (3), summed over the d pixels, averaged over the n samples.
The sheet's listing prints the mean over the pixels too, but descends the gradient of the sum over the batch:
with n = 32 and d = 784 its learning rate 0.01 means 0.32 here, and its printed numbers are 784 times smaller.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmodels.activations import relu, sigmoid, softplus

Array = NDArray[Any]


def squared_error(X_hat: Array, X: Array, out: Array | None = None) -> Any:
    """Mean over the samples of the squared distance (3) between reconstruction and target.

    Parameters
    ----------
    X_hat, X : array, shape (n, d)
    out : array, shape (n, d), optional
        Scratch space, which receives the difference ``X_hat - X``.

    Returns
    -------
    scalar of the arrays' type
        ``((X_hat - X) ** 2).sum() / n``.
    """
    R = np.subtract(X_hat, X, out=out).ravel()  # (n d,)
    return np.dot(R, R) / len(X)


def squared_error_gradient(X_hat: Array, X: Array, out: Array | None = None) -> Array:
    """Gradient of `squared_error` by X_hat: 2 (X_hat - X) / n, shape (n, d)."""
    G = np.subtract(X_hat, X, out=out)  # (n, d)
    return np.multiply(G, 2 / len(X), out=out)


def squared_error_from_gradient(G: Array) -> Any:
    """Return the `squared_error` whose gradient is G, of shape (n, d): n/4 times the sum of the squares of G.

    Since G = 2 (X_hat - X) / n, this is the same number; training has G at hand, and so reads memory once less.
    """
    g = G.ravel()  # (n d,)
    return np.dot(g, g) * (len(G) / 4)


def bernoulli_log_likelihood(A: Array, X: Array, X_hat: Array | None = None, scratch: Array | None = None) -> Array:
    """Log-likelihood of every sample, sum over the pixels of x log x_hat + (1 - x) log(1 - x_hat), from the logits.

    It is computed as x a - softplus(a) = x a - max(a, 0) + log max(x_hat, 1 - x_hat): exact for every logit, without
    the sheet's ``+ 1e-8``, and with no exponential beside the one in X_hat = sigma(A), which training has at hand.

    Parameters
    ----------
    A : array, shape (..., n, d)
    X : array, shape (n, d)
        In [0, 1].
    X_hat : array, shape (..., n, d), optional
        sigma(A).
    scratch : array, shape (..., n, d), optional

    Returns
    -------
    array, shape (..., n)
    """
    X_hat = sigmoid(A) if X_hat is None else X_hat
    R = relu(A, out=scratch)
    value = np.einsum("...nd,nd->...n", A, X) - np.add.reduce(R, axis=-1)  # (..., n)
    R = np.subtract(X_hat, 0.5, out=scratch)
    R = np.where(R.real > 0, R, -R) if R.dtype.kind == "c" else np.abs(R, out=scratch)
    R = np.add(R, 0.5, out=scratch)  # max(x_hat, 1 - x_hat), which is sigma(|a|)
    return value + np.add.reduce(np.log(R, out=scratch), axis=-1)


def gaussian_log_likelihood(X_hat: Array, X: Array, log_var: Any = 0.0, scratch: Array | None = None) -> Array:
    """Log-likelihood of every sample under N(x_hat, s² I), where log_var is log s²; (12) has s² = 1.

    Minus ½ (r / s² + d log s² + d log 2 pi), where r is the squared distance between x and x_hat.

    Parameters
    ----------
    X_hat : array, shape (..., n, d)
    X : array, shape (n, d)
    log_var : scalar, or array of shape (1,)
    scratch : array, shape (..., n, d), optional

    Returns
    -------
    array, shape (..., n)
    """
    R = np.subtract(X_hat, X, out=scratch)  # (..., n, d)
    square = np.einsum("...d,...d->...", R, R)  # (..., n)
    return -0.5 * (square * np.exp(-log_var) + X.shape[1] * (log_var + math.log(2 * math.pi)))


def likelihood_gradient(X_hat: Array, X: Array, out: Array | None = None) -> Array:
    """Gradient of minus the mean log-likelihood, by the logits (Bernoulli) or by X_hat (Gaussian with s² = 1).

    Both are (X_hat - X) / n, shape (n, d): for the Bernoulli likelihood the slope of the sigmoid cancels.
    """
    G = np.subtract(X_hat, X, out=out)  # (n, d)
    return np.multiply(G, 1 / len(X), out=out)


def discriminator_loss(a: Array, a_g: Array) -> Any:
    """Minus the value (17): mean of -log D = softplus(-a) on the data, and of -log(1 - D) = softplus(a_g) on the fakes.

    The logits, of shapes (n,) and (m,), need no ``+ 1e-8``.
    """
    return softplus(-a).mean() + softplus(a_g).mean()


def discriminator_loss_gradient(a: Array, a_g: Array) -> tuple[Array, Array]:
    """Gradients of `discriminator_loss` by both logits: -(1 - D) / n on the data, D / m on the fakes."""
    return -sigmoid(-a) / len(a), sigmoid(a_g) / len(a_g)


def non_saturating_loss(a_g: Array) -> Any:
    """Mean of -log D = softplus(-a_g) on the fakes, as in the sheet (Goodfellow et al. 2014, section 3)."""
    return softplus(-a_g).mean()


def non_saturating_loss_gradient(a_g: Array) -> Array:
    """Gradient of `non_saturating_loss` by the logits: -(1 - D) / n."""
    return -sigmoid(-a_g) / len(a_g)


def saturating_loss(a_g: Array) -> Any:
    """Mean of log(1 - D) = -softplus(a_g) on the fakes: what the generator lowers in (17)."""
    return -softplus(a_g).mean()


def saturating_loss_gradient(a_g: Array) -> Array:
    """Gradient of `saturating_loss` by the logits: -D / n, which vanishes where the discriminator wins."""
    return -sigmoid(a_g) / len(a_g)


class GeneratorLoss(NamedTuple):
    """What a generator lowers, as a function of the logits of its samples, and the gradient by them."""

    value: Callable[[Array], Any]
    gradient: Callable[[Array], Array]


GENERATOR_LOSSES = {
    "non-saturating": GeneratorLoss(non_saturating_loss, non_saturating_loss_gradient),
    "saturating": GeneratorLoss(saturating_loss, saturating_loss_gradient),
}


def log_sum_exp(Y: Array) -> Array:
    """Logarithm of the sum of the exponentials along the last axis, (..., k) -> (..., 1): finite for every finite Y."""
    top = _largest(Y)  # (..., 1)
    return np.log(_row_sums(np.exp(Y - top))) + top


def softmax(Y: Array, out: Array | None = None) -> Array:
    """Probabilities of the classes, exp(y_j) / sum of exp(y_i), shape (..., k): they add up to 1 along the last axis.

    The largest output is subtracted first, which changes nothing, so that no exponential overflows.
    """
    E = np.exp(np.subtract(Y, _largest(Y), out=out), out=out)  # (..., k)
    return np.divide(E, _row_sums(E), out=out)


def cross_entropy(Y: Array, C: Array, out: Array | None = None) -> tuple[Any, Array]:
    """Minus the mean log-probability of the samples' classes, with its gradient: they share the exponentials.

    The mean over the samples of log sum of exp(y_j) - sum of c_j y_j, and its gradient by Y, (softmax(Y) - C) / n.

    Parameters
    ----------
    Y : array, shape (n, k)
    C : array, shape (n, k)
        Rows that add up to 1.
    out : array, shape (n, k), optional
        Where to write the gradient.

    Returns
    -------
    value : scalar of the arrays' type
    gradient : array, shape (n, k)
    """
    n = len(Y)
    A = np.subtract(Y, _largest(Y), out=out)  # (n, k)
    own = np.dot(A.ravel(), C.ravel())
    E = np.exp(A, out=out)
    Z = _row_sums(E)  # (n, 1)
    G = np.subtract(np.divide(E, Z, out=out), C, out=out)
    return (np.log(Z).sum() - own) / n, np.multiply(G, 1 / n, out=out)


def _largest(Y: Array) -> Array:
    """Largest number along the last axis, (..., k) -> (..., 1): of a copy with this axis first, ten times faster."""
    return np.ascontiguousarray(Y.real.T).max(axis=0).T[..., None]


def _row_sums(E: Array) -> Array:
    """Sum along the last axis, (..., k) -> (..., 1): a product is the fastest sum."""
    return np.dot(E, np.ones((E.shape[-1], 1), E.dtype))
