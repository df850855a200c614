"""What people say of a data set in a file beside its manifest: licence, split, biases.

``digits.toml`` belongs to ``digits.tsv``. Reading is strict: a key that nobody knows is
an error that names the nearest one, since a misspelt rule is no rule.
"""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Never

from pytest_repro.data.folds import Folds
from pytest_repro.data.splits import Split
from pytest_repro.errors import FutureFormat, ManifestError, ReproUsageError

__all__ = ["FORMAT", "Declaration", "read_declaration"]

FORMAT: Final = "pytest-repro/data 1"
KIND: Final = "pytest-repro/data "

TEXTS: Final[tuple[str, ...]] = (
    "name",
    "licence",
    "source",
    "description",
    "normalisation",
    "biases",
    "personal_data",
    "owner",
)
"""What a card says in words; every one may be left out, and then the card says so."""

MAX_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What people say of a data set.

    Attributes:
        texts: What they say in words, by the names in `TEXTS`.
        split: How it is cut into parts; None if it is not.
        folds: How it is cut into folds; None if it is not.
    """

    texts: Mapping[str, str]
    split: Split | None = None
    folds: Folds | None = None


def read_declaration(data: bytes, *, path: str = "data.toml") -> Declaration:
    """Read what people say of a data set.

    Args:
        data: The bytes of the file.
        path: The file, as it should be shown.

    Returns:
        The declaration.

    Raises:
        RecordError: If it is no such file, naming the key at fault.
    """
    values = _parse(data, path)
    form = values.pop("format", None)
    if isinstance(form, str) and form.startswith(KIND) and form != FORMAT:
        msg = f"format {form!r}, and this reads {FORMAT!r}"
        raise FutureFormat(msg, path=path, remedy="upgrade pytest-repro")
    if form != FORMAT:
        _refuse(path, f"format is {FORMAT!r}, got {form!r}")
    _check_keys(values, (*TEXTS, "split", "folds"), "at the top", path)
    texts = {name: _text(values, name, path) for name in TEXTS if name in values}
    return Declaration(
        texts=texts,
        split=_read_split(_table(values, "split", path), path),
        folds=_read_folds(_table(values, "folds", path), path),
    )


def _parse(data: bytes, path: str) -> dict[str, object]:
    if len(data) > MAX_BYTES:
        _refuse(path, f"{len(data)} bytes are over the limit of {MAX_BYTES}")
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        _refuse(path, f"no TOML: {error}")


def _read_split(table: Mapping[str, object] | None, path: str) -> Split | None:
    if table is None:
        return None
    _check_keys(table, ("shares", "salt", "by"), "[split]", path)
    shares = table.get("shares")
    if not isinstance(shares, dict):
        _refuse(
            path, "[split]: shares is a table: shares = { train = 0.8, test = 0.2 }"
        )
    salt = _salt(table, "[split]", path)
    by = table.get("by", "id")
    try:
        return Split(shares=shares, salt=salt, by=by)  # type: ignore[arg-type]  # checked there
    except ReproUsageError as error:
        _refuse(path, f"[split]: {error}")


def _read_folds(table: Mapping[str, object] | None, path: str) -> Folds | None:
    if table is None:
        return None
    _check_keys(table, ("count", "salt", "by"), "[folds]", path)
    salt = _salt(table, "[folds]", path)
    by = table.get("by", "id")
    try:
        return Folds(count=table.get("count"), salt=salt, by=by)  # type: ignore[arg-type]  # checked there
    except ReproUsageError as error:
        _refuse(path, f"[folds]: {error}")


def _salt(table: Mapping[str, object], place: str, path: str) -> str:
    salt = table.get("salt")
    if not isinstance(salt, str):
        _refuse(path, f"{place}: salt is a text that names this way of cutting")
    return salt


def _table(
    values: Mapping[str, object], name: str, path: str
) -> Mapping[str, object] | None:
    found = values.get(name)
    if found is not None and not isinstance(found, dict):
        _refuse(path, f"{name} is a table: write [{name}]")
    return found


def _text(values: Mapping[str, object], name: str, path: str) -> str:
    found = values[name]
    if not isinstance(found, str) or not found.strip():
        _refuse(path, f"{name} is a text, got {found!r}")
    return found.strip()


def _check_keys(
    values: Mapping[str, object], known: tuple[str, ...], place: str, path: str
) -> None:
    for key in values:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else f" ({', '.join(known)})"
            _refuse(path, f"{place}: unknown key {key!r}{hint}")


def _refuse(path: str, message: str) -> Never:
    raise ManifestError(message, path=path, remedy="mend the file")
