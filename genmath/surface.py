r"""The language of the book: expressions that print themselves and lower themselves to what is checked.

A statement is written once as a small immutable tree.  From the same tree come

* the LaTeX of the page, in the order and with the brackets in which it was written (:meth:`Node.tex`);
* its shape, which is checked when the tree is built (:class:`ShapeError`);
* its *entry*: a SymPy expression in symbolic indices, the first witness (:meth:`Node.entry`);
* its *value*: a matrix of small unequal sizes with exact entries, the second witness (:meth:`Node.value`).

The two lowerings share no code: the first never sees a matrix, the second never sees an index calculus.

Contents: points, nodes for symbols and constants, matrix algebra, indices, relations.  Functions, derivatives,
integrals and expectations stand in :mod:`genmath.calculus`.
Every shape is a pair ``(rows, columns)`` of SymPy expressions; a scalar has shape ``(1, 1)``.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import sympy as sp

from genmath.indexed import Undetermined, fresh

Shape = tuple[sp.Expr, sp.Expr]
ONE = sp.Integer(1)
INFINITE = {sp.oo, -sp.oo, sp.zoo, sp.nan}
DIGITS = 60  # of values that are not rational
_SERIAL = itertools.count()
SCALAR = (ONE, ONE)

# How tightly a node binds when it is printed: a child that binds less than its place asks for is bracketed.
LOOSE, SUM, HADAMARD, SCALE, PRODUCT, POSTFIX, ATOM = range(7)


FRACTION = re.compile(r"\\frac\{\d+\}\{\d+\}")  # behind a number it would be read as one mixed number
BOLD = re.compile(r"\\(?:mathbf|boldsymbol)\{([^{}]*)\}")


class ShapeError(TypeError):
    """An expression whose shapes do not fit; ``tex`` shows it as it was meant."""

    def __init__(self, message: str, tex: str = "") -> None:
        super().__init__(message)
        self.tex = tex


@dataclass(frozen=True)
class Point:
    """Where expressions are evaluated: sizes, exact matrices, meanings of functions, values of indices."""

    sizes: Mapping[sp.Symbol, int]
    values: Mapping[str, sp.Matrix] = field(default_factory=dict)
    functions: Mapping[str, Callable[[sp.Expr], sp.Expr]] = field(default_factory=dict)
    indices: Mapping[sp.Symbol, int] = field(default_factory=dict)
    steps: tuple[sp.Dummy, ...] = ()
    memory: dict[int, tuple[Node, sp.Matrix]] = field(default_factory=dict, compare=False, repr=False)
    shared: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)  # with points made from it

    def value_of(self, node: Node) -> sp.Matrix:
        """The value of an expression, computed once; in every infinitesimal step only the linear part is kept."""
        if id(node) not in self.memory:
            value = node.value(self)
            entries = value.flat()
            if not INFINITE.isdisjoint(entries):
                raise Undetermined(f"{node.tex()} has no finite value at this point")
            settled = [self._settled(v) for v in entries]
            if any(new is not old for new, old in zip(settled, entries, strict=True)):
                value = sp.Matrix(*value.shape, settled)
            self.memory[id(node)] = node, value  # the node is kept, so that no other gets its identity
        return self.memory[id(node)][1]

    def _settled(self, value: sp.Expr) -> sp.Expr:
        """A value linear in the steps and without functions: rationals stay, a logarithm becomes a number."""
        if value.is_Rational:
            return value
        for step in self.steps:
            value = linear_part(value, step)
        if not value.has(sp.Function) or value.free_symbols - set(self.steps):
            return value
        return sp.N(value, DIGITS)

    def number(self, expression: Any) -> sp.Expr:
        """The value of an expression in dimensions and indices."""
        known = {**self.sizes, **self.indices}
        return sp.sympify(expression, strict=True).xreplace({s: sp.Integer(v) for s, v in known.items()})

    def integer(self, expression: Any) -> int:
        number = self.number(expression)
        if not number.is_Integer:
            raise Undetermined(f"{expression} has no integer value at this point")
        return int(number)

    def place(self, expression: Any, bound: int) -> int:
        """The place, from 0, that an index from 1 to a bound means."""
        index = self.integer(expression)
        if not 1 <= index <= bound:
            raise Undetermined(f"the index {expression} = {index} lies outside of 1 to {bound}")
        return index - 1

    def size(self, shape: Shape) -> tuple[int, int]:
        return self.integer(shape[0]), self.integer(shape[1])

    def with_values(self, **values: sp.Matrix) -> Point:
        return dataclasses.replace(self, values=ChainMap(values, self.values), memory={})  # type: ignore[arg-type]

    def with_index(self, index: sp.Symbol, value: int) -> Point:
        return dataclasses.replace(self, indices={**self.indices, index: value}, memory={})

    def moved(self, name: str, value: sp.Matrix, step: sp.Dummy) -> Point:
        """The point with another value, which holds an infinitesimal step; what does not depend on it is kept."""
        kept = {key: known for key, known in self.memory.items() if name not in known[0].names}
        point = dataclasses.replace(self.with_values(**{name: value}), steps=(*self.steps, step))
        return dataclasses.replace(point, memory=kept)


def linear_part(value: sp.Expr, step: sp.Dummy) -> sp.Expr:
    """A value as ``a + b step``; the step is infinitesimal, so that its square is nothing."""
    if not value.has(step):
        return value
    constant, slope = _dual(value, step)
    return constant + slope * step


def slope_of(value: sp.Expr, step: sp.Dummy) -> sp.Expr:
    """The slope of a value in an infinitesimal step."""
    return _dual(value, step)[1]


def _dual(value: sp.Expr, step: sp.Dummy) -> tuple[sp.Expr, sp.Expr]:
    """Value and slope where the step is 0."""
    if value == step:
        return sp.Integer(0), ONE
    if value.is_Add:
        constants, slopes = zip(*(_dual(a, step) for a in value.args), strict=True)
        return sp.Add(*constants), sp.Add(*slopes)
    if value.is_Mul:
        constant, slope = ONE, sp.Integer(0)
        for a, b in (_dual(factor, step) for factor in value.args):
            constant, slope = constant * a, slope * a + constant * b
        return constant, slope
    if value.is_Pow and value.exp.is_Integer and value.exp > 0:
        constant, slope = _dual(value.base, step)
        return constant**value.exp, value.exp * constant ** (value.exp - 1) * slope
    if not value.has(step):
        return value, sp.Integer(0)
    if value.is_Pow and value.exp.is_Integer:
        constant, slope = _dual(value.base, step)
        return constant**value.exp, value.exp * constant ** (value.exp - 1) * slope
    return tuple(v.xreplace({step: sp.Integer(0)}) for v in (value, value.diff(step)))


@dataclass(frozen=True)
class Node:
    """An expression.  Subclasses say how it is printed, shaped and lowered.

    One that is ``named`` is printed as a name, and what it stands for is not shown.
    """

    binds = ATOM
    named = False

    def __add__(self, other: Operand) -> Node:
        return Add(self, as_node(other))

    def __radd__(self, other: Operand) -> Node:
        return Add(as_node(other), self)

    def __sub__(self, other: Operand) -> Node:
        return Add(self, Scale(Num(-ONE), as_node(other)))

    def __rsub__(self, other: Operand) -> Node:
        return Add(as_node(other), Scale(Num(-ONE), self))

    def __neg__(self) -> Node:
        return Scale(Num(-ONE), self)

    def __matmul__(self, other: Node) -> Node:
        return Dot(self, other)

    def __mul__(self, other: Operand) -> Node:
        other = as_node(other)
        return Scale(self, other) if self.shape == SCALAR else Had(self, other)

    def __rmul__(self, other: Operand) -> Node:
        return Scale(as_node(other), self)

    def __truediv__(self, other: Operand) -> Node:
        return Quotient(self, as_node(other))

    def __rtruediv__(self, other: Operand) -> Node:
        return Quotient(as_node(other), self)

    def __pow__(self, exponent: int | sp.Expr) -> Node:
        return Power(self, exponent)

    def __getitem__(self, index: Any) -> Node:
        return Entry(self, *(index if isinstance(index, tuple) else (index,)))

    @property
    def T(self) -> Node:
        return Transpose(self)

    @property
    def shape(self) -> Shape:
        return SCALAR

    @property
    def trails(self) -> bool:
        """Whether the printed form ends in a sum, which would swallow what is printed behind it."""
        return False

    def latex(self) -> str:
        """LaTeX of this node, its children bracketed where their place asks for it."""
        raise NotImplementedError

    def tex(self, place: int = LOOSE) -> str:
        """LaTeX of this node for a place that asks for a binding of at least ``place``."""
        return rf"\left({self.latex()}\right)" if self.binds < place else self.latex()

    def tex_before(self, place: int) -> str:
        """LaTeX of this node for a place with something printed behind it."""
        return self.tex(PRODUCT if self.trails else place)

    def tex_indexed(self, index: str) -> str:
        """LaTeX of this node with an index below it."""
        letter = self.tex(ATOM)
        return (f"[{letter}]" if "_" in letter else letter) + f"_{{{index}}}"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        """The entry in row ``i`` and column ``j``, both from 1 and possibly symbolic."""
        raise NotImplementedError

    def value(self, point: Point) -> sp.Matrix:
        """The explicit matrix at a point."""
        raise NotImplementedError

    @cached_property
    def children(self) -> tuple[Node, ...]:
        return tuple(v for f in dataclasses.fields(self) for v in parts(getattr(self, f.name)))

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all symbols in it."""
        return frozenset().union(*(child.names for child in self.children))

    @property
    def bound(self) -> frozenset[sp.Symbol]:
        """The index or symbol that means something inside of this node only."""
        return frozenset()

    def replace(self, change: Callable[[Node], Node | None]) -> Node:
        """The tree with every topmost node for which ``change`` gives another node replaced by it."""
        new = change(self)
        if new is not None:
            return new
        values = {f.name: _replaced(getattr(self, f.name), change) for f in dataclasses.fields(self)}
        return self if all(getattr(self, k) is v for k, v in values.items()) else dataclasses.replace(self, **values)

    def walk(self) -> Iterator[Node]:
        """Itself and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


Operand: TypeAlias = Node | int | sp.Expr


def as_node(value: Operand) -> Node:
    """A number or an expression in dimensions as a node; nodes pass."""
    if isinstance(value, Node):
        return value
    if isinstance(value, int | sp.Expr):
        return Num(sp.Integer(value) if isinstance(value, int) else value)
    raise TypeError(f"a node, an integer or a SymPy expression is wanted, not {value!r}")


def parts(value: Any) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from parts(item)


def _replaced(value: Any, change: Callable[[Node], Node | None]) -> Any:
    if isinstance(value, Node):
        return value.replace(change)
    if isinstance(value, tuple) and any(True for _ in parts(value)):
        new = tuple(_replaced(item, change) for item in value)
        return value if all(a is b for a, b in zip(value, new, strict=True)) else new
    return value


def same_shape(left: Node, sign: str, right: Node) -> None:
    if left.shape != right.shape:
        word = {r"\odot": "⊙"}.get(sign, sign)
        message = f"{shape_text(left.shape)} {word} {shape_text(right.shape)}"
        raise ShapeError(f"the shapes of {message} do not fit", f"{left.tex(HADAMARD)} {sign} {right.tex(HADAMARD)}")


def scalar(message: str, node: Node, tex: str) -> None:
    """Refuse what is no scalar."""
    if node.shape != SCALAR:
        raise ShapeError(f"{message}, not of shape {shape_text(node.shape)}", tex)


def shape_text(shape: Shape) -> str:
    return f"{shape[0]}×{shape[1]}"


# ---------------------------------------------------------------- symbols and constants


@dataclass(frozen=True)
class Var(Node):
    """A symbol with a shape.

    ``domain``: real, nonnegative, positive, unit (the open interval from 0 to 1), or
    probability (positive, of a state).
    """

    name: str
    letter: str
    dims: Shape = SCALAR
    domain: str = "real"

    def __post_init__(self) -> None:
        object.__setattr__(self, "dims", tuple(sp.sympify(m, strict=True) for m in self.dims))

    @property
    def shape(self) -> Shape:
        return self.dims

    @property
    def label(self) -> sp.Symbol:
        """The symbol by which SymPy counts it among the free ones."""
        return getattr(self.symbol, "label", self.symbol)

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset({self.name})

    @cached_property
    def symbol(self) -> sp.Symbol | sp.IndexedBase:
        kind: Callable[..., Any] = sp.Symbol if self.dims == SCALAR else sp.IndexedBase
        facts = {"real": {"real": True}, "nonnegative": {"nonnegative": True}}
        return kind(self.name, **facts.get(self.domain, {"positive": True}))

    @property
    def binds(self) -> int:  # type: ignore[override]
        return POSTFIX if "^" in self.letter else ATOM

    def latex(self) -> str:
        return self.letter

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        if self.dims == SCALAR:
            return self.symbol
        index = tuple(a for a, size in zip((i, j), self.dims, strict=True) if size != 1)
        return self.symbol[index]

    def value(self, point: Point) -> sp.Matrix:
        if self.name not in point.values:
            raise Undetermined(f"the point gives no value to {self.name}")
        return point.values[self.name]


@dataclass(frozen=True)
class Num(Node):
    """A number: exact, or an expression in dimensions and indices."""

    number: sp.Expr

    @property
    def binds(self) -> int:  # type: ignore[override]
        if self.number.is_Add:
            return SUM
        if self.number.is_Mul or self.number.could_extract_minus_sign():
            return SCALE
        return ATOM if self.number.is_Integer or self.number.is_Symbol else POSTFIX

    def latex(self) -> str:
        return sp.latex(self.number)

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return self.number

    def value(self, point: Point) -> sp.Matrix:
        return sp.Matrix([[point.number(self.number)]])


@dataclass(frozen=True)
class Constant(Node):
    """A matrix of ones (``1``), of zeros (``0``), the identity (``I``), or it with its columns reversed (``J``)."""

    kind: str
    dims: Shape

    @property
    def shape(self) -> Shape:
        return self.dims

    def latex(self) -> str:
        letters = {"1": r"\mathbf{1}", "0": r"\mathbf{0}", "I": r"\mathbf{I}", "J": r"\overleftarrow{\mathbf{I}}"}
        return letters[self.kind]

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        if self.kind == "J":
            return sp.KroneckerDelta(i + j, self.dims[1] + 1)
        return {"1": ONE, "0": sp.Integer(0), "I": sp.KroneckerDelta(i, j)}[self.kind]

    def value(self, point: Point) -> sp.Matrix:
        if self.kind == "J":
            return sp.eye(*point.size(self.dims))[:, ::-1]
        return {"1": sp.ones, "0": sp.zeros, "I": sp.eye}[self.kind](*point.size(self.dims))


@dataclass(frozen=True)
class Grid(Node):
    """A matrix of a fixed size, written out: rows of scalars."""

    rows: tuple[tuple[Node, ...], ...]

    def __post_init__(self) -> None:
        if not self.rows or len({len(row) for row in self.rows}) != 1 or not self.rows[0]:
            raise ShapeError("the rows of a matrix are equally long, and there is at least one", self.latex())
        for cell in self.children:
            scalar("an entry of a matrix is a scalar", cell, self.latex())

    @property
    def shape(self) -> Shape:
        return sp.Integer(len(self.rows)), sp.Integer(len(self.rows[0]))

    def latex(self) -> str:
        rows = r" \\ ".join(" & ".join(cell.tex() for cell in row) for row in self.rows)
        return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        cells = ((a, b, cell) for a, row in enumerate(self.rows, 1) for b, cell in enumerate(row, 1))
        return sp.Add(*(sp.KroneckerDelta(i, a) * sp.KroneckerDelta(j, b) * cell.entry() for a, b, cell in cells))

    def value(self, point: Point) -> sp.Matrix:
        return sp.Matrix([[point.value_of(cell)[0] for cell in row] for row in self.rows])


@dataclass(frozen=True)
class Let(Node):
    """A named abbreviation: prints as its name, is checked as what it stands for."""

    letter: str
    body: Node
    named = True

    @property
    def shape(self) -> Shape:
        return self.body.shape

    @property
    def binds(self) -> int:  # type: ignore[override]
        return POSTFIX if "^" in self.letter else ATOM

    def latex(self) -> str:
        return self.letter

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return self.body.entry(i, j)

    def value(self, point: Point) -> sp.Matrix:
        return point.value_of(self.body)

    @cached_property
    def frozen(self) -> Var:
        """The abbreviation as a symbol of its own, for derivatives with respect to it."""
        return Var(f"let {self.letter} {next(_SERIAL)}", self.letter, self.shape)


@dataclass(frozen=True)
class LetAt(Let):
    """An abbreviation for something at a time, which is printed below the letter."""

    time: Any

    def latex(self) -> str:
        return f"{self.letter}_{{{sp.latex(sp.sympify(self.time, strict=True))}}}"


# ---------------------------------------------------------------- matrix algebra


@dataclass(frozen=True)
class Add(Node):
    """``left + right``; a negative factor on the right prints as a difference."""

    left: Node
    right: Node
    binds = SUM

    def __post_init__(self) -> None:
        same_shape(self.left, "+", self.right)

    @property
    def shape(self) -> Shape:
        return self.left.shape

    def latex(self) -> str:
        right = self.right.tex(HADAMARD)
        return f"{self.left.tex(SUM)} {right if right.startswith('-') else '+ ' + right}"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return self.left.entry(i, j) + self.right.entry(i, j)

    def value(self, point: Point) -> sp.Matrix:
        return point.value_of(self.left) + point.value_of(self.right)


@dataclass(frozen=True)
class Scale(Node):
    """A scalar factor before an expression."""

    factor: Node
    body: Node
    binds = SCALE

    def __post_init__(self) -> None:
        scalar("a factor is a scalar", self.factor, self.latex())

    @property
    def shape(self) -> Shape:
        return self.body.shape

    @property
    def trails(self) -> bool:
        return self.shape == SCALAR and self.body.trails

    def latex(self) -> str:
        body = self.body.tex(SCALE if self.shape == SCALAR else PRODUCT)
        if body.startswith("-"):
            body = rf"\left({body}\right)"
        if isinstance(self.factor, Num) and self.factor.number == -1:
            return "-" + body
        factor = self.factor.tex_before(SCALE)
        meet = body[:1].isdigit() or (FRACTION.match(body) and (factor[-1:].isdigit() or FRACTION.search(factor)))
        return factor + (r" \cdot " if meet else r"\," if factor[-1:].isalnum() else "") + body

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return self.factor.entry() * self.body.entry(i, j)

    def value(self, point: Point) -> sp.Matrix:
        return point.value_of(self.factor)[0] * point.value_of(self.body)


@dataclass(frozen=True)
class Dot(Node):
    """The matrix product."""

    left: Node
    right: Node
    binds = PRODUCT

    def __post_init__(self) -> None:
        if self.left.shape[1] != self.right.shape[0]:
            message = f"{shape_text(self.left.shape)} times {shape_text(self.right.shape)}"
            raise ShapeError(f"the shapes of {message} do not fit", self.latex())

    @property
    def shape(self) -> Shape:
        return self.left.shape[0], self.right.shape[1]

    def latex(self) -> str:
        return rf"{self.left.tex(PRODUCT)}\, {self.right.tex(POSTFIX)}"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        if self.left.shape[1] == 1:
            return self.left.entry(i, 1) * self.right.entry(1, j)
        s = fresh()
        return sp.Sum(self.left.entry(i, s) * self.right.entry(s, j), (s, 1, self.left.shape[1]))

    def value(self, point: Point) -> sp.Matrix:
        return point.value_of(self.left) * point.value_of(self.right)


@dataclass(frozen=True)
class Transpose(Node):
    """The transpose."""

    body: Node
    binds = POSTFIX

    @property
    def shape(self) -> Shape:
        return self.body.shape[::-1]

    def latex(self) -> str:
        return rf"{self.body.tex(ATOM)}^{{\top}}"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return self.body.entry(j, i)

    def value(self, point: Point) -> sp.Matrix:
        return point.value_of(self.body).T


@dataclass(frozen=True)
class Had(Node):
    """The Hadamard (elementwise) product."""

    left: Node
    right: Node
    binds = HADAMARD

    def __post_init__(self) -> None:
        same_shape(self.left, r"\odot", self.right)

    @property
    def shape(self) -> Shape:
        return self.left.shape

    @property
    def trails(self) -> bool:
        return self.right.trails

    def latex(self) -> str:
        return rf"{self.left.tex_before(HADAMARD)} \odot {self.right.tex(SCALE)}"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return self.left.entry(i, j) * self.right.entry(i, j)

    def value(self, point: Point) -> sp.Matrix:
        return point.value_of(self.left).multiply_elementwise(point.value_of(self.right))


@dataclass(frozen=True)
class Quotient(Node):
    """An expression over a scalar."""

    over: Node
    under: Node

    def __post_init__(self) -> None:
        scalar("a denominator is a scalar", self.under, self.latex())

    @property
    def binds(self) -> int:  # type: ignore[override]
        return POSTFIX if self.shape == SCALAR and not self.negative else SCALE

    @property
    def shape(self) -> Shape:
        return self.over.shape

    @property
    def negative(self) -> bool:
        """Whether a minus sign stands at the head, which then is printed before the fraction."""
        return isinstance(self.over, Scale) and self.over.factor == Num(-ONE)

    def latex(self) -> str:
        if self.shape == SCALAR and self.negative:
            return rf"-\frac{{{self.over.body.tex()}}}{{{self.under.tex()}}}"  # type: ignore[attr-defined]
        if self.shape == SCALAR:
            return rf"\frac{{{self.over.tex()}}}{{{self.under.tex()}}}"
        return rf"\frac{{1}}{{{self.under.tex()}}}\, {self.over.tex(PRODUCT)}"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return self.over.entry(i, j) / self.under.entry()

    def value(self, point: Point) -> sp.Matrix:
        under = point.value_of(self.under)[0]
        if under.is_zero:
            raise Undetermined(f"{self.under.tex()} is zero at this point, and something is divided by it")
        return point.value_of(self.over) / under


@dataclass(frozen=True)
class Power(Node):
    """A power of a scalar: its exponent is an integer, or a whole number in dimensions."""

    base: Node
    exponent: int | sp.Expr
    binds = POSTFIX

    def __post_init__(self) -> None:
        scalar("a power is taken of a scalar", self.base, self.latex())

    def latex(self) -> str:
        return f"{self.base.tex(ATOM)}^{{{sp.latex(self.exponent)}}}"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return self.base.entry() ** self.exponent

    def value(self, point: Point) -> sp.Matrix:
        return sp.Matrix([[point.value_of(self.base)[0] ** point.integer(self.exponent)]])


@dataclass(frozen=True)
class SquaredNorm(Node):
    """The sum of the squares of all entries: Euclid's norm of a vector, Frobenius' norm of a matrix, squared."""

    body: Node
    binds = POSTFIX

    def latex(self) -> str:
        frobenius = "" if 1 in self.body.shape else "_F"
        return rf"\left\lVert {self.body.tex()} \right\rVert{frobenius}^2"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        rows, columns = self.body.shape
        s, t = fresh(), fresh()
        return sp.Sum(self.body.entry(s, t) ** 2, (s, 1, rows), (t, 1, columns))

    def value(self, point: Point) -> sp.Matrix:
        return sp.Matrix([[sum(v**2 for v in point.value_of(self.body))]])


@dataclass(frozen=True)
class Trace(Node):
    """The trace of a square matrix."""

    body: Node

    def __post_init__(self) -> None:
        if self.body.shape[0] != self.body.shape[1]:
            raise ShapeError(f"a trace is taken of a square matrix, not of {shape_text(self.body.shape)}", self.latex())

    def latex(self) -> str:
        return rf"\operatorname{{tr}}\left({self.body.tex()}\right)"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        s = fresh()
        return sp.Sum(self.body.entry(s, s), (s, 1, self.body.shape[0]))

    def value(self, point: Point) -> sp.Matrix:
        return sp.Matrix([[point.value_of(self.body).trace()]])


@dataclass(frozen=True)
class Determinant(Node):
    """The determinant of a square matrix of a fixed size."""

    body: Node

    def __post_init__(self) -> None:
        rows, columns = self.body.shape
        if rows != columns or not rows.is_Integer:
            words = f"a determinant is taken of a square matrix of a fixed size, not of {shape_text(self.body.shape)}"
            raise ShapeError(words, self.latex())

    def latex(self) -> str:
        return rf"\det {self.body.tex()}" if isinstance(self.body, Grid) else rf"\det\left({self.body.tex()}\right)"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        """By Leibniz: a signed product for each permutation."""
        size = int(self.body.shape[0])
        products = (
            sp.LeviCivita(*order) * sp.Mul(*(self.body.entry(a, b + 1) for a, b in enumerate(order, 1)))
            for order in itertools.permutations(range(size))
        )
        return sp.Add(*products)

    def value(self, point: Point) -> sp.Matrix:
        return sp.Matrix([[point.value_of(self.body).det()]])


@dataclass(frozen=True)
class Diag(Node):
    """The diagonal matrix of a column."""

    body: Node

    def __post_init__(self) -> None:
        if self.body.shape[1] != 1:
            raise ShapeError(f"a diagonal comes from a column, not from {shape_text(self.body.shape)}", self.latex())

    @property
    def shape(self) -> Shape:
        return self.body.shape[0], self.body.shape[0]

    def latex(self) -> str:
        return rf"\operatorname{{diag}}\left({self.body.tex()}\right)"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return sp.KroneckerDelta(i, j) * self.body.entry(i, 1)

    def value(self, point: Point) -> sp.Matrix:
        return sp.diag(*point.value_of(self.body))


# ---------------------------------------------------------------- indices


@dataclass(frozen=True)
class Entry(Node):
    """One entry of a matrix; rows and columns count from 1."""

    body: Node
    row: Any
    column: Any = ONE

    def latex(self) -> str:
        row, column = (sp.latex(sp.sympify(index, strict=True)) for index in (self.row, self.column))
        if self.body.shape[1] == 1:
            indexed = self.body.tex_indexed(row)  # an entry of a column is a number: not bold, unless bracketed
            plain = isinstance(self.body, Var | Let) and not indexed.startswith("[")
            return BOLD.sub(r"\1", indexed) if plain else indexed
        return self.body.tex_indexed(row + column if len(row) == len(column) == 1 else f"{row}, {column}")

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return self.body.entry(self.row, self.column)

    def value(self, point: Point) -> sp.Matrix:
        body = point.value_of(self.body)
        return sp.Matrix([[body[point.place(self.row, body.rows), point.place(self.column, body.cols)]]])


@dataclass(frozen=True)
class Column(Node):
    """One column of a matrix."""

    body: Node
    column: Any

    @property
    def shape(self) -> Shape:
        return self.body.shape[0], ONE

    def latex(self) -> str:
        return self.body.tex_indexed(rf"\cdot {sp.latex(sp.sympify(self.column, strict=True))}")

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return self.body.entry(i, self.column)

    def value(self, point: Point) -> sp.Matrix:
        body = point.value_of(self.body)
        return body[:, point.place(self.column, body.cols)]


@dataclass(frozen=True)
class Moment(Column):
    """What a series holds at a time: a column of a matrix that holds one column for each time."""

    def latex(self) -> str:
        return self.body.tex_indexed(sp.latex(sp.sympify(self.column, strict=True)))


@dataclass(frozen=True)
class Leading(Node):
    """The first columns of a matrix."""

    body: Node
    width: Any

    @property
    def shape(self) -> Shape:
        return self.body.shape[0], sp.sympify(self.width, strict=True)

    def latex(self) -> str:
        return self.body.tex_indexed(rf"\cdot,\, 1 \ldots {sp.latex(self.shape[1])}")

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return self.body.entry(i, j)

    def value(self, point: Point) -> sp.Matrix:
        body = point.value_of(self.body)
        return body[:, : point.place(self.width, body.cols) + 1]


@dataclass(frozen=True)
class Sigma(Node):
    """A sum over an index from ``low`` to ``high``, both included."""

    index: sp.Symbol
    low: Any
    high: Any
    body: Node
    binds = SCALE
    trails = True

    @property
    def shape(self) -> Shape:
        return self.body.shape

    @property
    def bound(self) -> frozenset[sp.Symbol]:
        return frozenset({self.index})

    def latex(self) -> str:
        low, high = (sp.latex(sp.sympify(b, strict=True)) for b in (self.low, self.high))
        return rf"\sum_{{{sp.latex(self.index)}={low}}}^{{{high}}} {self.body.tex(HADAMARD)}"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        p, q, s = fresh(), fresh(), fresh()  # row and column go in last: they may hold the letter of the index
        body = self.body.entry(p, q).xreplace({self.index: s})
        return sp.Sum(
            body.xreplace({p: sp.sympify(i, strict=True), q: sp.sympify(j, strict=True)}), (s, self.low, self.high)
        )

    def value(self, point: Point) -> sp.Matrix:
        span = range(point.integer(self.low), point.integer(self.high) + 1)
        terms = [point.with_index(self.index, v).value_of(self.body) for v in span]
        return sum(terms[1:], terms[0]) if terms else sp.zeros(*point.size(self.shape))


# ---------------------------------------------------------------- spaces and relations


@dataclass(frozen=True)
class Space(Node):
    """The space of all real matrices of a shape."""

    dims: Shape

    @property
    def shape(self) -> Shape:
        return self.dims

    def latex(self) -> str:
        sizes = [sp.latex(size) for size in self.dims if size != 1] or ["1"]
        return r"\mathbb{R}^{" + r" \times ".join(sizes) + "}"

    def value(self, point: Point) -> sp.Matrix:
        return sp.zeros(*point.size(self.dims))


@dataclass(frozen=True)
class Count(Node):
    """How many numbers a symbol holds."""

    body: Node

    def latex(self) -> str:
        return rf"\# {self.body.tex(ATOM)}"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return sp.Mul(*self.body.shape)

    def value(self, point: Point) -> sp.Matrix:
        return sp.Matrix([[sp.Integer(sp.prod(point.size(self.body.shape)))]])


SIGNS = {"=": "=", "<=": r"\le", ">=": r"\ge", "<": "<", ">": ">", "iff": r"\iff", "in": r"\in"}


@dataclass(frozen=True)
class Relation:
    """``left sign right``."""

    left: Node
    sign: str
    right: Node

    def __post_init__(self) -> None:
        if self.sign not in SIGNS:
            raise ValueError(f"a relation is one of {', '.join(SIGNS)}, not {self.sign!r}")
        same_shape(self.left, SIGNS[self.sign], self.right)

    def tex(self) -> str:
        return f"{self.left.tex()} {SIGNS[self.sign]} {self.right.tex()}"
