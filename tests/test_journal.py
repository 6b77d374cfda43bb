"""The results file: whole lines only, one writer, one origin."""

import errno
import json
import os
import subprocess
import sys

import pytest

from genmodels import journal
from genmodels.journal import Journal

ORIGIN = {"function": "m:f", "grid": [{"x": 1}]}


def written(path, *records):
    with Journal(path, ORIGIN) as book:
        for record in records:
            book.append(record)
    return path.read_bytes()


def test_records_come_back_in_order(tmp_path):
    written(tmp_path / "r", {"a": 1}, {"b": [None, 0.1]})

    with Journal(tmp_path / "r", ORIGIN) as book:
        assert book.records == [{"a": 1}, {"b": [None, 0.1]}]


def test_the_first_line_says_what_the_records_belong_to(tmp_path):
    content = written(tmp_path / "r", {"a": 1})

    assert [json.loads(line) for line in content.splitlines()] == [{"format": "genmodels sweep 1", **ORIGIN}, {"a": 1}]


def test_a_record_is_on_the_disk_when_append_returns(tmp_path, monkeypatch):
    path, synced = tmp_path / "r", []

    def fsync(descriptor):
        synced.append(os.pread(descriptor, 10**6, 0))

    with Journal(path, ORIGIN) as book:
        monkeypatch.setattr(os, "fsync", fsync)
        book.append({"a": 1})

        assert synced == [path.read_bytes()]
        assert synced[0].endswith(b'{"a": 1}\n')


def test_a_torn_last_line_is_removed_when_the_file_is_opened(tmp_path):
    whole = written(tmp_path / "r", {"a": 1})
    (tmp_path / "r").write_bytes(whole + b'{"a": ')

    with Journal(tmp_path / "r", ORIGIN) as book:
        assert book.records == [{"a": 1}]
        assert (tmp_path / "r").read_bytes() == whole


@pytest.mark.parametrize("length", [0, 1, 30])
def test_a_torn_header_is_written_again(tmp_path, length):
    whole = written(tmp_path / "r")
    (tmp_path / "r").write_bytes(whole[:length])

    assert written(tmp_path / "r") == whole


class Trouble:
    """A file that takes some bytes, and then fails or is interrupted."""

    def __init__(self, file, error):
        self.file, self.error = file, error

    def write(self, line):
        self.file.write(line[:5])
        if self.error is None:
            return 5
        raise self.error

    def __getattr__(self, name):
        return getattr(self.file, name)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt(), None])
def test_a_record_that_is_not_written_whole_leaves_nothing(tmp_path, error):
    before = written(tmp_path / "r", {"a": 1})

    with Journal(tmp_path / "r", ORIGIN) as book:
        file, book._file = book._file, Trouble(book._file, error)
        with pytest.raises(OSError if error is None else type(error), match="only 5 of 9 bytes" if not error else None):
            book.append({"b": 2})
        assert (tmp_path / "r").read_bytes() == before
        book._file = file
        book.append({"c": 3})

    assert (tmp_path / "r").read_bytes() == before + b'{"c": 3}\n'


def test_what_an_interrupted_repair_leaves_is_removed_before_the_next_record(tmp_path):
    with Journal(tmp_path / "r", ORIGIN) as book:
        before = (tmp_path / "r").read_bytes()
        book._file.write(b'{"torn')
        book.append({"c": 3})

    assert (tmp_path / "r").read_bytes() == before + b'{"c": 3}\n'


def test_numbers_that_json_does_not_have_are_refused_and_leave_nothing(tmp_path):
    with Journal(tmp_path / "r", ORIGIN) as book:
        before = (tmp_path / "r").read_bytes()
        with pytest.raises(ValueError, match="not JSON compliant"):
            book.append({"a": float("nan")})

        assert (tmp_path / "r").read_bytes() == before


