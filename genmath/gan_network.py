r"""The networks of both players and all of their gradients, on rows as the program has them.

Chapter ``docs/chapters/gan.md``.

Notation (all of it in :mod:`genmath.notation`): ``X_rows`` samples of the data, ``fake_rows`` samples of a generator,
both ``n``; ``noise_rows`` its noise; weights and biases have the names that the sheet's listing gives them.  Hidden
layers have any differentiable activation; where a leaky rectifier bends, the program sets a slope.
Code: :mod:`genmodels.gan`.

Contents: both networks, their losses, gradients of the discriminator, gradients of the generator through it, the
penalty on steep logits.
"""

from __future__ import annotations

from genmath.calc import Claim, Link, Mistake, Statement, definition
from genmath.calculus import Gradient
from genmath.likelihood import SOFTPLUS
from genmath.notation import (
    D_W1,
    D_W2,
    G_W1,
    G_W2,
    D_b1,
    D_b2,
    G_b1,
    G_b2,
    X_rows,
    d,
    fake_rows,
    gamma,
    h,
    i,
    k,
    let,
    n,
    noise_rows,
    output,
    phi,
    sigma,
    slopes,
    softplus,
    x,
)
from genmath.rules import By
from genmath.surface import ONE, Constant, Let, Node, Num, Sigma, SquaredNorm

ones = Constant("1", (n, ONE))
SIZES = {d: 3, h: 2, k: 1, n: 2}

# ---------------------------------------------------------------- the networks

G_A1 = let("G_A1", noise_rows @ G_W1.T + ones @ G_b1.T)
G_H = let("G_H", phi(G_A1))
G_A2 = let("G_A2", G_H @ G_W2.T + ones @ G_b2.T)
G_X = let("G_X", output(G_A2))


def hidden(samples: Node, name: str) -> Let:
    """What the discriminator's hidden layer takes."""
    return let(name, samples @ D_W1.T + ones @ D_b1.T)


def logits(values: Node, name: str) -> Let:
    """The discriminator's logits from its hidden layer."""
    return let(name, values @ D_W2.T + D_b2 * ones)


def mean(logit: Node) -> Node:
    """The mean over the samples of softplus, for a logit under the index."""
    return Sigma(i, ONE, n, softplus(logit)) / n


D_A, D_A_g, D_A_n = hidden(X_rows, "D_A"), hidden(fake_rows, "D_A_g"), hidden(G_X, "D_A_g")
D_H, D_H_g, D_H_n = let("D_H", phi(D_A)), let("D_H_g", phi(D_A_g)), let("D_H_g", phi(D_A_n))
o, o_g, o_n = logits(D_H, "o"), logits(D_H_g, "o_g"), logits(D_H_n, "o_g")
L_D = let("L_D", mean(-o[i]) + mean(o_g[i]))
L_G = let("L_G", mean(-o_n[i]))

NETWORKS = (
    definition("gan-generator-hidden", "The generator's hidden layer", G_H, phi(G_A1.body), "3.2"),
    definition("gan-generator", "The generator", G_X, output(G_A2.body), "3.2"),
    definition("gan-discriminator-hidden", "The discriminator's hidden layer", D_H, phi(D_A.body), "3.2"),
    definition("gan-logits", "The discriminator's logits", o, o.body, "3.2"),
    definition("gan-discriminator-loss", "The discriminator's loss", L_D, L_D.body, "3.2"),
    definition("gan-generator-loss", "The generator's loss", L_G, L_G.body, "3.2"),
)

# ---------------------------------------------------------------- gradients

delta = let("delta_o", -softplus.slope(-o) / n)
delta_g = let("delta_g", softplus.slope(o_g) / n)
Delta_D = let("Delta_D", (delta @ D_W2) * phi.slope(D_A))
Delta_D_g = let("Delta_D_g", (delta_g @ D_W2) * phi.slope(D_A_g))
delta_n = let("delta_n", -softplus.slope(-o_n) / n)
Delta_n = let("Delta_n", (delta_n @ D_W2) * phi.slope(D_A_n))
Delta_G2 = let("Delta_G2", (Delta_n @ D_W1) * output.slope(G_A2))
Delta_G1 = let("Delta_G1", (Delta_G2 @ G_W2) * phi.slope(G_A1))


