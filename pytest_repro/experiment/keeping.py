"""Keep a run in checkpoints, and go on from one as if nothing had happened.

A checkpoint stands where a step would begin. The experiment is an ordinary function, so
a resumed run calls it again from the top: it builds its model, loader and optimizer,
and when it reaches the loop everything is put where it was. Loops that were over are
left out.

What is kept: registered parts, every random generator, the place in the loader, and
what was recorded. What is not: see `forgotten`.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from pytest_repro.checkpoints import (
    Blocks,
    Content,
    Place,
    decode,
    encode,
    places_in,
    read_checkpoint,
    thin,
    write_checkpoint,
)
from pytest_repro.determinism import Stream, global_streams, is_generator, stream_of
from pytest_repro.errors import CheckpointError, ReproUsageError
from pytest_repro.experiment.drawing import Drawing, Opened, Unseen
from pytest_repro.experiment.looping import Loop, Orders, die
from pytest_repro.experiment.parts import Part, part_of
from pytest_repro.experiment.recorder import Recorder
from pytest_repro.fingerprints import tree_digest

__all__ = ["Keeper"]


class Keeper:
    """Holds the parts of one run, writes its checkpoints, and brings it back.

    Attributes:
        orders: What is to be done.
    """

    def __init__(self, recorder: Recorder) -> None:
        """Keep nothing until somebody orders it.

        Args:
            recorder: Its content is kept, too.
        """
        self.orders = Orders()
        self._recorder = recorder
        self._parts: dict[str, Part] = {}
        self._generators: dict[str, Stream] = {}
        self._loops: list[Loop] = []
        self._open: list[Loop] = []
        self._entry = ""
        self._waiting: Mapping[str, Any] | None = None
        self._header: Mapping[str, Any] = {}
        self._told: set[str] = set()
        self._is_led = False

    def obey(self, orders: Orders) -> None:
        """Take orders, before the experiment begins.

        Args:
            orders: What is to be done.

        Raises:
            CheckpointError: If the checkpoint cannot be read, or is of another run.
        """
        self.orders = orders
        if orders.every:
            orders.folder.mkdir(parents=True, exist_ok=True)
        if orders.resume_from is not None:
            content = read_checkpoint(orders.resume_from)
            _check_run(content.header, orders)
            self._header = content.header
            self._waiting = decode(content.state, content.blocks)
            self._recorder.at_finish(self._check_reached)

    def register(self, name: str, subject: object) -> None:
        """Make something a part of the run.

        Args:
            name: What checkpoints call it.
            subject: What `part_of` takes.

        Raises:
            ReproUsageError: If it cannot be kept, or the name stands for another.
        """
        if any(part.subject is subject for part in self._parts.values()):
            return
        if name in self._parts:
            msg = f"checkpoint(): {name!r} stands for something else already"
            raise ReproUsageError(msg)
        self._parts[name] = part_of(name, subject)
        if is_generator(subject):
            self._generators[f"part {name}"] = stream_of(subject)

    def lead(self, name: str, take: Callable[[], Any]) -> Any:  # noqa: ANN401  # as it was taken
        """Keep a part that its owner restores.

        Args:
            name: What checkpoints call it.
            take: Returns its state.

        Returns:
            What the checkpoint with which the run begins holds of it; None if there
            is no such checkpoint.

        Raises:
            CheckpointError: If the checkpoint has no such part.
        """
        self._parts[name] = Part(name, take, take, lambda _: None)
        self._is_led = True
        if self._waiting is None:
            return None
        if name not in self._waiting["parts"]:
            msg = f"the checkpoint holds nothing of {name!r}"
            raise CheckpointError(msg)
        return self._waiting["parts"][name]

    def add_generator(self, name: str, generator: object) -> None:
        """Keep a generator that was handed out before a loop.

        Those asked for inside are fresh each time a step is repeated.

        Args:
            name: What it is for; it may be asked for twice.
            generator: The generator.
        """
        if not self._open:
            number = sum(key.startswith(f"{name} #") for key in self._generators)
            self._generators[f"{name} #{number}"] = stream_of(generator)

    def streams(self) -> Mapping[str, Stream]:
        """List every generator that is kept."""
        return {**global_streams(), **self._generators}

    def begin(
        self, iterable: Iterable[Any], frame: FrameType | None, opened: Opened = iter
    ) -> Loop:
        """Begin a loop over steps, or go on in the midst of it.

        Args:
            iterable: Its items.
            frame: The function that walks over it; None for unknown.
            opened: Begins a pass over the items.

        Returns:
            The loop.

        Raises:
            CheckpointError: If the checkpoint does not fit this experiment.
        """
        if self.orders.is_idle or self._open:
            # A loop inside a step belongs to that step.
            unseen = Unseen(iterable, self.streams, opened)
            return Loop(Orders(), unseen, self._write, number=-1)
        drawing = Drawing(iterable, self.streams, opened)
        loop = Loop(self.orders, drawing, self._write, number=len(self._loops))
        self._loops.append(loop)
        self._open.append(loop)
        if loop.number == 0:
            self._entry = tree_digest(self._recorder.state_dict())
        if self._waiting is not None and loop.number < self._header["loop"]:
            loop.pass_over(self._waiting["loops"][loop.number])
            return loop
        loop.look_at(frame)
        if self._waiting is not None:
            self._resume(loop, self._waiting)
        return loop

    def end(self, loop: Loop) -> None:
        """Hear that a loop is left, at its end or before.

        Args:
            loop: The loop.
        """
        if loop in self._open:
            self._open.remove(loop)

    def _write(self, loop: Loop, step: int, dies: bool) -> None:  # noqa: FBT001  # called from one place
        """Write the checkpoint that stands before a step."""
        place, blocks = Place(loop.number, step), Blocks()
        forgotten = loop.forgotten([part.subject for part in self._parts.values()])
        state = {
            "parts": {name: part.take() for name, part in self._parts.items()},
            "streams": {name: one.get() for name, one in self.streams().items()},
            "loops": [one.state() for one in self._loops],
            "recorder": self._recorder.state_dict(),
        }
        header = {
            "experiment": self.orders.experiment,
            "seed": self.orders.seed,
            "loop": place.loop,
            "step": place.step,
            "order": self._recorder.count,
            "entry": self._entry,
            "last": loop.last,
            "forgotten": list(forgotten),
        }
        node = encode(state, blocks, path="kept")
        content = Content(header=header, state=node, blocks=blocks)
        folder = self.orders.folder
        write_checkpoint(place.file_in(folder), content, halfway=die if dies else None)
        _throw_away(folder)
        self._tell(forgotten)

    def _resume(self, loop: Loop, state: Mapping[str, Any]) -> None:
        """Put everything where it was; random generators last, as others draw."""
        self._waiting = None
        # A trainer has restored itself by now, and may have been fingerprinted since.
        if not self._is_led and self._entry != self._header["entry"]:
            self._recorder.warn(
                "before the loop this run had other bits than the one that wrote the "
                "checkpoint"
            )
        loop.drawing.go_to(state["loops"][loop.number], last=self._header["last"])
        loop.first = self._header["step"]
        _check_parts(state["parts"], self._parts)
        for name, kept in state["parts"].items():
            self._parts[name].put(kept)
        self._recorder.load_state_dict(state["recorder"])
        streams = self.streams()
        for name, kept in state["streams"].items():
            if name in streams:
                streams[name].put(kept)

    def _tell(self, forgotten: Iterable[str]) -> None:
        for name in forgotten:
            if name not in self._told:
                self._told.add(name)
                word = name.partition(" ")[0]
                self._recorder.warn(
                    f"checkpoints do not hold {name}, which the loop changes: "
                    f"repro.checkpoint({word}={word})"
                )

    def _check_reached(self) -> None:
        if self._waiting is not None:
            msg = (
                f"the checkpoint stands in loop {self._header['loop']}: it never began"
            )
            raise CheckpointError(msg)


def _throw_away(folder: Path) -> None:
    for old in thin(places_in(folder)):
        old.file_in(folder).unlink(missing_ok=True)


def _check_run(header: Mapping[str, Any], orders: Orders) -> None:
    if (header["experiment"], header["seed"]) != (orders.experiment, orders.seed):
        msg = (
            "the checkpoint is of another run\n"
            f"  checkpoint  {header['experiment']} seed {header['seed']}\n"
            f"  this run    {orders.experiment} seed {orders.seed}"
        )
        raise CheckpointError(msg)


def _check_parts(kept: Mapping[str, object], there: Mapping[str, object]) -> None:
    missing = sorted(kept.keys() ^ there.keys())
    if missing:
        msg = (
            f"parts of the checkpoint and of the experiment differ: {missing[0]!r} is "
            "in one of them alone\n  remedy  register parts before the loop, always"
        )
        raise CheckpointError(msg)
