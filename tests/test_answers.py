"""Typed answers, judged: no verdict is wrong, nothing typed is executed, and every exercise knows its answer."""

from __future__ import annotations

import ast
import contextlib
import io
import itertools
import json
import math
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from formulas import Writer, bytes_at_random, itself, tokens_at_random

from genmath import attempts, book, likelihood, tutor
from genmath.__main__ import main
from genmath.answers import VERDICTS, check, exported, judged, read, told_apart
from genmath.balls import DIFFERS, DOUBLE, Unclear, Undefined, evaluated
from genmath.exercises import Exercise, Slip, exercises, missing_factor, put, row, times
from genmath.notation import dev_1, exp, mean_1, mu, t
from genmath.places import MEANINGS, POINTS, answer_of, mistakes_of, places
from genmath.rules import Setting
from genmath.surface import Node, Var
from genmath.terms import Misfit, lowered
from genmath.tokens import Unreadable

ROOT = Path(__file__).parent.parent
LABELS = sorted(book.EXERCISES)
GAUSS, NETWORK, SUMS, GAME = (
    book.exercise(label) for label in ("kl-one", "ae-grad-decoder", "kl-diagonal", "gan-derivative")
)
MODULES = ("answers", "attempts", "balls", "exercises", "grammar", "places", "plain", "terms", "tokens", "tutor")


@cache
def corpus():
    """The answers with their verdicts, for this test and for that of the page.

    ``answers.json`` holds three lists.

    ``cases``
        An ``exercise``, an ``answer`` as it is typed, its ``verdict``, and the name of the ``mistake`` if it is one
        that is known.  In doubles alone, as a page has them, the verdict and the mistake are the same, with *equal* in
        the place of *proved*.
    ``beyond_doubles``
        The same where doubles do not suffice: ``doubles`` is the verdict there.
    ``hostile``
        Texts that must neither be executed nor take long, whatever is made of them.
    """
    return json.loads((Path(__file__).parent / "answers.json").read_text(encoding="utf-8"))


def name_of(case):
    return f"{case['exercise']}: {case['answer']}"


CASES = [pytest.param(case, id=name_of(case)) for case in corpus()["cases"]]
BEYOND = [pytest.param(case, id=name_of(case)) for case in corpus()["beyond_doubles"]]


USUAL = attempts.SECONDS


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Give a proof more time, so that a busy machine proves what an idle one does."""
    monkeypatch.setattr(attempts, "SECONDS", 10 * USUAL)


def verdict(label, answer):
    return check(book.exercise(label), answer).verdict


# ---------------------------------------------------------------- the corpus


@pytest.mark.parametrize("case", CASES)
def test_an_answer_gets_its_verdict_and_its_mistake_is_named(case):
    outcome = check(book.exercise(case["exercise"]), case["answer"])

    assert (outcome.verdict, outcome.mistake) == (case["verdict"], case.get("mistake"))


@pytest.mark.parametrize("case", CASES)
def test_in_doubles_an_answer_gets_the_same_verdict(case):
    """What a page can say is what the command says, without the proof."""
    outcome = check(book.exercise(case["exercise"]), case["answer"], doubles=True)

    assert outcome.verdict == ("equal" if case["verdict"] == "proved" else case["verdict"])
    assert outcome.mistake == case.get("mistake")


@pytest.mark.parametrize("case", BEYOND)
def test_where_doubles_do_not_suffice_they_decide_nothing(case):
    exercise = book.exercise(case["exercise"])

    assert check(exercise, case["answer"]).verdict == case["verdict"]
    assert check(exercise, case["answer"], doubles=True).verdict == case["doubles"]


def test_no_verdict_in_doubles_is_near_to_another():
    """Another library's last digits do not change a verdict: every comparison is clear by a factor of two."""
    for case in corpus()["cases"]:
        exercise = book.exercise(case["exercise"])
        try:
            term = read(exercise, case["answer"])
        except (Unreadable, Misfit):
            continue
        for place, (expected, _) in zip(places(exercise), answer_of(exercise).values, strict=True):
            try:
                found = evaluated(term, place.double, DOUBLE)
            except (Undefined, Unclear):
                continue
            if term.shape != exercise.shape:
                continue
            for a, b in ((a, b) for rows in zip(found, expected, strict=True) for a, b in zip(*rows, strict=True)):
                bound, gap = 4 * (a.error + b.error), abs(a.value - b.value)
                assert not bound / 2 < gap < 2 * bound, name_of(case)
                if gap <= bound and not a.lost:
                    room = DOUBLE.tolerance * (1 + abs(b.value))
                    assert not room / 2 < bound < 2 * room, name_of(case)


def test_the_corpus_is_large_and_hardly_ever_undecided():
    cases = corpus()["cases"]
    undecided = [case for case in cases if case["verdict"] == "undecided"]

    assert len(cases) >= 400
    assert len({name_of(case) for case in cases}) == len(cases)
    assert len(undecided) <= 0.02 * len(cases)
    assert {case["verdict"] for case in cases} == set(VERDICTS)
    assert len({case["exercise"] for case in cases}) >= 40


