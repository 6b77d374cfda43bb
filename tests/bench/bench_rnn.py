"""Time of one training step of the Elman network 28-64-10, as a multiple of the time of its matrix products alone.

    python tests/bench/bench_rnn.py results.json

Float32, sequences of 28 steps, batches of 32, the whole way back through time, gradients clipped to the norm 5, plain
gradient descent, one thread; `harness` says how it is measured. "last" predicts a class after the last step, as for a
digit that is read row by row; "all" predicts one after every step.
"""

from harness import Contestant, enter, main  # first, because it sets the number of threads

# isort: split
from functools import partial
from typing import Any

import numpy as np

from genmodels.optim import SGD, clip_by_global_norm
from genmodels.rnn import RNN, GradientHistory, Work, backward, forward, init_params, loss_and_slopes
from genmodels.training import Run, train

D, H, K, T, SIZE, ETA, CLIP = 28, 64, 10, 28, 32, 0.01, 5.0
BATCHES = 32  # different batches, taken in turn
Array = np.ndarray[Any, Any]
Params = dict[str, Array]


def matrix_products(params: Params, X: Array, C: Array) -> Contestant:
    """Only the matrix products of a step, into buffers made before: those that `genmodels` makes, and no others."""
    p, out, S = params, {name: np.empty_like(a) for name, a in params.items()}, C.shape[1]
    states, slopes = (np.ones((T, SIZE, H), np.float32) for _ in range(2))
    outputs, to_outputs = np.ones((S * SIZE, K), np.float32), np.empty((S * SIZE, K), np.float32)
    to_states, to_last, to_step = (np.empty((rows, H), np.float32) for rows in (T * SIZE, S * SIZE, SIZE))
    all_states, all_slopes, last = states.reshape(-1, H), slopes.reshape(-1, H), states[T - S :].reshape(-1, H)

    def steps(count: int) -> float:
        for t in range(count):
            inputs = X[t % BATCHES].reshape(-1, D)
            np.dot(inputs, p["W_xh"].T, out=to_states)
            for step in range(T):
                np.dot(states[step], p["W_hh"].T, out=to_step)
            np.dot(last, p["W_hy"].T, out=to_outputs)
            np.dot(outputs, p["W_hy"], out=to_last)
            for step in range(1, T):
                np.dot(slopes[step], p["W_hh"], out=to_step)
            np.dot(inputs.T, all_slopes, out=out["W_xh"].T)
            np.dot(all_states.T, all_slopes, out=out["W_hh"].T)
            np.dot(last.T, outputs, out=out["W_hy"].T)
        return 0.0

    return steps


def genmodels_step(params: Params, X: Array, C: Array) -> Contestant:
    """One step as `genmodels` makes it: forward, loss, backward, clipping, update."""
    S = C.shape[1]
    work, optimizer = Work.allocate(SIZE, T, S, params), SGD(params)

    def steps(count: int) -> float:
        for t in range(count):
            batch = X[t % BATCHES]
            states, outputs = forward(params, batch, work=work, steps=S)
            loss, slopes = loss_and_slopes("classification", outputs, C[t % BATCHES], work.dY)
            grads = backward(params, batch, states, slopes, work)
            clip_by_global_norm(work.flat, CLIP, out=work.flat)
            optimizer.step(grads, ETA)
        return float(loss)

    return steps


