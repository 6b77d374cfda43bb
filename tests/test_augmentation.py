"""Claims of the chapter on augmentation, bound to the code: what runs is what was proved.

Each binding has a twin that puts a named mistake of the claim in the formula's place and must see it fail.
"""

import itertools

import numpy as np
import pytest
from binding import agree, claim, disagree, formula, mistakes, value

from genmath.book import find
from genmath.bridge import instantiate
from genmath.notation import c_1, c_2, d_1, d_2
from genmath.notation import i as row
from genmath.notation import j as column
from genmath.surface import Point
from genmodels.augmentation import (
    brightness,
    contrast,
    flip_horizontal,
    flip_vertical,
    gaussian_noise,
    interpolate,
    random_crop,
    rotate,
    sources,
)

H, W = 3, 4


@pytest.fixture
def image():
    return np.random.default_rng(5).random((H, W))


# ---------------------------------------------------------------- flips and quarter turns


def by_pixels(node, image, shape):
    """A formula for one pixel, evaluated for all of them; out of the image it has no value."""
    sizes = {d_1: image.shape[0], d_2: image.shape[1]}
    values = np.array(image.tolist(), dtype=object)
    made = np.full(shape, np.nan)
    for i, j in np.ndindex(shape):
        places = Point(sizes, indices={row: i + 1, column: j + 1})
        a, b = places.integer(node.row) - 1, places.integer(node.column) - 1
        if 0 <= a < image.shape[0] and 0 <= b < image.shape[1]:
            made[i, j] = values[a, b]
    return made


FLIPS = {
    "flip-horizontal-pixels": flip_horizontal,
    "flip-vertical-pixels": flip_vertical,
    "flip-half-turn": lambda X: rotate(X, 180),
}


@pytest.mark.binds("flip-horizontal-pixels", "genmodels.augmentation:flip_horizontal")
@pytest.mark.binds("flip-vertical-pixels", "genmodels.augmentation:flip_vertical")
@pytest.mark.binds("flip-half-turn", "genmodels.augmentation:rotate")
@pytest.mark.parametrize("label", FLIPS)
def test_every_pixel_of_a_flip_comes_from_where_the_claim_says(image, label):
    agree(FLIPS[label](image[None])[0], by_pixels(formula(label), image, (H, W)))


@pytest.mark.binds("flip-horizontal-pixels", "genmodels.augmentation:flip_horizontal", twin=True)
@pytest.mark.binds("flip-vertical-pixels", "genmodels.augmentation:flip_vertical", twin=True)
@pytest.mark.binds("flip-half-turn", "genmodels.augmentation:rotate", twin=True)
@pytest.mark.parametrize("label", FLIPS)
def test_a_flip_of_the_wrong_axis_is_noticed(image, label):
    for wrong in mistakes(label):
        disagree(FLIPS[label](image[None])[0], by_pixels(wrong, image, (H, W)))


@pytest.mark.binds("quarter-turn-pixels", "genmodels.augmentation:rotate")
def test_every_pixel_of_a_quarter_turn_comes_from_where_the_claim_says():
    image = np.random.default_rng(6).random((W, W))

    agree(rotate(image[None], 90)[0], by_pixels(formula("quarter-turn-pixels"), image, (W, W)))


@pytest.mark.binds("quarter-turn-pixels", "genmodels.augmentation:rotate", twin=True)
def test_a_quarter_turn_to_the_right_is_noticed():
    image = np.random.default_rng(6).random((W, W))

    for wrong in mistakes("quarter-turn-pixels"):
        disagree(rotate(image[None], 90)[0], by_pixels(wrong, image, (W, W)))


TWICE = {
    "flip-horizontal-twice": (flip_horizontal, 2),
    "flip-vertical-twice": (flip_vertical, 2),
    "quarter-turn-twice": (lambda X: rotate(X, 90), 2),
    "quarter-turn-four": (lambda X: rotate(X, 90), 4),
}


def repeated(label, image):
    made, (function, times) = image[None], TWICE[label]
    for _ in range(times):
        made = function(made)
    return made[0]


@pytest.mark.binds("flip-horizontal-twice", "genmodels.augmentation:flip_horizontal")
@pytest.mark.binds("flip-vertical-twice", "genmodels.augmentation:flip_vertical")
@pytest.mark.binds("quarter-turn-twice", "genmodels.augmentation:rotate")
@pytest.mark.binds("quarter-turn-four", "genmodels.augmentation:rotate")
@pytest.mark.parametrize("label", TWICE)
def test_what_is_done_again_returns_what_the_claim_says(label):
    image = np.random.default_rng(6).random((W, W))

    agree(repeated(label, image), instantiate(formula(label), B=image))


