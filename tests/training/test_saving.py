"""Weights are restored with their origin, in part or as a whole, or not at all."""

from pathlib import Path

import pytest
import torch
from torch import nn

from pytest_repro.errors import CheckpointError
from pytest_repro.training.sidecars import Sidecar
from pytest_repro.training.torch_saving import (
    read_sidecar,
    restore_weights,
    save_weights,
)

SIDECAR = Sidecar(
    digests={"recipe": "sha256:aa", "augmentation": "sha256:bb"},
    metrics={"test/accuracy": 0.97},
    step=600,
    licence="CC-BY-4.0",
)


def network(width: int = 4) -> nn.Sequential:
    """Make a network with buffers."""
    return nn.Sequential(
        nn.Linear(3, width), nn.BatchNorm1d(width), nn.Linear(width, 2)
    )


def saved(folder: Path) -> tuple[Path, nn.Sequential]:
    """Save a network."""
    torch.manual_seed(3)
    model, path = network(), folder / "weights.repro"
    save_weights(path, model, SIDECAR)
    return path, model


def test_weights_come_back_to_the_bit(tmp_path: Path) -> None:
    """Buffers too, with where they are from."""
    path, model = saved(tmp_path)
    other = network()

    restored = restore_weights(path, other)

    pairs = zip(model.state_dict().values(), other.state_dict().values(), strict=True)
    assert all(torch.equal(one, two) for one, two in pairs)
    assert (restored.left, restored.unused) == ((), ())
    assert restored.sidecar == SIDECAR == read_sidecar(path)


def test_equal_weights_are_equal_bytes(tmp_path: Path) -> None:
    """So a digest names them."""
    path, model = saved(tmp_path)

    save_weights(tmp_path / "again", model, SIDECAR)

    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_some_weights_are_restored_and_named(tmp_path: Path) -> None:
    """The rest keeps its bits."""
    path, model = saved(tmp_path)
    other = network()
    head = other.state_dict()["2.weight"].clone()

    restored = restore_weights(path, other, only=["0.*"])

    assert restored.names == ("0.bias", "0.weight")
    assert "2.weight" in restored.left
    assert "2.weight" in restored.unused
    assert torch.equal(other.state_dict()["0.weight"], model.state_dict()["0.weight"])
    assert torch.equal(other.state_dict()["2.weight"], head)


def test_weights_of_another_recipe_are_refused(tmp_path: Path) -> None:
    """Both sides stand there, and the model is as it was."""
    path, _ = saved(tmp_path)
    other = network()
    before = other.state_dict()["0.weight"].clone()

    with pytest.raises(
        CheckpointError,
        match="another recipe\n  obtained  sha256:aa\n  expected  sha256:cc",
    ):
        restore_weights(path, other, expect={"recipe": "sha256:cc"})

    assert torch.equal(other.state_dict()["0.weight"], before)


def test_weights_that_say_nothing_are_refused_where_something_is_expected(
    tmp_path: Path,
) -> None:
    """Silence is no agreement."""
    path, _ = saved(tmp_path)

    with pytest.raises(CheckpointError, match="nothing is said about it"):
        restore_weights(path, network(), expect={"split": "sha256:dd"})


@pytest.mark.parametrize(
    ("model", "only", "message"),
    [
        (network(5), (), r"saved  float32\[4\]\n  model  float32\[5\]"),
        (network().double(), (), r"saved  float32\[4\]\n  model  float64\[4\]"),
        (nn.Linear(3, 4), (), r"only in the model  bias, weight"),
        (nn.Linear(3, 4), ("0.*",), "model  nothing of that name"),
        (network(), ("encoder.*",), "no saved weight is called 'encoder"),
    ],
)
def test_weights_that_do_not_fit_change_nothing(
    tmp_path: Path, model: nn.Module, only: tuple[str, ...], message: str
) -> None:
    """The message shows both sides."""
    path, _ = saved(tmp_path)
    before = [tensor.clone() for tensor in model.state_dict().values()]

    with pytest.raises(CheckpointError, match=message):
        restore_weights(path, model, only=only)

    after = model.state_dict().values()
    assert all(torch.equal(one, two) for one, two in zip(before, after, strict=True))


def test_changed_bytes_are_found(tmp_path: Path) -> None:
    """One bit of a weight suffices."""
    path, _ = saved(tmp_path)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)

    with pytest.raises(CheckpointError, match="not those that were written"):
        restore_weights(path, network())
