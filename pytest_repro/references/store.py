"""The reference store: find, read and write the references below one folder.

It reads and writes and does not judge. Looking up never writes and takes no lock; each
write replaces one reference as a whole (see `replacement`), under a lock of its own.
Whatever is damaged raises: a reference that cannot be read is never "missing".
Removing references is not offered here; a store of candidates can drop one.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Final

from pytest_repro.digests import Digest, digest_of_bytes
from pytest_repro.errors import RecordError, StaleCandidate, UnsafePath
from pytest_repro.records import Environment, Identity, Match, RunRecord
from pytest_repro.references.admission import (
    FORMAT,
    FORMAT_LINE,
    check_format,
    check_owner,
    check_replaceable,
)
from pytest_repro.references.folders import Folder
from pytest_repro.references.format import SIGNATURE, SUMS, encode
from pytest_repro.references.layout import experiment_folder, reference_folder
from pytest_repro.references.lookup import Entry, Found, nearest_key
from pytest_repro.references.replacement import STAGING, area_name, locked
from pytest_repro.references.retrieval import (
    entering,
    read_files,
    read_head,
    read_reference,
    stored_folders,
)
from pytest_repro.references.system_errors import reading, writing

__all__ = ["ReferenceStore"]

ATTRIBUTES: Final = ".gitattributes"
ATTRIBUTE_LINES: Final = (
    b"# References are compared as bytes, and two updates of one must conflict.\n"
    b"* -text -merge\n"
)


class ReferenceStore:
    """References below one folder, one folder an experiment and environment."""

    def __init__(
        self, root: Path, *, base: Path | None = None, lock_timeout_s: float = 10.0
    ) -> None:
        """Name the store; nothing is read or written yet.

        Args:
            root: The folder of the store; it need not exist.
            base: What shown paths are relative to; by default the folder around it.
            lock_timeout_s: How long a write waits for another of the same folder [s].
        """
        self.root = root.absolute()
        self._base = base.absolute() if base else self.root.parent
        self._lock_timeout_s = lock_timeout_s

    @property
    def base(self) -> Path:
        """What shown paths are relative to: the root of the project, as a rule."""
        return self._base

    def show(self, folder: Path) -> str:
        """Return a folder as reports show it.

        Args:
            folder: A folder of the store.

        Returns:
            Its path relative to the base, with forward slashes.
        """
        path = self.root / folder
        if path.is_relative_to(self._base):
            return path.relative_to(self._base).as_posix()
        return path.as_posix()

    def find(self, experiment: str, environment: Environment) -> Found:
        """Look up the reference of an experiment for an environment.

        Args:
            experiment: The node id.
            environment: Where the run took place.

        Returns:
            The reference of the very key, else that of the nearest compatible
            environment, else none; and which of these it is.

        Raises:
            RecordError: If a reference that matters here cannot be read.
        """
        with self._reading() as root:
            if root is None:
                return Found(match=Match.NONE, key=environment.key)
            own = self._load(root, experiment, environment.key)
            if own is None:
                return self._find_nearest(root, experiment, environment)
        same = own[0].identity.environment.digest == environment.digest
        return self._found(own, Match.EXACT if same else Match.KEY)

    def held(self, experiment: str, key: str) -> Found:
        """Look up the reference of an experiment for one environment key alone.

        Args:
            experiment: The node id.
            key: The environment key.

        Returns:
            The reference, or none.

        Raises:
            RecordError: If it cannot be read.
        """
        with self._reading() as root:
            own = self._load(root, experiment, key) if root else None
        if own is None:
            return Found(match=Match.NONE, key=key)
        return self._found(own, Match.KEY)

    def read(self, folder: Path, *, has_extras: bool = True) -> RunRecord:
        """Read a reference.

        Args:
            folder: Its folder, absolute or relative to the root.
            has_extras: Whether its ledger and its operations are read too.

        Returns:
            The record.

        Raises:
            UnsafePath: If the folder is not below the root, or behind a link.
            RecordError: If there is none, or it cannot be read.
        """
        path = self._relative(folder)
        with self._reading() as root:
            found = read_reference(root, path, has_extras=has_extras) if root else None
        if found is None:
            msg = "there is no reference"
            remedy = "record it: pytest --repro --repro-record"
            raise RecordError(msg, path=self.show(folder), remedy=remedy)
        return found[0]

    def entries(self) -> tuple[Entry, ...]:
        """List all references, by what their own files say.

        Returns:
            Sorted entries; sums are not checked.

        Raises:
            RecordError: If one does not say what it is.
        """
        with self._reading() as root:
            if root is None:
                return ()
            heads = {path: read_head(root, path) for path in stored_folders(root)}
        return tuple(
            sorted(
                Entry(
                    experiment=head.identity.experiment,
                    key=head.identity.environment.key,
                    folder=self.root / path,
                )
                for path, head in heads.items()
                if head is not None
            )
        )

    def write(self, record: RunRecord) -> Path:
        """Write a reference, replacing an earlier one of the same key as a whole.

        Args:
            record: The reference.

        Returns:
            Its folder.

        Raises:
            ReproUsageError: If the record cannot be stored.
            StoreBusy: If another process is writing the same reference.
            StoreReadOnly: If writing is not allowed.
            StoreFull: If no space was left.
            StoreError: If the system refused otherwise.
            RecordError: If what is there may not be replaced: a link, other files,
                another experiment's reference, or a later format.
        """
        return self._write(record, lambda _: None)

    def succeed(self, record: RunRecord, *, expected: Digest | None) -> Path:
        """Write a reference in the place of a certain earlier one, and of no other.

        Args:
            record: The reference.
            expected: The digest of the `SHA256SUMS` that it supersedes; None if there
                is to be no reference yet.

        Returns:
            Its folder.

        Raises:
            StaleCandidate: If another reference is there by now.
            ReproError: As for `write`.
        """
        return self._write(record, lambda present: _check_expected(present, expected))

    def drop(self, folder: Path) -> None:
        """Remove a candidate as a whole; references are not removed by this package.

        Args:
            folder: Its folder, absolute or relative to the root; it may be gone.

        Raises:
            UnsafePath: If the folder is not below the root, or behind a link.
            StoreError: If the system refused; then it is there whole, or not at all.
        """
        path = self._relative(folder)
        places = (self.root / path, self.root / STAGING / area_name(path))
        if not any(place.exists() for place in places):
            return
        timeout_s = self._lock_timeout_s
        shown = self.show(self.root)
        with (
            writing(self.show(folder)),
            Folder.open(self.root, shown=shown) as root,
            locked(root, self.root, path, timeout_s=timeout_s) as replacement,
        ):
            replacement.take_out()

    def _write(
        self, record: RunRecord, check: Callable[[Mapping[str, bytes]], None]
    ) -> Path:
        files = encode(record)
        identity = record.identity
        path = reference_folder(identity.experiment, identity.environment.key)
        target = self.root / path
        with writing(self.show(target)):
            self.root.mkdir(parents=True, exist_ok=True)
            with Folder.open(self.root, shown=self.show(self.root)) as root:
                check_format(root)
                if _holds(root, path, files):
                    _sync(root, path)
                else:
                    self._replace(root, identity, files, check)
        return target

    def _replace(
        self,
        root: Folder,
        identity: Identity,
        files: Mapping[str, bytes],
        check: Callable[[Mapping[str, bytes]], None],
    ) -> None:
        path = reference_folder(identity.experiment, identity.environment.key)
        timeout_s = self._lock_timeout_s
        with locked(root, self.root, path, timeout_s=timeout_s) as replacement:
            check_replaceable(root, path, identity)
            # Under the lock: nobody can write between this look and the swap.
            check(read_files(root, path) or {})
            replacement.publish(root, FORMAT, FORMAT_LINE)
            replacement.publish(root, ATTRIBUTES, ATTRIBUTE_LINES)
            replacement.swap_in(files)

    def _find_nearest(
        self, root: Folder, experiment: str, environment: Environment
    ) -> Found:
        known: dict[str, Environment] = {}
        for path in stored_folders(root, experiment_folder(experiment)):
            head = read_head(root, path)
            if head is not None:
                check_owner(root, path, head.identity, experiment)
                known[head.identity.environment.key] = head.identity.environment
        key = nearest_key(environment, known)
        found = self._load(root, experiment, key) if key is not None else None
        if found is not None:
            return self._found(found, Match.NEAREST)
        others = tuple(sorted(known))
        return Found(match=Match.NONE, key=environment.key, others=others)

    def _load(
        self, root: Folder, experiment: str, key: str
    ) -> tuple[RunRecord, Mapping[str, bytes]] | None:
        """Read the reference under its own name, and check whose it is."""
        path = reference_folder(experiment, key)
        found = read_reference(root, path)
        if found is not None:
            check_owner(root, path, found[0].identity, experiment)
        return found

    def _found(
        self, loaded: tuple[RunRecord, Mapping[str, bytes]], match: Match
    ) -> Found:
        record, files = loaded
        identity = record.identity
        path = reference_folder(identity.experiment, identity.environment.key)
        return Found(
            match=match,
            key=identity.environment.key,
            record=record,
            folder=self.root / path,
            sums=digest_of_bytes(files[SUMS]),
        )

    @contextmanager
    def _reading(self) -> Iterator[Folder | None]:
        """Open the root; None if there is no store yet."""
        shown = self.show(self.root)
        with ExitStack() as stack:
            root = None
            with reading(shown), suppress(FileNotFoundError):
                root = stack.enter_context(Folder.open(self.root, shown=shown))
                check_format(root)
            yield root

    def _relative(self, folder: Path) -> PurePosixPath:
        path = self.root / folder
        if ".." in path.parts or not path.is_relative_to(self.root):
            msg = "the folder is not below the store"
            remedy = f"name a folder below {self.show(self.root)}"
            raise UnsafePath(msg, path=self.show(folder), remedy=remedy)
        return PurePosixPath(path.relative_to(self.root))


def _holds(root: Folder, path: PurePosixPath, files: Mapping[str, bytes]) -> bool:
    """Tell whether the very bytes are there; a signature signs them, and may be too."""
    try:
        present = read_files(root, path) or {}
    except FileNotFoundError:
        return False  # another writer is replacing them
    return {name: present[name] for name in present if name != SIGNATURE} == files


def _sync(root: Folder, path: PurePosixPath) -> None:
    """Make a folder outlast a power failure: who wrote it may have been interrupted."""
    # A store that may only be read keeps what it has.
    with suppress(OSError), entering(root, path.parent.parts) as parent:
        if parent is not None:
            parent.sync()


def _check_expected(present: Mapping[str, bytes], expected: Digest | None) -> None:
    found = digest_of_bytes(present[SUMS]) if SUMS in present else None
    if found != expected:
        msg = (
            "another reference was written meanwhile\n"
            f"  to be superseded  {expected or 'no reference'}\n"
            f"  reference is      {found or 'no reference'}\n"
            "  look at what is there now, and decide again"
        )
        raise StaleCandidate(msg)
