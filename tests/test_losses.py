"""The loss: equation (3) averaged over the samples, and its gradient."""

import numpy as np
import pytest
from scipy import special

from genmodels.activations import sigmoid, softplus
from genmodels.losses import (
    GENERATOR_LOSSES,
    bernoulli_log_likelihood,
    cross_entropy,
    discriminator_loss,
    discriminator_loss_gradient,
    gaussian_log_likelihood,
    likelihood_gradient,
    log_sum_exp,
    softmax,
    squared_error,
    squared_error_from_gradient,
    squared_error_gradient,
)


@pytest.fixture
def pair():
    rng = np.random.default_rng(3)
    return rng.normal(size=(3, 5)), rng.normal(size=(3, 5))


def test_the_squared_error_is_summed_over_pixels_and_averaged_over_samples():
    X, X_hat = np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[3.0, 4.0], [1.0, 0.0]])

    assert squared_error(X_hat, X) == (25 + 1) / 2


def test_the_gradient_is_the_derivative_of_the_reported_loss(pair):
    X_hat, X = pair
    derivative = np.empty(X.shape)
    for index in np.ndindex(X.shape):
        moved = X_hat.astype(complex)
        moved[index] += 1e-200j
        derivative[index] = squared_error(moved, X).imag / 1e-200

    np.testing.assert_allclose(squared_error_gradient(X_hat, X), derivative, rtol=1e-12)


def test_the_loss_follows_from_its_gradient(pair):
    X_hat, X = pair

    assert squared_error_from_gradient(squared_error_gradient(X_hat, X)) == pytest.approx(
        squared_error(X_hat, X), rel=1e-14
    )


def test_the_squared_error_leaves_the_difference_in_its_scratch_space(pair):
    X_hat, X = pair
    out = np.empty(X.shape)

    assert squared_error(X_hat, X, out=out) == squared_error(X_hat, X)
    np.testing.assert_array_equal(out, X_hat - X)


def test_the_gradient_is_written_to_the_buffer_that_it_is_given(pair):
    X_hat, X = pair
    out = np.empty(X.shape)

    assert squared_error_gradient(X_hat, X, out=out) is out
    np.testing.assert_array_equal(out, squared_error_gradient(X_hat, X))


def test_float32_stays_float32(pair):
    X_hat, X = (a.astype(np.float32) for a in pair)

    assert squared_error_gradient(X_hat, X).dtype == np.float32
    assert squared_error(X_hat, X).dtype == np.float32


def by_complex_step(function, A):
    derivative = np.empty(A.shape)
    for index in np.ndindex(A.shape):
        moved = A.astype(complex)
        moved[index] += 1e-200j
        derivative[index] = function(moved).imag / 1e-200
    return derivative


@pytest.fixture
def logits():
    A = np.array([[-40.0, -3.0, -0.2, 0.0, 0.7, 9.0], [30.0, 2.0, -1.0, 0.1, -11.0, 4.0]])
    return A, np.random.default_rng(4).random(A.shape)


