"""The page of the contest on a GPU says what its figures say."""

from benchmarks.contest_device import ALONE, device_errands
from benchmarks.contest_device_page import PAGE, read, render


def test_page_is_that_of_the_figures() -> None:
    """Nobody wrote a number by hand."""
    assert PAGE.read_text(encoding="utf-8") == render(read())


def test_figures_are_complete() -> None:
    """Every rule, change and fault of the list has its row."""
    figures = read()

    assert set(figures["alarms"]) == {rule.name for rule in ALONE}
    judged = [
        one for one in device_errands() if one.kind not in {"reference", "replica"}
    ]
    assert len(figures["rows"]) == len(judged)


def test_counts_are_those_of_the_rows() -> None:
    """What the table sums up stands in the rows."""
    figures = read()
    rows = [row for row in figures["rows"] if row["kind"] == "fault"]

    assert figures["found"]["ours, whole run"] == sum(row["failed"] for row in rows)
