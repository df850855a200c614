"""The Python files of a project, read and never imported.

Importing a project to look at it would train for an hour, or need a GPU. A syntax tree
says enough: what is imported, what is called, what stands at the top level.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

__all__ = ["Function", "Source", "Sources", "called", "read_sources"]

SKIPPED: Final = frozenset(
    {
        "__pycache__",
        "build",
        "dist",
        "doc",
        "docs",
        "env",
        "examples",
        "mlruns",
        "node_modules",
        "reference_runs",
        "site-packages",
        "test",
        "tests",
        "venv",
        "wandb",
    }
)
"""Folders in which nobody keeps the training of a project."""

MOST_FILES: Final = 2_000
MOST_BYTES: Final = 1_000_000

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file.

    Attributes:
        path: From the root of the project.
        module: Its dotted name, from the folder in which modules are looked for.
        home: That folder, from the root: ``.``, ``src`` or the file's own.
        tree: What it says.
    """

    path: Path
    module: str
    home: Path
    tree: ast.Module

    @cached_property
    def imports(self) -> frozenset[str]:
        """Every module that it imports, in full; relative ones are resolved."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._base(node)
                found.add(base)
                found.update(f"{base}.{alias.name}" for alias in node.names)
        return frozenset(found)

    @cached_property
    def calls(self) -> frozenset[str]:
        """The last name of everything that is called anywhere in it."""
        return frozenset(called(self.tree))

    @cached_property
    def literals(self) -> frozenset[str]:
        """Every text in it, parts of formatted ones too; docstrings are no harm."""
        return frozenset(
            node.value
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )

    @cached_property
    def has_guard(self) -> bool:
        """Whether it has ``if __name__ == "__main__"``."""
        return any(
            isinstance(node, ast.If)
            and isinstance(node.test, ast.Compare)
            and isinstance(node.test.left, ast.Name)
            and node.test.left.id == "__name__"
            for node in self.tree.body
        )

    @cached_property
    def top_calls(self) -> frozenset[str]:
        """What is called as soon as it is run, outside of functions and classes."""
        inside = Function | ast.ClassDef
        nodes = [node for node in self.tree.body if not isinstance(node, inside)]
        return frozenset(name for node in nodes for name in called(node))

    def functions(self) -> Iterator[Function]:
        """Yield the functions at its top level."""
        yield from (node for node in self.tree.body if isinstance(node, Function))

    def classes(self) -> Iterator[ast.ClassDef]:
        """Yield the classes at its top level."""
        yield from (node for node in self.tree.body if isinstance(node, ast.ClassDef))

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.module.split(".")
        is_package = self.path.name == "__init__.py"
        kept = parts[: len(parts) - node.level + is_package]
        return ".".join([*kept, *([node.module] if node.module else [])])


@dataclass(frozen=True)
class Sources:
    """The Python files of a project.

    Attributes:
        root: Where it is.
        files: Sorted by path.
        unreadable: Those that are no Python of this version, from the root.
    """

    root: Path
    files: tuple[Source, ...]
    unreadable: tuple[Path, ...] = ()

    def reached(self, source: Source) -> tuple[Source, ...]:
        """Follow imports within the project.

        Args:
            source: Where to begin.

        Returns:
            It, and whatever of the project it imports, in the order of discovery.
        """
        found = [source]
        for one in found:
            near = {f"{one.path.parent.as_posix()}/{name}" for name in one.imports}
            for other in self.files:
                is_beside = other.path.with_suffix("").as_posix() in near
                name = other.module
                if other not in found and (name in one.imports or is_beside):
                    found.append(other)
        return tuple(found)


def read_sources(root: Path) -> Sources:
    """Read the Python files of a project, but for tests and what others wrote.

    Args:
        root: The root of the project.

    Returns:
        What could be read.
    """
    files, unreadable = [], []
    for path in _python_files(root):
        inside = path.relative_to(root)
        try:
            tree = ast.parse(path.read_bytes())
        except (OSError, SyntaxError, ValueError):
            unreadable.append(inside)
            continue
        home = _home(root, inside)
        module = ".".join(inside.relative_to(home).with_suffix("").parts)
        module = module.removesuffix(".__init__")
        files.append(Source(path=inside, module=module, home=home, tree=tree))
    return Sources(root=root, files=tuple(files), unreadable=tuple(unreadable))


def called(tree: ast.AST) -> Iterator[str]:
    """Yield the last name of everything that is called.

    Args:
        tree: Where to look.

    Yields:
        Such as ``backward`` for ``loss.mean().backward()``.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr
            elif isinstance(node.func, ast.Name):
                yield node.func.id


def _python_files(root: Path) -> list[Path]:
    found: list[Path] = []
    folders = [root]
    for folder in folders:
        try:
            entries = sorted(folder.iterdir())
        except OSError:
            continue
        for entry in entries:
            if entry.is_symlink() or entry.name.startswith("."):
                continue
            if entry.is_dir():
                is_env = (entry / "pyvenv.cfg").exists()
                if entry.name not in SKIPPED and not is_env:
                    folders.append(entry)
            elif entry.suffix == ".py" and entry.stat().st_size < MOST_BYTES:
                found.append(entry)
        if len(found) > MOST_FILES:
            break
    return sorted(found)


def _home(root: Path, inside: Path) -> Path:
    """Find the folder from which a file is imported: above its topmost package."""
    folder = inside.parent
    while folder != Path() and (root / folder / "__init__.py").exists():
        folder = folder.parent
    if folder == Path() or folder.name == "src":
        return folder
    is_source = folder.parts[0] == "src"
    return Path("src") if is_source else Path()
