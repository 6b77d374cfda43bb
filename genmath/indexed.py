r"""Sums over symbolic dimensions: contraction of Kronecker deltas, rewriting by given equations, normal form.

An index expression is a polynomial in indexed symbols, functions of such polynomials, and finite sums with bounds that
are dimensions.  :func:`normal` brings it to a form that does not depend on the order of sums and factors or on the
names of indices, so that equal expressions can be seen to be equal.  A form that differs proves nothing.

Notation: a *term* is a body (a product without sums at its top) under sums ``(index, bound)`` that run from 1.

Contents: terms (:func:`prenex`), deltas (:func:`contract`), given equations (:class:`Rewrite`), names of indices
(:func:`canonical`), derivatives (:func:`derivative`), moments of noise (:func:`second_moments`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import permutations, product
from math import factorial, prod
from typing import Protocol

import sympy as sp

MOST_NAMINGS = 120
ONE = sp.Integer(1)
Limits = tuple[tuple[sp.Symbol, sp.Expr], ...]


class Undetermined(ValueError):
    """An expression that a procedure does not cover, so that nothing may be concluded from it."""


@dataclass(frozen=True)
class Term:
    """``body`` summed over every index from 1 to its bound."""

    body: sp.Expr
    limits: Limits = ()

    def expression(self) -> sp.Expr:
        return sp.Sum(self.body, *((i, 1, bound) for i, bound in self.limits)) if self.limits else self.body


class Rule(Protocol):
    """Rewrites one place of a term, or finds none."""

    def apply(self, term: Term, context: Context) -> sp.Expr | None: ...


@dataclass
class Context:
    """What is known of indices: ranges of the free ones, bounds in order (``k <= d``), equations to rewrite by.

    ``conditions`` collects what had to be supposed: ``(value, bound)``, that a contracted index lies between 1 and a
    bound, and ``(low - 1, high)``, that a sum does not run backwards.
    """

    ranges: dict[sp.Symbol, sp.Expr] = field(default_factory=dict)
    at_most: frozenset[tuple[sp.Expr, sp.Expr]] = frozenset()
    rules: tuple[Rule, ...] = ()
    conditions: set[tuple[sp.Expr, sp.Expr]] = field(default_factory=set)

    def within(self, index: sp.Expr, bound: sp.Expr, limits: Limits) -> bool:
        """Whether ``1 <= index <= bound`` is known: of a number, a dimension, an index or one that lies behind it."""
        ranges = {**self.ranges, **dict(limits)}
        ahead, base = index.as_coeff_Add()
        if base in ranges and ahead.is_nonnegative:
            return self.ordered(ranges[base] + ahead, bound)
        if index.is_integer and index.is_positive and self.ordered(index, bound):
            return True
        return any(self._mirrored(sp.expand(index + i), i, ranges, bound) for i in index.free_symbols & set(ranges))

    def _mirrored(self, turn: sp.Expr, index: sp.Symbol, ranges: Mapping[sp.Symbol, sp.Expr], bound: sp.Expr) -> bool:
        """Whether ``1 <= turn - index <= bound`` is known: the index counts backwards."""
        fixed = not turn.free_symbols & set(ranges)
        return fixed and self.ordered(ONE, turn - ranges[index]) and self.ordered(turn - 1, bound)

    def ordered(self, smaller: sp.Expr, larger: sp.Expr) -> bool:
        """Whether ``smaller <= larger`` is known."""
        gap = larger - smaller
        known = (sp.Integer(0), *(b - a for a, b in self.at_most))
        return any(bool(sp.expand(gap - less).is_nonnegative) for less in known)


def normal(expression: sp.Expr, context: Context | None = None) -> sp.Expr:
    """The normal form; what it had to suppose is added to ``context.conditions``."""
    terms = reduced(sp.sympify(expression, strict=True), context or Context())
    return expanded(sp.Add(*(canonical(t) for t in terms)))


def expanded(expression: sp.Expr) -> sp.Expr:
    """The expression multiplied out; the exponential of a sum is kept, of which SymPy would make a product."""
    return sp.expand(expression, power_exp=not any(e.has(sp.Sum) for e in expression.atoms(sp.exp)))


def is_zero(expression: sp.Expr, context: Context | None = None) -> bool:
    """Whether the normal form is 0; coefficients are brought over one denominator."""
    form = normal(expression, context)
    return form == 0 or sp.numer(sp.together(form)).expand() == 0


def reduced(expression: sp.Expr, context: Context, limit: int = 2000) -> list[Term]:
    """Terms with all deltas contracted and all given equations applied as often as they fit."""
    done, todo = [], prenex(expression, context)
    while todo:
        term = contract(todo.pop(), context)
        rewritten = next((new for rule in context.rules if (new := rule.apply(term, context)) is not None), None)
        if rewritten is None:
            done.append(term)
            continue
        todo += prenex(rewritten, context)
        limit -= 1
        if not limit or len(term.limits) > 40:
            raise Undetermined("the given equations rewrite without end")
    return done


# ---------------------------------------------------------------- terms


def fresh() -> sp.Dummy:
    """An index that occurs nowhere else, so that nothing can capture it."""
    return sp.Dummy("s", integer=True, positive=True)


def prenex(expression: sp.Expr, context: Context) -> list[Term]:
    """The expression as a sum of terms, all sums in front, every index fresh."""
    if isinstance(expression, sp.Add):
        return [t for a in expression.args for t in prenex(a, context)]
    if isinstance(expression, sp.Mul):
        return _times([prenex(a, context) for a in expression.args])
    if isinstance(expression, sp.Pow) and expression.exp.is_Integer and expression.exp > 0:
        return _times([prenex(expression.base, context) for _ in range(int(expression.exp))])
    if isinstance(expression, sp.Sum):
        return [t for opened in _open(expression, context) for t in _inside(*opened, context)]
    if expression.has(sp.Sum, sp.KroneckerDelta) and not isinstance(expression, sp.KroneckerDelta | sp.Indexed):
        if not isinstance(expression, sp.Function | sp.Pow):
            raise Undetermined(f"sums inside of {type(expression).__name__} are not covered")
        expression = expression.func(*(normal(a, context) for a in expression.args))
    if isinstance(expression, sp.log):
        expression = sp.log(sp.together(expression.args[0]))  # so that a quotient's logarithm is a difference
    return [Term(t) for t in sp.Add.make_args(expanded(expression))]


def _open(expression: sp.Sum, context: Context) -> Iterator[tuple[sp.Expr, sp.Expr, Limits]]:
    """``(sign, body, limits)``: sums from 1 are kept, other ranges become differences, numbers are written out."""
    own = [limit[0] for limit in expression.limits]
    indices = {*own, *context.ranges}
    choices = []
    for index, low, high in expression.limits:
        if (low.free_symbols | high.free_symbols) & indices or low.is_finite is False or high.is_finite is False:
            raise Undetermined(f"the bounds {low}, {high} of a sum depend on an index or are infinite")
        if len(set(own)) < len(own) or not (low - 1).is_nonnegative:
            raise Undetermined(
                f"a sum from {low} over {index} is not covered: indices count from 1, each under one sum"
            )
        if not context.ordered(low - 1, high) and not (low.is_Integer and high.is_Integer):
            context.conditions.add((low - 1, high))
        if low.is_Integer and high.is_Integer:
            choices.append([(1, index, sp.Integer(v), None) for v in range(int(low), int(high) + 1)])
        else:
            spans = [(1, high)] + ([(-1, low - 1)] if low != 1 else [])
            choices.append([(sign, index, fresh(), bound) for sign, bound in spans])
    for choice in product(*choices):
        body = expression.function.xreplace({old: new for _, old, new, bound in choice if bound is not None})
        body = body.subs(
            {old: new for _, old, new, bound in choice if bound is None}
        )  # spares the same letter further in
        yield (
            sp.prod([c[0] for c in choice]),
            body,
            tuple((new, bound) for _, _, new, bound in choice if bound is not None),
        )


def _inside(sign: sp.Expr, body: sp.Expr, limits: Limits, context: Context) -> list[Term]:
    inner = Context({**context.ranges, **dict(limits)}, context.at_most, context.rules, context.conditions)
    return [Term(sign * t.body, limits + t.limits) for t in prenex(body, inner)]


def _times(factors: list[list[Term]]) -> list[Term]:
    """The product of sums of terms; the indices of each are fresh already, so none meet."""
    terms = [Term(sp.Integer(1))]
    for factor in factors:
        terms = [Term(a.body * b.body, a.limits + b.limits) for a in terms for b in factor]
    return [Term(part, t.limits) for t in terms for part in sp.Add.make_args(expanded(t.body))]


def factors_of(body: sp.Expr) -> list[sp.Expr]:
    """The factors of a product, integer powers written out."""
    out: list[sp.Expr] = []
    for factor in sp.Mul.make_args(body):
        base, exponent = factor.as_base_exp()
        repeat = exponent.is_Integer and exponent > 0 and not base.is_number
        out += [base] * int(exponent) if repeat else [factor]
    return out


# ---------------------------------------------------------------- Kronecker deltas


def contract(term: Term, context: Context) -> Term:
    """Sum out every index that a delta fixes; suppositions that are not known go to ``context.conditions``."""
    factors, limits = factors_of(term.body), dict(term.limits)
    while True:
        found = _solvable(factors, limits, context)
        if found is None:
            return Term(_aligned(sp.Mul(*factors)), tuple(limits.items()))
        delta, index, value, known = found
        bound = limits.pop(index)
        if not known:
            context.conditions.add((value, bound))
        factors.remove(delta)
        factors = factors_of(sp.Mul(*factors).xreplace({index: value}))


def _solvable(
    factors: list[sp.Expr], limits: dict[sp.Symbol, sp.Expr], context: Context
) -> tuple[sp.Expr, sp.Symbol, sp.Expr, bool] | None:
    """A delta, the bound index it fixes, the value, and whether that is known to lie in range (those come first)."""
    unknown = None
    for delta in factors:
        if not isinstance(delta, sp.KroneckerDelta):
            continue
        if len(delta.args) != 2:
            raise Undetermined("a Kronecker delta with a range of its own is not covered")
        difference = delta.args[0] - delta.args[1]
        for index in sorted(difference.free_symbols & set(limits), key=lambda i: sp.default_sort_key((limits[i], i))):
            slope = difference.coeff(index)
            if slope not in (1, -1):
                continue
            value = sp.expand(index - slope * difference)
            rest = tuple((i, b) for i, b in limits.items() if i != index)
            if context.within(value, limits[index], rest):
                return delta, index, value, True
            unknown = unknown or (delta, index, value, False)
    return unknown


def _aligned(body: sp.Expr) -> sp.Expr:
    """Under a delta between two free indices the other factors may be written with either: take the first."""
    for delta in [f for f in sp.Mul.make_args(body) if isinstance(f, sp.KroneckerDelta)]:
        first, second = delta.args
        if second.is_Symbol:
            body = delta * sp.Mul(*(f for f in sp.Mul.make_args(body) if f != delta)).xreplace({second: first})
    return body


# ---------------------------------------------------------------- given equations


@dataclass(frozen=True)
class Rewrite:
    """A given equation, from left to right: wherever the product on the left occurs, put the right.

    The left is one term, a product of indexed symbols under sums.  ``free`` are the indices for which it holds, each
    from 1 to its bound: the equation is used for no index that is not known to lie there.
    """

    left: Term
    right: sp.Expr
    free: Limits

    @classmethod
    def from_equation(cls, left: sp.Expr, right: sp.Expr, free: Limits) -> Rewrite:
        """Read an equation that holds for every value of the free indices."""
        context = Context(dict(free))
        terms = reduced(left, context)
        if len(terms) != 1 or context.conditions:
            raise Undetermined(f"an equation to rewrite by has one product of symbols on its left, not {left}")
        term, factors = terms[0], factors_of(terms[0].body)
        variables = {i for i, _ in (*free, *term.limits)}
        places = {i for f in factors if isinstance(f, sp.Indexed) for i in f.indices}
        loose = {s for f in [*factors, *places - variables] if not isinstance(f, sp.Indexed) for s in f.free_symbols}
        if not all(isinstance(f, sp.Indexed | sp.Symbol) for f in factors) or loose & variables:
            raise Undetermined(f"an equation to rewrite by has one product of symbols on its left, not {left}")
        if right.free_symbols & variables - places or {i for i, _ in term.limits} - places:
            raise Undetermined(f"the left side {left} of an equation to rewrite by does not fix every index")
        return cls(term, right, tuple((i, bound) for i, bound in free if i in places))

    def apply(self, term: Term, context: Context) -> sp.Expr | None:
        """The term with one occurrence rewritten, or nothing."""
        wanted, factors = factors_of(self.left.body), factors_of(term.body)
        limits, variables = dict(term.limits), {i for i, _ in (*self.free, *self.left.limits)}
        for match, rest in _matches(wanted, factors, {}, variables):
            taken = {match[i] for i, _ in self.left.limits}
            if len(taken) < len(self.left.limits) or any(
                limits.get(match[i]) != bound for i, bound in self.left.limits
            ):
                continue
            if any(f.free_symbols & taken for f in [*rest, *(match[i] for i, _ in self.free)]):
                continue
            if not all(context.within(match[i], bound, term.limits) for i, bound in self.free):
                continue
            body = sp.Mul(*rest) * self.right.xreplace({i: match[i] for i, _ in self.free})
            return Term(body, tuple((i, b) for i, b in term.limits if i not in taken)).expression()
        return None


def _matches(
    wanted: list[sp.Expr], factors: list[sp.Expr], match: dict[sp.Symbol, sp.Expr], variables: set[sp.Symbol]
) -> Iterator[tuple[dict[sp.Symbol, sp.Expr], list[sp.Expr]]]:
    """Every way to find the wanted factors among the factors, with the indices' values and the factors left over."""
    if not wanted:
        yield match, factors
        return
    for position, factor in enumerate(factors):
        grown = _unify(wanted[0], factor, match, variables)
        if grown is not None:
            yield from _matches(wanted[1:], factors[:position] + factors[position + 1 :], grown, variables)


