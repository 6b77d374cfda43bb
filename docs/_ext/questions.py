"""Exercises whose answer is typed and checked in the page.

``{question} label A title``   a numbered box: the question, what an answer may hold, a line to type it, the solution
``{question:ref}`label` ``     a link to it, by number and title; ``{question:number}`` by its number
``{book-questions}``           all questions, chapter by chapter, with links

`questions_module` names the module that has them (`genmath.questions`), `questions_command` what checks and proves an
answer, `questions_help` the page on how to type. Each question of the module must stand on exactly one page.
"""

from __future__ import annotations

import functools
import importlib
import itertools
import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

import claimbox as box
import verified
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.domains import Domain, ObjType
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.locale import _
from sphinx.roles import XRefRole
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode
from statements import box_title, close, exercise_box

LOGGER = logging.getLogger(__name__)
CODE = re.compile(r"`([^`]+)`")
SHORT, PUNCTUATION = 24, frozenset(".,;:?!)")
SCRIPTS = ("tokens", "grammar", "terms", "balls", "check", "boxes")
DOMAINS = {"nonnegative": "not negative", "probability": "probabilities", "integer": "positive integer"}
NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine"}


class answer_line(nodes.General, nodes.Element):
    """Where an answer is typed and judged; attributes: label, anchor, title, data."""


class hint_list(nodes.General, nodes.Element):
    """Hints, each hidden until the reader asks for it."""


class hint_item(nodes.Part, nodes.TextElement):
    """One of them."""


def anchor(label: str) -> str:
    """Return the id of a question's box."""
    return nodes.make_id(f"question-{label}")


def prose(text: str) -> list[nodes.Node]:
    """Turn text with ``$formulas$`` and `` `code` `` into nodes; a short formula keeps the sign behind it."""
    made: list[nodes.Node] = []
    for i, part in enumerate(CODE.split(text)):
        for node in [nodes.literal(text=part)] if i % 2 else box.inline(part):
            before, sign = made[-1] if made else None, node.astext()[:1]
            if isinstance(before, nodes.math) and len(before.astext()) <= SHORT and sign in PUNCTUATION:
                made[-1:] = [nodes.inline("", "", before, nodes.Text(sign), classes=["nowrap"])]
                node = nodes.Text(node.astext()[1:])
            made.append(node)
    return made


def found(app: Sphinx) -> dict[str, Any]:
    """Return all questions by label."""
    return _found(getattr(app.config, "questions_module", ""))


@functools.cache
def _found(module: str) -> dict[str, Any]:
    return importlib.import_module(module).questions() if module else {}


