"""The dialogue of a review: show, ask, do; on a terminal only.

Each answer is carried out at once, so an end of input, a lost connection or Ctrl-C
loses nothing: what was accepted is accepted, and the rest waits.
"""

import webbrowser
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from pytest_repro.cli.accept import accept_change, accepted_lines
from pytest_repro.cli.candidate_lines import candidate_lines, detail_lines
from pytest_repro.cli.candidates import pending_store
from pytest_repro.cli.printing import print_lines
from pytest_repro.cli.project import Project
from pytest_repro.cli.proposing import (
    Change,
    lacking,
    lacking_before,
    make_acceptance,
    now_utc,
    propose,
    reference_store,
    rules_of,
)
from pytest_repro.cli.reject import rejected_lines
from pytest_repro.errors import ReproError
from pytest_repro.records import MIN_REASON
from pytest_repro.references import earlier_rejections, reject

__all__ = ["Reviewer"]

PAGE: Final = ("report", "index.html")

HELP: Final = (
    "  a  accept it, with a reason       A  it and all that remain",
    "  r  reject it                      R  it and all that remain",
    "  s  skip it: it waits              S  it and all that remain",
    "  d  show all differences",
    "  o  open the page of the report",
    "  q  quit: what is left waits",
)
QUESTION: Final = "accept, reject, skip, details, open, quit, help [a/r/s/d/o/q/?] "


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a person answered; it may stand for all that remain.

    Attributes:
        letter: ``a``, ``r`` or ``s``.
        reason: The reason, for those that take one.
    """

    letter: str
    reason: str = ""


class Quit(Exception):  # a person's wish, as in `errors`
    """A person wants no more questions."""


class Reviewer:
    """Leads one person through candidates."""

    def __init__(
        self,
        project: Project,
        *,
        approved_by: Sequence[str],
        ask: Callable[[str], str] = input,
    ) -> None:
        """Prepare, without asking anything.

        Args:
            project: The folders.
            approved_by: Who approved, as was said on the command line.
            ask: Prints a question and returns a line.
        """
        self._project = project
        self._approved_by = tuple(approved_by)
        self._ask = ask
        self._done: Counter[str] = Counter()
        self._standing: Reply | None = None

    def review(self, changes: Sequence[Change]) -> int:
        """Ask about each candidate.

        Args:
            changes: What would be accepted.

        Returns:
            How many still wait.
        """
        left = len(changes)
        try:
            for number, change in enumerate(changes, 1):
                print_lines(["", f"[{number} of {len(changes)}]", *self._view(change)])
                left -= self._decide(change)
        except (EOFError, KeyboardInterrupt):
            print_lines(["", "interrupted"])
        except Quit:
            pass
        return left

    def summary(self, waits: int) -> tuple[str, ...]:
        """Say what was done.

        Args:
            waits: How many still wait.

        Returns:
            One line.
        """
        parts = [f"{self._done[what]} {what}" for what in ("accepted", "rejected")]
        return (f"{', '.join(parts)}, {waits} still waiting",)

    def _view(self, change: Change) -> tuple[str, ...]:
        pending = pending_store(self._project)
        return candidate_lines(
            change,
            rejected=earlier_rejections(pending, change.candidate),
            asked=lacking_before(rules_of(self._project), change),
        )

    def _decide(self, change: Change) -> bool:
        """Ask until there is an answer; returns whether the candidate is gone."""
        if self._standing is not None:
            return self._carry_out(self._standing, change)
        while True:
            word = self._ask(f"\n{QUESTION}").strip()
            match word:
                case "d":
                    print_lines(detail_lines(change))
                case "o":
                    self._open()
                case "q" | "Q":
                    raise Quit
                case "a" | "A" | "r" | "R" | "s" | "S":
                    answer = self._with_reason(word.lower())
                    if answer is None:
                        continue
                    self._standing = answer if word.isupper() else None
                    is_gone = self._carry_out(answer, change)
                    if is_gone or answer.letter == "s" or word.isupper():
                        return is_gone
                case _:
                    print_lines(HELP)

    def _with_reason(self, letter: str) -> Reply | None:
        """Ask why; None if a person changes their mind."""
        match letter:
            case "a":
                reason = self._ask(f"reason (at least {MIN_REASON} characters): ")
                if len(reason.strip()) < MIN_REASON:
                    print_lines(["  not accepted: the reason is too short"])
                    return None
            case "r":
                reason = self._ask("reason (may be empty): ")
            case _:
                reason = ""
        return Reply(letter=letter, reason=reason.strip())

    def _carry_out(self, answer: Reply, change: Change) -> bool:
        try:
            match answer.letter:
                case "a":
                    return self._accept(change, answer.reason)
                case "r":
                    return self._reject(change, answer.reason)
                case _:
                    return False
        except ReproError as error:
            print_lines([f"  {line}" for line in str(error).splitlines()])
            return False

    def _accept(self, change: Change, reason: str) -> bool:
        acceptance = make_acceptance(reason, self._approved_by)
        store = reference_store(self._project)
        now = propose(store, change.candidate, acceptance)
        asked = () if now.old.is_candidate else lacking(rules_of(self._project), now)
        if asked:
            print_lines(["  not accepted, the project asks for"])
            print_lines([f"  {line}" for line in asked])
            return False
        folder = accept_change(self._project, now, acceptance)
        self._done["accepted"] += 1
        print_lines(accepted_lines(now, folder))
        return True

    def _reject(self, change: Change, reason: str) -> bool:
        if change.candidate.folder is None:
            print_lines(["  nothing to reject: what is in an archive stays there"])
            return False
        pending = pending_store(self._project)
        reject(pending, change.candidate, reason=reason, rejected_utc=now_utc())
        self._done["rejected"] += 1
        print_lines(rejected_lines(change.candidate, reason))
        return True

    def _open(self) -> None:
        page = self._project.home.joinpath(*PAGE)
        if not page.is_file():
            shown = self._project.show(page)
            print_lines([f"  there is no page {shown}: pytest --repro makes one"])
        elif not webbrowser.open(page.resolve().as_uri()):
            print_lines([f"  no browser opens {self._project.show(page)}"])
