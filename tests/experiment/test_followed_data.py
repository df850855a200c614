"""Indices, batches, rows and generators are followed, and nothing is changed."""

import random
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader, IterableDataset, Sampler, TensorDataset

from pytest_repro.experiment.contents import joined, parts_of, text_of
from pytest_repro.experiment.generators import Generators
from pytest_repro.experiment.rows import SAMPLE, RowSum
from pytest_repro.records import Lane
from tests.experiment.following import lanes_of, started

ROWS = TensorDataset(torch.arange(24.0).reshape(12, 2), torch.arange(12))


def loader(**settings: object) -> DataLoader[object]:
    """Make a loader of twelve rows that shuffles by a generator of its own."""
    generator = torch.Generator().manual_seed(5)
    return DataLoader(
        ROWS,
        **{"batch_size": 4, "shuffle": True, "generator": generator, **settings},  # type: ignore[arg-type]  # passed on
    )


def followed(batches: DataLoader[object], *, walks: int = 2) -> dict[str, Lane]:
    """Walk over a loader, and return the lanes."""
    run, recorder = started()
    for _ in range(walks):
        for _ in run.steps(batches):
            pass
    recorder.finish()
    return lanes_of(recorder)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"num_workers": 2},
        {"num_workers": 2, "prefetch_factor": 1},
        {"num_workers": 1, "persistent_workers": True},
    ],
    ids=["none", "workers", "prefetch", "persistent"],
)
def test_indices_belong_to_their_batch_whoever_loads_it(
    settings: dict[str, object],
) -> None:
    """Workers draw ahead; each step still has the indices of its own batch."""
    run, recorder = started()
    batches = loader(**settings)

    # The label of a row is its index.
    labels = [batch[1].tolist() for _ in range(2) for _, batch in run.steps(batches)]

    found = lanes_of(recorder)["data/indices"]
    assert found.steps == tuple(range(6))
    assert list(found.digests) == [text_of((repr(one),)) for one in labels]


def test_other_order_has_other_indices() -> None:
    """Which is what the lane is there for."""
    found = followed(loader(shuffle=False))

    assert found["data/indices"].digests != followed(loader())["data/indices"].digests


def test_loader_gives_the_same_batches_and_keeps_its_sampler() -> None:
    """Nothing is drawn that would not have been, nor at another moment."""
    torch.manual_seed(0)
    expected = [batch[1].tolist() for batch in DataLoader(ROWS, 4, shuffle=True)]
    after = torch.get_rng_state()
    torch.manual_seed(0)
    batches = DataLoader(ROWS, 4, shuffle=True)
    sampler = batches.batch_sampler
    run, _ = started()

    found = [batch[1].tolist() for _, batch in run.steps(batches)]

    assert found == expected
    assert torch.equal(torch.get_rng_state(), after)
    assert batches.batch_sampler is sampler


class Eager(Sampler[int]):
    """Draws when it is asked for an iterator, not for the first index."""

    def __iter__(self) -> Iterator[int]:
        """Draw everything at once."""
        return iter(torch.randperm(12).tolist())

    def __len__(self) -> int:
        """Return the number of draws."""
        return 12


def test_sampler_is_asked_at_the_same_moment_as_always() -> None:
    """A sampler that draws early draws before the loader draws its base seed."""
    torch.manual_seed(0)
    expected = [batch[1].tolist() for batch in DataLoader(ROWS, 4, sampler=Eager())]
    torch.manual_seed(0)
    run, _ = started()

    batches = DataLoader(ROWS, 4, sampler=Eager())
    found = [batch[1].tolist() for _, batch in run.steps(batches)]

    assert found == expected


class Stream(IterableDataset[torch.Tensor]):
    """Rows that have no index."""

    def __iter__(self) -> Iterator[torch.Tensor]:
        """Give four rows."""
        return iter(torch.ones(4, 2))


def test_streams_have_no_indices() -> None:
    """There is nothing to draw from; rows are added up instead."""
    lanes = followed(DataLoader(Stream(), 2), walks=1)

    assert "data/indices" not in lanes
    assert lanes["data/rows"].steps == (0, 1)


@given(st.permutations(range(6)), st.integers(1, 5))
def test_sum_of_rows_does_not_depend_on_order(order: list[int], cut: int) -> None:
    """Law: any order, in any batches, gives the same sum; other rows give another."""
    rows, labels = torch.randn(6, 3), torch.arange(6)
    whole, pieces, other = RowSum(), RowSum(), RowSum()

    expected = whole.add((rows, labels))
    pieces.add((rows[order[:cut]], labels[order[:cut]]))
    found = pieces.add((rows[order[cut:]], labels[order[cut:]]))

    assert found == expected
    assert other.add((rows, labels.flip(0))) != expected


def test_a_full_sample_has_places_of_its_own() -> None:
    """More rows than a step has places: a stored lane needs increasing orders."""
    run, recorder = started()

    for _ in run.steps(torch.arange(3000.0).reshape(10, 300, 1)):
        pass
    recorder.finish()

    lane = lanes_of(recorder)["data/sample"]
    assert len(lane.digests) == SAMPLE
    assert list(lane.orders) == sorted(set(lane.orders))


@given(st.integers(1, 2999), st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_the_sample_is_of_all_rows_in_any_order(cut: int, seed: int) -> None:
    """Law: the least numbers, however many rows came before and in which batches."""
    rows = torch.arange(3000.0).reshape(-1, 1)
    order = torch.randperm(3000, generator=torch.Generator().manual_seed(seed))
    whole, pieces = RowSum(), RowSum()

    whole.add(rows)
    pieces.add(rows[order[:cut]])
    pieces.add(rows[order[cut:]])

    assert pieces.sample == whole.sample
    assert len(set(whole.sample)) == SAMPLE


def test_batches_without_rows_have_no_sum() -> None:
    """From the first one on: a sum that leaves some out says nothing."""
    rows = RowSum()

    assert rows.add((torch.ones(2, 3), torch.ones(3))) == ()
    assert rows.add(torch.ones(2, 3)) == ()


def test_nested_batches_have_a_digest() -> None:
    """Containers, arrays, numbers and text count; what is unknown is passed over."""
    batch = {"x": [torch.ones(2), np.ones(3)], "y": ("text", 1, None)}

    digest = joined(parts_of(batch))

    assert digest == joined(parts_of({**batch, "z": object()}))
    assert digest != joined(parts_of({**batch, "y": ("text", 2, None)}))
    assert digest != joined(parts_of({**batch, "x": [torch.ones(2), np.zeros(3)]}))
    assert parts_of(object()) == ()


DRAWS: dict[str, Callable[[], object]] = {
    "python": random.random,
    "numpy": np.random.random,  # the global generator is followed
    "torch": lambda: torch.rand(1),
}


@pytest.mark.parametrize("name", DRAWS)
def test_a_draw_moves_its_generator_and_no_other(name: str) -> None:
    """One number drawn changes one digest; no number, none."""
    generators = Generators()
    before = generators.digests()

    still = generators.digests()
    DRAWS[name]()
    after = generators.digests()

    assert still == before
    assert {one for one in before if before[one] != after[one]} == {name}


@pytest.mark.parametrize("name", DRAWS)
def test_digest_depends_on_the_state_alone(name: str) -> None:
    """Not on what was seen before: the same seed gives the same digest."""
    found = []
    for _ in range(2):
        random.seed(1)
        np.random.seed(1)  # noqa: NPY002  # as above
        torch.manual_seed(1)
        generators = Generators()
        DRAWS[name]()
        found.append(generators.digests()[name])
        DRAWS[name]()

    assert found[0] == found[1]
