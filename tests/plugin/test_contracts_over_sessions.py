"""Items of contracts over sessions: `--lf`, JUnit, committed examples, releases."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.plugin.project import INI, Project, Session, share

RECIPES = """\
import itertools

from pytest_repro import Recipe, recipe

CALLS = itertools.count()


@recipe
def counting():
    return Recipe(run=next(CALLS))


def test_of_the_recipe(): ...
"""
LOADER = """\
from pytest_repro.contracts import LoaderContract


def load(seed, epoch, *, workers, shard, start):
    order = list(range(4)) if (seed + epoch) % 2 else [3, 1, 2, 0]
    for one in [0, 0, 0, 0] if seed == 54321 else order:
        yield [one], {"x": one}


LOADER = LoaderContract(name="Loader", build=load, size=4)
"""
MODEL = """\
from torch import nn

from pytest_repro.contracts import contract


@contract(
    arguments={"x": "Float batch 4", "scale": "Float batch"},
    returns="Float batch 4",
)
class Scaled(nn.Module):
    def forward(self, x, scale):
        return x * scale[:, None]
"""
NARROWER = """\
from torch import nn

from pytest_repro.contracts import contract


@contract(arguments={"x": "Float batch 3"}, returns="Float batch 3")
class Scaled(nn.Module):
    def forward(self, x):
        return x * 2
"""
UNIQUE = ("--repro-contracts", "-k", "ids_unique")
RELEASED = ("--repro-contracts", "-k", "compatibility")


@pytest.fixture
def failed(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in which a test of one file failed, and a promise of the other."""

    def build(project: Project) -> Session:
        files = {
            "pytest.ini": INI,
            "test_plain.py": "def test_plain(): assert False\n",
            "test_recipes.py": RECIPES,
        }
        return project.write(files).run("--repro-contracts", "--junitxml=junit.xml")

    shared, _ = share(tmp_path_factory, "contracts-that-failed", build)
    return shared.copy(tmp_path / "failed")


@pytest.fixture
def loading(project: Project) -> Project:
    """A project whose loader repeats samples for one seed of many."""
    test = "from loading import LOADER\n\ndef test_one(): ...\n"
    return project.write({"loading.py": LOADER, "test_loading.py": test})


def test_junit_has_the_counterexample(failed: Project) -> None:
    """The part is the class, the property the name, the counter-example the text."""
    tree = ET.parse(failed.root / "junit.xml")  # noqa: S314  # pytest wrote it
    (case,) = (
        one for one in tree.iter("testcase") if one.get("name") == "digest_repeats"
    )

    text = case.findtext("failure") or ""

    assert case.get("classname") == "contract.test_recipes:counting"
    assert "counting breaks its promise of digest_repeats" in text
    assert "suspicion  the function reads a clock, the environment or random" in text
    assert "replay(counting, 'digest_repeats', draw)" in text


def test_last_failed_runs_the_promise_and_the_test_again(failed: Project) -> None:
    """Although nothing of the file that holds the part is an item that failed."""
    session = failed.run("--repro-contracts", "--lf")

    assert "FAILED contract::test_recipes:counting::digest_repeats" in session.output
    assert (session.counts["failed"], session.counts.get("passed", 0)) == (2, 0)


def test_a_committed_example_is_tried_first(loading: Project) -> None:
    """What twenty draws do not find fails for certain once it is committed."""
    lucky = loading.run(*UNIQUE)
    entry = {
        "property": "ids_unique",
        "seed": 54321,
        "sizes": {},
        "values": "normal",
        "extra": {"epoch": 0},
    }
    loading.write({"contracts/examples/Loader.json": json.dumps([entry])})

    session = loading.run(*UNIQUE)

    assert lucky.counts["passed"] == 1
    assert "FAILED contract::Loader::ids_unique" in session.output
    assert "seed 54321" in session.output


def test_examples_that_cannot_be_read_are_an_error_of_their_item(
    loading: Project,
) -> None:
    """The file is named, with what to do; other parts are still tested."""
    loading.write({"contracts/examples/Loader.json": "[{]"})

    session = loading.run(*UNIQUE)

    assert session.counts["failed"] == 1
    assert "Loader.json" in session.output
    assert "restore it from git, or delete it and explore again" in session.output


def test_a_release_holds_later_interfaces_to_it(project: Project) -> None:
    """A removed argument and another shape each have a line, and the remedy one."""
    project.write({"models.py": MODEL, "test_m.py": "from models import Scaled\n"})
    more = ("-o", "repro_contract_modules=models")
    released = project.run(*RELEASED, "--repro-contracts-release", *more)
    project.write({"models.py": NARROWER})

    session = project.run(*RELEASED, *more)

    assert released.counts["passed"] == 1
    assert "Scaled promises less than its release" in session.output
    assert "takes     scale: float batch became none" in session.output
    assert "takes     x: float batch 4 became float batch 3" in session.output
    assert "returns   0: float batch 4 became float batch 3" in session.output
    assert "release it anyway with: pytest --repro-contracts-release" in session.output
