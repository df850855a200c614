"""Turn what a recorder kept into a run record.

The record of a worker has one seed and no history; approving it, together with those
of other seeds, makes a reference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pytest_repro.experiment.recorder import Recorder
from pytest_repro.fingerprints import root_of_heads, root_of_state
from pytest_repro.records import (
    Contract,
    Environment,
    Failure,
    Identity,
    Metric,
    Resources,
    RunRecord,
    SeedResult,
    Series,
)
from pytest_repro.verdicts import derive

__all__ = ["Circumstances", "assemble"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Everything about a run that the experiment did not say itself.

    Attributes:
        experiment: The node id.
        seed: The root seed.
        config: The parameters, as text.
        contract: What was promised.
        environment: Where it ran.
        code: Commit and digests of the code.
        determinism: Seeds and flags in force.
        isolation: ``worker`` or ``in-process``.
    """

    experiment: str
    seed: int
    config: Mapping[str, str]
    contract: Contract
    environment: Environment
    code: Mapping[str, object] = field(default_factory=dict)
    determinism: Mapping[str, object] = field(default_factory=dict)
    isolation: str = "worker"


def assemble(
    recorder: Recorder,
    around: Circumstances,
    *,
    resources: Resources,
    failure: Failure | None = None,
) -> RunRecord:
    """Build the record of a run.

    Args:
        recorder: What the experiment told.
        around: What it did not.
        resources: What it cost.
        failure: Why it is incomplete, if it is.

    Returns:
        The record, with one seed.
    """
    series = recorder.series
    steps = max([recorder.steps, *(one.count for one in series)])
    ledger = recorder.ledger
    # Digests that are still on a device are read here, and may be lost here.
    lanes = () if ledger is None else ledger.lanes()
    result = SeedResult(
        seed=around.seed,
        metrics=recorder.metrics,
        trace_root=root_of_heads({one.name: one.head for one in series}),
        state_root=root_of_state(recorder.state),
        resources=Resources(
            wall_s=resources.wall_s,
            cpu_s=resources.cpu_s,
            peak_rss_bytes=resources.peak_rss_bytes,
            steps=steps,
        ),
        derived=_derived(series, recorder, around.contract),
        origin=recorder.origin.digest,
    )
    return RunRecord(
        identity=_identity(recorder, around),
        seeds=(result,),
        series=series,
        state=recorder.state,
        failure=failure,
        horizon=recorder.horizon,
        recipe=recorder.recipe,
        ledger=lanes,
        lost=() if ledger is None else ledger.lost(),
    )


def _derived(
    series: Sequence[Series], recorder: Recorder, contract: Contract
) -> tuple[Metric, ...]:
    """Compute what the contract asks of whole traces; the beginning of one is none."""
    is_short = recorder.horizon is not None and recorder.horizon.is_end
    return () if is_short else derive(series, contract)


def _identity(recorder: Recorder, around: Circumstances) -> Identity:
    return Identity(
        experiment=around.experiment,
        config={**around.config, **recorder.declared},
        environment=around.environment,
        contract=around.contract,
        assets=recorder.assets,
        code=around.code,
        determinism=around.determinism,
        isolation=around.isolation,
    )
