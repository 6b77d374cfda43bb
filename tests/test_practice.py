"""The comparison of the three models: the same budget for each, and the same numbers for the same seed."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from genmodels.provenance import provenance

DATA = Path(__file__).parent.parent / "docs" / "data"
sys.path.insert(0, str(DATA))

import practice  # noqa: E402 - found on the path above

SMALL = practice.PRODUCTS["vae"] * 4000


@pytest.fixture
def counted(monkeypatch):
    """Count the multiply-adds of all products of two matrices."""
    done = []

    def counting(product):
        def call(a, b, out=None):
            if a.ndim == b.ndim == 2 and 1 not in (*a.shape, *b.shape):
                done.append(a.shape[0] * a.shape[1] * b.shape[1])
            return product(a, b, out=out)

        return call

    for name in ("dot", "matmul"):
        monkeypatch.setattr(np, name, counting(getattr(np, name)))
    return done


@pytest.mark.parametrize("name", practice.MODELS)
def test_the_multiply_adds_of_a_step_are_those_that_are_counted(name, counted):
    X = (np.random.default_rng(0).random((100, practice.D)) < 0.2).astype(np.float32)
    model = practice.MODELS[name](epochs=3, batch_size=50, random_state=0)
    descend, second = model._turns(X)
    run = model._first_run(practice.D, 0)
    counted.clear()

    _, grads = descend(run.params, np.arange(50), run.rng)
    run.optimizer.step(grads, 1e-3)
    if second is not None:
        second(run, 1e-3)

    assert sum(counted) == 50 * practice.products(name)


def test_all_models_get_the_same_budget_to_within_half_an_epoch():
    for setting in (*practice.COMPARISON, *practice.STRENGTH):
        name, steps = setting["model"], setting.get("n_discriminator_steps", 1)
        products = practice.products(name, steps)
        used = practice.epochs(name, 4000, n_discriminator_steps=steps) * 4000 * products

        assert abs(used - practice.BUDGET) <= 0.5 * 4000 * products
    assert practice.epochs("vae", 4000) == 15


def test_the_data_are_black_and_white_and_nothing_is_in_both_parts():
    X, held_out, _, _ = practice.digits()

    assert (X.shape, held_out.shape) == ((4000, 784), (1000, 784))
    assert set(np.unique(X)) == set(np.unique(held_out)) == {0.0, 1.0}
    assert not {image.tobytes() for image in X} & {image.tobytes() for image in held_out}


NAMES = {
    "autoencoder": {"distance", "error"},
    "vae": {"distance", "error", "bound", "log_likelihood"},
    "gan": {"distance"},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", practice.MODELS)
def test_a_seed_gives_the_same_numbers_again(name, monkeypatch):
    monkeypatch.setattr(practice, "DRAWS", 5)

    first, again = (practice.measure(name, 3, SMALL) for _ in range(2))

    assert first == again
    assert set(first) == NAMES[name]
    assert practice.measure(name, 4, SMALL) != first


@pytest.mark.slow
def test_the_numbers_of_a_vae_are_in_the_order_that_theory_demands(monkeypatch):
    monkeypatch.setattr(practice, "DRAWS", 20)

    found = practice.measure("vae", 0, 2 * SMALL)

    assert -784 * np.log(2) < found["bound"] < found["log_likelihood"] < 0
    assert 0 < found["error"] < practice.digits()[0].var(axis=0).sum(), "it is better than the mean image"


def test_samples_are_images_of_black_and_white_pixels():
    X = practice.digits()[0]
    for name in practice.MODELS:
        model = practice.MODELS[name](epochs=1, random_state=0, batch_size=100).fit(X[:300])

        drawn = practice.samples(model, X[:300], 40, 5)

        assert drawn.shape == (40, 784)
        assert set(np.unique(drawn)) <= {0.0, 1.0}
        assert 0 < drawn.mean() < 1
        np.testing.assert_array_equal(drawn, practice.samples(model, X[:300], 40, 5))
        assert (drawn != practice.samples(model, X[:300], 40, 6)).any()


def test_the_codes_of_an_autoencoder_are_drawn_with_their_mean_and_covariance(monkeypatch):
    rng = np.random.default_rng(0)
    X = practice.digits()[0]
    model = practice.MODELS["autoencoder"](epochs=2, random_state=0).fit(X[:500])
    Z = model.transform(X[:500]).astype(np.float64)
    asked = []
    monkeypatch.setattr(model, "inverse_transform", lambda codes: asked.append(codes) or rng.random((len(codes), 784)))

    practice.samples(model, X[:500], 20000, 0)

    scale = np.sqrt(np.outer(Z.var(axis=0), Z.var(axis=0)))
    assert np.abs(asked[0].mean(axis=0) - Z.mean(axis=0)).max() < 0.05 * Z.std(axis=0).max()
    assert np.abs((np.cov(asked[0].T) - np.cov(Z.T)) / scale).max() < 0.06


def test_the_distance_tells_digits_from_noise():
    X = practice.digits()[0]
    noise = (np.random.default_rng(0).random((1000, practice.D)) < X.mean()).astype(np.float32)

    assert abs(practice.distance(X[:1000])) < 1 < 10 < practice.distance(noise)


def test_a_setting_that_is_compared_changes_the_model_that_it_belongs_to(monkeypatch):
    asked = []
    monkeypatch.setattr(practice, "measure", lambda model, seed, **settings: asked.append((model, settings)))

    practice.trial(0, "vae", beta=2.0)
    practice.trial(0, "gan", loss="saturating", n_discriminator_steps=4)
    practice.trial(0, "autoencoder", schedule="constant")

    assert asked == [
        ("vae", {"schedule": "cosine", "beta": 2.0}),
        ("gan", {"schedule": "cosine", "loss": "saturating", "n_discriminator_steps": 4}),
        ("autoencoder", {"schedule": "constant"}),
    ]


@pytest.fixture(scope="module")
def committed():
    return json.loads((DATA / "practice.json").read_text(encoding="utf-8"))


def test_every_experiment_is_committed_with_all_its_settings_and_seeds(committed):
    for name, (_, grid) in practice.EXPERIMENTS.items():
        rows = committed["experiments"][name]["rows"]
        wanted = [{**setting, "seed": seed} for setting in grid for seed in range(practice.SEEDS)]

        assert [{key: row[key] for key in asked} for row, asked in zip(rows, wanted, strict=True)] == wanted
    assert committed["budget"] == practice.BUDGET


@pytest.mark.parametrize("name", practice.EXPERIMENTS)
def test_results_are_those_of_the_source_that_is_there(committed, name):
    function, _ = practice.EXPERIMENTS[name]

    assert committed["experiments"][name]["origin"]["source"] == provenance(function)["source"]


@pytest.mark.slow
def test_a_committed_run_comes_out_again(committed):
    """Another machine rounds otherwise, so a share of the number is left to it; a changed model is noticed."""
    row = next(r for r in committed["experiments"]["comparison"]["rows"] if (r["model"], r["seed"]) == ("vae", 4))

    found = practice.measure("vae", 4)

    assert found["error"] == pytest.approx(row["error"], rel=0.02)
    assert found["bound"] == pytest.approx(row["bound"], rel=0.02)


@pytest.mark.slow
def test_a_committed_classifier_comes_out_again(committed):
    rows = committed["experiments"]["robustness"]["rows"]
    row = next(r for r in rows if (r["policy"], r["seed"]) == ("shifts and turns", 2))

    found = practice.robustness("shifts and turns", 2)

    assert found == {name: pytest.approx(row[name], abs=0.03) for name in found}
