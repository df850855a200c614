"""The dashboard in a real Chromium: it loads nothing, and everybody can read it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pytest

from pytest_repro.records import Observation
from pytest_repro.reports.dashboard import board_of
from pytest_repro.reports.to_dashboard import dashboard_html
from tests.browser.conftest import Seen, Viewer
from tests.reports.observing import ID, KEY, OTHER_KEY, night, shifted
from tests.reports.test_dashboard import CREEP, PAYLOADS, planted

OPEN_ALL: Final = "all => all.forEach(e => e.open = true)"
OVERFLOW: Final = (
    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
)
TAGS: Final = (
    "[...new Set([...document.querySelectorAll('*')].map(e => e.localName))].sort()"
)


def observed() -> list[Observation]:
    """Observe two experiments, one of them in two environments and owned."""
    there = [replace(night(n), environment_key=OTHER_KEY) for n in range(40)]
    owned = [
        replace(night(n), experiment="a.py::test_a", owner="@text") for n in range(40)
    ]
    return [*shifted(), *there, *owned]


def page(observations: Sequence[Observation]) -> bytes:
    """Write a dashboard with all that can be in one."""
    return dashboard_html(board_of(observations, {(ID, KEY): (CREEP,)}))


PAGE: Final = page(observed())


def opened(seen: Seen) -> Seen:
    """Open every experiment."""
    seen.page.locator("details").evaluate_all(OPEN_ALL)
    return seen


def test_nothing_is_requested_and_nothing_complains(viewer: Viewer) -> None:
    """One request, for the file itself, and an empty console."""
    seen = opened(viewer.open(PAGE))

    assert seen.requests == [seen.page.url]
    assert seen.console == []


def test_no_payload_becomes_an_element(viewer: Viewer) -> None:
    """With an attack in every text, the elements are those of a harmless page."""
    harmless = viewer.open(page(planted("x"))).page.evaluate(TAGS)

    for payload in PAYLOADS:
        seen = viewer.open(page(planted(payload)))
        assert set(seen.page.evaluate(TAGS)) <= set(harmless)
        assert seen.console == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(viewer: Viewer, scheme: str, width: int) -> None:
    """Names, roles, contrast, headings and landmarks, in both schemes."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    size = {"width": width, "height": 900}

    seen = viewer.open(PAGE, color_scheme=scheme, viewport=size, bypass_csp=True)

    found = axe.Axe().run(opened(seen).page)
    assert [
        f"{one['id']}: {node['html']} {node['failureSummary']}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ] == []


@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_nothing_is_wider_than_the_screen(viewer: Viewer, width: int) -> None:
    """Only the matrix scrolls sideways, within itself."""
    seen = viewer.open(PAGE, viewport={"width": width, "height": 800})

    assert opened(seen).page.evaluate(OVERFLOW) <= 0


def test_an_alarm_leads_to_its_experiment(viewer: Viewer) -> None:
    """A link opens what it names."""
    seen = viewer.open(page([*observed(), *[night(40)] * 25]))

    seen.page.locator(".alarms a").first.click()
    seen.page.wait_for_timeout(100)

    name = seen.page.evaluate("location.hash.slice(1)")
    assert seen.page.locator(f"#{name}").evaluate("e => e.open")


def test_filter_narrows_by_words_and_by_owner(viewer: Viewer) -> None:
    """The count is told."""
    seen = viewer.open(PAGE)

    seen.page.get_by_role("searchbox").fill("@text")

    assert seen.page.locator(".sheet:not([hidden])").count() == 1
    assert seen.page.locator("#shown").text_content() == "1 of 2 shown"


def test_paper_shows_every_experiment(viewer: Viewer) -> None:
    """Printed, what is closed on a screen is open."""
    seen = viewer.open(PAGE)
    seen.page.emulate_media(media="print")

    assert not seen.page.locator(".tools").is_visible()
    assert seen.page.locator(".sheet .strip").first.is_visible()
