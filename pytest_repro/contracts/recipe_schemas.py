"""Whether the parts of a recipe fit together, told from their schemas alone.

Components say `schema_in` and `schema_out`, such as ``Float batch 1 8 8``. A batch goes
from the data through augmentations to the model, and from there to the loss and to
evaluations. Names in a schema stand for any size: those that a part accepts take the
sizes that come, and what it gives has them, too. Only what cannot fit is a mismatch;
a size that nobody knows before training is none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pytest_repro.contracts.annotations import Dimension, TensorSpec, parse_all
from pytest_repro.contracts.properties import Draw, Finding, Subject
from pytest_repro.recipes import Recipe, registration_of
from pytest_repro.recipes.trees import fields_of
from pytest_repro.records.module_contracts import Level

__all__ = ["check_schemas_meet", "parts_of"]

_WAY: Final = ("data", "aug", "arch")
_ENDS: Final = ("loss", "eval")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """A part of a recipe through which a batch goes.

    Attributes:
        where: Its place, such as ``arch``.
        id: Of the component.
        kind: Such as ``arch``.
        takes: What it accepts; empty for anything.
        gives: What it gives; empty where it says nothing.
    """

    where: str
    id: str
    kind: str
    takes: str
    gives: str


def check_schemas_meet(subject: Subject, _draw: Draw, _level: Level) -> Finding | None:
    """Follow a batch from the data to the loss and to every evaluation."""
    stages = [_stage(*part) for part in parts_of(subject.build())]
    giver: _Stage | None = None
    flowing: tuple[TensorSpec, ...] = ()
    for stage in (one for kind in _WAY for one in stages if one.kind == kind):
        found, flowing, giver = _pass(stage, flowing, giver)
        if found is not None:
            return found
    for stage in (one for one in stages if one.kind in _ENDS):
        found, _, _ = _pass(stage, flowing, giver)
        if found is not None:
            return found
    return None


def parts_of(config: object) -> list[tuple[str, Any]]:
    """List the components of a recipe, those inside of others left out.

    Args:
        config: A recipe, or a frozen dataclass of parts.

    Returns:
        Places such as ``arch`` or ``aug[1]``, and the configs there.
    """
    parts = config.parts if isinstance(config, Recipe) else fields_of(config).items()
    return [found for where, part in parts for found in _components(where, part)]


def _components(where: str, part: object) -> Iterator[tuple[str, Any]]:
    if isinstance(part, tuple | list):
        for number, one in enumerate(part):
            yield from _components(f"{where}[{number}]", one)
    elif registration_of(type(part)) is not None:
        yield where, part


def _stage(where: str, config: Any) -> _Stage:  # noqa: ANN401  # a Config
    found = registration_of(type(config))
    assert found is not None  # noqa: S101  # parts_of lists none other
    return _Stage(
        where=where,
        id=found.id,
        kind=found.kind,
        takes=_schema(found.owner, config, "schema_in"),
        gives=_schema(found.owner, config, "schema_out"),
    )


def _schema(owner: type, config: Any, name: str) -> str:  # noqa: ANN401  # a Config
    """Read a schema; one that hangs on fields is a property, so the part is built."""
    found = getattr(owner, name, "")
    return found if isinstance(found, str) else str(getattr(config.build(), name))


def _pass(
    stage: _Stage, flowing: tuple[TensorSpec, ...], giver: _Stage | None
) -> tuple[Finding | None, tuple[TensorSpec, ...], _Stage | None]:
    """Let a batch through a stage: a finding, or what flows on, and who gave it."""
    taken = parse_all(f"{stage.where}.schema_in", stage.takes) if stage.takes else ()
    sizes: dict[str, str] = {}
    for number, spec in enumerate(taken if flowing else ()):
        have = flowing[number] if number < len(flowing) else None
        reason = _mismatch(have, spec, sizes)
        if reason and giver is not None:
            return _told(stage, giver, flowing=flowing, reason=reason), flowing, giver
    if not stage.gives:
        is_same = stage.kind != "arch"
        return None, flowing if is_same else (), giver if is_same else None
    given = parse_all(f"{stage.where}.schema_out", stage.gives)
    return None, tuple(_filled(one, sizes) for one in given), stage


def _mismatch(have: TensorSpec | None, want: TensorSpec, sizes: dict[str, str]) -> str:
    """Say why one tensor cannot be taken for another; note what names stand for."""
    if have is None:
        return "one tensor less than it accepts"
    if have.kind != want.kind or (
        have.dtype and want.dtype and have.dtype != want.dtype
    ):
        return "another dtype"
    if any(one.is_variadic for one in (*have.dimensions, *want.dimensions)):
        return ""
    if len(have.dimensions) != len(want.dimensions):
        return f"{len(have.dimensions)} dimensions for {len(want.dimensions)}"
    pairs = zip(have.dimensions, want.dimensions, strict=True)
    for axis, (mine, its) in enumerate(pairs):
        size = sizes.setdefault(its.text, mine.text) if its.is_symbol else its.text
        is_known = mine.text.isdigit() and size.isdigit()
        if (
            is_known
            and mine.text != size
            and not (its.is_broadcast and mine.text == "1")
        ):
            return f"axis {axis}: {mine.text} for {size}"
    return ""


def _filled(spec: TensorSpec, sizes: Mapping[str, str]) -> TensorSpec:
    """Put the sizes that came in where names stand; expressions are computed."""
    return replace(spec, dimensions=tuple(_size(one, sizes) for one in spec.dimensions))


def _size(dimension: Dimension, sizes: Mapping[str, str]) -> Dimension:
    if dimension.is_variadic or dimension.text.isdigit():
        return dimension
    if dimension.is_symbol:
        return replace(dimension, text=sizes.get(dimension.text, dimension.text))
    known = {name: int(text) for name, text in sizes.items() if text.isdigit()}
    if set(dimension.symbols) <= set(known):
        return replace(dimension, text=str(dimension.size(known)))
    return dimension


def _told(
    stage: _Stage, giver: _Stage, *, flowing: tuple[TensorSpec, ...], reason: str
) -> Finding:
    given = ", ".join(_text(one) for one in flowing)
    return Finding(
        suspicion=f"{giver.where} and {stage.where} do not fit together ({reason}):"
        " a part that was swapped alone?",
        where=f"{giver.where} to {stage.where}",
        obtained=f"{giver.id} gives {given}",
        reference=f"{stage.id} accepts {stage.takes}",
    )


def _text(spec: TensorSpec) -> str:
    words = (spec.dtype or spec.kind.capitalize(), *(d.text for d in spec.dimensions))
    return " ".join(words)
