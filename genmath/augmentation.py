r"""Augmentation: flips, rotations, interpolation, crops, and what the sheet's program makes of them.

Chapter ``docs/chapters/augmentation.md``, exercise 4.1 of the sheet.

Notation (all of it in :mod:`genmath.notation`): ``image`` the greys of an image with ``d_1`` rows and ``d_2`` columns;
``point_1`` a point of the plane, down and to the right of the middle; ``angle`` an angle to the left; ``xi_1``,
``xi_2`` how far a point lies beyond the pixels above and to the left of it; ``corners`` the greys around it.
Code: :mod:`genmodels.augmentation`.

Contents: flips of pixels and of the plane, rotations, the grey between four pixels, crops, chances in the sheet's
program, and what the sheet says.  What noise, brightness and contrast do stands in :mod:`genmath.greys`.
"""

from __future__ import annotations

import random

import sympy as sp

from genmath.calc import Claim, Counterexample, Judgement, Link, Mistake, Statement, definition
from genmath.data import number
from genmath.models import Sizes, Values
from genmath.notation import (
    X,
    X_rows,
    angle,
    angle_2,
    b_least,
    b_most,
    c_1,
    c_2,
    clip,
    corners,
    cos,
    d_1,
    d_2,
    i,
    image,
    image_2,
    j,
    let,
    point_1,
    point_2,
    sin,
    xi_1,
    xi_2,
)
from genmath.rules import Compute, NonNegative
from genmath.surface import (
    Constant,
    Determinant,
    Entry,
    Grid,
    Node,
    Num,
    Relation,
    Sigma,
    SquaredNorm,
    as_node,
)

zero, one = as_node(0), as_node(1)
ROWS, COLUMNS = Constant("J", (d_1, d_1)), Constant("J", (d_2, d_2))
PIXELS = {i: d_1, j: d_2}
TURNED = {i: d_2, j: d_1}

# ---------------------------------------------------------------- flips of pixels

flipped_h = let("flipped_h", image @ COLUMNS)
flipped_v = let("flipped_v", ROWS @ image)


def pixels(
    label: str,
    title: str,
    start: Node,
    end: Node,
    reason: str,
    *mistakes: Mistake,
    free: dict[sp.Symbol, sp.Expr] | None = None,
    uses: tuple[str, ...] = (),
) -> Claim:
    """A claim about an image of any size."""
    return Claim(label, title, start, (Link("=", end, reason),), "4.1", uses=uses, mistakes=mistakes, free=free or {})


FLIPS = (
    definition("flip-horizontal", "The horizontal flip", flipped_h, flipped_h.body, "4.1"),
    definition("flip-vertical", "The vertical flip", flipped_v, flipped_v.body, "4.1"),
    pixels(
        "flip-horizontal-pixels",
        "A horizontal flip reverses the columns",
        Entry(flipped_h, i, j),
        Entry(image, i, d_2 + 1 - j),
        "the reversed identity takes each column from the other side",
        Mistake("the rows", Entry(image, d_1 + 1 - i, j)),
        Mistake("nothing moves", Entry(image, i, j)),
        free=PIXELS,
        uses=("flip-horizontal",),
    ),
    pixels(
        "flip-vertical-pixels",
        "A vertical flip reverses the rows",
        Entry(flipped_v, i, j),
        Entry(image, d_1 + 1 - i, j),
        "the reversed identity takes each row from the other side",
        Mistake("the columns", Entry(image, i, d_2 + 1 - j)),
        Mistake("nothing moves", Entry(image, i, j)),
        free=PIXELS,
        uses=("flip-vertical",),
    ),
    pixels(
        "flip-horizontal-twice",
        "Two horizontal flips are none",
        flipped_h @ COLUMNS,
        image,
        "what was reversed is reversed again",
        Mistake("two are as good as one", flipped_h),
        uses=("flip-horizontal",),
    ),
    pixels(
        "flip-vertical-twice",
        "Two vertical flips are none",
        ROWS @ flipped_v,
        image,
        "what was reversed is reversed again",
        Mistake("two are as good as one", flipped_v),
        uses=("flip-vertical",),
    ),
    pixels(
        "flip-order",
        "The order of the two flips does not matter",
        ROWS @ flipped_h,
        flipped_v @ COLUMNS,
        "rows and columns are reversed independently",
        Mistake("they cancel", image),
        uses=("flip-horizontal", "flip-vertical"),
    ),
    pixels(
        "flip-half-turn",
        "Both flips together are half a turn",
        Entry(ROWS @ flipped_h, i, j),
        Entry(image, d_1 + 1 - i, d_2 + 1 - j),
        "each pixel comes from the opposite side of the middle",
        Mistake("the two flips cancel", Entry(image, i, j)),
        free=PIXELS,
        uses=("flip-horizontal", "flip-order"),
    ),
    pixels(
        "flip-horizontal-distance",
        "A horizontal flip keeps the distance of two images",
        SquaredNorm(flipped_h - image_2 @ COLUMNS),
        SquaredNorm(image - image_2),
        "the same squares are added in another order",
        Mistake("only one image flipped", SquaredNorm(flipped_h - image_2)),
        uses=("flip-horizontal",),
    ),
    pixels(
        "flip-vertical-distance",
        "A vertical flip keeps the distance of two images",
        SquaredNorm(flipped_v - ROWS @ image_2),
        SquaredNorm(image - image_2),
        "the same squares are added in another order",
        Mistake("only one image flipped", SquaredNorm(flipped_v - image_2)),
        uses=("flip-vertical",),
    ),
)

