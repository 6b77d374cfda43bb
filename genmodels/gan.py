"""Adversarial networks: generator, discriminator, gradients of both players, and the model that plays their game.

Chapter "Adversarial networks", equations (17) to (20).

================  ==================================================  ===============
letter            meaning                                             shape
================  ==================================================  ===============
n, d, k, h        samples, dimension of the data and of z, width of
                  both hidden layers
X, Z              data and noise, one sample in each row              (n, d), (n, k)
G_W1, G_b1        hidden layer of the generator                       (h, k), (h,)
G_W2, G_b2        output layer of the generator                       (d, h), (d,)
D_W1, D_b1        hidden layer of the discriminator                   (h, d), (h,)
D_W2, D_b2        output layer of the discriminator                   (1, h), (1,)
G_H, D_H          values of the hidden layers                         (n, h)
X_g               samples of the generator, G(z)                      (n, d)
a                 logits of the discriminator: D(x) = sigma(a)        (n,)
delta             gradient of a loss by a                             (n,)
Delta             gradient of a loss by the arguments of an           of these
                  activation
S                 slopes of D's hidden layer                          (n, h)
J                 gradients of the logits by the samples              (n, d)
dP                gradient of the loss by P, whatever P is            of P
================  ==================================================  ===============

Both hidden layers are leaky rectifiers. Nothing takes the logarithm of a probability: losses are functions of logits.

Contents: `shapes`, `init_params`; `generate`, `discriminate`; `discriminator_step`, `gradient_penalty`,
`generator_step`, and `Work`, their buffers; `Moves`, the history of a game; `GAN`.
"""

import math
import warnings
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from genmodels.activations import ACTIVATIONS, affine, leaky_relu, leaky_relu_slope, sigmoid
from genmodels.estimator import Estimator
from genmodels.losses import GENERATOR_LOSSES, discriminator_loss, discriminator_loss_gradient
from genmodels.optim import SGD, Adam, Schedule, Separate
from genmodels.training import INITIALIZERS, History, LossAndGradients, Run, SecondTurn, buffers
from genmodels.validation import check_choice, check_count, check_number, check_rng, check_unit_interval

Array = NDArray[Any]
Params = dict[str, Array]
Buffer = Any  # an array, or None
PLAYERS = {"discriminator": "D_", "generator": "G_"}
COLLAPSED = 0.1  # a spread below it is reported


def shapes(d: int, k: int, h: int) -> dict[str, tuple[int, ...]]:
    """Shapes of all parameters, those of the sheet: 100-128-784 and 784-128-1 with d = 784, k = 100, h = 128."""
    generator = {"G_W1": (h, k), "G_b1": (h,), "G_W2": (d, h), "G_b2": (d,)}
    discriminator = {"D_W1": (h, d), "D_b1": (h,), "D_W2": (1, h), "D_b2": (1,)}
    return {**generator, **discriminator}


def init_params(
    rng: np.random.Generator, d: int, k: int, h: int, *, init: str | float = "he", dtype: Any = np.float32
) -> Params:
    """Draw the weights by the initialisation named `init`, or with that deviation (the sheet: 0.01); biases are 0."""
    params = {}
    for name, shape in shapes(d, k, h).items():
        if len(shape) == 1:
            params[name] = np.zeros(shape, dtype)
        elif isinstance(init, str):
            params[name] = INITIALIZERS[init](rng, shape[0], shape[1], dtype)
        else:
            params[name] = (init * rng.standard_normal(shape[::-1])).astype(dtype).T  # memory as in `he`
    return params


