r"""The logistic function: value, slope, stable forms, bounds.

Chapter ``docs/chapters/autoencoder.md``, equations (1), (2) and (7) of the sheet.

Notation: ``sigma`` the function, ``t`` a real number.  Code: :mod:`genmodels.activations`.
"""

from __future__ import annotations

import sympy as sp

from genmath.calc import Claim, Link, Mistake
from genmath.notation import exp, sigma, t, tanh
from genmath.rules import By, Compute, NonNegative
from genmath.surface import Num, Relation, as_node

half = Num(sp.Rational(1, 2))
LOGISTIC = {"sigma": lambda v: 1 / (1 + sp.exp(-v))}

STATEMENTS = (
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
            Link("=", sigma(t) * (1 - sigma(t)), "the same fraction, as a product of two", Compute()),
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
        (Link("=", 1 - sigma(t), "multiply numerator and denominator by the exponential", Compute()),),
        uses=("sigmoid",),
        meanings=LOGISTIC,
        mistakes=(Mistake("taken for an odd function", -sigma(t)),),
    ),
    Claim(
        "sigmoid-stable",
        "The stable form for negative arguments",
        sigma(t),
        (Link("=", exp(t) / (1 + exp(t)), "multiply numerator and denominator by the exponential", Compute()),),
        uses=("sigmoid",),
        meanings=LOGISTIC,
        mistakes=(Mistake("lost denominator", exp(t)),),
    ),
    Claim(
        "sigmoid-tanh",
        "The logistic function by one hyperbolic tangent",
        sigma(t),
        (Link("=", (1 + tanh(t / 2)) / 2, "the hyperbolic tangent written with exponentials", Compute()),),
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
        (Link("<", as_node(1), "one minus it is a quotient of positive numbers", NonNegative(1 / (1 + exp(t)))),),
        "(2)",
        mistakes=(Mistake("below one half", half, "<"),),
    ),
)
