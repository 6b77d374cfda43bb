"""What builds the site: each promise of docs/_ext, and that a broken one stops the build."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from small_site import PAGES, asking, built, written

pytest.importorskip("sphinx", reason="Sphinx is not installed: nox -s site brings it")
ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "docs" / "_ext"))

import bindings  # noqa: E402 - found on the path above
import claimbox  # noqa: E402
import claims  # noqa: E402
import execution  # noqa: E402
import katex  # noqa: E402
import notebooks  # noqa: E402
import questions  # noqa: E402

from genmath import book  # noqa: E402 - not before Sphinx is known to be there

BOOK = """
from genmath import book
from genmath.book import legend, names, passed, stem_of

EXHIBITS = tuple(e for e in book.EXHIBITS if e.label in ("museum-near-zero", "gan-losses-are-one"))
NEEDED = {x for e in EXHIBITS for x in (e.label, *book.rests_on(e.label))}
STATEMENTS = {label: s for label, s in book.STATEMENTS.items() if label in NEEDED}
ITEMS = ()

def reports(labels=None, progress=None):
    return book.reports(STATEMENTS)
"""
MUSEUM = """
extensions = ["myst_parser", "sphinxcontrib.bibtex", "katex", "statements", "claims", "ledger", "museum", "literature"]
html_math_renderer = "katex"
bibtex_bibfiles = ["refs.bib"]
numfig = True
claims_book = "small"
claims_tests = "tests"
"""
MAPPED = """
from genmath import book
from genmath.book import names, passed, stem_of

NEEDED = {"gan-delta-logits", *book.rests_on("gan-delta-logits"), "gan-generator"}
STATEMENTS = {label: s for label, s in book.STATEMENTS.items() if label in NEEDED}
ITEMS = ()

def reports(labels=None, progress=None):
    return book.reports(STATEMENTS)
"""
MAPS = """
extensions = ["myst_parser", "sphinxcontrib.bibtex", "katex", "statements", "claims", "ledger"]
extensions += ["claimmap", "literature"]
html_math_renderer = "katex"
bibtex_bibfiles = ["refs.bib"]
numfig = True
claims_book = "mapped"
claims_tests = "tests"
"""
PAGE = "---\nfile_format: mystnb\nkernelspec: {{name: python3}}\n---\n\n# A page\n\n```{{code-cell}}\n{code}\n```\n"
CONF = """
extensions = ['myst_nb']
nb_execution_mode = 'cache'
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_output_stderr = 'warn'
"""


def build(source: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Sphinx with warnings as errors."""
    command = [sys.executable, "-m", "sphinx", "-q", "-n", "-W", *options, str(source), str(source / "_out")]
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Make a small repository: two models, one of which uses a helper."""
    package = tmp_path / "models"
    package.mkdir()
    (package / "__init__.py").write_text("from models.one import One\nfrom models.two import Two\n")
    (package / "one.py").write_text("from models import helper\nfrom .deep import x\n\nclass One: ...\n")
    (package / "two.py").write_text("class Two: ...\n")
    (package / "helper.py").write_text("import math\n")
    (package / "deep.py").write_text("x = 1\n")
    return tmp_path


def names(root: Path, code: str) -> set[str]:
    """Return the files that some code depends on."""
    return {path.name for path in execution.closure(root, ast.parse(code))}


def test_a_page_depends_on_what_it_imports_and_on_nothing_else(models: Path) -> None:
    """A name is followed to its home, not to the package's other models."""
    assert names(models, "from models import One") == {"one.py", "helper.py", "deep.py"}
    assert names(models, "import models.two\nimport numpy") == {"two.py"}


def test_a_page_that_imports_the_package_depends_on_all_of_it(models: Path) -> None:
    """Where no name is given, nothing can be left out."""
    assert names(models, "import models") == {"__init__.py", "one.py", "two.py", "helper.py", "deep.py"}


