r"""The reasons that the kernel accepts for one link of a chain.

A rule is asked to prove ``left sign right`` and answers with a :class:`Proof` or with nothing.  It never refutes: that
is the work of points (:mod:`genmath.calc`).  What a rule rests on it says in two computed fields, *evidence* and
*modulo*.

Contents: :class:`Normal` (index calculus), :class:`By` (a claim used), :class:`Compute` (a procedure of SymPy),
:class:`NonNegative` (a sum of non-negative terms), :class:`SameZeros` (Gröbner bases), :class:`Shape`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Protocol

import sympy as sp

from genmath.calculus import Apply, Gradient, Opaque, Partial, System
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
    """A relation given for every value of an index."""

    index: sp.Symbol
    low: sp.Expr
    high: sp.Expr
    relation: Relation

    def tex(self) -> str:
        low, high = (sp.latex(sp.sympify(b)) for b in (self.low, self.high))
        return rf"{self.relation.tex()} \quad ({sp.latex(self.index)} = {low}, \dots, {high})"


Given = Relation | ForAll


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
            relation = g.relation if isinstance(g, ForAll) else g
            if relation.sign != "=" or isinstance(relation.left, Num):
                continue
            i, j, s = fresh(), fresh(), fresh()
            free = [(i, relation.left.shape[0]), (j, relation.left.shape[1])]
            sides = [side.entry(i, j) for side in (relation.left, relation.right)]
            if isinstance(g, ForAll):
                if g.low != 1:
                    continue  # nothing is known of indices that lie above a number
                sides = [side.xreplace({g.index: s}) for side in sides]
                free.append((s, sp.sympify(g.high, strict=True)))
            left, right = (self.meant(side).xreplace(self.sizes) for side in sides)
            limits = tuple((index, sp.sympify(bound, strict=True).xreplace(self.sizes)) for index, bound in free)
            rules.append(Rewrite.from_equation(left, right, limits))
        return tuple(rules)

    def is_zero(self, left: Node, right: Node | None = None) -> bool:
        """Whether two expressions of one shape have the same entries by the index calculus and what is given."""
        if (left, right) not in self.known:
            p, q = fresh(), fresh()
            difference = left.entry(p, q) - (right.entry(p, q) if right is not None else 0)
            ranges = {p: left.shape[0], q: left.shape[1], **self.free}
            bounds = {i: sp.sympify(bound, strict=True).xreplace(self.sizes) for i, bound in ranges.items()}
            context = Context(bounds, self.order, self.rewrites)
            same = is_zero(self.meant(difference).xreplace(self.sizes), context)
            self.known[left, right] = same and not context.conditions
        return self.known[left, right]

    def meant(self, expression: sp.Expr) -> sp.Expr:
        """The expression with every opaque function replaced by what it means here."""
        for f in sorted({type(f) for f in expression.atoms(Opaque)}, key=str):
            if f.called in self.meanings:
                t = sp.Dummy("t", real=True)
                meaning = sp.diff(self.meanings[f.called](t), t, f.order)
                expression = expression.replace(f, lambda u, meaning=meaning, t=t: meaning.xreplace({t: u}))
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
        return part if isinstance(part, Gradient | Partial) or part.bound & letters else None

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
    """A scalar identity by procedures of SymPy: expansion, one denominator, simplification, integration."""

    modulo: tuple[Lemma, ...] = ()

    def prove(self, link: Relation, setting: Setting) -> Proof | None:
        equation(link)
        if link.left.shape != SCALAR:
            raise Undetermined(f"a procedure computes with scalars, not with {shape_text(link.left.shape)}")
        difference = setting.meant(link.left.entry() - link.right.entry()).xreplace(setting.sizes).doit()
        attempts: tuple[Callable[[sp.Expr], sp.Expr], ...] = (
            sp.expand,
            lambda e: sp.numer(sp.together(e)).expand(),
            lambda e: sp.simplify(e.rewrite(sp.exp)),
            lambda e: sp.simplify(sp.expand_func(e.rewrite(sp.erf))),
            lambda e: sp.simplify(sp.expand_log(e)),
        )
        return Proof((PROCEDURE,), self.modulo) if any(a(difference) == 0 for a in attempts) else None


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
            case Power() if node.exponent > 0:
                return self.sign(node.base) or (
                    NONNEGATIVE if node.exponent % 2 == 0 and self.real(node.base) else None
                )
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
            case Add():
                signs = {self.sign(node.left), self.sign(node.right)}
                return None if None in signs else POSITIVE if POSITIVE in signs else NONNEGATIVE
            case Sigma():
                return NONNEGATIVE if self.inside(node).sign(node.body) else None
        return None

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
            relation = g.relation if isinstance(g, ForAll) else g
            if relation.sign not in ORDERS:
                continue
            if isinstance(g, ForAll) and (g.index, g.low, g.high) not in self.bound:
                continue
            own = {g.index} if isinstance(g, ForAll) else set()
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
