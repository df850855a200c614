"""Optimizers: those of torch, faultless, and some with one fault each."""

from typing import Any, Final

import torch
from torch import optim

from pytest_repro.contracts import OptimizerContract


def _contract(name: str, build: Any, **more: Any) -> OptimizerContract:
    return OptimizerContract(name=name, build=build, **more)


CORRECT: Final = (
    _contract("SGD", lambda p: optim.SGD(p, lr=0.1), learns_from_scale=True),
    _contract(
        "SGD with momentum",
        lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
        learns_from_scale=True,
    ),
    _contract("Adam", lambda p: optim.Adam(p, lr=0.1), learns_from_scale=False),
    _contract("AdamW", lambda p: optim.AdamW(p, lr=0.1), learns_from_scale=False),
    _contract("RMSprop", lambda p: optim.RMSprop(p, lr=0.1), learns_from_scale=False),
    _contract("Adagrad", lambda p: optim.Adagrad(p, lr=0.1), learns_from_scale=False),
    _contract(
        "LBFGS",
        lambda p: optim.LBFGS(p, lr=0.1),
        levels={"parameter_order": "none"},  # sums over all, which round otherwise
        expected_failures={"without_gradient": "goes on as steps before led it"},
    ),
    _contract(
        "Rprop",
        lambda p: optim.Rprop(p, lr=0.1),
        learns_from_scale=False,
        expected_failures={
            "lr_zero": "step sizes of its own have a least value above 0"
        },
    ),
)
"""Contracts of optimizers that keep every promise."""


class _Descent(optim.Optimizer):
    """Momentum, plain enough to plant one fault in it."""

    def __init__(self, parameters: Any) -> None:
        super().__init__(parameters, {"lr": 0.1, "decay": 0.1})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]  # as torch's
        del closure
        for group in self.param_groups:
            for one in group["params"]:
                if one.grad is not None:
                    self.move(one, group)

    def move(self, one: Any, group: Any) -> None:
        state = self.state[one]
        state["sum"] = 0.9 * state.get("sum", 0) + one.grad
        one.sub_(group["lr"] * state["sum"])


class DecaysAnyway(_Descent):
    """Weight decay that the learning rate does not scale."""

    def move(self, one: Any, group: Any) -> None:
        one.mul_(1 - 0.01 * group["decay"])
        super().move(one, group)


class LosesState(_Descent):
    """Keeps its sums in an attribute, which no state_dict has."""

    def __init__(self, parameters: Any) -> None:
        super().__init__(parameters)
        self.sums: dict[Any, Any] = {}

    def move(self, one: Any, group: Any) -> None:
        self.sums[one] = 0.9 * self.sums.get(one, 0) + one.grad
        one.sub_(group["lr"] * self.sums[one])


class SharedDefault(_Descent):
    """Keeps its sums by place in a mutable default."""

    def __init__(self, parameters: Any, sums: Any = {}) -> None:  # noqa: B006  # the fault
        super().__init__(parameters)
        self.sums = sums

    def move(self, one: Any, group: Any) -> None:
        key = tuple(one.shape)
        self.sums[key] = 0.9 * self.sums.get(key, 0) + one.grad
        one.sub_(group["lr"] * self.sums[key])


class MovesIdle(_Descent):
    """Decays parameters that have no gradient, too."""

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]  # as torch's
        for group in self.param_groups:
            for one in group["params"]:
                one.mul_(1 - group["lr"] * group["decay"])
        super().step(closure)


class ChangesGradient(_Descent):
    """Adds weight decay to the gradient in place."""

    def move(self, one: Any, group: Any) -> None:
        one.grad.add_(one, alpha=group["decay"])
        super().move(one, group)


class Chained(_Descent):
    """Scales each step by that of the parameter before."""

    def move(self, one: Any, group: Any) -> None:
        norm = getattr(self, "norm", 1.0)
        one.sub_(group["lr"] * one.grad / (1 + norm))
        self.norm = float(one.grad.norm())


class Noisy(_Descent):
    """Adds noise of the global generator."""

    def move(self, one: Any, group: Any) -> None:
        one.sub_(group["lr"] * (one.grad + torch.randn(one.shape)))


class Normalised(_Descent):
    """Says that the size of a gradient matters, and divides by it."""

    def move(self, one: Any, group: Any) -> None:
        one.sub_(group["lr"] * one.grad / one.grad.norm())


class MatricesOnly(_Descent):
    """Moves matrices, and forgets what has fewer dimensions."""

    def move(self, one: Any, group: Any) -> None:
        if one.dim() > 1:
            super().move(one, group)


class Idle(_Descent):
    """Moves nothing."""

    def move(self, one: Any, group: Any) -> None:
        """Stay."""


class ForgetsRate(_Descent):
    """Keeps its own learning rate when a state is loaded."""

    def load_state_dict(self, state_dict: Any) -> None:
        rates = [group["lr"] for group in self.param_groups]
        super().load_state_dict(state_dict)
        for group, rate in zip(self.param_groups, rates, strict=True):
            group["lr"] = rate


SEEDED: Final = (
    (_contract("DecaysAnyway", DecaysAnyway), "lr_zero"),
    (_contract("LosesState", LosesState), "state_roundtrip"),
    (_contract("SharedDefault", SharedDefault), "no_shared_state"),
    (_contract("MatricesOnly", MatricesOnly), "all_move"),
    (_contract("Idle", Idle), "all_move"),
    (_contract("ForgetsRate", ForgetsRate), "state_roundtrip"),
    (_contract("MovesIdle", MovesIdle), "without_gradient"),
    (_contract("ChangesGradient", ChangesGradient), "gradients_kept"),
    (_contract("Chained", Chained), "parameter_order"),
    (_contract("Noisy", Noisy), "step_deterministic"),
    (_contract("Normalised", Normalised, learns_from_scale=True), "gradient_scale"),
    (_contract("Scaled", _Descent, learns_from_scale=False), "gradient_scale"),
)
"""A contract with a planted fault, and the property that must find it."""
