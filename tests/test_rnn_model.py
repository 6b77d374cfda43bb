"""The recurrent network as a model: exact gradients through time, exact resumption, conventions, bad input."""

import copy
import itertools

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.metrics import r2_score
from sklearn.model_selection import cross_val_score

from genmodels import RNN, Divergence, data, storage
from genmodels.losses import softmax
from genmodels.rnn import (
    LOSSES,
    Work,
    backward,
    forward,
    init_params,
    loss_and_slopes,
    orthogonal,
    shapes,
)

N, T, D, H, O = 3, 6, 4, 5, 2
ACTIVATIONS = ("tanh", "linear", "relu", "sigmoid")
TASKS = tuple(LOSSES)


def example(task="classification", steps=T, dtype=np.float64):
    rng = np.random.default_rng(11)
    params = init_params(rng, D, H, O, dtype=dtype)
    for p in params.values():
        p += 0.3 * rng.standard_normal(p.shape, dtype)
    X = rng.standard_normal((T, N, D), dtype)
    targets = rng.standard_normal((steps, N, O), dtype)
    if task == "classification":
        targets = np.eye(O, dtype=dtype)[rng.integers(O, size=(steps, N))]
    return params, X, targets


def gradients(params, X, targets, task="classification", work=None, truncation=None, **functions):
    states, Y = forward(params, X, work=work, steps=len(targets), **functions)
    loss, dY = loss_and_slopes(task, Y, targets, None if work is None else work.dY)
    return loss, backward(params, X, states, dY, work, truncation=truncation, **functions)


def complex_step(params, loss):
    """Every derivative of a loss, to the last digit but one."""
    exact = {}
    for name, p in params.items():
        exact[name] = np.empty(p.shape)
        for index in np.ndindex(p.shape):
            moved = {**params, name: p.astype(complex)}
            moved[name][index] += 1e-200j
            exact[name][index] = loss(moved).imag / 1e-200
    return exact


def close(found, wanted, tolerance):
    assert found.keys() == wanted.keys()
    for name, g in found.items():
        largest = np.abs(wanted[name]).max()
        np.testing.assert_allclose(g, wanted[name], rtol=0, atol=tolerance * max(largest, 1e-3), err_msg=name)


# ---------------------------------------------------------------- functions


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("task", "steps"), list(itertools.product(TASKS, (1, 2, T))))
def test_every_gradient_is_the_derivative_of_the_loss_to_twelve_digits(task, steps, activation):
    params, X, targets = example(task, steps)

    def loss(p):
        return loss_and_slopes(task, forward(p, X, steps=steps, activation=activation).Y, targets)[0]

    _, found = gradients(params, X, targets, task, activation=activation)

    close(found, complex_step(params, loss), 1e-12)


@pytest.mark.parametrize("truncation", [None, 1, 2, 4, 5])
@pytest.mark.parametrize(("task", "steps"), list(itertools.product(TASKS, (1, T))))
def test_jax_finds_the_same_loss_and_gradients_through_time_and_where_the_way_back_is_cut(task, steps, truncation):
    """In float64; the network is written anew, and a cut is `stop_gradient`."""
    jax = pytest.importorskip("jax")
    jnp = jax.numpy
    params, X, targets = example(task, steps)

    def loss(p):
        state, outputs = jnp.zeros((N, H)), []
        for t in range(T):
            if truncation and (T - t) % truncation == 0:
                state = jax.lax.stop_gradient(state)
            state = jnp.tanh(X[t] @ p["W_xh"].T + state @ p["W_hh"].T + p["b_h"])
            outputs.append(state @ p["W_hy"].T + p["b_y"])
        Y = jnp.stack(outputs)[T - steps :]
        if task == "classification":
            return -(jax.nn.log_softmax(Y) * targets).sum() / N
        return ((Y - targets) ** 2).sum() / N

    with jax.enable_x64(True):  # noqa: FBT003
        own = {name: jnp.array(np.ascontiguousarray(p)) for name, p in params.items()}
        value, wanted = jax.value_and_grad(loss)(own)
        wanted = {name: np.asarray(g) for name, g in wanted.items()}

    found_value, found = gradients(params, X, targets, task, truncation=truncation)

    assert found_value == pytest.approx(float(value), rel=1e-12)
    close(found, wanted, 1e-10)


