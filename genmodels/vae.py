"""Variational autoencoders: the bound, its gradients, and the model that learns by it.

Chapter "Variational autoencoders", equations (11) to (16).

==================  =======================================================  ==============
letter              meaning                                                  shape
==================  =======================================================  ==============
n, d, h, k          samples, dimension of the data, of a hidden layer and
                    of the code
X                   data, one sample in each row                             (n, d)
H                   hidden layer of the encoder                              (n, h)
mu, log_var         mean and log sigma² of q(z|x), equation (11)             (n, k)
std                 sigma                                                    (n, k)
eps, Z              standard normal draws, and codes drawn by them           (n, k)
G                   hidden layer of the decoder                              (n, h)
A                   output of the decoder: logits, or the mean of (12)       (n, d)
X_hat               mean of p(x|z)                                           (n, d)
W_h, b_h            weights and biases from X to H                           (h, d), (h,)
W_mu, b_mu          from H to mu                                             (k, h), (k,)
W_s, b_s            from H to log_var                                        (k, h), (k,)
W_g, b_g            from Z to G                                              (h, k), (h,)
W_x, b_x            from G to A                                              (d, h), (d,)
log_var_x           log s², where p(x|z) is N(X_hat, s² I)                   (1,)
Delta_P, dP         gradient of the loss by the argument of the activation
                    of P, and by P, whatever P is                            of P
==================  =======================================================  ==============

The loss is the mean over the samples of minus the bound (13), its second term multiplied by beta (Higgins et al. 2017).
Without hidden layers H is X, G is Z, and W_s is missing: sigma² does not depend on x.
With a Gaussian likelihood this is the linear model whose optimum is probabilistic PCA (Lucas et al. 2019).

Contents: `init_params`; `encode`, `kl_divergence`, `reparameterise`, `decode`, `log_likelihood`; `forward`, which
returns a `Pass`, `backward`, and `Work`, their buffers; `Bound`, `Estimate`; `VAE` and its `BoundHistory`.
"""

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from genmodels.activations import ACTIVATIONS, affine, sigmoid
from genmodels.checkpoint import finite_arrays
from genmodels.estimator import Estimator
from genmodels.losses import bernoulli_log_likelihood, gaussian_log_likelihood, likelihood_gradient
from genmodels.optim import SGD, Adam, Schedule, optimizer
from genmodels.training import INITIALIZERS, History, LossAndGradients, buffers
from genmodels.validation import (
    check_choice,
    check_count,
    check_flag,
    check_matrix,
    check_number,
    check_rng,
    check_unit_interval,
)

Array = NDArray[Any]
Params = dict[str, Array]
Buffer = Any  # an array, or None
LIKELIHOODS = ("bernoulli", "gaussian")
ACTIVE = 0.01  # least variance of a mean code over the data, for its dimension to count as used
_CHUNK = 2**20  # numbers in the largest array that an estimate makes at once


def shapes(d: int, h: int | None, k: int, likelihood: str = "bernoulli") -> dict[str, tuple[int, ...]]:
    """Name all parameters and their shapes; `h` is None for the linear model."""
    sizes: dict[str, tuple[int, ...]] = {}
    if h is not None:
        sizes |= {"W_h": (h, d), "b_h": (h,), "W_s": (k, h), "W_g": (h, k), "b_g": (h,)}
    sizes |= {"W_mu": (k, h or d), "b_mu": (k,), "b_s": (k,), "W_x": (d, h or k), "b_x": (d,)}
    return sizes | {"log_var_x": (1,)} if likelihood == "gaussian" else sizes


def init_params(
    rng: np.random.Generator,
    d: int,
    h: int | None,
    k: int,
    *,
    likelihood: str = "bernoulli",
    init: str = "xavier",
    dtype: Any = np.float32,
) -> Params:
    """Draw the weights by the initialisation named `init`; W_s and the biases are zero: sigma = 1, as in the prior."""
    draw, drawn = INITIALIZERS[init], ("W_h", "W_g", "W_mu", "W_x")
    return {
        name: draw(rng, size[0], size[1], dtype) if name in drawn else np.zeros(size, dtype, order="F")
        for name, size in shapes(d, h, k, likelihood).items()
    }


