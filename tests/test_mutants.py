"""Mutants: each differs from its link in print and in value, or is proved to be no mistake."""

from __future__ import annotations

import pytest
import sympy as sp

from genmath import book
from genmath.calc import Claim
from genmath.calculus import Expectation, Function, System
from genmath.mutants import mutants
from genmath.surface import ONE, Let, Node, Num, Power, Relation, Space, SquaredNorm, Var

d, k = sp.symbols("d k", integer=True, positive=True)
a, b = Var("a", "a"), Var("b", "b")
x, u = Var("x", "x", (d, ONE)), Var("u", "u", (d, ONE))
A, B = Var("A", "A", (d, d)), Var("B", "B", (d, d))
g = Function.opaque("g", "g")


def named(right: Node, sign: str = "=") -> dict[str, str]:
    return {name: mutant.right.tex() for name, mutant in mutants(Relation(right, sign, right))}


@pytest.mark.parametrize(
    ("right", "name", "wrong"),
    [
        (a + b, "turned sign of a term", "a -b"),
        (a + b, "lost term", "a"),
        (a + b, "turned sign", r"-\left(a + b\right)"),
        (2 * a, "lost factor", "a"),
        (-2 * a, "lost factor", "-a"),
        (2 * a, "another number", r"3\,a"),
        (x * u, "lost elementwise factor on the right", "x"),
        (x * u, "lost elementwise factor on the left", "u"),
        (g.slope(a), "value instead of slope", r"g\left(a\right)"),
        (A @ B, "product in the wrong order", r"B\, A"),
        (A.T @ B, "lost transpose", r"A\, B"),
        (a**2, "lost power", "a^{1}"),
        (a**d, "lost power", "a^{d - 1}"),
        (SquaredNorm(x), "factor 2 too many", r"2\,\left\lVert x \right\rVert^2"),
        (
            Expectation(u, a, SquaredNorm(u)),
            "factor 2 too many",
            r"2\,\mathbb{E}_{u}\left[\left\lVert u \right\rVert^2\right]",
        ),
    ],
)
def test_a_mutant_makes_the_mistake_that_its_name_says(right: Node, name: str, wrong: str) -> None:
    assert named(right)[name] == wrong


def test_names_are_left_closed() -> None:
    assert list(named(Let("y", a + b))) == ["turned sign"]


def test_a_change_that_fits_no_shape_makes_no_mutant() -> None:
    W = Var("W", "W", (k, d))

    assert "lost transpose" not in named(W.T @ W)
    assert "lost power" not in named(Power(a, 1))
    assert "another number" not in named(Num(sp.Integer(-3)) * a)


def test_other_relations_have_their_own_mutants() -> None:
    assert [m.sign for _, m in mutants(Relation(a, "<=", b))] == [">"]
    assert [m.sign for _, m in mutants(Relation(a, ">", b))] == ["<="]
    assert [name for name, _ in mutants(Relation(System((a, b)), "iff", System((a, b))))] == ["lost equation"]
    assert [name for name, _ in mutants(Relation(x, "in", Space((d, ONE))))] == ["transposed shape"]


def test_every_mutant_of_the_book_prints_differently_from_its_link() -> None:
    links = [r for s in book.STATEMENTS.values() if isinstance(s, Claim) for r in s.steps()]

    pairs = [(r.tex(), m.tex()) for r in links for _, m in mutants(r)]

    assert len(pairs) > 100
    assert all(one != other for one, other in pairs)
