"""The book as the pages see it: each statement with its verdict, in one plain form.

This is the only place that knows the interface of the book module, which conf.py names in `claims_book`. It needs
`STATEMENTS` (label: statement), `ITEMS` (what the sheet says, in its own order), `reports(progress=...)`,
`passed(statement, report)`, and may have `names(label)`, what the abbreviations of a statement stand for. For a
museum it needs `EXHIBITS`, `stem_of(label)`, and `legend(statements)`, what their letters mean; for
maps, `stem_of`.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

from genmath import graph

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Mutant:
    """A wrong variant and where it fails."""

    name: str
    tex: str
    point: str


@dataclass(frozen=True)
class Entry:
    """A statement, with all that verification found, as text and LaTeX.

    ``verdict`` is ``proved`` or ``refuted``; for a judgement, what it is based on. ``chain`` begins with the start,
    which has no reason. ``given``, ``equality`` and ``names`` are formulas. ``uses`` and ``used_by`` are what a
    statement names and what names it; ``rests_on`` and ``falls`` follow them through any number of steps.
    """

    label: str
    title: str
    kind: str
    source: str
    verdict: str
    tex: str
    chain: tuple[tuple[str, str], ...] = ()
    given: tuple[str, ...] = ()
    equality: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    says: str = ""
    finding: str = ""
    point: str = ""
    scope: str = ""
    evidence: tuple[str, ...] = ()
    modulo: tuple[Any, ...] = ()
    mutants: tuple[Mutant, ...] = ()
    uses: tuple[str, ...] = ()
    used_by: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    falls: tuple[str, ...] = ()
    stem: str = ""


def module(name: str) -> ModuleType:
    """Return the book module."""
    return importlib.import_module(name)


@functools.cache
def entries(book: str) -> dict[str, Entry]:
    """Return every statement of the book by its label, verified; raise where one is not what it says."""
    source = module(book)
    found = source.reports(progress=_said(len(source.STATEMENTS)))
    bad = [
        f"{label}: {report.verdict}: {report.detail or report.point}"
        for label, report in found.items()
        if not source.passed(source.STATEMENTS[label], report)
    ]
    if bad:
        raise ExtensionError("The book does not hold:\n  " + "\n  ".join(bad))
    uses = graph.uses(source.STATEMENTS)
    used_by = graph.turned(uses)
    names = getattr(source, "names", lambda label: ())
    stem_of = getattr(source, "stem_of", lambda label: "")
    return {
        label: replace(
            _entry(s, found[label], names(label)),
            used_by=used_by[label],
            rests_on=tuple(graph.reached(uses, label)),
            falls=tuple(graph.reached(used_by, label)),
            stem=stem_of(label),
        )
        for label, s in source.STATEMENTS.items()
    }


def _said(number: int) -> Callable[[str], None]:
    done: list[str] = []

    def progress(label: str) -> None:
        done.append(label)
        if len(done) % 10 == 0 or len(done) == number:
            LOGGER.info("verifying... %d of %d statements", len(done), number)

    return progress


def _entry(statement: Any, report: Any, names: tuple[str, ...]) -> Entry:
    shared = {
        "label": statement.label,
        "title": statement.title,
        "kind": statement.kind,
        "source": statement.source,
        "scope": report.scope or "",
        "evidence": report.evidence,
        "modulo": report.modulo,
        "uses": tuple(statement.uses),
        "names": names,
    }
    if statement.kind == "judgement":
        return Entry(**shared, verdict=statement.basis, tex="", says=statement.says, finding=statement.finding)
    shared["verdict"] = report.verdict
    domains = statement.domains if statement.kind != "definition" else ()
    shared["given"] = (*(g.tex() for g in statement.given), *domains, *_meanings(statement))
    if statement.kind == "counterexample":
        return Entry(**shared, tex=statement.statement_tex(), says=statement.says, point=_failure(report.point))
    return Entry(
        **shared,
        tex=statement.statement_tex(),
        chain=tuple(statement.chain()),
        equality=tuple(g.tex() for g in statement.equality),
        mutants=(
            *(Mutant(m.name, m.tex, _failure(m.point)) for m in report.mutants if m.point),
            *(Mutant(name, _refused(build), "no shapes fit") for name, build in statement.refused),
        ),
    )


def _failure(found: Any) -> str:
    """Say where a relation fails and what its two sides are there."""
    if found.point == "shapes alone":
        return f"No shapes fit: {found.left}."
    sides = f"the left side is {found.left}, the right side is {found.right}."
    return sides[0].upper() + sides[1:] if found.point == "constants" else f"At {found.point} {sides}"


def _refused(build: Callable[[], object]) -> str:
    """Return the formula of an expression that its shapes forbid."""
    try:
        build()
    except TypeError as error:
        return getattr(error, "tex", "")
    return ""


def _meanings(statement: Any) -> tuple[str, ...]:
    """Return what the functions of a claim stand for, where they are not any function."""
    if statement.kind == "definition" or not statement.meanings:
        return ()
    import sympy as sp

    relation = statement.statement() if statement.kind == "claim" else statement.statement
    if callable(relation):
        return ()
    nodes = [n for side in (relation.left, relation.right) for n in side.walk() if hasattr(n, "function")]
    letters = {n.function.name: n.function.letter.rstrip("'") for n in nodes}
    t = sp.Symbol("t", real=True)
    return tuple(
        f"{letters[name]}(t) = {sp.latex(meaning(t))}"
        for name, meaning in statement.meanings.items()
        if name in letters
    )


def verify(app: Sphinx) -> None:
    """Prove everything before the first page is read."""
    LOGGER.info("%d statements hold", len(entries(app.config.claims_book)))