# ---------------------------------------------------------------- flips and rotations of the plane


def turn(by: Node) -> Grid:
    """The rotation of the plane by an angle."""
    return Grid(((cos(by), -sin(by)), (sin(by), cos(by))))


def whole(*rows: tuple[int, int]) -> Grid:
    """A matrix of whole numbers."""
    return Grid(tuple(tuple(as_node(v) for v in row) for row in rows))


pi = as_node(sp.pi)
identity = Constant("I", (sp.Integer(2), sp.Integer(2)))
F_h, F_v = let("F_h", whole((1, 0), (0, -1))), let("F_v", whole((-1, 0), (0, 1)))
R = let("R_1", turn(angle))
R_2, R_sum, R_back = let("R_2", turn(angle_2)), let("R_sum", turn(angle + angle_2)), let("R_back", turn(-angle))


def plane(
    label: str, title: str, start: Node, *ends: tuple[Node, str], uses: tuple[str, ...], wrong: tuple[Mistake, ...]
) -> Claim:
    """A claim about the plane."""
    links = tuple(Link("=", end, reason, Compute()) for end, reason in ends)
    return Claim(label, title, start, links, "4.1", uses=uses, mistakes=wrong)


PLANE = (
    definition("flip-plane-horizontal", "The horizontal flip of the plane", F_h, F_h.body, "4.1"),
    definition("flip-plane-vertical", "The vertical flip of the plane", F_v, F_v.body, "4.1"),
    definition("rotation", "The rotation of the plane", R, R.body, "4.1"),
    plane(
        "flip-determinant-horizontal",
        "The determinant of the horizontal flip",
        Determinant(F_h),
        (as_node(-1), "one product is left"),
        uses=("flip-plane-horizontal",),
        wrong=(Mistake("a rotation's", one),),
    ),
    plane(
        "flip-determinant-vertical",
        "The determinant of the vertical flip",
        Determinant(F_v),
        (as_node(-1), "one product is left"),
        uses=("flip-plane-vertical",),
        wrong=(Mistake("a rotation's", one),),
    ),
    plane(
        "flip-plane-half-turn",
        "Both flips of the plane are the rotation by half a turn",
        F_h @ F_v,
        (turn(pi), "cosine and sine of half a turn"),
        uses=("flip-plane-horizontal", "flip-plane-vertical", "rotation"),
        wrong=(Mistake("they cancel", identity), Mistake("a quarter turn", turn(as_node(sp.pi / 2)))),
    ),
    plane(
        "flip-plane-horizontal-distance",
        "A horizontal flip keeps the distance of two points",
        SquaredNorm(F_h @ point_1 - F_h @ point_2),
        (SquaredNorm(point_1 - point_2), "a square does not see the sign"),
        uses=("flip-plane-horizontal",),
        wrong=(Mistake("only one point flipped", SquaredNorm(F_h @ point_1 - point_2)),),
    ),
    plane(
        "flip-plane-vertical-distance",
        "A vertical flip keeps the distance of two points",
        SquaredNorm(F_v @ point_1 - F_v @ point_2),
        (SquaredNorm(point_1 - point_2), "a square does not see the sign"),
        uses=("flip-plane-vertical",),
        wrong=(Mistake("only one point flipped", SquaredNorm(F_v @ point_1 - point_2)),),
    ),
    plane(
        "rotation-orthogonal",
        "A rotation is orthogonal: its transpose undoes it",
        R.T @ R,
        (identity, "the squares of cosine and sine add up to one"),
        uses=("rotation",),
        wrong=(Mistake("the rotation undoes itself", R @ R), Mistake("lost sign", F_h.body)),
    ),
    plane(
        "rotation-determinant",
        "The determinant of a rotation",
        Determinant(R),
        (one, "the squares of cosine and sine add up to one"),
        uses=("rotation",),
        wrong=(Mistake("a flip's", as_node(-1)), Mistake("the difference of the squares", cos(2 * angle))),
    ),
    plane(
        "rotation-group",
        "Two rotations, one after the other, are one by the sum of the angles",
        R @ R_2,
        (R_sum, "cosine and sine of a sum"),
        uses=("rotation",),
        wrong=(Mistake("the difference of the angles", turn(angle - angle_2)),),
    ),
    plane(
        "rotation-back",
        "The transpose turns back",
        R.T,
        (R_back, "cosine does not see the sign of the angle, sine does"),
        uses=("rotation", "rotation-orthogonal"),
        wrong=(Mistake("the rotation itself", R),),
    ),
    plane(
        "rotation-distance",
        "A rotation keeps the distance of two points",
        SquaredNorm(R @ point_1 - R @ point_2),
        (SquaredNorm(point_1 - point_2), "the squares of cosine and sine add up to one"),
        uses=("rotation", "rotation-orthogonal"),
        wrong=(Mistake("only one point turned", SquaredNorm(R @ point_1 - point_2)),),
    ),
    plane(
        "rotation-fetch",
        "Where the grey of a turned point comes from",
        R.T @ (R @ point_1),
        (point_1, "the transpose undoes the rotation"),
        uses=("rotation-orthogonal",),
        wrong=(Mistake("turned once more in the same direction", R @ (R @ point_1)),),
    ),
    plane(
        "flip-no-rotation",
        "No rotation makes up for a flip",
        Determinant(R @ F_h),
        (as_node(-1), "the squares of cosine and sine add up to one"),
        uses=("rotation-determinant", "flip-determinant-horizontal"),
        wrong=(Mistake("a rotation's", one),),
    ),
)

