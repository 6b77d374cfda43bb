"""Formulas are typeset while the site is built: KaTeX runs in an embedded JavaScript engine, no Node, no network.

The reader's browser gets HTML, with MathML hidden in it for screen readers. A faulty formula stops the build.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

import quickjs
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.locale import _
from sphinx.util.math import get_node_equation_number

FOLDER = Path(__file__).parent.parent / "_static" / "katex"
FONTS = ("Main-Regular", "Main-Bold", "Math-Italic", "Size1-Regular", "Size2-Regular")
# TeX puts a gap before a bracket that grows; after a function's name or a factor there is none in textbooks.
BRACKET = re.compile(r"(?:\\,)?\\left(?=[(\[])")
# Browsers refuse to preload from the file system, and say so in the console: there it is left out.
PRELOAD = (
    "if (location.protocol !== 'file:') for (const href of %s) document.head.append("
    "Object.assign(document.createElement('link'), "
    "{rel: 'preload', as: 'font', type: 'font/woff2', crossOrigin: '', href}))"
)


@functools.cache
def engine() -> quickjs.Context:
    """Load KaTeX once for each process."""
    context = quickjs.Context()
    context.eval((FOLDER / "katex.min.js").read_text(encoding="utf-8"))
    # The engine hands over flat strings only; a string that was put together is flat after a round trip through JSON.
    context.eval("const flat = text => JSON.parse(JSON.stringify(text))")
    context.eval("function render(tex, options) { return flat(katex.renderToString(tex, JSON.parse(options))); }")
    return context


@functools.lru_cache(maxsize=4096)
def render(tex: str, display: bool, macros: str = "{}") -> str:
    """Return the HTML of a formula; raise `quickjs.JSException` where KaTeX refuses it."""
    if display and "\\\\" in tex and "\\begin{" not in tex:
        tex = "\\begin{aligned}" + tex + "\\end{aligned}"
    tex = BRACKET.sub(r"\\mathopen{}\\left", tex)
    options = {"displayMode": display, "throwOnError": True, "strict": "error", "macros": json.loads(macros)}
    return engine().get("render")(tex, json.dumps(options))


def _html(self, node: nodes.Element, display: bool) -> str:
    try:
        return render(node.astext().strip(), display, json.dumps(self.config.katex_macros))
    except quickjs.JSException as error:
        message = str(error).splitlines()[0]
        raise ExtensionError(f"{node.source}:{node.line}: {message}: {node.astext()}") from error


def visit_math(self, node: nodes.math) -> None:
    """Write an inline formula."""
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    self.body.append(_html(self, node, display=False) + "</span>")
    raise nodes.SkipNode


def visit_math_block(self, node: nodes.math_block) -> None:
    """Write a displayed formula in a box that scrolls where it is too wide, its number outside."""
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    self.body.append(f'<div class="math-scroll">{_html(self, node, display=True)}</div>')
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    if node.get("tag"):
        self.body.append(f'<span class="eqno sheet-number" title="{_("Number in the sheet")}">{node["tag"]}</span>')
    self.body.append("</div>\n")
    raise nodes.SkipNode


def preload(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None) -> None:
    """Ask for the fonts early on pages with formulas, so that nothing moves when they arrive."""
    if doctree is None or doctree.next_node(lambda n: isinstance(n, nodes.math | nodes.math_block)) is None:
        return
    fonts = [context["pathto"](f"_static/katex/fonts/KaTeX_{font}.woff2", 1) for font in FONTS]
    context["metatags"] = context.get("metatags", "") + f"\n<script>{PRELOAD % json.dumps(fonts)}</script>"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer `katex`."""
    app.add_html_math_renderer("katex", (visit_math, None), (visit_math_block, None))
    app.add_config_value("katex_macros", {}, "env")
    app.add_css_file("katex/katex.min.css")
    app.add_css_file("math.css")
    app.connect("html-page-context", preload)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
