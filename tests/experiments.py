"""What the tests of sweeps sweep over: functions that worker processes can import."""

import json
import os
import signal
import time
from pathlib import Path

import numpy as np

from genmodels import Autoencoder, data

PATIENCE = 60.0  # seconds


def train(n_latent, learning_rate, seed):
    """Train a small autoencoder on few images."""
    X, _ = data.shapes(24, random_state=0)
    model = Autoencoder(n_latent, learning_rate=learning_rate, epochs=2, random_state=seed).fit(X)
    return {"loss": -model.score(X), "first": model.history_.step_loss[0]}


def once(folder, name):
    """Say whether this is the first call of this name, in whatever process."""
    try:
        Path(folder, name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def note(folder, words):
    """Add a line to a list of calls, from whatever process."""
    with Path(folder, "calls").open("a") as file:
        file.write(words + "\n")


def noted(folder):
    path = Path(folder, "calls")
    return path.read_text().splitlines() if path.exists() else []


def kept(folder):
    """Return the tasks of trainings that are in the results file."""
    whole = Path(folder, "r").read_text().rpartition("\n")[0]
    rows = [json.loads(line) for line in whole.splitlines()[1:]]
    return [[str(row["settings"][name]) for name in ("n_latent", "learning_rate")] + [str(row["seed"])] for row in rows]


def train_and_die_once(n_latent, learning_rate, folder, seed):
    """Train as above; but in the middle of the sweep the process is killed, the first time that it comes there.

    It waits until all that it has done before is in the results file, so that it is known what has to be done again.
    """
    before = [call.split()[1:] for call in noted(folder) if call.split()[0] == str(os.getpid())]
    note(folder, f"{os.getpid()} {n_latent} {learning_rate} {seed}")
    if (n_latent, seed) == (4, 5) and once(folder, "killed"):
        wait_until(lambda: all(call in kept(folder) for call in before))
        os.kill(os.getpid(), signal.SIGKILL)
    return train(n_latent, learning_rate, seed)


def die(x, folder, seed):
    """Kill the process for one setting, always; count the attempts."""
    Path(folder, f"{x}-{seed}-{os.getpid()}-{time.monotonic_ns()}").touch()
    if x == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    return {"seed squared": seed**2}


def wait_until(true):
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError("it took too long")
        time.sleep(0.01)


def draw(folder, seed):
    """Draw numbers; every call is counted, and from seed 6 on it has to wait for leave."""
    note(folder, f"{seed} {os.getpid()}")
    if seed >= 6:
        wait_until(Path(folder, "go").exists)
    return {"number": np.random.default_rng(seed).random()}


def surroundings(seed):
    """Tell what a worker process is like."""
    threads = [int(os.environ[f"{name}_NUM_THREADS"]) for name in ("OMP", "OPENBLAS", "MKL")]
    deaf = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    return {"threads": max(threads), "deaf": deaf, "quiet": os.environ["TQDM_DISABLE"] == "1", "pid": os.getpid()}


def square(x, seed):
    """Compute something, quickly."""
    return {"square": x**2 + seed, "half": x / 2}


def meet(others, folder, seed):
    """Wait until as many processes as were asked for are here."""
    Path(folder, str(os.getpid())).touch()
    wait_until(lambda: len(list(Path(folder).iterdir())) >= others)
    return {"pid": os.getpid()}