@pytest.mark.binds("flip-horizontal-twice", "genmodels.augmentation:flip_horizontal", twin=True)
@pytest.mark.binds("flip-vertical-twice", "genmodels.augmentation:flip_vertical", twin=True)
@pytest.mark.binds("quarter-turn-twice", "genmodels.augmentation:rotate", twin=True)
@pytest.mark.binds("quarter-turn-four", "genmodels.augmentation:rotate", twin=True)
@pytest.mark.parametrize("label", TWICE)
def test_another_end_of_what_is_done_again_is_noticed(label):
    image = np.random.default_rng(6).random((W, W))

    for wrong in mistakes(label):
        disagree(repeated(label, image), instantiate(wrong, B=image))


@pytest.mark.binds("flip-horizontal-distance", "genmodels.augmentation:flip_horizontal")
@pytest.mark.binds("flip-vertical-distance", "genmodels.augmentation:flip_vertical")
@pytest.mark.parametrize("flip", [flip_horizontal, flip_vertical])
def test_two_flipped_images_are_as_far_apart_as_before(image, flip):
    other = np.random.default_rng(7).random((H, W))
    label = f"flip-{flip.__name__.removeprefix('flip_')}-distance"

    moved = flip(np.stack([image, other]))

    agree(((moved[0] - moved[1]) ** 2).sum(), instantiate(formula(label), B=image, B_2=other))


@pytest.mark.binds("flip-horizontal-distance", "genmodels.augmentation:flip_horizontal", twin=True)
@pytest.mark.binds("flip-vertical-distance", "genmodels.augmentation:flip_vertical", twin=True)
@pytest.mark.parametrize("flip", [flip_horizontal, flip_vertical])
def test_a_distance_to_an_image_that_is_not_flipped_is_noticed(image, flip):
    other = np.random.default_rng(7).random((H, W))
    moved = flip(np.stack([image, other]))

    for wrong in mistakes(f"flip-{flip.__name__.removeprefix('flip_')}-distance"):
        disagree(((moved[0] - moved[1]) ** 2).sum(), instantiate(wrong, B=image, B_2=other))


# ---------------------------------------------------------------- rotations, between pixels

ANGLES = [0.0, 17.0, 90.0, 123.0, -50.0]


def offsets(angle):
    """Pixels of a small image and the places that their greys come from, both from the middle: down, right."""
    middle = np.array([(H - 1) / 2, (W - 1) / 2])
    pixels = np.stack(np.mgrid[:H, :W], axis=-1).reshape(-1, 2) - middle
    places = np.stack([s[0].ravel() for s in sources(np.array([angle]), H, W)], axis=-1) - middle
    return pixels, places


@pytest.mark.binds("rotation-back", "genmodels.augmentation:sources")
@pytest.mark.parametrize("angle", ANGLES)
def test_greys_come_from_where_the_transposed_rotation_points(angle):
    pixels, places = offsets(angle)

    back = instantiate(formula("rotation-back"), angle=np.deg2rad(angle))

    agree(places, pixels @ np.array(back, dtype=float).T)


@pytest.mark.binds("rotation-back", "genmodels.augmentation:sources", twin=True)
def test_greys_from_the_rotation_itself_are_noticed():
    pixels, places = offsets(17.0)

    for wrong in mistakes("rotation-back"):
        turned = np.array(instantiate(wrong, angle=np.deg2rad(17.0)), dtype=float)
        disagree(places, pixels @ turned.T)


@pytest.mark.binds("rotation-fetch", "genmodels.augmentation:sources")
@pytest.mark.parametrize("angle", ANGLES)
def test_a_place_turned_is_the_pixel_that_fetches_from_it(angle):
    pixels, places = offsets(angle)
    there = claim("rotation-fetch").start.right  # R u

    turned = [instantiate(there, angle=np.deg2rad(angle), u=place)[:, 0] for place in places]

    agree(pixels, turned)
    agree(places, [instantiate(formula("rotation-fetch"), u=place)[:, 0] for place in places])


