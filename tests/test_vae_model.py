"""The variational autoencoder as a model: exact gradients, honest estimates, exact resumption, conventions."""

import copy

import numpy as np
import pytest
from sklearn.base import clone

from genmodels import VAE, data, storage, vae
from genmodels.activations import ACTIVATIONS
from genmodels.vae import (
    Work,
    backward,
    decode,
    encode,
    forward,
    init_params,
    kl_divergence,
    log_likelihood,
    reparameterise,
    shapes,
)

N, D, H, K = 4, 6, 5, 3
LIKELIHOODS = ("bernoulli", "gaussian")
MODELS = [(h, likelihood) for h in (None, H) for likelihood in LIKELIHOODS]
NETWORKS = pytest.mark.parametrize(("hidden", "likelihood"), MODELS)


def example(hidden, likelihood, dtype=np.float64):
    rng = np.random.default_rng(11)
    params = init_params(rng, D, hidden, K, likelihood=likelihood, dtype=dtype)
    for p in params.values():
        p += 0.3 * rng.standard_normal(p.shape, dtype)
    return params, rng.random((N, D)).astype(dtype), rng.standard_normal((N, K), dtype)


def gradients(params, X, eps, beta=1.0, work=None, **functions):
    passed = forward(params, X, eps, work, **functions)
    return backward(params, X, eps, passed, work, beta=beta, **functions)


# ---------------------------------------------------------------- functions


@pytest.mark.parametrize("beta", [1.0, 2.5, 0.0])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@NETWORKS
def test_every_gradient_is_the_derivative_of_the_loss_to_twelve_digits(hidden, likelihood, activation, beta):
    params, X, eps = example(hidden, likelihood)
    functions = {"activation": activation, "likelihood": likelihood}

    grads = gradients(params, X, eps, beta, **functions)

    assert grads.keys() == params.keys()
    for name, p in params.items():
        exact = np.empty(p.shape)
        for index in np.ndindex(p.shape):
            moved = {**params, name: p.astype(complex)}
            moved[name][index] += 1e-200j
            exact[index] = forward(moved, X, eps, **functions).loss(beta).imag / 1e-200
        np.testing.assert_allclose(grads[name], exact, rtol=0, atol=1e-12 * np.abs(exact).max(), err_msg=name)


@pytest.mark.parametrize("beta", [1.0, 2.5])
@NETWORKS
def test_jax_finds_the_same_loss_and_gradients(hidden, likelihood, beta):
    """In float64; the bound is written anew, from the densities."""
    jax = pytest.importorskip("jax")
    jnp, normal = jax.numpy, jax.scipy.stats.norm
    params, X, eps = example(hidden, likelihood)

    def loss(p):
        hidden_of_x = jax.nn.softplus(X @ p["W_h"].T + p["b_h"]) if hidden else X
        mu = hidden_of_x @ p["W_mu"].T + p["b_mu"]
        variance = jnp.exp((hidden_of_x @ p["W_s"].T if hidden else 0 * mu) + p["b_s"])
        z = mu + jnp.sqrt(variance) * eps
        hidden_of_z = jax.nn.softplus(z @ p["W_g"].T + p["b_g"]) if hidden else z
        output = hidden_of_z @ p["W_x"].T + p["b_x"]
        if likelihood == "gaussian":
            first = normal.logpdf(X, output, jnp.exp(0.5 * p["log_var_x"])).sum(1)
        else:
            first = (X * jax.nn.log_sigmoid(output) + (1 - X) * jax.nn.log_sigmoid(-output)).sum(1)
        kl = 0.5 * (mu**2 + variance - jnp.log(variance) - 1).sum(1)
        return (beta * kl - first).mean()

    with jax.enable_x64(True):  # noqa: FBT003
        own = {name: jnp.array(np.ascontiguousarray(p)) for name, p in params.items()}
        value, wanted = jax.value_and_grad(loss)(own)
        wanted = {name: np.asarray(g) for name, g in wanted.items()}

    functions = {"likelihood": likelihood}
    assert forward(params, X, eps, **functions).loss(beta) == pytest.approx(float(value), rel=1e-12)
    for name, g in gradients(params, X, eps, beta, **functions).items():
        np.testing.assert_allclose(g, wanted[name], rtol=0, atol=1e-10 * np.abs(wanted[name]).max(), err_msg=name)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@NETWORKS
