"""What a seed decides, as one digest: initial weights, order of the data, draws.

Two runs of one seed can be compared as a pair only if both drew the same random numbers
for the same things. The digest shows that they did. It must be equal where kernels draw
weights with other last bits, so numbers with a fraction enter as a coarse sketch, and
everything else bit by bit: integers, text, and the states of generators, which say how
much was drawn from them, up to the end. Nothing that training has changed is in it.

A run that shows weights and no order, or the reverse, has no origin. A generator that
nobody showed to `repro` cannot be seen.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from math import frexp, hypot, isfinite, ldexp
from types import NoneType
from typing import TYPE_CHECKING, Final

from pytest_repro.digests import Digest, digest_of_bytes, digest_of_parts
from pytest_repro.errors import FingerprintError
from pytest_repro.fingerprints import sketch_of, tree_digest

if TYPE_CHECKING:
    import torch

__all__ = ["ITEMS", "Origin", "coarse"]

ALGORITHM: Final = "origin-items3-bits8-sha256-v1"
"""The name encodes both constants."""

ITEMS: Final = 3
"""Items of a loop that are looked at; what follows shows in the generators."""

BITS: Final = 8
"""Of the norm that a sketch keeps: 32-bit rounding turns one in about 10,000 over."""

COUNTERS: Final = (bool, int, float, NoneType)
"""An item of such a type numbers a step, and tells nothing about data."""


class Origin:
    """What is known so far of a run's origin.

    Attributes:
        digest: Of everything, once the run is over; None if it does not suffice.
    """

    def __init__(self) -> None:
        """Start with nothing known."""
        self._lines: list[str] = []
        self._generators: list[tuple[str, torch.Generator]] = []
        self._shows_weights = self._shows_order = False
        self._has_gaps = False
        self.digest: Digest | None = None

    def add_weights(self, name: str, sketch: tuple[float, ...]) -> None:
        """Add weights or buffers that are not trained yet.

        Args:
            name: What they are called.
            sketch: Their sketch.
        """
        self._shows_weights = True
        self._add("weights", name, coarse(sketch))

    def add_draws(self, name: str, step: int | None, digest: Digest) -> None:
        """Add the state of a global generator, which says how much was drawn.

        Args:
            name: The generator.
            step: The step after which; None for the beginning.
            digest: Of its state.
        """
        self._add("draws", f"{name} {step}", digest)

    def add_item(self, step: int, item: object) -> None:
        """Add one of the first items of a loop; one without a fingerprint is no news.

        Args:
            step: The step that it is for.
            item: A batch, for instance.
        """
        if step >= ITEMS or isinstance(item, COUNTERS):
            return
        try:
            parts = tuple(part.encode() for part in _parts(item))
        except (FingerprintError, RecursionError):
            return
        self._shows_order = True
        self._add("item", str(step), digest_of_parts("item", parts))

    def add_generator(self, name: str, generator: "torch.Generator") -> None:
        """Add a generator of a purpose; how much it has drawn is read at the end.

        Args:
            name: The purpose.
            generator: The generator.
        """
        self._generators.append((name, generator))

    def skip(self, count: int) -> None:
        """Hear that a resumed run begins after some steps, of which nothing is known.

        Args:
            count: How many.
        """
        self._has_gaps = self._has_gaps or count > 0

    def close(self, *, is_whole: bool) -> None:
        """Compute the digest.

        Args:
            is_whole: Whether the run went to its end; another drew less.
        """
        number: Counter[str] = Counter()
        for name, generator in self._generators:
            number[name] += 1
            state = bytes(generator.get_state().tolist())
            self._add("generator", f"{name} {number[name]}", digest_of_bytes(state))
        shows_order = self._shows_order or bool(self._generators)
        is_known = is_whole and not self._has_gaps
        if is_known and self._shows_weights and shows_order:
            parts = tuple(line.encode() for line in sorted(self._lines))
            self.digest = digest_of_parts(ALGORITHM, parts)

    def _add(self, kind: str, name: str, content: str) -> None:
        self._lines.append(f"{kind}\t{name}\t{content}")


def coarse(sketch: tuple[float, ...]) -> str:
    """Write a sketch so coarsely that rounding does not show.

    Args:
        sketch: What `sketch_of` gave.

    Returns:
        Text: each number in units of the norm's power of two, less `BITS`.

    Example:
        >>> coarse((3.0, 4.0)) == coarse((3.0000001, 3.9999999))
        True
    """
    norm = hypot(*sketch)
    if not (norm and isfinite(norm)):
        return f"norm {norm}"
    exponent = frexp(norm)[1]
    units = [round(ldexp(number, BITS - exponent)) for number in sketch]
    return f"exponent {exponent} of {units}"


def _parts(item: object) -> Iterator[str]:
    """Walk plain containers down to what has a fingerprint of its own."""
    match item:
        case tuple() | list():
            yield f"{len(item)} parts"
            for part in item:
                yield from _parts(part)
        case Mapping():
            for key in sorted(item, key=str):
                yield f"key {key}"
                yield from _parts(item[key])
        case _ if _has_fractions(item):
            yield coarse(sketch_of(item))
        case _:
            yield tree_digest(item)


def _has_fractions(value: object) -> bool:
    """Tell floating-point tensors and arrays from those of whole numbers."""
    kind = str(getattr(value, "dtype", type(value).__name__))
    return "float" in kind or "complex" in kind
