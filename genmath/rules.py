r"""The reasons that the kernel accepts for one link of a chain.

A rule is asked to prove ``left sign right`` and answers with a :class:`Proof` or with nothing.  It never refutes: that
is the work of points (:mod:`genmath.calc`).  What a rule rests on it says in two computed fields, *evidence* and
*modulo*.

Contents: :class:`Normal` (index calculus), :class:`By` (a claim used), :class:`Compute` (a procedure of SymPy),
:class:`Induction` (a map applied again and again), :class:`NonNegative` (a sum of non-negative terms),
:class:`SameZeros` (Gröbner bases), :class:`Shape`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import product
from typing import Protocol

import sympy as sp

from genmath import indexed
from genmath.calculus import Apply, Gradient, Iterated, Jacobian, Opaque, Partial, Pullback, System
from genmath.indexed import Context, Rewrite, Undetermined, fresh, is_zero
from genmath.surface import (
    SCALAR,
    Add,
    Entry,
    Let,
    Node,
    Num,
    Power,
    Quotient,
    Relation,
    Scale,
    Sigma,
    Space,
    SquaredNorm,
    Var,
    as_node,
    shape_text,
)

POSITIVE, NONNEGATIVE = "positive", "nonnegative"
ABOVE_ZERO = ("positive", "probability", "unit")
ORDERS = ("<", ">", "<=", ">=")
FEW = 9  # sums of more terms are left to SymPy
NORMAL_FORM, PROCEDURE, INSERTED, NUMERIC, SHAPES = (
    "exact normal form",
    "SymPy procedure",
    "inserted rule",
    "numeric",
    "shapes",
)


@dataclass(frozen=True)
class Lemma:
    """A theorem of ordinary mathematics that is used and not proved here."""

    name: str
    statement: str
    source: str


Ranges = tuple[tuple[sp.Symbol, sp.Expr, sp.Expr], ...]


@dataclass(frozen=True)
class Proof:
    """That a link holds: the kind of evidence, what it rests on besides, what vanishes where it is tight."""

    evidence: tuple[str, ...]
    modulo: tuple[Lemma, ...] = ()
    vanishing: tuple[tuple[Node, Ranges], ...] = ()


@dataclass(frozen=True)
class ForAll:
    """A relation given for every value of an index; of several indices if it is given for every value of another."""

    index: sp.Symbol
    low: sp.Expr
    high: sp.Expr
    relation: Relation | ForAll

    def tex(self) -> str:
        low, high = (sp.latex(sp.sympify(b)) for b in (self.low, self.high))
        return rf"{self.relation.tex()} \quad ({sp.latex(self.index)} = {low}, \dots, {high})"


Given = Relation | ForAll


def relation_of(given: Given) -> Relation:
    """The relation itself, without the indices for which it is given."""
    return relation_of(given.relation) if isinstance(given, ForAll) else given


def ranges_of(given: Given) -> Ranges:
    """The indices for which a relation is given, the outermost first."""
    if not isinstance(given, ForAll):
        return ()
    return (given.index, sp.sympify(given.low), sp.sympify(given.high)), *ranges_of(given.relation)


@dataclass(frozen=True)
class Setting:
    """What a rule may use: given relations, ranges of free indices, meanings of functions, statements of used claims.

    ``laws`` are the used claims that suppose nothing; ``unusable`` says why a used claim does not apply here.
    """

    given: tuple[Given, ...] = ()
    free: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)
    at_most: frozenset[tuple[sp.Expr, sp.Expr]] = frozenset()
    meanings: Mapping[str, Callable[[sp.Expr], sp.Expr]] = field(default_factory=dict)
    used: Mapping[str, Relation] = field(default_factory=dict)
    tight: Mapping[str, tuple[Relation, ...]] = field(default_factory=dict)
    laws: frozenset[str] = frozenset()
    unusable: Mapping[str, str] = field(default_factory=dict)
    known: dict[tuple[Node, Node | None], bool] = field(default_factory=dict, init=False, compare=False, repr=False)

    def statement(self, label: str) -> Relation:
        """What a used claim states."""
        if label not in self.used:
            raise Undetermined(self.unusable.get(label, f"{label} is not among the claims used"))
        return self.used[label]

    @cached_property
    def sizes(self) -> dict[sp.Expr, sp.Expr]:
        """Dimensions that are given a number."""
        equations = [g for g in self.given if isinstance(g, Relation) and g.sign == "="]
        pairs = [
            (g.left.number, g.right.number) for g in equations if isinstance(g.left, Num) and isinstance(g.right, Num)
        ]
        return {size: number for size, number in pairs if size.is_Symbol}

    @cached_property
    def order(self) -> frozenset[tuple[sp.Expr, sp.Expr]]:
        """Pairs of dimensions of which the first is known to be at most the second."""
        pairs = set(self.at_most)
        for g in self.given:
            if isinstance(g, Relation) and isinstance(g.left, Num) and isinstance(g.right, Num):
                pairs |= {(g.left.number, g.right.number)} if g.sign in ("<", "<=") else set()
                pairs |= {(g.right.number, g.left.number)} if g.sign in (">", ">=") else set()
        return frozenset((small.xreplace(self.sizes), large.xreplace(self.sizes)) for small, large in pairs)

    @cached_property
    def rewrites(self) -> tuple[Rewrite, ...]:
        """Given equations between expressions, as rules from left to right."""
        rules = []
        for g in self.given:
            relation, ranges = relation_of(g), ranges_of(g)
            if relation.sign != "=" or isinstance(relation.left, Num):
                continue
            if any(low != 1 or high.free_symbols & {r[0] for r in ranges} for _, low, high in ranges):
                continue  # nothing is known of indices that lie above a number, or below another index
            i, j = fresh(), fresh()
            names = {index: fresh() for index, _, _ in ranges}
            free = [(i, relation.left.shape[0]), (j, relation.left.shape[1])]
            free += [(names[index], high) for index, _, high in ranges]
            sides = [side.entry(i, j).xreplace(names) for side in (relation.left, relation.right)]
            left, right = (self.meant(side).xreplace(self.sizes) for side in sides)
            limits = tuple((index, sp.sympify(bound, strict=True).xreplace(self.sizes)) for index, bound in free)
            rules.append(Rewrite.from_equation(left, right, limits))
        return tuple(rules)

    def is_zero(self, left: Node, right: Node | None = None) -> bool:
        """Whether two expressions of one shape have the same entries by the index calculus and what is given."""
        if right is not None and _closed(left) == _closed(right):
            return True
        if (left, right) not in self.known:
            p, q = fresh(), fresh()
            difference = left.entry(p, q) - (right.entry(p, q) if right is not None else 0)
            difference = _between(difference, [left] if right is None else [left, right])
            self.known[left, right] = self.vanishes(difference, {p: left.shape[0], q: left.shape[1]})
        return self.known[left, right]

    def vanishes(
        self, entry: sp.Expr, ranges: Mapping[sp.Symbol, sp.Expr], more: tuple[indexed.Rule, ...] = ()
    ) -> bool:
        """Whether an entry is zero for all indices in their ranges, by what is given and ``more`` rules."""
        free = {**ranges, **self.free}.items()
        bounds = {i: sp.sympify(bound, strict=True).xreplace(self.sizes) for i, bound in free}
        context = Context(bounds, self.order, (*self.rewrites, *more))
        return is_zero(self.meant(entry).xreplace(self.sizes), context) and not context.conditions

    def meant(self, expression: sp.Expr) -> sp.Expr:
        """The expression with every opaque function replaced by what it means here."""
        for f in sorted({type(f) for f in expression.atoms(Opaque)}, key=str):
            if f.called in self.meanings:
                t = sp.Dummy("t", real=True)
                meaning = sp.diff(self.meanings[f.called](t), t, f.order)
                expression = expression.replace(f, lambda u, meaning=meaning, t=t: meaning.xreplace({t: u}))
        return expression


def _closed(node: Node) -> Node:
    """What a name stands for."""
    return node.body if isinstance(node, Let) else node


def _between(expression: sp.Expr, nodes: Iterable[Node]) -> sp.Expr:
    """The expression with ``u``, a number between 0 and 1, written ``1 / (1 + v)``: ``1 - u`` is then positive."""
    if not expression.has(sp.log):
        return expression
    for symbol in {v.symbol for node in nodes for v in node.walk() if isinstance(v, Var) and v.domain == "unit"}:
        if isinstance(symbol, sp.IndexedBase):
            odds = sp.IndexedBase(sp.Dummy("odds", positive=True), positive=True)
            expression = expression.replace(
                lambda e, s=symbol: isinstance(e, sp.Indexed) and e.base == s,
                lambda e, o=odds: 1 / (1 + o[e.indices]),
            )
        else:
            expression = expression.xreplace({symbol: 1 / (1 + sp.Dummy("odds", positive=True))})
    return expression


class Rule(Protocol):
    """Proves one link."""

    def prove(self, link: Relation, setting: Setting) -> Proof | None: ...


def equation(link: Relation) -> None:
    if link.sign != "=":
        raise Undetermined(f"this rule proves equations, not {link.sign!r}")


def _evidence(setting: Setting, modulo: tuple[Lemma, ...] = ()) -> tuple[str, ...]:
    return (NORMAL_FORM, INSERTED) if setting.rewrites or modulo else (NORMAL_FORM,)


# ---------------------------------------------------------------- equations


@dataclass(frozen=True)
class Normal:
    """Both sides have one normal form.  ``modulo`` names a lemma that stands behind a given equation."""

    modulo: tuple[Lemma, ...] = ()

    def prove(self, link: Relation, setting: Setting) -> Proof | None:
        equation(link)
        if not setting.is_zero(link.left, link.right):
            return None
        return Proof(_evidence(setting, self.modulo), self.modulo)


@dataclass(frozen=True)
class By:
    """The left side with a used claim applied has the same normal form as the right.

    A claim that supposes nothing and speaks of one scalar function, ``f(t) = ...`` for every real ``t``, is applied to
    every ``f``; any other claim replaces its left side, wherever that stands in the tree, by its right.
    """

    label: str

    def prove(self, link: Relation, setting: Setting) -> Proof | None:
        equation(link)
        used = setting.statement(self.label)
        if used.sign != "=":
            raise Undetermined(f"{self.label} is no equation")
        change = (
            partial(_Lowered, law=_Law(used))
            if self.label in setting.laws and _is_law(used)
            else partial(_put, used=used)
        )
        return Proof(_evidence(setting)) if setting.is_zero(change(link.left), change(link.right)) else None


def _is_law(used: Relation) -> bool:
    t = used.left.body if isinstance(used.left, Apply) else None
    return isinstance(t, Var) and t.shape == SCALAR and t.domain == "real"


def _put(node: Node, used: Relation) -> Node:
    """Replace equals by equals, not under a derivative, nor where a letter of the claim means something else."""
    p, q = fresh(), fresh()
    letters = used.left.entry(p, q).free_symbols | used.right.entry(p, q).free_symbols

    def change(part: Node) -> Node | None:
        if part == used.left:
            return used.right
        closed = isinstance(part, Gradient | Partial | Jacobian | Pullback) or part.bound & letters
        return part if closed else None

    return node.replace(change)


@dataclass(frozen=True)
class _Law:
    """``f(t) = right`` for every ``t``, applied to index expressions."""

    used: Relation

    def __call__(self, expression: sp.Expr) -> sp.Expr:
        left, t = self.used.left, self.used.left.children[0].entry()
        function = left.function.symbolic  # type: ignore[attr-defined]
        return expression.replace(function, lambda u: self.used.right.entry().xreplace({t: u}))


@dataclass(frozen=True)
class _Lowered(Node):
    """A node whose entries are changed by a law."""

    body: Node
    law: _Law

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        return self.body.shape

    def entry(self, i: object = 1, j: object = 1) -> sp.Expr:
        return self.law(self.body.entry(i, j))


@dataclass(frozen=True)
class Compute:
    """Identities by procedures of SymPy: expansion, one denominator, simplification, integration.

    It proves one scalar, or every entry of a matrix of a fixed size.
    """

    modulo: tuple[Lemma, ...] = ()

    def prove(self, link: Relation, setting: Setting) -> Proof | None:
        equation(link)
        rows, columns = link.left.shape
        if not (rows.is_Integer and columns.is_Integer):
            words = f"a procedure computes with scalars, entry by entry, not with {shape_text(link.left.shape)}"
            raise Undetermined(words)
        places = product(range(1, int(rows) + 1), range(1, int(columns) + 1))
        same = all(self._vanishes(link.left.entry(i, j) - link.right.entry(i, j), setting) for i, j in places)
        return Proof((PROCEDURE,), self.modulo) if same else None

    def _vanishes(self, difference: sp.Expr, setting: Setting) -> bool:
        difference = _written_out(setting.meant(difference).xreplace(setting.sizes)).doit()
        attempts: tuple[Callable[[sp.Expr], sp.Expr], ...] = (
            sp.expand,
            lambda e: sp.numer(sp.together(e)).expand(),
            lambda e: sp.simplify(e.rewrite(sp.exp)),
            lambda e: sp.simplify(sp.expand_func(e.rewrite(sp.erf))),
            lambda e: sp.simplify(sp.expand_log(e)),
        )
        return any(a(difference) == 0 for a in attempts)


def _written_out(expression: sp.Expr) -> sp.Expr:
    """The expression with every sum of at most a few terms written out; SymPy's own sums of deltas need cases."""

    def terms(whole: sp.Sum) -> sp.Expr:
        (index, low, high), *outer = whole.limits
        if outer or not (low.is_Integer and high.is_Integer) or high - low > FEW:
            return whole
        return sp.Add(*(whole.function.xreplace({index: sp.Integer(v)}) for v in range(int(low), int(high) + 1)))

    return expression.replace(lambda e: isinstance(e, sp.Sum), terms)


