"""Augmentation: flips, rotations, crops, noise, brightness and contrast of images, and policies that keep labels.

Chapter "Augmentation"; the sheet's listing ``DataAugmentation``.

=============  ====================================================  ==================
letter         meaning                                               shape
=============  ====================================================  ==================
n, h, w, c     images, their rows, columns and channels of colour
X              images; flat rows need ``image_shape``                (n, h, w),
                                                                     (n, h, w, c), (n, d)
images         the same, opened                                      (n, h, w, c)
rows, columns  where greys come from, in pixels                      (m, h, w), m = n or 1
xi_1, xi_2     how far that lies beyond the pixels above and left    (m, h, w, 1)
=============  ====================================================  ==================

Every function returns a new array of the layout and the type of `X`; what is given is never changed.
Flips, rotations and crops take any real numbers.  Noise, brightness and contrast take floats; they clip to [0, 1] as
the sheet does, unless ``clip=False``, and so refuse bytes and whatever else lies outside.

Contents: `flip_horizontal`, `flip_vertical`, `rotate`, `random_crop`; `gaussian_noise`, `brightness`, `contrast`;
`Augmenter`, a policy, with `OPERATIONS`, what it may do, and `UNSAFE`, what is known to change labels.
"""

import math
import numbers
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from genmodels.validation import (
    check_choice,
    check_count,
    check_flag,
    check_number,
    check_rng,
    check_unit_interval,
)

Array = NDArray[Any]
ImageShape = Sequence[int] | None
_CHUNK = 2**18  # pixels that are interpolated at once
_BORDER = 1e-9  # pixels beyond the border that are rounding

# ---------------------------------------------------------------- flips, rotations, crops


def flip_horizontal(X: ArrayLike, *, image_shape: ImageShape = None) -> Array:
    """Reverse the columns of every image.

    Parameters
    ----------
    X : array-like, shape (n, h, w), (n, h, w, c) or (n, d)
    image_shape : (h, w) or (h, w, c), optional
        Wanted for flat rows.

    Returns
    -------
    array of the shape and type of `X`

    Raises
    ------
    ValueError
        If `X` is no batch of images of finite real numbers.

    Examples
    --------
    >>> flip_horizontal([[[1, 2], [3, 4]]])
    array([[[2, 1],
            [4, 3]]])
    """
    images, close = _opened(X, image_shape)
    return close(images[:, :, ::-1])


def flip_vertical(X: ArrayLike, *, image_shape: ImageShape = None) -> Array:
    """Reverse the rows of every image; parameters, result and errors as in `flip_horizontal`."""
    images, close = _opened(X, image_shape)
    return close(images[:, ::-1])


