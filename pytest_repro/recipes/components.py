"""Components: the named, typed parts of which a recipe is made.

A component is a class with a nested frozen dataclass `Config`. Its id is made of its
kind, its name and the version of what its fields mean, never of the module in which it
happens to live: so a class can be moved, and renamed with an alias, and what was dumped
before still opens.
"""

import dataclasses
import re
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Generic, TypeAlias, TypeVar

from pytest_repro.errors import RecipeError
from pytest_repro.recipes.wording import nearest

__all__ = [
    "Buildable",
    "Component",
    "Migration",
    "Registration",
    "component",
    "find",
    "registered",
    "registration_of",
    "version_of",
]

T_co = TypeVar("T_co", covariant=True)

Migration: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Turns the fields of one version, as they were dumped, into those of the next."""

_KIND: Final = re.compile(r"[a-z][a-z0-9_]*")
_ID: Final = re.compile(r"(?P<path>[a-z][a-z0-9_]*/\w+)(?:@(?P<version>[1-9][0-9]*))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What is known about a component.

    Attributes:
        kind: Such as ``arch``.
        name: The name of its class.
        version: Of what its fields mean.
        owner: Its class.
        config: The dataclass of its fields.
        aliases: Under which ids, without a version, it was known before.
        migrations: By version, what turns its fields into those of the next.
    """

    kind: str
    name: str
    version: int
    owner: type
    config: type
    aliases: tuple[str, ...] = ()
    migrations: Mapping[int, Migration] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The id without its version."""
        return f"{self.kind}/{self.name}"

    @property
    def id(self) -> str:
        """The id, such as ``arch/ResMLP@1``."""
        return f"{self.path}@{self.version}"


class Buildable(Generic[T_co]):
    """What a nested `Config` derives from, so that a type checker knows `build()`.

    It may be left out: a component gives its `Config` the same method.
    """

    __slots__ = ()

    def build(self) -> T_co:
        """Make the component with these fields.

        Returns:
            What its class makes of them.

        Raises:
            RecipeError: If the dataclass belongs to no component.
        """
        found = registration_of(type(self))
        if found is None:
            msg = f"{type(self).__qualname__} is the Config of no component"
            raise RecipeError(msg)
        return found.owner(self)  # type: ignore[no-any-return]  # only the class knows


class Component:
    """The base of components; give it a kind, and a nested `Config`.

    Attributes:
        schema_in: What it accepts, such as ``Float batch 1 8 8``; empty for anything.
        schema_out: What it gives; likewise.

    Example:
        >>> from pytest_repro import Buildable, Component, Field
        >>> class Scale(Component, kind="aug"):
        ...     @dataclass(frozen=True, kw_only=True, slots=True)
        ...     class Config(Buildable["Scale"]):
        ...         factor: float = Field(2.0, why="twice is plain to see")
        ...
        ...     def __init__(self, config: Config) -> None:
        ...         self.factor = config.factor
        >>> Scale.Config(factor=3.0).build().factor
        3.0
    """

    __slots__ = ()

    schema_in: ClassVar[str] = ""
    schema_out: ClassVar[str] = ""

    def __init_subclass__(
        cls,
        *,
        kind: str = "",
        version: int = 0,
        aliases: Collection[str] = (),
        migrations: Mapping[int, Migration] | None = None,
        **more: object,
    ) -> None:
        """Register a component; a class without a `Config` of its own is none.

        Args:
            kind: Such as ``arch``; that of its base if left out.
            version: Of what its fields mean; raise it when that changes.
            aliases: Under which ids it was known before, such as ``arch/OldName``.
            migrations: By version, what turns its fields into those of the next.
            **more: For other bases.

        Raises:
            RecipeError: If the declaration has no meaning, or the id is taken.
        """
        super().__init_subclass__(**more)
        cls._repro_kind = kind = kind or cls._repro_kind
        if "Config" not in cls.__dict__:
            return
        _register(
            Registration(
                kind=kind,
                name=cls.__name__,
                version=version or 1,
                owner=cls,
                config=cls.__dict__["Config"],
                aliases=tuple(sorted(aliases)),
                migrations=dict(migrations or {}),
            )
        )

    _repro_kind: ClassVar[str] = ""


def component(
    kind: str,
    *,
    version: int = 1,
    aliases: Collection[str] = (),
    migrations: Mapping[int, Migration] | None = None,
) -> type[Component]:
    """Make a base class for one component.

    The same as the arguments of `Component`, which type checkers can follow: they
    accept no call as a base class.

    Args:
        kind: Such as ``arch``.
        version: Of what its fields mean.
        aliases: Under which ids it was known before.
        migrations: By version, what turns its fields into those of the next.

    Returns:
        The base.
    """

    class Base(Component):
        __slots__ = ()

        def __init_subclass__(cls, **more: Any) -> None:  # noqa: ANN401  # for other bases
            given = (
                {}
                if Base not in cls.__bases__
                else {
                    "kind": kind,
                    "version": version,
                    "aliases": aliases,
                    "migrations": migrations,
                }
            )
            super().__init_subclass__(**{**given, **more})

    return Base


def registered() -> tuple[str, ...]:
    """List every component whose class was imported.

    Returns:
        Their ids, sorted.
    """
    return tuple(sorted(one.id for one in _BY_PATH.values()))


def find(identifier: str) -> Registration:
    """Find a component by its id.

    Args:
        identifier: Such as ``arch/ResMLP@1``, or an alias; the version is not looked
            at, and may be missing.

    Returns:
        What is known about it.

    Raises:
        RecipeError: If there is none, or the text is no id.
    """
    found = _ID.fullmatch(identifier)
    if found is None:
        msg = f"{identifier!r} is no id: write kind/Name@version"
        raise RecipeError(msg)
    path = found["path"]
    known = _BY_PATH.get(path) or _BY_PATH.get(_BY_ALIAS.get(path, ""))
    if known is None:
        msg = (
            f"there is no component {path!r}{nearest(path, _BY_PATH)}\n"
            "  a component exists once the module of its class was imported"
        )
        raise RecipeError(msg)
    return known


def version_of(identifier: str) -> int | None:
    """Return the version that an id names; None if it names none.

    Args:
        identifier: Such as ``arch/ResMLP@1``.

    Returns:
        The version.
    """
    found = _ID.fullmatch(identifier)
    return int(found["version"]) if found and found["version"] else None


def registration_of(config: type) -> Registration | None:
    """Return the component to which a dataclass of fields belongs.

    Args:
        config: The dataclass, or a class derived from it.

    Returns:
        What is known about the component; None if it belongs to none.
    """
    return next((_BY_CONFIG[one] for one in config.__mro__ if one in _BY_CONFIG), None)


_BY_PATH: Final[dict[str, Registration]] = {}
_BY_ALIAS: Final[dict[str, str]] = {}
_BY_CONFIG: Final[dict[type, Registration]] = {}


def _register(new: Registration) -> None:
    where = f"{new.owner.__module__}.{new.owner.__qualname__}"
    if not _KIND.fullmatch(new.kind):
        msg = f"{where}: a kind is one lower-case word such as arch, got {new.kind!r}"
        raise RecipeError(msg)
    if new.version < 1 or any(not 1 <= key < new.version for key in new.migrations):
        msg = (
            f"{where}: versions start at 1, and migrations lead from older ones to"
            f" {new.version}: {sorted(new.migrations)}"
        )
        raise RecipeError(msg)
    _check_config(new.config, where)
    _check_free(new, where)
    if not hasattr(new.config, "build"):
        new.config.build = Buildable.build  # type: ignore[attr-defined]  # asked above
    _BY_PATH[new.path] = _BY_CONFIG[new.config] = new
    _BY_ALIAS.update(dict.fromkeys(new.aliases, new.path))


def _check_config(config: type, where: str) -> None:
    if not dataclasses.is_dataclass(config):
        msg = (
            f"{where}.Config is no dataclass: write"
            " @dataclass(frozen=True, kw_only=True, slots=True) above it"
        )
        raise RecipeError(msg)
    if not config.__dataclass_params__.frozen:  # type: ignore[attr-defined]  # not in typeshed
        msg = f"{where}.Config can be changed after it was recorded: add frozen=True"
        raise RecipeError(msg)
    for one in dataclasses.fields(config):
        if one.default_factory in _MUTABLE or isinstance(one.default, _MUTABLE):
            msg = (
                f"{where}.Config.{one.name} has a default that can change: use a tuple"
            )
            raise RecipeError(msg)


def _check_free(new: Registration, where: str) -> None:
    """Refuse an id that another class has; the same class may be imported again."""
    for path in (new.path, *new.aliases):
        if "@" in path or not _ID.fullmatch(path):
            msg = f"{where}: {path!r} is no id without a version: write kind/Name"
            raise RecipeError(msg)
        known = _BY_PATH.get(path) or _BY_PATH.get(_BY_ALIAS.get(path, ""))
        if known is not None and _place(known.owner) != _place(new.owner):
            msg = (
                f"two components are called {path!r}\n"
                f"  first  {known.owner.__module__}.{known.owner.__qualname__}\n"
                f"  now    {where}"
            )
            raise RecipeError(msg)


def _place(owner: type) -> tuple[str, str]:
    """Where a class stands; a file may be imported under two names."""
    module = sys.modules.get(owner.__module__)
    file = getattr(module, "__file__", None) or owner.__module__
    return file, owner.__qualname__


_MUTABLE: Final = (list, dict, set, bytearray)
