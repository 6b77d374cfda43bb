"""The book: every equation and every claim of the sheet, the statements that settle them, and their verdicts.

Contents: the statements (:data:`STATEMENTS`), the exercises (:data:`EXERCISES`), the sheet's inventory
(:data:`ITEMS`), the museum (:data:`EXHIBITS`), what rests on what (:func:`rests_on`, :func:`used_by`), verdicts with
their cache (:func:`reports`), records for machines (:func:`records`).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from genmath import (
    activations,
    augmentation,
    augmentation_exercises,
    autoencoder,
    autoencoder_exercises,
    classifier,
    clipping,
    collapse,
    compression,
    corrections,
    data,
    divergence,
    evaluation,
    evaluation_exercises,
    frechet,
    game,
    gan,
    gan_exercises,
    gan_network,
    graph,
    greys,
    initialisation,
    likelihood,
    linear_autoencoder,
    museum,
    noise_images,
    practice,
    rnn,
    rnn_exercises,
    training,
    training_exercises,
    vae,
    vae_exercises,
    vae_network,
)
from genmath.calc import (
    PROVED,
    REFUTED,
    UNDECIDED,
    Claim,
    Counterexample,
    LinkReport,
    MutantReport,
    Refutation,
    Report,
    Statement,
    verify,
)
from genmath.exercises import Exercise
from genmath.inventory import INVENTORY, Item
from genmath.legend import legend
from genmath.museum import Exhibit
from genmath.rules import Lemma, relation_of
from genmath.surface import Let, Node, Point, Relation

__all__ = [
    "CHAPTERS",
    "EXERCISES",
    "EXHIBITS",
    "ITEMS",
    "STATEMENTS",
    "Exercise",
    "Exhibit",
    "Item",
    "exercise",
    "exercises_of",
    "find",
    "known",
    "legend",
    "names",
    "passed",
    "records",
    "reports",
    "rests_on",
    "stem_of",
    "used_by",
]

# The statements of a chapter may stand in several modules; what its page does not print yet, a page of its own does.
CHAPTERS: Mapping[str, tuple[Any, ...]] = {
    "autoencoder": (activations, autoencoder, compression, linear_autoencoder, data),
    "vae": (divergence, likelihood, vae, vae_network, collapse, noise_images),
    "gan": (gan, gan_network, game),
    "augmentation": (augmentation, greys),
    "training": (clipping, initialisation, training),
    "rnn": (rnn,),
    "evaluation": (evaluation, frechet, classifier),
    "practice": (practice,),
}
EXERCISES_OF: Mapping[str, tuple[Exercise, ...]] = {
    "autoencoder": autoencoder_exercises.EXERCISES,
    "vae": vae_exercises.EXERCISES,
    "gan": gan_exercises.EXERCISES,
    "augmentation": augmentation_exercises.EXERCISES,
    "training": training_exercises.EXERCISES,
    "rnn": rnn_exercises.EXERCISES,
    "evaluation": evaluation_exercises.EXERCISES,
}
PLANNED = ("autoencoder", "vae", "gan", "augmentation", "rnn", "training", "evaluation", "practice")


# The museum is no chapter: the sheet does not have its statements, but they are verified like all others.
STEMS: Mapping[str, tuple[Any, ...]] = {**CHAPTERS, "museum": (corrections, museum)}


def _collected() -> dict[str, Statement]:
    found: dict[str, Statement] = {}
    for module in (m for modules in STEMS.values() for m in modules):
        for statement in module.STATEMENTS:
            if statement.label in found:
                raise ValueError(f"two statements have the label {statement.label!r}")
            found[statement.label] = statement
    return found


STATEMENTS: Mapping[str, Statement] = _collected()


def _asked() -> dict[str, Exercise]:
    found: dict[str, Exercise] = {}
    for exercise in (e for exercises in EXERCISES_OF.values() for e in exercises):
        if exercise.label in found:
            raise ValueError(f"two exercises have the label {exercise.label!r}")
        found[exercise.label] = exercise
    return found


EXERCISES: Mapping[str, Exercise] = _asked()


class UnknownLabel(KeyError):
    """A label that names nothing of a kind; the message lists those that are near."""

    def __init__(self, label: str, kind: str = "statement", known: Iterable[str] = STATEMENTS, hint: str = "") -> None:
        import difflib

        near = difflib.get_close_matches(label, list(known), n=3)
        hint = f"did you mean {', '.join(near)}?" if near else hint or "`python -m genmath list` prints all labels"
        super().__init__(f"no {kind} has the label {label!r}; {hint}")

    def __str__(self) -> str:
        return str(self.args[0])


def find(label: str) -> Statement:
    """The statement with a label."""
    try:
        return STATEMENTS[label]
    except KeyError:
        raise UnknownLabel(label) from None


def exercise(label: str) -> Exercise:
    """The exercise with a label."""
    try:
        return EXERCISES[label]
    except KeyError:
        hint = "`python -m genmath exercises` prints all labels"
        raise UnknownLabel(label, "exercise", EXERCISES, hint) from None


def exercises_of(stem: str) -> tuple[Exercise, ...]:
    """The exercises of a chapter."""
    try:
        return EXERCISES_OF[stem]
    except KeyError:
        hint = f"there are {', '.join(EXERCISES_OF)}"
        raise UnknownLabel(stem, "chapter with exercises", EXERCISES_OF, hint) from None


class _Numbers(dict[str, Any]):
    """The number that a labelled statement ends with, for findings."""

    def __missing__(self, label: str) -> int | float:
        statement = find(label)
        if isinstance(statement, Claim):
            value = statement.links[-1].right.value(Point({}))[0]
        elif isinstance(statement, Counterexample) and isinstance(statement.statement, Relation):
            value = statement.statement.left.value(Point(statement.sizes, statement.values))[0]
        else:
            raise TypeError(f"{label} shows no number")
        return int(value) if value.is_Integer else float(value)


def _shown(item: Item) -> Item:
    """An item with the numbers of its finding; of what is not treated nothing is said."""
    if not item.treated:
        return dataclasses.replace(item, verdict="not yet treated", finding="")
    return dataclasses.replace(item, finding=item.finding.format_map(_Numbers()))


ITEMS = tuple(map(_shown, INVENTORY))


def hung(exhibits: Iterable[Exhibit]) -> tuple[Exhibit, ...]:
    """Exhibits, each of them once; `ValueError` where one is no counterexample with claims that correct it."""
    found: dict[str, Exhibit] = {}
    for exhibit in exhibits:
        printed = find(exhibit.label)
        if exhibit.label in found:
            raise ValueError(f"{exhibit.label} is exhibited twice")
        if printed.kind != "counterexample":
            raise ValueError(f"{exhibit.label} is a {printed.kind}: an exhibit is a counterexample")
        if all(find(label).kind != "claim" for label in printed.uses):
            raise ValueError(f"{exhibit.label} names no claim that corrects it")
        found[exhibit.label] = exhibit
    return tuple(found.values())


EXHIBITS = hung(museum.EXHIBITS)


@cache
def stem_of(label: str) -> str:
    """The chapter in which a statement stands, or ``museum``."""
    return next(stem for stem, modules in STEMS.items() for m in modules if find(label) in m.STATEMENTS)


@cache
def rests_on(label: str) -> tuple[str, ...]:
    """Everything that a statement uses, directly or not, nearest first."""
    statement = find(label)
    found = tuple(graph.reached(graph.uses(STATEMENTS), label))
    if label in {used for s in (statement, *map(find, found)) for used in s.uses}:
        raise ValueError(f"{label} rests on itself")
    return found


@cache
def used_by(label: str) -> tuple[str, ...]:
    """Every statement that falls with this one, nearest first."""
    find(label)
    return tuple(graph.reached(graph.turned(graph.uses(STATEMENTS)), label))


@cache
def names(label: str) -> tuple[str, ...]:
    """What the abbreviations in a statement stand for, in LaTeX, as far as no definition of the book says so."""
    statement = find(label)
    if isinstance(statement, Claim):
        relations = [*statement.steps(), *map(relation_of, (*statement.given, *statement.equality))]
    elif isinstance(statement, Counterexample) and isinstance(statement.statement, Relation):
        relations = [statement.statement, *map(relation_of, statement.given)]
    else:
        relations = []
    found: dict[str, None] = {}
    waiting = [name for r in relations for side in (r.left, r.right) for name in _names_in(side)]
    while waiting:
        name = waiting.pop(0)
        relation = Relation(name, "=", name.body).tex()
        if name.letter not in _defined() and relation not in found:
            found[relation] = None
            waiting += _names_in(name.body)
    return tuple(found)


@cache
def _defined() -> frozenset[str]:
    """The letters that a definition introduces."""
    definitions = [s for s in STATEMENTS.values() if isinstance(s, Claim) and s.kind == "definition"]
    return frozenset(s.start.letter for s in definitions if isinstance(s.start, Let))


def _names_in(node: Node) -> list[Let]:
    """The abbreviations that are printed as names."""
    if node.named:
        return [node] if isinstance(node, Let) else []
    return [name for child in node.children for name in _names_in(child)]


# ---------------------------------------------------------------- verdicts


def fingerprint() -> str:
    """A hash of what verdicts depend on: the sources of genmath, SymPy and Python."""
    digest = hashlib.sha256(f"{version('sympy')} {sys.version_info[:2]}".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:24]


def cache_folder() -> Path:
    """Where verdicts are kept: ``GENMATH_CACHE``, or the user's cache."""
    home = os.environ.get("GENMATH_CACHE")
    return Path(home) if home else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "genmath"


