"""The book is complete, its parts fit together, and nothing imports what it must not."""

import ast
import itertools
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from genmath import book, linear_autoencoder, notation
from genmath.book import ITEMS
from genmath.calc import Claim, Counterexample, Judgement, Report, stated
from genmath.inventory import INVENTORY
from genmath.mutants import mutants
from genmath.rules import relation_of
from genmath.surface import Let, LetAt, Relation, Var

ROOT = Path(__file__).parent.parent
MODULES = sorted([*ROOT.glob("genmath/*.py"), *ROOT.glob("genmodels/*.py")])
WRITTEN = {path.stem for path in (ROOT / "docs" / "chapters").glob("*.md")}
CLAIMS = [s for s in book.STATEMENTS.values() if isinstance(s, Claim)]


def imported(path):
    """The modules that a file imports, in full."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


# ---------------------------------------------------------------- the inventory


def test_every_numbered_equation_of_the_sheet_is_an_item():
    keys = [item.key for item in ITEMS]

    assert [key for key in keys if key.startswith("(")] == [f"({number})" for number in range(1, 21)]


@pytest.mark.parametrize(("letter", "count"), [("u", 14), ("c", 31)])
def test_every_unnumbered_claim_of_the_sheet_is_an_item(letter, count):
    keys = {item.key for item in ITEMS}

    assert {key for key in keys if key[0] == letter} == {f"{letter}{number}" for number in range(1, count + 1)}


def test_no_item_is_listed_twice():
    keys = [item.key for item in ITEMS]

    assert len(keys) == len(set(keys))


def test_items_stand_in_the_order_of_the_sheet():
    places = [item.place for item in ITEMS]

    assert [place for place, _ in itertools.groupby(places)] == [
        "1.1",
        "1.2",
        "2.1",
        "2.2",
        "3.1",
        "3.2",
        "4.1",
        "4.2",
        "Summary",
    ]


def test_every_item_of_a_written_chapter_is_settled():
    owed = [item.key for item in ITEMS if item.stem in WRITTEN and not item.treated]

    assert owed == []


def test_no_chapter_without_statements_claims_to_settle_an_item():
    early = [item.key for item in ITEMS if item.stem not in book.CHAPTERS and item.treated]

    assert early == []
    assert {item.stem for item in ITEMS} <= set(book.PLANNED)


def test_items_and_statements_of_the_chapters_name_each_other():
    """The sheet does not have what hangs in the museum."""
    named = {label for item in ITEMS for label in item.statements}

    assert named == {label for label in book.STATEMENTS if book.stem_of(label) in book.CHAPTERS}


def test_the_sheet_is_complete():
    assert [item.key for item in ITEMS if not item.treated] == []


def test_nothing_is_said_of_an_item_that_is_not_treated():
    item = book.Item("c99", "4.2", "Says something.", "right", "It is {ae-break-even}.", "rnn")

    shown, owed = book._shown(item), book._owed(item)

    assert (shown.verdict, shown.finding) == ("not yet treated", "")
    assert (owed["label"], owed["stem"], owed["source"]) == ("sheet-c99", "rnn", "4.2")
    assert (owed["treated"], owed["verdict"]) == (False, None)


def test_what_is_called_right_has_no_counterexample():
    right = [item for item in ITEMS if item.verdict in ("right", "right under assumptions")]

    refuted = {i.key for i in right if any(isinstance(book.find(s), Counterexample) for s in i.statements)}

    assert refuted <= {"c5", "u5", "c25", "c27", "n9"}, "right under an assumption that the counterexample denies"


def test_the_numbers_of_a_finding_come_from_its_statements():
    for item in INVENTORY:
        labels = re.findall(r"\{([\w-]+)", item.finding)

        assert set(labels) <= set(item.statements), item.key
        if item.treated:
            assert not re.search(r"\d", re.sub(r"\{[^}]*\}|between 0 and 1", "", item.finding)), item.key


def test_a_findings_number_is_the_claims():
    findings = {item.key: item.finding for item in ITEMS}

    assert "25,088 times" in findings["c2"]
    assert "5.48%" in findings["c8"]
    assert "mean 0.1196" in findings["c5"]
    assert "35 images are the first" in findings["(10)"]


def test_what_is_called_wrong_has_a_counterexample_or_an_experiment():
    """A formula fails at a point; that a listing does nothing is shown by running it."""
    settled = [item for item in ITEMS if item.verdict == "wrong" and item.treated]

    def shows(statement):
        run = isinstance(statement, Judgement) and statement.basis == "experiment"
        return run or isinstance(statement, Counterexample)

    without = [item.key for item in settled if not any(shows(book.find(label)) for label in item.statements)]

    assert without == []


# ---------------------------------------------------------------- statements


def test_abbreviations_that_no_definition_introduces_are_spelled_out():
    assert book.names("lae-grad-encoder") == (
        Relation(linear_autoencoder.F, "=", linear_autoencoder.F.body).tex(),
        Relation(linear_autoencoder.R, "=", linear_autoencoder.R.body).tex(),
    )


def test_defined_abbreviations_are_not_spelled_out():
    assert book.names("ae-grad-decoder") == ()


def test_every_statement_uses_only_statements_of_the_book_and_never_itself():
    for label, statement in book.STATEMENTS.items():
        assert set(statement.uses) <= set(book.STATEMENTS), label
        assert label not in book.rests_on(label)


def test_a_letter_means_one_thing_within_a_statement():
    """A reader has the letter alone: no abbreviation stands for two things, and no two symbols look alike."""
    for label, statement in book.STATEMENTS.items():
        meanings = {}
        for node in (n for r in printed(statement) for side in (r.left, r.right) for n in side.walk()):
            if isinstance(node, Var | Let) and not isinstance(node, LetAt):
                meaning = node.body if isinstance(node, Let) else node
                assert meanings.setdefault(node.tex(), meaning) == meaning, f"{label}: {node.tex()}"


def printed(statement):
    """The relations that a page prints of a statement."""
    if isinstance(statement, Claim):
        return stated(statement)
    relations = [getattr(statement, "statement", None), *map(relation_of, getattr(statement, "given", ()))]
    return [r for r in relations if isinstance(r, Relation)]


def test_a_ring_of_statements_is_refused(monkeypatch):
    claim = book.find("sigmoid-slope")
    ring = {"one": replace(claim, label="one", uses=("two",)), "two": replace(claim, label="two", uses=("one",))}
    monkeypatch.setattr(book, "STATEMENTS", {**book.STATEMENTS, **ring})

    with pytest.raises(ValueError, match="one rests on itself"):
        book.rests_on("one")


def test_what_a_statement_rests_on_falls_with_it():
    for label in book.STATEMENTS:
        assert all(label in book.used_by(used) for used in book.rests_on(label))


@pytest.mark.parametrize("claim", [c for c in CLAIMS if c.kind == "claim"], ids=lambda c: c.label)
def test_every_claim_names_a_plausible_mistake(claim):
    assert claim.mistakes


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda c: c.label)
def test_every_mistake_prints_differently_from_its_claim(claim):
    wrong = [Relation(claim.start, mistake.sign, mistake.right).tex() for mistake in claim.mistakes]

    assert claim.statement_tex() not in wrong
    assert len(set(wrong)) == len(wrong)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda c: c.label)
def test_every_mutant_prints_differently_from_its_link(claim):
    for step in claim.steps():
        assert step.tex() not in [mutant.tex() for _, mutant in mutants(step)]


def test_the_sheets_gradients_hold_for_all_sizes():
    gradients = [c.label for c in CLAIMS if "-grad-" in c.label]

    found = book.reports(gradients)

    assert {report.scope for report in found.values()} == {"general"}
    assert {report.verdict for report in found.values()} == {"proved"}


def test_every_statement_stands_and_every_mutant_is_refuted_at_a_point():
    found = book.reports()

    assert [label for label, report in found.items() if not book.passed(book.find(label), report)] == []
    for claim in (c for c in CLAIMS if c.kind == "claim"):
        report = found[claim.label]
        assert {m.link for m in report.mutants} == set(range(1, len(claim.links) + 1)), claim.label
        assert all(m.fate == "equivalent" or (m.fate == "refuted" and str(m.point)) for m in report.mutants), (
            claim.label
        )
        assert all(
            any(m.link == i and m.fate == "refuted" for m in report.mutants) for i in range(1, len(claim.links) + 1)
        )


def test_a_claim_falls_with_what_it_rests_on(monkeypatch):
    fallen = Report("sigmoid-slope", "refuted")
    original = book.verify
    monkeypatch.setattr(book, "_load", dict)
    monkeypatch.setattr(book, "_store", lambda _: None)
    monkeypatch.setattr(book, "verify", lambda s, b: fallen if s.label == "sigmoid-slope" else original(s, b))

    report = book.reports(["ae-delta-logistic"])["ae-delta-logistic"]

    assert report.verdict == "undecided"
    assert report.detail == "it rests on sigmoid-slope, which is not proved"


def test_lemmas_are_carried_through_what_uses_them():
    found = book.reports(["dae-wiener", "lae-eckart-young"])

    assert [m.name for m in found["dae-wiener"].modulo] == ["second moments of noise"]
    assert [m.name for m in found["lae-eckart-young"].modulo] == ["Gram–Schmidt", "spectral theorem"]


def test_verdicts_are_found_again_for_the_same_sources_only(tmp_path, monkeypatch):
    monkeypatch.setenv("GENMATH_CACHE", str(tmp_path))
    first = book.reports(["sigmoid-slope"])

    again = book.known()
    monkeypatch.setattr(book, "fingerprint", lambda: "other sources")

    assert again["sigmoid-slope"] == first["sigmoid-slope"]
    assert book.known() == {}


@pytest.mark.parametrize("text", ["", "not JSON", "[1]", '[{"label": "sigmoid"}]', '{"a": 1}'])
def test_a_damaged_cache_is_as_good_as_none(text, tmp_path, monkeypatch):
    monkeypatch.setenv("GENMATH_CACHE", str(tmp_path))
    (tmp_path / f"{book.fingerprint()}.json").write_text(text)

    assert book.known() == {}
    assert book.reports(["sigmoid"])["sigmoid"].verdict == "proved"


def test_an_unknown_label_names_its_neighbours():
    with pytest.raises(
        book.UnknownLabel, match="no statement has the label 'ae-grad-decodr'; did you mean ae-grad-decoder"
    ):
        book.find("ae-grad-decodr")


# ---------------------------------------------------------------- notation and architecture


def test_every_letter_of_the_table_says_what_it_means():
    assert all(row.letter and row.meaning and row.shape for row in notation.TABLE)
    assert len({row.letter + row.shape for row in notation.TABLE}) == len(notation.TABLE)


def test_every_symbol_of_every_claim_stands_in_the_table():
    letters = {row.letter for row in notation.TABLE}
    shown = {
        n.letter
        for c in CLAIMS
        for link in c.links
        for n in (*c.start.walk(), *link.right.walk())
        if hasattr(n, "letter")
    }

    assert {letter for letter in shown if letter} - letters == set()


def test_latex_of_symbols_stands_in_the_notation_alone():
    names = [m.__name__.split(".")[-1] for modules in book.STEMS.values() for m in modules]

    for path in (ROOT / "genmath" / f"{name}.py" for name in names):
        strings = [
            n.value
            for n in ast.walk(ast.parse(path.read_text()))
            if isinstance(n, ast.Constant) and isinstance(n.value, str)
        ]
        assert [s for s in strings if re.search(r"\\[a-zA-Z]+", s)] == [], path.name


def test_neither_package_imports_the_other():
    for path in MODULES:
        other = "genmodels" if path.parent.name == "genmath" else "genmath"
        assert [m for m in imported(path) if m.split(".")[0] == other] == [], path


@pytest.mark.parametrize(
    ("package", "allowed"), [("genmath", {"sympy", "mpmath", "rich"}), ("genmodels", {"numpy", "tqdm"})]
)
def test_a_package_needs_only_what_it_is_made_of(package, allowed):
    script = f"import sys, {package}; print(*sorted({{m.split('.')[0] for m in sys.modules}}))"

    loaded = set(
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout.split()
    )

    foreign = {"numpy", "scipy", "sklearn", "matplotlib", "mlxtend", "torch", "jax", "sympy", "rich", "tqdm"} - allowed
    assert loaded & foreign == set()


def test_imports_are_acyclic():
    edges = {
        f"{p.parent.name}.{p.stem}": {m for m in imported(p) if m.split(".")[0] in ("genmath", "genmodels")}
        for p in MODULES
    }

    def reach(module, path):
        assert module not in path, " → ".join([*path, module])
        for other in edges.get(module, ()):
            if other in edges:
                reach(other, (*path, module))

    for module in edges:
        reach(module, ())


def test_the_surface_and_the_kernel_do_not_know_the_chapters():
    chapters = {m.__name__ for modules in book.STEMS.values() for m in modules}

    for stem in ("surface", "calculus", "recurrence", "indexed", "rules", "calc", "mutants", "notation", "models"):
        assert not chapters & set(imported(ROOT / "genmath" / f"{stem}.py")), stem


def test_the_page_of_a_chapter_prints_all_of_its_statements():
    assert set(book.CHAPTERS) >= WRITTEN
    for stem in WRITTEN:
        modules = book.CHAPTERS[stem]
        page = (ROOT / "docs" / "chapters" / f"{stem}.md").read_text(encoding="utf-8")
        printed = re.findall(r"\{claim\} ([\w-]+)", page)

        assert sorted(printed) == sorted(s.label for m in modules for s in m.STATEMENTS), stem


def test_text_from_outside_never_becomes_an_expression():
    for path in ROOT.glob("genmath/*.py"):
        calls = {
            n.func.attr if isinstance(n.func, ast.Attribute) else getattr(n.func, "id", "")
            for n in ast.walk(ast.parse(path.read_text()))
            if isinstance(n, ast.Call)
        }
        assert not calls & {"parse_expr", "eval", "exec"}, path.name
