"""Costs are compared pair by pair, and neither side always goes first."""

from benchmarks.pairs import Clocks, Pairs, alternate


def test_every_other_pair_begins_with_ours() -> None:
    """The order alternates, and each result stays on its side."""
    calls: list[str] = []

    def measure(name: str) -> str:
        calls.append(name)
        return f"{name}{len(calls)}"

    found = alternate(lambda: measure("plain"), lambda: measure("ours"), 3)

    assert calls == ["plain", "ours", "ours", "plain", "plain", "ours"]
    assert found == (["plain1", "plain4", "plain5"], ["ours2", "ours3", "ours6"])


def test_medians_are_taken_over_pairs() -> None:
    """A machine that slows down for one pair moves neither difference nor ratio."""
    pairs = Pairs(label="x", plain=(1.0, 10.0, 1.0), ours=(1.5, 15.0, 1.5))

    assert pairs.difference_s == 0.5
    assert pairs.ratio == 1.5
    assert pairs.spread == (1.5, 1.5)


def test_clocks_are_kept_apart() -> None:
    """Wall time is never mixed with processor time."""
    plain, ours = [Clocks(2.0, 1.0)], [Clocks(4.0, 1.1)]

    both = Pairs.by_clock("x", plain, ours)

    assert (both.wall.plain, both.wall.ours) == ((2.0,), (4.0,))
    assert (both.processor.plain, both.processor.ours) == ((1.0,), (1.1,))