def _unify(
    pattern: sp.Expr, factor: sp.Expr, match: dict[sp.Symbol, sp.Expr], variables: set[sp.Symbol]
) -> dict[sp.Symbol, sp.Expr] | None:
    if isinstance(pattern, sp.Symbol):
        return match if pattern == factor else None
    if not isinstance(factor, sp.Indexed) or factor.base != pattern.base:
        return None
    match = dict(match)
    for wanted, given in zip(pattern.indices, factor.indices, strict=True):
        known = match.setdefault(wanted, given) if wanted in variables else wanted
        if known != given:
            return None
    return match


# ---------------------------------------------------------------- names of indices


def canonical(term: Term) -> sp.Expr:
    """The term with factors that no sum touches in front and summation indices named by their place alone."""
    indices = [i for i, _ in term.limits]
    inside = [f for f in sp.Mul.make_args(term.body) if f.free_symbols & set(indices)]
    outside = [f for f in sp.Mul.make_args(term.body) if not f.free_symbols & set(indices)]
    body = sp.Mul(*inside)
    used = [(i, b) for i, b in term.limits if i in body.free_symbols]
    outside += [b for i, b in term.limits if i not in body.free_symbols]
    if not used:
        return expanded(sp.Mul(*outside, body))
    level = _depth(body)
    named = [_settled(body.xreplace(names)) for names in _namings(body, used, level)]
    best = min(named, key=sp.srepr) if len(named) > 1 else named[0]
    limits = [(name, 1, bound) for name, bound in _names(used, level)]
    return expanded(sp.Mul(*outside)) * sp.Sum(best, *limits)


