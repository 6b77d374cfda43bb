r"""The Fréchet distance of two Gaussians: what it measures, how it is computed, and what few samples do to it.

Chapter ``docs/chapters/evaluation.md``.

Notation (all of it in :mod:`genmath.notation`): ``m_1``, ``S_1`` mean and covariance of the data's features, ``m_2``,
``S_2`` those of the samples; ``A_1``, ``A_2`` factors of the covariances, ``S_1 = A_1 A_1'``; ``R_12`` the root of
``A_1' S_2 A_1``, symmetric without negative eigenvalues; ``C_12`` a factor of this root.  With the symmetric root of
``S_1`` for ``A_1`` this is the usual formula; any other factor has a root with the same trace.

Contents: pairs of random vectors, the bound and the pair that attains it, one feature and independent features, the
root by singular values, when the distance is zero, its bias.
"""

from __future__ import annotations

import random

import sympy as sp

from genmath.calc import Claim, Link, Mistake, Statement, definition
from genmath.calculus import Expectation, Integral
from genmath.divergence import density, one, zero
from genmath.models import Sizes, Values, entries, invertible, orthonormal
from genmath.notation import (
    A_1,
    A_2,
    B_1,
    B_2,
    C_12,
    G_1,
    NOISE_MOMENTS,
    ORTHONORMAL_ROWS,
    P_1,
    P_2,
    S_1,
    S_2,
    SINGULAR_VALUES,
    SPECTRAL,
    U_12,
    UNIQUE_ROOT,
    V_12,
    A_1_inv,
    C_12_inv,
    E_x,
    E_y,
    Q_rows,
    code_1,
    d,
    dev_1,
    dev_2,
    devs_1,
    devs_2,
    eps_k,
    features_rows,
    i,
    j,
    k,
    let,
    m_1,
    m_2,
    mean_1,
    mean_2,
    n,
    singular,
    sqrt,
    triangle,
    v,
    w_n,
    x,
    y,
)
from genmath.rules import Compute, NonNegative, Normal
from genmath.surface import ONE, Column, Constant, Diag, Entry, Node, Num, Relation, Sigma, SquaredNorm, Trace, as_node

SUMMARY = "Summary"
identity = Constant("I", (d, d))
noise_identity = Constant("I", (n, n))
ones = Constant("1", (n, ONE))

R_12 = let("R_12", C_12 @ C_12.T)
T_12 = let("T_12", A_1_inv.T @ R_12 @ A_1_inv)
T_12_inv = let("T_12_inv", A_1 @ C_12_inv.T @ C_12_inv @ A_1.T)
shift = SquaredNorm(m_1 - m_2)


def distance(trace: Node) -> Node:
    """The squared distance, with this trace of the root."""
    return shift + Trace(S_1) + Trace(S_2) - 2 * trace


frechet = let("frechet", distance(Trace(R_12)))

FACTORS = (Relation(S_1, "=", A_1 @ A_1.T), Relation(S_2, "=", A_2 @ A_2.T))
INVERSE = (Relation(A_1 @ A_1_inv, "=", identity), Relation(A_1_inv @ A_1, "=", identity))
ROOT = Relation(R_12 @ R_12, "=", A_1.T @ S_2 @ A_1)
SQUARE = Relation(A_1.T @ S_2 @ A_1, "=", R_12 @ R_12)
ROOT_INVERSE = (Relation(C_12 @ C_12_inv, "=", identity), Relation(C_12_inv @ C_12, "=", identity))
PAIR = (Relation(B_1 @ B_1.T, "=", S_1), Relation(B_2 @ B_2.T, "=", S_2))
WIDE = {d: 2, k: 3}  # a pair of random vectors needs as much noise as there are features


