"""What all public models share: scikit-learn's conventions without scikit-learn, training, files.

Contents: `Estimator`; `NotFittedError`; `column_names`.
"""

import dataclasses
import inspect
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from genmodels import checkpoint, storage
from genmodels.optim import OPTIMIZERS, SCHEDULES, SGD, Adam, Separate, optimizer
from genmodels.training import History, LossAndGradients, Run, SecondTurn, train
from genmodels.validation import check_choice, check_count, check_flag, check_matrix, check_number, check_rng

Array = NDArray[Any]
_Path = str | os.PathLike[str]


class NotFittedError(ValueError, AttributeError):
    """A model is used before it was fitted (where scikit-learn is loaded, its own error of this name is raised)."""


class Estimator:
    """Base of the models that are trained in minibatches.

    The settings are the arguments of the model's constructor, stored as they come and checked by ``fit``.
    What ``fit`` learns has names that end in an underscore; ``params_`` and ``history_`` are always among them.
    A model adds `_shapes`, `_start` and `_loss_and_gradients`; one whose history has more lists, their class.
    """

    _history: type[History] = History

    batch_size: int | None
    dtype: Any
    epochs: int
    learning_rate: float
    momentum: float
    optimizer: str
    random_state: Any
    schedule: str
    verbose: bool | None

    params_: dict[str, Array]
    history_: History
    n_features_in_: int

    def _shapes(self, d: int) -> dict[str, tuple[int, ...]]:
        """Shapes of the parameters for data of width `d`."""
        raise NotImplementedError

    def _start(self, d: int, rng: np.random.Generator) -> dict[str, Array]:
        """Draw the parameters for data of width `d`."""
        raise NotImplementedError

    def _loss_and_gradients(self, X: Array) -> LossAndGradients:
        """Return the function that `train` descends on the data `X`."""
        raise NotImplementedError

    def _turns(self, X: Array) -> tuple[LossAndGradients, SecondTurn | None]:
        """Return what a step on the data `X` descends, and what it does afterwards."""
        return self._loss_and_gradients(X), None

    def _optimizer(self, params: dict[str, Array]) -> SGD | Adam | Separate:
        return optimizer(self.optimizer, self._trained(params), self.momentum)

    def _trained(self, params: dict[str, Array]) -> dict[str, Array]:
        """Those parameters that the optimiser changes."""
        return params

    def _check_domain(self, X: Array) -> None:
        """Raise ValueError if the model cannot take the values of `X`."""

    def _check_width(self, d: int) -> None:
        """Raise ValueError if the model cannot take data of width `d`."""

    # settings

    @classmethod
    def _signature(cls) -> list[inspect.Parameter]:
        return list(inspect.signature(cls).parameters.values())

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the settings by name."""
        return {p.name: getattr(self, p.name) for p in self._signature()}

    def set_params(self, **params: Any) -> Self:
        """Change settings by name; raise ValueError for a name that the model does not have."""
        names = list(self.get_params())
        for name, value in params.items():
            if name not in names:
                raise ValueError(f"{type(self).__name__} has no setting {name!r}; it has {', '.join(names)}")
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        changed = [p.name for p in self._signature() if repr(getattr(self, p.name)) != repr(p.default)]
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in changed)})"

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags

        transforms = (
            TransformerTags(preserves_dtype=[np.dtype(self.dtype).name]) if hasattr(self, "transform") else None
        )
        return Tags(
            estimator_type=None,
            target_tags=TargetTags(required=False),
            transformer_tags=transforms,
            input_tags=InputTags(),
        )

    def _check_settings(self) -> None:
        if self.batch_size is not None:
            check_count("batch_size", self.batch_size)
        check_count("epochs", self.epochs)
        check_number("learning_rate", self.learning_rate, above=0)
        check_choice("optimizer", self.optimizer, OPTIMIZERS)
        self._optimizer({})
        check_choice("schedule", self.schedule, SCHEDULES)
        if self.dtype not in ("float32", "float64", np.float32, np.float64):
            raise ValueError(f"dtype must be 'float32' or 'float64', but {self.dtype!r} was given")
        if self.verbose is not None:
            check_flag("verbose", bool(self.verbose) if self.verbose in (0, 1) else self.verbose)
        check_rng(self.random_state)

    # data

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "params_")

    def _check_fitted(self) -> None:
        if self.__sklearn_is_fitted__():
            return
        error: type[Exception] = NotFittedError
        if "sklearn" in sys.modules:
            error = sys.modules["sklearn"].exceptions.NotFittedError
        raise error(f"This {type(self).__name__} instance is not fitted yet: call fit before")

    def _check_data(self, X: Any) -> Array:
        """Check the data that a fitted model is given, and return them in the model's type."""
        self._check_fitted()
        own, names = getattr(self, "feature_names_in_", None), column_names(X)
        if own is not None and names is not None and list(own) != names:
            raise ValueError(
                "The feature names should match those that were passed during fit, in the same order: "
                f"{list(own)} is wanted, but {names} was given"
            )
        return check_matrix(X, self._dtype, width=self.n_features_in_, owner=type(self).__name__)

    @property
    def _dtype(self) -> Any:
        return next(iter(self.params_.values())).dtype

    def _precise_params(self) -> dict[str, Array]:
        """Return the parameters in float64: what they compute hardly depends on which samples stand side by side."""
        return {name: p.astype(np.float64) for name, p in self.params_.items()}

    def _rounded(self, array: Array) -> Array:
        return array.astype(self._dtype, copy=False)

    def _remember_columns(self, names: list[str] | None, width: int) -> None:
        self.n_features_in_ = width
        self.__dict__.pop("feature_names_in_", None)
        if names is not None:
            self.feature_names_in_ = np.array(names, dtype=object)

    # training

    def _fit(self, X: Any, path: _Path | None, every: int, resume: _Path | None) -> Array:
        """Check everything, then learn from `X`, and return it as it was learned from: what `fit` of a model calls."""
        self._check_settings()
        names, X = column_names(X), check_matrix(X, self.dtype)
        self._check_domain(X)
        self._check_width(d := X.shape[1])
        run = self._first_run(d, self.random_state) if resume is None else self._resumed_run(resume, X)
        self._remember_columns(names, d)
        self._train(run, X, path, every)
        return X

    def _first_run(self, d: int, random_state: Any) -> Run:
        rng = check_rng(random_state)
        params = self._start(d, rng)
        return Run(params, self._optimizer(params), rng, self._history())

    def _train(self, run: Run, X: Array, path: _Path | None, every: int) -> None:
        """Continue `run` on `X`, write checkpoints to `path`, and keep what was learned, whatever happens."""
        on_epoch = None if path is None else self._checkpoint_writer(path, X, every)
        first, second = self._turns(X)
        try:
            finished = train(
                run,
                first,
                len(X),
                batch_size=self.batch_size or len(X),
                epochs=self.epochs,
                eta=self.learning_rate,
                schedule=SCHEDULES[self.schedule],
                second=second,
                on_epoch=on_epoch,
                verbose=self.verbose,
            )
        finally:
            self.params_, self.history_ = run.params, run.history
        if not finished:
            where = f"in epoch {run.epoch + 1} of {self.epochs}, after step {run.step}"
            warnings.warn(f"interrupted {where}: what was learned is kept", UserWarning, stacklevel=4)
            if path is not None:
                self._write_checkpoint(path, run, X)

    def _checkpoint_writer(self, path: _Path, X: Array, every: int) -> Callable[[Run], None]:
        check_count("checkpoint_every", every)
        if not Path(path).absolute().parent.is_dir():
            raise ValueError(f"the checkpoint {os.fspath(path)!r} must lie in a folder that exists")

        def write(run: Run) -> None:
            if run.epoch % every == 0 or run.epoch == self.epochs:
                self._write_checkpoint(path, run, X)

        return write

    def _write_checkpoint(self, path: _Path, run: Run, X: Array) -> None:
        meta, arrays = self._pack(run.params, run.history)
        run_meta, run_arrays = checkpoint.pack(run)
        run_meta["data"] = checkpoint.fingerprint(X)
        storage.write(path, {**meta, "run": run_meta}, {**arrays, **run_arrays})

    def _resumed_run(self, path: _Path, X: Array) -> Run:
        """Read the checkpoint that a model of the same settings wrote while it learned the same data."""
        meta, arrays = storage.read(path)
        with storage.reading(path):
            saved = self._unpack(meta, arrays)
            if "run" not in meta:
                raise ValueError("it is a saved model, not a checkpoint")
            self._check_same_settings(saved)
            if meta["run"]["data"] != checkpoint.fingerprint(X):
                raise ValueError("it belongs to a training on other data")
            run = self._first_run(X.shape[1], random_state=0)
            for name, p in run.params.items():
                np.copyto(p, saved.params_[name])
            run.history = saved.history_
            checkpoint.unpack(run, meta["run"], arrays, len(X))
            return run

    def _check_same_settings(self, saved: Self) -> None:
        free = {"verbose", "random_state"} | ({"epochs"} if self.schedule == "constant" else set())
        for name, value in saved.get_params().items():
            own = _plain(getattr(self, name))
            if name not in free and own != value:
                raise ValueError(f"it was written with {name}={value!r}, but the model has {name}={own!r}")
        if saved.history_.epoch_loss and len(saved.history_.epoch_loss) > self.epochs:
            raise ValueError(f"it has {len(saved.history_.epoch_loss)} epochs already, but epochs={self.epochs}")

    # files

    def save(self, path: _Path) -> None:
        """Write the fitted model to `path`, as an ``.npz`` archive without pickle."""
        self._check_fitted()
        storage.write(path, *self._pack(self.params_, self.history_))

    @classmethod
    def load(cls, path: _Path) -> Self:
        """Read a fitted model from what `save` or a checkpoint wrote to `path`.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file cannot be read, or does not hold a model of this class.
        """
        meta, arrays = storage.read(path)
        with storage.reading(path):
            return cls._unpack(meta, arrays)

    def _pack(self, params: dict[str, Array], history: History) -> tuple[dict[str, Any], dict[str, Array]]:
        meta = {
            "model": type(self).__name__,
            "settings": {name: _plain(value) for name, value in self.get_params().items()},
            "n_features": self.n_features_in_,
            "columns": list(getattr(self, "feature_names_in_", [])) or None,
            "steps_per_epoch": history.steps_per_epoch,
        }
        series = {name: np.array(getattr(history, name)) for name in self._series()}
        return meta, {**series, **{f"params/{name}": p for name, p in params.items()}}

    @classmethod
    def _unpack(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Self:
        if meta["model"] != cls.__name__:
            raise ValueError(f"it holds a model of the kind {meta['model']!r}, but {cls.__name__!r} is wanted")
        model = cls().set_params(**meta["settings"])
        model._check_settings()
        model._remember_columns(meta["columns"], check_count("n_features", meta["n_features"]))
        shapes = {f"params/{name}": shape for name, shape in model._shapes(model.n_features_in_).items()}
        params = checkpoint.finite_arrays(arrays, shapes, np.dtype(model.dtype))
        model.params_ = {name.removeprefix("params/"): p for name, p in params.items()}
        sizes = {name: (arrays[name].size,) for name in cls._series()}
        series = checkpoint.finite_arrays(arrays, sizes, np.dtype(np.float64))
        steps_per_epoch = check_count("steps_per_epoch", meta["steps_per_epoch"])
        lists: dict[str, Any] = {name: values.tolist() for name, values in series.items()}
        model.history_ = cls._history(steps_per_epoch=steps_per_epoch, **lists)
        return model

    @classmethod
    def _series(cls) -> list[str]:
        """Names of the history's lists of numbers."""
        return [field.name for field in dataclasses.fields(cls._history) if field.name != "steps_per_epoch"]


def _plain(value: Any) -> Any:
    """Turn a setting into what JSON can hold; a random generator becomes None."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, type | np.dtype):
        return np.dtype(value).name
    return None if isinstance(value, np.random.Generator) else value


def column_names(X: Any) -> list[str] | None:
    """Return the names of a data frame's columns if all of them are strings."""
    columns = getattr(X, "columns", None)
    if columns is None or not all(isinstance(name, str) for name in columns):
        return None
    return list(columns)
