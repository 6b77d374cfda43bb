r"""Recurrent networks: backpropagation through time, and what a slope becomes on its way back.

Chapter ``docs/chapters/rnn.md``, exercise 4.2 of the sheet.

Notation (all of it in :mod:`genmath.notation`): ``x_seq`` the inputs of a sequence of ``T`` steps, ``g_seq`` the slopes
of the loss in the outputs of each step, which the sheet's listing calls ``doutputs``; weights and biases have the names
that the listing gives them.  ``phi`` is any differentiable activation, the hyperbolic tangent in the sheet.
The number of steps is a symbol, as all sizes are.  Code: :mod:`genmodels.rnn`.

Contents: the network, the way back, the five gradients, losses, the hyperbolic tangent, how slopes shrink and grow,
the sheet's backward pass.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import sympy as sp

from genmath.calc import Claim, Counterexample, Link, Mistake, Statement, definition
from genmath.calculus import Expectation, Gradient, Jacobian, Pullback
from genmath.models import Sizes, Values, entries, orthonormal
from genmath.notation import (
    LETTERS,
    NOISE_MOMENTS,
    T,
    W_hh,
    W_hy,
    W_xh,
    b_h,
    b_y,
    c_seq,
    d,
    delta_behind,
    exp,
    g_seq,
    h,
    h_0,
    h_before,
    i,
    j,
    let,
    let_at,
    log,
    most,
    o,
    p,
    phi,
    push,
    radius,
    s,
    spectral,
    t,
    tanh,
    target_1,
    time,
    x_seq,
    y_1,
)
from genmath.recurrence import Recurrence, Telescope, Unroll
from genmath.rules import At, Compute, ForAll, NonNegative, Normal
from genmath.surface import (
    ONE,
    Constant,
    Count,
    Diag,
    Entry,
    LetAt,
    Moment,
    Node,
    Num,
    Relation,
    Sigma,
    SquaredNorm,
    as_node,
)

PLACE = "4.2"
now = sp.Symbol("now", integer=True, positive=True)  # the time inside of a step
zero, one = as_node(0), as_node(1)
STEPS = {time: T}
identity = Constant("I", (h, h))
SIZES = {d: 3, h: 2, o: 2, T: 3}
TANH = {"phi": sp.tanh}
LINEAR = {"phi": lambda v: v}

# ---------------------------------------------------------------- the network


def input_at(at: sp.Expr) -> Node:
    """The input of a step."""
    return Moment(x_seq, at)


def slope_at(at: sp.Expr) -> Node:
    """The slopes of the loss in the outputs of a step."""
    return Moment(g_seq, at)


def layer(at: sp.Expr, before: Node) -> LetAt:
    """What the activation of a step takes."""
    return let_at("a_t", W_xh @ input_at(at) + W_hh @ before + b_h, at)


state = Recurrence("h", LETTERS["h_t"], h_before, now, phi(layer(now, h_before)), h_0, T)


def a(at: sp.Expr) -> LetAt:
    """The preactivation of a step."""
    return layer(at, state[at - 1])


def y(at: sp.Expr) -> LetAt:
    """The outputs of a step."""
    return let_at("y_t", W_hy @ state[at] + b_y, at)


def over_time(term: Callable[[sp.Expr], Node]) -> Node:
    """The sum over the steps."""
    return Sigma(time, ONE, T, term(time))


loss = let("L_T", over_time(lambda at: slope_at(at).T @ y(at)))

NETWORK = (
    definition("rnn-preactivation", "What a step computes first", a(time), a(time).body, PLACE, free=STEPS),
    definition("rnn-state", "The state after a step", state[time], phi(a(time)), PLACE, Unroll((state,)), STEPS),
    definition("rnn-output", "The outputs of a step", y(time), y(time).body, PLACE, free=STEPS),
    Claim(
        "rnn-parameter-count",
        "Numbers to be trained",
        Count(W_xh) + Count(W_hh) + Count(W_hy) + Count(b_h) + Count(b_y),
        (Link("=", Num(h * (d + h + o + 1) + o), "count the entries of each"),),
        PLACE,
        mistakes=(Mistake("a matrix for each step", Num(T * h * (d + h + o + 1) + o)),),
    ),
    definition("rnn-loss", "What a change of the outputs does to the loss", loss, loss.body, PLACE),
)

# ---------------------------------------------------------------- the way back


def slope_of_state(at: sp.Expr, behind: Node, slope: Callable[[sp.Expr], Node] = slope_at) -> LetAt:
    """The slope in a state: by its own outputs, and by the step behind."""
    return let_at("s_t", W_hy.T @ slope(at) + W_hh.T @ behind, at)


def carried_back(slope: Callable[[sp.Expr], Node]) -> Recurrence:
    """The slopes in the preactivations, from the last to the first, for a loss with these slopes in the outputs."""
    step = phi.slope(a(now)) * slope_of_state(now, delta_behind, slope)
    end = Constant("0", (h, ONE))
    return Recurrence("delta", LETTERS["delta_t"], delta_behind, now, step, end, T, backwards=True)


delta = carried_back(slope_at)


def s_t(at: sp.Expr) -> LetAt:
    """The slope in a state, with all that follows."""
    return slope_of_state(at, delta[at + 1])


BACK = (
    definition("rnn-slope-state", "Slope in a state, named", s_t(time), s_t(time).body, PLACE, free=STEPS),
    definition(
        "rnn-delta",
        "Slope in a preactivation, named",
        delta[time],
        phi.slope(a(time)) * s_t(time),
        PLACE,
        Unroll((delta,)),
        STEPS,
    ),
    definition(
        "rnn-delta-end", "Nothing comes from behind the last step", delta[T + 1], Constant("0", (h, ONE)), PLACE
    ),
)

# ---------------------------------------------------------------- the five gradients


def through_time(
    label: str,
    title: str,
    symbol: Node,
    own: Callable[[sp.Expr], Node] | None,
    wrong: tuple[Mistake, ...],
    total: Node = loss,
    slope: Callable[[sp.Expr], Node] = slope_at,
    back: Recurrence = delta,
) -> Claim:
    """A gradient by something that every state depends on; ``own`` is what a step itself adds, nothing by the start."""

    def pulled(at: sp.Expr, weights: Node) -> Node:
        return Pullback(state[at], symbol, weights)

    def passed(at: sp.Expr) -> Node:
        return pulled(at, W_hh.T @ back[at + 1])

    def step(at: sp.Expr) -> Node:
        shifted = passed(at - 1) if own is None else own(at) + passed(at - 1)
        return shifted - passed(at)

    def slopes(at: sp.Expr) -> Node:
        return slope_of_state(at, back[at + 1], slope)

    end = W_hh.T @ back[ONE] if own is None else over_time(own)
    return Claim(
        label,
        title,
        Gradient(total, symbol),
        (
            Link(
                "=", over_time(lambda at: pulled(at, W_hy.T @ slope(at))), "the outputs of a step come from its state"
            ),
            Link(
                "=",
                over_time(lambda at: pulled(at, slopes(at)) - passed(at)),
                "add and subtract what comes from the step behind",
            ),
            Link(
                "=",
                over_time(step),
                "a state comes from the one before: the chain rule, once",
                Unroll((back,), (state,)),
            ),
            Link(
                "=",
                end,
                "what a step passes on is what the one before receives: only the ends remain",
                Telescope(time, T, passed(time)),
            ),
        ),
        PLACE,
        uses=("rnn-state", "rnn-slope-state", "rnn-delta", "rnn-delta-end"),
        mistakes=wrong,
        sizes=SIZES,
    )


def alone(at: sp.Expr) -> Node:
    """The slope in a preactivation as far as the outputs of its own step go."""
    return phi.slope(a(at)) * (W_hy.T @ slope_at(at))


GRADIENTS = (
    through_time(
        "rnn-grad-W_hh",
        "Gradient of the weights from state to state",
        W_hh,
        lambda at: delta[at] @ state[at - 1].T,
        (
            Mistake("the state after the step", over_time(lambda at: delta[at] @ state[at].T)),
            Mistake("each step for itself", over_time(lambda at: alone(at) @ state[at - 1].T)),
        ),
    ),
    through_time(
        "rnn-grad-W_xh",
        "Gradient of the weights of the input",
        W_xh,
        lambda at: delta[at] @ input_at(at).T,
        (Mistake("lost slope of the activation", over_time(lambda at: s_t(at) @ input_at(at).T)),),
    ),
    through_time(
        "rnn-grad-b_h",
        "Gradient of the biases of the state",
        b_h,
        lambda at: delta[at],
        (Mistake("each step for itself", over_time(alone)),),
    ),
    Claim(
        "rnn-grad-W_hy",
        "Gradient of the weights of the output",
        Gradient(loss, W_hy),
        (Link("=", over_time(lambda at: slope_at(at) @ state[at].T), "no state depends on them"),),
        PLACE,
        uses=("rnn-output", "rnn-loss"),
        mistakes=(Mistake("the state before the step", over_time(lambda at: slope_at(at) @ state[at - 1].T)),),
        sizes=SIZES,
    ),
    Claim(
        "rnn-grad-b_y",
        "Gradient of the biases of the output",
        Gradient(loss, b_y),
        (Link("=", over_time(slope_at), "no state depends on them"),),
        PLACE,
        uses=("rnn-output", "rnn-loss"),
        mistakes=(Mistake("the last step alone", slope_at(T)),),
        sizes=SIZES,
    ),
    through_time(
        "rnn-grad-h_0",
        "Gradient of the first state",
        h_0,
        None,
        (Mistake("lost transpose", W_hh @ delta[ONE]),),
    ),
)

# ---------------------------------------------------------------- losses


def target(at: sp.Expr) -> Node:
    """The targets of a step."""
    return Moment(c_seq, at)


def error_slope(at: sp.Expr) -> Node:
    """The slope of the squared error in the outputs of a step."""
    return 2 * (y(at) - target(at))


squared_loss = let("L_2", over_time(lambda at: SquaredNorm(y(at) - target(at))))
squared_delta = carried_back(error_slope)
ones = Constant("1", (o, ONE))


def normalised(outputs: Node) -> Node:
    """Exponentials, divided by their sum."""
    return exp(outputs) / (ones.T @ exp(outputs))


softmax = let("softmax", normalised(y_1))


LOSSES = (
    Claim(
        "rnn-squared-slope",
        "Slope of the squared error in the outputs",
        Gradient(SquaredNorm(y_1 - target_1), y_1),
        (Link("=", 2 * (y_1 - target_1), "derivative of a square"),),
        PLACE,
        mistakes=(Mistake("turned sign", 2 * (target_1 - y_1)), Mistake("lost factor", y_1 - target_1)),
    ),
    through_time(
        "rnn-chain",
        "The whole chain, for the squared error",
        W_hh,
        lambda at: squared_delta[at] @ state[at - 1].T,
        (Mistake("half the slope", over_time(lambda at: squared_delta[at] @ state[at - 1].T) / 2),),
        squared_loss,
        error_slope,
        squared_delta,
    ),
    definition("rnn-softmax", "Probabilities of the classes", softmax, softmax.body, PLACE),
    Claim(
        "rnn-softmax-shift",
        "A constant in all outputs changes nothing",
        normalised(y_1 + (-most) * ones),
        (Link("=", softmax, "the constant's exponential stands above and below"),),
        PLACE,
        uses=("rnn-softmax",),
        mistakes=(Mistake("shifted above alone", exp(y_1 + (-most) * ones) / (ones.T @ exp(y_1))),),
    ),
    Claim(
        "rnn-cross-entropy-slope",
        "Slope of the cross entropy in the outputs",
        Gradient(log(ones.T @ exp(y_1)) - target_1.T @ y_1, y_1),
        (Link("=", softmax - target_1, "derivative of the logarithm of a sum"),),
        PLACE,
        uses=("rnn-softmax",),
        mistakes=(Mistake("turned sign", target_1 - softmax), Mistake("the probabilities alone", softmax)),
    ),
)

# ---------------------------------------------------------------- the hyperbolic tangent

HYPERBOLIC = (
    Claim(
        "rnn-tanh",
        "The sheet's activation",
        phi(t),
        (Link("=", tanh(t), "by definition", Compute()),),
        PLACE,
        "definition",
        meanings=TANH,
    ),
    Claim(
        "rnn-tanh-slope",
        "Its slope, from its value",
        phi.slope(t),
        (Link("=", 1 - phi(t) ** 2, "derivative of a quotient", Compute()),),
        PLACE,
        uses=("rnn-tanh",),
        meanings=TANH,
        mistakes=(Mistake("a square too few", 1 - phi(t)),),
    ),
    Claim(
        "rnn-tanh-slope-positive",
        "Its slope is positive",
        phi.slope(t),
        (
            Link("=", 4 / (exp(t) + exp(-t)) ** 2, "the hyperbolic tangent written with exponentials", Compute()),
            Link(">", zero, "a quotient of positive numbers", NonNegative(4 / (exp(t) + exp(-t)) ** 2)),
        ),
        PLACE,
        uses=("rnn-tanh",),
        meanings=TANH,
        mistakes=(Mistake("at least one half", Num(sp.Rational(1, 2)), ">"),),
    ),
    Claim(
        "rnn-tanh-slope-bound",
        "Its slope is at most one",
        phi.slope(t) ** 2,
        (
            Link(
                "<=",
                one,
                "what is missing is a square times a positive number",
                NonNegative(phi(t) ** 2 * (1 + phi.slope(t)), by=("rnn-tanh-slope-positive",)),
            ),
        ),
        PLACE,
        uses=("rnn-tanh-slope", "rnn-tanh-slope-positive"),
        meanings=TANH,
        equality=(Relation(phi(t), "=", zero),),
        mistakes=(Mistake("at most a quarter, as the logistic function's", Num(sp.Rational(1, 16)), "<="),),
    ),
)

# ---------------------------------------------------------------- how slopes shrink and grow


def reach(at: sp.Expr) -> Node:
    """How a state depends on the first one."""
    return Jacobian(state[at], h_0)


def moved(at: sp.Expr) -> Node:
    """The change of a state when the first one is pushed."""
    return reach(at) @ push


def shrunk(factor: Node) -> Callable[[sp.Expr], Node]:
    """A squared length, multiplied by a factor's square for every step that is still to come."""
    return lambda at: factor ** (2 * (T - at)) * SquaredNorm(moved(at))


