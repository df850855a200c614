"""Keys are added to pytest's table wherever it is, and nothing else changes."""

from pathlib import Path

import pytest

from pytest_repro.templates.ini_table import add_keys, find_ini

KEYS = {"repro_numerics": "portable", "pythonpath": ["src"]}


TABLE = """# mine
[tool.pytest]
strict = true  # so

[tool.ruff]
"""

TABLE_AFTER = """# mine
[tool.pytest]
repro_numerics = "portable"
pythonpath = ["src"]
strict = true  # so

[tool.ruff]
"""

NO_TABLE = """[project]
name = "x\""""

NO_TABLE_AFTER = """[project]
name = "x"

[tool.pytest.ini_options]
repro_numerics = "portable"
pythonpath = ["src"]
"""

SECTION = """[metadata]
name = x
[tool:pytest]
addopts =
    -ra
    -q
"""

SECTION_AFTER = """[metadata]
name = x
[tool:pytest]
repro_numerics = portable
pythonpath = src
addopts =
    -ra
    -q
"""

INI_AFTER = "[pytest]\nrepro_numerics = portable\npythonpath = src\n"

CASES = [
    ("pyproject.toml", TABLE, TABLE_AFTER),
    ("pyproject.toml", NO_TABLE, NO_TABLE_AFTER),
    ("pytest.ini", "[pytest]\r\n", INI_AFTER.replace("\n", "\r\n")),
    ("setup.cfg", SECTION, SECTION_AFTER),
    ("tox.ini", "[pytest]\n", INI_AFTER),
]


@pytest.mark.parametrize(
    ("name", "before", "after"),
    CASES,
)
def test_lines_are_added_and_the_rest_stays(
    tmp_path: Path, name: str, before: str, after: str
) -> None:
    """Comments, order, line ends and values of several lines are kept."""
    (tmp_path / name).write_bytes(before.encode())

    assert add_keys(find_ini(tmp_path), KEYS) == after


def test_a_second_time_nothing_is_added(tmp_path: Path) -> None:
    """What is there is left as it is, also where it says something else."""
    text = "[pytest]\nrepro_numerics = exact\npythonpath = lib\n"
    (tmp_path / "pytest.ini").write_text(text)

    assert add_keys(find_ini(tmp_path), KEYS) == text


def test_a_table_in_another_form_is_not_touched(tmp_path: Path) -> None:
    """Where lines cannot be added safely, nothing is."""
    text = '[tool]\npytest = { ini_options = { addopts = "-ra" } }\n'
    (tmp_path / "pyproject.toml").write_text(text)

    assert add_keys(find_ini(tmp_path), KEYS) is None