def genmodels_loop(params: Params, X: Array, C: Array) -> Contestant:
    """The same with everything around it: shuffling, gathering the batch, history, progress, checks."""
    sequences, targets = (a.swapaxes(1, 2).reshape(-1, a.shape[1], a.shape[3]) for a in (X, C))
    rng, optimizer = np.random.default_rng(0), SGD(params)
    descend, record = RNN(H, clip=CLIP)._turns((sequences, targets))

    def steps(count: int) -> float:
        run = Run(params, optimizer, rng, GradientHistory())
        used = min(count * SIZE, len(sequences))
        epochs = max(1, count * SIZE // used)
        options: dict[str, Any] = {"schedule": lambda t, T: 1.0, "second": record, "verbose": False}
        train(run, descend, used, batch_size=SIZE, epochs=epochs, eta=ETA, **options)
        return float("nan")  # another order of the samples

    return steps


def torch_eager(params: Params, X: Array, C: Array) -> Contestant:
    """Use PyTorch as its tutorials do: torch.nn.RNN, autograd, clip_grad_norm_, torch.optim.SGD."""
    import torch

    torch.set_num_threads(1)
    S = C.shape[1]
    layer, head = torch.nn.RNN(D, H), torch.nn.Linear(H, K)
    with torch.no_grad():
        for tensor, name in ((layer.weight_ih_l0, "W_xh"), (layer.weight_hh_l0, "W_hh"), (head.weight, "W_hy")):
            tensor.copy_(torch.from_numpy(np.ascontiguousarray(params[name])))
        for tensor in (layer.bias_ih_l0, layer.bias_hh_l0, head.bias):
            tensor.zero_()
    layer.bias_hh_l0.requires_grad_(False)  # noqa: FBT003 - its signature; a second bias would learn twice as fast
    trained = [p for p in (*layer.parameters(), *head.parameters()) if p.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=ETA)
    data, targets = ([torch.from_numpy(a) for a in stack] for stack in (X, C))

    def steps(count: int) -> float:
        for t in range(count):
            states, _ = layer(data[t % BATCHES])
            logs = torch.nn.functional.log_softmax(head(states[T - S :]), dim=-1)
            loss = -(logs * targets[t % BATCHES]).sum() / SIZE
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, CLIP)
            optimizer.step()
        return float(loss)

    return steps


def jax_jit(params: Params, X: Array, C: Array) -> Contestant:
    """Use JAX as its tutorials do: lax.scan over the steps, a pure function of the whole step, compiled."""
    import jax
    import jax.numpy as jnp

    S = C.shape[1]

    def loss_of(p: Any, batch: Any, target: Any) -> Any:
        inputs = batch @ p["W_xh"].T + p["b_h"]

        def read(state: Any, row: Any) -> Any:
            state = jnp.tanh(row + state @ p["W_hh"].T)
            return state, state

        _, states = jax.lax.scan(read, jnp.zeros((SIZE, H), jnp.float32), inputs)
        logits = states[T - S :] @ p["W_hy"].T + p["b_y"]
        return -(jax.nn.log_softmax(logits) * target).sum() / SIZE

    def step(p: Any, batch: Any, target: Any) -> Any:
        loss, grads = jax.value_and_grad(loss_of)(p, batch, target)
        norm = jnp.sqrt(sum((g * g).sum() for g in jax.tree.leaves(grads)))
        factor = ETA * jnp.minimum(1, CLIP / norm)
        return loss, jax.tree.map(lambda a, g: a - factor * g, p, grads)

    compiled = jax.jit(step, donate_argnums=0)
    state = {"p": {name: jnp.array(np.ascontiguousarray(a)) for name, a in params.items()}}
    data, targets = ([jnp.array(a) for a in stack] for stack in (X, C))

    def steps(count: int) -> float:
        for t in range(count):
            loss, state["p"] = compiled(state["p"], data[t % BATCHES], targets[t % BATCHES])
        return float(loss)

    return steps


CONTESTANTS = (matrix_products, genmodels_step, genmodels_loop, torch_eager, jax_jit)


def contestants(outputs: str) -> dict[str, Contestant]:
    """Make all contestants on the same weights and data."""
    rng = np.random.default_rng(0)
    X = rng.random((BATCHES, T, SIZE, D), np.float32)
    members = rng.integers(K, size=(BATCHES, T if outputs == "all" else 1, SIZE))
    C = np.eye(K, dtype=np.float32)[members]
    return enter(CONTESTANTS, lambda: init_params(np.random.default_rng(1), D, H, K), X, C)


if __name__ == "__main__":
    groups = {outputs: partial(contestants, outputs) for outputs in ("last", "all")}
    main(__doc__, "Elman network 28-64-10, 28 steps, batch 32, clipping, SGD, float32, 1 thread", groups)
