"""The states of random generators, to be read quickly and put back exactly.

`seeding.generator_states` gives bytes to be compared between runs; what is here goes
the other way, too, and is quick enough to be asked around every batch. It knows the
global generators, and any that an experiment holds: of torch, numpy and Python.
"""

import json
import random
import struct
from typing import Any, Final, Protocol

from pytest_repro.determinism.late import is_imported

__all__ = ["Stream", "global_streams", "is_generator", "stream_of"]

_PYTHON: Final = struct.Struct("<q625I?d")


class Stream(Protocol):
    """A source of random numbers whose state can be read and put back."""

    def get(self) -> bytes:
        """Read the state; equal bytes for equal states."""

    def put(self, state: bytes) -> None:
        """Put a state back.

        Args:
            state: What `get` gave, in this process or another.
        """


def global_streams() -> dict[str, Stream]:
    """List the global generators that exist by now.

    Returns:
        Streams by name: ``python``, ``numpy``, ``torch``, ``torch.cuda:0``.
    """
    found: dict[str, Stream] = {"python": _Python(random)}
    if is_imported("numpy.random"):
        found["numpy"] = _LegacyNumpy()
    if is_imported("torch"):
        from pytest_repro.determinism import torch_generators  # noqa: PLC0415  # torch is there

        found |= torch_generators.default_streams()
    return found


def is_generator(value: object) -> bool:
    """Tell whether a value is a random generator that can be kept.

    Args:
        value: Anything.

    Returns:
        Whether `stream_of` takes it.
    """
    kind = type(value)
    module = kind.__module__.partition(".")[0]
    is_known = (module, kind.__name__) in {
        ("torch", "Generator"),
        ("numpy", "Generator"),
        ("numpy", "RandomState"),
    }
    return is_known or isinstance(value, random.Random)


def stream_of(generator: Any) -> Stream:  # noqa: ANN401  # of three libraries
    """Make a stream of a generator that an experiment holds.

    Args:
        generator: A `torch.Generator`, `numpy.random.Generator`,
            `numpy.random.RandomState` or `random.Random`.

    Returns:
        Its stream.
    """
    if isinstance(generator, random.Random):
        return _Python(generator)
    if type(generator).__module__.startswith("torch"):
        from pytest_repro.determinism import torch_generators  # noqa: PLC0415  # torch is there

        return torch_generators.OwnStream(generator)
    if hasattr(generator, "get_state"):
        return _Numpy(generator)
    return _Bits(generator.bit_generator)


class _Python:
    """Python's generator: 624 words, a position, and a number in reserve."""

    def __init__(self, source: Any) -> None:  # noqa: ANN401  # the module, or a Random
        self._source = source

    def get(self) -> bytes:
        version, words, gauss = self._source.getstate()
        return _PYTHON.pack(version, *words, gauss is not None, gauss or 0.0)

    def put(self, state: bytes) -> None:
        version, *words, has_gauss, gauss = _PYTHON.unpack(state)
        self._source.setstate((version, tuple(words), gauss if has_gauss else None))


class _Numpy:
    """numpy's older generators, which keep a number in reserve."""

    def __init__(self, source: Any) -> None:  # noqa: ANN401  # the module, or a RandomState
        self._source = source

    def get(self) -> bytes:
        return _to_text(self._source.get_state(legacy=False))

    def put(self, state: bytes) -> None:
        self._source.set_state(_from_text(state))


class _LegacyNumpy(_Numpy):
    """The generator behind `numpy.random.seed`."""

    def __init__(self) -> None:
        from numpy.random import mtrand  # noqa: PLC0415  # only after its import

        super().__init__(mtrand)


class _Bits:
    """A bit generator of numpy, whichever algorithm it runs."""

    def __init__(self, source: Any) -> None:  # noqa: ANN401  # numpy is not imported here
        self._source = source

    def get(self) -> bytes:
        return _to_text(self._source.state)

    def put(self, state: bytes) -> None:
        self._source.state = _from_text(state)


def _to_text(state: object) -> bytes:
    return json.dumps(state, default=_write_array, sort_keys=True).encode()


def _from_text(state: bytes) -> object:
    return json.loads(state, object_hook=_read_array)


def _write_array(value: Any) -> object:  # noqa: ANN401  # an array, or a number of numpy
    if value.shape == ():
        return value.item()
    return {"dtype": value.dtype.str, "words": value.tobytes().hex()}


def _read_array(value: dict[str, Any]) -> object:
    if value.keys() != {"dtype", "words"}:
        return value
    import numpy as np  # noqa: PLC0415  # its state was kept

    return np.frombuffer(bytes.fromhex(value["words"]), dtype=value["dtype"]).copy()
