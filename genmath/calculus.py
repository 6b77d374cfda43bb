r"""Functions, derivatives, integrals, expectations and systems of equations, as nodes of the surface language.

An opaque function is any differentiable function; its slope is known by name only.  A derivative is taken with respect to
a symbol, or to an abbreviation, which then counts as a symbol.  Each node has the two lowerings of
:mod:`genmath.surface`: an integral is left to SymPy in one and done by quadrature in the other; an expectation inserts the
moments of the noise in one and enumerates signs in the other.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import sympy as sp

from genmath.indexed import Undetermined, fresh, second_moments
from genmath.surface import ATOM, HADAMARD, SCALAR, SCALE, Entry, Let, Node, Operand, Point, Shape, ShapeError, Var, as_node, shape_text


@dataclass(frozen=True)
class Function:
    """A differentiable function of one variable, opaque to the index calculus unless it is SymPy's own."""

    name: str
    letter: str
    symbolic: Callable[..., sp.Expr]
    order: int = 0

    @classmethod
    def opaque(cls, name: str, letter: str, order: int = 0) -> Function:
        """Any differentiable function: SymPy knows its slope by name and nothing else about it."""

        def fdiff(self: sp.Function, argindex: int = 1) -> sp.Expr:
            return cls.opaque(name, letter, order + 1).symbolic(self.args[0])

        # The leading word keeps the name apart from every function that mpmath could evaluate by itself.
        key = f"any_{name}" + "_slope" * order
        if key not in _OPAQUE:
            _OPAQUE[key] = type(key, (sp.Function,), {"nargs": (1,), "fdiff": fdiff})
        return cls(name, letter + "'" * order, _OPAQUE[key], order)

    @property
    def slope(self) -> Function:
        return Function.opaque(self.name, self.letter.rstrip("'"), self.order + 1)

    def __call__(self, argument: Operand) -> Node:
        return Apply(self, as_node(argument))


_OPAQUE: dict[str, type] = {}


@dataclass(frozen=True)
class Apply(Node):
    """A function applied to every entry."""

    function: Function
    body: Node

    @property
    def shape(self) -> Shape:
        return self.body.shape

    def latex(self) -> str:
        if self.function.letter.endswith(("^", "sqrt")):
            return f"{self.function.letter}{{{self.body.tex()}}}"
        return rf"{self.function.letter}\left({self.body.tex()}\right)"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return self.function.symbolic(self.body.entry(i, j))

    def value(self, point: Point) -> sp.Matrix:
        meaning = point.functions.get(self.function.name)
        if meaning is None:
            return self.body.value(point).applyfunc(self.function.symbolic)
        t = sp.Dummy("t", real=True)
        slope = sp.diff(meaning(t), t, self.function.order)
        return self.body.value(point).applyfunc(lambda v: slope.xreplace({t: v}))


@dataclass(frozen=True)
class Gradient(Node):
    """The derivative of a scalar with respect to every entry of a symbol or of an abbreviation."""

    body: Node
    wrt: Node

    def __post_init__(self) -> None:
        if self.body.shape != SCALAR:
            raise ShapeError(f"a gradient is taken of a scalar, not of {shape_text(self.body.shape)}", self.latex())

    @property
    def shape(self) -> Shape:
        return self.wrt.shape

    def latex(self) -> str:
        return rf"\frac{{\partial {self.body.tex(SCALE)}}}{{\partial {self.wrt.tex(ATOM)}}}"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return _derivative(self.body, self.wrt, i, j)

    def value(self, point: Point) -> sp.Matrix:
        rows, columns = point.size(self.wrt.shape)
        return sp.Matrix(rows, columns, lambda i, j: _slope(self.body, self.wrt, i, j, point)[0])


@dataclass(frozen=True)
class Partial(Node):
    """The derivative of a scalar with respect to one entry."""

    body: Node
    wrt: Entry

    def latex(self) -> str:
        return rf"\frac{{\partial {self.body.tex(SCALE)}}}{{\partial {self.wrt.tex(ATOM)}}}"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return _derivative(self.body, self.wrt.body, self.wrt.row, self.wrt.column)

    def value(self, point: Point) -> sp.Matrix:
        row, column = point.integer(self.wrt.row), point.integer(self.wrt.column)
        return _slope(self.body, self.wrt.body, row - 1, column - 1, point)


