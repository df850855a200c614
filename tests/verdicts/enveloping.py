"""Runs with sketches, horizons and replicas, and references with envelopes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pytest_repro.records import Fingerprint, Horizon, RunRecord
from pytest_repro.verdicts import with_envelopes
from tests.verdicts.making import Made, make_fingerprint

__all__ = ["Sketches", "enveloped", "run_of", "short"]

Sketches = Mapping[int | None, Sequence[float]]


def run_of(
    trace: Sequence[float],
    *,
    metrics: Mapping[str, float] | None = None,
    weights: Sketches | None = None,
    dtype: str = "float64",
) -> RunRecord:
    """Build a run with a trace, final metrics, and weights sketched at some steps."""
    final = {"test/loss": 0.5} if metrics is None else metrics
    made = Made(metrics=final, traces={"train/loss": trace}, dtype=dtype)
    state = [_sketched(step, sketch) for step, sketch in (weights or {}).items()]
    content = "".join(one.digest for one in state)
    state.sort(key=lambda one: one.order)
    return replace(
        replace(made, state=[("w", None, content)]).run(), state=tuple(state)
    )


def _sketched(step: int | None, sketch: Sequence[float]) -> Fingerprint:
    plain = make_fingerprint("weights", step, repr(list(sketch)))
    return replace(
        plain, sketch=tuple(sketch), order=0 if step is None else plain.order
    )


def enveloped(anchor: RunRecord, *replicas: RunRecord) -> RunRecord:
    """Make a reference of a run and its replicas."""
    return with_envelopes(anchor, replicas, noise="noise-v1")


def short(run: RunRecord, step: int) -> RunRecord:
    """Build the run that would have been recorded, had it ended at a step."""
    cut = 10 * step
    (trace,) = run.series
    points = min(trace.count, step)
    kept = replace(
        trace,
        count=points,
        steps=trace.steps[:points],
        bits=trace.bits[:points],
        orders=trace.orders[:points],
        chains=trace.chains[:points],
    )
    row = replace(run.anchor, metrics=())
    return replace(
        run,
        seeds=(row,),
        series=(kept,),
        state=tuple(one for one in run.state if one.order < cut),
        horizon=Horizon(step=step, order=cut, is_end=True),
    )
