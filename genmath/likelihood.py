r"""Likelihoods of a decoder: Gaussian, as equation (12) of the sheet has it, and Bernoulli, as its listing has it.

Chapter ``docs/chapters/vae.md``.

Notation (all of it in :mod:`genmath.notation`): ``mean_x`` the decoder's mean, ``logits`` its logits, both of ``d``
pixels; ``pixel``, ``pixel_hat`` one pixel and its reconstruction, ``t`` its logit; ``tiny`` the small number that the
listing adds inside of its logarithms.  Code: :mod:`genmodels.losses`.

Contents: the Gaussian likelihood, softplus, the Bernoulli likelihood, its floor for grey pixels, the small number, and
what the sheet says of them.
"""

from __future__ import annotations

import sympy as sp

from genmath.activations import LOGISTIC
from genmath.calc import Claim, Counterexample, Link, Mistake, Statement
from genmath.calculus import Gradient, Integral
from genmath.divergence import excess, half, log_two_pi, one, zero
from genmath.notation import (
    d,
    exp,
    i,
    let,
    log,
    logits,
    mean_x,
    pixel,
    pixel_hat,
    sigma,
    softplus,
    t,
    tiny,
    x,
)
from genmath.rules import At, By, Compute, NonNegative
from genmath.surface import ONE, Node, Num, Relation, Sigma, SquaredNorm, as_node

SOFTPLUS = {**LOGISTIC, "softplus": lambda v: sp.log(1 + sp.exp(v))}


def over_pixels(term: Node) -> Node:
    """A sum over the pixels."""
    return Sigma(i, ONE, d, term)


# ---------------------------------------------------------------- Gaussian

gaussian = -SquaredNorm(x - mean_x) / 2 - Num(d) / 2 * log_two_pi

GAUSSIAN = (
    Claim(
        "vae-gaussian-likelihood",
        "The Gaussian log-likelihood is a squared distance",
        over_pixels(-((x[i] - mean_x[i]) ** 2) / 2 - log_two_pi / 2),
        (Link("=", gaussian, "the squares add up to a squared length"),),
        "(12)",
        mistakes=(
            Mistake("lost factor one half", -SquaredNorm(x - mean_x) - Num(d) / 2 * log_two_pi),
            Mistake("the constant of one pixel for all", -SquaredNorm(x - mean_x) / 2 - log_two_pi / 2),
        ),
    ),
    Claim(
        "vae-gaussian-slope",
        "Slope of the Gaussian log-likelihood in the mean",
        Gradient(let("log_likelihood", gaussian), mean_x),
        (Link("=", x - mean_x, "derivative of a square"),),
        "(12)",
        uses=("vae-gaussian-likelihood",),
        mistakes=(Mistake("turned sign", mean_x - x),),
    ),
)

# ---------------------------------------------------------------- softplus

STABLE = (
    Claim(
        "softplus",
        "Softplus",
        softplus(t),
        (Link("=", log(1 + exp(t)), "by definition", Compute()),),
        "2.2",
        "definition",
        meanings=SOFTPLUS,
    ),
    Claim(
        "softplus-slope",
        "Slope of softplus",
        softplus.slope(t),
        (Link("=", sigma(t), "derivative of the logarithm", Compute()),),
        "2.2",
        uses=("softplus", "sigmoid"),
        meanings=SOFTPLUS,
        mistakes=(Mistake("softplus itself", softplus(t)),),
    ),
    Claim(
        "softplus-symmetry",
        "Softplus of both signs",
        softplus(t),
        (Link("=", t + softplus(-t), "take the exponential out of the sum", Compute()),),
        "2.2",
        uses=("softplus",),
        meanings=SOFTPLUS,
        mistakes=(Mistake("taken for an even function", softplus(-t)),),
    ),
    Claim(
        "softplus-sigmoid",
        "Softplus by the logistic function",
        softplus(t),
        (Link("=", -log(sigma(-t)), "the logarithm of a quotient", Compute()),),
        "2.2",
        uses=("softplus", "sigmoid"),
        meanings=SOFTPLUS,
        mistakes=(Mistake("argument not turned", -log(sigma(t))),),
    ),
)

# ---------------------------------------------------------------- Bernoulli

bernoulli = over_pixels(x[i] * logits[i] - softplus(logits[i]))

BERNOULLI = (
    Claim(
        "bce-logits",
        "The cross entropy of one pixel, from its logit",
        -(pixel * log(sigma(t)) + (1 - pixel) * log(1 - sigma(t))),
        (Link("=", softplus(t) - pixel * t, "both logarithms are softplus, of either sign", Compute()),),
        "2.2",
        uses=("softplus", "sigmoid"),
        meanings=SOFTPLUS,
        mistakes=(
            Mistake("turned sign of the logit", softplus(t) + pixel * t),
            Mistake("lost pixel", softplus(t) - t),
        ),
    ),
    Claim(
        "vae-bernoulli-likelihood",
        "The Bernoulli log-likelihood, from the logits",
        let("bernoulli", bernoulli),
        (Link("=", bernoulli, "minus the cross entropy, pixel by pixel"),),
        "2.2",
        "definition",
        uses=("bce-logits",),
    ),
    Claim(
        "vae-bernoulli-slope",
        "Slope of the Bernoulli log-likelihood in the logits",
        Gradient(let("bernoulli", bernoulli), logits),
        (
            Link("=", x - softplus.slope(logits), "pixel by pixel"),
            Link("=", x - sigma(logits), "slope of softplus", By("softplus-slope")),
        ),
        "2.2",
        uses=("vae-bernoulli-likelihood", "softplus-slope"),
        meanings=SOFTPLUS,
        mistakes=(
            Mistake("turned sign", sigma(logits) - x),
            Mistake("with the slope of the sigmoid", (x - sigma(logits)) * sigma.slope(logits)),
        ),
    ),
)

