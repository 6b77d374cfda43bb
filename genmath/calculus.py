r"""Functions, derivatives, integrals, expectations, repeated maps and systems of equations, as nodes.

An opaque function is any differentiable function; its slope is known by name only.  A derivative is taken with respect
to a symbol, or to an abbreviation, which then counts as a symbol.  Each node has the two lowerings of
:mod:`genmath.surface`: an integral is left to SymPy in one and done by quadrature in the other; an expectation inserts
the moments of the noise in one and enumerates signs in the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import mpmath
import sympy as sp

from genmath.indexed import Undetermined, derivative, fresh, second_moments
from genmath.surface import (
    ATOM,
    HADAMARD,
    POSTFIX,
    PRODUCT,
    SCALAR,
    SCALE,
    Entry,
    Let,
    LetAt,
    Node,
    Num,
    Operand,
    Point,
    Shape,
    ShapeError,
    Var,
    as_node,
    same_shape,
    scalar,
    shape_text,
    slope_of,
)


class Opaque(sp.Function):
    """Any differentiable function ``called`` so, or its derivative of an ``order``."""

    called: str
    order: int


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
        if "_slope" in name:
            raise ValueError(f"{name!r} would be taken for the slope of another function")

        def fdiff(self: sp.Function, _place: int = 1) -> sp.Expr:
            return cls.opaque(name, letter, order + 1).symbolic(self.args[0])

        # The leading word keeps the name apart from every function that mpmath could evaluate by itself.
        key = f"any_{name}" + "_slope" * order
        if key not in _OPAQUE:
            content = {"nargs": (1,), "fdiff": fdiff, "called": name, "order": order}
            _OPAQUE[key] = type(key, (Opaque,), content)
        return cls(name, letter + "'" * order, _OPAQUE[key], order)

    @property
    def is_opaque(self) -> bool:
        return isinstance(self.symbolic, type) and issubclass(self.symbolic, Opaque)

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
    def binds(self) -> int:  # type: ignore[override]
        return POSTFIX if self.function.letter.endswith("^") else ATOM

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
            return point.value_of(self.body).applyfunc(self.function.symbolic)
        t, slope = _meant(meaning, self.function.order)
        return point.value_of(self.body).applyfunc(lambda v: slope.xreplace({t: v}))


@cache
def _meant(meaning: Callable[[sp.Expr], sp.Expr], order: int) -> tuple[sp.Dummy, sp.Expr]:
    """A letter, and the derivative of an order of a function of it."""
    t = sp.Dummy("t", real=True)
    return t, sp.diff(meaning(t), t, order)


@dataclass(frozen=True)
class Gradient(Node):
    """The derivative of a scalar with respect to every entry of a symbol or of an abbreviation."""

    body: Node
    wrt: Node
    binds = POSTFIX

    def __post_init__(self) -> None:
        scalar("a gradient is taken of a scalar", self.body, self.latex())

    @property
    def shape(self) -> Shape:
        return self.wrt.shape

    @cached_property
    def opened(self) -> tuple[Node, Var]:
        return _opened(self.body, self.wrt)

    def latex(self) -> str:
        return rf"\frac{{\partial {self.body.tex(SCALE)}}}{{\partial {self.wrt.tex(ATOM)}}}"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return _derivative(*self.opened, self.wrt, i, j)

    def value(self, point: Point) -> sp.Matrix:
        rows, columns = point.size(self.wrt.shape)
        return sp.Matrix(rows, columns, lambda i, j: _slope(*self.opened, self.wrt, i, j, point))


@dataclass(frozen=True)
class Partial(Node):
    """The derivative of a scalar with respect to one entry."""

    body: Node
    wrt: Entry
    binds = POSTFIX

    def __post_init__(self) -> None:
        scalar("a derivative is taken of a scalar", self.body, self.latex())

    @cached_property
    def opened(self) -> tuple[Node, Var]:
        return _opened(self.body, self.wrt.body)

    def latex(self) -> str:
        return rf"\frac{{\partial {self.body.tex(SCALE)}}}{{\partial {self.wrt.tex(ATOM)}}}"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return _derivative(*self.opened, self.wrt.body, self.wrt.row, self.wrt.column)

    def value(self, point: Point) -> sp.Matrix:
        rows, columns = point.size(self.wrt.body.shape)
        i, j = point.place(self.wrt.row, rows), point.place(self.wrt.column, columns)
        return sp.Matrix([[_slope(*self.opened, self.wrt.body, i, j, point)]])


@dataclass(frozen=True)
class Jacobian(Node):
    """The derivatives of a column, one in each row, with respect to another column."""

    body: Node
    wrt: Node
    binds = POSTFIX

    def __post_init__(self) -> None:
        for node in (self.body, self.wrt):
            column("a matrix of derivatives is one of columns", node, self.latex())

    @property
    def shape(self) -> Shape:
        return self.body.shape[0], self.wrt.shape[0]

    @cached_property
    def opened(self) -> tuple[Node, Var]:
        return _opened(self.body, self.wrt)

    def latex(self) -> str:
        return rf"\frac{{\partial {self.body.tex(SCALE)}}}{{\partial {self.wrt.tex(ATOM)}}}"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return _derivative(*self.opened, self.wrt, j, 1, row=i)

    def value(self, point: Point) -> sp.Matrix:
        columns = point.size(self.wrt.shape)[0]
        return sp.Matrix.hstack(*(_slopes(*self.opened, self.wrt, j, 0, point) for j in range(columns)))


@dataclass(frozen=True)
class Pullback(Node):
    """The derivatives of a column with respect to every entry of something, each summed with the same weights.

    It is the gradient of the sum of the weighted entries, the weights held fixed: how a slope in the column is carried
    back to what the column was made from.
    """

    body: Node
    wrt: Node
    weights: Node
    binds = PRODUCT

    def __post_init__(self) -> None:
        column("derivatives are weighted by a column", self.body, self.latex())
        same_shape(self.body, "and its weights", self.weights)

    @property
    def shape(self) -> Shape:
        return self.wrt.shape

    @cached_property
    def opened(self) -> tuple[Node, Var]:
        return _opened(self.body, self.wrt)

    def latex(self) -> str:
        derivative = rf"\frac{{\partial {self.body.tex(SCALE)}}}{{\partial {self.wrt.tex(ATOM)}}}"
        return rf"\left({derivative}\right)^{{\top}} {self.weights.tex(POSTFIX)}"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        s = fresh()
        slope = _derivative(*self.opened, self.wrt, i, j, row=s)
        return sp.Sum(self.weights.entry(s) * slope, (s, 1, self.body.shape[0]))

    def value(self, point: Point) -> sp.Matrix:
        weights = point.value_of(self.weights).T
        rows, columns = point.size(self.wrt.shape)
        return sp.Matrix(rows, columns, lambda i, j: (weights * _slopes(*self.opened, self.wrt, i, j, point))[0])


def column(message: str, node: Node, tex: str) -> None:
    """Refuse what is no column."""
    if node.shape[1] != 1:
        raise ShapeError(f"{message}, not of shape {shape_text(node.shape)}", tex)


def _opened(body: Node, wrt: Node) -> tuple[Node, Var]:
    """The body with an abbreviation frozen to a symbol of its own, and the symbol to differentiate by."""
    if isinstance(wrt, Var):
        return body, wrt
    if not isinstance(wrt, Let) or isinstance(wrt, LetAt):  # a sequence may hold it, unseen, at every time
        raise Undetermined("a derivative is taken with respect to a symbol or an abbreviation")
    if wrt.entry(fresh(), fresh()).free_symbols & {symbol for node in body.walk() for symbol in node.bound}:
        raise Undetermined(f"{wrt.letter} depends on an index or a symbol that is bound where the derivative is taken")
    return body.replace(lambda node: wrt.frozen if node == wrt else None), wrt.frozen


def _derivative(body: Node, symbol: Var, wrt: Node, i: Any, j: Any, row: Any = 1) -> sp.Expr:
    p, q = fresh(), fresh()
    place = {p: sp.sympify(i, strict=True), q: sp.sympify(j, strict=True)}
    slope = derivative(body.entry(row), symbol.entry(p, q)).xreplace(place)
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


def _slope(body: Node, symbol: Var, wrt: Node, i: int, j: int, point: Point) -> sp.Expr:
    """The change of a scalar along an infinitesimal step of one entry."""
    return _slopes(body, symbol, wrt, i, j, point)[0]


def _slopes(body: Node, symbol: Var, wrt: Node, i: int, j: int, point: Point) -> sp.Matrix:
    """The change of the body along an infinitesimal step of one entry."""
    at = symbol.value(point) if symbol is wrt else point.value_of(wrt)
    key = "moved", symbol.name, i, j, id(at)
    if key not in point.shared:
        step = sp.Dummy("h", real=True)
        unit = sp.Matrix(*at.shape, lambda a, b: step if (a, b) == (i, j) else 0)
        point.shared[key] = at, at + unit, step  # with the value itself, so that its identity stays its own
    _, value, step = point.shared[key]
    return point.moved(symbol.name, value, step).value_of(body).applyfunc(lambda v: slope_of(v, step))


@dataclass(frozen=True)
class Integral(Node):
    """The integral of a scalar over a scalar symbol."""

    body: Node
    over: Var
    low: Any
    high: Any
    binds = SCALE

    def __post_init__(self) -> None:
        for part in (self.body, self.over, as_node(self.low), as_node(self.high)):
            scalar("an integral and its limits are scalars", part, self.latex())

    @property
    def bound(self) -> frozenset[sp.Symbol]:
        return frozenset({self.over.label})

    def latex(self) -> str:
        low, high = as_node(self.low).tex(), as_node(self.high).tex()
        return rf"\int_{{{low}}}^{{{high}}} {self.body.tex(HADAMARD)}\, \mathrm{{d}}{self.over.tex()}"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        if self.over.domain != "real":
            raise Undetermined(
                f"{self.over.name} is integrated over, so that nothing but its being real may be supposed"
            )
        t = sp.Dummy("t", real=True)
        low, high = as_node(self.low).entry(), as_node(self.high).entry()
        return sp.Integral(self.body.entry().xreplace({self.over.symbol: t}), (t, low, high))

    def value(self, point: Point) -> sp.Matrix:
        """By quadrature: a witness that does not know SymPy's integration."""
        t = sp.Dummy("t", real=True)
        body = point.with_values(**{self.over.name: sp.Matrix([[t]])}).value_of(self.body)[0]
        ends = [sp.N(as_node(end).value(point)[0], 40) for end in (self.low, self.high)]
        if body.free_symbols - {t} or not all(end.is_extended_real for end in ends):
            raise Undetermined("an integrand or a limit has no real value at this point")
        with mpmath.workdps(40):
            area, error = mpmath.quad(sp.lambdify(t, body, "mpmath"), [end._to_mpmath(140) for end in ends], error=True)
            if not error < mpmath.mpf(10) ** -22 * (1 + abs(area)):
                raise Undetermined(f"the quadrature is not exact enough: {mpmath.nstr(error, 3)}")
        return sp.Matrix([[sp.Float(area, 30)]])


