"""The words of an explanation, and the questions that it asks of two runs' tracks."""

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_repro.records import BEFORE
from pytest_repro.verdicts.shared_rows import SharedRows
from pytest_repro.verdicts.tracks import Part, Track

__all__ = ["CauseClass", "Onset", "Scene", "window"]


class CauseClass(enum.StrEnum):
    """Which part of a run parted from its reference first."""

    DATA_ORDER = "data order"
    """The same examples, in another order."""

    DATA_CONTENT = "data content"
    """Other examples, or other values in them."""

    DATA = "data"
    """Other batches; whether by order or by content was not recorded."""

    RNG = "RNG consumption"
    """Somebody drew more, fewer or other random numbers."""

    INITIALISATION = "initialisation"
    """Other initial parameters, from generators in the same state."""

    FORWARD = "forward"
    """Other outputs or another loss, from equal inputs and parameters."""

    BACKWARD = "backward"
    """Other gradients, from an equal loss."""

    OPTIMIZER = "optimizer"
    """Another update, from equal gradients; or other settings from the start."""

    SCHEDULE = "schedule"
    """Settings of the optimizer that agreed at first and then did not."""

    EVALUATION = "evaluation only"
    """The same training, evaluated otherwise."""

    UNKNOWN = "unknown"
    """What was recorded does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Onset:
    """Where a divergence began.

    Attributes:
        cause: The class.
        step: The step in which it began, or the last in which it may have;
            `ledgers.BEFORE` before step 0, None at no step.
        after: If it is not known exactly, the last step that it did not begin in;
            None if it is, or may have been there from the start.
        part: The lane, fingerprint or trace that shows it.
        evidence: One line: what was the same, and what was not.
    """

    cause: CauseClass
    step: int | None
    part: str
    evidence: str
    after: int | None = None

    @property
    def where(self) -> str:
        """Such as ``at step 12``, ``between step 8 and step 12``; may be empty."""
        if self.step is None:
            return ""
        if self.step < 0:
            return "before step 0"
        if self.after is None:
            return f"at step {self.step}"
        return f"between step {max(self.after + 1, 0)} and step {self.step}"

    @property
    def text(self) -> str:
        """The whole explanation on one line."""
        head = f"{self.cause.value} {self.where}".strip()
        return f"{head}: {self.evidence}"


def window(
    cause: CauseClass, track: Track, step: int, after: int | None, evidence: str
) -> Onset:
    """Make an onset, which is exact if the step before it is known to be the same.

    Args:
        cause: The class.
        track: What shows it.
        step: The first step at which it shows.
        after: The last one at which it did not; None if there is none.
        evidence: One line.

    Returns:
        The onset.
    """
    begun = BEFORE if after is None else after
    return Onset(
        cause=cause,
        step=step,
        after=None if begun >= step - 1 else begun,
        part=track.name,
        evidence=evidence,
    )


class Scene:
    """All tracks of two runs, and what they say about a moment.

    Attributes:
        tracks: The tracks, by name.
        shared: How many rows of data both runs saw; None if not known.
    """

    def __init__(
        self, tracks: Sequence[Track], *, shared: SharedRows | None = None
    ) -> None:
        """Look at tracks.

        Args:
            tracks: What both runs recorded.
            shared: How many rows of data both runs saw.
        """
        self.tracks = tuple(tracks)
        self.shared = shared

    def of(self, part: Part, model: str = "") -> Iterator[Track]:
        """Give the tracks of one part.

        Args:
            part: The part.
            model: Only those of this model; empty for all.

        Yields:
            The tracks.
        """
        for track in self.tracks:
            if track.part is part and (not model or track.model == model):
                yield track

    def has(self, part: Part) -> bool:
        """Tell whether a part was followed on both sides."""
        return any(True for _ in self.of(part))

    def was_same(self, part: Part, step: int) -> bool:
        """Tell whether a part is known to have been the same at a step.

        Args:
            part: The part.
            step: The step.

        Returns:
            Whether it was followed there, and equal in all its tracks.
        """
        seen = [track.same[step] for track in self.of(part) if step in track.same]
        return bool(seen) and all(seen)

    def was_fed_the_same(self, step: int) -> bool:
        """Tell whether the data of a step are known to have been the same.

        Args:
            step: The step.

        Returns:
            Whether the inputs of the model were, or what they are made from.
        """
        parts = (Part.INPUTS, Part.BATCH, Part.INDICES)
        return any(self.was_same(part, step) for part in parts)

    def parted_at(self, part: Part, step: int) -> Track | None:
        """Return a track of a part that is known to differ at a step.

        Args:
            part: The part.
            step: The step.

        Returns:
            The track, or None.
        """
        found = (one for one in self.of(part) if not one.same.get(step, True))
        return next(found, None)

    def blind_spot(self, step: int) -> int | None:
        """Find how long the state before a step has not been looked at.

        Args:
            step: The step.

        Returns:
            The last step after which parameters are known to have been the same;
            None if that is the very step before.
        """
        state = list(self.of(Part.PARAMETERS))
        if not state:
            return BEFORE
        known = [one.last_same(step) for one in state]
        last = min(BEFORE if one is None else one for one in known)
        was_initial = all(one is not None for one in known)
        return None if last == step - 1 and was_initial else last

    def is_other_unit(self, generators: Track) -> bool:
        """Tell whether steps of the loop and steps of the optimizer are two things.

        Args:
            generators: A track in steps of the loop.

        Returns:
            Whether their numbers differ by more than one step.
        """
        settings = [max(one.same, default=0) for one in self.of(Part.SETTINGS)]
        last = max(generators.same, default=0)
        return bool(settings) and abs(max(settings) - last) > max(1, last // 4)
