r"""The museum's own claims: what is right where another work slipped, and where no chapter says it.

Page ``docs/museum.md``; the exhibits that they correct stand in :mod:`genmath.museum`.

Notation (all of it in :mod:`genmath.notation`): ``guess``, ``other`` probabilities of ``m`` states; ``real``, ``fake``
those of data and samples on ``m`` points, ``transport`` a plan that moves one to the other, ``far`` the distances,
``critic`` a function on the points; ``x`` and ``y`` two samples; ``coef``, ``targets`` those of a linear regression on
the samples ``X``; ``m_hat``, ``v_hat`` Adam's corrected moments after ``T`` steps.

Contents: entropies, adversarial games, slopes, means and sums, Adam.
"""

from __future__ import annotations

import random

import sympy as sp

from genmath.autoencoder import a_e, z
from genmath.calc import Claim, Link, Mistake, Statement, definition
from genmath.calculus import Gradient, Partial
from genmath.divergence import ONE_EACH, excess, half, over_states, two_distributions
from genmath.models import Sizes, Values, entries
from genmath.notation import (
    T,
    W,
    X,
    b,
    b_e,
    beta_1,
    beta_2,
    coef,
    critic,
    fake,
    far,
    guess,
    i,
    j,
    judge,
    k,
    let,
    log,
    m,
    m_hat,
    n,
    other,
    p,
    real,
    short_of,
    sigma,
    sqrt,
    step,
    targets,
    tiny_adam,
    transport,
    v_hat,
    x,
    y,
)
from genmath.rules import At, ForAll, NonNegative
from genmath.surface import ONE, Constant, Entry, Node, Num, Relation, Sigma, SquaredNorm, as_node

# ---------------------------------------------------------------- entropies

entropy = let("entropy", -over_states(guess[i] * log(guess[i])))
cross_entropy = let("cross_entropy", -over_states(guess[i] * log(other[i])))
apart = over_states(guess[i] * excess(other[i] / guess[i]))
share = Num(1 / m)

ENTROPIES = (
    definition("museum-entropy", "Entropy", entropy, entropy.body),
    definition("museum-cross-entropy", "Cross entropy", cross_entropy, cross_entropy.body),
    Claim(
        "museum-cross-entropy-floor",
        "The cross entropy is at least the entropy",
        cross_entropy,
        (
            Link("=", entropy + apart, "both distributions sum to one"),
            Link(
                ">=",
                entropy,
                "the logarithm lies below its tangent",
                NonNegative(apart, by=(At("log-tangent", other[i] / guess[i]),)),
            ),
        ),
        given=ONE_EACH,
        uses=("museum-entropy", "museum-cross-entropy", "log-tangent"),
        model=two_distributions,
        equality=(ForAll(i, ONE, m, Relation(other[i] / guess[i], "=", as_node(1))),),
        mistakes=(Mistake("at most the entropy", entropy, "<="),),
    ),
    Claim(
        "museum-entropy-uniform",
        "Entropy of states that are equally probable",
        -over_states(share * log(share)),
        (Link("=", log(Num(m)), "the logarithm of one over a number is minus that of the number"),),
        uses=("museum-entropy",),
        mistakes=(Mistake("lost weights", m * log(Num(m))),),
    ),
)

# ---------------------------------------------------------------- adversarial games

ones = Constant("1", (m, ONE))
gain = over_states(real[i] * critic[i]) - over_states(fake[i] * critic[i])
cost = over_states(Sigma(j, ONE, m, transport[i, j] * far[i, j]))
unused = over_states(Sigma(j, ONE, m, transport[i, j] * short_of[i, j]))
PLAN = (Relation(transport @ ones, "=", real), Relation(transport.T @ ones, "=", fake))
NOT_STEEPER = Relation(far, "=", critic @ ones.T - ones @ critic.T + short_of)


def plan(generator: random.Random, sizes: Sizes) -> Values:
    """A plan, what it moves, and a critic that is nowhere steeper than the distance."""
    size = sizes[m]
    weights = sp.Matrix(size, size, lambda *_: sp.Rational(generator.randint(1, 60)))
    moved = weights / sum(weights)
    heights = entries(generator, size, 1)
    left = sp.Matrix(size, size, lambda *_: 10 + sp.Rational(generator.randint(0, 40), 7))
    gaps = sp.Matrix(size, size, lambda row, column: heights[row] - heights[column])
    return {
        "transport": moved,
        "real": moved * sp.ones(size, 1),
        "fake": moved.T * sp.ones(size, 1),
        "critic": heights,
        "short_of": left,
        "far": gaps + left,
    }


