"""A chaotic series, forecast one value ahead by a gated recurrent unit.

Backpropagation through 40 steps of time, and gradients that are clipped by their global
norm: one sum over all parameters on which every update depends. The noise of the series
bounds what any forecast can reach (`experiments.series`).
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from experiments.data import shuffled_batches
from experiments.series import mackey_glass
from pytest_repro import Run


class Forecaster(nn.Module):
    """A GRU that reads a series and says, after each value, what comes next.

    Source:
        Cho et al. 2014, https://arxiv.org/abs/1406.1078.
    """

    def __init__(self) -> None:
        """Draw the weights from torch's global generator."""
        super().__init__()
        self.gru = nn.GRU(input_size=1, hidden_size=32, batch_first=True)
        self.dropout = nn.Dropout(p=0.05)
        self.head = nn.Linear(32, 1)

    def forward(self, values: Tensor) -> Tensor:
        """Map values float32[batch, time] to the next ones, float32[batch, time]."""
        states, _ = self.gru(values.unsqueeze(dim=2))  # [batch, time, 32]
        change: Tensor = self.head(self.dropout(states))  # [batch, time, 1]
        return values + change.squeeze(dim=2)  # [batch, time]


def test_series_gru(repro: Run) -> None:
    """RMSprop with clipped gradients forecasts better than "no change"."""
    series = mackey_glass(2400).to(repro.device)  # [2400]
    windows = series.unfold(0, size=41, step=1)  # [2360, 41]
    train_windows, test_windows = windows[:1800], windows[1841:]  # no value in both
    batches = shuffled_batches(
        train_windows[:, :-1],
        train_windows[:, 1:],
        size=64,
        generator=repro.generator("shuffle"),
    )
    model = Forecaster().to(repro.device)
    optimizer = torch.optim.RMSprop(
        model.parameters(), lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=1e-5
    )
    repro.watch(model, optimizer, every=20)

    model.train()
    for step, (values, following) in repro.steps(batches, total=200):
        forecasts = model(values)  # [64, 40]
        loss = F.mse_loss(forecasts, following)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=0.1)
        optimizer.step()
        repro.log("train/loss", loss, step=step)

    model.eval()
    with torch.inference_mode():
        values, following = test_windows[:, :-1], test_windows[:, 1:]  # [519, 40]
        settled = slice(20, None)  # before, the state has seen too little
        error = F.mse_loss(model(values)[:, settled], following[:, settled])
        no_change = F.mse_loss(values[:, settled], following[:, settled])
        repro.log("test/loss", error)
        repro.log("test/skill", 1 - error / no_change)
    repro.fingerprint("weights", model)
