"""Claims of the chapter on recurrent networks, bound to the code: what runs is what was proved.

Each binding has a twin that puts a named mistake of the claim in the formula's place and must see it fail.
"""

import numpy as np
import pytest
from binding import agree, claim, disagree, formula, mistakes, value

from genmath.book import find
from genmath.notation import T, d, h, o, time
from genmath.rnn import TANH, a, state
from genmath.surface import Point
from genmodels import activations, losses, rnn

N, STEPS, D, H, O = 2, 3, 3, 2, 2
GRADIENTS = {f"rnn-grad-{name}": name for name in ("W_xh", "W_hh", "W_hy", "b_h", "b_y")}


def at(node, step=STEPS, **arrays):
    """The value of an expression for the network's activation, in a step."""
    return np.asarray(value(node, TANH, {T: STEPS, d: D, h: H, o: O, time: step}, **arrays), dtype=float)


@pytest.fixture
def params():
    rng = np.random.default_rng(7)
    return {name: rng.normal(size=shape) for name, shape in rnn.shapes(D, H, O).items()}


@pytest.fixture
def sequences():
    """Two sequences, the time first; the slopes of the loss in their outputs; their first states."""
    rng = np.random.default_rng(8)
    return rng.normal(size=(STEPS, N, D)), rng.normal(size=(STEPS, N, O)), rng.normal(size=(N, H))


def columns(params, sequences, sample):
    """What a claim calls the data of one sample: its steps are columns."""
    X, dY, h_0 = sequences
    return {**params, "x_seq": X[:, sample].T, "g_seq": dY[:, sample].T, "h_0": h_0[sample]}


def added(node, params, sequences):
    """The sum of an expression over the samples."""
    return sum(at(node, **columns(params, sequences, sample)) for sample in range(N))


def gradients(params, sequences):
    X, dY, h_0 = sequences
    states, _ = rnn.forward(params, X, h_0)
    return rnn.backward(params, X, states, dY)


# ---------------------------------------------------------------- the network


def steps_of(node, params, sequences):
    """The value of an expression in every step of every sample, shape (T, n, size)."""
    given = [columns(params, sequences, sample) for sample in range(N)]
    return np.array([[at(node, step, **each)[:, 0] for each in given] for step in range(1, STEPS + 1)])


@pytest.mark.binds("rnn-preactivation", "genmodels.rnn:forward")
@pytest.mark.binds("rnn-state", "genmodels.rnn:forward")
@pytest.mark.binds("rnn-tanh", "genmodels.rnn:forward")
def test_a_state_is_the_tangent_of_what_the_step_computes(params, sequences):
    X, _, h_0 = sequences

    wanted = steps_of(formula("rnn-state"), params, sequences)

    agree(rnn.forward(params, X, h_0).H[1:], wanted)
    agree(np.arctanh(rnn.forward(params, X, h_0).H[1:]), steps_of(formula("rnn-preactivation"), params, sequences))
    agree(rnn.forward(params, X, h_0).H[1:], steps_of(state[time], params, sequences))


@pytest.mark.binds("rnn-preactivation", "genmodels.rnn:forward", twin=True)
@pytest.mark.binds("rnn-state", "genmodels.rnn:forward", twin=True)
@pytest.mark.binds("rnn-tanh", "genmodels.rnn:forward", twin=True)
def test_a_state_without_its_biases_or_its_tangent_is_noticed(params, sequences):
    X, _, h_0 = sequences
    bare = {**params, "b_h": np.zeros(H)}

    for wrong in (steps_of(formula("rnn-state"), bare, sequences), steps_of(a(time), params, sequences)):
        disagree(rnn.forward(params, X, h_0).H[1:], wrong)


@pytest.mark.binds("rnn-output", "genmodels.rnn:forward")
def test_an_output_is_an_affine_map_of_its_state(params, sequences):
    X, _, h_0 = sequences

    agree(rnn.forward(params, X, h_0).Y, steps_of(formula("rnn-output"), params, sequences))


