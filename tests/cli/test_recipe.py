"""`pytest-repro recipe`: show, space, lint and diff, of the code and of dumps."""

import json
from pathlib import Path

import pytest

from pytest_repro.cli import main

NAME = "tests.recipes.parts:small"


def dump_of(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Show a recipe, without the two lines of its head."""
    assert main(["recipe", "show", NAME, *words]) == 0
    return capsys.readouterr().out.partition("\n\n")[2]


@pytest.mark.usefixtures("project")
def test_show_prints_name_digest_and_every_value(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With the reason of a field above it."""
    status = main(["recipe", "show", NAME])

    lines = capsys.readouterr().out.splitlines()
    assert status == 0
    assert lines[0] == f"# {NAME}"
    assert lines[1].startswith("# recipe-toml-v1:")
    assert lines[lines.index("width = 32") - 1] == "# fits"


@pytest.mark.usefixtures("project")
def test_show_takes_other_values(capsys: pytest.CaptureFixture[str]) -> None:
    """As `--repro-set` does."""
    assert "steps = 9" in dump_of(capsys, "--set", "steps=9")


@pytest.mark.usefixtures("project")
def test_show_prints_a_schema(capsys: pytest.CaptureFixture[str]) -> None:
    """Of each part, with the domain of a search."""
    main(["recipe", "show", NAME, "--schema"])

    schema = json.loads(capsys.readouterr().out)
    width = schema["properties"]["arch"]["properties"]["width"]
    assert width["x-search"] == {"low": 16, "high": 512, "log": True}


@pytest.mark.usefixtures("project")
def test_space_lists_what_can_be_searched(capsys: pytest.CaptureFixture[str]) -> None:
    """With its size; a pattern that fits nothing is answered with what there is."""
    status = main(["recipe", "space", NAME])

    out = capsys.readouterr().out
    assert status == 0
    assert "whole numbers [16, 512] log" in out
    assert "1 fields, 497 recipes" in out
    assert main(["recipe", "space", NAME, "--only", "optim.*"]) == 64
    assert "nothing that can be searched is called 'optim.*'" in capsys.readouterr().err


@pytest.mark.usefixtures("project")
def test_lint_says_what_a_recipe_should_not_be_left_with(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A recipe with faults has status 1 and a line for each, one without has none."""
    assert main(["recipe", "lint", NAME]) == 0
    capsys.readouterr()
    (tmp_path / "project" / "faulty_recipes.py").write_text(
        "from dataclasses import dataclass\n"
        "from pytest_repro import Domain, Field, recipe\n"
        "@dataclass(frozen=True)\n"
        "class Net:\n"
        "    width: int = Field(9, search=Domain.int(1, 3))\n"
        "@recipe\n"
        "def net():\n"
        "    return Net()\n"
    )

    status = main(["recipe", "lint", "faulty_recipes:net"])

    assert status == 1
    assert capsys.readouterr().out.splitlines() == [
        "faulty_recipes:net: no docstring says what the recipe is for",
        "width: 9 (int) is outside of whole numbers [1, 3]",
        "width: is searched over, and no why says what speaks for it",
    ]


@pytest.mark.usefixtures("project")
def test_diff_puts_both_sides_of_a_field_beside_each_other(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Of the code and of a dump."""
    old = tmp_path / "old.toml"
    old.write_text(dump_of(capsys, "--set", "arch.width=64"))

    status = main(["recipe", "diff", NAME, str(old)])

    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert status == 1
    assert ["arch.width", "32", "64"] in rows


@pytest.mark.usefixtures("project")
def test_diff_of_equal_recipes_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """With status 0."""
    status = main(["recipe", "diff", NAME, NAME])

    assert status == 0
    assert "the same recipe" in capsys.readouterr().out


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["diff", NAME], "recipe diff takes 2 RECIPE", id="one side"),
        pytest.param(["show", "small"], "'small' is no recipe: write", id="no name"),
        pytest.param(
            ["show", "tests.recipes.parts:smal"], "did you mean small?", id="misspelt"
        ),
        pytest.param(
            ["show", "absent_module:small"], "cannot be imported", id="absent"
        ),
    ],
)
def test_words_without_meaning_are_refused(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what to write instead."""
    status = main(["recipe", *words])

    assert status == 64
    assert message in capsys.readouterr().err
