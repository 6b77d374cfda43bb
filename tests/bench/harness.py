"""What all benchmarks share: one thread, contestants that run in turns, and the ratio to the matrix products alone.

Every contestant starts from the same weights and takes the same batches, and all of them must arrive at the same loss.
They run in turns, in many short blocks, of which the fastest counts, so that other work on the machine disturbs little.
PyTorch and JAX take part where they can be imported.
"""

import os

THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
os.environ.update(dict.fromkeys(THREADS, "1"))
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

Contestant = Callable[[int], float]  # makes so many steps and returns the last loss, or NaN if it cannot be compared
PRODUCTS = "matrix_products"  # the contestant that all others are compared with


def enter(makers: Iterable[Callable[..., Contestant]], *arguments: Any) -> dict[str, Contestant]:
    """Make all contestants that can be imported; arguments that are functions are called anew for each of them."""
    running = {}
    for make in makers:
        try:
            running[make.__name__] = make(*(a() if callable(a) else a for a in arguments))
        except ImportError:
            print(f"{make.__name__} is not installed and does not take part", file=sys.stderr)
    return running


def measure(running: dict[str, Contestant], blocks: int, steps: int, tolerance: float = 1e-3) -> dict[str, float]:
    """Return the microseconds of a step of each contestant, the minimum over the blocks."""
    losses = {name: run(100) for name, run in running.items()}
    compared = [loss for name, loss in losses.items() if name != PRODUCTS and not np.isnan(loss)]
    if not np.allclose(compared, compared[0], rtol=tolerance):
        raise SystemExit(f"the contestants reach different losses, so they do not do the same: {losses}")
    seconds = dict.fromkeys(running, float("inf"))
    for _ in range(blocks):
        for name, run in running.items():
            start = time.perf_counter()
            run(steps)
            seconds[name] = min(seconds[name], (time.perf_counter() - start) / steps)
    return {name: 1e6 * value for name, value in seconds.items()}


def machine() -> dict[str, str]:
    """Name what the numbers belong to."""
    cpu = platform.processor()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), cpu)
    versions = {name: module.__version__ for name in ("numpy", "torch", "jax") if (module := sys.modules.get(name))}
    return {"cpu": cpu, "system": platform.platform(), "python": platform.python_version(), **versions}


def main(
    doc: str, workload: str, contestants: dict[str, Callable[[], dict[str, Contestant]]], **more: Callable[[], Any]
) -> None:
    """Measure each group of contestants, print a table, write the results to the file named on the command line."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("path", type=Path, nargs="?", help="where to write the results (JSON)")
    parser.add_argument("--blocks", type=int, default=100)
    parser.add_argument("--steps", type=int, default=32)
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    results: dict[str, Any] = {"workload": workload, **{name: call() for name, call in more.items()}}
    for group, make in contestants.items():
        times = measure(make(), arguments.blocks, arguments.steps)
        ratios = {name: value / times[PRODUCTS] for name, value in times.items()}
        results[group] = {"microseconds": times, "ratios": ratios}
        for name, value in times.items():
            print(f"{group:10s} {name:16s} {value:8.1f} us  {ratios[name]:5.2f}")
    for name in more:
        print(", ".join(f"{what}: {value:.3g}" for what, value in results[name].items()))
    results["machine"] = machine()
    if arguments.path:
        arguments.path.write_text(json.dumps(results, indent=1) + "\n")
