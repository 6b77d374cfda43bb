"""Claims of the adversarial networks' chapter, bound to the code: what runs is what was proved.

Each binding has a twin that puts a named mistake of the claim in the formula's place and must see it fail; a definition
names no mistake, so that its twin takes one from `WRONG`.
"""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
from binding import agree, claim, disagree, formula, mistakes, staged, value
from sympy.utilities.lambdify import implemented_function

from genmath import game
from genmath import gan as claims
from genmath import gan_network as network
from genmath.activations import LOGISTIC
from genmath.book import find
from genmath.likelihood import SOFTPLUS
from genmath.notation import i, n
from genmath.surface import Num
from genmodels import activations, evaluation, gan, losses, optim

N, D, H, K = 3, 4, 5, 2
T = np.linspace(-6, 6, 25)
GAMMA = 0.7
OUTPUTS = {"sigmoid": LOGISTIC["sigma"], "linear": lambda v: v}
OF_D = ["gan-grad-D_W1", "gan-grad-D_b1", "gan-grad-D_W2", "gan-grad-D_b2"]
OF_G = ["gan-grad-G_W1", "gan-grad-G_b1", "gan-grad-G_W2", "gan-grad-G_b2"]
EVERY_OUTPUT = pytest.mark.parametrize("output", OUTPUTS)

# The leaky rectifier of the sheet, which the claims know as any differentiable function.
bent = implemented_function("bent", lambda a: np.where(a > 0, a, 0.2 * a))
bent_slope = implemented_function("bent_slope", lambda a: np.where(a > 0, 1, 0.2))
bent.fdiff = lambda self, place=1: bent_slope(*self.args)
bent_slope.fdiff = lambda self, place=1: sp.Integer(0)

FUNCTIONS = {output: {**SOFTPLUS, "phi": bent, "output": last} for output, last in OUTPUTS.items()}

# A plausible mistake for every definition, and for a link that has none.
WRONG = {
    "gan-generator-hidden": ("lost activation", network.G_A1),
    "gan-generator": ("lost activation", network.G_A2),
    "gan-discriminator-hidden": ("lost activation", network.D_A),
    "gan-logits": ("a probability for a logit", network.sigma(network.o)),
    "gan-discriminator-loss": ("data for samples", network.mean(-network.o[i]) * 2),
    "gan-generator-loss": ("the other loss", -network.mean(network.o_n[i])),
    "gan-regret": (
        "data alone",
        claims.over_states(claims.real[i] * (claims.log(claims.both_best) - claims.log(claims.judges[i]))),
    ),
    "gan-delta-fake": ("samples taken for data", -network.softplus.slope(-network.o_g) / n),
    "gan-delta-generator": ("turned sign", network.softplus.slope(-network.o_n) / n),
    "gan-delta-hidden": ("lost slope of the activation", network.delta @ network.D_W2),
    "gan-delta-hidden-fake": ("lost slope of the activation", network.delta_g @ network.D_W2),
    "gan-delta-through": ("lost slope of the activation", network.delta_n @ network.D_W2),
    "gan-delta-G2": ("lost slope of the output", network.Delta_n @ network.D_W1),
    "gan-delta-G1": ("lost slope of the activation", network.Delta_G2 @ network.G_W2),
    "gan-penalty-slopes": ("lost slopes of the hidden layer", network.ones @ network.D_W2 @ network.D_W1),
    "gan-penalty": ("lost factor one half", network.penalty * 2),
    "gan-kernel": ("not divided by the size of a sample", (claims.x.T @ claims.y + 1) ** 3),
    "gan-kernel-distance": (
        "every sample compared with itself too",
        claims.ones.T @ (claims.K_xx + claims.K_yy - 2 * claims.K_xy) @ claims.ones / Num(n**2),
    ),
    "dirac-value": (
        "samples taken for data",
        game.log(game.sigma(game.zero)) + game.log(game.sigma(game.theta * game.psi)),
    ),
}


def at(node, arrays, output="sigmoid"):
    """An expression of the networks on arrays."""
    return staged(node, dict(arrays), FUNCTIONS[output])


def wrong(label):
    return WRONG[label][1]


def preactivations(params, arrays):
    """Of both hidden layers, the discriminator's on all samples that there are."""
    made = [gan.generate(params, arrays["Z"], output=output)[0] for output in OUTPUTS]
    yield activations.affine(arrays["Z"], params["G_W1"], params["G_b1"])
    for samples in (arrays["X_rows"], arrays["X_g"], *made):
        yield activations.affine(samples, params["D_W1"], params["D_b1"])


def drawn(samples, numbers, hidden, latent):
    """Parameters, data, samples and noise, with hidden units on both sides of the bend and none near it."""
    rng = np.random.default_rng(7)
    while True:
        params = {name: rng.normal(size=shape) for name, shape in gan.shapes(numbers, latent, hidden).items()}
        X, X_g, Z = (rng.normal(size=(samples, width)) for width in (numbers, numbers, latent))
        arrays = {**params, "X_rows": X, "X_g": X_g, "Z": Z}  # named as the claims' symbols
        if all(A.min() < 0 < A.max() and np.abs(A).min() > 0.01 for A in preactivations(params, arrays)):
            return params, arrays


@pytest.fixture
def example():
    return drawn(N, D, H, K)


@pytest.fixture
def small():
    """So small that a derivative may be taken symbolically through all layers."""
    return drawn(2, 3, 2, 1)


def of_discriminator(params, arrays, **settings):
    return gan.discriminator_step(params, arrays["X_rows"], arrays["X_g"], **settings)


def of_generator(params, arrays, **settings):
    return gan.generator_step(params, arrays["Z"], **settings)


def on_the_way(params, arrays, output="sigmoid"):
    """What both steps leave in their buffers, under the labels of the claims."""
    work, n = gan.Work.allocate(len(arrays["Z"]), params), len(arrays["Z"])
    work.both[:n], work.both[n:] = arrays["X_rows"], arrays["X_g"]
    gan.discriminator_step(params, work.both[:n], work.both[n:], work)
    found = {"gan-delta-hidden": work.D_Delta[:n].copy(), "gan-delta-hidden-fake": work.D_Delta[n:].copy()}
    gan.generator_step(params, arrays["Z"], work, output=output)
    through = {"gan-delta-through": work.D_Delta[n:], "gan-grad-sample": work.dX_g}
    return {**found, **through, "gan-delta-G2": work.G_Delta2, "gan-delta-G1": work.G_Delta1}


