"""Sequences, attacked: both lowerings must see the same network, and no rule may prove what fails at an end."""

from __future__ import annotations

import random

import pytest
import sympy as sp

from genmath.calc import Claim, Link, Mistake, verify
from genmath.calculus import Function, Gradient, Jacobian, Partial, Pullback
from genmath.indexed import Context, Undetermined, fresh
from genmath.mutants import mutants
from genmath.recurrence import Recurrence, Telescope, Unroll
from genmath.rules import Normal, Setting
from genmath.surface import (
    ONE,
    SCALAR,
    Column,
    Constant,
    Let,
    LetAt,
    Moment,
    Node,
    Num,
    Point,
    Power,
    Relation,
    ShapeError,
    Sigma,
    SquaredNorm,
    Var,
    as_node,
)

d, h, T = sp.symbols("d h T", integer=True, positive=True)
t, now, i = sp.symbols("t now i", integer=True, positive=True)
X = Var("X", r"\mathbf{x}", (d, T))
W, U, b = Var("W", "W", (h, h)), Var("U", "U", (h, d)), Var("b", "b", (h, ONE))
start, before, behind = (Var(name, name, (h, ONE)) for name in ("start", "before", "behind"))
c, r = Var("c", "c"), Var("r", "r", domain="positive")
g = Function.opaque("g", "g")
forwards = Recurrence("s", r"\mathbf{s}", before, now, g(W @ before + U @ Moment(X, now) + b), start, T)
zero = Constant("0", (h, ONE))
backwards = Recurrence("e", r"\mathbf{e}", behind, now, g.slope(forwards[now]) * (W.T @ behind + b), zero, T, True)  # noqa: FBT003
growing = Recurrence("q", "q", Var("q_before", "q"), now, r * Var("q_before", "q"), as_node(1), T)
SETTING = Setting(free={t: T})


def cubic(v: sp.Expr) -> sp.Expr:
    return v**3 / 7 - v / 3 + 1


def point(steps: int = 3, **changed: sp.Matrix) -> Point:
    generator = random.Random(5)
    sizes = {d: 2, h: 2, T: steps}
    draw = lambda *shape: sp.Matrix(*shape, lambda *_: sp.Rational(generator.randint(-60, 60), 31))  # noqa: E731
    values = {"W": draw(2, 2), "U": draw(2, 2), "b": draw(2, 1), "start": draw(2, 1), "X": draw(2, 9)[:, :steps]}
    return Point(sizes, {**values, **changed}, {"g": cubic})


def by_hand(where: Point, steps: int, **changed: sp.Matrix) -> sp.Matrix:
    """The state after some steps, in plain SymPy."""
    v = {**where.values, **changed}
    state = v["start"]
    for step in range(steps):
        state = (v["W"] * state + v["U"] * v["X"][:, step] + v["b"]).applyfunc(cubic)
    return state


def proves(rule: object, left: Node, right: Node, setting: Setting = SETTING) -> bool:
    return rule.prove(Relation(left, "=", right), setting) is not None


# ---------------------------------------------------------------- the second witness


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_an_element_is_what_its_steps_make_one_after_the_other(steps: int) -> None:
    where = point()

    assert where.value_of(forwards[steps]) == by_hand(where, steps)


def test_a_sequence_may_run_backwards() -> None:
    where = point()
    v, wanted = where.values, sp.zeros(2, 1)
    for step in (3, 2, 1):
        t_ = sp.Symbol("t_")
        slopes = by_hand(where, step).applyfunc(lambda u, t_=t_: cubic(t_).diff(t_).subs(t_, u))
        wanted = slopes.multiply_elementwise(v["W"].T * wanted + v["b"])
        assert where.value_of(backwards[step]) == wanted

    assert where.value_of(backwards[T + 1]) == sp.zeros(2, 1)
    assert where.value_of(backwards[1]) == wanted


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_derivatives_are_those_of_the_network_written_out(steps: int) -> None:
    where, x = point(), sp.Symbol("x")
    state = forwards[steps]

    for row in range(2):
        for column in range(2):
            unit = sp.Matrix(2, 2, lambda *place, at=(row, column): x if place == at else 0)
            moved = by_hand(where, steps, W=where.values["W"] + unit).diff(x).subs(x, 0)
            weights = where.values["b"]
            assert where.value_of(Pullback(state, W, b))[row, column] == (weights.T * moved)[0]
            assert where.value_of(Partial(SquaredNorm(state), W[row + 1, column + 1]))[0] == sp.expand(
                2 * (by_hand(where, steps).T * moved)[0]
            )
        nudge = sp.Matrix([x if place == row else 0 for place in range(2)])
        pushed = by_hand(where, steps, start=where.values["start"] + nudge).diff(x).subs(x, 0)
        assert where.value_of(Jacobian(state, start))[:, row] == pushed


