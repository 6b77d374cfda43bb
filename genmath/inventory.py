"""The sheet's inventory: every numbered equation, every claim of its text and of its code, in the sheet's own order.

``says`` is our paraphrase, ``finding`` what is exactly true, ``statements`` the labels that settle it.  An item without
statements is owed by the chapter named ``stem``.  A label in braces in a finding stands for the number with which that
claim ends, or which that counterexample shows: no number of ours is typed here.
"""

from __future__ import annotations

from dataclasses import dataclass

RIGHT, SUPPOSING, IMPRECISE, WRONG = "right", "right under assumptions", "imprecise", "wrong"
MISSING, UNPROVED, OPINION = "missing", "unproved", "opinion"


@dataclass(frozen=True)
class Item:
    """One thing that the sheet says.

    Parameters
    ----------
    key : str
        The sheet's number; ``u1``... for its text, ``c1``... for its code, ``n1``... for what a second reading found.
    place : str
        The exercise, as the sheet numbers them, or ``Summary``.
    says, finding : str
        Paraphrase, and the exact correction or confirmation.
    verdict : str
        One of the words above.
    stem : str
        The chapter that treats it.
    statements : tuple of str
        Labels of claims, counterexamples and judgements that settle it.
    """

    key: str
    place: str
    says: str
    verdict: str
    finding: str
    stem: str
    statements: tuple[str, ...] = ()

    @property
    def treated(self) -> bool:
        """Whether a statement settles it."""
        return bool(self.statements)

    @property
    def label(self) -> str:
        """A name for the item itself."""
        return "sheet-" + self.key.strip("()")


