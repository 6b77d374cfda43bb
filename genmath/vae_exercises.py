"""Exercises of the chapter on variational autoencoders: equations (11)-(16), likelihoods, the network's gradients.

Each asks for an expression of a claim in :mod:`genmath.vae`, :mod:`genmath.divergence`, :mod:`genmath.likelihood`,
:mod:`genmath.noise_images` or :mod:`genmath.vae_network`.
"""

from __future__ import annotations

from genmath import divergence, likelihood, noise_images, vae, vae_network
from genmath.divergence import half, log_two_pi, over_states
from genmath.exercises import Exercise, Slip, exercises, missing_factor, put, times
from genmath.notation import (
    W_g,
    W_x,
    X_rows,
    beta,
    dev,
    dev_1,
    dev_2,
    eps_k,
    eps_rows,
    exp,
    guess,
    i,
    k,
    log,
    log_var,
    logits,
    mean_1,
    mean_2,
    mean_x,
    mu,
    n,
    noise_1,
    pixel,
    sigma,
    softplus,
    states,
    t,
    tiny,
    x,
)
from genmath.surface import ONE, Constant, Num
from genmath.vae import elbo
from genmath.vae import z as code
from genmath.vae_network import A, A_g, Delta_g, Delta_x, Z
from genmath.vae_network import log_var as log_var_rows

identity = Constant("I", (k, k))

BOUND = exercises(
    vae.STATEMENTS,
    Exercise(
        "vae-covariance",
        "A code has the means {mu} and the deviations {sigma}, and its coordinates are independent. Write the "
        "covariance matrix that belongs into its Gaussian.",
        (mu, dev),
        (
            Slip("deviations for variances", "A covariance holds variances: squares of deviations."),
            Slip("that of the noise", "That is the noise before it is stretched.", lambda _: identity),
        ),
        names={"I": identity},
    ),
    Exercise(
        "vae-elbo",
        "The code takes one of {m} states. With the joint density {p} of the sample and each state, and the encoder's "
        "probabilities {q}, write the evidence lower bound.",
        (states, guess),
        (
            Slip("turned sign", "That is minus the bound: what a program lowers.", times(-1)),
            Slip("lost entropy", "The encoder's own logarithm is missing.", put(log(guess[i]), 0)),
            Slip(
                "mean under the joint density",
                "The mean is taken with the encoder's probabilities.",
                lambda _: over_states(states[i] * (log(states[i]) - log(guess[i]))),
            ),
        ),
    ),
    Exercise(
        "vae-evidence",
        "Write the logarithm of the evidence with the bound {L} and the divergence {D_KL} of the encoder's guess from "
        "the posterior.",
        (elbo, vae.divergence),
        (
            Slip("turned sign of the divergence", "No divergence is negative, and the bound lies below the evidence."),
            Slip("no gap", "That holds only if the guess is the posterior."),
        ),
    ),
    Exercise(
        "vae-code",
        "Draw a code: write it with the means {mu}, the deviations {sigma} and standard normal noise {epsilon}.",
        (mu, dev, eps_k),
        (
            Slip("variances for deviations", "Noise is stretched by its deviation.", put(dev, dev * dev)),
            Slip("lost mean", "It must lie around its mean.", lambda _: dev * eps_k),
        ),
    ),
    Exercise(
        "vae-prior",
        "Write the logarithm of the standard normal density of a code {z} of {k} numbers.",
        (code,),
        (
            Slip("lost factor one half", "The exponent of the density has a one half."),
            Slip(
                "the constant of one number",
                "Every number of the code brings a constant.",
                put(Num(k) / 2 * log_two_pi, log_two_pi / 2),
            ),
        ),
    ),
)

SAMPLING = exercises(
    vae.STATEMENTS,
    Exercise(
        "vae-slope-log-var",
        "A program keeps the logarithm {t} of a variance. Its draw is the mean, plus the noise {epsilon} times the "
        "deviation, which is the exponential of one half of {t}. How fast does the draw change with {t}?",
        (t, noise_1),
        (
            Slip("lost factor one half", "The exponent has a slope too: one half."),
            Slip("lost noise", "The deviation stands before the noise.", put(noise_1, ONE)),
        ),
    ),
    Exercise(
        "vae-variance-pathwise",
        "The square of a Gaussian code of mean {mu} and deviation {sigma} is to be raised. What is the variance of "
        "the reparameterised gradient in the mean, for one draw?",
        (mean_1, dev_1),
        (
            Slip("lost factor 2", "The gradient of the square is twice the code, and a factor is squared."),
            Slip("lost square", "A variance is measured in squares of the deviation.", put(dev_1**2, dev_1)),
        ),
    ),
    Exercise(
        "vae-variance-score",
        "The square of a Gaussian code of mean {mu} and deviation {sigma} is to be raised. What is the variance of "
        "the gradient in the mean that multiplies the square by the score, for one draw?",
        (mean_1, dev_1),
        (
            Slip("that of the other estimator", "That is the variance of the reparameterised gradient."),
            Slip("lost term", "One of the moments is missing: expand the square of the code."),
        ),
    ),
    Exercise(
        "vae-step-mean",
        "A pixel is white where a code of mean {mu} and deviation {sigma} is positive. How fast does the probability "
        "of white change with the mean?",
        (mean_1, dev_1),
        (
            Slip("the mean of the step's own slope", "A step is flat almost everywhere, and yet its mean moves."),
            Slip("lost deviation", "The density of the code has its deviation below.", times(dev_1)),
        ),
    ),
)

