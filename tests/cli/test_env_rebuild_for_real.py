"""The environment of a shipped reference is built anew, and gives its bits again."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXPERIMENT = "experiments/test_series_gru.py"
PARTS = ("experiments", "reference_runs")


def run(project: Path, python: Path, *words: str) -> tuple[int, str]:
    """Run a module of an interpreter in a project; say how it ended."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "CI"))}
    kept["PYTHONPATH"] = str(ROOT)
    done = subprocess.run(
        [python, "-m", *words],
        cwd=project,
        env=kept,
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.campaign
def test_rebuilt_environment_gives_the_same_bits(tmp_path: Path) -> None:
    """From lock and digests alone, with nothing of the environment of this session."""
    project = tmp_path / "project"
    for name in PARTS:
        shutil.copytree(ROOT / name, project / name)
    shutil.copy(ROOT / "pyproject.toml", project)
    into = tmp_path / "rebuilt"

    words = ("pytest_repro", "env", "rebuild", "series_gru", f"--into={into}")
    built, said = run(project, Path(sys.executable), *words)
    python = into / "venv" / "bin" / "python"
    again, told = run(project, python, "pytest", "--repro", EXPERIMENT)

    assert built == 0, said
    assert "as the record says" in said
    assert again == 0, told
    assert "IDENTICAL" in told
