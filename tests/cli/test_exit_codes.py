"""Every exit status means one thing, for every verb that can give it."""

from pathlib import Path

import pytest

from pytest_repro.cli import main
from pytest_repro.cli.exits import Exit, exit_for
from pytest_repro.records import Cause, Contract, Equivalent, Rung, Verdict
from tests.cli.samples import (
    KEY,
    OTHER_KEY,
    Facts,
    damage,
    obtained_run,
    write_obtained,
    write_reference,
)

TRACE = "trace.tsv"


def verdict(rung: Rung, required: Rung, cause: Cause | None = None) -> Verdict:
    """Make a verdict."""
    return Verdict(rung=rung, required=required, reason="", cause=cause)


def test_statuses_are_those_of_the_interface() -> None:
    """Scripts rely on the numbers, so none may change unnoticed."""
    assert {status.name: int(status) for status in Exit} == {
        "HOLDS": 0,
        "DIFFERS": 1,
        "CANNOT_JUDGE": 2,
        "INTEGRITY": 3,
        "POLICY": 4,
        "NO_REFERENCE": 5,
        "USAGE": 64,
    }


@pytest.mark.parametrize("argv", [["list"], ["show", "mlp"], ["diff", "mlp"]])
def test_zero_when_all_holds(
    project: Path, capsys: pytest.CaptureFixture[str], argv: list[str]
) -> None:
    """A reference that is whole and held gives 0 and no complaint."""
    write_reference(project, obtained_run(Facts()))
    write_obtained(project, obtained_run(Facts()))

    status = main(argv)

    assert status == 0
    assert capsys.readouterr().err == ""


def test_one_when_a_run_differs(project: Path) -> None:
    """A metric outside its tolerance gives 1."""
    write_reference(project, obtained_run(Facts()))
    write_obtained(project, obtained_run(Facts(accuracy=0.5)))

    status = main(["diff", "mlp"])

    assert status == 1


def test_two_when_nothing_was_obtained(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without an obtained run there is nothing to judge, and it says how to run it."""
    write_reference(project, obtained_run(Facts()))

    status = main(["diff", "mlp"])

    assert status == 2
    assert "run it: pytest --repro " in capsys.readouterr().err


def test_two_when_seeds_are_too_few(project: Path) -> None:
    """One seed cannot show equivalence of distributions."""
    contract = Contract(tolerances=(("test/accuracy", Equivalent(0.1)),))
    write_reference(project, obtained_run(Facts(contract=contract)))
    write_obtained(project, obtained_run(Facts(contract=contract, accuracy=0.875)))

    status = main(["diff", "mlp"])

    assert status == 2


def test_two_when_config_changed(project: Path) -> None:
    """Another question has no reference answer."""
    write_reference(project, obtained_run(Facts()))
    write_obtained(project, obtained_run(Facts(config={"depth": "3"})))

    status = main(["diff", "mlp"])

    assert status == 2


@pytest.mark.parametrize("argv", [["list"], ["show", "mlp"], ["diff", "mlp"]])
@pytest.mark.parametrize(
    ("name", "old"), [(TRACE, b"2.25"), ("run.json", b"{"), ("SHA256SUMS", b"  ")]
)
def test_three_when_the_reference_is_damaged(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    argv: list[str],
    name: str,
    old: bytes,
) -> None:
    """A reference that is not what was written gives 3 and says what to do."""
    folder = write_reference(project, obtained_run(Facts()))
    write_obtained(project, obtained_run(Facts()))
    damage(folder, name, old, b"9.75")

    status = main(argv)

    printed = capsys.readouterr()
    words = " ".join((printed.out + printed.err).split())
    assert status == 3
    assert "remedy restore the folder with 'git restore" in words


@pytest.mark.parametrize("argv", [["list"], ["show", "mlp"], ["diff", "mlp"]])
def test_five_without_any_reference(project: Path, argv: list[str]) -> None:
    """No store at all gives 5."""
    status = main(argv)

    assert status == 5
    assert not (project / "reference_runs").exists()


def test_five_when_the_seed_has_no_reference(project: Path) -> None:
    """A seed that the reference lacks has no reference."""
    write_reference(project, obtained_run(Facts()))
    write_obtained(project, obtained_run(Facts(seed=7)))

    status = main(["diff", "mlp"])

    assert status == 5


def test_five_when_the_environment_has_no_reference(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A reference of another system is none, and the keys that exist are named."""
    other = f"windows-{KEY.partition('-')[2]}"
    write_reference(project, obtained_run(Facts(key=other)))
    write_obtained(project, obtained_run(Facts()))

    status = main(["diff", "mlp"])

    assert status == 5
    assert f"--key {other}" in capsys.readouterr().err


def test_another_environment_is_not_a_reference_without_margins(project: Path) -> None:
    """The nearest environment's reference cannot judge bits: 2, and never 1."""
    write_reference(project, obtained_run(Facts(key=OTHER_KEY)))
    write_obtained(project, obtained_run(Facts(accuracy=0.5)))

    status = main(["diff", "mlp"])

    assert status == 2


def test_a_folder_that_is_gone_is_not_a_verdict(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """When the system refuses, nothing was judged."""
    project.joinpath("pyproject.toml").unlink()
    project.rmdir()

    status = main(["list"])

    assert status == 2
    assert "No such file or directory" in capsys.readouterr().err


def test_a_fault_of_the_tool_is_not_a_verdict(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An exception of ours gives 2 and a traceback: 1 would read as "differs"."""
    del project

    status = main([None])  # type: ignore[list-item]  # the fault is planted

    assert status == 2
    assert "a fault of its own" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (verdict(Rung.IDENTICAL, Rung.IDENTICAL), Exit.HOLDS),
        (verdict(Rung.EQUIVALENT, Rung.EQUIVALENT), Exit.HOLDS),
        (verdict(Rung.WITHIN_ROUNDING, Rung.IDENTICAL), Exit.DIFFERS),
        (verdict(Rung.DIVERGED, Rung.EQUIVALENT), Exit.DIFFERS),
        (verdict(Rung.INCONCLUSIVE, Rung.EQUIVALENT), Exit.CANNOT_JUDGE),
    ],
)
def test_status_follows_the_verdict(found: Verdict, status: Exit) -> None:
    """A rung below the one required differs; an undecided one cannot be judged."""
    assert exit_for(found) is status


@pytest.mark.parametrize("cause", list(Cause))
def test_no_cause_holds(cause: Cause) -> None:
    """Whatever stands in the way of a comparison, the status is not 0 and not 1."""
    status = exit_for(verdict(Rung.NOT_COMPARABLE, Rung.EQUIVALENT, cause))

    assert status not in {Exit.HOLDS, Exit.DIFFERS}