def rotate(X: ArrayLike, angle: ArrayLike, *, fill: float = 0, image_shape: ImageShape = None) -> Array:
    """Turn every image to the left around its middle.

    The grey of a pixel is that of the place from which the rotation brings it, interpolated between the four pixels
    around that place.  Places outside of the image have the grey `fill`.  Of a square image quarter turns are exact:
    four of them return it bit for bit.

    Parameters
    ----------
    X : array-like, shape (n, h, w), (n, h, w, c) or (n, d)
    angle : float or array-like of shape (n,)
        In degrees, one for all images or one for each.
    fill : float, default 0
    image_shape : (h, w) or (h, w, c), optional
        Wanted for flat rows.

    Returns
    -------
    array of the shape and type of `X`
        No grey lies outside the range of its image, `fill` excepted; whole numbers are rounded.

    Raises
    ------
    ValueError
        If `X` is no batch of images of finite real numbers, an angle is not finite, there is neither one angle nor
        one for each image, or `X` can't hold `fill`.

    Examples
    --------
    >>> rotate([[[1, 2], [3, 4]]], 90)
    array([[[2, 4],
            [1, 3]]])
    """
    images, close = _opened(X, image_shape)
    angles = np.atleast_1d(np.mod(_one_or_each("angle", angle, len(images)), 360))  # (m,)
    fill = _fitting(fill, images.dtype)
    turned = np.empty_like(images)
    h, w = images.shape[1:3]
    for part, some in _parts(angles, images):
        if len(some) == 1 and some[0] % (90 if h == w else 180) == 0:
            turned[part] = np.rot90(images[part], int(some[0] // 90), axes=(1, 2))
        else:
            turned[part] = interpolate(images[part], *sources(some, h, w), fill)
    return close(turned)


def sources(angles: Array, h: int, w: int) -> tuple[Array, Array]:
    """Find the places from which rotations by `angles`, in degrees, bring the greys of the pixels.

    Parameters
    ----------
    angles : array, shape (m,)
    h, w : int

    Returns
    -------
    rows, columns : arrays, shape (m, h, w)
        The rotation turned back, around the middle of the image.
    """
    radians = np.deg2rad(angles)[:, None, None]  # (m, 1, 1)
    exact = angles[:, None, None] % 90 == 0
    cos, sin = (np.where(exact, np.rint(f(radians)), f(radians)) for f in (np.cos, np.sin))
    down, right = np.arange(h)[:, None] - (h - 1) / 2, np.arange(w) - (w - 1) / 2  # (h, 1), (w,)
    return cos * down + sin * right + (h - 1) / 2, -sin * down + cos * right + (w - 1) / 2


def interpolate(images: Array, rows: Array, columns: Array, fill: float = 0) -> Array:
    """Take the greys of images at places between their pixels.

    Parameters
    ----------
    images : array, shape (n, h, w, c)
    rows, columns : arrays, shape (n, ...) or (1, ...)
        Places, in pixels from the first row and the first column; one axis for the images, two for the result.
    fill : float
        The grey of places outside.

    Returns
    -------
    array of the type of `images`, shape (n, ..., c)
    """
    _, h, w, _ = images.shape
    outside = (rows < -_BORDER) | (rows > h - 1 + _BORDER) | (columns < -_BORDER) | (columns > w - 1 + _BORDER)
    rows, columns = np.clip(rows, 0, h - 1), np.clip(columns, 0, w - 1)
    i, j = (np.floor(place).astype(np.intp) for place in (rows, columns))  # (m, ...)
    below, beside = np.minimum(i + 1, h - 1), np.minimum(j + 1, w - 1)
    xi_1, xi_2 = (rows - i)[..., None], (columns - j)[..., None]  # (m, ..., 1)
    greys = (
        (1 - xi_1) * (1 - xi_2) * _pick(images, i, j)
        + (1 - xi_1) * xi_2 * _pick(images, i, beside)
        + xi_1 * (1 - xi_2) * _pick(images, below, j)
        + xi_1 * xi_2 * _pick(images, below, beside)
    )  # (n, ..., c)
    lowest, highest = (f(axis=(1, 2, 3), keepdims=True) for f in (images.min, images.max))
    greys = np.where(outside[..., None], fill, np.clip(greys, lowest, highest))
    return (greys if images.dtype.kind == "f" else np.rint(greys)).astype(images.dtype)


def random_crop(
    X: ArrayLike,
    size: int | Sequence[int] | None = None,
    *,
    padding: int = 0,
    fill: float = 0,
    rng: Any = None,
    image_shape: ImageShape = None,
) -> Array:
    """Cut a rectangle out of every image, at a place that is drawn evenly.

    With `padding` and without `size` it shifts the images by up to `padding` pixels in each direction.

    Parameters
    ----------
    X : array-like, shape (n, h, w), (n, h, w, c) or (n, d)
    size : int or (int, int), optional
        Rows and columns of the rectangle; by default those of the image.
    padding : int, default 0
        How many pixels of the grey `fill` are set around each image first.
    fill : float, default 0
    rng : None, int or numpy.random.Generator
    image_shape : (h, w) or (h, w, c), optional
        Wanted for flat rows.

    Returns
    -------
    array of the layout and type of `X`

    Raises
    ------
    ValueError
        If `X` is no batch of images of finite real numbers, a number makes no sense, or the rectangle is larger than
        the padded image.

    Examples
    --------
    >>> random_crop([[[1, 2, 3], [4, 5, 6]]], 1, rng=0).shape
    (1, 1, 1)
    """
    images, close = _opened(X, image_shape)
    padding, rng = check_count("padding", padding, least=0), check_rng(rng, name="rng")
    fill = _fitting(fill, images.dtype)
    margin = (padding, padding)
    padded = np.pad(images, ((0, 0), margin, margin, (0, 0)), constant_values=fill)
    (n, h, w, _), (rows, columns) = padded.shape, _size(size, images.shape[1:3])
    if rows > h or columns > w:
        raise ValueError(
            f"the crop must not be larger than the image, but {rows} × {columns} pixels were wanted of {h} × {w}"
            + (f" (with a padding of {padding})" if padding else "")
        )
    top, left = rng.integers(0, h - rows + 1, n), rng.integers(0, w - columns + 1, n)
    i, j = top[:, None] + np.arange(rows), left[:, None] + np.arange(columns)  # (n, rows), (n, columns)
    return close(padded[np.arange(n)[:, None, None], i[:, :, None], j[:, None, :]])


# ---------------------------------------------------------------- noise, brightness, contrast


def gaussian_noise(
    X: ArrayLike,
    deviation: ArrayLike = 0.1,
    *,
    clip: bool = True,
    rng: Any = None,
    image_shape: ImageShape = None,
) -> Array:
    """Add independent normal noise to every pixel.

    Clipping moves the mean of every grey but the one in the middle; the chapter has the formula.

    Parameters
    ----------
    X : array-like of floats, shape (n, h, w), (n, h, w, c) or (n, d)
    deviation : float or array-like of shape (n,), at least 0, default 0.1
        Standard deviation of the noise, one for all images or one for each.
    clip : bool, default True
        Whether the result is clipped to [0, 1], where `X` has to lie then.
    rng : None, int or numpy.random.Generator
    image_shape : (h, w) or (h, w, c), optional
        What flat rows are images of; noise does not need to know.

    Returns
    -------
    array of the shape and type of `X`

    Raises
    ------
    ValueError
        If `X` holds no finite floats, or lies outside [0, 1] and is to be clipped, or a number makes no sense.

    Examples
    --------
    >>> gaussian_noise([[0.5, 1.0]], 0)
    array([[0.5, 1. ]])
    """
    images, close = _greys(X, image_shape, clip, "noise")
    rng, s = check_rng(rng, name="rng"), _each("deviation", deviation, images)
    noise = rng.standard_normal(images.shape, np.float32 if images.dtype.itemsize < 8 else np.float64)
    return close(_finished(lambda: images + s * noise, clip, images.dtype))


def brightness(X: ArrayLike, factor: ArrayLike, *, clip: bool = True, image_shape: ImageShape = None) -> Array:
    """Multiply every grey by a factor; parameters, result and errors as in `contrast`."""
    images, close = _greys(X, image_shape, clip, "brightness")
    a = _each("factor", factor, images)
    return close(_finished(lambda: a * images, clip, images.dtype))


def contrast(X: ArrayLike, factor: ArrayLike, *, clip: bool = True, image_shape: ImageShape = None) -> Array:
    """Move every grey away from the mean of its image, by a factor.

    All channels of a colour image have one mean, so that what is grey in it stays grey.

    Parameters
    ----------
    X : array-like of floats, shape (n, h, w), (n, h, w, c) or (n, d)
    factor : float or array-like of shape (n,), at least 0
        One for all images or one for each; 1 changes nothing.
    clip : bool, default True
        Whether the result is clipped to [0, 1], where `X` has to lie then.
    image_shape : (h, w) or (h, w, c), optional
        What flat rows are images of; this operation does not need to know.

    Returns
    -------
    array of the shape and type of `X`

    Raises
    ------
    ValueError
        If `X` holds no finite floats, or lies outside [0, 1] and is to be clipped, or a factor makes no sense.

    Examples
    --------
    >>> contrast([[0.25, 0.75]], 2)
    array([[0., 1.]])
    """
    images, close = _greys(X, image_shape, clip, "contrast")
    a = _each("factor", factor, images)
    mean = images.mean(axis=(1, 2, 3), keepdims=True, dtype=np.float64).astype(a.dtype)  # (n, 1, 1, 1)
    return close(_finished(lambda: a * (images - mean) + mean, clip, images.dtype))


# ---------------------------------------------------------------- policies


class Operation(NamedTuple):
    """What a policy may do: the function, the setting that may be drawn for each image, other settings."""

    function: Callable[..., Array]
    drawn: str | None = None
    others: tuple[str, ...] = ()
    random: bool = False


OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "flip_horizontal": Operation(flip_horizontal),
        "flip_vertical": Operation(flip_vertical),
        "rotate": Operation(rotate, "angle", ("fill",)),
        "random_crop": Operation(random_crop, None, ("padding", "fill"), random=True),
        "gaussian_noise": Operation(gaussian_noise, "deviation", ("clip",), random=True),
        "brightness": Operation(brightness, "factor", ("clip",)),
        "contrast": Operation(contrast, "factor", ("clip",)),
    }
)
STEEPEST = 45.0  # degrees; beyond it an image is nearer to another quarter turn than to its own place

