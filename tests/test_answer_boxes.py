"""The answer boxes in Chromium: the verdicts of the page are Python's, and a reader gets along with a keyboard alone.

One set of answers runs here and there: the corpus, hostile texts, random texts and formulas.  ``CHROMIUM`` names the
browser; without it the tests skip.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections import Counter
from pathlib import Path

import mpmath
import pytest

pytest.importorskip("sphinx", reason="Sphinx is not installed: nox -s site brings it")

from browsing import SITE, Visit, needs_site
from formulas import Writer, bytes_at_random, tokens_at_random
from small_site import ASKED, ROOT, built, written

from genmath import book
from genmath.answers import check
from genmath.questions import questions

SCRIPTS = ROOT / "docs" / "_static" / "answers"
CORPUS = json.loads((ROOT / "tests" / "answers.json").read_text(encoding="utf-8"))
LABELS = list(book.EXERCISES)
WITH_SYMBOLS = [label for label in LABELS if book.exercise(label).table.values]
SEVERAL = ("kl-one", "ae-grad-decoder", "kl-diagonal", "gan-derivative")
MILLISECONDS = 10
UNIT = 2.0**-53

ALL = "const all = Object.fromEntries(Object.entries(asked).map(([x, data]) => [x, new genmath.Exercise(data)]));"
CHECK_ALL = f"""([asked, cases]) => {{
  {ALL}
  return cases.map(([label, text]) => genmath.check(all[label], text));
}}"""
TIME_ALL = f"""([asked, cases]) => {{
  {ALL}
  return cases.map(([label, text]) => Math.min(...[1, 2, 3].map(() => {{
    const start = performance.now();
    genmath.check(all[label], text);
    return performance.now() - start;
  }})));
}}"""


@pytest.fixture(scope="module")
def tab(browser):
    """An empty page with the scripts, and no network."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    for name in ("tokens", "grammar", "terms", "balls", "check"):
        page.add_script_tag(path=SCRIPTS / f"{name}.js")
    yield page
    context.close()


@pytest.fixture(scope="module")
def asked():
    """The data of all exercises, as they stand in the pages."""
    return {label: question.data for label, question in questions().items()}


def told(cases):
    """Python's verdicts in doubles."""
    return [json.loads(json.dumps(check(book.exercise(x), text, doubles=True).record())) for x, text in cases]


def plain(cases):
    """Cases as a page gets them: what is no text for a browser is none here."""
    return json.loads(json.dumps([list(case) for case in cases]))


def alike(page, python):
    """Whether two outcomes are the same; a last digit of a long number may be another one."""
    numbers = ("yours", "expected")
    if {k: v for k, v in page.items() if k not in numbers} != {k: v for k, v in python.items() if k not in numbers}:
        return False
    return all(page.get(k) == python.get(k) or near(page.get(k), python.get(k)) for k in numbers)


def near(one, other):
    """Whether two texts are numbers that agree to the digits of a double."""
    try:
        return math.isclose(float(one), float(other), rel_tol=1e-14) and len(one) > len("0.1234567")
    except (TypeError, ValueError):
        return False


def different(tab, asked, cases):
    """The cases of which page and Python say something else."""
    cases = plain(cases)
    expected = told(cases)
    found = tab.evaluate(CHECK_ALL, [asked, cases])
    kinds = Counter(outcome["verdict"] for outcome in expected)
    return [(c, f, e) for c, f, e in zip(cases, found, expected, strict=True) if not alike(f, e)], kinds


# ---------------------------------------------------------------- the same verdicts


def test_the_page_judges_the_corpus_as_python_does(tab, asked):
    """Verdict, mistake, position, message, point, entry and values are the same."""
    cases = [(case["exercise"], case["answer"]) for kind in ("cases", "beyond_doubles") for case in CORPUS[kind]]

    wrong, kinds = different(tab, asked, cases)

    assert wrong == []
    assert set(kinds) == {"equal", "different", "undefined", "unreadable", "undecided"}


