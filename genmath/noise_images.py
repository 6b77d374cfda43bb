r"""Uniform noise as data: why the sheet's example of a variational autoencoder can't learn, not even if it trained.

Chapter ``docs/chapters/vae.md``.

Notation (all of it in :mod:`genmath.notation`): ``chance`` how probable each of ``n`` images of black and white pixels
is when every pixel is white with the probability that its grey says; ``table`` joint probability of each of ``m``
states of the code and each image, ``marginal`` its sums over the states, ``guess`` the encoder's probabilities.

Contents: a decoder that says one half, one grey image as a mixture of black and white ones, noise, the sheet's example.
"""

from __future__ import annotations

import random

import sympy as sp

from genmath.calc import Claim, Counterexample, Judgement, Link, Mistake, Statement
from genmath.calculus import Integral
from genmath.divergence import excess, one, over_states
from genmath.likelihood import cross_entropy, over_pixels
from genmath.models import Sizes, Values, distribution
from genmath.notation import (
    chance,
    d,
    guess,
    i,
    j,
    log,
    m,
    marginal,
    n,
    pixel,
    pixel_hat,
    t,
    table,
)
from genmath.rules import At, Compute, ForAll, NonNegative
from genmath.surface import ONE, Entry, Node, Num, Relation, Sigma, as_node

half = Num(sp.Rational(1, 2))
log_2 = log(as_node(2))


def over_images(term: Node) -> Node:
    """A sum over the images."""
    return Sigma(j, ONE, n, term)


entry = Entry(table, i, j)
bound = over_states(guess[i] * (log(entry) - log(guess[i])))
gap = over_images(chance[j] * over_states(guess[i] * excess(entry / (marginal[j] * guess[i]))))
MIXTURE = (
    Relation(over_states(guess[i]), "=", one),
    Relation(over_images(chance[j]), "=", one),
    ForAll(j, ONE, n, Relation(over_states(entry), "=", marginal[j])),
)


def images(generator: random.Random, sizes: Sizes) -> Values:
    """A decoder's joint probabilities, its probability of each image, and two other distributions."""
    states = sizes[m] * sizes[n]
    joint = distribution(generator, states).reshape(sizes[m], sizes[n])
    return {
        "table": joint,
        "marginal": sp.Matrix([sum(joint.col(c)) for c in range(sizes[n])]),
        "chance": distribution(generator, sizes[n]),
        "guess": distribution(generator, sizes[m]),
    }


NOISE = (
    Claim(
        "bce-half",
        "A decoder that says one half pays the same for every grey",
        cross_entropy(pixel, half),
        (Link("=", log_2, "the two parts of the pixel add up to one", Compute()),),
        "2.2",
        mistakes=(Mistake("one half", half),),
    ),
    Claim(
        "bce-half-mnist",
        "What the listing's images cost before any training",
        over_pixels(log_2),
        (Link("=", 784 * log_2, "the same for each pixel"),),
        "2.2",
        given=(Relation(as_node(d), "=", as_node(784)),),
        uses=("bce-half",),
        mistakes=(Mistake("half of it", 392 * log_2),),
    ),
    Claim(
        "vae-mixture-bound",
        "A mean of bounds lies below the mean of the log-probabilities",
        over_images(chance[j] * bound),
        (
            Link(
                "<=",
                over_images(chance[j] * log(marginal[j])),
                "each black-and-white image has a bound of its own, the logarithm below its tangent",
                NonNegative(gap, by=(At("log-tangent", entry / (marginal[j] * guess[i])),)),
            ),
        ),
        "2.2",
        given=MIXTURE,
        model=images,
        uses=("vae-bound", "log-tangent"),
        mistakes=(Mistake("an upper bound", over_images(chance[j] * log(marginal[j])), ">="),),
    ),
    Claim(
        "vae-noise-floor",
        "On noise no decoder beats guessing",
        over_images(log(marginal[j])) / n,
        (
            Link(
                "<=",
                -log(as_node(n)),
                "for noise all images are equally probable; the logarithm lies below its tangent",
                NonNegative(over_images(excess(n * marginal[j])) / n, by=(At("log-tangent", n * marginal[j]),)),
            ),
        ),
        "2.2",
        given=(Relation(over_images(marginal[j]), "=", one),),
        model=images,
        uses=("vae-mixture-bound", "log-tangent"),
        equality=(ForAll(j, ONE, n, Relation(n * marginal[j], "=", one)),),
        mistakes=(Mistake("the worst", -log(as_node(n)), ">="),),
    ),
    Claim(
        "vae-noise-count",
        "The number of black-and-white images, in nats",
        log(Num(sp.Pow(2, d, evaluate=False))),
        (Link("=", d * log_2, "the logarithm of a power", Compute()),),
        "2.2",
        mistakes=(Mistake("for one pixel", log_2),),
    ),
)

# ---------------------------------------------------------------- what the sheet says

COUNTEREXAMPLES = (
    Counterexample(
        "vae-noise-other-answer",
        "On noise no answer is better than the first",
        "The loss falls while the example trains. Here the mean loss of a pixel of noise if the decoder's answer moves "
        "from one half to three quarters.",
        Relation(Integral(cross_entropy(t, pixel_hat), t, 0, 1), "<", log_2),
        "2.2",
        ("bce-half", "vae-noise-floor"),
        values={"pixel_hat": sp.Matrix([sp.Rational(3, 4)])},
    ),
)

JUDGEMENTS = (
    Judgement(
        "vae-example-trains",
        "The example does not train",
        "The example trains the network.",
        "No line of the listing changes a weight. The chapter runs the example as it is listed: no bit of any weight "
        "changes, and the loss stays where it was.",
        "experiment",
        "2.2",
        ("vae-bernoulli-slope",),
    ),
)

STATEMENTS: tuple[Statement, ...] = (*NOISE, *COUNTEREXAMPLES, *JUDGEMENTS)
