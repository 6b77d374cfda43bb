"""The embedding as a model: exact gradients, the same bits for the same seed, what it learns, what it refuses."""

import ast
import inspect
import pickle
import re
import signal
import sys
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator

from genmodels import DigitEmbedding, Divergence, data
from genmodels.embedding import backward, forward, init_params
from genmodels.losses import cross_entropy, softmax
from genmodels.optim import Schedule

N, D, H, K = 6, 5, 4, 3


def example():
    rng = np.random.default_rng(41)
    params = init_params(rng, D, H, K, dtype=np.float64)
    for p in params.values():
        p += 0.5 * rng.normal(size=p.shape)
    return params, rng.normal(size=(N, D)), np.eye(K)[np.arange(N) % K]


@pytest.fixture(scope="module")
def digits():
    X, y = data.digits()
    return data.split(X, y, 597, random_state=0)


def small(**settings):
    return DigitEmbedding(**{"n_hidden": 8, "epochs": 3, "random_state": 0, **settings})


# ---------------------------------------------------------------- functions


def test_the_network_is_two_layers_with_a_rectifier_between():
    params, X, _ = example()

    H_values, A = forward(params, X)

    hidden = np.maximum(X @ params["W_1"].T + params["b_1"], 0)
    np.testing.assert_allclose(H_values, hidden, rtol=1e-14)
    np.testing.assert_allclose(A, hidden @ params["W_2"].T + params["b_2"], rtol=1e-13)
    assert 0 < (hidden > 0).mean() < 1


def by_complex_step(value, params):
    grads = {}
    for name in params:
        grads[name] = np.empty(params[name].shape)
        for index in np.ndindex(params[name].shape):
            moved = {**params, name: params[name].astype(complex)}
            moved[name][index] += 1e-200j
            grads[name][index] = value(moved).imag / 1e-200
    return grads


def gradients(params, X, Y):
    H_values, A = forward(params, X)
    return backward(params, X, H_values, cross_entropy(A, Y)[1])


def assert_gradients(grads, exact, digits=1e-12):
    assert grads.keys() == exact.keys()
    for name, wanted in exact.items():
        np.testing.assert_allclose(grads[name], wanted, rtol=0, atol=digits * np.abs(wanted).max(), err_msg=name)


def test_every_gradient_is_the_derivative_of_the_loss_to_twelve_digits():
    params, X, Y = example()

    exact = by_complex_step(lambda p: cross_entropy(forward(p, X)[1], Y)[0], params)

    assert_gradients(gradients(params, X, Y), exact)


def test_jax_finds_the_same_gradients():
    jax = pytest.importorskip("jax")
    params, X, Y = example()

    with jax.enable_x64(new_val=True):
        jnp = jax.numpy

        def loss(p):
            hidden = jnp.maximum(X @ p["W_1"].T + p["b_1"], 0)
            logits = jax.nn.log_softmax(hidden @ p["W_2"].T + p["b_2"])
            return -(Y * logits).sum() / N

        wanted = {
            name: np.asarray(g) for name, g in jax.grad(loss)({k: jnp.array(p) for k, p in params.items()}).items()
        }

    assert_gradients(gradients(params, X, Y), wanted, 1e-10)


def test_the_weights_are_drawn_as_hes():
    params = init_params(np.random.default_rng(43), 400, 300, 10)

    assert {name: p.shape for name, p in params.items()} == {
        "W_1": (300, 400),
        "b_1": (300,),
        "W_2": (10, 300),
        "b_2": (10,),
    }
    assert params["W_1"].var() == pytest.approx(2 / 400, rel=0.02)
    assert params["W_2"].var() == pytest.approx(2 / 300, rel=0.1)
    assert not params["b_1"].any()
    assert not params["b_2"].any()
    assert {p.dtype for p in params.values()} == {np.dtype("float32")}


# ---------------------------------------------------------------- the model


def test_it_learns_digits_in_a_moment(digits):
    X, X_test, y, y_test = digits

    embedding = DigitEmbedding(random_state=0).fit(X, y)

    assert embedding.score(X_test, y_test) > 0.9
    assert embedding.history_.epoch_loss[-1] < 0.2 * embedding.history_.epoch_loss[0]
    assert len(embedding.history_.step_loss) == 15 * 19
    np.testing.assert_array_equal(embedding.classes_, np.arange(10))


def test_features_probabilities_and_predictions_belong_together(digits):
    X, X_test, y, y_test = digits
    embedding = small().fit(X, y)

    features, probabilities = embedding.transform(X_test), embedding.predict_proba(X_test)

    params = {name: p.astype(np.float64) for name, p in embedding.params_.items()}
    wanted, logits = forward(params, X_test.astype(np.float64))
    np.testing.assert_array_equal(features, wanted.astype(np.float32))
    np.testing.assert_array_equal(probabilities, softmax(logits))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-14)
    np.testing.assert_array_equal(embedding.predict(X_test), probabilities.argmax(axis=1))
    assert embedding.score(X_test, y_test) == np.mean(embedding.predict(X_test) == y_test)
    assert features.dtype == np.float32
    assert small(dtype="float64").fit_transform(X, y).dtype == np.float64


