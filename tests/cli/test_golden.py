"""The golden path on one screen: what is held, what moved, who agreed to what."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_repro.cli import main
from pytest_repro.records import Equivalent, Rung
from pytest_repro.references import ReferenceStore, merge_seeds, revise
from tests.cli.samples import (
    CONTRACT,
    KEY,
    MLP,
    OTHER_KEY,
    Facts,
    damage,
    obtained_run,
    outcome_of,
    write_obtained,
    write_reference,
    write_report,
)
from tests.provenance.repository import git

DEVIATION = f"""
[[deviation]]
experiment = "{MLP}"
items = [ITEMS]
owner = "alice"
reason = "a deeper net is tried"
approved = 2026-11-01
expires = 2026-11-30
"""


def commit(project: Path, message: str) -> None:
    """Commit everything, in a repository that is made where there is none."""
    git(project, "init", "--quiet")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", f"--message={message}")


def pin(project: Path) -> Path:
    """Record a reference, put it on the golden path, and commit both."""
    write_reference(project, obtained_run(Facts()))
    assert main(["golden", "pin", "mlp", "--owner", "vision"]) == 0
    commit(project, "known good")
    return project / "reference_runs" / "golden.toml"


def rewrite(project: Path, what: Facts, reason: str) -> None:
    """Approve another run as the next revision of the reference."""
    store = ReferenceStore(project / "reference_runs")
    found = store.held(MLP, what.key)
    store.write(
        revise(
            merge_seeds([obtained_run(what)]),
            found.record,
            reason=reason,
            created_utc="2026-11-02T03:04:05Z",
            created_by="pytest_repro 0.1.0",
            supersedes=found.sums,
        )
    )


def declare(file: Path, items: str) -> None:
    """Declare a deviation until the end of November."""
    file.write_text(file.read_text() + DEVIATION.replace("ITEMS", items))


def audit(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, Any]:
    """Audit as of the last day of November: status, text and what machines read."""
    capsys.readouterr()
    words = ["golden", "--today", "2026-11-30", *arguments]
    status = main(words)
    text = capsys.readouterr().out
    main([*words, "--json"])
    return status, text, json.loads(capsys.readouterr().out)


def test_a_pinned_reference_is_held(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing departs: status 0, and the owner is named."""
    pin(project)

    status, text, data = audit(capsys)

    assert status == 0
    assert "held   revision 1, owner vision" in text
    assert data["audit"]["departed"] == []


