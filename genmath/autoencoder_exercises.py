"""Exercises of the chapter on autoencoders: the logistic function, equations (1)-(10), PCA, noise.

Each asks for an expression of a claim in :mod:`genmath.activations`, :mod:`genmath.autoencoder`,
:mod:`genmath.compression`, :mod:`genmath.linear_autoencoder` or :mod:`genmath.data`.
"""

from __future__ import annotations

import sympy as sp

from genmath import activations, autoencoder, compression, data, linear_autoencoder
from genmath.autoencoder import (
    A_d_rows,
    L,
    X_hat_rows,
    Z_rows,
    a_d,
    a_e,
    delta_d,
    x_hat,
    z,
)
from genmath.calc import Claim
from genmath.calculus import Gradient, Partial
from genmath.exercises import Exercise, Listed, Slip, ending, exercises, put, row, times
from genmath.linear_autoencoder import R
from genmath.notation import (
    W,
    W_d,
    W_e,
    X,
    X_rows,
    b_d,
    b_e,
    d,
    exp,
    i,
    k,
    p,
    q,
    s,
    sigma,
    sqrt,
    t,
    x,
)
from genmath.surface import ONE, Entry, Node, Num, Sigma

slopes = Gradient(L, x_hat)
reach = Listed(i, d, Partial(Entry(x_hat, i), Entry(W_d, p, q)))


def with_named_slopes(claim: Claim) -> Node:
    """The chain rule with names for the slopes of the loss and of the outputs."""
    named = put(Partial(L, Entry(x_hat, i)), slopes[i])(ending(claim))
    return put(reach.body, reach[i])(named)


LOGISTIC = exercises(
    activations.STATEMENTS,
    Exercise(
        "sigmoid",
        "Write the logistic function {start} with an exponential.",
        (t,),
        (
            Slip("turned sign of the argument", "With this sign it falls where it should rise.", put(-t, t)),
            Slip("lost one", "Without the one it is an exponential and has no upper bound.", put(1 + exp(-t), exp(-t))),
        ),
    ),
    Exercise(
        "sigmoid-slope",
        "A layer has kept the value of {sigma} and forgotten its argument {t}. Write the slope of {sigma} with the "
        "value alone.",
        (t, sigma),
        (
            Slip(
                "slope of the exponential instead of the logistic function",
                "That is the slope for an exponential. The denominator has a slope too.",
            ),
            Slip("turned sign inside the bracket", "The slope must vanish where the value is near one."),
        ),
        primes=0,
    ),
    Exercise(
        "sigmoid-tanh",
        "A program writes the logistic function as `0.5 * (np.tanh(t) + 1)`. Find the mistake in this line, and write "
        "the function with a hyperbolic tangent.",
        (t,),
        (
            Slip("argument not halved", "That is the line of the program: it is twice as steep as it should be."),
            Slip("lost factor one half", "The hyperbolic tangent runs from minus one to one, not over one.", times(2)),
        ),
    ),
    Exercise(
        "sigmoid-slope-bound",
        "How steep is the logistic function at its steepest place?",
        (),
        (
            Slip("the value instead of the slope", "That is its value there; the slope is smaller.", times(2)),
            Slip("slope of the exponential", "The exponential is as steep as that there; divide.", times(4)),
        ),
    ),
)

