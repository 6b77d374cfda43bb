"""The book as the pages see it: each statement with its verdict, in one plain form.

This is the only place that knows the interface of the book module (`claims_book` in conf.py): a mapping `STATEMENTS`,
a list `ITEMS` (what the sheet says, in its own order), `reports(labels, progress)` and `used_by(label)`.
"""

from __future__ import annotations

import functools
import importlib
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.display import progress_message

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """A statement with what verification found."""

    claim: Any
    report: Any
    used_by: tuple[str, ...]

    def __getattr__(self, name: str) -> Any:
        """Look first at the statement, then at its report."""
        claim = object.__getattribute__(self, "claim")
        return getattr(claim, name) if hasattr(claim, name) else getattr(object.__getattribute__(self, "report"), name)

    @property
    def holds(self) -> bool:
        """Whether verification found what a page may print."""
        wanted = {"counterexample": ("refuted",), "judgement": (None, "judged", "proved")}
        return self.report.verdict in wanted.get(self.claim.kind, ("proved",))

    @property
    def complaint(self) -> str:
        """What went wrong, with the claim and the link."""
        return f"{self.claim.label}: {self.report.verdict}: {getattr(self.report, 'detail', '')} {self.report.point or ''}".strip()


def name_of(lemma: Any) -> str:
    """Return the name of a lemma, whether it is a word or an object."""
    return str(getattr(lemma, "name", lemma))


def module(name: str) -> ModuleType:
    """Return the book module."""
    return importlib.import_module(name)


@functools.cache
def entries(book: str) -> dict[str, Entry]:
    """Return every statement of the book by its label, verified; raise where one is not what it says."""
    source = module(book)
    reports = source.reports()
    made = {
        label: Entry(claim, reports[label], tuple(source.used_by(label))) for label, claim in source.STATEMENTS.items()
    }
    if bad := [entry.complaint for entry in made.values() if not entry.holds]:
        raise ExtensionError("The book does not hold:\n  " + "\n  ".join(bad))
    return made


def verify(app: Sphinx) -> None:
    """Prove everything before the first page is read."""
    with progress_message("verifying the claims"):
        found = entries(app.config.claims_book)
    LOGGER.info("%d statements hold", len(found))
