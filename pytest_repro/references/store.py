"""The reference store: find, read and write the references below one folder.

It reads and writes and does not judge. Looking up never writes and takes no lock; each
write replaces one reference as a whole (see `replacement`), under a lock of its own.
Whatever is damaged raises: a reference that cannot be read is never "missing".
Removing references is not offered here.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Final

from pytest_repro.digests import digest_of_bytes
from pytest_repro.errors import RecordError, UnsafePath
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
from pytest_repro.references.replacement import locked
from pytest_repro.references.retrieval import (
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
        files = encode(record)
        identity = record.identity
        path = reference_folder(identity.experiment, identity.environment.key)
        target = self.root / path
        with writing(self.show(target)):
            self.root.mkdir(parents=True, exist_ok=True)
            with Folder.open(self.root, shown=self.show(self.root)) as root:
                check_format(root)
                if not _holds(root, path, files):
                    self._replace(root, identity, files)
        return target

    def _replace(
        self, root: Folder, identity: Identity, files: Mapping[str, bytes]
    ) -> None:
        path = reference_folder(identity.experiment, identity.environment.key)
        timeout_s = self._lock_timeout_s
        with locked(root, self.root, path, timeout_s=timeout_s) as replacement:
            check_replaceable(root, path, identity)
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
