"""Operations on sequences: token ids [batch, time], or features [batch, time, …].

They keep a label of the whole sequence where it does not hang on single tokens. Labels
of each token no longer stand at their places after `TokenDrop` and `SequenceCrop`.
"""

from dataclasses import dataclass
from typing import Final

import torch

from pytest_repro.augmentation.operations import Drawn, Operation, Settings, Values
from pytest_repro.augmentation.schedules import Bounds
from pytest_repro.augmentation.torch_noise import KEY, element_words
from pytest_repro.errors import ReproUsageError
from pytest_repro.recipes import Buildable, Field

__all__ = ["SequenceCrop", "TimeMask", "TokenDrop", "TokenMask", "TokenReplace"]

_TOKENS: Final = ("Int batch time",)
_SEQUENCES: Final = ("Int batch time", "Float batch time features")
_WORD: Final = 32
_TENTH: Final = Bounds(low=0.0, high=0.1)
_START: Final = Drawn(name="start", bounds=Bounds(low=0.0, high=1.0))


class TokenDrop(Operation):
    """Leave tokens out and close the gaps; the end is filled.

    ::

        y = the tokens with u(t) ≥ fraction, in order, then fill

    Rationale:
        Most sentences survive the loss of a word.
    Trade-offs:
        Positions shift, and the sequence gets shorter.
    Use when:
        The label is of the whole sequence.
    Fails when:
        A single token makes it, such as "not".
    """

    family = "sequence"
    domains = _TOKENS

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["TokenDrop"]):
        """What can be set, beside `Settings`.

        Attributes:
            fraction: Which share of tokens, on average.
            fill: The token at the end.
        """

        fraction: Bounds = Field(_TENTH, why="most of the sequence stays")
        fill: int = Field(0, why="most vocabularies pad with 0")

    config: "TokenDrop.Config"

    def draws(self) -> tuple[Drawn, ...]:
        """How many, and which."""
        return (Drawn(name="fraction", bounds=self.config.fraction, identity=0.0), KEY)

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Leave out."""
        time = _check_tokens(batch, self.name)
        is_out = _hits(values, time)
        order = torch.argsort(is_out.to(torch.uint8), dim=1, stable=True)
        kept = batch.gather(1, order)
        return kept.masked_fill(is_out.gather(1, order), self.config.fill)


class TokenMask(Operation):
    """Replace tokens by one that means "hidden".

    ::

        y(t) = mask where u(t) < fraction, x(t) elsewhere

    Rationale:
        What is hidden has to be told from what is around it.
    Trade-offs:
        Unlike in pre-training nobody is told here which tokens were hidden.
    Use when:
        There is such a token.
    Fails when:
        A single token makes the label.

    Source:
        Devlin, Chang, Lee and Toutanova 2019, "BERT", section 3.1, without its share of
        random and unchanged tokens.
    """

    family = "sequence"
    domains = _TOKENS

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["TokenMask"]):
        """What can be set, beside `Settings`.

        Attributes:
            mask: The token that means "hidden".
            fraction: Which share of tokens, on average.
        """

        mask: int = Field(why="only the vocabulary knows")
        fraction: Bounds = Field(_TENTH, why="most of the sequence stays")

    config: "TokenMask.Config"

    def draws(self) -> tuple[Drawn, ...]:
        """How many, and which."""
        return (Drawn(name="fraction", bounds=self.config.fraction, identity=0.0), KEY)

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Hide."""
        time = _check_tokens(batch, self.name)
        return batch.masked_fill(_hits(values, time), self.config.mask)


