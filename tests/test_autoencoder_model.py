"""The autoencoder as a model: exact gradients, PCA reached, exact resumption, scikit-learn's conventions."""

import copy
import itertools
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone

from genmodels import Autoencoder, autoencoder, data, losses
from genmodels.autoencoder import Work, backward, corrupt, decode, encode, forward, init_params
from genmodels.optim import Adam, cosine

N, D, K = 4, 6, 3
ACTIVATIONS = ("linear", "sigmoid")
PAIRS = list(itertools.product(ACTIVATIONS, repeat=2))
LINEAR = {"activation": "linear", "output": "linear"}


def example(dtype=np.float64):
    rng = np.random.default_rng(11)
    params = init_params(rng, D, K, dtype=dtype)
    params["b_e"] += rng.normal(size=K)
    params["b_d"] += rng.normal(size=D)
    return params, rng.random((N, D)).astype(dtype), rng.random((N, D)).astype(dtype)


def gradients(params, X, target, work=None, **functions):
    Z, X_hat = forward(params, X, work, **functions)
    return backward(params, X, Z, X_hat, target, work, **functions)


def by_complex_step(params, X, target, **functions):
    grads = {name: np.empty(p.shape) for name, p in params.items()}
    for name, p in params.items():
        for index in np.ndindex(p.shape):
            moved = {**params, name: p.astype(complex)}
            moved[name][index] += 1e-200j
            grads[name][index] = losses.squared_error(forward(moved, X, **functions)[1], target).imag / 1e-200
    return grads


# ---------------------------------------------------------------- functions


@pytest.mark.parametrize("denoising", [False, True])
@pytest.mark.parametrize(("activation", "output"), PAIRS)
def test_every_gradient_is_the_derivative_of_the_loss_to_twelve_digits(activation, output, denoising):
    params, X, clean = example()
    target, functions = clean if denoising else X, {"activation": activation, "output": output}

    grads = gradients(params, X, target, **functions)

    for name, exact in by_complex_step(params, X, target, **functions).items():
        np.testing.assert_allclose(grads[name], exact, rtol=0, atol=1e-12 * np.abs(exact).max(), err_msg=name)


@pytest.mark.parametrize(("activation", "output"), PAIRS)
def test_jax_finds_the_same_gradients(activation, output):
    jax = pytest.importorskip("jax")
    params, X, target = example(np.float32)
    sigma = {"linear": lambda a: a, "sigmoid": jax.nn.sigmoid}

    def loss(p):
        Z = sigma[activation](X @ p["W_e"].T + p["b_e"])
        return ((sigma[output](Z @ p["W_d"].T + p["b_d"]) - target) ** 2).sum(1).mean()

    wanted = jax.grad(loss)({name: np.ascontiguousarray(p) for name, p in params.items()})

    for name, g in gradients(params, X, target, activation=activation, output=output).items():
        np.testing.assert_allclose(g, wanted[name], rtol=2e-5, atol=2e-6)


def test_parameters_have_the_shapes_of_the_sheet():
    params = init_params(np.random.default_rng(0), 784, 32, init="xavier")

    assert {name: p.shape for name, p in params.items()} == {
        "W_e": (32, 784),
        "b_e": (32,),
        "W_d": (784, 32),
        "b_d": (784,),
    }
    assert all(p.dtype == np.float32 for p in params.values())
    assert not params["b_e"].any()
    assert not params["b_d"].any()


@pytest.mark.parametrize(("init", "variances"), [("he", (2 / 400, 2 / 100)), ("xavier", (2 / 500, 2 / 500))])
def test_the_initialisation_follows_its_name_on_both_sides(init, variances):
    params = init_params(np.random.default_rng(0), 400, 100, init=init, dtype=np.float64)

    assert params["W_e"].var() == pytest.approx(variances[0], rel=0.03)
    assert params["W_d"].var() == pytest.approx(variances[1], rel=0.03)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("activation", "output"), PAIRS)
def test_buffers_change_nothing_but_the_place_of_the_results(activation, output, dtype):
    params, X, target = example(dtype)
    functions = {"activation": activation, "output": output}
    work = Work.allocate(N, params)

    Z, X_hat = forward(params, X, work, **functions)
    codes, reconstructions = Z.copy(), X_hat.copy()
    grads = backward(params, X, Z, X_hat, target, work, **functions)

    assert Z is work.Z
    assert X_hat is work.X_hat
    fresh = gradients(params, X, target, **functions)
    for found, wanted in zip((codes, reconstructions), forward(params, X, **functions), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-6 if dtype == np.float32 else 1e-15)
    for name, g in grads.items():
        assert g is getattr(work, f"d{name}")
        assert g.dtype == dtype
        assert g.strides == params[name].strides
        np.testing.assert_allclose(
            g, fresh[name], rtol=1e-5 if dtype == np.float32 else 1e-13, atol=1e-6 * (dtype == np.float32)
        )


