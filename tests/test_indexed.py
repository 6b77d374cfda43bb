"""The index calculus, attacked: values must survive the normal form, and nothing false may become equal."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from fractions import Fraction

import pytest
import sympy as sp

from genmath.calculus import Function
from genmath.indexed import Context, Rewrite, Undetermined, derivative, fresh, is_zero, normal, second_moments

n, k, d = sp.symbols("n k d", integer=True, positive=True)
p, q, i, j, s = sp.symbols("p q i j s", integer=True, positive=True)
A, B, v, w = (sp.IndexedBase(name, real=True) for name in "ABvw")
c = sp.Symbol("c", real=True)
f, g = Function.opaque("f", "f").symbolic, Function.opaque("g", "g").symbolic
delta = sp.KroneckerDelta
SIZES = {n: 3, k: 2, d: 4}


def cubic(u: Fraction) -> Fraction:
    return u**3 / 7 - u / 3 + Fraction(1, 5)


def quadratic(u: Fraction) -> Fraction:
    return u**2 / 3 + u / 11 - Fraction(2, 7)


class Table:
    """Exact entries of every indexed symbol, drawn when they are asked for."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(self, name: str, *index: int) -> Fraction:
        generator = random.Random(f"{self.seed} {name} {index}")
        return Fraction(generator.randint(1, 60) * generator.choice([-1, 1]), 31)


def unrolled(e: sp.Expr, env: Mapping[sp.Symbol, Fraction], table: Table) -> Fraction:
    """The value of an index expression by loops; shares nothing with the code that is tested."""
    if isinstance(e, sp.Sum):
        (index, low, high), *outer = reversed(e.limits)
        span = range(int(unrolled(low, env, table)), int(unrolled(high, env, table)) + 1)
        inner = sp.Sum(e.function, *reversed(outer)) if outer else e.function
        return sum((unrolled(inner, {**env, index: Fraction(value)}, table) for value in span), Fraction(0))
    if isinstance(e, sp.Indexed):
        return table(str(e.base), *(int(unrolled(a, env, table)) for a in e.indices))
    if isinstance(e, sp.KroneckerDelta):
        return Fraction(unrolled(e.args[0], env, table) == unrolled(e.args[1], env, table))
    if e in env:
        return env[e]
    if e.is_Rational:
        return Fraction(e.p, e.q)
    if e.is_Symbol:
        return table(str(e))
    values = [unrolled(a, env, table) for a in e.args]
    if e.is_Add:
        return sum(values, Fraction(0))
    if e.is_Mul:
        return Fraction(sp.prod([sp.Rational(x.numerator, x.denominator) for x in values]))
    if e.is_Pow:
        return values[0] ** int(values[1])
    return {f: cubic, g: quadratic}[type(e)](values[0])


def at(e: sp.Expr, seed: int, **free: int) -> Fraction:
    env = {symbol: Fraction(size) for symbol, size in SIZES.items()}
    env |= {sp.Symbol(name, integer=True, positive=True): Fraction(value) for name, value in free.items()}
    return unrolled(sp.sympify(e), env, Table(seed))


