"""Where do two versions of an experiment part first? An answer without the program.

A checker must not be judged by its own recorder. So this one shares no code with it:
its own hooks hash every tensor after every optimizer step, by NumPy and hashlib, and it
keeps the bits of every logged number. Two such lists give the expected first step.

One process serves many versions: torch is imported once, and each version trains in a
fork of its own, which imports the experiment from the version's folder.

    echo '[["/folder", "experiments.test_logistic", "test_logistic"]]' |
        python -m benchmarks.witness
"""

import hashlib
import importlib
import json
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch

from benchmarks.plain import PlainRun, call, pin, show_bits

__all__ = [
    "END",
    "START",
    "TESTIMONY",
    "Event",
    "Parting",
    "Witness",
    "part",
    "read_events",
]

TESTIMONY = "witness.json"
"""The file in a version's folder that holds what was seen."""

START = "start"
"""The moment before the first step."""

END = "end"
"""The moment after the last step: evaluation."""


class Event(NamedTuple):
    """Something that was seen.

    Attributes:
        what: The metric, or ``state``.
        when: The step, `START` or `END`.
        bits: The exact bits of the number, or a digest of the state.
        is_told: Whether the experiment itself asks for it to be recorded; a state
            that it does not ask for is seen by the witness alone.
    """

    what: str
    when: str
    bits: str
    is_told: bool


class Parting(NamedTuple):
    """The first moments at which two runs differ; empty text for never.

    Attributes:
        true: Of everything that happened.
        told: Of what the experiment tells, the earliest that any recorder of it
            could name.
    """

    true: str
    told: str


class Witness(PlainRun):
    """A plain run that looks at everything."""

    def __init__(self, seed: int, folder: Path) -> None:
        """Start with nothing seen.

        Args:
            seed: The root seed.
            folder: Where relative data paths start.
        """
        super().__init__(seed, folder)
        self.events: list[Event] = []

    def watch(self, model: object, optimizer: object, *, every: int) -> None:
        """Hash the state now and after every single optimizer step.

        Args:
            model: The model.
            optimizer: Its optimizer.
            every: How often the experiment wants that; decides what is told.

        Raises:
            TypeError: If they are no torch objects.
        """
        if not isinstance(model, torch.nn.Module):
            msg = f"the witness watches a torch.nn.Module, got {type(model).__name__}"
            raise TypeError(msg)
        if not isinstance(optimizer, torch.optim.Optimizer):
            msg = f"the witness hooks an optimizer, got {type(optimizer).__name__}"
            raise TypeError(msg)
        self.events.append(Event("state", START, _digest(model, None), is_told=True))
        steps = 0

        def look(*_: object) -> None:
            nonlocal steps
            digest = _digest(model, optimizer)
            is_told = steps % every == 0
            self.events.append(Event("state", str(steps), digest, is_told=is_told))
            steps += 1

        optimizer.register_step_post_hook(look)

    def fingerprint(self, name: str, state: object, step: int | None = None) -> None:
        """Hash a model, or what is told of its data, where the experiment asks for it.

        Args:
            name: What it is called.
            state: The model; or a text, or numbers by text.
            step: The step, or None.
        """
        bits = (
            _digest(state, None) if isinstance(state, torch.nn.Module) else _of(state)
        )
        self.events.append(Event(name, self._when(step), bits, is_told=True))

    def log(self, name: str, value: object, step: int | None = None) -> None:
        """Keep the exact bits of a number.

        Args:
            name: The metric.
            value: A tensor of one number, or a number.
            step: The step, or None.

        Raises:
            TypeError: If it is neither; the shipped experiments log nothing else.
        """
        if isinstance(value, torch.Tensor):
            array = value.detach().cpu().numpy()
            bits = f"{array.dtype.str}:{array.tobytes().hex()}"
        elif type(value) in {int, float}:
            bits = f"{type(value).__name__}:{show_bits(value)}"
        else:
            msg = f"metric {name!r} is a tensor or a number, got {type(value).__name__}"
            raise TypeError(msg)
        self.events.append(Event(name, self._when(step), bits, is_told=True))

    def _when(self, step: int | None) -> str:
        """Say when something is told: what has no step precedes or follows them all."""
        if step is not None:
            return str(step)
        return END if any(one.when != START for one in self.events) else START


