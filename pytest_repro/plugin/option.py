"""One thing that can be set: a row of the tables in `option_rows`, `contract_rows`."""

from dataclasses import dataclass

__all__ = ["Option", "row"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One row of the table.

    Attributes:
        name: The ini key; the flag is the same with dashes.
        kind: ``bool``, ``int``, ``float``, ``str`` or ``list``.
        default: Its value when nobody says anything.
        help: One line for ``--help``.
        doc: What the reference page adds.
        choices: The values allowed; empty for any.
        has_flag: Whether there is a flag.
        has_ini: Whether there is an ini key.
        metavar: What ``--help`` shows as the value.
    """

    name: str
    kind: str
    default: object
    help: str
    doc: str
    choices: tuple[str, ...] = ()
    has_flag: bool = True
    has_ini: bool = True
    metavar: str | None = None

    @property
    def flag(self) -> str:
        """The flag, such as ``--repro-workers``."""
        return "--" + self.name.replace("_", "-")


def row(name: str, kind: str, default: object, text: str, **more: object) -> Option:
    """Make a row.

    Args:
        name: The ini key.
        kind: Its type, as a word.
        default: Its value when nobody says anything.
        text: One line for ``--help``.
        **more: Further fields of `Option`.

    Returns:
        The row.
    """
    more.setdefault("doc", "")
    return Option(name=name, kind=kind, default=default, help=text, **more)  # type: ignore[arg-type]  # rows are checked by a test
