"""Exercises of the chapter on training: clipping, descent, Adam, initialisation.

Each asks for an expression of a claim in :mod:`genmath.clipping`, :mod:`genmath.training` or
:mod:`genmath.initialisation`.
"""

from __future__ import annotations

from genmath import clipping, initialisation, training
from genmath.exercises import Exercise, Slip, exercises, times
from genmath.initialisation import units, xavier
from genmath.notation import (
    N_max,
    alpha,
    curve,
    dev_a,
    g,
    hidden_0,
    lam_1,
    lam_2,
    norm_g,
    size_g,
    step,
    tiny_adam,
    var_w,
    w_hh,
    x,
    xi_0,
)
from genmath.training import cond

CLIPPING = exercises(
    clipping.STATEMENTS,
    Exercise(
        "clip-norm-after",
        "A gradient {g} has the norm {N}, which is larger than {N_max}. Clip it by its norm.",
        (g, norm_g),
        (
            Slip("lost norm", "Its norm would be a product of two norms: divide by its own.", lambda _: N_max * g),
            Slip("upside down", "That makes it longer.", lambda _: (norm_g / N_max) * g),
            Slip("the direction alone", "That has the norm one.", lambda _: (1 / norm_g) * g),
        ),
        names={"N_max": N_max},
        ask=lambda claim: claim.start.children[0],
        called="clip-norm",
    ),
    Exercise(
        "clip-step",
        "A gradient was too long and has been clipped to the norm {N_max}. How long is a step with the learning rate "
        "{eta}, squared?",
        (step,),
        (
            Slip("lost square", "That is its length.", lambda _: step * N_max),
            Slip("the learning rate not squared", "The learning rate is squared too.", lambda _: step * N_max**2),
        ),
        names={"N_max": N_max},
    ),
    Exercise(
        "chain-slope",
        "A recurrent network with one hidden unit multiplies it by {w} in each of {T} steps. How does its last state "
        "depend on its first?",
        (),
        (
            Slip("one factor in all", "Every step brings a factor."),
            Slip("the last state itself", "That is the state: differentiate it.", times(hidden_0)),
        ),
        names={"w": w_hh, "h_0": hidden_0},
    ),
)

DESCENT = exercises(
    training.STATEMENTS,
    Exercise(
        "gd-error",
        "Near a minimum with the curvature {kappa} a parameter lies beside it by {xi_0}, on either side. By how much "
        "does it lie beside it after {T} steps with the learning rate {eta}? Keep the sign.",
        (xi_0, step),
        (
            Slip("one step", "That is the distance after one step."),
            Slip("the steps add up", "Each step leaves the same part of what is there; parts are multiplied."),
            Slip("uphill", "A step goes against the gradient."),
        ),
        names={"kappa": curve},
    ),
    Exercise(
        "gd-best-flat",
        "A loss has the curvatures {lambda_1} and {lambda_2}, and the learning rate is two over their sum. What part "
        "of the distance does a step leave in the flat direction, of curvature {lambda_2}?",
        (lam_1, lam_2),
        (
            Slip("turned sign", "In the flat direction a step does not go beyond the minimum."),
            Slip("lost one", "That is the part that a step takes away.", lambda _: 2 * lam_2 / (lam_1 + lam_2)),
        ),
    ),
    Exercise(
        "gd-condition-rate",
        "Write the best factor of a step with the condition number {cond}.",
        (cond,),
        (
            Slip("one over the condition number", "For equal curvatures it must be zero."),
            Slip("upside down", "It must be below one.", lambda a: 1 / a),
        ),
    ),
    Exercise(
        "adam-first-step",
        "An entry of the first gradient has the size {g}. How long is Adam's first step, with the learning rate {eta} "
        "and the small number {epsilon}?",
        (step, tiny_adam),
        (
            Slip("that of plain descent", "Adam divides by the root of the second moment."),
            Slip("lost small number", "That is nearly right: the small number stands below.", lambda _: 1 * step),
        ),
        names={"g": size_g},
    ),
)

LAYERS = exercises(
    initialisation.STATEMENTS,
    Exercise(
        "init-forward",
        "A layer with {d} inputs {x} has random weights: centred, uncorrelated, of variance {v_w}. What is the mean "
        "square of its preactivations, on average over the weights?",
        (x, var_w),
        (
            Slip("as many factors as units", "Each unit adds up as many squares as there are inputs."),
            Slip("one factor", "Each unit adds up as many squares as there are inputs."),
        ),
        names={"h": units},
    ),
    Exercise(
        "xavier-forward",
        "Xavier's variance is two over the sum of {d} inputs and {h} units. By what does a layer with it multiply a "
        "mean square?",
        (),
        (
            Slip("kept for every size", "It is kept if there are as many units as inputs."),
            Slip("turned sign", "On the way forward the inputs are added up, not the units."),
            Slip("the variance itself", "Each unit adds up as many squares as there are inputs.", lambda _: xavier),
        ),
    ),
    Exercise(
        "rectifier-square",
        "A leaky rectifier has the slope {alpha} on the left. What mean square does it make of a Gaussian of deviation "
        "{sigma_a}?",
        (alpha, dev_a),
        (
            Slip("all of it is kept", "On the left side only a part of it passes."),
            Slip("the slope is not squared", "A mean square squares the slope."),
        ),
    ),
)

EXERCISES = (*CLIPPING, *DESCENT, *LAYERS)
