"""Everything that the seeds must answer for together: final metrics, curves, events.

A family is complete or it is no answer: a trace whose numbers some seed lacks, or has
under other names, is a *gap*, and a gap is never equivalent. What the seeds do have in
common is asked all the same, since it may show a divergence.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import nan

from pytest_repro.records import Contract, RunRecord, SeedResult, Tolerance
from pytest_repro.verdicts.derived import derived_names, derived_value
from pytest_repro.verdicts.designs import Sample
from pytest_repro.verdicts.horizons import is_short
from pytest_repro.verdicts.margins import frozen
from pytest_repro.verdicts.pairs import final_value
from pytest_repro.verdicts.promises import final_margin, trace_margin
from pytest_repro.verdicts.transforms import margin_of

__all__ = ["Family", "gap_of", "traces_of"]


def traces_of(
    runs: Iterable[RunRecord], contract: Contract
) -> tuple[tuple[str, Tolerance], ...]:
    """List the traces that are to be equivalent.

    Args:
        runs: Of both sides.
        contract: What was promised.

    Returns:
        Each with its margin, by name.
    """
    names = sorted({series.name for run in runs for series in run.series})
    pairs = ((name, trace_margin(contract, name)) for name in names)
    return tuple((name, one) for name, one in pairs if one is not None)


def gap_of(
    trace: str,
    tolerance: Tolerance,
    *,
    reference: RunRecord,
    runs: Sequence[RunRecord],
) -> str:
    """Say why a trace cannot be compared over seeds.

    Args:
        trace: Its name.
        tolerance: Its margin.
        reference: The approved run.
        runs: Those that are held against it.

    Returns:
        The reason; empty if every seed has the same numbers of it.
    """
    theirs = [derived_names(row, trace, tolerance) for row in reference.seeds]
    if not any(theirs):
        return (
            f"the reference keeps no numbers for {tolerance.text} on the trace {trace}:"
            " record it again"
        )
    for row, names in zip(reference.seeds, theirs, strict=True):
        if names != theirs[0]:
            return f"{_unlike(row, trace, tolerance)} seed {reference.anchor.seed}"
    for run in runs:
        seed = run.anchor.seed
        if is_short(run):
            return f"{trace} is compared as a whole, and seed {seed} was cut short"
        if derived_names(run.anchor, trace, tolerance) != theirs[0]:
            return f"{_unlike(run.anchor, trace, tolerance)} the reference"
    clash = sorted({*theirs[0]} & _recorded((reference, *runs)))
    return f"another thing bears a name that {trace} needs: {clash[0]}" if clash else ""


def _unlike(row: SeedResult, trace: str, tolerance: Tolerance) -> str:
    if not derived_names(row, trace, tolerance):
        return (
            f"seed {row.seed} keeps no numbers for {tolerance.text} on the trace"
            f" {trace}, unlike"
        )
    if tolerance.target is not None:
        return f"seed {row.seed} starts {trace} on another side of the target than"
    return f"seed {row.seed} has other steps of {trace} than"


def _recorded(runs: Iterable[RunRecord]) -> frozenset[str]:
    """Collect the names that experiments gave: an answer is told by its name."""
    found: set[str] = set()
    for run in runs:
        found |= {metric.name for row in run.seeds for metric in row.metrics}
        found |= {series.name for series in run.series}
        found |= {item.name for item in run.state}
    return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What the seeds of both sides gave, of everything that is to be equivalent.

    Attributes:
        runs: The obtained runs, one a seed, in the order in which they are looked at.
        reference: The approved run.
        contract: What was promised.
    """

    runs: Sequence[RunRecord]
    reference: RunRecord
    contract: Contract

    @property
    def samples(self) -> tuple[Sample, ...]:
        """One a final metric, and one a derived number that all seeds have."""
        return (*self._finals(), *self._derived())

    @property
    def gaps(self) -> tuple[tuple[str, Tolerance, str], ...]:
        """Each trace that cannot be compared, with its margin and the reason."""
        found = (
            (name, tolerance, self._gap(name, tolerance))
            for name, tolerance in self._traces
        )
        return tuple(gap for gap in found if gap[2])

    @property
    def _traces(self) -> tuple[tuple[str, Tolerance], ...]:
        return traces_of((*self.runs, self.reference), self.contract)

    def _gap(self, name: str, tolerance: Tolerance) -> str:
        return gap_of(name, tolerance, reference=self.reference, runs=self.runs)

    def _finals(self) -> Iterator[Sample]:
        rows = (run.anchor for run in self.runs)
        for name in sorted({metric.name for row in rows for metric in row.metrics}):
            tolerance = final_margin(self.contract, name)
            if tolerance is not None:
                yield self._sample(name, tolerance, final_value)

    def _derived(self) -> Iterator[Sample]:
        taken = _recorded((self.reference, *self.runs))
        for trace, tolerance in self._traces:
            rows = (*self.reference.seeds, *(run.anchor for run in self.runs))
            each = [frozenset(derived_names(row, trace, tolerance)) for row in rows]
            for name in sorted(frozenset.intersection(*each) - taken):
                yield self._sample(name, tolerance, derived_value)

    def _sample(
        self,
        name: str,
        tolerance: Tolerance,
        read: Callable[[SeedResult, str], float | None],
    ) -> Sample:
        reference = _values(self.reference.seeds, name, read)
        return Sample(
            name=name,
            reference=reference,
            obtained=_values((run.anchor for run in self.runs), name, read),
            margin=margin_of(frozen(tolerance, name, self.reference), reference),
            scale=tolerance.scale,
        )


def _values(
    rows: Iterable[SeedResult],
    name: str,
    read: Callable[[SeedResult, str], float | None],
) -> tuple[float, ...]:
    """Collect a number; a seed that did not give it is data, and counts as far away."""
    found = [read(row, name) for row in rows]
    return tuple(nan if value is None else float(value) for value in found)
