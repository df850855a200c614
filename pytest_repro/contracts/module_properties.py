"""The properties of modules, as one table; the checks are imported when they are run.

The default levels were measured on CPUs: linear layers and convolutions give other last
bits in batches of other sizes (60 to 91 % of the elements, at most 6e-7 of the largest)
since their kernels sum in another order. Whatever is copied or saved is bitwise. Where
a level leaves room for rounding, rows of one large number are left out: a normalisation
subtracts equal numbers there, and what remains is nothing but rounding.
"""

from collections.abc import Callable
from typing import Final

from pytest_repro.contracts.deferred import check_in
from pytest_repro.contracts.interfaces import interface_of
from pytest_repro.contracts.properties import (
    Property,
    Subject,
    register,
)
from pytest_repro.records.module_contracts import rtol

__all__ = ["MODULE_PROPERTIES"]

_FINITE_VALUES: Final = ("normal", "constant", "duplicates")
_CLOSE: Final = rtol(1e-5)
_SOUND_VALUES: Final = (
    "normal",
    "zeros",
    "constant",
    "duplicates",
    "one_hot",
    "tiny",
    "large",
)


def _row(name: str, home: str, check: str, claim: str, **more: object) -> Property:
    check_later = check_in(f"torch_{home}", f"check_{check}")
    more.setdefault("applies", _always)
    return register(
        Property(name=name, kind="module", claim=claim, check=check_later, **more)  # type: ignore[arg-type]  # rows of a table
    )


def _always(_subject: Subject) -> bool:
    return True


def _has(field: str) -> Callable[[Subject], bool]:
    return lambda subject: bool(getattr(subject.contract, field, ""))


def _has_range(subject: Subject) -> bool:
    return "return" in getattr(subject.contract, "ranges", {})


def _has_batch(subject: Subject) -> bool:
    return bool(interface_of(subject).batch)


def _has_images(subject: Subject) -> bool:
    four = 4
    return any(len(one.dimensions) == four for one in interface_of(subject).arguments)


def _has_result(subject: Subject) -> bool:
    return interface_of(subject).results is not None


MODULE_PROPERTIES: Final = (
    _row(
        "shape_dtype",
        "values",
        "shape",
        "what comes out has the shapes and dtypes that the annotation promises",
        applies=_has_result,
    ),
    _row("finite", "values", "finite", "finite inputs give finite results"),
    _row(
        "range",
        "values",
        "range",
        "what comes out stays in the declared range",
        applies=_has_range,
    ),
    _row(
        "init_deterministic",
        "states",
        "init",
        "the same seed gives the same initial state, whatever ran before",
        examples=3,
        values=("normal",),
    ),
    _row(
        "eval_deterministic",
        "states",
        "eval",
        "in eval, the same input gives the same result, and the state stays",
    ),
    _row(
        "rng_isolation",
        "states",
        "rng",
        "eval draws no random numbers, training only seeded ones",
    ),
    _row("no_input_mutation", "values", "mutation", "a call leaves its inputs alone"),
    _row(
        "no_aliasing",
        "values",
        "aliasing",
        "results share no memory with inputs, parameters or buffers",
    ),
    _row(
        "no_shared_state",
        "states",
        "sharing",
        "two instances share nothing that either can change",
        examples=5,
    ),
    _row(
        "batch_permutation",
        "batches",
        "permutation",
        "permuting the batch permutes the results",
        level=_CLOSE,
        is_leveled=True,
        values=_SOUND_VALUES,
        applies=_has_batch,
    ),
    _row(
        "batch_size_invariance",
        "batches",
        "batch_size",
        "a sample gives the same result whatever else is in its batch",
        level=_CLOSE,
        is_leveled=True,
        values=_SOUND_VALUES,
        applies=_has_batch,
    ),
    _row(
        "padding_invariance",
        "padding",
        "padding",
        "padding changes nothing of what is real",
        level=_CLOSE,
        is_leveled=True,
        values=_SOUND_VALUES,
        applies=_has("time"),
    ),
    _row(
        "state_dict_roundtrip",
        "states",
        "roundtrip",
        "a saved and loaded state makes another instance the same",
    ),
    _row(
        "resume_equivalence",
        "states",
        "resume",
        "resumed training goes where uninterrupted training goes",
        examples=5,
        values=("normal",),
    ),
    _row(
        "copies",
        "states",
        "copies",
        "a deep copy gives the same, and the module can be pickled",
        examples=5,
    ),
    _row(
        "gradient_flow",
        "gradients",
        "gradient_flow",
        "every parameter and input gets a finite gradient that is not always zero",
        examples=5,
        values=("normal",),
    ),
    _row(
        "gradcheck",
        "gradients",
        "gradcheck",
        "derivatives agree with differences in double precision",
        level=rtol(1e-3),
        examples=2,
        values=("normal",),
    ),
    _row(
        "overfit_one_batch",
        "gradients",
        "overfitting",
        "one batch can be learnt by heart",
        examples=1,
        values=("normal",),
    ),
    _row(
        "dtype_closure",
        "values",
        "dtype_closure",
        "in double precision, results are in double precision",
        examples=3,
        values=_FINITE_VALUES,
    ),
    _row(
        "device_closure",
        "devices",
        "device_closure",
        "on another device, results are on that device",
        examples=3,
        values=("normal",),
    ),
    _row(
        "non_contiguous",
        "values",
        "non_contiguous",
        "gaps in the memory of inputs change nothing",
        level=_CLOSE,
        is_leveled=True,
        values=_SOUND_VALUES,
    ),
    _row(
        "channels_last",
        "values",
        "channels_last",
        "the order of channels in memory changes nothing",
        level=_CLOSE,
        is_leveled=True,
        values=_SOUND_VALUES,
        applies=_has_images,
    ),
    _row(
        "empty_batch",
        "values",
        "empty_batch",
        "no samples give no results, or an error that says why",
        examples=3,
        values=("normal",),
        applies=_has_batch,
    ),
    _row(
        "thread_invariance",
        "batches",
        "threads",
        "the number of threads changes nothing",
        level=_CLOSE,
        is_leveled=True,
        values=_SOUND_VALUES,
        examples=5,
    ),
)