# ---------------------------------------------------------------- quarter turns

quarter = let("quarter", COLUMNS @ image.T)


def turned(by_rows: Constant, body: Node) -> Node:
    """A quarter turn to the left of what has as many columns as there are rows in the reversed identity."""
    return by_rows @ body.T


QUARTERS = (
    plane(
        "rotation-quarter",
        "A quarter turn sends pixels to pixels",
        turn(as_node(sp.pi / 2)),
        (whole((0, -1), (1, 0)), "cosine and sine of a right angle"),
        uses=("rotation",),
        wrong=(Mistake("to the right", whole((0, 1), (-1, 0))), Mistake("not turned", identity)),
    ),
    definition("quarter-turn", "The quarter turn of an image", quarter, quarter.body, "4.1"),
    pixels(
        "quarter-turn-pixels",
        "Where the pixels of a quarter turn come from",
        Entry(quarter, i, j),
        Entry(image, j, d_2 + 1 - i),
        "rows become columns, and the first row was the last column",
        Mistake("to the right", Entry(image, d_1 + 1 - j, i)),
        Mistake("only rows and columns exchanged", Entry(image, j, i)),
        free=TURNED,
        uses=("quarter-turn", "rotation-quarter"),
    ),
    pixels(
        "quarter-turn-twice",
        "Two quarter turns are half a turn",
        turned(ROWS, quarter),
        ROWS @ flipped_h,
        "the transposes cancel, both flips stay",
        Mistake("none at all", image),
        Mistake("a flip", flipped_h),
        uses=("quarter-turn", "flip-half-turn"),
    ),
    pixels(
        "quarter-turn-four",
        "Four quarter turns return the image",
        turned(ROWS, turned(COLUMNS, turned(ROWS, quarter))),
        image,
        "every flip meets itself",
        Mistake("half a turn is left", ROWS @ flipped_h),
        uses=("quarter-turn", "flip-horizontal-twice", "flip-vertical-twice"),
    ),
)

