"""Claims of the chapter on evaluation, bound to the code: what runs is what was proved.

Each binding has a twin that puts a named mistake of the claim, or another wrong formula, in the formula's place and
must see it fail.
"""

import itertools

import numpy as np
import pytest
import sympy as sp
from binding import agree, disagree, formula, mistakes

from genmath.book import find
from genmath.bridge import instantiate
from genmath.notation import K as CLASSES
from genmath.notation import n
from genmodels import embedding, evaluation, losses

N, FEW, D, H, K = 7, 3, 3, 2, 3


# ---------------------------------------------------------------- the Fréchet distance


@pytest.fixture
def gaussians():
    """Means and factors of two covariances, in the claims' columns."""
    rng = np.random.default_rng(21)
    return {
        "m_1": rng.normal(size=D),
        "m_2": rng.normal(size=D),
        "A_1": rng.normal(size=(D, D)),
        "A_2": rng.normal(size=(D, D)),
    }


def by_moments(m_1, m_2, A_1, A_2):
    return evaluation.frechet_distance_of_moments(m_1, A_1 @ A_1.T, m_2, A_2 @ A_2.T)


def root_factor(A_1, A_2):
    """A factor of the root of both covariances, by eigenvectors."""
    values, vectors = np.linalg.eigh(A_1.T @ A_2 @ A_2.T @ A_1)
    return vectors * values**0.25


def by_definition(m_1, m_2, A_1, A_2, factor):
    body = formula("frechet")
    return instantiate(body, m_1=m_1, m_2=m_2, S_1=A_1 @ A_1.T, S_2=A_2 @ A_2.T, C_12=factor)


@pytest.mark.binds("frechet", "genmodels.evaluation:frechet_distance_of_moments")
def test_the_distance_of_two_gaussians_is_that_of_the_definition(gaussians):
    factor = root_factor(gaussians["A_1"], gaussians["A_2"])

    agree(by_moments(**gaussians), by_definition(**gaussians, factor=factor))


@pytest.mark.binds("frechet", "genmodels.evaluation:frechet_distance_of_moments", twin=True)
def test_the_root_of_one_covariance_alone_is_noticed(gaussians):
    factor = root_factor(gaussians["A_1"], gaussians["A_1"])

    disagree(by_moments(**gaussians), by_definition(**gaussians, factor=factor))


@pytest.fixture
def samples():
    rng = np.random.default_rng(22)
    return rng.normal(size=(N, D)), rng.normal(size=(N + 2, D)) + 1


def with_singular_values(body, X, Y):
    A_1, A_2 = ((Z - Z.mean(axis=0)).T / np.sqrt(len(Z) - 1) for Z in (X, Y))
    square_1, square_2 = np.linalg.cholesky(A_1 @ A_1.T), np.linalg.cholesky(A_2 @ A_2.T)
    found = np.linalg.svd(A_1.T @ A_2, compute_uv=False)[:D]
    return instantiate(body, m_1=X.mean(axis=0), m_2=Y.mean(axis=0), A_1=square_1, A_2=square_2, singular=found)


@pytest.mark.binds("frechet-singular", "genmodels.evaluation:frechet_distance")
def test_the_distance_of_samples_comes_from_the_singular_values_of_all_of_them(samples):
    agree(evaluation.frechet_distance(*samples), with_singular_values(formula("frechet-singular"), *samples))


@pytest.mark.binds("frechet-singular", "genmodels.evaluation:frechet_distance", twin=True)
def test_a_lost_factor_of_the_singular_values_is_noticed(samples):
    for wrong in mistakes("frechet-singular"):
        disagree(evaluation.frechet_distance(*samples), with_singular_values(wrong, *samples))


@pytest.mark.binds("frechet-factor", "genmodels.evaluation:_moments")
def test_the_factor_of_samples_belongs_to_their_covariance(samples):
    X, _ = samples
    triangle = np.linalg.cholesky((X - X.mean(axis=0)).T @ (X - X.mean(axis=0))).T

    mean, A_1 = evaluation._moments(X)

    agree(mean, X.mean(axis=0))
    agree(A_1.T @ A_1, instantiate(formula("frechet-factor"), sizes={n: N}, triangle=triangle))


