"""What a session leaves for machines, for reviewers and for the terminal."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pytest_repro import canonical
from pytest_repro.reports import report_schema
from tests.plugin.project import WALK, Project, Session, share
from tests.reports.validating import faults

FILES = {
    "test_walk.py": WALK,
    "test_crash.py": """\
def test_crash(repro):
    repro.log("loss", 0.5)
    raise ValueError("the loader is empty")
""",
    "test_moves.py": """\
import random

def test_moves(repro):
    repro.log("loss", random.random())
""",
}

MOVED = FILES["test_moves.py"].replace("random.random())", "random.random() + 1)")

TIMES = {"wall_s", "queued_s", "contention"}
"""The fields of the report that two equal sessions do not share."""


def _build(project: Project) -> Session:
    project.write(FILES).run("--repro-record")
    moved = project.write({"test_moves.py": MOVED})
    return moved.run("--repro", "--junitxml=junit.xml")


def _build_again(project: Project) -> Session:
    """Run it once more, with two processes, under another hash seed."""
    arguments = ("--repro", "--junitxml=junit.xml", "-n", "2")
    shell = {"PYTHONHASHSEED": "5"}
    return project.run(*arguments, plugins=("xdist",), variables=shell)


@pytest.fixture
def mixed(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """One experiment that holds, one that moved, one that raises; already run."""
    return share(tmp_path_factory, "mixed", _build)[0].copy(tmp_path / "mixed")


@pytest.fixture
def again(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same after an equal session of several processes."""

    def build(project: Project) -> Session:
        first, _ = share(tmp_path_factory, "mixed", _build)
        return _build_again(first.copy(project.root))

    return share(tmp_path_factory, "mixed-again", build)[0].copy(tmp_path / "again")


