"""Pages that are generated from the book: the ledger, the sheet answered, the notation, the state in numbers.

Each is a directive, so that the words around it stand in an ordinary page:
``{book-ledger}``, ``{book-sheet}``, ``{book-notation}``, ``{book-numbers}``.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import claimbox as box
import verified
from bindings import bindings
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.locale import _
from sphinx.util.docutils import SphinxDirective


class BookDirective(SphinxDirective):
    """What the generated pages share."""

    @property
    def entries(self) -> dict[str, verified.Entry]:
        """Return the statements of the book."""
        self.env.get_domain("claim").note_use()  # type: ignore[attr-defined]
        return verified.entries(self.config.claims_book)

    @property
    def items(self) -> list[Any]:
        """Return what the sheet says, in its own order."""
        return list(verified.module(self.config.claims_book).ITEMS)

    def section(self, title: str, *content: nodes.Node) -> nodes.section:
        """Return a section with its anchor."""
        made = nodes.section("", nodes.title(title, "", *box.inline(title)), *content, names=[nodes.fully_normalize_name(title)])
        self.state.document.note_implicit_target(made, made)
        return made


def paragraph(text: str) -> nodes.paragraph:
    """Return a paragraph of plain words and formulas."""
    return nodes.paragraph("", "", *box.inline(text))


class Ledger(BookDirective):
    """Counterexamples first, then what is assumed, then everything."""

    def run(self) -> list[nodes.Node]:
        """Build the sections."""
        entries = list(self.entries.values())
        wrong = [e for e in entries if e.kind == "counterexample"]
        made = [
            self.section(_("What is wrong in the sheet"), *(self.wrong(e) for e in wrong)),
            self.section(_("What is assumed"), *self.assumed(entries)),
        ]
        rest = [e for e in entries if e.kind != "counterexample"]
        for kind, group in itertools.groupby(sorted(rest, key=lambda e: list(box.KINDS).index(e.kind)), lambda e: e.kind):
            made.append(self.section({"claim": _("Claims"), "definition": _("Definitions"), "judgement": _("Judgements")}[kind], self.all(list(group))))
        return list(made)

    def wrong(self, entry: verified.Entry) -> nodes.Node:
        """Return a counterexample: what the sheet says, where it fails, what is right."""
        made = nodes.container(ids=[f"ledger-{entry.label}"], classes=["wrong-entry"])
        head = nodes.paragraph("", "", box.reference(entry.label, entry.title), nodes.Text(" "), box.badge(entry.kind, entry.verdict))
        made += [head, nodes.paragraph("", "", nodes.inline("", "", *box.inline(entry.says), classes=["says"]))]
        if tex := entry.statement_tex():
            made += box.formula(tex, entry.source if box.EQUATION.match(entry.source) else "")
        made += nodes.paragraph("", "", nodes.strong(text=_("It fails at ")), *box.inline(str(entry.point)))
        if entry.uses:
            right = box.listed([box.reference(label)] for label in entry.uses)
            made += nodes.paragraph("", "", nodes.strong(text=_("What is right: ")), *right)
        return made

    def assumed(self, entries: list[verified.Entry]) -> list[nodes.Node]:
        """Return each lemma that a claim rests on, with the claims that do."""
        lemmas: dict[str, tuple[Any, list[str]]] = {}
        for entry in entries:
            for lemma in entry.modulo or ():
                lemmas.setdefault(verified.name_of(lemma), (lemma, []))[1].append(entry.label)
        if not lemmas:
            return [paragraph(_("Nothing beyond the definitions and the kernel."))]
        rows = []
        for name, (lemma, labels) in lemmas.items():
            says = ". ".join(filter(None, (getattr(lemma, "statement", "").rstrip("."), getattr(lemma, "source", ""))))
            rows.append([box.inline(name), box.inline(says), box.listed([box.reference(label)] for label in labels)])
        return [box.table([_("lemma"), _("says"), _("rests on it")], rows, [2, 4, 4])]

    def all(self, entries: list[verified.Entry]) -> nodes.Node:
        """Return the table of a kind."""
        rows = []
        for entry in entries:
            target = nodes.inline("", "", box.reference(entry.label), ids=[f"ledger-{entry.label}"])
            evidence = box.listed(box.inline(e) for e in entry.evidence or ())
            rest = box.listed(box.inline(verified.name_of(m)) for m in entry.modulo or ()) or [nodes.Text("—")]
            what = box.badge(entry.kind, entry.verdict or entry.basis)
            rows.append([[target], box.inline(entry.source or "—"), [what], box.inline(entry.scope or "—"), evidence, rest])
        head = [_("statement"), _("sheet"), _("verdict"), _("scope"), _("evidence"), _("modulo")]
        return box.table(head, rows, [6, 2, 2, 2, 4, 3])


class Sheet(BookDirective):
    """Each item of the sheet with its verdict and a link, in the sheet's own order."""

    def run(self) -> list[nodes.Node]:
        """Build a section for each section of the sheet."""
        made: list[nodes.Node] = []
        entries = self.entries
        for section, group in itertools.groupby(self.items, key=lambda item: item.section):
            made.append(self.section(section, box.table([_("the sheet"), _("says"), _("verdict"), _("answer")], [self.row(i, entries) for i in group], [2, 6, 3, 5])))
        return made

    def row(self, item: Any, entries: dict[str, verified.Entry]) -> list[list[nodes.Node]]:
        """Return the item's line."""
        treated = [label for label in item.claims if label in entries]
        if item.treated:
            answer = box.listed(([box.reference(label)] for label in treated), "; ")
            page = f"chapters/{item.stem}"
            if not answer and page in self.env.found_docs:
                inner = nodes.inline(text=_("in the chapter"))
                answer = [addnodes.pending_xref("", inner, refdomain="std", reftype="doc", reftarget=f"/{page}", refexplicit=True, refwarn=True)]
        else:
            answer = [nodes.emphasis(text=_("a later chapter"))]
        return [box.inline(item.key), box.inline(item.says), box.inline(item.verdict), answer]


