"""The keys that the project's ini file sets, known or not.

pytest gives the values of known keys only, and warns of an unknown one at best. A
misspelt `repro_treads = 2` must not leave the threads as they are without a word.
"""

import configparser
import tomllib
from pathlib import Path

import pytest

__all__ = ["ini_keys"]


def ini_keys(config: pytest.Config) -> tuple[str, ...]:
    """List the keys that the ini file and ``-o`` set.

    Args:
        config: pytest's.

    Returns:
        The keys, sorted.
    """
    given = {text.partition("=")[0] for text in config.option.override_ini or ()}
    path = config.inipath
    if path is None:
        return tuple(sorted(given))
    keys = _toml_keys(path) if path.suffix == ".toml" else _ini_keys(path)
    return tuple(sorted(given | keys))


def _toml_keys(path: Path) -> set[str]:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    if path.name == "pyproject.toml":
        data = data.get("tool", {})
    table = data.get("pytest", {})
    return {*table, *table.get("ini_options", {})}


def _ini_keys(path: Path) -> set[str]:
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(path.read_text(encoding="utf-8"))
    section = "tool:pytest" if path.suffix == ".cfg" else "pytest"
    return set(parser.options(section)) if parser.has_section(section) else set()