# ---------------------------------------------------------------- between the pixels

WEIGHTS = ((1 - xi_1) * (1 - xi_2), (1 - xi_1) * xi_2, xi_1 * (1 - xi_2), xi_1 * xi_2)


def total(terms: list[Node]) -> Node:
    """A sum of terms."""
    out = terms[0]
    for term in terms[1:]:
        out = out + term
    return out


def weighted(values: tuple[Node, ...]) -> Node:
    """What the four pixels around a point contribute."""
    return total([weight * value for weight, value in zip(WEIGHTS, values, strict=True)])


between = let("between", weighted(corners))
inside = (Relation(xi_1, "<=", one), Relation(xi_2, "<=", one))
lower = (*inside, *(Relation(b_least, "<=", corner) for corner in corners))
upper = (*inside, *(Relation(corner, "<=", b_most) for corner in corners))


def around(generator: random.Random, _: Sizes) -> Values:
    """A point between four pixels, their greys, and bounds of these."""
    greys = [sp.Rational(generator.randint(-90, 90), 101) for _ in corners]
    shares = {name: sp.Rational(generator.randint(1, 100), 101) for name in ("xi_1", "xi_2")}
    bounds = {"b_least": min(greys) - sp.Rational(1, 7), "b_most": max(greys) + sp.Rational(1, 9)}
    values = {**dict(zip((c.name for c in corners), greys, strict=True)), **shares, **bounds}
    return {name: sp.Matrix([[value]]) for name, value in values.items()}


INTERPOLATION = (
    definition("bilinear", "The grey between four pixels", between, between.body, "4.1"),
    Claim(
        "bilinear-weight",
        "No weight is negative",
        WEIGHTS[0],
        (Link(">=", zero, "a product of two numbers that are not negative", NonNegative(WEIGHTS[0])),),
        "4.1",
        given=inside,
        uses=("bilinear",),
        model=around,
        mistakes=(Mistake("at least a quarter", number("1/4"), ">="),),
    ),
    Claim(
        "bilinear-weights",
        "The four weights add up to one",
        total(list(WEIGHTS)),
        (Link("=", one, "multiply out"),),
        "4.1",
        uses=("bilinear",),
        mistakes=(Mistake("only the nearest and the farthest", 1 - xi_1 - xi_2 + 2 * xi_1 * xi_2),),
    ),
    Claim(
        "bilinear-lower",
        "No grey between pixels is darker than all of them",
        between,
        (
            Link(
                ">=",
                b_least,
                "the weights are not negative and add up to one",
                NonNegative(weighted(tuple(corner - b_least for corner in corners))),
            ),
        ),
        "4.1",
        given=lower,
        uses=("bilinear", "bilinear-weight", "bilinear-weights"),
        model=around,
        mistakes=(Mistake("it may be", b_least, "<="),),
    ),
    Claim(
        "bilinear-upper",
        "No grey between pixels is lighter than all of them",
        between,
        (
            Link(
                "<=",
                b_most,
                "the weights are not negative and add up to one",
                NonNegative(weighted(tuple(b_most - corner for corner in corners))),
            ),
        ),
        "4.1",
        given=upper,
        uses=("bilinear", "bilinear-weight", "bilinear-weights"),
        model=around,
        mistakes=(Mistake("it may be", b_most, ">="),),
    ),
    Claim(
        "bilinear-pixel",
        "On a pixel its own grey comes out",
        between,
        (Link("=", corners[0], "three of the weights are zero"),),
        "4.1",
        given=(Relation(xi_1, "=", zero), Relation(xi_2, "=", zero)),
        uses=("bilinear",),
        model=lambda generator, sizes: {"xi_1": sp.zeros(1, 1), "xi_2": sp.zeros(1, 1)},
        mistakes=(Mistake("the mean of all four", total(list(corners)) / 4),),
    ),
)

# ---------------------------------------------------------------- crops

fits = (Relation(as_node(c_1), "<=", as_node(d_1)), Relation(as_node(c_2), "<=", as_node(d_2)))
places = Num(d_1 - c_1 + 1) * Num(d_2 - c_2 + 1)


