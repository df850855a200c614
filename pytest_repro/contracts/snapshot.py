"""What released contracts promised, in a file, and whether a change still keeps that.

A change is compatible when everybody who relied on the old promise is still served:
more may come in, the same must come out, and no level may become weaker.
"""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from pytest_repro.contracts.annotations import TensorSpec, parse
from pytest_repro.contracts.interfaces import Interface, interface_of
from pytest_repro.contracts.properties import Subject, properties_of
from pytest_repro.disk import replace_file
from pytest_repro.errors import CorruptRecord
from pytest_repro.records.module_contracts import Level, LoaderContract

__all__ = [
    "SNAPSHOT",
    "Released",
    "breaking_changes",
    "promised_by",
    "read_snapshot",
    "write_snapshot",
]

SNAPSHOT: Final = "contracts.snapshot.toml"

Released = Mapping[str, Mapping[str, Any]]


def write_snapshot(root: Path, subjects: Iterable[Subject]) -> Path:
    """Write what parts promise now, sorted, as the promise from here on.

    Args:
        root: Of the project.
        subjects: The parts.

    Returns:
        The file, which is to be committed.
    """
    parts = {subject.name: promised_by(subject) for subject in subjects}
    lines = [
        "# What released contracts promise; written by --repro-contracts-release.",
        "",
    ]
    for name, tables in sorted(parts.items()):
        for table, rows in tables.items():
            lines.append(f"[{_quote(name)}.{table}]")
            lines += [f"{_quote(k)} = {_quote(v)}" for k, v in rows.items()]
            lines.append("")
    path = root / SNAPSHOT
    replace_file(path, ("\n".join(lines).rstrip() + "\n").encode())
    return path


def read_snapshot(root: Path) -> Released:
    """Read what was promised; nothing if there is no file.

    Args:
        root: Of the project.

    Returns:
        Tables by the name of the part.

    Raises:
        CorruptRecord: If the file cannot be read.
    """
    path = root / SNAPSHOT
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        msg = f"no snapshot of contracts: {error}"
        remedy = "restore it from git"
        raise CorruptRecord(msg, path=str(path), remedy=remedy) from error


def promised_by(subject: Subject) -> dict[str, dict[str, str]]:
    """Write down what one part promises.

    Args:
        subject: The part.

    Returns:
        What goes in, what comes out, the sizes, and the level of each property.
    """
    found = interface_of(subject)
    declared = subject.contract.expected_failures
    return {
        "takes": {spec.name: _write(spec) for spec in found.arguments},
        "returns": _results(subject, found),
        "sizes": {
            "+".join(group.symbols): " ".join("x".join(map(str, r)) for r in group.rows)
            for group in found.groups
        },
        "levels": {
            rule.name: "none"
            if rule.name in declared
            else str(subject.contract.level_of(rule.name, rule.level))
            for rule in properties_of(subject.kind)
            if rule.applies(subject)
        },
    }


def _results(subject: Subject, found: Interface) -> dict[str, str]:
    """Write what comes out: results by place, of a loader its fields by name."""
    if isinstance(subject.contract, LoaderContract):
        fields = sorted(subject.contract.fields.items())
        return {name: _write(parse(name, text)) for name, text in fields}
    return {str(n): _write(spec) for n, spec in enumerate(found.results or ())}


def breaking_changes(
    before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]
) -> list[str]:
    """List what no longer serves who relied on a released promise.

    Args:
        before: What was released.
        after: What is promised now.

    Returns:
        One line for each; empty if the change is compatible.
    """
    return [*_inputs(before, after), *_outputs(before, after), *_levels(before, after)]


def _inputs(
    before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]
) -> list[str]:
    old, new = before.get("takes", {}), after.get("takes", {})
    lines = [
        f"takes     {name}: {old.get(name, 'none')} became {new.get(name, 'none')}"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]
    for symbols, rows in sorted(before.get("sizes", {}).items()):
        lost = set(rows.split()) - set(after.get("sizes", {}).get(symbols, "").split())
        if lost and symbols in after.get("sizes", {}):
            lines.append(f"sizes     {symbols}: not {', '.join(sorted(lost))} any more")
    return lines


def _outputs(
    before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]
) -> list[str]:
    old, new = before.get("returns", {}), after.get("returns", {})
    return [
        f"returns   {n}: {old.get(n, 'nothing')} became {new.get(n, 'nothing')}"
        for n in sorted({*old, *new})
        if old.get(n) != new.get(n)
    ]


def _levels(
    before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]
) -> list[str]:
    new = after.get("levels", {})
    return [
        f"level     {name}: {level} became {new.get(name, 'none')}"
        for name, level in sorted(before.get("levels", {}).items())
        if Level.of(new.get(name, "none")).is_weaker_than(Level.of(level))
    ]


def _write(spec: TensorSpec) -> str:
    marks = [
        f"{'*' * one.is_variadic}{'#' * one.is_broadcast}{one.text}"
        for one in spec.dimensions
    ]
    return " ".join([spec.dtype or spec.kind, *marks])


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
