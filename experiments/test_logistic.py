"""Breast cancer, told benign from malignant by logistic regression in double precision.

The one convex problem here: every path leads to the same minimum. LBFGS nevertheless
amplifies rounding, because its line search decides on comparisons of nearly equal
losses. The batch is the whole training set, so the only order is that of the split.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from experiments.data import BREAST_CANCER, installed_file, load_breast_cancer
from pytest_repro import Run


class LogisticRegression(nn.Module):
    """One weight for each of 30 features, and a bias; all start at zero."""

    def __init__(self) -> None:
        """Draw nothing: the start is fixed."""
        super().__init__()
        self.linear = nn.Linear(30, 1, dtype=torch.float64)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, features: Tensor) -> Tensor:
        """Map features float64[rows, 30] to log-odds of benign, float64[rows]."""
        log_odds: Tensor = self.linear(features).squeeze(dim=1)  # [rows]
        return log_odds


def test_logistic(repro: Run) -> None:
    """Fifteen rounds of LBFGS reach the minimum of the penalized loss.

    Source:
        Liu & Nocedal 1989, https://doi.org/10.1007/BF01589116.
    """
    path = repro.asset(installed_file(BREAST_CANCER))
    data = load_breast_cancer(path, repro.generator("split")).to(repro.device)
    mean = data.train_inputs.mean(dim=0)  # [30]
    std = data.train_inputs.std(dim=0)  # [30]
    train_features = (data.train_inputs - mean) / std  # [400, 30]
    test_features = (data.test_inputs - mean) / std  # [169, 30]
    train_labels = data.train_labels.double()  # [400]
    test_labels = data.test_labels.double()  # [169]

    model = LogisticRegression().to(repro.device)
    optimizer = torch.optim.LBFGS(
        model.parameters(), lr=1.0, max_iter=4, line_search_fn="strong_wolfe"
    )
    repro.watch(model, optimizer, every=1)

    def penalized_loss() -> Tensor:
        optimizer.zero_grad()
        loss = F.binary_cross_entropy_with_logits(model(train_features), train_labels)
        loss = loss + 1e-3 * model.linear.weight.square().sum()
        loss.backward()
        return loss

    model.train()
    for step in repro.steps(total=15):
        loss = optimizer.step(penalized_loss)
        repro.log("train/loss", loss, step=step)

    model.eval()
    with torch.inference_mode():
        log_odds = model(test_features)  # [169]
        hits = (log_odds > 0) == data.test_labels.bool()  # [169]
        repro.log(
            "test/loss", F.binary_cross_entropy_with_logits(log_odds, test_labels)
        )
        repro.log("test/accuracy", hits.double().mean())
    repro.fingerprint("weights", model)
