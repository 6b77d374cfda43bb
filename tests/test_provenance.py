"""What results depend on: sources are followed, names are stable, and a worker that differs is noticed."""

import functools
import importlib.util
import platform
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from genmodels import provenance as tested
from genmodels.provenance import differences, function_name, provenance, source

MODULE = '''
"""A module."""
import math
from math import pi as circle

EPOCHS = 3
UNUSED = 4
WIDTH = EPOCHS + 1

if EPOCHS > 2:
    deep = True


class Base:
    size = WIDTH


class Model(Base):
    def fit(self):
        return helper(self.size)


def helper(x):
    """Help."""
    return [math.sqrt(x + offset()) for _ in range(2)]


def offset():
    return 1  # a comment


def default():
    return 5


class Unrelated:
    EPOCHS = 9


def other():
    return UNUSED


def train(seed, x=default()):
    UNUSED = [deep for _ in range(1)]
    return {"a": Model().fit()[0] + len(UNUSED) * circle}
'''


@pytest.fixture
def load(tmp_path):
    """Import a changed version of the module above."""
    made = []

    def load(*changes):
        text = MODULE
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / f"experiment{len(made)}.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location("experiment", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules["experiment"] = module
        spec.loader.exec_module(module)
        made.append(module)
        return module

    yield load
    sys.modules.pop("experiment", None)


def test_the_source_is_that_of_all_that_a_function_uses_of_its_module(load):
    text = source(load().train)

    for used in ("import math", "as circle", "EPOCHS = 3", "WIDTH =", "deep = True", "class Base", "class Model"):
        assert used in text
    for used in ("def helper", "def offset", "def default", "def train"):
        assert used in text
    for unused in ("UNUSED = 4", "def other", "class Unrelated", "a comment", "A module."):
        assert unused not in text


@pytest.mark.parametrize(
    "change",
    [
        ("EPOCHS = 3", "EPOCHS = 4"),
        ("return 1  # a comment", "return 2"),
        ("size = WIDTH", "size = 2 * WIDTH"),
        ("math.sqrt", "math.exp"),
        ("pi as circle", "tau as circle"),
        ("return 5", "return 6"),
        ("deep = True", "deep = False"),
        ("self.size", "self.size + 1"),
        ('{"a":', '{"b":'),
    ],
)
def test_a_change_of_what_is_used_is_another_source(load, change):
    before = provenance(load().train)

    assert provenance(load(change).train)["source"] != before["source"]


@pytest.mark.parametrize(
    "change",
    [
        ("UNUSED = 4", "UNUSED = 5"),
        ("# a comment", "# another comment"),
        ("return UNUSED", "return UNUSED + 1"),
        ("EPOCHS = 3\n", "EPOCHS = (3)\n\n\n"),
        ('"""A module."""', '"""Another text."""'),
    ],
)
def test_a_change_of_what_is_not_used_is_the_same_source(load, change):
    before = provenance(load().train)

    assert provenance(load(change).train) == before


def test_a_function_in_a_function_has_the_source_of_what_is_around_it():
    def outer(y):
        def inner(seed):
            return {"a": y}

        return inner

    assert "def inner(seed)" in source(outer(1))
    assert "test_a_function_in_a_function_has_the_source" in source(outer(1))


def test_without_a_module_to_read_the_source_is_that_of_the_function_alone(monkeypatch, load):
    train = load().train
    monkeypatch.delitem(sys.modules, "experiment")

    assert source(train).startswith("def train(seed, x=default()):\n    UNUSED = [deep")


def test_without_any_source_it_is_none():
    names = {"__name__": "nowhere"}
    exec("def f(seed): ...", names)  # noqa: S102 - as at a prompt that keeps no source

    assert source(names["f"]) is None
    assert provenance(names["f"])["source"] is None


def test_provenance_names_the_function_and_the_versions(load):
    train = load().train

    found = provenance(train)

    assert list(found) == ["function", "source", "bound", "genmodels", "numpy", "python"]
    assert found["function"] == "experiment:train"
    assert found["bound"] is None
    assert (found["numpy"], found["python"]) == (np.__version__, platform.python_version())
    assert len(found["source"]) == len(found["genmodels"]) == 64


def test_held_arguments_belong_to_the_provenance(load):
    train = load().train
    found = [
        provenance(f)
        for f in (
            train,
            functools.partial(train, x=1),
            functools.partial(train, x=2),
            functools.partial(train, np.ones(3)),
            functools.partial(train, np.zeros(3)),
        )
    ]

    assert len({f["bound"] for f in found}) == 5
    assert len({(f["function"], f["source"]) for f in found}) == 1
    assert provenance(functools.partial(train, x=1)) == found[1]
    assert provenance(functools.partial(train, x=1, seed=2)) == provenance(functools.partial(train, seed=2, x=1))


def test_the_sources_of_the_package_belong_to_it(tmp_path, monkeypatch):
    def package(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text)
        monkeypatch.setattr(tested, "__file__", str(tmp_path / "provenance.py"))
        return tested._surroundings.__wrapped__()["genmodels"]

    first = package(a="x = 1", b="y = 1")

    assert package(a="x = 1", b="y = 1") == first
    assert package(b="y = 2") != first
    assert package(b="y = 1", c="") != first


SCRIPT = """
from genmodels.provenance import function_name
def train(seed): ...
print(function_name(train))
"""


@pytest.mark.parametrize(("arguments", "name"), [(["tool.py"], "tool"), (["-m", "package.tool"], "package.tool")])
def test_a_script_is_called_by_its_file_as_if_it_were_imported(tmp_path, arguments, name):
    folder = tmp_path / "package"
    folder.mkdir()
    for path in (tmp_path / "tool.py", folder / "tool.py"):
        path.write_text(SCRIPT)

    found = subprocess.run([sys.executable, *arguments], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert found.stdout == f"{name}:train\n"


def test_at_a_prompt_the_module_is_called_main():
    found = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)

    assert found.stdout == "__main__:train\n"


def test_a_method_is_called_by_its_class(load):
    assert function_name(load().Model.fit) == "experiment:Model.fit"


def test_a_process_does_not_differ_from_itself(load):
    train = load().train

    assert differences(train, provenance(train)) == []
    assert differences(functools.partial(train, x=1), provenance(functools.partial(train, x=2))) == []


@pytest.mark.parametrize("name", ["source", "genmodels", "numpy", "python"])
def test_a_process_that_differs_says_in_what(load, name):
    train = load().train
    wanted = provenance(train)

    found = differences(train, {**wanted, name: "other"})

    assert found == [f"{name} {wanted[name]!r} in the place of 'other'"]


def test_a_function_that_was_not_imported_here_is_what_it_was_there(load):
    train = load().train
    load(("EPOCHS = 3", "EPOCHS = 4"))  # what its name stands for now is another function

    assert differences(train, {**provenance(train), "source": "other"}) == []


def test_a_source_that_is_unknown_is_not_compared(load):
    train = load().train

    assert differences(train, {**provenance(train), "source": None}) == []


def test_the_example_above_runs(load):
    assert load().train(0)["a"] == pytest.approx(5**0.5 + np.pi)
    assert textwrap.dedent(MODULE) == MODULE
