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
from genmath.surface import ONE, SCALAR, Let, LetAt, Node, Shape, Var


@dataclass(frozen=True)
class Row:
    """One row of the table of notation; a symbol has a name besides, for one letter may stand in several chapters."""

    letter: str
    meaning: str
    shape: str
    code: str
    name: str = ""


TABLE: list[Row] = []
LETTERS: dict[str, str] = {}


def _dimension(name: str, meaning: str, code: str = "") -> sp.Symbol:
    symbol = sp.Symbol(name, integer=True, positive=True)
    TABLE.append(Row(sp.latex(symbol), meaning, "positive integer", code))
    return symbol


def _symbol(name: str, letter: str, shape: Shape, meaning: str, code: str = "", domain: str = "real") -> Var:
    TABLE.append(Row(letter, meaning, size_of(shape, domain), code, name))
    return Var(name, letter, shape, domain)


def size_of(shape: Shape, domain: str) -> str:
    """A shape and a domain, as the table tells them."""
    size = "scalar" if shape == SCALAR else " × ".join(str(m) for m in shape)
    return size if domain == "real" else f"{size}, {domain}"


def _function(name: str, letter: str, meaning: str, code: str = "") -> Function:
    TABLE.append(Row(letter, meaning, "function", code))
    return Function.opaque(name, letter)


def _abbreviation(name: str, letter: str, shape: str, meaning: str, code: str = "") -> None:
    TABLE.append(Row(letter, meaning, shape, code))
    LETTERS[name] = letter


def let(name: str, body: Node) -> Let:
    """An abbreviation under one of the book's letters."""
    return Let(LETTERS[name], body)


def let_at(name: str, body: Node, time: sp.Expr) -> LetAt:
    """An abbreviation for something at a time, under one of the book's letters."""
    return LetAt(LETTERS[name], body, time)


# ---------------------------------------------------------------- dimensions and indices

d = _dimension("d", "numbers in a sample (pixels of an image)", "n_features_in_")
k = _dimension("k", "numbers in a code (latent size)", "n_latent")
n = _dimension("n", "samples in the data or in a batch", "len(X)")
h = _dimension("h", "width of a hidden layer", "n_hidden")
r = _dimension("r", "dimension of the space that the decoder's columns span")
i, j, p, q = sp.symbols("i j p q", integer=True, positive=True)

# ---------------------------------------------------------------- functions and scalars

sigma = _function(
    "sigma", r"\sigma", "logistic function; any differentiable function where nothing else is said", "sigmoid"
)
softplus = _function("softplus", r"\zeta", "softplus, the logarithm of one plus the exponential", "softplus")
phi = _function("phi", r"\varphi", "activation of a hidden layer: any differentiable function", "activation")
output = _function("output", r"\omega", "last layer of a generator: any differentiable function", "output")
exp = Function("exp", "e^", sp.exp)
cos = Function("cos", r"\cos", sp.cos)
sin = Function("sin", r"\sin", sp.sin)
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

# ---------------------------------------------------------------- training: clipping

n_w = _dimension("n_w", "weights and biases of a model, counted together")
T = _dimension("T", "steps: of a training, or of a sequence", "T")
ell = _dimension("ell", "layers of a deep network")
g = _symbol("g", r"\mathbf{g}", (n_w, ONE), "a gradient, all of its entries in one column", "grads")
g_2 = _symbol("g_2", r"\mathbf{g}'", (n_w, ONE), "another gradient", "grads")
norm_g = _symbol("norm_g", "N", SCALAR, "Euclidean norm of a gradient", "norm", "positive")
norm_2 = _symbol("norm_2", "N'", SCALAR, "Euclidean norm of another gradient", "norm", "positive")
N_max = _symbol("N_max", r"N_{\max}", SCALAR, "the norm to which gradients are clipped", "max_norm", "positive")
any_g = _symbol("any_g", r"\mathbf{v}", (n_w, ONE), "any other vector of a convex set")
near = _symbol("near", r"\mathbf{u}", (n_w, ONE), "a point of a convex set: what a gradient is moved to")
near_2 = _symbol("near_2", r"\mathbf{u}'", (n_w, ONE), "what another gradient is moved to")
g_1 = _symbol("g_1", "g", SCALAR, "one entry of a gradient", "g")
low = _symbol("low", r"g_{\min}", SCALAR, "lower bound of the entries of a gradient", "low")
high = _symbol("high", r"g_{\max}", SCALAR, "upper bound of the entries of a gradient", "high")
w_hh = _symbol("w_hh", r"w_{hh}", SCALAR, "recurrent weight of a network with one hidden unit")
hidden_0 = _symbol("hidden_0", "h_0", SCALAR, "its hidden unit at the beginning")
_abbreviation("g_hat", r"\hat{\mathbf{g}}", "n_w × 1", "a gradient that was too long, clipped by its norm", "clipped")
_abbreviation("g_hat_2", r"\hat{\mathbf{g}}'", "n_w × 1", "another one", "clipped")

# ---------------------------------------------------------------- training: initialisation

