"""A real Chromium, and the report in it."""

import gc
import multiprocessing
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import PAGE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A page in the browser, and what it did while it was there."""

    page: "Page"
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Opens pages in Chromium, each in a context of its own."""

    browser: "Browser"
    folder: Path

    def open(self, data: bytes = PAGE, **context: object) -> Seen:
        """Open a page from a file, and listen to it from the start."""
        path = self.folder / "index.html"
        path.write_bytes(data)
        page = self.browser.new_context(**context).new_page()  # type: ignore[arg-type]  # options of Playwright, passed through
        seen = Seen(page=page)
        page.on("request", lambda request: seen.requests.append(request.url))
        page.on("console", lambda message: seen.console.append(message.text))
        page.on("pageerror", lambda error: seen.console.append(str(error)))
        page.goto(path.as_uri())
        return seen


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """Start Chromium once, or say why that is not possible here."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()
        _end_what_others_left()


def _end_what_others_left() -> None:
    """End workers of loaders of other tests: they hold the driver's pipe, for ever."""
    gc.collect()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # torch would call it a fault
    for child in multiprocessing.active_children():
        child.terminate()


@pytest.fixture
def viewer(chromium: "Browser", tmp_path: Path) -> Iterator[Viewer]:
    """Open pages, and close them after the test."""
    yield Viewer(browser=chromium, folder=tmp_path)
    for context in chromium.contexts:
        context.close()
