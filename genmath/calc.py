r"""The trusted kernel: claims, counterexamples, and how they are verified.

A claim is a chain: a start and links ``(sign, expression, reason, rule)``.  Every link is first attacked at points with
exact entries (the second witness), then proved by its rule (the first witness).  There are three verdicts: *proved*,
*refuted* (with the point where a link fails) and *undecided*, which is never a pass.

Contents: what is stated (:class:`Claim`, :class:`Counterexample`, :class:`Judgement`), what comes out
(:class:`Report`), points (:func:`draw`, :func:`holds`), verification (:func:`verify`).
"""

from __future__ import annotations

import random
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import sympy as sp

from genmath.calculus import Apply, Integral
from genmath.indexed import Undetermined
from genmath.mutants import mutants
from genmath.rules import (
    SHAPES,
    Compute,
    Given,
    Lemma,
    Normal,
    Proof,
    Ranges,
    Rule,
    Setting,
    ranges_of,
    relation_of,
)
from genmath.surface import SIGNS, Node, Num, Point, Power, Relation, ShapeError, Sigma, Var

PROVED, REFUTED, UNDECIDED = "proved", "refuted", "undecided"
SCOPES = ("fixed", "finite", "pointwise", "general")
DIGITS = 40


@dataclass(frozen=True)
class Link:
    """One link of a chain: the sign and the expression it leads to, the reason in words, the rule that proves it."""

    sign: str
    right: Node
    reason: str
    rule: Rule = field(default_factory=Normal)


@dataclass(frozen=True)
class Mistake:
    """A plausible wrong ending of a claim, with the sentence that names it."""

    name: str
    right: Node
    sign: str = "="