INVENTORY: tuple[Item, ...] = (
    # Exercise 1.1
    Item(
        "(1)",
        "1.1",
        "The code is a sigmoid of an affine map of the sample.",
        SUPPOSING,
        "The function acts on every entry; the same letter names a deviation later.",
        "autoencoder",
        ("ae-encoder", "ae-preactivation-encoder", "sigmoid", "sigmoid-symmetry", "sigmoid-stable", "sigmoid-tanh"),
    ),
    Item(
        "(2)",
        "1.1",
        "The reconstruction is a sigmoid of an affine map of the code.",
        SUPPOSING,
        "A reconstruction lies strictly between 0 and 1, so the data must lie in that range.",
        "autoencoder",
        ("ae-decoder", "ae-preactivation-decoder", "sigmoid-positive", "sigmoid-below-one"),
    ),
    Item(
        "(3)",
        "1.1",
        "The loss is the squared distance.",
        RIGHT,
        "It is the loss of one sample, a sum over pixels; the code prints another quantity, a mean.",
        "autoencoder",
        ("ae-loss", "ae-batch-loss", "ae-rows", "ae-rows-loss"),
    ),
    Item(
        "n1",
        "1.1",
        "Codes are vectors of 32 real numbers.",
        IMPRECISE,
        "With a sigmoid encoder every entry lies strictly between 0 and 1.",
        "autoencoder",
        ("sigmoid-positive", "sigmoid-below-one"),
    ),
    Item(
        "(4)",
        "1.1",
        "The shapes of the encoder's weights and biases.",
        RIGHT,
        "They fit the encoder.",
        "autoencoder",
        ("ae-shape-encoder", "ae-shape-encoder-bias"),
    ),
    Item(
        "(5)",
        "1.1",
        "The shapes of the decoder's weights and biases.",
        RIGHT,
        "They fit the decoder; encoder and decoder together train {ae-parameter-count-mnist:,} numbers.",
        "autoencoder",
        ("ae-shape-decoder", "ae-shape-decoder-bias", "ae-parameter-count", "ae-parameter-count-mnist"),
    ),
    Item(
        "(6)",
        "1.1",
        "The gradient of the decoder is a product of two derivatives.",
        IMPRECISE,
        "The second derivative has three indices; the product is a sum over the outputs.",
        "autoencoder",
        ("ae-chain-rule",),
    ),
    Item(
        "(7)",
        "1.1",
        "The gradient of the decoder's weights.",
        IMPRECISE,
        "True with a bracket around the elementwise product; without it the shapes do not fit.",
        "autoencoder",
        (
            "ae-grad-decoder",
            "ae-grad-decoder-bias",
            "ae-delta-decoder",
            "sigmoid-slope",
            "sigmoid-slope-bound",
            "ae-delta-logistic",
            "ae-batch-grad-decoder",
            "ae-batch-grad-decoder-bias",
            "ae-rows-delta-decoder",
            "ae-rows-grad-decoder",
            "ae-rows-grad-decoder-bias",
            "ae-printed-decoder-bracket",
        ),
    ),
    Item(
        "(8)",
        "1.1",
        "The gradient of the code.",
        RIGHT,
        "It is the transposed decoder times the slope of the loss in the decoder's preactivation.",
        "autoencoder",
        ("ae-grad-code",),
    ),
    Item(
        "(9)",
        "1.1",
        "The gradient of the encoder's weights.",
        IMPRECISE,
        "True with a bracket around the elementwise product; without it the shapes do not fit.",
        "autoencoder",
        (
            "ae-grad-encoder",
            "ae-grad-encoder-bias",
            "ae-delta-encoder",
            "ae-batch-grad-encoder",
            "ae-batch-grad-encoder-bias",
            "ae-rows-delta-encoder",
            "ae-rows-grad-encoder",
            "ae-rows-grad-encoder-bias",
            "ae-printed-encoder-bracket",
        ),
    ),
    Item(
        "(10)",
        "1.1",
        "The compression ratio is 24.5.",
        IMPRECISE,
        "It counts numbers. In bits it is {ae-compression-bits} or {ae-compression-bits-double}, and "
        "{ae-compression-binary:.2f} "
        "for black-and-white images. If the decoder is sent too, {ae-break-even:.0f} images are the first that pay, "
        "counted in numbers again.",
        "autoencoder",
        (
            "ae-compression",
            "ae-compression-mnist",
            "ae-compression-bits",
            "ae-compression-bits-double",
            "ae-compression-binary",
            "ae-break-even",
            "ae-compression-shipped",
            "ae-compression-shipped-34",
            "ae-numbers-are-not-bits",
            "ae-binary-code-is-smaller",
        ),
    ),
    Item(
        "u1",
        "1.1",
        "JPEG compresses 10 to 50 times, but with loss.",
        IMPRECISE,
        "The autoencoder loses too, and images of this size do not reach such ratios with JPEG.",
        "autoencoder",
        ("ae-jpeg",),
    ),
    Item(
        "n2",
        "1.1",
        "The autoencoder learns a compression of its own data.",
        RIGHT,
        "Measured on shapes and digits: a network trained on the other data makes more than twice the error.",
        "autoencoder",
        ("ae-data-specific",),
    ),
    Item(
        "u2",
        "1.1",
        "A linear autoencoder is PCA if it has no biases, the squared error and the global minimum.",
        WRONG,
        "The data must be centred, or biases present, which then centre them; and the k-th eigenvalue must exceed"
        " the next.",
        "autoencoder",
        ("lae-no-bias-is-not-pca", "lae-best-bias", "lae-bias-centres"),
    ),
    Item(
        "u3",
        "1.1",
        "The best decoder's columns are the first principal components.",
        WRONG,
        "Only their span is determined: any invertible change of basis of the code gives the same loss.",
        "autoencoder",
        ("lae-columns-are-not-components", "lae-invariance", "lae-pca-attains"),
    ),
    Item(
        "u4",
        "1.1",
        "A proof is announced; one sentence follows.",
        MISSING,
        "The bound of Eckart and Young with its equality case, for all sizes; at the other critical points the loss "
        "still falls in some direction, shown for two pixels and one number.",
        "autoencoder",
        (
            "lae-eckart-young",
            "lae-pca-attains",
            "lae-grad-decoder",
            "lae-grad-encoder",
            "lae-plane-loss",
            "lae-critical-points",
            "lae-second-component-is-saddle",
            "lae-origin-is-saddle",
        ),
    ),
    # Exercise 1.2
    Item(
        "c1",
        "1.2",
        "The initialisation is called Xavier's.",
        WRONG,
        "It is He's. Xavier's variance is smaller: in the decoder He's is {init-decoder-ratio} times as large.",
        "autoencoder",
        ("ae-init-encoder-xavier", "ae-init-decoder-xavier", "init-encoder-ratio", "init-decoder-ratio"),
    ),
    Item(
        "c4",
        "1.2",
        "The sigmoid with two branches is stable.",
        IMPRECISE,
        "Its values are right, but both branches are evaluated, and the unused one overflows with a warning.",
        "autoencoder",
        ("sigmoid-where-warns", "sigmoid-stable"),
    ),
    Item(
        "c2",
        "1.2",
        "The printed loss and the gradient belong together.",
        WRONG,
        "The printed loss is a mean over pixels and samples, the gradient is that of the sum: "
        "{ae-pixel-mean-factor:,} times as large as the mean's.",
        "autoencoder",
        ("ae-printed-loss-gradient", "ae-pixel-mean", "ae-pixel-mean-factor"),
    ),
    Item(
        "c3",
        "1.2",
        "The loss of an epoch is the mean of its batches' means.",
        IMPRECISE,
        "The last batch is shorter and counts as much as the others; and the loss of each batch is taken before its "
        "step.",
        "autoencoder",
        ("ae-epoch-loss",),
    ),
    Item(
        "c5",
        "1.2",
        "Gaussian noise is added and clipped.",
        SUPPOSING,
        "Clipped noise is neither Gaussian nor centred: on black it has the mean "
        "{noise-clipped-is-unbiased:.4f} for the sheet's noise.",
        "autoencoder",
        ("noise-clipped", "noise-clipped-below", "noise-clipped-is-unbiased"),
    ),
    Item(
        "c6",
        "1.2",
        "The denoising autoencoder's gradients.",
        RIGHT,
        "Noisy sample at the input, clean sample in the error. For a linear model, unclipped noise is a penalty on the "
        "squared weights, on average.",
        "autoencoder",
        ("ae-grad-denoising", "dae-ridge", "dae-gradient", "dae-wiener"),
    ),
    Item(
        "c7",
        "1.2",
        "Rectangles, circles and lines in equal parts.",
        IMPRECISE,
        "A second draw decides between circles and lines: the chances are {shapes-rectangles}, {shapes-circles} and "
        "{shapes-lines}.",
        "autoencoder",
        ("shapes-are-balanced", "shapes-rectangles", "shapes-circles", "shapes-lines"),
    ),
    Item(
        "c11",
        "1.2",
        "The letters x and y for rows and columns.",
        OPINION,
        "They are mixed, harmlessly.",
        "autoencoder",
        ("shapes-letters",),
    ),
    Item(
        "c8",
        "1.2",
        "Random rectangles.",
        WRONG,
        "One coordinate is mistyped; {shapes-empty-rectangle:.2%} of the rectangles are empty.",
        "autoencoder",
        ("shapes-are-never-empty", "shapes-empty-rectangle"),
    ),
    Item(
        "c9",
        "1.2",
        "Random lines.",
        WRONG,
        "One point is missing in each: lines have gaps, and some are empty.",
        "autoencoder",
        ("shapes-lines-are-whole", "shapes-empty-line"),
    ),
    Item(
        "c10",
        "1.2",
        "The data have the shape (784, 1000).",
        WRONG,
        "Not as printed: the indentation keeps the lines only, {shapes-kept} images on average.",
        "autoencoder",
        ("shapes-thousand-images", "shapes-kept"),
    ),
    Item(
        "n3",
        "1.2",
        "The example shows a loss curve, an original and a reconstruction.",
        IMPRECISE,
        "The denoised image is computed and never shown; two losses with different inputs share one axis.",
        "autoencoder",
        ("ae-figures",),
    ),
    # Exercise 2.1
    Item(
        "(11)",
        "2.1",
        "The encoder's distribution.",
        IMPRECISE,
        "The covariance is the diagonal matrix of the variances.",
        "vae",
    ),
    Item(
        "(12)",
        "2.1",
        "The decoder's distribution is Gaussian.",
        IMPRECISE,
        "Right, but not what the code computes.",
        "vae",
    ),
    Item(
        "(13)",
        "2.1",
        "The evidence lower bound.",
        IMPRECISE,
        "A lower bound of the log-likelihood, to be maximised.",
        "vae",
        (
            "vae-elbo",
            "vae-posterior-divergence",
            "vae-evidence",
            "vae-bound",
            "kl-nonnegative",
            "log-tangent",
        ),
    ),
    Item(
        "n4",
        "2.1",
        "The sign of the objective.",
        IMPRECISE,
        "Section 1 minimises a loss, section 2 maximises a bound under the same letter.",
        "vae",
    ),
    Item(
        "(14)",
        "2.1",
        "The divergence of two Gaussians in closed form.",
        RIGHT,
        "For positive deviations.",
        "vae",
        (
            "kl-one",
            "kl-two",
            "kl-diagonal",
            "kl-diagonal-nonnegative",
            "kl-full",
        ),
    ),
    Item(
        "(15)",
        "2.1",
        "The sample as a function of the noise.",
        RIGHT,
        "It has the distribution that is wanted.",
        "vae",
        (
            "vae-sample-generating",
            "vae-sample-mean",
            "vae-sample-variance",
        ),
    ),
    Item("(16)", "2.1", "The noise is standard normal.", RIGHT, "A definition.", "vae"),
    Item(
        "u5",
        "2.1",
        "This makes sampling differentiable.",
        SUPPOSING,
        "Gradient and mean may be exchanged for smooth functions only.",
        "vae",
        (
            "vae-pathwise-gradient",
            "vae-step-mean",
            "vae-variance-pathwise",
            "vae-variance-score",
        ),
    ),
    # Exercise 2.2
    Item(
        "c12",
        "2.2",
        "The small number inside the logarithms.",
        IMPRECISE,
        "It changes the slope where it matters.",
        "vae",
    ),
    Item(
        "c13",
        "2.2",
        "Cross entropy for grey pixels.",
        IMPRECISE,
        "Its minimum is the entropy of the data, not 0.",
        "vae",
    ),
    Item(
        "c14",
        "2.2",
        "The divergence in the code.",
        RIGHT,
        "It is the closed form, in the logarithm of the variance.",
        "vae",
        (
            "kl-code",
            "kl-slope-mean",
            "kl-slope-log-var",
            "vae-slope-log-var",
        ),
    ),
    Item("c15", "2.2", "The example trains.", WRONG, "No gradient is computed and no weight changes.", "vae"),
    Item("c16", "2.2", "Uniform noise as data.", WRONG, "Nothing can be learned from it beyond its mean.", "vae"),
    Item("c17", "2.2", "New samples are printed.", IMPRECISE, "As indented, once an epoch.", "vae"),
    # Exercise 3.1
    Item("(17)", "3.1", "The minimax game.", RIGHT, "The order of the arguments changes later.", "gan"),
    Item(
        "(18)",
        "3.1",
        "The best discriminator.",
        SUPPOSING,
        "Where one of the densities is positive.",
        "gan",
        (
            "gan-best-judge",
            "gan-best-is-best",
        ),
    ),
    Item(
        "(19)",
        "3.1",
        "The value as an integral.",
        IMPRECISE,
        "Brackets are missing, and densities are supposed.",
        "gan",
        (
            "gan-value-at",
            "gan-value",
        ),
    ),
    Item(
        "(20)",
        "3.1",
        "The derivative with respect to the discriminator.",
        IMPRECISE,
        "A functional derivative.",
        "gan",
        (
            "gan-slope",
            "gan-stationary",
        ),
    ),
    Item(
        "u7",
        "3.1",
        "Only the first derivative is looked at.",
        MISSING,
        "The second derivative is negative.",
        "gan",
        ("gan-curvature",),
    ),
    Item(
        "u8",
        "3.1",
        "At equal distributions the value is minus log 4.",
        SUPPOSING,
        "One direction of an equivalence.",
        "gan",
        (
            "gan-value-is-jsd",
            "gan-jsd",
            "gan-jsd-nonnegative",
            "gan-jsd-bounded",
            "gan-optimum",
            "log-one-plus",
            "log-four",
        ),
    ),
    # Exercise 3.2
    Item(
        "c18",
        "3.2",
        "The generator's loss.",
        IMPRECISE,
        "Not that of the game: it does not saturate.",
        "gan",
        (
            "gan-slope-saturating",
            "gan-slope-non-saturating",
        ),
    ),
    Item("c19", "3.2", "The gradients of both networks.", RIGHT, "They are those of the losses in the code.", "gan"),
    Item(
        "c20", "3.2", "The small number inside the logarithms.", IMPRECISE, "With it the loss saturates again.", "gan"
    ),
    Item("c21", "3.2", "The leaky rectifier.", RIGHT, "Its slope at 0 is set, not derived.", "gan"),
    Item(
        "c22",
        "3.2",
        "The example trains on uniform noise.",
        WRONG,
        "The loss is near log 4 while the generator is constant.",
        "gan",
    ),
    # Exercise 4.1
    Item("c23", "4.1", "Flips as augmentation.", WRONG, "Not for digits: labels change.", "augmentation"),
    Item("c24", "4.1", "Rotation.", MISSING, "The image is returned as it came.", "augmentation"),
    Item("c25", "4.1", "Random crops.", RIGHT, "Too large a crop is silently none.", "augmentation"),
    Item("c26", "4.1", "Augmenting a batch.", IMPRECISE, "Rows here, columns before.", "augmentation"),
    Item(
        "n5",
        "4.1",
        "A random augmentation is chosen.",
        IMPRECISE,
        "Rotation and crop are never chosen, and the chances are not those that the list suggests.",
        "augmentation",
    ),
    Item("c27", "4.1", "Noise, brightness and contrast.", SUPPOSING, "Clipping biases all three.", "augmentation"),
    # Exercise 4.2
    Item("c28", "4.2", "Clipping by the global norm.", RIGHT, "It is the projection onto a ball.", "training"),
    Item("c29", "4.2", "Its edge cases.", MISSING, "NaN, infinity and overflow pass silently.", "training"),
    Item("c30", "4.2", "Clipping by value.", RIGHT, "It changes the direction.", "training"),
    Item("c31", "4.2", "The simplified backward pass.", WRONG, "Three of five gradients stay zero.", "rnn"),
    # Summary
    Item(
        "n6",
        "Summary",
        "Autoencoders compress deterministically.",
        RIGHT,
        "The same sample gives the same code, bit for bit.",
        "autoencoder",
        ("ae-deterministic",),
    ),
    Item(
        "u6",
        "Summary",
        "Latent spaces of VAEs are interpretable.",
        UNPROVED,
        "The axes are not identified.",
        "vae",
        ("kl-rotation",),
    ),
    Item(
        "u9",
        "Summary",
        "GANs train unstably.",
        UNPROVED,
        "Shown for the simplest GAN.",
        "gan",
        (
            "gan-simultaneous-step",
            "gan-flow-conserves",
        ),
    ),
    Item("n7", "Summary", "GANs give samples of high quality.", OPINION, "To be measured.", "practice"),
    Item("u14", "Summary", "Augmentation helps generalisation.", SUPPOSING, "If it keeps the labels.", "augmentation"),
    Item("n8", "Summary", "Augmentation helps robustness.", OPINION, "To be measured.", "practice"),
    Item("u11", "Summary", "Clipping prevents exploding gradients.", IMPRECISE, "It bounds the update.", "training"),
    Item(
        "n9",
        "Summary",
        "Xavier's and He's initialisations keep activations stable.",
        SUPPOSING,
        "Each for its activation.",
        "training",
    ),
    Item("u12", "Summary", "Schedules adapt the learning rate.", IMPRECISE, "They are set in advance.", "training"),
    Item("n10", "Summary", "VAEs need a balance of two losses.", OPINION, "To be measured.", "practice"),
    Item(
        "u10",
        "Summary",
        "The discriminator should not be trained too hard.",
        UNPROVED,
        "It depends on the loss.",
        "gan",
    ),
    Item("n11", "Summary", "Looking at samples monitors training.", OPINION, "To be measured.", "practice"),
    Item("u13", "Summary", "FID and IS evaluate quantitatively.", IMPRECISE, "They are not defined.", "evaluation"),
)
