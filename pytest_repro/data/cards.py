"""The data card: everything that is known of a data set, on one page for people.

Made from the manifest, from what its owners declared and from what the checks found;
what nobody said or checked stands there as such. The same facts give the same bytes, so
a card that no longer fits its data set shows in a diff.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pytest_repro.data.balance import count_parts
from pytest_repro.data.declarations import TEXTS, Declaration
from pytest_repro.data.leakage import Leak, LeakKind
from pytest_repro.data.manifest_file import digest_of
from pytest_repro.data.samples import Manifest
from pytest_repro.data.slices import audit_slices, sliceable_columns
from pytest_repro.data.splits import Parts

__all__ = ["NAME", "Facts", "write_card"]

NAME: Final = "DATACARD.md"

MOST: Final = 20
"""So many values and findings of a kind are listed; further ones are counted."""

UNSAID: Final = "*not declared*"

Row = Sequence[object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a card is made of.

    Attributes:
        manifest: The samples.
        declaration: What people say of them.
        leaks: What the checks found.
        is_near_checked: Whether contents were compared, too.
        metrics: Numbers of each sample by the name of a metric, to be told by slice.
        used: What experiments used of it: counts by name, by experiment.
    """

    manifest: Manifest
    declaration: Declaration
    leaks: Sequence[Leak] = ()
    is_near_checked: bool = False
    metrics: Mapping[str, Mapping[str, float]] | None = None
    used: Mapping[str, Mapping[str, int]] | None = None


def write_card(facts: Facts) -> str:
    """Write the card.

    Args:
        facts: What it is made of.

    Returns:
        Markdown, ending in a newline; equal facts give equal text.
    """
    texts = facts.declaration.texts
    blocks = [
        f"# {_plain(texts.get('name', 'Data set'))}",
        "Made by `pytest-repro data card`: edit the manifest or the declaration.",
        _table(("what", "declared"), _declared(texts)),
        "## Samples",
        _table(("what", "found"), _samples(facts.manifest)),
        *(_values(facts.manifest, name) for name in ("origin", "preparation", "label")),
        "## Split",
        *_split(facts),
        "## Leakage",
        *_leakage(facts),
        "## Slices",
        *_slices(facts),
        *_use(facts.used or {}),
    ]
    return "\n\n".join(block.rstrip() for block in blocks if block) + "\n"


def _declared(texts: Mapping[str, str]) -> Iterable[Row]:
    for name in TEXTS[1:]:
        said = _plain(texts[name]) if name in texts else UNSAID
        yield name.replace("_", " "), said


def _samples(manifest: Manifest) -> Iterable[Row]:
    samples = manifest.samples
    synthetic = sum(one.is_synthetic for one in samples)
    share = f"{synthetic} ({synthetic / len(samples):.1%})" if samples else "0"
    groups = {one.group for one in samples if one.group}
    yield "samples", len(samples)
    yield "digest of the manifest", f"`{digest_of(manifest)}`"
    yield "synthetic", share
    yield "different contents", len({one.digest for one in samples})
    yield "groups", len(groups)
    yield "samples without a label", sum(not one.label for one in samples)


def _values(manifest: Manifest, column: str) -> str:
    counts = Counter(manifest.values(column)).most_common()
    ranked = sorted(counts, key=lambda pair: (-pair[1], pair[0]))
    rows = [
        (_plain(value) or "*none*", count, f"{count / len(manifest.samples):.1%}")
        for value, count in ranked[:MOST]
    ]
    if len(ranked) > MOST:
        left = sum(count for _, count in ranked[MOST:])
        rest = f"*{len(ranked) - MOST} others*"
        rows.append((rest, left, f"{left / len(manifest.samples):.1%}"))
    return _table((column, "samples", "share"), rows)


def _split(facts: Facts) -> Iterable[str]:
    rule, folds = facts.declaration.split, facts.declaration.folds
    if rule is None:
        yield f"Parts: {UNSAID}."
    else:
        parts = rule.apply(facts.manifest)
        rows = [
            ("shares", _plain(rule.text)),
            ("salt", f"`{_plain(rule.salt)}`"),
            ("kept together by", str(rule.by)),
            ("digest", f"`{parts.digest}`"),
        ]
        yield _table(("what", "declared"), rows)
        counts = (
            (one.part, one.samples, f"{one.expected:.1f} ± {one.deviation:.1f}")
            for one in count_parts(parts)
        )
        yield _table(("part", "samples", "expected"), counts)
        if "label" in sliceable_columns(facts.manifest):
            yield _labels(parts)
    if folds is not None:
        digest = folds.digest(facts.manifest.samples)
        yield f"Folds: {_plain(folds.text)}, `{digest}`."


def _labels(parts: Parts) -> str:
    """Show each label in each part, with its distance from what is expected."""
    cells: dict[str, list[str]] = {}
    for one in count_parts(parts, "label"):
        shown = f"{one.samples} ({one.distance:+.1f} σ)"
        cells.setdefault(one.value, []).append(shown)
    rows = [(_plain(label) or "*none*", *counts) for label, counts in cells.items()]
    return _table(("label", *parts), rows)


def _leakage(facts: Facts) -> Iterable[str]:
    if facts.declaration.split is None:
        yield "Not checked: no split is declared."
        return
    rows = []
    for kind in LeakKind:
        found = sum(one.kind is kind for one in facts.leaks)
        is_checked = facts.is_near_checked or kind is not LeakKind.NEAR
        rows.append((kind, found if is_checked else "*not checked: no contents given*"))
    yield _table(("kind", "findings"), rows)
    for kind in LeakKind:
        own = [one for one in facts.leaks if one.kind is kind]
        shown = [
            (
                _plain(one.first),
                one.first_part,
                _plain(one.second),
                one.second_part,
                _plain(one.detail),
            )
            for one in own[:MOST]
        ]
        yield _table((f"{kind}: first", "part", "second", "part", "in common"), shown)
        if len(own) > MOST:
            yield f"… and {len(own) - MOST} more."


def _slices(facts: Facts) -> Iterable[str]:
    columns = sliceable_columns(facts.manifest)
    if not facts.metrics:
        shown = ", ".join(columns) or "none"
        yield f"No metric was given. Columns that can be cut by: {shown}."
        return
    for name, numbers in sorted(facts.metrics.items()):
        for column in columns:
            rows = [
                (
                    _plain(one.value) or "*none*",
                    one.samples,
                    f"{one.mean:.4f}",
                    f"{one.low:.4f} to {one.high:.4f}",
                )
                for one in audit_slices(facts.manifest, numbers, column)
            ]
            yield _table((column, "samples", _plain(name), "95 %"), rows)


def _use(used: Mapping[str, Mapping[str, int]]) -> Iterable[str]:
    """Show how many samples of what an experiment used, as its reference has it."""
    rows = [
        (_plain(experiment), _plain(name), count)
        for experiment, counts in sorted(used.items())
        for name, count in sorted(counts.items())
    ]
    if rows:
        yield "## Use"
        yield _table(("experiment", "what", "samples"), rows)


def _table(head: Sequence[str], rows: Iterable[Row]) -> str:
    lines = [tuple(map(str, row)) for row in rows]
    if not lines:
        return ""
    whole = [tuple(head), ("---",) * len(head), *lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in whole)


def _plain(text: str) -> str:
    """Take from text whatever Markdown would act on; a name is no link and no table."""
    line = " ".join(text.split())
    return re.sub(r"([\\`*_\[\]<>|#!])", r"\\\1", line)
