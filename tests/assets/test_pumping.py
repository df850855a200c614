"""A mirror is left when it stops keeping up, and its reader ends soon after."""

import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest

from pytest_repro.assets.mirrors import MirrorFailed, Piece, pieces
from pytest_repro.assets.pumping import paced
from tests.assets.samples import Server


def readers() -> set[threading.Thread]:
    """Return the threads that still read."""
    return {one for one in threading.enumerate() if one.name == "fetching"}


def endless() -> Iterator[Piece]:
    """Give more than anybody wants, as fast as it is taken."""
    while True:
        yield Piece(0, b"x" * 2**20)


def steady() -> Iterator[Piece]:
    """Take longer than the limit in all, and keep up all the time."""
    for number in range(8):
        time.sleep(0.2)
        yield Piece(number, b"x" * 2**20)


def hanging() -> Iterator[Piece]:
    """Give something, and then hang."""
    yield Piece(0, b"x" * 2**20)
    time.sleep(2)


def test_long_download_that_keeps_up_is_never_left() -> None:
    """The limit is for a mebibyte, not for the whole."""
    assert len(list(paced(steady, timeout_s=1))) == 8


def test_mirror_that_hangs_is_left() -> None:
    """Also one whose call never returns, as that of a network disk."""
    with pytest.raises(MirrorFailed, match=r"too slow: 0 bytes in the 0\.3 s"):
        list(paced(hanging, timeout_s=0.3))


def test_reader_ends_when_nobody_waits_for_it() -> None:
    """Nothing is read on behind one's back."""
    others = readers()
    found = paced(endless, timeout_s=10)
    next(found)
    (own,) = readers() - others

    found.close()
    own.join(5)

    assert not own.is_alive()


def test_error_of_the_mirror_is_passed_on() -> None:
    """As it was raised."""

    def failing() -> Iterator[Piece]:
        yield Piece(0, b"x")
        raise OSError(5, "planted")

    with pytest.raises(OSError, match="planted"):
        list(paced(failing, timeout_s=10))


def test_reader_of_a_trickling_server_ends_soon(server: Server) -> None:
    """What it is sent next is the last that it takes."""
    others = readers()
    source = partial(pieces, server.url("slow"), 0, timeout_s=10)

    with pytest.raises(MirrorFailed, match="too slow"):
        list(paced(source, timeout_s=1))
    for own in readers() - others:
        own.join(5)

    assert readers() - others == set()
