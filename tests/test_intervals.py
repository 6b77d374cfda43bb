"""Intervals of means: Student's distribution without SciPy, held against SciPy's."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from genmodels.intervals import Interval, interval, student_probability, student_quantile

DEGREES = [*range(1, 40), 99, 100, 1001]


@pytest.mark.parametrize("level", [0.1, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999])
def test_the_quantile_is_students(level):
    found = [student_quantile(level, nu) for nu in DEGREES]

    np.testing.assert_allclose(found, stats.t.isf((1 - level) / 2, DEGREES), rtol=2e-12)


def test_the_probability_is_students_for_every_angle():
    for nu, theta in itertools.product([1, 2, 3, 4, 7, 8], [0.0, 0.1, 0.8, 1.5]):
        t = math.sqrt(nu) * math.tan(theta)

        assert student_probability(theta, nu) == pytest.approx(1 - 2 * stats.t.sf(t, nu), abs=1e-14)


def test_the_quantile_of_one_degree_of_freedom_is_cauchys():
    assert student_quantile(0.5, 1) == pytest.approx(1, rel=1e-15)


def test_many_degrees_of_freedom_are_the_normal_distribution():
    assert student_quantile(0.95, 10**4) == pytest.approx(stats.norm.isf(0.025), rel=2e-4)


def test_an_interval_is_the_mean_and_its_error_times_the_quantile():
    values = [1.0, 2.0, 4.0]

    assert interval(values, 0.9) == Interval(7 / 3, pytest.approx(2.919986 * math.sqrt(7 / 9), rel=1e-6), 3, 0.9)
    assert interval(values).half_width == pytest.approx(4.302653 * math.sqrt(7 / 9), rel=1e-6)
    assert interval(values).level == 0.95


def test_the_order_of_the_values_does_not_matter_for_a_single_bit():
    values = np.random.default_rng(0).lognormal(0, 5, 20)
    shuffled = [np.random.default_rng(seed).permutation(values) for seed in range(50)]

    assert len({interval(order) for order in shuffled}) == 1
    assert len({np.sum(order) for order in shuffled}) > 1, "the plain sum tells the orders apart"


def test_the_interval_holds_the_true_mean_as_often_as_it_says():
    rng = np.random.default_rng(1)
    repetitions = 4000

    found = [interval(rng.normal(3.0, 2.0, 5)) for _ in range(repetitions)]
    hits = sum(abs(i.mean - 3.0) <= i.half_width for i in found)

    assert abs(hits - 0.95 * repetitions) < 4 * math.sqrt(0.95 * 0.05 * repetitions)


def test_equal_values_have_an_interval_of_no_width():
    assert interval([0.1] * 3) == Interval(pytest.approx(0.1, rel=1e-15), pytest.approx(0.0, abs=1e-15), 3, 0.95)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([], "at least 2 values, but 0 was given"),
        ([1.0], "at least 2 values, but 1 was given"),
        ([1.0, math.nan], "a value must be a number, finite, but nan"),
        ([1.0, math.inf], "a value must be a number, finite, but inf"),
        ([1.0, "2"], "a value must be a number, finite, but '2'"),
        ([1.0, None], "a value must be a number"),
    ],
)
def test_values_that_make_no_sense_are_refused(values, words):
    with pytest.raises(ValueError, match=words):
        interval(values)


@pytest.mark.parametrize("level", [0, 1, -0.1, 95, math.nan, "0.95"])
def test_a_level_that_is_no_probability_is_refused(level):
    with pytest.raises(ValueError, match="level must be a number, above 0 and below 1"):
        interval([1.0, 2.0], level)


@pytest.mark.parametrize("nu", [0, -1, 1.5, True])
def test_degrees_of_freedom_that_make_no_sense_are_refused(nu):
    with pytest.raises(ValueError, match="nu must be a whole number of at least 1"):
        student_quantile(0.95, nu)
