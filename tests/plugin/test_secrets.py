"""No secret, and nothing about who and where, gets into what a session leaves."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.plugin.project import Project, Session, command, environment
from tests.provenance.repository import git, make_repository

CANARIES: Final = {
    name: f"canary{number}f3a9{name}"
    for number, name in enumerate(
        (
            *("variable", "url", "argument", "parameter", "nested", "remote"),
            *("literal", "exception", "printed", "host", "user", "home"),
            *("late", "skipped", "query", "container"),
        )
    )
}
"""What is planted, by where."""

LOCAL: Final = {"job.json", "inputs.json", "evidence.json"}
"""Working files of one machine, which hold its paths; see the page on provenance."""

ROOT_LINES: Final = 2
"""The lines in which pytest itself says where it runs and wrote `junit.xml`."""

EXPERIMENTS: Final = """\
import os
import warnings

import pytest

api_key = "{literal}"

CONFIG = {{"api_key": "{nested}", "lr": 0.1}}

@pytest.mark.parametrize("password", ["{parameter}"], ids=["one"])
@pytest.mark.parametrize("config", [CONFIG], ids=["small"])
def test_holds(repro, password, config):
    repro.log("loss", 0.5)

def test_fails(repro):
    os.environ["LATE_TOKEN"] = "{late}"
    repro.log("loss", 0.5)
    print("logged in as", os.environ["HF_TOKEN"], "with", "Bearer {printed}")
    print("authorization: Bearer {printed}")
    api_key = "{literal}"
    late, home = os.environ["LATE_TOKEN"], os.environ["HOME"]
    url = os.environ["DATABASE_URL"]
    raise RuntimeError(
        f"no access with {{os.environ['HF_TOKEN']}} {{late}} on {{url}}?token={query}"
        f" at {{os.environ['HOSTNAME']}} for {{os.environ['USER']}} in {{home}}/.netrc"
        f" password='{exception}'"
    )

def test_skips(repro):
    pytest.skip(f"no access with {{os.environ['HF_TOKEN']}} {skipped_url}")
"""

VARIABLES: Final = {
    "HF_TOKEN": CANARIES["variable"],
    "DATABASE_URL": f"postgres://me:{CANARIES['url']}@db.example.org/runs",
    "HOSTNAME": CANARIES["host"],
    "LOGNAME": CANARIES["user"],
    "USER": CANARIES["user"],
    "REPRO_CONTAINER_IMAGE": f"registry/{CANARIES['container']}",
    "GITHUB_ACTIONS": "true",
    "GITHUB_WORKFLOW": "nightly",
    "GITHUB_ACTOR": CANARIES["user"],
    "GITHUB_RUN_ID": "17",
}


def make_project(root: Path) -> Project:
    """Make a repository with changed files in which every canary is planted."""
    make_repository(root)
    url = f"https://x:{CANARIES['remote']}@example.org/a.git?k={CANARIES['remote']}"
    git(root, "remote", "add", "origin", url)
    skipped = f"https://u:{CANARIES['skipped']}@example.org"
    text = EXPERIMENTS.format(**CANARIES, skipped_url=skipped)
    ini = "[pytest]\nrepro_replicas = 0\nrepro_traced_steps = 0\n"
    own = "def pytest_addoption(parser):\n    parser.addoption('--api-key')\n"
    return Project(root).write(
        {"test_secret.py": text, "pytest.ini": ini, "conftest.py": own}
    )


def run(project: Project, *words: str) -> Session:
    """Run a session in which canaries stand on the command line and around it."""
    summary = project.root / "summary.md"
    variables = environment(
        {
            **VARIABLES,
            "HOME": str(project.root.parent),
            "GITHUB_STEP_SUMMARY": str(summary),
        }
    )
    secret = f"--api-key={CANARIES['argument']}"
    started = command(secret, "--junitxml=junit.xml", *words, plugins=())
    return project.execute(started, variables)


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Session]:
    """Run a session that records, compares, fails and skips."""
    root = tmp_path_factory.mktemp("x") / CANARIES["home"] / "project"
    project = make_project(root)
    run(project, "--repro-record", "-k", "holds")
    return project, run(project, "--repro")


def written(project: Project) -> Iterator[tuple[str, str]]:
    """Yield name and content of every file that a session left."""
    for path in sorted(project.root.rglob("*")):
        inside = path.relative_to(project.root)
        is_ours = inside.parts[0] in {".repro", "reference_runs"}
        if path.is_file() and (is_ours or path.name in {"junit.xml", "summary.md"}):
            yield str(inside), path.read_bytes().decode("utf-8", errors="replace")


def leaks(project: Project) -> list[tuple[str, str]]:
    """List which canary is in which file."""
    return [
        (name, where)
        for name, text in written(project)
        for where, canary in CANARIES.items()
        if canary in f"{name}\n{text}"
    ]


def test_session_leaves_everything_that_is_looked_through(
    left: tuple[Project, Session],
) -> None:
    """A search of nothing would find nothing."""
    project, session = left
    names = [name for name, _ in written(project)]

    assert session.counts == {"passed": 1, "failed": 1, "skipped": 1}
    for wanted in (
        *("report.json", "index.html", "junit.xml", "summary.md", "events.jsonl"),
        *("invocation.json", "packages.tsv", "run.json", "seeds.tsv"),
    ):
        assert any(name.endswith(wanted) for name in names), (wanted, names)


def test_no_canary_is_in_any_file(left: tuple[Project, Session]) -> None:
    """Records, events, reports, references: no place leaks."""
    project, _ = left

    found = [one for one in leaks(project) if Path(one[0]).name not in LOCAL]

    assert found == []


def test_files_of_this_machine_hold_its_paths_and_nothing_else(
    left: tuple[Project, Session],
) -> None:
    """What a worker needs to start is where the project lies."""
    project, _ = left

    found = {one[1] for one in leaks(project) if Path(one[0]).name in LOCAL}

    assert found <= {"home", "argument"}


def test_secrets_are_not_on_the_terminal_either(left: tuple[Project, Session]) -> None:
    """What an exception says is shown without them; where pytest runs, pytest says."""
    _, session = left

    shown = [where for where, canary in CANARIES.items() if canary in session.output]

    assert "no access with [HF_TOKEN] [LATE_TOKEN]" in session.output
    assert shown == ["home"]
    assert session.output.count(CANARIES["home"]) == ROOT_LINES


def test_planted_leak_is_found(left: tuple[Project, Session], tmp_path: Path) -> None:
    """The search can fail: a record with a canary in it does."""
    shutil.copytree(left[0].root / "reference_runs", tmp_path / "reference_runs")
    leaking = Project(tmp_path)
    table = next(tmp_path.rglob("seeds.tsv"))
    table.write_text(table.read_text("utf-8") + CANARIES["url"], encoding="utf-8")

    assert leaks(leaking) == [(str(table.relative_to(tmp_path)), "url")]