def test_cells_are_read_without_options_and_magics() -> None:
    """Neither front matter of a cell nor a magic is Python."""
    cell = "```{code-cell} ipython3\n---\ntags: [a]\n---\n%time\nx = 1\n```\n\n```{code-cell}\n:tags: [b]\ny = 2\n```\n"

    assert execution.cells(cell) == ["x = 1", "y = 2"]


def test_the_source_of_a_function_comes_without_its_docstring(tmp_path: Path) -> None:
    """The box shows the lines that compute."""
    (tmp_path / "m.py").write_text('class A:\n    def f(self, x):\n        """Words."""\n        return x  # (n,)\n')

    assert bindings.source(tmp_path, "m:A.f") == "def f(self, x):\n    return x  # (n,)"


def test_a_function_that_is_gone_is_an_error(tmp_path: Path) -> None:
    """A binding to nothing must not pass silently."""
    (tmp_path / "m.py").write_text("x = 1\n")

    with pytest.raises(LookupError, match="has no f"):
        bindings.source(tmp_path, "m:f")


def test_bindings_are_read_from_decorators(tmp_path: Path) -> None:
    """The tests are read, not run."""
    (tmp_path / "test_m.py").write_text(
        "import pytest\n\n@pytest.mark.binds('a', 'm:f', twin=True)\ndef test_twin():\n    '''Notice it.'''\n"
    )

    found = bindings.bindings(tmp_path)

    assert [(b.label, b.function, b.twin, b.says) for b in found] == [("a", "m:f", True, "Notice it.")]


def test_a_file_of_tests_is_read_once_for_each_of_its_versions(tmp_path: Path, monkeypatch) -> None:
    """A page with many claims asks many times; a test that changes is seen."""
    text = "import pytest\n\n@pytest.mark.binds('a', 'm:f')\ndef test_one():\n    pass\n"
    (tmp_path / "test_m.py").write_text(text)
    first = bindings.bindings(tmp_path)
    parse, parsed = ast.parse, []
    monkeypatch.setattr(ast, "parse", lambda source: parsed.append(source) or parse(source))

    again = bindings.bindings(tmp_path)
    (tmp_path / "test_m.py").write_text(text.replace("'a'", "'b'"))
    os.utime(tmp_path / "test_m.py", ns=(1, 1))
    changed = bindings.bindings(tmp_path)

    assert again == first
    assert [b.label for b in changed] == ["b"]
    assert len(parsed) == 1


def test_every_binding_names_a_statement_of_the_book_and_a_function_that_is_there() -> None:
    """A misspelt label would bind nothing, and its page would show no code."""
    for binding in bindings.bindings(ROOT / "tests"):
        assert binding.label in book.STATEMENTS, binding
        assert bindings.source(ROOT, binding.function), binding


def test_a_binding_without_a_twin_is_refused(tmp_path: Path) -> None:
    """Nothing runs before every binding has a test that must fail."""
    for name in ("conftest.py", "browsing.py"):
        shutil.copy(ROOT / "tests" / name, tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = binds\n")
    lonely = "import pytest\n\n@pytest.mark.binds('a', 'm:f')\ndef test_it():\n    pass\n"
    (tmp_path / "test_m.py").write_text(lonely)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]

    refused = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    (tmp_path / "test_m.py").write_text(
        lonely + lonely.replace("'m:f'", "'m:f', twin=True").replace("test_it", "test_t")
    )
    accepted = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert refused.returncode != 0
    assert "has no twin" in refused.stderr
    assert accepted.returncode == 0


def test_katex_sets_a_formula_and_its_mathml() -> None:
    """The formula is for eyes, the MathML for screen readers."""
    html = katex.render(r"\frac{a}{b}", display=True)

    assert "<math" in html
    assert "katex-display" in html


def test_katex_refuses_a_faulty_formula() -> None:
    """An unknown command is no formula."""
    with pytest.raises(katex.quickjs.JSException, match="Undefined control sequence"):
        katex.render(r"\tfrak", display=False)


