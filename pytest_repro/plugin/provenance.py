"""What went into a run beside what its test says: collected once, when it is over."""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pytest_repro.provenance import (
    Meter,
    collect_ci,
    collect_packages,
    collect_sources,
)
from pytest_repro.records import Inputs, Invocation, RunRecord

__all__ = ["UNKNOWN", "Whence", "with_provenance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whence:
    """What a run cannot know of itself.

    Attributes:
        command: The command line of the session, as it may be written down.
        cache: What earlier looks at installed packages came to; None for none.
        inputs: What the run was seen to read; None where nobody watched.
    """

    command: tuple[str, ...] = ()
    cache: Path | None = None
    inputs: Inputs | None = None


UNKNOWN: Final = Whence()
"""Where nobody told anything."""


def with_provenance(
    record: RunRecord, whence: Whence, *, root: Path, meter: Meter
) -> RunRecord:
    """Add packages, sources and invocation to the record of a run.

    Args:
        record: Of a run that is over, in this process.
        whence: What it cannot know of itself.
        root: The root of the project.
        meter: Has measured it.

    Returns:
        The record.
    """
    return replace(
        record,
        packages=collect_packages(),
        sources=collect_sources(root, whence.inputs),
        invocation=Invocation(
            command=whence.command,
            ci=collect_ci(os.environ),
            energy_j=meter.energy_j(),
        ),
    )
