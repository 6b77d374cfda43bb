"""Autoencoders: encoder, decoder, gradients, and the model that learns them.

Chapter "Autoencoders", equations (1) to (9).

===========  ==================================================  ==========
letter       meaning                                             shape
===========  ==================================================  ==========
n, d, k      samples, dimension of the data and of the code
X            data, one sample in each row                        (n, d)
W_e, b_e     weights and biases of the encoder                   (k, d), (k,)
W_d, b_d     weights and biases of the decoder                   (d, k), (d,)
A_e, Z       preactivations and values of the code               (n, k)
A_d, X_hat   preactivations and values of the reconstruction     (n, d)
Delta_d      gradient of the loss by A_d                         (n, d)
Delta_e      gradient of the loss by A_e                         (n, k)
dP           gradient of the loss by P, whatever P is            of P
===========  ==================================================  ==========

Contents: `init_params`; `encode`, `decode`, `forward`, `backward`, and `Work`, their buffers; `corrupt`; `Autoencoder`.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from genmodels.activations import ACTIVATIONS, affine
from genmodels.estimator import Estimator
from genmodels.losses import squared_error, squared_error_from_gradient, squared_error_gradient
from genmodels.optim import Schedule
from genmodels.training import INITIALIZERS, LossAndGradients, buffers
from genmodels.validation import check_choice, check_count, check_flag, check_matrix, check_number, check_unit_interval

Array = NDArray[Any]
Params = dict[str, Array]
Buffer = Any  # an array, or None


def init_params(rng: np.random.Generator, d: int, k: int, *, init: str = "he", dtype: Any = np.float32) -> Params:
    """Draw weights of the shapes (4) and (5) by the initialisation named `init`; the biases are zero."""
    draw = INITIALIZERS[init]
    return {
        "W_e": draw(rng, k, d, dtype),
        "b_e": np.zeros(k, dtype),
        "W_d": draw(rng, d, k, dtype),
        "b_d": np.zeros(d, dtype),
    }


class Work(NamedTuple):
    """Buffers for `forward` and `backward` to write to; None means a new array."""

    Z: Buffer = None  # (n, k)
    X_hat: Buffer = None  # (n, d)
    dX_hat: Buffer = None  # (n, d)
    Delta_d: Buffer = None  # (n, d)
    dZ: Buffer = None  # (n, k)
    Delta_e: Buffer = None  # (n, k)
    dW_e: Buffer = None  # (k, d)
    db_e: Buffer = None  # (k,)
    dW_d: Buffer = None  # (d, k)
    db_d: Buffer = None  # (d,)

    @classmethod
    def allocate(cls, n: int, params: Params) -> "Work":
        """Make the buffers for batches of `n` samples; the gradients lie in memory as their weights do."""
        k, d = params["W_e"].shape
        dtype, code, data = params["W_e"].dtype, (n, k), (n, d)
        Z, X_hat, dX_hat, Delta_d, dZ, Delta_e = buffers([code, data, data, data, code, code], dtype)
        dW_e, db_e, dW_d, db_d = buffers([(d, k), (k,), (k, d), (d,)], dtype)
        return cls(Z, X_hat, dX_hat, Delta_d, dZ, Delta_e, dW_e.T, db_e, dW_d.T, db_d)


def encode(params: Params, X: Array, activation: str = "sigmoid", out: Array | None = None) -> Array:
    """Compute the codes of all samples, equation (1), shape (n, k)."""
    A_e = affine(X, params["W_e"], params["b_e"], out)  # (n, k)
    return ACTIVATIONS[activation].value(A_e, out)


def decode(params: Params, Z: Array, activation: str = "sigmoid", out: Array | None = None) -> Array:
    """Compute the reconstructions from codes, equation (2), shape (n, d)."""
    A_d = affine(Z, params["W_d"], params["b_d"], out)  # (n, d)
    return ACTIVATIONS[activation].value(A_d, out)


def forward(
    params: Params, X: Array, work: Work | None = None, *, activation: str = "sigmoid", output: str = "sigmoid"
) -> tuple[Array, Array]:
    """Encode and decode, equations (1) and (2).

    Parameters
    ----------
    params : dict of arrays
        ``W_e``, ``b_e``, ``W_d``, ``b_d`` as in the table above.
    X : array, shape (n, d)
    work : Work, optional
    activation, output : {"sigmoid", "linear"}
        sigma of (1) and of (2).

    Returns
    -------
    Z : array, shape (n, k)
    X_hat : array, shape (n, d)
        Together they are all that `backward` needs.
    """
    w = work or Work()
    Z = encode(params, X, activation, w.Z)
    X_hat = decode(params, Z, output, w.X_hat)
    return Z, X_hat


def backward(
    params: Params,
    X: Array,
    Z: Array,
    X_hat: Array,
    target: Array,
    work: Work | None = None,
    *,
    activation: str = "sigmoid",
    output: str = "sigmoid",
) -> Params:
    """Compute the gradients of the loss, the mean of (3) over the samples, by all parameters: (7) to (9) for rows.

    Parameters
    ----------
    params : dict of arrays
    X, Z, X_hat : array, shapes (n, d), (n, k), (n, d)
        What `forward` was given, and what it returned.
    target : array, shape (n, d)
        What X_hat should be: X itself or, in denoising, the clean data of which X is a noisy version.
    work : Work, optional
    activation, output : {"sigmoid", "linear"}
        As in `forward`.

    Returns
    -------
    dict of arrays
        Gradients under the names, and of the shapes, of the parameters.
    """
    w, W_d = work or Work(), params["W_d"]
    slope_e, slope_d = ACTIVATIONS[activation].slope, ACTIVATIONS[output].slope
    dX_hat = squared_error_gradient(X_hat, target, out=w.dX_hat)  # (n, d)
    Delta_d = np.multiply(dX_hat, slope_d(X_hat, out=w.Delta_d), out=w.Delta_d)  # (n, d)
    dW_d = np.matmul(Delta_d.T, Z, out=w.dW_d)  # (d, k)
    db_d = np.add.reduce(Delta_d, axis=0, out=w.db_d)  # (d,)
    dZ = np.dot(Delta_d, W_d, out=w.dZ)  # (n, k)
    Delta_e = np.multiply(dZ, slope_e(Z, out=w.Delta_e), out=w.Delta_e)  # (n, k)
    dW_e = np.matmul(Delta_e.T, X, out=w.dW_e)  # (k, d)
    db_e = np.add.reduce(Delta_e, axis=0, out=w.db_e)  # (k,)
    return {"W_e": dW_e, "b_e": db_e, "W_d": dW_d, "b_d": db_d}


def corrupt(X: Array, noise: float, rng: np.random.Generator, *, clip: bool = False, out: Array | None = None) -> Array:
    """Add Gaussian noise of the standard deviation `noise`; `clip` the result to [0, 1] as the sheet's listing does."""
    noisy = rng.standard_normal(X.shape, X.dtype, out)  # (n, d)
    noisy *= noise
    noisy += X
    return np.clip(noisy, 0, 1, out=noisy) if clip else noisy


