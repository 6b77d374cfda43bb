"""The claims domain: statements that are verified before they are printed.

``{claim} label``         the statement with its verdict, its proof, its code and its tests
``{claim:ref}`label` ``   a link to it
``{claim:tex}`label` ``   its formula in the text; ``label:2`` is where its second link leads, ``label:0`` its start

It works for any book: `claims_book` names the module (see `verified`), `claims_tests` the folder of the tests that
bind claims to code, `claims_sources` the packages whose change makes pages old, `claims_ledger` the page that lists
them all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import claimbox as box
import questions
import verified
from bindings import Binding, bindings, source
from docutils import nodes
from docutils.parsers.rst import directives
from literature import works
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.domains import Domain, ObjType
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.locale import _
from sphinx.roles import XRefRole
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.nodes import make_refnode

LOGGER = logging.getLogger(__name__)
LONG = 4  # a proof with more links is folded
FEW = 2  # more abbreviations are folded
NAMED = 8  # of more statements than these and one, the others are on the map


def anchor(label: str) -> str:
    """Return the id of a claim's box."""
    return f"claim-{label}"


def stated(entry: verified.Entry, says: str = "", who: str = "", *, numbered: bool = True) -> list[nodes.Node]:
    """Return the formula, what is supposed, and where it fails; what is said of it, if it is wrong or advice."""
    made: list[nodes.Node] = []
    if says := says or entry.says:
        who = who or (_("The sheet says: ") if entry.source else _("It is said: "))
        made.append(nodes.paragraph("", "", nodes.inline(text=who, classes=["says-who"]), *box.said(says)))
    if entry.tex:
        tag = entry.source if numbered and box.EQUATION.match(entry.source) else ""
        made.append(box.formula(entry.tex, tag, ["claim-statement"]))
    conditions = box.claim_fields(classes=["conditions"])
    named = entry.names if len(entry.names) <= FEW else ()
    for name, formulas in (("where", named), ("given", entry.given), ("equality exactly when", entry.equality)):
        if formulas:
            conditions += box.field(name, (nodes.math(tex, tex) for tex in formulas))
    made += [conditions] if conditions.children else []
    if entry.point:
        fails = nodes.strong(text=_("It fails. "))
        made.append(nodes.paragraph("", "", fails, *box.inline(entry.point), classes=["fails-at"]))
    if entry.finding:
        made.append(nodes.paragraph("", "", *box.inline(entry.finding)))
    return made


