"""Pages that are generated from the book: the ledger, the sheet answered, the notation, the state in numbers.

Each is a directive, so that the words around it stand in an ordinary page:
``{book-ledger}``, ``{book-rest}``, ``{book-sheet}``, ``{book-notation}``, ``{book-numbers}``; ``{book-museum}`` stands
in a file of its own.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import claimbox as box
import verified
from bindings import bindings
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.locale import _
from sphinx.util.docutils import SphinxDirective

PRINTED = re.compile(r"^[`:]{3,}\{claim\} *([\w-]+)", re.MULTILINE)
HUNG = re.compile(r"^[`:]{3,}\{book-museum\}", re.MULTILINE)


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

    def in_museum(self, label: str) -> bool:
        """Tell whether the museum shows a statement, and no chapter."""
        return verified.module(self.config.claims_book).stem_of(label) == "museum"

    def boxes(self, labels: Iterable[str]) -> list[nodes.Node]:
        """Return the boxes of claims."""
        lines = [line for label in labels for line in (f"```{{claim}} {label}", ":code: folded", "```", "")]
        made = nodes.container()
        self.state.nested_parse(StringList(lines), self.content_offset, made)
        return made.children

    def section(self, title: str, *content: nodes.Node) -> nodes.section:
        """Return a section with its anchor."""
        made = nodes.section(
            "", nodes.title(title, "", *box.inline(title)), *content, names=[nodes.fully_normalize_name(title)]
        )
        self.state.document.note_implicit_target(made, made)
        return made


class Ledger(BookDirective):
    """Counterexamples first, then what is assumed, then everything."""

    def run(self) -> list[nodes.Node]:
        """Build the sections."""
        entries = list(self.entries.values())
        of_kind = {kind: [e for e in entries if e.kind == kind] for kind in box.KINDS}
        wrong = of_kind["counterexample"]
        elsewhere = [self.wrong(e) for e in wrong if not e.source]
        titles = {"claim": _("Claims"), "definition": _("Definitions"), "judgement": _("Judgements")}
        return [
            self.section(_("What is wrong in the sheet"), *(self.wrong(e) for e in wrong if e.source)),
            *([self.section(_("What is wrong elsewhere"), *elsewhere)] if elsewhere else []),
            self.section(_("What is assumed"), *self.assumed(entries)),
            *(self.section(title, self.all(of_kind[kind])) for kind, title in titles.items() if of_kind[kind]),
        ]

    def wrong(self, entry: verified.Entry) -> nodes.Node:
        """Return a counterexample: what is said, where it fails, what is right."""
        made = nodes.container(ids=[f"ledger-{entry.label}"], classes=["wrong-entry"])
        made += nodes.paragraph(
            "", "", box.reference(entry.label), nodes.Text(" "), box.badge(entry.kind, entry.verdict)
        )
        made += nodes.paragraph("", "", *box.said(entry.says))
        if entry.tex:
            made += box.formula(entry.tex, entry.source if box.EQUATION.match(entry.source) else "")
        made += nodes.paragraph("", "", nodes.strong(text=_("It fails. ")), *box.inline(entry.point))
        if entry.uses:
            right = box.listed([box.reference(label)] for label in entry.uses)
            made += nodes.paragraph("", "", nodes.strong(text=_("What is right: ")), *right)
        return made

    def assumed(self, entries: list[verified.Entry]) -> list[nodes.Node]:
        """Return each lemma that a claim rests on, with the claims that do."""
        lemmas = {lemma.name: lemma for entry in entries for lemma in entry.modulo}
        if not lemmas:
            return [nodes.paragraph(text=_("Nothing beyond the definitions and the kernel."))]
        rows = []
        for name, lemma in lemmas.items():
            resting = [e.label for e in entries if any(m.name == name for m in e.modulo)]
            says = [*box.inline(lemma.statement + " "), nodes.emphasis(text=lemma.source)]
            rows.append([box.inline(name), says, box.listed([box.reference(label)] for label in resting)])
        return [box.table([_("lemma"), _("says"), _("what rests on it")], rows, [2, 4, 5])]

    def all(self, entries: list[verified.Entry]) -> nodes.Node:
        """Return the table of a kind."""
        nothing = [nodes.Text("—")]
        rows = [
            [
                [nodes.inline("", "", box.reference(entry.label), ids=[f"ledger-{entry.label}"])],
                box.inline(entry.source) or nothing,
                [box.badge(entry.kind, entry.verdict)],
                box.inline(entry.scope) or nothing,
                box.listed(box.inline(e) for e in entry.evidence) or nothing,
                box.lemmas(entry.modulo) or nothing,
            ]
            for entry in entries
        ]
        head = [_("statement"), _("sheet"), _("verdict"), _("scope"), _("evidence"), _("modulo")]
        return box.table(head, rows, [6, 2, 2, 2, 4, 3])


class Sheet(BookDirective):
    """Each item of the sheet with its verdict and a link, in the sheet's own order."""

    def run(self) -> list[nodes.Node]:
        """Build a section for each exercise of the sheet."""
        made: list[nodes.Node] = []
        for place, group in itertools.groupby(self.items, key=lambda item: item.place):
            title = _("Aufgabe {}").format(place) if place[0].isdigit() else place
            made.append(self.section(title, *(self.item(i) for i in group)))
        return made

    def item(self, item: Any) -> nodes.Node:
        """Return what the sheet says, what is exactly true, and where it is shown."""
        known = self.entries
        verdict = nodes.inline(text=item.verdict, classes=["verdict", f"item-{item.verdict.split()[0]}"])
        head = nodes.paragraph("", "", nodes.inline(text=item.key, classes=["item-key"]), nodes.Text(" "), verdict)
        made = nodes.container(
            "",
            head,
            nodes.paragraph("", "", *box.inline(item.says), classes=["says"]),
            ids=[item.label],
            classes=["sheet-item"],
        )
        if item.finding:
            made += nodes.paragraph("", "", *box.inline(item.finding), classes=["finding"])
        if item.treated:
            links = box.listed([box.reference(label)] for label in item.statements if label in known)
            made += nodes.paragraph("", "", nodes.Text(_("Shown in: ")), *links, classes=["shown-in"])
        else:
            words = _("A later chapter treats it: {}.").format(item.stem)
            made += nodes.paragraph("", "", nodes.inline(text=words), classes=["shown-in", "owed"])
        return made