DIVERGENCE = exercises(
    divergence.STATEMENTS,
    Exercise(
        "kl-one",
        "How far is a Gaussian of mean {mu} and deviation {sigma} from the standard normal, in the divergence of "
        "Kullback and Leibler?",
        (mean_1, dev_1),
        (
            Slip("lost factor one half", "The exponent of the density has a one half; it stays before everything."),
            Slip("deviation instead of variance in the logarithm", "The logarithm is that of the variance."),
            Slip("lost square of the mean", "The mean comes in squared.", put(mean_1**2, mean_1)),
            Slip("turned sign of the logarithm", "A wide Gaussian has a small density: the sign is a minus.",
                 put(-log(dev_1**2), log(dev_1**2))),
        ),
    ),
    Exercise(
        "kl-one",
        "Find the mistake in this line: `kl = mu**2 + sigma**2 - np.log(sigma**2) - 1`. By which factor must it be "
        "multiplied to be the divergence from the standard normal?",
        (mean_1, dev_1),
        (
            Slip("upside down", "The line is too large, not too small.", lambda a: 1 / a),
            Slip("turned sign", "Both are positive.", times(-1)),
        ),
        ask=missing_factor("lost factor one half"),
        called="kl-one-factor",
    ),
    Exercise(
        "kl-two",
        "How far is a Gaussian of mean {mu} and deviation {sigma} from one of mean {nu} and deviation {tau}?",
        (mean_1, dev_1, mean_2, dev_2),
        (
            Slip("the other deviation below", "Distances are measured in the deviation of the second Gaussian."),
            Slip("turned sign of the logarithms", "A wide first Gaussian has small logarithms of its density.",
                 put(log(dev_2) - log(dev_1), log(dev_1) - log(dev_2))),
            Slip("lost constant", "For equal Gaussians it must be zero.", lambda a: a + half),
        ),
    ),
    Exercise(
        "kl-diagonal",
        "A code of {k} numbers has the means {mu} and the deviations {sigma}. How far is its Gaussian from the "
        "standard normal?",
        (mu, dev),
        (
            Slip("lost factor one half", "The exponent of the density has a one half; it stays before the sum."),
            Slip("turned sign of the logarithm", "A wide Gaussian has a small density: the sign is a minus."),
            Slip("lost square of the mean", "The means come in squared."),
        ),
    ),
    Exercise(
        "kl-slope-mean",
        "A program keeps the means {mu} of a code and the logarithms {log_var} of its variances. Differentiate the "
        "divergence from the standard normal in the means.",
        (mu,),
        (
            Slip("factor 2 too many", "The divergence has a one half before the square."),
            Slip("turned sign", "The square has a plus in the divergence.", times(-1)),
        ),
        names={"log_var": log_var},
    ),
    Exercise(
        "kl-slope-log-var",
        "A program keeps the means {mu} of a code and the logarithms {log_var} of its variances. Differentiate the "
        "divergence from the standard normal in these logarithms.",
        (mu,),
        (
            Slip("lost factor one half", "The divergence has a one half before the sum."),
            Slip("lost one", "The logarithm itself has a slope: minus one.", lambda _: exp(log_var) / 2),
        ),
        names={"log_var": log_var},
    ),
)