class Work(NamedTuple):
    """Buffers for a step of each player to write to; None means a new array."""

    both: Buffer = None  # (2n, d), samples of the data above those of the generator
    Z: Buffer = None  # (n, k)
    G_H: Buffer = None  # (n, h)
    D_H: Buffer = None  # (2n, h)
    D_Delta: Buffer = None  # (2n, h)
    dX_g: Buffer = None  # (n, d)
    G_Delta2: Buffer = None  # (n, d)
    dG_H: Buffer = None  # (n, h)
    G_Delta1: Buffer = None  # (n, h)
    dG_W1: Buffer = None  # (h, k)
    dG_b1: Buffer = None  # (h,)
    dG_W2: Buffer = None  # (d, h)
    dG_b2: Buffer = None  # (d,)
    dD_W1: Buffer = None  # (h, d)
    dD_b1: Buffer = None  # (h,)

    @classmethod
    def allocate(cls, n: int, params: Params) -> "Work":
        """Make the buffers for `n` samples of either kind; the gradients lie in memory as their weights do."""
        (h, k), d = params["G_W1"].shape, len(params["G_b2"])
        values = [(2 * n, d), (n, k), (n, h), (2 * n, h), (2 * n, h), (n, d), (n, d), (n, h), (n, h)]
        transposed = [(k, h), (h,), (h, d), (d,), (d, h), (h,)]
        made = buffers([*values, *transposed], params["G_W1"].dtype)
        return cls._make([*made[: len(values)], *(gradient.T for gradient in made[len(values) :])])

    def of_generator(self) -> "Work":
        """Return the same buffers, as long as the generator's samples alone need them."""
        if self.both is None:
            return self
        n = len(self.Z)
        return self._replace(both=self.both[n:], D_H=self.D_H[n:], D_Delta=self.D_Delta[n:])


def generate(
    params: Params, Z: Array, work: Work | None = None, *, output: str = "sigmoid", out: Array | None = None
) -> tuple[Array, Array]:
    """Make samples from noise.

    Parameters
    ----------
    params : dict of arrays
    Z : array, shape (n, k)
        Drawn from N(0, I), which is p_z in (17).
    work : Work, optional
    output : {"sigmoid", "linear"}
    out : array, shape (n, d), optional
        Where to write the samples.

    Returns
    -------
    X_g : array, shape (n, d)
        G(z).
    G_H : array, shape (n, h)
        What the backward pass needs besides.
    """
    w = work or Work()
    G_H = affine(Z, params["G_W1"], params["G_b1"], w.G_H)  # (n, h)
    G_H = leaky_relu(G_H, w.G_H)
    X_g = affine(G_H, params["G_W2"], params["G_b2"], out)  # (n, d)
    return ACTIVATIONS[output].value(X_g, out), G_H


def discriminate(params: Params, X: Array, work: Work | None = None) -> tuple[Array, Array]:
    """Judge samples.

    Returns
    -------
    a : array, shape (n,)
        Logits: D(x) = sigma(a) is the probability, in (17) to (20), that x comes from the data.
    D_H : array, shape (n, h)
        What the backward pass needs besides.
    """
    w = work or Work()
    D_H = affine(X, params["D_W1"], params["D_b1"], w.D_H)  # (n, h)
    D_H = leaky_relu(D_H, w.D_H)
    a = D_H @ params["D_W2"][0] + params["D_b2"]  # (n,)
    return a, D_H


def _through_output(params: Params, delta: Array, D_H: Array, out: Array | None) -> Array:
    """Gradient of a loss by the arguments of D's hidden layer, from that by the logits, shape (n, h)."""
    Delta = leaky_relu_slope(D_H, out=out)  # (n, h)
    Delta = np.multiply(Delta, params["D_W2"][0], out=out)
    return np.multiply(Delta, delta[:, None], out=out)


def discriminator_step(
    params: Params, X: Array, X_g: Array, work: Work | None = None, *, r1: float = 0.0
) -> tuple[Any, Params, Array]:
    """Compute what the discriminator lowers, minus the value (17) for fixed X_g, and the gradients by its parameters.

    Parameters
    ----------
    params : dict of arrays
    X, X_g : array, shape (n, d)
        Samples of the data and of the generator, equally many.
    work : Work, optional
        If given, X and X_g must be the halves of ``work.both``.
    r1 : float, default 0
        gamma of `gradient_penalty` on the data, which is added to the loss.

    Returns
    -------
    loss : scalar
    gradients : dict of arrays
        By ``D_W1``, ``D_b1``, ``D_W2``, ``D_b2``.
    delta : array, shape (2n,)
        Gradient of the loss without the penalty by the logits: (D(x) - 1) / n, then D(G(z)) / n.
    """
    w, n = work or Work(), len(X)
    both = np.concatenate([X, X_g]) if w.both is None else w.both  # (2n, d)
    a, D_H = discriminate(params, both, w)  # (2n,), (2n, h)
    loss = discriminator_loss(a[:n], a[n:])
    delta = np.concatenate(discriminator_loss_gradient(a[:n], a[n:]))  # (2n,)
    dD_W2, dD_b2 = (delta @ D_H)[None], delta.sum(keepdims=True)  # (1, h), (1,)
    Delta = _through_output(params, delta, D_H, w.D_Delta)  # (2n, h)
    dD_W1 = np.matmul(Delta.T, both, out=w.dD_W1)  # (h, d)
    dD_b1 = np.add.reduce(Delta, axis=0, out=w.dD_b1)  # (h,)
    if r1:
        penalty, by_W1, by_W2 = gradient_penalty(params, D_H[:n], r1)
        loss, dD_W1, dD_W2 = loss + penalty, np.add(dD_W1, by_W1, out=w.dD_W1), dD_W2 + by_W2
    return loss, {"D_W1": dD_W1, "D_b1": dD_b1, "D_W2": dD_W2, "D_b2": dD_b2}, delta


