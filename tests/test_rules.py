"""Rules, attacked: what they prove is true, also where no point would have noticed."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy as sp

from genmath.calculus import Function, Iterated, System
from genmath.indexed import Undetermined
from genmath.rules import (
    At,
    Compute,
    Convex,
    Facts,
    ForAll,
    Induction,
    NonNegative,
    Normal,
    SameZeros,
    Setting,
    Shape,
    ranges_of,
    relation_of,
)
from genmath.surface import (
    ONE,
    Column,
    Constant,
    Entry,
    Grid,
    Let,
    Node,
    Num,
    Power,
    Relation,
    Sigma,
    Space,
    SquaredNorm,
    Var,
    as_node,
)

d, k, n, r = sp.symbols("d k n r", integer=True, positive=True)
i, j = sp.symbols("i j", integer=True, positive=True)
a, b, t = (Var(name, name) for name in "abt")
c, w = Var("c", "c", domain="positive"), Var("w", "w", domain="nonnegative")
x, u = Var("x", "x", (d, ONE)), Var("u", "u", (d, ONE))
A, Q = Var("A", "A", (d, d)), Var("Q", "Q", (d, r))
zero, STEPS = as_node(0), as_node(n)
g = Function.opaque("g", "g")
exp, log, sqrt, sinh, cos, sin = (
    Function(f, rf"\{f}", getattr(sp, f)) for f in ("exp", "log", "sqrt", "sinh", "cos", "sin")
)


def sign(node: Node, *given: object, bound: tuple = (), **setting: object) -> str | None:
    return Facts(Setting(tuple(given), **setting), tuple(given), bound).sign(node)


# ---------------------------------------------------------------- signs


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (c, "positive"),
        (w, "nonnegative"),
        (a, None),
        (as_node(3), "positive"),
        (zero, "nonnegative"),
        (as_node(-1), None),
        (as_node(d), "positive"),
        (as_node(d) - 1, None),
        (Num(d - 1), "nonnegative"),
        (Num(d - k), None),
        (Num(sp.I), None),
        (a**2, "nonnegative"),
        (a**3, None),
        (c**3, "positive"),
        (Power(c, -1), "positive"),
        (Power(c, n - k), "positive"),
        (Power(w, -2), None),
        (c**d, "positive"),
        (w**d, "nonnegative"),
        (a**d, None),
        (a ** (2 * d), "nonnegative"),
        (c ** (d - 1), "positive"),
        (-(a**2), None),
        (a**2 * c, "nonnegative"),
        (a**2 * b, None),
        (a**2 + c, "positive"),
        (a**2 + b, None),
        (a**2 / c, "nonnegative"),
        (a**2 / w, None),
        (c / (a**2 + 1), "positive"),
        (SquaredNorm(x), "nonnegative"),
        (Let("y", SquaredNorm(x)), "nonnegative"),
        (Let("y", a), None),
        (exp(a), "positive"),
        (exp(log(a)), None),
        (g(a), None),
        (g(a) ** 2, "nonnegative"),
        (log(a) ** 2, None),
        (log(c) ** 2, "nonnegative"),
        (sqrt(a) ** 2, None),
        (sqrt(w) ** 2, "nonnegative"),
        (SquaredNorm(sqrt(x)), None),
        (sinh(a) ** 2, None),
        (Power(Num(sp.I) * a, 2), None),
        (Sigma(i, ONE, d, Entry(x, i) ** 2), "nonnegative"),
        (Sigma(i, ONE, d, c), "nonnegative"),
        (Sigma(i, ONE, d, Entry(x, i)), None),
        (x, None),
        (SquaredNorm(x) - SquaredNorm(u), None),
    ],
)
def test_a_sign_is_read_off_the_structure_or_not_at_all(node: Node, expected: str | None) -> None:
    assert sign(node) == expected


def test_an_opaque_function_that_means_something_unreal_has_no_sign() -> None:
    assert sign(g(a) ** 2, meanings={"g": lambda v: 1 / (1 + sp.exp(-v))}) == "nonnegative"
    assert sign(g(a) ** 2, meanings={"g": sp.sqrt}) is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Relation(a, ">", b), "positive"),
        (Relation(b, "<", a), "positive"),
        (Relation(a, ">=", b), "nonnegative"),
        (Relation(b, "<=", a), "nonnegative"),
        (Relation(a, "<", b), None),
        (Relation(b, ">=", a), None),
        (Relation(a, "=", b), None),
        (Relation(a, ">", 2 * b), None),
    ],
)
def test_a_given_relation_counts_in_its_own_direction(given: Relation, expected: str | None) -> None:
    assert Facts(Setting(), (given,)).sign(a - b) == expected


def test_a_relation_between_sizes_gives_a_sign_and_an_order() -> None:
    given = Relation(as_node(r), "<=", as_node(k))

    assert sign(as_node(k) - as_node(r), given) == "nonnegative"
    assert Setting((given,)).order == {(r, k)}
    assert Setting((Relation(as_node(k), ">", as_node(r)),)).order == {(r, k)}
    assert Setting((Relation(a, "<", b),)).order == frozenset()


ABOVE = ForAll(i, ONE, k, Relation(Entry(x, i), ">", c))


def test_a_fact_for_a_range_of_indices_counts_under_a_sum_over_just_that_range() -> None:
    term = Entry(x, i) - c

    assert sign(Sigma(i, ONE, k, term), ABOVE) == "nonnegative"
    assert sign(Sigma(i, ONE, d, term), ABOVE) is None
    assert sign(Sigma(i, k + 1, d, term), ABOVE) is None
    assert sign(Sigma(j, ONE, k, Entry(x, j) - c), ABOVE) is None
    assert sign(term, ABOVE) is None


def test_a_fact_for_a_range_does_not_reach_under_a_sum_that_hides_its_letter() -> None:
    hidden = Sigma(i, ONE, k, Sigma(i, ONE, d, Entry(x, i) - c))
    plain = Sigma(i, ONE, d, Sigma(i, ONE, k, Entry(x, i) - c))

    assert sign(hidden, ABOVE) is None
    assert sign(plain, ABOVE) == "nonnegative"


def test_a_fact_for_one_free_index_does_not_count_under_a_sum_over_it() -> None:
    one = Relation(Entry(x, i), ">=", zero)

    assert sign(Entry(x, i), one, free={i: k}) == "nonnegative"
    assert sign(Sigma(i, ONE, d, Entry(x, i)), one, free={i: k}) is None


# ---------------------------------------------------------------- inequalities


def proved(left: Node, relation: str, right: Node, slack: Node, *given: object) -> bool:
    return NonNegative(slack).prove(Relation(left, relation, right), Setting(tuple(given))) is not None


def test_a_slack_with_a_term_of_unknown_sign_proves_nothing() -> None:
    assert proved(a**2 + b**2, ">=", zero, a**2 + b**2)
    assert not proved(a**2 + b, ">=", zero, a**2 + b)
    assert not proved(a**2, ">=", b**2, a**2 - b**2)


def test_a_slack_that_is_not_the_difference_proves_nothing() -> None:
    assert not proved(a, ">=", zero, a**2)
    assert not proved(x, ">=", x, a**2)
    assert not proved(zero, ">=", a**2, a**2)


def test_a_relation_is_proved_in_the_right_direction_only() -> None:
    assert proved(a**2, ">=", zero, a**2)
    assert proved(zero, "<=", a**2, a**2)
    assert not proved(a**2, "<=", zero, a**2)
    assert not proved(zero, ">=", a**2, a**2)


def test_a_strict_relation_needs_a_positive_slack() -> None:
    assert not proved(a**2, ">", zero, a**2)
    assert not proved(zero, "<", a**2 * c, a**2 * c)
    assert proved(a**2 + c, ">", zero, a**2 + c)
    assert proved(zero, "<", c / (1 + c), c / (1 + c))


def test_only_inequalities_are_proved_by_a_slack() -> None:
    with pytest.raises(Undetermined, match="inequalities"):
        NonNegative(zero).prove(Relation(a, "=", a), Setting())


def test_what_must_vanish_is_found_through_factors_sums_and_quotients() -> None:
    def vanishing(slack: Node, *given: object) -> list[str]:
        return [node.tex() for node, _ in Facts(Setting(), tuple(given)).vanishing(slack)]

    assert vanishing(c * SquaredNorm(x) + a**2) == ["x", "a"]
    assert vanishing(SquaredNorm(x) / c) == ["x"]
    assert vanishing(a**2 * b**2) == [(a**2 * b**2).tex()]
    assert vanishing(Sigma(i, ONE, d, c * Entry(x, i) ** 2)) == ["x_{i}"]
    assert vanishing(a - b, Relation(a, ">=", b)) == ["a -b"]
    assert vanishing(w) == ["w"]
    assert vanishing(c) == ["c"]
    assert vanishing(zero) == ["0"]


# ---------------------------------------------------------------- given equations


def zeroed(left: Node, right: Node, *given: object, **setting: object) -> bool:
    return Setting(tuple(given), **setting).is_zero(left, right)


def test_a_given_matrix_equation_is_used_in_products() -> None:
    idempotent = Relation(A @ A, "=", A)

    assert zeroed(A @ A @ A, A, idempotent)
    assert not zeroed(A @ A.T @ A, A, idempotent)
    assert not zeroed(Q @ (Q.T @ Q), Q, idempotent)


def test_an_equation_given_for_some_indices_does_not_reach_the_others() -> None:
    some = ForAll(i, ONE, k, Relation(Entry(x, i), "=", a))
    above = ForAll(i, k + 1, d, Relation(Entry(x, i), "=", a))

    assert zeroed(Sigma(j, ONE, k, Entry(x, j)), k * a, some)
    assert not zeroed(Sigma(j, ONE, d, Entry(x, j)), d * a, some)
    assert not zeroed(Sigma(j, ONE, d, Entry(x, j)), d * a, above)
    assert zeroed(Sigma(j, ONE, k, Entry(x, j)), k * a, ForAll(i, ONE, d, some.relation), at_most=frozenset({(k, d)}))
    assert not zeroed(Sigma(j, ONE, k, Entry(x, j)), k * a, ForAll(i, ONE, d, some.relation))


def test_an_equation_given_for_two_indices_reaches_the_entries_in_both_ranges_alone() -> None:
    both = ForAll(i, ONE, d, ForAll(j, ONE, r, Relation(Entry(Q, i, j), "=", Entry(x, i))))
    fewer = ForAll(i, ONE, k, both.relation)
    triangle = ForAll(i, ONE, d, ForAll(j, ONE, i, Relation(Entry(A, i, j), "=", a)))
    entries, above = Sigma(i, ONE, d, Sigma(j, ONE, r, Entry(Q, i, j))), Sigma(i, ONE, d, Sigma(j, ONE, d, A[i, j]))

    assert zeroed(entries, r * Sigma(i, ONE, d, Entry(x, i)), both)
    assert not zeroed(entries, r * Sigma(i, ONE, d, Entry(x, i)), fewer)
    assert not zeroed(above, d**2 * a, triangle)


def test_a_fact_given_for_two_indices_counts_under_both_sums_alone() -> None:
    above = ForAll(i, ONE, d, ForAll(j, ONE, r, Relation(Entry(Q, i, j), ">", c)))
    term = Entry(Q, i, j) - c

    assert sign(Sigma(i, ONE, d, Sigma(j, ONE, r, term)), above) == "nonnegative"
    assert sign(Sigma(i, ONE, d, Sigma(j, ONE, k, term)), above) is None
    assert sign(Sigma(i, ONE, d, term), above) is None
    assert sign(Sigma(i, ONE, d, Sigma(i, ONE, d, Sigma(j, ONE, r, term))), above) == "nonnegative"


def test_what_is_given_for_several_indices_names_all_of_them() -> None:
    both = ForAll(i, ONE, d, ForAll(j, 2, r, Relation(Entry(Q, i, j), "=", a)))

    assert both.tex() == r"Q_{ij} = a \quad (j = 2, \dots, r) \quad (i = 1, \dots, d)"
    assert relation_of(both) == Relation(Entry(Q, i, j), "=", a)
    assert ranges_of(both) == ((i, 1, d), (j, 2, r))


def test_an_equation_for_a_free_index_is_not_used_for_another() -> None:
    one = Relation(Entry(x, i), "=", a)

    assert zeroed(Entry(x, i) * b, a * b, one, free={i: d, j: d})
    assert not zeroed(Entry(x, j), a, one, free={i: d, j: d})
    assert not zeroed(Sigma(j, ONE, d, Entry(x, j)), d * a, one, free={i: d})


def test_an_equation_with_an_open_index_on_its_right_is_refused() -> None:
    with pytest.raises(Undetermined):
        zeroed(a, Entry(x, i), ForAll(i, ONE, k, Relation(a, "=", Entry(x, i))), free={i: d})


def test_given_sizes_reach_given_equations_and_orders() -> None:
    gram = Relation(Column(Q, 1).T @ Column(Q, 1), "=", as_node(1))
    size, other = Relation(as_node(r), "=", as_node(k)), Relation(as_node(r), "<=", as_node(d))

    assert zeroed(SquaredNorm(Column(Q, 1)), as_node(1), gram, size)
    assert Setting((size, other)).order == {(k, d)}


def test_rows_and_columns_have_no_letter_that_a_sum_could_capture() -> None:
    row = sp.Symbol("row", integer=True, positive=True)

    assert not zeroed(Sigma(row, ONE, d, Column(A, row)), d * Column(A, 1))
    assert zeroed(Sigma(row, ONE, d, Column(A, row)), Sigma(i, ONE, d, Column(A, i)))


def test_what_was_found_under_one_supposition_is_forgotten_under_another() -> None:
    setting = Setting((Relation(a, "=", b),))

    assert setting.is_zero(a, b)
    assert not replace(setting, given=()).is_zero(a, b)


def test_a_meaning_is_inserted_with_its_derivatives() -> None:
    meanings = {"g": lambda v: v**2}

    assert zeroed(g.slope(a), 2 * a, meanings=meanings)
    assert zeroed(g(g(a)), a**4, meanings=meanings)
    assert not zeroed(g.slope(a), a**2, meanings=meanings)


def test_equations_only_are_proved_by_a_normal_form() -> None:
    with pytest.raises(Undetermined, match="equations"):
        Normal().prove(Relation(a, "<=", a), Setting())


# ---------------------------------------------------------------- procedures


@pytest.mark.parametrize(
    ("left", "right", "holds"),
    [
        (log(c**2), 2 * log(c), True),
        (log(a**2), 2 * log(a), False),
        (sqrt(a**2), a, False),
        (sqrt(c**2), c, True),
        (exp(log(c)), c, True),
        (exp(a + b), exp(a) * exp(b), True),
        (1 / (1 + exp(-a)), exp(a) / (1 + exp(a)), True),
        (1 / (1 + exp(-a)), exp(a) / (2 + exp(a)), False),
        (log(a * b), log(a) + log(b), False),
    ],
)
def test_a_procedure_supposes_no_sign_that_is_not_there(left: Node, right: Node, holds: bool) -> None:
    assert (Compute().prove(Relation(left, "=", right), Setting()) is not None) is holds


def test_a_procedure_compares_every_entry_of_a_matrix_written_out() -> None:
    turn, back = Grid(((cos(a), -sin(a)), (sin(a), cos(a)))), Grid(((cos(a), sin(a)), (-sin(a), cos(a))))
    unit = Constant("I", (sp.Integer(2), sp.Integer(2)))
    almost = Grid(((as_node(1), zero), (zero, as_node(1) + (cos(a) - 1) * (cos(a) - 1))))

    assert Compute().prove(Relation(back @ turn, "=", unit), Setting())
    assert Compute().prove(Relation(turn.T, "=", back), Setting())
    assert Compute().prove(Relation(turn @ turn, "=", unit), Setting()) is None
    assert Compute().prove(Relation(back @ turn, "=", almost), Setting()) is None


def test_sums_of_few_terms_are_written_out_before_a_procedure_sees_them() -> None:
    """SymPy's own sum of deltas is a case distinction."""
    few, many = (Sigma(i, 1, bound, Num(sp.KroneckerDelta(i, 2)) * a) for bound in (3, n))

    assert Compute().prove(Relation(few, "=", a), Setting())
    assert Compute().prove(Relation(many, "=", a), Setting()) is None


