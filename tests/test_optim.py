"""Optimisers against their published formulas, schedules, and states that continue exactly."""

import math
from collections import namedtuple
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genmodels.optim import (
    SGD,
    Adam,
    Schedule,
    Separate,
    clip_by_global_norm,
    clip_by_value,
    constant,
    cosine,
    optimizer,
    plateau,
    stepwise,
    warm_up,
)


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


def test_steps_drop_the_rate_after_equal_parts():
    assert [stepwise(t, 9) for t in range(9)] == [1] * 3 + [0.1] * 3 + [0.1**2] * 3
    assert [stepwise(t, 10, drops=3, factor=0.5) for t in range(10)] == [1] * 3 + [0.5] * 2 + [0.25] * 3 + [0.125] * 2
    assert [stepwise(t, 2, drops=3, factor=0.5) for t in range(2)] == [1, 0.25]


def test_a_warm_up_rises_in_equal_steps_to_the_full_rate_and_keeps_it():
    assert [warm_up(t, 20, 0.25) for t in range(20)] == [0.2, 0.4, 0.6, 0.8] + [1.0] * 16
    assert [warm_up(t, 100) for t in range(6)] == [0.2, 0.4, 0.6, 0.8, 1, 1]
    assert [warm_up(t, 10, 0.25) for t in range(4)] == [0.4, 0.8, 1, 1]
    assert [warm_up(t, 5, 0.1) for t in range(5)] == [1] * 5
    assert [warm_up(t, 5, 0.0) for t in range(5)] == [1] * 5


@pytest.mark.parametrize(
    ("losses", "drops"),
    [
        ([], 0),
        ([5], 0),
        ([5, 4, 3, 2, 1, 0, -1, -2], 0),
        ([5, 5, 5], 0),
        ([5, 5, 5, 5], 1),
        ([5, 6, 7, 8], 1),
        ([5, 5, 5, 4, 4, 4], 0),
        ([5, 5, 5, 4, 4, 4, 4], 1),
        ([5] * 7, 2),
        ([5] * 6, 1),
        ([5, 5, 5, 5, 4, 4, 4], 1),
        ([5, 5, 5, 5, 4, 4, 4, 4], 2),
        ([-5, -5, -5, -5], 1),
        ([-5, -5, -5, -6], 0),
        ([0, 0, 0, 0], 1),
        ([0, 0, 0, -1e-300], 0),
    ],
)
def test_a_plateau_drops_the_rate_after_three_epochs_without_progress(losses, drops):
    assert plateau(losses, patience=3, factor=0.5) == 0.5**drops


def test_progress_is_more_than_a_share_of_the_lowest_loss():
    for lowest, less in ((100.0, 90.0), (-100.0, -110.0)):
        assert plateau([lowest, lowest, math.nextafter(less, -math.inf)], patience=2, factor=0.5, tolerance=0.1) == 1
        assert plateau([lowest, lowest, less], patience=2, factor=0.5, tolerance=0.1) == 0.5
    assert plateau([5, 5, math.nextafter(5, 0)], patience=2, tolerance=0) == 1
    assert plateau([1.0, 1.0, 1 - 1e-4], patience=2) == 0.1
    assert plateau([1.0, 1.0, 1 - 1.01e-4], patience=2) == 1
    assert plateau([1.0] * 10) == 1
    assert plateau([1.0] * 11) == 0.1


def test_a_late_epoch_is_measured_by_the_lowest_loss_and_not_by_the_last():
    assert plateau([1.0, 9.0, 8.0, 7.0], patience=3, factor=0.5) == 0.5


@pytest.mark.parametrize(
    ("schedule", "factors"),
    [
        (Schedule(), [constant(t, 8) for t in range(8)]),
        (Schedule("cosine"), [cosine(t, 8) for t in range(8)]),
        (Schedule("step"), [stepwise(t, 8) for t in range(8)]),
        (Schedule("step", drops=1, factor=0.5), [stepwise(t, 8, 1, 0.5) for t in range(8)]),
        (Schedule("plateau", patience=1), [1] * 8),
        (Schedule("cosine", warm_up=0.5), [cosine(t, 8) * warm_up(t, 8, 0.5) for t in range(8)]),
        (Schedule("step", 0.25, factor=0.3), [stepwise(t, 8, factor=0.3) * warm_up(t, 8, 0.25) for t in range(8)]),
        (Schedule("plateau", warm_up=0.5), [warm_up(t, 8, 0.5) for t in range(8)]),
    ],
)
def test_a_schedule_multiplies_its_factor_with_the_warm_up(schedule, factors):
    assert [schedule(t, 8) for t in range(8)] == factors