INDUCTION = Lemma(
    "induction",
    "What holds before the first step, and after a step whenever it held before, holds after every number of steps.",
    "Peano's axioms",
)


@dataclass(frozen=True)
class Induction:
    """What a map makes of its start, for every number of applications: right for none, and kept by one more."""

    modulo: tuple[Lemma, ...] = ()

    def prove(self, link: Relation, setting: Setting) -> Proof | None:
        equation(link)
        if not isinstance(link.left, Iterated) or not link.left.count.is_Symbol:
            raise Undetermined("this rule proves what a map makes of its start, after a number of steps with a letter")
        count, start, closed = link.left.count, link.left.start.entry(), link.right.entry()
        known = [s for g in setting.given for side in _sides(g) for s in side.entry(fresh(), fresh()).free_symbols]
        if closed.has(sp.Sum, sp.KroneckerDelta) or count in {*known, *start.free_symbols, *setting.free}:
            raise Undetermined("the number of steps stands in a sum, in the start or in what is given")
        steps = sp.Dummy("steps", integer=True, nonnegative=True)
        before, after = closed.xreplace({count: steps}), closed.xreplace({count: steps + 1})
        gaps = (closed.xreplace({count: sp.Integer(0)}) - start, link.left.once(before) - after)
        context = Context({}, setting.order, setting.rewrites)
        holds = all(is_zero(setting.meant(gap).xreplace(setting.sizes), context) for gap in gaps)
        return Proof(_evidence(setting), (INDUCTION, *self.modulo)) if holds and not context.conditions else None


