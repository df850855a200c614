"""Two sides take turns: one works at a time, neither goes ahead, waits do not count."""

import os
import time
from functools import partial
from pathlib import Path

import pytest

from benchmarks.turns import Turns, side_by_side

PARTS = 4


def work(name: str, path: Path, turns: Turns, *, parts: int = PARTS) -> tuple[str, int]:
    """Write down each part of some work, and offer the turn after each."""
    turns.length_s = 0.0
    for _ in range(parts):
        with path.open("a", encoding="utf-8") as file:
            file.write(name)
        turns.offer()
    return name, os.getpid()


def sleep(seconds: float, turns: Turns) -> float:
    """Sleep for one turn, offer it, and say how long this side worked."""
    turns.length_s = 0.0
    time.sleep(seconds)
    turns.offer()
    return turns.worked().wall_s


def fail(_: Turns) -> None:
    """Measure nothing."""
    raise ZeroDivisionError


def test_turns_alternate_and_processes_change_sides(tmp_path: Path) -> None:
    """Once to warm up, once as a pair; in each both do both, and begin with both."""
    path = tmp_path / "turns"
    plain, ours = partial(work, "p", path), partial(work, "o", path)

    (plains,), (others,) = side_by_side(plain, ours, 1)

    assert path.read_text() == ("po" * PARTS + "op" * PARTS) * 2
    assert [name for name, _ in (*plains, *others)] == ["p", "p", "o", "o"]
    processes = [process for _, process in plains]
    assert [process for _, process in others] == processes[::-1]
    assert len({*processes, os.getpid()}) == 3


def test_a_side_that_is_done_waits_for_none(tmp_path: Path) -> None:
    """Whoever has more to do goes on alone, until both are done."""
    path = tmp_path / "turns"
    plain, ours = partial(work, "p", path), partial(work, "o", path, parts=1)

    side_by_side(plain, ours, 1)

    assert path.read_text() == ("poppp" + "opppp") * 2


def test_the_turns_of_the_other_side_do_not_count() -> None:
    """Who works for no time has worked less than the other slept amid its turns."""
    (idle,), (busy,) = side_by_side(partial(sleep, 0.0), partial(sleep, 0.5), 1)

    assert max(idle) < 0.5 <= min(busy)


def test_a_side_that_fails_ends_it(capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing is measured against nothing; the other side does not wait for ever."""
    with pytest.raises(EOFError):
        side_by_side(partial(sleep, 0.0), fail, 1)

    assert "ZeroDivisionError" in capfd.readouterr().err