def two_gaussians(generator: random.Random, sizes: Sizes) -> Values:
    """Two covariances with factors, their root, and a pair of random vectors."""
    rows, noise = sizes[d], sizes[k]
    factor, inside = invertible(generator, rows), invertible(generator, rows)
    inverse, root = factor.inv(), inside * inside.T
    other = inverse.T * root
    return {
        "A_1": factor,
        "A_1_inv": inverse,
        "A_2": other,
        "C_12": inside,
        "C_12_inv": inside.inv(),
        "S_1": factor * factor.T,
        "S_2": other * other.T,
        "B_1": factor * orthonormal(generator, noise, rows).T,
        "B_2": other * orthonormal(generator, noise, rows).T,
    }


def near_the_map(generator: random.Random, sizes: Sizes) -> Values:
    """The same, and two vectors of which the map carries the first near to the second."""
    values = two_gaussians(generator, sizes)
    vector, half_inverse = entries(generator, sizes[d], 1), values["C_12"].T * values["A_1_inv"]
    return {**values, "x": vector, "y": half_inverse.T * half_inverse * vector / 2}


# ---------------------------------------------------------------- the bound, and the pair that attains it

first, second = m_1 + B_1 @ eps_k, m_2 + B_2 @ eps_k
carried = m_2 + T_12 @ (first - m_1)
apart = shift + SquaredNorm(B_1 - B_2)
off = SquaredNorm(C_12.T @ A_1_inv @ B_1 - C_12_inv @ A_1.T @ B_2)
moments = Normal((NOISE_MOMENTS,))

BOUND = (
    definition("frechet", "The squared Fréchet distance of two Gaussians", frechet, frechet.body, SUMMARY),
    Claim(
        "frechet-pair",
        "How far two random vectors lie apart",
        Expectation(eps_k, one, SquaredNorm(first - second)),
        (Link("=", apart, "insert the moments of the noise", moments),),
        SUMMARY,
        mistakes=(Mistake("as if the two were independent", shift + SquaredNorm(B_1) + SquaredNorm(B_2)),),
    ),
    Claim(
        "frechet-transport",
        "A linear map carries one Gaussian to the other",
        T_12 @ S_1 @ T_12,
        (
            Link("=", A_1_inv.T @ R_12 @ R_12 @ A_1_inv, "the factor and its inverse cancel"),
            Link("=", S_2, "insert the square of the root; factor and inverse cancel again"),
        ),
        SUMMARY,
        given=(*FACTORS, *INVERSE, ROOT),
        model=two_gaussians,
        sizes=WIDE,
        uses=("frechet",),
        mistakes=(Mistake("it stays as it is", S_1),),
    ),
    Claim(
        "frechet-inverse",
        "The way back",
        T_12 @ T_12_inv,
        (Link("=", identity, "every factor meets its inverse"),),
        SUMMARY,
        given=(*INVERSE, *ROOT_INVERSE),
        model=two_gaussians,
        sizes=WIDE,
        mistakes=(Mistake("the first factor's square", A_1 @ A_1.T),),
    ),
    Claim(
        "frechet-young",
        "A bound for every two vectors",
        2 * (x.T @ y),
        (
            Link(
                "<=",
                x.T @ T_12 @ x + y.T @ T_12_inv @ y,
                "the difference is a square",
                NonNegative(SquaredNorm(C_12.T @ A_1_inv @ x - C_12_inv @ A_1.T @ y)),
            ),
        ),
        SUMMARY,
        given=(*INVERSE, *ROOT_INVERSE),
        model=near_the_map,
        sizes=WIDE,
        uses=("frechet-inverse",),
        equality=(Relation(C_12.T @ A_1_inv @ x, "=", C_12_inv @ A_1.T @ y),),
        mistakes=(Mistake("half of it", (x.T @ T_12 @ x + y.T @ T_12_inv @ y) / 2, "<="),),
    ),
    Claim(
        "frechet-trace",
        "What the bound costs the data",
        Trace(T_12 @ S_1),
        (Link("=", Trace(R_12), "the factor and its inverse cancel around the trace"),),
        SUMMARY,
        given=(FACTORS[0], *INVERSE),
        model=two_gaussians,
        sizes=WIDE,
        mistakes=(Mistake("the trace of the covariance", Trace(S_1)),),
    ),
    Claim(
        "frechet-trace-back",
        "It costs the samples the same",
        Trace(T_12_inv @ S_2),
        (Link("=", Trace(R_12), "the square of the root, over the root"),),
        SUMMARY,
        given=(SQUARE, *ROOT_INVERSE),
        model=two_gaussians,
        sizes=WIDE,
        mistakes=(Mistake("the trace of the covariance", Trace(S_2)),),
    ),
    Claim(
        "frechet-bound",
        "No pair lies nearer together",
        Expectation(eps_k, one, SquaredNorm(first - second)),
        (
            Link(
                "=",
                apart,
                "insert the moments of the noise; every pair has the covariances of such a one",
                Normal((NOISE_MOMENTS, SPECTRAL)),
            ),
            Link("=", distance(Trace(R_12)) + off, "complete the square"),
            Link(">=", frechet, "a square is dropped", NonNegative(off)),
        ),
        SUMMARY,
        given=(FACTORS[0], *INVERSE, SQUARE, *ROOT_INVERSE, *PAIR),
        model=two_gaussians,
        sizes=WIDE,
        uses=("frechet", "frechet-pair", "frechet-young", "frechet-trace", "frechet-trace-back"),
        equality=(Relation(C_12.T @ A_1_inv @ B_1, "=", C_12_inv @ A_1.T @ B_2),),
        mistakes=(Mistake("no pair lies further apart", frechet, "<="),),
    ),
    Claim(
        "frechet-attained",
        "The pair that lies nearest together",
        Expectation(eps_k, one, SquaredNorm(first - carried)),
        (
            Link("=", shift + SquaredNorm(B_1 - T_12 @ B_1), "insert the moments of the noise", moments),
            Link("=", frechet, "expand the square; factor and inverse cancel, the root's square is inserted"),
        ),
        SUMMARY,
        given=(*FACTORS, *INVERSE, ROOT, PAIR[0]),
        model=two_gaussians,
        sizes=WIDE,
        uses=("frechet", "frechet-pair", "frechet-transport"),
        mistakes=(Mistake("a pair of independent vectors", shift + Trace(S_1) + Trace(S_2)),),
    ),
)