def _sides(given: Given) -> tuple[Node, Node]:
    relation = relation_of(given)
    return relation.left, relation.right


@dataclass(frozen=True)
class Shape:
    """A symbol lies in the space of matrices of a shape."""

    def prove(self, link: Relation, setting: Setting) -> Proof | None:
        fits = link.sign == "in" and isinstance(link.right, Space) and link.left.shape == link.right.shape
        return Proof((SHAPES,)) if fits else None


# ---------------------------------------------------------------- inequalities


@dataclass(frozen=True)
class NonNegative:
    """The larger side minus the smaller is ``slack``, and ``slack`` is a sum of terms that are not negative.

    The terms that must vanish in the case of equality are part of the proof; they are known only when every factor
    beside them is positive.
    """

    slack: Node
    by: tuple[str | At, ...] = ()
    modulo: tuple[Lemma, ...] = ()

    def prove(self, link: Relation, setting: Setting) -> Proof | None:
        if link.sign not in ORDERS:
            raise Undetermined(f"this rule proves inequalities, not {link.sign!r}")
        stated = tuple(setting.statement(label) for label in self.by if isinstance(label, str))
        laws = tuple(law for law in self.by if isinstance(law, At))
        facts = Facts(setting, (*setting.given, *stated), laws=laws)
        sign = facts.sign(self.slack)
        if sign is None or (link.sign in ("<", ">") and sign != POSITIVE):
            return None
        if self.slack.shape != link.left.shape or not setting.is_zero(_gap(link), self.slack):
            return None
        return Proof(_evidence(setting), self.modulo, tuple(facts.vanishing(self.slack)))


