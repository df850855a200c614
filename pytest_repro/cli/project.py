"""Where the references and runs of a project are, without asking pytest.

pytest is slow to load and runs the project's own conftest files; a verb that only reads
references must do neither. So the ini files are read here, in pytest's order, for the
few keys that matter.
"""

import configparser
import tomllib
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_repro.cli.parsing import nearest
from pytest_repro.errors import ReproUsageError
from pytest_repro.records import HERE
from pytest_repro.references import declared_folder

__all__ = ["Project", "find_project"]

MARKERS: Final = ("pytest.toml", "pytest.ini", "pyproject.toml", "reference_runs")
"""Any of these makes a folder the root of a project."""

SECTIONS: Final = (
    ("pytest.toml", ("pytest",)),
    (".pytest.toml", ("pytest",)),
    ("pytest.ini", ("pytest",)),
    (".pytest.ini", ("pytest",)),
    ("pyproject.toml", ("tool", "pytest", "ini_options")),
    ("pyproject.toml", ("tool", "pytest")),
    ("tox.ini", ("pytest",)),
    ("setup.cfg", ("tool:pytest",)),
)
"""Where pytest looks for its options, in its order; the first that exists counts."""

HISTORY: Final = "repro_history"

DEFAULTS: Final = {"repro_dir": "reference_runs", "repro_out": ".repro", HISTORY: ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The folders that verbs read.

    Attributes:
        root: The root of the project; node ids are relative to it.
        references: The reference store.
        out: Obtained runs and candidates, of the environment if there is one.
        history: What sessions observed.
        environment: The declared environment whose runs are looked at; or empty.
    """

    root: Path
    references: Path
    out: Path
    history: Path
    environment: str = ""

    @property
    def home(self) -> Path:
        """The folder that holds the reports, and those of environments."""
        return self.out.parents[1] if self.environment else self.out

    @property
    def pending(self) -> Path:
        """The store of candidates."""
        return self.out / "pending"

    @property
    def runs(self) -> Path:
        """The runs of the last sessions."""
        return self.out / "runs"

    def show(self, path: Path) -> str:
        """Write a path as it should be shown.

        Args:
            path: Any path.

        Returns:
            The path from the root, where it lies inside.
        """
        inside = path.is_relative_to(self.root)
        return path.relative_to(self.root).as_posix() if inside else str(path)


def find_project(start: Path, arguments: Namespace) -> Project:
    """Find the folders of a project.

    Args:
        start: The folder to start from.
        arguments: What was named on the command line: `root`, `dir`, `out` and `env`.

    Returns:
        The folders; they need not exist.

    Raises:
        ReproUsageError: If the root is no folder, an ini file has no meaning, or an
            environment is named in which nothing has run.
    """
    root = start / arguments.root if arguments.root else _find_root(start)
    if not root.is_dir():
        msg = f"the root of the project is no folder: {root}"
        raise ReproUsageError(msg)
    root = root.resolve()
    keys = _read_keys(root)
    whole = root / (arguments.out or keys["repro_out"])
    environment = _environment(whole, arguments.env or "")
    return Project(
        root=root,
        references=root / (arguments.dir or keys["repro_dir"]),
        out=declared_folder(whole, environment),
        environment=environment,
        history=root / keys[HISTORY] if keys[HISTORY] else whole / "history",
    )


def _environment(out: Path, name: str) -> str:
    """Check the name of an environment, which is that of a folder too."""
    folder = declared_folder(out, HERE).parent
    known = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if name and name not in known:
        msg = (
            f"nothing was run in an environment {name!r}{nearest(name, known)}\n"
            "  run it: pytest --repro --repro-env NAME"
        )
        raise ReproUsageError(msg)
    return name


def _find_root(start: Path) -> Path:
    for folder in (start, *start.parents):
        if any((folder / marker).exists() for marker in MARKERS):
            return folder
    return start


def _read_keys(root: Path) -> dict[str, str]:
    for file, names in SECTIONS:
        section = _section(root / file, names)
        if section is not None:
            return {key: _text(section, key, file) for key in DEFAULTS}
    return dict(DEFAULTS)


def _section(path: Path, names: tuple[str, ...]) -> Mapping[str, object] | None:
    if not path.is_file():
        return None
    found: object = _read(path)
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else None


def _read(path: Path) -> Mapping[str, object]:
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".toml":
            return tomllib.loads(text)
        parser = configparser.ConfigParser(interpolation=None)
        parser.read_string(text)
    except (ValueError, configparser.Error) as error:
        msg = f"{path} cannot be read: {error}"
        raise ReproUsageError(msg) from error
    return {name: dict(parser[name]) for name in parser.sections()}


def _text(section: Mapping[str, object], key: str, file: str) -> str:
    value = section.get(key, DEFAULTS[key])
    if not isinstance(value, str) or not (value or key == HISTORY):
        msg = f"{file}: {key} is the path of a folder, got {value!r}"
        raise ReproUsageError(msg)
    return value
