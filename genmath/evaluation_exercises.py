"""Exercises of the chapter on evaluation: the inception score, the kernel distance, the Fréchet distance.

Each asks for an expression of a claim in :mod:`genmath.evaluation` or :mod:`genmath.frechet`.
"""

from __future__ import annotations

from genmath import evaluation, frechet
from genmath.exercises import Exercise, Slip, exercises, put, row, times
from genmath.notation import (
    d,
    dev_1,
    dev_2,
    devs_1,
    devs_2,
    fake,
    gram,
    i,
    log,
    m_1,
    m_2,
    mean_1,
    mean_2,
    mean_y,
    n,
    real,
    table_y,
)
from genmath.surface import Num, SquaredNorm

SCORES = exercises(
    evaluation.STATEMENTS,
    Exercise(
        "inception-zero",
        "A classifier gives each sample probabilities of the classes, a column of {P}; their mean is {p}. Write the "
        "logarithm of the inception score of {n} samples and {K} classes.",
        (),
        (
            Slip("sum instead of mean", "It is a mean over the samples.", times(n)),
            Slip("turned sign", "No divergence is negative.", times(-1)),
            Slip("lost mean", "The divergence is one from the mean.", put(log(mean_y[i]), 0)),
        ),
        names={"P": table_y, "p": mean_y},
        ask=row(0),
        called="inception-log",
    ),
    Exercise(
        "kernel-square",
        "Data have the probabilities {p_data} on {m} points, samples {p_g}, and the kernel of the points is {G}. Write "
        "the kernel distance.",
        (real, fake),
        (
            Slip("one cross term", "The cross term comes twice.", lambda a: a + real.T @ gram @ fake),
            Slip("lost cross term", "That does not vanish for equal distributions.",
                 lambda _: real.T @ gram @ real + fake.T @ gram @ fake),
        ),
        names={"G": gram},
        ask=row(0),
        called="kernel-distance",
    ),
)

DISTANCES = exercises(
    frechet.STATEMENTS,
    Exercise(
        "frechet-one",
        "One feature has the mean {mu} and the deviation {sigma} on data, {nu} and {tau} on samples. What is the "
        "squared Fréchet distance of both Gaussians?",
        (mean_1, dev_1, mean_2, dev_2),
        (
            Slip("variances instead of deviations", "The root of a product of variances is a product of deviations."),
            Slip("the means alone", "The deviations count too.", lambda _: (mean_1 - mean_2) ** 2),
        ),
    ),
    Exercise(
        "frechet-independent",
        "Features are uncorrelated, with the means {m_1} and the deviations {s_1} on data, {m_2} and {s_2} on samples. "
        "What is the squared Fréchet distance of both Gaussians?",
        (),
        (
            Slip("only the means", "The deviations count too."),
            Slip("variances instead of deviations", "The root of a product of variances is a product of deviations.",
                 lambda _: SquaredNorm(m_1 - m_2) + SquaredNorm(devs_1 * devs_1 - devs_2 * devs_2)),
        ),
        names={"m_1": m_1, "m_2": m_2, "s_1": devs_1, "s_2": devs_2},
    ),
    Exercise(
        "frechet-bias",
        "A sample of {n} standard normal vectors with {d} features is compared with its own distribution. Its mean "
        "costs {d} over {n}, its covariance {d} times {d} plus one over four times {n}. How large is the squared "
        "Fréchet distance, to leading order?",
        (),
        (
            Slip("the means alone", "The covariance is not exact either."),
            Slip("the covariances alone", "The mean is not exact either.", lambda a: a - Num(d / n)),
        ),
    ),
)

EXERCISES = (*SCORES, *DISTANCES)
