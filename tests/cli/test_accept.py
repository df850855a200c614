"""`pytest-repro accept`: a candidate becomes the reference, with a reason."""

import json
import zipfile
from pathlib import Path

import pytest

from pytest_repro.cli import main
from pytest_repro.records import RunRecord
from pytest_repro.references import ReferenceStore
from tests.cli.samples import (
    CNN,
    KEY,
    MLP,
    OTHER_KEY,
    Facts,
    leave_candidate,
    obtained_run,
    write_reference,
)

WHY = ("--reason", "a new kernel sums otherwise")

RULES = """\
[people]
ada = ["maintainer"]
grace = ["maintainer"]

[[rule]]
experiments = ["*"]
approvals = 2
roles = ["maintainer"]
min_reason = 20
"""


@pytest.fixture(autouse=True)
def _no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run under CI as well as elsewhere."""
    monkeypatch.delenv("CI", raising=False)


@pytest.fixture
def moved(project: Path) -> Path:
    """A project with one reference and a candidate that moved."""
    write_reference(project, obtained_run(Facts()))
    leave_candidate(project, obtained_run(Facts(accuracy=0.9375)))
    return project


def only_reference(project: Path) -> RunRecord:
    """Read the only reference of a project."""
    store = ReferenceStore(project / "reference_runs")
    (entry,) = store.entries()
    return store.read(entry.folder)


def waiting(project: Path) -> list[str]:
    """List the experiments that have a candidate."""
    store = ReferenceStore(project / ".repro" / "pending")
    return [entry.experiment for entry in store.entries()]


def archive_of(project: Path, name: str = "artifact.zip") -> Path:
    """Zip the candidates of a project as CI does, and drop them."""
    pending = project / ".repro" / "pending"
    path = project / name
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(pending.rglob("*")):
            if file.is_file() and ".staging" not in file.parts:
                archive.write(file, file.relative_to(pending))
    for entry in ReferenceStore(pending).entries():
        ReferenceStore(pending).drop(entry.folder)
    return path


def test_candidate_becomes_the_reference(
    moved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what was written, how far it moved, and where to look."""
    status = main(["accept", "mlp", *WHY, "--approved-by", "ada"])

    out = capsys.readouterr().out
    last = only_reference(moved).history[-1]
    assert status == 0
    assert (last.number, last.reason, last.approved_by) == (2, WHY[1], ("ada",))
    assert waiting(moved) == []
    assert f"accepted {MLP}" in out
    assert "+0.03125" in out
    assert "see it with: git diff reference_runs/" in out