def reports(
    labels: Iterable[str] | None = None,
    *,
    fresh: bool = False,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Report]:
    """Verdicts of statements, with everything that they rest on.

    Parameters
    ----------
    labels : iterable of str, optional
        Statements wanted; all by default.
    fresh : bool
        Verify again even if the verdict for exactly these sources is known.
    progress : function, optional
        Called with each label when its verdict is there.
    """
    wanted = list(labels) if labels is not None else list(STATEMENTS)
    needed = dict.fromkeys(x for label in wanted for x in (label, *rests_on(label)))
    known = {} if fresh else _load()
    bare: dict[str, Report] = {}
    for label in needed:
        bare[label] = known.get(label) or verify(find(label), STATEMENTS)
        if progress:
            progress(label)
    if set(bare) - set(known) or fresh:
        _store({**known, **bare})
    return {label: _whole(label, bare) for label in wanted}


def passed(statement: Statement, report: Report) -> bool:
    """Whether a verdict is the one that the statement needs."""
    return statement.kind == "judgement" or report.verdict == (
        REFUTED if statement.kind == "counterexample" else PROVED
    )


def _whole(label: str, bare: Mapping[str, Report]) -> Report:
    """A report with the lemmas of everything below it; it stands only if all that it uses stands."""
    report, below = bare[label], rests_on(label)
    if not isinstance(find(label), Claim):
        return report
    modulo = tuple(dict.fromkeys([*report.modulo, *(m for used in below for m in bare[used].modulo)]))
    fallen = [used for used in below if not passed(find(used), bare[used])]
    if fallen and report.verdict == PROVED:
        return dataclasses.replace(
            report, verdict=UNDECIDED, modulo=modulo, detail=f"it rests on {fallen[0]}, which is not proved"
        )
    return dataclasses.replace(report, modulo=modulo)


