"""The surface language, attacked: what differs must look different or be refused, and two lowerings must agree."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from fractions import Fraction

import pytest
import sympy as sp

from genmath.calculus import Apply, Expectation, Function, Gradient, Integral, Iterated, Partial, System
from genmath.indexed import Undetermined, fresh
from genmath.surface import (
    ONE,
    SCALAR,
    Add,
    Column,
    Constant,
    Count,
    Determinant,
    Diag,
    Dot,
    Entry,
    Grid,
    Had,
    Leading,
    Let,
    Node,
    Num,
    Point,
    Power,
    Quotient,
    Relation,
    Scale,
    ShapeError,
    Sigma,
    Space,
    SquaredNorm,
    Trace,
    Transpose,
    Var,
    as_node,
)

d, k, n = sp.symbols("d k n", integer=True, positive=True)
i, j = sp.symbols("i j", integer=True, positive=True)
a, b, t = (Var(name, name) for name in "abt")
x, u = Var("x", "x", (d, ONE)), Var("u", "u", (d, ONE))
z = Var("z", "z", (k, ONE))
W, V = Var("W", "W", (k, d)), Var("V", "V", (d, k))
S = Var("S", "S", (d, d))
REVERSED = Constant("J", (d, d))
SQUARE = Grid(((a, b), (a * b, as_node(3))))
g, h = Function.opaque("g", "g"), Function.opaque("h", "h")
SIZES = {d: 3, k: 2, n: 4}


def matrix(seed: str, rows: int, columns: int) -> sp.Matrix:
    generator = random.Random(seed)
    return sp.Matrix(rows, columns, lambda *_: sp.Rational(generator.randint(1, 90) * generator.choice([-1, 1]), 101))


def point(seed: int = 0) -> Point:
    values = {v.name: v for v in (a, b, t, x, u, z, W, V, S)}
    place = Point(SIZES)
    return Point(
        SIZES,
        {name: matrix(f"{seed} {name}", *place.size(v.shape)) for name, v in values.items()},
        {"g": lambda v: v**3 / 7 - v / 3 + 1, "h": lambda v: v**2 / 5 + v},
        {i: 2, j: 1},
    )


def looped(e: sp.Expr, where: Point, env: dict[sp.Symbol, int]) -> sp.Expr:
    """The value of an entry by loops over its sums."""
    if isinstance(e, sp.Sum):
        (index, low, high), *rest = reversed(e.limits)
        inner = sp.Sum(e.function, *reversed(rest)) if rest else e.function
        span = range(int(looped(low, where, env)), int(looped(high, where, env)) + 1)
        return sum((looped(inner, where, {**env, index: v}) for v in span), sp.Integer(0))
    if isinstance(e, sp.Indexed):
        value, index = where.values[str(e.base)], [int(looped(s, where, env)) for s in e.indices]
        return value[index[0] - 1, index[1] - 1] if len(index) == 2 else list(value)[index[0] - 1]
    if e in env or e in where.sizes:
        return sp.Integer(env.get(e, where.sizes.get(e)))
    if e.is_Symbol:
        return where.values[e.name][0]
    if not e.args:
        return e
    values = [looped(s, where, env) for s in e.args]
    if isinstance(e, sp.KroneckerDelta):
        return sp.Integer(values[0] == values[1])
    if hasattr(e, "called"):
        argument = sp.Dummy("v")
        return where.functions[e.called](argument).diff(argument, e.order).xreplace({argument: values[0]})
    return e.func(*values)


class Maker:
    """Random trees of a wanted shape."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def tree(self, shape: tuple[sp.Expr, sp.Expr], depth: int, indices: tuple[sp.Symbol, ...] = (i, j)) -> Node:
        if depth == 0 or self.random.random() < 0.15:
            return self.leaf(shape, indices)
        make = self.random.choice(self.scalar if shape == SCALAR else self.matrix)
        return make(self, shape, depth - 1, indices)

    def leaf(self, shape: tuple[sp.Expr, sp.Expr], indices: tuple[sp.Symbol, ...]) -> Node:
        if shape == SCALAR:
            numbers = [Num(sp.Rational(*r)) for r in ((2, 1), (-3, 1), (1, 2), (-1, 3))] + [
                Num(d),
                Num(d * k),
                Num(d - k),
            ]
            return self.random.choice([a, b, Entry(z, self.random.choice(indices)), self.random.choice(numbers)])
        fitting = [v for v in (x, u, z, W, V, S, REVERSED) if v.shape == shape]
        return self.random.choice(fitting or [Constant("1", shape)])

    def add(self, shape, depth, indices):
        return Add(self.tree(shape, depth, indices), self.tree(shape, depth, indices))

    def minus(self, shape, depth, indices):
        return self.tree(shape, depth, indices) - self.tree(shape, depth, indices)

    def negative(self, shape, depth, indices):
        return -self.tree(shape, depth, indices)

    def scale(self, shape, depth, indices):
        return Scale(self.tree(SCALAR, depth, indices), self.tree(shape, depth, indices))

    def had(self, shape, depth, indices):
        return Had(self.tree(shape, depth, indices), self.tree(shape, depth, indices))

    def dot(self, shape, depth, indices):
        inner = self.random.choice([d, k, ONE])
        return Dot(self.tree((shape[0], inner), depth, indices), self.tree((inner, shape[1]), depth, indices))

    def transpose(self, shape, depth, indices):
        return Transpose(self.tree(shape[::-1], depth, indices))

    def apply(self, shape, depth, indices):
        return Apply(self.random.choice([g, h, g.slope]), self.tree(shape, depth, indices))

    def over(self, shape, depth, indices):
        return Quotient(self.tree(shape, depth, indices), self.random.choice([a, b, Num(sp.Integer(3)), a * b]))

    def sigma(self, shape, depth, indices):
        letter = self.random.choice(indices)
        low, high = self.random.choice([(1, k), (2, k), (1, 2)])
        return Sigma(letter, low, high, self.tree(shape, depth, indices))

    def power(self, shape, depth, indices):
        return Power(self.tree(SCALAR, depth, indices), self.random.choice([2, 3]))

    def norm(self, shape, depth, indices):
        return SquaredNorm(self.tree(self.random.choice([(d, ONE), (k, d)]), depth, indices))

    def trace(self, shape, depth, indices):
        return Trace(self.tree((k, k), depth, indices))

    def entry(self, shape, depth, indices):
        return Entry(self.tree((k, k), depth, indices), self.random.choice(indices), self.random.choice([1, *indices]))

    def let(self, shape, depth, indices):
        body = self.tree(shape, depth, indices)
        return Let(f"L{abs(hash(body.tex())) % 10**8}", body)

    both = (add, minus, negative, scale, scale, apply, over, sigma, had)
    scalar = (*both, power, norm, trace, entry, sigma)
    matrix = (*both, dot, dot, transpose)