W_0 = _symbol("W_0", r"\mathbf{W}_0", (h, d), "random weights of a layer: centred, uncorrelated, of one variance", "W")
var_w = _symbol("var_w", "v_w", SCALAR, "their variance", "variance", "positive")
delta_h = _symbol("delta_h", r"\boldsymbol{\delta}_h", (h, ONE), "gradient by the preactivations of a layer")
grad_h = _symbol(
    "grad_h",
    r"\mathbf{g}_h",
    (h, ONE),
    "gradient by the activations of a layer: centred, uncorrelated, of one variance",
)
var_g = _symbol("var_g", "v_g", SCALAR, "their variance", "", "positive")
slopes_h = _symbol(
    "slopes_h", r"\boldsymbol{\varphi}'_{+}", (h, ONE), "slopes of a layer's activations: 1 or alpha", "slope"
)
slopes_t = _symbol(
    "slopes_t", r"\boldsymbol{\varphi}'_{-}", (h, ONE), "the same if all preactivations turn their signs", "slope"
)
alpha = _symbol("alpha", r"\alpha", SCALAR, "slope of a leaky rectifier where its argument is negative", "alpha")
dev_a = _symbol("dev_a", r"\sigma_a", SCALAR, "standard deviation of a preactivation", "", "positive")
square = _symbol("square", "q", SCALAR, "mean square of the numbers in a layer")
square_0 = _symbol("square_0", "q_0", SCALAR, "mean square of the numbers at the first layer", "", "positive")
eps_h = _symbol("eps_h", r"\boldsymbol{\varepsilon}_h", (h, ONE), "how far the squares in a layer lie from their mean")
_abbreviation("bent", r"q_{\tanh}", "scalar", "mean square of the hyperbolic tangent of a Gaussian preactivation")
_abbreviation("g_open", r"\mathbf{g}_{+}", "d × 1", "gradient that a layer passes back")
_abbreviation("g_turned", r"\mathbf{g}_{-}", "d × 1", "the same if all preactivations turn their signs")
_abbreviation("spread", r"\tau_{\alpha}", "scalar", "variance of a squared activation, over the square of its mean")

# ---------------------------------------------------------------- training: descent, Adam, schedules

xi = _symbol("xi", r"\xi", SCALAR, "distance of a parameter from the minimum", "p")
xi_0 = _symbol("xi_0", r"\xi_0", SCALAR, "the same before the first step", "p")
xi_w = _symbol("xi_w", r"\boldsymbol{\xi}", (n_w, ONE), "distances of all parameters from the minimum")
curve = _symbol("curve", r"\varkappa", SCALAR, "curvature of a quadratic loss in one direction", "", "positive")
curves = _symbol("curves", r"\boldsymbol{\varkappa}", (n_w, ONE), "curvatures of a quadratic loss in n_w directions")
V_w = _symbol("V_w", r"\mathbf{V}", (n_w, n_w), "these directions: orthonormal, one a column")
slowest = _symbol("slowest", r"\varrho_{\max}", SCALAR, "a bound of the factors of all directions")
size_g = _symbol("size_g", "|g|", SCALAR, "size of one entry of a gradient", "abs(g)", "positive")
beta_1 = _symbol("beta_1", r"\beta_1", SCALAR, "memory of Adam's first moment", "beta_1", "unit")
beta_2 = _symbol("beta_2", r"\beta_2", SCALAR, "memory of Adam's second moment", "beta_2", "unit")
tiny_adam = _symbol("tiny_adam", r"\epsilon", SCALAR, "Adam's small number", "epsilon", "positive")
entries_t = _symbol("entries_t", r"\mathbf{g}_{1 \ldots T}", (T, ONE), "one entry of the gradient, in T steps")
share_1 = _symbol("share_1", r"\mathbf{m}_{\beta}", (T, ONE), "share of each step in Adam's first moment")
share_2 = _symbol("share_2", r"\mathbf{s}_{\beta}", (T, ONE), "share of each step in its second", "", "positive")
drop = _symbol("drop", r"\gamma_{\eta}", SCALAR, "factor of one drop of the learning rate", "factor")
_abbreviation("hessian", r"\mathbf{H}", "n_w × n_w", "second derivatives of a quadratic loss")
_abbreviation("cond", r"\operatorname{cond}", "scalar", "the largest curvature over the smallest")

# ---------------------------------------------------------------- noise

W = _symbol("W", r"\mathbf{W}", (d, d), "weights of a linear map of samples, as of a denoiser", "W")
W_star = _symbol("W_star", r"\mathbf{W}^{\star}", (d, d), "the best linear denoiser", "W_star")
S_inv = _symbol("S_inv", r"\mathbf{S}^{-1}", (d, d), "inverse of the second moments of noisy data")
eps = _symbol("eps", r"\boldsymbol{\varepsilon}", (d, ONE), "noise: centred, uncorrelated, of one variance", "noise")
s = _symbol("s", "s", SCALAR, "standard deviation of the noise", "noise", "positive")

# ---------------------------------------------------------------- distributions and variational autoencoders

