r"""Variational autoencoders: equations (11)-(16) of the sheet, the bound, and sampling that can be differentiated.

Chapter ``docs/chapters/vae.md``.

Notation (all of it in :mod:`genmath.notation`): ``states`` the joint density of the sample and each of ``m`` states of
the code, ``guess`` the encoder's probabilities, ``evidence`` the density of the sample; ``mean_1``, ``dev_1`` mean and
deviation of one coordinate of a Gaussian code, ``noise_1`` standard normal noise.

Contents: the encoder's distribution, the bound and its gap, more than one draw, reparameterisation: law, moments,
gradients, variances, and what the sheet says.  Divergences stand in :mod:`genmath.divergence`, likelihoods in
:mod:`genmath.likelihood`, the network and its gradients in :mod:`genmath.vae_network`, the linear model in
:mod:`genmath.collapse`, noise as data in :mod:`genmath.noise_images`.
"""

from __future__ import annotations

import random

import sympy as sp

from genmath.calc import Claim, Counterexample, Judgement, Link, Mistake, Statement, definition
from genmath.calculus import Expectation, Gradient, Integral
from genmath.divergence import density, excess, half, log_density, log_two_pi, one, over_code, over_states, zero
from genmath.models import Sizes, Values, distribution
from genmath.notation import (
    NOISE_MOMENTS,
    average,
    code_1,
    dev,
    dev_1,
    eps_k,
    erf,
    evidence,
    exp,
    guess,
    i,
    j,
    k,
    let,
    likely,
    log,
    m,
    mean_1,
    mu,
    n,
    noise_1,
    other,
    prior,
    sqrt,
    states,
    t,
    v,
)
from genmath.rules import At, By, Compute, ForAll, NonNegative, Normal
from genmath.surface import ONE, Diag, Node, Num, Relation, Sigma, SquaredNorm, as_node

# ---------------------------------------------------------------- the encoder's distribution

z = let("z", mu + dev * eps_k)


DISTRIBUTIONS = (
    definition("vae-code", "A code is drawn", z, z.body, "(15)"),
    Claim(
        "vae-encoder-density",
        "The encoder's log-density at its own draw",
        over_code(log_density(z[i], mu[i], dev[i])),
        (
            Link(
                "=",
                -SquaredNorm(eps_k) / 2 - over_code(log(dev[i])) - Num(k) / 2 * log_two_pi,
                "the draw minus its mean is the deviation times the noise",
            ),
        ),
        "(11)",
        uses=("vae-code",),
        mistakes=(Mistake("deviations forgotten", -SquaredNorm(eps_k) / 2 - Num(k) / 2 * log_two_pi),),
    ),
    Claim(
        "vae-covariance",
        "The covariance is a diagonal matrix",
        Expectation(eps_k, one, (z - mu) @ (z - mu).T),
        (
            Link(
                "=",
                Diag(dev * dev),
                "entries of the noise are uncorrelated, with variance one",
                Normal((NOISE_MOMENTS,)),
            ),
        ),
        "(11)",
        uses=("vae-code",),
        mistakes=(Mistake("deviations for variances", Diag(dev)),),
    ),
    Claim(
        "vae-prior",
        "The prior's log-density",
        over_code(log_density(z[i], zero, one)),
        (Link("=", -SquaredNorm(z) / 2 - Num(k) / 2 * log_two_pi, "the squares add up to a squared length"),),
        "(16)",
        uses=("vae-code",),
        mistakes=(Mistake("lost factor one half", -SquaredNorm(z) - Num(k) / 2 * log_two_pi),),
    ),
    Claim(
        "vae-noise-variance",
        "The noise has variance one",
        Integral(noise_1**2 * density(noise_1, zero, one), noise_1, -sp.oo, sp.oo),
        (Link("=", one, "integrate by parts", Compute()),),
        "(16)",
        mistakes=(Mistake("one half", half),),
    ),
    Claim(
        "vae-prior-disc",
        "How much of the prior lies in a disc of the plane",
        Integral(2 * as_node(sp.pi) * t * (exp(-(t**2) / 2) / (2 * as_node(sp.pi))), t, 0, v),
        (Link("=", 1 - exp(-(v**2) / 2), "the antiderivative is minus the exponential", Compute()),),
        "(16)",
        uses=("vae-prior",),
        mistakes=(
            Mistake("what lies outside", exp(-(v**2) / 2)),
            Mistake("lost factor one half", 1 - exp(-(v**2))),
        ),
    ),
)

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
    Claim(
        "vae-elbo-terms",
        "The bound in two terms, as the sheet has it",
        over_states(guess[i] * log(likely[i])) - over_states(guess[i] * (log(guess[i]) - log(prior[i]))),
        (
            Link(
                "=",
                over_states(guess[i] * (log(prior[i] * likely[i]) - log(guess[i]))),
                "the logarithm of the joint density is a sum of two",
            ),
        ),
        "(13)",
        uses=("vae-elbo",),
        mistakes=(
            Mistake(
                "divergence with a plus",
                over_states(guess[i] * (log(likely[i]) + log(guess[i]) - log(prior[i]))),
            ),
        ),
    ),
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