def test_a_second_writer_is_refused_and_harms_nothing(tmp_path):
    with Journal(tmp_path / "r", ORIGIN) as book:
        with pytest.raises(ValueError, match="r': another sweep is writing to it"):
            Journal(tmp_path / "r", ORIGIN)
        book.append({"a": 1})

    with Journal(tmp_path / "r", ORIGIN) as book:
        assert book.records == [{"a": 1}]


def test_the_lock_ends_with_its_process(tmp_path):
    script = (
        f"import os; from genmodels.journal import Journal; j = Journal({str(tmp_path / 'r')!r}, {ORIGIN!r}); "
        "j.append({'a': 1}); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script], check=False)

    with Journal(tmp_path / "r", ORIGIN) as book:
        assert book.records == [{"a": 1}]


@pytest.mark.parametrize("locks", ["refused", "unknown"])
def test_a_file_system_without_locks_is_no_hindrance(tmp_path, monkeypatch, locks):
    class Refusing:
        LOCK_EX = LOCK_NB = 0

        def flock(self, *_):
            raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(journal, "fcntl", Refusing() if locks == "refused" else None)

    assert written(tmp_path / "r", {"a": 1}).endswith(b'{"a": 1}\n')


@pytest.mark.parametrize(
    "content",
    [
        b"hello",
        b"hello\n",
        b"\n",
        b"[1]\n",
        b"{}\n",
        b'{"format": "another"}\n',
        b'{"a": 1}',
        b"\x00\xff\n",
        b'{"format": "genmodels sweep 1", "function": "other',
    ],
)
def test_a_file_of_another_kind_is_refused_and_left_alone(tmp_path, content):
    (tmp_path / "r").write_bytes(content)

    with pytest.raises(ValueError, match=r"cannot read .*r': it is no results file of a sweep"):
        Journal(tmp_path / "r", ORIGIN)

    assert (tmp_path / "r").read_bytes() == content


def test_a_file_of_another_origin_is_refused_with_all_that_differs(tmp_path):
    before = written(tmp_path / "r", {"a": 1})

    with pytest.raises(ValueError, match=r"another sweep, with function 'm:f' in the place of 'm:g'; grid \["):
        Journal(tmp_path / "r", {"function": "m:g", "grid": []})
    with pytest.raises(ValueError, match=r"with more None in the place of 3. Name another file"):
        Journal(tmp_path / "r", {**ORIGIN, "more": 3})

    assert (tmp_path / "r").read_bytes() == before


def test_a_long_difference_is_shown_by_its_ends(tmp_path):
    written(tmp_path / "r")

    with pytest.raises(ValueError, match="another sweep") as caught:
        Journal(tmp_path / "r", {**ORIGIN, "grid": list(range(10**4))})

    assert len(str(caught.value)) < 600
    assert "[0, 1, 2" in str(caught.value)
    assert "9998, 9999]" in str(caught.value)


def test_what_is_shown_of_a_value_ends_where_it_would_fill_two_lines():
    assert journal._short("a" * 198) == f"'{'a' * 198}'"
    assert journal._short("b" * 199) == f"'{'b' * 99} ... {'b' * 89}'"


def test_tuples_in_the_origin_are_lists_in_the_file(tmp_path):
    for _ in range(2):
        with Journal(tmp_path / "r", {"grid": [{"x": (1, 2)}]}):
            pass


@pytest.mark.parametrize("line", [b"{", b"[1]", b"", b"\x00\x00\x00", b"3"])
def test_a_damaged_line_in_the_middle_is_refused_and_not_repaired(tmp_path, line):
    content = written(tmp_path / "r") + line + b'\n{"a": 1}\n'
    (tmp_path / "r").write_bytes(content)

    with pytest.raises(ValueError, match=r"cannot read .*r': line 2 is damaged: b'"):
        Journal(tmp_path / "r", ORIGIN)

    assert (tmp_path / "r").read_bytes() == content


def test_a_folder_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"'.*nowhere.*r' must lie in a folder that exists"):
        Journal(tmp_path / "nowhere" / "r", ORIGIN)


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match="it is not a regular file"):
        Journal(tmp_path, ORIGIN)
