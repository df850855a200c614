"""A configuration of Hydra as a recipe."""

import enum
from dataclasses import dataclass, field, make_dataclass
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from omegaconf import MISSING, DictConfig, OmegaConf

from pytest_repro.errors import RecipeError
from pytest_repro.recipes import digest, dump, load, set_texts
from pytest_repro.recipes.foreign import thawed
from pytest_repro.recipes.from_hydra import from_hydra
from pytest_repro.recipes.operative import Operative

PRIMARY = """\
defaults:
  - optim: sgd
  - _self_
width: 64
shift: ${half:${width}}
steps: [1, '${width}']
classes: {0: cat, 1: dog}
nothing: null
"""
SGD = """\
_target_: fractions.Fraction
numerator: 3
denominator: ${width}
"""
GOLDEN = """\
is = "hydra"
classes = [
    { is = "hydra:item", key = 0, value = "cat" },
    { is = "hydra:item", key = 1, value = "dog" },
]
nothing = { is = "None" }
shift = 16.0
steps = [1, 32]
width = 32

[optim]
is = "hydra"
_target_ = "fractions.Fraction"
denominator = 32
numerator = 3
"""


class Mode(enum.Enum):
    """Two ways."""

    FAST = 1
    SLOW = 2


@dataclass
class Optim:
    """A structured config."""

    lr: float = 1
    clip: float | None = None
    mode: Mode = Mode.FAST
    out: Path = Path("runs")


@dataclass
class Training:
    """Another one around it."""

    optim: Optim = field(default_factory=Optim)
    steps: int = MISSING


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory) -> DictConfig:
    """Compose files as an application of Hydra does."""
    tmp_path = tmp_path_factory.mktemp("conf")
    (tmp_path / "optim").mkdir()
    (tmp_path / "optim" / "sgd.yaml").write_text(SGD)
    (tmp_path / "config.yaml").write_text(PRIMARY)
    OmegaConf.register_new_resolver("half", lambda one: one / 2, replace=True)
    with initialize_config_dir(str(tmp_path), version_base=None):
        return compose("config", overrides=["width=32"])


def test_what_hydra_composed_becomes_a_recipe(composed: DictConfig) -> None:
    """Interpolations are resolved, and targets are texts."""
    assert dump(from_hydra(composed)) == GOLDEN


def test_dumps_come_back(composed: DictConfig) -> None:
    """With or without the configuration at hand."""
    config = from_hydra(composed)

    assert load(GOLDEN, like=config) == config
    assert load(GOLDEN) == config
    assert digest(load(GOLDEN)) == digest(config)


def test_hydra_instantiates_what_it_gets_back(composed: DictConfig) -> None:
    """Through the notes of a run too, which then know what was read."""
    notes = Operative(from_hydra(composed))

    assert str(instantiate(thawed(notes.config.optim))) == "3/32"
    assert "optim.numerator" not in notes.unread
    assert {"nothing", "shift", "steps", "width"} <= set(notes.unread)


def test_a_configuration_travels_to_another_process(composed: DictConfig) -> None:
    """Its classes are in no module, and are made again."""
    config = from_hydra(composed)

    assert ForkingPickler.loads(ForkingPickler.dumps(config)) == config


def test_structured_configs_keep_what_they_declare() -> None:
    """Their classes, enumerations and floats that were written as whole numbers."""
    config = from_hydra(Training(steps=3))

    assert dump(config) == (
        'is = "hydra:Training"\nsteps = 3\n\n[optim]\nis = "hydra:Optim"\n'
        'clip = { is = "None" }\nlr = 1.0\nmode = "FAST"\nout = "runs"\n'
    )
    assert set_texts(config, ["optim.mode=SLOW"]).optim.mode is Mode.SLOW
    assert set_texts(config, ["optim.clip=1"]).optim.clip == 1.0


def test_what_hydra_zen_builds_is_read_as_it_is_composed() -> None:
    """It gives dataclasses with a target among their fields."""
    built = make_dataclass(
        "Builds_Fraction", [("numerator", int), ("_target_", str, "fractions.Fraction")]
    )

    config = from_hydra(built(numerator=3))

    assert config._target_ == "fractions.Fraction"
    assert instantiate(thawed(config)) == 3


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        pytest.param({"a": {"b": MISSING}}, r"a\.b is missing", id="missing"),
        pytest.param({"a": "${b}"}, r"a cannot be resolved from", id="unresolved"),
        pytest.param({"a": ["${now:%Y}"]}, r"a\[0\] is another text", id="fleeting"),
        pytest.param({"a": "${oc.env:API_KEY}"}, "a is a secret", id="secret"),
        pytest.param({"a": {"password": "x"}}, "looks like a secret", id="password"),
        pytest.param({"a": float("nan")}, "a is not a number", id="nan"),
        pytest.param({"lambda": 1}, "it takes fields, whose names", id="no name"),
        pytest.param({"a": {"secret": b"x"}}, "looks like a secret", id="bytes"),
        pytest.param({"a": b"x"}, "a holds b'x'", id="no value"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_place(
    tree: dict[str, Any], message: str
) -> None:
    """And nothing is dumped in its stead."""
    with pytest.raises(RecipeError, match=message):
        from_hydra(tree)


@pytest.mark.parametrize("config", ["a: 1", 3, None, [1]])
def test_what_is_no_mapping_is_refused(config: object) -> None:
    """It has no fields."""
    with pytest.raises(RecipeError, match="it takes fields"):
        from_hydra(config)


def test_what_is_left_out_is_never_resolved() -> None:
    """So a secret is not even read."""
    config = from_hydra({"a": 1, "b": "${oc.env:API_KEY}"}, without=["b"])

    assert dump(config) == 'is = "hydra"\na = 1\n'


def test_the_order_of_keys_does_not_matter() -> None:
    """Neither of names nor of others."""
    one = from_hydra({"a": 1, "b": {2: "x", 3: "y"}})
    other = from_hydra({"b": {3: "y", 2: "x"}, "a": 1})

    assert digest(one) == digest(other)
