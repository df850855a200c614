"""Components, their configs and recipes become subjects under names of their own."""

from dataclasses import dataclass

import pytest
from torch import Tensor, nn

from pytest_repro import Buildable, Component, Field, Recipe, recipe
from pytest_repro.augmentation import Blur, MixUp
from pytest_repro.contracts import (
    OptimizerContract,
    contract,
    promises_of,
    subject_of,
)
from pytest_repro.contracts.components import component_of, parts_of_component
from pytest_repro.contracts.interfaces import interface_of
from pytest_repro.contracts.properties import Inapplicable
from pytest_repro.errors import ContractError
from pytest_repro.recipes import RecipeFunction
from pytest_repro.training.torch_optimizers import SGD


class ByShape(Component, nn.Module, kind="subjects"):
    """A module whose schemas are its contract."""

    schema_in = "Float batch 4, Bool batch"
    schema_out = "Float batch 2"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["ByShape"]):
        """What can be set."""

        width: int = Field(2, why="as the schema says")

    def __init__(self, config: Config) -> None:
        """Make a layer of that width."""
        super().__init__()
        self.layer = nn.Linear(4, config.width)

    def forward(self, x: Tensor, keep: Tensor) -> Tensor:
        """Zero what is not kept."""
        return self.layer(x) * keep[:, None]  # type: ignore[no-any-return]


@contract(arguments={"x": "Float rows 3", "keep": "Bool rows"}, returns="?")
class Declared(ByShape, kind="subjects"):
    """The same with a contract, which comes first."""

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["Declared"]):
        """What can be set."""

        width: int = Field(2, why="as before")


class Wider(ByShape, kind="subjects"):
    """One whose schema and arguments do not agree in number."""

    schema_in = "Float batch 4"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["Wider"]):
        """What can be set."""

        width: int = Field(2, why="as before")


class Needy(Component, kind="subjects"):
    """One that cannot be built with defaults."""

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["Needy"]):
        """What must be set."""

        steps: int

    @classmethod
    def promises(cls, config: object) -> OptimizerContract:
        """Never asked without a config."""
        raise AssertionError(config)


@recipe
def one_part() -> Recipe:
    """A recipe to name."""
    return Recipe(part=ByShape.Config())


def parts_of(owner: type) -> tuple[object, ...]:
    """List the parts of a component by its class."""
    found = component_of(owner)
    assert found is not None
    return tuple(parts_of_component(found))


@pytest.mark.parametrize(
    ("part", "name", "kind"),
    [
        pytest.param(ByShape, "subjects/ByShape", "module", id="by schemas"),
        pytest.param(ByShape.Config, "subjects/ByShape.Config", "recipe", id="config"),
        pytest.param(Declared, "subjects/Declared", "module", id="by a contract"),
        pytest.param(SGD, "optim/SGD", "optimizer", id="by promises"),
        pytest.param(Blur, "aug/Blur", "augmentation", id="inherited promises"),
    ],
)
def test_a_component_is_a_subject(part: type, name: str, kind: str) -> None:
    """It is called by its id without a version, and has the kind of its contract."""
    subject = subject_of(part)

    assert (subject.name, subject.kind) == (name, kind)


def test_schemas_stand_for_annotations() -> None:
    """Each argument takes its shape, in order, and so does the result."""
    found = interface_of(subject_of(ByShape))

    assert [(one.name, one.kind) for one in found.arguments] == [
        ("x", "float"),
        ("keep", "bool"),
    ]
    assert [d.text for d in (found.results or ())[0].dimensions] == ["batch", "2"]


def test_a_contract_comes_before_schemas() -> None:
    """What a person declared is not mixed with what the recipe says."""
    found = interface_of(subject_of(Declared))

    assert [d.text for d in found.arguments[0].dimensions] == ["rows", "3"]
    assert found.results is None


def test_a_schema_that_does_not_fit_the_arguments_promises_nothing() -> None:
    """Only the config is a part; asking for more says what to write."""
    assert parts_of(Wider) == (Wider.Config,)
    with pytest.raises(ContractError, match="class method `promises`"):
        subject_of(Wider)


def test_a_config_without_defaults_is_silent() -> None:
    """Nobody can build it here: each property says so, and none fails."""
    assert parts_of(Needy) == (Needy.Config,)
    with pytest.raises(Inapplicable, match="no default for steps"):
        subject_of(Needy.Config).build()


def test_a_class_inside_a_component_is_no_component() -> None:
    """Only the class that is registered, and its own config, are."""
    assert component_of(Recipe) is None
    assert component_of(one_part) is None
    assert component_of(type("Derived", (ByShape,), {})) is None


def test_mixing_promises_no_independence() -> None:
    """The weakest operation decides: a mixed sample hangs on its partner."""
    names = [one.rule.name for one in promises_of(subject_of(MixUp))]

    assert "replay" in names
    assert "sample_independence" not in names


@pytest.mark.parametrize(
    ("part", "ending"),
    [
        pytest.param(one_part, ":one_part", id="plain"),
        pytest.param(
            one_part.with_(part__width=3), ":one_part(part.width=3)", id="changed"
        ),
        pytest.param(
            one_part.set("part.width=4"), ":one_part(part.width=4)", id="typed"
        ),
    ],
)
def test_recipes_are_named_with_their_overrides(
    part: RecipeFunction[Recipe], ending: str
) -> None:
    """So that variants of one recipe are different parts."""
    assert subject_of(part).name == f"{__name__}{ending}"
