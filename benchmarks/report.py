"""How long does a page of many experiments take to write, and then to show?

Sessions of several sizes are left on disk as real ones leave them, see
`report_project`; the page of each is written, and opened in Chromium. Every figure is
the least of several attempts, since others use the machine too.

    python -m benchmarks.report --date 2026-11-26 --command "nox -s report"
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.machine import add_arguments, look
from benchmarks.report_page import FIGURES, Figures, Row, page, read, write
from benchmarks.report_project import Size, make

if TYPE_CHECKING:
    import resource

    from playwright.sync_api import Browser

__all__ = ["main", "measure"]

SIZES: Final = (10, 100, 250, 500)
ATTEMPTS: Final = 5
PAINT: Final = """() => performance.getEntriesByName('first-contentful-paint')
    .map(one => one.startTime)[0]"""
LOADED: Final = "() => performance.getEntriesByType('navigation')[0].loadEventEnd"
FRAMES: Final = """async (act) => {
    const begun = performance.now();
    (new Function(act))();
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    return performance.now() - begun;
}"""
OPEN: Final = "document.querySelector('.sheet').open = true"
FILTER: Final = """const box = document.getElementById('find');
    box.value = box.value ? '' : 'diverged';
    box.dispatchEvent(new Event('input'))"""


def measure(size: Size, browser: "Browser") -> Row:
    """Measure a session of one size.

    Args:
        size: How large it is.
        browser: Shows its page.

    Returns:
        The figures.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = make(Path(folder), size)
        begun = time.perf_counter()
        spent = _write(Path(folder))
        wall_s = time.perf_counter() - begun
        shown = [_show(path, browser) for _ in range(ATTEMPTS)]
        return Row(
            experiments=size.experiments,
            wall_s=wall_s,
            cpu_s=spent.ru_utime + spent.ru_stime,
            peak_mib=spent.ru_maxrss / 1024,
            size_bytes=path.stat().st_size,
            paint_ms=min(one[0] for one in shown),
            load_ms=min(one[1] for one in shown),
            open_ms=min(one[2] for one in shown),
            filter_ms=min(one[3] for one in shown),
        )


def _write(root: Path) -> "resource.struct_rusage":
    """Write the page as a person does, in a process of its own."""
    command = [sys.executable, "-m", "pytest_repro", "report", "--root", str(root)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603  # our own command line
        _, status, spent = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        msg = f"the page was not written: exit status {process.returncode}"
        raise RuntimeError(msg)
    return spent


def _show(path: Path, browser: "Browser") -> tuple[float, float, float, float]:
    """Open the page in a fresh context, open a sheet, and type into the filter."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, bypass_csp=True
    )
    tab = context.new_page()
    tab.goto(path.as_uri())
    tab.wait_for_function(PAINT)
    figures = (
        tab.evaluate(PAINT),
        tab.evaluate(LOADED),
        tab.evaluate(FRAMES, OPEN),
        tab.evaluate(FRAMES, FILTER),
    )
    context.close()
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study and write its page.

    Args:
        arguments: The command line; by default that of the process.

    Returns:
        0; a cost is a number, not a failure.
    """
    parser = argparse.ArgumentParser(description="cost of the page")
    add_arguments(parser, "page.md")
    parser.add_argument("--figures", type=Path, default=FIGURES, metavar="PATH")
    parser.add_argument("--from-figures", action="store_true")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, metavar="N")
    parser.add_argument("--steps", type=int, default=10_000, metavar="N")
    options = parser.parse_args(arguments)
    if not options.from_figures:
        sizes = [
            Size(experiments=one, seeds=10, steps=options.steps)
            for one in options.sizes
        ]
        occasion = tuple(look(options.date, options.command).lines())
        rows = _rows(sizes)
        found = Figures(occasion=occasion, steps=options.steps, rows=rows)
        write(found, options.figures)
    options.write.write_text(page(read(options.figures)), encoding="utf-8")
    return 0


def _rows(sizes: Sequence[Size]) -> tuple[Row, ...]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # not for its page

    rows = []
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium)
        for size in sizes:
            sys.stderr.write(f"measuring {size.experiments} experiments\n")
            rows.append(measure(size, browser))
        browser.close()
    return tuple(rows)


if __name__ == "__main__":
    sys.exit(main())