@pytest.mark.parametrize("truncation", [T, T + 1, 100])
def test_a_cut_that_lies_before_the_first_step_changes_nothing(truncation):
    params, X, targets = example()

    close(gradients(params, X, targets, truncation=truncation)[1], gradients(params, X, targets)[1], 0)


@pytest.mark.parametrize("steps", [1, 2])
def test_nothing_is_learned_from_what_lies_before_the_last_cut(steps):
    """With outputs behind the cut alone the gradients are those of the piece behind it."""
    params, X, targets = example(steps=steps)
    states, _ = forward(params, X, steps=steps)
    piece, Y = forward(params, X[-4:], states[-5], steps=steps)
    _, dY = loss_and_slopes("classification", Y, targets)

    close(gradients(params, X, targets, truncation=4)[1], backward(params, X[-4:], piece, dY), 1e-14)


@pytest.mark.parametrize("steps", [1, 2, 3])
@pytest.mark.parametrize("task", TASKS)
def test_the_loss_of_some_steps_is_the_sum_of_theirs(task, steps):
    _, _, targets = example(task, steps)
    Y = np.random.default_rng(7).standard_normal(targets.shape)

    value, dY = loss_and_slopes(task, Y, targets)

    alone = [loss_and_slopes(task, Y[t : t + 1], targets[t : t + 1]) for t in range(steps)]
    np.testing.assert_allclose(value, sum(v for v, _ in alone), rtol=1e-14)
    np.testing.assert_allclose(dY, np.concatenate([slopes for _, slopes in alone]), rtol=1e-13)


def test_the_gradients_of_cut_pieces_add_up():
    """Each piece is a network of its own, which starts in the state that the piece before has left."""
    params, X, targets = example()
    whole = forward(params, X)
    _, dY = loss_and_slopes("classification", whole.Y, targets)

    pieces = []
    for start, stop in ((0, 2), (2, 6)):
        states, _ = forward(params, X[start:stop], whole.H[start])
        pieces.append(backward(params, X[start:stop], states, dY[start:stop]))

    wanted = {name: sum(piece[name] for piece in pieces) for name in params}
    close(backward(params, X, whole.H, dY, truncation=4), wanted, 1e-14)


