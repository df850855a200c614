"""A light stand-in for a heavy module: the same interface, and nothing behind it.

What comes out is a seeded constant for each place, scaled by one learnable number and
touched by the mean of each sample, so that gradients reach inputs and parameters and
every property of the real module's contract holds.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from pytest_repro.contracts.annotations import TensorSpec
from pytest_repro.contracts.interfaces import interface_of
from pytest_repro.contracts.properties import Subject
from pytest_repro.contracts.shapes import shape_of
from pytest_repro.errors import ContractError

__all__ = ["Stub"]


class Stub(nn.Module):
    """A module with the interface of a subject."""

    def __init__(self, subject: Subject, *, seed: int = 0) -> None:
        """Read the interface.

        Args:
            subject: The part to stand in for.
            seed: Of the constant.

        Raises:
            ContractError: If nothing says what the part returns.
        """
        super().__init__()
        found = interface_of(subject)
        if not found.results:
            msg = f"{subject.name} does not say what it returns; a stub cannot know"
            raise ContractError(msg)
        self.arguments, self.results = found.arguments, found.results
        self.batch, self.seed = found.batch, seed
        self.range = found.ranges.get("return")
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, *args: Tensor, **kwargs: Tensor) -> Tensor | tuple[Tensor, ...]:
        """Check the shapes that come in, and make those that go out."""
        names = [spec.name for spec in self.arguments]
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        sizes = self._read_sizes(given)
        touch = self._touch(given)
        made = tuple(self._make(spec, sizes, touch=touch) for spec in self.results)
        return made[0] if len(made) == 1 else made

    def _read_sizes(self, given: Mapping[str, Tensor]) -> dict[str, int]:
        sizes: dict[str, int] = {}
        for spec in self.arguments:
            shape = tuple(given[spec.name].shape)
            if len(shape) != len(spec.dimensions):
                raise self._refuse(spec, shape)
            for one, size in zip(spec.dimensions, shape, strict=True):
                if one.is_symbol and not one.is_broadcast:
                    sizes.setdefault(one.text, size)
        for spec in self.arguments:
            shape = tuple(given[spec.name].shape)
            wanted = shape_of(spec, sizes)
            if any(
                m not in {w, 1 if d.is_broadcast else w}
                for m, w, d in zip(shape, wanted, spec.dimensions, strict=True)
            ):
                raise self._refuse(spec, shape)
        return sizes

    def _refuse(self, spec: TensorSpec, shape: tuple[int, ...]) -> ContractError:
        wanted = " ".join(one.text for one in spec.dimensions)
        return ContractError(
            f"{spec.name} has another shape than promised\n"
            f"  obtained   {shape}\n  reference  {wanted}"
        )

    def _touch(self, given: Mapping[str, Tensor]) -> Tensor | None:
        """Take the inputs to one number for each sample; it is 0, and has gradients."""
        total: Tensor | None = None
        for spec in self.arguments:
            tensor, axis = given[spec.name], spec.axis(self.batch)
            if tensor.is_floating_point() and tensor.numel() and axis is not None:
                flat = tensor.movedim(axis, 0).flatten(1).sum(1)
                part = torch.tanh(flat * 1e-6)
                total = part if total is None else total + part
        return total

    def _make(
        self, spec: TensorSpec, sizes: Mapping[str, int], *, touch: Tensor | None
    ) -> Tensor:
        shape = shape_of(spec, sizes)
        axis = spec.axis(self.batch)
        row = tuple(n for place, n in enumerate(shape) if place != axis)
        generator = torch.Generator().manual_seed(self.seed)
        plain = torch.rand(row, generator=generator)
        if spec.kind != "float":
            whole = (plain * 10).long() if spec.kind == "int" else plain > 1 / 2
            return (
                whole if axis is None else whole.unsqueeze(axis).expand(shape)
            ).clone()
        dtype = self.scale.dtype if touch is None else touch.dtype
        plain = plain.to(dtype) * self.scale
        if axis is None:
            return plain
        sample = [1] * len(shape)
        sample[axis] = shape[axis]
        moved = 0 if touch is None else touch.reshape(sample)
        low, high = self.range or (-torch.inf, torch.inf)
        return (plain.unsqueeze(axis).expand(shape) + moved).clamp(low, high)