def test_a_procedure_compares_scalars_only() -> None:
    """Both sides have the same first entry."""
    with pytest.raises(Undetermined, match="scalars"):
        Compute().prove(Relation(x, "=", Entry(x, 1) * x / Entry(x, 1)), Setting())


def test_a_symbol_lies_in_a_space_and_in_nothing_else() -> None:
    assert Shape().prove(Relation(x, "in", Space((d, ONE))), Setting())
    assert not Shape().prove(Relation(x, "in", u), Setting())
    assert not Shape().prove(Relation(x, "=", u), Setting())


# ---------------------------------------------------------------- induction


def repeated(body: Node, closed: Node, *given: object, start: Node = b, steps: Node = STEPS) -> bool:
    link = Relation(Iterated(t, body, start, steps), "=", closed)
    return Induction().prove(link, Setting(tuple(given))) is not None


def test_induction_proves_what_a_map_makes_of_its_start() -> None:
    assert repeated(a * t, a**n * b)
    assert repeated(t - c * a * t, (1 - c * a) ** n * b)
    assert repeated(t + a, b + Num(n) * a)
    assert repeated(a * t + 1, a**n * b + (a**n - 1) / (a - 1))
    assert repeated(t, b)
    assert repeated(t * SquaredNorm(x), a**n * b, Relation(SquaredNorm(x), "=", a))


