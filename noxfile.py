"""Everything that people and CI do with this project, one session each.

Two environments are made: `demo` installs the project as a user would; all other
sessions share `environment`, where it is installed for development. The commands
themselves stand in `ci/`. This file does not import the package that it tests.
"""

import os
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.sessions = ["lint", "types", "floors", "docs", "tests"]
nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_venv = "yes"

ROOT = Path(__file__).parent
SHARED = ROOT / ".nox" / "environment" / "bin"


@nox.session(default=False)
def environment(session: nox.Session) -> None:
    """Install the project for development, with every tool, at pinned versions."""
    here = ".[docker,experiments,ray,slurm]"
    session.install("-c", "constraints.txt", "--group", "dev", "-e", here)


@nox.session
def demo(session: nox.Session) -> None:
    """Install the project as a user would, and verify the experiments it ships."""
    session.install("-c", "constraints.txt", ".[experiments]")
    session.run("bash", "ci/demo.sh", *session.posargs, external=True)


@nox.session(venv_backend="none", requires=["environment"])
def lint(session: nox.Session) -> None:
    """Check style and spelling."""
    _run(session, "ci/lint.sh")


@nox.session(venv_backend="none", requires=["environment"])
def types(session: nox.Session) -> None:
    """Check types with mypy, and the public names with pyright too."""
    _run(session, "ci/types.sh")


@nox.session(venv_backend="none", requires=["environment"])
def floors(session: nox.Session) -> None:
    """Check that imports go downwards only."""
    _run(session, "ci/floors.sh")


@nox.session(venv_backend="none", requires=["environment"])
def docs(session: nox.Session) -> None:
    """Build the documentation and run its examples; warnings are errors."""
    _run(session, "ci/docs.sh")


@nox.session(venv_backend="none", requires=["environment"])
def tests(session: nox.Session) -> None:
    """Run the tests; arguments after -- go to pytest."""
    _run(session, "ci/tests.sh")


@nox.session(venv_backend="none", requires=["environment"], default=False)
def coverage(session: nox.Session) -> None:
    """Run the tests under coverage, which must stay above 95 % of the branches."""
    _run(session, "ci/coverage.sh")


@nox.session(venv_backend="none", requires=["environment"], default=False)
def engines(session: nox.Session) -> None:
    """Run the tests of launchers that need an engine; as root."""
    _run(session, "ci/engines.sh")


@nox.session(venv_backend="none", requires=["environment"], default=False)
def campaign(session: nox.Session) -> None:
    """Run the long studies: crashes at every system call, faults of many kinds."""
    _run(session, "ci/campaign.sh")


@nox.session(venv_backend="none", requires=["environment"], default=False)
def bench(session: nox.Session) -> None:
    """Measure what the program costs, next to plain scripts."""
    _run(session, "ci/bench.sh", "overhead")


@nox.session(venv_backend="none", requires=["environment"], default=False)
def ledger(session: nox.Session) -> None:
    """Measure what the step ledger costs, next to the same training without one."""
    _run(session, "ci/bench.sh", "ledger")


@nox.session(venv_backend="none", requires=["environment"], default=False)
def changed(session: nox.Session) -> None:
    """Measure what running only what changed saves, on changes of this project."""
    _run(session, "ci/bench.sh", "changed")


@nox.session(venv_backend="none", requires=["environment"], default=False)
def faults(session: nox.Session) -> None:
    """Plant faults and harmless changes in the shipped experiments, and count."""
    _run(session, "ci/bench.sh", "faults")


@nox.session(venv_backend="none", requires=["environment"], default=False)
def where(session: nox.Session) -> None:
    """Plant faults with a known place, and ask where each of them lies."""
    _run(session, "ci/bench.sh", "where")


@nox.session(venv_backend="none", requires=["environment"], default=False)
def contracts(session: nox.Session) -> None:
    """Plant faults in parts, hold correct ones to their promises, and take the time."""
    _run(session, "ci/bench.sh", "contracts")


@nox.session(venv_backend="none", requires=["environment"], default=False)
def explained(session: nox.Session) -> None:
    """Change circumstances for real, and ask which of them made a run differ."""
    _run(session, "ci/bench.sh", "explained")


@nox.session(venv_backend="none", requires=["environment"], default=False)
def contest(session: nox.Session) -> None:
    """Hold our rules against others, simulated and real; -- --short for a part."""
    _run(session, "ci/bench.sh", "verdicts")
    if not session.posargs:
        _run(session, "ci/bench.sh", "contest_real", session.create_tmp())


@nox.session(venv_backend="none", requires=["environment"], default=False)
def nightly(session: nox.Session) -> None:
    """Run the experiments in every declared environment: who reproduces whom?"""
    _run(session, "ci/nightly.sh")


@nox.session(venv_backend="none", requires=["environment"], default=False)
def digests(session: nox.Session) -> None:
    """Measure digests on the CPU, and on a CUDA device where there is one."""
    _run(session, "ci/bench.sh", "digests")


@nox.session(venv_backend="none", requires=["environment"], default=False)
def loader(session: nox.Session) -> None:
    """Measure how fast our loader is, next to that of torch."""
    _run(session, "ci/bench.sh", "loader")


@nox.session(venv_backend="none", requires=["environment"], default=False)
def augmentation(session: nox.Session) -> None:
    """Measure how fast batches are augmented, at once and sample by sample."""
    _run(session, "ci/bench.sh", "augmentation")


@nox.session(venv_backend="none", requires=["environment"], default=False)
def near(session: nox.Session) -> None:
    """Measure how many near duplicates in data are found, and how fast."""
    _run(session, "ci/bench.sh", "near_duplicates")


@nox.session(venv_backend="none", requires=["environment"], default=False)
def hashing(session: nox.Session) -> None:
    """Measure how fast files and folders are hashed, next to disk and memory."""
    _run(session, "ci/bench.sh", "hashing")


@nox.session(venv_backend="none", requires=["environment"], default=False)
def report(session: nox.Session) -> None:
    """Measure what the page of many experiments costs; needs ci/browser.sh."""
    _run(session, "ci/bench.sh", "report")


@nox.session(venv_backend="none", requires=["environment"], default=False)
def changelog(session: nox.Session) -> None:
    """Show what the next release would say; with -- --build, write it."""
    _run(session, "ci/changelog.sh")


def _run(session: nox.Session, script: str, *arguments: str) -> None:
    path = f"{SHARED}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    env = {"PATH": path, "VIRTUAL_ENV": str(SHARED.parent)}
    words = ("bash", script, *arguments, *session.posargs)
    session.run(*words, env=env, external=True)
