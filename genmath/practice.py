"""The sheet's summary and its advice, as far as only an experiment can judge them.

Chapter ``docs/chapters/practice.md``: three models on one budget, and one experiment for each piece of advice that no
other chapter has settled.  The runs are those of ``docs/data/practice.py``.

Contents: judgements.
"""

from __future__ import annotations

from genmath.calc import Judgement, Statement

STATEMENTS: tuple[Statement, ...] = (
    Judgement(
        "practice-quality",
        "Samples of high quality",
        "GANs give samples of high quality.",
        "On one budget, and by the kernel distance of features alone, their samples lie nearer to digits than those of "
        "a VAE; from those of an autoencoder whose codes are drawn from a bell curve no difference is seen. Of other "
        "networks, data and measures this says nothing.",
        "experiment",
        "Summary",
        ("gan-kernel-distance",),
    ),
    Judgement(
        "practice-balance",
        "Balance of the two losses",
        "A VAE needs a balance between reconstruction and divergence.",
        "There is one for each purpose: the bound is highest near the weight one, reconstructions are best with a "
        "smaller weight, and samples with a larger one.",
        "experiment",
        "Summary",
        ("vae-loss", "vae-bound"),
    ),
    Judgement(
        "practice-strength",
        "A discriminator that is trained hard",
        "The discriminator should not be trained too hard.",
        "On a fixed budget, eight steps of the discriminator for each one of the generator make the samples worse than "
        "one step, with both losses.",
        "experiment",
        "Summary",
        ("gan-strength",),
    ),
    Judgement(
        "practice-schedule",
        "A schedule for stability",
        "A schedule for the learning rate makes a training stable.",
        "On a small budget a cosine is no gain in the mean: autoencoder and VAE are better with a constant rate, and "
        "for the adversarial network no difference is seen. But its seeds scatter less with a cosine.",
        "experiment",
        "Summary",
        ("schedule-cosine",),
    ),
    Judgement(
        "practice-robust",
        "Augmentation for robustness",
        "Augmentation makes a model robust.",
        "Against what it has practised: noise against noise, shifts and turns against shifts and turns. Against noise, "
        "shifts and turns make a classifier less robust.",
        "experiment",
        "Summary",
        ("noise-clipped",),
    ),
    Judgement(
        "practice-monitoring",
        "Looking at samples",
        "One should watch a training by looking at generated samples.",
        "A look shows a generator that makes the same grey image from every noise; the loss does not. How much else a "
        "look tells is an opinion.",
        "experiment",
        "Summary",
        ("gan-log-four-is-success",),
    ),
)
