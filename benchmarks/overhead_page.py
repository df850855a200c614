"""The page about overhead: four tables, medians over pairs, and how each was measured.

The same measurements give the same bytes. What costs more than it should is printed
like everything else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.machine import Occasion
from benchmarks.overhead_sessions import Experiment
from benchmarks.overhead_steps import BLOCK
from benchmarks.pairs import BothClocks, Pairs

__all__ = ["Measurements", "page"]

INTRODUCTION = """\
# What it costs

Every number here stands beside the same work done without the plugin, measured in turn
on the same machine: medians over pairs, and the spread of the ratios over all pairs
where it says so. No test asserts a time; this page is made by a study.

*Wall* is the time that a person waits. *Processor* is the processor time of all
processes involved; it hardly counts what other programs on the machine take away.
"""

START = """\
## Loading the plugin

`pytest -q --collect-only` in a project with one test and no experiment, without and
with `-p pytest_repro.plugin`; no other plugin is loaded.
"""

SESSIONS = """\
## An experiment

The shipped experiments, by `pytest --repro` and by a plain script with the same loop,
seeds, flags and environment variables (`benchmarks/plain.py`). Both log the same bits,
at every step and at the end; the study stops if they do not. *Whole* is from the
command line to its end. *Training* is the test function alone: reading data, training,
evaluation, and everything that `repro` records meanwhile. The rest of the difference
is constant: pytest collects the experiment, importing its module and so torch, before a
worker process does the same again and trains; then the environment is written down and
the record compared.
"""

STEPS = """\
## A step

The model is {size}. A step takes
{step_ms:.2f} ms without recording. Blocks of {steps} steps with and without recording
alternate in one process; every 10 steps are timed as one, and the median of those
stands for the block.
"""

CALLS = """\
## A call

Processor time of one call, in a loop that does nothing else.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """Everything that the study measured.

    Attributes:
        start: Loading the plugin.
        experiments: For each experiment, whole sessions and the training alone.
        size: What a step trains.
        steps: A step with each kind of recording.
        calls: A call [s] by what is logged.
    """

    start: BothClocks
    experiments: Sequence[Experiment]
    size: str
    steps: Sequence[BothClocks]
    calls: Mapping[str, float]


def page(found: Measurements, occasion: Occasion) -> str:
    """Write the page.

    Args:
        found: What was measured.
        occasion: When and where.

    Returns:
        Markdown.
    """
    step_s = found.steps[0].processor.plain_s
    blocks = (
        INTRODUCTION,
        _text(occasion.lines()),
        START,
        _text(_start(found.start)),
        SESSIONS,
        _text(_experiments(found.experiments)),
        STEPS.format(size=found.size, step_ms=step_s * 1e3, steps=BLOCK),
        _text(_steps(found.steps)),
        CALLS,
        _text(_calls(found.calls)),
    )
    return "\n".join(blocks)


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"


def _start(start: BothClocks) -> list[str]:
    return [
        f"{len(start.wall.plain)} pairs.",
        "",
        "| clock | without | with | difference | ratio | its spread |",
        "|---|---|---|---|---|---|",
        *(
            f"| {clock} | {_ms(pairs.plain_s)} | {_ms(pairs.ours_s)} | "
            f"{_ms(pairs.difference_s)} | {pairs.ratio:.2f} | {_spread(pairs)} |"
            for clock, pairs in (("wall", start.wall), ("processor", start.processor))
        ),
    ]


def _experiments(experiments: Sequence[Experiment]) -> list[str]:
    lines = [f"{len(experiments[0].whole.wall.plain)} pairs each.", ""]
    lines += _sessions("whole, wall", [one.whole.wall for one in experiments])
    lines += _sessions("whole, processor", [one.whole.processor for one in experiments])
    lines += _sessions("training, wall", [one.trained.wall for one in experiments])
    processor = [one.trained.processor for one in experiments]
    return lines + _sessions("training, processor", processor)[:-1]


def _sessions(title: str, rows: Sequence[Pairs]) -> list[str]:
    return [
        f"| {title} | plain | ours | difference | ratio | its spread |",
        "|---|---|---|---|---|---|",
        *(
            f"| `{row.label}` | {row.plain_s:.2f} s | {row.ours_s:.2f} s | "
            f"{row.difference_s:+.2f} s | {row.ratio:.2f} | {_spread(row)} |"
            for row in rows
        ),
        "",
    ]


def _steps(steps: Sequence[BothClocks]) -> list[str]:
    return [
        f"{len(steps[0].wall.plain)} pairs of blocks each.",
        "",
        "| recording | wall | of a step | processor | of a step |",
        "|---|---|---|---|---|",
        *(
            f"| {cost.wall.label} | {_us(cost.wall)} | {_percent(cost.wall)} | "
            f"{_us(cost.processor)} | {_percent(cost.processor)} |"
            for cost in steps
        ),
    ]


def _calls(calls: Mapping[str, float]) -> list[str]:
    return [
        "| call | processor time |",
        "|---|---|",
        *(f"| {label} | {call_s * 1e9:,.0f} ns |" for label, call_s in calls.items()),
    ]


def _ms(time_s: float) -> str:
    return f"{time_s * 1e3:.0f} ms"


def _us(pairs: Pairs) -> str:
    return f"{pairs.difference_s * 1e6:+.0f} µs"


def _percent(pairs: Pairs) -> str:
    return f"{(pairs.ratio - 1) * 100:+.1f} %"


def _spread(pairs: Pairs) -> str:
    low, high = pairs.spread
    return f"{low:.2f} to {high:.2f}"
