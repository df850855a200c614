"""Numbers by address: known answers, equal on all libraries, spread as they should."""

import numpy as np
import pytest
import torch
from scipy import stats

from pytest_repro.augmentation import Bounds, Moment, Schedule
from pytest_repro.augmentation.draws import normal_table, philox, sample_words, units
from pytest_repro.augmentation.torch_noise import element_words
from pytest_repro.digests import digest_of_bytes
from pytest_repro.errors import ReproUsageError

KNOWN = [
    ("00000000 " * 4, "00000000 " * 2, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff " * 4, "ffffffff " * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    (
        "243f6a88 85a308d3 13198a2e 03707344",
        "a4093822 299f31d0",
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]
"""Counter, key, answer: from the authors' published test vectors of philox4x32-10."""

TABLE = "sha256:e370b09ebf2d81071dbd2b0562a456b0c840a86d8b5afcb1c74b37721f83536f"


def words(text: str) -> list[int]:
    """Read hexadecimal words."""
    return [int(word, 16) for word in text.split()]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_numpy_gives_the_published_answers(counter: str, key: str, answer: str) -> None:
    """The algorithm is the one that its name says."""
    ours = philox(
        tuple(np.array([word]) for word in words(counter)),
        tuple(np.array([word]) for word in words(key)),
    )

    assert [int(word[0]) for word in ours] == words(answer)


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_torch_gives_the_published_answers(counter: str, key: str, answer: str) -> None:
    """The same operators on tensors give the same words."""
    ours = philox(
        tuple(torch.tensor([word]) for word in words(counter)),
        tuple(torch.tensor([word]) for word in words(key)),
    )

    assert [int(word[0]) for word in ours] == words(answer)


def test_fewer_rounds_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The known answers fail for seven rounds."""
    monkeypatch.setattr("pytest_repro.augmentation.draws._ROUNDS", 7)

    with pytest.raises(AssertionError):
        test_numpy_gives_the_published_answers(*KNOWN[0])


def test_a_number_depends_on_its_sample_alone() -> None:
    """Whoever else is asked for, in which order, changes nothing."""
    together = units(3, "flip/acts", sample_words([4, "x", 9]))
    alone = units(3, "flip/acts", sample_words(["x"]))

    assert together[1] == alone[0]


@pytest.mark.parametrize(
    ("seed", "address", "one"), [(4, "a", 7), (3, "b", 7), (3, "a", 8), (3, "a", "7")]
)
def test_each_part_of_an_address_counts(
    seed: int, address: str, one: int | str
) -> None:
    """Another seed, operation, field or sample has another number; 7 is no "7"."""
    assert units(seed, address, sample_words([one])) != units(3, "a", sample_words([7]))


def test_numbers_are_uniform() -> None:
    """Kolmogorov and Smirnov do not reject it for 20 000 indices."""
    drawn = units(0, "any", sample_words(range(20_000)))

    assert stats.kstest(drawn, "uniform").pvalue > 1e-4
    assert drawn.min() >= 0
    assert drawn.max() < 1


def test_neighbours_are_not_correlated() -> None:
    """Samples side by side, and fields of one sample, know nothing of each other."""
    first = units(0, "one", sample_words(range(20_000)))
    second = units(0, "two", sample_words(range(20_000)))

    assert abs(np.corrcoef(first[1:], first[:-1])[0, 1]) < 0.03
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.03


def test_the_normal_table_is_the_same_everywhere() -> None:
    """Its digest is part of what `address-philox4x32-10-v1` means."""
    found = digest_of_bytes(normal_table().astype("<f8").tobytes())

    assert found == TABLE


def test_the_normal_table_is_normal() -> None:
    """Mean 0 exactly, variance 1 within 10⁻⁴, no value beyond 4.34."""
    table = normal_table()

    assert table.sum() == 0
    assert table.var() == pytest.approx(1, abs=1e-4)
    assert abs(table).max() < 4.34


def test_noise_has_the_same_start_however_long_it_is() -> None:
    """A longer sample begins with the same words."""
    key = torch.tensor([1.0, 2.0**52 - 1], dtype=torch.float64)

    assert torch.equal(element_words(key, 5), element_words(key, 11)[:, :5])


@pytest.mark.parametrize("one", [-1, True, 2**62])
def test_what_names_no_sample_is_refused(one: int) -> None:
    """Neither a negative index nor a truth value."""
    with pytest.raises(ReproUsageError, match="index from 0 on"):
        sample_words([one])


@pytest.mark.parametrize(
    ("shape", "values"),
    [
        ("constant", [2.0, 2.0, 2.0, 2.0, 2.0]),
        ("linear", [2.0, 2.0, 4.0, 6.0, 6.0]),
        ("cosine", [2.0, 2.0, 4.0, 6.0, 6.0]),
        ("step", [2.0, 2.0, 2.0, 6.0, 6.0]),
    ],
)
def test_schedules_have_their_shapes(shape: str, values: list[float]) -> None:
    """From 2 to 6 in two epochs, after one."""
    schedule = Schedule(start=2, end=6, shape=shape, length=2, delay=1)  # type: ignore[arg-type]  # a parameter

    assert [schedule.value(Moment(epoch=epoch)) for epoch in range(5)] == values


def test_a_schedule_by_step_does_not_look_at_the_epoch() -> None:
    """Nor the other way round."""
    schedule = Schedule(start=0, end=1, length=10, unit="step")

    assert schedule.value(Moment(epoch=9, step=5)) == 0.5


@pytest.mark.parametrize("law", ["uniform", "normal", "whole"])
def test_what_is_drawn_lies_in_its_bounds(law: str) -> None:
    """And reaches into both ends."""
    bounds = Bounds(low=-2, high=3, law=law)  # type: ignore[arg-type]  # a parameter
    drawn = units(0, law, sample_words(range(5000)))

    found = bounds.place(drawn, Moment())

    assert -2 <= found.min() < -1.9
    assert 2.9 < found.max() <= 3


def test_whole_numbers_come_equally_often() -> None:
    """A chi-square test does not reject it for six values."""
    bounds = Bounds(low=-2, high=3, law="whole")
    found = bounds.place(units(0, "w", sample_words(range(6000))), Moment())

    counts = np.unique(found, return_counts=True)[1]

    assert len(counts) == 6
    assert stats.chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize(
    "bounds",
    [
        Bounds(low=1, high=0),
        Bounds(low=0, high=float("inf")),
        Bounds(low=0.5, high=1, law="whole"),
    ],
)
def test_bounds_without_meaning_are_refused(bounds: Bounds) -> None:
    """The wrong way round, infinite, or no whole numbers."""
    with pytest.raises(ReproUsageError, match="no bounds at epoch 0"):
        bounds.at(Moment())