def _settled(body: sp.Expr) -> sp.Expr:
    """The sums inside of functions named anew, now that the indices around them have got their names."""
    if not body.has(sp.Sum):
        return body
    if isinstance(body, sp.Sum):
        return canonical(Term(_settled(body.function), tuple((i, bound) for i, _, bound in body.limits)))
    return body.func(*(_settled(a) for a in body.args))


def _names(used: list[tuple[sp.Symbol, sp.Expr]], level: int) -> list[tuple[sp.Symbol, sp.Expr]]:
    bounds = sorted((b for _, b in used), key=sp.default_sort_key)
    return [(_index(level, place), b) for place, b in enumerate(bounds)]


@cache
def _index(level: int, place: int) -> sp.Dummy:
    """The name of a summation index: no symbol from outside is equal to it."""
    return sp.Dummy(f"i{level}_{place}", integer=True, positive=True)


def _namings(
    body: sp.Expr, used: list[tuple[sp.Symbol, sp.Expr]], level: int
) -> Iterator[Mapping[sp.Symbol, sp.Symbol]]:
    """All namings that respect bounds, and among equal bounds the order of what each index does in the body."""
    bounds = [bound for _, bound in used]
    role = {i: _role(i, body, used) if bounds.count(bound) > 1 else "" for i, bound in used}
    ordered = sorted(used, key=lambda limit: (sp.default_sort_key(limit[1]), role[limit[0]]))
    names = [name for name, _ in _names(used, level)]
    groups: dict[tuple[str, str], list[sp.Symbol]] = {}
    for index, bound in ordered:
        groups.setdefault((sp.srepr(bound), role[index]), []).append(index)
    if prod(factorial(len(group)) for group in groups.values()) > MOST_NAMINGS:
        raise Undetermined(f"too many of the {len(used)} indices of a sum play one part")
    for choice in product(*(permutations(group) for group in groups.values())):
        yield dict(zip([i for group in choice for i in group], names, strict=True))


