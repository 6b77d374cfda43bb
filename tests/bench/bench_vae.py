"""Time of one training step of the VAE 784-256-20-256-784, as a multiple of the time of its matrix products alone.

    python tests/bench/bench_vae.py results.json

Float32, Bernoulli likelihood, Adam, batches of 128, one thread; `harness` says how it is measured.
Every contestant draws no noise: all take the same, drawn before. The loop draws its own.
"""

from harness import Contestant, enter, main  # first, because it sets the number of threads

# isort: split
from functools import partial
from typing import Any

import numpy as np

from genmodels.optim import Adam
from genmodels.training import Run, train
from genmodels.vae import BoundHistory, Work, backward, forward, init_params

D, H, K, ETA, SIZE = 784, 256, 20, 1e-3, 128
BATCHES = 32  # different batches, taken in turn
Array = np.ndarray[Any, Any]
Params = dict[str, Array]


def matrix_products(params: Params, X: Array, eps: Array, activation: str) -> Contestant:
    """Only the fourteen matrix products of a step, into buffers made before."""
    p, out = params, {name: np.empty_like(a) for name, a in params.items()}
    hidden, code, data = (np.ones((SIZE, width), np.float32) for width in (H, K, D))
    to_hidden, to_code, to_data = (np.empty_like(a) for a in (hidden, code, data))

    def steps(count: int) -> float:
        for t in range(count):
            batch = X[t % BATCHES]
            np.dot(batch, p["W_h"].T, out=to_hidden)
            np.dot(hidden, p["W_mu"].T, out=to_code)
            np.dot(hidden, p["W_s"].T, out=to_code)
            np.dot(code, p["W_g"].T, out=to_hidden)
            np.dot(hidden, p["W_x"].T, out=to_data)
            np.dot(hidden.T, data, out=out["W_x"].T)
            np.dot(data, p["W_x"], out=to_hidden)
            np.dot(code.T, hidden, out=out["W_g"].T)
            np.dot(hidden, p["W_g"], out=to_code)
            np.dot(hidden.T, code, out=out["W_mu"].T)
            np.dot(hidden.T, code, out=out["W_s"].T)
            np.dot(code, p["W_mu"], out=to_hidden)
            np.dot(code, p["W_s"], out=to_hidden)
            np.dot(batch.T, hidden, out=out["W_h"].T)
        return 0.0

    return steps


def genmodels_step(params: Params, X: Array, eps: Array, activation: str) -> Contestant:
    """One step as `genmodels` makes it: forward, loss, backward, update."""
    work, optimizer = Work.allocate(SIZE, params), Adam(params)

    def steps(count: int) -> float:
        for t in range(count):
            batch, noise = X[t % BATCHES], eps[t % BATCHES]
            passed = forward(params, batch, noise, work, activation=activation)
            optimizer.step(backward(params, batch, noise, passed, work, activation=activation), ETA)
        return float(passed.loss())

    return steps


