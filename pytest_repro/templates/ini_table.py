"""Add keys to pytest's table in whatever file a project keeps it, by lines.

A file is somebody's: comments, order and style stay, and lines are only added. What
comes out is read again and must hold what the file held and the new keys, nothing else;
otherwise nothing is changed, and what to paste is said.
"""

import configparser
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

__all__ = ["IniFile", "add_keys", "find_ini"]

PLACES: Final = (
    ("pytest.toml", "pytest"),
    (".pytest.toml", "pytest"),
    ("pytest.ini", "pytest"),
    (".pytest.ini", "pytest"),
    ("pyproject.toml", "tool.pytest.ini_options"),
    ("pyproject.toml", "tool.pytest"),
    ("tox.ini", "pytest"),
    ("setup.cfg", "tool:pytest"),
)
"""Where pytest looks for its options, in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IniFile:
    """The file that holds pytest's table, or is to hold it.

    Attributes:
        name: Its name in the root.
        section: The name of the table.
        text: What it holds; empty if there is none yet.
        keys: What the table holds.
    """

    name: str
    section: str
    text: str
    keys: Mapping[str, Any]

    @property
    def is_toml(self) -> bool:
        """Whether it is TOML."""
        return self.name.endswith(".toml")


def find_ini(root: Path) -> IniFile:
    """Find the file that pytest reads, or else the one to write the table into.

    Args:
        root: The root of the project.

    Returns:
        The file.

    Raises:
        ValueError: If a file there is cannot be read.
    """
    for name, section in PLACES:
        path = root / name
        text = path.read_bytes().decode("utf-8") if path.is_file() else None
        keys = None if text is None else _read(text, name, section)
        if text is not None and (keys is not None or name == "pytest.ini"):
            return IniFile(name=name, section=section, text=text, keys=keys or {})
    path = root / "pyproject.toml"
    if path.is_file():
        text = path.read_bytes().decode("utf-8")
        section = "tool.pytest.ini_options"
        return IniFile(name=path.name, section=section, text=text, keys={})
    return IniFile(name="pytest.ini", section="pytest", text="", keys={})


def add_keys(ini: IniFile, keys: Mapping[str, object]) -> str | None:
    """Add keys that the table lacks.

    Args:
        ini: The file.
        keys: Texts and lists of texts; those that are there are left as they are.

    Returns:
        The new text; None if it cannot be told where the lines belong.
    """
    new = {key: value for key, value in keys.items() if key not in ini.keys}
    if not new:
        return ini.text
    end = "\r\n" if "\r\n" in ini.text else "\n"
    lines = [_line(key, value, is_toml=ini.is_toml) for key, value in new.items()]
    header = re.compile(
        rf"^[ \t]*\[[ \t]*{re.escape(ini.section)}[ \t]*\][^\r\n]*(\r?\n|\Z)",
        re.MULTILINE,
    )
    found = header.search(ini.text)
    if found is not None:
        head = ini.text[: found.end()]
        head += "" if head.endswith("\n") else end
        text = head + "".join(line + end for line in lines) + ini.text[found.end() :]
    else:
        gap = end if ini.text and not ini.text.endswith("\n") else ""
        gap += end if ini.text else ""
        rows = [f"[{ini.section}]", *lines]
        text = ini.text + gap + "".join(line + end for line in rows)
    return text if _is_sound(ini, text, new) else None


def _is_sound(ini: IniFile, text: str, new: Mapping[str, object]) -> bool:
    """Check that the new text says what the old one said, and the new keys."""
    try:
        keys = _read(text, ini.name, ini.section)
    except ValueError:
        return False
    wanted = new if ini.is_toml else {key: _flat(value) for key, value in new.items()}
    return keys is not None and {**ini.keys, **wanted} == dict(keys)


def _read(text: str, name: str, section: str) -> Mapping[str, Any] | None:
    """Read a table; None if there is none."""
    if name.endswith(".toml"):
        found: Any = tomllib.loads(text)
        for part in section.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else None
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise ValueError(str(error)) from error
    return dict(parser[section]) if parser.has_section(section) else None


def _line(key: str, value: object, *, is_toml: bool) -> str:
    if not is_toml:
        return f"{key} = {_flat(value)}"
    if isinstance(value, list):
        return f"{key} = [{', '.join(_quoted(one) for one in value)}]"
    return f"{key} = {_quoted(value)}"


def _flat(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _quoted(value: object) -> str:
    return f'"{value}"'