def gradient(
    label: str, title: str, loss: Node, symbol: Node, slope: Node, reason: str, wrong: Mistake, *uses: str
) -> Claim:
    """A claim that a gradient of a loss has a value."""
    return Claim(
        label,
        title,
        Gradient(loss, symbol),
        (Link("=", slope, reason),),
        "3.2",
        uses=uses,
        mistakes=(wrong,),
        sizes=SIZES,
    )


DISCRIMINATOR = (
    definition("gan-delta-real", "Slope in the logits of data, named", delta, delta.body, "3.2"),
    definition("gan-delta-fake", "Slope in the logits of samples, named", delta_g, delta_g.body, "3.2"),
    Claim(
        "gan-delta-logits",
        "What the program computes on data: the output minus one",
        delta.body,
        (
            Link("=", -sigma(-o) / n, "slope of softplus", By("softplus-slope")),
            Link("=", (sigma(o) - ones) / n, "symmetry of the logistic function", By("sigmoid-symmetry")),
        ),
        "3.2",
        uses=("gan-delta-real", "softplus-slope", "sigmoid-symmetry"),
        meanings=SOFTPLUS,
        mistakes=(Mistake("turned sign", (ones - sigma(o)) / n),),
        sizes=SIZES,
    ),
    gradient(
        "gan-grad-D_W2",
        "Gradient of the logit's weights",
        L_D,
        D_W2,
        delta.T @ D_H + delta_g.T @ D_H_g,
        "slopes in the logits, times the hidden layer, for both kinds of samples",
        Mistake("turned sign for the data", -(delta.T @ D_H) + delta_g.T @ D_H_g),
        "gan-discriminator-loss",
        "gan-delta-real",
        "gan-delta-fake",
    ),
    gradient(
        "gan-grad-D_b2",
        "Gradient of the logit's bias",
        L_D,
        D_b2,
        delta.T @ ones + delta_g.T @ ones,
        "sum of the slopes in the logits",
        Mistake("data alone", delta.T @ ones),
        "gan-discriminator-loss",
        "gan-delta-real",
        "gan-delta-fake",
    ),
    definition("gan-delta-hidden", "Slope in the hidden layer on data, named", Delta_D, Delta_D.body, "3.2"),
    definition("gan-delta-hidden-fake", "The same on samples, named", Delta_D_g, Delta_D_g.body, "3.2"),
    gradient(
        "gan-grad-D_W1",
        "Gradient of the discriminator's hidden weights",
        L_D,
        D_W1,
        Delta_D.T @ X_rows + Delta_D_g.T @ fake_rows,
        "slopes in the hidden layer, times the samples",
        Mistake("lost slope of the activation", (delta @ D_W2).T @ X_rows + (delta_g @ D_W2).T @ fake_rows),
        "gan-discriminator-loss",
        "gan-delta-hidden",
        "gan-delta-hidden-fake",
    ),
    gradient(
        "gan-grad-D_b1",
        "Gradient of the discriminator's hidden biases",
        L_D,
        D_b1,
        Delta_D.T @ ones + Delta_D_g.T @ ones,
        "sum of the slopes in the hidden layer",
        Mistake("turned sign for the samples", Delta_D.T @ ones - Delta_D_g.T @ ones),
        "gan-discriminator-loss",
        "gan-delta-hidden",
        "gan-delta-hidden-fake",
    ),
)

