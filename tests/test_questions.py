"""What a page asks and is given, and that it is found once for the same sources."""

from __future__ import annotations

import json
import re

import pytest

from genmath import book, questions
from genmath.answers import exported
from genmath.questions import Question


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("GENMATH_CACHE", str(tmp_path))
    return tmp_path


def test_a_question_has_what_a_page_needs(folder):
    asked = questions.questions(["ae-grad-decoder"])["ae-grad-decoder"]

    assert (asked.stem, asked.claim, asked.shape) == ("autoencoder", "ae-grad-decoder", ("d", "k"))
    assert r"$\frac{\partial L}{\partial \mathbf{W}_d}$" in asked.prompt
    assert asked.answer == "(-2*(x - x_hat) ⊙ sigma'(a_d)) @ z'"
    assert asked.hints[:2] == ["The answer has the shape d×k.", "It holds x, x_hat, a_d, z, sigma."]
    assert {"name": "W_d", "aliases": [], "domain": "real", "shape": ["d", "k"]} in asked.data["symbols"]


def test_the_data_of_a_page_are_the_export_without_what_is_only_read(folder):
    whole = exported(book.exercise("gan-derivative"))

    data = questions.questions(["gan-derivative"])["gan-derivative"].data

    assert data["points"] == whole["points"]
    assert set(whole) - set(data) == {"claim", "prompt", "prompt_tex"}
    assert set(whole["symbols"][0]) - set(data["symbols"][0]) == {"tex", "meaning"}


def test_questions_survive_their_way_through_the_cache(folder):
    made = questions.questions(["kl-one", "bce-half"])

    again = questions.questions(["bce-half", "kl-one"])

    assert again == made
    assert [path.suffixes for path in folder.iterdir()] == [[".questions", ".json"]]


def test_what_is_kept_is_not_computed_again(folder, monkeypatch):
    questions.questions(["kl-one"])
    monkeypatch.setattr(questions, "_question", lambda exercise: pytest.fail(f"{exercise.label} is computed again"))

    assert isinstance(questions.questions(["kl-one"])["kl-one"], Question)


@pytest.mark.parametrize("broken", ["", "[{}]", '[{"label": "kl-one"}]', "[1]"])
def test_a_broken_cache_is_computed_again(folder, broken):
    (folder / f"{book.fingerprint()}.questions.json").write_text(broken)

    assert questions.questions(["bce-half"])["bce-half"].answer == "log(2)"


def test_other_sources_are_other_questions(folder, monkeypatch):
    questions.questions(["bce-half"])
    monkeypatch.setattr(book, "fingerprint", lambda: "other")

    questions.questions(["bce-half"])

    assert (folder / "other.questions.json").is_file()


def test_every_exercise_can_be_asked_with_formulas_that_are_closed():
    for label, asked in questions.questions().items():
        texts = [asked.prompt, *asked.hints, *(s["meaning"] for s in asked.symbols)]
        assert all(text.count("$") % 2 == 0 for text in texts), label
        assert not re.search(r"[{}]", re.sub(r"\$[^$]*\$|`[^`]*`", "", asked.prompt)), label
        assert len(json.dumps(asked.data)) < 40_000, label