class Work(NamedTuple):
    """Buffers for `forward` and `backward` to write to; None means a new array."""

    H: Buffer = None  # (n, h)
    mu: Buffer = None  # (n, k)
    log_var: Buffer = None  # (n, k)
    std: Buffer = None  # (n, k)
    Z: Buffer = None  # (n, k)
    G: Buffer = None  # (n, h)
    A: Buffer = None  # (n, d)
    X_hat: Buffer = None  # (n, d)
    Delta_x: Buffer = None  # (n, d)
    dG: Buffer = None  # (n, h)
    Delta_g: Buffer = None  # (n, h)
    dZ: Buffer = None  # (n, k)
    dH: Buffer = None  # (n, h)
    Delta_h: Buffer = None  # (n, h)
    grads: Buffer = None  # of the parameters, by their names

    @classmethod
    def allocate(cls, n: int, params: Params) -> "Work":
        """Make the buffers for batches of `n` samples; the gradients lie in memory as their weights do."""
        (d, h), k = params["W_x"].shape, len(params["b_mu"])
        hidden, code, data = (n, h), (n, k), (n, d)
        batch = [hidden, code, code, code, code, hidden, data, data, data, hidden, hidden, code, hidden, hidden]
        made = buffers([*batch, *(p.T.shape for p in params.values())], params["W_x"].dtype)
        grads = {name: g.T for name, g in zip(params, made[len(batch) :], strict=True)}
        return cls._make([*made[: len(batch)], grads])


class Pass(NamedTuple):
    """What `forward` computed, and `backward` needs, with the two terms of the bound."""

    H: Array  # (n, h)
    mu: Array  # (n, k)
    log_var: Array  # (n, k)
    std: Array  # (n, k)
    Z: Array  # (n, k)
    G: Array  # (n, h)
    X_hat: Array  # (n, d)
    log_likelihood: Any  # first term of (13), by one draw of eps: a mean over the samples
    kl: Any  # second term of (13), which is (14): a mean over the samples

    def loss(self, beta: float = 1.0) -> Any:
        """Minus the bound (13), its second term multiplied by `beta`."""
        return beta * self.kl - self.log_likelihood


def encode(
    params: Params, X: Array, activation: str = "softplus", work: Work | None = None
) -> tuple[Array, Array, Array]:
    """Compute H, and the mean and log sigma² of q(z|x), equation (11), shapes (n, h), (n, k), (n, k)."""
    w, H = work or Work(), X
    if "W_h" in params:
        A_h = affine(X, params["W_h"], params["b_h"], w.H)  # (n, h)
        H = ACTIVATIONS[activation].value(A_h, w.H)
    mu = affine(H, params["W_mu"], params["b_mu"], w.mu)  # (n, k)
    if "W_s" not in params:
        return H, mu, np.broadcast_to(params["b_s"], mu.shape)
    return H, mu, affine(H, params["W_s"], params["b_s"], w.log_var)


def kl_divergence(mu: Array, log_var: Array) -> Array:
    """Compute the divergence (14) of q(z|x) from N(0, I) for every sample, shape (n,)."""
    return 0.5 * (mu**2 + np.exp(log_var) - log_var - 1).sum(axis=1)


def reparameterise(mu: Array, log_var: Array, eps: Array, work: Work | None = None) -> tuple[Array, Array]:
    """Compute sigma, and the code z = mu + sigma * eps that `eps` draws from q(z|x), (15) and (16), both (n, k)."""
    w = work or Work()
    std = np.exp(np.multiply(log_var, 0.5, out=w.std), out=w.std)  # (n, k)
    Z = np.add(mu, np.multiply(std, eps, out=w.Z), out=w.Z)  # (n, k)
    return std, Z


def decode(
    params: Params, Z: Array, activation: str = "softplus", likelihood: str = "bernoulli", work: Work | None = None
) -> tuple[Array, Array, Array]:
    """Compute G, the output A and the mean X_hat of p(x|z), shapes (n, h), (n, d), (n, d).

    With the Gaussian likelihood (12) X_hat is A; with the Bernoulli likelihood, which the sheet's code uses,
    A are the logits of X_hat.
    """
    w, G = work or Work(), Z
    if "W_g" in params:
        A_g = affine(Z, params["W_g"], params["b_g"], w.G)  # (n, h)
        G = ACTIVATIONS[activation].value(A_g, w.G)
    A = affine(G, params["W_x"], params["b_x"], w.A)  # (n, d)
    return G, A, A if likelihood == "gaussian" else sigmoid(A, w.X_hat)