def test_directives_of_a_notebook_become_plain_markdown() -> None:
    """Boxes keep their words, targets and lists of contents go."""
    resolver = notebooks.Resolver.__new__(notebooks.Resolver)
    text = "(here)=\n## Title\n\n:::{note}\n:class: x\nMind {doc}`the gap <gap>`.\n:::\n\n```{toctree}\na\n```\n"

    assert resolver.markdown(text).split() == ["##", "Title", "**Note**", "Mind", "the", "gap."]


def test_a_map_becomes_lines_in_a_notebook() -> None:
    """Each statement that uses others, with what it uses."""
    resolver = notebooks.Resolver.__new__(notebooks.Resolver)
    resolver.app = SimpleNamespace(config=SimpleNamespace(claims_book="genmath.book"))  # type: ignore[assignment]

    lines = resolver.markdown("```{map} practice\n```\n").strip().splitlines()

    users = [s for s in book.STATEMENTS.values() if book.stem_of(s.label) == "practice" and s.uses]
    titles = [(s.title, "; ".join(book.find(label).title for label in s.uses)) for s in users]
    assert lines == [f"- **{title}** uses: {used}" for title, used in titles]


@pytest.mark.slow
def test_a_wrong_sign_in_a_chain_stops_the_build(tmp_path: Path) -> None:
    """The error names the claim and the link."""
    (tmp_path / "wrong.py").write_text(
        "from dataclasses import replace\n"
        "from genmath.book import ITEMS, STATEMENTS as RIGHT, passed\n"
        "from genmath.calc import verify\n"
        "right = RIGHT['ae-grad-code']\n"
        "first = right.links[0]\n"
        "wrong = replace(right, links=(replace(first, right=-first.right), *right.links[1:]))\n"
        "STATEMENTS = {'ae-grad-code': wrong}\n"
        "def reports(labels=None, progress=None):\n"
        "    return {'ae-grad-code': verify(wrong, RIGHT)}\n"
    )
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-D",
        "claims_book=wrong",
        str(ROOT / "docs"),
        str(tmp_path / "out"),
    ]
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}

    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert "ae-grad-code: refuted: link 1" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("from page import glue, np\nx = np.float64(1e300) * 1e300", "overflow"),
        ("from page import glue\nglue('loss', float('nan'))", "finite numbers only"),
        ("import warnings\nfrom page import np\nwarnings.warn('diverged', RuntimeWarning)", "diverged"),
    ],
)
def test_a_run_that_diverges_stops_the_build(tmp_path: Path, code: str, complaint: str) -> None:
    """An overflow, a NaN or a warning never reaches a reader."""
    (tmp_path / "conf.py").write_text(CONF)
    (tmp_path / "index.md").write_text(PAGE.format(code=code))

    done = build(tmp_path, PYTHONPATH=str(ROOT / "docs" / "_ext"))

    assert done.returncode != 0
    assert complaint in done.stderr


@pytest.mark.slow
def test_a_clean_run_builds(tmp_path: Path) -> None:
    """The three refusals above are not refusals of everything."""
    (tmp_path / "conf.py").write_text(CONF)
    (tmp_path / "index.md").write_text(PAGE.format(code="from page import glue, np\nglue('x', np.float32(0.5))"))

    done = build(tmp_path, PYTHONPATH=str(ROOT / "docs" / "_ext"))

    assert done.returncode == 0, done.stderr