def test_only_a_plateau_earns_from_the_losses():
    waiting = Schedule("plateau", patience=2, factor=0.5, tolerance=0.2)

    assert waiting.earned([1, 0.9, 0.85]) == 0.5
    assert waiting.earned([1, 0.9, 0.75]) == 1
    assert Schedule("plateau").earned([1.0] * 11) == 0.1
    assert [Schedule(name).earned([1.0] * 99) for name in ("constant", "cosine", "step")] == [1, 1, 1]


def test_a_schedule_says_whether_it_needs_to_know_the_end():
    assert [Schedule(name).needs_end for name in ("constant", "cosine", "step", "plateau")] == [
        False,
        True,
        True,
        False,
    ]
    assert Schedule("constant", warm_up=0.1).needs_end
    assert Schedule("plateau", warm_up=0.1).needs_end


def test_a_schedule_shows_the_settings_that_were_given():
    assert repr(Schedule()) == "Schedule('constant')"
    assert repr(Schedule("cosine", warm_up=0.1)) == "Schedule('cosine', warm_up=0.1)"
    assert repr(Schedule("plateau", 0.5, 0.3, patience=2)) == "Schedule('plateau', warm_up=0.5, factor=0.3, patience=2)"
    assert Schedule.of("step") == Schedule("step")
    assert Schedule.of(Schedule("step", drops=5)) == Schedule("step", drops=5)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"name": "linear"}, "schedule must be one of 'constant', 'cosine', 'plateau', 'step', but 'linear' was given"),
        ({"warm_up": 1}, "warm_up must be a number, at least 0 and below 1, but 1 was given"),
        ({"warm_up": -0.1}, "warm_up.*-0.1"),
        ({"warm_up": math.nan}, "warm_up.*nan"),
        ({"name": "step", "factor": 0}, "factor must be a number, above 0 and below 1, but 0 was given"),
        ({"name": "plateau", "factor": 1.0}, "factor.*1.0"),
        ({"name": "step", "drops": 0}, "drops must be a whole number of at least 1, but 0 was given"),
        ({"name": "step", "drops": 1.5}, "drops.*1.5"),
        ({"name": "plateau", "patience": 0}, "patience must be a whole number of at least 1, but 0"),
        ({"name": "plateau", "tolerance": -1}, "tolerance must be a number, at least 0 and below 1, but -1"),
        ({"name": "plateau", "tolerance": 1}, "tolerance.*1"),
        (
            {"factor": 0.5},
            "factor is a setting of the schedule 'step' and 'plateau', but 0.5 was given with 'constant'",
        ),
        ({"name": "plateau", "drops": 2}, "drops is a setting of the schedule 'step', but 2 was given with 'plateau'"),
        ({"name": "step", "patience": 2}, "patience is a setting of the schedule 'plateau'"),
        ({"name": "cosine", "tolerance": 0.1}, "tolerance is a setting of the schedule 'plateau'"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Schedule(**settings)


def test_weight_decay_shrinks_the_weights_and_leaves_the_biases():
    plain, decayed = ({"W": np.full((2, 3), 2.0), "b": np.full(3, 2.0)} for _ in range(2))
    for params, weight_decay in ((plain, 0.0), (decayed, 0.5)):
        Adam(params, weight_decay=weight_decay).step({name: np.ones(p.shape) for name, p in params.items()}, 0.1)

    np.testing.assert_allclose(decayed["W"], plain["W"] - 0.1 * 0.5 * 2.0, rtol=1e-15)
    np.testing.assert_array_equal(decayed["b"], plain["b"])


def by_norm(grads, out=None):
    return clip_by_global_norm(grads, 1.0, out)[0]


def by_value(grads, out=None):
    return clip_by_value(grads, -1.0, 1.0, out)


clippers = pytest.mark.parametrize("clip", [by_norm, by_value])


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=6), st.floats(1e-300, 1e300))
def test_clipping_by_norm_is_right_at_every_magnitude(entries, c):
    exact = sum(Fraction(x) ** 2 for x in entries)

    clipped, norm = clip_by_global_norm([np.array(entries[:2]), *entries[2:]], c)

    assert Fraction(norm) ** 2 <= exact * (1 + Fraction(1, 10**14))
    assert Fraction(norm + math.ulp(norm)) ** 2 >= exact * (1 - Fraction(1, 10**14))
    factor = 1 if norm <= c else Fraction(c) / Fraction(norm)
    wanted = [float(Fraction(x) * factor) for x in entries]
    np.testing.assert_allclose([*clipped[0], *clipped[1:]], wanted, rtol=1e-14, atol=1e-323)