def shapes(seed: int) -> tuple[sp.Expr, sp.Expr]:
    return [SCALAR, SCALAR, (d, ONE), (k, d), (ONE, d), (d, d)][seed % 6]


@pytest.mark.parametrize("block", range(5))
def test_the_two_lowerings_of_random_trees_agree(block: int) -> None:
    where = point()
    for seed in range(40 * block, 40 * block + 40):
        tree = Maker(seed).tree(shapes(seed), 3)
        p, q = fresh(), fresh()
        entry, value = tree.entry(p, q), where.value_of(tree)
        for row in range(value.rows):
            for column in range(value.cols):
                env = {**where.indices, p: row + 1, q: column + 1}
                assert looped(entry, where, env) == value[row, column], tree.tex()


def visible(tree: Node) -> str:
    """What a reader sees: thin spaces and the size of brackets are no signs."""
    return re.sub(r"\\,|\\left|\\right|\s", "", tree.tex())


def grown(trees: list[Node]) -> list[Node]:
    """Every tree of one level more."""
    out = list(trees)
    for one in trees:
        out.append(-one)
        out += [Sigma(i, 1, k, one), Power(one, 2)] if one.shape == SCALAR else [Transpose(one), Sigma(i, 1, k, one)]
        for other in trees:
            if one.shape == other.shape:
                out += [Add(one, other), Had(one, other)]
            if one.shape == SCALAR:
                out.append(Scale(one, other))
            if other.shape == SCALAR:
                out.append(Quotient(one, other))
            if one.shape[1] == other.shape[0] and SCALAR not in (one.shape, other.shape):
                out.append(Dot(one, other))
    return out