def _role(index: sp.Symbol, body: sp.Expr, used: list[tuple[sp.Symbol, sp.Expr]]) -> str:
    """What an index does, in words that do not depend on any index's name."""
    others = {i: sp.Symbol(f"other_{b}") for i, b in used if i != index}
    blind = _settled(body.xreplace({**others, index: sp.Symbol("this")}))
    return " ".join(sorted(sp.srepr(f) for f in sp.Mul.make_args(blind)))


def _depth(expression: sp.Expr) -> int:
    inner = max((_depth(a) for a in expression.args), default=0)
    return inner + isinstance(expression, sp.Sum)


# ---------------------------------------------------------------- derivatives


def derivative(expression: sp.Expr, by: sp.Symbol | sp.Indexed) -> sp.Expr:
    """The derivative by a symbol, or by the entry of an indexed one at a place that occurs nowhere else.

    Sums, products, powers and functions are taken apart here; what else there is differentiates itself.
    """
    match expression:
        case sp.Symbol() | sp.Number():
            return ONE if expression == by else sp.Integer(0)
        case sp.Indexed():
            if not isinstance(by, sp.Indexed) or expression.base != by.base:
                return sp.Integer(0)
            return sp.Mul(*map(sp.KroneckerDelta, expression.indices, by.indices))
        case sp.Add():
            return sp.Add(*(derivative(a, by) for a in expression.args))
        case sp.Mul():
            slopes = [derivative(a, by) for a in expression.args]
            rest = [expression.args[:k] + expression.args[k + 1 :] for k in range(len(slopes))]
            return sp.Add(*(sp.Mul(slope, *others) for slope, others in zip(slopes, rest, strict=True) if slope != 0))
        case sp.Pow(base=base, exp=exponent) if exponent.is_Number:
            return exponent * base ** (exponent - 1) * derivative(base, by)
        case sp.Sum():
            slope = derivative(expression.function, by)
            return sp.Sum(slope, *expression.limits) if slope != 0 else slope
        case sp.KroneckerDelta():
            return sp.Integer(0)
        case sp.Function(args=(argument,), _eval_derivative=own) if own.__func__ is sp.Function._eval_derivative:
            slope = derivative(argument, by)
            return expression.fdiff() * slope if slope != 0 else slope
    return expression.diff(by)


