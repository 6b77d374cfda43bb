r"""Divergences: the inequality of Gibbs, and the divergence of Gaussians in closed form.

Chapter ``docs/chapters/vae.md``.


Notation (all of it in :mod:`genmath.notation`): ``guess`` probabilities of ``m`` states; ``mean_1``, ``dev_1`` mean and
deviation of one coordinate, ``mu``, ``dev`` of ``k`` coordinates.

Contents: the tangent of the logarithm, Gibbs' inequality with its equality case, Gaussians in one coordinate by
integration, in ``k`` coordinates by moments, with full covariance, in the form of the code, and their slopes.
"""

from __future__ import annotations

import random

import sympy as sp

from genmath.calc import Claim, Link, Mistake, Statement
from genmath.calculus import Expectation, Gradient, Integral
from genmath.models import Sizes, Values, distribution, entries, orthonormal
from genmath.notation import (
    DETERMINANTS,
    NOISE_MOMENTS,
    code_1,
    dev,
    dev_1,
    dev_2,
    eps_k,
    exp,
    guess,
    i,
    k,
    log,
    log_det,
    log_det_turned,
    log_var,
    m,
    mean_1,
    mean_2,
    mu,
    noise_1,
    other,
    root,
    sqrt,
    turn,
    v,
)
from genmath.rules import At, Compute, Convex, ForAll, NonNegative, Normal
from genmath.surface import ONE, Constant, Node, Num, Relation, Sigma, SquaredNorm, as_node

half = Num(sp.Rational(1, 2))
zero, one = as_node(0), as_node(1)
log_two_pi = log(as_node(2 * sp.pi))


def over_states(term: Node) -> Node:
    """A sum over the states."""
    return Sigma(i, ONE, m, term)


def over_code(term: Node) -> Node:
    """A sum over the coordinates of the code."""
    return Sigma(i, ONE, k, term)


def excess(u: Node) -> Node:
    """How far the tangent of the logarithm at 1 lies above it."""
    return u - 1 - log(u)


# ---------------------------------------------------------------- Gibbs

ONE_EACH = (
    Relation(over_states(guess[i]), "=", one),
    Relation(over_states(other[i]), "=", one),
)
relative = over_states(guess[i] * (log(guess[i]) - log(other[i])))


def two_distributions(generator: random.Random, sizes: Sizes) -> Values:
    """Two distributions on m states."""
    return {name: distribution(generator, sizes[m]) for name in ("guess", "other")}


GIBBS = (
    Claim(
        "log-tangent",
        "The logarithm lies below its tangent",
        log(v),
        (Link("<=", v - 1, "the logarithm is curved downwards and touches the line at 1", Convex(v, ONE)),),
        equality=(Relation(v, "=", one),),
        mistakes=(Mistake("half the tangent", (v - 1) / 2, "<="),),
    ),
    Claim(
        "log-one-plus",
        "The logarithm is positive above 1",
        log(1 + v),
        (
            Link("=", excess(1 / (1 + v)) + v / (1 + v), "one denominator"),
            Link(
                ">",
                zero,
                "the logarithm lies below its tangent",
                NonNegative(excess(1 / (1 + v)) + v / (1 + v), by=(At("log-tangent", 1 / (1 + v)),)),
            ),
        ),
        uses=("log-tangent",),
        mistakes=(Mistake("above its tangent", v, ">"),),
    ),
    Claim(
        "kl-nonnegative",
        "No divergence is negative",
        relative,
        (
            Link("=", over_states(guess[i] * excess(other[i] / guess[i])), "both distributions sum to one"),
            Link(
                ">=",
                zero,
                "the logarithm lies below its tangent",
                NonNegative(
                    over_states(guess[i] * excess(other[i] / guess[i])), by=(At("log-tangent", other[i] / guess[i]),)
                ),
            ),
        ),
        "(13)",
        given=ONE_EACH,
        uses=("log-tangent",),
        model=two_distributions,
        equality=(ForAll(i, ONE, m, Relation(other[i] / guess[i], "=", one)),),
        mistakes=(Mistake("turned sign", zero, "<="),),
    ),
)

# ---------------------------------------------------------------- Gaussians


def density(z: Node, mean: Node, deviation: Node) -> Node:
    """The density of a Gaussian."""
    if (mean, deviation) == (zero, one):
        return exp(-(z**2) / 2) / sqrt(as_node(2 * sp.pi))
    return exp(-((z - mean) ** 2) / (2 * deviation**2)) / (sqrt(as_node(2 * sp.pi)) * deviation)


