"""Claims of the autoencoder's chapter, bound to the code: what runs is what was proved.

Each binding has a twin that puts a named mistake of the claim in the formula's place and must see it fail.
"""

import itertools

import numpy as np
import pytest
from binding import agree, claim, disagree, formula, mistakes

from genmath.bridge import instantiate
from genmath.notation import d, k, n
from genmodels import activations, autoencoder, losses, training

D, K, N = 5, 3, 4
NAMES = {
    "ae-rows-grad-decoder": "W_d",
    "ae-rows-grad-decoder-bias": "b_d",
    "ae-rows-grad-encoder": "W_e",
    "ae-rows-grad-encoder-bias": "b_e",
}


@pytest.fixture
def params():
    rng = np.random.default_rng(7)
    shapes = {"W_e": (K, D), "b_e": (K,), "W_d": (D, K), "b_d": (D,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


@pytest.fixture
def X():
    return np.random.default_rng(8).random((N, D))


def gradients(params, X, target=None, **functions):
    Z, X_hat = autoencoder.forward(params, X, **functions)
    return autoencoder.backward(params, X, Z, X_hat, X if target is None else target, **functions)


# ---------------------------------------------------------------- the logistic function


@pytest.mark.binds("sigmoid", "genmodels.activations:sigmoid")
@pytest.mark.binds("sigmoid-tanh", "genmodels.activations:sigmoid")
@pytest.mark.parametrize("label", ["sigmoid", "sigmoid-tanh"])
def test_the_logistic_function_is_both_of_its_forms(label):
    t = np.linspace(-9, 9, 37)

    wanted = [instantiate(formula(label), t=v) for v in t]

    agree(activations.sigmoid(t), wanted)


@pytest.mark.binds("sigmoid", "genmodels.activations:sigmoid", twin=True)
@pytest.mark.binds("sigmoid-tanh", "genmodels.activations:sigmoid", twin=True)
def test_a_tangent_of_the_whole_argument_is_noticed():
    t = np.linspace(-9, 9, 37)

    for wrong in mistakes("sigmoid-tanh"):
        disagree(activations.sigmoid(t), [instantiate(wrong, t=v) for v in t])


@pytest.mark.binds("sigmoid-slope", "genmodels.activations:sigmoid_slope")
def test_the_slope_comes_from_the_value():
    t = np.linspace(-6, 6, 25)

    wanted = [instantiate(formula("sigmoid-slope"), t=v) for v in t]

    agree(activations.sigmoid_slope(activations.sigmoid(t)), wanted)


@pytest.mark.binds("sigmoid-slope", "genmodels.activations:sigmoid_slope", twin=True)
def test_a_wrong_slope_is_noticed():
    t = np.linspace(-6, 6, 25)

    for wrong in mistakes("sigmoid-slope"):
        disagree(activations.sigmoid_slope(activations.sigmoid(t)), [instantiate(wrong, t=v) for v in t])


@pytest.mark.binds("sigmoid-stable", "genmodels.activations:sigmoid")
def test_the_tail_of_the_logistic_function_keeps_its_digits():
    t = -np.linspace(1, 700, 50)

    wanted = np.array([float(instantiate(formula("sigmoid-stable"), t=v).item()) for v in t])

    np.testing.assert_allclose(activations.sigmoid(t), wanted, rtol=1e-13)


@pytest.mark.binds("sigmoid-stable", "genmodels.activations:sigmoid", twin=True)
def test_a_lost_denominator_is_noticed():
    t = -np.linspace(0.1, 5, 10)

    for wrong in mistakes("sigmoid-stable"):
        disagree(activations.sigmoid(t), [instantiate(wrong, t=v) for v in t])


# ---------------------------------------------------------------- the network


@pytest.mark.binds("ae-encoder", "genmodels.autoencoder:encode")
def test_every_row_is_encoded_as_a_column_of_the_sheet(params, X):
    wanted = [instantiate(formula("ae-encoder"), x=row, W_e=params["W_e"], b_e=params["b_e"])[:, 0] for row in X]

    agree(autoencoder.encode(params, X), wanted)


@pytest.mark.binds("ae-encoder", "genmodels.autoencoder:encode", twin=True)
def test_an_encoder_with_turned_biases_is_noticed(params, X):
    turned = {"W_e": params["W_e"], "b_e": -params["b_e"]}

    disagree(autoencoder.encode(params, X), [instantiate(formula("ae-encoder"), x=row, **turned)[:, 0] for row in X])


@pytest.mark.binds("ae-decoder", "genmodels.autoencoder:decode")
def test_every_row_is_decoded_as_a_column_of_the_sheet(params, X):
    wanted = [instantiate(formula("ae-decoder"), x=row, **params)[:, 0] for row in X]

    agree(autoencoder.decode(params, autoencoder.encode(params, X)), wanted)


@pytest.mark.binds("ae-decoder", "genmodels.autoencoder:decode", twin=True)
def test_a_decoder_with_turned_biases_is_noticed(params, X):
    turned = {**params, "b_d": -params["b_d"]}
    wrong = [instantiate(formula("ae-decoder"), x=row, **turned)[:, 0] for row in X]

    disagree(autoencoder.decode(params, autoencoder.encode(params, X)), wrong)


@pytest.mark.binds("ae-rows", "genmodels.activations:affine")
def test_a_layer_on_rows_is_the_sheets_layer_on_columns(params, X):
    wanted = instantiate(formula("ae-rows"), X=X.T, W_e=params["W_e"], b_e=params["b_e"])

    agree(activations.affine(X, params["W_e"], params["b_e"]), wanted)


@pytest.mark.binds("ae-rows", "genmodels.activations:affine", twin=True)
def test_a_layer_with_a_turned_bias_is_noticed(params, X):
    for wrong in mistakes("ae-rows"):
        disagree(
            activations.affine(X, params["W_e"], params["b_e"]),
            instantiate(wrong, X=X.T, W_e=params["W_e"], b_e=params["b_e"]),
        )


@pytest.mark.binds("ae-parameter-count", "genmodels.autoencoder:init_params")
@pytest.mark.parametrize(("size", "latent"), [(784, 32), (5, 3)])
def test_as_many_numbers_are_trained_as_the_formula_counts(size, latent):
    made = autoencoder.init_params(np.random.default_rng(0), size, latent)

    counted = sum(p.size for p in made.values())

    assert counted == formula("ae-parameter-count").number.subs({d: size, k: latent})


@pytest.mark.binds("ae-parameter-count", "genmodels.autoencoder:init_params", twin=True)
def test_a_count_without_biases_is_noticed():
    made = autoencoder.init_params(np.random.default_rng(0), 784, 32)

    counted = sum(p.size for p in made.values())

    assert counted != mistakes("ae-parameter-count")[0].number.subs({d: 784, k: 32})


# ---------------------------------------------------------------- loss and gradients


@pytest.mark.binds("ae-rows-loss", "genmodels.losses:squared_error")
def test_the_loss_is_the_mean_over_the_samples(params, X):
    _, X_hat = autoencoder.forward(params, X)

    agree(losses.squared_error(X_hat, X), instantiate(formula("ae-rows-loss"), X=X.T, **params))


@pytest.mark.binds("ae-rows-loss", "genmodels.losses:squared_error", twin=True)
def test_a_mean_over_the_pixels_is_noticed(params, X):
    _, X_hat = autoencoder.forward(params, X)

    for wrong in mistakes("ae-rows-loss"):
        disagree(losses.squared_error(X_hat, X), instantiate(wrong, X=X.T, **params))


@pytest.mark.binds("ae-rows-grad-decoder", "genmodels.autoencoder:backward")
@pytest.mark.binds("ae-rows-grad-decoder-bias", "genmodels.autoencoder:backward")
@pytest.mark.binds("ae-rows-grad-encoder", "genmodels.autoencoder:backward")
@pytest.mark.binds("ae-rows-grad-encoder-bias", "genmodels.autoencoder:backward")
@pytest.mark.parametrize("label", NAMES)
def test_backpropagation_computes_the_proved_gradients(label, params, X):
    wanted = instantiate(formula(label), X_rows=X, **params)

    agree(gradients(params, X)[NAMES[label]], wanted)


@pytest.mark.parametrize("label", NAMES)
def test_backpropagation_computes_the_derivative_itself(label, params, X):
    """The start of the chain, differentiated symbolically: no proof is needed to trust it."""
    small = {
        "W_e": params["W_e"][:2, :3],
        "b_e": params["b_e"][:2],
        "W_d": params["W_d"][:3, :2],
        "b_d": params["b_d"][:3],
    }
    rows = X[:2, :3]

    wanted = instantiate(claim(label).start, X_rows=rows, **small)

    agree(gradients(small, rows)[NAMES[label]], wanted)


@pytest.mark.binds("ae-rows-grad-decoder", "genmodels.autoencoder:backward", twin=True)
@pytest.mark.binds("ae-rows-grad-decoder-bias", "genmodels.autoencoder:backward", twin=True)
@pytest.mark.binds("ae-rows-grad-encoder", "genmodels.autoencoder:backward", twin=True)
@pytest.mark.binds("ae-rows-grad-encoder-bias", "genmodels.autoencoder:backward", twin=True)
@pytest.mark.parametrize("label", NAMES)
def test_a_wrong_gradient_is_noticed(label, params, X):
    for wrong in mistakes(label):
        disagree(gradients(params, X)[NAMES[label]], instantiate(wrong, X_rows=X, **params))


@pytest.mark.binds("ae-delta-logistic", "genmodels.autoencoder:backward")
def test_for_one_sample_the_decoders_slope_is_the_logistic_form(params, X):
    x = X[:1]

    wanted = instantiate(formula("ae-delta-logistic"), x=x[0], **params)

    agree(gradients(params, x)["b_d"], wanted)


@pytest.mark.binds("ae-delta-logistic", "genmodels.autoencoder:backward", twin=True)
def test_a_squared_output_in_the_slope_is_noticed(params, X):
    x = X[:1]

    for wrong in mistakes("ae-delta-logistic"):
        disagree(gradients(params, x)["b_d"], instantiate(wrong, x=x[0], **params))


@pytest.mark.binds("ae-grad-denoising", "genmodels.autoencoder:backward")
def test_denoising_takes_the_noisy_input_and_the_clean_target(params, X):
    clean, noisy = X[0], X[1]

    wanted = instantiate(formula("ae-grad-denoising"), x=clean, x_noisy=noisy, **params)

    agree(gradients(params, noisy[None], clean[None])["W_e"], wanted)


@pytest.mark.binds("ae-grad-denoising", "genmodels.autoencoder:backward", twin=True)
def test_a_clean_sample_at_the_input_is_noticed(params, X):
    clean, noisy = X[0], X[1]

    for wrong in mistakes("ae-grad-denoising"):
        got = gradients(params, noisy[None], clean[None])["W_e"]
        disagree(got, instantiate(wrong, x=clean, x_noisy=noisy, **params))


@pytest.mark.binds("lae-grad-decoder", "genmodels.autoencoder:backward")
@pytest.mark.binds("lae-grad-encoder", "genmodels.autoencoder:backward")
@pytest.mark.parametrize(("label", "name"), [("lae-grad-decoder", "W_d"), ("lae-grad-encoder", "W_e")])
def test_without_activations_the_gradients_are_those_of_the_linear_autoencoder(label, name, params, X):
    flat = {**params, "b_e": np.zeros(K), "b_d": np.zeros(D)}
    wanted = instantiate(formula(label), X=X.T, W_e=params["W_e"], W_d=params["W_d"])

    got = gradients(flat, X, activation="linear", output="linear")[name]

    agree(N * got, wanted)


@pytest.mark.binds("lae-grad-decoder", "genmodels.autoencoder:backward", twin=True)
@pytest.mark.binds("lae-grad-encoder", "genmodels.autoencoder:backward", twin=True)
@pytest.mark.parametrize(("label", "name"), [("lae-grad-decoder", "W_d"), ("lae-grad-encoder", "W_e")])
def test_a_wrong_linear_gradient_is_noticed(label, name, params, X):
    flat = {**params, "b_e": np.zeros(K), "b_d": np.zeros(D)}
    got = gradients(flat, X, activation="linear", output="linear")[name]

    for wrong in mistakes(label):
        disagree(N * got, instantiate(wrong, X=X.T, W_e=params["W_e"], W_d=params["W_d"]))


# ---------------------------------------------------------------- noise and initialisation


@pytest.mark.binds("noise-clipped", "genmodels.autoencoder:corrupt")
def test_clipped_noise_on_black_has_the_mean_of_the_closed_form():
    black = np.zeros((1000, 1000))

    noisy = autoencoder.corrupt(black, 0.3, np.random.default_rng(1), clip=True)

    mean, error = noisy.mean(), noisy.std() / 1000
    assert abs(mean - float(instantiate(formula("noise-clipped"), s=0.3).item())) < 4 * error


@pytest.mark.binds("noise-clipped", "genmodels.autoencoder:corrupt", twin=True)
def test_the_mean_of_noise_clipped_at_black_only_is_noticed():
    """At a deviation of 0.6 the clip at white shows; at 0.3 a million pixels do not see it."""
    noisy = autoencoder.corrupt(np.zeros((1000, 1000)), 0.6, np.random.default_rng(1), clip=True)
    wrong = formula("noise-clipped-below")

    mean, error = noisy.mean(), noisy.std() / 1000

    assert abs(mean - float(instantiate(wrong, s=0.6).item())) > 4 * error


@pytest.mark.binds("init-decoder-ratio", "genmodels.training:he")
@pytest.mark.binds("init-encoder-ratio", "genmodels.training:he")
@pytest.mark.parametrize(
    ("label", "rows", "columns"), [("init-decoder-ratio", 784, 32), ("init-encoder-ratio", 32, 784)]
)
def test_hes_variance_is_xaviers_times_the_ratio(label, rows, columns):
    he = training.he(np.random.default_rng(0), rows, columns, np.float64)
    xavier = training.xavier(np.random.default_rng(0), rows, columns, np.float64)

    agree(he.var() / xavier.var(), float(formula(label).number))


@pytest.mark.binds("init-decoder-ratio", "genmodels.training:he", twin=True)
@pytest.mark.binds("init-encoder-ratio", "genmodels.training:he", twin=True)
@pytest.mark.parametrize(
    ("label", "rows", "columns"), [("init-decoder-ratio", 784, 32), ("init-encoder-ratio", 32, 784)]
)
def test_equal_variances_are_noticed(label, rows, columns):
    he = training.he(np.random.default_rng(0), rows, columns, np.float64)
    xavier = training.xavier(np.random.default_rng(0), rows, columns, np.float64)

    disagree(he.var() / xavier.var(), float(mistakes(label)[0].number))


# ---------------------------------------------------------------- independent oracles


@pytest.mark.parametrize(("activation", "output"), list(itertools.product(["sigmoid", "linear"], repeat=2)))
def test_an_independent_autograd_finds_the_same_gradients(activation, output, params, X):
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)  # noqa: FBT003 - its signature
    functions = {"sigmoid": jax.nn.sigmoid, "linear": lambda a: a}

    def loss(p):
        Z = functions[activation](X @ p["W_e"].T + p["b_e"])
        X_hat = functions[output](Z @ p["W_d"].T + p["b_d"])
        return ((X_hat - X) ** 2).sum() / len(X)

    wanted = jax.grad(loss)(params)

    got = gradients(params, X, activation=activation, output=output)
    for name in params:
        agree(got[name], np.asarray(wanted[name]))


def test_the_bridge_refuses_arrays_that_do_not_fit(params):
    with pytest.raises(ValueError, match=r"W_e has the shape k × d, where d is 5; 4 was given"):
        instantiate(formula("ae-encoder"), x=np.zeros(D), W_e=np.zeros((K, 4)), b_e=np.zeros(K))


def test_the_bridge_refuses_a_symbol_that_is_not_there():
    with pytest.raises(ValueError, match="no symbol named W_q; it has W_e, b_e, x"):
        instantiate(formula("ae-encoder"), W_q=np.zeros((K, D)))


def test_the_bridge_takes_sizes_that_no_array_shows():
    counted = instantiate(formula("ae-compression"), sizes={d: 784, k: 32, n: 1})

    assert counted.item() == 24.5
