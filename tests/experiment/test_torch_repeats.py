"""What a model is called with again is digested once, if it cannot have changed."""

import numpy as np
import pytest
import torch

from pytest_repro.experiment import torch_repeats
from pytest_repro.experiment.contents import Parts, joined, parts_of
from pytest_repro.experiment.rows import RowSum
from pytest_repro.experiment.torch_repeats import Repeats


@pytest.fixture
def digested(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The values that were really digested."""
    seen: list[object] = []

    def see(value: object) -> Parts:
        seen.append(value)
        return parts_of(value)

    monkeypatch.setattr(torch_repeats, "parts_of", see)
    return seen


def test_same_tensor_is_digested_once(digested: list[object]) -> None:
    """As often as a line search asks for it, with the digest that it would have."""
    one, known = torch.arange(6.0) * 2, Repeats()

    found = [joined(known.parts_of(((one,), {}))) for _ in range(3)]

    assert found == [joined(parts_of(((one,), {})))] * 3
    assert len(digested) == 1


def test_next_step_digests_again(digested: list[object]) -> None:
    """Torch does not count what is written through `data` between two steps."""
    tensor = torch.ones(3)
    repeats = Repeats()
    first = repeats.parts_of((tensor,))
    tensor.data.mul_(2)

    repeats.forget()
    second = repeats.parts_of((tensor,))

    assert len(digested) == 2
    assert first != second


def test_change_in_place_is_seen() -> None:
    """Torch counts what is written into a tensor, also through a view of it."""
    one, known = torch.arange(6.0) * 2, Repeats()
    before = joined(known.parts_of(one))

    one.add_(1)
    after = joined(known.parts_of(one))
    one[2:].zero_()

    assert len({before, after, joined(known.parts_of(one))}) == 3


def test_memory_can_be_resized_after_a_digest() -> None:
    """Sharded training frees and grows memory: a ledger must not lend it to numpy."""
    one, other = torch.arange(50_000.0) * 2, torch.arange(50_000.0).reshape(50, -1) * 2
    parts_of(one, other)
    RowSum().add((other,))

    one.untyped_storage().resize_(0)
    other.resize_(100, 1000)

    assert one.untyped_storage().size() == 0
    assert other.shape == (100, 1000)


def test_write_by_numpy_is_seen() -> None:
    """Memory that numpy can write into is digested each time: nobody counts there."""
    array, known = np.zeros(4), Repeats()
    taken, given = torch.from_numpy(array), torch.arange(4.0) * 2
    before = joined(known.parts_of(taken)), joined(known.parts_of(given))

    array[0] = 1
    given.numpy()[0] = 1

    assert joined(known.parts_of(taken)) != before[0]
    assert joined(known.parts_of(given)) != before[1]


def test_another_number_beside_the_same_tensor_is_seen() -> None:
    """A plain argument is part of what a model is called with."""
    one, known = torch.arange(6.0) * 2, Repeats()

    assert joined(known.parts_of((one, 1))) != joined(known.parts_of((one, 2)))


def test_tensor_that_is_gone_is_not_the_next_one(digested: list[object]) -> None:
    """A new tensor may lie where an old one lay, and is digested."""
    known = Repeats()
    for number in range(3):
        known.parts_of(torch.full((3,), float(number)))

    assert len(digested) == 3


@pytest.mark.parametrize(
    "value",
    [np.zeros(3), (torch.zeros(3), np.zeros(3)), "text", torch.eye(3).to_sparse()],
    ids=["array", "both", "text", "sparse"],
)
def test_what_counts_no_changes_is_digested_each_time(
    value: object, digested: list[object]
) -> None:
    """Only a tensor says how often it was written into."""
    known = Repeats()

    assert joined(known.parts_of(value)) == joined(known.parts_of(value))
    assert len(digested) == 2


def test_tensor_of_inference_is_digested_each_time(digested: list[object]) -> None:
    """It has no count, and asking for one would fail."""
    with torch.inference_mode():
        one = torch.arange(6.0) * 2
    known = Repeats()

    assert joined(known.parts_of(one)) == joined(known.parts_of(one))
    assert len(digested) == 2
