r"""Clipping of gradients: what it keeps, what it bounds, and what it does not bound.

Chapter ``docs/chapters/training.md``, exercise 4.2 of the sheet.

Notation (all of it in :mod:`genmath.notation`): ``g`` a gradient, all of its entries in one column, ``norm_g`` its
norm, ``N_max`` the norm to which it is clipped, ``g_hat`` what it is clipped to; ``g_1`` one entry, ``low`` and
``high`` its bounds.  ``near`` is a point of a convex set from which no other point of the set, ``any_g``, lies in the
direction of the gradient.  Code: :func:`genmodels.optim.clip_by_global_norm`, :func:`genmodels.optim.clip_by_value`.

Contents: points of a set that are nearest, clipping by the norm, clipping by value, exploding gradients, the mean of
clipped gradients, what the sheet says.
"""

from __future__ import annotations

import random

import sympy as sp

from genmath.calc import Claim, Counterexample, Judgement, Link, Mistake, Statement, definition
from genmath.calculus import Gradient, Iterated
from genmath.models import Sizes, Values, entries, orthonormal
from genmath.notation import (
    N_max,
    T,
    any_g,
    g,
    g_1,
    g_2,
    hidden_0,
    high,
    let,
    low,
    n_w,
    near,
    near_2,
    norm_2,
    norm_g,
    step,
    t,
    w_hh,
)
from genmath.rules import Induction, NonNegative
from genmath.surface import Entry, Node, Num, Relation, SquaredNorm, as_node

zero = as_node(0)
half = Num(sp.Rational(1, 2))

# ---------------------------------------------------------------- nearest points of a convex set


def behind(start: Node, place: Node, other: Node) -> Relation:
    """That another point of the set does not lie ahead, as seen from its point nearest to the start."""
    return Relation((start - place).T @ (other - place), "<=", zero)


def projected(generator: random.Random, sizes: Sizes) -> Values:
    """Two gradients, the points of a box that are nearest to them, and a third point of the box."""
    size, bound = sizes[n_w], sp.Rational(generator.randint(5, 20), 7)
    values = {name: entries(generator, size, 1) for name in ("g", "g_2", "any_g")}
    boxed = {name: value.applyfunc(lambda v: max(-bound, min(bound, v))) for name, value in values.items()}
    return {**values, "near": boxed["g"], "near_2": boxed["g_2"], "any_g": boxed["any_g"]}


closer = SquaredNorm(near - any_g) + 2 * -((g - near).T @ (any_g - near))
apart = SquaredNorm((g - g_2) - (near - near_2)) + 2 * (
    -((g - near).T @ (near_2 - near)) + -((g_2 - near_2).T @ (near - near_2))
)

NEAREST = (
    Claim(
        "nearest-point",
        "A point with nothing ahead of it is the nearest",
        SquaredNorm(g - any_g),
        (
            Link(
                ">=",
                SquaredNorm(g - near),
                "what is missing is a square and twice the product that is given",
                NonNegative(closer),
            ),
        ),
        "4.2",
        given=(behind(g, near, any_g),),
        model=projected,
        equality=(Relation(any_g, "=", near),),
        mistakes=(Mistake("the farthest", SquaredNorm(g - near), "<="),),
    ),
    Claim(
        "nearest-nonexpansive",
        "Nearest points lie no farther apart",
        SquaredNorm(g - g_2),
        (
            Link(
                ">=",
                SquaredNorm(near - near_2),
                "a square and twice both products that are given",
                NonNegative(apart),
            ),
        ),
        "4.2",
        given=(behind(g, near, near_2), behind(g_2, near_2, near)),
        model=projected,
        mistakes=(Mistake("farther apart", SquaredNorm(near - near_2), "<="),),
    ),
)

# ---------------------------------------------------------------- by the norm


def clipped(gradient: Node, norm: Node) -> Node:
    """A gradient that is longer than the bound, shortened to it."""
    return (N_max / norm) * gradient


