"""The command line: what it prints, and the status with which it ends."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from genmath import book
from genmath.__main__ import main

ROOT = Path(__file__).parent.parent
FIELDS = {
    "label", "stem", "source", "kind", "treated", "scope", "evidence", "modulo", "verdict", "uses", "mutants",
    "mutants_refuted", "seconds",
}  # fmt: skip


def run(*arguments, cwd=ROOT, **environment):
    return subprocess.run(
        [sys.executable, "-m", "genmath", *arguments],
        capture_output=True, text=True, cwd=cwd, env={**os.environ, "PYTHONPATH": str(cwd), **environment}, check=False,
    )  # fmt: skip


def test_list_prints_one_record_for_every_statement_and_every_item_that_is_owed(capsys):
    status = main(["list", "--json"])

    rows = json.loads(capsys.readouterr().out)
    assert status == 0
    assert all(set(row) == FIELDS for row in rows)
    assert len({row["label"] for row in rows}) == len(rows)
    assert [row["label"] for row in rows if row["treated"]] == list(book.STATEMENTS)
    assert {row["label"] for row in rows if not row["treated"]} == {i.label for i in book.ITEMS if not i.treated}
    assert all(row["verdict"] is None for row in rows if not row["treated"])


def test_list_gives_plain_columns_in_a_pipe():
    done = run("list")

    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[0].split("\t")[:2] == ["label", "stem"]
    assert any(line.startswith("sigmoid\tautoencoder\t(1)\tdefinition\t") for line in lines)
    owed = [f"{i.label}\t{i.stem}\t{i.place}\tclaim\tnot yet treated\t\t\t\t" for i in book.ITEMS if not i.treated]
    assert [line for line in lines if line.startswith("sheet-")] == owed


def test_what_is_shown_is_the_same_in_every_process(tmp_path):
    """Sets of words come in another order with another hash; nothing that is printed may follow it."""
    first, second = (
        run("show", "gan-grad-sample", PYTHONHASHSEED=seed, GENMATH_CACHE=str(tmp_path / seed)) for seed in ("1", "2")
    )

    assert "softplus(t)" in first.stdout
    assert "phi(t)" in first.stdout
    assert first.stdout == second.stdout


def test_a_closed_pipe_is_no_error():
    done = subprocess.run(
        f"{sys.executable} -m genmath list | head -1", shell=True, capture_output=True, text=True, cwd=ROOT, check=False
    )

    assert done.stderr == ""


def test_verify_of_some_statements_reports_them_alone(capsys):
    status = main(["verify", "--json", "sigmoid-slope", "ae-printed-decoder-bracket", "ae-jpeg"])

    rows = {row["label"]: row for row in json.loads(capsys.readouterr().out)}
    assert status == 0
    assert {label: row["verdict"] for label, row in rows.items()} == {
        "sigmoid-slope": "proved", "ae-printed-decoder-bracket": "refuted", "ae-jpeg": None,
    }  # fmt: skip
    assert rows["sigmoid-slope"]["mutants"] == rows["sigmoid-slope"]["mutants_refuted"] > 0


def test_verify_sums_up_in_words(capsys):
    status = main(["verify", "sigmoid-slope", "--cached"])

    last = capsys.readouterr().out.splitlines()[-1]
    assert status == 0
    assert last.startswith("1 of 1 statements stand (1 claims, 0 definitions")


def test_show_prints_chain_verdict_and_mutants(capsys):
    status = main(["show", "lae-eckart-young"])

    out = capsys.readouterr().out
    assert status == 0
    assert "modulo: Gram–Schmidt, spectral theorem" in out
    assert r"\ge" in out
    assert "equality:" in out
    assert "mutant, link 4" in out


@pytest.mark.parametrize("label", ["ae-printed-loss-gradient", "ae-jpeg", "ae-printed-decoder-bracket"])
def test_show_prints_what_the_sheet_says(label, capsys):
    assert main(["show", label]) == 0
    assert "the sheet:" in capsys.readouterr().out


def test_show_gives_its_record_with_the_details(capsys):
    assert main(["show", "ae-chain-rule", "--json"]) == 0

    row = json.loads(capsys.readouterr().out)
    assert set(row) > FIELDS
    assert row["mutants_detail"][0]["point"]


def test_uses_answers_in_both_directions(capsys):
    assert main(["uses", "ae-grad-code", "--json"]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert answer["rests_on"] == ["ae-delta-decoder"]
    assert {"ae-grad-encoder", "ae-grad-denoising"} <= {*answer["falls_with_it"]}
    assert answer["uses"] == ["ae-delta-decoder"]
    assert answer["used_by"] == ["ae-grad-encoder"]


def test_uses_prints_a_line_for_each_statement_with_the_way_to_it(capsys):
    assert main(["uses", "ae-grad-code"]) == 0

    title, rests, below, falls, *above = capsys.readouterr().out.splitlines()
    assert title == f"ae-grad-code: {book.find('ae-grad-code').title}"
    assert (rests, falls) == ("rests on: 1", f"falls with it: {len(above)}")
    assert below.split() == ["ae-delta-decoder", *book.find("ae-delta-decoder").title.split()]
    assert {line.split()[0] for line in above} == set(book.used_by("ae-grad-code"))
    assert [line for line in above if "ae-grad-denoising " in line and line.endswith("(through ae-grad-encoder)")]


def test_uses_says_nothing_where_there_is_nothing(capsys):
    assert main(["uses", "ae-jpeg"]) == 0
    assert "falls with it: nothing" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["show", "uses", "verify"])
def test_an_unknown_label_is_named_without_a_traceback(command):
    done = run(command, "ae-grad-decodr")

    assert done.returncode == 2
    assert done.stderr.startswith("genmath: no statement has the label 'ae-grad-decodr'; did you mean")
    assert done.stdout == ""


@pytest.mark.parametrize("arguments", [[], ["prove"], ["show"], ["list", "--xml"], ["verify", "--fast"]])
def test_a_wrong_command_is_refused_with_the_usage(arguments):
    done = run(*arguments)

    assert done.returncode == 2
    assert "usage: genmath" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("module", "old", "new", "label", "link"),
    [
        ("autoencoder.py", "delta_d.body @ z.T, ", "-delta_d.body @ z.T, ", "ae-grad-decoder", "link 1"),
        ("autoencoder.py", 'Link("=", delta_e @ x.T, ', 'Link("=", -delta_e @ x.T, ', "ae-grad-encoder", "link 3"),
        ("linear_autoencoder.py", "-2 * (W_d.T @ R @ X.T), ", "2 * (W_d.T @ R @ X.T), ", "lae-grad-encoder", "link 1"),
    ],
)
def test_one_turned_sign_makes_verify_fail_and_name_claim_and_link(module, old, new, label, link, tmp_path):
    shutil.copytree(ROOT / "genmath", tmp_path / "genmath")
    source = tmp_path / "genmath" / module
    text = source.read_text(encoding="utf-8")
    assert old in text
    source.write_text(text.replace(old, new, 1), encoding="utf-8")

    done = run("verify", label, cwd=tmp_path, GENMATH_CACHE=str(tmp_path / "cache"))

    assert done.returncode == 1
    assert f"genmath: {label}: refuted: {link}" in done.stderr
