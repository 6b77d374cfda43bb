r"""Adversarial networks: the chain from the value of the game over the best discriminator to minus log 4.

Chapter ``docs/chapters/gan.md``, equations (17)-(20) of the sheet.

Notation (all of it in :mod:`genmath.notation`): ``real_1``, ``fake_1`` densities of data and samples at one point,
``judge`` the discriminator there; ``real``, ``fake`` probabilities on ``m`` points; ``logit`` the output before sigma;
``theta``, ``psi`` the parameters of the simplest game.

Contents: the discriminator at a point, the divergence of Jensen and Shannon, the generator's losses, the simplest game.
"""

from __future__ import annotations

import random

from genmath.activations import LOGISTIC
from genmath.calc import Claim, Link, Mistake, Statement, definition
from genmath.calculus import Gradient
from genmath.divergence import excess, half, one, over_states, zero
from genmath.models import Sizes, Values, distribution
from genmath.notation import fake, fake_1, i, judge, let, log, logit, m, psi, real, real_1, sigma, step, theta
from genmath.rules import At, By, Compute, ForAll, NonNegative, Normal
from genmath.surface import ONE, Relation, as_node

# ---------------------------------------------------------------- the discriminator at a point

total = real_1 + fake_1
value_at = let("value_at", real_1 * log(judge) + fake_1 * log(1 - judge))
best_judge = let("best_judge", real_1 / total)
best_value = real_1 * log(real_1 / total) + fake_1 * log(fake_1 / total)
BELOW_ONE = (Relation(judge, "<", one),)
lost = real_1 * excess(judge / (real_1 / total)) + fake_1 * excess((1 - judge) / (fake_1 / total))

POINT = (
    definition("gan-value-at", "The discriminator's value at a point", value_at, value_at.body, "(19)"),
    definition("gan-best-judge", "The best discriminator", best_judge, best_judge.body, "(18)"),
    Claim(
        "gan-slope",
        "Derivative in the discriminator's output",
        Gradient(value_at, judge),
        (Link("=", real_1 / judge - fake_1 / (1 - judge), "derivative of the logarithm"),),
        "(20)",
        uses=("gan-value-at",),
        mistakes=(Mistake("turned sign", real_1 / judge + fake_1 / (1 - judge)),),
    ),
    Claim(
        "gan-stationary",
        "The slope vanishes at the best discriminator",
        real_1 / best_judge - fake_1 / (1 - best_judge),
        (Link("=", zero, "one denominator"),),
        "(20)",
        uses=("gan-slope", "gan-best-judge"),
        mistakes=(Mistake("not stationary", total),),
    ),
    Claim(
        "gan-curvature",
        "The value is curved downwards",
        Gradient(let("slope_at", real_1 / judge - fake_1 / (1 - judge)), judge),
        (
            Link("=", -(real_1 / judge**2) - fake_1 / (1 - judge) ** 2, "derivative of the slope"),
            Link(
                "<",
                zero,
                "positive numbers, with a minus sign",
                NonNegative(real_1 / judge**2 + fake_1 / (1 - judge) ** 2),
            ),
        ),
        "(20)",
        given=BELOW_ONE,
        uses=("gan-slope",),
        mistakes=(Mistake("curved upwards", zero, ">"),),
    ),
    Claim(
        "gan-best-is-best",
        "No discriminator beats the best one",
        value_at,
        (
            Link(
                "<=",
                best_value,
                "the logarithm lies below its tangent, twice",
                NonNegative(
                    lost,
                    by=(
                        At("log-tangent", judge / (real_1 / total)),
                        At("log-tangent", (1 - judge) / (fake_1 / total)),
                    ),
                ),
            ),
        ),
        "(18)",
        given=BELOW_ONE,
        uses=("gan-value-at", "gan-best-judge", "log-tangent"),
        equality=(
            Relation(judge / (real_1 / total), "=", one),
            Relation((1 - judge) / (fake_1 / total), "=", one),
        ),
        mistakes=(Mistake("the worst one", best_value, ">="),),
    ),
)

# ---------------------------------------------------------------- Jensen and Shannon

both = real[i] + fake[i]
middle = both / 2
jsd = let(
    "jsd",
    half * over_states(real[i] * (log(real[i]) - log(middle)))
    + half * over_states(fake[i] * (log(fake[i]) - log(middle))),
)
value = let("value", over_states(real[i] * log(real[i] / both)) + over_states(fake[i] * log(fake[i] / both)))
log_4, log_2 = log(as_node(4)), log(as_node(2))
EACH_ONE = (Relation(over_states(real[i]), "=", one), Relation(over_states(fake[i]), "=", one))
apart = half * over_states(real[i] * excess(both / (2 * real[i]))) + half * over_states(
    fake[i] * excess(both / (2 * fake[i]))
)
SAME = (
    ForAll(i, ONE, m, Relation(both / (2 * real[i]), "=", one)),
    ForAll(i, ONE, m, Relation(both / (2 * fake[i]), "=", one)),
)
TWICE = (At("log-tangent", both / (2 * real[i])), At("log-tangent", both / (2 * fake[i])))
overlap = half * over_states(real[i] * log(1 + fake[i] / real[i])) + half * over_states(
    fake[i] * log(1 + real[i] / fake[i])
)