class Notation(BookDirective):
    """The table symbol, meaning, shape, name in the code."""

    def run(self) -> list[nodes.Node]:
        """Build the table."""
        self.entries  # noqa: B018 - the page depends on the book
        rows = [
            [[nodes.math(row.letter, row.letter)], box.inline(row.meaning), box.inline(row.shape), [nodes.literal(text=row.code)] if row.code else []]
            for row in verified.module(self.config.claims_notation).TABLE
        ]
        return [box.table([_("symbol"), _("meaning"), _("shape"), _("in the code")], rows, [2, 7, 3, 3], ["notation"])]


class Numbers(BookDirective):
    """The state of the book, counted while it is built."""

    def run(self) -> list[nodes.Node]:
        """Build the list of numbers."""
        entries, items = list(self.entries.values()), self.items
        tests = bindings(Path(self.env.srcdir, self.config.claims_tests).resolve())
        claims = [e for e in entries if e.kind in ("claim", "definition")]
        counted = [
            (len(claims), _("statements proved")),
            (sum(len(e.chain()) - 1 for e in claims), _("links of proofs checked")),
            (sum(len(e.mutants) for e in entries), _("wrong variants refuted")),
            (sum(e.kind == "counterexample" for e in entries), _("wrong sentences refuted")),
            (sum(not b.twin for b in tests), _("tests that bind formulas to code")),
            (f"{sum(i.treated for i in items)} / {len(items)}", _("items of the sheet treated")),
        ]
        made = nodes.bullet_list(classes=["numbers"])
        for number, what in counted:
            text = nodes.paragraph("", "", nodes.strong(text=f"{number:,}" if isinstance(number, int) else number), nodes.Text(" "), nodes.inline(text=what))
            made += nodes.list_item("", text)
        return [made]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_config_value("claims_notation", "", "env", str)
    for name, directive in {"ledger": Ledger, "sheet": Sheet, "notation": Notation, "numbers": Numbers}.items():
        app.add_directive(f"book-{name}", directive)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
