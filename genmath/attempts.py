"""Attempts of the kernel to prove that a typed expression is a claim's, in bounded time.

Nothing is refuted here, and nothing is concluded from an attempt that fails.  Expressions are compared three times:
with the abbreviations of the exercise as symbols of their own, with those opened that are a function of another, and
with all of them opened; each time by the normal form of the index calculus, with the claims on the slopes of the
logistic function and of softplus, and for scalars by SymPy's procedures.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

from genmath import activations, likelihood
from genmath.calc import Claim
from genmath.calculus import Apply
from genmath.exercises import Exercise
from genmath.indexed import Undetermined
from genmath.places import USUAL, meaning
from genmath.rules import By, Compute, Setting
from genmath.surface import SCALAR, Constant, Let, Node, Num, Relation, ShapeError, Var
from genmath.terms import Term, lowered

LAWS = {s.label: s for s in (*activations.STATEMENTS, *likelihood.STATEMENTS) if isinstance(s, Claim)}
SLOPES = ("sigmoid-slope", "softplus-slope")
SECONDS, MOST_TERMS = 0.6, 200
STUMBLES = (
    *(Undetermined, ShapeError, ArithmeticError, TypeError, ValueError, AttributeError),
    *(RecursionError, NotImplementedError, KeyError, IndexError),
)


class OutOfTime(BaseException):
    """An attempt took too long; no handler of ordinary errors may swallow it."""


def proved(exercise: Exercise, term: Term, answer: Node) -> bool:
    """Whether the kernel proves that a term is an expression, wherever both have a value.

    It is not asked about what would have more than ``MOST_TERMS`` terms when multiplied out.
    """
    if any(part.width > MOST_TERMS for part in term.walk()):
        return False
    yours = lowered(term, exercise.table)
    return within(SECONDS, lambda: any(attempt() for attempt in _attempts(exercise, yours, answer)))


def within(seconds: float, attempt: Callable[[], bool]) -> bool:
    """An attempt that is given up after some processor time, where a clock can interrupt it."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        return attempt()

    running = True

    def stop(*_: object) -> None:
        if running:  # a signal may arrive when the attempt has just ended
            raise OutOfTime

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        found = attempt()
        running = False
    except OutOfTime:
        running = found = False
    finally:
        running = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return found


def _attempts(exercise: Exercise, yours: Node, answer: Node) -> Iterator[Callable[[], bool]]:
    """Ways to prove it, the quickest first."""
    claim = exercise.source
    usual = all(meaning(exercise, name)[1].kind == USUAL[name] for name in claim.meanings if name in USUAL)
    laws = {label: LAWS[label].statement() for label in SLOPES if usual}
    loose = Setting(claim.given, claim.free, claim.at_most, used=laws, laws=frozenset(laws))
    named = [f.name for f in exercise.table.functions.values() if f.name in claim.meanings or f.name in USUAL]
    exact = replace(loose, meanings={name: meaning(exercise, name)[0] for name in named})
    pairs: list[tuple[Node, Node]] = []
    for opens in (lambda part: False, _is_value, lambda part: True):
        pair = _opened(exercise, yours, opens), _opened(exercise, answer, opens)
        pairs += [] if pair in pairs else [pair]
    for pair in pairs:
        yield _attempt(lambda pair=pair: loose.is_zero(*pair))  # type: ignore[misc]
    for pair in pairs if named else []:
        yield _attempt(lambda pair=pair: exact.is_zero(*pair))  # type: ignore[misc]
        for label in laws:
            link = Relation(pair[0], "=", pair[1])
            yield _attempt(lambda link=link, label=label: By(label).prove(link, loose) is not None)  # type: ignore[misc]
    for pair in pairs if yours.shape == SCALAR else []:
        link = Relation(pair[0], "=", pair[1])
        yield _attempt(lambda link=link: Compute().prove(link, exact) is not None)  # type: ignore[misc]


def _is_value(part: Node) -> bool:
    """Whether an abbreviation is a function's value."""
    return isinstance(part, Let) and isinstance(part.body, Apply)


def _attempt(prove: Callable[[], bool]) -> Callable[[], bool]:
    """An attempt that shows nothing where SymPy stumbles."""

    def attempt() -> bool:
        try:
            return prove()
        except STUMBLES:
            return False

    return attempt


def _opened(exercise: Exercise, node: Node, opens: Callable[[Node], bool]) -> Node:
    """An expression with some of what has a name written out, and the rest as symbols, which may have any value."""
    named = {
        thing: name for name, thing in exercise.table.values.items() if not isinstance(thing, Var | Num | Constant)
    }

    def change(part: Node) -> Node | None:
        if part in named and not opens(part):
            return Var(f"any {named[part]}", part.tex(), part.shape)
        return _opened(exercise, part.body, opens) if isinstance(part, Let) else None

    return node.replace(change)
