"""Exercises on a terminal: verdicts in words, hints from the claim's own proof, and trying until it is right."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from genmath.answers import DIFFERENT, EQUAL, PROVED, UNDECIDED, UNDEFINED, UNREADABLE, Outcome, check, read
from genmath.exercises import Exercise
from genmath.surface import SIGNS, shape_text
from genmath.terms import Term

STATUS = {PROVED: 0, EQUAL: 0, DIFFERENT: 1, UNDEFINED: 3, UNREADABLE: 4, UNDECIDED: 5}
WORDS = {UNREADABLE: "can't read this", UNDEFINED: "undefined", DIFFERENT: "different"}
PLAIN_SIGNS = {"<=": "≤", ">=": "≥", "iff": "⇔", "in": "∈"}


def lines(exercise: Exercise, answer: str, outcome: Outcome) -> Iterator[str]:
    """A verdict for readers."""
    word, named = WORDS.get(outcome.verdict), f" ({outcome.mistake})" if outcome.mistake else ""
    yield f"{word}{named}: {outcome.message}" if word else outcome.message
    if outcome.verdict == UNDECIDED:
        yield "  write it in another form, with smaller numbers"
    if outcome.position is not None and answer.isprintable():
        yield f"  {answer}"
        yield f"  {' ' * outcome.position}^"
    if outcome.verdict == UNREADABLE:
        yield f"  expected: {outcome.expected}"
    elif outcome.yours is not None:
        where = f" in row {outcome.entry[0]}, column {outcome.entry[1]}" if outcome.entry else ""
        yield f"  yours{where}: {outcome.yours}, the answer: {outcome.expected}"
    if outcome.point:
        yield f"  at {', '.join(f'{name} = {_matrix(value)}' for name, value in outcome.point.items())}"
    if outcome.verdict in (PROVED, EQUAL):
        yield f"  the proof: python -m genmath show {exercise.of}"


def _matrix(value: Any) -> str:
    return value if isinstance(value, str) else "[" + "; ".join(", ".join(row) for row in value) + "]"


def introduction(exercise: Exercise) -> Iterator[str]:
    """The question, and what the answer may be written with."""
    yield exercise.question()
    for symbol in exercise.described():
        shape = "" if symbol["shape"] == ["1", "1"] else f", {'×'.join(symbol['shape'])}"
        meaning = f": {symbol['meaning']}" if symbol["meaning"] else ""
        yield f"  {symbol['name']}{meaning} ({symbol['domain']}{shape})"


def hints(exercise: Exercise) -> list[str]:
    """From what the answer is made of to the steps of the proof."""
    names = [name for name in exercise.table.values if name in _names(exercise)]
    functions = [name for name in exercise.table.functions if name in _names(exercise)]
    found = [f"The answer has the shape {shape_text(exercise.shape)}."] if exercise.shape != (1, 1) else []
    if names or functions:
        found.append(f"It holds {', '.join([*names, *functions])}.")
    reasons = [link.reason for link in exercise.source.links if link.reason and link.reason != "by definition"]
    found += [f"A step of the proof: {reason}." for reason in reasons]
    return found


def _names(exercise: Exercise) -> set[str]:
    """The names in the answer."""
    def used(term: Term) -> Iterator[str]:
        for part in term.walk():
            if part.op in ("symbol", "index"):
                yield part.data
            elif part.op in ("entry", "column", "function"):
                yield part.data[0]

    return set(used(read(exercise, exercise.typed)))


def solution(exercise: Exercise) -> Iterator[str]:
    """The answer and the claim's proof."""
    loose = replace(exercise.plain, letters=True)
    yield f"the answer: {exercise.typed}"
    yield f"{exercise.source.title}: {loose.text(exercise.source.start)}"
    for link in exercise.source.links:
        sign = PLAIN_SIGNS.get(link.sign, SIGNS[link.sign])
        yield f"  {sign} {loose.text(link.right)}    [{link.reason}]"


def practise(exercise: Exercise, ask: Callable[[str], str] = input, tell: Callable[[str], object] = print) -> int:
    """Ask until the answer is right, or the reader leaves; the status is that of the last answer."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - where it is at hand, input gets arrow keys and a history
    for line in introduction(exercise):
        tell(line)
    tell("Type your answer; or: hint, solution, quit.")
    waiting, status = hints(exercise), STATUS[UNREADABLE]
    try:
        while status:
            answer = ask("> ").strip()
            if answer in ("quit", "exit", "q"):
                break
            if answer in ("hint", "?"):
                tell(waiting.pop(0) if waiting else "That was the last hint; solution shows the proof.")
            elif answer == "solution":
                for line in solution(exercise):
                    tell(line)
            elif answer:
                outcome = check(exercise, answer)
                status = STATUS[outcome.verdict]
                for line in lines(exercise, answer, outcome):
                    tell(line)
    except (EOFError, KeyboardInterrupt):
        tell("")
    return status