def known() -> dict[str, Report]:
    """The verdicts that were found for exactly these sources."""
    bare = _load()
    return {label: _whole(label, bare) for label in STATEMENTS if {label, *rests_on(label)} <= set(bare)}


def _store(found: Mapping[str, Report]) -> None:
    path = cache_folder() / f"{fingerprint()}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps([dataclasses.asdict(r) for r in found.values()]), encoding="utf-8")
    part.replace(path)


def _load() -> dict[str, Report]:
    path = cache_folder() / f"{fingerprint()}.json"
    try:
        return {r["label"]: _report(r) for r in json.loads(path.read_text(encoding="utf-8"))}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _report(record: Mapping[str, Any]) -> Report:
    def point(value: Mapping[str, str] | None) -> Refutation | None:
        return Refutation(**value) if value else None

    return Report(
        **{
            **record,
            "evidence": tuple(record["evidence"]),
            "modulo": tuple(Lemma(**m) for m in record["modulo"]),
            "links": tuple(LinkReport(**{**x, "evidence": tuple(x["evidence"])}) for x in record["links"]),
            "mutants": tuple(MutantReport(**{**m, "point": point(m["point"])}) for m in record["mutants"]),
            "point": point(record["point"]),
        }
    )


# ---------------------------------------------------------------- records


def records(found: Mapping[str, Report], labels: Iterable[str] | None = None) -> Iterator[dict[str, Any]]:
    """One record a statement, and one for every item of the sheet that a later chapter owes."""
    for label in labels if labels is not None else STATEMENTS:
        statement, report = find(label), found.get(label)
        yield {
            "label": label,
            "stem": stem_of(label),
            "source": statement.source or None,
            "kind": statement.kind,
            "treated": True,
            "scope": report.scope if report else None,
            "evidence": ", ".join(report.evidence) or None if report else None,
            "modulo": [m.name for m in report.modulo] if report else [],
            "verdict": report.verdict if report else None,
            "uses": list(statement.uses),
            "mutants": len(report.mutants) if report else 0,
            "mutants_refuted": report.mutants_refuted if report else 0,
            "seconds": round(report.seconds, 3) if report else None,
        }
    if labels is None:
        yield from map(_owed, (item for item in ITEMS if not item.treated))


def _owed(item: Item) -> dict[str, Any]:
    source = item.key if item.key.startswith("(") else item.place
    nothing: dict[str, Any] = {
        "scope": None,
        "evidence": None,
        "modulo": [],
        "verdict": None,
        "uses": [],
        "mutants": 0,
        "mutants_refuted": 0,
        "seconds": None,
    }
    return {"label": item.label, "stem": item.stem, "source": source, "kind": "claim", "treated": False, **nothing}
