"""`pytest-repro history`: how an experiment did from night to night, and since when.

Without an experiment it is one line for each; with one, its replication rate, its
times, and each metric with the shifts that are no chance, and the commits between which
they lie. It only reads, but for ``--merge``, which adds the nights of another machine.
"""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from pytest_repro.cli.answers import Answer, unknown_name
from pytest_repro.cli.chronicle import (
    Past,
    add_history_arguments,
    history_of,
    read_past,
)
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.followed_trend import trend_facts, trend_lines
from pytest_repro.cli.matrix import replicated_by
from pytest_repro.cli.naming import choose
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.cli.rates import tally_facts, tally_table
from pytest_repro.cli.tables import fields
from pytest_repro.errors import ReproUsageError
from pytest_repro.records import Observation
from pytest_repro.references import History
from pytest_repro.reports.matrices import party_text
from pytest_repro.reports.summary import counted
from pytest_repro.reports.trends import NOBODY, Trend, tallies_by, trends

__all__ = ["add_arguments", "run"]

REMEDY: Final = "\n  each session adds to it: pytest --repro"


def add_arguments(parser: Parser) -> None:
    """Declare what is to be told.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "experiment",
        metavar="EXPERIMENT",
        nargs="?",
        help="a node id, or any part of one (default: one line for each)",
    )
    parser.add_argument("--metric", help="only this metric, or any part of its name")
    parser.add_argument("--key", help="only this environment key, or any part of one")
    parser.add_argument(
        "--by",
        choices=("experiment", "owner", "environment"),
        default="experiment",
        help="what the lines of the overview are of (default: experiment)",
    )
    parser.add_argument(
        "--merge",
        type=Path,
        metavar="FOLDER",
        help="first add what the history in another folder has",
    )
    add_history_arguments(parser)


def run(arguments: Namespace, project: Project) -> Answer:
    """Tell what the history has.

    Args:
        arguments: As declared.
        project: The folders.

    Returns:
        The answer; its status is `INTEGRITY` if a line cannot be read that no crash
        left.

    Raises:
        ReproUsageError: If the options contradict each other or name several things.
        RecordError: If the history, or one that is to be merged, cannot be read.
    """
    _check(arguments)
    history = history_of(project, arguments)
    told = _merge(history, arguments.merge, project)
    past = read_past(history, project)
    if not past.observations:
        problem = f"no observation in {history.shown}{REMEDY}"
        return Answer(
            exit=max(past.exit, Exit.NO_REFERENCE),
            lines=told,
            problems=(*past.problems, problem),
        )
    answer = (
        _tell_one(past, arguments, project)
        if arguments.experiment is not None
        else _tell_all(past.observations, arguments.by)
    )
    return replace(
        answer,
        exit=answer.exit if past.exit is Exit.HOLDS else past.exit,
        lines=(*told, *answer.lines),
        problems=(*past.problems, *answer.problems),
    )


def _check(arguments: Namespace) -> None:
    if arguments.experiment is None and (arguments.metric or arguments.key):
        msg = "--metric and --key choose of one experiment: name it first"
        raise ReproUsageError(msg)


def _merge(history: History, folder: Path | None, project: Project) -> tuple[str, ...]:
    if folder is None:
        return ()
    other = History(project.root / folder, base=project.root)
    if not other.root.is_dir():
        msg = f"there is no history to merge in {other.shown}"
        raise ReproUsageError(msg)
    count = history.merge(other)
    noun = counted(count, "observation")
    return (f"{noun} of {other.shown} added to {history.shown}", "")


def _tell_all(observations: Sequence[Observation], by: str) -> Answer:
    tallies = tallies_by(observations, lambda one: _group(one, by))
    return Answer(
        lines=tally_table(by, tallies),
        data={"by": by, "groups": [tally_facts(one) for one in tallies]},
    )


def _group(observation: Observation, by: str) -> str:
    match by:
        case "owner":
            return observation.owner or NOBODY
        case "environment":
            return observation.environment_key or "unknown"
        case _:
            return observation.experiment


def _tell_one(past: Past, arguments: Namespace, project: Project) -> Answer:
    known = [one.experiment for one in past.observations]
    experiment = choose(arguments.experiment, known, what="experiment")
    if experiment is None:
        return unknown_name(arguments.experiment, known, what="observed experiment")
    own = [one for one in past.observations if one.experiment == experiment]
    found = _chosen(trends(own), arguments)
    if isinstance(found, Answer):
        return found
    moved = [past.passages.get((experiment, trend.key), ()) for trend in found]
    pairs = list(zip(found, moved, strict=True))
    lines = [line for pair in pairs for line in trend_lines(*pair)]
    parties = replicated_by(project, experiment)
    told = ("", *fields([("others", party_text(parties))])) if parties else ()
    return Answer(
        lines=(*lines[:-1], *told),
        data={
            "experiment": experiment,
            "parties": parties,
            "environments": [trend_facts(*pair) for pair in pairs],
        },
    )


def _chosen(found: Sequence[Trend], arguments: Namespace) -> Sequence[Trend] | Answer:
    """Leave out what was not asked for."""
    if arguments.key is not None:
        keys = [one.key for one in found]
        key = choose(arguments.key, keys, what="environment")
        if key is None:
            return unknown_name(arguments.key, keys, what="observed environment")
        found = [one for one in found if one.key == key]
    if arguments.metric is not None:
        return _only_metric(found, arguments.metric)
    return found


def _only_metric(found: Sequence[Trend], part: str) -> tuple[Trend, ...] | Answer:
    names = [curve.metric for trend in found for curve in trend.curves]
    name = choose(part, names, what="metric")
    if name is None:
        return unknown_name(part, names, what="observed metric")
    return tuple(
        replace(trend, curves=tuple(one for one in trend.curves if one.metric == name))
        for trend in found
    )
