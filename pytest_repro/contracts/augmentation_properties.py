"""The properties of augmentations: what a sample becomes hangs on its address alone."""

from collections.abc import Callable
from typing import Final

from pytest_repro.contracts.deferred import check_in
from pytest_repro.contracts.properties import (
    Property,
    Subject,
    register,
    register_extra,
)

__all__ = ["AUGMENTATION_PROPERTIES"]

register_extra("augmentation", {"strength": (1.0, 0.5)})

_FINITE: Final = ("normal", "zeros", "constant", "one_hot", "lowest", "highest")


def _has(*fields: str) -> Callable[[Subject], bool]:
    def applies(subject: Subject) -> bool:
        return all(getattr(subject.contract, one, None) is not None for one in fields)

    return applies


def _row(
    name: str,
    claim: str,
    *,
    examples: int = 6,
    is_leveled: bool = False,
    applies: Callable[[Subject], bool] = lambda _subject: True,
) -> Property:
    return register(
        Property(
            name=name,
            kind="augmentation",
            claim=claim,
            check=check_in("torch_augmentations", f"check_{name}"),
            values=_FINITE,
            examples=examples,
            is_leveled=is_leveled,
            applies=applies,
        )
    )


AUGMENTATION_PROPERTIES: Final = (
    _row("shape_dtype", "what comes out has the shape and dtype of what goes in"),
    _row("finite", "finite samples stay finite"),
    _row("bounds", "values stay in the declared bounds", applies=_has("bounds")),
    _row("no_input_mutation", "the batch that is handed over is left alone"),
    _row("deterministic", "the same seed and ids give the same batch again"),
    _row("seed_matters", "another seed gives another batch", examples=2),
    _row("id_matters", "other ids have other draws", examples=2),
    _row("identity_at_zero", "at strength 0 nothing is changed, bit for bit"),
    _row(
        "sample_independence",
        "a sample becomes the same whatever else is in its batch",
        examples=20,
        is_leveled=True,
    ),
    _row(
        "replay",
        "what was drawn, applied again, gives what was given",
        applies=_has("draw", "replay"),
    ),
    _row(
        "probability",
        "samples are changed as often as declared",
        examples=1,
        applies=_has("probability"),
    ),
)
