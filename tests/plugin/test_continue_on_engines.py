"""`--repro-continue` where jobs outlive the controller: they are watched further.

Run by `ci/engines.sh` on a Slurm and a container engine; skipped where there is none.
"""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from pytest_repro.replication.journal import What
from tests.launchers.docker_places import IMAGE, mounts_here
from tests.plugin.interrupting import (
    SLOW,
    continue_to_the_end,
    counted,
    kill_when_started,
    long_jobs,
    verdicts,
)
from tests.plugin.project import INI, Project

SLURM = """\
[tool.pytest_repro.launchers.slurm]
partition = "main"
memory_mib = 1000
"""

DOCKER = f"""\
[tool.pytest_repro.launchers.docker]
image = {json.dumps(os.environ.get(IMAGE, ""))}
python = {json.dumps(sys.executable)}
mounts = {json.dumps(mounts_here())}
variables = ["PYTHONPATH", "PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
"""

ENGINES = [
    pytest.param(
        "slurm",
        SLURM,
        id="slurm",
        marks=pytest.mark.skipif(
            shutil.which("sbatch") is None or "SLURM_CONF" not in os.environ,
            reason="no Slurm is offered: run with ci/slurm.sh",
        ),
    ),
    pytest.param(
        "docker",
        DOCKER,
        id="docker",
        marks=pytest.mark.skipif(
            IMAGE not in os.environ,
            reason="no container engine is offered: run with ci/docker.sh",
        ),
    ),
]


@pytest.mark.parametrize(
    "experiments",
    [
        pytest.param(4, id="20 jobs"),
        pytest.param(8, id="40 jobs", marks=pytest.mark.campaign),
    ],
)
@pytest.mark.parametrize(("engine", "declared"), ENGINES)
def test_jobs_of_a_killed_session_are_watched_further(
    engine: str, declared: str, experiments: int, tmp_path: Path
) -> None:
    """Killed twice with two under way: each job starts once and ends once."""
    files = {
        "pytest.ini": INI,
        "pyproject.toml": declared,
        "test_jobs.py": long_jobs(experiments),
    }
    project = Project(tmp_path / "project").write(files)
    project.record("--repro-workers=2")
    chosen = f"--repro-launcher={engine}"
    plain = project.run("--repro", "--repro-tier=full", "--repro-workers=2", chosen)
    assert plain.code == 0, plain.output
    shutil.rmtree(project.root / ".repro")
    (project.root / SLOW).touch()

    kill_when_started(project, 5 * (experiments - 4) + 4, "--repro", chosen)
    kill_when_started(project, 5 * (experiments - 2) + 4, "--repro-continue", chosen)
    session = continue_to_the_end(project, chosen)

    journal = (project.root / ".repro" / "session.jsonl").read_text()
    assert session.code == 0, session.output
    assert verdicts(session) == verdicts(plain)
    assert set(counted(project, "finished").values()) == {1}
    assert counted(project, "finished").total() == 5 * experiments
    assert counted(project, "started").total() == 5 * experiments
    assert journal.count(f'"{What.ADOPTED.value}"') == 4
    assert "seed 2, seed 3: watched further: it was still running" in session.output
