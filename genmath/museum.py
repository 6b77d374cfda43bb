r"""The museum: published formulas that are wrong, each refuted at a point and corrected by a claim.

Page ``docs/museum.md``.  An exhibit names a work, never a person.  Its formula is written in the book's own letters;
where a chapter has refuted the same formula already, the exhibit names that statement instead of repeating it.

Contents: what an exhibit is (:class:`Exhibit`), the exhibits by rooms (:data:`EXHIBITS`), the counterexamples that no
chapter has (:data:`STATEMENTS`).  The claims that no chapter has stand in :mod:`genmath.corrections`.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from genmath import corrections
from genmath.activations import LOGISTIC
from genmath.autoencoder import a_e, z
from genmath.calc import Counterexample, Statement
from genmath.calculus import Gradient, Partial
from genmath.corrections import (
    L_half,
    adam_step,
    cost,
    cross_entropy,
    entropy,
    errors,
    folded,
    l2_loss,
    ratio,
    seen_2,
    unused,
)
from genmath.divergence import divergence_1, divergence_k, half, of_code, over_code, over_states, zero
from genmath.gan import EACH_ONE, game, jsd, log_4, middle, without_common_point
from genmath.gan_network import a_1, o_1
from genmath.likelihood import cross_entropy as bernoulli_loss
from genmath.notation import (
    D_W1,
    D_W2,
    T,
    W,
    X,
    b,
    b_e,
    coef,
    critic,
    d,
    dev,
    dev_1,
    exp,
    fake,
    guess,
    h,
    i,
    j,
    judge,
    judges,
    k,
    log,
    log_var,
    m,
    m_hat,
    mean_1,
    mu,
    n,
    other,
    phi,
    pixel,
    pixel_hat,
    real,
    sigma,
    step,
    t,
    tanh,
    tiny_adam,
    v,
    v_hat,
    x,
    y,
)
from genmath.surface import ONE, Entry, Num, Relation, Sigma, SquaredNorm

UNKNOWN = "We know of no correction."

RECTIFIER = {"phi": lambda u: sp.Piecewise((u, u >= 0), (0, True))}


@dataclass(frozen=True)
class Exhibit:
    """A published formula that is wrong.

    Parameters
    ----------
    room : str
        The subject under which the page shows it.
    work, where : str
        The work, and the place in it: a file, a section, an equation; from which version, if it has changed since.
    printed : Counterexample or str
        What was printed, with its point and the claims that correct it; the label of a chapter's counterexample, if
        there is one.
    slips : str
        How the mistake slips in: one friendly sentence.
    mended : str
        What became of it in the work itself.
    title, says : str
        Heading, and what the work says in our words, where a chapter's counterexample speaks of something else.

    Raises
    ------
    ValueError
        If something is left empty.
    """

    room: str
    work: str
    where: str
    printed: Counterexample | str
    slips: str
    mended: str = UNKNOWN
    title: str = ""
    says: str = ""

    def __post_init__(self) -> None:
        empty = [name for name in ("room", "work", "where", "slips", "mended") if not getattr(self, name)]
        if empty:
            raise ValueError(f"the exhibit {self.label} says nothing for {', '.join(empty)}")

    @property
    def label(self) -> str:
        """The label of its counterexample."""
        return self.printed if isinstance(self.printed, str) else self.printed.label


def number(value: object) -> sp.Matrix:
    """A value of a scalar."""
    return sp.Matrix([[sp.sympify(value)]])


def column(*values: object) -> sp.Matrix:
    """Values of a column; fractions are written as text."""
    return sp.Matrix([sp.Rational(value) for value in values])


# ---------------------------------------------------------------- divergences and entropies

even, skewed, fair = column("1/2", "1/2"), column("9/10", "1/10"), column("1/4", "3/4")
code = {"mu": column(0), "sigma_k": column(2)}
room = "Divergences and entropies"

DIVERGENCES = (
    Exhibit(
        room,
        "Flux model zoo",
        "vision/mnist/vae.jl, before pull request 76",
        Counterexample(
            "museum-flux-square",
            "The logarithm of a square is not the square of a logarithm",
            "The divergence of a code from the standard normal holds the square of the logarithm of each deviation.",
            Relation(divergence_k, "=", over_code(mu[i] ** 2 + dev[i] ** 2 + log(dev[i]) ** 2 - 1) / 2),
            corrected=("kl-diagonal",),
            sizes={k: 1},
            values=code,
        ),
        "A square inside of the logarithm and one outside look much alike in code, and the training runs with both.",
        "Its pull request 76 replaced the square by a factor; the sign stayed wrong, as the next exhibit shows.",
    ),
    Exhibit(
        room,
        "Flux model zoo",
        "vision/mnist/vae.jl, as pull requests 76 and 147 show it",
        Counterexample(
            "museum-flux-sign",
            "The repair kept the sign",
            "The divergence of a code from the standard normal grows with the logarithm of each deviation.",
            Relation(divergence_k, "=", over_code(mu[i] ** 2 + dev[i] ** 2 + 2 * log(dev[i]) - 1) / 2),
            corrected=("kl-diagonal",),
            sizes={k: 1},
            values=code,
        ),
        "A repair looks at the spot that was reported; the plus in front of it had always been there.",
        "Its pull request 147 turned the sign.",
    ),
    Exhibit(
        room,
        "SupaeroDataScience, deep learning course",
        "notebook on variational autoencoders, as quoted in pull request 6",
        Counterexample(
            "museum-lost-half",
            "One half is for all terms",
            "The divergence of one coordinate has its half at the one alone.",
            Relation(divergence_1, "=", mean_1**2 + dev_1**2 - log(dev_1) - half),
            corrected=("kl-one",),
            values={"mu_1": number(1), "sigma_1": number(1)},
        ),
        "The half cancels the two of the logarithm, and with that it seems to be used up.",
        "Its pull request 6 put the half back.",
    ),
    Exhibit(
        room,
        "PyTorch-VAE",
        "models/vanilla_vae.py, the divergence that is reported beside the loss",
        Counterexample(
            "museum-reported-divergence",
            "A divergence with the sign of a gain",
            "The divergence that is shown to the user is half of the sum of one, plus the logarithm of the variance, "
            "minus the square of the mean, minus the variance.",
            Relation(of_code, "=", half * over_code(1 + log_var[i] - mu[i] ** 2 - exp(log_var[i]))),
            corrected=("kl-code", "kl-diagonal-nonnegative"),
            sizes={k: 1},
            values={"mu": column(1), "log_var": column(0)},
        ),
        "The loss adds the divergence and the bound subtracts it, so one minus too many looks like the missing one; "
        "the loss itself is right, and only the number on the screen is negative.",
        "It is reported there as issue 68, which was open when we read it.",
    ),
    Exhibit(
        room,
        "QuantEcon, lectures in Python",
        "lectures/divergence_measures.md, the note on the uniform distribution",
        Counterexample(
            "museum-uniform-sign",
            "Nothing is less certain than the uniform distribution",
            "The entropy of a uniform distribution is minus the logarithm of the number of its states.",
            Relation(-over_states(Num(1 / m) * log(Num(1 / m))), "=", -log(Num(m))),
            corrected=("museum-entropy-uniform",),
            sizes={m: 2},
        ),
        "There are two minus signs, one in the definition and one in the logarithm of a fraction, and it is easy to "
        "write down one of them.",
    ),
    Exhibit(
        room,
        "QuantEcon, lectures in Python",
        "lectures/divergence_measures.md, in the earlier of the two versions that we read",
        Counterexample(
            "museum-unweighted-entropy",
            "A mean without its weights",
            "The entropy is the sum of the surprises, the logarithms of one over each probability.",
            Relation(entropy, "=", over_states(log(1 / guess[i]))),
            corrected=("museum-entropy", "museum-entropy-uniform"),
            sizes={m: 2},
            values={"guess": even},
        ),
        "The weight has slipped below the sign of the sum, where it is an index and weighs nothing. Some lines further "
        "down the same page has the right formula.",
        "The later version has the weights.",
    ),
    Exhibit(
        room,
        "numpy-ml",
        "numpy_ml/neural_nets/losses/losses.py, docstring of the cross entropy",
        Counterexample(
            "museum-cross-entropy-sign",
            "A loss that grows when the guess gets better",
            "The cross entropy is the sum of the logarithms of the guesses, weighted with the truth.",
            Relation(cross_entropy, "=", over_states(guess[i] * log(other[i]))),
            corrected=("museum-cross-entropy", "museum-cross-entropy-floor"),
            sizes={m: 2},
            values={"guess": even, "other": fair},
        ),
        "The code below the docstring has the minus; whoever writes the formula has just typed the sum by heart.",
    ),
    Exhibit(
        room,
        "numpy-ml",
        "numpy_ml/neural_nets/losses/losses.py, docstring of the noise contrastive loss, in an earlier version",
        Counterexample(
            "museum-lost-bracket",
            "A minus in front of a sum of two terms",
            "The binary cross entropy, without a bracket: minus and sum end at the plus. Here with a single entry.",
            Relation(
                bernoulli_loss(pixel, pixel_hat), "=", -(pixel * log(pixel_hat)) + (1 - pixel) * log(1 - pixel_hat)
            ),
            corrected=("bce-logits", "bce-floor"),
            values={"pixel": number("1/2"), "pixel_hat": number("1/2")},
        ),
        "One hears the bracket when one says the formula aloud, and does not see that it is missing; whoever adds it "
        "by habit reads the right formula.",
        "A later version has no formula at this place; the code has the bracket.",
    ),
    Exhibit(
        room,
        "Understanding Deep Learning",
        "first printing, Equation 15.9, as its errata list it",
        Counterexample(
            "museum-wrong-variable",
            "An integral over the wrong variable",
            "The first integral of the divergence of Jensen and Shannon runs over a variable that its integrand does "
            "not hold. Read as printed, on two points, it adds up one value as often as there are points.",
            Relation(
                jsd,
                "=",
                half * Sigma(j, ONE, m, fake[1] * (log(fake[1]) - log((real[1] + fake[1]) / 2)))
                + half * over_states(real[i] * (log(real[i]) - log(middle))),
            ),
            corrected=("gan-jsd", "gan-value-is-jsd"),
            given=EACH_ONE,
            sizes={m: 2},
            values={"real": skewed, "fake": even},
        ),
        "The two integrals are twins, so one copies the first and changes the letters; the last one hides behind "
        "the d.",
        "By its own errata: each integral runs over the variable of its own distribution.",
    ),
    Exhibit(
        room,
        "Understanding Deep Learning",
        "first printing, Section 15.2.2, as its errata list it",
        Counterexample(
            "museum-infinite-distance",
            "As far apart as can be, and not infinitely far",
            "For distributions without a common point the distance is infinite: it is larger than every number.",
            Relation(without_common_point, ">", v),
            corrected=("gan-disjoint", "gan-jsd-bounded"),
            given=EACH_ONE,
            sizes={m: 2},
            values={"real": skewed, "fake": even, "v": number(1)},
        ),
        "The divergence of Kullback and Leibler is infinite there; the mean of both, inside of the logarithm, takes "
        "care of that.",
        "By its own errata: the distance is the largest possible one.",
    ),
)

# ---------------------------------------------------------------- adversarial games

room = "Adversarial games"

GAMES = (
    Exhibit(
        room,
        "Understanding Deep Learning",
        "first printing, Section 15.2.2, as its errata list it",
        Counterexample(
            "museum-minimising-judge",
            "The discriminator makes it large, the generator small",
            "With the best discriminator the value of the game is as small as it can be.",
            Relation(-log_4 + 2 * jsd, "<=", game),
            corrected=("gan-regret", "gan-value-is-jsd"),
            given=EACH_ONE,
            sizes={m: 2},
            values={"real": even, "fake": skewed, "judges": even},
        ),
        "A loss is a thing that one minimises; here one player does and the other does the opposite.",
        "By its own errata: it maximises.",
    ),
    Exhibit(
        room,
        "Understanding Deep Learning",
        "first printing, Equation 15.15, as its errata list it",
        Counterexample(
            "museum-one-sided-dual",
            "Two means under one distribution",
            "The best critic's mean under the data, minus its mean under the data, is what the cheapest plan costs.",
            Relation(over_states(real[i] * critic[i]) - over_states(real[i] * critic[i]), "=", cost),
            corrected=("museum-wasserstein-dual",),
            given=(*corrections.PLAN, corrections.NOT_STEEPER, Relation(unused, "=", zero)),
            sizes={m: 2},
            values={
                "transport": sp.Matrix([[sp.Rational(1, 2), sp.Rational(2, 5)], [0, sp.Rational(1, 10)]]),
                "real": skewed,
                "fake": even,
                "critic": column(1, 0),
                "far": sp.Matrix([[0, 1], [1, 0]]),
                "short_of": sp.Matrix([[0, 0], [2, 0]]),
            },
        ),
        "The second term is copied from the first, the sign is changed, and the distribution is not.",
        "By its own errata: the second mean is taken under the other distribution.",
    ),
    Exhibit(
        room,
        "Dive into Deep Learning",
        "chapter_generative-adversarial-networks/gan.md, on the generator's loss",
        Counterexample(
            "museum-near-zero",
            "A logarithm at the wrong end",
            "If the generator does well, the discriminator's output is near 1, and so this loss is near 0. Here a "
            "sentence was printed, and no formula; near is taken to mean: no farther from 0 than the output is from 1.",
            Relation(-log(1 - judge), "<=", 1 - judge),
            corrected=("museum-saturating-floor", "gan-slope-saturating"),
            values={"judge": number("99/100")},
        ),
        "The slopes of this loss do vanish, but at the other end, where the generator does badly; a logarithm of a "
        "difference is easily read upside down.",
    ),
    Exhibit(
        room,
        "Annotated Deep Learning Paper Implementations (labml)",
        "labml_nn/gan/original/__init__.py, the generator's loss",
        "gan-losses-are-one",
        "Both losses fall when the discriminator says yes, so it is tempting to say that one is as good as the other.",
        title="Two losses with one aim are two losses",
        says="To descend the one loss of the generator is the same as to descend the other. Here the slopes of both in "
        "the logit, where the discriminator is nearly sure.",
    ),
    Exhibit(
        room,
        "Autograd",
        "examples/generative_adversarial_net.py, the objective",
        Counterexample(
            "museum-two-yeses",
            "The logarithm of no is not minus the logarithm of yes",
            "The value of the game is the mean logarithm of the output on data, minus that of the output on samples.",
            Relation(over_states(real[i] * log(judges[i])) - over_states(fake[i] * log(judges[i])), "=", game),
            corrected=("gan-game", "gan-regret"),
            sizes={m: 2},
            values={"real": even, "fake": skewed, "judges": column("1/3", "1/4")},
        ),
        "Both expressions reward a discriminator that says no to samples, but with this one a sure no is worth "
        "more and more without end.",
    ),
)

# ---------------------------------------------------------------- functions and slopes

room = "Functions and slopes"

SLOPES = (
    Exhibit(
        room,
        "Autograd",
        "examples/generative_adversarial_net.py, the function named sigmoid",
        Counterexample(
            "museum-sigmoid-argument",
            "Half of the argument is missing",
            "The logistic function is half of one plus the hyperbolic tangent of the same argument.",
            Relation(sigma(t), "=", (tanh(t) + 1) / 2),
            corrected=("sigmoid-tanh",),
            values={"t": number(1)},
            meanings=LOGISTIC,
        ),
        "The values run from 0 to 1 and pass one half at zero, as they should; only the slope is twice too steep.",
    ),
    Exhibit(
        room,
        "NumPy Tutorials",
        "content/tutorial-deep-learning-on-mnist.md, the backward pass",
        Counterexample(
            "museum-slope-of-output",
            "The slope is taken where the function ends, not where it begins",
            "The rectifier's slope is evaluated at its own output. That is never negative, so the slope is 1 "
            "everywhere, and hidden units that are off learn all the same.",
            Relation(Gradient(o_1, x), "=", D_W1.T @ (D_W2.T * phi.slope(phi(a_1)))),
            corrected=("gan-input-slope",),
            sizes={d: 1, h: 1},
            values={
                "x": column(1),
                "D_W1": sp.Matrix([[-1]]),
                "D_b1": column(0),
                "D_W2": sp.Matrix([[1]]),
                "D_b2": number(0),
            },
            meanings=RECTIFIER,
        ),
        "The layer is overwritten by its rectified self, and a zero there counts as positive; with a strict sign the "
        "same lines would have been right.",
    ),
    Exhibit(
        room,
        "QuantEcon, lectures in Python",
        "lectures/back_prop.md, below the rule of the update",
        Counterexample(
            "museum-turned-slope",
            "Minus from the rule, minus in the slope",
            "The slope of half of the squared difference is minus the difference.",
            Relation(Gradient(half * SquaredNorm(x - y), x), "=", -(x - y)),
            corrected=("museum-half-square",),
            sizes={d: 1},
            values={"x": column(2), "y": column(1)},
        ),
        "The update has a minus of its own, and the slope is often written with the target first; the code of the "
        "same lecture has it right.",
    ),
    Exhibit(
        room,
        "QuantEcon, lectures in Python",
        "lectures/back_prop.md, the differential of a layer",
        Counterexample(
            "museum-differential",
            "One d is missing",
            "In the differential of a layer the bias stands without a d. Here the part that belongs to the bias: how "
            "fast the layer grows with it.",
            Relation(Partial(Entry(z, 1), Entry(b_e, 1)), "=", Entry(sigma.slope(a_e), 1) * Entry(b_e, 1)),
            corrected=("museum-layer-bias",),
            sizes={d: 1, k: 1},
            values={"x": column(1), "W_e": sp.Matrix([[-2]]), "b_e": column(2)},
            meanings=LOGISTIC,
        ),
        "Two of the three terms are products with a d in them, and the third, which is short, is copied from the "
        "layer itself.",
    ),
    Exhibit(
        room,
        "Mathematics for Machine Learning",
        "draft of November 2018, Equation 7.8, as quoted in issue 226",
        Counterexample(
            "museum-lost-two",
            "A quadratic function has a two",
            "The gradient of a quadratic function with a symmetric matrix is the matrix times the vector, minus the "
            "vector of the linear part.",
            Relation(Gradient(x.T @ W @ x - b.T @ x, x), "=", W @ x - b),
            corrected=("museum-quadratic-slope",),
            given=(Relation(W.T, "=", W),),
            sizes={d: 2},
            values={"W": sp.Matrix([[2, 1], [1, 20]]), "b": column(5, 3), "x": column(1, 0)},
        ),
        "So often a half stands before the quadratic part that one cancels a two which is not there.",
        "It was marked as fixed for the next revision when the issue was closed.",
    ),
)

# ---------------------------------------------------------------- means, sums and factors

room = "Means, sums and factors"
line = {"X": sp.Matrix([[1, 1]]), "coef": column(2), "targets": column(1, 1)}

FACTORS = (
    Exhibit(
        room,
        "The sheet",
        "listing of Aufgabe 1.2, the loss that is printed and the gradient that is descended",
        "ae-printed-loss-gradient",
        "The mean makes a handsome number on the screen, the sum makes a handsome derivative, and nobody compares "
        "them.",
    ),
    Exhibit(
        room,
        "ML-From-Scratch",
        "mlfromscratch/supervised_learning/regression.py, loss and gradient of a regression",
        Counterexample(
            "museum-sum-beside-mean",
            "A mean on the screen, a sum in the step",
            "The gradient of the mean loss is the sum over the samples.",
            Relation(Gradient(L_half, coef), "=", X @ errors),
            corrected=("museum-regression-slope",),
            sizes={d: 1, n: 2},
            values=line,
        ),
        "One product of matrices gives the whole gradient at once, and with it the division by the number of samples "
        "goes out of sight.",
        "It is reported there as issues 38 and 74; the version that we read is unchanged.",
    ),
    Exhibit(
        room,
        "Dive into Deep Learning",
        "linear regression from scratch, as described in pull request 1000",
        Counterexample(
            "museum-divided-twice",
            "Divided by the batch twice",
            "The gradient of the mean loss is the sum over the samples, divided by the batch in the loss and by the "
            "batch in the step.",
            Relation(Gradient(L_half, coef), "=", (X @ errors) / Num(n**2)),
            corrected=("museum-regression-slope",),
            sizes={d: 1, n: 2},
            values=line,
        ),
        "Two functions are both polite enough to divide, and each is right by itself.",
        "Its pull request 1000 took the sum in the loss.",
    ),
    Exhibit(
        room,
        "Optax",
        "optax/losses/_regression.py, docstring of the loss named l2_loss",
        Counterexample(
            "museum-returned-half",
            "The docstring was copied, the half was not",
            "The loss returns the squared differences, element by element.",
            Relation(l2_loss, "=", (x - y) * (x - y)),
            corrected=("museum-l2-loss", "museum-half-square"),
            sizes={d: 1},
            values={"x": column(3), "y": column(1)},
        ),
        "The function is half of the one above it, and its text was copied whole; the half is only discussed in the "
        "note below.",
    ),
    Exhibit(
        room,
        "The sheet",
        "listing of Aufgabe 1.2, the initialisation of the decoder",
        "ae-init-decoder-xavier",
        "Both rules are a two under a root, and the names are remembered better than what stands below.",
    ),
    Exhibit(
        room,
        "Annotated Deep Learning Paper Implementations (labml)",
        "labml_nn/optimizers/adam.py, the effective step",
        Counterexample(
            "museum-adam-root",
            "The root is lost",
            "Adam's step without its small number is the first moment over the second.",
            Relation(adam_step, "=", step * (m_hat / v_hat)),
            corrected=("museum-adam-step", "adam-scale"),
            values={"step": number(1), "m_hat": number(2), "v_hat": number(4)},
        ),
        "When the small number is dropped from the denominator, the root above the other term goes with it.",
    ),
    Exhibit(
        room,
        "Annotated Deep Learning Paper Implementations (labml)",
        "labml_nn/optimizers/adam.py, the small number of the faster form",
        Counterexample(
            "museum-adam-epsilon",
            "A number beside a root wants a root",
            "If the corrections are put into the learning rate, the small number is multiplied by the correction of "
            "the second moment.",
            Relation(step * ratio(m_hat, v_hat, tiny_adam), "=", folded(seen_2 * tiny_adam)),
            corrected=("museum-adam-folded",),
            values={
                "step": number(1),
                "m_hat": number(1),
                "v_hat": number(1),
                "tiny_adam": number(1),
                "beta_1": number("1/2"),
                "beta_2": number("3/4"),
            },
            sizes={T: 1},
        ),
        "The correction is taken out of a root in one term, and in the other one it is forgotten that there was a "
        "root.",
    ),
)

# ---------------------------------------------------------------- models

room = "Models"

MODELS = (
    Exhibit(
        room,
        "The sheet",
        "Aufgabe 1.1, on principal components",
        "lae-columns-are-not-components",
        "The best decoder spans the same space as the components, and a space is easily taken for the vectors that "
        "one first thinks of.",
    ),
    Exhibit(
        room,
        "The sheet",
        "listing of Aufgabe 4.2, the backward pass",
        "rnn-sheet-W_hh",
        "The array is made with zeros, to be filled later; the program runs without it, and later never comes.",
    ),
    Exhibit(
        room,
        "The sheet",
        "Equation (12) against the listing of Aufgabe 2.2",
        "vae-printed-likelihood",
        "The theory is written with a Gaussian, the program with a cross entropy, and both are called the "
        "reconstruction term.",
    ),
)

EXHIBITS: tuple[Exhibit, ...] = (*DIVERGENCES, *GAMES, *SLOPES, *FACTORS, *MODELS)
STATEMENTS: tuple[Statement, ...] = tuple(e.printed for e in EXHIBITS if isinstance(e.printed, Counterexample))
