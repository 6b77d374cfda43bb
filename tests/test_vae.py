"""Claims of the variational autoencoder's chapter, bound to the code: what runs is what was proved.

Each binding has a twin that puts a named mistake of the claim in the formula's place and must see it fail; where a
definition names none, the twin feeds the formula something wrong, or takes the mistake of a claim about it.
"""

import numpy as np
import pytest
import sympy as sp
from binding import TOLERANCE, agree, claim, disagree, formula, mistakes, staged, value

from genmath import vae_network as network
from genmath.activations import LOGISTIC
from genmath.calculus import Gradient
from genmath.likelihood import SOFTPLUS
from genmath.notation import n, r
from genmath.surface import Var
from genmodels import VAE, activations, losses, vae

N, D, H, K = 5, 4, 3, 2
BETA = 2.5
T = np.linspace(-6, 6, 25)
PHI = {
    "sigmoid": LOGISTIC["sigma"],
    "softplus": SOFTPLUS["softplus"],
    "tanh": sp.tanh,
    "relu": lambda v: sp.Max(v, 0),
    "leaky_relu": lambda v: sp.Max(v, v / 5),
    "linear": lambda v: v,
}
EVERY_ACTIVATION = pytest.mark.parametrize("activation", activations.ACTIVATIONS)
GRADIENTS = [f"vae-grad-{name}" for name in vae.shapes(D, H, K)]


def meanings(activation="softplus"):
    return {**SOFTPLUS, "phi": PHI[activation]}


def holds(computed, sign, bound):
    """Hold numbers against a bound, with room for the last digits."""
    room = TOLERANCE * np.maximum(1, np.abs(bound))
    assert np.all(computed <= bound + room if sign == "<=" else computed >= bound - room)


def fails(computed, sign, bound):
    """A wrong bound must be noticed."""
    with pytest.raises(AssertionError):
        holds(computed, sign, bound)


def wrong_bound(label):
    """The sign and the right side of a bound's only mistake."""
    (mistake,) = claim(label).mistakes
    return mistake.sign, mistake.right


def drawn(size, likelihood="bernoulli", seed=7):
    rng = np.random.default_rng(seed)
    return {name: rng.normal(size=shape) for name, shape in vae.shapes(*size, likelihood).items()}


@pytest.fixture
def params():
    return drawn((D, H, K))


@pytest.fixture
def gaussian():
    return drawn((D, H, K), "gaussian")


@pytest.fixture
def X():
    return np.random.default_rng(8).random((N, D))


@pytest.fixture
def eps():
    return np.random.default_rng(9).normal(size=(N, K))


@pytest.fixture
def A():
    return np.random.default_rng(10).normal(size=(N, D))


@pytest.fixture
def code():
    """Means and logarithms of variances."""
    rng = np.random.default_rng(11)
    return rng.normal(size=(N, K)), rng.normal(size=(N, K))


def symbols(params, X, eps, beta=BETA):
    """The arrays under the names of the claims' symbols."""
    return {**params, "X_rows": X, "eps_rows": eps, "beta": beta}


def gradients(params, X, eps, beta=BETA, **functions):
    return vae.backward(params, X, eps, vae.forward(params, X, eps, **functions), beta=beta, **functions)


def slopes(params, X, eps, **functions):
    """What `backward` computes on its way, by layer; the two of the code are sums over a batch of one sample."""
    work = vae.Work.allocate(len(X), params)
    vae.backward(params, X, eps, vae.forward(params, X, eps, work, **functions), work, beta=BETA, **functions)
    alone = [gradients(params, X[i : i + 1], eps[i : i + 1], **functions) for i in range(len(X))]
    code = {name: np.array([g[name] for g in alone]) / len(X) for name in ("b_mu", "b_s")}
    return {"x": work.Delta_x, "g": work.Delta_g, "mu": code["b_mu"], "s": code["b_s"], "h": work.Delta_h}


# ---------------------------------------------------------------- softplus


@pytest.mark.binds("softplus", "genmodels.activations:softplus")
@pytest.mark.binds("softplus-symmetry", "genmodels.activations:softplus")
@pytest.mark.binds("softplus-sigmoid", "genmodels.activations:softplus")
@pytest.mark.parametrize("label", ["softplus", "softplus-symmetry", "softplus-sigmoid"])
def test_softplus_is_all_of_its_forms(label):
    wanted = [value(formula(label), t=t) for t in T]

    agree(activations.softplus(T), wanted)


@pytest.mark.binds("softplus", "genmodels.activations:softplus", twin=True)
@pytest.mark.binds("softplus-symmetry", "genmodels.activations:softplus", twin=True)
@pytest.mark.binds("softplus-sigmoid", "genmodels.activations:softplus", twin=True)
@pytest.mark.parametrize("label", ["softplus-symmetry", "softplus-sigmoid"])
def test_softplus_of_the_other_sign_is_noticed(label):
    for wrong in mistakes(label):
        disagree(activations.softplus(T), [value(wrong, t=t) for t in T])


@pytest.mark.binds("softplus-slope", "genmodels.activations:softplus_slope")
def test_the_slope_of_softplus_comes_from_its_value():
    wanted = [value(formula("softplus-slope"), t=t) for t in T]

    agree(activations.softplus_slope(activations.softplus(T)), wanted)


@pytest.mark.binds("softplus-slope", "genmodels.activations:softplus_slope", twin=True)
def test_softplus_for_its_slope_is_noticed():
    for wrong in mistakes("softplus-slope"):
        disagree(activations.softplus_slope(activations.softplus(T)), [value(wrong, t=t) for t in T])


# ---------------------------------------------------------------- likelihoods


@pytest.fixture
def pixels():
    """Greys of one pixel, one for each logit."""
    return np.random.default_rng(12).uniform(0.01, 0.99, len(T))


def cross_entropy(logits, greys):
    """The program's cross entropy of images of one pixel."""
    return -losses.bernoulli_log_likelihood(logits[:, None], greys[:, None])


@pytest.mark.binds("bce-logits", "genmodels.losses:bernoulli_log_likelihood")
def test_the_cross_entropy_comes_from_the_logit(pixels):
    for side in (claim("bce-logits").start, formula("bce-logits")):
        wanted = [value(side, t=t, pixel=grey) for t, grey in zip(T, pixels, strict=True)]

        agree(cross_entropy(T, pixels), wanted)


@pytest.mark.binds("bce-logits", "genmodels.losses:bernoulli_log_likelihood", twin=True)
def test_a_wrong_cross_entropy_is_noticed(pixels):
    for wrong in mistakes("bce-logits"):
        disagree(cross_entropy(T, pixels), [value(wrong, t=t, pixel=g) for t, g in zip(T, pixels, strict=True)])


@pytest.mark.binds("bce-floor", "genmodels.losses:bernoulli_log_likelihood")
def test_no_grey_pixel_costs_less_than_its_entropy(pixels):
    greys = np.linspace(0.05, 0.95, len(T))
    own = np.log(greys / (1 - greys))
    floor = np.array([value(formula("bce-floor"), pixel=g).item() for g in greys])

    agree(cross_entropy(own, greys), floor)
    holds(cross_entropy(T, greys), ">=", floor)
    wanted = [value(claim("bce-floor").start, pixel=g, pixel_hat=h) for g, h in zip(greys, pixels, strict=True)]
    agree(cross_entropy(np.log(pixels / (1 - pixels)), greys), wanted)


@pytest.mark.binds("bce-floor", "genmodels.losses:bernoulli_log_likelihood", twin=True)
def test_an_entropy_that_is_the_most_is_noticed(pixels):
    sign, right = wrong_bound("bce-floor")

    fails(cross_entropy(T, pixels), sign, np.array([value(right, pixel=grey).item() for grey in pixels]))


def mean_over_greys(size):
    """What an image of one grey costs, averaged over all greys: the trapezoidal rule in the logit of the grey."""
    logits, step = np.linspace(-45, 45, 901, retstep=True)
    greys = activations.sigmoid(logits)
    flat = [np.repeat(column[:, None], size, axis=1) for column in (logits, greys)]
    return -losses.bernoulli_log_likelihood(*flat) @ activations.sigmoid_slope(greys) * step


