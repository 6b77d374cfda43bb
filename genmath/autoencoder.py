r"""Autoencoders: equations (1)-(9) of the sheet.  Chapter ``docs/chapters/autoencoder.md``.

Notation (letter, meaning, shape; all of it in :mod:`genmath.notation`):
    x, z        sample (d × 1), code (k × 1)
    W_e, b_e    encoder (k × d), (k × 1)
    W_d, b_d    decoder (d × k), (d × 1)
    X           n samples, one a column (d × n); ``X_rows`` the same as the code keeps them (n × d)

Contents: the network and its loss; gradients for one sample, for columns, for the rows of the code; what the sheet
says.
The logistic function stands in :mod:`genmath.activations`, compression in :mod:`genmath.compression`, the linear
autoencoder and PCA in :mod:`genmath.linear_autoencoder`.
"""

from __future__ import annotations

import random

import sympy as sp

from genmath.activations import LOGISTIC
from genmath.calc import Claim, Counterexample, Judgement, Link, Mistake, Statement, definition
from genmath.calculus import Gradient, Partial
from genmath.models import Sizes, Values, entries
from genmath.notation import W_d, W_e, X, X_rows, b_d, b_e, d, i, k, let, n, p, q, sigma, x, x_noisy
from genmath.rules import By, Shape
from genmath.surface import (
    ONE,
    Column,
    Constant,
    Count,
    Entry,
    Node,
    Num,
    Relation,
    Sigma,
    Space,
    SquaredNorm,
    as_node,
)

ones = Constant("1", (n, ONE))
MNIST = (Relation(as_node(d), "=", as_node(784)), Relation(as_node(k), "=", as_node(32)))

# ---------------------------------------------------------------- the network and its loss

a_e = let("a_e", W_e @ x + b_e)
z = let("z", sigma(a_e))
a_d = let("a_d", W_d @ z + b_d)
x_hat = let("x_hat", sigma(a_d))
L = let("L", SquaredNorm(x - x_hat))
delta_d = let("delta_d", (-2 * (x - x_hat)) * sigma.slope(a_d))
delta_e = let("delta_e", (W_d.T @ delta_d) * sigma.slope(a_e))


def lies_in(label: str, title: str, symbol: Node, source: str) -> Claim:
    """A definition of a shape."""
    return Claim(
        label, title, symbol, (Link("in", Space(symbol.shape), "by definition", Shape()),), source, "definition"
    )


NETWORK = (
    definition("ae-encoder", "The encoder", z, sigma(W_e @ x + b_e), "(1)"),
    definition("ae-decoder", "The decoder", x_hat, sigma(W_d @ z + b_d), "(2)"),
    definition("ae-loss", "The loss of one sample", L, SquaredNorm(x - x_hat), "(3)"),
    lies_in("ae-shape-encoder", "Shape of the encoder's weights", W_e, "(4)"),
    lies_in("ae-shape-encoder-bias", "Shape of the encoder's biases", b_e, "(4)"),
    lies_in("ae-shape-decoder", "Shape of the decoder's weights", W_d, "(5)"),
    lies_in("ae-shape-decoder-bias", "Shape of the decoder's biases", b_d, "(5)"),
    definition("ae-preactivation-encoder", "Preactivation of the encoder", a_e, a_e.body),
    definition("ae-preactivation-decoder", "Preactivation of the decoder", a_d, a_d.body),
    Claim(
        "ae-parameter-count",
        "How many numbers are trained",
        Count(W_e) + Count(b_e) + Count(W_d) + Count(b_d),
        (Link("=", Num(2 * d * k + d + k), "rows times columns, matrix by matrix"),),
        "(5)",
        mistakes=(Mistake("without the biases", Num(2 * d * k)),),
    ),
    Claim(
        "ae-parameter-count-mnist",
        "How many numbers are trained on MNIST",
        Num(2 * d * k + d + k),
        (Link("=", as_node(50992), "at the sheet's sizes"),),
        "(5)",
        given=MNIST,
        mistakes=(Mistake("without the biases", as_node(50176)),),
    ),
)

# ---------------------------------------------------------------- gradients for one sample