@pytest.mark.parametrize(
    "leaves", [[a, Num(sp.Integer(-1)), Entry(z, i)], [a, Num(sp.Rational(1, 2)), Num(d - k)], [S, Column(S, i)]]
)
def test_trees_that_print_alike_have_one_value(leaves: list[Node]) -> None:
    groups: dict[tuple, list[Node]] = defaultdict(list)
    for tree in grown(grown(leaves)):
        groups[visible(tree), tree.shape].append(tree)
    where = point()

    twins = [group for group in groups.values() if len(set(group)) > 1]

    assert len(groups) >= 300
    for group in twins:
        values = {sp.ImmutableMatrix(where.value_of(tree)) for tree in group}
        assert len(values) == 1, [(repr(tree), tree.tex()) for tree in set(group)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (x - (u - x), x - u - x),
        (a - (-b), a - b),
        (-(a + b), -a + b),
        (Scale(Num(sp.Integer(-1)), -a), -a),
        (2 * (a + b), 2 * a + b),
        ((a * b) ** 2, a * b**2),
        ((-a) ** 2, -(a**2)),
        (Power(Num(d * k), 2), d * as_node(k) ** 2),
        (Power(Num(sp.Rational(1, 2)), 2), Quotient(as_node(1), as_node(2) ** 2)),
        ((a / b) ** 2, a**2 / b),
        (Power(Quotient(a, b), 2), Quotient(Power(a, 2), b)),
        ((W @ x) * (W @ x) @ x.T @ S, (W @ x) * ((W @ x) @ x.T @ S @ x)),
        (Dot(W, Dot(V, W)), W @ V @ W),
        ((W @ V).T, W @ V),
        ((S + S).T @ S, S + S.T @ S),
        ((a * W).T, a * W.T),
        (Scale(Sigma(i, 1, k, Entry(z, i)), Entry(z, i)), Sigma(i, 1, k, Entry(z, i) * Entry(z, i))),
        (Scale(2 * Sigma(i, 1, k, Entry(z, i)), Entry(z, i)), 2 * Sigma(i, 1, k, Entry(z, i) * Entry(z, i))),
        (Had(Sigma(i, 1, k, Column(V, i)), Column(V, i)), Sigma(i, 1, k, Column(V, i) * Column(V, i))),
        (
            Had(Had(x, Sigma(i, 1, k, Column(V, i))), Column(V, i)),
            Had(x, Sigma(i, 1, k, Had(Column(V, i), Column(V, i)))),
        ),
        (Sigma(i, 1, k, Entry(z, i)) + a, Sigma(i, 1, k, Entry(z, i) + a)),
        (Sigma(i, 1, k, Entry(z, i)) ** 2, Sigma(i, 1, k, Entry(z, i) ** 2)),
        (Power(SquaredNorm(x), 2), SquaredNorm(x)),
        (Entry(S, 1, 12), Entry(S, 11, 2)),
        (Entry(W.T, 1, 2), Transpose(Entry(W, 1, 2))),
        (Apply(Function("exp", r"\mathrm{e}^", sp.exp), a) ** 2, Apply(Function("exp", r"\mathrm{e}^", sp.exp), a**2)),
        (g.slope(a), g(a)),
        (Quotient(x + u, a), x + Quotient(u, a)),
    ],
)
def test_a_lost_sign_bracket_or_transpose_prints_differently(one: Node, other: Node) -> None:
    assert visible(one) != visible(other)


