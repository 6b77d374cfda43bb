"""Claims of the chapter on training, bound to the code: clipping, initialisation, descent, Adam, schedules.

Each binding has a twin that puts a named mistake of the claim in the formula's place and must see it fail.
"""

import math

import numpy as np
import pytest
from binding import agree, claim, disagree, formula, mistakes
from scipy.integrate import quad

from genmath.bridge import instantiate
from genmath.notation import T, d, ell, h
from genmath.surface import Var
from genmodels import activations, optim, training

RNG = np.random.default_rng(3)
G, G_OTHER = RNG.normal(size=7), RNG.normal(size=7)
N = math.sqrt(math.fsum(v * v for v in G))
N_MAX = 0.4 * N


def known(node, **values):
    """Those of the values that an expression asks for."""
    names = {v.name for v in node.walk() if isinstance(v, Var)}
    return {name: value for name, value in values.items() if name in names}


def clipped_by_norm(g=G, c=N_MAX):
    """The gradient, cut into two arrays for the program."""
    (first, second), _ = optim.clip_by_global_norm((g[:4].reshape(2, 2), g[4:]), c)
    return np.concatenate([first.ravel(), second])


# ---------------------------------------------------------------- clipping


@pytest.mark.binds("clip-norm", "genmodels.optim:clip_by_global_norm")
def test_a_long_gradient_is_clipped_as_the_definition_says():
    agree(clipped_by_norm(), instantiate(formula("clip-norm"), g=G, norm_g=N, N_max=N_MAX)[:, 0])


@pytest.mark.binds("clip-norm", "genmodels.optim:clip_by_global_norm", twin=True)
def test_a_norm_that_is_not_rooted_is_noticed():
    disagree(clipped_by_norm(), instantiate(formula("clip-norm"), g=G, norm_g=N**2, N_max=N_MAX)[:, 0])


@pytest.mark.binds("clip-norm-after", "genmodels.optim:clip_by_global_norm")
def test_the_clipped_gradient_has_the_norm_that_is_asked_for():
    clipped = clipped_by_norm()

    agree(clipped @ clipped, instantiate(formula("clip-norm-after"), N_max=N_MAX))


@pytest.mark.binds("clip-norm-after", "genmodels.optim:clip_by_global_norm", twin=True)
def test_a_wrong_norm_of_the_clipped_gradient_is_noticed():
    clipped, (kept, squared) = clipped_by_norm(), mistakes("clip-norm-after")

    disagree(clipped @ clipped, instantiate(kept, norm_g=N))
    disagree(clipped @ clipped, instantiate(squared, norm_g=N, N_max=N_MAX))


@pytest.mark.binds("clip-norm-direction", "genmodels.optim:clip_by_global_norm")
def test_the_clipped_gradient_points_the_same_way():
    agree(clipped_by_norm() @ G, instantiate(formula("clip-norm-direction"), norm_g=N, N_max=N_MAX))


@pytest.mark.binds("clip-norm-direction", "genmodels.optim:clip_by_global_norm", twin=True)
def test_another_direction_is_noticed():
    right_angle, opposite = mistakes("clip-norm-direction")

    disagree(clipped_by_norm() @ G, instantiate(right_angle))
    disagree(clipped_by_norm() @ G, instantiate(opposite, norm_g=N, N_max=N_MAX))


@pytest.mark.binds("clip-norm-behind", "genmodels.optim:clip_by_global_norm")
def test_no_short_vector_is_nearer_than_the_clipped_gradient():
    clipped = clipped_by_norm()
    for v in np.random.default_rng(0).normal(size=(20, 7)):
        v *= N_MAX / math.sqrt(v @ v)

        product = instantiate(claim("clip-norm-behind").start, g=G, norm_g=N, N_max=N_MAX, any_g=v).item()

        agree((G - clipped) @ (v - clipped), product)
        assert product <= instantiate(formula("clip-norm-behind"))
        assert (G - clipped) @ (G - clipped) < (G - v) @ (G - v)


@pytest.mark.binds("clip-norm-behind", "genmodels.optim:clip_by_global_norm", twin=True)
def test_a_gradient_that_is_clipped_too_much_has_vectors_ahead_of_it():
    clipped, v = clipped_by_norm(c=0.5 * N_MAX), clipped_by_norm()

    assert (G - clipped) @ (v - clipped) > instantiate(formula("clip-norm-behind"))
    disagree((G - clipped) @ (v - clipped), instantiate(formula("clip-norm-behind")))


