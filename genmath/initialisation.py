r"""Initialisation: which variance of random weights keeps activations and gradients at their size.

Chapter ``docs/chapters/training.md``; the sheet's summary.

Notation (all of it in :mod:`genmath.notation`): ``W_0`` the random weights of a layer with ``d`` inputs and ``h``
units, ``var_w`` their variance, ``x`` what goes in, ``delta_h`` the gradient that comes back; ``alpha`` the slope of a
leaky rectifier on the left, 0 for a plain one and 1 for no rectifier at all; ``dev_a`` the deviation of a
preactivation; ``square`` a mean square, ``ell`` layers.  Code: :func:`genmodels.training.he`,
:func:`genmodels.training.xavier`.

Contents: one layer forward and backward, Xavier's compromise, activations, He's variance, many layers, how far one
network lies from the mean, what the sheet says.
"""

from __future__ import annotations

import random

import sympy as sp

from genmath.calc import Claim, Counterexample, Link, Mistake, Statement, definition
from genmath.calculus import Expectation, Gradient, Integral, Iterated
from genmath.data import density
from genmath.models import Sizes, Values
from genmath.notation import (
    NOISE_MOMENTS,
    SUM_OF_GAUSSIANS,
    TOWER,
    TURNED_ROWS,
    W_0,
    alpha,
    d,
    delta_h,
    dev_a,
    ell,
    eps_h,
    grad_h,
    h,
    i,
    let,
    slopes_h,
    slopes_t,
    square,
    square_0,
    t,
    tanh,
    var_g,
    var_w,
    x,
)
from genmath.rules import Compute, Induction, NonNegative, Normal
from genmath.surface import ONE, Constant, Node, Num, Relation, Sigma, SquaredNorm, as_node

zero, one = as_node(0), as_node(1)
half = Num(sp.Rational(1, 2))
inputs, units = Num(d), Num(h)
moments = Normal((NOISE_MOMENTS,))


def mean_square(vector: Node, size: Node) -> Node:
    """The mean of the squares of a vector's entries."""
    return SquaredNorm(vector) / size


def forward(variance: Node) -> Node:
    """The mean square of a layer's preactivations, on average over its weights."""
    return Expectation(W_0, variance, mean_square(W_0 @ x, units))


def backward(variance: Node) -> Node:
    """The mean square of the gradient that a layer passes back, on average over its weights."""
    return Expectation(W_0, variance, mean_square(W_0.T @ delta_h, inputs))


# ---------------------------------------------------------------- one layer

LAYER = (
    Claim(
        "init-forward",
        "What random weights do to the mean square, forward",
        forward(var_w),
        (
            Link(
                "=",
                (inputs * var_w) * mean_square(x, inputs),
                "each unit adds up as many squares as there are inputs, each times the variance",
                moments,
            ),
        ),
        "Summary",
        mistakes=(
            Mistake("as many factors as units", (units * var_w) * mean_square(x, inputs)),
            Mistake("one factor", var_w * mean_square(x, inputs)),
        ),
    ),
    Claim(
        "init-backward",
        "What random weights do to the mean square, backward",
        backward(var_w),
        (
            Link(
                "=",
                (units * var_w) * mean_square(delta_h, units),
                "on the way back each input adds up as many squares as there are units",
                moments,
            ),
        ),
        "Summary",
        mistakes=(Mistake("as many factors as inputs", (inputs * var_w) * mean_square(delta_h, units)),),
    ),
    Claim(
        "init-fan-in",
        "One over the number of inputs keeps it forward",
        forward(1 / inputs),
        (Link("=", mean_square(x, inputs), "the two numbers cancel", moments),),
        "Summary",
        uses=("init-forward",),
        mistakes=(Mistake("twice as much", 2 * mean_square(x, inputs)),),
    ),
    Claim(
        "init-fan-out",
        "One over the number of units keeps it backward",
        backward(1 / units),
        (Link("=", mean_square(delta_h, units), "the two numbers cancel", moments),),
        "Summary",
        uses=("init-backward",),
        mistakes=(Mistake("twice as much", 2 * mean_square(delta_h, units)),),
    ),
)

xavier = 2 / (inputs + units)
lean = (inputs - units) / (inputs + units)

XAVIER = (
    Claim(
        "xavier-forward",
        "Xavier's variance, forward",
        inputs * xavier,
        (Link("=", 1 + lean, "write twice the inputs as the sum of both sizes and their difference"),),
        "Summary",
        uses=("init-forward",),
        mistakes=(Mistake("kept for every size", one), Mistake("turned sign", 1 - lean)),
    ),
    Claim(
        "xavier-backward",
        "Xavier's variance, backward",
        units * xavier,
        (Link("=", 1 - lean, "write twice the units as the sum of both sizes minus their difference"),),
        "Summary",
        uses=("init-backward",),
        mistakes=(Mistake("kept for every size", one), Mistake("turned sign", 1 + lean)),
    ),
    Claim(
        "xavier-compromise",
        "Xavier's variance is right on the mean of both",
        (inputs * xavier + units * xavier) / 2,
        (Link("=", one, "what is too much one way is missing the other way"),),
        "Summary",
        uses=("xavier-forward", "xavier-backward"),
        mistakes=(Mistake("the product of both", (inputs * xavier) * (units * xavier)),),
    ),
)