@pytest.mark.binds("rnn-output", "genmodels.rnn:forward", twin=True)
def test_an_output_with_turned_biases_is_noticed(params, sequences):
    X, _, h_0 = sequences
    turned = {**params, "b_y": -params["b_y"]}

    disagree(rnn.forward(params, X, h_0).Y, steps_of(formula("rnn-output"), turned, sequences))


@pytest.mark.binds("rnn-parameter-count", "genmodels.rnn:init_params")
@pytest.mark.parametrize("sizes", [(28, 64, 10), (3, 2, 5)])
def test_as_many_numbers_are_trained_as_the_formula_counts(sizes):
    made = rnn.init_params(np.random.default_rng(0), *sizes)

    counted = sum(p.size for p in made.values())

    assert counted == formula("rnn-parameter-count").number.subs(dict(zip((d, h, o), sizes, strict=True)))


@pytest.mark.binds("rnn-parameter-count", "genmodels.rnn:init_params", twin=True)
def test_a_count_with_a_matrix_for_each_step_is_noticed():
    made = rnn.init_params(np.random.default_rng(0), 28, 64, 10)

    counted = sum(p.size for p in made.values())

    assert counted != mistakes("rnn-parameter-count")[0].number.subs({d: 28, h: 64, o: 10, T: 28})


# ---------------------------------------------------------------- the gradients


@pytest.mark.binds("rnn-grad-W_xh", "genmodels.rnn:backward")
@pytest.mark.binds("rnn-grad-W_hh", "genmodels.rnn:backward")
@pytest.mark.binds("rnn-grad-W_hy", "genmodels.rnn:backward")
@pytest.mark.binds("rnn-grad-b_h", "genmodels.rnn:backward")
@pytest.mark.binds("rnn-grad-b_y", "genmodels.rnn:backward")
@pytest.mark.parametrize("label", GRADIENTS)
def test_backpropagation_through_time_computes_the_proved_gradients(label, params, sequences):
    agree(gradients(params, sequences)[GRADIENTS[label]], added(formula(label), params, sequences))


@pytest.mark.parametrize("label", GRADIENTS)
def test_backpropagation_through_time_computes_the_derivative_itself(label, params, sequences):
    """The start of the chain: the unrolled network, differentiated symbolically; no proof is needed to trust it."""
    agree(gradients(params, sequences)[GRADIENTS[label]], added(claim(label).start, params, sequences))


@pytest.mark.binds("rnn-grad-W_xh", "genmodels.rnn:backward", twin=True)
@pytest.mark.binds("rnn-grad-W_hh", "genmodels.rnn:backward", twin=True)
@pytest.mark.binds("rnn-grad-W_hy", "genmodels.rnn:backward", twin=True)
@pytest.mark.binds("rnn-grad-b_h", "genmodels.rnn:backward", twin=True)
@pytest.mark.binds("rnn-grad-b_y", "genmodels.rnn:backward", twin=True)
@pytest.mark.parametrize("label", GRADIENTS)
def test_a_wrong_gradient_is_noticed(label, params, sequences):
    for wrong in mistakes(label):
        disagree(gradients(params, sequences)[GRADIENTS[label]], added(wrong, params, sequences))


@pytest.mark.binds("rnn-delta", "genmodels.rnn:backward")
@pytest.mark.binds("rnn-slope-state", "genmodels.rnn:backward")
def test_the_slope_in_every_preactivation_is_carried_back_by_the_recursion(params, sequences):
    """With a bias of its own in every step, which is an input of ones and zeros, each slope is a gradient."""
    X, dY, h_0 = sequences
    wanted = steps_of(formula("rnn-delta"), params, sequences)
    marked = np.concatenate([X, np.broadcast_to(np.eye(STEPS)[:, None], (STEPS, N, STEPS))], axis=2)
    wider = {**params, "W_xh": np.hstack([params["W_xh"], np.zeros((H, STEPS))])}

    for sample in range(N):
        one = [array[:, sample : sample + 1] for array in (marked, dY)]
        states, _ = rnn.forward(wider, one[0], h_0[sample : sample + 1])
        agree(rnn.backward(wider, one[0], states, one[1])["W_xh"][:, D:].T, wanted[:, sample])


