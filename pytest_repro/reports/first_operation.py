"""The operation in which two runs parted, as lines of plain text.

What it is comes first, then where, then both sides aligned, then how large the
difference is and whether rounding makes such.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from pytest_repro.records import BEFORE, GENERATOR, UNREAD, Operation
from pytest_repro.reports.plain import one_line, shorten_middle
from pytest_repro.verdicts.operations import RESOLUTION, Root, RootKind

__all__ = ["root_lines"]

WIDEST: Final = 100
MOST_CALLS: Final = 5

_KEY: Final = len("reference")
_NOWHERE: Final = "no line of the project"


def root_lines(root: Root) -> list[str]:
    """Write where two runs parted.

    Args:
        root: As `verdicts.operations.first_root` found it.

    Returns:
        A line that says where and what, and below it, indented, both sides, the size
        of the difference and, where it is another one, the call that shows it first.
    """
    call = root.obtained or root.reference
    where = "" if call is None else _where(call, is_named=_is_one_call(root))
    return [
        f"{where}: {root.kind}",
        *(f"  {line}" for line in (*_sides(root), *_rest(root))),
    ]


def _is_one_call(root: Root) -> bool:
    return root.kind is not RootKind.STRUCTURE


def _where(call: Operation, *, is_named: bool) -> str:
    step = "before the first step" if call.step == BEFORE else f"step {call.step}"
    words = [
        call.name if is_named else "",
        f"in {call.module}" if call.module else "",
        f"{step}, {call.phase}" if call.step != BEFORE else step,
    ]
    return one_line(", ".join(filter(None, words)))


def _sides(root: Root) -> Iterator[str]:
    if root.kind is RootKind.STRUCTURE:
        yield from _calls("obtained", root.added)
        yield from _calls("reference", root.removed)
        return
    for key, call, is_obtained in (
        ("obtained", root.obtained, True),
        ("reference", root.reference, False),
    ):
        if call is not None:
            told = _told(root, call, is_obtained=is_obtained)
            yield _row(key, f"{_source(call)}  {told}")


def _told(root: Root, call: Operation, *, is_obtained: bool) -> str:
    """Say of one side what differs from the other."""
    if root.kind is RootKind.ARGUMENT:
        return ", ".join(
            f"{one.name}={(one.obtained if is_obtained else one.reference) or '…'}"
            for one in root.changes
        )
    if root.kind is RootKind.COMPUTED:
        return _output(call, _unequal_output(root))
    return "  ".join(_input(call, number) for number in root.unequal[:MOST_CALLS])


def _unequal_output(root: Root) -> int:
    """Number the first output that differs; of several, others may be equal."""
    ours = root.obtained.outputs if root.obtained else ()
    theirs = root.reference.outputs if root.reference else ()
    pairs = enumerate(zip(ours, theirs, strict=False))
    found = (
        n for n, (one, other) in pairs if one != other and UNREAD not in {one, other}
    )
    return next(found, min(len(ours), len(theirs)))


def _output(call: Operation, number: int) -> str:
    if number >= len(call.outputs):
        return f"{len(call.outputs)} outputs"
    shape = call.shapes[number] if number < len(call.shapes) else ""
    return f"{shape}  {call.outputs[number]}"


def _input(call: Operation, number: int) -> str:
    if number >= len(call.inputs):
        return f"no input {number + 1}"
    digest = call.inputs[number]
    if digest.startswith(GENERATOR):
        return f"generator {digest.removeprefix(GENERATOR)}"
    return f"input {number + 1} of {len(call.inputs)} {digest}"


def _calls(key: str, calls: Sequence[Operation]) -> Iterator[str]:
    if not calls:
        yield _row(key, "nothing in their place")
    for number, call in enumerate(calls[:MOST_CALLS]):
        words = [call.name, call.module, f"({call.arguments})", _source(call)]
        shown = "  ".join(word for word in words if word not in {"", "()"})
        yield _row("" if number else key, shown)
    if len(calls) > MOST_CALLS:
        yield _row("", f"and {len(calls) - MOST_CALLS} more")


def _rest(root: Root) -> Iterator[str]:
    if root.size is not None:
        yield _row("apart", _size(root.size, is_rounding=root.is_rounding))
    shown = root.shown_by
    if shown is None:
        yield _row("effect", "none, as far as both traces go")
    elif shown.obtained is not root.obtained:
        where = _where(shown.obtained, is_named=True)
        yield _row("shown by", f"{where}, {_source(shown.obtained)}")
    yield _row("before it", f"{root.equal_before} operations are equal")


def _size(size: float, *, is_rounding: bool | None) -> str:
    shown = f"less than {RESOLUTION:.0e}" if size < RESOLUTION else f"about {size:.1e}"
    verdict = {True: "in the range of rounding", False: "more than rounding makes"}
    told = "" if is_rounding is None else f", {verdict[is_rounding]}"
    return f"{shown} of their norm{told}"


def _source(call: Operation) -> str:
    return call.source or _NOWHERE


def _row(key: str, text: str) -> str:
    return shorten_middle(one_line(f"{key:<{_KEY}}  {text}"), WIDEST + _KEY).rstrip()
