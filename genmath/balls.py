r"""Values with a bound on their error, in 53 bits or in many, and what two of them say of equality.

A *ball* is a value, a bound on its absolute error, and whether a digit is *lost*: whether something too small to be
held was added to something large, so that the ball may miss a difference which is there.  Every operation below is
given with its error; ``u`` is the unit roundoff, ``2^-53`` in doubles.  What follows is all that a second
implementation needs.

Operations
----------
``a``, ``b`` are balls with values ``a``, ``b`` and errors ``ea``, ``eb``; ``v`` is the rounded result.

=================  ====================================================================================================
operation          error
=================  ====================================================================================================
a constant         0 if it is an integer that is held exactly, else ``u |v|``; π is a constant
``a + b``, a - b   ``ea + eb + u |v|``; *lost* if the smaller of both, surely not 0 (``|s| > 2 es``), is less than
                   ``FAINT`` times the larger
``a * b``          ``|a| eb + |b| ea + ea eb + u |v|``; if ``|v| < TINY`` though neither factor is 0, *lost*, and
                   ``TINY`` more
``a / b``          ``(ea + |v| eb) / (|b| - eb) + u |v|``; if ``|v| < TINY`` though ``a`` is not 0, *lost*, and ``TINY``
                   more.  If ``|b| <= eb``: *unclear* if ``b`` is lost, else *undefined*
``a^n``            ``n - 1`` products from the left; ``n = 0`` gives 1 without error; ``n < 0`` is ``1 / a^-n``.
                   ``|n| > MOST_EXPONENT`` (from a size) is *unclear*
``exp(a)``         ``(2 ea + 8 u) v``, for ``ea <= 2^-10``.  ``a > LARGEST`` is *unclear*; ``a < -LARGEST`` gives 0,
                   *lost*, with the error ``TINY``
``log(a)``         ``2 ea / a + 8 u |v|``, for ``ea <= a / 2``.  ``a <= ea`` is *undefined*, *unclear* if ``a`` is lost
``sqrt(a)``        ``ea / v + 4 u v`` for ``a > 2 ea``; else ``v`` is the root of ``max(a, 0)``, and the error the
                   root of ``|a| + ea``.  ``a < -ea`` is *undefined*
``a^b``            ``exp(b * log(a))``
``tanh(a)``        ``ea + 8 u |v|``
``sin``, ``cos``   ``ea + 8 u``; ``|a| > 10^6`` is *unclear*
``erf(a)``         ``2 ea + 16 u``
``|a|``            ``ea``
logistic           ``s(a) = 1 / (1 + exp(-a))``, for ``a < 0`` as ``exp(a) / (1 + exp(a))``: ``(2 ea + 16 u) v``.
                   Its slope ``s(a) s(-a)``: ``(2 ea + 32 u) v``; second slope ``s'(a) (1 - 2 s(a))``: ``ea + 32 u``.
                   ``|a| > LARGEST`` is *unclear*, ``ea > 2^-10`` too, and so for softplus
tanh as a          its slope ``(1 - t)(1 + t)``: ``ea + 32 u``; second slope ``-2 t (1 - t)(1 + t)``: ``2 ea + 32 u``
function
softplus           ``max(a, 0) + log(1 + exp(-|a|))`` by ``log1p``: ``ea + 16 u v``; its slope is logistic
wave               ``a / 2 + c cos(a)``, slope ``1/2 - c sin(a)``, second slope ``-c cos(a)``, with its coefficient
                   ``c``: ``2 ea + 32 u (1 + |a|)``; ``|a| > 10^6`` is *unclear*
polynomial         by Horner's rule with the operations above; slopes from exact coefficients
=================  ====================================================================================================

Sums (also inside of matrix products, norms and traces) are added from the left, and the first term is not added to 0; a
sum without terms is 0.  A value or an error of ``1 / TINY`` or more makes the evaluation *unclear*; an entry outside of
its symbol's shape makes it *undefined*.  *Undefined* and *unclear* end the evaluation of the whole formula at this
point, at the first operation, with arguments evaluated from the left.

Two values
----------
A ball (``v``, ``e``) against a value ``w`` with the error ``ew`` (``2 u |w|`` in doubles): with ``E = 4 (e + ew)``

* *differs* if ``|v - w| > E``;
* *unclear* if the ball is lost, or ``E > TOLERANCE (1 + |w|)``;
* *agrees* otherwise.

==============  ============  =================
constant        doubles       166 bits
==============  ============  =================
``u``           ``2^-53``     ``2^-166``
``FAINT``       ``2^-30``     ``2^-100``
``TOLERANCE``   ``10^-9``     ``10^-30``
``LARGEST``     600           600
``TINY``        ``10^-290``   ``10^-290``
==============  ============  =================
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple

import mpmath
import sympy as sp

from genmath.terms import MOST_EXPONENT, Term

AGREES, DIFFERS, UNCLEAR = "agrees", "differs", "unclear"


class Undefined(ValueError):
    """A formula without a value: why, and where in the text."""

    def __init__(self, message: str, at: int = 0) -> None:
        super().__init__(message)
        self.at = at


class Unclear(ValueError):
    """A value that is too large, or not exact enough to go on with."""


class Ball(NamedTuple):
    """A value, a bound on its error, and whether a digit is lost."""

    value: Any
    error: Any
    lost: bool = False


Grid = list[list[Ball]]


@dataclass(frozen=True)
class Meaning:
    """What a function of an exercise is: ``logistic``, ``softplus``, ``tanh``, ``wave``, or ``polynomial``.

    The coefficients of a polynomial begin with the constant; a wave has one.
    """

    kind: str
    coefficients: tuple[Fraction, ...] = ()

    def slope(self) -> Meaning:
        """The derivative of a polynomial."""
        return replace(self, coefficients=tuple(n * c for n, c in enumerate(self.coefficients))[1:])


@dataclass(frozen=True)
class Arithmetic:
    """Numbers of one precision and the functions on them."""

    unit: Any
    faint: Any
    tolerance: Any
    largest: Any
    tiny: Any
    library: Any
    fraction: Callable[[Fraction], Any]
    log1p: Callable[[Any], Any]

    # ---------------------------------------------------------------- constants

    def constant(self, value: Fraction) -> Ball:
        v = self.fraction(value)
        exact = value.denominator == 1 and abs(value) < 2**53
        return Ball(v, 0 * v if exact else self.unit * abs(v))

    def pi(self) -> Ball:
        v = +self.library.pi
        return Ball(v, self.unit * v)

    # ---------------------------------------------------------------- operations

    def _checked(self, v: Any, error: Any, lost: bool) -> Ball:
        if not abs(v) < 1 / self.tiny or not error < 1 / self.tiny:
            raise Unclear("a number is too large")
        return Ball(v, error, lost)

    def negative(self, a: Ball) -> Ball:
        return Ball(-a.value, a.error, a.lost)

    def add(self, a: Ball, b: Ball) -> Ball:
        v = a.value + b.value
        small, large = (a, b) if abs(a.value) < abs(b.value) else (b, a)
        faint = abs(small.value) > 2 * small.error and abs(small.value) < self.faint * abs(large.value)
        return self._checked(v, a.error + b.error + self.unit * abs(v), a.lost or b.lost or faint)

    def multiply(self, a: Ball, b: Ball) -> Ball:
        v = a.value * b.value
        error = abs(a.value) * b.error + abs(b.value) * a.error + a.error * b.error + self.unit * abs(v)
        vanished = abs(v) < self.tiny and a.value != 0 and b.value != 0
        return self._checked(v, error + vanished * self.tiny, a.lost or b.lost or vanished)

    def divide(self, a: Ball, b: Ball) -> Ball:
        if abs(b.value) <= b.error:
            if b.lost:
                raise Unclear("it is not clear whether a denominator is zero")
            raise Undefined("something is divided by zero")
        if abs(a.value) > abs(b.value) / self.tiny:
            raise Unclear("a number is too large")
        v = a.value / b.value
        error = (a.error + abs(v) * b.error) / (abs(b.value) - b.error) + self.unit * abs(v)
        vanished = abs(v) < self.tiny and a.value != 0
        return self._checked(v, error + vanished * self.tiny, a.lost or b.lost or vanished)

    def power(self, a: Ball, exponent: int) -> Ball:
        if exponent == 0:
            return self.constant(Fraction(1))
        found = a
        for _ in range(abs(exponent) - 1):
            found = self.multiply(found, a)
        return found if exponent > 0 else self.divide(self.constant(Fraction(1)), found)

    # ---------------------------------------------------------------- functions

    def exp(self, a: Ball) -> Ball:
        if a.value > self.largest or a.error > 2**-10:
            raise Unclear("an exponential is too large")
        if a.value < -self.largest:
            return Ball(0 * a.value, self.tiny, lost=True)
        v = self.library.exp(a.value)
        return Ball(v, (2 * a.error + 8 * self.unit) * v, a.lost)

    def log(self, a: Ball) -> Ball:
        if a.value <= a.error:
            if a.lost and a.value >= -a.error:
                raise Unclear("it is not clear whether a logarithm is taken of a positive number")
            raise Undefined("a logarithm is taken of a number that is not positive")
        if 2 * a.error > a.value:
            raise Unclear("a logarithm is taken of a number that is known too roughly")
        v = self.library.log(a.value)
        return Ball(v, 2 * a.error / a.value + 8 * self.unit * abs(v), a.lost)

    def sqrt(self, a: Ball) -> Ball:
        if a.value < -a.error:
            raise Undefined("a root is taken of a negative number")
        if a.value > 2 * a.error:
            v = self.library.sqrt(a.value)
            return Ball(v, a.error / v + 4 * self.unit * v, a.lost)
        return Ball(self.library.sqrt(max(a.value, 0 * a.value)), self.library.sqrt(abs(a.value) + a.error), a.lost)

    def raised(self, a: Ball, b: Ball) -> Ball:
        try:
            return self.exp(self.multiply(b, self.log(a)))
        except Undefined:
            raise Undefined("a power with a broken exponent is taken of a number that is not positive") from None

    def tanh(self, a: Ball) -> Ball:
        v = self.library.tanh(a.value)
        return Ball(v, a.error + 8 * self.unit * abs(v), a.lost)

    def sin(self, a: Ball) -> Ball:
        return self._turn(a, self.library.sin)

    def cos(self, a: Ball) -> Ball:
        return self._turn(a, self.library.cos)

    def _turn(self, a: Ball, function: Callable[[Any], Any]) -> Ball:
        if abs(a.value) > 10**6:
            raise Unclear("an angle is too large")
        return Ball(function(a.value), a.error + 8 * self.unit, a.lost)

    def erf(self, a: Ball) -> Ball:
        return Ball(self.library.erf(a.value), 2 * a.error + 16 * self.unit, a.lost)

    def abs(self, a: Ball) -> Ball:
        return Ball(abs(a.value), a.error, a.lost)

    def meaning(self, meaning: Meaning, order: int, a: Ball) -> Ball:
        """A function of an exercise, or its derivative of an order."""
        if meaning.kind == "polynomial":
            for _ in range(order):
                meaning = meaning.slope()
            return self._polynomial(meaning.coefficients, a)
        if meaning.kind == "wave":
            return self._wave(self.fraction(meaning.coefficients[0]), order, a)
        if meaning.kind == "tanh":
            return self._tanh(order, a)
        order += meaning.kind == "logistic"  # softplus has the logistic function as its slope
        if abs(a.value) > self.largest or a.error > 2**-10:
            raise Unclear("the argument of a function is too large")
        if order == 0:
            v = max(a.value, 0 * a.value) + self.log1p(self.library.exp(-abs(a.value)))
            return Ball(v, a.error + 16 * self.unit * v, a.lost)
        s, t = self._logistic(a.value), self._logistic(-a.value)
        if order == 1:
            return Ball(s, (2 * a.error + 16 * self.unit) * s, a.lost)
        if order == 2:
            return Ball(s * t, (2 * a.error + 32 * self.unit) * s * t, a.lost)
        return Ball(s * t * (1 - 2 * s), a.error + 32 * self.unit, a.lost)

    def _wave(self, c: Any, order: int, a: Ball) -> Ball:
        if abs(a.value) > 10**6:
            raise Unclear("the argument of a function is too large")
        v = a.value
        found = (v / 2 + c * self.library.cos(v), 1 / self.fraction(Fraction(2)) - c * self.library.sin(v))
        value = found[order] if order < 2 else -c * self.library.cos(v)
        return Ball(value, 2 * a.error + 32 * self.unit * (1 + abs(v)), a.lost)

    def _tanh(self, order: int, a: Ball) -> Ball:
        if order == 0:
            return self.tanh(a)
        t = self.library.tanh(a.value)
        slope = (1 - t) * (1 + t)
        if order == 1:
            return Ball(slope, a.error + 32 * self.unit, a.lost)
        return Ball(-2 * t * slope, 2 * a.error + 32 * self.unit, a.lost)

    def _logistic(self, a: Any) -> Any:
        e = self.library.exp(-abs(a))
        return 1 / (1 + e) if a >= 0 else e / (1 + e)

    def _polynomial(self, coefficients: tuple[Fraction, ...], a: Ball) -> Ball:
        if not coefficients:
            return self.constant(Fraction(0))
        found = self.constant(coefficients[-1])
        for c in coefficients[-2::-1]:
            found = self.add(self.multiply(found, a), self.constant(c))
        return found

    # ---------------------------------------------------------------- two values

    def compared(self, ball: Ball, value: Any, error: Any) -> str:
        """``agrees``, ``differs`` or ``unclear``."""
        bound = 4 * (ball.error + error)
        if abs(ball.value - value) > bound:
            return DIFFERS
        return UNCLEAR if ball.lost or bound > self.tolerance * (1 + abs(value)) else AGREES


DOUBLE = Arithmetic(
    2.0**-53, 2.0**-30, 1e-9, 600.0, 1e-290, math, lambda q: q.numerator / q.denominator, math.log1p
)


def _many_bits(bits: int = 166) -> Arithmetic:
    library = mpmath.MPContext()
    library.prec = bits
    two, ten = library.mpf(2), library.mpf(10)
    return Arithmetic(
        two**-bits,
        two**-100,
        ten**-30,
        library.mpf(600),
        ten**-290,
        library,
        lambda q: library.mpf(q.numerator) / q.denominator,
        library.log1p,
    )


MANY = _many_bits()


# ---------------------------------------------------------------- formulas


@dataclass(frozen=True)
class Spot:
    """Where a formula is evaluated: matrices of balls by name, sizes, values of free indices, meanings of functions."""

    values: Mapping[str, Grid]
    sizes: Mapping[sp.Symbol, int]
    indices: Mapping[str, int]
    meanings: Mapping[str, Meaning]


def evaluated(term: Term, spot: Spot, arithmetic: Arithmetic) -> Grid:
    """The value of a term.

    Raises
    ------
    Undefined, Unclear
        See above.
    """
    return _Evaluation(spot, arithmetic).grid(term)


class _Evaluation:
    """Evaluates terms at one spot."""

    def __init__(self, spot: Spot, arithmetic: Arithmetic) -> None:
        self.spot, self.arithmetic = spot, arithmetic
        self.indices = dict(spot.indices)

    def grid(self, term: Term) -> Grid:
        if term.op == "sum":
            return self._sum(term)
        args = [self.grid(a) for a in term.args]
        try:
            return self._leaf(term) if not args else self._operation(term, args)
        except Undefined as error:
            raise Undefined(str(error), error.at or term.at) from None

    def size(self, length: sp.Expr) -> int:
        return int(length.xreplace({s: sp.Integer(v) for s, v in self.spot.sizes.items()}))

    def _leaf(self, term: Term) -> Grid:
        match term.op:
            case "number":
                return [[self.arithmetic.constant(term.data)]]
            case "pi":
                return [[self.arithmetic.pi()]]
            case "index":
                return [[self.arithmetic.constant(Fraction(self.indices[term.data]))]]
            case "symbol":
                return self.spot.values[term.data]
            case "entry":
                name, row, column = term.data
                return [[self._entry(name, row, column)]]
        name, column = term.data
        rows = range(1, len(self.spot.values[name]) + 1)
        return [[self._entry(name, row, column)] for row in rows]

    def _entry(self, name: str, row: int | str, column: int | str) -> Ball:
        grid = self.spot.values[name]
        i, j = (p if isinstance(p, int) else self.indices[p] for p in (row, column))
        if i > len(grid) or j > len(grid[0]):
            shown = i if len(grid[0]) == 1 else j if len(grid) == 1 else f"{i}, {j}"
            raise Undefined(f"{name} has no entry {shown}")
        return grid[i - 1][j - 1]

    def _operation(self, term: Term, args: list[Grid]) -> Grid:
        ops, first = self.arithmetic, args[0]
        match term.op:
            case "negative":
                return [[ops.negative(v) for v in row] for row in first]
            case "add":
                return _pairs(ops.add, *args)
            case "subtract":
                return _pairs(lambda a, b: ops.add(a, ops.negative(b)), *args)
            case "hadamard":
                return _pairs(ops.multiply, *args)
            case "scale":
                return [[ops.multiply(first[0][0], v) for v in row] for row in args[1]]
            case "divide":
                return [[ops.divide(v, args[1][0][0]) for v in row] for row in first]
            case "dot":
                columns = list(zip(*args[1], strict=True))
                return [[self._added(map(ops.multiply, row, column)) for column in columns] for row in first]
            case "power":
                return [[ops.power(first[0][0], term.data if term.data is not None else _integer(args[1][0][0]))]]
            case "raise":
                return [[ops.raised(first[0][0], args[1][0][0])]]
            case "function":
                return [[self._applied(term, v) for v in row] for row in first]
            case "transpose":
                return [list(column) for column in zip(*first, strict=True)]
        return self._collected(term, first)

    def _applied(self, term: Term, v: Ball) -> Ball:
        name, order = term.data
        if name in self.spot.meanings:
            return self.arithmetic.meaning(self.spot.meanings[name], order, v)
        return BUILT_IN[name](self.arithmetic, v)

    def _collected(self, term: Term, grid: Grid) -> Grid:
        ops = self.arithmetic
        match term.op:
            case "total":
                return [[self._added(v for row in grid for v in row)]]
            case "trace":
                return [[self._added(grid[i][i] for i in range(len(grid)))]]
            case "squares" | "norm":
                squares = self._added(ops.multiply(v, v) for row in grid for v in row)
                return [[ops.sqrt(squares) if term.op == "norm" else squares]]
            case "diag":
                zero = ops.constant(Fraction(0))
                return [[grid[i][0] if i == j else zero for j in range(len(grid))] for i in range(len(grid))]
            case "spread":
                rows, columns = map(self.size, term.shape)
                return [[grid[0][0]] * columns for _ in range(rows)]
        raise TypeError(f"no rule evaluates {term.op}")

    def _sum(self, term: Term) -> Grid:
        letter, low, high = term.data
        found: Grid | None = None
        for value in range(low, self.size(high) + 1):
            self.indices[letter] = value
            grid = self.grid(term.args[0])
            found = grid if found is None else _pairs(self.arithmetic.add, found, grid)
        self.indices.pop(letter, None)
        if found is None:
            rows, columns = map(self.size, term.shape)
            return [[self.arithmetic.constant(Fraction(0))] * columns for _ in range(rows)]
        return found

    def _added(self, balls: Any) -> Ball:
        found: Ball | None = None
        for ball in balls:
            found = ball if found is None else self.arithmetic.add(found, ball)
        return found if found is not None else self.arithmetic.constant(Fraction(0))


BUILT_IN: Mapping[str, Callable[[Arithmetic, Ball], Ball]] = {
    "exp": Arithmetic.exp,
    "log": Arithmetic.log,
    "sqrt": Arithmetic.sqrt,
    "tanh": Arithmetic.tanh,
    "sin": Arithmetic.sin,
    "cos": Arithmetic.cos,
    "erf": Arithmetic.erf,
    "abs": Arithmetic.abs,
}


def _integer(ball: Ball) -> int:
    """An exponent that is known to be an integer."""
    if abs(ball.value) > MOST_EXPONENT:
        raise Unclear("an exponent is too large")
    return round(ball.value)


def _pairs(operation: Callable[[Ball, Ball], Ball], left: Grid, right: Grid) -> Grid:
    return [[operation(a, b) for a, b in zip(*rows, strict=True)] for rows in zip(left, right, strict=True)]
