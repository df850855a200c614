"""Recipes: two that are whole, and some with one fault each."""

import itertools
from dataclasses import dataclass
from typing import Any, Final

from pytest_repro.augmentation import Flip, Policy
from pytest_repro.recipes import Buildable, Component, Field, Recipe, recipe

_CALLS: Final = itertools.count()


class _Part(Component):
    """Keeps its fields."""

    def __init__(self, config: Any) -> None:
        self.config = config


class CorpusImages(_Part, kind="data"):
    """Images of one channel."""

    schema_out = "Float batch 1 8 8, Int batch"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["CorpusImages"]):
        """What can be set."""

        batch_size: int = Field(32, why="as it is")


class CorpusColours(_Part, kind="data"):
    """Images of three channels."""

    schema_out = "Float batch 3 8 8, Int batch"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["CorpusColours"]):
        """What can be set: nothing."""


class CorpusHalving(_Part, kind="aug"):
    """Halves the sides of images."""

    schema_in = "Float batch c h w"
    schema_out = "Float batch c h//2 w//2"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["CorpusHalving"]):
        """What can be set: nothing."""


class CorpusModel(_Part, kind="arch"):
    """Takes images of eight by eight, and gives scores."""

    schema_in = "Float batch 1 8 8"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["CorpusModel"]):
        """What can be set."""

        classes: int = Field(10, why="digits")
        dropout: float = Field(0.0, why="none")

    @property
    def schema_out(self) -> str:  # type: ignore[override]  # hangs on a field
        """Scores."""
        return f"Float batch {self.config.classes}"


class CorpusPicky(_Part, kind="arch"):
    """Refuses to be built."""

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["CorpusPicky"]):
        """What can be set."""

        heads: int = Field(3, why="as it is")

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        msg = f"width 64 is no multiple of {config.heads} heads"
        raise ValueError(msg)


class CorpusLoss(_Part, kind="loss"):
    """Takes scores of ten classes."""

    schema_in = "Float batch 10"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["CorpusLoss"]):
        """What can be set: nothing."""


@recipe
def corpus_whole() -> Recipe:
    """A whole recipe; an augmentation without a schema lets pass what comes."""
    return Recipe(
        data=CorpusImages.Config(),
        aug=Policy.Config(operations=(Flip.Config(),)),
        arch=CorpusModel.Config(),
        loss=CorpusLoss.Config(),
        lr=0.1,
    )


@recipe
def corpus_halved() -> Recipe:
    """Sizes that are computed fit nothing that needs others; here nobody needs any."""
    return Recipe(data=CorpusColours.Config(), aug=(CorpusHalving.Config(),))


@recipe
def corpus_wrong_channels() -> Recipe:
    """Three channels for a model of one."""
    return Recipe(data=CorpusColours.Config(), arch=CorpusModel.Config())


@recipe
def corpus_wrong_size() -> Recipe:
    """Four by four for a model of eight by eight."""
    return Recipe(
        data=CorpusImages.Config(),
        aug=(CorpusHalving.Config(),),
        arch=CorpusModel.Config(),
    )


@recipe
def corpus_wrong_classes() -> Recipe:
    """Twelve scores for a loss of ten."""
    return Recipe(
        data=CorpusImages.Config(),
        arch=CorpusModel.Config(classes=12),
        loss=CorpusLoss.Config(),
    )


@recipe
def corpus_picky() -> Recipe:
    """A part that cannot be built."""
    return Recipe(arch=CorpusPicky.Config())


@recipe
def corpus_counting() -> Recipe:
    """Another recipe each time."""
    return Recipe(arch=CorpusModel.Config(), run=next(_CALLS))


CORRECT: Final = (corpus_whole, corpus_halved)
"""Recipes that keep every promise."""

SEEDED: Final = (
    (corpus_wrong_channels, "schemas_meet"),
    (corpus_wrong_size, "schemas_meet"),
    (corpus_wrong_classes, "schemas_meet"),
    (corpus_picky, "builds"),
    (corpus_counting, "digest_repeats"),
)
"""A recipe with a planted fault, and the property that must find it."""
