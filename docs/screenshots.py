"""Take the pictures of a report in the documentation, from a real session.

The project is cloned, one experiment gets another learning rate, one adds its gradients
up in another order, and `pytest --repro` runs in the clone against the project's own
references. Its page is then shown in Chromium. Run `python docs/screenshots.py`.
"""

import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT: Final = Path(__file__).parents[1]
IMAGES: Final = ROOT / "docs" / "images"

COLOURS: Final = 256

FAULTS: Final = (
    ("experiments/test_digits_mlp.py", "lr=2e-3", "lr=2.02e-3"),
    (
        "experiments/test_digits_cnn.py",
        "        loss.backward()\n",
        (
            "        (loss / 3).backward()\n"
            "        for parameter in model.parameters():\n"
            "            parameter.grad.mul_(3)\n"
        ),
    ),
)

# name, width, height, scheme, the experiment that is open, the heading at the top
SHOTS: Final = (
    ("report-overview", 1280, 1120, "light", "", ""),
    ("report-sheet", 1280, 1500, "light", "test_digits_mlp", ""),
    ("report-dark", 1280, 1120, "dark", "test_digits_mlp", "Traces"),
    ("report-tablet", 820, 1180, "light", "test_digits_mlp", ""),
    ("report-phone", 390, 844, "light", "", ""),
    ("report-phone-sheet", 390, 844, "light", "test_digits_mlp", "Traces"),
)


def main() -> None:
    """Run the session and take the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        project = _faulty_clone(Path(folder) / "project")
        page = _session(project)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium")
            )
            for shot in SHOTS:
                _shoot(browser, page, shot)
            _print(browser, page)
            browser.close()


def _faulty_clone(project: Path) -> Path:
    subprocess.run(  # noqa: S603  # our own command line
        ["git", "clone", "--quiet", str(ROOT), str(project)],  # noqa: S607  # the git of whoever runs this
        check=True,
    )
    for file, old, new in FAULTS:
        path = project / file
        text = path.read_text(encoding="utf-8")
        if text.count(old) != 1:
            msg = f"{old!r} does not stand once in {file}"
            raise ValueError(msg)
        path.write_text(text.replace(old, new), encoding="utf-8")
    return project


def _session(project: Path) -> Path:
    command = [sys.executable, "-m", "pytest", "--repro", "experiments", "-q"]
    subprocess.run(  # noqa: S603  # our own command line
        command,
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"},
        check=False,
    )
    return project / ".repro" / "report" / "index.html"


def _shoot(
    browser: "Browser", path: Path, shot: tuple[str, int, int, str, str, str]
) -> None:
    name, width, height, scheme, opened, heading = shot
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(path.as_uri())
    if opened:
        _open(page, opened, heading)
    _keep(page.screenshot(), name)
    context.close()


def _open(page: "Page", test: str, heading: str) -> None:
    sheet = page.locator(".sheet", has=page.get_by_role("heading", name=test))
    sheet.locator("> summary").click()
    top = sheet.get_by_role("heading", name=heading) if heading else sheet
    top.evaluate("e => scrollTo(0, e.getBoundingClientRect().top + scrollY - 90)")
    page.wait_for_timeout(200)


def _print(browser: "Browser", path: Path) -> None:
    """Take the first sheet of paper, at 96 dots an inch."""
    context = browser.new_context(viewport={"width": 688, "height": 1010})
    page = context.new_page()
    page.goto(path.as_uri())
    page.emulate_media(media="print")
    _keep(page.screenshot(), "report-print")
    context.close()


def _keep(png: bytes, name: str) -> None:
    """Write a picture with a palette, which takes a third of the bytes."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    few = picture.quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
