"""Follow the indices that the sampler of a `DataLoader` draws, and change none.

With workers, batches are drawn ahead of the step that uses them, so indices wait in a
queue until their batch comes. What torch's iterator takes its indices from is replaced
only while the iterator is made; the sampler itself is asked at the very same moments as
always, since being asked may draw random numbers.
"""

from collections import deque
from collections.abc import Iterator

from torch.utils.data import DataLoader, IterableDataset

__all__ = ["Drawn", "follow"]


class Drawn:
    """A sampler, and what it has drawn and nobody has asked for yet."""

    def __init__(self, sampler: object) -> None:
        """Stand in for a sampler.

        Args:
            sampler: The sampler of a loader.
        """
        self._sampler = sampler
        self._waiting: deque[object] = deque()

    def __iter__(self) -> Iterator[object]:
        """Begin a pass, at the moment at which the sampler begins its own."""
        self._waiting.clear()
        return self._pass(iter(self._sampler))  # type: ignore[call-overload]  # torch iterates it too

    def __len__(self) -> int:
        """Return how many draws a pass has, where the sampler says."""
        return len(self._sampler)  # type: ignore[arg-type]  # as torch does

    def __getattr__(self, name: str) -> object:
        """Be the sampler in everything else."""
        return getattr(self._sampler, name)

    def take(self) -> object:
        """Take the indices of the next batch; None if there are none."""
        return self._waiting.popleft() if self._waiting else None

    def _pass(self, draws: Iterator[object]) -> Iterator[object]:
        for drawn in draws:
            self._waiting.append(drawn)
            yield drawn


def follow(loader: "DataLoader[object]") -> "tuple[Iterator[object], Drawn | None]":
    """Begin a pass over a loader.

    Args:
        loader: The loader.

    Returns:
        What `iter` gives, and the indices of its batches; None where there are none,
        or batches do not come in the order in which they were drawn.
    """
    name = "sampler" if loader.batch_sampler is None else "batch_sampler"
    sampler = vars(loader).get(name)
    has_order = getattr(loader, "in_order", True)
    if sampler is None or isinstance(loader.dataset, IterableDataset) or not has_order:
        return iter(loader), None
    # A loader refuses a new sampler; this one is gone again before anybody looks.
    vars(loader)[name] = Drawn(sampler)
    try:
        items = iter(loader)
    finally:
        vars(loader)[name] = sampler
    # Workers that persist keep the iterator, and with it the one of an earlier pass.
    found = getattr(items, "_index_sampler", None)
    return items, found if isinstance(found, Drawn) else None