def test_the_bernoulli_likelihood_is_that_of_the_sheet_on_logits(logits):
    A, X = logits
    exact = (X * A - softplus(A)).sum(axis=1)

    np.testing.assert_allclose(bernoulli_log_likelihood(A, X), exact, rtol=1e-14)
    np.testing.assert_allclose(bernoulli_log_likelihood(A, X, sigmoid(A), np.empty(A.shape)), exact, rtol=1e-14)
    inside = A.clip(-9, 9)
    S = sigmoid(inside)
    wanted = (X * np.log(S) + (1 - X) * np.log(1 - S)).sum(axis=1)
    np.testing.assert_allclose(bernoulli_log_likelihood(inside, X), wanted, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_bernoulli_likelihood_is_exact_for_logits_of_ten_thousand(dtype):
    A, X = np.array([[1e4, -1e4, 1e4]], dtype), np.array([[1, 0, 0]], dtype)

    with np.errstate(over="raise", invalid="raise", divide="raise"):
        value = bernoulli_log_likelihood(A, X)

    assert value.dtype == dtype
    assert value == -1e4


def test_the_gaussian_likelihood_is_the_logarithm_of_its_density(pair):
    X_hat, X = pair
    density = np.exp(-((X - X_hat) ** 2) / (2 * 0.3)) / np.sqrt(2 * np.pi * 0.3)

    found = gaussian_log_likelihood(X_hat, X, np.log(0.3), np.empty(X.shape))

    np.testing.assert_allclose(found, np.log(density).sum(axis=1), rtol=1e-13)
    np.testing.assert_allclose(gaussian_log_likelihood(X_hat, X, np.log([0.3])), found, rtol=1e-15)


def test_likelihoods_of_a_stack_of_outputs_are_those_of_its_layers(pair, logits):
    for function, (A, X) in ((gaussian_log_likelihood, pair), (bernoulli_log_likelihood, logits)):
        stack = np.stack([A, A / 2])

        np.testing.assert_allclose(function(stack, X), [function(A, X), function(A / 2, X)], rtol=1e-14)


def test_both_likelihoods_have_the_same_gradient(pair, logits):
    X_hat, X = pair
    exact = by_complex_step(lambda M: -gaussian_log_likelihood(M, X).mean(), X_hat)
    np.testing.assert_allclose(likelihood_gradient(X_hat, X), exact, rtol=1e-12)

    A, X = logits
    exact = by_complex_step(lambda M: -bernoulli_log_likelihood(M, X).mean(), A)
    out = np.empty(A.shape)
    assert likelihood_gradient(sigmoid(A), X, out=out) is out
    np.testing.assert_allclose(out, exact, rtol=1e-11, atol=1e-15)


A_REAL = np.array([-40.0, -3.0, 0.0, 0.5, 8.0])
A_FAKE = np.array([-9.0, -0.1, 0.0, 2.0, 35.0, 1.0])


def test_the_loss_of_the_discriminator_is_minus_the_value_of_the_game():
    real, fake = A_REAL.clip(-9, 9), A_FAKE.clip(-9, 9)
    value = np.log(sigmoid(real)).mean() + np.log(1 - sigmoid(fake)).mean()

    assert discriminator_loss(real, fake) == pytest.approx(-value, rel=1e-13)
    assert discriminator_loss(np.zeros(3), np.zeros(2)) == pytest.approx(np.log(4), rel=1e-15)


def test_the_losses_of_the_generator_are_both_sides_of_the_game():
    D = sigmoid(A_FAKE.clip(-9, 9))

    for name, value in (("non-saturating", -np.log(D).mean()), ("saturating", np.log(1 - D).mean())):
        assert GENERATOR_LOSSES[name].value(A_FAKE.clip(-9, 9)) == pytest.approx(value, rel=1e-12)


def test_the_gradients_of_the_game_are_the_derivatives_by_the_logits():
    by_real, by_fake = discriminator_loss_gradient(A_REAL, A_FAKE)

    exact = by_complex_step(lambda a: discriminator_loss(a, A_FAKE), A_REAL)
    np.testing.assert_allclose(by_real, exact, rtol=1e-12)
    np.testing.assert_allclose(by_fake, by_complex_step(lambda a: discriminator_loss(A_REAL, a), A_FAKE), rtol=1e-12)
    for value, gradient in GENERATOR_LOSSES.values():
        np.testing.assert_allclose(gradient(A_FAKE), by_complex_step(value, A_FAKE), rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_sure_discriminator_stops_the_saturating_generator_only(dtype):
    a = np.array([-1e4, -1e4], dtype)

    with np.errstate(over="raise", invalid="raise", divide="raise"):
        slopes = {name: loss.gradient(a) for name, loss in GENERATOR_LOSSES.items()}
        values = [loss.value(a) for loss in GENERATOR_LOSSES.values()]
        assert discriminator_loss(-a, a) == 0

    assert all(g.dtype == dtype for g in slopes.values())
    np.testing.assert_array_equal(slopes["non-saturating"], [-0.5, -0.5])
    np.testing.assert_allclose(slopes["saturating"], 0, atol=1e-300)
    assert values == [1e4, 0]


# ---------------------------------------------------------------- classes


@pytest.fixture
def classified():
    rng = np.random.default_rng(4)
    return rng.normal(size=(5, 3)) * 3, np.eye(3)[rng.integers(3, size=5)]


def test_the_cross_entropy_is_finite_and_right_for_outputs_of_any_size():
    Y = np.array([[1000.0, 0.0], [0.0, -1000.0], [1e4, 1e4]])
    C = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])

    value, gradient = cross_entropy(Y, C)

    assert value == pytest.approx((0 + 1000 + np.log(2)) / 3, rel=1e-14)
    np.testing.assert_allclose(gradient, np.array([[0, 0], [1, -1], [0, 0]]) / 3, atol=1e-15)
    np.testing.assert_allclose(softmax(Y), [[1, 0], [1, 0], [0.5, 0.5]], atol=1e-15)


def test_the_sum_of_exponentials_is_scipys_and_does_not_overflow():
    A = np.random.default_rng(42).normal(size=(7, 4)) * 10

    np.testing.assert_allclose(log_sum_exp(A)[:, 0], special.logsumexp(A, axis=1), rtol=1e-14)
    np.testing.assert_allclose(softmax(A), special.softmax(A, axis=1), rtol=1e-12)
    assert log_sum_exp(np.array([[1e4, 1e4], [-1e4, -1e4]])).tolist() == [[1e4 + np.log(2)], [-1e4 + np.log(2)]]
    assert softmax(np.array([[1e4, 0.0]])).tolist() == [[1.0, 0.0]]


def test_the_cross_entropy_is_the_mean_of_minus_the_log_probability_of_the_class(classified):
    Y, C = classified

    assert cross_entropy(Y, C)[0] == pytest.approx(-np.log((softmax(Y) * C).sum(axis=1)).mean(), rel=1e-13)
    np.testing.assert_allclose(softmax(Y), np.exp(Y) / np.exp(Y).sum(axis=1, keepdims=True), rtol=1e-13)


def test_its_gradient_is_the_derivative_by_the_outputs(classified):
    Y, C = classified
    derivative = np.empty(Y.shape)
    for index in np.ndindex(Y.shape):
        moved = Y.astype(complex)
        moved[index] += 1e-200j
        derivative[index] = cross_entropy(moved, C)[0].imag / 1e-200

    np.testing.assert_allclose(cross_entropy(Y, C)[1], derivative, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradient_and_probabilities_are_written_where_they_are_wanted(classified, dtype):
    Y, C = (a.astype(dtype) for a in classified)
    for function in (softmax, lambda Y, out: cross_entropy(Y, C, out)[1]):
        out, before = np.full(Y.shape, np.nan, dtype), Y.copy()

        found = function(Y, out=out)

        assert found is out
        assert function(Y, out=None).dtype == dtype
        np.testing.assert_allclose(out, function(Y, out=None), rtol=1e-6)
        np.testing.assert_array_equal(Y, before)


def test_probabilities_of_many_steps_add_up_in_each_of_them():
    Y = np.random.default_rng(5).normal(size=(2, 3, 4))

    found = softmax(Y)

    np.testing.assert_allclose(found, [[softmax(row[None])[0] for row in rows] for rows in Y], rtol=1e-14)
    np.testing.assert_allclose(found.sum(axis=2), 1, rtol=1e-14)