# ---------------------------------------------------------------- simple cases

CASES = (
    Claim(
        "frechet-one",
        "One feature",
        (mean_1 - mean_2) ** 2 + (dev_1**2 + dev_2**2 - 2 * sqrt(dev_1**2 * dev_2**2)),
        (Link("=", (mean_1 - mean_2) ** 2 + (dev_1 - dev_2) ** 2, "the root of a square; collect"),),
        SUMMARY,
        uses=("frechet",),
        mistakes=(Mistake("variances instead of deviations", (mean_1 - mean_2) ** 2 + (dev_1**2 - dev_2**2) ** 2),),
    ),
    Claim(
        "frechet-independent",
        "Uncorrelated features",
        shift + Sigma(i, ONE, d, devs_1[i] ** 2 + devs_2[i] ** 2 - 2 * sqrt(devs_1[i] ** 2 * devs_2[i] ** 2)),
        (Link("=", shift + SquaredNorm(devs_1 - devs_2), "feature by feature"),),
        SUMMARY,
        uses=("frechet-one",),
        mistakes=(Mistake("only the means", shift),),
    ),
)

# ---------------------------------------------------------------- the root by singular values

spectrum = Diag(singular)
PRODUCT = Relation(A_1.T @ A_2, "=", U_12 @ spectrum @ V_12.T)
TURNS = (Relation(U_12.T @ U_12, "=", identity), Relation(V_12.T @ V_12, "=", identity))
TURNS_BACK = (Relation(U_12 @ U_12.T, "=", identity), Relation(V_12 @ V_12.T, "=", identity))
values = Sigma(i, ONE, d, singular[i])