@pytest.mark.parametrize(("sequence", "time"), [(forwards, T + 1), (forwards, -1), (backwards, 0), (backwards, T + 2)])
def test_there_is_nothing_before_the_start_and_behind_the_end(sequence: Recurrence, time: sp.Expr) -> None:
    where = point()

    with pytest.raises(Undetermined, match="has no value at the time"):
        where.value_of(sequence[time])


def test_what_was_computed_at_a_point_is_not_taken_for_another() -> None:
    where = point()
    old = where.value_of(forwards[T])

    other = where.with_values(W=sp.eye(2))

    assert other.value_of(forwards[T]) == by_hand(where, 3, W=sp.eye(2)) != old
    assert where.value_of(forwards[T]) == old


def test_a_step_may_depend_on_an_index_around_it() -> None:
    shifted = Recurrence("z", "z", before, now, before + Num(i) * b, start, T)
    where = point()
    v = where.values

    for value in (1, 2, 5):
        assert where.with_index(i, value).value_of(shifted[3]) == v["start"] + 3 * value * v["b"]


# ---------------------------------------------------------------- the first witness


def test_an_element_is_an_unknown_and_the_first_one_is_known() -> None:
    entry = forwards[t - 1].entry(i)

    assert entry.xreplace({t: sp.Integer(1)}) == start.entry(i)
    assert entry.xreplace({t: sp.Integer(2)}) == forwards[1].entry(i)
    assert backwards[T + 1].entry(i) == 0
    assert forwards[t].entry(i) != backwards[t].entry(i)


def test_the_derivative_of_an_unknown_is_another_unknown_unless_it_does_not_depend() -> None:
    p, q = fresh(), fresh()
    entry = forwards[t].entry(i)

    assert entry.diff(W.entry(p, q)) not in (0, entry)
    assert entry.diff(W.entry(p, q)) != entry.diff(U.entry(p, q))
    assert entry.diff(c.symbol) == 0
    assert entry.diff(before.entry(p)) == 0
    assert growing[t].entry().diff(r.symbol) != 0
    assert forwards[0].entry(i).diff(W.entry(p, q)) == 0
    assert {W.label, U.label, b.label, start.label, X.label, i, t} <= entry.free_symbols
    assert before.label not in entry.free_symbols


def test_second_derivatives_and_those_by_an_index_are_refused() -> None:
    p, q = fresh(), fresh()
    entry = forwards[t].entry(i)

    with pytest.raises(Undetermined, match="second derivative"):
        entry.diff(W.entry(p, q)).diff(b.entry(p))
    with pytest.raises(Undetermined, match="by the index"):
        entry.diff(t)
    assert entry.diff(W.entry(p, q)).diff(c.symbol) == 0


def test_an_element_opens_once_where_its_time_is_known_to_be_a_step() -> None:
    step = g(W @ forwards[t - 1] + U @ Moment(X, t) + b)

    assert proves(Unroll((forwards,)), forwards[t], step)
    assert not proves(Normal(), forwards[t], step)
    assert not proves(Unroll((forwards,)), forwards[t], step, Setting())
    assert not proves(Unroll((forwards,)), forwards[t], step, Setting(free={t: T + 1}))
    assert not proves(Unroll((backwards,), (forwards,)), forwards[t], step)


def test_the_first_element_is_not_opened() -> None:
    """For the time 1 the element before is the start, which no step makes."""
    step = g(W @ forwards[t - 2] + U @ Moment(X, t - 1) + b)

    assert not proves(Unroll((forwards,)), forwards[t - 1], step)


def test_an_element_ahead_opens_as_far_as_the_sequence_goes() -> None:
    step = g(W @ forwards[t] + U @ Moment(X, t + 1) + b)

    assert proves(Unroll((forwards,)), forwards[t + 1], step, Setting(free={t: T - 1}))
    assert not proves(Unroll((forwards,)), forwards[t + 1], step)


