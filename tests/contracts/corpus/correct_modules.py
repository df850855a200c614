"""Real modules without a fault: no property may find one.

Those of torch that return their input, or a view of it, say so as an expected failure.
"""

import copy
from typing import Any, Final

import torch
from torch import Tensor, nn

from pytest_repro.contracts import ModuleContract

_VIEW: Final = "documented: returns its input, or a view of it"
_SIZES: Final = {"h": range(4, 9), "w": range(4, 9)}
_SEQUENCE: Final = {"x": "Float batch time 8"}


class ResidualBlock(nn.Module):
    """A block of a ResNet."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(4, 4, 3, padding=1, bias=False)
        self.second = nn.Conv2d(4, 4, 3, padding=1, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm2d(4), nn.BatchNorm2d(4)])

    def forward(self, x: Tensor) -> Tensor:
        hidden = torch.relu(self.norms[0](self.first(x)))
        return torch.relu(x + self.norms[1](self.second(hidden)))


class SmallGPT(nn.Module):
    """A transformer that reads from left to right."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens, self.places = nn.Embedding(11, 8), nn.Embedding(16, 8)
        self.block = nn.TransformerEncoderLayer(8, 2, 16, 0.0, batch_first=True)
        self.head = nn.Linear(8, 11)

    def forward(self, x: Tensor) -> Tensor:
        length = x.shape[1]
        mask = self.head.weight.new_full((length, length), -torch.inf)
        hidden = self.tokens(x) + self.places(torch.arange(length, device=x.device))
        return self.head(self.block(hidden, src_mask=mask.triu(1), is_causal=True))  # type: ignore[no-any-return]


