"""What went into a run, on one screen: `pytest-repro show --provenance`.

In the order in which a person asks: which code, called how, with which data, under
which pins, on which machine, with which packages, at which cost. What is not known is
left out, what does not fit is counted; ``--json`` has all of it. Nothing here reads a
disk.
"""

import shlex
from collections.abc import Mapping, Sequence
from typing import Final

from pytest_repro.cli.tables import fields
from pytest_repro.records import Environment, Lane, Resources, RunRecord
from pytest_repro.references import installed_packages
from pytest_repro.reports.circumstances import brief

__all__ = ["provenance_lines"]

MAX_SOURCES: Final = 8
MAX_PACKAGES: Final = 30
_MIB: Final = 2**20
_PINS: Final = (
    ("threads", "torch.threads"),
    ("deterministic mode", "torch.deterministic_debug_mode"),
    ("matmul precision", "torch.float32_matmul_precision"),
    ("cuDNN benchmark", "torch.cudnn.benchmark"),
    ("hash seed", "hash_seed"),
    ("guards", "guards"),
)
_ORDER: Final = ("data/indices", "data/batch", "data/rows")
Field = tuple[str, str | Sequence[str]]


def provenance_lines(record: RunRecord, *, role: str, folder: str) -> tuple[str, ...]:
    """Describe what went into a run.

    Args:
        record: The record, with its extras.
        role: What it is: ``reference`` or ``obtained``.
        folder: Where it is, as it should be shown.

    Returns:
        Lines of at most 80 columns, save for names that are longer.
    """
    groups: tuple[tuple[str, list[Field]], ...] = (
        ("code", _code(record)),
        ("data", _data(record)),
        ("determinism", _determinism(record)),
        ("environment", _environment(record.identity.environment)),
        ("packages", _packages(record)),
        ("cost", _cost(record)),
    )
    lines = [record.identity.experiment, *fields([(role, folder)])]
    for title, pairs in groups:
        if shown := fields(pairs):
            lines += ["", title, *shown]
    return tuple(lines)


def _code(record: RunRecord) -> list[Field]:
    code = record.identity.code
    called = record.invocation
    changed = brief(str(code.get("dirty_digest"))) if code.get("is_dirty") else ""
    return [
        ("commit", brief(str(code.get("commit") or code.get("state") or ""))),
        ("changed", changed and f"since that commit, {changed}"),
        ("remote", str(code.get("remote") or "")),
        ("submodules", _pairs(code.get("submodules"))),
        ("test", _values(code, "source", "source_digest")),
        (
            "imported",
            _some(
                [f"{one.path} {brief(one.digest)}" for one in record.sources],
                MAX_SOURCES,
            ),
        ),
        ("config", _joined(record.identity.config)),
        ("command", shlex.join(called.command) if called else ""),
        ("CI", _joined(called.ci) if called else ""),
    ]


def _data(record: RunRecord) -> list[Field]:
    lanes = {one.name: one for one in record.ledger}
    order = next((lanes[name] for name in _ORDER if name in lanes), None)
    origin = record.anchor.origin
    return [
        (
            "files",
            [
                f"{one.name} {brief(one.digest)}, {one.size_bytes} bytes"
                for one in record.identity.assets
            ],
        ),
        ("order", "" if order is None else _order(order)),
        ("seeded", f"weights, order and generators {brief(origin)}" if origin else ""),
    ]


def _order(lane: Lane) -> str:
    return f"{lane.name} up to step {lane.steps[-1]}: {lane.digests[-1]}"


def _determinism(record: RunRecord) -> list[Field]:
    known = record.identity.determinism
    seeds = ", ".join(str(row.seed) for row in record.seeds)
    pins = {label: known[fact] for label, fact in _PINS if fact in known}
    variables = sum(name.startswith("env.") for name in known)
    rest = f"{variables} variables and {len(known) - variables} flags, see --json"
    return [
        ("seeds", seeds),
        ("pinned", _joined(pins)),
        ("in all", rest if known else ""),
    ]


def _environment(environment: Environment) -> list[Field]:
    facts = environment.facts
    return [
        ("key", environment.key),
        ("digest", brief(environment.digest)),
        ("system", _values(facts, "os.system", "os.libc")),
        ("processor", _values(facts, "cpu.model", "cpu.family")),
        ("GPU", _values(facts, "gpu.0.name", "gpu.driver")),
        ("container", _values(facts, "container.kind", "container.image")),
        ("Python", _values(facts, "python.implementation", "python.version")),
        (
            "torch",
            _values(facts, "torch.version", "torch.capability", "torch.blas"),
        ),
        ("BLAS", _values(facts, "numpy.blas")),
    ]


def _packages(record: RunRecord) -> list[Field]:
    facts = record.identity.environment.facts
    packages = installed_packages(record)
    used = [f"{one.name} {one.version}" for one in packages if one.is_used]
    edited = [
        f"{name.removeprefix('edited.')} {brief(str(state))}"
        for name, state in sorted(facts.items())
        if name.startswith("edited.")
    ]
    hidden = len(used) - MAX_PACKAGES
    more = f" · … {hidden} more, see --json" if hidden > 0 else ""
    return [
        ("in use", " · ".join(used[:MAX_PACKAGES]) + more),
        ("installed", f"{len(packages)}" if record.packages else ""),
        ("files", brief(str(facts.get("packages.used_digest") or ""))),
        ("EDITED", edited),
        ("lock", _values(facts, "lock.name", "lock.digest")),
    ]


def _cost(record: RunRecord) -> list[Field]:
    spent, called = record.anchor.resources, record.invocation
    energy = called.energy_j if called else None
    return [
        (f"seed {record.anchor.seed}", _spent(spent)),
        ("energy", "" if energy is None else f"{energy:.0f} J of the whole machine"),
    ]


def _spent(spent: Resources) -> str:
    peak = f"{spent.peak_rss_bytes / _MIB:.0f} MiB at most"
    return f"{spent.wall_s:.1f} s, {spent.cpu_s:.1f} s of processors, {peak}"


def _values(facts: Mapping[str, object], *names: str) -> str:
    found = [facts.get(name) for name in names]
    return " · ".join(brief(str(one)) for one in found if one not in {None, ""})


def _joined(facts: Mapping[str, object]) -> str:
    return " · ".join(f"{name} {brief(str(value))}" for name, value in facts.items())


def _pairs(value: object) -> list[str]:
    known = value if isinstance(value, Mapping) else {}
    return [
        f"{path} {brief(str(commit)) if commit else 'not checked out'}"
        for path, commit in sorted(known.items())
    ]


def _some(lines: Sequence[str], limit: int) -> list[str]:
    hidden = len(lines) - limit
    return [*lines[:limit], *([f"… {hidden} more, see --json"] if hidden > 0 else [])]