@pytest.mark.parametrize("symbol", ["W^{\\star}", "\\mathbf{S}^{-1}"])
def test_letters_with_an_exponent_are_bracketed_under_another(symbol: str) -> None:
    starred = Var("star", symbol, (d, d))

    assert starred.T.tex() == rf"\left({symbol}\right)^{{\top}}"
    assert Entry(starred, 1, 2).tex() == rf"\left({symbol}\right)_{{12}}"
    assert (Let("r^{2}", a) ** 2).tex() == r"\left(r^{2}\right)^{2}"


def test_no_random_tree_prints_two_exponents_or_indices_at_one_letter() -> None:
    def atoms(text: str) -> str:
        while re.search(r"\{[^{}]*\}", text):
            text = re.sub(r"\{[^{}]*\}", "<>", text)
        return text

    trees = [Maker(seed).tree(shapes(seed), 3) for seed in range(500)]

    assert not [tree.tex() for tree in trees if re.search(r"\^<>\^|\^2\^|_<>_", atoms(tree.tex()).replace("<>", "<>"))]


def test_letters_with_an_index_are_bracketed_under_another() -> None:
    named = Var("W_d", "W_d", (d, k))

    assert Column(named, i).tex() == r"[W_d]_{\cdot i}"
    assert Entry(named, i, j).tex() == "[W_d]_{ij}"
    assert Leading(named, 2).tex() == r"[W_d]_{\cdot,\, 1 \ldots 2}"


@pytest.mark.parametrize(
    "build",
    [
        lambda: x + z,
        lambda: x * (x @ z.T),
        lambda: W @ z,
        lambda: W @ x @ x,
        lambda: Scale(x, x),
        lambda: Quotient(x, x),
        lambda: x**2,
        lambda: Trace(W),
        lambda: Diag(W),
        lambda: Determinant(S),
        lambda: Determinant(Grid(((a, b),))),
        lambda: Grid(((a, x),)),
        lambda: Grid(((a, b), (a,))),
        lambda: Grid(()),
        lambda: Grid(((),)),
        lambda: Gradient(x, x),
        lambda: Partial(x, Entry(x, 1)),
        lambda: Integral(x, t, 0, 1),
        lambda: Integral(a, x, 0, 1),
        lambda: Integral(a, t, x, 1),
        lambda: Expectation(x, u, a),
        lambda: Iterated(x, x, x, Num(d)),
        lambda: Iterated(t, x, a, Num(d)),
        lambda: Iterated(t, a * t, x, Num(d)),
        lambda: Iterated(t, a * t, b, x),
        lambda: System((x,)),
        lambda: Relation(x, "=", z),
        lambda: Relation(x.T, "=", x),
    ],
)
def test_what_does_not_fit_is_refused_when_it_is_built(build) -> None:
    with pytest.raises(ShapeError):
        build()


def test_a_refusal_shows_the_expression_as_it_was_meant() -> None:
    with pytest.raises(ShapeError) as refusal:
        x * (x @ z.T)

    assert refusal.value.tex == r"x \odot x\, z^{\top}"
    assert "d×1" in str(refusal.value)


@pytest.mark.parametrize("value", ["x", 1.5, None, [1]])
def test_only_nodes_integers_and_exact_expressions_are_operands(value: object) -> None:
    with pytest.raises(TypeError):
        as_node(value)


def test_an_unknown_relation_is_refused() -> None:
    with pytest.raises(ValueError, match="'<>'"):
        Relation(a, "<>", b)


def test_an_index_outside_of_its_matrix_has_no_value() -> None:
    for tree in (
        Entry(x, d + 1),
        Entry(x, 0),
        Entry(W, 1, 4),
        Column(W, 0),
        Column(W, 4),
        Leading(W, 4),
        Leading(W, 0),
    ):
        with pytest.raises(Undetermined, match="outside"):
            point().value_of(tree)


@pytest.mark.parametrize("tree", [Var("nobody", "N"), Entry(x, sp.Symbol("free")), Entry(x, d / 2)])
def test_what_the_point_does_not_know_has_no_value(tree: Node) -> None:
    with pytest.raises(Undetermined):
        point().value_of(tree)


