"""How the site is built."""

import hashlib
import os
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE / "_ext"), str(ROOT)]
# The kernels that execute the pages find the same modules, and compute with one thread: the same bits every time.
os.environ["PYTHONPATH"] = os.pathsep.join([str(HERE / "_ext"), str(ROOT), os.environ.get("PYTHONPATH", "")])
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

project = "Generative Models, Verified"
author = "The Generative Models, Verified authors"
copyright = "2026, the Generative Models, Verified authors. Text: CC BY 4.0, code: BSD-3-Clause"
version = release = PYPROJECT["project"]["version"]
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_codeautolink",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinxcontrib.bibtex",
    "sphinxext.opengraph",
    # ours, in docs/_ext
    "execution",
    "katex",
    "statements",
    "claims",
    "questions",
    "ledger",
    "museum",
    "claimmap",
    "explorer",
    "literature",
    "notebooks",
    "head",
    "a11y",
]
exclude_patterns = ["_ext", "_static"]
nitpicky = True
numfig = True
numfig_secnum_depth = 1
locale_dirs = ["locales"]
gettext_compact = False
gettext_location = False

# Pages are read again when an extension changed.
extensions_state = hashlib.sha256(b"".join(p.read_bytes() for p in sorted((HERE / "_ext").glob("*.py")))).hexdigest()

# text
myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
bibtex_bibfiles = ["refs.bib"]
bibtex_default_style = "plain"

# execution
nb_execution_mode = "cache"
nb_execution_cache_path = str(ROOT / ".cache" / "pages")
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_timeout = 600
nb_output_stderr = "warn"
nb_merge_streams = True
execution_versions = (
    *("numpy", "sympy", "scipy", "matplotlib", "scikit-learn", "mlxtend", "pillow"),
    *("ipykernel", "myst-nb"),
)
notebook_packages = ("matplotlib", "mlxtend", "pillow", "scikit-learn")

# claims
claims_book = "genmath.book"
claims_notation = "genmath.notation"
claims_tests = "../tests"
claims_sources = ("genmath", "genmodels")

# exercises that check an answer
questions_module = "genmath.questions"
questions_command = 'python -m genmath check {} -- "..."'
questions_help = "howto/check-an-answer"
questions_chapters = "chapters/{}"

# reference
autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_google_docstring = False
napoleon_use_rtype = False
nitpick_ignore_regex = [("py:class", r".*"), ("py:exc", r"[A-Z]\w+(?:Error|Warning|Interrupt)")]  # types are words

# look
html_theme = "furo"
html_title = project
html_static_path = ["_static"]
html_favicon = "_static/favicon.svg"
html_css_files = ["book.css"]
html_math_renderer = "katex"
html_show_sourcelink = True
html_copy_source = True
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b5a8f", "color-brand-content": "#0b5a8f"},
    "dark_css_variables": {"color-brand-primary": "#7cc0f2", "color-brand-content": "#7cc0f2"},
}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
ogp_site_url = PYPROJECT["project"]["urls"]["Homepage"]
ogp_social_cards = {"enable": False}


def setup(app):
    app.add_config_value("extensions_state", "", "env")
