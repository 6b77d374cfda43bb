"""Time of one training step of the autoencoder 784-32-784, as a multiple of the time of its matrix products alone.

    python tests/bench/bench_autoencoder.py results.json

Float32, plain gradient descent, one thread; `harness` says how it is measured.
"""

from harness import Contestant, enter, main  # first, because it sets the number of threads

# isort: split
import subprocess
import sys
import time
from functools import partial
from typing import Any

import numpy as np

from genmodels.autoencoder import Work, backward, forward, init_params
from genmodels.losses import squared_error_from_gradient
from genmodels.optim import SGD
from genmodels.training import Run, train

D, K, ETA = 784, 32, 0.05
BATCHES = 32  # different batches, taken in turn
Array = np.ndarray[Any, Any]
Params = dict[str, Array]


def matrix_products(params: Params, X: Array, size: int) -> Contestant:
    """Only the five matrix products of a step, into buffers made before."""
    W_e, W_d = params["W_e"], params["W_d"]
    Z, Delta_d = np.ones((size, K), np.float32), np.ones((size, D), np.float32)
    code, output, dW_e, dW_d = np.empty_like(Z), np.empty_like(Delta_d), np.empty_like(W_e), np.empty_like(W_d)

    def steps(count: int) -> float:
        for t in range(count):
            batch = X[t % BATCHES]
            np.dot(batch, W_e.T, out=code)
            np.dot(Z, W_d.T, out=output)
            np.dot(Z.T, Delta_d, out=dW_d.T)
            np.dot(Delta_d, W_d, out=code)
            np.dot(batch.T, Z, out=dW_e.T)
        return 0.0

    return steps


def genmodels_step(params: Params, X: Array, size: int) -> Contestant:
    """One step as `genmodels` makes it: forward, loss, backward, update."""
    work, optimizer = Work.allocate(size, params), SGD(params)

    def steps(count: int) -> float:
        for t in range(count):
            batch = X[t % BATCHES]
            Z, X_hat = forward(params, batch, work)
            optimizer.step(backward(params, batch, Z, X_hat, batch, work), ETA)
            loss = squared_error_from_gradient(work.dX_hat)
        return float(loss)

    return steps


def genmodels_loop(params: Params, X: Array, size: int) -> Contestant:
    """The same with everything around it: shuffling, gathering the batch, history, progress, checks."""
    from genmodels import Autoencoder

    rows, rng = X.reshape(-1, D), np.random.default_rng(0)
    descend = Autoencoder(K)._loss_and_gradients(rows)

    def steps(count: int) -> float:
        run = Run(params, SGD(params), rng)
        used = len(rows[: count * size])
        epochs = max(1, count * size // used)
        train(run, descend, used, batch_size=size, epochs=epochs, eta=ETA, schedule=lambda t, T: 1.0, verbose=False)
        return float("nan")  # another order of the samples

    return steps


def torch_eager(params: Params, X: Array, size: int) -> Contestant:
    """Use PyTorch as its tutorials do: modules, autograd, torch.optim.SGD."""
    import torch

    torch.set_num_threads(1)
    encoder, decoder = torch.nn.Linear(D, K), torch.nn.Linear(K, D)
    with torch.no_grad():
        for layer, letter in ((encoder, "e"), (decoder, "d")):
            layer.weight.copy_(torch.from_numpy(params[f"W_{letter}"].copy()))
            layer.bias.copy_(torch.from_numpy(params[f"b_{letter}"].copy()))
    model = torch.nn.Sequential(encoder, torch.nn.Sigmoid(), decoder, torch.nn.Sigmoid())
    optimizer = torch.optim.SGD(model.parameters(), lr=ETA)
    data = [torch.from_numpy(batch) for batch in X]

    def steps(count: int) -> float:
        for t in range(count):
            batch = data[t % BATCHES]
            loss = ((model(batch) - batch) ** 2).sum() / size
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return float(loss)

    return steps


def jax_jit(params: Params, X: Array, size: int) -> Contestant:
    """Use JAX as its tutorials do: a pure step function, compiled, its parameters donated."""
    import jax
    import jax.numpy as jnp

    def loss_of(p: Any, batch: Any) -> Any:
        code = jax.nn.sigmoid(batch @ p["W_e"].T + p["b_e"])
        output = jax.nn.sigmoid(code @ p["W_d"].T + p["b_d"])
        return ((output - batch) ** 2).sum() / size

    def step(p: Any, batch: Any) -> Any:
        loss, grads = jax.value_and_grad(loss_of)(p, batch)
        return loss, jax.tree.map(lambda a, g: a - ETA * g, p, grads)

    compiled = jax.jit(step, donate_argnums=0)
    state = {"p": {name: jnp.array(np.ascontiguousarray(p)) for name, p in params.items()}}
    data = [jnp.array(batch) for batch in X]

    def steps(count: int) -> float:
        for t in range(count):
            loss, state["p"] = compiled(state["p"], data[t % BATCHES])
        return float(loss)

    return steps


CONTESTANTS = (matrix_products, genmodels_step, genmodels_loop, torch_eager, jax_jit)


def contestants(size: int) -> dict[str, Contestant]:
    """Make all contestants on the same weights and the same data."""
    X = (np.random.default_rng(0).random((BATCHES, size, D)) < 0.2).astype(np.float32)
    return enter(CONTESTANTS, lambda: init_params(np.random.default_rng(1), D, K), X, size)


FIRST_STEP = """
import resource
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
import numpy as np
from genmodels import Autoencoder
imported = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
X = (np.random.default_rng(0).random(({rows}, 784)) < 0.2).astype(np.float32)
data = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
Autoencoder(32, optimizer="sgd", epochs={epochs}, batch_size=32, random_state=0, verbose=False).fit(X)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(imported / 1024, (after - imported) / 1024, after / 1024)
"""


def whole_process() -> dict[str, float]:
    """Return the seconds from start to exit of a process that makes one step, and the memory of one that makes 200."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", FIRST_STEP.format(rows=32, epochs=1)], check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    code = FIRST_STEP.format(rows=1000, epochs=7)
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    imported, added, peak = map(float, run.stdout.split())
    return {"one step, s": min(times), "imported, MB": imported, "training adds, MB": added, "peak, MB": peak}


if __name__ == "__main__":
    groups = {f"batch {size}": partial(contestants, size) for size in (32, 128)}
    main(__doc__, "autoencoder 784-32-784, SGD, float32, 1 thread", groups, process=whole_process)