class MovingAverage(nn.Module):
    """A model beside the moving average of its weights, which judges."""

    def __init__(self) -> None:
        super().__init__()
        self.live = nn.Linear(4, 3)
        self.kept = copy.deepcopy(self.live).requires_grad_(requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return self.kept(x)  # type: ignore[no-any-return]
        with torch.no_grad():
            for mine, its in zip(
                self.kept.parameters(), self.live.parameters(), strict=True
            ):
                mine.lerp_(its, 0.1)
        return self.live(x)  # type: ignore[no-any-return]


class MaskedEncoder(nn.Module):
    """A layer of a transformer that leaves padding out."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, 0.1, batch_first=True)

    def forward(self, x: Tensor, padding: Tensor) -> Tensor:
        mask = x.new_zeros(padding.shape)
        return self.layer(x, src_key_padding_mask=mask.masked_fill(padding, -torch.inf))  # type: ignore[no-any-return]


class MaskedMean(nn.Module):
    """The mean of what is no padding."""

    def forward(self, x: Tensor, padding: Tensor) -> Tensor:
        real = (~padding)[..., None].to(x.dtype)
        return (x * real).sum(1) / real.sum(1).clamp(min=1)


class FewPlaces(nn.Module):
    """Has eight places, and a mask of ones for what is real, as transformers has."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens, self.places = nn.Embedding(11, 8), nn.Embedding(8, 8)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        places = torch.arange(x.shape[1], device=x.device)
        hidden = self.tokens(x) + self.places(places)
        hide = (1 - mask[:, None]).to(hidden.dtype) * torch.finfo(hidden.dtype).min
        return (hidden @ hidden.transpose(1, 2) + hide).softmax(-1) @ hidden  # type: ignore[no-any-return]


class MaskedMax(nn.Module):
    """The largest value of what is no padding; all of it, if nothing says so."""

    def forward(self, x: Tensor, padding: Tensor | None = None) -> Tensor:
        if padding is None:
            return x.amax(1)
        return x.masked_fill(padding[..., None], -torch.inf).amax(1)


class Fours(nn.Module):
    """Takes batches of four, or of eight."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        if len(x) % 4:
            msg = "batches of four"
            raise ValueError(msg)
        return self.last(x)  # type: ignore[no-any-return]


class ScaledInSingle(nn.Module):
    """Scales rows in single precision whatever comes, as T5 does."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(4))

    def forward(self, x: Tensor) -> Tensor:
        size = x.float().pow(2).mean(-1, keepdim=True)
        return self.weight * (x.float() * torch.rsqrt(size + 1e-6)).to(x.dtype)


class Perceptron(nn.Module):
    """Two layers with dropout between them."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(4, 16), nn.Linear(16, 3)

    def forward(self, x: Tensor) -> Tensor:
        hidden = nn.functional.dropout(torch.tanh(self.first(x)), 0.1, self.training)
        return self.last(hidden)  # type: ignore[no-any-return]


def _plain(name: str, build: Any, *, takes: str, gives: str, **more: Any) -> Any:
    argument = more.pop("argument", "input")
    return ModuleContract(
        name=name, build=build, arguments={argument: takes}, returns=gives, **more
    )


def _masked(name: str, build: Any, gives: str) -> Any:
    arguments = {"x": "Float batch time 8", "padding": "Bool batch time"}
    return ModuleContract(
        name=name,
        build=build,
        arguments=arguments,
        returns=gives,
        time="time",
        mask="padding",
    )


def _bert() -> Any:
    from transformers import BertConfig, BertModel  # noqa: PLC0415  # heavy

    config = BertConfig(
        vocab_size=13,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=16,
    )
    return BertModel(config, add_pooling_layer=False)


def _gpt2() -> Any:
    from transformers import GPT2Config, GPT2LMHeadModel  # noqa: PLC0415  # heavy

    config = GPT2Config(vocab_size=13, n_positions=16, n_embd=8, n_layer=1, n_head=2)
    return GPT2LMHeadModel(config)


def _gru() -> Any:
    return nn.GRU(8, 5, batch_first=True)


def _boring() -> Any:
    from lightning.pytorch.demos.boring_classes import BoringModel  # noqa: PLC0415

    return BoringModel()


_IMAGE: Final = "Float batch 4 h w"
_ROW: Final = "Float batch 4"
_SEQ: Final = "Float batch time 8"
_IDS: Final = {"ranges": {"input_ids": (0, 12)}, "sizes": {"time": range(1, 9)}}

CORRECT: Final = (
    _plain(
        "Linear", lambda: nn.Linear(4, 3), takes="Float batch 4", gives="Float batch 3"
    ),
    _plain("ReLU", nn.ReLU, takes=_ROW, gives=_ROW),
    _plain("GELU", nn.GELU, takes=_ROW, gives=_ROW),
    _plain(
        "Softmax",
        lambda: nn.Softmax(-1),
        takes=_ROW,
        gives=_ROW,
        ranges={"return": (0, 1)},
    ),
    _plain("Sigmoid", nn.Sigmoid, takes=_ROW, gives=_ROW, ranges={"return": (0, 1)}),
    _plain("LayerNorm", lambda: nn.LayerNorm(4), takes=_ROW, gives=_ROW),
    _plain("RMSNorm", lambda: nn.RMSNorm(4), takes=_ROW, gives=_ROW, argument="x"),
    _plain("BatchNorm1d", lambda: nn.BatchNorm1d(4), takes=_ROW, gives=_ROW),
    _plain(
        "BatchNorm2d",
        lambda: nn.BatchNorm2d(4),
        takes=_IMAGE,
        gives=_IMAGE,
        sizes=_SIZES,
    ),
    _plain(
        "GroupNorm",
        lambda: nn.GroupNorm(2, 4),
        takes=_IMAGE,
        gives=_IMAGE,
        sizes=_SIZES,
    ),
    _plain(
        "Conv2d",
        lambda: nn.Conv2d(4, 3, 3),
        takes=_IMAGE,
        gives="Float batch 3 h-2 w-2",
        sizes=_SIZES,
    ),
    _plain(
        "Conv1d",
        lambda: nn.Conv1d(4, 3, 3, padding=1),
        takes="Float batch 4 t",
        gives="Float batch 3 t",
    ),
    _plain(
        "ConvTranspose2d",
        lambda: nn.ConvTranspose2d(4, 3, 2, stride=2),
        takes=_IMAGE,
        gives="Float batch 3 2*h 2*w",
        sizes=_SIZES,
    ),
    _plain(
        "MaxPool2d",
        lambda: nn.MaxPool2d(2),
        takes=_IMAGE,
        gives="Float batch 4 h//2 w//2",
    ),
    _plain(
        "AdaptiveAvgPool2d",
        lambda: nn.AdaptiveAvgPool2d(1),
        takes=_IMAGE,
        gives="Float batch 4 1 1",
    ),
    _plain(
        "Flatten",
        nn.Flatten,
        takes=_IMAGE,
        gives="Float batch 4*h*w",
        expected_failures={"no_aliasing": _VIEW},
    ),
    _plain(
        "Dropout",
        nn.Dropout,
        takes=_ROW,
        gives=_ROW,
        expected_failures={"no_aliasing": _VIEW},
    ),
    _plain(
        "Embedding",
        lambda: nn.Embedding(10, 4),
        takes="Int batch time",
        gives="Float batch time 4",
        unused=["weight"],
    ),
    _plain(
        "GRU",
        lambda: nn.GRU(8, 5, batch_first=True),
        takes=_SEQ,
        gives="Float batch time 5, Float 1 batch 5",
    ),
    _plain(
        "LSTM",
        lambda: nn.LSTM(8, 5, batch_first=True),
        takes=_SEQ,
        gives="Float batch time 5, Float 1 batch 5, Float 1 batch 5",
    ),
    _plain(
        "TransformerEncoderLayer",
        lambda: nn.TransformerEncoderLayer(8, 2, 16, batch_first=True),
        takes=_SEQ,
        gives=_SEQ,
        argument="src",
    ),
    _plain("Perceptron", Perceptron, takes=_ROW, gives="Float batch 3", argument="x"),
    _plain(
        "ResidualBlock",
        ResidualBlock,
        takes=_IMAGE,
        gives=_IMAGE,
        argument="x",
        sizes=_SIZES,
    ),
    _plain(
        "SmallGPT",
        SmallGPT,
        takes="Int batch time",
        gives="Float batch time 11",
        argument="x",
        ranges={"x": (0, 10)},
        time="time",
        causal=True,
        unused=["places", "tokens"],
    ),
    _plain(
        "MovingAverage", MovingAverage, takes=_ROW, gives="Float batch 3", argument="x"
    ),
    _masked("MaskedEncoder", MaskedEncoder, _SEQ),
    _masked("MaskedMean", MaskedMean, "Float batch 8"),
    _masked("MaskedMax", MaskedMax, "Float batch 8"),
    ModuleContract(
        name="FewPlaces",
        build=FewPlaces,
        arguments={"x": "Int batch time", "mask": "Int batch time"},
        returns=_SEQ,
        ranges={"x": (0, 10)},
        sizes={"time": range(1, 9)},
        time="time",
        mask="!mask",
        unused=["tokens", "places"],
    ),
    _plain("PReLU", nn.PReLU, takes=_ROW, gives=_ROW),
    _plain(
        "Fours",
        Fours,
        takes=_ROW,
        gives="Float batch 3",
        argument="x",
        sizes={"batch": [4, 8]},
    ),
    _plain("ScaledInSingle", ScaledInSingle, takes=_ROW, gives=_ROW, argument="x"),
    _plain("GRU that promises no result", _gru, takes=_SEQ, gives="?"),
    _plain(
        "Sequential",
        lambda: nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2)),
        takes=_ROW,
        gives="Float batch 2",
    ),
    _plain(
        "BoringModel of lightning",
        _boring,
        takes="Float batch 32",
        gives="Float batch 2",
        argument="x",
    ),
)
"""Contracts of modules that keep every promise."""

PUBLISHED: Final = (
    _plain(
        "BertModel of transformers",
        _bert,
        takes="Int batch time",
        gives="Float batch time 8",
        argument="input_ids",
        select=lambda output: output.last_hidden_state,
        unused=["embeddings"],
        **_IDS,
    ),
    _plain(
        "GPT2LMHeadModel of transformers",
        _gpt2,
        takes="Int batch time",
        gives="Float batch time 13",
        argument="input_ids",
        select=lambda output: output.logits,
        constants={"use_cache": False},
        time="time",
        causal=True,
        unused=["wte", "wpe"],
        **_IDS,
    ),
)
"""Models of a public package, built offline from small configurations."""