@pytest.mark.parametrize(
    ("entry", "dtype"),
    [
        (1e200, "f8"),
        (5e307, "f8"),
        (1e-200, "f8"),
        (1e-161, "f8"),
        (1e-21, "f4"),
        (1e30, "f4"),
        (1e38, "f4"),
        (1e-30, "f4"),
        (6e4, "f2"),
    ],
)
def test_squares_that_overflow_or_underflow_do_not_spoil_the_norm(entry, dtype):
    g = np.array([entry, entry, -entry, entry], dtype)
    (entry, *_), c = g.astype(np.float64).tolist(), 0.25 * float(g[0])

    clipped, norm = clip_by_global_norm({"W": g.reshape(2, 2)}, c)

    assert norm == pytest.approx(2 * entry, rel=1e-7, abs=0)
    assert clipped["W"].dtype == g.dtype
    np.testing.assert_allclose(clipped["W"].ravel(), np.sign(g) * (c / 2), rtol=1e-3 if dtype == "f2" else 1e-6, atol=0)


@pytest.mark.parametrize(("entry", "c"), [(1e38, 1e-5), (1e38, 1e-45)])
def test_a_factor_too_small_for_float32_is_not_lost(entry, c):
    clipped = clip_by_global_norm([np.array([entry, 0], np.float32)], c)[0][0]

    np.testing.assert_allclose(clipped, np.array([c, 0], np.float32), rtol=1e-6)
    assert clipped[0] > 0


def test_large_and_tiny_arrays_have_one_norm_together():
    clipped, norm = clip_by_global_norm({"a": np.array([3e200]), "b": np.array([4e200]), "c": np.array([1e-200])}, 5.0)

    assert norm == pytest.approx(5e200, rel=1e-15)
    assert [clipped[name][0] for name in "abc"] == pytest.approx([3, 4, 0], rel=1e-15)


def test_the_smallest_numbers_have_a_norm():
    assert clip_by_global_norm([5e-324] * 4, 1)[1] == 1e-323


def test_a_gradient_of_just_the_norm_is_kept_and_a_longer_one_is_not():
    g = [np.array([3.0]), np.array([4.0])]

    assert [a[0] for a in clip_by_global_norm(g, 5)[0]] == [3, 4]
    assert [a[0] for a in clip_by_global_norm(g, 5.5)[0]] == [3, 4]
    assert [a[0] for a in clip_by_global_norm(g, 2.5)[0]] == [1.5, 2]


def test_values_move_to_the_nearest_end_of_the_interval():
    clipped = clip_by_value({"W": np.array([[-3.0, 0.25], [0.5, 9.0]]), "b": 7}, -0.5, 0.5)

    np.testing.assert_array_equal(clipped["W"], [[-0.5, 0.25], [0.5, 0.5]])
    assert clipped["b"] == 0.5


def test_bounds_beyond_the_type_bound_nothing_and_give_no_infinity():
    g = np.array([5, -5], np.float32)
    largest = np.finfo(np.float32).max

    np.testing.assert_array_equal(clip_by_value(g, -1e300, 1e300), g)
    np.testing.assert_array_equal(clip_by_value(g, 1e299, 1e300), [largest, largest])
    np.testing.assert_array_equal(clip_by_value(g, -1e300, -1e299), [-largest, -largest])