def test_the_functions_change_none_of_their_arguments():
    params, X, target = example()
    before = copy.deepcopy((params, X, target))

    gradients(params, X, target)

    for name, p in params.items():
        np.testing.assert_array_equal(p, before[0][name])
    np.testing.assert_array_equal(X, before[1])
    np.testing.assert_array_equal(target, before[2])


def test_noise_is_gaussian_with_the_given_deviation_around_the_data():
    X = np.full((300, 200), 0.25)

    z = (corrupt(X, 0.5, np.random.default_rng(0)) - X) / 0.5

    assert abs(z.mean()) < 4 / np.sqrt(z.size)
    assert abs((z**2).mean() - 1) < 4 * np.sqrt(2 / z.size)
    assert abs((z**4).mean() - 3) < 4 * np.sqrt(96 / z.size)


def test_noise_is_clipped_only_when_asked():
    X = np.full((50, 40), 0.5, np.float32)
    free, clipped = (corrupt(X, 0.7, np.random.default_rng(0), clip=clip) for clip in (False, True))

    assert free.min() < 0 < 1 < free.max()
    np.testing.assert_array_equal(clipped, np.clip(free, 0, 1))
    assert clipped.dtype == np.float32


def test_the_denoiser_of_gaussian_data_is_the_wiener_filter():
    """2d samples carry the exact moments of the population, so that the gradient is the population's."""
    d, s = 5, 0.5
    A = np.random.default_rng(1).normal(size=(d, d))
    S = A @ A.T / d
    X = np.sqrt(2 * d) * np.vstack([np.linalg.cholesky(S).T, np.zeros((d, d))])
    noisy = X + np.sqrt(2 * d) * s * np.vstack([np.zeros((d, d)), np.eye(d)])
    params = init_params(np.random.default_rng(0), d, d, init="xavier", dtype=np.float64)
    adam, steps = Adam({name: params[name] for name in ("W_e", "W_d")}), 6000
    for t in range(steps):
        adam.step(gradients(params, noisy, X, **LINEAR), 0.03 * cosine(t, steps))

    wiener = S @ np.linalg.inv(S + s**2 * np.eye(d))
    np.testing.assert_allclose(params["W_d"] @ params["W_e"], wiener, rtol=0, atol=1e-12)


# ---------------------------------------------------------------- the model


@pytest.fixture(scope="module")
def shapes():
    return data.shapes(150, random_state=0)[0]


def small(**settings):
    return Autoencoder(**{"n_latent": 5, "epochs": 4, "random_state": 0, **settings})


def same_bits(a, b):
    return all(a.params_[name].tobytes() == p.tobytes() for name, p in b.params_.items())


def pca_error(X, k):
    return np.linalg.eigvalsh(X.T @ X / len(X))[:-k].sum()


def centred_digits():
    X = data.digits()[0].astype(np.float64)
    return X - X.mean(axis=0)


def linear_on_digits(seed):
    return Autoencoder(
        8, **LINEAR, bias=False, init="xavier", batch_size=None, epochs=2000, learning_rate=0.03, schedule="cosine",
        dtype="float64", random_state=seed,
    )  # fmt: skip


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3, 4))])
def test_the_linear_autoencoder_reaches_the_error_of_pca(seed):
    X = centred_digits()

    model = linear_on_digits(seed).fit(X)

    assert -model.score(X) == pytest.approx(pca_error(X, 8), rel=1e-9)
    assert model.history_.epoch_loss[-1] == pytest.approx(pca_error(X, 8), rel=1e-9)


def test_trained_biases_centre_the_data():
    X = data.digits()[0][:300, 20:30].astype(np.float64)
    model = Autoencoder(3, **LINEAR, batch_size=None, epochs=3000, schedule="cosine", learning_rate=0.05)

    model.set_params(dtype="float64", random_state=0).fit(X)

    assert -model.score(X) == pytest.approx(pca_error(X - X.mean(axis=0), 3), rel=1e-6)


def test_without_biases_they_stay_zero(shapes):
    params = small(bias=False).fit(shapes).params_

    assert not params["b_e"].any()
    assert not params["b_d"].any()
    assert small().fit(shapes).params_["b_d"].any()


def test_training_lowers_the_loss_and_shows_it_by_step_and_epoch(shapes):
    history = small(epochs=20).fit(shapes).history_

    assert history.steps_per_epoch == 5
    assert len(history.step_loss) == 100
    assert len(history.epoch_loss) == 20
    assert history.epoch_loss[-1] < 0.6 * history.epoch_loss[0]


def test_the_first_loss_is_that_of_the_initial_parameters_on_the_first_batch(shapes):
    X = shapes.astype(np.float64)
    model = small(dtype="float64", batch_size=None).fit(X)
    params = init_params(np.random.default_rng(0), 784, 5, dtype=np.float64)

    assert model.history_.step_loss[0] == pytest.approx(losses.squared_error(forward(params, X)[1], X), rel=1e-12)