@pytest.mark.binds("nearest-nonexpansive", "genmodels.optim:clip_by_global_norm")
@pytest.mark.binds("nearest-nonexpansive", "genmodels.optim:clip_by_value")
@pytest.mark.parametrize("scale", [0.2, 1.0, 5.0])
def test_clipping_takes_no_two_gradients_farther_apart(scale):
    for g, other in scale * np.random.default_rng(0).normal(size=(15, 2, 7)):
        before = instantiate(claim("nearest-nonexpansive").start, g=g, g_2=other).item()
        for clip in (clipped_by_norm, lambda a: optim.clip_by_value(a, -0.3, 0.5)):
            after = instantiate(formula("nearest-nonexpansive"), near=clip(g), near_2=clip(other)).item()

            assert after <= before


@pytest.mark.binds("nearest-nonexpansive", "genmodels.optim:clip_by_global_norm", twin=True)
@pytest.mark.binds("nearest-nonexpansive", "genmodels.optim:clip_by_value", twin=True)
@pytest.mark.parametrize("clip", [clipped_by_norm, lambda a: optim.clip_by_value(a, -0.3, 0.5)])
def test_a_clipping_that_reached_beyond_the_bound_would_take_gradients_apart(clip):
    g, other = 0.01 * G, 0.01 * G_OTHER

    before = instantiate(claim("nearest-nonexpansive").start, g=g, g_2=other).item()
    after = instantiate(formula("nearest-nonexpansive"), near=1.01 * clip(g), near_2=1.01 * clip(other)).item()

    assert after > before


VALUES = {"low": -0.3, "high": 0.5, "t": 0.1}


@pytest.mark.binds("clip-value-above", "genmodels.optim:clip_by_value")
@pytest.mark.binds("clip-value-below", "genmodels.optim:clip_by_value")
@pytest.mark.parametrize(
    ("label", "bound", "g"), [("clip-value-above", "high", 2.0), ("clip-value-below", "low", -2.0)]
)
def test_an_entry_beyond_a_bound_moves_to_it(label, bound, g):
    clipped = optim.clip_by_value(np.array([g]), VALUES["low"], VALUES["high"])

    wanted = instantiate(claim(label).start, g_1=g, **{name: VALUES[name] for name in (bound, "t")})

    agree((g - clipped) * (VALUES["t"] - clipped), wanted)
    assert wanted <= instantiate(formula(label))


@pytest.mark.binds("clip-value-above", "genmodels.optim:clip_by_value", twin=True)
@pytest.mark.binds("clip-value-below", "genmodels.optim:clip_by_value", twin=True)
@pytest.mark.parametrize(
    ("label", "bound", "g"), [("clip-value-above", "low", 2.0), ("clip-value-below", "high", -2.0)]
)
def test_an_entry_at_the_other_bound_is_noticed(label, bound, g):
    clipped = optim.clip_by_value(np.array([g]), VALUES["low"], VALUES["high"])

    wrong = instantiate(mistakes(label)[0], g_1=g, **{name: VALUES[name] for name in (bound, "t")})

    disagree((g - clipped) * (VALUES["t"] - clipped), wrong)


def test_an_entry_between_the_bounds_stays():
    np.testing.assert_array_equal(optim.clip_by_value(G, -9, 9), G)


def test_clipping_by_value_turns_the_sheets_gradient_as_the_counterexample_says():
    clipped = optim.clip_by_value(np.array([2.0, 0.5]), -1, 1)

    np.testing.assert_array_equal(clipped, [1, 0.5])
    assert (clipped @ [2, 0.5]) ** 2 == 81 / 16
    assert (clipped @ clipped) * 4.25 == 85 / 16


def moved_by(eta, c):
    params = {"p": np.zeros(7)}
    clipped, _ = optim.clip_by_global_norm({"p": G}, c)
    optim.SGD(params).step(clipped, eta)
    return params["p"] @ params["p"]


@pytest.mark.binds("clip-step", "genmodels.optim:SGD.step")
def test_a_step_with_a_clipped_gradient_has_the_proved_length():
    agree(moved_by(0.3, N_MAX), instantiate(formula("clip-step"), step=0.3, N_max=N_MAX))


@pytest.mark.binds("clip-step", "genmodels.optim:SGD.step", twin=True)
def test_a_step_as_long_as_without_clipping_is_noticed():
    for wrong in mistakes("clip-step"):
        disagree(moved_by(0.3, N_MAX), instantiate(wrong, step=0.3, norm_g=N))


