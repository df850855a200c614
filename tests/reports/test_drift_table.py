"""The drift table: what a rewrite moves, and what all of them moved together."""

import math

from rich.cells import cell_len

from pytest_repro.records import Drift
from pytest_repro.reports import DriftTable, drift_lines, drift_markdown
from pytest_repro.verdicts.creeping import Creep

CREEP = Creep(
    metric="test/accuracy",
    is_trace=False,
    since=2,
    revisions=5,
    before=0.90625,
    now=0.9375,
    tolerance="Close(rtol=0, atol=0.01)",
)

WARNING = (
    "creeping drift: test/accuracy went from 0.90625 to 0.9375 (+0.0312) in 5 rewrites"
    " since revision 2, each inside Close(rtol=0, atol=0.01), together not"
)

MOVED = (
    Drift(metric="test/accuracy", absolute=0.0078125, relative=0.00862, ulps=131072),
    Drift(
        metric="train/loss",
        absolute=-1e-06,
        relative=-1e-05,
        first_step=12,
        ulps=-17,
        envelope=2.5,
    ),
)
TOTAL = (
    Drift(metric="test/accuracy", absolute=0.03125, relative=0.0345, ulps=524288),
    Drift(metric="test/loss", absolute=0.5, relative=math.inf),
)
TABLE = DriftTable(moved=MOVED, total=TOTAL, rewrites=5, creeping=(CREEP,))


def test_golden_table_as_text() -> None:
    """Each metric has its move, its sum below, and its warning at the end."""
    *lines, last = drift_lines(TABLE)

    assert lines == [
        "  metric                  absolute  relative      ulp   envelope  from step",
        "  test/accuracy          +0.007812   +0.862%  +131072          -          -",
        "    sum of 5 rewrites     +0.03125   +3.450%  +524288          -          -",
        "  test/loss                   same         -        -          -          -",
        "    sum of 5 rewrites         +0.5     +inf%        -          -          -",
        "  train/loss, last step     -1e-06   -0.001%      -17  2.5 times         12",
    ]
    assert last == f"  {WARNING}"


def test_golden_table_as_markdown() -> None:
    """The same rows; numbers to the right."""
    lines = drift_markdown(TABLE).splitlines()

    assert lines[0] == "| metric | absolute | relative | ulp | envelope | from step |"
    assert lines[1] == "|---|---:|---:|---:|---:|---:|"
    assert lines[2] == (
        "| <code>test/accuracy</code> | +0.007812 | +0.862% | +131072 | - | - |"
    )
    assert lines[-1].startswith("- <code>creeping drift\\: test/accuracy went from")


def test_single_rewrite_has_no_sum() -> None:
    """The sum of one is that one."""
    lines = drift_lines(DriftTable(moved=MOVED, total=MOVED))

    assert len(lines) == 3


def test_nothing_moved_is_said() -> None:
    """An empty table would look like a fault of the table."""
    assert drift_lines(DriftTable(moved=())) == ["  no metric moved"]
    assert drift_markdown(DriftTable(moved=())) == "No metric moved.\n"


def test_odd_moves_have_words() -> None:
    """A metric without a counterpart, and one that rounding never moves."""
    drifts = (
        Drift(metric="new", absolute=math.nan, relative=math.nan),
        Drift(metric="still", absolute=1.0, relative=1.0, envelope=math.inf),
        Drift(metric="far", absolute=1.0, relative=1.0, ulps=2**60),
    )

    text = "\n".join(drift_lines(DriftTable(moved=drifts)))

    assert "no number" in text
    assert "never moved" in text
    assert "+1.2e+18" in text


def test_names_cannot_act() -> None:
    """Neither a terminal nor a page is moved by a metric's name."""
    name = "a\x1b[2J\u202e|@all<script>"
    table = DriftTable(moved=(Drift(metric=name, absolute=1.0, relative=1.0),))

    (_, line) = drift_lines(table)
    markdown = drift_markdown(table)

    assert line.startswith("  a[2J|@all<script>")
    assert "\u202e" not in markdown
    assert "<script" not in markdown
    assert "@all" not in markdown


def test_wide_names_keep_the_columns() -> None:
    """A name in another script does not push the numbers away."""
    drifts = tuple(
        Drift(metric=name, absolute=1.0, relative=1.0) for name in ("精度", "ab")
    )

    lines = drift_lines(DriftTable(moved=drifts))

    assert len({cell_len(line) for line in lines}) == 1