@pytest.mark.binds("frechet-factor", "genmodels.evaluation:_moments", twin=True)
def test_a_covariance_divided_by_the_number_of_samples_is_noticed(samples):
    X, _ = samples
    triangle = np.linalg.cholesky((X - X.mean(axis=0)).T @ (X - X.mean(axis=0))).T
    _, A_1 = evaluation._moments(X)

    for wrong in mistakes("frechet-factor"):
        disagree(A_1.T @ A_1, instantiate(wrong, sizes={n: N}, triangle=triangle))


ONE = {"mu_1": 0.7, "mu_2": -1.1, "sigma_1": 0.4, "sigma_2": 2.3}


def of_one_feature(mu_1, mu_2, sigma_1, sigma_2):
    return evaluation.frechet_distance_of_moments([mu_1], [[sigma_1**2]], [mu_2], [[sigma_2**2]])


@pytest.mark.binds("frechet-one", "genmodels.evaluation:frechet_distance_of_moments")
def test_with_one_feature_deviations_are_subtracted():
    agree(of_one_feature(**ONE), instantiate(formula("frechet-one"), **ONE)[0, 0])


@pytest.mark.binds("frechet-one", "genmodels.evaluation:frechet_distance_of_moments", twin=True)
def test_variances_in_the_place_of_deviations_are_noticed():
    for wrong in mistakes("frechet-one"):
        disagree(of_one_feature(**ONE), instantiate(wrong, **ONE)[0, 0])


@pytest.fixture
def uncorrelated():
    rng = np.random.default_rng(23)
    means = {name: rng.normal(size=D) for name in ("m_1", "m_2")}
    return {**means, "devs_1": rng.random(D) + 0.1, "devs_2": rng.random(D) + 0.1}


def of_uncorrelated(m_1, m_2, devs_1, devs_2):
    return evaluation.frechet_distance_of_moments(m_1, np.diag(devs_1**2), m_2, np.diag(devs_2**2))


@pytest.mark.binds("frechet-independent", "genmodels.evaluation:frechet_distance_of_moments")
def test_uncorrelated_features_are_added_up(uncorrelated):
    agree(of_uncorrelated(**uncorrelated), instantiate(formula("frechet-independent"), **uncorrelated)[0, 0])


@pytest.mark.binds("frechet-independent", "genmodels.evaluation:frechet_distance_of_moments", twin=True)
def test_a_distance_of_means_alone_is_noticed(uncorrelated):
    for wrong in mistakes("frechet-independent"):
        arrays = {name: value for name, value in uncorrelated.items() if name in ("m_1", "m_2")}
        disagree(of_uncorrelated(**uncorrelated), instantiate(wrong, **arrays)[0, 0])


# ---------------------------------------------------------------- the inception score


@pytest.fixture
def table():
    return np.random.default_rng(24).dirichlet(np.ones(K), N)  # (N, K)


def by_table(label, table, mean):
    return instantiate(formula(label), table_y=table.T, mean_y=mean)[0, 0]


@pytest.mark.binds("inception", "genmodels.evaluation:inception_score")
@pytest.mark.binds("inception-log", "genmodels.evaluation:inception_score")
def test_the_inception_score_is_that_of_the_definition(table):
    mean = table.mean(axis=0)

    agree(evaluation.inception_score(table), by_table("inception", table, mean))
    agree(
        np.log(evaluation.inception_score(table)),
        by_table("inception-log", table, mean),
    )


@pytest.mark.binds("inception", "genmodels.evaluation:inception_score", twin=True)
@pytest.mark.binds("inception-log", "genmodels.evaluation:inception_score", twin=True)
def test_a_score_against_even_classes_is_noticed(table):
    even = np.full(K, 1 / K)

    disagree(evaluation.inception_score(table), by_table("inception", table, even))
    disagree(
        np.log(evaluation.inception_score(table)),
        by_table("inception-log", table, even),
    )


@pytest.mark.binds("inception-attained", "genmodels.evaluation:inception_score")
@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_sure_and_even_probabilities_have_the_number_of_classes_as_score(classes):
    sure = np.eye(classes)[np.arange(3 * classes) % classes]

    wanted = float(formula("inception-attained").number.subs({CLASSES: classes}))

    agree(evaluation.inception_score(sure) / wanted, 1.0)


@pytest.mark.binds("inception-attained", "genmodels.evaluation:inception_score", twin=True)
def test_one_for_the_number_of_classes_is_noticed():
    sure = np.eye(10)[np.arange(30) % 10]

    for wrong in mistakes("inception-attained"):
        disagree(evaluation.inception_score(sure), float(wrong.number))


