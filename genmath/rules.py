r"""The reasons that the kernel accepts for one link of a chain.

A rule is asked to prove ``left sign right`` and answers with a :class:`Proof` or with nothing.  It never refutes: that is
the work of points (:mod:`genmath.calc`).  What a rule rests on it says in two computed fields, *evidence* and *modulo*.

Contents: :class:`Normal` (index calculus), :class:`By` (a claim used), :class:`Compute` (a procedure of SymPy),
:class:`NonNegative` (a sum of non-negative terms), :class:`SameZeros` (Gröbner bases), :class:`Shape`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import sympy as sp

from genmath.calculus import Apply, System
from genmath.indexed import Context, Rewrite, Undetermined, is_zero
from genmath.surface import SCALAR, Add, Let, Node, Num, Power, Quotient, Relation, Scale, Sigma, SquaredNorm, Var

NORMAL_FORM, PROCEDURE, INSERTED, NUMERIC, SHAPES = "exact normal form", "SymPy procedure", "inserted rule", "numeric", "shapes"


@dataclass(frozen=True)
class Lemma:
    """A theorem of ordinary mathematics that is used and not proved here."""

    name: str
    statement: str
    source: str


@dataclass(frozen=True)
class Proof:
    """That a link holds: the kind of evidence, and what it rests on besides."""

    evidence: tuple[str, ...]
    modulo: tuple[Lemma, ...] = ()
    vanishing: tuple[Node, ...] = ()


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
    """What a rule may use: given relations, ranges of free indices, meanings of functions, statements of used claims."""

    given: tuple[Given, ...] = ()
    free: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)
    at_most: frozenset[tuple[sp.Expr, sp.Expr]] = frozenset()
    meanings: Mapping[str, Callable[[sp.Expr], sp.Expr]] = field(default_factory=dict)
    used: Mapping[str, Relation] = field(default_factory=dict)

    def sizes(self) -> dict[sp.Expr, sp.Expr]:
        """Dimensions that are given a number."""
        equations = [g for g in self.given if isinstance(g, Relation) and g.sign == "="]
        pairs = [(g.left.number, g.right.number) for g in equations if isinstance(g.left, Num) and isinstance(g.right, Num)]
        return {size: number for size, number in pairs if size.is_Symbol}

    def rewrites(self) -> tuple[Rewrite, ...]:
        """Given equations between expressions, as rules from left to right."""
        rules = []
        for g in self.given:
            relation = g.relation if isinstance(g, ForAll) else g
            if relation.sign != "=" or isinstance(relation.left, Num):
                continue
            i, j = (sp.Dummy(name, integer=True, positive=True) for name in "ij")
            left, right = relation.left.entry(i, j), relation.right.entry(i, j)
            free = (i, j) + ((g.index,) if isinstance(g, ForAll) else ())
            rules.append(Rewrite.from_equation(left.doit() if left.is_Symbol else left, right, free))
        return tuple(rules)

    def is_zero(self, left: Node, right: Node | None = None) -> bool:
        """Whether two expressions of one shape have the same entries by the index calculus and what is given."""
        p, q = (sp.Symbol(name, integer=True, positive=True) for name in ("row", "column"))
        difference = left.entry(p, q) - (right.entry(p, q) if right is not None else 0)
        sizes = self.sizes()
        ranges = {p: left.shape[0], q: left.shape[1], **self.free}
        context = Context({i: sp.sympify(b).xreplace(sizes) for i, b in ranges.items()}, self.at_most, self.rewrites())
        return is_zero(self.meant(difference).xreplace(sizes), context) and not context.conditions

    def meant(self, expression: sp.Expr) -> sp.Expr:
        """The expression with every opaque function replaced by what it means here."""
        for f in expression.atoms(sp.core.function.AppliedUndef, sp.Function):
            name, order = opaque(f)
            if name in self.meanings:
                t = sp.Dummy("t", real=True)
                slope = sp.diff(self.meanings[name](t), t, order)
                expression = expression.replace(f.func, lambda u, slope=slope, t=t: slope.xreplace({t: u}))
        return expression


def opaque(application: sp.Expr) -> tuple[str, int]:
    """Name and order of derivative of an opaque function's application; an empty name for any other."""
    name = type(application).__name__
    if not name.startswith("any_"):
        return "", 0
    return name.removeprefix("any_").split("_slope")[0], name.count("_slope")


