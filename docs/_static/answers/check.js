// Whether a typed answer is right: the verdicts of genmath/answers.py in doubles, from what it exports of an exercise.
// Python's `proved` and `equal` are both `equal` here: a page proves nothing.
(genmath => {
  "use strict";

  const {
    AGREES, DIFFERS, Fraction, Misfit, Symbols, UNCLEAR, UNIT, Unclear, Undefined, Unreadable,
    ball, compared, evaluated, isScalar, meant, parse, same, shapeText, tokens,
  } = genmath;

  const [EQUAL, DIFFERENT, UNDEFINED] = ["equal", "different", "undefined"];
  const [UNREADABLE, UNDECIDED] = ["unreadable", "undecided"];
  const NEAR = 1e-2;
  const FACTORS = [[-1, "-1"], [2, "2"], [1 / 2, "1/2"], [-2, "-2"], [-1 / 2, "-1/2"], [4, "4"], [1 / 4, "1/4"]];

  // ---------------------------------------------------------------- an exercise and its points

  // The number of a symbol: exact if it is an integer.
  const given = value => ball(value, Number.isInteger(value) ? 0 : UNIT * Math.abs(value));
  const known = value => ball(value, 2 * UNIT * Math.abs(value));
  const grids = (named, make) =>
    new Map(Object.entries(named).map(([name, rows]) => [name, rows.map(row => row.map(make))]));

  // An exercise, from its export.
  class Exercise {
    constructor(exported) {
      this.exported = exported;
      this.shape = exported.shape;
      this.table = new Symbols(exported);
      const meanings = exported.functions.map(({ name, kind, coefficients }) => [
        name, { kind, coefficients: coefficients.map(([n, d]) => new Fraction(BigInt(n), BigInt(d))) },
      ]);
      this.places = exported.points.map(point => ({
        values: grids(point.values, given),
        sizes: new Map(Object.entries(point.sizes)),
        indices: new Map(Object.entries(point.indices)),
        meanings: new Map(meanings),
      }));
      this.answer = exported.points.map(point => point.answer.map(row => row.map(known)));
      const mistakes = exported.points.map(point => grids(point.mistakes, known));
      this.mistakes = new Map([...mistakes[0].keys()].map(name => [name, mistakes.map(found => found.get(name))]));
    }

    // What a text means here.
    read(text) { return meant(parse(text, this.table.vocabulary), this.table, this.exported.sizes); }
  }

  // The verdict on an answer: an object with `verdict`, `message`, and what else applies.
  const check = (exercise, answer) => {
    let term;
    try {
      term = exercise.read(answer);
    } catch (error) {
      if (error instanceof Unreadable) {
        const { message, expected, position } = error;
        return { verdict: UNREADABLE, message, expected, position };
      }
      if (error instanceof Misfit) return misfit(exercise, error);
      throw error;
    }
    const yours = new Yours(exercise, term);
    const outcome = judged(yours);
    if (outcome.verdict === DIFFERENT && same(term.shape, exercise.shape)) return named(yours, outcome, answer);
    return outcome;
  };

  const misfit = (exercise, error) => {
    const slip = exercise.exported.mistakes.find(mistake => mistake.shapes === error.shapes);
    return {
      verdict: DIFFERENT,
      message: slip ? slip.says : error.message,
      yours: error.shapes,
      expected: shapeText(exercise.shape),
      ...(slip && { mistake: slip.name }),
      position: error.at,
    };
  };

  // ---------------------------------------------------------------- verdicts

  // A term with its values, evaluated once; where it has none, with the state of the point.
  class Yours {
    constructor(exercise, term) {
      this.exercise = exercise;
      this.term = term;
      this.values = exercise.places.map(place => tried(term, place));
    }

    // What the points say beside expected values.
    states(expected) {
      return expected.map((grid, place) => ({ ...beside(this.values[place], grid), place }));
    }

    agrees(expected) { return this.states(expected).every(state => state.kind === AGREES); }

    // The state that decides: undefined before different before unclear.
    decisive(expected) {
      const states = this.states(expected);
      const kind = [UNDEFINED, DIFFERS, UNCLEAR, AGREES].find(one => states.some(state => state.kind === one));
      return states.find(state => state.kind === kind);
    }
  }

  const tried = (term, place) => {
    try {
      return { grid: evaluated(term, place) };
    } catch (error) {
      if (error instanceof Undefined) return { kind: UNDEFINED, message: error.message, at: error.at };
      if (error instanceof Unclear) return { kind: UNCLEAR, message: error.message };
      throw error;
    }
  };

  const beside = (found, expected) => {
    if (!found.grid) return found;
    if (!expected.length) return { kind: UNCLEAR, message: "the answer itself has no clear value" };
    let unclear = false;
    for (const [i, row] of found.grid.entries()) {
      for (const [j, mine] of row.entries()) {
        const other = expected[i][j], kind = compared(mine, other.value, other.error);
        if (kind === DIFFERS) return { kind, entry: [i + 1, j + 1], yours: mine.value, expected: other.value };
        unclear ||= kind === UNCLEAR;
      }
    }
    return unclear ? { kind: UNCLEAR, message: "too many digits cancel" } : { kind: AGREES };
  };

  const judged = yours => {
    const { exercise, term } = yours;
    if (!same(term.shape, exercise.shape)) return otherShape(exercise, term);
    const state = yours.decisive(exercise.answer);
    if (state.kind === UNDEFINED) {
      const message = `it has no value at this point: ${state.message}`;
      return { verdict: UNDEFINED, message, point: shownPoint(exercise, term, state), position: state.at };
    }
    if (state.kind === DIFFERS) return different(exercise, term, state);
    if (state.kind === UNCLEAR) return { verdict: UNDECIDED, message: `numbers can't decide this: ${state.message}` };
    return { verdict: EQUAL, message: `right at ${exercise.places.length} random points; nothing is proved` };
  };

  const otherShape = (exercise, term) => {
    const yours = shapeText(term.shape), expected = shapeText(exercise.shape);
    const message = `yours has the shape ${yours}, the answer has ${expected}`;
    const turned = { ...term, op: "transpose", shape: [term.shape[1], term.shape[0]], args: [term], data: null };
    if (same(turned.shape, exercise.shape) && new Yours(exercise, turned).agrees(exercise.answer)) {
      const told = `${message}: yours is its transpose`;
      return { verdict: DIFFERENT, message: told, yours, expected, mistake: "transposed" };
    }
    return { verdict: DIFFERENT, message, yours, expected };
  };

  const different = (exercise, term, state) => {
    const [yours, expected] = toldApart(state.yours, state.expected);
    return {
      verdict: DIFFERENT,
      message: "it differs from the answer at this point",
      point: shownPoint(exercise, term, state),
      ...(!isScalar(term.shape) && { entry: state.entry }),
      yours,
      expected,
    };
  };

  // The values of all symbols, and of the sizes that the term holds.
  const shownPoint = (exercise, term, state) => {
    const { shown, indices } = exercise.exported.points[state.place];
    const used = new Set(walk(term).filter(part => part.op === "symbol").map(part => part.data));
    const isUsed = name => used.has(name) || name in indices || !exercise.table.isWhole(name);
    return Object.fromEntries(Object.entries(shown).filter(([name]) => isUsed(name)));
  };

  const walk = term => [term, ...term.args.flatMap(walk)];

  // ---------------------------------------------------------------- mistakes

  // The outcome with the mistake that it is, if it is one that is known.
  const named = (yours, outcome, text) => {
    const { exercise } = yours;
    for (const { name, says } of exercise.exported.mistakes) {
      const wrong = exercise.mistakes.get(name);
      if (wrong && yours.agrees(wrong)) return { ...outcome, mistake: name, message: says };
    }
    if (exercise.answer.flat(2).some(({ value }) => value)) {
      for (const [factor, shown] of FACTORS) {
        if (!yours.agrees(multiple(exercise.answer, factor))) continue;
        if (factor === -1) {
          const message = "at every point it is minus the answer: a sign is turned somewhere";
          return { ...outcome, mistake: "turned sign", message };
        }
        const message = `at every point it is ${shown} times the answer: a constant factor is lost, or one too many`;
        return { ...outcome, mistake: "a factor", message };
      }
    }
    if (tokens(text).some(token => token.kind === "number" && token.text.includes(".")) && isNear(yours)) {
      const message = "it is near, but a rounded number is not the number itself: write it exactly, as in log(4)";
      return { ...outcome, mistake: "a rounded number", message };
    }
    return outcome;
  };

  const multiple = (expected, factor) =>
    expected.map(grid => grid.map(row => row.map(b => ball(factor * b.value, Math.abs(factor) * b.error))));

  // Whether the values are near to the answer's at every point.
  const isNear = ({ exercise, values }) => values.every(({ grid }, place) => {
    const near = (mine, { value }) => Math.abs(mine.value - value) <= NEAR * Math.abs(value);
    return grid?.every((row, i) => row.every((mine, j) => near(mine, exercise.answer[place][i][j])));
  });

  // ---------------------------------------------------------------- numbers for readers

  // Two numbers with as many digits as it takes to see a difference.
  const toldApart = (first, second) => {
    let texts = [];
    for (const digits of [6, 12, 17, 30, 48]) {
      texts = [first, second].map(v => decimal(v, digits).replace(/\.0$/, ""));
      if (texts[0] !== texts[1]) break;
    }
    return texts;
  };

  // A double as an odd integer times a power of 2, and how many bits the integer has.
  const binary = v => {
    const bits = new DataView(new ArrayBuffer(8));
    bits.setFloat64(0, v);
    const raw = bits.getBigUint64(0), field = Number((raw >> 52n) & 2047n);
    let mantissa = (raw & (2n ** 52n - 1n)) + (field ? 2n ** 52n : 0n), exponent = (field || 1) - 1075;
    while (mantissa % 2n === 0n) {
      mantissa /= 2n;
      exponent += 1;
    }
    return [mantissa, exponent, mantissa.toString(2).length];
  };

  // A double with at most so many digits, as mpmath prints it.
  const decimal = (v, digits) => {
    if (v === 0) return "0.0";
    const perDigit = Math.log(10) / Math.log(2), [mantissa, power, bits] = binary(Math.abs(v));
    const fixed = Math.max(Math.trunc((digits + 3) * perDigit) + 10 - power - bits, 0);
    const places = Math.trunc(fixed / perDigit + 0.5), shift = BigInt(power + fixed);
    const scaled = shift < 0n ? mantissa >> -shift : mantissa << shift;
    const all = ((scaled * 10n ** BigInt(places)) >> BigInt(fixed)).toString();
    let exponent = all.length - places - 1, kept = all.slice(0, digits);
    if (all.length > digits && all[digits] >= "5") {
      const up = (BigInt(kept) + 1n).toString();
      exponent += up.length - kept.length;
      kept = up.slice(0, digits);
    }
    const sign = v < 0 ? "-" : "";
    if (Math.min(-Math.trunc(digits / 3), -5) < exponent && exponent < digits) {
      const whole = exponent < 0 ? "0" : kept.slice(0, exponent + 1).padEnd(exponent + 1, "0");
      const part = exponent < 0 ? "0".repeat(-exponent - 1) + kept : kept.slice(exponent + 1);
      return `${sign}${whole}.${part.replace(/0+$/, "") || "0"}`;
    }
    return `${sign}${kept[0]}.${kept.slice(1).replace(/0+$/, "") || "0"}e${exponent < 0 ? "" : "+"}${exponent}`;
  };

  Object.assign(genmath, { DIFFERENT, EQUAL, Exercise, UNDECIDED, UNDEFINED, UNREADABLE, check, decimal });
})(globalThis.genmath ??= {});