# ---------------------------------------------------------------- the kernel distance


POINTS = np.array([[0.3, -1.0], [2.0, 0.5]])  # two points with two features
REAL, FAKE = np.array([0.2, 0.8]), np.array([0.65, 0.35])


def mean_over_all_draws(draws):
    """The mean of the estimate over every sequence of draws of both kinds, each with its probability."""
    sequences = list(itertools.product(range(2), repeat=draws))
    return sum(
        REAL[list(a)].prod() * FAKE[list(b)].prod() * evaluation.kernel_distance(POINTS[list(a)], POINTS[list(b)])
        for a in sequences
        for b in sequences
    )


@pytest.mark.binds("kernel-unbiased", "genmodels.evaluation:kernel_distance")
@pytest.mark.parametrize("draws", [2, 3, 4])
def test_the_mean_over_all_draws_is_the_distance_of_the_distributions(draws):
    gram = evaluation.polynomial_kernel(POINTS, POINTS)

    agree(mean_over_all_draws(draws), instantiate(formula("kernel-unbiased"), real=REAL, fake=FAKE, gram=gram)[0, 0])


@pytest.mark.binds("kernel-unbiased", "genmodels.evaluation:kernel_distance", twin=True)
def test_an_estimate_without_the_pairs_of_both_kinds_is_noticed():
    gram = evaluation.polynomial_kernel(POINTS, POINTS)

    for wrong in mistakes("kernel-unbiased"):
        disagree(mean_over_all_draws(3), instantiate(wrong, real=REAL, fake=FAKE, gram=gram)[0, 0])


@pytest.fixture
def on_a_line():
    rng = np.random.default_rng(25)
    return {"places": rng.normal(size=4), "real": rng.dirichlet(np.ones(4)), "fake": rng.dirichlet(np.ones(4))}


def of_points(places, real, fake):
    change = real - fake
    return change @ evaluation.polynomial_kernel(places[:, None], places[:, None]) @ change


@pytest.mark.binds("kernel-moments", "genmodels.evaluation:polynomial_kernel")
def test_the_kernel_of_one_feature_compares_three_moments(on_a_line):
    agree(of_points(**on_a_line), instantiate(formula("kernel-moments"), **on_a_line)[0, 0])


@pytest.mark.binds("kernel-moments", "genmodels.evaluation:polynomial_kernel", twin=True)
def test_moments_of_equal_weight_are_noticed(on_a_line):
    for wrong in mistakes("kernel-moments"):
        disagree(of_points(**on_a_line), instantiate(wrong, **on_a_line)[0, 0])


def test_two_distributions_that_only_the_fourth_moment_tells_apart_have_both_distances_zero():
    """The point of two counterexamples, computed by the program."""
    point = point_of("kernel-sees-everything")
    centred = [(p @ point["places"], p @ point["places"] ** 2) for p in (point["real"], point["fake"])]

    frechet = evaluation.frechet_distance_of_moments(
        *(array for mean, square in centred for array in ([mean], [[square - mean**2]]))
    )

    assert abs(of_points(**point)) < 1e-13
    assert abs(frechet) < 1e-13
    assert np.abs(point["real"] - point["fake"]).max() > 0.1


def point_of(label):
    """The exact values of a counterexample's symbols, as columns of numbers."""
    return {name: np.array(value, float)[:, 0] for name, value in find(label).values.items()}


# ---------------------------------------------------------------- precision and recall


def near(points, centres, k):
    """By the words of the definition: some centre's k-th nearest neighbour lies no nearer to it than the point."""
    radii = [sorted(np.linalg.norm(centres - c, axis=1))[k] for c in centres]
    return np.array(
        [float(any(np.linalg.norm(p - c) <= r for c, r in zip(centres, radii, strict=True))) for p in points]
    )


@pytest.fixture
def clouds():
    rng = np.random.default_rng(26)
    return rng.normal(size=(40, 2)), rng.normal(size=(40, 2)) * 1.5 + 0.8


@pytest.mark.binds("precision", "genmodels.evaluation:precision_recall")
@pytest.mark.binds("recall", "genmodels.evaluation:precision_recall")
@pytest.mark.parametrize("k", [1, 3, 10])
def test_precision_and_recall_count_who_lies_in_a_ball_of_the_other_kind(clouds, k):
    X, Y = clouds

    found = evaluation.precision_recall(X, Y, n_neighbors=k)

    agree(found.precision, instantiate(formula("precision"), hits=near(Y, X, k))[0, 0])
    agree(found.recall, instantiate(formula("recall"), hits_back=near(X, Y, k))[0, 0])


