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
        is_batch = symbol == self.interface.batch
        if specs is None or len(specs) != len(found):
            default = 0 if is_batch else None
            return [(path, t, default if t.dim() else None) for path, t in found]
        return [
            (path, tensor, spec.axis(symbol))
            for (path, tensor), spec in zip(found, specs, strict=True)
        ]


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
