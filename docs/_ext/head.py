"""What every page carries besides its text: a policy against foreign requests, the download, the way to report."""

from __future__ import annotations

import re
from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import _

# Inline scripts and styles are the theme's and KaTeX's own; nothing may come from, or go to, another host.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'"
)
TITLE = re.compile(r"</h1>")


def add(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None) -> None:
    """Add the policy to the head, the links to the body."""
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    referrer = '<meta name="referrer" content="no-referrer">'
    context["metatags"] = f"\n{policy}\n{referrer}" + context.get("metatags", "")
    if doctree is None:
        return
    pathto = context["pathto"]
    tools = [f'<a href="{escape(href)}">{escape(words)}</a>' for href, words in context.get("page_links", ())]
    if context.get("notebook"):
        href = escape(pathto(context["notebook"], 1))
        tools.append(f'<a href="{href}" download>{_("Download this page as a notebook")}</a>')
    if tools:
        links = f'<p class="page-tools">{" · ".join(tools)}</p>'
        context["body"] = TITLE.sub(lambda m: m.group() + "\n" + links, context["body"], count=1)
    if pagename != app.config.report_page:
        href = escape(pathto(app.config.report_page))
        context["body"] += f'\n<p class="report"><a href="{href}">{_("Found a mistake on this page? Tell us.")}</a></p>'


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to the writing of pages, after the extensions that fill the context."""
    app.add_config_value("report_page", "howto/report", "html")
    app.connect("html-page-context", add, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
