r"""The symbols of the book, once: letter, meaning, shape, domain, and the name in the code.

All LaTeX of the project stands here.  Vectors and matrices are the sheet's columns: a sample is a column of ``X``; the code
keeps samples as rows, and the claim ``ae-rows`` carries one to the other.

Contents: dimensions and indices, functions, data and parameters, auxiliary symbols, lemmas.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from genmath.calculus import Function
from genmath.rules import Lemma
from genmath.surface import ONE, SCALAR, Let, Node, Shape, Var


@dataclass(frozen=True)
class Row:
    """One row of the table of notation."""

    letter: str
    meaning: str
    shape: str
    code: str


TABLE: list[Row] = []


def _dimension(name: str, meaning: str, code: str = "") -> sp.Symbol:
    TABLE.append(Row(name, meaning, "positive integer", code))
    return sp.Symbol(name, integer=True, positive=True)


def _symbol(name: str, letter: str, shape: Shape, meaning: str, code: str = "", domain: str = "real") -> Var:
    size = "scalar" if shape == SCALAR else " × ".join(str(m) for m in shape)
    TABLE.append(Row(letter, meaning, size + ("" if domain == "real" else f", {domain}"), code))
    return Var(name, letter, shape, domain)


def _function(name: str, letter: str, meaning: str, code: str = "") -> Function:
    TABLE.append(Row(letter, meaning, "function", code))
    return Function.opaque(name, letter)


def let(name: str, body: Node) -> Let:
    """An abbreviation under one of the book's letters."""
    return Let(LETTERS[name], body)


# ---------------------------------------------------------------- dimensions and indices

d = _dimension("d", "numbers in a sample (pixels of an image)", "n_features_in_")
k = _dimension("k", "numbers in a code (latent size)", "n_latent")
n = _dimension("n", "samples in the data or in a batch", "len(X)")
r = _dimension("r", "dimension of the space that the decoder's columns span")
i, j, p, q = sp.symbols("i j p q", integer=True, positive=True)

# ---------------------------------------------------------------- functions and scalars

sigma = _function("sigma", r"\sigma", "logistic function; any differentiable function where nothing else is said", "sigmoid")
exp = Function("exp", "e^", sp.exp)
tanh = Function("tanh", r"\tanh", sp.tanh)
log = Function("log", r"\log", sp.log)
erf = Function("erf", r"\operatorname{erf}", sp.erf)
sqrt = Function("sqrt", r"\sqrt", sp.sqrt)

t = _symbol("t", "t", SCALAR, "a real number", "x")

# ---------------------------------------------------------------- data and parameters

x = _symbol("x", r"\mathbf{x}", (d, 1), "a sample", "X[i]")
x_noisy = _symbol("x_noisy", r"\tilde{\mathbf{x}}", (d, 1), "a noisy sample", "X_noisy[i]")
z = _symbol("z", r"\mathbf{z}", (k, 1), "a code", "Z[i]")
W_e = _symbol("W_e", r"\mathbf{W}_e", (k, d), "weights of the encoder", "W_e")
b_e = _symbol("b_e", r"\mathbf{b}_e", (k, ONE), "biases of the encoder", "b_e")
W_d = _symbol("W_d", r"\mathbf{W}_d", (d, k), "weights of the decoder", "W_d")
b_d = _symbol("b_d", r"\mathbf{b}_d", (d, ONE), "biases of the decoder", "b_d")
X = _symbol("X", r"\mathbf{X}", (d, n), "data, a sample a column", "X.T")
X_noisy = _symbol("X_noisy", r"\tilde{\mathbf{X}}", (d, n), "noisy data, a sample a column", "X_noisy.T")

LETTERS = {
    "x_hat": r"\hat{\mathbf{x}}",
    "X_hat": r"\hat{\mathbf{X}}",
    "z": r"\mathbf{z}",
    "Z": r"\mathbf{Z}",
    "L": "L",
    "a_e": r"\mathbf{a}_e",
    "a_d": r"\mathbf{a}_d",
    "A_e": r"\mathbf{A}_e",
    "A_d": r"\mathbf{A}_d",
    "delta_e": r"\boldsymbol{\delta}_e",
    "delta_d": r"\boldsymbol{\delta}_d",
    "Delta_e": r"\boldsymbol{\Delta}_e",
    "Delta_d": r"\boldsymbol{\Delta}_d",
    "F": "F",
    "R": r"\mathbf{R}",
    "P": r"\mathbf{P}",
    "X_centred": r"\mathbf{X}_{\mathrm{c}}",
    "mean": r"\bar{\mathbf{x}}",
}
TABLE += [
    Row(LETTERS["x_hat"], "reconstruction of a sample", "d × 1", "X_hat[i]"),
    Row(LETTERS["a_e"], "preactivation of the encoder", "k × 1", "A_e[i]"),
    Row(LETTERS["a_d"], "preactivation of the decoder", "d × 1", "A_d[i]"),
    Row(LETTERS["delta_e"], "slope of the loss in the preactivation of the encoder", "k × 1", "Delta_e[i]"),
    Row(LETTERS["delta_d"], "slope of the loss in the preactivation of the decoder", "d × 1", "Delta_d[i]"),
    Row(LETTERS["L"], "loss: the squared error, summed over pixels", "scalar", "loss"),
    Row(LETTERS["F"], "loss of the linear autoencoder", "scalar", "loss"),
]

