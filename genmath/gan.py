r"""Adversarial networks: the chain from the value of the game over the best discriminator to minus log 4.

Chapter ``docs/chapters/gan.md``, equations (17)-(20) of the sheet.

Notation (all of it in :mod:`genmath.notation`): ``real_1``, ``fake_1`` densities of data and samples at one point,
``judge`` the discriminator there; ``real``, ``fake`` probabilities on ``m`` points, ``judges`` the discriminator on
them; ``logit`` the output before sigma.

Contents: the discriminator at a point, the divergence of Jensen and Shannon, the game on points, the generator's
losses, densities, what the generator lowers, a distance that sees failure, and what the sheet says.  The networks stand
in :mod:`genmath.gan_network`, the simplest game in :mod:`genmath.game`.
"""

from __future__ import annotations

import random

import sympy as sp

from genmath.activations import LOGISTIC
from genmath.calc import Claim, Counterexample, Judgement, Link, Mistake, Statement, definition
from genmath.calculus import Gradient, Integral, Partial
from genmath.divergence import excess, half, log_density, one, over_states, zero
from genmath.models import Sizes, Values, distribution
from genmath.notation import (
    K_xx,
    K_xy,
    K_yy,
    code_1,
    critic,
    d,
    dev_1,
    dev_2,
    exp,
    fake,
    fake_1,
    i,
    j,
    judge,
    judges,
    lands,
    let,
    log,
    logit,
    m,
    mean_1,
    mean_2,
    n,
    p,
    real,
    real_1,
    rho,
    sigma,
    t,
    tau,
    tiny,
    v,
    x,
    y,
)
from genmath.rules import At, By, Compute, ForAll, NonNegative, Normal
from genmath.surface import ONE, Constant, Entry, Num, Relation, Sigma, Trace, as_node

# ---------------------------------------------------------------- the discriminator at a point

total = real_1 + fake_1
value_at = let("value_at", real_1 * log(judge) + fake_1 * log(1 - judge))
best_judge = let("best_judge", real_1 / total)
best_value = real_1 * log(real_1 / total) + fake_1 * log(fake_1 / total)
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
game = let("game", over_states(real[i] * log(judges[i])) + over_states(fake[i] * log(1 - judges[i])))
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


def routes(generator: random.Random, sizes: Sizes) -> Values:
    """Where each value of the noise is sent, and how probable each point is then."""
    chances = distribution(generator, sizes[n])
    targets = [column % sizes[m] for column in range(sizes[n])]
    table = sp.Matrix(sizes[m], sizes[n], lambda row, column: int(targets[column] == row))
    return {"rho": chances, "lands": table, "fake": table * chances}


def change(generator: random.Random, sizes: Sizes) -> Values:
    """A change of probabilities: it adds up to zero."""
    return {"tau": distribution(generator, sizes[m]) - sp.ones(sizes[m], 1) / sizes[m]}


def two_laws(generator: random.Random, sizes: Sizes) -> Values:
    """Data and samples on m points."""
    return {name: distribution(generator, sizes[m]) for name in ("real", "fake")}


