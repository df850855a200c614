"""Which printed and returned numbers count, by their names."""

import pytest

from pytest_repro.experiment.measured import is_clock, is_measure, pairs_in


@pytest.mark.parametrize(
    ("line", "pairs"),
    [
        ("epoch 3: train loss 0.21, acc: 93.0%", [("train loss", 0.21), ("acc", 93.0)]),
        ("step 7 loss=0.5 (1.20s)", [("loss", 0.5)]),
        ("{'eval_loss': '0.69', 'eval_runtime': 3.2}", [("eval_loss", 0.69)]),
        ("Test Accuracy: 1e-3", [("test accuracy", 0.001)]),
        ("loss: 0.5 [00:01, 31.2it/s]", []),
        ("\rloss: 0.5", []),
        ("seed: 42, workers: 8", []),
        ("error handling took 3 s", []),
    ],
)
def test_measures_of_a_line(line: str, pairs: list[tuple[str, float]]) -> None:
    """Measures count; clocks, settings and progress bars do not."""
    assert list(pairs_in(line)) == pairs


def test_a_clock_is_no_measure() -> None:
    """A number that another run cannot repeat is no evidence, whatever it is of."""
    assert is_clock("train_runtime")
    assert is_measure("val_loss")
    assert not is_measure("loss_time")
