"""What was recorded of the circumstances of several runs, as axes to compare: pure.

A record has a hundred facts, and most of them follow from a few: eight variables mean
threads, four facts mean the same processor. Taken one by one they would confound each
other, and nothing could be told apart. So facts that one cause sets are one axis; a
fact that only shows what others brought about (which kernels were dispatched) is none.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final

from pytest_repro.records import Identity, RunRecord, recipe_fields
from pytest_repro.replication.suspicions import ABSENT, AXES
from pytest_repro.verdicts.identity import shorten

__all__ = ["axes_of"]

_ENVIRONMENT: Final = (
    ("operating system", ("os.system",)),
    ("C library", ("os.libc",)),
    ("architecture", ("axis.arch",)),
    ("accelerator", ("axis.accelerator",)),
    ("processor", ("cpu.*",)),
    ("GPU", ("gpu.*",)),
    ("container", ("container.image", "container.kind")),
    ("Python", ("python.version", "python.*")),
    ("torch", ("torch.version", "torch.git", "torch.config_digest", "torch.onednn")),
    ("numpy", ("numpy.version", "numpy.blas")),
)
"""Axes of facts of the environment; the first pattern is of the fact that is told."""

_BYSTANDERS: Final = frozenset(
    {
        "coverage",
        "execnet",
        "filelock",
        "hypothesis",
        "iniconfig",
        "msgspec",
        "numpy",
        "packaging",
        "pip",
        "platformdirs",
        "pluggy",
        "pygments",
        "pytest",
        "rich",
        "setuptools",
        "sortedcontainers",
        "torch",
    }
)
"""Packages that compute nothing, or have an axis of their own."""

_HAD_BY_ALL: Final = frozenset(
    {
        "operating system",
        "C library",
        "architecture",
        "processor",
        "Python",
        "source of the experiment",
        "commit",
    }
)
"""Axes of what every run has: where nothing was recorded it is unknown, not absent."""

_VARIABLE: Final = "env."
_PACKAGE: Final = "package."
_PLUGIN: Final = "package.pytest-"
_FILES: Final = "packages.used_digest"


def axes_of(
    records: Sequence[RunRecord], *, given: Sequence[Mapping[str, str]] = ()
) -> tuple[Mapping[str, str], ...]:
    """Describe the circumstances of runs, in words that tell them apart.

    Args:
        records: The runs.
        given: The environment variables that each was given, as far as they are known;
            one that records know is told by them, with the axis that it belongs to.

    Returns:
        For each run the text of each axis; an axis has equal texts exactly where all of
        its facts are equal.
    """
    facts = [{**_facts(one.identity), **_recipe(one)} for one in records]
    rows = [
        *((row.axis, row.patterns) for row in AXES),
        *_ENVIRONMENT,
        *((name, (name,)) for name in _packages(facts)),
        ("source of the experiment", ("code.source",)),
        ("commit", ("code.commit", "code.dirty")),
        ("data", ("data.*",)),
        ("parameters", ("config.*",)),
    ]
    described = {axis: _described(facts, patterns) for axis, patterns in rows}
    described |= {axis: _presumed(described[axis]) for axis in _HAD_BY_ALL}
    described |= _edited(facts)
    described |= _given(facts, given)
    return tuple(
        {axis: texts[place] for axis, texts in described.items()}
        for place in range(len(records))
    )


def _recipe(record: RunRecord) -> Mapping[str, object]:
    if record.recipe is None:
        return {}
    fields = recipe_fields(record.recipe.dump)
    return {f"config.recipe.{place}": value for place, value in fields.items()}


def _facts(identity: Identity) -> Mapping[str, object]:
    """Lay out in one table whatever may change bits."""
    axes = {f"axis.{name}": value for name, value in identity.environment.axes}
    code = {
        "code.source": _short(identity.code.get("source_digest")),
        "code.commit": str(identity.code.get("commit") or ABSENT)[:12],
        "code.dirty": identity.code.get("dirty_digest"),
    }
    data = {f"data.{one.name}": shorten(one.digest) for one in identity.assets}
    config = {f"config.{name}": value for name, value in identity.config.items()}
    environment = dict(identity.environment.facts)
    return {**environment, **identity.determinism, **axes, **code, **data, **config}


def _short(digest: object) -> str | None:
    return shorten(digest) if isinstance(digest, str) else None


def _packages(facts: Sequence[Mapping[str, object]]) -> list[str]:
    return sorted(
        {
            name
            for one in facts
            for name in one
            if name.startswith(_PACKAGE)
            and not name.startswith(_PLUGIN)
            and name.removeprefix(_PACKAGE) not in _BYSTANDERS
        }
    )


def _described(
    facts: Sequence[Mapping[str, object]], patterns: Sequence[str]
) -> list[str]:
    """Tell each run by the fact that is told, if that tells as much as all of them."""
    whole = [_matching(one, patterns) for one in facts]
    told = [_told(one, patterns[0]) for one in whole]
    if len(set(told)) == len(set(whole)):
        return told
    differing = {
        name
        for one in whole
        for name, value in one
        if any(dict(other).get(name) != value for other in whole)
    }
    return [_spelled([pair for pair in one if pair[0] in differing]) for one in whole]


def _presumed(texts: Sequence[str]) -> list[str]:
    """Take for the usual one what was not recorded, as a commit where there is no git.

    Not to know something is no circumstance, and must not tell a run from others.
    """
    known = Counter(one for one in texts if one != ABSENT)
    usual = max(known, key=known.__getitem__, default=ABSENT)
    return [usual if one == ABSENT else one for one in texts]


def _matching(
    facts: Mapping[str, object], patterns: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, str(value))
        for name, value in sorted(facts.items())
        if value is not None and any(fnmatchcase(name, one) for one in patterns)
    )


def _told(facts: Sequence[tuple[str, str]], pattern: str) -> str:
    return ", ".join(v for name, v in facts if fnmatchcase(name, pattern)) or ABSENT


def _spelled(facts: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{name}={value}" for name, value in facts) or ABSENT


def _edited(facts: Sequence[Mapping[str, object]]) -> Mapping[str, list[str]]:
    """Tell packages of other files but the same versions, if there are any."""
    versions = [
        tuple((name, v) for name, v in sorted(one.items()) if name.startswith(_PACKAGE))
        for one in facts
    ]
    digests = [str(one.get(_FILES, ABSENT)) for one in facts]
    if len(set(zip(versions, digests, strict=True))) == len(set(versions)):
        return {}
    return {"files of packages": [one.rpartition(":")[2][:12] for one in digests]}


def _given(
    facts: Sequence[Mapping[str, object]], given: Sequence[Mapping[str, str]]
) -> Mapping[str, list[str]]:
    """Describe variables that only some runs were given, and that no record has."""
    recorded = {name.removeprefix(_VARIABLE) for one in facts for name in one}
    names = {name for one in given for name in one} - recorded
    values = {
        f"variable {name}": [one.get(name, ABSENT) for one in given]
        for name in sorted(names)
    }
    return {axis: texts for axis, texts in values.items() if len(set(texts)) > 1}