@dataclass(frozen=True)
class Expectation(Node):
    """The mean over noise with uncorrelated centred entries of one variance; the body is at most quadratic in it."""

    noise: Var
    variance: Node
    body: Node

    def __post_init__(self) -> None:
        scalar("a variance is a scalar", self.variance, self.latex())

    @property
    def shape(self) -> Shape:
        return self.body.shape

    @property
    def bound(self) -> frozenset[sp.Symbol]:
        return frozenset({self.noise.label})

    def latex(self) -> str:
        return rf"\mathbb{{E}}_{{{self.noise.tex()}}}\left[{self.body.tex()}\right]"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return second_moments(self.body.entry(i, j), self.noise.symbol, self.variance.entry())

    def value(self, point: Point) -> sp.Matrix:
        """By enumerating signs, balanced and in pairs uncorrelated: exactly the moments that are assumed."""
        rows, columns = point.size(self.noise.shape)
        deviation = sp.sqrt(point.value_of(self.variance)[0])
        count = 2 ** (rows * columns).bit_length()
        draws = [
            [deviation * (-1) ** (draw & place).bit_count() for place in range(1, rows * columns + 1)]
            for draw in range(count)
        ]
        values = [
            point.with_values(**{self.noise.name: sp.Matrix(rows, columns, draw)}).value_of(self.body) for draw in draws
        ]
        return (sum(values[1:], values[0]) / count).applyfunc(sp.expand)


