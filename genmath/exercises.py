r"""Exercises: questions whose answers are expressions of the claims.

An exercise is declared beside its claims in a few lines, and nothing of its answer is typed a second time::

    EXERCISES = exercises(
        STATEMENTS,
        Exercise(
            "kl-slope-mean",
            "Differentiate the divergence in the means {mu}.",
            (mu, log_var),
            (
                Slip("factor 2 too many", "The divergence has a one half before the square."),
                Slip("turned sign", "The square has a plus in the divergence.", times(-1)),
            ),
        ),
    )

Contents: mistakes (:class:`Slip`) and how they are computed from an answer (:func:`times`, :func:`put`), which
expression of a claim is asked for (:func:`ending`, :func:`row`, :func:`missing_factor`), questions
(:class:`Exercise`, :func:`exercises`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import sympy as sp

from genmath.calc import Claim, Statement
from genmath.calculus import Apply, Function
from genmath.indexed import fresh
from genmath.legend import meaning
from genmath.mutants import mutants
from genmath.notation import size_of
from genmath.plain import Plain
from genmath.rules import ForAll, Setting, relation_of
from genmath.surface import (
    ONE,
    SCALAR,
    Let,
    Node,
    Num,
    Operand,
    Point,
    Power,
    Relation,
    Shape,
    ShapeError,
    Sigma,
    Var,
    as_node,
)
from genmath.terms import MOST_PRIMES, Symbols, index_symbol
from genmath.tokens import canonical

SPELLED = {"sigma": ("sigmoid",), "softplus": ("softplus",)}  # other names of functions
MISFIT = r"the shapes of (.*) do not fit"
DOMAINS = {"unit": "in (0, 1)"}


@dataclass(frozen=True)
class Slip:
    """A mistake with a name, and what a good tutor says to it.

    The wrong expression is computed from the answer by ``change``.  Without it, the name is that of one of the claim's
    own mistakes, of one that no shape admits (``Claim.refused``), or of a mutant of the answer.
    """

    name: str
    says: str
    change: Callable[[Node], Node] | None = None


def times(factor: Operand) -> Callable[[Node], Node]:
    """The answer with a factor too many."""
    return lambda answer: factor * answer


def put(old: Node, new: Operand) -> Callable[[Node], Node]:
    """The answer with a part of it changed, wherever it stands."""
    return lambda answer: answer.replace(lambda part: as_node(new) if part == old else None)


def ending(claim: Claim) -> Node:
    """What a claim ends with: what most exercises ask for."""
    return claim.links[-1].right


def row(number: int) -> Callable[[Claim], Node]:
    """A row of a claim's chain, counted from the start, which is row 0."""
    return lambda claim: claim.links[number - 1].right if number else claim.start


def missing_factor(mistake: str) -> Callable[[Claim], Node]:
    """By which number a wrong ending of a claim has to be multiplied."""

    def factor(claim: Claim) -> Node:
        wrong = next(m.right for m in claim.mistakes if m.name == mistake)
        quotient = sp.simplify(ending(claim).entry() / wrong.entry())
        if not quotient.is_number:
            raise ValueError(f"{mistake!r} is no factor of {claim.label}: the quotient is {quotient}")
        return as_node(quotient)

    return factor


@dataclass(frozen=True)
class Listed(Node):
    """The column of a scalar for every value of an index, from 1 to a size."""

    index: sp.Symbol
    size: sp.Expr
    body: Node

    @property
    def shape(self) -> Shape:
        """One row for each value."""
        return self.size, ONE

    @property
    def bound(self) -> frozenset[sp.Symbol]:
        """The index."""
        return frozenset({self.index})

    def latex(self) -> str:
        """The scalar with its index, in brackets."""
        return rf"\left({self.body.tex()}\right)_{{{sp.latex(self.index)}}}"

    def entry(self, i: Any = 1, j: Any = 1) -> sp.Expr:
        """The scalar at one value."""
        place = fresh()  # so that a sum inside of the scalar can't capture the index
        return self.body.entry().xreplace({self.index: place}).xreplace({place: sp.sympify(i, strict=True)})

    def value(self, point: Point) -> sp.Matrix:
        """The scalar at every value."""
        values = range(1, point.integer(self.size) + 1)
        return sp.Matrix([point.with_index(self.index, v).value_of(self.body)[0] for v in values])