class QuestionDirective(SphinxDirective):
    """Ask a question of the book."""

    required_arguments = 1
    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Build the box."""
        label = self.arguments[0]
        asked = found(self.env.app).get(label)
        if asked is None:
            raise ExtensionError(f"{self.get_location()}: there is no exercise {label!r}")
        if len(self.arguments) == 1:
            raise ExtensionError(f"{self.get_location()}: the exercise {label} needs a title that does not answer it")
        title = self.arguments[1]
        made = exercise_box("", ids=[anchor(label)], classes=["exercise", "question"])
        self.set_source_info(made)
        self.env.get_domain("question").note(label, title)  # type: ignore[attr-defined]
        self.env.get_domain("claim").note_use()  # type: ignore[attr-defined]
        made += box_title(title, "", *box.inline(title))
        made += nodes.paragraph("", "", *prose(asked.prompt), classes=["question-prompt"])
        made += [*self.line(asked, title), self.vocabulary(asked), self.solution(asked)]
        for node in made.findall(lambda n: isinstance(n, nodes.math | nodes.math_block)):
            node.source, node.line = made.source, made.line
        return [made]

    def vocabulary(self, asked: Any) -> nodes.Node:
        """What an answer may be made of, folded."""
        rows = [
            [
                [nodes.math(s["tex"], s["tex"])],
                box.listed([nodes.literal(text=name)] for name in (s["name"], *s["aliases"])),
                box.inline(s["meaning"]),
                kind(s),
            ]
            for s in asked.symbols
        ]
        head = [_("symbol"), _("you type"), _("meaning"), _("is")]
        body: list[nodes.Node] = [box.table(head, rows, [2, 3, 5, 3], ["vocabulary"])] if rows else []
        own = [nodes.literal(text=text) for text in ("2*x", "a/b", "x^2", "exp(x)", "log(x)", "sqrt(x)", "pi")]
        words = [nodes.Text(_("Besides: ")), *box.listed([n] for n in own), nodes.Text(_(", and brackets. "))]
        if page := self.config.questions_help:
            words.append(link("std", "doc", f"/{page}", self.env.docname, _("How to type the rest.")))
        body.append(nodes.paragraph("", "", *words))
        return box.fold("", *body, summary=_("What an answer may hold, and how to type it"), classes=["symbols"])

    def line(self, asked: Any, title: str) -> list[nodes.Node]:
        """Where the answer is typed, hints, and what the verdict is worth."""
        plain = CODE.sub(r"\1", box.MATH.sub(r"\1", title))
        line = answer_line("", label=asked.label, anchor=anchor(asked.label), title=plain, data=asked.data)
        hints = hint_list("", *(hint_item("", "", *prose(text)) for text in asked.hints))
        count = len(asked.data["points"])
        tests = _("This page tests your formula at {} random points and proves nothing. For a proof: ")
        command = nodes.literal(text=self.config.questions_command.format(asked.label), classes=["question-command"])
        words = nodes.Text(tests.format(NUMBERS.get(count, count)))
        return [line, hints, nodes.paragraph("", "", words, command, classes=["question-proves"])]

    def solution(self, asked: Any) -> nodes.Node:
        """The answer, and the proof of the claim that it comes from, folded."""
        entry = verified.entries(self.config.claims_book)[asked.claim]
        typed = [nodes.Text(_("The answer, as you could type it: ")), nodes.literal(text=asked.answer)]
        source = [nodes.Text(_("It comes from ")), box.reference(asked.claim), nodes.Text(".")]
        shown = box.proof(entry.chain) if len(entry.chain) > 1 else box.formula(entry.tex)
        body = [nodes.paragraph("", "", *typed), nodes.paragraph("", "", *source), shown]
        return box.fold("", *body, summary=_("Solution"), classes=["answer"])


def kind(symbol: dict[str, Any]) -> list[nodes.Node]:
    """Say what a symbol is: the domain of its numbers, and its shape."""
    words = DOMAINS.get(symbol["domain"], symbol["domain"])
    rows, columns = symbol["shape"]
    if symbol["domain"] == "function" or (rows, columns) == ("1", "1"):
        return [nodes.Text(words)]
    if columns == "1":
        return [nodes.Text(_("column of ")), nodes.math(rows, rows), nodes.Text(f", {words}")]
    if rows == "1":
        return [nodes.Text(_("row of ")), nodes.math(columns, columns), nodes.Text(f", {words}")]
    tex = rf"{rows} \times {columns}"
    return [nodes.math(tex, tex), nodes.Text(f", {words}")]


class AllQuestions(SphinxDirective):
    """List all questions with links, chapter by chapter."""

    def run(self) -> list[nodes.Node]:
        """Build a section for each chapter."""
        self.env.get_domain("claim").note_use()  # type: ignore[attr-defined]
        made: list[nodes.Node] = []
        for stem, asked in itertools.groupby(found(self.env.app).values(), key=lambda q: q.stem):
            items = [nodes.list_item("", nodes.paragraph("", "", *self.item(q))) for q in asked]
            heading = nodes.paragraph("", "", self.chapter(stem), classes=["questions-of"])
            made += [heading, nodes.bullet_list("", *items)]
        return made

    def item(self, asked: Any) -> list[nodes.Node]:
        """Return a link and the question."""
        return [link("question", "ref", asked.label, self.env.docname), nodes.Text(" – "), *prose(asked.prompt)]

    def chapter(self, stem: str) -> nodes.Node:
        """Return a link to a chapter, with its title."""
        page = f"/{self.config.questions_chapters.format(stem)}"
        return nodes.strong("", "", link("std", "doc", page, self.env.docname))


def link(domain: str, role: str, target: str, page: str, words: str = "") -> addnodes.pending_xref:
    """Return a link that is resolved when all pages are read; without words it shows the target's own."""
    names = {"refdomain": domain, "reftype": role, "reftarget": target, "refdoc": page}
    return addnodes.pending_xref("", nodes.inline(text=words), **names, refexplicit=bool(words), refwarn=True)


