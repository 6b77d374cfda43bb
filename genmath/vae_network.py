r"""The network of a variational autoencoder and all of its gradients, on rows as the program has them.

Chapter ``docs/chapters/vae.md``.

Notation (all of it in :mod:`genmath.notation`): ``X_rows`` samples, ``H_rows`` hidden layer of the encoder,
``mu_rows``, ``log_var_rows`` means and logarithms of the variances of the codes, ``Z_rows`` codes, drawn with the noise
``eps_rows``, ``G_rows`` hidden layer of the decoder, ``A_rows`` its output.  A matrix of weights has the name of what
it makes.  Code: :mod:`genmodels.vae`.

Contents: the network, the loss, gradients from the output back to the input, the Gaussian decoder.
"""

from __future__ import annotations

from genmath.calc import Claim, Link, Mistake, Statement, definition
from genmath.calculus import Gradient
from genmath.divergence import log_two_pi
from genmath.likelihood import SOFTPLUS
from genmath.notation import (
    W_g,
    W_h,
    W_mu,
    W_s,
    W_x,
    X_rows,
    b_g,
    b_h,
    b_mu,
    b_s,
    b_x,
    beta,
    d,
    eps_rows,
    exp,
    h,
    i,
    j,
    k,
    let,
    log_var_x,
    n,
    phi,
    sigma,
    softplus,
)
from genmath.rules import By
from genmath.surface import ONE, Constant, Entry, Let, Node, Num, Sigma, SquaredNorm

ones = Constant("1", (n, ONE))
SIZES = {d: 3, h: 2, k: 1, n: 2}

# ---------------------------------------------------------------- the network

A_h = let("A_h", X_rows @ W_h.T + ones @ b_h.T)
H = let("H_rows", phi(A_h))
mu = let("mu_rows", H @ W_mu.T + ones @ b_mu.T)
log_var = let("log_var_rows", H @ W_s.T + ones @ b_s.T)
Z = let("Z_rows", mu + exp(log_var / 2) * eps_rows)
A_g = let("A_g", Z @ W_g.T + ones @ b_g.T)
G = let("G_rows", phi(A_g))
A = let("A_rows", G @ W_x.T + ones @ b_x.T)


def entrywise(term: Node, columns: object) -> Node:
    """A sum over all samples and all columns."""
    return Sigma(i, ONE, n, Sigma(j, ONE, columns, term))


def at(matrix: Node) -> Node:
    """The entry under both sums."""
    return Entry(matrix, i, j)


likelihood = entrywise(at(X_rows) * at(A) - softplus(at(A)), d)
divergence = entrywise(at(mu) ** 2 + exp(at(log_var)) - at(log_var) - 1, k) / 2
L = let("L_vae", (beta * divergence - likelihood) / n)

NETWORK = (
    definition("vae-rows-hidden", "The encoder's hidden layer", H, phi(A_h.body), "2.2"),
    definition("vae-rows-mean", "The encoder's means", mu, mu.body, "2.2"),
    definition("vae-rows-log-var", "The encoder's logarithms of variances", log_var, log_var.body, "2.2"),
    definition("vae-rows-code", "The codes", Z, Z.body, "(15)"),
    definition("vae-rows-decoder-hidden", "The decoder's hidden layer", G, phi(A_g.body), "2.2"),
    definition("vae-rows-logits", "The decoder's logits", A, A.body, "2.2"),
    definition("vae-loss", "The loss: minus the bound, with a weight on the divergence", L, L.body, "(13)"),
)

# ---------------------------------------------------------------- gradients

Delta_x = let("Delta_x", (softplus.slope(A) - X_rows) / n)
Delta_g = let("Delta_g", (Delta_x @ W_x) * phi.slope(A_g))
Delta_mu = let("Delta_mu", Delta_g @ W_g + (beta / n) * mu)
Delta_s = let(
    "Delta_s",
    ((Delta_g @ W_g) * eps_rows * exp(log_var / 2) + (beta / n) * (exp(log_var) - Constant("1", (n, k)))) / 2,
)
Delta_h = let("Delta_h", (Delta_mu @ W_mu + Delta_s @ W_s) * phi.slope(A_h))


