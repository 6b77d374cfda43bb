"""From expressions to floats: the one bridge between claims and arrays.

Rows and columns count from 1 in a claim and from 0 in an array; only this module knows both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

from genmath.activations import LOGISTIC
from genmath.surface import Node, Point, Var

Meaning = Callable[[sp.Expr], sp.Expr]


def instantiate(
    node: Node, meanings: Mapping[str, Meaning] = LOGISTIC, sizes: Mapping[sp.Symbol, int] | None = None, **arrays: Any
) -> Any:
    """Evaluate an expression on arrays, in their precision.

    Parameters
    ----------
    node : Node
        The expression.
    meanings : mapping of str to function
        What its opaque functions stand for; the logistic function by default.
    sizes : mapping of dimension to int, optional
        Dimensions that no array shows.
    **arrays : array-like
        Values of its symbols by name: two-dimensional, one-dimensional for columns, or numbers.

    Returns
    -------
    array, shape as the expression's

    Raises
    ------
    ValueError
        If an array does not have the shape of its symbol, or a symbol has no value.
    """
    symbols = {v.name: v for v in node.walk() if isinstance(v, Var)}
    if unknown := sorted(set(arrays) - set(symbols)):
        raise ValueError(
            f"the expression has no symbol named {', '.join(unknown)}; it has {', '.join(sorted(symbols))}"
        )
    known = dict(sizes or {})
    flat: list[sp.Symbol] = []
    numbers: list[Any] = []
    values = {}
    for name, array in arrays.items():
        rows = _rows(array)
        _sizes_from(symbols[name], rows, known)
        names = [[sp.Dummy(f"{name}_{i}_{j}", real=True) for j in range(len(row))] for i, row in enumerate(rows)]
        values[name] = sp.Matrix(names)
        flat += [s for row in names for s in row]
        numbers += [v for row in rows for v in row]
    return sp.lambdify(flat, node.value(Point(known, values, meanings)), "numpy", cse=True)(*numbers)


def _rows(array: Any) -> list[list[Any]]:
    """Nested lists of a number, a column or a matrix."""
    shape = getattr(array, "shape", None)
    if shape is None or len(shape) == 0:
        return [[array]] if not isinstance(array, list) else [row if isinstance(row, list) else [row] for row in array]
    return [[v] for v in array] if len(shape) == 1 else [list(row) for row in array]


def _sizes_from(symbol: Var, rows: list[list[Any]], known: dict[sp.Symbol, int]) -> None:
    """Read the sizes of dimensions off an array, and refuse an array that contradicts them."""
    for size, length in zip(symbol.shape, (len(rows), len(rows[0])), strict=True):
        wanted = known.setdefault(size, length) if size.is_Symbol else size
        if wanted != length:
            shape = " × ".join(map(str, symbol.shape))
            raise ValueError(f"{symbol.name} has the shape {shape}, where {size} is {wanted}; {length} was given")