@dataclass(frozen=True, eq=False)
class Exercise:
    """A question whose answer is an expression of a claim.

    Parameters
    ----------
    of : str
        The label of the claim, whose proof is the solution.
    prompt : str
        The question.  The name of a symbol in braces prints that symbol, ``{start}`` the claim's left side.
    symbols : tuple of Node or Function
        What the answer may be written with.  A name is made from the letter of each (``W_e``, ``x_hat``).  Sizes, free
        indices and the functions of the answer need not be listed.
    slips : tuple of Slip
        At least two mistakes.
    names : mapping of str to Node or Function
        Symbols under names of their own, where the letter makes none, or the same one twice.
    ask : function
        From the claim to the answer.
    called : str
        The label of the exercise, if it is not that of its claim.
    primes : int
        How many primes a function may have in an answer; 0 where its slope is what is asked for.
    claim : Claim
        Filled in by :func:`exercises`.
    """

    of: str
    prompt: str
    symbols: tuple[Node | Function, ...]
    slips: tuple[Slip, ...]
    names: Mapping[str, Node | Function] = field(default_factory=dict)
    ask: Callable[[Claim], Node] = ending
    called: str = ""
    primes: int = MOST_PRIMES
    claim: Claim | None = None

    @property
    def label(self) -> str:
        return self.called or self.of

    @cached_property
    def source(self) -> Claim:
        """The claim."""
        if self.claim is None:
            raise ValueError(f"the exercise {self.label} has no claim yet: exercises(STATEMENTS, ...) gives it one")
        return self.claim

    @cached_property
    def answer(self) -> Node:
        """The expression that is asked for."""
        return self.ask(self.source)

    @property
    def shape(self) -> Shape:
        """The shape of the answer."""
        return self.answer.shape

    # ---------------------------------------------------------------- names

    @cached_property
    def table(self) -> Symbols:
        """Names and what they stand for."""
        values: dict[str, Node] = {}
        functions: dict[str, Function] = {}
        for name, thing in self._listed():
            if name in values or name in functions:
                raise ValueError(f"two symbols of the exercise {self.label} are called {name!r}; give one a name")
            if isinstance(thing, Function):
                functions[name] = thing
            else:
                values[name] = thing
        shown = [part for whole in (*values.values(), self.answer) for part in _closed(whole, set(values.values()))]
        for function in opaque(shown):
            if function.name not in {f.name for f in functions.values()}:
                functions[canonical(function.letter)] = function
        free = {str(index): sp.sympify(bound, strict=True) for index, bound in self.source.free.items()}
        for size in [*sorted(self.sizes(shown), key=str), *map(index_symbol, free)]:
            values.setdefault(str(size), Num(size))
        return Symbols(values, functions, free, dict(_aliases(values, functions)), self.primes)

    def _listed(self) -> Iterator[tuple[str, Node | Function]]:
        for thing in self.symbols:
            letter = _letter(thing)
            if not canonical(letter):
                raise ValueError(f"{letter or thing} needs a name of its own in the exercise {self.label}")
            yield canonical(letter), thing
        for name, thing in self.names.items():
            if canonical(name) != name:
                raise ValueError(f"the name {name} in the exercise {self.label} is read as {canonical(name)!r}")
            yield name, thing

    def sizes(self, nodes: Iterable[Node]) -> set[sp.Symbol]:
        """The sizes in nodes, and what the claim says of sizes."""
        nodes = list(nodes)
        places = [m for n in nodes for m in n.shape]
        places += [n.number for n in nodes if isinstance(n, Num)]
        places += [end for n in nodes if isinstance(n, Sigma) for end in (n.low, n.high)]
        places += [n.exponent for n in nodes if isinstance(n, Power)]
        places += [*self.source.free.values(), *Setting(self.source.given).sizes]
        running = {s for n in nodes for s in n.bound} | set(self.source.free)
        running |= {g.index for g in self.source.given if isinstance(g, ForAll)}
        found = {s for e in places if isinstance(e, sp.Expr) for s in e.free_symbols}
        return {s for s in found - running if s.is_integer}

    @cached_property
    def plain(self) -> Plain:
        """Prints expressions as they are typed here."""
        names = {node: name for name, node in self.table.values.items()}
        return Plain(names, {f.name: name for name, f in self.table.functions.items()})

    @property
    def typed(self) -> str:
        """The answer as it could be typed."""
        return self.plain.text(self.answer)

    def question(self, *, tex: bool = False) -> str:
        """The prompt, with formulas as plain text or in LaTeX between dollar signs."""
        things: dict[str, Any] = {**self.table.values, **self.table.functions, "start": self.source.start}
        loose = replace(self.plain, letters=True)

        def form(match: re.Match[str]) -> str:
            name, thing = match[1], things[match[1]]
            if tex:
                return f"${thing.letter if isinstance(thing, Function) else thing.tex()}$"
            return loose.text(thing) if name == "start" else name

        return re.sub(r"\{(\w+)\}", form, self.prompt)

    def described(self) -> list[dict[str, Any]]:
        """Every symbol: name, other names, letter, meaning, domain, shape."""
        others: dict[str, list[str]] = {}
        for alias, name in self.table.aliases.items():
            others.setdefault(name, []).append(alias)
        found = []
        things: dict[str, Node | Function] = {**self.table.values, **self.table.functions}
        for name, thing in things.items():
            letter = name if isinstance(thing, Num) else _letter(thing)
            found.append(
                {
                    "name": name,
                    "aliases": others.get(name, []),
                    "tex": letter or (thing.tex() if isinstance(thing, Node) else name),
                    "meaning": _meaning(letter, thing),
                    "domain": self._domain(name, thing),
                    "shape": [str(m) for m in (SCALAR if isinstance(thing, Function) else thing.shape)],
                }
            )
        return found

    def _domain(self, name: str, thing: Node | Function) -> str:
        if isinstance(thing, Function):
            return "function"
        if name in self.table.free:
            return f"index up to {self.table.free[name]}"
        if isinstance(thing, Num):
            return "integer"
        return DOMAINS.get(thing.domain, thing.domain) if isinstance(thing, Var) else "real"

    # ---------------------------------------------------------------- mistakes

    @cached_property
    def wrong(self) -> dict[str, Node]:
        """The mistakes that have values, by name."""
        found = {slip.name: self._wrong(slip) for slip in self.slips}
        return {name: node for name, node in found.items() if node is not None}

    def _wrong(self, slip: Slip) -> Node | None:
        if slip.change is not None:
            return slip.change(self.answer)
        own = {m.name: m.right for m in self.source.mistakes}
        if slip.name in own:
            return own[slip.name]
        if slip.name in self.misfits:
            return None
        for name, mutant in mutants(Relation(self.answer, "=", self.answer)):
            if name == slip.name:
                return mutant.right
        raise ValueError(f"the claim {self.of} has no mistake that is called {slip.name!r}")

    @cached_property
    def misfits(self) -> dict[str, str]:
        """The claim's mistakes that no shape admits, with the shapes that do not fit."""
        found = {}
        for name, build in self.source.refused:
            try:
                build()
            except ShapeError as error:
                if fits_not := re.fullmatch(MISFIT, str(error)):
                    found[name] = fits_not[1]
        return found

    def record(self) -> dict[str, Any]:
        """The exercise for a list, without its answer."""
        return {
            "label": self.label,
            "claim": self.of,
            "prompt": self.question(),
            "prompt_tex": self.question(tex=True),
            "symbols": self.described(),
            "mistakes": [{"name": slip.name, "says": slip.says} for slip in self.slips],
        }


