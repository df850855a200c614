"""Every exception and warning of the package, so that a caller can name them.

One tree, because "what can go wrong" should be readable on one screen::

    ReproError
    ├── ReproUsageError (ValueError)      somebody called us wrongly
    │   ├── MetricError                   a metric that cannot be recorded
    │   ├── ContractError                 a marker or tolerance without meaning
    │   ├── FingerprintError (TypeError)  state that has no fingerprint
    │   ├── CheckpointError               state or a run that no checkpoint can hold
    │   └── RecipeError                   a component or recipe without meaning
    ├── RecordError (ValueError)          a stored record cannot be read
    │   ├── CorruptRecord                 other bytes than were written
    │   ├── IncompleteRecord              a write did not finish
    │   ├── FutureFormat                  written by a newer version
    │   ├── ConflictedRecord              git conflict markers inside
    │   ├── LineEndingError               a checkout turned LF into CRLF
    │   ├── PointerRecord                 a git-LFS pointer, not the file
    │   ├── PolicyError                   a policy file without meaning
    │   ├── ManifestError                 a list of samples without meaning
    │   └── UnsafePath                    a name or link leaves the store
    ├── NoRevision (LookupError)          git does not have that state of a file
    ├── StoreError (OSError)              a store refused to write
    │   ├── StoreBusy                     somebody else holds the lock
    │   ├── StoreReadOnly                 no permission, or read-only
    │   └── StoreFull                     no space; the old state is untouched
    ├── StaleCandidate (RuntimeError)     the reference has changed since its candidate
    ├── LeakedData (RuntimeError)         parts of a data set that know each other
    ├── UnstableInput (RuntimeError)      an asset changed under a run
    ├── WrongBytes (ValueError)           an asset is not what was declared
    ├── AssetUnavailable (LookupError)    no store and no mirror has an asset
    ├── AssetForbidden (RuntimeError)     a restricted asset, and no permission
    ├── EscapedEntropy (RuntimeError)     randomness that no seed governs was drawn
    ├── UndeclaredInput (RuntimeError)    a hermetic run read something undeclared
    └── LaunchError (RuntimeError)        a worker could not even be started

    HorizonReached (BaseException)        a short run ends here, and nothing failed
    ReproWarning (UserWarning)            worth knowing, and nothing failed

A failed verdict is not an error: it is a value, `pytest_repro.records.Verdict`.
"""

__all__ = [
    "AssetForbidden",
    "AssetUnavailable",
    "CheckpointError",
    "ConflictedRecord",
    "ContractError",
    "CorruptRecord",
    "EscapedEntropy",
    "FingerprintError",
    "FutureFormat",
    "HorizonReached",
    "IncompleteRecord",
    "LaunchError",
    "LeakedData",
    "LineEndingError",
    "ManifestError",
    "MetricError",
    "NoRevision",
    "PointerRecord",
    "PolicyError",
    "RecipeError",
    "RecordError",
    "ReproError",
    "ReproUsageError",
    "ReproWarning",
    "StaleCandidate",
    "StoreBusy",
    "StoreError",
    "StoreFull",
    "StoreReadOnly",
    "UndeclaredInput",
    "UnsafePath",
    "UnstableInput",
    "WrongBytes",
]


class ReproError(Exception):
    """The root: everything that `pytest_repro` raises on purpose."""


class ReproUsageError(ReproError, ValueError):
    """The public API was called in a way that has no meaning."""


class MetricError(ReproUsageError):
    """A metric cannot be recorded: bad name, type or step, or logged twice."""


class ContractError(ReproUsageError):
    """A marker, tolerance or contract says something that has no meaning."""


class FingerprintError(ReproUsageError, TypeError):
    """Live state holds a value that has no defined fingerprint."""


class CheckpointError(ReproUsageError):
    """A checkpoint cannot hold this state, or does not fit the run that reads it."""


class RecipeError(ReproUsageError):
    """A component, a recipe, an override or a dump of one has no meaning."""


class RecordError(ReproError, ValueError):
    """A stored record cannot be read.

    Attributes:
        path: The file or folder, as it should be shown.
        remedy: What to type or do next, one sentence.
    """

    def __init__(self, message: str, *, path: str = "", remedy: str = "") -> None:
        """Keep the facts beside the text.

        Args:
            message: What is wrong, lower-case, without the path.
            path: The file or folder at fault.
            remedy: What to do next.
        """
        text = f"{path}: {message}" if path else message
        super().__init__(f"{text}\n  remedy  {remedy}" if remedy else text)
        self.path = path
        self.remedy = remedy


class CorruptRecord(RecordError):
    """The bytes are not those that were written."""


class IncompleteRecord(RecordError):
    """A write did not finish, so the folder is neither the old nor the new state."""


class FutureFormat(RecordError):
    """The record was written by a newer version of the format."""


class ConflictedRecord(RecordError):
    """The record holds git conflict markers."""


class LineEndingError(RecordError):
    """A checkout turned LF into CRLF."""


class PointerRecord(RecordError):
    """The file is a git-LFS pointer, not the record."""


class PolicyError(RecordError):
    """A policy file says something that has no meaning."""


class ManifestError(RecordError):
    """A list of samples says something that has no meaning."""


class UnsafePath(RecordError):
    """A name or a link would lead outside the store."""


class NoRevision(ReproError, LookupError):
    """Git does not have that state of a file or folder, or there is no git."""


class StoreError(ReproError, OSError):
    """A store, of references or of assets, could not be written."""


class StoreBusy(StoreError):
    """Another process holds the lock of what is to be written."""


class StoreReadOnly(StoreError):
    """The store cannot be written: permissions, or a read-only file system."""


class StoreFull(StoreError):
    """No space was left; the previous state is untouched."""


class StaleCandidate(ReproError, RuntimeError):
    """A candidate was judged against another reference than the one that is there."""


class LeakedData(ReproError, RuntimeError):
    """A sample to be judged with is known, or nearly so, to what is trained on."""


class UnstableInput(ReproError, RuntimeError):
    """A file that a run read was changed before the run ended."""


class WrongBytes(ReproError, ValueError):
    """An asset does not hold the bytes that were declared under its name."""


class AssetUnavailable(ReproError, LookupError):
    """A declared asset is not in the content store, and no mirror gave its bytes.

    Attributes:
        failed: The mirrors that were tried, and why each failed.
    """

    def __init__(self, message: str, *, failed: tuple[object, ...] = ()) -> None:
        """Keep the facts beside the text.

        Args:
            message: What is missing and what to do next.
            failed: `records.FailedMirror` of each mirror that was tried.
        """
        super().__init__(message)
        self.failed = failed


class AssetForbidden(ReproError, RuntimeError):
    """An asset is restricted, and nobody declared a permission to use it."""


class EscapedEntropy(ReproError, RuntimeError):
    """An experiment drew randomness that no seed governs, and guards forbid it."""


class UndeclaredInput(ReproError, RuntimeError):
    """A hermetic run read a file or variable, or used a network, undeclared."""


class LaunchError(ReproError, RuntimeError):
    """A worker could not be started at all."""


class ReproWarning(UserWarning):
    """Something that a person should know although nothing failed."""


class HorizonReached(BaseException):  # like StopIteration, no error
    """A run that ends early, at its horizon, is there; let it pass.

    It is raised in the midst of training, which must not take it for a failure and go
    on: so `except Exception` does not catch it, just as with `KeyboardInterrupt`.
    """
