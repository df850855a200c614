"""Modules with one fault each, and the property that must name it."""

import itertools
import time
from collections.abc import Callable
from typing import Any, Final

import torch
from torch import Tensor, nn

from pytest_repro.contracts import ModuleContract

_ROWS: Final = {"x": "Float batch 4"}
_TOKENS: Final = {"x": "Float batch time 4", "padding": "Bool batch time"}


class BatchStatistics(nn.Module):
    """Subtracts the mean of the batch, in eval as well."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(x - x.mean(0))  # type: ignore[no-any-return]


class WrongAxis(nn.Module):
    """Takes the softmax over the samples."""

    def forward(self, x: Tensor) -> Tensor:
        return x.softmax(0)


class PlaceInBatch(nn.Module):
    """Adds the number of the row."""

    def forward(self, x: Tensor) -> Tensor:
        return x + torch.arange(len(x))[:, None]


class SummedBatch(nn.Module):
    """Returns one mean for all samples."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean(0, keepdim=True).expand_as(x) + 0 * x


class PaddingLeak(nn.Module):
    """Averages over padding, too."""

    def forward(self, x: Tensor, padding: Tensor) -> Tensor:
        return x.masked_fill(padding[..., None], 0).mean(1)


class MaskIgnored(nn.Module):
    """Attends to padding."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x: Tensor, padding: Tensor) -> Tensor:
        del padding
        return self.attention(x, x, x, need_weights=False)[0]  # type: ignore[no-any-return]


class InPlace(nn.Module):
    """Scales its input in place."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mul_(2) + 1


class Alias(nn.Module):
    """Returns a view of its input."""

    def forward(self, x: Tensor) -> Tensor:
        return x[:, :2]


class ParameterAlias(nn.Module):
    """Returns its own parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(4))

    def forward(self, x: Tensor) -> Tensor:
        return self.scale.expand(len(x), 4)


class Detached(nn.Module):
    """Cuts the first layer off."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(4, 4), nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.first(x).detach())  # type: ignore[no-any-return]


class Dead(nn.Module):
    """Has a layer that nothing uses."""

    def __init__(self) -> None:
        super().__init__()
        self.used, self.unused = nn.Linear(4, 3), nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.used(x)  # type: ignore[no-any-return]


class _WrongDouble(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        del ctx
        return 2 * x

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        del ctx
        return 3 * grads[0]


class WrongBackward(nn.Module):
    """Has a derivative that is not its own."""

    def forward(self, x: Tensor) -> Tensor:
        return _WrongDouble.apply(x)  # type: ignore[no-any-return,no-untyped-call]


class SharedDefault(nn.Module):
    """Keeps what it saw in a default argument."""

    def __init__(self, seen: list[float] = []) -> None:  # noqa: B006
        super().__init__()
        self.seen = seen

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.seen.append(float(x.sum()))
        return x + 1


_TABLE: Final = nn.Parameter(torch.ones(4))


class SharedParameter(nn.Module):
    """Learns a parameter that belongs to the file."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = _TABLE

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale


class NotPersistent(nn.Module):
    """Leaves running statistics out of the state dict."""

    mean: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(4), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.mean = 0.5 * self.mean + 0.5 * x.mean(0)
        return x - self.mean


class PlainAttribute(nn.Module):
    """Warms up by a counter that no state dict has."""

    def __init__(self) -> None:
        super().__init__()
        self.last, self.steps = nn.Linear(4, 3), 0

    def forward(self, x: Tensor) -> Tensor:
        self.steps += self.training
        warm = min(1.0, self.steps / 10) if self.training else 1.0
        return self.last(x) * warm  # type: ignore[no-any-return]


class ClockSeed(nn.Module):
    """Draws initial weights by the clock."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(time.time_ns())
        self.scale = nn.Parameter(torch.rand(4, generator=generator))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale


_NUMBERS: Final = itertools.count()


class CountedInit(nn.Module):
    """Starts with the number of modules built before."""

    def __init__(self) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.full((4,), float(next(_NUMBERS))))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.shift


class NoiseInEval(nn.Module):
    """Drops out although it judges."""

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.dropout(x, 0.5, training=True) + 1


class IdleDraw(nn.Module):
    """Draws a number in eval and throws it away."""

    def forward(self, x: Tensor) -> Tensor:
        torch.rand(1)
        return x + 1


