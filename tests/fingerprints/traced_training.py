"""A small training under the tracer, with one thing to change at a time.

Run as a module it prints its trace as a table, for tests that need another process.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from pytest_repro.fingerprints.torch_operations import OperationTracer
from pytest_repro.records import Operation
from pytest_repro.references.operations_table import write_operations

ROOT = Path(__file__).resolve().parents[2]
STEPS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """What can be changed.

    Attributes:
        seed: Of torch.
        eps: Of Adam.
        momentum: Of batch norm.
        dropout: How much is dropped.
        flips: Whether one label is another.
        activation: After the convolution.
        has_extra: Whether there is one more operation in the forward pass.
        has_idle: Whether something is computed that nobody uses.
        draws_before: Whether something is drawn before the model is made.
    """

    seed: int = 0
    eps: float = 1e-8
    momentum: float = 0.1
    dropout: float = 0.5
    flips: bool = False
    activation: Callable[[Tensor], Tensor] = functional.relu
    has_extra: bool = False
    has_idle: bool = False
    draws_before: bool = False


class Small(nn.Module):
    """A convolution, a batch norm, dropout and a linear head."""

    def __init__(self, knobs: Knobs) -> None:
        """Draw the weights."""
        super().__init__()
        self.conv = nn.Conv2d(1, 16, kernel_size=3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(16, momentum=knobs.momentum)
        self.drop = nn.Dropout(knobs.dropout)
        self.head = nn.Linear(16 * 64, 10)
        self.knobs = knobs

    def forward(self, images: Tensor) -> Tensor:
        """Map float32[batch, 1, 8, 8] to float32[batch, 10]."""
        x = self.norm(self.conv(images))
        x = self.knobs.activation(x)
        if self.knobs.has_idle:
            x.detach().square().mean()
        if self.knobs.has_extra:
            x = x.mul(1.5)
        x = self.drop(x.flatten(1))
        logits: Tensor = self.head(x)
        return logits


def train(knobs: Knobs, tracer: OperationTracer | None = None) -> nn.Module:
    """Train for two steps, then evaluate."""
    torch.manual_seed(knobs.seed)
    data = torch.Generator().manual_seed(7)
    images = torch.rand(64, 1, 8, 8, generator=data)
    labels = torch.randint(0, 10, (64,), generator=data)
    if knobs.flips:
        labels = torch.from_numpy(labels.numpy() ^ (labels.numpy() == labels[3].item()))
    if tracer is not None:
        tracer.start()
    if knobs.draws_before:
        torch.rand(1)
    model = Small(knobs)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, eps=knobs.eps)
    for step in range(STEPS):
        if tracer is not None:
            tracer.begin(step)
        loss = functional.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    if tracer is not None:
        tracer.begin(STEPS, is_over=True)
    model.eval()
    with torch.inference_mode():
        model(images).argmax(dim=1)
    if tracer is not None:
        tracer.stop()
    return model


def traced(knobs: Knobs | None = None) -> tuple[Operation, ...]:
    """Train under the tracer; returns what it saw."""
    tracer = OperationTracer(ROOT)
    train(knobs or Knobs(), tracer)
    return tracer.operations()


def line_of(text: str) -> str:
    """Name the only line of this file that holds a text, as traces do."""
    lines = Path(__file__).read_text().splitlines()
    (number,) = (
        number
        for number, line in enumerate(lines, 1)
        if text in line and "line_of" not in line
    )
    return f"tests/fingerprints/{Path(__file__).name}:{number}"


if __name__ == "__main__":
    sys.stdout.buffer.write(write_operations(traced()))
