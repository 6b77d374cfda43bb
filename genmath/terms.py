r"""What a typed formula means: names looked up in an exercise, shapes checked, and a tree that can be evaluated.

From the tree of :mod:`genmath.grammar` and the symbols of an exercise comes a :class:`Term`.  Each has an operation, a
shape (two sizes, each a symbol or a number; ``(1, 1)`` is a scalar) and arguments.  The operations, which are all that
:mod:`genmath.balls` evaluates, and what they become in the language of the claims (:func:`lowered`):

================  ==============================================  ======================================================
operation         data                                            shape and meaning
================  ==============================================  ======================================================
``number``        the exact number                                scalar
``pi``                                                            scalar
``symbol``        its name                                        its shape
``entry``         name, row, column (numbers or indices, from 1)  scalar
``column``        name, column                                    rows × 1
``index``         the letter                                      scalar: the index as a number
``negative``
``add``                                                           equal shapes
``subtract``                                                      equal shapes
``scale``                                                         first argument scalar: every entry times it
``dot``                                                           the matrix product
``hadamard``                                                      equal shapes: entry by entry
``divide``                                                        second argument scalar
``power``         the integer exponent, or nothing                scalar; without an exponent, a second argument has it
``raise``                                                         two scalars: ``exp(b log a)``
``function``      its name, the order of its derivative           entry by entry
``transpose``
``sum``           letter, first and last value                    its body's, added up
``total``                                                         scalar: the sum of all entries
``trace``                                                         scalar
``diag``                                                          a column as a diagonal matrix
``norm``                                                          scalar: the root of the sum of all squares of entries
``squares``                                                       scalar: the sum of these squares
``spread``                                                        a scalar in every entry of a shape
================  ==============================================  ======================================================

What the rules do with a tree of the grammar:

* A name is the longest beginning of its parts that is a symbol; the parts behind it are indices: numbers, letters under
  a sum, free indices of the exercise, or several such letters in a row.  A column and a row take one index, a matrix
  two, of which one may be ``:`` in ``X[:, i]``.
* ``e`` is Euler's number and ``pi`` is π, where they are no symbols; a power of ``e`` is the exponential, of
  every entry.
* Of two factors, if one is a scalar, it scales.  Two that are none are a matrix product without a sign or with ``@``;
  ``*`` between them is refused.
* ``+`` and ``-`` join equal shapes, except that a number (a scalar made of numbers alone) beside a matrix stands for
  itself in every entry.  ``⊙`` joins equal shapes.  Nothing is divided by a matrix, and no matrix is raised.
* An exponent that is an integer made of numbers alone is a ``power``, at most ``MOST_EXPONENT`` in size; so is one made
  of integers, sizes and indices by ``+``, ``-`` and products, with its value at each point; any other is a ``raise``;
  one half is a root.  The square of a norm is ``squares``.
* The functions of an exercise may have up to ``MOST_PRIMES`` primes, or fewer where a slope is what is asked for; the
  built-in ones have none.
* ``x^T`` with a scalar ``x`` is a power where the exercise has a scalar ``T``; of anything else it is the transpose, as
  no matrix is raised.  ``'`` behind a scalar is refused.
* A sum without bounds runs over the size of what carries its index; all that carries it must have that size.
* The work of an evaluation, at the largest sizes of the points, is at most ``MOST_STEPS`` operations on entries.

What has no shape raises :class:`Misfit`, everything else that can't be read
:class:`~genmath.tokens.Unreadable`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import comb
from typing import Any

import sympy as sp

from genmath import grammar
from genmath.calculus import Apply, Function
from genmath.grammar import Syntax, Vocabulary
from genmath.notation import cos, erf, exp, log, sin, sqrt, tanh
from genmath.surface import (
    ONE,
    SCALAR,
    Column,
    Constant,
    Diag,
    Dot,
    Entry,
    Had,
    Node,
    Num,
    Power,
    Quotient,
    Scale,
    Shape,
    Sigma,
    SquaredNorm,
    Trace,
    Transpose,
    shape_text,
)
from genmath.tokens import OPERAND, Unreadable

MOST_EXPONENT, MOST_STEPS, MOST_PRIMES, HUGE, WIDEST = 64, 1500, 2, 10**12, 10**6
absolute = Function("abs", "abs", sp.Abs)
BUILT_IN: Mapping[str, Function] = {f.name: f for f in (exp, log, sqrt, tanh, sin, cos, erf, absolute)}


class Misfit(ValueError):
    """Shapes that do not fit; ``shapes`` says which, as the exercises' own mistakes of shape do."""

    def __init__(self, at: int, shapes: str, hint: str = "") -> None:
        super().__init__(f"the shapes of {shapes} do not fit" + (f": {hint}" if hint else ""))
        self.at, self.shapes = at, shapes