def gradient_penalty(params: Params, D_H: Array, gamma: float) -> tuple[Any, Array, Array]:
    """Penalise steep logits on the data: R1 of Mescheder et al. (2018), equation (9), the mean of gamma/2 ||J||².

    J, the gradient of the logit by the sample, is (S w_2) W_1 with the slopes S of the hidden layer, which are
    constant almost everywhere: so the penalty has no gradient by the biases, and this one by the weights is exact.

    Parameters
    ----------
    params : dict of arrays
    D_H : array, shape (n, h)
        Hidden layer of the discriminator on the data.
    gamma : float

    Returns
    -------
    penalty : scalar
    dD_W1, dD_W2 : array, shapes (h, d) and (1, h)
        Its gradients.
    """
    W_1, w_2 = params["D_W1"], params["D_W2"][0]  # (h, d), (h,)
    S = leaky_relu_slope(D_H)  # (n, h)
    U = S * w_2  # (n, h)
    J = U @ W_1  # (n, d)
    penalty = gamma / 2 * np.dot(J.ravel(), J.ravel()) / len(J)
    dJ = gamma / len(J) * J  # (n, d)
    dU = dJ @ W_1.T  # (n, h)
    return penalty, U.T @ dJ, (dU * S).sum(axis=0, keepdims=True)


def generator_step(
    params: Params, Z: Array, work: Work | None = None, *, loss: str = "non-saturating", output: str = "sigmoid"
) -> tuple[Any, Params, Array]:
    """Compute what the generator lowers, and the gradients by its parameters, through the frozen discriminator.

    Parameters
    ----------
    params : dict of arrays
    Z : array, shape (n, k)
    work : Work, optional
    loss : {"non-saturating", "saturating"}
        The mean of -log D(G(z)), or of log(1 - D(G(z))) as in (17).
    output : {"sigmoid", "linear"}

    Returns
    -------
    loss : scalar
    gradients : dict of arrays
        By ``G_W1``, ``G_b1``, ``G_W2``, ``G_b2``.
    X_g : array, shape (n, d)
        The samples G(z).
    """
    w, lowered = (work or Work()).of_generator(), GENERATOR_LOSSES[loss]
    X_g, G_H = generate(params, Z, w, output=output, out=w.both)  # (n, d), (n, h)
    a, D_H = discriminate(params, X_g, w)  # (n,), (n, h)
    delta = lowered.gradient(a)  # (n,)
    Delta = _through_output(params, delta, D_H, w.D_Delta)  # (n, h)
    dX_g = np.dot(Delta, params["D_W1"], out=w.dX_g)  # (n, d)
    G_Delta2 = np.multiply(dX_g, ACTIVATIONS[output].slope(X_g, out=w.G_Delta2), out=w.G_Delta2)  # (n, d)
    dG_W2 = np.matmul(G_Delta2.T, G_H, out=w.dG_W2)  # (d, h)
    dG_b2 = np.add.reduce(G_Delta2, axis=0, out=w.dG_b2)  # (d,)
    dG_H = np.dot(G_Delta2, params["G_W2"], out=w.dG_H)  # (n, h)
    G_Delta1 = np.multiply(dG_H, leaky_relu_slope(G_H, out=w.G_Delta1), out=w.G_Delta1)  # (n, h)
    dG_W1 = np.matmul(G_Delta1.T, Z, out=w.dG_W1)  # (h, k)
    dG_b1 = np.add.reduce(G_Delta1, axis=0, out=w.dG_b1)  # (h,)
    return lowered.value(a), {"G_W1": dG_W1, "G_b1": dG_b1, "G_W2": dG_W2, "G_b2": dG_b2}, X_g


