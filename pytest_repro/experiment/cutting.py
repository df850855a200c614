"""The data set of a run: read, cut as declared, checked for leaks, and recorded.

The manifest is an asset, so a run on other samples is not comparable and says why. How
it was cut stands in the configuration, and where every sample went in a fingerprint.
"""

from dataclasses import dataclass
from pathlib import Path

from pytest_repro import determinism
from pytest_repro.data import (
    Declaration,
    Folds,
    Leak,
    Parts,
    Split,
    digest_of,
    find_leaks,
    read_declaration,
    read_manifest,
)
from pytest_repro.digests import Digest
from pytest_repro.errors import LeakedData, ReproUsageError
from pytest_repro.experiment.recorder import Recorder

__all__ = ["Cut", "cut", "record"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A data set that was read and cut.

    Attributes:
        name: The manifest's file name, without its ending.
        parts: The samples of each part.
        rule: How it was cut, on one line.
        digests: What a record keeps, by name.
    """

    name: str
    parts: Parts
    rule: str
    digests: dict[str, Digest]


def cut(
    path: Path, split: Split | None, folds: Folds | None, *, allow_leaks: bool
) -> Cut:
    """Read a data set and cut it.

    Args:
        path: The manifest.
        split: How to cut it; None for what is declared beside it.
        folds: How to cut it into folds; None likewise.
        allow_leaks: Whether parts may know each other.

    Returns:
        The parts, and what a record says of them.

    Raises:
        RecordError: If manifest or declaration cannot be read.
        ReproUsageError: If nobody says how to cut it, or a part would be empty.
        LeakedData: If parts share contents or groups, or labels stand in ids.
    """
    manifest = read_manifest(path.read_bytes(), path=path.name)
    declared = _declared(path)
    split, folds = split or declared.split, folds or declared.folds
    if split is None:
        msg = (
            f"nobody says how to cut {path.name}: pass split=Split(…), or declare it in"
            f" {path.with_suffix('.toml').name}\n"
            f"  try one with: pytest-repro data split {path.name} --share train=0.8"
            " --share test=0.2 --salt NAME"
        )
        raise ReproUsageError(msg)
    parts = split.apply(manifest)
    if parts.empty:
        counts = ", ".join(f"{name} {len(parts[name])}" for name in parts)
        msg = f"a part of {path.name} holds no sample: {counts}"
        raise ReproUsageError(msg)
    leaks = find_leaks(parts)
    if leaks and not allow_leaks:
        raise LeakedData(_leaked(path, leaks))
    digests = {"manifest": digest_of(manifest), "parts": parts.digest}
    if folds is not None:
        digests["folds"] = folds.digest(manifest.samples)
    rule = f"{split.text} by {split.by}, salt {split.salt}"
    return Cut(
        name=path.stem,
        parts=parts,
        rule=rule if folds is None else f"{rule}; {folds.text}",
        digests=digests,
    )


def record(found: Cut, recorder: Recorder) -> Parts:
    """Tell the record how a data set was cut.

    Args:
        found: The data set.
        recorder: Where it goes.

    Returns:
        Its parts.
    """
    recorder.declared[f"data.{found.name}"] = found.rule
    for what, digest in found.digests.items():
        recorder.fingerprint(f"data/{found.name}/{what}", digest, None)
    return found.parts


def _declared(path: Path) -> Declaration:
    beside = path.with_suffix(".toml")
    if not beside.is_file():
        return Declaration(texts={})
    determinism.declare_file(beside)
    return read_declaration(beside.read_bytes(), path=beside.name)


def _leaked(path: Path, leaks: tuple[Leak, ...]) -> str:
    rest = f"\n  … and {len(leaks) - 1} more" if len(leaks) > 1 else ""
    return (
        f"the parts of {path.name} know each other\n{leaks[0].message}{rest}\n"
        f"  look at all of them with: pytest-repro data check {path.name}\n"
        "  or accept them, and say so: repro.data(…, allow_leaks=True)"
    )
