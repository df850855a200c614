"""Modules of sequences with one fault each: padding, or the future, gets through."""

from typing import Any, Final

import torch
from torch import Tensor, nn

from pytest_repro.contracts import ModuleContract

_TOKENS: Final = {"x": "Float batch time 4", "padding": "Bool batch time"}
_PLACES: Final = "Float batch time 4"


class MaxOverPadding(nn.Module):
    """Takes the largest value of all places, padding among them."""

    def forward(self, x: Tensor, padding: Tensor) -> Tensor:
        del padding
        return x.amax(1)


class LastPlace(nn.Module):
    """Reads what a GRU knows after the last place, padding or not."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(4, 5, batch_first=True)

    def forward(self, x: Tensor, padding: Tensor) -> Tensor:
        states, _ = self.gru(x.masked_fill(padding[..., None], 0))
        return states[:, -1] + 0.0  # type: ignore[no-any-return]


class CutToLongest(nn.Module):
    """Averages over as many places as the longest sample of the batch has."""

    def forward(self, x: Tensor, padding: Tensor) -> Tensor:
        longest = int((~padding).sum(1).max())
        return x[:, :longest].mean(1)


class OptionalMask(nn.Module):
    """Takes a mask that may be left out, and forgets it."""

    def forward(self, x: Tensor, padding: Tensor | None = None) -> Tensor:
        del padding
        return x.mean(1)


class SeesNext(nn.Module):
    """Has a causal mask that is late by one place."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        length = x.shape[1]
        mask = x.new_full((length, length), -torch.inf).triu(2)
        return self.attention(x, x, x, attn_mask=mask, need_weights=False)[0]  # type: ignore[no-any-return]


class SeesAllReal(nn.Module):
    """Leaves padding out, and looks at what comes later all the same."""

    def forward(self, x: Tensor, padding: Tensor) -> Tensor:
        real = (~padding)[..., None].to(x.dtype)
        mean = (x * real).sum(1, keepdim=True) / real.sum(1, keepdim=True)
        return (x + mean) * real


def _contract(build: type[nn.Module], returns: str, **more: Any) -> Any:
    more.setdefault("arguments", _TOKENS)
    name = build.__name__
    return ModuleContract(name=name, build=build, returns=returns, time="time", **more)


_NAME: Final = "padding_invariance"

SEEDED: Final = (
    (_contract(MaxOverPadding, "Float batch 4", mask="padding"), _NAME),
    (_contract(LastPlace, "Float batch 5", mask="padding"), _NAME),
    (_contract(CutToLongest, "Float batch 4", mask="padding"), _NAME),
    (_contract(OptionalMask, "Float batch 4", mask="padding"), _NAME),
    (_contract(SeesNext, _PLACES, causal=True, arguments={"x": _PLACES}), _NAME),
    (_contract(SeesAllReal, _PLACES, causal=True, mask="padding"), _NAME),
)
"""A contract with a planted fault, and the property that must find it."""
