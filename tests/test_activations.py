"""Layers and activations: values to the last digits, slopes by complex step, no warning anywhere."""

import math

import numpy as np
import pytest

from genmodels.activations import ACTIVATIONS, ALPHA, affine, identity, leaky_relu, relu, sigmoid, softplus, tanh

POINTS = np.array([-30.0, -7.3, -1.0, -0.01, 0.0, 0.3, 2.0, 11.0, 33.0])
NAMES = sorted(ACTIVATIONS)


def test_affine_applies_the_weights_and_the_biases_to_every_row():
    X, W, b = np.array([[1.0, 2.0], [3.0, 4.0], [0.0, 1.0]]), np.array([[1.0, -1.0]]), np.array([10.0])

    np.testing.assert_array_equal(affine(X, W, b), [[9.0], [9.0], [9.0]])


def test_affine_writes_to_the_buffer_that_it_is_given():
    X, W, b, out = np.ones((2, 3)), np.ones((4, 3)), np.arange(4.0), np.empty((2, 4))

    result = affine(X, W, b, out)

    assert result is out
    np.testing.assert_array_equal(out, [[3, 4, 5, 6], [3, 4, 5, 6]])


def test_the_sigmoid_keeps_every_digit_of_its_tails_in_float64():
    exact = [1 / (1 + math.exp(-a)) if a > 0 else math.exp(a) / (1 + math.exp(a)) for a in POINTS]

    np.testing.assert_allclose(sigmoid(POINTS), exact, rtol=4e-16)


def test_the_sigmoid_in_float32_is_as_exact_as_float32_allows():
    points = np.linspace(-20, 20, 4001)

    result = sigmoid(points.astype(np.float32))

    assert result.dtype == np.float32
    np.testing.assert_allclose(result, sigmoid(points), rtol=0, atol=1.2e-7)


def test_the_sigmoid_of_the_opposite_is_the_rest_to_one():
    np.testing.assert_allclose(sigmoid(-POINTS), 1 - sigmoid(POINTS), rtol=0, atol=2e-16)


def test_softplus_is_the_logarithm_of_one_plus_the_exponential():
    exact = [math.log1p(math.exp(a)) for a in POINTS]

    np.testing.assert_allclose(softplus(POINTS), exact, rtol=4e-16)


def test_the_hyperbolic_tangent_is_a_stretched_sigmoid():
    np.testing.assert_allclose(tanh(POINTS), 2 * sigmoid(2 * POINTS) - 1, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
def test_the_positive_part_is_the_argument_or_zero(dtype):
    np.testing.assert_array_equal(relu(np.array([-2.0, 0.0, 3.0], dtype)), np.array([0.0, 0.0, 3.0], dtype))


def test_the_identity_leaves_its_argument_as_it_is():
    out = np.empty(POINTS.shape)

    np.testing.assert_array_equal(identity(POINTS), POINTS)
    assert identity(POINTS, out) is out
    np.testing.assert_array_equal(out, POINTS)


def test_the_leaky_rectifier_is_the_identity_above_zero_and_a_fifth_of_it_below():
    value, slope = ACTIVATIONS["leaky_relu"]

    np.testing.assert_array_equal(leaky_relu(POINTS), [a if a > 0 else ALPHA * a for a in POINTS])
    np.testing.assert_array_equal(leaky_relu(POINTS + 1j), [a + 1j if a > 0 else ALPHA * (a + 1j) for a in POINTS])
    np.testing.assert_array_equal(slope(value(POINTS)), [1 if a > 0 else ALPHA for a in POINTS])
    assert ALPHA == 0.2


@pytest.mark.parametrize("name", NAMES)
def test_each_slope_is_the_derivative_of_its_value(name):
    value, slope = ACTIVATIONS[name]
    derivative = value(POINTS + 1e-200j).imag / 1e-200

    np.testing.assert_allclose(slope(value(POINTS)) * np.ones(POINTS.shape), derivative, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_warns_for_arguments_of_ten_thousand(name, dtype):
    a = np.array([-1e4, -800, -100, 0, 100, 800, 1e4], dtype)

    with np.errstate(over="raise", invalid="raise", divide="raise"):
        s = ACTIVATIONS[name].value(a)
        slope = ACTIVATIONS[name].slope(s)

    assert s.dtype == slope.dtype == dtype
    assert np.isfinite(s).all()
    assert np.isfinite(slope).all()


@pytest.mark.parametrize(
    ("name", "low", "high"), [("sigmoid", 0, 1), ("softplus", 0, np.inf), ("tanh", -1, 1), ("relu", 0, np.inf)]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_infinite_arguments_reach_the_limits(name, low, high, dtype):
    s = ACTIVATIONS[name].value(np.array([-np.inf, np.inf], dtype))

    np.testing.assert_allclose(s, [low, high], rtol=0, atol=1e-300)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
@pytest.mark.parametrize("name", NAMES)
def test_values_may_overwrite_their_arguments(name, dtype):
    a = POINTS.astype(dtype)
    expected = ACTIVATIONS[name].value(a.copy())

    result = ACTIVATIONS[name].value(a, out=a)

    assert result is a
    np.testing.assert_array_equal(a, expected)


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "tanh", "relu", "leaky_relu"])
def test_slopes_are_written_to_the_buffer_that_they_are_given(name):
    s, out = ACTIVATIONS[name].value(POINTS), np.empty(POINTS.shape)

    result = ACTIVATIONS[name].slope(s, out=out)

    assert result is out
    np.testing.assert_array_equal(out, ACTIVATIONS[name].slope(s))


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "tanh", "relu", "leaky_relu"])
def test_whole_numbers_and_single_numbers_are_welcome(name):
    value = ACTIVATIONS[name].value

    np.testing.assert_array_equal(value([0, 1, -2]), value(np.array([0.0, 1.0, -2.0])))
    assert float(value(2)) == value(np.array([2.0]))[0]
