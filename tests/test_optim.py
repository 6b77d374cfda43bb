"""Optimisers against their published formulas, schedules, and states that continue exactly."""

import math

import numpy as np
import pytest

from genmodels.optim import SGD, Adam, Separate, constant, cosine, optimizer


def params_and_gradients(steps=6):
    rng = np.random.default_rng(5)
    params = {"W": rng.normal(size=(3, 2)), "b": rng.normal(size=3)}
    return params, [{name: rng.normal(size=p.shape) for name, p in params.items()} for _ in range(steps)]


def copies(arrays):
    return {name: a.copy() for name, a in arrays.items()}


def descend(made, grads, etas):
    for g, eta in zip(grads, etas, strict=True):
        made.step(copies(g), eta)


def test_plain_descent_subtracts_the_learning_rate_times_the_gradient():
    params = {"b": np.array([1.0, 2.0])}

    SGD(params).step({"b": np.array([10.0, -20.0])}, 0.5)

    np.testing.assert_array_equal(params["b"], [-4.0, 12.0])


def test_momentum_sums_the_gradients_with_decaying_weights():
    params = {"b": np.array([0.0])}
    sgd = SGD(params, momentum=0.5)

    for gradient in (1.0, 0.0, 4.0):
        sgd.step({"b": np.array([gradient])}, 0.1)

    assert params["b"][0] == pytest.approx(-0.1 * (1 + 0.5 + 0.25 + 4), rel=1e-15)


@pytest.mark.parametrize("settings", [{}, {"beta_1": 0.5, "beta_2": 0.7, "epsilon": 0.3}])
def test_adam_is_algorithm_1_of_kingma_and_ba(settings):
    beta_1, beta_2, epsilon = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8, **settings}.values()
    params, grads = params_and_gradients()
    wanted, etas = copies(params), [0.1, 0.2, 0.05, 0.1, 0.3, 0.01]
    for name in wanted:
        m = s = np.zeros(wanted[name].shape)
        for t, (g, eta) in enumerate(zip(grads, etas, strict=True), start=1):
            m = beta_1 * m + (1 - beta_1) * g[name]
            s = beta_2 * s + (1 - beta_2) * g[name] ** 2
            corrected = m / (1 - beta_1**t), s / (1 - beta_2**t)
            wanted[name] = wanted[name] - eta * corrected[0] / (np.sqrt(corrected[1]) + epsilon)

    descend(Adam(params, **settings), grads, etas)

    for name, array in wanted.items():
        np.testing.assert_allclose(params[name], array, rtol=1e-13)


@pytest.mark.parametrize("make", [SGD, lambda p: SGD(p, 0.9), Adam])
def test_parameters_are_changed_in_place_and_keep_their_type(make):
    params = {"b": np.ones(2, np.float32)}
    same = params["b"]

    make(params).step({"b": np.ones(2, np.float32)}, 0.25)

    assert params["b"] is same
    assert same.dtype == np.float32
    np.testing.assert_allclose(same, 0.75, rtol=1e-6)


def apart(params):
    return Separate({name: Adam({name: p}) for name, p in params.items()}, dict.fromkeys(params, 0.5))


@pytest.mark.parametrize("make", [SGD, lambda p: SGD(p, 0.9), Adam, apart])
def test_a_restored_state_continues_bit_for_bit(make):
    params, grads = params_and_gradients()
    other = copies(params)
    descend(make(params), grads, [0.1] * 6)
    first = make(other)
    descend(first, grads[:3], [0.1] * 3)
    second = make(other)
    second.restore(copies(first.state()))

    descend(second, grads[3:], [0.1] * 3)

    for name, p in params.items():
        np.testing.assert_array_equal(other[name], p)


def test_separate_optimisers_move_only_those_whose_gradients_come_each_at_its_own_rate():
    params = {name: np.zeros(2) for name in ("a", "b", "c")}
    groups = {"first": SGD({name: params[name] for name in "ab"}), "second": Adam({"c": params["c"]})}
    both = Separate(groups, {"first": 1.0, "second": 0.5})

    both.step({name: np.ones(2) for name in "ab"}, 0.1)
    np.testing.assert_array_equal([params[name][0] for name in "abc"], [-0.1, -0.1, 0])
    both.step({"c": np.ones(2)}, 0.1)
    np.testing.assert_allclose([params[name][0] for name in "abc"], [-0.1, -0.1, -0.05], rtol=1e-7)
    both.step({"a": np.ones(2)}, 0.1)

    assert params["a"][0] == -0.1
    assert groups["second"].t == 1
    assert set(both.state()) == {"second/t", "second/m/c", "second/s/c"}
    with pytest.raises(ValueError, match="must hold"):
        both.restore({"first/t": np.array(1)})


