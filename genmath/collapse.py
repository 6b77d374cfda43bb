r"""The linear variational autoencoder: its bound, its posterior, and the directions in which it collapses.

Chapter ``docs/chapters/vae.md``.

Notation (all of it in :mod:`genmath.notation`): ``W_d`` a linear decoder, ``s`` the deviation of its noise, ``root`` a
root of the code's covariance, ``best_mu`` the mean of its posterior.  In one direction of the data, of variance
``lam_x``: ``w_1`` and ``u_1`` the weights of decoder and encoder, ``dev_1`` the deviation of the code, ``beta`` the
weight of the divergence.

Contents: the bound for any sizes, the best mean, the evidence in one direction, the best encoder, directions that are
used and directions that collapse, all directions together: probabilistic PCA.
"""

from __future__ import annotations

import random

import sympy as sp

from genmath.calc import Claim, Link, Mistake, Statement
from genmath.calculus import Expectation
from genmath.divergence import covariance, excess, half, log_two_pi, one, zero
from genmath.models import Sizes, Values, entries
from genmath.notation import (
    NOISE_MOMENTS,
    W_d,
    best_mu,
    beta,
    d,
    dev_1,
    eps_k,
    i,
    k,
    lam,
    lam_x,
    log,
    log_det,
    mean_1,
    mu,
    noise_1,
    r,
    root,
    s,
    u_1,
    w_1,
    x,
    x_1,
)
from genmath.rules import At, Compute, NonNegative, Normal
from genmath.surface import ONE, Constant, Node, Num, Relation, Sigma, SquaredNorm, as_node

# ---------------------------------------------------------------- any sizes

posterior = (Relation(W_d.T @ x, "=", W_d.T @ W_d @ best_mu + s**2 * best_mu),)
code = mu + root @ eps_k
constant = Num(d) / 2 * (log_two_pi + 2 * log(s))


def linear_model(generator: random.Random, sizes: Sizes) -> Values:
    """A linear decoder, a sample, and the mean of its code's posterior."""
    decoder, sample = entries(generator, sizes[d], sizes[k]), entries(generator, sizes[d], 1)
    deviation = sp.Rational(generator.randint(1, 9), 4)
    mean = (decoder.T * decoder + deviation**2 * sp.eye(sizes[k])).inv() * decoder.T * sample
    return {"W_d": decoder, "x": sample, "s": sp.Matrix([[deviation]]), "best_mu": mean, **covariance(generator, sizes)}


def square(mean: Node) -> Node:
    """What the mean of a code costs: the error that it leaves, and its distance from the prior's mean."""
    return SquaredNorm(x - W_d @ mean) / s**2 + SquaredNorm(mean)


off = SquaredNorm(W_d @ (mu - best_mu)) / s**2 + SquaredNorm(mu - best_mu)

LINEAR = (
    Claim(
        "ppca-elbo",
        "The bound of a linear decoder",
        Expectation(
            eps_k,
            one,
            -SquaredNorm(x - W_d @ code) / (2 * s**2)
            - constant
            - SquaredNorm(code) / 2
            + SquaredNorm(eps_k) / 2
            + log_det / 2,
        ),
        (
            Link(
                "=",
                -(SquaredNorm(x - W_d @ mu) + SquaredNorm(W_d @ root)) / (2 * s**2)
                - constant
                - (SquaredNorm(root) + SquaredNorm(mu) - log_det - k) / 2,
                "insert the moments of the noise",
                Normal((NOISE_MOMENTS,)),
            ),
        ),
        "(13)",
        uses=("kl-full", "vae-gaussian-likelihood"),
        model=linear_model,
        mistakes=(
            Mistake(
                "the code taken for its mean",
                -SquaredNorm(x - W_d @ mu) / (2 * s**2)
                - constant
                - (SquaredNorm(root) + SquaredNorm(mu) - log_det - k) / 2,
            ),
        ),
    ),
    Claim(
        "ppca-posterior-mean",
        "The best mean of a code",
        square(mu),
        (
            Link("=", square(best_mu) + off, "complete the square in the mean"),
            Link(">=", square(best_mu), "two squares are dropped", NonNegative(off)),
        ),
        "(13)",
        given=posterior,
        model=linear_model,
        uses=("ppca-elbo",),
        equality=(Relation(mu, "=", best_mu),),
        mistakes=(Mistake("the mean of the prior", square(Constant("0", (k, ONE))), "="),),
    ),
    Claim(
        "ppca-push-through",
        "The error that the best mean leaves",
        (W_d @ W_d.T + s**2 * Constant("I", (d, d))) @ (x - W_d @ best_mu),
        (Link("=", s**2 * x, "insert the equation of the best mean"),),
        "(13)",
        given=posterior,
        model=linear_model,
        uses=("ppca-posterior-mean",),
        mistakes=(Mistake("without the noise's variance", x),),
    ),
)

# ---------------------------------------------------------------- one direction

total = w_1**2 + s**2
mean_of_code = w_1 * x_1 / total
variance_of_code = s**2 / total
elbo_1 = (
    -((x_1 - w_1 * mean_1) ** 2 + w_1**2 * dev_1**2) / (2 * s**2)
    - (log_two_pi + 2 * log(s)) / 2
    - (mean_1**2 + dev_1**2 - log(dev_1**2) - 1) / 2
)
distance = (
    (dev_1**2 + (mean_1 - mean_of_code) ** 2) / (2 * variance_of_code)
    - half
    + (log(variance_of_code) - log(dev_1**2)) / 2
)

