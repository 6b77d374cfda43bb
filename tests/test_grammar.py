"""How typed formulas are read: spellings, precedence, names, shapes, and what is refused with a position."""

from __future__ import annotations

import random

import pytest
from formulas import Writer

from genmath import book, notation
from genmath.answers import read
from genmath.balls import MANY, Unclear, Undefined, evaluated
from genmath.grammar import DEEPEST, parse
from genmath.places import places
from genmath.plain import Plain, number
from genmath.surface import Num, ShapeError
from genmath.terms import MOST_EXPONENT, MOST_STEPS, Misfit, lowered
from genmath.tokens import LONGEST, MOST_TOKENS, Unreadable, canonical, quoted, tokens

NETWORK, GAUSS, SUMS = (book.exercise(label) for label in ("ae-grad-decoder", "kl-one", "kl-diagonal"))
GAME, CODE = book.exercise("gan-derivative"), book.exercise("vae-code")


def meaning(exercise, text):
    """The expression that a text is, printed; spellings of one formula have one meaning."""
    return lowered(read(exercise, text), exercise.table)


def refusal(exercise, text):
    with pytest.raises(Unreadable) as caught:
        read(exercise, text)
    return caught.value


def valued(term, place):
    """The value with many bits, or why there is none."""
    try:
        return evaluated(term, place.many, MANY)
    except (Undefined, Unclear) as error:
        return type(error)


def agree(left, right):
    if not isinstance(left, list) or not isinstance(right, list):
        return Unclear in (left, right) or left == right
    pairs = [pair for rows in zip(left, right, strict=True) for pair in zip(*rows, strict=True)]
    return all(abs(a.value - b.value) <= 4 * (a.error + b.error) for a, b in pairs)


# ---------------------------------------------------------------- spellings


