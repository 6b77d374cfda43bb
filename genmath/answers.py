r"""Exercises, and whether a typed answer is right.

An exercise asks for an expression of a claim.  A typed answer is read (:mod:`genmath.grammar` has the grammar,
:mod:`genmath.terms` what it means), evaluated beside the claim's at exact random points of the domains
(:mod:`genmath.balls` has the arithmetic and the tolerances), and, where it agrees at all of them, proved equal by the
kernel's own rules.

Verdicts
--------
A point is *undefined*, *unclear*, or one of *differs*, *unclear*, *agrees*: undefined or unclear if the evaluation is;
else *differs* if one entry does, *unclear* if none differs and one is unclear.  The verdict is the first of these that
fits:

``unreadable``
    The text can't be read, or asks for what is not defined: ``position`` (code points from 0), ``expected`` there, and
    a ``message``.
``different``
    The shapes inside do not fit, or the shape is another one than that of the answer: ``yours`` and ``expected`` are
    shapes.  The ``mistake`` is the mistake of shape with the same ``shapes``; or *transposed*, where the shape is that
    of the transpose and the transpose agrees.
``undefined``
    At some point the answer has no value: the ``point``, where in the text (``position``), and why.
``different``
    At some point it differs: the first such ``point``, the first ``entry`` that differs (row and column from 1; not
    for scalars), ``yours`` and ``expected`` there.  The ``mistake`` is the first of these whose values agree at all
    points: a named mistake of the exercise; the answer times a number of ``FACTORS``, unless the answer is 0
    everywhere (*turned sign*, *a factor*); *a rounded number*, if a number with a point was typed and every entry lies
    within ``NEAR`` of the answer's, relatively.
``undecided``
    At some point it is unclear.
``proved``, ``equal``
    It agrees at all points, and is proved equal, or not.

A verdict is taken twice: in doubles, which a page can repeat, and with 166 bits.  The point that decides in doubles is
looked at again; if it decides otherwise with many bits, or no point decides, all points are, up to the first that is
unclear.  A proof has ``SECONDS`` of processor time, and is not tried for what would have more than ``MOST_TERMS`` terms
when multiplied out (:mod:`genmath.attempts`); then the verdict is ``equal``.  An answer that is the very expression of
the claim is proved by that, unless it is undefined.

Export
------
:func:`exported` gives all of an exercise that a verdict in doubles needs, as JSON:

``label``, ``claim``
    The exercise, and the claim that holds its solution.
``prompt``, ``prompt_tex``
    The question in plain text, and with formulas between dollar signs.
``shape``
    That of the answer, two texts, each ``"1"`` or a size.
``symbols``
    For each: ``name``, ``aliases``, ``tex``, ``meaning``, ``domain`` (``real``, ``positive``, ``nonnegative``,
    ``in (0, 1)``, ``probability``, ``integer``; ``index up to n`` for a free index, whose size follows ``up to``),
    ``shape``.  A symbol whose domain is ``integer`` may be the bound of a sum.
``functions``
    For each: ``name``, ``aliases``, ``tex``, ``kind`` (``logistic``, ``softplus``, ``tanh``, ``wave``, ``polynomial``),
    ``coefficients`` (of a wave or a polynomial, from the constant on), each as numerator and denominator.
``primes``
    How many primes a function may have.
``sizes``
    The largest value of each size, for the bound on the work.
``mistakes``
    ``name`` and ``says``; those of shape have ``shapes`` and no values.
``points``
    For each: ``sizes``, ``indices`` (of free ones), ``values`` (by name: rows of numbers), ``shown`` (by name: the
    same for readers), ``answer``, ``mistakes`` (by name): rows of numbers, all rounded to the nearest double.

A number of ``values`` has the error ``u |v|``, except integers, which are exact; one of ``answer`` and ``mistakes``
has the error ``2 u |w|``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import mpmath
import sympy as sp

from genmath import attempts
from genmath.balls import (
    AGREES,
    DIFFERS,
    DOUBLE,
    MANY,
    UNCLEAR,
    Arithmetic,
    Ball,
    Grid,
    Spot,
    Unclear,
    Undefined,
    evaluated,
)
from genmath.calc import shown
from genmath.exercises import Exercise
from genmath.grammar import parse
from genmath.places import Reference, answer_of, largest, meaning, mistakes_of, places
from genmath.surface import Num, shape_text
from genmath.terms import Misfit, Term, lowered, meant
from genmath.tokens import Unreadable, tokens

PROVED, EQUAL, DIFFERENT, UNDEFINED = "proved", "equal", "different", "undefined"
UNREADABLE, UNDECIDED = "unreadable", "undecided"
VERDICTS = (PROVED, EQUAL, DIFFERENT, UNDEFINED, UNREADABLE, UNDECIDED)
NEAR = 1e-2
FACTORS = (-1, 2, Fraction(1, 2), -2, Fraction(-1, 2), 4, Fraction(1, 4))


@dataclass(frozen=True)
class Outcome:
    """A verdict and what belongs to it; the head of this module says which of the fields apply when."""

    verdict: str
    message: str
    point: Mapping[str, Any] | None = None
    entry: tuple[int, int] | None = None
    yours: str | None = None
    expected: str | None = None
    mistake: str | None = None
    position: int | None = None

    def record(self) -> dict[str, Any]:
        """What applies, for JSON."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class _State:
    """What one point says."""

    kind: str
    message: str = ""
    at: int = 0
    entry: tuple[int, int] = (0, 0)
    yours: Any = None
    expected: Any = None
    place: int = 0