@clippers
def test_the_form_of_nested_gradients_is_kept(clip):
    pair = namedtuple("pair", "W b")
    grads = {
        "layers": [pair(np.full((2, 3), 9.0), (np.full(3, 9.0),)), {}],
        7: np.float32(9),
        "n": 9,
        "e": np.zeros((0, 2)),
    }

    clipped = clip(grads)

    assert list(clipped) == ["layers", 7, "n", "e"]
    assert type(clipped["layers"][0]) is pair
    assert type(clipped["layers"]) is list
    assert type(clipped["layers"][0].b) is tuple
    assert clipped["layers"][1] == {}
    assert clipped["e"].shape == (0, 2)
    assert clipped["layers"][0].W.shape == (2, 3)
    assert type(clipped[7]) is np.float32
    value = 9 / math.sqrt(11 * 81) if clip is by_norm else 1.0
    entries = [*clipped["layers"][0].W.ravel(), *clipped["layers"][0].b[0], clipped[7], clipped["n"]]
    np.testing.assert_allclose(entries, value, rtol=1e-7)


@clippers
@pytest.mark.parametrize("empty", [{}, [], (), {"a": [{}, ()]}])
def test_gradients_without_entries_stay_as_they_are(clip, empty):
    assert clip(empty) == empty
    assert clip(empty, empty) is empty
    assert clip_by_global_norm(empty, 1.0)[1] == 0


@clippers
@pytest.mark.parametrize("grads", [np.zeros((2, 3)), np.zeros(0), 0.0, {"a": np.zeros(4, np.float32)}])
def test_a_gradient_of_zero_stays_zero(clip, grads):
    clipped = clip(grads)

    assert clip_by_global_norm(grads, 1.0)[1] == 0
    np.testing.assert_array_equal(
        clipped["a"] if isinstance(clipped, dict) else clipped, grads["a"] if isinstance(grads, dict) else grads
    )


@clippers
@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.int32])
def test_integers_count_as_real_numbers(clip, dtype):
    g = np.array([30, 40], dtype)

    clipped = clip(g)

    assert clipped.dtype == np.float64
    assert clip_by_global_norm(g, 1)[1] == 50
    np.testing.assert_allclose(clipped, [0.6, 0.8] if clip is by_norm else [1, 1], rtol=1e-15)