# ---------------------------------------------------------------- the networks


@pytest.mark.binds("gan-generator-hidden", "genmodels.gan:generate")
def test_the_generators_hidden_layer_is_that_of_the_claim(example):
    params, arrays = example

    _, G_H = gan.generate(params, arrays["Z"])

    agree(G_H, at(formula("gan-generator-hidden"), arrays))


@pytest.mark.binds("gan-generator", "genmodels.gan:generate")
@EVERY_OUTPUT
def test_the_generator_makes_the_samples_of_the_claim(example, output):
    params, arrays = example

    X_g, _ = gan.generate(params, arrays["Z"], output=output)

    agree(X_g, at(formula("gan-generator"), arrays, output))


@pytest.mark.binds("gan-discriminator-hidden", "genmodels.gan:discriminate")
def test_the_discriminators_hidden_layer_is_that_of_the_claim(example):
    params, arrays = example

    _, D_H = gan.discriminate(params, arrays["X_rows"])

    agree(D_H, at(formula("gan-discriminator-hidden"), arrays))


@pytest.mark.binds("gan-logits", "genmodels.gan:discriminate")
def test_the_discriminators_logits_are_those_of_the_claim(example):
    params, arrays = example

    a, _ = gan.discriminate(params, arrays["X_rows"])

    agree(a, at(formula("gan-logits"), arrays))


@pytest.mark.binds("gan-generator-hidden", "genmodels.gan:generate", twin=True)
@pytest.mark.binds("gan-generator", "genmodels.gan:generate", twin=True)
@pytest.mark.binds("gan-discriminator-hidden", "genmodels.gan:discriminate", twin=True)
@pytest.mark.binds("gan-logits", "genmodels.gan:discriminate", twin=True)
def test_a_lost_activation_and_a_probability_for_a_logit_are_noticed(example):
    params, arrays = example
    X_g, G_H = gan.generate(params, arrays["Z"])
    a, D_H = gan.discriminate(params, arrays["X_rows"])

    disagree(G_H, at(wrong("gan-generator-hidden"), arrays))
    disagree(X_g, at(wrong("gan-generator"), arrays))
    disagree(D_H, at(wrong("gan-discriminator-hidden"), arrays))
    disagree(a, at(wrong("gan-logits"), arrays))


@pytest.mark.binds("gan-leaky", "genmodels.activations:leaky_relu_slope")
def test_where_the_rectifier_bends_the_slope_is_the_small_one_of_the_listing():
    a = np.array([-1.5, -0.0, 0.0, 1.5])

    slope = activations.leaky_relu_slope(activations.leaky_relu(a))

    agree(slope, np.where(a > 0, 1, 0.2))


@pytest.mark.binds("gan-leaky", "genmodels.activations:leaky_relu_slope", twin=True)
def test_the_large_slope_where_the_rectifier_bends_is_noticed():
    a = np.array([-1.5, -0.0, 0.0, 1.5])

    slope = activations.leaky_relu_slope(activations.leaky_relu(a))

    disagree(slope, np.where(a >= 0, 1, 0.2))


# ---------------------------------------------------------------- the game and its losses


@pytest.mark.binds("gan-discriminator-loss", "genmodels.losses:discriminator_loss")
@pytest.mark.binds("gan-discriminator-loss", "genmodels.gan:discriminator_step")
def test_the_discriminator_lowers_the_loss_of_the_claim(example):
    params, arrays = example
    logits = [gan.discriminate(params, arrays[name])[0] for name in ("X_rows", "X_g")]
    wanted = at(formula("gan-discriminator-loss"), arrays)

    agree(losses.discriminator_loss(*logits), wanted)
    agree(of_discriminator(params, arrays)[0], wanted)


@pytest.mark.binds("gan-discriminator-loss", "genmodels.losses:discriminator_loss", twin=True)
@pytest.mark.binds("gan-discriminator-loss", "genmodels.gan:discriminator_step", twin=True)
def test_a_loss_without_the_samples_is_noticed(example):
    params, arrays = example
    logits = [gan.discriminate(params, arrays[name])[0] for name in ("X_rows", "X_g")]

    disagree(losses.discriminator_loss(*logits), at(wrong("gan-discriminator-loss"), arrays))
    disagree(of_discriminator(params, arrays)[0], at(wrong("gan-discriminator-loss"), arrays))


@pytest.mark.binds("gan-generator-loss", "genmodels.losses:non_saturating_loss")
@pytest.mark.binds("gan-generator-loss", "genmodels.gan:generator_step")
@EVERY_OUTPUT
def test_the_generator_lowers_the_loss_of_the_claim(example, output):
    params, arrays = example
    X_g, _ = gan.generate(params, arrays["Z"], output=output)
    wanted = at(formula("gan-generator-loss"), arrays, output)

    agree(losses.non_saturating_loss(gan.discriminate(params, X_g)[0]), wanted)
    agree(of_generator(params, arrays, output=output)[0], wanted)


@pytest.mark.binds("gan-generator-loss", "genmodels.losses:non_saturating_loss", twin=True)
@pytest.mark.binds("gan-generator-loss", "genmodels.gan:generator_step", twin=True)
def test_the_saturating_loss_in_place_of_the_other_is_noticed(example):
    params, arrays = example
    X_g, _ = gan.generate(params, arrays["Z"])
    other = at(wrong("gan-generator-loss"), arrays)

    disagree(losses.non_saturating_loss(gan.discriminate(params, X_g)[0]), other)
    disagree(of_generator(params, arrays)[0], other)
    agree(of_generator(params, arrays, loss="saturating")[0], other)


def on_points():
    """Logits of three points, and how often data and samples lie on each."""
    return np.array([-1.3, 0.4, 2.1]), np.array([1, 2, 3]), np.array([4, 1, 3])


def laws():
    """The same as probabilities."""
    a, real, fake = on_points()
    return {"real": real / real.sum(), "fake": fake / fake.sum(), "judges": 1 / (1 + np.exp(-a))}


