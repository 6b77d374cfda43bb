"""Time of one step of both players, 100-128-784 and 784-128-1, as a multiple of that of its matrix products alone.

    python tests/bench/bench_gan.py results.json

Batches of 64, float32, Adam, one thread; `harness` says how it is measured.
A step draws noise, lets the discriminator descend on 64 samples of the data and 64 of the generator,
draws noise again, and lets the generator descend through the new discriminator.
The compared contestants take their noise from the same table; only the loop draws it, and gathers its batches.
"""

from harness import Contestant, enter, main  # first, because it sets the number of threads

# isort: split
from typing import Any

import numpy as np

from genmodels.gan import GAN, Work, discriminator_step, generate, generator_step, init_params
from genmodels.training import Run, train

D, K, H, SIZE, ETA, BETA = 784, 100, 128, 64, 2e-4, 0.5
BATCHES = 32  # different batches, taken in turn
Array = np.ndarray[Any, Any]
Params = dict[str, Array]


def matrix_products(params: Params, X: Array, Z: Array) -> Contestant:
    """Only the fourteen matrix products of a step, into buffers made before."""
    G_1, G_2, D_1, D_2 = (params[name] for name in ("G_W1", "G_W2", "D_W1", "D_W2"))
    both, hidden = np.ones((2 * SIZE, D), np.float32), np.ones((2 * SIZE, H), np.float32)
    out, hidden_out, a = np.empty_like(both[SIZE:]), np.empty_like(hidden), np.empty(2 * SIZE, np.float32)
    dG_1, dG_2, dD_1, dD_2 = (np.empty_like(W) for W in (G_1, G_2, D_1, D_2[0]))
    one, one_out = hidden[SIZE:], hidden_out[SIZE:]

    def steps(count: int) -> float:
        for t in range(count):
            z, z_again = Z[t % BATCHES]
            np.dot(z, G_1.T, out=one_out)  # samples for the discriminator
            np.dot(one, G_2.T, out=out)
            np.dot(both, D_1.T, out=hidden_out)  # its step
            np.dot(hidden, D_2[0], out=a)
            np.dot(a, hidden, out=dD_2)
            np.dot(both.T, hidden, out=dD_1.T)
            np.dot(z_again, G_1.T, out=one_out)  # the generator's step
            np.dot(one, G_2.T, out=out)
            np.dot(out, D_1.T, out=one_out)
            np.dot(one, D_2[0], out=a[SIZE:])
            np.dot(one, D_1, out=out)
            np.dot(one.T, both[SIZE:], out=dG_2.T)
            np.dot(both[SIZE:], G_2, out=one_out)
            np.dot(z_again.T, one, out=dG_1.T)
        return float("nan")

    return steps


def genmodels_step(params: Params, X: Array, Z: Array) -> Contestant:
    """One step as `genmodels` makes it: both players' losses, gradients and updates."""
    work, optimizer = Work.allocate(SIZE, params), GAN(learning_rate=ETA, momentum=BETA)._optimizer(params)
    real, fake = work.both[:SIZE], work.both[SIZE:]

    def steps(count: int) -> float:
        for t in range(count):
            z, z_again = Z[t % BATCHES]
            np.copyto(real, X[t % BATCHES])
            generate(params, z, work, out=fake)
            loss, grads, _ = discriminator_step(params, real, fake, work)
            optimizer.step(grads, ETA)
            value, grads, _ = generator_step(params, z_again, work)
            optimizer.step(grads, ETA)
        return float(loss + value)

    return steps


