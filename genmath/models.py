"""Exact random matrices that satisfy what claims suppose: invertible, orthonormal, symmetric."""

from __future__ import annotations

import random
from collections.abc import Mapping

import sympy as sp

Sizes = Mapping[sp.Symbol, int]
Values = dict[str, sp.Matrix]


def entries(generator: random.Random, rows: int, columns: int) -> sp.Matrix:
    """Random rationals."""
    return sp.Matrix(rows, columns, lambda *_: sp.Rational(generator.choice([-1, 1]) * generator.randint(1, 40), 13))


def distribution(generator: random.Random, states: int) -> sp.Matrix:
    """Random positive probabilities that sum to one."""
    weights = [sp.Rational(generator.randint(1, 60)) for _ in range(states)]
    return sp.Matrix([w / sum(weights) for w in weights])


def invertible(generator: random.Random, size: int) -> sp.Matrix:
    """A random invertible matrix."""
    while True:
        matrix = entries(generator, size, size)
        if matrix.det() != 0:
            return matrix


def orthonormal(generator: random.Random, rows: int, columns: int) -> sp.Matrix:
    """Random orthonormal columns, exact by Cayley's transform of a skew matrix."""
    skew = sp.zeros(rows, rows)
    for a in range(rows):
        for b in range(a):
            skew[a, b] = sp.Rational(generator.choice([-1, 1]) * generator.randint(1, 4), 3)
            skew[b, a] = -skew[a, b]
    return ((sp.eye(rows) - skew) * (sp.eye(rows) + skew).inv())[:, :columns]