@pytest.mark.parametrize(
    ("exercise", "plain", "other"),
    [
        (GAUSS, "mu^2", "μ²"),
        (GAUSS, "mu^2", "µ^2"),
        (GAUSS, "mu^2", r"\mu^{2}"),
        (GAUSS, "mu^2", "mu**2"),
        (GAUSS, "mu^(-1)", "mu⁻¹"),
        (GAUSS, "mu^(-12)", "μ⁻¹²"),
        (GAUSS, "mu*sigma", "mu sigma"),
        (GAUSS, "mu*sigma", "μσ"),
        (GAUSS, "mu*sigma", r"\mu\sigma"),
        (GAUSS, "mu*sigma", r"\mu\cdot\sigma"),
        (GAUSS, "mu*sigma", "mu·sigma"),
        (GAUSS, "mu*sigma", "mu × sigma"),
        (GAUSS, "mu*sigma", r"\mu \, \sigma"),
        (GAUSS, "mu - sigma", "mu − sigma"),
        (GAUSS, "mu/sigma", r"\frac{\mu}{\sigma}"),
        (GAUSS, "mu/sigma", r"\dfrac{\mu}{\sigma}"),
        (GAUSS, "1/2", r"\frac12"),
        (GAUSS, "(mu + 1)/2", r"\frac{\mu+1}{2}"),
        (GAUSS, "log(sigma)", r"\ln\sigma"),
        (GAUSS, "log(sigma)", r"\log\left(\sigma\right)"),
        (GAUSS, "log(sigma)", r"\log{\sigma}"),
        (GAUSS, "log(sigma)", "ln(σ)"),
        (GAUSS, "log(sigma^2)", r"\log \sigma^2"),
        (GAUSS, "abs(mu)", "|mu|"),
        (GAUSS, "abs(mu)", r"\lvert \mu \rvert"),
        (GAUSS, "log(abs(mu))", "ln|mu|"),
        (GAUSS, "sqrt(sigma)", r"\sqrt{\sigma}"),
        (GAUSS, "sqrt(sigma)", "√σ"),
        (GAUSS, "sqrt(sigma)", "sigma^(1/2)"),
        (GAUSS, "exp(-mu)", "e^(-mu)"),
        (GAUSS, "exp(-mu)", "e^-mu"),
        (GAUSS, "exp(-mu)", "e^{-mu}"),
        (GAUSS, "exp(-mu)", r"\exp(-\mu)"),
        (GAUSS, "pi", "π"),
        (NETWORK, "x_hat", r"\hat{x}"),
        (NETWORK, "x_hat", r"\hat x"),
        (NETWORK, "x_hat", "x\u0302"),
        (NETWORK, "x_hat", r"\hat{\mathbf{x}}"),
        (NETWORK, "x_hat", r"\mathbf{\hat x}"),
        (NETWORK, "W_d", r"\mathbf{W}_d"),
        (NETWORK, "W_d", r"\boldsymbol{W}_{d}"),
        (NETWORK, "W_d'", "W_d^T"),
        (NETWORK, "W_d'", r"\mathbf{W}_d^\top"),
        (NETWORK, "W_d'", "W_d^{T}"),
        (NETWORK, "W_d'", r"W_d^{\top}"),
        (NETWORK, "W_d'", "W_d.T"),
        (NETWORK, "W_d'", "W_dᵀ"),
        (NETWORK, "W_d @ z", "W_d z"),
        (NETWORK, "x ⊙ x_hat", "x .* x_hat"),
        (NETWORK, "x ⊙ x_hat", r"x \odot \hat{x}"),
        (NETWORK, "x ⊙ x_hat", "x odot x_hat"),
        (NETWORK, "x ⊙ x_hat", "x ∘ x_hat"),
        (NETWORK, "sigma'(a_d)", "σ′(a_d)"),
        (NETWORK, "sigma'(a_d)", r"\sigma^{\prime}(\mathbf{a}_d)"),
        (NETWORK, "sigma'(a_d)", r"\sigma^\prime(a_d)"),
        (NETWORK, "sigma'(a_d)", "sigmoid'(a_d)"),
        (NETWORK, "norm(x)^2", "‖x‖²"),
        (NETWORK, "norm(x)^2", "||x||^2"),
        (NETWORK, "norm(x)^2", r"\lVert x \rVert^2"),
        (NETWORK, "norm(x)^2", r"\|x\|^2"),
        (NETWORK, "W_d z", "W_d(z)"),
        (NETWORK, "d*k", "dk"),
        (NETWORK, "d*k^2", "dk^2"),
        (SUMS, "sum_{i=1}^{k} mu_i", "sum_i mu_i"),
        (SUMS, "sum_{i=1}^{k} mu_i", r"\sum_{i=1}^k \mu_i"),
        (SUMS, "sum_{i=1}^{k} mu_i", "∑_i μ_i"),
        (SUMS, "sum_{i=1}^{k} mu_i", "Σ_i μᵢ"),
        (SUMS, "sum_{i=1}^{k} mu_i", "sum_i mu[i]"),
        (SUMS, "sum_{i=1}^{k} mu_i", r"\sum\limits_{i} \mu_{i}"),
        (GAME, "p_data_p", "p_data[p]"),
        (GAME, "p_data_p", r"p_{\mathrm{data},p}"),
        (GAME, "p_data_p", r"\mathbf{p}_{\mathrm{data}}[p]"),
        (CODE, "sigma ⊙ epsilon", r"\boldsymbol\sigma \odot \varepsilon"),
        (CODE, "sigma ⊙ epsilon", "sigma ⊙ eps"),
        (CODE, "sigma ⊙ epsilon", "σ ⊙ ϵ"),
    ],
)
def test_spellings_of_one_formula_have_one_meaning(exercise, plain, other):
    assert meaning(exercise, plain) == meaning(exercise, other)


