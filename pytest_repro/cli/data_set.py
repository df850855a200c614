"""The files of a data set that `pytest-repro data` was pointed at, read once.

A manifest, the declaration beside it, what the command line says instead, and contents
if a folder of them was named.
"""

from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_repro.cli.project import Project
from pytest_repro.data import (
    By,
    Contents,
    Declaration,
    Leak,
    Manifest,
    Parts,
    Split,
    find_near,
    folder_reader,
    read_declaration,
    read_manifest,
)
from pytest_repro.errors import ReproUsageError

__all__ = ["DataSet", "read_data_set"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """What was read.

    Attributes:
        shown: The manifest, as messages should show it.
        declared: The declaration's file, likewise.
        manifest: The samples.
        declaration: How they are cut, and what people say of them.
        contents: Texts and arrays by id, where a folder of them was named.
        problems: What is wrong with contents.
    """

    shown: str
    declared: str
    manifest: Manifest
    declaration: Declaration
    contents: Mapping[str, object]
    problems: tuple[str, ...]

    @property
    def undeclared(self) -> str:
        """How to say how a data set is cut."""
        return (
            f"no split is declared, so there are no parts: write {self.declared}, or"
            f"\n  type  pytest-repro data split {self.shown} --share train=0.8"
            " --share test=0.2 --salt NAME"
        )

    def near(self, parts: Parts) -> tuple[Leak, ...]:
        """Compare contents across parts, where there are any.

        Args:
            parts: The data set, cut.

        Returns:
            What is nearly the same.
        """
        return find_near(parts, self.contents) if self.contents else ()


def read_data_set(arguments: Namespace, project: Project) -> DataSet:
    """Read a data set.

    Args:
        arguments: `manifest`, `files`, `share`, `salt` and `by`.
        project: The folders.

    Returns:
        What was read.

    Raises:
        ReproUsageError: If options make no split.
        RecordError: If manifest or declaration cannot be read.
    """
    path: Path = arguments.manifest
    shown = project.show(path.resolve())
    beside = path.with_suffix(".toml")
    manifest = read_manifest(path.read_bytes(), path=shown)
    declaration = Declaration(texts={})
    if beside.is_file():
        named = project.show(beside.resolve())
        declaration = read_declaration(beside.read_bytes(), path=named)
    chosen = _chosen(arguments, declaration.split)
    contents = _contents(manifest, arguments.files)
    return DataSet(
        shown=shown,
        declared=project.show(beside.resolve()),
        manifest=manifest,
        declaration=replace(declaration, split=chosen),
        contents=contents or {},
        problems=contents.problems if contents is not None else (),
    )


def _contents(manifest: Manifest, folder: Path | None) -> Contents | None:
    if folder is None:
        return None
    if not folder.is_dir():
        msg = f"--files is a folder, and there is none: {folder}"
        raise ReproUsageError(msg)
    return Contents(manifest, folder_reader(folder))


def _chosen(arguments: Namespace, declared: Split | None) -> Split | None:
    """Take options where there are any, and else what is declared."""
    if not (arguments.share or arguments.salt or arguments.by):
        return declared
    shares = dict(map(_share, arguments.share))
    if declared is None and not (shares and arguments.salt):
        msg = "a split needs --share for each part, and --salt, a name of your choice"
        raise ReproUsageError(msg)
    if len(shares) != len(arguments.share):
        msg = f"--share names a part twice: {' '.join(arguments.share)}"
        raise ReproUsageError(msg)
    return Split(
        shares=shares or (declared.shares if declared else {}),
        salt=arguments.salt or (declared.salt if declared else ""),
        by=By(arguments.by or (declared.by if declared else By.ID)),
    )


def _share(word: str) -> tuple[str, float]:
    name, _, share = word.partition("=")
    try:
        return name, float(share)
    except ValueError:
        msg = f"--share is a part and its share, such as train=0.8, got {word!r}"
        raise ReproUsageError(msg) from None
