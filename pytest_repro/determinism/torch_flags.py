"""Every flag of torch that can change bits: set, read back, put back.

The flags are a table of rows, so that what is set, what is recorded and what is
restored cannot drift apart. A row that nobody wants to change is still recorded and
still restored, since an experiment in the same process may change it.

`torch.use_deterministic_algorithms` is not called: it would import the whole compiler
(1.6 s) to set one field of it. The same switch is thrown by
`torch.set_deterministic_debug_mode`, and the field is set when the compiler comes, see
`pin_compiler`. The precision of float32 products is in `torch_precision`.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, TypeAlias

import torch
import torch.backends.opt_einsum  # torch 2.6 loads it with the first `einsum`

from pytest_repro.determinism import torch_precision
from pytest_repro.determinism.late import is_imported
from pytest_repro.errors import ReproUsageError
from pytest_repro.records import Determinism

__all__ = [
    "COMPILER",
    "FLAGS",
    "Flag",
    "apply",
    "keep",
    "keep_compiler",
    "pin_compiler",
    "pin_interop_threads",
    "read_flags",
    "write_flag",
]

Value: TypeAlias = "bool | int | str | None"
PutBack: TypeAlias = Callable[[], None]

COMPILER: Final = "torch._inductor.config"
"""The module that brings the compiler's own switch."""

_SWITCH: Final = "deterministic"

_RAISE: Final = 2
_IGNORE: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One row of the table.

    Attributes:
        name: As it appears in a record.
        read: Reads the value in force; None if this build of torch has no such flag.
        write: Sets a value that `read` gave; None if it cannot be set.
        wanted: What a `Determinism` asks for; None if it asks for nothing.
    """

    name: str
    read: Callable[[], Any]
    write: Callable[[Any], object] | None = None
    wanted: Callable[[Determinism], Any] | None = None


def apply(determinism: Determinism) -> None:
    """Set every flag that is pinned.

    Args:
        determinism: What is pinned.

    Raises:
        ReproUsageError: If the matmul precision is neither ``ieee`` nor ``tf32``.
    """
    torch_precision.apply(determinism.matmul_precision)
    for flag in FLAGS:
        if flag.wanted and flag.write and flag.read() is not None:
            flag.write(flag.wanted(determinism))


def keep() -> PutBack:
    """Remember every flag in force.

    Returns:
        A function that puts them back exactly.
    """
    precision = torch_precision.keep()
    values = [flag.read() for flag in FLAGS]

    def put_back() -> None:
        with ExitStack() as last_first:  # goes on after an error
            for flag, value in zip(reversed(FLAGS), reversed(values), strict=True):
                last_first.callback(_write_if_changed, flag, value)
            last_first.callback(precision)

    return put_back


def read_flags() -> dict[str, Value]:
    """Read back every flag in force.

    Returns:
        Plain values by name, sorted; None for what this build of torch lacks.
    """
    found = {flag.name: _to_plain(flag.read()) for flag in FLAGS}
    found["compiler_deterministic"] = getattr(_compiler(), _SWITCH, None)
    return dict(sorted((found | torch_precision.read()).items()))


def write_flag(name: str, text: str) -> None:
    """Set one flag, pinned or not, as a record tells it.

    Args:
        name: Of a row of the table.
        text: Its value, as text.

    Raises:
        ReproUsageError: If there is no such flag, or nobody can set it from text.
    """
    found = next((flag for flag in FLAGS if flag.name == name), None)
    match None if found is None or found.write is None else found.read():
        case bool():
            value: object = text == "True"
        case int():
            value = int(text)
        case torch.dtype():
            value = getattr(torch, text.removeprefix("torch."))
        case _:
            msg = f"flag {name} of torch cannot be set to {text}"
            raise ReproUsageError(msg)
    if found and found.write:
        found.write(value)


def keep_compiler() -> PutBack:
    """Remember the compiler's switch, once the compiler is imported.

    Returns:
        A function that puts it back.
    """
    before = getattr(_compiler(), _SWITCH, None)

    def put_back() -> None:
        _throw_switch(before)

    return put_back


def pin_compiler(determinism: Determinism) -> None:
    """Set the compiler's switch, once the compiler is imported.

    Args:
        determinism: What is pinned.
    """
    _throw_switch(determinism.deterministic_algorithms)


def _throw_switch(value: Value) -> None:
    """Set the compiler's switch, which torch has since 2.9: older ones refuse it."""
    if hasattr(_compiler(), _SWITCH):
        setattr(_compiler(), _SWITCH, value)


def pin_interop_threads(threads: int) -> bool:
    """Set the threads that run independent operations side by side.

    torch allows this once in a process and not after parallel work has begun, so it
    cannot be undone; only a worker, which is alone in its process, should call it.

    Args:
        threads: How many.

    Returns:
        Whether so many are in force now.
    """
    if torch.get_num_interop_threads() != threads:
        try:
            torch.set_num_interop_threads(threads)
        except RuntimeError:
            return False
    return torch.get_num_interop_threads() == threads


def _compiler() -> Any:  # noqa: ANN401  # a module that writes its own attributes
    return import_module(COMPILER) if is_imported(COMPILER) else None


def _to_plain(value: object) -> Value:
    return value if isinstance(value, bool | int | str | None) else str(value)


def _write_if_changed(flag: Flag, value: object) -> None:
    if flag.write and flag.read() != value:
        flag.write(value)