@pytest.mark.binds("precision", "genmodels.evaluation:precision_recall", twin=True)
@pytest.mark.binds("recall", "genmodels.evaluation:precision_recall", twin=True)
def test_precision_and_recall_exchanged_and_another_neighbour_are_noticed(clouds):
    X, Y = clouds

    found = evaluation.precision_recall(X, Y, n_neighbors=3)

    for points, centres, k in ((X, Y, 3), (Y, X, 1)):
        disagree(found.precision, instantiate(formula("precision"), hits=near(points, centres, k))[0, 0])
    for points, centres, k in ((Y, X, 3), (X, Y, 1)):
        disagree(found.recall, instantiate(formula("recall"), hits_back=near(points, centres, k))[0, 0])


def test_the_hits_of_the_counterexample_are_those_of_points_on_a_line():
    """One good image four times: it hits, and only the data's image at the same place is hit."""
    X, Y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.ones((4, 1))
    point = point_of("precision-sees-variety")

    found = evaluation.precision_recall(X, Y, n_neighbors=1)

    assert found.precision == point["hits"].mean() == 1
    assert found.recall == point["hits_back"].mean() == 0.25


# ---------------------------------------------------------------- the classifier


def half_rectified(t):
    """The rectifier, as SymPy can differentiate it."""
    return (t + sp.Abs(t)) / 2


MEANINGS = {"phi": half_rectified}