@dataclass(frozen=True)
class Symbols:
    """The names of an exercise: values with their nodes, functions, and free indices with their bounds.

    ``primes`` is the highest derivative of its functions that may be typed.
    """

    values: Mapping[str, Node]
    functions: Mapping[str, Function] = field(default_factory=dict)
    free: Mapping[str, sp.Expr] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    primes: int = MOST_PRIMES

    @property
    def vocabulary(self) -> Vocabulary:
        """What the parser knows."""
        known = {**{n: n for n in (*self.values, *self.functions)}, **self.aliases}
        scalars = {n for n, node in self.values.items() if len(n) == 1 and node.shape == SCALAR}
        return Vocabulary(
            frozenset(n for n, own in known.items() if own in self.functions),
            frozenset(n for n, own in known.items() if own in self.values),
            frozenset(scalars),
        )

    def own(self, name: str) -> str:
        """The name behind an alias."""
        return self.aliases.get(name, name)


@dataclass(frozen=True, eq=False)
class Term:
    """An operation on terms; ``steps`` bounds the work of evaluating it, ``spread`` the terms of its expansion."""

    op: str
    at: int
    shape: Shape = SCALAR
    args: tuple[Term, ...] = ()
    data: Any = None
    steps: int = 1
    width: int = 1
    constant: bool = False

    @property
    def is_scalar(self) -> bool:
        return self.shape == SCALAR

    def walk(self) -> Iterator[Term]:
        """Itself and all below it."""
        yield self
        for arg in self.args:
            yield from arg.walk()


def meant(syntax: Syntax, symbols: Symbols, largest: Mapping[sp.Symbol, int]) -> Term:
    """The term that a tree means in an exercise; ``largest`` gives the largest values of its sizes.

    Raises
    ------
    Misfit
        Where shapes do not fit.
    Unreadable
        Where a name is unknown, or an operation is not defined for what it is given.
    """
    return _Reader(symbols, largest).read(syntax)


@dataclass
class _Running:
    """An index under a sum, and the sizes of what carries it, with a place where it does."""

    letter: str
    sizes: dict[sp.Expr, str] = field(default_factory=dict)


