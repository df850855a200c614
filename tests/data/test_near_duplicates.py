"""Near duplicates that were planted in real data are found; others rarely are."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchmarks.near_data import IMAGE_CHANGES, TEXT_CHANGES, digits, paragraphs
from benchmarks.near_duplicates import Study, measure
from pytest_repro.data import LeakKind, find_near
from pytest_repro.data.leakage import ARRAYS_FROM, TEXTS_FROM
from pytest_repro.data.near_arrays import likeness
from pytest_repro.data.near_texts import resemblance
from pytest_repro.errors import ReproUsageError
from tests.data.samples import sample

DIGIT = np.arange(64).reshape(8, 8) % 7


@pytest.fixture(scope="module")
def images() -> Mapping[str, float]:
    """Measure copies of real digits, compared as they are unless told otherwise."""
    study = Study("digits", digits(), IMAGE_CHANGES, "arrays_from")
    found = measure(study, copies=60, thresholds=[ARRAYS_FROM])
    return figures(found["thresholds"]["0.99"])


@pytest.fixture(scope="module")
def texts() -> Mapping[str, float]:
    """Measure copies of real paragraphs, likewise."""
    study = Study("paragraphs", paragraphs(), TEXT_CHANGES, "texts_from")
    found = measure(study, copies=60, thresholds=[TEXTS_FROM])
    return figures(found["thresholds"]["0.5"])


def figures(found: Mapping[str, Any]) -> Mapping[str, float]:
    """Put recall and false alarms beside each other."""
    return {**found["recall"], "alarms": found["false alarm share"]}


@pytest.mark.parametrize(
    "change",
    ["noise of a fiftieth", "brightness and contrast", "twice the size"],
)
def test_images_that_were_stored_otherwise_are_found(
    images: Mapping[str, float], change: str
) -> None:
    """Of sixty copies of real digits, at least 57 are told with their originals."""
    assert images[change] >= 0.95


@pytest.mark.parametrize(
    "change", ["case, blanks, punctuation", "a word in ten replaced"]
)
def test_texts_that_were_edited_are_found(
    texts: Mapping[str, float], change: str
) -> None:
    """Of sixty copies of real paragraphs, at least 54 are told with their originals."""
    assert texts[change] >= 0.9


def test_what_is_no_copy_is_rarely_told(
    images: Mapping[str, float], texts: Mapping[str, float]
) -> None:
    """At most one test sample in a hundred is a false alarm."""
    assert images["alarms"] <= 0.01
    assert texts["alarms"] <= 0.01


def test_a_shift_is_missed_and_that_is_known(images: Mapping[str, float]) -> None:
    """The page says so: all pixels of a thin drawing are others after a shift."""
    assert images["shifted by a pixel"] < 0.1


def test_a_finding_names_both_sides_and_how_near_they_are() -> None:
    """Part, id, likeness, both labels where they differ, and what to do."""
    members = {
        "train": (sample("a", label="1"),),
        "test": (sample("b", label="7"),),
    }

    (leak,) = find_near(members, {"a": DIGIT, "b": DIGIT * 10 + 1})

    assert leak.kind is LeakKind.NEAR
    assert leak.message.splitlines() == [
        "nearly the same content in two parts: 1.000 alike, labels '1' and '7'",
        "  train  a",
        "  test   b",
        '  remedy  give both the same group and split by it: by = "group"',
    ]


def test_equal_contents_are_left_to_the_exact_check() -> None:
    """One fault is one finding."""
    members = {"train": (sample("a", "x"),), "test": (sample("b", "x"),)}

    assert find_near(members, {"a": "some text", "b": "some text"}) == ()


def test_samples_without_content_are_left_out() -> None:
    """What was not given is not compared; texts are not compared with arrays."""
    members = {
        "train": (sample("a"), sample("b")),
        "test": (sample("c"), sample("d")),
    }

    assert find_near(members, {"a": DIGIT, "c": "some text"}) == ()


def test_findings_come_nearest_first() -> None:
    """Whoever reads ten of them reads the worst."""
    members = {
        "train": (sample("a"), sample("b")),
        "test": (sample("c"), sample("d")),
    }
    contents = {
        "a": "the quick brown fox jumps over the lazy dog",
        "c": "the quick brown fox jumps over the lazy cat",
        "b": "pack my box with five dozen liquor jugs",
        "d": "Pack my box, with five dozen liquor jugs!",
    }

    found = [(leak.first, leak.second) for leak in find_near(members, contents)]

    assert found == [("b", "d"), ("a", "c")]


PIXELS = arrays(np.uint8, st.tuples(st.integers(2, 40), st.integers(5, 40)))


@given(PIXELS)
def test_likeness_does_not_depend_on_size_or_place_of_channels(
    image: np.ndarray[tuple[int, int], np.dtype[np.uint8]],
) -> None:
    """An image is like its enlargement, and like itself in three channels."""
    bigger = np.kron(image, np.ones((2, 3), dtype=np.uint8))
    coloured = np.stack([image] * 3, axis=-1).astype(np.uint16)

    found = [likeness(image, one) for one in (image, coloured, bigger)]

    # A flat image has no likeness to anything.
    assert found == pytest.approx([float(np.ptp(image) > 0)] * 3)


@given(st.text(), st.text())
def test_resemblance_is_a_share(one: str, other: str) -> None:
    """It is symmetric, in [0, 1], and 1 for a text and itself, whatever the letters."""
    assert resemblance(one, one) == 1
    assert 0 <= resemblance(one, other) == resemblance(other, one) <= 1


def test_resemblance_is_what_it_says() -> None:
    """Of `abcdef` and `abcdeg` one sequence in three is common."""
    assert resemblance("abcdef", "abcdeg") == pytest.approx(1 / 3)
    assert resemblance("ABC, def!", "abc def") == 1


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((2, 3, 4, 5)),
        np.zeros((0, 3)),
        np.array(["a"]),
        np.array([[1.0, np.nan]]),
        np.array(5),
    ],
)
def test_an_array_that_is_no_image_is_refused(array: np.ndarray) -> None:
    """It would be compared in a way that nobody described."""
    members = {"train": (sample("a"),), "test": (sample("b"),)}

    with pytest.raises(ReproUsageError, match="near duplicates are found among"):
        find_near(members, {"a": array, "b": array})