@dataclass(frozen=True)
class Claim:
    """A statement with its proof.

    Parameters
    ----------
    label, title, source : str
        Name of the claim, heading, place in the sheet (empty if the sheet does not have it).
    start, links : Node, tuple of Link
        The chain.
    kind : str
        ``"claim"``, or ``"definition"``, which asserts nothing beyond its shapes.
    given : tuple of Relation or ForAll
        What is supposed.  Equations are rewritten from left to right; every test point satisfies all of them.
    uses : tuple of str
        Labels of the claims that the links refer to.
    mistakes : tuple of Mistake
        Wrong endings; each is refuted at a point.
    refused : tuple of (str, function)
        Mistakes that no shape admits: each function must raise :class:`~genmath.surface.ShapeError`.
    free : mapping of index to bound
        Indices that the statement leaves free.
    sizes : mapping of dimension to int
        Sizes of the test points where the usual ones do not do.
    samples : tuple of mappings
        Values of symbols at further test points, where a mistake shows that random points miss.
    model : function
        From a random generator and sizes to values of the symbols that the given relations tie together.
    meanings : mapping of str to function
        What the opaque functions stand for; without it they are any differentiable function.
    equality : tuple of Relation
        Exactly when a chain of inequalities is one of equations.
    """

    label: str
    title: str
    start: Node
    links: tuple[Link, ...]
    source: str = ""
    kind: str = "claim"
    given: tuple[Given, ...] = ()
    uses: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    refused: tuple[tuple[str, Callable[[], object]], ...] = ()
    free: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)
    at_most: frozenset[tuple[sp.Expr, sp.Expr]] = frozenset()
    sizes: Mapping[sp.Symbol, int] = field(default_factory=dict)
    samples: tuple[Mapping[str, sp.Matrix], ...] = ()
    model: Callable[[random.Random, Mapping[sp.Symbol, int]], dict[str, sp.Matrix]] | None = None
    meanings: Mapping[str, Callable[[sp.Expr], sp.Expr]] = field(default_factory=dict)
    equality: tuple[Given, ...] = ()

    def statement(self) -> Relation:
        """From the start to the end of the chain, under the sign that all links together give."""
        signs = {link.sign for link in self.links} - {"="} or {"="}
        if not self.links or not any(signs <= kind for kind in ({"<", "<="}, {">", ">="}, {"="}, {"iff"}, {"in"})):
            raise Undetermined(f"links with the signs {', '.join(sorted(signs))} make no chain")
        return Relation(self.start, min(signs, key=len), self.links[-1].right)

    def statement_tex(self) -> str:
        """The statement in LaTeX."""
        return self.statement().tex()

    def chain(self) -> list[tuple[str, str]]:
        """The rows of the proof: LaTeX and reason, the start first."""
        return [(self.start.tex(), ""), *((f"{SIGNS[x.sign]} {x.right.tex()}", x.reason) for x in self.links)]

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What is supposed, as formulas in a text."""
        order = sorted(rf"${sp.latex(small)} \le {sp.latex(large)}$" for small, large in self.at_most)
        return (*(f"${g.tex()}$" for g in self.given), *order)

    @property
    def domains(self) -> tuple[str, ...]:
        """Where its symbols lie, if not anywhere among the real numbers."""
        return domains([self.statement(), *map(relation_of, self.given)])

    def steps(self) -> Iterator[Relation]:
        """The links as relations between neighbours."""
        left = self.start
        for link in self.links:
            yield Relation(left, link.sign, link.right)
            left = link.right


def domains(relations: Iterable[Relation]) -> tuple[str, ...]:
    """What the domains of symbols say of them, or of each of their entries, in LaTeX: those of one domain together."""
    shown = dict.fromkeys(n for r in relations for side in (r.left, r.right) for n in side.walk() if isinstance(n, Var))
    found: dict[str, list[str]] = {}
    for symbol in sorted(shown, key=lambda symbol: symbol.letter):
        if symbol.domain != "real":
            found.setdefault(BOUNDS[symbol.domain], []).append(symbol.letter)
    return tuple(bounds.format(r",\, ".join(dict.fromkeys(letters))) for bounds, letters in sorted(found.items()))


BOUNDS = {"positive": "{} > 0", "probability": "{} > 0", "nonnegative": r"{} \ge 0", "unit": "0 < {} < 1"}


def definition(
    label: str,
    title: str,
    name: Node,
    body: Node,
    source: str = "",
    rule: Rule | None = None,
    free: Mapping[sp.Symbol, sp.Expr] | None = None,
) -> Claim:
    """A definition: a name, and what it stands for."""
    link = Link("=", body, "by definition", rule or Normal())
    return Claim(label, title, name, (link,), source, "definition", free=free or {})


@dataclass(frozen=True)
class Counterexample:
    """A sentence of the sheet, or of another work, as a relation, and the point at which it fails.

    ``statement`` is the relation, or a function that raises a :class:`~genmath.surface.ShapeError` when the sentence
    has no shape at all.  ``given`` says for which points the sentence is meant; the point satisfies it.  ``source`` is
    its place in the sheet, and empty where the sheet does not have it.  In ``says``, what stands from the word "Here"
    on is the book's: which case the point is.
    """

    label: str
    title: str
    says: str
    statement: Relation | Callable[[], object]
    source: str = ""
    corrected: tuple[str, ...] = ()
    given: tuple[Given, ...] = ()
    sizes: Mapping[sp.Symbol, int] = field(default_factory=dict)
    values: Mapping[str, sp.Matrix] = field(default_factory=dict)
    meanings: Mapping[str, Callable[[sp.Expr], sp.Expr]] = field(default_factory=dict)
    kind: str = "counterexample"

    @property
    def uses(self) -> tuple[str, ...]:
        """The claims that correct it."""
        return self.corrected

    @property
    def domains(self) -> tuple[str, ...]:
        """Where its symbols lie, if not anywhere among the real numbers."""
        if not isinstance(self.statement, Relation):
            return ()
        return domains([self.statement, *map(relation_of, self.given)])

    def statement_tex(self) -> str:
        """What is said, in LaTeX; a sentence without a shape is shown as it was printed."""
        if isinstance(self.statement, Relation):
            return self.statement.tex()
        try:
            self.statement()
        except ShapeError as error:
            return error.tex
        return ""

    def chain(self) -> list[tuple[str, str]]:
        """Nothing is proved."""
        return []


@dataclass(frozen=True)
class Judgement:
    """A sentence of advice: tied to an experiment on a page (``basis="experiment"``), to the code, or an opinion."""

    label: str
    title: str
    says: str
    finding: str
    basis: str
    source: str = ""
    uses: tuple[str, ...] = ()
    kind: str = "judgement"

    def statement_tex(self) -> str:
        """Advice has no formula."""
        return ""

    def chain(self) -> list[tuple[str, str]]:
        """Nothing is proved."""
        return []


Statement = Claim | Counterexample | Judgement


@dataclass(frozen=True)
class Refutation:
    """Where a relation fails: the point in words, and the two sides there."""

    point: str
    left: str
    right: str

    def __str__(self) -> str:
        return f"{self.point}: {self.left} against {self.right}"


@dataclass(frozen=True)
class MutantReport:
    """A wrong variant of a link or a claim; its fate: ``refuted``, ``equivalent`` (proved so) or ``survived``."""

    name: str
    link: int
    tex: str
    fate: str
    point: Refutation | None = None


@dataclass(frozen=True)
class LinkReport:
    """One link's verdict."""

    number: int
    verdict: str
    evidence: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True)
