"""Where samples come from: anything with a length that gives a sample for an index.

A list or a data set of torch is a source as it is; its samples are then named by their
indices. A source with ids names them itself, and keeps the draws of a sample when
others come or go.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import accumulate
from typing import Any, Protocol, runtime_checkable

from pytest_repro.data import Sample
from pytest_repro.errors import ReproUsageError
from pytest_repro.training.draw import SampleId

__all__ = [
    "Fetches",
    "Joined",
    "KnowsLabels",
    "Named",
    "NamesSamples",
    "Source",
    "Walked",
    "namer_of",
    "reader_of",
]


class Source(Protocol):
    """Samples by their indices."""

    def __len__(self) -> int:
        """Return how many samples there are."""

    def __getitem__(self, index: int, /) -> Any:  # noqa: ANN401  # whatever samples are
        """Return a sample; the same one for an index at any time."""


@runtime_checkable
class NamesSamples(Protocol):
    """A source that names its samples."""

    def id_of(self, index: int) -> SampleId:
        """Return the id of a sample.

        Args:
            index: Which sample.
        """


@runtime_checkable
class Fetches(Protocol):
    """A source that is better asked for many samples at once."""

    def fetch(self, indices: Sequence[int]) -> Sequence[Any]:
        """Return samples, in the order of their indices here.

        Args:
            indices: Which samples.
        """


@runtime_checkable
class KnowsLabels(Protocol):
    """A source whose labels are known without reading its samples."""

    @property
    def labels(self) -> Sequence[str]:
        """One for each sample, in their order."""


@runtime_checkable
class Walked(Protocol):
    """A source that is read from its beginning on, a window at a time."""

    def window(self, sampling: Any) -> int:  # noqa: ANN401  # a rule, one floor up
        """Tell within how many places a rule keeps what is read together.

        Args:
            sampling: The rule.
        """


def namer_of(source: Source) -> Callable[[int], SampleId]:
    """Find who names the samples of a source; ask once, and not for each sample.

    Args:
        source: Where they come from.

    Returns:
        Takes an index to the id that the source gives; else to the index itself.
    """
    return source.id_of if isinstance(source, NamesSamples) else _itself


def reader_of(source: Source) -> Callable[[Sequence[int]], Sequence[Any]]:
    """Find out how samples of a source are read; ask once, and not for each batch.

    Args:
        source: Where they come from.

    Returns:
        Takes indices to samples: all at once where the source can, in our way or in
        that of torch; else one by one.
    """
    if isinstance(source, Fetches):
        return source.fetch
    return getattr(source, "__getitems__", None) or partial(_one_by_one, source)


def _itself(index: int) -> SampleId:
    return index


def _one_by_one(source: Source, indices: Sequence[int]) -> Sequence[Any]:
    return [source[one] for one in indices]


class Named:
    """The samples of a manifest, or of one part of it, read when they are asked for."""

    def __init__(
        self, samples: Sequence[Sample], read: Callable[[Sample], object]
    ) -> None:
        """Read nothing yet.

        Args:
            samples: Such as ``repro.data("scans.tsv")["train"]``.
            read: Gives what a sample is trained on; with loading workers it is called
                in any of them.
        """
        self._samples = samples
        self._read = read

    def __len__(self) -> int:
        """Return how many samples there are."""
        return len(self._samples)

    def __getitem__(self, index: int) -> object:
        """Read a sample."""
        return self._read(self._samples[index])

    def id_of(self, index: int) -> SampleId:
        """Return the id of a sample.

        Args:
            index: Which sample.

        Returns:
            Its id in the manifest.
        """
        return self._samples[index].id

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels in the manifest, in the order of the samples."""
        return tuple(one.label for one in self._samples)


class Joined:
    """Several sources one after the other, as `Mixture` counts them.

    Attributes:
        sources: The sources by their names, in their order.
    """

    def __init__(self, sources: Mapping[str, Source]) -> None:
        """Join them.

        Args:
            sources: The sources by name; names end up in the ids of samples.

        Raises:
            ReproUsageError: If there are none.
        """
        if not sources:
            msg = "join at least one source: Joined({'web': …, 'books': …})"
            raise ReproUsageError(msg)
        self.sources = dict(sources)
        self._names = tuple(self.sources)
        self._namers = {name: namer_of(one) for name, one in self.sources.items()}
        self._ends = tuple(accumulate(len(one) for one in self.sources.values()))

    @property
    def sizes(self) -> dict[str, int]:
        """How many samples each source has."""
        return {name: len(one) for name, one in self.sources.items()}

    def __len__(self) -> int:
        """Return how many samples there are in all."""
        return self._ends[-1]

    def __getitem__(self, index: int) -> object:
        """Return a sample of the source in which the index falls."""
        name, own = self._place(index)
        return self.sources[name][own]

    def id_of(self, index: int) -> SampleId:
        """Return the id of a sample.

        Args:
            index: Which sample.

        Returns:
            Name of its source and the sample's id there, such as ``books/17``.
        """
        name, own = self._place(index)
        return f"{name}/{self._namers[name](own)}"

    def _place(self, index: int) -> tuple[str, int]:
        if not 0 <= index < len(self):
            msg = f"samples go from 0 to {len(self) - 1}, got {index}"
            raise IndexError(msg)
        which = bisect_right(self._ends, index)
        return self._names[which], index - (self._ends[which - 1] if which else 0)
