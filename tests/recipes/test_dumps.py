"""The canonical dump: one recipe, one text, one digest."""

import subprocess
import sys

import pytest
from hypothesis import given

from pytest_repro import Recipe
from pytest_repro.errors import RecipeError
from pytest_repro.recipes import digest, dump, load, registered, set_texts, with_
from tests.recipes.parts import RECIPES, Mode, Net, small


@given(RECIPES)
def test_a_dump_gives_the_recipe_back(one: Recipe) -> None:
    """load(dump(c)) == c, bit for bit."""
    assert load(dump(one)) == one
    assert dump(load(dump(one))) == dump(one)


@given(RECIPES, RECIPES)
def test_digests_are_equal_as_dumps_are(one: Recipe, other: Recipe) -> None:
    """digest(a) == digest(b) iff dump(a) == dump(b); then a == b."""
    assert (digest(one) == digest(other)) is (dump(one) == dump(other))
    assert one == other or dump(one) != dump(other)


def test_the_order_of_parts_does_not_matter() -> None:
    """Roles are names, not positions."""
    assert digest(Recipe(a=1, b=2)) == digest(Recipe(b=2, a=1))


def test_a_whole_number_where_a_float_is_meant_is_that_float() -> None:
    """1 and 1.0 are equal, and so are their digests."""
    one, other = Net.Config(clip=1), Net.Config(clip=1.0)

    assert digest(one) == digest(other)


def test_a_signed_zero_is_another_recipe() -> None:
    """Floats count by their bits."""
    assert digest(Net.Config(clip=0.0)) != digest(Net.Config(clip=-0.0))


def test_bytes_do_not_depend_on_the_hash_seed() -> None:
    """Two processes with other hash seeds write the same."""
    code = "from tests.recipes.parts import small; print(small.dump(), small.digest)"
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": ":".join(filter(None, sys.path)),
            },
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(texts) == 1


def test_reasons_are_outside_of_the_digested_text() -> None:
    """A comment is no part of the recipe."""
    explained = small.dump(is_explained=True)

    assert "# fits\nwidth = 32" in explained
    assert digest(load(explained)) == small.digest


def test_an_old_dump_opens_under_a_new_name_and_version() -> None:
    """By the alias and the migration of its component."""
    stored = '[arch]\nis = "arch/OldNet@1"\nhidden = 7\n'

    assert load(stored) == Recipe(arch=Net.Config(width=7))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '[arch]\nis = "arch/Net@2"\nwidht = 1\n',
            "arch has no field 'widht'; did you mean width?",
        ),
        (
            '[arch]\nis = "arch/Nett@2"\n',
            "no component 'arch/Nett'; did you mean arch/Net?",
        ),
        (
            '[arch]\nis = "arch/Net@3"\n',
            "arch was written as arch/Net@3, and here is arch/Net@2",
        ),
        (
            '[arch]\nis = "arch/Net@2"\nwidth = "x"\n',
            "arch.width is int, got 'x' (str)",
        ),
        (
            '[arch]\nis = "arch/Net@2"\nwidth = true\n',
            "arch.width is int, got True (bool)",
        ),
        (
            '[arch]\nis = "arch/Net@2"\nmode = "FAS"\n',
            "arch.mode is no 'FAS'; did you mean FAST?",
        ),
        ("[arch]\nwidth = 1\n", "arch is a table, and nothing says of what"),
        ("rate = nan\n", "rate is not a number"),
        ("rate = \n", "the recipe is no TOML"),
    ],
)
def test_a_wrong_dump_is_refused_with_the_place(text: str, told: str) -> None:
    """Which key, where, and the nearest one."""
    with pytest.raises(RecipeError) as caught:
        load(text)

    assert told in str(caught.value)


def test_an_override_is_read_as_its_field_is_annotated() -> None:
    """Texts from a command line become values."""
    found = set_texts(small.resolve(), ["arch.clip=1", "arch.mode=SLOW", "steps=4"])

    assert (found.arch.clip, found.arch.mode, found.steps) == (1.0, Mode.SLOW, 4)
    assert with_(small.resolve(), arch__width=8).arch.width == 8


def test_a_misspelt_override_names_the_nearest() -> None:
    """Nothing is set silently."""
    with pytest.raises(
        RecipeError, match="arch has no field 'widht'; did you mean width"
    ):
        small.with_(arch__widht=8).resolve()


def test_components_are_listed_by_their_ids() -> None:
    """Sorted, with versions."""
    assert {"arch/Net@2", "aug/Flips@1"} <= set(registered())
    assert list(registered()) == sorted(registered())
