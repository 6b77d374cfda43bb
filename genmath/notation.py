r"""The symbols of the book, once: letter, meaning, shape, domain, and the name in the code.

All LaTeX of symbols stands here.  Vectors and matrices are the sheet's columns: a sample is a column of ``X``; the
code keeps samples as rows, and the claim ``ae-rows`` carries one to the other.

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
LETTERS: dict[str, str] = {}


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


def _abbreviation(name: str, letter: str, shape: str, meaning: str, code: str = "") -> None:
    TABLE.append(Row(letter, meaning, shape, code))
    LETTERS[name] = letter


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

sigma = _function(
    "sigma", r"\sigma", "logistic function; any differentiable function where nothing else is said", "sigmoid"
)
exp = Function("exp", "e^", sp.exp)
tanh = Function("tanh", r"\tanh", sp.tanh)
log = Function("log", r"\log", sp.log)
erf = Function("erf", r"\operatorname{erf}", sp.erf)
sqrt = Function("sqrt", r"\sqrt", sp.sqrt)

t = _symbol("t", "t", SCALAR, "a real number", "x")

# ---------------------------------------------------------------- data and parameters

x = _symbol("x", r"\mathbf{x}", (d, 1), "a sample", "X[i]")
x_noisy = _symbol("x_noisy", r"\tilde{\mathbf{x}}", (d, 1), "a noisy sample", "X_noisy[i]")
W_e = _symbol("W_e", r"\mathbf{W}_e", (k, d), "weights of the encoder", "W_e")
b_e = _symbol("b_e", r"\mathbf{b}_e", (k, ONE), "biases of the encoder", "b_e")
W_d = _symbol("W_d", r"\mathbf{W}_d", (d, k), "weights of the decoder", "W_d")
b_d = _symbol("b_d", r"\mathbf{b}_d", (d, ONE), "biases of the decoder", "b_d")
X = _symbol("X", r"\mathbf{X}", (d, n), "data, a sample a column", "X.T")
X_noisy = _symbol("X_noisy", r"\tilde{\mathbf{X}}", (d, n), "noisy data, a sample a column", "X_noisy.T")

_abbreviation("a_e", r"\mathbf{a}_e", "k × 1", "preactivation of the encoder", "A_e[i]")
_abbreviation("z", r"\mathbf{z}", "k × 1", "a code", "Z[i]")
_abbreviation("a_d", r"\mathbf{a}_d", "d × 1", "preactivation of the decoder", "A_d[i]")
_abbreviation("x_hat", r"\hat{\mathbf{x}}", "d × 1", "reconstruction of a sample", "X_hat[i]")
_abbreviation("L", "L", "scalar", "loss: the squared error, summed over pixels and samples")
_abbreviation(
    "delta_d", r"\boldsymbol{\delta}_d", "d × 1", "slope of the loss in the preactivation of the decoder", "Delta_d[i]"
)
_abbreviation(
    "delta_e", r"\boldsymbol{\delta}_e", "k × 1", "slope of the loss in the preactivation of the encoder", "Delta_e[i]"
)
_abbreviation("A_e", r"\mathbf{A}_e", "k × n", "preactivations of the encoder, a sample a column", "A_e.T")
_abbreviation("Z", r"\mathbf{Z}", "k × n", "codes, a sample a column", "Z.T")
_abbreviation("A_d", r"\mathbf{A}_d", "d × n", "preactivations of the decoder, a sample a column", "A_d.T")
_abbreviation("X_hat", r"\hat{\mathbf{X}}", "d × n", "reconstructions, a sample a column", "X_hat.T")
_abbreviation("Delta_d", r"\boldsymbol{\Delta}_d", "d × n", "slope of the loss in the preactivations of the decoder")
_abbreviation("Delta_e", r"\boldsymbol{\Delta}_e", "k × n", "slope of the loss in the preactivations of the encoder")
_abbreviation("L_pixel", r"\bar{L}_{\mathrm{px}}", "scalar", "mean of the squared error over samples and pixels")

# ---------------------------------------------------------------- arrays of the code: samples are rows

X_rows = _symbol("X_rows", r"\mathsf{X}", (n, d), "data, a sample a row", "X")
_abbreviation("A_e_rows", r"\mathsf{A}_e", "n × k", "preactivations of the encoder, a sample a row", "A_e")
_abbreviation("Z_rows", r"\mathsf{Z}", "n × k", "codes, a sample a row", "Z")
_abbreviation("A_d_rows", r"\mathsf{A}_d", "n × d", "preactivations of the decoder, a sample a row", "A_d")
_abbreviation("X_hat_rows", r"\hat{\mathsf{X}}", "n × d", "reconstructions, a sample a row", "X_hat")
_abbreviation("L_mean", r"\bar{L}", "scalar", "mean of the loss over the samples", "loss")
_abbreviation(
    "Delta_d_rows",
    r"\mathsf{\Delta}_d",
    "n × d",
    "slope of the mean loss in the preactivations of the decoder",
    "Delta_d",
)
_abbreviation(
    "Delta_e_rows",
    r"\mathsf{\Delta}_e",
    "n × k",
    "slope of the mean loss in the preactivations of the encoder",
    "Delta_e",
)

# ---------------------------------------------------------------- linear autoencoders

_abbreviation("F", "F", "scalar", "loss of a linear autoencoder", "loss")
_abbreviation("plane", "F_2", "scalar", "loss of a linear autoencoder for two pixels and one number")
_abbreviation("R", r"\mathbf{R}", "d × n", "errors of a linear autoencoder, a sample a column")
_abbreviation("P", r"\mathbf{P}", "d × d", "orthogonal projection onto the space of the decoder's columns")
_abbreviation("mean", r"\bar{\mathbf{x}}", "d × 1", "mean of the samples", "X.mean(0)")
_abbreviation("X_centred", r"\mathbf{X}_{\mathrm{c}}", "d × n", "centred data, a sample a column", "(X - X.mean(0)).T")
A = _symbol("A", r"\mathbf{A}", (k, k), "an invertible matrix")
A_inv = _symbol("A_inv", r"\mathbf{A}^{-1}", (k, k), "its inverse")
U = _symbol("U", r"\mathbf{U}", (d, d), "orthonormal eigenvectors of the second moments, one a column", "components")
lam = _symbol(
    "lambda",
    r"\boldsymbol{\lambda}",
    (d, ONE),
    "eigenvalues of the second moments, falling",
    "eigenvalues",
    "nonnegative",
)
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

W = _symbol("W", r"\mathbf{W}", (d, d), "weights of a linear map of samples, as of a denoiser", "W")
W_star = _symbol("W_star", r"\mathbf{W}^{\star}", (d, d), "the best linear denoiser", "W_star")
S_inv = _symbol("S_inv", r"\mathbf{S}^{-1}", (d, d), "inverse of the second moments of noisy data")
eps = _symbol("eps", r"\boldsymbol{\varepsilon}", (d, ONE), "noise: centred, uncorrelated, of one variance", "noise")
s = _symbol("s", "s", SCALAR, "standard deviation of the noise", "noise", "positive")

# ---------------------------------------------------------------- distributions and variational autoencoders

m = _dimension("m", "states of a code that takes finitely many values")
states = _symbol(
    "joint", r"\mathbf{p}", (m, ONE), "joint density of the sample and each state of the code", "", "positive"
)
guess = _symbol("guess", r"\mathbf{q}", (m, ONE), "the encoder's probability of each state", "", "probability")
other = _symbol("other", r"\mathbf{r}", (m, ONE), "other probabilities of the states", "", "probability")
evidence = _symbol("evidence", r"p(\mathbf{x})", SCALAR, "density of the sample: the evidence", "", "positive")
v = _symbol("v", "v", SCALAR, "a positive number", "", "positive")
mean_1 = _symbol("mu_1", r"\mu", SCALAR, "mean of one coordinate of the code", "mu")
dev_1 = _symbol("sigma_1", r"\sigma", SCALAR, "standard deviation of one coordinate of the code", "sigma", "positive")
mean_2 = _symbol("mu_2", r"\nu", SCALAR, "mean of another Gaussian")
dev_2 = _symbol("sigma_2", r"\tau", SCALAR, "standard deviation of another Gaussian", "", "positive")
code_1 = _symbol("z_1", "z", SCALAR, "one coordinate of the code", "Z[i, j]")
noise_1 = _symbol("eps_1", r"\varepsilon", SCALAR, "one coordinate of standard normal noise", "eps[i, j]")
mu = _symbol("mu", r"\boldsymbol{\mu}", (k, ONE), "means of the code", "mu[i]")
dev = _symbol("sigma_k", r"\boldsymbol{\sigma}", (k, ONE), "standard deviations of the code", "sigma[i]", "positive")
log_var = _symbol("log_var", r"\boldsymbol{\ell}", (k, ONE), "logarithms of the variances of the code", "log_var[i]")
eps_k = _symbol("eps_k", r"\boldsymbol{\varepsilon}", (k, ONE), "standard normal noise in the code", "eps[i]")
root = _symbol("root", r"\mathbf{L}", (k, k), "root of a covariance matrix")
log_det = _symbol(
    "log_det", r"\log\det\boldsymbol{\Sigma}", SCALAR, "logarithm of the determinant of a covariance matrix"
)
turn = _symbol("turn", r"\mathbf{Q}_k", (k, k), "a rotation of the code")
real_1 = _symbol("real_1", "p", SCALAR, "density of the data at a point", "", "positive")
fake_1 = _symbol("fake_1", "q", SCALAR, "density of the generator's samples at a point", "", "positive")
judge = _symbol("judge", "D", SCALAR, "the discriminator's output at a point", "D", "unit")
logit = _symbol("logit", "o", SCALAR, "the discriminator's logit", "logits")
real = _symbol(
    "real", r"\mathbf{p}_{\mathrm{data}}", (m, ONE), "probabilities of the data on m points", "", "probability"
)
fake = _symbol("fake", r"\mathbf{p}_g", (m, ONE), "probabilities of the samples on m points", "", "probability")
theta = _symbol("theta", r"\theta", SCALAR, "the parameter of the simplest generator")
psi = _symbol("psi", r"\psi", SCALAR, "the parameter of the simplest discriminator")
step = _symbol("step", "h", SCALAR, "step size", "learning_rate", "positive")
_abbreviation("value_at", "f", "scalar", "the discriminator's value at a point")
_abbreviation("slope_at", "f'", "scalar", "slope of the value in the discriminator's output")
_abbreviation("loss_s", r"\ell_{\mathrm{s}}", "scalar", "the saturating loss of the generator")
_abbreviation("loss_n", r"\ell_{\mathrm{n}}", "scalar", "the non-saturating loss of the generator")
_abbreviation("best_judge", r"D^{\star}", "scalar", "the best discriminator at a point")
_abbreviation("value", "V", "scalar", "value of the game at the best discriminator")
_abbreviation("jsd", r"\mathrm{JSD}", "scalar", "Jensen–Shannon divergence")
_abbreviation("elbo", r"\mathcal{L}", "scalar", "evidence lower bound", "elbo")
_abbreviation("posterior", r"\boldsymbol{\pi}", "m × 1", "probability of each state of the code, given the sample")
_abbreviation("generating", "M", "scalar", "generating function of the moments of a code")
_abbreviation("sample", r"z_{\varepsilon}", "scalar", "a sample of one coordinate of the code", "z")
_abbreviation("share", "P", "scalar", "probability that a coordinate of the code is positive")
_abbreviation("kl", r"D_{\mathrm{KL}}", "scalar", "Kullback–Leibler divergence", "kl")

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
    "The mean of a quadratic polynomial in centred, uncorrelated noise of one variance needs its moments alone.",
    "linearity of expectation; the moments are the assumption",
)
