"""A second real machine: references that were recorded on a processor of AMD.

They lie in the history of this project, in the first format of the store, which kept
no sketches; so traces and final metrics are compared, and states are not. The columns
are read here, since the product no longer reads that format.
"""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchmarks.contest_real.errands import CONTESTED
from benchmarks.processes import ROOT
from benchmarks.variants import EXPERIMENTS
from pytest_repro.records import Metric, RunRecord, Scalar, Series
from pytest_repro.references import experiment_folder

__all__ = ["COMMIT", "fetch_tables", "read_other_machine"]

COMMIT: Final = "5863c89"
"""Recorded under portable numerics with torch 2.13.0 on an AMD EPYC."""

KEY: Final = "linux-x86_64-portable-cpu-torch2.13"
TABLES: Final = ("trace.tsv", "seeds.tsv")


def fetch_tables(folder: Path) -> None:
    """Copy the tables of all experiments out of the history.

    Args:
        folder: The collection.
    """
    for name in CONTESTED:
        place = _place(folder, name)
        place.mkdir(parents=True, exist_ok=True)
        for table in TABLES:
            stored = experiment_folder(EXPERIMENTS[name].node)
            path = f"{COMMIT}:reference_runs/{stored}/{KEY}/{table}"
            (place / table).write_bytes(_show(path))


def read_other_machine(name: str, folder: Path, here: RunRecord) -> RunRecord | None:
    """Read what the other machine recorded.

    Args:
        name: Of the experiment.
        folder: The collection.
        here: A record of this machine, whose names, steps and types are kept.

    Returns:
        That record with the numbers of the other machine; None if there is none.
    """
    place = _place(folder, name)
    if not place.exists():
        return None
    traces = list(_rows(place / "trace.tsv"))
    (row,) = _rows(place / "seeds.tsv")
    return replace(
        here,
        series=tuple(_with_bits(one, traces) for one in here.series),
        seeds=(
            replace(
                here.anchor,
                metrics=tuple(_with_value(one, row) for one in here.anchor.metrics),
            ),
        ),
    )


def _place(folder: Path, name: str) -> Path:
    return folder / "other-machine" / name


def _show(path: str) -> bytes:
    return subprocess.run(  # noqa: S603  # a path of our own, no shell
        ["git", "show", path],  # noqa: S607  # git is found as any program is
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout


def _rows(path: Path) -> Iterator[dict[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    head, *rows = [line.split("\t") for line in lines if not line.startswith("#")]
    for row in rows:
        yield dict(zip(head, row, strict=True))


def _with_bits(series: Series, rows: list[dict[str, str]]) -> Series:
    """Replace the bits.

    Raises:
        ValueError: If the other machine kept other steps.
    """
    own = [row for row in rows if row["metric"] == series.name]
    steps = tuple(int(row["step"]) for row in own)
    if steps != series.steps:
        msg = f"{series.name} has other steps on the other machine"
        raise ValueError(msg)
    return replace(series, bits=tuple(row["bits"] for row in own))


def _with_value(metric: Metric, row: dict[str, str]) -> Metric:
    bits, decimal = row[f"{metric.name}:bits"], row[f"{metric.name}:decimal"]
    return replace(metric, scalar=Scalar.parse(bits, decimal))
