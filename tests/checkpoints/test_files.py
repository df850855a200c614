"""A checkpoint is there as a whole, or not at all; and other bytes are found out."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_repro.checkpoints import (
    Blocks,
    Content,
    decode,
    encode,
    places_in,
    read_checkpoint,
    read_header,
    write_checkpoint,
)
from pytest_repro.errors import CheckpointError

DYING = """
import os, signal, sys
from pathlib import Path
from pytest_repro.checkpoints import *
blocks = Blocks()
node = encode(bytes(3_000_000), blocks)
content = Content(header={"step": 8}, state=node, blocks=blocks)
path = Path(sys.argv[1]) / "loop0-step00000008.checkpoint"
write_checkpoint(path, content, halfway=lambda: os.kill(os.getpid(), signal.SIGKILL))
"""


def content_of(state: object) -> Content:
    """Make the content of a checkpoint of step 4."""
    blocks = Blocks()
    return Content(header={"step": 4}, state=encode(state, blocks), blocks=blocks)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A checkpoint of step 4 with three blocks, one of them empty."""
    path = tmp_path / "loop0-step00000004.checkpoint"
    write_checkpoint(path, content_of([b"first", b"", b"third", 0.5]))
    return path


def test_what_is_read_is_what_was_written(written: Path) -> None:
    """Header, state and blocks."""
    found = read_checkpoint(written)

    assert found.header == read_header(written) == {"step": 4}
    assert decode(found.state, found.blocks) == [b"first", b"", b"third", 0.5]


def test_equal_states_give_equal_bytes(written: Path, tmp_path: Path) -> None:
    """No time, no address, no order of a set is in the file."""
    again = tmp_path / "again"
    write_checkpoint(again, content_of([b"first", b"", b"third", 0.5]))

    assert again.read_bytes() == written.read_bytes()


@pytest.mark.parametrize("place", [-1, 100, 200])
def test_a_changed_byte_is_found(written: Path, place: int) -> None:
    """Wherever it is behind the digest."""
    data = bytearray(written.read_bytes())
    data[place] ^= 1
    written.write_bytes(data)

    with pytest.raises(CheckpointError, match="not those that were written"):
        read_checkpoint(written)


@pytest.mark.parametrize("data", [b"", b"something else", b"repro-checkpoint-1\n"])
def test_other_files_are_no_checkpoints(written: Path, data: bytes) -> None:
    """Nor is the beginning of one."""
    written.write_bytes(data)

    with pytest.raises(CheckpointError):
        read_checkpoint(written)
    with pytest.raises(CheckpointError):
        read_header(written)


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    """By its path."""
    with pytest.raises(CheckpointError, match="absent: this checkpoint cannot be read"):
        read_checkpoint(tmp_path / "absent")


def test_dying_in_the_midst_leaves_the_earlier_ones(written: Path) -> None:
    """Half of a checkpoint never bears the name of one."""
    before = written.read_bytes()

    done = subprocess.run(
        [sys.executable, "-c", DYING, str(written.parent)],
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert done.returncode == -signal.SIGKILL
    assert [place.step for place in places_in(written.parent)] == [4]
    assert written.read_bytes() == before
    (half,) = written.parent.glob(".*.unfinished")
    assert half.stat().st_size > 1_000_000