class Rule(Protocol):
    """Proves one link."""

    def prove(self, link: Relation, setting: Setting) -> Proof | None: ...


def equation(link: Relation) -> None:
    if link.sign != "=":
        raise Undetermined(f"this rule proves equations, not {link.sign!r}")


# ---------------------------------------------------------------- equations


@dataclass(frozen=True)
class Normal:
    """Both sides have one normal form.  ``modulo`` names a lemma that stands behind a given equation."""

    modulo: tuple[Lemma, ...] = ()

    def prove(self, link: Relation, setting: Setting) -> Proof | None:
        equation(link)
        if not setting.is_zero(link.left, link.right):
            return None
        inserted = setting.rewrites() or self.modulo
        return Proof((NORMAL_FORM, INSERTED) if inserted else (NORMAL_FORM,), self.modulo)


@dataclass(frozen=True)
class By:
    """The left side with a used claim applied has the same normal form as the right.

    A claim about one scalar function, ``f(t) = ...`` for every ``t``, is applied to every ``f``; any other claim replaces its
    left side, wherever that stands in the tree, by its right.
    """

    label: str

    def prove(self, link: Relation, setting: Setting) -> Proof | None:
        equation(link)
        used = setting.used.get(self.label)
        if used is None or used.sign != "=":
            raise Undetermined(f"{self.label} is no equation among the claims used")
        if isinstance(used.left, Apply) and isinstance(used.left.body, Var) and used.left.shape == SCALAR:
            law = _Law(used)
            proved = setting.is_zero(_Lowered(link.left, law), _Lowered(link.right, law))
        else:
            proved = setting.is_zero(_put(link.left, used), _put(link.right, used))
        return Proof((NORMAL_FORM,)) if proved else None


def _put(node: Node, used: Relation) -> Node:
    return node.replace(lambda part: used.right if part == used.left else None)


@dataclass(frozen=True)
class _Law:
    """``f(t) = right`` for every ``t``, applied to index expressions."""

    used: Relation

    def __call__(self, expression: sp.Expr) -> sp.Expr:
        left, t = self.used.left, self.used.left.children[0].entry()  # type: ignore[attr-defined]
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
        difference = setting.meant(link.left.entry() - link.right.entry()).xreplace(setting.sizes()).doit()
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
        return Proof((SHAPES,)) if link.sign == "in" and link.left.shape == link.right.shape else None


# ---------------------------------------------------------------- inequalities


@dataclass(frozen=True)
class NonNegative:
    """The larger side minus the smaller is ``slack``, and ``slack`` is a sum of terms that are not negative.

    The terms that must vanish in the case of equality are part of the proof; they are known only when every factor beside
    them is positive.
    """

    slack: Node
    by: tuple[str, ...] = ()
    modulo: tuple[Lemma, ...] = ()

    def prove(self, link: Relation, setting: Setting) -> Proof | None:
        larger, smaller = (link.left, link.right) if link.sign.startswith(">") else (link.right, link.left)
        facts = Facts(setting, (*setting.given, *(setting.used[label] for label in self.by)))
        wanted = {"<": "positive", ">": "positive"}.get(link.sign)
        sign = facts.sign(self.slack)
        if link.sign not in ("<", ">", "<=", ">=") or sign is None or wanted not in (None, sign):
            return None
        if not setting.is_zero(Add(larger, Scale(Num(-sp.Integer(1)), smaller)), self.slack):
            return None
        evidence = (NORMAL_FORM, INSERTED) if setting.rewrites() else (NORMAL_FORM,)
        return Proof(evidence, self.modulo, tuple(facts.vanishing(self.slack)))


