"""Read shapes: from jaxtyping's annotations, and from strings such as ``Float b 3 h``.

jaxtyping is known in this file alone, by three public attributes of its annotations
(`dtypes`, `dim_str`, `array_type`), and never imported: the person's own annotations
bring it along. Its language of dimensions is parsed here anew, because its parser is
private, and because sizes are to be chosen, not checked.
"""

import ast
import inspect
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pytest_repro.errors import ContractError

__all__ = ["Dimension", "TensorSpec", "arguments_of", "parse", "parse_all", "result_of"]

_KINDS: Final = {
    "float": ("Float", "Inexact", "Num", "Real", "Shaped", "BFloat16"),
    "int": ("Int", "Integer", "UInt", "Long"),
    "bool": ("Bool", "Mask"),
    "complex": ("Complex",),
}
_OPERATIONS: Final = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One dimension of a shape.

    Attributes:
        text: A name, a number or an expression, without its modifiers.
        is_variadic: Whether it stands for any number of dimensions.
        is_broadcast: Whether its size may also be 1.
    """

    text: str
    is_variadic: bool = False
    is_broadcast: bool = False

    @property
    def is_symbol(self) -> bool:
        """Whether it is a name by itself."""
        return self.text.isidentifier()

    @property
    def symbols(self) -> tuple[str, ...]:
        """The names in it, in order."""
        nodes = ast.walk(ast.parse(self.text, mode="eval"))
        return tuple(sorted({node.id for node in nodes if isinstance(node, ast.Name)}))

    def size(self, sizes: Mapping[str, int]) -> int:
        """Compute its size.

        Args:
            sizes: The size of each name.

        Returns:
            The size, which may come out below 1.
        """
        return _evaluate(ast.parse(self.text, mode="eval").body, sizes)


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorSpec:
    """What one tensor must be.

    Attributes:
        name: Of the argument; ``return`` for a result.
        kind: ``float``, ``int``, ``bool`` or ``complex``.
        dtype: One dtype such as ``float32``; empty for any of the kind.
        dimensions: From the first to the last.
    """

    name: str
    kind: str
    dtype: str = ""
    dimensions: tuple[Dimension, ...] = ()

    def axis(self, symbol: str) -> int | None:
        """Find a symbol among the dimensions.

        Args:
            symbol: The name of one dimension.

        Returns:
            The axis, counted from the end after a variadic one; None if it is absent.
        """
        texts = [one.text for one in self.dimensions]
        if symbol not in texts or self.dimensions[texts.index(symbol)].is_variadic:
            return None
        found = texts.index(symbol)
        before = self.dimensions[:found]
        return found - len(texts) if any(d.is_variadic for d in before) else found


def parse(name: str, text: str) -> TensorSpec:
    """Read one shape.

    Args:
        name: Of the argument.
        text: A kind or dtype, then dimensions, such as ``Float batch 3 h//2 w``.

    Returns:
        What the tensor must be.

    Raises:
        ContractError: If a dimension has no meaning.

    Example:
        >>> [d.text for d in parse("x", "Float *batch 3 2*d").dimensions]
        ['batch', '3', '2*d']
    """
    words = text.split()
    if not words:
        msg = f"{name}: an empty shape; write such as 'Float batch 3'"
        raise ContractError(msg)
    kind, dtype = _read_dtype(name, words[0])
    dimensions = tuple(_dimension(name, n, word) for n, word in enumerate(words[1:]))
    if sum(one.is_variadic for one in dimensions) > 1:
        msg = f"{name}: two dimensions of {text!r} stand for any number"
        raise ContractError(msg)
    return TensorSpec(name=name, kind=kind, dtype=dtype, dimensions=dimensions)


def parse_all(name: str, text: str) -> tuple[TensorSpec, ...]:
    """Read shapes that are parted by commas."""
    return tuple(parse(name, part) for part in text.split(","))


def arguments_of(
    function: Callable[..., object], declared: Mapping[str, str]
) -> tuple[TensorSpec, ...]:
    """List the tensors that a function takes.

    Args:
        function: Such as `forward` of a class.
        declared: Shapes by argument, which come before annotations.

    Returns:
        One for each argument that is declared or annotated with a shape.
    """
    hints = _hints(function)
    found = {
        name: spec
        for name, hint in hints.items()
        if name != "return"
        if (spec := _of_hint(name, hint)) is not None
    }
    found |= {name: parse(name, text) for name, text in declared.items()}
    order = list(inspect.signature(function).parameters)
    place = {name: n for n, name in enumerate(order)}
    return tuple(found[n] for n in sorted(found, key=lambda n: (place.get(n, 99), n)))


def result_of(
    function: Callable[..., object], declared: str
) -> tuple[TensorSpec, ...] | None:
    """List the tensors that a function returns.

    Args:
        function: Such as `forward` of a class.
        declared: Shapes parted by commas; empty to take the annotation, ``?`` for none.

    Returns:
        One for each tensor; None where nothing is promised.
    """
    if declared:
        return None if declared == "?" else parse_all("return", declared)
    hint = _hints(function).get("return")
    parts = typing.get_args(hint) if typing.get_origin(hint) is tuple else (hint,)
    specs = [_of_hint("return", part) for part in parts]
    return tuple(spec for spec in specs if spec is not None) if all(specs) else None


def _hints(function: Callable[..., object]) -> Mapping[str, object]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except (NameError, TypeError, AttributeError):
        return dict(getattr(function, "__annotations__", {}))


def _of_hint(name: str, hint: object) -> TensorSpec | None:
    hint = _given(hint)
    text = getattr(hint, "dim_str", None)
    dtypes = getattr(hint, "dtypes", None)
    if not isinstance(text, str) or not dtypes:
        return None
    names = [dtypes] if isinstance(dtypes, str) else [str(one) for one in dtypes]
    kind, _ = _read_dtype(name, _preferred(names).capitalize())
    dtype = names[0] if len(names) == 1 else ""
    spec = parse(name, f"Float {text}")
    return TensorSpec(name=name, kind=kind, dtype=dtype, dimensions=spec.dimensions)


def _given(hint: object) -> object:
    """Take ``X | None`` to ``X``: what may be left out is held to its shape, too."""
    if typing.get_origin(hint) not in {typing.Union, types.UnionType}:
        return hint
    others = [one for one in typing.get_args(hint) if one is not types.NoneType]
    return others[0] if len(others) == 1 else hint


def _preferred(dtypes: list[str]) -> str:
    if any("float" in one for one in dtypes):
        return "float"
    return min(dtypes, key=lambda one: (one.startswith("u"), one))


def _read_dtype(name: str, word: str) -> tuple[str, str]:
    stem = word.rstrip("0123456789_")
    for kind, names in _KINDS.items():
        if stem.lower() in {one.lower() for one in names}:
            return kind, "" if stem == word else word.lower()
        if word in names:
            return kind, word.lower()
    msg = f"{name}: {word!r} is no kind of tensor"
    remedy = "begin with Float, Int, Bool, Complex or a dtype such as Float32"
    raise ContractError(f"{msg}\n  {remedy}")  # noqa: EM102, TRY003  # two lines


def _dimension(name: str, place: int, word: str) -> Dimension:
    if word == "...":
        return Dimension(text=f"_{name}{place}", is_variadic=True)
    body = word.lstrip("#*?")
    marks = word[: len(word) - len(body)]
    text = body.rpartition("=")[2]
    if text in {"", "_"} or body.startswith("_"):
        text = f"_{name}{place}"
    spec = Dimension(text=text, is_variadic="*" in marks, is_broadcast="#" in marks)
    try:
        spec.size(dict.fromkeys(spec.symbols, 8))
    except (SyntaxError, ValueError, ZeroDivisionError) as error:
        msg = f"{name}: dimension {word!r} has no meaning: {error}"
        raise ContractError(msg) from error
    return spec


def _evaluate(node: ast.expr, sizes: Mapping[str, int]) -> int:
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.Name(id=name):
            return sizes[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluate(operand, sizes)
        case ast.BinOp(left=left, op=operation, right=right) if isinstance(
            operation, _OPERATIONS
        ):
            return _combine(
                operation, _evaluate(left, sizes), second=_evaluate(right, sizes)
            )
    msg = "only names, whole numbers, + - * // and % are understood"
    raise ValueError(msg)


def _combine(operation: ast.operator, first: int, *, second: int) -> int:
    match operation:
        case ast.Add():
            return first + second
        case ast.Sub():
            return first - second
        case ast.Mult():
            return first * second
        case ast.FloorDiv():
            return first // second
        case _:
            return first % second
