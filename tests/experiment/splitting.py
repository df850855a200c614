"""Run experiments under split batches, and read their losses."""

from pytest_repro.determinism.splitting import split_batches
from pytest_repro.experiment import Orders, Recorder
from tests.experiment.resuming import Experiment, run

__all__ = ["losses", "split_run"]


def split_run(experiment: Experiment) -> Recorder:
    """Run an experiment while batches are split in two.

    Args:
        experiment: The experiment.
    """
    put_back = split_batches(2)
    try:
        return run(experiment, Orders())
    finally:
        put_back()


def losses(recorder: Recorder) -> list[float]:
    """Read the loss of each step.

    Args:
        recorder: Of a run that is over.
    """
    (trace,) = (one for one in recorder.series if one.name == "train/loss")
    return [trace.scalar(index).value for index in range(trace.count)]
