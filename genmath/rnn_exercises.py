"""Exercises of the chapter on recurrent networks: one step forward, one step back, slopes.

Each asks for an expression of a claim in :mod:`genmath.rnn`.
"""

from __future__ import annotations

from genmath import rnn
from genmath.exercises import Exercise, Slip, exercises, times
from genmath.notation import T, W_hh, W_hy, W_xh, b_h, h, phi, t, target_1, time, y_1
from genmath.rnn import a, delta, input_at, s_t, slope_at, softmax, state
from genmath.surface import Num

STEP = exercises(
    rnn.STATEMENTS,
    Exercise(
        "rnn-preactivation",
        "Write what the activation of a step takes: with its input {x_t}, the state {h_before} before it, the weights "
        "{W_xh} and {W_hh} and the biases {b_h}.",
        (W_xh, W_hh, b_h, phi),
        (
            Slip("lost state", "The state before comes in too.", lambda _: W_xh @ input_at(time) + b_h),
            Slip("lost bias", "The biases are missing.", lambda _: W_xh @ input_at(time) + W_hh @ state[time - 1]),
        ),
        names={"x_t": input_at(time), "h_before": state[time - 1]},
    ),
    Exercise(
        "rnn-parameter-count",
        "How many numbers does a recurrent network train that has {d} inputs, {h} hidden units and {o} outputs in each "
        "step?",
        (),
        (
            Slip("a matrix for each step", "All steps share their weights."),
            Slip("without the recurrent weights", "The state has weights to itself too.", lambda a: a - Num(h * h)),
        ),
        names={"T": Num(T)},
    ),
    Exercise(
        "rnn-slope-state",
        "The slopes of the loss in the outputs of a step are {g_t}, and the step behind sends back {delta_next}. What "
        "is the slope of the loss in the state?",
        (W_hy, W_hh, phi),
        (
            Slip("its own outputs alone", "The state goes on into the next step.", lambda _: W_hy.T @ slope_at(time)),
            Slip("the step behind alone", "The state has outputs of its own.", lambda _: W_hh.T @ delta[time + 1]),
        ),
        names={"g_t": slope_at(time), "delta_next": delta[time + 1]},
    ),
    Exercise(
        "rnn-delta",
        "The slope of the loss in a state is {s_t}. What is it in the preactivation {a_t} of this step?",
        (phi,),
        (
            Slip("lost slope of the activation", "The state is a function of its preactivation.", lambda _: s_t(time)),
            Slip("value instead of slope", "On the way back counts the slope.", lambda _: phi(a(time)) * s_t(time)),
        ),
        names={"s_t": s_t(time), "a_t": a(time)},
    ),
)

SLOPES = exercises(
    rnn.STATEMENTS,
    Exercise(
        "rnn-tanh-slope",
        "The activation {phi} is the hyperbolic tangent. A program has kept its value and forgotten its argument {t}. "
        "Write its slope with the value alone.",
        (t, phi),
        (
            Slip("a square too few", "The slope does not see the sign of the value."),
            Slip("lost one", "At zero it must be one.", lambda _: -(phi(t) ** 2)),
        ),
        primes=0,
    ),
    Exercise(
        "rnn-squared-slope",
        "Differentiate the squared distance of the outputs {y} from the targets {c} in the outputs.",
        (),
        (
            Slip("turned sign", "It must point away from the targets."),
            Slip("lost factor", "The derivative of a square brings a 2."),
        ),
        names={"y": y_1, "c": target_1},
    ),
    Exercise(
        "rnn-cross-entropy-slope",
        "A network turns its outputs into the probabilities {q} of classes, and pays the cross entropy with the "
        "targets {c}. Differentiate it in the outputs.",
        (),
        (
            Slip("turned sign", "It must point away from the targets."),
            Slip("the probabilities alone", "The output of the right class must rise."),
            Slip("factor 2 too many", "That is the slope of a squared error.", times(2)),
        ),
        names={"q": softmax, "c": target_1},
    ),
)

EXERCISES = (*STEP, *SLOPES)
