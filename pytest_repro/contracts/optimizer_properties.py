"""The properties of optimizers: a step follows from parameters, gradients and state."""

from collections.abc import Callable
from typing import Final

from pytest_repro.contracts.deferred import check_in
from pytest_repro.contracts.properties import Property, Subject, register
from pytest_repro.records.module_contracts import BITWISE, Level, rtol

__all__ = ["OPTIMIZER_PROPERTIES"]


def _has_scale(subject: Subject) -> bool:
    return getattr(subject.contract, "learns_from_scale", None) is not None


def _row(
    name: str,
    claim: str,
    *,
    level: Level = BITWISE,
    applies: Callable[[Subject], bool] = lambda _subject: True,
) -> Property:
    return register(
        Property(
            name=name,
            kind="optimizer",
            claim=claim,
            check=check_in("torch_optimizers", f"check_{name}"),
            level=level,
            is_leveled=level != BITWISE,
            values=("normal",),
            examples=4,
            applies=applies,
        )
    )


OPTIMIZER_PROPERTIES: Final = (
    _row("step_deterministic", "the same gradients give the same steps"),
    _row(
        "state_roundtrip",
        "an optimizer with a saved and loaded state goes on as the first would",
    ),
    _row("all_move", "every parameter that has gradients moves"),
    _row("lr_zero", "with a learning rate of 0 no parameter changes"),
    _row("without_gradient", "a parameter without a gradient stays"),
    _row("gradients_kept", "a step leaves the gradients alone"),
    _row("parameter_order", "the order of parameters changes nothing"),
    _row("no_shared_state", "two optimizers do not touch each other"),
    _row(
        "gradient_scale",
        "twice the gradient makes another step, or none, as declared",
        level=rtol(1e-5),
        applies=_has_scale,
    ),
)