@dataclass(frozen=True)
class Iterated(Node):
    """What a scalar becomes when a map is applied to it again and again; ``body`` says what one step makes of it."""

    over: Var
    body: Node
    start: Node
    steps: Node

    def __post_init__(self) -> None:
        for part in (self.over, self.body, self.start, self.steps):
            scalar("a map, its start and the number of its steps are scalars", part, self.latex())
        if not isinstance(self.steps, Num):
            raise Undetermined(f"the number of steps is a number or a dimension, not {self.steps.tex()}")

    @property
    def count(self) -> sp.Expr:
        """How many times the map is applied."""
        return self.steps.number  # type: ignore[attr-defined]

    @property
    def bound(self) -> frozenset[sp.Symbol]:
        return frozenset({self.over.label})

    def latex(self) -> str:
        step = rf"\left({self.over.tex()} \mapsto {self.body.tex()}\right)^{{{self.steps.tex()}}}"
        return rf"{step}\left({self.start.tex()}\right)"

    def once(self, value: sp.Expr) -> sp.Expr:
        """What one step makes of a value."""
        if self.over.domain != "real":
            raise Undetermined(f"a map may leave the domain of {self.over.name}: only its being real may be supposed")
        if self.count.free_symbols & self.body.entry().free_symbols:
            raise Undetermined("one step may not depend on the number of steps")
        return self.body.entry().xreplace({self.over.symbol: value})

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        if not self.count.is_Integer:
            raise Undetermined("a map that is applied a number of times with a letter needs a proof by induction")
        value = self.start.entry()
        for _ in range(int(self.count)):
            value = self.once(value)
        return value

    def value(self, point: Point) -> sp.Matrix:
        value = point.value_of(self.start)
        for _ in range(point.integer(self.count)):
            value = point.with_values(**{self.over.name: value}).value_of(self.body)
        return value


@dataclass(frozen=True)
class System(Node):
    """Several scalar equations ``= 0`` at once."""

    equations: tuple[Node, ...]

    def __post_init__(self) -> None:
        for equation in self.equations:
            scalar("a system holds scalar equations", equation, self.latex())

    def latex(self) -> str:
        rows = r" \\ ".join(f"{e.tex()} &= 0" for e in self.equations)
        return rf"\left\{{\begin{{aligned}} {rows} \end{{aligned}}\right."

    def value(self, point: Point) -> sp.Matrix:
        """1 where all equations hold, 0 where one fails."""
        return sp.Matrix([[int(all(sp.simplify(point.value_of(e)[0]) == 0 for e in self.equations))]])
