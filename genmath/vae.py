r"""Variational autoencoders: equations (11)-(16) of the sheet, the bound, and sampling that can be differentiated.

Chapter ``docs/chapters/vae.md``.

Notation (all of it in :mod:`genmath.notation`): ``states`` the joint density of the sample and each of ``m`` states of
the code, ``guess`` the encoder's probabilities, ``evidence`` the density of the sample; ``mean_1``, ``dev_1`` mean and
deviation of one coordinate of a Gaussian code, ``noise_1`` standard normal noise.

Contents: the bound and its gap, reparameterisation: law, moments, gradients, variances.  Divergences stand in
:mod:`genmath.divergence`.
"""

from __future__ import annotations

import random

import sympy as sp

from genmath.calc import Claim, Link, Mistake, Statement, definition
from genmath.calculus import Gradient, Integral
from genmath.divergence import density, excess, one, over_states, zero
from genmath.models import Sizes, Values, distribution
from genmath.notation import (
    code_1,
    dev_1,
    erf,
    evidence,
    exp,
    guess,
    i,
    let,
    log,
    m,
    mean_1,
    noise_1,
    sqrt,
    states,
    t,
)
from genmath.rules import At, By, Compute, ForAll, NonNegative
from genmath.surface import ONE, Node, Relation, as_node

# ---------------------------------------------------------------- the bound

posterior = let("posterior", states / evidence)
elbo = let("elbo", over_states(guess[i] * (log(states[i]) - log(guess[i]))))
divergence = let("kl", over_states(guess[i] * (log(guess[i]) - log(states[i] / evidence))))
gap = over_states(guess[i] * excess((states[i] / evidence) / guess[i]))
FINITE = (
    Relation(over_states(guess[i]), "=", one),
    Relation(over_states(states[i]), "=", evidence),
)


def finite(generator: random.Random, sizes: Sizes) -> Values:
    """A joint density of m states, and a guess of the posterior."""
    joint = [sp.Rational(generator.randint(1, 60), 61) for _ in range(sizes[m])]
    return {
        "joint": sp.Matrix(joint),
        "evidence": sp.Matrix([[sum(joint)]]),
        "guess": distribution(generator, sizes[m]),
    }


BOUND = (
    definition("vae-elbo", "The evidence lower bound", elbo, elbo.body, "(13)"),
    definition(
        "vae-posterior-divergence", "Divergence of the guess from the posterior", divergence, divergence.body, "(13)"
    ),
    Claim(
        "vae-evidence",
        "The evidence is the bound and a divergence",
        log(evidence),
        (Link("=", elbo + divergence, "the guess sums to one, so the logarithm of the evidence is its own mean"),),
        "(13)",
        given=FINITE,
        model=finite,
        uses=("vae-elbo", "vae-posterior-divergence"),
        mistakes=(Mistake("turned sign of the divergence", elbo - divergence), Mistake("no gap", elbo)),
    ),
    Claim(
        "vae-bound",
        "The bound is a bound, tight for the posterior alone",
        log(evidence),
        (
            Link("=", elbo + divergence, "the evidence is the bound and a divergence", By("vae-evidence")),
            Link(
                ">=",
                elbo,
                "no divergence is negative",
                NonNegative(gap, by=(At("log-tangent", states[i] / evidence / guess[i]),)),
            ),
        ),
        "(13)",
        given=FINITE,
        model=finite,
        uses=("vae-evidence", "log-tangent"),
        equality=(ForAll(i, ONE, m, Relation(states[i] / evidence / guess[i], "=", one)),),
        mistakes=(Mistake("an upper bound", elbo, "<="),),
    ),
)

# ---------------------------------------------------------------- reparameterisation

sample = mean_1 + dev_1 * noise_1


def mean_of(term: Node) -> Node:
    """The mean over standard normal noise."""
    return Integral(term * density(noise_1, zero, one), noise_1, -sp.oo, sp.oo)


