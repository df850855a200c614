"""Declared environments are read strictly: what has no meaning is never replicated."""

import pytest

from pytest_repro.errors import PolicyError
from pytest_repro.policy import (
    choose_environments,
    declared_environments,
    read_own_table,
)
from pytest_repro.records import HERE, DeclaredEnvironment, Rung

HEAD = "[tool.pytest_repro.environments.old]\n"

WHOLE = f"""\
{HEAD}python = "3.12"
packages = ["torch==2.13.0"]
lock = "constraints.txt"
variables = {{ MKL_CBWR = "COMPATIBLE", TZ = "" }}
threads = 2
instruction-set = "avx2"
launcher = "slurm"
requires = "EQUIVALENT"

[tool.pytest_repro.environments.image]
container = "example/image:1"
launcher = "docker"
"""


def read(text: str) -> tuple[DeclaredEnvironment, ...]:
    """Read the environments of a file."""
    return declared_environments(read_own_table(text.encode()))


def test_every_key_is_read() -> None:
    """What stands in the file is what runs are started with."""
    old, image = read(WHOLE)

    assert old == DeclaredEnvironment(
        name="old",
        python="3.12",
        packages=("torch==2.13.0",),
        lock="constraints.txt",
        variables={"MKL_CBWR": "COMPATIBLE", "TZ": ""},
        threads=2,
        instruction_set="avx2",
        launcher="slurm",
        requires=Rung.EQUIVALENT,
    )
    assert (image.container, image.launcher) == ("example/image:1", "docker")


def test_nothing_need_be_declared() -> None:
    """An empty table is the present environment under another name."""
    assert read("") == ()
    assert read(HEAD) == (DeclaredEnvironment(name="old"),)


def test_one_with_packages_has_an_interpreter_of_its_own() -> None:
    """That of a container is in its image; other variables need none."""
    old, image = read(WHOLE)

    assert old.has_interpreter
    assert not image.has_interpreter
    assert not read(HEAD)[0].has_interpreter


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEAD}thread = 2", "did you mean threads?"),
        (f"{HEAD}instruction-set = 'avx'", "did you mean avx2?"),
        (f"{HEAD}instruction-set = 2", "instruction-set is a text"),
        (f"{HEAD}threads = 0", "a whole number from 1 to 4096"),
        (f"{HEAD}threads = true", "a whole number"),
        (f"{HEAD}python = '3'", "a version such as '3.12'"),
        (f"{HEAD}packages = 'torch'", "a list of texts"),
        (f"{HEAD}lock = '../lock'", "a file of the project"),
        (f"{HEAD}variables = {{ A = 1 }}", "write a text"),
        (f"{HEAD}variables = {{ 'A B' = '' }}", "no name of a variable"),
        (f"{HEAD}requires = 'SAME'", "requires is 'SAME'"),
        (f"{HEAD}requires = 'DIVERGED'", "requires is 'DIVERGED'"),
        (f"{HEAD}container = 'image'", "a container needs a launcher"),
        (f"{HEAD}container = 'a'\nlauncher = 'local'", "needs a launcher"),
        (f"{HEAD}container='a'\nlauncher='docker'\nlock='b'", "has its own lock"),
        ("[tool.pytest_repro.environments.all]", "a meaning of its own"),
        ("[tool.pytest_repro.environments.here]", "a meaning of its own"),
        ("[tool.pytest_repro.environments.'../up']", "a name has up to 40"),
        ("[tool.pytest_repro.environments]\nold = 1", "environments.old] is a table"),
        ("[tool.pytest_repro.environmnts.old]", "did you mean environments?"),
    ],
)
def test_what_has_no_meaning_is_refused(text: str, said: str) -> None:
    """The message names the file, and the nearest word where there is one."""
    with pytest.raises(PolicyError, match=r"pyproject\.toml") as refused:
        read(text)

    assert said in str(refused.value)


def test_all_begins_with_the_present_environment() -> None:
    """Others are held against it, so it is there without being declared."""
    chosen = choose_environments(read(WHOLE), "all", path="pyproject.toml")

    assert [one.name for one in chosen] == [HERE, "old", "image"]


def test_one_is_chosen_by_its_name() -> None:
    """Without any other, the present one included."""
    assert choose_environments(read(WHOLE), "image", path="p")[0].name == "image"
    assert choose_environments((), HERE, path="p") == (DeclaredEnvironment(name=HERE),)


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [(WHOLE, "olt", "did you mean old?"), ("", "all", "no environment is declared")],
)
def test_one_that_is_not_declared_is_refused(text: str, name: str, said: str) -> None:
    """The message says where to declare it."""
    with pytest.raises(PolicyError, match="declare it in") as refused:
        choose_environments(read(text), name, path="pyproject.toml")

    assert said in str(refused.value)
