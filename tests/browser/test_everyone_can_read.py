"""The page for people who do not see it, do not use a mouse, hold a phone, or print."""

from pathlib import Path

import pytest

from tests.browser.conftest import Seen, Viewer
from tests.browser.pages import EVERY, PAGE

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe")

OPEN_ALL = "all => all.forEach(e => e.open = true)"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SHOWN = ".sheet:not([hidden])"


def violations(seen: Seen) -> list[str]:
    """List what axe-core finds, with every experiment open."""
    seen.page.locator("details").evaluate_all(OPEN_ALL)
    found = axe.Axe().run(seen.page)
    return [
        f"{one['id']}: {node['html']} {node['failureSummary']}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(viewer: Viewer, scheme: str, width: int) -> None:
    """Names, roles, contrast, headings and landmarks, in both schemes."""
    size = {"width": width, "height": 900}

    seen = viewer.open(color_scheme=scheme, viewport=size, bypass_csp=True)

    assert violations(seen) == []


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b"--soft: #595d64", b"--soft: #c9ccd1", "color-contrast"),
        (b'<html lang="en">', b"<html>", "html-has-lang"),
        (b"<label>filter ", b"<label></label><p>", "label"),
        (b"<h2 id=", b"<h4 id=", "heading-order"),
        (b"<main>", b"<div>", "landmark-one-main"),
        (b'role="img"><title>', b'role="img"><desc>', "svg-img-alt"),
    ],
    ids=["contrast", "language", "label", "headings", "landmarks", "pictures"],
)
def test_axe_finds_what_is_planted(
    viewer: Viewer, old: bytes, new: bytes, rule: str
) -> None:
    """Each fault of the page is one that the check above would find."""
    assert old in PAGE

    seen = viewer.open(PAGE.replace(old, new), bypass_csp=True)

    assert any(line.startswith(f"{rule}:") for line in violations(seen))


def test_everything_is_reached_by_keyboard(viewer: Viewer) -> None:
    """From the top to the filter, to the first experiment, to its first command."""
    page = viewer.open().page

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.type("test_mlp")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.locator(SHOWN).count() == 1
    page.locator(f"{SHOWN} > summary").focus()
    page.keyboard.press("Enter")
    assert page.locator(SHOWN).evaluate("e => e.open")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "copy"
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    assert page.evaluate("document.activeElement.textContent") != "copy"


def test_filter_narrows_by_words_and_by_status(viewer: Viewer) -> None:
    """Words must all be there; a status is switched on and off; the count is told."""
    page = viewer.open().page
    every = len(EVERY)

    page.get_by_role("searchbox").fill("test_ DIVERGED")
    assert page.locator(SHOWN).count() == 1
    page.get_by_role("searchbox").fill("")
    page.get_by_role("button", name="failed").click()
    failed = page.locator(SHOWN).count()
    told = page.locator("#shown").text_content()
    page.get_by_role("button", name="failed").click()

    assert 0 < failed < every
    assert told == f"{failed} of {every} shown"
    assert page.locator(SHOWN).count() == every


def test_an_address_opens_its_experiment(viewer: Viewer) -> None:
    """A link to an experiment shows it open; one to nothing does no harm."""
    page = viewer.open().page
    name = page.locator(".sheet").nth(1).get_attribute("id")

    page.evaluate(f"location.hash = '{name}'")
    page.wait_for_timeout(100)

    assert page.locator(f"#{name}").evaluate("e => e.open")


@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_nothing_is_wider_than_the_screen(viewer: Viewer, width: int) -> None:
    """The page never scrolls sideways, every experiment open."""
    page = viewer.open(viewport={"width": width, "height": 800}).page

    page.locator("details").evaluate_all(OPEN_ALL)

    assert page.evaluate(OVERFLOW) <= 0


def test_a_page_that_is_too_wide_is_found(viewer: Viewer) -> None:
    """The check above fails on text that cannot wrap."""
    wide = PAGE.replace(b"<main>", b"<main><pre>" + b"wide" * 200 + b"</pre>")

    page = viewer.open(wide, viewport={"width": 390, "height": 800}).page

    assert page.evaluate(OVERFLOW) > 0


def test_without_script_everything_is_there(viewer: Viewer) -> None:
    """No filter is offered that would not work, and each experiment still opens."""
    page = viewer.open(java_script_enabled=False).page

    page.locator(".sheet > summary").nth(1).click()

    assert not page.locator(".tools").is_visible()
    assert page.locator(".sheet").nth(1).locator("svg").first.is_visible()


def test_paper_shows_every_experiment(viewer: Viewer, tmp_path: Path) -> None:
    """Printed, closed sheets are open and what only a screen can do is gone."""
    page = viewer.open().page
    page.emulate_media(media="print")

    (tmp_path / "page.pdf").write_bytes(page.pdf(prefer_css_page_size=True))

    assert not page.locator(".tools").is_visible()
    assert page.locator(".sheet .ladder").last.is_visible()
    assert (tmp_path / "page.pdf").stat().st_size > 50_000
