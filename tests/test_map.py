"""The maps: what is drawn is what statements use, and it can be read."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="Sphinx is not installed: nox -s site brings it")
ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "docs" / "_ext"))

import claimmap  # noqa: E402 - found on the path above
import layered  # noqa: E402
import networkx as nx  # noqa: E402
import verified  # noqa: E402
from layered import Box, Drawing  # noqa: E402

from genmath import book  # noqa: E402 - not before Sphinx is known to be there

STEMS = [*book.STEMS]
WITHOUT = ["museum"]
DRAW = """
import sys, hashlib
sys.path[:0] = sys.argv[1:]
import claimmap, verified
from genmath import book
entries = verified.entries("genmath.book")
hrefs = {label: "#" for label in entries}
pictures = [claimmap.chapter_picture(entries, stem, {}) for stem in book.STEMS]
pictures.append(claimmap.book_picture(entries, {}))
print([hashlib.sha256(claimmap.svg(p, entries, hrefs, "").encode()).hexdigest() for p in pictures])
"""


@pytest.fixture(scope="module")
def entries() -> dict[str, verified.Entry]:
    """Return the statements with their verdicts."""
    return verified.entries("genmath.book")


@pytest.fixture(scope="module", params=[*STEMS, ""])
def drawn(request: pytest.FixtureRequest, entries) -> tuple[claimmap.Picture, list[tuple[str, str]]]:
    """Draw each chapter, and the book; return what should be drawn, too."""
    if request.param:
        return claimmap.chapter_picture(entries, request.param, {}), claimmap.of_chapter(entries, request.param)
    return claimmap.book_picture(entries, {}, WITHOUT), claimmap.of_book(entries, WITHOUT)


def meet(a, b) -> bool:
    """Tell whether two rectangles overlap."""
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


# ---------------------------------------------------------------- the graph


def test_a_map_of_a_chapter_has_every_line_of_its_statements(entries) -> None:
    """Nothing is left out and nothing added."""
    for stem in STEMS:
        lines = claimmap.of_chapter(entries, stem)

        assert len(lines) == len(set(lines))
        assert set(lines) == {(used, s.label) for s in book.STATEMENTS.values() for used in s.uses
                              if book.stem_of(s.label) == stem}  # fmt: skip


def test_the_map_of_the_book_has_every_line_between_chapters(entries) -> None:
    """What stays in a chapter is on its own map."""
    between = {
        (used, s.label) for s in book.STATEMENTS.values() for used in s.uses
        if book.stem_of(used) != book.stem_of(s.label)
    }  # fmt: skip

    assert set(claimmap.of_book(entries)) == between
    assert set(claimmap.of_book(entries, WITHOUT)) == {
        line for line in between if not {"museum"} & set(map(book.stem_of, line))
    }


def test_what_falls_with_a_statement_is_what_rests_on_it(entries) -> None:
    """The boxes say what the book verifies together."""
    for label, entry in entries.items():
        assert set(entry.rests_on) == set(book.rests_on(label))
        assert set(entry.falls) == set(book.used_by(label))
        assert entry.stem == book.stem_of(label)


def test_arrows_end_where_a_statement_uses_another(drawn) -> None:
    """The arrows of a picture are its lines, each of them once."""
    picture, lines = drawn

    arrows = [(s.source, target) for s in picture.strokes if s.arrow for target in s.targets]

    assert {target for _, target in arrows} == {target for _, target in lines}
    assert sorted(arrows) == sorted(lines)


def test_pieces_of_a_line_hang_together(drawn) -> None:
    """From the right side of a box to the left side of another, without a gap."""
    picture, _ = drawn
    places = {p.label: p for p in picture.places}
    ends = {(s.source, s.end) for s in picture.strokes}

    for stroke in picture.strokes:
        origin = places[stroke.source]
        begins = stroke.start == (origin.x + origin.width, pytest.approx(origin.y + origin.height / 2))
        assert begins or (stroke.source, stroke.start) in ends
        if stroke.arrow:
            target = places[stroke.targets[0]]
            assert stroke.end == (target.x, pytest.approx(target.y + target.height / 2))


# ---------------------------------------------------------------- geometry


def test_no_two_labels_overlap(drawn) -> None:
    """Statements keep off each other, and chapters too."""
    picture, _ = drawn

    assert [(a.label, b.label) for a, b in itertools.combinations(picture.places, 2) if meet(a, b)] == []
    assert [(a.stem, b.stem) for a, b in itertools.combinations(picture.clusters, 2) if meet(a, b)] == []


def test_every_label_stays_in_its_box_and_every_box_in_the_picture(drawn) -> None:
    """A label has at least eleven pixels and all of its lines inside; the legend is not covered."""
    picture, _ = drawn

    for place in picture.places:
        room = place.width - claimmap.INSET
        assert max(claimmap.width(line) for line in place.text) <= room
        assert max((claimmap.width(line, claimmap.SMALL) for line in place.home), default=0) <= room
        assert claimmap.LINE * (len(place.text) + len(place.home)) < place.height
    for box in (*picture.places, *picture.clusters):
        assert 0 <= box.x < box.x + box.width <= picture.width
        assert claimmap.LEGEND_HEIGHT <= box.y < box.y + box.height <= picture.height
    for x, y in (end for s in picture.strokes for end in (s.start, s.end)):
        assert 0 <= x <= picture.width
        assert claimmap.LEGEND_HEIGHT <= y <= picture.height
    assert min(claimmap.SIZE, claimmap.SMALL) >= 11


def test_no_line_runs_through_a_box(drawn) -> None:
    """Bent pieces stay between two columns; straight ones pass a column between its boxes."""
    picture, _ = drawn

    for stroke in picture.strokes:
        (x1, y1), (x2, y2) = stroke.start, stroke.end
        low, high = sorted((y1, y2))
        assert x1 < x2
        for place in picture.places:
            inside = x1 < place.x + place.width and place.x < x2
            assert not (inside and low < place.y + place.height and place.y < high), (stroke, place)
            assert not (inside and place.y <= y1 <= place.y + place.height and low == high), (stroke, place)


def test_the_statements_of_a_chapter_stand_in_its_box(entries) -> None:
    """A chapter's box holds its own statements, and no other."""
    picture = claimmap.book_picture(entries, {}, WITHOUT)
    boxes = {c.stem: c for c in picture.clusters}

    assert set(boxes) == set(book.CHAPTERS)
    for place in picture.places:
        assert [stem for stem, c in boxes.items() if meet(c, place)] == [entries[place.label].stem]


