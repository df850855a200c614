"""What a record keeps of the data of a run: plans, realised counts and selections.

A plan and a selection are kept as fingerprints, since whoever has the code can make
them again; counts are kept as numbers, which people read and data cards show.
"""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from pytest_repro.training.fetching import BatchPlan
from pytest_repro.training.selection import Selected

__all__ = ["MOST", "DataRun", "record_plan", "record_selection"]

MOST: Final = 64
"""So many sources or labels have a number each, and so long are their names at most;
otherwise the fingerprint of all counts is all there is."""


class DataRun(Protocol):
    """What recording needs of the fixture `repro`."""

    seed: int

    def log(self, name: str, value: object, step: Any = None) -> None:  # noqa: ANN401  # as it counts
        """Record one number."""

    def fingerprint(self, name: str, state: object, step: int | None = None) -> None:
        """Record a digest."""


def record_plan(run: DataRun, plan: BatchPlan, *, name: str) -> None:
    """Record which samples a run will see, and how many of what.

    ``data/NAME/plan`` and ``data/NAME/counts`` are fingerprints; ``data/NAME/samples``
    is how many samples the first epoch gives, and ``data/NAME/samples/books`` how many
    of them are of one source or label.

    Args:
        run: The fixture `repro`.
        plan: What decides the samples.
        name: What the record calls it, such as ``train``.
    """
    counts = plan.realised()
    run.fingerprint(f"data/{name}/plan", plan.text)
    run.log(f"data/{name}/samples", plan.given)
    _record_counts(run, f"data/{name}", counts)


def record_selection(run: DataRun, selected: Selected, *, name: str) -> None:
    """Record what was selected: a digest of the log, and how many were chosen.

    Args:
        run: The fixture `repro`.
        selected: The decisions.
        name: What the record calls it, such as ``round-1``.
    """
    run.fingerprint(f"data/{name}/selection", selected.log)
    run.log(f"data/{name}/candidates", len(selected.choices))
    run.log(f"data/{name}/chosen", len(selected.ids))


def _record_counts(run: DataRun, where: str, counts: Mapping[str, int]) -> None:
    if not counts:
        return
    run.fingerprint(f"{where}/counts", dict(counts))
    if len(counts) <= MOST and all(map(_is_name, counts)):
        for one, count in sorted(counts.items()):
            run.log(f"{where}/samples/{one}", count)


def _is_name(text: str) -> bool:
    return text.isprintable() and text == text.strip() and len(text) <= MOST