class Notation(BookDirective):
    """The table symbol, meaning, shape, name in the code."""

    def run(self) -> list[nodes.Node]:
        """Build the table."""
        self.entries  # noqa: B018 - the page depends on the book
        rows = [
            [
                [nodes.math(row.letter, row.letter)],
                box.inline(row.meaning),
                box.inline(row.shape),
                [nodes.literal(text=row.code)] if row.code else [],
            ]
            for row in verified.module(self.config.claims_notation).TABLE
        ]
        return [box.table([_("symbol"), _("meaning"), _("shape"), _("in the code")], rows, [2, 7, 3, 3], ["notation"])]


class Numbers(BookDirective):
    """The state of the book, counted while it is built."""

    def run(self) -> list[nodes.Node]:
        """Build the list of numbers."""
        entries, items = list(self.entries.values()), self.items
        tests = bindings(Path(self.env.srcdir, self.config.claims_tests).resolve())
        claims = [e for e in entries if e.kind == "claim"]
        counted = [
            (len(claims), _("claims proved")),
            (sum(len(e.chain) - 1 for e in claims), _("links of proofs checked")),
            (sum(len(e.mutants) for e in entries), _("wrong variants refuted")),
            (sum(e.kind == "counterexample" for e in entries), _("wrong sentences refuted")),
            (sum(not b.twin for b in tests), _("tests that bind formulas to code")),
            (f"{sum(i.treated for i in items)} / {len(items)}", _("items of the sheet treated")),
        ]
        made = nodes.bullet_list(classes=["numbers"])
        for number, what in counted:
            text = nodes.paragraph(
                "",
                "",
                nodes.strong(text=f"{number:,}" if isinstance(number, int) else number),
                nodes.Text(" "),
                nodes.inline(text=what),
            )
            made += nodes.list_item("", text)
        return [made]


class Rest(BookDirective):
    """The statements that no other page prints, as boxes: so that every link leads to a proof."""

    def run(self) -> list[nodes.Node]:
        """Look for the labels in the sources of all pages."""
        pages = [self.env.doc2path(page).read_text(encoding="utf-8") for page in sorted(self.env.found_docs)]
        printed = {label for text in pages for label in PRINTED.findall(text)}
        if any(HUNG.search(text) for text in pages):
            printed |= {label for label in self.entries if self.in_museum(label)}
        made = self.boxes(label for label in self.entries if label not in printed)
        return made or [nodes.paragraph(text=_("There are none: the chapters print every statement."))]


def always(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Read the page of the rest again whenever another page changed."""
    page = app.config.claims_rest
    return [page] if (added | changed | removed) and page in env.found_docs else []


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_config_value("claims_notation", "", "env", str)
    app.add_config_value("claims_rest", "further", "env", str)
    app.connect("env-get-outdated", always)
    for name, directive in {
        "rest": Rest,
        "ledger": Ledger,
        "sheet": Sheet,
        "notation": Notation,
        "numbers": Numbers,
    }.items():
        app.add_directive(f"book-{name}", directive)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