class _Reader:
    """Turns trees into terms, and knows the indices around them."""

    def __init__(self, symbols: Symbols, largest: Mapping[sp.Symbol, int]) -> None:
        self.symbols, self.largest = symbols, {s: sp.Integer(v) for s, v in largest.items()}
        self.running: dict[str, _Running] = {}

    def read(self, syntax: Syntax) -> Term:
        match syntax:
            case grammar.Number():
                return Term("number", syntax.at, data=syntax.value, constant=True)
            case grammar.Name():
                return self._name(syntax)
            case grammar.Call():
                return self._call(syntax)
            case grammar.Whole():
                return self._whole(syntax)
            case grammar.Negative():
                return self._of("negative", syntax.at, self.read(syntax.body))
            case grammar.Binary():
                return self._binary(syntax.at, syntax.sign, self.read(syntax.left), self.read(syntax.right))
            case grammar.Raised():
                return self._raised(syntax)
            case grammar.Transposed():
                return self._transposed(syntax)
            case grammar.Total():
                return self._total(syntax)
        raise TypeError(f"no rule reads {type(syntax).__name__}")

    def _size(self, length: sp.Expr) -> int:
        return int(length) if length.is_Integer else int(length.xreplace(self.largest))

    def _made(self, op: str, at: int, shape: Shape, *args: Term, data: Any = None, times: int = 1) -> Term:
        """A term with its bounds."""
        entries = self._size(shape[0]) * self._size(shape[1])
        inner = self._size(args[0].shape[1]) if op == "dot" else max(1, data or 1) if op == "power" else 1
        steps = entries * inner + sum(a.steps for a in args)
        if op in ("total", "norm", "squares", "trace"):
            steps += self._size(args[0].shape[0]) * self._size(args[0].shape[1])
        steps *= times
        if steps > MOST_STEPS:
            raise Unreadable(at, "this would take too long to evaluate", "a shorter formula")
        constant = all(a.constant for a in args) and op not in ("symbol", "entry", "column", "index")
        return Term(op, at, shape, args, data, steps, _width(op, args, data), constant)

    def _of(self, op: str, at: int, *args: Term, data: Any = None) -> Term:
        """A term with the shape of its first argument."""
        return self._made(op, at, args[0].shape, *args, data=data)

    # ---------------------------------------------------------------- names

    def _name(self, name: grammar.Name) -> Term:
        for length in range(len(name.parts), 0, -1):
            own = self.symbols.own("_".join(name.parts[:length]))
            if own in self.symbols.values:
                indices = [i for part in name.parts[length:] for i in self._indices(part, name)]
                return self._symbol(own, [*indices, *name.indices], name.at)
        if not name.indices and len(name.parts) == 1:
            (letter,) = name.parts
            if letter in self.running:
                return Term("index", name.at, data=letter)
            if letter == "pi":
                return Term("pi", name.at, constant=True)
            if letter == "e":
                one = Term("number", name.at, data=Fraction(1), constant=True)
                return self._of("function", name.at, one, data=("exp", 0))
        raise self._unknown(name)

    def _unknown(self, name: grammar.Name) -> Unreadable:
        written = "_".join(name.parts)
        known = sorted({*self.symbols.values, *self.symbols.functions})
        near = difflib.get_close_matches(written, [*known, *self.symbols.aliases], n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return Unreadable(name.at, f"{written} is not a name of this exercise{hint}", f"one of {', '.join(known)}")

    def _indices(self, part: str, name: grammar.Name) -> list[str]:
        """What a subscript behind a symbol says."""
        if part.isdigit() or self._is_index(part):
            return [part]
        if all(map(self._is_index, part)):
            return list(part)
        raise self._unknown(name)

    def _is_index(self, letter: str) -> bool:
        return letter in self.running or letter in self.symbols.free

    def _symbol(self, own: str, indices: list[str], at: int) -> Term:
        shape = self.symbols.values[own].shape
        if not indices:
            if own in self.symbols.free:
                return Term("index", at, data=own)
            return self._made("symbol", at, shape, data=own)
        if len(indices) == 2 and indices[0] == ":":
            return self._made("column", at, (shape[0], ONE), data=(own, self._place(indices[1], shape[1], own, at)))
        axes = [axis for axis, size in enumerate(shape) if size != 1]
        if len(indices) == 2 and len(axes) == 1 and indices[1 - axes[0]] == "1":
            indices = [indices[axes[0]]]
        if len(indices) != len(axes):
            has = {0: "a number and has no entries", 1: "a list and has one index", 2: "a matrix and has two indices"}
            raise Unreadable(at, f"{own} is {has[len(axes)]}", f"{own} with {len(axes)} indices")
        places = dict(zip(axes, indices, strict=True))
        row, column = (self._place(places.get(axis, "1"), shape[axis], own, at) for axis in (0, 1))
        return self._made("entry", at, SCALAR, data=(own, row, column))

    def _place(self, index: str, size: sp.Expr, own: str, at: int) -> int | str:
        """An index of an axis of a symbol."""
        if index.isdigit() and index.isascii():
            if not 1 <= int(index) <= HUGE:
                raise Unreadable(at, "indices count from 1", "an index from 1 on")
            return int(index)
        if index in self.running:
            self.running[index].sizes.setdefault(size, own)
        elif index in self.symbols.free:
            if self.symbols.free[index] != size:
                raise Misfit(at, f"{own} and the index {index} up to {self.symbols.free[index]}")
        else:
            raise Unreadable(at, f"{index} is no index here", "a number, or an index of a sum around it")
        return index

    # ---------------------------------------------------------------- operators

    def _binary(self, at: int, sign: str, left: Term, right: Term) -> Term:
        if sign in "+-":
            left, right = self._spread(left, right), self._spread(right, left)
            self._same(at, sign, left, right)
            return self._of("add" if sign == "+" else "subtract", at, left, right)
        if sign == "⊙":
            self._same(at, sign, left, right)
            return self._of("hadamard", at, left, right)
        if sign == "/":
            if not right.is_scalar:
                raise Unreadable(at, f"nothing is divided by {_what(right)}", "a number behind the division")
            return self._of("divide", at, left, right)
        if left.is_scalar or right.is_scalar:
            factor, body = (left, right) if left.is_scalar else (right, left)
            return self._made("scale", at, body.shape, factor, body)
        if sign == "*":
            raise Unreadable(
                at,
                "* between two matrices or columns can be read in two ways: write .* or ⊙ for the product entry by "
                "entry, @ or nothing for the matrix product",
                "⊙ or @",
            )
        if left.shape[1] != right.shape[0]:
            columns = left.shape == right.shape and left.shape[1] == 1
            hint = "two columns have no matrix product: write a' b, a b' or a ⊙ b" if columns else ""
            raise Misfit(at, f"{shape_text(left.shape)} times {shape_text(right.shape)}", hint)
        return self._made("dot", at, (left.shape[0], right.shape[1]), left, right)

    def _same(self, at: int, sign: str, left: Term, right: Term) -> None:
        if left.shape != right.shape:
            one = sign in "+-" and left.is_scalar != right.is_scalar
            hint = "only a number that is typed out, as 1 in 1 - x, stands for itself in every entry" if one else ""
            raise Misfit(at, f"{shape_text(left.shape)} {sign} {shape_text(right.shape)}", hint)

    def _spread(self, term: Term, beside: Term) -> Term:
        """A number beside a matrix, in every entry."""
        if term.is_scalar and term.constant and not beside.is_scalar:
            return self._made("spread", term.at, beside.shape, term)
        return term

    def _call(self, call: grammar.Call) -> Term:
        own = self.symbols.own(call.function)
        body = self.read(call.body)
        if own not in self.symbols.functions:
            if call.order:
                raise Unreadable(call.at, f"the slope of {own} has no name here: write it out", "its formula")
            own = call.function
        if call.order > self.symbols.primes:
            few = f"that is a prime too many: write {own} with at most {self.symbols.primes} primes"
            raise Unreadable(call.at, few if self.symbols.primes else "the slope is what is asked for", "its formula")
        return self._of("function", call.at, body, data=(own, call.order))

    def _whole(self, whole: grammar.Whole) -> Term:
        body = self.read(whole.body)
        if whole.kind == "trace" and body.shape[0] != body.shape[1]:
            raise Misfit(whole.at, f"a trace of {shape_text(body.shape)}", "it needs a square matrix")
        if whole.kind == "diag":
            if body.shape[1] != 1:
                raise Misfit(whole.at, f"a diagonal of {shape_text(body.shape)}", "it is made of a column")
            return self._made("diag", whole.at, (body.shape[0], body.shape[0]), body)
        return self._made(whole.kind, whole.at, SCALAR, body)

    def _raised(self, raised: grammar.Raised) -> Term:
        at = raised.at
        if isinstance(raised.base, grammar.Name) and raised.base.parts == ("e",) and "e" not in self.symbols.values:
            return self._of("function", at, self.read(raised.exponent), data=("exp", 0))
        base, exponent = self.read(raised.base), self._exponent(raised)
        if not base.is_scalar:
            raise Unreadable(
                at,
                f"{_what(base)} has no power: write x ⊙ x for the squares of the entries, ‖x‖^2 for their sum",
                "a number before ^",
            )
        value = _exact(exponent)
        if value is not None and abs(value) > MOST_EXPONENT:
            raise Unreadable(exponent.at, f"an exponent is at most {MOST_EXPONENT}", "a smaller exponent")
        if value is not None and value.denominator == 1:
            if base.op == "norm" and value == 2:
                return self._made("squares", at, SCALAR, *base.args)
            return self._made("power", at, SCALAR, base, data=int(value))
        if value == Fraction(1, 2):
            return self._of("function", at, base, data=("sqrt", 0))
        if _whole(exponent, self.symbols) is not None:
            return self._made("power", at, SCALAR, base, exponent, times=MOST_EXPONENT // 8)
        return self._made("raise", at, SCALAR, base, exponent)

    def _exponent(self, raised: grammar.Raised) -> Term:
        exponent = self.read(raised.exponent)
        if not exponent.is_scalar:
            raise Unreadable(exponent.at, f"an exponent is a number, not {_what(exponent)}", "a number")
        return exponent

    def _transposed(self, transposed: grammar.Transposed) -> Term:
        body, at = self.read(transposed.body), transposed.at
        if transposed.spelling == "letter" and "T" in self.symbols.values and body.is_scalar:
            exponent = self._symbol("T", [], at)
            whole = _whole(exponent, self.symbols) is not None
            return self._made("power" if whole else "raise", at, SCALAR, body, exponent)
        if transposed.spelling == "prime" and body.is_scalar:
            raise Unreadable(at, "' behind a number means nothing here", OPERAND)
        return self._made("transpose", at, body.shape[::-1], body)

    def _total(self, total: grammar.Total) -> Term:
        if total.index in self.running:
            raise Unreadable(
                total.at,
                f"there is a sum over {total.index} around this one: a sum reaches to the next + or -",
                "another index, or brackets around the first sum",
            )
        if total.index in self.symbols.values:
            raise Unreadable(total.at, f"{total.index} already means something here", "another index, such as i or j")
        running = self.running[total.index] = _Running(total.index)
        body = self.read(total.body)
        del self.running[total.index]
        low, high = int(total.low or "1") if (total.low or "1").isdigit() else 0, self._high(total, running)
        if not 1 <= low <= HUGE:
            raise Unreadable(total.at, "a sum begins at a number from 1 on", "a number")
        for size, own in running.sizes.items():
            if size != high and not (high.is_Integer and size.is_Symbol):
                raise Misfit(total.at, f"{own}, whose index runs to {size}, and a sum up to {high}")
        times = max(self._size(high) - low + 1, 1)
        return self._made("sum", total.at, body.shape, body, data=(total.index, low, high), times=times)

    def _high(self, total: grammar.Total, running: _Running) -> sp.Expr:
        """The last value of an index."""
        if not total.high:
            if len(running.sizes) != 1:
                why = "nothing carries the index" if not running.sizes else "its terms have several sizes"
                raise Unreadable(
                    total.at,
                    f"it is not clear how far the sum over {total.index} runs: {why}",
                    f"bounds, as in sum_{{{total.index}=1}}^{{n}}",
                )
            return next(iter(running.sizes))
        if total.high.isdigit():
            if len(total.high) > 6:
                raise Unreadable(total.at, "this would take too long to evaluate", "a smaller bound")
            return sp.Integer(int(total.high))
        node = self.symbols.values.get(self.symbols.own(total.high))
        if not isinstance(node, Num) or not node.number.is_Symbol or total.high in self.symbols.free:
            raise Unreadable(total.at, f"{total.high} is no size of this exercise", "a size, such as n")
        return node.number


def _what(term: Term) -> str:
    rows, columns = term.shape
    kind = "a column" if columns == 1 else "a row" if rows == 1 else "a matrix"
    return f"{kind} ({shape_text(term.shape)})"


def _width(op: str, args: tuple[Term, ...], data: Any) -> int:
    """How many terms there are at most when everything is multiplied out, as far as ``WIDEST``."""
    widths = [a.width for a in args]
    found = max(widths, default=1)
    if op in ("add", "subtract"):
        found = sum(widths)
    elif op in ("scale", "dot", "hadamard", "divide"):
        found = widths[0] * widths[1]
    elif op == "power" and data is not None:
        found = comb(widths[0] + abs(data) - 1, abs(data))
    elif op in ("squares", "norm"):
        found = widths[0] ** 2
    return min(found, WIDEST)


def _exact(term: Term) -> Fraction | None:
    """The value of a term made of numbers, if it is a fraction that is not huge."""
    values = [_exact(a) for a in term.args]
    if None in values:
        return None
    return _value(term, *values)


def _value(term: Term, *values: Any) -> Fraction | None:
    found: Fraction | None = None
    match term.op:
        case "number":
            found = term.data
        case "negative":
            found = -values[0]
        case "add":
            found = values[0] + values[1]
        case "subtract":
            found = values[0] - values[1]
        case "scale":
            found = values[0] * values[1]
        case "divide":
            found = values[0] / values[1] if values[1] else None
        case "power" if term.data is not None:
            small = abs(values[0].numerator) ** abs(term.data) < HUGE and values[0].denominator ** abs(term.data) < HUGE
            found = values[0] ** term.data if small and (values[0] or term.data >= 0) else None
    fits = found is not None and abs(found.numerator) < HUGE and found.denominator < HUGE
    return found if fits else None


def _whole(term: Term, symbols: Symbols) -> sp.Expr | None:
    """An exponent made of integers, sizes and indices, as an expression in them."""
    found = [_whole(a, symbols) for a in term.args]
    parts = [part for part in found if part is not None]
    if len(parts) < len(found):
        return None
    match term.op:
        case "number" if term.data.denominator == 1:
            return sp.Integer(term.data.numerator)
        case "index":
            return index_symbol(term.data)
        case "symbol":
            node = symbols.values[term.data]
            return node.number if isinstance(node, Num) else None
        case "negative":
            return -parts[0]
        case "add":
            return parts[0] + parts[1]
        case "subtract":
            return parts[0] - parts[1]
        case "scale":
            return parts[0] * parts[1]
    return None


# ---------------------------------------------------------------- in the language of the claims


def lowered(term: Term, symbols: Symbols) -> Node:
    """The expression of :mod:`genmath.surface` that a term is."""
    args = [lowered(a, symbols) for a in term.args]
    made = _leaf(term, symbols) if not args else _operation(term, args, symbols)
    if made is None:
        raise TypeError(f"no node stands for {term.op}")
    return made


def index_symbol(letter: str) -> sp.Symbol:
    """The symbol of an index, as in :mod:`genmath.notation`."""
    return sp.Symbol(letter, integer=True, positive=True)


def _place(index: int | str) -> sp.Expr:
    return sp.Integer(index) if isinstance(index, int) else index_symbol(index)


def _leaf(term: Term, symbols: Symbols) -> Node | None:
    match term.op:
        case "number":
            return Num(sp.Rational(term.data.numerator, term.data.denominator))
        case "pi":
            return Num(sp.pi)
        case "symbol":
            return symbols.values[term.data]
        case "entry":
            name, row, column = term.data
            node = symbols.values[name]
            return Entry(node, _place(row), _place(column))
        case "column":
            name, column = term.data
            return Column(symbols.values[name], _place(column))
        case "index":
            return Num(index_symbol(term.data))
    return None


def _operation(term: Term, args: list[Node], symbols: Symbols) -> Node | None:
    match term.op:
        case "negative":
            return -args[0]
        case "add":
            return args[0] + args[1]
        case "subtract":
            return args[0] - args[1]
        case "scale":
            return Scale(args[0], args[1])
        case "dot":
            return Dot(args[0], args[1])
        case "hadamard":
            return Had(args[0], args[1])
        case "divide":
            return Quotient(args[0], args[1])
        case "power":
            return Power(args[0], term.data if len(args) == 1 else _whole(term.args[1], symbols))
        case "raise":
            return exp(Scale(args[1], log(args[0])))
        case "function":
            return _applied(term, args[0], symbols)
        case "transpose":
            return Transpose(args[0])
    return _collected(term, args[0])


def _applied(term: Term, body: Node, symbols: Symbols) -> Node:
    name, order = term.data
    function = symbols.functions.get(name) or BUILT_IN[name]
    for _ in range(order):
        function = function.slope
    return Apply(function, body)


def _collected(term: Term, body: Node) -> Node | None:
    match term.op:
        case "sum":
            letter, low, high = term.data
            return Sigma(index_symbol(letter), sp.Integer(low), high, body)
        case "total":
            rows, columns = body.shape
            return Dot(Dot(Constant("1", (ONE, rows)), body), Constant("1", (columns, ONE)))
        case "trace":
            return Trace(body)
        case "diag":
            return Diag(body)
        case "norm":
            return sqrt(SquaredNorm(body))
        case "squares":
            return SquaredNorm(body)
        case "spread":
            return Scale(body, Constant("1", term.shape))
    return None
