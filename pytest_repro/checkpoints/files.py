"""One checkpoint, one file: it is there as a whole, or it is not there.

The bytes go into a file of another name, reach the disk, and only then the name is
given, so a process that dies while it writes leaves the earlier checkpoints and nothing
that could be taken for one. A digest in front finds what a disk has changed since.

Layout of ``repro-checkpoint-1``: that name and LF; SHA-256 of all that follows, in
hexadecimal, and LF; one line of JSON with ``header``, ``state`` and the sizes of the
``blocks``; the blocks.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from pytest_repro.checkpoints.encoding import Blocks, Node
from pytest_repro.errors import CheckpointError

__all__ = ["FORMAT", "Content", "read_checkpoint", "read_header", "write_checkpoint"]

FORMAT: Final = "repro-checkpoint-1"
PART: Final = 1024 * 1024
_MAGIC: Final = FORMAT.encode() + b"\n"
_DIGITS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a checkpoint holds.

    Attributes:
        header: What it is of, as plain JSON: the run, the step.
        state: A node of `encoding`.
        blocks: The bytes beside it.
    """

    header: Mapping[str, Any]
    state: Node
    blocks: Blocks


def write_checkpoint(
    path: Path, content: Content, *, halfway: Callable[[], None] | None = None
) -> None:
    """Write a checkpoint, whole or not at all.

    Args:
        path: Its file; the folder exists.
        content: What it holds.
        halfway: Called when half of the bytes are written; for tests of dying there.
    """
    sizes = [_size(block) for block in content.blocks.data]
    head = {"header": content.header, "state": content.state, "blocks": sizes}
    line = json.dumps(head, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    parts = [line, *content.blocks.data]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    unfinished = path.with_name(f".{path.name}.unfinished")
    with unfinished.open("wb") as stream:
        stream.write(_MAGIC + digest.hexdigest().encode() + b"\n")
        _write_parts(stream, parts, sum(map(_size, parts)) // 2, halfway)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)


def read_checkpoint(path: Path) -> Content:
    """Read a checkpoint and check that its bytes are those that were written.

    Args:
        path: Its file.

    Returns:
        What it holds.

    Raises:
        CheckpointError: If there is none, or its bytes are others.
    """
    digest, rest = _open(path)
    if hashlib.sha256(rest).hexdigest() != digest:
        msg = f"{path}: the bytes are not those that were written"
        raise CheckpointError(msg)
    line, _, _ = rest.partition(b"\n")
    head = json.loads(line)
    body = memoryview(rest)[len(line) + 1 :]
    blocks = Blocks(list(_split(body, head["blocks"])))
    return Content(header=head["header"], state=head["state"], blocks=blocks)


def read_header(path: Path) -> Mapping[str, Any]:
    """Read what a checkpoint is of; the rest is not checked.

    Args:
        path: Its file.

    Returns:
        The header.

    Raises:
        CheckpointError: If it is no checkpoint.
    """
    try:
        with path.open("rb") as stream:
            if stream.readline(len(_MAGIC)) == _MAGIC:
                stream.readline()
                header: Mapping[str, Any] = json.loads(stream.readline())["header"]
                return header
    except (OSError, ValueError, KeyError) as error:
        msg = f"{path}: this checkpoint cannot be read: {error}"
        raise CheckpointError(msg) from error
    msg = f"{path}: this is no checkpoint of format {FORMAT}"
    raise CheckpointError(msg)


def _open(path: Path) -> tuple[str, bytes]:
    try:
        data = path.read_bytes()
    except OSError as error:
        msg = f"{path}: this checkpoint cannot be read: {error}"
        raise CheckpointError(msg) from error
    if not data.startswith(_MAGIC):
        msg = f"{path}: this is no checkpoint of format {FORMAT}"
        raise CheckpointError(msg)
    start = len(_MAGIC) + _DIGITS
    return data[len(_MAGIC) : start].decode("ascii", "replace"), data[start + 1 :]


def _write_parts(
    stream: BinaryIO,
    parts: "list[bytes | memoryview]",
    half: int,
    halfway: Callable[[], None] | None,
) -> None:
    written = 0
    for part in parts:
        for piece in _pieces(memoryview(part), half):
            if halfway is not None and written >= half:
                stream.flush()
                halfway()
                halfway = None
            written += stream.write(piece)


def _pieces(part: memoryview, half: int) -> Iterator[memoryview]:
    flat = part.cast("B")
    size = max(1, min(PART, half or 1))
    for start in range(0, len(flat), size):
        yield flat[start : start + size]


def _split(body: memoryview, sizes: list[int]) -> Iterator[memoryview]:
    start = 0
    for size in sizes:
        yield body[start : start + size]
        start += size


def _size(block: "bytes | memoryview") -> int:
    return memoryview(block).nbytes
