"""Traces as curves: the obtained run over its reference, thinned for a plot: pure.

A plot has a few hundred columns, and a trace may have a million points. Each column
keeps its lowest and its highest point, so that a spike of one step survives. Nothing is
smoothed, and what is not finite leaves a gap.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

from pytest_repro.records import RunRecord, Series
from pytest_repro.verdicts.rounding import allowance

__all__ = ["Band", "Curve", "Line", "Point", "curves_of", "thin"]

COLUMNS: Final = 120
"""How many columns a plot has; each keeps at most two points."""

Point = tuple[int, float | None]
"""A step and the value there; None where that is not finite."""

Line = tuple[Point, ...]

Band = tuple[tuple[int, float, float], ...]
"""A step, and the lowest and the highest value there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One trace, on both sides.

    Attributes:
        name: The metric.
        seed: The seed of the obtained trace; None if there is none.
        obtained: The obtained trace, thinned; empty if there is none.
        reference: The reference's trace of the same seed, likewise.
        is_same: Whether both have the same bits at every step.
        parted: The first kept step whose bits are not the same; None for none.
        spread: The lowest and highest value of all obtained seeds by step; empty for
            fewer than three.
        envelope: How far a run may lie around the reference by step; empty where that
            was not measured.
        deviation: How far the obtained run lies from the reference, likewise thinned;
            empty where nothing differs, or the seeds are not the same.
        allowed: How far it may lie, at the same steps; empty where not measured.
    """

    name: str
    seed: int | None = None
    obtained: Line = ()
    reference: Line = ()
    is_same: bool = False
    parted: int | None = None
    spread: Band = ()
    envelope: Band = ()
    deviation: Line = ()
    allowed: Line = ()


def curves_of(
    obtained: Sequence[RunRecord], reference: RunRecord | None, *, equal: int = 0
) -> tuple[Curve, ...]:
    """Lay the traces of obtained runs over those of their reference.

    Args:
        obtained: One run a seed; the one with the reference's seed is drawn, else the
            first.
        reference: The approved run, or None.
        equal: How many steps are proven equal on both sides.

    Returns:
        One curve a trace, by name, those of the experiment's last steps included.
    """
    shown = _shown(obtained, reference)
    ours = _by_name(shown)
    is_paired = (
        shown is not None
        and reference is not None
        and shown.anchor.seed == reference.anchor.seed
    )
    theirs = _by_name(reference if is_paired or shown is None else None)
    others = [_by_name(run) for run in obtained if run.series]
    return tuple(
        _curve(
            name,
            (ours.get(name), theirs.get(name)),
            seed=None if shown is None else shown.anchor.seed,
            equal=equal,
            spread=_spread([one[name] for one in others if name in one]),
        )
        for name in sorted(ours.keys() | theirs.keys())
    )


_FEW: Final = 3
"""With fewer seeds a band would look like knowledge."""


def thin(points: Iterable[tuple[int, float]], *, columns: int = COLUMNS) -> Line:
    """Keep the lowest and the highest point of each column.

    Args:
        points: Steps, strictly increasing, with their values.
        columns: How many columns there are.

    Returns:
        At most two points a column, in order; the first and the last are among them.
    """
    kept = [(step, value if isfinite(value) else None) for step, value in points]
    if len(kept) <= 2 * columns:
        return tuple(kept)
    first, last = kept[0][0], kept[-1][0]
    width = (last - first) / columns
    found: dict[int, list[Point]] = {}
    for point in kept:
        column = min(int((point[0] - first) / width), columns - 1)
        found.setdefault(column, []).append(point)
    thinned = [one for column in found.values() for one in _extremes(column)]
    return tuple(dict.fromkeys((kept[0], *thinned, kept[-1])))


def _extremes(column: Sequence[Point]) -> list[Point]:
    gaps = [point for point in column if point[1] is None]
    known = [(value, step) for step, value in column if value is not None]
    if not known:
        return gaps[:1]
    ends = [(step, value) for value, step in (min(known), max(known))]
    return sorted({*ends, *gaps[:1]}, key=lambda point: point[0])


def _shown(
    obtained: Sequence[RunRecord], reference: RunRecord | None
) -> RunRecord | None:
    seed = None if reference is None else reference.anchor.seed
    same = (run for run in obtained if run.anchor.seed == seed)
    return next(same, obtained[0] if obtained else None)


def _by_name(run: RunRecord | None) -> Mapping[str, Series]:
    return {} if run is None else {one.name: one for one in run.series}


def _line(series: Series | None) -> Line:
    if series is None:
        return ()
    return thin(zip(series.steps, series.values, strict=True))


def _curve(
    name: str,
    sides: tuple[Series | None, Series | None],
    *,
    seed: int | None,
    equal: int,
    spread: Band,
) -> Curve:
    ours, theirs = sides
    if ours is None or theirs is None:
        return Curve(
            name=name,
            seed=seed if ours else None,
            obtained=_line(ours),
            reference=_line(theirs),
            spread=spread,
            envelope=_envelope(theirs, equal),
        )
    if _is_same(ours, theirs):
        line = _line(theirs)
        return Curve(
            name=name,
            seed=seed,
            obtained=line,
            reference=line,
            is_same=True,
            spread=spread,
            envelope=_envelope(theirs, equal),
        )
    return _parted(
        Curve(name=name, seed=seed, spread=spread), ours, theirs, equal=equal
    )


def _is_same(ours: Series, theirs: Series) -> bool:
    return (ours.dtype, ours.count, ours.head) == (
        theirs.dtype,
        theirs.count,
        theirs.head,
    )


def _parted(curve: Curve, ours: Series, theirs: Series, *, equal: int) -> Curve:
    values = dict(zip(ours.steps, ours.values, strict=True))
    bits = dict(zip(ours.steps, ours.bits, strict=True))
    common = [
        (step, index, values[step], value)
        for index, (step, value) in enumerate(
            zip(theirs.steps, theirs.values, strict=True)
        )
        if step in values
    ]
    apart = [one for one in common if bits[one[0]] != theirs.bits[one[1]]]
    far = thin((step, abs(one - other)) for step, _, one, other in common)
    kept = {step for step, _ in far}
    return Curve(
        name=curve.name,
        seed=curve.seed,
        obtained=_line(ours),
        reference=_line(theirs),
        parted=apart[0][0] if apart else None,
        spread=curve.spread,
        envelope=_envelope(theirs, equal),
        deviation=far if apart else (),
        allowed=tuple(
            (step, _finite(allowance(theirs, index, equal)))
            for step, index, _, _ in common
            if step in kept
        )
        if apart and theirs.envelope
        else (),
    )


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def _envelope(series: Series | None, equal: int) -> Band:
    if series is None or not series.envelope:
        return ()
    values = series.values
    kept = {step for step, _ in _line(series)}
    band = []
    for index, step in enumerate(series.steps):
        if step in kept:
            bound = allowance(series, index, equal)
            if isfinite(bound) and isfinite(values[index]):
                band.append((step, values[index] - bound, values[index] + bound))
    return tuple(band)


def _spread(series: Sequence[Series]) -> Band:
    """Bound all seeds, at the steps that the first one's plot shows."""
    if len(series) < _FEW:
        return ()
    lines = [dict(zip(one.steps, one.values, strict=True)) for one in series]
    band = []
    for step, _ in _line(series[0]):
        values = [line[step] for line in lines if isfinite(line.get(step, _NAN))]
        if values:
            band.append((step, min(values), max(values)))
    return tuple(band)


_NAN: Final = float("nan")
