"""A split stays: whatever comes, goes or is listed otherwise, nobody moves."""

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_repro.data import (
    By,
    Folds,
    Manifest,
    Split,
    count_parts,
    digest_of,
    split,
)
from pytest_repro.data.places import unit_of
from pytest_repro.errors import ReproUsageError
from tests.data.samples import IDS, MANIFESTS, SALTS, many, sample

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}

TWO_THOUSAND = many(2000)

BIES = st.sampled_from(By)

CUTS = st.lists(st.integers(1, 20), min_size=1, max_size=5).map(
    lambda weights: {
        f"part-{number}": Fraction(weight, sum(weights))
        for number, weight in enumerate(weights)
    }
)


def parts_by_id(manifest: Manifest, rule: Split) -> dict[str, str]:
    """Tell the part of each sample, by its id."""
    parts = rule.apply(manifest)
    return {one.id: name for name in parts for one in parts[name]}


@given(IDS, IDS, SALTS, CUTS)
def test_adding_ids_moves_nobody(
    ids: list[str], more: list[str], salt: str, cuts: dict[str, Fraction]
) -> None:
    """Of a longer list, each part holds what it held, in the same order."""
    before = split(ids, cuts, salt=salt)
    added = [one for one in more if one not in ids]

    after = split([*added, *ids], cuts, salt=salt)

    old = set(ids)
    assert {k: tuple(i for i in v if i in old) for k, v in after.items()} == before


@given(MANIFESTS, SALTS, BIES, CUTS)
def test_parts_are_disjoint_and_complete(
    manifest: Manifest, salt: str, by: By, cuts: dict[str, Fraction]
) -> None:
    """Each sample lies in one part, and none is lost."""
    parts = Split(shares=cuts, salt=salt, by=by).apply(manifest)

    found = sorted(one.id for name in parts for one in parts[name])
    assert found == [one.id for one in manifest.samples]


@given(MANIFESTS, SALTS, BIES, st.data())
def test_removing_samples_moves_nobody(
    manifest: Manifest, salt: str, by: By, data: st.DataObject
) -> None:
    """The part of a sample is the same in any manifest that has it."""
    rule = Split(shares=SHARES, salt=salt, by=by)
    ids = [one.id for one in manifest.samples]
    kept = data.draw(st.sets(st.sampled_from(ids)) if ids else st.just(set()))
    fewer = Manifest.of(one for one in manifest.samples if one.id in kept)

    before, after = parts_by_id(manifest, rule), parts_by_id(fewer, rule)

    assert after == {name: before[name] for name in kept}


@given(MANIFESTS, SALTS, st.sampled_from([By.GROUP, By.DIGEST]))
def test_what_belongs_together_is_never_torn_apart(
    manifest: Manifest, salt: str, by: By
) -> None:
    """Samples of one group, or of one content, have one part and one fold."""
    rule = Split(shares=SHARES, salt=salt, by=by)
    folds = Folds(count=4, salt=salt, by=by)

    for one, other in combinations(manifest.samples, 2):
        if unit_of(one, by) == unit_of(other, by):
            assert rule.part_of(one) == rule.part_of(other)
            assert folds.fold_of(one) == folds.fold_of(other)


@given(MANIFESTS, SALTS, st.integers(2, 9))
def test_folds_are_disjoint_and_complete(
    manifest: Manifest, salt: str, count: int
) -> None:
    """Each sample is held out once, and trained on in all other folds."""
    folds = Folds(count=count, salt=salt).apply(manifest.samples)

    held = sorted(one.id for fold in folds for one in fold.held_out)
    assert held == [one.id for one in manifest.samples]
    assert all(
        len(fold.train) + len(fold.held_out) == len(held)
        and not set(fold.train) & set(fold.held_out)
        for fold in folds
    )


@settings(max_examples=25)
@given(SALTS)
def test_counts_are_binomial_around_their_shares(salt: str) -> None:
    """With any salt, 2,000 samples lie within six deviations of what is expected.

    By chance one count in 500 million would not.
    """
    parts = Split(shares=SHARES, salt=salt).apply(TWO_THOUSAND)

    assert all(abs(one.distance) < 6 for one in count_parts(parts))


def test_counts_spread_as_much_as_binomial_counts_do() -> None:
    """Over 400 salts the test share of 500 samples has the deviation that is told."""
    rules = [Split(shares=SHARES, salt=f"{number}") for number in range(400)]
    manifest = many(500)

    squares = [count_parts(rule.apply(manifest))[2].distance ** 2 for rule in rules]

    # The mean of 400 squares of normals is 1 within 6 · sqrt(2/400).
    assert sum(squares) / len(squares) == pytest.approx(1, abs=6 * (2 / 400) ** 0.5)


def test_folds_inside_a_part_are_as_even_as_elsewhere() -> None:
    """A fold's place is not that of the part: no fold of the training set is empty."""
    train = Split(shares=SHARES, salt="one").apply(many(4000))["train"]

    sizes = [len(f.held_out) for f in Folds(count=5, salt="one").apply(train)]

    expected = len(train) / 5
    assert all(abs(size - expected) < 6 * (expected * 0.8) ** 0.5 for size in sizes)