def two_factors(generator: random.Random, sizes: Sizes) -> Values:
    """Two factors with the singular values of their product."""
    rows = sizes[d]
    factor = invertible(generator, rows)
    left, right = orthonormal(generator, rows, rows), orthonormal(generator, rows, rows)
    found = sp.Matrix([sp.Rational(generator.randint(0, 9), 4) for _ in range(rows)])
    other = factor.inv().T * left * sp.diag(*found) * right.T
    return {
        "A_1": factor,
        "A_2": other,
        "U_12": left,
        "V_12": right,
        "singular": found,
        "S_1": factor * factor.T,
        "S_2": other * other.T,
    }


def matched_factors(generator: random.Random, sizes: Sizes) -> Values:
    """Two factors whose product is diagonal, and a pair of random vectors."""
    values = two_factors(generator, sizes)
    noise = max(sizes[k], sizes[d])
    return {
        **values,
        "A_1": values["A_1"] * values["U_12"],
        "A_2": values["A_2"] * values["V_12"],
        "P_1": orthonormal(generator, noise, sizes[d]).T,
        "P_2": orthonormal(generator, noise, sizes[d]).T,
    }


def copied(generator: random.Random, sizes: Sizes) -> Values:
    """One covariance, twice."""
    factor = entries(generator, sizes[d], sizes[d])
    return {"A_1": factor, "A_2": factor, "S_1": factor * factor.T, "S_2": factor * factor.T}


def decomposed(generator: random.Random, sizes: Sizes) -> Values:
    """Features as orthonormal columns times a triangle."""
    rows, width = sizes[n], sizes[d]
    columns = orthonormal(generator, rows, width)
    upper = entries(generator, width, width).upper_triangular()
    return {"Q_rows": columns, "triangle": upper, "F_rows": columns * upper}


MATCHED = (*FACTORS, Relation(A_1.T @ A_2, "=", spectrum))
matched_root = U_12 @ spectrum @ U_12.T
gaps = Sigma(i, ONE, d, singular[i] * SquaredNorm(Column(P_1.T, i) - Column(P_2.T, i)))

