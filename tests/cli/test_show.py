"""`pytest-repro show`: one record on one screen."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro import wire
from pytest_repro.cli import main
from pytest_repro.cli.portrait import portrait_lines
from pytest_repro.digests import digest_of_bytes
from pytest_repro.records import (
    Cause,
    Drift,
    Failure,
    Metric,
    Revision,
    Rung,
    Scalar,
    Scorecard,
)
from pytest_repro.references import experiment_folder
from tests.cli.samples import (
    CNN,
    FIRST,
    KEY,
    MLP,
    OTHER_KEY,
    Facts,
    damage,
    golden,
    obtained_run,
    outcome_of,
    write_obtained,
    write_reference,
    write_report,
)
from tests.verdicts.partners import REFERENCE

SECOND = Revision(
    number=2,
    created_utc="2026-02-03T04:05:06Z",
    created_by="pytest_repro 0.1.0",
    reason="the new optimizer is the one of the paper",
    supersedes=digest_of_bytes(b""),
    drift=(
        Drift(metric="test/accuracy", absolute=0.01, relative=0.0125),
        Drift(metric="train/loss", absolute=-0.5, relative=-0.25, first_step=1),
    ),
)


def test_golden_reference(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole screen of a reference of two seeds and two revisions."""
    runs = obtained_run(Facts()), obtained_run(Facts(seed=1, accuracy=0.875))
    write_reference(project, *runs, history=(FIRST, SECOND))

    status = main(["show", "mlp"])

    assert status == 0
    assert capsys.readouterr().out == golden("show.txt")