def test_buffers_change_nothing_but_the_place_of_the_results(hidden, likelihood, dtype):
    params, X, eps = example(hidden, likelihood, dtype)
    work, fresh = Work.allocate(N, params), forward(params, X, eps, likelihood=likelihood)
    wanted = backward(params, X, eps, fresh, beta=2.0, likelihood=likelihood)

    passed = forward(params, X, eps, work, likelihood=likelihood)
    grads = backward(params, X, eps, passed, work, beta=2.0, likelihood=likelihood)

    tolerance = {"rtol": 1e-4, "atol": 1e-5} if dtype == np.float32 else {"rtol": 1e-12, "atol": 1e-14}
    for name, found, expected in zip(passed._fields, passed, fresh, strict=True):
        np.testing.assert_allclose(found, expected, **tolerance, err_msg=name)
    for name, g in grads.items():
        assert g.dtype == dtype
        assert g.strides == params[name].strides
        assert name == "log_var_x" or g is work.grads[name]
        np.testing.assert_allclose(g, wanted[name], **tolerance, err_msg=name)


@NETWORKS
def test_the_functions_change_none_of_their_arguments(hidden, likelihood):
    given = example(hidden, likelihood)
    before = copy.deepcopy(given)

    gradients(*given, likelihood=likelihood)

    for name, p in before[0].items():
        np.testing.assert_array_equal(given[0][name], p)
    np.testing.assert_array_equal(given[1], before[1])
    np.testing.assert_array_equal(given[2], before[2])


@NETWORKS
def test_unless_told_otherwise_both_terms_of_the_bound_weigh_the_same(hidden, likelihood):
    params, X, eps = example(hidden, likelihood)
    passed = forward(params, X, eps, likelihood=likelihood)

    assert passed.loss() == passed.kl - passed.log_likelihood
    wanted = backward(params, X, eps, passed, beta=1.0, likelihood=likelihood)
    for name, g in backward(params, X, eps, passed, likelihood=likelihood).items():
        np.testing.assert_array_equal(g, wanted[name], err_msg=name)


def test_the_divergence_is_that_of_two_normal_densities():
    """By the trapezoidal rule, coordinate by coordinate."""
    mu, log_var = np.array([[0.3, -1.2], [0.0, 0.0]]), np.array([[0.4, -0.7], [0.0, 0.0]])
    z = np.linspace(-15, 15, 20001)[:, None, None]
    log_q = -0.5 * ((z - mu) ** 2 / np.exp(log_var) + log_var + np.log(2 * np.pi))
    log_p = -0.5 * (z**2 + np.log(2 * np.pi))
    wanted = np.trapezoid(np.exp(log_q) * (log_q - log_p), dx=30 / 20000, axis=0).sum(axis=1)

    np.testing.assert_allclose(kl_divergence(mu, log_var), wanted, rtol=1e-10, atol=1e-12)


def test_reparameterised_codes_have_the_moments_of_the_posterior():
    n = 200_000
    mu, log_var = np.tile([[1.0, -2.0]], (n, 1)), np.tile(np.log([[4.0, 0.25]]), (n, 1))

    std, Z = reparameterise(mu, log_var, np.random.default_rng(0).standard_normal((n, 2)))

    np.testing.assert_allclose(std[0], [2, 0.5], rtol=1e-15)
    assert np.all(np.abs(Z.mean(axis=0) - [1, -2]) < 4 * np.array([2, 0.5]) / np.sqrt(n))
    assert np.all(np.abs(Z.var(axis=0) / [4, 0.25] - 1) < 4 * np.sqrt(2 / n))


@NETWORKS
def test_the_first_posterior_has_the_variances_of_the_prior(hidden, likelihood):
    params = init_params(np.random.default_rng(0), D, hidden, K, likelihood=likelihood, dtype=np.float64)

    log_var = encode(params, np.ones((N, D)))[2]

    assert {name: p.shape for name, p in params.items()} == shapes(D, hidden, K, likelihood)
    assert not log_var.any()
    assert log_var.shape == (N, K)
    assert all(p.any() for name, p in params.items() if name in ("W_h", "W_mu", "W_g", "W_x"))


def test_the_linear_model_has_no_hidden_layer_and_one_variance_for_all_samples():
    params, X, eps = example(None, "gaussian")

    found, mu, log_var = encode(params, X)
    G, A, X_hat = decode(params, eps, likelihood="gaussian")

    assert found is X
    assert G is eps
    assert A is X_hat
    np.testing.assert_allclose(mu, X @ params["W_mu"].T + params["b_mu"], rtol=1e-14)
    np.testing.assert_array_equal(log_var, np.tile(params["b_s"], (N, 1)))


