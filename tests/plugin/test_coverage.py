"""`coverage run -m pytest --repro` sees the code that only workers execute."""

import json
import sys

from tests.plugin.project import WALK, Project, command, environment

RCFILE = "[run]\npatch = subprocess\nbranch = true\n"


def test_lines_of_an_experiment_are_covered(project: Project) -> None:
    """With coverage's own patch for processes, nothing else is to be set up."""
    project.write({"test_walk.py": WALK, ".coveragerc": RCFILE})
    variables = {
        name: value
        for name, value in environment({}).items()
        if not name.startswith("COVERAGE")
    }
    coverage = [sys.executable, "-m", "coverage"]

    session = project.execute(
        [*coverage, "run", *command("--repro-record")[1:]], variables
    )
    project.execute([*coverage, "combine"], variables)
    project.execute([*coverage, "json", "--include=*/test_walk.py"], variables)

    report = json.loads((project.root / "coverage.json").read_text())
    assert session.code == 0
    assert report["files"]["test_walk.py"]["summary"]["percent_covered"] == 100
    assert report["files"]["test_walk.py"]["executed_lines"] == [1, 3, 4, 5, 6]
