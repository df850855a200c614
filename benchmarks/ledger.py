"""What does a step ledger cost, next to the same training without one?

Each shipped experiment is trained with and without, side by side in small turns;
everything else is recorded both times. Only the loop is timed, from the first step that
begins to the last that ends; what a ledger does before and after is timed apart. The
study stops if the ledger changes a single bit of what is recorded.

    python -m benchmarks.ledger --date 2026-11-26 --command "nox -s ledger"
"""

import argparse
import importlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from operator import attrgetter
from statistics import fmean
from typing import Any, Final

import torch

from benchmarks.ledger_page import Costs, page
from benchmarks.machine import add_arguments, look
from benchmarks.pairs import BothClocks, Clocks, Pairs
from benchmarks.processes import ROOT
from benchmarks.turns import Turns, side_by_side
from benchmarks.variants import EXPERIMENTS, Experiment
from pytest_repro.determinism import seed_everything
from pytest_repro.experiment import Recorder, Run, StepLedger
from pytest_repro.records import Lane

__all__ = ["main", "measure"]

FEWEST: Final = 5

ENOUGH: Final = 1500
"""So many steps at least are measured by each process: short runs, more pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """One training.

    Attributes:
        loop: What a step cost [s].
        around: What the rest cost, from the first line to the finished ledger [s].
        bits: Everything that decides.
        lanes: The ledger; empty without one.
        steps: How many steps there were.
    """

    loop: Clocks
    around: Clocks
    bits: str
    lanes: tuple[Lane, ...]
    steps: int


class TimedRun(Run):
    """A run that offers its turn after each step, and notes how long its loop took."""

    turns: Turns
    marks: list[Clocks]

    def steps(
        self, iterable: Iterable[Any] | None = None, *, total: int | None = None
    ) -> Iterator[Any]:
        """Walk, and look at both clocks before the first step and after the last."""
        inner = super().steps(iterable, total=total)  # type: ignore[arg-type]  # passed on
        self.marks = [self.turns.worked()]
        for step in inner:
            yield step
            self.turns.offer()
        self.marks.append(self.turns.worked())


def measure(name: str, pairs: int) -> Costs:
    """Measure one experiment.

    Args:
        name: Its short name.
        pairs: How often it is trained both ways.

    Returns:
        What that cost.

    Raises:
        RuntimeError: If the ledger changed a bit.
    """
    experiment = EXPERIMENTS[name]
    both = partial(
        side_by_side,
        partial(train, experiment, has_ledger=False),
        partial(train, experiment, has_ledger=True),
    )
    _, ((once, _),) = both(1)
    plain, ours = both(max(pairs, ENOUGH // once.steps))
    trained = [one for pair in (*plain, *ours) for one in pair]
    if len({one.bits for one in trained}) != 1:
        msg = f"{name} has other bits with a ledger than without"
        raise RuntimeError(msg)
    last = trained[-1]
    return Costs(
        name=name,
        steps=last.steps,
        loop=_pairs(name, plain, ours, attrgetter("loop")),
        around=_pairs(name, plain, ours, attrgetter("around")),
        lanes=len(last.lanes),
        digests=sum(len(lane.steps) for lane in last.lanes),
        strides={lane.name: _stride(lane, last.steps) for lane in last.lanes},
    )


def _pairs(
    name: str,
    plain: Sequence[tuple[Trained, Trained]],
    ours: Sequence[tuple[Trained, Trained]],
    cost: Callable[[Trained], Clocks],
) -> BothClocks:
    """Take the mean over both processes, pair by pair."""
    sides = [
        [Clocks(*map(fmean, zip(*map(cost, pair), strict=True))) for pair in side]
        for side in (plain, ours)
    ]
    return Pairs.by_clock(name, *sides)


def train(experiment: Experiment, turns: Turns, *, has_ledger: bool) -> Trained:
    """Train an experiment once.

    Args:
        experiment: Which.
        turns: When to work.
        has_ledger: Whether it is followed in a ledger.

    Returns:
        What it cost, and what came out.
    """
    torch.set_num_threads(1)
    module, function, *rest = experiment.call
    seed_everything(0)
    recorder = Recorder(ledger=StepLedger(time.thread_time) if has_ledger else None)
    run = TimedRun(0, recorder, folder=ROOT / "experiments", root=ROOT)
    run.turns = turns
    test = getattr(importlib.import_module(module), function)
    begun = turns.worked()
    test(run, **dict(text.split("=", 1) for text in rest))
    recorder.finish()
    lanes = recorder.ledger.lanes() if recorder.ledger is not None else ()
    ended = turns.worked()
    first, last = run.marks
    loop = Clocks(*(b - a for a, b in zip(first, last, strict=True)))
    whole = Clocks(*(b - a for a, b in zip(begun, ended, strict=True)))
    steps = recorder.steps
    return Trained(
        loop=Clocks(*(part / steps for part in loop)),
        around=Clocks(*(a - b for a, b in zip(whole, loop, strict=True))),
        bits=repr((recorder.metrics, recorder.series, recorder.state)),
        lanes=lanes,
        steps=steps,
    )


def _stride(lane: Lane, steps: int) -> int:
    """Return the widest gap, until the end; some lanes have no stride."""
    if lane.name.endswith(("/evaluation", "/first", "/rows", "/sample")):
        return 1
    ends = pairwise((*lane.steps, steps))
    widest = max((after - step for step, after in ends), default=1)
    return 1 << (widest - 1).bit_length()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study and write its page.

    Args:
        arguments: The command line; by default that of the process.

    Returns:
        0; a cost is a number, not a failure.
    """
    parser = argparse.ArgumentParser(description="overhead of the step ledger")
    add_arguments(parser, "ledger.md")
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
    sys.path.insert(0, str(ROOT))
    found = []
    for name in options.experiments:
        sys.stderr.write(f"measuring {name}\n")
        found.append(measure(name, max(options.pairs, FEWEST)))
    options.write.write_text(page(found, occasion), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
