"""Metrics of `pytest_repro.metrics` are logged, recorded and compared as any other."""

import re
from pathlib import Path

from pytest_repro.records import Rung
from tests.plugin.project import Project

PAGE = Path(__file__).parents[2] / "docs/how-to/log-calibration-and-group-gaps.md"

TIMED = """\
import pytest
from pytest_repro import Close
from pytest_repro.metrics import Latency, peak_resident_bytes

LATENCY = Latency(warm_up=1, repeats=72)


@pytest.mark.repro(
    metrics={"latency/*": Close(atol=60), "memory": Close(rtol=9)}
)
def test_timed(repro):
    found = LATENCY(lambda: sum(range(1000)))
    repro.log("latency/median", found.median.value)
    repro.log("latency/tail", found.tail.value)
    repro.log("memory", peak_resident_bytes())
"""


def first_example() -> str:
    """Read the example of the page."""
    found = re.search(r"(?ms)^```python\n(.*?)^```$", PAGE.read_text())
    assert found is not None
    return found[1]


def test_example_of_the_page_runs_and_gives_the_same_bits(project: Project) -> None:
    """It records calibration, gap and sizes, and a second session agrees on each."""
    recorded = project.write({"test_page.py": first_example()}).run("--repro-record")

    compared = project.run("--repro-guards=error", "--repro")

    assert (recorded.code, compared.code) == (0, 0)
    assert compared.outcomes["test_forecast"].verdict.rung is Rung.IDENTICAL
    record = project.reference("test_page.py::test_forecast")
    assert {metric.name for metric in record.anchor.metrics} == {
        "test/ece-l1-10-equal-width-v1",
        "test/equalised-odds-difference-worst-least-30-v1",
        "test/rows/a",
        "test/rows/b",
    }


def test_another_definition_is_another_metric(project: Project) -> None:
    """Two definitions are never called equal: one vanished, one is new."""
    project.write({"test_page.py": first_example()}).run("--repro-record")
    other = first_example().replace("bins=10", "bins=15")

    session = project.write({"test_page.py": other}).run("--repro")

    verdict = session.outcomes["test_forecast"].verdict
    assert session.code == 1
    assert verdict.rung is Rung.NOT_COMPARABLE
    assert "ece-l1-1" in verdict.reason


def test_times_are_held_to_a_declared_tolerance(project: Project) -> None:
    """They never have the same bits, and pass inside of what was declared."""
    project.write({"test_timed.py": TIMED}).run("--repro-record")

    session = project.run("--repro")

    assert session.code == 0
    assert session.outcomes["test_timed"].verdict.rung is Rung.WITHIN_ROUNDING
    assert session.outcomes["test_timed"].escapes == ()