@pytest.fixture
def small_museum(tmp_path: Path) -> Path:
    """Make a site of three pages: a museum of two exhibits, what it does not print, and a ledger."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "small.py").write_text(BOOK)
    (tmp_path / "conf.py").write_text(MUSEUM)
    (tmp_path / "refs.bib").write_text("")
    (tmp_path / "index.md").write_text("# Museum\n\n```{toctree}\nrest\nledger\n```\n\n```{book-museum}\n```\n")
    (tmp_path / "rest.md").write_text("# Rest\n\n```{book-rest}\n```\n")
    (tmp_path / "ledger.md").write_text("# Ledger\n\n```{book-ledger}\n```\n")
    return tmp_path


@pytest.mark.slow
def test_the_museum_prints_each_exhibit_with_its_point_and_its_correction(small_museum: Path) -> None:
    """An exhibit of its own is where links to it lead; one of a chapter stays at home."""
    done = build(small_museum, PYTHONPATH=os.pathsep.join([str(small_museum), str(ROOT / "docs" / "_ext"), str(ROOT)]))

    assert done.returncode == 0, done.stderr
    page, rest, ledger = ((small_museum / "_out" / f"{n}.html").read_text("utf-8") for n in ("index", "rest", "ledger"))
    works, parts = ("Dive into Deep Learning", "labml"), ("At judge = 99/100", "What is right.", "How it slips in.")
    assert [words for words in (*works, *parts, "the saturating loss of the generator") if words not in page] == []
    assert 'id="claim-museum-near-zero"' in page
    assert 'id="claim-museum-saturating-floor"' in page
    assert 'id="claim-gan-losses-are-one"' in rest
    assert 'id="claim-museum-near-zero"' not in rest
    wrong, elsewhere = ledger.split("What is wrong elsewhere", 1)
    assert 'id="ledger-gan-losses-are-one"' in wrong
    assert 'id="ledger-museum-near-zero"' in elsewhere


@pytest.mark.slow
def test_an_exhibit_that_holds_stops_the_build(small_museum: Path) -> None:
    """The point is moved to the other end, where the loss is near zero indeed."""
    with (small_museum / "small.py").open("a") as file:
        file.write(
            "\nfrom dataclasses import replace\nfrom sympy import Matrix, Rational\nfrom genmath.calc import verify\n"
            "values = {'judge': Matrix([Rational(1, 100)])}\n"
            "STATEMENTS['museum-near-zero'] = replace(STATEMENTS['museum-near-zero'], values=values)\n"
            "def reports(labels=None, progress=None):\n"
            "    return {**book.reports(STATEMENTS), 'museum-near-zero': verify(STATEMENTS['museum-near-zero'])}\n"
        )

    done = build(small_museum, PYTHONPATH=os.pathsep.join([str(small_museum), str(ROOT / "docs" / "_ext"), str(ROOT)]))

    assert done.returncode != 0
    assert "museum-near-zero: proved: the sentence holds at the point that should refute it" in done.stderr


@pytest.fixture
def small_map(tmp_path: Path) -> Path:
    """Make a site of two chapters with their maps, the map of the book, and a ledger."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "mapped.py").write_text(MAPPED)
    (tmp_path / "conf.py").write_text(MAPS)
    (tmp_path / "refs.bib").write_text("")
    (tmp_path / "index.md").write_text("# All\n\n```{toctree}\nvae\ngan\nledger\n```\n\n```{map}\n```\n")
    (tmp_path / "ledger.md").write_text("# Ledger\n\n```{book-ledger}\n```\n")
    for stem, title, labels in (
        ("vae", "Codes & noise", ("softplus", "softplus-slope")),
        ("gan", "Two networks", ("gan-delta-real", "gan-delta-logits", "gan-generator")),
    ):
        claimed = "".join(f"```{{claim}} {label}\n```\n\n" for label in labels)
        (tmp_path / f"{stem}.md").write_text(f"# {title}\n\n{claimed}```{{map}} {stem}\n```\n")
    return tmp_path


