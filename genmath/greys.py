r"""Greys: what noise, brightness and contrast do to their means, and what noise does to a linear regression.

Chapter ``docs/chapters/augmentation.md``, exercise 4.1 of the sheet.

Notation (all of it in :mod:`genmath.notation`): ``grey`` a grey between 0, black, and 1, white; ``s`` the deviation of
the noise, ``t`` the noise in deviations; ``factor`` the factor of brightness or contrast; ``x`` the pixels of an image;
``X`` samples, ``targets`` what is to be answered for them, ``coef`` the coefficients of a regression, ``eps_X`` noise.
Code: :mod:`genmodels.augmentation`.

Contents: noise that is clipped, brightness that is clipped, contrast with and without clipping, noise that is a
penalty, and what the sheet says.
"""

from __future__ import annotations

import random

import sympy as sp

from genmath.calc import Claim, Counterexample, Judgement, Link, Mistake, Statement, definition
from genmath.calculus import Expectation, Gradient, Integral
from genmath.data import both_clips, number
from genmath.models import Sizes, Values, entries
from genmath.notation import (
    NOISE_MOMENTS,
    S_inv,
    X,
    clip,
    coef,
    coef_star,
    d,
    eps_X,
    factor,
    grey,
    i,
    let,
    log,
    n,
    normal_cdf,
    normal_pdf,
    s,
    t,
    targets,
    x,
)
from genmath.rules import Compute, NonNegative, Normal
from genmath.surface import ONE, Constant, Let, Node, Relation, Sigma, SquaredNorm, as_node

zero, one, half = as_node(0), as_node(1), number("1/2")

# ---------------------------------------------------------------- noise


def limits(of: Node) -> tuple[Let, Let]:
    """The noise, in deviations, beyond which a grey is black or white."""
    return let("t_black", -of / s), let("t_white", (1 - of) / s)


def noisy_mean(of: Node, black: Node | None = None, white: Node | None = None) -> Node:
    """The mean of a grey with noise, clipped: what stays between, what the density leaves, what is white."""
    black, white = (given or own for given, own in zip((black, white), limits(of), strict=True))
    kept = of * (normal_cdf(white) - normal_cdf(black))
    return kept + s * (normal_pdf(black) - normal_pdf(white)) + (1 - normal_cdf(white))


t_black, t_white = limits(grey)
unclipped = normal_cdf(t_white) - normal_cdf(t_black)

NOISE = (
    Claim(
        "noise-grey",
        "The mean of a grey with noise, clipped at black and at white",
        Integral((grey + s * t) * normal_pdf(t), t, t_black, t_white) + Integral(normal_pdf(t), t, t_white, sp.oo),
        (
            Link(
                "=",
                noisy_mean(grey),
                "the antiderivatives are the distribution function and minus the density",
                Compute(),
            ),
        ),
        "4.1",
        mistakes=(
            Mistake("taken for unbiased", grey),
            Mistake("clipped at black only", grey * (1 - normal_cdf(t_black)) + s * normal_pdf(t_black)),
            Mistake("white pixels forgotten", grey * unclipped + s * (normal_pdf(t_black) - normal_pdf(t_white))),
        ),
    ),
    Claim(
        "noise-grey-black",
        "On a black pixel it is the mean of the chapter on autoencoders",
        noisy_mean(zero),
        (Link("=", both_clips, "the distribution function written with the error function", Compute()),),
        "4.1",
        uses=("noise-grey", "noise-clipped"),
        mistakes=(Mistake("taken for unbiased", zero),),
    ),
    Claim(
        "noise-grey-mirror",
        "What black gains, white loses",
        noisy_mean(1 - grey, -t_white, -t_black),
        (Link("=", 1 - noisy_mean(grey), "the density is symmetric", Compute()),),
        "4.1",
        uses=("noise-grey",),
        mistakes=(Mistake("the same for both", noisy_mean(grey)),),
    ),
    Claim(
        "noise-grey-middle",
        "The grey in the middle keeps its mean",
        noisy_mean(half),
        (Link("=", half, "what is cut off above and below cancels", Compute()),),
        "4.1",
        uses=("noise-grey-mirror",),
        mistakes=(Mistake("three quarters of it", number("3/8")),),
    ),
    Claim(
        "noise-grey-slope",
        "Clipped noise takes contrast away",
        Gradient(noisy_mean(grey), grey),
        (Link("=", unclipped, "all other terms cancel: the chance that nothing is clipped is left", Compute()),),
        "4.1",
        uses=("noise-grey",),
        mistakes=(Mistake("the contrast stays", one),),
    ),
)

# ---------------------------------------------------------------- brightness

brighter = 1 - 1 / (2 * factor)

