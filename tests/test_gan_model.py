"""The adversarial network as a model: exact gradients, the game's rules, exact resumption, failures that are told."""

import copy
import itertools

import numpy as np
import pytest
from sklearn.base import clone

from genmodels import GAN, Divergence, data, gan
from genmodels.activations import ALPHA, sigmoid, softplus
from genmodels.gan import (
    Moves,
    Work,
    discriminate,
    discriminator_step,
    generate,
    generator_step,
    gradient_penalty,
    init_params,
    shapes,
)
from genmodels.losses import GENERATOR_LOSSES, discriminator_loss

N, D, K, H = 4, 6, 3, 5
OUTPUTS = ("linear", "sigmoid")
LOSSES = ("non-saturating", "saturating")


def example(dtype=np.float64):
    rng = np.random.default_rng(11)
    params = init_params(rng, D, K, H, dtype=dtype)
    for p in params.values():
        p += (0.5 * rng.normal(size=p.shape)).astype(dtype)
    X, X_g, Z = rng.random((N, D)), rng.random((N, D)), rng.normal(size=(N, K))
    return params, X.astype(dtype), X_g.astype(dtype), Z.astype(dtype)


def by_complex_step(value, params, prefix):
    grads = {}
    for name in (name for name in params if name.startswith(prefix)):
        grads[name] = np.empty(params[name].shape)
        for index in np.ndindex(params[name].shape):
            moved = {**params, name: params[name].astype(complex)}
            moved[name][index] += 1e-200j
            grads[name][index] = value(moved).imag / 1e-200
    return grads


def penalty_by_definition(params, X, gamma):
    """Mean of gamma/2 ||dlogit/dx||², the logit differentiated analytically but unit by unit."""
    total = 0
    for x in X:
        J = 0
        for j in range(H):
            argument = params["D_W1"][j] @ x + params["D_b1"][j]
            J = J + (1 if argument.real > 0 else ALPHA) * params["D_W2"][0, j] * params["D_W1"][j]
        total = total + gamma / 2 * (J @ J) / len(X)
    return total


def d_loss(params, X, X_g, r1=0.0):
    value = discriminator_loss(discriminate(params, X)[0], discriminate(params, X_g)[0])
    return value + penalty_by_definition(params, X, r1)


def g_loss(params, Z, loss, output):
    return GENERATOR_LOSSES[loss].value(discriminate(params, generate(params, Z, output=output)[0])[0])


def assert_gradients(grads, exact, digits=1e-12):
    assert grads.keys() == exact.keys()
    for name, wanted in exact.items():
        np.testing.assert_allclose(grads[name], wanted, rtol=0, atol=digits * np.abs(wanted).max(), err_msg=name)


# ---------------------------------------------------------------- functions


@pytest.mark.parametrize("r1", [0.0, 0.7])
def test_every_gradient_of_the_discriminator_is_the_derivative_of_its_loss_to_twelve_digits(r1):
    params, X, X_g, _ = example()

    loss, grads, _ = discriminator_step(params, X, X_g, r1=r1)

    assert loss == pytest.approx(d_loss(params, X, X_g, r1), rel=1e-14)
    assert_gradients(grads, by_complex_step(lambda p: d_loss(p, X, X_g, r1), params, "D_"))
    own = by_complex_step(lambda p: discriminator_step(p, X, X_g, r1=r1)[0], params, "D_")
    assert_gradients(grads, own)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_gradient_of_the_generator_is_the_derivative_of_its_loss_to_twelve_digits(loss, output):
    params, _, _, Z = example()

    value, grads, X_g = generator_step(params, Z, loss=loss, output=output)

    assert value == pytest.approx(g_loss(params, Z, loss, output), rel=1e-14)
    np.testing.assert_array_equal(X_g, generate(params, Z, output=output)[0])
    assert_gradients(grads, by_complex_step(lambda p: g_loss(p, Z, loss, output), params, "G_"))


