r"""How generated samples are judged: inception score, kernel distance, precision and recall, and what they do not see.

Chapter ``docs/chapters/evaluation.md``.

Notation (all of it in :mod:`genmath.notation`): ``table_y`` a classifier's probabilities of ``K`` classes for ``n``
samples, one a column, ``mean_y`` their mean; ``real``, ``fake`` two distributions on ``m`` points, ``gram`` the kernel
of these points, ``maps`` their features; ``hits`` which of ``n`` samples lie near to a sample of the other kind.

Contents: the inception score between 1 and K, the kernel distance as a square, its estimate without bias, precision
and recall, what the sheet says.  The Fréchet distance stands in :mod:`genmath.frechet`, the classifier in
:mod:`genmath.classifier`.
"""

from __future__ import annotations

import random

import sympy as sp

from genmath.calc import Claim, Counterexample, Judgement, Link, Mistake, Statement, definition
from genmath.calculus import Expectation
from genmath.divergence import excess, one, over_states, zero
from genmath.frechet import SUMMARY, moments, ones
from genmath.models import Sizes, Values, distribution, entries
from genmath.notation import (
    NO_LOGARITHM,
    E_p,
    E_q,
    K,
    L_p,
    L_q,
    X,
    balls,
    d,
    exp,
    fake,
    gram,
    hits,
    hits_back,
    i,
    j,
    let,
    log,
    m,
    maps,
    mean_y,
    n,
    one_hot,
    places,
    real,
    sqrt,
    t,
    table_y,
    unsure,
)
from genmath.rules import At, Convex, ForAll, NonNegative, Normal
from genmath.surface import (
    ONE,
    Column,
    Constant,
    Diag,
    Entry,
    Node,
    Num,
    Relation,
    Sigma,
    SquaredNorm,
    Trace,
    as_node,
)

# ---------------------------------------------------------------- the inception score


def over_classes(term: Node) -> Node:
    """A sum over the classes."""
    return Sigma(i, ONE, K, term)


def over_samples(term: Node) -> Node:
    """A sum over the samples."""
    return Sigma(j, ONE, n, term)


chance = Entry(table_y, i, j)
divergences = over_samples(over_classes(chance * (log(chance) - log(mean_y[i])))) / n
log_inception = let("log_inception", divergences)
inception = let("inception", exp(divergences))
log_classes = log(as_node(K))

TABLE = (
    ForAll(j, ONE, n, Relation(over_classes(chance), "=", one)),
    ForAll(i, ONE, K, Relation(over_samples(chance), "=", n * mean_y[i])),
    Relation(over_classes(mean_y[i]), "=", one),
)
ONE_HOT = (
    ForAll(j, ONE, n, Relation(over_classes(Entry(one_hot, i, j)), "=", one)),
    ForAll(i, ONE, K, Relation(over_samples(Entry(one_hot, i, j)), "=", n * mean_y[i])),
)
UNSURE = ForAll(j, ONE, n, ForAll(i, ONE, K, Relation(chance, "<", one)))
CLASSES = {K: 3, n: 6}

tangents = over_samples(over_classes(chance * excess(mean_y[i] / chance))) / n
unevenness = over_classes(mean_y[i] * excess(1 / (K * mean_y[i])))
doubt = over_samples(over_classes(chance * -log(chance))) / n
missing = unevenness + doubt


def probabilities(generator: random.Random, sizes: Sizes) -> Values:
    """Probabilities of the classes for every sample, and their mean."""
    columns = [distribution(generator, sizes[K]) for _ in range(sizes[n])]
    table = sp.Matrix.hstack(*columns)
    return {"table_y": table, "mean_y": table * sp.ones(sizes[n], 1) / sizes[n]}


def sure(generator: random.Random, sizes: Sizes) -> Values:
    """Every sample certainly of one class, each class equally often."""
    order = [place % sizes[K] for place in range(sizes[n])]
    generator.shuffle(order)
    table = sp.Matrix(sizes[K], sizes[n], lambda row, column: int(order[column] == row))
    return {"one_hot": table, "mean_y": table * sp.ones(sizes[n], 1) / sizes[n]}