# What is known to change labels, and an example.
UNSAFE: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "digits": {
            "flip_horizontal": "a flipped 2 is read as a 5",
            "flip_vertical": "a flipped 2 is read as a 5",
            "rotate": "a 6 turned by half is a 9",
        },
        "letters": {
            "flip_horizontal": "a flipped b is a d",
            "flip_vertical": "a flipped b is a p",
            "rotate": "an N turned by a quarter is a Z",
        },
        "shapes": {},
    }
)


@dataclass(frozen=True)
class Augmenter:
    """A policy: operations, each done to each image with its own chance, in order.

    Parameters
    ----------
    kind : {"digits", "letters", "shapes"} or None
        What the images show. Operations that are known to change the labels of this kind are refused: flips of digits
        and letters, and their rotations by more than 45 degrees. None means that nothing is known, or refused.
    steps : sequence of tuples
        Each is (operation, chance) or (operation, chance, settings). ``operation`` is the name of a function of this
        module. ``settings`` are its arguments; a pair (low, high) in place of an angle, a deviation or a factor is
        drawn evenly between its ends, for each image.
    allow : sequence of str, optional
        Operations that are not refused, though they are known to change labels.
    image_shape : (h, w) or (h, w, c), optional
        Wanted for flat rows.

    Raises
    ------
    ValueError
        If an operation is unknown or refused, or a chance or a setting makes no sense.

    Examples
    --------
    >>> policy = Augmenter("digits", [("random_crop", 1, {"padding": 1}), ("rotate", 0.5, {"angle": (-15, 15)})])
    >>> policy(np.zeros((10, 8, 8)), rng=0).shape
    (10, 8, 8)
    >>> Augmenter("digits", [("flip_horizontal", 0.5)])
    Traceback (most recent call last):
    ValueError: flip_horizontal changes labels of digits (a flipped 2 is read as a 5): leave it out, or allow it by ...
    """

    kind: str | None
    steps: Sequence[tuple[Any, ...]]
    allow: Sequence[str] = ()
    image_shape: ImageShape = None

    def __post_init__(self) -> None:
        if self.kind is not None:
            check_choice("kind", self.kind, UNSAFE)
        for name, wanted in (("steps", "steps"), ("allow", "names of operations")):
            given = getattr(self, name)
            if isinstance(given, str) or not isinstance(given, Sequence):
                raise ValueError(f"{name} must be a sequence of {wanted}, but {given!r} was given")  # noqa: TRY004
        object.__setattr__(self, "allow", tuple(check_choice("allow", name, OPERATIONS) for name in self.allow))
        object.__setattr__(self, "steps", tuple(_step(step) for step in self.steps))
        for name, _, settings in self.steps:
            reason = UNSAFE[self.kind].get(name) if self.kind is not None else None
            mild = name == "rotate" and np.abs(settings["angle"]).max() <= STEEPEST
            if reason and not mild and name not in self.allow:
                limit = f" by more than {STEEPEST:g} degrees" if name == "rotate" else ""
                raise ValueError(
                    f"{name}{limit} changes labels of {self.kind} ({reason}): "
                    f"leave it out, or allow it by allow=({name!r},)"
                )

    def __call__(self, X: ArrayLike, rng: Any = None) -> Array:
        """Return the images changed at random.

        Parameters
        ----------
        X : array-like, shape (n, h, w), (n, h, w, c) or (n, d)
        rng : None, int or numpy.random.Generator

        Returns
        -------
        array of the shape and type of `X`

        Raises
        ------
        ValueError
            As the operations do.
        """
        images, close = _opened(X, self.image_shape)
        images, rng = images.copy(), check_rng(rng, name="rng")
        for name, chance, settings in self.steps:
            chosen = rng.random(len(images)) < chance
            if chosen.any():
                images[chosen] = _done(OPERATIONS[name], images[chosen], settings, rng)
        return close(images)


