"""Turn signs, factors, comparisons and transposes of `genmodels` one by one, and list what no test notices.

    python tests/mutate_models.py [MODULE...]

Every mutant is tried on a copy of the repository, by the tests of its module.
What survives must stand in `EQUIVALENT`, with the reason why no test can notice it, and what stands there must survive;
anything else ends with status 1.
"""

import os

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1"))
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"

import argparse
import ast
import copy
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODEL, BAD, TRAINING, SHARED = (
    "test_autoencoder_model",
    "test_bad_input_models",
    "test_model_training",
    "test_estimator_model",
)
TESTS = {
    "activations": ["test_activations"],
    "losses": ["test_losses"],
    "optim": ["test_optim"],
    "storage": [TRAINING, BAD],
    "training": [TRAINING, SHARED],
    "checkpoint": [BAD, MODEL, SHARED],
    "validation": [BAD, "test_optim", "test_embedding_model"],
    "estimator": [BAD, MODEL, SHARED],
    "data": ["test_data", BAD],
    "autoencoder": [MODEL, BAD, SHARED],
    "vae": ["test_vae_model", SHARED],
    "gan": ["test_gan_model", SHARED],
    "rnn": ["test_rnn_model", SHARED, BAD],
    "evaluation": ["test_evaluation_model"],
    "augmentation": ["test_augmentation_model"],
    "embedding": ["test_embedding_model"],
    "intervals": ["test_intervals"],
    "journal": ["test_journal"],
    "provenance": ["test_provenance"],
    "sweep": ["test_sweep", "test_workers"],
    "workers": ["test_sweep", "test_workers"],
    "__init__": [MODEL],
}
TOO_SLOW = "not jax and not pca and not centre_the_data and not doing_nothing"
SECONDS = 90  # a mutant that hangs is noticed
BYTES = 8 * 2**30  # so is one that makes arrays without end, before it takes the memory of everything else