@pytest.fixture
def network():
    rng = np.random.default_rng(27)
    shapes = {"W_1": (H, D), "b_1": (H,), "W_2": (K, H), "b_2": (K,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


@pytest.fixture
def images():
    return np.random.default_rng(28).normal(size=(FEW, D))


@pytest.fixture
def labels():
    return np.eye(K)[np.random.default_rng(29).integers(K, size=FEW)]


def of_network(body, network, X, Y=None):
    """A formula at the values of the network's symbols that it has."""
    named = {f"C_{name.replace('_', '')}": value for name, value in network.items()}
    known = {**named, "X_rows": X, "Y_rows": Y}
    return instantiate(body, MEANINGS, **{name: known[name] for name in body.names})


@pytest.mark.binds("classifier-features", "genmodels.embedding:forward")
@pytest.mark.binds("classifier-logits", "genmodels.embedding:forward")
def test_features_and_logits_are_those_of_the_definitions(network, images):
    features, logits = embedding.forward(network, images)

    agree(features, of_network(formula("classifier-features"), network, images))
    agree(logits, of_network(formula("classifier-logits"), network, images))


@pytest.mark.binds("classifier-features", "genmodels.embedding:forward", twin=True)
@pytest.mark.binds("classifier-logits", "genmodels.embedding:forward", twin=True)
def test_turned_biases_of_either_layer_are_noticed(network, images):
    features, logits = embedding.forward(network, images)
    turned = {name: -p if name.startswith("b") else p for name, p in network.items()}

    disagree(features, of_network(formula("classifier-features"), turned, images))
    disagree(logits, of_network(formula("classifier-logits"), turned, images))


@pytest.mark.binds("classifier-normaliser", "genmodels.losses:log_sum_exp")
@pytest.mark.binds("classifier-probabilities", "genmodels.losses:softmax")
@pytest.mark.binds("classifier-sum", "genmodels.losses:log_sum_exp")
def test_probabilities_are_exponentials_over_their_sum(network, images):
    _, logits = embedding.forward(network, images)

    agree(losses.log_sum_exp(logits), of_network(formula("classifier-normaliser"), network, images))
    agree(losses.softmax(logits), of_network(formula("classifier-probabilities"), network, images))
    agree(np.exp(logits).sum(axis=1), of_network(formula("classifier-sum"), network, images))
    agree(np.exp(losses.log_sum_exp(logits)), of_network(formula("classifier-sum"), network, images))


@pytest.mark.binds("classifier-normaliser", "genmodels.losses:log_sum_exp", twin=True)
@pytest.mark.binds("classifier-probabilities", "genmodels.losses:softmax", twin=True)
@pytest.mark.binds("classifier-sum", "genmodels.losses:log_sum_exp", twin=True)
def test_a_sum_without_its_logarithm_and_probabilities_of_other_logits_are_noticed(network, images):
    _, logits = embedding.forward(network, images)

    for wrong in mistakes("classifier-sum"):
        disagree(np.exp(losses.log_sum_exp(logits)), of_network(wrong, network, images))
    disagree(losses.log_sum_exp(logits), of_network(formula("classifier-sum"), network, images))
    disagree(losses.softmax(2 * logits), of_network(formula("classifier-probabilities"), network, images))


@pytest.mark.binds("classifier-loss", "genmodels.losses:cross_entropy")
@pytest.mark.binds("classifier-log", "genmodels.losses:cross_entropy")
@pytest.mark.parametrize("label", ["classifier-loss", "classifier-log"])
def test_the_loss_is_that_of_both_of_its_forms(network, images, labels, label):
    _, logits = embedding.forward(network, images)

    agree(losses.cross_entropy(logits, labels)[0], of_network(formula(label), network, images, labels)[0, 0])


@pytest.mark.binds("classifier-loss", "genmodels.losses:cross_entropy", twin=True)
@pytest.mark.binds("classifier-log", "genmodels.losses:cross_entropy", twin=True)
def test_the_log_probabilities_of_all_classes_are_noticed(network, images, labels):
    _, logits = embedding.forward(network, images)

    for wrong in mistakes("classifier-log"):
        disagree(losses.cross_entropy(logits, labels)[0], of_network(wrong, network, images, labels)[0, 0])


@pytest.mark.binds("classifier-grad-logits", "genmodels.losses:cross_entropy")
@pytest.mark.binds("classifier-delta-logits", "genmodels.losses:cross_entropy")
@pytest.mark.parametrize("label", ["classifier-grad-logits", "classifier-delta-logits"])
def test_the_slope_in_the_logits_is_probability_minus_class(network, images, labels, label):
    _, logits = embedding.forward(network, images)

    agree(losses.cross_entropy(logits, labels)[1], of_network(formula(label), network, images, labels))


@pytest.mark.binds("classifier-grad-logits", "genmodels.losses:cross_entropy", twin=True)
@pytest.mark.binds("classifier-delta-logits", "genmodels.losses:cross_entropy", twin=True)
def test_a_lost_mean_is_noticed(network, images, labels):
    _, logits = embedding.forward(network, images)

    for wrong in mistakes("classifier-grad-logits"):
        disagree(losses.cross_entropy(logits, labels)[1], of_network(wrong, network, images, labels))


NAMES = ["W_1", "b_1", "W_2", "b_2"]


def gradients(network, images, labels):
    features, logits = embedding.forward(network, images)
    return embedding.backward(network, images, features, losses.cross_entropy(logits, labels)[1])


@pytest.mark.binds("classifier-grad-W_1", "genmodels.embedding:backward")
@pytest.mark.binds("classifier-grad-b_1", "genmodels.embedding:backward")
@pytest.mark.binds("classifier-grad-W_2", "genmodels.embedding:backward")
@pytest.mark.binds("classifier-grad-b_2", "genmodels.embedding:backward")
@pytest.mark.binds("classifier-delta-hidden", "genmodels.embedding:backward")
@pytest.mark.parametrize("name", NAMES)
def test_the_gradients_are_those_of_the_claims(network, images, labels, name):
    wanted = of_network(formula(f"classifier-grad-{name}"), network, images, labels)

    agree(gradients(network, images, labels)[name], wanted)


@pytest.mark.binds("classifier-grad-W_1", "genmodels.embedding:backward", twin=True)
@pytest.mark.binds("classifier-grad-b_1", "genmodels.embedding:backward", twin=True)
@pytest.mark.binds("classifier-grad-W_2", "genmodels.embedding:backward", twin=True)
@pytest.mark.binds("classifier-grad-b_2", "genmodels.embedding:backward", twin=True)
@pytest.mark.binds("classifier-delta-hidden", "genmodels.embedding:backward", twin=True)
@pytest.mark.parametrize("name", NAMES)
def test_a_lost_slope_a_turned_sign_and_a_second_mean_are_noticed(network, images, labels, name):
    for wrong in mistakes(f"classifier-grad-{name}"):
        disagree(gradients(network, images, labels)[name], of_network(wrong, network, images, labels))