@pytest.mark.parametrize(
    ("short", "bracketed"),
    [
        ("-mu^2", "-(mu^2)"),
        ("mu^2^3", "mu^(2^3)"),
        ("mu/sigma/2", "(mu/sigma)/2"),
        ("mu/sigma*2", "(mu/sigma)*2"),
        ("mu - sigma - 1", "(mu - sigma) - 1"),
        ("mu - sigma + 1", "(mu - sigma) + 1"),
        ("2 mu^2", "2 (mu^2)"),
        ("mu sigma + 1", "(mu sigma) + 1"),
        ("log(mu)^2", "(log(mu))^2"),
        ("ln sigma + 1", "ln(sigma) + 1"),
        ("ln(sigma)/2", "(ln(sigma))/2"),
        ("e^-mu^2", "e^(-(mu^2))"),
        ("e^mu sigma", "(e^mu) sigma"),
        ("2^-mu", "2^(-mu)"),
        ("mu*-sigma", "mu*(-sigma)"),
        ("mu^2 sigma", "(mu^2) sigma"),
        ("√σ mu", "(√σ) mu"),
    ],
)
def test_precedence_is_that_of_the_docstring(short, bracketed):
    assert meaning(GAUSS, short) == meaning(GAUSS, bracketed)


@pytest.mark.parametrize(
    ("short", "bracketed"),
    [
        ("sum_i mu_i sigma_i + 1", "(sum_i (mu_i sigma_i)) + 1"),
        ("2 sum_i mu_i sigma_i", "2 (sum_i (mu_i sigma_i))"),
        ("sum(mu)^2 + 1", "(sum(mu))^2 + 1"),
        ("2 sum(mu) k", "2 (sum(mu)) k"),
        ("sum_i sum_j mu_i sigma_j", "sum_i (sum_j (mu_i sigma_j))"),
        ("sum_i mu_i^2/2", "sum_i ((mu_i^2)/2)"),
    ],
)
def test_a_sum_takes_all_up_to_the_next_plus(short, bracketed):
    assert meaning(SUMS, short) == meaning(SUMS, bracketed)


