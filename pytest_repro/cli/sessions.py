"""What the last session reported about each experiment.

A report is a convenience: a verb says when it cannot be read, and goes on without.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pytest_repro import wire
from pytest_repro.cli.project import Project
from pytest_repro.records import Outcome, Session

__all__ = ["LastSession", "read_last_session"]

REPORT: Final = ("report", "report.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSession:
    """What the last report says.

    Attributes:
        outcomes: What became of each experiment, by node id.
        problems: Why the report cannot be read; none if it can, or if there is none.
        session: The report itself; None if there is none, or it cannot be read.
    """

    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    session: Session | None = None


def read_last_session(project: Project) -> LastSession:
    """Read the report of the last session.

    Args:
        project: The folders.

    Returns:
        What it says; nothing if there is no report.
    """
    path = project.home.joinpath(*REPORT)
    if not path.is_file():
        return LastSession()
    try:
        session = wire.read(Session, path.read_bytes())
    except (OSError, ValueError) as error:
        problem = f"the last report cannot be read: {project.show(path)}: {error}"
        return LastSession(problems=(problem,))
    outcomes = {
        outcome.experiment: outcome
        for outcome in session.outcomes
        if outcome.environment == project.environment
    }
    return LastSession(outcomes=outcomes, session=session)
