r"""How a typed formula is read: from tokens to a tree, by precedence.

The tokens are those of :mod:`genmath.tokens`.  Of the exercise the parser knows two sets of names only: its functions,
and its one-letter scalars.  The grammar, with ``x*`` for any number and ``[x]`` for at most one::

    formula   = sum end
    sum       = hadamard (("+" | "-") hadamard)*
    hadamard  = product ("⊙" product)*
    product   = signed (("*" | "/" | "@") signed | factor)*      # a factor without a sign before it: a product
    signed    = ("+" | "-")* factor
    factor    = total | postfix ["^" exponent]
    postfix   = atom ("'" | top | "^" top | "^" "{" top "}")*    # the transpose; top may be the name T, see below
    exponent  = ("+" | "-")* factor
    atom      = number | name ["[" index ("," index)* "]"] | letters | call | fraction | root
              | sum-word "(" sum ")" | "(" sum ")" | "{" sum "}" | "[" sum "]" | "|" sum "|" | "‖" sum "‖"
    call      = function ("'" | "^" prime | "^" "{" prime "}")* ("(" sum ")" | "{" sum "}" | "|" sum "|" | bare)
    bare      = (number | name | call | fraction | root) ["^" exponent]
    fraction  = frac group group                                 # the group is "{" sum "}" or one digit
    root      = sqrt ("(" sum ")" | "{" sum "}" | number | name) # and "sqrt" as a function
    total     = sum-word "_" (name | "{" name ["=" bound] "}") ["^" (bound | "{" bound "}")] hadamard
    index     = name | number | ":"
    bound     = name | number

* All operators of one level group from the left; powers group from the right: ``-x^2`` is ``-(x^2)``, ``a/b*c`` is
  ``(a/b)*c``, and ``a ⊙ b c'`` is ``a ⊙ (b c')``, as everywhere in this book.
* A sum over an index takes everything up to the next ``+`` or ``-`` of its level.
* A function is one of ``exp log ln sqrt tanh sin cos erf abs``, of ``tr trace diag norm``, or a function of the
  exercise; a name of the exercise is none of them.  A sum in brackets (``sum(x)``) adds up all entries.  ``|x|`` is
  ``abs``, ``‖x‖`` is ``norm``, ``ln`` is ``log``.
* ``letters``: a run of letters that is no name, but whose letters are all scalars of the exercise: their product
  (``dn``).  Not in an exponent.
* What can be misread is refused, with both readings: a product without a sign behind a division (``1/2 x``), a function
  without brackets before a product or a division (``log x y``, ``log x/y``), a power between a function and its bracket
  (``log^2(x)``), a number behind a name or a bracket (``x2``), an exponent glued to a letter (``e^2x``), a root over a
  bare power (``√x^2``) or, as ``\sqrt12``, over more than one bare digit.
* ``x^T`` is the transpose, except that a scalar is raised where the exercise has a symbol ``T``
  (:mod:`genmath.terms` decides).
* Brackets, signs, powers and functions nest at most ``DEEPEST`` levels.

Every node knows its position: that of its operator, or of its first token.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from genmath.tokens import OPERAND, Token, Unreadable, quoted, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = 40
FUNCTIONS = frozenset({"exp", "log", "ln", "sqrt", "tanh", "sin", "cos", "erf", "abs"})
WHOLES = {"tr": "trace", "trace": "trace", "diag": "diag", "norm": "norm"}
REFUSED = {
    "lg": "log(x)/log(10)",
    "tan": "sin(x)/cos(x)",
    "arctan": "another form",
    "max": "another form",
    "min": "another form",
    "sech": "1/cosh(x), with exponentials",
    "cosh": "(e^x + e^(-x))/2",
    "sinh": "(e^x - e^(-x))/2",
}
CLOSING = {"(": ")", "{": "}", "[": "]", "|": "|", "‖": "‖"}


@dataclass(frozen=True)
class Syntax:
    """A node of what was read; ``at`` is its position."""

    at: int


@dataclass(frozen=True)
class Number(Syntax):
    """An exact number; ``decimal`` if it was typed with a point."""

    value: Fraction
    decimal: bool = False


@dataclass(frozen=True)
class Name(Syntax):
    """A name, its accents and subscripts as parts, and indices in square brackets."""

    parts: tuple[str, ...]
    indices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Call(Syntax):
    """A function of an expression, or its derivative of an order."""

    function: str
    order: int
    body: Syntax


@dataclass(frozen=True)
class Whole(Syntax):
    """What takes a matrix as a whole: ``trace``, ``diag``, ``norm``, ``total`` (the sum of all entries)."""

    kind: str
    body: Syntax


@dataclass(frozen=True)
class Negative(Syntax):
    """An expression with a minus sign before it."""

    body: Syntax


@dataclass(frozen=True)
class Binary(Syntax):
    """``left sign right``, with one of ``+ - * / @ ⊙``, or a blank for a product without a sign."""

    sign: str
    left: Syntax
    right: Syntax


@dataclass(frozen=True)
class Raised(Syntax):
    """A power."""

    base: Syntax
    exponent: Syntax


@dataclass(frozen=True)
class Transposed(Syntax):
    """A transpose; ``letter`` if it was typed as ``^T``, ``prime`` if as ``'``."""

    body: Syntax
    spelling: str


