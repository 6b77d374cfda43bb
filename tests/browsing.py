"""The built site in Chromium, with the network blocked.

``SITE`` names the folder of the site, ``CHROMIUM`` the browser; without a site or without a browser the tests skip.
"""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

SITE = Path(os.environ.get("SITE", Path(__file__).parent.parent / "build" / "site")).resolve()
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-quic"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
UNSET = "e => !e.querySelector('math') || e.querySelector('merror, .katex-error')"

SIDEWAYS = """(() => {
    const past = e => e.getBoundingClientRect().right > innerWidth + 1;
    const scrolls = e => ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && !past(e);
    const within = e => e && e.tagName !== 'ARTICLE' && (scrolls(e) || within(e.parentElement));
    const wider = document.documentElement.scrollWidth > innerWidth ? [...document.querySelectorAll('article *')] : [];
    const cut = [...document.querySelectorAll('article .katex-base')].filter(e => past(e) && !within(e));
    return [...wider.filter(past), ...cut].slice(0, 3).map(e => e.outerHTML.slice(0, 160));
})()"""

needs_site = pytest.mark.skipif(not any(SITE.rglob("*.html")), reason=f"no site in {SITE}: nox -s docs builds it")


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
        """Return what makes the page wider than its window, and the formulas that are cut off at its edge."""
        return self.tab.evaluate(SIDEWAYS)
