// How a typed formula is read: from tokens to a tree, by precedence. The same as genmath/grammar.py, whose head has
// the grammar. A node of the tree is an object with a `kind` and its position `at`.
(genmath => {
  "use strict";

  const { Fraction, OPERAND, Token, Unreadable, quoted, tokens } = genmath;

  const DEEPEST = 40;
  const FUNCTIONS = new Set(["exp", "log", "ln", "sqrt", "tanh", "sin", "cos", "erf", "abs"]);
  const WHOLES = new Map([["tr", "trace"], ["trace", "trace"], ["diag", "diag"], ["norm", "norm"]]);
  const REFUSED = new Map([
    ["lg", "log(x)/log(10)"],
    ["tan", "sin(x)/cos(x)"],
    ["arctan", "another form"],
    ["max", "another form"],
    ["min", "another form"],
    ["sech", "1/cosh(x), with exponentials"],
    ["cosh", "(e^x + e^(-x))/2"],
    ["sinh", "(e^x - e^(-x))/2"],
  ]);
  const CLOSING = new Map([["(", ")"], ["{", "}"], ["[", "]"], ["|", "|"], ["‖", "‖"]]);

  const isDigits = text => /^[0-9]+$/.test(text);

  // Read a formula; the vocabulary has the sets `functions`, `names` and `letters`.
  const parse = (text, vocabulary) => new Parser(tokens(text), vocabulary).formula();

  // Recursive descent, one method a level.
  class Parser {
    constructor(found, vocabulary) {
      this.tokens = found;
      this.vocabulary = vocabulary;
      this.place = 0;
      this.depth = 0;
      this.closing = [""];
    }

    get token() { return this.tokens[this.place]; }
    get next() { return this.tokens[Math.min(this.place + 1, this.tokens.length - 1)]; }

    take() {
      const taken = this.token;
      this.place += taken.kind === "end" ? 0 : 1;
      return taken;
    }

    expect(sign) {
      if (!this.token.isSign(sign)) {
        const what = this.token.kind === "end" ? "the formula ends here" : `${quoted(this.token.text)} stands here`;
        throw new Unreadable(this.token.at, `${what}, but ${quoted(sign)} is missing`, sign);
      }
      return this.take();
    }

    // What is read one level further in.
    deeper(read, closing = null) {
      this.depth += 1;
      if (this.depth > DEEPEST) {
        throw new Unreadable(this.token.at, `the formula is nested more than ${DEEPEST} levels`, "a flatter formula");
      }
      if (closing !== null) this.closing.push(closing);
      const found = read();
      if (closing !== null) this.closing.pop();
      this.depth -= 1;
      return found;
    }

    // ---------------------------------------------------------------- levels

    formula() {
      if (this.token.kind === "end") throw new Unreadable(this.token.at, "the answer is empty", "a formula");
      const read = this.sum();
      if (this.token.kind !== "end") throw this.unexpected("an operator or the end");
      return read;
    }

    sum() { return this.left(["+", "-"], () => this.hadamard()); }
    hadamard() { return this.left(["⊙"], () => this.product()); }

    left(signs, operand) {
      let read = operand();
      while (this.token.isSign(...signs)) {
        const sign = this.take();
        read = { kind: "Binary", at: sign.at, sign: sign.text, left: read, right: operand() };
      }
      return read;
    }

    product() {
      let read = this.signed(), divided = false;
      for (;;) {
        if (this.token.isSign("*", "/", "@")) {
          const sign = this.take();
          read = { kind: "Binary", at: sign.at, sign: sign.text, left: read, right: this.signed() };
          divided = sign.text === "/";
        } else if (this.beginsFactor()) {
          const at = this.token.at;
          if (divided) {
            throw new Unreadable(
              at,
              "a product without a sign behind a division can be read in two ways: write (a/b)*c or a/(b*c)",
              "an operator"
            );
          }
          read = { kind: "Binary", at, sign: " ", left: read, right: this.factor() };
        } else {
          return read;
        }
      }
    }

    // Whether a factor begins here, without a sign before it.
    beginsFactor() {
      const token = this.token;
      if (token.kind === "number") {
        throw new Unreadable(
          token.at,
          "a number behind a name or a bracket can be read in several ways: write 2*x, x_2 or x^2",
          "an operator"
        );
      }
      if (token.isSign("‖")) return this.closing.at(-1) !== "‖";
      return token.isWord("frac", "sqrt", "sum") || token.kind === "name" || token.isSign("(", "{", "[");
    }

    signed() { return this.withSigns(() => this.signed(), () => this.factor()); }

    withSigns(again, unsigned) {
      if (!this.token.isSign("+", "-")) return unsigned();
      const sign = this.take();
      const body = this.deeper(again);
      return sign.text === "-" ? { kind: "Negative", at: sign.at, body } : body;
    }

    factor() {
      if (this.token.isWord("sum") && !this.next.isSign("(")) return this.total();
      return this.raised(this.postfix());
    }

    raised(base) {
      if (!this.token.isSign("^")) return base;
      const sign = this.take();
      return { kind: "Raised", at: sign.at, base, exponent: this.deeper(() => this.exponent()) };
    }

    exponent() { return this.withSigns(() => this.exponent(), () => this.unsignedExponent()); }

    unsignedExponent() {
      const first = this.token;
      if (first.kind === "number" && this.next.glued && (this.next.kind === "name" || this.next.text === "frac")) {
        throw new Unreadable(
          this.next.at,
          "what belongs to this exponent can be read in two ways: put it into brackets, or a space behind it",
          "an operator, a space or a bracket"
        );
      }
      if (first.kind === "name" && this.splits(first)) {
        throw new Unreadable(first.at, "put an exponent that is a product into brackets", "a name or a bracket");
      }
      return this.factor();
    }

    postfix() {
      let read = this.atom();
      for (;;) {
        const at = this.token.at;
        let spelling = "";
        if (this.token.isSign("'")) {
          this.take();
          spelling = "prime";
        } else if (this.token.isWord("top")) {
          this.take();
          spelling = "top";
        } else if (this.token.isSign("^")) {
          spelling = this.topFollows();
        }
        if (!spelling) return read;
        read = { kind: "Transposed", at, body: read, spelling };
      }
    }

    // Whether `^` is followed by a transpose, and how it is spelled; it is taken.
    topFollows() {
      const ahead = this.tokens.slice(this.place + 1, this.place + 4);
      const braced = ahead[0].isSign("{") && ahead.length === 3 && ahead[2].isSign("}");
      const mark = braced ? ahead[1] : ahead[0];
      const isLetter = mark.kind === "name" && mark.text === "T" && mark.parts.length === 1 && mark.parts[0] === "T";
      const spelling = mark.isWord("top") ? "top" : isLetter ? "letter" : "";
      if (spelling) this.place += braced ? 4 : 2;
      return spelling;
    }

    // ---------------------------------------------------------------- atoms

    atom() {
      const token = this.token;
      if (token.kind === "number") {
        this.take();
        return { kind: "Number", at: token.at, value: token.number };
      }
      if (token.kind === "name") return this.named();
      if (token.isWord("frac")) {
        this.take();
        const left = this.group();
        return { kind: "Binary", at: token.at, sign: "/", left, right: this.group() };
      }
      if (token.isWord("sqrt")) return this.root();
      if (token.isWord("sum")) {
        this.take();
        return { kind: "Whole", at: token.at, whole: "total", body: this.bracket() };
      }
      if (token.isSign("(", "{", "[")) return this.bracket();
      if (token.isSign("|", "‖")) {
        const body = this.bracket();
        if (token.text === "‖") return { kind: "Whole", at: token.at, whole: "norm", body };
        return { kind: "Call", at: token.at, function: "abs", order: 0, body };
      }
      throw this.unexpected(OPERAND);
    }

    unexpected(expected) {
      const token = this.token;
      const what = token.kind === "end" ? "the formula ends too early" : `${quoted(token.text)} can't stand here`;
      return new Unreadable(token.at, what, expected);
    }

    bracket() {
      const closing = CLOSING.get(this.take().text);
      return this.deeper(() => {
        const body = this.sum();
        this.expect(closing);
        return body;
      }, closing);
    }

    // A group of LaTeX: in braces, or one digit.
    group() {
      const token = this.token;
      const number = digits => ({ kind: "Number", at: token.at, value: new Fraction(BigInt(digits)) });
      if (token.kind === "number" && token.text.length === 1) {
        this.take();
        return { kind: "Number", at: token.at, value: token.number };
      }
      if (token.kind === "number" && isDigits(token.text)) { // \frac12
        const rest = token.text.slice(1);
        const value = new Fraction(BigInt(rest));
        this.tokens[this.place] = new Token("number", rest, token.at + 1, token.end, true, [], value);
        return number(token.text[0]);
      }
      if (!token.isSign("{")) throw this.unexpected("{");
      return this.bracket();
    }

    root() {
      const root = this.take(), token = this.token;
      if (token.isSign("[")) throw new Unreadable(token.at, "write another root as a power: x^(1/3)", "{ or (");
      if (token.isSign("(", "{")) {
        return { kind: "Call", at: root.at, function: "sqrt", order: 0, body: this.bracket() };
      }
      if (token.kind !== "number" && token.kind !== "name") throw this.unexpected("a bracket, a number or a name");
      if (token.text.length > 1 && token.kind === "number" && root.end - root.at > 1) {
        throw new Unreadable(token.at, "write \\sqrt{12} for the root of a number with more digits", "{");
      }
      const body = this.deeper(() => this.atom());
      if (this.token.isSign("^")) {
        throw new Unreadable(this.token.at, "write √(x^2) or (√x)^2", "a bracket behind the root");
      }
      return { kind: "Call", at: root.at, function: "sqrt", order: 0, body };
    }

    named() {
      const token = this.take(), name = token.parts.join("_");
      const { functions, names } = this.vocabulary;
      if (!names.has(name)) {
        if (functions.has(name) || FUNCTIONS.has(name)) return this.call(token, name === "ln" ? "log" : name);
        if (WHOLES.has(name)) {
          return { kind: "Whole", at: token.at, whole: WHOLES.get(name), body: this.argument(token) };
        }
        if (REFUSED.has(name)) {
          throw new Unreadable(token.at, `${name} is not known here; write ${REFUSED.get(name)}`, OPERAND);
        }
        if (this.splits(token)) return this.letters(token);
      }
      const indices = this.token.isSign("[") && this.token.glued ? this.indices() : [];
      return { kind: "Name", at: token.at, parts: token.parts, indices };
    }

    // Whether a name is a run of one-letter scalars.
    splits(token) {
      const { functions, names, letters } = this.vocabulary;
      return (
        token.parts.length === 1 && token.text === token.parts[0] && token.text.length > 1 &&
        !names.has(token.text) && !functions.has(token.text) && !FUNCTIONS.has(token.text) &&
        [...token.text].every(letter => letters.has(letter))
      );
    }

    // A run of letters as their product; what follows belongs to the last of them.
    letters(token) {
      const name = (offset, letter) => ({ kind: "Name", at: token.at + offset, parts: [letter], indices: [] });
      const found = [...token.text], end = found.length - 1;
      let read = name(0, found[0]);
      for (let i = 1; i < end; i += 1) {
        read = { kind: "Binary", at: token.at + i, sign: " ", left: read, right: name(i, found[i]) };
      }
      return { kind: "Binary", at: token.at + end, sign: " ", left: read, right: this.raised(name(end, found[end])) };
    }

    // Indices in square brackets.
    indices() {
      this.take();
      const found = [];
      for (;;) {
        const token = this.take();
        if (token.kind === "number" && isDigits(token.text)) found.push(token.text);
        else if (token.kind === "name" && token.parts.length === 1) found.push(token.parts[0]);
        else if (token.isSign(":")) found.push(":");
        else throw new Unreadable(token.at, "an index is a letter, a number or :", "an index");
        if (this.token.isSign("]")) {
          this.take();
          return found;
        }
        this.expect(",");
      }
    }

    // ---------------------------------------------------------------- functions and sums

    call(token, name) {
      let order = 0;
      for (;;) {
        if (this.token.isSign("'")) {
          this.take();
          order += 1;
          continue;
        }
        const count = this.token.isSign("^") ? this.primes() : 0;
        if (!count) break;
        order += count;
      }
      if (this.token.isSign("^")) {
        throw new Unreadable(this.token.at, `write (${token.text}(x))^2 for a power of a function`, "(");
      }
      return { kind: "Call", at: token.at, function: name, order, body: this.argument(token) };
    }

    // How many primes follow `^`; they are taken.
    primes() {
      const ahead = this.tokens.slice(this.place + 1);
      if (ahead[0].isWord("prime")) {
        this.place += 2;
        return 1;
      }
      if (!ahead[0].isSign("{")) return 0;
      let count = 0;
      while (ahead[1 + count].isWord("prime")) count += 1;
      if (!count || !ahead[1 + count].isSign("}")) return 0;
      this.place += count + 3;
      return count;
    }

    // What a function is taken of.
    argument(token) {
      const first = this.token;
      if (first.isSign("(", "{", "[") && !(first.isSign("[") && !first.glued)) return this.bracket();
      if (first.isSign("|", "‖")) return this.atom();
      if (first.kind !== "number" && first.kind !== "name" && first.text !== "frac" && first.text !== "sqrt") {
        throw this.unexpected("( and what the function is taken of");
      }
      const body = this.deeper(() => this.raised(this.postfix()));
      if (this.beginsFactor() || this.token.isSign("/")) {
        const message = `it is not clear where ${token.text} ends: write ${token.text}(...)`;
        throw new Unreadable(this.token.at, message, "a bracket");
      }
      return body;
    }

    // A sum over an index.
    total() {
      const word = this.take();
      this.expect("_");
      let index, low = "", high = "";
      if (this.token.isSign("{")) {
        this.take();
        index = this.letter();
        if (this.token.isSign("=")) {
          this.take();
          low = this.bound();
        }
        this.expect("}");
      } else {
        index = this.letter();
        if (this.token.isSign("=")) {
          throw new Unreadable(this.token.at, "put the bounds of a sum into braces: sum_{i=1}^{n}", "{");
        }
      }
      if (this.token.isSign("^")) {
        this.take();
        const braced = this.token.isSign("{");
        if (braced) this.take();
        high = this.bound();
        if (braced) this.expect("}");
      }
      return { kind: "Total", at: word.at, index, low, high, body: this.deeper(() => this.hadamard()) };
    }

    letter() {
      const token = this.take();
      if (token.kind !== "name" || token.parts.length !== 1 || token.parts[0].length !== 1) {
        throw new Unreadable(token.at, "a sum runs over one letter, as in sum_i", "an index, such as i");
      }
      return token.parts[0];
    }

    bound() {
      const token = this.take();
      if (token.kind === "number" && isDigits(token.text)) return token.text;
      if (token.kind === "name" && token.parts.length === 1) return token.parts[0];
      throw new Unreadable(token.at, "a bound of a sum is a number or a size", "a number or a size, such as n");
    }
  }

  Object.assign(genmath, { isDigits, parse });
})(globalThis.genmath ??= {});