def _opened(body: Node, wrt: Node) -> tuple[Node, Var]:
    """The body with an abbreviation frozen to a symbol of its own, and the symbol to differentiate by."""
    if isinstance(wrt, Var):
        return body, wrt
    if not isinstance(wrt, Let):
        raise Undetermined("a derivative is taken with respect to a symbol or an abbreviation")
    return body.replace(lambda node: wrt.frozen if node == wrt else None), wrt.frozen


def _derivative(body: Node, wrt: Node, i: Any, j: Any) -> sp.Expr:
    body, symbol = _opened(body, wrt)
    p, q = fresh(), fresh()
    slope = body.entry().diff(symbol.entry(p, q)).xreplace({p: sp.sympify(i, strict=True), q: sp.sympify(j, strict=True)})
    if symbol is wrt:
        return slope
    if symbol.shape == SCALAR:
        return slope.xreplace({symbol.symbol: wrt.entry()})
    axes = [axis for axis, size in enumerate(symbol.shape) if size != 1]

    def thaw(*indexed: Any) -> sp.Expr:
        index: list[Any] = [1, 1]
        for axis, value in zip(axes, indexed[1:], strict=True):
            index[axis] = value
        return wrt.entry(*index)

    return slope.replace(lambda e: isinstance(e, sp.Indexed) and e.base == symbol.symbol, lambda e: thaw(*e.args))


def _slope(body: Node, wrt: Node, i: int, j: int, point: Point) -> sp.Matrix:
    body, symbol = _opened(body, wrt)
    rows, columns = point.size(symbol.shape)
    t = sp.Dummy("t", real=True)
    at = wrt.value(point)
    moved = sp.Matrix(rows, columns, lambda a, b: t if (a, b) == (i, j) else at[a, b])
    return sp.Matrix([[body.value(point.with_values(**{symbol.name: moved}))[0].diff(t).subs(t, at[i, j])]])


@dataclass(frozen=True)
class Integral(Node):
    """The integral of a scalar over a scalar symbol."""

    body: Node
    over: Var
    low: Any
    high: Any
    binds = SCALE

    def latex(self) -> str:
        low, high = as_node(self.low).tex(), as_node(self.high).tex()
        return rf"\int_{{{low}}}^{{{high}}} {self.body.tex(HADAMARD)}\, \mathrm{{d}}{self.over.tex()}"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return sp.Integral(self.body.entry(), (self.over.symbol, as_node(self.low).entry(), as_node(self.high).entry()))

    def value(self, point: Point) -> sp.Matrix:
        """By quadrature: a witness that does not know SymPy's integration."""
        t = sp.Dummy("t", real=True)
        integrand = sp.lambdify(t, self.body.value(point.with_values(**{self.over.name: sp.Matrix([[t]])}))[0], "mpmath")
        ends = [sp.N(as_node(end).value(point)[0], 40) for end in (self.low, self.high)]
        with mpmath.workdps(40):
            area = mpmath.quad(integrand, [end._to_mpmath(140) for end in ends])
        return sp.Matrix([[sp.Float(area, 30)]])


@dataclass(frozen=True)
class Expectation(Node):
    """The mean over noise with uncorrelated centred entries of one variance; the body is at most quadratic in it."""

    noise: Var
    variance: Node
    body: Node

    @property
    def shape(self) -> Shape:
        return self.body.shape

    def latex(self) -> str:
        return rf"\mathbb{{E}}_{{{self.noise.tex()}}}\left[{self.body.tex()}\right]"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return second_moments(self.body.entry(i, j), self.noise.symbol, self.variance.entry())

    def value(self, point: Point) -> sp.Matrix:
        """By enumerating signs: noise of plus or minus one deviation has exactly the moments that are assumed."""
        rows, columns = point.size(self.noise.shape)
        deviation = sp.sqrt(self.variance.value(point)[0])
        draws = list(itertools.product((-deviation, deviation), repeat=rows * columns))
        values = [self.body.value(point.with_values(**{self.noise.name: sp.Matrix(rows, columns, draw)})) for draw in draws]
        return (sum(values[1:], values[0]) / len(draws)).applyfunc(sp.expand)


@dataclass(frozen=True)
class System(Node):
    """Several scalar equations ``= 0`` at once."""

    equations: tuple[Node, ...]

    def latex(self) -> str:
        rows = r" \\ ".join(f"{e.tex()} &= 0" for e in self.equations)
        return rf"\left\{{\begin{{aligned}} {rows} \end{{aligned}}\right."

    def value(self, point: Point) -> sp.Matrix:
        """1 where all equations hold, 0 where one fails."""
        return sp.Matrix([[int(all(sp.simplify(e.value(point)[0]) == 0 for e in self.equations))]])
