"""The sources of the pages: formulas come from claims, and numbers come from runs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
CHAPTERS = sorted(DOCS.glob("chapters/*.md"))

FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
COMMENT = re.compile(r"^%.*$", re.MULTILINE)
FENCE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})(?P<head>[^\n]*)\n(?P<body>.*?)^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL
)
VERBATIM = re.compile(r"^(?:\{code-cell\}|\{code-block\}|\{literalinclude\}|\{toctree\}|\{eval-rst\}|[a-z]*$)")
OPTIONS = re.compile(r"^:[\w-]+:.*$", re.MULTILINE)
MATH_DIRECTIVE = re.compile(r"\{math\}.*?(?:^(?:```|:::))", re.MULTILINE | re.DOTALL)
ENVIRONMENT = re.compile(r"\\begin\{(?:align|equation|gather|multline)\*?\}.*?\\end", re.DOTALL)
DOLLARS = re.compile(r"\$\$(.+?)\$\$|(?<![\\$])\$([^$\n]+)\$(?!\d)", re.DOTALL)
ROLE = re.compile(r"\{[\w:-]*\}`[^`]*`")
CODE = re.compile(r"(`+)[^`].*?\1", re.DOTALL)
LINK = re.compile(r"\]\([^)]*\)|<https?://[^>]*>|^\([\w-]+\)=$", re.MULTILINE)

CELL = re.compile(r"^(`{3,}|:{3,})\{code-cell\}[^\n]*\n(.*?)^\1\s*$", re.MULTILINE | re.DOTALL)
CELL_OPTIONS = re.compile(r"\A(?:---\n.*?^---\n|(?:^:[^\n]*\n)+)", re.MULTILINE | re.DOTALL)

RELATIONS = re.compile(
    r"[=<>≤≥≈≠∈⊂≡∝∼→↦]"
    r"|\\(?:leq?|geq?|neq?|ll|gg|approx|equiv|sim|simeq|cong|propto|in|ni|notin|subset|subseteq|supset|to|mapsto"
    r"|rightarrow|Rightarrow|iff|implies|lt|gt|coloneqq|stackrel|prec|succ|models|perp|parallel)(?![A-Za-z])"
)
# What may stand in a chapter's prose as digits, and why.
ALLOWED = re.compile(
    r"\(\d{1,2}\)(?:[-–]\(\d{1,2}\))?"  # the sheet's numbered equations
    r"|Aufgabe \d\.\d"  # the sheet's exercises
    r"|\bL[12]\b|\b[123]-?D\b"  # names: a norm, a dimension
    r"|\b(?:float|int|uint)(?:8|16|32|64)\b"  # names of types
    r"|\b\d+\s?×\s?\d+\b(?=[ -](?:pixels?|images?|pictures?|grid))"  # the size that a picture has by definition
)


def opened(text: str) -> str:
    """Return the prose of a page: cells and listings removed, other directives replaced by their bodies."""

    def body(match: re.Match[str]) -> str:
        if VERBATIM.match(match["head"].strip()):
            return ""
        argument = (
            re.sub(r"\{question\} \S+|\{[^}]*\}", "", match["head"])
            if re.match(r"\{(?:exercise|question|admonition|note|tip)", match["head"].strip())
            else ""
        )
        return argument + "\n" + OPTIONS.sub("", opened(match["body"]))

    return FENCE.sub(body, COMMENT.sub("", FRONT.sub("", text)))


def formulas(text: str) -> list[str]:
    """Return everything that a page's author typed as a formula."""
    found = [m.group() for pattern in (MATH_DIRECTIVE, ENVIRONMENT) for m in pattern.finditer(FRONT.sub("", text))]
    prose = CODE.sub("", ROLE.sub("", opened(text)))
    return found + [display or inline for display, inline in DOLLARS.findall(prose)]


def typed_relations(text: str) -> list[str]:
    """Return the formulas of a page that state something."""
    return [formula for formula in formulas(text) if RELATIONS.search(formula)]


def typed_digits(text: str) -> list[str]:
    """Return the lines of a page's prose with digits that no run has made."""
    prose = opened(text)
    for pattern in (ROLE, CODE, LINK, DOLLARS, ALLOWED):
        prose = pattern.sub("", prose)
    return [line.strip() for line in prose.splitlines() if re.search(r"\d", re.sub(r"^\s*\d+\.\s", "", line))]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(DOCS).as_posix())
