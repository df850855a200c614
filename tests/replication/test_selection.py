"""Whether an experiment runs: every doubt makes it run, and is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.digests import Digest, digest_of_bytes
from pytest_repro.records import (
    Action,
    Environment,
    Evidence,
    Input,
    InputChange,
    InputKind,
    Inputs,
    Match,
    Outcome,
    Rung,
    Tier,
    Verdict,
)
from pytest_repro.replication import (
    EvidenceShelf,
    changed_options,
    choose,
    join_inputs,
    unchanged,
)

SUMS = digest_of_bytes(b"sums")
SOURCE = Input(kind=InputKind.FILE, name="data.py", state="sha256:1")
OPTION = Input(kind=InputKind.OPTION, name="contract", state="sha256:2")
CHANGE = InputChange(kind=InputKind.FILE, name="data.py", how="changed")
KNOWN = Evidence(
    outcome=Outcome(
        experiment="test_a.py::test_a",
        action=Action.COMPARED,
        verdict=Verdict(
            rung=Rung.IDENTICAL,
            required=Rung.WITHIN_ROUNDING,
            reason="same bits",
            match=Match.EXACT,
        ),
    ),
    environment=Environment(
        key="k", axes=(("os", "linux"),), facts={}, digest=digest_of_bytes(b"")
    ),
    reference=SUMS,
    created_utc="2026-01-02T03:04:05Z",
    is_short=False,
    inputs=Inputs(items=(SOURCE, OPTION)),
)


def test_what_is_all_the_same_is_left_out() -> None:
    """Then the outcome says what was found, when, and that nothing was run."""
    choice = choose(KNOWN, (), reference=SUMS, tier=Tier.NIGHTLY)
    outcome = unchanged(KNOWN, choice)

    assert not choice.runs
    assert outcome.action is Action.UNCHANGED
    assert outcome.seeds == ()
    assert not outcome.passed
    assert outcome.message == (
        "none of 1 source, 0 other files, 0 packages and 1 further input changed "
        "since 2026-01-02T03:04:05Z, which found IDENTICAL"
    )


@pytest.mark.parametrize(
    ("evidence", "changes", "reference", "reason"),
    [
        (None, (), SUMS, "no comparison that held is known here"),
        (KNOWN, (CHANGE,), SUMS, "data.py changed"),
        (KNOWN, (CHANGE,) * 5, SUMS, "data.py changed and 2 more"),
        (KNOWN, (), None, "its reference changed"),
        (KNOWN, (), digest_of_bytes(b"others"), "its reference changed"),
        (
            replace(KNOWN, inputs=Inputs(unseen=("it starts a process",))),
            (),
            SUMS,
            "cannot tell: it starts a process",
        ),
        (
            replace(KNOWN, is_short=True),
            (),
            SUMS,
            "only the beginning of a run was compared",
        ),
    ],
)
def test_every_doubt_makes_it_run(
    evidence: Evidence | None,
    changes: tuple[InputChange, ...],
    reference: Digest | None,
    reason: str,
) -> None:
    """And the doubt is told."""
    choice = choose(evidence, changes, reference=reference, tier=Tier.NIGHTLY)

    assert choice.runs
    assert choice.reason.startswith("runs: ")
    assert choice.reason.endswith(reason)


def test_the_beginning_of_a_run_suffices_for_a_beginning() -> None:
    """In the tier pr nothing more would be compared."""
    short = replace(KNOWN, is_short=True)

    assert not choose(short, (), reference=SUMS, tier=Tier.PR).runs


def test_options_that_come_and_go_are_changes() -> None:
    """One that is other, new or gone."""
    other = replace(OPTION, state="sha256:3")
    new = replace(OPTION, name="threads")

    assert changed_options((SOURCE, OPTION), (OPTION,)) == ()
    found = changed_options((SOURCE, OPTION), (other, new))
    assert [one.name for one in found] == ["contract", "threads"]
    assert [one.name for one in changed_options((OPTION,), ())] == ["contract"]


def test_runs_that_saw_different_worlds_prove_nothing() -> None:
    """A file that changed from one seed to the next is told."""
    one = Inputs(items=(SOURCE,))
    other = Inputs(items=(replace(SOURCE, state="sha256:9"),), unseen=("a doubt",))

    joined = join_inputs((one, other), (OPTION,))

    assert joined.unseen == ("a doubt", "data.py changed from one run to the next")


def test_evidence_is_read_as_it_was_written(tmp_path: Path) -> None:
    """And gone once it was taken away, or where the file is damaged."""
    shelf = EvidenceShelf(tmp_path)
    shelf.write(KNOWN)
    name = KNOWN.outcome.experiment

    assert shelf.read(name) == KNOWN
    assert shelf.experiments() == (name,)
    shelf.remove(name)
    assert shelf.read(name) is None
    assert shelf.experiments() == ()
