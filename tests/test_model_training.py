"""Training: initialisation, minibatches, the loop's promises, checkpoints' files."""

import json
import math
import signal
import sys
import threading
import zipfile
from dataclasses import dataclass, field

import numpy as np
import pytest

from genmodels import storage
from genmodels.optim import SGD, constant, cosine
from genmodels.training import Divergence, History, Run, batches, buffers, he, train, xavier


@pytest.mark.parametrize(("draw", "variance"), [(he, 2 / 300), (xavier, 2 / (300 + 200))])
def test_initial_weights_are_normal_with_the_variance_of_their_name(draw, variance):
    W = draw(np.random.default_rng(0), 200, 300, np.float64)
    z = W.ravel() / math.sqrt(variance)

    assert W.shape == (200, 300)
    assert abs(z.mean()) < 4 / math.sqrt(z.size)
    assert abs((z**2).mean() - 1) < 4 * math.sqrt(2 / z.size)
    assert abs((z**4).mean() - 3) < 4 * math.sqrt(96 / z.size)


@pytest.mark.parametrize("alpha", [0.0, 0.2, 1.0])
def test_hes_variance_makes_up_for_what_a_leaky_rectifier_takes(alpha):
    plain = he(np.random.default_rng(0), 20, 30, np.float64)
    leaky = he(np.random.default_rng(0), 20, 30, np.float64, alpha=alpha)

    np.testing.assert_allclose(leaky * math.sqrt(1 + alpha**2), plain, rtol=1e-15)


@pytest.mark.parametrize("draw", [he, xavier])
def test_initial_weights_are_the_transposed_view_of_a_c_ordered_array(draw):
    W = draw(np.random.default_rng(0), 4, 5)

    assert W.dtype == np.float32
    assert W.T.flags.c_contiguous
    np.testing.assert_array_equal(W, draw(np.random.default_rng(0), 4, 5, np.float64).astype(np.float32))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_buffers_begin_at_cache_lines_and_do_not_overlap(dtype):
    shapes = [(3, 5), (1,), (16,), (7, 2), ()]
    arrays = buffers(shapes, dtype)
    for number, array in enumerate(arrays):
        array[...] = number

    assert [a.shape for a in arrays] == shapes
    assert all(a.dtype == dtype and a.flags.c_contiguous and a.ctypes.data % 64 == 0 for a in arrays)
    assert all((a == number).all() for number, a in enumerate(arrays))
    assert arrays[-1].ctypes.data - arrays[0].ctypes.data < sum(a.nbytes + 64 for a in arrays)


def test_batches_cut_the_order_and_keep_the_short_rest():
    assert [b.tolist() for b in batches(np.array([4, 2, 0, 1, 3]), 2)] == [[4, 2], [0, 1], [3]]
    assert [b.tolist() for b in batches(np.array([4, 2, 0, 1, 3]), 2, start=2)] == [[0, 1], [3]]


class Line:
    """Descend on the mean of (x_i - p)², keep a diary."""

    def __init__(self, n=5):
        self.x = np.arange(n, dtype=float)
        self.batches, self.losses = [], []

    def __call__(self, params, rows, rng):
        self.batches.append(rows.tolist())
        error = params["p"] - self.x[rows]
        self.losses.append(float(error @ error) / len(rows))
        return self.losses[-1], {"p": np.array([2 * error.mean()])}


def fresh(start=0.0):
    params = {"p": np.array([start])}
    return Run(params, SGD(params), np.random.default_rng(0))


def settings(**changed):
    return {"batch_size": 2, "epochs": 3, "eta": 0.1, "schedule": constant, "verbose": False, **changed}


def test_a_new_run_stands_at_its_beginning():
    run = fresh()

    assert (run.epoch, run.step, run.position, run.total, run.order.size) == (0, 0, 0, 0, 0)
    assert run.history == History([], [], 1)


def test_every_epoch_takes_every_sample_once_in_a_new_order():
    line = Line()

    assert train(fresh(), line, 5, **settings())

    epochs = [[row for batch in line.batches[i : i + 3] for row in batch] for i in (0, 3, 6)]
    assert [len(b) for b in line.batches] == [2, 2, 1] * 3
    assert [sorted(e) for e in epochs] == [[0, 1, 2, 3, 4]] * 3
    assert epochs[0] != epochs[1] != epochs[2]


def test_in_the_mean_loss_of_an_epoch_every_sample_weighs_the_same():
    line, run = Line(), fresh()

    train(run, line, 5, **settings())

    means = [(2 * a + 2 * b + c) / 5 for a, b, c in zip(*[iter(line.losses)] * 3, strict=True)]
    assert run.history.step_loss == line.losses
    assert run.history.epoch_loss == pytest.approx(means, rel=1e-14)
    assert (run.history.steps_per_epoch, run.epoch, run.step, run.position) == (3, 3, 9, 0)