def over_places(term: Node) -> Node:
    """A sum over the rows and columns at which a crop may begin."""
    return Sigma(i, 1, d_1 - c_1 + 1, Sigma(j, 1, d_2 - c_2 + 1, term))


def crop(label: str, title: str, start: Node, end: Node, reason: str, *mistakes: Mistake, uses: str = "") -> Claim:
    """A claim about crops that fit into the image."""
    links = (Link("=", end, reason),)
    used = (uses,) if uses else ()
    return Claim(label, title, start, links, "4.1", given=fits, uses=used, mistakes=mistakes)


CROPS = (
    crop(
        "crop-places",
        "How many crops an image has",
        over_places(one),
        places,
        "rows and columns at which it may begin",
        Mistake("one row and one column too few", Num(d_1 - c_1) * Num(d_2 - c_2)),
        Mistake("as many as there are pixels", Num(d_1) * Num(d_2)),
    ),
    crop(
        "crop-chance",
        "All crops are equally probable",
        one / Num(d_1 - c_1 + 1) * (one / Num(d_2 - c_2 + 1)),
        one / places,
        "row and column are drawn evenly and independently",
        Mistake("the sum of the chances", one / Num(d_1 - c_1 + 1) + one / Num(d_2 - c_2 + 1)),
        uses="crop-places",
    ),
    crop(
        "crop-corner",
        "But pixels are not: a corner is in one crop only",
        over_places(Num(sp.KroneckerDelta(i, 1) * sp.KroneckerDelta(j, 1)) * (one / places)),
        one / places,
        "the crop has to begin in the first row and in the first column",
        Mistake("always kept", one),
        uses="crop-chance",
    ),
)

# ---------------------------------------------------------------- chances in the sheet's program

CHOSEN, KINDS, WAYS = number("1/2"), 4, 2
one_of_four = CHOSEN * number(f"1/{KINDS}")
one_flip = one_of_four * number(f"1/{WAYS}")


def chance(label: str, title: str, start: Node, end: str, reason: str, *mistakes: Mistake) -> Claim:
    """A claim about what the sheet's program does with an image."""
    return Claim(label, title, start, (Link("=", number(end), reason),), "4.1", mistakes=mistakes)


BATCH = (
    chance(
        "batch-operation",
        "The chance of noise, of brightness and of contrast",
        one_of_four,
        "1/8",
        "half of the images are changed, and each kind of change has a quarter of these",
        Mistake("a seventh for each of the seven operations", number("1/7")),
        Mistake("every image is changed", number("1/4")),
    ),
    chance(
        "batch-flip",
        "The chance of each flip",
        one_flip,
        "1/16",
        "the two flips share one kind",
        Mistake("as probable as noise", number("1/8")),
    ),
    chance(
        "batch-unchanged",
        "The chance that an image stays as it is",
        1 - (WAYS * one_flip + (KINDS - 1) * one_of_four),
        "1/2",
        "all chances add up to one, and nothing is left for rotations and crops",
        Mistake("the four kinds counted as seven", number("3/8")),
    ),
)

# ---------------------------------------------------------------- what the sheet says

# Numerals of five rows and three columns, as a seven-segment display shows them.
SEGMENTS = {
    "two": ((1, 1, 1), (0, 0, 1), (1, 1, 1), (1, 0, 0), (1, 1, 1)),
    "five": ((1, 1, 1), (1, 0, 0), (1, 1, 1), (0, 0, 1), (1, 1, 1)),
    "six": ((1, 1, 1), (1, 0, 0), (1, 1, 1), (1, 0, 1), (1, 1, 1)),
    "nine": ((1, 1, 1), (1, 0, 1), (1, 1, 1), (0, 0, 1), (1, 1, 1)),
}


def numeral(name: str) -> sp.Matrix:
    """A numeral as a matrix."""
    return sp.Matrix(SEGMENTS[name])


