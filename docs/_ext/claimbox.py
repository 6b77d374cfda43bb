"""How a claim looks: its parts as document nodes, and the HTML of those nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.locale import _
from statements import PLAIN, close, figure_number, line

KINDS = {"claim": "Claim", "definition": "Definition", "counterexample": "Counterexample", "judgement": "Judgement"}
MARKS = {"proved": "✓", "refuted": "✗", "undecided": "?"}
MATH = re.compile(r"\$([^$]+)\$")
EQUATION = re.compile(r"\(\d+\)$")


class claim_box(nodes.General, nodes.Element):
    """A claim, numbered by Sphinx; attributes: label, kind, verdict, title."""


class claim_head(nodes.Part, nodes.TextElement):
    """Number, title and verdict."""


class claim_fields(nodes.Part, nodes.Element):
    """Scope, evidence, what it rests on: never one word."""


class claim_field(nodes.Part, nodes.Element):
    """One of them; attribute: name."""


class fold(nodes.General, nodes.Element):
    """A part that opens on demand, without a script; attributes: summary, open."""


class chain(nodes.General, nodes.Element):
    """The links of a proof."""


class link(nodes.Part, nodes.Element):
    """One link: a formula and its reason."""


def inline(text: str) -> list[nodes.Node]:
    """Turn text with ``$formulas$`` into nodes."""
    parts = MATH.split(text)
    return [nodes.math(part, part) if i % 2 else nodes.Text(part) for i, part in enumerate(parts) if part]


def quoted(text: str) -> tuple[str, str]:
    """Return what is said, and what the book adds: the case in which it fails, from "Here" on."""
    sentence, here, case = text.partition(" Here ")
    return sentence, here + case


def said(text: str) -> list[nodes.Node]:
    """Return what is said in italics, and upright what the book adds."""
    sentence, case = quoted(text)
    return [nodes.inline("", "", *inline(sentence), classes=["says"]), *inline(case)]


def formula(tex: str, tag: str = "", classes: Iterable[str] = ()) -> nodes.math_block:
    """Return a displayed formula, with the sheet's number at its right."""
    return nodes.math_block(tex, tex, nowrap=True, number=None, tag=tag, classes=list(classes))


def reference(label: str, text: str = "") -> addnodes.pending_xref:
    """Return a link to a claim, wherever it is."""
    inner = nodes.inline(text, "", *inline(text), classes=["xref", "claim"])
    return addnodes.pending_xref(
        "", inner, refdomain="claim", reftype="ref", reftarget=label, refexplicit=bool(text), refwarn=True
    )


def map_reference(stem: str, text: str) -> addnodes.pending_xref:
    """Return a link to the map of a chapter; where the book has none, the text alone is left."""
    inner = nodes.inline(text, text)
    return addnodes.pending_xref(
        "", inner, refdomain="std", reftype="ref", reftarget=f"map-{stem}", refexplicit=True, optional=True
    )


def listed(items: Iterable[Iterable[nodes.Node]], separator: str = ", ") -> list[nodes.Node]:
    """Join groups of nodes with a separator."""
    made: list[nodes.Node] = []
    for item in items:
        made += [nodes.Text(separator)] if made else []
        made += item
    return made


def field(name: str, content: Iterable[nodes.Node]) -> claim_field:
    """Return a named field."""
    return claim_field("", nodes.inline("", "", *content), name=name)


def lemmas(found: Iterable[Any]) -> list[nodes.Node]:
    """Return the names of lemmas; what each says is its hint."""
    return listed([nodes.abbreviation(lemma.name, lemma.name, explanation=lemma.statement)] for lemma in found)


def proof(rows: Iterable[tuple[str, str]]) -> chain:
    """Return the chain, each link with its reason."""
    made = chain()
    for tex, reason in rows:
        item = link("", formula(tex))
        if reason:
            item += nodes.inline(reason, "", *inline(reason), classes=["reason"])
        made += item
    return made


def table(
    head: list[str], rows: list[list[list[nodes.Node]]], widths: list[int], classes: Iterable[str] = ()
) -> nodes.table:
    """Return a table whose cells are lists of inline nodes."""
    group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in widths), cols=len(widths))
    group += nodes.thead("", nodes.row("", *(nodes.entry("", nodes.paragraph(t, t)) for t in head)))
    group += nodes.tbody(
        "", *(nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in row)) for row in rows)
    )
    return nodes.table("", group, classes=["book-table", *classes])


def badge(kind: str, verdict: str) -> nodes.inline:
    """Return the verdict as a mark and a word; colour only repeats what the word says."""
    word = _("by definition") if kind == "definition" else _(verdict)
    text = word if kind == "definition" else f"{MARKS.get(verdict, '')} {word}".strip()
    return nodes.inline(text, text, classes=["verdict", f"verdict-{kind if kind == 'definition' else verdict}"])


def _open(tag: str, name: str):
    def visit(self, node: nodes.Element) -> None:
        self.body.append(f'<{tag} class="{name}">')

    return visit


def visit_box(self, node: nodes.Element) -> None:
    """Open the box, under its anchor."""
    node["classes"] = ["claim-box", f"claim-{node['kind']}", f"claim-{node['verdict']}"]
    self.body.append(self.starttag(node, "div"))
    number = figure_number(self, node, "claim")
    node[0]["kind"] = f"{_(KINDS[node['kind']])} {number}".strip()
    node[0]["anchor"] = node["ids"][0]


def visit_head(self, node: nodes.Element) -> None:
    """Write the number, which is also the link to the claim; title and verdict follow as children."""
    self.body.append(
        f'<div class="claim-head"><a class="claim-kind" href="#{node["anchor"]}" title="{_("Link to this claim")}">'
        f"{escape(node['kind'])}</a> "
    )


def visit_fields(self, node: nodes.Element) -> None:
    """Open the list; furo leaves a simple one alone."""
    self.body.append(f'<dl class="{" ".join(["claim-fields", "simple", *node["classes"]])}">')


def visit_field(self, node: nodes.Element) -> None:
    """Write a term and open its description."""
    self.body.append(f"<div><dt>{_(node['name'])}</dt><dd>")


def visit_fold(self, node: nodes.Element) -> None:
    """Write a details element."""
    state = " open" if node.get("open") else ""
    classes = " ".join(["fold", *node["classes"]])
    summary = escape(node["summary"])
    self.body.append(f'<details class="{classes}"{state}><summary>{summary}</summary><div class="fold-body">')


def setup(app: Sphinx) -> None:
    """Register the nodes."""
    app.add_enumerable_node(
        claim_box, "claim", lambda node: node["title"], html=(visit_box, close("</div>")), text=PLAIN
    )
    app.config.numfig_format["claim"] = "Claim %s"
    app.add_node(claim_head, html=(visit_head, close("</div>")), text=line())
    app.add_node(claim_fields, html=(visit_fields, close("</dl>")), text=PLAIN)
    app.add_node(claim_field, html=(visit_field, close("</dd></div>")), text=line(lambda node: f"{_(node['name'])}: "))
    app.add_node(fold, html=(visit_fold, close("</div></details>")), text=PLAIN)
    app.add_node(chain, html=(_open("ol", "chain"), close("</ol>")), text=PLAIN)
    app.add_node(link, html=(_open("li", "link"), close("</li>")), text=PLAIN)