@pytest.mark.parametrize(
    ("short", "bracketed"),
    [
        ("x ⊙ x_hat z'", "x ⊙ (x_hat z')"),
        ("2 x ⊙ x_hat", "(2 x) ⊙ x_hat"),
        ("x ⊙ x_hat + x", "(x ⊙ x_hat) + x"),
        ("W_d z'' ", "W_d (z'')"),
    ],
)
def test_the_elementwise_product_binds_less_than_the_matrix_product(short, bracketed):
    def shape_or_meaning(text):
        try:
            return meaning(NETWORK, text)
        except Misfit as error:
            return error.shapes

    assert shape_or_meaning(short) == shape_or_meaning(bracketed)


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("text", "position", "why"),
    [
        ("", 0, "empty"),
        ("   ", 3, "empty"),
        ("mu +", 4, "ends too early"),
        ("(mu", 3, "')' is missing"),
        ("mu)", 2, "can't stand here"),
        ("[mu)", 3, "']' is missing"),
        ("mu ++ ", 6, "ends too early"),
        ("* mu", 0, "can't stand here"),
        ("mu2", 2, "several ways"),
        ("mu 2", 3, "several ways"),
        ("(mu)2", 4, "several ways"),
        ("1/2 mu", 4, "two ways"),
        ("1/2(mu)", 3, "two ways"),
        ("mu/sigma mu", 9, "two ways"),
        ("e^2mu", 3, "two ways"),
        ("mu^2sigma", 4, "two ways"),
        ("log mu sigma", 7, "where log ends"),
        ("ln sigma/2", 8, "where ln ends"),
        ("log", 3, "too early"),
        ("log^2(mu)", 3, "power of a function"),
        ("√mu^2", 3, "√(x^2)"),
        (r"\sqrt12", 5, "more digits"),
        (r"\sqrt[3]{mu}", 5, "another root"),
        ("x", 0, "not a name"),
        ("sigmax", 0, "not a name"),
        ("mu_3", 0, "has no entries"),
        ("tan(mu)", 0, "not known"),
        (r"\int mu", 0, "not known"),
        ("\\", 0, "not known"),
        ("mu = 3", 3, "can't stand here"),
        ("mu, sigma", 2, "can't stand here"),
        ("１ + mu", 0, "no digit"),
        ("٣ mu", 0, "no digit"),
        ("mu^２", 3, "no digit"),
        ("ⅳ", 0, "no digit"),
        ("1.5.2", 3, "several ways"),
        ("mu.5", 2, "several ways"),
        ("mu.", 2, "a point"),
        ("1e-8", 1, "Euler"),
        ("2E5", 1, "Euler"),
        ("0.1234567890123", 0, "digits"),
        ("1234567890123", 0, "digits"),
        (f"mu^{MOST_EXPONENT + 1}", 3, "exponent"),
        ("mu^(-65)", 4, "exponent"),
        ("mu^(10^9)", 6, "exponent"),
        ("sigma'", 5, "behind a number"),
        ("tanh'(mu)", 0, "slope of tanh"),
        ("mu^^2", 3, "can't stand here"),
        ("mu²³⁻", 2, "raised exponent"),
        ("|mu", 3, "'|' is missing"),
        ("2|mu|", 1, "can't stand here"),
        ("sum_i i", 0, "how far"),
        ("sum i", 4, "'_' is missing"),
        ("sum_i=1^3 i", 5, "braces"),
        ("sum_{ij} mu", 5, "one letter"),
        ("sum_{i=x}^{3} i", 0, "begins at a number"),
        ("sum_{i=1}^{9999999} i", 0, "too long"),
        ("sum_{i=1}^{mu} i", 0, "no size"),
        ("sum_{i=0}^{3} i", 0, "from 1 on"),
        ("_", 0, "can't stand here"),
        ("mu_", 3, "index is missing"),
        ("mu_{}", 4, "index is missing"),
        ("mu_{i", 5, "letters and digits"),
        (r"\frac{mu}", 9, "too early"),
        (r"\hat{\hat{\hat{\hat{\hat{x}}}}}", 20, "too many accents"),
        ("mu\u200b", 2, "means nothing"),
        ("\u202emu", 0, "means nothing"),
        ("mu" + "\u0302" * 3, 0, "not a name"),
    ],
)  # fmt: skip
def test_what_can_not_be_read_is_refused_at_its_place(text, position, why):
    error = refusal(GAUSS, text)

    assert (error.position, why in str(error)) == (position, True), str(error)
    assert error.expected


@pytest.mark.parametrize(
    ("text", "position", "why"),
    [
        ("(x - x_hat) * x", 12, "write .* or ⊙"),
        ("x · x_hat", 2, "write .* or ⊙"),
        ("x^2", 1, "x ⊙ x"),
        ("x/x", 1, "nothing is divided"),
        ("2^x", 2, "an exponent is a number"),
        ("x_1_2", 0, "one index"),
        ("W_d_1", 0, "two indices"),
        ("W_d[1]", 0, "two indices"),
        ("W_d[i, 1]", 0, "no index here"),
        ("x[0]", 0, "count from 1"),
        ("x[1", 3, "',' is missing"),
        ("x[+]", 2, "a letter, a number"),
        ("d_1", 0, "has no entries"),
        ("sigma'''(x)", 0, "at most 2 primes"),
        ("W_dz", 0, "not a name"),
        ("sum_d x_d", 0, "already means"),
        ("sum_i x_i sum_i z_i", 10, "around this one"),
        ("sum_i x_i z_i", 0, "several sizes"),
        ("sigma", 5, "too early"),
    ],
)
def test_what_is_not_defined_for_matrices_is_refused(text, position, why):
    error = refusal(NETWORK, text)

    assert (error.position, why in str(error)) == (position, True), str(error)


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("x + z", "d×1 + k×1"),
        ("x + d", "d×1 + 1×1"),
        ("x ⊙ z", "d×1 ⊙ k×1"),
        ("x x_hat", "d×1 times d×1"),
        ("W_d x", "d×k times d×1"),
        ("W_d' z", "k×d times k×1"),
        ("tr(W_d)", "a trace of d×k"),
        ("diag(W_d)", "a diagonal of d×k"),
        ("sum_{i=1}^{k} x_i", "x, whose index runs to d, and a sum up to k"),
    ],
)
def test_shapes_that_do_not_fit_are_named(text, shapes):
    with pytest.raises(Misfit) as caught:
        read(NETWORK, text)

    assert caught.value.shapes == shapes


