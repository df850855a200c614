"""The global generators of torch, and generators of one's own.

Everything that draws in torch draws from here: initial weights, dropout, and, through
one number for each epoch, the order of a `DataLoader` and the seeds of its workers.

There is no `worker_init_fn`: torch seeds `random`, `numpy.random` and itself in each
loader worker from the base seed, which comes from the default generator, and tests
hold it to that. CUDA is never initialised here.
"""

from collections.abc import Callable

import torch

__all__ = [
    "OwnStream",
    "default_streams",
    "keep",
    "make_generator",
    "seed",
    "states",
    "tensors",
]


def make_generator(seed: int, device: str = "cpu") -> torch.Generator:
    """Make a generator that shares nothing with the default one.

    Args:
        seed: Its seed, as `pytest_repro.determinism.derive` gives.
        device: Where it draws; on CUDA the numbers depend on the model of the GPU.

    Returns:
        The generator.
    """
    return torch.Generator(device).manual_seed(seed)


def seed(seed: int) -> None:
    """Seed the default generators of all devices.

    Args:
        seed: In [0, 2**63); the CPU generator uses its lower 32 bits, CUDA all.
    """
    torch.manual_seed(seed)


def states() -> dict[str, bytes]:
    """Read the states of the default generators.

    Returns:
        The bytes that torch gives, by ``torch`` and ``torch.cuda:0``; GPUs are left
        out while CUDA is not in use.
    """
    return {name: _to_bytes(state) for name, state in tensors().items()}


def tensors() -> dict[str, torch.Tensor]:
    """Copy the states of the default generators; no device is waited for.

    Returns:
        uint8 tensors on the CPU, by the names of `states`.
    """
    found = {"torch": torch.get_rng_state()}
    for index, state in enumerate(_cuda_states()):
        found[f"torch.cuda:{index}"] = state
    return found


class OwnStream:
    """The numbers that one generator draws."""

    def __init__(self, generator: torch.Generator) -> None:
        """Take the generator.

        Args:
            generator: Of any device.
        """
        self._generator = generator

    def get(self) -> bytes:
        """Read the state; on an accelerator this does not wait."""
        return self._generator.get_state().numpy().tobytes()

    def put(self, state: bytes) -> None:
        """Put a state back.

        Args:
            state: What `get` gave.
        """
        words = torch.frombuffer(bytearray(state), dtype=torch.uint8)
        self._generator.set_state(words)


def default_streams() -> dict[str, OwnStream]:
    """List the default generators as streams.

    Returns:
        Streams by ``torch`` and ``torch.cuda:0``; no GPUs while CUDA is not in use.
    """
    found = {"torch": OwnStream(torch.default_generator)}
    if torch.cuda.is_initialized():
        for index, generator in enumerate(torch.cuda.default_generators):
            found[f"torch.cuda:{index}"] = OwnStream(generator)
    return found


def keep() -> Callable[[], None]:
    """Remember the states of the default generators.

    Returns:
        A function that puts them back exactly. A GPU that came into use only
        afterwards keeps the state it has then, as it had none before.
    """
    cpu = torch.get_rng_state()
    gpus = _cuda_states()

    def put_back() -> None:
        torch.set_rng_state(cpu)
        if gpus:
            torch.cuda.set_rng_state_all(gpus)

    return put_back


def _cuda_states() -> list[torch.Tensor]:
    in_use = torch.cuda.is_initialized()
    return torch.cuda.get_rng_state_all() if in_use else []


def _to_bytes(state: torch.Tensor) -> bytes:
    return bytes(state.tolist())
