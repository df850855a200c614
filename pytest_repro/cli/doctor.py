"""`pytest-repro doctor`: what on this machine endangers reproducibility, and the cure.

People find out that a container has other cores, or that a clone is shallow, after a
week of false alarms. Here it is said beforehand and in plain words. The facts are
collected first and judged by a pure function; nothing is repaired, and nothing of the
project or of torch is imported.
"""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import Final

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.cli.tables import fields
from pytest_repro.provenance import (
    CACHE,
    Danger,
    Severity,
    Surroundings,
    collect_surroundings,
    find_dangers,
)
from pytest_repro.provenance.endangers import RULES

__all__ = ["add_arguments", "diagnose", "run"]

GIB: Final = 2**30

SEVERE: Final = frozenset({Severity.BREAKS})
"""What makes the verb fail: workers cannot pin it, and runs or results are lost."""


def add_arguments(parser: Parser) -> None:
    """Declare nothing: the options of every verb suffice.

    Args:
        parser: Knows those.
    """


def run(arguments: Namespace, project: Project) -> Answer:  # noqa: ARG001  # as every verb
    """Look at the machine and say what is wrong.

    Args:
        arguments: None of its own.
        project: The folders.

    Returns:
        The answer; its status is `DIFFERS` if anything is severe.
    """
    cache = project.out / CACHE
    seen = collect_surroundings(project.root, project.references, cache=cache)
    return diagnose(seen)


def diagnose(seen: Surroundings) -> Answer:
    """Judge what was seen.

    Args:
        seen: The facts.

    Returns:
        The answer.
    """
    dangers = find_dangers(seen)
    is_severe = any(danger.severity in SEVERE for danger in dangers)
    return Answer(
        exit=Exit.DIFFERS if is_severe else Exit.HOLDS,
        lines=(
            "this machine",
            *fields(_facts(seen)),
            *(line for danger in dangers for line in _danger(danger)),
            "",
            _summary(dangers),
        ),
        data={"dangers": dangers, "surroundings": seen},
    )


def _facts(seen: Surroundings) -> list[tuple[str, str]]:
    """Say what was looked at, so that silence is seen to be an answer."""
    cores = f"{seen.cores} of {seen.cores_online} processors may be used"
    gpu = "an NVIDIA GPU" if seen.has_gpu else "no NVIDIA GPU"
    references = "writable" if seen.is_writable else "read-only"
    return [
        ("processor", f"{cores}, {seen.instruction_set} kernels, {gpu}"),
        ("memory", f"{seen.memory_bytes / GIB:.1f} GiB available"),
        ("disk", f"{seen.disk_free_bytes / GIB:.1f} GiB free, references {references}"),
        ("versions", _pairs(seen.versions)),
        ("packages", f"pinned by {seen.lock}" if seen.lock else "not pinned"),
        ("code", str(seen.code.get("commit") or seen.code.get("state", ""))),
        ("variables", _pairs(seen.variables) or "none of those that matter is set"),
    ]


def _pairs(named: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(named.items()))


def _danger(danger: Danger) -> tuple[str, ...]:
    """Lay a danger out: what is so, then why it matters and what to type."""
    label = _LABELS[danger.severity]
    return (
        "",
        f"  {label}{danger.what}",
        *fields([("why", danger.why), ("cure", danger.remedy)], indent=11),
    )


_LABELS: Final[Mapping[Severity, str]] = {
    Severity.BREAKS: "severe   ",
    Severity.CHANGES: "warning  ",
    Severity.OBSCURES: "note     ",
}


def _summary(dangers: Sequence[Danger]) -> str:
    passed = len(RULES) - len(dangers)
    severe = sum(danger.severity in SEVERE for danger in dangers)
    return f"  ok       {passed} of {len(RULES)} checks found nothing, {severe} severe"
