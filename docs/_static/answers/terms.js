// What a typed formula means: names looked up in an exercise, shapes checked, and a tree that can be evaluated. The
// same as genmath/terms.py, whose head lists the operations. A shape is two texts, each a number or the name of a size.
(genmath => {
  "use strict";

  const { Fraction, OPERAND, Unreadable, isDigits } = genmath;

  const MOST_EXPONENT = 64, MOST_STEPS = 1500, HUGE = 1e12;
  const BUILT_IN = new Set(["exp", "log", "sqrt", "tanh", "sin", "cos", "erf", "abs"]);
  const SCALAR = ["1", "1"];
  const PLACE = "index up to "; // how the domain of a free index begins

  const shapeText = ([rows, columns]) => `${rows}×${columns}`;
  const same = (a, b) => a[0] === b[0] && a[1] === b[1];
  const isScalar = shape => same(shape, SCALAR);

  // Shapes that do not fit; `shapes` says which, as the exercises' own mistakes of shape do.
  class Misfit extends Error {
    constructor(at, shapes, hint = "") {
      super(`the shapes of ${shapes} do not fit${hint ? `: ${hint}` : ""}`);
      this.at = at;
      this.shapes = shapes;
    }
  }

  // The names of an exercise, from its export: values, functions, free indices with their bounds.
  class Symbols {
    constructor(exported) {
      this.values = new Map(exported.symbols.map(symbol => [symbol.name, symbol]));
      this.functions = new Map(exported.functions.map(f => [f.name, f]));
      const free = exported.symbols.filter(symbol => symbol.domain.startsWith(PLACE));
      this.free = new Map(free.map(symbol => [symbol.name, symbol.domain.slice(PLACE.length)]));
      const all = [...exported.symbols, ...exported.functions];
      this.aliases = new Map(all.flatMap(({ name, aliases }) => aliases.map(alias => [alias, name])));
      this.primes = exported.primes;
    }

    // What the parser knows.
    get vocabulary() {
      const known = [...this.values.keys(), ...this.functions.keys(), ...this.aliases.keys()];
      const letters = [...this.values].filter(([name, { shape }]) => name.length === 1 && isScalar(shape));
      return {
        functions: new Set(known.filter(name => this.functions.has(this.own(name)))),
        names: new Set(known.filter(name => this.values.has(this.own(name)))),
        letters: new Set(letters.map(([name]) => name)),
      };
    }

    // The name behind an alias.
    own(name) { return this.aliases.get(name) ?? name; }

    // Whether a name is a size; free indices are numbers of the same kind.
    isSize(name) { return this.values.get(name)?.domain === "integer"; }
    isWhole(name) { return this.isSize(name) || this.free.has(name); }
  }

  // What a tree means in an exercise; `largest` gives the largest values of its sizes.
  const meant = (syntax, symbols, largest) => new Reader(symbols, largest).read(syntax);

  const leaf = (op, at, data, constant = false) => ({ op, at, shape: SCALAR, args: [], data, steps: 1, constant });

  // Turns trees into terms, and knows the indices around them.
  class Reader {
    constructor(symbols, largest) {
      this.symbols = symbols;
      this.largest = largest;
      this.running = new Map(); // letter of a sum: sizes of what carries it, with a name that does
    }

    read(syntax) {
      switch (syntax.kind) {
        case "Number": return leaf("number", syntax.at, syntax.value, true);
        case "Name": return this.name(syntax);
        case "Call": return this.call(syntax);
        case "Whole": return this.whole(syntax);
        case "Negative": return this.of("negative", syntax.at, [this.read(syntax.body)]);
        case "Binary": {
          const left = this.read(syntax.left);
          return this.binary(syntax.at, syntax.sign, left, this.read(syntax.right));
        }
        case "Raised": return this.raised(syntax);
        case "Transposed": return this.transposed(syntax);
        case "Total": return this.total(syntax);
      }
      throw new TypeError(`no rule reads ${syntax.kind}`);
    }

    size(length) { return isDigits(length) ? Number(length) : this.largest[length]; }

    // A term with a bound on its work.
    made(op, at, shape, args, data = null, times = 1) {
      const entries = this.size(shape[0]) * this.size(shape[1]);
      const inner = op === "dot" ? this.size(args[0].shape[1]) : op === "power" ? Math.max(1, data ?? 1) : 1;
      let steps = entries * inner + args.reduce((sum, arg) => sum + arg.steps, 0);
      if (["total", "norm", "squares", "trace"].includes(op)) {
        steps += this.size(args[0].shape[0]) * this.size(args[0].shape[1]);
      }
      steps *= times;
      if (steps > MOST_STEPS) throw new Unreadable(at, "this would take too long to evaluate", "a shorter formula");
      const constant = args.every(arg => arg.constant) && !["symbol", "entry", "column", "index"].includes(op);
      return { op, at, shape, args, data, steps, constant };
    }

    // A term with the shape of its first argument.
    of(op, at, args, data = null) { return this.made(op, at, args[0].shape, args, data); }

    // ---------------------------------------------------------------- names

    name(name) {
      const { parts, indices, at } = name;
      for (let length = parts.length; length > 0; length -= 1) {
        const own = this.symbols.own(parts.slice(0, length).join("_"));
        if (this.symbols.values.has(own)) {
          const below = parts.slice(length).flatMap(part => this.indices(part, name));
          return this.symbol(own, [...below, ...indices], at);
        }
      }
      if (!indices.length && parts.length === 1) {
        const [letter] = parts;
        if (this.running.has(letter)) return leaf("index", at, letter);
        if (letter === "pi") return leaf("pi", at, null, true);
        if (letter === "e") return this.of("function", at, [leaf("number", at, new Fraction(1n), true)], ["exp", 0]);
      }
      throw this.unknown(name);
    }

    unknown({ parts, at }) {
      const written = parts.join("_");
      const known = [...this.symbols.values.keys(), ...this.symbols.functions.keys()].sort();
      const near = closest(written, [...known, ...this.symbols.aliases.keys()]);
      const hint = near ? `; did you mean ${near}?` : "";
      return new Unreadable(at, `${written} is not a name of this exercise${hint}`, `one of ${known.join(", ")}`);
    }

    // What a subscript behind a symbol says.
    indices(part, name) {
      if (isDigits(part) || this.isIndex(part)) return [part];
      const letters = [...part];
      if (letters.every(letter => this.isIndex(letter))) return letters;
      throw this.unknown(name);
    }

    isIndex(letter) { return this.running.has(letter) || this.symbols.free.has(letter); }

    symbol(own, indices, at) {
      const { shape } = this.symbols.values.get(own);
      if (!indices.length) {
        return this.symbols.free.has(own) ? leaf("index", at, own) : this.made("symbol", at, shape, [], own);
      }
      if (indices.length === 2 && indices[0] === ":") {
        return this.made("column", at, [shape[0], "1"], [], [own, this.place(indices[1], shape[1], own, at)]);
      }
      const axes = [0, 1].filter(axis => shape[axis] !== "1");
      if (indices.length === 2 && axes.length === 1 && indices[1 - axes[0]] === "1") indices = [indices[axes[0]]];
      if (indices.length !== axes.length) {
        const has = ["a number and has no entries", "a list and has one index", "a matrix and has two indices"];
        throw new Unreadable(at, `${own} is ${has[axes.length]}`, `${own} with ${axes.length} indices`);
      }
      const places = ["1", "1"];
      axes.forEach((axis, i) => { places[axis] = indices[i]; });
      const [row, column] = places.map((place, axis) => this.place(place, shape[axis], own, at));
      return this.made("entry", at, SCALAR, [], [own, row, column]);
    }

    // An index of an axis of a symbol.
    place(index, size, own, at) {
      if (isDigits(index)) {
        const place = Number(index);
        if (place < 1 || place > HUGE) throw new Unreadable(at, "indices count from 1", "an index from 1 on");
        return place;
      }
      if (this.running.has(index)) {
        const sizes = this.running.get(index);
        if (!sizes.has(size)) sizes.set(size, own);
      } else if (this.symbols.free.has(index)) {
        const bound = this.symbols.free.get(index);
        if (bound !== size) throw new Misfit(at, `${own} and the index ${index} up to ${bound}`);
      } else {
        throw new Unreadable(at, `${index} is no index here`, "a number, or an index of a sum around it");
      }
      return index;
    }

    // ---------------------------------------------------------------- operators

    binary(at, sign, left, right) {
      if (sign === "+" || sign === "-") {
        const [a, b] = [this.spread(left, right), this.spread(right, left)];
        this.same(at, sign, a, b);
        return this.of(sign === "+" ? "add" : "subtract", at, [a, b]);
      }
      if (sign === "⊙") {
        this.same(at, sign, left, right);
        return this.of("hadamard", at, [left, right]);
      }
      if (sign === "/") {
        if (!isScalar(right.shape)) {
          throw new Unreadable(at, `nothing is divided by ${what(right)}`, "a number behind the division");
        }
        return this.of("divide", at, [left, right]);
      }
      if (isScalar(left.shape) || isScalar(right.shape)) {
        const [factor, body] = isScalar(left.shape) ? [left, right] : [right, left];
        return this.made("scale", at, body.shape, [factor, body]);
      }
      if (sign === "*") {
        throw new Unreadable(
          at,
          "* between two matrices or columns can be read in two ways: write .* or ⊙ for the product entry by " +
          "entry, @ or nothing for the matrix product",
          "⊙ or @"
        );
      }
      if (left.shape[1] !== right.shape[0]) {
        const columns = same(left.shape, right.shape) && left.shape[1] === "1";
        const hint = columns ? "two columns have no matrix product: write a' b, a b' or a ⊙ b" : "";
        throw new Misfit(at, `${shapeText(left.shape)} times ${shapeText(right.shape)}`, hint);
      }
      return this.made("dot", at, [left.shape[0], right.shape[1]], [left, right]);
    }

    same(at, sign, left, right) {
      if (!same(left.shape, right.shape)) {
        const one = "+-".includes(sign) && isScalar(left.shape) !== isScalar(right.shape);
        const hint = one ? "only a number that is typed out, as 1 in 1 - x, stands for itself in every entry" : "";
        throw new Misfit(at, `${shapeText(left.shape)} ${sign} ${shapeText(right.shape)}`, hint);
      }
    }

    // A number beside a matrix, in every entry.
    spread(term, beside) {
      const spreads = isScalar(term.shape) && term.constant && !isScalar(beside.shape);
      return spreads ? this.made("spread", term.at, beside.shape, [term]) : term;
    }

    call(call) {
      let own = this.symbols.own(call.function);
      const body = this.read(call.body);
      if (!this.symbols.functions.has(own)) {
        if (call.order) {
          throw new Unreadable(call.at, `the slope of ${own} has no name here: write it out`, "its formula");
        }
        own = call.function;
      }
      const { primes } = this.symbols;
      if (call.order > primes) {
        const few = `that is a prime too many: write ${own} with at most ${primes} primes`;
        throw new Unreadable(call.at, primes ? few : "the slope is what is asked for", "its formula");
      }
      return this.of("function", call.at, [body], [own, call.order]);
    }

    whole({ at, whole, body }) {
      const term = this.read(body);
      if (whole === "trace" && term.shape[0] !== term.shape[1]) {
        throw new Misfit(at, `a trace of ${shapeText(term.shape)}`, "it needs a square matrix");
      }
      if (whole === "diag") {
        if (term.shape[1] !== "1") {
          throw new Misfit(at, `a diagonal of ${shapeText(term.shape)}`, "it is made of a column");
        }
        return this.made("diag", at, [term.shape[0], term.shape[0]], [term]);
      }
      return this.made(whole, at, SCALAR, [term]);
    }

    raised(raised) {
      const { at, base: below } = raised;
      const isE = below.kind === "Name" && below.parts.length === 1 && below.parts[0] === "e";
      if (isE && !this.symbols.values.has("e")) {
        return this.of("function", at, [this.read(raised.exponent)], ["exp", 0]);
      }
      const base = this.read(below), exponent = this.exponent(raised);
      if (!isScalar(base.shape)) {
        throw new Unreadable(
          at,
          `${what(base)} has no power: write x ⊙ x for the squares of the entries, ‖x‖^2 for their sum`,
          "a number before ^"
        );
      }
      const value = exact(exponent);
      if (value && value.size > BigInt(MOST_EXPONENT) * value.denominator) {
        throw new Unreadable(exponent.at, `an exponent is at most ${MOST_EXPONENT}`, "a smaller exponent");
      }
      if (value?.isInteger) {
        if (base.op === "norm" && value.equals(2n)) return this.made("squares", at, SCALAR, base.args);
        return this.made("power", at, SCALAR, [base], Number(value.numerator));
      }
      if (value?.equals(1n, 2n)) return this.of("function", at, [base], ["sqrt", 0]);
      if (isWhole(exponent, this.symbols)) {
        return this.made("power", at, SCALAR, [base, exponent], null, MOST_EXPONENT / 8);
      }
      return this.made("raise", at, SCALAR, [base, exponent]);
    }

    exponent(raised) {
      const exponent = this.read(raised.exponent);
      if (!isScalar(exponent.shape)) {
        throw new Unreadable(exponent.at, `an exponent is a number, not ${what(exponent)}`, "a number");
      }
      return exponent;
    }

    transposed({ at, body, spelling }) {
      const term = this.read(body);
      if (spelling === "letter" && this.symbols.values.has("T") && isScalar(term.shape)) {
        const exponent = this.symbol("T", [], at);
        return this.made(isWhole(exponent, this.symbols) ? "power" : "raise", at, SCALAR, [term, exponent]);
      }
      if (spelling === "prime" && isScalar(term.shape)) {
        throw new Unreadable(at, "' behind a number means nothing here", OPERAND);
      }
      return this.made("transpose", at, [term.shape[1], term.shape[0]], [term]);
    }

    total(total) {
      const { at, index } = total;
      if (this.running.has(index)) {
        throw new Unreadable(
          at,
          `there is a sum over ${index} around this one: a sum reaches to the next + or -`,
          "another index, or brackets around the first sum"
        );
      }
      if (this.symbols.values.has(index)) {
        throw new Unreadable(at, `${index} already means something here`, "another index, such as i or j");
      }
      const sizes = new Map();
      this.running.set(index, sizes);
      const body = this.read(total.body);
      this.running.delete(index);
      const low = isDigits(total.low || "1") ? Number(total.low || "1") : 0, high = this.high(total, sizes);
      if (low < 1 || low > HUGE) throw new Unreadable(at, "a sum begins at a number from 1 on", "a number");
      for (const [size, own] of sizes) {
        if (size !== high && !(isDigits(high) && !isDigits(size))) {
          throw new Misfit(at, `${own}, whose index runs to ${size}, and a sum up to ${high}`);
        }
      }
      const times = Math.max(this.size(high) - low + 1, 1);
      return this.made("sum", at, body.shape, [body], [index, low, high], times);
    }

    // The last value of an index.
    high({ at, index, high }, sizes) {
      if (!high) {
        if (sizes.size !== 1) {
          const why = sizes.size ? "its terms have several sizes" : "nothing carries the index";
          throw new Unreadable(
            at,
            `it is not clear how far the sum over ${index} runs: ${why}`,
            `bounds, as in sum_{${index}=1}^{n}`
          );
        }
        return sizes.keys().next().value;
      }
      if (isDigits(high)) {
        if (high.length > 6) throw new Unreadable(at, "this would take too long to evaluate", "a smaller bound");
        return String(Number(high));
      }
      const own = this.symbols.own(high);
      if (!this.symbols.isSize(own)) {
        throw new Unreadable(at, `${high} is no size of this exercise`, "a size, such as n");
      }
      return own;
    }
  }

  const what = term => {
    const kind = term.shape[1] === "1" ? "a column" : term.shape[0] === "1" ? "a row" : "a matrix";
    return `${kind} (${shapeText(term.shape)})`;
  };

  // The value of a term made of numbers, if it is a fraction that is not huge.
  const exact = term => {
    const values = term.args.map(exact);
    const found = values.includes(null) ? null : value(term, values);
    const limit = BigInt(HUGE);
    return found && found.size < limit && found.denominator < limit ? found : null;
  };

  const value = (term, [a, b]) => {
    switch (term.op) {
      case "number": return term.data;
      case "negative": return a.negative();
      case "add": return a.plus(b);
      case "subtract": return a.plus(b.negative());
      case "scale": return a.times(b);
      case "divide": return b.numerator ? a.over(b) : null;
      case "power": return term.data === null ? null : power(a, term.data);
    }
    return null;
  };

  const power = (base, exponent) => {
    const limit = BigInt(HUGE), times = BigInt(Math.abs(exponent));
    const small = base.size ** times < limit && base.denominator ** times < limit;
    return small && (base.numerator || exponent >= 0) ? base.power(exponent) : null;
  };

  // Whether an exponent is made of integers, sizes and indices.
  const isWhole = (term, symbols) => {
    if (!term.args.every(arg => isWhole(arg, symbols))) return false;
    if (term.op === "number") return term.data.isInteger;
    if (term.op === "symbol") return symbols.isWhole(term.data);
    return ["index", "negative", "add", "subtract", "scale"].includes(term.op);
  };

  // ---------------------------------------------------------------- names that are near

  // The name that shares most with what was written, or nothing: Python's difflib.get_close_matches.
  const closest = (written, names) => {
    let best = null;
    for (const name of names) {
      const length = name.length + written.length;
      if (2 * Math.min(name.length, written.length) < 0.6 * length) continue;
      const ratio = 2 * shared(name, written) / length;
      const isBetter = !best || ratio > best.ratio || (ratio === best.ratio && name > best.name);
      if (ratio >= 0.6 && isBetter) best = { ratio, name };
    }
    return best?.name ?? "";
  };

  // How many letters are in common: the longest common run, and then left and right of it again.
  const shared = (a, b) => {
    if (!a || !b) return 0;
    let [start, other, size] = [0, 0, 0];
    let before = [];
    for (let i = 0; i < a.length; i += 1) {
      const runs = [];
      for (let j = 0; j < b.length; j += 1) {
        runs[j] = a[i] === b[j] ? (before[j - 1] ?? 0) + 1 : 0;
        if (runs[j] > size) [start, other, size] = [i - runs[j] + 1, j - runs[j] + 1, runs[j]];
      }
      before = runs;
    }
    if (!size) return 0;
    return size + shared(a.slice(0, start), b.slice(0, other)) + shared(a.slice(start + size), b.slice(other + size));
  };

  Object.assign(genmath, { BUILT_IN, MOST_EXPONENT, Misfit, Symbols, isScalar, meant, same, shapeText });
})(globalThis.genmath ??= {});
