"""The contest on an accelerator: do envelopes hold there, and do they see faults?

    python -m benchmarks.contest_device --collect DIR --workers 10
    python -m benchmarks.contest_device --from DIR --date 2026-11-26
    python -m benchmarks.contest_device --page

The experiments, the faults and the rules are those of `benchmarks.contest_real`; only
the harmless changes are others, because other circumstances choose kernels on a GPU.
The first can be stopped at any time, the second judges what is there, the third writes
the page. Lowered precision and another kind of processor stand apart, as neither is
harmless.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchmarks.contest_device_page import FIGURES, PAGE, read, render
from benchmarks.contest_real.changes import Change
from benchmarks.contest_real.collecting import collect
from benchmarks.contest_real.errands import (
    CONTESTED,
    ENVIRONMENT,
    FAULT,
    Errand,
    errands_of,
)
from benchmarks.contest_real.figures import Row
from benchmarks.contest_real.gathering import gather
from benchmarks.contest_real.graded import GRADED
from benchmarks.contest_real.judging import judge_all
from benchmarks.contest_real.rules import NEEDY, OURS, RULES
from benchmarks.faults_table import FAULTS
from benchmarks.machine import look
from benchmarks.variants import Edit, Variant
from pytest_repro.records import Determinism, RunRecord

__all__ = ["APART", "CHANGES", "device_errands", "main"]


def _flag(label: str, line: str) -> Change:
    return Change(label=label, prelude=f"import torch\n\n{line}\n")


CHANGES: Final = (
    Change(label="nothing", variables={"PYTEST_REPRO_CONTEST": "again"}),
    Change(label="cuDNN benchmark", determinism=Determinism(cudnn_benchmark=True)),
    Change(
        label="deterministic algorithms off",
        determinism=Determinism(deterministic_algorithms=False),
    ),
    _flag("cuDNN off", "torch.backends.cudnn.enabled = False"),
    _flag("cuBLASLt", "torch.backends.cuda.preferred_blas_library('cublaslt')"),
    _flag(
        "attention by plain products",
        "torch.backends.cuda.enable_flash_sdp(False)\n"
        "torch.backends.cuda.enable_mem_efficient_sdp(False)\n"
        "torch.backends.cuda.enable_cudnn_sdp(False)",
    ),
    Change(
        label="CUBLAS_WORKSPACE_CONFIG=:16:8",
        variables={"CUBLAS_WORKSPACE_CONFIG": ":16:8"},
    ),
    Change(label="2 threads", determinism=Determinism(threads=2)),
)
"""Harmless changes, those first that change bits most often."""

APART: Final = (
    Change(label="TF32", determinism=Determinism(matmul_precision="tf32")),
    Change(label="CPU", variables={"CUDA_VISIBLE_DEVICES": ""}),
)
"""Changes that are looked at and count neither as harmless nor as faults."""

COMMAND: Final = "python -m benchmarks.contest_device --from DIR"

ALONE: Final = tuple(rule for rule in RULES if rule not in NEEDY)
"""Rules that need one seed only."""


def device_errands() -> list[Errand]:
    """List every run.

    Returns:
        References, replicas, changes, then faults.
    """
    found = [
        one
        for name in CONTESTED
        for one in errands_of(
            name, changes=(*CHANGES, *APART), faults=map(_on_cuda, _faults())
        )
    ]
    kinds = {FAULT: 2, ENVIRONMENT: 1}
    return sorted(found, key=lambda one: (kinds.get(one.kind, 0), one.change.label))


def _faults() -> Iterator[Variant]:
    """Leave out what only lowers the precision of a CPU library."""
    yield from (one for one in GRADED if "matrix products" not in one.label)
    yield from FAULTS


def _on_cuda(fault: Variant) -> Variant:
    return replace(fault, edits=tuple(map(_autocast_there, fault.edits)))


def _autocast_there(edit: Edit) -> Edit:
    there = edit.replacement.replace("autocast('cpu'", "autocast('cuda'")
    return replace(edit, replacement=there)


def main(arguments: list[str] | None = None) -> int:
    """Collect, or judge.

    Args:
        arguments: Of the command line.

    Returns:
        0.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--collect", type=Path, metavar="DIR")
    what.add_argument("--from", dest="source", type=Path, metavar="DIR")
    what.add_argument("--page", action="store_true")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--date", default="")
    parser.add_argument("--write", type=Path, default=FIGURES, metavar="PATH")
    options = parser.parse_args(arguments)
    if options.collect is not None:
        collect(device_errands(), options.collect, workers=options.workers)
        return 0
    if options.source is not None:
        found = _figures(options.source, options.date)
        text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True)
        options.write.write_text(text + "\n", encoding="utf-8")
    PAGE.write_text(render(read(options.write)), encoding="utf-8")
    return 0


def _figures(folder: Path, date: str) -> dict[str, object]:
    """Judge a collection and count."""
    apart = {change.label for change in APART}
    subjects = gather(device_errands(), folder)
    rows = [row for subject in subjects for row in judge_all(subject, ALONE)]
    harmless = [
        row for row in rows if row.kind == ENVIRONMENT and row.label not in apart
    ]
    names = [rule.name for rule in ALONE]
    moved = [row for row in harmless if row.moved]
    faults = [row for row in rows if row.kind == FAULT]
    return {
        "occasion": look(
            date, "python -m benchmarks.contest_device --from DIR"
        ).lines(),
        "environment": sorted(
            {one.reference.identity.environment.key for one in subjects}
        ),
        "harmless": len(harmless),
        "moved": len(moved),
        "faults": len(faults),
        "alarms": {name: _count(moved, name) for name in names},
        "found": {name: _count(faults, name) for name in names},
        "rows": [
            {
                "experiment": row.experiment,
                "kind": "apart" if row.label in apart else row.kind,
                "label": row.label,
                "moved": row.moved,
                "factor": f"{row.factor:.4g}",
                "failed": OURS in row.failed_by,
                "verdict": row.verdict,
            }
            for row in rows
        ],
    }


def _key(record: RunRecord) -> str:
    return record.identity.environment.key


def _count(rows: Iterable[Row], name: str) -> int:
    return sum(name in row.failed_by for row in rows)


if __name__ == "__main__":
    sys.exit(main())
