"""Numbered exercises on Sphinx' own figure numbers; safe for parallel builds. An answer folds with a plain details."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.locale import _
from sphinx.util.docutils import SphinxDirective


class exercise_box(nodes.General, nodes.Element):
    """An exercise; its first child is its title."""


class answer_box(nodes.General, nodes.Element):
    """An answer, closed until the reader asks for it."""


class box_title(nodes.Part, nodes.TextElement):
    """The title of a box; numbers are added when it is written."""


class Exercise(SphinxDirective):
    """``{exercise} Title`` with an optional ``:name:`` to refer to."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec = {"name": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Parse title and body."""
        self.assert_has_content()
        box = exercise_box("", classes=["exercise"])
        self.set_source_info(box)
        if "name" not in self.options:
            page = self.env.docname.rpartition("/")[2]
            self.options["name"] = f"exercise-{page}-{self.env.new_serialno('exercise') + 1}"
        self.add_name(box)
        text = self.arguments[0] if self.arguments else ""
        children = self.parse_inline(text)[0] if text else []
        box += [box_title(text, "", *children), *self.parse_content_to_nodes()]
        return [box]


class Answer(SphinxDirective):
    """``{answer}``: folded, without a script."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Parse the body."""
        self.assert_has_content()
        return [answer_box("", *self.parse_content_to_nodes())]


def figure_number(self, node: nodes.Element, figtype: str) -> str:
    """Return the number that Sphinx gave to a numbered node, such as `1.3`, or nothing where it has none."""
    singlehtml = self.builder.name == "singlehtml"
    key = f"{self.docnames[-1]}/{figtype}" if singlehtml else figtype
    numbers = self.builder.fignumbers.get(key, {})
    return next((".".join(map(str, numbers[i])) for i in node["ids"] if i in numbers), "")


def visit_exercise(self, node: nodes.Element) -> None:
    """Open the box; its title carries the number."""
    self.body.append(self.starttag(node, "div"))
    node[0]["number"] = figure_number(self, node, "exercise")


def visit_title(self, node: nodes.Element) -> None:
    """Write `Exercise 1.3`."""
    self.body.append(f'<p class="box-title"><span class="box-kind">{_("Exercise")} {node.get("number", "")}</span> ')


def visit_answer(self, node: nodes.Element) -> None:
    """Open the fold."""
    self.body.append(f'<details class="fold answer"><summary>{_("Answer")}</summary><div class="fold-body">')


def close(tags: str) -> Callable[[Any, nodes.Element], None]:
    """Return what writes the end of a node."""

    def depart(self, node: nodes.Element) -> None:
        self.body.append(tags + "\n")

    return depart


def line(words: Callable[[nodes.Element], str] = lambda node: "") -> tuple[Callable[..., None], Callable[..., None]]:
    """Return what writes a node as a line of plain text, with some words before it."""

    def visit(self, node: nodes.Element) -> None:
        self.new_state()
        self.add_text(words(node))

    def depart(self, node: nodes.Element) -> None:
        self.end_state()

    return visit, depart


def through(self, node: nodes.Element) -> None:
    """Write nothing but what is inside."""


PLAIN = (through, through)  # how a box looks in plain text


def setup(app: Sphinx) -> dict[str, bool]:
    """Register nodes and directives."""
    app.add_enumerable_node(
        exercise_box, "exercise", lambda node: node[0].astext(), html=(visit_exercise, close("</div>")), text=PLAIN
    )
    app.add_node(box_title, html=(visit_title, close("</p>")), text=line(lambda node: _("Exercise. ")))
    app.add_node(answer_box, html=(visit_answer, close("</div></details>")), text=PLAIN)
    app.add_directive("exercise", Exercise)
    app.add_directive("answer", Answer)
    app.config.numfig_format["exercise"] = "Exercise %s"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
