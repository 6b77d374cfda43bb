"""The museum: ``{book-museum}`` prints every exhibit of the book, room by room, and the claims that no chapter prints.

An exhibit is an object with `room`, `work`, `where`, `label` (of its counterexample), `slips` and `mended`; its `title`
and what it `says` may be empty, and are then those of the counterexample.
"""

from __future__ import annotations

import itertools
from typing import Any

import claimbox as box
import verified
from claims import anchor, stated
from docutils import nodes
from ledger import BookDirective
from sphinx.application import Sphinx
from sphinx.locale import _


class Museum(BookDirective):
    """Rooms of exhibits, then the proofs."""

    def run(self) -> list[nodes.Node]:
        """Build a section for each room, and one for the claims of the museum itself."""
        rooms = itertools.groupby(self.book.EXHIBITS, key=lambda exhibit: exhibit.room)
        made = [self.section(title, *(self.exhibit(e) for e in room)) for title, room in rooms]
        own = [label for label, entry in self.entries.items() if self.in_museum(label) and entry.chain]
        return [*made, self.section(_("What is right, where no chapter says it"), *self.boxes(own))]

    @property
    def book(self) -> Any:
        """Return the module of the book."""
        return verified.module(self.config.claims_book)

    def exhibit(self, exhibit: Any) -> nodes.section:
        """Return an exhibit: what was printed, where it fails, what is right, how it slipped in."""
        entry = self.entries[exhibit.label]
        place = [nodes.emphasis(text=exhibit.work), nodes.Text(", " + exhibit.where)]
        told = [(_("How it slips in. "), exhibit.slips), (_("Since then. "), exhibit.mended)]
        body = [
            nodes.paragraph("", "", *place, classes=["exhibit-place"]),
            self.printed(entry, exhibit.says),
            *(self.right(self.entries[label]) for label in entry.uses),
            *(nodes.paragraph("", "", nodes.strong(text=name), *box.inline(text)) for name, text in told),
            self.legend([entry.label, *entry.uses]),
        ]
        return self.section(exhibit.title or entry.title, nodes.container("", *body, classes=["exhibit"]))

    def printed(self, entry: verified.Entry, says: str) -> nodes.Node:
        """Return the frame of what was printed; where no chapter has it, links to it lead here."""
        parts = stated(entry, says, _("It says: "), numbered=False)
        made = nodes.container("", *parts, classes=["claim-box", "claim-counterexample"])
        if self.in_museum(entry.label):
            made["ids"] = [anchor(entry.label)]
            self.env.get_domain("claim").note(entry.label)  # type: ignore[attr-defined]
        return made

    def right(self, entry: verified.Entry) -> nodes.Node:
        """Return the frame of a statement that corrects: its title with a link, its verdict, its formula."""
        words = [nodes.strong(text=_("What is right. ")), box.reference(entry.label), nodes.Text(" ")]
        head = nodes.paragraph("", "", *words, box.badge(entry.kind, entry.verdict))
        return nodes.container("", head, *stated(entry, numbered=False), classes=["claim-box", "claim-right"])

    def legend(self, labels: list[str]) -> nodes.Node:
        """Return what the letters mean, folded."""
        letters = self.book.legend(self.book.STATEMENTS[label] for label in labels)
        rows = [
            [[nodes.math(x.tex, x.tex)], [nodes.literal(text=x.name)] if x.name else [], box.inline(x.meaning)]
            for x in letters
        ]
        head = [_("letter"), _("in the point"), _("meaning")]
        summary = _("What the letters mean")
        return box.fold("", box.table(head, rows, [6, 2, 6]), summary=summary, open=False, classes=["letters"])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("book-museum", Museum)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
