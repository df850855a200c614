"""The cost of operation traces, in short: the experiment with the fewest steps.

All of it runs by ``python -m benchmarks.operation_traces``; this keeps it from rotting.
"""

from pathlib import Path

from benchmarks.operation_traces import EXPERIMENTS, measure


def test_traced_experiment_has_the_same_bits(tmp_path: Path) -> None:
    """LBFGS in float64: metrics, traces and weights as if nobody had watched."""
    (logistic,) = (one for one in EXPERIMENTS if "logistic" in one)

    found = measure(logistic, tmp_path)

    assert found.has_same_bits
    assert found.kept == found.operations > 0
    assert found.size_bytes < 256 * 1024
