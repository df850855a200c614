"""No verb imports pytest, a framework or the project.

Each check runs in a fresh interpreter, in a project whose own modules leave a mark.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.samples import Facts, obtained_run, write_obtained, write_reference

ROOT = Path(__file__).parents[2]
FOREIGN = {"_pytest", "pytest", "torch", "conftest", "sample"}

PROBE = """
import json, sys
from pytest_repro.cli import main
status = main(sys.argv[1:])
modules = sorted({name.partition(".")[0] for name in sys.modules})
print("\\n" + json.dumps({"status": status, "modules": modules}))
"""


def loaded(project: Path, argv: list[str], probe: str = PROBE) -> set[str]:
    """Call a verb in a fresh interpreter; returns what it imported of the foreign."""
    for name in ("conftest.py", "sample.py"):
        (project / name).write_text("raise RuntimeError('the project was imported')\n")
    done = subprocess.run(
        [sys.executable, "-c", probe, *argv],
        cwd=project,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{project}"},
        capture_output=True,
        text=True,
        check=True,
    )
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["status"] == 0, done.stderr
    return FOREIGN & set(seen["modules"])


@pytest.mark.parametrize(
    "argv", [["list"], ["show", "mlp"], ["diff", "mlp"], ["doctor"], ["list", "--help"]]
)
def test_no_verb_loads_what_is_not_its_own(project: Path, argv: list[str]) -> None:
    """Reading references needs neither pytest nor torch nor the project."""
    write_reference(project, obtained_run(Facts()))
    write_obtained(project, obtained_run(Facts()))

    assert loaded(project, argv) == set()


def test_a_foreign_import_would_be_seen(project: Path) -> None:
    """The check fails for a verb that imports pytest."""
    write_reference(project, obtained_run(Facts()))

    found = loaded(project, ["list"], f"import pytest\n{PROBE}")

    assert found == {"_pytest", "pytest"}
