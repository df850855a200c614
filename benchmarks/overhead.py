"""What does the program cost, next to the same training without it?

Four questions: loading the plugin, a whole experiment, a step of five milliseconds, and
a single call. The answers are written to a page; nothing here passes or fails.

    python -m benchmarks.overhead --date 2026-11-21 --command "nox -s bench"
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch

from benchmarks.machine import add_arguments, look
from benchmarks.overhead_page import Measurements, page
from benchmarks.overhead_sessions import experiment_costs, start_costs
from benchmarks.overhead_steps import STEP_S, Training, call_costs, step_costs
from benchmarks.variants import EXPERIMENTS
from pytest_repro.plugin.worker import EventWriter

__all__ = ["main", "measure"]

FEWEST = 5


def measure(
    folder: Path, pairs: int, names: Sequence[str] = tuple(EXPERIMENTS)
) -> Measurements:
    """Measure everything.

    Args:
        folder: An empty folder.
        pairs: Pairs of whole experiments; what is quicker is measured more often.
        names: The experiments.

    Returns:
        What was measured.
    """
    _tell("loading the plugin")
    start = start_costs(folder / "start", 4 * pairs)
    experiments = []
    for number, name in enumerate(names):
        _tell(name)
        experiments.append(experiment_costs(folder / str(number), name, pairs))
    _tell("a step")
    torch.set_num_threads(1)
    training = Training(STEP_S)
    sink = EventWriter(folder / "events.jsonl")
    return Measurements(
        start=start,
        experiments=experiments,
        size=training.size,
        steps=step_costs(training, sink, 6 * pairs),
        calls=call_costs(),
    )


def _tell(what: str) -> None:
    sys.stderr.write(f"measuring {what}\n")


def main(arguments: list[str] | None = None) -> int:
    """Run the study and write its page.

    Args:
        arguments: The command line; by default that of the process.

    Returns:
        0; a cost is a number, not a failure.
    """
    parser = argparse.ArgumentParser(description="overhead against plain scripts")
    add_arguments(parser, "overhead.md")
    parser.add_argument("--pairs", type=int, default=FEWEST, metavar="N")
    parser.add_argument(
        "--experiments",
        nargs="+",
        choices=tuple(EXPERIMENTS),
        default=tuple(EXPERIMENTS),
        metavar="NAME",
    )
    options = parser.parse_args(arguments)
    occasion = look(options.date, options.command)
    with tempfile.TemporaryDirectory() as folder:
        pairs = max(options.pairs, FEWEST)
        found = measure(Path(folder), pairs, options.experiments)
    options.write.write_text(page(found, occasion), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