def gradient(
    label: str, title: str, symbol: Node, slope: Node, reason: str, *wrong: Mistake, uses: tuple[str, ...]
) -> Claim:
    """A claim that a gradient of the loss has a value."""
    return Claim(
        label,
        title,
        Gradient(L, symbol),
        (Link("=", slope, reason),),
        "2.2",
        uses=("vae-loss", *uses),
        mistakes=wrong,
        sizes=SIZES,
    )


def weights(label: str, title: str, symbol: Node, delta: Let, below: Node, *wrong: Mistake, named: str) -> Claim:
    """The gradient of a layer's weights: slopes behind it, times values before it."""
    return gradient(
        label, title, symbol, delta.T @ below, "slopes behind the layer, times values before it", *wrong, uses=(named,)
    )


def biases(label: str, title: str, symbol: Node, delta: Let, *wrong: Mistake, named: str) -> Claim:
    """The gradient of a layer's biases: the sum of the slopes behind it."""
    return gradient(label, title, symbol, delta.T @ ones, "sum of the slopes over the samples", *wrong, uses=(named,))


lost_noise = (Delta_g @ W_g) * exp(log_var / 2)
kl_slope = (beta / n) * (exp(log_var) - Constant("1", (n, k)))

GRADIENTS = (
    definition("vae-delta-x", "Slope in the logits, named", Delta_x, Delta_x.body, "2.2"),
    gradient(
        "vae-grad-logits",
        "Slope of the loss in the logits",
        A,
        Delta_x,
        "pixel by pixel",
        Mistake("sum instead of mean", softplus.slope(A) - X_rows),
        uses=("vae-delta-x",),
    ),
    Claim(
        "vae-delta-logits",
        "What the program computes: reconstruction minus sample",
        Delta_x.body,
        (Link("=", (sigma(A) - X_rows) / n, "slope of softplus", By("softplus-slope")),),
        "2.2",
        uses=("vae-delta-x", "softplus-slope"),
        meanings=SOFTPLUS,
        mistakes=(Mistake("turned sign", (X_rows - sigma(A)) / n),),
        sizes=SIZES,
    ),
    weights(
        "vae-grad-W_x",
        "Gradient of the output's weights",
        W_x,
        Delta_x,
        G,
        Mistake("gradient of the sum", (softplus.slope(A) - X_rows).T @ G),
        named="vae-delta-x",
    ),
    biases(
        "vae-grad-b_x",
        "Gradient of the output's biases",
        b_x,
        Delta_x,
        Mistake("divided by the batch twice", (Delta_x.T @ ones) / n),
        named="vae-delta-x",
    ),
    definition("vae-delta-g", "Slope in the decoder's hidden layer, named", Delta_g, Delta_g.body, "2.2"),
    weights(
        "vae-grad-W_g",
        "Gradient of the decoder's hidden weights",
        W_g,
        Delta_g,
        Z,
        Mistake("lost slope of the activation", (Delta_x @ W_x).T @ Z),
        named="vae-delta-g",
    ),
    biases(
        "vae-grad-b_g",
        "Gradient of the decoder's hidden biases",
        b_g,
        Delta_g,
        Mistake("lost slope of the activation", (Delta_x @ W_x).T @ ones),
        named="vae-delta-g",
    ),
    definition("vae-delta-mean", "Slope in the means, named", Delta_mu, Delta_mu.body, "2.2"),
    gradient(
        "vae-grad-mean",
        "Slope of the loss in the means of the codes",
        mu,
        Delta_mu,
        "through the code, and through the divergence",
        Mistake("lost divergence", Delta_g @ W_g),
        uses=("vae-delta-mean", "kl-slope-mean"),
    ),
    definition("vae-delta-log-var", "Slope in the logarithms of the variances, named", Delta_s, Delta_s.body, "2.2"),
    gradient(
        "vae-grad-log-var",
        "Slope of the loss in the logarithms of the variances",
        log_var,
        Delta_s,
        "through the deviation of the code, and through the divergence",
        Mistake("lost noise", (lost_noise + kl_slope) / 2),
        Mistake("lost factor one half", lost_noise * eps_rows + kl_slope / 2),
        uses=("vae-delta-log-var", "vae-slope-log-var", "kl-slope-log-var"),
    ),
    weights(
        "vae-grad-W_mu",
        "Gradient of the means' weights",
        W_mu,
        Delta_mu,
        H,
        Mistake("lost divergence", (Delta_g @ W_g).T @ H),
        named="vae-delta-mean",
    ),
    biases(
        "vae-grad-b_mu",
        "Gradient of the means' biases",
        b_mu,
        Delta_mu,
        Mistake("lost divergence", (Delta_g @ W_g).T @ ones),
        named="vae-delta-mean",
    ),
    weights(
        "vae-grad-W_s",
        "Gradient of the weights of the logarithms of the variances",
        W_s,
        Delta_s,
        H,
        Mistake("lost noise", ((lost_noise + kl_slope) / 2).T @ H),
        named="vae-delta-log-var",
    ),
    biases(
        "vae-grad-b_s",
        "Gradient of their biases",
        b_s,
        Delta_s,
        Mistake("factor 2 too many", 2 * (Delta_s.T @ ones)),
        named="vae-delta-log-var",
    ),
    definition("vae-delta-h", "Slope in the encoder's hidden layer, named", Delta_h, Delta_h.body, "2.2"),
    weights(
        "vae-grad-W_h",
        "Gradient of the encoder's hidden weights",
        W_h,
        Delta_h,
        X_rows,
        Mistake("the means' branch alone", ((Delta_mu @ W_mu) * phi.slope(A_h)).T @ X_rows),
        named="vae-delta-h",
    ),
    biases(
        "vae-grad-b_h",
        "Gradient of the encoder's hidden biases",
        b_h,
        Delta_h,
        Mistake("lost slope of the activation", (Delta_mu @ W_mu + Delta_s @ W_s).T @ ones),
        named="vae-delta-h",
    ),
)

