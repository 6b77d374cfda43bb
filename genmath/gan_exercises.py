"""Exercises of the chapter on adversarial networks: equations (17)-(20), both losses, the networks, the simplest game.

Each asks for an expression of a claim in :mod:`genmath.gan`, :mod:`genmath.gan_network` or :mod:`genmath.game`.
"""

from __future__ import annotations

from genmath import game, gan, gan_network
from genmath.divergence import half, over_states
from genmath.exercises import Exercise, Slip, exercises, put, row, times
from genmath.gan import jsd, total
from genmath.gan_network import D_A, G_A2, G_H, D_A_g, Delta_n, a_1, delta, delta_g, o, ones
from genmath.notation import (
    D_W1,
    D_W2,
    X_rows,
    exp,
    fake,
    fake_1,
    fake_rows,
    gamma,
    i,
    judge,
    judges,
    logit,
    n,
    phi,
    psi,
    rate,
    real,
    real_1,
    sigma,
    step,
    theta,
)

POINT = exercises(
    gan.STATEMENTS,
    Exercise(
        "gan-game",
        "Write the value of the game on {m} points: data have the probabilities {p_data}, samples {p_g}, and the "
        "discriminator says {D}.",
        (real, fake, judges),
        (
            Slip("lost complement", "For samples the discriminator wants to say no.", put(1 - judges[i], judges[i])),
            Slip("turned sign of a term", "Both terms have a plus: the discriminator raises both."),
        ),
    ),
    Exercise(
        "gan-best-judge",
        "At a point data have the density {p} and samples {q}. What does the best discriminator say there?",
        (real_1, fake_1),
        (
            Slip("upside down", "It must say one where there are data alone.", lambda _: fake_1 / total),
            Slip("the ratio of both", "A ratio has no upper bound; the output has.", lambda _: real_1 / fake_1),
        ),
    ),
    Exercise(
        "gan-value-at",
        "At a point data have the density {p} and samples {q}, and the discriminator says {D}. Write what this point "
        "adds to the value of the game.",
        (real_1, fake_1, judge),
        (
            Slip("lost complement", "For samples the discriminator wants to say no.", put(1 - judge, judge)),
            Slip("lost logarithms", "Answers stand in logarithms.", lambda _: real_1 * judge + fake_1 * (1 - judge)),
        ),
    ),
    Exercise(
        "gan-slope",
        "At a point data have the density {p} and samples {q}. How fast does the value of the game change there with "
        "the discriminator's answer {D}?",
        (real_1, fake_1, judge),
        (
            Slip("turned sign", "The complement has the slope minus one."),
            Slip("lost densities", "The densities stand before the logarithms.", lambda _: 1 / judge - 1 / (1 - judge)),
        ),
    ),
    Exercise(
        "gan-curvature",
        "At a point data have the density {p} and samples {q}. What is the second derivative of the value of the game "
        "there, in the discriminator's answer {D}?",
        (real_1, fake_1, judge),
        (
            Slip("turned sign", "One over the answer falls when the answer grows."),
            Slip("turned sign of a term", "The complement has the slope minus one, twice."),
        ),
        ask=row(1),
    ),
    Exercise(
        "gan-derivative",
        "Differentiate the game in the discriminator's answer at the point {p}.",
        (real, fake, judges),
        (
            Slip("turned sign", "The complement has the slope minus one."),
            Slip(
                "sum over all points",
                "The other points do not hold this answer.",
                lambda _: over_states(real[i] / judges[i] - fake[i] / (1 - judges[i])),
            ),
        ),
    ),
    Exercise(
        "gan-best-logit",
        "What is the logit of the best discriminator, with the densities {p} of data and {q} of samples?",
        (real_1, fake_1),
        (
            Slip("upside down", "It must be positive where data are denser.", times(-1)),
            Slip("lost logarithm", "That is the ratio of the densities; the logit is its logarithm.", exp),
        ),
        ask=lambda claim: claim.start.children[0],
    ),
)

VALUE = exercises(
    gan.STATEMENTS,
    Exercise(
        "gan-value-is-jsd",
        "Write the value of the game at the best discriminator with the divergence {JSD} of Jensen and Shannon.",
        (jsd,),
        (
            Slip("log 2 for log 4", "Each of two logarithms leaves a log 2."),
            Slip("one divergence", "The divergence is half of a sum; the value holds the whole sum."),
        ),
    ),
    Exercise(
        "gan-half-judge",
        "A discriminator says one half to everything. What is the value of the game?",
        (),
        (
            Slip("log 2", "There are two terms: data and samples."),
            Slip("turned sign", "The logarithm of one half is negative.", times(-1)),
        ),
    ),
    Exercise(
        "gan-disjoint",
        "Samples lie where there are no data. What is the divergence of Jensen and Shannon?",
        (),
        (
            Slip("infinite, as a divergence without the mean would be", "There are two halves, each with a log 2."),
            Slip("turned sign", "No divergence is negative.", times(-1)),
        ),
    ),
    Exercise(
        "gan-slope-saturating",
        "The generator lowers the logarithm of one minus {sigma} of the logit {o}. What is the slope of this loss in "
        "the logit?",
        (logit, sigma),
        (
            Slip("that of the other loss", "That is the slope of the loss that does not saturate."),
            Slip("turned sign", "The loss falls with the logit.", times(-1)),
        ),
    ),
    Exercise(
        "gan-slope-non-saturating",
        "The listing's generator lowers minus the logarithm of {sigma} of the logit {o}. What is the slope of this "
        "loss in the logit?",
        (logit, sigma),
        (
            Slip("that of the other loss", "That is the slope of the loss that saturates."),
            Slip("turned sign", "The loss falls with the logit.", times(-1)),
        ),
    ),
)

