"""A shipped experiment with a few characters changed: how that is said, and done.

A variant is data: which experiment runs, and which text stands for which. An anchor
that does not occur exactly as often as the variant says is refused, so a table that no
longer fits the experiments fails instead of testing nothing.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["EXPERIMENTS", "Edit", "Experiment", "Variant", "apply"]

FOLDER: Final = "experiments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A shipped experiment.

    Attributes:
        file: The test file, in the folder of the experiments.
        function: The test function.
        parameter: Its one parameter; empty where it has none.
    """

    file: str
    function: str
    parameter: str = ""

    @property
    def node(self) -> str:
        """The node id."""
        brackets = f"[{self.parameter}]" if self.parameter else ""
        return f"{FOLDER}/{self.file}::{self.function}{brackets}"

    @property
    def call(self) -> tuple[str, ...]:
        """The arguments of `benchmarks.plain` and `benchmarks.witness`."""
        module = f"{FOLDER}.{self.file.removesuffix('.py')}"
        rest = (f"name={self.parameter}",) if self.parameter else ()
        return (module, self.function, *rest)


def _experiment(name: str, parameter: str = "") -> Experiment:
    function = f"test_{name}"
    return Experiment(file=f"{function}.py", function=function, parameter=parameter)


EXPERIMENTS: Final = {
    "logistic": _experiment("logistic"),
    "digits_cnn": _experiment("digits_cnn"),
    "digits_mlp": _experiment("digits_mlp"),
    "digits_parts": _experiment("digits_parts"),
    "mnist_cnn": _experiment("mnist_cnn"),
    "series_gru": _experiment("series_gru"),
    "transformer[generated]": _experiment("transformer", "generated"),
    "transformer[essay]": _experiment("transformer", "essay"),
}
"""Every experiment that this project ships, by a short name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One text that stands for another.

    Attributes:
        file: In the folder of the experiments.
        anchor: The text that is there.
        replacement: The text that takes its place.
        times: How often the anchor must occur, no more and no less.
    """

    file: str
    anchor: str
    replacement: str
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """An experiment, changed.

    Attributes:
        experiment: A key of `EXPERIMENTS`.
        label: What was changed, for the table.
        edits: The changes, made one after the other.
    """

    experiment: str
    label: str
    edits: tuple[Edit, ...]


def apply(variant: Variant, folder: Path) -> None:
    """Change a copy of the experiments.

    Args:
        variant: What to change.
        folder: The project that holds the copy.

    Raises:
        ValueError: If an anchor occurs more or less often than the variant says.
    """
    for edit in variant.edits:
        path = folder / FOLDER / edit.file
        text = path.read_bytes().decode()
        found = text.count(edit.anchor)
        if found != edit.times:
            msg = (
                f"{variant.experiment}, {variant.label}: anchor {edit.anchor!r} occurs "
                f"{found} times in {edit.file}, not {edit.times}"
            )
            raise ValueError(msg)
        path.write_bytes(text.replace(edit.anchor, edit.replacement).encode())