@pytest.mark.binds("bce-uniform-floor", "genmodels.losses:bernoulli_log_likelihood")
@pytest.mark.binds("bce-uniform-floor-mnist", "genmodels.losses:bernoulli_log_likelihood")
@pytest.mark.parametrize(("label", "size"), [("bce-uniform-floor", 1), ("bce-uniform-floor-mnist", 784)])
def test_a_perfect_reconstruction_of_every_grey_costs_the_floor(label, size):
    agree(mean_over_greys(size), value(formula(label)))


@pytest.mark.binds("bce-uniform-floor", "genmodels.losses:bernoulli_log_likelihood", twin=True)
@pytest.mark.binds("bce-uniform-floor-mnist", "genmodels.losses:bernoulli_log_likelihood", twin=True)
@pytest.mark.parametrize(("label", "size"), [("bce-uniform-floor", 1), ("bce-uniform-floor-mnist", 784)])
def test_another_floor_is_noticed(label, size):
    for wrong in mistakes(label):
        disagree(mean_over_greys(size), value(wrong))


@pytest.mark.binds("bce-half", "genmodels.losses:bernoulli_log_likelihood")
@pytest.mark.binds("bce-half-mnist", "genmodels.losses:bernoulli_log_likelihood")
@pytest.mark.parametrize(("label", "size"), [("bce-half", 1), ("bce-half-mnist", 784)])
def test_one_half_for_every_pixel_costs_the_same_for_every_grey(label, size):
    noise = np.random.default_rng(13).random((N, size))

    agree(-losses.bernoulli_log_likelihood(np.zeros((N, size)), noise), [value(formula(label))] * N)


@pytest.mark.binds("bce-half", "genmodels.losses:bernoulli_log_likelihood", twin=True)
@pytest.mark.binds("bce-half-mnist", "genmodels.losses:bernoulli_log_likelihood", twin=True)
@pytest.mark.parametrize(("label", "size"), [("bce-half", 1), ("bce-half-mnist", 784)])
def test_another_price_of_one_half_is_noticed(label, size):
    noise = np.random.default_rng(13).random((N, size))

    for wrong in mistakes(label):
        disagree(-losses.bernoulli_log_likelihood(np.zeros((N, size)), noise), [value(wrong)] * N)


@pytest.mark.binds("vae-bernoulli-likelihood", "genmodels.losses:bernoulli_log_likelihood")
def test_the_bernoulli_likelihood_is_a_sum_over_the_pixels(A, X):
    wanted = [value(formula("vae-bernoulli-likelihood"), x=x, logits=a) for x, a in zip(X, A, strict=True)]

    agree(losses.bernoulli_log_likelihood(A, X), wanted)


@pytest.mark.binds("vae-bernoulli-likelihood", "genmodels.losses:bernoulli_log_likelihood", twin=True)
def test_a_likelihood_of_turned_logits_is_noticed(A, X):
    wrong = [value(formula("vae-bernoulli-likelihood"), x=x, logits=-a) for x, a in zip(X, A, strict=True)]

    disagree(losses.bernoulli_log_likelihood(A, X), wrong)


@pytest.mark.binds("vae-gaussian-likelihood", "genmodels.losses:gaussian_log_likelihood")
def test_the_gaussian_likelihood_is_a_squared_distance(A, X):
    for side in (claim("vae-gaussian-likelihood").start, formula("vae-gaussian-likelihood")):
        wanted = [value(side, x=x, mean_x=a) for x, a in zip(X, A, strict=True)]

        agree(losses.gaussian_log_likelihood(A, X), wanted)


@pytest.mark.binds("vae-gaussian-likelihood", "genmodels.losses:gaussian_log_likelihood", twin=True)
def test_a_wrong_gaussian_likelihood_is_noticed(A, X):
    for wrong in mistakes("vae-gaussian-likelihood"):
        disagree(losses.gaussian_log_likelihood(A, X), [value(wrong, x=x, mean_x=a) for x, a in zip(X, A, strict=True)])


SLOPES = pytest.mark.parametrize(
    ("label", "mean", "symbol"),
    [("vae-bernoulli-slope", activations.sigmoid, "logits"), ("vae-gaussian-slope", lambda a: a, "mean_x")],
)


@pytest.mark.binds("vae-bernoulli-slope", "genmodels.losses:likelihood_gradient")
@pytest.mark.binds("vae-gaussian-slope", "genmodels.losses:likelihood_gradient")
@SLOPES
def test_both_likelihoods_have_the_slope_of_a_squared_distance(label, mean, symbol, A, X):
    got = -N * losses.likelihood_gradient(mean(A), X)

    for side in (claim(label).start, formula(label)):
        agree(got, [value(side, **{"x": x, symbol: a})[:, 0] for x, a in zip(X, A, strict=True)])


@pytest.mark.binds("vae-bernoulli-slope", "genmodels.losses:likelihood_gradient", twin=True)
@pytest.mark.binds("vae-gaussian-slope", "genmodels.losses:likelihood_gradient", twin=True)
@SLOPES
def test_a_wrong_slope_of_a_likelihood_is_noticed(label, mean, symbol, A, X):
    got = -N * losses.likelihood_gradient(mean(A), X)

    for wrong in mistakes(label):
        disagree(got, [value(wrong, **{"x": x, symbol: a})[:, 0] for x, a in zip(X, A, strict=True)])


# ---------------------------------------------------------------- the divergence


def each_code(node, mu, log_var):
    """An expression in the symbols of one code, for every row."""
    made = [
        value(node, mu=m, log_var=v, sigma_k=np.exp(v / 2), mu_1=m[0], sigma_1=np.exp(v[0] / 2))
        for m, v in zip(mu, log_var, strict=True)
    ]
    return np.array(made)[..., 0]


@pytest.mark.binds("kl-one", "genmodels.vae:kl_divergence")
def test_the_divergence_of_one_coordinate_is_the_integral_in_closed_form(code):
    mu, log_var = (part[:, :1] for part in code)

    agree(vae.kl_divergence(mu, log_var), each_code(formula("kl-one"), mu, log_var))


@pytest.mark.binds("kl-one", "genmodels.vae:kl_divergence", twin=True)
def test_a_wrong_divergence_of_one_coordinate_is_noticed(code):
    mu, log_var = (part[:, :1] for part in code)

    for wrong in mistakes("kl-one"):
        disagree(vae.kl_divergence(mu, log_var), each_code(wrong, mu, log_var))


@pytest.mark.binds("kl-diagonal", "genmodels.vae:kl_divergence")
@pytest.mark.binds("kl-code", "genmodels.vae:kl_divergence")
@pytest.mark.parametrize("label", ["kl-diagonal", "kl-code"])
def test_the_divergence_is_summed_over_the_code(label, code):
    for side in (claim(label).start, formula(label)):
        agree(vae.kl_divergence(*code), each_code(side, *code))


@pytest.mark.binds("kl-diagonal", "genmodels.vae:kl_divergence", twin=True)
@pytest.mark.binds("kl-code", "genmodels.vae:kl_divergence", twin=True)
@pytest.mark.parametrize("label", ["kl-diagonal", "kl-code"])
def test_a_wrong_divergence_is_noticed(label, code):
    for wrong in mistakes(label):
        disagree(vae.kl_divergence(*code), each_code(wrong, *code))


@pytest.mark.binds("kl-diagonal-nonnegative", "genmodels.vae:kl_divergence")
def test_the_divergence_is_zero_for_the_standard_normal_and_never_less(code):
    agree(vae.kl_divergence(*code), each_code(claim("kl-diagonal-nonnegative").links[0].right, *code))
    zero = value(formula("kl-diagonal-nonnegative")).item()

    holds(vae.kl_divergence(*code), ">=", zero)
    agree(vae.kl_divergence(np.zeros((1, K)), np.zeros((1, K))), zero)


@pytest.mark.binds("kl-diagonal-nonnegative", "genmodels.vae:kl_divergence", twin=True)
def test_a_divergence_that_is_never_positive_is_noticed(code):
    sign, right = wrong_bound("kl-diagonal-nonnegative")

    fails(vae.kl_divergence(*code), sign, value(right).item())