a_e_noisy = let("a_e", W_e @ x_noisy + b_e)
a_d_noisy = let("a_d", W_d @ let("z", sigma(a_e_noisy)) + b_d)
x_hat_noisy = let("x_hat", sigma(a_d_noisy))
L_noisy = let("L", SquaredNorm(x - x_hat_noisy))
delta_d_noisy = let("delta_d", (-2 * (x - x_hat_noisy)) * sigma.slope(a_d_noisy))
delta_e_noisy = let("delta_e", (W_d.T @ delta_d_noisy) * sigma.slope(a_e_noisy))

GRADIENTS = (
    Claim(
        "ae-chain-rule",
        "The chain rule in entries",
        Partial(L, Entry(W_d, p, q)),
        (
            Link(
                "=",
                Sigma(i, ONE, d, Partial(L, Entry(x_hat, i)) * Partial(Entry(x_hat, i), Entry(W_d, p, q))),
                "chain rule: every output may depend on the weight",
            ),
        ),
        "(6)",
        free={p: d, q: k},
        mistakes=(
            Mistake(
                "slope in the target instead of the reconstruction",
                Sigma(i, ONE, d, Partial(L, Entry(x, i)) * Partial(Entry(x_hat, i), Entry(W_d, p, q))),
            ),
        ),
    ),
    definition("ae-delta-decoder", "Slope in the decoder's preactivation, named", delta_d, delta_d.body),
    Claim(
        "ae-grad-decoder",
        "Gradient of the decoder's weights",
        Gradient(L, W_d),
        (
            Link("=", delta_d.body @ z.T, "chain rule: output p alone depends on row p of the weights"),
            Link("=", delta_d @ z.T, "the bracket has a name"),
        ),
        "(7)",
        uses=("ae-chain-rule", "ae-delta-decoder"),
        mistakes=(
            Mistake("lost slope of the activation", (-2 * (x - x_hat)) @ z.T),
            Mistake("turned sign of the error", (-2 * (x_hat - x) * sigma.slope(a_d)) @ z.T),
            Mistake("lost factor 2", (-(x - x_hat) * sigma.slope(a_d)) @ z.T),
        ),
        refused=(
            ("lost bracket", lambda: (-2 * (x - x_hat)) * (sigma.slope(a_d) @ z.T)),
            ("lost transpose", lambda: delta_d @ z),
        ),
    ),
    Claim(
        "ae-grad-decoder-bias",
        "Gradient of the decoder's biases",
        Gradient(L, b_d),
        (Link("=", delta_d, "chain rule: the bias enters the preactivation with slope 1"),),
        "(7)",
        uses=("ae-delta-decoder",),
        mistakes=(Mistake("lost slope of the activation", -2 * (x - x_hat)),),
    ),
    Claim(
        "ae-grad-code",
        "Gradient of the code",
        Gradient(L, z),
        (Link("=", W_d.T @ delta_d, "chain rule: every output depends on the code through the weights"),),
        "(8)",
        uses=("ae-delta-decoder",),
        mistakes=(Mistake("lost slope of the activation", W_d.T @ (-2 * (x - x_hat))),),
        refused=(("lost transpose", lambda: W_d @ delta_d),),
    ),
    definition("ae-delta-encoder", "Slope in the encoder's preactivation, named", delta_e, delta_e.body),
    Claim(
        "ae-grad-encoder",
        "Gradient of the encoder's weights",
        Gradient(L, W_e),
        (
            Link("=", (Gradient(L, z) * sigma.slope(a_e)) @ x.T, "chain rule through the code"),
            Link("=", ((W_d.T @ delta_d) * sigma.slope(a_e)) @ x.T, "gradient of the code", By("ae-grad-code")),
            Link("=", delta_e @ x.T, "the bracket has a name"),
        ),
        "(9)",
        uses=("ae-grad-code", "ae-delta-encoder"),
        mistakes=(
            Mistake("lost slope of the encoder", (W_d.T @ delta_d) @ x.T),
            Mistake("lost slope of the decoder", ((W_d.T @ (-2 * (x - x_hat))) * sigma.slope(a_e)) @ x.T),
        ),
        refused=(("lost bracket", lambda: (W_d.T @ delta_d) * (sigma.slope(a_e) @ x.T)),),
    ),
    Claim(
        "ae-grad-encoder-bias",
        "Gradient of the encoder's biases",
        Gradient(L, b_e),
        (Link("=", delta_e, "chain rule through the code"),),
        "(9)",
        uses=("ae-delta-encoder",),
        mistakes=(Mistake("lost slope of the encoder", W_d.T @ delta_d),),
    ),
    Claim(
        "ae-delta-logistic",
        "What the program computes: the slope from the output itself",
        delta_d.body,
        (
            Link(
                "=",
                (-2 * (x - x_hat)) * (x_hat * (Constant("1", (d, ONE)) - x_hat)),
                "slope of the logistic function",
                By("sigmoid-slope"),
            ),
        ),
        uses=("sigmoid-slope",),
        meanings=LOGISTIC,
        mistakes=(Mistake("squared instead of multiplied by the complement", (-2 * (x - x_hat)) * (x_hat * x_hat)),),
    ),
    Claim(
        "ae-grad-denoising",
        "Denoising: noisy input, clean target",
        Gradient(L_noisy, W_e),
        (
            Link(
                "=",
                ((W_d.T @ delta_d_noisy) * sigma.slope(a_e_noisy)) @ x_noisy.T,
                "the chain rule, from the noisy sample",
            ),
            Link("=", delta_e_noisy @ x_noisy.T, "the bracket has a name"),
        ),
        uses=("ae-grad-encoder",),
        mistakes=(Mistake("clean sample at the input", delta_e_noisy @ x.T),),
    ),
)

