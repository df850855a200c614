"""Whether a registration came before the first run, and what came of it.

The first run is the one that references tell of: the first state of each that git has,
and those in place; else an observation in the history of sessions; else the run that
was just made. Each names the commit at which it was made. A registration came first if
that commit holds the very file, and no commit after it changed the file. What cannot be
shown is said to be unknown, never assumed.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from pytest_repro.digests import digest_of_bytes
from pytest_repro.errors import NoRevision, RecordError
from pytest_repro.policy.registrations import changed_keys, read_registration
from pytest_repro.provenance.precedence import Facts, Past, same_text
from pytest_repro.records import (
    Order,
    Precedence,
    RunRecord,
)
from pytest_repro.references import History, ReferenceStore, experiment_folder
from pytest_repro.references.run_file import read_run
from pytest_repro.replication.registration_files import RegistrationFile

__all__ = ["Finding", "FirstRun", "Register"]

RUN: Final = "run.json"
COMMIT: Final = 10
"""Digits of a commit that people read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstRun:
    """A run that may have been the first.

    Attributes:
        commit: At which commit it was made; empty if it names none.
        told_by: Who tells of it.
    """

    commit: str
    told_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found about the order of a registration and the first run.

    Attributes:
        precedence: What exactly.
        order: What that comes to.
        message: The same with both sides, and what to do.
    """

    precedence: Precedence
    order: Order
    message: str


class Register:
    """The registrations of a project, held against its history."""

    def __init__(self, root: Path, *, references: Path, history: Path) -> None:
        """Name the folders; nothing is read yet.

        Args:
            root: The root of the project.
            references: The folder of the references.
            history: That of the observations.
        """
        self._root = root
        self._store = ReferenceStore(references, base=root)
        self._history = History(history, base=root)
        self._past: Past | str | None = None
        self._observed: Mapping[str, set[str]] | None = None

    def place(self, file: RegistrationFile, run: RunRecord | None = None) -> Finding:
        """Say whether a registration came before the first run.

        Args:
            file: The registration.
            run: A run that was just made; it counts where no other is known.

        Returns:
            What was found.
        """
        past = self._find_past()
        if isinstance(past, str):
            return _finding(
                Precedence.NO_GIT, f"{file.shown} cannot be checked: {past}"
            )
        first = self._first(file.registration.experiments, past, run)
        if first is not None and not first.commit:
            msg = f"{first.told_by} names no commit: it was made outside of git"
            return _finding(Precedence.NO_COMMIT, msg)
        commit = first.commit if first else "HEAD"
        facts = past.facts(PurePosixPath(file.shown), commit, file.data)
        if first is None:
            return _before_any(file, facts)
        return _Decision(file, first, facts, is_shallow=past.is_shallow).find()

    def _find_past(self) -> Past | str:
        if self._past is None:
            try:
                self._past = Past(self._root)
            except NoRevision as error:
                self._past = str(error)
        return self._past

    def _first(
        self, experiments: Sequence[str], past: Past, run: RunRecord | None
    ) -> FirstRun | None:
        referred = [
            one for name in experiments for one in self._by_references(name, past)
        ]
        # A reference that names no commit of this history may be older than all others.
        for one in referred:
            if not past.earliest([one.commit]):
                return one
        seen = {one.commit: one.told_by for one in reversed(referred)}
        for name in experiments:
            for commit in sorted(self._by_history().get(name, ())):
                seen.setdefault(commit, "an observation in the history of sessions")
        first = past.earliest(sorted(seen))
        if first:
            return FirstRun(commit=first, told_by=seen[first])
        return None if run is None else _first_of(run, "this run")

    def _by_references(self, experiment: str, past: Past) -> Iterable[FirstRun]:
        folder = self._store.root / experiment_folder(experiment)
        if not folder.is_relative_to(self._root):
            return
        files = past.first_files(PurePosixPath(folder.relative_to(self._root)), RUN)
        for path, data in sorted(files.items()):
            with suppress(ValueError, RecordError):
                commit = read_run(data).identity.code.get("commit")
                told = f"the first state of {PurePosixPath(path).parent}"
                yield FirstRun(commit=_text(commit), told_by=told)
        for file in sorted(folder.glob(f"*/{RUN}")):
            with suppress(ValueError, RecordError, OSError):
                commit = read_run(file.read_bytes()).identity.code.get("commit")
                told = self._store.show(file.parent)
                yield FirstRun(commit=_text(commit), told_by=told)

    def _by_history(self) -> Mapping[str, set[str]]:
        if self._observed is None:
            found: dict[str, set[str]] = {}
            with suppress(RecordError):
                for one in self._history.read().observations:
                    if one.commit:
                        found.setdefault(one.experiment, set()).add(one.commit)
            self._observed = found
        return self._observed


def _first_of(run: RunRecord, told_by: str) -> FirstRun:
    return FirstRun(commit=_text(run.identity.code.get("commit")), told_by=told_by)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _before_any(file: RegistrationFile, facts: Facts) -> Finding:
    if same_text(facts.now, file.data):
        return _finding(
            Precedence.NOT_RUN, f"{file.shown} is committed, and nothing ran"
        )
    msg = f"{file.shown} is not committed as it is: commit it before the first run"
    return Finding(precedence=Precedence.UNCOMMITTED, order=Order.UNKNOWN, message=msg)


_ORDERS: Final = {
    Precedence.NOT_RUN: Order.REGISTERED,
    Precedence.BEFORE: Order.REGISTERED,
    Precedence.RENAMED: Order.REGISTERED,
    Precedence.AMENDED: Order.AMENDED,
    Precedence.UNCOMMITTED: Order.LATE,
    Precedence.AFTER: Order.LATE,
    Precedence.CHANGED: Order.EDITED,
    Precedence.RESTORED: Order.EDITED,
    Precedence.DIRTY: Order.EDITED,
}
"""What each case comes to; the others cannot be checked."""


def _finding(precedence: Precedence, message: str) -> Finding:
    order = _ORDERS.get(precedence, Order.UNKNOWN)
    return Finding(precedence=precedence, order=order, message=message)


class _Decision:
    """Decides from git's facts alone."""

    def __init__(
        self,
        file: RegistrationFile,
        first: FirstRun,
        facts: Facts,
        *,
        is_shallow: bool,
    ) -> None:
        self._file = file
        self._first = first
        self._facts = facts
        self._is_shallow = is_shallow

    def find(self) -> Finding:
        facts = self._facts
        if not facts.is_known:
            return self._gone()
        if facts.problem:
            return _finding(Precedence.UNREADABLE, facts.problem)
        if not facts.is_past:
            msg = (
                f"{self._where} is not in the history of HEAD: that was rewritten, or"
                " the branch was never merged"
            )
            return _finding(Precedence.REWRITTEN, msg)
        if facts.then is None:
            return self._absent()
        if not same_text(facts.then, self._file.data):
            return self._changed(facts.then)
        return self._unchanged()

    @property
    def _where(self) -> str:
        return f"{self._first.commit[:COMMIT]}, the commit of {self._first.told_by},"

    def _gone(self) -> Finding:
        if self._is_shallow:
            msg = (
                f"{self._where} is not in this shallow clone\n"
                "  fetch the rest: git fetch --unshallow (in CI: fetch-depth: 0)"
            )
            return _finding(Precedence.SHALLOW, msg)
        msg = f"git does not have {self._where} any more: the history was rewritten"
        return _finding(Precedence.VANISHED, msg)

    def _absent(self) -> Finding:
        facts, shown = self._facts, self._file.shown
        if facts.renamed:
            msg = f"{self._where} has it as {facts.renamed}, with the same content"
            return _finding(Precedence.RENAMED, msg)
        if facts.now is None:
            msg = f"{shown} is not committed, and {self._where} does not have it"
            return _finding(Precedence.UNCOMMITTED, msg)
        last = facts.last_change[:COMMIT]
        msg = f"{self._where} does not have {shown}: it came with {last} or before that"
        return _finding(Precedence.AFTER, msg)

    def _changed(self, then: bytes) -> Finding:
        is_committed = same_text(self._facts.now, self._file.data)
        keys, is_amended = _amended(then, self._file)
        if is_committed and is_amended:
            msg = f"amended after the first run, with a reason: {', '.join(keys)}"
            return _finding(Precedence.AMENDED, msg)
        what = ", ".join(keys) or "no key, but comments or layout"
        named = ", ".join(f'"{key}"' for key in keys)
        remedy = (
            "commit it: what is not committed is no amendment"
            if is_amended
            else f"undo that, or add [[amendments]]: changes = [{named}] and a reason"
        )
        kind = Precedence.CHANGED if is_committed else Precedence.DIRTY
        return self._told(kind, f"{kind}: {what}", then, remedy)

    def _unchanged(self) -> Finding:
        facts, file = self._facts, self._file
        if not same_text(facts.now, file.data):
            msg = f"{file.shown} is what was registered, but HEAD has another text"
            remedy = "commit the file as it is, or restore that of HEAD"
            return self._told(Precedence.DIRTY, msg, facts.now or b"", remedy)
        if facts.is_changed_since:
            last = facts.last_change[:COMMIT]
            msg = (
                f"{file.shown} says what it said, but was changed after the first run:"
                f" {last} is no ancestor of {self._where.rstrip(',')}"
            )
            return _finding(Precedence.RESTORED, msg)
        return _finding(Precedence.BEFORE, f"{self._where} already has {file.shown}")

    def _told(
        self, kind: Precedence, message: str, then: bytes, remedy: str
    ) -> Finding:
        is_head = self._facts.now is not None and same_text(then, self._facts.now)
        where = "HEAD" if is_head else f"{self._where.rstrip(',')}"
        sides = (
            f"  registered  {digest_of_bytes(then)}  at {where}",
            f"  now         {digest_of_bytes(self._file.data)}  {self._file.shown}",
        )
        return _finding(kind, "\n".join([message, *sides, f"  {remedy}"]))


def _amended(then: bytes, file: RegistrationFile) -> tuple[tuple[str, ...], bool]:
    """List the keys that changed, and whether new amendments state all of them."""
    now = file.registration
    try:
        before = read_registration(then, name=now.id, path=file.shown)
    except RecordError:
        return ("what was registered cannot be read",), False
    keys = changed_keys(before, now)
    kept = len(before.amendments)
    news = now.amendments[kept:]
    stated = {key for one in news for key in one.changes}
    is_kept = now.amendments[:kept] == before.amendments
    return keys, bool(news) and is_kept and stated >= set(keys)
