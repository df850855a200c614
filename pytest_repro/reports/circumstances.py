"""What differs around two runs, the likeliest cause of other bits first.

A list of fifty facts that differ is read by nobody. So each difference belongs to a row
of `SUSPECTS`, and these are ordered by how likely such a difference changes bits. The
order is a judgement by kind, not a proof: only a rerun with one fact put back proves a
cause.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import zip_longest
from typing import Final

from pytest_repro import canonical, wire
from pytest_repro.canonical import Json
from pytest_repro.records import Identity, RunRecord, recipe_fields
from pytest_repro.verdicts.identity import shorten

__all__ = [
    "SUSPECTS",
    "Circumstance",
    "Suspect",
    "brief",
    "find_all_differences",
    "find_differences",
]

ABSENT: Final = "absent"
_GIT_NAME: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_GIT_CHARACTERS: Final = 12

_NOTHING: Final = object()
"""Stands where a side has no such fact; None is a fact."""

GUARDS: Final = "guards"
"""The fact that tells who was on watch; it changes no bit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """One row of the table: a kind of difference.

    Attributes:
        name: What it is called in reports.
        patterns: Shell patterns of the facts that belong to it.
        why: How likely such a difference changes bits, and by what.
    """

    name: str
    patterns: tuple[str, ...]
    why: str