g_hat = let("g_hat", clipped(g, norm_g))
g_hat_2 = let("g_hat_2", clipped(g_2, norm_2))
LENGTH = Relation(SquaredNorm(g), "=", norm_g**2)
LENGTH_2 = Relation(SquaredNorm(g_2), "=", norm_2**2)
LONG = Relation(N_max, "<", norm_g)


def too_long(generator: random.Random, sizes: Sizes) -> Values:
    """Two gradients with rational norms, a bound below both, and a vector within the bound."""
    bound = sp.Rational(generator.randint(5, 20), 7)
    norms = [bound + sp.Rational(generator.randint(1, 40), 9) for _ in range(2)]
    units = [orthonormal(generator, sizes[n_w], 1) for _ in range(3)]
    lengths = [*norms, bound * sp.Rational(generator.randint(1, 6), 7)]
    vectors = dict(zip(("g", "g_2", "any_g"), (a * unit for a, unit in zip(lengths, units, strict=True)), strict=True))
    numbers = dict(zip(("N_max", "norm_g", "norm_2"), (bound, *norms), strict=True))
    return {**vectors, **{name: sp.Matrix([[value]]) for name, value in numbers.items()}}


excess = (norm_g - N_max) / (2 * N_max)
ahead = excess * (SquaredNorm(g_hat - any_g) + (N_max**2 - SquaredNorm(any_g)))

NORM = (
    definition("clip-norm", "A gradient that is too long, clipped", g_hat, g_hat.body, "4.2"),
    Claim(
        "clip-norm-after",
        "Its norm is the bound",
        SquaredNorm(g_hat),
        (Link("=", N_max**2, "a factor leaves a norm as its square; the norms cancel"),),
        "4.2",
        given=(LENGTH,),
        uses=("clip-norm",),
        model=too_long,
        mistakes=(Mistake("the norm stays", norm_g**2), Mistake("divided by the norm's square", (N_max / norm_g) ** 2)),
    ),
    Claim(
        "clip-norm-direction",
        "Its direction is kept",
        g_hat.T @ g,
        (Link("=", N_max * norm_g, "the product is that of both norms: the angle is zero"),),
        "4.2",
        given=(LENGTH,),
        uses=("clip-norm",),
        model=too_long,
        mistakes=(Mistake("a right angle", zero), Mistake("the opposite direction", -(N_max * norm_g))),
    ),
    Claim(
        "clip-norm-behind",
        "No vector within the bound lies ahead of it",
        (g - g_hat).T @ (any_g - g_hat),
        (
            Link(
                "<=",
                zero,
                "a square and what the other vector's norm leaves of the bound, with a minus sign",
                NonNegative(ahead),
            ),
        ),
        "4.2",
        given=(LENGTH, LONG, Relation(SquaredNorm(any_g), "<=", N_max**2)),
        uses=("clip-norm", "nearest-point", "nearest-nonexpansive"),
        model=too_long,
        equality=(Relation(any_g, "=", g_hat),),
        mistakes=(Mistake("all lie ahead", zero, ">"),),
    ),
)

# ---------------------------------------------------------------- by value


def beyond(generator: random.Random, _: Sizes) -> Values:
    """Two bounds, a number between them, and an entry beyond one of them."""
    lower = sp.Rational(-generator.randint(3, 20), 7)
    upper = lower + sp.Rational(generator.randint(3, 20), 9)
    middle = lower + (upper - lower) * sp.Rational(generator.randint(1, 6), 7)
    return {name: sp.Matrix([[value]]) for name, value in (("low", lower), ("high", upper), ("t", middle))}


def above(generator: random.Random, sizes: Sizes) -> Values:
    values = beyond(generator, sizes)
    return {**values, "g_1": values["high"] + sp.Matrix([[sp.Rational(generator.randint(1, 20), 7)]])}


def below(generator: random.Random, sizes: Sizes) -> Values:
    values = beyond(generator, sizes)
    return {**values, "g_1": values["low"] - sp.Matrix([[sp.Rational(generator.randint(1, 20), 7)]])}