def test_jax_finds_the_same_gradients():
    jax = pytest.importorskip("jax")
    params, X, X_g, Z = example()

    with jax.enable_x64(new_val=True):
        jnp = jax.numpy

        def rectifier(a):
            return jnp.where(a > 0, a, ALPHA * a)

        def logit(p, x):
            return p["D_W2"][0] @ rectifier(p["D_W1"] @ x + p["D_b1"]) + p["D_b2"][0]

        def logits(p, X):
            return jax.vmap(lambda x: logit(p, x))(X)

        def value_of_d(p, r1):
            J = jax.vmap(jax.grad(logit, argnums=1), in_axes=(None, 0))(p, X)
            value = jax.nn.softplus(-logits(p, X)).mean() + jax.nn.softplus(logits(p, X_g)).mean()
            return value + r1 / 2 * (J**2).sum(1).mean()

        def value_of_g(p, loss, output):
            A = rectifier(Z @ p["G_W1"].T + p["G_b1"]) @ p["G_W2"].T + p["G_b2"]
            a = logits(p, jax.nn.sigmoid(A) if output == "sigmoid" else A)
            return jax.nn.softplus(-a).mean() if loss == "non-saturating" else -jax.nn.softplus(a).mean()

        plain = {name: np.ascontiguousarray(p) for name, p in params.items()}
        for r1 in (0.0, 0.7):
            wanted = jax.grad(value_of_d)(plain, r1)
            _, grads, _ = discriminator_step(params, X, X_g, r1=r1)
            assert wanted["D_W1"].dtype == np.float64
            assert_gradients(grads, {name: np.asarray(wanted[name]) for name in grads}, 1e-10)
        for loss, output in itertools.product(LOSSES, OUTPUTS):
            wanted = jax.grad(value_of_g)(plain, loss, output)
            _, grads, _ = generator_step(params, Z, loss=loss, output=output)
            assert_gradients(grads, {name: np.asarray(wanted[name]) for name in grads}, 1e-10)


def test_the_penalty_is_the_squared_steepness_of_the_logits():
    params, X, _, _ = example()
    J = np.empty((N, D))
    for i, j in np.ndindex(N, D):
        moved = X.astype(complex)
        moved[i, j] += 1e-200j
        J[i, j] = discriminate(params, moved)[0][i].imag / 1e-200

    penalty, by_W1, by_W2 = gradient_penalty(params, discriminate(params, X)[1], 0.7)

    assert (by_W1.shape, by_W2.shape) == ((H, D), (1, H))
    assert penalty == pytest.approx(0.35 * (J**2).sum() / N, rel=1e-13)


def test_without_a_penalty_delta_tells_what_the_discriminator_says():
    params, X, X_g, _ = example()

    loss, _, delta = discriminator_step(params, X, X_g)

    assert loss == pytest.approx(d_loss(params, X, X_g), rel=1e-14)
    np.testing.assert_allclose(delta[:N], (sigmoid(discriminate(params, X)[0]) - 1) / N, rtol=1e-13)
    np.testing.assert_allclose(delta[N:], sigmoid(discriminate(params, X_g)[0]) / N, rtol=1e-13)