def test_a_map_fits_the_page_where_no_chain_is_longer_than_four(entries) -> None:
    """A wider one scrolls."""
    for stem in STEMS:
        picture = claimmap.chapter_picture(entries, stem, {})
        graph = nx.DiGraph(claimmap.of_chapter(entries, stem))

        if nx.dag_longest_path_length(graph) < claimmap.COLUMNS:
            assert picture.width <= 736


@pytest.mark.slow
def test_a_map_is_the_same_in_every_run() -> None:
    """Neither the order of a set nor the time leaves a trace."""
    found = set()
    for seed in "12":
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", DRAW, str(ROOT / "docs" / "_ext"), str(ROOT)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        found.add(done.stdout)

    assert len(found) == 1


# ---------------------------------------------------------------- layers


def test_a_statement_stands_right_of_all_that_it_rests_on() -> None:
    """And a beginning stands right before its first use."""
    column = layered.generations(nx.DiGraph([("a", "b"), ("b", "c"), ("start", "c")]))

    assert column == {"a": 0, "b": 1, "c": 2, "start": 1}


def test_chapters_that_use_each_other_share_a_column() -> None:
    """A ring has no beginning."""
    column = layered.generations(nx.DiGraph([("a", "b"), ("b", "a"), ("b", "c")]))

    assert column == {"a": 0, "b": 0, "c": 1}


def boxes(*columns: str, height: float = 10) -> list[Box]:
    """Return boxes of one row, named by letters, column by column."""
    return [Box(name, i, ((name, height),)) for i, names in enumerate(columns) for name in names]


def test_lines_that_need_not_cross_do_not() -> None:
    """The orders given here cross three times."""
    given = boxes("abc", "xyz")
    lines = [("a", "z"), ("b", "y"), ("c", "x")]

    assert Drawing([given[:3], given[3:]], lines).crossings() == 3
    assert layered.drawn(given, lines).crossings() == 0


