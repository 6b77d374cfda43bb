"""A small site with a few questions of the book, built in seconds: what tests of the answer boxes look at."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
ASKED = {
    "kl-one": "One bell curve and the standard one",
    "ae-grad-decoder": "The weights of the decoder",
    "vae-grad-log-var": "A line of the way back",
    "bce-half": "The price of a shrug",
}
BOOK = f"""
from genmath import book, questions as whole
from genmath.book import legend, names, passed, stem_of

ASKED = {tuple(ASKED)!r}
EXHIBITS = ITEMS = ()
CLAIMS = [book.exercise(label).of for label in ASKED]
STATEMENTS = {{x: book.STATEMENTS[x] for claim in CLAIMS for x in (*book.rests_on(claim), claim)}}

def reports(labels=None, progress=None):
    return book.reports(STATEMENTS)

def questions():
    return whole.questions(ASKED)
"""
CONF = """
extensions = [
    "myst_parser", "sphinxcontrib.bibtex", "katex", "statements", "claims", "questions", "ledger", "museum",
    "literature", "head", "a11y",
]
html_theme = "furo"
html_math_renderer = "katex"
html_static_path = [STATIC]
html_css_files = ["book.css"]
html_favicon = STATIC + "/favicon.svg"
bibtex_bibfiles = ["refs.bib"]
numfig = True
numfig_secnum_depth = 1
claims_book = questions_module = "small"
claims_tests = "tests"
questions_command = 'python -m genmath check {} -- "..."'
questions_chapters = "{}"
report_page = "index"
"""


def asking(*labels: str) -> str:
    """The lines that ask questions."""
    return "".join(f"```{{question}} {label} {ASKED[label]}\n```\n\n" for label in labels)


PAGES = {
    "index": "# Exercises\n\n```{toctree}\n:numbered: 1\nvae\nautoencoder\nledger\n```\n\n"
    "Begin with {question:ref}`kl-one`.\n\n```{book-questions}\n```\n",
    "vae": "# VAE\n\n```{exercise} Think\nWhy?\n```\n\n" + asking("kl-one", "vae-grad-log-var", "bce-half"),
    "autoencoder": "# Autoencoder\n\n```{claim} ae-grad-decoder\n:code: none\n```\n\n" + asking("ae-grad-decoder"),
    "ledger": "# Ledger\n\n```{book-ledger}\n```\n",
}


def written(folder: Path, **changed: str) -> Path:
    """The sources of the site, with some pages changed."""
    (folder / "tests").mkdir(parents=True, exist_ok=True)
    (folder / "small.py").write_text(BOOK, encoding="utf-8")
    static = str(ROOT / "docs" / "_static")
    (folder / "conf.py").write_text(f"STATIC = {static!r}\n{CONF}", encoding="utf-8")
    (folder / "refs.bib").write_text("", encoding="utf-8")
    for name, text in {**PAGES, **changed}.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def built(folder: Path, *options: str, out: str = "_out") -> subprocess.CompletedProcess[str]:
    """Run Sphinx with warnings as errors."""
    paths = (str(folder), str(ROOT / "docs" / "_ext"), str(ROOT))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
    trees = folder.with_name(folder.name + out)
    command = [
        *(sys.executable, "-m", "sphinx", "-q", "-n", "-W", "-D", "exclude_patterns=_out*"),
        *("-d", str(trees), *options, str(folder), str(folder / out)),
    ]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