BRIGHTNESS = (
    Claim(
        "brightness-darker",
        "Greys of all kinds, made darker",
        Integral(factor * t, t, 0, 1),
        (Link("=", factor / 2, "nothing is clipped", Compute()),),
        "4.1",
        given=(Relation(factor, "<=", one),),
        model=lambda generator, sizes: {"factor": sp.Matrix([[sp.Rational(generator.randint(1, 100), 101)]])},
        mistakes=(Mistake("the mean stays", half),),
    ),
    Claim(
        "brightness-brighter",
        "Greys of all kinds, made brighter and clipped",
        Integral(factor * t, t, 0, 1 / factor) + Integral(one, t, 1 / factor, 1),
        (Link("=", brighter, "up to white as before; beyond it white stays white", Compute()),),
        "4.1",
        given=(Relation(factor, ">=", one),),
        model=lambda generator, sizes: {"factor": sp.Matrix([[1 + sp.Rational(generator.randint(1, 100), 101)]])},
        mistakes=(Mistake("without clipping", factor / 2), Mistake("turned upside down", 1 - factor / 2)),
    ),
    Claim(
        "brightness-clipped",
        "Clipping makes the mean smaller than the factor says",
        brighter,
        (
            Link(
                "<=",
                factor / 2,
                "what is missing is a square over a positive number",
                NonNegative((factor - 1) ** 2 / (2 * factor)),
            ),
        ),
        "4.1",
        uses=("brightness-brighter",),
        equality=(Relation(factor, "=", one),),
        mistakes=(Mistake("larger", factor / 2, ">="),),
    ),
    Claim(
        "brightness-sheet",
        "The mean over the sheet's factors",
        (Integral(t / 2, t, number("4/5"), 1) + Integral(1 - 1 / (2 * t), t, 1, number("6/5"))) / number("2/5"),
        (
            Link(
                "=",
                number("29/40") - number("5/4") * log(number("6/5")),
                "both means over their half of the factors",
                Compute(),
            ),
        ),
        "4.1",
        uses=("brightness-darker", "brightness-brighter"),
        mistakes=(Mistake("the factors cancel on average", half),),
    ),
)

# ---------------------------------------------------------------- contrast


def over_pixels(term: Node) -> Node:
    """The mean over the pixels."""
    return Sigma(i, ONE, d, term) / d


mean_grey = let("mean_grey", over_pixels(x[i]))


def contrasted(pixel: Node, mean: Node) -> Node:
    """A pixel further from the mean, by a factor."""
    return factor * (pixel - mean) + mean


def strong(generator: random.Random, _: Sizes) -> Values:
    """A factor above 1, and the mean of an image of black and white pixels."""
    above, mean = 1 + sp.Rational(generator.randint(1, 100), 101), sp.Rational(generator.randint(1, 100), 101)
    return {"factor": sp.Matrix([[above]]), "grey": sp.Matrix([[mean]])}


BINARY = (Relation(factor, ">=", one), Relation(grey, ">=", zero), Relation(grey, "<=", one))

CONTRAST = (
    Claim(
        "contrast-mean",
        "Contrast keeps the mean if nothing is clipped",
        over_pixels(contrasted(x[i], mean_grey)),
        (Link("=", mean_grey, "the distances from the mean add up to zero"),),
        "4.1",
        mistakes=(Mistake("times the factor", factor * mean_grey),),
    ),
    Claim(
        "contrast-spread",
        "Contrast multiplies the variance by the square of its factor",
        over_pixels((contrasted(x[i], mean_grey) - mean_grey) ** 2),
        (Link("=", factor**2 * over_pixels((x[i] - mean_grey) ** 2), "each distance is multiplied"),),
        "4.1",
        uses=("contrast-mean",),
        mistakes=(Mistake("by the factor itself", factor * over_pixels((x[i] - mean_grey) ** 2)),),
    ),
    Claim(
        "contrast-black",
        "More contrast leaves black black",
        contrasted(zero, grey),
        (Link("<=", zero, "it lies below black, where it is clipped", NonNegative((factor - 1) * grey)),),
        "4.1",
        given=BINARY,
        model=strong,
        mistakes=(Mistake("grey", zero, ">"),),
    ),
    Claim(
        "contrast-white",
        "More contrast leaves white white",
        contrasted(one, grey),
        (Link(">=", one, "it lies above white, where it is clipped", NonNegative((factor - 1) * (1 - grey))),),
        "4.1",
        given=BINARY,
        model=strong,
        mistakes=(Mistake("grey", one, "<"),),
    ),
)

# ---------------------------------------------------------------- noise is a penalty


def error(of: Node, samples: Node = X) -> Node:
    """The mean squared error of a linear regression."""
    return SquaredNorm(targets - samples.T @ of) / n


