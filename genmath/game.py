r"""The simplest adversarial game: a generator that makes one point, a discriminator with one weight.

Chapter ``docs/chapters/gan.md``.  The data are the point 0, the samples the point ``theta``, and the logit of a point
is ``psi`` times it (Mescheder, Geiger & Nowozin 2018 call it the Dirac-GAN).

Notation (all of it in :mod:`genmath.notation`): ``theta``, ``psi`` the two parameters, ``step`` the step size,
``gamma`` the weight of the penalty, ``rate`` an eigenvalue, ``t`` time.

Contents: the value and its slopes, the flow near the equilibrium, steps at once and in turn, the penalty.
"""

from __future__ import annotations

import sympy as sp

from genmath.activations import LOGISTIC
from genmath.calc import Claim, Link, Mistake, Statement
from genmath.calculus import Gradient
from genmath.divergence import half, zero
from genmath.notation import cos, gamma, let, log, psi, rate, sigma, sin, step, t, theta
from genmath.rules import Compute, NonNegative
from genmath.surface import Node, Num, Relation

quarter = Num(sp.Rational(1, 4))
dirac = let("dirac", log(sigma(zero)) + log(1 - sigma(theta * psi)))
push = let("push", sigma(theta * psi) * psi)
pull = let("pull", -(sigma(theta * psi) * theta))
theta_t = let("theta_t", theta * cos(t / 2) + psi * sin(t / 2))
psi_t = let("psi_t", psi * cos(t / 2) - theta * sin(t / 2))

# A step of the discriminator, then one of the generator that sees it.
psi_next = psi - step * theta / 2
theta_next = theta + step * psi_next / 2


def kept(a: Node, b: Node) -> Node:
    """The form that alternating steps keep."""
    return a**2 + b**2 - (step / 2) * (a * b)


FLOW = (
    Claim(
        "dirac-value",
        "The value of the simplest game",
        dirac,
        (Link("=", dirac.body, "by definition"),),
        "Summary",
        "definition",
        meanings=LOGISTIC,
    ),
    Claim(
        "dirac-slope-generator",
        "The generator's slope",
        Gradient(dirac, theta),
        (Link("=", -(sigma(theta * psi) * psi), "derivative of the logarithm", Compute()),),
        "Summary",
        uses=("dirac-value", "gan-slope-saturating"),
        meanings=LOGISTIC,
        mistakes=(Mistake("turned sign", sigma(theta * psi) * psi),),
    ),
    Claim(
        "dirac-slope-discriminator",
        "The discriminator's slope",
        Gradient(dirac, psi),
        (Link("=", -(sigma(theta * psi) * theta), "derivative of the logarithm", Compute()),),
        "Summary",
        uses=("dirac-value", "gan-slope-saturating"),
        meanings=LOGISTIC,
        mistakes=(Mistake("the generator's", -(sigma(theta * psi) * psi)),),
    ),
    Claim(
        "dirac-flow-conserves",
        "The flow keeps its distance from the equilibrium",
        2 * theta * (sigma(theta * psi) * psi) + 2 * psi * (-(sigma(theta * psi) * theta)),
        (Link("=", zero, "the generator goes down its slope and the discriminator up: the two terms cancel"),),
        "Summary",
        uses=("dirac-slope-generator", "dirac-slope-discriminator"),
        mistakes=(Mistake("both parameters grow", 4 * theta * psi * sigma(theta * psi)),),
    ),
    Claim(
        "dirac-linear",
        "How the generator's speed depends on the discriminator",
        Gradient(push, psi),
        (Link("=", sigma(theta * psi) + theta * psi * sigma.slope(theta * psi), "derivative of a product"),),
        "Summary",
        uses=("dirac-slope-generator",),
        mistakes=(Mistake("as if the factor were constant", sigma(theta * psi)),),
    ),
    Claim(
        "dirac-linear-discriminator",
        "How the discriminator's speed depends on the generator",
        Gradient(pull, theta),
        (Link("=", -(sigma(theta * psi) + theta * psi * sigma.slope(theta * psi)), "derivative of a product"),),
        "Summary",
        uses=("dirac-slope-discriminator",),
        mistakes=(Mistake("as if the factor were constant", -sigma(theta * psi)),),
    ),
    Claim(
        "dirac-own-generator",
        "How the generator's speed depends on its own number",
        Gradient(push, theta),
        (Link("=", psi**2 * sigma.slope(theta * psi), "derivative of a product"),),
        "Summary",
        uses=("dirac-slope-generator",),
        mistakes=(Mistake("not at all", zero),),
    ),
    Claim(
        "dirac-own-discriminator",
        "How the discriminator's speed depends on its own number",
        Gradient(pull, psi),
        (Link("=", -(theta**2 * sigma.slope(theta * psi)), "derivative of a product"),),
        "Summary",
        uses=("dirac-slope-discriminator",),
        mistakes=(Mistake("turned sign", theta**2 * sigma.slope(theta * psi)),),
    ),
    Claim(
        "dirac-half",
        "At the equilibrium the discriminator guesses",
        sigma(zero),
        (Link("=", half, "one over one plus one", Compute()),),
        "Summary",
        uses=("sigmoid",),
        meanings=LOGISTIC,
        mistakes=(Mistake("zero", zero),),
    ),
    Claim(
        "dirac-turns",
        "Near the equilibrium the parameters turn",
        Gradient(theta_t, t),
        (Link("=", psi_t / 2, "derivatives of cosine and sine", Compute()),),
        "Summary",
        uses=("dirac-linear", "dirac-half"),
        mistakes=(Mistake("twice as fast", psi_t), Mistake("the other way round", -psi_t / 2)),
    ),
    Claim(
        "dirac-turns-discriminator",
        "The other parameter turns with it",
        Gradient(psi_t, t),
        (Link("=", -(theta_t / 2), "derivatives of cosine and sine", Compute()),),
        "Summary",
        uses=("dirac-linear-discriminator", "dirac-half"),
        mistakes=(Mistake("the other way round", theta_t / 2),),
    ),
    Claim(
        "dirac-eigenvalues",
        "The eigenvalues are imaginary",
        (0 - rate) * (0 - rate) - half * (-half),
        (Link("=", rate**2 + quarter, "the determinant of the linear system, with the eigenvalue on the diagonal"),),
        "Summary",
        uses=(
            "dirac-linear",
            "dirac-linear-discriminator",
            "dirac-own-generator",
            "dirac-own-discriminator",
            "dirac-half",
        ),
        mistakes=(Mistake("real eigenvalues", rate**2 - quarter),),
    ),
)