# ---------------------------------------------------------------- activations


def through(power: int) -> Node:
    """The mean of a power of what a leaky rectifier makes of a Gaussian preactivation."""
    right, left = (dev_a * t) ** power, (alpha * (dev_a * t)) ** power
    return Integral(right * density, t, 0, sp.oo) + Integral(left * density, t, -sp.oo, 0)


def gates(generator: random.Random, sizes: Sizes) -> Values:
    """Slopes of the units of a layer, and the slopes that they have if all preactivations turn their signs."""
    left = sp.Rational(generator.randint(1, 9), 10)
    open_units = [generator.random() < 0.5 for _ in range(sizes[h])]
    return {
        "alpha": sp.Matrix([[left]]),
        "slopes_h": sp.Matrix([1 if is_open else left for is_open in open_units]),
        "slopes_t": sp.Matrix([left if is_open else 1 for is_open in open_units]),
    }


def second_moment(name: str, slopes: Node) -> Node:
    """The mean products of the entries of what a layer passes back, over the gradients that come back to it."""
    passed = let(name, W_0.T @ (slopes * grad_h))
    return Expectation(grad_h, var_g, passed @ passed.T)


kept = (1 + alpha**2) / 2
bent = let("bent", Integral(tanh(dev_a * t) ** 2 * density, t, -sp.oo, sp.oo))
spread = let("spread", (5 - 2 * alpha**2 + 5 * alpha**4) / (1 + alpha**2) ** 2)

ACTIVATIONS = (
    Claim(
        "tanh-slope",
        "The hyperbolic tangent never makes a gradient larger",
        Gradient(tanh(t), t),
        (
            Link("=", 1 - tanh(t) ** 2, "derivative of the hyperbolic tangent", Compute()),
            Link("<=", one, "one minus a square", NonNegative(tanh(t) ** 2)),
        ),
        "Summary",
        equality=(Relation(tanh(t), "=", zero),),
        mistakes=(Mistake("it is one everywhere", one, "="), Mistake("at most one half", half, "<=")),
    ),
    definition("tanh-square", "What the hyperbolic tangent leaves of the mean square", bent, bent.body, "Summary"),
    Claim(
        "rectifier-square",
        "A rectifier keeps a part of the mean square",
        through(2),
        (
            Link(
                "=",
                kept * dev_a**2,
                "half of the preactivations pass; of the other half, the squared slope",
                Compute(),
            ),
        ),
        "Summary",
        mistakes=(
            Mistake("all of it is kept", dev_a**2),
            Mistake("the slope is not squared", (1 + alpha) / 2 * dev_a**2),
        ),
    ),
    Claim(
        "rectifier-slopes",
        "On the way back it keeps the same part",
        Expectation(W_0, var_w, (second_moment("g_open", slopes_h) + second_moment("g_turned", slopes_t)) / 2),
        (
            Link(
                "=",
                Expectation(W_0, var_w, kept * var_g * (W_0.T @ W_0)),
                "the gradients are uncorrelated, so that each unit counts by itself; of its row of weights and the "
                "opposite one, one opens it and the other leaves it the left slope",
                Normal((NOISE_MOMENTS, TURNED_ROWS)),
            ),
            Link(
                "=",
                kept * (units * var_w) * var_g * Constant("I", (d, d)),
                "each input adds up as many squares as there are units, and no two inputs share a weight",
                moments,
            ),
        ),
        "Summary",
        given=(Relation(slopes_t * slopes_t, "=", (1 + alpha**2) * Constant("1", (h, ONE)) - slopes_h * slopes_h),),
        model=gates,
        mistakes=(
            Mistake("all of it is kept", (units * var_w) * var_g * Constant("I", (d, d))),
            Mistake("the slope is not squared", (1 + alpha) / 2 * (units * var_w) * var_g * Constant("I", (d, d))),
            Mistake("all inputs get the same", kept * (units * var_w) * var_g * Constant("1", (d, d))),
        ),
    ),
    Claim(
        "rectifier-fourth-power",
        "The mean fourth power behind a rectifier",
        through(4),
        (Link("=", 3 * (1 + alpha**4) / 2 * dev_a**4, "the fourth moment of a Gaussian is three", Compute()),),
        "Summary",
        mistakes=(Mistake("the square of the mean square", (kept * dev_a**2) ** 2),),
    ),
    definition(
        "rectifier-spread-name", "How far the squares behind a rectifier scatter", spread, spread.body, "Summary"
    ),
    Claim(
        "rectifier-spread",
        "It is the variance of a square over the square of its mean",
        (3 * (1 + alpha**4) / 2 * dev_a**4 - (kept * dev_a**2) ** 2) / (kept * dev_a**2) ** 2,
        (Link("=", spread, "the deviation of the preactivation cancels"),),
        "Summary",
        uses=("rectifier-square", "rectifier-fourth-power", "rectifier-spread-name"),
        mistakes=(Mistake("that of a Gaussian without a rectifier", as_node(2)),),
    ),
)