@pytest.fixture
def ended(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """How the session in that project ended."""
    return share(tmp_path_factory, "mixed", _build)[1]


def without_times(value: object) -> object:
    """Leave out the times of a report."""
    if isinstance(value, dict):
        kept = {k: v for k, v in value.items() if k not in TIMES}
        return {key: without_times(one) for key, one in kept.items()}
    return [without_times(one) for one in value] if isinstance(value, list) else value


def read_report(project: Project) -> bytes:
    """Read the report for machines."""
    return (project.root / ".repro" / "report" / "report.json").read_bytes()


def section(output: str, name: str) -> str:
    """Cut a section of the terminal's output, by its title."""
    lines = output.splitlines()
    titles = [n for n, line in enumerate(lines) if line.startswith("====")]
    (start,) = (n for n in titles if f" {name} " in lines[n])
    end = next(n for n in titles if n > start)
    return "\n".join(lines[start + 1 : end])


def test_report_for_machines_can_be_parsed(mixed: Project) -> None:
    """It is canonical: parsing and writing it again gives the same bytes."""
    data = read_report(mixed)

    report = json.loads(data)
    assert report["schema"] == "pytest-repro/report/1"
    assert report["counts"] == {
        "failed": 2,
        "passed": 1,
        "recorded": 0,
        "skipped": 0,
        "unchanged": 0,
        "updated": 0,
    }
    assert [one["experiment"] for one in report["outcomes"]] == [
        "test_crash.py::test_crash",
        "test_moves.py::test_moves",
        "test_walk.py::test_walk",
    ]
    assert canonical.dumps(canonical.loads(data)) == data


def test_report_for_machines_keeps_its_schema(mixed: Project) -> None:
    """A real report has every field that the schema names, and no other."""
    report = json.loads(read_report(mixed))

    assert len(report["outcomes"]) == 3
    assert faults(json.loads(report_schema()), report) == []


def test_every_rendering_is_written(mixed: Project) -> None:
    """For machines, reviewers, everybody, and whoever looks at the front page."""
    folder = mixed.root / ".repro" / "report"

    assert {path.name for path in folder.iterdir()} >= {
        *("report.json", "summary.md", "plain.md", "badge.svg", "badge.json"),
    }
    assert "1 held. 1 did not. 1 could not" in (folder / "plain.md").read_text()
    assert "reproducible: 1 of 3" in (folder / "badge.svg").read_text()


def test_equal_sessions_write_equal_reports(mixed: Project, again: Project) -> None:
    """Under any hash seed, in any process: only the times in `TIMES` differ."""
    first, second = (json.loads(read_report(one)) for one in (mixed, again))

    assert first["wall_s"] != second["wall_s"]
    assert canonical.dumps(without_times(first)) == canonical.dumps(
        without_times(second)
    )


def test_summary_for_reviewers_names_each_experiment(mixed: Project) -> None:
    """A table of all, details of those that fail."""
    text = (mixed.root / ".repro" / "report" / "summary.md").read_text()

    table, _, details = text.partition("###")
    for name in ("test_walk", "test_moves", "test_crash"):
        assert name.replace("_", "\\_") in table
    assert "the loader is empty" in details
    assert "walk" not in details


def test_step_summary_is_appended_to(walk: Project) -> None:
    """Earlier steps of a CI job wrote to the same file."""
    summary = walk.write({"step.md": "# Earlier\n"}).root / "step.md"

    walk.run("--repro", variables={"GITHUB_STEP_SUMMARY": str(summary)})

    ours = (walk.root / ".repro" / "report" / "summary.md").read_text()
    assert summary.read_text() == f"# Earlier\n{ours}"


@pytest.mark.parametrize("name", ["mixed", "again"], ids=["plain", "xdist"])
def test_properties_are_in_the_junit_file(
    request: pytest.FixtureRequest, name: str
) -> None:
    """Each test case has those of its own experiment, once each."""
    project: Project = request.getfixturevalue(name)

    tree = ET.parse(project.root / "junit.xml")  # noqa: S314  # pytest wrote it
    cases = {
        case.get("name"): [
            (one.get("name"), one.get("value")) for one in case.iter("property")
        ]
        for case in tree.iter("testcase")
    }
    assert set(cases) == {"test_walk", "test_moves", "test_crash"}
    for pairs in cases.values():
        assert len(dict(pairs)) == len(pairs)
    assert dict(cases["test_walk"])["repro_rung"] == "IDENTICAL"
    assert dict(cases["test_moves"])["repro_verdict"] == "FAILED"
    assert dict(cases["test_moves"])["repro_parted_path"] == "loss"
    assert dict(cases["test_crash"])["repro_cause"] == "failed"


def test_failures_show_headline_and_traceback(ended: Session) -> None:
    """The experiment's own traceback, and no line of ours or of pytest's."""
    failures = section(ended.output, "FAILURES")

    assert "NOT COMPARABLE: ValueError: the loader is empty" in failures
    assert '>       raise ValueError("the loader is empty")' in failures
    assert "test_crash.py:3: ValueError" in failures
    assert "DIVERGED: loss" in failures
    assert "pytest_repro/" not in failures


def test_each_experiment_has_one_block(ended: Session) -> None:
    """Both sides of a divergence stand there, and nowhere else."""
    blocks = section(ended.output, "reproducibility").splitlines()

    titles = [line for line in blocks if line.startswith("test_")]
    assert titles == [
        "test_crash.py::test_crash",
        "test_moves.py::test_moves",
        "test_walk.py::test_walk",
    ]
    for side in ("obtained   ", "reference  "):
        assert ended.output.count(f"  {side}") == 1
    ours = [line for line in blocks if "generated xml file" not in line]
    assert ours[-1].startswith("1 passed, 2 failed · 3 experiments, 3 seeds of 3")


def test_report_of_a_failed_session_replaces_the_one_before(walk: Project) -> None:
    """Nobody reads yesterday's success as today's."""
    walk.run("--repro")

    walk.write({"test_walk.py": "import no_such_module\n"}).run("--repro")

    report = json.loads(read_report(walk))
    assert report["outcomes"] == []
    assert [one["name"] for one in report["problems"]] == ["VACUOUS"]
