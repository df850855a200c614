"""What an operator of torch does with its tensors, read from its schema once.

Which arguments it reads, which it writes, and whether it draws random numbers. Three
things that no schema says stand here as tables: which views choose numbers, which
operators return memory that nobody has written (no output that could be compared, so
they are left out), and which writes ignore what was there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import torch

__all__ = ["Operator", "arguments_of", "operator_of", "shown", "tensors_in"]

MAX_TEXT: Final = 160

_UNDEFINED: Final = frozenset(
    {
        "_efficientzerotensor",
        "_empty_affine_quantized",
        "_resize_output_",
        "empty",
        "empty_like",
        "empty_permuted",
        "empty_strided",
        "new_empty",
        "new_empty_strided",
        "resize_",
        "resize_as_",
    }
)
_OVERWRITING: Final = frozenset(
    {
        "_foreach_copy_",
        "_foreach_zero_",
        "bernoulli_",
        "cauchy_",
        "copy_",
        "exponential_",
        "fill_",
        "geometric_",
        "log_normal_",
        "normal_",
        "random_",
        "set_",
        "uniform_",
        "zero_",
    }
)
_UNDECLARED_WRITES: Final = ("running_mean", "running_var")
"""Of batch norm: written in training, and some of its operators do not say so."""

_SELECTING: Final = frozenset(
    {
        "as_strided",
        "chunk",
        "diagonal",
        "movedim",
        "narrow",
        "permute",
        "select",
        "slice",
        "split",
        "split_with_sizes",
        "transpose",
        "unbind",
        "unfold",
    }
)
"""Views whose arguments say which numbers come next; the others change no number."""

_LIKE: Final = ("_like", "new_")
"""Of operators that read the shape of a tensor and none of its numbers."""

_ORDINARY: Final = {"device": "cpu", "layout": "strided", "pin_memory": "False"}
"""Arguments that factories are always given."""

_IGNORED: Final = frozenset({"_local_scalar_dense", "detach", "detach_", "lift_fresh"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """What is known of an operator.

    Attributes:
        name: Such as ``aten.addmm.default``.
        parameters: Of its schema, in order; empty if it has none.
        written: Which of them it writes.
        is_ignored: Whether its calls are not kept: it makes or chooses no number.
        is_view: Whether only its arguments are kept.
        is_random: Whether it draws from a generator.
        is_source: Whether it ignores what the written ones held before.
        is_blind: Whether it reads shapes only.
    """

    name: str
    parameters: tuple[Any, ...] = ()
    written: frozenset[str] = frozenset()
    is_ignored: bool = False
    is_view: bool = False
    is_random: bool = False
    is_source: bool = False
    is_blind: bool = False


_known: dict[Any, Operator] = {}


def operator_of(function: Any) -> Operator:  # noqa: ANN401  # torch has no public type
    """Tell what an operator does.

    Args:
        function: What `__torch_dispatch__` is given.

    Returns:
        The facts; of a higher-order operator, which has no schema, hardly more than
        its name.
    """
    found = _known.get(function)
    if found is None:
        found = _known[function] = _read(function)
    return found


def tensors_in(value: object) -> Iterator[torch.Tensor]:
    """Find the tensors of an argument or result.

    Args:
        value: A tensor, or sequences and dicts of such, or anything else.

    Yields:
        Each tensor, in order.
    """
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from tensors_in(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from tensors_in(part)


def arguments_of(
    operator: Operator, args: Sequence[object], kwargs: Mapping[str, object]
) -> str:
    """Write whatever else a call was given, as text without addresses.

    Args:
        operator: What is called.
        args: By position.
        kwargs: By name.

    Returns:
        Such as ``p=0.5, train=True``; what equals its default is left out, and a long
        text ends in the beginning of a digest of the whole.
    """
    words = []
    for index, parameter in enumerate(operator.parameters):
        name = parameter.name
        value = args[index] if index < len(args) else kwargs.get(name)
        if _is_default(parameter, value) or next(tensors_in(value), None) is not None:
            continue
        words.append(f"{name}={_text(value)}")
    return shown(", ".join(words))


def shown(text: str, *, longest: int = MAX_TEXT) -> str:
    """Make text fit for a table.

    Args:
        text: From anybody.
        longest: How many characters it may have.

    Returns:
        The same if it is short and printable; else without what is not, and with a
        digest of the whole in the place of its end.
    """
    if len(text) <= longest and text.isprintable():
        return text
    whole = sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    kept = "".join(char for char in text if char.isprintable())
    return f"{kept[: longest - 10]}… {whole}"


def _read(function: Any) -> Operator:  # noqa: ANN401  # as above
    schema = getattr(function, "_schema", None)
    if schema is None:
        return Operator(name=shown(f"higher_order.{function}"))
    short = schema.name.rpartition("::")[2]
    written = frozenset(one.name for one in schema.arguments if _is_written(one, short))
    is_view = bool(getattr(function, "is_view", False))
    return Operator(
        name=shown(str(function)),
        parameters=tuple(schema.arguments),
        written=written,
        is_ignored=short in _IGNORED | _UNDEFINED
        or (is_view and short not in _SELECTING),
        is_view=is_view,
        is_random=torch.Tag.nondeterministic_seeded in function.tags,
        is_source=short in _OVERWRITING or _has_out(schema),
        is_blind=short.endswith(_LIKE[0]) or short.startswith(_LIKE[1]),
    )


def _is_written(parameter: Any, operator: str) -> bool:  # noqa: ANN401  # as above
    if parameter.alias_info is not None and parameter.alias_info.is_write:
        return True
    return parameter.name in _UNDECLARED_WRITES and not operator.endswith("_backward")


def _has_out(schema: Any) -> bool:  # noqa: ANN401  # as above
    """Tell whether all that is written is `out=`, which is made to be overwritten."""
    written = [
        one for one in schema.arguments if one.alias_info and one.alias_info.is_write
    ]
    return bool(written) and all(one.is_out for one in written)


def _is_default(parameter: Any, value: object) -> bool:  # noqa: ANN401  # as above
    if value is None or _text(value) == _ORDINARY.get(parameter.name):
        return True
    has_default = parameter.has_default_value()
    return bool(has_default and _text(parameter.default_value) == _text(value))


def _text(value: object) -> str:
    if isinstance(value, bool | int | float | complex | str):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, torch.dtype | torch.layout | torch.memory_format):
        return str(value).removeprefix("torch.")
    if isinstance(value, torch.device):
        return str(value)
    return type(value).__name__
