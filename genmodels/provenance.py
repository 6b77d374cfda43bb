"""What the results of a function depend on beside its arguments: its source, and versions.

Contents: `provenance`; `differences`, which a worker process finds in itself; `source`; `function_name`.
"""

import ast
import dis
import functools
import hashlib
import inspect
import pickle
import platform
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np

Function = Callable[..., Any]
_LOADS = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS")
_MAIN = ("__main__", "__mp_main__")  # the script, as it is called in this process and in its worker processes


def provenance(function: Function) -> dict[str, str | None]:
    """Return what tells whether two results of a function are results of the same thing.

    Parameters
    ----------
    function : a Python function, or `functools.partial` of one

    Returns
    -------
    dict of str
        "function": its module and name. "source": a hash of its `source`, None where this is not to be had.
        "bound": a hash of the arguments that a partial function holds, None without any.
        "genmodels": a hash of the sources of this package. "numpy", "python": versions.
    """
    inner, bound = _unwrapped(function)
    text = source(inner)
    return {
        "function": function_name(inner),
        "source": None if text is None else _hash(text.encode()),
        "bound": None if bound is None else _hash(pickle.dumps(bound)),
        **_surroundings(),
    }


def differences(function: Function, wanted: Mapping[str, str | None]) -> list[str]:
    """Say in what this process differs from the one that called `provenance` for the same function.

    The source is compared if the function was imported here; one that came here as a whole is what it was there.
    """
    found: dict[str, str | None] = dict(_surroundings())
    inner = _unwrapped(function)[0]
    if _imported(inner) and wanted["source"] is not None:
        found["source"] = _source_hash(inner)
    return [f"{name} {found[name]!r} in the place of {wanted[name]!r}" for name in found if found[name] != wanted[name]]


def function_name(function: Function) -> str:
    """Return the module and the name of a function; a script's module is called by its file, as if it were imported."""
    module = function.__module__
    if module in _MAIN:
        script = sys.modules["__main__"]
        spec, path = getattr(script, "__spec__", None), getattr(script, "__file__", None)
        module = spec.name if spec is not None else Path(path).stem if path is not None else module
    return f"{module}:{function.__qualname__}"


def source(function: Function) -> str | None:
    """Return the source of a function and of all that it uses of its own module, through any number of steps.

    Comments and layout are left out. In a notebook or at a prompt, where there is no module to read, it is the source
    of the function alone; None if there is none at all.
    """
    try:
        module = inspect.getsource(sys.modules[function.__module__])
    except (OSError, TypeError, KeyError):
        try:
            return ast.unparse(ast.parse(textwrap.dedent(inspect.getsource(function))))
        except (OSError, TypeError, SyntaxError):
            return None
    statements = _statements(module)
    needed, waiting = set(), {function.__qualname__.split(".")[0]}
    while waiting:
        name = waiting.pop()
        for number, (_, binds, uses) in enumerate(statements):
            if number not in needed and name in binds:
                needed.add(number)
                waiting |= uses
    return "\n".join(statements[number][0] for number in sorted(needed))


@functools.lru_cache(maxsize=8)
def _statements(module: str) -> list[tuple[str, set[str], set[str]]]:
    """Take a module apart: its statements as plain text, the names that each one binds, and those that it uses."""
    found = []
    for node in ast.parse(module).body:
        code = compile(ast.Module([node], []), "<module>", "exec")
        binds, uses = _names(code, "STORE_NAME", deep=False), _names(code, *_LOADS, deep=True)
        found.append((ast.unparse(node), set(binds), set(uses)))
    return found


def _names(code: CodeType, *operations: str, deep: bool) -> Iterator[str]:
    """Yield the names that the operations of some code take; `deep`: also those of the functions in it."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in operations:
            yield instruction.argval
        elif deep and isinstance(instruction.argval, CodeType):
            yield from _names(instruction.argval, *operations, deep=True)


def _unwrapped(function: Function) -> tuple[Function, Any]:
    if isinstance(function, functools.partial):
        return function.func, (function.args, sorted(function.keywords.items()))
    return function, None


def _imported(function: Function) -> bool:
    """Whether the function is found by its name here, as pickle finds it."""
    found: Any = sys.modules.get("__main__" if function.__module__ in _MAIN else function.__module__)
    for name in function.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is function


@functools.lru_cache(maxsize=8)
def _source_hash(function: Function) -> str | None:
    text = source(function)
    return None if text is None else _hash(text.encode())


@functools.cache
def _surroundings() -> dict[str, str]:
    files = sorted(Path(__file__).parent.glob("*.py"))
    sources = b"\0".join(path.name.encode() + b"\0" + path.read_bytes() for path in files)
    return {"genmodels": _hash(sources), "numpy": np.__version__, "python": platform.python_version()}


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