# What no test can notice: the function, the mutation, and why.
_GUARD = "strict=True only guards: the lengths are equal by construction"
_LOOKS = "only the looks of the picture"
_ZEROS = "any number of zeros gives the same, at another speed"
_PIECES = "only how many numbers are made at once"
_NEVER = "two real numbers are hardly ever equal"
_NOISE = "other noise for the same estimate"
_RESHAPE = "NumPy infers the length from any negative number"
EQUIVALENT = {
    ("activations", "", "700.0 -> 701.0"): "exp(701) is finite too",
    ("activations", "relu", "-1 -> 1"): _ZEROS,
    ("activations", "relu", "1 -> 2"): _ZEROS,
    ("activations", "_result", "1.0 -> 2.0"): "only its type matters",
    ("optim", "clip_by_global_norm", "True -> False"): _GUARD,
    ("optim", "clip_by_global_norm", "N_max >= N -> N_max > N"): "a factor of one changes nothing",
    (
        "optim",
        "clip_by_global_norm",
        "N_max / N >= np.finfo(target.dtype).tiny -> N_max / N > np.finfo(target.dtype).tiny",
    ): "both ways are right for this factor",
    ("optim", "clip_by_value", "True -> False"): _GUARD,
    ("optim", "_targets", "True -> False"): _GUARD,
    (
        "optim",
        "_norm",
        "flat.size * least <= squares < math.inf -> flat.size * least < squares < math.inf",
    ): "both ways are right for these squares",
    ("optim", "plateau", "0 -> 1"): "the first loss sets the count to zero",
    ("training", "buffers", "True -> False"): _GUARD,
    ("training", "History.plot", "0.7 -> 1.7"): _LOOKS,
    ("training", "History.plot", "1 -> 2"): _LOOKS,
    ("training", "_progress.advance", "False -> True"): "only how often the bar is drawn",
    ("data", "shapes", "True -> False"): _GUARD,
    ("data", "shapes", "1 -> 2"): _RESHAPE,
    ("data", "mnist", "1 -> 2"): _RESHAPE,
    ("data", "_line", "1 -> 2"): "a line of one pixel divides zero by this",
    ("data", "read_idx", "1 -> 2"): "how many bytes too many are read does not matter",
    ("data", "read_idx", "len(data) > size -> len(data) >= size"): "the sizes differ at this point",
    ("validation", "check_matrix", "True -> False"): _GUARD,
    ("vae", "", "2 ** 20 -> 2 * 20"): _PIECES,
    ("vae", "", "2 -> 3"): _PIECES,
    ("vae", "", "20 -> 21"): _PIECES,
    ("vae", "VAE._draws", "1 -> 2"): f"{_PIECES}; and {_RESHAPE}",
    ("vae", "VAE._draws", "_CHUNK // (S * X.shape[1]) -> _CHUNK * (S * X.shape[1])"): _PIECES,
    ("vae", "Work.allocate", "True -> False"): _GUARD,
    ("vae", "VAE.log_likelihood", "True -> False"): _GUARD,
    ("vae", "VAE.sample", "rng.random(M.shape) < M -> rng.random(M.shape) <= M"): _NEVER,
    (
        "vae",
        "VAE.sample",
        "M + s * rng.standard_normal(M.shape) -> M - s * rng.standard_normal(M.shape)",
    ): "normal noise has the same distribution as its opposite",
    ("vae", "VAE.traverse", "1 -> 2"): _RESHAPE,
    (
        "vae",
        "VAE._conclude",
        "self._codes(X).var(axis=0) > ACTIVE -> self._codes(X).var(axis=0) >= ACTIVE",
    ): _NEVER,
    ("gan", "Moves.plot", "0.7 -> 1.7"): _LOOKS,
    ("gan", "Moves.plot", "0.8 -> 1.8"): _LOOKS,
    ("gan", "GAN._conclude", "spread[-1] < COLLAPSED -> spread[-1] <= COLLAPSED"): _NEVER,
    ("gan", "_Game.__init__", "0 -> 1"): _NOISE,
    ("gan", "_Game.__init__", "256 -> 257"): _NOISE,
    (
        "rnn",
        "orthogonal",
        "(rho * Q * np.sign(np.diag(R))).T -> rho * Q * np.sign(np.diag(R))",
    ): "its transpose is drawn just as often",
    (
        "rnn",
        "orthogonal",
        "rho * Q * np.sign(np.diag(R)) -> rho * Q / np.sign(np.diag(R))",
    ): "a sign is its own inverse",
    ("rnn", "Work.allocate", "-p.size // _LINE -> -p.size * _LINE"): "only where the gradients lie in memory",
    ("rnn", "Work.allocate", "True -> False"): _GUARD,
    ("rnn", "_flat", "1 -> 2"): _RESHAPE,
    ("rnn", "loss_and_slopes", "S > 1 -> S >= 1"): "a factor of one changes nothing",
    ("rnn", "RNN.score", "1 -> 2"): _RESHAPE,
    ("rnn", "RNN._forward", "np.abs(array) <= largest -> np.abs(array) < largest"): _NEVER,
    ("rnn", "RNN._samples", "1 -> 2"): _RESHAPE,
    ("rnn", "_Lesson.__init__", "0.0 -> 1.0"): "it is overwritten before it is read",
    (
        "intervals",
        "student_quantile",
        "student_probability(theta, nu) < level -> student_probability(theta, nu) <= level",
    ): _NEVER,
    ("evaluation", "", "2 ** 16 -> 2 * 16"): _PIECES,
    ("evaluation", "", "2 -> 3"): _PIECES,
    ("evaluation", "", "16 -> 17"): _PIECES,
    ("evaluation", "_squares", "1 -> 2"): _PIECES,
    ("evaluation", "_squares", "_CHUNK // len(centres) -> _CHUNK * len(centres)"): _PIECES,
    ("evaluation", "kernel_distance_interval", "True -> False"): _GUARD,
    ("evaluation", "_squares", "True -> False"): _GUARD,
    ("evaluation", "_covariance", "S.T -> S"): "what passes is symmetric up to rounding",
    ("evaluation", "_probabilities", "abs(total[row, 0] - 1) > _SINGLE -> abs(total[row, 0] - 1) >= _SINGLE"): _NEVER,
    ("sweep", "_progress.advance", "False -> True"): "only how often the bar is drawn",
    ("sweep", "_check_grid", "True -> False"): _GUARD,
    ("sweep", "_check_function", "0 -> 1"): "any seed is bound alike",
    (
        "sweep",
        "_work",
        "not future.cancel() and future.done() -> not future.cancel() or future.done()",
    ): "a task that was taken back counts as lost, of which an interrupt says nothing",
    ("workers", "_Process.__init__", "False -> True"): "a pipe that could carry answers too",
    ("estimator", "Estimator.get_params", "True -> False"): "scikit-learn passes it, nothing here is nested",
    ("estimator", "Estimator._rounded", "False -> True"): "a copy more",
    ("estimator", "Estimator._resumed_run", "0 -> 1"): "the checkpoint replaces what is drawn",
}

OPERATORS: dict[type, list[type]] = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div],
    ast.Div: [ast.Mult],
    ast.FloorDiv: [ast.Mult],
    ast.Mod: [ast.Mult],
    ast.Pow: [ast.Mult],
    ast.BitXor: [ast.BitAnd],
    ast.Lt: [ast.LtE, ast.GtE],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.And: [ast.Or],
    ast.Or: [ast.And],
}
FUNCTIONS = {
    "add": "subtract",
    "subtract": "add",
    "multiply": "divide",
    "divide": "multiply",
    "negative": "positive",
    "minimum": "maximum",
    "expm1": "exp",
    "log1p": "log",
    "isnan": "isinf",
    "isinf": "isnan",
    "isfinite": "isnan",
    "min": "max",
    "max": "min",
    "all": "any",
    "any": "all",
}


@dataclass(frozen=True)
class Mutant:
    """One change: where it is, what it does, and the whole source with it."""

    module: str
    scope: str
    change: str
    line: int
    source: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.module, self.scope, self.change


