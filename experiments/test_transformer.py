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
from pytest_repro import Recipe, Run, recipe
from pytest_repro.training import Batches
from pytest_repro.training.rates import WarmupCosine
from pytest_repro.training.torch_optimizers import AdamW, scheduled

BLOCK: Final = 16  # characters that the model sees at once


@recipe
def transformer() -> Recipe:
    """What both texts are learned with.

    Source:
        Values after Brown et al. 2020, appendix B, https://arxiv.org/abs/2005.14165;
        a larger learning rate suits a smaller model.
    """
    return Recipe(
        clip_norm=1.0,
        data=Batches.Config(batch=32),
        optim=AdamW.Config(lr=1e-2, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1),
        sched=WarmupCosine.Config(steps=200, warmup=20, end=0.0),
    )


def next_character_loss(model: nn.Module, window: Tensor) -> Tensor:
    """Score each character of a window int64[batch, BLOCK + 1] by those before it."""
    logits = model(window[:, :-1])  # [batch, BLOCK, vocabulary]
    return F.cross_entropy(logits.flatten(end_dim=1), window[:, 1:].flatten())


@pytest.mark.parametrize("name", ["generated", "essay"])
def test_transformer(repro: Run, name: str) -> None:
    """AdamW with warm-up learns more of a text than the frequencies of its letters."""
    parts = repro.recipe(transformer)
    if name == "essay":
        text = read_text(repro.asset("data/essay.txt"))
    else:
        text = markov_text(16_000)
    tokens, vocabulary = encode(text)
    windows = tokens.to(repro.device).unfold(0, size=BLOCK + 1, step=1)
    seen = len(windows) * 9 // 10
    train_windows = windows[:seen]  # [seen, BLOCK + 1]
    test_windows = windows[seen + BLOCK :: BLOCK]  # no character is in both
    loader = parts.data.build().load(repro, train_windows)
    model = CausalTransformer(vocabulary, BLOCK).to(repro.device)
    optimizer = parts.optim.build().attach(model)
    schedule = scheduled(optimizer, parts.sched.build())
    repro.watch(model, optimizer, every=20)
    repro.checkpoint(schedule=schedule)

    model.train()
    for step, window in repro.steps(loader.epochs(1), total=200):
        loss = next_character_loss(model, window)  # of [32, BLOCK + 1]
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=parts.clip_norm)
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