def log_density(z: Node, mean: Node, deviation: Node) -> Node:
    """Its logarithm."""
    if (mean, deviation) == (zero, one):
        return -(z**2) / 2 - log_two_pi / 2
    return -((z - mean) ** 2) / (2 * deviation**2) - log(deviation) - log_two_pi / 2


def integral(term: Node) -> Node:
    """An integral over all values of one coordinate."""
    return Integral(term, code_1, -sp.oo, sp.oo)


first = density(code_1, mean_1, dev_1)
closed_1 = (mean_1**2 + dev_1**2 - log(dev_1**2) - 1) / 2
closed_k = over_code(mu[i] ** 2 + dev[i] ** 2 - log(dev[i] ** 2) - 1) / 2
shifted = mu + dev * eps_k
divergence_1 = integral(first * (log_density(code_1, mean_1, dev_1) - log_density(code_1, zero, one)))
divergence_k = Expectation(eps_k, one, over_code(-log(dev[i]) - eps_k[i] ** 2 / 2) + SquaredNorm(shifted) / 2)
of_code = over_code(1 + log_var[i] - mu[i] ** 2 - exp(log_var[i])) * Num(-sp.Rational(1, 2))


def rotated(generator: random.Random, sizes: Sizes) -> Values:
    """A rotation, and a determinant that it keeps."""
    size = sp.Matrix([[sp.Rational(generator.randint(1, 9), 7)]])
    return {"turn": orthonormal(generator, sizes[k], sizes[k]), "log_det": size, "log_det_turned": size}


def covariance(generator: random.Random, sizes: Sizes) -> Values:
    """The root of a covariance, and the logarithm of its determinant."""
    matrix = entries(generator, sizes[k], sizes[k])
    return {"root": matrix, "log_det": sp.Matrix([[sp.Rational(generator.randint(1, 9), 7)]])}


