"""`pytest-repro review` without a terminal: facts and commands instead of questions."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_repro.cli import main
from tests.cli.samples import (
    CNN,
    MLP,
    Facts,
    damage,
    leave_candidate,
    obtained_run,
    write_reference,
)
from tests.cli.test_accept import RULES, archive_of, waiting


@pytest.fixture(autouse=True)
def _no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run under CI as well as elsewhere."""
    monkeypatch.delenv("CI", raising=False)


@pytest.fixture
def moved(project: Path) -> Path:
    """A project with one reference and a candidate of another commit that moved."""
    write_reference(project, obtained_run(Facts()), obtained_run(Facts(seed=1)))
    changed = Facts(accuracy=0.9375, code={"commit": "ffff"})
    leave_candidate(project, obtained_run(changed), obtained_run(Facts(seed=1)))
    return project


def test_facts_and_commands_are_shown(
    moved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Verdict, drift, what was not the same, and what to type next."""
    del moved

    status = main(["review"])

    out = capsys.readouterr().out
    assert status == 1
    assert "DIVERGED, WITHIN ROUNDING is required" in out
    assert "supersedes   revision 1 of 2026-01-02, sha256:" in out
    assert "test/accuracy" in out
    assert "the same bits" in out
    assert "code.commit" in out
    assert f'accept it  pytest-repro accept "{MLP}" --reason "…"' in out
    assert f'reject it  pytest-repro reject "{MLP}" --reason "…"' in out
    assert out.endswith("1 candidate waits; nothing was asked: this is no terminal\n")


def test_commands_can_be_typed(moved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is shown works, once the reason is filled in."""
    main(["review"])
    out = capsys.readouterr().out
    (line,) = [one for one in out.splitlines() if "accept it" in one]
    words = shlex.split(line.partition("accept it")[2].replace("…", "a good reason"))

    done = subprocess.run(
        [sys.executable, "-m", "pytest_repro", *words[1:]],
        cwd=moved,
        check=False,
        capture_output=True,
        stdin=subprocess.DEVNULL,
    )

    assert done.returncode == 0
    assert waiting(moved) == []


def test_two_looks_print_the_same_bytes(
    moved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing of the time of the look is in it."""
    del moved

    main(["review", "--json"])
    first = capsys.readouterr().out
    main(["review", "--json"])
    second = capsys.readouterr().out

    assert first == second
    (candidate,) = json.loads(first)["candidates"]
    assert candidate["experiment"] == MLP
    assert candidate["verdict"]["rung"] == "DIVERGED"
    assert candidate["revision"]["created_utc"] == "2026-02-03T04:05:06Z"


def test_nothing_waits(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty desk is 0."""
    del project

    status = main(["review"])

    assert status == 0
    assert capsys.readouterr().out == "no candidate waits in .repro/pending\n"


def test_first_reference_has_nothing_to_drift_from(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says that it would be the first."""
    leave_candidate(project, obtained_run(Facts(experiment=CNN)))

    main(["review"])

    out = capsys.readouterr().out
    assert "nothing: it would be the first reference" in out
    assert "drift" not in out


def test_stale_candidate_has_no_commands_that_fail_late(
    moved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both digests stand where the facts would."""
    write_reference(moved, obtained_run(Facts(accuracy=0.9)))

    status = main(["review"])

    out = capsys.readouterr().out
    assert status == 1
    assert "candidate supersedes  sha256:" in out
    assert "accept it" not in out
    assert "reject it" in out


def test_damaged_candidate_is_told_beside_the_others(
    moved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It gives 3, and what can be read is shown."""
    folder = leave_candidate(moved, obtained_run(Facts(experiment=CNN)))
    damage(folder, "seeds.tsv", b"0.9", b"0.8")

    status = main(["review"])

    printed = capsys.readouterr()
    assert status == 3
    assert MLP in printed.out
    assert "seeds.tsv is not what was written" in printed.err


def test_archive_can_be_looked_at(
    moved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything of it is accepted; the command names it, and none rejects it."""
    path = archive_of(moved)

    status = main(["review", "--from", str(path)])

    out = capsys.readouterr().out
    assert status == 1
    assert f'accept it  pytest-repro accept "{MLP}" --from "{path}"' in out
    assert "reject it" not in out


def test_rules_are_shown_before_anybody_tries(
    moved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who must approve, and how long a reason must be."""
    (moved / "reference_runs" / "approvals.toml").write_text(RULES)

    main(["review"])

    out = capsys.readouterr().out
    assert "asks for     2 approvals of ada, grace: add --approved-by NAME" in out
    assert "a reason of at least 20 characters\n" in out


def test_names_cannot_act_on_the_terminal(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A node id from a stranger's branch neither clears the screen nor reverses it."""
    name = "t.py::test_\x1b[2J\u202eevil"
    leave_candidate(project, obtained_run(Facts(experiment=name)))

    main(["review"])

    out = capsys.readouterr().out
    assert "t.py::test_[2Jevil" in out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_markdown_for_a_comment(
    moved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A heading and a drift table for each; a stale one says why instead."""
    leave_candidate(moved, obtained_run(Facts(experiment=CNN)))
    main(["review", "--markdown"])
    out = capsys.readouterr().out
    write_reference(moved, obtained_run(Facts(accuracy=0.9)))
    main(["review", "mlp", "--markdown"])
    stale = capsys.readouterr().out

    assert out.startswith("## Waiting for review\n\n### <code>experiments/")
    assert "| <code>test/accuracy</code> | +0.01562 |" in out
    assert "<code>it would be the first reference</code>" in out
    assert "<code>candidate supersedes  sha256\\:" in stale


def test_run_that_no_session_leaves_is_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A forged candidate, whose metric is no number, cannot become a reference."""
    leave_candidate(project, obtained_run(Facts(accuracy=float("nan"))))

    looked = main(["review"])
    out = capsys.readouterr().out
    accepted = main(["accept", "mlp", "--reason", "it is what it is, they say"])

    assert looked == 1
    assert "cannot be a reference: seed 0: test/accuracy is nan" in out
    assert "accept it" not in out
    assert accepted == 64
    assert waiting(project) == [MLP]
