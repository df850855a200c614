"""Declarations of components: what is refused, and how it is said."""

import types
from dataclasses import dataclass, field
from typing import Any

import pytest

from pytest_repro import Buildable, Component, component
from pytest_repro.errors import RecipeError
from pytest_repro.recipes import find


@dataclass(frozen=True, kw_only=True, slots=True)
class Empty:
    """A config without fields."""


@dataclass(kw_only=True)
class Changing:
    """A config that is not frozen."""


@dataclass(frozen=True, kw_only=True)
class Shared:
    """A config with a default that every run would share."""

    sizes: Any = field(default_factory=list)


class Plain:
    """No dataclass at all."""


def declare(name: str, config: type, **options: Any) -> type:  # noqa: ANN401  # as `Component` takes them
    """Declare a component as a class statement does, at a place of its own."""
    members = {"Config": config, "__module__": f"place_of_{id(config)}"}
    return types.new_class(
        name, (Component,), options, lambda body: body.update(members)
    )


@pytest.mark.parametrize(
    ("config", "message"),
    [
        pytest.param(Changing, "add frozen=True", id="not frozen"),
        pytest.param(Shared, r"Config\.sizes has a default that can change", id="list"),
        pytest.param(Plain, "Config is no dataclass: write", id="no dataclass"),
    ],
)
def test_a_config_that_could_change_is_refused(config: type, message: str) -> None:
    """It would be recorded as one thing and be another; the message says what to do."""
    with pytest.raises(RecipeError, match=message):
        declare("Refused", config, kind="declared")

    with pytest.raises(RecipeError, match="there is no component 'declared/Refused'"):
        find("declared/Refused")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"kind": "Two Words"}, "a kind is one lower-case word", id="kind"),
        pytest.param({"kind": "declared", "version": -1}, "start at 1", id="version"),
        pytest.param(
            {"kind": "declared", "version": 2, "migrations": {2: dict}},
            r"lead from older ones to 2: \[2\]",
            id="migration",
        ),
        pytest.param(
            {"kind": "declared", "aliases": ("Old",)}, "write kind/Name", id="alias"
        ),
    ],
)
def test_a_declaration_without_meaning_is_refused(
    options: dict[str, Any], message: str
) -> None:
    """Before anything is registered."""
    with pytest.raises(RecipeError, match=message):
        declare("Meaningless", Empty, **options)


def test_two_components_of_one_id_are_refused() -> None:
    """The message names both classes, one below the other."""
    declare("Twin", Empty, kind="declared")

    with pytest.raises(RecipeError, match="two components are called") as caught:
        declare("Twin", dataclass(frozen=True)(type("Other", (), {})), kind="declared")

    lines = str(caught.value).splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["first", "now"]


def test_an_alias_that_is_taken_is_refused() -> None:
    """An old dump would open as one or the other."""
    declare("First", Empty, kind="aliased", aliases=("aliased/Old",))

    with pytest.raises(RecipeError, match="two components are called 'aliased/Old'"):
        declare(
            "Second",
            dataclass(frozen=True)(type("Other", (), {})),
            kind="aliased",
            aliases=("aliased/Old",),
        )


def test_a_misspelt_id_is_answered_with_the_nearest() -> None:
    """And a text that is no id with how one is written."""
    declare("Nearby", Empty, kind="declared")

    with pytest.raises(RecipeError, match=r"did you mean declared/Nearby\?"):
        find("declared/Nearbi@1")
    with pytest.raises(RecipeError, match="write kind/Name@version"):
        find("declared")


def test_a_base_from_a_call_says_the_same() -> None:
    """`component("kind")` registers its child, once, under that kind."""

    class Called(component("declared", version=3)):  # type: ignore[misc]  # known at run time
        Config = Empty

    assert find("declared/Called").id == "declared/Called@3"
    assert isinstance(Called, type)


def test_a_config_of_no_component_cannot_be_built() -> None:
    """There is no class that it could be given to."""

    @dataclass(frozen=True)
    class Alone(Buildable[object]):
        pass

    with pytest.raises(RecipeError, match="Alone is the Config of no component"):
        Alone().build()