@pytest.mark.binds("clip-mean-of-two", "genmodels.optim:clip_by_global_norm")
def test_two_clipped_gradients_point_downhill_together_as_far_as_was_proved():
    other = math.sqrt(G_OTHER @ G_OTHER)
    square = claim("clip-mean-of-two").links[0].right

    together = (clipped_by_norm() + clipped_by_norm(G_OTHER)) @ (G + G_OTHER)

    assert other > N_MAX
    agree(together, instantiate(square, g=G, g_2=G_OTHER, norm_g=N, norm_2=other, N_max=N_MAX))
    assert together > instantiate(formula("clip-mean-of-two"))


@pytest.mark.binds("clip-mean-of-two", "genmodels.optim:clip_by_global_norm", twin=True)
def test_two_gradients_of_another_norm_are_noticed():
    square = claim("clip-mean-of-two").links[0].right
    values = {"g": G, "g_2": G_OTHER, "norm_g": N, "norm_2": 1.1 * math.sqrt(G_OTHER @ G_OTHER), "N_max": N_MAX}

    together = (clipped_by_norm() + clipped_by_norm(G_OTHER)) @ (G + G_OTHER)

    disagree(together, instantiate(square, **values))
    disagree(together, instantiate(mistakes("clip-mean-of-two")[0]))


# ---------------------------------------------------------------- initialisation

DEPTH = {d: 30, ell: 7}


def variance(draw, fan_out, fan_in, **settings):
    """The variance that was asked for: what standard normal numbers of the same seed are multiplied by, squared."""
    W = draw(np.random.default_rng(0), fan_out, fan_in, np.float64, **settings)
    z = np.random.default_rng(0).standard_normal((fan_in, fan_out)).T
    return ((W / z) ** 2).mean()


@pytest.mark.binds("xavier-forward", "genmodels.training:xavier")
@pytest.mark.binds("xavier-backward", "genmodels.training:xavier")
@pytest.mark.parametrize(("label", "size"), [("xavier-forward", 40), ("xavier-backward", 30)])
def test_xaviers_weights_change_the_mean_square_by_the_proved_factor(label, size):
    agree(size * variance(training.xavier, 30, 40), instantiate(formula(label), sizes={d: 40, h: 30}))


@pytest.mark.binds("xavier-forward", "genmodels.training:xavier", twin=True)
@pytest.mark.binds("xavier-backward", "genmodels.training:xavier", twin=True)
@pytest.mark.parametrize(("label", "size"), [("xavier-forward", 40), ("xavier-backward", 30)])
def test_another_factor_of_xaviers_weights_is_noticed(label, size):
    for wrong in mistakes(label):
        disagree(size * variance(training.xavier, 30, 40), instantiate(wrong, sizes={d: 40, h: 30}))


def after_layers(draw, leak, **settings):
    """What seven layers make of a mean square of three, by the proved formula and the program's variance."""
    v_w = variance(draw, 30, 30, **settings)
    return instantiate(formula("layers-forward"), sizes=DEPTH, alpha=leak, var_w=v_w, square_0=3.0)


@pytest.mark.binds("layers-he", "genmodels.training:he")
@pytest.mark.parametrize("alpha", [0.0, 0.2, 0.7])
def test_with_hes_weights_seven_layers_keep_the_mean_square(alpha):
    agree(after_layers(training.he, alpha, alpha=alpha), instantiate(formula("layers-he"), square_0=3.0))


@pytest.mark.binds("layers-he", "genmodels.training:he", twin=True)
def test_weights_for_another_activation_are_noticed():
    (halved,) = mistakes("layers-he")

    disagree(after_layers(training.he, 0.0), instantiate(halved, sizes=DEPTH, square_0=3.0))
    disagree(after_layers(training.he, 0.2), instantiate(formula("layers-he"), square_0=3.0))
    disagree(after_layers(training.xavier, 0.0), instantiate(formula("layers-he"), square_0=3.0))


@pytest.mark.binds("he-layer", "genmodels.training:he")
@pytest.mark.parametrize("alpha", [0.0, 0.2])
def test_hes_weights_make_up_for_what_the_rectifier_takes(alpha):
    v_w = variance(training.he, 50, 30, alpha=alpha)

    kept = instantiate(formula("rectifier-square"), alpha=alpha, dev_a=math.sqrt(30 * v_w * 3.0))

    agree(kept, instantiate(formula("he-layer"), square_0=3.0))


