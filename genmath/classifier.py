r"""The classifier that turns images into features: its network, its loss, and all of its gradients.

Chapter ``docs/chapters/evaluation.md``.

Notation (all of it in :mod:`genmath.notation`): ``X_rows`` images, ``labels_rows`` their classes, both a sample a row;
``C_H`` the hidden layer, whose values are the features; ``C_A2`` logits, ``C_lse`` the logarithm of the sum of their
exponentials, ``C_P`` the probabilities.  The activation is any differentiable function.
Code: :mod:`genmodels.embedding`.

Contents: the network, probabilities and loss, gradients.
"""

from __future__ import annotations

import random

import sympy as sp

from genmath.calc import Claim, Link, Mistake, Statement, definition
from genmath.calculus import Gradient
from genmath.models import Sizes, Values
from genmath.notation import (
    C_W1,
    C_W2,
    C_b1,
    C_b2,
    K,
    X_rows,
    d,
    exp,
    h,
    labels_rows,
    let,
    log,
    n,
    phi,
)
from genmath.surface import ONE, Constant, Node, Relation

SUMMARY = "Summary"
ones, ones_K = Constant("1", (n, ONE)), Constant("1", (K, ONE))
SIZES = {d: 3, h: 2, K: 3, n: 2}

# ---------------------------------------------------------------- the network

C_A1 = let("C_A1", X_rows @ C_W1.T + ones @ C_b1.T)
C_H = let("C_H", phi(C_A1))
C_A2 = let("C_A2", C_H @ C_W2.T + ones @ C_b2.T)
C_lse = let("C_lse", log(exp(C_A2) @ ones_K))
log_probabilities = C_A2 - C_lse @ ones_K.T
C_P = let("C_P", exp(log_probabilities))
L_C = let("L_C", (ones.T @ C_lse - ones.T @ (labels_rows * C_A2) @ ones_K) / n)
ONE_CLASS = (Relation(labels_rows @ ones_K, "=", ones),)


def labelled(generator: random.Random, sizes: Sizes) -> Values:
    """One class for every sample."""
    classes = [generator.randrange(sizes[K]) for _ in range(sizes[n])]
    return {"Y_rows": sp.Matrix(sizes[n], sizes[K], lambda row, column: int(classes[row] == column))}


NETWORK = (
    definition("classifier-features", "The features", C_H, C_H.body, SUMMARY),
    definition("classifier-logits", "The logits", C_A2, C_A2.body, SUMMARY),
    definition("classifier-normaliser", "What makes probabilities of logits", C_lse, C_lse.body, SUMMARY),
    definition("classifier-probabilities", "The probabilities", C_P, C_P.body, SUMMARY),
    Claim(
        "classifier-sum",
        "The exponentials over this number add up to one",
        exp(C_A2) @ ones_K,
        (Link("=", exp(C_lse), "the exponential of a logarithm"),),
        SUMMARY,
        uses=("classifier-probabilities", "classifier-normaliser"),
        sizes=SIZES,
        mistakes=(Mistake("the logarithm itself", C_lse),),
    ),
    definition("classifier-loss", "The loss", L_C, L_C.body, SUMMARY),
    Claim(
        "classifier-log",
        "The loss is minus the mean log-probability of the right class",
        L_C,
        (
            Link(
                "=",
                -(ones.T @ (labels_rows * log_probabilities) @ ones_K) / n,
                "every sample has one class; the probabilities are exponentials of what stands in the bracket",
            ),
        ),
        SUMMARY,
        given=ONE_CLASS,
        model=labelled,
        uses=("classifier-loss", "classifier-probabilities"),
        sizes=SIZES,
        mistakes=(Mistake("of all classes", -(ones.T @ log_probabilities @ ones_K) / n),),
    ),
)

# ---------------------------------------------------------------- gradients

Delta_C2 = let("Delta_C2", (C_P - labels_rows) / n)
Delta_C1 = let("Delta_C1", (Delta_C2 @ C_W2) * phi.slope(C_A1))


def gradient(label: str, title: str, symbol: Node, slope: Node, reason: str, wrong: Mistake, *uses: str) -> Claim:
    """A claim that a gradient of the loss has a value."""
    return Claim(
        label,
        title,
        Gradient(L_C, symbol),
        (Link("=", slope, reason),),
        SUMMARY,
        uses=("classifier-loss", *uses),
        mistakes=(wrong,),
        sizes=SIZES,
    )


GRADIENTS = (
    gradient(
        "classifier-grad-logits",
        "Gradient of the logits",
        C_A2,
        (C_P - labels_rows) / n,
        "the slope of the sum's logarithm is a probability",
        Mistake("lost mean", C_P - labels_rows),
        "classifier-probabilities",
    ),
    definition("classifier-delta-logits", "Slope in the logits, named", Delta_C2, Delta_C2.body, SUMMARY),
    gradient(
        "classifier-grad-W_2",
        "Gradient of the logits' weights",
        C_W2,
        Delta_C2.T @ C_H,
        "slopes behind the layer, times values before it",
        Mistake("turned sign", -(Delta_C2.T @ C_H)),
        "classifier-grad-logits",
        "classifier-delta-logits",
    ),
    gradient(
        "classifier-grad-b_2",
        "Gradient of the logits' biases",
        C_b2,
        Delta_C2.T @ ones,
        "sum of the slopes over the samples",
        Mistake("divided by the batch twice", (Delta_C2.T @ ones) / n),
        "classifier-grad-logits",
        "classifier-delta-logits",
    ),
    definition("classifier-delta-hidden", "Slope in the hidden layer, named", Delta_C1, Delta_C1.body, SUMMARY),
    gradient(
        "classifier-grad-W_1",
        "Gradient of the hidden weights",
        C_W1,
        Delta_C1.T @ X_rows,
        "slopes behind the layer, times the images",
        Mistake("lost slope of the activation", (Delta_C2 @ C_W2).T @ X_rows),
        "classifier-grad-logits",
        "classifier-delta-hidden",
    ),
    gradient(
        "classifier-grad-b_1",
        "Gradient of the hidden biases",
        C_b1,
        Delta_C1.T @ ones,
        "sum of the slopes over the samples",
        Mistake("lost slope of the activation", (Delta_C2 @ C_W2).T @ ones),
        "classifier-grad-logits",
        "classifier-delta-hidden",
    ),
)

STATEMENTS: tuple[Statement, ...] = (*NETWORK, *GRADIENTS)