def test_the_bound_of_the_linear_model_at_its_optimum_is_the_likelihood_of_ppca():
    """With the exact posterior, and the 2k points that carry the moments of eps, the bound is tight for every x."""
    rng = np.random.default_rng(2)
    C = np.cov(rng.normal(size=(D, 40)) * np.arange(1, D + 1)[:, None])
    values, vectors = np.linalg.eigh(C)
    s2 = values[:-K].mean()
    W = vectors[:, -K:] * np.sqrt(values[-K:] - s2)
    M = W.T @ W + s2 * np.eye(K)  # diagonal
    params = {"W_mu": np.linalg.solve(M, W.T), "b_mu": np.zeros(K), "b_s": np.log(s2 / np.diag(M)),
              "W_x": W, "b_x": np.zeros(D), "log_var_x": np.log([s2])}  # fmt: skip
    x = rng.normal(size=(1, D))
    eps = np.sqrt(K) * np.vstack([np.eye(K), -np.eye(K)])

    bound = -forward(params, np.repeat(x, 2 * K, axis=0), eps, likelihood="gaussian").loss()

    cov = W @ W.T + s2 * np.eye(D)
    exact = -0.5 * (x @ np.linalg.solve(cov, x.T) + np.linalg.slogdet(2 * np.pi * cov)[1]).item()
    assert bound == pytest.approx(exact, abs=1e-12)


# ---------------------------------------------------------------- the model


@pytest.fixture(scope="module")
def images():
    X = data.digits()[0][:150]
    return (np.random.default_rng(0).random(X.shape) < X).astype(np.float32)


@pytest.fixture(scope="module")
def numbers():
    rng = np.random.default_rng(5)
    return rng.normal(size=(120, 2)) @ rng.normal(size=(2, 5)) + 0.1 * rng.normal(size=(120, 5)) + 3


@pytest.fixture(scope="module")
def fitted(images):
    return small(epochs=15, dtype="float64").fit(images)


def small(**settings):
    return VAE(**{"n_latent": 3, "n_hidden": 16, "epochs": 4, "batch_size": 32, "random_state": 0, **settings})


def gaussian(**settings):
    return small(**{"likelihood": "gaussian", "variance": "learned", "epochs": 60, "n_latent": 2, **settings})


def same_bits(a, b):
    return all(a.params_[name].tobytes() == p.tobytes() for name, p in b.params_.items())


def test_training_raises_the_bound_and_reports_its_two_terms(images):
    history = small(epochs=20, beta=0.5).fit(images).history_

    assert history.epoch_loss[-1] < 0.75 * history.epoch_loss[0]
    assert len(history.epoch_kl) == len(history.epoch_log_likelihood) == 20
    wanted = 0.5 * np.array(history.epoch_kl) - history.epoch_log_likelihood
    np.testing.assert_allclose(history.epoch_loss, wanted, rtol=1e-6)
    assert min(history.epoch_kl) > 0 > max(history.epoch_log_likelihood)


def test_the_first_loss_is_that_of_the_initial_parameters(images):
    model = small(dtype="float64", batch_size=None, epochs=1).fit(images)
    rng, X = np.random.default_rng(0), images.astype(np.float64)
    params = init_params(rng, 64, 16, 3, dtype=np.float64)
    rng.permutation(len(X))

    passed = forward(params, X, rng.standard_normal((len(X), 3)))

    assert model.history_.step_loss[0] == pytest.approx(passed.loss(), rel=1e-12)


def test_codes_and_reconstructions_follow_the_equations(fitted, images):
    X = images.astype(np.float64)
    mu = encode(fitted.params_, X)[1]
    means = decode(fitted.params_, mu)[2]

    np.testing.assert_allclose(fitted.transform(images), mu, rtol=1e-12)
    np.testing.assert_allclose(fitted.inverse_transform(mu), means, rtol=1e-12)
    np.testing.assert_allclose(fitted.reconstruct(images), means, rtol=1e-12)
    np.testing.assert_allclose(small(epochs=15, dtype="float64").fit_transform(images), mu, rtol=1e-12)