def penalised(of: Node) -> Node:
    """The mean squared error and the penalty."""
    return error(of) + s**2 * SquaredNorm(of)


ridge = let("L_ridge", penalised(coef))
second = X @ X.T
BEST = (
    Relation(coef_star, "=", S_inv @ X @ targets),
    Relation(second @ S_inv, "=", Constant("I", (d, d)) - n * s**2 * S_inv),
)


def best(generator: random.Random, sizes: Sizes) -> Values:
    """The best coefficients for random data, by an exact inverse."""
    data, answers = entries(generator, sizes[d], sizes[n]), entries(generator, sizes[n], 1)
    deviation = sp.Rational(generator.randint(1, 9), 4)
    inverse = (data * data.T + sizes[n] * deviation**2 * sp.eye(sizes[d])).inv()
    found = {"X": data, "targets": answers, "s": sp.Matrix([[deviation]]), "S_inv": inverse}
    return {**found, "coef_star": inverse * data * answers}


left_over = SquaredNorm(X.T @ (coef - coef_star)) / n + s**2 * SquaredNorm(coef - coef_star)

RIDGE = (
    definition("ridge-loss", "The squared error with a penalty", ridge, ridge.body, "Summary"),
    Claim(
        "ridge-noise",
        "Noise on the inputs of a linear regression is a penalty on its coefficients",
        Expectation(eps_X, s**2, error(coef, X + eps_X)),
        (
            Link(
                "=",
                penalised(coef),
                "the noise has mean zero and is uncorrelated: only its variance stays",
                Normal((NOISE_MOMENTS,)),
            ),
        ),
        "Summary",
        uses=("dae-ridge", "ridge-loss"),
        mistakes=(
            Mistake("no trace of the noise", error(coef)),
            Mistake("the deviation in place of the variance", error(coef) + s * SquaredNorm(coef)),
        ),
    ),
    Claim(
        "ridge-gradient",
        "The slope of the penalised error",
        Gradient(ridge, coef),
        (Link("=", (2 / as_node(n)) * (X @ (X.T @ coef - targets)) + (2 * s**2) * coef, "chain rule, term by term"),),
        "Summary",
        uses=("ridge-loss",),
        mistakes=(Mistake("lost penalty", (2 / as_node(n)) * (X @ (X.T @ coef - targets))),),
    ),
    Claim(
        "ridge-optimum",
        "The best coefficients under noise are those of ridge regression",
        penalised(coef),
        (
            Link("=", penalised(coef_star) + left_over, "complete the square in the coefficients"),
            Link(">=", penalised(coef_star), "two squares are dropped", NonNegative(left_over)),
        ),
        "Summary",
        given=BEST,
        uses=("ridge-noise",),
        model=best,
        equality=(Relation(coef, "=", coef_star),),
        mistakes=(Mistake("no penalty at the optimum", error(coef_star), "="),),
    ),
)

# ---------------------------------------------------------------- what the sheet says

COUNTEREXAMPLES = (
    Counterexample(
        "brightness-is-lost",
        "Clipped brightness is no multiplication",
        "The brightness is multiplied by a factor. Here the factor is the sheet's largest and greys of all kinds are "
        "equally frequent.",
        Relation(brighter, "=", factor / 2),
        "4.1",
        ("brightness-brighter", "brightness-clipped"),
        values={"factor": sp.Matrix([[sp.Rational(6, 5)]])},
    ),
    Counterexample(
        "contrast-moves-the-mean",
        "Clipped contrast moves the mean",
        "Contrast moves the pixels away from their mean. If the result is clipped, the mean need not stay; here are "
        "four pixels, two of them black, and the sheet's largest factor.",
        Relation(over_pixels(clip(contrasted(x[i], mean_grey))), "=", mean_grey),
        "4.1",
        ("contrast-mean",),
        sizes={d: 4},
        values={
            "x": sp.Matrix([0, 0, sp.Rational(1, 2), 1]),
            "factor": sp.Matrix([[sp.Rational(6, 5)]]),
        },
    ),
)

JUDGEMENTS = (
    Judgement(
        "augmentation-helps",
        "Does augmentation help to generalise?",
        "Augmentation raises generalisation.",
        "Small shifts and rotations, which keep the labels, help where images are few, on every split that was tried. "
        "Flips, which do not keep them, make it worse. So it is the kind of change that decides; this is shown for "
        "one kind of data and one classifier.",
        "experiment",
        "Summary",
        ("ridge-noise", "ridge-optimum", "flip-digits"),
    ),
)

STATEMENTS: tuple[Statement, ...] = (*NOISE, *BRIGHTNESS, *CONTRAST, *RIDGE, *COUNTEREXAMPLES, *JUDGEMENTS)