def test_an_answer_is_judged_in_a_second(monkeypatch):
    monkeypatch.setattr(attempts, "SECONDS", USUAL)
    seconds = []

    for case in corpus()["cases"]:
        exercise = book.exercise(case["exercise"])
        answer_of(exercise), mistakes_of(exercise)
        start = time.process_time()
        check(exercise, case["answer"])
        seconds.append(time.process_time() - start)

    assert sorted(seconds)[int(0.95 * len(seconds))] <= 0.5
    assert max(seconds) <= 2


# ---------------------------------------------------------------- traps, each by its name


def test_the_logarithm_of_zero_is_no_number_that_equals_itself():
    assert verdict("kl-one", f"{GAUSS.typed} + 0*log(0)") == "undefined"
    assert verdict("kl-one", f"{GAUSS.typed} + log(sigma - sigma)") == "undefined"
    assert verdict("kl-one", "log(0)") == "undefined"


@pytest.mark.parametrize("one", ["exp(exp(exp(9)))", "(10^60)^60", "(exp(500))^2"])
def test_an_overflow_on_one_side_decides_nothing(one):
    assert verdict("kl-one", f"{GAUSS.typed} + {one} - {one}") == "undecided"
    assert verdict("kl-one", f"{GAUSS.typed} + 1/({one})") == "undecided"
    assert verdict("kl-one", one) == "undecided"


def test_no_point_is_degenerate():
    """At every point a named mistake can be told from the answer."""
    for exercise in book.EXERCISES.values():
        for name, wrong in mistakes_of(exercise).items():
            for (right, _), (other, _) in zip(answer_of(exercise).values, wrong.values, strict=True):
                kinds = {
                    DOUBLE.compared(a, b.value, b.error)
                    for rows in zip(right, other, strict=True)
                    for a, b in zip(*rows, strict=True)
                }
                assert DIFFERS in kinds, (exercise.label, name)


@pytest.mark.parametrize("exponent", [1, 4, 6, 10, 12, 16, 18, 22, 28, 30, 36, 40, 42, 46, 52, 58, 60])
def test_exponents_that_are_one_modulo_a_prime_are_not_one(exponent):
    """A checker that computes modulo a prime takes these powers for others."""
    assert verdict("vae-variance-pathwise", f"4 sigma^2 sigma^{exponent}") == "different"
    assert verdict("vae-variance-pathwise", f"4 sigma^2 sigma^{exponent}/sigma^{exponent}") == "proved"


@pytest.mark.parametrize("depth", range(2, 12))
def test_deep_exponentials_neither_hang_nor_agree(depth):
    text = "exp(" * depth + "mu" + ")" * depth

    assert verdict("kl-one", text) in ("different", "undecided")
    assert verdict("kl-one", f"{GAUSS.typed} + {text} - {text}") in ("proved", "equal", "undecided")


@pytest.mark.parametrize("digits", ["１", "٣", "२", "௩", "𝟐", "²²⁻", "Ⅷ", "㊈"])
def test_digits_of_other_scripts_are_refused(digits):
    outcome = check(GAUSS, f"mu + {digits}")

    assert outcome.verdict == "unreadable"
    assert outcome.position == 5


def test_cancellation_is_no_equality():
    assert verdict("kl-one", f"{GAUSS.typed} + exp(-50)") == "different"
    assert verdict("kl-one", f"({GAUSS.typed})*(1 + 10^-12*10^-12)") == "different"
    assert verdict("kl-one", f"10^12 + {GAUSS.typed} - 10^12") == "proved"
    assert check(GAUSS, f"10^12*10^6 + {GAUSS.typed} - 10^12*10^6", doubles=True).verdict == "undecided"


@pytest.mark.parametrize(
    ("label", "answer", "expected"),
    [
        ("kl-slope-mean", "|mu|", "different"),
        ("kl-slope-mean", "sqrt(mu ⊙ mu)", "different"),
        ("vae-code", "mu + |sigma| ⊙ epsilon", "proved"),
        ("gan-best-logit", "log|p| - log|q|", "proved"),
        ("gan-best-judge", "|p|/(p + |q|)", "proved"),
        ("sigmoid", "1/(1 + e^(-|t|))", "different"),
        ("kl-one", "(mu^2 + sigma^2 - 2 log|sigma| - 1)/2", "proved"),
        ("kl-one", "(|mu| mu + sigma^2 - 2 log(sigma) - 1)/2", "different"),
    ],
)
def test_an_absolute_value_counts_where_a_sign_is_open(label, answer, expected):
    assert verdict(label, answer) == expected


@pytest.mark.parametrize("digits", range(1, 13))
def test_a_rounded_constant_is_not_the_constant(digits):
    outcome = check(book.exercise("gan-half-judge"), f"-{round(math.log(4), digits)}")

    assert outcome.verdict == "different"
    assert outcome.mistake == "a rounded number"


def test_what_is_near_without_a_point_is_no_rounded_number():
    assert check(book.exercise("gan-half-judge"), "-(97/70)").mistake is None


def test_two_numbers_are_shown_until_they_differ():
    assert told_apart(1.0, 2.0) == ("1", "2")
    assert told_apart(DOUBLE.fraction(Fraction(1, 3)), 0.3333333334) == ("0.333333333333", "0.3333333334")


