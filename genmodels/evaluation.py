"""Distances between samples: what tells whether a generator makes what it should.

Chapters "Adversarial networks" and "Evaluation".

===========  ==========================================================
letter       meaning
===========  ==========================================================
n, m, d      samples of either kind, numbers in a sample
X, Y         samples, one in each row, (n, d) and (m, d)
K            values of the kernel for pairs of samples
m_1, m_2     means, (d,)
A_1, A_2     factors of covariances, S = A.T @ A, any number of rows
P            probabilities of classes, one sample in each row
===========  ==========================================================

A sample is what an embedding makes of an image, its features (`genmodels.embedding`), not the image itself: between
pixels these numbers mean little, and a distance of pixels is no FID.

Contents: `frechet_distance`, `frechet_distance_of_moments`; `polynomial_kernel`, `kernel_distance`,
`kernel_distance_interval`; `inception_score`; `precision_recall`.
"""

import math
from collections.abc import Iterator
from statistics import fmean, stdev
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from genmodels.intervals import student_quantile
from genmodels.validation import check_count, check_matrix, check_number, check_rng

Array = NDArray[Any]
_CHUNK = 2**16  # distances computed at once: they stay in the cache
_ROUNDING = 1e-8  # how far below zero an eigenvalue may come by rounding, in units of the largest
_SINGLE = 1e-5  # how far from one probabilities in single precision may add up


# the Fréchet distance


def frechet_distance(X: ArrayLike, Y: ArrayLike) -> float:
    """Squared Fréchet distance of the two Gaussians that have the means and covariances of two sets of samples.

    Between features of an Inception network this is the Fréchet inception distance, FID (Heusel et al. 2017). It is
    zero for equal means and covariances alone, whatever else the samples are. Few samples come out too far apart: n
    standard normal samples of d features lie about d/n + d (d + 1)/(4n) from the truth.

    The trace of the root of both covariances is the sum of the singular values of a product of their factors; no root
    is computed, and singular covariances, as those of fewer samples than features, are as exact as others.

    Parameters
    ----------
    X, Y : array-like, shapes (n, d) and (m, d)
        At least two samples of each kind.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the two kinds differ in width, one of them has fewer than two samples, or a number is not finite or too
        large to be squared.
    """
    X, Y = _two_kinds(X, Y, 2)
    with np.errstate(over="ignore", invalid="ignore"):
        return _squared_distance(*_moments(X), *_moments(Y))


def frechet_distance_of_moments(mean_1: ArrayLike, cov_1: ArrayLike, mean_2: ArrayLike, cov_2: ArrayLike) -> float:
    """Squared Fréchet distance of two Gaussians from their means and covariances (Dowson & Landau 1982).

    Parameters
    ----------
    mean_1, mean_2 : array-like, shape (d,)
    cov_1, cov_2 : array-like, shape (d, d)
        They may be singular.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the shapes do not fit, a number is not finite or too large to be squared, or a covariance is not symmetric
        or has an eigenvalue below zero.
    """
    S_1 = _covariance(cov_1, "cov_1")
    S_2 = _covariance(cov_2, "cov_2", len(S_1))
    m_1, m_2 = (_mean(m, name, len(S_1)) for m, name in ((mean_1, "mean_1"), (mean_2, "mean_2")))
    with np.errstate(over="ignore"):
        return _squared_distance(m_1, _factor(S_1, "cov_1"), m_2, _factor(S_2, "cov_2"))


def _squared_distance(m_1: Array, A_1: Array, m_2: Array, A_2: Array) -> float:
    """‖m_1 - m_2‖² + tr S_1 + tr S_2 - 2 tr (A_1 S_2 A_1')^½, where the root's trace is a sum of singular values."""
    squares = _finite(((m_1 - m_2) ** 2).sum() + (A_1**2).sum() + (A_2**2).sum())
    singular = np.linalg.svd(A_1 @ A_2.T, compute_uv=False)
    return squares - 2 * float(singular.sum())


def _moments(X: Array) -> tuple[Array, Array]:
    """Mean of the samples, and a factor of their covariance of at most d rows."""
    m = X.mean(axis=0)  # (d,)
    R = cast("Array", np.linalg.qr(X - m, mode="r"))
    return m, R / math.sqrt(len(X) - 1)


def _factor(S: Array, name: str) -> Array:
    """A factor of a covariance, by its eigenvectors."""
    values, U = np.linalg.eigh(S)  # (d,), (d, d)
    if values[0] < -_ROUNDING * max(values[-1], 0):
        raise ValueError(f"{name} must have no eigenvalue below zero, but has {values[0]:g}")
    return np.sqrt(np.maximum(values, 0))[:, None] * U.T  # (d, d)