ROOTS = (
    Claim(
        "frechet-factor",
        "A triangle is a factor of the covariance",
        features_rows.T @ features_rows / Num(n - 1),
        (Link("=", triangle.T @ triangle / Num(n - 1), "orthonormal columns cancel"),),
        SUMMARY,
        given=(Relation(features_rows, "=", Q_rows @ triangle), Relation(Q_rows.T @ Q_rows, "=", identity)),
        model=decomposed,
        sizes={d: 2, n: 4},
        mistakes=(Mistake("divided by n", triangle.T @ triangle / n),),
    ),
    Claim(
        "frechet-root",
        "The root by singular values",
        matched_root @ matched_root,
        (Link("=", A_1.T @ S_2 @ A_1, "orthonormal columns cancel", Normal((SINGULAR_VALUES, UNIQUE_ROOT))),),
        SUMMARY,
        given=(*FACTORS, PRODUCT, *TURNS),
        model=two_factors,
        uses=("frechet",),
        mistakes=(Mistake("the other side's vectors", A_2.T @ S_1 @ A_2),),
    ),
    Claim(
        "frechet-singular",
        "The distance by singular values",
        distance(Trace(matched_root)),
        (
            Link(
                "=",
                shift + SquaredNorm(A_1) + SquaredNorm(A_2) - 2 * values,
                "orthonormal columns cancel around the trace",
                Normal((SINGULAR_VALUES,)),
            ),
        ),
        SUMMARY,
        given=(*FACTORS, *TURNS),
        model=two_factors,
        uses=("frechet-root",),
        mistakes=(
            Mistake("lost factor 2", shift + SquaredNorm(A_1) + SquaredNorm(A_2) - values),
            Mistake(
                "eigenvalues of the root's square",
                shift + SquaredNorm(A_1) + SquaredNorm(A_2) - 2 * Sigma(i, ONE, d, singular[i] ** 2),
            ),
        ),
    ),
    Claim(
        "frechet-matched",
        "Turned factors fit each other",
        (A_1 @ U_12).T @ (A_2 @ V_12),
        (Link("=", spectrum, "orthonormal columns cancel", Normal((SINGULAR_VALUES,))),),
        SUMMARY,
        given=(PRODUCT, *TURNS),
        model=two_factors,
        mistakes=(Mistake("without a turn", A_1.T @ A_2),),
    ),
    Claim(
        "frechet-turned",
        "A turned factor belongs to the same covariance",
        (A_1 @ U_12) @ (A_1 @ U_12).T,
        (Link("=", S_1, "a turn and its reverse cancel"),),
        SUMMARY,
        given=(FACTORS[0], TURNS_BACK[0]),
        model=two_factors,
        mistakes=(Mistake("it is turned too", U_12 @ S_1 @ U_12.T),),
    ),
    Claim(
        "frechet-zero",
        "The distance is zero for equal Gaussians alone",
        distance(values),
        (
            Link("=", shift + SquaredNorm(A_1 - A_2), "the factors' product is diagonal: complete the square"),
            Link(">=", zero, "two squares", NonNegative(shift + SquaredNorm(A_1 - A_2))),
        ),
        SUMMARY,
        given=MATCHED,
        model=matched_factors,
        uses=("frechet-singular", "frechet-matched", "frechet-turned"),
        equality=(Relation(m_1, "=", m_2), Relation(A_1, "=", A_2)),
        mistakes=(Mistake("turned sign", zero, "<="),),
    ),
    Claim(
        "frechet-equal",
        "Equal factors, equal covariances",
        S_1,
        (Link("=", S_2, "insert the factors"),),
        SUMMARY,
        given=(Relation(A_1, "=", A_2), *FACTORS),
        model=copied,
        mistakes=(Mistake("twice as large", 2 * S_2),),
    ),
    Claim(
        "frechet-self-root",
        "The root of equal covariances",
        (A_1.T @ A_1) @ (A_1.T @ A_1),
        (Link("=", A_1.T @ S_1 @ A_1, "insert the factor", Normal((UNIQUE_ROOT,))),),
        SUMMARY,
        given=(FACTORS[0],),
        model=copied,
        mistakes=(Mistake("the covariance itself", S_1),),
    ),
    Claim(
        "frechet-self",
        "Equal Gaussians have the distance zero",
        SquaredNorm(m_1 - m_1) + Trace(S_1) + Trace(S_1) - 2 * Trace(A_1.T @ A_1),
        (Link("=", zero, "both products of a factor with itself have one trace"),),
        SUMMARY,
        given=(FACTORS[0],),
        model=copied,
        uses=("frechet-self-root",),
        mistakes=(Mistake("twice the trace", 2 * Trace(S_1)),),
    ),
    Claim(
        "frechet-bound-any",
        "No pair lies nearer together, singular covariances included",
        shift + SquaredNorm(A_1 @ P_1 - A_2 @ P_2),
        (
            Link(
                "=", distance(values) + gaps, "complete one square for each singular value", Normal((ORTHONORMAL_ROWS,))
            ),
            Link(">=", distance(values), "squares are dropped", NonNegative(gaps)),
        ),
        SUMMARY,
        given=(
            *MATCHED,
            Relation(P_1 @ P_1.T, "=", identity),
            Relation(P_2 @ P_2.T, "=", identity),
        ),
        model=matched_factors,
        sizes=WIDE,
        uses=("frechet-pair", "frechet-singular", "frechet-matched", "frechet-turned"),
        mistakes=(Mistake("no pair lies further apart", distance(values), "<="),),
    ),
)

# ---------------------------------------------------------------- the bias