def test_the_state_before_the_first_step_is_zero_unless_it_is_given():
    params, X, _ = example()
    given = np.random.default_rng(1).standard_normal((N, H))

    again = forward(params, X[2:], forward(params, X).H[2])

    assert not forward(params, X).H[0].any()
    np.testing.assert_array_equal(forward(params, X, given).H[0], given)
    np.testing.assert_allclose(again.H, forward(params, X).H[2:], rtol=1e-14)
    np.testing.assert_allclose(again.Y, forward(params, X).Y[2:], rtol=1e-13)
    np.testing.assert_allclose(forward(params, X, steps=2).Y, forward(params, X).Y[-2:], rtol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", ["tanh", "linear"])
@pytest.mark.parametrize("steps", [1, T])
def test_buffers_change_nothing_but_the_place_of_the_results(steps, activation, dtype):
    params, X, targets = example("classification", steps, dtype)
    work = Work.allocate(N, T, steps, params)
    fresh_loss, fresh = gradients(params, X, targets, activation=activation, truncation=3)

    for _ in range(2):  # whatever lies in them
        loss, grads = gradients(params, X, targets, work=work, activation=activation, truncation=3)

        tolerance = 1e-5 if dtype == np.float32 else 1e-13
        assert loss == pytest.approx(fresh_loss, rel=tolerance)
        close(grads, fresh, tolerance)
        for name, g in grads.items():
            assert g.dtype == dtype
            assert g is work.grads[name]
            assert g.strides == params[name].strides
    total = sum(float((g.astype(float) ** 2).sum()) for g in grads.values())
    assert float((work.flat.astype(float) ** 2).sum()) == pytest.approx(total, rel=1e-12)


def test_every_gradient_begins_at_a_cache_line_of_its_own():
    work = Work.allocate(N, T, 1, init_params(np.random.default_rng(0), D, H, O))

    places = {name: g.ctypes.data for name, g in work.grads.items()}

    assert all(place % 64 == 0 for place in places.values())
    assert len({place // 64 for place in places.values()}) == len(places)
    assert all(np.shares_memory(g, work.flat) for g in work.grads.values())


def test_the_functions_change_none_of_their_arguments():
    given = example()
    before = copy.deepcopy(given)

    gradients(*given)

    for name, p in before[0].items():
        np.testing.assert_array_equal(given[0][name], p)
    np.testing.assert_array_equal(given[1], before[1])
    np.testing.assert_array_equal(given[2], before[2])


@pytest.mark.parametrize("radius", [0.5, 0.9, 1.0, 1.1, 1.5])
def test_the_slope_of_a_linear_network_is_the_radius_to_the_power_of_the_steps(radius):
    """W_hh is a multiple of an orthogonal matrix; the start runs over all unit vectors."""
    steps, width = 40, 16
    params = init_params(np.random.default_rng(3), D, width, O, rho=radius, dtype=np.float64)
    X = np.zeros((steps, width, D))

    reached = forward(params, X, np.eye(width), activation="linear").H  # H[t] is the transposed Jacobian

    for t in range(steps + 1):
        assert np.linalg.norm(reached[t], 2) == pytest.approx(radius**t, rel=1e-12)
        assert np.linalg.norm(reached[t], -2) == pytest.approx(radius**t, rel=1e-12)


def test_a_matrix_with_too_few_eigenvectors_overshoots():
    params = init_params(np.random.default_rng(3), 1, 2, O, dtype=np.float64)
    params["W_hh"] = np.array([[0.9, 1], [0, 0.9]])

    reached = forward(params, np.zeros((10, 2, 1)), np.eye(2), activation="linear").H[-1]

    assert np.linalg.norm(reached, 2) == pytest.approx(3.9053, abs=1e-4)
    assert np.linalg.norm(reached, 2) > 10 * 0.9**10


# ---------------------------------------------------------------- first weights


def test_an_orthogonal_matrix_is_drawn_without_a_preference():
    """Its entries have the mean 0 and the variance 1/h, and neither sign of the determinant is rare."""
    rng = np.random.default_rng(0)
    drawn = np.array([orthogonal(rng, 3, dtype=np.float64) for _ in range(4000)])

    np.testing.assert_allclose(drawn @ drawn.swapaxes(1, 2), np.tile(np.eye(3), (4000, 1, 1)), atol=1e-14)
    assert np.abs(drawn.mean(axis=0)).max() < 5 / np.sqrt(3 * 4000)
    assert 0.4 < (np.linalg.det(drawn) > 0).mean() < 0.6


@pytest.mark.parametrize(("init", "deviation"), [("xavier", (2 / 300) ** 0.5), ("he", 0.1), (0.01, 0.01)])
def test_the_first_weights_have_the_deviation_that_their_name_promises(init, deviation):
    params = init_params(np.random.default_rng(0), 200, 100, 50, init=init, dtype=np.float64)

    assert {name: p.shape for name, p in params.items()} == shapes(200, 100, 50)
    assert params["W_xh"].std() == pytest.approx(deviation, rel=0.03)
    assert not params["b_h"].any()
    assert not params["b_y"].any()
    assert all(params[name].T.flags.c_contiguous for name in ("W_xh", "W_hh", "W_hy"))
    if init == 0.01:
        assert params["W_hh"].std() == pytest.approx(0.01, rel=0.03)
        assert params["W_hy"].std() == pytest.approx(0.01, rel=0.03)


def test_by_default_the_recurrent_weights_are_orthogonal_and_the_others_xaviers():
    params = init_params(np.random.default_rng(0), 200, 100, 50, dtype=np.float64)
    twice = init_params(np.random.default_rng(0), 200, 100, 50, rho=2.0, dtype=np.float64)

    np.testing.assert_allclose(params["W_hh"].T @ params["W_hh"], np.eye(100), atol=1e-13)
    assert params["W_xh"].std() == pytest.approx((2 / 300) ** 0.5, rel=0.03)
    assert params["W_hh"].T.flags.c_contiguous
    np.testing.assert_allclose(twice["W_hh"], 2 * params["W_hh"], rtol=1e-14)


# ---------------------------------------------------------------- losses


def test_the_loss_is_a_sum_over_steps_and_a_mean_over_samples():
    _, _, C = example("classification")
    _, _, R = example("regression")
    Y = np.random.default_rng(0).standard_normal(C.shape)
    logs = Y - np.log(np.exp(Y).sum(axis=-1, keepdims=True))

    assert loss_and_slopes("classification", Y, C)[0] == pytest.approx(-(logs * C).sum() / N, rel=1e-14)
    assert loss_and_slopes("regression", Y, R)[0] == pytest.approx(((Y - R) ** 2).sum() / N, rel=1e-14)


@pytest.mark.parametrize("task", TASKS)
def test_slopes_are_written_where_they_are_wanted(task):
    _, _, targets = example(task)
    Y, out = np.random.default_rng(0).standard_normal(targets.shape), np.full(targets.shape, np.nan)

    value, dY = loss_and_slopes(task, Y, targets, out)

    assert np.shares_memory(dY, out)
    np.testing.assert_allclose(dY, loss_and_slopes(task, Y, targets)[1], rtol=1e-14)
    assert value == loss_and_slopes(task, Y, targets)[0]


# ---------------------------------------------------------------- the model


@pytest.fixture(scope="module")
def rows():
    X, y = data.digits()
    return X[:200].reshape(-1, 8, 8), y[:200]


@pytest.fixture(scope="module")
def waves():
    """Sequences of two numbers a step, and at every step the mean of all that came before."""
    X = np.random.default_rng(5).standard_normal((120, 7, 2))
    return X, np.cumsum(X, axis=1) / np.arange(1, 8)[:, None]


def small(**settings):
    return RNN(**{"n_hidden": 12, "epochs": 4, "random_state": 0, **settings})


def sums(X):
    """The class of a step: whether the first numbers so far have a positive sum."""
    return np.where(np.cumsum(X[..., 0], axis=1) > 0, "up", "down")


def test_it_reads_digits_row_by_row(rows):
    X, y = data.digits()
    X = X.reshape(-1, 8, 8)

    model = RNN(32, epochs=15, random_state=0).fit(X[:1200], y[:1200])

    assert model.score(X[1200:], y[1200:]) > 0.85
    assert model.history_.epoch_loss[-1] < 0.1 * model.history_.epoch_loss[0]


def test_it_predicts_numbers_after_every_step(waves):
    X, Y = waves

    model = small(task="regression", outputs="all", epochs=150, learning_rate=0.01).fit(X[:100], Y[:100])

    assert model.predict(X[100:]).shape == (20, 7, 2)
    assert model.score(X[100:], Y[100:]) > 0.8


def test_it_predicts_words_after_every_step(waves):
    X, _ = waves
    y = sums(X)

    model = small(outputs="all", epochs=60, learning_rate=0.01).fit(X[:100], y[:100])

    assert model.classes_.tolist() == ["down", "up"]
    assert model.predict(X[100:]).shape == (20, 7)
    assert model.predict_proba(X[100:]).shape == (20, 7, 2)
    assert model.score(X[100:], y[100:]) > 0.8


def test_it_predicts_numbers_after_the_last_step(waves):
    X, Y = waves

    model = small(task="regression", epochs=100, learning_rate=0.01).fit(X[:100], Y[:100, -1])

    assert model.predict(X[100:]).shape == (20, 2)
    assert model.score(X[100:], Y[100:, -1]) > 0.8


@pytest.mark.parametrize("outputs", ["last", "all"])
def test_the_first_loss_and_norm_are_those_of_the_first_weights(waves, outputs):
    X, y = waves[0], sums(waves[0])
    y = y if outputs == "all" else y[:, -1]
    model = small(outputs=outputs, dtype="float64", batch_size=None, epochs=1, clip=None, truncation=3).fit(X, y)

    params = init_params(np.random.default_rng(0), 2, 12, 2, dtype=np.float64)
    C = np.eye(2)[(y == "up").astype(int)].reshape(120, -1, 2).swapaxes(0, 1)
    loss, grads = gradients(params, np.ascontiguousarray(X.swapaxes(0, 1)), C, truncation=3)

    assert model.history_.step_loss[0] == pytest.approx(loss, rel=1e-12)
    norm = np.sqrt(sum((g**2).sum() for g in grads.values()))
    assert model.history_.gradient_norm[0] == pytest.approx(norm, rel=1e-12)


def test_predictions_probabilities_and_states_follow_the_equations(rows):
    X, y = rows
    model = small(dtype="float64").fit(X, y)
    states, Y = forward(model.params_, X.astype(np.float64).swapaxes(0, 1))

    np.testing.assert_allclose(model.states(X), states[1:].swapaxes(0, 1), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(model.predict_proba(X), softmax(Y[-1]), rtol=1e-11)
    np.testing.assert_array_equal(model.predict(X), Y[-1].argmax(axis=1))
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1, rtol=1e-14)
    assert model.score(X, y) == (model.predict(X) == y).mean()


def test_a_fitted_model_reads_sequences_of_another_length(rows):
    X, y = rows
    model = small().fit(X, y)

    np.testing.assert_allclose(model.states(X[:, :3]), model.states(X)[:, :3], rtol=1e-6)
    assert model.predict(X[:, :1]).shape == (200,)


def test_the_score_of_a_regression_is_the_explained_share_of_the_variance(waves):
    X, Y = waves
    model = small(task="regression", dtype="float64").fit(X, Y[:, -1])

    wanted = r2_score(Y[:, -1], model.predict(X), multioutput="variance_weighted")

    assert model.score(X, Y[:, -1]) == pytest.approx(wanted, rel=1e-12)
    assert model.score(X[:1], Y[:1, -1]) == 0
    assert model.score(X[:1], model.predict(X[:1])) == 1


def test_clipping_shortens_what_is_too_long_and_nothing_else(rows):
    """With plain descent a step is the learning rate times the clipped gradient."""
    X, y = rows
    settings = {"optimizer": "sgd", "learning_rate": 1.0, "epochs": 1, "batch_size": None, "dtype": "float64"}
    start = init_params(np.random.default_rng(0), 8, 12, 10, dtype=np.float64)

    steps = {}
    for clip in (None, 1e6, 0.125):
        model = small(clip=clip, **settings).fit(X, y)
        steps[clip] = np.concatenate([(start[name] - p).ravel() for name, p in model.params_.items()])
        norm = model.history_.gradient_norm[0]

    assert norm > 0.125
    assert np.linalg.norm(steps[None]) == pytest.approx(norm, rel=1e-12)
    np.testing.assert_array_equal(steps[None], steps[1e6])
    assert np.linalg.norm(steps[0.125]) == pytest.approx(0.125, rel=1e-12)
    np.testing.assert_allclose(steps[0.125] * norm / 0.125, steps[None], atol=1e-12)


def test_the_norms_are_recorded_before_the_clipping(rows):
    X, y = rows
    model = small(clip=1e-3, epochs=2).fit(X, y)

    norms = model.history_.gradient_norm

    assert len(norms) == len(model.history_.step_loss) == 2 * 7
    assert min(norms) > 1e-3


@pytest.mark.parametrize("dtype", ["float32", np.float64])
def test_everything_that_is_made_of_numbers_keeps_the_type_of_the_model(rows, waves, dtype):
    model = small(dtype=dtype, epochs=1).fit(rows[0].astype(np.float64), rows[1])
    numbers = small(dtype=dtype, epochs=1, task="regression", outputs="all").fit(*waves)
    made = (model.predict_proba(rows[0]), model.states(rows[0]), numbers.predict(waves[0]))

    assert {a.dtype for a in (*made, *model.params_.values())} == {np.dtype(dtype)}
    assert all(a.flags.c_contiguous for a in made)


def test_a_prediction_does_not_depend_on_what_stands_beside_it(rows):
    X, y = rows
    model = small().fit(X, y)

    alone = np.concatenate([model.predict_proba(x[None]) for x in X[:20]])

    np.testing.assert_array_equal(alone, model.predict_proba(X)[:20])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_gradient_without_a_finite_norm_stops_with_its_step_and_keeps_the_last_good_parameters(
    rows, monkeypatch, value
):
    calls = []

    def spoiled(*arguments, **options):
        grads = backward(*arguments, **options)
        calls.append(1)
        if len(calls) == 9:
            grads["b_h"][2] = value
        return grads

    good, model = small(epochs=1).fit(*rows), small()
    monkeypatch.setattr("genmodels.rnn.backward", spoiled)

    with pytest.raises(Divergence, match=rf"the norm of the gradients became {value} at step 9 \(in epoch 2\)") as told:
        model.fit(*rows)

    assert told.value.step == 9
    assert len(model.history_.gradient_norm) == len(model.history_.step_loss) == 8
    for name, p in good.params_.items():
        np.testing.assert_array_equal(model.params_[name], p)


def test_a_linear_network_that_grows_beyond_all_numbers_gives_no_prediction(waves):
    X, Y = waves
    model = small(task="regression", activation="linear", radius=1.5, epochs=1).fit(X, Y[:, -1])
    long = np.ones((1, 2000, 2))

    for use in (model.predict, model.states, lambda X: model.score(X, [[0.0, 0.0]])):
        with pytest.raises(ValueError, match="grow beyond float32, so there is no prediction"):
            use(long)


# ---------------------------------------------------------------- files and conventions


def test_classes_are_saved_as_they_were_given(waves, tmp_path):
    X, y = waves[0], sums(waves[0])[:, -1]
    for given in (y, (y == "up").astype(np.int64) * 5 - 7, y == "up"):
        model = small(epochs=1).fit(X, given)
        model.save(tmp_path / "model")

        loaded = RNN.load(tmp_path / "model")

        assert loaded.classes_.tolist() == model.classes_.tolist() == np.unique(given).tolist()
        assert loaded.classes_.dtype.kind == model.classes_.dtype.kind
        np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("classes", ["up"], "classes must be 2 numbers or words, but are .'up'."),
        ("classes", [0.5, 1.5], r"classes must be 2 numbers or words, but are \[0.5, 1.5\]"),
        ("classes", None, "classes must be 2 numbers or words, but are None"),
        ("classes", [["a"], ["b", "c"]], "."),
        ("n_outputs", 0, "n_outputs must be a whole number of at least 1, but 0"),
        ("n_outputs", 3, "classes must be 3 numbers or words"),
    ],
)
def test_a_file_with_other_classes_is_refused(waves, tmp_path, key, value, message):
    small(epochs=1).fit(waves[0], sums(waves[0])[:, -1]).save(tmp_path / "model")
    meta, arrays = storage.read(tmp_path / "model")
    meta.pop("format")
    storage.write(tmp_path / "model", {**meta, key: value}, arrays)

    with pytest.raises(ValueError, match=f"cannot read .*model.*{message}"):
        RNN.load(tmp_path / "model")


def test_a_checkpoint_belongs_to_its_targets(rows, tmp_path):
    X, y = rows
    small(epochs=2).fit(X, y, checkpoint=tmp_path / "run")

    with pytest.raises(ValueError, match="training on other data"):
        small(epochs=4).fit(X, y[::-1], resume=tmp_path / "run")


def test_scikit_learn_knows_what_it_predicts_and_cross_validates_it(rows):
    classifier, regressor = small(epochs=10), small(task="regression")

    scores = cross_val_score(classifier, *rows, cv=3)

    assert is_classifier(classifier)
    assert not is_classifier(regressor)
    assert is_regressor(regressor)
    assert not is_regressor(classifier)
    assert scores.min() > 0.2
    assert clone(classifier).get_params() == classifier.get_params()
    assert repr(small(clip=None)) == "RNN(n_hidden=12, clip=None, epochs=4, random_state=0)"
    tags = classifier.__sklearn_tags__()
    assert tags.input_tags.three_d_array
    assert not tags.input_tags.two_d_array
    assert tags.target_tags.required


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"n_hidden": 0}, "n_hidden must be a whole number of at least 1, but 0 was given"),
        ({"task": "ranking"}, "task must be one of 'classification', 'regression', but 'ranking' was given"),
        ({"outputs": "first"}, "outputs must be one of 'all', 'last', but 'first' was given"),
        ({"activation": "swish"}, "activation must be one of .*'tanh', but 'swish' was given"),
        ({"init": "zero"}, "init must be one of 'he', 'orthogonal', 'xavier', but 'zero' was given"),
        ({"init": 0}, "init must be a number, above 0 and finite, but 0 was given"),
        ({"init": None}, "init.*None"),
        ({"radius": 0}, "radius must be a number, above 0 and finite, but 0 was given"),
        (
            {"radius": 0.5, "init": "xavier"},
            "radius is a setting of init='orthogonal', but 0.5 was given with init='xav",
        ),
        ({"radius": 0.5, "init": 0.01}, "radius is a setting of init='orthogonal', but 0.5 was given with init=0.01"),
        ({"truncation": 0}, "truncation must be a whole number of at least 1, but 0 was given"),
        ({"truncation": 2.5}, "truncation.*2.5"),
        ({"clip": 0}, "clip must be a number, above 0 and finite, but 0 was given"),
        ({"clip": -5.0}, "clip.*-5.0"),
        ({"clip": np.inf}, "clip.*inf"),
        ({"momentum": 0.5}, "momentum is a setting of the optimizer 'sgd'"),
        ({"epochs": 0}, "epochs must be"),
    ],
)
def test_bad_settings_are_refused_by_fit_which_then_learned_nothing(rows, changed, message):
    model = small(**changed)

    with pytest.raises(ValueError, match=message):
        model.fit(*rows)

    assert vars(model) == model.get_params()


