"""Build a module, call it, and stack, cut or pad its inputs: the acts of all checks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from pytest_repro.contracts.generators import seed_generators
from pytest_repro.contracts.interfaces import Interface, interface_of
from pytest_repro.contracts.properties import Draw, Inapplicable, Subject
from pytest_repro.contracts.torch_inputs import make_inputs
from pytest_repro.contracts.torch_results import leaves
from pytest_repro.records.module_contracts import ModuleContract

__all__ = ["Trial", "first_float", "reduce_loss"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One module at one draw.

    Attributes:
        subject: The part.
        draw: Where it is tried.
        interface: What goes in and comes out.
        declared: Its contract.
        inputs: The tensors drawn.
    """

    subject: Subject
    draw: Draw
    interface: Interface
    declared: ModuleContract
    inputs: Mapping[str, Tensor]

    @classmethod
    def of(cls, subject: Subject, draw: Draw) -> "Trial":
        """Draw the tensors of a trial."""
        declared = subject.contract
        if not isinstance(declared, ModuleContract):
            msg = f"{subject.name} is no module"
            raise Inapplicable(msg)
        return cls(
            subject=subject,
            draw=draw,
            interface=interface_of(subject),
            declared=declared,
            inputs=make_inputs(subject, draw),
        )

    def build(self, *, offset: int = 0) -> nn.Module:
        """Build a fresh module, with generators seeded by the draw plus an offset."""
        seed_generators(self.draw.seed + offset)
        built = self.subject.build()
        if not isinstance(built, nn.Module):
            msg = f"{self.subject.name} builds {type(built).__name__}, not a module"
            raise TypeError(msg)
        return built

    def judge(self) -> nn.Module:
        """Build a fresh module that judges and does not learn."""
        return self.build().eval()

    def call(
        self, module: nn.Module, inputs: Mapping[str, Tensor] | None = None
    ) -> Any:  # noqa: ANN401  # whatever a module returns
        """Call a module without learning; copies of the inputs are handed over."""
        with torch.no_grad():
            return self.learn(module, inputs)

    def learn(
        self, module: nn.Module, inputs: Mapping[str, Tensor] | None = None
    ) -> Any:  # noqa: ANN401  # as above
        """Call a module so that gradients can flow."""
        given = self.inputs if inputs is None else inputs
        result = module(**{n: _copy(t) for n, t in given.items()}, **self.constants)
        return self.declared.select(result) if self.declared.select else result

    def practise(
        self, module: nn.Module, inputs: Mapping[str, Tensor] | None = None
    ) -> Any:  # noqa: ANN401  # as above
        """Call a module that learns, without gradients.

        Raises:
            Inapplicable: If it rightly refuses batch statistics of one sample.
        """
        try:
            return self.call(module.train(), inputs)
        except ValueError as error:
            if "more than 1 value per channel" in str(error):
                raise Inapplicable(str(error)) from error
            raise

    @property
    def constants(self) -> Mapping[str, object]:
        """Further arguments, as declared."""
        return self.declared.constants

    def batched(self) -> dict[str, int]:
        """Say along which axis each input is stacked.

        Raises:
            Inapplicable: If none is.
        """
        return self._axes(self.interface.batch, "batch")

    def timed(self) -> dict[str, int]:
        """Say along which axis each input is a sequence."""
        return self._axes(self.declared.time, "sequence")

    def _axes(self, symbol: str, what: str) -> dict[str, int]:
        axes = {spec.name: spec.axis(symbol) for spec in self.interface.arguments}
        found = {name: axis for name, axis in axes.items() if axis is not None}
        if not symbol or not found:
            msg = f"{self.subject.name} declares no {what}"
            raise Inapplicable(msg)
        return found

    def batch_axis(self, name: str) -> int | None:
        """Say along which axis samples are stacked in one input; None for none."""
        specs = {spec.name: spec for spec in self.interface.arguments}
        return specs[name].axis(self.interface.batch) if name in specs else None

    def sizes_of(self, symbol: str) -> list[int]:
        """List the sizes that a symbol may have beside the other sizes drawn.

        Without a declaration, any size will do: all up to the one drawn.
        """
        if symbol not in self.declared.sizes:
            return list(range(1, self.draw.sizes[symbol] + 1))
        rows = [
            dict(zip(group.symbols, row, strict=True))
            for group in self.interface.groups
            for row in group.rows
            if symbol in group.symbols
        ]
        drawn = self.draw.sizes
        return sorted(
            row[symbol]
            for row in rows
            if all(row[name] == drawn[name] for name in row if name != symbol)
        )

    def mapped(
        self, axes: Mapping[str, int], change: Callable[[Tensor, int], Tensor]
    ) -> dict[str, Tensor]:
        """Change the inputs that have an axis."""
        return {
            name: change(tensor, axes[name]) if name in axes else tensor
            for name, tensor in self.inputs.items()
        }

    def results(
        self, symbol: str, output: object
    ) -> list[tuple[str, Tensor, int | None]]:
        """List what came out, with the axis of a symbol in each.

        Args:
            symbol: Such as that of the batch.
            output: What the module returned.

        Returns:
            Paths, tensors and axes; None for a tensor without that axis.
        """
        found = list(leaves(output))
        specs = self.interface.results
        if specs is None or len(specs) != len(found):
            return [(path, t, self._guessed(symbol, t)) for path, t in found]
        return [
            (path, tensor, spec.axis(symbol))
            for (path, tensor), spec in zip(found, specs, strict=True)
        ]

    def _guessed(self, symbol: str, tensor: Tensor) -> int | None:
        """Guess where samples are stacked in a result of which nothing is promised.

        At the only axis that is as long as the batch: a GRU returns its state with
        layers first. None if there are two; the first if there is none.
        """
        if symbol != self.interface.batch or not symbol or not tensor.dim():
            return None
        number = self.draw.sizes[symbol]
        found = [axis for axis, size in enumerate(tensor.shape) if size == number]
        return found[0] if len(found) == 1 else None if found else 0


def first_float(output: object) -> Tensor:
    """Find the first tensor to learn from.

    Args:
        output: What a module returned.

    Returns:
        A floating-point tensor.

    Raises:
        Inapplicable: If there is none.
    """
    for _, tensor in leaves(output):
        if (tensor.is_floating_point() or tensor.is_complex()) and tensor.numel():
            return tensor
    msg = "nothing that it returns is a floating-point tensor"
    raise Inapplicable(msg)


def reduce_loss(trial: Trial, output: object) -> Tensor:
    """Take a result to one number, each element with a weight of its own.

    Weights differ, because the plain sum of a softmax or of normalised values has no
    gradient although everything is in order.
    """
    if trial.declared.loss is not None:
        return trial.declared.loss(output)  # type: ignore[no-any-return]  # declared so
    total: Tensor | None = None
    generator = torch.Generator().manual_seed(trial.draw.seed + 1)
    for _, tensor in leaves(output):
        if not tensor.is_floating_point() or not tensor.requires_grad:
            continue
        weights = torch.randn(tensor.shape, generator=generator).to(tensor.dtype)
        part = ((tensor - weights) ** 2).mean()
        total = part if total is None else total + part
    return first_float(output).sum() if total is None else total


def _copy(tensor: Tensor) -> Tensor:
    is_leaf = tensor.requires_grad
    return tensor if is_leaf or not tensor.is_contiguous() else tensor.clone()