def missing(factor: Node) -> Node:
    """What the squared lengths lack in all steps together, if no step may stretch by more than the factor."""
    gap = lambda at: factor**2 * SquaredNorm(moved(at - 1)) - SquaredNorm(moved(at))  # noqa: E731
    return over_time(lambda at: factor ** (2 * (T - at)) * gap(at))


def lost(at: sp.Expr) -> Node:
    """What a step takes away: by its weights, which stretch less, and by the slopes of the activation."""
    stretched = W_hh @ moved(at - 1)
    flattened = Sigma(i, ONE, h, (1 - phi.slope(Entry(a(at), i)) ** 2) * Entry(stretched, i) ** 2)
    return (spectral**2 * SquaredNorm(moved(at - 1)) - SquaredNorm(stretched)) + flattened


taken = over_time(lambda at: spectral ** (2 * (T - at)) * lost(at))
bounded = ForAll(
    time,
    ONE,
    T,
    Relation(SquaredNorm(W_hh @ moved(time - 1)), "<=", spectral**2 * SquaredNorm(moved(time - 1))),
)


def bounded_weights(generator: random.Random, sizes: Sizes) -> Values:
    """Weights, and a number by which they stretch at most: the sum of their sizes."""
    weights = entries(generator, sizes[h], sizes[h])
    return {"W_hh": weights, "spectral": sp.Matrix([[sum(abs(w) for w in weights)]])}