@pytest.mark.binds("he-layer", "genmodels.training:he", twin=True)
def test_a_half_that_is_not_made_up_for_is_noticed():
    kept = instantiate(formula("rectifier-square"), alpha=0.0, dev_a=math.sqrt(30 * variance(training.he, 50, 30) * 3))

    for wrong in mistakes("he-layer"):
        disagree(kept, instantiate(wrong, sizes={d: 30}, **known(wrong, square_0=3.0, alpha=0.0)))


RECTIFIERS = {"relu": 0.0, "leaky_relu": activations.ALPHA, "linear": 1.0}


def mean_power(name, power, deviation):
    """The mean of a power of an activation of a Gaussian number, by quadrature."""

    def integrand(a):
        value = float(activations.ACTIVATIONS[name].value(np.array([deviation * a]))[0])
        return value**power * math.exp(-a * a / 2) / math.sqrt(2 * math.pi)

    return sum(quad(integrand, *span, epsabs=1e-14, epsrel=1e-13)[0] for span in ((-40, 0), (0, 40)))


@pytest.mark.binds("rectifier-square", "genmodels.activations:relu")
@pytest.mark.binds("rectifier-square", "genmodels.activations:leaky_relu")
@pytest.mark.binds("rectifier-fourth-power", "genmodels.activations:relu")
@pytest.mark.binds("rectifier-fourth-power", "genmodels.activations:leaky_relu")
@pytest.mark.parametrize(("label", "power"), [("rectifier-square", 2), ("rectifier-fourth-power", 4)])
@pytest.mark.parametrize(("name", "alpha"), RECTIFIERS.items())
def test_a_rectifier_keeps_the_proved_part_of_a_gaussian(label, power, name, alpha):
    agree(mean_power(name, power, 0.7), instantiate(formula(label), alpha=alpha, dev_a=0.7))


@pytest.mark.binds("rectifier-square", "genmodels.activations:relu", twin=True)
@pytest.mark.binds("rectifier-square", "genmodels.activations:leaky_relu", twin=True)
@pytest.mark.binds("rectifier-fourth-power", "genmodels.activations:relu", twin=True)
@pytest.mark.binds("rectifier-fourth-power", "genmodels.activations:leaky_relu", twin=True)
@pytest.mark.parametrize(("label", "power"), [("rectifier-square", 2), ("rectifier-fourth-power", 4)])
def test_another_part_is_noticed(label, power):
    leaky, plain = (mean_power(name, power, 0.7) for name in ("leaky_relu", "relu"))

    for wrong in mistakes(label):
        disagree(leaky, instantiate(wrong, **known(wrong, dev_a=0.7, alpha=activations.ALPHA)))
    all_of_it = mistakes(label)[0]
    disagree(plain, instantiate(all_of_it, **known(all_of_it, dev_a=0.7, alpha=0.0)))


@pytest.mark.binds("tanh-slope", "genmodels.activations:tanh_slope")
def test_the_slope_of_the_hyperbolic_tangent_is_at_most_one():
    t = np.linspace(-6, 6, 25)

    slope = activations.tanh_slope(activations.tanh(t))

    agree(slope, [instantiate(claim("tanh-slope").links[0].right, t=v) for v in t])
    assert slope.max() <= instantiate(formula("tanh-slope"))


@pytest.mark.binds("tanh-slope", "genmodels.activations:tanh_slope", twin=True)
def test_another_slope_of_the_hyperbolic_tangent_is_noticed():
    slope = activations.tanh_slope(activations.tanh(np.linspace(-6, 6, 25)))
    one, half = mistakes("tanh-slope")

    disagree(slope, np.full(25, float(instantiate(one).item())))
    assert slope.max() > instantiate(half)


# ---------------------------------------------------------------- descent on a quadratic loss

CURVES = np.array([0.5, 1.5, 3.0])
V = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]
START = np.array([1.0, -2.0, 0.5])


def descended(steps, eta=0.4):
    """A descent in three directions at once, and where it stands in them."""
    params = {"p": START.copy()}
    sgd = optim.SGD(params)
    for _ in range(steps):
        sgd.step({"p": V @ (CURVES * (V.T @ params["p"]))}, eta)
    return V.T @ params["p"]


@pytest.mark.binds("gd-directions", "genmodels.optim:SGD.step")
def test_a_step_leaves_in_each_direction_its_own_part():
    wanted = instantiate(formula("gd-directions"), step=0.4, curves=CURVES, V_w=V, xi_w=START)

    agree(descended(1), wanted[:, 0])


