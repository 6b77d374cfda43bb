r"""Descent, Adam and schedules: how fast descent is where it can be computed, and what adapts to the gradient.

Chapter ``docs/chapters/training.md``; the sheet's summary.

Notation (all of it in :mod:`genmath.notation`): near a minimum a loss is a quadratic; ``xi`` is the distance of a
parameter from the minimum, ``curve`` the curvature of the loss there, ``step`` the learning rate, ``T`` steps.
``size_g`` is the size of one entry of a gradient, ``beta_1``, ``beta_2`` and ``tiny_adam`` are Adam's settings.
Code: :mod:`genmodels.optim`.

Contents: a quadratic loss in its own directions, the factor of a step, the best learning rate, Adam, schedules, what
the sheet says.
"""

from __future__ import annotations

import random

import sympy as sp

from genmath.calc import Claim, Counterexample, Judgement, Link, Mistake, Statement, definition
from genmath.calculus import Gradient, Iterated
from genmath.models import Sizes, Values, entries, orthonormal
from genmath.notation import (
    T,
    V_w,
    beta_1,
    beta_2,
    cos,
    curve,
    curves,
    drop,
    ell,
    entries_t,
    i,
    lam_1,
    lam_2,
    let,
    n_w,
    share_1,
    share_2,
    sin,
    size_g,
    slowest,
    sqrt,
    step,
    t,
    tiny_adam,
    v,
    xi,
    xi_0,
    xi_w,
)
from genmath.rules import Compute, Induction, NonNegative
from genmath.surface import ONE, Constant, Diag, Num, Relation, Sigma, as_node

zero, one = as_node(0), as_node(1)
half = Num(sp.Rational(1, 2))
steps = Num(T)

# ---------------------------------------------------------------- a quadratic loss in its own directions

hessian = let("hessian", V_w @ Diag(curves) @ V_w.T)
ORTHONORMAL = Relation(V_w.T @ V_w, "=", Constant("I", (n_w, n_w)))
factors = Constant("1", (n_w, ONE)) - step * curves


def bowl(generator: random.Random, sizes: Sizes) -> Values:
    """Orthonormal directions, and a curvature in each."""
    size = sizes[n_w]
    return {"V_w": orthonormal(generator, size, size), "curves": entries(generator, size, 1)}


QUADRATIC = (
    definition("gd-hessian", "The second derivatives of a quadratic loss", hessian, hessian.body, "Summary"),
    Claim(
        "gd-gradient",
        "Its gradient",
        Gradient(xi_w.T @ hessian @ xi_w / 2, xi_w),
        (Link("=", hessian @ xi_w, "derivative of a quadratic; the matrix is symmetric"),),
        "Summary",
        uses=("gd-hessian",),
        mistakes=(Mistake("the half is forgotten", 2 * (hessian @ xi_w)),),
    ),
    Claim(
        "gd-directions",
        "In its own directions each parameter descends alone",
        V_w.T @ (xi_w - step * (hessian @ xi_w)),
        (Link("=", factors * (V_w.T @ xi_w), "the directions are orthonormal"),),
        "Summary",
        given=(ORTHONORMAL,),
        uses=("gd-gradient",),
        model=bowl,
        mistakes=(
            Mistake("uphill", (Constant("1", (n_w, ONE)) + step * curves) * (V_w.T @ xi_w)),
            Mistake("one factor for all of them", (1 - step) * (V_w.T @ xi_w)),
        ),
    ),
)

# ---------------------------------------------------------------- the factor of a step

factor = 1 - step * curve
below = (Relation(step * curve, "<", as_node(2)),)
above = (Relation(step * curve, ">", as_node(2)),)


def rate_and_curve(product: sp.Rational, generator: random.Random) -> Values:
    """A curvature, and the learning rate that gives the product of both."""
    curvature = sp.Rational(generator.randint(1, 60), 7)
    return {"curve": sp.Matrix([[curvature]]), "step": sp.Matrix([[product / curvature]])}


def slow(generator: random.Random, _: Sizes) -> Values:
    return rate_and_curve(sp.Rational(generator.randint(1, 19), 10), generator)


def fast(generator: random.Random, _: Sizes) -> Values:
    return rate_and_curve(2 + sp.Rational(generator.randint(1, 19), 10), generator)