def _done(operation: Operation, images: Array, settings: Mapping[str, Any], rng: np.random.Generator) -> Array:
    """The images after an operation, what is to be drawn for each drawn."""
    settings = dict(settings)
    if operation.drawn is not None:
        low, high = settings[operation.drawn]
        settings[operation.drawn] = rng.uniform(low, high, len(images))
    if operation.random:
        settings["rng"] = rng
    return operation.function(images, **settings)


def _step(step: Any) -> tuple[str, float, Mapping[str, Any]]:
    """A step in full: the setting that may be drawn is a pair."""
    if isinstance(step, str) or not isinstance(step, Sequence) or len(step) not in (2, 3):
        raise ValueError(f"a step must be (operation, chance) or (operation, chance, settings), but {step!r} was given")
    name, chance, settings = (*step, {})[:3]
    operation = OPERATIONS[check_choice("operation", name, OPERATIONS)]
    if not isinstance(settings, Mapping):
        raise ValueError(f"the settings of {name} must be a mapping, but {settings!r} was given")  # noqa: TRY004
    known = (*((operation.drawn,) if operation.drawn else ()), *operation.others)
    if unknown := sorted(set(settings) - set(known), key=repr):
        raise ValueError(f"{name} has the settings {', '.join(known) or 'none'}, but {unknown[0]!r} was given")
    settings = dict(settings)
    if operation.drawn:
        if operation.drawn not in settings:
            raise ValueError(f"{name} needs the setting {operation.drawn}: a number, or a pair (low, high)")
        settings[operation.drawn] = _pair(operation.drawn, settings[operation.drawn])
    _try(name, operation, settings)
    if check_number("the chance", chance, least=0) > 1:
        raise ValueError(f"the chance must be at most 1, but {chance!r} was given")
    return name, float(chance), settings


