"""The precision of float32 products in torch, through its old and its new interface.

torch ≥ 2.9 has one setting for each backend and operation, which inherit from each
other, and keeps two older settings beside them: `set_float32_matmul_precision` and
`cudnn.allow_tf32`. If the two generations disagree, reading the old one raises; the
compiler and `torch.backends.cudnn.flags` do read it. So both are set, old first.

The public names are not enough: assigning `torch.backends.mkldnn.fp32_precision`
(2.13) changes the setting of all backends, hence the functions of `torch._C`.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import torch

from pytest_repro.errors import ReproUsageError

__all__ = ["apply", "keep", "read"]

_NONE: Final = "none"
_LEGACY: Final = {"ieee": "highest", "tf32": "high"}

# Parents stand before the children that inherit from them.
_KEYS: Final = (
    ("generic", "all"),
    ("cuda", "all"),
    ("cuda", "matmul"),
    ("cuda", "conv"),
    ("cuda", "rnn"),
    ("mkldnn", "all"),
    ("mkldnn", "matmul"),
    ("mkldnn", "conv"),
    ("mkldnn", "rnn"),
)
_HAS_NEW: Final = hasattr(torch._C, "_set_fp32_precision_setter")  # noqa: SLF001  # see above


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """Both generations, without inheritance."""

    matmul: str
    cudnn_allow_tf32: bool
    own: dict[tuple[str, str], str]


def apply(precision: str) -> None:
    """Set the precision of every backend and operation.

    Args:
        precision: ``ieee`` or ``tf32``.

    Raises:
        ReproUsageError: If it is another word.
    """
    if precision not in _LEGACY:
        msg = f"matmul precision is 'ieee' or 'tf32', got {precision!r}"
        raise ReproUsageError(msg)
    own = dict.fromkeys(_KEYS, _NONE) | {("generic", "all"): precision}
    _write(
        _State(
            matmul=_LEGACY[precision],
            cudnn_allow_tf32=precision == "tf32",
            own=own,
        )
    )


def read() -> dict[str, str | None]:
    """Read back the precision in force.

    Returns:
        By name, inheritance resolved; None where old and new settings contradict
        each other.
    """
    found: dict[str, str | None] = {"float32_matmul_precision": _legacy_matmul()}
    if _HAS_NEW:
        found |= {f"fp32_precision.{key[0]}.{key[1]}": _get(key) for key in _KEYS}
    return found


def keep() -> Callable[[], None]:
    """Remember the precision, as each setting has it and not as it inherits it.

    Returns:
        A function that puts it back exactly.
    """
    state = _peel() if _HAS_NEW else _old_state()
    return lambda: _write(state)


def _old_state() -> _State:
    return _State(
        matmul=torch.get_float32_matmul_precision(),
        cudnn_allow_tf32=torch.backends.cudnn.allow_tf32,
        own={},
    )


def _peel() -> _State:
    """Read every setting with those above it cleared, then write all of them back."""
    own = {}
    for key in _KEYS:
        own[key] = _get(key)
        _set(key, _NONE)
    matmul = torch.get_float32_matmul_precision()
    _set(("cuda", "conv"), "tf32")
    _set(("cuda", "rnn"), "tf32")
    state = _State(matmul=matmul, cudnn_allow_tf32=_cudnn_allows_tf32(), own=own)
    _write(state)
    return state


def _write(state: _State) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch 2.9 calls the old interface deprecated
        torch.set_float32_matmul_precision(state.matmul)
        torch.backends.cudnn.allow_tf32 = state.cudnn_allow_tf32
    if _HAS_NEW:
        for key, value in state.own.items():
            _set(key, value)


def _legacy_matmul() -> str | None:
    try:
        return torch.get_float32_matmul_precision()
    except RuntimeError:
        return None


def _cudnn_allows_tf32() -> bool:
    """Read the old flag; it raises if it is False while the new ones say TF32."""
    try:
        return torch.backends.cudnn.allow_tf32
    except RuntimeError:
        return False


def _get(key: tuple[str, str]) -> str:
    return str(torch._C._get_fp32_precision_getter(*key))  # noqa: SLF001  # see above


def _set(key: tuple[str, str], value: str) -> None:
    torch._C._set_fp32_precision_setter(*key, value)  # noqa: SLF001  # see above
