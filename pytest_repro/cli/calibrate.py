"""`pytest-repro calibrate`: which margins does this reference support?

A margin is a promise that a person makes. Before making it one wants to see what
rounding does, how far seeds spread, and what more seeds would buy. It writes nothing.
"""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.dotplot import dotplot
from pytest_repro.cli.lookup import add_reference_arguments, choose_reference
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.cli.sessions import read_last_session
from pytest_repro.cli.shelf import read_shelf
from pytest_repro.cli.tables import fields, table
from pytest_repro.errors import ReproUsageError
from pytest_repro.records import RunRecord
from pytest_repro.references import ReferenceStore
from pytest_repro.verdicts.calibration import (
    MetricCalibration,
    TraceCalibration,
    calibrate,
    calibrate_traces,
)
from pytest_repro.verdicts.designs import Design

__all__ = ["add_arguments", "run"]

DEFAULT_SEEDS: Final = 10
REFERENCES: Final = (5, 10, 20, 40)
"""Sizes of a reference that are compared."""

PLOT_WIDTH: Final = 48


def add_arguments(parser: Parser) -> None:
    """Declare what is to be calibrated.

    Args:
        parser: Takes the arguments.
    """
    add_reference_arguments(parser)
    parser.add_argument(
        "--seeds",
        type=int,
        metavar="N",
        help="new seeds allowed (default: as the contract says, or 10)",
    )


def run(arguments: Namespace, project: Project) -> Answer:
    """Describe what a reference supports.

    Args:
        arguments: `experiment`, `key` and `seeds`.
        project: The folders.

    Returns:
        The answer.

    Raises:
        ReproUsageError: If several references are meant, or no seeds are allowed.
        RecordError: If the reference cannot be read.
    """
    if arguments.seeds is not None and arguments.seeds < 1:
        msg = f"--seeds is a number from 1 on, got {arguments.seeds}"
        raise ReproUsageError(msg)
    kept = read_shelf(ReferenceStore(project.references, base=project.root))
    one = choose_reference(
        arguments.experiment, arguments.key, kept, read_last_session(project)
    )
    if isinstance(one, Answer):
        return one
    record = one.read()
    allowed = record.identity.contract.seeds
    design = Design(
        max_seeds=arguments.seeds or (allowed if allowed > 1 else DEFAULT_SEEDS)
    )
    metrics, traces = calibrate(record, design), calibrate_traces(record)
    return Answer(
        lines=(
            record.identity.experiment,
            *fields([("reference", one.shown), ("noise", _noise(record))]),
            *_section("rounding, by step", _traces(traces)),
            *_section(f"final metrics, {len(record.seeds)} seeds", _metrics(metrics)),
            *_section("seeds ● and replicas × around the mean", _plots(metrics)),
            *_section(
                f"margins that {design.max_seeds} new seeds can show, by the seeds of"
                " the reference",
                _margins(metrics, design),
            ),
        ),
        data={
            "folder": one.shown,
            "metrics": [asdict(metric) for metric in metrics],
            "new_seeds": design.max_seeds,
            "traces": [asdict(trace) for trace in traces],
        },
    )


def _section(title: str, lines: Sequence[str]) -> tuple[str, ...]:
    return ("", title, *lines) if lines else ()


def _noise(record: RunRecord) -> str:
    rounding = record.rounding
    if rounding is None:
        return "none: record again with --repro-replicas for a rounding envelope"
    return f"{rounding.noise}, {len(record.anchor_replicas)} replicas"


def _traces(traces: Sequence[TraceCalibration]) -> tuple[str, ...]:
    return table(
        ("trace", "first", "last", "doubles in", "1 % of it at"),
        [
            (
                trace.name,
                f"{trace.first:.2g}",
                f"{trace.last:.2g}",
                "-" if trace.doubling is None else f"{trace.doubling:.3g} steps",
                "never" if trace.exact_until is None else f"step {trace.exact_until}",
            )
            for trace in traces
        ],
    )


def _metrics(metrics: Sequence[MetricCalibration]) -> tuple[str, ...]:
    return table(
        ("metric", "mean", "rounding", "spread", "3 spreads", "supported"),
        [
            (
                metric.name,
                f"{metric.mean:.5g}",
                _number(metric.rounding),
                _number(metric.spread),
                _number(metric.automatic_margin),
                _number(metric.supported_margin),
            )
            for metric in metrics
        ],
    )


def _plots(metrics: Sequence[MetricCalibration]) -> tuple[str, ...]:
    return table(
        ("metric", "from", "", "to"),
        [
            (metric.name, f"{low:.5g}", line, f"{high:.5g}")
            for metric in metrics
            if len(metric.values) > 1
            for low, line, high in [_plot(metric)]
        ],
    )


def _plot(metric: MetricCalibration) -> tuple[float, str, float]:
    return dotplot(
        metric.values,
        marks=metric.replicas,
        centre=metric.mean,
        margin=metric.supported_margin or 0.0,
        width=PLOT_WIDTH,
    )


def _margins(metrics: Sequence[MetricCalibration], design: Design) -> tuple[str, ...]:
    return table(
        ("metric", *(f"{count} seeds" for count in REFERENCES)),
        [
            (
                metric.name,
                *(_number(metric.margin_with(count, design)) for count in REFERENCES),
            )
            for metric in metrics
            if len(metric.values) > 1
        ],
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2g}"