def genmodels_loop(params: Params, X: Array, eps: Array, activation: str) -> Contestant:
    """The same with everything around it: shuffling, gathering the batch, noise, history, progress, checks."""
    from genmodels import VAE

    rows, rng = X.reshape(-1, D), np.random.default_rng(0)
    descend, optimizer = VAE(K, activation=activation)._loss_and_gradients(rows), Adam(params)

    def steps(count: int) -> float:
        run = Run(params, optimizer, rng, BoundHistory())
        used = len(rows[: count * SIZE])
        epochs = max(1, count * SIZE // used)
        train(run, descend, used, batch_size=SIZE, epochs=epochs, eta=ETA, schedule=lambda t, T: 1.0, verbose=False)
        return float("nan")  # another order of the samples

    return steps


def torch_eager(params: Params, X: Array, eps: Array, activation: str) -> Contestant:
    """Use PyTorch as its tutorials do: modules, autograd, torch.optim.Adam."""
    import torch

    torch.set_num_threads(1)
    sizes = {"e": (D, H), "mu": (H, K), "s": (H, K), "d": (K, H), "x": (H, D)}
    layer = torch.nn.ModuleDict({name: torch.nn.Linear(*size) for name, size in sizes.items()})
    with torch.no_grad():
        for name, linear in layer.items():
            linear.weight.copy_(torch.from_numpy(params[f"W_{name}"].copy()))
            linear.bias.copy_(torch.from_numpy(params[f"b_{name}"].copy()))
    optimizer = torch.optim.Adam(layer.parameters(), lr=ETA, fused=True)
    sigma = getattr(torch.nn.functional, activation)
    data, noise = ([torch.from_numpy(a) for a in stack] for stack in (X, eps))

    def steps(count: int) -> float:
        for t in range(count):
            batch = data[t % BATCHES]
            hidden = sigma(layer["e"](batch))
            mu, log_var = layer["mu"](hidden), layer["s"](hidden)
            code = mu + torch.exp(0.5 * log_var) * noise[t % BATCHES]
            logits = layer["x"](sigma(layer["d"](code)))
            first = torch.nn.functional.binary_cross_entropy_with_logits(logits, batch, reduction="sum")
            loss = (first + 0.5 * (mu**2 + torch.exp(log_var) - log_var - 1).sum()) / SIZE
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return float(loss)

    return steps


def jax_jit(params: Params, X: Array, eps: Array, activation: str) -> Contestant:
    """Use JAX as its tutorials do: a pure step function with Adam, compiled, its state donated."""
    import jax
    import jax.numpy as jnp

    sigma = getattr(jax.nn, activation)

    def loss_of(p: Any, batch: Any, noise: Any) -> Any:
        hidden = sigma(batch @ p["W_h"].T + p["b_h"])
        mu, log_var = hidden @ p["W_mu"].T + p["b_mu"], hidden @ p["W_s"].T + p["b_s"]
        code = mu + jnp.exp(0.5 * log_var) * noise
        logits = sigma(code @ p["W_g"].T + p["b_g"]) @ p["W_x"].T + p["b_x"]
        first = (jax.nn.softplus(logits) - batch * logits).sum()
        return (first + 0.5 * (mu**2 + jnp.exp(log_var) - log_var - 1).sum()) / SIZE

    def step(state: Any, batch: Any, noise: Any) -> Any:
        p, m, s, t = state
        loss, grads = jax.value_and_grad(loss_of)(p, batch, noise)
        t = t + 1
        m = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, m, grads)
        s = jax.tree.map(lambda a, g: 0.999 * a + 0.001 * g * g, s, grads)
        rate, correction = ETA / (1 - 0.9**t), 1 - 0.999**t
        p = jax.tree.map(lambda a, b, c: a - rate * b / (jnp.sqrt(c / correction) + 1e-8), p, m, s)
        return loss, (p, m, s, t)

    compiled = jax.jit(step, donate_argnums=0)
    p = {name: jnp.array(np.ascontiguousarray(a)) for name, a in params.items()}
    state = {"all": (p, jax.tree.map(jnp.zeros_like, p), jax.tree.map(jnp.zeros_like, p), jnp.float32(0))}
    data, noise = ([jnp.array(a) for a in stack] for stack in (X, eps))

    def steps(count: int) -> float:
        for t in range(count):
            loss, state["all"] = compiled(state["all"], data[t % BATCHES], noise[t % BATCHES])
        return float(loss)

    return steps


CONTESTANTS = (matrix_products, genmodels_step, genmodels_loop, torch_eager, jax_jit)


def contestants(activation: str) -> dict[str, Contestant]:
    """Make all contestants on the same weights, data and noise."""
    rng = np.random.default_rng(0)
    X = (rng.random((BATCHES, SIZE, D)) < 0.2).astype(np.float32)
    eps = rng.standard_normal((BATCHES, SIZE, K), np.float32)
    return enter(CONTESTANTS, lambda: init_params(np.random.default_rng(1), D, H, K), X, eps, lambda: activation)


if __name__ == "__main__":
    groups = {activation: partial(contestants, activation) for activation in ("relu", "softplus")}
    main(__doc__, "VAE 784-256-20-256-784, batch 128, Adam, float32, 1 thread", groups)