def test_the_networks_are_those_of_the_sheet():
    params, X, _, Z = example()

    X_g, G_H = generate(params, Z)
    a, D_H = discriminate(params, X)

    for x_g, g_h, z in zip(X_g, G_H, Z, strict=True):
        argument = params["G_W1"] @ z + params["G_b1"]
        np.testing.assert_allclose(g_h, np.where(argument > 0, argument, 0.2 * argument), rtol=1e-13, atol=1e-15)
        np.testing.assert_allclose(
            x_g, 1 / (1 + np.exp(-params["G_W2"] @ g_h - params["G_b2"])), rtol=1e-13, atol=1e-15
        )
    for logit, d_h, x in zip(a, D_H, X, strict=True):
        argument = params["D_W1"] @ x + params["D_b1"]
        np.testing.assert_allclose(d_h, np.where(argument > 0, argument, 0.2 * argument), rtol=1e-13, atol=1e-15)
        np.testing.assert_allclose(logit, params["D_W2"] @ d_h + params["D_b2"], rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(("init", "deviation"), [("he", (2 / 300) ** 0.5), ("xavier", (2 / 500) ** 0.5), (0.01, 0.01)])
def test_parameters_have_the_shapes_of_the_sheet_and_the_deviation_of_their_name(init, deviation):
    params = init_params(np.random.default_rng(0), 784, 300, 200, init=init)

    assert {name: p.shape for name, p in params.items()} == {
        "G_W1": (200, 300),
        "G_b1": (200,),
        "G_W2": (784, 200),
        "G_b2": (784,),
        "D_W1": (200, 784),
        "D_b1": (200,),
        "D_W2": (1, 200),
        "D_b2": (1,),
    }
    assert params["G_W1"].std() == pytest.approx(deviation, rel=0.02)
    assert all(p.dtype == np.float32 for p in params.values())
    assert all(p.T.flags.c_contiguous for p in params.values())
    assert not any(p.any() for name, p in params.items() if "_b" in name)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("r1", [0.0, 0.7])
def test_buffers_change_nothing_but_the_place_of_the_results(output, r1, dtype):
    params, X, X_g, Z = example(dtype)
    work = Work.allocate(N, params)
    work.both[:N], work.both[N:] = X, X_g
    close = {"rtol": 1e-5 if dtype == np.float32 else 1e-13, "atol": 1e-6 * (dtype == np.float32)}

    d_found = discriminator_step(params, work.both[:N], work.both[N:], work, r1=r1)
    for name, g in d_found[1].items():
        np.testing.assert_allclose(g, discriminator_step(params, X, X_g, r1=r1)[1][name], **close)
        assert g.dtype == dtype
    g_found = generator_step(params, Z, work, output=output)

    assert g_found[2].base is work.both.base
    assert d_found[1]["D_W1"] is work.dD_W1
    for name, g in g_found[1].items():
        np.testing.assert_allclose(g, generator_step(params, Z, output=output)[1][name], **close)
        assert g is getattr(work, f"d{name}")
        assert g.strides == params[name].strides


def test_the_functions_change_none_of_their_arguments():
    params, X, X_g, Z = example()
    before = copy.deepcopy((params, X, X_g, Z))

    discriminator_step(params, X, X_g, r1=0.5)
    generator_step(params, Z)

    for name, p in params.items():
        np.testing.assert_array_equal(p, before[0][name])
    for array, old in zip((X, X_g, Z), before[1:], strict=True):
        np.testing.assert_array_equal(array, old)


# ---------------------------------------------------------------- the model


@pytest.fixture(scope="module")
def images():
    return data.shapes(150, random_state=0)[0][:, 300:400].copy()


def small(**settings):
    return GAN(**{"n_latent": 5, "n_hidden": 12, "epochs": 4, "batch_size": 32, "random_state": 0, **settings})


def same_bits(a, b):
    return all(a.params_[name].tobytes() == p.tobytes() for name, p in b.params_.items())


def test_a_step_is_one_of_the_discriminator_and_then_one_of_the_generator_against_the_new_discriminator(images):
    model = small(optimizer="sgd", momentum=0.0, learning_rate=0.3, discriminator_rate=0.2, batch_size=None, epochs=1)
    model.set_params(dtype="float64", r1=0.4, loss="saturating")
    X, rng = images.astype(np.float64), np.random.default_rng(0)
    params = init_params(rng, 100, 5, 12, dtype=np.float64)
    X = X[rng.permutation(len(X))]
    X_g, _ = generate(params, rng.standard_normal((150, 5)))
    value_of_d, grads, delta = discriminator_step(params, X, X_g, r1=0.4)
    params.update({name: params[name] - 0.2 * g for name, g in grads.items()})
    value_of_g, grads, _ = generator_step(params, rng.standard_normal((150, 5)), loss="saturating")
    params.update({name: params[name] - 0.3 * g for name, g in grads.items()})

    model.fit(X=images)

    for name, p in params.items():
        np.testing.assert_allclose(model.params_[name], p, rtol=1e-11, atol=1e-14, err_msg=name)
    history = model.history_
    assert history.step_loss == pytest.approx([value_of_d], rel=1e-12)
    assert history.generator_loss == pytest.approx([value_of_g], rel=1e-12)
    assert history.real == pytest.approx([1 + delta[:150].sum()], rel=1e-12)
    assert history.fake == pytest.approx([delta[150:].sum()], rel=1e-12)


def test_the_generator_waits_for_its_turn(images):
    history = small(n_discriminator_steps=3).fit(images).history_

    assert len(history.step_loss) == len(history.real) == len(history.fake) == 20
    assert len(history.generator_loss) == 6
    assert len(history.spread) == len(history.epoch_loss) == 4


def test_each_player_has_its_own_adam(images):
    model = small(n_discriminator_steps=2)

    run = model._first_run(100, 0)
    model._train(run, images)

    assert {name: group.t for name, group in run.optimizer.groups.items()} == {"discriminator": 20, "generator": 10}
    assert all(group.beta_1 == 0.5 for group in run.optimizer.groups.values())


def test_the_rates_of_the_players_are_their_own(images):
    start = init_params(np.random.default_rng(0), 100, 5, 12)
    model = small(learning_rate=1e-3, discriminator_rate=1e-12, epochs=1).fit(images)

    np.testing.assert_allclose(model.params_["D_W1"], start["D_W1"], rtol=0, atol=1e-9)
    assert np.abs(model.params_["G_W1"] - start["G_W1"]).max() > 1e-3
    assert same_bits(small(discriminator_rate=1e-3).fit(images), small().fit(images))


def test_the_spread_is_the_deviation_of_the_samples_against_that_of_the_data(images):
    model = small(dtype="float64").fit(images)
    X_g = model.sample(20000, random_state=1)

    ratio = np.sqrt(X_g.var(axis=0).sum() / images.var(axis=0).sum())
    assert model.history_.spread[-1] == pytest.approx(ratio, rel=0.05)


def test_data_that_do_not_vary_need_no_spread():
    assert small().fit(np.full((5, 3), 0.5)).history_.spread == [1.0] * 4


def test_samples_and_judgements_follow_the_functions(images):
    model = small(dtype="float64").fit(images)
    Z = np.random.default_rng(7).standard_normal((6, 5))
    a, _ = discriminate(model.params_, images.astype(np.float64))

    np.testing.assert_allclose(model.sample(6, random_state=7), generate(model.params_, Z)[0], rtol=1e-13)
    np.testing.assert_allclose(model.logits(images), a, rtol=1e-12)
    np.testing.assert_allclose(model.discriminate(images), sigmoid(a), rtol=1e-12)
    assert model.sample().shape == (1, 100)
    assert not np.array_equal(model.sample(6), model.sample(6))


def test_the_score_is_minus_what_the_signs_of_the_logits_tell(images):
    model = small(dtype="float64").fit(images)
    model.params_["D_b2"] -= np.quantile(model.logits(model.sample(150, random_state=0)), 0.7)  # 30 % pass for data
    real, fake = model.logits(images), model.logits(model.sample(150, random_state=0))
    accuracy = ((real > 0).mean() + (fake < 0).mean()) / 2

    assert model.score(images) == pytest.approx(-abs(2 * accuracy - 1), abs=1e-15)
    model.params_["D_W2"][:] = 0
    model.params_["D_b2"][:] = 0
    assert model.score(images) == 0


@pytest.mark.parametrize("dtype", ["float32", np.float64])
def test_everything_keeps_the_type_of_the_model(images, dtype):
    model = small(dtype=dtype).fit(images.astype(np.float64))

    arrays = (model.sample(3), model.logits(images), model.discriminate(images), *model.params_.values())
    assert {a.dtype for a in arrays} == {np.dtype(dtype)}


# ---------------------------------------------------------------- runs


def test_digits_are_learned_in_their_variety():
    """Samples lie near digits, digits near samples, far nearer than the mean image is."""
    X = data.digits()[0]
    model = GAN(r1=0.1, random_state=0).fit(X)
    X_g = model.sample(1797, random_state=1)

    def nearest(A, B):
        return np.sqrt(((A**2).sum(1)[:, None] + (B**2).sum(1) - 2 * A @ B.T).min(axis=1).clip(0)).mean()

    between = nearest(X[::2], X[1::2])
    assert 0.7 < model.history_.spread[-1] < 1.3
    assert nearest(X_g, X) < 1.5 * between
    assert nearest(X, X_g) < 1.5 * between
    assert nearest(X, X.mean(axis=0)[None]) > 1.7 * between


@pytest.mark.slow
def test_the_example_of_the_sheet_reaches_log_4_with_a_constant_generator():
    X = np.random.default_rng(0).random((1000, 784))
    settings = {"init": 0.01, "optimizer": "sgd", "momentum": 0.0, "learning_rate": 2e-4}

    with pytest.warns(UserWarning, match="the generator has collapsed: its samples deviate 0.00"):
        model = GAN(**settings, epochs=63, random_state=0).fit(X)  # 1008 steps

    assert model.history_.epoch_loss[-1] == pytest.approx(np.log(4), abs=0.005)
    assert model.sample(1000, random_state=0).std(axis=0).mean() < 0.003
    assert X.std(axis=0).mean() == pytest.approx(12**-0.5, rel=0.01)


def test_a_collapsed_generator_is_reported(images):
    with pytest.warns(UserWarning, match=r"collapsed: its samples deviate 0.0\d+ times .* history_.spread") as told:
        model = small(init=0.01).fit(images)

    spread = model.history_.spread
    assert 0 < max(spread) < 0.1
    assert f"its samples deviate {spread[-1]:.2g} times" in str(told[0].message)
    assert f"{spread[-1]:.2g}" not in [f"{earlier:.2g}" for earlier in spread[:-1]]
    assert told[0].filename == __file__


# ---------------------------------------------------------------- interrupting, resuming, saving


@pytest.mark.parametrize(("player", "what"), [("discriminator_step", "the loss"), ("generator_step", "the generator")])
def test_a_loss_that_is_not_a_number_stops_with_its_step_and_keeps_the_last_good_parameters(
    images, monkeypatch, player, what
):
    step, calls = getattr(gan, player), []

    def spoiled(params, *args, **kwargs):
        calls.append({name: p.copy() for name, p in params.items()})
        loss, *rest = step(params, *args, **kwargs)
        return (np.nan if len(calls) == 8 else loss), *rest

    monkeypatch.setattr(gan, player, spoiled)
    model = small(random_state=1)
    with pytest.raises(Divergence, match=f"{what}.* became nan at step 8 .in epoch 2.*are kept") as info:
        model.fit(images)

    assert (info.value.step, info.value.epoch) == (8, 2)
    history = model.history_
    assert len(history.step_loss) == len(history.generator_loss) == len(history.real) == len(history.fake) == 7
    if player == "discriminator_step":
        assert all(np.array_equal(p, calls[5][name]) for name, p in model.params_.items())
    assert all(np.isfinite(p).all() for p in model.params_.values())


def test_samples_that_leave_the_numbers_are_a_divergence(images, monkeypatch):
    monkeypatch.setattr(gan._Game, "spread", lambda self, params: np.inf)

    with pytest.raises(Divergence, match="the spread of the samples became inf at step 5"):
        small().fit(images)


# ---------------------------------------------------------------- conventions


def test_settings_are_stored_as_they_come_and_cloned():
    model = GAN(7, r1=0.5, init=0.01, verbose=False)

    assert clone(model).get_params() == model.get_params()
    assert repr(model) == "GAN(n_latent=7, r1=0.5, init=0.01, verbose=False)"


def test_the_history_draws_both_losses_and_what_guessing_costs(images):
    plt = pytest.importorskip("matplotlib.pyplot")
    plt.switch_backend("agg")
    history = small(n_discriminator_steps=2).fit(images).history_

    ax = history.plot()
    lines = {line.get_label(): line for line in ax.lines}

    assert list(lines) == ["discriminator", "generator", "log 4: D guesses"]
    np.testing.assert_allclose(lines["log 4: D guesses"].get_ydata(), np.log(4))
    np.testing.assert_array_equal(lines["discriminator"].get_ydata(), history.step_loss)
    np.testing.assert_array_equal(lines["generator"].get_ydata(), history.generator_loss)
    np.testing.assert_allclose(lines["discriminator"].get_xdata(), np.arange(1, 21) / 5)
    assert lines["discriminator"].get_xdata()[-1] == lines["generator"].get_xdata()[-1] == 4
    assert Moves().plot(ax) is ax
    plt.close("all")


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"n_latent": 0}, "n_latent must be a whole number of at least 1, but 0 was given"),
        ({"n_hidden": 0}, "n_hidden must be a whole number of at least 1, but 0 was given"),
        ({"n_hidden": 2.5}, "n_hidden.*2.5"),
        ({"n_discriminator_steps": 0}, "n_discriminator_steps must be a whole number of at least 1, but 0 was given"),
        ({"n_discriminator_steps": -1}, "n_discriminator_steps.*-1"),
        ({"output": "relu"}, "output must be one of 'linear', 'sigmoid', but 'relu'"),
        ({"loss": "wasserstein"}, "loss must be one of 'non-saturating', 'saturating', but 'wasserstein'"),
        ({"init": "zero"}, "init must be one of 'he', 'xavier', but 'zero'"),
        ({"init": 0}, "init must be a number, above 0 and finite, but 0"),
        ({"init": None}, "init must be a number.*None"),
        ({"r1": -0.1}, "r1 must be a number, at least 0 and finite, but -0.1"),
        ({"r1": np.nan}, "r1.*nan"),
        ({"momentum": 1.0}, "momentum must be a number, at least 0 and below 1, but 1.0"),
        ({"momentum": "x", "optimizer": "sgd"}, "momentum.*'x'"),
        ({"optimizer": "rmsprop"}, "optimizer must be one of 'adam', 'sgd', but 'rmsprop'"),
        ({"learning_rate": 0}, "learning_rate must be a number, above 0 and finite, but 0"),
        ({"learning_rate": "fast", "discriminator_rate": 0.1}, "learning_rate.*'fast'"),
        ({"discriminator_rate": 0}, "discriminator_rate must be a number, above 0 and finite, but 0"),
        ({"batch_size": 0}, "batch_size.*0"),
        ({"epochs": 0}, "epochs.*0"),
        ({"dtype": "float16"}, "dtype must be"),
    ],
)
def test_bad_settings_are_refused_by_fit_which_then_learned_nothing(images, changed, message):
    model = small(**changed)

    with pytest.raises(ValueError, match=message):
        model.fit(images)

    assert vars(model) == model.get_params()