def test_a_proof_covers_what_is_given():
    """The value at the best discriminator is a divergence only for probabilities that sum to one."""
    assert verdict("gan-half-judge", "-log(4)") == "proved"


@pytest.mark.parametrize("wrong", [None, 3, b"mu", ["mu"]])
def test_an_answer_is_a_text(wrong):
    with pytest.raises(TypeError, match="an answer is a text, not"):
        check(GAUSS, wrong)


# ---------------------------------------------------------------- what a verdict says


def test_a_difference_comes_with_its_point_and_both_values():
    record = check(GAUSS, "mu").record()

    place = places(GAUSS)[0]
    assert record["point"] == {"mu": str(place.exact["mu"][0]), "sigma": str(place.exact["sigma"][0])}
    assert float(record["yours"]) == pytest.approx(float(place.exact["mu"][0]), rel=1e-5)
    assert float(record["expected"]) == pytest.approx(answer_of(GAUSS).values[0][0][0][0].value, rel=1e-5)
    assert "entry" not in record


def test_a_difference_of_matrices_names_the_entry():
    record = check(NETWORK, "(-(x - x_hat) ⊙ sigma'(a_d)) z'").record()

    assert record["entry"] == (1, 1)
    assert isinstance(record["point"]["x"], list)


def test_sizes_are_shown_where_they_are_used():
    assert "d" not in check(NETWORK, "x z'").point
    assert "d" in check(NETWORK, "d x z'").point


def test_a_free_index_is_shown_with_the_point():
    assert check(GAME, "D_p").point["p"] == str(places(GAME)[0].indices["p"])


def test_other_shapes_are_the_verdict():
    record = check(NETWORK, "x - x_hat").record()

    assert (record["verdict"], record["yours"], record["expected"]) == ("different", "d×1", "d×k")


def test_shapes_that_do_not_fit_are_a_difference_with_their_place():
    record = check(NETWORK, "x + z").record()

    assert (record["verdict"], record["yours"], record["position"]) == ("different", "d×1 + k×1", 2)


def test_an_undefined_answer_says_where():
    outcome = check(GAUSS, "mu^2 + log(mu)")

    assert outcome.position == 7
    assert float(Fraction(outcome.point["mu"])) < 0


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("1/(mu - mu)", "divided by zero"),
        ("sqrt(mu)", "root is taken of a negative"),
        ("mu^sigma", "broken exponent"),
        ("log(-sigma)", "not positive"),
    ],
)
def test_an_undefined_answer_says_why(answer, why):
    assert why in check(GAUSS, answer).message


def test_an_entry_that_is_not_there_is_undefined():
    outcome = check(SUMS, "mu_9")

    assert (outcome.verdict, outcome.message) == ("undefined", "it has no value at this point: mu has no entry 9")


def test_an_entry_outside_of_a_matrix_is_undefined():
    assert "W_d has no entry 9, 9" in check(NETWORK, "W_d[9, 9] x z'").message


# ---------------------------------------------------------------- every exercise


@pytest.mark.parametrize("label", LABELS)
def test_an_exercise_accepts_its_own_answer(label):
    exercise = book.exercise(label)

    assert check(exercise, exercise.typed).verdict == "proved"
    assert check(exercise, exercise.typed, doubles=True).verdict == "equal"


@pytest.mark.parametrize("label", LABELS)
def test_an_exercise_names_its_mistakes(label):
    exercise = book.exercise(label)

    for name, node in exercise.wrong.items():
        outcome = check(exercise, exercise.plain.text(node))

        says = next(slip.says for slip in exercise.slips if slip.name == name)
        assert (outcome.verdict, outcome.mistake, outcome.message) == ("different", name, says)


@pytest.mark.parametrize("label", LABELS)
def test_an_exercise_has_two_mistakes_and_a_sentence_for_each(label):
    exercise = book.exercise(label)

    assert len(exercise.slips) >= 2
    assert len({slip.name for slip in exercise.slips}) == len(exercise.slips)
    assert all(slip.says[-1] in ".?" and len(slip.says) > 15 for slip in exercise.slips)
    assert {slip.name for slip in exercise.slips} == {*exercise.wrong, *_misfits(exercise)}


def _misfits(exercise):
    return {slip.name for slip in exercise.slips if slip.name in exercise.misfits} - set(exercise.wrong)


def test_mistakes_of_shape_are_recognised():
    """Each is met by an answer of the corpus."""
    wanted = {(label, name) for label in LABELS for name in _misfits(book.exercise(label))}
    met = {(case["exercise"], case.get("mistake")) for case in corpus()["cases"]}

    assert wanted - met <= {("lae-grad-encoder", "lost transpose")}
    assert check(book.exercise("lae-grad-encoder"), "-2 W_d R X^T").mistake == "lost transpose"


@pytest.mark.parametrize("label", LABELS)
def test_the_mistakes_of_an_exercise_differ_from_each_other(label):
    exercise = book.exercise(label)
    values = [str([g for g, _ in reference.values]) for reference in mistakes_of(exercise).values()]

    assert len(set(values)) == len(values)


@pytest.mark.parametrize("label", LABELS)
def test_a_question_is_a_sentence_without_the_answer(label):
    exercise = book.exercise(label)

    for text in (exercise.question(), exercise.question(tex=True)):
        assert text[0].isupper()
        assert text[-1] in ".?"
        assert "{start}" not in text
        assert text.count("$") % 2 == 0
    if len(exercise.typed) > 6:
        assert exercise.typed not in exercise.question()