def lost(logits):
    """The discriminator's loss on the points, for its logits there."""
    _, real, fake = on_points()
    return losses.discriminator_loss(np.repeat(logits, real), np.repeat(logits, fake))


def best_logits(fake="fake"):
    """The logarithm of the ratio of both probabilities, where the samples have one of both laws."""
    return np.log(laws()["real"]) - np.log(laws()[fake])


@pytest.mark.binds("gan-game", "genmodels.losses:discriminator_loss")
def test_the_discriminators_loss_is_minus_the_value_of_the_game():
    a, _, _ = on_points()

    agree(-lost(a), value(formula("gan-game"), **laws()))


@pytest.mark.binds("gan-game", "genmodels.losses:discriminator_loss", twin=True)
def test_a_game_without_its_bracket_is_noticed():
    a, _, _ = on_points()
    bracket = find("gan-printed-bracket").statement

    assert bracket.right.body == formula("gan-game")
    disagree(-lost(a), value(bracket.left, **laws()))


@pytest.mark.binds("gan-best-logit", "genmodels.activations:sigmoid")
def test_the_best_logit_gives_the_share_of_the_data():
    pairs = zip(laws()["real"], laws()["fake"], strict=True)

    agree(activations.sigmoid(best_logits()), [value(formula("gan-best-logit"), real_1=p, fake_1=q) for p, q in pairs])


@pytest.mark.binds("gan-best-logit", "genmodels.activations:sigmoid", twin=True)
def test_the_share_of_the_samples_is_noticed():
    for mistake in mistakes("gan-best-logit"):
        pairs = zip(laws()["real"], laws()["fake"], strict=True)
        disagree(activations.sigmoid(best_logits()), [value(mistake, real_1=p, fake_1=q) for p, q in pairs])


@pytest.mark.binds("gan-value", "genmodels.losses:discriminator_loss")
@pytest.mark.binds("gan-value-is-jsd", "genmodels.losses:discriminator_loss")
@pytest.mark.parametrize("label", ["gan-value", "gan-value-is-jsd"])
def test_at_the_best_logits_the_loss_is_minus_a_divergence(label):
    agree(-lost(best_logits()), value(formula(label), **laws()))


@pytest.mark.binds("gan-value", "genmodels.losses:discriminator_loss", twin=True)
@pytest.mark.binds("gan-value-is-jsd", "genmodels.losses:discriminator_loss", twin=True)
def test_log_2_for_log_4_and_one_divergence_for_two_are_noticed():
    for mistake in mistakes("gan-value-is-jsd"):
        disagree(-lost(best_logits()), value(mistake, **laws()))


@pytest.mark.binds("gan-optimum", "genmodels.losses:discriminator_loss")
def test_the_best_logits_lose_log_4_where_data_and_samples_are_alike_and_less_elsewhere():
    _, real, _ = on_points()
    alike = np.repeat(best_logits(fake="real"), real)

    agree(-losses.discriminator_loss(alike, alike), value(formula("gan-optimum")))
    assert -lost(best_logits()) > value(formula("gan-optimum"))


@pytest.mark.binds("gan-optimum", "genmodels.losses:discriminator_loss", twin=True)
def test_an_optimum_of_minus_log_2_is_noticed():
    for mistake in claim("gan-optimum").mistakes:
        assert mistake.sign == ">="
        assert -lost(best_logits()) < value(mistake.right)


@pytest.mark.binds("gan-regret", "genmodels.losses:discriminator_loss")
def test_other_logits_lose_what_the_claim_says():
    a, _, _ = on_points()

    agree(lost(a) - lost(best_logits()), value(claim("gan-regret").links[0].right, **laws()))


@pytest.mark.binds("gan-regret", "genmodels.losses:discriminator_loss", twin=True)
def test_a_loss_of_data_alone_and_a_gain_are_noticed():
    a, _, _ = on_points()

    disagree(lost(a) - lost(best_logits()), value(wrong("gan-regret"), **laws()))
    for gain in claim("gan-regret").mistakes:
        assert gain.sign == "<="
        assert lost(a) - lost(best_logits()) > value(gain.right)


@pytest.mark.binds("gan-pushforward", "genmodels.losses:saturating_loss")
def test_the_mean_over_the_noise_is_the_mean_over_the_points_that_it_is_sent_to():
    a, _, fake = on_points()
    targets = np.repeat([0, 1, 2], fake)
    noise = {"rho": np.full(len(targets), 1 / len(targets)), "lands": np.eye(3)[:, targets]}

    loss = losses.saturating_loss(a[targets])

    agree(loss, value(claim("gan-pushforward").start, **noise, **laws()))
    agree(loss, value(formula("gan-pushforward"), **laws()))


@pytest.mark.binds("gan-pushforward", "genmodels.losses:saturating_loss", twin=True)
def test_a_mean_over_the_data_is_noticed():
    a, _, fake = on_points()

    for mistake in mistakes("gan-pushforward"):
        disagree(losses.saturating_loss(np.repeat(a, fake)), value(mistake, **laws()))


@pytest.mark.binds("gan-half-judge", "genmodels.gan:discriminator_step")
def test_a_discriminator_that_guesses_loses_log_4_whatever_the_samples(example):
    params, arrays = example
    guessing = {**params, "D_W2": np.zeros((1, H)), "D_b2": np.zeros(1)}

    loss, _, _ = of_discriminator(guessing, arrays)

    agree(-loss, value(claim("gan-half-judge").start, **laws()))
    agree(-loss, value(formula("gan-half-judge")))


@pytest.mark.binds("gan-half-judge", "genmodels.gan:discriminator_step", twin=True)
def test_log_2_for_log_4_is_noticed(example):
    params, arrays = example
    guessing = {**params, "D_W2": np.zeros((1, H)), "D_b2": np.zeros(1)}

    for mistake in mistakes("gan-half-judge"):
        disagree(-of_discriminator(guessing, arrays)[0], value(mistake))


@pytest.mark.binds("gan-slope-saturating", "genmodels.losses:saturating_loss")
@pytest.mark.binds("gan-slope-saturating", "genmodels.losses:saturating_loss_gradient")
def test_the_saturating_loss_and_its_slope_are_those_of_the_claim():
    slope = claim("gan-slope-saturating").start

    agree(losses.saturating_loss(T), np.mean([value(slope.body, logit=t) for t in T]))
    agree(len(T) * losses.saturating_loss_gradient(T), [value(slope, logit=t) for t in T])
    agree(len(T) * losses.saturating_loss_gradient(T), [value(formula("gan-slope-saturating"), logit=t) for t in T])


