"""Modules with one fault each in what they keep, or that only learning shows."""

import copy
from typing import Any, Final

import torch
from torch import Tensor, nn

from pytest_repro.contracts import ModuleContract

_ROWS: Final = {"x": "Float batch 4"}


class ReusedResult(nn.Module):
    """Writes each result into the same memory."""

    def __init__(self) -> None:
        super().__init__()
        self.results: dict[Any, Tensor] = {}

    def forward(self, x: Tensor) -> Tensor:
        if torch.is_grad_enabled():
            return x + 1
        kept = self.results.setdefault((x.shape, x.dtype), torch.empty_like(x))
        return kept.copy_(x + 1)


class StaleCache(nn.Module):
    """Judges by weights that it normalised once."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(3, 4))
        self.ready: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight / self.weight.norm()
        if self.training:
            self.ready = None
        elif not torch.is_grad_enabled():
            self.ready = weight if self.ready is None else self.ready
            weight = self.ready.to(x.dtype)
        return x @ weight.T  # type: ignore[no-any-return]


class AveragedForGood(nn.Module):
    """Judges by averaged weights, and learns on from them."""

    def __init__(self) -> None:
        super().__init__()
        self.live = nn.Linear(4, 3)
        self.kept = copy.deepcopy(self.live).requires_grad_(requires_grad=False)

    def train(self, mode: bool = True) -> Any:  # noqa: FBT001, FBT002  # as torch's
        if self.training and not mode:
            self._move(self.live, self.kept, 1.0)
        return super().train(mode)

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self._move(self.kept, self.live, 0.1)
        return self.live(x)  # type: ignore[no-any-return]

    @torch.no_grad()
    def _move(self, moved: nn.Module, towards: nn.Module, share: float) -> None:
        for mine, its in zip(moved.parameters(), towards.parameters(), strict=True):
            mine.lerp_(its, share)


class ShallowCopy(nn.Module):
    """Shares its weights with its deep copies."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(4, 3)

    def __deepcopy__(self, memo: Any) -> Any:
        return copy.copy(self)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(x)  # type: ignore[no-any-return]


class HidesTokens(nn.Module):
    """Blanks tokens of the batch that it was lent, while it learns."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(10, 4)

    def forward(self, ids: Tensor) -> Tensor:
        if self.training:
            ids[torch.rand(ids.shape, device=ids.device) < 0.5] = 0
        return self.table(ids)  # type: ignore[no-any-return]


class SpreadOfBatch(nn.Module):
    """Divides by the spread of the batch while it learns, which may be 0."""

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x + 1
        return (x - x.mean(0)) / x.std(0, correction=0)


class RootAtZero(nn.Module):
    """Takes a root that has no slope at zero."""

    def forward(self, x: Tensor) -> Tensor:
        return (x**2).sum(1).sqrt()


class HalfDetached(nn.Module):
    """Cuts off one of two ways back to its input."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        return x.detach() + self.last(x)  # type: ignore[no-any-return]


class FixedDevice(nn.Module):
    """Adds numbers that are on no device but its own."""

    def forward(self, x: Tensor) -> Tensor:
        return x + torch.arange(4)


def _contract(build: type[nn.Module], returns: str, **more: Any) -> Any:
    more.setdefault("arguments", _ROWS)
    return ModuleContract(name=build.__name__, build=build, returns=returns, **more)


_IDS: Final = {"ids": "Int batch time"}

SEEDED: Final = (
    (_contract(ReusedResult, "Float batch 4"), "eval_deterministic"),
    (_contract(StaleCache, "Float batch 3"), "state_dict_roundtrip"),
    (_contract(AveragedForGood, "Float batch 3"), "eval_deterministic"),
    (_contract(ShallowCopy, "Float batch 3"), "copies"),
    (
        _contract(HidesTokens, "Float batch time 4", arguments=_IDS),
        "no_input_mutation",
    ),
    (_contract(SpreadOfBatch, "Float batch 4"), "finite"),
    (_contract(RootAtZero, "Float batch"), "gradient_flow"),
    (_contract(HalfDetached, "Float batch 4"), "gradcheck"),
    (_contract(FixedDevice, "Float batch 4"), "device_closure"),
)
"""A contract with a planted fault, and the property that must find it."""
