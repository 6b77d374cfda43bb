"""Values with bounds on their errors, attacked: no bound is ever too small, and no digit is lost unnoticed."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import mpmath
import pytest
from formulas import Writer

from genmath import book
from genmath.answers import read
from genmath.balls import (
    AGREES,
    DIFFERS,
    DOUBLE,
    MANY,
    UNCLEAR,
    Ball,
    Meaning,
    Unclear,
    Undefined,
    evaluated,
)
from genmath.indexed import Undetermined
from genmath.places import MEANINGS, places, wave
from genmath.terms import lowered
from genmath.tokens import Unreadable

EXERCISES = [book.exercise(x) for x in ("kl-one", "ae-grad-decoder", "gan-game", "kl-diagonal", "vae-grad-log-var")]
FUNCTIONS = ("exp", "log", "sqrt", "tanh", "sin", "cos", "erf", "abs")
KINDS = (
    Meaning("logistic"),
    Meaning("softplus"),
    Meaning("tanh"),
    Meaning("wave", (Fraction(1, 3),)),
    Meaning("polynomial", (Fraction(1), Fraction(0), Fraction(-2, 3), Fraction(1, 7))),
)


def ball(value, error=0.0):
    return Ball(float(value), error)


def exact(function, argument):
    with mpmath.workdps(40):
        return abs(+argument) if function == "abs" else getattr(mpmath, function)(argument)


def around(centre, error, rng):
    """Both ends of a ball, its centre, and something between them, exactly."""
    with mpmath.workdps(40):
        return [mpmath.mpf(centre) + part * mpmath.mpf(error) for part in (-1, 0, 1, rng.uniform(-1, 1))]


# ---------------------------------------------------------------- bounds


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_bound_of_a_function_holds_for_every_argument_in_its_ball(function):
    rng = random.Random(function)
    for _ in range(400):
        centre, error = rng.uniform(-20, 20), 10 ** rng.uniform(-16, -4)
        try:
            found = getattr(DOUBLE, function)(ball(centre, error))
        except (Undefined, Unclear):
            continue
        for argument in around(centre, error, rng):
            if function in ("log", "sqrt") and argument < 0:
                continue
            assert abs(exact(function, argument) - found.value) <= found.error * (1 + 2**-30), (centre, error)


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("meaning", KINDS, ids=lambda m: m.kind)
def test_the_bound_of_an_exercises_function_holds_for_every_argument_in_its_ball(meaning, order):
    rng = random.Random(f"{meaning.kind} {order}")
    for _ in range(200):
        centre, error = rng.uniform(-30, 30), 10 ** rng.uniform(-16, -4)
        found = DOUBLE.meaning(meaning, order, ball(centre, error))
        for argument in (centre - error, centre, centre + error):
            true = MANY.meaning(meaning, order, Ball(MANY.library.mpf(argument), MANY.library.mpf(0)))

            assert abs(true.value - found.value) <= found.error + true.error, (centre, error)


@pytest.mark.parametrize("kind", ["logistic", "softplus", "tanh", "wave"])
@pytest.mark.parametrize("order", [0, 1, 2])
def test_a_meaning_is_that_of_the_claims(kind, order):
    import sympy as sp

    t = sp.Dummy("t", real=True)
    meaning = Meaning(kind, (Fraction(2, 5),) if kind == "wave" else ())
    function = wave(Fraction(2, 5)) if kind == "wave" else MEANINGS[kind]
    slope = sp.diff(function(t), t, order)

    for value in (sp.Rational(-7, 3), sp.Rational(1, 9), sp.Rational(31, 5)):
        found = MANY.meaning(meaning, order, MANY.constant(Fraction(int(value.p), int(value.q))))
        assert abs(found.value - MANY.library.mpf(str(sp.N(slope.subs(t, value), 50)))) < 1e-40


@pytest.mark.parametrize("operation", ["add", "multiply", "divide"])
def test_the_bound_of_an_operation_holds_for_all_of_both_balls(operation):
    rng = random.Random(operation)
    python = {"add": lambda a, b: a + b, "multiply": lambda a, b: a * b, "divide": lambda a, b: a / b}[operation]
    for _ in range(500):
        a, b = (ball(rng.choice((-1, 1)) * 10 ** rng.uniform(-8, 8), 10 ** rng.uniform(-20, -2)) for _ in range(2))
        try:
            found = getattr(DOUBLE, operation)(a, b)
        except (Undefined, Unclear):
            continue
        for s in (-1, 0, 1):
            for t in (-1, 0, 1):
                true = python(Fraction(a.value) + s * Fraction(a.error), Fraction(b.value) + t * Fraction(b.error))
                assert abs(true - Fraction(found.value)) <= Fraction(found.error) * (1 + Fraction(1, 2**40))


@pytest.mark.parametrize("seed", range(250))
def test_no_bound_of_a_formula_is_too_small(seed):
    """In doubles and with many bits the same formula has one value."""
    rng = random.Random(f"bound {seed}")
    exercise = rng.choice(EXERCISES)
    try:
        term = read(exercise, Writer(exercise, rng).formula())
    except Unreadable:
        return
    for place in places(exercise):
        try:
            double, many = evaluated(term, place.double, DOUBLE), evaluated(term, place.many, MANY)
        except (Undefined, Unclear):
            continue
        for a, b in ((a, b) for rows in zip(double, many, strict=True) for a, b in zip(*rows, strict=True)):
            assert abs(MANY.library.mpf(a.value) - b.value) <= a.error + b.error


@pytest.mark.parametrize("seed", range(80))
def test_a_formula_has_the_value_that_the_kernels_own_witness_finds(seed):
    """Shapes, indices and operations mean in the evaluation what they mean in the language of the claims."""
    rng = random.Random(f"witness {seed}")
    exercise = rng.choice(EXERCISES[1:4])
    writer = Writer(exercise, rng)
    writer.functions = ["exp", "tanh", *exercise.table.functions]
    text = writer.formula(3).replace("^12", "^2")
    term = read(exercise, text)
    place = places(exercise)[seed % len(places(exercise))]
    try:
        found = evaluated(term, place.many, MANY)
        value = place.point.value_of(lowered(term, exercise.table))
    except (Undefined, Unclear, Undetermined):
        return

    for i, row in enumerate(found):
        for j, entry in enumerate(row):
            gap = abs(entry.value - MANY.library.mpf(str(value[i, j].evalf(50))))
            assert gap <= entry.error + 10**-35 * (1 + abs(entry.value)), text


# ---------------------------------------------------------------- lost digits


@pytest.mark.parametrize(
    ("small", "lost"), [(1e-9, False), (1e-10, True), (1e-300, True), (0.0, False)]
)
def test_an_addend_that_may_be_lost_is_marked(small, lost):
    assert DOUBLE.add(ball(1.0), ball(small)).lost is lost


def test_what_can_not_be_told_from_zero_is_no_lost_digit():
    assert not DOUBLE.add(ball(1.0), ball(1e-17, 1e-16)).lost


def test_a_lost_digit_stays_lost():
    lost = DOUBLE.add(ball(1.0), ball(1e-30))

    for made in (
        DOUBLE.add(lost, ball(-1.0)),
        DOUBLE.multiply(lost, ball(2.0)),
        DOUBLE.divide(ball(1.0), lost),
        DOUBLE.negative(lost),
        *(getattr(DOUBLE, name)(lost) for name in FUNCTIONS),
        *(DOUBLE.meaning(kind, 1, lost) for kind in KINDS),
    ):
        assert made.lost


@pytest.mark.parametrize(
    "vanishing",
    [
        lambda: DOUBLE.multiply(ball(1e-200), ball(1e-200)),
        lambda: DOUBLE.divide(ball(1e-200), ball(1e200)),
        lambda: DOUBLE.exp(ball(-700.0)),
    ],
)
def test_an_underflow_is_a_lost_digit_and_no_zero(vanishing):
    found = vanishing()

    assert found.lost
    assert found.error >= DOUBLE.tiny


@pytest.mark.parametrize(
    "large",
    [
        lambda: DOUBLE.exp(ball(601.0)),
        lambda: DOUBLE.multiply(ball(1e200), ball(1e200)),
        lambda: DOUBLE.divide(ball(1e200), ball(1e-200)),
        lambda: DOUBLE.power(ball(1e60), 64),
        lambda: DOUBLE.sin(ball(1e7)),
        lambda: DOUBLE.meaning(Meaning("logistic"), 0, ball(700.0)),
        lambda: DOUBLE.meaning(Meaning("wave", (Fraction(1, 2),)), 0, ball(1e7)),
        lambda: DOUBLE.exp(ball(1.0, 0.1)),
        lambda: DOUBLE.log(ball(1.0, 0.9)),
        lambda: DOUBLE.divide(ball(1.0), Ball(1e-20, 1e-19, lost=True)),
        lambda: DOUBLE.log(Ball(1e-20, 1e-19, lost=True)),
    ],
)
def test_what_is_too_large_or_too_rough_is_unclear(large):
    with pytest.raises(Unclear):
        large()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: DOUBLE.divide(ball(1.0), ball(0.0)),
        lambda: DOUBLE.divide(ball(0.0), ball(0.0)),
        lambda: DOUBLE.divide(ball(1.0), ball(1e-17, 1e-16)),
        lambda: DOUBLE.log(ball(0.0)),
        lambda: DOUBLE.log(ball(-1.0)),
        lambda: DOUBLE.sqrt(ball(-1.0)),
        lambda: DOUBLE.power(ball(0.0), -1),
        lambda: DOUBLE.raised(ball(-8.0), ball(1 / 3)),
        lambda: DOUBLE.raised(ball(0.0), ball(0.5)),
    ],
)
def test_what_has_no_value_is_undefined(wrong):
    with pytest.raises(Undefined):
        wrong()


# ---------------------------------------------------------------- comparisons


@pytest.mark.parametrize(
    ("value", "error", "lost", "kind"),
    [
        (1.0, 0.0, False, AGREES),
        (1.0, 1e-16, False, AGREES),
        (1.0 + 1e-15, 1e-15, False, AGREES),
        (1.0 + 1e-14, 1e-15, False, DIFFERS),
        (1.0, 1e-8, False, UNCLEAR),
        (1.0, 0.0, True, UNCLEAR),
        (2.0, 0.0, True, DIFFERS),
        (2.0, 1e-3, False, DIFFERS),
        (2.0, 1.0, False, UNCLEAR),
    ],
)
def test_two_values_agree_differ_or_neither(value, error, lost, kind):
    assert DOUBLE.compared(Ball(value, error, lost), 1.0, 2 * DOUBLE.unit) == kind


def test_powers_are_repeated_products():
    a = ball(1.1, 1e-16)
    expected = a
    for _ in range(6):
        expected = DOUBLE.multiply(expected, a)

    assert DOUBLE.power(a, 7) == expected
    assert DOUBLE.power(a, 0) == Ball(1.0, 0.0)
    assert math.isclose(DOUBLE.power(a, -2).value, 1.1**-2)


@pytest.mark.parametrize(("value", "error"), [(Fraction(3), 0.0), (Fraction(2**60), 128.0), (Fraction(1, 2), 2.0**-54)])
def test_integers_are_held_exactly_as_long_as_they_fit(value, error):
    assert DOUBLE.constant(value) == Ball(float(value), error)