def test_without_a_path_nothing_is_known_good(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says how to begin one."""
    write_reference(project, obtained_run(Facts()))

    status = main(["golden"])

    assert status == 5
    assert "golden pin EXPERIMENT --owner NAME" in capsys.readouterr().err


def test_a_reference_that_moved_says_by_which_revision(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each revision since is listed, with its day and reason."""
    pin(project)
    rewrite(project, Facts(accuracy=0.875), "the loader was mended")
    rewrite(project, Facts(accuracy=0.75), "and mended again")

    status, text, _ = audit(capsys)

    assert status == 1
    assert "MOVED  owner vision" in text
    assert "revision 2, 2026-11-02: the loader was mended" in text
    assert "revision 3, 2026-11-02: and mended again" in text
    assert "test/accuracy moved by -0.156" in text


def test_other_settings_are_found_in_a_rewritten_reference(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The pinned state is read from git, and what was asked is compared."""
    pin(project)
    rewrite(
        project,
        Facts(
            config={"depth": "3"},
            data=b"other",
            contract=replace(
                CONTRACT, seeds=1, tolerances=(("test/accuracy", Equivalent(0.5)),)
            ),
        ),
        "a deeper net is better",
    )

    _, text, data = audit(capsys)

    assert [one["departure"]["item"] for one in data["audit"]["departed"]] == [
        "reference",
        "config.depth",
        "data.digits.csv",
        "protocol.metrics.test/accuracy",
        "protocol.seeds",
    ]
    assert "obtained  Equivalent(0.5)" in text
    assert "golden    Close(rtol=0, atol=0.005)" in text


def test_a_state_that_git_does_not_have_is_no_agreement(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without git nothing is compared with what was pinned, and that is said."""
    write_reference(project, obtained_run(Facts()))
    main(["golden", "pin", "mlp", "--owner", "vision"])
    rewrite(project, Facts(config={"depth": "3"}), "a deeper net is better")
    declare(project / "reference_runs" / "golden.toml", '"reference"')

    status, text, _ = audit(capsys)

    assert status == 2
    assert "cannot be read (not in a repository)" in " ".join(text.split())


@pytest.mark.parametrize(
    ("day", "status", "told"),
    [
        ("2026-11-01", 0, "30 days left"),
        ("2026-11-30", 0, "1 day left"),
        ("2026-12-01", 4, "expired 2026-11-30"),
        ("2026-10-31", 1, "nobody agreed to it"),
    ],
)
def test_a_deviation_covers_until_it_expires(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    day: str,
    status: int,
    told: str,
) -> None:
    """From the day of its approval to its last day, both included."""
    file = pin(project)
    rewrite(project, Facts(config={"depth": "3"}), "a deeper net is better")
    declare(file, '"reference", "config.*"')

    found, text, _ = audit(capsys, "--today", day)

    assert found == status
    assert told in text


def test_a_deviation_covers_what_it_names_and_nothing_else(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A covered depth does not cover other data."""
    file = pin(project)
    rewrite(project, Facts(config={"depth": "3"}, data=b"other"), "a deeper net")
    declare(file, '"reference", "config.depth"')

    status, text, data = audit(capsys)

    assert status == 1
    assert [
        one["departure"]["item"]
        for one in data["audit"]["departed"]
        if one["cover"] == "undeclared"
    ] == ["data.digits.csv"]
    assert "off the path, and nobody agreed to it" in text


def test_what_nothing_needs_is_to_be_taken_out(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who has returned to the path is not punished for a declaration that is left."""
    declare(pin(project), '"reference"')

    status, text, _ = audit(capsys, "--today", "2027-01-01")

    assert status == 0
    assert "1 unneeded: take them out" in text


def test_the_last_run_is_held_against_the_path_too(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Settings that were changed and not recorded are found all the same."""
    pin(project)
    run = obtained_run(Facts(config={"depth": "4"}))
    write_obtained(project, run)
    write_report(project, outcome_of(run, Rung.DIVERGED, seeds=[0]))

    status, text, _ = audit(capsys)

    assert status == 1
    assert "config.depth of the last run" in text


def test_a_reference_that_is_gone_is_missing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was pinned and is not there has a status of its own."""
    file = pin(project)
    file.write_text(file.read_text().replace(KEY, OTHER_KEY))

    status, text, _ = audit(capsys)

    assert status == 5
    assert "MISSING  no such reference, owner vision" in text


def test_a_damaged_reference_is_told_first(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No agreement is read from what nobody can read."""
    pin(project)
    (folder,) = (project / "reference_runs").rglob(KEY)
    damage(folder, "trace.tsv", b"2.25", b"9.75")

    status, text, _ = audit(capsys)

    assert status == 3
    assert "UNREADABLE" in text


def test_pinning_anew_is_the_agreement(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The owner stays, and the path has one pin as before."""
    pin(project)
    rewrite(project, Facts(accuracy=0.875), "the loader was mended")

    assert main(["golden", "pin", "mlp"]) == 0

    status, text, data = audit(capsys)
    assert status == 0
    assert "held   revision 2, owner vision" in text
    assert len(data["audit"]["stations"]) == 1


def test_a_number_is_pinned_where_every_environment_is(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pins for `*` hold a revision of each environment, and stay numbers."""
    file = pin(project)
    write_reference(project, obtained_run(Facts(key=OTHER_KEY)))
    text = file.read_text().replace(KEY, "*")
    sums = next(line for line in text.splitlines() if line.startswith("sums"))
    file.write_text(text.replace(sums, "revision = 1"))
    rewrite(project, Facts(accuracy=0.875), "the loader was mended")

    status, shown, _ = audit(capsys)
    main(["golden", "pin", "mlp", "--key", KEY])

    assert status == 1
    assert f"{OTHER_KEY}  held   revision 1" in shown
    assert f"{KEY}    MOVED" in shown
    assert "revision = 2" in file.read_text()


def test_comments_are_not_lost(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where writing would lose one, the entry is shown, to be put in by hand."""
    file = pin(project)
    file.write_text(file.read_text() + "# ask vision first\n")
    before = file.read_bytes()

    status = main(["golden", "pin", "mlp", "--owner", "bob"])

    assert status == 2
    assert 'owner = "bob"' in capsys.readouterr().err
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["pin", "mlp"], "add --owner NAME"),
        (["pin"], "pinning takes an experiment"),
        (["pin", "mlp", "--today", "2026-01-01"], "and no day"),
        (["--owner", "x"], "--owner is for: pytest-repro golden pin"),
        (["--today", "soon"], "--today is a day such as"),
    ],
)
def test_words_without_meaning_are_refused(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    """Each with what is wrong."""
    write_reference(project, obtained_run(Facts()))

    status = main(["golden", *arguments])

    assert status == 64
    assert message in capsys.readouterr().err


def test_a_path_without_meaning_is_no_agreement(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelt key is told and never ignored."""
    file = pin(project)
    file.write_text(file.read_text().replace("owner", "ownr"))

    status = main(["golden"])

    assert status == 3
    assert "did you mean owner?" in capsys.readouterr().err


def test_the_store_does_not_mind_the_path(project: Path) -> None:
    """References are listed and read with the file beside them."""
    pin(project)

    assert main(["list"]) == 0
    assert len(ReferenceStore(project / "reference_runs").entries()) == 1
