"""The graph of statements: it is what they use, and what falls is what rests on, read backwards."""

import numpy as np

from genmath import book
from genmath.graph import reached, turned, uses

SMALL = {"d": ("b", "c"), "c": ("a",), "b": ("a",), "a": (), "e": ()}
GRAPH = uses(book.STATEMENTS)


def test_the_graph_of_the_book_is_what_its_statements_use():
    edges = {(label, used) for label, near in GRAPH.items() for used in near}

    assert edges == {(s.label, used) for s in book.STATEMENTS.values() for used in s.uses}


def test_a_label_that_is_named_twice_is_one_line():
    class Twice:
        uses = ("a", "b", "a")

    assert uses({"c": Twice()}) == {"c": ("a", "b")}


def test_no_statement_is_reached_from_itself():
    assert [label for label in GRAPH if any(label in GRAPH[other] for other in reached(GRAPH, label))] == []


def test_turned_twice_the_graph_has_the_same_lines():
    again = turned(turned(GRAPH))

    assert {label: set(near) for label, near in again.items()} == {label: set(near) for label, near in GRAPH.items()}


def test_the_nearest_come_first_with_the_one_through_which_they_are_reached():
    assert list(reached(SMALL, "d").items()) == [("b", "d"), ("c", "d"), ("a", "b")]
    assert list(reached(turned(SMALL), "a").items()) == [("c", "a"), ("b", "a"), ("d", "c")]


def test_nothing_is_reached_where_nothing_is_used():
    assert reached(SMALL, "e") == {}
    assert reached(turned(SMALL), "e") == {}


def test_a_ring_ends():
    assert reached({"a": ("b",), "b": ("a",)}, "a") == {"b": "a"}


def test_what_a_statement_rests_on_and_what_falls_with_it_is_what_powers_of_the_adjacency_say():
    """The book, the commands and the pages follow the same lines; here they are counted as a matrix."""
    labels = list(GRAPH)
    reach = np.array([[other in GRAPH[label] for other in labels] for label in labels])
    while (further := reach | (reach.astype(np.float32) @ reach.astype(np.float32) > 0)).sum() > reach.sum():
        reach = further

    for label, below, above in zip(labels, reach, reach.T, strict=True):
        assert set(book.rests_on(label)) == set(np.array(labels)[below]), label
        assert set(book.used_by(label)) == set(np.array(labels)[above]), label


def test_through_leads_one_step_nearer():
    users = turned(GRAPH)

    for other, through in reached(users, "log-tangent").items():
        assert through in GRAPH[other]
        assert through == "log-tangent" or through in reached(users, "log-tangent")