# ---------------------------------------------------------------- more than one draw

AVERAGE = (
    Relation(over_states(other[i]), "=", one),
    Relation(over_states(other[i] * average[i]), "=", evidence),
)


def averages(generator: random.Random, sizes: Sizes) -> Values:
    """Outcomes of several draws, the average weight in each, and its mean."""
    chances, weights = distribution(generator, sizes[m]), distribution(generator, sizes[m])
    return {"other": chances, "average": weights, "evidence": chances.T * weights}


IMPORTANCE = (
    Claim(
        "vae-importance-mean",
        "The average weight of several draws has the evidence as its mean",
        Sigma(j, ONE, n, over_states(guess[i] * (states[i] / guess[i]))) / n,
        (Link("=", evidence, "each draw's weight is joint density over probability: the probability cancels"),),
        "(13)",
        given=FINITE,
        model=finite,
        mistakes=(
            Mistake("sum instead of mean", Num(n) * evidence),
            Mistake("the weights are not divided", over_states(guess[i] * states[i])),
        ),
    ),
    Claim(
        "vae-importance-bound",
        "The logarithm of the average weight is a lower bound on average",
        over_states(other[i] * log(average[i])),
        (
            Link(
                "<=",
                log(evidence),
                "the logarithm lies below its tangent at the evidence",
                NonNegative(
                    over_states(other[i] * excess(average[i] / evidence)),
                    by=(At("log-tangent", average[i] / evidence),),
                ),
            ),
        ),
        "(13)",
        given=AVERAGE,
        model=averages,
        uses=("vae-importance-mean", "log-tangent"),
        equality=(ForAll(i, ONE, m, Relation(average[i] / evidence, "=", one)),),
        mistakes=(Mistake("an upper bound", log(evidence), ">="),),
    ),
)

# ---------------------------------------------------------------- reparameterisation

sample = mean_1 + dev_1 * noise_1


def mean_of(term: Node) -> Node:
    """The mean over standard normal noise."""
    return Integral(term * density(noise_1, zero, one), noise_1, -sp.oo, sp.oo)