@dataclass
class Moves(History):
    """What happened in a game.

    Attributes
    ----------
    step_loss, epoch_loss : list of float
        Loss of the discriminator, before its step, and its mean over each epoch; log 4 where it only guesses.
    real, fake : list of float
        Mean of D(x) over the data of each step, and of D(G(z)): both are 1/2 where it only guesses.
    generator_loss : list of float
        Loss of the generator, before each of its steps.
    spread : list of float
        After each epoch: deviation of the samples over z, as a multiple of that of the data. Near 0 the generator is
        constant, whatever the losses say.
    """

    real: list[float] = field(default_factory=list)
    fake: list[float] = field(default_factory=list)
    generator_loss: list[float] = field(default_factory=list)
    spread: list[float] = field(default_factory=list)

    def plot(self, ax: Any = None, **style: Any) -> Any:
        """Draw the losses of both players over the epochs on `ax` (Matplotlib's, a new one by default), return it."""
        if ax is None:
            import matplotlib.pyplot as plt

            ax = plt.subplots()[1]
        last = len(self.step_loss) / self.steps_per_epoch
        for name, losses in (("discriminator", self.step_loss), ("generator", self.generator_loss)):
            epochs = np.linspace(0, last, len(losses) + 1)[1:]
            ax.plot(epochs, losses, **{"label": name, "linewidth": 0.7, **style})
        ax.axhline(math.log(4), color="black", linestyle=":", linewidth=0.8, label="log 4: D guesses")
        ax.set(xlabel="epoch", ylabel="loss per sample")
        return ax


