"""Which test binds which claim to which function: read from the tests' decorators, without running them.

``@pytest.mark.binds("ae-grad-decoder", "genmodels.autoencoder:backward")`` binds; the same with ``twin=True`` marks the
test that puts a wrong formula in the function's place and must see it fail.
"""

from __future__ import annotations

import ast
import functools
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Binding:
    """One test of one claim against one function."""

    label: str
    function: str
    test: str
    says: str
    twin: bool


def _marks(node: ast.FunctionDef) -> Iterator[tuple[str, str, bool]]:
    for decorator in node.decorator_list:
        if not (isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("mark.binds")):
            continue
        label, function = (ast.literal_eval(argument) for argument in decorator.args)
        twin = any(k.arg == "twin" and ast.literal_eval(k.value) for k in decorator.keywords)
        yield label, function, twin


def bindings(tests: Path) -> list[Binding]:
    """Return all bindings of a folder of tests, in the order of the files."""
    paths = sorted(tests.rglob("test_*.py"))
    return [b for path in paths for b in _bindings(path, tests.parent, path.stat().st_mtime_ns)]


@functools.cache
def _bindings(path: Path, root: Path, stamp: int) -> tuple[Binding, ...]:
    """Read a file once for each of its versions."""
    found: list[Binding] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            says = (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ")
            test = f"{path.relative_to(root).as_posix()}::{node.name}"
            found += [Binding(label, function, test, says, twin) for label, function, twin in _marks(node)]
    return tuple(found)


def source(root: Path, function: str) -> str:
    """Return the lines of ``package.module:Class.function`` without its docstring; `LookupError` if it is gone."""
    module, _, qualname = function.partition(":")
    path = root.joinpath(*module.split(".")).with_suffix(".py")
    if not path.is_file():
        raise LookupError(f"{function}: there is no {path.relative_to(root)}")
    text = path.read_text(encoding="utf-8")
    scope: ast.AST = ast.parse(text)
    for name in qualname.split("."):
        inside = (n for n in ast.iter_child_nodes(scope) if isinstance(n, ast.FunctionDef | ast.ClassDef))
        scope = next((n for n in inside if n.name == name), None)
        if scope is None:
            raise LookupError(f"{function}: {path.relative_to(root)} has no {name}")
    lines = text.splitlines()
    first, last = scope.lineno, scope.end_lineno
    doc = scope.body[0]
    if isinstance(doc, ast.Expr) and isinstance(doc.value, ast.Constant) and isinstance(doc.value.value, str):
        kept = lines[first - 1 : doc.lineno - 1] + lines[doc.end_lineno : last]
    else:
        kept = lines[first - 1 : last]
    return textwrap.dedent("\n".join(kept)).strip("\n")
