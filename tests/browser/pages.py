"""A report with one experiment of each kind, made of records as workers write them."""

from dataclasses import replace
from typing import Final

from pytest_repro.digests import digest_of_bytes
from pytest_repro.records import (
    Action,
    Cause,
    Contract,
    Divergence,
    Equivalent,
    Match,
    Outcome,
    Problem,
    Rung,
    RunRecord,
    SeedVerdict,
    Session,
    Verdict,
)
from pytest_repro.references import merge_seeds
from pytest_repro.reports.sheets import Sheet, Sources, sheet_of
from pytest_repro.reports.to_html import report_html
from pytest_repro.verdicts import fold, judge
from pytest_repro.verdicts.envelopes import with_envelopes
from tests.cli.samples import FIRST, Facts, obtained_run
from tests.reports.test_scorecards import CARD

SEEDS: Final = range(10)
MARGIN: Final = Contract(seeds=8, tolerances=(("test/accuracy", Equivalent(0.05)),))
NO_STATE: Final = digest_of_bytes(b"")
LOSSES: Final = tuple(2.0 / (step + 1) for step in range(600))


def run_of(
    name: str, *, seed: int = 0, far: float = 0.0, contract: Contract = MARGIN
) -> RunRecord:
    """Record a run without states; `far` moves its losses and its accuracy."""
    run = obtained_run(
        Facts(
            experiment=f"experiments/test_{name}.py::test_{name}",
            seed=seed,
            accuracy=0.9 + 0.002 * (seed * 7 % 10) + far,
            losses=[loss + far + 0.01 * seed for loss in LOSSES],
            contract=contract,
        )
    )
    row = replace(run.anchor, state_root=NO_STATE)
    return replace(run, state=(), seeds=(row,))


def reference_of(
    name: str, *, contract: Contract = MARGIN, is_noisy: bool = True
) -> RunRecord:
    """Approve ten seeds of an experiment, with an envelope around the first."""
    first, *others = (run_of(name, seed=seed, contract=contract) for seed in SEEDS)
    if not is_noisy:
        return replace(merge_seeds([first, *others]), history=(FIRST,))
    noisy = [run_of(name, far=far, contract=contract) for far in (1e-6, -2e-6, 3e-6)]
    anchor = with_envelopes(first, noisy, noise="noise-v1")
    return replace(merge_seeds([anchor, *others]), history=(FIRST,))


def compared(
    name: str, far: float, *, seeds: int = 1, is_noisy: bool = True
) -> tuple[Outcome, Sources]:
    """Hold seeds that are so far away against their reference."""
    reference = reference_of(name, is_noisy=is_noisy)
    runs = [run_of(name, seed=seed, far=far) for seed in range(seeds)]
    verdicts = [
        judge(run, reference, contract=MARGIN, match=Match.EXACT) for run in runs
    ]
    outcome = Outcome(
        experiment=runs[0].identity.experiment,
        action=Action.COMPARED,
        verdict=fold(
            list(zip(runs, verdicts, strict=True)),
            reference,
            contract=MARGIN,
            match=Match.EXACT,
        ),
        seeds=tuple(
            SeedVerdict(seed=run.anchor.seed, verdict=verdict, wall_s=1.5)
            for run, verdict in zip(runs, verdicts, strict=True)
        ),
        seeds_allowed=8,
        wall_s=1.5 * seeds,
        environment_key=reference.identity.environment.key,
        reference=f"reference_runs/{name}",
    )
    return outcome, Sources(reference=reference, obtained=tuple(runs))


def crashed() -> tuple[Outcome, Sources]:
    """Describe a run that ended with a traceback."""
    verdict = Verdict(
        rung=Rung.NOT_COMPARABLE,
        required=Rung.WITHIN_ROUNDING,
        reason="ValueError: loss is not finite",
        cause=Cause.FAILED,
        divergence=Divergence(
            path="train/loss", step=3, obtained="nan", reference="0.5"
        ),
    )
    outcome = Outcome(
        experiment="experiments/test_gru.py::test_gru",
        action=Action.COMPARED,
        verdict=verdict,
        details="Traceback\n" + "  a long line of a traceback, again and again\n" * 40,
        escapes=("random.random() in experiments/test_gru.py:7",),
        message="seeds of an earlier session count",
    )
    return outcome, Sources(unread=("the reference cannot be read: no such file",))


def other(action: Action) -> tuple[Outcome, Sources]:
    """Describe an experiment that was not compared."""
    outcome, sources = compared(action.value, 0.0)
    return replace(outcome, action=action, message="as asked"), sources


def varied() -> tuple[Outcome, Sources]:
    """Describe an experiment that was run under variations."""
    outcome, _ = compared("varied", 0.0)
    return replace(outcome, action=Action.VARIED, seeds=(), scorecard=CARD), Sources()


EVERY: Final = (
    crashed(),
    compared("mlp", 0.4),
    compared("cnn", 1e-6),
    compared("walk", 0.001, seeds=4, is_noisy=False),
    compared("same", 0.0),
    other(Action.RECORDED),
    other(Action.UPDATED),
    other(Action.SKIPPED),
    other(Action.UNCHANGED),
    varied(),
)
SESSION: Final = Session(
    version="0.1.0",
    outcomes=tuple(outcome for outcome, _ in EVERY),
    problems=(
        Problem(name="ORPHAN", message="a reference without its test\nprune it"),
    ),
    report=".repro/report",
    wall_s=93.5,
)
SHEETS: Final[tuple[Sheet, ...]] = tuple(sheet_of(*one) for one in EVERY)
PAGE: Final = report_html(SESSION, SHEETS)
