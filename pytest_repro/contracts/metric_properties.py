"""The properties of metrics: a number of a set of rows, whatever their order."""

from collections.abc import Callable
from typing import Final

from pytest_repro.contracts.deferred import check_in
from pytest_repro.contracts.properties import Property, Subject, register
from pytest_repro.records.module_contracts import BITWISE, Level, rtol

__all__ = ["METRIC_PROPERTIES"]

_CLOSE: Final = rtol(1e-6)
"""Sums in another order round otherwise; single precision has half of 1.2e-7."""


def _has(field: str) -> Callable[[Subject], bool]:
    return lambda subject: bool(getattr(subject.contract, field, None))


_has_arguments = _has("arguments")


def _row(
    name: str,
    claim: str,
    *,
    level: Level = BITWISE,
    examples: int = 12,
    applies: Callable[[Subject], bool] = _has_arguments,
) -> Property:
    return register(
        Property(
            name=name,
            kind="metric",
            claim=claim,
            check=check_in("torch_metrics", f"check_{name}"),
            level=level,
            is_leveled=level != BITWISE,
            values=("normal", "ties", "constant", "duplicates", "one_hot"),
            examples=examples,
            applies=applies,
        )
    )


METRIC_PROPERTIES: Final = (
    _row(
        "known_values",
        "the metric has the values of the table",
        level=_CLOSE,
        examples=1,
        applies=_has("known"),
    ),
    _row("deterministic", "the same rows have the same value, whatever came before"),
    _row("no_input_mutation", "the rows are left alone"),
    _row("permutation_invariance", "the order of rows changes nothing", level=_CLOSE),
    _row("bounded", "the value lies in the declared range", applies=_has("range")),
    _row(
        "merge",
        "the values of parts, merged, are the value of the whole",
        level=_CLOSE,
        applies=_has("merge"),
    ),
)