SUSPECTS: Final = (
    Suspect(
        name="config",
        patterns=("config.*",),
        why="another question was asked: other results are expected",
    ),
    Suspect(
        name="data",
        patterns=("data.*",),
        why="other numbers went in: other results are expected",
    ),
    Suspect(
        name="code",
        patterns=("code.*", "determinism.escape.*"),
        why="any line may change any number; a comment changes none",
    ),
    Suspect(
        name="edited packages",
        patterns=("environment.edited.*", "packages.*"),
        why="other code runs under the name of the same version",
    ),
    Suspect(
        name="arithmetic",
        patterns=(
            "determinism.*",
            "isolation",
            "axis.*",
            "environment.torch.*",
            "environment.cpu.*",
            "environment.gpu.*",
            "environment.numpy.blas*",
            "environment.numpy.simd",
            "environment.os.libc*",
        ),
        why="other kernels or thread counts add the same numbers in another order",
    ),
    Suspect(
        name="packages",
        patterns=(
            "environment.numpy.*",
            "environment.python.*",
            "environment.package*",
            "environment.lock.*",
        ),
        why="another version may compute, shuffle or load otherwise",
    ),
    Suspect(
        name="rest",
        patterns=("*",),
        why="collected for people; not known to change bits",
    ),
)
"""Kinds of differences, likeliest to change bits first; a fact belongs to the first
row of which a pattern matches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstance:
    """One fact that is not the same around two runs.

    Attributes:
        suspect: The name of the row in `SUSPECTS`.
        fact: The path of the fact, joined by dots.
        obtained: The obtained side as text.
        reference: The reference side as text.
    """

    suspect: str
    fact: str
    obtained: str
    reference: str


def find_differences(
    obtained: Identity, reference: Identity
) -> tuple[Circumstance, ...]:
    """Find every fact that differs between two runs.

    Args:
        obtained: Identity of the obtained run.
        reference: Identity of the reference.

    Returns:
        The differences, sorted by `SUSPECTS`, then by name.
    """
    found = [
        _circumstance(fact, one, other)
        for fact, one, other in _unequal(_facts(obtained), _facts(reference))
    ]
    return tuple(sorted(found, key=lambda one: (_rank(one.fact), one.fact)))


def find_all_differences(
    obtained: RunRecord, reference: RunRecord
) -> tuple[Circumstance, ...]:
    """Find what differs between two runs, down to single files and packages.

    Args:
        obtained: The obtained run, with its extras.
        reference: The reference, likewise.

    Returns:
        What `find_differences` finds; the modules of the project that are not the
        same, and packages of one version that consist of other files, where both
        records know theirs. Sorted as there.
    """
    pairs = (
        ("config.recipe", _recipe(obtained), _recipe(reference)),
        ("code.imported", _sources(obtained), _sources(reference)),
        ("packages", *_rebuilt(obtained, reference)),
    )
    told = [
        _circumstance(fact, one, other)
        for name, ours, theirs in pairs
        if ours and theirs
        for fact, one, other in _unequal(ours, theirs, (name,))
    ]
    known = find_differences(obtained.identity, reference.identity)
    return tuple(sorted((*known, *told), key=lambda one: (_rank(one.fact), one.fact)))


def _recipe(record: RunRecord) -> dict[str, str]:
    return {} if record.recipe is None else recipe_fields(record.recipe.dump)


def _sources(record: RunRecord) -> dict[str, str]:
    return {one.path: one.digest for one in record.sources}


def _rebuilt(
    obtained: RunRecord, reference: RunRecord
) -> tuple[dict[str, str], dict[str, str]]:
    """Leave packages that both used, in one version: other versions are facts."""
    ours, theirs = _records(obtained), _records(reference)
    shared = sorted(ours.keys() & theirs.keys())
    return {k: ours[k] for k in shared}, {k: theirs[k] for k in shared}


def _records(record: RunRecord) -> dict[str, str]:
    return {
        f"{one.name} {one.version}": one.record
        for one in record.packages
        if one.is_used and one.record is not None
    }


def brief(text: str) -> str:
    """Shorten digests and names of git, so that both sides stand beside each other.

    Args:
        text: One side of a difference.

    Returns:
        The text, or its beginning.
    """
    if _GIT_NAME.fullmatch(text):
        return f"{text[:_GIT_CHARACTERS]}…"
    return shorten(text)


def _circumstance(fact: str, obtained: object, reference: object) -> Circumstance:
    return Circumstance(
        suspect=SUSPECTS[_rank(fact)].name,
        fact=fact,
        obtained=_text(obtained),
        reference=_text(reference),
    )


def _facts(identity: Identity) -> Json:
    """Lay an identity out as plain values under the first words of the patterns."""
    assets: dict[str, str] = {}
    for use in sorted(identity.assets, key=lambda use: (use.name, use.digest)):
        before = assets.get(use.name)
        assets[use.name] = f"{before} and {use.digest}" if before else str(use.digest)
    environment = identity.environment
    return wire.to_json(
        {
            "axis": dict(environment.axes),
            "code": identity.code,
            "config": identity.config,
            "contract": identity.contract,
            "data": assets,
            "determinism": {
                name: fact
                for name, fact in identity.determinism.items()
                if not _is_seed(name) and name != GUARDS
            },
            "environment": environment.facts,
            "isolation": identity.isolation,
        }
    )


def _is_seed(name: str) -> bool:
    """Tell whether a fact follows from the root seed, which is shown elsewhere."""
    return name == "seed" or (name.startswith("seed.") and name != "seed.derivation")


def _unequal(
    obtained: object, reference: object, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, object, object]]:
    """Walk both sides together, down to each fact that is not the same.

    Equal is what is written the same: 1 is neither 1.0 nor true.
    """
    if isinstance(obtained, Mapping) and isinstance(reference, Mapping):
        for name in sorted(obtained.keys() | reference.keys()):
            one, other = (side.get(name, _NOTHING) for side in (obtained, reference))
            yield from _unequal(one, other, (*path, str(name)))
    elif isinstance(obtained, list) and isinstance(reference, list):
        pairs = zip_longest(obtained, reference, fillvalue=_NOTHING)
        for number, (one, other) in enumerate(pairs):
            yield from _unequal(one, other, (*path, str(number)))
    elif repr(obtained) != repr(reference):
        yield ".".join(path), obtained, reference


def _rank(fact: str) -> int:
    return next(
        index
        for index, suspect in enumerate(SUSPECTS)
        if any(fnmatchcase(fact, pattern) for pattern in suspect.patterns)
    )


def _text(value: object) -> str:
    if value is _NOTHING:
        return ABSENT
    return (
        value
        if isinstance(value, str)
        else canonical.dumps_line(value).decode().strip()
    )