def test_creeping_drift_is_summed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two steps of one per cent are shown as two per cent, too."""
    third = replace(SECOND, number=3)
    write_reference(project, obtained_run(Facts()), history=(FIRST, SECOND, third))

    main(["show", "mlp"])

    assert (
        "  sum  test/accuracy moved by +0.02 (+2.500%)\n"
        "       train/loss moved by -1 (-50.000%) from step 1\n"
    ) in capsys.readouterr().out


def test_obtained_shows_the_seeds_of_the_last_session(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seeds that an earlier session left behind are not mixed in."""
    runs = [obtained_run(Facts(seed=seed)) for seed in range(3)]
    write_obtained(project, *runs)
    write_report(project, outcome_of(runs[0], Rung.DIVERGED, seeds=(0, 2)))

    status = main(["show", "mlp", "--obtained", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert status == 0
    assert told["role"] == "obtained"
    assert [row["seed"] for row in told["record"]["seeds"]] == [0, 2]


@pytest.mark.parametrize(("part", "status"), [("mlp", 2), ("unheard-of", 5)])
def test_without_an_obtained_run_there_is_nothing_to_show(
    project: Path, part: str, status: int
) -> None:
    """An experiment that did not run cannot be judged; an unknown one is unknown."""
    write_reference(project, obtained_run(Facts()))

    assert main(["show", part, "--obtained"]) == status


def test_json_holds_the_whole_record(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bits, not only what fits on a screen."""
    write_reference(project, obtained_run(Facts()))

    main(["show", "mlp", "--json"])

    record = json.loads(capsys.readouterr().out)["record"]
    assert record["series"][0]["bits"][0] == "4002000000000000"
    assert record["identity"]["experiment"] == MLP


@pytest.mark.parametrize(
    "part", [MLP, "test_digits_mlp", "mlp", "_mlp", "py::test_digits_m"]
)
def test_any_unambiguous_part_will_do(
    project: Path, capsys: pytest.CaptureFixture[str], part: str
) -> None:
    """A node id, a test's name, or any other part of one name."""
    write_reference(project, obtained_run(Facts()))
    write_reference(project, obtained_run(Facts(experiment=CNN)))

    status = main(["show", part])

    assert status == 0
    assert capsys.readouterr().out.startswith(f"{MLP}\n")


def test_a_whole_name_beats_a_longer_one(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`test_digits_mlp` means itself although `test_digits_mlp_wide` exists."""
    write_reference(project, obtained_run(Facts()))
    write_reference(project, obtained_run(Facts(experiment=f"{MLP}_wide")))

    status = main(["show", "test_digits_mlp"])

    assert status == 0
    assert capsys.readouterr().out.startswith(f"{MLP}\n")


def test_an_ambiguous_part_lists_the_candidates(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The caller must choose, so it is a usage error with the choices."""
    write_reference(project, obtained_run(Facts()))
    write_reference(project, obtained_run(Facts(experiment=CNN)))

    status = main(["show", "digits"])

    assert status == 64
    assert capsys.readouterr().err == (
        f"pytest-repro: 'digits' names 2 experiments; which one?\n  {CNN}\n  {MLP}\n"
    )


def test_an_unknown_name_gets_the_nearest(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A swapped letter is found."""
    write_reference(project, obtained_run(Facts()))

    status = main(["show", "digist_mlp"])

    assert status == 5
    assert capsys.readouterr().err == (
        "pytest-repro: no experiment for 'digist_mlp'\n"
        f"  nearest: {MLP}\n"
        "  see what there is with: pytest-repro list\n"
    )


def test_an_unknown_name_beside_damage_is_an_integrity_error(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be read may be what was asked for, so it is never "missing"."""
    (write_reference(project, obtained_run(Facts())) / "run.json").write_text("{")

    status = main(["show", "mlp"])

    assert status == 3
    assert f"test_digits_mlp/{KEY}" in capsys.readouterr().err


def test_damage_elsewhere_does_not_matter(project: Path) -> None:
    """A whole reference is shown beside a damaged one."""
    write_reference(project, obtained_run(Facts()))
    other = write_reference(project, obtained_run(Facts(experiment=CNN)))
    (other / "run.json").write_text("{")

    status = main(["show", "mlp"])

    assert status == 0


def test_several_environments_need_a_key(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which one is meant cannot be guessed; each is offered ready to be typed."""
    write_reference(project, obtained_run(Facts()))
    write_reference(project, obtained_run(Facts(key=OTHER_KEY)))

    status = main(["show", "mlp"])

    assert status == 64
    assert f"  --key {KEY}\n  --key {OTHER_KEY}\n" in capsys.readouterr().err


@pytest.mark.parametrize("key", ["avx512", OTHER_KEY])
def test_a_key_chooses_the_environment(
    project: Path, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    """Any part of a key will do."""
    write_reference(project, obtained_run(Facts()))
    write_reference(project, obtained_run(Facts(key=OTHER_KEY)))

    status = main(["show", "mlp", "--key", key])

    assert status == 0
    assert f"environment  {OTHER_KEY}" in capsys.readouterr().out


def test_the_last_session_chooses_the_environment(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a key it is the environment in which the experiment ran last."""
    write_reference(project, obtained_run(Facts()))
    other = obtained_run(Facts(key=OTHER_KEY))
    write_reference(project, other)
    write_report(project, outcome_of(other, Rung.IDENTICAL))

    status = main(["show", "mlp"])

    assert status == 0
    assert f"environment  {OTHER_KEY}" in capsys.readouterr().out


def test_an_unknown_key_has_no_reference(project: Path) -> None:
    """An environment without a reference gives 5."""
    write_reference(project, obtained_run(Facts()))

    status = main(["show", "mlp", "--key", "hopper"])

    assert status == 5


def test_a_key_has_no_meaning_for_obtained_runs(project: Path) -> None:
    """An option that would be ignored is refused."""
    write_obtained(project, obtained_run(Facts()))

    status = main(["show", "mlp", "--obtained", "--key", "avx2"])

    assert status == 64


def test_sums_are_checked(project: Path) -> None:
    """A reference whose numbers were edited is not shown."""
    folder = write_reference(project, obtained_run(Facts()))
    damage(folder, "seeds.tsv", b"0.90625", b"0.99999")

    status = main(["show", "mlp"])

    assert status == 3


def test_a_failed_run_says_why() -> None:
    """The cause stands at the top of what a crashed run left."""
    failure = Failure(cause=Cause.OUT_OF_MEMORY, message="killed at 3 GiB")
    run = replace(obtained_run(Facts()), failure=failure)

    lines = portrait_lines(run, role="obtained", folder="here")

    assert any("out of memory: killed at 3 GiB" in line for line in lines)


def test_a_screen_is_80_columns_and_says_what_it_leaves_out() -> None:
    """Many seeds, metrics, traces and revisions are counted where they do not fit."""
    run = obtained_run(Facts(losses=[math.pi / step for step in range(1, 200)]))
    scalar = Scalar.of(math.pi)
    row = replace(
        run.anchor,
        metrics=tuple(Metric(name=f"test/metric-{i}", scalar=scalar) for i in range(9)),
    )
    large = replace(
        run,
        seeds=tuple(replace(row, seed=seed) for seed in range(30)),
        series=tuple(replace(run.series[0], name=f"train/{i}") for i in range(20)),
        history=tuple(replace(SECOND, number=number) for number in range(1, 9)),
    )

    lines = portrait_lines(large, role="reference", folder="here")

    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line.startswith("  …")] == [
        "  … 20 more seeds, see --json",
        "  … 6 more metrics, see --json",
        "  … 8 more traces, see --json",
        "  … 3 more earlier revisions, see --json",
    ]


def test_newest_scorecard_is_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What bits depend on stands below the reference, once that was found out."""
    write_reference(project, obtained_run(Facts()))
    folder = project / ".repro" / "vary" / experiment_folder(MLP)
    folder.mkdir(parents=True)
    card = Scorecard(experiment=MLP, seed=0, effects=())
    (folder / "scorecard.json").write_bytes(wire.write(card))

    status = main(["show", "mlp"])

    assert status == 0
    assert "bits depend on         nothing that was varied" in capsys.readouterr().out


def test_scorecard_that_cannot_be_read_hides_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It may be of another version; the reference is shown all the same."""
    write_reference(project, obtained_run(Facts()))
    folder = project / ".repro" / "vary" / experiment_folder(MLP)
    folder.mkdir(parents=True)
    (folder / "scorecard.json").write_text("{}")

    status = main(["show", "mlp"])

    assert status == 0
    assert "bits depend on" not in capsys.readouterr().out


def test_seeds_that_ran_twice_are_counted() -> None:
    """They are what other environments can be compared with, seed by seed."""
    shown = "\n".join(portrait_lines(REFERENCE, role="reference", folder="here"))

    assert "noise-v1, 1 replicas" in shown
    assert "10 seeds ran twice" in shown