@pytest.mark.binds("gd-directions", "genmodels.optim:SGD.step", twin=True)
def test_another_part_of_a_direction_is_noticed():
    uphill, same = mistakes("gd-directions")

    disagree(descended(1), instantiate(uphill, step=0.4, curves=CURVES, V_w=V, xi_w=START)[:, 0])
    disagree(descended(1), instantiate(same, step=0.4, V_w=V, xi_w=START)[:, 0])


def left_over(node, steps, eta=0.4):
    directions = [{"step": eta, "curve": c, "xi_0": start} for c, start in zip(CURVES, V.T @ START, strict=True)]
    return [instantiate(node, sizes={T: steps}, **known(node, **values)).item() for values in directions]


@pytest.mark.binds("gd-error", "genmodels.optim:SGD.step")
@pytest.mark.parametrize("eta", [0.1, 0.4, 0.7])
@pytest.mark.parametrize("steps", [1, 2, 9])
def test_any_number_of_steps_leaves_the_proved_part(steps, eta):
    agree(descended(steps, eta), left_over(formula("gd-error"), steps, eta))


@pytest.mark.binds("gd-error", "genmodels.optim:SGD.step", twin=True)
def test_another_part_after_some_steps_is_noticed():
    for wrong in mistakes("gd-error"):
        disagree(descended(9), left_over(wrong, 9))


@pytest.mark.binds("gd-boundary", "genmodels.optim:SGD.step")
@pytest.mark.parametrize("steps", [6, 7])
def test_at_twice_the_inverse_curvature_a_step_jumps_to_the_other_side(steps):
    params = {"p": np.array([0.3])}
    sgd = optim.SGD(params)
    for _ in range(steps):
        sgd.step({"p": 1.6 * params["p"]}, 2 / 1.6)

    agree(params["p"][0], instantiate(formula("gd-boundary"), sizes={T: steps}, xi_0=0.3))


@pytest.mark.binds("gd-boundary", "genmodels.optim:SGD.step", twin=True)
def test_a_step_that_stands_still_is_noticed():
    params = {"p": np.array([0.3])}
    optim.SGD(params).step({"p": 1.6 * params["p"]}, 2 / 1.6)

    for wrong in mistakes("gd-boundary"):
        disagree(params["p"][0], instantiate(wrong, xi_0=0.3))


# ---------------------------------------------------------------- Adam


def first_step(g, eta=0.1, **settings):
    params = {"p": np.zeros(1)}
    optim.Adam(params, **settings).step({"p": np.array([g])}, eta)
    return -params["p"][0]


@pytest.mark.binds("adam-first-step", "genmodels.optim:Adam.step")
@pytest.mark.parametrize("g", [1e-9, 1e-3, 0.7, 1e6])
def test_adams_first_step_is_the_learning_rate_but_for_the_small_number(g):
    for epsilon in (1e-8, 0.3):
        wanted = instantiate(formula("adam-first-step"), step=0.1, size_g=g, tiny_adam=epsilon).item()

        assert first_step(g, epsilon=epsilon) == pytest.approx(wanted, rel=1e-12)
        assert first_step(-g, epsilon=epsilon) == pytest.approx(-wanted, rel=1e-12)
        assert abs(wanted) < instantiate(formula("adam-first-bound"), step=0.1)


@pytest.mark.binds("adam-first-step", "genmodels.optim:Adam.step", twin=True)
def test_a_first_step_of_another_length_is_noticed():
    plain, uncorrected = mistakes("adam-first-step")

    disagree(first_step(0.7), instantiate(plain, step=0.1, size_g=0.7))
    disagree(
        first_step(0.7),
        instantiate(uncorrected, step=0.1, size_g=0.7, beta_1=0.9, beta_2=0.999, tiny_adam=1e-8),
    )


def last_step(entries, eta=0.1, epsilon=1e-300):
    params = {"p": np.zeros(1)}
    adam = optim.Adam(params, epsilon=epsilon)
    for g in entries:
        before = params["p"].copy()
        adam.step({"p": np.array([g])}, eta)
    return (before - params["p"])[0]


ENTRIES = np.random.default_rng(2).normal(size=6)
SHARES = {
    f"share_{number}": (1 - beta) * beta ** np.arange(5, -1, -1) / (1 - beta**6)
    for number, beta in ((1, 0.9), (2, 0.999))
}


