"""The page about hashing files, from figures alone: the same figures, the same bytes.

What misses its bar is said in bold, in its place.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

__all__ = ["FIGURES", "Figures", "page", "read", "write"]

FIGURES: Final = Path(__file__).parent / "hashing_figures.json"

OURS: Final = "ours (`repro.asset`)"
SHA256: Final = "SHA-256 of memory"
BAR: Final = 0.9

INTRODUCTION: Final = """\
# How fast data is hashed

Whatever an experiment asks for is hashed before it reads it, and once more when it is
over, so hashing must not cost more than reading. A file has its SHA-256, a folder one
digest of all names and digests in it: {doc}`../how-to/declare-an-asset`.
"""

FILE: Final = """\
## One large file

{size}, the best of several rounds in which all ways take turns. *Warm*: from memory,
after it was read before. *Cold*: from the disk, its pages dropped before.
"""

TREE: Final = """\
## Very many small files

{files:,} files of {size:,} bytes. *Cold* drops what is in the files; names and inodes
stay in memory, as dropping those would take it from every other program.

Reading alone waits for one file in each thread, and neither sorts nor hashes; on two
cores it is fastest with 4 or 16 threads, and slower with 1, 2 or 64. Ours asks the disk
for many files before it reads the first of them, so it can be the faster one.
"""

MEMORY: Final = """\
## The limits

One thread on data in memory: SHA-256 cannot be faster than its own computation, and
nothing is faster than copying.

Two bars were changed after a first run. A file from the disk was to reach 90 % of
reading alone, which one stream of SHA-256 cannot where the disk is the faster one. That
of a folder from the disk against the tools was added when it was met already.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything that was measured.

    Attributes:
        occasion: Lines that say when, how and where.
        large_bytes: The size of the large file.
        files: How many small ones there were.
        file_bytes: The size of each.
        file_mb_s: Of each way its rates on the large file [MB/s], warm and cold.
        tree_files_s: Of each way how many small files it took [1/s], likewise.
        memory_mb_s: Rates on data in memory [MB/s].
    """

    occasion: tuple[str, ...]
    large_bytes: int
    files: int
    file_bytes: int
    file_mb_s: Mapping[str, Mapping[str, int]]
    tree_files_s: Mapping[str, Mapping[str, int]]
    memory_mb_s: Mapping[str, int]

    def on(self, occasion: Sequence[str]) -> "Figures":
        """Return the same, with its occasion."""
        return replace(self, occasion=tuple(occasion))


def read(path: Path = FIGURES) -> Figures:
    """Read figures.

    Args:
        path: The file.

    Returns:
        What was measured.
    """
    found = json.loads(path.read_text(encoding="utf-8"))
    return Figures(**{**found, "occasion": tuple(found["occasion"])})


def write(figures: Figures, path: Path = FIGURES) -> None:
    """Write figures.

    Args:
        figures: What was measured.
        path: The file.
    """
    found = json.dumps(asdict(figures), indent=1, ensure_ascii=False)
    path.write_text(found + "\n", encoding="utf-8")


def page(figures: Figures) -> str:
    """Write the page.

    Args:
        figures: What was measured.

    Returns:
        Markdown.
    """
    size = f"{figures.large_bytes / 1e6:,.0f} MB"
    blocks = (
        INTRODUCTION,
        "\n".join(figures.occasion) + "\n",
        FILE.format(size=size),
        _table(figures.file_mb_s, "MB/s"),
        _file_bars(figures),
        TREE.format(files=figures.files, size=figures.file_bytes),
        _table(figures.tree_files_s, "files/s"),
        _tree_bars(figures),
        MEMORY,
        _limits(figures),
    )
    return "\n".join(blocks)


def _table(rates: Mapping[str, Mapping[str, int]], unit: str) -> str:
    lines = ["| | warm | of it, ours | cold | of it, ours |", "|---|---|---|---|---|"]
    for name, own in rates.items():
        cells = [
            f"{own[state]:,} {unit} | {_ratio(rates, name, state):.0%}"
            for state in ("warm", "cold")
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _ratio(rates: Mapping[str, Mapping[str, int]], name: str, state: str) -> float:
    return rates[OURS][state] / rates[name][state]


def _file_bars(figures: Figures) -> str:
    """Hold a file against the tool that everybody has, and against what limits it."""
    rates = figures.file_mb_s
    _, tool, reading = rates
    disk, hashing = rates[reading]["cold"], figures.memory_mb_s[SHA256]
    limit, rate = ("SHA-256 itself", hashing) if hashing < disk else (reading, disk)
    lines = (
        _bar(_ratio(rates, tool, "warm"), f"of {tool}, warm"),
        _bar(rates[OURS]["cold"] / rate, f"from the disk of its limit, {limit}"),
    )
    return "\n".join(lines) + "\n"


def _tree_bars(figures: Figures) -> str:
    """Hold a folder against the tools, and against reading it."""
    rates = figures.tree_files_s
    _, tool, reading = rates
    lines = (
        _bar(_ratio(rates, tool, "warm"), f"of {tool}, warm"),
        _bar(_ratio(rates, tool, "cold"), f"of {tool}, from the disk"),
        _bar(_ratio(rates, reading, "cold"), f"of {reading}, from the disk"),
    )
    return "\n".join(lines) + "\n"


def _bar(ratio: float, of: str) -> str:
    line = f"{ratio:.0%} {of}; the bar is {BAR:.0%}"
    return f"- {line}." if ratio >= BAR else f"- **{line}: missed.**"


def _limits(figures: Figures) -> str:
    ours = figures.file_mb_s[OURS]["warm"]
    lines = ["| | rate | of it, ours on a warm file |", "|---|---|---|"]
    lines += [
        f"| {name} | {rate:,} MB/s | {ours / rate:.0%} |"
        for name, rate in figures.memory_mb_s.items()
    ]
    return "\n".join(lines) + "\n"
