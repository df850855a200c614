"""The golden path: which references define "known good", and who deviates until when.

`golden.toml` lies beside the references, and people review it as they review code. It
pins states that were approved, by digest; a reference that is rewritten is then no
longer on the path until somebody pins it anew. Who has to leave the path for a while
declares it, with a reason and a day on which that ends.

Pure: the bytes are passed in, and whoever asks what has expired passes in the day.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pytest_repro.digests import Digest
from pytest_repro.errors import FutureFormat
from pytest_repro.policy.toml_entries import Entry, nearest, read_tables

__all__ = ["ANY", "FILE", "FORMAT", "Deviation", "GoldenPath", "Pin", "read_golden"]

FILE: Final = "golden.toml"
"""Its name, in the folder of the references."""

FORMAT: Final = "pytest-repro/golden 1"
ANY: Final = "*"
MAX_BYTES: Final = 1024 * 1024
MIN_REASON: Final = 10

ITEMS: Final = ("reference", "config.", "data.", "metric.", "protocol.")
"""What an item begins with; ``reference`` stands alone, and so does ``*``."""

_SUMS: Final = re.compile(r"sha256:[0-9a-f]{64}")
_VERSION: Final = re.compile(r"pytest-repro/golden [1-9][0-9]{0,8}")

_PIN_KEYS: Final = ("experiment", "environment", "sums", "revision", "owner", "note")
_DEVIATION_KEYS: Final = (
    "experiment",
    "items",
    "owner",
    "reason",
    "approved",
    "expires",
    "note",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A reference that is known good.

    Attributes:
        experiment: The node id.
        environment: The environment key, or ``*`` for each that there is.
        owner: Who answers for it.
        sums: The digest of the approved `SHA256SUMS`; None if a revision is pinned.
        revision: The number of the approved revision; None if a digest is pinned.
        note: Whatever should be known beside it.
    """

    experiment: str
    environment: str
    owner: str
    sums: Digest | None = None
    revision: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A declared departure from the path.

    Attributes:
        experiment: The node id, or ``*`` for all.
        items: What departs: ``reference`` (other results were approved),
            ``config.NAME``, ``data.NAME``, ``metric.NAME`` (one came or went) and
            ``protocol.…``; shell patterns.
        owner: Who answers for it.
        reason: Why.
        approved: The day on which it was agreed.
        expires: The last day on which it is covered.
        note: Whatever should be known beside it.
    """

    experiment: str
    items: tuple[str, ...]
    owner: str
    reason: str
    approved: dt.date
    expires: dt.date
    note: str = ""

    def days_left(self, today: dt.date) -> int:
        """Count the days on which it still holds, today included.

        Args:
            today: The day of the question.

        Returns:
            1 on its last day, 0 or less when it has expired.
        """
        return (self.expires - today).days + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenPath:
    """What a golden.toml says.

    Attributes:
        pins: The references, sorted by experiment and environment.
        deviations: The departures, sorted by experiment and last day.
        heading: The comment at its very beginning, as it stands there.
    """

    pins: tuple[Pin, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    heading: str = ""


def read_golden(data: bytes, *, path: str = FILE) -> GoldenPath:
    """Read a golden path strictly.

    Args:
        data: The bytes of the file.
        path: The file, as errors should show it.

    Returns:
        What it says.

    Raises:
        FutureFormat: If a later version wrote it.
        PolicyError: If it says anything that has no meaning.

    Example:
        >>> read_golden(b'format = "pytest-repro/golden 1"').pins
        ()
    """
    top, lists = read_tables(
        data, path=path, names=("golden", "deviation"), max_bytes=MAX_BYTES
    )
    top.check_keys(("format",))
    _check_format(top)
    pins = [_pin(entry) for entry in lists["golden"]]
    _check_pins(pins, lists["golden"])
    deviations = [_deviation(entry) for entry in lists["deviation"]]
    return GoldenPath(
        pins=tuple(sorted(pins, key=lambda one: (one.experiment, one.environment))),
        deviations=tuple(
            sorted(deviations, key=lambda one: (one.experiment, one.expires, one.items))
        ),
        heading=_heading(data.decode("utf-8")),
    )


def _check_format(top: Entry) -> None:
    found = top.text("format")
    if found == FORMAT:
        return
    if _VERSION.fullmatch(found):
        msg = (
            f"the golden path has the format {found!r}, this is a reader of {FORMAT!r}"
        )
        remedy = "upgrade it: python -m pip install --upgrade pytest-repro"
        raise FutureFormat(msg, path=top.path, remedy=remedy)
    top.refuse(f"format is {FORMAT!r}, got {found!r}")


def _pin(entry: Entry) -> Pin:
    entry.check_keys(_PIN_KEYS)
    sums = entry.text("sums", default="")
    revision = entry.count("revision")
    environment = entry.text("environment", default=ANY)
    if bool(sums) == (revision is not None):
        entry.refuse("pin either sums (a digest) or revision (a number)")
    if sums and not _SUMS.fullmatch(sums):
        entry.refuse(f"sums is sha256: and 64 hexadecimal digits, got {sums!a}")
    if sums and environment == ANY:
        msg = "a digest is that of one environment: name its key, or pin a revision"
        entry.refuse(msg)
    return Pin(
        experiment=entry.text("experiment"),
        environment=environment,
        owner=entry.text("owner"),
        sums=Digest(sums) if sums else None,
        revision=revision,
        note=entry.text("note", default=""),
    )


def _check_pins(pins: Sequence[Pin], entries: Sequence[Entry]) -> None:
    """Refuse two answers to one question: which state is the golden one?"""
    seen: dict[str, set[str]] = {}
    for pin, entry in zip(pins, entries, strict=True):
        others = seen.setdefault(pin.experiment, set())
        if others and (ANY in {*others, pin.environment} or pin.environment in others):
            what = f"{pin.experiment} under {pin.environment}"
            entry.refuse(f"{what} is pinned by another entry, too")
        others.add(pin.environment)


def _deviation(entry: Entry) -> Deviation:
    entry.check_keys(_DEVIATION_KEYS)
    items = entry.texts("items")
    for item in items:
        _check_item(item, entry)
    reason = entry.text("reason")
    if len(reason.strip()) < MIN_REASON:
        entry.refuse(f"reason has at least ten characters, got {reason!r}")
    approved, expires = entry.date("approved"), entry.date("expires")
    if expires < approved:
        entry.refuse(f"it expires on {expires}, before it was approved")
    return Deviation(
        experiment=entry.text("experiment"),
        items=tuple(sorted(items)),
        owner=entry.text("owner"),
        reason=reason,
        approved=approved,
        expires=expires,
        note=entry.text("note", default=""),
    )


def _check_item(item: str, entry: Entry) -> None:
    """An item that can match nothing covers nothing, and nobody would notice."""
    head, dot, rest = item.partition(".")
    known = item in {ANY, "reference"} or (f"{head}." in ITEMS and dot and rest)
    if not known:
        words = ["reference", ANY, *(f"{one}NAME" for one in ITEMS[1:])]
        near = nearest(f"{head}.NAME" if dot else item, words)
        entry.refuse(f"no item {item!r}{near}")


def _heading(text: str) -> str:
    lines = text.splitlines(keepends=True)
    first = next((n for n, line in enumerate(lines) if line[:1] != "#"), len(lines))
    return "".join(lines[:first])
