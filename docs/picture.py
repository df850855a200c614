"""Draw the picture of a failure in README.md from a real session.

An experiment is copied, one character of it is changed, and `pytest --repro` runs in
the copy against the project's own references. What the terminal showed becomes an SVG
without fonts or scripts from elsewhere. Run `python docs/picture.py`.
"""

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT: Final = Path(__file__).parents[1]
PICTURE: Final = ROOT / "docs" / "images" / "failure.svg"
EXPERIMENT: Final = "experiments/test_digits_mlp.py"
FAULT: Final = ("lr=2e-3", "lr=2.02e-3")
COLUMNS: Final = 130


def main() -> None:
    """Run the session and write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        project = _faulty_copy(Path(folder) / "project")
        output = _session(project)
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text.from_ansi(f"$ pytest --repro {EXPERIMENT}\n{output}"))
    svg = console.export_svg(title="lr=2e-3 became lr=2.02e-3", theme=MONOKAI)
    PICTURE.write_text(_without_fonts(svg), encoding="utf-8")


def _faulty_copy(project: Path) -> Path:
    project.mkdir()
    for name in ("experiments", "reference_runs"):
        shutil.copytree(ROOT / name, project / name)
    shutil.copy(ROOT / "pyproject.toml", project)
    path = project / EXPERIMENT
    text = path.read_text(encoding="utf-8")
    if text.count(FAULT[0]) != 1:
        msg = f"{FAULT[0]!r} does not stand once in {EXPERIMENT}"
        raise ValueError(msg)
    path.write_text(text.replace(*FAULT), encoding="utf-8")
    return project


def _session(project: Path) -> str:
    command = [sys.executable, "-m", "pytest", "--repro", EXPERIMENT]
    quiet = ["-p", "no:randomly", "--color=yes", "--no-header", "-q", "--no-summary"]
    done = subprocess.run(  # noqa: S603  # our own command line
        [*command, *quiet],
        cwd=project,
        env={**os.environ, "COLUMNS": str(COLUMNS), "PYTHONSAFEPATH": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.stdout


def _without_fonts(svg: str) -> str:
    """Take out fonts that a viewer would have to fetch; monospace will do."""
    local = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    local = local.replace("Fira Code", "ui-monospace")
    return re.sub(r"terminal-\d+", "terminal", local)


if __name__ == "__main__":
    main()