@pytest.mark.binds("gan-slope-non-saturating", "genmodels.losses:non_saturating_loss")
@pytest.mark.binds("gan-slope-non-saturating", "genmodels.losses:non_saturating_loss_gradient")
def test_the_non_saturating_loss_and_its_slope_are_those_of_the_claim():
    slope, end = claim("gan-slope-non-saturating").start, formula("gan-slope-non-saturating")

    agree(losses.non_saturating_loss(T), np.mean([value(slope.body, logit=t) for t in T]))
    agree(len(T) * losses.non_saturating_loss_gradient(T), [value(slope, logit=t) for t in T])
    agree(len(T) * losses.non_saturating_loss_gradient(T), [value(end, logit=t) for t in T])


@pytest.mark.binds("gan-slope-saturating", "genmodels.losses:saturating_loss", twin=True)
@pytest.mark.binds("gan-slope-saturating", "genmodels.losses:saturating_loss_gradient", twin=True)
@pytest.mark.binds("gan-slope-non-saturating", "genmodels.losses:non_saturating_loss", twin=True)
@pytest.mark.binds("gan-slope-non-saturating", "genmodels.losses:non_saturating_loss_gradient", twin=True)
@pytest.mark.parametrize(
    ("label", "name", "other"),
    [
        ("gan-slope-saturating", "saturating", "gan-slope-non-saturating"),
        ("gan-slope-non-saturating", "non-saturating", "gan-slope-saturating"),
    ],
)
def test_the_other_loss_and_its_slope_are_noticed(label, name, other):
    loss = losses.GENERATOR_LOSSES[name]

    disagree(loss.value(T), np.mean([value(claim(other).start.body, logit=t) for t in T]))
    for mistake in mistakes(label):
        disagree(len(T) * loss.gradient(T), [value(mistake, logit=t) for t in T])


# ---------------------------------------------------------------- slopes in the logits


def slopes_in_logits(params, arrays):
    """Slopes of both losses in their logits, under the labels of the claims."""
    real, fake = losses.discriminator_loss_gradient(
        *(gan.discriminate(params, arrays[name])[0] for name in ("X_rows", "X_g"))
    )
    made = gan.discriminate(params, gan.generate(params, arrays["Z"])[0])[0]
    both = {"gan-delta-real": real, "gan-delta-logits": real, "gan-delta-fake": fake}
    return {**both, "gan-delta-generator": losses.non_saturating_loss_gradient(made)}


@pytest.mark.binds("gan-delta-real", "genmodels.losses:discriminator_loss_gradient")
@pytest.mark.binds("gan-delta-logits", "genmodels.losses:discriminator_loss_gradient")
@pytest.mark.binds("gan-delta-fake", "genmodels.losses:discriminator_loss_gradient")
@pytest.mark.binds("gan-delta-generator", "genmodels.losses:non_saturating_loss_gradient")
@pytest.mark.parametrize("label", ["gan-delta-real", "gan-delta-logits", "gan-delta-fake", "gan-delta-generator"])
def test_the_slopes_in_the_logits_are_those_of_the_claims(label, example):
    params, arrays = example

    agree(slopes_in_logits(params, arrays)[label], at(formula(label), arrays))


@pytest.mark.binds("gan-delta-real", "genmodels.losses:discriminator_loss_gradient", twin=True)
@pytest.mark.binds("gan-delta-logits", "genmodels.losses:discriminator_loss_gradient", twin=True)
@pytest.mark.binds("gan-delta-fake", "genmodels.losses:discriminator_loss_gradient", twin=True)
@pytest.mark.binds("gan-delta-generator", "genmodels.losses:non_saturating_loss_gradient", twin=True)
def test_wrong_slopes_in_the_logits_are_noticed(example):
    params, arrays = example
    found = slopes_in_logits(params, arrays)

    for mistake in mistakes("gan-delta-logits"):
        disagree(found["gan-delta-logits"], at(mistake, arrays))
        disagree(found["gan-delta-real"], at(mistake, arrays))
    for label in ("gan-delta-fake", "gan-delta-generator"):
        disagree(found[label], at(wrong(label), arrays))


# ---------------------------------------------------------------- the discriminator's gradients


@pytest.mark.binds("gan-delta-hidden", "genmodels.gan:discriminator_step")
@pytest.mark.binds("gan-delta-hidden-fake", "genmodels.gan:discriminator_step")
@pytest.mark.parametrize("label", ["gan-delta-hidden", "gan-delta-hidden-fake"])
def test_the_discriminator_passes_the_slopes_of_the_claims_back(label, example):
    params, arrays = example

    agree(on_the_way(params, arrays)[label], at(formula(label), arrays))


@pytest.mark.binds("gan-delta-hidden", "genmodels.gan:discriminator_step", twin=True)
@pytest.mark.binds("gan-delta-hidden-fake", "genmodels.gan:discriminator_step", twin=True)
@pytest.mark.parametrize("label", ["gan-delta-hidden", "gan-delta-hidden-fake"])
def test_a_lost_slope_of_the_discriminators_activation_is_noticed(label, example):
    params, arrays = example

    disagree(on_the_way(params, arrays)[label], at(wrong(label), arrays))


@pytest.mark.binds("gan-grad-D_W1", "genmodels.gan:discriminator_step")
@pytest.mark.binds("gan-grad-D_b1", "genmodels.gan:discriminator_step")
@pytest.mark.binds("gan-grad-D_W2", "genmodels.gan:discriminator_step")
@pytest.mark.binds("gan-grad-D_b2", "genmodels.gan:discriminator_step")
@pytest.mark.parametrize("label", OF_D)
def test_the_discriminator_computes_the_proved_gradients(label, example):
    params, arrays = example
    _, grads, _ = of_discriminator(params, arrays)

    agree(grads[label.removeprefix("gan-grad-")], at(formula(label), arrays))


