"""The tables of the reference pages, made from the tables of the code.

A page cannot forget an option, nor promise one: the rows come from where the program
reads them. The prose around them is written by hand, in `docs/reference/`.
"""

import dataclasses
import enum
import inspect
import re
from collections.abc import Iterable
from pathlib import Path

from pytest_repro import errors
from pytest_repro.cli.command import VERBS
from pytest_repro.determinism.sources import HERMETIC, SOURCES
from pytest_repro.launchers.docker_options import OPTIONS as DOCKER
from pytest_repro.launchers.ray_options import RayOptions
from pytest_repro.launchers.slurm_options import SlurmOptions
from pytest_repro.plugin.markers import ARGUMENTS
from pytest_repro.plugin.options import OPTIONS, Option
from pytest_repro.records import Cause, Match, Rung, Standing
from pytest_repro.verdicts.causes import CauseClass

NAMED: dict[str, type[enum.StrEnum]] = {
    "causes": Cause,
    "classes": CauseClass,
    "matches": Match,
    "rungs": Rung,
    "standings": Standing,
}


def write(folder: Path) -> None:
    """Write each table into a file of its own, for pages to include."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables().items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


def tables() -> dict[str, str]:
    """Make every table, by name."""
    return {
        "options": options(),
        "docker": _table(
            ("option", "values", "effect"),
            ((f"`{name}`", values, effect) for name, values, effect in DOCKER),
        ),
        "marker": _table(("argument", "meaning"), ARGUMENTS.items()),
        "verbs": _table(("command", "effect"), _verb_rows()),
        "entropy": _table(
            ("source", "the line", "counted", "instead"), _entropy_rows()
        ),
        "slurm": _launcher_table(SlurmOptions),
        "ray": _launcher_table(RayOptions),
        "errors": _table(("name", "is a", "raised when"), _error_rows()),
        **{name: _value_table(kind) for name, kind in NAMED.items()},
    }


def options() -> str:
    """Describe every option: flag, ini key, type, default."""
    head = ("flag", "ini key", "values", "default", "effect")
    return _table(head, (_option_row(option) for option in OPTIONS))


def _option_row(option: Option) -> tuple[str, ...]:
    flag = f"`{option.flag}`" if option.has_flag else "–"
    key = f"`{option.name}`" if option.has_ini else "–"
    values = " ".join(f"`{value}`" for value in option.choices) or option.kind
    default = f"`{option.default}`" if option.default != "" else "–"
    return flag, key, values, default, f"{option.help}. {option.doc}".strip(" .") + "."


def _verb_rows() -> Iterable[tuple[str, ...]]:
    for verb in VERBS.values():
        yield f"`{f'pytest-repro {verb.name} {verb.arguments}'.strip()}`", verb.summary


def _error_rows() -> Iterable[tuple[str, ...]]:
    for name in errors.__all__:
        kind: type = getattr(errors, name)
        parents = ", ".join(f"`{base.__name__}`" for base in kind.__bases__)
        summary = (inspect.getdoc(kind) or "").splitlines()[0]
        yield f"`{name}`", parents, summary


def _launcher_table(kind: type) -> str:
    """Describe what a project can declare for a launcher, by the record of it."""
    text = inspect.getdoc(kind) or ""
    meant = re.findall(r"^    (\w+): (.+(?:\n        .+)*)", text, re.MULTILINE)
    defaults = {one.name: one.default for one in dataclasses.fields(kind)}
    rows = [
        (f"`{name}`", _shown(defaults[name]), re.sub(r"\s+", " ", meaning))
        for name, meaning in meant
    ]
    return _table(("key", "default", "meaning"), rows)


def _shown(default: object) -> str:
    has_none = default in {"", None, (), dataclasses.MISSING}
    return "–" if has_none else f"`{str(default).lower()}`"


def _entropy_rows() -> Iterable[tuple[str, ...]]:
    for source in (*SOURCES, *HERMETIC):
        counted = "own calls" if source.is_direct else "calls of libraries, too"
        yield f"`{source.name}`", source.what, counted, source.instead


def _value_table(kind: type[enum.StrEnum]) -> str:
    return _table(("name", "as text"), ((f"`{m.name}`", m.value) for m in kind))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", r"\|")
