"""The settings of an optimizer, the same whichever torch wrote them.

torch gives its optimizers new settings with time, off at first: `LBFGS` got `maximize`
in 2.14, `Adam` got `decoupled_weight_decay` in 2.7. A new entry is another digest, and
would make every run under another torch differ by settings that do nothing. So those of
torch's own optimizers are told as torch 2.13 writes them: what it does not know is left
out for as long as it has the value that its constructor gives it, and what was not
there before is put in, with the value that does what was done then.

Optimizers of others are told as they are.
"""

import inspect
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final, TypeAlias

import torch

__all__ = ["NO_SETTINGS", "Settings", "settings_of"]

Settings: TypeAlias = dict[str, object]

NO_SETTINGS: Final = frozenset({"params", "param_names"})
"""What stands among the settings of a group, and is none."""

_ADAM: Final = (
    "lr betas eps weight_decay amsgrad maximize foreach capturable differentiable "
    "fused decoupled_weight_decay"
)
KNOWN: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        name: frozenset(keys.split())
        for name, keys in {
            "ASGD": "lr lambd alpha t0 weight_decay foreach maximize differentiable "
            "capturable",
            "Adadelta": "lr rho eps weight_decay maximize capturable foreach "
            "differentiable",
            "Adafactor": "lr beta2_decay eps d weight_decay foreach maximize",
            "Adagrad": "lr lr_decay eps weight_decay initial_accumulator_value foreach "
            "maximize differentiable fused",
            "Adam": _ADAM,
            "AdamW": _ADAM,
            "Adamax": "lr betas eps weight_decay foreach maximize differentiable "
            "capturable",
            "LBFGS": "lr max_iter max_eval tolerance_grad tolerance_change "
            "history_size line_search_fn",
            "Muon": "lr weight_decay momentum nesterov ns_coefficients eps ns_steps "
            "adjust_lr_fn",
            "NAdam": "lr betas eps weight_decay momentum_decay decoupled_weight_decay "
            "maximize foreach capturable differentiable",
            "RAdam": "lr betas eps weight_decay maximize foreach capturable "
            "decoupled_weight_decay differentiable",
            "RMSprop": "lr momentum alpha eps centered weight_decay capturable foreach "
            "maximize differentiable",
            "Rprop": "lr etas step_sizes foreach maximize differentiable capturable",
            "SGD": "lr momentum dampening weight_decay nesterov maximize foreach "
            "differentiable fused",
            "SparseAdam": "lr betas eps maximize",
        }.items()
    }
)
"""What torch 2.13 keeps for each of its optimizers. Another torch changes no row: its
new settings are recognized by not being here."""

LACKED: Final = MappingProxyType(
    {
        "Adam": ("fused", "decoupled_weight_decay", False),
        "AdamW": ("fused", "decoupled_weight_decay", True),
    }
)
"""What older ones that this project supports (from 2.6 on) lack: behind which setting
it comes, its name, and what they do."""


def settings_of(optimizer: torch.optim.Optimizer) -> Iterator[Settings]:
    """Tell the settings of each group of parameters.

    Args:
        optimizer: The optimizer.

    Yields:
        Settings by name, in the order of the group; neither its parameters nor their
        names.
    """
    kind = _kind(optimizer)
    for group in optimizer.param_groups:
        plain = {key: one for key, one in group.items() if key not in NO_SETTINGS}
        yield plain if kind is None else _told_alike(kind, plain)


def _kind(optimizer: torch.optim.Optimizer) -> type | None:
    """Find which of torch's optimizers it is, or is derived from."""
    for one in type(optimizer).__mro__:
        if one.__name__ in KNOWN and one.__module__.startswith("torch.optim."):
            return one
    return None


def _told_alike(kind: type, plain: Settings) -> Settings:
    known = KNOWN[kind.__name__]
    before, lacked, value = LACKED.get(kind.__name__, ("", "", None))
    told: Settings = {}
    for key, one in plain.items():
        if key in known or not _is_new_and_off(kind, key, one):
            told[key] = one
        if key == before and lacked not in plain:
            told[lacked] = value
    return told


def _is_new_and_off(kind: type, key: str, value: object) -> bool:
    """Tell whether a setting has the default that a torch after 2.13 gave it."""
    defaults = _defaults(kind)
    if key not in defaults:
        return False
    default = defaults[key]
    # Of one type first: a tensor would be waited for, and True equals 1.
    return type(value) is type(default) and value == default


@lru_cache(maxsize=len(KNOWN))
def _defaults(kind: type) -> Mapping[str, object]:
    parameters = inspect.signature(kind).parameters.values()
    return {one.name: one.default for one in parameters if one.default is not one.empty}
