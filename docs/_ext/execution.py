"""A page is executed again when something changed that its code can see, and only then.

myst-nb's cache looks at the code cells alone: it would keep the old output of a changed model. So the cache of each
page lies in a folder named by a fingerprint of everything its cells import from this repository, through any number of
imports, together with the data committed for it, Python and the versions of what it computes with.
`from genmodels import Autoencoder` follows that name only: a change in another model leaves the page alone.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib
import importlib.metadata
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

OPTIONS = re.compile(r"\A(?:---\n.*?^---\n|(?:^:[^\n]*\n)+)", re.MULTILINE | re.DOTALL)
CELL = re.compile(r"^(`{3,}|:{3,})\{code-cell\}[^\n]*\n(.*?)^\1\s*$", re.MULTILINE | re.DOTALL)
DATA = re.compile(r"[\w./-]+\.(?:csv|json|npz|txt)\b")


def cells(source: str) -> list[str]:
    """Return the code of a page's cells, without options and magics."""
    codes = (OPTIONS.sub("", match.group(2)) for match in CELL.finditer(source))
    return ["\n".join(line for line in code.splitlines() if not line.startswith(("%", "!"))) for code in codes]


def module_path(root: Path, name: str) -> Path | None:
    """Return the file of a module of this repository."""
    path = root.joinpath(*name.split("."))
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.is_file()), None)


@functools.cache
def _tree(path: Path, stamp: int) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def tree(path: Path) -> ast.Module:
    """Parse a file once for each of its versions."""
    return _tree(path, path.stat().st_mtime_ns)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    base = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*base, node.module] if node.module else base)


def _exported(root: Path, package: str, name: str) -> str | None:
    """Return the module from which a package's `__init__` takes the name."""
    path = module_path(root, package)
    if path is None or path.name != "__init__.py":
        return None
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and any(name == (a.asname or a.name) for a in node.names):
            return _absolute(node, package)
    return None


def imports(root: Path, code: ast.Module, package: str = "") -> Iterator[str]:
    """Yield the modules of this repository that the code imports."""
    for node in ast.walk(code):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if module_path(root, alias.name))
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(node, package)
            if module_path(root, module) is None:
                continue
            for alias in node.names:
                submodule = f"{module}.{alias.name}"
                yield submodule if module_path(root, submodule) else _exported(root, module, alias.name) or module


def closure(root: Path, code: ast.Module) -> set[Path]:
    """Return the files of this repository that the code depends on."""
    found: set[Path] = set()
    waiting = list(imports(root, code))
    while waiting:
        name = waiting.pop()
        path = module_path(root, name)
        if path is not None and path not in found:
            found.add(path)
            package = name if path.name == "__init__.py" else name.rpartition(".")[0]
            waiting += imports(root, tree(path), package)
    return found


def fingerprint(app: Sphinx, source: str) -> str:
    """Hash what the output of the page depends on, besides its own cells."""
    root, code = Path(app.srcdir).parent, "\n".join(cells(source))
    try:
        files = closure(root, ast.parse(code))
    except SyntaxError:  # the kernel says it better, with the cell
        files = set()
    files.add(Path(__file__).with_name("page.py"))
    files |= {p for name in DATA.findall(code) if (p := Path(app.srcdir, "data", Path(name).name)).is_file()}
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(files):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    for name in app.config.execution_versions:
        digest.update(f"{name}=={importlib.metadata.version(name)}\n".encode())
    return digest.hexdigest()[:16]


def executed(source: str) -> bool:
    """Tell whether myst-nb executes this page: its front matter says so."""
    return source.startswith("---\n") and "mystnb" in source.split("\n---", 1)[0]


def choose_cache(app: Sphinx, docname: str, source: list[str]) -> None:
    """Name the page's cache in its front matter."""
    if executed(source[0]):
        fingerprints(app.env)[docname] = fingerprint(app, source[0])
        folder = cache_folder(app, docname)
        source[0] = source[0].replace("---\n", f"---\nmystnb: {{execution_cache_path: {str(folder)!r}}}\n", 1)


def cache_folder(app: Sphinx, docname: str) -> Path:
    """Return where the outputs of a page are kept."""
    return Path(app.config.nb_execution_cache_path, docname, fingerprints(app.env)[docname])


def fingerprints(env: BuildEnvironment) -> dict[str, str]:
    """Return the fingerprints under which the pages were last read."""
    if not hasattr(env, "page_fingerprints"):
        env.page_fingerprints = {}
    return env.page_fingerprints


def outdated(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """List the pages whose fingerprint is another one now."""
    known = fingerprints(env)
    return [d for d in known if d not in removed and known[d] != fingerprint(app, env.doc2path(d).read_text("utf-8"))]


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget a page."""
    fingerprints(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: list[str], other: BuildEnvironment) -> None:
    """Take the fingerprints of the pages that another process read."""
    fingerprints(env).update({d: f for d, f in fingerprints(other).items() if d in docnames})


def warm_up(app: Sphinx) -> None:
    """Let matplotlib look for its fonts here, where it may say that this takes a while, and not in a page."""
    importlib.import_module("matplotlib.font_manager")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to the reading of pages."""
    app.add_config_value("execution_versions", (), "env")
    app.connect("builder-inited", warm_up)
    app.connect("source-read", choose_cache)
    app.connect("env-get-outdated", outdated)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
