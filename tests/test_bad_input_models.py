"""Bad input: every error names what was given and what is wanted, and nothing half-done remains."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genmodels import GAN, RNN, VAE, Autoencoder, data, storage
from genmodels.checkpoint import fingerprint

X = np.random.default_rng(0).random((20, 4))
LINEAR = {"activation": "linear", "output": "linear"}


def small(kind=Autoencoder, **changed):
    return kind(**{"n_latent": 2, "epochs": 2, "random_state": 0, **changed})


def with_value(value):
    changed = X.copy()
    changed[3, 1] = value
    return changed


# ---------------------------------------------------------------- data


BAD_DATA = {
    "one row": (X[0], ValueError, r"Expected 2D array, got 1D.*\(samples, features\).*\(4,\) was given"),
    "rank three": (X[None], ValueError, r"got 3D array.*\(1, 20, 4\)"),
    "a number": (3.0, ValueError, "got 0D array"),
    "no samples": (X[:0], ValueError, r"0 sample\(s\) \(shape=\(0, 4\)\) while a minimum of 1"),
    "no features": (X[:, :0], ValueError, r"0 feature\(s\) \(shape=\(20, 0\)\) while a minimum of 1"),
    "NaN": (with_value(np.nan), ValueError, "X contains NaN .*row 3, column 1.*finite is wanted"),
    "infinity": (with_value(np.inf), ValueError, "X contains infinity .*row 3, column 1"),
    "too large for float32": (with_value(1e39), ValueError, "too large for float32"),
    "complex": (X + 1j, ValueError, "Complex data not supported.*complex128.*real"),
    "words": ([["a", "b"]], ValueError, "must hold numbers, but it has the type <U1.*'a'"),
    "objects": (np.array([[{}, 1]], object), TypeError, "must hold numbers"),
    "ragged": ([[1, 2], [3]], ValueError, "inhomogeneous"),
    "sparse": (scipy.sparse.csr_matrix(X), TypeError, "sparse, but dense data is required.*toarray"),
    "below zero": (
        with_value(-0.5),
        ValueError,
        r"must lie in \[0, 1\].*from -0.5 to 0.9\d*: scale it, or .*'(linear|gaussian)'",
    ),
    "above one": (with_value(255), ValueError, r"must lie in \[0, 1\].*to 255"),
    "just above one": (with_value(1.001), ValueError, r"must lie in \[0, 1\].*to 1.001"),
    "just below zero": (with_value(-0.001), ValueError, r"must lie in \[0, 1\].*from -0.001"),
}


@pytest.mark.parametrize("case", BAD_DATA)
@pytest.mark.parametrize("kind", [Autoencoder, VAE, GAN])
def test_bad_data_are_refused_by_fit_which_then_learned_nothing(kind, case):
    bad, error, message = BAD_DATA[case]
    model = small(kind)

    with pytest.raises(error, match=message):
        model.fit(bad)

    assert vars(model) == model.get_params()


@pytest.mark.filterwarnings("ignore:posterior collapse")
@pytest.mark.parametrize("case", BAD_DATA)
@pytest.mark.parametrize(
    ("kind", "methods"),
    [
        (Autoencoder, ["transform", "reconstruct", "score"]),
        (VAE, ["transform", "reconstruct", "score", "elbo", "log_likelihood"]),
        (GAN, ["logits", "discriminate", "score"]),
    ],
)
def test_bad_data_are_refused_by_a_fitted_model_which_stays_as_it_was(kind, methods, case):
    bad, error, message = BAD_DATA[case]
    model = small(kind).fit(X)
    before = {name: p.copy() for name, p in model.params_.items()}

    for method in methods:
        with pytest.raises(error, match=message):
            getattr(model, method)(bad)

    for name, p in before.items():
        np.testing.assert_array_equal(model.params_[name], p)


SEQUENCES, CLASSES = np.random.default_rng(0).random((20, 5, 3)), np.arange(20) % 4


def with_sequence_value(value):
    changed = SEQUENCES.copy()
    changed[3, 1, 2] = value
    return changed


BAD_SEQUENCES = {
    "a sequence": (
        SEQUENCES[0],
        ValueError,
        r"Expected 3D array, got 2D.*\(samples, steps, features\).*\(5, 3\) was given",
    ),
    "rank four": (SEQUENCES[None], ValueError, r"got 4D array.*\(1, 20, 5, 3\)"),
    "a number": (3.0, ValueError, "got 0D array"),
    "no samples": (SEQUENCES[:0], ValueError, r"0 sample\(s\) \(shape=\(0, 5, 3\)\) while a minimum of 1"),
    "no steps": (SEQUENCES[:, :0], ValueError, r"0 step\(s\) \(shape=\(20, 0, 3\)\) while a minimum of 1"),
    "no features": (SEQUENCES[..., :0], ValueError, r"0 feature\(s\) \(shape=\(20, 5, 0\)\) while a minimum of 1"),
    "NaN": (with_sequence_value(np.nan), ValueError, "X contains NaN .*sample 3, step 1, feature 2.; finite is wanted"),
    "infinity": (with_sequence_value(np.inf), ValueError, "X contains infinity .*sample 3, step 1, feature 2"),
    "too large for float32": (with_sequence_value(1e39), ValueError, "too large for float32"),
    "complex": (SEQUENCES + 1j, ValueError, "Complex data not supported.*complex128.*real"),
    "words": ([[["a", "b"]]], ValueError, "must hold numbers, but it has the type <U1.*'a'"),
    "objects": (np.array([[[{}, 1]]], object), TypeError, "must hold numbers"),
    "sequences of different lengths": ([[[1.0], [2.0]], [[3.0]]], ValueError, "inhomogeneous"),
    "sparse": (scipy.sparse.csr_matrix(X), TypeError, "sparse, but dense data is required.*toarray"),
}


@pytest.mark.parametrize("case", BAD_SEQUENCES)
def test_bad_sequences_are_refused_by_fit_which_then_learned_nothing(case):
    bad, error, message = BAD_SEQUENCES[case]
    model = RNN(3, epochs=1, random_state=0)

    with pytest.raises(error, match=message):
        model.fit(bad, CLASSES)

    assert vars(model) == model.get_params()


@pytest.mark.parametrize("case", BAD_SEQUENCES)
def test_bad_sequences_are_refused_by_a_fitted_model_which_stays_as_it_was(case):
    bad, error, message = BAD_SEQUENCES[case]
    model = RNN(3, epochs=1, random_state=0).fit(SEQUENCES, CLASSES)
    before = {name: p.copy() for name, p in model.params_.items()}

    for use in (model.predict, model.predict_proba, model.states, lambda X: model.score(X, CLASSES)):
        with pytest.raises(error, match=message):
            use(bad)

    for name, p in before.items():
        np.testing.assert_array_equal(model.params_[name], p)


@pytest.mark.parametrize("method", ["transform", "reconstruct", "score"])
def test_another_width_is_refused(method):
    with pytest.raises(ValueError, match="X has 3 features, but Autoencoder is expecting 4 features as input"):
        getattr(small().fit(X), method)(X[:, :3])


def test_codes_of_another_width_are_refused():
    model = small().fit(X)

    with pytest.raises(ValueError, match="Z has 4 features, but the decoder of this Autoencoder is expecting 2"):
        model.inverse_transform(X)
    with pytest.raises(ValueError, match="Z contains NaN"):
        model.inverse_transform([[np.nan, 0]])


def test_numbers_in_words_are_numbers():
    np.testing.assert_array_equal(small().fit(X.astype(str)).transform(X), small().fit(X).transform(X))


def test_the_limits_zero_and_one_are_inside():
    assert small().fit([[0, 1, 0.5], [1, 0, 0]]).score([[0, 1, 1]]) < 0


@pytest.mark.parametrize("call", [lambda m: m.transform(X), lambda m: m.inverse_transform(X), lambda m: m.score(X)])
def test_a_model_that_is_not_fitted_says_so(call):
    with pytest.raises(ValueError, match="This Autoencoder instance is not fitted yet: call fit before") as info:
        call(small())

    assert isinstance(info.value, AttributeError)


def test_a_model_that_is_not_fitted_says_so_without_scikit_learn_too(tmp_path):
    code = "from genmodels import Autoencoder\nfrom genmodels.estimator import NotFittedError\n"
    code += f"try: Autoencoder().save({str(tmp_path / 'model')!r})\nexcept NotFittedError as error: print(error)"

    run = [sys.executable, "-c", code]
    out = subprocess.run(run, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1]).stdout

    assert out == "This Autoencoder instance is not fitted yet: call fit before\n"
    assert not list(tmp_path.iterdir())


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"n_latent": 0}, "n_latent must be a whole number of at least 1, but 0 was given"),
        ({"n_latent": -3}, "n_latent.*-3"),
        ({"n_latent": 2.5}, "n_latent.*whole number.*2.5"),
        ({"n_latent": "2"}, "n_latent.*'2'"),
        ({"n_latent": True}, "n_latent.*True"),
        ({"n_latent": None}, "n_latent.*None"),
        ({"n_latent": 5, **LINEAR}, "n_latent must be at most the number of features, 4, in a linear.*5 was given"),
        ({"activation": "relu"}, "activation must be one of 'linear', 'sigmoid', but 'relu' was given"),
        ({"activation": None}, "activation.*None"),
        ({"output": "softplus"}, "output must be one of 'linear', 'sigmoid', but 'softplus'"),
        ({"init": "zero"}, "init must be one of 'he', 'xavier', but 'zero'"),
        ({"optimizer": "lbfgs"}, "optimizer must be one of 'adam', 'sgd', but 'lbfgs'"),
        ({"schedule": "linear"}, "schedule must be one of 'constant', 'cosine', 'plateau', 'step', but 'linear'"),
        ({"schedule": None}, "schedule must be one of.*None"),
        ({"schedule": {"name": "step"}}, "schedule must be one of.*'name'"),
        ({"momentum": 1.0, "optimizer": "sgd"}, "momentum must be a number, at least 0 and below 1, but 1.0"),
        ({"momentum": 0.5}, "momentum is a setting of the optimizer 'sgd', but 0.5 was given with 'adam'"),
        ({"learning_rate": -0.1}, "learning_rate must be a number, above 0 and finite, but -0.1 was given"),
        ({"learning_rate": 0}, "learning_rate.*above 0.*0"),
        ({"learning_rate": np.inf}, "learning_rate.*finite.*inf"),
        ({"learning_rate": np.nan}, "learning_rate.*nan"),
        ({"learning_rate": "fast"}, "learning_rate.*'fast'"),
        ({"learning_rate": True}, "learning_rate.*True"),
        ({"noise": -1}, "noise must be a number, at least 0 and finite, but -1"),
        ({"batch_size": 0}, "batch_size must be a whole number of at least 1, but 0"),
        ({"epochs": 0}, "epochs must be a whole number of at least 1, but 0"),
        ({"epochs": 1.5}, "epochs.*1.5"),
        ({"dtype": "float16"}, "dtype must be 'float32' or 'float64', but 'float16'"),
        ({"dtype": int}, "dtype.*int"),
        ({"bias": 1}, "bias must be True or False, but 1"),
        ({"clip": "yes"}, "clip must be True or False, but 'yes'"),
        ({"verbose": 2}, "verbose must be True or False, but 2"),
        ({"random_state": -1}, "random_state must be None, a whole number of at least 0 or a .*Generator, but -1"),
        ({"random_state": 1.5}, "random_state.*1.5"),
        ({"random_state": True}, "random_state.*True"),
    ],
)
def test_bad_settings_are_refused_by_fit_which_then_learned_nothing(changed, message):
    model = small(**changed)

    with pytest.raises(ValueError, match=message):
        model.fit(X)

    assert vars(model) == model.get_params()


@pytest.mark.parametrize(
    "changed",
    [
        {"n_latent": np.int64(1)},
        {"n_latent": 4, **LINEAR},
        {"n_latent": 5, "activation": "linear"},
        {"n_latent": 5, "output": "linear"},
        {"momentum": 0, "optimizer": "adam"},
        {"learning_rate": 1},
        {"batch_size": 1},
        {"batch_size": 1000},
        {"epochs": 1},
        {"bias": np.False_},
        {"random_state": 0},
        {"verbose": 0},
    ],
)
def test_settings_at_the_edge_are_fine(changed):
    assert small(**changed).fit(X).transform(X).shape[0] == 20


def test_unknown_settings_are_refused_by_name():
    with pytest.raises(ValueError, match=r"Autoencoder has no setting 'latent'; it has n_latent, .*verbose"):
        Autoencoder().set_params(latent=3)


# ---------------------------------------------------------------- files of models


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    model = small().fit(X, checkpoint=folder / "checkpoint")
    model.save(folder / "model")
    return folder


def rewritten(files, tmp_path, change, name="checkpoint"):
    meta, arrays = storage.read(files / name)
    change(meta, arrays)
    meta.pop("format")
    storage.write(tmp_path / "changed", meta, arrays)
    return tmp_path / "changed"


def put(place, *keys, value):
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value


BAD_MODELS = {
    "another model": (lambda m, a: put(m, "model", value="VAE"), "the kind 'VAE', but 'Autoencoder' is wanted"),
    "no model": (lambda m, a: m.pop("model"), "'model' is missing"),
    "unknown setting": (lambda m, a: put(m, "settings", "nose", value=1), "no setting 'nose'"),
    "bad setting": (lambda m, a: put(m, "settings", "n_latent", value=-1), "n_latent must be.*-1"),
    "settings of another kind": (lambda m, a: put(m, "settings", value=3), "."),
    "no features": (lambda m, a: put(m, "n_features", value=0), "n_features must be.*0"),
    "huge features": (
        lambda m, a: put(m, "n_features", value=10**15),
        r"'params/W_e' must have the shape \(2, 10{15}\)",
    ),
    "missing array": (lambda m, a: a.pop("params/b_e"), "'params/b_e' is missing"),
    "wrong shape": (
        lambda m, a: put(a, "params/b_e", value=np.zeros(3, "f4")),
        r"'params/b_e' must have.*\(2,\).*\(3,\)",
    ),
    "wrong type": (lambda m, a: put(a, "params/b_e", value=np.zeros(2)), "'params/b_e'.*type float32.*float64"),
    "NaN": (lambda m, a: a["params/W_e"].fill(np.nan), "NaN"),
    "NaN in the history": (lambda m, a: a["step_loss"].fill(np.nan), "'step_loss' contains NaN"),
    "history of another kind": (lambda m, a: put(a, "epoch_loss", value=np.zeros((2, 2))), "'epoch_loss'.*shape"),
    "steps per epoch": (lambda m, a: put(m, "steps_per_epoch", value=0), "steps_per_epoch must be.*0"),
}


@pytest.mark.parametrize("case", BAD_MODELS)
@pytest.mark.parametrize("use", ["load", "resume"])
def test_files_that_hold_no_such_model_are_refused(files, tmp_path, case, use):
    change, message = BAD_MODELS[case]
    path = rewritten(files, tmp_path, change)

    with pytest.raises(ValueError, match=f"cannot read .*changed.*{message}"):
        Autoencoder.load(path) if use == "load" else small().fit(X, resume=path)


def duplicate(meta, arrays):
    arrays["order"] = np.zeros(20, np.int64)
    meta["run"]["position"] = 3


BAD_CHECKPOINTS = {
    "a saved model": (lambda m, a: m.pop("run"), "a saved model, not a checkpoint"),
    "other data": (lambda m, a: put(m, "run", "data", value="0"), "training on other data"),
    "no generator": (lambda m, a: m["run"].pop("rng"), "'rng' is missing"),
    "unknown generator": (lambda m, a: put(m, "run", "rng", "bit_generator", value="os"), "generator must be.*'os'"),
    "bad generator": (lambda m, a: put(m, "run", "rng", "state", value=5), "."),
    "negative position": (lambda m, a: put(m, "run", "position", value=-1), "position must be.*-1"),
    "far position": (lambda m, a: put(m, "run", "position", value=21), "permutation of 20.*21 of them done"),
    "no order": (lambda m, a: put(m, "run", "position", value=3), "permutation of 20 numbers, 3 of them done"),
    "bad order": (duplicate, "permutation of 20 numbers"),
    "order of floats": (lambda m, a: put(a, "order", value=np.zeros(0)), "permutation of 0 numbers"),
    "bad total": (lambda m, a: put(m, "run", "total", value="x"), "total must be.*'x'"),
    "missing moment": (lambda m, a: a.pop("optimizer/m/W_e"), "'optimizer/m/W_e' is missing"),
    "wrong moment": (lambda m, a: put(a, "optimizer/s/b_e", value=np.zeros(9)), r"'optimizer/s/b_e'.*\(2,\).*\(9,\)"),
    "NaN moment": (lambda m, a: a["optimizer/m/W_e"].fill(np.nan), "'optimizer/m/W_e' contains NaN"),
    "wrong type of a moment": (lambda m, a: put(a, "optimizer/m/b_e", value=np.zeros(2)), "float32.*float64"),
    "other settings": (lambda m, a: put(m, "settings", "noise", value=0.5), r"with noise=0.5, but .* noise=0.0"),
    "more epochs": (lambda m, a: put(a, "epoch_loss", value=np.ones(3)), "has 3 epochs already, but epochs=2"),
}


@pytest.mark.parametrize("case", BAD_CHECKPOINTS)
def test_checkpoints_that_belong_to_something_else_are_refused(files, tmp_path, case):
    change, message = BAD_CHECKPOINTS[case]
    path = rewritten(files, tmp_path, change)
    model = small()

    with pytest.raises(ValueError, match=f"cannot read .*changed.*{message}"):
        model.fit(X, resume=path)

    assert vars(model) == model.get_params()


def test_a_checkpoint_of_a_falling_rate_needs_the_same_number_of_epochs(tmp_path):
    small(schedule="cosine").fit(X, checkpoint=tmp_path / "run")

    with pytest.raises(ValueError, match="written with epochs=2, but the model has epochs=3"):
        small(schedule="cosine", epochs=3).fit(X, resume=tmp_path / "run")


def test_other_data_are_noticed_by_shape_type_and_contents():
    prints = {fingerprint(a) for a in (X, X.T, X.astype(np.float32), with_value(0.5), X.reshape(10, 8))}

    assert len(prints) == 5
    assert fingerprint(X) == fingerprint(np.asfortranarray(X))


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_gives_one_clear_error_or_the_same_model(files, tmp_path, draw):
    content = bytearray((files / "checkpoint").read_bytes())
    cut = draw.draw(st.integers(0, len(content)))
    if draw.draw(st.booleans()):
        content = content[:cut]
    else:
        at = draw.draw(st.integers(0, len(content) - 1))
        content[at] ^= draw.draw(st.integers(1, 255))
    (tmp_path / "damaged").write_bytes(content)

    clear = []
    for use in (Autoencoder.load, lambda path: small().fit(X, resume=path)):
        try:
            model = use(tmp_path / "damaged")
        except ValueError as error:
            message, chained = str(error), not error.__suppress_context__
            clear.append("cannot read" in message and "damaged" in message and not chained)
        else:
            clear.append(np.array_equal(model.transform(X), Autoencoder.load(files / "model").transform(X)))

    assert clear == [True, True]


def test_a_missing_checkpoint_is_called_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing"):
        small().fit(X, resume=tmp_path / "nothing")


@pytest.mark.parametrize(("arguments", "message"), [({"checkpoint_every": 0}, "checkpoint_every must be.*0")])
def test_bad_arguments_of_fit_are_refused(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        small().fit(X, checkpoint=tmp_path / "run", **arguments)


def test_a_checkpoint_in_a_folder_that_does_not_exist_is_refused_before_the_work(tmp_path):
    model = small()

    with pytest.raises(ValueError, match=r"'.*nowhere.*run' must lie in a folder that exists"):
        model.fit(X, checkpoint=tmp_path / "nowhere" / "run")

    assert not hasattr(model, "params_")


def test_a_checkpoint_needs_a_generator_whose_state_is_numbers(tmp_path):
    with pytest.raises(ValueError, match="needs the generator PCG64, but has MT19937"):
        small(random_state=np.random.Generator(np.random.MT19937(0))).fit(X, checkpoint=tmp_path / "run")


def test_settings_in_a_file_cannot_call_anything(files, tmp_path):
    path = rewritten(files, tmp_path, lambda m, a: put(m, "settings", "_train", value="x"))

    with pytest.raises(ValueError, match="no setting '_train'"):
        Autoencoder.load(path)


# ---------------------------------------------------------------- files of images


def idx(shape, body, magic=None):
    magic = bytes((0, 0, 8, len(shape))) if magic is None else magic
    return magic + np.array(shape, ">u4").tobytes() + body


IMAGES, LABELS = idx((2, 28, 28), bytes(1568)), idx((2,), bytes([3, 4]))

BAD_IDX = {
    "empty": (b"", LABELS, "must begin with the bytes 00 00 08 03, but begins with"),
    "text": (b"hello", LABELS, "begins with 68 65 6c 6c"),
    "labels for images": (LABELS, LABELS, "00 00 08 03.*00 00 08 01"),
    "images for labels": (IMAGES, IMAGES, "00 00 08 01.*00 00 08 03"),
    "other type": (idx((2, 28, 28), bytes(1568), b"\0\0\x0d\3"), LABELS, "00 00 0d 03"),
    "cut in the header": (IMAGES[:10], LABELS, "ends within its header"),
    "cut in the data": (IMAGES[:-1], LABELS, "declares 1568 bytes of data, but holds 1567"),
    "too long": (IMAGES + b"!", LABELS, "declares 1568 bytes of data, but holds more"),
    "other side": (idx((2, 27, 28), bytes(1512)), LABELS, r"the shape \(28, 28\), but declares \(2, 27, 28\)"),
    "no image": (idx((0, 28, 28), b""), LABELS, "1 to 1000000 items"),
    "huge": (idx((2**32 - 1, 28, 28), b""), LABELS, "4294967295"),
    "cut labels": (IMAGES, LABELS[:-1], "labels.*declares 2 bytes of data, but holds 1"),
    "more labels": (IMAGES, idx((3,), bytes(3)), "holds 2 images, but .*labels.* holds 3 labels"),
    "label ten": (IMAGES, idx((2,), bytes([3, 10])), "labels 0 to 9, but 10"),
}


@pytest.mark.parametrize("case", BAD_IDX)
def test_bad_image_files_are_refused(tmp_path, case):
    images, labels, message = BAD_IDX[case]
    (tmp_path / "train-images-idx3-ubyte").write_bytes(images)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(labels)

    with pytest.raises(ValueError, match=message):
        data.mnist(tmp_path)


def test_the_largest_label_is_nine(tmp_path):
    (tmp_path / "train-images-idx3-ubyte").write_bytes(IMAGES)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx((2,), bytes([0, 9])))

    assert data.mnist(tmp_path)[1].tolist() == [0, 9]


COMPRESSED = gzip.compress(IMAGES, mtime=0)  # without the time, so that every worker collects the same tests


@pytest.mark.parametrize("content", [COMPRESSED[:-20], IMAGES, b"", COMPRESSED[:-1] + b"?"])
def test_damaged_compressed_image_files_are_refused(tmp_path, content):
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(content)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(LABELS)

    with pytest.raises(ValueError, match=r"cannot read .*train-images-idx3-ubyte.gz"):
        data.mnist(tmp_path)


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path):
    (tmp_path / "train-images-idx3-ubyte").mkdir()
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(LABELS)

    with pytest.raises(ValueError, match=r"cannot read .*train-images-idx3-ubyte"):
        data.mnist(tmp_path)


def test_a_folder_without_the_files_is_told_what_it_needs(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"must hold one of the files t10k-images-idx3-ubyte, .*\.gz"):
        data.mnist(tmp_path, part="test")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.mnist(part="all"), "part must be one of 'test', 'train', but 'all'"),
        (lambda: data.mnist(part="test"), "part='test' needs the original files"),
        (lambda: data.shapes(0), "n must be a whole number of at least 1, but 0"),
        (lambda: data.shapes(2.0), "n must be.*2.0"),
        (lambda: data.shapes(2, random_state="x"), "random_state.*'x'"),
        (lambda: data.split(X, X[:, 0], 20), "n_test must be less than the 20 samples, but 20"),
        (lambda: data.split(X, X[:, 0], 0), "n_test must be a whole number of at least 1, but 0"),
        (lambda: data.split(X, X[:5, 0], 2), r"one row for each sample, but have the shapes \(20, 4\) and \(5,\)"),
        (lambda: data.split(X, X, 2), r"\(20, 4\) and \(20, 4\)"),
        (lambda: data.split(3, [3], 1), r"\(\) and \(1,\)"),
    ],
)
def test_bad_arguments_of_the_data_functions_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_meta_data_are_plain_json(files):
    meta, _ = storage.read(files / "checkpoint")

    assert json.loads(json.dumps(meta)) == meta