def turning(generator: random.Random, sizes: Sizes) -> Values:
    """A multiple of an orthogonal matrix."""
    factor = sp.Rational(generator.randint(3, 25), 13)
    return {"W_hh": factor * orthonormal(generator, sizes[h], sizes[h]), "radius": sp.Matrix([[factor]])}


def sheared(generator: random.Random, sizes: Sizes) -> Values:
    """A multiple of the identity, and a product of two orthogonal vectors beside it."""
    factor, size = sp.Rational(generator.randint(3, 25), 13), sizes[h]
    vectors = orthonormal(generator, size, 2)
    return {
        "W_hh": factor * sp.eye(size) + vectors[:, 0] * vectors[:, 1].T,
        "radius": sp.Matrix([[factor]]),
    }


def still(factor: sp.Expr) -> Values:
    """A network at rest, whose weights stretch everything by one factor."""
    return {
        "x_seq": sp.zeros(1, 3),
        "b_h": sp.zeros(2, 1),
        "h_0": sp.zeros(2, 1),
        "W_hh": factor * sp.eye(2),
        "spectral": sp.Matrix([[factor]]),
    }


spread = Sigma(i, ONE, h, Sigma(j, ONE, h, Sigma(p, ONE, h, (W_hh[i, j] * push[p] - W_hh[i, p] * push[j]) ** 2))) / 2