normal_slope = exp(-(mean_1**2) / (2 * dev_1**2)) / (sqrt(as_node(2 * sp.pi)) * dev_1)
positive_part = (1 + erf(mean_1 / (dev_1 * sqrt(as_node(2))))) / 2
share = let("share", positive_part)
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
        "vae-pathwise-deviation",
        "The same for the deviation",
        Gradient(let("generating", exp(t * mean_1 + t**2 * dev_1**2 / 2)), dev_1),
        (
            Link("=", t**2 * dev_1 * exp(t * mean_1 + t**2 * dev_1**2 / 2), "differentiate the mean", Compute()),
            Link("=", mean_of(noise_1 * t * exp(t * sample)), "the mean of the slopes that the noise gives", Compute()),
        ),
        "(15)",
        uses=("vae-sample-generating",),
        mistakes=(Mistake("the slope in the mean", mean_of(t * exp(t * sample))),),
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
        "vae-stein",
        "A mean with the noise's factor is a mean of slopes",
        mean_of_code((code_1 - mean_1) * exp(t * code_1)),
        (
            Link(
                "=",
                dev_1**2 * t * exp(t * mean_1 + t**2 * dev_1**2 / 2),
                "complete the square and integrate",
                Compute(),
            ),
            Link("=", dev_1**2 * mean_of_code(t * exp(t * code_1)), "the mean of the derivative", Compute()),
        ),
        "(15)",
        uses=("vae-sample-generating",),
        mistakes=(Mistake("lost variance", mean_of_code(t * exp(t * code_1))),),
    ),
    Claim(
        "vae-step-mean",
        "The mean of a step has a slope",
        Gradient(share, mean_1),
        (Link("=", normal_slope, "derivative of the error function", Compute()),),
        "(15)",
        mistakes=(Mistake("the mean of the step's own slope", zero),),
    ),
    Claim(
        "vae-variance-pathwise",
        "Variance of the reparameterised gradient, for the square",
        mean_of((2 * sample - 2 * mean_1) ** 2),
        (Link("=", 4 * dev_1**2, "the square of two, and the variance of the sample", Compute()),),
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

# ---------------------------------------------------------------- what the sheet says

COUNTEREXAMPLES = (
    Counterexample(
        "vae-printed-covariance",
        "A vector of variances is no covariance",
        "The encoder's Gaussian has the covariance σ², a vector with one number for each coordinate.",
        lambda: Relation(Expectation(eps_k, one, (z - mu) @ (z - mu).T), "=", dev * dev),
        "(11)",
        ("vae-covariance",),
    ),
    Counterexample(
        "vae-step-exchange",
        "For a step, the gradient of the mean is not the mean of the gradients",
        "With the noise apart, sampling is differentiable: the gradient of a mean is the mean of the gradients. Here "
        "the mean of a step, which is 1 for a positive code and 0 for others; its slope is 0 at every code but one.",
        Relation(Gradient(share, mean_1), "=", zero),
        "2.1",
        ("vae-step-mean", "vae-pathwise-gradient"),
        values={"mu_1": sp.Matrix([0]), "sigma_1": sp.Matrix([1])},
    ),
)

JUDGEMENTS = (
    Judgement(
        "vae-direction",
        "Minimise or maximise",
        "The letter L stands for a loss in the first section and for the bound in the second.",
        "The bound is to be maximised. The program minimises minus the bound, and calls it the loss.",
        "code",
        "2.1",
        ("vae-bound", "vae-loss"),
    ),
    Judgement(
        "vae-interpretable",
        "Interpretable latent spaces",
        "VAEs have interpretable latent spaces.",
        "With full covariances nothing in the bound prefers the axes: after a rotation of the code the divergence is "
        "the same, and a decoder that turns back makes the same images. A diagonal covariance can prefer some axes; "
        "whether these mean anything to a person is another question. The chapter turns the code of a trained model.",
        "experiment",
        "Summary",
        ("kl-rotation",),
    ),
    Judgement(
        "vae-printed-samples",
        "When samples are made",
        "New samples are generated, and their shape is printed.",
        "As indented they are made and printed after each of the epochs. A sample's shape tells nothing about it.",
        "code",
        "2.2",
    ),
)

STATEMENTS: tuple[Statement, ...] = (
    *DISTRIBUTIONS,
    *BOUND,
    *IMPORTANCE,
    *SAMPLING,
    *COUNTEREXAMPLES,
    *JUDGEMENTS,
)
