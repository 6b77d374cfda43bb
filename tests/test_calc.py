"""The kernel, attacked: three verdicts, and nothing false is ever proved."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
import sympy as sp

from genmath import book
from genmath.calc import (
    PROVED,
    REFUTED,
    UNDECIDED,
    Claim,
    Counterexample,
    Draw,
    Judgement,
    Link,
    Mistake,
    Report,
    compare,
    definition,
    draw,
    holds,
    points,
    scope_of,
    setting_of,
    shown,
    verify,
)
from genmath.calculus import Expectation, Function, Gradient, Integral, Partial, System
from genmath.indexed import Undetermined
from genmath.rules import By, Compute, ForAll, Lemma, NonNegative, Normal, SameZeros, Setting, Shape
from genmath.surface import (
    ONE,
    Add,
    Column,
    Constant,
    Count,
    Diag,
    Entry,
    Leading,
    Let,
    Node,
    Num,
    Point,
    Power,
    Relation,
    Scale,
    Sigma,
    Space,
    SquaredNorm,
    Trace,
    Var,
    as_node,
)

d, k, n = sp.symbols("d k n", integer=True, positive=True)
i, j = sp.symbols("i j", integer=True, positive=True)
a, b, t = (Var(name, name) for name in "abt")
c = Var("c", "c", domain="positive")
x, u = Var("x", "x", (d, ONE)), Var("u", "u", (d, ONE))
z = Var("z", "z", (k, ONE))
W, V = Var("W", "W", (k, d)), Var("V", "V", (d, k))
zero = as_node(0)
g = Function.opaque("g", "g")
exp, log, sqrt, absolute = (
    Function(f, rf"\{f}", s) for f, s in (("exp", sp.exp), ("log", sp.log), ("sqrt", sp.sqrt), ("abs", sp.Abs))
)


def claim(left: Node, right: Node, rule: object = None, sign: str = "=", **more: object) -> Claim:
    return Claim("it", "It", left, (Link(sign, right, "because", rule or Normal()),), **more)


def verdict(statement: Claim, **others: Claim) -> str | None:
    return verify(statement, others).verdict


# ---------------------------------------------------------------- the three verdicts


def test_a_true_equation_is_proved_with_scope_and_evidence() -> None:
    report = verify(claim(SquaredNorm(x - u), SquaredNorm(x) - 2 * (x.T @ u) + SquaredNorm(u)))

    assert (report.verdict, report.scope, report.evidence) == (PROVED, "general", ("exact normal form",))
    assert report.mutants_refuted == len(report.mutants) >= 3
    assert report.links[0].verdict == PROVED


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((W @ x).T, (-(W @ x)).T),
        (SquaredNorm(x - u), SquaredNorm(x) - SquaredNorm(u)),
        (Trace(W @ V), Trace(V @ W) + 1),
        (Gradient(SquaredNorm(g(x)), x), g(x) * g.slope(x)),
        (g(a + b), g(a) + g(b)),
        (Sigma(i, 1, k, Entry(z, i)) ** 2, Sigma(i, 1, k, Entry(z, i) ** 2)),
        (Expectation(u, a**2, SquaredNorm(x + u)), SquaredNorm(x) + a**2),
        (Diag(x) @ Diag(u), Diag(x) * Diag(u) + Diag(x)),
    ],
)
def test_a_false_equation_is_refuted_at_a_point_that_is_told(left: Node, right: Node) -> None:
    report = verify(claim(left, right))

    assert report.verdict == REFUTED
    assert report.detail == "link 1 fails"
    assert report.point is not None
    assert report.point.left != report.point.right
    assert report.links[0].detail == str(report.point)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (exp(a + b), exp(a) * exp(b) * exp(zero) + exp(a * (b + 1)) - exp(a * b + a) * exp(log(exp(zero)))),
        (sqrt(a**2), absolute(a)),
        (
            log(c**2) * Sigma(i, 1, k, Entry(z, i)),
            2 * log(c) * Sigma(i, 1, k, Entry(z, i)) + sqrt(a**4) - absolute(a) ** 2 + 0 * a,
        ),
        (
            exp(log(1 + exp(a))) * SquaredNorm(x),
            SquaredNorm(x)
            + Integral(exp(t), t, 0, 1) * 0
            + exp(a) * SquaredNorm(x)
            + Integral(t, t, 0, 1)
            - Num(sp.Rational(1, 2)),
        ),
        (absolute(a * b), absolute(a) * absolute(b) + sqrt(Num(sp.Integer(3) + 2 * sp.sqrt(2))) - 1 - sqrt(as_node(2))),
    ],
)
def test_a_true_equation_is_never_refuted(left: Node, right: Node) -> None:
    assert verdict(claim(left, right)) in (PROVED, UNDECIDED)


def test_a_true_equation_that_the_rules_cannot_decide_is_undecided() -> None:
    report = verify(claim(sqrt(Num(sp.Integer(3) + 2 * sp.sqrt(2))) * a, (1 + sqrt(as_node(2))) * a))

    assert report.verdict == UNDECIDED
    assert report.detail == "link 1 is not proved"


def random_pair(seed: int) -> tuple[Node, Node]:
    """Two equal expressions, the second written in another way."""
    generator = random.Random(seed)
    first, second, third = generator.sample([x, u, V @ z, -2 * x, g(x), x * u], 3)
    factor = generator.choice([a, b, a + b, as_node(3), Num(d), Trace(W @ V)])
    return generator.choice(
        [
            (factor * (first + second), factor * second + factor * first),
            ((first + second).T @ third, third.T @ second + third.T @ first),
            (SquaredNorm(first - second), SquaredNorm(second) + SquaredNorm(first) - 2 * (second.T @ first)),
            (W @ (first + factor * second), factor * (W @ second) + W @ first),
            ((first @ third.T).T, third @ first.T),
            (first * (second + third), third * first + second * first),
            (Sigma(i, ONE, d, Entry(first, i) * Entry(second, i)), second.T @ first),
            (Trace(first @ second.T), Sigma(j, ONE, d, Entry(second, j) * Entry(first, j))),
            (Diag(first) @ second, second * first),
        ]
    )


@pytest.mark.parametrize("block", range(4))
def test_random_equal_pairs_are_proved_and_their_negatives_refuted(block: int) -> None:
    for seed in range(15 * block, 15 * block + 15):
        left, right = random_pair(seed)

        assert verdict(Claim("it", "It", left, (Link("=", right, "so"),), kind="definition")) == PROVED, (
            left.tex(),
            right.tex(),
        )
        assert verdict(claim(left, -right)) == REFUTED
        assert verdict(claim(left, 2 * right)) == REFUTED


# ---------------------------------------------------------------- chains


def test_every_link_is_attacked_and_the_failing_one_is_named() -> None:
    chain = (Link("=", a * b, "turned"), Link("=", a * b + a, "wrong"), Link("=", a, "wrong too"))

    report = verify(Claim("it", "It", b * a, chain))

    assert (report.verdict, report.detail) == (REFUTED, "link 2 fails")
    assert [link.verdict for link in report.links] == [PROVED, REFUTED]


@pytest.mark.parametrize(
    ("signs", "whole"),
    [
        (("=", "="), "="),
        (("=", "<="), "<="),
        (("<", "<="), "<"),
        ((">=", ">", "="), ">"),
        (("iff", "="), "iff"),
        (("in",), "in"),
    ],
)
def test_a_chain_states_what_its_links_give_together(signs: tuple[str, ...], whole: str) -> None:
    assert Claim("it", "It", a, tuple(Link(s, a, "") for s in signs)).statement() == Relation(a, whole, a)


@pytest.mark.parametrize("signs", [("<=", ">="), ("<", ">"), (">=", "<"), ("iff", "<="), ("in", ">"), ()])
def test_a_chain_that_turns_around_states_nothing(signs: tuple[str, ...]) -> None:
    links = tuple(Link(s, a**2, "", NonNegative(zero)) for s in signs)

    report = verify(Claim("it", "It", a**2, links))

    assert report.verdict == UNDECIDED
    assert "make no chain" in report.detail


def test_up_and_down_again_is_not_taken_for_up() -> None:
    """From ``0 <= a² >= -1`` nothing follows for 0 and -1."""
    links = (Link("<=", a**2, "", NonNegative(a**2)), Link(">=", as_node(-1), "", NonNegative(a**2 + 1)))

    assert verdict(Claim("it", "It", zero, links)) == UNDECIDED


# ---------------------------------------------------------------- points


@pytest.mark.parametrize(
    ("left", "sign", "right"),
    [
        (log(a), "=", log(a)),
        (sqrt(-(a**2)), "=", sqrt(-(a**2))),
        (1 / (a - a), "=", 1 / (a - a)),
        ((a - a) / (a - a), "=", as_node(1)),
        (Num(sp.I) * a, "=", Num(sp.I) * a),
        (Num(sp.oo), "=", Num(sp.oo)),
        (Num(sp.nan), "=", Num(sp.nan)),
        (Num(sp.Symbol("nobody")), "=", Num(sp.Symbol("nobody"))),
        (Entry(x, d + 1), "=", Entry(x, d + 1)),
        (Entry(x, 0), "=", Entry(x, 0)),
        (log(-(c**2)), "<=", log(-(c**2))),
    ],
)
def test_what_has_no_real_value_is_undecided(left: Node, sign: str, right: Node) -> None:
    report = verify(claim(left, right, NonNegative(zero) if sign != "=" else None, sign))

    assert report.verdict == UNDECIDED
    assert report.detail.startswith("link 1 is not proved: ")


def test_log_of_a_square_is_not_twice_the_log() -> None:
    assert verdict(claim(log(a**2), 2 * log(a), Compute())) == UNDECIDED
    assert Compute().prove(Relation(log(a**2), "=", 2 * log(a)), Setting()) is None
    assert verdict(claim(log(c**2), 2 * log(c), Compute())) == PROVED


@pytest.mark.parametrize(
    "given",
    [
        (Relation(a, "=", b),),
        (Relation(a, ">", as_node(5)),),
        (ForAll(i, 1, k, Relation(Entry(z, i), "=", a)),),
        (ForAll(i, 1, d, Relation(Entry(x, i), ">", Entry(x, i) ** 2 + 9)),),
    ],
)
def test_a_point_that_violates_what_is_given_proves_nothing(given: tuple) -> None:
    report = verify(claim(a * b, b * a, given=given))

    assert report.verdict == UNDECIDED
    assert "violates what is given" in report.detail


def test_a_point_that_violates_the_order_of_sizes_proves_nothing() -> None:
    report = verify(claim(a * b, b * a, at_most=frozenset({(d, k)})))

    assert report.verdict == UNDECIDED
    assert "violates what is given" in report.detail


@pytest.mark.parametrize(
    ("symbol", "value"),
    [
        (c, sp.Matrix([[0]])),
        (c, sp.Matrix([[-1]])),
        (Var("p", "p", domain="unit"), sp.Matrix([[1]])),
        (Var("p", "p", domain="nonnegative"), sp.Matrix([[-1]])),
        (a, sp.Matrix([[sp.I]])),
        (a, sp.Matrix([[1, 2]])),
        (x, sp.Matrix([[1]])),
    ],
)
def test_a_model_outside_of_the_domain_proves_nothing(symbol: Var, value: sp.Matrix) -> None:
    report = verify(claim(2 * symbol, symbol + symbol, model=lambda generator, sizes: {symbol.name: value}))

    assert report.verdict == UNDECIDED
    assert "domain" in report.detail


def test_points_lie_in_the_domain_and_away_from_nice_numbers() -> None:
    unit, root = Var("p", "p", (n, ONE), "unit"), Var("q", "q", (n, ONE), "nonnegative")
    statement = claim(unit + root, root + unit)

    for point in points(statement):
        assert all(0 < v < 1 for v in point.values["p"])
        assert all(v > 0 for v in point.values["q"])
        assert all(v.q == 101 for v in point.values["p"])


def test_points_are_the_same_every_time_and_shared_by_all_links() -> None:
    statement = claim(SquaredNorm(x), x.T @ x)
    size = {d: 3, k: 2, n: 4}

    first, second, other = draw(statement, 0, size), draw(statement, 0, size), draw(statement, 1, size)

    assert first.values["x"] == second.values["x"] != other.values["x"]
    assert first.values["x"] is first.values["x"]
    assert "y" not in first.values
    assert set(first.values) == {"x"}
    assert len(first.values) == 1
    assert isinstance(first.values, Draw)


def test_two_opaque_functions_are_taken_for_different_ones() -> None:
    for name in ("phi", "psi", "sigma_2", "h", "f", "gh", "hg"):
        assert verdict(claim(g(a), Function.opaque(name, name)(a))) == REFUTED


def test_two_symbols_of_one_name_are_refused() -> None:
    report = verify(claim(a, Var("a", "a", domain="positive")))

    assert report.verdict == UNDECIDED
    assert "two symbols have the name a" in report.detail


def test_a_mistake_that_a_nice_point_would_hide_is_refuted() -> None:
    """At 1 a square is no mistake, at equal sizes a transpose is none."""
    square, turned = verify(claim(a * b, a * b * b)), verify(claim(Trace(V @ W), Trace(W @ V) + (as_node(d) - d)))

    assert square.verdict == REFUTED
    assert turned.verdict == PROVED
    assert verdict(claim(Num(d), Num(k))) == verdict(claim(Num(d), Num(n))) == REFUTED


def test_a_claim_with_unknown_sizes_is_undecided_and_not_a_crash() -> None:
    m = sp.Symbol("w", integer=True, positive=True)
    y = Var("y", "y", (m, ONE))

    assert verdict(claim(y + y, 2 * y)) == UNDECIDED
    assert verdict(claim(y + y, 2 * y, sizes={m: 3})) == PROVED


def test_given_sizes_may_depend_on_each_other() -> None:
    r = sp.Symbol("r", integer=True, positive=True)
    equal, impossible = (Relation(as_node(r), "=", as_node(k)),), (Relation(as_node(k), "=", as_node(k + 1)),)

    assert verdict(claim(Num(r * d), Num(k * d), given=equal)) == PROVED
    assert verdict(claim(Num(r), Num(d), given=equal)) == REFUTED
    assert verdict(claim(Num(k), Num(k), given=impossible)) == UNDECIDED


@pytest.mark.parametrize(
    ("left", "sign", "right", "true"),
    [
        (1, "=", 1, True),
        (1, "<", 1, False),
        (1, "<=", 1, True),
        (2, ">", 1, True),
        (1, ">=", 2, False),
        (sp.sqrt(2), "<", sp.Rational(3, 2), True),
        (sp.sqrt(2) ** 2, "=", 2, True),
        (sp.sin(1) ** 2 + sp.cos(1) ** 2, "=", 1, True),
        (sp.sqrt(2), "=", sp.Rational(14142135623, 10**10), False),
        (sp.Rational(1, 10**30), ">", 0, True),
    ],
)
def test_numbers_are_compared(left: sp.Expr, sign: str, right: sp.Expr, true: bool) -> None:
    assert compare(sp.sympify(left), sign, sp.sympify(right)) is true


@pytest.mark.parametrize(
    ("left", "sign", "right"),
    [
        (sp.I, "=", sp.I),
        (sp.nan, "=", sp.nan),
        (sp.oo, ">", 1),
        (sp.zoo, "=", sp.zoo),
        (sp.Symbol("y"), "=", sp.Symbol("y")),
        (sp.sin(1) ** 2 + sp.cos(1) ** 2, "<", 1),
        (sp.sqrt(2), "<", sp.sqrt(2) + sp.Rational(1, 10**25)),
    ],
)
def test_numbers_that_cannot_be_compared_are_refused(left: sp.Expr, sign: str, right: sp.Expr) -> None:
    with pytest.raises(Undetermined):
        compare(sp.sympify(left), sign, sp.sympify(right))


def test_matrices_without_entries_prove_nothing() -> None:
    with pytest.raises(Undetermined):
        holds(Relation(x, "=", x), Point({d: 0}, {"x": sp.zeros(0, 1)}))
    with pytest.raises(Undetermined):
        holds(Relation(x, "=", u), Point({d: 2}, {"x": sp.zeros(2, 1), "u": sp.zeros(3, 1)}))


def test_numbers_are_shown_short() -> None:
    assert shown(sp.Rational(22, 7)) == "22/7"
    assert shown(sp.Rational(10**12, 7)) == "1.42857e+11"
    assert shown(sp.sqrt(2)) == "1.41421"


def test_a_long_value_is_cut_in_the_description_of_a_point() -> None:
    long = Var("long", "l", (k * d * n, ONE))

    report = verify(claim(SquaredNorm(long), zero))

    assert "…" in report.point.point


def test_free_indices_take_every_value() -> None:
    early, late = Entry(z, i) - Entry(z, 1), as_node(0)

    report = verify(claim(early, late, free={i: k}))

    assert report.verdict == REFUTED
    assert "i = 2" in report.point.point
    assert verdict(claim(Entry(V, j, i) * 2, Entry(V, j, i) + Entry(V.T, i, j), free={i: k, j: d})) == PROVED


# ---------------------------------------------------------------- what is used


def test_a_used_claim_is_applied_where_its_left_side_stands() -> None:
    base = Claim("base", "Base", SquaredNorm(x - u), (Link("=", SquaredNorm(u - x), ""),))
    user = claim(a * SquaredNorm(x - u), a * SquaredNorm(u - x), By("base"), uses=("base",))

    assert verdict(user, base=base) == PROVED


@pytest.mark.parametrize(
    ("uses", "entry", "words"),
    [
        ((), None, "not among the claims used"),
        (("base",), None, "no claim of this book"),
        (("base",), Judgement("base", "", "", "", "opinion"), "no claim of this book"),
        (("base",), Claim("base", "", a, (Link("<=", a, ""),)), "no equation"),
        (
            ("base",),
            Claim("base", "", a * b, (Link("=", b * a, ""),), given=(Relation(a, ">", zero),)),
            "not given here",
        ),
        (("base",), Claim("base", "", a * b, (Link("=", b * a, ""),), free={i: d}), "not given here"),
        (("base",), Claim("base", "", a * b, (Link("=", b * a, ""),), at_most=frozenset({(k, d)})), "not given here"),
        (("base",), Claim("base", "", a * b, (Link("=", b * a, ""),), meanings={"g": lambda v: v}), "not given here"),
        (("base",), Claim("base", "", a * b, (Link("=", b * a, ""),), uses=("it",)), "rests on itself"),
        (("base",), Claim("base", "", a, (Link("<=", a, ""), Link(">=", a, ""))), "make no chain"),
    ],
)
def test_a_claim_that_does_not_apply_is_not_used(uses: tuple, entry: object, words: str) -> None:
    statement = claim(a * b, b * a, By("base"), uses=uses)

    report = verify(statement, {"base": entry, "it": statement} if entry else {})

    assert report.verdict == UNDECIDED
    assert words in report.detail


def test_a_claim_cannot_prove_itself() -> None:
    statement = claim(a * b, b * a, By("it"), uses=("it",))

    assert verdict(statement, it=statement) == UNDECIDED


def test_a_law_for_positive_arguments_is_not_applied_to_all() -> None:
    law = Claim("law", "", absolute(c), (Link("=", c, "", Compute()),))
    everywhere = claim(absolute(a), a, By("law"), uses=("law",), model=lambda generator, sizes: {"a": sp.Matrix([[3]])})

    assert verify(everywhere, {"law": law}).verdict == UNDECIDED


def test_a_law_under_a_condition_is_not_applied_to_other_arguments() -> None:
    above = (Relation(t, ">", zero),)
    positive = lambda generator, sizes: {"t": sp.Matrix([[2]]), "a": sp.Matrix([[3]])}  # noqa: E731
    law = Claim("law", "", absolute(t), (Link("=", t, "", By("sure")),), given=above, model=positive)
    user = claim(absolute(a), a, By("law"), uses=("law",), given=above, model=positive)

    setting = setting_of(user, {"law": law})

    assert setting.laws == frozenset()
    assert By("law").prove(Relation(absolute(t), "=", t), setting)
    assert By("law").prove(Relation(absolute(a), "=", a), setting) is None
    assert By("law").prove(Relation(absolute(a), "=", a), replace(setting, laws=frozenset({"law"})))


def test_equals_are_not_put_under_a_derivative() -> None:
    """With ``y`` held as a symbol the square changes, with its body written out it does not."""
    y = Let("y", W @ x)
    opened = Claim("opened", "", SquaredNorm(y), (Link("=", SquaredNorm(W @ x), ""),))
    link = Relation(Gradient(SquaredNorm(y), y), "=", 0 * (W @ x))
    user = claim(link.left, link.right, By("opened"), uses=("opened",))

    assert By("opened").prove(link, setting_of(user, {"opened": opened})) is None
    assert verdict(user, opened=opened) == REFUTED


def test_equals_for_one_index_are_not_put_under_a_sum_over_it() -> None:
    for_first = (ForAll(i, 1, k, Relation(Entry(x, i), "=", a)),)
    base = Claim("base", "", Entry(x, i), (Link("=", a, ""),), free={i: k}, given=for_first)
    total = Relation(Sigma(i, ONE, d, Entry(x, i)), "=", d * a)
    user = claim(total.left, total.right, By("base"), uses=("base",), free={i: k}, given=for_first)
    setting = setting_of(user, {"base": base})

    assert setting.statement("base")
    assert By("base").prove(total, setting) is None
    assert Normal().prove(total, setting) is None


def test_a_claim_tells_where_its_symbols_lie() -> None:
    """Also those that stand only in what is given, or in an abbreviation; of a real number nothing is told."""
    size, chance = Var("size", "s", domain="nonnegative"), Var("chance", "u", domain="unit")
    product = Let("P", c * size)

    told = claim(a * product, product * a, given=(Relation(chance, "<", c),)).domains

    assert told == ("0 < u < 1", "c > 0", r"s \ge 0")


# ---------------------------------------------------------------- mistakes and mutants


def test_a_mistake_that_is_none_is_found_out() -> None:
    report = verify(claim(a * b, b * a, mistakes=(Mistake("turned", a * b),)))

    assert report.verdict == UNDECIDED
    assert "the mutant 'turned' is neither refuted nor proved" in report.detail


def test_a_refused_mistake_must_be_refused() -> None:
    fine = claim(a * x, a * x + 0 * x, refused=(("lost bracket", lambda: x + z),))
    wrong = claim(a * x, a * x + 0 * x, refused=(("nothing", lambda: x + u),))

    assert verdict(fine) == PROVED
    assert "refused by no shape" in verify(wrong).detail


def test_a_mistake_that_is_a_generated_variant_too_is_reported_once_by_its_name() -> None:
    report = verify(claim(a * b, b * a, mistakes=(Mistake("uphill", -(b * a)),)))

    assert [m.name for m in report.mutants if m.tex.endswith("-b\\,a")] == ["uphill"]
    assert len({m.tex for m in report.mutants}) == len(report.mutants)


def test_a_mistake_of_another_shape_is_told() -> None:
    report = verify(claim(a * x, a * x, mistakes=(Mistake("shape", z),)))

    assert report.verdict == UNDECIDED
    assert report.detail.startswith("ShapeError")


def test_a_link_of_which_no_mutant_fails_is_undecided() -> None:
    report = verify(claim(x - x, Constant("0", (d, ONE))))

    assert report.verdict == UNDECIDED
    assert "no mutant was refuted" in report.detail


def test_a_definition_needs_no_mutants_and_is_still_checked() -> None:
    assert verdict(definition("it", "It", Let("y", W @ x), W @ x)) == PROVED
    assert verdict(definition("it", "It", Let("y", W @ x), -(W @ x))) == REFUTED


# ---------------------------------------------------------------- the case of equality

DIFFERENCE = (Relation(x, "=", u),)


def bound(*equality: object, slack: Node | None = None) -> Claim:
    rule = NonNegative(slack or SquaredNorm(x - u))
    return claim(SquaredNorm(x) + SquaredNorm(u), 2 * (x.T @ u), rule, ">=", equality=tuple(equality))


def test_the_case_of_equality_is_what_has_to_vanish() -> None:
    assert verdict(bound(*DIFFERENCE)) == PROVED
    assert verdict(bound(Relation(u, "=", x))) == PROVED


@pytest.mark.parametrize(
    ("equality", "words"),
    [
        ((Relation(x, "=", 2 * u),), "also asks"),
        ((*DIFFERENCE, Relation(a, "=", b)), "does not ask"),
        ((Relation(a, "=", b),), "also asks"),
        ((Relation(a, ">", b),), "is an equation"),
    ],
)
def test_a_missing_and_a_superfluous_condition_are_told(equality: tuple, words: str) -> None:
    report = verify(bound(*equality))

    assert report.verdict == UNDECIDED
    assert words in report.detail


def test_a_condition_for_fewer_indices_than_needed_is_told() -> None:
    entries = Sigma(i, ONE, d, (Entry(x, i) - Entry(u, i)) ** 2)
    every, some = (ForAll(i, ONE, m, Relation(Entry(x, i), "=", Entry(u, i))) for m in (d, k))

    assert verdict(bound(every, slack=entries)) == PROVED
    assert "also asks" in verify(bound(some, slack=entries)).detail


def test_a_condition_for_two_indices_is_needed_for_all_pairs() -> None:
    entries = Sigma(i, ONE, d, Sigma(j, ONE, k, (Entry(V, i, j) - Entry(W, j, i)) ** 2))
    pair = Relation(Entry(V, i, j), "=", Entry(W, j, i))
    every, some = (ForAll(i, ONE, d, ForAll(j, ONE, m, pair)) for m in (k, n))

    assert verdict(claim(entries, zero, NonNegative(entries), ">=", equality=(every,))) == PROVED
    assert "also asks" in verify(claim(entries, zero, NonNegative(entries), ">=", equality=(some,))).detail


def test_what_is_given_for_two_indices_is_checked_for_all_pairs() -> None:
    low, high = Relation(Entry(V, i, j), "<", as_node(2)), Relation(Entry(V, i, j), ">", as_node(2))
    holds, fails = (ForAll(i, ONE, d, ForAll(j, ONE, k, relation)) for relation in (low, high))

    assert verdict(claim(a * b, b * a, given=(holds,))) == PROVED
    assert "violates what is given" in verify(claim(a * b, b * a, given=(fails,))).detail


def test_what_is_positive_is_never_zero() -> None:
    left, always = SquaredNorm(x) + c, (Relation(x, "=", Constant("0", (d, ONE))),)

    report = verify(claim(left, zero, NonNegative(left), ">=", equality=always))

    assert report.verdict == UNDECIDED
    assert "also asks that" in report.detail


def test_a_strict_chain_has_no_case_of_equality() -> None:
    report = verify(claim(SquaredNorm(x) + c, zero, NonNegative(SquaredNorm(x) + c), ">", equality=DIFFERENCE))

    assert "not strict" in report.detail


# ---------------------------------------------------------------- counterexamples


def test_a_counterexample_refutes_at_its_point() -> None:
    example = Counterexample("it", "It", "", Relation(a**2, "=", a), values={"a": sp.Matrix([[2]])})

    report = verify(example)

    assert (report.verdict, report.scope) == (REFUTED, "fixed")
    assert (report.point.left, report.point.right) == ("4", "2")
    assert report.point.point == "a = 2"


def test_a_counterexample_about_numbers_says_at_which_sizes_it_fails() -> None:
    report = verify(Counterexample("e", "", "", Relation(Num(d * k), "=", Num(d + k)), sizes={d: 3, k: 4}))

    assert str(report.point) == "d = 3, k = 4: 12 against 7"


def test_a_counterexample_about_sums_says_at_which_sizes_it_fails() -> None:
    of_ones = Relation(Sigma(i, 1, n, as_node(1)), "=", as_node(1))

    report = verify(Counterexample("e", "", "", of_ones, sizes={d: 5, n: 3}))

    assert str(report.point) == "n = 3: 3 against 1"


def test_a_counterexample_that_holds_is_no_counterexample() -> None:
    example = Counterexample("it", "It", "", Relation(a**2, "=", a), values={"a": sp.Matrix([[1]])})

    assert verify(example).verdict == PROVED


def test_a_counterexample_by_shape_shows_the_refusal() -> None:
    example = Counterexample("it", "It", "", lambda: x * (x @ z.T))

    report = verify(example)

    assert report.verdict == REFUTED
    assert "do not fit" in report.point.left
    assert example.statement_tex() == r"x \odot x\, z^{\top}"
    assert Counterexample("it", "It", "", lambda: x).statement_tex() == ""
    assert verify(Counterexample("it", "It", "", lambda: x)).verdict == UNDECIDED


@pytest.mark.parametrize(
    ("statement", "values", "given", "words"),
    [
        (Relation(a, "=", b), {"a": sp.Matrix([[1]])}, (), "no value to b"),
        (Relation(a, "=", c), {"a": sp.Matrix([[1]]), "c": sp.Matrix([[-1]])}, (), "domain"),
        (Relation(a, "=", c), {"a": sp.Matrix([[1]]), "c": sp.Matrix([[2]])}, (Relation(a, ">", c),), "violates"),
        (Relation(x, "=", u), {"x": sp.Matrix([1]), "u": sp.Matrix([1, 2])}, (), "domain"),
    ],
)
def test_a_counterexample_outside_of_its_domain_is_undecided(
    statement: Relation, values: dict, given: tuple, words: str
) -> None:
    report = verify(Counterexample("it", "It", "", statement, sizes={d: 2}, values=values, given=given))

    assert report.verdict == UNDECIDED
    assert words in report.detail


def test_a_judgement_has_no_verdict() -> None:
    advice = Judgement("it", "It", "", "", "opinion")

    assert verify(advice).verdict is None
    assert (advice.statement_tex(), advice.chain()) == ("", [])


# ---------------------------------------------------------------- scope


@pytest.mark.parametrize(
    ("statement", "scope"),
    [
        (claim(SquaredNorm(x), x.T @ x), "general"),
        (claim(Count(W), Num(k * d)), "general"),
        (claim(a * b, b * a), "pointwise"),
        (claim(Integral(t, t, 0, 1), Num(sp.Rational(1, 2)), Compute()), "pointwise"),
        (claim(Sigma(i, 1, 4, Num(i)), as_node(10)), "fixed"),
        (claim(SquaredNorm(x), x.T @ x, given=(Relation(as_node(d), "=", as_node(3)),)), "fixed"),
        (claim(SquaredNorm(Var("y", "y", (sp.Integer(2), ONE))), zero), "fixed"),
        (claim(as_node(2) + 2, as_node(4)), "fixed"),
        (
            claim(
                a, a, given=(Relation(Var("y", "y", (sp.Integer(2), ONE)), "=", Var("w", "w", (sp.Integer(2), ONE))),)
            ),
            "fixed",
        ),
    ],
)
def test_the_scope_is_no_wider_than_the_chain(statement: Claim, scope: str) -> None:
    assert scope_of(statement) == scope


# ---------------------------------------------------------------- nothing makes it stumble


class Broken:
    """A rule that stumbles."""

    def prove(self, link: Relation, setting: object) -> None:
        raise RecursionError("too deep")


def failing_model(generator: random.Random, sizes: object) -> dict[str, sp.Matrix]:
    raise ZeroDivisionError("no luck")


ODD: list[Callable[[], Claim]] = [
    lambda: claim(a, a, Broken()),
    lambda: claim(a, a, model=failing_model),
    lambda: claim(Space((d, ONE)), Space((d, ONE))),
    lambda: claim(System((a, b)), System((a,)), SameZeros((a,), ()), "iff"),
    lambda: claim(System((exp(a),)), System((exp(a),)), SameZeros((a,), ()), "iff"),
    lambda: claim(System((a,)), System((a,)), Normal(), "iff"),
    lambda: claim(a, a, NonNegative(x), ">="),
    lambda: claim(a, a, NonNegative(zero, by=("nobody",)), ">="),
    lambda: claim(a, a, By("nobody")),
    lambda: claim(x, x, Shape()),
    lambda: claim(x, u, Shape(), "in"),
    lambda: claim(x, 2 * u - u, Compute()),
    lambda: claim(Sigma(i, ONE, d, Sigma(j, ONE, i, Entry(x, j))), a),
    lambda: claim(Gradient(a * b, a * b), a),
    lambda: claim(Expectation(u, a, SquaredNorm(u) ** 2), a),
    lambda: claim(Leading(V, d), Leading(V, d)),
    lambda: claim(Column(V, k + 1), Column(V, k + 1)),
    lambda: claim(Partial(a, Entry(x, 9)), zero),
    lambda: claim(Integral(1 / t, t, -1, 1), zero, Compute()),
    lambda: claim(Function("odd", "f", lambda v: [v])(a), a),
    lambda: claim(Var("s", "s", (sp.Symbol("size"), ONE)), Var("s", "s", (sp.Symbol("size"), ONE))),
    lambda: claim(SquaredNorm(x), SquaredNorm(x), sizes={d: 0}),
    lambda: claim(a, a, free={i: d - 9}),
    lambda: claim(SquaredNorm(x), SquaredNorm(x), refused=(("odd", lambda: 1 / 0),)),
]


@pytest.mark.parametrize("number", range(len(ODD)))
def test_whatever_is_stated_verification_answers_and_proves_nothing_odd(number: int) -> None:
    report = verify(ODD[number]())

    assert isinstance(report, Report)
    assert report.verdict in (UNDECIDED, REFUTED)
    assert report.detail


def test_a_stumble_names_its_link() -> None:
    chain = (Link("=", b * a, ""), Link("=", a * b, "", Broken()))

    report = verify(Claim("it", "It", a * b, chain))

    assert report.detail == "link 2 is not proved: RecursionError: too deep"


def test_evidence_and_lemmas_are_collected_over_all_links() -> None:
    lemma = Lemma("spectral theorem", "", "")
    chain = (Link("=", b * a, "", Normal((lemma,))), Link("=", a * b + 0 * a, "", Compute()))

    report = verify(Claim("it", "It", a * b, chain))

    assert report.evidence == ("exact normal form", "inserted rule", "SymPy procedure")
    assert report.modulo == (lemma,)


def test_a_claim_prints_its_chain_and_what_it_supposes() -> None:
    given = (Relation(a, ">", b), ForAll(i, 1, k, Relation(Entry(z, i), "<", a)))
    statement = claim(a * b, b * a, given=given, at_most=frozenset({(k, d)}))

    assert statement.statement_tex() == r"a\,b = b\,a"
    assert statement.chain() == [(r"a\,b", ""), (r"= b\,a", "because")]
    assert statement.assumptions == ("$a > b$", r"$z_{i} < a \quad (i = 1, \dots, k)$", r"$k \le d$")


# ---------------------------------------------------------------- the book


def turned(node: Node) -> list[Node]:
    """The tree with one sign turned, once for every sum and every minus; names stay closed."""
    places = [
        p for p in node.walk() if isinstance(p, Add) or (isinstance(p, Scale) and p.factor == Num(sp.Integer(-1)))
    ]
    out = []
    for place in {id(p): p for p in places}.values():
        new = Add(place.left, -place.right) if isinstance(place, Add) else place.body
        out.append(
            node.replace(lambda p, place=place, new=new: new if p is place else p if isinstance(p, Let) else None)
        )
    return [tree for tree in out if tree != node] or [-node] if node != zero else []


CLAIMS = [s for s in book.STATEMENTS.values() if isinstance(s, Claim) and s.kind == "claim"]
# Some signs may be turned and the statement stays true: another of its signs is turned then, or all of them.
STILL_TRUE = {
    "flip-plane-half-turn": "the sine of half a turn is zero",
    "museum-adam-folded": "the correction of the bias stands in numerator and denominator, and is turned in both",
}


@pytest.mark.parametrize("label", [c.label for c in CLAIMS])
def test_one_turned_sign_in_any_link_is_noticed_and_its_link_named(label: str) -> None:
    statement = book.find(label)
    generator = random.Random(label)
    for number, link in enumerate(statement.links, 1):
        if link.sign in ("in", "iff") or not turned(link.right):
            continue
        tried = [*turned(link.right), -link.right] if label in STILL_TRUE else [generator.choice(turned(link.right))]
        for right in tried:
            links = (*statement.links[: number - 1], replace(link, right=right), *statement.links[number:])
            report = verify(replace(statement, links=links), book.STATEMENTS)
            if report.verdict != PROVED:
                break

        assert report.verdict != PROVED, right.tex()
        assert f"link {number}" in report.detail or f"link {number + 1}" in report.detail, report.detail


def test_a_square_root_proves_no_sign() -> None:
    lucky = lambda generator, sizes: {"t": sp.Matrix([[3]])}  # noqa: E731

    for slack in (Power(sqrt(t), 2), SquaredNorm(sqrt(t))):
        assert verdict(claim(t, zero, NonNegative(slack), ">=", model=lucky)) == UNDECIDED
