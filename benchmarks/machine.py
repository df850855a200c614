"""On what occasion a study was made: date, command and machine, for its page.

The date and the command are passed in, the rest is read here. No names of hosts or
users: they say who measured, not what was measured.
"""

import argparse
import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.processes import ROOT

__all__ = ["Occasion", "add_arguments", "look"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When, how and where a study was made.

    Attributes:
        date: As it was passed in.
        command: The command that a person types for the same.
        machine: One line.
        load: Processes that wanted a core when the study began, over one minute.
    """

    date: str
    command: str
    machine: str
    load: float

    def lines(self) -> list[str]:
        """Write it as the beginning of a page."""
        load = f"When it began, {self.load:.1f} other processes wanted a core"
        return [
            f"Made on {self.date} by `{self.command}`.",
            "",
            f"{self.machine}. {load} on average.",
        ]


def add_arguments(parser: argparse.ArgumentParser, page: str) -> None:
    """Declare what every study takes.

    Args:
        parser: The parser of its command line.
        page: The page that it writes unless told otherwise.
    """
    parser.add_argument("--date", required=True, help="goes into the page")
    parser.add_argument("--command", required=True, help="goes into the page")
    path = ROOT / "docs" / "explanation" / page
    parser.add_argument("--write", type=Path, default=path, metavar="PATH")


def look(date: str, command: str) -> Occasion:
    """Look at this machine.

    Args:
        date: Of the study.
        command: That makes it.

    Returns:
        The occasion.
    """
    cores = len(os.sched_getaffinity(0))
    packages = ", ".join(f"{name} {version(name)}" for name in ("pytest", "torch"))
    machine = (
        f"{_processor()}, {cores} cores, {platform.system()} {platform.machine()}; "
        f"Python {platform.python_version()}, {packages}"
    )
    return Occasion(
        date=date, command=command, machine=machine, load=os.getloadavg()[0]
    )


def _processor() -> str:
    """Return the marketing name of the processor."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"
