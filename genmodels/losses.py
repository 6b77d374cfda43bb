"""Losses: each value beside its gradient.

Chapter "Autoencoders", equation (3), and the first factor of (7).

===========  ==================================================  ==========
letter       meaning                                             shape
===========  ==================================================  ==========
X            targets, one sample in each row                     (n, d)
X_hat        reconstructions                                     (n, d)
===========  ==================================================  ==========

Contents: `squared_error`, `squared_error_gradient`, `squared_error_from_gradient`.

The reported loss is the loss whose gradient is descended: (3), summed over the d pixels, averaged over the n samples.
The sheet's listing prints the mean over the pixels too, but descends the gradient of the sum over the batch:
with n = 32 and d = 784 its learning rate 0.01 means 0.32 here, and its printed numbers are 784 times smaller.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

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