@pytest.mark.parametrize(
    "tree",
    [
        (a - a) / (a - a),
        (x - x) / (a - a),
        x / (a - a),
        Scale(Power(a - a, -1), x - x),
        Scale(Num(sp.oo), x - x),
        Function("log", r"\log", sp.log)(a - a),
    ],
)
def test_what_is_divided_by_zero_has_no_value_not_even_zero_itself(tree: Node) -> None:
    """SymPy takes a matrix of zeros divided by zero for zeros."""
    with pytest.raises(Undetermined):
        point().value_of(tree)


def test_an_empty_sum_is_zero_in_both_lowerings() -> None:
    empty = Sigma(i, 3, 2, Column(V, 1))

    assert point().value_of(empty) == sp.zeros(3, 1)
    assert empty.entry(1, 1).doit() == 0


def test_the_row_that_is_asked_for_is_not_captured_by_the_index_of_a_sum() -> None:
    sums = Sigma(i, 1, k, Column(V, i))
    outer = Sigma(i, 1, k, Entry(sums, i) * Entry(z, i))

    entry = outer.entry()

    assert looped(entry, point(), {}) == point().value_of(outer)[0]
    assert looped(sums.entry(i, 1), point(), {i: 3}) == sum(point().values["V"][2, :])


def test_an_abbreviation_prints_as_its_name_and_means_its_body() -> None:
    short = Let(r"\delta", x + u)

    assert short.tex() == r"\delta"
    assert (short @ z.T).tex() == r"\delta\, z^{\top}"
    assert point().value_of(short) == point().value_of(x + u)


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (Count(W), r"\# W"),
        (Space((d, ONE)), r"\mathbb{R}^{d}"),
        (Space((k, d)), r"\mathbb{R}^{k \times d}"),
        (Space(SCALAR), r"\mathbb{R}^{1}"),
        (SquaredNorm(W), r"\left\lVert W \right\rVert_F^2"),
        (SquaredNorm(x), r"\left\lVert x \right\rVert^2"),
        (Diag(x), r"\operatorname{diag}\left(x\right)"),
        (Constant("I", (d, d)), r"\mathbf{I}"),
        (REVERSED @ x, r"\overleftarrow{\mathbf{I}}\, x"),
        (SQUARE, r"\begin{pmatrix} a & b \\ a\,b & 3 \end{pmatrix}"),
        (Determinant(SQUARE), r"\det \begin{pmatrix} a & b \\ a\,b & 3 \end{pmatrix}"),
        (a * Determinant(SQUARE.T), r"a\,\det\left(\begin{pmatrix} a & b \\ a\,b & 3 \end{pmatrix}^{\top}\right)"),
        (Column(W, j), r"W_{\cdot j}"),
        (Expectation(u, a, SquaredNorm(u)), r"\mathbb{E}_{u}\left[\left\lVert u \right\rVert^2\right]"),
        (Integral(t**2, t, 0, 1), r"\int_{0}^{1} t^{2}\, \mathrm{d}t"),
        (Iterated(t, a * t, b, Num(d)), r"\left(t \mapsto a\,t\right)^{d}\left(b\right)"),
        (a**d, "a^{d}"),
        ((a + b) ** (2 * d), r"\left(a + b\right)^{2 d}"),
        (Function("sqrt", r"\sqrt", sp.sqrt)(a), r"\sqrt{a}"),
        (System((a, b)), r"\left\{\begin{aligned} a &= 0 \\ b &= 0 \end{aligned}\right."),
        (Partial(SquaredNorm(x), Entry(x, i)), r"\frac{\partial \left\lVert x \right\rVert^2}{\partial x_{i}}"),
        (2 * as_node(3), r"2 \cdot 3"),
        (2 * as_node(sp.Rational(1, 3)), r"2 \cdot \frac{1}{3}"),
        (as_node(sp.Rational(1, 2)) * as_node(sp.Rational(1, 3)), r"\frac{1}{2} \cdot \frac{1}{3}"),
        (a * x, r"a\,x"),
        (x / a, r"\frac{1}{a}\, x"),
        (1 - a, "1 -a"),
        (3 + a, "3 + a"),
        (3 / a, r"\frac{3}{a}"),
    ],
)
def test_nodes_print_in_the_usual_way(tree: Node, text: str) -> None:
    assert tree.tex() == text


