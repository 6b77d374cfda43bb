"""An embedding of digits: the hidden layer of a small classifier that has learned to tell them apart.

Chapter "Evaluation": distances of samples mean something between features, not between pixels.

===========  ==================================================  ==========
letter       meaning                                             shape
===========  ==================================================  ==========
n, d, h, K   samples, dimension of the data, features, classes
X            data, one sample in each row                        (n, d)
Y            1 in the column of a sample's class, else 0         (n, K)
W_1, b_1     weights and biases of the hidden layer              (h, d), (h,)
W_2, b_2     weights and biases of the logits                    (K, h), (K,)
H            features: values of the hidden layer                (n, h)
A, P         logits and probabilities of the classes             (n, K)
Delta_1      gradient of the loss by the arguments of H          (n, h)
Delta_2      gradient of the loss by A                           (n, K)
===========  ==================================================  ==========

Contents: `init_params`, `forward`, `backward`; `DigitEmbedding`.
"""

import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from genmodels.activations import affine, relu, relu_slope
from genmodels.estimator import Estimator, column_names
from genmodels.losses import cross_entropy, softmax
from genmodels.optim import Adam, Schedule
from genmodels.training import History, LossAndGradients, he
from genmodels.validation import check_count, check_labels, check_matrix, check_number

Array = NDArray[Any]
Params = dict[str, Array]


def init_params(rng: np.random.Generator, d: int, h: int, K: int, dtype: Any = np.float32) -> Params:
    """Draw the weights by He's initialisation; the biases are zero."""
    return {
        "W_1": he(rng, h, d, dtype),
        "b_1": np.zeros(h, dtype),
        "W_2": he(rng, K, h, dtype),
        "b_2": np.zeros(K, dtype),
    }


def forward(params: Params, X: Array) -> tuple[Array, Array]:
    """Compute the features H and the logits A of all samples, shapes (n, h) and (n, K)."""
    H = relu(affine(X, params["W_1"], params["b_1"]))  # (n, h)
    A = affine(H, params["W_2"], params["b_2"])  # (n, K)
    return H, A


def backward(params: Params, X: Array, H: Array, Delta_2: Array) -> Params:
    """Carry the slopes in the logits back to the gradients by all parameters.

    Parameters
    ----------
    params : dict of arrays
    X : array, shape (n, d)
    H : array, shape (n, h)
        The features that `forward` returned.
    Delta_2 : array, shape (n, K)
        Slopes of the loss in the logits, as `genmodels.losses.cross_entropy` returns them.

    Returns
    -------
    dict of arrays
        Gradients under the names, and of the shapes, of the parameters.
    """
    Delta_1 = (Delta_2 @ params["W_2"]) * relu_slope(H)  # (n, h)
    return {
        "W_1": Delta_1.T @ X,
        "b_1": Delta_1.sum(axis=0),
        "W_2": Delta_2.T @ H,
        "b_2": Delta_2.sum(axis=0),
    }


