"""Augmentation of images: exact where it can be, right everywhere else, and never silent."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from genmodels import augmentation
from genmodels.augmentation import (
    OPERATIONS,
    STEEPEST,
    UNSAFE,
    Augmenter,
    brightness,
    contrast,
    flip_horizontal,
    flip_vertical,
    gaussian_noise,
    interpolate,
    random_crop,
    rotate,
)

N, H, W, C = 4, 5, 6, 3
LAYOUTS = {"grey": ((N, H, W), None), "colour": ((N, H, W, C), None)}
LAYOUTS |= {"flat grey": ((N, H * W), (H, W)), "flat colour": ((N, H * W * C), [H, W, C])}
CALLS = {
    "flip_horizontal": flip_horizontal,
    "flip_vertical": flip_vertical,
    "rotate": lambda X, **k: rotate(X, 30, **k),
    "rotate by a quarter": lambda X, **k: rotate(X, 90, **k),
    "rotate each": lambda X, **k: rotate(X, np.linspace(-40, 50, len(np.atleast_1d(X))), **k),
    "random_crop": lambda X, **k: random_crop(X, (2, 3), rng=0, **k),
    "random_crop, padded": lambda X, **k: random_crop(X, padding=2, rng=0, **k),
    "gaussian_noise": lambda X, **k: gaussian_noise(X, rng=0, **k),
    "brightness": lambda X, **k: brightness(X, 1.3, **k),
    "contrast": lambda X, **k: contrast(X, 1.3, **k),
    "Augmenter": lambda X, image_shape=None: Augmenter(
        None, [("rotate", 0.5, {"angle": (-15, 15)}), ("contrast", 0.5, {"factor": (0.5, 2)})], image_shape=image_shape
    )(X, rng=0),
}
ANY_NUMBERS = ["flip_horizontal", "flip_vertical", "rotate", "rotate by a quarter", "random_crop, padded"]
FLOATS = ["gaussian_noise", "brightness", "contrast"]
calls = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


@pytest.fixture(params=LAYOUTS.values(), ids=LAYOUTS)
def batch(request):
    """Images in every layout, the shape of one where it is wanted, and the same images opened."""
    shape, image_shape = request.param
    X = np.random.default_rng(1).random(shape)
    return X, {"image_shape": image_shape} if image_shape else {}, X.reshape(N, H, W, -1)


def image(*shape, dtype=np.float64, seed=2):
    values = np.random.default_rng(seed).random(shape)
    return values.astype(dtype) if np.dtype(dtype).kind == "f" else (values * 200).astype(dtype)


def same(one, other):
    """Bit for bit, type and shape included."""
    assert one.dtype == other.dtype
    assert one.shape == other.shape
    assert one.tobytes() == other.tobytes()


# ---------------------------------------------------------------- flips


@pytest.mark.parametrize(("flip", "axis"), [(flip_horizontal, 2), (flip_vertical, 1)])
def test_a_flip_reverses_one_axis_of_every_layout(batch, flip, axis):
    X, options, opened = batch

    same(flip(X, **options), np.flip(opened, axis).reshape(X.shape))


@pytest.mark.parametrize("flip", [flip_horizontal, flip_vertical])
def test_two_flips_are_none(batch, flip):
    X, options, _ = batch

    same(flip(flip(X, **options), **options), X)


# ---------------------------------------------------------------- rotations

SQUARES = [(N, 4, 4), (N, 5, 5), (N, 1, 1), (N, 6, 6, C), (N, 7, 7, C), (1, 28, 28)]
TYPES = [np.uint8, np.int16, np.uint64, bool, np.float16, np.float32, np.float64]


@pytest.mark.parametrize("angle", [90, -90, 450, 90.0])
@pytest.mark.parametrize("dtype", TYPES, ids=lambda t: np.dtype(t).name)
@pytest.mark.parametrize("shape", SQUARES, ids=str)
def test_four_quarter_turns_return_a_square_image_bit_for_bit(shape, dtype, angle):
    X = image(*shape, dtype=dtype)
    if X.dtype.kind == "f":
        X.flat[0] = -0.0

    turned = rotate(rotate(rotate(rotate(X, angle), angle), angle), angle)

    same(turned, X)


@pytest.mark.parametrize("quarters", range(-5, 6))
@pytest.mark.parametrize("shape", SQUARES, ids=str)
def test_quarter_turns_go_to_the_left_exactly(shape, quarters):
    X = image(*shape)
    X.flat[-1] = -0.0

    same(rotate(X, 90 * quarters), np.ascontiguousarray(np.rot90(X, quarters, axes=(1, 2))))
    same(rotate(X, np.full(len(X), 90.0 * quarters)), rotate(X, 90 * quarters))


@pytest.mark.parametrize("angle", [180, -180, 540, 0, 360, -1e-30])
@pytest.mark.parametrize("shape", [(N, H, W), (N, W, H, C), (N, 1, 6), (N, 6, 1)], ids=str)
def test_half_turns_are_exact_for_every_shape(shape, angle):
    X = image(*shape)
    X.flat[0] = -0.0
    turned = X if angle % 360 in (0, 360) else flip_vertical(flip_horizontal(X))

    same(rotate(X, angle), turned)


@pytest.mark.parametrize("quarters", [1, 3, -1])
@pytest.mark.parametrize("shape", [(N, 5, 7), (N, 9, 3, C), (N, 4, 6)], ids=str)
def test_what_a_quarter_turn_keeps_of_a_rectangle_is_exact(shape, quarters):
    X = image(*shape)
    h, w = shape[1:3]
    side = min(h, w)
    middle = np.s_[:, (h - side) // 2 : (h + side) // 2, (w - side) // 2 : (w + side) // 2]

    turned = rotate(X, 90 * quarters, fill=2)

    same(np.ascontiguousarray(turned[middle]), np.ascontiguousarray(np.rot90(X[middle], quarters, axes=(1, 2))))
    assert (turned == 2).sum() == X.size - turned[middle].size


@pytest.mark.parametrize("fill", [0, 0.3, -2.5])
@pytest.mark.parametrize("angle", [1, -7.5, 15, 30, 45, 60, 90, 123.4, 179.9, 200, 270, 359, -721])
@pytest.mark.parametrize("shape", [(2, 8, 8), (2, 7, 7), (2, 9, 6), (2, 6, 9), (2, 8, 8, 3), (2, 5, 7, 2)], ids=str)
def test_scipy_turns_images_in_the_same_way(shape, angle, fill):
    X = image(*shape)

    wanted = ndimage.rotate(X, angle, axes=(2, 1), order=1, reshape=False, mode="constant", cval=fill)

    np.testing.assert_allclose(rotate(X, angle, fill=fill), wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize("angle", [10.0, -33.0, 77.0, 160.0])
@pytest.mark.parametrize("side", [8, 9])
def test_a_slope_of_grey_is_turned_exactly(side, angle):
    """Between pixels a slope is itself; where its grey comes from is computed with complex numbers."""
    middle = (side - 1) / 2
    down, right = np.mgrid[:side, :side] - middle
    X = (0.3 * down - 0.7 * right + 2)[None]

    turned = rotate(X, angle, fill=np.pi)[0]

    place = (right - 1j * down) * np.exp(-1j * np.deg2rad(angle))  # the plane as usual: up is the imaginary axis
    inside = (np.abs(place.real) <= middle) & (np.abs(place.imag) <= middle)
    wanted = np.where(inside, 0.3 * -place.imag - 0.7 * place.real + 2, np.pi)
    assert 0.5 < inside.mean() < 1
    np.testing.assert_allclose(turned, wanted, rtol=0, atol=1e-13)


def test_every_image_may_have_its_own_angle(batch, monkeypatch):
    X, options, _ = batch
    angles = [12.5, 90, -3, 180]
    alone = np.concatenate([rotate(X[[i]], angles[i], fill=0.2, **options) for i in range(N)])

    together = rotate(X, angles, fill=0.2, **options)
    monkeypatch.setattr(augmentation, "_CHUNK", 1)

    same(together, alone)
    same(rotate(X, angles, fill=0.2, **options), alone)
    same(rotate(X, 12.5, **options), np.concatenate([rotate(X[[i]], 12.5, **options) for i in range(N)]))
    same(rotate(X[::2], angles[::2], fill=0.2, **options), alone[::2])


def test_turning_there_and_back_blurs_a_little_and_not_more():
    """A smooth image: a bump in the middle."""
    down, right = np.mgrid[:21, :21] - 10
    X = np.exp(-(down**2 + (right - 2) ** 2) / 18)[None]

    back = rotate(rotate(X, 25), -25)

    assert 1e-4 < np.abs(back - X)[0, 5:16, 5:16].max() < 0.05


def test_colours_are_turned_alike():
    X = image(N, 7, 8, C)

    turned = rotate(X, 20)

    for channel in range(C):
        same(np.ascontiguousarray(turned[..., channel]), rotate(X[..., channel], 20))


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, bool])
def test_whole_numbers_are_rounded(dtype):
    X = image(N, 6, 6, dtype=dtype)

    turned = rotate(X, 33, fill=1)

    np.testing.assert_array_equal(turned, np.rint(rotate(X.astype(float), 33, fill=1)).astype(dtype))


@given(
    arrays.arrays(np.float64, (2, 4, 5), elements=st.floats(-1e6, 1e6)),
    st.floats(-1e4, 1e4),
    st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_no_grey_leaves_the_range_of_its_image(X, angle, single):
    X = X.astype(np.float32) if single else X

    turned = rotate(X, angle, fill=float(X[0, 0, 0]))

    assert turned[0].max() <= X[0].max()
    assert turned[0].min() >= X[0].min()
    assert turned[1].max() <= max(X[1].max(), X[0, 0, 0])
    assert turned[1].min() >= min(X[1].min(), X[0, 0, 0])


@given(st.floats(-1e300, 1e300), st.floats(-720, 720))
@settings(max_examples=100, deadline=None)
def test_one_grey_stays_one_grey(value, angle):
    X = np.full((1, 5, 4), value)

    same(rotate(X, angle, fill=value), X)


@pytest.mark.parametrize("shape", [(3, 1, 7), (3, 7, 1), (3, 1, 1)])
def test_images_of_one_row_or_column_are_turned_too(shape):
    X = image(*shape)

    wanted = ndimage.rotate(X, 0.5, axes=(2, 1), order=1, reshape=False, cval=0.5)

    np.testing.assert_allclose(rotate(X, 0.5, fill=0.5), wanted, atol=1e-12)


def test_a_place_on_the_border_is_inside_whatever_rounding_says():
    X = np.arange(1.0, 5).reshape(1, 2, 2, 1)
    rows, columns = np.array([[[-1e-12, 1 + 1e-12, -1e-6]]]), np.array([[[0, 1 + 1e-12, 0]]])

    greys = interpolate(X, rows, columns, fill=-1)

    np.testing.assert_allclose(greys[0, 0, :, 0], [1, 4, -1])


# ---------------------------------------------------------------- crops


def numbered(n=1, h=4, w=5, c=None):
    """Images whose greys say where they come from."""
    X = np.arange(h * w, dtype=float).reshape(1, h, w)
    X = np.repeat(X, n, axis=0)
    return X if c is None else X[..., None] + 100 * np.arange(c)


def test_a_crop_is_a_window_of_its_own_image():
    X = numbered(60, c=C) + 1000 * np.arange(60)[:, None, None, None]

    crops = random_crop(X, (2, 3), rng=0)

    assert crops.shape == (60, 2, 3, C)
    for whole, crop in zip(X, crops, strict=True):
        windows = np.lib.stride_tricks.sliding_window_view(whole, (2, 3), axis=(0, 1)).transpose(0, 1, 3, 4, 2)
        assert (windows == crop).all(axis=(2, 3, 4)).sum() == 1


def test_all_crops_are_equally_probable():
    n, places = 20_000, 3 * 3

    crops = random_crop(numbered(n), (2, 3), rng=1)

    counts = np.unique(crops[:, 0, 0], return_counts=True)[1]
    assert len(counts) == places
    assert ((counts - n / places) ** 2 / (n / places)).sum() < 26.1  # 99.9 % of chi squared with eight degrees


@pytest.mark.parametrize("size", [None, (4, 5), [4, 5]])
def test_a_crop_of_the_whole_image_is_the_image(size):
    X = numbered(3)

    same(random_crop(X, size, rng=0), X)


def test_one_number_asks_for_a_square():
    assert random_crop(numbered(), 3, rng=0).shape == (1, 3, 3)
    assert random_crop(numbered(), np.int64(3), rng=0).shape == (1, 3, 3)


def test_flat_rows_give_flat_crops():
    X = numbered(7, c=C)

    crops = random_crop(X.reshape(7, -1), (2, 3), rng=3, image_shape=(4, 5, C))

    same(crops, random_crop(X, (2, 3), rng=3).reshape(7, -1))


def test_with_padding_images_are_shifted_in_all_directions():
    X, shifts = np.zeros((4000, 3, 3)), 5 * 5
    X[:, 1, 1] = 1

    shifted = random_crop(X, padding=2, fill=0.5, rng=0)

    assert shifted.shape == X.shape
    kinds, counts = np.unique(shifted.reshape(4000, -1), axis=0, return_counts=True)
    assert {(tuple(np.argwhere(k.reshape(3, 3) == 1)[0]) if 1 in k else None) for k in kinds} == {
        None, *((i, j) for i in range(3) for j in range(3))
    }  # fmt: skip
    assert len(kinds) == shifts
    assert set(np.unique(shifted)) == {0, 0.5, 1}
    assert np.abs(counts - 4000 / shifts).max() < 5 * np.sqrt(4000 / shifts)


def test_rows_and_columns_of_a_crop_are_drawn_independently():
    crops = random_crop(numbered(4000, 6, 6), 3, rng=5)[:, 0, 0]

    assert abs(np.corrcoef(crops // 6, crops % 6)[0, 1]) < 4 / np.sqrt(4000)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"size": (5, 5)}, "must not be larger than the image, but 5 × 5 pixels were wanted of 4 × 5$"),
        ({"size": (4, 6)}, "4 × 6 pixels were wanted of 4 × 5$"),
        ({"size": 11, "padding": 3}, r"11 × 11 pixels were wanted of 10 × 11 \(with a padding of 3\)"),
        ({"size": 0}, "size must be a whole number of at least 1, but 0 was given"),
        ({"size": (2, 2.5)}, "size must be a whole number of at least 1, but 2.5 was given"),
        ({"size": (2, 2, 2)}, r"size must be one number or \(rows, columns\), but \(2, 2, 2\) was given"),
        ({"size": "22"}, r"size must be one number or \(rows, columns\), but '22'"),
        ({"size": 2.0}, r"size must be one number or \(rows, columns\), but 2.0"),
        ({"padding": -1}, "padding must be a whole number of at least 0, but -1"),
        ({"padding": 1.5}, "padding must be a whole number"),
        ({"fill": np.nan}, "fill must be a number, finite, but nan"),
        ({"rng": -1}, "rng must be None, a whole number of at least 0 or a numpy.random.Generator, but -1"),
    ],
)
def test_crops_that_make_no_sense_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        random_crop(numbered(), **options)


# ---------------------------------------------------------------- noise, brightness, contrast


def test_noise_has_the_deviation_that_was_asked_for():
    X = np.full((2, 200, 200), 0.5)

    noise = gaussian_noise(X, [0.1, 0.02], clip=False, rng=0) - X

    for part, deviation in zip(noise, (0.1, 0.02), strict=True):
        assert abs(part.mean()) < 4 * deviation / 200
        assert abs(part.std() / deviation - 1) < 4 / np.sqrt(2 * 40_000)
    assert abs(np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1]) < 4 / 200


def test_without_a_deviation_noise_has_the_sheets():
    X = np.full((1, 200, 200), 0.5)

    assert abs(gaussian_noise(X, rng=0).std() / 0.1 - 1) < 4 / np.sqrt(2 * 40_000)


def test_noise_is_what_the_generator_gives():
    X = image(N, H, W, C)

    noisy = gaussian_noise(X, 0.3, rng=np.random.default_rng(3))

    wanted = np.clip(X + 0.3 * np.random.default_rng(3).standard_normal(X.shape), 0, 1)
    np.testing.assert_allclose(noisy, wanted, rtol=0, atol=1e-15)


@pytest.mark.parametrize("call", [gaussian_noise, random_crop])
def test_the_same_seed_gives_the_same_bits(call):
    X = image(N, H, W)
    options = {"size": 2} if call is random_crop else {}

    same(call(X, rng=5, **options), call(X, rng=np.random.default_rng(5), **options))
    assert (call(X, rng=6, **options) != call(X, rng=5, **options)).any()
    assert (call(X, **options) != call(X, **options)).any()


@pytest.mark.parametrize("call", [gaussian_noise, brightness, contrast])
def test_results_are_clipped_unless_told_otherwise(call):
    X = np.array([[0, 0.02, 0.5, 0.98, 1]])
    options = {"rng": 0} if call is gaussian_noise else {}

    clipped, free = call(X, 1.9, **options), call(X, 1.9, clip=False, **options)

    assert (clipped.max(), free.max() > 1) == (1, True)
    same(clipped, np.clip(free, 0, 1))
    assert call is brightness or free.min() < 0


def test_brightness_multiplies_every_grey():
    X = image(3, H, W)

    np.testing.assert_allclose(brightness(X, 0.7), 0.7 * X, rtol=1e-15)
    np.testing.assert_allclose(
        brightness(X, [0, 1, 3], clip=False), X * np.array([0, 1, 3.0])[:, None, None], rtol=1e-15
    )


def test_contrast_moves_every_grey_away_from_the_mean_of_its_image(batch):
    X, options, opened = batch
    mean = opened.mean(axis=(1, 2, 3), keepdims=True)

    changed = contrast(X, [0, 0.5, 1, 2], clip=False, **options)

    factor = np.array([0, 0.5, 1, 2])[:, None, None, None]
    np.testing.assert_allclose(changed.reshape(opened.shape), mean + factor * (opened - mean), rtol=0, atol=1e-14)


def test_what_is_grey_in_a_colour_image_stays_grey():
    X = np.concatenate([np.full((1, 2, 2, 3), 0.3), np.tile([0.9, 0.4, 0.1], (1, 2, 2, 1))], axis=1)

    changed = contrast(X, 1.5)

    assert np.ptp(changed[0, :2], axis=-1).max() == 0
    assert np.ptp(changed[0, 2:], axis=-1).min() > 0.5


@pytest.mark.parametrize("call", [brightness, contrast])
def test_black_and_white_images_do_not_feel_a_factor_above_one(call):
    X = (image(N, H, W) > 0.6).astype(float)

    same(call(X, 1.2), X)


def test_flat_rows_of_floats_need_no_shape_where_places_do_not_matter():
    X = image(N, H * W)

    for call in (lambda X: gaussian_noise(X, rng=0), lambda X: brightness(X, 1.1), lambda X: contrast(X, 1.1)):
        same(call(X), call(X.reshape(N, H, W)).reshape(N, -1))


@pytest.mark.parametrize("call", [lambda X, v: gaussian_noise(X, v, rng=0), brightness, contrast])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        (-0.1, "must be a number, at least 0 and finite, but -0.1"),
        (np.nan, "must be a number, at least 0 and finite, but nan"),
        (np.inf, "must be a number.* but inf"),
        ("1", "must be a number.* but '1'"),
        (True, "must be a number.* but True"),
        (None, "must be a number.* but None"),
        ([1, 1], r"must be one number or 4 numbers, one for each image, but an array of the shape \(2,\)"),
        (np.ones((4, 1)), r"but an array of the shape \(4, 1\)"),
        ([1, 1, 1, -1], "but -1 was given"),
        ([1, 1, 1, np.nan], "but nan was given"),
        (["1"] * 4, "and the type <U1 was given"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(call, value, words):
    with pytest.raises(ValueError, match=words):
        call(image(4, 2, 2), value)


@pytest.mark.parametrize("call", [lambda X, v, **k: gaussian_noise(X, v, rng=0, **k), brightness, contrast])
def test_numbers_that_leave_the_type_are_refused(call):
    X = np.array([[0, 0.5, 1]], np.float32)

    with pytest.raises(ValueError, match="too large for the type float32 of X"):
        call(X, 1e39)
    with pytest.raises(ValueError, match="the result holds numbers too large for the type float32 of X"):
        call(X * np.float32(3.4e38), 3e38, clip=False)
    with pytest.raises(ValueError, match="too large for the type float32 of X"):
        call(np.repeat(X, 2, axis=0), [1, 1e39])
    assert np.isfinite(call(X, 1e30)).all()


def test_the_largest_number_of_a_type_is_not_too_large():
    largest = np.finfo(np.float32).max
    X = np.array([[largest, 0]])

    same(brightness(X, 1, clip=False), X)
    same(brightness(X * 0, float(largest)), X * 0)


# ---------------------------------------------------------------- what all of them keep


@calls
def test_nothing_that_is_given_is_changed_or_shared(call):
    for shape in ((N, H, W), (N, H, W, 1), (N, H, W, C), (1, 4, 4)):
        X = image(*shape)
        X.flags.writeable = False
        before = X.copy()

        result = call(X)

        same(X, before)
        assert not np.shares_memory(result, X)
        assert result.flags.writeable
        assert result.flags.c_contiguous


@pytest.mark.parametrize("flip", [flip_horizontal, flip_vertical])
def test_a_flip_of_one_row_and_one_column_is_a_copy(flip):
    X = image(3, 1, 1)

    assert not np.shares_memory(flip(X), X)


@calls
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_type_is_kept(call, dtype):
    X = image(N, 6, 6, dtype=dtype)

    result = call(X)

    assert result.dtype == dtype


@calls
def test_half_and_single_precision_give_the_same_up_to_their_rounding(call):
    """But for noise, of which each precision draws its own."""
    if call is CALLS["gaussian_noise"]:
        call = lambda X: gaussian_noise(X, 0)  # noqa: E731
    X = image(N, 6, 6, dtype=np.float16)

    wanted = call(X.astype(np.float64))

    np.testing.assert_allclose(call(X.astype(np.float32)), wanted, rtol=0, atol=1e-6)
    np.testing.assert_allclose(call(X), wanted, rtol=0, atol=4e-3)


@pytest.mark.parametrize("name", ANY_NUMBERS)
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, bool])
def test_whole_numbers_keep_their_type_where_they_can(name, dtype):
    assert CALLS[name](image(N, 6, 6, dtype=dtype)).dtype == dtype


@calls
def test_lists_and_arrays_that_lie_otherwise_in_memory_are_taken(call):
    X = image(N, 6, 6)

    for other in (X.tolist(), np.asfortranarray(X), X[::-1][::-1], np.repeat(X, 2, axis=2)[:, :, ::2]):
        same(call(other), call(X))


@calls
def test_every_layout_gives_the_same_images(call, batch):
    X, options, opened = batch
    wanted = call(opened)

    result = call(X, **options)

    assert result.ndim == X.ndim
    same(result.reshape(wanted.shape), wanted)


@calls
@pytest.mark.parametrize(
    ("X", "words"),
    [
        (np.zeros(4), r"X must have the shape \(n, h, w\), .* but \(4,\) was given; a single image is X\[None\]"),
        (0.5, r"but \(\) was given"),
        (np.zeros((1, 2, 2, 2, 2)), r"but \(1, 2, 2, 2, 2\) was given"),
        (np.zeros((0, 4, 4)), r"at least one image with at least one pixel, but has the shape \(0, 4, 4\)"),
        (np.zeros((2, 0, 4)), r"at least one pixel, but has the shape \(2, 0, 4\)"),
        (np.zeros((2, 4, 4, 0)), r"at least one pixel, but has the shape \(2, 4, 4, 0\)"),
        (np.array([np.zeros((4, 4)), np.full((4, 4), np.nan)]), r"NaN or infinity \(first in image 1\)"),
        (np.where(np.arange(12).reshape(3, 2, 2) % 5 == 4, np.nan, 0), r"NaN or infinity \(first in image 1\)"),
        (np.full((1, 4, 4), -np.inf), r"NaN or infinity \(first in image 0\)"),
        (np.zeros((1, 4, 4), complex), "must hold real numbers, but it has the type complex128"),
        ([[["a"]]], "must hold real numbers, but it has the type <U1"),
        (np.full((1, 2, 2), None), "must hold real numbers, but it has the type object"),
    ],
)
def test_what_is_no_batch_of_images_is_refused(call, X, words):
    with pytest.raises(ValueError, match=words):
        call(X)


@pytest.mark.parametrize("name", [*ANY_NUMBERS, "rotate each", "random_crop", "Augmenter"])
def test_flat_rows_without_a_shape_are_refused(name):
    with pytest.raises(ValueError, match=r"flat rows need image_shape=.*; X has the shape \(4, 30\)"):
        CALLS[name](np.zeros((4, 30)))


@calls
@pytest.mark.parametrize(
    ("shape", "image_shape", "words"),
    [
        ((4, 30), (5, 5), r"image_shape is \(5, 5\), but X has the shape \(4, 30\)"),
        ((4, 30), (5, 6, 2), r"image_shape is \(5, 6, 2\), but X has the shape"),
        ((4, 5, 6), (6, 5), r"image_shape is \(6, 5\), but X has the shape \(4, 5, 6\)"),
        ((4, 30), (30,), r"image_shape must be \(h, w\) or \(h, w, c\), but \(30,\) was given"),
        ((4, 30), "56", r"image_shape must be \(h, w\) or \(h, w, c\), but '56'"),
        ((4, 30), 30, r"image_shape must be \(h, w\) or \(h, w, c\), but 30"),
        ((4, 30), (5, 6.0), "image_shape must be a whole number of at least 1, but 6.0"),
        ((4, 30), (-5, -6), "image_shape must be a whole number of at least 1, but -5"),
    ],
)
def test_a_shape_that_does_not_fit_is_refused(call, shape, image_shape, words):
    with pytest.raises(ValueError, match=words):
        call(np.zeros(shape), image_shape=image_shape)


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, bool])
def test_greys_that_are_no_floats_are_refused_by_name(name, dtype):
    with pytest.raises(ValueError, match=f"needs floats, but X has the type {np.dtype(dtype)}: bytes .* by X / 255"):
        CALLS[name](image(N, 4, 4, dtype=dtype))


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize("value", [255.0, 1.001, -0.001])
def test_greys_outside_of_the_range_are_refused_where_they_would_be_clipped(name, value):
    X = image(N, 4, 4)
    X[1, 2, 3] = value

    with pytest.raises(ValueError, match=r"must lie in \[0, 1\] because .* clips its result.*scale it, .*clip=False"):
        CALLS[name](X)
    assert CALLS[name](X, clip=False).shape == X.shape
    with pytest.raises(ValueError, match="clip must be True or False, but 1 was given"):
        CALLS[name](X, clip=1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"angle": np.nan}, "angle must be a number, finite, but nan"),
        ({"angle": np.inf}, "angle must be a number, finite, but inf"),
        ({"angle": "90"}, "angle must be a number, finite, but '90'"),
        ({"angle": [1, 2]}, "angle must be one number or 4 numbers"),
        ({"angle": [1, 2, 3, np.inf]}, "angle must be a number, finite, but inf"),
        ({"angle": 3, "fill": np.nan}, "fill must be a number, finite, but nan"),
        ({"angle": 3, "fill": "x"}, "fill must be a number, finite, but 'x'"),
        ({"angle": 3, "fill": 0.5}, "fill must be a grey that the type uint8 of X can hold, but 0.5"),
        ({"angle": 3, "fill": 256}, "fill must be a grey that the type uint8 of X can hold, but 256"),
        ({"angle": 3, "fill": -1}, "fill must be a grey that the type uint8 of X can hold, but -1"),
    ],
)
def test_rotations_that_make_no_sense_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        rotate(image(4, 3, 3, dtype=np.uint8), **options)


def test_a_fill_that_overflows_is_refused():
    with pytest.raises(ValueError, match="can hold, but 1e\\+39"):
        rotate(image(1, 3, 3, dtype=np.float32), 3, fill=1e39)
    assert rotate(image(1, 3, 3, dtype=np.float32), 45, fill=0.1)[0, 0, 0] == np.float32(0.1)


# ---------------------------------------------------------------- policies


@pytest.mark.parametrize("kind", ["digits", "letters"])
@pytest.mark.parametrize("name", ["flip_horizontal", "flip_vertical"])
def test_flips_of_what_can_be_read_are_refused_unless_allowed(kind, name):
    with pytest.raises(
        ValueError, match=rf"{name} changes labels of {kind} \(.*\): leave it out, or allow it by allow=\('{name}',\)"
    ):
        Augmenter(kind, [(name, 0.5)])

    X = image(N, H, W)
    same(Augmenter(kind, [(name, 1)], allow=(name,))(X, rng=0), CALLS[name](X))
    same(Augmenter(None, [(name, 1)])(X, rng=0), CALLS[name](X))
    same(Augmenter("shapes", [(name, 1)])(X, rng=0), CALLS[name](X))


def test_one_operation_is_not_allowed_with_another():
    with pytest.raises(ValueError, match="flip_vertical changes labels"):
        Augmenter("digits", [("flip_horizontal", 1), ("flip_vertical", 1)], allow=("flip_horizontal",))


@pytest.mark.parametrize("kind", ["digits", "letters"])
@pytest.mark.parametrize("angle", [180, (-46, 0), (0, 45.1), -180])
def test_steep_rotations_are_refused_unless_allowed(kind, angle):
    with pytest.raises(ValueError, match=f"rotate by more than 45 degrees changes labels of {kind}"):
        Augmenter(kind, [("rotate", 0.5, {"angle": angle})])

    assert Augmenter(kind, [("rotate", 0.5, {"angle": angle})], allow=["rotate"])
    assert Augmenter(kind, [("rotate", 0.5, {"angle": (-STEEPEST, STEEPEST)})])
    assert Augmenter("shapes", [("rotate", 0.5, {"angle": angle})])


def test_what_is_called_unsafe_can_be_done():
    assert {name for unsafe in UNSAFE.values() for name in unsafe} <= set(OPERATIONS)


ALL = [
    ("random_crop", 0.9, {"padding": 1, "fill": 0.1}),
    ("rotate", 0.8, {"angle": (-30, 30), "fill": 0.2}),
    ("flip_horizontal", 0.5),
    ("gaussian_noise", 0.5, {"deviation": (0, 0.2)}),
    ("brightness", 0.5, {"factor": (0.8, 1.2)}),
    ("contrast", 0.5, {"factor": 1.5}),
]


def test_a_policy_does_what_its_functions_do_in_order():
    X, policy = image(200, H, W), Augmenter(None, ALL)

    changed = policy(X, rng=7)

    rng, wanted = np.random.default_rng(7), X.copy()
    for name, chance, *rest in ALL:
        options = dict(*rest)
        chosen = rng.random(200) < chance
        drawn = OPERATIONS[name].drawn
        if drawn:
            ends = np.broadcast_to(options[drawn], 2)
            options[drawn] = rng.uniform(*ends, chosen.sum())
        if name in ("random_crop", "gaussian_noise"):
            options["rng"] = rng
        wanted[chosen] = getattr(augmentation, name)(wanted[chosen], **options)
    same(changed, wanted)
    assert len({c.tobytes() for c in changed}) == 200


def test_every_image_is_chosen_with_its_chance():
    X = image(4000, 2, 2)

    changed = Augmenter(None, [("flip_horizontal", 0.3)])(X, rng=0)

    share = (changed != X).any(axis=(1, 2)).mean()
    assert abs(share - 0.3) < 4 * np.sqrt(0.3 * 0.7 / 4000)


@pytest.mark.parametrize(("chance", "changes"), [(0, False), (1, True), (0.0, False), (1.0, True)])
def test_never_and_always_mean_what_they_say(chance, changes):
    X = image(300, 2, 3)

    changed = Augmenter(None, [("flip_horizontal", chance)])(X, rng=0)

    assert (changed != X).any(axis=(1, 2)).all() == (changed != X).any() == changes


def test_an_angle_is_drawn_evenly_for_each_image(monkeypatch):
    seen = []
    monkeypatch.setattr(augmentation, "_done", lambda o, X, s, rng: seen.append((o, s, len(X))) or X)
    policy = Augmenter("digits", [("rotate", 1, {"angle": (-10, 20)}), ("rotate", 1, {"angle": 5})])

    policy(image(3, 4, 4), rng=0)
    monkeypatch.undo()
    turned = policy(np.tile(image(1, 9, 9), (500, 1, 1)), rng=0)

    assert [(s["angle"], n) for _, s, n in seen] == [((-10, 20), 3), ((5, 5), 3)]
    assert len({t.tobytes() for t in turned}) == 500


def test_a_policy_keeps_layout_and_type(batch):
    X, options, opened = batch
    policy = Augmenter(None, ALL, **options)

    changed = policy(X.astype(np.float32), rng=3)

    assert changed.dtype == np.float32
    same(changed.reshape(opened.shape), Augmenter(None, ALL)(opened.astype(np.float32), rng=3))
    same(policy(X, rng=3), policy(X, rng=np.random.default_rng(3)))


def test_a_policy_is_data():
    policy = Augmenter("digits", [["rotate", 1, {"angle": 10}], ("contrast", 0.5, {"factor": (1, 2)})])
    X = image(N, 5, 5)

    again = pickle.loads(pickle.dumps(policy))

    assert again == policy
    assert policy.steps == (("rotate", 1.0, {"angle": (10, 10)}), ("contrast", 0.5, {"factor": (1, 2)}))
    same(again(X, rng=1), policy(X, rng=1))
    with pytest.raises(AttributeError):
        policy.kind = None


def test_a_policy_copies_the_settings_that_it_is_given():
    settings = {"angle": 10}
    policy = Augmenter("digits", [("rotate", 1, settings)])

    settings["angle"] = 180

    assert policy.steps[0][2] == {"angle": (10, 10)}


def test_a_policy_without_steps_copies():
    X = image(N, H, W)

    same(Augmenter("digits", [])(X), X)
    assert not np.shares_memory(Augmenter("digits", [])(X), X)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("numbers", []), "kind must be one of 'digits', 'letters', 'shapes', but 'numbers' was given"),
        ((None, "rotate"), "steps must be a sequence of steps, but 'rotate'"),
        ((None, 3), "steps must be a sequence of steps, but 3"),
        ((None, ["rotate"]), r"a step must be \(operation, chance\) or .*, but 'rotate'"),
        ((None, [("rotate",)]), "a step must be"),
        ((None, [("rotate", 1, {"angle": 3}, 4)]), "a step must be"),
        ((None, [3]), "a step must be"),
        ((None, [("spin", 1)]), "operation must be one of 'brightness', .*, but 'spin'"),
        ((None, [("flip_vertical", 1.5)]), "the chance must be at most 1, but 1.5"),
        ((None, [("flip_vertical", -0.1)]), "the chance must be a number, at least 0 and finite, but -0.1"),
        ((None, [("flip_vertical", np.nan)]), "the chance must be a number"),
        ((None, [("flip_vertical", "1")]), "the chance must be a number"),
        ((None, [("flip_vertical", 1, 3)]), "the settings of flip_vertical must be a mapping, but 3"),
        ((None, [("flip_vertical", 1, {"angle": 3})]), "flip_vertical has the settings none, but 'angle'"),
        ((None, [("rotate", 1, {"angel": 3})]), "rotate has the settings angle, fill, but 'angel'"),
        ((None, [("random_crop", 1, {"size": 3})]), "random_crop has the settings padding, fill, but 'size'"),
        ((None, [("rotate", 1)]), r"rotate needs the setting angle: a number, or a pair \(low, high\)"),
        ((None, [("rotate", 1, {"angle": (5, -5)})]), r"angle must be a pair \(low, high\), but \(5, -5\)"),
        ((None, [("rotate", 1, {"angle": (1, 2, 3)})]), "angle must be a number or a pair"),
        ((None, [("rotate", 1, {"angle": "12"})]), "angle must be a number or a pair"),
        ((None, [("rotate", 1, {"angle": (0, np.nan)})]), "angle must be a number, finite, but nan"),
        ((None, [("rotate", 1, {"angle": 3, "fill": np.inf})]), "rotate: fill must be a number, finite, but inf"),
        ((None, [("brightness", 1, {"factor": (-1, 1)})]), "brightness: factor must be a number, at least 0"),
        ((None, [("contrast", 1, {"factor": 1, "clip": 2})]), "contrast: clip must be True or False, but 2"),
        ((None, [("random_crop", 1, {"padding": -1})]), "random_crop: padding must be a whole number"),
        ((None, [], "rotate"), "allow must be a sequence of names of operations, but 'rotate'"),
        ((None, [], ["spin"]), "allow must be one of .*, but 'spin'"),
    ],
)
def test_policies_that_make_no_sense_are_refused_at_once(arguments, words):
    with pytest.raises(ValueError, match=words):
        Augmenter(*arguments)


def test_a_policy_refuses_what_its_operations_refuse():
    policy = Augmenter("digits", [("brightness", 1, {"factor": 1.1})])

    with pytest.raises(ValueError, match="brightness needs floats, but X has the type uint8"):
        policy(image(N, 4, 4, dtype=np.uint8))
    with pytest.raises(ValueError, match="rng must be None"):
        policy(image(N, 4, 4), rng="seed")