INCEPTION = (
    definition("inception", "The inception score", inception, inception.body, SUMMARY),
    definition("inception-log", "Its logarithm is a mean divergence", log_inception, divergences, SUMMARY),
    Claim(
        "exp-tangent",
        "The exponential lies above its tangent",
        exp(t),
        (Link(">=", 1 + t, "the exponential is curved upwards and touches the line at 0", Convex(t, sp.Integer(0))),),
        equality=(Relation(t, "=", zero),),
        mistakes=(Mistake("twice the slope", 1 + 2 * t, ">="),),
        samples=({"t": sp.Matrix([[sp.Rational(1, 2)]])},),
    ),
    Claim(
        "inception-zero",
        "The logarithm is zero if the classifier says the same of all samples, and only then",
        log_inception,
        (
            Link("=", tangents, "probabilities add up to one, their mean too"),
            Link(
                ">=",
                zero,
                "the logarithm lies below its tangent",
                NonNegative(tangents, by=(At("log-tangent", mean_y[i] / chance),)),
            ),
        ),
        SUMMARY,
        given=TABLE,
        model=probabilities,
        sizes=CLASSES,
        uses=("inception-log", "log-tangent"),
        equality=(ForAll(j, ONE, n, ForAll(i, ONE, K, Relation(mean_y[i] / chance, "=", one))),),
        mistakes=(Mistake("turned sign", zero, "<="),),
    ),
    Claim(
        "inception-least",
        "The score is at least 1",
        inception,
        (
            Link("=", exp(tangents), "probabilities add up to one, their mean too"),
            Link(
                ">=",
                1 + tangents,
                "the exponential lies above its tangent",
                NonNegative(exp(tangents) - (1 + tangents), by=(At("exp-tangent", tangents),)),
            ),
            Link(
                ">=",
                one,
                "the logarithm lies below its tangent",
                NonNegative(tangents, by=(At("log-tangent", mean_y[i] / chance),)),
            ),
        ),
        SUMMARY,
        given=TABLE,
        model=probabilities,
        sizes=CLASSES,
        uses=("inception", "inception-zero", "exp-tangent", "log-tangent"),
        mistakes=(Mistake("at most one", one, "<="),),
    ),
    Claim(
        "inception-gap",
        "What the logarithm lacks",
        log_classes - log_inception,
        (
            Link(
                "=",
                over_classes(mean_y[i] * (log(mean_y[i]) + log_classes)) + doubt,
                "probabilities add up to one",
            ),
        ),
        SUMMARY,
        given=TABLE,
        model=probabilities,
        sizes=CLASSES,
        uses=("inception-log",),
        mistakes=(Mistake("without the doubts", over_classes(mean_y[i] * (log(mean_y[i]) + log_classes))),),
    ),
    Claim(
        "inception-most",
        "The score is at most the number of classes",
        inception,
        (
            Link("=", K * exp(-missing), "what is missing, term by term"),
            Link(
                "<=",
                as_node(K),
                "neither unevenness nor doubt is negative",
                NonNegative(
                    K * exp(-missing) * (missing + (exp(missing) - (1 + missing))),
                    by=(
                        At("exp-tangent", missing),
                        At("log-tangent", 1 / (K * mean_y[i])),
                        At("log-one-plus", (1 - chance) / chance),
                    ),
                ),
            ),
        ),
        SUMMARY,
        given=(*TABLE, UNSURE),
        model=probabilities,
        sizes=CLASSES,
        uses=("inception", "inception-gap", "exp-tangent", "log-tangent", "log-one-plus"),
        mistakes=(Mistake("the logarithm of their number", log_classes, "<="),),
    ),
    Claim(
        "inception-doubt",
        "Only who is sure has no doubt",
        -(unsure * log(unsure)),
        (
            Link("=", unsure * log(1 + (1 - unsure) / unsure), "turn the fraction round"),
            Link(
                ">",
                zero,
                "the logarithm is positive above 1",
                NonNegative(unsure * log(1 + (1 - unsure) / unsure), by=(At("log-one-plus", (1 - unsure) / unsure),)),
            ),
        ),
        SUMMARY,
        uses=("log-one-plus",),
        mistakes=(Mistake("negative", zero, "<"),),
    ),
    Claim(
        "inception-attained",
        "Sure of every sample, and all classes equally often: the number of classes",
        exp(over_samples(over_classes(Entry(one_hot, i, j) * (log(one) - log(1 / as_node(K))))) / n),
        (
            Link(
                "=",
                as_node(K),
                "every sample has one class, and each class the same share",
                Normal((NO_LOGARITHM,)),
            ),
        ),
        SUMMARY,
        given=(ONE_HOT[0],),
        model=sure,
        sizes=CLASSES,
        uses=("inception-most", "inception-doubt"),
        mistakes=(Mistake("one", one),),
    ),
)

# ---------------------------------------------------------------- the kernel distance