NETWORK = exercises(
    autoencoder.STATEMENTS,
    Exercise(
        "ae-encoder",
        "Write the code {start} of a sample {x} with the weights {W_e} and the biases {b_e} of the encoder.",
        (W_e, x, b_e, sigma),
        (
            Slip("lost bias", "The bias is missing.", put(W_e @ x + b_e, W_e @ x)),
            Slip("bias outside", "The bias is added before the function is taken.", lambda _: sigma(W_e @ x) + b_e),
        ),
    ),
    Exercise(
        "ae-decoder",
        "Write the reconstruction {start} with the code {z}, the weights {W_d} and the biases {b_d} of the decoder.",
        (W_d, z, b_d, sigma),
        (
            Slip("lost bias", "The bias is missing.", put(W_d @ z + b_d, W_d @ z)),
            Slip("lost function", "That is the preactivation; pixels lie between 0 and 1.", lambda _: W_d @ z + b_d),
        ),
    ),
    Exercise(
        "ae-loss",
        "Write the loss {start} of one sample {x} with its reconstruction {x_hat}.",
        (x, x_hat),
        (
            Slip("mean instead of sum", "That is a mean over the pixels. The sheet takes the sum.", lambda a: a / d),
            Slip("lost square", "That is the distance; the loss is its square.", sqrt),
        ),
    ),
    Exercise(
        "ae-parameter-count",
        "How many numbers does an autoencoder train that takes {d} pixels to {k} numbers and back?",
        (),
        (
            Slip("without the biases", "Those are the weights. Both layers have biases too."),
            Slip("the encoder alone", "That is the encoder. The decoder trains too.", lambda _: Num(d * k + k)),
        ),
    ),
    Exercise(
        "ae-chain-rule",
        "The slopes of the loss in the outputs are {g}, those of the outputs in one weight of the decoder are {J}. "
        "Write the slope {start} of the loss in this weight.",
        (),
        (
            Slip("slope in the target", "The weight moves the output, not the target.", times(-1)),
            Slip(
                "product of two sums",
                "Every slope of the loss belongs to the slope of the same output: multiply first, then add up.",
                lambda _: Sigma(i, ONE, d, slopes[i]) * Sigma(i, ONE, d, reach[i]),
            ),
        ),
        names={"g": slopes, "J": reach},
        ask=with_named_slopes,
    ),
)

GRADIENTS = exercises(
    autoencoder.STATEMENTS,
    Exercise(
        "ae-grad-decoder",
        "Differentiate the loss in the weights of the decoder: {start}.",
        (x, x_hat, a_d, z, W_d, b_d),
        (
            Slip("lost bracket", "As on the sheet: the product with the code binds more tightly. Set a bracket."),
            Slip("lost transpose", "Two columns have no product. Which of them must lie down?"),
            Slip("lost slope of the activation", "The decoder's function has a slope; it stands between both."),
            Slip("turned sign of the error", "The reconstruction enters the loss with a minus."),
            Slip("lost factor 2", "The derivative of a square brings a 2."),
        ),
    ),
    Exercise(
        "ae-grad-decoder-bias",
        "Differentiate the loss in the biases of the decoder: {start}.",
        (x, x_hat, a_d),
        (
            Slip("lost slope of the activation", "The bias stands inside of the function."),
            Slip("turned sign", "The reconstruction enters the loss with a minus.", times(-1)),
        ),
    ),
    Exercise(
        "ae-grad-code",
        "Differentiate the loss in the code: {start}.",
        (W_d, delta_d, x, x_hat, a_d, sigma),
        (
            Slip("lost transpose", "On the way back the weights are transposed."),
            Slip("lost slope of the activation", "The loss goes through the decoder's function first."),
            Slip("turned sign", "The reconstruction enters the loss with a minus.", times(-1)),
        ),
    ),
    Exercise(
        "ae-grad-encoder",
        "Differentiate the loss in the weights of the encoder: {start}.",
        (W_d, delta_d, a_e, x, x_hat, a_d),
        (
            Slip("lost bracket", "As on the sheet: the product with the sample binds more tightly. Set a bracket."),
            Slip("lost slope of the encoder", "The code is a function of its preactivation, and this has a slope."),
            Slip("lost slope of the decoder", "The loss comes back through the decoder's function too."),
        ),
    ),
    Exercise(
        "ae-grad-encoder-bias",
        "Differentiate the loss in the biases of the encoder: {start}.",
        (W_d, delta_d, a_e),
        (
            Slip("lost slope of the encoder", "That is the slope in the code; the bias stands inside of the function."),
            Slip("turned sign", "The sign of the slope behind it stays.", times(-1)),
        ),
    ),
    Exercise(
        "ae-delta-logistic",
        "The program has kept the reconstruction {x_hat} and forgotten the preactivation. Write the slope {start} with "
        "{x} and {x_hat} alone.",
        (x, x_hat),
        (
            Slip("squared instead of multiplied by the complement", "The second factor is one minus the output."),
            Slip("turned sign", "The reconstruction enters the loss with a minus.", times(-1)),
            Slip("lost slope", "The slope of the logistic function is missing.", lambda _: -2 * (x - x_hat)),
        ),
    ),
    Exercise(
        "ae-rows-grad-decoder",
        "A program keeps samples as rows and prints the mean loss of a batch. Find the mistake in its line "
        "`dW_d = (2 * (X_hat - X) * slope).T @ Z`, and write the gradient {start}.",
        (X_rows, X_hat_rows, A_d_rows, Z_rows),
        (
            Slip("gradient of the sum beside the mean", "That is the program's line: it belongs to the sum of losses."),
            Slip("mean over the pixels too", "The loss of a sample is a sum over its pixels.", lambda a: a / d),
        ),
    ),
    Exercise(
        "ae-pixel-mean-factor",
        "The listing prints `np.mean((batch_X - x_reconstructed)**2)` and goes down along the gradient of the sum of "
        "the squares. How many times too long is its gradient, for {n} samples of {d} pixels? In the listing {n} is "
        "32, and {d} is 784.",
        (),
        (
            Slip("the batch alone", "The mean is taken over the pixels too."),
            Slip("the pixels alone", "The mean is taken over the samples too.", lambda _: Num(d)),
        ),
        ask=row(0),
    ),
)