def test_json_has_the_revision(moved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A script reads what stands in the reference."""
    del moved

    status = main(["accept", "mlp", *WHY, "--json"])

    (accepted,) = json.loads(capsys.readouterr().out)["accepted"]
    assert status == 0
    assert accepted["experiment"] == MLP
    assert accepted["revision"]["number"] == 2
    assert accepted["revision"]["drift"][0]["absolute"] == "0.03125"


def test_all_accepts_every_candidate(moved: Path) -> None:
    """One reason for all."""
    leave_candidate(moved, obtained_run(Facts(experiment=CNN)))

    status = main(["accept", "--all", *WHY])

    assert status == 0
    assert waiting(moved) == []
    assert len(ReferenceStore(moved / "reference_runs").entries()) == 2


def test_key_chooses_the_environment(project: Path) -> None:
    """Two environments of one experiment are two candidates."""
    for key in (KEY, OTHER_KEY):
        leave_candidate(project, obtained_run(Facts(key=key)))

    assert main(["accept", "mlp", *WHY]) == 64
    assert main(["accept", "mlp", *WHY, "--key", "avx512"]) == 0
    assert only_reference(project).identity.environment.key == OTHER_KEY


@pytest.mark.parametrize(
    ("argv", "status", "message"),
    [
        (["accept", "mlp"], 64, "required: --reason"),
        (["accept", "mlp", "--reason", "fix"], 64, "at least 10 characters"),
        (["accept", *WHY], 64, "name an experiment, or say --all"),
        (["accept", "mlp", "--all", *WHY], 64, "name an experiment, or say --all"),
        (["accept", "cnn", *WHY], 5, "no candidate for 'cnn'"),
        (["accept", "mlp", *WHY, "--key", "mac"], 5, "no environment of a candidate"),
        (["accept", "mlp", *WHY, "--from", "none.zip"], 3, "cannot be read"),
    ],
)
def test_what_cannot_be_accepted_is_told(
    moved: Path,
    capsys: pytest.CaptureFixture[str],
    argv: list[str],
    status: int,
    message: str,
) -> None:
    """And nothing is written."""
    found = main(argv)

    assert found == status
    assert message in capsys.readouterr().err
    assert len(only_reference(moved).history) == 1
    assert waiting(moved) == [MLP]


def test_without_candidates_there_is_nothing_to_accept(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script that accepts all must not take that for a success."""
    del project

    status = main(["accept", "--all", *WHY])

    assert status == 5
    assert "no candidate waits in .repro/pending" in capsys.readouterr().err


def test_conflicting_candidate_is_refused_with_both_digests(
    moved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody else changed the reference since this run."""
    write_reference(moved, obtained_run(Facts(accuracy=0.9)))

    status = main(["accept", "mlp", *WHY])

    err = capsys.readouterr().err
    assert status == 2
    assert "  candidate supersedes  sha256:" in err
    assert "  reference is          sha256:" in err
    assert waiting(moved) == [MLP]


def test_one_conflict_of_several_writes_nothing(moved: Path) -> None:
    """What is asked for at once is looked at as a whole first."""
    leave_candidate(moved, obtained_run(Facts(experiment=CNN)))
    write_reference(moved, obtained_run(Facts(accuracy=0.9)))

    status = main(["accept", "--all", *WHY])

    assert status == 2
    assert waiting(moved) == [CNN, MLP]


def test_rules_are_kept(moved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the approvals that the project asks for it gives 4, and says which."""
    (moved / "reference_runs" / "approvals.toml").write_text(RULES)

    alone = main(["accept", "mlp", *WHY, "--approved-by", "ada"])
    err = capsys.readouterr().err
    both = main(["accept", "mlp", *WHY, "--approved-by=ada", "--approved-by=grace"])

    assert (alone, both) == (4, 0)
    assert "may not be accepted: reference_runs/approvals.toml asks for" in err
    assert "2 approvals of ada, grace, there is that of ada" in err
    assert only_reference(moved).history[-1].approved_by == ("ada", "grace")


def test_misspelt_rule_stops_everything(
    moved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rule that cannot be read is not taken for none."""
    (moved / "reference_runs" / "approvals.toml").write_text("[[rul]]\n")

    status = main(["accept", "mlp", *WHY])

    assert status == 3
    assert "unknown key 'rul'; did you mean rule?" in capsys.readouterr().err
    assert waiting(moved) == [MLP]


def test_ci_accepts_nothing_unless_allowed(
    moved: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `--repro-update`: nobody would look at it."""
    monkeypatch.setenv("CI", "true")

    refused = main(["accept", "mlp", *WHY])
    err = capsys.readouterr().err
    allowed = main(["accept", "mlp", *WHY, "--allow-ci-update"])

    assert (refused, allowed) == (64, 0)
    assert "add --allow-ci-update" in err
    assert waiting(moved) == []


def test_archive_is_accepted(moved: Path) -> None:
    """The revision says from which bytes it was taken."""
    path = archive_of(moved)

    status = main(["accept", "mlp", *WHY, "--from", str(path)])

    assert status == 0
    assert only_reference(moved).history[-1].source.startswith("archive sha256:")


def test_archive_with_code_inside_is_refused(
    moved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a stranger added to an artifact stops all of it."""
    path = archive_of(moved)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("conftest.py", "raise SystemExit")

    status = main(["accept", "mlp", *WHY, "--from", str(path)])

    assert status == 3
    assert "there is no place for 'conftest.py'" in capsys.readouterr().err
    assert len(only_reference(moved).history) == 1
    assert not (moved / "conftest.py").exists()


def test_interrupted_accept_is_finished(moved: Path) -> None:
    """The reference is there already: the candidate goes, and nothing is added."""
    pending = ReferenceStore(moved / ".repro" / "pending")
    (entry,) = pending.entries()
    record = pending.read(entry.folder)
    main(["accept", "mlp", *WHY])
    pending.write(record)

    status = main(["accept", "mlp", *WHY])

    assert status == 0
    assert len(only_reference(moved).history) == 2
    assert waiting(moved) == []


def test_damaged_candidate_is_told(
    moved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is never "no candidate"."""
    store = ReferenceStore(moved / ".repro" / "pending")
    (entry,) = store.entries()
    (entry.folder / "seeds.tsv").write_text("no table\n")

    status = main(["accept", "mlp", *WHY])

    assert status == 3
    assert "seeds.tsv is not what was written" in capsys.readouterr().err


def test_creeping_drift_is_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each move of 0.00390625 is inside 0.005; three of them are not."""
    write_reference(project, obtained_run(Facts()))
    for number in (1, 2, 3):
        accuracy = 0.90625 + number * 0.00390625
        leave_candidate(project, obtained_run(Facts(accuracy=accuracy)))
        main(["accept", "mlp", *WHY])

    first, second, third = capsys.readouterr().out.split(f"accepted {MLP}")[1:]
    assert "creeping drift" not in first
    assert "sum of 2 rewrites" in second
    assert "creeping drift: test/accuracy went from 0.90625 to 0.917969" in third