normal_slope = exp(-(mean_1**2) / (2 * dev_1**2)) / (sqrt(as_node(2 * sp.pi)) * dev_1)
positive_part = (1 + erf(mean_1 / (dev_1 * sqrt(as_node(2))))) / 2
score = (code_1 - mean_1) / dev_1**2
gaussian = density(code_1, mean_1, dev_1)


def mean_of_code(term: Node) -> Node:
    """The mean over one Gaussian coordinate of the code."""
    return Integral(term * gaussian, code_1, -sp.oo, sp.oo)


SAMPLING = (
    Claim(
        "vae-sample-generating",
        "The sample has the law that is wanted",
        mean_of(exp(t * sample)),
        (
            Link("=", exp(t * mean_1 + t**2 * dev_1**2 / 2), "complete the square and integrate", Compute()),
            Link("=", mean_of_code(exp(t * code_1)), "the same for the Gaussian itself", Compute()),
        ),
        "(15)",
        mistakes=(Mistake("deviation for variance", exp(t * mean_1 + t**2 * dev_1 / 2)),),
    ),
    Claim(
        "vae-sample-mean",
        "Mean of the sample",
        mean_of(sample),
        (Link("=", mean_1, "the noise is centred", Compute()),),
        "(15)",
        mistakes=(Mistake("with the deviation", mean_1 + dev_1),),
    ),
    Claim(
        "vae-sample-variance",
        "Variance of the sample",
        mean_of((sample - mean_1) ** 2),
        (Link("=", dev_1**2, "the noise has variance one", Compute()),),
        "(15)",
        mistakes=(Mistake("deviation for variance", dev_1),),
    ),
    Claim(
        "vae-pathwise-gradient",
        "The gradient of a mean is the mean of the gradients",
        Gradient(let("generating", exp(t * mean_1 + t**2 * dev_1**2 / 2)), mean_1),
        (
            Link("=", t * exp(t * mean_1 + t**2 * dev_1**2 / 2), "differentiate the mean", Compute()),
            Link("=", mean_of_code(t * exp(t * code_1)), "the mean of the derivatives over the code", Compute()),
        ),
        "(15)",
        uses=("vae-sample-generating",),
        mistakes=(Mistake("lost inner derivative", exp(t * mean_1 + t**2 * dev_1**2 / 2)),),
    ),
    Claim(
        "vae-slope-log-var",
        "The sample in the logarithm of the variance",
        Gradient(let("sample", mean_1 + exp(t / 2) * noise_1), t),
        (Link("=", exp(t / 2) * noise_1 / 2, "the deviation is the exponential of half the logarithm", Compute()),),
        "2.2",
        mistakes=(Mistake("lost factor one half", exp(t / 2) * noise_1),),
    ),
    Claim(
        "vae-step-mean",
        "The mean of a step has a slope",
        Gradient(let("share", positive_part), mean_1),
        (Link("=", normal_slope, "derivative of the error function", Compute()),),
        "(15)",
        mistakes=(Mistake("the mean of the step's own slope", zero),),
    ),
    Claim(
        "vae-variance-pathwise",
        "Variance of the reparameterised gradient, for the square",
        mean_of((2 * sample - 2 * mean_1) ** 2),
        (Link("=", 4 * dev_1**2, "fourth power of two, variance of the sample", Compute()),),
        "(15)",
        mistakes=(Mistake("lost factor 2", 2 * dev_1**2),),
    ),
    Claim(
        "vae-variance-score",
        "Variance of the score-function gradient, for the square",
        mean_of_code((code_1**2 * score - 2 * mean_1) ** 2),
        (Link("=", mean_1**4 / dev_1**2 + 14 * mean_1**2 + 15 * dev_1**2, "moments of a Gaussian", Compute()),),
        "(15)",
        mistakes=(Mistake("that of the other estimator", 4 * dev_1**2),),
    ),
)

STATEMENTS: tuple[Statement, ...] = (*BOUND, *SAMPLING)