@pytest.mark.parametrize("label", OF_D)
def test_the_discriminator_computes_the_derivative_itself(label, small):
    """The start of the chain, differentiated symbolically: no proof is needed to trust it."""
    params, arrays = small
    _, grads, _ = of_discriminator(params, arrays)

    agree(grads[label.removeprefix("gan-grad-")], value(claim(label).start, FUNCTIONS["sigmoid"], **arrays))


@pytest.mark.binds("gan-grad-D_W1", "genmodels.gan:discriminator_step", twin=True)
@pytest.mark.binds("gan-grad-D_b1", "genmodels.gan:discriminator_step", twin=True)
@pytest.mark.binds("gan-grad-D_W2", "genmodels.gan:discriminator_step", twin=True)
@pytest.mark.binds("gan-grad-D_b2", "genmodels.gan:discriminator_step", twin=True)
@pytest.mark.parametrize("label", OF_D)
def test_a_wrong_gradient_of_the_discriminator_is_noticed(label, example):
    params, arrays = example
    _, grads, _ = of_discriminator(params, arrays)

    for mistake in mistakes(label):
        disagree(grads[label.removeprefix("gan-grad-")], at(mistake, arrays))


# ---------------------------------------------------------------- the generator's gradients


@pytest.mark.binds("gan-delta-through", "genmodels.gan:generator_step")
@pytest.mark.binds("gan-grad-sample", "genmodels.gan:generator_step")
@pytest.mark.binds("gan-delta-G2", "genmodels.gan:generator_step")
@pytest.mark.binds("gan-delta-G1", "genmodels.gan:generator_step")
@EVERY_OUTPUT
@pytest.mark.parametrize("label", ["gan-delta-through", "gan-grad-sample", "gan-delta-G2", "gan-delta-G1"])
def test_the_generator_gets_the_slopes_of_the_claims_through_the_discriminator(label, output, example):
    params, arrays = example

    agree(on_the_way(params, arrays, output)[label], at(formula(label), arrays, output))


@pytest.mark.binds("gan-delta-through", "genmodels.gan:generator_step", twin=True)
@pytest.mark.binds("gan-grad-sample", "genmodels.gan:generator_step", twin=True)
@pytest.mark.binds("gan-delta-G2", "genmodels.gan:generator_step", twin=True)
@pytest.mark.binds("gan-delta-G1", "genmodels.gan:generator_step", twin=True)
def test_a_lost_slope_on_the_way_to_the_generator_is_noticed(example):
    params, arrays = example
    found = on_the_way(params, arrays)

    for label in ("gan-delta-through", "gan-delta-G2", "gan-delta-G1"):
        disagree(found[label], at(wrong(label), arrays))
    for mistake in mistakes("gan-grad-sample"):
        disagree(found["gan-grad-sample"], at(mistake, arrays))


@pytest.mark.binds("gan-grad-G_W1", "genmodels.gan:generator_step")
@pytest.mark.binds("gan-grad-G_b1", "genmodels.gan:generator_step")
@pytest.mark.binds("gan-grad-G_W2", "genmodels.gan:generator_step")
@pytest.mark.binds("gan-grad-G_b2", "genmodels.gan:generator_step")
@EVERY_OUTPUT
@pytest.mark.parametrize("label", OF_G)
def test_the_generator_computes_the_proved_gradients(label, output, example):
    params, arrays = example
    _, grads, _ = of_generator(params, arrays, output=output)

    agree(grads[label.removeprefix("gan-grad-")], at(formula(label), arrays, output))


@EVERY_OUTPUT
@pytest.mark.parametrize("loss", losses.GENERATOR_LOSSES)
@pytest.mark.parametrize("label", [*OF_G, "gan-grad-sample"])
def test_the_generator_computes_the_derivative_itself(label, loss, output, small):
    """The start of the chain, differentiated symbolically, and the same for the loss that the claim does not have."""
    params, arrays = small
    start = claim(label).start
    if loss == "saturating":
        start = replace(start, body=-network.mean(network.o_n[i]))
    work = gan.Work.allocate(len(arrays["Z"]), params)
    _, grads, _ = gan.generator_step(params, arrays["Z"], work, loss=loss, output=output)
    found = {**grads, "sample": work.dX_g}

    agree(found[label.removeprefix("gan-grad-")], value(start, FUNCTIONS[output], **arrays))


@pytest.mark.binds("gan-grad-G_W1", "genmodels.gan:generator_step", twin=True)
@pytest.mark.binds("gan-grad-G_b1", "genmodels.gan:generator_step", twin=True)
@pytest.mark.binds("gan-grad-G_W2", "genmodels.gan:generator_step", twin=True)
@pytest.mark.binds("gan-grad-G_b2", "genmodels.gan:generator_step", twin=True)
@pytest.mark.parametrize("label", OF_G)
def test_a_wrong_gradient_of_the_generator_is_noticed(label, example):
    params, arrays = example
    _, grads, _ = of_generator(params, arrays)

    for mistake in mistakes(label):
        disagree(grads[label.removeprefix("gan-grad-")], at(mistake, arrays))


# ---------------------------------------------------------------- the penalty


def steepness(params, arrays):
    """What `gradient_penalty` finds on the data, and the arrays with its slopes and its weight."""
    _, D_H = gan.discriminate(params, arrays["X_rows"])
    S = np.where(D_H > 0, 1, 0.2)
    return gan.gradient_penalty(params, D_H, GAMMA), {**arrays, "S": S, "gamma": GAMMA}


def squared_length_of(params, X):
    """Of the slope of every sample's logit in the sample: twice the penalty on this sample alone."""
    _, D_H = gan.discriminate(params, X)
    return np.array([gan.gradient_penalty(params, hidden[None], 2.0)[0] for hidden in D_H])


def slopes_of_samples(params, arrays):
    """The generator's gradient of its samples, divided by the slope in the logit: the slope of the logit."""
    work = gan.Work.allocate(len(arrays["Z"]), params)
    *_, X_g = gan.generator_step(params, arrays["Z"], work)
    delta = losses.non_saturating_loss_gradient(gan.discriminate(params, X_g)[0])
    return X_g, work.dX_g / delta[:, None]


