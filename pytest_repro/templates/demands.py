"""What a program demands on its command line, and what may be given without asking.

Options that may be left out are left out: a program's defaults are what people run.
What is demanded is filled from what the project itself holds (a command in its README,
its only configuration file); what cannot be filled is said.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_repro.templates.command_lines import CommandLine
from pytest_repro.templates.sources import Source, Sources, called

__all__ = ["Arguments", "find_arguments"]

WRITTEN: Final = ("out", "save", "log", "checkpoint", "ckpt", "result", "run_dir")
CONFIGS: Final = (".yaml", ".yml", ".toml", ".json")
TEXTS: Final = (*CONFIGS, ".csv", ".tsv", ".txt", ".npz", ".npy", ".pt", ".jsonl")
DATA: Final = ("data", "dataset", "input", "train")
SMALL: Final = ("epoch", "step", "iter", "batch", "size", "worker", "seed", "dim")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What follows a program on the command line.

    Attributes:
        words: The arguments.
        why: Where they come from; empty if there are none.
        missing: What is demanded, and nobody can tell.
    """

    words: tuple[str, ...] = ()
    why: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Demand:
    """An argument that may not be left out."""

    name: str
    is_option: bool
    choice: str = ""


def find_arguments(
    sources: Sources, source: Source, commands: Sequence[CommandLine]
) -> Arguments:
    """Find arguments with which a program can be run.

    Args:
        sources: The project.
        source: The program.
        commands: What the project's texts tell.

    Returns:
        The arguments; with `missing` if they do not suffice.
    """
    reached = sources.reached(source)
    demands = [one for other in reached for one in _demands(other)]
    has_commands = any("add_subparsers" in one.calls for one in reached)
    told = _told(sources.root, source, commands)
    if (demands or has_commands) and told is not None:
        return Arguments(words=_on_cpu(told.arguments), why=f"those of {told.file}")
    if "LightningCLI" in source.calls:
        return _lightning(sources.root, source, told)
    if "HfArgumentParser" in source.calls:
        return _transformers(sources.root, reached)
    words, missing = _fill(sources.root, demands)
    if has_commands:
        missing = (*missing, "a subcommand")
    return Arguments(
        words=words, why="chosen by their names" if words else "", missing=missing
    )


def _told(
    root: Path, source: Source, commands: Sequence[CommandLine]
) -> CommandLine | None:
    """Choose the first command that runs the program and can be run here."""
    module = source.module.removesuffix(".__main__")
    for one in commands:
        is_it = one.program in {source.path.as_posix(), source.module, module}
        if is_it and all(_is_there(root, word) for word in _read(one.arguments)):
            return one
    return None


def _read(words: Sequence[str]) -> Iterator[str]:
    """Yield the words that may name something to be read."""
    before = ""
    for word in words:
        if not any(part in before.lower() for part in WRITTEN):
            yield word.partition("=")[2] if word.startswith("--") else word
        before = word if word.startswith("-") else ""


def _is_there(root: Path, word: str) -> bool:
    return Path(word).suffix not in TEXTS or (root / word).exists()


def _on_cpu(words: Sequence[str]) -> tuple[str, ...]:
    return tuple("cpu" if word.startswith("cuda") else word for word in words)


def _demands(source: Source) -> Iterator[_Demand]:
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        kind = next(called(ast.Expression(node)), "")
        names = [str(one.value) for one in node.args if isinstance(one, ast.Constant)]
        given = {one.arg: one.value for one in node.keywords}
        if not names or kind not in {"add_argument", "option", "argument"}:
            continue
        is_option = names[0].startswith("-")
        optional = {"default", "nargs"} & given.keys()
        if kind == "option" or is_option:
            required = given.get("required")
            is_demanded = isinstance(required, ast.Constant) and required.value is True
        else:
            is_demanded = not optional and given.get("action") is None
        if is_demanded:
            longest = max(names, key=len)
            yield _Demand(
                name=longest, is_option=is_option, choice=_choice(given.get("choices"))
            )


def _choice(node: ast.expr | None) -> str:
    if isinstance(node, ast.List | ast.Tuple) and node.elts:
        first = node.elts[0]
        return str(first.value) if isinstance(first, ast.Constant) else ""
    return ""


def _fill(
    root: Path, demands: Sequence[_Demand]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    words: list[str] = []
    missing: list[str] = []
    for one in demands:
        value = one.choice or _guess(root, one.name.lstrip("-").lower())
        if not value:
            missing.append(one.name)
        else:
            words += [one.name, value] if one.is_option else [value]
    return tuple(words), tuple(missing)


def _guess(root: Path, name: str) -> str:
    """Choose a value by a name; empty if nothing suits."""
    if any(part in name for part in WRITTEN):
        return "outputs"
    if "device" in name:
        return "cpu"
    if "config" in name or "cfg" in name:
        return _only(root, CONFIGS)
    if any(part in name for part in SMALL):
        return "1"
    if any(part in name for part in DATA):
        folder = next((one for one in ("data", "dataset") if (root / one).is_dir()), "")
        return _only(root, (".csv", ".tsv", ".npz", ".npy", ".jsonl")) or folder
    return ""


def _only(root: Path, suffixes: Sequence[str]) -> str:
    """Return the only file of a kind, in the root or one folder below."""
    files = [
        path.relative_to(root).as_posix()
        for path in sorted([*root.glob("*"), *root.glob("[!.]*/*")])
        if path.suffix in suffixes and path.name != "pyproject.toml"
    ]
    named = [one for one in files if "config" in one or "conf" in one] or files
    shortest = [one for one in named if one.count("/") == named[0].count("/")]
    return shortest[0] if len(shortest) == 1 else ""


def _lightning(root: Path, source: Source, told: CommandLine | None) -> Arguments:
    """Say what a LightningCLI is to do: fit, by the configuration there is."""
    if told is not None and "fit" in told.arguments:
        return Arguments(words=_on_cpu(told.arguments), why=f"those of {told.file}")
    keywords = {
        one.arg: one.value
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and "LightningCLI" in list(called(node))[:1]
        for one in node.keywords
    }
    run = keywords.get("run")
    runs = not (isinstance(run, ast.Constant) and run.value is False)
    config = _only(root, CONFIGS)
    words = ["fit"] if runs else []
    if config:
        words += ["--config", config]
    elif "trainer_defaults" not in keywords:
        words += ["--trainer.max_epochs=1"]
    return Arguments(words=tuple(words), why="those that a LightningCLI needs")


def _transformers(root: Path, reached: Sequence[Source]) -> Arguments:
    """Say what an HfArgumentParser demands: fields of the project's dataclasses."""
    demands = [
        _Demand(name=f"--{item.target.id}", is_option=True)
        for source in reached
        for node in source.classes()
        if any("dataclass" in ast.unparse(one) for one in node.decorator_list)
        for item in node.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
        if _has_no_default(item.value)
    ]
    words, missing = _fill(root, demands)
    attributes = {
        node.attr
        for source in reached
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute)
    }
    flags = [f"--{one}" for one in ("do_train", "do_eval") if one in attributes]
    names = {name for source in reached for name in source.imports}
    training = any("TrainingArguments" in name for name in names)
    own = ["--output_dir", "outputs", "--report_to", "none"] if training else []
    return Arguments(
        words=(*words, *own, *flags),
        why="those that an HfArgumentParser needs",
        missing=missing,
    )


def _has_no_default(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        return not {"default", "default_factory"} & {one.arg for one in value.keywords}
    return value is None