FACTOR = (
    Claim(
        "gd-error",
        "What is left after any number of steps",
        Iterated(xi, xi - step * (curve * xi), xi_0, steps),
        (Link("=", factor**T * xi_0, "each step leaves the same part", Induction()),),
        "Summary",
        uses=("gd-directions",),
        mistakes=(
            Mistake("one step", factor * xi_0),
            Mistake("the steps add up", (1 - Num(T) * (step * curve)) * xi_0),
            Mistake("uphill", (1 + step * curve) ** T * xi_0),
        ),
    ),
    Claim(
        "gd-converges",
        "A learning rate below two over the curvature brings it nearer",
        factor**2,
        (
            Link(
                "<",
                one,
                "what is missing is a product of positive numbers",
                NonNegative(step * curve * (2 - step * curve)),
            ),
        ),
        "Summary",
        given=below,
        uses=("gd-error",),
        model=slow,
        mistakes=(Mistake("it stays", one, "="),),
    ),
    Claim(
        "gd-diverges",
        "A larger one brings it farther away",
        factor**2,
        (
            Link(
                ">",
                one,
                "what is too much is a product of positive numbers",
                NonNegative(step * curve * (step * curve - 2)),
            ),
        ),
        "Summary",
        given=above,
        uses=("gd-error",),
        model=fast,
        mistakes=(Mistake("it stays", one, "="),),
    ),
    Claim(
        "gd-boundary",
        "At two over the curvature it jumps to and fro",
        (1 - (2 / curve) * curve) ** T * xi_0,
        (Link("=", Num(sp.Integer(-1)) ** T * xi_0, "the curvature cancels"),),
        "Summary",
        uses=("gd-error",),
        mistakes=(Mistake("it stands still", xi_0),),
    ),
)

# ---------------------------------------------------------------- the best learning rate

cond = let("cond", lam_1 / lam_2)
best = 2 / (lam_1 + lam_2)
ratio = (lam_1 - lam_2) / (lam_1 + lam_2)
over = lam_1 * (slowest - (1 - step * lam_2)) + lam_2 * (slowest - (step * lam_1 - 1))


def bounded(generator: random.Random, _: Sizes) -> Values:
    """Two curvatures, a learning rate, and a bound of both factors."""
    small = sp.Rational(generator.randint(1, 20), 7)
    large, rate = small + sp.Rational(generator.randint(1, 20), 3), sp.Rational(generator.randint(1, 20), 41)
    bound = max(1 - rate * small, rate * large - 1) + sp.Rational(generator.randint(0, 3), 5)
    return {
        name: sp.Matrix([[value]])
        for name, value in {"lambda_1": large, "lambda_2": small, "step": rate, "slowest": bound}.items()
    }


BEST = (
    Claim(
        "gd-best-flat",
        "The flattest direction at the best learning rate",
        1 - best * lam_2,
        (Link("=", ratio, "bring it over one denominator"),),
        "Summary",
        uses=("gd-error",),
        mistakes=(Mistake("turned sign", -ratio),),
    ),
    Claim(
        "gd-best-steep",
        "The steepest direction at the same rate",
        1 - best * lam_1,
        (Link("=", -ratio, "bring it over one denominator"),),
        "Summary",
        uses=("gd-error",),
        mistakes=(Mistake("turned sign", ratio),),
    ),
    Claim(
        "gd-best-rate",
        "No learning rate makes both directions faster",
        slowest,
        (
            Link(
                ">=",
                ratio,
                "weigh both bounds with the curvature of the other direction: the learning rate cancels",
                NonNegative(over / (lam_1 + lam_2)),
            ),
        ),
        "Summary",
        given=(Relation(slowest, ">=", 1 - step * lam_2), Relation(slowest, ">=", step * lam_1 - 1)),
        uses=("gd-best-flat", "gd-best-steep"),
        model=bounded,
        equality=(Relation(slowest, "=", 1 - step * lam_2), Relation(slowest, "=", step * lam_1 - 1)),
        mistakes=(Mistake("always the best", ratio, "="),),
    ),
    definition("gd-condition", "The condition number", cond, cond.body, "Summary"),
    Claim(
        "gd-condition-rate",
        "The best factor, by the condition number",
        ratio,
        (Link("=", (cond - 1) / (cond + 1), "divide numerator and denominator by the smaller curvature"),),
        "Summary",
        uses=("gd-condition", "gd-best-rate"),
        mistakes=(Mistake("one over the condition number", 1 / cond),),
    ),
)

# ---------------------------------------------------------------- Adam

first = ((1 - beta_1) * size_g) / (1 - beta_1)
second = ((1 - beta_2) * size_g**2) / (1 - beta_2)
louder = v * entries_t

