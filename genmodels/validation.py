"""Checks of what users hand in: each error names what was given and what is wanted.

Contents: `check_choice`, `check_count`, `check_number`, `check_flag`, `check_rng`; `check_matrix`, `check_array`,
`check_labels` and `check_unit_interval` for data.
"""

import math
import numbers
import sys
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def check_choice(name: str, value: Any, choices: Iterable[str]) -> str:
    """Return `value` if it is one of `choices`, otherwise raise ValueError."""
    wanted = sorted(choices)
    if not isinstance(value, str) or value not in wanted:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, wanted))}, but {value!r} was given")
    return value


def check_count(name: str, value: Any, least: int = 1) -> int:
    """Return `value` as an int if it is a whole number of at least `least`, otherwise raise ValueError."""
    if not isinstance(value, numbers.Integral) or isinstance(value, bool) or int(value) < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, but {value!r} was given")
    return int(value)


def check_number(
    name: str, value: Any, *, above: float = -math.inf, least: float = -math.inf, below: float = math.inf
) -> float:
    """Return `value` as a float if above < value, least <= value and value < below, otherwise raise ValueError."""
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not real or not (above < value and least <= value < below):
        bounds = [f"above {above:g}"] * (above > -math.inf) + [f"at least {least:g}"] * (least > -math.inf)
        bounds += [f"below {below:g}"] if below < math.inf else ["finite"]
        raise ValueError(f"{name} must be a number, {' and '.join(bounds)}, but {value!r} was given")
    return float(value)


def check_flag(name: str, value: Any) -> bool:
    """Return `value` if it is True or False, otherwise raise ValueError."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False, but {value!r} was given")  # noqa: TRY004 - every setting raises the same
    return bool(value)


def check_rng(random_state: Any, name: str = "random_state") -> np.random.Generator:
    """Make a random generator from None (fresh entropy), a seed (a whole number from 0 on) or a generator (itself)."""
    if random_state is None or isinstance(random_state, np.random.Generator):
        return np.random.default_rng(random_state)
    if isinstance(random_state, numbers.Integral) and not isinstance(random_state, bool) and int(random_state) >= 0:
        return np.random.default_rng(int(random_state))
    raise ValueError(
        f"{name} must be None, a whole number of at least 0 or a numpy.random.Generator, but {random_state!r} was given"
    )


MATRIX: tuple[str, ...] = ("sample", "feature")
_PLACES: dict[tuple[str, ...], tuple[str, ...]] = {MATRIX: ("row", "column")}  # other words for a place on these axes


def check_matrix(X: Any, dtype: Any, *, name: str = "X", width: int | None = None, owner: str = "the model") -> Array:
    """Return `X` as a finite array of shape (samples, features) and type `dtype`, as `check_array` does."""
    return check_array(X, dtype, MATRIX, name=name, width=width, owner=owner)


def check_array(
    X: Any,
    dtype: Any,
    axes: tuple[str, ...],
    *,
    name: str = "X",
    width: int | None = None,
    owner: str = "the model",
) -> Array:
    """Return `X` as a finite array of type `dtype`, with at least one entry along each of its axes.

    Parameters
    ----------
    X : array-like
    dtype : NumPy type of the result
    axes : what one entry along each axis is, for example ``("sample", "feature")``
    name : what the messages call `X`
    width : the number of features that `owner` needs, along the last axis; None accepts any

    Raises
    ------
    TypeError
        If `X` is sparse or holds something that is neither a number nor a string.
    ValueError
        If `X` is complex, not numeric, of another rank or width, empty, or holds NaN or infinity.
    """
    X = _numeric(X, name, dtype)
    if X.ndim != len(axes):
        single = f"{name}.reshape(-1, 1) if it has a single feature, or {name}.reshape(1, -1) if it is a single sample"
        raise ValueError(
            f"Expected {len(axes)}D array, got {X.ndim}D array instead: {name} must have the shape "
            f"({', '.join(f'{axis}s' for axis in axes)}), but {X.shape} was given."
            + (f" Reshape your data with {single}." if axes == MATRIX else "")
        )
    for count, what in zip(X.shape, axes, strict=True):
        if count == 0:
            raise ValueError(f"Found array with 0 {what}(s) (shape={X.shape}) while a minimum of 1 is required.")
    if width is not None and X.shape[-1] != width:
        what = f"{axes[-1]}s"
        raise ValueError(f"{name} has {X.shape[-1]} {what}, but {owner} is expecting {width} {what} as input.")
    return _finite(X, name, dtype, axes)


def check_labels(y: Any, n: int) -> Array:
    """Return the classes `y` of `n` samples as an array of shape (n,).

    Raises
    ------
    ValueError
        If there are none, or not one for each sample, or one of them is NaN, infinity or a fraction.

    Warns
    -----
    UserWarning
        If they stand in a column (where scikit-learn is loaded, its own warning of this).
    """
    if y is None:
        raise ValueError("this estimator requires y to be passed, but the target y is None")
    y = np.asarray(y)
    if y.shape == (n, 1):
        column = sys.modules["sklearn"].exceptions.DataConversionWarning if "sklearn" in sys.modules else UserWarning
        words = f"A column-vector y was passed when a 1d array was expected: ({n},) is wanted, but {y.shape} was given"
        warnings.warn(words, column, stacklevel=3)
        y = y[:, 0]
    if y.shape != (n,):
        raise ValueError(f"y must hold one class for each of the {n} samples, but has the shape {y.shape}")
    if y.dtype.kind == "f":
        if not np.isfinite(y).all():
            raise ValueError(f"Input y contains {'NaN' if np.isnan(y).any() else 'infinity'}; classes are wanted")
        if (fractions := y != np.floor(y)).any():
            raise ValueError(f"Unknown label type: y must hold classes, but {y[fractions][0]:g} is a fraction")
    return y


def check_unit_interval(X: Array, reason: str, otherwise: str) -> None:
    """Raise ValueError, with the `reason` and what else to choose, if a value of `X` lies outside [0, 1]."""
    if X.min() < 0 or X.max() > 1:
        raise ValueError(
            f"X must lie in [0, 1] because {reason}, "
            f"but its values reach from {X.min():g} to {X.max():g}: scale it, or choose {otherwise}"
        )


def _numeric(X: Any, name: str, dtype: Any) -> Array:
    if hasattr(X, "toarray"):
        raise TypeError(f"{name} is sparse, but dense data is required: use {name}.toarray()")
    X = np.asarray(X)
    if X.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: {name} has the type {X.dtype}, real numbers are wanted")
    if X.dtype.kind in "biuf":
        return X
    try:
        return X.astype(dtype)
    except TypeError as error:
        raise TypeError(f"{name} must hold numbers; argument must be a string or a number: {error}") from error
    except ValueError as error:
        raise ValueError(f"{name} must hold numbers, but it has the type {X.dtype}: {error}") from error


def _finite(X: Array, name: str, dtype: Any, axes: tuple[str, ...]) -> Array:
    with np.errstate(over="ignore"):
        typed = np.ascontiguousarray(X, dtype)
    if np.isfinite(typed).all():
        return typed
    for bad, what in ((np.isnan(X), "NaN"), (np.isinf(X), "infinity")):
        if bad.any():
            words, indices = _PLACES.get(axes, axes), np.argwhere(bad)[0]
            place = ", ".join(f"{word} {index}" for word, index in zip(words, indices, strict=True))
            raise ValueError(f"Input {name} contains {what} (first at {place}); finite is wanted.")
    raise ValueError(f"Input {name} contains values too large for {np.dtype(dtype).name} (they become infinity).")
