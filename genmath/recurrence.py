r"""Sequences of columns in which each one is made from its neighbour, and the rules that speak of them.

A recurrent network is such a sequence: every state comes from the state before.  The slopes that are carried back
through it are another one, from the last to the first.  The number of steps is a symbol.

The two lowerings share no code, as everywhere: the first treats an element as an unknown, which is opened by its step
where a rule says so, and whose derivatives are unknowns of their own; the second computes all elements one by one.

Contents: :class:`Recurrence`, :class:`Element`; the unknowns; the rules :class:`Unroll` (the definition of a sequence,
used once) and :class:`Telescope` (a sum of differences of neighbours).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp

from genmath.indexed import Context, Term, Undetermined, derivative, factors_of, fresh
from genmath.rules import NORMAL_FORM, Proof, Setting, equation
from genmath.surface import Node, Point, Relation, Shape, ShapeError, Var, same_shape, shape_text


@dataclass(frozen=True)
class Recurrence:
    """Columns, numbered by time, that follow from one another.

    Parameters
    ----------
    name, letter : str
        Its name, and how its elements are printed, with the time below.
    neighbour : Var
        Stands in ``step`` for the element before, or for the one behind if it runs ``backwards``.
    index : symbol
        Stands in ``step`` for the time.
    step : Node
        The element at the time ``index``, made from its neighbour, for the times from 1 to ``last``.
    first : Node
        The element from which all others come: at the time 0, or at ``last + 1`` if it runs backwards.
    last : expression
        The number of steps.
    backwards : bool
    """

    name: str
    letter: str
    neighbour: Var
    index: sp.Symbol
    step: Node
    first: Node
    last: Any
    backwards: bool = False

    def __post_init__(self) -> None:
        for node in (self.step, self.first):
            same_shape(self.neighbour, "and what follows it", node)
        if self.neighbour.shape[1] != 1:
            shape = shape_text(self.neighbour.shape)
            raise ShapeError(f"a sequence is one of columns, not of matrices of shape {shape}", self.letter)

    def __getitem__(self, time: Any) -> Element:
        return Element(self, sp.sympify(time, strict=True))

    @property
    def origin(self) -> sp.Expr:
        """The time of the first element."""
        return sp.sympify(self.last, strict=True) + 1 if self.backwards else sp.Integer(0)

    @property
    def back(self) -> int:
        """From a time to that of the neighbour."""
        return 1 if self.backwards else -1

    @cached_property
    def symbols(self) -> dict[sp.Expr, sp.Expr]:
        """The symbols and families of symbols that its elements are made from."""
        nodes = [node for part in (self.step, self.first) for node in part.walk()]
        return {node.label: node.symbol for node in nodes if isinstance(node, Var) and node != self.neighbour}

    def known(self, point: Point) -> list[sp.Matrix]:
        """The elements that were computed already from these values, the first one at least.

        They do not depend on the indices around, as long as these do not stand in the step.
        """
        names = sorted({node.name for part in (self.step, self.first) for node in part.walk() if isinstance(node, Var)})
        values = [point.values.get(name) for name in names if name != self.neighbour.name]
        row = fresh()
        free = self.step.entry(row).free_symbols | self.first.entry(row).free_symbols
        around = tuple((index, v) for index, v in point.indices.items() if index in free and index != self.index)
        key = (self.unknown, around, *map(id, values))
        if key not in point.shared:
            point.shared[key] = values, [point.value_of(self.first)]  # the values are kept, so that their ids stay
        return point.shared[key][1]

    @cached_property
    def unknown(self) -> type[Unknown]:
        """The function of row and time that stands for its elements."""
        if self not in _UNKNOWN:
            _UNKNOWN[self] = type(f"element_{self.name}", (Unknown,), {"nargs": (2,), "of": self})
        return _UNKNOWN[self]

    def slope(self, symbol: sp.Expr) -> type[Slope]:
        """The function of row, time and the place in a symbol that stands for the derivatives by it."""
        if (self, symbol) not in _SLOPES:
            content = {"nargs": (2, 3, 4), "of": self, "by": symbol}
            _SLOPES[self, symbol] = type(f"slope_{self.name}_{symbol}", (Slope,), content)
        return _SLOPES[self, symbol]

    def opened(self, row: sp.Expr, time: sp.Expr) -> sp.Expr:
        """What the step says of an element's entry."""
        known = self.neighbour.symbol
        step = self.step.entry(row).xreplace({self.index: time})
        neighbour = self.neighbour.entry(1) if isinstance(known, sp.Symbol) else None
        return step.replace(
            lambda e: e == neighbour or (isinstance(e, sp.Indexed) and e.base == known),
            lambda e: self.unknown(e.indices[0] if isinstance(e, sp.Indexed) else sp.Integer(1), time + self.back),
        )


