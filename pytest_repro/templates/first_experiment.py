"""Write the test that makes a program, function or class the first experiment."""

from collections.abc import Sequence
from pathlib import Path

from pytest_repro.templates.bringing import find_files
from pytest_repro.templates.candidates import Candidate, Kind
from pytest_repro.templates.rendering import render
from pytest_repro.templates.sources import Sources

__all__ = ["module_folder", "write_experiment"]


def write_experiment(sources: Sources, one: Candidate, *, up: int) -> str:
    """Write the test.

    Args:
        sources: The project.
        one: What is to be run.
        up: How many folders the test lies below the root.

    Returns:
        The text of the test's file.
    """
    bring = _brought(sources, one)
    values = {
        "name": one.name,
        "title": _title(one),
        "trainer": one.trainer,
        "up": up,
        "bring": [_quoted(path.as_posix()) for path in bring],
    }
    if one.call is not None:
        calls = f"{one.call.text}.{one.method}()" if one.method else one.call.text
        imports = _grouped(one.call.imports)
        return render("experiment_call.py", **values, call=calls, imports=imports)
    path = one.source.path.as_posix()
    return render(
        "experiment_program.py",
        **values,
        shown=one.shown,
        why=one.arguments.why,
        program=_quoted(one.module) if one.module else f"ROOT / {_quoted(path)}",
        words=[_quoted(word) for word in one.arguments.words],
    )


def module_folder(one: Candidate) -> str:
    """Say in which folder pytest has to look for the project's modules.

    Args:
        one: What is to be run.

    Returns:
        A folder from the root; empty if a script finds its own.
    """
    return "" if one.kind is Kind.SCRIPT else one.source.home.as_posix()


def _brought(sources: Sources, one: Candidate) -> Sequence[Path]:
    home = one.source.path.parent
    reached = sources.reached(one.source)
    return find_files(sources.root, home, reached, one.arguments.words)


def _title(one: Candidate) -> str:
    return f"`{one.source.path.as_posix()}`" if one.call is None else f"`{one.name}`"


def _grouped(imports: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    modules = dict.fromkeys(module for module, _ in imports)
    return [
        (module, ", ".join(name for owner, name in imports if owner == module))
        for module in modules
    ]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