class Report:
    """What verification found."""

    label: str
    verdict: str | None
    scope: str | None = None
    evidence: tuple[str, ...] = ()
    modulo: tuple[Lemma, ...] = ()
    links: tuple[LinkReport, ...] = ()
    mutants: tuple[MutantReport, ...] = ()
    point: Refutation | None = None
    detail: str = ""
    seconds: float = 0.0

    @property
    def mutants_refuted(self) -> int:
        return sum(m.fate == REFUTED for m in self.mutants)


# ---------------------------------------------------------------- points


SPANS = {"positive": (1, 180), "probability": (1, 100), "unit": (1, 100), "nonnegative": (0, 180)}


class Draw(Mapping[str, sp.Matrix]):
    """Values of symbols: those of the model, and exact random entries for every other symbol that is asked for."""

    def __init__(
        self, seed: int, sizes: Mapping[sp.Symbol, int], symbols: Mapping[str, Var], known: Mapping[str, sp.Matrix]
    ) -> None:
        self._seed, self._sizes, self._symbols, self._known = seed, sizes, symbols, dict(known)

    def __getitem__(self, name: str) -> sp.Matrix:
        if name not in self._known:
            self._known[name] = self._random(self._symbols[name])
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._known or name in self._symbols

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def _random(self, symbol: Var) -> sp.Matrix:
        generator = random.Random(f"{self._seed} {symbol.name}")
        rows, columns = Point(self._sizes).size(symbol.shape)
        span = SPANS.get(symbol.domain, (-180, 180))
        return sp.Matrix(rows, columns, lambda *_: sp.Rational(generator.randint(*span) or 1, 101))


def any_function(name: str) -> Callable[[sp.Expr], sp.Expr]:
    """A concrete differentiable function for an opaque one: a cubic, so that every value stays exact."""
    a = 2 + zlib.crc32(name.encode()) % 97
    return lambda t: t / a + t**2 / (a + 1) - t**3 / (a + 3)


def draw(
    claim: Claim, seed: int, sizes: Mapping[sp.Symbol, int], sample: Mapping[str, sp.Matrix] | None = None
) -> Point:
    """A random point in the domain of a claim; a sample fixes some of the values."""
    nodes = [n for r in stated(claim) for side in (r.left, r.right) for n in side.walk()]
    symbols = symbols_of(nodes)
    place = Point({**sizes, **claim.sizes})
    given = {s: place.integer(v) for s, v in Setting(claim.given).sizes.items()}
    sizes = {**place.sizes, **given}
    known = {**(claim.model(random.Random(seed), sizes) if claim.model else {}), **(sample or {})}
    functions = dict.fromkeys(n.function.name for n in nodes if isinstance(n, Apply) and n.function.is_opaque)
    meanings = {f: claim.meanings.get(f, any_function(f)) for f in functions}
    return Point(sizes, Draw(seed, sizes, symbols, known), meanings)


def stated(claim: Claim) -> list[Relation]:
    """Every relation that belongs to a claim: links, mistakes, what is given, when equality holds."""
    mistakes = [Relation(claim.start, m.sign, m.right) for m in claim.mistakes]
    return [*claim.steps(), *mistakes, *(relation_of(g) for g in (*claim.given, *claim.equality))]


def symbols_of(nodes: Iterable[Node]) -> dict[str, Var]:
    """The symbols among nodes by their names, each of which means one thing only."""
    symbols: dict[str, Var] = {}
    for n in nodes:
        if isinstance(n, Var) and symbols.setdefault(n.name, n) != n:
            raise Undetermined(f"two symbols have the name {n.name}")
    return symbols


