"""Where `pytest-repro recipe` gets recipes from: the code, a dump, or a record."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from pytest_repro.cli.project import Project
from pytest_repro.digests import Digest, digest_of_parts
from pytest_repro.errors import RecordError, ReproUsageError
from pytest_repro.launchers.protocol import RECORD
from pytest_repro.recipes import ALGORITHM, RecipeFunction
from pytest_repro.recipes.wording import nearest
from pytest_repro.records import recipe_fields
from pytest_repro.references import read_record

__all__ = ["Side", "last_unread", "read_recipe", "read_side"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A recipe, as it is compared.

    Attributes:
        name: Of the recipe, the file or the folder.
        digest: Of the dump.
        text: The dump, with reasons where the code is known.
        fields: Places and values.
    """

    name: str
    digest: Digest
    text: str
    fields: Mapping[str, str]


def read_side(name: str, project: Project, settings: tuple[str, ...]) -> Side:
    """Read a recipe from the code, a dump or a record.

    Args:
        name: ``package.module:function``, a file or a folder.
        project: The folders.
        settings: What is set in a recipe of the code.

    Returns:
        The recipe.

    Raises:
        ReproUsageError: If nothing bears that name, or a dump is to be set.
        RecordError: If what lies there cannot be read.
    """
    path = Path(name)
    if not path.exists():
        recipe = read_recipe(name, project).set(*settings)
        return _side(recipe.name, recipe.dump(), recipe.dump(is_explained=True))
    if settings:
        msg = f"--set changes a recipe of the code, and {name} is a file"
        raise ReproUsageError(msg)
    if path.is_dir():
        return _of_record(path)
    text = path.read_text(encoding="utf-8")
    _, _, dump = (
        text.partition("\n\n") if text.startswith("#pytest-repro") else ("", "", text)
    )
    return _side(name, dump, dump)


def read_recipe(name: str, project: Project) -> RecipeFunction[object]:
    """Import the module of a recipe, and find the recipe in it.

    Args:
        name: ``package.module:function``.
        project: Its root is where modules are looked for first.

    Returns:
        The recipe.

    Raises:
        ReproUsageError: If there is no such module, or no such recipe in it.
    """
    module_name, colon, function = name.partition(":")
    if not colon:
        msg = f"{name!r} is no recipe: write package.module:function"
        raise ReproUsageError(msg)
    if str(project.root) not in sys.path:
        sys.path.insert(0, str(project.root))
    try:
        module = import_module(module_name)
    except Exception as error:
        msg = f"{module_name} cannot be imported: {type(error).__name__}: {error}"
        raise ReproUsageError(msg) from error
    found = getattr(module, function, None)
    if isinstance(found, RecipeFunction):
        return found
    names = [
        key for key, one in vars(module).items() if isinstance(one, RecipeFunction)
    ]
    msg = f"{module_name} has no recipe {function!r}{nearest(function, names)}"
    raise ReproUsageError(msg)


def last_unread(name: str, project: Project) -> tuple[str, ...]:
    """Say which fields the last runs of a recipe never read.

    Args:
        name: The recipe.
        project: Where obtained runs lie.

    Returns:
        Places that none of them read; none if there is no such run.
    """
    found: list[frozenset[str]] = []
    for folder in sorted((project.out / "runs").glob(f"**/{RECORD}")):
        try:
            record = read_record(folder)
        except RecordError:
            continue
        use = record.recipe
        is_whole = record.horizon is None or not record.horizon.is_end
        if use is not None and use.name == name and is_whole and not record.failure:
            found.append(frozenset(use.unread))
    return tuple(sorted(frozenset.intersection(*found))) if found else ()


def _of_record(folder: Path) -> Side:
    inner = folder / RECORD
    record = read_record(inner if inner.is_dir() else folder)
    if record.recipe is None:
        msg = f"the run in {folder} asked for no recipe"
        raise ReproUsageError(msg)
    return _side(str(folder), record.recipe.dump, record.recipe.dump)


def _side(name: str, dump: str, text: str) -> Side:
    try:
        fields = recipe_fields(dump)
    except ValueError as error:
        msg = f"{name} is no dump of a recipe: {error}"
        raise ReproUsageError(msg) from error
    digest = digest_of_parts(ALGORITHM, (dump.encode(),))
    return Side(name=name, digest=digest, text=text, fields=fields)
