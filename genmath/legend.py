"""What the letters of a formula mean, for a page on which no chapter explains them.

Contents: one letter (:class:`Letter`), the letters of statements (:func:`legend`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sympy as sp

from genmath.calc import Claim, Counterexample, Statement, numbers_of
from genmath.calculus import Apply
from genmath.notation import TABLE, size_of
from genmath.recurrence import Element
from genmath.rules import relation_of
from genmath.surface import Let, Node, Relation, Var


@dataclass(frozen=True)
class Letter:
    """A letter in LaTeX, with what it abbreviates if it does; its name where points are told; its meaning in words."""

    tex: str
    name: str
    meaning: str


def legend(statements: Iterable[Statement]) -> tuple[Letter, ...]:
    """The letters that statements show, each of them once: abbreviations first, then symbols, then sizes."""
    sides = [side for s in statements for r in shown(s) for side in (r.left, r.right)]
    nodes = [node for side in sides for node in side.walk()]
    names = (letter for side in sides for letter in abbreviations(side))
    return tuple(dict.fromkeys([*names, *symbols(nodes), *sizes(nodes)]))


def shown(statement: Statement) -> list[Relation]:
    """The relations that a statement prints, without its proof."""
    if isinstance(statement, Claim):
        return [statement.statement(), *map(relation_of, statement.given)]
    if isinstance(statement, Counterexample) and isinstance(statement.statement, Relation):
        return [statement.statement, *map(relation_of, statement.given)]
    return []


def abbreviations(node: Node) -> Iterator[Letter]:
    """Names, with what they stand for; of a sequence the letter alone, for it follows from its steps."""
    if isinstance(node, Element):
        yield Letter(node.of.letter, "", meaning(node.of.letter, size_of(node.shape, "real")))
        return
    if isinstance(node, Let):
        yield Letter(Relation(node, "=", node.body).tex(), "", meaning(node.letter, size_of(node.shape, "real")))
    for child in node.children:
        yield from abbreviations(child)


def symbols(nodes: Iterable[Node]) -> Iterator[Letter]:
    """Symbols, and functions that SymPy does not know."""
    for node in nodes:
        if isinstance(node, Var):
            yield Letter(node.letter, node.name, meaning(node.letter, size_of(node.shape, node.domain), node.name))
        elif isinstance(node, Apply) and node.function.is_opaque:
            letter = node.function.letter.rstrip("'")
            yield Letter(letter, node.function.name, meaning(letter, "function"))


def sizes(nodes: Iterable[Node]) -> Iterator[Letter]:
    """Dimensions, in shapes, numbers and bounds of sums; indices are none."""
    known = {row.letter for row in TABLE if row.shape == "positive integer"}
    for node in nodes:
        found = {s for m in (*node.shape, *numbers_of(node)) for s in sp.sympify(m).free_symbols}
        for size in sorted(found, key=str):
            if (tex := sp.latex(size)) in known:
                yield Letter(tex, str(size), meaning(tex, "positive integer"))


def meaning(letter: str, shape: str, name: str = "") -> str:
    """What the table of notation says of a letter of a shape, or of a ``function``; of a symbol by its name first."""
    rows = [r for r in TABLE if r.letter == letter and (r.shape == shape or r.shape.startswith(f"{shape}, "))]
    if not rows:
        raise LookupError(f"the table of notation does not have {letter} of the shape {shape}")
    return min(rows, key=lambda row: row.name != name).meaning
