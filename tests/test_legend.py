"""What the letters of a formula mean, told from the table of notation."""

from __future__ import annotations

import pytest
import sympy as sp

from genmath import book
from genmath.calc import Counterexample
from genmath.legend import Letter, legend, meaning
from genmath.notation import d, fake_1, i, n, phi, sigma, square, t, x
from genmath.surface import Let, Num, Relation, Sigma, as_node


def letters(left, right=None):
    """The legend of a formula."""
    return legend([Counterexample("e", "", "", Relation(left, "=", left if right is None else right))])


@pytest.mark.parametrize("exhibit", book.EXHIBITS, ids=lambda e: e.label)
def test_every_letter_that_an_exhibit_shows_has_a_meaning(exhibit):
    shown = [book.find(label) for label in (exhibit.label, *book.find(exhibit.label).uses)]

    found = legend(shown)

    assert all(letter.tex and letter.meaning for letter in found)
    assert len({letter.tex for letter in found}) == len(found)


def test_every_symbol_in_the_point_of_an_exhibit_stands_in_its_legend():
    for exhibit in book.EXHIBITS:
        printed = book.find(exhibit.label)
        point = book.reports([exhibit.label])[exhibit.label].point.point
        names = {letter.name for letter in legend([printed, *map(book.find, printed.uses)])}

        told = [word for word in (*printed.values, *map(str, printed.sizes)) if f"{word} = " in point]

        assert set(told) <= names, exhibit.label


def test_a_symbol_is_told_by_letter_name_and_meaning():
    assert letters(t) == (Letter("t", "t", "a real number"),)


def test_a_symbol_of_a_shape_brings_its_sizes():
    assert [letter.tex for letter in letters(x)] == [r"\mathbf{x}", "d"]


def test_sizes_are_found_in_numbers_and_in_bounds_and_indices_are_not_told():
    assert [letter.tex for letter in letters(Num(1 / d), Sigma(i, 1, n, as_node(i)))] == ["d", "n"]


def test_a_function_and_its_slope_are_one_letter():
    assert letters(phi(t), phi.slope(t))[0] == Letter(r"\varphi", "phi", meaning(r"\varphi", "function"))
    assert len(letters(phi(t), phi.slope(t))) == 2


def test_an_abbreviation_comes_first_and_says_what_it_stands_for():
    found = letters(Let("L", sigma(t)))

    assert found[0] == Letter(r"L = \sigma\left(t\right)", "", meaning("L", "scalar"))
    assert [letter.name for letter in found[1:]] == ["sigma", "t"]


def test_a_sequence_is_told_by_its_letter_and_not_by_its_steps():
    found = legend([book.find("rnn-grad-W_hh")])

    states = [letter for letter in found if letter.meaning == "state after a step"]
    assert states == [Letter(r"\mathbf{h}", "", "state after a step")]
    assert {"W_xh", "x_seq"} <= {letter.name for letter in found}, "the point gives them values"
    assert not [letter for letter in found if "now" in letter.tex]


def test_two_things_of_one_letter_are_told_apart_by_their_shape():
    deviation = book.find("kl-one")

    assert Letter(r"\sigma", "sigma_1", "standard deviation of one coordinate of the code") in legend([deviation])
    assert meaning(r"\sigma", "function").startswith("logistic function")


def test_what_has_no_shape_shows_no_letters():
    assert legend([book.find("ae-printed-decoder-bracket")]) == ()
    assert legend([book.find("ae-jpeg")]) == ()


def test_a_letter_that_the_table_lacks_is_named():
    with pytest.raises(LookupError, match="the table of notation does not have Q_7 of the shape scalar"):
        letters(Let("Q_7", as_node(sp.Integer(1))))


def test_of_two_symbols_with_one_letter_each_has_its_own_meaning():
    """A density and a mean square are both a q."""
    assert fake_1.letter == square.letter

    (density,), (size,) = letters(fake_1), letters(square)

    assert (density.name, density.meaning) == ("fake_1", "density of the generator's samples at a point")
    assert (size.name, size.meaning) == ("square", "mean square of the numbers in a layer")


def test_an_exercise_tells_the_meaning_of_its_own_symbol():
    (q,) = (s for s in book.EXERCISES["gan-slope"].record()["symbols"] if s["name"] == "q")

    assert q["meaning"] == "density of the generator's samples at a point"