def _strict(determinism: Determinism) -> bool:
    return determinism.deterministic_algorithms


def _off(_: Determinism) -> bool:
    return False


def _attribute(
    owner: object, name: str, label: str, wanted: Callable[[Determinism], Any] | None
) -> Flag:
    """Make the row of an attribute, which older torch may lack."""
    return Flag(
        name=f"{label}.{name}",
        read=lambda: getattr(owner, name, None),
        write=lambda value: setattr(owner, name, value),
        wanted=wanted,
    )


def _flushes_denormals() -> bool:
    """Find out by arithmetic, as torch has no reader: 1e-310 is denormal."""
    return (torch.tensor([1e-310], dtype=torch.float64) * 1.0).item() == 0.0


def _reduction(dtype: str) -> tuple[Flag, Flag]:
    """Make both rows of one setting; together they are written as a pair.

    The pair (True, False) is refused by torch, so the first row writes (·, True).
    """
    name = f"allow_{dtype}_reduced_precision_reduction"
    matmul = torch.backends.cuda.matmul

    def split_k() -> bool | None:
        return getattr(matmul, f"{name}_split_k", None)

    def allow(value: bool) -> None:  # noqa: FBT001  # written as it was read
        setattr(matmul, name, value if split_k() is None else (value, True))

    return (
        Flag(
            name=f"cuda.matmul.{name}",
            read=lambda: getattr(matmul, name),
            write=allow,
            wanted=_off,
        ),
        Flag(
            name=f"cuda.matmul.{name}_split_k",
            read=split_k,
            write=lambda value: setattr(matmul, name, (getattr(matmul, name), value)),
        ),
    )


def _tunable() -> bool | None:
    try:
        return torch.cuda.tunable.is_enabled()
    except AttributeError:  # builds without CUDA
        return None


_cudnn = torch.backends.cudnn
_mkldnn = torch.backends.mkldnn
_cuda = torch.backends.cuda

FLAGS: Final = (
    Flag(
        name="deterministic_debug_mode",
        read=torch.get_deterministic_debug_mode,
        write=torch.set_deterministic_debug_mode,
        wanted=lambda pinned: _RAISE if pinned.deterministic_algorithms else _IGNORE,
    ),
    _attribute(
        torch.utils.deterministic,
        "fill_uninitialized_memory",
        "deterministic",
        lambda pinned: pinned.fill_uninitialized_memory,
    ),
    _attribute(_cudnn, "deterministic", "cudnn", _strict),
    _attribute(_cudnn, "benchmark", "cudnn", lambda pinned: pinned.cudnn_benchmark),
    _attribute(_cudnn, "benchmark_limit", "cudnn", None),
    _attribute(_cudnn, "enabled", "cudnn", None),
    _attribute(_mkldnn, "deterministic", "mkldnn", _strict),
    _attribute(_mkldnn, "enabled", "mkldnn", None),
    *_reduction("fp16"),
    *_reduction("bf16"),
    _attribute(_cuda.matmul, "allow_fp16_accumulation", "cuda.matmul", _off),
    Flag(
        name="cuda.allow_fp16_bf16_reduction_math_sdp",
        read=_cuda.fp16_bf16_reduction_math_sdp_allowed,
        write=_cuda.allow_fp16_bf16_reduction_math_sdp,
        wanted=_off,
    ),
    Flag(
        name="cuda.flash_sdp",
        read=_cuda.flash_sdp_enabled,
        write=_cuda.enable_flash_sdp,
    ),
    Flag(
        name="cuda.mem_efficient_sdp",
        read=_cuda.mem_efficient_sdp_enabled,
        write=_cuda.enable_mem_efficient_sdp,
    ),
    Flag(
        name="cuda.math_sdp", read=_cuda.math_sdp_enabled, write=_cuda.enable_math_sdp
    ),
    Flag(
        name="cuda.cudnn_sdp",
        read=_cuda.cudnn_sdp_enabled,
        write=_cuda.enable_cudnn_sdp,
    ),
    Flag(
        name="cuda.preferred_blas_library",
        read=_cuda.preferred_blas_library,
        write=_cuda.preferred_blas_library,
    ),
    Flag(
        name="cuda.preferred_linalg_library",
        read=_cuda.preferred_linalg_library,
        write=_cuda.preferred_linalg_library,
    ),
    Flag(name="cuda.tunable", read=_tunable),
    Flag(
        name="mha.fastpath",
        read=torch.backends.mha.get_fastpath_enabled,
        write=torch.backends.mha.set_fastpath_enabled,
    ),
    _attribute(torch.backends.opt_einsum, "enabled", "opt_einsum", None),
    Flag(
        name="flush_denormal",
        read=_flushes_denormals,
        write=torch.set_flush_denormal,
        wanted=_off,
    ),
    Flag(
        name="default_dtype",
        read=torch.get_default_dtype,
        write=torch.set_default_dtype,
    ),
    Flag(
        name="grad_enabled",
        read=torch.is_grad_enabled,
        write=torch.set_grad_enabled,
    ),
    Flag(
        name="threads",
        read=torch.get_num_threads,
        write=torch.set_num_threads,
        wanted=lambda pinned: pinned.threads,
    ),
    Flag(name="interop_threads", read=torch.get_num_interop_threads),
)
"""Every flag, in the order in which it is written."""
