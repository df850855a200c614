"""A Python is found by asking programs of that name, not by the name alone."""

import sys
from pathlib import Path

import pytest

from pytest_repro.errors import LaunchError
from pytest_repro.interpreters import find_python


def program(folder: Path, text: str) -> Path:
    """Write a program that calls itself Python 3.99."""
    folder.mkdir()
    path = folder / "python3.99"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_the_present_one_is_taken_where_it_fits() -> None:
    """Nothing is looked for on PATH then."""
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"

    assert find_python("", "") == find_python(own, "") == Path(sys.executable)


def test_programs_that_only_bear_the_name_are_passed_over(tmp_path: Path) -> None:
    """Such as those of a version manager, and another version's."""
    shim = program(tmp_path / "shims", "echo 'command not found' >&2; exit 127")
    other = program(tmp_path / "other", "echo 3.98")
    real = program(tmp_path / "real", "echo 3.99")

    path = ":".join(str(one.parent) for one in (shim, other, real))

    assert find_python("3.99", path) == real


def test_one_that_is_missing_says_what_was_looked_for(tmp_path: Path) -> None:
    """And what to do about it."""
    program(tmp_path / "shims", "exit 127")

    with pytest.raises(LaunchError, match=r"no Python 3\.99.*python3\.99 on PATH"):
        find_python("3.99", str(tmp_path / "shims"))
