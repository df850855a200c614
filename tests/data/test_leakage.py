"""What one part knows of another is found, named on both sides, and has a remedy."""

from collections.abc import Mapping

import pytest

from pytest_repro.data import LeakKind, Manifest, Sample, Split, find_leaks
from tests.data.samples import many, sample

Members = Mapping[str, tuple[Sample, ...]]


def parts(train: list[Sample], test: list[Sample]) -> Members:
    """Put samples into two parts."""
    return {"train": tuple(train), "test": tuple(test)}


def test_parts_that_share_nothing_leak_nothing() -> None:
    """There is no false alarm for ordinary samples."""
    found = find_leaks(parts([sample("a"), sample("b")], [sample("c")]))

    assert found == ()


def test_equal_content_is_found() -> None:
    """Both samples are named, and what to do about them."""
    (leak,) = find_leaks(
        parts([sample("a", "same"), sample("b")], [sample("c", "same")])
    )

    assert leak.kind is LeakKind.EXACT
    assert leak.message.splitlines() == [
        f"the same content in two parts: {sample('a', 'same').digest}",
        "  train  a",
        "  test   c",
        '  remedy  split by content: by = "digest", or drop one of the two',
    ]


def test_equal_content_with_two_labels_says_so() -> None:
    """One of the labels is wrong, whatever the parts are."""
    (leak,) = find_leaks(
        parts([sample("a", "same", label="cat")], [sample("b", "same", label="dog")])
    )

    assert leak.detail.endswith(", labels 'cat' and 'dog'")


def test_a_common_group_is_found_once() -> None:
    """A patient with many images is one finding for each two parts."""
    own = [sample(f"a{number}", group="patient 7") for number in range(5)]

    (leak,) = find_leaks(parts(own[:3], own[3:]))

    assert (leak.kind, leak.first, leak.second) == (LeakKind.GROUP, "a0", "a3")
    assert leak.detail == "patient 7"
    assert leak.remedy == 'split by group: by = "group"'


def test_nobody_is_in_the_group_without_a_name() -> None:
    """Samples without a group have none in common."""
    assert find_leaks(parts([sample("a", group="")], [sample("b", group="")])) == ()


def test_three_parts_are_held_against_each_other() -> None:
    """What all three share is found for each pair."""
    members = {name: (sample(name, "same"),) for name in ("train", "valid", "test")}

    found = {(leak.first_part, leak.second_part) for leak in find_leaks(members)}

    assert found == {("train", "valid"), ("train", "test"), ("valid", "test")}


@pytest.mark.parametrize("by", ["group", "digest"])
def test_the_remedy_is_one(by: str) -> None:
    """Split as the finding says, groups and contents no longer leak."""
    manifest = Manifest.of(
        sample(f"{number}", f"{number % 60}", group=f"g{number % 30}")
        for number in range(120)
    )
    shares = {"train": 0.5, "test": 0.5}
    torn = {
        leak.kind for leak in find_leaks(Split(shares=shares, salt="x").apply(manifest))
    }

    kept = find_leaks(Split(shares=shares, salt="x", by=by).apply(manifest))

    assert torn == {LeakKind.EXACT, LeakKind.GROUP}
    assert LeakKind(by.replace("digest", "exact")) not in {leak.kind for leak in kept}


def labelled(names: list[str], labels: list[str]) -> Members:
    """Make samples with labels, and put them into two parts by turns."""
    found = [sample(n, label=one) for n, one in zip(names, labels, strict=True)]
    return parts(found[::2], found[1::2])


CLASSES = ["cat", "dog", "owl"] * 40


def test_a_label_in_an_id_is_found() -> None:
    """A folder for each class is told by its place in the path."""
    names = [f"img/{one}/{number}.png" for number, one in enumerate(CLASSES)]

    (leak,) = find_leaks(labelled(names, CLASSES))

    assert leak.kind is LeakKind.ID
    assert leak.detail.startswith("word 2 of an id, such as ")
    assert "tells 100% of labels, 33% by chance" in leak.detail


def test_a_word_that_stands_for_a_label_is_found() -> None:
    """It need not be the label itself."""
    codes = {"cat": "xa", "dog": "xb", "owl": "xc"}
    names = [f"{codes[one]}-{number}" for number, one in enumerate(CLASSES)]

    (leak,) = find_leaks(labelled(names, CLASSES))

    assert leak.kind is LeakKind.ID


def test_ids_that_are_sorted_by_label_are_found() -> None:
    """A list of one class after the other tells the class by its number."""
    names = [f"row-{number}" for number in range(120)]

    (leak,) = find_leaks(labelled(names, sorted(CLASSES)))

    assert leak.kind is LeakKind.ID
    assert "98% of neighbours in the order of ids, 33% by chance" in leak.detail


def test_ids_by_turns_or_by_hash_tell_nothing() -> None:
    """Ordinary ids are no alarm, and neither are ids that are hashes of content."""
    turns = [f"row-{number}" for number in range(120)]
    hashes = [one.digest.partition(":")[2] for one in many(120).samples]

    assert find_leaks(labelled(turns, CLASSES)) == ()
    assert find_leaks(labelled(hashes, CLASSES)) == ()


def test_a_group_with_one_label_is_no_alarm() -> None:
    """A patient's images follow each other and are alike: the group is one sample."""
    members = [
        sample(f"p{n // 6:02}-{n % 6}", group=f"p{n // 6:02}", label="ab"[n // 6 % 2])
        for n in range(120)
    ]

    assert find_leaks({"train": tuple(members)}) == ()