class GAN(Estimator):
    """Generative adversarial network with one hidden layer on each side (Goodfellow et al. 2014).

    A step is a step of the discriminator on one batch of the data and as many samples of the generator;
    after every `n_discriminator_steps` of them the generator makes one, against new noise.

    Parameters
    ----------
    n_latent : int, default 100
        Dimension k of the noise z, drawn from N(0, I).
    n_hidden : int, default 128
        Width h of both hidden layers.
    output : {"sigmoid", "linear"}, default "sigmoid"
        Last layer of the generator. With a sigmoid the data must lie in [0, 1].
    loss : {"non-saturating", "saturating"}, default "non-saturating"
        What the generator lowers: the mean of -log D(G(z)), as in the sheet's listing, or that of log(1 - D(G(z))),
        as in (17), whose gradient vanishes where the discriminator wins.
    r1 : float, default 0
        gamma of the penalty gamma/2 ||dlogit/dx||² on the data (Mescheder et al. 2018); 0 is none.
    n_discriminator_steps : int, default 1
        Steps of the discriminator for each one of the generator.
    init : {"he", "xavier"} or float, default "he"
        Initialisation of the weights; a number is the standard deviation of all of them, 0.01 in the sheet.
    optimizer : {"adam", "sgd"}, default "adam"
        Each player has its own.
    momentum : float in [0, 1), default 0.5
        beta_1 of "adam" (0.5 as in Radford et al. 2016), mu of "sgd" (0 in the sheet).
    learning_rate : float, default 0.001
        Of the generator, for the mean over the samples (0.0002 in the sheet).
    discriminator_rate : float or None, default None
        Learning rate of the discriminator; None is that of the generator.
    schedule : {"constant", "cosine", "step"} or Schedule, default "constant"
        How both learning rates change: "cosine" lets them fall to zero at the last step. A `genmodels.optim.Schedule`
        has more settings, for example a warm-up; "plateau" is refused, because a game's losses do not tell progress.
    batch_size : int or None, default 64
        Samples of the data in each step; None takes all of them.
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
        ``G_W1`` (h, k), ``G_b1`` (h,), ``G_W2`` (d, h), ``G_b2`` (d,) of the generator,
        ``D_W1`` (h, d), ``D_b1`` (h,), ``D_W2`` (1, h), ``D_b2`` (1,) of the discriminator.
    history_ : Moves
        Losses of both players, the mean of D on both kinds of samples, and the spread of the generator's samples.
    n_features_in_ : int
        d.

    Notes
    -----
    A loss of log 4 does not tell success: a discriminator that learns nothing has it too. Look at ``history_.spread``.
    `fit` warns of a generator that has collapsed: if the last spread is below 0.1.

    Examples
    --------
    >>> from genmodels import GAN, data
    >>> X, y = data.shapes(200, random_state=0)
    >>> model = GAN(n_latent=10, n_hidden=32, epochs=20, random_state=0).fit(X)
    >>> model.sample(5, random_state=0).shape
    (5, 784)
    >>> model.discriminate(X).shape
    (200,)
    """

    _history = Moves
    history_: Moves

    def __init__(
        self,
        n_latent: int = 100,
        *,
        n_hidden: int = 128,
        output: str = "sigmoid",
        loss: str = "non-saturating",
        r1: float = 0.0,
        n_discriminator_steps: int = 1,
        init: str | float = "he",
        optimizer: str = "adam",
        momentum: float = 0.5,
        learning_rate: float = 0.001,
        discriminator_rate: float | None = None,
        schedule: str | Schedule = "constant",
        batch_size: int | None = 64,
        epochs: int = 100,
        dtype: Any = "float32",
        random_state: Any = None,
        verbose: bool | None = None,
    ) -> None:
        self.n_latent = n_latent
        self.n_hidden = n_hidden
        self.output = output
        self.loss = loss
        self.r1 = r1
        self.n_discriminator_steps = n_discriminator_steps
        self.init = init
        self.optimizer = optimizer
        self.momentum = momentum
        self.learning_rate = learning_rate
        self.discriminator_rate = discriminator_rate
        self.schedule = schedule
        self.batch_size = batch_size
        self.epochs = epochs
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose

    def sample(self, n: int = 1, random_state: Any = None) -> Array:
        """Return `n` samples of the generator, shape (n, d), the same ones for the same seed."""
        self._check_fitted()
        n, rng = check_count("n", n), check_rng(random_state)
        Z = rng.standard_normal((n, self.n_latent))  # (n, k)
        return self._rounded(generate(self._precise_params(), Z, output=self.output)[0])

    def logits(self, X: ArrayLike) -> Array:
        """Return the discriminator's logits of the rows of `X`, shape (n,): above 0 where it takes them for data."""
        X = self._check_data(X)
        return self._rounded(discriminate(self._precise_params(), X.astype(np.float64))[0])

    def discriminate(self, X: ArrayLike) -> Array:
        """Return D(x), the discriminator's probability that x comes from the data, for the rows of `X`, shape (n,).

        On data that it has not seen, and beside the same for samples, this tells how well it tells them apart.
        """
        return sigmoid(self.logits(X))

    def score(self, X: ArrayLike, y: Any = None) -> float:
        """Return minus the share by which this discriminator tells `X` from as many samples better than by guessing.

        Minus abs(2 accuracy - 1): 0 where its signs say nothing, which is the best, and -1 where they say everything.
        It needs data that were not learned, and is no sharper than this discriminator: one that learned nothing gives
        every generator a good score. The samples are always made from the same noise.
        """
        real, fake = self.logits(X), self.logits(self.sample(len(np.asarray(X)), random_state=0))
        return -abs(float(np.sign(real).mean() - np.sign(fake).mean())) / 2

    def _shapes(self, d: int) -> dict[str, tuple[int, ...]]:
        return shapes(d, self.n_latent, self.n_hidden)

    def _start(self, d: int, rng: np.random.Generator) -> Params:
        return init_params(rng, d, self.n_latent, self.n_hidden, init=self.init, dtype=self.dtype)

    def _optimizer(self, params: Params) -> Separate:
        groups: dict[str, SGD | Adam] = {}
        for player, prefix in PLAYERS.items():
            own = {name: p for name, p in params.items() if name.startswith(prefix)}
            groups[player] = Adam(own, beta_1=self.momentum) if self.optimizer == "adam" else SGD(own, self.momentum)
        ratio = 1.0 if self.discriminator_rate is None else self.discriminator_rate / self.learning_rate
        return Separate(groups, {"discriminator": ratio, "generator": 1.0})

    def _turns(self, X: Array) -> tuple[LossAndGradients, SecondTurn]:
        game = _Game(self, X)
        return game.discriminator, game.generator

    def _conclude(self, X: Array) -> None:
        spread = self.history_.spread
        if spread and spread[-1] < COLLAPSED:
            warnings.warn(
                f"the generator has collapsed: its samples deviate {spread[-1]:.2g} times as much as "
                "the data, so that z hardly matters, whatever the losses say. history_.spread shows since when.",
                UserWarning,
                stacklevel=3,
            )

    def _check_settings(self) -> None:
        for name in ("n_latent", "n_hidden", "n_discriminator_steps"):
            check_count(name, getattr(self, name))
        check_choice("output", self.output, ("linear", "sigmoid"))
        check_choice("loss", self.loss, GENERATOR_LOSSES)
        if isinstance(self.init, str):
            check_choice("init", self.init, INITIALIZERS)
        else:
            check_number("init", self.init, above=0)
        check_number("r1", self.r1, least=0)
        check_number("momentum", self.momentum, least=0, below=1)
        if self.discriminator_rate is not None:
            check_number("discriminator_rate", self.discriminator_rate, above=0)
        super()._check_settings()
        if Schedule.of(self.schedule).name == "plateau":
            raise ValueError(
                "schedule 'plateau' waits for a loss that does not fall any more, but the losses of a game do not tell "
                "progress: choose another one"
            )

    def _check_domain(self, X: Array) -> None:
        if self.output == "sigmoid":
            check_unit_interval(X, "the output is a sigmoid", "output='linear'")


