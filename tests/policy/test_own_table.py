"""What pyproject.toml says of launchers is read strictly."""

import pytest

from pytest_repro.errors import PolicyError
from pytest_repro.policy import launcher_options, read_own_table

DECLARED = b"""
[tool.pytest_repro.launchers.slurm]
partition = "main"
"""


def test_the_options_of_a_launcher_are_found() -> None:
    """They are passed on as they stand; another launcher has none."""
    own = read_own_table(DECLARED)

    assert launcher_options(own, "slurm") == {"partition": "main"}
    assert launcher_options(own, "ray") == {}


def test_a_project_need_not_say_anything() -> None:
    """No file and no table are the same as an empty one."""
    assert launcher_options(read_own_table(b""), "slurm") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"[tool.pytest_repro]\nlaunchrs = 1", "did you mean launchers?"),
        (b"[tool]\npytest_repro = 1", "is a table"),
        (b"[tool.pytest_repro.launchers]\nslurm = 1", "launchers.slurm] is a table"),
        (b"[tool", "no TOML"),
    ],
)
def test_what_has_no_meaning_is_refused(text: bytes, said: str) -> None:
    """A misspelt key is no key, and says what was meant."""
    with pytest.raises(PolicyError, match=r"pyproject\.toml") as refused:
        launcher_options(read_own_table(text), "slurm")

    assert said in str(refused.value)
