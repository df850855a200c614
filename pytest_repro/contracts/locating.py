"""Say in Python where a part can be found again, for a counter-example's script."""

import inspect
import os
import re
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from pytest_repro.contracts.properties import Subject
from pytest_repro.errors import ContractError

__all__ = ["load_file", "place_of"]

_UNKNOWN = ("# the part is not in any module: name it here", "part")


def place_of(subject: Subject, modules: Sequence[ModuleType]) -> tuple[str, str]:
    """Find a module that holds a part, and how the part is called there.

    Args:
        subject: The part.
        modules: Where to look beside the part's own module.

    Returns:
        A line that imports, and the expression that is the part.
    """
    part = subject.part
    own = sys.modules.get(getattr(part, "__module__", "") or "")
    nested = getattr(part, "__qualname__", "")
    if own is not None and _reach(own, nested) is part:
        return _import(own, nested)
    for module in modules if own is None or not nested else [own]:
        for name, value in _names(module):
            if value is part:
                return _import(module, name)
    return _UNKNOWN


def _reach(module: ModuleType, name: str) -> object:
    """Follow a dotted name from a module; None if it leads nowhere."""
    found: object = module
    for word in name.split("."):
        found = getattr(found, word, None)
    return found


def load_file(path: str) -> ModuleType:
    """Import a file by its path, as a script of a counter-example does.

    Args:
        path: From the current folder.

    Returns:
        The module.

    Raises:
        ContractError: If there is no such Python file.
    """
    name = f"repro_{sha256(path.encode()).hexdigest()[:12]}"
    spec = spec_from_file_location(name, Path(path))
    if spec is None or spec.loader is None or not Path(path).exists():
        msg = f"no Python file {path}; run the script in the project's folder"
        raise ContractError(msg)
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _import(module: ModuleType, name: str) -> tuple[str, str]:
    head = re.split(r"[.\[]", name)[0]
    if _is_importable(module):
        return f"from {module.__name__} import {head}", name
    path = os.path.relpath(inspect.getfile(module))
    return f"there = load_file({path!r})", f"there.{name}"


def _is_importable(module: ModuleType) -> bool:
    """Whether the name leads to the file: not so for tests imported by their path."""
    root = module.__name__.partition(".")[0]
    path = getattr(module, "__file__", None) or ""
    parts = module.__name__.split(".")
    tail = "/".join(parts)
    is_tail = path.endswith((f"{tail}.py", f"{tail}/__init__.py"))
    folder = path[: -len(f"{tail}.py")].rstrip("/")
    try:
        import_module(root)
    except ImportError:
        return False
    on_path = any(
        os.path.realpath(p or ".") == os.path.realpath(folder) for p in sys.path
    )
    return is_tail and (on_path or "site-packages" in path)


def _names(module: ModuleType) -> Iterator[tuple[str, object]]:
    for name, value in list(getattr(module, "__dict__", {}).items()):
        yield from _inside(name, value, depth=2)


def _inside(name: str, value: object, *, depth: int) -> Iterator[tuple[str, object]]:
    """Walk through plain containers; `isinstance` would wake lazy objects up."""
    yield name, value
    if depth and type(value) in {list, tuple}:
        for place, one in enumerate(value):  # type: ignore[arg-type,var-annotated]  # of these two types
            yield from _inside(f"{name}[{place}]", one, depth=depth - 1)
    elif depth and type(value) is dict:
        for key, one in value.items():
            yield from _inside(f"{name}[{key!r}]", one, depth=depth - 1)
