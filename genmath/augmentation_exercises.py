"""Exercises of the chapter on augmentation: flips, greys, noise as a penalty.

Each asks for an expression of a claim in :mod:`genmath.augmentation` or :mod:`genmath.greys`.
"""

from __future__ import annotations

from genmath import augmentation, greys
from genmath.augmentation import COLUMNS, ROWS
from genmath.exercises import Exercise, Slip, exercises, put
from genmath.greys import half, mean_grey, over_pixels
from genmath.notation import X, coef, corners, factor, i, image, s, targets, x, xi_1, xi_2

FLIPS = exercises(
    augmentation.STATEMENTS,
    Exercise(
        "flip-horizontal",
        "The identity with its columns reversed, {J}, comes in two sizes: `J` is as large as the image {B} is high, "
        "and `J_2` as large as it is wide. Flip the image from left to right.",
        (),
        (
            Slip("the rows", "From the left it reverses rows: the image stands on its head.", lambda _: ROWS @ image),
            Slip("half a turn", "That reverses rows and columns.", lambda a: ROWS @ a),
        ),
        names={"B": image, "J": ROWS, "J_2": COLUMNS},
    ),
    Exercise(
        "bilinear",
        "A point lies {xi_1} below and {xi_2} to the right of a pixel. Its four neighbours have the greys {c_1} above "
        "left, {c_2} above right, {c_3} below left and {c_4} below right. Which grey does the point get?",
        (xi_1, xi_2),
        (
            Slip("the mean of all four", "The nearest pixel counts most.",
                 lambda _: (corners[0] + corners[1] + corners[2] + corners[3]) / 4),
            Slip("the first alone", "The other three pixels count too.", lambda _: 1 * corners[0]),
        ),
        names={f"c_{place}": corner for place, corner in enumerate(corners, 1)},
    ),
)

GREYS = exercises(
    greys.STATEMENTS,
    Exercise(
        "brightness-brighter",
        "All greys from 0 to 1 are equally frequent, and each is multiplied by {f}, which is at least one, and clipped "
        "at white. What is their mean then?",
        (),
        (
            Slip("without clipping", "What is brighter than white is cut."),
            Slip("turned upside down", "The more it is brightened, the whiter it gets."),
        ),
        names={"f": factor},
    ),
    Exercise(
        "noise-grey-middle",
        "Noise falls on a pixel of grey one half, and what is below black or above white is cut. What is its mean?",
        (),
        (
            Slip("three quarters of it", "Black and white cut off the same."),
            Slip("white", "As much is cut off below as above.", lambda a: a + half),
        ),
    ),
    Exercise(
        "contrast-spread",
        "Contrast moves each of {d} pixels {x} away from their mean {g} by a factor {f}. Write the variance of the "
        "pixels then.",
        (x,),
        (
            Slip("by the factor itself", "A variance holds squares of distances."),
            Slip("lost factor", "Distances grow, and so does their mean square.",
                 lambda _: over_pixels((x[i] - mean_grey) ** 2)),
        ),
        names={"f": factor, "g": mean_grey},
    ),
    Exercise(
        "ridge-gradient",
        "A linear regression with the coefficients {w} sees {n} samples {X}, one a column, and the targets {y}; noise "
        "of deviation {s} on the inputs adds a penalty to its mean squared error. Differentiate it in {w}.",
        (X, s),
        (
            Slip("lost penalty", "The penalty has a slope too."),
            Slip("deviation for variance", "The penalty holds the variance of the noise.", put(s**2, s)),
        ),
        names={"w": coef, "y": targets},
    ),
)

EXERCISES = (*FLIPS, *GREYS)
