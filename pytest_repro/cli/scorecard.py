"""What `pytest-repro show` adds: what the bits of an experiment depend on.

The newest scorecard that `--repro-vary` left, if there is one. It is told as it was
found then, and nothing is run.
"""

from typing import Final

from pytest_repro import wire
from pytest_repro.cli.project import Project
from pytest_repro.records import Scorecard
from pytest_repro.references import experiment_folder
from pytest_repro.reports import scorecard_lines

__all__ = ["last_scorecard"]

FILE: Final = "scorecard.json"


def last_scorecard(project: Project, experiment: str) -> tuple[str, ...]:
    """Tell the newest scorecard of an experiment.

    Args:
        project: The folders.
        experiment: The node id.

    Returns:
        Lines; none if there is no scorecard, or none that can be read.
    """
    path = project.out / "vary" / experiment_folder(experiment) / FILE
    try:
        card = wire.read(Scorecard, path.read_bytes())
    except (OSError, ValueError):
        return ()
    return ("", f"scorecard  {project.show(path)}", *scorecard_lines(card))