class ClaimDirective(SphinxDirective):
    """Print a claim; the body, if there is one, is a remark below the statement."""

    required_arguments = 1
    has_content = True
    option_spec = {
        "proof": lambda v: directives.choice(v, ("open", "folded")),
        "code": lambda v: directives.choice(v, ("open", "folded", "none")),
    }

    def run(self) -> list[nodes.Node]:
        """Build the box."""
        domain: ClaimDomain = self.env.get_domain("claim")  # type: ignore[assignment]
        entry = domain.entry(self.arguments[0], self.get_location())
        made = box.claim_box("", ids=[anchor(entry.label)], label=entry.label, kind=entry.kind, title=entry.title)
        made["verdict"] = entry.verdict
        self.set_source_info(made)
        domain.note(entry.label)
        made += [self.head(entry), *stated(entry), *self.parse_content_to_nodes(), self.fields(entry)]
        made += [*self.names(entry), *self.proof(entry), *self.code(entry, domain)]
        made += [*self.mutants(entry), *self.falls(entry), *self.relations(entry)]
        for node in made.findall(nodes.math_block):
            node.source, node.line = made.source, made.line
        return [made]

    def head(self, entry: verified.Entry) -> nodes.Node:
        """Title and verdict."""
        title = nodes.inline("", "", *box.inline(entry.title), classes=["claim-title"])
        return box.claim_head("", "", title, nodes.Text(" "), box.badge(entry.kind, entry.verdict))

    def fields(self, entry: verified.Entry) -> nodes.Node:
        """What the verdict means: three computed fields."""
        made = box.claim_fields()
        if entry.scope:
            made += box.field("scope", [nodes.Text(entry.scope)])
        if entry.evidence:
            made += box.field("evidence", box.listed(box.inline(e) for e in entry.evidence))
        if entry.kind in ("claim", "definition"):
            made += box.field("modulo", box.lemmas(entry.modulo) or [nodes.Text(_("nothing"))])
        if entry.source and not box.EQUATION.match(entry.source):
            made += box.field("in the sheet", box.inline(entry.source))
        return made

    def names(self, entry: verified.Entry) -> list[nodes.Node]:
        """What many abbreviations stand for."""
        if len(entry.names) <= FEW:
            return []
        rows = [(tex, "") for tex in entry.names]
        return [box.fold("", box.proof(rows), summary=_("What the names stand for"), open=False, classes=["names"])]

    def proof(self, entry: verified.Entry) -> list[nodes.Node]:
        """The chain with its reasons."""
        links = len(entry.chain) - 1
        if links < 1 or entry.kind == "definition":
            return []
        if links == 1:
            reason = box.inline(entry.chain[1][1])
            return [nodes.paragraph("", "", nodes.inline(text=_("Because: ")), *reason, classes=["because"])]
        opened = self.options.get("proof", "open" if links <= LONG else "folded") == "open"
        summary = _("Proof in {} links").format(links)
        return [box.fold("", box.proof(entry.chain), summary=summary, open=opened, classes=["proof"])]

    def code(self, entry: verified.Entry, domain: ClaimDomain) -> list[nodes.Node]:
        """The functions that compute it and the tests that hold them to it."""
        wish = self.options.get("code", "open")
        made: list[nodes.Node] = []
        bound = domain.bindings(entry.label)
        for function in dict.fromkeys(b.function for b in bound) if wish != "none" else ():
            text = domain.code(function, self.get_location())
            tests = nodes.bullet_list("", *(test_item(b) for b in bound if b.function == function), classes=["tests"])
            block = nodes.literal_block(text, text, language="python")
            held = nodes.paragraph("", "", nodes.Text(_("Held to the formula by")), classes=["held"])
            summary = _("Code: {}").format(function.replace(":", "."))
            made.append(box.fold("", block, held, tests, summary=summary, open=wish == "open", classes=["code"]))
        return made

    def mutants(self, entry: verified.Entry) -> list[nodes.Node]:
        """The wrong variants and where each of them fails."""
        if not entry.mutants:
            return []
        listed = nodes.bullet_list(classes=["mutants"])
        for mutant in entry.mutants:
            listed += nodes.list_item(
                "",
                nodes.paragraph("", "", *box.inline(mutant.name), nodes.Text(": "), nodes.math(mutant.tex, mutant.tex)),
                nodes.paragraph("", "", *box.inline(mutant.point), classes=["fails-at"]),
            )
        several = _("{} wrong variants, and where each of them fails").format(len(entry.mutants))
        summary = several if len(entry.mutants) > 1 else _("One wrong variant, and where it fails")
        return [box.fold("", listed, summary=summary, open=False, classes=["wrong"])]

    def falls(self, entry: verified.Entry) -> list[nodes.Node]:
        """What falls with it and what it rests on, through any number of steps, where one step is not all."""
        below, above = entry.rests_on, entry.falls
        if set(below) == set(entry.uses) and set(above) == set(entry.used_by):
            return []
        made = box.claim_fields(classes=["relations"])
        for name, labels in (("rests on", below), ("falls with it", above)):
            if labels:
                made += box.field(name, self.shortened(labels, entry))
        counted = ((_("what falls with it ({})"), above), (_("what it rests on ({})"), below))
        words = ", ".join(text.format(len(labels)) for text, labels in counted if labels)
        summary = words[0].upper() + words[1:]
        return [box.fold("", made, summary=summary, open=False, classes=["falls"])]

    def shortened(self, labels: Sequence[str], entry: verified.Entry) -> list[nodes.Node]:
        """Return links to statements; of many, the nearest and a link to the map."""
        kept = labels if len(labels) <= NAMED + 1 else labels[:NAMED]
        made = box.listed([box.reference(label)] for label in kept)
        if len(labels) > len(kept):
            words = _("{} more on the map").format(len(labels) - len(kept))
            made += [nodes.Text(_(" and ")), box.map_reference(entry.stem, words)]
        return made

    def relations(self, entry: verified.Entry) -> list[nodes.Node]:
        """What it uses and what uses it."""
        made = box.claim_fields(classes=["relations"])
        first = "what is right" if entry.kind == "counterexample" else "uses"
        second = "falls with it" if set(entry.falls) == set(entry.used_by) else "used by"
        for name, labels in ((first, entry.uses), (second, entry.used_by)):
            if labels:
                made += box.field(name, box.listed([box.reference(label)] for label in labels))
        asked = [q.label for q in questions.found(self.env.app).values() if q.claim == entry.label]
        if asked:
            links = (questions.link("question", "number", label, self.env.docname) for label in asked)
            made += box.field("asked in", box.listed([link] for link in links))
        bibliography = Path(self.env.srcdir, self.config.claims_literature)
        if keys := works(bibliography).get(entry.label):
            self.env.note_dependency(str(bibliography))
            roles = ", ".join(f"{{cite:t}}`{key}`" for key in keys)
            made += box.field("literature", self.parse_inline(roles)[0])
        return [made] if made.children else []