EACH_ONE = (Relation(over_states(real[i]), "=", one), Relation(over_states(fake[i]), "=", one))
KERNEL = Relation(gram, "=", maps.T @ maps)
population = let("mmd", real.T @ gram @ real + fake.T @ gram @ fake - 2 * (real.T @ gram @ fake))
ALL = Constant("I", (m, m))
pairs = Num(n * (n - 1))
SOME = Relation(as_node(n), ">=", as_node(2))
DRAWS = {m: 2, n: 3, d: 2}

draws_p = let("D_p", real @ ones.T + L_p @ E_p)
draws_q = let("D_q", fake @ ones.T + L_q @ E_q)


def among(draws: Node) -> Node:
    """The mean of the kernel over pairs of different draws."""
    return (ones.T @ (draws.T @ gram @ draws) @ ones - Trace(draws.T @ gram @ draws)) / pairs


def across(draws: Node, others: Node) -> Node:
    """The mean of the kernel over pairs of one draw of each kind."""
    return ones.T @ (draws.T @ gram @ others) @ ones / Num(n**2)


def kernel_of_points(generator: random.Random, sizes: Sizes) -> Values:
    """Two distributions on points, and a kernel by features."""
    features = entries(generator, sizes[d], sizes[m])
    return {
        **{name: distribution(generator, sizes[m]) for name in ("real", "fake")},
        "maps": features,
        "gram": features.T * features,
    }


def one_draw(generator: random.Random, sizes: Sizes) -> Values:
    """The covariance of a draw has a factor: two points, or three at sizes where it is rational."""
    chances = sp.Matrix([sp.Rational(1, 5), sp.Rational(4, 5)])
    factor = sp.Matrix([[sp.Rational(2, 5), 0], [-sp.Rational(2, 5), 0]])
    turn = sp.Rational(generator.randint(1, 4), 5)
    return {
        **kernel_of_points(generator, sizes),
        "real": chances,
        "L_p": factor * sp.Matrix([[turn, sp.sqrt(1 - turn**2)], [-sp.sqrt(1 - turn**2), turn]]),
    }


def line(chances: Node, power: int) -> Node:
    """A moment of a distribution on a line."""
    return over_states(chances[i] * (places[i] ** power if power > 1 else places[i]))


moment = [line(real, power) - line(fake, power) for power in (1, 2, 3)]
cubic = (places[i] * places[j] + 1) ** 3
change_i, change_j = real[i] - fake[i], real[j] - fake[j]

DISTANCE = (
    definition("kernel-distance", "The kernel distance of two distributions", population, population.body, SUMMARY),
    Claim(
        "kernel-square",
        "It is a square, zero if the features have one mean, and only then",
        population,
        (
            Link("=", SquaredNorm(maps @ real - maps @ fake), "the kernel is a product of features"),
            Link(">=", zero, "a square", NonNegative(SquaredNorm(maps @ real - maps @ fake))),
        ),
        SUMMARY,
        given=(KERNEL,),
        model=kernel_of_points,
        uses=("kernel-distance",),
        equality=(Relation(maps @ real, "=", maps @ fake),),
        mistakes=(Mistake("turned sign", zero, "<="),),
    ),
    Claim(
        "kernel-draw",
        "How a single draw varies",
        over_states(real[i] * ((Column(ALL, i) - real) @ (Column(ALL, i) - real).T)),
        (Link("=", Diag(real) - real @ real.T, "probabilities add up to one"),),
        SUMMARY,
        given=(EACH_ONE[0],),
        model=kernel_of_points,
        mistakes=(Mistake("as if the points were independent", Diag(real)),),
    ),
    Claim(
        "kernel-unbiased",
        "The estimate is right on average",
        Expectation(E_p, one, Expectation(E_q, one, among(draws_p) + among(draws_q) - 2 * across(draws_p, draws_q))),
        (Link("=", population, "different draws have nothing to do with each other", moments),),
        SUMMARY,
        given=(SOME,),
        model=kernel_of_points,
        sizes=DRAWS,
        uses=("kernel-distance", "kernel-draw", "gan-kernel-distance"),
        mistakes=(Mistake("without the pairs of both kinds", real.T @ gram @ real + fake.T @ gram @ fake),),
    ),
    Claim(
        "kernel-biased",
        "Who compares samples with themselves sees a distance where there is none",
        Expectation(E_p, one, across(draws_p, draws_p)),
        (
            Link(
                "=",
                real.T @ gram @ real + (over_states(real[i] * Entry(gram, i, i)) - real.T @ gram @ real) / n,
                "insert the moments of a draw",
                moments,
            ),
        ),
        SUMMARY,
        given=(EACH_ONE[0], Relation(L_p @ L_p.T, "=", Diag(real) - real @ real.T)),
        model=one_draw,
        sizes=DRAWS,
        uses=("kernel-draw",),
        mistakes=(Mistake("right on average", real.T @ gram @ real),),
    ),
    Claim(
        "kernel-moments",
        "The cubic kernel of one feature sees three moments",
        over_states(Sigma(j, ONE, m, change_i * change_j * cubic)),
        (
            Link(
                "=",
                3 * moment[0] ** 2 + 3 * moment[1] ** 2 + moment[2] ** 2,
                "expand the cube; the first term counts probabilities, which add up to one in both",
            ),
        ),
        SUMMARY,
        given=EACH_ONE,
        model=kernel_of_points,
        uses=("kernel-distance", "gan-kernel"),
        mistakes=(Mistake("all moments alike", moment[0] ** 2 + moment[1] ** 2 + moment[2] ** 2),),
    ),
)

