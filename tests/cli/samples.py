"""A small project on disk: references, obtained runs, candidates, a report.

Records are made by the recorder that workers use, so what the verbs read here is what
they will read of a real session.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_repro.digests import digest_of_bytes
from pytest_repro.experiment import Circumstances, Recorder, assemble
from pytest_repro.records import (
    Action,
    AssetUse,
    Cause,
    Close,
    Contract,
    Environment,
    Match,
    Outcome,
    Resources,
    Revision,
    Rung,
    RunRecord,
    SeedVerdict,
    Session,
    Verdict,
)
from pytest_repro.references import (
    ReferenceStore,
    experiment_folder,
    merge_seeds,
    revise,
    write_record,
)
from pytest_repro.reports import report_json

MLP = "experiments/test_digits.py::test_digits_mlp"
CNN = "experiments/test_digits.py::test_digits_cnn"
KEY = "linux-x86_64-avx2-cpu-torch2.13"
OTHER_KEY = "linux-x86_64-avx512-cpu-torch2.13"

CONTRACT = Contract(seeds=2, tolerances=(("test/accuracy", Close(atol=0.005)),))
LOSSES = (2.25, 1.5, 1.125, 1.0)
FIRST = Revision(
    number=1, created_utc="2026-01-02T03:04:05Z", created_by="pytest_repro 0.1.0"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a sample run is made of; each field has an ordinary value."""

    experiment: str = MLP
    seed: int = 0
    key: str = KEY
    accuracy: float = 0.90625
    losses: Sequence[float] = LOSSES
    data: bytes = b"digits"
    config: Mapping[str, str] = field(default_factory=lambda: {"depth": "2"})
    code: Mapping[str, object] = field(default_factory=lambda: {"commit": "1a2b3c4d"})
    facts: Mapping[str, object] = field(
        default_factory=lambda: {"package.numpy": "2.4.0", "torch.version": "2.13.0"}
    )
    contract: Contract = CONTRACT


def environment(key: str, facts: Mapping[str, object]) -> Environment:
    """Describe a machine by its key."""
    names = ("os", "arch", "isa", "accelerator", "framework")
    return Environment(
        key=key,
        axes=tuple(zip(names, key.split("-"), strict=True)),
        digest=digest_of_bytes(f"{key} {sorted(facts.items())}".encode()),
        facts=facts,
    )


def obtained_run(what: Facts) -> RunRecord:
    """Record one run as a worker does."""
    recorder = Recorder()
    digest = digest_of_bytes(what.data)
    recorder.asset(AssetUse(name="digits.csv", digest=digest, size_bytes=6))
    for step, loss in enumerate(what.losses):
        recorder.log("train/loss", loss, step)
    weights = digest_of_bytes(repr(tuple(what.losses)).encode())
    recorder.fingerprint("weights", weights, None)
    recorder.log("test/accuracy", what.accuracy, None)
    recorder.finish()
    around = Circumstances(
        experiment=what.experiment,
        seed=what.seed,
        config=what.config,
        contract=what.contract,
        environment=environment(what.key, what.facts),
        code=what.code,
        determinism={"threads": 1},
    )
    return assemble(recorder, around, resources=Resources(wall_s=1.5))


def write_reference(
    root: Path, *runs: RunRecord, history: Sequence[Revision] = (FIRST,)
) -> Path:
    """Approve runs, one a seed, as a reference of the project."""
    record = replace(merge_seeds(runs), history=tuple(history))
    return ReferenceStore(root / "reference_runs").write(record)


def write_candidate(root: Path, *runs: RunRecord) -> Path:
    """Leave runs for review."""
    record = replace(merge_seeds(runs), history=(FIRST,))
    return ReferenceStore(root / ".repro" / "pending").write(record)


def leave_candidate(root: Path, *runs: RunRecord) -> Path:
    """Leave runs for review as a session does: with what they would supersede."""
    merged = merge_seeds(runs)
    identity = merged.identity
    store = ReferenceStore(root / "reference_runs")
    found = store.find(identity.experiment, identity.environment)
    own = found.match in {Match.EXACT, Match.KEY}
    record = revise(
        merged,
        found.record if own else None,
        reason="",
        created_utc="2026-02-03T04:05:06Z",
        created_by="pytest_repro 0.1.0",
        supersedes=found.sums if own else None,
    )
    return ReferenceStore(root / ".repro" / "pending").write(record)


def write_obtained(root: Path, *runs: RunRecord) -> None:
    """Leave runs as a session does."""
    for run in runs:
        folder = root / ".repro" / "runs" / experiment_folder(run.identity.experiment)
        seed = folder / f"seed-{run.anchor.seed}"
        seed.mkdir(parents=True)
        write_record(seed / "record", run)


def write_report(root: Path, *outcomes: Outcome) -> Path:
    """Leave the report of a session."""
    path = root / ".repro" / "report" / "report.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(report_json(Session(version="0.1.0", outcomes=outcomes)))
    return path


def outcome_of(
    run: RunRecord, rung: Rung, *, cause: Cause | None = None, seeds: Sequence[int] = ()
) -> Outcome:
    """Say what became of an experiment in a session."""
    verdict = Verdict(
        rung=rung, required=Rung.WITHIN_ROUNDING, reason="as planned", cause=cause
    )
    return Outcome(
        experiment=run.identity.experiment,
        action=Action.COMPARED,
        verdict=verdict,
        seeds=tuple(SeedVerdict(seed=seed, verdict=verdict) for seed in seeds),
        environment_key=run.identity.environment.key,
    )


def damage(folder: Path, name: str, old: bytes, new: bytes) -> None:
    """Change bytes of a stored file, as a careless hand does."""
    data = (folder / name).read_bytes()
    assert old in data
    (folder / name).write_bytes(data.replace(old, new))


def golden(name: str) -> str:
    """Read what a verb is known to print."""
    return (Path(__file__).parent / "golden" / name).read_text(encoding="utf-8")
