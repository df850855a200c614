"""`pytest-repro import`: take in what another party ran, verified, under its name.

Nothing is run and nothing is believed: a record is kept if it is whole, and counts as
what its party says that it ran. Who the party is, whoever types its name asserts.
"""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.cli.tables import fields
from pytest_repro.errors import ReproUsageError
from pytest_repro.references import ReferenceStore
from pytest_repro.references.imports import read_replications
from pytest_repro.references.replications import Replication, Replications
from pytest_repro.replication.witnesses import Kind, Sources, hear
from pytest_repro.reports.summary import counted

__all__ = ["add_arguments", "run"]

NOTE: Final = (
    "the party is self-asserted: nothing here shows who ran it, or that it ran"
)


def add_arguments(parser: Parser) -> None:
    """Declare what is taken in, and from whom.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "source",
        metavar="ARCHIVE|FOLDER",
        type=Path,
        help="a zip archive or a folder: a reference store, runs, or one record",
    )
    parser.add_argument(
        "--party",
        metavar="NAME",
        required=True,
        help="who ran it, in a-z, 0-9, '.', '_' and '-'",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    replication: Replication
    is_new: bool
    copied_from: tuple[str, ...]

    @property
    def told(self) -> str:
        """What became of it."""
        if self.copied_from:
            return f"the very run of {', '.join(self.copied_from)}: does not count"
        return "kept" if self.is_new else "was here before: counts once"


def run(arguments: Namespace, project: Project) -> Answer:
    """Verify records of another party and keep them.

    Args:
        arguments: `source` and `party`.
        project: The folders.

    Returns:
        The answer; its status is `NO_REFERENCE` if there is no record, and `POLICY` if
        all of them are copies of what is here.

    Raises:
        ReproUsageError: If there is no such file, or the party has no name.
        RecordError: If any of it cannot be read as it was written: nothing is kept.
        StoreError: If a record cannot be kept.
    """
    path = Path.cwd() / arguments.source
    if not path.exists():
        msg = f"there is no archive or folder {arguments.source}"
        raise ReproUsageError(msg)
    found = read_replications(path)
    if not found:
        return Answer(
            exit=Exit.NO_REFERENCE,
            problems=(f"there is no record in {arguments.source}",),
        )
    is_new = Replications(project.out).keep(arguments.party, found)
    taken = _marked(arguments.party, found, is_new, project)
    is_copied = all(one.copied_from for one in taken)
    return Answer(
        exit=Exit.POLICY if is_copied else Exit.HOLDS,
        lines=(
            f"{counted(len(taken), 'record')} of {arguments.party}",
            *fields([(_name(one), one.told) for one in taken]),
            f"  {NOTE}",
            "  compare: pytest-repro matrix",
        ),
        data={
            "party": arguments.party,
            "records": [_facts(one) for one in taken],
            "note": NOTE,
        },
    )


def _marked(
    party: str, found: Sequence[Replication], new: Sequence[bool], project: Project
) -> list[_Taken]:
    store = ReferenceStore(project.references, base=project.root)
    heard = hear(Sources(references=store, out=project.out))
    copies = {
        (experiment, one.witness.name): one.copied_from
        for experiment, own in heard.items()
        for one in own
        if one.witness.kind is Kind.PARTY
    }
    return [
        _Taken(
            replication=one,
            is_new=is_new,
            copied_from=copies.get(_place(party, one), ()),
        )
        for one, is_new in zip(found, new, strict=True)
    ]


def _place(party: str, one: Replication) -> tuple[str, str]:
    identity = one.record.identity
    return identity.experiment, f"{party}/{identity.environment.key}"


def _name(one: _Taken) -> str:
    return one.replication.record.identity.experiment


def _facts(one: _Taken) -> dict[str, object]:
    identity = one.replication.record.identity
    return {
        "experiment": identity.experiment,
        "key": identity.environment.key,
        "digest": one.replication.digest,
        "is_new": one.is_new,
        "copied_from": one.copied_from,
    }