def test_every_formula_of_the_sheet_is_asked_for():
    """All numbered results but (4), which is a shape."""
    sources = {exercise.source.source for exercise in book.EXERCISES.values()}

    assert {f"({number})" for number in range(1, 21)} - sources == {"(4)"}


def test_there_are_exercises_over_all_chapters():
    assert len(book.EXERCISES) >= 60
    assert set(book.EXERCISES_OF) <= set(book.CHAPTERS)
    assert all(len(asked) >= 5 for asked in book.EXERCISES_OF.values())


@pytest.mark.parametrize("label", LABELS)
def test_an_answer_is_an_expression_of_the_claim(label):
    """Except where a part of it is asked for, it is the very expression that the claim ends with."""
    exercise = book.exercise(label)
    rows = [exercise.source.start, *(link.right for link in exercise.source.links)]

    assert exercise.source is book.find(exercise.of)
    assert exercise.answer in rows or label in ("ae-chain-rule", "kl-one-factor", "gan-best-logit", "clip-norm")


def test_named_slopes_leave_the_chain_rule_what_it_is():
    exercise = book.exercise("ae-chain-rule")

    for place in places(exercise)[:2]:
        claimed = place.point.value_of(exercise.source.links[-1].right)
        assert (place.point.value_of(exercise.answer) - claimed).applyfunc(lambda v: v.expand()).is_zero_matrix


# ---------------------------------------------------------------- points


@pytest.mark.parametrize("label", LABELS)
def test_sizes_and_indices_are_told_apart_over_all_points(label):
    """None is the other one, a number more or less, or so many times as large, at all points; and none stays the same.

    Only those are fixed that the claim supposes.
    """
    exercise = book.exercise(label)
    supposed = Setting(exercise.source.given).sizes
    rows = [
        {**{s: v for s, v in place.point.sizes.items() if s not in supposed}, **place.indices}
        for place in places(exercise)
    ]
    for name in rows[0]:
        assert len({row[name] for row in rows}) > 1, name
    for a, b in itertools.combinations(rows[0], 2):
        for alike in (lambda x, y: x - y, lambda x, y: x + y, Fraction):
            assert len({alike(row[a], row[b]) for row in rows}) > 1, (a, b)


@pytest.mark.parametrize("label", LABELS)
def test_sizes_at_a_point_are_unequal(label):
    for place in places(book.exercise(label)):
        sizes = list(place.point.sizes.values())

        assert len(set(sizes)) == len(sizes)
        assert 1 not in sizes


@pytest.mark.parametrize("label", LABELS)
def test_a_real_number_has_either_sign_at_some_point(label):
    exercise = book.exercise(label)
    for name, node in exercise.table.values.items():
        if isinstance(node, Var) and node.domain == "real" and node.shape == (1, 1):
            signs = {place.exact[name][0] > 0 for place in places(exercise)}
            assert signs == {True, False}, name


@pytest.mark.parametrize("label", LABELS)
def test_numbers_at_a_point_are_told_apart(label):
    exercise = book.exercise(label)
    for place in places(exercise):
        symbols = [n for n, node in exercise.table.values.items() if isinstance(node, Var) and node.shape == (1, 1)]
        numbers = [abs(place.exact[name][0]) for name in symbols]

        assert len(set(numbers)) == len(numbers)
        assert not {0, 1} & set(numbers)


def test_points_are_the_same_every_time():
    again = replace(GAUSS)

    assert places(again) is not places(GAUSS)
    assert [p.exact for p in places(again)] == [p.exact for p in places(GAUSS)]
    assert len(places(again)) == POINTS


def test_the_functions_of_exercises_are_those_of_the_claims():
    assert MEANINGS["logistic"](t.symbol) == likelihood.SOFTPLUS["sigma"](t.symbol)
    assert MEANINGS["softplus"](t.symbol) == likelihood.SOFTPLUS["softplus"](t.symbol)


# ---------------------------------------------------------------- declarations


def ask(**changes):
    plain = {"of": "kl-one", "prompt": "How far?", "symbols": (mean_1, dev_1), "slips": ()}
    return exercises([book.find("kl-one")], Exercise(**{**plain, **changes}))[0]


def test_an_exercise_of_no_claim_is_refused():
    with pytest.raises(ValueError, match="ask for kl-none, but no claim here is called so"):
        exercises([book.find("kl-one")], Exercise("kl-none", "?", (), ()))


def test_an_exercise_without_its_claim_says_what_to_do():
    with pytest.raises(ValueError, match="exercises\\(STATEMENTS"):
        _ = Exercise("kl-one", "?", (), ()).answer


def test_two_symbols_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two symbols of the exercise kl-one are called 'mu'"):
        _ = ask(symbols=(mean_1, mu)).table


def test_a_symbol_without_a_name_is_refused():
    with pytest.raises(ValueError, match="needs a name of its own"):
        _ = ask(symbols=(mean_1 + dev_1,)).table


def test_a_name_that_is_read_otherwise_is_refused():
    with pytest.raises(ValueError, match="is read as 'epsilon'"):
        _ = ask(names={"eps": t}).table