def slope_of_the_divergence(params, X, eps, name):
    """What `backward` finds, sample by sample, if the decoder does not listen to the code."""
    deaf = {**params, "W_x": 0 * params["W_x"]}
    return [gradients(deaf, X[i : i + 1], eps[i : i + 1], beta=1.0)[name] for i in range(len(X))]


@pytest.mark.binds("kl-slope-mean", "genmodels.vae:backward")
@pytest.mark.binds("kl-slope-log-var", "genmodels.vae:backward")
@pytest.mark.parametrize(("label", "name"), [("kl-slope-mean", "b_mu"), ("kl-slope-log-var", "b_s")])
def test_a_deaf_decoder_leaves_the_slope_of_the_divergence(label, name, params, X, eps):
    code = vae.encode(params, X)[1:]

    for side in (claim(label).start, formula(label)):
        agree(slope_of_the_divergence(params, X, eps, name), each_code(side, *code))


@pytest.mark.binds("kl-slope-mean", "genmodels.vae:backward", twin=True)
@pytest.mark.binds("kl-slope-log-var", "genmodels.vae:backward", twin=True)
@pytest.mark.parametrize(("label", "name"), [("kl-slope-mean", "b_mu"), ("kl-slope-log-var", "b_s")])
def test_a_wrong_slope_of_the_divergence_is_noticed(label, name, params, X, eps):
    code = vae.encode(params, X)[1:]

    for wrong in mistakes(label):
        disagree(slope_of_the_divergence(params, X, eps, name), each_code(wrong, *code))


@pytest.fixture
def round_code(code):
    """Codes with one variance in all directions, whose covariance is diagonal after every rotation."""
    mu, log_var = code
    angle = 0.7
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return mu, np.repeat(log_var[:, :1], K, axis=1), turn


def turned(node, mu, log_var, turn):
    """The divergence of each code after a rotation, with the determinant that the turned covariance has."""
    found = []
    for m, v in zip(mu, log_var, strict=True):
        root = np.diag(np.exp(v / 2))
        dets = {"log_det": v.sum(), "log_det_turned": np.linalg.slogdet(turn @ root @ root.T @ turn.T)[1]}
        found.append(value(node, mu=m, root=root, turn=turn, **dets))
    return found


@pytest.mark.binds("kl-rotation", "genmodels.vae:kl_divergence")
def test_the_divergence_does_not_see_a_rotation(round_code):
    mu, log_var, turn = round_code

    for side in (claim("kl-rotation").start, formula("kl-rotation")):
        agree(vae.kl_divergence(mu @ turn.T, log_var), turned(side, *round_code))
    agree(vae.kl_divergence(mu @ turn.T, log_var), vae.kl_divergence(mu, log_var))


@pytest.mark.binds("kl-rotation", "genmodels.vae:kl_divergence", twin=True)
def test_a_rotation_that_loses_the_means_is_noticed(round_code):
    mu, log_var, turn = round_code

    for wrong in mistakes("kl-rotation"):
        disagree(vae.kl_divergence(mu @ turn.T, log_var), turned(wrong, *round_code))


# ---------------------------------------------------------------- reparameterisation


def moments(k):
    """Two draws for each coordinate, whose mean and covariance are those of standard normal noise."""
    return np.sqrt(k) * np.vstack([np.eye(k), -np.eye(k)])


def draws(mu, log_var, eps):
    """The codes that the program makes of one mean and one variance by several draws."""
    shape = np.ones((len(eps), 1))
    return vae.reparameterise(shape * mu, shape * log_var, eps)[1]


@pytest.mark.binds("vae-code", "genmodels.vae:reparameterise")
def test_a_code_is_its_mean_and_noise_times_the_deviation(code, eps):
    mu, std = code[0], np.exp(code[1] / 2)
    wanted = [value(formula("vae-code"), mu=m, sigma_k=s, eps_k=e) for m, s, e in zip(mu, std, eps, strict=True)]

    agree(vae.reparameterise(*code, eps)[1], np.array(wanted)[..., 0])


@pytest.mark.binds("vae-code", "genmodels.vae:reparameterise", twin=True)
def test_noise_times_the_variance_is_noticed(code, eps):
    mu, variance = code[0], np.exp(code[1])
    wrong = [value(formula("vae-code"), mu=m, sigma_k=s, eps_k=e) for m, s, e in zip(mu, variance, eps, strict=True)]

    disagree(vae.reparameterise(*code, eps)[1], np.array(wrong)[..., 0])


def spread(mu, log_var):
    """The covariance of the program's codes, over draws that carry the moments of the noise."""
    off = draws(mu, log_var, moments(K)) - mu
    return off.T @ off / (2 * K)


@pytest.mark.binds("vae-covariance", "genmodels.vae:reparameterise")
def test_the_coordinates_of_a_code_are_uncorrelated(code):
    mu, log_var = code[0][0], code[1][0]

    for side in (claim("vae-covariance").start, formula("vae-covariance")):
        agree(spread(mu, log_var), value(side, mu=mu, sigma_k=np.exp(log_var / 2)))


@pytest.mark.binds("vae-covariance", "genmodels.vae:reparameterise", twin=True)
def test_deviations_in_the_covariance_are_noticed(code):
    mu, log_var = code[0][0], code[1][0]

    for wrong in mistakes("vae-covariance"):
        disagree(spread(mu, log_var), value(wrong, sigma_k=np.exp(log_var / 2)))


MEAN_1, LOG_VAR_1, T_1 = 0.8, np.log(0.3), 0.7
ONE = {"mu_1": MEAN_1, "sigma_1": np.sqrt(0.3), "t": T_1}


MOMENTS = ["vae-sample-mean", "vae-sample-variance", "vae-variance-pathwise"]


def moment(label):
    """Mean or variance of the program's codes of one coordinate, or variance of the slopes of their squares."""
    codes = draws(MEAN_1 + 1e-200j, LOG_VAR_1, moments(1))
    if label == "vae-variance-pathwise":
        return np.mean(((codes**2).imag / 1e-200 - 2 * MEAN_1) ** 2)
    return codes.real.mean() if label == "vae-sample-mean" else np.mean((codes.real - MEAN_1) ** 2)


@pytest.mark.binds("vae-sample-mean", "genmodels.vae:reparameterise")
@pytest.mark.binds("vae-sample-variance", "genmodels.vae:reparameterise")
@pytest.mark.binds("vae-variance-pathwise", "genmodels.vae:reparameterise")
@pytest.mark.parametrize("label", MOMENTS)
def test_a_sample_has_the_moments_that_were_wanted(label):
    agree(moment(label), value(formula(label), **ONE))


@pytest.mark.binds("vae-sample-mean", "genmodels.vae:reparameterise", twin=True)
@pytest.mark.binds("vae-sample-variance", "genmodels.vae:reparameterise", twin=True)
@pytest.mark.binds("vae-variance-pathwise", "genmodels.vae:reparameterise", twin=True)
@pytest.mark.parametrize("label", MOMENTS)
def test_another_moment_of_a_sample_is_noticed(label):
    for wrong in mistakes(label):
        disagree(moment(label), value(wrong, **ONE))


def generating(mean):
    """The mean of the exponential of t times the program's code: the trapezoidal rule in the noise."""
    noise, step = np.linspace(-14, 14, 281, retstep=True)
    density = np.exp(-(noise**2) / 2) / np.sqrt(2 * np.pi)
    return np.exp(T_1 * draws(mean, LOG_VAR_1, noise[:, None]))[:, 0] @ density * step


def of_samples(label):
    """Its value, or the mean over the noise of its slopes along the codes."""
    return generating(MEAN_1) if label == "vae-sample-generating" else generating(MEAN_1 + 1e-200j).imag / 1e-200


@pytest.mark.binds("vae-sample-generating", "genmodels.vae:reparameterise")
@pytest.mark.binds("vae-pathwise-gradient", "genmodels.vae:reparameterise")
@pytest.mark.parametrize("label", ["vae-sample-generating", "vae-pathwise-gradient"])
def test_the_codes_have_the_law_that_is_wanted_and_carry_its_slopes(label):
    agree(of_samples(label), value(claim(label).links[0].right, **ONE))


