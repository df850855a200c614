"""A snapshot shows changes that disappoint, and lets others pass."""

from pathlib import Path

import pytest
from torch import nn

from pytest_repro.contracts import ModuleContract, subject_of
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
