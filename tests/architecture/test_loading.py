"""Loading the plugin costs nothing: no framework is imported, no process is started.

Each check runs in a fresh interpreter, where an audit hook (PEP 578) sees every start
of a process, however it is made.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HEAVY = frozenset(
    {
        "docker",
        "hypothesis",
        "jaxtyping",
        "jinja2",
        "jsonargparse",
        "msgspec",
        "numpy",
        "omegaconf",
        "optuna",
        "pydantic",
        "ray",
        "scipy",
        "sklearn",
        "submitit",
        "torch",
    }
)

PROBE = """
import json, sys
import pytest
STARTS = {"subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty",
          "os.posix_spawn", "pty.spawn"}
started = []
def watch(event, args):
    if event in STARTS:
        started.append(event)
sys.addaudithook(watch)
status = pytest.main(["--collect-only", "-p", "pytest_repro.plugin", "-q"])
modules = sorted({name.partition(".")[0] for name in sys.modules})
seen = {"status": int(status), "modules": modules, "started": started,
        "plugin": "pytest_repro.plugin.options" in sys.modules}
print("\\n" + json.dumps(seen))
"""

ORDINARY_TEST = "def test_one():\n    assert True\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a fresh interpreter saw while it collected a project."""

    status: int
    plugin: bool
    modules: list[str]
    started: list[str]

    @property
    def heavy(self) -> frozenset[str]:
        """The frameworks that were imported."""
        return HEAVY & set(self.modules)


def collect(project: Path) -> Seen:
    """Collect a project with the plugin and nobody else's, and say what happened."""
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=project,
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=True,
    )
    return Seen(**json.loads(done.stdout.splitlines()[-1]))


def test_an_empty_project_loads_no_framework(tmp_path: Path) -> None:
    """Collecting nothing imports no framework and starts no process."""
    seen = collect(tmp_path)

    assert seen.plugin
    assert seen.status == 5  # pytest's own: no tests collected
    assert seen.heavy == set()
    assert seen.started == []


def test_a_project_without_experiments_loads_no_framework(tmp_path: Path) -> None:
    """Collecting an ordinary test imports no framework and starts no process."""
    (tmp_path / "test_ordinary.py").write_text(ORDINARY_TEST)

    seen = collect(tmp_path)

    assert seen.plugin
    assert seen.status == 0
    assert seen.heavy == set()
    assert seen.started == []


def test_a_heavy_import_would_be_seen(tmp_path: Path) -> None:
    """The check fails for a project that imports a framework while it loads."""
    (tmp_path / "conftest.py").write_text("import numpy\n")

    seen = collect(tmp_path)

    assert seen.heavy == {"numpy"}


def test_a_started_process_would_be_seen(tmp_path: Path) -> None:
    """The check fails for a project that starts a process while it loads."""
    fault = f"import subprocess\nsubprocess.run([{sys.executable!r}, '-V'])\n"
    (tmp_path / "conftest.py").write_text(fault)

    seen = collect(tmp_path)

    assert "subprocess.Popen" in seen.started