@pytest.mark.binds("gan-input-slope", "genmodels.gan:gradient_penalty")
@pytest.mark.binds("gan-input-slope", "genmodels.gan:generator_step")
def test_the_slope_of_a_logit_in_its_sample_is_that_of_the_claim(example):
    params, arrays = example
    X_g, found = slopes_of_samples(params, arrays)

    for node in (claim("gan-input-slope").start, formula("gan-input-slope")):
        agree(found, [value(node, FUNCTIONS["sigmoid"], x=x_g, **params)[:, 0] for x_g in X_g])
        wanted = np.array([value(node, FUNCTIONS["sigmoid"], x=row, **params)[:, 0] for row in arrays["X_rows"]])
        agree(squared_length_of(params, arrays["X_rows"]), (wanted**2).sum(axis=1))


@pytest.mark.binds("gan-input-slope", "genmodels.gan:gradient_penalty", twin=True)
@pytest.mark.binds("gan-input-slope", "genmodels.gan:generator_step", twin=True)
def test_a_slope_as_if_the_hidden_layer_were_linear_is_noticed(example):
    params, arrays = example
    X_g, found = slopes_of_samples(params, arrays)

    for mistake in mistakes("gan-input-slope"):
        slope = value(mistake, **params)[:, 0]
        disagree(found, [slope for _ in X_g])
        disagree(squared_length_of(params, arrays["X_rows"]), np.full(N, slope @ slope))


@pytest.mark.binds("gan-penalty-slopes", "genmodels.gan:gradient_penalty")
def test_the_penalty_on_one_sample_is_the_squared_length_of_its_row_of_slopes(example):
    params, arrays = example
    J = at(formula("gan-penalty-slopes"), steepness(params, arrays)[1])

    agree(squared_length_of(params, arrays["X_rows"]), (J**2).sum(axis=1))


@pytest.mark.binds("gan-penalty", "genmodels.gan:gradient_penalty")
def test_the_penalty_is_that_of_the_claim(example):
    (penalty, _, _), arrays = steepness(*example)

    agree(penalty, at(formula("gan-penalty"), arrays))


@pytest.mark.binds("gan-penalty-slopes", "genmodels.gan:gradient_penalty", twin=True)
@pytest.mark.binds("gan-penalty", "genmodels.gan:gradient_penalty", twin=True)
def test_lost_slopes_and_a_lost_half_are_noticed(example):
    params, arrays = example
    (penalty, _, _), known = steepness(params, arrays)
    J = value(wrong("gan-penalty-slopes"), sizes={n: N}, **params)

    disagree(squared_length_of(params, arrays["X_rows"]), (J**2).sum(axis=1))
    disagree(penalty, at(wrong("gan-penalty"), known))


@pytest.mark.binds("gan-penalty-grad-W1", "genmodels.gan:gradient_penalty")
@pytest.mark.binds("gan-penalty-grad-W2", "genmodels.gan:gradient_penalty")
@pytest.mark.parametrize(("label", "place"), [("gan-penalty-grad-W1", 1), ("gan-penalty-grad-W2", 2)])
def test_the_penaltys_gradients_are_the_proved_ones_and_the_derivatives_themselves(label, place, example):
    found, arrays = steepness(*example)

    agree(found[place], at(formula(label), arrays))
    agree(found[place], value(claim(label).start, FUNCTIONS["sigmoid"], **arrays))


@pytest.mark.binds("gan-penalty-grad-W1", "genmodels.gan:gradient_penalty", twin=True)
@pytest.mark.binds("gan-penalty-grad-W2", "genmodels.gan:gradient_penalty", twin=True)
@pytest.mark.parametrize(("label", "place"), [("gan-penalty-grad-W1", 1), ("gan-penalty-grad-W2", 2)])
def test_a_wrong_gradient_of_the_penalty_is_noticed(label, place, example):
    found, arrays = steepness(*example)

    for mistake in mistakes(label):
        disagree(found[place], at(mistake, arrays))


@pytest.mark.parametrize("name", ["W1", "W2"])
def test_with_a_penalty_the_discriminators_gradients_are_the_sums_of_both(name, example):
    params, arrays = example
    known = steepness(params, arrays)[1]
    _, grads, _ = of_discriminator(params, arrays, r1=GAMMA)

    both = [at(formula(label), known) for label in (f"gan-grad-D_{name}", f"gan-penalty-grad-{name}")]

    agree(grads[f"D_{name}"], sum(both))


# ---------------------------------------------------------------- a distance that sees failure


@pytest.fixture
def two_sets():
    rng = np.random.default_rng(3)
    return rng.random((4, 3)), rng.random((4, 3)) + 0.5


def kernels(X, Y, node):
    return np.array([[value(node, x=a, y=b).item() for b in Y] for a in X])


def between(X, Y):
    """The kernel by its claim for all pairs, under the names of the symbols."""
    kernel = formula("gan-kernel")
    return {"K_xx": kernels(X, X, kernel), "K_yy": kernels(Y, Y, kernel), "K_xy": kernels(X, Y, kernel)}


@pytest.mark.binds("gan-kernel", "genmodels.evaluation:polynomial_kernel")
def test_the_kernel_is_that_of_the_claim_for_every_pair(two_sets):
    X, Y = two_sets

    agree(evaluation.polynomial_kernel(X, Y[:3]), kernels(X, Y[:3], formula("gan-kernel")))


@pytest.mark.binds("gan-kernel-distance", "genmodels.evaluation:kernel_distance")
def test_the_kernel_distance_is_that_of_the_claim(two_sets):
    agree(evaluation.kernel_distance(*two_sets), value(formula("gan-kernel-distance"), **between(*two_sets)))


@pytest.mark.binds("gan-kernel", "genmodels.evaluation:polynomial_kernel", twin=True)
@pytest.mark.binds("gan-kernel-distance", "genmodels.evaluation:kernel_distance", twin=True)
def test_a_kernel_that_grows_with_the_size_and_a_sample_compared_with_itself_are_noticed(two_sets):
    X, Y = two_sets

    disagree(evaluation.polynomial_kernel(X, Y), kernels(X, Y, wrong("gan-kernel")))
    disagree(evaluation.kernel_distance(X, Y), value(wrong("gan-kernel-distance"), **between(X, Y)))


# ---------------------------------------------------------------- the simplest game

ZERO, NOISE = np.zeros((1, 1)), np.ones((1, 1))  # the data, and a noise that the generator does not look at
POINTS = [(0.6, -0.8), (-1.1, 0.3), (0.9, 1.2)]
NEAR = 1e-8  # so near to the equilibrium that sigma is one half to sixteen digits
RATES = np.linspace(-2, 2, 9)


