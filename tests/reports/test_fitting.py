"""What fits is taken whole, the most important first; nothing is taken by halves."""

from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.reports.fitting import Room

LINES = st.lists(st.text(max_size=8), max_size=4)
BLOCKS = st.lists(LINES, max_size=8)


def size_of(lines: list[str]) -> int:
    """Count the bytes of lines with their ends."""
    return len("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))


def test_lines_are_counted_as_bytes_with_their_ends() -> None:
    """An umlaut takes two bytes, and each line one more."""
    room: Room[int] = Room(5)

    assert not room.take(["ää", "x"])
    assert room.left_bytes == 5
    assert room.take(["ää"])
    assert room.left_bytes == 0


@given(blocks=BLOCKS, size=st.integers(0, 40), share=st.sampled_from([0.25, 0.5, 1.0]))
def test_a_prefix_is_taken_that_fits_its_share(
    blocks: list[list[str]], size: int, share: float
) -> None:
    """It takes 0 … k − 1 with bytes ≤ share × size, and the bytes left add up."""
    room: Room[int] = Room(size)

    taken = room.take_most(list(enumerate(blocks)), share=share)

    used = sum(size_of(blocks[n]) for n in taken)
    assert taken == list(range(len(taken)))
    assert used <= size - int(size * (1 - share))
    assert room.left_bytes == size - used


def test_what_follows_a_block_that_does_not_fit_is_left_out() -> None:
    """Else a report would show what matters less and hide what matters more."""
    room: Room[str] = Room(10)

    taken = room.take_most([("a", ["1"]), ("b", ["x" * 20]), ("c", ["2"])])

    assert taken == ["a"]


def test_no_room_is_no_debt() -> None:
    """Less than nothing counts as nothing."""
    assert Room[int](-5).left_bytes == 0
