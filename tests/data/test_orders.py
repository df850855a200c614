"""One order has one digest, whoever saw which part of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.data import Order, batch_digest, order_in
from pytest_repro.errors import ReproUsageError
from pytest_repro.records import Lane

IDS = st.lists(st.text(max_size=4) | st.integers(), max_size=40)


def whole(ids: list[str | int], batch: int = 0) -> Order:
    """See everything at once."""
    order = Order(batch=batch)
    order.add(ids)
    return order


@given(IDS, st.integers(1, 7), st.integers(1, 5), st.randoms(use_true_random=False))
def test_shards_that_take_turns_have_the_digest_of_the_whole(
    ids: list[str | int], shards: int, batch: int, random: object
) -> None:
    """Each of n workers sees each n-th sample; together they saw it all, by batches."""
    orders = []
    for index in range(shards):
        one = Order(batch=batch)
        one.add(ids[index::shards], at=index, stride=shards)
        orders.append(one)
    random.shuffle(orders)  # type: ignore[attr-defined]  # Hypothesis makes it

    merged = Order(batch=batch)
    for one in orders:
        merged.merge(one)

    assert merged.digest == whole(ids).digest
    assert merged.batches == whole(ids, batch).batches


@given(IDS, st.integers(1, 9))
def test_how_much_is_told_at_once_does_not_matter(
    ids: list[str | int], size: int
) -> None:
    """Sample by sample, or batch by batch, the order is the same."""
    order = Order()
    for start in range(0, len(ids), size):
        order.add(ids[start : start + size])

    assert order.digest == whole(ids).digest


@given(st.lists(st.integers(0, 9), min_size=2, max_size=20), st.data())
def test_another_order_has_another_digest(ids: list[int], data: st.DataObject) -> None:
    """Two different samples that change places are seen."""
    one, other = data.draw(st.tuples(*[st.integers(0, len(ids) - 1)] * 2))
    swapped = list(ids)
    swapped[one], swapped[other] = ids[other], ids[one]

    is_same = whole(list(ids)).digest == whole(list(swapped)).digest

    assert is_same is (swapped == ids)


def test_only_the_batch_that_differs_has_another_digest() -> None:
    """So it is known where two orders part."""
    ours = whole([1, 2, 3, 4, 5, 6], batch=2).batches
    theirs = whole([1, 2, 4, 3, 5, 6], batch=2).batches

    assert [a == b for a, b in zip(ours, theirs, strict=True)] == [True, False, True]


def test_a_number_is_no_text() -> None:
    """Index 1 and the id "1" are two samples."""
    assert whole([1]).digest != whole(["1"]).digest


def test_a_gap_is_told_and_not_digested() -> None:
    """While a shard is missing there is no digest that could be mistaken for one."""
    order = Order()
    order.add(["a", "c"], at=0, stride=2)

    with pytest.raises(ReproUsageError, match="nothing was seen at place 1"):
        _ = order.digest


def test_two_samples_at_one_place_are_refused() -> None:
    """Within an order, and between two that are merged."""
    order, other = whole(["a", "b"]), whole(["c"])

    with pytest.raises(ReproUsageError, match="two samples at place 1"):
        order.add(["x"], at=1)
    with pytest.raises(ReproUsageError, match="without a common place"):
        order.merge(other)
    with pytest.raises(ReproUsageError, match="orders with equal batches"):
        Order(batch=2).merge(Order(batch=3))
    with pytest.raises(ReproUsageError, match="batch: how many samples"):
        Order(batch=-1)


def lane(name: str, *steps: int) -> Lane:
    """Make a lane whose digests are those of batches of indices."""
    return Lane(
        name=name,
        steps=steps,
        orders=tuple(range(len(steps))),
        digests=tuple(batch_digest([step, step + 1]) for step in steps),
    )


def test_the_order_of_a_run_is_read_from_its_ledger() -> None:
    """Indices come first, since the number of loading workers does not change them."""
    found = order_in([lane("data/batch", 0, 1), lane("data/indices", 0, 1, 2)])

    assert found is not None
    assert (found.lane, found.steps, found.is_whole) == (
        "data/indices",
        (0, 1, 2),
        True,
    )
    assert found.batches[1] == batch_digest([1, 2])


def test_an_order_that_was_followed_only_now_and_then_says_so() -> None:
    """Equal digests of every second step do not mean equal orders."""
    found = order_in([lane("data/batch", 0, 2, 4)])

    assert found is not None
    assert not found.is_whole


def test_a_run_without_batches_has_no_order() -> None:
    """There is nothing to compare, and no digest of nothing."""
    assert order_in([lane("rng/torch", 0, 1)]) is None
