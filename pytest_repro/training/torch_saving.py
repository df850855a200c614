"""Save a model's weights with their origin, and restore all of them or some.

This is no resume: `repro.checkpoint` keeps a run so that it goes on to the bit. This
keeps a result so that another run begins with it, and says what it began with.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

from pytest_repro.checkpoints import (
    Blocks,
    Content,
    decode,
    encode,
    read_checkpoint,
    read_header,
    write_checkpoint,
)
from pytest_repro.errors import CheckpointError
from pytest_repro.training.sidecars import Sidecar

__all__ = ["Restored", "read_sidecar", "restore_weights", "save_weights"]

KIND: Final = "weights"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put into a model.

    Attributes:
        names: Tensors that were restored, sorted.
        left: Tensors of the model that keep what they had, sorted.
        unused: Saved tensors that were not asked for, sorted.
        sidecar: Where they are from.
    """

    names: tuple[str, ...]
    left: tuple[str, ...]
    unused: tuple[str, ...]
    sidecar: Sidecar


def save_weights(path: Path, model: nn.Module, sidecar: Sidecar) -> None:
    """Write a model's parameters and buffers, with their origin beside them.

    Equal weights and sidecars give equal bytes.

    Args:
        path: The file, replaced as a whole; its folder exists.
        model: The model.
        sidecar: Where its weights are from.
    """
    blocks = Blocks()
    state = {name: tensor.cpu() for name, tensor in sorted(model.state_dict().items())}
    node = encode(state, blocks, path=KIND)
    header = {"kind": KIND, "sidecar": sidecar.to_plain()}
    write_checkpoint(path, Content(header=header, state=node, blocks=blocks))


def read_sidecar(path: Path) -> Sidecar:
    """Read the origin of saved weights alone.

    Args:
        path: The file.

    Returns:
        What stands beside them.

    Raises:
        CheckpointError: If they cannot be read, or it is another kind of file.
    """
    return _sidecar(read_header(path), path)


def restore_weights(
    path: Path,
    model: nn.Module,
    *,
    only: Collection[str] = (),
    expect: Mapping[str, str] | None = None,
) -> Restored:
    """Put saved weights into a model: all of them, or those that patterns select.

    In an experiment, let the run record which file that was:
    ``restore_weights(repro.asset("encoder.repro"), model, only=["encoder.*"])``.

    Args:
        path: The file.
        model: The model; it is left as it was if anything is wrong.
        only: Shell patterns of names; all weights if left out, and then every one of
            the model must be saved, and every saved one must have its place.
        expect: Digests that the weights must be of, by role.

    Returns:
        What was restored, and what was not.

    Raises:
        CheckpointError: If the file cannot be read, the weights are of something else,
            a pattern selects nothing, or names, shapes or dtypes do not fit.
    """
    content = read_checkpoint(path)
    sidecar = _sidecar(content.header, path)
    sidecar.check(expect or {}, path=str(path))
    saved: dict[str, Tensor] = decode(content.state, content.blocks)
    there = model.state_dict()
    names = _select(saved, only, path) if only else _all_of(saved, there, path)
    for name in names:
        _check_fit(name, saved[name], there.get(name), path)
    with torch.no_grad():
        for name in names:
            there[name].copy_(saved[name])
    return Restored(
        names=names,
        left=tuple(sorted(there.keys() - set(names))),
        unused=tuple(sorted(saved.keys() - set(names))),
        sidecar=sidecar,
    )


def _sidecar(header: Mapping[str, Any], path: Path) -> Sidecar:
    if header.get("kind") != KIND:
        msg = (
            f"{path}: this keeps a run, no weights\n"
            "  write weights with pytest_repro.training.torch_saving.save_weights"
        )
        raise CheckpointError(msg)
    return Sidecar.of_plain(header["sidecar"])


def _select(
    saved: Mapping[str, Tensor], only: Collection[str], path: Path
) -> tuple[str, ...]:
    for pattern in only:
        if not any(fnmatchcase(name, pattern) for name in saved):
            msg = (
                f"{path}: no saved weight is called {pattern!r}\n"
                f"  saved  {_some(saved)}"
            )
            raise CheckpointError(msg)
    chosen = {
        name for name in saved if any(fnmatchcase(name, pattern) for pattern in only)
    }
    return tuple(sorted(chosen))


def _all_of(
    saved: Mapping[str, Tensor], there: Mapping[str, Tensor], path: Path
) -> tuple[str, ...]:
    if saved.keys() != there.keys():
        msg = (
            f"{path}: the model has other weights than were saved\n"
            f"  only in the model  {_some(there.keys() - saved.keys())}\n"
            f"  only saved         {_some(saved.keys() - there.keys())}\n"
            "  restore some of them with only=[…]"
        )
        raise CheckpointError(msg)
    return tuple(sorted(saved))


def _check_fit(name: str, saved: Tensor, there: Tensor | None, path: Path) -> None:
    obtained, wanted = _shape(saved), "nothing of that name"
    if there is not None:
        wanted = _shape(there)
    if obtained != wanted:
        msg = f"{path}: {name} does not fit\n  saved  {obtained}\n  model  {wanted}"
        raise CheckpointError(msg)


def _shape(tensor: Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')}{list(tensor.shape)}"


def _some(names: Collection[str], most: int = 5) -> str:
    listed = sorted(names)
    more = f", … ({len(listed)} in all)" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more if listed else "none"