@dataclass(frozen=True)
class At:
    """A used inequality about one scalar, taken at an expression."""

    label: str
    place: Node

    def relation(self, setting: Setting) -> tuple[Var, Relation, tuple[Relation, ...]]:
        """The scalar of the law, the law at the place, and when it is tight there."""
        used = setting.statement(self.label)
        symbols = {part for side in (used.left, used.right) for part in side.walk() if isinstance(part, Var)}
        if self.label not in setting.laws or used.sign not in ORDERS or {v.shape for v in symbols} != {SCALAR}:
            raise Undetermined(f"{self.label} is no inequality about a scalar that supposes nothing")
        if len(symbols) != 1 or self.place.shape != SCALAR:
            raise Undetermined(f"{self.label} is taken at one scalar")
        (t,) = symbols
        return t, self._moved(used, t), tuple(self._moved(r, t) for r in setting.tight.get(self.label, ()))

    def _moved(self, relation: Relation, t: Var) -> Relation:
        left, right = (
            side.replace(lambda part: self.place if part == t else None) for side in (relation.left, relation.right)
        )
        return Relation(left, relation.sign, right)


@dataclass(frozen=True)
class Convex:
    """A function minus an affine one: zero with zero slope at a point, and curved upwards everywhere."""

    variable: Var
    at: sp.Expr

    def prove(self, link: Relation, setting: Setting) -> Proof | None:
        if link.sign not in ("<=", ">="):
            raise Undetermined(f"this rule proves that a curve lies above its tangent, not {link.sign!r}")
        t = self.variable.symbol
        gap = setting.meant(_gap(link).entry())
        touches = all(sp.simplify(e.subs(t, self.at)) == 0 for e in (gap, gap.diff(t)))
        if gap.free_symbols != {t} or not touches or not sp.simplify(gap.diff(t, 2)).is_positive:
            return None
        return Proof((PROCEDURE,), (TANGENT,), ((self.variable - as_node(self.at), ()),))


