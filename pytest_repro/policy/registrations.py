"""Registrations: what is expected of experiments, written down before the first run.

One file each, ``registrations/ID.toml``, in the root of the project::

    format = "pytest-repro/registration 1"
    hypothesis = "One claim that can turn out false."
    experiments = ["experiments/test_a.py::test_a"]    # node ids
    metrics = ["train/accuracy", "test/accuracy"]      # final metrics, named beforehand
    expectations = ["test/accuracy >= 0.95", "gen_gap < 0.05"]     # see `clauses`
    rationale = "Why it should be so."

    # what may be left out
    joint = ["arch", "data"]              # aspects that are chosen together
    tradeoffs = ["slower than the baseline"]
    author = "a person or team"
    date = 2026-12-31                     # for people; nothing is decided by it

    [baselines]                           # words for delta(metric, WORD)
    small = "experiments/test_a.py::test_small"

    [[randomness]]                        # accepted, with a reason and a bound
    source = "order of floating-point sums on a GPU"
    reason = "at least ten characters"
    bound = "how far it may move a result"

    [[amendments]]                        # each change after the first run
    changes = ["expectations"]            # the keys that changed
    reason = "at least ten characters"
    author = "…"                          # may be left out, and so may date

Every other key is refused. Pure: the bytes are passed in; whether the file came before
the first run, git says (`replication.registering`).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from pytest_repro.errors import FutureFormat
from pytest_repro.policy.clauses import ClauseError, read_clause
from pytest_repro.policy.toml_entries import Entry, nearest, read_file
from pytest_repro.records import Amendment, Expectation, Randomness, Registration

__all__ = ["ENDING", "FOLDER", "FORMAT", "changed_keys", "read_registration"]

FOLDER: Final = "registrations"
"""Their folder, in the root of the project."""

ENDING: Final = ".toml"
FORMAT: Final = "pytest-repro/registration 1"
MAX_BYTES: Final = 256 * 1024
MIN_REASON: Final = 10

ASPECTS: Final = ("arch", "data", "aug", "optim", "sched", "loss", "eval", "loop")
"""What may be chosen jointly: the kinds of components of a recipe."""

CONTENT: Final = (
    "hypothesis",
    "experiments",
    "metrics",
    "expectations",
    "rationale",
    "joint",
    "tradeoffs",
    "baselines",
    "randomness",
    "author",
    "date",
)
"""The keys that an amendment may name."""

_KEYS: Final = ("format", *CONTENT, "amendments")
_VERSION: Final = re.compile(r"pytest-repro/registration [1-9][0-9]{0,8}")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_ID: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,78}[A-Za-z0-9])?")


def read_registration(data: bytes, *, name: str, path: str) -> Registration:
    """Read a registration strictly.

    Args:
        data: The bytes of the file.
        name: Its id: the name of the file without the ending.
        path: The file, as errors should show it.

    Returns:
        What it says.

    Raises:
        FutureFormat: If a later version wrote it.
        PolicyError: If it says anything that has no meaning; of an expectation the
            column is named.
    """
    entry = read_file(data, path=path, max_bytes=MAX_BYTES)
    if not _ID.fullmatch(name):
        entry.refuse(f"the id is the file's name: letters, digits, . _ -, got {name!a}")
    entry.check_keys(_KEYS)
    _check_format(entry)
    metrics = entry.texts("metrics")
    baselines = _baselines(entry)
    return Registration(
        id=name,
        hypothesis=entry.text("hypothesis"),
        experiments=entry.texts("experiments"),
        metrics=metrics,
        expectations=_expectations(entry, metrics, baselines),
        joint=_joint(entry),
        rationale=entry.text("rationale"),
        tradeoffs=entry.texts("tradeoffs", is_needed=False),
        randomness=tuple(_randomness(one) for one in entry.tables("randomness")),
        baselines=baselines,
        amendments=tuple(_amendment(one) for one in entry.tables("amendments")),
        author=entry.text("author", default=""),
        date=_day(entry),
    )


def changed_keys(one: Registration, other: Registration) -> tuple[str, ...]:
    """List the keys in which two states of a registration differ.

    Args:
        one: The one.
        other: The other.

    Returns:
        The keys, amendments left out, in the order of the file.
    """
    return tuple(key for key in CONTENT if getattr(one, key) != getattr(other, key))


def _check_format(entry: Entry) -> None:
    found = entry.text("format")
    if found == FORMAT:
        return
    if _VERSION.fullmatch(found):
        msg = f"it has the format {found!r}, this is a reader of {FORMAT!r}"
        remedy = "upgrade it: python -m pip install --upgrade pytest-repro"
        raise FutureFormat(msg, path=entry.path, remedy=remedy)
    entry.refuse(f"format is {FORMAT!r}, got {found!r}")


def _baselines(entry: Entry) -> Mapping[str, str]:
    table = entry.table("baselines")
    for word in table.values:
        if not _WORD.fullmatch(word):
            table.refuse(f"a baseline is one word, got {word!r}")
    return {word: table.text(word) for word in table.values}


def _expectations(
    entry: Entry, metrics: Sequence[str], baselines: Mapping[str, str]
) -> tuple[Expectation, ...]:
    found = []
    for number, text in enumerate(entry.texts("expectations"), 1):
        if not text.isprintable():
            entry.refuse(f"expectation {number} is one printable line, got {text!a}")
        try:
            one = read_clause(text, metrics=metrics, baselines=baselines)
        except ClauseError as error:
            entry.refuse(
                f"expectation {number}, column {error.column}: {error}\n"
                f"  {text}\n"
                f"  {'':{error.column - 1}}^"
            )
        found.append(one)
    return tuple(found)


def _joint(entry: Entry) -> tuple[str, ...]:
    found = entry.texts("joint", is_needed=False)
    for aspect in found:
        if aspect not in ASPECTS:
            entry.refuse(f"no aspect {aspect!r}{nearest(aspect, ASPECTS)}")
    return found


def _randomness(entry: Entry) -> Randomness:
    entry.check_keys(("source", "reason", "bound"))
    return Randomness(
        source=entry.text("source"),
        reason=_reason(entry),
        bound=entry.text("bound"),
    )


def _amendment(entry: Entry) -> Amendment:
    entry.check_keys(("changes", "reason", "author", "date"))
    changes = entry.texts("changes")
    for key in changes:
        if key not in CONTENT:
            entry.refuse(
                f"changes names {key!r}, which is no key{nearest(key, CONTENT)}"
            )
    return Amendment(
        changes=changes,
        reason=_reason(entry),
        author=entry.text("author", default=""),
        date=_day(entry),
    )


def _reason(entry: Entry) -> str:
    reason = entry.text("reason")
    if len(reason.strip()) < MIN_REASON:
        entry.refuse(f"reason has at least ten characters, got {reason!r}")
    return reason


def _day(entry: Entry) -> str:
    return entry.date("date").isoformat() if "date" in entry.values else ""
