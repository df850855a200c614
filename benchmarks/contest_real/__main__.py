"""Collect runs, let every rule judge them, write the figures.

    python -m benchmarks.contest_real --collect DIR
    python -m benchmarks.contest_real --collect DIR --other-torch
    python -m benchmarks.contest_real --from DIR --date 2026-11-26
    python -m benchmarks.contest_real --costs DIR --date 2026-11-26

The first takes about a quarter of an hour on two cores and can be stopped and
continued, the second wants an interpreter that has another torch and adds what that
computes. The third takes some seconds and keeps costs that are there, the fourth some
minutes. A collection without another torch keeps what is known of one.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.contest_real.collecting import FAILED, collect
from benchmarks.contest_real.costing import measure_costs
from benchmarks.contest_real.errands import CONTESTED, VERSION, errands
from benchmarks.contest_real.figures import FIGURES, Figures, Row, read, write
from benchmarks.contest_real.gathering import gather
from benchmarks.contest_real.judging import (
    MACHINE,
    judge_all,
    judge_other_machine,
    leave_one_out,
)
from benchmarks.contest_real.other_machine import fetch_tables
from benchmarks.contest_real.page import verdict_line
from benchmarks.contest_real.rules import NEEDY, RULES
from benchmarks.machine import look
from pytest_repro.verdicts.rounding import FACTOR

__all__ = ["judge_collection", "main", "with_other_torch"]

WORKERS = 2


def judge_collection(folder: Path, occasion: tuple[str, ...]) -> Figures:
    """Judge everything that a collection holds.

    Args:
        folder: The collection.
        occasion: When and how, as lines.

    Returns:
        The figures, without costs.
    """
    needed = errands()
    subjects = gather(needed, folder)
    rows = [row for subject in subjects for row in judge_all(subject, RULES)]
    alone = [rule for rule in RULES if rule not in NEEDY]
    for name in CONTESTED:
        row = judge_other_machine(name, needed, folder, rules=alone)
        rows += [] if row is None else [row]
    failed = folder / FAILED
    broken = failed.read_text(encoding="utf-8").splitlines() if failed.exists() else ()
    return Figures(
        occasion=occasion,
        factor=FACTOR,
        rows=tuple(rows),
        left=tuple(one for subject in subjects for one in leave_one_out(subject)),
        broken=tuple(sorted(set(broken))),
    )


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says.

    Args:
        arguments: The command line; by default that of the process.

    Returns:
        0.
    """
    parser = argparse.ArgumentParser(description="rules on real training")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--collect", type=Path, metavar="DIR")
    which.add_argument("--from", dest="source", type=Path, metavar="DIR")
    which.add_argument("--costs", type=Path, metavar="DIR")
    parser.add_argument("--other-torch", action="store_true")
    parser.add_argument("--date", default="", help="goes into the figures")
    parser.add_argument("--write", type=Path, default=FIGURES, metavar="PATH")
    options = parser.parse_args(arguments)
    if options.collect is not None:
        fetch_tables(options.collect)
        own = [one for one in errands() if (one.kind == VERSION) == options.other_torch]
        collect(own, options.collect, workers=WORKERS)
        return 0
    known = read(options.write) if options.write.exists() else None
    if options.source is not None:
        occasion = _occasion(options.date, "--from")
        found = judge_collection(options.source, occasion)
        if known is not None:
            costs, when = known.costs, known.cost_occasion
            rows = with_other_torch(found.rows, known.rows)
            found = replace(found, rows=rows, costs=costs, cost_occasion=when)
    else:
        found = _with_costs(known, options.costs, options.date)
    write(found, options.write)
    sys.stderr.write(verdict_line(found) + "\n")
    return 0


def with_other_torch(rows: Sequence[Row], known: Sequence[Row]) -> tuple[Row, ...]:
    """Keep what another torch computed, where a collection has nothing of that.

    Args:
        rows: What was judged.
        known: What was judged before.

    Returns:
        The rows; what is known under another torch follows each experiment.
    """
    if any(row.kind == VERSION for row in rows):
        return tuple(rows)
    own = [row for row in rows if row.kind != MACHINE]
    kept = [row for row in known if row.kind == VERSION]
    names = dict.fromkeys(row.experiment for row in own)
    joined = (one for name in names for one in (*own, *kept) if one.experiment == name)
    return (*joined, *(row for row in rows if row.kind == MACHINE))


def _with_costs(known: Figures | None, folder: Path, date: str) -> Figures:
    """Measure costs, and put them to what is known.

    Raises:
        SystemExit: If nothing was judged yet.
    """
    if known is None:
        sys.exit("there are no figures to put costs to: judge a collection first")
    occasion = _occasion(date, "--costs")
    with tempfile.TemporaryDirectory() as scratch:
        subjects = gather(errands(), folder)
        costs = tuple(measure_costs(subjects, Path(scratch) / "project"))
    return replace(known, costs=costs, cost_occasion=occasion)


def _occasion(date: str, flag: str) -> tuple[str, ...]:
    command = f"python -m benchmarks.contest_real {flag} DIR"
    return tuple(look(date, command).lines())


if __name__ == "__main__":
    sys.exit(main())