def test_no_formula_with_a_relation_is_typed_by_hand(page: Path) -> None:
    """What a page states is printed from a claim."""
    assert typed_relations(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda p: p.stem)
def test_digits_in_the_prose_of_a_chapter_come_from_its_runs(page: Path) -> None:
    """A number in a sentence is glued, or it is on the short list above."""
    assert typed_digits(page.read_text(encoding="utf-8")) == []


class Names(ast.NodeVisitor):
    """The names that code gives to something where everything sees them."""

    def __init__(self, code: str) -> None:
        self.found: set[str] = set()
        self.visit(ast.parse(code))

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        self.found.add(node.name)

    visit_ClassDef = visit_FunctionDef

    def visit_ListComp(self, node: ast.expr) -> None:
        """Look into nothing that has names of its own."""

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_Lambda = visit_ListComp

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.found.add(node.id)

    def visit_alias(self, node: ast.alias) -> None:
        self.found.add((node.asname or node.name).partition(".")[0])


def taken(text: str) -> set[str]:
    """Return the names of page.py that cells of a page give to something else."""
    kept = Names((DOCS / "_ext" / "page.py").read_text(encoding="utf-8")).found
    code = "\n".join(CELL_OPTIONS.sub("", match[2]) for match in CELL.finditer(text))
    return kept & Names(re.sub(r"^(?:from page|import) .*$", "", code, flags=re.MULTILINE)).found


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(DOCS).as_posix())
def test_no_cell_takes_a_name_that_its_helpers_need(page: Path) -> None:
    """In a downloaded notebook page.py is a cell among the others, and its functions call each other by name."""
    assert taken(page.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    "code", ["for glue in x:\n    pass", "a, np = 1, 2", "def as_written():\n    pass", "with x as plt:\n    pass"]
)
def test_a_taken_name_is_noticed(code: str) -> None:
    """The check above sees every way to give a name."""
    cell = "```{{code-cell}} ipython3\n:tags: [hide-input]\n{}\n```\n"

    assert taken(cell.format(code))
    assert not taken(cell.format("import numpy as np\nx = [glue for glue in y]"))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(DOCS).as_posix())
def test_a_glued_number_names_its_page(page: Path) -> None:
    """Only the cross-page form survives translation: ``{glue:}`page.md::key` ``."""
    text = page.read_text(encoding="utf-8")

    assert [m for m in re.findall(r"(?<!`)\{glue:(?:any|text)?\}`([^`]+)`", text) if "::" not in m] == []


@pytest.mark.parametrize(
    "text",
    [
        "The loss $L = 3$ is small.",
        "$$\na \\le b\n$$",
        "$x \\in \\mathbb{R}$",
        "```{math}\na = b\n```",
        "\\begin{align*}a &= b\\end{align*}",
        ":::{note}\nHere $\\sigma \\to 0$.\n:::",
    ],
)
def test_a_typed_relation_is_noticed(text: str) -> None:
    """The check above sees every way to write one."""
    assert typed_relations(text)


@pytest.mark.parametrize(
    "text",
    [
        "The weights $\\mathbf{W}_d$ and $\\lVert \\mathbf{x} \\rVert^2$, $\\sigma'(t)$, $k \\times d$.",
        "{claim:tex}`ae-loss` and `a = b` in code.",
        "```{code-cell} ipython3\na = 1  # $b = 2$\n```",
        "$\\infty$, $\\left(a\\right)$, $\\intop$",
    ],
)
def test_symbols_and_code_are_no_relations(text: str) -> None:
    """The check above lets pass what states nothing."""
    assert typed_relations(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "It took 50 epochs.",
        ":::{note}\nThe error is 0.5.\n:::",
        "```{exercise} Part 7\nGo.\n```",
        "```{question} kl-one Part 7\n```",
    ],
)
def test_typed_digits_are_noticed(text: str) -> None:
    """A number in a sentence is seen, in a box too."""
    assert typed_digits(text)


@pytest.mark.parametrize(
    "text",
    [
        "The error is {glue:}`autoencoder.md::error`, see (7) and (1)–(10), [here](page-2.md).",
        "```{code-cell} ipython3\n:tags: [hide-input]\nx = 3\n```",
        "```{figure} a-1.svg\n:width: 80%\nA curve.\n```",
        "1. First\n2. Second",
        "```{question} gan-grad-D_W1 The weights\n```",
    ],
)
def test_glued_and_listed_digits_pass(text: str) -> None:
    """Numbers from runs, the sheet's equation numbers and numbered lists are no typed digits."""
    assert typed_digits(text) == []