# ---------------------------------------------------------------- moments of noise


def second_moments(expression: sp.Expr, noise: sp.Symbol | sp.IndexedBase, variance: sp.Expr) -> sp.Expr:
    """The mean over centred noise with uncorrelated entries of one variance, of an expression at most quadratic in it.

    Inserts ``E[e_a e_b] = variance * delta_ab``; the moments are the assumption, nothing is integrated.
    """
    mean = sp.Integer(0)
    context = Context()
    for term in prenex(expression, context):
        noisy = [f for f in factors_of(term.body) if _is_noise(f, noise)]
        rest = [f for f in factors_of(term.body) if not _is_noise(f, noise)]
        if len(noisy) > 2 or any(f.has(noise) for f in rest):
            raise Undetermined(f"the second moments of {noise} do not determine the mean of {term.body}")
        if len(noisy) != 1:
            moment = _second(noisy[0], noisy[1], variance) if noisy else 1
            mean += Term(sp.Mul(*rest) * moment, term.limits).expression()
    if context.conditions:
        raise Undetermined(f"a mean supposes that indices lie in a range: {sorted(map(str, context.conditions))}")
    return mean


def _is_noise(factor: sp.Expr, noise: sp.Symbol | sp.IndexedBase) -> bool:
    return bool(factor == noise or (isinstance(factor, sp.Indexed) and factor.base == noise))


def _second(first: sp.Expr, second: sp.Expr, variance: sp.Expr) -> sp.Expr:
    pairs = zip(getattr(first, "indices", ()), getattr(second, "indices", ()), strict=True)
    return sp.Mul(variance, *(sp.KroneckerDelta(a, b) for a, b in pairs))
