"""Call a function or class of a project with what its signature demands.

What has a default keeps it. The rest is filled by annotation (a class of the project
that can be made itself) or by name (a seed, a device, a folder to write to).
"""

import ast
from dataclasses import dataclass, field

from pytest_repro.templates.demands import SMALL, WRITTEN
from pytest_repro.templates.sources import Function, Source, Sources

__all__ = ["Filled", "fill_call"]

DEPTH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A call as it is written into a test.

    Attributes:
        text: Such as ``train(Config(), seed=repro.seed)``.
        imports: Names to import, each with its module.
        missing: Parameters that nobody can tell.
    """

    text: str
    imports: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(slots=True)
class _Notes:
    """What is collected while a call is written."""

    imports: dict[tuple[str, str], None] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def fill_call(sources: Sources, source: Source, name: str) -> Filled:
    """Write a call.

    Args:
        sources: The project.
        source: The file that defines what is called.
        name: The name of a function or class at its top level.

    Returns:
        The call; with `missing` if it cannot be written.
    """
    notes = _Notes()
    text = _call(sources, source, name, notes, depth=0)
    return Filled(
        text=text, imports=tuple(sorted(notes.imports)), missing=tuple(notes.missing)
    )


def _call(
    sources: Sources, source: Source, name: str, notes: _Notes, *, depth: int
) -> str:
    notes.imports[source.module, name] = None
    words = []
    for one in _demanded(source, name):
        value = _value(sources, source, one, notes, depth=depth)
        if value:
            words.append(f"{one.arg}={value}")
        else:
            notes.missing.append(f"{name}({one.arg})")
    return f"{name}({', '.join(words)})"


def _demanded(source: Source, name: str) -> list[ast.arg]:
    """List the parameters without a default."""
    for function in source.functions():
        if function.name == name:
            return _without_default(function, skip=0)
    for kind in source.classes():
        if kind.name != name:
            continue
        for item in kind.body:
            if isinstance(item, Function) and item.name == "__init__":
                return _without_default(item, skip=1)
        if any("dataclass" in ast.unparse(one) for one in kind.decorator_list):
            return [
                ast.arg(arg=item.target.id, annotation=item.annotation)
                for item in kind.body
                if isinstance(item, ast.AnnAssign) and item.value is None
                if isinstance(item.target, ast.Name)
            ]
    return []


def _without_default(function: Function, *, skip: int) -> list[ast.arg]:
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    ordinary = positional[skip : len(positional) - len(given.defaults)]
    named = [
        one
        for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True)
        if default is None
    ]
    return [*ordinary, *named]


def _value(
    sources: Sources, source: Source, one: ast.arg, notes: _Notes, *, depth: int
) -> str:
    name = one.arg.lower()
    annotation = "" if one.annotation is None else ast.unparse(one.annotation)
    if "seed" in name:
        return "repro.seed"
    if "device" in name:
        return '"cpu"'
    if any(part in name for part in WRITTEN):
        return "tmp_path" if "Path" in annotation else "str(tmp_path)"
    if annotation in {"int", ""} and any(part in name for part in SMALL):
        return "1"
    if depth < DEPTH:
        found = _class_for(sources, source, name, annotation.strip("'\""))
        if found is not None:
            return _call(sources, *found, notes, depth=depth + 1)
    return ""


def _class_for(
    sources: Sources, source: Source, name: str, annotation: str
) -> tuple[Source, str] | None:
    """Find the class of the project that an annotation, or else a name, means."""
    wanted = annotation.rpartition(".")[2]
    classes = [
        (other, kind.name)
        for other in sources.reached(source)
        for kind in other.classes()
    ]
    for found in classes:
        if found[1] == wanted:
            return found
    configs = name in {"config", "cfg", "args", "conf", "settings", "hparams"}
    ends = ("config", "args", "settings", "arguments")
    likely = [
        found
        for found in classes
        if (configs and found[1].lower().endswith(ends))
        or found[1].lower() == name.replace("_", "")
    ]
    return likely[0] if not annotation and len(likely) == 1 else None