def test_the_page_gives_the_verdicts_of_the_corpus(tab, asked):
    """What the corpus wants of Python it wants of the page, with *equal* in the place of *proved*."""
    cases = [*CORPUS["cases"], *({**case, "verdict": case["doubles"]} for case in CORPUS["beyond_doubles"])]

    found = tab.evaluate(CHECK_ALL, [asked, [[case["exercise"], case["answer"]] for case in cases]])

    for case, outcome in zip(cases, found, strict=True):
        assert outcome["verdict"] == case["verdict"].replace("proved", "equal"), case
        assert outcome.get("mistake") == (case.get("mistake") if outcome["verdict"] == "different" else None), case


def test_the_page_takes_hostile_texts_as_python_does(tab, asked):
    wrong, kinds = different(tab, asked, [(label, text) for text in CORPUS["hostile"] for label in SEVERAL])

    assert wrong == []
    assert kinds["unreadable"] > len(CORPUS["hostile"])


def test_the_page_accepts_each_answer_and_names_each_mistake(tab, asked):
    """As they print: of every exercise its own answer, and the wrong ones that can be typed."""
    cases, names = [], []
    for label, exercise in book.EXERCISES.items():
        for name, node in {"": exercise.answer, **exercise.wrong}.items():
            try:
                cases.append((label, exercise.plain.text(node)))
            except ValueError:
                continue  # it holds a symbol that the exercise has no name for
            names.append(name)

    wrong, _ = different(tab, asked, cases)
    found = tab.evaluate(CHECK_ALL, [asked, plain(cases)])

    assert wrong == []
    for case, name, outcome in zip(cases, names, found, strict=True):
        assert outcome["verdict"] == ("different" if name else "equal"), case
        assert outcome.get("mistake", "") == name, case
    assert sum(map(bool, names)) > len(LABELS)


@pytest.mark.parametrize("write", [bytes_at_random, tokens_at_random], ids=["bytes", "tokens"])
def test_the_page_reads_random_texts_as_python_does(tab, asked, write):
    rng = random.Random(f"page {write.__name__}")

    wrong, kinds = different(tab, asked, [(rng.choice(LABELS), write(rng)) for _ in range(1500)])

    assert wrong == []
    assert kinds["unreadable"] > 1000


def test_the_page_judges_random_formulas_as_python_does(tab, asked):
    rng = random.Random("formulas of the page")
    chosen = [rng.choice(WITH_SYMBOLS) for _ in range(1500)]

    wrong, kinds = different(tab, asked, [(label, Writer(book.exercise(label), rng).formula()) for label in chosen])

    assert wrong == []
    assert kinds["different"] > 1000
    assert kinds["undefined"] > 20


def test_the_page_judges_answers_with_a_slip_of_the_finger_as_python_does(tab, asked):
    """Answers of the corpus in which characters are lost, doubled, exchanged or put in."""
    rng = random.Random("slips of the finger")
    cases = [slipped(rng.choice(CORPUS["cases"]), rng) for _ in range(1500)]

    wrong, kinds = different(tab, asked, cases)

    assert wrong == []
    assert min(kinds[kind] for kind in ("equal", "different", "unreadable")) > 50


def slipped(case, rng):
    """A case of the corpus with up to three changes of a character."""
    text = list(case["answer"])
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(text) + 1)
        change = rng.random()
        if change < 0.4:
            del text[at : at + 1]
        elif change < 0.7:
            text.insert(at, rng.choice("+-*/^()_'|xσ2.{}[] \\e,⊙@μ½²ᵀ"))
        else:
            text[at : at + 2] = text[at : at + 2][::-1]
    return case["exercise"], "".join(text)


def test_a_script_with_a_wrong_sign_is_noticed(browser, asked):
    """The comparison above is no comparison of a thing with itself."""
    context = browser.new_context()
    page = context.new_page()
    for name in ("tokens", "grammar", "terms", "balls", "check"):
        text = (SCRIPTS / f"{name}.js").read_text(encoding="utf-8")
        page.add_script_tag(content=text.replace("add(a, negative(b))", "add(a, b)"))

    wrong, _ = different(page, asked, [("kl-slope-log-var", "(exp(log_var) - 1)/2")])

    assert [outcome["verdict"] for _, outcome, _ in wrong] == ["different"]
    context.close()


