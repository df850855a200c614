"""The safety of `--repro-changed`, as something that can be found false.

A project is run for real, and what the run read is kept. Then it is edited. Where
nothing seems changed it is run again, and must give the same bits.
"""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_repro import wire
from pytest_repro.errors import RecordError
from pytest_repro.launchers.protocol import JOB, RECORD
from pytest_repro.provenance import Looker, changed_inputs
from pytest_repro.records import Inputs, Job
from pytest_repro.references import experiment_folder, read_record
from pytest_repro.replication import read_inputs
from tests.plugin.changing import Edit, Synthetic
from tests.plugin.forking import Server

EXPERIMENT = "tests/test_walk.py::test_walk"
TICK_S = 0.02
"""Longer than a tick of the clock by which files are stamped."""

Blindness = Callable[[Inputs], Inputs]


@dataclass(slots=True)
class Tally:
    """How much was tried.

    Attributes:
        examples: Projects.
        changes: Changes of them.
        left_out: Those after which nothing was to be run, and was all the same.
        refused: Projects of which it could not be told what they read.
    """

    examples: int = 0
    changes: int = 0
    left_out: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Bits:
    """What a run gave: its metrics, or that it failed."""

    metrics: str


class Prover:
    """Runs projects, edits them, and runs them again."""

    def __init__(self, folder: Path, server: Server, blindness: Blindness) -> None:
        """Begin with nothing tried.

        Args:
            folder: Where to work.
            server: Runs workers.
            blindness: What is forgotten of what a run read.
        """
        self.tally = Tally()
        self._folder = folder
        self._server = server
        self._blindness = blindness
        self._first: dict[tuple[str, ...], tuple[Bits, Inputs | None]] = {}

    def check(
        self, features: tuple[str, ...], changes: Sequence[Sequence[Edit]]
    ) -> None:
        """Look for a change that alters the bits and is not noticed.

        Args:
            features: What the project is made of.
            changes: Each is tried on the project as it was first.
        """
        project = Synthetic(self._folder / "project", features)
        if features not in self._first:
            project.restore()
            self._first[features] = self._run(project)
        bits, inputs = self._first[features]
        self.tally.examples += 1
        if inputs is None or inputs.unseen:
            self.tally.refused += 1
            return
        known = self._blindness(inputs)
        self._check_one(project, known, bits, [])
        for edits in changes:
            project.restore()
            self._check_one(project, known, bits, edits)

    def _check_one(
        self, project: Synthetic, known: Inputs, bits: Bits, edits: Sequence[Edit]
    ) -> None:
        for edit in edits:
            project.apply(edit)
        self.tally.changes += 1
        looker = Looker(project.root, self._variables(project))
        if changed_inputs(known.items, looker):
            return
        self.tally.left_out += 1
        again, _ = self._run(project)
        assert again == bits, f"{edits} changed the bits of {project.features}"

    def _run(self, project: Synthetic) -> tuple[Bits, Inputs | None]:
        out = self._folder / "out" / "runs" / experiment_folder(EXPERIMENT)
        shutil.rmtree(out, ignore_errors=True)
        folder = out / "seed-0"
        folder.mkdir(parents=True)
        time.sleep(TICK_S)
        job = Job(
            experiment=EXPERIMENT, seed=0, root=str(project.root), folder=str(folder)
        )
        (folder / JOB).write_bytes(wire.write(job))
        code = self._server.run(
            project.root, _words(project.root, folder), project.variables
        )
        if code:
            return Bits(f"exit {code}"), None
        try:
            metrics = read_record(folder / RECORD).anchor.metrics
        except RecordError:
            return Bits("no record"), None
        return Bits(repr(metrics)), read_inputs(folder)

    def _variables(self, project: Synthetic) -> dict[str, str]:
        return {**self._server.variables, **project.variables}


def _words(root: Path, folder: Path) -> list[str]:
    words = ["-p", "pytest_repro.plugin", "-p", "no:cacheprovider", "-o", "addopts="]
    if (root / "pytest.ini").exists():
        words += ["-c", str(root / "pytest.ini")]
    words += [f"--rootdir={root}", "--capture=no", "--no-summary", "-qq"]
    return [*words, f"--repro-worker={folder / JOB}", EXPERIMENT]


def without(forget: Callable[..., bool]) -> Blindness:
    """Forget some of the inputs, as a watch would that never saw them."""

    def blind(inputs: Inputs) -> Inputs:
        kept = tuple(one for one in inputs.items if not forget(one))
        return replace(inputs, items=kept)

    return blind
