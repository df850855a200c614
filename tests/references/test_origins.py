"""What each seed decides is stored with it, and costs nothing where nobody knows it."""

from dataclasses import replace

import pytest

from pytest_repro.digests import Digest
from pytest_repro.errors import CorruptRecord, ReproUsageError
from pytest_repro.records import Replica, Rounding, RunRecord
from pytest_repro.references import decode, encode, merge_seeds
from tests.references.samples import digest, edited, seed_result, small_record


def with_origins(*origins: Digest | None) -> RunRecord:
    """Make a record of seeds with these origins."""
    rows = [seed_result(seed, [], origin=one) for seed, one in enumerate(origins)]
    return replace(small_record(), seeds=tuple(rows))


def table_of(record: RunRecord) -> list[list[str]]:
    """Split the table of seeds into cells, without its title."""
    text = encode(record)["seeds.tsv"].decode()
    return [line.split("\t") for line in text.splitlines()[1:]]


def test_origin_stands_behind_the_roots() -> None:
    """``-`` for a seed without one."""
    header, *rows = table_of(with_origins(digest("a"), None))

    assert header[3:6] == ["state_root", "origin", "wall_s"]
    assert [row[4] for row in rows] == [digest("a"), "-"]


def test_table_without_origins_is_as_it_ever_was() -> None:
    """References recorded before are read, and written again bit by bit."""
    record = with_origins(None, None)

    assert table_of(record)[0][3:5] == ["state_root", "wall_s"]
    assert decode(encode(record), path="x") == record


def test_replicas_of_all_seeds_are_kept() -> None:
    """Each behind its seed, with its own origin."""
    record = with_origins(digest("a"), digest("b"))
    replicas = tuple(
        Replica(number=1, result=replace(row, trace_root=digest("noise")))
        for row in record.seeds
    )
    record = replace(record, rounding=Rounding(noise="noise-v1", replicas=replicas))

    assert [row[:2] for row in table_of(record)[1:]] == [
        ["0", "0"],
        ["0", "1"],
        ["1", "0"],
        ["1", "1"],
    ]
    assert decode(encode(record), path="x") == record
    assert record.anchor_replicas == (replicas[0].result,)


def test_merging_keeps_origins() -> None:
    """Each seed brings its own."""
    one, other = (
        replace(small_record(), seeds=(seed_result(seed, [], origin=digest(name)),))
        for seed, name in ((3, "b"), (1, "a"))
    )

    merged = merge_seeds([one, other])

    assert [row.origin for row in merged.seeds] == [digest("a"), digest("b")]


def test_metric_may_be_called_origin() -> None:
    """Titles of metrics end in what they hold."""
    row = seed_result(0, [("origin", 0.5)], origin=digest("a"))
    record = replace(small_record(), seeds=(row, replace(row, seed=1, origin=None)))

    assert decode(encode(record), path="x").seeds == record.seeds


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (digest("a"), "-", "that no run gave, or to an origin"),
        (digest("a"), "", "digest"),
        (digest("a"), "sha256:xyz", "digest"),
        (digest("a"), f" {digest('a')}", "digest"),
        ("\torigin\t", "\torigins\t", "does not name the columns"),
        ("\torigin\t", "\torigin\torigin\t", "does not name the columns"),
        ("\torigin\t", "\t", "does not name the columns|cells instead of"),
    ],
)
def test_malformed_origin_is_refused(old: str, new: str, fault: str) -> None:
    """Even under sums that fit."""
    record = with_origins(digest("a"), None)
    text = encode(record)["seeds.tsv"].decode()

    with pytest.raises(CorruptRecord, match=fault):
        decode(edited(record, "seeds.tsv", text.replace(old, new).encode()), path="x")


def test_origin_that_no_file_could_hold_is_refused() -> None:
    """Before anything is written."""
    with pytest.raises(ReproUsageError, match="digest"):
        encode(with_origins(Digest("nothing")))