# the kernel distance


def polynomial_kernel(X: Array, Y: Array) -> Array:
    """Return (x y / d + 1)³ for all pairs of rows: how alike two samples are (Bińkowski et al. 2018, section 4).

    Parameters
    ----------
    X : array, shape (n, d)
    Y : array, shape (m, d)

    Returns
    -------
    array, shape (n, m)
    """
    return (X @ Y.T / X.shape[1] + 1) ** 3


def kernel_distance(X: ArrayLike, Y: ArrayLike) -> float:
    """Estimate, without bias, the squared distance of two distributions from samples of both.

    It is the squared maximum mean discrepancy of the polynomial kernel (Gretton et al. 2012, equation (3)): how alike
    samples of one kind are among themselves, less how alike they are to those of the other kind. No sample is compared
    with itself; so the estimate is right on average, and it may be negative where the distributions are equal.

    Parameters
    ----------
    X, Y : array-like, shapes (n, d) and (m, d)
        At least two samples of each kind.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the two kinds differ in width, one of them has fewer than two samples, or a number is not finite or too
        large for the kernel.
    """
    X, Y = _two_kinds(X, Y, 2)
    with np.errstate(over="ignore", invalid="ignore"):
        return _finite(_among(X) + _among(Y) - 2 * float(polynomial_kernel(X, Y).mean()))


def _among(X: Array) -> float:
    """The mean of the kernel over all pairs of different samples of a kind."""
    K = polynomial_kernel(X, X)  # (n, n)
    return float((K.sum() - np.trace(K)) / (len(X) * (len(X) - 1)))


class Interval(NamedTuple):
    """An estimate, its standard error, and the ends of an interval around it."""

    value: float
    error: float
    low: float
    high: float


def kernel_distance_interval(
    X: ArrayLike, Y: ArrayLike, *, n_blocks: int = 20, level: float = 0.95, random_state: Any = None
) -> Interval:
    """Estimate the squared kernel distance in separate blocks of the samples, which tells how exact it is.

    Each block gives an estimate without bias, from samples that no other block has (Zaremba et al. 2013). Their mean
    is the value, their spread its error; the interval is Student's.

    Parameters
    ----------
    X, Y : array-like, shapes (n, d) and (m, d)
        At least two samples of each kind in every block.
    n_blocks : int, at least 2, default 20
        More blocks know their spread better, larger blocks have less of it.
    level : float between 0 and 1, default 0.95
        How often such an interval holds the distance, if the blocks' estimates are normal.
    random_state : None, int or numpy.random.Generator, default None
        How the samples are shared out.

    Returns
    -------
    Interval

    Raises
    ------
    ValueError
        If a setting makes no sense, the two kinds differ in width, a block would have fewer than two samples of a
        kind, or a number is not finite or too large for the kernel.
    """
    check_count("n_blocks", n_blocks, 2)
    check_number("level", level, above=0, below=1)
    X, Y = _two_kinds(X, Y, 2 * n_blocks)
    rng = check_rng(random_state)
    blocks = (np.array_split(rng.permutation(Z), n_blocks) for Z in (X, Y))
    found = [kernel_distance(x, y) for x, y in zip(*blocks, strict=True)]
    value, error = fmean(found), stdev(found) / math.sqrt(n_blocks)
    half = student_quantile(level, n_blocks - 1) * error
    return Interval(value, error, value - half, value + half)


# the inception score


def inception_score(P: ArrayLike) -> float:
    """Inception score from a classifier's probabilities (Salimans et al. 2016): exp of the mean KL(p(y|x) || p(y)).

    It is 1 if the classifier says the same of all samples, and the number K of classes if it is sure of each sample
    and all classes are equally frequent. It knows nothing of the data, and not whether the samples of a class differ.

    Parameters
    ----------
    P : array-like, shape (n, K)
        The probabilities of all classes for each sample; each row adds up to one. p(y) is their mean.

    Returns
    -------
    float
        From 1 to K.

    Raises
    ------
    ValueError
        If a probability is negative or not finite, or a row does not add up to one, up to rounding.
    """
    return _exp_mean_divergence(_probabilities(P))


def _exp_mean_divergence(P: Array) -> float:
    q = P.mean(axis=0)  # (K,)
    ratio = np.divide(P, q, out=np.ones_like(P), where=P > 0)  # where P is 0, 0 log 0 counts as 0
    return float(np.exp((P * np.log(ratio)).sum(axis=1).mean()))