# ---------------------------------------------------------------- He's variance, and many layers

he = 2 / ((1 + alpha**2) * inputs)


def layers(factor: Node, start: Node) -> Node:
    """What as many layers make of a mean square, if each multiplies it by a factor."""
    return Iterated(square, factor * square, start, Num(ell))


gain = kept * (inputs * var_w)
back = kept * (units * var_w)
scatter = 1 + spread / units

LAYERS = (
    Claim(
        "he-layer",
        "He's variance keeps the mean square behind a rectifier",
        kept * ((inputs * he) * square_0),
        (Link("=", square_0, "the variance makes up for what the rectifier takes", Normal((SUM_OF_GAUSSIANS,))),),
        "Summary",
        uses=("init-forward", "rectifier-square"),
        mistakes=(
            Mistake("half of it", square_0 / 2),
            Mistake("one over the number of inputs is enough", kept * ((inputs * (1 / inputs)) * square_0)),
        ),
    ),
    Claim(
        "layers-forward",
        "Through many layers, forward",
        layers(gain, square_0),
        (Link("=", gain**ell * square_0, "one more layer, one more factor", Induction((TOWER,))),),
        "Summary",
        uses=("init-forward", "rectifier-square"),
        mistakes=(Mistake("one factor in all", gain * square_0), Mistake("no change", square_0)),
    ),
    Claim(
        "layers-backward",
        "Through many layers, backward",
        layers(back, square_0),
        (Link("=", back**ell * square_0, "one more layer, one more factor", Induction((TOWER,))),),
        "Summary",
        uses=("rectifier-slopes",),
        mistakes=(Mistake("one factor in all", back * square_0), Mistake("no change", square_0)),
    ),
    Claim(
        "layers-he",
        "With He's variance no number of layers changes it",
        layers(kept * (inputs * he), square_0),
        (Link("=", square_0, "each factor is one", Induction()),),
        "Summary",
        uses=("he-layer", "layers-forward"),
        mistakes=(Mistake("half of it in each layer", half**ell * square_0),),
    ),
    Claim(
        "layer-spread",
        "One network is not the mean of all",
        Expectation(eps_h, spread * square_0**2, (square_0 + Sigma(i, ONE, h, eps_h[i]) / units) ** 2),
        (
            Link(
                "=",
                scatter * square_0**2,
                "the mean square of a layer is a mean over its units, whose squares scatter independently",
                moments,
            ),
        ),
        "Summary",
        uses=("rectifier-spread", "he-layer"),
        mistakes=(
            Mistake("no network differs from the mean", square_0**2),
            Mistake("as if there were one unit", (1 + spread) * square_0**2),
        ),
    ),
    Claim(
        "layers-spread",
        "The scatter grows with the depth over the width",
        layers(scatter, square_0**2),
        (Link("=", scatter**ell * square_0**2, "one more layer, one more factor", Induction((TOWER,))),),
        "Summary",
        uses=("layer-spread",),
        mistakes=(Mistake("the layers' scatters add up", (1 + Num(ell) * (spread / units)) * square_0**2),),
    ),
)

# ---------------------------------------------------------------- what the sheet says

COUNTEREXAMPLES = (
    Counterexample(
        "xavier-keeps-both",
        "Xavier's variance changes the size of activations where layers narrow",
        "Xavier's initialisation keeps activations stable. Here the sheet's encoder, without its activation.",
        Relation(inputs * xavier, "=", one),
        "Summary",
        ("xavier-forward",),
        sizes={d: 784, h: 32},
    ),
    Counterexample(
        "xavier-suits-rectifiers",
        "Xavier's variance suits no rectifiers",
        "Xavier's or He's initialisation keeps activations stable. Here Xavier's, in ten layers of equal width with "
        "plain rectifiers.",
        Relation(layers(kept * (inputs * (2 / (inputs + inputs))), square_0), "=", square_0),
        "Summary",
        ("layers-forward", "layers-he"),
        sizes={d: 64, ell: 10},
        values={"alpha": sp.Matrix([[0]]), "square_0": sp.Matrix([[1]])},
    ),
)

STATEMENTS: tuple[Statement, ...] = (*LAYER, *XAVIER, *ACTIVATIONS, *LAYERS, *COUNTEREXAMPLES)