def test_classes_may_be_words_and_keep_their_order(digits):
    X, _, y, _ = digits
    words = np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])

    numbered, named = (small(n_hidden=16, epochs=10).fit(X, labels) for labels in (y, words[y]))

    assert named.classes_.tolist() == sorted(words)
    assert named.predict_proba(X).shape == (len(X), 10)
    assert named.score(X, words[y]) == np.mean(named.predict(X) == words[y])
    assert named.score(X, words[y]) > 0.8
    assert numbered.score(X, y) > 0.8


def test_the_same_seed_gives_the_same_bits(digits):
    X, _, y, _ = digits

    first, again, other = (small(random_state=seed).fit(X, y) for seed in (3, 3, 4))

    assert {name: p.tobytes() for name, p in first.params_.items()} == {
        name: p.tobytes() for name, p in again.params_.items()
    }
    assert first.history_ == again.history_
    assert first.history_ != other.history_


def test_weights_shrink_and_biases_do_not(digits):
    X, _, y, _ = digits
    free, decayed = (small(weight_decay=decay, epochs=10).fit(X, y).params_ for decay in (0.0, 1.0))

    assert np.linalg.norm(decayed["W_1"]) < 0.9 * np.linalg.norm(free["W_1"])


@pytest.mark.parametrize("schedule", ["step", "plateau", Schedule("cosine", warm_up=0.2)])
def test_it_trains_with_every_schedule_and_comes_back_with_it(digits, tmp_path, schedule):
    X, _, y, _ = digits
    embedding = small(schedule=schedule, epochs=6).fit(X, y)
    embedding.save(tmp_path / "model")

    assert DigitEmbedding.load(tmp_path / "model").get_params() == embedding.get_params()
    assert embedding.history_.epoch_loss[-1] < embedding.history_.epoch_loss[0]


def test_all_samples_at_once_make_one_step_an_epoch(digits):
    X, _, y, _ = digits

    assert len(small(batch_size=None).fit(X, y).history_.step_loss) == 3


@pytest.mark.parametrize("named", [False, True])
def test_a_saved_model_and_a_pickled_one_come_back_the_same(digits, tmp_path, named):
    X, _, y, _ = digits
    y = np.array(list("abcdefghij"))[y] if named else y
    embedding = small().fit(X, y)
    embedding.save(tmp_path / "model")

    for loaded in (DigitEmbedding.load(tmp_path / "model"), pickle.loads(pickle.dumps(embedding))):
        assert loaded.get_params() == embedding.get_params()
        assert loaded.history_ == embedding.history_
        np.testing.assert_array_equal(loaded.classes_, embedding.classes_)
        np.testing.assert_array_equal(loaded.predict(X), embedding.predict(X))
        assert {n: p.tobytes() for n, p in loaded.params_.items()} == {
            n: p.tobytes() for n, p in embedding.params_.items()
        }


def test_a_file_whose_classes_do_not_fit_its_weights_is_refused(digits, tmp_path):
    X, _, y, _ = digits
    embedding = small().fit(X, y)
    embedding.classes_ = embedding.classes_[:9]
    embedding.save(tmp_path / "model")

    with pytest.raises(ValueError, match="must have the shape"):
        DigitEmbedding.load(tmp_path / "model")


def test_an_interrupt_keeps_what_was_learned(digits, monkeypatch):
    X, _, y, _ = digits
    original, calls = DigitEmbedding._loss_and_gradients, []

    def interrupted(self, data):
        loss_and_gradients = original(self, data)

        def wrapped(*arguments):
            calls.append(1)
            if len(calls) == 25:
                signal.raise_signal(signal.SIGINT)
            return loss_and_gradients(*arguments)

        return wrapped

    monkeypatch.setattr(DigitEmbedding, "_loss_and_gradients", interrupted)

    with pytest.warns(
        UserWarning, match="interrupted in epoch 2 of 3, after step 25: what was learned is kept"
    ) as seen:
        embedding = small().fit(X, y)

    assert {w.filename for w in seen} == {__file__}
    assert len(embedding.history_.step_loss) == 25
    assert embedding.transform(X).shape == (len(X), 8)


def test_a_training_that_explodes_is_stopped(digits):
    X, _, y, _ = digits

    with pytest.raises(Divergence, match="A smaller learning rate may help"):
        small(learning_rate=1e30).fit(X * 1e9, y)


def test_a_refused_refit_keeps_the_old_model(digits):
    X, _, y, _ = digits
    embedding = small().fit(X, y)
    before = {name: p.tobytes() for name, p in embedding.params_.items()}

    for bad in (y[:-1], np.zeros(len(X)), None):
        with pytest.raises(ValueError):  # noqa: PT011 - the words are tested below
            embedding.fit(X, bad)

    assert {name: p.tobytes() for name, p in embedding.params_.items()} == before
    assert embedding.predict(X).shape == (len(X),)