def dirac(theta, psi):
    """The model as the simplest game: G(z) = theta, and the logit of x is psi x, on this side of the bend."""
    generator = {"G_W1": ZERO, "G_b1": np.ones(1), "G_W2": ZERO, "G_b2": np.array([theta])}
    return {
        **generator,
        "D_W1": np.array([[psi]]),
        "D_b1": np.array([4.0]),
        "D_W2": np.ones((1, 1)),
        "D_b2": np.array([-4.0]),
    }


def judge(params, gamma=0.0):
    """The discriminator's step on the point 0 and the generator's point."""
    return gan.discriminator_step(params, ZERO, gan.generate(params, NOISE, output="linear")[0], r1=gamma)


def deceive(params):
    """The generator's step in the same game, whose loss is the saturating one."""
    return gan.generator_step(params, NOISE, loss="saturating", output="linear")


def speeds(theta, psi, gamma=0.0):
    """How fast both parameters change where both players go down the gradients of the model."""
    params = dirac(theta, psi)
    return np.array([-deceive(params)[1]["G_b2"][0], -judge(params, gamma)[1]["D_W1"][0, 0]])


def jacobian(theta, psi, gamma=0.0):
    """The derivatives of the speeds by both parameters, by complex step."""
    h = 1e-200
    moved = [speeds(theta + 1j * h, psi, gamma), speeds(theta, psi + 1j * h, gamma)]
    return np.array(moved).imag.T / h


def after(theta, psi, eta, *, in_turn):
    """Both parameters after a step of the model's optimisers near the equilibrium, in multiples of `NEAR`."""
    params = dirac(NEAR * theta, NEAR * psi)
    players = {"discriminator": optim.SGD({"D_W1": params["D_W1"]}), "generator": optim.SGD({"G_b2": params["G_b2"]})}
    both = optim.Separate(players, dict.fromkeys(players, 1.0))
    by_D = judge(params)[1]
    if in_turn:
        both.step(by_D, eta)
        both.step(deceive(params)[1], eta)
    else:
        both.step({**by_D, **deceive(params)[1]}, eta)
    return {"theta": params["G_b2"][0] / NEAR, "psi": params["D_W1"][0, 0] / NEAR}


@pytest.mark.parametrize(("theta", "psi"), POINTS)
def test_the_model_can_play_the_simplest_game(theta, psi):
    params, points = dirac(theta, psi), np.linspace(-1.5, 1.5, 7)[:, None]

    agree(gan.generate(params, NOISE, output="linear")[0], [[theta]])
    agree(gan.discriminate(params, points)[0], psi * points[:, 0])


@pytest.mark.binds("dirac-value", "genmodels.gan:discriminator_step")
@pytest.mark.parametrize(("theta", "psi"), POINTS)
def test_the_discriminators_loss_is_minus_the_value_of_the_simplest_game(theta, psi):
    agree(-judge(dirac(theta, psi))[0], value(formula("dirac-value"), theta=theta, psi=psi))


@pytest.mark.binds("dirac-value", "genmodels.gan:discriminator_step", twin=True)
def test_a_sample_taken_for_data_is_noticed():
    theta, psi = POINTS[0]

    disagree(-judge(dirac(theta, psi))[0], value(wrong("dirac-value"), theta=theta, psi=psi))


@pytest.mark.binds("dirac-slope-generator", "genmodels.gan:generator_step")
@pytest.mark.binds("dirac-slope-discriminator", "genmodels.gan:discriminator_step")
@pytest.mark.parametrize(("theta", "psi"), POINTS)
def test_both_players_follow_the_slopes_of_the_simplest_game(theta, psi):
    down, up = speeds(theta, psi)

    for side in (claim("dirac-slope-generator").start, formula("dirac-slope-generator")):
        agree(-down, value(side, theta=theta, psi=psi))
    for side in (claim("dirac-slope-discriminator").start, formula("dirac-slope-discriminator")):
        agree(up, value(side, theta=theta, psi=psi))


@pytest.mark.binds("dirac-slope-generator", "genmodels.gan:generator_step", twin=True)
@pytest.mark.binds("dirac-slope-discriminator", "genmodels.gan:discriminator_step", twin=True)
def test_a_turned_sign_and_the_slope_of_the_other_player_are_noticed():
    theta, psi = POINTS[0]
    down, up = speeds(theta, psi)

    for mistake in mistakes("dirac-slope-generator"):
        disagree(-down, value(mistake, theta=theta, psi=psi))
    for mistake in mistakes("dirac-slope-discriminator"):
        disagree(up, value(mistake, theta=theta, psi=psi))


@pytest.mark.binds("dirac-flow-conserves", "genmodels.gan:generator_step")
@pytest.mark.binds("dirac-flow-conserves", "genmodels.gan:discriminator_step")
@pytest.mark.parametrize(("theta", "psi"), POINTS)
def test_where_both_follow_their_gradients_the_distance_from_the_equilibrium_stays(theta, psi):
    agree(2 * np.dot([theta, psi], speeds(theta, psi)), value(formula("dirac-flow-conserves")))


@pytest.mark.binds("dirac-flow-conserves", "genmodels.gan:generator_step", twin=True)
@pytest.mark.binds("dirac-flow-conserves", "genmodels.gan:discriminator_step", twin=True)
def test_a_distance_that_grows_is_noticed():
    theta, psi = POINTS[0]

    for mistake in mistakes("dirac-flow-conserves"):
        disagree(2 * np.dot([theta, psi], speeds(theta, psi)), value(mistake, theta=theta, psi=psi))


@pytest.mark.binds("dirac-linear", "genmodels.gan:generator_step")
@pytest.mark.parametrize(("theta", "psi"), POINTS)
def test_the_generators_speed_depends_on_the_discriminator_as_claimed(theta, psi):
    agree(jacobian(theta, psi)[0, 1], value(formula("dirac-linear"), theta=theta, psi=psi))


@pytest.mark.binds("dirac-linear", "genmodels.gan:generator_step", twin=True)
def test_a_factor_taken_for_a_constant_is_noticed():
    theta, psi = POINTS[0]

    for mistake in mistakes("dirac-linear"):
        disagree(jacobian(theta, psi)[0, 1], value(mistake, theta=theta, psi=psi))


