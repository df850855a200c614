"""Rolling digests of series, and one root for many."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_repro.digests import Digest, parse_digest
from pytest_repro.errors import FingerprintError
from pytest_repro.fingerprints import RollingDigest, root_of_heads
from tests.fingerprints import layout

Point = tuple[int, str, bytes]

POINTS = st.lists(
    st.tuples(
        st.integers(-(2**63), 2**63 - 1),
        st.sampled_from(["float32", "float64", "bfloat16", ""]),
        st.binary(max_size=8),
    ),
    max_size=6,
)
HEADS = st.dictionaries(
    st.text(st.characters(codec="utf-8")),
    st.text("0123456789abcdef", min_size=2, max_size=2).map(lambda h: Digest(f"a:{h}")),
)


def rolled(name: str, points: list[Point]) -> RollingDigest:
    """Advance over all points."""
    rolling = RollingDigest(name)
    for step, dtype, bits in points:
        rolling.advance(step, dtype, bits)
    return rolling


def test_golden_head_of_two_points() -> None:
    """The head of known points is known, so the algorithm cannot change unnoticed."""
    points = [(0, "float32", b"\x3f\x68\xf5\xc3"), (1, "float32", b"\x3f\x00\x00\x00")]

    head = rolled("train/loss", points).head

    assert head == (
        "rolling-sha256-v1:43b48343fd42cf0ae5d4541c966eeb3d92698f9faa44e46df1a50521bb441831"
    )


@given(st.text(st.characters(codec="utf-8")), POINTS)
def test_head_follows_the_documented_layout(name: str, points: list[Point]) -> None:
    """An independent implementation of the docstring gives the same head."""
    head = rolled(name, points).head

    assert head == layout.rolling(name, points)
    assert parse_digest(head) == head


@given(POINTS)
def test_short_is_the_beginning_of_the_head(points: list[Point]) -> None:
    """What is kept beside a point are the first 16 characters of the head."""
    rolling = rolled("loss", points)

    assert rolling.short == rolling.head.partition(":")[2][:16]


@given(POINTS)
def test_many_points_at_once_are_the_same_points_one_by_one(
    points: list[Point],
) -> None:
    """The chain after each point is the same, and so is the head."""
    single, together = RollingDigest("loss"), RollingDigest("loss")
    shorts = []
    for step, _, bits in points:
        single.advance(step, "float32", bits)
        shorts.append(single.short)

    given_steps, given_bits = [p[0] for p in points], [p[2] for p in points]

    assert together.advance_many(given_steps, "float32", given_bits) == shorts
    assert together.head == single.head


@given(POINTS, POINTS)
def test_different_paths_have_different_heads(
    first: list[Point], second: list[Point]
) -> None:
    """Any difference in step, dtype, bits, order or length shows in the head."""
    assume(first != second)

    heads = (rolled("loss", first).head, rolled("loss", second).head)

    assert heads[0] != heads[1]


@given(POINTS, POINTS, POINTS)
def test_paths_that_parted_never_meet_again(
    first: list[Point], second: list[Point], rest: list[Point]
) -> None:
    """Equal points after a divergence do not heal it."""
    assume(first != second)

    heads = (rolled("loss", first + rest).head, rolled("loss", second + rest).head)

    assert heads[0] != heads[1]


@given(POINTS)
def test_name_of_the_series_counts(points: list[Point]) -> None:
    """The same numbers under another name are another series."""
    heads = {rolled(name, points).head for name in ("loss", "accuracy")}

    assert len(heads) == 2


def test_dtype_cannot_run_into_bits() -> None:
    """A byte that moves from the dtype to the bits changes the head."""
    paths: list[Point] = [(0, "ab", b"c"), (0, "a", b"bc")]

    heads = {rolled("loss", [point]).head for point in paths}

    assert len(heads) == 2


@pytest.mark.parametrize("step", [2**63, -(2**63) - 1, 0.5])
def test_step_outside_64_bits_is_refused(step: int) -> None:
    """A step that does not fit leaves the chain where it was."""
    rolling = RollingDigest("loss")
    before = rolling.head

    with pytest.raises(FingerprintError, match="signed 64-bit integer"):
        rolling.advance(step, "float32", b"")

    assert rolling.head == before


@given(HEADS)
def test_root_follows_the_documented_layout(heads: dict[str, Digest]) -> None:
    """The root is the hash of names and heads, sorted by name."""
    pairs = sorted((name.encode(), head.encode()) for name, head in heads.items())
    parts = [part for pair in pairs for part in pair]

    root = root_of_heads(heads)

    assert root == layout.digest("root-sha256-v1", *parts)


@given(HEADS)
def test_root_ignores_order(heads: dict[str, Digest]) -> None:
    """In which order series were first logged is not value."""
    backwards = dict(reversed(heads.items()))

    assert root_of_heads(backwards) == root_of_heads(heads)


@given(HEADS, HEADS)
def test_root_tells_sets_of_series_apart(
    first: dict[str, Digest], second: dict[str, Digest]
) -> None:
    """A vanished, new or changed series changes the root."""
    assume(first != second)

    assert root_of_heads(first) != root_of_heads(second)