STEPS = (
    Claim(
        "dirac-simultaneous-step",
        "A step at once moves away from the equilibrium",
        (theta + step * psi / 2) ** 2 + (psi - step * theta / 2) ** 2,
        (
            Link("=", (1 + step**2 / 4) * (theta**2 + psi**2), "expand the squares"),
            Link(">=", theta**2 + psi**2, "a square is dropped", NonNegative(step**2 / 4 * (theta**2 + psi**2))),
        ),
        "Summary",
        uses=("dirac-linear", "dirac-half"),
        mistakes=(Mistake("the distance stays", theta**2 + psi**2, "="),),
    ),
    Claim(
        "dirac-alternating-step",
        "Steps in turn keep a quadratic form",
        kept(theta_next, psi_next),
        (Link("=", kept(theta, psi), "expand the products"),),
        "Summary",
        uses=("dirac-linear", "dirac-half"),
        mistakes=(Mistake("on a circle", theta**2 + psi**2),),
    ),
)

PENALTY = (
    Claim(
        "dirac-r1-eigenvalues",
        "With a penalty the eigenvalues move to the left",
        (0 - rate) * (-gamma - rate) - half * (-half),
        (
            Link("=", rate**2 + gamma * rate + quarter, "the determinant, with the penalty's slope on the diagonal"),
            Link("=", (rate + gamma / 2) ** 2 - (gamma**2 - 1) / 4, "complete the square"),
        ),
        "Summary",
        uses=("dirac-eigenvalues",),
        mistakes=(Mistake("to the right", (rate - gamma / 2) ** 2 - (gamma**2 - 1) / 4),),
    ),
    Claim(
        "dirac-r1-loses",
        "With a penalty the distance falls",
        2 * theta * (psi / 2) + 2 * psi * (-theta / 2 - gamma * psi),
        (
            Link("=", -2 * gamma * psi**2, "the rotation cancels, the penalty stays"),
            Link("<=", zero, "a square, with a minus sign", NonNegative(2 * gamma * psi**2)),
        ),
        "Summary",
        uses=("dirac-flow-conserves",),
        equality=(Relation(psi, "=", zero),),
        mistakes=(Mistake("it stays", zero, "="),),
    ),
)

STATEMENTS: tuple[Statement, ...] = (*FLOW, *STEPS, *PENALTY)
