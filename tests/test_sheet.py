"""Facts about the sheet's own code that the book states: what it draws, what it warns of, what it prints.

Nothing is copied: each test does what the sheet's listing does, in as few words as the fact needs.
"""

from __future__ import annotations

import warnings
from collections import Counter

import numpy as np
import pytest

from genmodels import Autoencoder, data
from genmodels.activations import sigmoid
from genmodels.autoencoder import backward, forward, init_params


def chosen(a: np.ndarray) -> np.ndarray:
    """Compute the logistic function by a choice between two branches, as the sheet does."""
    return np.where(a >= 0, 1 / (1 + np.exp(-a)), np.exp(a) / (1 + np.exp(a)))


@pytest.mark.parametrize("a", [-800.0, 800.0])
def test_a_choice_evaluates_both_branches_and_warns(a: float) -> None:
    """sigmoid-where-warns: the branch that is not taken overflows, on either side of zero."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        chosen(np.array([a]))

    assert "overflow encountered in exp" in [str(w.message) for w in said]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_chosen_value_is_right_all_the_same() -> None:
    """sigmoid-where-warns: only the warning is wrong."""
    a = np.array([-800.0, -30.0, -1.0, 0.0, 1.0, 30.0, 800.0])

    np.testing.assert_allclose(chosen(a), sigmoid(a), rtol=1e-15, atol=1e-300)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_book_computes_the_same_without_a_warning(dtype: type) -> None:
    """What genmodels computes at the same points says nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        s = sigmoid(np.array([-800.0, 0.0, 800.0], dtype))

    np.testing.assert_allclose(s, [0.0, 0.5, 1.0], atol=1e-300)


def test_the_same_parameters_give_the_same_code_bit_for_bit() -> None:
    """ae-deterministic: a code depends on sample and parameters, and on nothing else."""
    X, _ = data.shapes(60, random_state=0)
    first, second = (Autoencoder(n_latent=5, epochs=2, random_state=7).fit(X) for _ in range(2))

    assert all(first.params_[name].tobytes() == second.params_[name].tobytes() for name in first.params_)
    assert first.transform(X).tobytes() == second.transform(X).tobytes()
    assert first.transform(X).tobytes() == first.transform(X.copy()).tobytes()


def test_another_parameter_gives_another_code() -> None:
    """The test above would notice."""
    X, _ = data.shapes(60, random_state=0)
    model = Autoencoder(n_latent=5, epochs=2, random_state=7).fit(X)
    before = model.transform(X)
    model.params_["b_e"] += np.float32(1e-3)

    assert before.tobytes() != model.transform(X).tobytes()


def drawn(seed: int) -> Counter[str]:
    """Count what a thousand rounds of the sheet's draws make, in its order of drawing."""
    state, made = np.random.RandomState(seed), Counter[str]()
    for _ in range(1000):
        if state.rand() < 0.33:
            corner = state.randint(5, 15, 2)
            end = state.randint(corner[0] + 3, 25, 2)
            made.update(["rectangle"] + ["empty"] * bool(end[1] <= corner[1]))
        elif state.rand() < 0.66:
            state.randint(8, 20, 2), state.randint(3, 8)
            made.update(["circle"])
        else:
            start, end = state.randint(0, 28, 2), state.randint(0, 28, 2)
            made.update(["line"] + ["blank"] * bool((start == end).all()))
    return made


def test_the_printed_indentation_keeps_the_lines_only() -> None:
    """shapes-kept: with the sheet's seed, 219 images of 1000 are appended, so the shape is (784, 219)."""
    made = drawn(42)

    assert (made["rectangle"], made["circle"], made["line"]) == (301, 480, 219)


def test_the_sheets_seed_draws_empty_images() -> None:
    """shapes-are-never-empty, shapes-empty-line: three rectangles without a pixel, one line without a point."""
    made = drawn(42)

    assert (made["empty"], made["blank"]) == (3, 1)


def test_as_many_points_as_steps_leave_a_gap() -> None:
    """shapes-lines-are-whole: 27 points from corner to corner cannot fill the 28 pixels of the diagonal."""
    pixels = np.unique((27 * np.linspace(0, 1, 27)).astype(int))

    assert len(pixels) == 27
    assert np.diff(pixels).max() == 2


def test_the_last_batch_weighs_too_much_in_the_printed_loss() -> None:
    """ae-epoch-loss: of 1000 samples the last 8 count as much as any 32."""
    losses = np.repeat([0.0, 1.0], [992, 8])
    means = [losses[i : i + 32].mean() for i in range(0, 1000, 32)]

    assert np.mean(means) == pytest.approx(1 / 32)
    assert losses.mean() == pytest.approx(8 / 1000)


def test_the_descended_gradient_is_25088_times_that_of_the_printed_loss() -> None:
    """ae-pixel-mean-factor: a batch of 32 images of 784 pixels, summed or averaged."""
    rng = np.random.default_rng(0)
    X, params = rng.random((32, 784)), init_params(rng, 784, 32, dtype=np.float64)
    Z, X_hat = forward(params, X)
    summed = 32 * backward(params, X, Z, X_hat, X)["W_d"]

    def printed(step: complex) -> complex:
        moved = {**params, "W_d": params["W_d"].astype(complex)}
        moved["W_d"][300, 5] += step
        return ((X - forward(moved, X)[1]) ** 2).mean()

    assert summed[300, 5] / (printed(1e-30j).imag / 1e-30) == pytest.approx(25088, rel=1e-12)
