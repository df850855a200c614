"""Properties of one call: shape, dtype, values, and what becomes of the input."""

from collections.abc import Mapping
from contextlib import suppress

import torch
from torch import Tensor

from pytest_repro.contracts.properties import Draw, Finding, Inapplicable, Subject
from pytest_repro.contracts.shapes import shape_of
from pytest_repro.contracts.torch_calls import Trial
from pytest_repro.contracts.torch_results import compare, compare_tensors, leaves
from pytest_repro.records.module_contracts import BITWISE, Level

__all__ = [
    "check_aliasing",
    "check_channels_last",
    "check_dtype_closure",
    "check_empty_batch",
    "check_finite",
    "check_mutation",
    "check_non_contiguous",
    "check_range",
    "check_shape",
]


def check_shape(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """What comes out has the promised shapes and dtypes."""
    trial = Trial.of(subject, draw)
    return _wrong_shape(trial, trial.call(trial.judge()))


def _wrong_shape(trial: Trial, output: object) -> Finding | None:
    specs = trial.interface.results
    if specs is None:
        msg = f"nothing says what {trial.subject.name} returns"
        raise Inapplicable(msg)
    found = list(leaves(output))
    floats = [t.dtype for t in trial.inputs.values() if t.is_floating_point()]
    for number, spec in enumerate(specs):
        path, tensor = found[number] if number < len(found) else ("output", None)
        shape = shape_of(spec, trial.draw.sizes)
        dtype = spec.dtype or (str(floats[0])[6:] if floats else "float32")
        kind = spec.kind if spec.kind != "float" or not spec.dtype else spec.dtype
        wanted = dtype if spec.kind == "float" else kind
        if tensor is None or tuple(tensor.shape) != shape:
            got = "nothing" if tensor is None else f"shape {tuple(tensor.shape)}"
            return Finding(
                suspicion="another shape than the annotation says?",
                where=path,
                obtained=got,
                reference=f"shape {shape}",
            )
        if not _is_kind(tensor, wanted):
            return Finding(
                suspicion="another dtype: an upcast, or a constant of numpy?",
                where=path,
                obtained=str(tensor.dtype),
                reference=wanted,
            )
    return None


def _is_kind(tensor: Tensor, wanted: str) -> bool:
    match wanted:
        case "int":
            return not (
                tensor.is_floating_point()
                or tensor.is_complex()
                or tensor.dtype == torch.bool
            )
        case "bool":
            return tensor.dtype == torch.bool
        case "complex":
            return tensor.is_complex()
        case _:
            return str(tensor.dtype) == f"torch.{wanted}"


def check_finite(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """Nothing that comes out is NaN or infinite."""
    trial = Trial.of(subject, draw)
    found = _not_finite(trial.call(trial.judge()), f"{draw.values} values")
    if found is not None:
        return found
    learnt = trial.practise(trial.build())
    return _not_finite(learnt, f"{draw.values} values, while it learns")


def _not_finite(output: object, what: str) -> Finding | None:
    for path, tensor in leaves(output):
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            index = tuple(int(n) for n in (~tensor.isfinite()).nonzero()[0])
            return Finding(
                suspicion=f"a division by 0 or an overflow for {what}?",
                where=path,
                index=index,
                obtained=repr(tensor[index].item()),
                reference="a finite number",
            )
    return None


def check_range(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """What comes out stays in the declared range."""
    trial = Trial.of(subject, draw)
    low, high = trial.interface.ranges["return"]
    for path, tensor in leaves(trial.call(trial.judge())):
        outside = ~((tensor >= low) & (tensor <= high))
        if bool(outside.any()):
            index = tuple(int(n) for n in outside.nonzero()[0])
            return Finding(
                suspicion="is the last activation missing?",
                where=path,
                index=index,
                obtained=repr(tensor[index].item()),
                reference=f"in [{low:g}, {high:g}]",
            )
    return None


def check_mutation(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """A call leaves its inputs as they were."""
    trial = Trial.of(subject, draw)
    given = {name: tensor.clone() for name, tensor in trial.inputs.items()}
    with torch.no_grad():
        trial.judge()(**given, **trial.constants)
    found = _changed(trial, given, "an operation in place on the input?")
    if found is not None:
        return found
    module = trial.build().train()
    with torch.no_grad(), suppress(ValueError):  # statistics of one sample, refused
        module(**given, **trial.constants)
    text = "an operation in place on the input, while it learns?"
    return _changed(trial, given, text)


def _changed(trial: Trial, given: Mapping[str, Tensor], text: str) -> Finding | None:
    for name, tensor in given.items():
        found = compare_tensors(
            tensor, trial.inputs[name], level=BITWISE, where=f"input {name}"
        )
        if found is not None:
            return Finding(suspicion=text, **found)
    return None


def check_aliasing(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """What comes out shares no memory with inputs, parameters or buffers."""
    trial = Trial.of(subject, draw)
    module = trial.judge()
    given = {name: tensor.clone() for name, tensor in trial.inputs.items()}
    with torch.no_grad():
        output = module(**given, **trial.constants)
    owners = {f"input {name}": tensor for name, tensor in given.items()}
    owners |= {f"parameter {n}": p for n, p in module.named_parameters()}
    owners |= {f"buffer {n}": b for n, b in module.named_buffers()}
    memory = {_memory(t): name for name, t in owners.items() if t.numel()}
    for path, tensor in leaves(output):
        owner = memory.get(_memory(tensor)) if tensor.numel() else None
        if owner is not None:
            return Finding(
                suspicion="returns a view: whoever changes it in place changes both?",
                where=path,
                obtained=f"the memory of {owner}",
                reference="memory of its own",
            )
    return None


def _memory(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


def check_dtype_closure(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """In double precision, everything that comes out is in double precision."""
    trial = Trial.of(subject, draw)
    if any(spec.dtype for spec in trial.interface.arguments if spec.kind == "float"):
        msg = f"{subject.name} promises one dtype only"
        raise Inapplicable(msg)
    module = trial.judge().double()
    inputs = {
        name: tensor.double() if tensor.is_floating_point() else tensor
        for name, tensor in trial.inputs.items()
    }
    for path, tensor in leaves(trial.call(module, inputs)):
        if tensor.is_floating_point() and tensor.dtype != torch.float64:
            return Finding(
                suspicion="a dtype written into the code, such as .float()?",
                where=path,
                obtained=str(tensor.dtype),
                reference="torch.float64",
            )
    return None


def check_non_contiguous(subject: Subject, draw: Draw, level: Level) -> Finding | None:
    """Inputs with gaps in memory give what the same numbers without gaps give."""
    trial = Trial.of(subject, draw)
    module = trial.judge()
    spread = {name: _spread(tensor) for name, tensor in trial.inputs.items()}
    return compare(
        trial.call(module, spread),
        trial.call(module),
        level=level,
        suspicion="takes for granted that memory has no gaps (view, as_strided)?",
    )


def _spread(tensor: Tensor) -> Tensor:
    if not tensor.dim():
        return tensor
    last = tensor.shape[-1]
    wide = tensor.new_zeros((*tensor.shape[:-1], last + 1, 2))
    wide[..., :last, 0] = tensor
    return wide[..., :last, 0]


def check_channels_last(subject: Subject, draw: Draw, level: Level) -> Finding | None:
    """Images whose channels come last in memory give what others give."""
    trial = Trial.of(subject, draw)
    module = trial.judge()
    four = 4
    last = {
        name: t.contiguous(memory_format=torch.channels_last) if t.dim() == four else t
        for name, t in trial.inputs.items()
    }
    return compare(
        trial.call(module, last),
        trial.call(module),
        level=level,
        suspicion="takes for granted that channels come first in memory (view)?",
    )


def check_empty_batch(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """No samples give no results of the promised shape, or an error that says so."""
    trial = Trial.of(subject, draw)
    axes = trial.batched()
    module = trial.judge()
    inputs = trial.mapped(axes, lambda tensor, axis: tensor.narrow(axis, 0, 0))
    try:
        output = trial.call(module, inputs)
    except (RuntimeError, ValueError, IndexError, AssertionError) as error:
        if str(error).strip():
            return None
        raise
    for path, tensor, axis in trial.results(trial.interface.batch, output):
        if axis is not None and tensor.numel() and tensor.shape[axis] != 0:
            return Finding(
                suspicion="makes results of no samples?",
                where=path,
                obtained=f"shape {tuple(tensor.shape)}",
                reference="a batch of 0",
            )
    return None
