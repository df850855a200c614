"""The files and folders that an experiment asks for: found, hashed, looked at again.

A name that `assets.toml` declares is found by its digest; any other is a path. Either
is hashed before the experiment gets it, and looked at again when the run is over.
"""

from pathlib import Path, PurePath
from typing import Final

from pytest_repro import assets, determinism
from pytest_repro.errors import RecordError, UnstableInput
from pytest_repro.experiment.recorder import Recorder
from pytest_repro.policy.assets import FILE, read_assets
from pytest_repro.records import Catalog, DeclaredAsset, Resolution

__all__ = ["Desk"]

PACKAGE_HOMES: Final = ("site-packages", "dist-packages")
"""Folders in which installed packages lie, wherever these folders are."""


class Desk:
    """Hands out what one run asks for."""

    def __init__(
        self, recorder: Recorder, *, folder: Path, root: Path, rules: assets.Rules
    ) -> None:
        """Begin with nothing handed out.

        Args:
            recorder: Hears of each asset.
            folder: The folder of the test file: paths lead from here.
            root: The root of the project: assets are named from here.
            rules: What may be done for declared assets.
        """
        self._recorder = recorder
        self._folder = folder
        self._root = root
        self._rules = rules
        self._held: list[assets.Held] = []
        self._resolutions: dict[str, Resolution] = {}
        self._catalog: Catalog | None = None
        recorder.at_finish(self._check)

    @property
    def resolutions(self) -> tuple[Resolution, ...]:
        """How each declared asset was come by, sorted by name."""
        return tuple(one for _, one in sorted(self._resolutions.items()))

    def ask(self, path: str | Path) -> Path:
        """Find something, hash it, and keep that it was asked for.

        Args:
            path: A declared name, or a path.

        Returns:
            The absolute path.

        Raises:
            ReproUsageError: If there is no such file.
            ReproError: If a declared asset cannot be had as it was declared.
        """
        declared = self._declared(path)
        held = self._by_path(Path(path)) if declared is None else self._by(declared)
        determinism.declare_file(held.path)
        self._recorder.asset(held.use)
        self._held.append(held)
        return held.path.resolve()

    def _declared(self, path: str | Path) -> DeclaredAsset | None:
        if self._catalog is None:
            self._catalog = self._read_catalog()
        return self._catalog.find(str(path))

    def _read_catalog(self) -> Catalog:
        file = self._root / FILE
        if not file.is_file():
            return Catalog()
        determinism.declare_file(file)
        try:
            return read_assets(file.read_bytes())
        except OSError as error:
            msg = f"it cannot be read: {error.strerror}"
            raise RecordError(msg, path=FILE) from error

    def _by(self, declared: DeclaredAsset) -> assets.Held:
        store = assets.AssetStore(self._rules.store)
        determinism.declare_file(store.path(declared.digest))
        for mirror in declared.mirrors:
            determinism.declare_file(self._root / mirror.location)
        found = assets.resolve(declared, self._rules, root=self._root)
        # Who asks twice finds it in the store; what counts is how it came to be there.
        self._resolutions.setdefault(declared.name, found.resolution)
        return found.held

    def _by_path(self, given: Path) -> assets.Held:
        here = self._folder / given
        found = here if here.exists() else self._root / given
        found = found if found.exists() else here
        return assets.hold(found, name=self._name(found))

    def _name(self, path: Path) -> str:
        """Name an asset portably: from its package, the root, or by its name alone.

        A package may be installed anywhere, below the root too, and Debian gives the
        folder of packages another name than everybody else.
        """
        resolved, root = path.resolve(), self._root.resolve()
        for home in PACKAGE_HOMES:
            if home in resolved.parts:
                start = len(resolved.parts) - resolved.parts[::-1].index(home)
                return PurePath(PACKAGE_HOMES[0], *resolved.parts[start:]).as_posix()
        inside = resolved.is_relative_to(root)
        return resolved.relative_to(root).as_posix() if inside else resolved.name

    def _check(self) -> None:
        for one in assets.check_unchanged(self._held):
            where = "".join(f"\n  differs {name}" for name in one.where)
            msg = (
                f"asset {one.name!r} changed while the experiment ran\n"
                f"  before  {one.before}\n  after   {one.after or 'gone'}{where}"
            )
            raise UnstableInput(msg)
