"""Two texts, continued character by character by a tiny causal transformer.

Softmax and layer norm round differently on each instruction set, and attention spreads
a changed bit over all positions, so a difference shows within a few steps. One text is
generated, and its best possible loss is known (`experiments.texts.ENTROPY`); the other
is an essay in English.
"""

from typing import Final

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from experiments.texts import encode, markov_text, read_text
from experiments.transformer import CausalTransformer
from pytest_repro import Run

BLOCK: Final = 16  # characters that the model sees at once


def warmup(step: int) -> float:
    """Scale the learning rate from 0.05 to 1 over the first twenty steps."""
    return min(1.0, (step + 1) / 20)


def optimizer_for(model: nn.Module) -> torch.optim.AdamW:
    """Decay matrices, but no gains and biases.

    Source:
        Values after Brown et al. 2020, appendix B, https://arxiv.org/abs/2005.14165;
        a larger learning rate suits a smaller model.
    """
    matrices = [weight for weight in model.parameters() if weight.dim() > 1]
    vectors = [weight for weight in model.parameters() if weight.dim() <= 1]
    groups = [
        {"params": matrices, "weight_decay": 0.1},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=1e-2, betas=(0.9, 0.95), eps=1e-8)


def next_character_loss(model: nn.Module, window: Tensor) -> Tensor:
    """Score each character of a window int64[batch, BLOCK + 1] by those before it."""
    logits = model(window[:, :-1])  # [batch, BLOCK, vocabulary]
    return F.cross_entropy(logits.flatten(end_dim=1), window[:, 1:].flatten())


@pytest.mark.parametrize("name", ["generated", "essay"])
def test_transformer(repro: Run, name: str) -> None:
    """AdamW with warm-up learns more of a text than the frequencies of its letters."""
    if name == "essay":
        text = read_text(repro.asset("data/essay.txt"))
    else:
        text = markov_text(16_000)
    tokens, vocabulary = encode(text)
    windows = tokens.to(repro.device).unfold(0, size=BLOCK + 1, step=1)
    seen = len(windows) * 9 // 10
    train_windows = windows[:seen]  # [seen, BLOCK + 1]
    test_windows = windows[seen + BLOCK :: BLOCK]  # no character is in both
    order = repro.generator("shuffle")
    model = CausalTransformer(vocabulary, BLOCK).to(repro.device)
    optimizer = optimizer_for(model)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, warmup)
    repro.watch(model, optimizer, every=20)
    repro.checkpoint(schedule=schedule)

    model.train()
    for step in repro.steps(total=200):
        rows = torch.randint(0, seen, (32,), generator=order)  # [32]
        loss = next_character_loss(model, train_windows[rows])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        optimizer.step()
        schedule.step()
        repro.log("train/loss", loss, step=step)

    model.eval()
    with torch.inference_mode():
        logits = model(test_windows[:, :-1])  # [batch, BLOCK, vocabulary]
        hits = logits.argmax(dim=2) == test_windows[:, 1:]  # [batch, BLOCK]
        repro.log("test/loss", next_character_loss(model, test_windows))
        repro.log("test/accuracy", hits.double().mean())
    repro.fingerprint("weights", model)