def test_large_groups_spread_counts_more_and_the_deviation_says_so() -> None:
    """Ten groups of ten are drawn as ten, not as a hundred."""
    manifest = Manifest.of(sample(f"{n}", group=f"g{n % 10}") for n in range(100))
    shares = {"train": 0.5, "test": 0.5}

    alone, grouped = (
        count_parts(Split(shares=shares, salt="x", by=by).apply(manifest))[0].deviation
        for by in (By.ID, By.GROUP)
    )

    assert [alone, grouped] == pytest.approx([5, 5 * 10**0.5])


def test_growing_a_share_moves_samples_only_over_one_border() -> None:
    """What was trained on still is, when the training share grows."""
    smaller = Split(shares={"train": 0.7, "test": 0.3}, salt="x").apply(many(500))
    larger = Split(shares={"train": 0.8, "test": 0.2}, salt="x").apply(many(500))

    assert set(smaller["train"]) < set(larger["train"])


def test_another_salt_is_an_independent_split() -> None:
    """Of what one salt tests with, the other tests with its share."""
    shares = {"train": 0.5, "test": 0.5}
    one, other = (
        set(Split(shares=shares, salt=salt).apply(many(2000))["test"]) for salt in "ab"
    )

    assert abs(len(one & other) - 500) < 6 * (2000 * 0.25 * 0.75) ** 0.5


def test_the_place_of_a_sample_is_known_for_ever() -> None:
    """These were computed with hashlib alone: another algorithm needs another name."""
    found = split(["a", "b", "c", "d", "é"], SHARES, salt="1")
    parts = Split(shares=SHARES, salt="1").apply(many(3))
    folds = Folds(count=3, salt="1").digest(many(3).samples)

    assert found == {"train": ("b", "c", "é"), "validation": ("d",), "test": ("a",)}
    assert parts.digest == (
        "parts-sha256-v1:"
        "e873d0d311df184464bc3306a70a10651aa8cafca5c8f65178ba0401d60b438c"
    )
    assert folds == (
        "folds-sha256-v1:"
        "ce19a7f9b933542ae255029a43e6987c635480b9bfa5f05eb6a5ee3b0a8ffcfe"
    )


def test_the_digest_of_parts_knows_rule_and_samples() -> None:
    """Another salt, share, key or sample gives another digest; the order does not."""
    manifest = many(50)
    digests = [
        Split(shares=SHARES, salt="1").apply(manifest).digest,
        Split(shares=SHARES, salt="2").apply(manifest).digest,
        Split(shares=SHARES, salt="1", by=By.DIGEST).apply(manifest).digest,
        Split(shares={"train": 0.8, "test": 0.2}, salt="1").apply(manifest).digest,
        Split(shares=SHARES, salt="1").apply(many(51)).digest,
    ]

    assert len(set(digests)) == len(digests)
    assert digest_of(manifest) not in digests


def test_shares_mean_what_is_written() -> None:
    """Ten times 0.1 is a whole, although the floats do not add up to one."""
    tenths = {f"p{number}": 0.1 for number in range(10)}

    rule = Split(shares=tenths, salt="x")

    assert sum(tenths.values()) != 1
    assert set(rule.shares.values()) == {Fraction(1, 10)}


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ({"train": 0.8, "test": 0.1}, r"sum to 9/10, not to 1: train 4/5, test 1/10"),
        ({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}, r"write thirds as fractions"),
        ({}, "there are none"),
        ({"train": 1.0, "test": 0.0}, r"share of 'test' lies in \(0, 1\], got 0.0"),
        ({"train": 1.1, "test": -0.1}, r"share of 'train' lies in \(0, 1\], got 1.1"),
        ({"train": float("nan")}, r"share of 'train' lies in \(0, 1\], got nan"),
        ({"train": True}, "share of 'train' is a number, got True"),
        ({"train": "0.8"}, "share of 'train' is a number, got '0.8'"),
        ({"../train": 1.0}, "a part is called by small letters"),
    ],
)
def test_shares_that_cut_nothing_are_refused(
    shares: dict[str, float], message: str
) -> None:
    """Each says what is wrong with which share."""
    with pytest.raises(ReproUsageError, match=message):
        Split(shares=shares, salt="x")


@pytest.mark.parametrize("salt", ["", " x", "a\nb", "x" * 129, 7])
def test_a_salt_is_a_name(salt: str) -> None:
    """A split without a name of its own would be that of everybody."""
    with pytest.raises(ReproUsageError, match="salt: a printable text"):
        Split(shares=SHARES, salt=salt)


@pytest.mark.parametrize("count", [0, 1, 1001, 2.0, True])
def test_a_number_of_folds_is_whole(count: int) -> None:
    """One fold would hold out everything."""
    with pytest.raises(ReproUsageError, match="folds: a whole number from 2"):
        Folds(count=count, salt="x")


def test_an_unknown_key_names_those_that_there_are() -> None:
    """A misspelt key is no new one."""
    with pytest.raises(
        ReproUsageError, match="one of id, group, digest, got 'patient'"
    ):
        Split(shares=SHARES, salt="x", by="patient")