DOMAINS: Mapping[str, Callable[[sp.Expr], object]] = {
    "real": lambda v: v.is_real,
    "nonnegative": lambda v: v.is_nonnegative,
    "positive": lambda v: v.is_positive,
    "probability": lambda v: v.is_positive,
    "unit": lambda v: v.is_positive and (1 - v).is_positive,
}


def check_domain(point: Point, symbols: Iterable[Var]) -> None:
    """Refuse a point that gives a symbol a value of another shape, or one outside of its domain."""
    for symbol in symbols:
        value = Var.value(symbol, point)
        if value.shape != point.size(symbol.shape) or not all(DOMAINS[symbol.domain](v) for v in value):
            raise Undetermined(f"the test point gives {symbol.name} a value outside of its shape or domain")


def instances(given: Given, point: Point) -> Iterator[tuple[Relation, Point]]:
    """The relation at the point, once for every value of its indices."""
    if isinstance(given, Relation):
        yield given, point
    else:
        for v in range(point.integer(given.low), point.integer(given.high) + 1):
            yield from instances(given.relation, point.with_index(given.index, v))


def over(free: Mapping[sp.Symbol, sp.Expr], point: Point) -> Iterator[Point]:
    """The point with every value of the free indices."""
    if not free:
        yield point
        return
    (index, bound), *rest = free.items()
    for v in range(1, point.integer(bound) + 1):
        yield from over(dict(rest), point.with_index(index, v))


def holds(relation: Relation, point: Point) -> tuple[bool, str, str]:
    """Whether a relation holds at a point, and both sides of the entry that decides."""
    if relation.sign == "in":
        return relation.left.shape == relation.right.shape, "", ""
    left, right = point.value_of(relation.left), point.value_of(relation.right)
    if left.shape != right.shape or not len(left):
        raise Undetermined(f"values of shapes {left.shape} and {right.shape} can't be compared")
    for a, b in zip(left, right, strict=True):
        if not compare(a, relation.sign, b):
            return False, shown(a), shown(b)
    return True, shown(left[0]), shown(right[0])


def compare(a: sp.Expr, sign: str, b: sp.Expr) -> bool:
    """``a sign b`` for two real numbers: exactly for rationals, else with forty digits."""
    gap = a - b
    if not (a.is_Rational and b.is_Rational):
        for number in (a, b):
            value = sp.N(number, DIGITS)
            if not (value.is_Float or value.is_Rational) or not value.is_finite:
                raise Undetermined(f"no real value: {number}")
        gap = sp.N(gap, DIGITS)
        if abs(gap) < sp.Float(10) ** -18 * (1 + abs(sp.N(b, DIGITS))):
            if sign in ("<", ">"):
                raise Undetermined("two numbers are too near to each other to tell which is larger")
            gap = sp.Integer(0)
    return bool({"=": gap == 0, "iff": gap == 0, "<=": gap <= 0, ">=": gap >= 0, "<": gap < 0, ">": gap > 0}[sign])


def shown(value: sp.Expr) -> str:
    """A number for readers: exact when short."""
    if value.is_Rational and len(str(value)) <= 9:
        return str(value)
    return f"{float(value):.6g}"


def described(point: Point, relation: Relation) -> str:
    """The point in words: sizes, indices, functions and the symbols of the relation, exact."""
    names = {n.name for side in (relation.left, relation.right) for n in side.walk() if isinstance(n, Var)}
    dims = {
        s
        for side in (relation.left, relation.right)
        for n in side.walk()
        for m in (*n.shape, *numbers_of(n))
        for s in sp.sympify(m).free_symbols
    }
    words = [f"{s} = {v}" for s, v in point.sizes.items() if s in dims] + [
        f"{i} = {v}" for i, v in point.indices.items()
    ]
    words += [f"{n} = {matrix_text(point.values[n])}" for n in sorted(names) if n in set(point.values)]
    t = sp.Symbol("t", real=True)
    words += [f"{name}(t) = {meaning(t)}" for name, meaning in point.functions.items()]
    return ", ".join(words) or "constants"


def numbers_of(node: Node) -> tuple[sp.Expr, ...]:
    """The number that a node is, the exponent that it has, or the bounds of a sum."""
    match node:
        case Num():
            return (node.number,)
        case Power():
            return (sp.sympify(node.exponent),)
        case Sigma():
            return sp.sympify(node.low, strict=True), sp.sympify(node.high, strict=True)
    return ()