@pytest.mark.slow
def test_a_map_links_every_statement_to_the_place_that_prints_it(small_map: Path) -> None:
    """A box on this page, on another page, or the line of the ledger; the chapter's title, if it has a map."""
    done = built(small_map)

    assert done.returncode == 0, done.stderr
    vae, gan, whole = ((small_map / "_out" / f"{page}.html").read_text("utf-8") for page in ("vae", "gan", "index"))
    assert dict(re.findall(r'href="([^"]*)" data-label="([^"]*)"', gan)) == {
        "#claim-gan-delta-real": "gan-delta-real",
        "#claim-gan-delta-logits": "gan-delta-logits",
        "vae.html#claim-softplus-slope": "softplus-slope",
        "ledger.html#ledger-sigmoid-symmetry": "sigmoid-symmetry",
    }
    assert re.findall(r'<a href="([^"]*)" class="map-chapter"', whole) == ["vae.html#map-vae", "gan.html#map-gan"]
    assert whole.count('<g class="map-chapter"') == 1
    assert all(f'id="map-{stem}"' in page for stem, page in (("vae", vae), ("gan", gan), ("book", whole)))
    assert 'aria-label="Map of the chapter: Codes &amp; noise"' in vae
    assert ">Codes &amp; noise</text>" in whole


@pytest.mark.slow
def test_the_words_below_a_map_name_what_is_not_drawn_too(small_map: Path) -> None:
    """Every statement of a chapter is in its map, or among those that stand by themselves."""
    assert built(small_map).returncode == 0

    page = (small_map / "_out" / "gan.html").read_text("utf-8")
    _map, words = page.split("</svg>", 1)
    drawn, alone = words.split("Statements that stand by themselves (1)", 1)
    assert "#claim-gan-delta-logits" in drawn
    assert "vae.html#claim-softplus-slope" in drawn
    assert "#claim-gan-generator" not in drawn
    assert "#claim-gan-generator" in alone


@pytest.mark.slow
def test_the_box_of_a_claim_says_what_falls_with_it(small_map: Path) -> None:
    """Through any number of steps, with links; nothing is folded that one step says already."""
    assert built(small_map).returncode == 0

    vae, gan = ((small_map / "_out" / f"{page}.html").read_text("utf-8") for page in ("vae", "gan"))
    softplus, *_ = (part.split("</details>")[0] for part in vae.split('class="fold falls"')[1:])
    assert "<summary>What falls with it (2)</summary>" in softplus
    assert 'href="#claim-softplus-slope"' in softplus
    assert 'href="gan.html#claim-gan-delta-logits"' in softplus
    assert "rests on" not in softplus
    (logits,) = (part.split("</details>")[0] for part in gan.split('class="fold falls"')[1:])
    assert "<summary>What it rests on (5)</summary>" in logits
    assert "<dt>falls with it</dt>" in vae.split('id="claim-softplus-slope"')[1].split('class="claim-map"')[0]


@pytest.mark.slow
def test_maps_are_the_same_however_many_processes_read(small_map: Path) -> None:
    """Byte for byte."""
    pages = []
    for options in ((), ("-E", "-a"), ("-E", "-a", "-j", "2")):
        assert built(small_map, *options).returncode == 0
        pages.append([(small_map / "_out" / f"{page}.html").read_bytes() for page in ("index", "vae", "gan")])

    assert pages[0] == pages[1] == pages[2]


@pytest.mark.slow
def test_a_map_of_no_chapter_stops_the_build(small_map: Path) -> None:
    """A misspelt chapter is named."""
    (small_map / "gan.md").write_text("# Two\n\n```{map} gans\n```\n")

    done = built(small_map)

    assert done.returncode != 0
    assert "the book has no chapter 'gans'" in done.stderr


@pytest.mark.parametrize(("count", "links", "more"), [(9, 9, ""), (10, 8, "2 more on the map"), (40, 8, "32 more")])
def test_a_long_list_ends_on_the_map(count: int, links: int, more: str) -> None:
    """The nearest are named, the others counted; one more would be as long as its name."""
    labels = [f"a{i}" for i in range(count)]

    made = claims.ClaimDirective.shortened(None, labels, SimpleNamespace(stem="vae"))  # type: ignore[arg-type]

    targets = [node["reftarget"] for node in made if hasattr(node, "attributes")]
    assert targets == labels[:links] + (["map-vae"] if more else [])
    assert more in made[-1].astext()


