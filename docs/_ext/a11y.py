"""Repair the accessibility faults that axe finds in the HTML of the theme, of docutils and of myst-nb."""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

FIXES = [
    (re.compile(pattern, re.DOTALL), replacement)
    for pattern, replacement in (
        # Sphinx: a heading without a level. docutils: roles that the element may not have.
        (r'<p class="caption" role="heading">', '<p class="caption" role="heading" aria-level="2">'),
        (r' role="doc-biblioentry"', ' role="listitem"'),
        (r' role="doc-(?:backlink|noteref)"', ""),
        # furo: unnamed asides, tools of the page outside of main, overlays that look like labels.
        (r'<aside class="sidebar-drawer">', '<aside class="sidebar-drawer" aria-label="Site navigation">'),
        (r'<aside class="toc-drawer', '<aside aria-label="On this page" class="toc-drawer'),
        (r'<div class="article-container">', '<div class="article-container" role="main">'),
        (r'(<article[^>]*?) role="main"', r"\1"),
        (
            r'<label class="overlay (\w+)-overlay" for="(\w+)">.*?</label>',
            r'<label class="overlay \1-overlay" for="\2" aria-hidden="true"></label>',
        ),
        (r'<div id="search-results">', '<h1>Search</h1><div id="search-results">'),
        # docutils: a header cell that heads nothing is no header.
        (r'<th class="head"><p></p></th>', "<td></td>"),
        # MyST: the same id on the formula and on its wrapper. myst-nb: a name that contradicts the text.
        (r'(<div class="math-wrapper[^"]*") id="equation-[^"]*"', r"\1"),
        (r'<summary aria-label="Toggle hidden content">', "<summary>"),
    )
]


def repair(app: Sphinx, exception: Exception | None) -> None:
    """Rewrite the pages that need it."""
    if exception or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        text = mended = path.read_text(encoding="utf-8")
        for pattern, replacement in FIXES:
            mended = pattern.sub(replacement, mended)
        if mended != text:
            path.write_text(mended, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Work on the finished pages."""
    app.connect("build-finished", repair)
    app.add_js_file("scroll-focus.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
