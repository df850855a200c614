"""Whatever may stand in a golden path is written and read the same."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.digests import digest_of_bytes
from pytest_repro.policy.golden import Deviation, GoldenPath, Pin, read_golden
from pytest_repro.policy.golden_text import loses_comments, with_pin, write

LINES = st.text(min_size=1).filter(lambda text: text.isprintable() and text.strip())
DAYS = st.dates(min_value=dt.date(1, 1, 1))

PINS = st.builds(
    Pin,
    experiment=LINES,
    environment=LINES.filter(lambda text: text != "*"),
    owner=LINES,
    sums=st.binary(max_size=4).map(digest_of_bytes),
    note=st.just("") | LINES,
)

DEVIATIONS = st.builds(
    lambda days, items, **rest: Deviation(
        approved=min(days), expires=max(days), items=tuple(sorted(items)), **rest
    ),
    days=st.tuples(DAYS, DAYS),
    items=st.sets(
        st.just("reference") | LINES.map(lambda text: f"config.{text}"), min_size=1
    ),
    experiment=LINES,
    owner=LINES,
    reason=LINES.map(lambda text: f"{text} is the reason"),
    note=st.just("") | LINES,
)


def path_of(pins: list[Pin], deviations: list[Deviation]) -> GoldenPath:
    """Build a path pin by pin."""
    path = GoldenPath(
        deviations=tuple(
            sorted(deviations, key=lambda one: (one.experiment, one.expires, one.items))
        )
    )
    for pin in pins:
        path = with_pin(path, pin)
    return path


@given(st.lists(PINS, max_size=4), st.lists(DEVIATIONS, max_size=3))
def test_reading_is_the_inverse_of_writing(
    pins: list[Pin], deviations: list[Deviation]
) -> None:
    """No text breaks out of its place, and no comment appears."""
    path = path_of(pins, deviations)

    data = write(path)

    assert read_golden(data) == path
    assert write(read_golden(data)) == data
    assert not loses_comments(data.decode())


@given(st.lists(PINS, min_size=1, max_size=4))
def test_pinning_twice_is_pinning_once(pins: list[Pin]) -> None:
    """A pin that is there already changes nothing."""
    path = path_of(pins, [])

    assert with_pin(path, pins[-1]) == path
