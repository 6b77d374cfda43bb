"""The committed results of long runs: they belong to what is there now, and a seed gives them again."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from genmodels.provenance import provenance

DATA = Path(__file__).parent.parent / "docs" / "data"
FOUND = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("*.json"))}
RESULTS = {stem: found for stem, found in FOUND.items() if "rows" in found}  # of a single sweep
CLOSE = 1e-4  # other processors round differently; another seed is further away


def function(stem):
    """Return the function whose results these are."""
    name = f"run_{stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, DATA / f"{stem}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return getattr(sys.modules[name], RESULTS[stem]["origin"]["function"].partition(":")[2])


def rows(stem):
    """Return the rows, each as settings, seed and numbers."""
    columns = RESULTS[stem]["rows"]
    names = list(columns)[: list(columns).index("seed")]
    for values in zip(*columns.values(), strict=True):
        row = {name: value for name, value in zip(columns, values, strict=True) if value is not None}
        settings = {name: row.pop(name) for name in names if name in row}
        yield settings, row.pop("seed"), row


def first_seeds():
    """Yield, for each setting of each run, its first row."""
    for stem in RESULTS:
        seen = []
        for settings, seed, numbers in rows(stem):
            if settings not in seen:
                seen.append(settings)
                name = "-".join(map(str, (stem, *settings.values())))
                yield pytest.param(stem, settings, seed, numbers, id=name)


def test_every_committed_result_has_the_script_that_made_it():
    assert "sweep" in RESULTS
    assert [stem for stem in FOUND if not (DATA / f"{stem}.py").is_file()] == []


@pytest.mark.parametrize("stem", RESULTS)
def test_results_are_those_of_the_source_that_is_there(stem):
    assert RESULTS[stem]["origin"]["source"] == provenance(function(stem))["source"]


@pytest.mark.parametrize("stem", RESULTS)
def test_results_name_their_machine(stem):
    assert {"cpu", "system", "python", "numpy"} <= set(RESULTS[stem]["machine"])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*collapse:UserWarning")
@pytest.mark.parametrize(("stem", "settings", "seed", "numbers"), [*first_seeds()])
def test_a_seed_gives_the_committed_numbers_again(stem, settings, seed, numbers):
    assert function(stem)(**settings, seed=seed) == pytest.approx(numbers, rel=CLOSE)


@pytest.mark.parametrize(("stem", "settings", "seed", "numbers"), [*first_seeds()])
def test_the_numbers_of_another_seed_would_be_noticed(stem, settings, seed, numbers):
    others = [row for chosen, other, row in rows(stem) if chosen == settings and other != seed]

    assert others
    assert len([row for row in others if row == pytest.approx(numbers, rel=CLOSE)]) <= len(others) / 10
