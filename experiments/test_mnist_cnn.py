"""MNIST, 5,000 images of it, read by a convolutional network with augmentation.

The most ordinary experiment of the field, and the largest here. Each image is moved by
up to one pixel, drawn from a stream of its own, so that a change of augmentation can be
told from a change of order.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from experiments.data import (
    MNIST_5K,
    installed_file,
    load_mnist_5k,
    shuffled_batches,
)
from pytest_repro import Run


class LeNet(nn.Module):
    """Three strided convolutions and two dense layers.

    Source:
        LeCun et al. 1998, https://doi.org/10.1109/5.726791; strides instead of
        pooling after Springenberg et al. 2014, https://arxiv.org/abs/1412.6806.
    """

    def __init__(self) -> None:
        """Draw the weights from torch's global generator, as dropout will too."""
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, kernel_size=5, stride=2, padding=2)
        self.conv2 = nn.Conv2d(8, 16, kernel_size=3, stride=2, padding=1)
        self.conv3 = nn.Conv2d(16, 32, kernel_size=3, stride=2, padding=1)
        self.hidden = nn.Linear(32 * 4 * 4, 64)
        self.head = nn.Linear(64, 10)
        self.dropout = nn.Dropout(p=0.2)

    def forward(self, images: Tensor) -> Tensor:
        """Map images float32[batch, 1, 28, 28] to logits float32[batch, 10]."""
        x = F.relu(self.conv1(images))  # [batch, 8, 14, 14]
        x = F.relu(self.conv2(x))  # [batch, 16, 7, 7]
        x = F.relu(self.conv3(x))  # [batch, 32, 4, 4]
        x = F.relu(self.hidden(x.flatten(start_dim=1)))  # [batch, 64]
        logits: Tensor = self.head(self.dropout(x))  # [batch, 10]
        return logits


def shifted(images: Tensor, generator: torch.Generator) -> Tensor:
    """Move each image of a batch [batch, 1, 28, 28] by -1, 0 or 1 pixels both ways."""
    offsets = torch.randint(0, 3, (2, len(images), 1), generator=generator)
    rows, columns = offsets + torch.arange(28)  # each [batch, 28]
    image = torch.arange(len(images))  # [batch]
    padded = F.pad(images, (1, 1, 1, 1))  # [batch, 1, 30, 30]
    moved = padded[image[:, None, None], 0, rows[:, :, None], columns[:, None, :]]
    return moved.unsqueeze(dim=1)  # [batch, 1, 28, 28]


def test_mnist_cnn(repro: Run) -> None:
    """Adam reads unseen digits after three epochs.

    Source:
        Kingma & Ba 2015, https://arxiv.org/abs/1412.6980.
    """
    path = repro.asset(installed_file(MNIST_5K))
    data = load_mnist_5k(path, repro.generator("split")).to(repro.device)
    batches = shuffled_batches(
        data.train_inputs,
        data.train_labels,
        size=50,
        generator=repro.generator("shuffle"),
    )
    shifts = repro.generator("shift")
    model = LeNet().to(repro.device)
    optimizer = torch.optim.Adam(
        model.parameters(), lr=4e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-5
    )
    repro.watch(model, optimizer, every=20)

    model.train()
    for step, (images, labels) in repro.steps(batches, total=240):
        logits = model(shifted(images, shifts))  # [50, 10]
        loss = F.cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        repro.log("train/loss", loss, step=step)

    model.eval()
    with torch.inference_mode():
        logits = model(data.test_inputs)  # [1000, 10]
        hits = logits.argmax(dim=1) == data.test_labels  # [1000]
        repro.log("test/loss", F.cross_entropy(logits, data.test_labels))
        repro.log("test/accuracy", hits.double().mean())
    repro.fingerprint("weights", model)
