"""Events and output survive half lines, strangers and floods."""

import os
import sys
from pathlib import Path

from pytest_repro import wire
from pytest_repro.launchers.groups import ProcessGroup
from pytest_repro.launchers.stream import TAIL_BYTES, EventReader, OutputTail
from pytest_repro.records import Event, EventKind


def line(step: int) -> bytes:
    """Write one progress event."""
    return wire.write_line(Event(kind=EventKind.PROGRESS, step=step))


def test_a_stream_that_does_not_exist_yet_is_empty(tmp_path: Path) -> None:
    """A worker that has said nothing yet is no error."""
    reader = EventReader(tmp_path / "events.jsonl")

    assert reader.read() == ()


def test_a_half_written_line_is_read_once_it_is_whole(tmp_path: Path) -> None:
    """No event is lost or read twice at a partial write."""
    path = tmp_path / "events.jsonl"
    reader = EventReader(path)
    path.write_bytes(line(0) + line(1)[:10])
    first = reader.read()

    path.write_bytes(line(0) + line(1))
    second = reader.read()

    assert [event.step for event in first] == [0]
    assert [event.step for event in second] == [1]


def test_lines_of_a_newer_worker_are_left_out(tmp_path: Path) -> None:
    """What this version does not understand does not stop it."""
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"kind":"sung"}\n' + b"not json\n" + line(2))

    events = EventReader(path).read()

    assert [event.step for event in events] == [2]


def test_a_hundred_megabytes_of_output_keep_only_their_end() -> None:
    """Output is drained as fast as it comes, and memory stays bounded."""
    code = (
        "import sys\nfor _ in range(100): sys.stdout.write('x' * 1048576)\nprint('end')"
    )
    command = [sys.executable, "-c", code]
    group = ProcessGroup(command, cwd=".", variables=dict(os.environ))
    tail = OutputTail(group.output)

    code_seen = group.wait(60)
    text = tail.text(wait_s=10)
    group.end()

    assert code_seen == 0
    assert len(text) == TAIL_BYTES
    assert text.endswith("end\n")


def test_bytes_that_are_no_text_do_not_hurt() -> None:
    """Invalid UTF-8 in the output is replaced."""
    reader, writer = os.pipe()
    os.write(writer, b"ok \xff\n")
    os.close(writer)

    text = OutputTail(reader).text(wait_s=5)

    assert text == "ok \N{REPLACEMENT CHARACTER}\n"