def part(obtained: Sequence[Event], reference: Sequence[Event]) -> Parting:
    """Find where two runs part first.

    Args:
        obtained: What was seen in one run.
        reference: What was seen in the other; its order decides what comes first.

    Returns:
        The first moments at which something differs, or is there on one side only.
    """
    ours = {(one.what, one.when): one.bits for one in obtained}
    theirs = {(one.what, one.when) for one in reference}
    unequal = [one for one in reference if ours.get((one.what, one.when)) != one.bits]
    unequal += [one for one in obtained if (one.what, one.when) not in theirs]
    told = [one.when for one in unequal if one.is_told]
    return Parting(
        true=unequal[0].when if unequal else "", told=told[0] if told else ""
    )


def read_events(folder: Path) -> list[Event]:
    """Read what was seen of a version.

    Args:
        folder: Of the version.

    Returns:
        The events, in order.
    """
    text = (folder / TESTIMONY).read_text(encoding="utf-8")
    return [Event(*fields) for fields in json.loads(text)]


def _of(told: object) -> str:
    """Hash a text, or numbers by text, whatever their order.

    Raises:
        TypeError: If it is neither.
    """
    items = sorted(told.items()) if isinstance(told, dict) else told
    if not isinstance(items, str | list):
        msg = f"the witness hashes a model, a text or a dict, got {type(told).__name__}"
        raise TypeError(msg)
    return hashlib.sha256(repr(items).encode()).hexdigest()


def _digest(model: torch.nn.Module, optimizer: torch.optim.Optimizer | None) -> str:
    """Hash parameters, gradients and buffers by position, then optimizer state.

    Gradients belong to a step, so they enter only together with the optimizer.
    """
    seen = hashlib.sha256()
    for parameter in model.parameters():
        _add(seen, parameter)
        if optimizer is not None:
            _add(seen, parameter.grad)
    for buffer in model.buffers():
        _add(seen, buffer)
    if optimizer is not None:
        for state in optimizer.state.values():
            for key in sorted(state):
                _add(seen, state[key])
    return seen.hexdigest()


def _add(seen: "hashlib._Hash", value: object) -> None:
    if isinstance(value, torch.Tensor):
        array = value.detach().cpu().numpy()
        seen.update(f"{array.dtype.str}{array.shape}".encode() + array.tobytes())
    elif isinstance(value, list):
        for item in value:
            _add(seen, item)
    else:
        seen.update(repr(value).encode())


def see(folder: Path, module: str, function: str, *parameters: str) -> None:
    """Run an experiment in this process, and leave what was seen in its folder.

    Args:
        folder: The project that holds the version.
        module: The experiment's module.
        function: Its test function.
        parameters: Its other arguments, as ``name=value``.
    """
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    pin(0)
    witness = Witness(0, folder / "experiments")
    call(module, function, witness, **dict(text.split("=", 1) for text in parameters))
    text = json.dumps(witness.events)
    (folder / TESTIMONY).write_text(text, encoding="utf-8")


def main() -> int:
    """Read folders and experiments from standard input; one fork for each.

    Returns:
        0 if all ended well, else 1.
    """
    importlib.import_module("torch._dynamo")  # optimizers would, in every fork
    return max((_fork(*job) for job in json.load(sys.stdin)), default=0)


def _fork(folder: str, module: str, function: str, *parameters: str) -> int:
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return int(status != 0)
    try:
        see(Path(folder).resolve(), module, function, *parameters)
    except BaseException:  # noqa: BLE001  # a fork must never return into `main`
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
