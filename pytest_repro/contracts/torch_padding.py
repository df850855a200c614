"""The property of sequences: what is real hangs on nothing that stands behind it.

Padding is made of new values, drawn as the sequence was: copies of what is real would
leave a maximum, or whatever else counts nothing twice, as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor

from pytest_repro.contracts.properties import Draw, Finding, Inapplicable, Subject
from pytest_repro.contracts.torch_calls import Trial
from pytest_repro.contracts.torch_inputs import make_inputs
from pytest_repro.contracts.torch_results import compare_tensors
from pytest_repro.records.module_contracts import Level

__all__ = ["check_padding"]

_PADDING: Final = 3

_LEAK: Final = "padding leaks into real places: is the mask left out, or late?"
_RAGGED: Final = (
    "padding leaks where another sample is longer: cut to the longest of the batch, "
    "or the mask is left out?"
)
_LATER: Final = (
    "what comes later reaches what is before it: a causal mask that is left out, or "
    "off by one?"
)


def check_padding(subject: Subject, draw: Draw, level: Level) -> Finding | None:
    """Padding at the end of a sequence changes nothing of what is before it."""
    trial = Trial.of(subject, draw)
    pair = _Pair.of(trial)
    mask = trial.declared.mask.lstrip("!")
    if not mask and not trial.declared.causal:
        msg = f"{subject.name} declares neither a mask nor that it is causal"
        raise Inapplicable(msg)
    module = trial.judge()
    short = trial.call(module, pair.short)
    for text, first, padded in pair.paddings():
        long = trial.call(module, padded)
        found = _leaks(trial, short, long=long, first=first, level=level)
        if found is not None:
            return Finding(suspicion=text, **found)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Inputs of which nothing is padding, and the same with places behind them."""

    trial: Trial
    short: Mapping[str, Tensor]
    long: Mapping[str, Tensor]

    @classmethod
    def of(cls, trial: Trial) -> "_Pair":
        """Add places behind each sequence; all of them are real."""
        axes, symbol = trial.timed(), trial.declared.time
        real, whole = _lengths(trial)
        sizes = {**trial.draw.sizes, symbol: whole - real}
        draw = Draw(seed=trial.draw.seed + 1, sizes=sizes)
        tails = make_inputs(trial.subject, draw)
        short = trial.mapped(axes, lambda t, axis: t.narrow(axis, 0, real).contiguous())
        long = {
            name: torch.cat([tensor, tails[name]], axes[name])
            if name in axes
            else tensor
            for name, tensor in short.items()
        }
        pair = cls(trial=trial, short=short, long=long)
        return cls(trial=trial, short=pair.masked(short), long=pair.masked(long))

    def paddings(self) -> list[tuple[str, int, Mapping[str, Tensor]]]:
        """What is tried: the suspicion, the first sample to compare, the inputs."""
        tried: list[tuple[str, int, Mapping[str, Tensor]]] = []
        if self.trial.declared.mask:
            tried.append((_LEAK, 0, self.masked(self.long, first=0)))
        if self.trial.declared.mask and self._samples() > 1:
            tried.append((_RAGGED, 1, self.masked(self.long, first=1)))
        if self.trial.declared.causal:
            tried.append((_LATER, 0, self.long))
        return tried

    def _samples(self) -> int:
        name = self.trial.declared.mask.lstrip("!")
        axis = self.trial.batch_axis(name)
        return 1 if axis is None else self.short[name].shape[axis]

    def masked(
        self, inputs: Mapping[str, Tensor], *, first: int | None = None
    ) -> Mapping[str, Tensor]:
        """Call the tail padding from one sample on; without one, all is real."""
        name = self.trial.declared.mask.lstrip("!")
        if not name:
            return inputs
        is_real = self.trial.declared.mask.startswith("!")
        mask = torch.full_like(inputs[name], is_real)
        if first is not None:
            axis = self.trial.timed()[name]
            real = self.short[name].shape[axis]
            tail = mask.narrow(axis, real, mask.shape[axis] - real)
            rows = self.trial.batch_axis(name)
            if first:
                tail = tail.narrow(rows or 0, first, tail.shape[rows or 0] - first)
            tail.fill_(not is_real)
        return {**inputs, name: mask}


def _lengths(trial: Trial) -> tuple[int, int]:
    """Choose a length and a greater one; both declared, if lengths are.

    Raises:
        Inapplicable: If there is but one length.
    """
    symbol = trial.declared.time
    drawn = trial.draw.sizes[symbol]
    if symbol not in trial.declared.sizes:
        return drawn, drawn + _PADDING
    allowed = trial.sizes_of(symbol)
    longer = [size for size in allowed if size > drawn]
    shorter = [size for size in allowed if size < drawn]
    if longer:
        return drawn, longer[min(_PADDING, len(longer)) - 1]
    if shorter:
        return shorter[-min(_PADDING, len(shorter))], drawn
    msg = f"{trial.subject.name} takes no sequence that is longer or shorter"
    raise Inapplicable(msg)


def _leaks(
    trial: Trial, short: object, *, long: object, first: int, level: Level
) -> dict[str, Any] | None:
    """Compare what is real of each result, from one sample on."""
    symbol = trial.interface.batch
    pairs = zip(trial.results(symbol, long), trial.results(symbol, short), strict=True)
    for (path, mine, _), (_, its, axis) in pairs:
        if first and axis is None:
            continue
        real = mine[tuple(map(slice, its.shape))] if mine.dim() == its.dim() else mine
        if first and axis is not None:
            rest = torch.arange(first, its.shape[axis])
            real, other = real.index_select(axis, rest), its.index_select(axis, rest)
        else:
            other = its
        found = compare_tensors(real, other, level=level, where=path)
        if found is not None:
            return found
    return None