def _probabilities(P: ArrayLike) -> Array:
    P = check_matrix(P, np.float64, name="P")
    if (negative := np.argwhere(P < 0)).size:
        row, column = negative[0]
        raise ValueError(f"P must hold probabilities, but {P[row, column]:g} stands at row {row}, column {column}")
    total = P.sum(axis=1, keepdims=True)  # (n, 1)
    row = int(np.abs(total - 1).argmax())
    if abs(total[row, 0] - 1) > _SINGLE:
        raise ValueError(f"each row of P must add up to 1, but row {row} adds up to {total[row, 0]:g}")
    return P / total


# precision and recall


class PrecisionRecall(NamedTuple):
    """Share of the generated samples that lie near to data, and share of the data that lie near to such samples."""

    precision: float
    recall: float


def precision_recall(X: ArrayLike, Y: ArrayLike, *, n_neighbors: int = 3) -> PrecisionRecall:
    """Precision and recall of generated samples (Kynkäänniemi et al. 2019, equations (1) and (2)).

    Around each sample of a kind lies a ball that reaches to its k-th nearest neighbour of the same kind; together they
    are where samples of this kind are to be found. Precision is the share of the generated samples that lie in a ball
    of the data, recall the share of the data that lie in a ball of the generated samples.

    Parameters
    ----------
    X : array-like, shape (n, d)
        Data: more than `n_neighbors` samples.
    Y : array-like, shape (m, d)
        Generated samples: more than `n_neighbors`.
    n_neighbors : int, default 3
        k.

    Returns
    -------
    PrecisionRecall

    Raises
    ------
    ValueError
        If `n_neighbors` is no whole number of at least 1, the two kinds differ in width, one of them has no more than
        `n_neighbors` samples, or a number is not finite or too large to be squared.
    """
    X, Y = _two_kinds(X, Y, check_count("n_neighbors", n_neighbors) + 1)
    return PrecisionRecall(float(_inside(Y, X, n_neighbors).mean()), float(_inside(X, Y, n_neighbors).mean()))


def _inside(points: Array, centres: Array, k: int) -> Array:
    """Which of the points lie in a ball around one of the centres, shape (m,)."""
    radii = _radii(centres, k)  # (n,)
    return np.concatenate([(squares <= radii).any(axis=1) for squares in _squares(points, centres)])


def _radii(X: Array, k: int) -> Array:
    """Squared distance of each sample from its k-th nearest neighbour, shape (n,): the nearest is the sample itself."""
    return np.concatenate([np.partition(squares, k, axis=1)[:, k] for squares in _squares(X, X)])


def _squares(points: Array, centres: Array) -> Iterator[Array]:
    """Squared distances of all points from all centres, some rows at once; exactly 0 where both are the same."""
    rows = max(1, _CHUNK // len(centres))
    for start in range(0, len(points), rows):
        part = points[start : start + rows]
        squares = np.zeros((len(part), len(centres)))
        gaps = np.empty_like(squares)
        with np.errstate(over="ignore"):
            for own, others in zip(part.T, centres.T, strict=True):  # feature by feature: the same sum for every pair
                np.subtract(own[:, None], others, out=gaps)
                squares += np.multiply(gaps, gaps, out=gaps)
        _finite(squares.max())
        yield squares


# checks


def _two_kinds(X: ArrayLike, Y: ArrayLike, least: int) -> tuple[Array, Array]:
    X = check_matrix(X, np.float64)
    Y = check_matrix(Y, np.float64, name="Y", width=X.shape[1], owner="X")
    for name, samples in (("X", X), ("Y", Y)):
        if len(samples) < least:
            raise ValueError(f"{name} must have at least {least} samples, but {len(samples)} was given")
    return X, Y


def _mean(m: ArrayLike, name: str, d: int) -> Array:
    return check_matrix(np.asarray(m)[None], np.float64, name=name, width=d, owner="cov_1")[0]


def _covariance(S: ArrayLike, name: str, d: int | None = None) -> Array:
    S = check_matrix(S, np.float64, name=name, width=d, owner="cov_1")
    if len(S) != S.shape[1]:
        raise ValueError(f"{name} must be a square matrix, but has the shape {S.shape}")
    if np.abs(S / 2 - S.T / 2).max() > _ROUNDING * np.abs(S).max():
        raise ValueError(f"{name} must be a symmetric matrix, but differs from its transpose")
    return S / 2 + S.T / 2


def _finite(value: Any) -> float:
    if not math.isfinite(value):
        raise ValueError("the samples hold numbers that are too large: what is computed of them becomes infinite")
    return float(value)