def _try(name: str, operation: Operation, settings: Mapping[str, Any]) -> None:
    """Refuse settings now that the operation would refuse later."""
    for end in settings[operation.drawn] if operation.drawn else (None,):
        tried = {**settings, operation.drawn: end} if operation.drawn else settings
        try:
            operation.function(np.zeros((1, 1, 1)), **tried)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error


def _pair(name: str, value: Any) -> tuple[float, float]:
    if isinstance(value, numbers.Real):
        value = (value, value)
    if isinstance(value, str) or not isinstance(value, Sequence) or len(value) != 2:
        raise ValueError(f"{name} must be a number or a pair (low, high), but {value!r} was given")
    low, high = (check_number(name, end) for end in value)
    if low > high:
        raise ValueError(f"{name} must be a pair (low, high), but {value!r} was given")
    return low, high


# ---------------------------------------------------------------- layouts


def _opened(X: ArrayLike, image_shape: ImageShape, *, flat: bool = False) -> tuple[Array, Callable[[Array], Array]]:
    """Open images to the shape (n, h, w, c), and say how to bring others to the layout of `X`.

    The result may share memory with `X`; closing makes a copy.
    """
    X = np.asarray(X, order="C")
    if X.dtype.kind not in "biuf":
        raise ValueError(f"X must hold real numbers, but it has the type {X.dtype}")
    if X.ndim not in (2, 3, 4):
        raise ValueError(
            f"X must have the shape (n, h, w), (n, h, w, c) or, as flat rows, (n, d), but {X.shape} was given; "
            "a single image is X[None]"
        )
    if X.size == 0:
        raise ValueError(f"X must hold at least one image with at least one pixel, but has the shape {X.shape}")
    shape = _image_shape(X, image_shape, flat)
    if not np.isfinite(X).all():
        first = int(np.argwhere(~np.isfinite(X))[0, 0])
        raise ValueError(f"X contains NaN or infinity (first in image {first}); finite numbers are wanted")
    channels = shape[2:]

    def close(images: Array) -> Array:
        closed = np.array(images, X.dtype, order="C")  # a copy
        if X.ndim == 2:
            return closed.reshape(len(closed), -1)
        return closed.reshape(*closed.shape[:3], *channels)

    return X.reshape(len(X), *shape[:2], *(channels or (1,))), close


def _image_shape(X: Array, image_shape: ImageShape, flat: bool) -> tuple[int, ...]:
    """The shape of one image."""
    if image_shape is None:
        if X.ndim > 2:
            return X.shape[1:]
        if flat:
            return 1, X.shape[1]
        raise ValueError(f"flat rows need image_shape=(h, w) or (h, w, c); X has the shape {X.shape}")
    if isinstance(image_shape, str) or not isinstance(image_shape, Sequence) or len(image_shape) not in (2, 3):
        raise ValueError(f"image_shape must be (h, w) or (h, w, c), but {image_shape!r} was given")
    shape = tuple(check_count("image_shape", size) for size in image_shape)
    fits = math.prod(shape) == X.shape[1] if X.ndim == 2 else shape == X.shape[1:]
    if not fits:
        raise ValueError(f"image_shape is {shape}, but X has the shape {X.shape}")
    return shape