@pytest.mark.parametrize(
    "changed",
    [
        {"truncation": 1},
        {"truncation": 100},
        {"clip": 1e-9},
        {"radius": 1, "init": "xavier"},
        {"init": 0.01},
        {"batch_size": 1, "epochs": 1},
        {"n_hidden": 1},
    ],
)
def test_settings_at_the_edge_are_fine(rows, changed):
    assert 0 <= small(**changed).fit(*rows).score(*rows) <= 1


X3 = np.random.default_rng(0).random((6, 5, 2))
Y1, Y2 = np.arange(6) % 3, np.arange(30).reshape(6, 5) % 3


@pytest.mark.parametrize(
    ("task", "outputs", "y", "message"),
    [
        ("classification", "last", None, "requires y to be passed, but the target y is None"),
        ("regression", "all", None, "requires y to be passed, but the target y is None"),
        ("classification", "last", Y2, r"one class for each sequence, shape \(6,\), but \(6, 5\) was given"),
        ("classification", "all", Y1, r"one class for each step, shape \(6, 5\), but \(6,\) was given"),
        ("classification", "last", Y1[:5], r"shape \(6,\), but \(5,\) was given"),
        ("classification", "last", Y1 / 2, "classes, whole numbers or words, but has the type float64"),
        ("classification", "last", [None] * 6, "has the type object"),
        ("classification", "last", np.ones(6, int), "at least 2 classes, but 1 class was given: "),
        ("regression", "last", Y1, r"y must have the shape \(samples, numbers\), but \(6,\) was given"),
        ("regression", "last", Y2[:4], r"y must have the shape \(6, any\), but \(4, 5\) was given"),
        ("regression", "all", Y2, r"the shape \(samples, steps, numbers\), but \(6, 5\) was given"),
        ("regression", "all", Y2[:, :4, None], r"the shape \(6, 5, any\), but \(6, 4, 1\) was given"),
        ("regression", "last", np.full((6, 1), np.nan), "y contains NaN .first at sample 0, number 0"),
        ("regression", "last", np.ones((6, 0)), r"0 number\(s\)"),
        ("regression", "last", np.ones((6, 1)) * 1j, "Complex data not supported: y"),
    ],
)
def test_targets_that_do_not_fit_are_refused_by_fit_which_then_learned_nothing(task, outputs, y, message):
    model = small(task=task, outputs=outputs)

    with pytest.raises(ValueError, match=message):
        model.fit(X3, y)

    assert vars(model) == model.get_params()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: m.predict(X3[..., :1]), "X has 1 features, but RNN is expecting 2 features as input"),
        (lambda m: m.predict(X3[0]), r"Expected 3D array, got 2D array instead: .*\(samples, steps, features\)"),
        (lambda m: m.predict(X3[:, :0]), r"0 step\(s\) \(shape=\(6, 0, 2\)\)"),
        (lambda m: m.predict_proba(np.full((1, 2, 2), np.nan)), "NaN .first at sample 0, step 0, feature 0"),
        (lambda m: m.score(X3, Y1[:3]), r"shape \(6,\), but \(3,\) was given"),
        (lambda m: m.score(X3), "the target y is None"),
    ],
)
def test_bad_arguments_of_a_fitted_model_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(small().fit(X3, Y1))


def test_bad_targets_of_a_fitted_regression_are_refused():
    model = small(task="regression").fit(X3, Y2[:, :2])

    with pytest.raises(ValueError, match=r"y must have the shape \(6, 2\), but \(6, 3\) was given"):
        model.score(X3, Y2[:, :3])
    with pytest.raises(ValueError, match="the target y is None"):
        model.score(X3)
    with pytest.raises(ValueError, match=r"probabilities belong to task='classification', but .* task='regression'"):
        model.predict_proba(X3)


@pytest.mark.parametrize("call", [lambda m: m.predict(X3), lambda m: m.predict_proba(X3), lambda m: m.states(X3)])
def test_a_model_that_is_not_fitted_says_so(call):
    with pytest.raises(ValueError, match="This RNN instance is not fitted yet"):
        call(small())