VALUE = (
    Claim(
        "clip-value-above",
        "An entry that is too large moves to the upper bound",
        (g_1 - high) * (t - high),
        (
            Link(
                "<=",
                zero,
                "a positive number times one that is not positive",
                NonNegative((g_1 - high) * (high - t)),
            ),
        ),
        "4.2",
        given=(Relation(high, "<", g_1), Relation(t, "<=", high)),
        uses=("nearest-point", "nearest-nonexpansive"),
        model=above,
        equality=(Relation(t, "=", high),),
        mistakes=(Mistake("it moves to the lower bound", (g_1 - low) * (t - low)), Mistake("ahead", zero, ">")),
    ),
    Claim(
        "clip-value-below",
        "An entry that is too small moves to the lower bound",
        (g_1 - low) * (t - low),
        (
            Link(
                "<=",
                zero,
                "a negative number times one that is not negative",
                NonNegative((low - g_1) * (t - low)),
            ),
        ),
        "4.2",
        given=(Relation(g_1, "<", low), Relation(low, "<=", t)),
        uses=("nearest-point", "nearest-nonexpansive"),
        model=below,
        equality=(Relation(t, "=", low),),
        mistakes=(Mistake("it moves to the upper bound", (g_1 - high) * (t - high)), Mistake("ahead", zero, ">")),
    ),
)

# ---------------------------------------------------------------- exploding gradients

last = Iterated(t, w_hh * t, hidden_0, Num(T))

EXPLODING = (
    Claim(
        "clip-step",
        "A step with a clipped gradient has a length that is known",
        SquaredNorm(step * g_hat),
        (Link("=", (step * N_max) ** 2, "a factor leaves a norm as its square"),),
        "Summary",
        given=(LENGTH,),
        uses=("clip-norm", "clip-norm-after"),
        model=too_long,
        mistakes=(Mistake("as long as without clipping", (step * norm_g) ** 2),),
    ),
    Claim(
        "chain-value",
        "The smallest recurrent network after any number of steps",
        last,
        (Link("=", w_hh**T * hidden_0, "one more step, one more factor", Induction()),),
        "Summary",
        mistakes=(Mistake("one factor in all", w_hh * hidden_0), Mistake("the steps add up", Num(T) * w_hh * hidden_0)),
    ),
    Claim(
        "chain-slope",
        "How its last state depends on its first",
        Gradient(w_hh**T * hidden_0, hidden_0),
        (Link("=", w_hh**T, "the slope of a product with a constant"),),
        "Summary",
        uses=("chain-value",),
        mistakes=(Mistake("one factor in all", w_hh),),
    ),
)

# ---------------------------------------------------------------- the mean of clipped gradients

MEAN = (
    Claim(
        "clip-mean-of-two",
        "Two clipped gradients together still point downhill",
        (g_hat + g_hat_2).T @ (g + g_2),
        (
            Link(
                "=",
                N_max * (norm_g + norm_2) / 2 * SquaredNorm(g / norm_g + g_2 / norm_2),
                "insert the norms, and complete the square",
            ),
            Link(
                ">=",
                zero,
                "a square times positive numbers",
                NonNegative(N_max * (norm_g + norm_2) / 2 * SquaredNorm(g / norm_g + g_2 / norm_2)),
            ),
        ),
        "Summary",
        given=(LENGTH, LENGTH_2),
        uses=("clip-norm",),
        model=too_long,
        equality=(Relation(g / norm_g, "=", -(g_2 / norm_2)),),
        mistakes=(Mistake("always at a right angle", zero, "="),),
    ),
    Claim(
        "clip-rest",
        "The mean of clipped gradients near three samples, with a fourth far away",
        (3 * t + clipped(-norm_g, norm_g)) / 4,
        (
            Link(
                "=",
                3 * (t - N_max / 3) / 4,
                "three short gradients, and one that is clipped and points the other way",
            ),
        ),
        "Summary",
        uses=("clip-norm",),
        mistakes=(
            Mistake("the fourth is not clipped", (3 * t - norm_g) / 4),
            Mistake("it points the same way", 3 * (t + N_max / 3) / 4),
        ),
    ),
)

# ---------------------------------------------------------------- what the sheet says