class _Game:
    """The turns of both players in a step on the data `X`, with the buffers they share."""

    def __init__(self, model: GAN, X: Array) -> None:
        self.model, self.X = model, X
        self.works: dict[int, Work] = {}
        self.work: Work  # of the running step
        self.means: tuple[float, float]  # of D(x) and of D(G(z)) in it
        self.noise = np.random.default_rng(0).standard_normal((256, model.n_latent)).astype(X.dtype)  # for the spread
        self.deviation = math.sqrt(X.var(axis=0, dtype=np.float64).sum())

    def discriminator(self, params: Params, rows: Array, rng: np.random.Generator) -> tuple[Any, Params]:
        """Compute the discriminator's loss and gradients on these rows of the data."""
        n = len(rows)
        if n not in self.works:
            self.works[n] = Work.allocate(n, params)
        self.work = w = self.works[n]
        X = np.take(self.X, rows, axis=0, out=w.both[:n], mode="clip")
        Z = rng.standard_normal(w.Z.shape, w.Z.dtype, w.Z)
        X_g, _ = generate(params, Z, w, output=self.model.output, out=w.both[n:])
        loss, grads, delta = discriminator_step(params, X, X_g, w, r1=self.model.r1)
        self.means = 1 + float(delta[:n].sum()), float(delta[n:].sum())
        return loss, grads

    def generator(self, run: Run, rate: float) -> None:
        """Let the generator make its step if it is its turn, and record what happened."""
        w, history = self.work, cast("Moves", run.history)
        n = len(w.Z)
        if (run.step + 1) % self.model.n_discriminator_steps == 0:
            Z = run.rng.standard_normal(w.Z.shape, w.Z.dtype, w.Z)
            loss, grads, _ = generator_step(run.params, Z, w, loss=self.model.loss, output=self.model.output)
            run.check(loss, "the generator's loss")
            run.optimizer.step(grads, rate)
            history.generator_loss.append(float(loss))
        if run.position + n == len(self.X):
            spread = self.spread(run.params)
            run.check(spread, "the spread of the samples")
            history.spread.append(spread)
        history.real.append(self.means[0])
        history.fake.append(self.means[1])

    def spread(self, params: Params) -> float:
        """Deviation of the samples over z as a multiple of that of the data; 1 for data that do not vary."""
        X_g, _ = generate(params, self.noise, output=self.model.output)  # (256, d)
        deviation = math.sqrt(X_g.var(axis=0, dtype=np.float64).sum())
        return deviation / self.deviation if self.deviation else 1.0
