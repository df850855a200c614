"""Numbers derived from traces are stored with every seed and every replica."""

from dataclasses import replace

import pytest

from pytest_repro.errors import CorruptRecord, ReproUsageError
from pytest_repro.records import Metric, RunRecord, Scalar, SeedResult
from pytest_repro.references import decode, encode, merge_seeds
from pytest_repro.references.seeds_table import MAX_DERIVED
from tests.references.samples import (
    EVENT,
    STEPS,
    edited,
    enveloped_record,
    seed_result,
    small_record,
)

NUMBER = Scalar.of(1.0)


def with_row(row: SeedResult) -> RunRecord:
    """Make a record of one seed."""
    return replace(small_record(), seeds=(row,))


def deriving(*names: str) -> RunRecord:
    """Make a record whose only seed derived numbers of these names."""
    derived = tuple(Metric(name=name, scalar=NUMBER) for name in names)
    return with_row(replace(seed_result(0, []), derived=derived))


def test_numbers_stand_behind_the_resources() -> None:
    """By name, in pairs of columns; ``-`` where a seed has none."""
    rows = encode(small_record())["seeds.tsv"].decode().splitlines()

    assert rows[1].split("\t")[-5:] == [
        "steps",
        f"{EVENT}:decimal",
        f"{EVENT}:bits",
        f"{STEPS}:decimal",
        f"{STEPS}:bits",
    ]
    assert rows[2].split("\t")[-4:] == ["-", "-", "1.25", "float64:3ff4000000000000"]
    assert rows[3].split("\t")[-4:-2] == ["inf", "float64:7ff0000000000000"]


def test_replicas_keep_theirs() -> None:
    """What rounding does to a curve can be read from the reference."""
    record = enveloped_record()

    back = decode(encode(record), path="here")

    assert back == record
    assert back.rounding is not None
    values = [one.result.derived[0].scalar.value for one in back.rounding.replicas]
    assert values == [0.0, 1.0]


def test_without_numbers_the_table_ends_with_the_resources() -> None:
    """A reference that nobody asks for curves is not widened."""
    rows = encode(with_row(seed_result(0, [])))["seeds.tsv"].decode().splitlines()

    assert rows[1].endswith("\tpeak_rss_bytes\tsteps")


def test_merging_keeps_the_numbers_with_their_seed() -> None:
    """Each row brings its own."""
    one, other = (
        with_row(seed_result(seed, [], [(STEPS, float(seed))])) for seed in (3, 1)
    )

    merged = merge_seeds([one, other])

    assert [row.derived[0].scalar.value for row in merged.seeds] == [1.0, 3.0]


def test_metric_and_number_of_one_name_stay_apart() -> None:
    """The resources stand between them."""
    row = seed_result(0, [(STEPS, 0.5)], [(STEPS, 0.25)])

    assert decode(encode(with_row(row)), path="here").seeds == (row,)


def test_name_may_be_longer_than_that_of_its_trace() -> None:
    """The longest name of a trace can still be followed by what was derived."""
    name = f"{'x' * 128} steps 9007199254740990-9007199254740991 (logit)"
    record = deriving(name)

    assert decode(encode(record), path="here") == record


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        (("b", "a"), "distinct and sorted"),
        (("a", "a"), "distinct and sorted"),
        (("x" * 257,), "over 256"),
        (("a\tb",), "control, bidi or invisible"),
        (tuple(f"{at:05}" for at in range(MAX_DERIVED + 1)), "over the limit"),
    ],
)
def test_numbers_that_no_file_could_hold_are_refused(
    names: tuple[str, ...], fault: str
) -> None:
    """As metrics are: before anything is written."""
    with pytest.raises(ReproUsageError, match=fault):
        encode(deriving(*names))


def test_column_that_no_run_fills_is_refused() -> None:
    """It would be another spelling of the same record."""
    text = encode(small_record())["seeds.tsv"].decode()
    emptied = text.replace("\tinf\tfloat64:7ff0000000000000\t", "\t-\t-\t")

    assert emptied != text
    with pytest.raises(CorruptRecord, match="a metric that no run gave"):
        decode(edited(small_record(), "seeds.tsv", emptied.encode()), path="x")
