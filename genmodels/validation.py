"""Checks of what users hand in: each error names what was given and what is wanted.

Contents: `check_choice`, `check_count`, `check_number`, `check_flag`, `check_rng`; `check_matrix` for data.
"""

import math
import numbers
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


def check_rng(random_state: Any) -> np.random.Generator:
    """Make a random generator from None (fresh entropy), a seed (a whole number from 0 on) or a generator (itself)."""
    if random_state is None or isinstance(random_state, np.random.Generator):
        return np.random.default_rng(random_state)
    if isinstance(random_state, numbers.Integral) and not isinstance(random_state, bool) and int(random_state) >= 0:
        return np.random.default_rng(int(random_state))
    raise ValueError(
        "random_state must be None, a whole number of at least 0 or a numpy.random.Generator, "
        f"but {random_state!r} was given"
    )


def check_matrix(X: Any, dtype: Any, *, name: str = "X", width: int | None = None, owner: str = "the model") -> Array:
    """Return `X` as a finite array of rank 2 and type `dtype`, at least one row by one column.

    Parameters
    ----------
    X : array-like, shape (n, d)
    dtype : NumPy type of the result
    name : what the messages call `X`
    width : the number of columns that `owner` needs; None accepts any

    Raises
    ------
    TypeError
        If `X` is sparse or holds something that is neither a number nor a string.
    ValueError
        If `X` is complex, not numeric, of another rank or width, empty, or holds NaN or infinity.
    """
    X = _numeric(X, name, dtype)
    if X.ndim != 2:
        raise ValueError(
            f"Expected 2D array, got {X.ndim}D array instead: {name} must have the shape (samples, features), "
            f"but {X.shape} was given. Reshape your data with {name}.reshape(-1, 1) if it has a single feature, "
            f"or {name}.reshape(1, -1) if it is a single sample."
        )
    for count, what in zip(X.shape, ("sample", "feature"), strict=True):
        if count == 0:
            raise ValueError(f"Found array with 0 {what}(s) (shape={X.shape}) while a minimum of 1 is required.")
    if width is not None and X.shape[1] != width:
        raise ValueError(f"{name} has {X.shape[1]} features, but {owner} is expecting {width} features as input.")
    return _finite(X, name, dtype)


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


def _finite(X: Array, name: str, dtype: Any) -> Array:
    with np.errstate(over="ignore"):
        typed = np.ascontiguousarray(X, dtype)
    if np.isfinite(typed).all():
        return typed
    for bad, what in ((np.isnan(X), "NaN"), (np.isinf(X), "infinity")):
        if bad.any():
            row, column = np.argwhere(bad)[0]
            raise ValueError(f"Input {name} contains {what} (first at row {row}, column {column}); finite is wanted.")
    raise ValueError(f"Input {name} contains values too large for {np.dtype(dtype).name} (they become infinity).")
