r"""What a reader types, in pieces: numbers, names with their subscripts, signs.

Plain text, LaTeX and Unicode are three spellings of the same tokens: ``sigma_1^2``, ``\sigma_{1}^{2}`` and ``σ₁²``.
Nothing is looked up anywhere but in the closed tables below, and no text is handed to another reader.

Tokens
------
A token has a kind, a text, the position of its first code point (from 0), and ``glued``: whether no space stands before
it.  Spaces are the characters of ``SPACES`` and LaTeX's own (``\,`` ``\;`` ``\:`` ``\!`` ``\quad``); ``\left``,
``\right``, ``\big`` and the commands of ``IGNORED`` are dropped.

``number``
    ASCII digits with at most one point: ``2``, ``0.5``, ``.5``; or a fraction in one character (``½``).  Exact: ``0.5``
    is one half.  At most ``MOST_DIGITS`` digits, and less than ten to that power.  ``1e-8`` is refused.
``name``
    One Greek letter (as a character, ``\sigma``, or ``sigma``), one accented letter (``\hat{x}``, ``x̂``), one letter
    in a font (``\mathbf{x}``), or a run of Latin letters; then subscripts.  Its ``parts`` are the base, the accent and
    every subscript: ``\hat{\mathbf{x}}_{i}`` and ``x_hat_i`` both have the parts ``x``, ``hat``, ``i``.  A subscript is
    ``_`` and a run of letters and digits, ``_`` and a Greek letter, ``_{...}`` with such parts separated by commas or
    spaces, or characters such as ``ᵢ``.
``sign``
    One of ``+ - * / ^ @ ⊙ ' ( ) [ ] { } | ‖ , : = _``.  Other spellings are in ``SIGNS`` and ``COMMANDS``: ``·`` and
    ``\cdot`` are ``*``, ``**`` is ``^``, ``.*`` and ``\odot`` are ``⊙``, ``′`` is ``'``.  Raised digits are
    ``^``, ``{``, the digits, ``}``.
``word``
    ``sum`` (also ``\sum``, ``∑``, and ``Σ`` before ``_``), ``frac``, ``sqrt`` (``\sqrt``, ``√``), ``top`` (``\top``,
    ``ᵀ``, ``.T``), ``prime`` (``\prime``), ``end``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

LONGEST, MOST_TOKENS, MOST_DIGITS = 600, 300, 12

SPACES = frozenset(" \t\n\r\u00a0\u2002\u2003\u2009\u200a\u202f")
LATIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
DIGITS = frozenset("0123456789")



def _paired(keys: str, values: str) -> dict[str, str]:
    """Characters or words, separated by spaces, with what each of them means."""
    return dict(zip(keys.split(), values.split(), strict=True))


GREEK = _paired(
    "α β γ δ ε ζ η θ ι κ λ μ ν ξ ο π ρ σ τ υ φ χ ψ ω Γ Δ Θ Λ Ξ Π Σ Υ Φ Ψ Ω ϵ ϑ ϱ ϕ µ ℓ",
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi "
    "psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega epsilon theta rho phi mu ell",
)
GREEK_WORDS = {
    **{name: name for name in GREEK.values()},
    **{f"var{name}": name for name in ("epsilon", "theta", "rho", "phi", "sigma", "pi")},
}
SHORT = {"eps": "epsilon", "lam": "lambda"}
ACCENTS = _paired("hat widehat tilde widetilde bar overline dot", "hat hat tilde tilde bar bar dot")
MARKS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0307": "dot"}
FONTS = _paired(
    "mathbf boldsymbol mathrm mathsf mathcal mathit mathbb bm operatorname text",
    "bold bold roman sans script italic blackboard bold roman roman",
)
IGNORED = {*",;:! ", "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "quad", "qquad"}
IGNORED |= {"displaystyle", "limits", "nolimits"}

SAME = "+ - * / ^ @ ⊙ ' ( ) [ ] { } | ‖ , : = _"
SIGNS = _paired(f"{SAME} − · ⋅ × ∗ ÷ ∘ ′ ∥", f"{SAME} - * * * * / ⊙ ' ‖")
COMMANDS = _paired(
    "cdot times odot circ lbrace rbrace { } lVert rVert Vert | lvert rvert vert div",
    "* * ⊙ ⊙ ( ) ( ) ‖ ‖ ‖ ‖ | | | /",
)
WORDS = _paired("sum frac dfrac tfrac sqrt top intercal prime", "sum frac frac frac sqrt top top prime")
RAISED = _paired("⁰ ¹ ² ³ ⁴ ⁵ ⁶ ⁷ ⁸ ⁹ ⁺ ⁻", "0 1 2 3 4 5 6 7 8 9 + -")
LOWERED = _paired("₀ ₁ ₂ ₃ ₄ ₅ ₆ ₇ ₈ ₉ ₐ ₑ ᵢ ⱼ ₖ ₗ ₘ ₙ ₒ ₚ ₛ ₜ ₓ", "0 1 2 3 4 5 6 7 8 9 a e i j k l m n o p s t x")
# Latin, Greek, Cyrillic; lowered letters; punctuation; raised and lowered digits; letters and signs of mathematics.
FAMILIAR = (
    *((" ", "\u052f"), ("\u1d62", "\u1d6a"), ("\u2010", "\u2027"), ("\u2070", "\u209c")),
    *(("\u2100", "\u214f"), ("\u2190", "\u22ff"), ("\u2c7c", "\u2c7c")),
)
FRACTIONS = {"½": Fraction(1, 2), "⅓": Fraction(1, 3), "⅔": Fraction(2, 3), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}


class Unreadable(ValueError):
    """A text that can't be read: where, why, and what was expected there."""

    def __init__(self, position: int, message: str, expected: str) -> None:
        super().__init__(message)
        self.position, self.expected = position, expected