def test_item(binding: Binding) -> nodes.list_item:
    """Return the line of a test: its name, and what a twin is for."""
    name = nodes.literal(text=binding.test)
    words = _(" — its twin: with a wrong formula it must fail") if binding.twin else ""
    return nodes.list_item("", nodes.paragraph("", "", name, nodes.Text(words)))


class TexRole(SphinxRole):
    """``{claim:tex}`label` ``, ``{claim:tex}`label:3` ``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Print the formula."""
        label, _colon, row = self.text.partition(":")
        entry = self.env.get_domain("claim").entry(label, self.get_location())  # type: ignore[attr-defined]
        tex = formula_of(entry, row)
        node = nodes.math(tex, tex)
        self.set_source_info(node)
        self.env.get_domain("claim").note_use()  # type: ignore[attr-defined]
        return [node], []


def formula_of(entry: verified.Entry, row: str = "") -> str:
    """Return the statement's formula, or a row of its chain: where it is an equation, its right side alone."""
    if not row:
        return entry.tex
    rows = entry.chain
    if not row.lstrip("-").isdigit() or not -len(rows) <= int(row) < len(rows):
        raise ExtensionError(f"{entry.label} has {len(rows)} rows, there is no row {row!r}")
    return rows[int(row)][0].removeprefix("= ")


