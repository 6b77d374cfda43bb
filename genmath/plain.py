"""Expressions of the book as plain text: the form in which an answer is typed.

What has a name in an exercise prints as that name; abbreviations without one are written out.  Everything that an
answer is made of prints in the grammar of :mod:`genmath.grammar`, so that it can be read again; derivatives, integrals
and means, which only questions hold, print in words of the same kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from genmath.calculus import Apply, Expectation, Gradient, Integral, Iterated, Partial
from genmath.surface import (
    SCALAR,
    Add,
    Column,
    Constant,
    Count,
    Diag,
    Dot,
    Entry,
    Had,
    Let,
    Node,
    Num,
    Power,
    Quotient,
    Scale,
    Sigma,
    SquaredNorm,
    Trace,
    Transpose,
    Var,
    as_node,
)
from genmath.tokens import canonical

SUM, TOTAL, HADAMARD, PRODUCT, FACTOR, ATOM = range(6)
Piece = tuple[str, int]  # a text, and how tightly it binds
WORDS = {sp.pi: "pi", sp.oo: "infinity", -sp.oo: "-infinity"}
MINUS = Num(-sp.Integer(1))


@dataclass(frozen=True)
class Plain:
    """Prints expressions with the names of an exercise; ``letters`` lets what has no name there print as its letter."""

    names: Mapping[Node, str]
    functions: Mapping[str, str] = field(default_factory=dict)
    letters: bool = False

    def text(self, node: Node, place: int = SUM) -> str:
        """The text of a node, in brackets where its place asks for them.

        Raises
        ------
        ValueError
            If the node holds a symbol that has no name here.
        """
        text, level = self._piece(node)
        return f"({text})" if level < place else text

    def _piece(self, node: Node) -> Piece:
        if node in self.names:
            return self.names[node], ATOM
        if self.letters and isinstance(node, Let | Var):
            return canonical(node.letter) or node.letter, ATOM
        if isinstance(node, Let):
            return self._piece(node.body)
        if isinstance(node, Num):
            return number(node.number)
        printer = PRINTERS.get(type(node))
        if self.letters and printer is None:
            return (node.kind if isinstance(node, Constant) else canonical(node.tex()) or node.tex()), ATOM
        if printer is None or isinstance(node, Var):
            raise ValueError(f"nothing in this exercise is called {node.tex()}")
        return printer(self, node)

    def _filled(self, node: Node) -> Node:
        """A matrix of one number as the number, which beside ``+`` means the same."""
        if isinstance(node, Constant) and node not in self.names and node.kind in "01":
            return Num(sp.Integer(node.kind))
        if isinstance(node, Scale) and isinstance(node.body, Constant) and node.body not in self.names:
            return node.factor if node.body.kind == "1" else node
        return node

    def _added(self, node: Add) -> Piece:
        left, right = self._filled(node.left), node.right
        minus = isinstance(right, Scale) and right.factor == MINUS
        right = self._filled(right.body if isinstance(right, Scale) and minus else right)
        text = self.text(right, HADAMARD)
        text = f"({text})" if text.startswith("-") else text
        return f"{self.text(left)} {'-' if minus else '+'} {text}", SUM

    def _scaled(self, node: Scale) -> Piece:
        if node.factor == MINUS:
            return "-" + self.text(node.body, FACTOR), PRODUCT
        return f"{self.text(node.factor, PRODUCT)}*{self.text(node.body, FACTOR)}", PRODUCT

    def _multiplied(self, node: Dot) -> Piece:
        if isinstance(node.left, Dot) and self._is_ones(node.left.left) and self._is_ones(node.right):
            return f"sum({self.text(node.left.right)})", ATOM
        return f"{self.text(node.left, PRODUCT)} @ {self.text(node.right, FACTOR)}", PRODUCT

    def _is_ones(self, node: Node) -> bool:
        """Whether it is a row or a column of ones that has no name here."""
        return isinstance(node, Constant) and node.kind == "1" and node not in self.names

    def _entrywise(self, node: Had) -> Piece:
        return f"{self.text(node.left, HADAMARD)} ⊙ {self.text(node.right, PRODUCT)}", HADAMARD

    def _divided(self, node: Quotient) -> Piece:
        return f"{self.text(node.over, PRODUCT)}/{self.text(node.under, FACTOR)}", PRODUCT

    def _raised(self, node: Power) -> Piece:
        return f"{self.text(node.base, ATOM)}^{_within(sp.sympify(node.exponent, strict=True), ATOM)}", FACTOR

    def _transposed(self, node: Transpose) -> Piece:
        if node.shape == SCALAR:
            return self._piece(node.body)
        return f"{self.text(node.body, ATOM)}'", ATOM

    def _norm(self, node: SquaredNorm) -> Piece:
        return f"norm({self.text(node.body)})^2", FACTOR

    def _entry(self, node: Entry) -> Piece:
        rows, columns = node.body.shape
        row, column = str(node.row), str(node.column)
        name = self.text(node.body, ATOM)
        if columns == 1 and len(row) == 1:
            return f"{name}_{row}", ATOM
        inside = row if columns == 1 else column if rows == 1 else f"{row}, {column}"
        return f"{name}[{inside}]", ATOM

    def _column(self, node: Column) -> Piece:
        return f"{self.text(node.body, ATOM)}[:, {node.column}]", ATOM

    def _summed(self, node: Sigma) -> Piece:
        bounds = f"{{{node.index}={node.low}}}^{{{node.high}}}"
        return f"sum_{bounds} {self.text(node.body, HADAMARD)}", TOTAL

    def _applied(self, node: Apply) -> Piece:
        function = node.function
        name = self.functions.get(function.name, function.name) + "'" * function.order
        return f"{name}({self.text(node.body)})", ATOM

    def _gradient(self, node: Gradient | Partial) -> Piece:
        return f"d{self.text(node.body, ATOM)}/d{self.text(node.wrt, ATOM)}", PRODUCT

    def _integral(self, node: Integral) -> Piece:
        over, low, high = (self.text(as_node(part)) for part in (node.over, node.low, node.high))
        return f"integral[{over} from {low} to {high}] {self.text(node.body, HADAMARD)}", TOTAL

    def _mean(self, node: Expectation) -> Piece:
        return f"E[{self.text(node.body)}]", ATOM

    def _repeated(self, node: Iterated) -> Piece:
        step = f"{self.text(node.over)} becomes {self.text(node.body)}"
        return f"iterate[{step}; from {self.text(node.start)}, {self.text(node.steps)} times]", ATOM

    def _words(self, word: str) -> Callable[[Any], Piece]:
        return lambda node: (f"{word}({self.text(node.body)})", ATOM)


PRINTERS: dict[type, Callable[[Plain, Any], Piece]] = {
    Add: Plain._added,
    Scale: Plain._scaled,
    Dot: Plain._multiplied,
    Had: Plain._entrywise,
    Quotient: Plain._divided,
    Power: Plain._raised,
    Transpose: Plain._transposed,
    SquaredNorm: Plain._norm,
    Entry: Plain._entry,
    Column: Plain._column,
    Sigma: Plain._summed,
    Apply: Plain._applied,
    Gradient: Plain._gradient,
    Partial: Plain._gradient,
    Integral: Plain._integral,
    Expectation: Plain._mean,
    Iterated: Plain._repeated,
    Trace: lambda plain, node: plain._words("tr")(node),
    Diag: lambda plain, node: plain._words("diag")(node),
    Count: lambda plain, node: plain._words("number of entries")(node),
}


def number(value: sp.Expr) -> Piece:
    """A number, or an expression in sizes and indices."""
    if value.is_Integer:
        return str(value), ATOM if value >= 0 else PRODUCT
    if value.is_Rational:
        return f"{value.p}/{value.q}", PRODUCT
    if value in WORDS:
        return WORDS[value], ATOM
    if value.is_Symbol:
        return str(value), ATOM
    if value.is_Add:
        terms = [_within(a, PRODUCT) for a in value.as_ordered_terms()]
        return " + ".join(terms).replace("+ -", "- "), SUM
    if value.could_extract_minus_sign():
        return "-" + _within(-value, PRODUCT), PRODUCT
    if value.is_Mul:
        over, under = value.as_numer_denom()
        if under != 1:
            return f"{_within(over, PRODUCT)}/{_within(under, FACTOR)}", PRODUCT
        return "*".join(_within(a, FACTOR) for a in value.as_ordered_factors()), PRODUCT
    if value.is_Pow:
        if value.exp.could_extract_minus_sign():
            return f"1/{_within(value.base ** -value.exp, FACTOR)}", PRODUCT
        return f"{_within(value.base, ATOM)}^{_within(value.exp, ATOM)}", FACTOR
    raise ValueError(f"no text stands for {value}")


def _within(value: sp.Expr, place: int) -> str:
    text, level = number(value)
    return f"({text})" if level < place else text
