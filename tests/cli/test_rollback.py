"""An earlier approved state comes back as a new revision that explains itself."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.cli import main
from pytest_repro.records import RunRecord
from pytest_repro.references import ReferenceStore, encode, merge_seeds, revise
from tests.cli.samples import KEY, MLP, Facts, obtained_run, write_reference
from tests.provenance.repository import git

WHY = "--reason=the loader was right before"


RULES = """\
[[rule]]
experiments = ["*"]
people = ["ada"]
"""


@pytest.fixture(autouse=True)
def at_a_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run under CI as well as elsewhere."""
    monkeypatch.delenv("CI", raising=False)


def commit(project: Path, message: str) -> None:
    """Commit everything."""
    git(project, "add", "--all")
    git(project, "commit", "--quiet", f"--message={message}")


def bless(project: Path, accuracy: float, reason: str) -> None:
    """Approve another result, as `--repro-update` does."""
    store = ReferenceStore(project / "reference_runs")
    found = store.held(MLP, KEY)
    record = revise(
        merge_seeds([obtained_run(Facts(accuracy=accuracy))]),
        found.record,
        reason=reason,
        created_utc="2026-02-03T04:05:06Z",
        created_by="pytest_repro 0.1.0",
        supersedes=found.sums,
    )
    store.write(record)


@pytest.fixture
def blessed(project: Path) -> Path:
    """A project whose reference was rewritten twice, each state in a commit."""
    git(project, "init", "--quiet", "--initial-branch=main")
    write_reference(project, obtained_run(Facts()))
    commit(project, "first")
    bless(project, 0.875, "the loader drops the last batch")
    commit(project, "second")
    bless(project, 0.75, "and now shuffles twice")
    commit(project, "third")
    return project


def present(project: Path) -> RunRecord:
    """Read the reference in place."""
    record = ReferenceStore(project / "reference_runs").held(MLP, KEY).record
    assert record is not None
    return record


def content(record: RunRecord) -> dict[str, bytes]:
    """Return all of a record but its history."""
    return encode(replace(record, history=()))


def test_two_bad_approvals_are_undone(
    blessed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first state is there again, and the history tells the whole story."""
    before = present(blessed)

    status = main(["rollback", "mlp", "--to", "1", WHY])

    after = present(blessed)
    *past, last = after.history
    assert status == 0
    assert after.anchor.metrics == obtained_run(Facts()).anchor.metrics
    assert tuple(past) == before.history
    assert last.number == 4
    assert last.reason.startswith("rollback to revision 1 (")
    assert last.reason.endswith("): the loader was right before")
    assert [(one.metric, one.absolute) for one in last.drift] == [
        ("test/accuracy", 0.15625)
    ]
    assert "git diff -- reference_runs" in capsys.readouterr().out


def test_rules_for_approvals_hold_for_a_rollback(
    blessed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It changes a reference as much as any other revision; who approved is kept."""
    (blessed / "reference_runs" / "approvals.toml").write_text(RULES)
    before = present(blessed)

    refused = main(["rollback", "mlp", "--to", "1", WHY])
    assert (refused, present(blessed)) == (4, before)
    assert "1 approval of ada: add --approved-by NAME" in capsys.readouterr().err
    status = main(["rollback", "mlp", "--to", "1", WHY, "--approved-by", "ada"])

    assert status == 0
    assert present(blessed).history[-1].approved_by == ("ada",)


@pytest.mark.usefixtures("blessed")
def test_nobody_looks_under_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """There a reference is written only by a bot that is meant to."""
    monkeypatch.setenv("CI", "true")

    refused = main(["rollback", "mlp", "--to", "1", WHY])
    status = main(["rollback", "mlp", "--to", "1", WHY, "--allow-ci-update"])

    assert (refused, status) == (64, 0)


def test_the_new_revision_supersedes_what_was_in_place(blessed: Path) -> None:
    """So the chain of digests goes on, and every state stays in git."""
    store = ReferenceStore(blessed / "reference_runs")
    sums = store.held(MLP, KEY).sums

    main(["rollback", "mlp", "--to", "1", WHY])

    assert present(blessed).history[-1].supersedes == sums


def test_a_commit_names_a_state_as_well(blessed: Path) -> None:
    """Also one that did not change the reference."""
    (blessed / "README.md").write_text("more\n")
    commit(blessed, "unrelated")

    status = main(["rollback", "mlp", "--commit", "HEAD~2", WHY])

    assert status == 0
    assert present(blessed).history[-1].reason.startswith("rollback to revision 2 (")


def test_a_rollback_can_be_rolled_back(blessed: Path) -> None:
    """It is a revision as any other, once it is committed."""
    bad = content(present(blessed))
    main(["rollback", "mlp", "--to", "1", WHY])
    commit(blessed, "fourth")

    status = main(["rollback", "mlp", "--to", "3", "--reason=it was right after all"])

    assert status == 0
    assert content(present(blessed)) == bad
    assert len(present(blessed).history) == 5


def test_going_back_is_a_return_to_the_golden_path(
    blessed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The pinned state is held again, although its history is longer now."""
    main(["rollback", "mlp", "--to", "1", WHY])
    commit(blessed, "fourth")
    main(["golden", "pin", "mlp", "--owner", "vision"])
    bless(blessed, 0.5, "a third mistake")
    commit(blessed, "fifth")
    moved = main(["golden"])
    main(["rollback", "mlp", "--to", "4", WHY])
    capsys.readouterr()

    held = main(["golden"])

    assert (moved, held) == (1, 0)
    text = capsys.readouterr().out
    assert "held   revision 4, back since revision 6" in text


def test_the_approved_states_are_listed(
    blessed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With commit, day, reason and drift, the newest first."""
    status = main(["rollback", "mlp", "--list"])

    text = capsys.readouterr().out
    assert status == 0
    assert "revision 3  2026-02-03  and now shuffles twice  in place" in text
    assert "test/accuracy moved by -0.125" in text
    assert text.index("revision 3") < text.index("revision 2") < text.index("recorded")
    assert git(blessed, "rev-parse", "HEAD~2")[:10] in text


@pytest.mark.usefixtures("blessed")
def test_the_list_is_there_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    """Each approval with the commit that first held it."""
    main(["rollback", "mlp", "--json"])

    found = json.loads(capsys.readouterr().out)["approved"]
    assert [one["state"]["commit"]["subject"] for one in found] == [
        "third",
        "second",
        "first",
    ]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--to", "3", WHY], 64, "nothing would change"),
        (["--commit", "HEAD", WHY], 64, "nothing would change"),
        (["--to", "1"], 64, "--reason="),
        (["--to", "1", "--reason=short"], 64, "at least ten characters"),
        ([WHY], 64, "--reason explains --to NUMBER"),
        (["--to", "1", "--list"], 64, "not allowed with"),
        (["--to", "9", WHY], 5, "has no revision 9, only 1 to 3"),
        (["--to", "0", WHY], 5, "has no revision 0"),
        (["--commit", "nonsense", WHY], 5, "git knows no commit 'nonsense'"),
    ],
)
def test_what_has_no_meaning_is_refused(
    blessed: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
    message: str,
) -> None:
    """And nothing is written."""
    before = content(present(blessed))

    found = main(["rollback", "mlp", *arguments])

    assert found == status
    assert message in capsys.readouterr().err
    assert content(present(blessed)) == before


