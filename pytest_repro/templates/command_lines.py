"""Command lines that a project's own texts tell, such as `python train.py --lr 0.1`.

A script that demands arguments cannot be run by guessing, but its README mostly says
how. Only whole, plain commands count: nothing with variables, dots or choices in it.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["CommandLine", "read_command_lines"]

TEXTS: Final = ("README*", "*.md", "Makefile", "justfile", "*.sh", "scripts/*.sh")
MOST_BYTES: Final = 500_000

_COMMAND: Final = re.compile(
    r"(?:^|[\s`$>\t])(?:python3?(?:\.\d+)?|accelerate\s+launch|torchrun)\s+"
    r"(?:-u\s+)?(?P<rest>(?:-m\s+)?[^\n`]+)",
    re.MULTILINE,
)
_ENDS: Final = re.compile(r"\s(?:\||&&|;|>|2>|#).*$")
_OPEN: Final = re.compile(r"[$<>{}\[\]]|\.\.\.|…")
"""What stands in a command that is to be filled in first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """A command that somebody wrote down.

    Attributes:
        program: A path from the root, or the name of a module.
        arguments: What follows it.
        file: Where it stands, from the root.
    """

    program: str
    arguments: tuple[str, ...]
    file: str


def read_command_lines(root: Path) -> tuple[CommandLine, ...]:
    """Read the commands that run a script or module.

    Args:
        root: The root of the project.

    Returns:
        The commands, by file and line.
    """
    found: dict[CommandLine, None] = {}
    for pattern in TEXTS:
        for path in sorted(root.glob(pattern)):
            if path.is_file() and path.stat().st_size < MOST_BYTES:
                text = path.read_text(encoding="utf-8", errors="replace")
                name = path.relative_to(root).as_posix()
                found.update(dict.fromkeys(_commands(text, name)))
    return tuple(found)


def _commands(text: str, file: str) -> Iterator[CommandLine]:
    for match in _COMMAND.finditer(re.sub(r"\\\n\s*", " ", text)):
        rest = _ENDS.sub("", match["rest"]).strip()
        if _OPEN.search(rest):
            continue
        try:
            words = shlex.split(rest)
        except ValueError:
            continue
        if words[:1] == ["-m"]:
            words = words[1:]
        if words:
            program = words[0].removeprefix("./")
            yield CommandLine(program=program, arguments=tuple(words[1:]), file=file)