def matrix_text(matrix: sp.Matrix) -> str:
    rows = [", ".join(shown(v) for v in matrix.row(i)) for i in range(matrix.rows)]
    text = rows[0] if len(matrix) == 1 else "[" + "; ".join(rows) + "]"
    return text if len(text) <= 120 else f"{text[:100]} …]"


# ---------------------------------------------------------------- verification

_TRIED = {
    "d": (3, 4, 3),
    "k": (2, 3, 1),
    "n": (4, 5, 5),
    "r": (1, 2, 1),
    "m": (3, 2, 4),
    "h": (5, 2, 2),
    "T": (4, 3, 5),
    "K": (2, 3, 3),
    "o": (2, 3, 1),
    "ell": (3, 2, 4),
    "n_w": (3, 2, 4),
    "d_1": (3, 5, 2),
    "d_2": (4, 2, 5),
    "c_1": (2, 3, 1),
    "c_2": (3, 1, 3),
}
SIZES: Sequence[Mapping[str, int]] = tuple({name: tried[i] for name, tried in _TRIED.items()} for i in range(3))


def points(claim: Claim) -> list[Point]:
    """Three points in the domain, at sizes that no two dimensions share; the given relations are checked at each."""
    symbols = symbols_of(n for r in stated(claim) for side in (r.left, r.right) for n in side.walk())
    plan = [(sizes, None) for sizes in SIZES] + [(SIZES[0], sample) for sample in claim.samples]
    out = []
    for seed, (sizes, sample) in enumerate(plan):
        point = draw(
            claim, seed, {sp.Symbol(name, integer=True, positive=True): v for name, v in sizes.items()}, sample
        )
        check_domain(point, [symbols[name] for name in point.values if name in symbols])
        check_given(claim.given, claim.free, point)
        for smaller, larger in claim.at_most:
            if point.integer(smaller) > point.integer(larger):
                raise Undetermined(f"the test point violates what is given: {smaller} <= {larger}")
        out.append(point)
    return out


def check_given(given: Iterable[Given], free: Mapping[sp.Symbol, sp.Expr], point: Point) -> None:
    """Refuse a point that violates what is given."""
    for g in given:
        for spot in over(free, point):
            for relation, place in instances(g, spot):
                if not holds(relation, place)[0]:
                    raise Undetermined(f"the test point violates what is given: {relation.tex()}")


def refute(relation: Relation, claim: Claim, places: list[Point]) -> Refutation | None:
    """The first place at which a relation fails."""
    for place in places:
        for point in over(claim.free, place):
            true, left, right = holds(relation, point)
            if not true:
                return Refutation(described(point, relation), left, right)
    return None


def setting_of(claim: Claim, book: Mapping[str, Statement]) -> Setting:
    """What the rules may use for a claim: of the claims used, those whose suppositions are supposed here too."""
    used, tight, laws, unusable = {}, {}, set(), {}
    for label in claim.uses:
        statement = book.get(label)
        if reason := _unusable(label, statement, claim, book):
            unusable[label] = reason
        elif isinstance(statement, Claim):
            used[label] = statement.statement()
            tight[label] = tuple(r for r in statement.equality if isinstance(r, Relation))
            laws |= {label} if not (statement.given or statement.free or statement.at_most) else set()
    return Setting(claim.given, claim.free, claim.at_most, claim.meanings, used, tight, frozenset(laws), unusable)


def _unusable(label: str, used: Statement | None, claim: Claim, book: Mapping[str, Statement]) -> str:
    """Why a statement may not be used for a claim; nothing if it may."""
    if not isinstance(used, Claim):
        return f"{label} is no claim of this book"
    if claim.label in _below(label, book):
        return f"{claim.label} rests on itself"
    t = sp.Dummy("t", real=True)
    meant = all(f in claim.meanings and claim.meanings[f](t) == meaning(t) for f, meaning in used.meanings.items())
    free = all(claim.free.get(index) == bound for index, bound in used.free.items())
    if not (
        meant
        and free
        and set(used.given) <= set(claim.given)
        and used.at_most <= Setting(claim.given, at_most=claim.at_most).order
    ):
        return f"{label} supposes what is not given here"
    return ""