NETWORKS = exercises(
    gan_network.STATEMENTS,
    Exercise(
        "gan-delta-logits",
        "What is the slope of the discriminator's mean loss in the logits {o} of {n} data?",
        (o, sigma),
        (
            Slip("turned sign", "The loss falls where a logit of data rises."),
            Slip("sum instead of mean", "The loss is a mean over the samples.", times(n)),
        ),
    ),
    Exercise(
        "gan-grad-D_W1",
        "The slopes of the discriminator's loss in the logits of data {X} and of samples {Y} are {delta} and "
        "{delta_g}. Its hidden layer takes {A} and {A_g}. Differentiate the loss in the hidden layer's weights.",
        (D_W2, X_rows, fake_rows),
        (
            Slip("lost slope of the activation", "The hidden layer has a slope of its own."),
            Slip(
                "data alone",
                "The discriminator learns from samples too.",
                lambda _: ((delta @ D_W2) * phi.slope(D_A)).T @ X_rows,
            ),
        ),
        names={"delta": delta, "delta_g": delta_g, "A": D_A, "A_g": D_A_g},
    ),
    Exercise(
        "gan-grad-G_W2",
        "The slope of the generator's loss in the discriminator's hidden layer is {Delta_n}. Differentiate the loss in "
        "the weights of the generator's output, whose function {omega} takes {A_G2} made of the hidden layer {H_G}.",
        (Delta_n, D_W1, G_A2, G_H),
        (
            Slip("lost slope of the output", "The output layer has a slope of its own."),
            Slip("turned sign", "The sign of the slope behind it stays.", times(-1)),
        ),
    ),
    Exercise(
        "gan-grad-D_b2",
        "The slopes of the discriminator's loss in the logits of data and of samples are {delta} and {delta_g}, a "
        "column each. Differentiate the loss in the bias of the logit.",
        (),
        (
            Slip("data alone", "The bias moves the logits of samples too."),
            Slip("difference", "Both columns hold slopes: add.", lambda _: delta.T @ ones - delta_g.T @ ones),
        ),
        names={"delta": delta, "delta_g": delta_g, "ones": ones},
    ),
    Exercise(
        "gan-input-slope",
        "A discriminator with the weights {W_D1} and {W_D2} has a hidden layer that takes {a}. Differentiate its logit "
        "in the sample.",
        (D_W1, D_W2),
        (
            Slip("lost slope of the activation", "The hidden layer has a slope of its own."),
            Slip("value instead of slope", "On the way back counts the slope of the hidden layer, not its value."),
        ),
        names={"a": a_1},
    ),
)

GAME = exercises(
    game.STATEMENTS,
    Exercise(
        "dirac-slope-generator",
        "The value of the simplest game is log one half plus the logarithm of one minus {sigma} of {theta} times "
        "{psi}. Differentiate it in the generator's parameter {theta}.",
        (theta, psi, sigma),
        (
            Slip("turned sign", "The value falls where the logit rises."),
            Slip("the other player's", "That is the slope in the discriminator's parameter.",
                 lambda _: -(sigma(theta * psi) * theta)),
        ),
    ),
    Exercise(
        "dirac-simultaneous-step",
        "Near the point of rest both players move at once: {theta} by half the step {eta} times {psi}, and {psi} by "
        "minus half the step times {theta}. Write the squared distance from the point of rest after the step.",
        (theta, psi, step),
        (
            Slip("the distance stays", "That is the distance before. Expand both squares."),
            Slip("step not halved", "The slope at the point of rest is one half.",
                 put(step**2 / 4, step**2)),
        ),
        ask=row(1),
    ),
    Exercise(
        "dirac-r1-eigenvalues",
        "Near the point of rest the generator moves with half of the discriminator's parameter. The discriminator "
        "moves with minus half of the generator's, and a penalty takes {gamma} times its own. Write the characteristic "
        "polynomial of both speeds in {rho}.",
        (gamma, rate),
        (
            Slip("to the right", "The penalty brakes: its sign on the diagonal is a minus."),
            Slip("real eigenvalues", "The slopes beside the diagonal have different signs.", lambda a: a - half),
        ),
        ask=row(1),
    ),
)

EXERCISES = (*POINT, *VALUE, *NETWORKS, *GAME)
