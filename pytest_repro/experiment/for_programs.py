"""Programs that know nothing of a run, as experiments: scripts, functions, trainers.

What `pytest-repro init` writes calls these. The program is run as a person runs it, in
a folder of its own, and is listened to: its optimizers, its losses, what its trainer
logs, the measures that it prints, what it returns. Say `Run.log` and `Run.watch` in its
place as soon as you know better: whoever trains knows more than a listener.

torch, Lightning and Transformers are imported only if the trainer's name asks for it.
"""

import logging
import os
import runpy
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO, cast

from pytest_repro.errors import ReproUsageError
from pytest_repro.experiment.halving import keep_whole
from pytest_repro.experiment.printed import Listener, Tee
from pytest_repro.experiment.program_results import record_left, record_result

if TYPE_CHECKING:
    from pytest_repro.experiment.run import Run

__all__ = ["following", "record", "run_program"]

TRAINERS: Final = ("", "torch", "lightning", "pytorch_lightning", "transformers")

VARIABLES: Final = {"MPLBACKEND": "Agg", "WANDB_MODE": "offline"}
"""Set where nobody did: a program neither opens windows nor reports to a service."""

LARGE_BYTES: Final = 64 * 2**20
"""What is larger is linked instead of copied, and its digest is recorded."""


@contextmanager
def following(
    run: "Run",
    *,
    trainer: str = "torch",
    folder: Path,
    bring: Iterable[Path] = (),
) -> Iterator[None]:
    """Record what training inside the block does, without a word from it.

    Args:
        run: The fixture `repro`.
        trainer: What trains: ``torch`` (a plain loop, or Accelerate), ``lightning``,
            ``pytorch_lightning`` or ``transformers``; empty for none of them.
        folder: An empty folder, which becomes the current one: what the program
            writes by a relative path ends up there.
        bring: What it reads by a relative path; copied there.

    Yields:
        Nothing.

    Raises:
        ReproUsageError: If there is no such trainer, or nothing at a path.
    """
    _check_trainer(trainer)
    keep_whole("a program is followed, and its loop is its own")
    for path in bring:
        _bring(run, path, folder)
    with ExitStack() as stack:
        for name, value in VARIABLES.items():
            os.environ.setdefault(name, value)
        stack.enter_context(_inside(folder))
        # Trainers tell their metrics themselves; what they print is for people.
        if trainer in {"", "torch"}:
            stack.enter_context(_hearing_prints(run, is_traced=not trainer))
        if trainer:
            stack.enter_context(_following_trainer(run, trainer))
        yield


def record(run: "Run", name: str, value: object) -> None:
    """Record what a function returned: its numbers, arrays, tensors and models.

    Numbers whose name says that a clock gave them are left out, as is whatever has no
    fingerprint.

    Args:
        run: The fixture `repro`.
        name: What it is called.
        value: Anything; containers, dataclasses and estimators are looked into.
    """
    record_result(run, name, value)


def run_program(  # noqa: PLR0913  # keywords, as `following` has them
    run: "Run",
    program: str | Path,
    arguments: Sequence[str] = (),
    *,
    trainer: str = "torch",
    folder: Path,
    bring: Iterable[Path] = (),
) -> None:
    """Run a script or module as ``python`` does, and record what it does and leaves.

    Args:
        run: The fixture `repro`.
        program: The path of a script, or the name of a module, as after ``-m``.
        arguments: What follows it on the command line.
        trainer: See `following`.
        folder: See `following`.
        bring: See `following`.

    Raises:
        ReproUsageError: See `following`.
        RuntimeError: If the program ends with another status than 0.
    """
    home = str(program.parent) if isinstance(program, Path) else ""
    left: Mapping[str, object] = {}
    with (
        _command_line([str(program), *arguments], home),
        following(run, trainer=trainer, folder=folder, bring=bring),
    ):
        try:
            if isinstance(program, Path):
                given = _notebook_names(program)
                left = runpy.run_path(str(program), given, run_name="__main__")
            else:
                left = runpy.run_module(
                    str(program), run_name="__main__", alter_sys=True
                )
        except SystemExit as end:
            if end.code not in {None, 0}:
                msg = f"{program} ended with {end.code!r}"
                raise RuntimeError(msg) from end
    record_left(run, left)


def _notebook_names(program: Path) -> dict[str, Any]:
    """Give a script that was exported from a notebook what only those have."""
    if "get_ipython" not in program.read_text(encoding="utf-8"):
        return {}
    return {"get_ipython": _Shell, "display": print}


class _Shell:
    """Stands for IPython's shell: magic lines do nothing here."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever is asked for
        return lambda *_, **__: None


def _check_trainer(trainer: str) -> None:
    if trainer not in TRAINERS:
        known = ", ".join(repr(one) for one in TRAINERS)
        msg = f"no trainer {trainer!r}; there are {known}"
        raise ReproUsageError(msg)


def _bring(run: "Run", path: Path, folder: Path) -> None:
    """Copy a file or folder; link what is large, and record its digest."""
    if not path.exists():
        msg = (
            f"nothing to bring: {path}\n"
            "  name what the program reads, or leave it out of bring=…"
        )
        raise ReproUsageError(msg)
    target = folder / path.name
    if _size_bytes(path) > LARGE_BYTES:
        target.symlink_to(run.asset(path))
    elif path.is_dir():
        shutil.copytree(path, target, dirs_exist_ok=True)
    else:
        shutil.copyfile(path, target)


def _size_bytes(path: Path) -> int:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return sum(one.stat().st_size for one in files if one.is_file())


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def _command_line(words: list[str], home: str) -> Iterator[None]:
    """Set the command line, and where a script looks for its own modules first."""
    argv, path = sys.argv, list(sys.path)
    sys.argv = words
    if home:
        sys.path.insert(0, home)
    try:
        yield
    finally:
        sys.argv = argv
        sys.path[:] = path


@contextmanager
def _hearing_prints(run: "Run", *, is_traced: bool) -> Iterator[None]:
    listener = Listener(run, is_traced=is_traced)
    root = logging.getLogger()
    level = root.level
    root.addHandler(listener)
    root.setLevel(min(level, logging.INFO))
    try:
        # The type asks for a whole stream of text, and print needs these two methods.
        with redirect_stdout(cast("TextIO", Tee(sys.stdout, listener))):
            yield
        listener.close_run()
    finally:
        root.removeHandler(listener)
        root.setLevel(level)


@contextmanager
def _following_trainer(run: "Run", trainer: str) -> Iterator[None]:
    from pytest_repro.experiment.torch_programs import following_torch  # noqa: PLC0415  # imports torch

    with following_torch(run) as follower:
        if trainer == "transformers":
            from pytest_repro.experiment import transformers_metrics  # noqa: PLC0415  # imports it

            with transformers_metrics.listening(run, follower):
                yield
        elif trainer == "torch":
            yield
        else:
            from pytest_repro.experiment import lightning_metrics  # noqa: PLC0415  # imports it

            with lightning_metrics.listening(run, follower, trainer):
                yield