def test_the_bound_is_made_of_its_terms_and_the_score_is_its_mean(fitted, images):
    bound = fitted.elbo(images)
    _, mu, log_var = encode(fitted.params_, images.astype(np.float64))

    np.testing.assert_allclose(bound.elbo, bound.log_likelihood - bound.kl, rtol=1e-13)
    np.testing.assert_allclose(bound.kl, kl_divergence(mu, log_var), rtol=1e-13)
    assert fitted.score(images) == bound.elbo.mean() == fitted.score(images)
    assert bound.elbo.shape == (150,)


def test_more_draws_make_the_same_bound_more_exact(fitted, images):
    one = np.array([fitted.elbo(images, random_state=seed).elbo.mean() for seed in range(40)])
    many = np.array([fitted.elbo(images, 20, random_state=seed).elbo.mean() for seed in range(40)])

    assert many.std() < 0.5 * one.std()
    assert abs(many.mean() - one.mean()) < 4 * np.hypot(many.std(), one.std()) / np.sqrt(40)


def exact_log_likelihood(params, X, likelihood):
    """By a grid over a code of one dimension."""
    z = np.linspace(-9, 9, 4001)
    _, A, X_hat = decode(params, z[:, None], likelihood=likelihood)
    log_p = np.array([log_likelihood(params, x[None], A, X_hat, likelihood) for x in X]) - 0.5 * z**2
    largest = log_p.max(axis=1, keepdims=True)
    area = np.exp(log_p - largest).sum(axis=1) * (z[1] - z[0]) / np.sqrt(2 * np.pi)
    return largest[:, 0] + np.log(area)


@pytest.mark.parametrize("likelihood", LIKELIHOODS)
def test_importance_weighting_finds_the_likelihood_within_its_standard_error(likelihood, images, numbers):
    X = (images if likelihood == "bernoulli" else numbers).astype(np.float64)[:40]
    model = small(n_latent=1, epochs=30, dtype="float64", likelihood=likelihood).fit(X)

    found = model.log_likelihood(X, 2000)

    exact = exact_log_likelihood(model.params_, X, likelihood)
    z = (found.value - exact) / found.error
    assert np.abs(z).max() < 5
    assert 0.6 < np.sqrt((z**2).mean()) < 1.5
    assert model.elbo(X, 200).elbo.mean() < exact.mean()


def test_chunks_do_not_change_the_estimates(fitted, images, monkeypatch):
    whole = fitted.log_likelihood(images, 20), fitted.elbo(images, 20)
    monkeypatch.setattr(vae, "_CHUNK", 64 * 20 * 7)

    for found, wanted in zip((fitted.log_likelihood(images, 20), fitted.elbo(images, 20)), whole, strict=True):
        for a, b in zip(found, wanted, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-10)


def test_estimates_stay_finite_where_the_weights_underflow(numbers):
    model = gaussian(epochs=2, variance=1e-6, dtype="float64").fit(numbers)

    found = model.log_likelihood(numbers, 50)

    assert np.isfinite(found.value).all()
    assert found.value.max() < -1000


def test_a_learned_variance_finds_the_noise_of_the_data(numbers):
    model = gaussian(
        n_hidden=None, dtype="float64", epochs=3000, schedule="cosine", learning_rate=0.02, batch_size=None
    )

    s2 = np.exp(model.fit(numbers).params_["log_var_x"].item())

    values = np.linalg.eigvalsh(np.cov(numbers.T, bias=True))
    assert s2 == pytest.approx(values[:3].mean(), rel=0.2)
    assert model.active_units_.all()


def test_a_fixed_variance_stays_as_it_was_given(numbers):
    params = gaussian(variance=0.25, epochs=2).fit(numbers).params_

    assert params["log_var_x"] == np.float32(np.log(0.25))


def test_samples_have_the_moments_of_the_model(numbers):
    model = gaussian(n_hidden=None, dtype="float64").fit(numbers)
    W, s2 = model.params_["W_x"], np.exp(model.params_["log_var_x"])

    drawn, means = (model.sample(40_000, random_state=1, means=means) for means in (False, True))

    np.testing.assert_allclose(np.cov(drawn.T), W @ W.T + s2 * np.eye(5), atol=0.05 * np.abs(W @ W.T).max())
    np.testing.assert_allclose(np.cov(means.T), W @ W.T, atol=0.05 * np.abs(W @ W.T).max())
    assert (drawn - means).var() == pytest.approx(s2.item(), rel=0.03)