class Autoencoder(Estimator):
    """Autoencoder with one layer on each side, trained by minibatch gradient descent.

    Parameters
    ----------
    n_latent : int, default 32
        Dimension k of the code. A code wider than the data makes sense with a sigmoid, above all against noise;
        a purely linear model cannot use it (its product W_d W_e has at most rank d) and refuses it.
    activation, output : {"sigmoid", "linear"}, default "sigmoid"
        sigma of the encoder (1) and of the decoder (2). With a sigmoid output the data must lie in [0, 1].
        Both linear: the model that equals PCA at its optimum, if the data are centred or the biases trained.
    bias : bool, default True
        Whether the biases are trained; otherwise they stay zero.
    noise : float, default 0
        Standard deviation of the Gaussian noise that is added to the input, not to the target, anew in each step.
        Above 0 the model is a denoising autoencoder (Vincent et al. 2008).
    clip : bool, default False
        Whether the noisy input is clipped to [0, 1], as in the sheet. It makes the noise biased at black and white.
    init : {"he", "xavier"}, default "he"
        Initialisation of the weights; the sheet's listing is "he" under the name of Xavier.
    optimizer : {"adam", "sgd"}, default "adam"
    momentum : float in [0, 1), default 0
        For "sgd".
    learning_rate : float, default 0.01
        For the mean over the samples of the squared error summed over the pixels;
        the sheet's 0.01 with batches of 32 is 0.32 here, with optimizer="sgd".
    schedule : {"constant", "cosine", "step", "plateau"} or Schedule, default "constant"
        How the learning rate changes: "cosine" lets it fall to zero at the last step. A `genmodels.optim.Schedule` has
        more settings, for example a warm-up.
    batch_size : int or None, default 32
        Samples in each step; None takes all of them.
    epochs : int, default 100
        How often every sample is seen.
    dtype : {"float32", "float64"}, default "float32"
    random_state : None, int or numpy.random.Generator, default None
        With the same int, the same number of threads and the same machine, the same bits.
    verbose : bool or None, default None
        Whether to show a progress bar; None: only on a terminal.

    Attributes
    ----------
    params_ : dict of arrays
        ``W_e`` (k, d), ``b_e`` (k,), ``W_d`` (d, k), ``b_d`` (d,).
    history_ : History
        Losses by step and by epoch; ``history_.plot()`` draws them.
    n_features_in_ : int
        d.

    Examples
    --------
    >>> from genmodels import Autoencoder, data
    >>> X, y = data.shapes(200, random_state=0)
    >>> model = Autoencoder(n_latent=16, epochs=20, random_state=0).fit(X)
    >>> model.transform(X).shape
    (200, 16)
    >>> model.history_.epoch_loss[-1] < model.history_.epoch_loss[0]
    True
    """

    def __init__(
        self,
        n_latent: int = 32,
        *,
        activation: str = "sigmoid",
        output: str = "sigmoid",
        bias: bool = True,
        noise: float = 0.0,
        clip: bool = False,
        init: str = "he",
        optimizer: str = "adam",
        momentum: float = 0.0,
        learning_rate: float = 0.01,
        schedule: str | Schedule = "constant",
        batch_size: int | None = 32,
        epochs: int = 100,
        dtype: Any = "float32",
        random_state: Any = None,
        verbose: bool | None = None,
    ) -> None:
        self.n_latent = n_latent
        self.activation = activation
        self.output = output
        self.bias = bias
        self.noise = noise
        self.clip = clip
        self.init = init
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
        """Return the codes (1) of the rows of `X`, shape (n, k)."""
        X = self._check_data(X, domain=self.clip or not self.noise)
        return self._rounded(encode(self._precise_params(), X.astype(np.float64), self.activation))

    def fit_transform(self, X: ArrayLike, y: Any = None) -> Array:
        """Learn from the rows of `X` and return their codes."""
        return self.fit(X).transform(X)

    def inverse_transform(self, Z: ArrayLike) -> Array:
        """Return the reconstructions (2) that belong to the codes `Z` of shape (n, k), shape (n, d)."""
        self._check_fitted()
        owner = "the decoder of this Autoencoder"
        Z = check_matrix(Z, self._dtype, name="Z", width=self.n_latent, owner=owner)
        return self._rounded(decode(self._precise_params(), Z.astype(np.float64), self.output))

    def reconstruct(self, X: ArrayLike) -> Array:
        """Encode and decode the rows of `X`; a denoising model takes the noise off them. Shape (n, d)."""
        return self.inverse_transform(self.transform(X))

    def score(self, X: ArrayLike, y: Any = None) -> float:
        """Return minus the loss on `X`: the squared error summed over the pixels, averaged over the samples.

        Higher is better, 0 is perfect. The input is taken as it is, without noise.
        """
        X = self._check_data(X)
        return -float(squared_error(self.reconstruct(X).astype(np.float64), X))

    def _shapes(self, d: int) -> dict[str, tuple[int, ...]]:
        k = self.n_latent
        return {"W_e": (k, d), "b_e": (k,), "W_d": (d, k), "b_d": (d,)}

    def _start(self, d: int, rng: np.random.Generator) -> Params:
        return init_params(rng, d, self.n_latent, init=self.init, dtype=self.dtype)

    def _trained(self, params: Params) -> Params:
        return {name: p for name, p in params.items() if self.bias or name.startswith("W")}

    def _loss_and_gradients(self, X: Array) -> LossAndGradients:
        functions = {"activation": self.activation, "output": self.output}
        works: dict[int, tuple[Work, Array, Array]] = {}

        def loss_and_gradients(params: Params, rows: Array, rng: np.random.Generator) -> tuple[Any, Params]:
            n, d = len(rows), X.shape[1]
            if n not in works:
                works[n] = Work.allocate(n, params), np.empty((n, d), X.dtype), np.empty((n, d), X.dtype)
            work, batch, noisy = works[n]
            target = X if n == len(X) else np.take(X, rows, axis=0, out=batch, mode="clip")
            given = corrupt(target, self.noise, rng, clip=self.clip, out=noisy) if self.noise else target
            Z, X_hat = forward(params, given, work, **functions)
            grads = backward(params, given, Z, X_hat, target, work, **functions)
            return squared_error_from_gradient(work.dX_hat), grads

        return loss_and_gradients

    def _check_settings(self) -> None:
        super()._check_settings()
        check_count("n_latent", self.n_latent)
        for name in ("activation", "output"):
            check_choice(name, getattr(self, name), ("linear", "sigmoid"))
        check_choice("init", self.init, INITIALIZERS)
        check_number("noise", self.noise, least=0)
        check_flag("bias", self.bias)
        check_flag("clip", self.clip)

    def _check_width(self, d: int) -> None:
        if self.activation == self.output == "linear" and self.n_latent > d:
            raise ValueError(
                f"n_latent must be at most the number of features, {d}, in a linear Autoencoder, "
                f"but {self.n_latent} was given"
            )

    def _check_domain(self, X: Array) -> None:
        if self.output == "sigmoid":
            check_unit_interval(X, "the output is a sigmoid", "output='linear'")
