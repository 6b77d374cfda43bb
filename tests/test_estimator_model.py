"""What all models share: exact resumption, divergence, files, scikit-learn's conventions."""

import ast
import inspect
import pickle
import re
import signal
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator

from genmodels import GAN, RNN, VAE, Autoencoder, Divergence, Schedule, data

SMALL = {
    Autoencoder: {"n_latent": 5, "epochs": 4, "random_state": 0},
    VAE: {"n_latent": 3, "n_hidden": 16, "epochs": 4, "batch_size": 32, "learning_rate": 0.03, "random_state": 0},
    GAN: {"n_latent": 5, "n_hidden": 12, "epochs": 4, "batch_size": 32, "random_state": 0},
    RNN: {"n_hidden": 12, "epochs": 4, "random_state": 0},
}
MORE = {VAE: {"active_units_"}, RNN: {"classes_", "n_outputs_"}}  # what is learned beside parameters and history
SGD = {"optimizer": "sgd", "momentum": 0.9, "schedule": "cosine", "learning_rate": 0.01}
PLATEAU = Schedule("plateau", warm_up=0.3, patience=1, factor=0.5, tolerance=0.9)
EVERY = pytest.mark.parametrize("kind", SMALL)
VARIED = pytest.mark.parametrize(
    ("kind", "settings"),
    [
        *((kind, {}) for kind in SMALL),
        *((kind, SGD) for kind in SMALL),
        *((kind, {"schedule": PLATEAU}) for kind in (Autoencoder, VAE)),
        (VAE, {"schedule": "step"}),
        (GAN, {"schedule": Schedule("step", drops=3, factor=0.3)}),
        (Autoencoder, {"noise": 0.3, "clip": True}),
        (Autoencoder, {"bias": False, "batch_size": 30, "dtype": "float64"}),
        (VAE, {"beta": 0.5, "weight_decay": 0.1}),
        (VAE, {"n_hidden": None, "likelihood": "gaussian", "variance": "learned"}),
        (GAN, {"n_discriminator_steps": 3, "r1": 0.5, "loss": "saturating"}),
        (RNN, {"truncation": 3, "clip": None, "init": 0.3, "activation": "relu"}),
    ],
)


@pytest.fixture(scope="module")
def images():
    return data.shapes(150, random_state=0)[0][:, 300:400].copy()


def small(kind, **settings):
    return kind(**{**SMALL[kind], **settings})


def lesson(kind, X):
    """What a model of this kind learns from: images, or images that are read row by row and their classes."""
    return (X.reshape(len(X), 10, -1), np.arange(len(X)) % 3) if kind is RNN else (X,)


def learned(model):
    """Everything that a model has beside its settings; the bits of its arrays."""
    state = {name: value for name, value in vars(model).items() if name not in model.get_params()}
    arrays = {name: p.tobytes() for name, p in state.pop("params_").items()}
    return arrays, {name: v.tolist() if isinstance(v, np.ndarray) else v for name, v in state.items()}


def in_step(step, act, kind, monkeypatch):
    """Let `act` have the gradients of that step of a training."""
    turns, calls = kind._turns, []

    def wrapped(self, X):
        first, second = turns(self, X)

        def loss_and_gradients(*arguments):
            found, grads = first(*arguments)
            calls.append(1)
            if len(calls) == step:
                act(grads)
            return found, grads

        return loss_and_gradients, second

    monkeypatch.setattr(kind, "_turns", wrapped)


# ---------------------------------------------------------------- interrupting, resuming, saving


@pytest.mark.parametrize("step", [2, 5, 13, 20])
@VARIED
def test_interrupted_and_resumed_equals_uninterrupted_bit_for_bit(images, tmp_path, monkeypatch, kind, settings, step):
    whole = small(kind, **settings).fit(*lesson(kind, images))
    in_step(step, lambda grads: signal.raise_signal(signal.SIGINT), kind, monkeypatch)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        stopped = small(kind, **settings).fit(*lesson(kind, images), checkpoint=tmp_path / "run.npz")
    resumed = (
        small(kind, **settings)
        .set_params(verbose=False, random_state=9)
        .fit(*lesson(kind, images), resume=tmp_path / "run.npz")
    )

    where = f"in epoch {(step - 1) // 5 + 1} of 4, after step {step}"
    assert str(caught[0].message) == f"interrupted {where}: what was learned is kept"
    assert {warning.filename for warning in caught} == {__file__}
    assert len(stopped.history_.step_loss) == step
    assert learned(kind.load(tmp_path / "run.npz"))[0] == learned(stopped)[0]
    assert (learned(stopped)[0] == learned(whole)[0]) == (step == 20)
    assert learned(resumed) == learned(whole)


