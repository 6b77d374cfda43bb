"""Bring the script and the style of the explorer to the pages that hold one, and to no others."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx


def add(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None) -> None:
    """Load them where a cell has handed over a plane of codes."""
    if "<latent-plane" in context.get("body", ""):
        app.add_js_file("explorer.js", loading_method="defer")
        app.add_css_file("explorer.css")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to the writing of pages."""
    app.connect("html-page-context", add)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