@pytest.mark.binds("rnn-delta", "genmodels.rnn:backward", twin=True)
@pytest.mark.binds("rnn-slope-state", "genmodels.rnn:backward", twin=True)
def test_a_way_back_that_is_cut_after_each_step_is_noticed(params, sequences):
    X, dY, h_0 = sequences
    states, _ = rnn.forward(params, X, h_0)

    cut = rnn.backward(params, X, states, dY, truncation=1)

    for name in ("W_xh", "W_hh", "b_h"):
        disagree(cut[name], added(formula(f"rnn-grad-{name}"), params, sequences))


@pytest.mark.binds("rnn-chain", "genmodels.rnn:loss_and_slopes")
def test_with_the_slopes_of_the_squared_error_the_gradient_is_that_of_the_error(params, sequences):
    """The mean over two samples of the error, summed over the steps."""
    X, targets, h_0 = sequences
    states, Y = rnn.forward(params, X, h_0)
    _, dY = rnn.loss_and_slopes("regression", Y, targets)

    found = rnn.backward(params, X, states, dY)["W_hh"]

    given = [{**columns(params, sequences, i), "c_seq": targets[:, i].T} for i in range(N)]
    agree(found, sum(at(formula("rnn-chain"), **each) for each in given) / N)
    agree(found, sum(at(claim("rnn-chain").start, **each) for each in given) / N)


@pytest.mark.binds("rnn-chain", "genmodels.rnn:loss_and_slopes", twin=True)
def test_half_of_that_gradient_is_noticed(params, sequences):
    X, targets, h_0 = sequences
    states, Y = rnn.forward(params, X, h_0)
    found = rnn.backward(params, X, states, rnn.loss_and_slopes("regression", Y, targets)[1])["W_hh"]

    given = [{**columns(params, sequences, i), "c_seq": targets[:, i].T} for i in range(N)]

    for wrong in mistakes("rnn-chain"):
        disagree(found, sum(at(wrong, **each) for each in given) / N)


# ---------------------------------------------------------------- losses


@pytest.fixture
def outputs():
    rng = np.random.default_rng(9)
    return rng.normal(size=(N, O)) * 3, np.eye(O)[[1, 0]]


@pytest.mark.binds("rnn-squared-slope", "genmodels.rnn:squared_errors")
@pytest.mark.binds("rnn-cross-entropy-slope", "genmodels.losses:cross_entropy")
@pytest.mark.parametrize(
    ("label", "function"),
    [("rnn-squared-slope", rnn.squared_errors), ("rnn-cross-entropy-slope", losses.cross_entropy)],
)
def test_a_loss_hands_back_the_slopes_of_its_mean(label, function, outputs):
    Y, C = outputs

    value, slopes = function(Y, C)

    agree(N * slopes, [at(formula(label), y_1=y, target_1=c)[:, 0] for y, c in zip(Y, C, strict=True)])
    agree(N * value, sum(at(claim(label).start.body, y_1=y, target_1=c).item() for y, c in zip(Y, C, strict=True)))


@pytest.mark.binds("rnn-squared-slope", "genmodels.rnn:squared_errors", twin=True)
@pytest.mark.binds("rnn-cross-entropy-slope", "genmodels.losses:cross_entropy", twin=True)
@pytest.mark.parametrize(
    ("label", "function"),
    [("rnn-squared-slope", rnn.squared_errors), ("rnn-cross-entropy-slope", losses.cross_entropy)],
)
def test_wrong_slopes_of_a_loss_are_noticed(label, function, outputs):
    Y, C = outputs

    for wrong in mistakes(label):
        disagree(N * function(Y, C)[1], [at(wrong, y_1=y, target_1=c)[:, 0] for y, c in zip(Y, C, strict=True)])