@dataclass
class Twofold(History):
    """A history that keeps another list."""

    epoch_error: list[float] = field(default_factory=list)


def test_what_is_reported_beside_the_loss_is_averaged_like_the_loss():
    line, run = Line(), fresh()
    run.history = Twofold()

    def with_error(params, rows, rng):
        loss, grads = line(params, rows, rng)
        return {"loss": loss, "error": 10 * loss}, grads

    train(run, with_error, 5, **settings())

    assert run.history.epoch_error == pytest.approx([10 * loss for loss in run.history.epoch_loss], rel=1e-14)


def test_the_learning_rate_follows_the_schedule_over_all_steps():
    asked = []

    class Recorder(SGD):
        def step(self, grads, eta):
            asked.append(eta)

    run = fresh()
    run.optimizer = Recorder(run.params)
    train(run, Line(), 5, **settings(schedule=cosine))

    assert asked == [0.1 * cosine(t, 9) for t in range(9)]


def test_the_losses_of_the_finished_epochs_give_the_factor_of_the_next_one():
    asked, seen = [], []

    class Recorder(SGD):
        def step(self, grads, eta):
            asked.append(eta)

    def earned(losses):
        seen.append(list(losses))
        return 0.5 ** len(losses)

    run = fresh()
    run.optimizer = Recorder(run.params)
    train(run, Line(), 5, **settings(schedule=cosine, earned=earned))

    assert asked == [0.1 * 0.5 ** (t // 3) * cosine(t, 9) for t in range(9)]
    assert {len(losses) for losses in seen} == {0, 1, 2}
    assert all(losses == run.history.epoch_loss[: len(losses)] for losses in seen)


def test_a_run_that_goes_on_within_an_epoch_keeps_the_factor_that_its_losses_have_earned():
    whole, parts, line, other = fresh(), fresh(), Line(), Line()
    earned = {"earned": lambda losses: 0.5 ** len(losses)}

    def interrupted(params, rows, rng):
        if len(line.batches) == 4:
            signal.raise_signal(signal.SIGINT)
        return line(params, rows, rng)

    assert train(whole, other, 5, **settings(**earned))
    assert not train(parts, interrupted, 5, **settings(**earned))
    assert parts.step == 5
    assert train(parts, line, 5, **settings(**earned))

    assert parts.params["p"] == whole.params["p"]
    assert parts.history == whole.history


def test_a_run_continues_where_it_stopped_also_within_an_epoch():
    whole, parts, line = fresh(), fresh(), Line()

    def interrupted(params, rows, rng):
        if parts.step == 4:
            raise KeyboardInterrupt
        return line(params, rows, rng)

    assert train(whole, Line(), 5, **settings())
    assert not train(parts, interrupted, 5, **settings())
    assert (parts.epoch, parts.step, parts.position) == (1, 4, 2)
    assert train(parts, line, 5, **settings())

    assert parts.params["p"] == whole.params["p"]
    assert parts.history == whole.history


@pytest.mark.parametrize("at", [1, 2, 3])
def test_an_interrupt_takes_effect_between_two_steps(at):
    run, line = fresh(), Line()

    class Slow(SGD):
        def step(self, grads, eta):
            if run.step == at - 1:
                signal.raise_signal(signal.SIGINT)
            super().step(grads, eta)

    run.optimizer = Slow(run.params)

    assert not train(run, line, 5, **settings())
    assert run.step == len(line.losses) == at
    assert run.params["p"] != 0
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_interrupt_strikes_at_once():
    run = fresh()

    def stuck(params, rows, rng):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        pytest.fail("the second interrupt was held back")

    assert not train(run, stuck, 5, **settings())
    assert run.step == 0


def test_a_handler_of_interrupts_that_is_not_pythons_is_left_alone():
    calls = []
    before = signal.signal(signal.SIGINT, lambda *_: calls.append(1))
    try:
        assert train(fresh(), lambda *a: signal.raise_signal(signal.SIGINT) or Line()(*a), 5, **settings(epochs=1))
    finally:
        signal.signal(signal.SIGINT, before)

    assert calls == [1, 1, 1]


def test_a_training_may_run_in_another_thread():
    done = []
    thread = threading.Thread(target=lambda: done.append(train(fresh(), Line(), 5, **settings())))
    thread.start()
    thread.join()

    assert done == [True]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_not_finite_stops_with_the_step_and_the_last_good_parameters(bad):
    run, line = fresh(), Line()
    seen = []

    def diverging(params, rows, rng):
        loss, grads = line(params, rows, rng)
        if run.position == 0:
            seen.append(params["p"].copy())
        return (bad if run.step == 4 else loss), grads

    with pytest.raises(Divergence, match=r"the loss became .* at step 5 \(in epoch 2\).*smaller learning rate") as info:
        train(run, diverging, 5, **settings())

    assert (info.value.step, info.value.epoch) == (5, 2)
    assert run.params["p"] == seen[1]
    assert run.step == 4


def test_when_an_epoch_begins_with_a_bad_loss_the_parameters_of_the_epoch_before_are_kept():
    run, line, seen = fresh(), Line(), []

    def diverging(params, rows, rng):
        loss, grads = line(params, rows, rng)
        if run.position == 0:
            seen.append(params["p"].copy())
        return (math.nan if run.step == 6 else loss), grads

    with pytest.raises(Divergence, match=r"step 7 \(in epoch 3\)"):
        train(run, diverging, 5, **settings())

    assert run.params["p"] == seen[1] != seen[2]


def test_a_parameter_that_is_not_finite_after_an_epoch_is_a_divergence_too():
    run = fresh(1.0)
    run.params = {"p": run.params["p"], "q": np.zeros(2)}

    def exploding(params, rows, rng):
        params["q"][1] = np.inf if run.step == 2 else 0
        return 1.0, {"p": np.ones(1)}

    with pytest.raises(Divergence, match=r"a parameter became infinite or NaN at step 3 \(in epoch 1\)"):
        train(run, exploding, 5, **settings())

    assert run.params["p"] == 1


def test_after_each_epoch_the_caller_is_told():
    run, seen = fresh(), []

    train(run, Line(), 5, **settings(on_epoch=lambda r: seen.append((r.epoch, r.step, r.position))))

    assert seen == [(1, 3, 0), (2, 6, 0), (3, 9, 0)]


@pytest.mark.parametrize(("verbose", "terminal", "shown"), [(True, False, True), (None, True, True)])
def test_progress_is_shown_on_a_terminal_or_when_asked_for(capsys, monkeypatch, verbose, terminal, shown):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    train(fresh(), Line(), 5, **settings(verbose=verbose))

    error = capsys.readouterr().err
    assert "3/3" in error
    assert "loss=" in error


@pytest.mark.parametrize(("verbose", "terminal"), [(False, True), (None, False)])
def test_progress_is_quiet_elsewhere(capsys, monkeypatch, verbose, terminal):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    train(fresh(), Line(), 5, **settings(verbose=verbose))

    assert capsys.readouterr().err == ""


def test_progress_is_quiet_where_there_is_no_error_stream(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)

    assert train(fresh(), Line(), 5, **settings(verbose=None))


def test_a_history_draws_its_epochs_and_its_steps():
    figure = pytest.importorskip("matplotlib.figure")
    ax = figure.Figure().subplots()
    history = History([8.0, 6.0, 4.0, 2.0], [7.0, 3.0], steps_per_epoch=2)

    assert history.plot(ax, label="seed 1") is ax

    epochs, steps = (line.get_xydata().tolist() for line in ax.lines)
    assert epochs == [[1, 7], [2, 3]]
    assert steps == [[0.5, 8], [1, 6], [1.5, 4], [2, 2]]
    assert ax.lines[0].get_label() == "seed 1"
    assert ax.lines[0].get_color() == ax.lines[1].get_color()
    assert (ax.get_yscale(), ax.get_xlabel(), ax.get_ylabel()) == ("log", "epoch", "loss per sample")


def test_a_history_makes_its_own_axes_where_none_are_given(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    pyplot = pytest.importorskip("matplotlib.pyplot")

    ax = History([8.0, 6.0], [7.0]).plot()

    assert [line.get_label() for line in ax.lines][:1] == ["epoch"]
    pyplot.close(ax.figure)


# ---------------------------------------------------------------- files

ARRAYS = {"W": np.arange(6.0).reshape(2, 3).T, "t": np.array(3), "x": np.ones((1, 2), np.float32)}


def test_a_file_gives_back_numbers_arrays_and_their_order_in_memory(tmp_path):
    storage.write(tmp_path / "a", {"number": 1 / 3, "big": 2**127}, ARRAYS)

    meta, arrays = storage.read(str(tmp_path / "a"))

    assert meta == {"format": "genmodels 1", "number": 1 / 3, "big": 2**127}
    assert arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], array)
        assert arrays[name].dtype == array.dtype
        assert arrays[name].flags.f_contiguous == array.flags.f_contiguous
        assert arrays[name].flags.writeable


def test_numpy_reads_the_file_too(tmp_path):
    storage.write(tmp_path / "a.npz", {}, ARRAYS)

    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        np.testing.assert_array_equal(file["W"], ARRAYS["W"])


def test_the_same_contents_give_the_same_bytes(tmp_path):
    for name in "ab":
        storage.write(tmp_path / name, {"n": 1}, ARRAYS)

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    storage.write(tmp_path / "a", {"n": 1}, ARRAYS)

    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        storage.write(tmp_path / "a", {"n": 2}, {"bad": np.array([{}])})

    assert storage.read(tmp_path / "a")[0]["n"] == 1
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_nan_cannot_hide_in_the_numbers(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        storage.write(tmp_path / "a", {"n": math.nan}, {})


def archive(path, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in members:
            file.writestr(name, content)


META = ("meta.json", json.dumps({"format": "genmodels 1"}))


def npy(header, body=b"", version=b"\x01\x00"):
    text = (header + " " * (-(len(header) + 11) % 64) + "\n").encode("latin1")
    return b"\x93NUMPY" + version + len(text).to_bytes(2, "little") + text + body


def described(descr="'<f8'", shape="(2,)", order="False"):
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"


def test_the_hand_made_archive_is_a_good_one(tmp_path):
    archive(tmp_path / "a", [META, ("W.npy", npy(described(), b"\0" * 16))])

    assert storage.read(tmp_path / "a")[1]["W"].tolist() == [0, 0]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([], "no meta.json"),
        ([("meta.json", "{")], "Expecting"),
        ([("meta.json", "[1]")], "format is 'genmodels 1'"),
        ([("meta.json", '{"format": "other"}')], "format is 'genmodels 1'"),
        ([META, META], "twice"),
        ([META, ("W.txt", "1")], "'W.txt' is no array"),
        ([META, ("W.npy", "1")], "magic|expected|no array"),
        ([META, ("W.npy", npy(described(), b"\0" * 16, version=b"\x02\x00"))], "version 1.0"),
        ([META, ("W.npy", npy(described(), b"\0" * 15))], "15 bytes are there"),
        ([META, ("W.npy", npy(described(), b"\0" * 17))], "17 bytes are there"),
        ([META, ("W.npy", npy(described(shape="(10**13,)")))], "literal|malformed|Cannot parse|shape"),
        ([META, ("W.npy", npy(described(shape="(10000000000000,)")))], "declares the shape.*0 bytes"),
        ([META, ("W.npy", npy(described(shape="(-2, -1)"), b"\0" * 16))], "shape"),
        ([META, ("W.npy", npy(described(shape="(0, 99999999999999999999)")))], "."),
        ([META, ("W.npy", npy(described("'|O'")))], "type object"),
        ([META, ("W.npy", npy(described("'<c16'"), b"\0" * 32))], "type complex128"),
        ([META, ("W.npy", npy("{" * 5000))], "."),
        ([META, ("W.npy", npy("import os"))], "."),
    ],
)
def test_archives_of_another_origin_are_refused(tmp_path, members, message):
    archive(tmp_path / "a", members)

    with pytest.raises(ValueError, match=f"(?s)cannot read .*a'.*({message})"):
        storage.read(tmp_path / "a")


def test_a_deflated_bomb_is_refused_before_it_unfolds(tmp_path):
    archive(tmp_path / "a", [META, ("W.npy", npy(described(shape="(10000000,)"), bytes(80_000_000)))], 8)

    with pytest.raises(ValueError, match=r"'meta.json' is compressed"):
        storage.read(tmp_path / "a")


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive at all", bytes(1000)])
def test_other_files_are_refused(tmp_path, content):
    (tmp_path / "a").write_bytes(content)

    with pytest.raises(ValueError, match=r"cannot read .*a'.*zip"):
        storage.read(tmp_path / "a")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match="not a regular file"):
        storage.read(tmp_path)


def test_a_missing_file_is_called_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing.npz"):
        storage.read(tmp_path / "nothing.npz")


def test_the_second_turn_of_a_step_comes_after_its_descent_and_before_it_counts():
    seen, run = [], fresh()

    def second(run, rate):
        seen.append((rate, run.step, run.position, float(run.params["p"][0])))

    train(run, Line(), 4, **settings(epochs=2, schedule=cosine, second=second))

    assert [(rate, step, position) for rate, step, position, _ in seen] == [
        (0.1 * cosine(t, 4), t, position) for t, position in enumerate([0, 2, 0, 2])
    ]
    assert seen[0][3] != 0
    assert seen[-1][3] == run.params["p"][0]


def test_a_second_turn_that_fails_brings_the_good_parameters_back():
    run, start = fresh(), []

    def second(run, rate):
        if run.step == 3:
            start.append(run.params["p"].copy())
            run.check(np.inf, "the other loss")

    with pytest.raises(Divergence, match=r"the other loss became inf at step 4 \(in epoch 2\)"):
        train(run, Line(), 4, **settings(second=second))

    assert run.step == 3
    assert np.isfinite(run.params["p"]).all()
    assert run.params["p"] != start[0]