# ---------------------------------------------------------------- n samples: columns of the sheet, rows of the code

A_e = let("A_e", W_e @ X + b_e @ ones.T)
Z = let("Z", sigma(A_e))
A_d = let("A_d", W_d @ Z + b_d @ ones.T)
X_hat = let("X_hat", sigma(A_d))
L_sum = let("L", SquaredNorm(X - X_hat))
Delta_d = let("Delta_d", (-2 * (X - X_hat)) * sigma.slope(A_d))
Delta_e = let("Delta_e", (W_d.T @ Delta_d) * sigma.slope(A_e))
L_pixel = let("L_pixel", SquaredNorm(X - X_hat) / Num(d * n))

A_e_rows = let("A_e_rows", X_rows @ W_e.T + ones @ b_e.T)
Z_rows = let("Z_rows", sigma(A_e_rows))
A_d_rows = let("A_d_rows", Z_rows @ W_d.T + ones @ b_d.T)
X_hat_rows = let("X_hat_rows", sigma(A_d_rows))
L_mean = let("L_mean", SquaredNorm(X_hat_rows - X_rows) / n)
Delta_d_rows = let("Delta_d_rows", (Num(2 / n) * (X_hat_rows - X_rows)) * sigma.slope(A_d_rows))
Delta_e_rows = let("Delta_e_rows", (Delta_d_rows @ W_d) * sigma.slope(A_e_rows))
IN_ROWS = (Relation(X_rows, "=", X.T),)


def rows_model(generator: random.Random, sizes: Sizes) -> Values:
    """Data as columns, and the same data as rows."""
    columns = entries(generator, sizes[d], sizes[n])
    return {"X": columns, "X_rows": columns.T}


def gradient(
    label: str, title: str, loss: Node, symbol: Node, slope: Node, reason: str, source: str, *wrong: Mistake
) -> Claim:
    """A claim that a gradient has a value."""
    return Claim(label, title, Gradient(loss, symbol), (Link("=", slope, reason),), source, mistakes=wrong)


