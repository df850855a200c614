"""What two runs had in common, part by part and step by step.

Everything that both recorded is laid out as observations: this part, at this step, was
the same or was not. Step ledgers give most of them; fingerprints and traces add theirs,
and are all there is of references that were recorded without a ledger. Nothing here
says what a difference means; see `causes`.
"""

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pytest_repro.records import BEFORE, Fingerprint, Lane, RunRecord, Series

__all__ = ["Part", "Track", "tracks_of"]


class Part(enum.Enum):
    """A part of a run, in the order in which a step brings them about."""

    RNG = "rng"
    INDICES = "indices"
    BATCH = "batch"
    ROWS = "rows"
    INPUTS = "inputs"
    OUTPUTS = "outputs"
    TRACE = "trace"
    GRADIENTS = "gradients"
    SETTINGS = "settings"
    OPTIMIZER = "optimizer"
    PARAMETERS = "parameters"
    FIRST = "first"
    BUFFERS = "buffers"
    EVALUATION = "evaluation"

    @property
    def rank(self) -> int:
        """The place within a step."""
        return _PARTS.index(self)


_PARTS: Final = list(Part)
_BY_NAME: Final = {part.value: part for part in Part}

Observed = dict[int, bool]
"""Whether a part was the same, by step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One part of two runs.

    Attributes:
        name: Such as ``model/gradients``.
        part: What it is.
        model: The name under which a model was watched; empty for what belongs to
            none.
        same: Whether it was the same, by step.
        places: Where the ledger has it in the order of the run, by step.
    """

    name: str
    part: Part
    model: str
    same: Observed
    places: Mapping[int, int] = field(default_factory=dict)

    @property
    def parted(self) -> int | None:
        """The first step at which it was not the same; None if there is none."""
        return min((step for step, same in self.same.items() if not same), default=None)

    def last_same(self, before: int) -> int | None:
        """Return the last step before another at which it was the same.

        Args:
            before: The other step.

        Returns:
            The step; None if there is none.
        """
        steps = (step for step, same in self.same.items() if same and step < before)
        return max(steps, default=None)

    def place(self, step: int) -> float:
        """Return where a step lies in the order of the run.

        Args:
            step: A step, maybe one that the ledger left out.

        Returns:
            The place, between those around it; without a ledger, from step and part.
        """
        if step in self.places:
            return self.places[step]
        known = sorted(self.places)
        if len(known) < len((0, 1)):
            return step * len(_PARTS) + self.part.rank
        right = next((i for i, one in enumerate(known) if one > step), len(known) - 1)
        one, other = known[max(right - 1, 0)], known[max(right, 1)]
        slope = (self.places[other] - self.places[one]) / (other - one)
        return self.places[one] + slope * (step - one)


def tracks_of(reference: RunRecord, obtained: RunRecord) -> tuple[Track, ...]:
    """Lay out what both runs recorded.

    Args:
        reference: The reference.
        obtained: The run that is held against it.

    Returns:
        The tracks of which both sides have a step in common, by name.
    """
    tracks = {track.name: track for track in _lanes(reference.ledger, obtained.ledger)}
    has_ledger = bool(tracks)
    for name, same in _fingerprints(reference.state, obtained.state).items():
        part, model = _named(name)
        if name not in tracks and part is not None and not has_ledger:
            tracks[name] = Track(name=name, part=part, model=model, same={})
        if name in tracks:
            seen = tracks[name].same
            seen.update({step: one for step, one in same.items() if step not in seen})
    axis = _axis(tracks.values())
    for track in _traces(reference.series, obtained.series, axis):
        tracks[f"{track.name} (trace)"] = track
    return tuple(track for _, track in sorted(tracks.items()) if track.same)


def _lanes(reference: Iterable[Lane], obtained: Iterable[Lane]) -> Iterator[Track]:
    theirs = {lane.name: lane for lane in reference}
    for lane in obtained:
        other = theirs.get(lane.name)
        part, model = _named(lane.name)
        if other is None or part is None:
            continue
        known = dict(zip(other.steps, other.digests, strict=True))
        same = {
            step: digest == known[step]
            for step, digest in zip(lane.steps, lane.digests, strict=True)
            if step in known
        }
        places = dict(zip(lane.steps, lane.orders, strict=True))
        yield Track(name=lane.name, part=part, model=model, same=same, places=places)


def _named(name: str) -> tuple[Part | None, str]:
    """Tell from its name what a lane or a fingerprint is of, and of which model."""
    head, _, last = name.rpartition("/")
    if head == "rng":
        return Part.RNG, ""
    if head == "data":
        return _BY_NAME.get(last), ""
    return (_BY_NAME.get(last), head) if head else (None, "")


def _fingerprints(
    reference: Iterable[Fingerprint], obtained: Iterable[Fingerprint]
) -> dict[str, Observed]:
    known = {(one.name, one.step): one.digest for one in reference}
    found: dict[str, Observed] = {}
    for one in obtained:
        if (one.name, one.step) not in known:
            continue
        name, step = one.name, BEFORE if one.step is None else one.step
        model, is_generator, generator = name.partition("/rng/")
        if is_generator:  # taken after a step, which is before the next one
            name, step = f"rng/{generator}", BEFORE if one.step is None else step + 1
        elif one.step is None and not model.endswith(("/parameters", "/buffers")):
            continue  # of no known moment
        same = known[one.name, one.step] == one.digest
        found.setdefault(name, {})[step] = same
    return found


def _axis(tracks: Iterable[Track]) -> Track | None:
    """Choose the lane beside which traces are placed: what a loss is computed from."""
    wanted = (Part.OUTPUTS, Part.INPUTS, Part.BATCH, Part.RNG)
    found = [track for track in tracks if track.part in wanted and track.places]
    return min(found, key=lambda track: wanted.index(track.part), default=None)


def _traces(
    reference: Iterable[Series], obtained: Iterable[Series], axis: Track | None
) -> Iterator[Track]:
    theirs = {series.name: series for series in reference}
    for series in obtained:
        other = theirs.get(series.name)
        if other is None:
            continue
        known = dict(zip(other.steps, other.bits, strict=True))
        same = {
            step: bits == known[step]
            for step, bits in zip(series.steps, series.bits, strict=True)
            if step in known
        }
        places = {} if axis is None else axis.places
        yield Track(
            name=series.name, part=Part.TRACE, model="", same=same, places=places
        )