@EVERY
def test_a_finished_run_can_go_on_for_more_epochs_at_a_constant_rate(images, tmp_path, kind):
    small(kind, epochs=2).fit(*lesson(kind, images), checkpoint=tmp_path / "run")

    for epochs in (2, 4):
        model = small(kind, epochs=epochs).fit(*lesson(kind, images), resume=tmp_path / "run")
        assert learned(model) == learned(small(kind, epochs=epochs).fit(*lesson(kind, images)))


@pytest.mark.parametrize("schedule", ["plateau", Schedule("plateau", patience=1, factor=0.5, tolerance=0.9)])
def test_a_finished_run_can_go_on_after_a_plateau(images, tmp_path, schedule):
    small(VAE, epochs=2, schedule=schedule).fit(images, checkpoint=tmp_path / "run")

    model = small(VAE, epochs=5, schedule=schedule).fit(images, resume=tmp_path / "run")

    assert learned(model) == learned(small(VAE, epochs=5, schedule=schedule).fit(images))


def test_a_checkpoint_knows_the_schedule_by_what_it_does(images, tmp_path):
    small(VAE, schedule="step").fit(images, checkpoint=tmp_path / "run")

    small(VAE, schedule=Schedule("step")).fit(images, resume=tmp_path / "run")
    for other in ("cosine", Schedule("step", drops=1), Schedule("step", warm_up=0.1)):
        with pytest.raises(ValueError, match=r"it was written with schedule='step', but the model has schedule="):
            small(VAE, schedule=other).fit(images, resume=tmp_path / "run")


def test_a_plateau_slows_the_training_down(images):
    """With this tolerance no epoch counts as progress: the rate is halved after each of them but the first."""
    halved = Schedule("plateau", patience=1, factor=0.5, tolerance=0.999)
    plain, slowed = (
        small(Autoencoder, optimizer="sgd", batch_size=None, epochs=3, schedule=s).fit(images)
        for s in ("constant", halved)
    )
    start = small(Autoencoder, optimizer="sgd", batch_size=None, epochs=2).fit(images)

    moved = {name: plain.params_[name] - start.params_[name] for name in plain.params_}

    for name, step in moved.items():
        np.testing.assert_allclose(slowed.params_[name] - start.params_[name], 0.5 * step, rtol=1e-2, atol=1e-6)


def test_a_game_has_no_plateau(images):
    for schedule in ("plateau", Schedule("plateau", patience=3)):
        with pytest.raises(ValueError, match=r"schedule 'plateau'.*losses of a game do not tell progress"):
            small(GAN, schedule=schedule).fit(images)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        *((kind, {}) for kind in SMALL),
        (Autoencoder, {"dtype": np.float64, "n_latent": np.int64(3), "learning_rate": np.float32(0.25)}),
        (VAE, {"likelihood": "gaussian", "variance": "learned"}),
        (Autoencoder, {"schedule": Schedule("step", np.float64(0.25), np.float32(0.5), np.int64(3))}),
        (VAE, {"schedule": PLATEAU}),
        (GAN, {"init": np.float32(0.5), "discriminator_rate": np.float64(0.002)}),
        (RNN, {"init": np.float32(0.5), "clip": np.float64(0.5), "truncation": np.int64(4)}),
    ],
)
def test_a_saved_model_and_a_pickled_one_come_back_the_same(images, tmp_path, kind, settings):
    model = small(kind, **settings).fit(*lesson(kind, images))
    model.save(tmp_path / "model")

    loaded = kind.load(tmp_path / "model")

    assert learned(loaded) == learned(model) == learned(pickle.loads(pickle.dumps(model)))
    assert loaded.get_params() == {**model.get_params(), "dtype": np.dtype(model.dtype).name}
    assert loaded.score(*lesson(kind, images)) == model.score(*lesson(kind, images))
    loaded.save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "model").read_bytes()


