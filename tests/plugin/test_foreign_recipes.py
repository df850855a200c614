"""Sessions of experiments whose configuration comes from another system."""

from typing import Final

from tests.plugin.project import Project
from tests.plugin.test_recipes import INI

EXPERIMENT: Final = """\
import argparse, random
from pytest_repro.recipes.from_argparse import from_argparse

def test_walk(repro):
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=2.0)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--unread", default="dead")
    arguments = parser.parse_args([])
    config = repro.recipe(from_argparse(arguments, parser=parser))
    for step in repro.steps(total=config.steps):
        repro.log("position", config.scale * random.random(), step=step)
    repro.log("end", random.random())
"""

GOLDEN: Final = """\
is = "argparse"
scale = 2.0
steps = 3
unread = "dead"
"""


def test_what_argparse_parsed_is_recorded_and_held_against(project: Project) -> None:
    """The reference has its dump; another value, and a field more, are told by name."""
    files = {"pytest.ini": INI, "test_walk.py": EXPERIMENT}
    recorded = project.write(files).record()
    (golden,) = project.root.rglob("reference_runs/**/config.golden.toml")
    kept = golden.read_text()

    again = project.run("--repro", "--repro-set", "scale=4")
    more = EXPERIMENT.replace(
        "    arguments =",
        '    parser.add_argument("--gamma", default=1)\n    arguments =',
    )
    grown = project.write({"test_walk.py": more}).run("--repro")

    assert kept.endswith(GOLDEN)
    assert "never read in the whole run: unread" in recorded.output
    assert "recipe.scale" in again.output
    assert "recipe.gamma" in grown.output
    assert "changed config" in grown.output
