"""Draw the items of a loop, and draw them again up to some place in another process.

Most loaders cannot say where they are: a generator, a `DataLoader` with workers that
read ahead. All of them can be asked again, from the start. What they give then depends
on the random numbers that they drew, while the loop drew from the same generators in
between; so states are noted wherever an item was drawn from one that somebody else had
moved since the item before. Items are drawn again from these states, and are the same.

An iterable with `state_dict` and `load_state_dict` is asked where it is instead.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from pytest_repro.determinism import Stream
from pytest_repro.errors import CheckpointError, FingerprintError
from pytest_repro.fingerprints import tree_digest

__all__ = ["Drawing", "Opened", "Streams", "Unseen", "digest_of_item"]

Streams = Callable[[], Mapping[str, Stream]]
"""Lists the random generators that exist by now."""

Opened = Callable[[Iterable[Any]], Iterator[Any]]
"""Begins a pass over items, as `iter` does."""

States = dict[str, bytes]

START: Final = -1
"""The number of the moment at which the iterator itself is made."""


class Drawing:
    """The items of one loop, in the order in which they are drawn."""

    def __init__(
        self, iterable: Iterable[Any], streams: Streams, opened: Opened = iter
    ) -> None:
        """Draw nothing yet.

        Args:
            iterable: Gives the items.
            streams: Lists what they may be drawn from.
            opened: Begins a pass over the items.
        """
        self._iterable = iterable
        self._streams = streams
        self._opened = opened
        self._items: Iterator[Any] | None = None
        self._notes: dict[int, States] = {}
        self._after: States = {}
        self.count = 0

    @property
    def is_iterator(self) -> bool:
        """Whether another loop over the same object would go on where this one is."""
        return isinstance(self._iterable, Iterator)

    def start(self) -> None:
        """Make the iterator; some draw a random number already."""
        before = self._states()
        self._items = self._opened(self._iterable)
        self._notes[START] = before
        self._after = self._states()

    def draw(self) -> Any:  # noqa: ANN401  # whatever is in there
        """Draw the next item.

        Raises:
            StopIteration: If there is none.
        """
        if self._items is None:
            self.start()
        before = self._states()
        item = next(self._items)  # type: ignore[arg-type]  # started
        after = self._states()
        moved = {
            name: state
            for name, state in before.items()
            if after.get(name) != state and self._after.get(name) != state
        }
        if moved:
            self._notes[self.count] = moved
        self._after = after
        self.count += 1
        return item

    def state(self) -> dict[str, Any]:
        """Return what another process needs in order to come to this place."""
        own = self._iterable.state_dict() if self._knows_itself else None  # type: ignore[attr-defined]  # it has one
        return {
            "count": self.count,
            "notes": dict(self._notes),
            "after": dict(self._after),
            "own": own,
        }

    def go_to(self, state: Mapping[str, Any], *, last: str | None = None) -> None:
        """Come to the place of another process.

        Args:
            state: What `state` gave there.
            last: The digest of the last item drawn; None if it has none.

        Raises:
            CheckpointError: If fewer items are there now, or the last is another one.
        """
        self._notes = dict(state["notes"])
        if self._knows_itself and state["own"] is not None:
            self._iterable.load_state_dict(state["own"])  # type: ignore[attr-defined]  # it has one
            self._items = self._opened(self._iterable)
        else:
            self._replay(state["count"], last)
        self.count = state["count"]
        self._after = dict(state["after"])

    @property
    def _knows_itself(self) -> bool:
        one = self._iterable
        return hasattr(one, "state_dict") and hasattr(one, "load_state_dict")

    def _replay(self, count: int, last: str | None) -> None:
        self._put(self._notes[START])
        self._items = self._opened(self._iterable)
        item: Any = None
        for number in range(count):
            self._put(self._notes.get(number, {}))
            try:
                item = next(self._items)
            except StopIteration:
                msg = (
                    f"the checkpoint comes after {count} items; now there are {number}"
                )
                raise CheckpointError(msg) from None
        if count and last is not None and digest_of_item(item) != last:
            msg = (
                f"item {count - 1} of the loop is another one than when the checkpoint "
                "was written\n  remedy  draw items from the seeds of the run alone, or "
                "give their iterable state_dict() and load_state_dict()"
            )
            raise CheckpointError(msg)

    def _put(self, states: Mapping[str, bytes]) -> None:
        streams = self._streams()
        for name, state in states.items():
            if name in streams:
                streams[name].put(state)

    def _states(self) -> States:
        return {name: stream.get() for name, stream in self._streams().items()}


class Unseen(Drawing):
    """Items of a loop that is not kept: nothing is looked at."""

    def draw(self) -> Any:  # noqa: ANN401  # as there
        """Draw the next item.

        Raises:
            StopIteration: If there is none.
        """
        if self._items is None:
            self._items = self._opened(self._iterable)
        return next(self._items)


def digest_of_item(item: object) -> str | None:
    """Digest an item of a loop.

    Args:
        item: Such as a batch.

    Returns:
        The digest; None for what has none.
    """
    try:
        return tree_digest(item)
    except FingerprintError:
        return None
