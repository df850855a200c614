"""A causal transformer that fits on one screen, attention written out.

`F.scaled_dot_product_attention` would be shorter and would choose among kernels by the
shape of its arguments; here each operation is one line, so that a report can name the
first one that differs. No cache, no sampling: it is trained and scored, never asked.

Source:
    Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; layer norm before each branch
    after Radford et al. 2019 (GPT-2), whose initial weights would be too small here.
"""

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Attention", "Block", "CausalTransformer"]

WIDTH: Final = 32
HEADS: Final = 2


class Attention(nn.Module):
    """Each position mixes what came before it, with two sets of weights."""

    mask: Tensor

    def __init__(self, length: int) -> None:
        """Prepare the mask for at most this many positions."""
        super().__init__()
        self.queries_keys_values = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.dropout = nn.Dropout(p=0.1)
        self.register_buffer("mask", torch.ones(length, length).tril().bool())

    def forward(self, x: Tensor) -> Tensor:
        """Map float32[batch, time, WIDTH] to the same shape."""
        batch, time, _ = x.shape
        mixed = self.queries_keys_values(x)  # [batch, time, 3 * WIDTH]
        split = mixed.view(batch, time, 3, HEADS, WIDTH // HEADS)
        q, k, v = split.permute(2, 0, 3, 1, 4)  # each [batch, heads, time, size]
        scores = q @ k.transpose(2, 3) * (WIDTH // HEADS) ** -0.5  # [.., time, time]
        scores = scores.masked_fill(~self.mask[:time, :time], float("-inf"))
        weights = self.dropout(F.softmax(scores, dim=3))  # [batch, heads, time, time]
        heads = weights @ v  # [batch, heads, time, size]
        joined = heads.transpose(1, 2).flatten(start_dim=2)  # [batch, time, WIDTH]
        result: Tensor = self.out(joined)  # [batch, time, WIDTH]
        return result


class Block(nn.Module):
    """Attention over positions, then a small network at each of them."""

    def __init__(self, length: int) -> None:
        """Build both branches for at most this many positions."""
        super().__init__()
        self.norm1 = nn.LayerNorm(WIDTH, eps=1e-5)
        self.attention = Attention(length)
        self.norm2 = nn.LayerNorm(WIDTH, eps=1e-5)
        self.expand = nn.Linear(WIDTH, 4 * WIDTH)
        self.reduce = nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        """Map float32[batch, time, WIDTH] to the same shape."""
        x = x + self.attention(self.norm1(x))  # [batch, time, WIDTH]
        hidden = F.gelu(self.expand(self.norm2(x)))  # [batch, time, 4 * WIDTH]
        change: Tensor = self.reduce(hidden)  # [batch, time, WIDTH]
        return x + change


class CausalTransformer(nn.Module):
    """Two blocks between an embedding and a linear head."""

    def __init__(self, vocabulary: int, length: int) -> None:
        """Draw matrices from N(0, 0.1**2), with torch's global generator."""
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, WIDTH)
        self.positions = nn.Embedding(length, WIDTH)
        self.blocks = nn.Sequential(Block(length), Block(length))
        self.norm = nn.LayerNorm(WIDTH, eps=1e-5)
        self.head = nn.Linear(WIDTH, vocabulary, bias=False)
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                nn.init.normal_(module.weight, mean=0.0, std=0.1)
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)

    def forward(self, tokens: Tensor) -> Tensor:
        """Map int64[batch, time] to logits float32[batch, time, vocabulary]."""
        places = torch.arange(tokens.shape[1], device=tokens.device)  # [time]
        x = self.tokens(tokens) + self.positions(places)  # [batch, time, WIDTH]
        x = self.norm(self.blocks(x))  # [batch, time, WIDTH]
        logits: Tensor = self.head(x)  # [batch, time, vocabulary]
        return logits