@pytest.mark.binds("vae-sample-generating", "genmodels.vae:reparameterise", twin=True)
@pytest.mark.binds("vae-pathwise-gradient", "genmodels.vae:reparameterise", twin=True)
@pytest.mark.parametrize("label", ["vae-sample-generating", "vae-pathwise-gradient"])
def test_another_law_of_the_codes_is_noticed(label):
    for wrong in mistakes(label):
        disagree(of_samples(label), value(wrong, **ONE))


def slope_in_log_var(node, log_var, eps):
    pairs = zip(log_var.ravel(), eps.ravel(), strict=True)
    return np.reshape([value(node, t=t, eps_1=e, mu_1=0.0) for t, e in pairs], eps.shape)


@pytest.mark.binds("vae-slope-log-var", "genmodels.vae:reparameterise")
@pytest.mark.binds("vae-slope-log-var", "genmodels.vae:backward")
def test_a_code_moves_with_the_logarithm_of_its_variance(params, X, eps):
    """In `backward` it is the ratio of two slopes, for one sample and without the divergence."""
    _, mu, log_var = vae.encode(params, X)
    alone = [gradients(params, X[i : i + 1], eps[i : i + 1], beta=0.0) for i in range(N)]

    for side in (claim("vae-slope-log-var").start, formula("vae-slope-log-var")):
        wanted = slope_in_log_var(side, log_var, eps)
        agree(vae.reparameterise(mu, log_var + 1e-200j, eps)[1].imag / 1e-200, wanted)
        agree([g["b_s"] / g["b_mu"] for g in alone], wanted)


@pytest.mark.binds("vae-slope-log-var", "genmodels.vae:reparameterise", twin=True)
@pytest.mark.binds("vae-slope-log-var", "genmodels.vae:backward", twin=True)
def test_a_variance_taken_for_a_deviation_is_noticed_by_its_slope(params, X, eps):
    _, mu, log_var = vae.encode(params, X)
    alone = [gradients(params, X[i : i + 1], eps[i : i + 1], beta=0.0) for i in range(N)]

    for wrong in mistakes("vae-slope-log-var"):
        slope = slope_in_log_var(wrong, log_var, eps)
        disagree(vae.reparameterise(mu, log_var + 1e-200j, eps)[1].imag / 1e-200, slope)
        disagree([g["b_s"] / g["b_mu"] for g in alone], slope)


# ---------------------------------------------------------------- the network


@pytest.mark.binds("vae-rows-hidden", "genmodels.vae:encode")
@pytest.mark.binds("vae-rows-mean", "genmodels.vae:encode")
@pytest.mark.binds("vae-rows-log-var", "genmodels.vae:encode")
@EVERY_ACTIVATION
def test_the_encoder_computes_its_three_layers(activation, params, X, eps):
    arrays = symbols(params, X, eps)
    layers = vae.encode(params, X, activation)

    for label, layer in zip(["vae-rows-hidden", "vae-rows-mean", "vae-rows-log-var"], layers, strict=True):
        agree(layer, staged(formula(label), arrays, meanings(activation)))


@pytest.mark.binds("vae-rows-hidden", "genmodels.vae:encode", twin=True)
@pytest.mark.binds("vae-rows-mean", "genmodels.vae:encode", twin=True)
@pytest.mark.binds("vae-rows-log-var", "genmodels.vae:encode", twin=True)
@pytest.mark.parametrize(
    ("label", "place", "biases"),
    [("vae-rows-hidden", 0, "b_h"), ("vae-rows-mean", 1, "b_mu"), ("vae-rows-log-var", 2, "b_s")],
)
def test_turned_biases_in_the_encoder_are_noticed(label, place, biases, params, X, eps):
    arrays = symbols({**params, biases: -params[biases]}, X, eps)

    disagree(vae.encode(params, X)[place], staged(formula(label), arrays))


@pytest.mark.binds("vae-rows-code", "genmodels.vae:reparameterise")
def test_the_codes_of_a_batch_are_drawn_row_by_row(params, X, eps):
    _, mu, log_var = vae.encode(params, X)

    agree(vae.reparameterise(mu, log_var, eps)[1], staged(formula("vae-rows-code"), symbols(params, X, eps)))


@pytest.mark.binds("vae-rows-code", "genmodels.vae:reparameterise", twin=True)
def test_turned_noise_is_noticed(params, X, eps):
    _, mu, log_var = vae.encode(params, X)

    disagree(vae.reparameterise(mu, log_var, eps)[1], staged(formula("vae-rows-code"), symbols(params, X, -eps)))


@pytest.mark.binds("vae-rows-decoder-hidden", "genmodels.vae:decode")
@pytest.mark.binds("vae-rows-logits", "genmodels.vae:decode")
@EVERY_ACTIVATION
def test_the_decoder_computes_its_two_layers(activation, params, X, eps):
    arrays = symbols(params, X, eps)
    Z = vae.forward(params, X, eps, activation=activation).Z

    for label, layer in zip(
        ["vae-rows-decoder-hidden", "vae-rows-logits"], vae.decode(params, Z, activation), strict=False
    ):
        agree(layer, staged(formula(label), arrays, meanings(activation)))


@pytest.mark.binds("vae-rows-decoder-hidden", "genmodels.vae:decode", twin=True)
@pytest.mark.binds("vae-rows-logits", "genmodels.vae:decode", twin=True)
@pytest.mark.parametrize(
    ("label", "place", "biases"), [("vae-rows-decoder-hidden", 0, "b_g"), ("vae-rows-logits", 1, "b_x")]
)
def test_turned_biases_in_the_decoder_are_noticed(label, place, biases, params, X, eps):
    arrays = symbols({**params, biases: -params[biases]}, X, eps)

    disagree(vae.decode(params, vae.forward(params, X, eps).Z)[place], staged(formula(label), arrays))


@pytest.mark.binds("vae-loss", "genmodels.vae:forward")
@pytest.mark.binds("vae-loss", "genmodels.vae:Pass.loss")
@EVERY_ACTIVATION
def test_the_loss_is_minus_the_bound_with_a_weight_on_the_divergence(activation, params, X, eps):
    wanted = staged(formula("vae-loss"), symbols(params, X, eps), meanings(activation))

    agree(vae.forward(params, X, eps, activation=activation).loss(BETA), wanted)


@pytest.mark.binds("vae-loss", "genmodels.vae:forward", twin=True)
@pytest.mark.binds("vae-loss", "genmodels.vae:Pass.loss", twin=True)
def test_a_forgotten_weight_and_a_forgotten_divergence_are_noticed(params, X, eps):
    for beta in (1.0, 0.0):
        wrong = staged(formula("vae-loss"), symbols(params, X, eps, beta))

        disagree(vae.forward(params, X, eps).loss(BETA), wrong)


# ---------------------------------------------------------------- slopes and gradients


@pytest.mark.binds("vae-delta-x", "genmodels.losses:likelihood_gradient")
@pytest.mark.binds("vae-grad-logits", "genmodels.losses:likelihood_gradient")
@pytest.mark.binds("vae-delta-logits", "genmodels.losses:likelihood_gradient")
@pytest.mark.parametrize("label", ["vae-delta-x", "vae-grad-logits", "vae-delta-logits"])
def test_the_slope_in_the_logits_is_reconstruction_minus_sample(label, params, X, eps):
    passed = vae.forward(params, X, eps)

    agree(losses.likelihood_gradient(passed.X_hat, X), staged(formula(label), symbols(params, X, eps)))


@pytest.mark.binds("vae-delta-x", "genmodels.losses:likelihood_gradient", twin=True)
@pytest.mark.binds("vae-grad-logits", "genmodels.losses:likelihood_gradient", twin=True)
@pytest.mark.binds("vae-delta-logits", "genmodels.losses:likelihood_gradient", twin=True)
@pytest.mark.parametrize("label", ["vae-grad-logits", "vae-delta-logits"])
def test_a_wrong_slope_in_the_logits_is_noticed(label, params, X, eps):
    passed = vae.forward(params, X, eps)

    for wrong in mistakes(label):
        disagree(losses.likelihood_gradient(passed.X_hat, X), staged(wrong, symbols(params, X, eps)))