def check(exercise: Exercise, answer: str, *, doubles: bool = False) -> Outcome:
    """Whether an answer is right.

    Parameters
    ----------
    exercise : Exercise
        The question.
    answer : str
        What was typed; any text, it need not be trusted.
    doubles : bool
        Take the verdict in doubles alone, as a page does.

    Returns
    -------
    Outcome
        The verdict.

    Raises
    ------
    TypeError
        If the answer is no text.
    """
    if not isinstance(answer, str):
        raise TypeError(f"an answer is a text, not {type(answer).__name__}")
    try:
        term = read(exercise, answer)
    except Unreadable as error:
        return Outcome(UNREADABLE, str(error), expected=error.expected, position=error.position)
    except Misfit as error:
        return _misfit(exercise, error)
    yours = _Yours(exercise, term)
    outcome = _judged(yours, answer_of(exercise), doubles=doubles)
    if outcome.verdict == DIFFERENT and term.shape == exercise.shape:
        return _named(yours, outcome, answer)
    return outcome


def read(exercise: Exercise, text: str) -> Term:
    """What a text means in an exercise.

    Raises
    ------
    Unreadable, Misfit
        If it can't be read, or its shapes do not fit.
    """
    return meant(parse(text, exercise.table.vocabulary), exercise.table, largest(exercise))


def _misfit(exercise: Exercise, error: Misfit) -> Outcome:
    slips = [s for s in exercise.slips if exercise.misfits.get(s.name) == error.shapes]
    return Outcome(
        DIFFERENT,
        slips[0].says if slips else str(error),
        yours=error.shapes,
        expected=shape_text(exercise.shape),
        mistake=slips[0].name if slips else None,
        position=error.at,
    )


# ---------------------------------------------------------------- verdicts


def judged(exercise: Exercise, term: Term, reference: Reference, *, doubles: bool = False) -> Outcome:
    """The verdict on a term beside an expression with its values, without the name of a mistake."""
    return _judged(_Yours(exercise, term), reference, doubles=doubles)


@dataclass(frozen=True, eq=False)
class _Yours:
    """A term with its values in doubles, evaluated once."""

    exercise: Exercise
    term: Term

    @cached_property
    def doubles(self) -> list[Grid | _State]:
        return [_evaluated(self.term, place.double, DOUBLE) for place in places(self.exercise)]

    def state(self, number: int, reference: Reference, *, many: bool = False) -> _State:
        """What a point says."""
        double, bits = reference.values[number]
        if many:
            found = _evaluated(self.term, places(self.exercise)[number].many, MANY)
            return replace(_compared(found, bits, MANY), place=number)
        return replace(_compared(self.doubles[number], double, DOUBLE), place=number)

    def agrees(self, reference: Reference) -> bool:
        """Whether all points agree, in doubles."""
        return all(self.state(number, reference).kind == AGREES for number in range(len(reference.values)))

    def decisive(self, reference: Reference, *, doubles: bool) -> _State:
        """The state that decides: undefined before different before unclear."""
        numbers = range(len(reference.values))
        decided = _first(self.state(number, reference) for number in numbers)
        if doubles:
            return decided
        if decided.kind in (UNDEFINED, DIFFERS):
            again = self.state(decided.place, reference, many=True)
            if again.kind == decided.kind:
                return again
        found: list[_State] = []
        for number in numbers:
            found.append(self.state(number, reference, many=True))
            if found[-1].kind == UNCLEAR:
                break
        return _first(found)