def test_samples_of_a_bernoulli_model_are_zeros_and_ones_with_its_means(fitted):
    drawn, means = (fitted.sample(20_000, random_state=1, means=means) for means in (False, True))

    assert set(np.unique(drawn)) == {0, 1}
    assert np.abs(drawn.mean(axis=0) - means.mean(axis=0)).max() < 5 * 0.5 / np.sqrt(20_000)
    np.testing.assert_array_equal(drawn[:9], fitted.sample(20_000, random_state=1)[:9])
    assert fitted.sample().shape == (1, 64)


def test_a_traversal_changes_one_coordinate_only(fitted, images):
    z = np.array([0.5, -1.0, 2.0])
    path = np.array([[0.5, v, 2.0] for v in (-2, 0, 1)])

    np.testing.assert_allclose(fitted.traverse(1, [-2, 0, 1], z=z), fitted.inverse_transform(path), rtol=1e-12)
    mu = fitted.transform(images[:1])
    there = fitted.traverse(2, [mu[0, 2]], x=images[0])
    np.testing.assert_allclose(there, fitted.reconstruct(images[:1]), rtol=1e-12)
    np.testing.assert_allclose(fitted.traverse(0)[3:4], fitted.inverse_transform([[0, 0, 0]]), rtol=1e-12)
    assert fitted.traverse(0).shape == (7, 64)


@pytest.mark.parametrize("dtype", ["float32", np.float64])
def test_everything_that_has_the_form_of_data_or_codes_keeps_the_type_of_the_model(images, dtype):
    model = small(dtype=dtype, epochs=1).fit(images.astype(np.float64))
    Z = model.transform(images)
    made = (Z, model.inverse_transform(Z), model.sample(2), model.sample(2, means=True), model.traverse(0))

    assert {a.dtype for a in (*made, *model.params_.values())} == {np.dtype(dtype)}
    assert {a.dtype for a in (*model.elbo(images), *model.log_likelihood(images, 2))} == {np.dtype(np.float64)}


def test_collapse_is_reported_and_the_other_units_are_counted(images):
    with pytest.warns(
        UserWarning, match="posterior collapse: the mean codes of all 3 dimensions vary by less than"
    ) as told:
        model = small(beta=200.0, epochs=60).fit(images)
    assert told[0].filename == __file__
    assert not model.active_units_.any()

    model = small(epochs=60).fit(images)
    np.testing.assert_array_equal(model.active_units_, model.transform(images).var(axis=0) > 0.01)
    assert model.active_units_.any()


# ---------------------------------------------------------------- interrupting, resuming, saving


def test_a_checkpoint_of_a_running_training_knows_no_active_units(images, tmp_path):
    model = small(epochs=15).fit(images)
    model.fit(images, checkpoint=tmp_path / "run")

    assert not hasattr(VAE.load(tmp_path / "run"), "active_units_")


def test_the_active_units_are_saved(images, tmp_path):
    model = small(epochs=1, learning_rate=0.03).fit(images)
    model.active_units_ = np.array([True, False, True])
    model.save(tmp_path / "model")

    np.testing.assert_array_equal(VAE.load(tmp_path / "model").active_units_, [True, False, True])


def test_active_units_of_another_number_are_refused(images, tmp_path):
    small(epochs=15).fit(images).save(tmp_path / "model")
    meta, arrays = storage.read(tmp_path / "model")
    meta.pop("format")
    storage.write(tmp_path / "model", meta, {**arrays, "active_units": np.ones(4, np.uint8)})

    with pytest.raises(ValueError, match=r"'active_units' must have the shape \(3,\), but has \(4,\)"):
        VAE.load(tmp_path / "model")


# ---------------------------------------------------------------- conventions and bad input


