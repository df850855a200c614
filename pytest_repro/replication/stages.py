"""What may explain a difference, in the order in which it is worth a try.

Each circumstance that was recorded and differs, alone, and the code as it was at the
reference's commit; then all circumstances at once; then whatever else can be switched
on this machine. Nothing is run here: see `inquiry`.
"""

import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest_repro
from pytest_repro.determinism import Facts, combine, variations, vary_job
from pytest_repro.launchers.protocol import move_job
from pytest_repro.provenance import Change, changes_since, link_checkout
from pytest_repro.records import Job, RunRecord, Variation
from pytest_repro.replication.inquiry import Case, Kind, Suspect
from pytest_repro.replication.machines import as_on_machine
from pytest_repro.replication.suspicions import ABSENT, AXES, put_back

__all__ = [
    "checked_out",
    "code_changes",
    "recorded_circumstances",
    "stages_of",
    "switched",
]

CHECKOUT: Final = "checkout"


def stages_of(
    case: Case, changes: Sequence[Change], *, folder: Path
) -> Iterator[tuple[Suspect, ...]]:
    """List what may explain a case.

    Args:
        case: The two runs.
        changes: Of the code, since the reference's commit.
        folder: Where a checkout is laid out.

    Yields:
        Suspects that can be tried side by side, the likeliest stage first.
    """
    switches = recorded_circumstances(case)
    code = (_code(case.job, changes, folder),) if changes else ()
    yield (
        *(_switch(case.job, (one,), Kind.CIRCUMSTANCE) for one in switches),
        *code,
    )
    if len(switches) > 1:
        yield (_switch(case.job, switches, Kind.CIRCUMSTANCE),)
    tried = {one.axis for one in switches}
    others = [one for one in _everything(case) if one.axis not in tried]
    yield tuple(_switch(case.job, (one,), Kind.SWITCH) for one in others)


def code_changes(
    root: Path, reference: RunRecord, *, aside: Collection[Path]
) -> tuple[Change, ...]:
    """List what was changed in a project since a reference was recorded.

    Args:
        root: The root of the project.
        reference: The reference.
        aside: Folders in which no code lies, such as that of the references.

    Returns:
        The changes; none where the commit is not known, and none of this very package,
        where it is part of the project: it asks, and is not asked about.
    """
    commit = reference.identity.code.get("commit")
    if not isinstance(commit, str):
        return ()
    apart = (*aside, Path(pytest_repro.__file__).parent)
    return tuple(
        change
        for change in changes_since(root, commit)
        if not any((root / change.path).is_relative_to(one) for one in apart)
    )


def switched(job: Job, switches: Sequence[Variation]) -> Job:
    """Throw switches, and leave what else a run was made under as it was.

    Args:
        job: The job.
        switches: At least one.

    Returns:
        The job under them.
    """
    thrown, own = combine(switches), job.variation
    if own is not None and all(one.axis != own.axis for one in switches):
        thrown = replace(combine([own, thrown]), name=thrown.name)
    return vary_job(job, thrown)


def checked_out(job: Job, changes: Sequence[Change], folder: Path) -> Job:
    """Let a job run in a copy of its project in which some changes are taken back.

    Args:
        job: The job.
        changes: Those that are taken back.
        folder: Where the copy is laid out, beside others.

    Returns:
        The job.
    """
    number = len(list(folder.glob(f"{CHECKOUT}-*")))
    root = folder / f"{CHECKOUT}-{number:03}"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    link_checkout(Path(job.root), root, changes)
    moved = move_job(job, job.folder, root=str(root))
    paths = (str(root), str(root / "src"), job.variables.get("PYTHONPATH", ""))
    variables = {**job.variables, "PYTHONPATH": ":".join(filter(None, paths))}
    return replace(moved, variables=variables)


def recorded_circumstances(case: Case) -> tuple[Variation, ...]:
    """Join what was recorded of both runs and differs, each circumstance once.

    Args:
        case: The two runs.

    Returns:
        A switch each, which puts it back; the likeliest first.
    """
    identities = case.obtained.identity, case.reference.identity
    found = {one.axis: one for one in as_on_machine(*identities)}
    found |= {one.axis: one for one in put_back(*identities)}
    own = case.job.variation
    if own is not None and own.probes and own.axis not in found:
        name = f"{own.name} -> {ABSENT}"
        found[own.axis] = Variation(name=name, axis=own.axis)
    return tuple(sorted(found.values(), key=_likelihood))


def _likelihood(switch: Variation) -> int:
    order = [row.axis for row in AXES]
    return order.index(switch.axis) if switch.axis in order else len(order)


def _switch(job: Job, switches: Sequence[Variation], kind: Kind) -> Suspect:
    named = {one.name: one for one in switches}

    def job_with(parts: tuple[str, ...]) -> Job:
        return switched(job, [named[name] for name in parts])

    return Suspect(kind=kind, parts=tuple(named), job_with=job_with)


def _code(job: Job, changes: Sequence[Change], folder: Path) -> Suspect:
    named = {one.path: one for one in changes}

    def job_with(parts: tuple[str, ...]) -> Job:
        return checked_out(job, [named[path] for path in parts], folder)

    return Suspect(kind=Kind.CODE, parts=tuple(named), job_with=job_with)


def _everything(case: Case) -> tuple[Variation, ...]:
    machine = case.obtained.identity.environment.facts
    return variations(Facts(machine=machine, determinism=case.job.determinism))
