"""Distances and scores of samples: what they are by definition, where they are exact, and what they refuse."""

import math

import numpy as np
import pytest
from scipy import linalg, stats

from genmodels import evaluation
from genmodels.evaluation import (
    frechet_distance,
    frechet_distance_of_moments,
    inception_score,
    kernel_distance,
    kernel_distance_interval,
    polynomial_kernel,
    precision_recall,
)

N, M, D = 5, 7, 3


@pytest.fixture
def samples():
    rng = np.random.default_rng(3)
    return rng.random((N, D)), rng.random((M, D)) + 0.5


# ---------------------------------------------------------------- the Fréchet distance


def by_root(X, Y):
    """The formula as it is usually printed, with SciPy's root of a product."""
    S, T = np.cov(X.T), np.cov(Y.T)
    return ((X.mean(axis=0) - Y.mean(axis=0)) ** 2).sum() + np.trace(S + T - 2 * linalg.sqrtm(S @ T).real)


def moments(X):
    return X.mean(axis=0), np.cov(X.T)


def test_the_distance_is_that_of_the_usual_formula_where_the_root_is_well_conditioned():
    rng = np.random.default_rng(6)
    X = rng.normal(size=(300, 8))
    Y = rng.normal(size=(200, 8)) @ rng.normal(size=(8, 8)) + rng.normal(size=8)

    assert frechet_distance(X, Y) == pytest.approx(by_root(X, Y), rel=1e-12)
    assert frechet_distance_of_moments(*moments(X), *moments(Y)) == pytest.approx(by_root(X, Y), rel=1e-12)
    assert frechet_distance(Y, X) == pytest.approx(frechet_distance(X, Y), rel=1e-12)


SINGULAR = {
    "fewer samples than features": lambda rng: rng.normal(size=(20, 64)),
    "two samples": lambda rng: rng.normal(size=(2, 10)),
    "a single direction": lambda rng: np.outer(rng.normal(size=50), rng.normal(size=8)),
    "constant features": lambda rng: rng.normal(size=(100, 6)) * [1, 0, 2, 0, 1e-6, 0],
    "nearly singular": lambda rng: rng.normal(size=(100, 6)) * 10.0 ** np.arange(0, -12, -2),
    "far from zero": lambda rng: rng.normal(size=(40, 64)) + 10,
}


@pytest.mark.parametrize("kind", SINGULAR)
def test_the_distance_of_samples_from_themselves_is_zero_to_rounding_on_singular_covariances(kind):
    """Nothing is clamped: the rounding may have either sign."""
    X = SINGULAR[kind](np.random.default_rng(7))
    mean, cov = moments(X)
    trace, shuffled = np.trace(cov), np.random.default_rng(8).permutation(X)

    found = [frechet_distance(X, X), frechet_distance(X, shuffled), frechet_distance_of_moments(mean, cov, mean, cov)]

    assert np.abs(found).max() <= 1e-12 * trace


def test_a_distance_of_equal_samples_is_not_clamped_at_zero():
    rng = np.random.default_rng(9)

    found = [frechet_distance(X, X) for X in rng.normal(size=(50, 20, 30))]

    assert min(found) < 0 < max(found)


def test_samples_without_any_spread_have_the_distance_of_their_means():
    X, Y = np.tile([1.0, 2.0, 3.0], (4, 1)), np.tile([1.0, 4.0, 0.0], (5, 1))

    assert frechet_distance(X, Y) == 13
    assert frechet_distance_of_moments(X[0], np.zeros((3, 3)), Y[0], np.zeros((3, 3))) == 13


def test_covariances_with_one_direction_each_are_told_apart():
    """A root of a singular product: the two directions are orthogonal, so that nothing is shared."""
    assert frechet_distance_of_moments([0, 0], np.diag([4, 0]), [0, 0], np.diag([0, 9])) == 13
    assert frechet_distance_of_moments([0, 0], np.diag([4, 0]), [0, 0], np.diag([9, 0])) == pytest.approx(1)


