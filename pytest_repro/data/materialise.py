"""Turn a manifest into content, checked sample by sample, wherever that content lies.

A manifest decides what a data set is. So content comes in the order of the manifest and
with the digests that stand there, whether one process reads it or twenty, from one
folder or from many shards; a byte that differs is told before anything trains on it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from pytest_repro.data.manifest_file import content_digest
from pytest_repro.data.samples import Manifest, Sample
from pytest_repro.digests import Digest
from pytest_repro.errors import CorruptRecord, UnsafePath

__all__ = ["examine", "folder_reader", "materialise"]

Reader = Callable[[Sample], bytes]


def materialise(manifest: Manifest, read: Reader) -> Iterator[tuple[Sample, bytes]]:
    """Read the content of each sample and check it.

    Args:
        manifest: What to read: a whole data set, a part or a shard.
        read: Gives the bytes of a sample, see `folder_reader`.

    Yields:
        Samples in the order of the manifest, with their bytes.

    Raises:
        CorruptRecord: If the bytes are others than the manifest says.
    """
    for sample in manifest.samples:
        content = read(sample)
        obtained = content_digest(content)
        if obtained != sample.digest:
            raise CorruptRecord(
                _other_bytes(sample, obtained),
                path=sample.id,
                remedy="fetch it again, or list what it is now under another id",
            )
        yield sample, content


def folder_reader(folder: Path) -> Reader:
    """Read samples whose ids are paths below a folder.

    Args:
        folder: The folder.

    Returns:
        A function that gives the bytes of a sample.
    """
    base = folder.resolve()

    def read(sample: Sample) -> bytes:
        path = (base / sample.id).resolve()
        if not path.is_relative_to(base):
            msg = f"sample {sample.id!r} would lie outside of the folder"
            raise UnsafePath(msg, path=str(folder))
        return path.read_bytes()

    return read


def examine(
    manifest: Manifest, read: Reader
) -> Iterator[tuple[Sample, bytes | None, str]]:
    """Read everything and say what is wrong, instead of stopping at the first.

    Args:
        manifest: What to read.
        read: Gives the bytes of a sample.

    Yields:
        Each sample with its bytes and no message; or, where these cannot be read or are
        others than the manifest says, with no bytes and a message.
    """
    for sample in manifest.samples:
        try:
            content = read(sample)
        except OSError as error:
            yield sample, None, f"{sample.id}: cannot be read: {error.strerror}"
            continue
        obtained = content_digest(content)
        if obtained == sample.digest:
            yield sample, content, ""
        else:
            yield sample, None, f"{sample.id}: {_other_bytes(sample, obtained)}"


def _other_bytes(sample: Sample, obtained: Digest) -> str:
    return (
        "its bytes are others than the manifest says\n"
        f"  obtained  {obtained}\n  manifest  {sample.digest}"
    )
