// Values with a bound on their error, and what two of them say of equality. The same as genmath/balls.py in doubles;
// the head of that module has the table of operations and their errors. A grid is a list of rows of balls.
(genmath => {
  "use strict";

  const { BUILT_IN, Fraction, MOST_EXPONENT, isDigits } = genmath;

  const UNIT = 2 ** -53, FAINT = 2 ** -30, TOLERANCE = 1e-9, LARGEST = 600, TINY = 1e-290, ROUGH = 2 ** -10;
  const [AGREES, DIFFERS, UNCLEAR] = ["agrees", "differs", "unclear"];

  // A formula without a value: why, and where in the text.
  class Undefined extends Error {
    constructor(message, at = 0) {
      super(message);
      this.at = at;
    }
  }

  // A value that is too large, or not exact enough to go on with.
  class Unclear extends Error {}

  const ball = (value, error, lost = false) => ({ value, error, lost });
  const { abs, exp } = Math;

  // ---------------------------------------------------------------- constants and operations

  const constant = fraction => {
    const value = fraction.number;
    return ball(value, fraction.isInteger && fraction.size < 2n ** 53n ? 0 : UNIT * abs(value));
  };

  const checked = (value, error, lost) => {
    if (!(abs(value) < 1 / TINY) || !(error < 1 / TINY)) throw new Unclear("a number is too large");
    return ball(value, error, lost);
  };

  const negative = a => ball(-a.value, a.error, a.lost);

  const add = (a, b) => {
    const v = a.value + b.value;
    const [small, large] = abs(a.value) < abs(b.value) ? [a, b] : [b, a];
    const faint = abs(small.value) > 2 * small.error && abs(small.value) < FAINT * abs(large.value);
    return checked(v, a.error + b.error + UNIT * abs(v), a.lost || b.lost || faint);
  };

  const subtract = (a, b) => add(a, negative(b));

  const multiply = (a, b) => {
    const v = a.value * b.value;
    const error = abs(a.value) * b.error + abs(b.value) * a.error + a.error * b.error + UNIT * abs(v);
    const vanished = abs(v) < TINY && a.value !== 0 && b.value !== 0;
    return checked(v, error + (vanished ? TINY : 0), a.lost || b.lost || vanished);
  };

  const divide = (a, b) => {
    if (abs(b.value) <= b.error) {
      if (b.lost) throw new Unclear("it is not clear whether a denominator is zero");
      throw new Undefined("something is divided by zero");
    }
    if (abs(a.value) > abs(b.value) / TINY) throw new Unclear("a number is too large");
    const v = a.value / b.value;
    const error = (a.error + abs(v) * b.error) / (abs(b.value) - b.error) + UNIT * abs(v);
    const vanished = abs(v) < TINY && a.value !== 0;
    return checked(v, error + (vanished ? TINY : 0), a.lost || b.lost || vanished);
  };

  const ONE = ball(1, 0), ZERO = ball(0, 0);

  const power = (a, exponent) => {
    if (exponent === 0) return ONE;
    let found = a;
    for (let i = 1; i < abs(exponent); i += 1) found = multiply(found, a);
    return exponent > 0 ? found : divide(ONE, found);
  };

  // An exponent that is known to be an integer.
  const integer = a => {
    if (abs(a.value) > MOST_EXPONENT) throw new Unclear("an exponent is too large");
    return Math.round(a.value);
  };

  // ---------------------------------------------------------------- functions

  const exponential = a => {
    if (a.value > LARGEST || a.error > ROUGH) throw new Unclear("an exponential is too large");
    if (a.value < -LARGEST) return ball(0, TINY, true);
    const v = exp(a.value);
    return ball(v, (2 * a.error + 8 * UNIT) * v, a.lost);
  };

  const logarithm = a => {
    if (a.value <= a.error) {
      if (a.lost && a.value >= -a.error) {
        throw new Unclear("it is not clear whether a logarithm is taken of a positive number");
      }
      throw new Undefined("a logarithm is taken of a number that is not positive");
    }
    if (2 * a.error > a.value) throw new Unclear("a logarithm is taken of a number that is known too roughly");
    const v = Math.log(a.value);
    return ball(v, 2 * a.error / a.value + 8 * UNIT * abs(v), a.lost);
  };

  const root = a => {
    if (a.value < -a.error) throw new Undefined("a root is taken of a negative number");
    if (a.value > 2 * a.error) {
      const v = Math.sqrt(a.value);
      return ball(v, a.error / v + 4 * UNIT * v, a.lost);
    }
    return ball(Math.sqrt(Math.max(a.value, 0)), Math.sqrt(abs(a.value) + a.error), a.lost);
  };

  const raised = (a, b) => {
    try {
      return exponential(multiply(b, logarithm(a)));
    } catch (error) {
      if (!(error instanceof Undefined)) throw error;
      throw new Undefined("a power with a broken exponent is taken of a number that is not positive");
    }
  };

  const tanh = a => {
    const v = Math.tanh(a.value);
    return ball(v, a.error + 8 * UNIT * abs(v), a.lost);
  };

  const turn = (a, f) => {
    if (abs(a.value) > 1e6) throw new Unclear("an angle is too large");
    return ball(f(a.value), a.error + 8 * UNIT, a.lost);
  };

  // The error function: its series, whose terms are all of one sign; from 3/2 on by the continued fraction of the rest.
  const erf = x => {
    const t = abs(x);
    if (t > 6) return Math.sign(x);
    if (t < 1.5) {
      let term = x, sum = x;
      for (let n = 1; abs(term) > UNIT / 4 * abs(sum); n += 1) {
        term *= 2 * x * x / (2 * n + 1);
        sum += term;
      }
      return 2 / Math.sqrt(Math.PI) * exp(-x * x) * sum;
    }
    let rest = t;
    for (let n = 120; n > 0; n -= 1) rest = t + n / 2 / rest;
    return Math.sign(x) * (1 - exp(-t * t) / (Math.sqrt(Math.PI) * rest));
  };

  const FUNCTIONS = {
    exp: exponential,
    log: logarithm,
    sqrt: root,
    tanh,
    sin: a => turn(a, Math.sin),
    cos: a => turn(a, Math.cos),
    erf: a => ball(erf(a.value), 2 * a.error + 16 * UNIT, a.lost),
    abs: a => ball(abs(a.value), a.error, a.lost),
  };

  // ---------------------------------------------------------------- functions of an exercise

  // A function of an exercise, or its derivative of an order.
  const meaning = ({ kind, coefficients }, order, a) => {
    if (kind === "polynomial") return polynomial(derived(coefficients, order), a);
    if (kind === "wave") return wave(coefficients[0].number, order, a);
    if (kind === "tanh") return tanhSlope(order, a);
    if (abs(a.value) > LARGEST || a.error > ROUGH) throw new Unclear("the argument of a function is too large");
    const { value, error, lost } = a;
    const shift = order + (kind === "logistic" ? 1 : 0); // softplus has the logistic function as its slope
    if (shift === 0) {
      const v = Math.max(value, 0) + Math.log1p(exp(-abs(value)));
      return ball(v, error + 16 * UNIT * v, lost);
    }
    const s = logistic(value), t = logistic(-value);
    if (shift === 1) return ball(s, (2 * error + 16 * UNIT) * s, lost);
    if (shift === 2) return ball(s * t, (2 * error + 32 * UNIT) * s * t, lost);
    return ball(s * t * (1 - 2 * s), error + 32 * UNIT, lost);
  };

  const logistic = v => {
    const e = exp(-abs(v));
    return v >= 0 ? 1 / (1 + e) : e / (1 + e);
  };

  const wave = (c, order, a) => {
    const v = a.value;
    if (abs(v) > 1e6) throw new Unclear("the argument of a function is too large");
    const value = [v / 2 + c * Math.cos(v), 1 / 2 - c * Math.sin(v), -c * Math.cos(v)][order];
    return ball(value, 2 * a.error + 32 * UNIT * (1 + abs(v)), a.lost);
  };

  const tanhSlope = (order, a) => {
    if (order === 0) return tanh(a);
    const t = Math.tanh(a.value), slope = (1 - t) * (1 + t);
    if (order === 1) return ball(slope, a.error + 32 * UNIT, a.lost);
    return ball(-2 * t * slope, 2 * a.error + 32 * UNIT, a.lost);
  };

  const derived = (coefficients, order) => {
    if (order === 0) return coefficients;
    const slope = coefficients.map((c, n) => c.times(new Fraction(BigInt(n)))).slice(1);
    return derived(slope, order - 1);
  };

  const polynomial = (coefficients, a) => {
    if (!coefficients.length) return ZERO;
    const [first, ...rest] = coefficients.map(constant).reverse();
    return rest.reduce((found, c) => add(multiply(found, a), c), first);
  };

  // ---------------------------------------------------------------- two values

  // `agrees`, `differs` or `unclear`.
  const compared = (a, value, error) => {
    const bound = 4 * (a.error + error);
    if (abs(a.value - value) > bound) return DIFFERS;
    return a.lost || bound > TOLERANCE * (1 + abs(value)) ? UNCLEAR : AGREES;
  };

  // ---------------------------------------------------------------- formulas

  // The value of a term at a spot, which has `values` (grids by name), `sizes`, `indices` and `meanings`.
  const evaluated = (term, spot) => new Evaluation(spot).grid(term);

  const map = (grid, f) => grid.map(row => row.map(f));
  const pairs = (f, left, right) => left.map((row, i) => row.map((a, j) => f(a, right[i][j])));
  const transposed = grid => grid[0].map((_, j) => grid.map(row => row[j]));
  const filled = (rows, columns, value) => Array.from({ length: rows }, () => Array(columns).fill(value));
  const added = balls => (balls.length ? balls.reduce((a, b) => add(a, b)) : ZERO);

  class Evaluation {
    constructor(spot) {
      this.spot = spot;
      this.indices = new Map(spot.indices);
    }

    grid(term) {
      if (term.op === "sum") return this.sum(term);
      const args = term.args.map(arg => this.grid(arg));
      try {
        return args.length ? this.operation(term, args) : this.leaf(term);
      } catch (error) {
        if (error instanceof Undefined) error.at ||= term.at;
        throw error;
      }
    }

    size(length) { return isDigits(length) ? Number(length) : this.spot.sizes.get(length); }

    leaf(term) {
      switch (term.op) {
        case "number": return [[constant(term.data)]];
        case "pi": return [[ball(Math.PI, UNIT * Math.PI)]];
        case "index": return [[constant(new Fraction(BigInt(this.indices.get(term.data))))]];
        case "symbol": return this.spot.values.get(term.data);
        case "entry": return [[this.entry(...term.data)]];
      }
      const [name, column] = term.data;
      return this.spot.values.get(name).map((_, i) => [this.entry(name, i + 1, column)]);
    }

    entry(name, row, column) {
      const grid = this.spot.values.get(name);
      const [i, j] = [row, column].map(place => (typeof place === "number" ? place : this.indices.get(place)));
      if (i > grid.length || j > grid[0].length) {
        const shown = grid[0].length === 1 ? i : grid.length === 1 ? j : `${i}, ${j}`;
        throw new Undefined(`${name} has no entry ${shown}`);
      }
      return grid[i - 1][j - 1];
    }

    operation(term, args) {
      const [first, second] = args;
      switch (term.op) {
        case "negative": return map(first, negative);
        case "add": return pairs(add, first, second);
        case "subtract": return pairs(subtract, first, second);
        case "hadamard": return pairs(multiply, first, second);
        case "scale": return map(second, v => multiply(first[0][0], v));
        case "divide": return map(first, v => divide(v, second[0][0]));
        case "dot": {
          const columns = transposed(second);
          return first.map(row => columns.map(column => added(row.map((a, i) => multiply(a, column[i])))));
        }
        case "power": return [[power(first[0][0], term.data ?? integer(second[0][0]))]];
        case "raise": return [[raised(first[0][0], second[0][0])]];
        case "function": return map(first, v => this.applied(term, v));
        case "transpose": return transposed(first);
      }
      return this.collected(term, first);
    }

    applied(term, v) {
      const [name, order] = term.data, own = this.spot.meanings.get(name);
      if (own) return meaning(own, order, v);
      if (!BUILT_IN.has(name)) throw new TypeError(`no function is called ${name}`);
      return FUNCTIONS[name](v);
    }

    collected(term, grid) {
      switch (term.op) {
        case "total": return [[added(grid.flat())]];
        case "trace": return [[added(grid.map((row, i) => row[i]))]];
        case "squares": return [[added(grid.flat().map(v => multiply(v, v)))]];
        case "norm": return [[root(added(grid.flat().map(v => multiply(v, v))))]];
        case "diag": return grid.map((row, i) => grid.map((_, j) => (i === j ? row[0] : ZERO)));
        case "spread": return filled(...term.shape.map(length => this.size(length)), grid[0][0]);
      }
      throw new TypeError(`no rule evaluates ${term.op}`);
    }

    sum(term) {
      const [letter, low, high] = term.data;
      let found = null;
      for (let value = low; value <= this.size(high); value += 1) {
        this.indices.set(letter, value);
        const grid = this.grid(term.args[0]);
        found = found ? pairs(add, found, grid) : grid;
      }
      this.indices.delete(letter);
      return found ?? filled(...term.shape.map(length => this.size(length)), ZERO);
    }
  }

  Object.assign(genmath, { AGREES, DIFFERS, UNCLEAR, UNIT, Unclear, Undefined, ball, compared, erf, evaluated });
})(globalThis.genmath ??= {});