def _greys(X: ArrayLike, image_shape: ImageShape, clip: bool, what: str) -> tuple[Array, Callable[[Array], Array]]:
    """Open images of floats, in [0, 1] if they are to be clipped."""
    images, close = _opened(X, image_shape, flat=True)
    if images.dtype.kind != "f":
        raise ValueError(
            f"{what} needs floats, but X has the type {images.dtype}: bytes from 0 to 255 become greys by X / 255"
        )
    if check_flag("clip", clip):
        check_unit_interval(images, f"{what} clips its result", "clip=False")
    return images, close


def _finished(change: Callable[[], Array], clip: bool, dtype: np.dtype) -> Array:
    """The changed greys, clipped if they are to be; numbers that the type can't hold are refused."""
    with np.errstate(over="ignore"):
        images = change()
    images = np.clip(images, 0, 1) if clip else images
    if not np.abs(images).max() <= np.finfo(dtype).max:
        raise ValueError(f"the result holds numbers too large for the type {dtype} of X")
    return images


def _one_or_each(name: str, value: ArrayLike, n: int, least: float = -math.inf) -> Array:
    """A number, or one for each of `n` images, as floats of the shape () or (n,)."""
    given = np.asarray(value)
    if given.ndim == 0:
        return np.asarray(check_number(name, given.item(), least=least))
    if given.shape != (n,) or given.dtype.kind not in "iuf":
        raise ValueError(
            f"{name} must be one number or {n} numbers, one for each image, "
            f"but an array of the shape {given.shape} and the type {given.dtype} was given"
        )
    for one in given.tolist():
        check_number(name, one, least=least)
    return given.astype(np.float64)


def _each(name: str, value: ArrayLike, images: Array) -> Array:
    """A number of at least 0 for all images or for each, in their precision, to be multiplied with them."""
    given = _one_or_each(name, value, len(images), least=0)
    if given.max() > np.finfo(images.dtype).max:
        raise ValueError(f"{name} is too large for the type {images.dtype} of X: {given.max():g} was given")
    return given.astype(images.dtype).reshape(-1, 1, 1, 1)  # (m, 1, 1, 1)


def _parts(angles: Array, images: Array) -> Iterator[tuple[Any, Array]]:
    """Some images at a time with their angles, or with the one that they share."""
    step = max(1, _CHUNK // math.prod(images.shape[1:]))
    if len(angles) == 1:
        for start in range(0, len(images), step):
            yield slice(start, start + step), angles
        return
    straight = angles % 90 == 0
    for quarter in np.unique(angles[straight]):
        yield angles == quarter, np.array([quarter])
    (others,) = np.nonzero(~straight)
    for start in range(0, len(others), step):
        some = others[start : start + step]
        yield some, angles[some]


def _pick(images: Array, i: Array, j: Array) -> Array:
    """The greys in the rows `i` and columns `j`, one choice for each image or one for all."""
    n, _, w, c = images.shape
    pixels = images.reshape(n, -1, c)
    place = (i * w + j).reshape(len(i), -1)  # (m, pixels)
    greys = pixels[:, place[0]] if len(i) == 1 else np.take_along_axis(pixels, place[..., None], axis=1)
    return greys.reshape(n, *i.shape[1:], c).astype(np.result_type(images.dtype, np.float64))


def _size(size: int | Sequence[int] | None, own: Sequence[int]) -> tuple[int, int]:
    """Rows and columns of a crop."""
    given = own if size is None else (size, size) if isinstance(size, numbers.Integral) else size
    if isinstance(given, str) or not isinstance(given, Sequence) or len(given) != 2:
        raise ValueError(f"size must be one number or (rows, columns), but {size!r} was given")
    rows, columns = (check_count("size", number) for number in given)
    return rows, columns


def _fitting(fill: float, dtype: np.dtype) -> float:
    """The grey `fill`, if an array of this type can hold it."""
    fill = check_number("fill", fill)
    with np.errstate(over="ignore", invalid="ignore"):
        held = np.asarray(fill).astype(dtype)
    if not (np.isfinite(held) if dtype.kind == "f" else float(held) == fill):
        raise ValueError(f"fill must be a grey that the type {dtype} of X can hold, but {fill:g} was given")
    return fill
