"""Samples, their order and their draws are the same however they are loaded."""

from itertools import product

import pytest

from tests.training.settings import (
    Setting,
    augmented,
    escaped,
    load,
    load_again,
    rests,
)

SETTINGS = [
    Setting(workers=workers, shards=shards, is_stream=is_stream)
    for workers, shards, is_stream in product((0, 1, 4), (1, 2, 3), (False, True))
]
"""Every number of workers with every number of shards, from a list or a stream."""


@pytest.fixture(scope="module")
def alone() -> dict[int, str]:
    """Load in one process, by index, without a break."""
    return load(Setting(), augmented)


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_samples_are_the_same_in_every_setting_and_resumed_at_every_step(
    alone: dict[int, str], setting: Setting
) -> None:
    """At each place the same sample with the same draws, bit for bit."""
    found = load_again(setting, augmented)

    assert len(found) == 9
    assert found == rests(alone)


def test_samples_are_the_same_in_processes_that_inherit_nothing(
    alone: dict[int, str],
) -> None:
    """A spawned worker imports everything anew and gives the same samples."""
    found = load(Setting(workers=1, start="spawn"), augmented)

    assert found == alone


@pytest.mark.parametrize("setting", [Setting(workers=2), Setting(shards=3)], ids=str)
def test_a_draw_that_depends_on_the_process_would_be_found(setting: Setting) -> None:
    """A global generator in the preparation of samples makes the same check fail."""
    assert load(setting, escaped) != load(Setting(), escaped)


def test_a_draw_that_depends_on_who_was_before_would_be_found() -> None:
    """A global generator goes on where it stood, wherever a run is resumed."""
    whole, *resumed = load_again(Setting(), escaped)

    assert [whole, *resumed] != rests(whole)


@pytest.mark.parametrize("remainder", ["drop", "pad"])
@pytest.mark.parametrize("shards", [2, 3])
def test_shards_agree_on_what_becomes_of_the_rest(remainder: str, shards: int) -> None:
    """Dropped or padded, three machines have the batches of one."""
    one = load(Setting(), augmented, remainder=remainder)

    assert load(Setting(shards=shards), augmented, remainder=remainder) == one


def test_epochs_differ(alone: dict[int, str]) -> None:
    """Each epoch has another order, and its samples have other draws."""
    first = [alone[place] for place in range(22)]
    second = [alone[1000 + place] for place in range(22)]

    assert len(alone) == 44
    assert set(first).isdisjoint(second)
    assert [one.split()[0] for one in first] != [one.split()[0] for one in second]
