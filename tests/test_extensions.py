"""What builds the site: each promise of docs/_ext, and that a broken one stops the build."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="Sphinx is not installed: nox -s site brings it")
ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "docs" / "_ext"))

import bindings  # noqa: E402 - found on the path above
import execution  # noqa: E402
import katex  # noqa: E402
import notebooks  # noqa: E402

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


def test_a_binding_without_a_twin_is_refused(tmp_path: Path) -> None:
    """Nothing runs before every binding has a test that must fail."""
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
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