LIKELIHOOD = exercises(
    likelihood.STATEMENTS,
    Exercise(
        "vae-gaussian-likelihood",
        "Write the logarithm of the Gaussian density of a sample {x} of {d} pixels, with the means {mu} and the "
        "deviation one.",
        (x,),
        (
            Slip("lost factor one half", "The exponent of the density has a one half."),
            Slip("the constant of one pixel for all", "Every pixel brings a constant."),
        ),
        names={"mu": mean_x},
    ),
    Exercise(
        "vae-gaussian-slope",
        "Differentiate the logarithm of the Gaussian density of a sample {x}, of deviation one, in its means {mu}.",
        (x,),
        (
            Slip("turned sign", "It must pull the means towards the sample."),
            Slip("factor 2 too many", "The one half before the square takes the 2 away.", times(2)),
        ),
        names={"mu": mean_x},
    ),
    Exercise(
        "softplus-slope",
        "Softplus is the logarithm of one plus the exponential of {t}. What is its slope?",
        (t, sigma),
        (
            Slip("softplus itself", "That is its value."),
            Slip("lost denominator", "The logarithm has a slope of its own: one over its argument.", lambda _: exp(t)),
        ),
        names={"softplus": softplus},
        primes=0,
    ),
    Exercise(
        "bce-logits",
        "Write the cross entropy of a pixel {x} and the output {sigma} of a network, from the logit {t} and with "
        "softplus alone, so that no logarithm of zero can occur.",
        (pixel, t, sigma),
        (
            Slip("turned sign of the logit", "A white pixel wants a large logit."),
            Slip("lost pixel", "That is the loss of a white pixel; a grey one costs another share."),
        ),
        names={"softplus": softplus},
    ),
    Exercise(
        "vae-bernoulli-slope",
        "Differentiate the Bernoulli log-likelihood of a sample {x} in the logits {a}.",
        (x, logits, sigma),
        (
            Slip("turned sign", "It must pull the outputs towards the sample."),
            Slip("with the slope of the sigmoid", "That slope cancels: it is what makes this likelihood learn fast."),
        ),
    ),
    Exercise(
        "bce-uniform-floor",
        "A pixel takes every grey from 0 to 1 equally often, and a decoder knows each exactly. What does its cross "
        "entropy cost on average?",
        (),
        (
            Slip("no floor", "A grey pixel costs its entropy, even if it is known."),
            Slip("one half of each term", "Both terms of the cross entropy cost the same: add them."),
        ),
    ),
    Exercise(
        "bce-epsilon",
        "A listing takes minus the logarithm of {sigma} plus a small number {kappa}, with {sigma} at the logit {t}. "
        "What is the slope of this loss in the logit?",
        (t, tiny, sigma),
        (
            Slip("as if it were not there", "That is the slope without the small number: it differs where it matters."),
            Slip("turned sign", "The loss falls with the logit.", times(-1)),
        ),
    ),
)

NOISE = exercises(
    noise_images.STATEMENTS,
    Exercise(
        "bce-half",
        "A decoder says one half for every pixel. What does a pixel cost, whatever its grey is?",
        (),
        (
            Slip("one half", "The cost is a logarithm."),
            Slip("both terms whole", "The pixel and its complement share one logarithm.", times(2)),
        ),
    ),
)

NETWORK = exercises(
    vae_network.STATEMENTS,
    Exercise(
        "vae-delta-logits",
        "What is the slope of the mean loss of {n} samples {X} in the decoder's logits {A}?",
        (X_rows, A, sigma),
        (
            Slip("turned sign", "The loss falls where a logit moves towards its pixel."),
            Slip("sum instead of mean", "The loss is a mean over the samples.", times(n)),
        ),
    ),
    Exercise(
        "vae-grad-W_g",
        "The slope of the loss in the decoder's logits is {Delta_x}. Differentiate the loss in the weights {W_g} of "
        "the decoder's hidden layer, whose activation {phi} takes {A_g}.",
        (Delta_x, W_x, W_g, A_g, Z),
        (
            Slip("lost slope of the activation", "The hidden layer has a slope of its own."),
            Slip("turned sign", "The sign of the slope behind it stays.", times(-1)),
        ),
    ),
    Exercise(
        "vae-grad-log-var",
        "The slope of the loss in the decoder's hidden layer is {Delta_g}. Find the mistake in the line "
        "`dlog_var = Delta_g @ W_g * epsilon * np.exp(log_var / 2) + beta / n * (np.exp(log_var) - 1)`, and write the "
        "slope in the logarithms {log_var} of the variances, with the noise {epsilon}.",
        (Delta_g, W_g, beta),
        (
            Slip("factor 2 too many", "That is the program's line: a logarithm of a variance counts half.", times(2)),
            Slip("lost noise", "The deviation stands before the noise."),
            Slip("lost factor one half", "One of the two terms has lost its one half."),
        ),
        names={"log_var": log_var_rows, "epsilon": eps_rows},
    ),
)

EXERCISES = (*BOUND, *SAMPLING, *DIVERGENCE, *LIKELIHOOD, *NOISE, *NETWORK)
