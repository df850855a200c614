"""Acting on a module at the moment of its import."""

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_repro.determinism.late import is_imported, when_imported

MODULE = "repro_late_example"
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Offer a module that nobody has imported, and forget it afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    finders = list(sys.meta_path)

    def write_module(code: str) -> Path:
        path = tmp_path / f"{MODULE}.py"
        path.write_text(code, encoding="utf-8")
        importlib.invalidate_caches()
        return path

    write_module("VALUE = 1\n")
    yield write_module
    sys.modules.pop(MODULE, None)
    assert sys.meta_path == finders


def test_imported_module_is_acted_on_at_once() -> None:
    """Nothing has to be awaited for a module that is there."""
    seen: list[str] = []

    when_imported("os", lambda: seen.append("now"))

    assert seen == ["now"]


@pytest.mark.usefixtures("write")
def test_action_runs_between_import_and_importer() -> None:
    """Whoever imports the module sees what the action did to it."""

    def act() -> None:
        sys.modules[MODULE].VALUE = 2  # type: ignore[attr-defined]  # made by the fixture

    when_imported(MODULE, act)

    assert not is_imported(MODULE)
    assert importlib.import_module(MODULE).VALUE == 2


@pytest.mark.usefixtures("write")
def test_action_runs_once() -> None:
    """Importing and reloading again does not repeat the action."""
    seen: list[str] = []
    when_imported(MODULE, lambda: seen.append("ran"))

    module = importlib.import_module(MODULE)
    importlib.reload(module)
    importlib.import_module(MODULE)

    assert seen == ["ran"]


@pytest.mark.usefixtures("write")
def test_cancelled_action_never_runs() -> None:
    """A forgotten action stays forgotten, and forgetting twice is harmless."""
    seen: list[str] = []
    cancel = when_imported(MODULE, lambda: seen.append("ran"))

    cancel()
    cancel()
    importlib.import_module(MODULE)

    assert seen == []


@pytest.mark.usefixtures("write")
def test_actions_run_in_the_order_of_registration() -> None:
    """Two parties that wait for one module do not disturb each other."""
    seen: list[str] = []
    when_imported(MODULE, lambda: seen.append("first"))
    when_imported(MODULE, lambda: seen.append("second"))

    importlib.import_module(MODULE)

    assert seen == ["first", "second"]


@pytest.mark.usefixtures("write")
def test_looking_for_a_module_is_not_importing_it() -> None:
    """Programs probe for optional packages; that must not trigger anything."""
    seen: list[str] = []
    cancel = when_imported(MODULE, lambda: seen.append("ran"))

    spec = importlib.util.find_spec(MODULE)

    cancel()
    assert spec is not None
    assert seen == []


def test_module_keeps_its_own_loader(write: Write) -> None:
    """Tools that read sources through the loader find what they always find."""
    path = write("import sys\nLOADER = __loader__\nSPEC = __spec__.loader\n")
    when_imported(MODULE, lambda: None)

    module = importlib.import_module(MODULE)

    assert type(module.__loader__).__name__ == "SourceFileLoader"
    assert module.__spec__ is not None
    assert module.LOADER is module.SPEC is module.__loader__ is module.__spec__.loader
    assert inspect.getsource(module) == path.read_text(encoding="utf-8")


def test_failed_import_leaves_the_action_waiting(write: Write) -> None:
    """A module that could not be imported yet is acted on when it can."""
    seen: list[str] = []
    write("raise RuntimeError('not yet')\n")
    when_imported(MODULE, lambda: seen.append("ran"))

    with pytest.raises(RuntimeError, match="not yet"):
        importlib.import_module(MODULE)
    assert seen == []
    write("VALUE = 33\n")
    importlib.import_module(MODULE)

    assert seen == ["ran"]


@pytest.mark.usefixtures("write")
def test_failed_action_fails_the_import() -> None:
    """Nothing goes on with a module that could not be pinned."""
    attempts: list[str] = []

    def act() -> None:
        attempts.append("tried")
        if len(attempts) == 1:
            msg = "cannot pin"
            raise ValueError(msg)

    when_imported(MODULE, act)

    with pytest.raises(ValueError, match="cannot pin"):
        importlib.import_module(MODULE)
    assert not is_imported(MODULE)
    importlib.import_module(MODULE)

    assert attempts == ["tried", "tried"]


def test_nested_imports_are_waited_for(write: Write, tmp_path: Path) -> None:
    """A module that is imported by another, and an action that imports more."""
    seen: list[str] = []
    write("import repro_late_inner\n")
    inner = tmp_path / "repro_late_inner.py"
    inner.write_text("VALUE = 1\n", encoding="utf-8")

    def act() -> None:
        seen.append("outer")
        importlib.import_module(MODULE)
        importlib.import_module("repro_late_inner")

    when_imported(MODULE, act)
    when_imported("repro_late_inner", lambda: seen.append("inner"))
    importlib.import_module(MODULE)

    sys.modules.pop("repro_late_inner")
    assert seen == ["inner", "outer"]


def test_missing_module_stays_missing() -> None:
    """Waiting for a module does not make it importable."""
    cancel = when_imported("repro_late_nowhere", lambda: None)

    with pytest.raises(ModuleNotFoundError, match="repro_late_nowhere"):
        importlib.import_module("repro_late_nowhere")

    cancel()
