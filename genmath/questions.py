"""What a page needs to ask the exercises: words, symbols, hints, and the data that a verdict in doubles takes.

Contents: a question (:class:`Question`), all of them by label, kept like the verdicts (:func:`questions`).
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from genmath import book, tutor
from genmath.answers import exported
from genmath.exercises import Exercise

UNSEEN = ("claim", "prompt", "prompt_tex", "tex", "meaning")  # of an export: what a verdict does not take


@dataclasses.dataclass(frozen=True)
class Question:
    """An exercise as a page asks it.

    ``prompt`` and ``hints`` hold formulas between dollar signs, ``symbols`` are those of
    :meth:`genmath.exercises.Exercise.described`, ``shape`` and ``answer`` (as it could be typed) are texts, ``data``
    is what :func:`genmath.answers.exported` says as far as a verdict takes it.
    """

    label: str
    stem: str
    claim: str
    prompt: str
    shape: tuple[str, str]
    symbols: list[dict[str, Any]]
    hints: list[str]
    answer: str
    data: dict[str, Any]


def questions(labels: Iterable[str] | None = None) -> dict[str, Question]:
    """Exercises as a page asks them, all by default.

    What was found for exactly these sources is kept in the folder of the verdicts.
    """
    wanted = list(labels) if labels is not None else list(book.EXERCISES)
    known = _load()
    found = {label: known.get(label) or _question(book.exercise(label)) for label in wanted}
    if set(found) - set(known):
        _store({**known, **found})
    return found


def _question(exercise: Exercise) -> Question:
    return Question(
        exercise.label,
        next(stem for stem, asked in book.EXERCISES_OF.items() if exercise in asked),
        exercise.of,
        exercise.question(tex=True),
        (str(exercise.shape[0]), str(exercise.shape[1])),
        exercise.described(),
        tutor.hints(exercise),
        exercise.typed,
        _seen(exported(exercise)),
    )


def _seen(data: Mapping[str, Any]) -> dict[str, Any]:
    """An export without what is only read."""
    kept = {name: value for name, value in data.items() if name not in UNSEEN}
    lists = ("symbols", "functions")
    return {**kept, **{name: [{k: v for k, v in x.items() if k not in UNSEEN} for x in data[name]] for name in lists}}


def _path() -> Path:
    return book.cache_folder() / f"{book.fingerprint()}.questions.json"


def _store(found: Mapping[str, Question]) -> None:
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps([dataclasses.asdict(q) for q in found.values()]), encoding="utf-8")
    part.replace(path)


def _load() -> dict[str, Question]:
    try:
        records = json.loads(_path().read_text(encoding="utf-8"))
        return {r["label"]: Question(**{**r, "shape": tuple(r["shape"])}) for r in records}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
