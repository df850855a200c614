"""Horizons, sketches, envelopes and replicas are stored beside what they belong to."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from pytest_repro.errors import RecordError, ReproUsageError
from pytest_repro.records import Horizon, Replica, Rounding, RunRecord
from pytest_repro.references import decode, encode, thin
from tests.references.samples import edited, enveloped_record, seed_result


def test_everything_comes_back() -> None:
    """What was measured about rounding is as durable as the values themselves."""
    record = enveloped_record()

    assert decode(encode(record), path="here") == record


def test_bound_stands_beside_its_number() -> None:
    """A reviewer sees at each step how far rounding may carry the metric."""
    rows = encode(enveloped_record())["trace.tsv"].decode().splitlines()

    assert rows[2].split("\t")[-1] == "envelope"
    assert [row.split("\t")[-1] for row in rows[3:]] == ["0.0", "2.4e-07", "inf"]


def test_replica_stands_below_its_seed() -> None:
    """By seed, then by replica; 0 is the seed itself."""
    rows = encode(enveloped_record())["seeds.tsv"].decode().splitlines()

    assert [row.split("\t")[:2] for row in rows[2:]] == [
        ["0", "0"],
        ["0", "1"],
        ["0", "2"],
        ["7", "0"],
    ]


def test_thinning_keeps_the_bounds_of_what_stays() -> None:
    """They never fall, so a kept bound holds for the points that were dropped."""
    (trace,) = enveloped_record().series

    assert thin(trace, 2).envelope == (0.0, math.inf)


Change = Callable[[RunRecord], RunRecord]

UNSTORABLE: dict[str, Change] = {
    "falling bounds": lambda record: replace(
        record, series=(replace(record.series[0], envelope=(1.0, 0.5, 2.0)),)
    ),
    "a bound too few": lambda record: replace(
        record, series=(replace(record.series[0], envelope=(1.0, 2.0)),)
    ),
    "a bound that is NaN": lambda record: replace(
        record, series=(replace(record.series[0], envelope=(0.0, 1.0, math.nan)),)
    ),
    "a negative bound": lambda record: replace(
        record, state=(replace(record.state[0], envelope=-1.0),)
    ),
    "an envelope without a sketch": lambda record: replace(
        record, state=(replace(record.state[0], sketch=()),)
    ),
    "a sketch of very many numbers": lambda record: replace(
        record, state=(replace(record.state[0], sketch=(1.0,) * 65),)
    ),
    "envelopes without replicas": lambda record: replace(record, rounding=None),
    "noise without replicas": lambda record: replace(
        record, rounding=Rounding(noise="n", replicas=())
    ),
    "replicas without noise": lambda record: replace(
        record,
        rounding=Rounding(
            noise="", replicas=(Replica(number=1, result=seed_result(0, [])),)
        ),
    ),
    "a replica of another seed": lambda record: replace(
        record,
        rounding=Rounding(
            noise="n", replicas=(Replica(number=1, result=seed_result(3, [])),)
        ),
    ),
    "a replica of number 0": lambda record: replace(
        record,
        rounding=Rounding(
            noise="n", replicas=(Replica(number=0, result=seed_result(0, [])),)
        ),
    ),
    "a horizon at step 0": lambda record: replace(
        record, horizon=Horizon(step=0, order=5, is_end=False)
    ),
}


@pytest.mark.parametrize("change", UNSTORABLE.values(), ids=UNSTORABLE)
def test_contradiction_cannot_be_stored(change: Change) -> None:
    """What a reader would refuse is refused before it is written."""
    with pytest.raises(ReproUsageError, match="cannot be stored"):
        encode(change(enveloped_record()))


DAMAGES = {
    "a gap in an envelope": ("trace.tsv", b"\t2.4e-07\n", b"\t-\n"),
    "another spelling": ("trace.tsv", b"\t2.4e-07\n", b"\t24e-08\n"),
    "no number": ("state.tsv", b"\t1.2e-07\n", b"\tsmall\n"),
    "a sketch in words": ("state.tsv", b"0.25 -1.5", b"0.25 much"),
    "replicas out of order": ("seeds.tsv", b"\n0\t1\t", b"\n0\t3\t"),
    "the seed itself is missing": ("seeds.tsv", b"\n0\t0\t", b"\n0\t9\t"),
    "no name of the noise": ("run.json", b'"noise-v1"', b'""'),
}


@pytest.mark.parametrize(("name", "old", "new"), DAMAGES.values(), ids=DAMAGES)
def test_damage_is_noticed(name: str, old: bytes, new: bytes) -> None:
    """Even with sums that fit, a reader takes nothing that was never written."""
    record = enveloped_record()
    data = encode(record)[name]
    assert old in data

    with pytest.raises(RecordError):
        decode(edited(record, name, data.replace(old, new, 1)), path="here")
