"""The random numbers of one sample in one epoch, wherever it is prepared.

An augmentation that draws from a global generator depends on which worker prepared
which sample before. What is drawn here has an address instead: root seed, epoch, the
sample's id, and a name. Removing a sample, or adding a worker, changes no other one's.
"""

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_repro.determinism import derive

if TYPE_CHECKING:
    import numpy as np
    import torch

__all__ = ["Draw", "SampleId", "addressed"]

SampleId = int | str
"""A sample's index in its source, or the id that the source gives it."""


@dataclass(frozen=True, slots=True)
class Draw:
    """The address of one sample in one epoch.

    Attributes:
        root: The root seed.
        epoch: Which epoch.
        id: Which sample.
        copy: Which of its copies, where the epoch has it several times.
    """

    root: int
    epoch: int
    id: SampleId
    copy: int = 0

    def seed(self, name: str = "") -> int:
        """Derive a seed.

        ::

            derive(root, "sample/epoch/copy/kind/length of id/id/name")

        Args:
            name: What is drawn, such as ``crop``; other names are independent.

        Returns:
            An integer in [0, 2^63).
        """
        text = str(self.id)
        kind = type(self.id).__name__
        where = f"sample/{self.epoch}/{self.copy}/{kind}/{len(text)}/{text}/{name}"
        return derive(self.root, where)

    def python(self, name: str = "") -> random.Random:
        """Make a generator of Python.

        Args:
            name: What is drawn.

        Returns:
            A fresh one: the same numbers each time it is made.
        """
        return random.Random(self.seed(f"python/{name}"))  # noqa: S311  # to be repeated

    def numpy(self, name: str = "") -> "np.random.Generator":
        """Make a generator of NumPy.

        Args:
            name: What is drawn.

        Returns:
            A fresh one, as above.
        """
        import numpy as np  # noqa: PLC0415  # only for who draws from it

        return np.random.Generator(np.random.PCG64(self.seed(f"numpy/{name}")))

    def torch(self, name: str = "") -> "torch.Generator":
        """Make a generator of torch, on the CPU.

        Args:
            name: What is drawn.

        Returns:
            A fresh one, as above.
        """
        from pytest_repro.determinism import torch_generators  # noqa: PLC0415  # as above

        return torch_generators.make_generator(self.seed(f"torch/{name}"))


def addressed(sample: tuple[Any, ...], draw: Draw) -> tuple[Any, ...]:
    """Say beside a sample which one it is, so that a batch can be augmented whole.

    What a loader takes as `prepare`; its batches then end with ids and epochs::

        for step, (images, labels, ids, epochs) in repro.steps(loader.epochs(3)):
            drawn = policy.draw(repro.seed, int(epochs[0]), ids.tolist())
            images = policy.apply(images, drawn)

    Args:
        sample: As the source gives it.
        draw: Its address.

    Returns:
        The sample, its id and its epoch.
    """
    return (*sample, draw.id, draw.epoch)