# ---------------------------------------------------------------- arrays of the code: samples are rows

X_rows = _symbol("X_rows", r"\mathsf{X}", (n, d), "data, a sample a row", "X")
LETTERS |= {
    "A_e_rows": r"\mathsf{A}_e",
    "A_d_rows": r"\mathsf{A}_d",
    "Z_rows": r"\mathsf{Z}",
    "X_hat_rows": r"\hat{\mathsf{X}}",
    "Delta_e_rows": r"\mathsf{\Delta}_e",
    "Delta_d_rows": r"\mathsf{\Delta}_d",
    "L_mean": r"\bar{L}",
    "L_pixel": r"\bar{L}_{\mathrm{px}}",
}
TABLE += [
    Row(LETTERS["Z_rows"], "codes, a sample a row", "n × k", "Z"),
    Row(LETTERS["X_hat_rows"], "reconstructions, a sample a row", "n × d", "X_hat"),
    Row(LETTERS["Delta_d_rows"], "slope of the mean loss in the preactivations of the decoder", "n × d", "Delta_d"),
    Row(LETTERS["Delta_e_rows"], "slope of the mean loss in the preactivations of the encoder", "n × k", "Delta_e"),
    Row(LETTERS["L_mean"], "mean of the loss over the samples", "scalar", "loss"),
    Row(LETTERS["L_pixel"], "mean of the squared error over samples and pixels", "scalar", ""),
]

# ---------------------------------------------------------------- linear autoencoders

A = _symbol("A", r"\mathbf{A}", (k, k), "an invertible matrix")
A_inv = _symbol("A_inv", r"\mathbf{A}^{-1}", (k, k), "its inverse")
U = _symbol("U", r"\mathbf{U}", (d, d), "orthonormal eigenvectors of the second moments, one a column", "components")
lam = _symbol("lambda", r"\boldsymbol{\lambda}", (d, ONE), "eigenvalues of the second moments, falling", "eigenvalues", "nonnegative")
Q = _symbol("Q", r"\mathbf{Q}", (d, r), "orthonormal basis of a space that holds the decoder's columns")
M = _symbol("M", r"\mathbf{M}", (r, k), "the decoder's columns in that basis")
c = _symbol("c", "c", SCALAR, "a number between the last kept eigenvalue and the first dropped one", "", "positive")
b = _symbol("b", r"\mathbf{b}", (d, ONE), "a bias", "b_d")
b_star = _symbol("b_star", r"\mathbf{b}^{\star}", (d, ONE), "the best bias", "b_d")
a_1, a_2, e_1, e_2 = (
    _symbol(name, letter, SCALAR, meaning)
    for name, letter, meaning in (
        ("a_1", "a_1", "first entry of a decoder with two outputs"),
        ("a_2", "a_2", "its second entry"),
        ("e_1", "e_1", "first entry of an encoder with two inputs"),
        ("e_2", "e_2", "its second entry"),
    )
)
lam_1 = _symbol("lambda_1", r"\lambda_1", SCALAR, "the larger of two eigenvalues", "", "positive")
lam_2 = _symbol("lambda_2", r"\lambda_2", SCALAR, "the smaller of two eigenvalues", "", "positive")
Lambda_k = _symbol("Lambda_k", r"\boldsymbol{\Lambda}", (k, k), "a diagonal matrix")

# ---------------------------------------------------------------- noise

W = _symbol("W", r"\mathbf{W}", (d, d), "weights of a linear denoiser", "W")
W_star = _symbol("W_star", r"\mathbf{W}^{\star}", (d, d), "the best linear denoiser", "W_star")
S_inv = _symbol("S_inv", r"\mathbf{S}^{-1}", (d, d), "inverse of the second moments of noisy data")
eps = _symbol("eps", r"\boldsymbol{\varepsilon}", (d, ONE), "noise: centred, uncorrelated, of one variance", "noise")
s = _symbol("s", "s", SCALAR, "standard deviation of the noise", "noise", "positive")

# ---------------------------------------------------------------- lemmas

SPECTRAL = Lemma(
    "spectral theorem",
    "A symmetric real matrix has an orthonormal basis of eigenvectors.",
    "Horn & Johnson, Matrix Analysis, Theorem 2.5.6",
)
GRAM_SCHMIDT = Lemma(
    "Gram–Schmidt",
    "Finitely many vectors have an orthonormal basis of their span.",
    "Horn & Johnson, Matrix Analysis, Section 0.6.4",
)
NOISE_MOMENTS = Lemma(
    "second moments of noise",
    "The mean of a quadratic polynomial in centred, uncorrelated noise of one variance is found by inserting the moments.",
    "linearity of expectation; the moments are the assumption",
)
