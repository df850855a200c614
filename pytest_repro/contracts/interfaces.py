"""What goes into a module and what comes out, read once from class and contract."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from pytest_repro.contracts.annotations import (
    TensorSpec,
    arguments_of,
    parse,
    result_of,
)
from pytest_repro.contracts.properties import Draw, Subject
from pytest_repro.contracts.shapes import Group, shape_of, solve
from pytest_repro.errors import ContractError
from pytest_repro.records.module_contracts import (
    AugmentationContract,
    MetricContract,
    ModuleContract,
    PartContract,
)

__all__ = ["Interface", "interface_of", "shapes_drawn"]

_BATCHES: Final = ("b", "B")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """The tensors of one part.

    Attributes:
        arguments: What goes in.
        results: What comes out; None where nothing is promised.
        groups: The sizes that symbols may have.
        ranges: Least and greatest value, by argument.
        batch: The symbol along which samples are stacked; empty for none.
    """

    arguments: tuple[TensorSpec, ...]
    results: tuple[TensorSpec, ...] | None
    groups: tuple[Group, ...]
    ranges: Mapping[str, tuple[float, float]]
    batch: str


@cache
def _compiled(key: "_Key") -> Interface:
    subject = key.subject
    arguments, results = _tensors(subject)
    sizes = getattr(subject.contract, "sizes", {})
    return Interface(
        arguments=arguments,
        results=results,
        groups=solve([*arguments, *(results or ())], sizes),
        ranges=getattr(subject.contract, "ranges", {}),
        batch=_batch(subject.contract, arguments),
    )


@dataclass(frozen=True, slots=True)
class _Key:
    """A subject by its identity: contracts hold mappings, which have no hash."""

    subject: Subject

    def __hash__(self) -> int:
        return id(self.subject)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.subject is self.subject


def interface_of(subject: Subject) -> Interface:
    """Read what goes into a part and what comes out.

    Args:
        subject: The part.

    Returns:
        Its interface; the same object each time.

    Raises:
        ContractError: If an argument without default has no shape.
    """
    return _compiled(_Key(subject))


def shapes_drawn(subject: Subject, draw: Draw) -> Mapping[str, str]:
    """Write the shape of each argument at a draw, such as ``{"x": "2×3"}``."""
    return {
        spec.name: "×".join(map(str, shape_of(spec, draw.sizes))) or "scalar"
        for spec in interface_of(subject).arguments
    }


def _tensors(
    subject: Subject,
) -> tuple[tuple[TensorSpec, ...], tuple[TensorSpec, ...] | None]:
    match subject.contract:
        case ModuleContract() as declared:
            forward = _forward(subject)
            arguments = arguments_of(forward, declared.arguments)
            _check_complete(subject, forward, {one.name for one in arguments})
            _check_named(subject.name, declared, arguments)
            return arguments, result_of(forward, declared.returns)
        case MetricContract(arguments=shapes):
            return tuple(parse(name, text) for name, text in shapes.items()), None
        case AugmentationContract(arguments=shape):
            return (parse("batch", shape),), None
        case _:
            return (), None


def _forward(subject: Subject) -> Callable[..., object]:
    part = subject.part
    owner = part if inspect.isclass(part) else type(subject.build())
    return getattr(owner, "forward", None) or owner.__call__


def _check_complete(
    subject: Subject, forward: Callable[..., object], known: set[str]
) -> None:
    constants = getattr(subject.contract, "constants", {})
    for name, parameter in list(inspect.signature(forward).parameters.items())[1:]:
        is_plain = parameter.kind in {
            parameter.POSITIONAL_OR_KEYWORD,
            parameter.KEYWORD_ONLY,
        }
        if is_plain and parameter.default is parameter.empty:
            if name in known or name in constants:
                continue
            msg = (
                f"{subject.name}: nothing says what `{name}` of forward is\n"
                f"  annotate it, or declare arguments={{{name!r}: 'Float batch 3'}}"
            )
            raise ContractError(msg)


def _check_named(
    name: str, declared: ModuleContract, arguments: tuple[TensorSpec, ...]
) -> None:
    """Refuse names that lead nowhere: what hangs on them would never be tried."""
    symbols = {one.text for spec in arguments for one in spec.dimensions}
    mask = declared.mask.lstrip("!")
    wrong = [
        f"{field}={value!r} names no {what}"
        for field, value, known, what in (
            ("time", declared.time, symbols, "dimension of an argument"),
            ("batch", declared.batch, {"batch", *symbols}, "dimension of an argument"),
            ("mask", mask, {one.name for one in arguments}, "argument with a shape"),
        )
        if value and value not in known
    ]
    if declared.mask and not declared.time:
        wrong.append(f"mask={mask!r} needs time=…, the dimension that may be padded")
    if wrong:
        raise ContractError(f"{name}: {'; '.join(wrong)}")  # noqa: EM102, TRY003  # built above


def _batch(contract: PartContract, arguments: tuple[TensorSpec, ...]) -> str:
    declared = getattr(contract, "batch", "batch")
    names = {one.text for spec in arguments for one in spec.dimensions}
    candidates = (declared, *_BATCHES) if declared == "batch" else (declared,)
    return next((name for name in candidates if name in names), "")
