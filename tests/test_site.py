"""The built site, every page of it: links, and what Chromium shows with the network blocked.

``SITE`` names the folder of the site, ``CHROMIUM`` the browser; without a site or without a browser the tests skip.
"""

from __future__ import annotations

import functools
import hashlib
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

ROOT = Path(__file__).parent.parent
SITE = Path(os.environ.get("SITE", ROOT / "build" / "site")).resolve()
PAGES = sorted(p.relative_to(SITE).as_posix() for p in SITE.rglob("*.html"))
NOTEBOOKS = sorted(p.relative_to(SITE).as_posix() for p in SITE.rglob("notebooks/**/*.ipynb"))
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-quic"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
UNSET = "e => !e.querySelector('math') || e.querySelector('merror, .katex-error')"

needs_site = pytest.mark.skipif(not PAGES, reason=f"no site in {SITE}: nox -s docs builds it")


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


@pytest.fixture(scope="session")
def base() -> Iterator[str]:
    """Serve the site on this machine."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=SITE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser():
    """Start Debian's Chromium, or skip with a clear word."""
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: nox -s site brings it")
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not path:
        pytest.skip("no Chromium on this machine: apt-get install chromium, or set CHROMIUM to its path")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


class Visit:
    """A page open in the browser, with everything that it asked for and said."""

    def __init__(self, browser, url: str, own: str, width: int, scheme: str) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        self.tab = self.context.new_page()
        self.foreign: list[str] = []
        self.failed: list[str] = []
        self.said: list[str] = []
        self.tab.on(
            "request", lambda r: None if r.url.startswith((own, "data:", "blob:")) else self.foreign.append(r.url)
        )
        self.tab.on("requestfailed", lambda r: self.failed.append(r.url))
        self.tab.on("response", lambda r: self.failed.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        self.tab.on("console", lambda m: self.said.append(m.text))
        self.tab.on("pageerror", lambda e: self.said.append(str(e)))
        self.tab.goto(url, wait_until="load")
        self.tab.wait_for_timeout(120)

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def unset_formulas(self) -> list[str]:
        """Return the formulas that are not typeset."""
        return self.tab.evaluate(f"[...document.querySelectorAll('.math')].filter({UNSET}).map(e => e.textContent)")

    def sideways(self) -> list[str]:
        """Return what makes the page wider than its window."""
        return self.tab.evaluate(
            """document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('article *')]
            .filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 3)
            .map(e => e.outerHTML.slice(0, 120)).concat(['scrolls sideways'])"""
        )


@needs_site
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_quiet_readable_and_accessible(page: str, width: int, scheme: str, base: str, browser) -> None:
    """Over http: no foreign or failed request, a silent console, formulas set, no sideways scroll, axe content."""
    from axe_playwright_python.sync_playwright import Axe

    with Visit(browser, base + page, base, width, scheme) as visit:
        visit.tab.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        visit.tab.wait_for_timeout(50)

        assert (visit.foreign, visit.failed, visit.said) == ([], [], [])
        assert visit.unset_formulas() == []
        assert visit.sideways() == []
        found = Axe().run(visit.tab, options={"resultTypes": ["violations"]}).response["violations"]
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