centre = (E_x @ ones) / n
other_centre = (E_y @ ones) / n
around = identity + G_1
lost = S_1 - identity - G_1 @ G_1


def near_identity(generator: random.Random, sizes: Sizes) -> Values:
    """A covariance by its root."""
    root = entries(generator, sizes[d], sizes[d])
    return {"G": root, "G_1": root, "S_1": (sp.eye(sizes[d]) + root) ** 2}


BIAS = (
    Claim(
        "frechet-bias-mean",
        "How far a sample's mean lies from the truth",
        Expectation(E_x, one, SquaredNorm(A_1 @ centre)),
        (Link("=", Trace(S_1) / n, "insert the moments of the noise", moments),),
        SUMMARY,
        given=(FACTORS[0],),
        model=lambda generator, sizes: {
            key: value for key, value in copied(generator, sizes).items() if key in ("A_1", "S_1")
        },
        sizes={d: 2, n: 3},
        mistakes=(Mistake("the whole variance", Trace(S_1)),),
    ),
    Claim(
        "frechet-bias-two-means",
        "How far the means of two samples lie apart",
        Expectation(E_x, one, Expectation(E_y, one, SquaredNorm(centre - other_centre))),
        (Link("=", 2 * d / Num(n), "insert the moments of both noises", moments),),
        SUMMARY,
        sizes={d: 2, n: 3},
        uses=("frechet-bias-mean",),
        mistakes=(Mistake("as if one of them were exact", Num(d) / n),),
    ),
    Claim(
        "frechet-bias-square",
        "How much the square of a normal number varies",
        Integral(density(code_1, zero, one) * (code_1**2 - 1) ** 2, code_1, -sp.oo, sp.oo),
        (Link("=", as_node(2), "integrate", Compute()),),
        SUMMARY,
        mistakes=(Mistake("one, like the number itself", one),),
    ),
    Claim(
        "frechet-bias-average",
        "How much an average varies",
        Expectation(w_n, v, ((ones.T @ w_n) / n) ** 2),
        (Link("=", v / n, "insert the moments", moments),),
        SUMMARY,
        mistakes=(Mistake("as much as one number", v),),
    ),
    Claim(
        "frechet-bias-entries",
        "The squared error of a covariance, entry by entry",
        Sigma(i, ONE, d, Sigma(j, ONE, d, (1 + Entry(identity, i, j)) / n)),
        (Link("=", Num(d * (d + 1)) / n, "each entry once, those on the diagonal twice"),),
        SUMMARY,
        uses=("frechet-bias-square", "frechet-bias-average"),
        mistakes=(Mistake("the diagonal once", Num(d**2) / n),),
    ),
    Claim(
        "frechet-bias-root",
        "What an error of the covariance does to the distance",
        Trace(S_1) + Trace(identity) - 2 * Trace(around),
        (
            Link("=", Trace(G_1 @ G_1), "insert the square of the root", Normal((UNIQUE_ROOT,))),
            Link("=", Trace(lost @ lost) / 4, "the root's error is half of the covariance's, up to a square"),
        ),
        SUMMARY,
        given=(Relation(S_1, "=", around @ around),),
        model=near_identity,
        uses=("frechet-root",),
        mistakes=(Mistake("the whole squared error", Trace((S_1 - identity) @ (S_1 - identity))),),
    ),
    Claim(
        "frechet-bias",
        "The distance that few samples have from their own distribution, to leading order",
        Num(d) / n + Num(d * (d + 1)) / n / 4,
        (Link("=", Num(d * (d + 5)) / (4 * Num(n)), "one denominator"),),
        SUMMARY,
        uses=("frechet-bias-mean", "frechet-bias-entries", "frechet-bias-root"),
        mistakes=(Mistake("the means alone", Num(d) / n),),
    ),
)

STATEMENTS: tuple[Statement, ...] = (*BOUND, *CASES, *ROOTS, *BIAS)
