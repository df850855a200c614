"""The answer of a verb: what a person reads, what a machine reads, and an exit status.

A verb looks and decides; it prints nothing. So every verb can be tested as a function,
and all of them print the same way, see `printing`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pytest_repro.cli.exits import Exit
from pytest_repro.cli.naming import nearest_names

__all__ = ["Answer", "unknown_name"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a verb has to say.

    Attributes:
        exit: The exit status.
        lines: What was asked for, as text.
        data: The same for machines: plain values and records.
        problems: What stood in the way; printed to standard error.
    """

    exit: Exit = Exit.HOLDS
    lines: tuple[str, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def unknown_name(part: str, known: Sequence[str], *, what: str) -> Answer:
    """Say that nothing bears a name, and which names are near.

    Args:
        part: What was typed.
        known: The names that exist.
        what: What was looked for, such as ``reference``.

    Returns:
        The answer.
    """
    near = nearest_names(part, known)
    hint = "\n  nearest: " + "\n           ".join(near) if near else ""
    remedy = "\n  see what there is with: pytest-repro list"
    return Answer(
        exit=Exit.NO_REFERENCE, problems=(f"no {what} for {part!r}{hint}{remedy}",)
    )
