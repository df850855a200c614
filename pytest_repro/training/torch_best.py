"""The weights of the best step so far, as a part that checkpoints hold."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

__all__ = ["Best"]


class Best:
    """A copy of a model's state: the beginning's, until something better is kept."""

    def __init__(self, model: nn.Module) -> None:
        """Keep the state with which training begins.

        Args:
            model: The model.
        """
        self._state: dict[str, Tensor] = {}
        self.keep(model)

    def keep(self, model: nn.Module) -> None:
        """Keep the present state of a model instead.

        Args:
            model: The model; its state holds tensors alone.
        """
        self._state = {
            name: tensor.detach().clone() for name, tensor in model.state_dict().items()
        }

    def give_back(self, model: nn.Module) -> None:
        """Put what was kept into a model.

        Args:
            model: The model.
        """
        model.load_state_dict(self._state)

    def state_dict(self) -> dict[str, Any]:
        """Return what a checkpoint holds."""
        return dict(self._state)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint.

        Args:
            state: What `state_dict` returned.
        """
        self._state = {name: tensor.clone() for name, tensor in state.items()}
