"""The first rung: bits, all of them, and nothing that is no result."""

from dataclasses import replace

import pytest

from pytest_repro.digests import Digest, digest_of_bytes
from pytest_repro.records import Match, Rung, RunRecord
from tests.verdicts.making import Made, approve, judged, make_fingerprint, thin

OTHER = digest_of_bytes(b"other")


def test_same_run_is_identical_and_says_what_was_compared() -> None:
    """A run against itself holds on the highest rung, with counts in the reason."""
    run = Made().run()

    verdict = judged(run, run)

    assert verdict.rung is Rung.IDENTICAL
    assert verdict.reason == "same bits: 1 final metric, 1 trace, 1 fingerprint"
    assert verdict.divergence is None
    assert verdict.findings == ()
    assert verdict.holds


def test_order_of_events_is_not_compared() -> None:
    """Two runs that differ only in the positions of events are identical."""
    run = Made().run()
    (series,) = run.series
    moved = replace(
        run,
        series=(replace(series, orders=tuple(o + 7 for o in series.orders)),),
        state=tuple(replace(item, order=item.order + 7) for item in run.state),
    )

    verdict = judged(moved, run)

    assert verdict.rung is Rung.IDENTICAL


def test_evidence_never_decides() -> None:
    """Another fingerprint of a random generator, or none, changes no verdict."""
    run = Made().run()
    noisy = replace(
        run,
        state=(*run.state, make_fingerprint("rng", 3, "other", is_evidence=True)),
    )

    verdict = judged(noisy, run)

    assert verdict.rung is Rung.IDENTICAL


def test_thinned_reference_is_identical_to_the_whole_run() -> None:
    """How many points a side keeps is no result."""
    run = Made(traces={"train/loss": tuple(range(1, 25))}).run()
    thinned = replace(run, series=(thin(run.series[0], 10),))

    verdict = judged(run, thinned)

    assert verdict.rung is Rung.IDENTICAL


def test_minus_zero_is_not_zero() -> None:
    """The sign of zero is a bit like any other."""
    reference = Made(metrics={"test/loss": 0.0}).run()
    obtained = Made(metrics={"test/loss": -0.0}).run()

    verdict = judged(obtained, reference)

    assert verdict.rung is Rung.DIVERGED
    assert verdict.reason == "test/loss differs: -0.0 against 0.0"
    assert verdict.divergence is not None
    assert verdict.divergence.obtained_bits == "0x8000000000000000"


def test_one_bit_in_the_last_step_is_seen() -> None:
    """The smallest change at the end of a trace is not identical."""
    reference = Made(traces={"train/loss": (3.0, 2.0, 1.0)}).run()
    obtained = Made(traces={"train/loss": (3.0, 2.0, 1.0000000000000002)}).run()

    verdict = judged(obtained, reference)

    assert verdict.rung is Rung.DIVERGED
    assert verdict.reason == (
        "train/loss differs at step 2: 1.0000000000000002 against 1.0"
    )


def change_row(run: RunRecord, **fields: Digest) -> RunRecord:
    """Change the row of the anchor and nothing else."""
    return replace(run, seeds=(replace(run.anchor, **fields),))  # type: ignore[arg-type]  # roots


def change_series(run: RunRecord, **fields: object) -> RunRecord:
    """Change fields of the only trace and nothing else."""
    return replace(run, series=(replace(run.series[0], **fields),))  # type: ignore[arg-type]  # fields of Series


def change_state(run: RunRecord, **fields: object) -> RunRecord:
    """Change fields of the only fingerprint and nothing else."""
    return replace(run, state=(replace(run.state[0], **fields),))  # type: ignore[arg-type]  # fields of Fingerprint


RUN = Made().run()
SERIES = RUN.series[0]

FAULTS = {
    "trace root": (change_row(RUN, trace_root=OTHER), "traces"),
    "state root": (change_row(RUN, state_root=OTHER), "fingerprints"),
    "head": (change_series(RUN, head=OTHER), "train/loss"),
    "count": (change_series(RUN, count=SERIES.count + 1), "train/loss"),
    "bits": (
        change_series(RUN, bits=(*SERIES.bits[:-1], "3ff0000000000001")),
        "train/loss",
    ),
    "chain": (
        change_series(RUN, chains=(*SERIES.chains[:-1], "0" * 16)),
        "train/loss",
    ),
    "step": (change_series(RUN, steps=(*SERIES.steps[:-1], 99)), "train/loss"),
    "fingerprint": (change_state(RUN, digest=OTHER), "weights"),
    "fingerprint step": (change_state(RUN, step=2), "weights"),
    "fingerprint twice": (replace(RUN, state=(*RUN.state, *RUN.state)), "weights"),
}


@pytest.mark.parametrize(("faulty", "path"), FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("is_swapped", [False, True])
def test_each_deciding_field_decides_alone(
    faulty: RunRecord, path: str, *, is_swapped: bool
) -> None:
    """One field that disagrees is enough, though all others agree, on either side."""
    verdict = judged(RUN, faulty) if is_swapped else judged(faulty, RUN)

    assert verdict.rung is Rung.DIVERGED
    assert verdict.divergence is not None
    assert verdict.divergence.path == path
    assert verdict.divergence.obtained != verdict.divergence.reference


def test_fingerprints_interleaved_in_another_way_are_not_identical() -> None:
    """The sequence of moments counts, also where each name's own sequence agrees."""
    first, second = make_fingerprint("a", 1, "x"), make_fingerprint("b", 1, "y")
    reference = replace(Made().run(), state=(first, second))
    obtained = replace(reference, state=(second, first))

    verdict = judged(obtained, reference)

    assert verdict.rung is Rung.DIVERGED
    assert "b at step 1" in verdict.reason


def test_seed_that_is_not_the_anchor_is_compared_by_its_roots() -> None:
    """A later row has no traces, and its digests decide in their place."""
    rows = [Made(seed=seed, metrics={"test/loss": seed + 0.5}).run() for seed in (0, 1)]
    reference = approve(*rows)
    other = replace(rows[1], seeds=(replace(rows[1].anchor, state_root=OTHER),))

    same, parted = judged(rows[1], reference), judged(other, reference)

    assert same.rung is Rung.IDENTICAL
    assert parted.rung is Rung.DIVERGED
    assert parted.reason == "fingerprints differs"


def test_same_bits_from_another_environment_are_identical_and_named() -> None:
    """Equal bits are equal bits; the reference's key is told."""
    run = Made().run()

    verdict = judged(run, run, match=Match.NEAREST)

    assert verdict.rung is Rung.IDENTICAL
    assert verdict.reason.endswith(
        "though the reference is of linux-x86_64-avx2-cpu-torch2.13"
    )