@pytest.mark.parametrize(
    ("body", "closed"),
    [
        (a * t, a**n),  # wrong for no step
        (a * t, a ** (n - 1) * b),
        (a * t, a ** (n + 1) * b),
        (a * t, a * b),  # right for one step
        (a * t, (a + b) ** n * b),
        (t + a, b + a),
        (t**2, b**2),
    ],
)
def test_what_is_wrong_for_some_number_of_steps_is_not_proved(body: Node, closed: Node) -> None:
    assert not repeated(body, closed)


def test_induction_names_itself_among_what_is_supposed() -> None:
    proof = Induction().prove(Relation(Iterated(t, a * t, b, as_node(n)), "=", a**n * b), Setting())

    assert proof is not None
    assert [lemma.name for lemma in proof.modulo] == ["induction"]


@pytest.mark.parametrize(
    ("start", "closed", "given"),
    [
        (Num(n) * b, Num(n) * a**n * b, ()),
        (b, Sigma(i, ONE, n, a), ()),
        (b, a**n * b, (Relation(as_node(n), "<=", as_node(d)),)),
        (b, a**n * b, (Relation(c, "=", a**n),)),
    ],
)
def test_a_number_of_steps_that_stands_elsewhere_is_refused(start: Node, closed: Node, given: tuple) -> None:
    with pytest.raises(Undetermined, match="number of steps"):
        repeated(a * t, closed, *given, start=start)


