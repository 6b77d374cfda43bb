"""Plausible mistakes in a link, made by rewriting its tree.

Each mutant has the shape of the original and prints differently.  The kernel must refute it at a point, or prove that
it is no mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy as sp

from genmath.calculus import Apply, Expectation, Function, System
from genmath.surface import (
    SCALAR,
    Add,
    Dot,
    Had,
    Node,
    Num,
    Power,
    Relation,
    Scale,
    ShapeError,
    SquaredNorm,
    Transpose,
)

TURNED = {"<=": ">", ">=": "<", "<": ">=", ">": "<="}
MINUS = Num(-sp.Integer(1))


def mutants(link: Relation) -> Iterator[tuple[str, Relation]]:
    """Names and wrong variants of a link, each kind of mistake at the first place where it fits."""
    if link.sign == "in":
        yield "transposed shape", Relation(Transpose(link.left), "in", Transpose(link.right))
        return
    if link.sign in TURNED:
        yield "turned relation", Relation(link.left, TURNED[link.sign], link.right)
        return
    if isinstance(link.right, System):
        yield "lost equation", Relation(link.left, link.sign, System(link.right.equations[1:]))
        return
    seen: set[str] = {link.tex()}
    yield "turned sign", Relation(link.left, link.sign, Scale(MINUS, link.right))
    for name, change in CHANGES:
        changed = _first(link.right, change)
        if changed is not None and changed.shape == link.left.shape:
            mutant = Relation(link.left, link.sign, changed)
            if mutant.tex() not in seen:
                seen.add(mutant.tex())
                yield name, mutant


def _first(node: Node, change: Callable[[Node], Node | None]) -> Node | None:
    """The tree with the first fitting place changed, or nothing where none fits; names are left closed."""
    done = False

    def once(part: Node) -> Node | None:
        nonlocal done
        if done or part.named:
            return part
        new = change(part)
        done = new is not None
        return new

    try:
        changed = node.replace(once)
    except ShapeError:
        return None
    return changed if done else None


def _plus_minus(node: Node) -> Node | None:
    return Add(node.left, Scale(MINUS, node.right)) if isinstance(node, Add) else None


def _factor(node: Node) -> Node | None:
    if isinstance(node, Scale) and isinstance(node.factor, Num) and node.factor.number not in (1, -1):
        return Scale(MINUS, node.body) if node.factor.number.could_extract_minus_sign() else node.body
    return None


def _number(node: Node) -> Node | None:
    return Num(node.number + 1) if isinstance(node, Num) and node.number.is_Rational and node.number >= 0 else None


def _lost_right(node: Node) -> Node | None:
    return node.left if isinstance(node, Had) else None


def _lost_left(node: Node) -> Node | None:
    return node.right if isinstance(node, Had) else None


def _slope(node: Node) -> Node | None:
    if isinstance(node, Apply) and node.function.order:
        f = node.function
        return Apply(Function.opaque(f.name, f.letter.rstrip("'"), f.order - 1), node.body)
    return None


def _swapped(node: Node) -> Node | None:
    fits = isinstance(node, Dot) and node.left.shape == node.right.shape and node.left != node.right
    return Dot(node.right, node.left) if fits else None  # type: ignore[attr-defined]


def _transposed(node: Node) -> Node | None:
    return node.body if isinstance(node, Transpose) and node.shape == node.body.shape != SCALAR else None


def _exponent(node: Node) -> Node | None:
    if isinstance(node, Power) and (not isinstance(node.exponent, int) or node.exponent > 1):
        return Power(node.base, node.exponent - 1)
    return None


def _lost_term(node: Node) -> Node | None:
    return node.left if isinstance(node, Add) else None


def _lost_norm(node: Node) -> Node | None:
    return Scale(Num(sp.Integer(2)), node) if isinstance(node, SquaredNorm | Expectation) else None


CHANGES: tuple[tuple[str, Callable[[Node], Node | None]], ...] = (
    ("turned sign of a term", _plus_minus),
    ("lost term", _lost_term),
    ("lost factor", _factor),
    ("another number", _number),
    ("lost elementwise factor on the right", _lost_right),
    ("lost elementwise factor on the left", _lost_left),
    ("value instead of slope", _slope),
    ("product in the wrong order", _swapped),
    ("lost transpose", _transposed),
    ("lost power", _exponent),
    ("factor 2 too many", _lost_norm),
)