def test_a_derivative_opens_by_the_chain_rule() -> None:
    """The step's own part, and what comes through the element before."""
    left = Pullback(forwards[t], W, b)
    slope = g.slope(W @ forwards[t - 1] + U @ Moment(X, t) + b)
    own, through = (slope * b) @ forwards[t - 1].T, Pullback(forwards[t - 1], W, W.T @ (slope * b))

    assert proves(Unroll(slopes=(forwards,)), left, own + through)
    assert not proves(Unroll((forwards,)), left, own + through)
    assert not proves(Unroll(slopes=(forwards,)), left, own)
    assert not proves(Unroll(slopes=(forwards,)), left, through)


def test_an_abbreviation_in_a_step_counts_as_a_symbol_under_a_derivative() -> None:
    inner = Let("A", W @ W.T)
    through = Recurrence("y", "y", before, now, inner @ before, start, T)
    where = point()
    square = where.values["W"] * where.values["W"].T

    found = where.value_of(Pullback(through[1], inner, b))

    assert found == where.values["b"] * where.values["start"].T
    assert where.value_of(through[2]) == square**2 * where.values["start"]
    assert Pullback(through[1], inner, b).entry(1, 1) != 0


def test_a_derivative_by_something_at_a_time_is_refused() -> None:
    """A state holds it, unseen: the derivative would miss it."""
    pre = LetAt("a", W @ forwards[t - 1] + b, t)

    with pytest.raises(Undetermined, match="with respect to a symbol or an abbreviation"):
        Gradient(SquaredNorm(forwards[t]), pre).entry(1)


# ---------------------------------------------------------------- ends of sums


def test_a_sum_of_differences_leaves_its_ends() -> None:
    powers = r ** (T - t) * SquaredNorm(forwards[t])
    left = r**T * SquaredNorm(start) - SquaredNorm(forwards[T])
    right = Sigma(t, ONE, T, r ** (T - t) * (r * SquaredNorm(forwards[t - 1]) - SquaredNorm(forwards[t])))

    assert proves(Telescope(t, T, powers), left, right, Setting())
    assert not proves(Normal(), left, right, Setting())


@pytest.mark.parametrize(
    "wrong",
    [
        lambda total: total + SquaredNorm(start),  # an end that stays
        lambda total: -total,
        lambda total: 2 * total,
        lambda total: as_node(0),
    ],
)
def test_ends_that_do_not_fit_are_noticed(wrong) -> None:
    total = SquaredNorm(start) - SquaredNorm(forwards[T])
    right = Sigma(t, ONE, T, SquaredNorm(forwards[t - 1]) - SquaredNorm(forwards[t]))

    assert proves(Telescope(t, T, SquaredNorm(forwards[t])), total, right, Setting())
    assert not proves(Telescope(t, T, SquaredNorm(forwards[t])), wrong(total), right, Setting())


def test_a_sum_that_may_run_backwards_is_refused() -> None:
    terms = SquaredNorm(forwards[t])
    link = Relation(terms, "=", terms)

    for high, other in ((T - 2, terms), (T, forwards[t])):
        with pytest.raises(Undetermined, match="ends of a sum"):
            Telescope(t, high, other).prove(link, Setting())


@pytest.mark.parametrize("rule", [Unroll((forwards,)), Telescope(t, T, SquaredNorm(forwards[t]))])
def test_these_rules_prove_equations_only(rule) -> None:
    with pytest.raises(Undetermined, match="equations"):
        rule.prove(Relation(SquaredNorm(forwards[t]), "<=", SquaredNorm(forwards[t])), SETTING)


def test_growth_is_a_power_by_induction() -> None:
    """The kernel proves it for every number of steps, and finds the point where a wrong power fails."""
    claim = Claim(
        "growth",
        "Growth",
        growing[T],
        (Link("=", r**T, "one factor for each step", Telescope(t, T, r ** (T - t) * growing[t])),),
        mistakes=(Mistake("a factor too many", r ** (T + 1)),),
    )

    unopened = verify(claim)

    assert unopened.verdict == "undecided"
    through = Telescope(t, T, r ** (T - t) * growing[t], elements=(growing,))
    report = verify(Claim("growth", "Growth", growing[T], (Link("=", r**T, "", through),), mistakes=claim.mistakes))
    assert report.verdict == "proved"
    assert report.mutants_refuted == len(report.mutants) > 1


