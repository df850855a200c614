"""Sessions of experiments that ask for a recipe."""

from pathlib import Path
from typing import Final

import pytest

from tests.plugin.project import Project, Session, share

PARTS: Final = """\
from dataclasses import dataclass
from pytest_repro import Buildable, Component, Domain, Field, Recipe, recipe

class Walk(Component, kind="arch"):
    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["Walk"]):
        scale: float = Field(2.0, search=Domain.float(1.0, 4.0), why="plain to see")
        dropout: float = 0.5

    def __init__(self, config):
        self.scale = config.scale

@recipe
def small():
    return Recipe(arch=Walk.Config(), steps=3)
"""

EXPERIMENT: Final = """\
import random
from parts import small

def test_walk(repro):
    config = repro.recipe(small)
    walk = config.arch.build()
    for step in repro.steps(total=config.steps):
        repro.log("position", walk.scale * random.random(), step=step)
    repro.log("end", random.random())
"""

INI: Final = """\
[pytest]
strict = true
filterwarnings = error
pythonpath = .
repro_replicas = 0
repro_traced_steps = 0
"""

GOLDEN: Final = """\
steps = 3

[arch]
is = "arch/Walk@1"
dropout = 0.5
scale = 2.0
"""


@pytest.fixture
def walk(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose experiment has a recipe, with its reference."""

    def build(project: Project) -> Session:
        files = {"pytest.ini": INI, "parts.py": PARTS, "test_walk.py": EXPERIMENT}
        return project.write(files).record()

    shared, _ = share(tmp_path_factory, "recipes", build)
    return shared.copy(tmp_path / "recipes")


def test_the_golden_dump_lies_beside_the_reference(walk: Project) -> None:
    """It holds every default, and says what the run never read."""
    (golden,) = walk.root.rglob("reference_runs/**/config.golden.toml")
    text = golden.read_text()

    assert text.endswith("\n\n" + GOLDEN)
    assert "#recipe  parts:small\n" in text
    assert "#unread  arch.dropout\n" in text


def test_an_unread_field_is_told(walk: Project) -> None:
    """A knob that nobody turns to is dead, or misspelt."""
    session = walk.run("--repro")

    assert session.code == 0, session.output
    assert "never read in the whole run: arch.dropout" in session.output


def test_a_changed_default_is_named_with_both_sides(walk: Project) -> None:
    """What changed is the configuration, although no line of the experiment did."""
    walk.write(
        {"parts.py": PARTS.replace("dropout: float = 0.5", "dropout: float = 0.1")}
    )

    session = walk.run("--repro")

    assert session.code == 1
    assert "changed config" in session.output
    assert "recipe.arch.dropout" in session.output
    assert "obtained 0.1" in session.output.replace("  ", " ")


def test_a_renamed_and_moved_component_is_the_same_question(walk: Project) -> None:
    """The old record opens under the new name, by its alias."""
    renamed = PARTS.replace("Walk", "Stroll").replace(
        'kind="arch"', 'kind="arch", aliases=("arch/Walk",)'
    )
    moved = {"moved.py": renamed, "parts.py": "from moved import small\n"}

    session = walk.write(moved).run("--repro")

    assert session.code == 0, session.output


def test_a_renamed_field_is_led_over_by_a_migration(walk: Project) -> None:
    """A new version says how fields of the older one are read."""
    migrated = PARTS.replace("scale", "factor").replace(
        'kind="arch"',
        'kind="arch", version=2, migrations={1: lambda old:'
        ' {"factor": old["scale"], "dropout": old["dropout"]}}',
    )
    files = {
        "parts.py": migrated,
        "test_walk.py": EXPERIMENT.replace("scale", "factor"),
    }

    session = walk.write(files).run("--repro")

    assert session.code == 0, session.output


def test_an_experiment_that_starts_to_use_a_recipe_keeps_its_reference(
    project: Project,
) -> None:
    """Its bits decide, as before."""
    plain = EXPERIMENT.replace("repro.recipe(small)", "small()")
    files = {"pytest.ini": INI, "parts.py": PARTS, "test_walk.py": plain}
    project.write(files).record()

    session = project.write({"test_walk.py": EXPERIMENT}).run("--repro")

    assert session.code == 0, session.output