@dataclass(frozen=True)
class Token:
    """A piece of a text; ``end`` is the position behind it."""

    kind: str
    text: str
    at: int
    end: int
    glued: bool = False
    parts: tuple[str, ...] = ()
    number: Fraction | None = None

    def is_sign(self, *texts: str) -> bool:
        return self.kind == "sign" and self.text in texts


OPERAND = "a number, a name or a bracket"


def tokens(text: str) -> list[Token]:
    """The tokens of a text, the last of kind ``end``.

    Raises
    ------
    Unreadable
        Where the text is too long, or holds a character, a command or a number that is not in the tables.
    """
    if len(text) > LONGEST:
        raise Unreadable(LONGEST, f"the text is longer than {LONGEST} characters", "a shorter answer")
    found = list(_Lexer(text).run())
    if len(found) > MOST_TOKENS:
        raise Unreadable(found[MOST_TOKENS].at, f"there are more than {MOST_TOKENS} pieces", "a shorter answer")
    return found


def quoted(text: str) -> str:
    """A piece of a text for a message; a character of no familiar script is given by its number."""
    mark = '"' if "'" in text else "'"
    return f"{mark}{''.join(c if _is_familiar(c) else f'U+{ord(c):04X}' for c in text)}{mark}"


def _is_familiar(c: str) -> bool:
    return c.isprintable() and any(first <= c <= last for first, last in FAMILIAR)


def canonical(letter: str) -> str:
    """The name under which a symbol printed so is typed: its parts, joined by ``_``; empty if it has none."""
    try:
        found = tokens(letter)
    except Unreadable:
        return ""
    names = [token for token in found if token.kind == "name"]
    rest = [token.text for token in found if token.kind != "name"]
    if len(names) != 1 or rest not in ([""], ["'", ""], ["^", "{", "prime", "}", ""]):
        return ""
    return "_".join((*names[0].parts, *(["prime"] if len(rest) > 1 else [])))


