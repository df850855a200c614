"""What is not as on the golden path: settings, data and how is measured. Pure.

Numbers are the judge's business. Here the question is compared: which configuration,
which data, which metrics, margins and seeds. Two sides that asked other questions have
no common answer, however close their numbers are.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Final

from pytest_repro.policy.golden import ANY, Deviation
from pytest_repro.records import Contract, RunRecord, Tolerance, recipe_fields

__all__ = ["ABSENT", "PINNED", "Departure", "covering", "protocol_departures"]

ABSENT: Final = "absent"
PINNED: Final = "reference"
"""The item of a reference that is not the pinned one."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Departure:
    """One thing that is not as on the path.

    Attributes:
        item: What, such as ``config.depth``; see `Deviation.items`.
        obtained: As it is, as text.
        golden: As it is on the path, likewise.
    """

    item: str
    obtained: str
    golden: str


def protocol_departures(run: RunRecord, golden: RunRecord) -> tuple[Departure, ...]:
    """Compare what was asked, on both sides.

    Args:
        run: A reference, or an obtained run. A margin ``"auto"`` is measured when a
            reference is recorded; where one side has not measured it, that is no
            difference.
        golden: The state that was pinned.

    Returns:
        What differs, by item.
    """
    ours, theirs = _facts(run), _facts(golden)
    if _is_short(run) or _is_short(golden):
        # The beginning of a run has read and measured only part of it all.
        seen = ours.keys() & theirs.keys()
        ours, theirs = _told_early(ours, seen), _told_early(theirs, seen)
    return tuple(
        Departure(
            item=name,
            obtained=_shown(ours.get(name)),
            golden=_shown(theirs.get(name)),
        )
        for name in sorted(ours.keys() | theirs.keys())
        if _differ(ours.get(name), theirs.get(name))
    )


def covering(
    departure: Departure,
    deviations: Sequence[Deviation],
    *,
    experiment: str,
    today: dt.date,
) -> Deviation | None:
    """Find the deviation that covers a departure.

    Args:
        departure: What is not as on the path.
        deviations: What was declared.
        experiment: The node id.
        today: The day of the question.

    Returns:
        The one that holds longest, be it expired; None if none was ever declared. A
        deviation covers nothing before the day of its approval.
    """
    found = [
        one
        for one in deviations
        if one.experiment in {ANY, experiment}
        and one.approved <= today
        and any(fnmatchcase(departure.item, item) for item in one.items)
    ]
    return max(found, key=lambda one: one.expires, default=None)


Fact = str | Tolerance


def _facts(record: RunRecord) -> dict[str, Fact]:
    identity = record.identity
    found: dict[str, Fact] = {
        f"config.{name}": value for name, value in identity.config.items()
    }
    if record.recipe is not None:
        fields = recipe_fields(record.recipe.dump)
        found |= {f"config.recipe.{place}": value for place, value in fields.items()}
    for name, digests in _assets(record).items():
        found[f"data.{name}"] = " and ".join(digests)
    found |= {f"metric.{name}": "measured" for name in _measured(record)}
    return found | dict(_protocol(identity.contract))


def _assets(record: RunRecord) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for use in sorted(record.identity.assets, key=lambda use: (use.name, use.digest)):
        found.setdefault(use.name, []).append(use.digest)
    return found


def _measured(record: RunRecord) -> Sequence[str]:
    return [metric.name for metric in record.anchor.metrics]


def _protocol(contract: Contract) -> Mapping[str, Fact]:
    """Lay a contract out; how long a run may take changes no result."""
    required = contract.required.value if contract.required else "by default"
    accepts = ", ".join(sorted(one.source for one in contract.accepts))
    seeds = contract.reference_seeds
    return {
        "protocol.seeds": str(contract.seeds),
        "protocol.reference_seeds": "by default" if seeds is None else str(seeds),
        "protocol.required": required,
        "protocol.horizon": str(contract.horizon),
        "protocol.allow_nonfinite": contract.allow_nonfinite or "never",
        "protocol.accepts": accepts or "nothing",
        **{f"protocol.metrics.{name}": one for name, one in contract.tolerances},
    }


def _is_short(record: RunRecord) -> bool:
    return record.horizon is not None and record.horizon.is_end


def _told_early(facts: Mapping[str, Fact], seen: Collection[str]) -> dict[str, Fact]:
    return {
        name: fact
        for name, fact in facts.items()
        if name in seen or not name.startswith(("data.", "metric."))
    }


def _differ(one: Fact | None, other: Fact | None) -> bool:
    if not (isinstance(one, Tolerance) and isinstance(other, Tolerance)):
        return one != other
    # A margin "auto" is 0 until a reference is recorded.
    if one.is_automatic and not (one.absolute and other.absolute):
        return replace(one, absolute=0.0) != replace(other, absolute=0.0)
    return one != other


def _shown(fact: Fact | None) -> str:
    if fact is None:
        return ABSENT
    return fact.text if isinstance(fact, Tolerance) else fact