# ---------------------------------------------------------------- precision and recall

precision = let("precision", Sigma(i, ONE, n, hits[i]) / n)
recall = let("recall", Sigma(i, ONE, n, hits_back[i]) / n)
YES_OR_NO = ForAll(i, ONE, n, Relation(hits[i] ** 2, "=", hits[i]))
nothing = Constant("0", (n, ONE))
counted = Sigma(i, ONE, n, Sigma(j, ONE, n, Entry(balls, i, j))) / n
in_a_ball = Sigma(j, ONE, n, Entry(balls, i, j))


def some_hits(generator: random.Random, sizes: Sizes) -> Values:
    """Which samples lie in which balls; at least one in none, and one in several."""
    size = sizes[n]
    table = sp.Matrix(size, size, lambda row, column: int((row > 0 and generator.random() < 0.6) or row == 1))
    return {"balls": table, "hits": sp.Matrix([int(any(table.row(row))) for row in range(size)])}


PRECISION = (
    definition("precision", "Precision", precision, precision.body, SUMMARY),
    definition("recall", "Recall", recall, recall.body, SUMMARY),
    Claim(
        "precision-least",
        "No precision is negative",
        precision,
        (
            Link("=", SquaredNorm(hits) / n, "zero and one are their own squares"),
            Link(">=", zero, "a square", NonNegative(SquaredNorm(hits) / n)),
        ),
        SUMMARY,
        given=(YES_OR_NO,),
        model=some_hits,
        uses=("precision",),
        equality=(Relation(hits, "=", nothing),),
        mistakes=(Mistake("turned sign", zero, "<="),),
    ),
    Claim(
        "precision-most",
        "No precision is above 1",
        precision,
        (
            Link("=", 1 - SquaredNorm(ones - hits) / n, "zero and one are their own squares"),
            Link("<=", one, "a square is taken away", NonNegative(SquaredNorm(ones - hits) / n)),
        ),
        SUMMARY,
        given=(YES_OR_NO,),
        model=some_hits,
        uses=("precision",),
        equality=(Relation(ones, "=", hits),),
        mistakes=(Mistake("always one", one, "="),),
    ),
    Claim(
        "precision-balls",
        "Precision is at most the mean number of balls around a sample",
        precision,
        (
            Link(
                "<=",
                counted,
                "a sample in one ball counts once, in several balls several times",
                NonNegative(Sigma(i, ONE, n, in_a_ball - hits[i]) / n),
            ),
        ),
        SUMMARY,
        given=(ForAll(i, ONE, n, Relation(in_a_ball, ">=", hits[i])),),
        model=some_hits,
        uses=("precision",),
        mistakes=(Mistake("equal to it", counted, "="),),
    ),
)

# ---------------------------------------------------------------- what the sheet says


def spread(chances: Node) -> Node:
    """The deviation of a distribution on a line."""
    return sqrt(line(chances, 2) - line(chances, 1) ** 2)


tenth, fiftieth = sp.Rational(1, 10), sp.Rational(1, 50)
FIVE = sp.Matrix([-2, -1, 0, 1, 2])
WIDE_TAILS = sp.Matrix([1, 2, 4, 2, 1]) * tenth
SHARP_PEAK = sp.Matrix([6, 6, 26, 6, 6]) * fiftieth
ON_A_LINE = {"places": FIVE, "real": WIDE_TAILS, "fake": SHARP_PEAK}