def test_counting_nodes_and_spaces_have_values() -> None:
    assert point().value_of(Count(W))[0] == 6 == Count(W).entry().subs(SIZES)
    assert point().value_of(Space((k, d))) == sp.zeros(2, 3)
    with pytest.raises(NotImplementedError):
        Space((k, d)).entry()
    with pytest.raises(NotImplementedError):
        Node().latex()
    with pytest.raises(NotImplementedError):
        Node().value(point())


@pytest.mark.parametrize(
    "tree",
    [
        SQUARE,
        SQUARE @ SQUARE.T,
        Determinant(SQUARE),
        Determinant(Grid(((a, b, t), (b, as_node(2), a), (t, t, a * b)))),
        Determinant(SQUARE + SQUARE.T) * SQUARE,
        Entry(SQUARE, 2, 1) + Entry(SQUARE.T, j, i),
    ],
)
def test_a_matrix_written_out_and_its_determinant_agree_in_both_lowerings(tree: Node) -> None:
    where = point()
    p, q = fresh(), fresh()
    entry, value = tree.entry(p, q), where.value_of(tree)

    for row in range(value.rows):
        for column in range(value.cols):
            assert looped(entry, where, {**where.indices, p: row + 1, q: column + 1}) == value[row, column] != 0


def test_reversed_columns_are_where_they_should_be() -> None:
    assert point().value_of(W @ REVERSED) == matrix("0 W", 2, 3)[:, [2, 1, 0]]
    assert point().value_of(REVERSED @ x) == matrix("0 x", 3, 1)[[2, 1, 0], :]


# ---------------------------------------------------------------- derivatives


def numeric_gradient(body: Node, symbol: Var, where: Point) -> sp.Matrix:
    """By exact interpolation: the body is a polynomial of low degree in every entry."""
    at, out = where.values[symbol.name], []
    nodes = [sp.Rational(m) for m in range(-4, 5)]
    for place in range(len(at)):
        values = []
        for m in nodes:
            moved = at.copy()
            moved[place] += m
            values.append(where.with_values(**{symbol.name: moved}).value_of(body)[0])
        out.append(
            sp.Poly(sp.interpolate(list(zip(nodes, values, strict=True)), t.symbol), t.symbol).coeff_monomial(t.symbol)
        )
    return sp.Matrix(*at.shape, out)


@pytest.mark.parametrize(
    ("body", "symbol"),
    [
        (SquaredNorm(x - V @ (W @ x)), W),
        (SquaredNorm(g(W @ x)), x),
        (Trace(S @ S.T @ S), S),
        (Sigma(i, 1, k, Entry(z, i) ** 3), z),
        (Power(a * b + a, 3) / b, a),
        (SquaredNorm(x - h(V @ h(W @ x))), W),
        (Trace(S @ Diag(x)), x),
        (Entry(W @ V, 1, 2) * Entry(W @ V, 2, 1), V),
    ],
)
def test_derivatives_agree_in_both_lowerings_and_with_interpolation(body: Node, symbol: Var) -> None:
    where, tree, p, q = point(), Gradient(body, symbol), fresh(), fresh()

    value, entry = where.value_of(tree), tree.entry(p, q)

    assert value == numeric_gradient(body, symbol, where)
    for row in range(value.rows):
        for column in range(value.cols):
            assert looped(entry, where, {p: row + 1, q: column + 1}) == value[row, column]
            assert where.value_of(Partial(body, Entry(symbol, row + 1, column + 1)))[0] == value[row, column]