@pytest.mark.parametrize("steps", [as_node(3), Num(n + 1)])
def test_induction_needs_a_letter_for_the_number_of_steps(steps: Node) -> None:
    with pytest.raises(Undetermined, match="with a letter"):
        repeated(a * t, a**n * b, steps=steps)


def test_induction_proves_equations_about_maps() -> None:
    with pytest.raises(Undetermined, match="equations"):
        Induction().prove(Relation(Iterated(t, t, b, as_node(n)), "<=", b), Setting())
    with pytest.raises(Undetermined, match="with a letter"):
        Induction().prove(Relation(a, "=", a), Setting())


# ---------------------------------------------------------------- systems


def same(
    left: tuple[Node, ...], right: tuple[Node, ...], unknowns: tuple[Var, ...], parameters: tuple = (), *given: object
) -> bool:
    link = Relation(System(left), "iff", System(right))
    return SameZeros(unknowns, parameters).prove(link, Setting(tuple(given))) is not None


def test_systems_with_the_same_solutions_are_recognised() -> None:
    assert same((a + b, a - b), (a, b), (a, b))
    assert same((a**2 - 1, a - 1), (a - 1,), (a,))


def test_an_extra_solution_and_a_lost_equation_are_refused() -> None:
    assert not same((a**2 - a,), (a,), (a,))
    assert not same((a,), (a**2 - a,), (a,))
    assert not same((a, b), (a,), (a, b))
    assert not same((a,), (a, b), (a, b))
    assert not same((a * b,), (a,), (a, b))


