"""`run.json`: what was run and who approved it, as canonical JSON.

Identity, history and failure; no result is in here. The file equals its own canonical
re-serialisation. Fields that this version does not know are ignored, so that a later
minor version may add some; a later major version has another schema and is refused.
"""

import re
import warnings
from dataclasses import dataclass
from typing import Final

from pytest_repro import canonical, wire
from pytest_repro.digests import parse_digest
from pytest_repro.errors import FutureFormat, ReproWarning
from pytest_repro.records import Failure, Horizon, Identity, Revision, RunRecord

__all__ = ["MAX_BYTES", "SCHEMA", "RunFile", "read_run", "write_run"]

SCHEMA: Final = "pytest-repro/run/1"
MAX_BYTES: Final = 256 * 1024
LARGE_BYTES: Final = 64 * 1024

_VERSION: Final = re.compile(r"pytest-repro/run/([1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFile:
    """The content of `run.json`.

    Attributes:
        identity: What was run.
        history: Every approval, oldest first.
        failure: Why the run is incomplete, or None.
        horizon: Where the short horizon lies, or None.
        noise: What the replicas were perturbed with; empty where there are none.
        schema: The version of this structure.
    """

    identity: Identity
    history: tuple[Revision, ...] = ()
    failure: Failure | None = None
    horizon: Horizon | None = None
    noise: str = ""
    schema: str = SCHEMA


def write_run(record: RunRecord) -> bytes:
    """Write identity, history and failure.

    Args:
        record: The record.

    Returns:
        ASCII bytes.

    Raises:
        ValueError: If they are over 256 KiB, or a digest in them is none.
    """
    content = RunFile(
        identity=record.identity,
        history=record.history,
        failure=record.failure,
        horizon=record.horizon,
        noise=record.rounding.noise if record.rounding else "",
    )
    _check(content)
    data = wire.write(content)
    if len(data) > MAX_BYTES:
        msg = f"run.json would have {len(data)} bytes, over the limit of {MAX_BYTES}"
        raise ValueError(msg)
    if len(data) > LARGE_BYTES:
        msg = (
            f"run.json of {record.identity.experiment} has {len(data)} bytes: "
            f"over {LARGE_BYTES} nobody reviews it; record fewer facts"
        )
        warnings.warn(msg, ReproWarning, stacklevel=3)
    return data


def read_run(data: bytes) -> RunFile:
    """Read identity, history and failure strictly.

    Args:
        data: The bytes of the file.

    Returns:
        The content.

    Raises:
        FutureFormat: If a later version wrote it.
        ValueError: If the bytes are not canonical or not of this schema.
    """
    value = canonical.loads(data, max_bytes=MAX_BYTES)
    schema = value.get("schema") if isinstance(value, dict) else None
    _check_schema(schema)
    if canonical.dumps(value) != data:
        msg = "the bytes are not in canonical form: edited by hand, or merged"
        raise ValueError(msg)
    content = wire.from_json(RunFile, value)
    _check(content)
    return content


def _check_schema(schema: object) -> None:
    if schema == SCHEMA:
        return
    found = _VERSION.fullmatch(schema) if isinstance(schema, str) else None
    if found is not None and found[1] != SCHEMA.rpartition("/")[2]:
        msg = f"schema {schema}, this is a reader of {SCHEMA}"
        raise FutureFormat(msg)
    msg = f"the schema is {str(schema)[:80]!a} instead of {SCHEMA!r}"
    raise ValueError(msg)


def _check(content: RunFile) -> None:
    identity = content.identity
    parse_digest(identity.environment.digest)
    for asset in identity.assets:
        parse_digest(asset.digest)
    place = content.horizon
    if place is not None and not (place.step >= 1 and place.order >= 0):
        msg = f"no horizon lies at step {place.step}, after {place.order} events"
        raise ValueError(msg)
    for number, revision in enumerate(content.history, 1):
        if revision.number != number:
            msg = f"revision {number} of the history has the number {revision.number}"
            raise ValueError(msg)
        if revision.supersedes is not None:
            parse_digest(revision.supersedes)