GAMES = (
    Claim(
        "museum-saturating-floor",
        "Where the discriminator is fooled, this loss is large",
        -log(1 - judge),
        (
            Link(
                ">=",
                judge,
                "the logarithm lies below its tangent",
                NonNegative(excess(1 - judge), by=(At("log-tangent", 1 - judge),)),
            ),
        ),
        uses=("log-tangent",),
        mistakes=(Mistake("at most that", judge, "<="),),
    ),
    Claim(
        "museum-wasserstein-dual",
        "No critic gains more than a plan costs",
        gain,
        (
            Link(
                "<=",
                cost,
                "what the plan moves, times what the critic falls short of the distance, is not negative",
                NonNegative(unused),
            ),
        ),
        given=(*PLAN, NOT_STEEPER),
        model=plan,
        mistakes=(Mistake("it gains just that", cost, "="),),
    ),
)

# ---------------------------------------------------------------- slopes

l2_loss = let("l2_loss", half * ((x - y) * (x - y)))

SLOPES = (
    definition("museum-l2-loss", "Half of the squared differences", l2_loss, l2_loss.body),
    Claim(
        "museum-half-square",
        "Slope of half of the squared distance",
        Gradient(half * SquaredNorm(x - y), x),
        (Link("=", x - y, "the two of the square and the half cancel"),),
        mistakes=(Mistake("turned sign", y - x), Mistake("without the half", 2 * (x - y))),
    ),
    Claim(
        "museum-layer-bias",
        "Slope of a layer in its bias",
        Partial(Entry(z, p), Entry(b_e, p)),
        (Link("=", Entry(sigma.slope(a_e), p), "the bias enters the preactivation with slope 1"),),
        free={p: k},
        uses=("ae-encoder", "ae-preactivation-encoder"),
        mistakes=(Mistake("times the bias", Entry(sigma.slope(a_e), p) * Entry(b_e, p)),),
    ),
    Claim(
        "museum-quadratic-slope",
        "Slope of a quadratic function",
        Gradient(x.T @ W @ x - b.T @ x, x),
        (Link("=", (W + W.T) @ x - b, "the product rule, once for each place where the sample stands"),),
        mistakes=(Mistake("differentiated once", W @ x - b), Mistake("without the transpose", 2 * (W @ x) - b)),
    ),
)

# ---------------------------------------------------------------- means and sums

errors = X.T @ coef - targets
L_half = let("L_half", SquaredNorm(errors) / Num(2 * n))

MEANS = (
    definition("museum-regression-loss", "Half of the mean squared error", L_half, L_half.body),
    Claim(
        "museum-regression-slope",
        "Its gradient is a mean, too",
        Gradient(L_half, coef),
        (Link("=", (X @ errors) / n, "the number of samples stands still"),),
        uses=("museum-regression-loss",),
        mistakes=(Mistake("the sum", X @ errors), Mistake("divided twice", (X @ errors) / Num(n**2))),
    ),
)

# ---------------------------------------------------------------- Adam


def ratio(first: Node, second: Node, small: Node | None = None) -> Node:
    """The first moment over the root of the second, with a small number if there is one."""
    return first / (sqrt(second) + small if small is not None else sqrt(second))


adam_step = let("adam_step", step * ratio(m_hat, v_hat))


seen_1, seen_2 = 1 - beta_1**T, 1 - beta_2**T


def folded(small: Node) -> Node:
    """Adam's step from moments that are not corrected."""
    return (sqrt(seen_2) / seen_1) * step * ratio(seen_1 * m_hat, seen_2 * v_hat, small)


ADAM = (
    definition("museum-adam-step", "Adam's step, where its small number is neglected", adam_step, adam_step.body),
    Claim(
        "museum-adam-folded",
        "Adam's correction, put into its learning rate",
        step * ratio(m_hat, v_hat, tiny_adam),
        (
            Link(
                "=",
                folded(sqrt(seen_2) * tiny_adam),
                "both corrections stand above and below; the small number stands beside a root",
            ),
        ),
        mistakes=(Mistake("the small number is left as it is", folded(tiny_adam)),),
    ),
)

STATEMENTS: tuple[Statement, ...] = (*ENTROPIES, *GAMES, *SLOPES, *MEANS, *ADAM)
