"""Maps of what rests on what: ``{map} vae`` draws a chapter, ``{map}`` the book.

The graph is computed from what the statements use. One SVG shows it from left to right, inside the page, so that its
nodes are links and its colours those of the page; the same graph stands below as a list. A map of a chapter shows its
statements and those of other chapters that they use; a statement without any line is only listed. The map of the book
shows the statements on which two chapters meet.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import claimbox as box
import networkx as nx
import verified
from docutils import nodes
from layered import Box, Drawing, drawn, generations
from ledger import BookDirective
from sphinx.application import Sphinx
from sphinx.locale import _
from statements import close

Entries = Mapping[str, verified.Entry]

# Lengths in pixels. Four columns fit into the text of a page.
WIDTH, GAP, MARGIN = 152.0, 40.0, 3.0
SIZE, SMALL, LINE = 11.5, 11.0, 14.5
INSET, MARK, PAD = 24.0, 10.0, 6.0
ROWS = 4  # a title with more lines is cut
BETWEEN = 26.0  # two parts of a map
TITLE, TITLE_LINE, BOLD = 12.5, 16.0, 1.12  # of a chapter in the map of the book
COLUMNS = 4
LEGEND_HEIGHT = 46.0
FEW = 3  # statements named above a map

# How wide letters are, in parts of the size: a little more than in the widest usual font.
WIDE = {
    letter: width
    for letters, width in {
        "ijlI'’|": 0.3, "ft.,:;!()[]/ -–r\"": 0.42, "sczvxykJ?": 0.56, "mM": 0.98, "wWO@%—Q": 0.86,
        "ABCDGHKNPRSTUVXYZ&": 0.73,
    }.items()
    for letter in letters
}  # fmt: skip
OTHER = 0.64


class claim_map(nodes.General, nodes.Element):
    """A map; attribute: stem, empty for the book. Its children are the same graph in words."""


def width(text: str, size: float = SIZE) -> float:
    """Return at least the width of a text."""
    return size * sum(WIDE.get(letter, OTHER) for letter in text)


def wrapped(text: str, room: float, rows: int = ROWS, size: float = SIZE) -> list[str]:
    """Break a text into lines that fit; what is too much becomes an ellipsis."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > rows:
        lines = [*lines[: rows - 1], " ".join(lines[rows - 1 :])]
    return [cut(line, room, size) for line in lines]


def cut(text: str, room: float, size: float = SIZE) -> str:
    """Shorten a text that does not fit, at the end of a word where that is near."""
    if width(text, size) <= room:
        return text
    while width(text + "…", size) > room:
        text = text[:-1]
    head, _space, tail = text.rpartition(" ")
    return (head if head and len(tail) < 8 else text).rstrip(" ,") + "…"


# ---------------------------------------------------------------- geometry


@dataclass(frozen=True)
class Place:
    """A statement on a map: its rectangle, its label, and where it stands if not in this chapter (in lines)."""

    label: str
    x: float
    y: float
    width: float
    height: float
    text: tuple[str, ...]
    number: str = ""
    home: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stroke:
    """A piece of line between two columns or through one, with the statements from and to which it leads."""

    source: str
    targets: tuple[str, ...]
    start: tuple[float, float]
    end: tuple[float, float]
    arrow: bool = False


@dataclass(frozen=True)
class Cluster:
    """A chapter on the map of the book."""

    stem: str
    x: float
    y: float
    width: float
    height: float
    title: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Picture:
    """Everything that is drawn, with the size of the drawing."""

    width: float
    height: float
    places: tuple[Place, ...]
    strokes: tuple[Stroke, ...]
    clusters: tuple[Cluster, ...] = ()


def edges(entries: Entries, labels: Iterable[str]) -> list[tuple[str, str]]:
    """Return what the statements use: from what is used to what uses it."""
    return [(used, label) for label in labels for used in entries[label].uses if used in entries]


def of_chapter(entries: Entries, stem: str) -> list[tuple[str, str]]:
    """Return the lines of a chapter's map."""
    return edges(entries, (label for label, entry in entries.items() if entry.stem == stem))