def two_laws(generator: random.Random, sizes: Sizes) -> Values:
    """Data and samples on m points."""
    return {name: distribution(generator, sizes[m]) for name in ("real", "fake")}


JENSEN_SHANNON = (
    definition("gan-jsd", "The divergence of Jensen and Shannon", jsd, jsd.body, "(18)"),
    definition("gan-value", "The value at the best discriminator", value, value.body, "(19)"),
    Claim(
        "gan-value-is-jsd",
        "The value at the best discriminator is a divergence",
        value,
        (Link("=", -log_4 + 2 * jsd, "take a factor two out of each logarithm", By("log-four")),),
        "(19)",
        given=EACH_ONE,
        model=two_laws,
        uses=("gan-jsd", "gan-value", "log-four"),
        mistakes=(Mistake("log 2 for log 4", -log_2 + 2 * jsd), Mistake("one divergence", -log_4 + jsd)),
    ),
    Claim(
        "gan-jsd-nonnegative",
        "The divergence is zero for equal distributions alone",
        jsd,
        (
            Link("=", apart, "both distributions sum to one"),
            Link(">=", zero, "the logarithm lies below its tangent", NonNegative(apart, by=TWICE)),
        ),
        "(18)",
        given=EACH_ONE,
        model=two_laws,
        uses=("gan-jsd", "log-tangent"),
        equality=SAME,
        mistakes=(Mistake("turned sign", zero, "<="),),
    ),
    Claim(
        "gan-jsd-bounded",
        "The divergence is at most log 2",
        jsd,
        (
            Link("=", log_2 - overlap, "both distributions sum to one"),
            Link(
                "<=",
                log_2,
                "every term that is taken away is not negative",
                NonNegative(overlap, by=(At("log-one-plus", fake[i] / real[i]), At("log-one-plus", real[i] / fake[i]))),
            ),
        ),
        "(18)",
        given=EACH_ONE,
        model=two_laws,
        uses=("gan-jsd", "log-one-plus"),
        mistakes=(Mistake("a larger bound turned round", log_2, ">="),),
    ),
    Claim(
        "gan-optimum",
        "The optimum is minus log 4, for equal distributions alone",
        value,
        (
            Link("=", -log_4 + 2 * jsd, "the value is a divergence", By("gan-value-is-jsd")),
            Link("=", -log_4 + 2 * apart, "the divergence, term by term", Normal()),
            Link(">=", -log_4, "no divergence is negative", NonNegative(2 * apart, by=TWICE)),
        ),
        "(19)",
        given=EACH_ONE,
        model=two_laws,
        uses=("gan-value-is-jsd", "gan-jsd", "log-tangent"),
        equality=SAME,
        mistakes=(Mistake("minus log 2", -log_2, ">="),),
    ),
)

# ---------------------------------------------------------------- the generator's losses

LOSSES = (
    Claim(
        "gan-slope-saturating",
        "Slope of the saturating loss in the logit",
        Gradient(let("loss_s", log(1 - sigma(logit))), logit),
        (Link("=", -sigma(logit), "slope of the logistic function", Compute()),),
        "3.2",
        meanings=LOGISTIC,
        mistakes=(Mistake("that of the other loss", sigma(logit) - 1),),
    ),
    Claim(
        "gan-slope-non-saturating",
        "Slope of the non-saturating loss in the logit",
        Gradient(let("loss_n", -log(sigma(logit))), logit),
        (Link("=", -(1 - sigma(logit)), "slope of the logistic function", Compute()),),
        "3.2",
        meanings=LOGISTIC,
        mistakes=(Mistake("that of the other loss", -sigma(logit)),),
    ),
)

# ---------------------------------------------------------------- the simplest game

GAME = (
    Claim(
        "gan-simultaneous-step",
        "A simultaneous step moves away from the equilibrium",
        (theta - step * psi / 2) ** 2 + (psi + step * theta / 2) ** 2,
        (
            Link("=", (1 + step**2 / 4) * (theta**2 + psi**2), "expand the squares"),
            Link(">=", theta**2 + psi**2, "a square is dropped", NonNegative(step**2 / 4 * (theta**2 + psi**2))),
        ),
        "Summary",
        mistakes=(Mistake("the distance stays", theta**2 + psi**2, "="),),
    ),
    Claim(
        "gan-flow-conserves",
        "The flow keeps its distance from the equilibrium",
        2 * theta * (-(sigma(theta * psi) * psi)) + 2 * psi * (sigma(theta * psi) * theta),
        (Link("=", zero, "the two terms cancel"),),
        "Summary",
        mistakes=(Mistake("both parameters grow", 4 * theta * psi * sigma(theta * psi)),),
    ),
)

STATEMENTS: tuple[Statement, ...] = (*POINT, *JENSEN_SHANNON, *LOSSES, *GAME)
