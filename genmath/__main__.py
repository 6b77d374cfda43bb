"""The command line: ``python -m genmath list | show | verify | uses | exercises | check``.

Exit status: 0 if every statement asked for stands, 1 if one does not, 2 if the command can't be carried out.  For an
answer to an exercise: 0 if it is right, 1 if it differs, 3 if it has no value somewhere, 4 if it can't be read, 5 if
it can't be decided.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from genmath import book, graph, tutor
from genmath.answers import check as checked
from genmath.calc import Claim, Counterexample, Judgement, Report, Statement
from genmath.tokens import LONGEST

FIELDS = ("label", "stem", "source", "kind", "verdict", "scope", "evidence", "mutants", "seconds")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    answer: list[str] = []
    if arguments[:1] == ["check"] and "--" in arguments:  # an answer may begin with a minus
        place = arguments.index("--")
        arguments, answer = arguments[:place], arguments[place + 1 :]
    options = parser().parse_args(arguments)
    if answer:
        options.answer += answer
    try:
        return options.run(options)
    except book.UnknownLabel as error:
        print(f"genmath: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="genmath", description="Statements about generative models, with proofs.")
    commands = top.add_subparsers(required=True, metavar="list | show | verify | uses | exercises | check")
    for name, run, about in (
        ("list", list_, "all statements, and what the sheet's inventory still owes"),
        ("show", show, "one statement with its proof"),
        ("verify", verify, "prove claims and refute counterexamples"),
        ("uses", uses, "what a statement rests on, and what falls with it"),
        ("exercises", exercises, "the exercises of a chapter, or all"),
        ("check", check, "check an answer to an exercise; on a terminal without an answer, try until it is right"),
    ):
        command = commands.add_parser(name, help=about, description=about)
        command.set_defaults(run=run)
        command.add_argument("--json", action="store_true", help="print JSON")
        if name == "exercises":
            command.add_argument("stem", metavar="STEM", nargs="?", help="a chapter, such as vae")
        if name == "check":
            command.add_argument("label", metavar="LABEL")
            about = "your formula, in quotes, behind --; - reads it from standard input"
            command.add_argument("answer", metavar="ANSWER", nargs="*", help=about)
        if name in ("show", "uses"):
            command.add_argument("label", metavar="LABEL")
        if name == "verify":
            command.add_argument("labels", metavar="LABEL", nargs="*", help="all statements by default")
            command.add_argument(
                "--cached", action="store_true", help="trust a verdict found for exactly these sources"
            )
    return top


def list_(options: argparse.Namespace) -> int:
    """Every statement with the verdict that is known for these sources."""
    rows = list(book.records(book.known()))
    if options.json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        _print_rows(rows)
    return 0


def verify(options: argparse.Namespace) -> int:
    """Verify statements; the status says whether all stand."""
    labels = options.labels or None
    for label in options.labels:
        book.find(label)
    found = _with_bar(labels, fresh=not options.cached)
    fallen = [label for label, report in found.items() if not book.passed(book.find(label), report)]
    rows = list(book.records(found, labels or None))
    if options.json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        _print_rows([row for row in rows if row["treated"]])
        owed = len(rows) - len(found)
        print(_summary(found, fallen) + (f", {owed} items of the sheet not yet treated" if owed else ""))
    for label in fallen:
        report = found[label]
        print(f"genmath: {label}: {report.verdict}: {report.detail} {report.point or ''}".rstrip(), file=sys.stderr)
    return 1 if fallen else 0


def show(options: argparse.Namespace) -> int:
    """One statement: what it says, its chain, its verdict, its mutants."""
    statement = book.find(options.label)
    report = book.reports([options.label])[options.label]
    if options.json:
        (row,) = book.records({options.label: report}, [options.label])
        print(json.dumps({**row, **_details(statement, report)}, indent=1, ensure_ascii=False))
        return 0
    print(f"{statement.label}: {statement.title}")
    print(f"  {statement.kind}, {statement.source or 'not in the sheet'}; {_badge(statement, report)}")
    for line in _lines(statement):
        print(f"  {line}")
    for mutant in report.mutants:
        print(
            f"  mutant, link {mutant.link}: {mutant.name}: {mutant.fate}"
            + (f" at {mutant.point}" if mutant.point else "")
        )
    if report.point:
        print(f"  point: {report.point}")
    return 0


def uses(options: argparse.Namespace) -> int:
    """What a statement rests on, and what would fall with it."""
    statement = book.find(options.label)
    near = graph.uses(book.STATEMENTS)
    users = graph.turned(near)
    if options.json:
        direct = {"uses": near[options.label], "used_by": users[options.label]}
        whole = {"rests_on": book.rests_on(options.label), "falls_with_it": book.used_by(options.label)}
        record = {"label": options.label, **direct, **whole}
        print(json.dumps(record, indent=1, ensure_ascii=False))
        return 0
    print(f"{options.label}: {statement.title}")
    for words, found in (("rests on", near), ("falls with it", users)):
        print("\n".join(_ways(words, graph.reached(found, options.label), options.label)))
    return 0


def _ways(words: str, found: dict[str, str], label: str) -> list[str]:
    """What is reached from a statement, a line each, with the statement through which it is reached."""
    if not found:
        return [f"{words}: nothing"]
    width = max(map(len, found))
    lines = [
        f"  {other:{width}}  {book.find(other).title}" + (f" (through {through})" if through != label else "")
        for other, through in found.items()
    ]
    return [f"{words}: {len(found)}", *lines]


def exercises(options: argparse.Namespace) -> int:
    """The exercises of a chapter, or all."""
    stems = [options.stem] if options.stem else list(book.EXERCISES_OF)
    rows = [{"stem": stem, **e.record()} for stem in stems for e in book.exercises_of(stem)]
    if options.json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
    elif sys.stdout.isatty():
        table = Table("label", "question", box=None, header_style="bold")
        for row in rows:
            table.add_row(row["label"], Text(row["prompt"]))
        Console().print(table)
    else:
        print("\n".join("\t".join((row["label"], row["stem"], row["prompt"])) for row in rows))
    return 0


def check(options: argparse.Namespace) -> int:
    """Whether an answer is right; the status says it too."""
    exercise = book.exercise(options.label)
    if not options.answer and not options.json and sys.stdin.isatty():
        return tutor.practise(exercise)
    answer = _piped() if options.answer in ([], ["-"]) else " ".join(options.answer)
    outcome = checked(exercise, answer)
    if options.json:
        print(json.dumps({"label": exercise.label, **outcome.record()}, indent=1, ensure_ascii=False))
    else:
        print("\n".join(tutor.lines(exercise, answer, outcome)))
    return tutor.STATUS[outcome.verdict]


def _piped() -> str:
    """An answer from standard input; the checker refuses what is longer than it reads here."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # as for what is typed as an argument
    return "" if sys.stdin.isatty() else sys.stdin.read(2 * LONGEST).strip()


