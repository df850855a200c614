"""Checks of metrics, on rows that are drawn as tensors."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from pytest_repro.contracts.generators import seed_generators
from pytest_repro.contracts.interfaces import interface_of
from pytest_repro.contracts.properties import Draw, Finding, Inapplicable, Subject
from pytest_repro.contracts.torch_inputs import make_inputs
from pytest_repro.contracts.torch_results import compare, compare_tensors
from pytest_repro.records.module_contracts import BITWISE, Level, MetricContract

__all__ = [
    "check_bounded",
    "check_deterministic",
    "check_known_values",
    "check_merge",
    "check_no_input_mutation",
    "check_permutation_invariance",
]

Rows = Mapping[str, Any]


def check_known_values(subject: Subject, _draw: Draw, level: Level) -> Finding | None:
    """The values of the table."""
    for number, (arguments, value) in enumerate(_declared(subject).known):
        found = _apart(
            _value(subject, arguments),
            float(value),
            level=level,
            where=f"known[{number}]",
            suspicion="another definition: a factor, a base, an axis or an edge?",
        )
        if found is not None:
            return found
    return None


def check_deterministic(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """The same again, after other rows and other global generators."""
    rows = make_inputs(subject, draw)
    before = _value(subject, rows)
    seed_generators(draw.seed + 1)
    axes = _axes(subject, rows)
    _value(subject, {n: t.flip(axes[n]) if n in axes else t for n, t in rows.items()})
    return _apart(
        _value(subject, rows),
        before,
        level=BITWISE,
        suspicion="random numbers, or a state that the next call finds?",
    )


def check_no_input_mutation(
    subject: Subject, draw: Draw, _level: Level
) -> Finding | None:
    """What is handed over is as it was."""
    rows = make_inputs(subject, draw)
    lent = {name: tensor.clone() for name, tensor in rows.items()}
    _declared(subject).compute(**lent)
    return compare(
        lent,
        rows,
        level=BITWISE,
        suspicion="sorts, normalises or clips in place?",
    )


def check_permutation_invariance(
    subject: Subject, draw: Draw, level: Level
) -> Finding | None:
    """Rows in another order have the same value."""
    rows = make_inputs(subject, draw)
    axes, size = _axes(subject, rows), _size(subject, rows)
    generator = torch.Generator().manual_seed(draw.seed)
    order = torch.randperm(size, generator=generator)
    for chosen in (order, torch.arange(size).flip(0)):
        found = _apart(
            _value(subject, _picked(rows, axes, chosen)),
            _value(subject, rows),
            level=level,
            suspicion="the order of rows matters: ties, a running mean, or pairs of"
            " neighbours?",
        )
        if found is not None:
            return found
    return None


def check_bounded(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """The value lies in the range; what is no number lies in none."""
    bounds = _declared(subject).range
    if bounds is None:
        msg = f"{subject.name} promises no range"
        raise Inapplicable(msg)
    value = _value(subject, make_inputs(subject, draw))
    if bounds[0] <= value <= bounds[1]:
        return None
    return Finding(
        suspicion="a factor or a root that is missing, or nothing divided by nothing?",
        where="value",
        obtained=repr(value),
        reference=f"in [{bounds[0]:g}, {bounds[1]:g}]",
    )


def check_merge(subject: Subject, draw: Draw, level: Level) -> Finding | None:
    """A part and the rest, merged, make the whole; parts of other sizes as well."""
    merge = _declared(subject).merge
    rows = make_inputs(subject, draw)
    axes, size = _axes(subject, rows), _size(subject, rows)
    if merge is None or size < 2:  # noqa: PLR2004  # nothing to part
        msg = f"{subject.name}: {size} rows have no parts that can be merged"
        raise Inapplicable(msg)
    whole = _value(subject, rows)
    for cut in sorted({1, 1 + draw.seed % (size - 1)}):
        parts = [torch.arange(cut), torch.arange(cut, size)]
        values = [
            (len(part), _value(subject, _picked(rows, axes, part))) for part in parts
        ]
        found = _apart(
            float(merge(values)),
            whole,
            level=level,
            where=f"rows 0 to {cut - 1} merged with the rest",
            suspicion="a mean of means: parts of other sizes must weigh otherwise?",
        )
        if found is not None:
            return found
    return None


def _declared(subject: Subject) -> MetricContract:
    declared = subject.contract
    if not isinstance(declared, MetricContract):
        msg = f"{subject.name} is no metric"
        raise Inapplicable(msg)
    return declared


def _value(subject: Subject, arguments: Rows) -> float:
    """Compute it on copies: only one property is about what becomes of the rows."""
    lent = {
        name: one.clone() if isinstance(one, Tensor) else one
        for name, one in arguments.items()
    }
    return float(_declared(subject).compute(**lent))


def _axes(subject: Subject, rows: Rows) -> dict[str, int]:
    interface = interface_of(subject)
    symbol = _declared(subject).batch
    axes = {spec.name: spec.axis(symbol) for spec in interface.arguments}
    found = {name: axis for name, axis in axes.items() if axis is not None}
    if not found:
        msg = f"{subject.name}: no shape of {', '.join(rows)} has {symbol!r}"
        raise Inapplicable(msg)
    return found


def _size(subject: Subject, rows: Rows) -> int:
    name, axis = next(iter(_axes(subject, rows).items()))
    return int(rows[name].shape[axis])


def _picked(rows: Rows, axes: Mapping[str, int], chosen: Tensor) -> dict[str, Tensor]:
    return {
        name: one.index_select(axes[name], chosen) if name in axes else one
        for name, one in rows.items()
    }


def _apart(
    obtained: float,
    reference: float,
    *,
    level: Level,
    suspicion: str,
    where: str = "value",
) -> Finding | None:
    found = compare_tensors(
        torch.tensor(obtained, dtype=torch.float64),
        torch.tensor(reference, dtype=torch.float64),
        level=level,
        where=where,
    )
    return None if found is None else Finding(suspicion=suspicion, **found)
