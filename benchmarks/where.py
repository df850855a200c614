"""How often `pytest-repro why` names the right class, operation and line.

    python -m benchmarks.where --date 2026-11-26 --command "nox -s where"
    python -m benchmarks.where --only logistic --date 2026-11-27 --command "the same"

Each fault of `benchmarks.where_table` is planted in a copy of the shipped experiments,
in a repository, with a reference recorded before; the experiment is run and the
program is asked why it differs, as a person would. What it answers is held against
what the table says.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.faults_table import FAULTS
from benchmarks.machine import add_arguments, look
from benchmarks.processes import PLUGIN, PYTEST, make_project, python
from benchmarks.variants import EXPERIMENTS, Variant, apply
from benchmarks.where_page import (
    FIGURES,
    Answered,
    Figures,
    read,
    render,
    renewed,
    write,
)
from benchmarks.where_table import PLACES, Place

__all__ = ["answer_of", "is_right_class", "is_right_operation", "main", "study"]

NEAR: Final = 3
"""A call that stands on several lines is named by one of them."""

TRACED: Final = ("repro_traced_steps = 0", "repro_traced_steps = 3")
"""References carry an operation trace here, as they do by default."""

WORKERS: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the study, or write its page again.

    Args:
        arguments: Of the command line.

    Returns:
        0.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser, "where.md")
    parser.add_argument("--from-figures", action="store_true")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=tuple(EXPERIMENTS),
        metavar="EXPERIMENT",
        help="keep what is known of the others",
    )
    options = parser.parse_args(arguments)
    if options.from_figures:
        found = read()
    else:
        occasion = look(options.date, options.command).lines()
        names = options.only or list(EXPERIMENTS)
        with tempfile.TemporaryDirectory() as folder:
            rows = tuple(study(names, Path(folder)))
        found = Figures(occasion=tuple(occasion), rows=rows)
        if options.only:
            found = renewed(read(), found, order=list(EXPERIMENTS))
        write(found, FIGURES)
    options.write.write_text(render(found), encoding="utf-8")
    return 0


def study(names: Iterable[str], folder: Path) -> Iterator[Answered]:
    """Plant every fault of some experiments, and ask.

    Args:
        names: Of the experiments.
        folder: Where projects are made; empty.

    Yields:
        What was answered.
    """
    for name in names:
        base = folder / "base" / name
        _record(base, name)
        faults = [
            one
            for one in FAULTS
            if one.experiment == name and one.label in PLACES[name]
        ]
        with ThreadPoolExecutor(WORKERS) as pool:
            yield from pool.map(partial(_ask, base, folder), faults)


def _record(base: Path, name: str) -> None:
    make_project(base)
    ini = base / "pytest.ini"
    text = ini.read_text(encoding="utf-8")
    ini.write_text(text.replace(*TRACED), encoding="utf-8")
    (base / ".gitignore").write_text(".repro\n__pycache__\n", encoding="utf-8")
    _git(base, "init", "--quiet")
    _commit(base)
    node = EXPERIMENTS[name].node
    ended = python([*PYTEST, *PLUGIN, "--repro-record", node], base)
    if ended.returncode:
        sys.exit(f"{name} was not recorded\n{ended.stdout}{ended.stderr}")
    _commit(base)


def _commit(base: Path) -> None:
    _git(base, "add", "--all")
    _git(base, "commit", "--quiet", "--message=as it is")


def _git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    command = ["git", *who, *words]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603  # words of ours


def _ask(base: Path, folder: Path, fault: Variant) -> Answered:
    project = Path(tempfile.mkdtemp(dir=folder)) / "project"
    shutil.copytree(base, project, symlinks=True)
    apply(fault, project)
    node = EXPERIMENTS[fault.experiment].node
    python([*PYTEST, *PLUGIN, "--repro", node], project)
    began = time.monotonic()
    asked = python(
        ["-m", "pytest_repro", "why", node, "--workers=1", "--json"], project
    )
    wall_s = time.monotonic() - began
    try:
        told = json.loads(asked.stdout)
    except ValueError:
        sys.exit(f"{fault.label}: no answer\n{asked.stdout}{asked.stderr}")
    row = answer_of(told, PLACES[fault.experiment][fault.label], fault, base, project)
    sys.stderr.write(f"{row}\n")
    trials = told["because"]["inquiry"]["trials"] if told["because"] else []
    replay_s = float(trials[0]["wall_s"]) if trials else 0.0
    shutil.rmtree(project.parent)
    return row.timed(wall_s=wall_s, replay_s=replay_s)


def answer_of(
    told: Mapping[str, Any], place: Place, fault: Variant, base: Path, project: Path
) -> Answered:
    """Hold what was told against the table.

    Args:
        told: What the program printed for machines.
        place: Where the fault lies.
        fault: The fault.
        base: The project without it.
        project: The project with it.

    Returns:
        What was answered, and whether it is right.
    """
    onset, because = told["onset"], told["because"]
    root = because["root"] if because else None
    calls = list(_calls(root, base, project)) if root else []
    return Answered(
        experiment=fault.experiment,
        label=fault.label,
        verdict=told["verdict"]["rung"],
        cause=onset["cause"] if onset else "",
        step=onset["step"] if onset else None,
        operation=calls[0][0] if calls else "",
        source=calls[0][1] if calls else "",
        explained=because["inquiry"]["kind"] or "" if because else "",
        is_right_class=is_right_class(onset["cause"] if onset else "", place),
        is_right_operation=is_right_operation(calls, place),
    )


def is_right_class(cause: str, place: Place) -> bool:
    """Tell whether a class is one of those that are right.

    Args:
        cause: What was told.
        place: Where the fault lies.

    Returns:
        Whether it is.
    """
    return cause in place.classes


def is_right_operation(calls: Iterable[tuple[str, str, str]], place: Place) -> bool:
    """Tell whether an operation and its line are right.

    Args:
        calls: Operators that were named, their places and what stands there.
        place: Where the fault lies.

    Returns:
        Whether one call has both right.
    """
    return any(
        any(fnmatchcase(name, pattern) for pattern in place.operations)
        and any(line in text for line in place.lines)
        for name, _, text in calls
    )


def _calls(
    root: Mapping[str, Any], base: Path, project: Path
) -> Iterator[tuple[str, str, str]]:
    sides = (
        (project, [root["obtained"], *root["added"]]),
        (base, [root["reference"], *root["removed"]]),
    )
    for folder, operations in sides:
        for one in filter(None, operations):
            yield one["name"], one["source"], _text(folder, one["source"])


def _text(folder: Path, source: str) -> str:
    """Read the lines around a place."""
    file, _, number = source.rpartition(":")
    if not file or not (folder / file).is_file():
        return ""
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    first = max(int(number) - 1 - NEAR, 0)
    return "\n".join(lines[first : int(number) + NEAR])


if __name__ == "__main__":
    sys.exit(main())
