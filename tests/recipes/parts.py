"""Components for tests, and recipes drawn from them."""

import enum
from dataclasses import dataclass
from typing import Literal

from hypothesis import strategies as st

from pytest_repro import Buildable, Component, Domain, Field, Recipe, recipe


class Mode(enum.Enum):
    """Two ways."""

    FAST = 1
    SLOW = 2


class Net(
    Component,
    kind="arch",
    version=2,
    aliases=("arch/OldNet",),
    migrations={1: lambda old: {"width": old["hidden"]}},
):
    """A network."""

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["Net"]):
        """Its fields."""

        width: int = Field(64, search=Domain.int(16, 512, log=True), why="fits")
        clip: float | None = None
        mode: Mode = Mode.FAST
        norm: Literal["layer", "none"] = "layer"

    def __init__(self, config: Config) -> None:
        """Take its width."""
        self.width = config.width


class Flips(Component, kind="aug"):
    """Several networks in a row, for the nesting."""

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["Flips"]):
        """Its fields."""

        nets: tuple[Net.Config, ...] = ()
        sizes: tuple[int, float] = (1, 2.0)
        name: str = ""


NETS = st.builds(
    Net.Config,
    width=st.integers(-(2**63), 2**63 - 1),
    clip=st.none() | st.floats(allow_nan=False),
    mode=st.sampled_from(Mode),
    norm=st.sampled_from(["layer", "none"]),
)
RECIPES = st.builds(
    Recipe,
    arch=NETS,
    aug=st.builds(
        Flips.Config,
        nets=st.lists(NETS, max_size=2).map(tuple),
        name=st.text(st.characters(exclude_categories=["Cs"])),
    ),
    rate=st.floats(allow_nan=False) | st.integers(-9, 9) | st.booleans(),
)


@recipe
def small() -> Recipe:
    """A small one."""
    return Recipe(
        arch=Net.Config(width=32), aug=Flips.Config(nets=(Net.Config(),)), steps=3
    )
