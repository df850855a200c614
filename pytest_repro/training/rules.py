"""Rules of sampling as components: which samples an epoch has, before there are any.

A recipe is written before its data is read, so it cannot hold a `Sampling`, which knows
sizes. It holds a rule instead, and a rule makes the sampling of whatever source it is
given. Rules are put together: ``Shuffle.Config(rule=Mix.Config(…))``.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from pytest_repro.errors import ReproUsageError
from pytest_repro.recipes import Buildable, Component, Domain, Field
from pytest_repro.training.sampling import InOrder, Sampling, Shuffled
from pytest_repro.training.sources import Source
from pytest_repro.training.stream import Stream
from pytest_repro.training.windows import Windowed

__all__ = ["AsGiven", "SamplingConfig", "SamplingRule", "Shuffle", "Windows"]


class SamplingConfig(Buildable["SamplingRule"]):
    """What the config of each rule derives from, so that a rule can hold another."""

    __slots__ = ()


class SamplingRule(Component, kind="data"):
    """Makes the sampling of a source; derive from it.

    Attributes:
        config: What was declared.
        differs_by_epoch: Whether each epoch has another order.
        differs_by_seed: Whether each seed has.
    """

    differs_by_epoch: ClassVar[bool] = True
    differs_by_seed: ClassVar[bool] = True

    def __init__(self, config: Any) -> None:  # noqa: ANN401  # that of the component
        """Take what was declared.

        Args:
            config: Of the component.
        """
        self.config = config

    @abstractmethod
    def of(self, source: Source) -> Sampling:
        """Make the sampling of a source.

        Args:
            source: Gives the samples.

        Returns:
            The sampling.

        Raises:
            ReproUsageError: If the source does not say what the rule has to know.
        """


class AsGiven(SamplingRule):
    """Have each sample once, as the source has them.

    Rationale: an evaluation needs every sample, and no order.
    Trade-offs: nothing is drawn, so every epoch is the same.
    Use when: a model is evaluated.
    Fails when: a model is trained on samples that are sorted.
    """

    differs_by_epoch = False
    differs_by_seed = False

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(SamplingConfig):
        """Nothing can be set."""

    def of(self, source: Source) -> Sampling:
        """Make the sampling of a source.

        Args:
            source: Gives the samples.

        Returns:
            The sampling.
        """
        return InOrder(len(source))


class Shuffle(SamplingRule):
    """Put what another rule gives into an order that is new for each epoch.

    Rationale: neighbours in a file are alike, and a batch of them misleads.
    Trade-offs: samples are read wherever they are.
    Use when: the source gives any sample by its index.
    Fails when: the source can only be read from front to back: see `Windows`.
    """

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(SamplingConfig):
        """What is shuffled."""

        rule: SamplingConfig = Field(AsGiven.Config(), why="each sample once")

    config: Config

    def of(self, source: Source) -> Sampling:
        """Make the sampling of a source.

        Args:
            source: Gives the samples.

        Returns:
            The sampling.
        """
        return Shuffled(self.config.rule.build().of(source))


class Windows(SamplingRule):
    """Shuffle files, and samples within windows, for sources that are streams.

    Rationale: a stream cannot be shuffled as a whole without keeping all of it.
    Trade-offs: samples of a file stay near each other; a reader keeps one window.
    Use when: samples come from archives, logs or a network.
    Fails when: the window is small and a file has one label.
    """

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(SamplingConfig):
        """How far samples are moved."""

        window: int = Field(
            4096,
            search=Domain.int(1, 2**20, log=True),
            why="many batches, and little memory",
        )
        files: tuple[int, ...] = Field((), why="a stream knows the sizes of its files")

    config: Config

    def of(self, source: Source) -> Sampling:
        """Make the sampling of a source.

        Args:
            source: A stream; or any source, where sizes of files were declared.

        Returns:
            The sampling.

        Raises:
            ReproUsageError: If nobody says how large files are.
        """
        sizes = self.config.files
        if not sizes and isinstance(source, Stream):
            sizes = source.sizes
        if not sizes:
            msg = (
                f"windows follow files, and a {type(source).__name__} has none\n"
                "  remedy  declare their sizes, files=(…), or shuffle it as a whole"
            )
            raise ReproUsageError(msg)
        return Windowed(sizes, window=self.config.window)
