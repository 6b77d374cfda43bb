"""What all public models share: scikit-learn's conventions without scikit-learn, training, files.

Contents: `Estimator`; `NotFittedError`; `column_names`.
"""

import dataclasses
import inspect
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from genmodels import storage
from genmodels.checkpoint import fingerprint, finite_arrays, pack, unpack
from genmodels.optim import OPTIMIZERS, SGD, Adam, Schedule, Separate, optimizer
from genmodels.training import History, LossAndGradients, Run, SecondTurn, train
from genmodels.validation import MATRIX, check_array, check_choice, check_count, check_flag, check_number, check_rng

Array = NDArray[Any]
_Path = str | os.PathLike[str]


class NotFittedError(ValueError, AttributeError):
    """A model is used before it was fitted (where scikit-learn is loaded, its own error of this name is raised)."""


class Estimator:
    """Base of the models that are trained in minibatches.

    The settings are the arguments of the model's constructor, stored as they come and checked by ``fit``.
    What ``fit`` learns has names that end in an underscore; ``params_`` and ``history_`` are always among them.
    A model adds `_shapes`, `_start` and `_loss_and_gradients`; one whose history has more lists, their class;
    one that can collapse, `_conclude`; one whose data have other axes, their names; one that learns from targets,
    `_samples`, `_sizes`, `_remember_targets` and `_recall_sizes`.
    """

    _history: type[History] = History
    _axes: tuple[str, ...] = MATRIX  # what one entry along each axis of the data is

    batch_size: int | None
    dtype: Any
    epochs: int
    learning_rate: float
    momentum: float
    optimizer: str
    random_state: Any
    schedule: str | Schedule
    verbose: bool | None

    params_: dict[str, Array]
    history_: History
    n_features_in_: int

    def _samples(self, X: Array, y: Any) -> Any:
        """Return what is learned from: `X`, or with checked targets a tuple of arrays, each with all samples."""
        return X

    def _sizes(self, samples: Any) -> Any:
        """Return what the shapes of the parameters depend on: the width of the data, or with targets a tuple."""
        return samples.shape[-1]

    def _shapes(self, sizes: Any) -> dict[str, tuple[int, ...]]:
        """Shapes of the parameters for data of these `_sizes`."""
        raise NotImplementedError

    def _start(self, sizes: Any, rng: np.random.Generator) -> dict[str, Array]:
        """Draw the parameters for data of these `_sizes`."""
        raise NotImplementedError

    def _loss_and_gradients(self, samples: Any) -> LossAndGradients:
        """Return the function that `train` descends on the samples."""
        raise NotImplementedError

    def _turns(self, samples: Any) -> tuple[LossAndGradients, SecondTurn | None]:
        """Return what a step on the samples descends, and what it does afterwards."""
        return self._loss_and_gradients(samples), None

    def _optimizer(self, params: dict[str, Array]) -> SGD | Adam | Separate:
        return optimizer(self.optimizer, self._trained(params), self.momentum)

    def _trained(self, params: dict[str, Array]) -> dict[str, Array]:
        """Those parameters that the optimiser changes."""
        return params

    def _check_domain(self, X: Array) -> None:
        """Raise ValueError if the model cannot take the values of `X`."""

    def _check_width(self, d: int) -> None:
        """Raise ValueError if the model cannot take data of width `d`."""

    def _conclude(self, X: Array) -> None:
        """Learn what can be learned after the training on `X`, and warn, at stack level 3, if the model collapsed."""

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
        Schedule.of(self.schedule)
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

    def _check_data(self, X: Any, *, domain: bool = True) -> Array:
        """Check the data that a fitted model is given, their `domain` too, and return them in the model's type."""
        self._check_fitted()
        own, names = getattr(self, "feature_names_in_", None), column_names(X)
        if own is not None and names is not None and list(own) != names:
            raise ValueError(
                "The feature names should match those that were passed during fit, in the same order: "
                f"{list(own)} is wanted, but {names} was given"
            )
        X = check_array(X, self._dtype, self._axes, width=self.n_features_in_, owner=type(self).__name__)
        if domain:
            self._check_domain(X)
        return X

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
        if names is not None:
            self.feature_names_in_ = np.array(names, dtype=object)

    def _remember_targets(self, y: Any) -> None:
        """Keep what a fitted model needs to know of the targets, if it learned from them."""

    def _recall_sizes(self, meta: dict[str, Any]) -> Any:
        """Take from a file's meta data what is known of the targets, and return the `_sizes`."""
        return self.n_features_in_

    # training

    def fit(
        self,
        X: ArrayLike,
        y: Any = None,
        *,
        checkpoint: _Path | None = None,
        checkpoint_every: int = 1,
        resume: _Path | None = None,
        callback: Callable[[Self], object] | None = None,
    ) -> Self:
        """Learn from the samples in `X`.

        Parameters
        ----------
        X : array-like, shape (n, d)
            A sample in each row; for a recurrent network sequences, shape (n, T, d).
        y : array-like, optional
            Targets, for a model that predicts; all others ignore them.
        checkpoint : path, optional
            Where to write the state of the training after every `checkpoint_every` epochs, at the end, and when it is
            interrupted. `load` reads it as a model.
        checkpoint_every : int, default 1
        resume : path, optional
            A checkpoint to continue from, of a model with the same settings on the same data. The result has the same
            bits as if there had been no interruption. The epochs may have been changed if the schedule does not depend
            on them: if it is "constant" or "plateau", without warm-up.
        callback : function, optional
            Called after every epoch with the model itself, which is fitted as far as the training has come: to draw
            samples, or to measure them, while it trains. What it returns is ignored. It must not change the model.

        Raises
        ------
        ValueError
            If a setting, the data or the checkpoint makes no sense.
        Divergence
            If a loss or a parameter becomes NaN or infinite; the last good parameters are kept.

        Warns
        -----
        UserWarning
            If it was interrupted (Ctrl-C): what was learned is kept. If the model has collapsed, which its class says
            more about.
        """
        self._check_settings()
        names, X = column_names(X), check_array(X, self.dtype, self._axes)
        self._check_domain(X)
        self._check_width(d := X.shape[-1])
        samples = self._samples(X, y)
        after = [] if checkpoint is None else [self._checkpoint_writer(checkpoint, samples, checkpoint_every)]
        after += [] if callback is None else [self._watcher(callback)]
        if resume is None:
            run = self._first_run(self._sizes(samples), self.random_state)
        else:
            run = self._resumed_run(resume, samples)
        self._forget()
        self._remember_columns(names, d)
        self._remember_targets(y)
        if not self._train(run, samples, after):
            if checkpoint is not None:
                self._write_checkpoint(checkpoint, run, samples)
            where = f"in epoch {run.epoch + 1} of {self.epochs}, after step {run.step}"
            warnings.warn(f"interrupted {where}: what was learned is kept", UserWarning, stacklevel=2)
        self._conclude(X)
        return self

    def _forget(self) -> None:
        """Remove what was learned before."""
        for name in [name for name in vars(self) if name.endswith("_")]:
            delattr(self, name)

    def _first_run(self, sizes: Any, random_state: Any) -> Run:
        rng = check_rng(random_state)
        params = self._start(sizes, rng)
        return Run(params, self._optimizer(params), rng, self._history())

    def _train(self, run: Run, samples: Any, after: Sequence[Callable[[Run], None]] = ()) -> bool:
        """Continue `run`, and keep what was learned, whatever happens; return False after an interrupt."""
        first, second = self._turns(samples)
        n = len(_arrays(samples)[0])
        schedule = Schedule.of(self.schedule)

        def on_epoch(run: Run) -> None:
            for call in after:
                call(run)

        try:
            return train(
                run,
                first,
                n,
                batch_size=self.batch_size or n,
                epochs=self.epochs,
                eta=self.learning_rate,
                schedule=schedule,
                earned=schedule.earned,
                second=second,
                on_epoch=on_epoch,
                verbose=self.verbose,
            )
        finally:
            self.params_, self.history_ = run.params, run.history

    def _checkpoint_writer(self, path: _Path, samples: Any, every: int) -> Callable[[Run], None]:
        check_count("checkpoint_every", every)
        if not Path(path).absolute().parent.is_dir():
            raise ValueError(f"the checkpoint {os.fspath(path)!r} must lie in a folder that exists")

        def write(run: Run) -> None:
            if run.epoch % every == 0 or run.epoch == self.epochs:
                self._write_checkpoint(path, run, samples)

        return write

    def _watcher(self, callback: Callable[[Self], object]) -> Callable[[Run], None]:
        if not callable(callback):
            raise ValueError(f"callback must be a function of the model, but {callback!r} was given")  # noqa: TRY004 - as all settings

        def watch(run: Run) -> None:
            self.params_, self.history_ = run.params, run.history
            callback(self)

        return watch

    def _write_checkpoint(self, path: _Path, run: Run, samples: Any) -> None:
        meta, arrays = self._pack(run.params, run.history)
        run_meta, run_arrays = pack(run)
        run_meta["data"] = fingerprint(*_arrays(samples))
        storage.write(path, {**meta, "run": run_meta}, {**arrays, **run_arrays})

    def _resumed_run(self, path: _Path, samples: Any) -> Run:
        """Read the checkpoint that a model of the same settings wrote while it learned the same data."""
        meta, arrays = storage.read(path)
        with storage.reading(path):
            saved = self._unpack(meta, arrays)
            if "run" not in meta:
                raise ValueError("it is a saved model, not a checkpoint")
            self._check_same_settings(saved)
            if meta["run"]["data"] != fingerprint(*_arrays(samples)):
                raise ValueError("it belongs to a training on other data")
            run = self._first_run(self._sizes(samples), random_state=0)
            for name, p in run.params.items():
                np.copyto(p, saved.params_[name])
            run.history = saved.history_
            unpack(run, meta["run"], arrays, len(_arrays(samples)[0]))
            return run

    def _check_same_settings(self, saved: Self) -> None:
        schedule = Schedule.of(self.schedule)
        free = {"verbose", "random_state"} | (set() if schedule.needs_end else {"epochs"})
        for name, value in saved.get_params().items():
            own = _plain(getattr(self, name))
            same = schedule == Schedule.of(value) if name == "schedule" else own == _plain(value)
            if name not in free and not same:
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
        if isinstance(model.schedule, dict):
            model.schedule = Schedule(**model.schedule)
        model._check_settings()
        model._remember_columns(meta["columns"], check_count("n_features", meta["n_features"]))
        shapes = {f"params/{name}": shape for name, shape in model._shapes(model._recall_sizes(meta)).items()}
        params = finite_arrays(arrays, shapes, np.dtype(model.dtype))
        model.params_ = {name.removeprefix("params/"): p for name, p in params.items()}
        sizes = {name: (arrays[name].size,) for name in cls._series()}
        series = finite_arrays(arrays, sizes, np.dtype(np.float64))
        steps_per_epoch = check_count("steps_per_epoch", meta["steps_per_epoch"])
        lists: dict[str, Any] = {name: values.tolist() for name, values in series.items()}
        model.history_ = cls._history(steps_per_epoch=steps_per_epoch, **lists)
        return model

    @classmethod
    def _series(cls) -> list[str]:
        """Names of the history's lists of numbers."""
        return [field.name for field in dataclasses.fields(cls._history) if field.name != "steps_per_epoch"]


def _arrays(samples: Any) -> tuple[Array, ...]:
    """List the arrays that are learned from: the data, and the targets if there are any."""
    return samples if isinstance(samples, tuple) else (samples,)


def _plain(value: Any) -> Any:
    """Turn a setting into what JSON can hold; a random generator becomes None, a schedule its settings."""
    if isinstance(value, Schedule):
        settings = {"name": value.name, "warm_up": value.warm_up, **value.given}
        return {name: _plain(setting) for name, setting in settings.items()}
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
