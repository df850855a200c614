"""Digits, read by a small convolutional network with batch norm.

Two things make it worth watching. Convolution kernels differ between instruction sets
more than any other operation here, and batch norm keeps running statistics: buffers
that no optimizer moves, and that only evaluation mode makes the test use.

It is not an attempt at a record: 99 % of these digits are easy.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from experiments.data import DIGITS, installed_file, load_digits, shuffled_batches
from pytest_repro import Run


class SmallCNN(nn.Module):
    """Three convolutions, a mean over the image, and a linear head.

    Source:
        Batch norm after Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167;
        the mean instead of a dense layer after Lin et al. 2013,
        https://arxiv.org/abs/1312.4400.
    """

    def __init__(self) -> None:
        """Draw the weights from torch's global generator."""
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, kernel_size=3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(16, eps=1e-5, momentum=0.1)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=3, padding=1, stride=2, bias=False)
        self.norm2 = nn.BatchNorm2d(32, eps=1e-5, momentum=0.1)
        self.conv3 = nn.Conv2d(32, 32, kernel_size=3, padding=1, bias=False)
        self.norm3 = nn.BatchNorm2d(32, eps=1e-5, momentum=0.1)
        self.head = nn.Linear(32, 10)

    def forward(self, images: Tensor) -> Tensor:
        """Map images float32[batch, 1, 8, 8] to logits float32[batch, 10]."""
        x = F.relu(self.norm1(self.conv1(images)))  # [batch, 16, 8, 8]
        x = F.relu(self.norm2(self.conv2(x)))  # [batch, 32, 4, 4]
        x = F.relu(self.norm3(self.conv3(x)))  # [batch, 32, 4, 4]
        x = x.mean(dim=(2, 3))  # [batch, 32]
        logits: Tensor = self.head(x)  # [batch, 10]
        return logits


def test_digits_cnn(repro: Run) -> None:
    """SGD with momentum and one drop of the learning rate reads unseen digits."""
    path = repro.asset(installed_file(DIGITS))
    data = load_digits(path, repro.generator("split")).to(repro.device)
    batches = shuffled_batches(
        data.train_inputs,
        data.train_labels,
        size=64,
        generator=repro.generator("shuffle"),
    )
    model = SmallCNN().to(repro.device)
    optimizer = torch.optim.SGD(
        model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True
    )
    schedule = torch.optim.lr_scheduler.MultiStepLR(
        optimizer, milestones=[160], gamma=0.1
    )
    repro.watch(model, optimizer, every=20)
    repro.checkpoint(schedule=schedule)

    model.train()
    for step, (images, labels) in repro.steps(batches, total=220):
        logits = model(images)  # [64, 10]
        loss = F.cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        repro.log("train/loss", loss, step=step)

    model.eval()
    with torch.inference_mode():
        logits = model(data.test_inputs)  # [360, 10]
        hits = logits.argmax(dim=1) == data.test_labels  # [360]
        repro.log("test/loss", F.cross_entropy(logits, data.test_labels))
        repro.log("test/accuracy", hits.double().mean())
    repro.fingerprint("weights", model)