class TokenReplace(Operation):
    """Replace tokens by any others of a range.

    ::

        y(t) = low + ⌊(high − low) · v(t)⌋ where u(t) < fraction, x(t) elsewhere

    Rationale:
        Nothing is hidden, so every token may be wrong and has to be weighed.
    Trade-offs:
        The bias of the scaling is below (high − low) / 2³².
    Use when:
        There is no token that means "hidden".
    Fails when:
        A single token makes the label.
    """

    family = "sequence"
    domains = _TOKENS

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["TokenReplace"]):
        """What can be set, beside `Settings`.

        Attributes:
            high: The first token that is no longer put in.
            low: The first that is: above those with a special meaning.
            fraction: Which share of tokens, on average.
        """

        high: int = Field(why="only the vocabulary knows")
        low: int = Field(0, why="without special tokens every one may come")
        fraction: Bounds = Field(_TENTH, why="most of the sequence stays")

    config: "TokenReplace.Config"

    def draws(self) -> tuple[Drawn, ...]:
        """How many, and which."""
        return (Drawn(name="fraction", bounds=self.config.fraction, identity=0.0), KEY)

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Replace."""
        time = _check_tokens(batch, self.name)
        low, high = self.config.low, self.config.high
        # Every second word says whether, the others by which.
        words = element_words(values["key"], 2 * time)
        others = low + ((words[:, 1::2] * (high - low)) >> _WORD)
        is_hit = _below(words[:, ::2], values["fraction"])
        return torch.where(is_hit, others.to(batch.dtype), batch)


class TimeMask(Operation):
    """Fill a stretch of time.

    ::

        y(t) = fill  where  start ≤ t < start + ⌊length · time⌋,  x(t) elsewhere

    Rationale:
        A part of a recording has to do for the whole.
    Trade-offs:
        One stretch; use the operation twice, under two names, for two.
    Use when:
        Sequences are longer than what makes the label.
    Fails when:
        The label hangs on one moment.

    Source:
        Park et al. 2019, "SpecAugment", section 2, its masks in time.
    """

    family = "sequence"
    domains = _SEQUENCES

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["TimeMask"]):
        """What can be set, beside `Settings`.

        Attributes:
            length: Which share of the time.
            fill: What is put there.
        """

        length: Bounds = Field(Bounds(low=0.0, high=0.2), why="most of it stays")
        fill: float = Field(0.0, why="silence, or padding")

    config: "TimeMask.Config"

    def draws(self) -> tuple[Drawn, ...]:
        """How long, and where."""
        length = Drawn(name="length", bounds=self.config.length, identity=0.0)
        return (length, _START)

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Fill."""
        time = _check_sequence(batch, self.name)
        length, start = _stretch(values["length"], values["start"], time)
        at = torch.arange(time, device=batch.device)
        is_in = (at >= start[:, None]) & (at < (start + length)[:, None])
        is_in = is_in.reshape(*is_in.shape, *[1] * (batch.ndim - 2))
        return batch.masked_fill(is_in, self.config.fill)


class SequenceCrop(Operation):
    """Keep one stretch of time and move it to the start; the end is filled.

    ::

        y(t) = x(start + t)  where  t < n,  fill elsewhere;   n = time − ⌊cut · time⌋

    Rationale:
        A recording may begin anywhere.
    Trade-offs:
        Positions shift.
    Use when:
        The label is of the whole sequence.
    Fails when:
        Beginning or end make it.
    """

    family = "sequence"
    domains = _SEQUENCES

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["SequenceCrop"]):
        """What can be set, beside `Settings`.

        Attributes:
            cut: Which share of the time is cut off.
            fill: What is put at the end.
        """

        cut: Bounds = Field(Bounds(low=0.0, high=0.3), why="most of it stays")
        fill: float = Field(0.0, why="silence, or padding")

    config: "SequenceCrop.Config"

    def draws(self) -> tuple[Drawn, ...]:
        """How much is cut, and where the rest begins."""
        return (Drawn(name="cut", bounds=self.config.cut, identity=0.0), _START)

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Cut."""
        time = _check_sequence(batch, self.name)
        kept = time - torch.floor(values["cut"] * time)
        start = torch.floor(values["start"] * (time - kept + 1)).long()
        at = torch.arange(time, device=batch.device)
        rows = (at + start[:, None]).clamp(max=time - 1)
        samples = torch.arange(len(batch), device=batch.device)[:, None]
        is_over = (at >= kept[:, None]).reshape(*rows.shape, *[1] * (batch.ndim - 2))
        return batch[samples, rows].masked_fill(is_over, self.config.fill)


def _stretch(
    share: torch.Tensor, place: torch.Tensor, time: int
) -> tuple[torch.Tensor, torch.Tensor]:
    length = torch.floor(share * time)
    return length, torch.floor(place * (time - length + 1))


def _hits(values: Values, time: int) -> torch.Tensor:
    return _below(element_words(values["key"], time), values["fraction"])


def _below(words: torch.Tensor, fraction: torch.Tensor) -> torch.Tensor:
    return words.double() < fraction[:, None] * 2.0**_WORD


def _check_tokens(batch: torch.Tensor, name: str) -> int:
    is_whole = not (batch.is_floating_point() or batch.is_complex())
    if batch.ndim != 2 or not is_whole or batch.dtype == torch.bool:  # noqa: PLR2004  # batch and time
        msg = (
            f"{name} takes int[batch, time], got"
            f" {str(batch.dtype).removeprefix('torch.')}{list(batch.shape)}"
        )
        raise ReproUsageError(msg)
    return batch.shape[1]


def _check_sequence(batch: torch.Tensor, name: str) -> int:
    if batch.ndim < 2:  # noqa: PLR2004  # batch and time
        msg = f"{name} takes [batch, time, …], got {list(batch.shape)}"
        raise ReproUsageError(msg)
    return batch.shape[1]