def test_the_score_is_minus_the_loss(shapes):
    model = small(dtype="float64").fit(shapes)
    X_hat = model.reconstruct(shapes)

    assert model.score(shapes) == pytest.approx(-((shapes - X_hat) ** 2).sum(axis=1).mean(), rel=1e-12)


def test_codes_and_reconstructions_follow_the_equations(shapes):
    model = small(dtype="float64").fit(shapes)
    Z = encode(model.params_, shapes.astype(np.float64))

    np.testing.assert_allclose(model.transform(shapes), Z, rtol=1e-13)
    np.testing.assert_allclose(model.inverse_transform(Z), decode(model.params_, Z), rtol=1e-13)
    np.testing.assert_allclose(model.reconstruct(shapes), decode(model.params_, Z), rtol=1e-13)
    np.testing.assert_allclose(small(dtype="float64").fit_transform(shapes), Z, rtol=1e-13)


@pytest.mark.parametrize("dtype", ["float32", np.float32, np.dtype("float64")])
def test_everything_keeps_the_type_of_the_model(shapes, dtype):
    model = small(dtype=dtype).fit(shapes.astype(np.float64))
    Z = model.transform(shapes)

    assert {a.dtype for a in (Z, model.inverse_transform(Z), *model.params_.values())} == {np.dtype(dtype)}


def test_a_generator_goes_on_from_fit_to_fit(shapes):
    rng = np.random.default_rng(3)
    first, second = (small(random_state=rng).fit(shapes) for _ in range(2))

    assert same_bits(first, small(random_state=3).fit(shapes))
    assert not same_bits(first, second)


def test_the_memory_order_of_the_data_does_not_matter(shapes):
    assert same_bits(small().fit(shapes), small().fit(np.asfortranarray(shapes)))


def test_each_batch_meets_new_noise_and_the_target_stays_clean(shapes, monkeypatch):
    seen = []

    def spy(params, X, Z, X_hat, target, work, **functions):
        seen.append((X.copy(), target.copy()))
        return backward(params, X, Z, X_hat, target, work, **functions)

    monkeypatch.setattr(autoencoder, "backward", spy)
    small(noise=0.3, epochs=2, batch_size=75).fit(shapes)

    noise = [noisy - clean for noisy, clean in seen]
    assert all(n.std() == pytest.approx(0.3, rel=0.02) for n in noise)
    assert not any(np.array_equal(a, b) for a, b in itertools.combinations(noise, 2))
    for pair in (seen[:2], seen[2:]):
        rows = np.vstack([clean for _, clean in pair])
        np.testing.assert_array_equal(np.sort(rows, axis=0), np.sort(shapes, axis=0))


def test_clipped_noise_stays_in_the_range_of_the_data(shapes, monkeypatch):
    seen = []
    monkeypatch.setattr(
        autoencoder, "encode", lambda p, X, *rest: seen.append((X.min(), X.max())) or encode(p, X, *rest)
    )

    small(noise=0.5, clip=True, epochs=1).fit(shapes)

    assert set(seen) == {(0, 1)}


def test_denoising_beats_doing_nothing_and_the_plain_model_on_noisy_data():
    X = data.shapes(600, random_state=1)[0]
    noisy = corrupt(X[500:], 0.3, np.random.default_rng(2), clip=True)
    error = {}
    for name, settings in {"plain": {}, "denoising": {"noise": 0.3, "clip": True}}.items():
        model = Autoencoder(64, epochs=60, random_state=0, **settings).fit(X[:500])
        error[name] = losses.squared_error(model.reconstruct(noisy), X[500:])

    assert error["denoising"] < error["plain"]
    assert error["denoising"] < losses.squared_error(noisy, X[500:])


def test_only_a_model_of_unclipped_noise_takes_inputs_outside_the_unit_interval(shapes):
    noisy = shapes - 0.25

    assert small(noise=0.3).fit(shapes).transform(noisy).shape == (150, 5)
    for settings in ({}, {"noise": 0.3, "clip": True}):
        with pytest.raises(ValueError, match=r"lie in \[0, 1\].*from -0.25 to 0.75"):
            small(**settings).fit(shapes).transform(noisy)


def test_a_wide_code_is_welcome_where_a_sigmoid_is(shapes):
    assert small(n_latent=800, epochs=1).fit(shapes).transform(shapes).shape == (150, 800)
    assert small(n_latent=784, epochs=1, **LINEAR).fit(shapes).transform(shapes).shape == (150, 784)


# ---------------------------------------------------------------- interrupting, resuming, saving