def test_an_abbreviation_counts_as_a_symbol_under_a_derivative() -> None:
    hidden = Let("y", W @ x)
    loss = SquaredNorm(g(hidden) + W @ x)

    slope = Gradient(loss, hidden)

    expected = 2 * (g(hidden) + W @ x) * g.slope(hidden)
    assert point().value_of(slope) == point().value_of(expected)
    assert point().value_of(Gradient(hidden.body.T @ z, W)) == point().value_of(z @ x.T)


def test_a_scalar_abbreviation_counts_as_a_symbol_too() -> None:
    square = Let("q", a**2)

    slope = Gradient(square * a + square**2, square)

    assert slope.entry() == a.symbol + 2 * a.symbol**2
    assert point().value_of(slope)[0] == looped(slope.entry(), point(), {})


def test_two_abbreviations_of_one_letter_stay_apart() -> None:
    first, second = Let("y", a**2), Let("y", b**2)
    product = first * second

    mixed = Gradient(Gradient(product, first), second)

    assert mixed.entry() == 1
    assert point().value_of(mixed)[0] == 1
    assert point().value_of(Gradient(product, first))[0] == point().value_of(second)[0]


def test_second_derivatives_agree_in_both_lowerings() -> None:
    tree = Gradient(Entry(Gradient(SquaredNorm(g(W @ x)), x), 2), W)
    p, q = fresh(), fresh()

    value = point().value_of(tree)

    assert value[1, 2] == looped(tree.entry(p, q), point(), {p: 2, q: 3})


@pytest.mark.parametrize(
    ("body", "wrt"),
    [
        (SquaredNorm(x), a + b),
        (Sigma(i, 1, k, Let("m", Entry(z, i)) ** 2), Let("m", Entry(z, i))),
        (Expectation(u, a, SquaredNorm(Let("m", x + u))), Let("m", x + u)),
        (Integral(Let("m", t + a) ** 2, t, 0, 1), Let("m", t + a)),
    ],
)
def test_derivatives_by_what_is_no_symbol_there_are_refused(body: Node, wrt: Node) -> None:
    with pytest.raises(Undetermined):
        Gradient(body, wrt).entry(1, 1)
    with pytest.raises(Undetermined):
        point().value_of(Gradient(body, wrt))


def test_a_derivative_through_a_function_of_sympy_is_found() -> None:
    exp = Function("exp", r"\exp", sp.exp)
    tree = Gradient(exp(a**2) / (1 + exp(a)), a)

    value = point().value_of(tree)[0]

    symbol = a.symbol
    exact = sp.diff(sp.exp(symbol**2) / (1 + sp.exp(symbol)), symbol).subs(symbol, point().values["a"][0])
    assert abs(sp.N(value - exact, 30)) < 1e-25


# ---------------------------------------------------------------- functions, means, integrals


def test_an_opaque_function_is_its_name_and_order_and_nothing_else() -> None:
    assert g.slope.symbolic is Function.opaque("g", "g").slope.symbolic
    assert g.slope.letter == "g'"
    assert g.slope.slope.letter == "g''"
    assert g(a).entry().diff(a.symbol) == g.slope(a).entry()
    with pytest.raises(ValueError, match="slope"):
        Function.opaque("g_slope", "g")


def test_no_opaque_function_is_evaluated_by_itself() -> None:
    for name in ("sigmoid", "zeta", "chi", "gamma", "erf"):
        assert Function.opaque(name, name)(as_node(2)).entry().evalf().atoms(sp.Function)


def test_the_mean_of_a_quadratic_form_agrees_in_both_lowerings() -> None:
    noise = Var("E", "E", (d, n))
    body = SquaredNorm(W @ noise) + a * Trace(noise @ noise.T @ S) + Entry(noise, 1, 2)
    tree = Expectation(noise, b**2, body)
    where = point()

    value = where.value_of(tree)[0]

    assert value == looped(tree.entry(), where, {})
    assert value == 4 * where.values["b"][0] ** 2 * (
        sum(v**2 for v in where.values["W"]) + where.values["a"][0] * where.values["S"].trace()
    )


