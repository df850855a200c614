"""What an operation trace costs and weighs, and that it changes no bit.

Every shipped experiment runs four times in workers of its own: whole, untraced and with
its first steps traced, which must leave equal records; and for three steps alone,
untraced and traced, whose processor times are compared.

    python -m benchmarks.operation_traces [part of a name ...]
"""

import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.processes import PLUGIN, ROOT
from pytest_repro.determinism import worker_variables
from pytest_repro.launchers import LocalLauncher
from pytest_repro.launchers.protocol import JOB, RECORD
from pytest_repro.records import BEFORE, Determinism, Job, RunRecord, Window
from pytest_repro.references import read_record
from pytest_repro.references.format import MAX_TRACE_BYTES
from pytest_repro.references.operations_table import fit_operations, write_operations

__all__ = ["EXPERIMENTS", "Figures", "measure"]

EXPERIMENTS: Final = (
    "experiments/test_digits_cnn.py::test_digits_cnn",
    "experiments/test_digits_mlp.py::test_digits_mlp",
    "experiments/test_logistic.py::test_logistic",
    "experiments/test_mnist_cnn.py::test_mnist_cnn",
    "experiments/test_series_gru.py::test_series_gru",
    "experiments/test_transformer.py::test_transformer[essay]",
    "experiments/test_transformer.py::test_transformer[generated]",
)
SHORT: Final = 3
LONG: Final = 20
PAUSE_S: Final = 0.05

_FOREIGN: Final = ("CI", "GITHUB_", "PYTEST_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured of one experiment.

    Attributes:
        experiment: Its node id.
        has_same_bits: Whether the whole runs left equal metrics, traces and state.
        operations: Calls in the first three steps, and before them.
        size_bytes: Of their table, uncut.
        kept: How many of them a reference keeps.
        plain_s: Processor time of three steps and what comes before, untraced [s].
        traced_s: The same, traced [s].
    """

    experiment: str
    has_same_bits: bool
    operations: int
    size_bytes: int
    kept: int
    plain_s: float
    traced_s: float


def measure(experiment: str, folder: Path) -> Figures:
    """Measure one experiment.

    Args:
        experiment: Its node id.
        folder: For the runs.

    Returns:
        The figures.
    """
    whole = _run(experiment, folder / "whole")
    watched = _run(experiment, folder / "watched", traced=LONG)
    plain = _run(experiment, folder / "plain", horizon=SHORT)
    traced = _run(experiment, folder / "traced", traced=SHORT, horizon=SHORT)
    found = traced.operations
    return Figures(
        experiment=experiment,
        has_same_bits=_bits(whole) == _bits(watched) and bool(watched.operations),
        operations=len(found),
        size_bytes=len(write_operations(found)),
        kept=len(fit_operations(found, MAX_TRACE_BYTES)),
        plain_s=plain.anchor.resources.cpu_s,
        traced_s=traced.anchor.resources.cpu_s,
    )


def _bits(record: RunRecord) -> tuple[object, ...]:
    one = record.anchor
    return one.metrics, one.trace_root, one.state_root, record.series, record.state


def _run(
    experiment: str, folder: Path, *, traced: int = 0, horizon: int | None = None
) -> RunRecord:
    folder.mkdir()
    job = Job(
        experiment=experiment,
        seed=0,
        root=str(ROOT),
        folder=str(folder),
        arguments=(
            *PLUGIN,
            *("-p", "no:cacheprovider", "-o", "addopts=", "--capture=no", "-qq"),
            f"--rootdir={ROOT}",
            f"--repro-worker={folder / JOB}",
            experiment.partition("[")[0],
        ),
        horizon=horizon,
        ends_at_horizon=horizon is not None,
        window=Window(first=BEFORE, last=traced - 1) if traced else None,
    )
    own = {k: v for k, v in os.environ.items() if not k.startswith(_FOREIGN)}
    own["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    submission = LocalLauncher(worker_variables(Determinism(), own)).submit(job)
    while (ending := submission.poll()) is None:
        time.sleep(PAUSE_S)
    if ending.failure is not None:
        raise RuntimeError(ending.failure.message)
    return read_record(folder / RECORD)


def _main(wanted: list[str]) -> None:
    _tell("experiment", "same bits", "operations", "bytes", "kept", "plain", "traced")
    _tell(*["---"] * 7)
    for experiment in EXPERIMENTS:
        if wanted and not any(word in experiment for word in wanted):
            continue
        with tempfile.TemporaryDirectory() as folder:
            one = measure(experiment, Path(folder))
        _tell(
            one.experiment.partition("::")[2],
            "yes" if one.has_same_bits else "no",
            str(one.operations),
            str(one.size_bytes),
            str(one.kept),
            f"{one.plain_s:.2f} s",
            f"{one.traced_s:.2f} s",
        )


def _tell(*cells: str) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _main(sys.argv[1:])