NAMED = {
    "vae-delta-g": "g",
    "vae-delta-mean": "mu",
    "vae-grad-mean": "mu",
    "vae-delta-log-var": "s",
    "vae-grad-log-var": "s",
    "vae-delta-h": "h",
}


@pytest.mark.binds("vae-delta-g", "genmodels.vae:backward")
@pytest.mark.binds("vae-delta-mean", "genmodels.vae:backward")
@pytest.mark.binds("vae-grad-mean", "genmodels.vae:backward")
@pytest.mark.binds("vae-delta-log-var", "genmodels.vae:backward")
@pytest.mark.binds("vae-grad-log-var", "genmodels.vae:backward")
@pytest.mark.binds("vae-delta-h", "genmodels.vae:backward")
@EVERY_ACTIVATION
def test_backpropagation_computes_the_named_slopes(activation, params, X, eps):
    got, arrays = slopes(params, X, eps, activation=activation), symbols(params, X, eps)

    for label, name in NAMED.items():
        agree(got[name], staged(formula(label), arrays, meanings(activation)))


WRONG_SLOPES = {
    "vae-delta-g": [network.Delta_g.body.left],  # the slope of the activation is lost
    "vae-delta-mean": mistakes("vae-grad-mean"),
    "vae-grad-mean": mistakes("vae-grad-mean"),
    "vae-delta-log-var": mistakes("vae-grad-log-var"),
    "vae-grad-log-var": mistakes("vae-grad-log-var"),
    "vae-delta-h": [network.Delta_h.body.left],
}


@pytest.mark.binds("vae-delta-g", "genmodels.vae:backward", twin=True)
@pytest.mark.binds("vae-delta-mean", "genmodels.vae:backward", twin=True)
@pytest.mark.binds("vae-grad-mean", "genmodels.vae:backward", twin=True)
@pytest.mark.binds("vae-delta-log-var", "genmodels.vae:backward", twin=True)
@pytest.mark.binds("vae-grad-log-var", "genmodels.vae:backward", twin=True)
@pytest.mark.binds("vae-delta-h", "genmodels.vae:backward", twin=True)
@pytest.mark.parametrize("label", NAMED)
def test_a_wrong_slope_is_noticed(label, params, X, eps):
    got, arrays = slopes(params, X, eps), symbols(params, X, eps)

    for wrong in WRONG_SLOPES[label]:
        disagree(got[NAMED[label]], staged(wrong, arrays))


@pytest.mark.binds("vae-grad-W_h", "genmodels.vae:backward")
@pytest.mark.binds("vae-grad-b_h", "genmodels.vae:backward")
@pytest.mark.binds("vae-grad-W_mu", "genmodels.vae:backward")
@pytest.mark.binds("vae-grad-b_mu", "genmodels.vae:backward")
@pytest.mark.binds("vae-grad-W_s", "genmodels.vae:backward")
@pytest.mark.binds("vae-grad-b_s", "genmodels.vae:backward")
@pytest.mark.binds("vae-grad-W_g", "genmodels.vae:backward")
@pytest.mark.binds("vae-grad-b_g", "genmodels.vae:backward")
@pytest.mark.binds("vae-grad-W_x", "genmodels.vae:backward")
@pytest.mark.binds("vae-grad-b_x", "genmodels.vae:backward")
@EVERY_ACTIVATION
def test_backpropagation_computes_the_proved_gradients(activation, params, X, eps):
    got, arrays = gradients(params, X, eps, activation=activation), symbols(params, X, eps)

    assert sorted(got) == sorted(label.removeprefix("vae-grad-") for label in GRADIENTS)
    for label in GRADIENTS:
        agree(got[label.removeprefix("vae-grad-")], staged(formula(label), arrays, meanings(activation)))


@pytest.mark.binds("vae-grad-W_h", "genmodels.vae:backward", twin=True)
@pytest.mark.binds("vae-grad-b_h", "genmodels.vae:backward", twin=True)
@pytest.mark.binds("vae-grad-W_mu", "genmodels.vae:backward", twin=True)
@pytest.mark.binds("vae-grad-b_mu", "genmodels.vae:backward", twin=True)
@pytest.mark.binds("vae-grad-W_s", "genmodels.vae:backward", twin=True)
@pytest.mark.binds("vae-grad-b_s", "genmodels.vae:backward", twin=True)
@pytest.mark.binds("vae-grad-W_g", "genmodels.vae:backward", twin=True)
@pytest.mark.binds("vae-grad-b_g", "genmodels.vae:backward", twin=True)
@pytest.mark.binds("vae-grad-W_x", "genmodels.vae:backward", twin=True)
@pytest.mark.binds("vae-grad-b_x", "genmodels.vae:backward", twin=True)
@pytest.mark.parametrize("label", GRADIENTS)
def test_a_wrong_gradient_is_noticed(label, params, X, eps):
    got, arrays = gradients(params, X, eps), symbols(params, X, eps)

    for wrong in mistakes(label):
        disagree(got[label.removeprefix("vae-grad-")], staged(wrong, arrays))


SMALL = 2, 3, 2, 1  # symbolic derivatives grow fast


def small(likelihood="bernoulli"):
    rng = np.random.default_rng(14)
    rows, *size = SMALL
    return drawn(size, likelihood), rng.random((rows, size[0])), rng.normal(size=(rows, size[2]))


@pytest.mark.parametrize("label", GRADIENTS)
def test_backpropagation_computes_the_derivative_itself(label):
    """The start of the chain, differentiated symbolically: no proof is needed to trust it."""
    example = small()

    wanted = value(claim(label).start, **symbols(*example))

    agree(gradients(*example)[label.removeprefix("vae-grad-")], wanted)


@pytest.mark.parametrize(
    ("label", "name"), [("vae-grad-logits", "x"), ("vae-grad-mean", "mu"), ("vae-grad-log-var", "s")]
)
def test_the_named_slopes_are_derivatives_too(label, name):
    example = small()

    wanted = value(claim(label).start, **symbols(*example))

    agree(slopes(*example)[name], wanted)


# ---------------------------------------------------------------- a Gaussian decoder


GAUSSIAN = {"likelihood": "gaussian"}


def minus_log_likelihood(params, X, eps):
    passed = vae.forward(params, X, eps, **GAUSSIAN)
    return -losses.gaussian_log_likelihood(passed.X_hat, X, params["log_var_x"]).mean()


@pytest.mark.binds("vae-gaussian-loss", "genmodels.losses:gaussian_log_likelihood")
def test_the_gaussian_loss_has_a_variance_of_its_own(gaussian, X, eps):
    wanted = staged(formula("vae-gaussian-loss"), symbols(gaussian, X, eps))

    agree(minus_log_likelihood(gaussian, X, eps), wanted)
    agree(-vae.forward(gaussian, X, eps, **GAUSSIAN).log_likelihood, wanted)


@pytest.mark.binds("vae-gaussian-loss", "genmodels.losses:gaussian_log_likelihood", twin=True)
def test_a_turned_logarithm_of_the_variance_is_noticed(gaussian, X, eps):
    turned = {**gaussian, "log_var_x": -gaussian["log_var_x"]}

    disagree(minus_log_likelihood(gaussian, X, eps), staged(formula("vae-gaussian-loss"), symbols(turned, X, eps)))


def gaussian_slope(label, *example):
    if label == "vae-gaussian-grad-output":
        return slopes(*example, **GAUSSIAN)["x"]
    return gradients(*example, **GAUSSIAN)["log_var_x"]


@pytest.mark.binds("vae-gaussian-grad-output", "genmodels.vae:backward")
@pytest.mark.binds("vae-gaussian-grad-log-var", "genmodels.vae:backward")
@pytest.mark.parametrize("label", ["vae-gaussian-grad-output", "vae-gaussian-grad-log-var"])
def test_backpropagation_starts_with_the_slopes_of_the_gaussian_likelihood(label, gaussian, X, eps):
    wanted = staged(formula(label), symbols(gaussian, X, eps))

    agree(gaussian_slope(label, gaussian, X, eps), wanted)
    agree(gaussian_slope(label, *small("gaussian")), value(claim(label).start, **symbols(*small("gaussian"))))