@pytest.mark.parametrize(("d", "n"), [(4, 400), (16, 400)])
def test_the_bias_of_a_sample_is_that_of_the_formula(d, n):
    """Standard normal samples against the truth: d/n + d (d + 1)/(4n), within five per cent."""
    rng = np.random.default_rng(10)
    truth = np.zeros(d), np.eye(d)

    found = np.mean([frechet_distance_of_moments(*moments(rng.normal(size=(n, d))), *truth) for _ in range(1500)])

    assert found / (d / n + d * (d + 1) / (4 * n)) == pytest.approx(1, abs=0.05)


def test_covariances_up_to_rounding_are_taken():
    cov = np.array([[1.0, 0.5], [0.5 + 1e-12, 0.25 - 1e-12]])

    assert frechet_distance_of_moments([0, 0], cov, [0, 0], np.zeros((2, 2))) == pytest.approx(1.25, abs=1e-9)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([0, 0], np.eye(3), [0, 0, 0], np.eye(3)), "mean_1 has 2 features, but cov_1 is expecting 3 features"),
        (([0, 0], np.eye(2), [0], np.eye(2)), "mean_2 has 1 features, but cov_1 is expecting 2 features"),
        (([0, 0], np.eye(2), [0, 0], np.eye(3)), "cov_2 has 3 features, but cov_1 is expecting 2 features"),
        (([0, 0], np.ones((1, 2)), [0, 0], np.eye(2)), r"cov_1 must be a square matrix, but has the shape \(1, 2\)"),
        (([0, 0], np.eye(2), [0, 0], np.ones((3, 2))), r"cov_2 must be a square matrix, but has the shape \(3, 2\)"),
        (([0, 0], [[1, 0.5], [0.4, 1]], [0, 0], np.eye(2)), "cov_1 must be a symmetric matrix"),
        (([0, 0], np.eye(2), [0, 0], [[1, 0.5], [0.4, 1]]), "cov_2 must be a symmetric matrix"),
        (([0, 0], np.diag([1, -0.1]), [0, 0], np.eye(2)), "cov_1 must have no eigenvalue below zero, but has -0.1"),
        (([0, 0], np.eye(2), [0, 0], np.diag([-1, -2])), "cov_2 must have no eigenvalue below zero, but has -2"),
        (
            ([0, 0], np.diag([1e-9, -1e-10]), [0, 0], np.eye(2)),
            "cov_1 must have no eigenvalue below zero, but has -1e-10",
        ),
        (([0, np.nan], np.eye(2), [0, 0], np.eye(2)), "Input mean_1 contains NaN"),
        (([0, 0], np.eye(2), [0, np.inf], np.eye(2)), "Input mean_2 contains infinity"),
        (([0, 0], np.diag([np.nan, 1]), [0, 0], np.eye(2)), "Input cov_1 contains NaN"),
        (([[0, 0]], np.eye(2), [0, 0], np.eye(2)), "Expected 2D array"),
        ((np.full(2, 1e200), np.eye(2), [0, 0], np.eye(2)), "numbers that are too large"),
    ],
)
def test_moments_that_make_no_sense_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        frechet_distance_of_moments(*arguments)


# ---------------------------------------------------------------- the kernel distance


def kernel(x, y):
    return (x @ y / D + 1) ** 3


def test_the_distance_compares_all_pairs_but_no_sample_with_itself(samples):
    X, Y = samples
    own = [kernel(X[i], X[j]) for i in range(N) for j in range(N) if i != j]
    other = [kernel(Y[i], Y[j]) for i in range(M) for j in range(M) if i != j]
    across = [kernel(x, y) for x in X for y in Y]

    distance = kernel_distance(X, Y)

    assert distance == pytest.approx(np.mean(own) + np.mean(other) - 2 * np.mean(across), rel=1e-13)


def test_the_kernel_is_symmetric_in_its_two_samples(samples):
    X, Y = samples

    np.testing.assert_array_equal(polynomial_kernel(X, Y), polynomial_kernel(Y, X).T)


def test_equal_distributions_have_distance_zero_on_average():
    rng = np.random.default_rng(4)

    found = np.array([kernel_distance(rng.random((40, 2)), rng.random((40, 2))) for _ in range(400)])

    assert abs(found.mean()) < 4 * found.std() / 20
    assert found.min() < 0