class HiddenCounter(nn.Module):
    """Adds how often it was called."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return x + self.calls


class Upcast(nn.Module):
    """Computes in double precision."""

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.tensor([1.0, 2, 3, 4], dtype=torch.float64)


class FixedDtype(nn.Module):
    """Goes to single precision, whatever came."""

    def forward(self, x: Tensor) -> Tensor:
        return x.float() + 1


class NotANumber(nn.Module):
    """Divides by the spread of a row, which may be zero."""

    def forward(self, x: Tensor) -> Tensor:
        return (x - x.mean(1, keepdim=True)) / x.std(1, keepdim=True)


class NotAProbability(nn.Module):
    """Forgets the sigmoid."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean(1)


class NeedsContiguous(nn.Module):
    """Views memory that may have gaps."""

    def forward(self, x: Tensor) -> Tensor:
        return x.view(-1).view(len(x), 4) + 1


class ChannelsFirst(nn.Module):
    """Flattens images as if channels came first in memory."""

    def forward(self, x: Tensor) -> Tensor:
        flat = torch.as_strided(x, (len(x), x[0].numel()), (x[0].numel(), 1))
        return flat + 1


class LambdaHook(nn.Module):
    """Holds a function that cannot be written to a file."""

    def __init__(self) -> None:
        super().__init__()
        self.shift: Callable[[Tensor], Tensor] = lambda x: x + 1

    def forward(self, x: Tensor) -> Tensor:
        return self.shift(x)


class WrongShape(nn.Module):
    """Loses the batch when there is one sample."""

    def forward(self, x: Tensor) -> Tensor:
        return (x + 1).squeeze()


class SampleOfNothing(nn.Module):
    """Makes up a sample when there is none."""

    def forward(self, x: Tensor) -> Tensor:
        return x + 1 if len(x) else torch.zeros(1, 4)


class StuckLoss(nn.Module):
    """Learns through a sign, which has no slope."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return torch.sign(self.last(x))


def _rows(build: type[nn.Module], returns: str = "Float batch 4", **more: Any) -> Any:
    more.setdefault("arguments", _ROWS)
    return ModuleContract(name=build.__name__, build=build, returns=returns, **more)


def _sequences(build: type[nn.Module], returns: str) -> Any:
    return _rows(build, returns, arguments=_TOKENS, time="time", mask="padding")


_IMAGES: Final = {"x": "Float batch 2 3 3"}

SEEDED: Final = (
    (_rows(BatchStatistics, "Float batch 3"), "batch_size_invariance"),
    (_rows(WrongAxis), "batch_size_invariance"),
    (_rows(PlaceInBatch), "batch_permutation"),
    (_rows(SummedBatch), "batch_size_invariance"),
    (_sequences(PaddingLeak, "Float batch 4"), "padding_invariance"),
    (_sequences(MaskIgnored, "Float batch time 4"), "padding_invariance"),
    (_rows(InPlace), "no_input_mutation"),
    (_rows(Alias, "Float batch 2"), "no_aliasing"),
    (_rows(ParameterAlias), "no_aliasing"),
    (_rows(Detached, "Float batch 3"), "gradient_flow"),
    (_rows(Dead, "Float batch 3"), "gradient_flow"),
    (_rows(WrongBackward), "gradcheck"),
    (_rows(SharedDefault), "no_shared_state"),
    (_rows(SharedParameter), "no_shared_state"),
    (_rows(NotPersistent), "state_dict_roundtrip"),
    (_rows(PlainAttribute, "Float batch 3"), "resume_equivalence"),
    (_rows(ClockSeed), "init_deterministic"),
    (_rows(CountedInit), "init_deterministic"),
    (_rows(NoiseInEval), "rng_isolation"),
    (_rows(IdleDraw), "rng_isolation"),
    (_rows(HiddenCounter), "eval_deterministic"),
    (_rows(Upcast), "shape_dtype"),
    (_rows(FixedDtype), "dtype_closure"),
    (_rows(NotANumber), "finite"),
    (_rows(NotAProbability, "Float batch", ranges={"return": (0, 1)}), "range"),
    (_rows(NeedsContiguous), "non_contiguous"),
    (_rows(ChannelsFirst, "Float batch 18", arguments=_IMAGES), "channels_last"),
    (_rows(LambdaHook), "copies"),
    (_rows(WrongShape), "shape_dtype"),
    (_rows(SampleOfNothing), "empty_batch"),
    (_rows(StuckLoss, "Float batch 3"), "overfit_one_batch"),
)
"""A contract with a planted fault, and the property that must find it."""
