"""Metrics: ours and torchmetrics', faultless, and some with one fault."""

from collections.abc import Sequence
from typing import Any, Final

import torch
from torch import Tensor

from pytest_repro.contracts import MetricContract
from pytest_repro.metrics import (
    AdaptiveCalibrationError,
    BrierScore,
    CalibrationError,
    NegativeLogLikelihood,
    WorstGroupAccuracy,
)

_FORECASTS: Final = {"logits": "Float batch 3", "labels": "Int batch"}
_HITS: Final = {"predictions": "Int batch", "labels": "Int batch"}
_SCORED: Final = {"arguments": _FORECASTS, "ranges": {"labels": (0, 2)}}
_BITWISE: Final = {"permutation_invariance": "bitwise"}
_ROWS: Final = {"batch": (2, 3, 5, 4, 7, 8, 11)}


def weighted(parts: Sequence[tuple[int, Any]]) -> float:
    """The mean of all rows, from means of parts."""
    total = sum(rows for rows, _ in parts)
    return sum(rows * float(value) for rows, value in parts) / total


def _forecast(metric: Any) -> Any:
    def compute(logits: Tensor, labels: Tensor) -> Any:
        return metric(logits.double().softmax(1), labels)

    return compute


def _scored(name: str, metric: Any, **more: Any) -> MetricContract:
    promised = {"levels": _BITWISE, **_SCORED, **more}
    return MetricContract(name=name, compute=_forecast(metric), **promised)


def _grouped(predictions: Tensor, labels: Tensor, groups: Tensor) -> float:
    named = [f"group {one}" for one in groups.tolist()] + ["a", "b"]
    more = torch.tensor([1, 1])
    return WorstGroupAccuracy(least=1)(
        torch.cat([predictions, more]), torch.cat([labels, more]), named
    )


def _torch_accuracy(predictions: Tensor, labels: Tensor) -> Any:
    from torchmetrics.functional.classification import multiclass_accuracy  # noqa: PLC0415  # heavy

    return multiclass_accuracy(predictions, labels, num_classes=3, average="micro")


def _torch_area(scores: Tensor, labels: Tensor) -> Any:
    from torchmetrics.functional.classification import binary_auroc  # noqa: PLC0415  # heavy

    has_both = len(labels.unique()) > 1
    return binary_auroc(scores, labels) if has_both else 0.5


def _torch_error(predictions: Tensor, targets: Tensor) -> Any:
    from torchmetrics.functional import mean_squared_error  # noqa: PLC0415  # heavy

    return mean_squared_error(predictions, targets)


_EVEN: Final = {"logits": torch.zeros(2, 3), "labels": torch.tensor([0, 2])}
_LN_3: Final = 1.0986122886681098

CORRECT: Final = (
    _scored(
        "Brier score",
        BrierScore(),
        range=(0, 2),
        merge=weighted,
        known=[(_EVEN, 2 / 3)],
    ),
    _scored("ECE", CalibrationError(bins=5), range=(0, 1), known=[(_EVEN, 1 / 6)]),
    _scored(
        "Adaptive ECE",
        AdaptiveCalibrationError(bins=2),
        range=(0, 1),
        sizes=_ROWS,
    ),
    _scored(
        "Negative log-likelihood",
        NegativeLogLikelihood(floor=1e-12),
        range=(0, 30),
        merge=weighted,
        known=[(_EVEN, _LN_3)],
    ),
    MetricContract(
        name="Worst group accuracy",
        compute=_grouped,
        arguments={**_HITS, "groups": "Int batch"},
        ranges={"predictions": (0, 2), "labels": (0, 2), "groups": (0, 3)},
        range=(0, 1),
        levels=_BITWISE,
    ),
    MetricContract(
        name="Accuracy of torchmetrics",
        compute=_torch_accuracy,
        arguments=_HITS,
        ranges={"predictions": (0, 2), "labels": (0, 2)},
        range=(0, 1),
        merge=weighted,
    ),
    MetricContract(
        name="Area under the curve of torchmetrics",
        compute=_torch_area,
        arguments={"scores": "Float batch", "labels": "Int batch"},
        ranges={"scores": (0, 1), "labels": (0, 1)},
        range=(0, 1),
    ),
    MetricContract(
        name="Mean squared error of torchmetrics",
        compute=_torch_error,
        arguments={"predictions": "Float batch", "targets": "Float batch"},
        range=(0, float("inf")),
        merge=weighted,
        known=[
            ({"predictions": torch.tensor([0.0, 2.0]), "targets": torch.zeros(2)}, 2.0)
        ],
    ),
)
"""Contracts of metrics that keep every promise."""


def accuracy(predictions: Tensor, labels: Tensor) -> float:
    """A sound one."""
    return float((predictions == labels).double().mean())


def mean_of_means(parts: Sequence[tuple[int, Any]]) -> float:
    """Forgets how many rows a part has."""
    return sum(float(value) for _, value in parts) / len(parts)


def running_mean(predictions: Tensor, labels: Tensor) -> float:
    """Weighs late rows more."""
    value = 0.0
    for hit in (predictions == labels).tolist():
        value = 0.9 * value + 0.1 * hit
    return value


def area(scores: Tensor, labels: Tensor) -> float:
    """The area under a ROC curve that takes ties as they come."""
    labels = labels[scores.argsort(descending=True, stable=True)].double()
    hits, misses = labels.sum(), (1 - labels).sum()
    if not hits * misses:
        return 0.5
    return float((labels.cumsum(0) * (1 - labels)).sum() / (hits * misses))


def percent(predictions: Tensor, labels: Tensor) -> float:
    """Comes in percent, and says that it is a share."""
    return 100 * accuracy(predictions, labels)


def sorts_in_place(predictions: Tensor, labels: Tensor) -> float:
    """Sorts the rows it was lent, both in the same order."""
    order = predictions.argsort()
    predictions.copy_(predictions[order])
    labels.copy_(labels[order])
    return accuracy(predictions, labels)


class Accumulates:
    """Keeps hits of calls before."""

    def __init__(self) -> None:
        self.hits: list[float] = []

    def __call__(self, predictions: Tensor, labels: Tensor) -> float:
        self.hits += (predictions == labels).tolist()
        return sum(self.hits) / len(self.hits)


def error_rate(predictions: Tensor, labels: Tensor) -> float:
    """Counts misses, and says that it counts hits."""
    return 1 - accuracy(predictions, labels)


def _contract(name: str, compute: Any, **more: Any) -> MetricContract:
    ranges = {"predictions": (0, 2), "labels": (0, 2)}
    return MetricContract(
        name=name, compute=compute, arguments=_HITS, ranges=ranges, sizes=_ROWS, **more
    )


_TWO_OF_THREE: Final = (
    {"predictions": torch.tensor([0, 1, 2]), "labels": torch.tensor([0, 1, 1])},
    2 / 3,
)

SEEDED: Final = (
    (_contract("mean_of_means", accuracy, merge=mean_of_means), "merge"),
    (_contract("running_mean", running_mean), "permutation_invariance"),
    (
        MetricContract(
            name="area",
            compute=area,
            arguments={"scores": "Float batch", "labels": "Int batch"},
            ranges={"scores": (0, 1), "labels": (0, 1)},
        ),
        "permutation_invariance",
    ),
    (_contract("percent", percent, range=(0, 1)), "bounded"),
    (_contract("sorts_in_place", sorts_in_place), "no_input_mutation"),
    (_contract("Accumulates", Accumulates()), "deterministic"),
    (_contract("error_rate", error_rate, known=[_TWO_OF_THREE]), "known_values"),
)
"""A contract with a planted fault, and the property that must find it."""