def of_book(entries: Entries, without: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Return the lines of the map of the book: those from one chapter to another."""
    return [
        (a, b)
        for a, b in edges(entries, entries)
        if entries[a].stem != entries[b].stem and not {entries[a].stem, entries[b].stem} & set(without)
    ]


def placed(entry: verified.Entry, wide: float, home: str = "") -> Place:
    """Return a statement with its label, not yet anywhere."""
    number = entry.source if box.EQUATION.match(entry.source) else ""
    text = wrapped(f"{number} {entry.title}".strip(), wide - INSET - PAD)
    below = wrapped(home, wide - INSET - PAD, 2, SMALL) if home else []
    high = LINE * (len(text) + len(below)) + 9
    return Place(entry.label, 0, 0, wide, high, tuple(text), number, tuple(below))


def chapter_picture(entries: Entries, stem: str, titles: Mapping[str, str]) -> Picture:
    """Lay out the map of a chapter, each connected part by itself, the largest first."""
    lines = of_chapter(entries, stem)
    graph = ordered(entries, lines)
    column = generations(graph)
    home = {x: "" if (at := entries[x].stem) == stem else titles.get(at, at) for x in graph}
    known = {label: placed(entries[label], WIDTH, home[label]) for label in graph}
    order = {label: i for i, label in enumerate(graph)}
    parts = sorted(nx.weakly_connected_components(graph), key=lambda part: (-len(part), min(order[x] for x in part)))
    count = max([COLUMNS, *(spread(column, part) for part in parts)])
    filled = [LEGEND_HEIGHT + BETWEEN] * count
    places: list[Place] = []
    strokes: list[Stroke] = []
    for part in parts:
        labels = sorted(part, key=order.__getitem__)
        first, wide = min(column[x] for x in part), spread(column, part)
        boxes = [Box(x, column[x] - first, ((x, known[x].height),)) for x in labels]
        drawing = drawn(boxes, [line for line in lines if line[0] in part])
        tops = [max(filled[i : i + wide]) for i in range(count - wide + 1)]
        start = tops.index(min(tops))
        top = tops[start]
        filled[start : start + wide] = [top + drawing.height() + BETWEEN] * wide
        found = at_places(drawing, known, MARGIN + start * (WIDTH + GAP), top)
        places += found
        strokes += stroked(drawing, found, [line for line in lines if line[0] in part], start, top)
    return Picture(2 * MARGIN + across(count), max(filled) - BETWEEN + MARGIN, tuple(places), tuple(strokes))


def book_picture(
    entries: Entries, titles: Mapping[str, str], without: Sequence[str] = ()
) -> Picture:
    """Lay out the map of the book: a box for each chapter, with the statements on which chapters meet."""
    lines = of_book(entries, without)
    stems = [stem for stem in dict.fromkeys(e.stem for e in entries.values()) if stem not in without]
    graph = nx.DiGraph()
    graph.add_nodes_from(stems)
    graph.add_edges_from((entries[a].stem, entries[b].stem) for a, b in lines)
    column = generations(graph)
    shown = list(ordered(entries, lines))
    known = {label: placed(entries[label], WIDTH - 2 * PAD) for label in shown}
    title = {s: tuple(wrapped(titles.get(s, s), (WIDTH - 2 * PAD - 2) / BOLD, 2, TITLE)) for s in stems}
    boxes = []
    for stem in stems:
        rows = tuple((label, known[label].height) for label in shown if entries[label].stem == stem)
        boxes.append(Box(stem, column[stem], rows, TITLE_LINE * len(title[stem]) + LINE + 12, PAD))
    drawing = drawn(boxes, lines)
    count = len(drawing.columns)
    top = LEGEND_HEIGHT + BETWEEN
    found = at_places(drawing, known, MARGIN, top)
    clusters = [
        Cluster(
            str(b.name),
            MARGIN + i * (WIDTH + GAP),
            top + drawing.top[b.name],
            WIDTH,
            b.height,
            title[str(b.name)],
            _("{} statements").format(sum(entry.stem == b.name for entry in entries.values())),
        )
        for i, boxes in enumerate(drawing.columns)
        for b in boxes
        if not b.lane
    ]
    strokes = stroked(drawing, found, lines, 0, top)
    wide = 2 * MARGIN + across(max(count, COLUMNS))
    return Picture(wide, top + drawing.height() + MARGIN, tuple(found), tuple(strokes), tuple(clusters))


def ordered(entries: Entries, lines: Iterable[tuple[str, str]]) -> nx.DiGraph:
    """Return the graph of the lines, its nodes in the order of the book."""
    lines = list(lines)
    met = {label for line in lines for label in line}
    graph = nx.DiGraph()
    graph.add_nodes_from(label for label in entries if label in met)
    graph.add_edges_from(lines)
    return graph


def spread(column: Mapping[Any, int], part: Iterable[str]) -> int:
    """Return how many columns a part of a map takes."""
    found = [column[label] for label in part]
    return max(found) - min(found) + 1


def across(count: int) -> float:
    """Return the width of so many columns."""
    return count * WIDTH + (count - 1) * GAP


def at_places(drawing: Drawing, known: Mapping[Any, Place], left: float, top: float) -> list[Place]:
    """Return the statements of a drawing where they belong."""
    return [
        replace(
            known[row],
            x=left + i * (WIDTH + GAP) + (WIDTH - known[row].width) / 2,
            y=top + drawing.top[b.name] + start,
        )
        for i, boxes in enumerate(drawing.columns)
        for b in boxes
        if not b.lane
        for row, start in b.tops().items()
    ]


def stroked(
    drawing: Drawing, found: Iterable[Place], lines: Iterable[tuple[str, str]], first: int, top: float
) -> Iterator[Stroke]:
    """Yield the pieces of the lines of a drawing, those through a column too."""
    place = {p.label: p for p in found}
    used: dict[str, set[str]] = {}
    for source, target in lines:
        used.setdefault(source, set()).add(target)
    middle = {row: top + y for row, y in drawing.middles().items()}
    column = {row: i for i, boxes in enumerate(drawing.columns) for b in boxes for row, _height in b.rows}
    left = lambda i: MARGIN + (first + i) * (WIDTH + GAP)  # noqa: E731

    def ends(row: Any) -> tuple[str, ...]:
        """Return the statements to which a piece leads in the end."""
        if row in place:
            return (row,)
        return tuple(dict.fromkeys(x for following in drawing.after[row] for x in ends(following)))

    for source, target in drawing.lines:
        origin = source if source in place else source[1]
        x = place[source].x + place[source].width if source in place else left(column[source]) + WIDTH
        to = place[target].x if target in place else left(column[target])
        yield Stroke(origin, ends(target), (x, middle[source]), (to, middle[target]), target in place)
        if target not in place:
            passed = (left(column[target]) + WIDTH, middle[target])
            yield Stroke(origin, ends(target), (to, middle[target]), passed)


# ---------------------------------------------------------------- SVG

OUTLINES = {
    "claim": "M3 0H{r}Q{w} 0 {w} 3V{b}Q{w} {h} {r} {h}H3Q0 {h} 0 {b}V3Q0 0 3 0Z",
    "definition": "M10 0H{s}C{w} 0 {w} {h} {s} {h}H10C-3 {h} -3 0 10 0Z",
    "counterexample": "M7 0H{c}L{w} 7V{d}L{c} {h}H7L0 {d}V7Z",
    "judgement": "M7 0H{c}L{w} {m}L{c} {h}H7L0 {m}Z",
}
MARKS = {
    "claim": "M0 5.5L3.5 9L10 1",
    "definition": "M1 3.2h.1M1 7.4h.1M4.2 3.2H10M4.2 7.4H10",
    "counterexample": "M1 1L9 9M9 1L1 9",
    "judgement": "M.8 6.5C2.5 2 4.5 3.5 5.5 5.2S8.2 7.5 9.6 3.4",
}


def n(value: float) -> str:
    """Write a length."""
    return f"{value:.1f}".removesuffix(".0")


def outline(kind: str, wide: float, high: float) -> str:
    """Return the shape of a kind of statement."""
    at = {
        "w": wide,
        "h": high,
        "r": wide - 3,
        "b": high - 3,
        "s": wide - 10,
        "c": wide - 7,
        "d": high - 7,
        "m": high / 2,
    }
    return OUTLINES[kind].format(**{name: n(value) for name, value in at.items()})


def symbol(kind: str, wide: float, high: float) -> str:
    """Return the shape with its mark."""
    mark = f'<path class="map-mark" transform="translate({n(8)} {n(high / 2 - MARK / 2)})" d="{MARKS[kind]}"/>'
    return f'<path class="map-shape" d="{outline(kind, wide, high)}"/>{mark}'


def text(x: float, y: float, line: str, bold: str = "", classes: str = "") -> str:
    """Return a line of text; `bold` is its beginning in bold."""
    named = f' class="{classes}"' if classes else ""
    inner = escape(line, quote=False)
    if bold and line.startswith(bold):
        inner = f'<tspan class="map-number">{bold}</tspan>' + escape(line.removeprefix(bold), quote=False)
    return f'<text{named} x="{n(x)}" y="{n(y)}">{inner}</text>'


def said(entry: verified.Entry) -> str:
    """Return a kind with its verdict in words."""
    kind = _(box.KINDS[entry.kind]).lower()
    return kind if entry.kind == "definition" else f"{kind}, {_(entry.verdict)}"


def node_svg(place: Place, entry: verified.Entry, href: str) -> str:
    """Return a statement: a link with its shape, its mark and its label."""
    hint = f"{entry.title} ({said(entry)}{f'; {entry.source}' if entry.source else ''})"
    counts = _("Rests on {}, {} fall with it.").format(len(entry.rests_on), len(entry.falls))
    rows = [(line, place.number if i == 0 else "", "") for i, line in enumerate(place.text)]
    rows += [(line, "", "map-home") for line in place.home]
    label = "".join(text(INSET, LINE * (i + 1) + 1.5, *row) for i, row in enumerate(rows))
    foreign = " map-foreign" if place.home else ""
    return (
        f'<a class="map-node map-{entry.kind}{foreign}" href="{escape(href)}" data-label="{place.label}" '
        f'aria-label="{escape(hint)}" transform="translate({n(place.x)} {n(place.y)})">'
        f"<title>{escape(hint, quote=False)}. {counts}</title>"
        f"{symbol(entry.kind, place.width, place.height)}{label}</a>"
    )


def stroke_svg(stroke: Stroke, wrong: set[str]) -> str:
    """Return a piece of a line, and its arrow where it ends."""
    (x1, y1), (x2, y2) = stroke.start, stroke.end
    tip = x2 - 5 if stroke.arrow else x2
    bend = (tip - x1) / 2
    d = f"M{n(x1)} {n(y1)}" + (
        f"H{n(tip)}" if n(y1) == n(y2) else f"C{n(x1 + bend)} {n(y1)} {n(tip - bend)} {n(y2)} {n(tip)} {n(y2)}"
    )
    corrects = " map-corrects" if wrong.issuperset(stroke.targets) else ""
    data = f'data-from="{stroke.source}" data-to="{" ".join(stroke.targets)}"'
    arrow = f'<path class="map-arrow" d="M{n(tip)} {n(y2 - 3)}L{n(x2)} {n(y2)}L{n(tip)} {n(y2 + 3)}Z"/>'
    return f'<g class="map-line{corrects}" {data}><path d="{d}"/>{arrow if stroke.arrow else ""}</g>'


LEGEND = (
    ("claim", "claim, proved"),
    ("definition", "definition"),
    ("counterexample", "said, and refuted"),
    ("judgement", "judgement"),
)


def legend_svg(picture: Picture) -> str:
    """Return what the shapes and the lines mean."""
    made, x = [], MARGIN
    for kind, words in LEGEND:
        made.append(f'<g class="map-{kind}" transform="translate({n(x)} 1)">{symbol(kind, 26, 18)}</g>')
        made.append(text(x + 32, 14, _(words)))
        x += 32 + width(_(words)) + 18
    return "".join(made) + lines_legend(picture)


def lines_legend(picture: Picture) -> str:
    """Return the second row: lines, and what comes from another chapter."""
    made, x = [], MARGIN
    rows = [("", _("is used by")), (" map-corrects", _("corrects"))]
    for classes, words in rows:
        made.append(
            f'<g class="map-line{classes}"><path d="M{n(x)} 34H{n(x + 21)}"/>'
            f'<path class="map-arrow" d="M{n(x + 21)} 31L{n(x + 26)} 34L{n(x + 21)} 37Z"/></g>'
        )
        made.append(text(x + 32, 38, words))
        x += 32 + width(words) + 18
    if any(place.home for place in picture.places):
        shape = f'<path class="map-shape" d="{outline("claim", 26, 18)}"/>'
        made.append(f'<g class="map-foreign" transform="translate({n(x)} 25)">{shape}</g>')
        made.append(text(x + 32, 38, _("of another chapter")))
    return "".join(made)


def cluster_svg(cluster: Cluster, href: str) -> str:
    """Return the box of a chapter, whose title is a link to its map, if it has one."""
    at = f'x="{n(cluster.x)}" y="{n(cluster.y)}" width="{n(cluster.width)}" height="{n(cluster.height)}" rx="5"'
    end = TITLE_LINE * len(cluster.title) + 3
    title = "".join(
        text(PAD + 2, TITLE_LINE * (i + 1) + 3, line, "", "map-title") for i, line in enumerate(cluster.title)
    )
    note = text(PAD + 2, end + LINE, cluster.note, "", "map-home")
    rect = f'<rect class="map-target" width="{n(cluster.width)}" height="{n(end + LINE + 6)}" rx="5"/>'
    where = f'class="map-chapter" transform="translate({n(cluster.x)} {n(cluster.y)})"'
    head = f'<a href="{escape(href)}" {where}>{rect}{title}{note}</a>' if href else f"<g {where}>{title}{note}</g>"
    return f'<rect class="map-cluster" {at}/>{head}'


def svg(picture: Picture, entries: Entries, hrefs: Mapping[str, str], name: str) -> str:
    """Return the drawing: lines below, chapters and statements above."""
    wrong = {label for label, entry in entries.items() if entry.kind == "counterexample"}
    wide, high = n(picture.width), n(picture.height)
    size = f'viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" font-size="{SIZE}"'
    parts = [
        f'<svg class="map" role="group" aria-label="{escape(name)}" {size}>',
        f'<g class="map-legend">{legend_svg(picture)}</g>',
        *(cluster_svg(c, hrefs.get(f"map {c.stem}", "")) for c in picture.clusters),
        *(stroke_svg(s, wrong) for s in picture.strokes),
        *(node_svg(p, entries[p.label], hrefs[p.label]) for p in picture.places),
        "</svg>",
    ]
    return "\n".join(parts)


# ---------------------------------------------------------------- the page


class Map(BookDirective):
    """``{map} stem``, or ``{map}``, where `without` names what is no chapter."""

    optional_arguments = 1
    option_spec = {"without": str.split}

    def run(self) -> list[nodes.Node]:
        """Return the map, with the same graph in words; the drawing is made when all titles are known."""
        stem = self.arguments[0] if self.arguments else ""
        if stem and stem not in {entry.stem for entry in self.entries.values()}:
            raise self.error(f"the book has no chapter {stem!r}")
        words = self.chapter(stem) if stem else self.book()
        without = self.options.get("without", [])
        above = self.summary(stem) if stem else []
        made = claim_map("", *words, stem=stem, without=without, ids=[f"map-{stem or 'book'}"])
        self.set_source_info(made)
        standard = self.env.get_domain("std")
        standard.note_hyperlink_target(made["ids"][0], self.env.docname, made["ids"][0])  # type: ignore[attr-defined]
        return [*above, made]

    def chapter(self, stem: str) -> list[nodes.Node]:
        """Return a chapter's graph in words: all lines, and what has none."""
        own = [e for e in self.entries.values() if e.stem == stem]
        met = {label for line in of_chapter(self.entries, stem) for label in line}
        drawn_here = [e for e in own if e.label in met]
        alone = [e for e in own if e.label not in met]
        made: list[nodes.Node] = []
        if drawn_here:
            items = nodes.bullet_list("", *(self.item(e) for e in drawn_here), classes=["map-list"])
            made.append(box.fold("", items, summary=_("The map as a list"), open=False))
        if alone:
            items = nodes.bullet_list("", *(self.item(e) for e in alone), classes=["map-list"])
            summary = _("Statements that stand by themselves ({}): they use none, and none here uses them")
            made.append(box.fold("", items, summary=summary.format(len(alone)), open=False))
        return made

    def book(self) -> list[nodes.Node]:
        """Return the graph of the book in words, by chapters."""
        without = self.options.get("without", [])
        lines = of_book(self.entries, without)
        met = {label for line in lines for label in line}
        made = nodes.bullet_list(classes=["map-list"])
        for stem, group in itertools.groupby(self.entries.values(), key=lambda e: e.stem):
            if stem in without:
                continue
            shown = [e for e in group if e.label in met]
            inner = nodes.bullet_list("", *(self.item(e, lines) for e in shown))
            made += nodes.list_item("", nodes.paragraph("", "", self.chapter_link(stem)), *([inner] if shown else []))
        return [box.fold("", made, summary=_("The map as a list"), open=False)]

    def summary(self, stem: str) -> list[nodes.Node]:
        """Return what to begin with and where it leads: what carries most, and the claims that rest on most."""
        shown = [e for e in self.entries.values() if e.stem == stem and e.kind in ("claim", "definition")]
        made = box.claim_fields(classes=["map-summary"])
        for name, count in (("carry most", "falls"), ("rest on most", "rests_on")):
            counted = [(len(getattr(e, count)), e.label) for e in shown if len(getattr(e, count)) > 1]
            ranked = sorted(counted, key=lambda pair: -pair[0])[:FEW]
            if ranked:
                listed = ([self.link(label), nodes.Text(f" ({number})")] for number, label in ranked)
                made += box.field(name, box.listed(listed))
        return [made] if made.children else []

    def item(self, entry: verified.Entry, lines: Iterable[tuple[str, str]] | None = None) -> nodes.list_item:
        """Return a statement with what it uses."""
        used = entry.uses if lines is None else [a for a, b in lines if b == entry.label]
        words = nodes.paragraph("", "", self.link(entry.label), nodes.Text(f" ({said(entry)})"))
        if used:
            right = _("; what is right: ") if entry.kind == "counterexample" else _("; uses: ")
            words += [nodes.Text(right), *box.listed([self.link(label)] for label in used)]
        return nodes.list_item("", words)

    def link(self, label: str) -> nodes.inline:
        """Return a link that the drawing finds again."""
        return nodes.inline("", "", box.reference(label), map=label)

    def chapter_link(self, stem: str) -> nodes.inline:
        """Return a link to the map of a chapter."""
        return nodes.inline("", "", box.map_reference(stem, stem), map=f"map {stem}")


def titles(env: Any) -> dict[str, str]:
    """Return the titles of the pages on which chapters are mapped."""
    known = env.get_domain("std").anonlabels
    return {
        name.removeprefix("map-"): env.titles[page].astext()
        for name, (page, _id) in known.items()
        if name.startswith("map-") and page in env.titles
    }


def name_chapters(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Call the chapters in the list of the book's map by the titles of their pages."""
    names = titles(app.env)
    for link in doctree.findall(lambda x: isinstance(x, nodes.inline) and str(x.get("map", "")).startswith("map ")):
        for word in list(link.findall(nodes.Text)):
            word.parent.replace(word, nodes.Text(names.get(str(word), str(word))))


def visit_map(self: Any, node: claim_map) -> None:
    """Draw; the words follow as children."""
    env = self.builder.env
    entries = verified.entries(env.config.claims_book)
    hrefs = {
        link["map"]: reference.get("refuri") or f"#{reference['refid']}"
        for link in node.findall(lambda x: isinstance(x, nodes.inline) and "map" in x)
        for reference in link.findall(nodes.reference)
    }
    names = titles(env)
    if node["stem"]:
        name = _("Map of the chapter: {}").format(names[node["stem"]])
        picture = chapter_picture(entries, node["stem"], names)
    else:
        name = _("Map of the book")
        picture = book_picture(entries, names, node["without"])
    self.body.append(self.starttag(node, "div", CLASS="claim-map"))
    self.body.append(f'<div class="map-scroll">{svg(picture, entries, hrefs, name)}</div>\n')


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and what draws it."""
    app.add_node(claim_map, html=(visit_map, close("</div>")))
    app.add_directive("map", Map)
    app.connect("doctree-resolved", name_chapters)
    app.add_js_file("map.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