SAMPLES = (
    Claim(
        "ae-batch-loss",
        "The loss of a batch is the sum over its samples",
        L_sum,
        (
            Link(
                "=",
                Sigma(i, ONE, n, SquaredNorm(Column(X, i) - Column(X_hat, i))),
                "the squares of a matrix, column by column",
            ),
        ),
        "(3)",
        mistakes=(Mistake("mean instead of sum", Sigma(i, ONE, n, SquaredNorm(Column(X, i) - Column(X_hat, i))) / n),),
    ),
    gradient(
        "ae-batch-grad-decoder",
        "Gradient of the decoder's weights, columns",
        L_sum,
        W_d,
        Delta_d @ Z.T,
        "sum of (7) over the samples",
        "(7)",
        Mistake("lost slope of the activation", (-2 * (X - X_hat)) @ Z.T),
    ),
    gradient(
        "ae-batch-grad-decoder-bias",
        "Gradient of the decoder's biases, columns",
        L_sum,
        b_d,
        Delta_d @ ones,
        "sum over the samples",
        "(7)",
        Mistake("mean instead of sum", (Delta_d @ ones) / n),
    ),
    gradient(
        "ae-batch-grad-encoder",
        "Gradient of the encoder's weights, columns",
        L_sum,
        W_e,
        Delta_e @ X.T,
        "sum of (9) over the samples",
        "(9)",
        Mistake("lost slope of the encoder", (W_d.T @ Delta_d) @ X.T),
    ),
    gradient(
        "ae-batch-grad-encoder-bias",
        "Gradient of the encoder's biases, columns",
        L_sum,
        b_e,
        Delta_e @ ones,
        "sum over the samples",
        "(9)",
        Mistake("mean instead of sum", (Delta_e @ ones) / n),
    ),
    Claim(
        "ae-rows",
        "The program's rows are the sheet's columns",
        A_e_rows,
        (Link("=", A_e.T, "the transpose of a product is the product of the transposes in reverse order"),),
        given=IN_ROWS,
        model=rows_model,
        mistakes=(Mistake("turned sign of the bias", (W_e @ X - b_e @ ones.T).T),),
    ),
    Claim(
        "ae-rows-loss",
        "The program's loss is the mean of the sheet's",
        L_mean,
        (
            Link("=", L_sum / n, "rows and columns hold the same numbers"),
            Link(
                "=",
                Sigma(i, ONE, n, SquaredNorm(Column(X, i) - Column(X_hat, i))) / n,
                "sum over samples",
                By("ae-batch-loss"),
            ),
        ),
        given=IN_ROWS,
        uses=("ae-batch-loss",),
        model=rows_model,
        mistakes=(Mistake("mean over the pixels too", L_pixel),),
    ),
    definition("ae-rows-delta-decoder", "Slope in the decoder's preactivations, rows", Delta_d_rows, Delta_d_rows.body),
    definition("ae-rows-delta-encoder", "Slope in the encoder's preactivations, rows", Delta_e_rows, Delta_e_rows.body),
    gradient(
        "ae-rows-grad-decoder",
        "Gradient of the decoder's weights, rows",
        L_mean,
        W_d,
        Delta_d_rows.T @ Z_rows,
        "mean of (7) over the samples",
        "(7)",
        Mistake(
            "gradient of the sum beside the mean", ((2 * (X_hat_rows - X_rows)) * sigma.slope(A_d_rows)).T @ Z_rows
        ),
    ),
    gradient(
        "ae-rows-grad-decoder-bias",
        "Gradient of the decoder's biases, rows",
        L_mean,
        b_d,
        Delta_d_rows.T @ ones,
        "mean over the samples",
        "(7)",
        Mistake("divided by the batch twice", (Delta_d_rows.T @ ones) / n),
    ),
    gradient(
        "ae-rows-grad-encoder",
        "Gradient of the encoder's weights, rows",
        L_mean,
        W_e,
        Delta_e_rows.T @ X_rows,
        "mean of (9) over the samples",
        "(9)",
        Mistake("lost slope of the encoder", (Delta_d_rows @ W_d).T @ X_rows),
    ),
    gradient(
        "ae-rows-grad-encoder-bias",
        "Gradient of the encoder's biases, rows",
        L_mean,
        b_e,
        Delta_e_rows.T @ ones,
        "mean over the samples",
        "(9)",
        Mistake("lost slope of the encoder", (Delta_d_rows @ W_d).T @ ones),
    ),
    Claim(
        "ae-pixel-mean",
        "The gradient of the mean over pixels",
        Gradient(L_pixel, W_d),
        (Link("=", (Delta_d @ Z.T) / Num(d * n), "a constant factor passes through the derivative"),),
        "1.2",
        uses=("ae-batch-grad-decoder",),
        mistakes=(
            Mistake("gradient of the sum", Delta_d @ Z.T),
            Mistake("divided by the samples only", (Delta_d @ Z.T) / n),
        ),
    ),
    Claim(
        "ae-pixel-mean-factor",
        "The factor between the two gradients at the sheet's sizes",
        Num(d * n),
        (Link("=", as_node(25088), "pixels times samples in a batch"),),
        "1.2",
        given=(Relation(as_node(d), "=", as_node(784)), Relation(as_node(n), "=", as_node(32))),
        mistakes=(Mistake("the batch alone", as_node(32)),),
    ),
)

