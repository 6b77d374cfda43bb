r"""The linear autoencoder, principal components, and linear denoising.  Chapter ``docs/chapters/autoencoder.md``.

Notation (all of it in :mod:`genmath.notation`):
    X           n samples, one a column (d × n); ``F`` the squared error of a linear autoencoder on them
    U, lambda   orthonormal eigenvectors and eigenvalues of ``X X'``
    Q, M        orthonormal basis of a space that holds the decoder's columns, and these columns in it: ``W_d = Q M``
    c           any number between the last kept eigenvalue and the first dropped one

Contents: gradients, invariance, the bound of Eckart and Young with its equality case, biases, all critical points for
two pixels and one number, denoising as ridge regression, and the sheet's sentences on PCA.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import sympy as sp

from genmath.calc import Claim, Counterexample, Link, Mistake, Statement, definition
from genmath.calculus import Expectation, Gradient, System
from genmath.models import Sizes, Values, entries, invertible, orthonormal
from genmath.notation import (
    GRAM_SCHMIDT,
    NOISE_MOMENTS,
    SPECTRAL,
    A,
    A_inv,
    Lambda_k,
    M,
    Q,
    S_inv,
    U,
    W,
    W_d,
    W_e,
    W_star,
    X,
    a_1,
    a_2,
    b,
    b_star,
    c,
    d,
    e_1,
    e_2,
    eps,
    i,
    k,
    lam,
    lam_1,
    lam_2,
    let,
    n,
    r,
    s,
    t,
    x,
)
from genmath.rules import ForAll, NonNegative, Normal, SameZeros
from genmath.surface import (
    ONE,
    Column,
    Constant,
    Diag,
    Leading,
    Node,
    Relation,
    Sigma,
    SquaredNorm,
    Trace,
    as_node,
)


def identity(size: sp.Expr) -> Node:
    """The identity matrix."""
    return Constant("I", (size, size))


ones = Constant("1", (n, ONE))
zeros = Constant("0", (d, ONE))


def loss(decoder: Node, encoder: Node) -> Node:
    """The squared error of a linear autoencoder without biases."""
    return SquaredNorm(X - decoder @ encoder @ X)


F = let("F", loss(W_d, W_e))
P = let("P", Q @ Q.T)
R = let("R", X - W_d @ W_e @ X)

# ---------------------------------------------------------------- gradients and invariance


def invertible_pair(generator: random.Random, sizes: Sizes) -> Values:
    """An invertible matrix and its inverse."""
    matrix = invertible(generator, sizes[k])
    return {"A": matrix, "A_inv": matrix.inv()}


BASICS = (
    Claim(
        "lae-grad-decoder",
        "Gradient of the linear decoder",
        Gradient(F, W_d),
        (Link("=", -2 * (R @ X.T @ W_e.T), "chain rule; the error is named"),),
        "1.1 PCA",
        mistakes=(Mistake("lost factor 2", -(R @ X.T @ W_e.T)),),
        refused=(("lost transpose", lambda: -2 * (R @ X.T @ W_e)),),
    ),
    Claim(
        "lae-grad-encoder",
        "Gradient of the linear encoder",
        Gradient(F, W_e),
        (Link("=", -2 * (W_d.T @ R @ X.T), "chain rule; the error is named"),),
        "1.1 PCA",
        mistakes=(Mistake("turned sign", 2 * (W_d.T @ R @ X.T)),),
        refused=(("lost transpose", lambda: -2 * (W_d @ R @ X.T)),),
    ),
    Claim(
        "lae-invariance",
        "The loss does not see a change of basis of the code",
        loss(W_d @ A, A_inv @ W_e),
        (Link("=", F, "the matrix and its inverse cancel"),),
        "1.1 PCA",
        given=(Relation(A @ A_inv, "=", identity(k)),),
        model=invertible_pair,
        mistakes=(Mistake("the same matrix on both sides", loss(W_d @ A, A @ W_e)),),
    ),
)

# ---------------------------------------------------------------- the bound and who reaches it

EIGEN = (
    Relation(U.T @ U, "=", identity(d)),
    Relation(U @ U.T, "=", identity(d)),
    Relation(X @ X.T, "=", U @ Diag(lam) @ U.T),
)
NARROW = Relation(as_node(k), "<=", as_node(d))
SPAN = (Relation(Q.T @ Q, "=", identity(r)), Relation(W_d, "=", Q @ M), Relation(as_node(r), "<=", as_node(k)))
GAP = (ForAll(i, ONE, k, Relation(lam[i], ">", c)), ForAll(i, k + 1, d, Relation(lam[i], "<", c)))

kept = Column(U, i)
dropped = Sigma(i, k + 1, d, lam[i])


def eigen_model(generator: random.Random, sizes: Sizes) -> Values:
    """Data with known eigenvectors and a gap after the k-th eigenvalue, and a decoder of rank r."""
    rows, samples = sizes[d], sizes[n]
    roots = [sp.Rational(rows + 1 - a) for a in range(rows)]
    vectors, right = orthonormal(generator, rows, rows), orthonormal(generator, samples, rows)
    basis, inside = orthonormal(generator, rows, sizes[r]), entries(generator, sizes[r], sizes[k])
    values = sp.Matrix([root**2 for root in roots])
    return {
        "U": vectors,
        "lambda": values,
        "X": vectors * sp.diag(*roots) * right.T,
        "Q": basis,
        "M": inside,
        "W_d": basis * inside,
        "c": sp.Matrix([[(values[sizes[k] - 1] + values[sizes[k]]) / 2]]),
        **invertible_pair(generator, sizes),
    }


slack = (
    Sigma(i, ONE, k, (lam[i] - c) * SquaredNorm(kept - P @ kept))
    + Sigma(i, k + 1, d, (c - lam[i]) * SquaredNorm(P @ kept))
    + c * (as_node(k) - as_node(r))
)

ECKART_YOUNG = (
    Claim(
        "lae-eckart-young",
        "No linear autoencoder beats the principal components",
        loss(W_d, W_e),
        (
            Link(
                "=",
                SquaredNorm(X - P @ X) + SquaredNorm((P - W_d @ W_e) @ X),
                "Pythagoras: the projection onto the decoder's columns, and the rest inside them",
                Normal((GRAM_SCHMIDT,)),
            ),
            Link(
                ">=",
                SquaredNorm(X - P @ X),
                "the second square is dropped",
                NonNegative(SquaredNorm((P - W_d @ W_e) @ X)),
            ),
            Link(
                "=",
                Sigma(i, ONE, d, lam[i] * SquaredNorm(kept - P @ kept)),
                "the second moments, written in their eigenvectors",
                Normal((SPECTRAL,)),
            ),
            Link(
                ">=",
                dropped,
                "the squared lengths of the projected eigenvectors are at most one and add up to at most k",
                NonNegative(slack),
            ),
        ),
        "1.1 PCA",
        given=(NARROW, *SPAN, *EIGEN, *GAP),
        model=eigen_model,
        equality=(
            Relation(P @ X, "=", W_d @ W_e @ X),
            ForAll(i, ONE, k, Relation(P @ kept, "=", kept)),
            ForAll(i, k + 1, d, Relation(P @ kept, "=", zeros)),
            Relation(as_node(k), "=", as_node(r)),
        ),
        mistakes=(Mistake("the sum of the kept eigenvalues", Sigma(i, ONE, k, lam[i]), "<="),),
    ),
    Claim(
        "lae-pca-attains",
        "Principal components in any basis reach the bound",
        loss(Leading(U, k) @ A, A_inv @ Leading(U, k).T),
        (
            Link(
                "=",
                dropped,
                "the matrices cancel; the kept eigenvectors leave the dropped eigenvalues",
                Normal((SPECTRAL,)),
            ),
        ),
        "1.1 PCA",
        given=(NARROW, *EIGEN, Relation(A @ A_inv, "=", identity(k)), Relation(A_inv @ A, "=", identity(k))),
        model=eigen_model,
        mistakes=(Mistake("the kept eigenvalues", Sigma(i, ONE, k, lam[i])),),
    ),
)

# ---------------------------------------------------------------- biases

error_with = SquaredNorm(X - W @ X - b @ ones.T)
best_bias = Relation(b_star, "=", ((X - W @ X) @ ones) / n)
mean = let("mean", (X @ ones) / n)


def bias_model(generator: random.Random, sizes: Sizes) -> Values:
    """The best bias for random data and weights."""
    data, weights = entries(generator, sizes[d], sizes[n]), entries(generator, sizes[d], sizes[d])
    return {"X": data, "W": weights, "b_star": (data - weights * data) * sp.ones(sizes[n], 1) / sizes[n]}


BIASES = (
    Claim(
        "lae-best-bias",
        "The best bias",
        error_with,
        (
            Link(
                "=",
                SquaredNorm(X - W @ X - b_star @ ones.T) + n * SquaredNorm(b - b_star),
                "complete the square in the bias",
            ),
            Link(
                ">=",
                SquaredNorm(X - W @ X - b_star @ ones.T),
                "a square is dropped",
                NonNegative(n * SquaredNorm(b - b_star)),
            ),
        ),
        "1.1 PCA",
        given=(best_bias,),
        model=bias_model,
        equality=(Relation(b, "=", b_star),),
        mistakes=(Mistake("sum instead of mean", SquaredNorm(X - W @ X - (n * b_star) @ ones.T), "="),),
    ),
    Claim(
        "lae-bias-centres",
        "The best bias centres the data",
        X - W @ X - b_star @ ones.T,
        (Link("=", (X - mean @ ones.T) - W @ (X - mean @ ones.T), "insert the best bias, and collect"),),
        "1.1 PCA",
        given=(best_bias,),
        model=bias_model,
        mistakes=(Mistake("data not centred", X - W @ X),),
    ),
)

# ---------------------------------------------------------------- two pixels, one number: every critical point

plane = let(
    "plane",
    lam_1 * ((1 - a_1 * e_1) ** 2 + (a_2 * e_1) ** 2) + lam_2 * ((a_1 * e_2) ** 2 + (1 - a_2 * e_2) ** 2),
)
UNKNOWNS = (a_1, a_2, e_1, e_2)


def at(**values: int | str | sp.Expr) -> Values:
    """Values of scalars."""
    return {name: sp.Matrix([[sp.Rational(value)]]) for name, value in values.items()}


def path(*places: Node) -> tuple[Relation, ...]:
    """Where decoder and encoder stand after a step."""
    return tuple(Relation(unknown, "=", place) for unknown, place in zip(UNKNOWNS, places, strict=True))


def short_step(second: int) -> Callable[[random.Random, Sizes], Values]:
    """A step along the first component, short enough for the eigenvalues 5 and 2."""

    def model(generator: random.Random, _: Sizes) -> Values:
        step = sp.Rational(generator.randint(1, 9), 20)
        return at(t=step, a_1=step, e_1=step, a_2=second, e_2=second, lambda_1=5, lambda_2=2)

    return model


zero, one = as_node(0), as_node(1)

CRITICAL = (
    definition("lae-plane-loss", "The loss for two pixels and one number", plane, plane.body, "1.1 PCA"),
    Claim(
        "lae-critical-points",
        "Where all slopes vanish",
        System(tuple(Gradient(plane, v) for v in UNKNOWNS)),
        (
            Link(
                "iff",
                System(
                    (
                        a_1 * (a_1 * e_1 - 1),
                        e_1 * (a_1 * e_1 - 1),
                        a_2 * (a_2 * e_2 - 1),
                        e_2 * (a_2 * e_2 - 1),
                        a_1 * a_2,
                        e_1 * e_2,
                        a_1 * e_2,
                        a_2 * e_1,
                    )
                ),
                "each system's equations are combinations of the other's (Gröbner bases), for the eigenvalues differ",
                SameZeros(UNKNOWNS, (lam_1, lam_2)),
            ),
        ),
        "1.1 PCA",
        given=(Relation(lam_1, ">", lam_2),),
        model=lambda generator, sizes: at(lambda_1=5, lambda_2=2),
        samples=(
            at(a_1=2, a_2=0, e_1="1/2", e_2=0),
            at(a_1=0, a_2=3, e_1=0, e_2="1/3"),
            at(a_1=0, a_2=0, e_1=0, e_2=0),
            at(a_1=2, a_2=0, e_1=0, e_2=0),
        ),
        mistakes=(
            Mistake("only the origin", System(UNKNOWNS), "iff"),
            Mistake("only the first component", System((a_1 * e_1 - 1, a_2, e_2)), "iff"),
        ),
    ),
    Claim(
        "lae-second-component-is-saddle",
        "From the second component the loss falls towards the first",
        plane,
        (
            Link("=", lam_1 - (lam_1 - lam_2) * t**2 + lam_1 * t**2 * t**2, "collect powers"),
            Link("<", lam_1, "for a short step", NonNegative(t**2 * (lam_1 - lam_2 - lam_1 * t**2))),
        ),
        "1.1 PCA",
        given=(*path(t, one, t, one), Relation(lam_1 - lam_2 - lam_1 * t**2, ">", zero), Relation(t**2, ">", zero)),
        model=short_step(1),
        mistakes=(Mistake("the step makes no difference", lam_1, "="),),
    ),
    Claim(
        "lae-origin-is-saddle",
        "From the origin the loss falls along the first component",
        plane,
        (
            Link("=", lam_1 + lam_2 - lam_1 * t**2 * (2 - t**2), "collect powers"),
            Link("<", lam_1 + lam_2, "for a short step", NonNegative(lam_1 * t**2 * (2 - t**2))),
        ),
        "1.1 PCA",
        given=(*path(t, zero, t, zero), Relation(as_node(2) - t**2, ">", zero), Relation(t**2, ">", zero)),
        model=short_step(0),
        mistakes=(Mistake("the step makes no difference", lam_1 + lam_2, "="),),
    ),
)

# ---------------------------------------------------------------- denoising

ridge = SquaredNorm(X - W @ X) + n * s**2 * SquaredNorm(W)
ridge_star = SquaredNorm(X - W_star @ X) + n * s**2 * SquaredNorm(W_star)
WIENER = (
    Relation(W_star, "=", X @ X.T @ S_inv),
    Relation(X @ X.T @ S_inv, "=", identity(d) - n * s**2 * S_inv),
    Relation(S_inv @ X @ X.T, "=", identity(d) - n * s**2 * S_inv),
)


def wiener_model(generator: random.Random, sizes: Sizes) -> Values:
    """The best denoiser of random data, by an exact inverse."""
    data, deviation = entries(generator, sizes[d], sizes[n]), sp.Rational(generator.randint(1, 9), 4)
    second = data * data.T
    inverse = (second + sizes[n] * deviation**2 * sp.eye(sizes[d])).inv()
    return {"X": data, "s": sp.Matrix([[deviation]]), "S_inv": inverse, "W_star": second * inverse}


DENOISING = (
    Claim(
        "dae-ridge",
        "Noise on the input is a penalty on the weights",
        Expectation(eps, s**2, SquaredNorm(x - W @ (x + eps))),
        (
            Link(
                "=",
                SquaredNorm(x - W @ x) + s**2 * SquaredNorm(W),
                "the noise has mean zero and is uncorrelated: only its variance stays",
                Normal((NOISE_MOMENTS,)),
            ),
        ),
        "1.2",
        mistakes=(Mistake("half the penalty", SquaredNorm(x - W @ x) + s**2 * SquaredNorm(W) / 2),),
    ),
    Claim(
        "dae-gradient",
        "Gradient of the expected loss of a linear denoiser",
        Gradient(ridge, W),
        (Link("=", -2 * ((X - W @ X) @ X.T) + (2 * n * s**2) * W, "chain rule, term by term"),),
        "1.2",
        uses=("dae-ridge",),
        mistakes=(Mistake("lost penalty", -2 * ((X - W @ X) @ X.T)),),
    ),
    Claim(
        "dae-wiener",
        "The best linear denoiser is Wiener's filter",
        ridge,
        (
            Link(
                "=",
                ridge_star + SquaredNorm((W - W_star) @ X) + n * s**2 * SquaredNorm(W - W_star),
                "complete the square in the weights",
            ),
            Link(
                ">=",
                ridge_star,
                "two squares are dropped",
                NonNegative(SquaredNorm((W - W_star) @ X) + n * s**2 * SquaredNorm(W - W_star)),
            ),
        ),
        "1.2",
        given=WIENER,
        uses=("dae-ridge",),
        model=wiener_model,
        equality=(Relation(W, "=", W_star),),
        mistakes=(Mistake("no penalty at the optimum", SquaredNorm(X - W_star @ X), "="),),
    ),
)

# ---------------------------------------------------------------- what the sheet says

first_axis, second_axis = sp.Matrix([1, 0]), sp.Matrix([0, 1])
change, three = sp.Matrix([[2, 1], [1, 1]]), sp.Matrix([[1, 0], [0, 1], [0, 0]])
centred = let("X_centred", X - mean @ ones.T)

COUNTEREXAMPLES = (
    Counterexample(
        "lae-no-bias-is-not-pca",
        "Without biases, uncentred data can have another optimum",
        "Without biases, with the squared error and at the global minimum a linear autoencoder is PCA. "
        "Here the principal component of the centred data is worse than another pair of weights.",
        Relation(SquaredNorm(X - W_d @ W_d.T @ X), "<=", SquaredNorm(X - W_e.T @ W_e @ X)),
        "1.1 PCA",
        ("lae-best-bias", "lae-bias-centres", "lae-eckart-young"),
        given=(
            Relation(centred @ centred.T @ W_d, "=", Trace(centred @ centred.T) * W_d),
            Relation(W_d.T @ W_d, "=", identity(k)),
        ),
        sizes={d: 2, k: 1, n: 4},
        values={"X": sp.Matrix([[10, 10, 10, 10], [1, -1, 2, -2]]), "W_d": second_axis, "W_e": first_axis.T},
    ),
    Counterexample(
        "lae-columns-are-not-components",
        "The decoder's columns are not the principal components",
        "At the optimum the columns of the decoder are the first principal components. "
        "Here a decoder reaches the bound, and its columns are no eigenvectors.",
        Relation(X @ X.T @ W_d, "=", W_d @ Lambda_k),
        "1.1 PCA",
        ("lae-invariance", "lae-pca-attains", "lae-eckart-young"),
        given=(Relation(loss(W_d, W_e), "=", Trace(X @ X.T) - Trace(Lambda_k)),),
        sizes={d: 3, k: 2, n: 3},
        values={
            "X": sp.diag(3, 2, 1),
            "W_d": three * change,
            "W_e": change.inv() * three.T,
            "Lambda_k": sp.diag(9, 4),
        },
    ),
)

STATEMENTS: tuple[Statement, ...] = (*BASICS, *ECKART_YOUNG, *BIASES, *CRITICAL, *DENOISING, *COUNTEREXAMPLES)
