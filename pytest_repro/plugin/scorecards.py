"""Where scorecards and the runs behind them are kept, and when they are forgotten.

They lie apart from obtained runs: a run under a variation is none that anybody should
judge or accept by accident.
"""

import shutil
from pathlib import Path
from typing import Final

from pytest_repro import wire
from pytest_repro.records import Outcome
from pytest_repro.references import experiment_folder

__all__ = ["SCORECARD", "forget_scorecard", "keep_scorecard", "scorecard_folder"]

SCORECARD: Final = "scorecard.json"


def scorecard_folder(out: Path, experiment: str) -> Path:
    """Return the folder of a scorecard and of the runs behind it.

    Args:
        out: The folder for everything that is no reference.
        experiment: The node id.

    Returns:
        The folder; it need not exist.
    """
    return out / "vary" / experiment_folder(experiment)


def forget_scorecard(out: Path, experiment: str) -> None:
    """Remove what an earlier session left, before this one starts.

    Args:
        out: The folder for everything that is no reference.
        experiment: The node id.
    """
    shutil.rmtree(scorecard_folder(out, experiment), ignore_errors=True)


def keep_scorecard(out: Path, outcome: Outcome) -> None:
    """Write the scorecard of an experiment, if it has one.

    Args:
        out: The folder for everything that is no reference.
        outcome: What became of the experiment.
    """
    if outcome.scorecard is not None:
        folder = scorecard_folder(out, outcome.experiment)
        (folder / SCORECARD).write_bytes(wire.write(outcome.scorecard))
