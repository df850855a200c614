"""An answer of `pytest-repro why`, as it is printed for machines."""

from typing import Any

from benchmarks.variants import Variant

FAULT = Variant(experiment="digits_cnn", label="learning rate × 1.01", edits=())

CALL = {"name": "aten.add_.Tensor", "source": "train.py:1"}


def told(*, side: str) -> dict[str, Any]:
    """Tell of one call that one side made."""
    root: dict[str, Any] = {
        "obtained": None,
        "reference": None,
        "added": [],
        "removed": [],
        side: CALL,
    }
    return {
        "verdict": {"rung": "DIVERGED"},
        "onset": {"cause": "optimizer", "step": 0},
        "because": {"root": root, "inquiry": {"kind": "code", "trials": []}},
    }
