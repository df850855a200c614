"""Small whole files to begin with: experiment, component, recipe, registration.

Each runs as it is written, so whoever changes it sees at once which change broke it.
Where they belong is decided in `places`; nothing is written here.
"""

import enum
import json
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from pytest_repro.templates.rendering import render

__all__ = ["Beginning", "Framework", "Kind", "Name", "begin"]

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[_-][A-Za-z0-9]+)*")
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Kind(enum.StrEnum):
    """What can be begun."""

    EXPERIMENT = "experiment"
    COMPONENT = "component"
    RECIPE = "recipe"
    REGISTRATION = "registration"

    @property
    def is_module(self) -> bool:
        """Whether other files import it."""
        return self in {Kind.COMPONENT, Kind.RECIPE}


class Framework(enum.StrEnum):
    """What an experiment computes with."""

    NUMPY = "numpy"
    TORCH = "torch"


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it was typed, and as Python writes it.

    Attributes:
        text: As it was typed.

    Example:
        >>> Name("wide-ResNet").snake, Name("wide-ResNet").title
        ('wide_res_net', 'WideResNet')
    """

    text: str

    def __post_init__(self) -> None:
        """Refuse what cannot be part of a path and of a name of Python.

        Raises:
            ValueError: If it is none.
        """
        if not _NAME.fullmatch(self.text):
            msg = f"a name is letters and digits, parted by - or _, got {self.text!a}"
            raise ValueError(msg)

    @property
    def snake(self) -> str:
        """The name of a module or function."""
        return _HUMP.sub("_", self.text).replace("-", "_").lower()

    @property
    def title(self) -> str:
        """The name of a class."""
        words = re.split(r"[_-]", self.text)
        return "".join(f"{word[0].upper()}{word[1:]}" for word in words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What is to be written, and what comes then.

    Attributes:
        files: Texts by their paths, relative to the root.
        then: What to type next, in order.
    """

    files: dict[PurePosixPath, str]
    then: tuple[str, ...]


def begin(
    kind: Kind,
    name: Name,
    *,
    folder: PurePosixPath,
    framework: Framework = Framework.NUMPY,
    subject: str = "",
) -> Beginning:
    """Write what a kind begins with.

    Args:
        kind: What is begun.
        name: What it is called.
        folder: Where code belongs, relative to the root.
        framework: What an experiment computes with; the other kinds need torch.
        subject: The node id that a registration is of; by default that of the
            experiment with its name.

    Returns:
        The files.
    """
    snake = name.snake
    test = folder / f"test_{snake}.py"
    match kind:
        case Kind.EXPERIMENT:
            text = render(f"new_experiment_{framework}.py", name=snake)
            return Beginning(
                files={test: text},
                then=(f"pytest --repro-record {test}", f"pytest --repro {test}"),
            )
        case Kind.COMPONENT:
            then = ("pytest {test}", "pytest --repro-contracts {test}")
            return _part(kind, name, folder, (*then, "pytest-repro catalogue {module}"))
        case Kind.RECIPE:
            then = ("pytest --repro-record {test}", "pytest --repro {test}")
            show = "pytest-repro recipe show {module}:{name}"
            return _part(kind, name, folder, (show, *then))
        case Kind.REGISTRATION:
            return _registration(name, subject or f"{test}::test_{snake}")


def _part(
    kind: Kind, name: Name, folder: PurePosixPath, then: tuple[str, ...]
) -> Beginning:
    """Begin a module and its test."""
    module = ".".join((*folder.parts, name.snake))
    test = folder / f"test_{name.snake}.py"
    values = {"name": name.snake, "title": name.title, "module": module}
    return Beginning(
        files={
            folder / f"{name.snake}.py": render(f"new_{kind}.py", **values),
            test: render(f"new_{kind}_test.py", **values),
        },
        then=tuple(
            one.format(test=test, module=module, name=name.snake) for one in then
        ),
    )


def _registration(name: Name, subject: str) -> Beginning:
    path = PurePosixPath("registrations", f"{name.text}.toml")
    quoted = json.dumps(subject)  # TOML has the same rules
    text = render("new_registration.toml", name=name.text, experiment=quoted)
    file = subject.partition("::")[0]
    return Beginning(
        files={path: text},
        then=(
            f"write into {path} what you expect",
            f'git add {path} && git commit -m "register {name.text}"',
            f"pytest --repro-record {file}",
        ),
    )
