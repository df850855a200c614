"""The page about faults: every row that was tried, also those that embarrass.

The same trials give the same bytes. Counts are computed from the rows below them.
"""

from collections.abc import Sequence

from benchmarks.machine import Occasion
from benchmarks.trials import Trial
from benchmarks.variants import EXPERIMENTS

__all__ = ["page", "verdict_line"]

INTRODUCTION = """\
# Small faults, harmless changes

A gate is worth what it finds and what it leaves alone. So each shipped experiment is
changed by one token at a time, and run with `pytest --repro` against references of the
unmodified one. The expected first step is not written by hand, and not computed by the
program: `benchmarks/witness.py` trains both versions again, without the plugin, and
hashes parameters, gradients, buffers and optimizer state after every step with hooks of
its own.

*Parts at* is the first step at which a bit of anything differs. *Visible at* is the
first step at which something differs that the experiment tells: a number that it logs,
or the state at each k-th step that its `repro.watch` asks for. A recorder cannot name
an earlier step than that. *Reported* is what the plugin named, and where it saw it.
`start` is before the first step, `end` is the evaluation after the last one. Where a
recipe was changed, nothing is compared, and the field that was changed is named.

These references have no rounding envelopes (`--repro-replicas=0`), so that bits decide.
Which faults leave an envelope, and which are too small to: [the contest](contest.md).
"""

NO_EFFECT = """\
## Changes without effect

These were meant as faults, and the witness saw no bit change. They do not count as
faults, and the plugin must let them pass.
"""

HARMLESS = """\
## Harmless changes

What careful people do to code that works. None may be flagged.
"""


def page(
    faults: Sequence[Trial], refactorings: Sequence[Trial], occasion: Occasion
) -> str:
    """Write the page.

    Args:
        faults: What came of the faults.
        refactorings: What came of the harmless changes.
        occasion: When and where.

    Returns:
        Markdown.
    """
    effective = [trial for trial in faults if trial.has_effect]
    idle = [trial for trial in faults if not trial.has_effect]
    blocks = [
        INTRODUCTION,
        _text(occasion.lines()),
        verdict_line(faults, refactorings) + "\n",
        *(_experiment(name, effective) for name in EXPERIMENTS),
        *([NO_EFFECT, _text(_plain_table(idle))] if idle else []),
        HARMLESS,
        _text(_plain_table(refactorings)),
    ]
    return "\n".join(block for block in blocks if block)


def verdict_line(faults: Sequence[Trial], refactorings: Sequence[Trial]) -> str:
    """Say in one sentence each what was found.

    Args:
        faults: What came of the faults.
        refactorings: What came of the harmless changes.

    Returns:
        One line.
    """
    effective = [trial for trial in faults if trial.has_effect]
    caught = [trial for trial in effective if not trial.passed]
    diverged = [trial for trial in caught if trial.verdict == "DIVERGED"]
    right = [trial for trial in diverged if trial.is_right]
    exact = [trial for trial in right if trial.parting.true == trial.parting.told]
    flagged = [trial for trial in refactorings if not trial.passed]
    idle = [trial for trial in faults if not trial.has_effect]
    wrong = [trial for trial in idle if not trial.passed]
    return (
        f"**Of {len(effective)} faults that change a bit, {len(caught)} fail: "
        f"{len(diverged)} are `DIVERGED`, {len(right)} of them with the first visible "
        f"step, which for {len(exact)} is the very step at which the runs part"
        f"{_fields(caught)}. Of "
        f"{len(idle)} changes without effect {len(wrong)} are flagged, of "
        f"{len(refactorings)} harmless ones {len(flagged)}.**"
    )


def _fields(caught: Sequence[Trial]) -> str:
    """Count the changed recipes, where there are any."""
    told = [trial for trial in caught if trial.field]
    right = sum(trial.is_right for trial in told)
    if not told:
        return ""
    return f"; {len(told)} are of a changed recipe, {right} of them name the field"


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"


def _experiment(name: str, trials: Sequence[Trial]) -> str:
    rows = [
        f"| {trial.variant.label} | `{trial.verdict}` | {trial.parting.true} | "
        f"{trial.parting.told} | {_reported(trial)} | {_agrees(trial)} |"
        for trial in trials
        if trial.variant.experiment == name
    ]
    if not rows:
        return ""
    head = [
        f"## `{name}`",
        "",
        "| fault | verdict | parts at | visible at | reported | agrees |",
        "|---|---|---|---|---|---|",
    ]
    return _text([*head, *rows])


def _plain_table(trials: Sequence[Trial]) -> list[str]:
    return [
        "| experiment | change | verdict | bits changed |",
        "|---|---|---|---|",
        *(
            f"| `{trial.variant.experiment}` | {trial.variant.label} | "
            f"`{trial.verdict}` | {_changed(trial)} |"
            for trial in trials
        ),
    ]


def _reported(trial: Trial) -> str:
    if trial.field:
        return f"`{trial.field}`"
    return f"{trial.reported} (`{trial.path}`)" if trial.path else "nothing"


def _agrees(trial: Trial) -> str:
    return "yes" if trial.is_right else "**no**"


def _changed(trial: Trial) -> str:
    return "**yes**" if trial.has_effect else "no"