@pytest.mark.binds("dirac-half", "genmodels.activations:sigmoid")
def test_at_the_equilibrium_the_discriminator_guesses():
    a, _ = gan.discriminate(dirac(0.0, 0.0), ZERO)

    agree(activations.sigmoid(a), value(formula("dirac-half")))


@pytest.mark.binds("dirac-half", "genmodels.activations:sigmoid", twin=True)
def test_a_discriminator_that_says_no_is_noticed():
    a, _ = gan.discriminate(dirac(0.0, 0.0), ZERO)

    for mistake in mistakes("dirac-half"):
        disagree(activations.sigmoid(a), value(mistake))


def turning(t):
    """A point of the circle near the equilibrium, and how fast the generator moves there, in multiples of `NEAR`."""
    theta, psi = POINTS[0]
    here = {"theta": theta, "psi": psi, "t": t}
    place = [NEAR * value(letter, **here).item() for letter in (game.theta_t, game.psi_t)]
    return here, speeds(*place)[0] / NEAR


@pytest.mark.binds("dirac-turns", "genmodels.gan:generator_step")
@pytest.mark.parametrize("t", [0.0, 1.0, 4.5])
def test_near_the_equilibrium_the_generator_moves_along_the_circle(t):
    here, speed = turning(t)

    agree(speed, value(claim("dirac-turns").start, **here))
    agree(speed, value(formula("dirac-turns"), **here))


@pytest.mark.binds("dirac-turns", "genmodels.gan:generator_step", twin=True)
def test_another_way_and_another_speed_are_noticed():
    here, speed = turning(1.0)

    for mistake in mistakes("dirac-turns"):
        disagree(speed, value(mistake, **here))


@pytest.mark.binds("dirac-eigenvalues", "genmodels.gan:generator_step")
@pytest.mark.binds("dirac-eigenvalues", "genmodels.gan:discriminator_step")
@pytest.mark.binds("dirac-r1-eigenvalues", "genmodels.gan:gradient_penalty")
@pytest.mark.parametrize(("label", "gamma"), [("dirac-eigenvalues", 0.0), ("dirac-r1-eigenvalues", GAMMA)])
def test_the_players_gradients_have_the_eigenvalues_of_the_claims(label, gamma):
    matrix = jacobian(0.0, 0.0, gamma)

    determinants = [np.linalg.det(matrix - rate * np.eye(2)) for rate in RATES]

    agree(determinants, [value(formula(label), rate=rate, gamma=gamma) for rate in RATES])


@pytest.mark.binds("dirac-eigenvalues", "genmodels.gan:generator_step", twin=True)
@pytest.mark.binds("dirac-eigenvalues", "genmodels.gan:discriminator_step", twin=True)
@pytest.mark.binds("dirac-r1-eigenvalues", "genmodels.gan:gradient_penalty", twin=True)
@pytest.mark.parametrize(("label", "gamma"), [("dirac-eigenvalues", 0.0), ("dirac-r1-eigenvalues", GAMMA)])
def test_other_eigenvalues_are_noticed(label, gamma):
    matrix = jacobian(0.0, 0.0, gamma)
    determinants = [np.linalg.det(matrix - rate * np.eye(2)) for rate in RATES]

    for mistake in mistakes(label):
        disagree(determinants, [value(mistake, rate=rate, gamma=gamma) for rate in RATES])


@pytest.mark.binds("dirac-simultaneous-step", "genmodels.optim:Separate.step")
@pytest.mark.parametrize(("theta", "psi"), POINTS)
@pytest.mark.parametrize("eta", [0.1, 0.5])
def test_a_step_of_both_at_once_leads_as_far_away_as_claimed(theta, psi, eta):
    grown = claim("dirac-simultaneous-step").links[0].right

    moved = after(theta, psi, eta, in_turn=False)

    agree(moved["theta"] ** 2 + moved["psi"] ** 2, value(grown, theta=theta, psi=psi, step=eta))


@pytest.mark.binds("dirac-simultaneous-step", "genmodels.optim:Separate.step", twin=True)
def test_a_distance_that_stays_is_noticed():
    theta, psi = POINTS[0]
    moved = after(theta, psi, 0.5, in_turn=False)

    for mistake in mistakes("dirac-simultaneous-step"):
        disagree(moved["theta"] ** 2 + moved["psi"] ** 2, value(mistake, theta=theta, psi=psi))


@pytest.mark.binds("dirac-alternating-step", "genmodels.optim:Separate.step")
@pytest.mark.parametrize(("theta", "psi"), POINTS)
@pytest.mark.parametrize("eta", [0.1, 0.5])
def test_steps_in_turn_stay_on_the_ellipse_of_the_claim(theta, psi, eta):
    kept = formula("dirac-alternating-step")

    moved = after(theta, psi, eta, in_turn=True)

    agree(value(kept, **moved, step=eta), value(kept, theta=theta, psi=psi, step=eta))


@pytest.mark.binds("dirac-alternating-step", "genmodels.optim:Separate.step", twin=True)
def test_a_circle_for_the_ellipse_is_noticed():
    theta, psi = POINTS[0]
    moved = after(theta, psi, 0.5, in_turn=True)

    for circle in mistakes("dirac-alternating-step"):
        disagree(value(formula("dirac-alternating-step"), **moved, step=0.5), value(circle, theta=theta, psi=psi))


@pytest.mark.binds("dirac-r1-loses", "genmodels.gan:gradient_penalty")
@pytest.mark.parametrize(("theta", "psi"), POINTS)
def test_with_the_penalty_the_distance_falls_as_fast_as_claimed(theta, psi):
    fall = claim("dirac-r1-loses").links[0].right

    agree(2 * np.dot([theta, psi], speeds(theta, psi, GAMMA)), value(fall, psi=psi, gamma=GAMMA))


@pytest.mark.binds("dirac-r1-loses", "genmodels.gan:gradient_penalty", twin=True)
def test_a_distance_that_stays_with_the_penalty_is_noticed():
    theta, psi = POINTS[0]

    for mistake in mistakes("dirac-r1-loses"):
        disagree(2 * np.dot([theta, psi], speeds(theta, psi, GAMMA)), value(mistake))
