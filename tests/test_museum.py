"""The museum: every printed formula is refuted, every correction is proved, and nothing else can hang there."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import sympy as sp

from genmath import book, corrections, museum
from genmath.__main__ import main
from genmath.calc import Claim, Counterexample, verify
from genmath.divergence import over_code
from genmath.museum import Exhibit
from genmath.notation import dev, i, log, mu, t
from genmath.surface import Let, Relation

ROOT = Path(__file__).parent.parent
ROOMS = list(dict.fromkeys(e.room for e in book.EXHIBITS))
STATEMENTS = (*corrections.STATEMENTS, *museum.STATEMENTS)
OWN = [e.printed for e in book.EXHIBITS if isinstance(e.printed, Counterexample)]
HOLDS = Counterexample(
    "museum-holds", "It holds", "A square is a product.", Relation(t**2, "=", t * t), corrected=("kl-one",),
    values={"t": sp.Matrix([3])},
)  # fmt: skip


def hang(printed, **changes):
    """An exhibit of a formula."""
    texts = {"room": "A room", "work": "A work", "where": "a file", "slips": "It slips in."}
    return Exhibit(printed=printed, **{**texts, **changes})


def right(exhibit):
    """The statements that correct an exhibit."""
    return [book.find(label) for label in book.find(exhibit.label).uses]


# ---------------------------------------------------------------- every exhibit


def test_the_museum_is_not_empty():
    assert len(book.EXHIBITS) >= 12
    assert len(ROOMS) > 1


@pytest.mark.parametrize("exhibit", book.EXHIBITS, ids=lambda e: e.label)
def test_what_was_printed_is_refuted_at_a_point_and_what_is_right_is_proved(exhibit):
    corrected = right(exhibit)

    found = book.reports([exhibit.label, *(s.label for s in corrected)])

    assert found[exhibit.label].verdict == "refuted"
    assert found[exhibit.label].point.left != found[exhibit.label].point.right
    assert {found[s.label].verdict for s in corrected} == {"proved"}
    assert any(s.kind == "claim" for s in corrected)


@pytest.mark.parametrize("printed", OWN, ids=lambda p: p.label)
def test_a_correction_does_not_print_what_was_wrong(printed):
    corrected = [book.find(label) for label in printed.uses]

    assert printed.statement_tex() not in [s.statement_tex() for s in corrected if isinstance(s, Claim)]


def closed(node):
    """What a name stands for."""
    return node.body if isinstance(node, Let) else node


PAIRS = [
    (printed, claim)
    for printed in OWN
    for claim in map(book.find, printed.uses)
    if claim.kind == "claim" and closed(claim.start) == closed(printed.statement.left)
]


def test_most_exhibits_stand_beside_a_claim_about_the_very_same_thing():
    assert len(PAIRS) >= 12


@pytest.mark.parametrize(("printed", "claim"), PAIRS, ids=lambda s: s.label)
def test_what_is_right_holds_at_the_point_where_the_printed_formula_fails(printed, claim):
    """So it is the formula that is refuted, and not the point."""
    true = replace(printed, statement=claim.statement())

    report = verify(true)

    assert report.verdict == "proved"
    assert not book.passed(true, report)


def test_an_exhibit_that_holds_is_noticed():
    report = verify(HOLDS)

    assert report.verdict == "proved"
    assert report.detail == "the sentence holds at the point that should refute it"
    assert not book.passed(HOLDS, report)


def test_an_exhibit_that_is_right_after_all_is_noticed():
    """The formula of the Flux model zoo after both repairs."""
    first = next(p for p in OWN if p.label == "museum-flux-sign")
    closed = over_code(mu[i] ** 2 + dev[i] ** 2 - 2 * log(dev[i]) - 1) / 2

    report = verify(replace(first, statement=Relation(first.statement.left, "=", closed)))

    assert report.verdict == "proved"


def test_a_point_outside_of_what_the_work_means_refutes_nothing():
    first = next(p for p in OWN if p.label == "museum-one-sided-dual")

    report = verify(replace(first, values={**first.values, "short_of": sp.ones(2, 2)}))

    assert report.verdict == "undecided"
    assert "violates what is given" in report.detail


def test_an_exhibit_that_holds_makes_verify_fail(monkeypatch, capsys):
    monkeypatch.setattr(book, "STATEMENTS", {**book.STATEMENTS, "museum-holds": HOLDS})
    monkeypatch.setattr(book, "_load", dict)
    monkeypatch.setattr(book, "_store", lambda _: None)
    monkeypatch.setitem(book.STEMS, "more", (SimpleNamespace(STATEMENTS=(HOLDS,)),))

    status = main(["verify", "museum-holds"])

    assert status == 1
    assert "genmath: museum-holds: proved" in capsys.readouterr().err


# ---------------------------------------------------------------- what may hang


def test_an_exhibit_of_an_unknown_statement_is_refused():
    with pytest.raises(book.UnknownLabel, match="no statement has the label 'kl-oen'; did you mean kl-one"):
        book.hung([hang("kl-oen")])


def test_a_claim_is_no_exhibit():
    with pytest.raises(ValueError, match="kl-one is a claim: an exhibit is a counterexample"):
        book.hung([hang("kl-one")])


def test_an_exhibit_without_a_correction_is_refused():
    """ae-epoch-loss stands in the book, and names no claim that corrects it."""
    with pytest.raises(ValueError, match="ae-epoch-loss names no claim that corrects it"):
        book.hung([hang("ae-epoch-loss")])


def test_nothing_hangs_twice():
    with pytest.raises(ValueError, match="gan-losses-are-one is exhibited twice"):
        book.hung([hang("gan-losses-are-one"), hang("gan-losses-are-one")])


@pytest.mark.parametrize("field", ["room", "work", "where", "slips", "mended"])
def test_an_exhibit_leaves_nothing_empty(field):
    with pytest.raises(ValueError, match=f"the exhibit gan-losses-are-one says nothing for {field}"):
        hang("gan-losses-are-one", **{field: ""})


def test_an_exhibit_of_a_chapter_is_not_stated_again():
    labels = [e.label for e in book.EXHIBITS if isinstance(e.printed, str)]

    assert {book.stem_of(label) for label in labels} <= set(book.CHAPTERS)
    assert not set(labels) & {s.label for s in STATEMENTS}


def test_the_rooms_are_visited_one_after_the_other():
    rooms = [e.room for e in book.EXHIBITS]

    assert rooms == sorted(rooms, key=ROOMS.index)


@pytest.mark.parametrize("exhibit", book.EXHIBITS, ids=lambda e: e.label)
def test_a_label_names_a_work_and_a_place_in_sentences(exhibit):
    said = exhibit.says or book.find(exhibit.label).says

    assert "http" not in exhibit.work + exhibit.where + exhibit.mended
    for sentence in (said, exhibit.slips, exhibit.mended):
        assert re.match(r"[A-Z].*\.$", sentence), sentence


# ---------------------------------------------------------------- the museum in the book


def test_the_museum_is_no_chapter_and_settles_nothing_of_the_sheet():
    own = {s.label for s in STATEMENTS}

    assert "museum" not in book.CHAPTERS
    assert {book.stem_of(label) for label in own} == {"museum"}
    assert not own & {label for item in book.ITEMS for label in item.statements}
    assert {s.source for s in STATEMENTS} == {""}


def test_no_claim_of_a_chapter_rests_on_the_museum():
    own = {s.label for s in STATEMENTS}

    for label in set(book.STATEMENTS) - own:
        assert not own & set(book.rests_on(label)), label


def test_every_claim_of_the_museum_corrects_an_exhibit_or_is_used_by_one_that_does():
    needed = {label for e in book.EXHIBITS for label in book.rests_on(e.label)}

    assert {s.label for s in corrections.STATEMENTS} <= needed


def test_list_shows_the_museum_beside_the_chapters(capsys):
    assert main(["list"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("museum-flux-sign\tmuseum\t\tcounterexample") for line in lines)


def test_show_says_where_the_formula_was_printed(capsys):
    assert main(["show", "museum-one-sided-dual"]) == 0

    out = capsys.readouterr().out
    assert "as printed: The best critic's mean" in out
    assert "the sheet" not in out.replace("not in the sheet", "")
    assert "exhibited in the museum: Understanding Deep Learning, first printing, Equation 15.15" in out
    assert "given" in out


def test_show_of_a_chapters_statement_names_the_work_that_says_the_same(capsys):
    assert main(["show", "gan-losses-are-one"]) == 0

    out = capsys.readouterr().out
    assert "the sheet: The generator's loss in the listing" in out
    assert "exhibited in the museum: Annotated Deep Learning Paper Implementations (labml)" in out


# ---------------------------------------------------------------- the page


def test_the_page_prints_the_exhibits_from_their_objects():
    page = (ROOT / "docs" / "museum.md").read_text(encoding="utf-8")

    assert page.count("```{book-museum}") == 1
    assert not re.search(r"museum-\w", page)
    assert "\nmuseum\n" in (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