@pytest.mark.parametrize(
    ("name", "script", "low", "high", "units"),
    [
        ("exp", "Math.exp", -600, 600, "8 relative"),
        ("log", "Math.log", 1e-12, 50, "8 relative"),
        ("tanh", "Math.tanh", -30, 30, "8 relative"),
        ("log1p", "Math.log1p", 0, 1, "8 relative"),
        ("sin", "Math.sin", -1e6, 1e6, "8 absolute"),
        ("cos", "Math.cos", -1e6, 1e6, "8 absolute"),
        ("erf", "genmath.erf", -7, 7, "16 absolute"),
    ],
)
def test_the_functions_of_the_browser_keep_half_of_their_bound(tab, name, script, low, high, units):
    """The errors that the arithmetic supposes are larger than those of this browser by a factor of two and more."""
    number, kind = units.split()
    rng = random.Random(name)
    points = [rng.uniform(low, high) * rng.choice((1, 1e-3, 1e-6) if low <= 0 else (1,)) for _ in range(3000)]

    found = tab.evaluate(f"points => points.map(x => {script}(x))", points)

    with mpmath.workdps(40):
        exact = [getattr(mpmath, name)(mpmath.mpf(x)) for x in points]
        bounds = [int(number) * UNIT * (abs(v) if kind == "relative" else 1) for v in exact]
        errors = [abs(mpmath.mpf(f) - v) / bound for f, v, bound in zip(found, exact, bounds, strict=True) if bound]
    assert max(errors) <= 0.5


def test_numbers_are_printed_as_in_python(tab):
    """The same digits, also where many of them are wanted."""
    rng = random.Random("digits")
    numbers = [rng.choice((1, -1)) * rng.random() * 10.0 ** rng.randrange(-30, 30) for _ in range(500)]
    numbers += [0.0, 1.0, -2.5, 999999.5, 0.1, 1e-5, 9.9999999e-6, 123456.5, 1234565.0, 2.0**-1060, 1e289]

    for digits in (6, 12, 17, 30, 48):
        found = tab.evaluate("([numbers, digits]) => numbers.map(v => genmath.decimal(v, digits))", [numbers, digits])

        assert found == [mpmath.nstr(mpmath.mpf(v), digits) for v in numbers]


