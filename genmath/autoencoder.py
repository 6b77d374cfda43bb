r"""Autoencoders: equations (1)-(10) of the sheet, and the linear autoencoder.  Chapter ``docs/chapters/autoencoder.md``.

Notation (letter, meaning, shape; all of it in :mod:`genmath.notation`):
    x, z        sample (d × 1), code (k × 1)
    W_e, b_e    encoder (k × d), (k × 1)
    W_d, b_d    decoder (d × k), (d × 1)
    X           n samples, one a column (d × n); ``X_rows`` the same as the code keeps them (n × d)

Contents: the network and its loss; the logistic function; gradients for one sample, for columns, for the rows of the
code; compression.  The linear autoencoder, denoising and the sheet's data stand below in the same order as in the chapter.
"""

from __future__ import annotations

import sympy as sp

from genmath.calc import Claim, Counterexample, Link, Mistake, Statement
from genmath.calculus import Gradient, Partial
from genmath.notation import (
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
    let,
    n,
    p,
    q,
    sigma,
    t,
    tanh,
    x,
    x_noisy,
)
from genmath.rules import By, Compute, NonNegative, Shape
from genmath.surface import (
    ONE,
    Column,
    Constant,
    Count,
    Entry,
    Node,
    Num,
    Quotient,
    Relation,
    Sigma,
    Space,
    SquaredNorm,
    as_node,
)

half = Num(sp.Rational(1, 2))
ones = Constant("1", (n, ONE))
LOGISTIC = {"sigma": lambda v: 1 / (1 + sp.exp(-v))}
MNIST = (Relation(as_node(d), "=", as_node(784)), Relation(as_node(k), "=", as_node(32)))

# ---------------------------------------------------------------- the network and its loss

a_e = let("a_e", W_e @ x + b_e)
z = let("z", sigma(a_e))
a_d = let("a_d", W_d @ z + b_d)
x_hat = let("x_hat", sigma(a_d))
L = let("L", SquaredNorm(x - x_hat))
delta_d = let("delta_d", (-2 * (x - x_hat)) * sigma.slope(a_d))
delta_e = let("delta_e", (W_d.T @ delta_d) * sigma.slope(a_e))


def definition(label: str, title: str, name: Node, body: Node, source: str = "") -> Claim:
    """A definition: a name, and what it stands for."""
    return Claim(label, title, name, (Link("=", body, "by definition"),), source, "definition")


def lies_in(label: str, title: str, symbol: Node, source: str) -> Claim:
    """A definition of a shape."""
    return Claim(label, title, symbol, (Link("in", Space(symbol.shape), "by definition", Shape()),), source, "definition")


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
        (Link("=", Num(2 * d * k + d + k), "rows times columns"),),
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

# ---------------------------------------------------------------- the logistic function