@VARIED
def test_the_same_seed_gives_the_same_bits(images, kind, settings):
    first, again, other = (
        small(kind, **settings).set_params(random_state=seed).fit(*lesson(kind, images)) for seed in (3, 3, 4)
    )

    assert learned(first) == learned(again)
    assert learned(first)[0] != learned(other)[0]


# ---------------------------------------------------------------- divergence


@pytest.mark.parametrize(
    ("kind", "what", "step"),
    [(Autoencoder, "the loss", 8), (VAE, "the loss", 8), (GAN, "the generator's loss", 7), (RNN, "the loss", 8)],
)
def test_a_loss_that_is_not_a_number_stops_with_its_step_and_keeps_the_last_good_parameters(
    images, monkeypatch, kind, what, step
):
    """A gradient of step 7 is spoiled: a game notices it in the same step, where the other player takes its turn."""
    model = small(kind).fit(*lesson(kind, images))
    in_step(7, lambda grads: next(iter(grads.values())).fill(np.nan), kind, monkeypatch)

    with pytest.raises(Divergence, match=rf"^{what} became nan at step {step} \(in epoch 2\).*are kept") as info:
        model.fit(*lesson(kind, images))

    assert (info.value.step, info.value.epoch) == (step, 2)
    arrays, rest = learned(model)
    monkeypatch.undo()
    assert arrays == learned(small(kind, epochs=1).fit(*lesson(kind, images)))[0]
    assert rest.keys() - MORE.get(kind, set()) == {"history_", "n_features_in_"}
    assert len(model.history_.step_loss) == step - 1
    assert all(np.isfinite(values).all() for values in vars(model.history_).values())


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        (Autoencoder, {"activation": "linear", "output": "linear", "learning_rate": 1e-3, "epochs": 100}),
        (VAE, {"n_hidden": None, "likelihood": "gaussian", "variance": "learned", "learning_rate": 10.0}),
        (GAN, {"output": "linear", "learning_rate": 1e4, "epochs": 50}),
        (RNN, {"activation": "linear", "radius": 2.0, "learning_rate": 10.0, "clip": None}),
    ],
)
def test_a_training_that_explodes_is_stopped(images, kind, settings):
    model = small(kind, optimizer="sgd", momentum=0.0, batch_size=None, **settings)

    with pytest.raises(Divergence, match=r"at step \d+ .*are kept. A smaller learning rate may help") as info:
        model.fit(*lesson(kind, images * 1e3))

    assert info.value.step > 1
    assert all(np.isfinite(p).all() for p in model.params_.values())
    assert all(np.isfinite(values).all() for values in vars(model.history_).values())


# ---------------------------------------------------------------- scikit-learn's conventions