TANGENT = Lemma(
    "tangent of a convex function",
    "A function with a positive second derivative on an interval lies above each of its tangents, and touches it once.",
    "Rudin, Principles of Mathematical Analysis, Theorem 5.15 (Taylor)",
)


def _gap(relation: Relation) -> Node:
    """The larger side minus the smaller."""
    return relation.left - relation.right if relation.sign[0] == ">" else relation.right - relation.left


def _is_complement(node: Add) -> bool:
    """Whether it is one minus a number between 0 and 1."""
    match node.right:
        case Scale(Num(-1), Var(domain="unit") | Entry(Var(domain="unit"))):
            return node.left == Num(sp.Integer(1))
    return False


def _weakest(*signs: str | None) -> str | None:
    return None if None in signs else NONNEGATIVE if NONNEGATIVE in signs else POSITIVE


@dataclass(frozen=True)
class Facts:
    """Signs of expressions, by structure and given inequalities; ``bound`` are the indices of the sums around."""

    setting: Setting
    relations: tuple[Given, ...]
    bound: Ranges = ()
    laws: tuple[At, ...] = ()

    def sign(self, node: Node) -> str | None:
        """``positive``, ``nonnegative``, or nothing when neither is known."""
        known = self._structure(node)
        return known if known == POSITIVE else self._given(node) or known

    def _structure(self, node: Node) -> str | None:
        match node:
            case SquaredNorm():
                return NONNEGATIVE if self.real(node.body) else None
            case Power():
                return self._power(node)
            case Num():
                return POSITIVE if node.number.is_positive else NONNEGATIVE if node.number.is_nonnegative else None
            case Var():
                return NONNEGATIVE if node.domain == "nonnegative" else POSITIVE if node.domain in ABOVE_ZERO else None
            case Apply():
                return POSITIVE if node.function.symbolic is sp.exp and self.real(node.body) else None
            case Let() | Entry():
                return self.sign(node.body)
            case Scale():
                return _weakest(self.sign(node.factor), self.sign(node.body))
            case Quotient():
                return self.sign(node.over) if self.sign(node.under) == POSITIVE else None
            case Add() if _is_complement(node):
                return POSITIVE
            case Add():
                signs = {self.sign(node.left), self.sign(node.right)}
                return None if None in signs else POSITIVE if POSITIVE in signs else NONNEGATIVE
            case Sigma():
                return NONNEGATIVE if self.inside(node).sign(node.body) else None
        return None

    def _power(self, node: Power) -> str | None:
        """The sign of a power: any power of what is positive is, and an even one of what is real is not negative."""
        known, exponent = self.sign(node.base), sp.sympify(node.exponent, strict=True)
        if known == POSITIVE or not exponent.is_positive:
            return POSITIVE if known == POSITIVE else None
        return known or (NONNEGATIVE if exponent.is_even and self.real(node.base) else None)

    def real(self, node: Node) -> bool:
        """Whether an expression has real values: symbols have, functions and numbers may not."""
        return all(self._real_part(part) for part in node.walk())

    def _real_part(self, part: Node) -> bool:
        if isinstance(part, Num):
            return bool(part.number.is_real)
        if not isinstance(part, Apply):
            return True
        function = part.function.symbolic
        if part.function.is_opaque:
            meaning = self.setting.meanings.get(part.function.name)
            return meaning is None or bool(meaning(sp.Dummy("t", real=True)).is_real)
        if function in (sp.sqrt, sp.log):
            return self.sign(part.body) in ((POSITIVE,) if function is sp.log else (POSITIVE, NONNEGATIVE))
        return function in (sp.exp, sp.tanh, sp.erf)

    def inside(self, node: Sigma) -> Facts:
        """The facts under a sum."""
        around = tuple(r for r in self.bound if r[0] != node.index)
        low, high = (sp.sympify(b, strict=True) for b in (node.low, node.high))
        return Facts(self.setting, self.relations, (*around, (node.index, low, high)), self.laws)

    def _law(self, node: Node) -> tuple[Relation, tuple[Relation, ...]] | None:
        """The law that speaks of this very expression, if its place lies where it holds."""
        bare = replace(self, laws=())
        for law in self.laws:
            t, relation, tight = law.relation(self.setting)
            wanted = {"positive": (POSITIVE,), "nonnegative": (POSITIVE, NONNEGATIVE)}.get(t.domain)
            inside = bare.real(law.place) if t.domain == "real" else wanted and bare.sign(law.place) in wanted
            if inside and node.shape == SCALAR and self.setting.is_zero(_gap(relation), node):
                return relation, tight
        return None

    def _given(self, node: Node) -> str | None:
        """The sign that a given relation, or a law at its place, states of this very expression."""
        if law := self._law(node):
            return NONNEGATIVE if law[0].sign.endswith("=") else POSITIVE
        for relation in self._instances():
            gap = _gap(relation)
            if node.shape == gap.shape and self.setting.is_zero(gap, node):
                return NONNEGATIVE if relation.sign.endswith("=") else POSITIVE
        return None

    def _instances(self) -> Iterator[Relation]:
        """The relations that hold here: of an index bound by a sum only those for exactly its range speak."""
        indices = {index for index, _, _ in self.bound}
        for g in self.relations:
            relation, ranges = relation_of(g), ranges_of(g)
            if relation.sign not in ORDERS or not set(ranges) <= set(self.bound):
                continue
            own = {index for index, _, _ in ranges}
            if not _gap(relation).entry(fresh(), fresh()).free_symbols & (indices - own):
                yield relation

    def vanishing(self, node: Node) -> list[tuple[Node, Ranges]]:
        """What must be zero, for which indices, when a sum of non-negative terms is zero."""
        if (law := self._law(node)) and law[1]:
            return [(relation.left - relation.right, self.bound) for relation in law[1]]
        if self._structure(node) is None or self.sign(node) == POSITIVE:
            return [(node, self.bound)]
        match node:
            case Add():
                return self.vanishing(node.left) + self.vanishing(node.right)
            case SquaredNorm():
                return [(node.body, self.bound)]
            case Power():
                return [(node.base, self.bound)]
            case Quotient():
                return self.vanishing(node.over)
            case Scale():
                factors = [f for f in (node.factor, node.body) if self.sign(f) != POSITIVE]
                return self.vanishing(factors[0]) if len(factors) == 1 else [(node, self.bound)]
            case Sigma():
                return self.inside(node).vanishing(node.body)
        return [(node, self.bound)]