# ---------------------------------------------------------------- what the sheet says

COUNTEREXAMPLES = (
    Counterexample(
        "ae-printed-decoder-bracket",
        "Equation (7) as printed",
        "The gradient of the decoder's weights, without a bracket: the error is multiplied elementwise with the "
        "product of slope and code.",
        lambda: (-2 * (x - x_hat)) * (sigma.slope(a_d) @ z.T),
        "(7)",
        ("ae-grad-decoder",),
    ),
    Counterexample(
        "ae-printed-encoder-bracket",
        "Equation (9) as printed",
        "The gradient of the encoder's weights, without a bracket: the gradient of the code is multiplied elementwise "
        "with the product of slope and sample.",
        lambda: Gradient(L, z) * (sigma.slope(a_e) @ x.T),
        "(9)",
        ("ae-grad-encoder",),
    ),
    Counterexample(
        "ae-printed-loss-gradient",
        "The printed loss and the descended gradient",
        "The listing prints the mean over all pixels and samples and descends along the gradient of the sum, as if "
        "they belonged together.",
        Relation(Gradient(L_pixel, W_d), "=", Delta_d @ Z.T),
        "1.2",
        ("ae-pixel-mean", "ae-pixel-mean-factor"),
        sizes={d: 2, k: 1, n: 1},
        values={
            "X": sp.Matrix([1, 0]),
            "W_e": sp.Matrix([[1, 0]]),
            "b_e": sp.Matrix([0]),
            "W_d": sp.Matrix([1, 1]),
            "b_d": sp.Matrix([0, 0]),
        },
        meanings=LOGISTIC,
    ),
    Counterexample(
        "ae-epoch-loss",
        "The mean of batch means is not the mean",
        "The loss of an epoch is the mean of its batches' means. Here the last batch holds 8 samples, as in the "
        "listing, and the other one 32; their means are 1 and 0.",
        Relation((as_node(0) + as_node(1)) / 2, "=", (32 * as_node(0) + 8 * as_node(1)) / 40),
        "1.2",
        sizes={},
    ),
)

JUDGEMENTS = (
    Judgement(
        "ae-jpeg",
        "JPEG, losses and ratios",
        "JPEG reaches 10:1 to 50:1, but with loss; the autoencoder reaches 24.5.",
        "Both lose. The chapter counts bits for the same images, with PNG, JPEG and a plain packer beside the code.",
        "experiment",
        "1.1",
        ("ae-compression-bits", "ae-compression-shipped"),
    ),
    Judgement(
        "ae-data-specific",
        "A compression for its own data",
        "The autoencoder learns a compression of its own data.",
        "The chapter encodes digits with a network trained on shapes, and the other way round: the error more than "
        "doubles.",
        "experiment",
        "1.1",
    ),
    Judgement(
        "ae-deterministic",
        "Deterministic compression",
        "Autoencoders compress deterministically.",
        "The same parameters and sample give the same code, bit for bit; a test compares them.",
        "code",
        "Summary",
    ),
    Judgement(
        "sigmoid-where-warns",
        "Both branches are evaluated",
        "The sigmoid is written with a choice between two branches, for stability.",
        "The chosen value is right. The other branch is computed all the same and overflows with a warning; a "
        "test shows it.",
        "code",
        "1.2",
        ("sigmoid-stable",),
    ),
    Judgement(
        "ae-figures",
        "What the figures show",
        "The example draws one axis with two losses, an original and its reconstruction.",
        "The two losses have different inputs, clean and noisy. The denoised image is computed and not drawn; the"
        " chapter draws it.",
        "experiment",
        "1.2",
    ),
)

STATEMENTS: tuple[Statement, ...] = (
    *NETWORK,
    *GRADIENTS,
    *SAMPLES,
    *COUNTEREXAMPLES,
    *JUDGEMENTS,
)