@pytest.mark.binds("vae-gaussian-grad-output", "genmodels.vae:backward", twin=True)
@pytest.mark.binds("vae-gaussian-grad-log-var", "genmodels.vae:backward", twin=True)
@pytest.mark.parametrize("label", ["vae-gaussian-grad-output", "vae-gaussian-grad-log-var"])
def test_a_wrong_slope_of_the_gaussian_likelihood_is_noticed(label, gaussian, X, eps):
    for wrong in mistakes(label):
        disagree(gaussian_slope(label, gaussian, X, eps), staged(wrong, symbols(gaussian, X, eps)))


@EVERY_ACTIVATION
def test_behind_the_gaussian_likelihood_the_gradients_are_the_proved_ones(activation, gaussian, X, eps):
    """Its slope in the decoder's output takes the place of the slope in the logits; all the rest is the same."""
    got, arrays = gradients(gaussian, X, eps, activation=activation, **GAUSSIAN), symbols(gaussian, X, eps)
    functions = meanings(activation)
    arrays[network.Delta_x.frozen.name] = staged(formula("vae-gaussian-grad-output"), arrays, functions)

    for label in GRADIENTS:
        agree(got[label.removeprefix("vae-grad-")], staged(formula(label), arrays, functions))


@pytest.mark.parametrize("name", vae.shapes(D, H, K, "gaussian"))
def test_with_a_gaussian_likelihood_too_backpropagation_computes_the_derivative_itself(name):
    """The loss is that of the claims: minus the Gaussian likelihood, and the divergence with its weight."""
    example = small("gaussian")
    loss = network.L_gauss + (network.beta / n) * network.divergence
    symbol = next(part for part in loss.walk() if isinstance(part, Var) and part.name == name)

    wanted = value(Gradient(loss, symbol), **symbols(*example))

    agree(gradients(*example, **GAUSSIAN)[name], wanted)


@pytest.mark.parametrize("likelihood", vae.LIKELIHOODS)
def test_without_hidden_layers_the_gradients_are_those_of_a_network_of_identities(likelihood):
    """The linear model is the network whose hidden layers pass on what they get, and whose variances see no sample."""
    size = 3
    rng = np.random.default_rng(15)
    linear = drawn((size, None, size), likelihood)
    X, eps = rng.random((N, size)), rng.normal(size=(N, size))
    eye, zero = np.eye(size), np.zeros(size)
    deep = {**linear, "W_h": eye, "b_h": zero, "W_g": eye, "b_g": zero, "W_s": 0 * eye}
    arrays, functions = symbols(deep, X, eps), meanings("linear")
    if likelihood == "gaussian":
        arrays[network.Delta_x.frozen.name] = staged(formula("vae-gaussian-grad-output"), arrays, functions)

    got = gradients(linear, X, eps, likelihood=likelihood)

    for name in vae.shapes(size, None, size):
        agree(got[name], staged(formula(f"vae-grad-{name}"), arrays, functions))


# ---------------------------------------------------------------- the bound and the evidence


class Drawn(np.random.Generator):
    """A generator whose normal draws are given: an array of shape (samples, draws, k)."""

    def __init__(self, noise):
        super().__init__(np.random.PCG64(0))
        self.noise = noise

    def standard_normal(self, size, dtype):
        assert size == self.noise.shape
        return self.noise.astype(dtype)


X_1 = np.array([[0.9, -1.4, 0.3]])
SIGNS = moments(1)[None]  # the bound of a linear decoder is a quadratic polynomial in the noise


def linear_vae(mean_off=0.0, deviation=1.0):
    """A linear model of one code, its posterior exact but for an offset of the mean and a factor of the deviation."""
    W, b = np.array([[1.1], [0.4], [-0.7]]), np.array([0.2, -0.1, 0.5])
    total = 1 + (W**2).sum()
    model = VAE(1, n_hidden=None, likelihood="gaussian", dtype="float64")
    model.params_ = {
        "W_mu": W.T / total, "b_mu": -b @ W / total + mean_off, "b_s": np.log([deviation**2 / total]),
        "W_x": W, "b_x": b, "log_var_x": np.zeros(1),
    }  # fmt: skip
    model.n_features_in_ = 3
    return model


def densities(model, x, noise):
    """The claims' log-densities of a sample and of the codes that some noise draws: p(x|z), p(z) and q(z|x)."""
    p = model.params_
    _, mu, log_var = vae.encode(p, x[None], model.activation)
    std, Z = vae.reparameterise(mu, log_var, noise)
    _, A, _ = vae.decode(p, Z, model.activation, model.likelihood)
    codes = [{"mu": mu[0], "sigma_k": std[0], "eps_k": e} for e in noise]
    pairs = {"gaussian": ("vae-gaussian-likelihood", "mean_x"), "bernoulli": ("vae-bernoulli-likelihood", "logits")}
    label, symbol = pairs[model.likelihood]
    return (
        np.array([value(formula(label), **{"x": x, symbol: a}).item() for a in A]),
        np.array([value(formula("vae-prior"), **code).item() for code in codes]),
        np.array([value(formula("vae-encoder-density"), **code).item() for code in codes]),
    )


@pytest.fixture(scope="module")
def off():
    """A model whose encoder misses the posterior."""
    return linear_vae(0.3, 1.2)


@pytest.fixture(scope="module")
def states(off):
    """Cells of the code as its states: so narrow that their sums are the integrals to all digits."""
    noise, step = np.linspace(-9, 9, 37, retstep=True)
    log_likely, log_prior, log_guess = densities(off, X_1[0], noise[:, None])
    cell = step * np.exp(off.params_["b_s"][0] / 2)
    likely, prior, guess = np.exp(log_likely), np.exp(log_prior) * cell, np.exp(log_guess) * cell
    joint = likely * prior
    return {"likely": likely, "prior": prior, "guess": guess, "joint": joint, "evidence": joint.sum()}


@pytest.mark.binds("vae-elbo", "genmodels.vae:VAE.elbo")
@pytest.mark.binds("vae-elbo-terms", "genmodels.vae:VAE.elbo")
def test_the_models_bound_is_that_of_the_claims(off, states):
    bound = off.elbo(X_1, 2, Drawn(SIGNS)).elbo

    agree(bound, value(formula("vae-elbo"), **states))
    agree(bound, value(claim("vae-elbo-terms").start, **states))
    agree(bound, value(formula("vae-elbo-terms"), **states))


@pytest.mark.binds("vae-elbo", "genmodels.vae:VAE.elbo", twin=True)
@pytest.mark.binds("vae-elbo-terms", "genmodels.vae:VAE.elbo", twin=True)
def test_a_divergence_with_a_plus_is_noticed(off, states):
    for wrong in mistakes("vae-elbo-terms"):
        disagree(off.elbo(X_1, 2, Drawn(SIGNS)).elbo, value(wrong, **states))


@pytest.fixture(scope="module")
def log_evidence():
    """What the program finds if the encoder knows the posterior: then no weight differs from another."""
    return linear_vae().log_likelihood(X_1, 3).value


@pytest.mark.binds("vae-evidence", "genmodels.vae:VAE.log_likelihood")
def test_the_likelihood_is_the_bound_and_the_divergence_from_the_posterior(log_evidence, states):
    agree(log_evidence, value(claim("vae-evidence").start, **states))
    agree(log_evidence, value(formula("vae-evidence"), **states))


@pytest.mark.binds("vae-evidence", "genmodels.vae:VAE.log_likelihood", twin=True)
def test_a_likelihood_without_its_gap_is_noticed(log_evidence, states):
    for wrong in mistakes("vae-evidence"):
        disagree(log_evidence, value(wrong, **states))


