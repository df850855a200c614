"""Which rule is tried in which situation, and why: the plan of the simulated half.

The plan is data. A short plan is a part of the long one, with fewer repetitions.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from benchmarks.contest.measuring import Outcome, measure
from benchmarks.contest.rivals import FIXED_RIVALS
from benchmarks.contest.rivals_sequential import SEQUENTIAL_RIVALS
from benchmarks.contest.rules import OURS, Rule, at_once, changed_at_once, ours
from benchmarks.contest.shapes import SHAPES, Cell
from benchmarks.contest.vectorised import Design

__all__ = [
    "CURVE",
    "FIXED_SEEDS",
    "LOOSE",
    "MAIN",
    "METRICS",
    "REFERENCES",
    "RULES",
    "SHIFTS",
    "Task",
    "full_plan",
    "run",
    "short_plan",
]

REFERENCES = (5, 10, 20)
METRICS = (1, 5, 20)
# In margins.
SHIFTS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
# Quarters of a margin, and the thirds that are whole deviations at a margin of 3.
CURVE = tuple(sorted({*(it / 4 for it in range(13)), 1 / 3, 2 / 3}))
FIXED_SEEDS = tuple(range(1, 15))
LOOSE = "SPT 5 % / 5 %"

RULES = (*FIXED_RIVALS, *SEQUENTIAL_RIVALS, ours())
MAIN = (
    "every run in mean ± 3 sd",
    "Welch p > .05",
    "MLPerf RCP, harmful side",
    "MLPerf RCP of 3.0, harmful side",
    "TOST 5 %, then Welch 5 %",
    "group-sequential t 1 % / 5 %",
    OURS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Rules that are tried in one situation.

    Attributes:
        study: Why.
        cell: The situation.
        rules: The rules.
    """

    study: str
    cell: Cell
    rules: tuple[Rule, ...]


def full_plan(design: Design | None = None) -> list[Task]:
    """List everything that is tried.

    Args:
        design: Of our rule; by default the defaults.

    Returns:
        All tasks.
    """
    mine = design or Design()
    return [
        *_gates(mine, SHAPES, REFERENCES, METRICS),
        *_loose(SHAPES, REFERENCES),
        *_grid(mine),
        *_contestants(mine),
        *_power(),
        *_fixed(mine),
    ]


def short_plan(design: Design | None = None) -> list[Task]:
    """List what is tried in every run of the tests: the gates, and little else.

    Args:
        design: Of our rule; by default the defaults.

    Returns:
        Some of the tasks.
    """
    mine = design or Design()
    return [
        *_gates(mine, SHAPES, (5, 20), (1, 20)),
        *_loose(("normal", "t3"), (10,)),
        *(_task("grid", Cell(shape=shape, shift=0.0), (), mine) for shape in SHAPES),
        *(_task("grid", Cell(shape=shape, shift=3.0), (), mine) for shape in SHAPES),
        _task("grid", Cell(shape="crash5", reference=20), (), mine),
        _task("grid", Cell(metrics=20, shift=3.0), (), mine),
        *_contestants(mine, shapes=("normal",), curve=(0.0, 1.0)),
    ]


def run(
    tasks: Sequence[Task], repetitions: int, tell: Callable[[str], None]
) -> Iterator[Outcome]:
    """Carry out tasks.

    Args:
        tasks: What to do.
        repetitions: Simulations for each.
        tell: Takes a line about progress.

    Yields:
        Outcomes, in the order of the tasks.
    """
    for index, task in enumerate(tasks, start=1):
        tell(f"{index} of {len(tasks)}: {task.study}, {task.cell.name()}")
        yield from measure(task.study, task.cell, task.rules, repetitions)


def _task(
    study: str, cell: Cell, rules: Sequence[Rule], mine: Design | None = None
) -> Task:
    """Make a task; our rule comes last and knows the quantum of what it judges."""
    last = [ours(replace(mine, quantum=cell.quantum()))] if mine else []
    return Task(study=study, cell=cell, rules=(*rules, *last))


def _gates(
    mine: Design,
    shapes: Sequence[str],
    references: Sequence[int],
    metrics: Sequence[int],
) -> list[Task]:
    """Nothing changed and no margin helps: the worst case for false alarms."""
    (rival,) = _named("group-sequential t 1 % / 5 %")
    return [
        _task(
            "no margin",
            Cell(shape=shape, reference=m, metrics=k, margin=0.0),
            [rival],
            mine,
        )
        for shape in shapes
        for m in references
        for k in metrics
    ]


def _loose(shapes: Sequence[str], references: Sequence[int]) -> list[Task]:
    """The same at an error rate of 5 %."""
    return [
        _task(
            "no margin",
            Cell(shape=shape, reference=m, margin=0.0),
            [ours(Design(alpha=0.05), LOOSE)],
        )
        for shape in shapes
        for m in references
    ]


def _grid(mine: Design) -> list[Task]:
    """Every shape, reference, number of metrics and shift; margins of 2 to 4."""
    tasks = []
    for shape in SHAPES:
        for m in REFERENCES:
            for k in METRICS:
                for shift in SHIFTS:
                    cell = Cell(shape=shape, reference=m, metrics=k, shift=3 * shift)
                    has_rivals = shift in {0.0, 1.0}
                    rules = _named(*MAIN[:-1]) if has_rivals else ()
                    tasks.append(_task("grid", cell, rules, mine))
            for margin in (2.0, 4.0):
                for shift in (0.0, margin):
                    cell = Cell(shape=shape, reference=m, margin=margin, shift=shift)
                    tasks.append(_task("grid", cell, (), mine))
    return tasks


def _contestants(
    mine: Design, shapes: Sequence[str] = SHAPES, curve: Sequence[float] = CURVE
) -> list[Task]:
    """Every rule on one metric, ten reference seeds, a margin of three deviations."""
    return [
        _task("contestants", Cell(shape=shape, shift=3 * shift), RULES[:-1], mine)
        for shape in shapes
        for shift in (curve if shape == "normal" else (0.0, 1.0))
    ]


def _power() -> list[Task]:
    """Our test for a change alone, after exactly three seeds."""
    cells = [Cell(margin=shift, shift=shift) for shift in (2.0, 3.0, 4.0)]
    rules = [changed_at_once(3, alpha) for alpha in (0.01, 0.05)]
    return [_task("three seeds", cell, rules) for cell in cells]


def _fixed(mine: Design) -> list[Task]:
    """Our two tests after a number of seeds that is fixed in advance."""
    rules = [at_once(seeds) for seeds in FIXED_SEEDS]
    return [
        _task(
            "fixed seeds",
            Cell(reference=m, margin=margin, shift=shift, new=FIXED_SEEDS[-1]),
            rules,
            mine,
        )
        for m in (10, 20)
        for margin in (2.0, 3.0)
        for shift in (0.0, margin)
    ]


def _named(*names: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in RULES if rule.name in names)