class Unknown(sp.Function):
    """An entry of an element, of which no more is known than the sequence that it belongs to."""

    of: Recurrence

    @classmethod
    def eval(cls, row: sp.Expr, time: sp.Expr) -> sp.Expr | None:
        """The first element is known."""
        return cls.of.first.entry(row) if time == cls.of.origin else None

    @property
    def free_symbols(self) -> set[sp.Basic]:
        """What its row and time hold, and what the whole sequence depends on."""
        return super().free_symbols | set(self.of.symbols)

    def _eval_derivative(self, s: sp.Expr) -> sp.Expr:
        symbol = self._family(s)
        return self.of.slope(symbol)(*self.args, *_places(s)) if symbol is not None else sp.Integer(0)

    def _family(self, s: sp.Expr) -> sp.Expr | None:
        """The symbol of the sequence that is differentiated by, if it is one."""
        if any(s in a.free_symbols for a in self.args):
            raise Undetermined(f"the derivative by the index {s} is not covered")
        return self.of.symbols.get(s.base.label if isinstance(s, sp.Indexed) else s)

    def step(self) -> sp.Expr:
        """What the step of the sequence says of it."""
        return self.of.opened(*self.args)


class Slope(Unknown):
    """The derivative of an entry of an element by a symbol, or by an entry of one."""

    by: sp.Expr

    @classmethod
    def eval(cls, row: sp.Expr, time: sp.Expr, *places: sp.Expr) -> sp.Expr | None:
        """The first element, and so its derivatives, are known."""
        return _derivative(cls.of.first.entry(row), cls.by, places) if time == cls.of.origin else None

    def _eval_derivative(self, s: sp.Expr) -> sp.Expr:
        if self._family(s) is not None:
            raise Undetermined("a second derivative of a sequence is not covered")
        return sp.Integer(0)

    def step(self) -> sp.Expr:
        """The chain rule, once: the derivative of the step."""
        row, time, *places = self.args
        return _derivative(self.of.opened(row, time), self.by, places)


_UNKNOWN: dict[Recurrence, type[Unknown]] = {}
_SLOPES: dict[tuple[Recurrence, sp.Expr], type[Slope]] = {}


def _places(s: sp.Expr) -> tuple[sp.Expr, ...]:
    return s.indices if isinstance(s, sp.Indexed) else ()


def _derivative(expression: sp.Expr, symbol: sp.Expr, places: Any) -> sp.Expr:
    """The derivative by one place of a symbol, taken at a place that occurs nowhere else."""
    names = {fresh(): place for place in places}
    by = symbol[tuple(names)] if names else symbol
    return derivative(expression, by).xreplace(names)


@dataclass(frozen=True)
class Element(Node):
    """The element of a sequence at a time."""

    of: Recurrence
    time: Any
    named = True

    @property
    def shape(self) -> Shape:
        return self.of.neighbour.shape

    @property
    def bound(self) -> frozenset[sp.Symbol]:
        return frozenset({self.of.index, self.of.neighbour.label})

    @cached_property
    def children(self) -> tuple[Node, ...]:
        return self.of.step, self.of.first

    def replace(self, change: Callable[[Node], Node | None]) -> Node:
        """The element of the sequence with its step changed."""
        new = change(self)
        if new is not None:
            return new
        step, first = self.of.step.replace(change), self.of.first.replace(change)
        if step is self.of.step and first is self.of.first:
            return self
        return Element(dataclasses.replace(self.of, step=step, first=first), self.time)

    def latex(self) -> str:
        return f"{self.of.letter}_{{{sp.latex(self.time)}}}"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        return self.of.unknown(sp.sympify(1 if self.shape[0] == 1 else i, strict=True), self.time)

    def value(self, point: Point) -> sp.Matrix:
        """One element after the other, from the first to this one."""
        of, time, last = self.of, point.integer(self.time), point.integer(self.of.last)
        origin = point.integer(of.origin)
        if not 0 <= time <= last + 1 or time == last + 1 - origin:
            raise Undetermined(f"{self.tex()} has no value at the time {time}: there are {last} steps")
        found = of.known(point)
        while len(found) <= abs(time - origin):
            here = point.with_index(of.index, origin - of.back * len(found))
            found.append(here.with_values(**{of.neighbour.name: found[-1]}).value_of(of.step))
        return found[abs(time - origin)]