COUNTEREXAMPLES = (
    Counterexample(
        "flip-two-is-five",
        "A flipped two is a five",
        "Flips are among the operations for images of digits, and the labels stay. Were this right, a flipped two "
        "would differ from every five. Here both are numerals of a display with seven segments.",
        Relation(SquaredNorm(flipped_h - image_2), ">", zero),
        "4.1",
        ("flip-horizontal-pixels", "flip-no-rotation"),
        sizes={d_1: 5, d_2: 3},
        values={"B": numeral("two"), "B_2": numeral("five")},
    ),
    Counterexample(
        "half-turn-six-is-nine",
        "A six turned by half is a nine",
        "An image may be rotated by any angle, and its label stays. Here the angle is half a turn, which is both "
        "flips, one after the other.",
        Relation(SquaredNorm(ROWS @ flipped_h - image_2), ">", zero),
        "4.1",
        ("flip-half-turn", "flip-plane-half-turn"),
        sizes={d_1: 5, d_2: 3},
        values={"B": numeral("six"), "B_2": numeral("nine")},
    ),
    Counterexample(
        "rotation-does-nothing",
        "A rotation that returns its input",
        "The rotation returns the image as it came: every point stays where it is. Here the angle is a right angle.",
        Relation(R @ point_1, "=", point_1),
        "4.1",
        ("rotation", "rotation-fetch", "rotation-quarter"),
        values={"u": sp.Matrix([0, 1]), "angle": sp.Matrix([[sp.pi / 2]])},
    ),
    Counterexample(
        "crop-too-large",
        "Too large a crop is none",
        "A crop has the size that was asked for. If it is larger than the image in one direction, the whole image is "
        "returned; here are the pixels that come out, and those that were asked for.",
        Relation(Num(d_1 * d_2), "=", Num(c_1 * c_2)),
        "4.1",
        ("crop-places",),
        given=(Relation(as_node(c_2), ">", as_node(d_2)),),
        sizes={d_1: 28, d_2: 28, c_1: 20, c_2: 32},
    ),
    Counterexample(
        "batch-turns-and-crops",
        "Rotations and crops never happen",
        "A class with seven operations changes images at random. Here is what is left for rotations and crops after "
        "all that is ever chosen.",
        Relation(1 - (CHOSEN + WAYS * one_flip + (KINDS - 1) * one_of_four), ">", zero),
        "4.1",
        ("batch-operation", "batch-flip", "batch-unchanged"),
    ),
    Counterexample(
        "batch-even",
        "The operations are not equally probable",
        "One of the operations is chosen evenly. Here a flip and noise.",
        Relation(one_flip, "=", one_of_four),
        "4.1",
        ("batch-operation", "batch-flip"),
    ),
    Counterexample(
        "batch-columns",
        "The batch has another layout than the autoencoder's data",
        "Images for the batch are rows. The sheet's data for autoencoders are columns: what one program makes, the "
        "other can't take.",
        lambda: Relation(X, "=", X_rows),
        "4.1",
        ("flip-horizontal-pixels",),
    ),
    Counterexample(
        "batch-bytes",
        "Bytes turn white",
        "Every result is clipped to the range from 0 to 1. Images are often stored as bytes, from 0 to 255; then a "
        "dark grey and a light grey do not stay apart.",
        Relation(clip(as_node(64)), "<", clip(as_node(192))),
        "4.1",
        ("batch-operation",),
    ),
)

JUDGEMENTS = (
    Judgement(
        "flip-digits",
        "Do flips help to read digits?",
        "Flips are a good augmentation for images of digits.",
        "They are not. A classifier that has never seen flipped digits reads most of them wrong, and training with "
        "flips makes it read upright digits worse, on every split and for every classifier that was tried.",
        "experiment",
        "4.1",
        ("flip-two-is-five", "half-turn-six-is-nine", "flip-no-rotation"),
    ),
    Judgement(
        "batch-square",
        "Images that are no squares",
        "A flat image is brought to the shape of a square of the size of MNIST's.",
        "It works for this one size. An image of another size stops the program, and an image that is handed in with "
        "rows and columns comes back flat.",
        "code",
        "4.1",
        ("batch-columns",),
    ),
    Judgement(
        "crop-colour",
        "Crops of colour images",
        "A crop is taken of an image with rows and columns.",
        "An image with channels of colour stops the program, for it has a third length.",
        "code",
        "4.1",
        ("crop-places",),
    ),
)

STATEMENTS: tuple[Statement, ...] = (
    *FLIPS,
    *PLANE,
    *QUARTERS,
    *INTERPOLATION,
    *CROPS,
    *BATCH,
    *COUNTEREXAMPLES,
    *JUDGEMENTS,
)
