"""Train a changed copy of an experiment twice: before a witness, and under the plugin.

References are recorded once, from an unmodified copy. A trial copies that project,
changes a few characters and keeps both answers side by side; it judges neither.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, Final

from benchmarks.processes import PLUGIN, PYTEST, ROOT, make_project, python
from benchmarks.variants import EXPERIMENTS, Variant, apply
from benchmarks.witness import END, START, Event, Parting, part, read_events

__all__ = ["Laboratory", "Trial"]

REFERENCES: Final = "reference_runs"

RECIPE: Final = "recipe."

Judgement = dict[str, Any]
"""A verdict as the report holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of one variant.

    Attributes:
        variant: What was changed.
        parting: Where the witness saw the runs part.
        passed: Whether the plugin let it pass.
        verdict: The rung that the plugin reported, and its cause if it has one.
        reported: The first step that the plugin reported; empty if it named none.
        path: What it said was different there.
        field: The field of a recipe that it said was changed, which it says in place
            of a step, as such a run is compared with nothing; empty otherwise.
    """

    variant: Variant
    parting: Parting
    passed: bool
    verdict: str
    reported: str
    path: str
    field: str = ""

    @property
    def has_effect(self) -> bool:
        """Whether the witness saw a single bit change."""
        return self.parting.true != ""

    @property
    def is_right(self) -> bool:
        """Whether the plugin failed it, naming what was changed, or where it shows.

        Of a recipe that is the field that the edit sets; else the step that the
        witness names.
        """
        if self.field:
            word = self.field.rpartition(".")[2]
            named = any(word in edit.replacement for edit in self.variant.edits)
            return not self.passed and named
        return not self.passed and self.reported == self.parting.told


class Laboratory:
    """A folder with an unmodified project, its references, and a copy for a variant."""

    def __init__(self, folder: Path, *, workers: int) -> None:
        """Make the unmodified project; nothing is trained yet.

        Args:
            folder: Must not exist.
            workers: How many processes run at a time.
        """
        self._folder = folder
        self._origin = folder / "unmodified"
        self._workers = workers
        make_project(self._origin)

    def try_all(
        self, variants: Sequence[Variant], tell: Callable[[Trial], None]
    ) -> list[Trial]:
        """Try variants.

        Args:
            variants: What to change.
            tell: Hears of each as it ends.

        Returns:
            What came of them, in their order.
        """
        places = [
            (variant, self._folder / f"variant-{number}")
            for number, variant in enumerate(variants)
        ]
        for variant, folder in places:
            shutil.copytree(self._origin, folder)
            apply(variant, folder)
        originals = self._prepare(places)

        def attempt(place: tuple[Variant, Path]) -> Trial:
            trial = self._try_one(*place, originals[place[0].experiment])
            tell(trial)
            return trial

        with ThreadPoolExecutor(self._workers) as pool:
            return list(pool.map(attempt, places))

    def _prepare(
        self, places: Sequence[tuple[Variant, Path]]
    ) -> dict[str, list[Event]]:
        """Record references, and let the witness see every version.

        Returns:
            What it saw of each experiment, unmodified.
        """
        names = sorted({variant.experiment for variant, _ in places})
        originals = [(name, self._folder / f"original-{name}") for name in names]
        for _, folder in originals:
            shutil.copytree(self._origin, folder)
        jobs = [(v.experiment, folder) for v, folder in places] + originals
        shares = [jobs[first :: self._workers] for first in range(self._workers)]
        with ThreadPoolExecutor(self._workers) as pool:
            recorded = pool.submit(self._record, names)
            list(pool.map(_see, shares))
            recorded.result()
        return {name: read_events(folder) for name, folder in originals}

    def _record(self, names: Iterable[str]) -> None:
        nodes = [EXPERIMENTS[name].node for name in sorted(names)]
        ended = python([*PYTEST, *PLUGIN, "--repro-record", *nodes], self._origin)
        _demand(ended, "references could not be recorded")

    def _try_one(
        self, variant: Variant, folder: Path, original: Sequence[Event]
    ) -> Trial:
        shutil.copytree(self._origin / REFERENCES, folder / REFERENCES)
        node = EXPERIMENTS[variant.experiment].node
        ended = python([*PYTEST, *PLUGIN, "--repro", node], folder)
        outcome = _outcome(ended, folder)
        verdict = outcome["verdict"]
        return Trial(
            variant=variant,
            parting=part(read_events(folder), original),
            passed=outcome["passed"] is True and ended.returncode == 0,
            verdict=_rung(verdict),
            reported=_moment(verdict["divergence"]),
            path=(verdict["divergence"] or {}).get("path", ""),
            field=_field(verdict),
        )


def _see(jobs: Sequence[tuple[str, Path]]) -> None:
    calls = [[str(folder), *EXPERIMENTS[name].call] for name, folder in jobs]
    ended = python(["-m", "benchmarks.witness"], ROOT, given=json.dumps(calls))
    _demand(ended, "the witness could not run a version")


def _demand(ended: CompletedProcess[str], message: str) -> None:
    """Stop the study unless a process did what the study rests on.

    Raises:
        RuntimeError: If it failed; its output follows the message.
    """
    if ended.returncode != 0:
        msg = f"{message}\n{ended.stdout[-2000:]}\n{ended.stderr[-2000:]}"
        raise RuntimeError(msg)


def _outcome(ended: CompletedProcess[str], folder: Path) -> Judgement:
    """Read the one outcome of a session's report.

    Raises:
        RuntimeError: If there is no report, so that nothing was judged.
    """
    path = folder / ".repro" / "report" / "report.json"
    if not path.is_file():
        msg = f"no report was written\n{ended.stdout[-2000:]}\n{ended.stderr[-2000:]}"
        raise RuntimeError(msg)
    (outcome,) = json.loads(path.read_bytes())["outcomes"]
    found: Judgement = outcome
    return found


def _rung(verdict: Judgement) -> str:
    cause = verdict["cause"]
    return f"{verdict['rung']}: {cause}" if cause else str(verdict["rung"])


def _field(verdict: Judgement) -> str:
    """Return the one field of a recipe that changed, or none."""
    names = [one["name"] for one in verdict["findings"]]
    is_recipe = len(names) == 1 and names[0].startswith(RECIPE)
    return str(names[0]) if is_recipe else ""


def _moment(divergence: Judgement | None) -> str:
    """Say in the words of the witness which step a divergence names.

    What a watch takes before the first step is named after the model and has no step,
    and so is what a plan says of the data; everything else without a step belongs to
    the end.
    """
    if divergence is None:
        return ""
    step = divergence["step"]
    if step is None:
        return START if divergence["path"].startswith(("model/", "data/")) else END
    return f"≤ {step}" if divergence["is_bounded"] else str(step)