class QuestionDomain(Domain):
    """Questions as objects: numbered among the exercises, linked, each on one page."""

    name = "question"
    label = "Questions"
    object_types = {"question": ObjType("question", "ref", "number")}
    roles = {"ref": XRefRole(), "number": XRefRole()}
    initial_data = {"pages": {}}  # page: label: title
    data_version = 1

    @property
    def pages(self) -> dict[str, dict[str, str]]:
        """Return what each page asks."""
        return self.data["pages"]

    def note(self, label: str, title: str) -> None:
        """Remember that the page that is read asks a question."""
        asked = self.pages.setdefault(self.env.current_document.docname, {})
        if label in asked:
            LOGGER.warning("%s is asked twice", label, location=self.env.current_document.docname)
        asked[label] = title

    def clear_doc(self, docname: str) -> None:
        """Forget a page."""
        self.pages.pop(docname, None)

    def merge_domaindata(self, docnames: set[str], otherdata: dict[str, Any]) -> None:
        """Take what another process read."""
        self.pages.update({page: asked for page, asked in otherdata["pages"].items() if page in docnames})

    def check_consistency(self) -> None:
        """Every question of the book stands on exactly one page."""
        placed = [(label, page) for page in sorted(self.pages) for label in self.pages[page]]
        for label in found(self.env.app):
            where = [page for asked, page in placed if asked == label]
            if not where:
                LOGGER.warning("no page asks the exercise %s", label)
            elif len(where) > 1:
                LOGGER.warning("%s is asked on several pages: %s", label, ", ".join(where), location=where[0])

    def resolve_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: addnodes.pending_xref,
        contnode: nodes.Element,
    ) -> nodes.reference | None:
        page = next((page for page, asked in self.pages.items() if target in asked), None)
        if page is None:
            return None
        if not node["refexplicit"]:
            number = env.toc_fignumbers.get(page, {}).get("exercise", {}).get(anchor(target), ())
            words = f"{_('Exercise')} {'.'.join(map(str, number))}".strip()
            title = "" if typ == "number" else f": {self.pages[page][target]}"
            contnode = nodes.inline("", "", *box.inline(words + title))
        return make_refnode(builder, fromdocname, page, anchor(target), contnode)

    def resolve_any_xref(self, env, fromdocname, builder, target, node, contnode):
        made = self.resolve_xref(env, fromdocname, builder, "ref", target, node, contnode)
        return [("question:ref", made)] if made is not None else []

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Yield the objects of the inventory."""
        for page, asked in self.pages.items():
            for label, title in asked.items():
                yield label, title, "question", page, anchor(label), 1


# ---------------------------------------------------------------- HTML and plain text


def inline_json(data: Any) -> str:
    """Return JSON that can stand inside of a script element."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def visit_line(self, node: nodes.Element) -> None:
    """Write the form, which the script shows, the place of the verdict, and the data."""
    name, title = node["anchor"], escape(node["title"])
    without = _("Without JavaScript this page can't check an answer; the command below can.")
    self.body.append(
        f'<form class="question-line" data-question="{escape(node["label"])}" hidden>'
        f'<label for="{name}-answer">{_("Your answer")}<span class="visually-hidden"> – {title}</span></label>'
        f'<input id="{name}-answer" type="text" autocomplete="off" autocapitalize="none" autocorrect="off"'
        f' spellcheck="false" enterkeyhint="done" aria-describedby="{name}-verdict">'
        f'<span class="question-buttons"><button type="submit" class="question-check">{_("Check")}</button>'
        f'<button type="button" class="question-hint">{_("Hint")}</button></span></form>'
        f"<noscript><p>{without}</p></noscript>"
        f'<div class="question-verdict" id="{name}-verdict" role="status"></div>'
        f'<script type="application/json" class="question-data">{inline_json(node["data"])}</script>\n'
    )


def visit_hints(self, node: nodes.Element) -> None:
    """Open the list of hints, which is read out when one of them appears."""
    self.body.append('<ul class="question-hints" aria-live="polite">')


def visit_hint(self, node: nodes.Element) -> None:
    """Open a hint, hidden."""
    self.body.append("<li hidden>")


def skip(self, node: nodes.Element) -> None:
    """Write nothing where nothing can be typed."""
    raise nodes.SkipNode


def add_scripts(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Load the scripts on pages with questions, and lead to the first of these from the page's head."""
    asked = app.env.get_domain("question").pages.get(pagename)  # type: ignore[attr-defined]
    if doctree is None or not asked:
        return
    for number, name in enumerate(SCRIPTS):
        app.add_js_file(f"answers/{name}.js", loading_method="defer", priority=800 + number)
    words = _("{} exercises that check your answer").format(len(asked)) if len(asked) > 1 else _("An exercise")
    context.setdefault("page_links", []).append((f"#{anchor(next(iter(asked)))}", words))


def prepare(app: Sphinx) -> None:
    """Find all questions before the first page is read, once for all processes."""
    if app.config.questions_module:
        LOGGER.info("%d exercises can be asked", len(found(app)))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the domain, its directives and its nodes."""
    app.add_config_value("questions_module", "", "env", str)
    app.add_config_value("questions_command", "{}", "env", str)
    app.add_config_value("questions_help", "", "env", str)
    app.add_config_value("questions_chapters", "{}", "env", str)
    app.add_domain(QuestionDomain)
    app.add_directive("question", QuestionDirective)
    app.add_directive("book-questions", AllQuestions)
    app.add_node(answer_line, html=(visit_line, close("")), text=(skip, None))
    app.add_node(hint_list, html=(visit_hints, close("</ul>")), text=(skip, None))
    app.add_node(hint_item, html=(visit_hint, close("</li>")), text=(skip, None))
    app.connect("builder-inited", prepare)
    app.connect("html-page-context", add_scripts)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