def _with_bar(labels: list[str] | None, *, fresh: bool) -> dict[str, Report]:
    """Verdicts, with a bar on standard error if that is a terminal."""
    columns = (TextColumn("{task.description:32.32}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        count = len({x for label in labels or book.STATEMENTS for x in (label, *book.rests_on(label))})
        task = bar.add_task("", total=count)
        step: Callable[[str], None] = lambda label: bar.update(task, advance=1, description=label)  # noqa: E731
        return book.reports(labels, fresh=fresh, progress=step)


def _print_rows(rows: list[dict[str, Any]]) -> None:
    """A table on a terminal, tab-separated lines in a pipe."""
    cells = [[_cell(row, name) for name in FIELDS] for row in rows]
    if not sys.stdout.isatty():
        print("\n".join("\t".join(row) for row in [list(FIELDS), *cells]))
        return
    table = Table(*FIELDS, box=None, header_style="bold")
    for row in cells:
        table.add_row(*row)
    Console().print(table)


def _cell(row: dict[str, Any], name: str) -> str:
    if name == "mutants":
        return f"{row['mutants_refuted']}/{row['mutants']}" if row["mutants"] else ""
    if name == "verdict" and not row["treated"]:
        return "not yet treated"
    return "" if row[name] is None else str(row[name])


def _summary(found: dict[str, Report], fallen: list[str]) -> str:
    kinds = [book.find(label).kind for label in found]
    mutants = sum(len(r.mutants) for r in found.values())
    refuted = sum(r.mutants_refuted for r in found.values())
    standing = f"{len(found) - len(fallen)} of {len(found)} statements stand"
    return (
        f"{standing} ({kinds.count('claim')} claims, {kinds.count('definition')} definitions, "
        f"{kinds.count('counterexample')} counterexamples, {kinds.count('judgement')} judgements), "
        f"{refuted} of {mutants} mutants refuted"
    )


def _badge(statement: Statement, report: Report) -> str:
    if isinstance(statement, Judgement):
        return f"rests on: {statement.basis}"
    modulo = ", ".join(m.name for m in report.modulo) or "nothing"
    words = [
        str(report.verdict),
        f"scope: {report.scope}",
        f"evidence: {', '.join(report.evidence)}",
        f"modulo: {modulo}",
    ]
    return "; ".join(words)


def _lines(statement: Statement) -> list[str]:
    """The statement in LaTeX and words."""
    if isinstance(statement, Claim | Counterexample):
        given = [f"given {tex}" for tex in (*(g.tex() for g in statement.given), *statement.domains)]
    if isinstance(statement, Claim):
        chain = [f"{tex}    [{reason}]" if reason else tex for tex, reason in statement.chain()]
        return given + chain + [f"equality: {e.tex()}" for e in statement.equality]
    if isinstance(statement, Counterexample):
        works = [f"exhibited in the museum: {e.work}, {e.where}" for e in book.EXHIBITS if e.label == statement.label]
        said = "the sheet" if statement.source else "as printed"
        return [f"{said}: {statement.says}", statement.statement_tex(), *given, *works]
    return [f"the sheet: {statement.says}", statement.finding]


def _details(statement: Statement, report: Report) -> dict[str, Any]:
    return {
        "title": statement.title,
        "statement": _lines(statement),
        "mutants_detail": [
            {"name": m.name, "link": m.link, "fate": m.fate, "point": str(m.point or "")} for m in report.mutants
        ],
        "point": str(report.point) if report.point else None,
    }


if __name__ == "__main__":
    sys.exit(main())