@pytest.mark.parametrize(("source", "who"), [("4.2", "The sheet says: "), ("", "It is said: ")])
def test_a_sentence_that_is_not_the_sheets_is_not_put_into_its_mouth(source: str, who: str) -> None:
    """A counterexample without a place in the sheet refutes what is said elsewhere."""
    empty = dict.fromkeys(("tex", "point", "finding"), "") | dict.fromkeys(("names", "given", "equality"), ())
    entry = SimpleNamespace(says="All is well.", source=source, **empty)

    first, *_ = claims.stated(entry)  # type: ignore[arg-type]

    assert first.astext() == who + "All is well."


def test_what_the_book_adds_is_not_set_as_the_words_that_it_quotes() -> None:
    """From "Here" on it says which case the point is."""
    quoted, *own = claimbox.said("All is well. Here $x$ is zero.")

    assert (quoted.astext(), quoted["classes"]) == ("All is well.", ["says"])
    assert "".join(node.astext() for node in own) == " Here x is zero."


# ---------------------------------------------------------------- questions


@pytest.fixture(scope="module")
def asked_site(tmp_path_factory) -> Path:
    """Make the small site with questions, in two processes."""
    folder = written(tmp_path_factory.mktemp("questions") / "site")
    done = built(folder, "-j", "2")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.slow
def test_a_question_shows_its_formulas_its_symbols_and_its_proof(asked_site: Path) -> None:
    """Nothing of it is typed a second time, and links lead from the claim to the question and back."""
    page = (asked_site / "_out" / "autoencoder.html").read_text("utf-8")
    claim, _, box = page.partition('id="question-ae-grad-decoder"')

    assert "Differentiate the loss in the weights of the decoder" in box
    assert box.count("<math") > 10
    assert "<th" in box
    assert "reconstruction of a sample" in box
    assert '<code class="docutils literal notranslate"><span class="pre">sigmoid</span></code>' in box
    assert 'href="#claim-ae-grad-decoder"' in box
    assert '<ol class="chain">' in box
    assert 'href="#question-ae-grad-decoder"' in claim
    assert "asked in" in claim


@pytest.mark.slow
def test_questions_are_numbered_with_the_exercises_and_listed(asked_site: Path) -> None:
    """The list and every reference show the number and the title; the page's head leads to the first."""
    index, vae = ((asked_site / "_out" / f"{name}.html").read_text("utf-8") for name in ("index", "vae"))

    assert index.count("Exercise 1.2: One bell curve and the standard one") == 2
    assert "Exercise 2.1: The weights of the decoder" in index
    assert 'href="vae.html#question-bce-half"' in index
    assert '<a href="#question-kl-one">3 exercises that check your answer</a>' in vae


@pytest.mark.slow
def test_scripts_are_loaded_where_a_question_is_asked_and_nowhere_else(asked_site: Path) -> None:
    """In the order in which one needs the other."""
    index, vae = ((asked_site / "_out" / f"{name}.html").read_text("utf-8") for name in ("index", "vae"))

    assert re.findall(r"answers/(\w+)\.js", vae) == list(questions.SCRIPTS)
    assert "answers/" not in index


@pytest.mark.slow
def test_one_process_and_two_build_the_same_questions(asked_site: Path) -> None:
    """Pages that are read side by side come out as those that are read in turn, byte for byte."""
    done = built(asked_site, "-j", "1", "-E", out="_out_again")

    assert done.returncode == 0, done.stderr
    first, second = (
        {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.suffix in (".html", ".js", ".inv")}
        for out in (asked_site / "_out", asked_site / "_out_again")
    )
    assert first == second
    assert "vae.html" in first