# ---------------------------------------------------------------- indices that lie ahead


@pytest.mark.parametrize(
    ("index", "bound", "known"),
    [
        (t, T, True),
        (t + 1, T, False),
        (t + 1, T + 1, True),
        (t - 1, T, False),
        (i, T, True),
        (i + 1, T, True),
        (i + 2, T, False),
        (T, T, True),
        (T + 1, T, False),
        (T - 1, T, False),
        (d, T, False),
        (sp.Integer(1), T, True),
        (sp.Integer(2), T, False),
        (sp.Integer(0), T, False),
        (2 * t, 2 * T, False),
        (sp.Symbol("x"), T, False),
    ],
)
def test_an_index_lies_in_a_range_only_if_that_is_sure(index: sp.Expr, bound: sp.Expr, known: bool) -> None:
    assert Context({t: T, i: T - 1}).within(index, bound, ()) is known


# ---------------------------------------------------------------- how it prints, and what it refuses


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (forwards[t - 1], r"\mathbf{s}_{t - 1}"),
        (forwards[0], r"\mathbf{s}_{0}"),
        (forwards[t].T, r"\mathbf{s}_{t}^{\top}"),
        (forwards[t][i], r"[\mathbf{s}_{t}]_{i}"),
        (Moment(X, t), r"\mathbf{x}_{t}"),
        (Column(X, t), r"\mathbf{x}_{\cdot t}"),
        (LetAt("A", W, t + 1), "A_{t + 1}"),
        (LetAt("A", W, t).T, "A_{t}^{\\top}"),
        (Power(c, T - t), "c^{T - t}"),
        (Jacobian(forwards[t], start), r"\frac{\partial \mathbf{s}_{t}}{\partial start}"),
        (
            Pullback(forwards[t], W, W.T @ b),
            r"\left(\frac{\partial \mathbf{s}_{t}}{\partial W}\right)^{\top} \left(W^{\top}\, b\right)",
        ),
    ],
)
def test_sequences_print_with_the_time_below(tree: Node, text: str) -> None:
    assert tree.tex() == text


def test_mutants_leave_closed_what_a_name_stands_for() -> None:
    """A step that is changed inside of an element would print as before."""
    link = Relation(forwards[t], "=", forwards[t])

    made = [mutant.tex() for _, mutant in mutants(link)]

    assert made == [r"\mathbf{s}_{t} = -\mathbf{s}_{t}"]


@pytest.mark.parametrize(
    "build",
    [
        lambda: Recurrence("m", "m", Var("before", "before", (h, h)), now, W, W, T),
        lambda: Recurrence("m", "m", before, now, W, start, T),
        lambda: Recurrence("m", "m", before, now, b, c, T),
        lambda: Jacobian(W, b),
        lambda: Jacobian(b, W),
        lambda: Pullback(W, b, W),
        lambda: Pullback(b, W, Moment(X, t)),
    ],
)
def test_what_is_no_sequence_of_columns_is_refused(build) -> None:
    with pytest.raises(ShapeError):
        build()


def test_a_pullback_is_the_gradient_of_the_weighted_sum() -> None:
    body, where = g(W @ start + b), point()

    for symbol in (W, b, start):
        pulled, gradient = Pullback(body, symbol, U @ Moment(X, 1)), Gradient((U @ Moment(X, 1)).T @ body, symbol)
        assert pulled.shape == gradient.shape == symbol.shape
        assert where.value_of(pulled) == where.value_of(gradient)
        assert proves(Normal(), pulled, gradient)


def test_the_weights_of_a_pullback_are_held_fixed() -> None:
    body, where = W @ start, point()
    v = where.values

    found = where.value_of(Pullback(body, start, body))

    assert found == v["W"].T * v["W"] * v["start"]
    assert proves(Normal(), Gradient(SquaredNorm(body), start), 2 * Pullback(body, start, body))


def test_a_jacobian_has_a_row_for_each_entry() -> None:
    body, where = g(W @ start), point()

    assert proves(Normal(), Jacobian(W @ start, start), W)
    assert proves(Normal(), Jacobian(body, start).T @ b, Pullback(body, start, b))
    assert where.value_of(Jacobian(W @ start, start)) == where.values["W"]
    assert Jacobian(U @ Moment(X, 1), b).shape == (h, h)
    assert Jacobian(Var("one", "one"), Var("two", "two")).shape == SCALAR