def test_settings_are_stored_cloned_and_shown():
    model = VAE(7, n_hidden=None, likelihood="gaussian", variance="learned")

    assert clone(model).get_params() == model.get_params()
    assert repr(model) == "VAE(n_latent=7, n_hidden=None, likelihood='gaussian', variance='learned')"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"n_latent": 0}, "n_latent must be a whole number of at least 1, but 0 was given"),
        ({"n_hidden": 0}, "n_hidden must be a whole number of at least 1, but 0 was given"),
        ({"activation": "swish"}, "activation must be one of .*'relu'.*, but 'swish' was given"),
        ({"likelihood": "poisson"}, "likelihood must be one of 'bernoulli', 'gaussian', but 'poisson' was given"),
        ({"likelihood": "gaussian", "variance": 0}, "variance must be a number, above 0 and finite, but 0 was given"),
        (
            {"likelihood": "gaussian", "variance": "free"},
            "variance, if it is no number, must be .*'learned', but 'free'",
        ),
        ({"variance": "learned"}, "variance is a setting of the likelihood 'gaussian', but 'learned' was given"),
        ({"variance": 2.0}, "variance is a setting of the likelihood 'gaussian', but 2.0 was given"),
        ({"beta": -1}, "beta must be a number, at least 0 and finite, but -1 was given"),
        ({"beta": np.nan}, "beta must be.*nan"),
        ({"weight_decay": -0.1}, "weight_decay must be a number, at least 0 and finite, but -0.1 was given"),
        ({"weight_decay": 0.1, "optimizer": "sgd"}, "weight_decay is a setting of the optimizer 'adam', but 0.1"),
        ({"init": "zero"}, "init must be one of 'he', 'xavier', but 'zero'"),
    ],
)
def test_bad_settings_are_refused_by_fit_which_then_learned_nothing(images, changed, message):
    model = small(**changed)

    with pytest.raises(ValueError, match=message):
        model.fit(images)

    assert vars(model) == model.get_params()


@pytest.mark.parametrize("use", ["fit", "transform", "reconstruct", "score", "elbo", "log_likelihood"])
def test_a_bernoulli_model_refuses_data_outside_the_unit_interval(images, use):
    model = small().fit(images)

    for bad, reach in ((images - 0.5, "from -0.5 to 0.5"), (images * 255, "from 0 to 255")):
        with pytest.raises(
            ValueError, match=rf"lie in \[0, 1\] because the likelihood is Bernoulli.*{reach}.*gaussian"
        ):
            getattr(model, use)(bad)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m, X: m.inverse_transform(X), "Z has 64 features, but the decoder of this VAE is expecting 3"),
        (lambda m, X: m.sample(0), "n must be a whole number of at least 1, but 0"),
        (lambda m, X: m.sample(2, means=1), "means must be True or False, but 1"),
        (lambda m, X: m.sample(2, random_state="x"), "random_state.*'x'"),
        (lambda m, X: m.elbo(X, 0), "n_samples must be a whole number of at least 1, but 0"),
        (lambda m, X: m.log_likelihood(X, 1), "n_samples must be a whole number of at least 2, but 1"),
        (lambda m, X: m.traverse(3), "axis must be less than the dimension of the code, 3, but 3 was given"),
        (lambda m, X: m.traverse(-1), "axis must be a whole number of at least 0, but -1"),
        (lambda m, X: m.traverse(0, [np.nan]), "values contains NaN"),
        (lambda m, X: m.traverse(0, x=X[0], z=[0, 0, 0]), "only one of x and z may be given"),
        (lambda m, X: m.traverse(0, x=X[:2]), "a single sample or code is wanted to start from, but 2 were given"),
        (lambda m, X: m.traverse(0, z=[0, 0]), "Z has 2 features, but the decoder of this VAE is expecting 3"),
    ],
)
def test_bad_arguments_are_refused(fitted, images, call, message):
    with pytest.raises(ValueError, match=message):
        call(fitted, images)


@pytest.mark.parametrize(
    "call",
    [
        lambda m: m.sample(),
        lambda m: m.traverse(0),
        lambda m: m.inverse_transform([[0.0] * 3]),
        lambda m: m.elbo([[0]]),
    ],
)
def test_a_model_that_is_not_fitted_says_so(call):
    with pytest.raises(ValueError, match="This VAE instance is not fitted yet"):
        call(small())


# ---------------------------------------------------------------- handwritten digits


@pytest.mark.slow
def test_it_learns_handwritten_digits():
    """One seed of `tests/bench/likelihood_vae.py`, which draws each pixel once and holds 1,000 images out."""
    X, y = data.mnist()
    binary = (np.random.default_rng(0).random(X.shape) < X).astype(np.float32)
    train, held_out, _, _ = data.split(binary, y, 1000, random_state=0)

    model = VAE(epochs=60, learning_rate=0.005, weight_decay=0.05, schedule="cosine", random_state=0).fit(train)

    assert model.score(held_out) >= -112
    assert model.log_likelihood(held_out, 500).value.mean() >= -104