@clippers
@pytest.mark.parametrize("scale", [0.1, 10.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_result_never_shares_memory_with_the_gradients(clip, scale, dtype):
    grads = {"W": np.full((2, 2), scale, dtype), "b": [np.full(2, scale, dtype)]}
    before = grads["W"].copy()

    clipped = clip(grads)

    assert clipped is not grads
    assert not np.shares_memory(clipped["W"], grads["W"])
    assert not np.shares_memory(clipped["b"][0], grads["b"][0])
    assert clipped["W"].dtype == dtype
    np.testing.assert_array_equal(grads["W"], before)


@clippers
@pytest.mark.parametrize("scale", [0.1, 10.0])
def test_gradients_can_be_clipped_in_their_own_memory(clip, scale):
    rng = np.random.default_rng(0)
    grads = {"W": scale * rng.normal(size=(3, 4)).T, "b": [scale * rng.normal(size=4)[::2]]}
    wanted, arrays = clip(grads), (grads["W"], grads["b"][0])

    clipped = clip(grads, grads)

    assert clipped is grads
    assert grads["W"] is arrays[0]
    assert grads["b"][0] is arrays[1]
    np.testing.assert_array_equal(grads["W"], wanted["W"])
    np.testing.assert_array_equal(grads["b"][0], wanted["b"][0])


@clippers
def test_gradients_can_be_clipped_into_other_arrays(clip):
    grads = {"W": np.full((2, 2), 10.0), "n": 3}
    out = {"W": np.zeros((2, 2)), "n": np.zeros(())}

    clipped = clip(grads, out)

    assert clipped is out
    assert grads["W"][0, 0] == 10
    np.testing.assert_array_equal(out["W"], clip(grads)["W"])
    assert out["n"] == clip(grads)["n"]


def test_clipping_in_place_allocates_no_arrays():
    import tracemalloc

    grads = {"W": np.ones((1000, 1000), np.float32), "b": np.ones(1000)}
    tracemalloc.start()
    clip_by_global_norm(grads, 1.0, out=grads)
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert used < 20_000


@clippers
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_entries_that_are_not_finite_are_named_and_nothing_is_written(clip, value, dtype):
    grads = {"W": np.ones((2, 2), dtype), "layers": [np.ones(3), np.array([[1, 2, 3], [4, value, 6]], dtype)]}

    with pytest.raises(ValueError, match=rf"grads\['layers'\]\[1\] contains {value} \(first at index \(1, 1\)\)"):
        clip(grads, grads)
    with pytest.raises(ValueError, match=rf"grads contains {value} \(first at index \(\)\)"):
        clip(value)

    np.testing.assert_array_equal(grads["W"], 1)


def test_a_norm_beyond_float64_is_refused():
    with pytest.raises(ValueError, match="norm of grads is too large for float64"):
        clip_by_global_norm(np.full(4, 1e308), 1.0)
    with pytest.raises(ValueError, match="norm of grads is too large for float64"):
        clip_by_global_norm([1.7e308, 1.7e308], 1.0)


@clippers
@pytest.mark.parametrize(
    "entry", ["1", None, True, 1j, np.array([True]), np.array([1j]), np.array([None]), {1}, object()]
)
def test_entries_that_are_no_real_numbers_are_named(clip, entry):
    with pytest.raises(ValueError, match=r"grads\['W'\]\[1\] must be a real number or an array of them, but"):
        clip({"W": [np.ones(2), entry]})


@clippers
@pytest.mark.parametrize(
    ("out", "message"),
    [
        ({"W": np.ones(2)}, r"out must hold out\['W'\], out\['b'\] as grads does, but it holds out\['W'\]$"),
        ([np.ones(2), np.ones(3)], r"but it holds out\[0\], out\[1\]"),
        (
            {"W": np.ones(2), "b": np.ones(4)},
            r"out\['b'\] must be an array of the type float64 and the shape \(3,\), but is float64 and \(4,\)",
        ),
        ({"W": np.ones(2), "b": np.ones(3, np.float32)}, r"out\['b'\] must be an array.*but is float32"),
        ({"W": np.ones(2), "b": 3.0}, r"out\['b'\] must be an array.*but is 3.0"),
        ({"W": np.ones(2), "b": np.broadcast_to(np.ones(1), 3)}, r"out\['b'\] must be writable, but is read-only"),
    ],
)
def test_an_output_that_does_not_match_is_refused_before_anything_is_written(clip, out, message):
    with pytest.raises(ValueError, match=message):
        clip({"W": np.full(2, 9.0), "b": np.full(3, 9.0)}, out)

    np.testing.assert_array_equal(out[0] if isinstance(out, list) else out["W"], 1)


@clippers
def test_entries_that_share_their_memory_are_not_clipped_in_place(clip):
    g, h = np.full(4, 9.0), np.full(4, 9.0)
    for grads, out in (({"a": g, "b": g}, None), ({"a": g, "b": g[:2]}, None), ({"a": g, "b": h}, {"a": h, "b": g})):
        with pytest.raises(
            ValueError, match=r"out\['(a|b)'\] must have memory of its own, but shares that of out\['(a|b)'\]"
        ):
            clip(grads, out or grads)

    np.testing.assert_array_equal([g, h], 9)
    np.testing.assert_array_equal(clip({"a": g, "b": g})["b"], clip([g, h])[1])


@pytest.mark.parametrize("max_norm", [0, -1, math.nan, math.inf, "5", None, True])
def test_the_bound_of_the_norm_must_be_a_positive_number(max_norm):
    with pytest.raises(ValueError, match=rf"max_norm must be a number, above 0 and finite, but {max_norm!r} was given"):
        clip_by_global_norm([np.ones(2)], max_norm)


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        (1, 1, "low must be a number, below 1, but 1 was given"),
        (2, -2, "low must be a number, below -2, but 2 was given"),
        (-1, math.inf, "high must be a number, finite, but inf was given"),
        (-math.inf, 1, "low must be a number, below 1, but -inf was given"),
        (math.nan, 1, "low.*nan"),
        (-1, math.nan, "high.*nan"),
    ],
)
def test_the_bounds_of_the_values_must_be_two_numbers_in_order(low, high, message):
    with pytest.raises(ValueError, match=message):
        clip_by_value([np.ones(2)], low, high)
