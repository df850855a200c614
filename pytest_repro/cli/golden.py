"""`pytest-repro golden`: what is known good, what departs from it, who agreed to that.

Audits the references, and what the last session obtained, against the golden path; so a
maintainer sees on one screen whether everything still is where it was agreed to be.
`golden pin` puts the reference in place on the path.
"""

import datetime as dt
from argparse import Namespace
from collections.abc import Sequence
from typing import Final

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.lookup import choose_reference
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.path_lines import audit_lines
from pytest_repro.cli.project import Project
from pytest_repro.cli.sessions import read_last_session
from pytest_repro.cli.shelf import Kept, read_shelf
from pytest_repro.cli.tables import fields
from pytest_repro.errors import ReproUsageError
from pytest_repro.policy.golden import ANY, FILE, GoldenPath, Pin
from pytest_repro.policy.golden_text import loses_comments, pin_text, with_pin
from pytest_repro.references import Found, ReferenceStore
from pytest_repro.replication.golden import Audit, Cover, Standing, audit_path
from pytest_repro.replication.golden_file import GoldenFile, read_file, write_file
from pytest_repro.replication.golden_problems import first_runs

__all__ = ["add_arguments", "run"]

PIN: Final = "pin"


def add_arguments(parser: Parser) -> None:
    """Declare what is to be done.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "action", nargs="?", choices=[PIN], help="put a reference on the golden path"
    )
    parser.add_argument(
        "experiment", metavar="EXPERIMENT", nargs="?", help="which; any part of its id"
    )
    parser.add_argument(
        "--key", help="environment key, or any part (default: of the last session)"
    )
    parser.add_argument("--owner", help="who answers for a pin (default: as before)")
    parser.add_argument("--note", help="what should be known beside a pin")
    parser.add_argument(
        "--today",
        metavar="DATE",
        help="audit as of this day, such as 2026-12-31 (default: by the clock, in UTC)",
    )


def run(arguments: Namespace, project: Project) -> Answer:
    """Audit, or pin.

    Args:
        arguments: `action`, `experiment`, `key`, `owner`, `note` and `today`.
        project: The folders.

    Returns:
        The answer. Of an audit the status is `DIFFERS` if something departs that
        nobody declared, `POLICY` if a deviation that is needed has expired.

    Raises:
        ReproUsageError: If the words have no meaning together.
        RecordError: If the path or a reference cannot be read.
        StoreError: If the path cannot be written.
    """
    store = ReferenceStore(project.references, base=project.root)
    if arguments.action == PIN:
        return _pin(arguments, project, store)
    for name in ("key", "owner", "note"):
        if getattr(arguments, name) is not None:
            msg = f"--{name} is for: pytest-repro golden pin EXPERIMENT"
            raise ReproUsageError(msg)
    return _audit(_day(arguments.today), project, store)


def _audit(today: dt.date, project: Project, store: ReferenceStore) -> Answer:
    file = read_file(store)
    if file is None:
        shown = store.show(store.root / FILE)
        msg = (
            f"there is no golden path, {shown}\n"
            "  begin one with: pytest-repro golden pin EXPERIMENT --owner NAME"
        )
        return Answer(exit=Exit.NO_REFERENCE, problems=(msg,))
    last = read_last_session(project)
    pinned = {pin.experiment for pin in file.path.pins}
    ran = {name: one for name, one in last.outcomes.items() if name in pinned}
    audit = audit_path(
        file.path, store, obtained=first_runs(project.runs, ran), today=today
    )
    return Answer(
        exit=_exit(audit),
        lines=audit_lines(audit, file.shown),
        data={"path": file.shown, "audit": audit},
        problems=last.problems,
    )


def _exit(audit: Audit) -> Exit:
    """Choose the status: what must be looked at first."""
    is_blind = any(one.problem for one in audit.standing(Standing.MOVED))
    order = (
        (audit.standing(Standing.UNREADABLE), Exit.INTEGRITY),
        (audit.covered(Cover.UNDECLARED), Exit.DIFFERS),
        (audit.standing(Standing.MISSING), Exit.NO_REFERENCE),
        (audit.covered(Cover.EXPIRED), Exit.POLICY),
        (is_blind, Exit.CANNOT_JUDGE),
    )
    return next((status for found, status in order if found), Exit.HOLDS)


def _day(text: str | None) -> dt.date:
    if text is None:
        return dt.datetime.now(tz=dt.UTC).date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        msg = f"--today is a day such as 2026-12-31, got {text!r}"
        raise ReproUsageError(msg) from None


def _pin(arguments: Namespace, project: Project, store: ReferenceStore) -> Answer:
    if arguments.experiment is None or arguments.today is not None:
        msg = "pinning takes an experiment, and no day: pytest-repro golden pin NAME"
        raise ReproUsageError(msg)
    kept, last = read_shelf(store), read_last_session(project)
    chosen = choose_reference(arguments.experiment, arguments.key, kept, last)
    if isinstance(chosen, Answer):
        return chosen
    file = read_file(store)
    path = file.path if file else GoldenPath()
    found = store.held(chosen.experiment, chosen.key)
    pin = _pin_of(chosen, found, path, arguments)
    if file is not None and _loses(file):
        return _by_hand(file, pin)
    shown = write_file(store, with_pin(path, pin), before=file.data if file else None)
    return _pinned(pin, found, shown)


def _pin_of(chosen: Kept, found: Found, path: GoldenPath, arguments: Namespace) -> Pin:
    """Pin a digest; but a number where every environment is pinned by one."""
    own = [one for one in path.pins if one.experiment == chosen.experiment]
    same = [one for one in own if one.environment in {ANY, chosen.key}]
    owner = arguments.owner or next((one.owner for one in (*same, *own)), "")
    if not owner:
        msg = (
            f"nobody answers for {chosen.experiment} yet: add --owner NAME, a person"
            " or a team"
        )
        raise ReproUsageError(msg)
    is_any = any(one.environment == ANY for one in same)
    history = found.record.history if found.record else ()
    return Pin(
        experiment=chosen.experiment,
        environment=ANY if is_any else chosen.key,
        owner=owner,
        sums=None if is_any else found.sums,
        revision=len(history) if is_any else None,
        note=arguments.note or "",
    )


def _loses(file: GoldenFile) -> bool:
    return loses_comments((file.data or b"").decode("utf-8"))


def _by_hand(file: GoldenFile, pin: Pin) -> Answer:
    msg = (
        f"{file.shown} holds comments that writing it would lose: nothing was written\n"
        '  put this in by hand, or keep what they say as a note = "…" of the entry\n'
        f"{pin_text(pin)}"
    )
    return Answer(exit=Exit.CANNOT_JUDGE, problems=(msg,))


def _pinned(pin: Pin, found: Found, shown: str) -> Answer:
    history: Sequence[object] = found.record.history if found.record else ()
    what = str(pin.sums) if pin.sums else f"revision {pin.revision}"
    return Answer(
        lines=(
            pin.experiment,
            *fields(
                [
                    ("pinned", f"revision {len(history)} in {shown}"),
                    ("environment", pin.environment),
                    ("approved", what),
                    ("owner", pin.owner),
                ]
            ),
        ),
        data={"pin": pin, "path": shown},
    )
