"""A session of many experiments on disk, as a real one would leave it.

Most have the same bits, some are equivalent, with a first seed within rounding or
without, and some diverged. Every record is whole and has sums of its own; traces of
experiments of a kind are the same, so their files are links to one.
"""

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

from pytest_repro.digests import digest_of_bytes
from pytest_repro.experiment import Circumstances, Recorder, assemble
from pytest_repro.records import (
    Action,
    Contract,
    Environment,
    Equivalent,
    Match,
    Outcome,
    Resources,
    Revision,
    RunRecord,
    SeedVerdict,
    Session,
)
from pytest_repro.references import (
    encode,
    experiment_folder,
    merge_seeds,
    reference_folder,
)
from pytest_repro.references.admission import FORMAT, FORMAT_LINE
from pytest_repro.references.format import RUN, SUMS
from pytest_repro.references.run_file import write_run
from pytest_repro.references.sums import SIGNATURE, write_sums
from pytest_repro.reports import PAGE, report_json
from pytest_repro.verdicts import fold, judge
from pytest_repro.verdicts.envelopes import with_envelopes

__all__ = ["KINDS", "Size", "make"]

KEY: Final = "linux-x86_64-avx2-cpu-torch2.13"
CONTRACT: Final = Contract(
    seeds=10, tolerances=(("test/accuracy", Equivalent(0.02)),), horizon=1
)
FIRST: Final = Revision(
    number=1, created_utc="2026-01-02T03:04:05Z", created_by="pytest_repro 0.1.0"
)

KINDS: Final[Mapping[str, float]] = {
    "identical": 0.0,
    "rounding": 1e-7,
    "equivalent": 1e-3,
    "diverged": 0.2,
}
"""How far the losses of each kind of experiment are moved."""

PLAN: Final = ("identical",) * 7 + ("rounding", "equivalent", "diverged")
"""The kinds of ten experiments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a session is.

    Attributes:
        experiments: How many experiments.
        seeds: Obtained runs of each.
        steps: Points of each trace.
    """

    experiments: int
    seeds: int
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One experiment, to be written under many names.

    Attributes:
        outcome: What became of it.
        reference: The approved run.
        runs: The obtained ones.
    """

    outcome: Outcome
    reference: RunRecord
    runs: Sequence[RunRecord]


def make(root: Path, size: Size) -> Path:
    """Write a project.

    Args:
        root: An empty folder.
        size: How large.

    Returns:
        Where its page will be.
    """
    kinds = {name: _kind(far, size, name=name) for name, far in KINDS.items()}
    files = {name: _files(root / "kinds" / name, kind) for name, kind in kinds.items()}
    (root / "reference_runs").mkdir()
    (root / "reference_runs" / FORMAT).write_bytes(FORMAT_LINE)
    outcomes = []
    for number in range(size.experiments):
        name = PLAN[number % len(PLAN)]
        test = f"experiments/test_{number // 25:03}.py::test_{name}_{number:04}"
        outcomes.append(_write(root, test, kinds[name], files[name]))
    session = Session(
        version="0.1.0",
        outcomes=tuple(outcomes),
        report=".repro/report",
        wall_s=60.0 * size.experiments,
    )
    (root / ".repro" / "report").mkdir()
    path = root / ".repro" / "report" / "report.json"
    path.write_bytes(report_json(session))
    return path.with_name(PAGE)


def _kind(far: float, size: Size, *, name: str) -> Kind:
    recorded = [_run(seed, size) for seed in range(size.seeds)]
    if name != "equivalent":
        noisy = [_run(0, size, far=noise) for noise in (1e-7, -2e-7, 3e-7)]
        recorded[0] = with_envelopes(recorded[0], noisy, noise="noise-v1")
    reference = replace(merge_seeds(recorded), history=(FIRST,))
    runs = [_run(seed, size, far=far) for seed in range(size.seeds)]
    verdicts = [
        judge(run, reference, contract=CONTRACT, match=Match.KEY) for run in runs
    ]
    outcome = Outcome(
        experiment=name,
        action=Action.COMPARED,
        verdict=fold(
            list(zip(runs, verdicts, strict=True)),
            reference,
            contract=CONTRACT,
            match=Match.KEY,
        ),
        seeds=tuple(
            SeedVerdict(seed=run.anchor.seed, verdict=verdict, wall_s=6.0)
            for run, verdict in zip(runs, verdicts, strict=True)
        ),
        seeds_allowed=size.seeds,
        wall_s=6.0 * size.seeds,
        environment_key=KEY,
    )
    return Kind(outcome=outcome, reference=reference, runs=runs)


def _run(seed: int, size: Size, *, far: float = 0.0) -> RunRecord:
    random = Random(seed)  # noqa: S311  # a curve to draw, no secret
    recorder = Recorder()
    for step in range(size.steps):
        noise = random.gauss(0, 0.05)
        loss = 0.3 + 2.0 * math.exp(-4 * step / size.steps) * (1 + noise)
        recorder.log("train/loss", loss + far, step)
    recorder.log("test/accuracy", 0.9 + random.gauss(0, 0.005) - far, None)
    recorder.finish()
    return assemble(recorder, _around(seed), resources=Resources(wall_s=6.0))


def _around(seed: int) -> Circumstances:
    facts = {"torch.version": "2.13.0", "package.numpy": "2.4.0"}
    names = ("os", "arch", "isa", "accelerator", "framework")
    return Circumstances(
        experiment="experiment",
        seed=seed,
        config={"depth": "2"},
        contract=CONTRACT,
        environment=Environment(
            key=KEY,
            axes=tuple(zip(names, KEY.split("-"), strict=True)),
            digest=digest_of_bytes(KEY.encode()),
            facts=facts,
        ),
        code={"commit": "1a2b3c4d"},
        determinism={"threads": 1},
    )


def _files(folder: Path, kind: Kind) -> list[dict[str, bytes]]:
    """Encode the reference and the runs once, and leave their files to be linked."""
    encoded = [encode(kind.reference)]
    encoded += [encode(run, max_trace_bytes=None) for run in kind.runs]
    for number, files in enumerate(encoded):
        (folder / str(number)).mkdir(parents=True)
        for name, data in files.items():
            (folder / str(number) / name).write_bytes(data)
    return encoded


def _write(
    root: Path, test: str, kind: Kind, files: Sequence[Mapping[str, bytes]]
) -> Outcome:
    source = root / "kinds" / kind.outcome.experiment
    for number, (record, target) in enumerate(_targets(root, test, kind)):
        own = replace(record, identity=replace(record.identity, experiment=test))
        target.mkdir(parents=True)
        data = {**files[number], RUN: write_run(own)}
        listed = {name: data[name] for name in data if name not in {SUMS, SIGNATURE}}
        data[SUMS] = write_sums(listed)
        for name, content in data.items():
            if name in {RUN, SUMS}:
                (target / name).write_bytes(content)
            else:
                os.link(source / str(number) / name, target / name)
    reference = f"reference_runs/{reference_folder(test, KEY)}"
    return replace(kind.outcome, experiment=test, reference=reference)


def _targets(root: Path, test: str, kind: Kind) -> Iterator[tuple[RunRecord, Path]]:
    yield kind.reference, root / "reference_runs" / reference_folder(test, KEY)
    runs = root / ".repro" / "runs" / experiment_folder(test)
    for run in kind.runs:
        yield run, runs / f"seed-{run.anchor.seed}" / "record"