@dataclass(frozen=True)
class Total(Syntax):
    """A sum over an index, with bounds that may be missing."""

    index: str
    low: str
    high: str
    body: Syntax


@dataclass(frozen=True)
class Vocabulary:
    """What the parser knows of an exercise."""

    functions: frozenset[str]
    names: frozenset[str]
    letters: frozenset[str] = frozenset()


def parse(text: str, vocabulary: Vocabulary) -> Syntax:
    """Read a formula.

    Raises
    ------
    Unreadable
        With the position and what was expected there.
    """
    return _Parser(tokens(text), vocabulary).formula()


class _Parser:
    """Recursive descent, one method a level."""

    def __init__(self, found: list[Token], vocabulary: Vocabulary) -> None:
        self.tokens, self.vocabulary = found, vocabulary
        self.place, self.depth, self.closing = 0, 0, [""]

    @property
    def token(self) -> Token:
        return self.tokens[self.place]

    @property
    def next(self) -> Token:
        return self.tokens[min(self.place + 1, len(self.tokens) - 1)]

    def _is_word(self, text: str) -> bool:
        return self.token.kind == "word" and self.token.text == text

    def take(self) -> Token:
        taken = self.token
        self.place += taken.kind != "end"
        return taken

    def expect(self, sign: str) -> Token:
        if not self.token.is_sign(sign):
            what = "the formula ends here" if self.token.kind == "end" else f"{quoted(self.token.text)} stands here"
            raise Unreadable(self.token.at, f"{what}, but {quoted(sign)} is missing", sign)
        return self.take()

    @contextmanager
    def deeper(self, closing: str | None = None) -> Iterator[None]:
        """One level further in."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable(self.token.at, f"the formula is nested more than {DEEPEST} levels", "a flatter formula")
        if closing is not None:
            self.closing.append(closing)
        yield
        if closing is not None:
            self.closing.pop()
        self.depth -= 1

    # ---------------------------------------------------------------- levels

    def formula(self) -> Syntax:
        if self.token.kind == "end":
            raise Unreadable(self.token.at, "the answer is empty", "a formula")
        read = self.sum()
        if self.token.kind != "end":
            raise self._unexpected("an operator or the end")
        return read

    def sum(self) -> Syntax:
        return self._left(("+", "-"), self.hadamard)

    def hadamard(self) -> Syntax:
        return self._left(("⊙",), self.product)

    def _left(self, signs: tuple[str, ...], operand: Callable[[], Syntax]) -> Syntax:
        read = operand()
        while self.token.is_sign(*signs):
            sign = self.take()
            read = Binary(sign.at, sign.text, read, operand())
        return read

    def product(self) -> Syntax:
        read, divided = self.signed(), False
        while True:
            if self.token.is_sign("*", "/", "@"):
                sign = self.take()
                read, divided = Binary(sign.at, sign.text, read, self.signed()), sign.text == "/"
            elif self._begins_factor():
                if divided:
                    raise Unreadable(
                        self.token.at,
                        "a product without a sign behind a division can be read in two ways: write (a/b)*c or a/(b*c)",
                        "an operator",
                    )
                at = self.token.at
                read = Binary(at, " ", read, self.factor())
            else:
                return read

    def _begins_factor(self) -> bool:
        """Whether a factor begins here, without a sign before it."""
        token = self.token
        if token.kind == "number":
            raise Unreadable(
                token.at,
                "a number behind a name or a bracket can be read in several ways: write 2*x, x_2 or x^2",
                "an operator",
            )
        if token.is_sign("‖"):
            return self.closing[-1] != "‖"
        begins = token.kind == "word" and token.text in ("frac", "sqrt", "sum")
        return begins or token.kind == "name" or token.is_sign("(", "{", "[")

    def signed(self) -> Syntax:
        if self.token.is_sign("+", "-"):
            sign = self.take()
            with self.deeper():
                body = self.signed()
            return Negative(sign.at, body) if sign.text == "-" else body
        return self.factor()

    def factor(self) -> Syntax:
        if self._is_word("sum") and not self.next.is_sign("("):
            return self.total()
        return self._raised(self.postfix())

    def _raised(self, base: Syntax) -> Syntax:
        if not self.token.is_sign("^"):
            return base
        sign = self.take()
        with self.deeper():
            exponent = self.exponent()
        return Raised(sign.at, base, exponent)

    def exponent(self) -> Syntax:
        if self.token.is_sign("+", "-"):
            sign = self.take()
            with self.deeper():
                body = self.exponent()
            return Negative(sign.at, body) if sign.text == "-" else body
        first = self.token
        if first.kind == "number" and self.next.glued and (self.next.kind == "name" or self.next.text == "frac"):
            raise Unreadable(
                self.next.at,
                "what belongs to this exponent can be read in two ways: put it into brackets, or a space behind it",
                "an operator, a space or a bracket",
            )
        if first.kind == "name" and self._split(first):
            raise Unreadable(first.at, "put an exponent that is a product into brackets", "a name or a bracket")
        return self.factor()

    def postfix(self) -> Syntax:
        read = self.atom()
        while True:
            at = self.token.at
            if self.token.is_sign("'"):
                self.take()
                read = Transposed(at, read, "prime")
            elif self._is_word("top"):
                self.take()
                read = Transposed(at, read, "top")
            elif self.token.is_sign("^") and (spelling := self._top_follows()):
                read = Transposed(at, read, spelling)
            else:
                return read

    def _top_follows(self) -> str:
        """Whether ``^`` is followed by a transpose, and how it is spelled; it is taken."""
        ahead = self.tokens[self.place + 1 : self.place + 4]
        braced = ahead[0].is_sign("{") and len(ahead) == 3 and ahead[2].is_sign("}")
        mark = ahead[1] if braced else ahead[0]
        spelling = {("word", "top"): "top", ("name", "T"): "letter"}.get((mark.kind, mark.text), "")
        if mark.kind == "name" and mark.parts != ("T",):
            spelling = ""
        if spelling:
            self.place += 4 if braced else 2
        return spelling

    # ---------------------------------------------------------------- atoms

    def atom(self) -> Syntax:
        token = self.token
        if token.kind == "number" and token.number is not None:
            self.take()
            return Number(token.at, token.number, "." in token.text)
        if token.kind == "name":
            return self._named()
        if self._is_word("frac"):
            self.take()
            return Binary(token.at, "/", self._group(), self._group())
        if self._is_word("sqrt"):
            return self._root()
        if self._is_word("sum"):
            self.take()
            return Whole(token.at, "total", self._bracket())
        if token.is_sign("(", "{", "["):
            return self._bracket()
        if token.is_sign("|", "‖"):
            body = self._bracket()
            return Whole(token.at, "norm", body) if token.text == "‖" else Call(token.at, "abs", 0, body)
        raise self._unexpected(OPERAND)

    def _unexpected(self, expected: str) -> Unreadable:
        token = self.token
        what = "the formula ends too early" if token.kind == "end" else f"{quoted(token.text)} can't stand here"
        return Unreadable(token.at, what, expected)

    def _bracket(self) -> Syntax:
        opening = self.take()
        closing = CLOSING[opening.text]
        with self.deeper(closing):
            body = self.sum()
            self.expect(closing)
        return body

    def _group(self) -> Syntax:
        """A group of LaTeX: in braces, or one digit."""
        token = self.token
        if token.kind == "number" and token.number is not None and len(token.text) == 1:
            self.take()
            return Number(token.at, token.number)
        if token.kind == "number" and token.text.isascii() and token.text.isdigit():  # \frac12
            first, rest = token.text[0], token.text[1:]
            self.tokens[self.place] = replace(token, text=rest, at=token.at + 1, glued=True, number=Fraction(int(rest)))
            return Number(token.at, Fraction(int(first)))
        if not token.is_sign("{"):
            raise self._unexpected("{")
        return self._bracket()

    def _root(self) -> Syntax:
        root = self.take()
        if self.token.is_sign("["):
            raise Unreadable(self.token.at, "write another root as a power: x^(1/3)", "{ or (")
        if self.token.is_sign("(", "{"):
            return Call(root.at, "sqrt", 0, self._bracket())
        if self.token.kind not in ("number", "name"):
            raise self._unexpected("a bracket, a number or a name")
        if len(self.token.text) > 1 and self.token.kind == "number" and root.end - root.at > 1:
            raise Unreadable(self.token.at, "write \\sqrt{12} for the root of a number with more digits", "{")
        with self.deeper():
            body = self.atom()
        if self.token.is_sign("^"):
            raise Unreadable(self.token.at, "write √(x^2) or (√x)^2", "a bracket behind the root")
        return Call(root.at, "sqrt", 0, body)

    def _named(self) -> Syntax:
        token = self.take()
        name = "_".join(token.parts)
        if name not in self.vocabulary.names:
            if name in self.vocabulary.functions or name in FUNCTIONS:
                return self._call(token, "log" if name == "ln" else name)
            if name in WHOLES:
                return Whole(token.at, WHOLES[name], self._argument(token))
            if name in REFUSED:
                raise Unreadable(token.at, f"{name} is not known here; write {REFUSED[name]}", OPERAND)
            if self._split(token):
                return self._letters(token)
        if self.token.is_sign("[") and self.token.glued:
            return Name(token.at, token.parts, self._indices())
        return Name(token.at, token.parts)

    def _split(self, token: Token) -> bool:
        """Whether a name is a run of one-letter scalars."""
        return (
            len(token.parts) == 1
            and token.text.isascii()
            and token.text == token.parts[0]
            and len(token.text) > 1
            and token.text not in self.vocabulary.names | self.vocabulary.functions | FUNCTIONS
            and set(token.text) <= self.vocabulary.letters
        )

    def _letters(self, token: Token) -> Syntax:
        """A run of letters as their product; what follows belongs to the last of them."""
        read: Syntax = Name(token.at, (token.text[0],))
        for offset, letter in enumerate(token.text[1:-1], 1):
            read = Binary(token.at + offset, " ", read, Name(token.at + offset, (letter,)))
        last = Name(token.end - 1, (token.text[-1],))
        return Binary(token.end - 1, " ", read, self._raised(last))

    def _indices(self) -> tuple[str, ...]:
        """Indices in square brackets."""
        self.take()
        found: list[str] = []
        while True:
            token = self.take()
            if token.kind == "number" and token.text.isascii() and token.text.isdigit():
                found.append(token.text)
            elif token.kind == "name" and len(token.parts) == 1:
                found.append(token.parts[0])
            elif token.is_sign(":"):
                found.append(":")
            else:
                raise Unreadable(token.at, "an index is a letter, a number or :", "an index")
            if self.token.is_sign("]"):
                self.take()
                return tuple(found)
            self.expect(",")

    # ---------------------------------------------------------------- functions and sums

    def _call(self, token: Token, name: str) -> Syntax:
        order = 0
        while True:
            if self.token.is_sign("'"):
                self.take()
                order += 1
            elif self.token.is_sign("^") and (count := self._primes()):
                order += count
            else:
                break
        if self.token.is_sign("^"):
            raise Unreadable(self.token.at, f"write ({token.text}(x))^2 for a power of a function", "(")
        return Call(token.at, name, order, self._argument(token))

    def _primes(self) -> int:
        """How many primes follow ``^``; they are taken."""
        ahead = self.tokens[self.place + 1 :]
        if ahead[0].text == "prime" and ahead[0].kind == "word":
            self.place += 2
            return 1
        if not ahead[0].is_sign("{"):
            return 0
        count = 0
        while ahead[1 + count].text == "prime" and ahead[1 + count].kind == "word":
            count += 1
        if not count or not ahead[1 + count].is_sign("}"):
            return 0
        self.place += count + 3
        return count

    def _argument(self, function: Token) -> Syntax:
        """What a function is taken of."""
        if self.token.is_sign("(", "{", "[") and not (self.token.is_sign("[") and not self.token.glued):
            return self._bracket()
        if self.token.is_sign("|", "‖"):
            return self.atom()
        if self.token.kind not in ("number", "name") and self.token.text not in ("frac", "sqrt"):
            raise self._unexpected("( and what the function is taken of")
        with self.deeper():
            body = self._raised(self.postfix())
        if self._begins_factor() or self.token.is_sign("/"):
            raise Unreadable(
                self.token.at, f"it is not clear where {function.text} ends: write {function.text}(...)", "a bracket"
            )
        return body

    def total(self) -> Syntax:
        """A sum over an index."""
        word = self.take()
        self.expect("_")
        low = high = ""
        if self.token.is_sign("{"):
            self.take()
            index = self._letter()
            if self.token.is_sign("="):
                self.take()
                low = self._bound()
            self.expect("}")
        else:
            index = self._letter()
            if self.token.is_sign("="):
                raise Unreadable(self.token.at, "put the bounds of a sum into braces: sum_{i=1}^{n}", "{")
        if self.token.is_sign("^"):
            self.take()
            if self.token.is_sign("{"):
                self.take()
                high = self._bound()
                self.expect("}")
            else:
                high = self._bound()
        with self.deeper():
            body = self.hadamard()
        return Total(word.at, index, low, high, body)

    def _letter(self) -> str:
        token = self.take()
        if token.kind != "name" or len(token.parts) != 1 or len(token.parts[0]) != 1:
            raise Unreadable(token.at, "a sum runs over one letter, as in sum_i", "an index, such as i")
        return token.parts[0]

    def _bound(self) -> str:
        token = self.take()
        if token.kind == "number" and token.text.isascii() and token.text.isdigit():
            return token.text
        if token.kind == "name" and len(token.parts) == 1:
            return token.parts[0]
        raise Unreadable(token.at, "a bound of a sum is a number or a size", "a number or a size, such as n")
