"""The page about running only what changed: what ran, how long, and what was saved.

The same measurements give the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.machine import Occasion

__all__ = ["Saving", "page"]

INTRODUCTION = """\
# What running only what changed saves

{doc}`../how-to/run-only-what-changed` says what `--repro-changed` does. Here a line is
added to one file of this very project, and its experiments are run twice: those that
the change can affect, and all. The time is that of the whole session, with pytest and
with the look at all inputs. A change of the plugin itself affects everything.
"""

HEAD = (
    "| a line more in | file | experiments that ran | `--repro-changed` | all | saved |"
)
RULE = "|---|---|---|---|---|---|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """What was measured of one change.

    Attributes:
        what: What was changed.
        file: In which file.
        ran: How many experiments ran.
        experiments: How many there are.
        some_s: How long the session with ``--repro-changed`` took [s].
        all_s: How long that with everything took [s].
    """

    what: str
    file: str
    ran: int
    experiments: int
    some_s: float
    all_s: float


def page(savings: Sequence[Saving], occasion: Occasion) -> str:
    """Write the page.

    Args:
        savings: What was measured.
        occasion: When and where.

    Returns:
        Markdown.
    """
    rows = [_row(one) for one in savings]
    lines = [INTRODUCTION, *occasion.lines(), "", HEAD, RULE, *rows]
    return "\n".join(lines) + "\n"


def _row(one: Saving) -> str:
    cells = (
        one.what,
        f"`{one.file}`",
        f"{one.ran} of {one.experiments}",
        f"{one.some_s:.1f} s",
        f"{one.all_s:.1f} s",
        f"{one.all_s - one.some_s:.1f} s",
    )
    return f"| {' | '.join(cells)} |"