@pytest.mark.binds("vae-bound", "genmodels.vae:VAE.elbo")
def test_the_bound_lies_below_the_likelihood_and_touches_it_for_the_posterior(off, states, log_evidence):
    bound = off.elbo(X_1, 2, Drawn(SIGNS)).elbo

    agree(bound, value(formula("vae-bound"), **states))
    holds(log_evidence, ">=", bound)
    agree(linear_vae().elbo(X_1, 2, Drawn(SIGNS)).elbo, log_evidence)


@pytest.mark.binds("vae-bound", "genmodels.vae:VAE.elbo", twin=True)
def test_an_upper_bound_is_noticed(off, states, log_evidence):
    sign, right = wrong_bound("vae-bound")
    agree(off.elbo(X_1, 2, Drawn(SIGNS)).elbo, value(right, **states))

    fails(log_evidence, sign, off.elbo(X_1, 2, Drawn(SIGNS)).elbo)


DRAWS = np.random.default_rng(16).normal(size=(1, 4, 1))


@pytest.fixture(scope="module")
def weighed(off):
    """Four draws as four equally probable states, and what the claims say of their weights."""
    log_likely, log_prior, log_guess = densities(off, X_1[0], DRAWS[0])
    joint = np.exp(log_likely + log_prior - log_guess) / 4
    return {"joint": joint, "guess": np.full(4, 1 / 4), "evidence": joint.sum()}


@pytest.mark.binds("vae-importance-mean", "genmodels.vae:VAE.log_likelihood")
def test_the_estimate_is_the_logarithm_of_the_mean_weight(off, weighed):
    got = np.exp(off.log_likelihood(X_1, 4, Drawn(DRAWS)).value)

    agree(got, value(claim("vae-importance-mean").start, sizes={n: 4}, **weighed))
    agree(got, value(formula("vae-importance-mean"), sizes={n: 4}, **weighed))


@pytest.mark.binds("vae-importance-mean", "genmodels.vae:VAE.log_likelihood", twin=True)
def test_a_sum_of_weights_and_undivided_weights_are_noticed(off, weighed):
    got = np.exp(off.log_likelihood(X_1, 4, Drawn(DRAWS)).value)

    for wrong in mistakes("vae-importance-mean"):
        disagree(got, value(wrong, sizes={n: 4}, **weighed))


OUTCOMES = np.random.default_rng(17).normal(size=(6, 3, 1))


@pytest.fixture(scope="module")
def outcomes(off):
    """Six outcomes of three draws, equally probable, with the average weight that the claims give to each."""
    average = []
    for noise in OUTCOMES:
        log_likely, log_prior, log_guess = densities(off, X_1[0], noise)
        average.append(np.exp(log_likely + log_prior - log_guess).mean())
    return {"other": np.full(6, 1 / 6), "average": np.array(average), "evidence": np.mean(average)}


@pytest.mark.binds("vae-importance-bound", "genmodels.vae:VAE.log_likelihood")
def test_the_estimate_is_too_low_on_average_unless_the_weights_are_equal(off, outcomes, log_evidence):
    six = np.repeat(X_1, 6, axis=0)
    got = off.log_likelihood(six, 3, Drawn(OUTCOMES)).value.mean()

    agree(got, value(claim("vae-importance-bound").start, **outcomes))
    holds(got, "<=", value(formula("vae-importance-bound"), **outcomes))
    agree(linear_vae().log_likelihood(six, 3, Drawn(OUTCOMES)).value, [log_evidence] * 6)


@pytest.mark.binds("vae-importance-bound", "genmodels.vae:VAE.log_likelihood", twin=True)
def test_an_estimate_that_is_too_high_is_noticed(off, outcomes):
    sign, right = wrong_bound("vae-importance-bound")
    got = off.log_likelihood(np.repeat(X_1, 6, axis=0), 3, Drawn(OUTCOMES)).value.mean()

    fails(got, sign, value(right, **outcomes))


@pytest.fixture(params=["bernoulli", "gaussian"])
def deep(request, params, gaussian):
    """A model with hidden layers, and noise of three draws for each sample."""
    model = VAE(K, n_hidden=H, likelihood=request.param, dtype="float64")
    model.params_ = params if request.param == "bernoulli" else {**gaussian, "log_var_x": np.zeros(1)}
    model.n_features_in_ = D
    return model, np.random.default_rng(18).normal(size=(N, 3, K))


@pytest.mark.binds("vae-prior", "genmodels.vae:VAE._draws")
@pytest.mark.binds("vae-encoder-density", "genmodels.vae:VAE._draws")
def test_every_draw_is_weighed_by_the_densities_of_the_claims(deep, X):
    model, noise = deep
    ((log_likely, log_ratio),) = model._draws(X, 3, Drawn(noise))

    wanted = [densities(model, x, draws) for x, draws in zip(X, noise, strict=True)]

    agree(log_likely, np.transpose([likely for likely, _, _ in wanted]))
    agree(log_ratio, np.transpose([prior - guess for _, prior, guess in wanted]))


@pytest.mark.binds("vae-prior", "genmodels.vae:VAE._draws", twin=True)
@pytest.mark.binds("vae-encoder-density", "genmodels.vae:VAE._draws", twin=True)
@pytest.mark.parametrize("label", ["vae-prior", "vae-encoder-density"])
def test_a_wrong_density_in_the_weights_is_noticed(label, deep, X):
    model, noise = deep
    ((_, log_ratio),) = model._draws(X, 3, Drawn(noise))
    _, mu, log_var = vae.encode(model.params_, X)
    other = {"vae-prior": "vae-encoder-density", "vae-encoder-density": "vae-prior"}[label]
    sign = 1 if label == "vae-prior" else -1

    for wrong in mistakes(label):
        ratio = [
            [
                sign * (value(wrong, **code) - value(formula(other), **code)).item()
                for code in ({"mu": m, "sigma_k": np.exp(v / 2), "eps_k": e} for e in draws)
            ]
            for m, v, draws in zip(mu, log_var, noise, strict=True)
        ]
        disagree(log_ratio, np.transpose(ratio))


# ---------------------------------------------------------------- the linear model


@pytest.fixture
def decoder():
    """A linear model of two codes, one sample, and the arrays under the claims' names."""
    params = {**drawn((D, None, K), "gaussian"), "b_x": np.zeros(D)}
    x = np.random.default_rng(19).normal(size=D)
    _, mu, log_var = vae.encode(params, x[None])
    names = {"W_d": params["W_x"], "s": np.exp(params["log_var_x"] / 2), "x": x, "mu": mu[0]}
    return params, x, names | {"root": np.diag(np.exp(log_var[0] / 2)), "log_det": log_var.sum()}


def bound_by_moments(params, x):
    """The bound of one sample, exact: minus the loss over draws that carry the moments of the noise."""
    noise = moments(K)
    return -vae.forward(params, np.repeat(x[None], len(noise), axis=0), noise, **GAUSSIAN).loss()


@pytest.mark.binds("ppca-elbo", "genmodels.vae:forward")
def test_the_bound_of_a_linear_decoder_has_a_closed_form(decoder):
    params, x, names = decoder

    for side in (claim("ppca-elbo").start, formula("ppca-elbo")):
        agree(bound_by_moments(params, x), value(side, **names))


@pytest.mark.binds("ppca-elbo", "genmodels.vae:forward", twin=True)
def test_a_code_taken_for_its_mean_is_noticed_by_the_bound(decoder):
    params, x, names = decoder

    for wrong in mistakes("ppca-elbo"):
        disagree(bound_by_moments(params, x), value(wrong, **names))


@pytest.fixture
def means(decoder):
    """The best mean of the code, and another one."""
    params, x, names = decoder
    W, s2 = params["W_x"], np.exp(params["log_var_x"])
    return np.linalg.solve(W.T @ W + s2 * np.eye(K), W.T @ x), names["mu"]


def cost(decoder, mean):
    """What `forward` finds that a mean costs: twice the loss without noise, less the constant of the density."""
    params, x, _ = decoder
    given = {**params, "W_mu": np.zeros((K, D)), "b_mu": mean, "b_s": np.zeros(K)}
    passed = vae.forward(given, x[None], np.zeros((1, K)), **GAUSSIAN)
    return 2 * passed.loss() - D * (np.log(2 * np.pi) + params["log_var_x"].item())


