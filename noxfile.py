"""Every task of the project: ``nox -l`` lists them. Sessions install and call; what they do lives elsewhere."""

from pathlib import Path

import nox

nox.needs_version = ">=2025.5"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "tests", "docs"]

PROJECT = nox.project.load_toml("pyproject.toml")
LOCK = "requirements.lock"
SITE = "build/site"
SITE_TESTS = tuple(f"tests/test_{part}.py" for part in ("site", "extensions", "map", "answer_boxes", "explorer"))
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def install(session: nox.Session, *groups: str) -> None:
    """Install the locked versions of what the groups name, and the two packages in place."""
    wanted = [*PROJECT["project"]["dependencies"], *nox.project.dependency_groups(PROJECT, "build", *groups)]
    # uv checks the hashes of constraints; pip wants every requirement pinned, so it installs the whole lock.
    locked = ["-c", LOCK, *wanted] if session.venv_backend == "uv" else ["--require-hashes", "-r", LOCK]
    session.install(*locked)
    session.install("--no-deps", "--no-build-isolation", "-e", ".")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site; every warning is an error."""
    install(session, "docs")
    session.run(
        "sphinx-build", "-n", "-W", "--keep-going", "-d", "build/doctrees", "docs", SITE, *session.posargs
    )
    session.log(f"Open the site: {Path(SITE, 'index.html').resolve().as_uri()}")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests of both packages; branch coverage has to reach 95 %."""
    install(session, "test")
    of_the_site = (f"--ignore={path}" for path in SITE_TESTS)
    session.run("pytest", "-n", "auto", "--cov", *of_the_site, *session.posargs, env=ONE_THREAD)


@nox.session
def site(session: nox.Session) -> None:
    """Open every page of the built site in Chromium, and test what builds it."""
    install(session, "docs", "site")
    session.run("pytest", "-n", "auto", *SITE_TESTS, *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and types."""
    install(session, "lint")
    session.run("ruff", "check", ".")
    session.run("mypy")


@nox.session
def verify(session: nox.Session) -> None:
    """Prove every claim, refute every counterexample."""
    install(session)
    session.run("python", "-m", "genmath", "verify", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure training steps against their own matrix products."""
    install(session, "bench")
    for script in sorted(Path("tests/bench").glob("bench_*.py")):
        session.run("python", str(script), *session.posargs, env=ONE_THREAD)


@nox.session
def runs(session: nox.Session) -> None:
    """Make the committed results of long runs again; `nox -s runs -- docs/data/sweep.py` makes one of them."""
    install(session, "test")
    for script in session.posargs or sorted(map(str, Path("docs/data").glob("*.py"))):
        session.run("python", script, env=ONE_THREAD)


@nox.session
def lock(session: nox.Session) -> None:
    """Pin every group in one file, with hashes; `nox -s lock -- --upgrade` takes the newest versions."""
    groups = [argument for name in PROJECT["dependency-groups"] for argument in ("--group", name)]
    session.install("uv")
    session.run(
        *("uv", "pip", "compile", "-q", "--universal", "--generate-hashes", "--fork-strategy", "fewest"),
        *("--custom-compile-command", "nox -s lock", *session.posargs, *groups, "pyproject.toml", "-o", LOCK),
    )