@pytest.mark.binds("rotation-fetch", "genmodels.augmentation:sources", twin=True)
def test_a_pixel_that_is_turned_once_more_is_noticed():
    _, places = offsets(17.0)

    for wrong in mistakes("rotation-fetch"):
        disagree(places, [instantiate(wrong, angle=np.deg2rad(17.0), u=place)[:, 0] for place in places])


CORNERS = {"b_11": (1, 2), "b_12": (1, 3), "b_21": (2, 2), "b_22": (2, 3)}


def between(image, xi_1, xi_2):
    """The code's grey in the middle square of an image, and the corners of that square."""
    greys = interpolate(image[None, ..., None], np.array([[[1 + xi_1]]]), np.array([[[2 + xi_2]]]))
    return greys[0, 0, 0, 0], {name: image[place] for name, place in CORNERS.items()}


@pytest.mark.binds("bilinear", "genmodels.augmentation:interpolate")
@pytest.mark.binds("bilinear-pixel", "genmodels.augmentation:interpolate")
@pytest.mark.parametrize(("xi_1", "xi_2"), [(0.25, 0.5), (0.9, 0.1), (0, 0.7), (0.3, 0), (0, 0)])
def test_the_grey_between_four_pixels_is_the_claims(image, xi_1, xi_2):
    grey, corners = between(image, xi_1, xi_2)

    agree(grey, instantiate(formula("bilinear"), xi_1=xi_1, xi_2=xi_2, **corners))
    if (xi_1, xi_2) == (0, 0):
        agree(grey, instantiate(formula("bilinear-pixel"), b_11=corners["b_11"]))


@pytest.mark.binds("bilinear", "genmodels.augmentation:interpolate", twin=True)
@pytest.mark.binds("bilinear-pixel", "genmodels.augmentation:interpolate", twin=True)
def test_exchanged_corners_and_their_mean_are_noticed(image):
    grey, corners = between(image, 0.25, 0.6)
    exchanged = {**corners, "b_12": corners["b_21"], "b_21": corners["b_12"]}

    disagree(grey, instantiate(formula("bilinear"), xi_1=0.25, xi_2=0.6, **exchanged))
    disagree(grey, instantiate(formula("bilinear"), xi_1=0.6, xi_2=0.25, **corners))
    for wrong in mistakes("bilinear-pixel"):
        disagree(between(image, 0, 0)[0], instantiate(wrong, **corners))


# ---------------------------------------------------------------- crops


def different_crops():
    """How many crops of 2 by 3 pixels come out of an image of 4 by 5 whose pixels all differ."""
    X = np.tile(np.arange(20.0).reshape(1, 4, 5), (600, 1, 1))
    return len(np.unique(random_crop(X, (2, 3), rng=0).reshape(600, -1), axis=0))


def counted(node):
    return int(node.value(Point({d_1: 4, d_2: 5, c_1: 2, c_2: 3}))[0])


@pytest.mark.binds("crop-places", "genmodels.augmentation:random_crop")
def test_there_are_as_many_crops_as_the_claim_counts():
    assert different_crops() == counted(formula("crop-places")) == 9


@pytest.mark.binds("crop-places", "genmodels.augmentation:random_crop", twin=True)
def test_a_wrong_count_of_crops_is_noticed():
    assert different_crops() not in [counted(wrong) for wrong in mistakes("crop-places")]


def test_pixels_are_not_equally_probable():
    """crop-corner: a corner is in one crop of nine, the middle of the image in most of them."""
    n = 20_000
    X = np.tile(np.arange(20.0).reshape(1, 4, 5), (n, 1, 1))

    crops = random_crop(X, (2, 3), rng=2)

    chance = float(formula("crop-corner").value(Point({d_1: 4, d_2: 5, c_1: 2, c_2: 3}))[0])
    for corner in (0, 4, 15, 19):
        kept = (crops == corner).any(axis=(1, 2)).mean()
        assert abs(kept - chance) < 4 * np.sqrt(chance * (1 - chance) / n)
    assert (crops == 7).any(axis=(1, 2)).mean() > 5 * chance


# ---------------------------------------------------------------- noise, brightness, contrast


class Prescribed(np.random.Generator):
    """A generator whose normal numbers are given."""

    def __new__(cls, numbers):
        made = super().__new__(cls, np.random.PCG64(0))
        made.numbers = numbers
        return made

    def __init__(self, numbers):
        super().__init__(np.random.PCG64(0))

    def standard_normal(self, size=None, dtype=np.float64, out=None):
        return np.asarray(self.numbers, dtype).reshape(size)