class Maker:
    """Random index expressions; ``free`` are the indices in sight with their bounds."""

    LETTERS = sp.symbols("a b u m x y z", integer=True, positive=True)

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def leaf(self, free: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr:
        index = lambda: self.random.choice([*free, *free, sp.Integer(1)])  # noqa: E731
        kind = self.random.randrange(5)
        if kind == 0:
            return delta(index(), index())
        if kind == 1:
            return c if self.random.random() < 0.3 else sp.Rational(self.random.randint(-3, 3) or 2, 3)
        return (A if kind == 2 else B)[index(), index()] if kind < 4 else v[index()]

    def term(self, depth: int, free: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr:
        e = sp.Mul(*(self.leaf(free) for _ in range(self.random.randint(1, 3))))
        if depth:
            chance = self.random.random()
            if chance < 0.6:
                e *= self.sum(depth, free)
            elif chance < 0.8:
                e *= self.random.choice([f, g])(self.sum(depth, free) + self.leaf(free))
            elif chance < 0.9 and depth == 1:
                e *= self.sum(depth, free) ** 2
        return e

    def sum(self, depth: int, free: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr:
        letter = self.random.choice(self.LETTERS)  # letters repeat on purpose: inner sums hide outer ones
        low, high = self.random.choice([(1, n), (1, k), (1, n), (k + 1, d), (2, 3), (1, d - 1)])
        return sp.Sum(self.expression(depth - 1, {**free, letter: high}), (letter, low, high))

    def expression(self, depth: int, free: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr:
        return sp.Add(*(self.term(depth, free) for _ in range(self.random.randint(1, 2))))


def context() -> Context:
    return Context({p: n, q: k}, frozenset({(k, d), (k, n), (n, d)}))


@pytest.mark.parametrize("block", range(8))
def test_the_normal_form_keeps_the_value_of_random_expressions(block: int) -> None:
    judged = 0
    for seed in range(60 * block, 60 * block + 60):
        e, known = Maker(seed).expression(2, {p: n, q: k}), context()
        try:
            form = normal(e, known)
        except Undetermined:
            continue
        if known.conditions:
            continue
        judged += 1
        for row, column in ((1, 1), (3, 2), (2, 1)):
            assert at(e, seed, p=row, q=column) == at(form, seed, p=row, q=column), e

    assert judged >= 35


def shuffled(e: sp.Expr, generator: random.Random) -> sp.Expr:
    """The same expression written in another way: letters renamed, products spread out, sums swapped."""
    if isinstance(e, sp.Sum):
        body, limits = shuffled(e.function, generator), list(e.limits)
        names = {limit[0]: sp.Symbol(f"z{generator.randrange(10**6)}", integer=True, positive=True) for limit in limits}
        generator.shuffle(limits)
        renamed = sp.Sum(body.xreplace(names), *((names[index], low, high) for index, low, high in limits))
        if generator.random() < 0.5 and renamed.function.is_Add:
            return sp.Add(*(sp.Sum(a, *renamed.limits) for a in renamed.function.args))
        return renamed
    if not e.args or isinstance(e, sp.Indexed | sp.KroneckerDelta):
        return e
    new = e.func(*(shuffled(a, generator) for a in e.args))
    if new.is_Mul and generator.random() < 0.5:
        return new.expand(deep=False)
    if new.is_Pow and new.exp == 2 and generator.random() < 0.5:
        return sp.Add(*(new.base * a for a in sp.Add.make_args(new.base)))
    return new


@pytest.mark.parametrize("block", range(4))
def test_expressions_written_in_another_way_are_recognised(block: int) -> None:
    judged = 0
    for seed in range(40 * block, 40 * block + 40):
        e, known = Maker(seed).expression(2, {p: n, q: k}), context()
        try:
            same = is_zero(e - shuffled(e, random.Random(seed)), known)
        except Undetermined:
            continue
        judged += 1
        assert same, e

    assert judged >= 30


@pytest.mark.parametrize("block", range(3))
def test_expressions_of_unequal_value_never_share_a_normal_form(block: int) -> None:
    for seed in range(60 * block, 60 * block + 60):
        maker = Maker(seed)
        left, right, known = *(maker.expression(1, {p: n, q: k}) for _ in range(2)), context()
        try:
            same = is_zero(left - right, known)
        except Undetermined:
            continue
        if same and not known.conditions:
            assert all(at(left, t, p=2, q=1) == at(right, t, p=2, q=1) for t in range(3)), (left, right)


# ---------------------------------------------------------------- names of indices


def test_two_sums_with_one_letter_do_not_meet() -> None:
    product = sp.Sum(v[i], (i, 1, n)) * sp.Sum(v[i], (i, 1, n))

    assert is_zero(product - sp.Sum(v[i] * v[j], (i, 1, n), (j, 1, n)))
    assert not is_zero(product - sp.Sum(v[i] ** 2, (i, 1, n)))


def test_a_sum_that_hides_an_outer_letter_keeps_its_own() -> None:
    hidden = sp.Sum(v[i] * sp.Sum(w[i], (i, 1, k)), (i, 1, n))

    assert is_zero(hidden - sp.Sum(v[i], (i, 1, n)) * sp.Sum(w[i], (i, 1, k)))


def test_a_delta_captures_no_bound_letter() -> None:
    """SymPy's own substitution turns the sum over ``A[s, i]`` into one over ``A[i, i]``."""
    e = sp.Sum(delta(s, i) * sp.Sum(A[s, i], (i, 1, k)), (s, 1, n))

    form = normal(e, Context({i: n}))

    assert is_zero(form - sp.Sum(A[i, j], (j, 1, k)), Context({i: n}))


@pytest.mark.parametrize("name", ["i0_0", "i1_0", "this", "other_n", "row"])
def test_letters_from_outside_are_never_taken_for_names_of_the_normal_form(name: str) -> None:
    u = sp.Symbol(name, integer=True, positive=True)

    assert not is_zero(sp.Sum(A[s, u], (s, 1, n)) - sp.Sum(A[s, s], (s, 1, n)), Context({u: n}))
    assert not is_zero(sp.Sum(v[i] * f(sp.Sum(A[s, u], (s, 1, n))) - v[i] * f(sp.Sum(A[s, s], (s, 1, n))), (i, 1, n)))


def test_sums_inside_of_functions_are_named_apart_from_those_around() -> None:
    e = sp.Sum(f(sp.Sum(A[i, j] * v[j], (j, 1, n))) * v[i], (i, 1, n))
    wrong = sp.Sum(f(sp.Sum(A[j, j] * v[j], (j, 1, n))) * v[i], (i, 1, n))

    assert not is_zero(e - wrong)
    assert is_zero(e - sp.Sum(f(sp.Sum(A[s, p] * v[p], (p, 1, n))) * v[s], (s, 1, n)))


def test_symmetric_sums_inside_of_functions_are_recognised() -> None:
    def form(a: sp.Symbol, b: sp.Symbol, left: sp.Symbol, right: sp.Symbol, first: sp.Symbol) -> sp.Expr:
        inner = sp.Sum(A[a, left] * A[first, right] * B[a, b], (a, 1, n), (b, 1, n))
        return sp.Sum(f(inner) * v[left] * w[right], (left, 1, k), (right, 1, d))

    assert is_zero(form(i, j, p, q, j) - form(j, i, p, q, i))
    assert not is_zero(form(i, j, p, q, j) - form(i, j, p, q, i))


def test_a_sum_in_an_exponential_stays_a_sum() -> None:
    """SymPy's expansion makes a product over the index of it, in which no letter is named."""
    inner, other = sp.Sum(A[i, p] * v[p], (p, 1, k)), sp.Sum(A[i, q] * v[q], (q, 1, k))
    e = sp.Sum(sp.log(sp.Sum(sp.exp(inner + w[i]), (i, 1, n))) * v[j], (j, 1, n))

    assert not normal(e).has(sp.Product)
    assert is_zero(e - sp.Sum(v[j], (j, 1, n)) * sp.log(sp.Sum(sp.exp(other) * sp.exp(w[i]), (i, 1, n))))
    assert not is_zero(e - sp.Sum(v[j], (j, 1, n)) * sp.log(sp.Sum(sp.exp(other), (i, 1, n))))


def test_many_indices_in_one_part_are_refused_and_not_tried_for_hours() -> None:
    with pytest.raises(Undetermined, match="play one part"):
        normal(sp.Sum(v[i], (i, 1, n)) ** 9)


# ---------------------------------------------------------------- ranges


@pytest.mark.parametrize(
    "e",
    [
        sp.Sum(v[i], (i, 1, sp.oo)),
        sp.Sum(v[i] * sp.Sum(w[j], (j, 1, i)), (i, 1, n)),
        sp.Sum(sp.Sum(w[j], (j, 1, i)), (i, 1, n)),
        sp.Sum(v[i], (i, 0, n)),
        sp.Sum(v[i], (i, -1, 2)),
        sp.Sum(v[i], (i, k - 1, n)),
        sp.Sum(A[i, i], (i, 1, n), (i, 1, k)),
        sp.Integral(sp.Sum(v[i], (i, 1, n)), (c, 0, 1)),
        sp.Max(sp.Sum(v[i], (i, 1, n)), 0),
    ],
)
def test_sums_that_are_not_covered_are_refused(e: sp.Expr) -> None:
    with pytest.raises(Undetermined):
        normal(e, Context({p: n}))


def test_a_bound_that_depends_on_an_outer_index_proves_nothing() -> None:
    """Both sums would lose the index that bounds them, and with it the difference between them."""
    e = sp.Sum(c * sp.Sum(d * v[i] - sp.Sum(v[s], (s, 1, d)), (j, 1, i)) + 0 * c, (i, 1, d))

    assert at(e, 1) != 0
    with pytest.raises(Undetermined):
        normal(e)


def test_a_sum_that_might_run_backwards_is_recorded() -> None:
    e = sp.Sum(v[i], (i, k + 1, n)) - sp.Sum(v[i], (i, 1, n)) + sp.Sum(v[i], (i, 1, k))
    unknown, known = Context(), Context(at_most=frozenset({(k, n)}))

    assert is_zero(e, unknown)
    assert unknown.conditions == {(k, n)}
    assert is_zero(e, known)
    assert not known.conditions


def test_an_index_out_of_known_range_is_recorded() -> None:
    shifted, outside = Context({p: n}), Context({p: n})

    normal(sp.Sum(delta(i, p + 1) * v[i], (i, 1, n)), shifted)
    normal(sp.Sum(delta(i, p) * v[i], (i, 1, k)), outside)

    assert shifted.conditions == {(p + 1, n)}
    assert outside.conditions == {(p, k)}


def test_an_index_that_counts_backwards_is_known_to_stay_in_range() -> None:
    known = Context({p: n})

    form = normal(sp.Sum(delta(i + p, n + 1) * v[i], (i, 1, n)), known)

    assert form == v[n + 1 - p]
    assert not known.conditions


@pytest.mark.parametrize(
    ("turn", "bound", "top"),
    [(n, n, n), (n + 2, n, n), (k + 1, n, n), (n + 1, k, n), (n + 1, n, k + n), (n + 1 + q, n, n), (2 * n, n, n)],
)
def test_an_index_that_counts_backwards_out_of_range_is_recorded(turn: sp.Expr, bound: sp.Expr, top: sp.Expr) -> None:
    """Each would reach the place 0, or one beyond the bound, for some value of the index or of the sizes."""
    unknown = Context({p: top, q: n})

    normal(sp.Sum(delta(i, turn - p) * v[i], (i, 1, bound)), unknown)

    assert unknown.conditions == {(turn - p, bound)}


def test_an_order_reaches_as_far_as_its_gap_and_no_further() -> None:
    known = Context(at_most=frozenset({(k, n)}))

    assert known.ordered(sp.Integer(1), n - k + 1)
    assert known.ordered(k + 2, n + 2)
    assert not known.ordered(sp.Integer(1), n - k)
    assert not known.ordered(n, k)
    assert not known.ordered(2 * k, n)


def test_a_known_contraction_is_preferred_to_a_supposed_one() -> None:
    known = Context(at_most=frozenset({(k, n)}))

    form = normal(sp.Sum(delta(i, j) * v[i] * w[j], (i, 1, n), (j, 1, k)), known)

    assert not known.conditions
    assert at(form, 3) == sum(Table(3)("v", a) * Table(3)("w", a) for a in (1, 2))


def test_of_two_supposed_contractions_always_the_same_is_chosen() -> None:
    for _ in range(20):
        known = Context()
        letters = sp.symbols("one two", cls=sp.Dummy, integer=True, positive=True)

        normal(sp.Sum(delta(*letters) * v[letters[0]], (letters[0], 1, n), (letters[1], 1, k)), known)

        assert {bound for _, bound in known.conditions} == {k}


def test_a_number_of_terms_that_is_known_is_written_out() -> None:
    assert normal(sp.Sum(v[i], (i, 2, 3))) == v[2] + v[3]
    assert normal(sp.Sum(v[i], (i, 3, 2))) == 0


def test_a_delta_with_its_own_range_is_refused() -> None:
    with pytest.raises(Undetermined, match="range of its own"):
        normal(sp.Sum(delta(i, p, (1, n)) * v[i], (i, 1, n)))


def test_deltas_between_free_indices_align_the_other_factors() -> None:
    assert is_zero(delta(p, q) * A[p, q] - delta(p, q) * A[q, p])
    assert not is_zero(A[p, q] - A[q, p])


def test_a_delta_whose_index_has_a_factor_is_left_alone() -> None:
    e = sp.Sum(delta(2 * i, p) * v[i], (i, 1, n))

    form = normal(e, Context({p: n}))

    assert at(form, 5, p=2) == at(e, 5, p=2) != 0
    assert at(form, 5, p=3) == at(e, 5, p=3) == 0


def test_a_quotient_is_compared_over_one_denominator() -> None:
    total = sp.Sum(v[i], (i, 1, n))

    assert is_zero(1 / (1 + total) + total / (1 + sp.Sum(v[j], (j, 1, n))) - 1)
    assert not is_zero(1 / (total - sp.Sum(v[j], (j, 1, n))) - 1 / (total - sp.Sum(v[s], (s, 1, n))))


# ---------------------------------------------------------------- given equations

ORTHONORMAL = sp.Sum(A[s, i] * A[s, j], (s, 1, n))


def rule(left: sp.Expr, right: sp.Expr, *free: tuple[sp.Symbol, sp.Expr]) -> Rewrite:
    return Rewrite.from_equation(left, right, free)


def rewritten(e: sp.Expr, *rules: Rewrite, ranges: Mapping[sp.Symbol, sp.Expr] | None = None) -> sp.Expr:
    return normal(e, Context(dict(ranges or {}), rules=rules))


def test_a_given_equation_is_used_wherever_its_product_occurs() -> None:
    gram = rule(ORTHONORMAL, delta(i, j), (i, k), (j, k))
    e = sp.Sum(A[i, p] * A[i, j] * v[j], (i, 1, n), (j, 1, k))

    assert rewritten(e, gram, ranges={p: k}) == v[p]
    assert rewritten(f(e), gram, ranges={p: k}) == f(v[p])


def test_a_given_equation_needs_the_same_bound() -> None:
    gram = rule(ORTHONORMAL, delta(i, j), (i, k), (j, k))
    e = sp.Sum(A[i, p] * A[i, q], (i, 1, d))

    assert rewritten(e, gram, ranges={p: k, q: k}) == normal(e)


def test_a_given_equation_is_not_used_where_its_index_occurs_elsewhere() -> None:
    gram = rule(ORTHONORMAL, delta(i, j), (i, k), (j, k))
    e = sp.Sum(A[i, p] * A[i, q] * v[i], (i, 1, n))

    assert rewritten(e, gram, ranges={p: k, q: k}) == normal(e)


def test_a_given_equation_is_not_used_when_one_index_would_serve_twice() -> None:
    gram = rule(sp.Sum(B[s, i] * B[j, s], (s, 1, n)), delta(i, j), (i, n), (j, n))
    e = sp.Sum(B[i, i] * B[p, p], (i, 1, n))

    assert rewritten(e, gram, ranges={p: n}) == normal(e)


def test_a_given_equation_is_not_used_beyond_its_range() -> None:
    first = rule(v[i], c, (i, k))

    assert rewritten(sp.Sum(v[i], (i, 1, k)), first) == c * k
    assert rewritten(sp.Sum(v[i], (i, 1, n)), first) == normal(sp.Sum(v[i], (i, 1, n)))
    assert rewritten(v[p], first) == v[p]
    assert rewritten(v[p + 1], first, ranges={p: k}) == v[p + 1]


def test_a_given_equation_for_one_index_speaks_of_no_other() -> None:
    one = rule(v[p], c)

    assert rewritten(v[p] + v[q], one, ranges={p: n, q: n}) == c + v[q]


@pytest.mark.parametrize(
    ("left", "free"),
    [
        (v[i] + w[i], ((i, n),)),
        (i * v[i], ((i, n),)),
        (v[i + 1], ((i, n),)),
        (2 * v[i], ((i, n),)),
        (f(v[i]), ((i, n),)),
        (v[i] ** -1, ((i, n),)),
        (sp.Integer(1), ()),
        (sp.Sum(s * v[s], (s, 1, n)), ()),
        (sp.Sum(delta(s, i) * v[s], (s, 1, k)), ((i, n),)),
    ],
)
def test_an_equation_whose_left_side_is_no_product_of_symbols_is_refused(left: sp.Expr, free: tuple) -> None:
    with pytest.raises(Undetermined):
        rule(left, c, *free)


def test_an_equation_that_leaves_an_index_open_is_refused() -> None:
    with pytest.raises(Undetermined, match="fix every index"):
        rule(c, v[i], (i, k))


def test_an_equation_that_grows_without_end_is_refused() -> None:
    with pytest.raises(Undetermined, match="without end"):
        rewritten(v[p], rule(v[i], v[i] + w[i] * v[i], (i, n)), ranges={p: n})
    with pytest.raises(Undetermined, match="without end"):
        rewritten(A[p, q], rule(A[i, j], sp.Sum(A[i, s] * A[s, j], (s, 1, n)), (i, n), (j, n)), ranges={p: n, q: n})


def test_two_given_equations_follow_one_another() -> None:
    open_up = rule(A[i, j], sp.Sum(B[i, s] * B[j, s], (s, 1, k)), (i, n), (j, n))
    gram = rule(sp.Sum(B[s, i] * B[s, j], (s, 1, n)), delta(i, j), (i, k), (j, k))
    square = sp.Sum(A[p, s] * A[s, q], (s, 1, n))

    assert rewritten(square - A[p, q], open_up, gram, ranges={p: n, q: n}) == 0


# ---------------------------------------------------------------- derivatives


@pytest.mark.parametrize(
    "e",
    [
        c + 3,
        c * A[i, j] + w[j],
        A[i, j] ** 3 / A[j, i],
        A[i, j] * A[j, i] * v[i] * c,
        sp.Sum(A[i, s] * v[s], (s, 1, d)) ** 2,
        sp.Sum(sp.Sum(A[i, s] * A[s, q], (q, 1, k)) * w[i], (s, 1, n), (i, 2, d)),
        f(sp.Sum(A[i, s] * g(A[s, j] * c), (s, 1, k))) * delta(i, j),
        sp.exp(A[i, j]) / sp.sqrt(1 + A[j, j] ** 2),
        sp.log(1 + sp.exp(sp.Sum(A[i, s] * v[s], (s, 1, d)))) + sp.tanh(A[i, i]) * sp.erf(c),
        sp.Abs(A[i, j]) * c,
        c ** A[i, j],
        sp.Integral(A[i, j] * c**2, (c, 0, 1)),
    ],
    ids=str,
)
@pytest.mark.parametrize("by", [A[p, q], v[p], c], ids=str)
def test_derivatives_are_those_of_sympy(e: sp.Expr, by: sp.Expr) -> None:
    """By an entry at a new place, of a vector too, and by a symbol."""
    assert is_zero((derivative(e, by) - e.diff(by)).doit())


def test_another_derivative_is_not_taken_for_it() -> None:
    e = f(sp.Sum(A[i, s] * v[s], (s, 1, d)))
    assert not is_zero(derivative(e, A[p, q]) - derivative(e, A[q, p]))
    assert not is_zero(derivative(e**2, v[p]) - derivative(e, v[p]))


# ---------------------------------------------------------------- moments


def test_moments_are_inserted_in_sums_and_products() -> None:
    e = (c + sp.Sum(v[i] * w[i], (i, 1, n))) ** 2

    mean = second_moments(e, w, sp.Symbol("u"))

    assert is_zero(mean - c**2 - sp.Symbol("u") * sp.Sum(v[i] ** 2, (i, 1, n)))


def test_moments_of_a_scalar_are_its_variance() -> None:
    noise = sp.Symbol("e", real=True)

    assert second_moments((1 + noise) ** 2, noise, c) == 1 + c


@pytest.mark.parametrize(
    "e", [w[1] ** 3, f(w[1]), 1 / w[1], sp.Sum(f(sp.Sum(A[i, j] * w[j], (j, 1, n))), (i, 1, n)), sp.exp(w[1]) * w[1]]
)
def test_what_two_moments_do_not_determine_is_refused(e: sp.Expr) -> None:
    with pytest.raises(Undetermined, match="second moments"):
        second_moments(e, w, c)


def test_a_supposition_made_inside_of_a_mean_is_not_forgotten() -> None:
    inside = f(sp.Sum(delta(i, p + 1) * v[i], (i, 1, n)))

    with pytest.raises(Undetermined, match="range"):
        second_moments(inside * w[1] ** 2, w, c)


def test_fresh_indices_are_never_equal() -> None:
    letters = [fresh() for _ in range(100)]

    assert all(a != b for a, b in itertools.combinations(letters, 2))
