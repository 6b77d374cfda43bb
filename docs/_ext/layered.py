"""Layered drawings of acyclic graphs: columns of boxes, and lines between them that never run through a box.

networkx says in which column a box stands. Here each column is put in the order that makes lines cross little (by the
means of neighbours, forwards and backwards in turn), and each box as near to its neighbours as the others let it. A
line that passes a column has a lane of its own there, between the boxes; lines from one box share it.

A box holds rows, and lines go from row to row: a statement is a box of one row, a chapter is a box of many.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import networkx as nx

SWEEPS = 24
BOX_GAP, LANE_GAP, LANE = 10.0, 4.0, 6.0
ROW_GAP = 6.0


@dataclass(frozen=True)
class Box:
    """A box of rows below a head; `rows` are names and heights, `head` and `foot` the space above and below them."""

    name: Hashable
    column: int
    rows: tuple[tuple[Hashable, float], ...]
    head: float = 0.0
    foot: float = 0.0
    lane: bool = False

    @property
    def height(self) -> float:
        """All of it."""
        return self.head + sum(h for _, h in self.rows) + ROW_GAP * max(0, len(self.rows) - 1) + self.foot

    def tops(self) -> dict[Hashable, float]:
        """Return where each row begins, from the top of the box."""
        starts = itertools.accumulate((h + ROW_GAP for _, h in self.rows), initial=self.head)
        return {name: start for (name, _), start in zip(self.rows, starts, strict=False)}

    def middles(self) -> dict[Hashable, float]:
        """Return where the lines of each row end, from the top of the box."""
        heights = dict(self.rows)
        return {name: top + heights[name] / 2 for name, top in self.tops().items()}


@dataclass
class Drawing:
    """Boxes with their tops, in columns, and lines between neighbouring columns (from row to row)."""

    columns: list[list[Box]]
    lines: list[tuple[Hashable, Hashable]]
    top: dict[Hashable, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.top = self.top or dict(itertools.chain.from_iterable(map(stacked, self.columns)))
        self.before: dict[Hashable, list[Hashable]] = {}
        self.after: dict[Hashable, list[Hashable]] = {}
        for source, target in self.lines:
            self.before.setdefault(target, []).append(source)
            self.after.setdefault(source, []).append(target)

    def middles(self) -> dict[Hashable, float]:
        """Return the height at which the lines of each row end."""
        return {
            row: self.top[box.name] + y for column in self.columns for box in column for row, y in box.middles().items()
        }

    def crossings(self) -> int:
        """Return how often lines between two columns cross."""
        y = self.middles()
        column = {row: i for i, boxes in enumerate(self.columns) for box in boxes for row, _ in box.rows}
        lines = sorted((column[a], y[a], y[b]) for a, b in self.lines)
        return sum(
            p[1] < q[1] and p[2] > q[2]
            for _, group in itertools.groupby(lines, key=lambda line: line[0])
            for p, q in itertools.combinations(group, 2)
        )

    def length(self) -> float:
        """Return how far lines climb or fall in all."""
        y = self.middles()
        return sum(abs(y[a] - y[b]) for a, b in self.lines)

    def height(self) -> float:
        """All of it."""
        return max(self.top[box.name] + box.height for column in self.columns for box in column)


def stacked(column: Sequence[Box]) -> Iterator[tuple[Hashable, float]]:
    """Yield tops, one box below the other."""
    y = 0.0
    for box, following in itertools.zip_longest(column, column[1:]):
        yield box.name, y
        y += box.height + (gap(box, following) if following else 0)


def gap(upper: Box, lower: Box) -> float:
    """Return the space between two boxes."""
    return LANE_GAP if upper.lane and lower.lane else BOX_GAP


def generations(graph: nx.DiGraph) -> dict[Hashable, int]:
    """Return the column of each node: right of all that it rests on, and beginnings right before their first use.

    Nodes of a cycle share a column.
    """
    merged = nx.condensation(graph)
    column = {n: i for i, group in enumerate(nx.topological_generations(merged)) for n in group}
    for n in merged:
        if merged.in_degree(n) == 0 and merged.out_degree(n):
            column[n] = min(column[m] for m in merged.successors(n)) - 1
    return {node: column[n] for node, n in merged.graph["mapping"].items()}


def drawn(boxes: Iterable[Box], lines: Iterable[tuple[Hashable, Hashable]]) -> Drawing:
    """Arrange boxes whose columns are given; lines go from rows to rows of later columns."""
    boxes = list(boxes)
    columns: list[list[Box]] = [[] for _ in range(max(box.column for box in boxes) + 1)]
    for box in boxes:
        columns[box.column].append(box)
    column = {row: box.column for box in boxes for row, _ in box.rows}
    steps: dict[tuple[Hashable, Hashable], None] = {}
    for source, target in lines:
        path = [source]
        for passed in range(column[source] + 1, column[target]):
            lane = ("lane", source, passed)
            if lane not in column:
                column[lane] = passed
                columns[passed].append(Box(lane, passed, ((lane, LANE),), lane=True))
            path.append(lane)
        steps |= dict.fromkeys(itertools.pairwise([*path, target]))
    return straightened(untangled(Drawing(columns, list(steps))))


def untangled(drawing: Drawing) -> Drawing:
    """Return the drawing with its columns in the order that was found to cross least."""
    best, score = drawing, (drawing.crossings(), drawing.length())
    for sweep in range(SWEEPS):
        drawing = swept(drawing, backwards=sweep % 2 == 1, sort=True)
        found = (drawing.crossings(), drawing.length())
        if found < score:
            best, score = drawing, found
    return best


def straightened(drawing: Drawing) -> Drawing:
    """Return the drawing with the same order and shorter lines, its first box at the height zero."""
    for sweep in range(SWEEPS):
        drawing = swept(drawing, backwards=sweep % 2 == 1, sort=False)
    least = min(drawing.top.values())
    return replace(drawing, top={name: y - least for name, y in drawing.top.items()})


def swept(drawing: Drawing, *, backwards: bool, sort: bool) -> Drawing:
    """Move every box towards the mean of its neighbours, one column after the other."""
    columns, top = list(drawing.columns), dict(drawing.top)
    middles = drawing.middles()
    near = drawing.after if backwards else drawing.before
    far = {} if sort else (drawing.before if backwards else drawing.after)
    for i in reversed(range(len(columns))) if backwards else range(len(columns)):
        wishes: dict[Hashable, float] = {}
        weights: dict[Hashable, float] = {}
        made = []
        for box in columns[i]:
            met = {row: [middles[n] for n in (*near.get(row, ()), *far.get(row, ()))] for row, _ in box.rows}
            if sort and len(box.rows) > 1:
                mean = {row: sum(ys) / len(ys) if ys else middles[row] for row, ys in met.items()}
                box = replace(box, rows=tuple(sorted(box.rows, key=lambda r: mean[r[0]])))
            offsets = box.middles()
            pulls = [y - offsets[row] for row, ys in met.items() for y in ys]
            wishes[box.name] = sum(pulls) / len(pulls) if pulls else top[box.name]
            weights[box.name] = len(pulls) or 0.01
            made.append(box)
        columns[i] = sorted(made, key=lambda b: wishes[b.name] + b.height / 2) if sort else made
        top |= settled(columns[i], wishes, weights)
        middles |= {row: top[box.name] + y for box in columns[i] for row, y in box.middles().items()}
    return Drawing(columns, drawing.lines, top)


def settled(
    column: Sequence[Box], wishes: Mapping[Hashable, float], weights: Mapping[Hashable, float]
) -> dict[Hashable, float]:
    """Return tops as near to the wishes as boxes that must not overlap can be (isotonic least squares)."""
    starts = dict(stacked(column))
    blocks: list[tuple[float, float, int]] = []  # mean, weight, number of boxes
    for box in column:
        mean, weight, count = wishes[box.name] - starts[box.name], weights[box.name], 1
        while blocks and blocks[-1][0] > mean:
            other, other_weight, other_count = blocks.pop()
            mean = (mean * weight + other * other_weight) / (weight + other_weight)
            weight, count = weight + other_weight, count + other_count
        blocks.append((mean, weight, count))
    shifts = [mean for mean, _, count in blocks for _ in range(count)]
    return {box.name: starts[box.name] + shift for box, shift in zip(column, shifts, strict=True)}