@pytest.mark.binds("rnn-softmax", "genmodels.losses:softmax")
@pytest.mark.binds("rnn-softmax-shift", "genmodels.losses:softmax")
def test_probabilities_are_normalised_exponentials_shifted_or_not(outputs):
    Y, _ = outputs

    agree(losses.softmax(Y), [at(formula("rnn-softmax"), y_1=y)[:, 0] for y in Y])
    agree(losses.softmax(Y), [at(claim("rnn-softmax-shift").start, y_1=y, most=y.max())[:, 0] for y in Y])


@pytest.mark.binds("rnn-softmax", "genmodels.losses:softmax", twin=True)
@pytest.mark.binds("rnn-softmax-shift", "genmodels.losses:softmax", twin=True)
def test_a_shift_of_the_numerator_alone_is_noticed(outputs):
    Y, _ = outputs

    for wrong in mistakes("rnn-softmax-shift"):
        disagree(losses.softmax(Y), [at(wrong, y_1=y, most=y.max())[:, 0] for y in Y])


# ---------------------------------------------------------------- the hyperbolic tangent, and how slopes shrink


@pytest.mark.binds("rnn-tanh-slope", "genmodels.activations:tanh_slope")
def test_the_slope_of_the_tangent_comes_from_its_value():
    t = np.linspace(-4, 4, 33)

    wanted = [at(formula("rnn-tanh-slope"), t=v).item() for v in t]

    agree(activations.tanh_slope(np.tanh(t)), wanted)
    agree(activations.tanh_slope(np.tanh(t)), [at(claim("rnn-tanh-slope").start, t=v).item() for v in t])


@pytest.mark.binds("rnn-tanh-slope", "genmodels.activations:tanh_slope", twin=True)
def test_a_lost_square_in_that_slope_is_noticed():
    t = np.linspace(-4, 4, 33)

    for wrong in mistakes("rnn-tanh-slope"):
        disagree(activations.tanh_slope(np.tanh(t)), [at(wrong, t=v).item() for v in t])


def reached(params, X, start):
    """How the last state depends on the first one: by the complex step."""
    moved = np.array(
        [rnn.forward(params, X, (start + 1e-200j * unit)[None]).H[-1, 0].imag / 1e-200 for unit in np.eye(H)]
    )
    return moved.T


@pytest.mark.binds("rnn-jacobian", "genmodels.rnn:forward")
def test_the_last_state_depends_on_the_first_by_a_product_of_one_matrix_for_each_step(params, sequences):
    X, _, h_0 = sequences
    given = columns(params, sequences, 0)

    agree(reached(params, X[:, :1], h_0[0]), at(formula("rnn-jacobian"), **given))


@pytest.mark.binds("rnn-jacobian", "genmodels.rnn:forward", twin=True)
def test_a_product_without_the_slopes_of_the_activation_is_noticed(params, sequences):
    X, _, h_0 = sequences
    given = columns(params, sequences, 0)

    for wrong in mistakes("rnn-jacobian"):
        disagree(reached(params, X[:, :1], h_0[0]), at(wrong, **given))


@pytest.mark.binds("rnn-vanishing", "genmodels.rnn:forward")
def test_no_change_of_the_first_state_grows_beyond_the_bound(params, sequences):
    X, _, h_0 = sequences
    spectral = np.linalg.norm(params["W_hh"], 2)
    jacobian = reached(params, X[:, :1], h_0[0])

    for push in np.random.default_rng(0).normal(size=(20, H)):
        bound = at(formula("rnn-vanishing"), spectral=spectral, push=push).item()
        assert ((jacobian @ push) ** 2).sum() <= bound


@pytest.mark.binds("rnn-vanishing", "genmodels.rnn:forward", twin=True)
def test_a_bound_with_one_step_too_many_is_noticed(params, sequences):
    """At rest, where no slope is lost, the bound is reached."""
    resting = {**params, "W_hh": 0.5 * np.eye(H), "b_h": np.zeros(H)}
    push = np.ones(H)

    change = ((reached(resting, np.zeros((STEPS, 1, D)), np.zeros(H)) @ push) ** 2).sum()

    assert change == pytest.approx(at(formula("rnn-vanishing"), spectral=0.5, push=push).item(), rel=1e-12)
    assert all(change > at(wrong, spectral=0.5, push=push).item() for wrong in mistakes("rnn-vanishing"))