m = _dimension("m", "states of a code that takes finitely many values, or points on which distributions lie")
states = _symbol(
    "joint", r"\mathbf{p}", (m, ONE), "joint density of the sample and each state of the code", "", "positive"
)
prior = _symbol("prior", r"\mathbf{p}_z", (m, ONE), "prior probability of each state of the code", "", "probability")
likely = _symbol(
    "likely", r"\mathbf{p}_{x|z}", (m, ONE), "density of the sample, given each state of the code", "", "positive"
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
log_det_turned = _symbol(
    "log_det_turned",
    r"\log\det\mathbf{Q}_k \boldsymbol{\Sigma} \mathbf{Q}_k^{\top}",
    SCALAR,
    "the same after a rotation of the code",
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
step = _symbol("step", r"\eta", SCALAR, "step size", "learning_rate", "positive")
_abbreviation("value_at", "f", "scalar", "the discriminator's value at a point")
_abbreviation("slope_at", "f'", "scalar", "slope of the value in the discriminator's output")
_abbreviation("loss_s", r"\ell_{\mathrm{s}}", "scalar", "the saturating loss of the generator")
_abbreviation("loss_n", r"\ell_{\mathrm{n}}", "scalar", "the non-saturating loss of the generator")
_abbreviation("best_judge", r"D^{\star}", "scalar", "the best discriminator at a point")
_abbreviation("value", "C", "scalar", "value of the game at the best discriminator")
_abbreviation("game", "V", "scalar", "value of the game")
_abbreviation("jsd", r"\mathrm{JSD}", "scalar", "Jensen–Shannon divergence")
_abbreviation("elbo", r"\mathcal{L}", "scalar", "evidence lower bound", "elbo")
_abbreviation("posterior", r"\boldsymbol{\pi}", "m × 1", "probability of each state of the code, given the sample")
_abbreviation("generating", "M", "scalar", "generating function of the moments of a code")
_abbreviation("sample", r"z_{\varepsilon}", "scalar", "a sample of one coordinate of the code", "z")
_abbreviation("share", "P", "scalar", "probability that a coordinate of the code is positive")
_abbreviation("kl", r"D_{\mathrm{KL}}", "scalar", "Kullback–Leibler divergence", "kl")

# ---------------------------------------------------------------- likelihoods, the network of a variational autoencoder

pixel = _symbol("pixel", "x", SCALAR, "grey value of a pixel", "X[i, j]", "unit")
pixel_hat = _symbol("pixel_hat", r"\hat{x}", SCALAR, "reconstruction of a pixel", "X_hat[i, j]", "unit")
tiny = _symbol(
    "tiny", r"\kappa", SCALAR, "the small number that a listing adds inside of a logarithm", "1e-8", "positive"
)
mean_x = _symbol("mean_x", r"\boldsymbol{\mu}_{\theta}", (d, ONE), "mean of a sample, given its code", "X_hat[i]")
logits = _symbol("logits", r"\mathbf{a}", (d, ONE), "logits of a sample's pixels, given its code", "A[i]")
beta = _symbol("beta", r"\beta", SCALAR, "weight of the divergence in the loss", "beta", "positive")
log_var_x = _symbol("log_var_x", r"\ell_x", SCALAR, "logarithm of the variance of a Gaussian decoder", "log_var_x")
W_h = _symbol("W_h", r"\mathbf{W}_h", (h, d), "weights of the encoder's hidden layer", "W_h")
b_h = _symbol("b_h", r"\mathbf{b}_h", (h, ONE), "its biases; those of a recurrent layer", "b_h")
W_mu = _symbol("W_mu", r"\mathbf{W}_{\mu}", (k, h), "weights of the means of the code", "W_mu")
b_mu = _symbol("b_mu", r"\mathbf{b}_{\mu}", (k, ONE), "their biases", "b_mu")
W_s = _symbol("W_s", r"\mathbf{W}_s", (k, h), "weights of the logarithms of the variances of the code", "W_s")
b_s = _symbol("b_s", r"\mathbf{b}_s", (k, ONE), "their biases", "b_s")
W_g = _symbol("W_g", r"\mathbf{W}_g", (h, k), "weights of the decoder's hidden layer", "W_g")
b_g = _symbol("b_g", r"\mathbf{b}_g", (h, ONE), "its biases", "b_g")
W_x = _symbol("W_x", r"\mathbf{W}_x", (d, h), "weights of the decoder's output", "W_x")
b_x = _symbol("b_x", r"\mathbf{b}_x", (d, ONE), "its biases", "b_x")
eps_rows = _symbol("eps_rows", r"\mathsf{E}", (n, k), "standard normal noise in the codes, a sample a row", "eps")
_abbreviation("H_rows", r"\mathsf{H}", "n × h", "hidden layer of the encoder, a sample a row", "H")
_abbreviation("mu_rows", r"\mathsf{M}", "n × k", "means of the codes, a sample a row", "mu")
_abbreviation(
    "log_var_rows", r"\mathsf{S}", "n × k", "logarithms of the variances of the codes, a sample a row", "log_var"
)
_abbreviation("G_rows", r"\mathsf{G}", "n × h", "hidden layer of the decoder, a sample a row", "G")
_abbreviation("A_rows", r"\mathsf{A}", "n × d", "output of the decoder: logits, or means, a sample a row", "A")
_abbreviation("L_vae", r"\bar{L}_{\beta}", "scalar", "loss of a variational autoencoder, mean over the samples", "loss")
_abbreviation(
    "L_gauss", r"\bar{L}_{\mathcal{N}}", "scalar", "minus the mean Gaussian log-likelihood", "-log_likelihood"
)
_abbreviation("Delta_x", r"\mathsf{\Delta}_x", "n × d", "slope of the loss in the output of the decoder", "Delta_x")
_abbreviation("Delta_g", r"\mathsf{\Delta}_g", "n × h", "slope in the preactivation of its hidden layer", "Delta_g")
_abbreviation("Delta_mu", r"\mathsf{\Delta}_{\mu}", "n × k", "slope in the means of the codes", "dmu")
_abbreviation("Delta_s", r"\mathsf{\Delta}_s", "n × k", "slope in the logarithms of their variances", "dlog_var")
_abbreviation(
    "Delta_h", r"\mathsf{\Delta}_h", "n × h", "slope in the preactivation of the encoder's hidden layer", "Delta_h"
)
_abbreviation("A_h", r"\mathsf{A}_h", "n × h", "preactivation of the encoder's hidden layer, a sample a row", "A_h")
_abbreviation("A_g", r"\mathsf{A}_g", "n × h", "preactivation of the decoder's hidden layer, a sample a row", "A_g")
_abbreviation("bernoulli", r"\ell_{\mathcal{B}}", "scalar", "log-likelihood of a sample under a Bernoulli decoder")
_abbreviation("log_likelihood", r"\ell_{\mathcal{N}}", "scalar", "log-likelihood of a sample under a Gaussian decoder")
_abbreviation("loss_b", r"L_{\mathcal{B}}", "scalar", "cross entropy of a sample, summed over its pixels")
_abbreviation("loss_tiny", r"\ell_{\kappa}", "scalar", "minus a logarithm with a small number inside")

# ---------------------------------------------------------------- linear decoders, and images of noise

best_mu = _symbol("best_mu", r"\mathbf{m}^{\star}", (k, ONE), "mean of the posterior of a linear decoder's code")
x_1 = _symbol("x_1", "x_1", SCALAR, "the sample in one direction of the data, centred")
w_1 = _symbol("w_1", "w", SCALAR, "weight of a linear decoder in one direction")
u_1 = _symbol("u_1", "u", SCALAR, "weight of a linear encoder in one direction")
lam_x = _symbol("lambda_x", r"\lambda", SCALAR, "variance of the data in one direction", "eigenvalues", "positive")
average = _symbol(
    "average", r"\bar{\mathbf{w}}", (m, ONE), "average weight of the drawn codes, in each outcome", "", "positive"
)
table = _symbol(
    "table", r"\mathbf{J}", (m, n), "joint probability of each state of the code and each image", "", "positive"
)
marginal = _symbol("marginal", r"\mathbf{P}", (n, ONE), "the decoder's probability of each image", "", "probability")
chance = _symbol(
    "chance", r"\mathbf{w}", (n, ONE), "how probable each image of black and white pixels is", "", "probability"
)

# ---------------------------------------------------------------- adversarial networks

judges = _symbol("judges", r"\mathbf{D}", (m, ONE), "the discriminator's outputs on m points", "D", "unit")
rho = _symbol("rho", r"\boldsymbol{\rho}", (n, ONE), "probabilities of n values of the noise", "", "probability")
lands = _symbol("lands", r"\boldsymbol{\Gamma}", (m, n), "1 where a value of the noise is sent to a point, else 0")
critic = _symbol("critic", r"\mathbf{T}", (m, ONE), "any function on m points")
tau = _symbol("tau", r"\boldsymbol{\tau}", (m, ONE), "a change of probabilities on m points")
y = _symbol("y", r"\mathbf{y}", (d, ONE), "another sample", "Y[i]")
K_xx = _symbol("K_xx", r"\mathbf{K}_{xx}", (n, n), "kernel of n samples of the data with each other")
K_yy = _symbol("K_yy", r"\mathbf{K}_{yy}", (n, n), "kernel of n samples of the generator with each other")
K_xy = _symbol("K_xy", r"\mathbf{K}_{xy}", (n, n), "kernel of the data with the generator's samples")
noise_rows = _symbol("Z", r"\mathsf{Z}_0", (n, k), "noise of a generator, a sample a row", "Z")
fake_rows = _symbol("X_g", r"\mathsf{Y}", (n, d), "samples of a generator, a sample a row", "X_g")
G_W1 = _symbol("G_W1", r"\mathbf{W}_{G1}", (h, k), "weights of a generator's hidden layer", "G_W1")
G_b1 = _symbol("G_b1", r"\mathbf{b}_{G1}", (h, ONE), "its biases", "G_b1")
G_W2 = _symbol("G_W2", r"\mathbf{W}_{G2}", (d, h), "weights of a generator's output", "G_W2")
G_b2 = _symbol("G_b2", r"\mathbf{b}_{G2}", (d, ONE), "its biases", "G_b2")
D_W1 = _symbol("D_W1", r"\mathbf{W}_{D1}", (h, d), "weights of a discriminator's hidden layer", "D_W1")
D_b1 = _symbol("D_b1", r"\mathbf{b}_{D1}", (h, ONE), "its biases", "D_b1")
D_W2 = _symbol("D_W2", r"\mathbf{W}_{D2}", (ONE, h), "weights of a discriminator's logit", "D_W2")
D_b2 = _symbol("D_b2", r"b_{D2}", SCALAR, "its bias", "D_b2")
slopes = _symbol("S", r"\mathsf{S}_D", (n, h), "slopes of a discriminator's hidden layer", "S")
gamma = _symbol("gamma", r"\gamma", SCALAR, "weight of the penalty on steep logits", "r1", "positive")
_abbreviation("G_H", r"\mathsf{H}_G", "n × h", "hidden layer of a generator, a sample a row", "G_H")
_abbreviation("G_A2", r"\mathsf{A}_{G2}", "n × d", "preactivation of its output, a sample a row")
_abbreviation("G_A1", r"\mathsf{A}_{G1}", "n × h", "preactivation of its hidden layer, a sample a row")
_abbreviation("G_X", r"\mathsf{X}_g", "n × d", "what a generator makes of noise, a sample a row", "X_g")
_abbreviation("D_A", r"\mathsf{A}_{D}", "n × h", "preactivation of a discriminator's hidden layer on data")
_abbreviation("D_A_g", r"\mathsf{A}_{D}'", "n × h", "the same on samples of the generator")
_abbreviation("D_H", r"\mathsf{H}_D", "n × h", "hidden layer of a discriminator on data, a sample a row", "D_H")
_abbreviation("D_H_g", r"\mathsf{H}_D'", "n × h", "the same on samples of the generator", "D_H")
_abbreviation("D_a", r"\mathbf{a}_D", "h × 1", "preactivation of a discriminator's hidden layer, for one sample")
_abbreviation("o", r"\mathsf{o}", "n × 1", "logits of data", "a")
_abbreviation("o_g", r"\mathsf{o}'", "n × 1", "logits of samples of the generator", "a")
_abbreviation("o_1", r"o(\mathbf{x})", "scalar", "logit of a sample", "a[i]")
_abbreviation("L_D", r"\bar{L}_D", "scalar", "loss of a discriminator", "loss")
_abbreviation("L_G", r"\bar{L}_G", "scalar", "non-saturating loss of a generator", "loss")
_abbreviation(
    "delta_o", r"\boldsymbol{\mathsf{\delta}}", "n × 1", "slope of the loss in the logits of data", "delta[:n]"
)
_abbreviation(
    "delta_g", r"\boldsymbol{\mathsf{\delta}}'", "n × 1", "slope of the loss in the logits of samples", "delta[n:]"
)
_abbreviation(
    "delta_n", r"\boldsymbol{\mathsf{\delta}}_G", "n × 1", "slope of the generator's loss in the logits", "delta"
)
_abbreviation("Delta_D", r"\mathsf{\Delta}_D", "n × h", "slope in a discriminator's hidden layer on data", "Delta[:n]")
_abbreviation("Delta_D_g", r"\mathsf{\Delta}_D'", "n × h", "the same on samples of the generator", "Delta[n:]")
_abbreviation("Delta_n", r"\mathsf{\Delta}_n", "n × h", "slope of the generator's loss in that layer", "Delta")
_abbreviation("Delta_G2", r"\mathsf{\Delta}_{G2}", "n × d", "slope in a generator's output", "G_Delta2")
_abbreviation("Delta_G1", r"\mathsf{\Delta}_{G1}", "n × h", "slope in a generator's hidden layer", "G_Delta1")
_abbreviation("J", r"\mathsf{J}", "n × d", "slopes of the logits in the samples", "J")
_abbreviation("U_D", r"\mathsf{U}", "n × h", "slopes of the logits in the hidden layer's preactivation", "U")
_abbreviation("penalty", r"R_1", "scalar", "penalty on steep logits", "penalty")
_abbreviation("kernel", r"\mathcal{K}(\mathbf{x}, \mathbf{y})", "scalar", "kernel of two samples")
_abbreviation("kernel_distance", r"\hat{\Delta}^2", "scalar", "kernel distance of two sets of samples")
_abbreviation("dirac", r"V_0", "scalar", "value of the simplest game")
_abbreviation("theta_t", r"\theta_t", "scalar", "the generator's parameter after the time t, near the equilibrium")
_abbreviation("psi_t", r"\psi_t", "scalar", "the discriminator's, after the time t")
_abbreviation("push", r"\dot{\theta}", "scalar", "how fast the generator's parameter changes")
_abbreviation("pull", r"\dot{\psi}", "scalar", "how fast the discriminator's parameter changes")
rate = _symbol("rate", r"\varrho", SCALAR, "an eigenvalue")

# ---------------------------------------------------------------- augmentation

d_1 = _dimension("d_1", "rows of an image", "image_shape[0]")
d_2 = _dimension("d_2", "columns of an image", "image_shape[1]")
c_1 = _dimension("c_1", "rows of a crop", "size[0]")
c_2 = _dimension("c_2", "columns of a crop", "size[1]")
image = _symbol("B", r"\mathbf{B}", (d_1, d_2), "grey values of an image", "X[i]")
image_2 = _symbol("B_2", r"\mathbf{B}'", (d_1, d_2), "grey values of another image of the same size", "X[j]")
_abbreviation("flipped_h", r"\mathbf{B}_{\leftrightarrow}", "d_1 × d_2", "an image flipped horizontally")
_abbreviation("flipped_v", r"\mathbf{B}_{\updownarrow}", "d_1 × d_2", "an image flipped vertically")
_abbreviation("quarter", r"\mathbf{B}_{\circlearrowleft}", "d_2 × d_1", "an image turned by a quarter to the left")
point_1 = _symbol("u", r"\vec{u}", (2, ONE), "a point of the plane, from the middle of the image: rows, columns")
point_2 = _symbol("u_2", r"\vec{u}'", (2, ONE), "another point of the plane")
angle = _symbol("angle", r"\vartheta", SCALAR, "an angle, to the left", "angle")
angle_2 = _symbol("angle_2", r"\vartheta'", SCALAR, "another angle")
_abbreviation("F_h", r"\mathbf{F}_{\leftrightarrow}", "2 × 2", "horizontal flip of the plane")
_abbreviation("F_v", r"\mathbf{F}_{\updownarrow}", "2 × 2", "vertical flip of the plane")
_abbreviation("R_1", r"\mathbf{R}_{\vartheta}", "2 × 2", "rotation of the plane by an angle")
_abbreviation("R_2", r"\mathbf{R}_{\vartheta'}", "2 × 2", "rotation by another angle")
_abbreviation("R_sum", r"\mathbf{R}_{\vartheta + \vartheta'}", "2 × 2", "rotation by the sum of two angles")
_abbreviation("R_back", r"\mathbf{R}_{-\vartheta}", "2 × 2", "rotation by the angle in the other direction")
xi_1 = _symbol("xi_1", r"\xi_1", SCALAR, "how far a point lies beyond the upper pixels, in pixels", "", "nonnegative")
xi_2 = _symbol("xi_2", r"\xi_2", SCALAR, "how far it lies beyond the left pixels", "", "nonnegative")
corners = tuple(
    _symbol(f"b_{place}", f"b_{{{place}}}", SCALAR, f"grey of the {words} pixel around a point")
    for place, words in (("11", "upper left"), ("12", "upper right"), ("21", "lower left"), ("22", "lower right"))
)
b_least = _symbol("b_least", r"b_{\min}", SCALAR, "a grey that is at most those of the four pixels")
b_most = _symbol("b_most", r"b_{\max}", SCALAR, "a grey that is at least those of the four pixels")
_abbreviation("between", r"\bar{b}", "scalar", "grey of a point between four pixels")
grey = _symbol("grey", "b", SCALAR, "a grey, 0 for black and 1 for white", "X[i, j]")
factor = _symbol("factor", "a", SCALAR, "factor of brightness or of contrast", "factor", "positive")
_abbreviation("t_black", r"t_0", "scalar", "noise, in deviations, that makes a grey black")
_abbreviation("t_white", r"t_1", "scalar", "noise, in deviations, that makes a grey white")
_abbreviation("mean_grey", r"\bar{x}", "scalar", "mean of the pixels of an image", "X[i].mean()")
coef = _symbol("coef", r"\boldsymbol{\omega}", (d, ONE), "coefficients of a linear regression", "coef")
coef_star = _symbol("coef_star", r"\boldsymbol{\omega}^{\star}", (d, ONE), "the best coefficients", "coef")
targets = _symbol("targets", r"\boldsymbol{\chi}", (n, ONE), "what a regression should answer", "y")
eps_X = _symbol("eps_X", r"\mathcal{E}", (d, n), "noise on all samples, of one variance", "noise")
_abbreviation("L_ridge", r"\bar{L}_{s}", "scalar", "mean squared error with a penalty on the coefficients", "loss")
clip = Function("clip", r"\operatorname{clip}", lambda v: sp.Min(1, sp.Max(0, v)))
normal_cdf = Function("normal_cdf", r"\Phi", lambda v: (1 + sp.erf(v / sp.sqrt(2))) / 2)
normal_pdf = Function("normal_pdf", r"\Phi'", lambda v: sp.exp(-(v**2) / 2) / sp.sqrt(2 * sp.pi))
TABLE += [
    Row(clip.letter, "what lies below 0 made 0, and what lies above 1 made 1", "function", "np.clip"),
    Row(normal_cdf.letter, "distribution function of a standard normal number", "function", ""),
    Row(normal_pdf.letter, "its density, the slope of it", "function", ""),
]
# ---------------------------------------------------------------- evaluation

K = _dimension("K", "classes that a classifier tells apart", "len(classes_)")
m_1 = _symbol("m_1", r"\mathbf{m}_1", (d, ONE), "mean of the data's features", "X.mean(axis=0)")
m_2 = _symbol("m_2", r"\mathbf{m}_2", (d, ONE), "mean of the samples' features", "Y.mean(axis=0)")
S_1 = _symbol("S_1", r"\mathbf{S}_1", (d, d), "covariance of the data's features")
S_2 = _symbol("S_2", r"\mathbf{S}_2", (d, d), "covariance of the samples' features")
A_1 = _symbol("A_1", r"\mathbf{A}_1", (d, d), "a factor of the first covariance, for example its root", "A_1.T")
A_2 = _symbol("A_2", r"\mathbf{A}_2", (d, d), "a factor of the second covariance", "A_2.T")
A_1_inv = _symbol("A_1_inv", r"\mathbf{A}_1^{-1}", (d, d), "inverse of the first factor")
C_12 = _symbol("C_12", r"\mathbf{C}", (d, d), "a factor of the root of both covariances")
C_12_inv = _symbol("C_12_inv", r"\mathbf{C}^{-1}", (d, d), "its inverse")
B_1 = _symbol("B_1", r"\mathbf{B}_1", (d, k), "how the first of a pair of random vectors depends on their noise")
B_2 = _symbol("B_2", r"\mathbf{B}_2", (d, k), "how the second depends on it")
P_1 = _symbol("P_1", r"\mathbf{P}_1", (d, k), "orthonormal rows: what a first random vector takes from the noise")
P_2 = _symbol("P_2", r"\mathbf{P}_2", (d, k), "what a second takes from it")
U_12 = _symbol("U_12", r"\mathbf{U}_{12}", (d, d), "left singular vectors of a product of two factors, one a column")
V_12 = _symbol("V_12", r"\mathbf{V}_{12}", (d, d), "right singular vectors of that product")
singular = _symbol(
    "singular", r"\boldsymbol{\varsigma}", (d, ONE), "singular values of that product", "", "nonnegative"
)
devs_1 = _symbol("devs_1", r"\boldsymbol{\sigma}_1", (d, ONE), "deviations of the data's features", "", "positive")
devs_2 = _symbol("devs_2", r"\boldsymbol{\sigma}_2", (d, ONE), "deviations of the samples' features", "", "positive")
features_rows = _symbol(
    "F_rows", r"\mathsf{F}", (n, d), "features without their mean, a sample a row", "X - X.mean(axis=0)"
)
Q_rows = _symbol("Q_rows", r"\mathsf{Q}", (n, d), "orthonormal columns")
triangle = _symbol("triangle", r"\mathsf{R}", (d, d), "the triangle that belongs to them")
E_x = _symbol("E_x", r"\mathbf{E}", (d, n), "standard normal noise, a sample a column")
E_y = _symbol("E_y", r"\mathbf{E}'", (d, n), "noise of another set of samples")
w_n = _symbol("w_n", r"\mathbf{w}_n", (n, ONE), "centred, uncorrelated numbers of one variance")
G_1 = _symbol("G_1", r"\mathbf{G}", (d, d), "root of a covariance, less the identity")
table_y = _symbol(
    "table_y",
    r"\boldsymbol{\Pi}",
    (K, n),
    "probability of each class for each sample, a sample a column",
    "P.T",
    "positive",
)
mean_y = _symbol("mean_y", r"\bar{\boldsymbol{\pi}}", (K, ONE), "mean probability of each class", "q", "positive")
one_hot = _symbol("one_hot", r"\mathbf{O}", (K, n), "1 where a sample belongs to a class, else 0")
unsure = _symbol("unsure", r"\varpi", SCALAR, "a probability that is neither zero nor one", "", "unit")
gram = _symbol("gram", r"\mathbf{K}", (m, m), "kernel of m points with each other", "K")
maps = _symbol("maps", r"\boldsymbol{\Phi}", (d, m), "features of m points, one a column")
E_p = _symbol("E_p", r"\mathbf{E}_p", (m, n), "noise of n draws from the data")
E_q = _symbol("E_q", r"\mathbf{E}_q", (m, n), "noise of n draws from the generator")
L_p = _symbol("L_p", r"\mathbf{L}_p", (m, m), "a factor of the covariance of one draw from the data")
L_q = _symbol("L_q", r"\mathbf{L}_q", (m, m), "a factor of the covariance of one draw from the generator")
places = _symbol("places", r"\mathbf{t}", (m, ONE), "where m points lie on a line")
hits = _symbol("hits", r"\mathbf{h}", (n, ONE), "1 where a sample lies near to one of the other kind, else 0", "inside")
hits_back = _symbol("hits_back", r"\mathbf{h}'", (n, ONE), "the same with both kinds exchanged", "inside")
balls = _symbol("balls", r"\mathbf{N}", (n, n), "1 where a sample lies in the ball around another, else 0")
labels_rows = _symbol("Y_rows", r"\mathsf{O}", (n, K), "1 in the column of a sample's class, else 0", "Y")
C_W1 = _symbol("C_W1", r"\mathbf{W}_{C1}", (h, d), "weights of a classifier's hidden layer", "W_1")
C_b1 = _symbol("C_b1", r"\mathbf{b}_{C1}", (h, ONE), "biases of that layer", "b_1")
C_W2 = _symbol("C_W2", r"\mathbf{W}_{C2}", (K, h), "weights of a classifier's logits", "W_2")
C_b2 = _symbol("C_b2", r"\mathbf{b}_{C2}", (K, ONE), "biases of the logits", "b_2")
_abbreviation("frechet", r"\Delta_F^2", "scalar", "squared Fréchet distance of two Gaussians", "frechet_distance")
_abbreviation("R_12", r"\mathbf{R}_{12}", "d × d", "root of a product of both covariances")
_abbreviation("T_12", r"\mathbf{T}_{12}", "d × d", "the map that carries one Gaussian to the other")
_abbreviation("T_12_inv", r"\mathbf{T}_{12}^{-1}", "d × d", "the map that carries it back")
_abbreviation("inception", r"\mathrm{IS}", "scalar", "inception score", "inception_score")
_abbreviation("log_inception", r"\log\mathrm{IS}", "scalar", "its logarithm: the mean divergence from the mean")
_abbreviation("mmd", r"\Delta_K^2", "scalar", "squared kernel distance of two distributions")
_abbreviation("D_p", r"\mathbf{D}_p", "m × n", "1 where a draw from the data hits a point, else 0; a draw a column")
_abbreviation("D_q", r"\mathbf{D}_q", "m × n", "the same for draws from the generator")
_abbreviation("precision", r"\mathrm{precision}", "scalar", "share of the samples that lie near to data", "precision")
_abbreviation("recall", r"\mathrm{recall}", "scalar", "share of the data that lie near to samples", "recall")
_abbreviation("C_A1", r"\mathsf{A}_{C1}", "n × h", "preactivation of a classifier's hidden layer, a sample a row")
_abbreviation("C_H", r"\mathsf{H}_C", "n × h", "features: a classifier's hidden layer, a sample a row", "H")
_abbreviation("C_A2", r"\mathsf{A}_{C2}", "n × K", "a classifier's logits, a sample a row", "A")
_abbreviation(
    "C_lse", r"\boldsymbol{\mathsf{\lambda}}", "n × 1", "logarithm of the sum of the exponentials of the logits"
)
_abbreviation("C_P", r"\mathsf{P}_C", "n × K", "a classifier's probabilities, a sample a row", "P")
_abbreviation("L_C", r"\bar{L}_C", "scalar", "minus the mean log-probability of the right classes", "loss")
_abbreviation("Delta_C2", r"\mathsf{\Delta}_{C2}", "n × K", "slope of the loss in a classifier's logits", "Delta_2")
_abbreviation("Delta_C1", r"\mathsf{\Delta}_{C1}", "n × h", "slope in the preactivation of its hidden layer", "Delta_1")

# ---------------------------------------------------------------- recurrent networks

o = _dimension("o", "outputs of a recurrent network in a step", "n_outputs_")
time = sp.Symbol("t", integer=True, positive=True)
x_seq = _symbol("x_seq", r"\mathbf{x}", (d, T), "inputs of a sequence; with the step below, of one step", "X[t]")
g_seq = _symbol("g_seq", r"\mathbf{g}", (o, T), "slopes of the loss in the outputs of each step", "dY[t]")
c_seq = _symbol("c_seq", r"\mathbf{c}", (o, T), "targets of each step", "targets[t]")
W_xh = _symbol("W_xh", r"\mathbf{W}_{xh}", (h, d), "weights from the input of a step to its state", "W_xh")
W_hh = _symbol("W_hh", r"\mathbf{W}_{hh}", (h, h), "weights from one state to the next", "W_hh")
W_hy = _symbol("W_hy", r"\mathbf{W}_{hy}", (o, h), "weights from a state to the output", "W_hy")
b_y = _symbol("b_y", r"\mathbf{b}_y", (o, ONE), "biases of the output", "b_y")
h_0 = _symbol("h_0", r"\mathbf{h}_0", (h, ONE), "state before the first step; zero in the sheet", "h_0")
h_before = _symbol("h_before", r"\mathbf{h}_{t-1}", (h, ONE), "state before a step", "H[t]")
delta_behind = _symbol(
    "delta_behind", r"\boldsymbol{\delta}_{t+1}", (h, ONE), "slope in the next preactivation", "Delta[t + 1]"
)
push = _symbol("push", r"\mathbf{v}", (h, ONE), "a small change of the first state, up to its size")
spectral = _symbol(
    "spectral",
    r"\lVert \mathbf{W}_{hh} \rVert_2",
    SCALAR,
    "spectral norm of the weights from state to state: how much they stretch at most",
    "np.linalg.norm(W_hh, 2)",
    "positive",
)
radius = _symbol("radius", r"\rho", SCALAR, "how much a multiple of an orthogonal matrix stretches", "rho", "positive")
y_1 = _symbol("y_1", r"\mathbf{y}", (o, ONE), "outputs of one step", "Y[t]")
target_1 = _symbol("target_1", r"\mathbf{c}", (o, ONE), "targets of one step; 1 at the class, else 0", "targets[t]")
most = _symbol("most", r"y_{\max}", SCALAR, "the largest output; any number", "Y[t].max()")
_abbreviation("a_t", r"\mathbf{a}", "h × 1", "preactivation of a step", "H[t + 1], before its activation")
_abbreviation("h_t", r"\mathbf{h}", "h × 1", "state after a step", "H[t + 1]")
_abbreviation("y_t", r"\mathbf{y}", "o × 1, with the step below", "outputs of a step", "Y[t]")
_abbreviation("L_T", r"L_T", "scalar", "what the loss of a sequence changes by, to first order")
_abbreviation("L_2", r"L_2", "scalar", "squared error of a sequence, summed over its steps", "loss")
_abbreviation("s_t", r"\mathbf{s}", "h × 1", "slope of the loss in a state, with all that follows", "dH[t]")
_abbreviation("delta_t", r"\boldsymbol{\delta}", "h × 1", "slope of the loss in a preactivation", "Delta[t]")
_abbreviation("softmax", r"\boldsymbol{\pi}", "o × 1", "probabilities of the classes", "softmax(Y[t])")

# ---------------------------------------------------------------- the museum

transport = _symbol(
    "transport", r"\boldsymbol{\Theta}", (m, m), "probability moved from each point to each", "", "nonnegative"
)
far = _symbol("far", r"\boldsymbol{\Omega}", (m, m), "distance of each point from each", "", "nonnegative")
short_of = _symbol(
    "short_of", r"\boldsymbol{\Xi}", (m, m), "how much a critic falls short of each distance", "", "nonnegative"
)
m_hat = _symbol("m_hat", r"\hat{m}", SCALAR, "Adam's first moment of an entry of a gradient, corrected")
v_hat = _symbol("v_hat", r"\hat{v}", SCALAR, "Adam's second moment of it, corrected", "", "positive")
_abbreviation("adam_step", r"\Delta_{\eta}", "scalar", "Adam's step without its small number")
_abbreviation("entropy", r"H(\mathbf{q})", "scalar", "entropy of the probabilities of m states")
_abbreviation("cross_entropy", r"H(\mathbf{q}, \mathbf{r})", "scalar", "cross entropy of two distributions on m states")
_abbreviation("l2_loss", r"\boldsymbol{\ell}_2", "d × 1", "half of the squared difference of each pair of pixels")
_abbreviation("L_half", r"\bar{L}_{\mathbf{v}}", "scalar", "half of the mean squared error of a linear regression")

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
SUM_OF_GAUSSIANS = Lemma(
    "sum of Gaussians",
    "A sum of independent Gaussian numbers is Gaussian.",
    "Feller, An Introduction to Probability Theory and Its Applications, Vol. II, Section II.4",
)
DETERMINANTS = Lemma(
    "determinant of a product",
    "The determinant of a product of square matrices is the product of their determinants; a rotation's is one.",
    "Axler, Linear Algebra Done Right, Chapter 9 (determinants)",
)
TURNED_ROWS = Lemma(
    "turned rows",
    "If a row of weights is as probable as its opposite, a mean over it is the mean of what both give.",
    "change of variables; Hanin 2018 uses it for the gradients of rectifier networks",
)
TOWER = Lemma(
    "tower rule",
    "A mean is the mean of the means that are taken given a part of the randomness.",
    "Feller, An Introduction to Probability Theory and Its Applications, Vol. II, Section V.9",
)
NOISE_MOMENTS = Lemma(
    "second moments of noise",
    "The mean of a quadratic polynomial in centred, uncorrelated noise of one variance needs its moments alone.",
    "linearity of expectation; the moments are the assumption",
)
SINGULAR_VALUES = Lemma(
    "singular values",
    "Every real matrix is a product of orthonormal columns, non-negative singular values, and orthonormal rows.",
    "Horn & Johnson, Matrix Analysis, Theorem 2.6.3",
)
UNIQUE_ROOT = Lemma(
    "unique root",
    "A symmetric matrix without negative eigenvalues has exactly one root of this kind.",
    "Horn & Johnson, Matrix Analysis, Theorem 7.2.6",
)
ORTHONORMAL_ROWS = Lemma(
    "factors of one covariance",
    "Two factors of one matrix differ by orthonormal rows, where the second has at least as many columns.",
    "Horn & Johnson, Matrix Analysis, Theorem 7.3.11",
)
NO_LOGARITHM = Lemma(
    "zero times its logarithm",
    "A probability times its logarithm counts as zero where the probability is zero: its limit there.",
    "Cover & Thomas, Elements of Information Theory, Section 2.1",
)
