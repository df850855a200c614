"""Read a configuration of Hydra or OmegaConf as a recipe.

Interpolations are resolved, so that the record holds what the run gets. What would be
another text tomorrow, such as `${now:…}`, is refused, and so is a missing value.
Structured configs keep their classes, and what those declare.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import is_dataclass
from typing import Any, Final

from pytest_repro.recipes.foreign import Node, Reading, declared_by, looks_secret, read
from pytest_repro.recipes.values import refuse

__all__ = ["from_hydra"]

_FLEETING: Final = re.compile(r"\$\{\s*now\s*:")
_VARIABLE: Final = re.compile(r"\$\{\s*oc\.env\s*:\s*(?P<name>\w+)")


def from_hydra(config: object, *, without: Collection[str] = ()) -> Any:  # noqa: ANN401  # a section
    """Read a configuration.

    Args:
        config: A `DictConfig`; or what OmegaConf makes one of: a dictionary, a
            structured config, a dataclass that `hydra_zen.builds` gave.
        without: Places to leave out, such as ``paths.out``.

    Returns:
        A frozen configuration, for `repro.recipe`; `thawed` gives back what
        `hydra.utils.instantiate` takes.

    Raises:
        RecipeError: If a value is missing, cannot be resolved or kept.
    """
    from omegaconf import OmegaConf  # noqa: PLC0415  # an extra

    is_taken = isinstance(config, Mapping) or is_dataclass(config)
    root = OmegaConf.create(config) if is_taken else config  # type: ignore[call-overload]  # as documented
    return read(
        root, Reading(source="hydra", without=frozenset(without), opened=_opened)
    )


def _opened(value: object, where: str) -> object:
    from omegaconf import DictConfig, ListConfig, OmegaConf  # noqa: PLC0415  # an extra

    if isinstance(value, _Lazy):
        value = value.read(where)
    if isinstance(value, DictConfig):
        kind: Any = OmegaConf.get_type(value)
        is_plain = kind in {dict, None}
        return Node(
            values={key: _Lazy(value, key) for key in value},
            name="" if is_plain else kind.__name__,
            hints={} if is_plain else declared_by(kind),
        )
    if isinstance(value, ListConfig):
        return [_Lazy(value, index) for index in range(len(value))]
    return value


class _Lazy:
    """A value that is resolved only where its place is not left out."""

    def __init__(self, config: Any, key: Any) -> None:  # noqa: ANN401  # OmegaConf's
        self._config = config
        self._key = key

    def read(self, where: str) -> object:
        """Resolve the value."""
        from omegaconf import OmegaConf  # noqa: PLC0415  # an extra
        from omegaconf.errors import OmegaConfBaseException  # noqa: PLC0415  # an extra

        if OmegaConf.is_missing(self._config, self._key):
            refuse(where, "is missing: ??? stands for a value that has to be given")
        raw = OmegaConf.to_container(self._config, resolve=False)[self._key]  # type: ignore[index]  # a key of it
        if OmegaConf.is_interpolation(self._config, self._key):
            _check_source(str(raw), where)
        try:
            return self._config[self._key]
        except OmegaConfBaseException as error:
            first = str(error).partition("\n")[0]
            return refuse(where, f"cannot be resolved from {raw!r}: {first}")


def _check_source(raw: str, where: str) -> None:
    """Refuse an interpolation that gives a secret, or another text every time."""
    if _FLEETING.search(raw):
        refuse(
            where,
            f"is another text in each run, {raw!r}: leave it out with"
            f" without=[{where!r}]",
        )
    found = _VARIABLE.search(raw)
    if found and looks_secret(found["name"]):
        refuse(
            where,
            f"is a secret, {raw!r}: leave it out with without=[{where!r}]",
        )
