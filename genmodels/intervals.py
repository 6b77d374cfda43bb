"""Means of few repetitions, and how far they can be trusted.

===========  ==========================================================
letter       meaning
===========  ==========================================================
n            number of repetitions
nu           degrees of freedom, n - 1
t            quantile of Student's distribution
theta        its angle, t = sqrt(nu) tan(theta)
===========  ==========================================================

Contents: `student_probability`, `student_quantile`; `Interval`; `interval`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from genmodels.validation import check_count, check_number


def student_probability(theta: float, nu: int) -> float:
    """Return how probably abs(T) stays below sqrt(nu) tan(theta), for Student's T with `nu` degrees of freedom.

    A finite sum for every whole number `nu` (Abramowitz & Stegun 1964, 26.7.3 and 26.7.4).

    Parameters
    ----------
    theta : float, from 0 to pi / 2
    nu : int, at least 1
    """
    cosine, odd = math.cos(theta), nu % 2
    total, term = 0.0, cosine if odd else 1.0
    for j in range(1 + odd, nu, 2):
        total += term
        term *= j / (j + 1) * cosine**2
    return 2 / math.pi * (theta + math.sin(theta) * total) if odd else math.sin(theta) * total


def student_quantile(level: float, nu: int) -> float:
    """Return the t below which abs(T) stays with the probability `level`, for Student's T with `nu` degrees of freedom.

    Parameters
    ----------
    level : float, above 0 and below 1
    nu : int, at least 1

    Returns
    -------
    float
        Exact up to rounding; for the level 0.95 it falls from 12.7 at nu = 1 to 1.96.

    Raises
    ------
    ValueError
        If the level or the degrees of freedom lie outside their domains.
    """
    level, nu = check_number("level", level, above=0, below=1), check_count("nu", nu)
    low, high = 0.0, math.pi / 2
    while low < (theta := (low + high) / 2) < high:
        if student_probability(theta, nu) < level:
            low = theta
        else:
            high = theta
    return math.sqrt(nu) * math.tan(theta)


@dataclass(frozen=True)
class Interval:
    """A mean, and the half-width of the interval around it that holds the true one with the probability `level`.

    Attributes
    ----------
    mean, half_width : float
    n : int
        Number of repetitions.
    level : float
    """

    mean: float
    half_width: float
    n: int
    level: float


def interval(values: Sequence[float], level: float = 0.95) -> Interval:
    """Return the mean of independent repetitions with its interval by Student's distribution.

    The interval is exact if the repetitions are normally distributed, and good for many of them.
    The order of the values does not matter, not even for the last bit.

    Parameters
    ----------
    values : sequence of float
        At least two.
    level : float, above 0 and below 1

    Raises
    ------
    ValueError
        If there are fewer than two values, one of them is not finite, or the level is out of its domain.
    """
    values = [check_number("a value", value) for value in values]
    n = len(values)
    if n < 2:
        raise ValueError(f"an interval needs at least 2 values, but {n} was given")
    mean = math.fsum(values) / n
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
    return Interval(mean, student_quantile(level, n - 1) * math.sqrt(variance / n), n, level)
