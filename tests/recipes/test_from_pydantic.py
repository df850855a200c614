"""A pydantic model as a recipe."""

import enum
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from pytest_repro.errors import RecipeError
from pytest_repro.recipes import digest, dump, load, set_texts, with_
from pytest_repro.recipes.from_pydantic import from_pydantic


class Mode(enum.Enum):
    """Two ways."""

    FAST = 1
    SLOW = 2


class Adam(BaseModel):
    """An optimizer."""

    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)


class Sgd(BaseModel):
    """Another one, with a field of the same name."""

    lr: float = 1e-3


class Training(BaseModel):
    """A whole configuration."""

    optim: Adam | Sgd = Adam()
    mode: Mode = Mode.FAST
    clip: float | None = None
    classes: dict[int, str] = {0: "cat", 1: "dog"}
    data: Path = Path("data")
    budget: Decimal = Decimal("0.10")


class Tracking(BaseModel):
    """Where runs are told about."""

    token: SecretStr = SecretStr("hush")
    project: str = "digits"


GOLDEN = """\
is = "pydantic:Training"
budget = "0.10"
classes = [
    { is = "pydantic:item", key = 0, value = "cat" },
    { is = "pydantic:item", key = 1, value = "dog" },
]
clip = { is = "None" }
data = "data"
mode = "FAST"

[optim]
is = "pydantic:Adam"
betas = [0.9, 0.999]
lr = 0.001
"""


def test_a_model_becomes_a_recipe() -> None:
    """Classes are named, and every default is there."""
    assert dump(from_pydantic(Training())) == GOLDEN


def test_dumps_come_back() -> None:
    """With the model at hand all is as before; without it the text is."""
    config = from_pydantic(Training())

    assert load(GOLDEN, like=config) == config
    assert dump(load(GOLDEN)) == GOLDEN
    assert digest(load(GOLDEN)) == digest(config)


def test_another_class_is_another_recipe() -> None:
    """Two models that hold the same do not mean the same."""
    adam = from_pydantic(Training(optim=Adam()))
    sgd = from_pydantic(Training(optim=Sgd()))

    assert digest(adam) != digest(sgd)


def test_annotations_of_the_model_hold_for_overrides() -> None:
    """What may be None may be given; what is a float is no text."""
    config = from_pydantic(Training())

    assert set_texts(config, ["clip=1", "mode=SLOW"]).mode is Mode.SLOW
    assert with_(config, optim__lr=0.5).optim.lr == 0.5
    with pytest.raises(RecipeError, match=r"optim\.lr is float, got 'fast'"):
        set_texts(config, ["optim.lr=fast"])


@given(st.floats(allow_nan=False))
def test_bits_of_floats_are_kept(lr: float) -> None:
    """As `repr` writes them: -0.0 and the smallest number too."""
    config = from_pydantic(Adam(lr=lr))

    assert load(dump(config)).lr.hex() == config.lr.hex() == lr.hex()


def test_a_secret_is_refused_and_not_shown() -> None:
    """Its place has to be left out, and then the rest is there."""
    with pytest.raises(RecipeError, match=r"token is a secret: .*without") as caught:
        from_pydantic(Tracking())

    assert "hush" not in str(caught.value)
    assert dump(from_pydantic(Tracking(), without=["token"])) == (
        'is = "pydantic:Tracking"\nproject = "digits"\n'
    )


def test_more_fields_of_an_open_model_are_kept() -> None:
    """They are values like the declared ones."""

    class Open(BaseModel, extra="allow"):
        lr: float = 0.1

    assert from_pydantic(Open.model_validate({"gamma": 2})).gamma == 2
