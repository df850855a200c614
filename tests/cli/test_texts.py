"""Laws of the small parts: sparklines, tables, names."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from pytest_repro.cli.naming import choose, nearest_names
from pytest_repro.cli.sparklines import BLOCKS, NON_FINITE, sparkline
from pytest_repro.cli.tables import WIDTH, fields, paragraph, table
from pytest_repro.errors import ReproUsageError

NUMBERS = st.lists(st.floats(), max_size=200)
FINITE = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1)
CELLS = st.text(st.characters(exclude_categories=("C", "Z")), max_size=12)
NAMES = st.lists(st.text("abc_:", min_size=1, max_size=8), min_size=1, unique=True)


@given(NUMBERS, st.integers(1, 40))
def test_a_sparkline_has_a_column_a_share(values: list[float], width: int) -> None:
    """``len = min(width, n)``, in blocks and crosses only, for any floats."""
    line = sparkline(values, width=width)

    assert len(line) == min(width, len(values))
    assert set(line) <= {*BLOCKS, NON_FINITE}


@given(NUMBERS, st.integers(1, 40))
def test_a_sparkline_never_hides_what_is_not_finite(
    values: list[float], width: int
) -> None:
    """There is a cross exactly if there is a NaN or an infinity."""
    line = sparkline(values, width=width)

    assert (NON_FINITE in line) == (not all(map(math.isfinite, values)))


@given(FINITE)
def test_a_sparkline_keeps_the_order(values: list[float]) -> None:
    """``a ≤ b ⇒ block(a) ≤ block(b)``, also at the ends of the floats."""
    line = sparkline(values, width=len(values))

    pairs = sorted(zip(values, map(BLOCKS.index, line), strict=True))
    heights = [height for _, height in pairs]
    assert heights == sorted(heights)


def test_a_sparkline_uses_all_heights() -> None:
    """Eight evenly spaced numbers are the eight blocks."""
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7], width=8) == BLOCKS


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5))
def test_columns_of_a_table_are_aligned(rows: list[tuple[str, str, str]]) -> None:
    """Every line of filled cells ends in the same column, wide characters included."""
    marked = [(f"{a}|", f"{b}|", f"{c}|") for a, b, c in rows]

    lines = table(("a|", "b|", "c|"), marked)

    assert len({cell_len(line) for line in lines}) == 1


def test_a_table_without_rows_is_nothing() -> None:
    """There is no head over nothing."""
    assert table(("a", "b"), []) == ()


@given(st.text(st.sampled_from("abcxyz")).filter(bool))
def test_fields_are_wrapped_in_their_column(word: str) -> None:
    """A long text stays right of its label, and within the width."""
    text = " ".join([word[:20]] * 40)

    first, *rest = fields([("label", text)])

    assert first.startswith("  label  ")
    assert all(line.startswith(" " * 9) for line in rest)
    assert max(map(len, (first, *rest))) <= WIDTH


@pytest.mark.parametrize("size", [52, 53, 76, 300])
def test_a_label_of_any_length_is_laid_out(size: int) -> None:
    """The id of a parametrised test is often longer than a line."""
    label = "x" * size

    lines = fields([(label, "kept"), ("short", "one two " * 10)])

    assert " ".join(" ".join(lines).split()).startswith(f"{label} kept short one two")
    assert max(map(len, lines[1:])) <= WIDTH


def test_a_field_without_text_is_left_out() -> None:
    """An empty fact takes no line."""
    assert fields([("a", ""), ("b", "x"), ("c", [])]) == ("  b  x",)


def test_a_path_is_never_broken() -> None:
    """What has no blank stays whole, so that it can be copied."""
    path = "a/" * WIDTH

    assert paragraph(f"see {path}") == ("  see", f"  {path}")


@given(NAMES, st.data())
def test_a_whole_name_means_itself(names: list[str], data: st.DataObject) -> None:
    """``choose(name, names) = name``, whatever else there is."""
    name = data.draw(st.sampled_from(names))

    assert choose(name, names, what="experiment") == name


@given(NAMES, st.text("abc_:", min_size=1, max_size=3))
def test_a_part_means_one_or_is_refused(names: list[str], part: str) -> None:
    """The answer contains the part; none only if no name does."""
    holders = [name for name in names if part in name]

    try:
        found = choose(part, names, what="experiment")
    except ReproUsageError:
        assert len(holders) > 1
    else:
        assert (found is None) == (not holders)
        assert found is None or found in holders


@pytest.mark.parametrize(
    ("part", "known", "meant"),
    [
        ("test_a", ["x.py::test_a", "x.py::test_ab"], "x.py::test_a"),
        ("test_a", ["x.py::test_a[1]", "y.py::test_ab"], "x.py::test_a[1]"),
        ("b", ["x.py::test_a", "x.py::test_ab"], "x.py::test_ab"),
        ("zzz", ["x.py::test_a"], None),
    ],
)
def test_the_most_specific_kind_of_name_wins(
    part: str, known: list[str], meant: str | None
) -> None:
    """The whole id, then the name of the test, then any part."""
    assert choose(part, known, what="experiment") == meant


def test_nearest_names_come_best_first() -> None:
    """At most three, by how alike they are spelt; far ones never."""
    known = [
        "x.py::test_cat",
        "x.py::test_car",
        "x.py::test_bat",
        "x.py::test_caat",
        "q",
    ]

    near = nearest_names("test_caat", known)

    assert near[0] == "x.py::test_caat"
    assert len(near) == 3
    assert nearest_names("zzzzzz", known) == ()