def test_two_columns_side_by_side_get_a_hint():
    with pytest.raises(Misfit, match="write a' b, a b' or a ⊙ b"):
        read(NETWORK, "x x_hat")


def test_a_free_index_has_its_own_range():
    with pytest.raises(Misfit):
        read(book.exercise("ae-chain-rule"), "g_q")


def test_a_number_beside_a_matrix_stands_in_every_entry():
    exact = places(NETWORK)[0].exact["x"]

    value = meaning(NETWORK, "1 - x").value(places(NETWORK)[0].point)

    assert value == exact.applyfunc(lambda v: 1 - v)


def test_a_number_that_is_no_literal_is_not_spread():
    with pytest.raises(Misfit):
        read(CODE, "mu + k")


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("1" * (LONGEST + 1), "longer than"),
        ("+1" * (MOST_TOKENS // 2 + 1), "more than"),
        ("(" * (DEEPEST + 1) + "mu" + ")" * (DEEPEST + 1), "nested"),
        ("-" * (DEEPEST + 2) + "mu", "nested"),
        ("exp(" * (DEEPEST + 1) + "mu" + ")" * (DEEPEST + 1), "nested"),
        ("e^" * (DEEPEST + 2) + "mu", "nested"),
        ("sum_{i=1}^{999} sum_{j=1}^{999} 1", "too long"),
    ],
)
def test_every_cap_is_kept(text, limit):
    assert limit in str(refusal(GAUSS, text))