def log_likelihood(
    params: Params, X: Array, A: Array, X_hat: Array, likelihood: str = "bernoulli", scratch: Buffer = None
) -> Array:
    """Compute log p(x|z) of every sample from what `decode` made of its code, shape (n,)."""
    if likelihood == "gaussian":
        return gaussian_log_likelihood(X_hat, X, params["log_var_x"], scratch)
    return bernoulli_log_likelihood(A, X, X_hat, scratch)


def forward(
    params: Params,
    X: Array,
    eps: Array,
    work: Work | None = None,
    *,
    activation: str = "softplus",
    likelihood: str = "bernoulli",
) -> Pass:
    """Encode, draw a code, decode, and take both terms of the bound (13).

    Parameters
    ----------
    params : dict of arrays
        As in the table above.
    X : array, shape (n, d)
    eps : array, shape (n, k)
        Draws from N(0, I), equation (16).
    work : Work, optional
    activation : name of one of the `ACTIVATIONS`
        Of both hidden layers; the sheet has "relu".
    likelihood : {"bernoulli", "gaussian"}

    Returns
    -------
    Pass
        All that `backward` needs.
    """
    w = work or Work()
    H, mu, log_var = encode(params, X, activation, w)
    std, Z = reparameterise(mu, log_var, eps, w)
    G, A, X_hat = decode(params, Z, activation, likelihood, w)
    first = log_likelihood(params, X, A, X_hat, likelihood, w.Delta_x).mean()
    return Pass(H, mu, log_var, std, Z, G, X_hat, first, kl_divergence(mu, log_var).mean())


def backward(
    params: Params,
    X: Array,
    eps: Array,
    passed: Pass,
    work: Work | None = None,
    *,
    beta: float = 1.0,
    activation: str = "softplus",
    likelihood: str = "bernoulli",
) -> Params:
    """Compute the gradients of the loss, `Pass.loss`, by all parameters.

    Parameters
    ----------
    params : dict of arrays
    X, eps : array, shapes (n, d), (n, k)
        What `forward` was given.
    passed : Pass
        What it returned.
    work : Work, optional
    beta : float, default 1
    activation, likelihood : as in `forward`

    Returns
    -------
    dict of arrays
        Gradients under the names, and of the shapes, of the parameters.
    """
    w, p, n, slope = work or Work(), params, len(X), ACTIVATIONS[activation].slope
    H, mu, _, std, Z, G, X_hat, *_ = passed
    out, grads = (w.grads or {}).get, {}
    Delta_x = likelihood_gradient(X_hat, X, out=w.Delta_x)  # (n, d)
    if likelihood == "gaussian":
        s2, r = np.exp(p["log_var_x"]), Delta_x.ravel()  # (1,), (n d,)
        grads["log_var_x"] = 0.5 * (X.shape[1] - n * np.dot(r, r) / s2)  # (1,)
        Delta_x /= s2
    grads["W_x"] = np.matmul(Delta_x.T, G, out=out("W_x"))  # (d, h)
    grads["b_x"] = np.add.reduce(Delta_x, axis=0, out=out("b_x"))  # (d,)
    dZ = dG = np.dot(Delta_x, p["W_x"], out=w.dG)  # (n, h)
    if "W_g" in p:
        Delta_g = np.multiply(dG, slope(G, out=w.Delta_g), out=w.Delta_g)  # (n, h)
        grads["W_g"] = np.matmul(Delta_g.T, Z, out=out("W_g"))  # (h, k)
        grads["b_g"] = np.add.reduce(Delta_g, axis=0, out=out("b_g"))  # (h,)
        dZ = np.dot(Delta_g, p["W_g"], out=w.dZ)  # (n, k)
    dmu = dZ + (beta / n) * mu  # (n, k)
    dlog_var = 0.5 * (dZ * eps * std + (beta / n) * (std**2 - 1))  # (n, k)
    grads["W_mu"] = np.matmul(dmu.T, H, out=out("W_mu"))  # (k, h)
    grads["b_mu"] = np.add.reduce(dmu, axis=0, out=out("b_mu"))  # (k,)
    grads["b_s"] = np.add.reduce(dlog_var, axis=0, out=out("b_s"))  # (k,)
    if "W_h" in p:
        grads["W_s"] = np.matmul(dlog_var.T, H, out=out("W_s"))  # (k, h)
        dH = np.dot(dmu, p["W_mu"], out=w.dH)  # (n, h)
        dH += np.dot(dlog_var, p["W_s"], out=w.Delta_h)
        Delta_h = np.multiply(dH, slope(H, out=w.Delta_h), out=w.Delta_h)  # (n, h)
        grads["W_h"] = np.matmul(Delta_h.T, X, out=out("W_h"))  # (h, d)
        grads["b_h"] = np.add.reduce(Delta_h, axis=0, out=out("b_h"))  # (h,)
    return grads