def test_a_shift_is_seen():
    rng = np.random.default_rng(5)
    X = rng.random((200, 2))

    assert kernel_distance(X, rng.random((200, 2)) + 0.5) > 50 * abs(kernel_distance(X, rng.random((200, 2))))


def test_the_interval_is_that_of_the_blocks_estimates():
    rng = np.random.default_rng(11)
    X, Y = rng.random((23, 2)), rng.random((31, 2))

    found = kernel_distance_interval(X, Y, n_blocks=4, level=0.9, random_state=3)

    again = np.random.default_rng(3)
    blocks = [np.array_split(again.permutation(Z), 4) for Z in (X, Y)]
    each = [kernel_distance(x, y) for x, y in zip(*blocks, strict=True)]
    error = np.std(each, ddof=1) / 2
    half = stats.t.ppf(0.95, 3) * error
    assert found.value == pytest.approx(np.mean(each), rel=1e-12)
    assert found.error == pytest.approx(error, rel=1e-12)
    assert found.low == pytest.approx(found.value - half, rel=1e-12)
    assert found.high == pytest.approx(found.value + half, rel=1e-12)


def test_the_interval_has_twenty_blocks_and_ninety_five_per_cent_by_default():
    rng = np.random.default_rng(12)
    X, Y = rng.random((60, 2)), rng.random((60, 2))

    assert kernel_distance_interval(X, Y, random_state=0) == kernel_distance_interval(
        X, Y, n_blocks=20, level=0.95, random_state=0
    )
    assert kernel_distance_interval(X, Y, random_state=0) != kernel_distance_interval(X, Y, random_state=1)


def test_the_z_scores_of_equal_distributions_are_those_of_chance():
    """Five hundred intervals: about one in twenty misses, and none by much."""
    rng = np.random.default_rng(13)

    found = [
        kernel_distance_interval(*rng.normal(size=(2, 200, 8)), n_blocks=10, random_state=seed) for seed in range(500)
    ]

    z = np.array([f.value / f.error for f in found])
    holds = np.mean([f.low <= 0 <= f.high for f in found])
    assert abs(np.mean([f.value for f in found])) < 4 * np.std([f.value for f in found]) / math.sqrt(500)
    assert abs(z.mean()) < 4 * z.std() / math.sqrt(500)
    assert 0.92 < holds < 0.99


def test_the_interval_of_a_shift_lies_above_zero():
    rng = np.random.default_rng(14)

    found = kernel_distance_interval(rng.normal(size=(400, 8)), rng.normal(size=(400, 8)) + 0.5, random_state=0)

    assert 0 < found.low < found.value < found.high
    assert found.value > 4 * found.error


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"n_blocks": 1}, "n_blocks must be a whole number of at least 2, but 1 was given"),
        ({"n_blocks": 2.0}, "n_blocks must be a whole number"),
        ({"level": 0}, "level must be a number, above 0 and below 1, but 0 was given"),
        ({"level": 1}, "level must be a number"),
        ({"n_blocks": 6}, "X must have at least 12 samples, but 11 was given"),
        ({"random_state": -1}, "random_state must be"),
    ],
)
def test_settings_of_an_interval_that_make_no_sense_are_refused(settings, words):
    with pytest.raises(ValueError, match=words):
        kernel_distance_interval(np.zeros((11, 2)), np.zeros((30, 2)), **{"n_blocks": 5, **settings})


def test_the_least_samples_for_the_blocks_are_enough():
    rng = np.random.default_rng(15)

    assert math.isfinite(kernel_distance_interval(rng.random((12, 2)), rng.random((13, 2)), n_blocks=6).value)


# ---------------------------------------------------------------- the inception score


def test_the_score_is_the_exponential_of_the_mean_divergence():
    P = np.random.default_rng(16).dirichlet(np.ones(4), 30)
    q = P.mean(axis=0)

    each = [stats.entropy(p, q) for p in P]

    assert inception_score(P) == pytest.approx(np.exp(np.mean(each)), rel=1e-13)