COUNTEREXAMPLES = (
    Counterexample(
        "inception-sees-variety",
        "One image for each class gets the highest inception score",
        "FID and IS evaluate quantitatively. Here the highest IS should mean various samples: four samples of two "
        "classes have the highest score, and the first two are one image.",
        Relation(SquaredNorm(Column(X, 1) - Column(X, 2)), ">", zero),
        SUMMARY,
        ("inception-most", "inception-attained"),
        given=(
            *ONE_HOT,
            Relation(
                exp(over_samples(over_classes(Entry(one_hot, i, j) * (log(one) - log(mean_y[i])))) / n),
                "=",
                as_node(K),
            ),
        ),
        sizes={d: 1, n: 4, K: 2},
        values={
            "X": sp.Matrix([[1, 1, 3, 3]]),
            "one_hot": sp.Matrix([[1, 1, 0, 0], [0, 0, 1, 1]]),
            "mean_y": sp.ones(2, 1) / 2,
        },
    ),
    Counterexample(
        "frechet-sees-everything",
        "Two different distributions with the Fréchet distance zero",
        "FID and IS evaluate quantitatively. Here zero should mean the right distribution: two distributions on a line "
        "have one mean and one variance, and are not equal.",
        Relation(fake, "=", real),
        SUMMARY,
        ("frechet-zero", "frechet-one"),
        given=(Relation((line(real, 1) - line(fake, 1)) ** 2 + (spread(real) - spread(fake)) ** 2, "=", zero),),
        sizes={m: 5},
        values=ON_A_LINE,
    ),
    Counterexample(
        "frechet-is-unbiased",
        "Samples of the right distribution do not get zero",
        "FID and IS evaluate quantitatively. Here a perfect generator should get zero: the leading order of what it "
        "gets on average, for a thousand samples with 64 features.",
        Relation(Num(d * (d + 5)) / (4 * Num(n)), "=", zero),
        SUMMARY,
        ("frechet-bias",),
        sizes={d: 64, n: 1000},
    ),
    Counterexample(
        "kernel-sees-everything",
        "Two different distributions with the kernel distance zero",
        "FID and IS evaluate quantitatively. Here the kernel distance, a third number, should be zero for equal "
        "distributions alone: the cubic kernel, and the two distributions with the Fréchet distance zero.",
        Relation(fake, "=", real),
        SUMMARY,
        ("kernel-square", "kernel-moments"),
        given=(Relation(over_states(Sigma(j, ONE, m, change_i * change_j * cubic)), "=", zero),),
        sizes={m: 5},
        values=ON_A_LINE,
    ),
    Counterexample(
        "precision-sees-variety",
        "One good image is precise",
        "FID and IS evaluate quantitatively. Here precision, a further number, should mean a good generator: each of "
        "four samples is the same good image, the precision is 1, and one of four images of the data lies in a ball.",
        Relation(recall, "=", one),
        SUMMARY,
        ("precision-most", "precision-least"),
        given=(Relation(precision, "=", one),),
        sizes={n: 4},
        values={"hits": sp.Matrix([1, 1, 1, 1]), "hits_back": sp.Matrix([0, 1, 0, 0])},
    ),
)

JUDGEMENTS = (
    Judgement(
        "evaluation-sheet",
        "FID and IS",
        "FID and IS evaluate quantitatively.",
        "The sheet defines neither. Each sees some failures and not others: the chapter makes samples that fail in "
        "different ways, and measures which number notices which.",
        "experiment",
        SUMMARY,
        ("frechet", "inception"),
    ),
    Judgement(
        "evaluation-pixels",
        "Features, not pixels",
        "FID and IS evaluate quantitatively.",
        "They need a network that turns images into features. On raw pixels grey smears with the right mean and "
        "covariance get what real digits get, and less than digits moved by a pixel; the chapter draws them and "
        "measures both distances. Nor does a distance between features say what an eye says: blurred digits get more "
        "than smears.",
        "experiment",
        SUMMARY,
        ("frechet-sees-everything",),
    ),
    Judgement(
        "evaluation-copies",
        "Copies of the training data",
        "FID and IS evaluate quantitatively.",
        "No number of this chapter sees that samples are copies of the data that the generator has learned: a set of "
        "copies is a set of real images. If FID compares with the very images that were learned, copies even get zero, "
        "and new real images do not.",
        "experiment",
        SUMMARY,
        ("frechet-self",),
    ),
)

STATEMENTS: tuple[Statement, ...] = (*INCEPTION, *DISTANCE, *PRECISION, *COUNTEREXAMPLES, *JUDGEMENTS)