def _first(states: Iterable[_State]) -> _State:
    order = (UNDEFINED, DIFFERS, UNCLEAR, AGREES)
    return min(states, key=lambda state: order.index(state.kind))


def _evaluated(term: Term, spot: Spot, arithmetic: Arithmetic) -> Grid | _State:
    try:
        return evaluated(term, spot, arithmetic)
    except Undefined as error:
        return _State(UNDEFINED, str(error), error.at)
    except Unclear as error:
        return _State(UNCLEAR, str(error))


def _compared(found: Grid | _State, expected: Grid, arithmetic: Arithmetic) -> _State:
    if isinstance(found, _State):
        return found
    if not expected:
        return _State(UNCLEAR, "the answer itself has no clear value")
    kinds = set()
    for i, (balls, others) in enumerate(zip(found, expected, strict=True), 1):
        for j, (ball, other) in enumerate(zip(balls, others, strict=True), 1):
            kind = arithmetic.compared(ball, other.value, other.error)
            if kind == DIFFERS:
                return _State(kind, entry=(i, j), yours=ball.value, expected=other.value)
            kinds.add(kind)
    return _State(UNCLEAR, "too many digits cancel") if UNCLEAR in kinds else _State(AGREES)


def _judged(yours: _Yours, reference: Reference, *, doubles: bool) -> Outcome:
    exercise, term = yours.exercise, yours.term
    if term.shape != reference.shape:
        return _other_shape(exercise, term, reference)
    state = yours.decisive(reference, doubles=doubles)
    if state.kind == UNDEFINED:
        return _undefined(exercise, term, state)
    if state.kind == DIFFERS:
        return _different(exercise, term, state)
    same = reference.node is not None and lowered(term, exercise.table) == reference.node
    if state.kind == UNCLEAR and (doubles or not same):
        return Outcome(UNDECIDED, f"numbers can't decide this: {state.message}")
    count = len(reference.values)
    if doubles:
        return Outcome(EQUAL, f"right at {count} random points; nothing is proved")
    if same or (reference.node is not None and attempts.proved(exercise, term, reference.node)):
        return Outcome(PROVED, "right, and proved")
    return Outcome(EQUAL, f"right at {count} random points; a proof was not found")


def _other_shape(exercise: Exercise, term: Term, reference: Reference) -> Outcome:
    yours, expected = shape_text(term.shape), shape_text(reference.shape)
    message, mistake = f"yours has the shape {yours}, the answer has {expected}", None
    turned = Term("transpose", term.at, term.shape[::-1], (term,))
    if turned.shape == reference.shape and _Yours(exercise, turned).agrees(reference):
        message, mistake = f"{message}: yours is its transpose", "transposed"
    return Outcome(DIFFERENT, message, yours=yours, expected=expected, mistake=mistake)


def _undefined(exercise: Exercise, term: Term, state: _State) -> Outcome:
    message = f"it has no value at this point: {state.message}"
    return Outcome(UNDEFINED, message, _shown_point(exercise, term, state), position=state.at)


def _different(exercise: Exercise, term: Term, state: _State) -> Outcome:
    yours, expected = told_apart(state.yours, state.expected)
    entry = None if term.is_scalar else state.entry
    message = "it differs from the answer at this point"
    return Outcome(DIFFERENT, message, _shown_point(exercise, term, state), entry, yours, expected)


def told_apart(first: Any, second: Any) -> tuple[str, str]:
    """Two numbers for readers, with as many digits as it takes to see a difference."""
    for digits in (6, 12, 17, 30, 48):
        shown_ = tuple(mpmath.nstr(MANY.library.mpf(v), digits) for v in (first, second))
        if shown_[0] != shown_[1]:
            break
    return shown_[0].removesuffix(".0"), shown_[1].removesuffix(".0")


def _shown_point(exercise: Exercise, term: Term, state: _State) -> dict[str, Any]:
    """The values of all symbols, and of the sizes that the term holds."""
    place = places(exercise)[state.place]
    used = {part.data for part in term.walk() if part.op == "symbol"}
    used |= {name for name, node in exercise.table.values.items() if not isinstance(node, Num)} | set(place.indices)
    return {name: _readable(value) for name, value in place.exact.items() if name in used}