def test_a_mistake_of_no_such_name_is_refused():
    with pytest.raises(ValueError, match="no mistake that is called 'lost sock'"):
        _ = ask(slips=(Slip("lost sock", "It is in the other drawer."),)).wrong


def test_an_answer_may_be_any_row_of_a_chain():
    claim = book.find("gan-curvature")

    assert row(0)(claim) == claim.start
    assert row(1)(claim) == claim.links[0].right


def test_a_missing_factor_is_a_number_and_nothing_else_is_one():
    claim = book.find("kl-one")

    assert missing_factor("lost factor one half")(claim).tex() == r"\frac{1}{2}"
    other = "deviation instead of variance in the logarithm"
    with pytest.raises(ValueError, match=f"'{other}' is no factor of kl-one"):
        missing_factor(other)(claim)


def test_changes_are_computed_from_the_answer():
    answer = exp(mean_1) + mean_1

    assert times(2)(answer) == 2 * answer
    assert put(mean_1, dev_1)(answer) == exp(dev_1) + dev_1
    assert isinstance(put(mean_1, 0)(answer), Node)


def test_a_label_that_is_taken_twice_is_refused(monkeypatch):
    monkeypatch.setattr(book, "EXERCISES_OF", {"vae": (GAUSS, GAUSS)})

    with pytest.raises(ValueError, match="two exercises have the label 'kl-one'"):
        book._asked()


def test_a_claim_that_gives_a_function_another_meaning_gives_it_here():
    claim = replace(book.find("sigmoid-slope"), meanings={"sigma": lambda v: 2 * v + v**3})
    exercise = exercises([claim], Exercise("sigmoid-slope", "?", (t,), ()))[0]

    meaning = places(exercise)[0].double.meanings["sigma"]
    assert meaning.kind == "polynomial"
    assert meaning.coefficients == (0, 2, 0, 1)


# ---------------------------------------------------------------- proofs in bounded time


def test_an_attempt_that_takes_too_long_is_given_up():
    def forever():
        while True:
            pass

    start = time.process_time()

    assert attempts.within(0.05, forever) is False
    assert time.process_time() - start < 1
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


def test_no_handler_of_ordinary_errors_keeps_an_attempt_alive():
    def stubborn():
        while True:
            with contextlib.suppress(Exception):
                sum(range(1000))

    assert attempts.within(0.05, stubborn) is False


def test_the_signal_handler_is_put_back():
    before = signal.getsignal(signal.SIGPROF)

    attempts.within(0.5, lambda: True)

    assert signal.getsignal(signal.SIGPROF) is before


def test_an_attempt_runs_in_another_thread_too():
    found = []
    thread = threading.Thread(target=lambda: found.append(check(GAUSS, "mu^2/2 + sigma^2/2 - ln(sigma) - 1/2").verdict))
    thread.start()
    thread.join()

    assert found == ["proved"]


@pytest.mark.parametrize("label", ["kl-one", "gan-best-judge", "gan-slope", "bce-logits"])
def test_no_mistake_is_proved(label):
    exercise = book.exercise(label)
    for node in exercise.wrong.values():
        assert not attempts.proved(exercise, read(exercise, exercise.plain.text(node)), exercise.answer)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sqrt(mu^2)", "mu"),
        ("sqrt((sigma - 2)^2)", "2 - sigma"),
        ("|sigma - 2|", "2 - sigma"),
        ("|mu + sigma|", "|mu| + sigma"),
        ("log(mu^2)", "2 log(mu)"),
        ("log((sigma - 2)^2)", "2 log(2 - sigma)"),
        ("log((sigma - 2)*(sigma - 3))", "log(2 - sigma) + log(3 - sigma)"),
        ("sqrt((sigma - 2)*(sigma - 3))", "sqrt(2 - sigma)*sqrt(3 - sigma)"),
        ("((sigma - 2)^2)^(3/2)", "(2 - sigma)^3"),
        ("(mu^4)^(1/4)", "mu"),
        ("(mu^3)^(1/3)", "mu"),
        ("(mu^2)^(1/4)", "mu^(1/2)"),
        ("sqrt(mu^2 sigma^2)", "mu sigma"),
        ("sqrt(mu^2)/mu", "1"),
        ("log(exp(mu)^2)/2", "|mu|"),
        ("e^(log(mu^2)/2)", "mu"),
        ("mu^0", "mu/mu + 10^-12"),
        ("pi", "3.14159265359"),
    ],
)
def test_branches_of_roots_and_logarithms_are_not_mixed_up_in_a_proof(one, other):
    """Each pair is equal in a part of the domain alone; the proof does not know the points."""
    first, second = read(GAUSS, one), read(GAUSS, other)

    assert not attempts.proved(GAUSS, first, lowered(second, GAUSS.table))


@pytest.mark.parametrize("more", ["|sigma - 2| - (2 - sigma)", "log((sigma - 2)^2) - 2 log(2 - sigma)"])
def test_points_lie_on_both_sides_of_small_numbers(more):
    assert verdict("kl-one", f"{GAUSS.typed} + {more}") in ("different", "undefined")


