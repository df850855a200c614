"""Digits, read by a multilayer perceptron with dropout, trained by AdamW.

The cheapest experiment with every source of variation that a deep-learning paper has:
initial weights, the order of the data, dropout masks and decoupled weight decay. Each
draws from its own stream, so a fault in one leaves the others' bits alone.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from experiments.data import DIGITS, installed_file, load_digits, shuffled_batches
from pytest_repro import Run


class MLP(nn.Module):
    """Two hidden layers with dropout after each.

    Source:
        Dropout after Srivastava et al. 2014,
        https://jmlr.org/papers/v15/srivastava14a.html.
    """

    def __init__(self) -> None:
        """Draw the weights from torch's global generator, as dropout will too."""
        super().__init__()
        self.hidden1 = nn.Linear(64, 256)
        self.hidden2 = nn.Linear(256, 256)
        self.head = nn.Linear(256, 10)
        self.dropout = nn.Dropout(p=0.2)

    def forward(self, images: Tensor) -> Tensor:
        """Map images float32[batch, 1, 8, 8] to logits float32[batch, 10]."""
        x = images.flatten(start_dim=1)  # [batch, 64]
        x = self.dropout(F.relu(self.hidden1(x)))  # [batch, 256]
        x = self.dropout(F.relu(self.hidden2(x)))  # [batch, 256]
        logits: Tensor = self.head(x)  # [batch, 10]
        return logits


def test_digits_mlp(repro: Run) -> None:
    """AdamW with smoothed labels reads unseen digits.

    Source:
        AdamW after Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101; label
        smoothing after Szegedy et al. 2016, https://arxiv.org/abs/1512.00567.
    """
    path = repro.asset(installed_file(DIGITS))
    data = load_digits(path, repro.generator("split")).to(repro.device)
    batches = shuffled_batches(
        data.train_inputs,
        data.train_labels,
        size=64,
        generator=repro.generator("shuffle"),
    )
    model = MLP().to(repro.device)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01
    )
    repro.watch(model, optimizer, every=50)

    model.train()
    for step, (images, labels) in repro.steps(batches, total=600):
        logits = model(images)  # [64, 10]
        loss = F.cross_entropy(logits, labels, label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        repro.log("train/loss", loss, step=step)

    model.eval()
    with torch.inference_mode():
        logits = model(data.test_inputs)  # [360, 10]
        hits = logits.argmax(dim=1) == data.test_labels  # [360]
        repro.log("test/loss", F.cross_entropy(logits, data.test_labels))
        repro.log("test/accuracy", hits.double().mean())
    repro.fingerprint("weights", model)