@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_the_score_is_one_and_the_number_of_classes_at_its_extremes(classes):
    rng = np.random.default_rng(17)
    sure = np.eye(classes)[rng.permutation(np.arange(3 * classes) % classes)]
    alike = np.tile(rng.dirichlet(np.ones(classes)), (20, 1))

    assert inception_score(sure) == pytest.approx(classes, rel=1e-12)
    assert inception_score(alike) == pytest.approx(1, rel=1e-12)
    assert inception_score(np.full((7, classes), 1 / classes)) == pytest.approx(1, rel=1e-12)


def test_a_class_that_never_occurs_counts_for_nothing():
    P = np.random.default_rng(18).dirichlet(np.ones(3), 12)

    assert inception_score(np.hstack([P, np.zeros((12, 1))])) == pytest.approx(inception_score(P), rel=1e-14)


def test_probabilities_in_single_precision_are_taken_and_rounded_ones_add_up():
    P = np.random.default_rng(19).dirichlet(np.ones(10), 100)

    assert inception_score(P.astype(np.float32)) == pytest.approx(inception_score(P), rel=1e-6)
    assert inception_score(np.eye(3, dtype=np.float32) * (1 + 5e-6)) == pytest.approx(3, rel=1e-12)


@pytest.mark.parametrize(
    ("P", "words"),
    [
        ([[0.5, 0.5], [0.7, 0.2]], "each row of P must add up to 1, but row 1 adds up to 0.9"),
        ([[0.5, 0.5], [0.7, 0.4]], "but row 1 adds up to 1.1"),
        ([[0.5, 0.5], [1.0, 3e-5]], "but row 1 adds up to 1.00003"),
        ([[1.2, -0.2], [0.5, 0.5]], "P must hold probabilities, but -0.2 stands at row 0, column 1"),
        ([[0.5, np.nan]], "Input P contains NaN"),
        ([[np.inf, 0]], "Input P contains infinity"),
        ([0.5, 0.5], "Expected 2D array"),
        (np.zeros((0, 3)), "0 sample"),
    ],
)
def test_what_is_no_table_of_probabilities_is_refused(P, words):
    with pytest.raises(ValueError, match=words):
        inception_score(P)


# ---------------------------------------------------------------- precision and recall


def near(points, centres, k):
    """By the words of the definition, pair by pair."""
    radii = [sorted(((centres - c) ** 2).sum(axis=1))[k] for c in centres]
    return [any(((p - c) ** 2).sum() <= r for c, r in zip(centres, radii, strict=True)) for p in points]


@pytest.mark.parametrize("k", [1, 2, 5])
def test_precision_and_recall_are_those_of_the_definition(k, monkeypatch):
    rng = np.random.default_rng(20)
    X, Y = rng.normal(size=(40, 2)), rng.normal(size=(30, 2)) * 1.5 + 0.5

    whole = precision_recall(X, Y, n_neighbors=k)
    monkeypatch.setattr(evaluation, "_CHUNK", 100)
    pieces = precision_recall(X, Y, n_neighbors=k)

    assert whole == pieces == (np.mean(near(Y, X, k)), np.mean(near(X, Y, k)))
    assert 0 < whole.recall < whole.precision < 1 or 0 < whole.precision < whole.recall < 1


def test_three_neighbours_are_the_default():
    rng = np.random.default_rng(21)
    X, Y = rng.normal(size=(2, 50, 4))

    assert precision_recall(X, Y) == precision_recall(X, Y, n_neighbors=3) != precision_recall(X, Y, n_neighbors=4)


def test_copies_are_precise_and_recall_everything_and_far_samples_neither():
    X = np.random.default_rng(22).normal(size=(60, 5))

    assert precision_recall(X, X) == (1, 1)
    assert precision_recall(X, X[::-1]) == (1, 1)
    assert precision_recall(X, X + 1e3) == (0, 0)


def test_one_image_repeated_is_precise_and_recalls_only_itself():
    X = np.random.default_rng(23).normal(size=(50, 6))

    found = precision_recall(X, np.tile(X[7], (50, 1)))

    assert found == (1, 1 / 50)