def test_a_restored_state_is_a_copy():
    params = {"b": np.ones(1)}
    first, second = SGD(params, 0.5), SGD(params, 0.5)
    first.step({"b": np.ones(1)}, 0.1)
    second.restore(first.state())

    second.step({"b": np.ones(1)}, 0.1)

    assert first.state()["v/b"][0] == 1
    assert second.state()["v/b"][0] == 1.5


def test_the_state_holds_one_velocity_or_two_moments_and_the_time():
    params = {"W": np.ones((2, 3))}

    assert SGD(params).state() == {}
    assert {name: a.shape for name, a in SGD(params, 0.1).state().items()} == {"v/W": (2, 3)}
    assert {name: a.shape for name, a in Adam(params).state().items()} == {"t": (), "m/W": (2, 3), "s/W": (2, 3)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("m/b"), "must hold"),
        (lambda s: s.update(more=np.ones(1)), "must hold"),
        (lambda s: s.update({"m/b": np.ones(7)}), r"'m/b' must have the shape \(3,\).*\(7,\)"),
        (lambda s: s.update({"m/b": np.ones(3, np.float32)}), "float64.*float32"),
        (lambda s: s.update(t=np.array(-1)), "t must be a whole number of at least 0.*-1"),
    ],
)
def test_a_foreign_state_is_refused(change, message):
    adam = Adam(params_and_gradients()[0])
    state = dict(adam.state())
    change(state)

    with pytest.raises(ValueError, match=message):
        adam.restore(state)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD({}, momentum=1), "momentum.*at least 0 and below 1.*1"),
        (lambda: SGD({}, momentum=-0.1), "momentum.*-0.1"),
        (lambda: Adam({}, beta_1=1.0), "beta_1.*below 1"),
        (lambda: Adam({}, beta_1=-0.5), "beta_1.*-0.5"),
        (lambda: Adam({}, beta_2=2), "beta_2.*below 1"),
        (lambda: Adam({}, beta_2=-0.5), "beta_2.*-0.5"),
        (lambda: Adam({}, epsilon=0), "epsilon.*above 0"),
        (lambda: Adam({}, epsilon=math.nan), "epsilon.*nan"),
        (lambda: optimizer("rprop", {}), "optimizer must be one of 'adam', 'sgd', but 'rprop'"),
        (lambda: optimizer("adam", {}, momentum=0.9), "momentum.*'sgd'.*0.9.*'adam'"),
    ],
)
def test_settings_outside_their_domain_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_optimisers_are_found_by_their_names():
    assert type(optimizer("sgd", {})) is SGD
    assert optimizer("sgd", {}, 0.9).momentum == 0.9
    assert type(optimizer("adam", {})) is Adam


def test_the_cosine_falls_from_one_through_a_half_to_zero():
    assert [cosine(t, 4) for t in (0, 2, 4)] == pytest.approx([1, 0.5, 0], abs=1e-15)
    assert cosine(1, 4) == pytest.approx((1 + math.sqrt(0.5)) / 2)


def test_the_constant_schedule_changes_nothing():
    assert [constant(t, 4) for t in range(4)] == [1, 1, 1, 1]


def test_weight_decay_shrinks_the_weights_and_leaves_the_biases():
    plain, decayed = ({"W": np.full((2, 3), 2.0), "b": np.full(3, 2.0)} for _ in range(2))
    for params, weight_decay in ((plain, 0.0), (decayed, 0.5)):
        Adam(params, weight_decay=weight_decay).step({name: np.ones(p.shape) for name, p in params.items()}, 0.1)

    np.testing.assert_allclose(decayed["W"], plain["W"] - 0.1 * 0.5 * 2.0, rtol=1e-15)
    np.testing.assert_array_equal(decayed["b"], plain["b"])
