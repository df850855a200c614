"""`operations.tsv`: what the anchor's traced steps did, one call of an operator a line.

Texts and digests come again and again, so each text stands once, in the order of its
first use, and rows give its number; a digest is written out where it first appears,
where it also gets its number, and later is ``@`` and that number::

    #pytest-repro/operations/1
    #text  aten.addmm.default
    #text  net.head
    step  phase  name  module  source  inputs  outputs  shapes  arguments  role  sketch
    0  forward  0  1  2  @0 @4 9f3c…  51ab…  3  -  computes  2.25 0.17 …

``-`` is an empty text, and among digests one that may not be compared. A row whose role
is ``source`` ignored what its outputs held before. Not every run has this file.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeVar

from pytest_repro.records import BEFORE, GENERATOR, UNREAD, Operation, Phase
from pytest_repro.references.cells import (
    MISSING,
    check_name,
    read_float,
    read_integer,
    write_float,
)
from pytest_repro.references.tables import (
    MAX_ROWS,
    columns_of,
    read_lines,
    write_lines,
)

__all__ = [
    "check_operations",
    "fit_operations",
    "read_operations",
    "write_operations",
]

TITLE: Final = "#pytest-repro/operations/1"
DECLARATION: Final = "#text"
COLUMNS: Final = (
    "step",
    "phase",
    "name",
    "module",
    "source",
    "inputs",
    "outputs",
    "shapes",
    "arguments",
    "role",
    "sketch",
)
ROLES: Final = {False: "computes", True: "source"}
MAX_NUMBER: Final = 2**63 - 1
MAX_TEXT: Final = 512
MAX_SKETCH: Final = 64

T = TypeVar("T")

_AGAIN: Final = "@"
_DIGITS: Final = frozenset("0123456789abcdef")
_WIDTH: Final = 16
_PHASES: Final = {phase.value: phase for phase in Phase}
_IS_SOURCE: Final = {role: is_source for is_source, role in ROLES.items()}


def write_operations(operations: Sequence[Operation]) -> bytes:
    """Write the operations.

    Args:
        operations: What `check_operations` accepts.

    Returns:
        The bytes of the file.
    """
    texts: dict[str, int] = {}
    digests: dict[str, int] = {}
    rows = [_write_row(one, texts, digests) for one in operations]
    declared = [(DECLARATION, text) for text in texts]
    return write_lines(TITLE, [*declared, COLUMNS, *rows])


def read_operations(data: bytes) -> tuple[Operation, ...]:
    """Read the operations strictly.

    Args:
        data: The bytes of the file.

    Returns:
        The operations, in order.

    Raises:
        FutureFormat: If a later version wrote it.
        ValueError: If it is not exactly what `write_operations` could have written.
    """
    lines = read_lines(data, TITLE)
    header = "\t".join(COLUMNS)
    if header not in lines:
        msg = f"the header line {header!r} is missing"
        raise ValueError(msg)
    start = lines.index(header)
    texts = _read_texts(lines[:start])
    columns = columns_of(lines[start + 1 :], len(COLUMNS), first_line=start + 3)
    known: list[str] = []
    operations = tuple(
        _read_row(row, texts, known) for row in zip(*columns, strict=True)
    )
    check_operations(operations)
    if not operations:
        msg = "a record without operations has no such file"
        raise ValueError(msg)
    if write_operations(operations) != data:
        msg = "texts and digests do not stand and count in the order of their first use"
        raise ValueError(msg)
    return operations


def fit_operations(
    operations: Sequence[Operation], max_bytes: int | None
) -> tuple[Operation, ...]:
    """Cut the end off until the file is small enough.

    Args:
        operations: The operations.
        max_bytes: The largest file wanted [bytes]; None for any, up to a million rows.

    Returns:
        As many of the first as fit.
    """
    kept = tuple(operations[:MAX_ROWS])
    if max_bytes is None or len(write_operations(kept)) <= max_bytes:
        return kept
    least, most = 0, len(kept)
    while most - least > 1:
        middle = (least + most) // 2
        if len(write_operations(kept[:middle])) <= max_bytes:
            least = middle
        else:
            most = middle
    return kept[:least]


def check_operations(operations: Sequence[Operation]) -> None:
    """Check what no file may contradict.

    Args:
        operations: All operations of a record.

    Raises:
        ValueError: If one is malformed, or they are too many.
    """
    if len(operations) > MAX_ROWS:
        msg = f"{len(operations)} operations are over the limit of {MAX_ROWS}"
        raise ValueError(msg)
    for number, one in enumerate(operations):
        try:
            _check(one)
        except ValueError as error:
            msg = f"operation {number}: {error}"
            raise ValueError(msg) from error


def _write_row(
    one: Operation, texts: dict[str, int], digests: dict[str, int]
) -> tuple[str, ...]:
    def ref(text: str) -> str:
        return str(texts.setdefault(text, len(texts))) if text else MISSING

    return (
        str(one.step),
        one.phase.value,
        ref(one.name),
        ref(one.module),
        ref(one.source),
        _write_digests(one.inputs, digests),
        _write_digests(one.outputs, digests),
        " ".join(map(ref, one.shapes)),
        ref(one.arguments),
        ROLES[one.is_source],
        " ".join(map(write_float, one.sketch)),
    )


def _write_digests(found: Iterable[str], digests: dict[str, int]) -> str:
    return " ".join(_write_digest(one, digests) for one in found)


def _write_digest(one: str, digests: dict[str, int]) -> str:
    """Write a digest out if it is new, else its number."""
    if one == UNREAD:
        return one
    prefix = GENERATOR if one.startswith(GENERATOR) else ""
    digest = one.removeprefix(prefix)
    if digest in digests:
        return f"{prefix}{_AGAIN}{digests[digest]}"
    digests[digest] = len(digests)
    return one


def _read_texts(lines: Sequence[str]) -> list[str]:
    texts = []
    for line in lines:
        marker, _, text = line.partition("\t")
        if marker != DECLARATION:
            msg = f"{marker[:40]!a} stands where a text is declared"
            raise ValueError(msg)
        texts.append(text)
    return texts


def _read_row(row: Sequence[str], texts: Sequence[str], known: list[str]) -> Operation:
    step, phase, name, module, source, *rest = row
    inputs, outputs, shapes, arguments, role, sketch = rest
    return Operation(
        step=read_integer(step),
        phase=_choice(_PHASES, phase, "phase"),
        name=_read_text(name, texts),
        module=_read_text(module, texts),
        source=_read_text(source, texts),
        inputs=_read_digests(inputs, known),
        outputs=_read_digests(outputs, known),
        shapes=tuple(_read_text(cell, texts) for cell in _cells(shapes)),
        arguments=_read_text(arguments, texts),
        is_source=_choice(_IS_SOURCE, role, "role"),
        sketch=tuple(map(read_float, _cells(sketch))),
    )


def _choice(choices: Mapping[str, T], cell: str, what: str) -> T:
    if cell not in choices:
        msg = f"{cell[:40]!a} is no {what}: {' or '.join(choices)}"
        raise ValueError(msg)
    return choices[cell]


def _cells(cell: str) -> list[str]:
    return cell.split(" ") if cell else []


def _read_text(cell: str, texts: Sequence[str]) -> str:
    if cell == MISSING:
        return ""
    number = read_integer(cell)
    if not 0 <= number < len(texts):
        msg = f"there is no text number {number}"
        raise ValueError(msg)
    return texts[number]


def _read_digests(cell: str, known: list[str]) -> tuple[str, ...]:
    return tuple(_read_digest(one, known) for one in _cells(cell))


def _read_digest(cell: str, known: list[str]) -> str:
    if cell == UNREAD:
        return cell
    prefix = GENERATOR if cell.startswith(GENERATOR) else ""
    digest = cell.removeprefix(prefix)
    if not digest.startswith(_AGAIN):
        known.append(digest)
        return cell
    number = read_integer(digest.removeprefix(_AGAIN))
    if not 0 <= number < len(known):
        msg = f"there is no digest number {number} before it"
        raise ValueError(msg)
    return prefix + known[number]


def _check(one: Operation) -> None:
    if not BEFORE <= one.step <= MAX_NUMBER:
        msg = f"a step lies in [{BEFORE}, 2**63), got {one.step}"
        raise ValueError(msg)
    if not one.name:
        msg = "it has no name"
        raise ValueError(msg)
    for text in (one.name, one.module, one.source, one.arguments, *one.shapes):
        # Framed, since a text may begin and end as a name may not.
        check_name(f".{text}.", longest=MAX_TEXT)
    for digest in (*one.inputs, *one.outputs):
        _check_digest(digest)
    if any(output.startswith(GENERATOR) for output in one.outputs):
        msg = "a random generator is no output"
        raise ValueError(msg)
    if "" in one.shapes:
        msg = "a shape is empty"
        raise ValueError(msg)
    if len(one.sketch) > MAX_SKETCH:
        msg = f"its sketch has over {MAX_SKETCH} numbers"
        raise ValueError(msg)


def _check_digest(digest: str) -> None:
    bare = digest.removeprefix(GENERATOR)
    is_digest = len(bare) == _WIDTH and set(bare) <= _DIGITS
    if not is_digest and digest != UNREAD:
        msg = f"{digest[:40]!a} is no quick digest of {_WIDTH} hexadecimal characters"
        raise ValueError(msg)
