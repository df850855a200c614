"""Every record crosses the wire unchanged, and what is no record is refused by path."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_repro import wire
from pytest_repro.digests import Digest
from pytest_repro.records import (
    Drift,
    Environment,
    Event,
    EventKind,
    Job,
    Tolerance,
    Verdict,
)
from tests.record_strategies import KINDS, RECORDS


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=30)
@given(data=st.data())
def test_record_crosses_unchanged(kind: type[object], data: st.DataObject) -> None:
    """``read(write(r)) == read_line(write_line(r)) == from_json(to_json(r)) == r``."""
    sent = data.draw(RECORDS[kind])

    line = wire.write_line(sent)

    assert wire.read(kind, wire.write(sent)) == sent
    assert wire.read_line(kind, line) == sent
    assert wire.from_json(kind, wire.to_json(sent)) == sent
    assert line.count(b"\n") == 1


def test_nan_crosses() -> None:
    """A NaN that somebody recorded is a NaN on the other side."""
    sent = Drift(metric="loss", absolute=math.nan, relative=-math.inf)

    received = wire.read(Drift, wire.write(sent))

    assert math.isnan(received.absolute)
    assert received.relative == -math.inf


def test_numbers_among_facts_arrive_as_text() -> None:
    """A fact has no type of its own: a float or a large integer stays decimal text."""
    facts = {"fraction": 0.5, "large": 2**60}
    sent = Environment(key="k", axes=(), digest=Digest("sha256:00"), facts=facts)

    received = wire.read(Environment, wire.write(sent))

    assert received.facts == {"fraction": "0.5", "large": "1152921504606846976"}


def test_fields_of_a_newer_version_are_ignored() -> None:
    """A parent understands a worker that says more than it knows."""
    line = b'{"kind":"started","mood":"good"}'

    assert wire.read_line(Event, line) == Event(kind=EventKind.STARTED)


def test_fields_of_an_older_version_get_defaults() -> None:
    """A worker understands a parent that says less than it knows."""
    job = wire.read(Job, b'{"experiment":"a::b","seed":0,"root":"/","folder":"/f"}')

    assert job == Job(experiment="a::b", seed=0, root="/", folder="/f")


@pytest.mark.parametrize(
    ("kind", "document", "reason"),
    [
        pytest.param(Event, b"{}", r"not a Event: .*`kind`", id="missing field"),
        pytest.param(Event, b'{"kind":"boo"}', r"'boo' - at `\$\.kind`", id="enum"),
        pytest.param(Event, b"[]", "Expected `object`, got `array`", id="no object"),
        pytest.param(
            Event, b'{"kind":"started","step":"x"}', r"at `\$\.step`", id="text as step"
        ),
        pytest.param(
            Event, b'{"kind":"started","step":1.5}', "floats travel as text", id="float"
        ),
        pytest.param(
            Event, b'{"kind":"started","kind":"failed"}', "appears twice", id="twice"
        ),
        pytest.param(
            Verdict,
            b'{"rung":"IDENTICAL","required":"IDENTICAL","reason":"","cause":"crashed"}',
            "verdict IDENTICAL with cause crashed",
            id="contradiction",
        ),
        pytest.param(
            Tolerance,
            b'{"kind":"close","absolute":"nan"}',
            "finite and not negative",
            id="disarmed tolerance",
        ),
    ],
)
def test_what_is_no_record_is_refused(
    kind: type[object], document: bytes, reason: str
) -> None:
    """The message names the kind of record, and where it is wrong."""
    with pytest.raises(ValueError, match=reason):
        wire.read(kind, document)


def test_document_over_the_limit_is_refused() -> None:
    """A reader can allow less than the default."""
    document = wire.write(Event(kind=EventKind.STARTED, message="x" * 100))

    with pytest.raises(ValueError, match="over the limit of 50"):
        wire.read(Event, document, max_bytes=50)