def gauss(*ends):
    """Nodes and weights of Gauss and Legendre, which integrate smooth functions between the ends."""
    x, w = np.polynomial.legendre.leggauss(60)
    spans = list(itertools.pairwise(ends))
    nodes = np.concatenate([(b - a) / 2 * x + (a + b) / 2 for a, b in spans])
    return nodes, np.concatenate([(b - a) / 2 * w for a, b in spans])


GREYS = [(0.0, 0.3), (0.25, 0.1), (0.5, 0.4), (0.9, 0.2), (1.0, 0.5)]


def mean_of_noisy(grey, s):
    """The mean of the code's clipped noise on a grey, by quadrature between the places where it is clipped."""
    t, weights = gauss(-9, *np.clip([-grey / s, (1 - grey) / s], -9, 9), 9)
    density = np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi)
    noisy = gaussian_noise(np.full((1, len(t)), grey), s, rng=Prescribed(t))
    return (weights * density * noisy[0]).sum()


@pytest.mark.binds("noise-grey", "genmodels.augmentation:gaussian_noise")
@pytest.mark.parametrize(("grey", "s"), GREYS)
def test_the_mean_of_clipped_noise_is_the_claims(grey, s):
    agree(mean_of_noisy(grey, s), float(instantiate(formula("noise-grey"), grey=grey, s=s).item()))


@pytest.mark.binds("noise-grey", "genmodels.augmentation:gaussian_noise", twin=True)
def test_a_mean_without_the_clips_is_noticed():
    for wrong in mistakes("noise-grey"):
        disagree(mean_of_noisy(0.9, 0.4), float(np.squeeze(value(wrong, grey=0.9, s=0.4))))


def mean_of_brightened(a):
    """The mean of the code's clipped brightness over greys that are equally frequent."""
    greys, weights = gauss(0, min(1, 1 / a), 1)
    return (weights * brightness(greys[None], a)[0]).sum()


BRIGHT = {"brightness-darker": [0.3, 0.8, 1.0], "brightness-brighter": [1.0, 1.2, 3.0]}


@pytest.mark.binds("brightness-darker", "genmodels.augmentation:brightness")
@pytest.mark.binds("brightness-brighter", "genmodels.augmentation:brightness")
@pytest.mark.parametrize("label", BRIGHT)
def test_the_mean_of_clipped_brightness_is_the_claims(label):
    for a in BRIGHT[label]:
        agree(mean_of_brightened(a), instantiate(formula(label), factor=a))


@pytest.mark.binds("brightness-darker", "genmodels.augmentation:brightness", twin=True)
@pytest.mark.binds("brightness-brighter", "genmodels.augmentation:brightness", twin=True)
def test_brightness_that_is_not_clipped_is_noticed():
    for wrong in mistakes("brightness-brighter"):
        disagree(mean_of_brightened(1.2), instantiate(wrong, factor=1.2))
    for wrong in mistakes("brightness-darker"):
        disagree(mean_of_brightened(0.8), value(wrong, factor=0.8))


SPREADS = {
    "contrast-mean": lambda X: X.mean(),
    "contrast-spread": lambda X: X.var(),
}


@pytest.mark.binds("contrast-mean", "genmodels.augmentation:contrast")
@pytest.mark.binds("contrast-spread", "genmodels.augmentation:contrast")
@pytest.mark.parametrize("label", SPREADS)
@pytest.mark.parametrize("a", [0.0, 0.5, 1.7])
def test_mean_and_variance_after_contrast_are_the_claims(image, label, a):
    x = image.ravel()

    agree(SPREADS[label](contrast(x[None], a, clip=False)), value(formula(label), x=x, factor=a))


@pytest.mark.binds("contrast-mean", "genmodels.augmentation:contrast", twin=True)
@pytest.mark.binds("contrast-spread", "genmodels.augmentation:contrast", twin=True)
@pytest.mark.parametrize("label", SPREADS)
def test_another_power_of_the_factor_is_noticed(image, label):
    x = image.ravel()

    for wrong in mistakes(label):
        disagree(SPREADS[label](contrast(x[None], 1.7, clip=False)), instantiate(wrong, x=x, factor=1.7))