class DigitEmbedding(Estimator):
    """Features and class probabilities of digits, by a classifier with one hidden layer.

    The field's own embedding is the Inception network, trained on photographs (Salimans et al. 2016, Heusel et al.
    2017); for handwritten digits a small network that has learned digits does its work. Two numbers that come from
    different embeddings must not be compared.

    Parameters
    ----------
    n_hidden : int, default 32
        Width h of the hidden layer: the number of features.
    learning_rate : float, default 0.005
        Of Adam, for the mean over the samples of minus the log-probability of the right class.
    schedule : {"constant", "cosine", "step", "plateau"} or Schedule, default "cosine"
        How the learning rate changes: "cosine" lets it fall to zero at the last step. A `genmodels.optim.Schedule` has
        more settings, for example a warm-up.
    weight_decay : float, default 0.05
        How fast the weights shrink towards zero (Loshchilov & Hutter 2019).
    batch_size : int or None, default 64
        Samples in each step; None takes all of them.
    epochs : int, default 15
        How often every sample is seen.
    dtype : {"float32", "float64"}, default "float32"
    random_state : None, int or numpy.random.Generator, default None
        With the same int, the same number of threads and the same machine, the same bits.
    verbose : bool or None, default None
        Whether to show a progress bar; None: only on a terminal.

    Attributes
    ----------
    classes_ : array, shape (K,)
        The classes, in the order of the columns of the probabilities.
    params_ : dict of arrays
        ``W_1`` (h, d), ``b_1`` (h,), ``W_2`` (K, h), ``b_2`` (K,).
    history_ : History
        Losses by step and by epoch; ``history_.plot()`` draws them.
    n_features_in_ : int
        d.

    Examples
    --------
    >>> from genmodels import DigitEmbedding, data
    >>> X, y = data.digits()
    >>> embedding = DigitEmbedding(random_state=0).fit(X[:1000], y[:1000])
    >>> embedding.transform(X[1000:]).shape
    (797, 32)
    >>> embedding.score(X[1000:], y[1000:]) > 0.8
    True
    """

    optimizer = "adam"
    classes_: Array

    def __init__(
        self,
        n_hidden: int = 32,
        *,
        learning_rate: float = 0.005,
        schedule: str | Schedule = "cosine",
        weight_decay: float = 0.05,
        batch_size: int | None = 64,
        epochs: int = 15,
        dtype: Any = "float32",
        random_state: Any = None,
        verbose: bool | None = None,
    ) -> None:
        self.n_hidden = n_hidden
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.epochs = epochs
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # type: ignore[override]  # seconds need no checkpoints
        """Learn to tell the classes `y` of the rows of `X` apart.

        Parameters
        ----------
        X : array-like, shape (n, d)
        y : array-like, shape (n,)
            The class of each sample, of two kinds or more.

        Raises
        ------
        ValueError
            If a setting or the data make no sense.
        Divergence
            If a loss or a parameter becomes NaN or infinite; the last good parameters are kept.

        Warns
        -----
        UserWarning
            If it was interrupted (Ctrl-C): what was learned is kept.
        """
        self._check_settings()
        names, X = column_names(X), check_matrix(X, self.dtype)
        classes, members = np.unique(check_labels(y, len(X)), return_inverse=True)
        if len(classes) < 2:
            raise ValueError(f"y must hold at least 2 classes, but 1 class was given: {classes[0]!r}")
        self._forget()
        self.classes_ = classes
        self._remember_columns(names, X.shape[1])
        Y = np.eye(len(classes), dtype=X.dtype)[members]  # (n, K)
        run = self._first_run(X.shape[1], self.random_state)
        if not self._train(run, np.hstack([X, Y])):
            where = f"in epoch {run.epoch + 1} of {self.epochs}, after step {run.step}"
            warnings.warn(f"interrupted {where}: what was learned is kept", UserWarning, stacklevel=2)
        return self

    def transform(self, X: ArrayLike) -> Array:
        """Return the features of the rows of `X`, shape (n, h)."""
        return self._rounded(self._forward(X)[0])

    def fit_transform(self, X: ArrayLike, y: ArrayLike | None = None) -> Array:
        """Learn from the rows of `X` and their classes, and return their features."""
        return self.fit(X, y).transform(X)

    def predict_proba(self, X: ArrayLike) -> Array:
        """Return the probabilities of all classes for the rows of `X`, shape (n, K), in double precision."""
        return softmax(self._forward(X)[1])

    def predict(self, X: ArrayLike) -> Array:
        """Return the most probable class of each row of `X`, shape (n,)."""
        best = self._forward(X)[1].argmax(axis=1)
        return self.classes_[best]

    def score(self, X: ArrayLike, y: ArrayLike | None = None) -> float:
        """Return the share of the rows of `X` whose class is predicted rightly."""
        found = self.predict(X)
        return float((found == check_labels(y, len(found))).mean())

    def _forward(self, X: ArrayLike) -> tuple[Array, Array]:
        X = self._check_data(X)
        return forward(self._precise_params(), X.astype(np.float64))

    def _shapes(self, d: int) -> dict[str, tuple[int, ...]]:
        h, K = self.n_hidden, len(self.classes_)
        return {"W_1": (h, d), "b_1": (h,), "W_2": (K, h), "b_2": (K,)}

    def _start(self, d: int, rng: np.random.Generator) -> Params:
        return init_params(rng, d, self.n_hidden, len(self.classes_), self.dtype)

    def _optimizer(self, params: Params) -> Adam:
        return Adam(params, weight_decay=self.weight_decay)

    def _loss_and_gradients(self, X: Array) -> LossAndGradients:
        """Return the function to descend; the samples' classes stand in the columns behind the data."""
        d = self.n_features_in_

        def loss_and_gradients(params: Params, rows: Array, rng: np.random.Generator) -> tuple[Any, Params]:  # noqa: ARG001
            batch, Y = X[rows, :d], X[rows, d:]
            H, A = forward(params, batch)
            loss, Delta_2 = cross_entropy(A, Y)
            return loss, backward(params, batch, H, Delta_2)

        return loss_and_gradients

    def _pack(self, params: Params, history: History) -> tuple[dict[str, Any], dict[str, Array]]:
        meta, arrays = super()._pack(params, history)
        return {**meta, "classes": self.classes_.tolist()}, arrays

    def _recall_sizes(self, meta: dict[str, Any]) -> int:
        self.classes_ = np.array(meta["classes"])
        return self.n_features_in_

    def _check_settings(self) -> None:
        super()._check_settings()
        check_count("n_hidden", self.n_hidden)
        check_number("weight_decay", self.weight_decay, least=0)

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, TargetTags

        tags = super().__sklearn_tags__()
        tags.estimator_type, tags.target_tags = "classifier", TargetTags(required=True)
        tags.classifier_tags = ClassifierTags()
        return tags
