"""What `pytest-repro data` prints: counts, digests and findings, as text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pytest_repro.cli.data_set import DataSet
from pytest_repro.cli.tables import fields, table
from pytest_repro.data import Leak, LeakKind, Parts, count_parts, digest_of

__all__ = ["card_lines", "checked_lines", "count_lines", "declared_text"]

MOST: Final = 5
"""So many findings of one kind are told in full; all of them are in ``--json``."""


def count_lines(parts: Parts) -> tuple[str, ...]:
    """Lay out how many samples each part has, beside what its share lets expect.

    Args:
        parts: A data set that was cut.

    Returns:
        The lines.
    """
    rows = [
        (one.part, str(one.samples), f"{one.expected:.1f}", f"{one.deviation:.1f}")
        for one in count_parts(parts)
    ]
    return table(("part", "samples", "expected", "±"), rows)


def declared_text(parts: Parts, found: DataSet) -> tuple[str, ...]:
    """Write a split as its declaration has it, to be copied.

    Args:
        parts: A data set that was cut.
        found: Where it came from.

    Returns:
        The lines.
    """
    rule = parts.split
    shares = ", ".join(
        f"{name} = {float(share)}" for name, share in rule.shares.items()
    )
    return (
        "",
        *fields(
            [("manifest", str(digest_of(found.manifest))), ("parts", str(parts.digest))]
        ),
        "",
        f"  [split]                # in {found.declared}",
        f"  shares = {{ {shares} }}",
        f'  salt = "{rule.salt}"',
        f'  by = "{rule.by}"',
    )


def checked_lines(
    found: DataSet, parts: Parts | None, leaks: Sequence[Leak]
) -> tuple[str, ...]:
    """Say what was checked, and what was found.

    Args:
        found: The data set.
        parts: The same, cut; None if nobody said how.
        leaks: What its parts know of each other.

    Returns:
        The lines.
    """
    manifest = found.manifest
    pairs = [
        ("samples", f"{len(manifest.samples)}, {digest_of(manifest)}"),
        ("split", "" if parts is None else _rule(parts)),
        ("parts", "" if parts is None else str(parts.digest)),
        ("near duplicates", "" if parts is None else _compared(found)),
    ]
    head = (found.shown, *fields(pairs))
    if parts is None:
        return head
    if not leaks:
        return (*head, "  ok       no part knows another")
    return (*head, *_findings(leaks))


def card_lines(
    path: Path, parts: Parts | None, leaks: Sequence[Leak]
) -> tuple[str, ...]:
    """Say where the card is, and what it tells.

    Args:
        path: The card.
        parts: The data set, cut; None if nobody said how.
        leaks: What its parts know of each other.

    Returns:
        The lines.
    """
    told = "no split is declared" if parts is None else f"{len(leaks)} leaks"
    return (str(path), *fields([("tells", told)]))


def _rule(parts: Parts) -> str:
    rule = parts.split
    return f"{rule.text} by {rule.by}, salt {rule.salt}"


def _compared(found: DataSet) -> str:
    if not found.contents:
        return "not checked: name the folder of the contents with --files"
    total = len(found.manifest.samples)
    return f"{len(found.contents)} of {total} contents compared"


def _findings(leaks: Sequence[Leak]) -> tuple[str, ...]:
    lines: list[str] = []
    for kind in LeakKind:
        own = [one for one in leaks if one.kind is kind]
        for one in own[:MOST]:
            lines += ["", *one.message.splitlines()]
        if len(own) > MOST:
            lines += ["", f"… and {len(own) - MOST} more like these: see --json"]
    return tuple(lines)