class _Lexer:
    """Reads a text from left to right."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def run(self) -> Iterator[Token]:
        while True:
            before = self.at
            self._skip()
            glued = self.at == before and before > 0
            if self.at == len(self.text):
                yield Token("end", "", self.at, self.at, glued)
                return
            yield from self._next(glued)

    def _next(self, glued: bool) -> Iterator[Token]:
        start, c = self.at, self.text[self.at]
        if c in DIGITS or (c == "." and self._peek(1) in DIGITS):
            yield self._number(glued)
        elif c in FRACTIONS:
            self.at += 1
            yield Token("number", c, start, self.at, glued, number=FRACTIONS[c])
        elif c in RAISED:
            yield from self._raised()
        elif sign := self._double():
            yield Token("word" if sign == "top" else "sign", sign, start, self.at, glued)
        elif c in SIGNS:
            self.at += 1
            yield Token("sign", SIGNS[c], start, self.at, glued)
        elif c in "∑√ᵀ⊤" or (c == "Σ" and self._peek(1) == "_"):
            self.at += 1
            word = {"∑": "sum", "Σ": "sum", "√": "sqrt"}.get(c, "top")
            yield Token("word", word, start, self.at, glued)
        elif c == "\\":
            yield from self._command(glued)
        elif c in LATIN or c in GREEK:
            yield self._name(glued)
        else:
            raise self._strange(c)

    def _peek(self, ahead: int = 0) -> str:
        return self.text[self.at + ahead : self.at + ahead + 1]

    def _skip(self) -> None:
        """Over spaces and commands that mean nothing here."""
        while self.at < len(self.text):
            if self.text[self.at] in SPACES:
                self.at += 1
            elif self.text[self.at] == "\\" and (word := self._word(self.at + 1)) in IGNORED:
                self.at += 1 + len(word)
            else:
                return

    def _word(self, at: int) -> str:
        """The command behind a backslash: a run of letters, or one other character."""
        end = at
        while end < len(self.text) and self.text[end] in LATIN:
            end += 1
        return self.text[at : max(end, at + 1)]

    def _double(self) -> str:
        """A sign of two characters."""
        pair = self.text[self.at : self.at + 2]
        sign = {"**": "^", ".*": "⊙", "||": "‖", ".T": "top"}.get(pair, "")
        if sign == "top" and self._peek(2) in LATIN:
            return ""
        self.at += 2 if sign else 0
        return sign

    def _strange(self, c: str) -> Unreadable:
        if c <= "\uffff" and unicodedata.category(c).startswith("N"):
            return Unreadable(self.at, f"{quoted(c)} is no digit here", "digits from 0 to 9")
        if c == ".":
            return Unreadable(self.at, "a point stands inside of a number, as in 0.5", OPERAND)
        return Unreadable(self.at, f"the character {quoted(c)} means nothing here", OPERAND)

    def _number(self, glued: bool) -> Token:
        start = self.at
        while self._peek() in DIGITS:
            self.at += 1
        whole = self.text[start : self.at]
        part = ""
        if self._peek() == "." and self._peek(1) in DIGITS:
            self.at += 1
            first = self.at
            while self._peek() in DIGITS:
                self.at += 1
            part = self.text[first : self.at]
        if len((whole + part).lstrip("0")) > MOST_DIGITS or len(part) > MOST_DIGITS:
            raise Unreadable(start, f"a number has at most {MOST_DIGITS} digits", "a shorter number, or a formula")
        if self._peek() in ("e", "E") and self._exponent_follows():
            raise Unreadable(self.at, "the letter e is Euler's number here", "a power of ten, as in 3*10^(-8)")
        number = Fraction(int(whole + part or "0"), 10 ** len(part))
        return Token("number", self.text[start : self.at], start, self.at, glued, number=number)

    def _exponent_follows(self) -> bool:
        behind = self.text[self.at + 1 : self.at + 3]
        return behind[:1] in DIGITS or (behind[:1] in ("+", "-", "−") and behind[1:] in DIGITS)

    def _raised(self) -> Iterator[Token]:
        """Raised digits, as an exponent in braces."""
        start = self.at
        yield Token("sign", "^", start, start, glued=True)
        yield Token("sign", "{", start, start, glued=True)
        digits = ""
        while self._peek() in RAISED:
            digits += RAISED[self._peek()]
            self.at += 1
        if digits[0] in "+-":
            yield Token("sign", digits[0], start, start + 1, glued=True)
            digits = digits[1:]
        if not digits or len(digits) > MOST_DIGITS or not set(digits) <= DIGITS:
            raise Unreadable(start, "a raised exponent is a number", "raised digits")
        yield Token("number", digits, start, self.at, glued=True, number=Fraction(int(digits)))
        yield Token("sign", "}", self.at, self.at, glued=True)

    def _command(self, glued: bool) -> Iterator[Token]:
        start, word = self.at, self._word(self.at + 1)
        if word in COMMANDS or word in WORDS:
            self.at += 1 + len(word)
            kind, text = ("word", WORDS[word]) if word in WORDS else ("sign", COMMANDS[word])
            yield Token(kind, text, start, self.at, glued)
        else:
            yield self._name(glued)

    # ---------------------------------------------------------------- names

    def _name(self, glued: bool) -> Token:
        start = self.at
        parts = self._base()
        if parts == ("sum",):
            return Token("word", "sum", start, self.at, glued)
        if parts == ("odot",):
            return Token("sign", "⊙", start, self.at, glued)
        while True:
            if self._peek() in LOWERED:
                run = ""
                while self._peek() in LOWERED:
                    run += LOWERED[self._peek()]
                    self.at += 1
                parts = (*parts, run)
            elif self._peek() == "_":
                self.at += 1
                parts = (*parts, *self._subscript())
            else:
                return Token("name", self.text[start : self.at], start, self.at, glued, parts)

    def _base(self, depth: int = 0) -> tuple[str, ...]:
        """A letter or a run of letters, with its accent."""
        if depth > 3:
            raise Unreadable(self.at, "too many accents and fonts on one letter", "a letter")
        c = self._peek()
        if c == "\\":
            return self._commanded(depth)
        if c in GREEK:
            self.at += 1
            parts: tuple[str, ...] = (GREEK[c],)
        elif c in LATIN:
            parts = (self._run(LATIN),)
        else:
            raise Unreadable(self.at, "a letter is missing", "a letter")
        while self._peek() in MARKS:
            parts = (*parts, MARKS[self._peek()])
            self.at += 1
        return parts

    def _run(self, allowed: frozenset[str]) -> str:
        """A run of letters; a short or varied name of a Greek letter is that letter."""
        start = self.at
        while self._peek() in allowed:
            self.at += 1
            if self._peek() in MARKS and self._peek() and self.at - start > 1:
                self.at -= 1  # the mark belongs to the last letter alone
                break
        run = self.text[start : self.at]
        return SHORT.get(run, GREEK_WORDS.get(run, run))

    def _commanded(self, depth: int) -> tuple[str, ...]:
        start, word = self.at, self._word(self.at + 1)
        self.at += 1 + len(word)
        if word in GREEK_WORDS:
            return (GREEK_WORDS[word],)
        if word in ("ell", "exp", "log", "ln", "tanh", "sin", "cos", "det"):
            return (word,)
        if word in FONTS or word in ACCENTS:
            self._spaces()
            braced = self._peek() == "{"
            self.at += braced
            self._spaces()
            if not braced and self._peek() in LATIN:
                parts: tuple[str, ...] = (self._peek(),)  # without braces a command takes one letter
                self.at += 1
            else:
                parts = self._base(depth + 1)
            if braced:
                self._spaces()
                self._expect("}")
            return (*parts, ACCENTS[word]) if word in ACCENTS else parts
        raise Unreadable(start, f"the command \\{word} is not known here", OPERAND)

    def _spaces(self) -> None:
        while self._peek() in SPACES:
            self.at += 1

    def _expect(self, c: str) -> None:
        if self._peek() != c:
            raise Unreadable(self.at, f"a {quoted(c)} is missing", c)
        self.at += 1

    def _subscript(self) -> tuple[str, ...]:
        """What stands below a name."""
        if self._peek() != "{":
            c = self._peek()
            if c == "\\" or c in GREEK:
                return self._base()
            run = self._run(LATIN | DIGITS)
            if not run:
                raise Unreadable(self.at, "an index is missing", "an index, such as i or 1")
            return (run,)
        self.at += 1
        parts: list[str] = []
        while True:
            while self._peek() in SPACES | {","}:
                self.at += 1
            c = self._peek()
            if c == "}":
                self.at += 1
                if not parts:
                    raise Unreadable(self.at - 1, "an index is missing", "an index, such as i or 1")
                return tuple(parts)
            if c in LATIN | DIGITS:
                parts.append(self._run(LATIN | DIGITS))
            elif c == "\\" or c in GREEK:
                parts += self._base()
            else:
                raise Unreadable(self.at, "an index is made of letters and digits", "an index and }")