SIZES = exercises(
    compression.STATEMENTS,
    Exercise(
        "ae-compression",
        "How many times fewer numbers has a code of {k} numbers than an image of {d} pixels?",
        (),
        (
            Slip("upside down", "That is below one: it is what a code needs of an image."),
            Slip("the share that is saved", "That is the share that is saved, not a ratio.", lambda a: 1 - 1 / a),
        ),
    ),
    Exercise(
        "ae-compression-bits",
        "An image has 784 pixels of 8 bits, its code 32 numbers of 32 bits. How many times smaller is the code, in "
        "bits?",
        (),
        (
            Slip("numbers counted as bits", "You counted numbers. A pixel has fewer bits than a number of the code."),
            Slip("upside down", "That is what a code needs of an image.", lambda a: 1 / a),
        ),
    ),
    Exercise(
        "init-decoder-ratio",
        "Xavier's variance is two over the sum of inputs and outputs. The listing gives the decoder's weights a "
        "variance of two over the inputs, and calls it so. How many times too large is it, for {k} inputs and {d} "
        "outputs? In the listing {k} is 32, and {d} is 784.",
        (),
        (
            Slip("the two are the same", "The outputs count too."),
            Slip("the encoder's", "With the pixels as inputs it is the encoder.", lambda _: Num((d + k) / d)),
        ),
    ),
)

LINEAR = exercises(
    linear_autoencoder.STATEMENTS,
    Exercise(
        "lae-grad-decoder",
        "A linear autoencoder leaves the error {R}. Differentiate its squared error in the decoder: {start}.",
        (R, X, W_e, W_d),
        (
            Slip("lost transpose", "The shapes do not fit: which factor must be transposed?"),
            Slip("lost factor 2", "The derivative of a square brings a 2."),
            Slip("turned sign", "The weights enter the error with a minus.", times(-1)),
        ),
    ),
    Exercise(
        "lae-grad-encoder",
        "A linear autoencoder leaves the error {R}. Differentiate its squared error in the encoder: {start}.",
        (R, X, W_e, W_d),
        (
            Slip("lost transpose", "On the way back the decoder is transposed."),
            Slip("turned sign", "The weights enter the error with a minus."),
            Slip("lost factor 2", "The derivative of a square brings a 2.", lambda a: a / 2),
        ),
    ),
    Exercise(
        "dae-ridge",
        "A linear denoiser {W} sees the sample {x} with noise of deviation {s} on each pixel. What is its squared "
        "error on average?",
        (x, W, s),
        (
            Slip("half the penalty", "Nothing halves the variance of the noise."),
            Slip("deviation for variance", "The mean of the squared noise is its variance.", put(s**2, s)),
            Slip("lost penalty", "The noise goes through the weights too.", lambda a: a.children[0]),
        ),
    ),
)

NOISE = exercises(
    data.STATEMENTS,
    Exercise(
        "noise-clipped-below",
        "Noise of deviation {s} falls on a black pixel, and what is negative is cut away. What is the mean of what "
        "remains?",
        (s,),
        (
            Slip("without clipping the negative half", "That is the mean of the noise's size: half of it is cut away."),
            Slip("lost root", "The density of a Gaussian has a root below.", put(sqrt(Num(2 * sp.pi)), Num(2 * sp.pi))),
        ),
    ),
)

EXERCISES = (*LOGISTIC, *NETWORK, *GRADIENTS, *SIZES, *LINEAR, *NOISE)