def _below(label: str, book: Mapping[str, Statement]) -> set[str]:
    """A statement and everything that it rests on."""
    found, waiting = set(), [label]
    while waiting:
        at = waiting.pop()
        if at not in found:
            found.add(at)
            waiting += getattr(book.get(at), "uses", ())
    return found


def verify(statement: Statement, book: Mapping[str, Statement] | None = None) -> Report:
    """Verify one statement; ``book`` holds the statements it uses.  What those rest on is not looked at here."""
    start = time.perf_counter()
    try:
        if isinstance(statement, Claim):
            report = _verify_claim(statement, book or {})
        elif isinstance(statement, Counterexample):
            report = _verify_counterexample(statement)
        else:
            report = Report(statement.label, None)
    except Exception as error:  # noqa: BLE001  (whatever SymPy stumbles over: nothing is shown)
        report = Report(statement.label, UNDECIDED, detail=_words(error))
    return replace(report, seconds=time.perf_counter() - start)


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, Undetermined) else f"{type(error).__name__}: {error}"


def _verify_claim(claim: Claim, book: Mapping[str, Statement]) -> Report:
    claim.statement()
    setting, places = setting_of(claim, book), points(claim)
    links, proofs, tried = [], [], []
    for number, (relation, link) in enumerate(zip(claim.steps(), claim.links, strict=True), 1):
        report, outcome = _verify_link(number, relation, link.rule, claim, setting, places)
        links.append(report)
        if not isinstance(outcome, Proof):
            fault = "fails" if outcome else f"is not proved: {report.detail}".removesuffix(": ")
            return Report(
                claim.label, report.verdict, links=tuple(links), point=outcome, detail=f"link {number} {fault}"
            )
        proofs.append(outcome)
        if claim.kind == "claim":
            tried += _mutants(number, relation, link.rule, claim, setting, places)
    tried += [_mistake(m, claim, places) for m in claim.mistakes]
    tried = list({m.tex: m for m in tried}.values())  # of two that say the same the named one is kept
    for name, build in claim.refused:
        _must_be_refused(name, build)
    _equality_case(claim, setting, proofs)
    evidence = tuple(dict.fromkeys(e for p in proofs for e in p.evidence))
    modulo = tuple(dict.fromkeys(m for p in proofs for m in p.modulo))
    survivors = [m for m in tried if m.fate == "survived"]
    if survivors:
        detail = f"link {survivors[0].link}: the mutant {survivors[0].name!r} is neither refuted nor proved"
        return Report(claim.label, UNDECIDED, links=tuple(links), mutants=tuple(tried), detail=detail)
    return Report(claim.label, PROVED, scope_of(claim), evidence, modulo, tuple(links), tuple(tried))


def _verify_link(
    number: int, relation: Relation, rule: Rule, claim: Claim, setting: Setting, places: list[Point]
) -> tuple[LinkReport, Proof | Refutation | None]:
    """Refute first, then prove."""
    try:
        failure = refute(relation, claim, places)
        if failure is not None:
            return LinkReport(number, REFUTED, detail=str(failure)), failure
        proof = rule.prove(relation, setting)
    except Exception as error:  # noqa: BLE001  (whatever SymPy stumbles over: nothing is shown)
        return LinkReport(number, UNDECIDED, detail=_words(error)), None
    return LinkReport(number, PROVED if proof else UNDECIDED, proof.evidence if proof else ()), proof


def _mutants(
    number: int, relation: Relation, rule: Rule, claim: Claim, setting: Setting, places: list[Point]
) -> list[MutantReport]:
    """Every generated variant of a link: refuted at a point, or proved to be no mistake."""
    out = []
    for name, mutant in mutants(relation):
        doubt = rule if mutant.sign != "=" or isinstance(rule, Compute) else Normal()
        report, outcome = _verify_link(number, mutant, doubt, claim, setting, places)
        fate = {PROVED: "equivalent", UNDECIDED: "survived"}.get(report.verdict, report.verdict)
        out.append(MutantReport(name, number, mutant.tex(), fate, outcome if isinstance(outcome, Refutation) else None))
    if not any(m.fate == REFUTED for m in out):
        out.append(MutantReport("no mutant was refuted", number, relation.tex(), "survived"))
    return out


