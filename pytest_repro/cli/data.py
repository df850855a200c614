"""`pytest-repro data`: what a data set holds, how it is cut, what its parts share.

`check` reads a manifest strictly and looks for leaks, `split` cuts it and writes the
parts, `card` writes the page for people. A declaration beside the manifest, of the same
name with the ending ``.toml``, says how it is cut. Of the project nothing is imported.
"""

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.data_lines import (
    card_lines,
    checked_lines,
    count_lines,
    declared_text,
)
from pytest_repro.cli.data_set import DataSet, read_data_set
from pytest_repro.cli.data_use import read_use
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.data import (
    Facts,
    Manifest,
    Parts,
    count_parts,
    digest_of,
    find_leaks,
    write_card,
    write_manifest,
)
from pytest_repro.data.cards import NAME
from pytest_repro.data.metric_file import read_metrics
from pytest_repro.disk import replace_file
from pytest_repro.errors import ReproUsageError

__all__ = ["add_arguments", "run"]

ACTIONS: Final = ("card", "check", "split")


def add_arguments(parser: Parser) -> None:
    """Declare what is done with which data set.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument("action", choices=ACTIONS, help="what is to be done")
    parser.add_argument("manifest", metavar="MANIFEST", type=Path, help="the samples")
    parser.add_argument(
        "--files",
        metavar="PATH",
        type=Path,
        help="folder of the contents, named by ids: check digests and near duplicates",
    )
    parser.add_argument(
        "--share",
        metavar="PART=SHARE",
        action="append",
        default=[],
        help="split: a part, such as train=0.8 (default: as declared)",
    )
    parser.add_argument("--salt", help="split: names this way of cutting")
    parser.add_argument(
        "--by", choices=("id", "group", "digest"), help="split: what stays together"
    )
    parser.add_argument(
        "--to", metavar="PATH", type=Path, help="split: folder for a manifest a part"
    )
    parser.add_argument(
        "--metrics",
        metavar="PATH",
        type=Path,
        help="card: a table of ids and numbers, to be told slice by slice",
    )
    parser.add_argument(
        "--used-by",
        metavar="EXPERIMENT",
        action="append",
        default=[],
        help="card: an experiment whose reference says how many samples it used",
    )
    parser.add_argument(
        "--verify", action="store_true", help="card: compare only, and write nothing"
    )


def run(arguments: Namespace, project: Project) -> Answer:
    """Check, cut, or tell about a data set.

    Args:
        arguments: `action`, `manifest` and what belongs to the action.
        project: The folders.

    Returns:
        The answer. Of a check the status is `DIFFERS` if parts know each other,
        `INTEGRITY` if contents are others, `CANNOT_JUDGE` without a split.

    Raises:
        ReproUsageError: If the words have no meaning together.
        RecordError: If manifest or declaration cannot be read.
    """
    _check_words(arguments)
    if not arguments.manifest.is_file():
        msg = (
            f"there is no manifest {arguments.manifest}\n"
            "  write one with pytest_repro.data: Manifest.of(…), write_manifest(…)"
        )
        return Answer(exit=Exit.NO_REFERENCE, problems=(msg,))
    found = read_data_set(arguments, project)
    match arguments.action:
        case "card":
            used = read_use(arguments.used_by, project)
            if isinstance(used, Answer):
                return used
            return _card(found, arguments, used)
        case "split":
            return _split(found, arguments)
        case _:
            return _check(found)


def _check_words(arguments: Namespace) -> None:
    own = {"share": "split", "salt": "split", "by": "split", "to": "split"}
    own |= {"metrics": "card", "verify": "card", "used_by": "card"}
    for name, action in own.items():
        if getattr(arguments, name) and arguments.action != action:
            option = name.replace("_", "-")
            msg = f"--{option} is for: pytest-repro data {action} MANIFEST"
            raise ReproUsageError(msg)


def _check(found: DataSet) -> Answer:
    rule = found.declaration.split
    if rule is None:
        lines = checked_lines(found, None, ())
        return Answer(
            exit=Exit.INTEGRITY if found.problems else Exit.CANNOT_JUDGE,
            lines=lines,
            data={"manifest": digest_of(found.manifest), "leaks": []},
            problems=(*found.problems, found.undeclared),
        )
    parts = rule.apply(found.manifest)
    leaks = (*find_leaks(parts), *found.near(parts))
    empty = tuple(f"part {name!r} holds no sample" for name in parts.empty)
    status = Exit.DIFFERS if leaks or empty else Exit.HOLDS
    return Answer(
        exit=Exit.INTEGRITY if found.problems else status,
        lines=checked_lines(found, parts, leaks),
        data={
            "manifest": digest_of(found.manifest),
            "parts": parts.digest,
            "leaks": leaks,
            "compared": len(found.contents),
        },
        problems=(*found.problems, *empty),
    )


def _split(found: DataSet, arguments: Namespace) -> Answer:
    rule = found.declaration.split
    if rule is None:
        return Answer(exit=Exit.CANNOT_JUDGE, problems=(found.undeclared,))
    parts = rule.apply(found.manifest)
    written = () if arguments.to is None else _write(parts, found, arguments.to)
    return Answer(
        lines=(*count_lines(parts), *declared_text(parts, found), *written),
        data={
            "manifest": digest_of(found.manifest),
            "parts": parts.digest,
            "shares": rule.text,
            "salt": rule.salt,
            "by": str(rule.by),
            "counts": count_parts(parts),
            "ids": {name: [one.id for one in parts[name]] for name in parts},
        },
    )


def _write(parts: Parts, found: DataSet, folder: Path) -> tuple[str, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, samples in parts.items():
        path = folder / f"{name}.tsv"
        part = Manifest(samples=samples, extra=found.manifest.extra)
        replace_file(path, write_manifest(part))
        lines.append(f"  wrote {path}: {len(samples)} samples")
    return tuple(lines)


def _card(
    found: DataSet, arguments: Namespace, used: Mapping[str, Mapping[str, int]]
) -> Answer:
    rule = found.declaration.split
    parts = None if rule is None else rule.apply(found.manifest)
    leaks = () if parts is None else (*find_leaks(parts), *found.near(parts))
    metrics = None
    if arguments.metrics is not None:
        data = arguments.metrics.read_bytes()
        metrics = read_metrics(data, path=str(arguments.metrics))
    facts = Facts(
        manifest=found.manifest,
        declaration=found.declaration,
        leaks=leaks,
        is_near_checked=bool(found.contents),
        metrics=metrics,
        used=used,
    )
    text = write_card(facts).encode()
    path = arguments.manifest.with_name(NAME)
    is_same = path.is_file() and path.read_bytes() == text
    if not arguments.verify and not is_same:
        replace_file(path, text)
    is_stale = arguments.verify and not is_same
    status = Exit.DIFFERS if is_stale else Exit.HOLDS
    stale = f"{path} is not what the data set says: write it again without --verify"
    return Answer(
        exit=Exit.INTEGRITY if found.problems else status,
        lines=card_lines(path, parts, leaks),
        data={"card": str(path), "leaks": leaks, "is_stale": is_stale},
        problems=(*found.problems, *((stale,) if is_stale else ())),
    )