# What is left of a change after some steps, if the weights have one eigenvalue, and turn into it what lies beside.
beside = W_hh + (-radius) * identity
kept = radius ** (T - time) * reach(time) + Num(T - time) * radius ** (T - time - 1) * (beside @ reach(time))

SHRINKING = (
    Claim(
        "rnn-jacobian",
        "How a state depends on the first one",
        reach(time),
        (
            Link(
                "=",
                Diag(phi.slope(a(time))) @ W_hh @ reach(time - 1),
                "the chain rule, once: a product of one matrix for each step",
                Unroll(slopes=(state,)),
            ),
        ),
        PLACE,
        uses=("rnn-state",),
        free=STEPS,
        mistakes=(
            Mistake("lost slope of the activation", W_hh @ reach(time - 1)),
            Mistake("slope behind the weights", W_hh @ Diag(phi.slope(a(time))) @ reach(time - 1)),
        ),
        sizes=SIZES,
    ),
    Claim(
        "rnn-vanishing",
        "No slope grows faster than the weights allow",
        SquaredNorm(moved(T)),
        (
            Link(
                "=",
                spectral ** (2 * T) * SquaredNorm(push) - missing(spectral),
                "only the ends of the sum remain",
                Telescope(time, T, shrunk(spectral)(time)),
            ),
            Link("=", spectral ** (2 * T) * SquaredNorm(push) - taken, "the chain rule, once", Unroll(slopes=(state,))),
            Link(
                "<=",
                spectral ** (2 * T) * SquaredNorm(push),
                "the weights stretch no more than their norm says, and no slope of the activation exceeds one",
                NonNegative(taken, by=(At("rnn-tanh-slope-bound", Entry(a(time), i)),)),
            ),
        ),
        PLACE,
        uses=("rnn-state", "rnn-jacobian", "rnn-tanh-slope-bound"),
        given=(bounded,),
        model=bounded_weights,
        meanings=TANH,
        sizes={d: 1, h: 2, T: 3},
        samples=(still(sp.Rational(1, 2)),),
        mistakes=(Mistake("one step too many", spectral ** (2 * T + 2) * SquaredNorm(push), "<="),),
    ),
    Claim(
        "rnn-frobenius",
        "The root of the sum of squares bounds the spectral norm",
        SquaredNorm(W_hh @ push),
        (
            Link("=", SquaredNorm(W_hh) * SquaredNorm(push) - spread, "expand the squares"),
            Link("<=", SquaredNorm(W_hh) * SquaredNorm(push), "squares are dropped", NonNegative(spread)),
        ),
        PLACE,
        mistakes=(Mistake("equal", SquaredNorm(W_hh) * SquaredNorm(push)),),
    ),
    Claim(
        "rnn-orthogonal",
        "A linear network whose weights turn and stretch: the slope is a power",
        SquaredNorm(moved(T)),
        (
            Link(
                "=",
                radius ** (2 * T) * SquaredNorm(push),
                "every step stretches by exactly this factor",
                Telescope(time, T, shrunk(radius)(time), slopes=(state,)),
            ),
        ),
        PLACE,
        uses=("rnn-state", "rnn-jacobian"),
        given=(Relation(W_hh.T @ W_hh, "=", radius**2 * identity),),
        model=turning,
        meanings=LINEAR,
        sizes={d: 1},
        mistakes=(Mistake("without the square", radius**T * SquaredNorm(push)),),
    ),
    Claim(
        "rnn-overshoot",
        "A linear network whose weights have one eigenvalue and too few eigenvectors",
        reach(T),
        (
            Link(
                "=",
                radius**T * identity + Num(T) * radius ** (T - 1) * beside,
                "what a step adds to the sum is what it takes from the power",
                Telescope(time, T, kept, slopes=(state,)),
            ),
        ),
        PLACE,
        uses=("rnn-state", "rnn-jacobian"),
        given=(Relation(W_hh @ W_hh, "=", 2 * radius * W_hh + (-(radius**2)) * identity),),
        model=sheared,
        meanings=LINEAR,
        sizes={d: 1},
        mistakes=(Mistake("the power of the eigenvalue alone", radius**T * identity),),
    ),
    Claim(
        "rnn-init-mean",
        "Random weights of one deviation, on average",
        Expectation(W_hh, s**2, SquaredNorm(W_hh)),
        (Link("=", Num(h**2) * s**2, "insert the moments", Normal((NOISE_MOMENTS,))),),
        PLACE,
        uses=("rnn-frobenius",),
        mistakes=(Mistake("once for each row", Num(h) * s**2),),
    ),
)

