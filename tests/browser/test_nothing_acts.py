"""The page loads nothing, runs nothing but its own script, and shows text as text."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from pytest_repro.records import Action, Outcome, RunRecord, Scorecard, Session
from pytest_repro.reports.sheets import Sources, sheet_of
from pytest_repro.reports.to_html import report_html
from tests.browser.conftest import Viewer
from tests.browser.pages import PAGE, SESSION, SHEETS
from tests.browser.planting import planted

TAGS = "[...new Set([...document.querySelectorAll('*')].map(e => e.localName))].sort()"
ATTRIBUTES = """[...document.querySelectorAll('*')].flatMap(e => [...e.attributes])
    .filter(a => a.name.startsWith('on') || a.name === 'style' || a.name === 'src')
    .map(a => a.name)"""


def planted_page() -> bytes:
    """Write a report in which every text of every record is an attack."""
    outcomes = [replace(planted(Outcome), action=action) for action in Action]
    session: Session = planted(Session)
    run: RunRecord = planted(RunRecord)
    card: Scorecard = planted(Scorecard)
    sources = Sources(
        reference=run, obtained=(run,), scorecard=card, unread=(planted(str),)
    )
    return report_html(session, [sheet_of(one, sources) for one in outcomes])


def unescaped(data: bytes) -> bytes:
    """Undo the escaping of a page, as a template without it would write it."""
    return data.replace(b"&lt;", b"<").replace(b"&gt;", b">").replace(b"&#34;", b'"')


def with_remote_picture(data: bytes) -> bytes:
    """Plant a picture of another host."""
    return data.replace(b"<main>", b'<main><img src="https://example.org/a.png">')


def with_script(data: bytes) -> bytes:
    """Plant a script that is not ours."""
    return data.replace(b"<main>", b"<main><script>window.planted=1</script>")


def with_style(data: bytes) -> bytes:
    """Plant a style in an attribute."""
    return data.replace(b"<main>", b'<main style="color: red">')


def test_nothing_is_requested_and_nothing_complains(viewer: Viewer) -> None:
    """One request, for the file itself, and an empty console."""
    seen = viewer.open()
    seen.page.locator("details").evaluate_all("all => all.forEach(e => e.open = true)")
    seen.page.wait_for_timeout(200)

    assert seen.requests == [seen.page.url]
    assert seen.console == []


@pytest.mark.parametrize(
    "plant",
    [with_remote_picture, with_script, with_style],
    ids=lambda one: one.__name__,
)
def test_the_policy_stops_what_is_planted(
    viewer: Viewer, plant: Callable[[bytes], bytes]
) -> None:
    """A picture, a script and a style that are not ours are refused, and it is told."""
    seen = viewer.open(plant(PAGE))
    seen.page.wait_for_timeout(200)

    assert any("Content Security Policy" in line for line in seen.console)
    assert seen.page.evaluate("window.planted") is None


def attacks(viewer: Viewer, data: bytes) -> list[str]:
    """List what a text became that is not text, next to an ordinary page."""
    ordinary = set(viewer.open().page.evaluate(TAGS))
    seen = viewer.open(data)
    return [
        *(set(seen.page.evaluate(TAGS)) - ordinary),
        *seen.page.evaluate(ATTRIBUTES),
        *(["script"] if seen.page.evaluate("window.planted") else []),
    ]


def test_no_text_of_any_record_becomes_markup(viewer: Viewer) -> None:
    """Every field of every record is planted; no element, attribute or script comes."""
    data = planted_page()

    seen = viewer.open(data)

    assert attacks(viewer, data) == []
    assert seen.requests == [seen.page.url]
    assert seen.console == []
    assert data.count(b"&lt;x-planted") > 100
    assert seen.page.locator("script").count() == 1


def test_a_page_without_escaping_is_found(viewer: Viewer) -> None:
    """The check above fails on a page whose values were not escaped."""
    assert "x-planted" in attacks(viewer, unescaped(planted_page()))


def test_controls_are_taken_out() -> None:
    """No terminal sequence and no bidirectional control reaches the page."""
    text = planted_page().decode("utf-8")

    assert not {"\x1b", "\x00", "\u202e"} & set(text)


def test_equal_sessions_give_equal_bytes() -> None:
    """Nothing of the clock, of memory addresses or of hash order is in the page."""
    assert report_html(SESSION, SHEETS) == PAGE
