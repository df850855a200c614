"""`pytest-repro tour`: a reproduction, a divergence and an accepted change, to watch.

Real commands run in a project that is made for the tour and removed after it. On a
terminal it waits after each stop; elsewhere it goes on by itself.
"""

import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.printing import print_lines
from pytest_repro.cli.project import Project
from pytest_repro.cli.touring import Guide, LostError
from pytest_repro.errors import ReproUsageError

__all__ = ["add_arguments", "run"]


def add_arguments(parser: Parser) -> None:
    """Declare how it is walked, and whether anything stays.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "--no-pause",
        action="store_true",
        help="do not wait after each stop (without a terminal it never waits)",
    )
    parser.add_argument(
        "--keep",
        metavar="FOLDER",
        type=Path,
        help="make the project here, in a folder that is not there yet, and keep it",
    )


def run(arguments: Namespace, project: Project) -> Answer:
    """Walk the tour.

    Args:
        arguments: `no_pause`, `keep` and `json`.
        project: Of no meaning here.

    Returns:
        The answer; `CANNOT_JUDGE` if a command did not end as it has to.

    Raises:
        ReproUsageError: If the folder to keep is there already.
        OSError: If the system refuses.
    """
    del project
    is_quiet = arguments.json
    waits = sys.stdin.isatty() and not (arguments.no_pause or is_quiet)
    with _place(arguments.keep) as root:
        guide = Guide(
            root,
            say=_silent if is_quiet else print_lines,
            wait=_ask if waits else _go_on,
        )
        try:
            typed = guide.lead()
        except LostError as error:
            return Answer(exit=Exit.CANNOT_JUDGE, problems=(str(error),))
        except (EOFError, KeyboardInterrupt):
            return Answer(lines=("", "  left the tour"))
    kept = "" if arguments.keep is None else str(arguments.keep)
    lines = (f"  kept  {kept}",) if kept else ()
    return Answer(lines=lines, data={"typed": typed, "kept": kept})


@contextmanager
def _place(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="pytest-repro-tour-") as folder:
            yield Path(folder).resolve()
        return
    if keep.exists():
        msg = f"--keep names a folder that is not there yet, and there is {keep}"
        raise ReproUsageError(msg)
    keep.mkdir(parents=True)
    yield keep.resolve()


def _ask() -> None:
    print_lines([""])
    input("  Enter goes on, Ctrl-C leaves ")


def _go_on() -> None:
    """Wait for nobody."""


def _silent(lines: Iterable[str]) -> None:
    """Leave the output to what is printed for machines."""
