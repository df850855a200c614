"""What a first experiment needs around it: pytest's table, git's files, a workflow."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from pytest_repro.templates.changes import Change, read_text
from pytest_repro.templates.ini_table import add_keys, find_ini
from pytest_repro.templates.rendering import render

__all__ = ["ini_change", "path_change", "surrounding_changes"]

ATTRIBUTES: Final = (
    "# Bytes count: references are not converted, and two updates of one conflict.",
    "reference_runs/** -text -merge",
)
IGNORED: Final = (".repro/",)
WORKFLOW: Final = ".github/workflows/reproducibility.yml"
GITLAB: Final = "reproducibility.gitlab-ci.yml"


def ini_change(root: Path, folder: str) -> tuple[Change | None, str]:
    """Add to pytest's table what an experiment needs.

    Args:
        root: The root of the project.
        folder: Where modules are looked for; empty if nothing is needed.

    Returns:
        The change, and what is to be pasted by hand if there can be none.
    """
    keys: dict[str, str | list[str]] = {"repro_numerics": "portable"}
    if folder:
        keys["pythonpath"] = [folder]
    return _with_keys(root, keys)


def path_change(root: Path, folder: str) -> tuple[Change | None, str]:
    """Add to pytest's table where modules are looked for, and nothing else.

    Args:
        root: The root of the project.
        folder: Where.

    Returns:
        As `ini_change`.
    """
    return _with_keys(root, {"pythonpath": [folder]})


def _with_keys(
    root: Path, keys: Mapping[str, str | list[str]]
) -> tuple[Change | None, str]:
    ini = find_ini(root)
    problem = ""
    for folder in keys.get("pythonpath", ()):
        there = ini.keys.get("pythonpath", folder)
        paths = there.split() if isinstance(there, str) else there
        if folder not in paths:
            problem = f"add {folder!r} to pythonpath in {ini.name}"
    text = add_keys(ini, keys)
    if text is None:
        rows = ", ".join(f"{key} = {value!r}" for key, value in sorted(keys.items()))
        return None, f"paste into the table [{ini.section}] of {ini.name}: {rows}"
    before = ini.text if (root / ini.name).is_file() else None
    return Change(path=ini.name, before=before, after=text), problem


def surrounding_changes(root: Path) -> Iterator[Change]:
    """Yield the changes of git's files and of CI.

    Args:
        root: The root of the project.

    Yields:
        Each file, also where nothing is to be changed.
    """
    yield _with_lines(root, ".gitattributes", ATTRIBUTES)
    yield _with_lines(root, ".gitignore", IGNORED)
    if (root / ".gitlab-ci.yml").is_file():
        yield _workflow(root, GITLAB, "gitlab.yml", "include it in .gitlab-ci.yml")
    if (root / ".github").is_dir() or not (root / ".gitlab-ci.yml").is_file():
        yield _workflow(root, WORKFLOW, "github.yml", "")


def _workflow(root: Path, path: str, template: str, note: str) -> Change:
    before = read_text(root / path)
    text = render(template, install=_install(root)) if before is None else before
    return Change(path=path, before=before, after=text, note=note)


def _install(root: Path) -> str:
    """Say how CI installs the project."""
    has = [name for name in ("requirements.txt",) if (root / name).is_file()]
    words = [f"-r {name}" for name in has]
    pyproject = read_text(root / "pyproject.toml") or ""
    if "[build-system]" in pyproject or (root / "setup.py").is_file():
        words.append("-e .")
    return " ".join([*words, "pytest-repro"])


def _with_lines(root: Path, name: str, lines: tuple[str, ...]) -> Change:
    """Append lines that a file lacks."""
    before = read_text(root / name)
    text = before or ""
    end = "\r\n" if "\r\n" in text else "\n"
    there = {line.strip().rstrip("/") for line in text.splitlines()}
    if lines[-1].rstrip("/") in there:
        return Change(path=name, before=before, after=text)
    gap = end if text and not text.endswith("\n") else ""
    added = "".join(line + end for line in lines)
    return Change(path=name, before=before, after=text + gap + added)
