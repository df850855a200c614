"""What evaluations report beside accuracy: calibration, gaps, groups, latency, memory.

Each metric is a small frozen object that is called with what was predicted; its
`definition` is a name that holds every parameter and a version, to be logged under::

    ece = CalibrationError(bins=15)
    repro.log(f"test/{ece.definition}", ece(probabilities, labels))

So another definition is another metric, which no contract mistakes for the first. They
return plain floats, or an `Estimate` made of such. Sums are rounded once or run in one
order: equal rows in any order, with any number of threads, give equal bits; times and
memory alone are measured. Nothing here judges, logs or knows a run.

Where scikit-learn or torchmetrics define the same, tests hold these against them. They
are not used: their sums depend on order, threads and device.

`PeakDeviceMemory` is in `torch_memory`, which alone imports torch.
"""

from pytest_repro.metrics.calibration import (
    AdaptiveCalibrationError,
    CalibrationError,
    Event,
    Norm,
)
from pytest_repro.metrics.effects import AugmentationEffect, GeneralisationGap
from pytest_repro.metrics.estimates import Estimate
from pytest_repro.metrics.groups import (
    DemographicParityDifference,
    EqualisedOddsDifference,
    WorstGroupAccuracy,
    group_sizes,
)
from pytest_repro.metrics.latency import Latency, Timings
from pytest_repro.metrics.memory import (
    PEAK_RESIDENT,
    PeakMemory,
    peak_resident_bytes,
)
from pytest_repro.metrics.resampling import Bootstrap
from pytest_repro.metrics.scores import BrierScore, NegativeLogLikelihood

__all__ = [
    "PEAK_RESIDENT",
    "AdaptiveCalibrationError",
    "AugmentationEffect",
    "Bootstrap",
    "BrierScore",
    "CalibrationError",
    "DemographicParityDifference",
    "EqualisedOddsDifference",
    "Estimate",
    "Event",
    "GeneralisationGap",
    "Latency",
    "NegativeLogLikelihood",
    "Norm",
    "PeakMemory",
    "Timings",
    "WorstGroupAccuracy",
    "group_sizes",
    "peak_resident_bytes",
]