def test_a_checkpoint_continues_in_another_process(tmp_path):
    code = """
import sys
from genmodels import Autoencoder, data
X = data.shapes(100, random_state=0)[0]
model = Autoencoder(4, noise=0.2, epochs=int(sys.argv[1]), random_state=int(sys.argv[2]))
model.fit(X, checkpoint=sys.argv[3], resume=sys.argv[4] if len(sys.argv) > 4 else None)
"""

    def run(*arguments):
        subprocess.run([sys.executable, "-c", code, *map(str, arguments)], check=True, cwd=Path(__file__).parents[1])

    run(6, 1, tmp_path / "whole")
    run(3, 1, tmp_path / "half")
    run(6, 2, tmp_path / "resumed", tmp_path / "half")

    whole, resumed = (Autoencoder.load(tmp_path / name) for name in ("whole", "resumed"))
    assert same_bits(whole, resumed)
    assert whole.history_ == resumed.history_
    assert not same_bits(whole, Autoencoder.load(tmp_path / "half"))


def test_without_a_checkpoint_an_interrupt_keeps_what_was_learned(shapes, monkeypatch):
    monkeypatch.setattr(
        autoencoder, "backward", lambda *a, **k: signal.raise_signal(signal.SIGINT) or backward(*a, **k)
    )

    with pytest.warns(UserWarning, match="after step 1"):
        model = small().fit(shapes)

    assert len(model.history_.step_loss) == 1
    assert np.isfinite(model.score(shapes))


def test_checkpoints_are_written_as_often_as_asked_and_at_the_end(shapes, tmp_path, monkeypatch):
    epochs = []
    monkeypatch.setattr(Autoencoder, "_write_checkpoint", lambda self, path, run, X: epochs.append(run.epoch))

    small(epochs=5).fit(shapes, checkpoint=tmp_path / "run", checkpoint_every=2)
    small(epochs=2).fit(shapes, checkpoint=tmp_path / "run")

    assert epochs == [2, 4, 5, 1, 2]


@pytest.mark.parametrize("bits", [np.random.PCG64, np.random.PCG64DXSM])
def test_checkpoints_know_numpys_default_generators(shapes, tmp_path, bits):
    whole = small(random_state=np.random.Generator(bits(1))).fit(shapes)
    small(random_state=np.random.Generator(bits(1)), epochs=2).fit(shapes, checkpoint=tmp_path / "run")

    assert same_bits(small().fit(shapes, resume=tmp_path / "run"), whole)


def test_a_generator_is_not_saved(shapes, tmp_path):
    small(random_state=np.random.default_rng(0)).fit(shapes).save(tmp_path / "model")

    assert Autoencoder.load(tmp_path / "model").random_state is None


# ---------------------------------------------------------------- scikit-learn's conventions


def test_scikit_learn_is_told_that_no_target_is_needed_and_which_type_comes_back():
    tags = Autoencoder(dtype=np.float64).__sklearn_tags__()

    assert not tags.target_tags.required
    assert tags.transformer_tags.preserves_dtype == ["float64"]


def test_settings_are_stored_as_they_come_and_cloned():
    model = Autoencoder(7, noise=0.5, dtype="float64", verbose=False)

    assert clone(model).get_params() == model.get_params()
    assert model.get_params()["noise"] == 0.5
    assert repr(model) == "Autoencoder(n_latent=7, noise=0.5, dtype='float64', verbose=False)"
    assert repr(Autoencoder()) == "Autoencoder()"


def test_a_setting_can_be_changed_and_the_model_returned():
    model = Autoencoder()

    assert model.set_params(n_latent=3, clip=True) is model
    assert (model.n_latent, model.clip) == (3, True)


def test_columns_must_have_the_names_of_the_training_data(shapes, tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(shapes[:, :3], columns=["a", "b", "c"])
    model = small(n_latent=2).fit(frame)
    model.save(tmp_path / "model")

    assert list(Autoencoder.load(tmp_path / "model").feature_names_in_) == ["a", "b", "c"]
    assert model.transform(frame).shape == (150, 2)
    with pytest.raises(ValueError, match=r"names should match.*\['a', 'b', 'c'\] is wanted, but \['c', 'b', 'a'\]"):
        model.transform(frame[["c", "b", "a"]])
    assert not hasattr(model.fit(shapes), "feature_names_in_")


def test_the_package_does_not_import_what_it_does_not_need():
    code = """
import sys
from genmodels import Autoencoder, data, losses
import genmodels
Autoencoder(2, epochs=1, verbose=False).fit(data.shapes(9, 0)[0])
print(sorted(m for m in ("sklearn", "scipy", "matplotlib", "sympy", "tqdm", "genmath", "mlxtend") if m in sys.modules))
assert "Autoencoder" in dir(genmodels) and not hasattr(genmodels, "nonsense")
"""
    folder = Path(__file__).parents[1]

    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=folder).stdout

    assert out == "[]\n"
