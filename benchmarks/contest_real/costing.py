"""What a verdict costs: sessions of the product against a fixed number of seeds.

Three sessions for each experiment, one after the other and so under the same load: the
first steps of one seed, one whole seed, and five whole seeds two at a time, which is
what a fixed number of seeds costs whatever is then done with them. Each is a whole
``pytest`` from its start to its end, worker included.
"""

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks.contest_real.figures import Cost
from benchmarks.contest_real.gathering import Subject
from benchmarks.processes import PLUGIN, PYTEST, make_project, python
from benchmarks.variants import EXPERIMENTS
from pytest_repro.references import ReferenceStore, revise

__all__ = ["FIVE", "NIGHTLY", "PR", "measure_costs"]

PR: Final = "pr"
NIGHTLY: Final = "nightly"
FIVE: Final = "five seeds"

POLICIES: Final = {
    PR: ("--repro-tier=pr",),
    NIGHTLY: ("--repro-tier=nightly",),
    FIVE: ("--repro-tier=full", "--repro-seeds=5", "--repro-workers=2"),
}
REPORT: Final = ".repro/report/report.json"


def measure_costs(subjects: Sequence[Subject], folder: Path) -> Iterator[Cost]:
    """Measure one verdict of each kind for each experiment.

    Args:
        subjects: The experiments; their references were recorded on this machine.
        folder: Where a project is made; must not exist.

    Yields:
        The costs.
    """
    make_project(folder)
    store = ReferenceStore(folder / "reference_runs")
    for subject in subjects:
        store.write(
            revise(
                subject.reference,
                None,
                reason="",
                created_utc="2026-01-01T00:00:00Z",
                created_by="contest",
                supersedes=None,
            )
        )
    for subject in subjects:
        for policy in POLICIES:
            yield _measure(subject.name, policy, folder)


def _measure(name: str, policy: str, folder: Path) -> Cost:
    """Run one session.

    Raises:
        RuntimeError: If it does not pass with the same bits.
    """
    started = time.monotonic()
    ended = python(
        [*PYTEST, *PLUGIN, "--repro", *POLICIES[policy], EXPERIMENTS[name].node], folder
    )
    wall_s = time.monotonic() - started
    path = folder / REPORT
    (outcome,) = json.loads(path.read_bytes())["outcomes"]
    if ended.returncode != 0 or outcome["verdict"]["rung"] != "IDENTICAL":
        msg = f"{name}, {policy}: {outcome['verdict']}\n{ended.stdout[-2000:]}"
        raise RuntimeError(msg)
    return Cost(
        experiment=name, policy=policy, seeds=len(outcome["seeds"]), wall_s=wall_s
    )
