"""What argparse parsed, as a recipe."""

import argparse
from pathlib import Path

import pytest

from pytest_repro.errors import RecipeError
from pytest_repro.recipes import digest, dump, load, set_texts
from pytest_repro.recipes.from_argparse import from_argparse


def parser() -> argparse.ArgumentParser:
    """Make a parser as people write them."""
    made = argparse.ArgumentParser()
    made.add_argument("--lr", type=float, default=1e-3)
    made.add_argument("--clip", type=float)
    made.add_argument("--norm", choices=["layer", "none"], default="layer")
    made.add_argument("--widths", type=int, nargs="*", default=[64, 32])
    made.add_argument("--data", type=Path, default=Path("data") / "digits")
    made.add_argument("--amp", action="store_true")
    made.set_defaults(steps=3)
    return made


def test_arguments_become_fields() -> None:
    """Defaults are among them, lists are tuples, and paths are texts."""
    config = from_argparse(parser().parse_args(["--lr", "0.1"]), parser=parser())

    assert dump(config) == (
        'is = "argparse"\namp = false\nclip = { is = "None" }\n'
        'data = "data/digits"\nlr = 0.1\nnorm = "layer"\nsteps = 3\n'
        "widths = [64, 32]\n"
    )
    assert (config.widths, config.clip) == ((64, 32), None)


def test_dumps_come_back() -> None:
    """With or without the configuration at hand, digest and all."""
    config = from_argparse(parser().parse_args([]), parser=parser())

    assert load(dump(config), like=config) == config
    assert digest(load(dump(config))) == digest(config)


def test_the_parser_fills_in_what_the_namespace_lacks() -> None:
    """A program that made its namespace by hand has the same recipe."""
    by_hand = from_argparse(argparse.Namespace(), parser=parser())

    assert by_hand == from_argparse(parser().parse_args([]), parser=parser())


def test_the_parser_says_what_may_be_set() -> None:
    """A choice is one of the choices, and an absent number may be given."""
    config = from_argparse(parser().parse_args([]), parser=parser())

    assert set_texts(config, ["clip=0.5"]).clip == 0.5
    with pytest.raises(RecipeError, match="norm is one of 'layer', 'none', got"):
        set_texts(config, ["norm=batch"])


def test_what_no_recipe_can_hold_is_refused_with_its_place() -> None:
    """Functions are; whoever leaves them out gets the rest."""
    namespace = argparse.Namespace(lr=0.1, function=print)

    with pytest.raises(RecipeError, match="function holds <built-in function print>"):
        from_argparse(namespace)
    assert dump(from_argparse(namespace, without=["function"])) == (
        'is = "argparse"\nlr = 0.1\n'
    )


def test_a_place_to_leave_out_has_to_be_there() -> None:
    """A misspelt one would let what it means through unseen."""
    with pytest.raises(RecipeError, match="ot is to be left out, and is not there"):
        from_argparse(argparse.Namespace(out="a"), without=["ot"])


def test_a_text_that_is_called_like_a_secret_is_refused() -> None:
    """And not shown; the tokens of a language model are none."""
    told = {"max_tokens": 3, "pad_token": "<pad>", "api_key": "hush"}
    namespace = argparse.Namespace(**told)

    with pytest.raises(RecipeError, match="api_key looks like a secret") as caught:
        from_argparse(namespace)
    assert "hush" not in str(caught.value)


def test_what_lies_in_itself_is_refused() -> None:
    """It has no end, and so no dump."""
    namespace = argparse.Namespace()
    namespace.me = namespace

    with pytest.raises(RecipeError, match="or in itself"):
        from_argparse(argparse.Namespace(a=namespace))