def _mistake(mistake: Mistake, claim: Claim, places: list[Point]) -> MutantReport:
    relation = Relation(claim.start, mistake.sign, mistake.right)
    failure = refute(relation, claim, places)
    return MutantReport(mistake.name, len(claim.links), relation.tex(), REFUTED if failure else "survived", failure)


def _must_be_refused(name: str, build: Callable[[], object]) -> str:
    try:
        build()
    except ShapeError as error:
        return str(error)
    raise Undetermined(f"the mistake {name!r} is refused by no shape")


def _equality_case(claim: Claim, setting: Setting, proofs: list[Proof]) -> None:
    """Both directions at once: the conditions of equality are exactly the terms that have to vanish."""
    if not claim.equality:
        return
    if claim.statement().sign not in ("<=", ">="):
        raise Undetermined("a case of equality belongs to an inequality that is not strict")
    wanted = [v for p in proofs for v in p.vanishing]
    gaps = [_condition(g) for g in claim.equality]
    given = tuple(g for g in setting.given if relation_of(g).sign == "=")
    bare = replace(setting, given=given, at_most=setting.order)
    supposed = replace(bare, given=(*given, *claim.equality))
    for node, ranges in wanted:
        if not any(_same_zero((node, ranges), gap, bare) for gap in gaps) and not _over(supposed, ranges).is_zero(node):
            raise Undetermined(f"equality also asks that {node.tex()} vanishes")
    for gap in gaps:
        if not any(_same_zero(gap, found, bare) for found in wanted):
            raise Undetermined(f"equality does not ask that {gap[0].tex()} vanishes")


def _condition(given: Given) -> tuple[Node, Ranges]:
    """What vanishes under a condition, and for which indices."""
    relation = relation_of(given)
    if relation.sign != "=":
        raise Undetermined("a condition of equality is an equation")
    return relation.left - relation.right, ranges_of(given)


def _over(setting: Setting, ranges: Ranges) -> Setting:
    """The setting with the indices of sums free, as far as they count from 1."""
    return replace(setting, free={**setting.free, **{index: high for index, low, high in ranges if low == 1}})


def _same_zero(a: tuple[Node, Ranges], b: tuple[Node, Ranges], setting: Setting) -> bool:
    """Whether two expressions vanish together, for the same indices."""
    (left, ranges), (right, others) = a, b
    here = _over(setting, ranges)
    return ranges == others and left.shape == right.shape and (here.is_zero(left, right) or here.is_zero(left, -right))


def _verify_counterexample(example: Counterexample) -> Report:
    point = Point(example.sizes, example.values, example.meanings)
    if not isinstance(example.statement, Relation):
        refusal = _must_be_refused(example.title, example.statement)
        return Report(
            example.label, REFUTED, "general", (SHAPES,), point=Refutation("shapes alone", refusal, "no common shape")
        )
    relations = [example.statement, *(relation_of(g) for g in example.given)]
    symbols = symbols_of(n for r in relations for side in (r.left, r.right) for n in side.walk())
    check_domain(point, (v for v in symbols.values() if v.name in example.values))
    check_given(example.given, {}, point)
    true, left, right = holds(example.statement, point)
    if true:
        return Report(example.label, PROVED, detail="the sentence holds at the point that should refute it")
    failure = Refutation(described(point, example.statement), left, right)
    return Report(example.label, REFUTED, "fixed", ("exact values at a point",), point=failure)


def scope_of(claim: Claim) -> str:
    """The widest scope that the claim's own links support."""
    relations = [*claim.steps(), *(relation_of(g) for g in claim.given)]
    nodes = [n for r in relations for side in (r.left, r.right) for n in side.walk()]
    sizes = Setting(claim.given).sizes
    shapes = [sp.sympify(m) for n in nodes if not isinstance(n, Num) for m in n.shape]
    indices = set(claim.free).union(*(n.bound for n in nodes)) | {
        index for g in claim.given for index, _, _ in ranges_of(g)
    }
    if sizes or any(m.is_Integer and m != 1 for m in shapes):
        return "fixed"
    if any(isinstance(n, Var) and n.domain == "probability" for n in nodes):
        return "finite"
    numbers = [number for n in nodes for number in numbers_of(n)]
    if {s for number in (*shapes, *numbers) for s in number.free_symbols} - indices:
        return "general"
    return "pointwise" if any(isinstance(n, Var | Integral) for n in nodes) else "fixed"
