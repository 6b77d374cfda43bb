r"""Where typed answers are compared: exact random points in the domains of an exercise, and the values there.

The points are seeded by the label of the claim alone.  No two sizes are equal at a point, and where no matrix has them
they are drawn up to ``LARGEST``; a free index lies below its last value; a real number has either sign at half of the
points; no number is 0, 1 or one half, nor the same as another number of the point; what the claim
supposes holds at each of them.  At a third of the points they are larger than at the others, so that numbers such as 2
lie between them; but entries of matrices stay below one where a network would make them huge.
A function without a meaning is :func:`wave`, which no formula of a student takes for another.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import sympy as sp

from genmath import notation
from genmath.balls import DOUBLE, MANY, Arithmetic, Ball, Grid, Meaning, Spot
from genmath.calc import any_function, check_domain, check_given, symbols_of
from genmath.exercises import Exercise, opaque, stated
from genmath.indexed import Undetermined
from genmath.models import distribution
from genmath.rules import Setting
from genmath.surface import SCALAR, Node, Point, Shape, Var
from genmath.terms import index_symbol

POINTS, PRIME, DIGITS, LARGEST = 6, 101, 60, 40
MEANINGS: Mapping[str, Callable[[sp.Expr], sp.Expr]] = {
    "logistic": lambda v: 1 / (1 + sp.exp(-v)),
    "softplus": lambda v: sp.log(1 + sp.exp(v)),
    "tanh": sp.tanh,
}
USUAL = {"sigma": "logistic", "softplus": "softplus"}  # where a claim says nothing else


@dataclass(frozen=True)
class Place:
    """A point: for the claims, with exact values of all names, in doubles, and with many bits."""

    point: Point
    indices: Mapping[str, int]
    exact: Mapping[str, sp.Matrix]
    double: Spot
    many: Spot


@dataclass(frozen=True)
class Reference:
    """An expression to compare with: its shape, and its values at every place, in doubles and with many bits.

    Where it has no clear value, the grid is empty.
    """

    shape: Shape
    node: Node | None
    values: tuple[tuple[Grid, Grid], ...]


@cache
def places(exercise: Exercise) -> tuple[Place, ...]:
    """The points of an exercise."""
    return tuple(_Draws(exercise).place(number) for number in range(POINTS))


@cache
def answer_of(exercise: Exercise) -> Reference:
    """The answer and its values."""
    return _reference(exercise, exercise.answer)


@cache
def mistakes_of(exercise: Exercise) -> Mapping[str, Reference]:
    """The named mistakes and their values."""
    return {name: _reference(exercise, node) for name, node in exercise.wrong.items()}


@cache
def largest(exercise: Exercise) -> Mapping[sp.Symbol, int]:
    """The largest value of each size at the points."""
    points = [place.point for place in places(exercise)]
    return {size: max(point.sizes[size] for point in points) for size in points[0].sizes}


def _reference(exercise: Exercise, node: Node) -> Reference:
    values = [place.point.value_of(node) for place in places(exercise)]
    return Reference(node.shape, node, tuple((grid(v, DOUBLE, 2), grid(v, MANY, 2)) for v in values))


def meaning(exercise: Exercise, name: str) -> tuple[Callable[[sp.Expr], sp.Expr], Meaning]:
    """What a function stands for at the points: for the claims, and for the arithmetic."""
    given = exercise.source.meanings.get(name)
    if given is None and name not in {f.name for f in exercise.table.functions.values()}:
        given = any_function(name)  # nobody can type it: a cubic, so that every value stays exact
    t = sp.Dummy("t", real=True)
    for kind, function in MEANINGS.items():
        if USUAL.get(name) == kind if given is None else given(t) == function(t):
            return function, Meaning(kind)
    if given is None:
        height = Fraction(1, 2 + zlib.crc32(name.encode()) % 7)
        return wave(height), Meaning("wave", (height,))
    coefficients = sp.Poly(given(t), t).all_coeffs()[::-1]
    return given, Meaning("polynomial", tuple(Fraction(int(c.p), int(c.q)) for c in coefficients))


def wave(height: Fraction) -> Callable[[sp.Expr], sp.Expr]:
    """A differentiable function like no other of the book: half of a number, and its cosine times a height."""
    return lambda v: v / 2 + sp.Rational(height.numerator, height.denominator) * sp.cos(v)


class _Draws:
    """Draws the points of an exercise."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise, self.claim = exercise, exercise.source
        nodes = stated(exercise)
        self.symbols = symbols_of(nodes)
        self.meanings = {f.name: meaning(exercise, f.name)[0] for f in opaque(nodes)}
        self.dimensions = sorted(exercise.sizes(nodes), key=str)

    def place(self, number: int) -> Place:
        sizes = self._sizes(number)
        generator = random.Random(f"{self.claim.label} {number}")
        values = self._modelled(generator, sizes)
        taken = {sp.Integer(1), sp.Rational(1, 2)}
        for name, symbol in self.symbols.items():
            if name not in values:
                values[name] = self._drawn(symbol, number, sizes, taken)
        point = Point(sizes, values, self.meanings)
        check_domain(point, self.symbols.values())
        check_given(self.claim.given, self.claim.free, point)
        ends = {str(i): max(1, point.integer(bound) - 1) for i, bound in self.claim.free.items()}
        indices = {i: generator.randint(1, end) for i, end in ends.items()}  # what comes behind the last is often 0
        point = Point(sizes, values, self.meanings, {index_symbol(i): v for i, v in indices.items()})
        table = self.exercise.table
        exact = {name: point.value_of(node) for name, node in table.values.items()}
        meant = {name: meaning(self.exercise, f.name)[1] for name, f in table.functions.items()}
        double, many = (
            Spot({name: grid(value, ops) for name, value in exact.items()}, sizes, indices, meant)
            for ops in (DOUBLE, MANY)
        )
        return Place(point, indices, exact, double, many)

    def _sizes(self, number: int) -> dict[sp.Symbol, int]:
        """Sizes of which no two are equal, in the order that the claim supposes."""
        setting = Setting(self.claim.given, at_most=self.claim.at_most)
        fixed = {size: int(value) for size, value in setting.sizes.items() if value.is_Integer}
        loose = [s for s in self.dimensions if s not in fixed]
        order = {*setting.order}
        if self.claim.model:  # models of data have at least as many samples as pixels, and as many pixels as codes
            order |= {(notation.r, notation.k), (notation.k, notation.d), (notation.d, notation.n)}
        generator = random.Random(f"sizes of {self.claim.label} {number}")
        matrices = any(s.shape != SCALAR for s in self.symbols.values())
        largest = 2 + max(3, len(loose)) if matrices else LARGEST
        for _ in range(1000):
            drawn = generator.sample(range(2, largest + 1), len(loose))
            sizes = {**dict(zip(loose, drawn, strict=True)), **fixed}
            if all(sizes[a] <= sizes[b] for a, b in order if a in sizes and b in sizes):
                return sizes
        raise ValueError(f"no sizes satisfy what {self.claim.label} supposes")

    def _modelled(self, generator: random.Random, sizes: Mapping[sp.Symbol, int]) -> dict[str, sp.Matrix]:
        """What the claim's model draws, again and again while numbers can't be told apart."""
        if self.claim.model is None:
            return {}
        for _ in range(1000):
            values = dict(self.claim.model(generator, sizes))
            numbers = [abs(values[name][0]) for name, s in self.symbols.items() if s.shape == SCALAR and name in values]
            apart = {*numbers} - {sp.Integer(0), sp.Integer(1), sp.Rational(1, 2)}
            if len(apart) == len(numbers):
                return values
        raise ValueError(f"the model of {self.claim.label} draws no numbers that can be told apart")

    def _drawn(self, symbol: Var, number: int, sizes: Mapping[sp.Symbol, int], taken: set[sp.Expr]) -> sp.Matrix:
        """Random entries of a symbol; numbers are told apart from all others of the point."""
        generator = random.Random(f"{self.claim.label} {number} {symbol.name}")
        signs = random.Random(f"{self.claim.label} {symbol.name}").sample([1, -1] * (POINTS // 2), POINTS)
        rows, columns = Point(sizes).size(symbol.shape)
        if symbol.domain == "probability":
            return distribution(generator, rows)
        alone = rows * columns == 1
        far = number % 3 == 2
        high = 160 if alone else 90
        if far and (alone or not self.meanings):
            high = 400 if alone else 250
        high = 90 if symbol.domain == "unit" else high

        def entry(*_: int) -> sp.Expr:
            value = sp.Rational(generator.randint(11, high), PRIME)
            while alone and value in taken:
                value = sp.Rational(generator.randint(11, high), PRIME)
            taken.update([value] if alone else [])
            sign = 1 if symbol.domain != "real" else signs[number] if alone else generator.choice((1, -1))
            return sign * value

        return sp.Matrix(rows, columns, entry)


# ---------------------------------------------------------------- exact values as balls


def grid(matrix: sp.Matrix, arithmetic: Arithmetic, doubled: int = 1) -> Grid:
    """A matrix of exact values, or of values with many digits, as balls; ``doubled`` widens them."""
    return [[_ball(v, arithmetic, doubled) for v in matrix.row(i)] for i in range(matrix.rows)]


def _ball(value: sp.Expr, arithmetic: Arithmetic, doubled: int) -> Ball:
    if value.is_Rational:
        ball = arithmetic.constant(Fraction(int(value.p), int(value.q)))
        error = ball.error if doubled == 1 else doubled * arithmetic.unit * abs(ball.value)
        return ball._replace(error=error)
    value = sp.N(value, DIGITS)
    if not value.is_Float:
        raise Undetermined(f"{value} is no real number")
    if arithmetic is DOUBLE:
        return Ball(float(value), doubled * arithmetic.unit * abs(float(value)))
    v = arithmetic.library.make_mpf(value._mpf_)
    return Ball(v, 2**6 * arithmetic.unit * (1 + abs(v)))
