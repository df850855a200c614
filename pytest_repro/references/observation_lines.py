"""One observation as one line of canonical JSON, and back.

Each line stands alone and names its format, so files of two machines can be joined line
by line, by git too. A number is stored as its bits and its decimal, which must agree. A
reader takes exactly what `write_observation` writes.
"""

import re
from dataclasses import dataclass, fields, replace
from typing import Final

from pytest_repro import canonical, wire
from pytest_repro.errors import CorruptRecord, FutureFormat
from pytest_repro.records import Metric, Observation, Scalar

__all__ = ["MAX_LINE_BYTES", "read_observation", "write_observation"]

FORMAT: Final = "format"
VERSION: Final = 1
METRICS: Final = "metrics"
MAX_LINE_BYTES: Final = 256 * 1024

_UTC: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Number:
    """A final metric as it stands in a line."""

    name: str
    bits: str
    decimal: str


def write_observation(observation: Observation) -> bytes:
    """Write an observation.

    Args:
        observation: The observation.

    Returns:
        ASCII bytes ending in a newline; equal observations give equal bytes.

    Raises:
        ValueError: If no reader would take the line.
    """
    line = _write(observation)
    if read_observation(line) != observation:
        msg = f"an observation of {observation.experiment!a} does not survive its line"
        raise ValueError(msg)
    return line


def _write(observation: Observation) -> bytes:
    content = {
        field.name: getattr(observation, field.name)
        for field in fields(observation)
        if field.name != METRICS
    }
    numbers = [
        _Number(
            name=metric.name, bits=metric.scalar.text, decimal=metric.scalar.decimal
        )
        for metric in observation.metrics
    ]
    return wire.write_line({FORMAT: VERSION, METRICS: numbers, **content})


def read_observation(line: bytes) -> Observation:
    """Read an observation strictly.

    Args:
        line: The bytes of one line, with its newline.

    Returns:
        The observation.

    Raises:
        FutureFormat: If a later version wrote it.
        ValueError: If it is not exactly what `write_observation` could have written.
    """
    content = canonical.loads(line, max_bytes=MAX_LINE_BYTES)
    if not isinstance(content, dict):
        msg = "it is no object"
        raise CorruptRecord(msg)
    _check_format(content.pop(FORMAT, None))
    numbers = wire.from_json(tuple[_Number, ...], content.pop(METRICS, None))
    rest = wire.from_json(Observation, content | {METRICS: []})
    metrics = tuple(map(_metric, numbers))
    found = replace(rest, metrics=metrics)
    if _UTC.fullmatch(found.observed_utc) is None:
        like = "2026-11-26T03:00:00Z"
        msg = f"observed_utc is a time like {like}: {found.observed_utc!a}"
        raise CorruptRecord(msg)
    names = [metric.name for metric in metrics]
    if names != sorted(set(names)):
        msg = f"metrics are distinct and sorted: {names[:20]!a}"
        raise CorruptRecord(msg)
    if _write(found) != line:
        msg = "it says what an observation says, but not as one is written"
        raise CorruptRecord(msg)
    return found


def _check_format(version: object) -> None:
    if version == VERSION:
        return
    if isinstance(version, int) and version > VERSION:
        msg = f"the line has format {version}, this is a reader of {VERSION}"
        raise FutureFormat(msg)
    msg = f"the line has format {version!a} instead of {VERSION}"
    raise CorruptRecord(msg)


def _metric(number: _Number) -> Metric:
    scalar = Scalar.parse(number.bits, number.decimal)
    return Metric(name=number.name, scalar=scalar)