ADAM = (
    Claim(
        "adam-first-step",
        "Adam's first step",
        step * (first / (sqrt(second) + tiny_adam)),
        (
            Link(
                "=",
                step * (size_g / (size_g + tiny_adam)),
                "the correction of the bias cancels the shares of the first gradient",
                Compute(),
            ),
        ),
        "Summary",
        mistakes=(
            Mistake("that of plain descent", step * size_g),
            Mistake("without the correction", step * ((1 - beta_1) * size_g / (sqrt(1 - beta_2) * size_g + tiny_adam))),
        ),
    ),
    Claim(
        "adam-first-bound",
        "It is shorter than the learning rate, for every gradient",
        step * (size_g / (size_g + tiny_adam)),
        (
            Link(
                "<",
                step,
                "what is missing is a product of positive numbers",
                NonNegative(step * (tiny_adam / (size_g + tiny_adam))),
            ),
        ),
        "Summary",
        uses=("adam-first-step",),
        mistakes=(Mistake("just as long", step, "="),),
    ),
    Claim(
        "adam-scale",
        "Louder gradients make no longer steps, but for the small number",
        share_1.T @ louder / sqrt(share_2.T @ (louder * louder)),
        (
            Link(
                "=",
                share_1.T @ entries_t / sqrt(share_2.T @ (entries_t * entries_t)),
                "the factor goes through the sum, and through the root",
            ),
        ),
        "Summary",
        mistakes=(
            Mistake(
                "as much longer as the gradients",
                v * (share_1.T @ entries_t) / sqrt(share_2.T @ (entries_t * entries_t)),
            ),
        ),
    ),
    Claim(
        "adam-adapts",
        "The larger the gradient, the smaller the rate by which Adam multiplies it",
        Gradient(step / (size_g + tiny_adam), size_g),
        (
            Link("=", -(step / (size_g + tiny_adam) ** 2), "derivative of a quotient", Compute()),
            Link("<", zero, "a positive number, with a minus sign", NonNegative(step / (size_g + tiny_adam) ** 2)),
        ),
        "Summary",
        uses=("adam-first-step",),
        mistakes=(Mistake("it does not depend on the gradient", zero, "="),),
    ),
)

# ---------------------------------------------------------------- schedules

angle = as_node(sp.pi) * t / steps
cosine = half * (1 + cos(angle))
unchanged = Iterated(xi, drop * xi, step, Num(ell))

SCHEDULES = (
    Claim(
        "schedule-cosine",
        "The cosine schedule",
        cosine,
        (Link("=", cos(angle / 2) ** 2, "the cosine of twice an angle", Compute()),),
        "Summary",
        mistakes=(Mistake("a cosine of half the angle", cos(angle / 2)), Mistake("a sine", sin(angle / 2) ** 2)),
    ),
    Claim(
        "schedule-cosine-slope",
        "It falls all the way",
        Gradient(cosine, t),
        (
            Link(
                "=",
                -(as_node(sp.pi) / (2 * steps) * sin(angle)),
                "derivative of the cosine, and of its angle",
                Compute(),
            ),
        ),
        "Summary",
        uses=("schedule-cosine",),
        mistakes=(Mistake("it rises", as_node(sp.pi) / (2 * steps) * sin(angle)),),
    ),
    Claim(
        "schedule-step",
        "The step schedule, after some drops",
        unchanged,
        (Link("=", drop**ell * step, "one more drop, one more factor", Induction()),),
        "Summary",
        mistakes=(Mistake("one drop in all", drop * step), Mistake("the drops add up", Num(ell) * drop * step)),
    ),
    Claim(
        "schedule-warm-up",
        "The factors of a warm-up, summed over its steps",
        Sigma(i, ONE, T, as_node(i) / steps),
        (Link("=", (steps + 1) / 2, "the numbers up to T add up to half of T times T plus one", Compute()),),
        "Summary",
        mistakes=(Mistake("all of them count fully", steps),),
    ),
)

# ---------------------------------------------------------------- what the sheet says

COUNTEREXAMPLES = (
    Counterexample(
        "schedules-adapt",
        "A schedule does not adapt to the gradient",
        "A schedule adapts the learning rate during the training. If it did, a larger gradient would change the rate; "
        "here the rate of the cosine schedule, half way.",
        Relation(Gradient(step * cosine, size_g), "<", zero),
        "Summary",
        ("schedule-cosine", "adam-adapts"),
        sizes={T: 4},
        values={"step": sp.Matrix([[1]]), "size_g": sp.Matrix([[3]]), "t": sp.Matrix([[2]])},
    ),
)

JUDGEMENTS = (
    Judgement(
        "schedule-plateau",
        "One schedule does adapt",
        "A schedule adapts the learning rate during the training.",
        "Reducing the rate on a plateau does: it waits until the loss stops falling. It adapts to the loss and not to "
        "the gradient, and to all parameters at once. The others know the number of the step and nothing else.",
        "experiment",
        "Summary",
        ("schedule-step",),
    ),
)

STATEMENTS: tuple[Statement, ...] = (*QUADRATIC, *FACTOR, *BEST, *ADAM, *SCHEDULES, *COUNTEREXAMPLES, *JUDGEMENTS)