GENERATOR = (
    definition("gan-delta-generator", "Slope of the generator's loss in the logits", delta_n, delta_n.body, "3.2"),
    definition("gan-delta-through", "The same in the discriminator's hidden layer", Delta_n, Delta_n.body, "3.2"),
    gradient(
        "gan-grad-sample",
        "Gradient of the samples",
        L_G,
        G_X,
        Delta_n @ D_W1,
        "back through the discriminator, whose weights stand still",
        Mistake("lost slope of the activation", (delta_n @ D_W2) @ D_W1),
        "gan-generator-loss",
        "gan-delta-through",
    ),
    definition("gan-delta-G2", "Slope in the generator's output, named", Delta_G2, Delta_G2.body, "3.2"),
    gradient(
        "gan-grad-G_W2",
        "Gradient of the output's weights",
        L_G,
        G_W2,
        Delta_G2.T @ G_H,
        "slopes behind the layer, times values before it",
        Mistake("lost slope of the output", (Delta_n @ D_W1).T @ G_H),
        "gan-grad-sample",
        "gan-delta-G2",
    ),
    gradient(
        "gan-grad-G_b2",
        "Gradient of the output's biases",
        L_G,
        G_b2,
        Delta_G2.T @ ones,
        "sum of the slopes over the samples",
        Mistake("turned sign", -(Delta_G2.T @ ones)),
        "gan-grad-sample",
        "gan-delta-G2",
    ),
    definition("gan-delta-G1", "Slope in the generator's hidden layer, named", Delta_G1, Delta_G1.body, "3.2"),
    gradient(
        "gan-grad-G_W1",
        "Gradient of the generator's hidden weights",
        L_G,
        G_W1,
        Delta_G1.T @ noise_rows,
        "slopes behind the layer, times the noise",
        Mistake("lost slope of the activation", (Delta_G2 @ G_W2).T @ noise_rows),
        "gan-grad-sample",
        "gan-delta-G1",
    ),
    gradient(
        "gan-grad-G_b1",
        "Gradient of the generator's hidden biases",
        L_G,
        G_b1,
        Delta_G1.T @ ones,
        "sum of the slopes over the samples",
        Mistake("divided by the batch twice", (Delta_G1.T @ ones) / n),
        "gan-grad-sample",
        "gan-delta-G1",
    ),
)

# ---------------------------------------------------------------- the penalty

a_1 = let("D_a", D_W1 @ x + D_b1)
o_1 = let("o_1", D_W2 @ phi(a_1) + D_b2)
U = let("U_D", slopes * (ones @ D_W2))
J = let("J", U @ D_W1)
penalty = let("penalty", gamma / Num(2 * n) * SquaredNorm(J))

PENALTY = (
    Claim(
        "gan-input-slope",
        "Slope of the logit in the sample",
        Gradient(o_1, x),
        (Link("=", D_W1.T @ (D_W2.T * phi.slope(a_1)), "back through both layers"),),
        "Summary",
        mistakes=(Mistake("lost slope of the activation", D_W1.T @ D_W2.T),),
    ),
    definition("gan-penalty-slopes", "Slopes of the logits, a sample a row", J, J.body, "Summary"),
    definition("gan-penalty", "The penalty on steep logits", penalty, penalty.body, "Summary"),
    gradient(
        "gan-penalty-grad-W1",
        "Gradient of the penalty: hidden weights",
        penalty,
        D_W1,
        U.T @ ((gamma / n) * J),
        "the slopes of the hidden layer are constant almost everywhere",
        Mistake("factor 2 too many", U.T @ ((2 * gamma / n) * J)),
        "gan-penalty",
        "gan-penalty-slopes",
    ),
    gradient(
        "gan-penalty-grad-W2",
        "Gradient of the penalty: the logit's weights",
        penalty,
        D_W2,
        ones.T @ ((((gamma / n) * J) @ D_W1.T) * slopes),
        "back through the hidden weights",
        Mistake("lost slopes", ones.T @ (((gamma / n) * J) @ D_W1.T)),
        "gan-penalty",
        "gan-penalty-slopes",
    ),
)

STATEMENTS: tuple[Statement, ...] = (*NETWORKS, *DISCRIMINATOR, *GENERATOR, *PENALTY)