def test_another_width_is_refused(images):
    with pytest.raises(ValueError, match="X has 99 features, but GAN is expecting 100 features as input"):
        small(epochs=1).fit(images).logits(images[:, :99])


def test_a_linear_output_takes_any_data(images):
    assert small(output="linear").fit(images * 5 - 2).logits(images).shape == (150,)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0,), "n must be a whole number of at least 1, but 0"), ((3, "x"), "random_state must be.*'x'")],
)
def test_bad_arguments_of_sample_are_refused(images, arguments, message):
    with pytest.raises(ValueError, match=message):
        small(epochs=1).fit(images).sample(*arguments)


@pytest.mark.parametrize("call", [lambda m: m.sample(), lambda m: m.logits([[1]]), lambda m: m.score([[1]])])
def test_a_model_that_is_not_fitted_says_so(call):
    with pytest.raises(ValueError, match="This GAN instance is not fitted yet: call fit before"):
        call(small())


def test_files_that_hold_no_such_model_are_refused(images, tmp_path):
    small(epochs=2).fit(images, checkpoint=tmp_path / "run")

    with pytest.raises(ValueError, match=r"written with r1=0\.0, but the model has r1=0\.5"):
        small(epochs=2, r1=0.5).fit(images, resume=tmp_path / "run")
    with pytest.raises(ValueError, match="training on other data"):
        small(epochs=2).fit(images[1:], resume=tmp_path / "run")


def test_shapes_of_the_sheet():
    assert shapes(784, 100, 128)["G_W2"] == (784, 128)
    assert softplus(0.0) == pytest.approx(np.log(2))
