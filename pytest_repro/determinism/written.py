"""The code of a frame as it is written: the call that is being executed, as syntax.

A frame knows its line; since Python 3.11 its code also knows where in the file each
call ends, which names the call among several on a line. Files are parsed once, and
only if something in them draws what no seed governs.
"""

import ast
import linecache
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from types import FrameType
from typing import Final

__all__ = ["Written", "call_text", "read_frame"]

LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class Written:
    """A piece of code in its file.

    Attributes:
        node: The piece.
        parents: What each piece of the file stands in.
    """

    node: ast.AST
    parents: Mapping[ast.AST, ast.AST]


def read_frame(frame: FrameType) -> Written | None:
    """Find the call that a frame is executing.

    Args:
        frame: A frame that has called something.

    Returns:
        The call; None if there is no source, or the code does not say where.
    """
    positions = islice(frame.f_code.co_positions(), frame.f_lasti // 2, None)
    _, line, _, column = next(positions, (None, None, None, None))
    calls, parents = _parse(frame.f_code.co_filename)
    node = calls.get((line, column))
    return None if node is None else Written(node, parents)


def call_text(frame: FrameType) -> str:
    """Write the call that a frame is executing on one line.

    Args:
        frame: A frame that has called something.

    Returns:
        At most 80 characters; nothing if the call cannot be found.
    """
    written = read_frame(frame)
    text = "" if written is None else " ".join(ast.unparse(written.node).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


@lru_cache(maxsize=64)
def _parse(
    path: str,
) -> tuple[Mapping[tuple[int | None, int | None], ast.AST], Mapping[ast.AST, ast.AST]]:
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError):
        return {}, {}
    parents = dict(_parents(tree))
    return {
        (node.end_lineno, node.end_col_offset): node
        for node in parents
        if isinstance(node, ast.Call)
    }, parents


def _parents(tree: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    for parent in ast.walk(tree):
        for child in ast.iter_child_nodes(parent):
            yield child, parent