# ---------------------------------------------------------------- grey pixels


def cross_entropy(truth: Node, guess: Node) -> Node:
    """What a pixel costs."""
    return -(truth * log(guess)) - (1 - truth) * log(1 - guess)


slack = pixel * excess(pixel_hat / pixel) + (1 - pixel) * excess((1 - pixel_hat) / (1 - pixel))
quarter = Num(sp.Rational(1, 4))

GREY = (
    Claim(
        "bce-floor",
        "A grey pixel costs at least its entropy",
        cross_entropy(pixel, pixel_hat),
        (
            Link(
                ">=",
                cross_entropy(pixel, pixel),
                "the logarithm lies below its tangent, twice",
                NonNegative(
                    slack,
                    by=(
                        At("log-tangent", pixel_hat / pixel),
                        At("log-tangent", (1 - pixel_hat) / (1 - pixel)),
                    ),
                ),
            ),
        ),
        "2.2",
        uses=("log-tangent",),
        equality=(
            Relation(pixel_hat / pixel, "=", one),
            Relation((1 - pixel_hat) / (1 - pixel), "=", one),
        ),
        mistakes=(Mistake("the entropy is the most", cross_entropy(pixel, pixel), "<="),),
    ),
    Claim(
        "bce-uniform-floor",
        "The floor of a pixel that is any grey",
        Integral(cross_entropy(t, t), t, 0, 1),
        (Link("=", half, "integrate by parts", Compute()),),
        "2.2",
        uses=("bce-floor",),
        mistakes=(Mistake("no floor", zero), Mistake("one half of each term", quarter)),
    ),
    Claim(
        "bce-uniform-floor-mnist",
        "The floor of an image of such pixels",
        over_pixels(half),
        (Link("=", as_node(392), "one half for each pixel"),),
        "2.2",
        given=(Relation(as_node(d), "=", as_node(784)),),
        uses=("bce-uniform-floor",),
        mistakes=(Mistake("one for each pixel", as_node(784)),),
    ),
)

# ---------------------------------------------------------------- the small number

loss_tiny = let("loss_tiny", -log(sigma(t) + tiny))
TINY = sp.Rational(1, 10**8)

SMALL = (
    Claim(
        "bce-epsilon",
        "Slope with the small number",
        Gradient(loss_tiny, t),
        (
            Link(
                "=",
                -(sigma(t) * (1 - sigma(t))) / (sigma(t) + tiny),
                "derivative of the logarithm, slope of the logistic function",
                Compute(),
            ),
        ),
        "2.2",
        uses=("sigmoid-slope",),
        meanings=LOGISTIC,
        mistakes=(Mistake("as if it were not there", -(1 - sigma(t))),),
    ),
    Claim(
        "bce-epsilon-negative",
        "With the small number a loss falls below zero",
        -log(1 + tiny),
        (
            Link(
                "<",
                zero,
                "the logarithm is positive above 1",
                NonNegative(log(1 + tiny), by=(At("log-one-plus", tiny),)),
            ),
        ),
        "2.2",
        uses=("log-one-plus",),
        mistakes=(Mistake("the loss is not negative", zero, ">="),),
    ),
)

# ---------------------------------------------------------------- what the sheet says

COUNTEREXAMPLES = (
    Counterexample(
        "vae-printed-likelihood",
        "The formula's likelihood is not the listing's",
        "The decoder's distribution is Gaussian; the loss in the listing, a cross entropy, is taken for its logarithm. "
        "Here the slopes of both in the logit of one pixel.",
        Relation(Gradient(let("log_likelihood", -SquaredNorm(x - sigma(logits)) / 2), logits), "=", x - sigma(logits)),
        "(12)",
        ("vae-gaussian-likelihood", "vae-bernoulli-likelihood", "vae-bernoulli-slope"),
        sizes={d: 1},
        values={"x": sp.Matrix([1]), "logits": sp.Matrix([0])},
        meanings=LOGISTIC,
    ),
    Counterexample(
        "bce-floor-is-zero",
        "The best loss of grey pixels is not zero",
        "The loss of a perfect reconstruction is 0. Here the mean over a pixel that takes every grey equally often.",
        Relation(Integral(cross_entropy(t, t), t, 0, 1), "=", zero),
        "2.2",
        ("bce-floor", "bce-uniform-floor"),
    ),
    Counterexample(
        "bce-is-no-density",
        "For grey pixels the cross entropy is no log-likelihood",
        "The exponential of minus the cross entropy is a density of grey pixels. Here its integral over all greys, for "
        "a decoder that says one quarter.",
        Relation(Integral(exp(t * log(pixel_hat) + (1 - t) * log(1 - pixel_hat)), t, 0, 1), "=", one),
        "2.2",
        ("bce-logits",),
        values={"pixel_hat": sp.Matrix([sp.Rational(1, 4)])},
    ),
    Counterexample(
        "bce-epsilon-keeps-slope",
        "The small number halves the slope where it is needed most",
        "A small number inside of the logarithm protects it and changes nothing else. Here the reconstruction of a "
        "pixel of ink is as small as the number itself.",
        Relation(Gradient(loss_tiny, t), "=", -(1 - sigma(t))),
        "2.2",
        ("bce-epsilon", "bce-epsilon-negative", "bce-logits"),
        values={"t": sp.Matrix([sp.log(TINY / (1 - TINY))]), "tiny": sp.Matrix([TINY])},
        meanings=LOGISTIC,
    ),
)

STATEMENTS: tuple[Statement, ...] = (*GAUSSIAN, *STABLE, *BERNOULLI, *GREY, *SMALL, *COUNTEREXAMPLES)