def test_what_just_fits_the_caps_is_read():
    read(GAUSS, "(" * (DEEPEST - 1) + "mu" + ")" * (DEEPEST - 1))
    read(GAUSS, "1" + "+1" * ((MOST_TOKENS - 2) // 2))
    read(GAUSS, f"mu^{MOST_EXPONENT}")
    read(GAUSS, f"sum_{{i=1}}^{{{MOST_STEPS // 2}}} 1")


# ---------------------------------------------------------------- the letter T


def test_a_raised_t_is_a_power_of_a_scalar_where_t_is_a_symbol(monkeypatch):
    exercise = book.exercise("ae-grad-decoder")
    values = {**exercise.table.values, "T": Num(notation.i), "B": notation.W}
    table = type(exercise.table)(values, exercise.table.functions)
    largest = dict.fromkeys((notation.d, notation.k, notation.i), 5)
    from genmath.terms import meant

    power = meant(parse("d^T", table.vocabulary), table, largest)
    transposes = [meant(parse(text, table.vocabulary), table, largest) for text in ("W_d^T", "B^T")]

    assert power.op == "power"
    assert {term.op for term in transposes} == {"transpose"}


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("letter", "name"),
    [
        (r"\hat{\mathbf{x}}", "x_hat"),
        (r"\mathbf{W}_e", "W_e"),
        (r"\bar{L}_{\mathrm{px}}", "L_bar_px"),
        (r"\varepsilon", "epsilon"),
        (r"\boldsymbol{\mathsf{\delta}}'", "delta_prime"),
        (r"\mathbf{W}_{G1}", "W_G1"),
        (r"p(\mathbf{x})", ""),
        (r"\mathbf{b}^{\star}", ""),
        ("", ""),
        ("x + y", ""),
    ],
)
def test_a_letter_gives_the_name_that_is_typed(letter, name):
    assert canonical(letter) == name


def test_most_letters_of_the_notation_have_a_name():
    without = {row.letter for row in notation.TABLE if not canonical(row.letter)}

    assert len(without) < len(notation.TABLE) / 5


def test_positions_count_code_points():
    found = tokens("½ + x̂")

    assert [(t.text, t.at) for t in found] == [("½", 0), ("+", 2), ("x̂", 4), ("", 6)]


def test_a_run_of_letters_is_a_product_only_of_scalars():
    assert meaning(NETWORK, "dk") == meaning(NETWORK, "d k")
    with pytest.raises(Unreadable):
        read(NETWORK, "xz")


# ---------------------------------------------------------------- plain text and back


@pytest.mark.parametrize("label", sorted(book.EXERCISES))
def test_an_answer_printed_is_the_answer_read(label):
    exercise = book.exercise(label)

    again = meaning(exercise, exercise.typed)

    for place in places(exercise)[:2]:
        difference = place.point.value_of(again) - place.point.value_of(exercise.answer)
        assert all(abs(v.evalf(30)) < 1e-25 for v in difference)


@pytest.mark.parametrize("seed", range(200))
def test_random_formulas_print_and_read_again(seed):
    """What was read, lowered and printed has the same value, or none for the same reason."""
    exercise = (GAUSS, NETWORK, SUMS, GAME)[seed % 4]
    term = read(exercise, Writer(exercise, random.Random(f"print {seed}")).formula(4))

    again = read(exercise, exercise.plain.text(lowered(term, exercise.table)))

    for place in places(exercise)[:2]:
        assert agree(valued(term, place), valued(again, place))


def test_what_has_no_name_is_not_printed():
    with pytest.raises(ValueError, match="nothing in this exercise is called"):
        GAUSS.plain.text(notation.x)


def test_questions_print_what_answers_may_not_hold():
    loose = Plain({}, letters=True)

    assert loose.text(book.find("kl-one").start).startswith("integral[z from -infinity to infinity]")
    assert loose.text(book.find("ae-chain-rule").start) == "dL/dW_d[p, q]"
    assert loose.text(book.find("kl-two").start).startswith("E[")
    assert loose.text(book.find("ae-parameter-count").start).startswith("number of entries(W_e)")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2*d*k + d + k", "2*d*k + d + k"),
        ("(d - k)/n", "(d - k)/n"),
        ("-n", "-n"),
        ("2**d", "2^d"),
        ("1/d**2", "1/d^2"),
        ("(2*d)**(-3)", "1/(8*d^3)"),
        ("-2/n", "-2/n"),
    ],
)
def test_numbers_with_sizes_print_as_they_are_typed(value, text):
    sizes = {name: getattr(notation, name) for name in "dkn"}

    assert number(eval(value, {}, sizes))[0].replace(" ", "") == text.replace(" ", "")  # noqa: S307


def test_an_expression_without_a_text_is_refused():
    import sympy as sp

    with pytest.raises(ValueError, match="no text stands for"):
        number(sp.Function("f")(notation.d))


def test_lowering_never_meets_a_shape_that_reading_let_pass():
    """What the reader accepts, the language of the claims accepts."""
    rng = random.Random("shapes")
    for _ in range(300):
        exercise = rng.choice((GAUSS, NETWORK, SUMS, GAME))
        try:
            term = read(exercise, Writer(exercise, rng).formula())
        except Unreadable:
            continue
        try:
            node = lowered(term, exercise.table)
        except ShapeError as error:  # pragma: no cover
            pytest.fail(str(error))
        assert node.shape == term.shape


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("%", "'%'"),
        ("'", '"\'"'),
        (r"\mu", r"'\mu'"),
        ("μᵢ ∇", "'μᵢ ∇'"),
        ("\0\x1b[1m", "'U+0000U+001B[1m'"),
        ("\u00a0", "'U+00A0'"),
        ("\u202e", "'U+202E'"),
        ("\ud800", "'U+D800'"),
        ("😀", "'U+1F600'"),
    ],
)
def test_a_message_shows_familiar_characters_and_numbers_others(text, shown):
    """Neither a terminal nor a page is given what it may not print, or may obey."""
    assert quoted(text) == shown