def number(value: int | sp.Rational) -> sp.Matrix:
    return sp.Matrix([[value]])


OPPOSITE = {"g": number(10), "norm_g": number(10), "g_2": number(-3), "norm_2": number(3), "N_max": number(2)}

COUNTEREXAMPLES = (
    Counterexample(
        "clip-value-keeps-direction",
        "Clipping by value turns the gradient",
        "Clipping by value is offered beside clipping by the norm as another way to do the same. If it kept the "
        "direction, the product of both gradients would be that of their norms.",
        Relation((near.T @ g) ** 2, "=", SquaredNorm(near) * SquaredNorm(g)),
        "4.2",
        ("clip-norm-direction",),
        given=(Relation(Entry(near, 1), "=", high), Relation(Entry(near, 2), "=", Entry(g, 2))),
        sizes={n_w: 2},
        values={"g": sp.Matrix([2, sp.Rational(1, 2)]), "near": sp.Matrix([1, sp.Rational(1, 2)]), "high": number(1)},
    ),
    Counterexample(
        "clip-norm-of-arrays",
        "The listing's norm leaves out numbers",
        "The norm is that of all gradients. The listing sums over arrays only; here an array with one entry, and a "
        "number beside it.",
        Relation(SquaredNorm(g), "=", SquaredNorm(g) + g_1**2),
        "4.2",
        ("clip-norm-after",),
        sizes={n_w: 1},
        values={"g": number(3), "g_1": number(4)},
    ),
    Counterexample(
        "clip-bounds-the-slope",
        "Clipping does not stop gradients from exploding",
        "Clipping prevents exploding gradients. If it did, the slope of the last state in the first would stay below "
        "the listing's bound; here after ten steps, with a recurrent weight of two.",
        Relation(Gradient(last, hidden_0), "<=", N_max),
        "Summary",
        ("chain-slope", "clip-step"),
        sizes={T: 10},
        values={"w_hh": number(2), "hidden_0": number(1), "N_max": number(5)},
    ),
    Counterexample(
        "clip-is-unbiased",
        "Clipped gradients have another mean",
        "Minibatches give the gradient on average. Here two batches that are equally probable, with one weight: on "
        "average nothing is left of the gradient.",
        Relation((g_hat + g_hat_2) / 2, "=", (g + g_2) / 2),
        "Summary",
        ("clip-mean-of-two",),
        given=(LENGTH, LENGTH_2, LONG),
        sizes={n_w: 1},
        values=OPPOSITE,
    ),
    Counterexample(
        "clip-goes-downhill",
        "On average clipped steps may go uphill",
        "At least the mean of clipped gradients points downhill. Here the second batch is three times as frequent as "
        "the first.",
        Relation((g_hat + 3 * g_hat_2).T @ (g + 3 * g_2), ">=", zero),
        "Summary",
        ("clip-mean-of-two",),
        given=(LENGTH, LENGTH_2, LONG),
        sizes={n_w: 1},
        values=OPPOSITE,
    ),
)

JUDGEMENTS = (
    Judgement(
        "clip-listing-silent",
        "The listing does not refuse what is not finite, or too large",
        "Gradients are clipped before each step.",
        "The listing lets NaN pass: no comparison with it is true. One infinity turns into NaN and all other entries "
        "into zero. Entries whose squares overflow become zero, all of them, though they could be clipped rightly. In "
        "the last two cases NumPy warns of its own arithmetic; the listing returns.",
        "experiment",
        "4.2",
        ("clip-norm-after",),
    ),
    Judgement(
        "clip-listing-alias",
        "Sometimes the listing returns a copy, sometimes not",
        "The clipped gradients are returned.",
        "If nothing is to be clipped, the listing returns the very arrays that it was given, otherwise new ones. Who "
        "changes the result then changes the gradients, or not.",
        "experiment",
        "4.2",
    ),
)

STATEMENTS: tuple[Statement, ...] = (
    *NEAREST,
    *NORM,
    *VALUE,
    *EXPLODING,
    *MEAN,
    *COUNTEREXAMPLES,
    *JUDGEMENTS,
)
