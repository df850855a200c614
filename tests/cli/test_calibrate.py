"""`pytest-repro calibrate`: what a reference says about margins before one is made."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.cli import main
from pytest_repro.cli.dotplot import CENTRE, DOT, LEFT, MARK, RIGHT, dotplot
from pytest_repro.records import Metric, Replica, Rounding, RunRecord, Scalar
from pytest_repro.references import ReferenceStore, merge_seeds
from pytest_repro.verdicts.calibration import calibrate, calibrate_traces
from pytest_repro.verdicts.designs import Design
from tests.cli.samples import FIRST, Facts, golden, obtained_run

ACCURACIES = (0.90625, 0.890625, 0.921875, 0.90625, 0.875, 0.9375, 0.90625, 0.921875)
NUMBERS = st.floats(-1e6, 1e6)


def reference() -> RunRecord:
    """A reference of eight seeds, two replicas and an envelope that doubles."""
    runs = [
        obtained_run(Facts(seed=seed, accuracy=accuracy))
        for seed, accuracy in enumerate(ACCURACIES)
    ]
    merged = merge_seeds(runs)
    rows = [obtained_run(Facts(accuracy=value)).anchor for value in (0.90625, 0.921875)]
    replicas = tuple(Replica(number=n, result=row) for n, row in enumerate(rows, 1))
    (trace,) = merged.series
    return replace(
        merged,
        history=(FIRST,),
        series=(replace(trace, envelope=(0.0, 0.001, 0.002, 0.016)),),
        rounding=Rounding(noise="noise-v1", replicas=replicas),
    )


def test_golden_calibration(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole screen."""
    ReferenceStore(project / "reference_runs").write(reference())

    status = main(["calibrate", "mlp", "--seeds", "8"])

    assert status == 0
    assert capsys.readouterr().out == golden("calibrate.txt")


def test_machine_reads_the_same(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With every number in full."""
    ReferenceStore(project / "reference_runs").write(reference())

    main(["calibrate", "mlp", "--json"])

    answer = json.loads(capsys.readouterr().out)
    assert answer["new_seeds"] == 2
    assert [one["name"] for one in answer["metrics"]] == ["test/accuracy"]
    assert float(answer["metrics"][0]["rounding"]) == 0.015625


def test_nothing_is_written(project: Path) -> None:
    """Margins are a person's to make."""
    store = project / "reference_runs"
    ReferenceStore(store).write(reference())
    before = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}

    main(["calibrate", "mlp"])

    after = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    assert after == before


def test_one_seed_says_what_is_missing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No spread, no margin, and how to get an envelope."""
    record = replace(merge_seeds([obtained_run(Facts())]), history=(FIRST,))
    ReferenceStore(project / "reference_runs").write(record)

    status = main(["calibrate", "mlp"])

    shown = capsys.readouterr().out
    assert status == 0
    assert "record again with --repro-replicas" in shown
    assert "test/accuracy  0.90625         -       -          -          -" in shown


@pytest.mark.parametrize("count", ["0", "-3"])
def test_no_seeds_are_refused(
    project: Path, capsys: pytest.CaptureFixture[str], count: str
) -> None:
    """Nothing can be shown by none."""
    ReferenceStore(project / "reference_runs").write(reference())

    status = main(["calibrate", "mlp", "--seeds", count])

    assert status == 64
    assert "--seeds is a number from 1 on" in capsys.readouterr().err


def test_more_seeds_support_smaller_margins() -> None:
    """On either side, and never below what the other side's spread allows."""
    (few,) = calibrate(reference(), Design(max_seeds=3))
    (many,) = calibrate(reference(), Design(max_seeds=10))

    assert few.supported_margin is not None
    assert many.supported_margin is not None
    assert many.supported_margin < few.supported_margin
    margins = [many.margin_with(count, Design(max_seeds=10)) for count in (5, 10, 40)]
    assert margins == sorted(margins, key=lambda margin: -(margin or 0.0))


def test_growth_of_rounding_is_measured_where_it_is_positive() -> None:
    """Four doublings in two steps, from step 1 on; one per cent at the last."""
    (trace,) = calibrate_traces(reference())

    assert (trace.first, trace.last) == (0.001, 0.016)
    assert trace.doubling == pytest.approx(0.5)
    assert trace.exact_until == 3


@given(
    st.lists(NUMBERS, min_size=1, max_size=6),
    st.lists(NUMBERS, max_size=3),
    st.floats(0, 1e6),
    st.integers(3, 60),
)
def test_everything_lies_on_the_axis(
    dots: list[float], marks: list[float], margin: float, width: int
) -> None:
    """Whatever is drawn; the ends are symmetric around the centre."""
    low, line, high = dotplot(
        dots, marks=marks, centre=dots[0], margin=margin, width=width
    )

    assert len(line) <= width
    assert low <= min(dots + marks)
    assert high >= max(dots + marks)
    assert math.isclose(dots[0] - low, high - dots[0], abs_tol=1e-6)
    assert DOT in line
    assert set(line) <= {*f" ─{CENTRE}{LEFT}{RIGHT}{DOT}{MARK}"}


def test_curves_are_calibrated_like_final_metrics() -> None:
    """Who wants a curve to be equivalent needs to know which margin it supports."""
    record = reference()
    bins = [
        Metric(name="train/loss steps 0-3", scalar=Scalar.of(n)) for n in ACCURACIES
    ]
    seeds = tuple(
        replace(row, derived=(one,))
        for row, one in zip(record.seeds, bins, strict=True)
    )

    found = calibrate(replace(record, seeds=seeds), Design(max_seeds=8))

    assert [one.name for one in found] == ["test/accuracy", "train/loss steps 0-3"]
    assert found[0].spread == found[1].spread
