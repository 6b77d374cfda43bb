"""A file of finished tasks, which survives whatever ends the program that writes it.

Contents: `Journal`.

The file has a JSON object in each line. The first one says what the tasks belong to; each further one is the record of
a task. A record is on the disk before the next one is begun.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from genmodels.storage import reading

try:
    import fcntl
except ImportError:  # Windows: two writers are not kept apart there
    fcntl = None  # type: ignore[assignment]

FORMAT = "genmodels sweep 1"
_OTHER_FILE = "it is no results file of a sweep"


class Journal:
    """The records of a file, and the way to add to them.

    Parameters
    ----------
    path : path
        A file that does not exist yet, or that a journal of the same origin wrote. If its last line is torn, because
        the writer was killed, the line is removed.
    origin : mapping
        What the records belong to: anything that JSON can hold.

    Attributes
    ----------
    records : list of dict
        What the file held when it was opened, line by line.

    Raises
    ------
    ValueError
        If the file is of another origin, is damaged or none of this kind, if another process writes to it, or if its
        folder does not exist.
    """

    def __init__(self, path: str | os.PathLike[str], origin: Mapping[str, Any]) -> None:
        self.path = Path(path)
        if not self.path.absolute().parent.is_dir():
            raise ValueError(f"the results file {os.fspath(path)!r} must lie in a folder that exists")
        header = {"format": FORMAT, **origin}
        with reading(path):
            if self.path.exists() and not self.path.is_file():
                raise ValueError("it is not a regular file")
            self._file: IO[bytes] = self.path.open("a+b", buffering=0)
        try:
            with reading(path):
                _lock(self._file)
                self.records, self._end = self._read(header)
            if not self.records:
                self.append(header)
            del self.records[:1]
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def append(self, record: Mapping[str, Any]) -> None:
        """Write a record; when this returns it is on the disk, and if this fails nothing of it is in the file."""
        line = json.dumps(record, allow_nan=False).encode() + b"\n"
        self._file.truncate(self._end)  # where an interrupt came between a failure and its repair
        try:
            written = self._file.write(line)
            if written != len(line):
                raise OSError(f"only {written} of {len(line)} bytes could be written to {os.fspath(self.path)!r}")
            os.fsync(self._file.fileno())
        except BaseException:
            self._file.truncate(self._end)
            raise
        self._end += len(line)

    def _read(self, header: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
        """Return all lines, and their length in bytes; remove a torn one."""
        self._file.seek(0)
        *whole, torn = self._file.read().split(b"\n")
        if not whole and not json.dumps(header).encode().startswith(torn):
            raise ValueError(_OTHER_FILE)
        lines = [_parsed(number, line) for number, line in enumerate(whole, start=1)]
        if lines:
            _check_origin(lines[0], header)
        end = sum(len(line) + 1 for line in whole)
        self._file.truncate(end)
        return lines, end


def _lock(file: IO[bytes]) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ValueError("another sweep is writing to it") from None
    except OSError:  # some file systems of clusters have no locks
        return


def _parsed(number: int, line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line, parse_constant=float)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    raise ValueError(_OTHER_FILE if number == 1 else f"line {number} is damaged: {_short(line)}")


def _check_origin(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    if found.get("format") != wanted["format"]:
        raise ValueError(_OTHER_FILE)
    wanted = json.loads(json.dumps(wanted))
    other = [
        f"{name} {_short(found.get(name))} in the place of {_short(wanted.get(name))}"
        for name in wanted | found
        if found.get(name) != wanted.get(name)
    ]
    if other:
        raise ValueError(
            f"it belongs to another sweep, with {'; '.join(other)}. "
            "Name another file; remove this one if its results are not needed any more"
        )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:100]} ... {text[-90:]}"
