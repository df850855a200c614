"""`pytest-repro diff`: the verdict of a session, and what a person asks next."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.cli import main
from pytest_repro.records import Contract, Equivalent, Rung
from pytest_repro.references import write_record
from tests.cli.samples import (
    KEY,
    LOSSES,
    MLP,
    OTHER_KEY,
    Facts,
    golden,
    obtained_run,
    outcome_of,
    write_obtained,
    write_reference,
    write_report,
)

OTHER_LOSSES = (2.25, 1.5, 1.25, 1.0)
CHANGED = Facts(
    accuracy=0.875,
    losses=OTHER_LOSSES,
    code={"commit": "9f8e7d6c"},
    facts={"package.numpy": "2.4.1", "torch.version": "2.12.0", "memory": 17},
)


def record_at(root: Path, name: str, facts: Facts) -> str:
    """Write a record into a folder of its own; returns its path."""
    write_record(root / name, obtained_run(facts))
    return name


def test_golden_diff(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole text of a run that parted, with the likeliest causes first."""
    write_reference(project, obtained_run(Facts()))
    write_obtained(project, obtained_run(CHANGED))

    status = main(["diff", "mlp"])

    assert status == 1
    assert capsys.readouterr().out == golden("diff.txt")


def test_golden_diff_of_equal_runs(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole text of a run with the same bits."""
    write_reference(project, obtained_run(Facts()))
    write_obtained(project, obtained_run(Facts()))

    status = main(["diff", "mlp"])

    assert status == 0
    assert capsys.readouterr().out == golden("diff_equal.txt")


def test_json_tells_the_same(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Machines get verdict, places, gaps and circumstances as values."""
    write_reference(project, obtained_run(Facts()))
    write_obtained(project, obtained_run(CHANGED))

    status = main(["diff", "mlp", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert told["exit"] == status == 1
    assert told["verdict"]["rung"] == "DIVERGED"
    assert told["differences"][0]["divergence"]["step"] == 2
    assert told["metrics"][0]["absolute"] == "-0.03125"
    assert [one["suspect"] for one in told["circumstances"]] == [
        "code",
        "arithmetic",
        "packages",
        "rest",
    ]


def test_the_first_seed_that_fails_is_shown(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All seeds of the session are judged, and the detail is of the one that fails."""
    runs = obtained_run(Facts()), obtained_run(Facts(seed=1, accuracy=0.5))
    write_reference(project, obtained_run(Facts()), obtained_run(Facts(seed=1)))
    write_obtained(project, *runs)
    write_report(project, outcome_of(runs[0], Rung.DIVERGED, seeds=(0, 1)))

    status = main(["diff", "mlp"])

    out = capsys.readouterr().out
    assert status == 1
    assert "seeds      0 IDENTICAL, 1 DIVERGED" in out
    assert "final metrics of seed 1" in out
    assert "one by one, the reference keeps them of seed 0" in out


def test_a_seed_is_judged_alone(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With `--seed` the others do not count."""
    write_reference(project, obtained_run(Facts()), obtained_run(Facts(seed=1)))
    write_obtained(
        project, obtained_run(Facts()), obtained_run(Facts(seed=1, accuracy=0.5))
    )

    statuses = [main(["diff", "mlp", "--seed", seed]) for seed in ("0", "1")]

    assert statuses == [0, 1]
    assert "seeds      1 DIVERGED" in capsys.readouterr().out


def test_a_seed_that_was_not_obtained_cannot_be_judged(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The seeds that were obtained are named."""
    write_reference(project, obtained_run(Facts()))
    write_obtained(project, obtained_run(Facts()))

    status = main(["diff", "mlp", "--seed", "4"])

    assert status == 2
    assert "with seed 4 was obtained, only 0" in capsys.readouterr().err


def test_several_seeds_can_show_equivalence(project: Path) -> None:
    """What one seed leaves open, the seeds of the session answer together."""
    contract = Contract(
        seeds=8,
        tolerances=(("test/accuracy", Equivalent(0.1)),),
        required=Rung.EQUIVALENT,
    )
    facts = [
        Facts(contract=contract, seed=seed, accuracy=0.75 + seed / 64)
        for seed in range(8)
    ]
    write_reference(project, *map(obtained_run, facts))
    runs = [obtained_run(replace(one, accuracy=one.accuracy + 1 / 64)) for one in facts]
    write_obtained(project, *runs)
    write_report(project, outcome_of(runs[0], Rung.EQUIVALENT, seeds=range(8)))

    together = main(["diff", "mlp"])
    alone = main(["diff", "mlp", "--seed", "0"])

    assert together == 0
    assert alone == 2


def test_a_key_chooses_the_reference(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another environment's reference is held to what may be compared with it."""
    write_reference(project, obtained_run(Facts()))
    write_reference(project, obtained_run(Facts(key=OTHER_KEY)))
    write_obtained(project, obtained_run(Facts()))

    status = main(["diff", "mlp", "--key", "avx512"])

    out = capsys.readouterr().out
    assert status == 0
    assert f"test_digits_mlp/{OTHER_KEY}\n" in out
    assert "of another environment" in out


def test_an_unknown_key_has_no_reference(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An environment that was named and has no reference gives 5."""
    write_reference(project, obtained_run(Facts()))
    write_obtained(project, obtained_run(Facts()))

    status = main(["diff", "mlp", "--key", "hopper"])

    assert status == 5
    assert f"no environment of {MLP} for 'hopper'" in capsys.readouterr().err


def test_an_obtained_run_needs_no_reference_to_be_found(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new experiment is known by the report, and told how to get a reference."""
    run = obtained_run(Facts())
    write_obtained(project, run)
    write_report(project, outcome_of(run, Rung.DIVERGED, seeds=(0,)))

    status = main(["diff", "mlp"])

    assert status == 5
    assert capsys.readouterr().err == (
        f"pytest-repro: no reference of {MLP} for {KEY}\n"
        f'  record it: pytest --repro --repro-record "{MLP}"\n'
    )


@pytest.mark.parametrize(
    ("obtained", "status"),
    [(Facts(), 0), (Facts(losses=OTHER_LOSSES), 0), (CHANGED, 1)],
)
def test_two_folders_are_compared(project: Path, obtained: Facts, status: int) -> None:
    """Records from anywhere, such as a CI artifact, need no store."""
    record_at(project, "a", obtained)
    record_at(project, "b", Facts())

    assert main(["diff", "a", "b"]) == status


@pytest.mark.parametrize(("argv", "status"), [(["b", "a"], 2), (["a", "b"], 5)])
def test_a_missing_folder_is_named(
    project: Path, capsys: pytest.CaptureFixture[str], argv: list[str], status: int
) -> None:
    """Without a run nothing can be judged; without the other it has no reference."""
    record_at(project, "a", Facts())

    found = main(["diff", *argv])

    assert found == status
    assert "there is no folder b" in capsys.readouterr().err


def test_a_folder_without_a_record_is_an_integrity_error(project: Path) -> None:
    """What should be a record and is none is not "missing"."""
    record_at(project, "a", Facts())
    (project / "b").mkdir()

    assert main(["diff", "a", "b"]) == 3


@pytest.mark.parametrize("option", [["--key", "avx2"], ["--seed", "0"]])
def test_two_folders_leave_nothing_to_choose(project: Path, option: list[str]) -> None:
    """An option that would be ignored is refused."""
    record_at(project, "a", Facts())

    assert main(["diff", "a", "a", *option]) == 64


def test_seeds_that_are_not_compared_are_counted(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of two references only the anchors can be compared, and it says so."""
    folder = write_reference(
        project, obtained_run(Facts()), obtained_run(Facts(seed=1))
    )

    main(["diff", str(folder), str(folder)])

    assert "0 IDENTICAL, 1 more obtained and not compared" in capsys.readouterr().out


def test_a_trace_that_ends_early_is_placed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The step at which one side has no more points is where they part."""
    write_reference(project, obtained_run(Facts()))
    write_obtained(project, obtained_run(Facts(losses=LOSSES[:2])))

    main(["diff", "mlp"])

    out = capsys.readouterr().out
    assert "first divergence at step 2 (train/loss)" in out
    assert "train/loss  parts at step 2: ended at step 1 against 1.125" in out


def test_a_seed_that_the_reference_lacks_is_said(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is claimed of traces that have no other side."""
    write_reference(project, obtained_run(Facts()))
    write_obtained(project, obtained_run(Facts(seed=3)))

    main(["diff", "mlp"])

    out = capsys.readouterr().out
    assert "the reference has no such seed; it keeps them of seed 0" in out
    assert "same bits" not in out


def test_comparing_writes_nothing(project: Path) -> None:
    """Neither references nor runs are touched."""
    write_reference(project, obtained_run(Facts()))
    write_obtained(project, obtained_run(CHANGED))
    before = {path: path.stat().st_mtime_ns for path in sorted(project.rglob("*"))}

    main(["diff", "mlp"])

    after = {path: path.stat().st_mtime_ns for path in sorted(project.rglob("*"))}
    assert after == before