@pytest.mark.slow
def test_plain_text_holds_the_question_and_the_command(asked_site: Path) -> None:
    """Where nothing can be typed the command is left."""
    done = built(asked_site, "-b", "text", "-E", out="_out_text")

    assert done.returncode == 0, done.stderr
    text = (asked_site / "_out_text" / "vae.txt").read_text("utf-8")
    assert "Exercise. One bell curve and the standard one" in text
    assert "How far is a Gaussian of mean" in text
    assert "genmath check kl-one" in " ".join(text.split())
    assert "Your answer" not in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"vae": "# VAE\n\n" + asking("kl-one", "bce-half")}, "no page asks the exercise vae-grad-log-var"),
        ({"vae": PAGES["vae"] + asking("kl-one")}, "kl-one is asked twice"),
        ({"ledger": PAGES["ledger"] + asking("kl-one")}, "kl-one is asked on several pages: ledger, vae"),
        ({"vae": "# VAE\n\n```{question} kl-none A title\n```\n"}, "there is no exercise 'kl-none'"),
        ({"vae": "# VAE\n\n```{question} kl-one\n```\n"}, "needs a title that does not answer it"),
        ({"vae": PAGES["vae"] + "{question:ref}`kl-none`\n"}, "kl-none"),
    ],
)
def test_a_question_without_its_one_place_stops_the_build(tmp_path: Path, change: dict, complaint: str) -> None:
    """Left out, asked twice, unknown, without a title, or linked though it is not there."""
    done = built(written(tmp_path / "site", **change))

    assert done.returncode != 0
    assert complaint in done.stderr


def test_data_can_not_end_their_script() -> None:
    """No text in it opens or closes an element."""
    text = questions.inline_json({"says": "</script><!-- <b> é"})

    assert "<" not in text
    assert json.loads(text) == {"says": "</script><!-- <b> é"}


def test_a_short_formula_keeps_the_sign_behind_it() -> None:
    """No line begins with a comma; code is code, and a long formula may break."""
    kept, text, code, end = questions.prose("$k$, then `a * b`.")
    long, sign = questions.prose("$" + "x + " * 10 + "y$.")

    assert (kept["classes"], kept.astext(), text, end) == (["nowrap"], "k,", " then ", ".")
    assert (code.tagname, code.astext()) == ("literal", "a * b")
    assert (long.tagname, sign) == ("math", ".")


@pytest.mark.parametrize(
    ("symbol", "words"),
    [
        ({"domain": "real", "shape": ["1", "1"]}, "real"),
        ({"domain": "nonnegative", "shape": ["d", "1"]}, "column of d, not negative"),
        ({"domain": "real", "shape": ["1", "k"]}, "row of k, real"),
        ({"domain": "probability", "shape": ["d", "k"]}, r"d \times k, probabilities"),
        ({"domain": "function", "shape": ["1", "1"]}, "function"),
        ({"domain": "integer", "shape": ["1", "1"]}, "positive integer"),
    ],
)
def test_a_symbol_is_described_by_its_shape_and_its_domain(symbol: dict, words: str) -> None:
    """In the words of a reader."""
    assert "".join(node.astext() for node in questions.kind(symbol)) == words


def test_a_notebook_has_the_question_and_the_command(monkeypatch) -> None:
    """Nothing in it is checked by a page."""
    asked = {"kl-one": SimpleNamespace(prompt="How far is $\\mu$?")}
    monkeypatch.setattr(questions, "found", lambda app: asked)
    resolver = notebooks.Resolver.__new__(notebooks.Resolver)
    resolver.app = SimpleNamespace(config=SimpleNamespace(questions_command="check {}"))

    text = resolver.markdown("```{question} kl-one One bell curve\n```\n")

    assert "**Exercise: One bell curve**\n\nHow far is $\\mu$?" in text
    assert "```console\ncheck kl-one\n```" in text
