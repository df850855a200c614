"""The dashboard: one page that shows everything, and does nothing that it is told."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from pytest_repro.records import Observation, Standard
from pytest_repro.reports.dashboard import Board, board_of
from pytest_repro.reports.passages import Passage
from pytest_repro.reports.to_dashboard import dashboard_html
from tests.reports.observing import ID, KEY, OTHER_KEY, SUMS, night, shifted

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title><svg onload=alert(1)>",
    "{{ 7 * 7 }}",
    "</style></script><iframe>",
    "\u202e\x1b[31mevil",
)

CREEP = Passage(
    metric="test/accuracy",
    values=(0.9, 0.904, 0.908),
    numbers=(1, 2, 3),
    total=0.008,
    relative=0.009,
    largest=0.004,
    allowed=0.005,
)


class Elements(HTMLParser):
    """Counts elements, and keeps attributes and text."""

    def __init__(self, page: bytes) -> None:
        """Read a page."""
        super().__init__()
        self.counts: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count an element."""
        self.counts[tag] += 1
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.texts.append(data)


def board(observations: Sequence[Observation]) -> Board:
    """Lay out a history whose reference crept."""
    return board_of(observations, {(ID, KEY): (CREEP,)})


def page(observations: Sequence[Observation]) -> str:
    """Write a history as a page."""
    return dashboard_html(board(observations)).decode()


def test_what_needs_somebody_stands_first() -> None:
    """Failures, then shifts that nobody accepted, then references that crept."""
    alarms = board(shifted()).alarms

    assert [one.kind for one in alarms] == ["fails", "shift", "creep"]
    assert alarms[0].told == "diverged: test/accuracy differs: 0.875 against 0.90625"
    assert alarms[1].told == "test/accuracy shifted 0.9062 → 0.875"
    assert "crept by 0.008 over 3 revisions" in alarms[2].told


def test_an_accepted_shift_needs_nobody() -> None:
    """A reference with a later revision holds the new level."""
    later = [
        replace(night(30 + n, 0.875), standard=Standard(revision=2, digest=SUMS))
        for n in range(5)
    ]

    found = board_of([*shifted(), *later], {})

    assert found.alarms == ()


def test_the_matrix_has_a_cell_for_each_environment() -> None:
    """What never ran somewhere is empty there; the rest has its last verdict."""
    there = replace(night(30), experiment="a.py::test_a", environment_key=OTHER_KEY)

    found = board([*shifted(), there])

    assert found.keys == (KEY, OTHER_KEY)
    first, second = found.entries
    assert (first.experiment, second.experiment) == ("a.py::test_a", ID)
    assert [cell.kind if cell else None for cell in first.cells] == [None, "IDENTICAL"]
    assert [cell.kind if cell else None for cell in second.cells] == ["DIVERGED", None]
    differing = [[one.text for one in key if one.differs] for key in found.titles]
    assert differing == [["cpu"], ["cuda90"]]


def test_the_page_tells_rates_times_and_shifts() -> None:
    """What a person looks for is there as text."""
    text = page(shifted())

    for told in (
        "1 of 1 experiment does not hold everywhere",
        "76.7 %",
        "59.1–88.2 %",
        "timed out",
        "test/accuracy",
        "0.9062 → 0.875",
        "0b0b0b0b0..0c0c0c0c0",
        "nobody accepted it",
        "creeping",
    ):
        assert told in text, told


def test_equal_histories_give_equal_bytes() -> None:
    """The page knows no clock."""
    assert page(shifted()) == page(shifted())


def test_an_empty_history_has_a_page_too() -> None:
    """It says what will fill it."""
    assert "Nothing was observed yet" in dashboard_html(board_of([], {})).decode()


def test_a_number_that_is_not_finite_breaks_nothing() -> None:
    """A metric that was NaN all along has no plot, and the page says why."""
    text = page([night(number, float("nan")) for number in range(3)])

    assert "no finite value in 3 sessions" in text


def test_the_page_loads_nothing() -> None:
    """No address but the namespace-free own anchors, and a policy that forbids more."""
    elements = Elements(page(shifted()).encode())

    contents = [v for k, v in elements.attributes if k == "content"]
    policy = next(one for one in contents if one and "src" in one)
    assert policy.startswith("default-src 'none'")
    assert {k for k, _ in elements.attributes}.isdisjoint({"src", "style", "srcset"})
    links = [v for k, v in elements.attributes if k == "href"]
    assert all(link and link.startswith("#") for link in links)


def planted(text: str) -> list[Observation]:
    """Put a text into every field that holds one."""
    return [
        replace(
            one,
            experiment=text,
            environment_key=text,
            reason=text,
            owner=text,
            commit=text,
            created_by=text,
        )
        for one in shifted()
    ]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_a_history_becomes_an_element(payload: str) -> None:
    """A payload in each field is shown as text, and changes no structure."""
    like = "-".join("x" * len(payload.split("-")))

    expected, found = (
        Elements(dashboard_html(board_of(planted(text), {})))
        for text in (like, payload)
    )

    assert found.counts == expected.counts
    assert [k for k, _ in found.attributes] == [k for k, _ in expected.attributes]
    assert not any("\x1b" in text or "\u202e" in text for text in found.texts)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_name_of_a_metric_becomes_an_element(payload: str) -> None:
    """Nor does one in a plot, whose text is within an SVG."""

    def named(name: str) -> list[Observation]:
        return [
            replace(one, metrics=tuple(replace(m, name=name) for m in one.metrics[:1]))
            for one in shifted()
        ]

    expected, found = (
        Elements(dashboard_html(board_of(named(name), {}))) for name in ("m", payload)
    )

    assert found.counts == expected.counts


def test_a_payload_that_got_through_would_be_seen() -> None:
    """The check above counts an element that nobody meant."""
    clean, dirty = Elements(b"<p>text</p>"), Elements(b"<p><img src=x></p>")

    assert clean.counts != dirty.counts