def test_systems_agree_for_all_parameters_and_not_for_most() -> None:
    """Where t is 0 the first system says nothing of a."""
    p, q = Var("p", "p", domain="positive"), Var("q", "q", domain="positive")

    assert not same((t * a,), (a,), (a,), (t,))
    assert same((p * a,), (a,), (a,), (p,))
    assert not same(((p - q) * a,), (a,), (a,), (p, q))
    assert same(((p - q) * a,), (a,), (a,), (p, q), Relation(p, ">", q))
    assert not same(((p - q) * a,), (a,), (a,), (p, q), Relation(p, ">=", q))


def test_an_undeclared_symbol_is_refused() -> None:
    with pytest.raises(Undetermined, match="neither"):
        same((a * b,), (a,), (a,))


def test_only_systems_are_compared_by_their_solutions() -> None:
    with pytest.raises(Undetermined, match="two systems"):
        SameZeros((a,), ()).prove(Relation(a, "=", a), Setting())


# ---------------------------------------------------------------- tangents, and laws at a place

LOGARITHM = Relation(log(c), "<=", c - 1)
LAW = Setting(
    used={"log-tangent": LOGARITHM},
    laws=frozenset({"log-tangent"}),
    tight={"log-tangent": (Relation(c, "=", as_node(1)),)},
)


