"""Files of trained models and checkpoints: ``.npz`` archives without pickle, written whole or not at all.

Contents: `write`, `read`, `reading`.

A file is an uncompressed zip archive of ``.npy`` arrays, which `numpy.load` opens too, and of one ``meta.json``.
`read` trusts nothing that the file says about itself: a declared size must equal the bytes that are there,
so a hostile file can claim no more memory than it occupies on the disk.
"""

import io
import json
import math
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
FORMAT = "genmodels 1"
_META = "meta.json"


def write(path: str | os.PathLike[str], meta: Mapping[str, Any], arrays: Arrays) -> None:
    """Write `meta` (anything that JSON can hold) and `arrays` to `path`.

    The bytes go to a neighbouring file first, which then takes the name:
    whoever reads `path` finds the old file or the new one, never half of it.
    The same contents give the same bytes.
    """
    path = Path(path)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            with zipfile.ZipFile(file, "w") as archive:
                text = json.dumps({"format": FORMAT, **meta}, allow_nan=False)
                archive.writestr(zipfile.ZipInfo(_META), text)
                for name, array in arrays.items():
                    buffer = io.BytesIO()
                    npy.write_array(buffer, array, allow_pickle=False)
                    archive.writestr(zipfile.ZipInfo(f"{name}.npy"), buffer.getvalue())
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def read(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Read what `write` wrote: the meta data and the arrays.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it cannot be read, or is no such archive: truncated, corrupted, compressed, or of another origin.
    """
    with reading(path), zipfile.ZipFile(io.BytesIO(_contents(Path(path)))) as archive:
        names = archive.namelist()
        if len(set(names)) < len(names):
            raise ValueError("a name occurs twice in the archive")
        members = {info.filename: _member(archive, info) for info in archive.infolist()}
        if _META not in members:
            raise ValueError(f"the archive holds no {_META}, so it is no file of genmodels")
        meta = json.loads(members.pop(_META))
        if not isinstance(meta, dict) or meta.get("format") != FORMAT:
            raise ValueError(f"{_META} does not say that the format is {FORMAT!r}")
        return meta, {name.removesuffix(".npy"): _array(name, data) for name, data in members.items()}


@contextmanager
def reading(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn whatever goes wrong inside, except a missing file, into a ValueError that names `path`."""
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:  # noqa: BLE001 - damaged bytes make zipfile, json and NumPy raise nearly anything
        reason = f"{error} is missing" if isinstance(error, KeyError) else str(error) or type(error).__name__
        raise ValueError(f"cannot read {os.fspath(path)!r}: {reason}") from None


def _contents(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        raise ValueError("it is not a regular file")
    return path.read_bytes()


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if info.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{info.filename!r} is compressed; genmodels writes and reads plain archives only")
    return archive.read(info)


def _array(name: str, data: bytes) -> NDArray[Any]:
    file = io.BytesIO(data)
    if not name.endswith(".npy") or npy.read_magic(file) != (1, 0):
        raise ValueError(f"{name!r} is no array in the format .npy, version 1.0")
    shape, fortran, dtype = npy.read_array_header_1_0(file)
    body = data[file.tell() :]
    if dtype.kind not in "fiu" or any(size < 0 for size in shape):
        raise ValueError(f"{name!r} must be an array of numbers, but it has the type {dtype} and the shape {shape}")
    if math.prod(shape) * dtype.itemsize != len(body):
        raise ValueError(f"{name!r} declares the shape {shape} of {dtype}, but {len(body)} bytes are there")
    return np.frombuffer(body, dtype).reshape(shape, order="F" if fortran else "C").copy(order="K")
