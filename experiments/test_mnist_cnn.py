"""MNIST, 5,000 images of it, read by a convolutional network with augmentation.

The most ordinary experiment of the field, and the largest here. Each image is moved by
up to one pixel, as far as its seed, its epoch and its id say, so that a change of
augmentation can be told from a change of order.
"""

from dataclasses import dataclass
from typing import Final

import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import TensorDataset

from experiments.data import MNIST_5K, installed_file, load_mnist_5k
from pytest_repro import Buildable, Component, Field, Recipe, Run, recipe
from pytest_repro.augmentation import Bounds, Policy, Translate
from pytest_repro.training import Batches, addressed
from pytest_repro.training.torch_evaluation import Classification
from pytest_repro.training.torch_optimizers import Adam

ONE_PIXEL: Final = Bounds(low=-1, high=1, law="whole")


class LeNet(Component, nn.Module, kind="arch"):
    """Three strided convolutions and two dense layers.

    Rationale:
        What is near belongs together, and counts the same anywhere.
    Trade-offs:
        Most of its weights are in the dense layers.
    Use when:
        Images are small and one thing is on each.
    Fails when:
        Images are of another size than 28 x 28.

    Source:
        LeCun et al. 1998, https://doi.org/10.1109/5.726791; strides instead of
        pooling after Springenberg et al. 2014, https://arxiv.org/abs/1412.6806.
    """

    schema_in = "Float batch 1 28 28"
    schema_out = "Float batch 10"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["LeNet"]):
        """What can be set."""

        dropout: float = Field(0.2, why="more than 4,000 images would need")

    def __init__(self, config: Config) -> None:
        """Draw the weights from torch's global generator, as dropout will too."""
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, kernel_size=5, stride=2, padding=2)
        self.conv2 = nn.Conv2d(8, 16, kernel_size=3, stride=2, padding=1)
        self.conv3 = nn.Conv2d(16, 32, kernel_size=3, stride=2, padding=1)
        self.hidden = nn.Linear(32 * 4 * 4, 64)
        self.head = nn.Linear(64, 10)
        self.dropout = nn.Dropout(p=config.dropout)

    def forward(self, images: Tensor) -> Tensor:
        """Map images float32[batch, 1, 28, 28] to logits float32[batch, 10]."""
        x = F.relu(self.conv1(images))  # [batch, 8, 14, 14]
        x = F.relu(self.conv2(x))  # [batch, 16, 7, 7]
        x = F.relu(self.conv3(x))  # [batch, 32, 4, 4]
        x = F.relu(self.hidden(x.flatten(start_dim=1)))  # [batch, 64]
        logits: Tensor = self.head(self.dropout(x))  # [batch, 10]
        return logits


@recipe
def mnist_cnn() -> Recipe:
    """MNIST, by LeNet."""
    return Recipe(
        arch=LeNet.Config(dropout=0.2),
        aug=Policy.Config(
            operations=(Translate.Config(p=1.0, down=ONE_PIXEL, right=ONE_PIXEL),)
        ),
        data=Batches.Config(batch=50),
        eval=Classification.Config(),
        optim=Adam.Config(lr=4e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-5),
    )


def test_mnist_cnn(repro: Run) -> None:
    """Adam reads unseen digits after three epochs."""
    parts = repro.recipe(mnist_cnn)
    path = repro.asset(installed_file(MNIST_5K))
    data = load_mnist_5k(path, repro.generator("split")).to(repro.device)
    samples = TensorDataset(data.train_inputs, data.train_labels)
    loader = parts.data.build().load(repro, samples, prepare=addressed)
    policy = parts.aug.build()
    model = parts.arch.build().to(repro.device)
    optimizer = parts.optim.build().attach(model)
    repro.watch(model, optimizer, every=20)

    model.train()
    for step, batch in repro.steps(loader.epochs(3), total=240):
        images, labels, ids, epochs = batch
        drawn = policy.draw(repro.seed, int(epochs[0]), ids.tolist())
        logits = model(policy.apply(images, drawn))  # [50, 10]
        loss = F.cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        repro.log("train/loss", loss, step=step)

    found = parts.eval.build()(model, data.test_inputs, data.test_labels)
    for name, value in found.items():
        repro.log(name, value)
    repro.fingerprint("weights", model)