# ---------------------------------------------------------------- systems of equations


@dataclass(frozen=True)
class SameZeros:
    """Two polynomial systems have the same solutions, for all values of the parameters.

    Each equation lies in the ideal of the other system, together with one more unknown that makes everything
    invertible that is known not to vanish: positive parameters, and the two sides of strict given inequalities.
    """

    unknowns: tuple[Var, ...]
    parameters: tuple[Var, ...]

    def prove(self, link: Relation, setting: Setting) -> Proof | None:
        if link.sign != "iff" or not isinstance(link.left, System) or not isinstance(link.right, System):
            raise Undetermined("this rule compares the solutions of two systems of equations")
        inverse = sp.Dummy("inverse")
        symbols = [inverse, *(v.symbol for v in (*self.unknowns, *self.parameters))]
        unit = [inverse * self._invertible(setting) - 1]
        left, right = ([sp.expand(e.entry().doit()) for e in s.equations] for s in (link.left, link.right))
        if {s for e in (*left, *right) for s in e.free_symbols} - set(symbols):
            raise Undetermined("the equations hold symbols that are neither unknowns nor parameters")
        pairs = ((left, right), (right, left))
        same = all(sp.groebner(a + unit, *symbols, order="grevlex").contains(e) for a, b in pairs for e in b)
        return Proof((PROCEDURE,)) if same else None

    def _invertible(self, setting: Setting) -> sp.Expr:
        """A product of all that is known not to vanish."""
        known = [v.symbol for v in self.parameters if v.domain in ABOVE_ZERO]
        strict = [
            g for g in setting.given if isinstance(g, Relation) and g.sign in ("<", ">") and g.left.shape == SCALAR
        ]
        gaps = [_gap(g).entry() for g in strict]
        symbols = {v.symbol for v in self.parameters}
        return sp.Mul(*known, *(g for g in gaps if g.free_symbols <= symbols and g.is_polynomial()))
