"""The catalogue: what each component is for, written from its docstring and fields.

Sections of the docstring of a component say why it exists, what it costs, when to use
it and when it fails; its fields say their defaults, domains and reasons. The page is
the same, byte for byte, wherever the same components are installed.
"""

import dataclasses
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pytest_repro.recipes.components import Registration
from pytest_repro.recipes.fields import knob_of

__all__ = ["SECTIONS", "Entry", "FieldRow", "entry_of", "page_of"]

SECTIONS: Final = ("Rationale", "Trade-offs", "Use when", "Fails when")
NEEDED: Final = "has to be set"

_HEADER: Final = re.compile(rf"({'|'.join(SECTIONS)}):(?:\s+(.*))?")
_ANY_HEADER: Final = re.compile(r"[A-Z][A-Za-z -]*:(?:\s|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """One field of a component.

    Attributes:
        name: Its name.
        default: As Python writes it; empty if it has to be set.
        domain: What a search may set it to; empty if none does.
        why: Why it has its default.
        is_inside: Whether the default lies in the domain, where there are both.
    """

    name: str
    default: str
    domain: str
    why: str
    is_inside: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One component.

    Attributes:
        id: Such as ``optim/SGD@1``.
        module: Where it is defined.
        summary: The first paragraph of its docstring.
        sections: By name, the text on one line; missing ones are left out.
        fields: In the order of declaration.
    """

    id: str
    module: str
    summary: str
    sections: Mapping[str, str]
    fields: tuple[FieldRow, ...]


def entry_of(found: Registration) -> Entry:
    """Describe a component by its docstring and its fields.

    Args:
        found: The component.

    Returns:
        What they say.
    """
    text = inspect.cleandoc(found.owner.__dict__.get("__doc__") or "")
    summary = text.partition("\n\n")[0]
    return Entry(
        id=found.id,
        module=found.owner.__module__,
        summary="" if _HEADER.match(summary) else " ".join(summary.split()),
        sections=dict(_sections(text.splitlines())),
        fields=tuple(_row(one) for one in dataclasses.fields(found.config)),
    )


def page_of(entries: Iterable[Entry]) -> str:
    """Write the catalogue as Markdown.

    Args:
        entries: The components.

    Returns:
        The page, sorted by id.
    """
    lines = ["# Components"]
    kind = ""
    for entry in sorted(entries, key=lambda one: one.id):
        if entry.id.partition("/")[0] != kind:
            kind = entry.id.partition("/")[0]
            lines += ["", f"## {kind}"]
        lines += ["", *_lines(entry)]
    return "\n".join(lines) + "\n"


def _lines(entry: Entry) -> Iterator[str]:
    yield f"### `{entry.id}`"
    yield ""
    yield entry.summary
    for name in SECTIONS:
        if name in entry.sections:
            yield ""
            yield f"**{name}:** {entry.sections[name]}"
    if entry.fields:
        yield ""
        yield "| field | default | domain | why |"
        yield "|---|---|---|---|"
        for row in entry.fields:
            default = f"`{_cell(row.default)}`" if row.default else NEEDED
            cells = (f"`{row.name}`", default, _cell(row.domain), _cell(row.why))
            yield f"| {' | '.join(cells)} |"
    yield ""
    yield f"Defined in `{entry.module}`."


def _sections(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Cut a docstring into its sections; each ends where a line is not indented."""
    name, words = "", list[str]()
    for line in (*lines, "End:"):
        if not line.strip() or (line.startswith(" ") and name):
            words += line.split()
            continue
        if name and words:
            yield name, " ".join(words)
        header = _HEADER.fullmatch(line)
        if header or _ANY_HEADER.match(line):
            name = header[1] if header else ""
            words = (header[2] or "").split() if header else []
        else:
            name = ""


def _row(one: "dataclasses.Field[Any]") -> FieldRow:
    knob = knob_of(one)
    value = one.default
    if one.default_factory is not dataclasses.MISSING:
        value = one.default_factory()
    is_needed = value is dataclasses.MISSING
    return FieldRow(
        name=one.name,
        default="" if is_needed else _written(value),
        domain="" if knob.search is None else knob.search.text,
        why=knob.why,
        is_inside=is_needed or knob.search is None or knob.search.contains(value),
    )


def _written(value: object) -> str:
    """Write a default; never with an address in memory, which is another each time."""
    text = repr(value)
    return type(value).__qualname__ if " at 0x" in text else text


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