# ---------------------------------------------------------------- rules


@dataclass(frozen=True)
class Unroll:
    """Both sides agree when elements of sequences are replaced by the steps that make them, once.

    ``elements`` are the sequences of which the elements are replaced, and ``slopes`` those of which their derivatives
    are, by the derivative of the step: the chain rule, once.  Both are replaced only where the time is known to lie
    between 1 and the last step.
    """

    elements: tuple[Recurrence, ...] = ()
    slopes: tuple[Recurrence, ...] = ()

    def prove(self, link: Relation, setting: Setting) -> Proof | None:
        equation(link)
        p, q = fresh(), fresh()
        difference = link.left.entry(p, q) - link.right.entry(p, q)
        ranges = {p: link.left.shape[0], q: link.left.shape[1]}
        opening = (_Opening(self.elements, self.slopes, setting),)
        return Proof((NORMAL_FORM,)) if setting.vanishes(difference, ranges, opening) else None


@dataclass(frozen=True)
class _Opening:
    """Rewrites one element, or a derivative of one, by its step."""

    elements: tuple[Recurrence, ...]
    slopes: tuple[Recurrence, ...]
    setting: Setting

    def apply(self, term: Term, context: Context) -> sp.Expr | None:
        factors = factors_of(term.body)
        for place, factor in enumerate(factors):
            if not isinstance(factor, Unknown):
                continue
            if factor.of not in (self.slopes if isinstance(factor, Slope) else self.elements):
                continue
            last = sp.sympify(factor.of.last, strict=True).xreplace(self.setting.sizes)
            if context.within(factor.args[1], last, term.limits):
                step = self.setting.meant(factor.step()).xreplace(self.setting.sizes)
                return Term(sp.Mul(*factors[:place], *factors[place + 1 :]) * step, term.limits).expression()
        return None


@dataclass(frozen=True)
class Telescope:
    """The two sides differ, in one direction or the other, by a sum of differences of neighbours and its ends.

    ``terms`` is an expression ``F`` in the index; the sum over the index from 1 to ``high`` of ``F`` at the time before
    minus ``F`` is ``F`` at the time 0 minus ``F`` at ``high``, by induction over ``high``.  ``elements`` and
    ``slopes`` are opened as by :class:`Unroll`.
    """

    index: sp.Symbol
    high: Any
    terms: Node
    elements: tuple[Recurrence, ...] = ()
    slopes: tuple[Recurrence, ...] = ()

    def prove(self, link: Relation, setting: Setting) -> Proof | None:
        equation(link)
        p, q = fresh(), fresh()
        high = sp.sympify(self.high, strict=True)
        if not high.is_nonnegative or self.terms.shape != link.left.shape:
            raise Undetermined("the ends of a sum do not fit")
        now = self.terms.entry(p, q)
        before, start, end = (now.xreplace({self.index: time}) for time in (self.index - 1, sp.Integer(0), high))
        total = sp.Sum(before - now, (self.index, 1, high))
        difference = link.left.entry(p, q) - link.right.entry(p, q)
        ranges = {p: link.left.shape[0], q: link.left.shape[1]}
        opening = (_Opening(self.elements, self.slopes, setting),)
        gap = total - (start - end)
        found = any(setting.vanishes(difference + way * gap, ranges, opening) for way in (-1, 1))
        return Proof((NORMAL_FORM,)) if found else None
