"""Checks of recipes: each part can be built, and a dump is the recipe."""

from pytest_repro.contracts.properties import Draw, Finding, Subject
from pytest_repro.contracts.recipe_schemas import parts_of
from pytest_repro.errors import RecipeError
from pytest_repro.recipes import digest, dump, leaves, load
from pytest_repro.records.module_contracts import Level

__all__ = ["check_builds", "check_digest_repeats", "check_dump_roundtrip"]


def check_builds(subject: Subject, _draw: Draw, _level: Level) -> Finding | None:
    """Building raises nothing."""
    for where, config in parts_of(subject.build()):
        try:
            config.build()
        except Exception as error:  # noqa: BLE001  # of other people's code
            return Finding(
                suspicion="a value that its component refuses, or a part that needs"
                " another one to be built?",
                where=where,
                obtained=" ".join(f"{type(error).__name__}: {error}".split())[:300],
                reference="a component",
            )
    return None


def check_dump_roundtrip(
    subject: Subject, _draw: Draw, _level: Level
) -> Finding | None:
    """What was dumped is read as what it was."""
    config = subject.build()
    text = dump(config)
    suspicion = "a field that the dump does not hold, or a value that is changed?"
    try:
        again = load(text, like=config)
    except RecipeError as error:
        return Finding(
            suspicion=suspicion,
            where="dump",
            obtained=" ".join(str(error).split())[:300],
            reference="a recipe",
        )
    mine, its = dict(leaves(again)), dict(leaves(config))
    for where in sorted(mine.keys() | its.keys()):
        obtained, reference = mine.get(where), its.get(where)
        if not _same(obtained, reference):
            return Finding(
                suspicion=suspicion,
                where=where,
                obtained=repr(obtained),
                reference=repr(reference),
            )
    return None


def _same(one: object, other: object) -> bool:
    """Compare as dumps do, in which a whole number that means a float is one."""
    is_written_as_float = {type(one), type(other)} == {int, float}
    return repr(one) == repr(other) or (is_written_as_float and one == other)


def check_digest_repeats(
    subject: Subject, _draw: Draw, _level: Level
) -> Finding | None:
    """Two calls give one digest."""
    first, second = digest(subject.build()), digest(subject.build())
    if first == second:
        return None
    return Finding(
        suspicion="the function reads a clock, the environment or random numbers?",
        where="digest",
        obtained=second,
        reference=first,
    )