def of_mean(node, decoder, mean, best):
    names = decoder[2]
    return value(node, W_d=names["W_d"], s=names["s"], x=names["x"], mu=mean, best_mu=best)


@pytest.mark.binds("ppca-posterior-mean", "genmodels.vae:forward")
def test_no_mean_costs_less_than_that_of_the_posterior(decoder, means):
    best, other = means
    for side in (claim("ppca-posterior-mean").start, claim("ppca-posterior-mean").links[0].right):
        agree(cost(decoder, other), of_mean(side, decoder, other, best))
    least = of_mean(formula("ppca-posterior-mean"), decoder, other, best)

    holds(cost(decoder, other), ">=", least)
    agree(cost(decoder, best), least)


@pytest.mark.binds("ppca-posterior-mean", "genmodels.vae:forward", twin=True)
def test_the_mean_of_the_prior_in_the_place_of_the_best_is_noticed(decoder, means):
    best, other = means

    for wrong in mistakes("ppca-posterior-mean"):
        disagree(cost(decoder, best), of_mean(wrong, decoder, other, best))


WEIGHT, NOISE, ENCODER, DEVIATION, VARIANCE = 1.3, 0.6, 0.45, 0.35, 2.2


def direction(w, u, deviation):
    """A linear model of data with one number, whose code has one number."""
    return {
        "W_mu": np.array([[u]]), "b_mu": np.zeros(1), "b_s": np.array([2 * np.log(deviation)]),
        "W_x": np.array([[w]]), "b_x": np.zeros(1), "log_var_x": np.array([2 * np.log(NOISE)]),
    }  # fmt: skip


def evidence_of(x):
    """The program's likelihood of samples with one number, by an encoder that knows the posterior."""
    total = WEIGHT**2 + NOISE**2
    model = VAE(1, n_hidden=None, likelihood="gaussian", dtype="float64")
    model.params_, model.n_features_in_ = direction(WEIGHT, WEIGHT / total, NOISE / np.sqrt(total)), 1
    return model.log_likelihood(x[:, None], 3).value


def in_direction(node, x):
    names = {"w_1": WEIGHT, "s": NOISE, "mu_1": -0.4, "sigma_1": DEVIATION}
    return [value(node, x_1=v, **names) for v in x]


@pytest.mark.binds("ppca-evidence", "genmodels.vae:VAE.log_likelihood")
def test_the_likelihood_in_one_direction_is_the_bound_and_a_divergence():
    x = np.linspace(-3, 3, 7)

    for side in (claim("ppca-evidence").start, formula("ppca-evidence")):
        agree(evidence_of(x), in_direction(side, x))


@pytest.mark.binds("ppca-evidence", "genmodels.vae:VAE.log_likelihood", twin=True)
def test_a_likelihood_without_the_gap_in_one_direction_is_noticed():
    x = np.linspace(-3, 3, 7)

    for wrong in mistakes("ppca-evidence"):
        disagree(evidence_of(x), in_direction(wrong, x))


def loss_in_direction(w_1, u_1, sigma_1, lambda_x, s=NOISE, beta=BETA):
    """The loss over data and noise that carry their moments, without the constant of the density."""
    x = np.sqrt(lambda_x) * np.array([[1.0], [1.0], [-1.0], [-1.0]])
    eps = np.array([[1.0], [-1.0], [1.0], [-1.0]])
    passed = vae.forward(direction(w_1, u_1, sigma_1), x, eps, **GAUSSIAN)
    return passed.loss(beta) - np.log(2 * np.pi * s**2) / 2


def names_of(w_1, u_1, sigma_1, lambda_x):
    return {"w_1": w_1, "u_1": u_1, "sigma_1": sigma_1, "lambda_x": lambda_x, "s": NOISE, "beta": BETA}


ANYWHERE = WEIGHT, ENCODER, DEVIATION, VARIANCE


@pytest.mark.binds("collapse-loss", "genmodels.vae:forward")
def test_the_loss_in_one_direction_has_a_closed_form():
    for side in (claim("collapse-loss").start, formula("collapse-loss")):
        agree(loss_in_direction(*ANYWHERE), value(side, **names_of(*ANYWHERE)))


@pytest.mark.binds("collapse-loss", "genmodels.vae:forward", twin=True)
def test_a_code_taken_for_its_mean_is_noticed_by_the_loss():
    for wrong in mistakes("collapse-loss"):
        disagree(loss_in_direction(*ANYWHERE), value(wrong, **names_of(*ANYWHERE)))


def best_encoder(w, variance):
    """A decoder's weight with the encoder that the claims call best for it."""
    scale = w**2 + BETA * NOISE**2
    return w, w / scale, np.sqrt(BETA * NOISE**2 / scale), variance


BELOW = 0.4  # a variance below the threshold, which is beta s²; VARIANCE lies above it
PLACES = {
    "collapse-encoder": (best_encoder(WEIGHT, VARIANCE), (WEIGHT, ENCODER, DEVIATION, VARIANCE)),
    "collapse-used": (best_encoder(np.sqrt(VARIANCE - BETA * NOISE**2), VARIANCE), best_encoder(0.7, VARIANCE)),
    "collapse-threshold": (best_encoder(0.0, BELOW), best_encoder(0.7, BELOW)),
}


@pytest.mark.binds("collapse-encoder", "genmodels.vae:forward")
@pytest.mark.binds("collapse-used", "genmodels.vae:forward")
@pytest.mark.binds("collapse-threshold", "genmodels.vae:forward")
@pytest.mark.parametrize("label", PLACES)
def test_the_least_loss_is_reached_where_the_claim_says_and_nowhere_undercut(label):
    best, other = PLACES[label]
    agree(loss_in_direction(*best), value(claim(label).start, **names_of(*best)))
    agree(loss_in_direction(*other), value(claim(label).start, **names_of(*other)))
    least = value(formula(label), **names_of(*other)).item()

    agree(loss_in_direction(*best), least)
    holds(loss_in_direction(*other), ">=", least)


@pytest.mark.binds("collapse-encoder", "genmodels.vae:forward", twin=True)
@pytest.mark.binds("collapse-used", "genmodels.vae:forward", twin=True)
@pytest.mark.binds("collapse-threshold", "genmodels.vae:forward", twin=True)
@pytest.mark.parametrize("label", PLACES)
def test_a_least_loss_that_is_the_most_is_noticed(label):
    (sign, right), (_, other) = wrong_bound(label), PLACES[label]

    fails(loss_in_direction(*other), sign, value(right, **names_of(*other)).item())


LAMBDA = np.array([3.1, 1.7, 0.3, 0.2])  # of data, of which two directions are worth a code


def least_loss():
    """What `forward` finds at the optimum, over data and noise that carry their moments; one code is not used."""
    used, size, codes = 2, len(LAMBDA), 3
    W, s2 = np.zeros((size, codes)), NOISE**2
    W[range(used), range(used)] = np.sqrt(LAMBDA[:used] - s2)
    variances = np.append(s2 / LAMBDA[:used], 1.0)
    params = {
        "W_mu": W.T / LAMBDA, "b_mu": np.zeros(codes), "b_s": np.log(variances),
        "W_x": W, "b_x": np.zeros(size), "log_var_x": np.array([np.log(s2)]),
    }  # fmt: skip
    X, eps = moments(size) * np.sqrt(LAMBDA), moments(codes)
    return vae.forward(params, np.repeat(X, len(eps), axis=0), np.tile(eps, (len(X), 1)), **GAUSSIAN).loss()


def at_optimum(node):
    return value(node, sizes={r: 2}, s=NOISE, **{"lambda": LAMBDA})


@pytest.mark.binds("ppca-optimum", "genmodels.vae:forward")
def test_the_least_loss_is_minus_the_likelihood_of_probabilistic_pca():
    for side in (claim("ppca-optimum").start, formula("ppca-optimum")):
        agree(least_loss(), at_optimum(side))


@pytest.mark.binds("ppca-optimum", "genmodels.vae:forward", twin=True)
def test_used_directions_that_are_forgotten_are_noticed():
    for wrong in mistakes("ppca-optimum"):
        disagree(least_loss(), at_optimum(wrong))