# ---------------------------------------------------------------- the sheet's backward pass, and what one hears


def squared(*symbols: Node) -> Node:
    """The squared norm of some of the gradients together."""
    first, *more = (SquaredNorm(Gradient(loss, symbol)) for symbol in symbols)
    return sum(more, first)


SMALL = {d: 1, h: 2, o: 1, T: 2}
LARGE = sp.Integer(25)  # the square of the sheet's bound
sequence = {
    "x_seq": sp.Matrix([[2, -1]]),
    "W_xh": sp.Matrix([sp.Rational(1, 2), sp.Rational(1, 4)]),
    "W_hh": sp.Matrix([[sp.Rational(1, 2), -1], [1, sp.Rational(1, 2)]]),
    "W_hy": sp.Matrix([[6, -8]]),
    "b_h": sp.zeros(2, 1),
    "b_y": sp.zeros(1, 1),
    "h_0": sp.zeros(2, 1),
    "g_seq": sp.Matrix([[1, 2]]),
}


def stays_zero(symbol: Node, title: str, right: str) -> Counterexample:
    """A gradient that the sheet's listing never fills."""
    return Counterexample(
        right.replace("grad", "sheet"),
        title,
        "The backward pass is simplified, and this gradient keeps the zeros that it starts with.",
        Relation(Gradient(loss, symbol), "=", Constant("0", symbol.shape)),
        PLACE,
        (right,),
        sizes=SMALL,
        values=sequence,
        meanings=TANH,
    )