def _readable(matrix: sp.Matrix) -> Any:
    texts = [[shown(v) for v in matrix.row(i)] for i in range(matrix.rows)]
    return texts[0][0] if len(matrix) == 1 else texts


# ---------------------------------------------------------------- mistakes


def _named(yours: _Yours, outcome: Outcome, text: str) -> Outcome:
    """The outcome with the mistake that it is, if it is one that is known."""
    exercise, reference = yours.exercise, answer_of(yours.exercise)
    for slip in exercise.slips:
        wrong = mistakes_of(exercise).get(slip.name)
        if wrong is not None and yours.agrees(wrong):
            return replace(outcome, mistake=slip.name, message=slip.says)
    if any(ball.value for values, _ in reference.values for balls in values for ball in balls):
        for factor in FACTORS:
            if yours.agrees(_multiple(reference, factor)):
                name, message = _factor(factor)
                return replace(outcome, mistake=name, message=message)
    rounded = any(token.kind == "number" and "." in token.text for token in tokens(text))
    if rounded and all(_near(yours)):
        message = "it is near, but a rounded number is not the number itself: write it exactly, as in log(4)"
        return replace(outcome, mistake="a rounded number", message=message)
    return outcome


def _multiple(reference: Reference, factor: Fraction | int) -> Reference:
    number = float(factor)
    values = tuple(
        ([[Ball(number * b.value, abs(number) * b.error) for b in balls] for balls in grid], many)
        for grid, many in reference.values
    )
    return replace(reference, values=values)


def _factor(factor: Fraction | int) -> tuple[str, str]:
    if factor == -1:
        return "turned sign", "at every point it is minus the answer: a sign is turned somewhere"
    return "a factor", f"at every point it is {factor} times the answer: a constant factor is lost, or one too many"


def _near(yours: _Yours) -> Iterator[bool]:
    """Whether the values are near to the answer's, point by point."""
    for found, (expected, _) in zip(yours.doubles, answer_of(yours.exercise).values, strict=True):
        if isinstance(found, _State):
            yield False
        else:
            pairs = [pair for balls in zip(found, expected, strict=True) for pair in zip(*balls, strict=True)]
            yield all(abs(a.value - b.value) <= NEAR * abs(b.value) for a, b in pairs)


# ---------------------------------------------------------------- export


def exported(exercise: Exercise) -> dict[str, Any]:
    """All that a verdict in doubles needs, as JSON; the head of this module says what each field is."""
    record = exercise.record()
    symbols = [s for s in record["symbols"] if s["domain"] != "function"]
    functions = [s for s in record["symbols"] if s["domain"] == "function"]
    return {
        "label": record["label"],
        "claim": record["claim"],
        "prompt": record["prompt"],
        "prompt_tex": record["prompt_tex"],
        "shape": [str(m) for m in exercise.shape],
        "symbols": symbols,
        "functions": [_function(exercise, f) for f in functions],
        "primes": exercise.primes,
        "sizes": {str(size): most for size, most in largest(exercise).items()},
        "mistakes": [
            {**m, **({"shapes": exercise.misfits[m["name"]]} if m["name"] not in exercise.wrong else {})}
            for m in record["mistakes"]
        ],
        "points": [_point(exercise, number) for number in range(len(places(exercise)))],
    }


def _function(exercise: Exercise, described: Mapping[str, Any]) -> dict[str, Any]:
    meant_ = meaning(exercise, exercise.table.functions[described["name"]].name)[1]
    coefficients = [[c.numerator, c.denominator] for c in meant_.coefficients]
    kept = {field: described[field] for field in ("name", "aliases", "tex", "meaning")}
    return {**kept, "kind": meant_.kind, "coefficients": coefficients}


def _point(exercise: Exercise, number: int) -> dict[str, Any]:
    place = places(exercise)[number]
    return {
        "primes": exercise.primes,
        "sizes": {str(size): value for size, value in place.point.sizes.items()},
        "indices": dict(place.indices),
        "values": {name: _plain(grid) for name, grid in place.double.values.items()},
        "shown": {name: _readable(value) for name, value in place.exact.items()},
        "answer": _plain(answer_of(exercise).values[number][0]),
        "mistakes": {name: _plain(r.values[number][0]) for name, r in mistakes_of(exercise).items()},
    }


def _plain(grid: Iterable[Iterable[Ball]]) -> list[list[float]]:
    return [[float(ball.value) for ball in balls] for balls in grid]