def test_a_sample_on_the_rim_of_a_ball_lies_in_it():
    X, Y = np.array([[0.0], [1.0], [3.0]]), np.array([[5.0], [5.5], [-1.0], [-1.5]])

    assert precision_recall(X, Y, n_neighbors=1).precision == 0.5


@pytest.mark.parametrize(
    ("n", "m", "k", "words"),
    [
        (3, 9, 3, "X must have at least 4 samples, but 3 was given"),
        (9, 3, 3, "Y must have at least 4 samples, but 3 was given"),
        (9, 9, 0, "n_neighbors must be a whole number of at least 1, but 0 was given"),
        (9, 9, 1.5, "n_neighbors must be a whole number"),
    ],
)
def test_fewer_samples_than_neighbours_are_refused(n, m, k, words):
    with pytest.raises(ValueError, match=words):
        precision_recall(np.zeros((n, 2)), np.zeros((m, 2)), n_neighbors=k)


def test_the_least_samples_for_the_neighbours_are_enough():
    assert precision_recall(np.eye(4), np.eye(4)) == (1, 1)


# ---------------------------------------------------------------- what all of them refuse


ALL = pytest.mark.parametrize(
    "measure", [frechet_distance, kernel_distance, lambda X, Y: precision_recall(X, Y, n_neighbors=1)]
)


@pytest.mark.parametrize(
    ("X", "Y", "words"),
    [
        (np.zeros((1, 2)), np.zeros((3, 2)), "X must have at least 2 samples, but 1 was given"),
        (np.zeros((3, 2)), np.zeros((1, 2)), "Y must have at least 2 samples, but 1 was given"),
        (np.zeros((3, 2)), np.zeros((3, 4)), "Y has 4 features, but X is expecting 2 features"),
        (np.full((3, 2), np.nan), np.zeros((3, 2)), "Input X contains NaN"),
        (np.zeros((3, 2)), np.full((3, 2), np.inf), "Input Y contains infinity"),
        (np.zeros(3), np.zeros((3, 2)), "Expected 2D array"),
    ],
)
@ALL
def test_samples_that_make_no_sense_are_refused(X, Y, words, measure):
    with pytest.raises(ValueError, match=words):
        measure(X, Y)


@pytest.mark.parametrize("size", [1e160, 1e300])
@ALL
def test_numbers_that_are_too_large_are_refused_and_never_become_a_silent_number(measure, size):
    X = np.random.default_rng(24).normal(size=(6, 3))

    with pytest.raises(ValueError, match="numbers that are too large"):
        measure(X, size * X)
    with pytest.raises(ValueError, match="numbers that are too large"):
        measure(size * X, X)


@ALL
def test_samples_are_measured_in_double_precision_and_left_as_they_are(measure):
    rng = np.random.default_rng(25)
    X, Y = rng.normal(size=(2, 8, 3)).astype(np.float32)
    before = X.copy(), Y.copy()

    assert measure(X, Y) == measure(X.astype(float), Y.astype(float))
    np.testing.assert_array_equal((X, Y), before)


def test_two_samples_of_each_kind_are_enough():
    among, across = 1 + (2 * 3 + 1) ** 3, (1 + 1 + (2 + 1) ** 3 + (3 + 1) ** 3) / 4

    assert kernel_distance([[0.0], [1.0]], [[2.0], [3.0]]) == among - 2 * across


def test_one_number_that_is_too_large_is_enough_for_a_refusal():
    X = np.random.default_rng(0).standard_normal((8, 2))
    Y = X.copy()
    Y[3, 1] = 1e200

    with pytest.raises(ValueError, match="the samples hold numbers that are too large"):
        precision_recall(X, Y)


def test_a_covariance_may_be_unsymmetric_by_rounding_beside_zeros():
    rounded = np.array([[1.0, 1e-12], [0.0, 1.0]])

    assert abs(frechet_distance_of_moments([0, 0], rounded, [0, 0], np.eye(2))) <= 1e-12