# ---------------------------------------------------------------- what it refuses


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"n_hidden": 0}, "n_hidden must be a whole number of at least 1, but 0 was given"),
        ({"n_hidden": None}, "n_hidden must be a whole number"),
        ({"weight_decay": -1}, "weight_decay must be a number, at least 0 and finite, but -1 was given"),
        ({"learning_rate": 0}, "learning_rate must be a number, above 0"),
        ({"epochs": 0}, "epochs must be a whole number of at least 1"),
        ({"batch_size": 0}, "batch_size must be a whole number of at least 1"),
        ({"schedule": "never"}, "schedule must be one of 'constant', 'cosine'"),
        ({"dtype": "int8"}, "dtype must be 'float32' or 'float64'"),
        ({"random_state": "a"}, "random_state must be None"),
    ],
)
def test_settings_that_make_no_sense_are_refused(digits, settings, words):
    X, _, y, _ = digits

    with pytest.raises(ValueError, match=words):
        small(**settings).fit(X, y)


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (None, "requires y to be passed, but the target y is None"),
        (np.arange(5), r"y must hold one class for each of the 6 samples, but has the shape \(5,\)"),
        (np.zeros((6, 2)), r"but has the shape \(6, 2\)"),
        (np.full(6, 3), "y must hold at least 2 classes, but 1 class was given: .*3"),
        (np.array([0, 1, 2, 0, np.nan, 1]), "Input y contains NaN"),
        (np.array([0, 1, 2, 0, np.inf, 1]), "Input y contains infinity"),
        (np.array([0, 1, 2, 0, 0.5, 1]), "Unknown label type: y must hold classes, but 0.5 is a fraction"),
    ],
)
def test_classes_that_make_no_sense_are_refused(y, words):
    with pytest.raises(ValueError, match=words):
        small().fit(np.eye(6), y)


def test_classes_in_a_column_are_taken_with_a_warning(monkeypatch):
    y = np.arange(6) % 2
    wanted = small().fit(np.eye(6), y).predict(np.eye(6))
    monkeypatch.delitem(sys.modules, "sklearn")

    with pytest.warns(UserWarning, match=r"\(6,\) is wanted, but \(6, 1\) was given") as seen:
        found = small().fit(np.eye(6), y[:, None]).predict(np.eye(6))

    np.testing.assert_array_equal(found, wanted)
    assert {w.filename for w in seen} == {__file__}


@pytest.mark.parametrize("method", ["transform", "predict", "predict_proba"])
def test_data_that_make_no_sense_are_refused(digits, method):
    X, _, y, _ = digits
    embedding = small().fit(X, y)

    with pytest.raises(ValueError, match="X has 63 features, but DigitEmbedding is expecting 64 features"):
        getattr(embedding, method)(X[:, 1:])
    with pytest.raises(ValueError, match="Input X contains NaN"):
        getattr(embedding, method)(X * np.nan)
    with pytest.raises(ValueError, match="not fitted yet"):
        getattr(small(), method)(X)


def test_a_score_needs_the_classes(digits):
    X, _, y, _ = digits
    embedding = small().fit(X, y)

    with pytest.raises(ValueError, match="requires y"):
        embedding.score(X)
    with pytest.raises(ValueError, match="y must hold one class for each"):
        embedding.score(X, y[1:])


@pytest.mark.parametrize("settings", [{}, {"n_hidden": 8, "epochs": 30, "dtype": "float64"}])
def test_scikit_learns_checks_of_a_classifier_pass(settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(DigitEmbedding(**settings), on_skip=None, on_fail=None)

    assert {r["check_name"]: r["exception"] for r in results if r["status"] == "failed"} == {}
    assert {r["check_name"] for r in results if r["status"] == "skipped"} <= {"check_array_api_input"}
    assert len(results) > 55
    assert DigitEmbedding().__sklearn_tags__().target_tags.required


def test_a_fitted_model_holds_its_settings_and_what_it_learned_and_no_buffers(digits):
    X, _, y, _ = digits
    embedding = small().fit(X, y)

    learned = {"params_", "history_", "n_features_in_", "classes_"}
    assert set(vars(embedding)) - set(embedding.get_params()) == learned
    assert set(vars(clone(embedding))) == set(embedding.get_params())


def test_the_documentation_names_every_setting_with_its_default():
    found = {}
    for line in inspect.getdoc(DigitEmbedding).partition("Attributes\n")[0].splitlines():
        if match := re.fullmatch(r"([\w, ]+) : .*default (.+)", line):
            found |= dict.fromkeys(match[1].split(", "), ast.literal_eval(match[2]))

    assert found == DigitEmbedding().get_params()