@dataclass(frozen=True)
class Facts:
    """Signs of expressions, read off their structure and the given inequalities."""

    setting: Setting
    relations: tuple[Given, ...]
    bound: tuple[tuple[sp.Symbol, sp.Expr, sp.Expr], ...] = ()

    def sign(self, node: Node) -> str | None:
        """``positive``, ``nonnegative``, or nothing when neither is known."""
        known = self._structure(node)
        return known if known == "positive" else self._given(node) or known

    def _structure(self, node: Node) -> str | None:
        if isinstance(node, SquaredNorm):
            return "nonnegative"
        if isinstance(node, Power) and node.exponent > 0:
            return self.sign(node.base) or ("nonnegative" if node.exponent % 2 == 0 else None)
        if isinstance(node, Num):
            number = node.number
            return "positive" if number.is_positive else "nonnegative" if number.is_nonnegative else None
        if isinstance(node, Var):
            return {"positive": "positive", "unit": "positive", "nonnegative": "nonnegative"}.get(node.domain)
        if isinstance(node, Apply):
            return "positive" if node.function.symbolic is sp.exp else None
        if isinstance(node, Let):
            return self.sign(node.body)
        if isinstance(node, Scale):
            return _weakest(self.sign(node.factor), self.sign(node.body))
        if isinstance(node, Quotient):
            return self.sign(node.over) if self.sign(node.under) == "positive" else None
        if isinstance(node, Add):
            signs = {self.sign(node.left), self.sign(node.right)}
            return None if None in signs else "positive" if "positive" in signs else "nonnegative"
        if isinstance(node, Sigma):
            return "nonnegative" if self.inside(node).sign(node.body) else None
        return None

    def inside(self, node: Sigma) -> Facts:
        return Facts(self.setting, self.relations, (*self.bound, (node.index, sp.sympify(node.low), sp.sympify(node.high))))

    def _given(self, node: Node) -> str | None:
        """The sign that a given relation states of this very expression."""
        for relation in self._instances():
            larger, smaller = (relation.left, relation.right) if relation.sign[0] == ">" else (relation.right, relation.left)
            if node.shape == larger.shape and self.setting.is_zero(Add(larger, Scale(Num(-sp.Integer(1)), smaller)), node):
                return "nonnegative" if relation.sign.endswith("=") else "positive"
        return None

    def _instances(self) -> list[Relation]:
        out = [r for r in self.relations if isinstance(r, Relation)]
        for g in self.relations:
            if isinstance(g, ForAll) and any((g.low, g.high) == (low, high) for _, low, high in self.bound):
                index = next(i for i, low, high in self.bound if (g.low, g.high) == (low, high))
                out.append(g.relation if index == g.index else _renamed(g.relation, g.index, index))
        return [r for r in out if r.sign in ("<", ">", "<=", ">=")]

    def vanishing(self, node: Node) -> list[Node]:
        """What must be zero when a sum of non-negative terms is zero."""
        if self._structure(node) is None:
            return [node]
        if isinstance(node, Add):
            return self.vanishing(node.left) + self.vanishing(node.right)
        if isinstance(node, SquaredNorm):
            return [node.body]
        if isinstance(node, Power):
            return [node.base]
        if isinstance(node, Scale | Quotient):
            factors = (node.factor, node.body) if isinstance(node, Scale) else (Num(sp.Integer(1)), node.over)
            open_ = [f for f in factors if self.sign(f) != "positive"]
            return self.vanishing(open_[0]) if len(open_) == 1 else [node]
        if isinstance(node, Sigma):
            return self.inside(node).vanishing(node.body)
        return [] if self.sign(node) == "positive" else [node]


def _weakest(*signs: str | None) -> str | None:
    return None if None in signs else "nonnegative" if "nonnegative" in signs else "positive"


def _renamed(relation: Relation, old: sp.Symbol, new: sp.Symbol) -> Relation:
    raise Undetermined(f"a fact about {old} is wanted for {new}: use one letter for one index")


# ---------------------------------------------------------------- systems of equations


@dataclass(frozen=True)
class SameZeros:
    """Two polynomial systems have the same solutions: they generate the same ideal over the field of the parameters."""

    unknowns: tuple[Var, ...]
    parameters: tuple[Var, ...]

    def prove(self, link: Relation, setting: Setting) -> Proof | None:
        if link.sign != "iff" or not isinstance(link.left, System) or not isinstance(link.right, System):
            return None
        symbols = [v.symbol for v in self.unknowns]
        domain = sp.QQ.frac_field(*(v.symbol for v in self.parameters))
        left, right = ([sp.expand(e.entry().doit()) for e in s.equations] for s in (link.left, link.right))
        basis = sp.groebner(left, *symbols, order="grevlex", domain=domain)
        other = sp.groebner(right, *symbols, order="grevlex", domain=domain)
        same = all(basis.contains(e) for e in right) and all(other.contains(e) for e in left)
        return Proof((PROCEDURE,)) if same else None