@pytest.mark.parametrize(
    ("model", "checks"),
    [
        *((Autoencoder(1, activation=name, output="linear"), 40) for name in ("linear", "sigmoid")),
        (Autoencoder(1, output="linear", dtype="float64"), 40),
        *((VAE(1, n_hidden=hidden, likelihood="gaussian", epochs=20), 40) for hidden in (None, 16)),
        *((GAN(2, n_hidden=4, epochs=3, output="linear", dtype=dtype), 30) for dtype in ("float32", "float64")),
    ],
)
def test_scikit_learns_checks_pass_where_the_domain_is_the_real_line(model, checks):
    """Of a model without `transform` scikit-learn asks less; nothing else is left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(model, on_skip=None, on_fail=None)

    failed = {r["check_name"]: r["exception"] for r in results if r["status"] == "failed"}
    skipped = {r["check_name"] for r in results if r["status"] == "skipped"}
    assert not failed
    assert skipped <= {"check_array_api_input", "check_dataframe_column_names_consistency"}
    assert len(results) > checks


@EVERY
def test_a_fitted_model_holds_its_settings_and_what_it_learned_and_no_buffers(images, kind):
    model = small(kind).fit(*lesson(kind, images))

    wanted = {"params_", "history_", "n_features_in_"} | MORE.get(kind, set())
    assert set(vars(model)) - set(model.get_params()) == wanted
    assert set(vars(clone(model))) == set(model.get_params())


@EVERY
def test_a_refused_refit_keeps_the_old_model(images, tmp_path, kind):
    model = small(kind).fit(*lesson(kind, images))
    before = learned(model)

    bad = (images.reshape(150, 10, 10), np.zeros(150, int)) if kind is RNN else (images * 255,)
    for given, more, message in (
        (bad, {}, r"must lie in \[0, 1\]|at least 2 classes"),
        (lesson(kind, images[:, :50]), {"resume": tmp_path / "nothing"}, "nothing"),
        (
            lesson(kind, images[:, :50]),
            {"checkpoint": tmp_path / "nowhere" / "run"},
            "must lie in a folder that exists",
        ),
        (
            lesson(kind, images[:, :50]),
            {"checkpoint": tmp_path / "run", "checkpoint_every": 0},
            "checkpoint_every must",
        ),
    ):
        with pytest.raises((ValueError, FileNotFoundError), match=message):
            model.fit(*given, **more)

    assert learned(model) == before


def documented_defaults(thing):
    found = {}
    for line in inspect.getdoc(thing).partition("Attributes\n")[0].splitlines():
        if match := re.fullmatch(r"([\w, ]+) : .*default (.+)", line):
            found |= dict.fromkeys(match[1].split(", "), ast.literal_eval(match[2]))
    return found


@EVERY
def test_the_documentation_names_every_setting_with_its_default(kind):
    assert documented_defaults(kind) == kind().get_params()


@EVERY
def test_the_documentation_of_a_method_with_parameters_names_their_defaults(kind):
    for name, method in inspect.getmembers(kind, inspect.isfunction):
        if "Parameters\n" in (inspect.getdoc(method) or ""):
            documented, parameters = documented_defaults(method), inspect.signature(method).parameters.values()
            defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
            assert documented == {parameter: defaults[parameter] for parameter in documented}, name
            assert {parameter for parameter, default in defaults.items() if default is not None} <= set(documented), (
                name
            )


# ---------------------------------------------------------------- watching


@EVERY
def test_who_watches_sees_the_model_after_every_epoch_and_changes_nothing(images, kind):
    seen = []

    def watch(model):
        if kind is RNN:
            outcome = model.predict_proba(lesson(kind, images)[0][:2])
        else:
            outcome = model.sample(2, random_state=0) if hasattr(model, "sample") else model.reconstruct(images[:2])
        seen.append((len(model.history_.epoch_loss), outcome))

    watched = small(kind).fit(*lesson(kind, images), callback=watch)

    assert [epochs for epochs, _ in seen] == [1, 2, 3, 4]
    assert (seen[0][1] != seen[-1][1]).any()
    assert learned(watched) == learned(small(kind).fit(*lesson(kind, images)))


def test_who_watches_may_stop_the_training_and_what_was_learned_is_kept(images):
    def stop(model):
        if len(model.history_.epoch_loss) == 2:
            raise LookupError("enough")

    model = small(Autoencoder)

    with pytest.raises(LookupError, match="enough"):
        model.fit(images, callback=stop)

    assert len(model.history_.epoch_loss) == 2
    assert model.transform(images).shape == (150, 5)


def test_a_checkpoint_is_written_before_someone_watches(images, tmp_path):
    found = []

    def watch(model):
        saved = Autoencoder.load(tmp_path / "state.npz")
        found.append(all((saved.params_[name] == p).all() for name, p in model.params_.items()))

    small(Autoencoder).fit(images, checkpoint=tmp_path / "state.npz", callback=watch)

    assert found == [True] * 4


def test_a_callback_that_cannot_be_called_is_refused(images):
    with pytest.raises(ValueError, match="callback must be a function of the model, but 3 was given"):
        small(Autoencoder).fit(images, callback=3)
