"""Records to store, small and fixed; with every kind of cell that the format knows.

Child processes import this, so it imports neither Hypothesis nor anything slow.
"""

import dataclasses
import hashlib
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pytest_repro.digests import Digest
from pytest_repro.records import (
    AssetUse,
    Contract,
    Environment,
    Equivalent,
    Exact,
    Fingerprint,
    Horizon,
    Identity,
    Metric,
    Replica,
    Resources,
    Revision,
    Rounding,
    Rung,
    RunRecord,
    Scalar,
    SeedResult,
    Series,
)
from pytest_repro.references import encode
from pytest_repro.references.sums import write_sums

EXPERIMENT: Final = "experiments/test_digits.py::test_digits_cnn"

STEPS: Final = "train/loss steps 1-2"
EVENT: Final = "train/loss falls to 0.5"

AXES: Final = (
    ("os", "linux"),
    ("architecture", "x86_64"),
    ("instructions", "avx2"),
    ("accelerator", "cpu"),
    ("torch", "2.13"),
)


def digest(text: str) -> Digest:
    """Make a digest of anything."""
    return Digest(f"sha256:{hashlib.sha256(text.encode()).hexdigest()}")


def environment(
    axes: Sequence[tuple[str, str]] = AXES, *, facts: str = ""
) -> Environment:
    """Make an environment of some axes."""
    key = "-".join(value for _, value in axes)
    return Environment(key=key, axes=tuple(axes), digest=digest(key + facts))


def series(name: str, values: Sequence[float], dtype: str = "float32") -> Series:
    """Make a series of one point a step, with a chain that depends on all before."""
    scalars = [Scalar.of(value, dtype) for value in values]
    chains = [name]
    for scalar in scalars:
        chains.append(digest(chains[-1] + scalar.text)[7:23])
    return Series(
        name=name,
        dtype=dtype,
        count=len(scalars),
        stride=1,
        steps=tuple(range(len(scalars))),
        bits=tuple(scalar.bits for scalar in scalars),
        orders=tuple(range(len(scalars))),
        chains=tuple(chains[1:]),
        head=digest(chains[-1]),
    )


def seed_result(
    seed: int,
    metrics: Sequence[tuple[str, float]],
    derived: Sequence[tuple[str, float]] = (),
    *,
    origin: Digest | None = None,
) -> SeedResult:
    """Make the row of a seed; metrics are float32, what is derived is float64."""
    return SeedResult(
        seed=seed,
        metrics=tuple(
            Metric(name=name, scalar=Scalar.of(value, "float32"))
            for name, value in metrics
        ),
        trace_root=digest("traces"),
        state_root=digest(f"state {seed}"),
        resources=Resources(wall_s=1.5, cpu_s=1.25, peak_rss_bytes=4096, steps=3),
        derived=tuple(
            Metric(name=name, scalar=Scalar.of(value, "float64"))
            for name, value in derived
        ),
        origin=origin,
    )


def small_record(experiment: str = EXPERIMENT, *, value: float = 0.91) -> RunRecord:
    """Make a small reference that uses every table."""
    trace = series("train/loss", [2.3025851, 1.5, value])
    state = (
        Fingerprint(name="weights", step=None, order=0, digest=digest("w")),
        Fingerprint(
            name="rng/torch", step=2, order=3, digest=digest("r"), is_evidence=True
        ),
    )
    return RunRecord(
        identity=Identity(
            experiment=experiment,
            config={"lr": "0.1"},
            environment=environment(),
            contract=Contract(
                seeds=2,
                tolerances=(("test/*", Equivalent(0.01)), ("x", Exact())),
                required=Rung.EQUIVALENT,
            ),
            assets=(AssetUse(name="digits", digest=digest("d"), size_bytes=9),),
            code={"commit": "abc"},
            determinism={"threads": 1},
        ),
        seeds=(
            seed_result(
                0, [("test/accuracy", value)], [(STEPS, 1.25)], origin=digest("o")
            ),
            seed_result(
                7,
                [("test/accuracy", 0.5), ("test/loss", -0.0)],
                [(EVENT, math.inf), (STEPS, 1.75)],
            ),
        ),
        series=(trace,),
        state=state,
        history=(
            Revision(
                number=1,
                created_utc="2026-01-01T00:00:00Z",
                created_by="pytest-repro 0",
            ),
        ),
    )


def enveloped_record(experiment: str = EXPERIMENT) -> RunRecord:
    """Make a small reference with a horizon, sketches, envelopes and replicas."""
    record = small_record(experiment)
    (trace,), (weights, *others) = record.series, record.state
    sketched = replace(weights, sketch=(0.25, -1.5, math.inf), envelope=1.2e-07)
    rows = [
        seed_result(0, [("test/accuracy", 0.9 + 0.01 * n)], [(EVENT, float(n))])
        for n in range(2)
    ]
    replicas = [Replica(number=n, result=row) for n, row in enumerate(rows, 1)]
    return replace(
        record,
        series=(replace(trace, envelope=(0.0, 2.4e-07, math.inf)),),
        state=(sketched, *others),
        horizon=Horizon(step=2, order=5, is_end=False),
        rounding=Rounding(noise="noise-v1", replicas=tuple(replicas)),
    )


def changed_identity(identity: Identity, field: str, value: object) -> Identity:
    """Change one field of an identity."""
    names = [one.name for one in dataclasses.fields(identity)]
    fields = {name: getattr(identity, name) for name in names}
    return Identity(**{**fields, field: value})


def edited(record: RunRecord, name: str, data: bytes) -> dict[str, bytes]:
    """Write a record, then exchange one file, with sums that fit."""
    files = {**encode(record), name: data}
    del files["SHA256SUMS"]
    return {**files, "SHA256SUMS": write_sums(files)}
