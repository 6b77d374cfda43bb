"""The built site, every page of it: links, and what Chromium shows with the network blocked."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from browsing import SITE, Visit, needs_site

ROOT = Path(__file__).parent.parent
LONG = 20_000  # elements of a page
COLOURED = """[...document.querySelectorAll('.katex')].flatMap(formula => {
    const colour = getComputedStyle(formula.parentElement).color;
    return [...formula.querySelectorAll('*')].filter(e => getComputedStyle(e).color !== colour);
}).map(e => e.outerHTML)"""
PAGES = sorted(p.relative_to(SITE).as_posix() for p in SITE.rglob("*.html"))
NOTEBOOKS = sorted(p.relative_to(SITE).as_posix() for p in SITE.rglob("notebooks/**/*.ipynb"))


class Page(HTMLParser):
    """The ids and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.policy = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = str(given["content"])
        self.links += [str(given[key]) for key in ("href", "src") if given.get(key) and tag != "use"]


@functools.cache
def parsed(page: str) -> Page:
    """Read a page once."""
    return Page((SITE / page).read_text(encoding="utf-8"))


def fault(page: str, link: str) -> str | None:
    """Say what is wrong with a link, if anything."""
    parts = urlsplit(link)
    if parts.scheme in ("http", "https", "mailto", "data"):
        return None
    target = unquote(urlsplit(urljoin(f"http://site/{page}", link)).path.lstrip("/")) or "index.html"
    if not (SITE / target).is_file():
        return f"missing file: {link}"
    if parts.fragment and target.endswith(".html") and unquote(parts.fragment) not in parsed(target).ids:
        return f"missing anchor: {link}"
    return None


@needs_site
@pytest.mark.parametrize("page", PAGES)
def test_links_and_anchors_resolve(page: str) -> None:
    """Every link inside the site leads to a file and an id that exist."""
    assert [found for link in parsed(page).links if (found := fault(page, link))] == []


@needs_site
@pytest.mark.parametrize("page", PAGES)
def test_no_cell_shows_its_last_value_unasked(page: str) -> None:
    """What a cell shows it prints or draws: a drawing command's value is noise, with an address of this very run."""
    assert 'class="output text_plain' not in (SITE / page).read_text(encoding="utf-8")


@needs_site
@pytest.mark.parametrize("page", PAGES)
def test_ids_are_unique(page: str) -> None:
    """No two elements of a page share an id."""
    ids = parsed(page).ids

    assert sorted({i for i in ids if ids.count(i) > 1}) == []


@needs_site
@pytest.mark.parametrize("page", PAGES)
def test_a_policy_forbids_other_hosts(page: str) -> None:
    """The page itself tells the browser to fetch nothing from elsewhere."""
    assert "default-src 'self'" in parsed(page).policy
    assert "http:" not in parsed(page).policy
    assert "https:" not in parsed(page).policy


