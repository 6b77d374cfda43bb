"""What rests on what: the graph of statements, computed from what each of them uses.

A graph is a mapping from a statement's label to the labels next to it. Contents: the graph of some statements
(:func:`uses`), the same graph read backwards (:func:`turned`), everything that is reached from a statement
(:func:`reached`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

Graph = Mapping[str, tuple[str, ...]]


class Using(Protocol):
    """A statement, as far as the graph knows it."""

    @property
    def uses(self) -> Iterable[str]:
        """The labels that it names."""


def uses(statements: Mapping[str, Using]) -> Graph:
    """The labels that each statement names."""
    return {label: tuple(dict.fromkeys(statement.uses)) for label, statement in statements.items()}


def turned(graph: Graph) -> Graph:
    """What names each statement, in the order of the graph."""
    found: dict[str, list[str]] = {label: [] for label in graph}
    for label, near in graph.items():
        for other in near:
            found.setdefault(other, []).append(label)
    return {label: tuple(others) for label, others in found.items()}


def reached(graph: Graph, label: str) -> dict[str, str]:
    """Everything that is reached from a statement, nearest first, with the statement through which it is reached.

    >>> reached({"a": ("b",), "b": ("c",), "c": ()}, "a")
    {'b': 'a', 'c': 'b'}
    """
    found: dict[str, str] = {}
    waiting = [label]
    for through in waiting:
        for other in graph.get(through, ()):
            if other not in found and other != label:
                found[other] = through
                waiting.append(other)
    return found