def test_a_line_that_must_cross_is_counted() -> None:
    """Both of two with both of two cross once, in any order."""
    assert layered.drawn(boxes("ab", "xy"), list(itertools.product("ab", "xy"))).crossings() == 1


def test_a_long_line_has_a_lane_in_the_columns_that_it_passes() -> None:
    """Two lines from one box share it."""
    drawing = layered.drawn(boxes("a", "b", "cd"), [("a", "b"), ("b", "c"), ("a", "c"), ("a", "d")])
    lane = ("lane", "a", 1)

    assert [box.name for box in drawing.columns[1] if box.lane] == [lane]
    assert set(drawing.lines) == {("a", "b"), ("b", "c"), ("a", lane), (lane, "c"), (lane, "d")}


def test_a_box_goes_where_its_neighbours_are_if_there_is_room() -> None:
    """Boxes that want the same place share the way."""
    pair = boxes("ab")
    alone = layered.settled(pair, {"a": 5.0, "b": 100.0}, {"a": 1, "b": 1})
    crowded = layered.settled(pair, {"a": 50.0, "b": 50.0}, {"a": 1, "b": 1})
    heavy = layered.settled(pair, {"a": 50.0, "b": 50.0}, {"a": 3, "b": 1})

    assert alone == {"a": 5.0, "b": 100.0}
    assert crowded == {"a": 40.0, "b": 60.0}
    assert heavy == {"a": 45.0, "b": 65.0}


def test_rows_of_a_box_are_sorted_by_where_their_lines_lead() -> None:
    """The box of a chapter turns its rows so that lines need not cross."""
    given = [Box("all", 0, (("a", 10.0), ("b", 10.0)), head=20.0), *boxes("", "xy")]

    drawing = layered.drawn(given, [("a", "y"), ("b", "x")])

    assert drawing.crossings() == 0


# ---------------------------------------------------------------- labels and shapes


@pytest.mark.parametrize("title", [s.title for s in book.STATEMENTS.values() if len(s.title) > 48])
def test_a_long_title_is_broken_and_no_word_is_lost_before_the_ellipsis(title: str) -> None:
    """A label is the beginning of its title."""
    lines = claimmap.wrapped(title, 120.0)

    assert len(lines) <= claimmap.ROWS
    assert max(map(claimmap.width, lines)) <= 120.0
    assert title.startswith(" ".join(lines).removesuffix("…"))
    assert " ".join(lines) == title or lines[-1].endswith("…")


def test_a_word_that_is_too_long_is_cut() -> None:
    """Nothing leaves its box."""
    (line,) = claimmap.wrapped("Donaudampfschifffahrtsgesellschaft", 60.0)

    assert line.endswith("…")
    assert claimmap.width(line) <= 60.0


def test_kinds_differ_in_shape_and_mark() -> None:
    """Whoever sees no colours sees the kind."""
    kinds = {s.kind for s in book.STATEMENTS.values()}

    assert kinds == set(claimmap.OUTLINES) == set(claimmap.MARKS) == {kind for kind, _ in claimmap.LEGEND}
    assert len(set(claimmap.OUTLINES.values())) == len(set(claimmap.MARKS.values())) == len(kinds)


def nodes_of(text: str) -> Iterator[re.Match[str]]:
    """Yield the statements of a drawing."""
    return re.finditer(r'<a class="map-node ([^"]*)" href="([^"]*)" data-label="([^"]*)" aria-label="([^"]*)"', text)


def test_each_statement_is_a_link_with_a_name_that_says_all(entries) -> None:
    """Its kind, its verdict and its whole title, for those who do not see it."""
    picture = claimmap.chapter_picture(entries, "evaluation", {"vae": "Of <codes>"})
    text = claimmap.svg(picture, entries, {label: f"p.html?a&b#{label}" for label in entries}, 'A "map"')
    found = {m[3]: m for m in nodes_of(text)}

    assert set(found) == {p.label for p in picture.places}
    for label, match in found.items():
        assert match[2] == f"p.html?a&amp;b#{label}"
        assert ("map-foreign" in match[1]) == (entries[label].stem != "evaluation")
        assert f"map-{entries[label].kind}" in match[1].split()
        assert entries[label].title in match[4].replace("&#x27;", "'").replace("&quot;", '"')
    assert "Of &lt;codes&gt;" in text
    assert 'aria-label="A &quot;map&quot;"' in text