@needs_site
@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_notebook_stands_on_its_own(notebook: str) -> None:
    """A download holds nothing that only this site understands, and its code compiles."""
    cells = json.loads((SITE / notebook).read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")

    assert "```{" not in text
    assert "{claim" not in text
    assert "{glue" not in text
    for cell in cells:
        if cell["cell_type"] == "code":
            compile("".join(cell["source"]), notebook, "exec")


@needs_site
def test_the_museum_shows_every_exhibit() -> None:
    """Each has its place, or leads to the chapter that refutes the same formula."""
    from genmath import book

    page = parsed("museum.html")
    own = {f"claim-{e.label}" for e in book.EXHIBITS if book.stem_of(e.label) == "museum"}
    elsewhere = {f"#claim-{label}" for e in book.EXHIBITS for label in book.find(e.label).uses}

    assert own <= set(page.ids)
    assert elsewhere <= {"#" + link.partition("#")[2] for link in page.links}


def audited(tab: Any, width: int, scheme: str) -> list[Any]:
    """Return what axe finds: of a long page colours are looked at once in each scheme, the rest once in each width.

    A chapter has up to a hundred thousand elements, most of them in formulas.  These are hidden from screen readers,
    beside MathML that is not, and have the colour of their text, which is tested here without axe.
    """
    from axe_playwright_python.sync_playwright import Axe

    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if tab.evaluate("document.querySelectorAll('*').length") > LONG:
        assert tab.evaluate(COLOURED) == []
        if (width, scheme) == (390, "dark"):
            return []
        tab.evaluate("for (const formula of document.querySelectorAll('.katex')) formula.remove()")
        options["rules"] = {"color-contrast": {"enabled": width == 1440}}
        if (width, scheme) == (1440, "dark"):
            options["runOnly"] = ["color-contrast"]
    return Axe().run(tab, options=options).response["violations"]


@needs_site
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_quiet_readable_and_accessible(page: str, width: int, scheme: str, base: str, browser) -> None:
    """Over http: no foreign or failed request, a silent console, formulas set, no sideways scroll, axe content."""
    with Visit(browser, base + page, base, width, scheme) as visit:
        visit.tab.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        visit.tab.wait_for_timeout(50)

        assert (visit.foreign, visit.failed, visit.said) == ([], [], [])
        assert visit.unset_formulas() == []
        assert visit.sideways() == []
        found = audited(visit.tab, width, scheme)
        assert [(v["id"], len(v["nodes"]), v["nodes"][0]["target"], v["nodes"][0]["html"][:200]) for v in found] == []


@needs_site
@pytest.mark.parametrize("page", PAGES)
def test_a_page_reads_from_the_file_system(page: str, browser) -> None:
    """Opened as a file, the page asks for nothing outside its folder, finds it all, and sets its formulas."""
    own = SITE.as_uri()

    with Visit(browser, f"{own}/{page}", own, 1440, "light") as visit:
        assert (visit.foreign, visit.failed, visit.said) == ([], [], [])
        assert visit.unset_formulas() == []
        assert len(visit.tab.inner_text("body")) > 100


MAPPED = [p for p in PAGES if re.search(r'<svg[^>]* class="map"', (SITE / p).read_text(encoding="utf-8"))]
OUTSIDE = """[...document.querySelectorAll('.map-node text')].filter(label => {
    const box = label.parentNode.querySelector('.map-shape').getBBox(), own = label.getBBox();
    return own.x < box.x || own.x + own.width > box.x + box.width || own.y + own.height > box.y + box.height + 1;
}).map(label => label.textContent)"""


@needs_site
def test_every_chapter_and_the_book_have_a_map() -> None:
    """One page each."""
    from genmath import book

    assert [*sorted(f"chapters/{stem}.html" for stem in book.CHAPTERS), "map.html"] == MAPPED


@needs_site
@pytest.mark.parametrize("page", MAPPED)
def test_the_labels_of_a_map_fit_and_are_large_enough(page: str, base: str, browser) -> None:
    """As the browser sets them, in boxes that do not overlap; what is wider than a phone scrolls by itself."""
    with Visit(browser, base + page, base, 390, "light") as visit:
        sizes = visit.tab.evaluate(
            "[...document.querySelectorAll('.map text')].map(t => parseFloat(getComputedStyle(t).fontSize))"
        )
        scroll = visit.tab.locator(".map-scroll")

        assert visit.tab.evaluate(OUTSIDE) == []
        assert min(sizes) >= 11
        assert scroll.evaluate("e => e.scrollWidth > e.clientWidth && e.tabIndex === 0")
        assert visit.sideways() == []


@needs_site
def test_a_map_is_followed_with_the_keyboard(base: str, browser) -> None:
    """On a statement, what it rests on and what falls with it stays bright; Enter leads to it."""
    from genmath import book

    label, stem = "bce-logits", "vae"
    kept = {x for s in book.STATEMENTS.values() if book.stem_of(s.label) == stem for x in (s.label, *s.uses)}
    bright = {label, *book.rests_on(label), *book.used_by(label)} & kept
    with Visit(browser, f"{base}chapters/{stem}.html", base, 1440, "light") as visit:
        box = visit.tab.locator(f".map-node[data-label='{label}']")
        box.focus()
        visit.tab.keyboard.press("Shift+Tab")
        visit.tab.keyboard.press("Tab")
        visit.tab.wait_for_selector("svg.map-traced")
        marked = visit.tab.evaluate("[...document.querySelectorAll('.map-node.map-on')].map(e => e.dataset.label)")
        edge = box.locator(".map-shape").evaluate("e => parseFloat(getComputedStyle(e).strokeWidth)")
        visit.tab.keyboard.press("Enter")

        assert {x for x in marked if book.stem_of(x) == stem} == {x for x in bright if book.stem_of(x) == stem}
        assert edge >= 2
        assert visit.tab.evaluate("location.hash") == f"#claim-{label}"
        visit.tab.evaluate("document.activeElement.blur()")
        assert visit.tab.locator("svg.map-traced").count() == 0


@needs_site
def test_the_search_finds_a_page(base: str, browser) -> None:
    """The search works without a server of its own."""
    with Visit(browser, f"{base}search.html?q=proved", base, 1440, "light") as visit:
        visit.tab.wait_for_selector("#search-results li a", timeout=5000)

        assert "trust.html" in visit.tab.inner_html("#search-results")


def digests(folder: Path) -> dict[str, str]:
    """Return a hash of every file of a folder."""
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.mark.slow
@pytest.mark.skipif("TWICE" not in os.environ, reason="set TWICE=1: builds the site twice, without any cache")
def test_two_cold_builds_in_different_folders_are_the_same(tmp_path: Path) -> None:
    """Nothing of the site depends on where, when or in which order it was built."""
    made = []
    for name in ("one", "another/folder"):
        folder = tmp_path / name
        ignored = shutil.ignore_patterns(".git", ".nox", ".venv", ".cache", "build", "__pycache__")
        shutil.copytree(ROOT, folder, ignore=ignored)
        command = [sys.executable, "-m", "sphinx", "-q", "-n", "-W", "-d", "build/doctrees", "docs", "build/site"]
        environment = {**os.environ, "XDG_CACHE_HOME": str(folder / ".cache")}
        subprocess.run(command, cwd=folder, env=environment, check=True)
        made.append(digests(folder / "build" / "site"))

    assert made[0] == made[1]
