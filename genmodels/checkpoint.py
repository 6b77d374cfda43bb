"""Checkpoints: a training run taken apart into numbers and arrays, and put together again, bit for bit.

Contents: `pack`, `unpack`; `fingerprint`, `finite_arrays`.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genmodels.training import Run
from genmodels.validation import check_count, check_number

Array = NDArray[Any]
Shape = tuple[int, ...]
_GENERATORS = ("PCG64", "PCG64DXSM")  # their states are plain numbers
_PREFIX = "optimizer/"


def pack(run: Run) -> tuple[dict[str, Any], dict[str, Array]]:
    """Take apart what a run has beside its parameters and history: what JSON can hold, and arrays.

    Raises
    ------
    ValueError
        If the run's random generator is not of NumPy's default kind.
    """
    state = run.rng.bit_generator.state
    if state["bit_generator"] not in _GENERATORS:
        raise ValueError(f"a checkpoint needs the generator {_GENERATORS[0]}, but has {state['bit_generator']}")
    meta = {"rng": state, "position": run.position, "total": run.total, "terms": run.terms}
    return meta, {"order": run.order, **{_PREFIX + name: array for name, array in run.optimizer.state().items()}}


def unpack(run: Run, meta: Mapping[str, Any], arrays: Mapping[str, Array], n: int) -> None:
    """Complete a run on `n` samples, whose parameters and history are restored already, by what `pack` returned.

    Raises
    ------
    ValueError, KeyError
        If something is missing or makes no sense.
    """
    run.rng = _generator(meta["rng"])
    run.position = check_count("position", meta["position"], 0)
    run.total = check_number("total", meta["total"])
    run.terms = {name: check_number(name, total) for name, total in dict(meta["terms"]).items()}
    run.order = _order(arrays["order"], run.position, n)
    shapes = {_PREFIX + name: array.shape for name, array in run.optimizer.state().items()}
    state = finite_arrays(arrays, shapes)
    run.optimizer.restore({name.removeprefix(_PREFIX): array for name, array in state.items()})


def finite_arrays(arrays: Mapping[str, Array], shapes: Mapping[str, Shape], dtype: Any = None) -> dict[str, Array]:
    """Return the arrays named in `shapes`: all there, of that shape, finite, and of type `dtype` if one is given."""
    for name, shape in shapes.items():
        array = arrays[name]
        if array.shape != shape:
            raise ValueError(f"the array {name!r} must have the shape {shape}, but has {array.shape}")
        if dtype is not None and array.dtype != dtype:
            raise ValueError(f"the array {name!r} must have the type {dtype}, but has {array.dtype}")
        if not np.isfinite(array).all():
            raise ValueError(f"the array {name!r} contains NaN or infinity")
    return {name: arrays[name] for name in shapes}


def fingerprint(*arrays: Array) -> str:
    """Return a hash of the shapes, types and contents of arrays."""
    digest = hashlib.sha256()
    for X in arrays:
        digest.update(f"{X.shape} {X.dtype} ".encode())
        digest.update(np.ascontiguousarray(X).data)
    return digest.hexdigest()


def _generator(state: Any) -> np.random.Generator:
    name = state["bit_generator"]
    if name not in _GENERATORS:
        raise ValueError(f"the random generator must be one of {_GENERATORS}, but is {name!r}")
    bits = getattr(np.random, name)()
    bits.state = state
    return np.random.Generator(bits)


def _order(order: Array, position: int, n: int) -> Array:
    wanted = n if position else 0  # between two epochs there is no order
    if order.dtype != np.int64 or position > n or not np.array_equal(np.sort(order.ravel()), np.arange(wanted)):
        raise ValueError(f"the order of the samples must be a permutation of {wanted} numbers, {position} of them done")
    return order.ravel()
