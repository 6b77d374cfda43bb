"""Random formulas of an exercise, of a wanted shape: what several tests of the answer checker feed it.

``python tests/formulas.py 100000`` judges so many texts of each kind, and counts the verdicts.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable

from genmath import book
from genmath.answers import check, judged, read
from genmath.balls import DOUBLE, MANY, Unclear, Undefined, evaluated
from genmath.exercises import Exercise
from genmath.places import Reference, places
from genmath.surface import SCALAR, Shape
from genmath.terms import Misfit, Term, lowered
from genmath.tokens import Unreadable

PIECES = (
    "x mu sigma p_i W_d z ' ^T ^ ^2 _ { } ( ) [ ] | ‖ + - * / @ ⊙ , : = 1 0.5 12 e pi sum_i sum_{i=1}^{k} \\frac "
    "\\sqrt √ exp log ln sigma' \\left( \\right) \\hat{x} ² ½ ᵀ ∑ . .T .* D_i x_hat a_d"
)
FUNCTIONS = ("exp", "log", "sqrt", "tanh", "sin", "cos", "erf", "abs")


class Writer:
    """Writes formulas that have a shape, with all symbols of an exercise and sums over indices."""

    def __init__(self, exercise: Exercise, rng: random.Random) -> None:
        self.rng, self.exercise = rng, exercise
        self.named: dict[Shape, list[str]] = {}
        for name, node in exercise.table.values.items():
            self.named.setdefault(node.shape, []).append(name)
        self.shapes = set(self.named) | {shape[::-1] for shape in self.named}
        own = exercise.table.functions
        self.functions = [*own, *(f"{name}'" for name in own if exercise.primes), *FUNCTIONS]
        self.running: dict[str, object] = {}

    def formula(self, deepest: int = 5) -> str:
        """A formula of some shape."""
        shape = self.rng.choice(sorted(self.named, key=str))
        return self.write(shape, self.rng.randrange(1, deepest + 1))

    def write(self, shape: Shape, depth: int) -> str:
        if depth <= 0 or self.rng.random() < 0.1:
            return self.leaf(shape)

        def go(other: Shape = shape) -> str:
            return self.write(other, depth - 1)

        options: list[Callable[[], str]] = [
            lambda: f"({go()} + {go()})",
            lambda: f"({go()} - {go()})",
            lambda: f"({go(SCALAR)})*({go()})",
            lambda: f"({go()})/({go(SCALAR)})",
            lambda: f"-({go()})",
            lambda: f"{self.rng.choice(self.functions)}({go()})",
            lambda: f"({go()} ⊙ {go()})",
        ]
        inner = [m for r, m in self.shapes if r == shape[0] and m != 1 and (m, shape[1]) in self.shapes]
        if inner:
            options.append(lambda: self._product(shape, self.rng.choice(sorted(inner, key=str)), depth))
        if shape == SCALAR:
            options += [
                lambda: f"({go()})^{self.rng.choice(['2', '3', '-1', '(1/2)', '0', '(-2)', '12'])}",
                lambda: f"norm({go(self._some())})",
                lambda: f"sum({go(self._some())})",
                lambda: self._sum(depth),
            ]
        elif shape[::-1] in self.shapes:
            options.append(lambda: f"({go(shape[::-1])})'")
        return self.rng.choice(options)()

    def _some(self) -> Shape:
        return self.rng.choice(sorted(self.named, key=str))

    def _product(self, shape: Shape, inner: object, depth: int) -> str:
        left, right = self.write((shape[0], inner), depth - 1), self.write((inner, shape[1]), depth - 1)
        return f"({left}) @ ({right})"

    def _sum(self, depth: int) -> str:
        sizes = sorted({m for shape in self.named for m in shape if m != 1}, key=str)
        letters = [c for c in "ijab" if c not in self.running and c not in self.exercise.table.values]
        if not sizes or not letters:
            return self.leaf(SCALAR)
        size = self.running[letters[0]] = self.rng.choice(sizes)
        body = self.write(SCALAR, depth - 1)
        del self.running[letters[0]]
        return f"(sum_{{{letters[0]}=1}}^{{{size}}} ({body}))"

    def leaf(self, shape: Shape) -> str:
        found = list(self.named.get(shape, []))
        if shape == SCALAR:
            found += ["1", "2", "0.5", "3", "1/3", "0", "pi", "e", *self.running, *self._entries()]
        if found:
            return self.rng.choice(found)
        if shape[::-1] in self.named:
            return self.rng.choice(self.named[shape[::-1]]) + "'"
        return f"({self.leaf((shape[0], 1))}) @ ({self.leaf((1, shape[1]))})"

    def _entries(self) -> list[str]:
        columns = [(i, n) for i, size in self.running.items() for n in self.named.get((size, 1), [])]
        rows = [(i, shape) for i, size in self.running.items() for shape in self.named if shape[0] == size]
        others = [(i, n) for i, shape in rows for n in self.named[shape]]
        return [f"{n}_{i}" for i, n in columns] + [f"{n}[{i}, 1]" for i, n in others]


def tokens_at_random(rng: random.Random) -> str:
    """A string of pieces of the grammar in any order."""
    pieces = PIECES.split()
    return rng.choice(("", " ")).join(rng.choice(pieces) for _ in range(rng.randrange(25)))


def bytes_at_random(rng: random.Random) -> str:
    """Bytes of any kind, read as text in one of several ways."""
    data = bytes(rng.randrange(256) for _ in range(rng.randrange(80)))
    kind = rng.randrange(4)
    if kind == 0:
        return data.decode("latin-1")
    if kind == 1:
        return data.decode("utf-8", "surrogateescape")
    if kind == 2:
        return "".join(chr(rng.randrange(0x110000)) for _ in range(rng.randrange(40)))
    letters = "xσμ_^(){}[]+-*/@⊙'\\.,:=|‖ 0123456789 sqrtlogexpsum fracTodD²₁ᵀ√∑½"
    return "".join(rng.choice(letters) for _ in range(rng.randrange(80)))


def itself(exercise: Exercise, term: Term) -> Reference:
    """A term as what is asked for."""
    values = []
    for place in places(exercise):
        grids = []
        for spot, arithmetic in ((place.double, DOUBLE), (place.many, MANY)):
            try:
                grids.append(evaluated(term, spot, arithmetic))
            except (Undefined, Unclear):
                grids.append([])
        values.append((grids[0], grids[1]))
    return Reference(term.shape, lowered(term, exercise.table), tuple(values))


def beside_itself(exercise: Exercise, text: str) -> str:
    """The verdict on a text beside itself; ``unreadable`` if it has no meaning or no shape."""
    try:
        term = read(exercise, text)
    except (Unreadable, Misfit):
        return "unreadable"
    return judged(exercise, term, itself(exercise, term)).verdict


def run(count: int) -> None:
    """Judge many random texts of each kind, and count the verdicts."""
    labels = ("kl-one", "ae-grad-decoder", "kl-diagonal", "gan-derivative", "bce-logits", "ae-rows-grad-decoder")
    asked = [book.exercise(label) for label in labels]
    rng = random.Random(count)
    for write in (bytes_at_random, tokens_at_random):
        print(write.__name__, dict(Counter(check(rng.choice(asked), write(rng)).verdict for _ in range(count))))
    chosen = (rng.choice(asked) for _ in range(count))
    print("formulas", dict(Counter(beside_itself(e, Writer(e, rng).formula(4)) for e in chosen)))


if __name__ == "__main__":
    run(int(sys.argv[1]))
