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
        (Link("=", s / root_two_pi, "the antiderivative is the density itself", Compute()),),
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
        (
            Link(
                "=", both_clips, "below white the antiderivative is the density; above it the pixel is white", Compute()
            ),
        ),
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
        "count the ends that lie before the corner",
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
        "Gaussian noise is added and the result clipped to the range of a pixel, as if the mean stayed where it was.",
        Relation(both_clips, "=", as_node(0)),
        "1.2",
        ("noise-clipped",),
        values={"s": sp.Matrix([[sp.Rational(3, 10)]])},
    ),
    Counterexample(
        "shapes-are-balanced",
        "The three shapes are not equally frequent",
        "The thresholds 0.33 and 0.66 suggest three equal thirds, but the second one meets a fresh draw.",
        Relation((1 - second) * third, "=", (1 - second) * (1 - third)),
        "1.2",
        ("shapes-circles", "shapes-lines"),
    ),
    Counterexample(
        "shapes-are-never-empty",
        "Some rectangles are empty",
        "The end in the second direction is drawn beyond the corner's first coordinate, so it may lie before the "
        "corner.",
        Relation(Sigma(i, 5, 14, Sigma(j, 5, 14, empty)), "=", as_node(0)),
        "1.2",
        ("shapes-empty-rectangle",),
    ),
    Counterexample(
        "shapes-lines-are-whole",
        "Lines have gaps",
        "As many points are drawn as there are steps between the ends, which is one too few: here 27 points for "
        "28 pixels.",
        Relation(as_node(27), "=", as_node(27) + 1),
        "1.2",
        ("shapes-empty-line",),
    ),
    Counterexample(
        "shapes-thousand-images",
        "The printed indentation keeps only the lines",
        "The data are said to hold 1000 images; as printed, an image is appended in the last branch only.",
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
        "Harmless: the images are symmetric in the two directions. It is a matter of style.",
        "opinion",
        "1.2",
    ),
)

STATEMENTS: tuple[Statement, ...] = (*NOISE, *SHAPES, *COUNTEREXAMPLES, *JUDGEMENTS)