def test_a_state_with_the_same_content_is_no_way_back(
    blessed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a rollback has just restored it, doing so again changes nothing."""
    main(["rollback", "mlp", "--to", "1", WHY])
    commit(blessed, "fourth")

    status = main(["rollback", "mlp", "--to", "1", WHY])

    assert status == 64
    assert "nothing would change" in capsys.readouterr().err


def test_what_is_not_committed_is_not_lost(
    blessed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The state in place must be in git before another takes its place."""
    bless(blessed, 0.5, "and a third mistake")
    before = present(blessed)

    status = main(["rollback", "mlp", "--to", "1", WHY])

    message = capsys.readouterr().err
    assert status == 3
    assert "would be lost" in message
    assert "git restore -- reference_runs/" in message
    assert present(blessed) == before


def test_a_state_that_was_never_committed_cannot_be_restored(
    blessed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is listed all the same, since the history names it."""
    bless(blessed, 0.5, "a third mistake")
    bless(blessed, 0.25, "and a fourth one")
    commit(blessed, "fifth")

    status = main(["rollback", "mlp", "--to", "4", WHY])
    message = capsys.readouterr().err
    main(["rollback", "mlp"])

    assert status == 5
    assert "git does not have revision 4" in message
    assert "not in git: it cannot be restored" in capsys.readouterr().out


def test_a_state_of_another_history_is_not_believed(
    blessed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A reference that was deleted and recorded anew begins a history of its own."""
    git(blessed, "rm", "-rq", "reference_runs/experiments")
    write_reference(blessed, obtained_run(Facts(accuracy=0.5)))
    commit(blessed, "anew")

    status = main(["rollback", "mlp", "--commit", "HEAD~1", WHY])

    assert status == 3
    assert "nobody can tell that it was approved" in capsys.readouterr().err


def test_a_damaged_state_is_not_restored(
    blessed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sums are checked: a commit may hold what no session has written."""
    sums = ReferenceStore(blessed / "reference_runs").held(MLP, KEY).folder
    assert sums is not None
    good = {path.name: path.read_bytes() for path in sums.iterdir()}
    git(blessed, "checkout", "--quiet", "HEAD~2")
    table = sums / "seeds.tsv"
    table.write_bytes(table.read_bytes().replace(b"0.90625", b"0.99999"))
    git(blessed, "commit", "--quiet", "--all", "--amend", "--message=first, forged")
    for name, data in good.items():
        (sums / name).write_bytes(data)
    commit(blessed, "third")

    status = main(["rollback", "mlp", "--to", "1", WHY])

    assert status == 3
    assert "seeds.tsv is not what was written" in capsys.readouterr().err


def test_a_shallow_clone_says_how_to_get_the_rest(
    blessed: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The state is not gone, only not here."""
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{blessed}", "clone")

    root = ["--root", str(tmp_path / "clone")]
    status = main(["rollback", "mlp", "--to", "1", WHY, *root])

    assert status == 5
    assert "git fetch --unshallow" in capsys.readouterr().err


def test_without_git_there_is_no_way_back(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The history of files is git's."""
    write_reference(project, obtained_run(Facts()))

    status = main(["rollback", "mlp", "--list"])

    assert status == 2
    assert "not in a repository" in capsys.readouterr().err