class ClaimDomain(Domain):
    """Claims as objects: numbered, linked, listed in the inventory."""

    name = "claim"
    label = "Claims"
    object_types = {"claim": ObjType("claim", "ref")}
    directives = {"claim": ClaimDirective}
    roles = {"ref": XRefRole(), "tex": TexRole()}
    # label: (page, title); page: state of the book that it shows; page: labels that it prints
    initial_data = {"objects": {}, "readers": {}, "printed": {}}
    data_version = 2

    @property
    def objects(self) -> dict[str, tuple[str, str]]:
        """Return the pages and titles of the claims that are printed."""
        return self.data["objects"]

    def entry(self, label: str, location: str) -> verified.Entry:
        """Return a statement of the book."""
        found = verified.entries(self.env.config.claims_book)
        if label not in found:
            raise ExtensionError(f"{location}: there is no claim {label!r}")
        return found[label]

    def bindings(self, label: str) -> list[Binding]:
        """Return the tests that bind a claim."""
        self.note_use()
        return [b for b in bindings(Path(self.env.srcdir, self.env.config.claims_tests).resolve()) if b.label == label]

    def code(self, function: str, location: str) -> str:
        """Return the lines of a function."""
        try:
            return source(Path(self.env.srcdir).parent, function)
        except LookupError as error:
            raise ExtensionError(f"{location}: {error}") from error

    def note(self, label: str) -> None:
        """Remember where a claim is printed."""
        self.note_use()
        self.data["printed"].setdefault(self.env.docname, []).append(label)
        self.objects[label] = (self.env.docname, self.entry(label, self.env.docname).title)

    def note_use(self) -> None:
        """Remember that the page shows something of the book."""
        self.data["readers"][self.env.docname] = state(self.env)

    def clear_doc(self, docname: str) -> None:
        """Forget a page."""
        self.data["readers"].pop(docname, None)
        self.data["printed"].pop(docname, None)
        for label in [label for label, (page, _title) in self.objects.items() if page == docname]:
            del self.objects[label]

    def merge_domaindata(self, docnames: set[str], otherdata: dict[str, Any]) -> None:
        """Take what another process read."""
        for kept in ("readers", "printed"):
            self.data[kept] |= {page: found for page, found in otherdata[kept].items() if page in docnames}
        self.objects.update({label: found for label, found in otherdata["objects"].items() if found[0] in docnames})

    def check_consistency(self) -> None:
        """Refuse a claim that is printed twice: a link must lead to one place."""
        places: dict[str, list[str]] = {}
        for page, labels in self.data["printed"].items():
            for label in labels:
                places.setdefault(label, []).append(page)
        for label, pages in places.items():
            if len(pages) > 1:
                LOGGER.warning("%s is printed more than once: %s", label, ", ".join(pages), location=pages[0])

    def resolve_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: pending_xref,
        contnode: nodes.Element,
    ) -> nodes.reference | None:
        found = verified.entries(env.config.claims_book).get(target)
        if found is None:
            return None
        page, place = (
            (self.objects[target][0], anchor(target))
            if target in self.objects
            else (env.config.claims_ledger, f"ledger-{target}")
        )
        if not node["refexplicit"]:
            contnode = nodes.inline("", "", *box.inline(found.title), classes=["claim-ref"])
        hint = " · ".join(filter(None, (_(box.KINDS[found.kind]), found.verdict, found.scope)))
        return make_refnode(builder, fromdocname, page, place, contnode, hint)

    def resolve_any_xref(self, env, fromdocname, builder, target, node, contnode):
        made = self.resolve_xref(env, fromdocname, builder, "ref", target, node, contnode)
        return [("claim:ref", made)] if made is not None else []

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Yield the objects of the inventory."""
        for label, (page, title) in self.objects.items():
            yield label, title, "claim", page, anchor(label), 1


def state(env: BuildEnvironment) -> str:
    """Hash everything that a box may show: statements, code and tests."""
    cached = getattr(env.app, "_claims_state", None)
    if cached is None:
        root = Path(env.srcdir).parent
        digest = hashlib.sha256()
        for folder in (*env.config.claims_sources, Path(env.srcdir, env.config.claims_tests).resolve().name):
            for path in sorted(root.joinpath(folder).rglob("*.py")):
                digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
        cached = env.app._claims_state = digest.hexdigest()
    return cached


def outdated(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """List the pages that showed another state of the book."""
    now = state(env)
    return [
        page for page, then in env.get_domain("claim").data["readers"].items() if then != now and page not in removed
    ]


def unmapped(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.TextElement | None:
    """Leave the words of a link to a map that is not there."""
    return content if node.get("optional") else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the domain, its nodes and the short name of its directive."""
    app.add_config_value("claims_book", "", "env", str)
    app.add_config_value("claims_tests", "../tests", "env", str)
    app.add_config_value("claims_sources", (), "env")
    app.add_config_value("claims_ledger", "ledger", "env", str)
    app.add_domain(ClaimDomain)
    app.add_directive("claim", ClaimDirective)
    box.setup(app)
    app.connect("builder-inited", verified.verify)
    app.connect("env-get-outdated", outdated)
    app.connect("missing-reference", unmapped)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
