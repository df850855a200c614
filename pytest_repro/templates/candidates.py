"""What of a project could be its first experiment, and how sure that is.

Every program, training function and trainer class is weighed by what its syntax tree
shows; the heaviest wins, and the others are told. Weights only order what is found:
what is written does not depend on them.
"""

import enum
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pytest_repro.templates.command_lines import CommandLine
from pytest_repro.templates.demands import Arguments, find_arguments
from pytest_repro.templates.filling import Filled, fill_call
from pytest_repro.templates.sources import Function, Source, Sources, called

__all__ = ["Candidate", "Kind", "find_candidates"]

EVIDENCE: Final = frozenset(
    {
        "LightningCLI",
        "Seq2SeqTrainer",
        "Trainer",
        "backward",
        "fit",
        "fit_transform",
        "partial_fit",
        "train_on_batch",
        "zero_grad",
    }
)
"""Calls that train, or prepare to."""

TRAINS: Final = re.compile(r"(^|_)(train|training|trainer|fit|finetune|fine_tune)")
RUNS: Final = frozenset({"main", "run", "__main__", "experiment", "cli", "pipeline"})
OTHERS: Final = re.compile(
    r"eval|predict|infer|export|plot|prepare|preprocess|download|serve|setup|demo|conf"
    r"|convert|visuali|noxfile|sweep|search|tune_|bench|utils"
)
METHODS: Final = ("fit", "train", "run")
SURE: Final = 7
"""From this weight on nothing is left to be doubted."""

LEAST: Final = 3

NO_ARGUMENTS: Final = Arguments()


class Kind(enum.StrEnum):
    """How something is started."""

    SCRIPT = "script"
    MODULE = "module"
    FUNCTION = "function"
    CLASS = "class"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something that could be run as an experiment.

    Attributes:
        kind: How it is started.
        source: Where it is defined.
        name: What the experiment is called.
        trainer: What trains, as `experiment.for_programs.following` calls it.
        weight: How much speaks for it.
        arguments: Of a script or module.
        call: Of a function or class.
        method: Of a class: what is called then.
        module: Of a module: the name behind ``-m``.
    """

    kind: Kind
    source: Source
    name: str
    trainer: str
    weight: int
    arguments: Arguments = NO_ARGUMENTS
    call: Filled | None = None
    method: str = ""
    module: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """What it demands and nobody can tell."""
        return self.arguments.missing if self.call is None else self.call.missing

    @property
    def is_sure(self) -> bool:
        """Whether enough speaks for it, and nothing is missing."""
        return self.weight >= SURE and not self.missing

    @property
    def shown(self) -> str:
        """How it is started, as a person types or writes it."""
        if self.call is not None:
            return f"{self.source.module}.{self.call.text}" + (
                f".{self.method}()" if self.method else ""
            )
        program = f"-m {self.module}" if self.module else self.source.path.as_posix()
        return " ".join(["python", program, *self.arguments.words])


def find_candidates(
    sources: Sources, commands: Sequence[CommandLine]
) -> tuple[Candidate, ...]:
    """Find everything that could be run, the likeliest first.

    Args:
        sources: The project.
        commands: What its texts tell.

    Returns:
        The candidates.
    """
    found = [
        one
        for source in sources.files
        for one in (
            *_programs(sources, source, commands),
            *_functions(sources, source),
            *_classes(sources, source),
        )
        if one.weight >= LEAST
    ]
    return tuple(
        sorted(found, key=lambda one: (bool(one.missing), -one.weight, one.shown))
    )


def trainer_of(sources: Sources, source: Source) -> str:
    """Say what trains, by what is imported.

    Args:
        sources: The project.
        source: Where to begin.

    Returns:
        A name that `experiment.for_programs.following` knows.
    """
    reached = sources.reached(source)
    names = {name for one in reached for name in one.imports}
    tops = {name.partition(".")[0] for name in names}
    calls = {name for one in reached for name in one.calls}
    if "transformers" in tops and any(
        name.endswith("Trainer") for name in calls | names
    ):
        return "transformers"
    for name in ("lightning", "pytorch_lightning"):
        if name in tops:
            return name
    torch_like = {"torch", "accelerate", "torchvision", "transformers"}
    return "torch" if torch_like & tops else ""


def _programs(
    sources: Sources, source: Source, commands: Sequence[CommandLine]
) -> Iterator[Candidate]:
    is_main = source.path.name == "__main__.py"
    trains_at_top = bool(EVIDENCE & source.top_calls) and not source.has_guard
    is_named = bool(TRAINS.search(source.path.stem.lower()))
    runs_at_top = is_named and bool(source.top_calls) and not source.has_guard
    if not (source.has_guard or trains_at_top or runs_at_top or is_main):
        return
    module = source.module.removesuffix(".__main__")
    is_module = "." in source.module and _needs_package(source)
    told = {one.program for one in commands}
    is_told = bool({source.path.as_posix(), source.module, module} & told)
    yield Candidate(
        kind=Kind.MODULE if is_module else Kind.SCRIPT,
        source=source,
        name=_plain(module.rpartition(".")[2]),
        trainer=trainer_of(sources, source),
        weight=_weigh(sources, source, source.path.stem) + 2 + 2 * is_told,
        arguments=find_arguments(sources, source, commands),
        module=module if is_module else "",
    )


def _functions(sources: Sources, source: Source) -> Iterator[Candidate]:
    for function in source.functions():
        if not _is_start(function.name):
            continue
        own = EVIDENCE & set(called(function))
        yield Candidate(
            kind=Kind.FUNCTION,
            source=source,
            name=_plain(function.name),
            trainer=trainer_of(sources, source),
            weight=_weigh(sources, source, function.name) - 1 + bool(own),
            call=fill_call(sources, source, function.name),
        )


def _classes(sources: Sources, source: Source) -> Iterator[Candidate]:
    for kind in source.classes():
        methods = {one.name: one for one in kind.body if isinstance(one, Function)}
        method = next((name for name in METHODS if name in methods), "")
        bases = " ".join(
            getattr(base, "attr", getattr(base, "id", "")) for base in kind.bases
        )
        if (
            not method
            or "Module" in bases
            or not kind.name.endswith(("Trainer", "Runner", "Experiment"))
        ):
            continue
        arguments = methods[method].args
        if len(arguments.args) - 1 > len(arguments.defaults):
            continue
        yield Candidate(
            kind=Kind.CLASS,
            source=source,
            name=_plain(kind.name.lower()),
            trainer=trainer_of(sources, source),
            weight=_weigh(sources, source, method) - 1,
            call=fill_call(sources, source, kind.name),
            method=method,
        )


def _weigh(sources: Sources, source: Source, name: str) -> int:
    weight = 0
    if TRAINS.search(name.lower()) or TRAINS.search(source.path.stem.lower()):
        weight += 3
    elif name in RUNS:
        weight += 2
    if OTHERS.search(name.lower()) or OTHERS.search(source.path.stem.lower()):
        weight -= 4
    if EVIDENCE & source.calls:
        weight += 4
    elif any(EVIDENCE & one.calls for one in sources.reached(source)):
        weight += 3
    return weight


def _is_start(name: str) -> bool:
    return not name.startswith("_") and bool(TRAINS.match(name) or name in RUNS)


def _needs_package(source: Source) -> bool:
    """Tell whether a file belongs to a package, so that ``-m`` has to start it."""
    return source.path.parent != source.home and source.path.parts[:1] != ("scripts",)


def _plain(name: str) -> str:
    return re.sub(r"\W+", "_", name).strip("_") or "program"
