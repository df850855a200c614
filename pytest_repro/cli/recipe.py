"""`pytest-repro recipe`: show a recipe, its schema, its search space; compare; lint.

A recipe is named ``package.module:function``, and its module is imported: this verb
runs code of the project, as no other one does. Where a dump or a record is named,
nothing is imported.
"""

import json
from argparse import Namespace
from collections.abc import Mapping
from typing import Final

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.cli.recipe_sides import Side, last_unread, read_recipe, read_side
from pytest_repro.cli.tables import fields, table
from pytest_repro.errors import ReproUsageError
from pytest_repro.recipes import Space
from pytest_repro.recipes.lint import lint
from pytest_repro.recipes.schemas import schema_of

__all__ = ["add_arguments", "run"]

ACTIONS: Final = ("diff", "lint", "show", "space")
ABSENT: Final = "absent"


def add_arguments(parser: Parser) -> None:
    """Declare what is done with which recipe.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument("action", choices=ACTIONS, help="what is to be done")
    parser.add_argument(
        "names",
        metavar="RECIPE",
        nargs="+",
        help="package.module:function, which is imported; or the file of a dump, or the"
        " folder of a record",
    )
    parser.add_argument(
        "--set",
        metavar="PLACE=VALUE",
        action="append",
        default=[],
        help="set a field, such as optim.lr=0.1; may be repeated",
    )
    parser.add_argument(
        "--only",
        metavar="PATTERN",
        action="append",
        default=[],
        help="space: these places only, such as 'arch.*'",
    )
    parser.add_argument(
        "--schema", action="store_true", help="show: the JSON Schema instead"
    )


def run(arguments: Namespace, project: Project) -> Answer:
    """Do what was asked.

    Args:
        arguments: `action`, `names` and what belongs to the action.
        project: The folders.

    Returns:
        The answer; of `diff` and `lint` the status is `DIFFERS` if there is something.

    Raises:
        ReproUsageError: If the words have no meaning together, or name no recipe.
    """
    wanted = 2 if arguments.action == "diff" else 1
    if len(arguments.names) != wanted:
        msg = f"recipe {arguments.action} takes {wanted} RECIPE, got {arguments.names}"
        raise ReproUsageError(msg)
    settings = tuple(arguments.set)
    match arguments.action:
        case "diff":
            one, other = (
                read_side(name, project, settings) for name in arguments.names
            )
            return _diff(one, other)
        case "space":
            recipe = read_recipe(arguments.names[0], project).set(*settings)
            return _space(recipe.space(arguments.only))
        case "lint":
            return _lint(arguments.names[0], project)
        case _:
            return _show(arguments.names[0], project, settings, arguments)


def _show(
    name: str, project: Project, settings: tuple[str, ...], arguments: Namespace
) -> Answer:
    if arguments.schema:
        recipe = read_recipe(name, project).set(*settings)
        schema = schema_of(recipe.resolve())
        text = json.dumps(schema, indent=2, sort_keys=True)
        return Answer(lines=tuple(text.splitlines()), data={"schema": text})
    side = read_side(name, project, settings)
    lines = (f"# {side.name}", f"# {side.digest}", "", *side.text.splitlines())
    return Answer(
        lines=lines,
        data={"name": side.name, "digest": side.digest, "fields": dict(side.fields)},
    )


def _diff(one: Side, other: Side) -> Answer:
    """Put both sides of each field that is not the same beside each other."""
    places = [
        place
        for place in sorted(one.fields.keys() | other.fields.keys())
        if one.fields.get(place) != other.fields.get(place)
    ]
    rows = [
        (place, one.fields.get(place, ABSENT), other.fields.get(place, ABSENT))
        for place in places
    ]
    data: Mapping[str, object] = {
        "sides": [one.name, other.name],
        "differences": [
            dict(zip(("place", "a", "b"), row, strict=True)) for row in rows
        ],
    }
    head = fields(
        [("A", f"{one.name}  {one.digest}"), ("B", f"{other.name}  {other.digest}")]
    )
    if not rows:
        return Answer(lines=(*head, "", "the same recipe"), data=data)
    found = table(("field", "A", "B"), rows, left=3)
    return Answer(exit=Exit.DIFFERS, lines=(*head, "", *found), data=data)


def _space(space: Space) -> Answer:
    rows = [
        (one.place, repr(one.value), one.domain.text, one.why) for one in space.axes
    ]
    size = "not countable" if space.size is None else f"{space.size} recipes"
    head = ("field", "in the recipe", "domain", "why")
    return Answer(
        lines=(*table(head, rows, left=4), "", f"{len(rows)} fields, {size}"),
        data={
            "size": space.size,
            "fields": [
                {"place": place, "value": value, "domain": domain, "why": why}
                for place, value, domain, why in rows
            ],
        },
    )


def _lint(name: str, project: Project) -> Answer:
    recipe = read_recipe(name, project)
    found = lint(recipe, unread=last_unread(recipe.name, project))
    return Answer(
        exit=Exit.DIFFERS if found else Exit.HOLDS,
        lines=tuple(found) or ("nothing to say",),
        data={"findings": found},
    )