@pytest.mark.binds("rnn-orthogonal", "genmodels.rnn:orthogonal")
@pytest.mark.parametrize("rho", [0.7, 1.0, 1.3])
def test_an_orthogonal_matrix_stretches_every_change_by_the_predicted_power(rho):
    rng = np.random.default_rng(0)
    W, push = rnn.orthogonal(rng, H, rho, np.float64), rng.normal(size=H)

    moved = np.linalg.matrix_power(W, STEPS) @ push

    agree((moved**2).sum(), at(formula("rnn-orthogonal"), radius=rho, push=push))


@pytest.mark.binds("rnn-orthogonal", "genmodels.rnn:orthogonal", twin=True)
def test_a_power_without_the_square_is_noticed():
    rng = np.random.default_rng(0)
    W, push = rnn.orthogonal(rng, H, 1.3, np.float64), rng.normal(size=H)

    for wrong in mistakes("rnn-orthogonal"):
        moved = np.linalg.matrix_power(W, STEPS) @ push
        disagree((moved**2).sum(), at(wrong, radius=1.3, push=push))


@pytest.mark.binds("rnn-init-mean", "genmodels.rnn:init_params")
def test_the_sheets_first_weights_have_the_predicted_sum_of_squares():
    rng = np.random.default_rng(0)
    drawn = [rnn.init_params(rng, 1, 64, 1, init=0.01, dtype=np.float64)["W_hh"] for _ in range(50)]
    total = np.array([(W**2).sum() for W in drawn])

    wanted = float(value(formula("rnn-init-mean"), sizes={h: 64}, s=0.01).item())

    assert abs(total.mean() - wanted) < 4 * total.std(ddof=1) / np.sqrt(50)


@pytest.mark.binds("rnn-init-mean", "genmodels.rnn:init_params", twin=True)
def test_a_sum_over_one_row_is_noticed():
    W = rnn.init_params(np.random.default_rng(0), 1, 64, 1, init=0.01, dtype=np.float64)["W_hh"]

    for wrong in mistakes("rnn-init-mean"):
        assert (W**2).sum() > 10 * float(value(wrong, sizes={h: 64}, s=0.01).item())


# ---------------------------------------------------------------- the sheet's backward pass


def listed(params, states, dY):
    """The sheet's simplified backward pass, line by line, for one sequence."""
    grads = {name: np.zeros_like(p) for name, p in params.items()}
    for i, slope in enumerate(dY):
        grads["W_hy"] += np.outer(slope, states[i + 1])
        grads["b_y"] += slope
    return grads


def test_the_sheets_pass_gets_two_of_five_gradients_right_and_the_point_of_each_counterexample_says_so():
    """The numbers that the book prints are those of the program."""
    example, started = find("rnn-sheet-norm"), rnn.init_params(np.random.default_rng(0), 1, 2, 1)
    values = {name: np.array(given, dtype=float) for name, given in example.values.items()}
    params = {name: values[name].reshape(p.shape) for name, p in started.items()}
    X, dY = values["x_seq"].T[:, None], values["g_seq"].T[:, None]

    states, _ = rnn.forward(params, X)
    right = rnn.backward(params, X, states, dY)
    sheet = listed(params, states[:, 0], dY[:, 0])

    point = Point(example.sizes, example.values, example.meanings)
    squares = [sum((g**2).sum() for g in grads.values()) for grads in (sheet, right)]
    assert {name for name in params if np.allclose(sheet[name], right[name])} == {"W_hy", "b_y"}
    agree(squares[0], example.statement.left.value(point))
    agree(squares[1], example.statement.right.value(point))
    assert squares[0] <= 25 < squares[1]
    for name in ("W_xh", "W_hh", "b_h"):
        agree(right[name], find(f"rnn-sheet-{name}").statement.left.value(point))
        assert not sheet[name].any()
