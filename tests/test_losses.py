"""The loss: equation (3) averaged over the samples, and its gradient."""

import numpy as np
import pytest

from genmodels.losses import squared_error, squared_error_from_gradient, squared_error_gradient


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
