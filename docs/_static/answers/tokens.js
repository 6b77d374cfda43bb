// What a reader types, in pieces. The same as genmath/tokens.py, whose head says what each piece is.
(genmath => {
  "use strict";

  const LONGEST = 600, MOST_TOKENS = 300, MOST_DIGITS = 12;

  const SPACES = new Set(" \t\n\r\u00a0\u2002\u2003\u2009\u200a\u202f");
  const LATIN = new Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
  const DIGITS = new Set("0123456789");
  const LATIN_OR_DIGITS = new Set([...LATIN, ...DIGITS]);

  const paired = (keys, values) => {
    const words = values.split(" ");
    return new Map(keys.split(" ").map((key, i) => [key, words[i]]));
  };

  const GREEK = paired(
    "α β γ δ ε ζ η θ ι κ λ μ ν ξ ο π ρ σ τ υ φ χ ψ ω Γ Δ Θ Λ Ξ Π Σ Υ Φ Ψ Ω ϵ ϑ ϱ ϕ \u00b5 ℓ",
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi " +
    "psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega epsilon theta rho phi mu ell"
  );
  const GREEK_WORDS = new Map([
    ...[...GREEK.values()].map(name => [name, name]),
    ...["epsilon", "theta", "rho", "phi", "sigma", "pi"].map(name => [`var${name}`, name]),
  ]);
  const SHORT = new Map([["eps", "epsilon"], ["lam", "lambda"]]);
  const ACCENTS = paired("hat widehat tilde widetilde bar overline dot", "hat hat tilde tilde bar bar dot");
  const MARKS = new Map([["\u0302", "hat"], ["\u0303", "tilde"], ["\u0304", "bar"], ["\u0307", "dot"]]);
  const FONTS = new Set("mathbf boldsymbol mathrm mathsf mathcal mathit mathbb bm operatorname text".split(" "));
  const IGNORED = new Set([
    ...",;:! ",
    ..."left right big Big bigg Bigg bigl bigr Bigl Bigr quad qquad displaystyle limits nolimits".split(" "),
  ]);
  const NAMED = new Set(["ell", "exp", "log", "ln", "tanh", "sin", "cos", "det"]);

  const SAME = "+ - * / ^ @ ⊙ ' ( ) [ ] { } | ‖ , : = _";
  const SIGNS = paired(`${SAME} − · ⋅ × ∗ ÷ ∘ ′ ∥`, `${SAME} - * * * * / ⊙ ' ‖`);
  const COMMANDS = paired(
    "cdot times odot circ lbrace rbrace { } lVert rVert Vert | lvert rvert vert div",
    "* * ⊙ ⊙ ( ) ( ) ‖ ‖ ‖ ‖ | | | /"
  );
  const WORDS = paired("sum frac dfrac tfrac sqrt top intercal prime", "sum frac frac frac sqrt top top prime");
  const DOUBLE = paired("** .* || .T", "^ ⊙ ‖ top");
  const SINGLE = paired("∑ √ ᵀ ⊤", "sum sqrt top top");
  const RAISED = paired("⁰ ¹ ² ³ ⁴ ⁵ ⁶ ⁷ ⁸ ⁹ ⁺ ⁻", "0 1 2 3 4 5 6 7 8 9 + -");
  const LOWERED = paired(
    "₀ ₁ ₂ ₃ ₄ ₅ ₆ ₇ ₈ ₉ ₐ ₑ ᵢ ⱼ ₖ ₗ ₘ ₙ ₒ ₚ ₛ ₜ ₓ", "0 1 2 3 4 5 6 7 8 9 a e i j k l m n o p s t x"
  );

  const gcd = (a, b) => (b === 0n ? a : gcd(b, a % b));

  // An exact rational number in lowest terms; the denominator is positive.
  class Fraction {
    constructor(numerator, denominator = 1n) {
      const [n, d] = [BigInt(numerator), BigInt(denominator)];
      const shared = gcd(n < 0n ? -n : n, d < 0n ? -d : d) * (d < 0n ? -1n : 1n);
      this.numerator = n / shared;
      this.denominator = d / shared;
    }

    get size() { return this.numerator < 0n ? -this.numerator : this.numerator; }
    get isInteger() { return this.denominator === 1n; }

    // The nearest double, as long as both parts are held exactly.
    get number() { return Number(this.numerator) / Number(this.denominator); }

    negative() { return new Fraction(-this.numerator, this.denominator); }

    plus(other) {
      const crossed = this.numerator * other.denominator + other.numerator * this.denominator;
      return new Fraction(crossed, this.denominator * other.denominator);
    }

    times(other) {
      return new Fraction(this.numerator * other.numerator, this.denominator * other.denominator);
    }

    over(other) { return this.times(new Fraction(other.denominator, other.numerator)); }

    power(exponent) {
      const [n, d] = [this.numerator ** BigInt(Math.abs(exponent)), this.denominator ** BigInt(Math.abs(exponent))];
      return exponent < 0 ? new Fraction(d, n) : new Fraction(n, d);
    }

    equals(numerator, denominator = 1n) { return this.numerator === numerator && this.denominator === denominator; }
  }

  const FRACTIONS = new Map(
    [["½", 1, 2], ["⅓", 1, 3], ["⅔", 2, 3], ["¼", 1, 4], ["¾", 3, 4]].map(([c, n, d]) => [c, new Fraction(n, d)])
  );

  // A text that can't be read: where, why, and what was expected there.
  class Unreadable extends Error {
    constructor(position, message, expected) {
      super(message);
      this.position = position;
      this.expected = expected;
    }
  }

  // A piece of a text; `end` is the position behind it.
  class Token {
    constructor(kind, text, at, end, glued = false, parts = [], number = null) {
      Object.assign(this, { kind, text, at, end, glued, parts, number });
    }

    isSign(...texts) { return this.kind === "sign" && texts.includes(this.text); }
    isWord(...texts) { return this.kind === "word" && texts.includes(this.text); }
  }

  const OPERAND = "a number, a name or a bracket";

  // Latin, Greek, Cyrillic; lowered letters; punctuation; raised and lowered digits; letters and signs of mathematics.
  const FAMILIAR = /^[ -\u052f\u1d62-\u1d6a\u2010-\u2027\u2070-\u209c\u2100-\u214f\u2190-\u22ff\u2c7c]$/;
  const isFamiliar = c => c === " " || (FAMILIAR.test(c) && !/[\p{C}\p{Z}]/u.test(c));

  // A piece of a text for a message; a character of no familiar script is given by its number.
  const quoted = text => {
    const mark = text.includes("'") ? '"' : "'";
    const number = c => `U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    return mark + [...text].map(c => (isFamiliar(c) ? c : number(c))).join("") + mark;
  };

  // The tokens of a text, the last of kind `end`; a text is a list of code points.
  const tokens = typed => {
    const text = [...typed];
    if (text.length > LONGEST) {
      throw new Unreadable(LONGEST, `the text is longer than ${LONGEST} characters`, "a shorter answer");
    }
    const found = new Lexer(text).run();
    if (found.length > MOST_TOKENS) {
      throw new Unreadable(found[MOST_TOKENS].at, `there are more than ${MOST_TOKENS} pieces`, "a shorter answer");
    }
    return found;
  };

  // Reads a text from left to right.
  class Lexer {
    constructor(text) {
      this.text = text;
      this.at = 0;
    }

    run() {
      const found = [];
      for (;;) {
        const before = this.at;
        this.skip();
        const glued = this.at === before && before > 0;
        if (this.at === this.text.length) {
          found.push(new Token("end", "", this.at, this.at, glued));
          return found;
        }
        found.push(...this.next(glued));
      }
    }

    next(glued) {
      const start = this.at, c = this.text[start];
      if (DIGITS.has(c) || (c === "." && DIGITS.has(this.peek(1)))) return [this.number(glued)];
      if (FRACTIONS.has(c)) {
        this.at += 1;
        return [new Token("number", c, start, this.at, glued, [], FRACTIONS.get(c))];
      }
      if (RAISED.has(c)) return this.raised();
      const sign = this.double();
      if (sign) return [new Token(sign === "top" ? "word" : "sign", sign, start, this.at, glued)];
      if (SIGNS.has(c)) {
        this.at += 1;
        return [new Token("sign", SIGNS.get(c), start, this.at, glued)];
      }
      if (SINGLE.has(c) || (c === "Σ" && this.peek(1) === "_")) {
        this.at += 1;
        return [new Token("word", SINGLE.get(c) ?? "sum", start, this.at, glued)];
      }
      if (c === "\\") return [this.command(glued)];
      if (LATIN.has(c) || GREEK.has(c)) return [this.name(glued)];
      throw this.strange(c);
    }

    peek(ahead = 0) { return this.text[this.at + ahead] ?? ""; }
    slice(start, end = this.at) { return this.text.slice(start, end).join(""); }

    // Over spaces and commands that mean nothing here.
    skip() {
      while (this.at < this.text.length) {
        const word = this.peek() === "\\" ? this.word(this.at + 1) : "";
        if (SPACES.has(this.peek())) this.at += 1;
        else if (IGNORED.has(word)) this.at += 1 + word.length;
        else return;
      }
    }

    // The command behind a backslash: a run of letters, or one other character.
    word(at) {
      let end = at;
      while (LATIN.has(this.text[end])) end += 1;
      return this.slice(at, Math.max(end, at + 1));
    }

    // A sign of two characters.
    double() {
      const sign = DOUBLE.get(this.peek() + this.peek(1)) ?? "";
      if (sign === "top" && LATIN.has(this.peek(2))) return "";
      this.at += sign ? 2 : 0;
      return sign;
    }

    strange(c) {
      if (c.length === 1 && /\p{N}/u.test(c)) {
        return new Unreadable(this.at, `${quoted(c)} is no digit here`, "digits from 0 to 9");
      }
      if (c === ".") return new Unreadable(this.at, "a point stands inside of a number, as in 0.5", OPERAND);
      return new Unreadable(this.at, `the character ${quoted(c)} means nothing here`, OPERAND);
    }

    digits() {
      const start = this.at;
      while (DIGITS.has(this.peek())) this.at += 1;
      return this.slice(start);
    }

    number(glued) {
      const start = this.at;
      const whole = this.digits();
      let part = "";
      if (this.peek() === "." && DIGITS.has(this.peek(1))) {
        this.at += 1;
        part = this.digits();
      }
      if ((whole + part).replace(/^0+/, "").length > MOST_DIGITS || part.length > MOST_DIGITS) {
        const message = `a number has at most ${MOST_DIGITS} digits`;
        throw new Unreadable(start, message, "a shorter number, or a formula");
      }
      if (["e", "E"].includes(this.peek()) && this.exponentFollows()) {
        throw new Unreadable(this.at, "the letter e is Euler's number here", "a power of ten, as in 3*10^(-8)");
      }
      const number = new Fraction(BigInt(whole + part || "0"), 10n ** BigInt(part.length));
      return new Token("number", this.slice(start), start, this.at, glued, [], number);
    }

    exponentFollows() {
      return DIGITS.has(this.peek(1)) || (["+", "-", "−"].includes(this.peek(1)) && DIGITS.has(this.peek(2)));
    }

    // Raised digits, as an exponent in braces.
    raised() {
      const start = this.at;
      const found = [new Token("sign", "^", start, start, true), new Token("sign", "{", start, start, true)];
      let digits = "";
      while (RAISED.has(this.peek())) {
        digits += RAISED.get(this.peek());
        this.at += 1;
      }
      if ("+-".includes(digits[0])) {
        found.push(new Token("sign", digits[0], start, start + 1, true));
        digits = digits.slice(1);
      }
      if (!digits || digits.length > MOST_DIGITS || ![...digits].every(c => DIGITS.has(c))) {
        throw new Unreadable(start, "a raised exponent is a number", "raised digits");
      }
      found.push(new Token("number", digits, start, this.at, true, [], new Fraction(BigInt(digits))));
      found.push(new Token("sign", "}", this.at, this.at, true));
      return found;
    }

    command(glued) {
      const start = this.at, word = this.word(start + 1);
      if (!COMMANDS.has(word) && !WORDS.has(word)) return this.name(glued);
      this.at += 1 + word.length;
      const [kind, text] = WORDS.has(word) ? ["word", WORDS.get(word)] : ["sign", COMMANDS.get(word)];
      return new Token(kind, text, start, this.at, glued);
    }

    // ---------------------------------------------------------------- names

    name(glued) {
      const start = this.at;
      const parts = [...this.base()];
      if (parts.length === 1 && parts[0] === "sum") return new Token("word", "sum", start, this.at, glued);
      if (parts.length === 1 && parts[0] === "odot") return new Token("sign", "⊙", start, this.at, glued);
      for (;;) {
        if (LOWERED.has(this.peek())) {
          let run = "";
          while (LOWERED.has(this.peek())) {
            run += LOWERED.get(this.peek());
            this.at += 1;
          }
          parts.push(run);
        } else if (this.peek() === "_") {
          this.at += 1;
          parts.push(...this.subscript());
        } else {
          return new Token("name", this.slice(start), start, this.at, glued, parts);
        }
      }
    }

    // A letter or a run of letters, with its accent.
    base(depth = 0) {
      if (depth > 3) throw new Unreadable(this.at, "too many accents and fonts on one letter", "a letter");
      const c = this.peek();
      if (c === "\\") return this.commanded(depth);
      const parts = [];
      if (GREEK.has(c)) {
        this.at += 1;
        parts.push(GREEK.get(c));
      } else if (LATIN.has(c)) {
        parts.push(this.letters(LATIN));
      } else {
        throw new Unreadable(this.at, "a letter is missing", "a letter");
      }
      while (MARKS.has(this.peek())) {
        parts.push(MARKS.get(this.peek()));
        this.at += 1;
      }
      return parts;
    }

    // A run of letters; a short or varied name of a Greek letter is that letter.
    letters(allowed) {
      const start = this.at;
      while (allowed.has(this.peek())) {
        this.at += 1;
        if (MARKS.has(this.peek()) && this.at - start > 1) {
          this.at -= 1; // the mark belongs to the last letter alone
          break;
        }
      }
      const run = this.slice(start);
      return SHORT.get(run) ?? GREEK_WORDS.get(run) ?? run;
    }

    commanded(depth) {
      const start = this.at, word = this.word(start + 1);
      this.at += 1 + [...word].length;
      if (GREEK_WORDS.has(word)) return [GREEK_WORDS.get(word)];
      if (NAMED.has(word)) return [word];
      if (!FONTS.has(word) && !ACCENTS.has(word)) {
        throw new Unreadable(start, `the command \\${word} is not known here`, OPERAND);
      }
      this.spaces();
      const braced = this.peek() === "{";
      this.at += braced ? 1 : 0;
      this.spaces();
      let parts;
      if (!braced && LATIN.has(this.peek())) {
        parts = [this.peek()]; // without braces a command takes one letter
        this.at += 1;
      } else {
        parts = this.base(depth + 1);
      }
      if (braced) {
        this.spaces();
        this.expect("}");
      }
      return ACCENTS.has(word) ? [...parts, ACCENTS.get(word)] : parts;
    }

    spaces() {
      while (SPACES.has(this.peek())) this.at += 1;
    }

    expect(c) {
      if (this.peek() !== c) throw new Unreadable(this.at, `a ${quoted(c)} is missing`, c);
      this.at += 1;
    }

    // What stands below a name.
    subscript() {
      const missing = at => new Unreadable(at, "an index is missing", "an index, such as i or 1");
      if (this.peek() !== "{") {
        if (this.peek() === "\\" || GREEK.has(this.peek())) return this.base();
        const run = this.letters(LATIN_OR_DIGITS);
        if (!run) throw missing(this.at);
        return [run];
      }
      this.at += 1;
      const parts = [];
      for (;;) {
        while (SPACES.has(this.peek()) || this.peek() === ",") this.at += 1;
        const c = this.peek();
        if (c === "}") {
          this.at += 1;
          if (!parts.length) throw missing(this.at - 1);
          return parts;
        }
        if (LATIN_OR_DIGITS.has(c)) parts.push(this.letters(LATIN_OR_DIGITS));
        else if (c === "\\" || GREEK.has(c)) parts.push(...this.base());
        else throw new Unreadable(this.at, "an index is made of letters and digits", "an index and }");
      }
    }
  }

  Object.assign(genmath, { Fraction, OPERAND, Token, Unreadable, quoted, tokens });
})(globalThis.genmath ??= {});