def variants(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the mutated versions of one node."""
    if isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp) and type(node.op) in OPERATORS:
        for operator in OPERATORS[type(node.op)]:
            yield changed(node, op=operator())
    elif isinstance(node, ast.Compare):
        for place, old in enumerate(node.ops):
            for operator in OPERATORS[type(old)]:
                yield changed(node, ops=[*node.ops[:place], operator(), *node.ops[place + 1 :]])
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield node.operand
    elif isinstance(node, ast.IfExp):
        yield changed(node, body=node.orelse, orelse=node.body)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    elif isinstance(node, ast.Attribute) and node.attr in FUNCTIONS:
        yield changed(node, attr=FUNCTIONS[node.attr])
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)


def changed(node: ast.AST, **fields: object) -> ast.AST:
    twin = copy.copy(node)
    for name, value in fields.items():
        setattr(twin, name, value)
    return twin


def places(node: ast.AST, scope: str = "") -> Iterator[tuple[str, ast.AST, str, int | None]]:
    """Yield every node that can be replaced: its scope, its parent, and the field (with index) that holds it."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST):
                yield scope, node, field, index
                named = isinstance(child, ast.FunctionDef | ast.ClassDef)
                yield from places(child, f"{scope}.{child.name}".lstrip(".") if named else scope)


def mutants(module: str) -> Iterator[Mutant]:
    """Make all mutants of a module."""
    tree = ast.parse((ROOT / "genmodels" / f"{module}.py").read_text(encoding="utf-8"))
    for scope, parent, field, index in list(places(tree)):
        original = getattr(parent, field) if index is None else getattr(parent, field)[index]
        for mutated in variants(original):
            replace(parent, field, index, mutated)
            change = f"{ast.unparse(original)} -> {ast.unparse(mutated)}"
            yield Mutant(module, scope, change, original.lineno, ast.unparse(ast.fix_missing_locations(tree)))
            replace(parent, field, index, original)


def replace(parent: ast.AST, field: str, index: int | None, child: ast.AST) -> None:
    if index is None:
        setattr(parent, field, child)
    else:
        getattr(parent, field)[index] = child


def copied(folder: Path) -> Path:
    """Copy what the tests of the models need."""
    for name in ("genmodels", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "bench"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def passes(folder: Path, tests: list[str]) -> bool:
    """Run the tests of a copy in a child of this process, which has the heavy packages loaded already."""
    child = os.fork()
    if child == 0:
        run_tests(folder, tests)
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status == 0
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def run_tests(folder: Path, tests: list[str]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores interrupts
    os.environ["PYTHONPATH"] = str(folder)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    import hypothesis
    import pytest

    hypothesis.settings.register_profile("mutation", phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate])
    options = [
        "-x",
        "-q",
        "--noconftest",
        "--hypothesis-seed=0",
        "--hypothesis-profile=mutation",
        "-m",
        "not slow",
        "-k",
        TOO_SLOW,
    ]
    options += [word for name in ("cacheprovider", "cov", "xdist") for word in ("-p", f"no:{name}")]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    os._exit(int(pytest.main([*options, *(f"tests/{name}.py" for name in tests)])))


def survives(mutant: Mutant, folder: Path) -> bool:
    """Whether all tests of its module pass with the mutant in place of the module."""
    path = folder / "genmodels" / f"{mutant.module}.py"
    original = path.read_text(encoding="utf-8")
    path.write_text(mutant.source, encoding="utf-8")
    try:
        return all(passes(folder, [tests]) for tests in TESTS[mutant.module])
    finally:
        path.write_text(original, encoding="utf-8")


def examine(module: str, folder: Path) -> tuple[int, list[Mutant]]:
    """Try all mutants of a module; return how many there are, and those that no test notices."""
    made = list(mutants(module))
    alive = []
    for number, mutant in enumerate(made, start=1):
        if survives(mutant, folder):
            alive.append(mutant)
        if sys.stderr.isatty():
            print(f"{module}: {number} of {len(made)}", end="\r", file=sys.stderr, flush=True)
    return len(made), alive


def main() -> None:
    """Examine the modules named on the command line, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", help="default: all")
    arguments = parser.parse_args()
    import scipy.sparse  # noqa: F401
    import sklearn.utils.estimator_checks  # noqa: F401 - loaded here once, for all children

    wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = copied(Path(scratch))
        for module in arguments.modules or TESTS:
            if not all(passes(folder, [tests]) for tests in TESTS[module]):
                sys.exit(f"the tests of {module} do not pass as it stands")
            start = time.monotonic()
            count, alive = examine(module, folder)
            seconds = time.monotonic() - start
            print(f"{module}: {count} mutants, {len(alive)} unnoticed, {seconds:.0f} s", flush=True)
            reasons = {key: reason for key, reason in EQUIVALENT.items() if key[0] == module}
            for mutant in alive:
                wrong += mutant.key not in reasons
                reason = reasons.get(mutant.key, "NO TEST NOTICES THIS")
                print(f"    {mutant.module}.py:{mutant.line} {mutant.scope}: {mutant.change}  [{reason}]", flush=True)
            noticed = reasons.keys() - {mutant.key for mutant in alive}
            wrong += len(noticed)
            for key in sorted(noticed):
                print(f"    noticed, though listed as equivalent: {key}", flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