def gap(place: Node) -> Node:
    return place - 1 - log(place)


def test_a_curve_lies_above_the_tangent_that_it_touches():
    proof = Convex(c, sp.Integer(1)).prove(LOGARITHM, Setting())

    assert proof is not None
    assert [lemma.name for lemma in proof.modulo] == ["tangent of a convex function"]
    assert proof.vanishing == ((c - as_node(1), ()),)


@pytest.mark.parametrize(
    ("relation", "at"),
    [
        (LOGARITHM, 2),
        (Relation(log(c), "<=", c), 1),
        (Relation(log(c), ">=", c - 1), 1),
        (Relation(log(c), "<=", 2 * c - 2), 1),
        (Relation(c**3, ">=", 3 * c - 3), 1),
        (Relation(log(c) * a, "<=", (c - 1) * a), 1),
    ],
)
def test_what_is_no_tangent_is_not_proved(relation, at):
    assert Convex(c, sp.Integer(at)).prove(relation, Setting()) is None


def test_a_tangent_is_asked_for_in_both_signs_that_are_not_strict():
    with pytest.raises(Undetermined, match="not '<'"):
        Convex(c, sp.Integer(1)).prove(Relation(log(c), "<", c - 1), Setting())


@pytest.mark.parametrize("place", [c * w + c, c**2, exp(a), c / (a**2 + 1)])
def test_a_law_is_taken_at_a_place_where_it_holds(place):
    facts = Facts(LAW, (), laws=(At("log-tangent", place),))

    assert facts.sign(gap(place)) == "nonnegative"
    assert facts.vanishing(gap(place)) == [(place - as_node(1), ())]


@pytest.mark.parametrize("place", [a, w, a * c, -c])
def test_a_law_says_nothing_where_its_scalar_may_not_be(place):
    assert Facts(LAW, (), laws=(At("log-tangent", place),)).sign(gap(place)) is None


def test_a_law_speaks_of_its_own_place_only():
    assert Facts(LAW, (), laws=(At("log-tangent", c),)).sign(gap(c**2)) is None


@pytest.mark.parametrize(
    "setting",
    [
        replace(LAW, laws=frozenset()),
        replace(LAW, used={"log-tangent": Relation(log(c), "=", c - 1)}),
        replace(LAW, used={"log-tangent": Relation(log(c), "<=", c + w)}),
        replace(LAW, used={"log-tangent": Relation(SquaredNorm(x), ">=", zero)}),
    ],
)
def test_what_is_no_law_about_one_scalar_is_taken_nowhere(setting):
    with pytest.raises(Undetermined, match="log-tangent"):
        Facts(setting, (), laws=(At("log-tangent", c),)).sign(gap(c))


def test_a_law_is_taken_at_a_scalar():
    with pytest.raises(Undetermined, match="one scalar"):
        Facts(LAW, (), laws=(At("log-tangent", x),)).sign(gap(c))