@pytest.mark.binds("adam-scale", "genmodels.optim:Adam.step")
@pytest.mark.parametrize("factor", [1e-6, 1.0, 1e6])
def test_adams_steps_do_not_depend_on_the_size_of_all_gradients(factor):
    wanted = 0.1 * instantiate(formula("adam-scale"), entries_t=ENTRIES, **SHARES)

    agree(last_step(factor * ENTRIES), wanted)


@pytest.mark.binds("adam-scale", "genmodels.optim:Adam.step", twin=True)
def test_steps_that_grow_with_the_gradients_are_noticed():
    for wrong in mistakes("adam-scale"):
        disagree(last_step(3 * ENTRIES), 0.1 * instantiate(wrong, v=3.0, entries_t=ENTRIES, **SHARES))


# ---------------------------------------------------------------- schedules


@pytest.mark.binds("schedule-cosine", "genmodels.optim:cosine")
@pytest.mark.parametrize("t", range(8))
def test_the_cosine_schedule_is_a_squared_cosine(t):
    agree(optim.cosine(t, 8), instantiate(formula("schedule-cosine"), sizes={T: 8}, t=t))


@pytest.mark.binds("schedule-cosine", "genmodels.optim:cosine", twin=True)
def test_another_curve_is_noticed():
    for wrong in mistakes("schedule-cosine"):
        disagree(optim.cosine(2, 8), instantiate(wrong, sizes={T: 8}, t=2))


@pytest.mark.binds("schedule-step", "genmodels.optim:stepwise")
@pytest.mark.parametrize("drops", [1, 2, 5])
def test_the_last_part_of_the_step_schedule_has_made_all_drops(drops):
    wanted = instantiate(formula("schedule-step"), sizes={ell: drops}, drop=0.3, step=0.2)

    agree(0.2 * optim.stepwise(29, 30, drops, 0.3), wanted)


@pytest.mark.binds("schedule-step", "genmodels.optim:stepwise", twin=True)
def test_another_number_of_drops_is_noticed():
    once, added = mistakes("schedule-step")

    disagree(0.2 * optim.stepwise(29, 30, 5, 0.3), instantiate(once, drop=0.3, step=0.2))
    disagree(0.2 * optim.stepwise(29, 30, 5, 0.3), instantiate(added, sizes={ell: 5}, drop=0.3, step=0.2))


@pytest.mark.binds("schedule-warm-up", "genmodels.optim:warm_up")
@pytest.mark.parametrize("steps", [1, 4, 50])
def test_the_factors_of_a_warm_up_add_up_to_about_half_of_its_steps(steps):
    factors = [optim.warm_up(t, 4 * steps, 0.25) for t in range(steps)]

    agree(math.fsum(factors), instantiate(formula("schedule-warm-up"), sizes={T: steps}))


@pytest.mark.binds("schedule-warm-up", "genmodels.optim:warm_up", twin=True)
def test_a_warm_up_that_counts_fully_is_noticed():
    factors = [optim.warm_up(t, 40, 0.25) for t in range(10)]

    for wrong in mistakes("schedule-warm-up"):
        disagree(math.fsum(factors), instantiate(wrong, sizes={T: 10}))


# ---------------------------------------------------------------- independent oracles


def test_an_independent_library_clips_by_the_norm_alike():
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)  # noqa: FBT003 - its signature

    def clipped(g):
        norm = jax.numpy.sqrt((g**2).sum())
        return jax.numpy.where(norm > N_MAX, g * (N_MAX / norm), g)

    agree(clipped_by_norm(), np.asarray(clipped(G)))
    agree(optim.clip_by_value(G, -0.3, 0.5), np.asarray(jax.numpy.clip(G, -0.3, 0.5)))


def test_the_slope_of_clipping_along_the_gradient_is_zero_and_across_it_the_factor():
    """The complex step finds the derivative of the definition; the program's differences agree with it."""
    along, across = G / N, G_OTHER - (G_OTHER @ G) / N**2 * G
    for direction, wanted in ((along, 0 * G), (across, N_MAX / N * across)):
        step = 1e-30j * direction
        g = G + step

        slope = (N_MAX / np.sqrt((g * g).sum()) * g).imag / 1e-30

        np.testing.assert_allclose(slope, wanted, atol=1e-12)
        difference = (clipped_by_norm(G + 1e-6 * direction) - clipped_by_norm(G - 1e-6 * direction)) / 2e-6
        np.testing.assert_allclose(difference, slope, atol=1e-9)