def test_laws_of_the_logistic_function_are_not_used_for_another():
    claim = replace(book.find("sigmoid-slope"), meanings={"sigma": lambda v: 2 * v + v**3})
    exercise = exercises([claim], Exercise("sigmoid-slope", "?", (t,), ()))[0]

    slope, value = read(exercise, "sigma'(t)"), read(exercise, "sigma(t)*(1 - sigma(t))")
    assert attempts.proved(book.exercise("gan-slope-saturating"), *_beside("sigma'(o)", "sigma(o)*(1 - sigma(o))"))
    assert not attempts.proved(exercise, slope, lowered(value, exercise.table))


def _beside(one, other):
    exercise = book.exercise("gan-slope-saturating")
    return read(exercise, one), lowered(read(exercise, other), exercise.table)


def test_what_would_grow_too_large_is_not_tried(monkeypatch):
    monkeypatch.setattr(attempts, "within", lambda *_: pytest.fail("it was tried"))

    assert check(GAUSS, f"({GAUSS.typed})*((mu + sigma)^40/(sigma + mu)^40)").verdict == "equal"


def test_what_is_right_and_not_proved_is_equal(monkeypatch):
    monkeypatch.setattr(attempts, "proved", lambda *_: False)

    outcome = check(GAUSS, "mu^2/2 + sigma^2/2 - ln(sigma) - 1/2")

    assert outcome.verdict == "equal"
    assert "6 random points" in outcome.message


def test_sympy_may_stumble(monkeypatch):
    def stumble(*_):
        raise NotImplementedError

    monkeypatch.setattr(attempts.Setting, "is_zero", stumble)
    monkeypatch.setattr(attempts.Compute, "prove", stumble)
    monkeypatch.setattr(attempts.By, "prove", stumble)

    assert check(GAUSS, "mu^2/2 + sigma^2/2 - ln(sigma) - 1/2").verdict == "equal"


def test_many_bits_overrule_doubles():
    """A difference that doubles do not see is seen; what they take for zero need not be."""
    tiny = "10^-12*10^-3"

    assert check(GAUSS, f"({GAUSS.typed})*(1 + {tiny})", doubles=True).verdict in ("equal", "undecided")
    assert check(GAUSS, f"({GAUSS.typed})*(1 + {tiny})").verdict == "different"
    assert check(GAUSS, f"{GAUSS.typed} + 1/(1 + 10^-12*10^-12 - 1)*0").verdict != "undefined"


# ---------------------------------------------------------------- hostile texts


HOSTILE = """
import json, resource, sys, time
from genmath import book
from genmath.answers import check
asked = [book.exercise(label) for label in ("kl-one", "ae-grad-decoder", "kl-diagonal")]
for exercise in asked:
    check(exercise, exercise.typed), check(exercise, "0"), check(exercise, "log(0)")
idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
slowest = 0
for text in json.load(sys.stdin):
    for exercise in asked:
        best = 9
        for _ in range(3):
            start = time.process_time()
            check(exercise, text)
            best = min(best, time.process_time() - start)
            if best < 0.02:
                break
        slowest = max(slowest, best)
print(slowest, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - idle) / 1024)
"""


def test_hostile_texts_are_neither_executed_nor_slow_nor_large(tmp_path):
    texts = corpus()["hostile"]
    trace = Path("/tmp/genmath-was-here")
    trace.unlink(missing_ok=True)

    done = subprocess.run(
        [sys.executable, "-c", HOSTILE],
        input=json.dumps(texts), capture_output=True, text=True, check=False, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=300,
    )  # fmt: skip

    assert done.stderr == ""
    seconds, megabytes = map(float, done.stdout.split())
    assert len(texts) >= 150
    assert seconds <= 0.05
    assert megabytes <= 64
    assert not trace.exists()
    assert list(tmp_path.iterdir()) == []


def test_typed_text_meets_no_function_that_executes():
    """The modules between a text and its verdict call nothing that runs or looks up a name in Python.

    ``sympify`` takes no text where it is strict.
    """
    forbidden = {
        "eval", "exec", "compile", "getattr", "setattr", "globals", "locals", "vars", "__import__", "import_module",
        "parse_expr", "S", "lambdify", "loads", "open", "system", "literal_eval",
    }  # fmt: skip
    for module in MODULES:
        tree = ast.parse((ROOT / "genmath" / f"{module}.py").read_text(encoding="utf-8"))
        for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            strict = any(k.arg == "strict" and ast.literal_eval(k.value) for k in call.keywords)

            assert name not in forbidden, (module, name)
            assert name != "sympify" or strict, module


# ---------------------------------------------------------------- random texts


@pytest.mark.parametrize("write", [bytes_at_random, tokens_at_random], ids=["bytes", "tokens"])
def test_random_texts_raise_nothing(write):
    rng = random.Random(write.__name__)
    asked = [GAUSS, NETWORK, SUMS, GAME]
    for _ in range(3000):
        text = write(rng)
        outcome = check(rng.choice(asked), text)

        assert outcome.verdict in VERDICTS
        assert outcome.position is None or 0 <= outcome.position <= len(text)


