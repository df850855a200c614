"""The conformance suite fails for a launcher with a fault, whichever it is."""

import unittest
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_repro.testing import Ability, LauncherConformance
from tests.launchers import planted


class Suite(LauncherConformance):
    """Not collected: its name does not begin as those of test classes do."""

    build = "tests.launchers.planted:build"


@pytest.fixture
def suite() -> Iterator[Suite]:
    """Give the suite, and end what a fault left behind."""
    yield Suite()
    while planted.LEFT:
        planted.LEFT.pop().end(grace_s=0.0)


@pytest.mark.parametrize(
    ("fault", "test"),
    [
        ("swallows crashes", "exit_without_a_last_word_is_a_crash"),
        ("loses events", "no_event_is_lost_to_who_hears_the_ending_first"),
        ("repeats events", "no_event_is_lost_to_who_hears_the_ending_first"),
        ("leaves orphans", "cancelled_job_leaves_nothing_running"),
        ("changes its mind", "ending_stays"),
        ("keeps all output", "flood_of_output_is_bounded"),
        ("changes seeds", "run_leaves_the_record_of_a_local_one"),
        ("writes secrets", "secrets_reach_the_worker_and_no_file"),
        ("drops variables", "variables_of_a_job_go_before_those_of_every_worker"),
        ("cuts lifelines", "lost_controller_loses_no_run"),
    ],
)
def test_planted_fault_fails_the_suite(
    suite: Suite, tmp_path: Path, fault: str, test: str
) -> None:
    """The test that looks for the fault finds it."""
    check = getattr(suite, f"test_{test}")

    with pytest.raises(AssertionError):
        check({"fault": fault}, tmp_path)


def test_what_an_engine_cannot_do_is_skipped_with_its_reason(tmp_path: Path) -> None:
    """A gap is visible, never a test that passes without looking."""

    class Limited(Suite):
        cannot = {Ability.LIMIT_MEMORY: "it knows no limits"}  # noqa: RUF012

    with pytest.raises(unittest.SkipTest, match="it knows no limits"):
        Limited().test_worker_that_takes_too_much_memory_says_so({}, tmp_path)
