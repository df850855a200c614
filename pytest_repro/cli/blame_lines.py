"""What `pytest-repro blame` found, on one screen: what moved the result, by how much.

First from where to where the result went, then the smallest sets of changes that move
it, then the effect of each change alone: applied to the reference's side, and taken
back from the obtained one. Nothing is decided here.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from pytest_repro.cli.tables import fields, paragraph, table
from pytest_repro.replication.blame import BITS, Blamed, Tried
from pytest_repro.replication.differences import Difference, Source

__all__ = ["blame_lines"]

MAX_DIFF: Final = 8
"""Lines of a file's change that are shown; more are counted."""

MAX_METRICS: Final = 4
"""Tables that are shown; further metrics are in ``--json``."""

HEAD: Final = ("change", "applied alone", "taken back")
NOTHING: Final = "–"
FAILED: Final = "failed"

Pair = tuple[Tried | None, Tried | None]

_UNSTABLE: Final = (
    "the obtained run does not give its own result again, so nothing can be blamed:"
    " look for what escapes the seeds with: pytest --repro --repro-vary"
)
_NOWHERE: Final = (
    "none of what can be put back moves the result on this machine; see what else"
    " differs with: pytest-repro diff"
)
_PARTLY: Final = (
    "with everything put back, this machine does not give the reference's result: part"
    " of the difference lies elsewhere, see it with: pytest-repro diff"
)
_ENTANGLED: Final = (
    "where the two columns differ, a change acts on what another one does"
)


def blame_lines(blamed: Blamed, *, seed: int, commit: str) -> tuple[str, ...]:
    """Write what was found.

    Args:
        blamed: What was found.
        seed: The root seed of the runs.
        commit: The reference's; empty where it is not known.

    Returns:
        The lines.
    """
    return (
        *_ends(blamed, seed, commit),
        "",
        "moved by",
        *_causes(blamed),
        *_tables(blamed),
        *_failures(blamed),
        "",
        _cost(blamed),
    )


def _ends(blamed: Blamed, seed: int, commit: str) -> tuple[str, ...]:
    target, before, after = blamed.target, blamed.run(()), blamed.run(blamed.names)
    on = "any bit of what is recorded"
    if target.metric != BITS:
        floor = target.floor(target.metric)
        on = f"{target.metric}, rounding alone carries it by {floor:.3g}"
    return fields(
        [
            ("seed", str(seed)),
            ("on", on),
            ("from", _end(before, blamed, "everything put back")),
            ("to", _end(after, blamed, "nothing put back")),
            ("code", f"changed since {commit[:10]}" if commit else ""),
            ("not tried", [f"{name}: no plain value" for name in blamed.fixed]),
        ]
    )


def _end(run: Tried | None, blamed: Blamed, what: str) -> str:
    if run is None or run.problem:
        return f"{what}: {run.problem if run else 'not run'}"
    metric = blamed.target.metric
    if metric in run.metrics:
        return f"{run.metrics[metric]!r} ({what})"
    return f"{what}{f', parts at {run.parts_at}' if run.parts_at else ''}"


def _causes(blamed: Blamed) -> Iterator[str]:
    known = {one.name: one for one in blamed.differences}
    if not blamed.is_stable:
        yield from paragraph(_UNSTABLE)
        return
    if not blamed.causes:
        yield from paragraph(_NOWHERE)
    for cause in blamed.causes:
        together = "only together: " if len(cause) > 1 else ""
        yield from paragraph(f"{together}{' and '.join(cause)}{_by(blamed, cause)}")
        for name in cause:
            yield from _changed(known[name])
    if not blamed.is_whole:
        yield from paragraph(_PARTLY)


def _by(blamed: Blamed, cause: Sequence[str]) -> str:
    """Say how far a set moves the metric that was asked about."""
    run, metric = blamed.run(cause), blamed.target.metric
    if metric == BITS:
        return f", first at {run.parts_at}" if run and run.parts_at else ""
    effect = _effect(blamed.run(()), run, metric)
    return "" if effect is None else f", by {effect:+.3g}"


def _changed(difference: Difference) -> Iterator[str]:
    if difference.source is not Source.CODE:
        return
    for line in difference.diff[:MAX_DIFF]:
        yield f"    {line}"
    if (more := len(difference.diff) - MAX_DIFF) > 0:
        yield f"    … {more} more lines"


def _tables(blamed: Blamed) -> Iterator[str]:
    metrics = _metrics(blamed)
    for metric in metrics[:MAX_METRICS]:
        rows = [
            row for one in blamed.differences if (row := _row(blamed, one.name, metric))
        ]
        if rows:
            yield ""
            yield f"effect on {metric}"
            yield from table(HEAD, [*rows, _together(blamed, metric)])
    if metrics and any(_is_entangled(blamed, metric) for metric in metrics):
        yield from paragraph(_ENTANGLED)


def _metrics(blamed: Blamed) -> list[str]:
    """Name the metrics, the one that was asked about first."""
    before = blamed.run(())
    names = sorted(before.metrics) if before else []
    return sorted(names, key=lambda name: name != blamed.target.metric)


def _row(blamed: Blamed, name: str, metric: str) -> tuple[str, str, str] | None:
    alone, back = _sides(blamed, name)
    if alone[1] is None and back[0] is None:
        return None
    return name, _cell(blamed, *alone, metric), _cell(blamed, *back, metric)


def _sides(blamed: Blamed, name: str) -> tuple[Pair, Pair]:
    """Find the two runs between which a change acts, alone and beside the others."""
    others = [one for one in blamed.names if one != name]
    return (
        (blamed.run(()), blamed.run((name,))),
        (blamed.run(others), blamed.run(blamed.names)),
    )


def _together(blamed: Blamed, metric: str) -> tuple[str, str, str]:
    whole = _cell(blamed, blamed.run(()), blamed.run(blamed.names), metric)
    return ("all together", whole, whole)


def _cell(
    blamed: Blamed, before: Tried | None, after: Tried | None, metric: str
) -> str:
    for run in (before, after):
        if run is not None and run.problem:
            return FAILED
    effect = _effect(before, after, metric)
    if effect is None:
        return NOTHING
    if effect == 0:
        return "none"
    is_rounding = abs(effect) <= blamed.target.floor(metric)
    return f"{effect:+.3g}{' rounding' if is_rounding else ''}"


def _effect(before: Tried | None, after: Tried | None, metric: str) -> float | None:
    if before is None or after is None:
        return None
    if metric not in before.metrics or metric not in after.metrics:
        return None
    return after.metrics[metric] - before.metrics[metric]


def _is_entangled(blamed: Blamed, metric: str) -> bool:
    """Tell whether a change does something else beside the others than alone."""
    pairs = (_sides(blamed, name) for name in blamed.names)
    effects = (
        (_effect(*alone, metric), _effect(*back, metric)) for alone, back in pairs
    )
    return any(
        abs(alone - back) > blamed.target.floor(metric)
        for alone, back in effects
        if alone is not None and back is not None
    )


def _failures(blamed: Blamed) -> Iterator[str]:
    failed = [one for one in blamed.tried if one.problem]
    if failed:
        yield ""
        yield "runs that failed, and say nothing"
        for one in failed[:MAX_DIFF]:
            what = ", ".join(one.applied) or "everything put back"
            yield from paragraph(f"{what}: {one.problem.splitlines()[0]}")


def _cost(blamed: Blamed) -> str:
    wall_s = sum(one.wall_s for one in blamed.tried)
    return f"{len(blamed.tried)} runs, {wall_s:.1f} s of workers"
