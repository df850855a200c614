"""Run the errands of the contest: real workers of the product, a few at a time.

Each leaves its run record where the errand says, or a line in ``failed.tsv``. What is
there already is not run again, so a collection can be stopped and continued.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Final

from benchmarks.contest_real.errands import HORIZON, Errand
from benchmarks.contest_real.forks import OUTPUT, Forks
from benchmarks.processes import ROOT, make_project
from benchmarks.variants import EXPERIMENTS, Variant, apply
from pytest_repro import wire
from pytest_repro.determinism import worker_variables
from pytest_repro.launchers import LocalLauncher
from pytest_repro.launchers.protocol import JOB, RECORD
from pytest_repro.records import Determinism, Job

__all__ = ["collect", "job_of", "run_in_fork", "run_in_worker", "variables_of"]

FAILED: Final = "failed.tsv"
PAUSE_S: Final = 0.05
BATCH: Final = 16
_FOREIGN: Final = ("CI", "GITHUB_", "PYTEST_", "COV")


def collect(errands: Iterable[Errand], folder: Path, *, workers: int) -> None:
    """Run what is not there yet.

    Args:
        errands: What is needed.
        folder: Where the records go.
        workers: How many run at a time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [one for one in errands if not (folder / one.place).exists()]
    with tempfile.TemporaryDirectory() as scratch:
        origin = Path(scratch) / "unmodified"
        make_project(origin)
        runner = partial(_run_batch, origin=origin, folder=folder)
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(runner, _batches(missing)))


def _batches(errands: Sequence[Errand]) -> Iterator[list[Errand]]:
    """Group errands that follow each other in one environment, not too many each."""
    for _, group in groupby(errands, key=lambda one: one.change):
        batch = list(group)
        for first in range(0, len(batch), BATCH):
            yield batch[first : first + BATCH]


def _run_batch(batch: Sequence[Errand], *, origin: Path, folder: Path) -> None:
    change = batch[0].change
    forks = Forks({**variables_of(change.determinism, origin), **change.variables})
    for errand in batch:
        with tempfile.TemporaryDirectory(dir=origin.parent) as scratch:
            project = Path(scratch) / "project"
            shutil.copytree(origin, project)
            job = job_of(errand, project)
            reason = run_in_fork(job, forks)
            _keep(errand, reason, Path(job.folder) / RECORD, folder)
    forks.close()


def job_of(errand: Errand, project: Path) -> Job:
    """Change a copy of the project as the errand says, and make the job.

    Args:
        errand: What to run.
        project: A fresh copy of the project.

    Returns:
        The job, with a folder in that copy.
    """
    variant = Variant(
        experiment=errand.experiment, label=errand.label, edits=errand.edits
    )
    apply(variant, project)
    (project / "conftest.py").write_text(errand.change.prelude, encoding="utf-8")
    folder = project / "job"
    folder.mkdir()
    experiment = EXPERIMENTS[errand.experiment]
    determinism = errand.change.determinism
    return Job(
        experiment=experiment.node,
        seed=errand.seed,
        root=str(project),
        folder=str(folder),
        arguments=(
            *("-p", "pytest_repro.plugin", "-p", "no:cacheprovider"),
            *("-c", str(project / "pytest.ini"), "-o", "addopts="),
            "--disable-plugin-autoload",
            f"--rootdir={project}",
            "--import-mode=importlib",
            "--capture=no",
            "--no-summary",
            "-qq",
            f"--repro-worker={folder / JOB}",
            f"experiments/{experiment.file}::{experiment.function}",
        ),
        variables={**worker_variables(determinism, {}), **errand.change.variables},
        determinism=determinism,
        horizon=HORIZON,
        replica=errand.replica,
    )


def variables_of(determinism: Determinism, project: Path) -> dict[str, str]:
    """Return the environment of a worker that is no part of this session.

    Args:
        determinism: What is pinned.
        project: Its modules come first.

    Returns:
        The variables.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_FOREIGN)}
    inherited = os.environ.get("PYTHONPATH", "")
    paths = os.pathsep.join(filter(None, (str(project), str(ROOT), inherited)))
    return {**worker_variables(determinism, kept), "PYTHONPATH": paths}


def run_in_worker(job: Job) -> str:
    """Run a job as the product does, in a process of its own.

    Args:
        job: The job.

    Returns:
        Why there is no record; empty if there is one.
    """
    variables = variables_of(job.determinism, Path(job.root))
    submission = LocalLauncher(variables).submit(job)
    while (ending := submission.poll()) is None:
        time.sleep(PAUSE_S)
    failure = ending.failure
    return "" if failure is None else f"{failure.cause}: {failure.message}"


def run_in_fork(job: Job, forks: Forks) -> str:
    """Run a job whose environment is that of a process which is there already.

    Args:
        job: The job.
        forks: That process.

    Returns:
        Why there is no record; empty if there is one.
    """
    (Path(job.folder) / JOB).write_bytes(wire.write(job))
    code = forks.run(Path(job.root), job.arguments)
    if code == 0:
        return ""
    output = (Path(job.root) / OUTPUT).read_text(encoding="utf-8", errors="replace")
    return f"exit code {code}: {output[-500:]}"


def _keep(errand: Errand, reason: str, record: Path, folder: Path) -> None:
    if reason:
        line = f"{errand.place}\t{' '.join(reason.split())}\n"
        with (folder / FAILED).open("a", encoding="utf-8") as file:
            file.write(line)
    else:
        target = folder / errand.place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(record, target)
    sys.stderr.write(f"{errand.place}: {reason or 'recorded'}\n")
