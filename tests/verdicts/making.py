"""Run records made by hand, with digests that are consistent with their contents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pytest_repro.digests import digest_of_bytes, digest_of_parts
from pytest_repro.records import (
    AssetUse,
    Contract,
    Environment,
    Equivalent,
    Fingerprint,
    Identity,
    Match,
    Metric,
    Rung,
    RunRecord,
    Scalar,
    SeedResult,
    Series,
    Tolerance,
    Verdict,
)
from pytest_repro.verdicts import derive, fold, judge

KEY = "linux-x86_64-avx2-cpu-torch2.13"
OTHER_KEY = "linux-x86_64-avx512-cpu-torch2.13"

REFERENCE_VALUES = (0.90, 0.91, 0.92, 0.90, 0.91, 0.92)
LOWER = Rung.EQUIVALENT


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a run recorded, in Python values."""

    metrics: Mapping[str, float] = field(default_factory=lambda: {"test/loss": 0.5})
    traces: Mapping[str, Sequence[float]] = field(
        default_factory=lambda: {"train/loss": (3.0, 2.5, 2.25, 2.125)}
    )
    state: Sequence[tuple[str, int | None, str]] = (("weights", 3, "final"),)
    config: Mapping[str, str] = field(default_factory=lambda: {"lr": "0.1"})
    assets: Mapping[str, str] = field(default_factory=dict)
    dtype: str = "float64"
    seed: int = 0
    key: str = KEY
    contract: Contract = field(default_factory=Contract)

    def run(self) -> RunRecord:
        """Build the record of a worker."""
        series = tuple(
            make_series(name, values, self.dtype)
            for name, values in sorted(self.traces.items())
        )
        state = tuple(make_fingerprint(*item) for item in self.state)
        identity = Identity(
            experiment="tests/test_it.py::test_it",
            config=self.config,
            environment=Environment(
                key=self.key, axes=(), digest=digest_of_bytes(self.key.encode())
            ),
            contract=self.contract,
            assets=tuple(
                AssetUse(name=name, digest=digest_of_bytes(text.encode()), size_bytes=1)
                for name, text in sorted(self.assets.items())
            ),
        )
        row = SeedResult(
            seed=self.seed,
            metrics=tuple(
                Metric(name=name, scalar=Scalar.of(value, self.dtype))
                for name, value in sorted(self.metrics.items())
            ),
            trace_root=digest_of_parts("t", tuple(one.head.encode() for one in series)),
            state_root=digest_of_parts(
                "s", tuple(one.digest.encode() for one in state)
            ),
            derived=derive(series, self.contract),
        )
        return RunRecord(identity=identity, seeds=(row,), series=series, state=state)


def make_series(
    name: str,
    values: Sequence[float],
    dtype: str = "float64",
    steps: Sequence[int] | None = None,
) -> Series:
    """Build a trace that keeps every point; step s has the order 10 · s."""
    scalars = [Scalar.of(value, dtype) for value in values]
    places = tuple(range(len(values))) if steps is None else tuple(steps)
    chains: list[str] = []
    head = digest_of_bytes(name.encode())
    for step, scalar in zip(places, scalars, strict=True):
        head = digest_of_bytes(f"{head} {step} {scalar.text}".encode())
        chains.append(head.removeprefix("sha256:")[:16])
    return Series(
        name=name,
        dtype=dtype,
        count=len(places),
        stride=1,
        steps=places,
        bits=tuple(scalar.bits for scalar in scalars),
        orders=tuple(10 * step for step in places),
        chains=tuple(chains),
        head=head,
    )


def thin(series: Series, stride: int) -> Series:
    """Keep every stride-th point, and the last one."""
    last = len(series.steps) - 1
    kept = sorted({*range(0, last + 1, stride), last})
    return replace(
        series,
        stride=stride,
        steps=tuple(series.steps[index] for index in kept),
        bits=tuple(series.bits[index] for index in kept),
        orders=tuple(series.orders[index] for index in kept),
        chains=tuple(series.chains[index] for index in kept),
    )


def make_fingerprint(
    name: str, step: int | None, content: str, *, is_evidence: bool = False
) -> Fingerprint:
    """Build a fingerprint; step s has the order 10 · s + 5, no step order 1000."""
    return Fingerprint(
        name=name,
        step=step,
        order=1000 if step is None else 10 * step + 5,
        digest=digest_of_bytes(content.encode()),
        is_evidence=is_evidence,
    )


def approve(*runs: RunRecord) -> RunRecord:
    """Build a reference of several seeds; the first run is the anchor."""
    return replace(runs[0], seeds=tuple(run.anchor for run in runs))


def promise(**tolerances: Tolerance) -> Contract:
    """Build a contract; a double underscore in a name stands for a slash."""
    return Contract(
        tolerances=tuple(
            (name.replace("__", "/"), tolerance)
            for name, tolerance in tolerances.items()
        )
    )


def judged(
    obtained: RunRecord,
    reference: RunRecord,
    contract: Contract | None = None,
    match: Match = Match.EXACT,
) -> Verdict:
    """Judge under a contract without tolerances, unless another is given."""
    return judge(obtained, reference, contract=contract or Contract(), match=match)


def seeds(values: Sequence[float], *, first: int = 0) -> list[RunRecord]:
    """Build one run a seed, each with its accuracy and nothing else."""
    return [
        Made(seed=first + index, metrics={"acc": value}, traces={}, state=[]).run()
        for index, value in enumerate(values)
    ]


def folded(
    runs: Sequence[RunRecord],
    reference: RunRecord,
    contract: Contract,
    match: Match = Match.EXACT,
) -> Verdict:
    """Judge each run, then fold."""
    pairs = [(run, judged(run, reference, contract, match)) for run in runs]
    return fold(pairs, reference, contract=contract, match=match)


def equivalent(margin: float) -> Contract:
    """Promise equivalent accuracies, and require no more than that."""
    return replace(promise(acc=Equivalent(margin)), required=LOWER)