scale = w_1**2 + beta * s**2
ratio = dev_1**2 * scale / (beta * s**2)
closed = (lam_x * (1 - w_1 * u_1) ** 2 + w_1**2 * dev_1**2) / (2 * s**2) + beta * (
    u_1**2 * lam_x + dev_1**2 - log(dev_1**2) - 1
) / 2
profile = (beta / 2) * (lam_x / scale + log(scale / (beta * s**2)))
left_over = lam_x * scale / (2 * s**2) * (u_1 - w_1 / scale) ** 2 + (beta / 2) * excess(ratio)
unused = (beta / 2) * (excess(beta * s**2 / scale) + ((beta * s**2 - lam_x) / (beta * s**2)) * (w_1**2 / scale))
drawn = u_1 * x_1 + dev_1 * noise_1


def collapsing(generator: random.Random, _: Sizes) -> Values:
    """A direction whose variance lies below the threshold."""
    small, weight, noise = (sp.Rational(generator.randint(1, 9), q) for q in (11, 2, 3))
    return {
        name: sp.Matrix([[value]])
        for name, value in {"lambda_x": small, "beta": weight, "s": noise + sp.Rational(2)}.items()
    }


DIRECTION = (
    Claim(
        "ppca-evidence",
        "The evidence of a linear decoder in one direction",
        -(x_1**2) / (2 * total) - (log_two_pi + log(total)) / 2,
        (
            Link(
                "=",
                elbo_1 + distance,
                "the bound, and the divergence from the posterior",
                Compute(),
            ),
        ),
        "(13)",
        uses=("vae-evidence", "kl-two"),
        mistakes=(Mistake("turned sign of the divergence", elbo_1 - distance), Mistake("no gap", elbo_1)),
    ),
    Claim(
        "collapse-loss",
        "The loss in one direction of the data",
        Expectation(
            x_1,
            lam_x,
            Expectation(noise_1, one, (x_1 - w_1 * drawn) ** 2 / (2 * s**2))
            + beta * ((u_1 * x_1) ** 2 + dev_1**2 - log(dev_1**2) - 1) / 2,
        ),
        (Link("=", closed, "insert the moments of the noise and of the data", Normal((NOISE_MOMENTS,))),),
        "(14)",
        uses=("kl-one",),
        mistakes=(
            Mistake(
                "the code taken for its mean",
                lam_x * (1 - w_1 * u_1) ** 2 / (2 * s**2) + beta * (u_1**2 * lam_x + dev_1**2 - log(dev_1**2) - 1) / 2,
            ),
        ),
    ),
    Claim(
        "collapse-encoder",
        "The best encoder for a decoder",
        closed,
        (
            Link("=", profile + left_over, "complete the square, and name the excess of the tangent"),
            Link(
                ">=",
                profile,
                "a square, and the logarithm below its tangent",
                NonNegative(left_over, by=(At("log-tangent", ratio),)),
            ),
        ),
        "(14)",
        uses=("collapse-loss", "log-tangent"),
        equality=(Relation(u_1, "=", w_1 / scale), Relation(ratio, "=", one)),
        mistakes=(Mistake("the worst", profile, "<="),),
    ),
    Claim(
        "collapse-used",
        "The best decoder, if the direction is worth it",
        profile,
        (
            Link(
                ">=",
                (beta / 2) * (1 + log(lam_x / (beta * s**2))),
                "the logarithm lies below its tangent",
                NonNegative((beta / 2) * excess(lam_x / scale), by=(At("log-tangent", lam_x / scale),)),
            ),
        ),
        "(14)",
        uses=("collapse-encoder", "log-tangent"),
        equality=(Relation(lam_x / scale, "=", one),),
        mistakes=(Mistake("the worst", (beta / 2) * (1 + log(lam_x / (beta * s**2))), "<="),),
    ),
    Claim(
        "collapse-threshold",
        "Below the threshold the best decoder is zero",
        profile,
        (
            Link(
                ">=",
                lam_x / (2 * s**2),
                "the logarithm lies below its tangent, and the variance below the threshold",
                NonNegative(unused, by=(At("log-tangent", beta * s**2 / scale),)),
            ),
        ),
        "(14)",
        given=(Relation(lam_x, "<", beta * s**2),),
        uses=("collapse-encoder", "log-tangent"),
        model=collapsing,
        equality=(Relation(beta * s**2 / scale, "=", one), Relation(w_1, "=", zero)),
        mistakes=(Mistake("used all the same", lam_x / (2 * s**2), "<="),),
    ),
)

# ---------------------------------------------------------------- all directions


def eigenvalues(generator: random.Random, sizes: Sizes) -> Values:
    """Positive variances."""
    return {"lambda": sp.Matrix([sp.Rational(generator.randint(1, 60), 7) for _ in range(sizes[d])])}


best = Num(d) / 2 * (log_two_pi + 2 * log(s))
ALL = (
    Claim(
        "ppca-optimum",
        "The summed optima are minus the log-likelihood of probabilistic PCA",
        Num(d) / 2 * log_two_pi
        + Sigma(i, ONE, r, log(lam[i]) + 1) / 2
        + Sigma(i, r + 1, d, log(s**2) + lam[i] / s**2) / 2,
        (
            Link(
                "=",
                best + Sigma(i, ONE, r, 1 + log(lam[i] / s**2)) / 2 + Sigma(i, r + 1, d, lam[i] / s**2) / 2,
                "the logarithm of a quotient, for each direction that is used",
            ),
        ),
        "(13)",
        given=(Relation(as_node(r), "<=", as_node(d)),),
        uses=("collapse-used", "collapse-threshold"),
        model=eigenvalues,
        mistakes=(Mistake("used directions forgotten", best + Sigma(i, r + 1, d, lam[i] / s**2) / 2),),
    ),
)

STATEMENTS: tuple[Statement, ...] = (*LINEAR, *DIRECTION, *ALL)