GAUSSIANS = (
    Claim(
        "kl-one",
        "Divergence of a Gaussian from the standard normal, one coordinate",
        divergence_1,
        (Link("=", closed_1, "integrate", Compute()),),
        "(14)",
        mistakes=(
            Mistake("lost factor one half", mean_1**2 + dev_1**2 - log(dev_1**2) - 1),
            Mistake("deviation instead of variance in the logarithm", (mean_1**2 + dev_1**2 - log(dev_1) - 1) / 2),
        ),
    ),
    Claim(
        "kl-two",
        "Divergence of two Gaussians, one coordinate",
        Expectation(
            noise_1,
            one,
            log_density(mean_1 + dev_1 * noise_1, mean_1, dev_1) - log_density(mean_1 + dev_1 * noise_1, mean_2, dev_2),
        ),
        (
            Link(
                "=",
                log(dev_2) - log(dev_1) + (dev_1**2 + (mean_1 - mean_2) ** 2) / (2 * dev_2**2) - half,
                "insert the moments of the noise",
                Normal((NOISE_MOMENTS,)),
            ),
        ),
        "(14)",
        mistakes=(
            Mistake(
                "the other deviation below",
                log(dev_2) - log(dev_1) + (dev_1**2 + (mean_1 - mean_2) ** 2) / (2 * dev_1**2) - half,
            ),
        ),
    ),
    Claim(
        "kl-moment-matching",
        "The nearest Gaussian has the same mean and variance",
        Expectation(noise_1, one, -log_density(mean_1 + dev_1 * noise_1, mean_2, dev_2)),
        (
            Link(
                "=",
                log(dev_2) + (dev_1**2 + (mean_1 - mean_2) ** 2) / (2 * dev_2**2) + log_two_pi / 2,
                "whatever the distribution: its mean and its variance are all that the square needs",
                Normal((NOISE_MOMENTS,)),
            ),
            Link(
                ">=",
                log(dev_1) + half + log_two_pi / 2,
                "a square, and the logarithm below its tangent",
                NonNegative(
                    (mean_1 - mean_2) ** 2 / (2 * dev_2**2) + excess(dev_1**2 / dev_2**2) / 2,
                    by=(At("log-tangent", dev_1**2 / dev_2**2),),
                ),
            ),
        ),
        "(14)",
        uses=("log-tangent",),
        equality=(Relation(mean_1, "=", mean_2), Relation(dev_1**2 / dev_2**2, "=", one)),
        mistakes=(Mistake("the most", log(dev_1) + half + log_two_pi / 2, "<="),),
    ),
    Claim(
        "kl-diagonal",
        "The divergence in closed form",
        divergence_k,
        (Link("=", closed_k, "insert the moments of the noise", Normal((NOISE_MOMENTS,))),),
        "(14)",
        mistakes=(
            Mistake("lost factor one half", over_code(mu[i] ** 2 + dev[i] ** 2 - log(dev[i] ** 2) - 1)),
            Mistake("turned sign of the logarithm", over_code(mu[i] ** 2 + dev[i] ** 2 + log(dev[i] ** 2) - 1) / 2),
            Mistake("lost square of the mean", over_code(mu[i] + dev[i] ** 2 - log(dev[i] ** 2) - 1) / 2),
        ),
    ),
    Claim(
        "kl-diagonal-nonnegative",
        "The closed form is zero for the standard normal alone",
        closed_k,
        (
            Link("=", over_code(mu[i] ** 2 + excess(dev[i] ** 2)) / 2, "the excess of the tangent is named"),
            Link(
                ">=",
                zero,
                "squares, and the logarithm below its tangent",
                NonNegative(over_code(mu[i] ** 2 + excess(dev[i] ** 2)) / 2, by=(At("log-tangent", dev[i] ** 2),)),
            ),
        ),
        "(14)",
        uses=("log-tangent",),
        equality=(
            ForAll(i, ONE, k, Relation(mu[i], "=", zero)),
            ForAll(i, ONE, k, Relation(dev[i] ** 2, "=", one)),
        ),
        mistakes=(Mistake("turned sign", zero, "<="),),
    ),
    Claim(
        "kl-full",
        "The divergence with full covariance",
        Expectation(eps_k, one, -log_det / 2 - SquaredNorm(eps_k) / 2 + SquaredNorm(mu + root @ eps_k) / 2),
        (
            Link(
                "=",
                (SquaredNorm(root) + SquaredNorm(mu) - log_det - k) / 2,
                "insert the moments of the noise",
                Normal((NOISE_MOMENTS,)),
            ),
        ),
        "(14)",
        model=covariance,
        mistakes=(Mistake("one for all coordinates", (SquaredNorm(root) + SquaredNorm(mu) - log_det - 1) / 2),),
    ),
    Claim(
        "kl-code",
        "The divergence as the listing writes it",
        of_code,
        (
            Link(
                "=",
                over_code(mu[i] ** 2 + exp(log_var[i]) - log_var[i] - 1) / 2,
                "turn the sign of every term",
            ),
        ),
        "2.2",
        mistakes=(Mistake("lost sign", -of_code),),
    ),
    Claim(
        "kl-slope-mean",
        "Slope of the divergence in the means",
        Gradient(of_code, mu),
        (Link("=", mu, "derivative of a square"),),
        "2.2",
        mistakes=(Mistake("factor 2 too many", 2 * mu),),
    ),
    Claim(
        "kl-slope-log-var",
        "Slope of the divergence in the logarithms of the variances",
        Gradient(of_code, log_var),
        (Link("=", (exp(log_var) - Constant("1", (k, ONE))) / 2, "derivative of the exponential"),),
        "2.2",
        mistakes=(Mistake("lost factor one half", exp(log_var) - Constant("1", (k, ONE))),),
    ),
    Claim(
        "kl-rotation",
        "The divergence does not see a rotation of the code",
        (SquaredNorm(turn @ root) + SquaredNorm(turn @ mu) - log_det_turned - k) / 2,
        (
            Link(
                "=",
                (SquaredNorm(root) + SquaredNorm(mu) - log_det - k) / 2,
                "a rotation keeps lengths, and the determinant",
                Normal((DETERMINANTS,)),
            ),
        ),
        "Summary",
        given=(
            Relation(turn.T @ turn, "=", Constant("I", (k, k))),
            Relation(log_det_turned, "=", log_det),
        ),
        uses=("kl-full",),
        model=rotated,
        mistakes=(Mistake("without the means", (SquaredNorm(root) - log_det - k) / 2),),
    ),
)

STATEMENTS: tuple[Statement, ...] = (*GIBBS, *GAUSSIANS)
