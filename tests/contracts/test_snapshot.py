"""A snapshot shows changes that disappoint, and lets others pass."""

from pathlib import Path

import pytest
from torch import nn

from pytest_repro.contracts import LoaderContract, ModuleContract, subject_of
from pytest_repro.contracts.snapshot import (
    breaking_changes,
    promised_by,
    read_snapshot,
    write_snapshot,
)


def linear(**changes: object) -> ModuleContract:
    """Declare a linear layer, differently."""
    promises: dict[str, object] = {
        "name": "Layer",
        "build": lambda: nn.Linear(4, 3),
        "arguments": {"input": "Float batch 4"},
        "returns": "Float batch 3",
        "sizes": {"batch": range(1, 5)},
    }
    return ModuleContract(**{**promises, **changes})  # type: ignore[arg-type]  # as declared


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        pytest.param(
            {"sizes": {"batch": [1, 2]}}, "sizes     batch: not 3, 4", id="in"
        ),
        pytest.param({"returns": "Float batch 1"}, "returns   0: float", id="out"),
        pytest.param(
            {"returns": "Float batch 3, Int batch"},
            "returns   1: nothing became int batch",
            id="another result",
        ),
        pytest.param(
            {"arguments": {"input": "Float batch 5"}},
            "takes     input: float batch 4 became float batch 5",
            id="another shape",
        ),
        pytest.param(
            {"levels": {"batch_permutation": "rtol(1e-3)"}},
            "level     batch_permutation: rtol(1e-05) became rtol(0.001)",
            id="level",
        ),
        pytest.param(
            {"expected_failures": {"finite": "overflows"}},
            "level     finite: bitwise became none",
            id="exception",
        ),
    ],
)
def test_a_change_that_promises_less_is_shown(
    tmp_path: Path, changes: dict[str, object], line: str
) -> None:
    """Narrower input, another output and a weaker level each have a line."""
    write_snapshot(tmp_path, [subject_of(linear())])

    before = read_snapshot(tmp_path)["Layer"]
    (found,) = breaking_changes(before, promised_by(subject_of(linear(**changes))))

    assert found.startswith(line)


def loader(**changes: object) -> LoaderContract:
    """Declare a loader, differently; nobody builds it."""
    promises: dict[str, object] = {
        "name": "Rows",
        "build": iter,
        "size": 4,
        "fields": {"x": "Float batch 4", "y": "Int batch"},
    }
    return LoaderContract(**{**promises, **changes})  # type: ignore[arg-type]  # as declared


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        pytest.param(
            {"x": "Float batch 4"},
            "returns   y: int batch became nothing",
            id="removed",
        ),
        pytest.param(
            {"x": "Float batch 8", "y": "Int batch"},
            "returns   x: float batch 4 became float batch 8",
            id="another shape",
        ),
    ],
)
def test_a_loader_keeps_its_fields(
    tmp_path: Path, fields: dict[str, str], line: str
) -> None:
    """Whoever reads a field of a batch relies on it."""
    write_snapshot(tmp_path, [subject_of(loader())])

    before = read_snapshot(tmp_path)["Rows"]
    after = promised_by(subject_of(loader(fields=fields)))

    assert breaking_changes(before, after) == [line]


def test_arguments_that_come_and_go_are_shown() -> None:
    """One that is gone, or new without a default, breaks those who call it."""
    before = {"takes": {"x": "float batch 4", "scale": "float batch"}}
    after = {"takes": {"x": "float batch 4", "mask": "bool batch"}}

    assert breaking_changes(before, after) == [
        "takes     mask: none became bool batch",
        "takes     scale: float batch became none",
    ]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="none"),
        pytest.param({"sizes": {"batch": range(1, 9)}}, id="wider"),
        pytest.param({"levels": {"batch_permutation": "bitwise"}}, id="stronger"),
    ],
)
def test_a_compatible_change_passes(tmp_path: Path, changes: dict[str, object]) -> None:
    """Whoever relied on the release is still served."""
    write_snapshot(tmp_path, [subject_of(linear())])

    before = read_snapshot(tmp_path)["Layer"]

    assert breaking_changes(before, promised_by(subject_of(linear(**changes)))) == []