# ---------------------------------------------------------------- a Gaussian decoder

squares = SquaredNorm(X_rows - A)
L_gauss = let(
    "L_gauss",
    (exp(-log_var_x) / Num(2 * n)) * squares + Num(d) / 2 * (log_var_x + log_two_pi),
)

GAUSSIAN = (
    definition("vae-gaussian-loss", "Minus the Gaussian log-likelihood", L_gauss, L_gauss.body, "(12)"),
    Claim(
        "vae-gaussian-grad-output",
        "Its slope in the decoder's output",
        Gradient(L_gauss, A),
        (Link("=", (exp(-log_var_x) / n) * (A - X_rows), "derivative of a square"),),
        "(12)",
        uses=("vae-gaussian-loss",),
        mistakes=(Mistake("factor 2 too many", (2 * exp(-log_var_x) / n) * (A - X_rows)),),
        sizes=SIZES,
    ),
    Claim(
        "vae-gaussian-grad-log-var",
        "Its slope in the logarithm of the variance",
        Gradient(L_gauss, log_var_x),
        (
            Link(
                "=",
                (d - (exp(-log_var_x) / n) * squares) / 2,
                "derivative of the exponential, and of the constant",
            ),
        ),
        "(12)",
        uses=("vae-gaussian-loss",),
        mistakes=(Mistake("lost constant", -(exp(-log_var_x) / Num(2 * n)) * squares),),
        sizes=SIZES,
    ),
)

STATEMENTS: tuple[Statement, ...] = (*NETWORK, *GRADIENTS, *GAUSSIAN)