def test_the_mean_over_many_entries_takes_few_signs() -> None:
    noise = Var("E", "E", (n, n))

    value = Point({n: 7}, {"a": sp.Matrix([[sp.Rational(1, 3)]])}).value_of(Expectation(noise, a, SquaredNorm(noise)))

    assert value[0] == sp.Rational(49, 3)


def test_an_integral_is_the_same_by_sympy_and_by_quadrature() -> None:
    exp = Function("exp", r"\exp", sp.exp)
    tree = Integral(t**2 * exp(-t), t, 0, sp.oo)

    assert tree.entry().doit() == 2
    assert abs(point().value_of(tree)[0] - 2) < 1e-25


def test_an_integral_captures_no_symbol_that_is_put_into_it() -> None:
    inner = Integral(t * a, t, 0, 1)

    entry = inner.entry().xreplace({a.symbol: t.symbol})

    assert entry.doit() == t.symbol / 2


def test_integrals_without_a_sure_value_are_refused() -> None:
    step = Function("step", "s", lambda v: sp.Piecewise((0, v < sp.Rational(1, 3)), (1, True)))
    positive = Var("w", "w", SCALAR, "positive")

    for tree in (Integral(step(t), t, 0, 1), Integral(a * t, t, 0, Num(sp.I)), Gradient(Integral(a * t, t, 0, 1), a)):
        with pytest.raises(Undetermined):
            point().value_of(tree)
    with pytest.raises(Undetermined, match="integrated"):
        Integral(positive, positive, -1, 1).entry()


def test_a_map_is_applied_as_often_as_it_says() -> None:
    place = Point({d: 3}, {"a": sp.Matrix([[2]]), "b": sp.Matrix([[5]]), "t": sp.Matrix([[7]])})
    doubled = Iterated(t, 2 * t + a, b + t, Num(d))

    assert place.value_of(doubled)[0] == 2 * (2 * (2 * 12 + 2) + 2) + 2
    assert place.value_of(Iterated(t, 2 * t + a, b, as_node(0)))[0] == 5
    assert Iterated(t, 2 * t + a, b + t, as_node(3)).entry() == 8 * (b.symbol + t.symbol) + 7 * a.symbol
    assert place.value_of(doubled ** (2 * d))[0] == 110**6


def test_the_letter_of_a_map_means_nothing_outside_of_it() -> None:
    doubled = Iterated(t, 2 * t, t**2, Num(d))

    slope = Gradient(doubled, t)

    assert doubled.bound == {t.symbol}
    assert Point({d: 3}, {"t": sp.Matrix([[5]])}).value_of(slope)[0] == 8 * 10


def test_a_map_that_is_applied_a_number_of_times_with_a_letter_has_no_entry() -> None:
    with pytest.raises(Undetermined, match="induction"):
        Iterated(t, a * t, b, Num(d)).entry()


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        (Iterated(Var("w", "w", SCALAR, "positive"), a, a, as_node(2)), "domain"),
        (Iterated(t, t + Num(d), a, Num(d)), "may not depend"),
    ],
)
def test_a_map_that_is_not_the_same_in_every_step_or_every_place_is_refused(tree, message) -> None:
    with pytest.raises(Undetermined, match=message):
        tree.once(a.symbol)


def test_the_number_of_steps_is_no_symbol() -> None:
    with pytest.raises(Undetermined, match="number of steps"):
        Iterated(t, a * t, b, a)


def test_a_system_holds_where_all_its_equations_hold() -> None:
    place = Point({}, {"a": sp.Matrix([[2]]), "b": sp.Matrix([[0]])})

    assert place.value_of(System((a - 2, b)))[0] == 1
    assert place.value_of(System((a - 2, b - 1)))[0] == 0


def test_a_value_is_exact() -> None:
    value = point().value_of(SquaredNorm(g(W @ x)))[0]

    assert value.is_Rational
    assert Fraction(value.p, value.q) == sum(
        (Fraction(v.p, v.q) ** 3 / 7 - Fraction(v.p, v.q) / 3 + 1) ** 2
        for v in point().values["W"] * point().values["x"]
    )
