"""What a session says about the golden path, asked without a session."""

import datetime as dt
from pathlib import Path

import pytest

from pytest_repro.cli import main
from pytest_repro.records import Rung
from pytest_repro.references import ReferenceStore, merge_seeds, revise
from pytest_repro.replication.golden_problems import find_golden_problems
from tests.cli.samples import (
    KEY,
    MLP,
    Facts,
    damage,
    obtained_run,
    outcome_of,
    write_obtained,
    write_reference,
)

DEVIATION = f"""
[[deviation]]
experiment = "{MLP}"
items = ["reference"]
owner = "alice"
reason = "a deeper net is tried"
approved = 2026-11-01
expires = 2026-11-30
"""


@pytest.fixture
def pinned(tmp_path: Path) -> ReferenceStore:
    """A store with one reference on the golden path, in no git repository."""
    root = tmp_path / "project"
    write_reference(root, obtained_run(Facts()))
    words = ["golden", "pin", "mlp", "--owner", "vision", "--root", str(root)]
    assert main(words) == 0
    return ReferenceStore(root / "reference_runs")


def messages(store: ReferenceStore, *ran: Facts) -> list[str]:
    """Hold a session in November against the path."""
    runs = [obtained_run(one) for one in ran]
    write_obtained(store.base, *runs)
    found = find_golden_problems(
        store,
        {
            run.identity.experiment: outcome_of(run, Rung.IDENTICAL, seeds=[0])
            for run in runs
        },
        runs=store.base / ".repro" / "runs",
        today=dt.date(2026, 11, 30),
    )
    assert all(one.name == "GOLDEN" and one.is_fatal for one in found)
    return [one.message for one in found]


def rewrite(store: ReferenceStore) -> None:
    """Approve another result."""
    found = store.held(MLP, KEY)
    store.write(
        revise(
            merge_seeds([obtained_run(Facts(accuracy=0.5))]),
            found.record,
            reason="it was time for another",
            created_utc="2026-11-02T03:04:05Z",
            created_by="pytest_repro 0.1.0",
            supersedes=found.sums,
        )
    )


def test_a_run_on_the_path_is_no_problem(pinned: ReferenceStore) -> None:
    """Nothing departs."""
    assert messages(pinned, Facts()) == []


def test_a_run_with_other_settings_is_told_with_both_sides(
    pinned: ReferenceStore,
) -> None:
    """And with what to do."""
    (message,) = messages(pinned, Facts(config={"depth": "3"}))

    assert message.splitlines() == [
        f"this run of {MLP} is not on the golden path: config.depth",
        "  obtained  3",
        "  golden    2",
        "  undo the change, or declare a deviation in reference_runs/golden.toml",
    ]


def test_a_reference_that_cannot_be_read_is_told(pinned: ReferenceStore) -> None:
    """It is not taken for held, nor for missing."""
    (folder,) = pinned.root.rglob(KEY)
    damage(folder, "trace.tsv", b"2.25", b"9.75")

    (message,) = messages(pinned)

    assert message.startswith("a pinned reference cannot be read: ")


def test_a_pinned_state_that_is_nowhere_fails_in_spite_of_a_deviation(
    pinned: ReferenceStore,
) -> None:
    """What else departs from it cannot be told, and silence never passes."""
    rewrite(pinned)
    file = pinned.root / "golden.toml"
    file.write_text(file.read_text() + DEVIATION)

    (message,) = messages(pinned)

    assert "cannot be held against its pinned state" in message
    assert "not in a repository" in message


def test_a_project_without_a_path_has_no_problem(tmp_path: Path) -> None:
    """Whatever else it lacks."""
    store = ReferenceStore(tmp_path / "reference_runs")

    assert find_golden_problems(store, {}, runs=tmp_path, today=dt.date.min) == ()