class Bound(NamedTuple):
    """The bound (13) of every sample and its two terms, ``elbo = log_likelihood - kl``, in nats."""

    elbo: Array  # (n,)
    log_likelihood: Array  # (n,)
    kl: Array  # (n,)


class Estimate(NamedTuple):
    """Estimates by Monte Carlo, one for each sample, and their standard errors."""

    value: Array  # (n,)
    error: Array  # (n,)


@dataclass
class BoundHistory(History):
    """The losses of a VAE's training, and what they are made of.

    Attributes
    ----------
    step_loss, epoch_loss : list of float
        Minus the bound (13), with its second term multiplied by beta, by step and by epoch.
    epoch_log_likelihood, epoch_kl : list of float
        The two terms of the bound, by epoch.
    steps_per_epoch : int
    """

    epoch_log_likelihood: list[float] = field(default_factory=list)
    epoch_kl: list[float] = field(default_factory=list)


class VAE(Estimator):
    """Variational autoencoder (Kingma & Welling 2014), trained by minibatch gradient ascent on the bound (13).

    Parameters
    ----------
    n_latent : int, default 20
        Dimension k of the code.
    n_hidden : int or None, default 256
        Width of the hidden layer on each side. None: no hidden layers, all maps linear, and sigma² the same for
        every sample; with likelihood="gaussian" and variance="learned" this is probabilistic PCA as an autoencoder.
    activation : {"softplus", "relu", "tanh", "sigmoid", "linear"}, default "softplus"
        Of both hidden layers; the sheet has "relu".
    likelihood : {"bernoulli", "gaussian"}, default "bernoulli"
        p(x|z). "bernoulli" is for data in [0, 1], best of zeros and ones; "gaussian" is (12).
    variance : float above 0 or "learned", default 1.0
        s² of the Gaussian likelihood N(x_hat, s² I); (12) has 1. "learned" starts from 1.
    beta : float, at least 0, default 1.0
        Weight of the divergence (14) in the loss.
    init : {"xavier", "he"}, default "xavier"
        Initialisation of the weights.
    weight_decay : float, at least 0, default 0.0
        For "adam": each step shrinks the weights, not the biases, by the learning rate times this (Loshchilov & Hutter
        2019). With few data it keeps the decoder from learning them by heart.
    optimizer : {"adam", "sgd"}, default "adam"
    momentum : float in [0, 1), default 0
    learning_rate : float, default 0.003
    schedule : {"constant", "cosine", "step", "plateau"} or Schedule, default "constant"
        How the learning rate changes: "cosine" lets it fall to zero at the last step. A `genmodels.optim.Schedule` has
        more settings, for example a warm-up.
    batch_size : int or None, default 100
    epochs : int, default 100
    dtype : {"float32", "float64"}, default "float32"
    random_state : None, int or numpy.random.Generator, default None
    verbose : bool or None, default None
        All these as in `Autoencoder`.

    Attributes
    ----------
    params_ : dict of arrays
        See the table of `genmodels.vae`.
    history_ : BoundHistory
        Losses by step and by epoch, and by epoch the two terms of the bound.
    active_units_ : array of bool, shape (k,)
        Which dimensions of the code are used: their mean codes vary over the training data by more than 0.01
        (Burda et al. 2016). The others have collapsed to the prior. What is loaded from a checkpoint lacks it.
    n_features_in_ : int
        d.

    Notes
    -----
    `fit` warns of posterior collapse: if no dimension of the code is used, and so the codes say nothing about the data.

    Examples
    --------
    >>> from genmodels import VAE, data
    >>> X, y = data.shapes(200, random_state=0)
    >>> model = VAE(n_latent=2, n_hidden=32, epochs=20, random_state=0).fit(X)
    >>> model.sample(3, random_state=0).shape
    (3, 784)
    >>> model.score(X) > -784 * 0.6931  # better than to guess every pixel by a coin
    True
    """

    _history = BoundHistory
    history_: BoundHistory
    active_units_: Array

    def __init__(
        self,
        n_latent: int = 20,
        *,
        n_hidden: int | None = 256,
        activation: str = "softplus",
        likelihood: str = "bernoulli",
        variance: float | str = 1.0,
        beta: float = 1.0,
        init: str = "xavier",
        weight_decay: float = 0.0,
        optimizer: str = "adam",
        momentum: float = 0.0,
        learning_rate: float = 0.003,
        schedule: str | Schedule = "constant",
        batch_size: int | None = 100,
        epochs: int = 100,
        dtype: Any = "float32",
        random_state: Any = None,
        verbose: bool | None = None,
    ) -> None:
        self.n_latent = n_latent
        self.n_hidden = n_hidden
        self.activation = activation
        self.likelihood = likelihood
        self.variance = variance
        self.beta = beta
        self.init = init
        self.weight_decay = weight_decay
        self.optimizer = optimizer
        self.momentum = momentum
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.batch_size = batch_size
        self.epochs = epochs
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose

    def transform(self, X: ArrayLike) -> Array:
        """Return the mean codes, mu of (11), of the rows of `X`, shape (n, k)."""
        return self._rounded(self._codes(self._check_data(X)))

    def fit_transform(self, X: ArrayLike, y: Any = None) -> Array:
        """Learn from the rows of `X` and return their mean codes."""
        return self.fit(X).transform(X)

    def inverse_transform(self, Z: ArrayLike) -> Array:
        """Return the means of p(x|z) for the codes `Z` of shape (n, k), shape (n, d)."""
        return self._rounded(self._means(self._check_codes(Z)))

    def reconstruct(self, X: ArrayLike) -> Array:
        """Return the means of p(x|z) where z is the mean code of each row of `X`, shape (n, d)."""
        return self.inverse_transform(self.transform(X))

    def sample(self, n: int = 1, random_state: Any = None, *, means: bool = False) -> Array:
        """Draw `n` samples: z from N(0, I), then x from p(x|z).

        Parameters
        ----------
        n : int, default 1
        random_state : None, int or numpy.random.Generator, default None
        means : bool, default False
            Whether to return the means of p(x|z) in the place of draws from it, as pictures of samples mostly do.

        Returns
        -------
        array, shape (n, d)
        """
        self._check_fitted()
        n, rng = check_count("n", n), check_rng(random_state)
        M = self._means(rng.standard_normal((n, self.n_latent)))  # (n, d)
        if check_flag("means", means):
            return self._rounded(M)
        if self.likelihood == "bernoulli":
            return self._rounded(rng.random(M.shape) < M)
        s = np.exp(0.5 * self._precise_params()["log_var_x"])  # (1,)
        return self._rounded(M + s * rng.standard_normal(M.shape))

    def traverse(
        self, axis: int, values: ArrayLike = (-3, -2, -1, 0, 1, 2, 3), *, x: ArrayLike | None = None, z: Any = None
    ) -> Array:
        """Walk along one axis of the code and show the means of p(x|z) on the way.

        Parameters
        ----------
        axis : int
            From 0 to k - 1: the coordinate of z to be replaced by each of the `values`.
        values : array-like, shape (m,), default -3, -2, -1, 0, 1, 2, 3
            In standard deviations of the prior.
        x : array-like, shape (d,), optional
            A sample, from whose mean code to start.
        z : array-like, shape (k,), optional
            A code to start from; without both it is the mean of the prior, 0.

        Returns
        -------
        array, shape (m, d)
        """
        self._check_fitted()
        axis = check_count("axis", axis, 0)
        if axis >= self.n_latent:
            raise ValueError(f"axis must be less than the dimension of the code, {self.n_latent}, but {axis} was given")
        if x is not None and z is not None:
            raise ValueError("only one of x and z may be given")
        steps = check_matrix(np.reshape(values, (-1, 1)), np.float64, name="values")  # (m, 1)
        start = np.zeros((1, self.n_latent))
        if x is not None:
            start = self._codes(self._check_data(np.atleast_2d(np.asarray(x))))
        elif z is not None:
            start = self._check_codes(np.atleast_2d(np.asarray(z)))
        if len(start) > 1:
            raise ValueError(f"a single sample or code is wanted to start from, but {len(start)} were given")
        Z = np.repeat(start, len(steps), axis=0)  # (m, k)
        Z[:, axis] = steps[:, 0]
        return self._rounded(self._means(Z))

    def elbo(self, X: ArrayLike, n_samples: int = 1, random_state: Any = 0) -> Bound:
        """Estimate the bound (13) of every row of `X`, with beta = 1, and its two terms.

        Parameters
        ----------
        X : array-like, shape (n, d)
        n_samples : int, default 1
            How many draws of z the first term is averaged over; the second term is exact.
        random_state : None, int or numpy.random.Generator, default 0

        Returns
        -------
        Bound
            Of float64.
        """
        X = self._check_data(X)
        check_count("n_samples", n_samples)
        kl = kl_divergence(*self._posterior(X))
        first = np.concatenate([L.mean(axis=0) for L, _ in self._draws(X, n_samples, random_state)])  # (n,)
        return Bound(first - kl, first, kl)

    def log_likelihood(self, X: ArrayLike, n_samples: int = 500, random_state: Any = 0) -> Estimate:
        """Estimate log p(x) of every row of `X` by importance weighting (Burda et al. 2016).

        log of the mean of the weights w = p(x|z) p(z) / q(z|x) over draws z from q(z|x): on average a lower bound,
        above (13), which rises to log p(x) with more draws.

        Parameters
        ----------
        X : array-like, shape (n, d)
        n_samples : int, at least 2, default 500
            How many draws for each row.
        random_state : None, int or numpy.random.Generator, default 0

        Returns
        -------
        Estimate
            The values, and their standard errors: that of the mean weight, divided by it.
        """
        X = self._check_data(X)
        check_count("n_samples", n_samples, 2)
        found = []
        for L, log_ratio in self._draws(X, n_samples, random_state):
            log_w = L + log_ratio  # (S, n)
            largest = log_w.max(axis=0)
            w = np.exp(log_w - largest)  # (S, n)
            mean = w.mean(axis=0)
            error = w.std(axis=0, ddof=1) / (math.sqrt(n_samples) * mean)
            found.append((largest + np.log(mean), error))
        return Estimate(*(np.concatenate(part) for part in zip(*found, strict=True)))

    def score(self, X: ArrayLike, y: Any = None) -> float:
        """Return the mean over the rows of `X` of the bound (13), by one draw each: higher is better.

        The draws are the same in every call. `elbo` returns the terms, and takes more draws.
        """
        return float(self.elbo(X).elbo.mean())

    # between the public edge and the functions: float64, except in the many draws of an estimate

    def _codes(self, X: Array) -> Array:
        return self._posterior(X)[0]

    def _posterior(self, X: Array) -> tuple[Array, Array]:
        _, mu, log_var = encode(self._precise_params(), X.astype(np.float64), self.activation)
        return mu, log_var

    def _means(self, Z: Array) -> Array:
        return decode(self._precise_params(), Z, self.activation, self.likelihood)[2]

    def _draws(self, X: Array, S: int, random_state: Any) -> Iterator[tuple[Array, Array]]:
        """Draw S codes for every row, some rows at a time: log p(x|z), and log p(z) - log q(z|x), both (S, rows)."""
        rng = check_rng(random_state)
        params, size = self.params_, max(1, _CHUNK // (S * X.shape[1]))
        for start in range(0, len(X), size):
            rows = X[start : start + size]
            _, mu, log_var = encode(params, rows, self.activation)
            eps = rng.standard_normal((len(rows), S, self.n_latent), X.dtype).swapaxes(0, 1)  # (S, rows, k)
            _, Z = reparameterise(mu, log_var, eps)
            flat = decode(params, Z.reshape(-1, self.n_latent), self.activation, self.likelihood)[1:]  # (S rows, d)
            A, X_hat = (a.reshape(S, *rows.shape) for a in flat)  # (S, rows, d)
            log_ratio = 0.5 * (eps**2 + log_var - Z**2).sum(axis=-1, dtype=np.float64)
            yield log_likelihood(params, rows, A, X_hat, self.likelihood).astype(np.float64), log_ratio

    # what Estimator asks for

    def _shapes(self, d: int) -> dict[str, tuple[int, ...]]:
        return shapes(d, self.n_hidden, self.n_latent, self.likelihood)

    def _start(self, d: int, rng: np.random.Generator) -> Params:
        settings = {"likelihood": self.likelihood, "init": self.init, "dtype": self.dtype}
        params = init_params(rng, d, self.n_hidden, self.n_latent, **settings)
        if "log_var_x" in params and self.variance != "learned":
            params["log_var_x"][:] = math.log(float(self.variance))
        return params

    def _optimizer(self, params: Params) -> SGD | Adam:
        return optimizer(self.optimizer, self._trained(params), self.momentum, self.weight_decay)

    def _trained(self, params: Params) -> Params:
        return {name: p for name, p in params.items() if name != "log_var_x" or self.variance == "learned"}

    def _loss_and_gradients(self, X: Array) -> LossAndGradients:
        functions = {"activation": self.activation, "likelihood": self.likelihood}
        works: dict[int, tuple[Work, Array, Array]] = {}

        def loss_and_gradients(params: Params, rows: Array, rng: np.random.Generator) -> tuple[Any, Params]:
            n = len(rows)
            if n not in works:
                batch, eps = np.empty((n, X.shape[1]), X.dtype), np.empty((n, self.n_latent), X.dtype)
                works[n] = Work.allocate(n, params), batch, eps
            work, batch, eps = works[n]
            given = X if n == len(X) else np.take(X, rows, axis=0, out=batch, mode="clip")
            rng.standard_normal(dtype=X.dtype, out=eps)
            passed = forward(params, given, eps, work, **functions)
            grads = backward(params, given, eps, passed, work, beta=self.beta, **functions)
            terms = {"log_likelihood": passed.log_likelihood, "kl": passed.kl}
            return {"loss": passed.loss(self.beta), **terms}, grads

        return loss_and_gradients

    def _conclude(self, X: Array) -> None:
        self.active_units_ = self._codes(X).var(axis=0) > ACTIVE
        if not self.active_units_.any():
            warnings.warn(
                f"posterior collapse: the mean codes of all {self.n_latent} dimensions vary by less than {ACTIVE} over "
                "the data, so the codes are not used. More epochs, a smaller beta or a smaller variance may help.",
                UserWarning,
                stacklevel=3,
            )

    def _pack(self, params: Params, history: History) -> tuple[dict[str, Any], dict[str, Array]]:
        meta, arrays = super()._pack(params, history)
        if hasattr(self, "active_units_"):
            arrays["active_units"] = self.active_units_.astype(np.uint8)
        return meta, arrays

    @classmethod
    def _unpack(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Self:
        model = super()._unpack(meta, arrays)
        if "active_units" in arrays:
            found = finite_arrays(arrays, {"active_units": (model.n_latent,)}, np.dtype(np.uint8))
            model.active_units_ = found["active_units"] > 0
        return model

    # checks

    def _check_settings(self) -> None:
        super()._check_settings()
        check_count("n_latent", self.n_latent)
        if self.n_hidden is not None:
            check_count("n_hidden", self.n_hidden)
        check_choice("activation", self.activation, ACTIVATIONS)
        check_choice("likelihood", self.likelihood, LIKELIHOODS)
        check_choice("init", self.init, INITIALIZERS)
        check_number("beta", self.beta, least=0)
        if isinstance(self.variance, str):
            check_choice("variance, if it is no number,", self.variance, ("learned",))
        else:
            check_number("variance", self.variance, above=0)
        if self.likelihood == "bernoulli" and self.variance != 1:
            raise ValueError(
                f"variance is a setting of the likelihood 'gaussian', but {self.variance!r} was given with 'bernoulli'"
            )

    def _check_codes(self, Z: ArrayLike) -> Array:
        self._check_fitted()
        Z = check_matrix(Z, self._dtype, name="Z", width=self.n_latent, owner="the decoder of this VAE")
        return Z.astype(np.float64)

    def _check_domain(self, X: Array) -> None:
        if self.likelihood == "bernoulli":
            check_unit_interval(X, "the likelihood is Bernoulli", "likelihood='gaussian'")