LOGISTIC_FUNCTION = (
    Claim(
        "sigmoid",
        "The logistic function",
        sigma(t),
        (Link("=", 1 / (1 + exp(-t)), "by definition", Compute()),),
        "(1)",
        "definition",
        meanings=LOGISTIC,
    ),
    Claim(
        "sigmoid-slope",
        "Slope of the logistic function",
        sigma.slope(t),
        (
            Link("=", exp(-t) / (1 + exp(-t)) ** 2, "derivative of the quotient", Compute()),
            Link("=", sigma(t) * (1 - sigma(t)), "both factors over one denominator", Compute()),
        ),
        "(7)",
        uses=("sigmoid",),
        meanings=LOGISTIC,
        mistakes=(
            Mistake("slope of the exponential instead of the logistic function", sigma(t)),
            Mistake("turned sign inside the bracket", sigma(t) * (1 + sigma(t))),
        ),
    ),
    Claim(
        "sigmoid-symmetry",
        "Symmetry of the logistic function",
        sigma(-t),
        (Link("=", 1 - sigma(t), "multiply over and under by the exponential", Compute()),),
        uses=("sigmoid",),
        meanings=LOGISTIC,
        mistakes=(Mistake("taken for an odd function", -sigma(t)),),
    ),
    Claim(
        "sigmoid-stable",
        "The stable form for negative arguments",
        sigma(t),
        (Link("=", exp(t) / (1 + exp(t)), "multiply over and under by the exponential", Compute()),),
        uses=("sigmoid",),
        meanings=LOGISTIC,
        mistakes=(Mistake("lost denominator", exp(t)),),
    ),
    Claim(
        "sigmoid-tanh",
        "The logistic function by one hyperbolic tangent",
        sigma(t),
        (Link("=", (1 + tanh(t / 2)) / 2, "the tangent written with exponentials", Compute()),),
        uses=("sigmoid",),
        meanings=LOGISTIC,
        mistakes=(Mistake("argument not halved", (1 + tanh(t)) / 2),),
    ),
    Claim(
        "sigmoid-slope-bound",
        "The slope is at most a quarter",
        sigma.slope(t),
        (
            Link("=", sigma(t) * (1 - sigma(t)), "slope of the logistic function", By("sigmoid-slope")),
            Link("<=", Num(sp.Rational(1, 4)), "what is missing is a square", NonNegative((sigma(t) - half) ** 2)),
        ),
        uses=("sigmoid-slope",),
        meanings=LOGISTIC,
        equality=(Relation(sigma(t), "=", half),),
        mistakes=(Mistake("a bound of one fifth", Num(sp.Rational(1, 5)), "<="),),
    ),
    Claim(
        "sigmoid-positive",
        "Codes and reconstructions are positive",
        1 / (1 + exp(-t)),
        (Link(">", as_node(0), "a quotient of positive numbers", NonNegative(1 / (1 + exp(-t)))),),
        "(2)",
        mistakes=(Mistake("at least one half", half, ">"),),
    ),
    Claim(
        "sigmoid-below-one",
        "Codes and reconstructions are below one",
        exp(t) / (1 + exp(t)),
        (Link("<", as_node(1), "a quotient of positive numbers is missing", NonNegative(1 / (1 + exp(t)))),),
        "(2)",
        mistakes=(Mistake("below one half", half, "<"),),
    ),
)

# ---------------------------------------------------------------- gradients for one sample

x_hat_of_noisy = let("x_hat", sigma(W_d @ let("z", sigma(let("a_e", W_e @ x_noisy + b_e))) + b_d))

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
        "What the code computes: the slope from the output itself",
        delta_d.body,
        (Link("=", (-2 * (x - x_hat)) * x_hat * (1 - x_hat_ones(x_hat)) if False else (-2 * (x - x_hat)) * (x_hat * (Constant("1", (d, ONE)) - x_hat)), "slope of the logistic function", By("sigmoid-slope")),),
        uses=("sigmoid-slope",),
        meanings=LOGISTIC,
        mistakes=(Mistake("squared instead of multiplied by the complement", (-2 * (x - x_hat)) * (x_hat * x_hat)),),
    ),
    Claim(
        "ae-grad-denoising",
        "Denoising: noisy input, clean target",
        Gradient(SquaredNorm(x - x_hat_of_noisy), W_e),
        (
            Link(
                "=",
                (
                    (W_d.T @ ((-2 * (x - x_hat_of_noisy)) * sigma.slope(x_hat_of_noisy.body.children[0])))
                    * sigma.slope(W_e @ x_noisy + b_e)
                )
                @ x_noisy.T,
                "the same chain rule, with the noisy sample at the input and the clean one in the error",
            ),
        ),
        uses=("ae-grad-encoder",),
        mistakes=(
            Mistake(
                "clean sample at the input",
                (
                    (W_d.T @ ((-2 * (x - x_hat_of_noisy)) * sigma.slope(x_hat_of_noisy.body.children[0])))
                    * sigma.slope(W_e @ x_noisy + b_e)
                )
                @ x.T,
            ),
        ),
    ),
)