def test_clipped_contrast_moves_the_mean_as_the_counterexample_says():
    example = find("contrast-moves-the-mean")
    x = np.array(example.values["x"].tolist(), dtype=float).T

    changed = contrast(x, 1.2)

    agree(changed.mean(), float(example.statement.left.value(Point(example.sizes, example.values))[0]))
    assert changed.mean() > x.mean() + 0.005


# ---------------------------------------------------------------- noise is a penalty


def regression():
    """Samples as rows, what to answer, coefficients, and a deviation."""
    rng = np.random.default_rng(9)
    return rng.normal(size=(2, 3)), rng.normal(size=2), rng.normal(size=3), 0.7


def error_over_signs():
    """The mean squared error of the code's noisy inputs, over all signs of noise of one deviation."""
    X, y, v, s = regression()
    draws = itertools.product([-1, 1], repeat=X.size)
    noisy = (gaussian_noise(X, s, clip=False, rng=Prescribed(draw)) for draw in draws)
    return np.mean([((y - Z @ v) ** 2).mean() for Z in noisy])


@pytest.mark.binds("ridge-noise", "genmodels.augmentation:gaussian_noise")
def test_noisy_inputs_cost_what_the_penalty_costs():
    X, y, v, s = regression()

    agree(error_over_signs(), instantiate(formula("ridge-noise"), X=X.T, targets=y, coef=v, s=s))


@pytest.mark.binds("ridge-noise", "genmodels.augmentation:gaussian_noise", twin=True)
def test_a_missing_or_wrong_penalty_is_noticed():
    X, y, v, s = regression()

    for wrong in mistakes("ridge-noise"):
        disagree(error_over_signs(), value(wrong, X=X.T, targets=y, coef=v, s=s))


def test_the_best_coefficients_solve_the_equation_of_ridge_regression():
    """ridge-optimum: the claim's coefficients are those of the usual formula, whose slope vanishes."""
    X, y, _, s = regression()
    S_inv = np.linalg.inv(X.T @ X + len(X) * s**2 * np.eye(3))

    best = instantiate(claim("ridge-optimum").given[0].right, S_inv=S_inv, X=X.T, targets=y)[:, 0]

    agree(best, np.linalg.solve(X.T @ X / len(X) + s**2 * np.eye(3), X.T @ y / len(X)))
    agree(instantiate(formula("ridge-gradient"), X=X.T, targets=y, coef=best, s=s), np.zeros(3))


# ---------------------------------------------------------------- what the sheet's program does


def test_the_sheets_draws_have_the_chances_of_the_claims():
    """The draws of a batch in the sheet's order: whether, which of four kinds, and which of two flips."""
    state, n, counts = np.random.RandomState(0), 60_000, dict.fromkeys(("none", "flip", "noise"), 0)
    for _ in range(n):
        if state.rand() >= 0.5:
            counts["none"] += 1
            continue
        kind = state.choice(4)
        counts["noise"] += kind == 1
        counts["flip"] += kind == 0 and state.rand() < 0.5

    labels = {"none": "batch-unchanged", "flip": "batch-flip", "noise": "batch-operation"}
    for what, label in labels.items():
        chance = float(formula(label).value(Point({}))[0])
        assert abs(counts[what] / n - chance) < 4 * np.sqrt(chance * (1 - chance) / n)
        for wrong in mistakes(label):
            assert abs(counts[what] / n - float(wrong.value(Point({}))[0])) > 8 * np.sqrt(chance * (1 - chance) / n)


def test_the_sheets_batch_takes_one_size_of_flat_images_only():
    """batch-square, batch-columns: rows of 784 numbers; 1000 columns of such images are 784 rows of 1000."""
    assert np.zeros(784).reshape(28, 28).shape == (28, 28)
    for length in (64, 1000):
        with pytest.raises(ValueError, match="cannot reshape"):
            np.zeros(length).reshape(28, 28)


def test_the_sheets_crop_takes_no_colours():
    """crop-colour: two lengths are read off a shape with three."""
    with pytest.raises(ValueError, match="too many values"):
        _h, _w = np.zeros((28, 28, 3)).shape


def test_the_numerals_of_the_counterexamples_are_exchanged_by_the_code():
    for label, change in {
        "flip-two-is-five": flip_horizontal,
        "half-turn-six-is-nine": lambda X: rotate(X, 180),
    }.items():
        values = {name: np.array(m.tolist(), dtype=float) for name, m in find(label).values.items()}

        np.testing.assert_array_equal(change(values["B"][None])[0], values["B_2"])
        assert (values["B"] != values["B_2"]).any()