def test_a_check_takes_ten_milliseconds_at_most(tab, asked):
    """Each answer of the corpus, and the hostile texts; the best of three, for other programs run too."""
    cases = [[case["exercise"], case["answer"]] for case in CORPUS["cases"]]
    cases += [[label, text] for text in CORPUS["hostile"] for label in SEVERAL]

    taken = sorted(tab.evaluate(TIME_ALL, [asked, plain(cases)]))

    assert taken[len(taken) // 2] <= 1
    assert taken[-1] <= MILLISECONDS


# ---------------------------------------------------------------- a reader at work


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A small site with four questions."""
    folder = written(tmp_path_factory.mktemp("boxes") / "site")
    done = built(folder)
    assert done.returncode == 0, done.stderr
    return folder / "_out"


@pytest.fixture
def visit(site, browser):
    """A page of it, opened as a file with the network blocked."""
    with Visit(browser, (site / "vae.html").as_uri(), site.as_uri(), 1280, "light") as opened:
        opened.context.set_offline(True)
        yield opened


def said(tab, label="kl-one"):
    """The verdict that stands in a box."""
    return tab.inner_text(f"#question-{label} [role=status]")


def typed(tab, text, label="kl-one"):
    """The verdict on a text that is typed and checked by Enter."""
    line = tab.locator(f"#question-{label} input")
    line.fill(text)
    line.press("Enter")
    return said(tab, label)


def test_an_exercise_is_done_with_the_keyboard_alone(visit):
    """From the top of the page: to the box, a wrong answer, its mistake, a hint, the right answer."""
    tab = visit.tab
    for _ in range(40):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.matches('#question-kl-one input')"):
            break
    tab.keyboard.type("mu^2 + sigma^2 - ln(sigma^2) - 1")
    tab.keyboard.press("Enter")
    first = said(tab)
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Space")
    hint = tab.inner_text("#question-kl-one .question-hints")
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("Home")
    tab.keyboard.type("(")
    tab.keyboard.press("End")
    tab.keyboard.type(")/2")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")

    assert "lost factor one half" in first
    assert "The exponent of the density has a one half" in first
    assert hint == "It holds mu, sigma."
    assert said(tab).startswith("✓ Right at 6 random points; nothing is proved")
    assert (visit.foreign, visit.failed, visit.said) == ([], [], [])


def test_a_verdict_is_spoken_and_belongs_to_its_line(visit):
    """The verdict changes inside of a live region that was there before; the line names it as its description."""
    tab = visit.tab
    before = tab.evaluate("""() => {
      window.place = document.querySelector('#question-kl-one [role=status]');
      window.changes = 0;
      new MutationObserver(found => { window.changes += found.length; }).observe(window.place, { childList: true });
      return window.place.textContent;
    }""")
    typed(tab, "mu")
    typed(tab, "mu")

    assert before == ""
    assert tab.evaluate("window.changes") == 2
    assert tab.evaluate("window.place.isConnected && window.place.textContent.length > 0")
    described = tab.get_attribute("#question-kl-one input", "aria-describedby")
    assert tab.get_attribute("#question-kl-one [role=status]", "id") == described
    named = tab.evaluate("document.querySelector('#question-kl-one input').labels[0].textContent")
    assert named == f"Your answer – {ASKED['kl-one']}"


def test_what_can_not_be_read_is_shown_with_its_place(visit):
    """The character is marked, told by its number, and the line is invalid until it can be read."""
    tab = visit.tab

    verdict = typed(tab, "😀mu + )2")
    mark = tab.inner_text("#question-kl-one mark")
    at_end = typed(tab, "(mu")
    invalid = tab.get_attribute("#question-kl-one input", "aria-invalid")
    typed(tab, "mu")

    assert "the character 'U+1F600' means nothing here" in verdict.replace("The", "the")
    assert "At character 1: 😀mu + )2" in verdict
    assert mark == "😀"
    assert "At the end: (mu␣" in at_end
    assert invalid == "true"
    assert tab.get_attribute("#question-kl-one input", "aria-invalid") == "false"


def test_what_can_not_be_decided_comes_with_advice(visit):
    verdict = typed(visit.tab, "(mu^2 + sigma^2 - ln(sigma^2) - 1)/2 + 10^12 - 10^12")

    assert verdict.startswith("? Can't decide. Numbers can't decide this")
    assert "ask the command below, which computes with more digits" in verdict


def test_a_difference_is_shown_with_its_point(visit):
    """Numbers in a line; matrices on demand."""
    tab = visit.tab

    numbers = typed(tab, "mu")
    matrices = typed(tab, "Delta_g @ W_g", "vae-grad-log-var")

    assert re.search(r"Yours: (-?[\d.]+), the answer: ([\d.]+)\.\s+At mu = -?\d+/101, sigma = \d+/101\.", numbers)
    assert "Yours in row 1, column 1: " in matrices
    assert "W_g = [" not in matrices
    tab.click("#question-vae-grad-log-var .question-verdict summary")
    assert "W_g = [" in said(tab, "vae-grad-log-var")


def test_what_is_typed_is_text_and_nothing_else(visit):
    """No markup that is typed becomes markup, in the verdict or in the command."""
    tab = visit.tab
    text = "<img src=x onerror=alert(1)>'\"$(id)`"

    verdict = typed(tab, text)

    assert text in verdict
    assert tab.locator("#question-kl-one img").count() == 0
    command = tab.inner_text("#question-kl-one .question-command")
    assert command == "python -m genmath check kl-one -- '" + text.replace("'", "'\\''") + "'"
    assert visit.said == []


def test_what_was_typed_survives_a_reload_and_can_be_cleared(visit):
    tab = visit.tab
    typed(tab, "mu^2 + σ", "kl-one")
    tab.fill("#question-bce-half input", "log(")

    tab.reload()
    kept = [tab.input_value(f"#question-{label} input") for label in ("kl-one", "bce-half", "vae-grad-log-var")]
    tab.fill("#question-kl-one input", "")
    tab.reload()

    assert kept == ["mu^2 + σ", "log(", ""]
    assert tab.input_value("#question-kl-one input") == ""
    assert said(tab) == ""


def test_a_browser_that_keeps_nothing_checks_all_the_same(site, browser):
    """Storage may be forbidden: reading and writing it then raises."""
    with Visit(browser, "about:blank", "about:", 1280, "light") as opened:
        opened.context.add_init_script(
            "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError'); } })"
        )
        opened.tab.goto((site / "vae.html").as_uri())

        assert typed(opened.tab, "log(2)", "bce-half").startswith("✓ Right")


def test_hints_come_one_by_one_and_end(visit):
    tab = visit.tab
    button = tab.locator("#question-vae-grad-log-var .question-hint")
    hints = questions(["vae-grad-log-var"])["vae-grad-log-var"].hints

    seen = []
    while button.is_enabled():
        button.click()
        seen.append(tab.locator("#question-vae-grad-log-var .question-hints li:visible").count())

    assert seen == list(range(1, len(hints) + 1))
    assert len(hints) >= 3


def test_without_a_script_the_box_says_so_and_gives_the_command(site, browser):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto((site / "vae.html").as_uri())

    text = tab.inner_text("#question-kl-one")

    assert "Without JavaScript this page can't check an answer" in text
    assert 'python -m genmath check kl-one -- "..."' in text
    assert not tab.is_visible("#question-kl-one input")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_verdicts_of_all_kinds_are_accessible_and_fit(site, browser, width, scheme):
    """With every fold open and every hint shown, at both widths and in both themes: axe content, nothing sideways."""
    from axe_playwright_python.sync_playwright import Axe

    answers = {
        "kl-one": ["mu^2", "(mu", "log(-sigma)", "mu + 10^12 - 10^12", "½(μ² + σ² − ln σ² − 1)"],
        "vae-grad-log-var": ["Delta_g @ W_g", "W_g @ Delta_g", "epsilon'", "x" * 500],
        "bce-half": ["0.69"],
    }
    with Visit(browser, (site / "vae.html").as_uri(), site.as_uri(), width, scheme) as opened:
        tab = opened.tab
        heads = set()
        for number in range(5):
            for label, texts in answers.items():
                heads.add(typed(tab, texts[min(number, len(texts) - 1)], label)[2:][:5])
                if tab.is_enabled(f"#question-{label} .question-hint"):
                    tab.click(f"#question-{label} .question-hint")
            tab.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
            tab.wait_for_timeout(50)

            assert opened.sideways() == []
            found = Axe().run(tab, options={"resultTypes": ["violations"], "preload": False}).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []
        assert heads == {"Diffe", "Can't", "Undef", "Right"}
        assert (opened.foreign, opened.failed, opened.said) == ([], [], [])


# ---------------------------------------------------------------- the built site


@needs_site
def test_every_exercise_stands_in_the_site_with_the_data_of_the_book(asked):
    """What the pages hold is what the verdicts above were taken with."""
    blocks = re.compile(r'<script[^>]*class="question-data"[^>]*>(.*?)</script>', re.DOTALL)
    texts = (page.read_text(encoding="utf-8") for page in sorted(SITE.rglob("*.html")))
    found = {(data := json.loads(block))["label"]: data for text in texts for block in blocks.findall(text)}

    assert found == json.loads(json.dumps(asked))


@needs_site
def test_a_newcomer_finds_an_exercise_gets_it_wrong_and_then_right(browser):
    """From the first page by three clicks, opened as files."""
    with Visit(browser, (SITE / "index.html").as_uri(), SITE.as_uri(), 1280, "light") as visit:
        tab = visit.tab
        tab.click("article .sd-card:has-text('Derive it yourself')")
        tab.wait_for_url("**/exercises.html*")  # to its end: a page left early cancels what it still asks for
        tab.click(f"article a:has-text('{questions_title('kl-one')}')")
        tab.wait_for_url("**/vae.html*")
        wrong = typed(tab, "(mu^2 + sigma^2 + ln(sigma^2) - 1)/2")
        right = typed(tab, "(mu^2 + sigma^2 - ln(sigma^2) - 1)/2")

        assert "turned sign of the logarithm. A wide Gaussian has a small density: the sign is a minus." in wrong
        assert right.startswith("✓ Right")
        assert (visit.foreign, visit.failed, visit.said) == ([], [], [])


def questions_title(label):
    """The title of a question on its page."""
    texts = (path.read_text(encoding="utf-8") for path in Path(ROOT, "docs", "chapters").glob("*.md"))
    return next(m[1] for text in texts if (m := re.search(rf"\{{question\}} {label} (.+)", text)))