def test_random_formulas_equal_themselves_and_nothing_is_different_from_itself(monkeypatch):
    """A formula beside itself is right or undefined; rewritten it is never different, in doubles neither."""
    monkeypatch.setattr(attempts, "proved", lambda *_: False)
    rng = random.Random("self")
    asked = [GAUSS, NETWORK, SUMS, GAME, book.exercise("ae-rows-grad-decoder"), book.exercise("bce-logits")]
    for _ in range(500):
        exercise = rng.choice(asked)
        text = Writer(exercise, rng).formula()
        try:
            term = read(exercise, text)
        except Unreadable:
            continue  # it would take too long to evaluate
        reference = itself(exercise, term)

        outcome = judged(exercise, term, reference)

        assert outcome.verdict in ("proved", "undefined"), text
        rewritten = rng.choice((f"1*({text})", f"-(-({text}))", f"({text} + ({text}))/2", f"({text})*2/2"))
        try:
            other = read(exercise, rewritten)
        except Unreadable:
            continue
        for doubles in (False, True):
            again = judged(exercise, other, reference, doubles=doubles)
            assert again.verdict != "different", rewritten
            assert (again.verdict == "undefined") == (outcome.verdict == "undefined") or again.verdict == "undecided"


def test_doubles_never_contradict_many_bits():
    rng = random.Random("two precisions")
    for _ in range(600):
        exercise = rng.choice([GAUSS, NETWORK, SUMS, GAME])
        text = Writer(exercise, rng).formula()

        found = {check(exercise, text, doubles=d).verdict.replace("proved", "equal") for d in (False, True)}

        assert len(found - {"undecided"}) <= 1, text


# ---------------------------------------------------------------- export


@pytest.mark.parametrize("label", LABELS)
def test_an_export_is_json_and_holds_the_points(label):
    exercise = book.exercise(label)

    record = json.loads(json.dumps(exported(exercise), allow_nan=False))

    names = {symbol["name"] for symbol in record["symbols"]}
    assert len(record["points"]) == POINTS
    for point, place in zip(record["points"], places(exercise), strict=True):
        assert set(point["values"]) == names
        assert set(point["mistakes"]) == set(exercise.wrong)
        for name, rows in point["values"].items():
            exact = place.exact[name].tolist()
            assert all(v == float(w) for a, b in zip(rows, exact, strict=True) for v, w in zip(a, b, strict=True))
        for grid in (point["answer"], *point["mistakes"].values()):
            rows, columns = (int(m) if m.isdigit() else point["sizes"][m] for m in record["shape"])
            assert len(grid) == rows
            assert {len(r) for r in grid} == {columns}


def test_an_export_says_what_functions_are_and_which_mistakes_have_no_shape():
    record = exported(NETWORK)

    (sigma,) = record["functions"]
    assert (sigma["name"], sigma["kind"], sigma["aliases"]) == ("sigma", "logistic", ["sigmoid"])
    shapes = {m["name"]: m["shapes"] for m in record["mistakes"] if "shapes" in m}
    assert shapes == {"lost bracket": "d×1 ⊙ d×k", "lost transpose": "d×1 times k×1"}
    (phi,) = exported(book.exercise("gan-input-slope"))["functions"]
    assert phi["kind"] == "wave"
    assert len(phi["coefficients"]) == 1


def test_an_export_says_how_many_primes_are_allowed():
    assert {exported(book.exercise(label))["primes"] for label in ("softplus-slope", "bce-epsilon")} == {0, 2}


def test_symbols_are_described_with_domain_shape_and_meaning():
    described = {s["name"]: s for s in book.exercise("gan-derivative").described()}

    assert described["D"]["domain"] == "in (0, 1)"
    assert described["p_g"]["domain"] == "probability"
    assert described["m"]["domain"] == "integer"
    assert described["p"]["domain"] == "index up to m"
    assert described["D"]["shape"] == ["m", "1"]
    assert described["p_data"]["meaning"] == "probabilities of the data on m points"
    assert {s["name"]: s["meaning"] for s in NETWORK.described()}["sigma"].startswith("logistic function")


# ---------------------------------------------------------------- the command line


def test_exercises_are_listed_with_everything_that_a_program_needs(capsys):
    assert main(["exercises", "--json"]) == 0

    rows = json.loads(capsys.readouterr().out)
    assert [r["label"] for r in rows] == list(book.EXERCISES)
    assert all({"label", "stem", "prompt", "symbols", "mistakes"} <= set(r) for r in rows)
    assert all({"name", "domain"} <= set(s) for r in rows for s in r["symbols"])
    assert all(set(m) == {"name", "says"} for r in rows for m in r["mistakes"])


def test_exercises_of_one_chapter_are_listed_in_plain_columns(capsys):
    assert main(["exercises", "gan"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[:2] for line in lines] == [[e.label, "gan"] for e in book.exercises_of("gan")]


def test_exercises_are_a_table_on_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    assert main(["exercises", "gan"]) == 0
    assert "question" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("(mu^2 + sigma^2 - ln(sigma^2) - 1)/2", 0),
        ("mu^2", 1),
        ("log(mu)", 3),
        ("mu^2 +", 4),
        ("exp(exp(exp(9)))", 5),
    ],
)
def test_the_status_says_the_verdict(answer, status, capsys):
    assert main(["check", "kl-one", "--", answer]) == status
    assert main(["check", "kl-one", "--json", "--", answer]) == status

    words, _, record = capsys.readouterr().out.partition("{")
    assert words
    assert json.loads("{" + record)["verdict"] in VERDICTS


