"""What does running only what changed save, on five typical changes of this project?

A clone of the project runs all its experiments once, so that it is known what each
reads. Then each change is made in turn, and every session is timed twice: with
everything, and with ``--repro-changed``. What was known is put back in between.

    python -m benchmarks.changed --date 2026-11-26 --command "nox -s changed"
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.changed_page import Saving, page
from benchmarks.machine import add_arguments, look
from benchmarks.processes import PLUGIN, PYTEST, ROOT, python

__all__ = ["CHANGES", "main", "measure"]

CHANGES = (
    ("documentation", "docs/index.md"),
    ("an ordinary test", "tests/test_digests.py"),
    ("one experiment", "experiments/test_logistic.py"),
    ("data shared by several", "experiments/data.py"),
    ("source of the plugin", "pytest_repro/plugin/progress.py"),
)
"""What is changed, and the file to which a line is added."""

LINE = "\n# one line more\n"
USED = Path(".repro") / "used"


def measure(clone: Path, experiments: str) -> tuple[Saving, ...]:
    """Make each change, and time both sessions.

    Args:
        clone: A clean clone of the project.
        experiments: Which experiments are run.

    Returns:
        What each change cost and saved.
    """
    session(clone, "--repro", experiments)
    known = clone.parent / "known"
    shutil.copytree(clone / USED, known)
    return tuple(_measure(clone, known, change, experiments) for change in CHANGES)


def _measure(
    clone: Path, known: Path, change: tuple[str, str], experiments: str
) -> Saving:
    what, name = change
    path = clone / name
    before = path.read_text(encoding="utf-8")
    path.write_text(before + LINE, encoding="utf-8")
    some_s, statuses = session(clone, "--repro-changed", experiments)
    shutil.rmtree(clone / USED)
    all_s, _ = session(clone, "--repro", experiments)
    path.write_text(before, encoding="utf-8")
    shutil.rmtree(clone / USED)
    shutil.copytree(known, clone / USED)
    return Saving(
        what=what,
        file=name,
        ran=sum(status != "unchanged" for status in statuses),
        experiments=len(statuses),
        some_s=some_s,
        all_s=all_s,
    )


def session(clone: Path, *words: str) -> tuple[float, list[str]]:
    """Run a session in the clone.

    Args:
        clone: The clone.
        *words: Options and paths.

    Returns:
        How long it took [s], and the status of each experiment.

    Raises:
        RuntimeError: If an experiment failed: then nothing was measured.
    """
    started = time.perf_counter()
    done = python([*PYTEST, *PLUGIN, *words], clone)
    wall_s = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    report = json.loads((clone / ".repro" / "report" / "report.json").read_text())
    return wall_s, [outcome["status"] for outcome in report["outcomes"]]


def main(argv: Sequence[str] | None = None) -> int:
    """Make the study and write its page.

    Args:
        argv: What follows the name of the module.

    Returns:
        0: figures are reported, whatever they are.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser, "changed.md")
    parser.add_argument("--experiments", default="experiments", metavar="PATH")
    arguments = parser.parse_args(argv)
    occasion = look(arguments.date, arguments.command)
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "project"
        words = ["git", "clone", "--quiet", str(ROOT), str(clone)]
        subprocess.run(words, check=True)  # noqa: S603  # our own command line
        savings = measure(clone, arguments.experiments)
    arguments.write.write_text(page(savings, occasion), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