SHEET = (
    stays_zero(W_xh, "The weights of the input never learn", "rnn-grad-W_xh"),
    stays_zero(W_hh, "The weights from state to state never learn", "rnn-grad-W_hh"),
    stays_zero(b_h, "The biases of the state never learn", "rnn-grad-b_h"),
    Counterexample(
        "rnn-sheet-norm",
        "The norm of two gradients is not the norm of five",
        "The norm that the backward pass returns is the norm of all gradients.",
        Relation(squared(W_hy, b_y), "=", squared(W_xh, W_hh, W_hy, b_h, b_y)),
        PLACE,
        ("rnn-grad-W_xh", "rnn-grad-W_hh", "rnn-grad-b_h", "rnn-grad-W_hy", "rnn-grad-b_y"),
        sizes=SMALL,
        values=sequence,
        meanings=TANH,
    ),
    Counterexample(
        "rnn-sheet-clip",
        "So gradients that are too long are not clipped",
        "If the returned norm is at most the bound, then the gradients are.",
        Relation(squared(W_xh, W_hh, W_hy, b_h, b_y), "<=", as_node(LARGE)),
        PLACE,
        ("rnn-grad-W_xh", "rnn-grad-W_hh", "rnn-grad-b_h", "rnn-grad-W_hy", "rnn-grad-b_y"),
        given=(Relation(squared(W_hy, b_y), "<=", as_node(LARGE)),),
        sizes=SMALL,
        values=sequence,
        meanings=TANH,
    ),
    Counterexample(
        "rnn-eigenvalues",
        "Eigenvalues below one do not bound a slope",
        "If all eigenvalues of the weights from state to state lie below one, slopes shrink in every step.",
        Relation(SquaredNorm(moved(T)), "<=", SquaredNorm(push)),
        "",
        ("rnn-overshoot", "rnn-vanishing"),
        given=(
            Relation(W_hh @ W_hh, "=", 2 * radius * W_hh + (-(radius**2)) * identity),
            Relation(radius, "<", one),
        ),
        sizes={d: 1, h: 2, T: 10},
        values={
            "W_hh": sp.Matrix([[sp.Rational(9, 10), 1], [0, sp.Rational(9, 10)]]),
            "radius": sp.Matrix([[sp.Rational(9, 10)]]),
            "push": sp.Matrix([1, 11]),
            "W_xh": sp.zeros(2, 1),
            "b_h": sp.zeros(2, 1),
            "h_0": sp.zeros(2, 1),
            "x_seq": sp.zeros(1, 10),
        },
        meanings=LINEAR,
    ),
)

STATEMENTS: tuple[Statement, ...] = (*NETWORK, *BACK, *GRADIENTS, *LOSSES, *HYPERBOLIC, *SHRINKING, *SHEET)