JENSEN_SHANNON = (
    definition("gan-jsd", "The divergence of Jensen and Shannon", jsd, jsd.body, "(18)"),
    Claim(
        "log-four",
        "The logarithm of 4",
        log(as_node(4)),
        (Link("=", 2 * log(as_node(2)), "the logarithm of a square", Compute()),),
        mistakes=(Mistake("lost factor 2", log(as_node(2))),),
    ),
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

both_best = real[i] / both
GAME = (
    definition("gan-game", "The game", game, game.body, "(17)"),
    Claim(
        "gan-pushforward",
        "A mean over the noise is a mean over the samples",
        Sigma(j, ONE, n, rho[j] * Entry(lands.T @ log(Constant("1", (m, ONE)) - judges), j)),
        (
            Link(
                "=",
                over_states(fake[i] * log(1 - judges[i])),
                "a point's probability is that of all the noise which is sent there",
            ),
        ),
        "(19)",
        given=(Relation(lands @ rho, "=", fake),),
        model=routes,
        uses=("gan-game",),
        mistakes=(Mistake("under the data's distribution", over_states(real[i] * log(1 - judges[i]))),),
    ),
    Claim(
        "gan-derivative",
        "The derivative at every point",
        Partial(game, Entry(judges, p)),
        (Link("=", real[p] / judges[p] - fake[p] / (1 - judges[p]), "only one term of each sum holds this output"),),
        "(20)",
        free={p: m},
        uses=("gan-game",),
        mistakes=(Mistake("turned sign", real[p] / judges[p] + fake[p] / (1 - judges[p])),),
    ),
    Claim(
        "gan-regret-at",
        "What another discriminator loses at a point",
        best_value - value_at,
        (
            Link(
                "=",
                total
                * (
                    best_judge * (log(best_judge) - log(judge))
                    + (1 - best_judge) * (log(1 - best_judge) - log(1 - judge))
                ),
                "a divergence of two answers, yes or no, times the sum of both densities",
            ),
        ),
        "(18)",
        uses=("gan-value-at", "gan-best-judge"),
        mistakes=(Mistake("without the no", total * (best_judge * (log(best_judge) - log(judge)))),),
    ),
    Claim(
        "gan-regret",
        "What another discriminator loses",
        value - game,
        (
            Link(
                "=",
                over_states(
                    real[i] * (log(both_best) - log(judges[i])) + fake[i] * (log(1 - both_best) - log(1 - judges[i]))
                ),
                "point by point",
            ),
            Link(
                ">=",
                zero,
                "the logarithm lies below its tangent, twice",
                NonNegative(
                    over_states(
                        real[i] * excess(judges[i] / both_best) + fake[i] * excess((1 - judges[i]) / (fake[i] / both))
                    ),
                    by=(
                        At("log-tangent", judges[i] / both_best),
                        At("log-tangent", (1 - judges[i]) / (fake[i] / both)),
                    ),
                ),
            ),
        ),
        "(18)",
        uses=("gan-game", "gan-value", "gan-regret-at", "log-tangent"),
        equality=(
            ForAll(i, ONE, m, Relation(judges[i] / both_best, "=", one)),
            ForAll(i, ONE, m, Relation((1 - judges[i]) / (fake[i] / both), "=", one)),
        ),
        mistakes=(Mistake("it gains", zero, "<="),),
    ),
    Claim(
        "gan-half",
        "Equal densities: the best discriminator guesses",
        let("best_judge", fake_1 / (fake_1 + fake_1)),
        (Link("=", half, "the density cancels"),),
        "(18)",
        uses=("gan-best-judge",),
        mistakes=(Mistake("it says yes", one),),
    ),
    Claim(
        "gan-half-judge",
        "A discriminator that guesses, whatever the samples",
        over_states(real[i] * log(half)) + over_states(fake[i] * log(half)),
        (Link("=", -log_4, "the logarithm of one half, twice", By("log-four")),),
        "3.2",
        given=EACH_ONE,
        model=two_laws,
        uses=("gan-game", "log-four"),
        mistakes=(Mistake("log 2", -log_2),),
    ),
)

# ---------------------------------------------------------------- the generator's losses

loss_s = let("loss_s", log(1 - sigma(logit)))
loss_n = let("loss_n", -log(sigma(logit)))

LOSSES = (
    Claim(
        "gan-slope-saturating",
        "Slope of the saturating loss in the logit",
        Gradient(loss_s, logit),
        (Link("=", -sigma(logit), "slope of the logistic function", Compute()),),
        "3.2",
        meanings=LOGISTIC,
        mistakes=(Mistake("that of the other loss", sigma(logit) - 1),),
    ),
    Claim(
        "gan-slope-non-saturating",
        "Slope of the non-saturating loss in the logit",
        Gradient(loss_n, logit),
        (Link("=", -(1 - sigma(logit)), "slope of the logistic function", Compute()),),
        "3.2",
        meanings=LOGISTIC,
        mistakes=(Mistake("that of the other loss", -sigma(logit)),),
    ),
)

# ---------------------------------------------------------------- densities

without_common_point = half * over_states(real[i] * (log(real[i]) - log(real[i] / 2))) + half * over_states(
    fake[i] * (log(fake[i]) - log(fake[i] / 2))
)
DENSITIES = (
    Claim(
        "gan-best-logit",
        "The best discriminator's logit",
        sigma(log(real_1) - log(fake_1)),
        (Link("=", real_1 / total, "divide numerator and denominator by the density", Compute()),),
        "(18)",
        uses=("gan-best-judge", "sigmoid"),
        meanings=LOGISTIC,
        mistakes=(Mistake("upside down", fake_1 / total),),
    ),
    Claim(
        "gan-gaussian-logit",
        "Two Gaussians: the best logit is a parabola",
        log_density(code_1, mean_1, dev_1) - log_density(code_1, mean_2, dev_2),
        (
            Link(
                "=",
                (1 / (2 * dev_2**2) - 1 / (2 * dev_1**2)) * code_1**2
                + (mean_1 / dev_1**2 - mean_2 / dev_2**2) * code_1
                + (mean_2**2 / (2 * dev_2**2) - mean_1**2 / (2 * dev_1**2) + log(dev_2) - log(dev_1)),
                "expand the squares",
            ),
        ),
        "(18)",
        uses=("gan-best-logit",),
        mistakes=(
            Mistake(
                "deviations forgotten",
                (1 / (2 * dev_2**2) - 1 / (2 * dev_1**2)) * code_1**2
                + (mean_1 / dev_1**2 - mean_2 / dev_2**2) * code_1
                + (mean_2**2 / (2 * dev_2**2) - mean_1**2 / (2 * dev_1**2)),
            ),
        ),
    ),
    Claim(
        "gan-disjoint",
        "Without a common point the divergence is log 2",
        without_common_point,
        (Link("=", log_2, "where only one of both lies, their mean is half of it"),),
        "(19)",
        given=EACH_ONE,
        model=two_laws,
        uses=("gan-jsd", "gan-jsd-bounded"),
        mistakes=(Mistake("infinite, as a divergence without the mean would be", 2 * log_2),),
    ),
    Claim(
        "gan-point-distance",
        "The way from one point to another",
        Integral(one, t, 0, v),
        (Link("=", v, "between both points one distribution function is 1 and the other 0", Compute()),),
        "(19)",
        mistakes=(Mistake("the divergence, the same at every distance", log_2),),
    ),
)

# ---------------------------------------------------------------- what the generator lowers

at_p = real[p] / (real[p] + fake[p])
kl_fake = over_states(fake[i] * (log(fake[i]) - log(real[i])))

GENERATOR = (
    Claim(
        "gan-frozen-saturating",
        "The saturating loss follows the divergence",
        Partial(2 * jsd, Entry(fake, p)),
        (Link("=", log(1 - at_p) + log_2, "differentiate each logarithm; the rest adds up to zero"),),
        "3.2",
        free={p: m},
        uses=("gan-jsd", "gan-best-judge"),
        mistakes=(Mistake("turned sign", -log(1 - at_p) + log_2),),
    ),
    Claim(
        "gan-frozen-non-saturating",
        "The non-saturating loss follows another difference",
        Partial(kl_fake - 2 * jsd, Entry(fake, p)),
        (Link("=", -log(at_p) + (1 - log_2), "differentiate each logarithm; the rest adds up to a constant"),),
        "3.2",
        free={p: m},
        uses=("gan-jsd", "gan-best-judge"),
        mistakes=(Mistake("the saturating loss", log(1 - at_p) + (1 - log_2)),),
    ),
    Claim(
        "gan-constant-is-lost",
        "A constant moves no probability",
        over_states(tau[i] * (critic[i] + t)),
        (Link("=", over_states(tau[i] * critic[i]), "probabilities keep their sum, so their changes add up to zero"),),
        "3.2",
        given=(Relation(over_states(tau[i]), "=", zero),),
        model=change,
        mistakes=(Mistake("with the constant", over_states(tau[i] * critic[i]) + t),),
    ),
    Claim(
        "fgan-kl",
        "Another divergence, another game",
        over_states(real[i] * critic[i]) - over_states(fake[i] * exp(critic[i] - 1)),
        (
            Link(
                "<=",
                over_states(real[i] * (log(real[i]) - log(fake[i]))),
                "the logarithm lies below its tangent",
                NonNegative(
                    over_states(real[i] * excess(fake[i] * exp(critic[i] - 1) / real[i])),
                    by=(At("log-tangent", fake[i] * exp(critic[i] - 1) / real[i]),),
                ),
            ),
        ),
        "(17)",
        given=EACH_ONE,
        model=two_laws,
        uses=("log-tangent",),
        equality=(ForAll(i, ONE, m, Relation(fake[i] * exp(critic[i] - 1) / real[i], "=", one)),),
        mistakes=(Mistake("a bound from below", over_states(real[i] * (log(real[i]) - log(fake[i]))), ">="),),
    ),
)

# ---------------------------------------------------------------- a distance that sees failure

ones = Constant("1", (n, ONE))
kernel = let("kernel", ((x.T @ y) / d + 1) ** 3)
pairs = Num(n * (n - 1))
kernel_distance = let(
    "kernel_distance",
    (ones.T @ K_xx @ ones - Trace(K_xx)) / pairs
    + (ones.T @ K_yy @ ones - Trace(K_yy)) / pairs
    - 2 * (ones.T @ K_xy @ ones) / Num(n**2),
)

METRIC = (
    definition("gan-kernel", "A kernel of two samples", kernel, kernel.body),
    definition(
        "gan-kernel-distance", "The kernel distance of two sets of samples", kernel_distance, kernel_distance.body
    ),
)

# ---------------------------------------------------------------- what the sheet says

skewed = sp.Matrix([sp.Rational(9, 10), sp.Rational(1, 10)])
even = sp.Matrix([sp.Rational(1, 2), sp.Rational(1, 2)])
TINY = sp.Rational(1, 10**8)
RARE = sp.Rational(1, 10**10)

COUNTEREXAMPLES = (
    Counterexample(
        "gan-printed-bracket",
        "The integral needs a bracket",
        "The value is written as an integral over a sum without a bracket. Read as usual, the integral ends at the "
        "plus; here is what then stands there, for two points, beside the value.",
        Relation(over_states(real[i] * log(judges[i])) + fake[1] * log(1 - judges[1]), "=", game),
        "(19)",
        ("gan-game", "gan-value-at"),
        sizes={m: 2},
        values={"real": even, "fake": skewed, "judges": sp.Matrix([sp.Rational(1, 3), sp.Rational(1, 4)])},
    ),
    Counterexample(
        "gan-log-four-is-success",
        "A loss of log 4 does not mean success",
        "At the optimum the value is minus log 4, so a loss near log 4 looks like success. Here the discriminator "
        "guesses, the value is minus log 4, and the two distributions are far from equal.",
        Relation(fake, "=", real),
        "3.2",
        ("gan-half-judge", "gan-optimum"),
        given=(Relation(game, "=", -log_4),),
        sizes={m: 2},
        values={"real": even, "fake": skewed, "judges": even},
    ),
    Counterexample(
        "gan-losses-are-one",
        "The listing's loss is not that of the game",
        "The generator's loss in the listing stands for the second term of the game. Here the slopes of both in the "
        "logit, where the discriminator is nearly sure.",
        Relation(Gradient(loss_n, logit), "=", Gradient(loss_s, logit)),
        "3.2",
        ("gan-slope-saturating", "gan-slope-non-saturating"),
        values={"logit": sp.Matrix([-sp.log(99)])},
        meanings=LOGISTIC,
    ),
    Counterexample(
        "gan-epsilon-keeps-slope",
        "With the small number the loss saturates after all",
        "The listing's loss does not saturate: where the discriminator wins, its slope is nearly one. Here with the "
        "small number in the logarithm, and a discriminator that is surer than that.",
        Relation(Gradient(let("loss_tiny", -log(sigma(t) + tiny)), t), "=", -(1 - sigma(t))),
        "3.2",
        ("bce-epsilon", "gan-slope-non-saturating"),
        values={"t": sp.Matrix([sp.log(RARE / (1 - RARE))]), "tiny": sp.Matrix([TINY])},
        meanings=LOGISTIC,
    ),
)

JUDGEMENTS = (
    Judgement(
        "gan-leaky",
        "The leaky rectifier at zero",
        "The leaky rectifier has the slope 1 above zero and a small slope elsewhere.",
        "At zero it has no slope; the program sets the small one, as the listing does, and a test holds both together.",
        "code",
        "3.2",
    ),
    Judgement(
        "gan-example",
        "The example on noise",
        "The example trains on uniform noise, and its losses settle.",
        "They settle near log 4 while the generator makes the same grey image from every noise. The chapter runs it, "
        "and tells real from generated by one number without an error.",
        "experiment",
        "3.2",
        ("gan-log-four-is-success", "gan-half-judge"),
    ),
    Judgement(
        "gan-stability",
        "Unstable training",
        "GANs are unstable to train.",
        "Proved for the linear equations of the simplest game near rest, with the game's own loss: steps at once "
        "spiral outwards, small alternating ones circle, and with a penalty on steep logits the players come to rest "
        "if the steps are small. The chapter runs all three, and the listing's loss.",
        "experiment",
        "Summary",
        ("dirac-simultaneous-step", "dirac-alternating-step", "dirac-r1-loses"),
    ),
    Judgement(
        "gan-strength",
        "Not too strong a discriminator",
        "The discriminator should not be trained too hard.",
        "For the saturating loss: its slope vanishes where the discriminator wins. The non-saturating loss, "
        "without the small number, keeps its slope in the logit. The chapter measures both gradients.",
        "experiment",
        "Summary",
        ("gan-slope-saturating", "gan-slope-non-saturating", "gan-disjoint"),
    ),
)

STATEMENTS: tuple[Statement, ...] = (
    *POINT,
    *GAME,
    *JENSEN_SHANNON,
    *LOSSES,
    *DENSITIES,
    *GENERATOR,
    *METRIC,
    *COUNTEREXAMPLES,
    *JUDGEMENTS,
)