def test_an_answer_may_begin_with_a_minus_and_may_come_in_pieces(capsys):
    assert main(["check", "gan-half-judge", "--", "-log(4)"]) == 0
    assert main(["check", "gan-half-judge", "--json", "--", "-2", "log", "2"]) == 0
    assert main(["check", "gan-half-judge", "-log(4) + 0"]) == 0

    assert "proved" in capsys.readouterr().out


def test_json_says_what_applies_and_nothing_else(capsys):
    assert main(["check", "kl-one", "--json", "--", "mu^2 + sigma^2 - ln(sigma^2) - 1"]) == 1

    record = json.loads(capsys.readouterr().out)
    assert record["mistake"] == "lost factor one half"
    assert set(record) == {"label", "verdict", "message", "point", "yours", "expected", "mistake"}


def test_an_unreadable_answer_is_shown_with_its_place(capsys):
    assert main(["check", "kl-one", "--", "mu^2 + foo"]) == 4

    lines = capsys.readouterr().out.splitlines()
    assert lines[1:3] == ["  mu^2 + foo", "         ^"]
    assert lines[3].startswith("  expected: one of mu, sigma")


def test_matrices_are_shown_in_rows(capsys):
    assert main(["check", "ae-grad-decoder", "--", "x z'"]) == 1

    out = capsys.readouterr().out
    assert "yours in row 1, column 1: " in out
    assert "x = [" in out


@pytest.mark.parametrize("arguments", [["check", "kl-on", "--", "1"], ["exercises", "vea"]])
def test_an_unknown_exercise_or_chapter_is_named(arguments, capsys):
    assert main(arguments) == 2
    assert "did you mean" in capsys.readouterr().err


def session(exercise, *answers):
    told, waiting = [], list(answers)

    def ask_(_):
        if not waiting:
            raise EOFError
        return waiting.pop(0)

    return tutor.practise(exercise, ask_, told.append), told


def test_practice_gives_hints_and_ends_when_it_is_right():
    status, told = session(NETWORK, "?", "hint", "hint", "hint", "", "x z'", NETWORK.typed, "never asked")

    assert status == 0
    assert told[0].startswith("Differentiate the loss")
    assert "The answer has the shape d×k." in told
    assert "It holds x, x_hat, a_d, z, sigma." in told
    assert any(line.startswith("A step of the proof: chain rule") for line in told)
    assert told[-2] == "right, and proved"


def test_practice_can_be_left_at_any_time():
    assert session(GAUSS, "quit")[0] == 4
    assert session(GAUSS, "mu")[0] == 1


def test_practice_shows_the_solution_when_asked():
    _, told = session(GAUSS, *["hint"] * 4, "solution")

    assert "That was the last hint; solution shows the proof." in told
    assert f"the answer: {GAUSS.typed}" in told
    assert told[-2].endswith("[integrate]")


def test_every_exercise_can_be_practised():
    for exercise in book.EXERCISES.values():
        status, told = session(exercise, *["hint"] * 6, "solution", exercise.typed)

        assert status == 0, exercise.label
        assert len(told) > 6


@pytest.mark.parametrize("leave", [EOFError, KeyboardInterrupt])
def test_practice_ends_cleanly_when_it_is_left(leave):
    waiting, told = ["mu", leave()], []

    def ask_(_):
        answer = waiting.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    assert tutor.practise(GAUSS, ask_, told.append) == 1
    assert told[-1] == ""


def test_on_a_terminal_check_without_an_answer_asks_for_one(capsys, monkeypatch):
    answers = iter(["log 4", "-log 4"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(tutor.practise, "__defaults__", (lambda _: next(answers), print))

    assert main(["check", "gan-half-judge"]) == 0

    out = capsys.readouterr().out
    assert "different (turned sign): The logarithm of one half is negative." in out
    assert "right, and proved" in out


@pytest.mark.parametrize("arguments", [[], ["--json"], ["-"], ["--", "-"]])
@pytest.mark.parametrize(("text", "status"), [("-2\n log 2\n", 0), ("log 4", 1), ("", 4), ("x" * 100_000, 4)])
def test_an_answer_may_be_piped(arguments, text, status, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(text))

    assert main(["check", "gan-half-judge", *arguments]) == status
    assert "> " not in capsys.readouterr().out


@pytest.mark.parametrize("answer", [b"mu \xff\xfe", b"-"])
def test_an_answer_in_no_encoding_is_unreadable_and_no_traceback(answer):
    done = subprocess.run(
        [sys.executable, "-m", "genmath", "check", "kl-one", "--", answer],
        input=b"mu \xff", capture_output=True, check=False, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )  # fmt: skip

    assert done.returncode == 4
    assert done.stderr == b""


def test_an_empty_answer_is_no_question(capsys):
    assert main(["check", "kl-one", "--", ""]) == 4
    assert "the answer is empty" in capsys.readouterr().out


def test_an_unknown_chapter_gets_the_list_of_chapters(capsys):
    assert main(["exercises", "nothing"]) == 2
    assert "there are autoencoder, vae" in capsys.readouterr().err