def genmodels_loop(params: Params, X: Array, Z: Array) -> Contestant:
    """The same with everything around it: shuffling, noise, gathering the batch, history, progress, checks."""
    rows, rng = X.reshape(-1, D), np.random.default_rng(0)
    model = GAN(learning_rate=ETA, momentum=BETA)
    first, second = model._turns(rows)

    def steps(count: int) -> float:
        run = Run(params, model._optimizer(params), rng, model._history())
        used = min(count, BATCHES) * SIZE
        epochs = max(1, count * SIZE // used)
        more = {"eta": ETA, "schedule": lambda t, T: 1.0, "second": second, "verbose": False}
        train(run, first, used, batch_size=SIZE, epochs=epochs, **more)
        return float("nan")  # another order of the samples

    return steps


def torch_eager(params: Params, X: Array, Z: Array) -> Contestant:
    """Use PyTorch as its tutorials do: modules, autograd, torch.optim.Adam (fused)."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    G = nn.Sequential(nn.Linear(K, H), nn.LeakyReLU(0.2), nn.Linear(H, D), nn.Sigmoid())
    judge = nn.Sequential(nn.Linear(D, H), nn.LeakyReLU(0.2), nn.Linear(H, 1))
    with torch.no_grad():
        for letter, net in (("G", G), ("D", judge)):
            for number, layer in ((1, net[0]), (2, net[2])):
                layer.weight.copy_(torch.from_numpy(params[f"{letter}_W{number}"].copy()))
                layer.bias.copy_(torch.from_numpy(params[f"{letter}_b{number}"].copy()))
    of_G, of_D = (torch.optim.Adam(net.parameters(), lr=ETA, betas=(BETA, 0.999), fused=True) for net in (G, judge))
    data, noise = torch.from_numpy(X.copy()), torch.from_numpy(Z.copy())
    softplus = nn.functional.softplus

    def steps(count: int) -> float:
        for t in range(count):
            loss = (
                softplus(-judge(data[t % BATCHES])).mean() + softplus(judge(G(noise[t % BATCHES, 0]).detach())).mean()
            )
            of_D.zero_grad()
            loss.backward()
            of_D.step()
            value = softplus(-judge(G(noise[t % BATCHES, 1]))).mean()
            of_G.zero_grad()
            value.backward()
            of_G.step()
        return float(loss + value)

    return steps


def jax_jit(params: Params, X: Array, Z: Array) -> Contestant:
    """Use JAX as its tutorials do: a pure function of both steps, compiled, its parameters donated."""
    import jax
    import jax.numpy as jnp

    def logits(p: Any, x: Any) -> Any:
        return jax.nn.leaky_relu(x @ p["D_W1"].T + p["D_b1"], 0.2) @ p["D_W2"][0] + p["D_b2"]

    def samples(p: Any, z: Any) -> Any:
        return jax.nn.sigmoid(jax.nn.leaky_relu(z @ p["G_W1"].T + p["G_b1"], 0.2) @ p["G_W2"].T + p["G_b2"])

    def loss_of_d(own: Any, other: Any, x: Any, z: Any) -> Any:
        fake = logits(own, samples(other, z))
        return jax.nn.softplus(-logits(own, x)).mean() + jax.nn.softplus(fake).mean()

    def loss_of_g(own: Any, other: Any, z: Any) -> Any:
        return jax.nn.softplus(-logits(other, samples(own, z))).mean()

    def adam(p: Any, g: Any, m: Any, s: Any, t: Any) -> Any:
        m, s = (
            jax.tree.map(lambda m, g: BETA * m + (1 - BETA) * g, m, g),
            jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, s, g),
        )

        def moved(p: Any, m: Any, s: Any) -> Any:
            return p - ETA * m / (1 - BETA**t) / (jnp.sqrt(s / (1 - 0.999**t)) + 1e-8)

        return jax.tree.map(moved, p, m, s), m, s

    def step(state: Any, x: Any, z: Any, z_again: Any) -> Any:
        (g, g_m, g_s), (d, d_m, d_s), t = state
        t = t + 1
        loss, grads = jax.value_and_grad(loss_of_d)(d, g, x, z)
        d, d_m, d_s = adam(d, grads, d_m, d_s, t)
        value, grads = jax.value_and_grad(loss_of_g)(g, d, z_again)
        g, g_m, g_s = adam(g, grads, g_m, g_s, t)
        return loss + value, ((g, g_m, g_s), (d, d_m, d_s), t)

    def player(prefix: str) -> Any:
        own = {name: np.ascontiguousarray(p) for name, p in params.items() if name.startswith(prefix)}
        return tuple(
            {name: jnp.array(f(p)) for name, p in own.items()} for f in (np.copy, np.zeros_like, np.zeros_like)
        )

    compiled = jax.jit(step, donate_argnums=0)
    state = [(player("G_"), player("D_"), jnp.zeros(()))]
    data, noise = [jnp.array(x) for x in X], [(jnp.array(z), jnp.array(again)) for z, again in Z]

    def steps(count: int) -> float:
        for t in range(count):
            loss, state[0] = compiled(state[0], data[t % BATCHES], *noise[t % BATCHES])
        return float(loss)

    return steps


def contestants() -> dict[str, Contestant]:
    """Make all contestants on the same weights, the same data and the same noise."""
    rng = np.random.default_rng(0)
    X = (rng.random((BATCHES, SIZE, D)) < 0.2).astype(np.float32)
    Z = rng.standard_normal((BATCHES, 2, SIZE, K), np.float32)
    makers = (matrix_products, genmodels_step, genmodels_loop, torch_eager, jax_jit)
    return enter(makers, lambda: init_params(np.random.default_rng(1), D, K, H), X, Z)


if __name__ == "__main__":
    workload = "GAN 100-128-784 and 784-128-1, both steps, batch 64, Adam, float32, 1 thread"
    main(__doc__, workload, {"batch 64": contestants})
