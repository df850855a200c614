"""Which files a program reads by a relative path, told from the texts in its code."""

import fnmatch
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from pytest_repro.templates.sources import Source

__all__ = ["find_files"]

WRITTEN: Final = frozenset(
    {
        "artifacts",
        "build",
        "checkpoints",
        "ckpt",
        "dist",
        "lightning_logs",
        "log",
        "logs",
        "mlruns",
        "out",
        "output",
        "outputs",
        "reference_runs",
        "results",
        "runs",
        "saved",
        "tb_logs",
        "test",
        "tests",
        "wandb",
    }
)
"""Folders that programs write; a run must not begin with what another one left."""

CONFIGS: Final = frozenset({".yaml", ".yml", ".toml", ".json", ".ini", ".cfg"})
MOST_BYTES: Final = 200_000

_WORD: Final = re.compile(r"[\w.*?@+-]+")


def find_files(
    root: Path, home: Path, reached: Sequence[Source], words: Iterable[str]
) -> tuple[Path, ...]:
    """Find what a program reads by a relative path.

    Args:
        root: The root of the project, in which programs are run.
        home: The folder of the program, from the root.
        reached: The program, and what of the project it imports.
        words: Its arguments.

    Returns:
        Files and folders at the top of either folder, from the root.
    """
    texts = [text for one in reached for text in one.literals]
    mentioned = _words([*texts, *words])
    for folder in dict.fromkeys((root, root / home)):
        for path in (*folder.glob("*"), *folder.glob("conf*/*")):
            if path.suffix in CONFIGS and path.name in mentioned:
                mentioned |= _words([_text(path)])
    found = dict.fromkeys(_mentioned(root, root, mentioned))
    taken = {path.name for path in found}
    if home != Path():
        beside = _mentioned(root, root / home, mentioned)
        found.update(dict.fromkeys(one for one in beside if one.name not in taken))
    return tuple(found)


def _mentioned(root: Path, folder: Path, words: set[str]) -> list[Path]:
    patterns = [word for word in words if "*" in word.strip("*")]
    return [
        path.relative_to(root)
        for path in sorted(folder.iterdir())
        if not path.name.startswith(".") and path.name not in WRITTEN
        if path.suffix not in {".py", ".md", ".rst"} and path.name != "pyproject.toml"
        if path.name in words
        or any(fnmatch.fnmatch(path.name, one) for one in patterns)
        if path.is_file() or not _is_code(path)
    ]


def _is_code(folder: Path) -> bool:
    """Tell whether a folder holds code and nothing else."""
    names = [path for path in folder.rglob("*") if path.is_file()]
    kept = [path for path in names if "__pycache__" not in path.parts]
    return all(path.suffix == ".py" for path in kept)


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text)}


def _text(path: Path) -> str:
    if path.stat().st_size > MOST_BYTES:
        return ""
    return path.read_text(encoding="utf-8", errors="replace")
