r"""Data: noise that is clipped, and the sheet's synthetic images.  Chapter ``docs/chapters/autoencoder.md``.

Notation: ``s`` the deviation of the noise; ``i``, ``j`` the corners of a rectangle.  Code: :mod:`genmodels.data`.

Contents: the mean of clipped noise on a black pixel, what the sheet's random images are made of, and what it says of
both.
"""

from __future__ import annotations

import sympy as sp

from genmath.calc import Claim, Counterexample, Judgement, Link, Mistake, Statement
from genmath.calculus import Integral
from genmath.notation import erf, exp, i, j, s, sqrt, t
from genmath.rules import Compute
from genmath.surface import Node, Num, Relation, Sigma, as_node

root_two_pi = sqrt(as_node(2 * sp.pi))
density = exp(-(t**2) / 2) / root_two_pi
above = (1 - erf(1 / (s * sqrt(as_node(2))))) / 2


def number(value: object) -> Num:
    """An exact number."""
    return Num(sp.Rational(value))


both_clips = (s / root_two_pi) * (1 - exp(-1 / (2 * s**2))) + above

NOISE = (
    Claim(
        "noise-clipped-below",
        "Noise on a black pixel, clipped at black",
        Integral(s * t * density, t, 0, sp.oo),
        (Link("=", s / root_two_pi, "the antiderivative is minus the density, times the deviation", Compute()),),
        "1.2",
        mistakes=(
            Mistake("taken for unbiased", as_node(0)),
            Mistake("without clipping the negative half", 2 * s / root_two_pi),
        ),
    ),
    Claim(
        "noise-clipped",
        "Noise on a black pixel, clipped at black and at white",
        Integral(s * t * density, t, 0, 1 / s) + Integral(density, t, 1 / s, sp.oo),
        (Link("=", both_clips, "below white as before; above white the pixel stays white", Compute()),),
        "1.2",
        mistakes=(
            Mistake("taken for unbiased", as_node(0)),
            Mistake("clipped at black only", s / root_two_pi),
        ),
    ),
)

# The corner of a rectangle is drawn from 5 to 14 in both directions; its end from three beyond the *row* to 24.
P_FIRST = sp.Rational(1, 100)
empty = Num(P_FIRST * sp.Max(0, j - i - 2) / (22 - i))


def probability(label: str, title: str, start: Node, end: Node, reason: str, wrong: Mistake) -> Claim:
    """A claim about chances in the sheet's random images."""
    return Claim(label, title, start, (Link("=", end, reason),), "1.2", mistakes=(wrong,))


second, third = number("33/100"), number("66/100")

SHAPES = (
    probability(
        "shapes-rectangles",
        "The chance of a rectangle",
        1 - (1 - second),
        number("33/100"),
        "the first draw decides",
        Mistake("one third", number("1/3")),
    ),
    probability(
        "shapes-circles",
        "The chance of a circle",
        (1 - second) * third,
        number("2211/5000"),
        "a second draw decides among the rest",
        Mistake("one third", number("1/3")),
    ),
    probability(
        "shapes-lines",
        "The chance of a line",
        (1 - second) * (1 - third),
        number("1139/5000"),
        "a second draw decides among the rest",
        Mistake("one third", number("1/3")),
    ),
    probability(
        "shapes-empty-rectangle",
        "The chance that a rectangle is empty",
        Sigma(i, 5, 14, Sigma(j, 5, 14, empty)),
        number("1491041/27227200"),
        "count the ends that do not lie beyond the corner",
        Mistake("never empty", as_node(0)),
    ),
    probability(
        "shapes-empty-line",
        "The chance that a line has no point",
        Sigma(i, 1, 28, Sigma(j, 1, 28, number("1/614656"))),
        number("1/784"),
        "both ends in the same pixel",
        Mistake("never empty", as_node(0)),
    ),
    probability(
        "shapes-kept",
        "Images kept by the printed indentation",
        1000 * (1 - second) * (1 - third),
        number("1139/5"),
        "only lines are kept",
        Mistake("all of them", as_node(1000)),
    ),
)

COUNTEREXAMPLES = (
    Counterexample(
        "noise-clipped-is-unbiased",
        "Clipped noise is not centred",
        "Gaussian noise, whose mean is zero, is added, and the result is clipped to the range of a pixel. Here the "
        "pixel is black, and the deviation is the sheet's.",
        Relation(both_clips, "=", as_node(0)),
        "1.2",
        ("noise-clipped",),
        values={"s": sp.Matrix([[sp.Rational(3, 10)]])},
    ),
    Counterexample(
        "shapes-are-balanced",
        "The three shapes are not equally frequent",
        "The thresholds 0.33 and 0.66 suggest three equal thirds. Here circles and lines: the second threshold meets "
        "a fresh draw.",
        Relation((1 - second) * third, "=", (1 - second) * (1 - third)),
        "1.2",
        ("shapes-circles", "shapes-lines"),
    ),
    Counterexample(
        "shapes-are-never-empty",
        "Some rectangles are empty",
        "Rectangles reach from a corner to an end; both coordinates of the end are drawn beyond the corner's first "
        "coordinate.",
        Relation(Sigma(i, 5, 14, Sigma(j, 5, 14, empty)), "=", as_node(0)),
        "1.2",
        ("shapes-empty-rectangle",),
    ),
    Counterexample(
        "shapes-lines-are-whole",
        "Lines have gaps",
        "A line has as many points as there are steps between its ends. Here 27 points, for 28 pixels.",
        Relation(Sigma(i, 1, 27, as_node(1)), "=", Sigma(i, 0, 27, as_node(1))),
        "1.2",
        ("shapes-empty-line",),
    ),
    Counterexample(
        "shapes-thousand-images",
        "The printed indentation keeps only the lines",
        "The data hold 1000 images. As printed, an image is appended in the last branch only.",
        Relation(1000 * (1 - second) * (1 - third), "=", as_node(1000)),
        "1.2",
        ("shapes-kept",),
    ),
)

JUDGEMENTS = (
    Judgement(
        "shapes-letters",
        "Two letters for two directions",
        "The variables x and y change their meaning between circles and lines.",
        "Harmless: circles and lines are drawn alike in both directions. It is a matter of style.",
        "opinion",
        "1.2",
    ),
)

STATEMENTS: tuple[Statement, ...] = (*NOISE, *SHAPES, *COUNTEREXAMPLES, *JUDGEMENTS)