def exercises(statements: Iterable[Statement], *asked: Exercise) -> tuple[Exercise, ...]:
    """The exercises of a chapter, each with its claim.

    Raises
    ------
    ValueError
        If a label names no claim among the statements.
    """
    claims = {s.label: s for s in statements if isinstance(s, Claim)}
    if unknown := sorted({e.of for e in asked} - set(claims)):
        raise ValueError(f"exercises ask for {', '.join(unknown)}, but no claim here is called so")
    return tuple(replace(e, claim=claims[e.of]) for e in asked)


def opaque(nodes: Iterable[Node]) -> list[Function]:
    """The opaque functions among nodes, without their slopes."""
    found: dict[Function, None] = {}
    for node in nodes:
        if isinstance(node, Apply) and node.function.is_opaque:
            found[Function.opaque(node.function.name, node.function.letter.rstrip("'"))] = None
    return list(found)


def stated(exercise: Exercise) -> list[Node]:
    """Every node that belongs to an exercise: symbols, answer, mistakes, what is given."""
    claim = exercise.source
    given = [side for g in claim.given for side in (relation_of(g).left, relation_of(g).right)]
    wholes = [*exercise.table.values.values(), exercise.answer, *exercise.wrong.values(), *given]
    return [part for whole in wholes for part in whole.walk()]


def _closed(node: Node, named: set[Node]) -> Iterator[Node]:
    """The nodes of an expression as they are typed: nothing below a symbol."""
    yield node
    if node not in named:
        for child in node.children:
            yield from _closed(child, named)


def _letter(thing: Node | Function) -> str:
    return thing.letter if isinstance(thing, Var | Let | Function) else ""


def _meaning(letter: str, thing: Node | Function) -> str:
    """What the table of notation says of a symbol, if it has its letter."""
    if isinstance(thing, Function):
        shape = "function"
    else:
        shape = "positive integer" if isinstance(thing, Num) else size_of(thing.shape, "real")
    try:
        return meaning(letter, shape, thing.name if isinstance(thing, Var) else "")
    except LookupError:
        return ""


def _aliases(values: Mapping[str, Node], functions: Mapping[str, Function]) -> Iterator[tuple[str, str]]:
    """Other names of symbols: the letter's, and usual spellings."""
    taken = {*values, *functions}
    things: dict[str, Node | Function] = {**values, **functions}
    for name, thing in things.items():
        usual = SPELLED.get(thing.name, ()) if isinstance(thing, Function) else ()
        for other in (canonical(_letter(thing)), *usual):
            if other and other not in taken:
                taken.add(other)
                yield other, name
