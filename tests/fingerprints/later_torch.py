"""An optimizer as a later torch has it, for an environment that has it not."""

from typing import Any

import torch


class LBFGS(torch.optim.LBFGS):
    """LBFGS of torch 2.14: with one setting more, which is off."""

    __module__ = torch.optim.LBFGS.__module__

    def __init__(
        self,
        params: Any,  # noqa: ANN401  # as torch
        lr: float = 1,
        max_iter: int = 20,
        *,
        maximize: bool = False,
    ) -> None:
        """Keep the setting as the others are kept.

        Args:
            params: The parameters.
            lr: The learning rate.
            max_iter: How often the loss is asked for in a step.
            maximize: The new one; here it does nothing even if it is on.
        """
        super().__init__(params, lr, max_iter)
        for group in self.param_groups:
            group.setdefault("maximize", maximize)
