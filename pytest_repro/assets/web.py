"""Files from web servers, by requests: the only place that knows it.

Bytes are taken as they are sent, never unpacked: the digest is that of the file. A
server that cannot begin in the middle sends all of it, and says so by its status. One
that announces another size sends something else, such as a page that asks to sign in:
nothing of it is taken, for it would overwrite what an earlier fetch has got.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pytest_repro.errors import ReproUsageError

if TYPE_CHECKING:
    import requests

__all__ = ["read"]

CHUNK_BYTES: Final = 64 * 1024
PARTIAL: Final = 206
UNSATISFIABLE: Final = 416
REFUSED: Final = 400


def read(
    location: str, start: int, *, timeout_s: float, size_bytes: int | None = None
) -> Iterator[tuple[int, bytes]]:
    """Read a file.

    Args:
        location: Its URL.
        start: The byte with which to begin, if the server can.
        timeout_s: How long it may be silent [s].
        size_bytes: Of the whole file; None if that is not known.

    Yields:
        Places and bytes, in order.

    Raises:
        ReproUsageError: If requests is not installed.
        OSError: If the server refuses or announces another size, or the connection
            breaks.
    """
    try:
        import requests  # noqa: PLC0415  # only where something is fetched
    except ImportError as error:
        msg = "http needs requests: install pytest-repro[assets]"
        raise ReproUsageError(msg) from error
    headers = {"Accept-Encoding": "identity", "User-Agent": "pytest-repro"}
    if start:
        headers["Range"] = f"bytes={start}-"
    with requests.get(location, headers=headers, stream=True, timeout=timeout_s) as got:
        if start and got.status_code == UNSATISFIABLE:
            yield from read(location, 0, timeout_s=timeout_s, size_bytes=size_bytes)
            return
        if got.status_code >= REFUSED:
            msg = f"HTTP {got.status_code} {got.reason}"
            raise OSError(msg)
        at = _start(got, start)
        _check_size(got, size_bytes)
        # What is there is taken at once: who reads is to notice that nobody waits.
        while data := got.raw.read1(CHUNK_BYTES, decode_content=False):
            yield at, data
            at += len(data)


def _start(got: "requests.Response", start: int) -> int:
    """Tell where the answer begins: where it says, or else at 0."""
    if got.status_code != PARTIAL:
        return 0
    said = got.headers.get("Content-Range", "")
    if not said.startswith(f"bytes {start}-"):
        msg = f"asked for bytes from {start} on, and was sent {said[:40]!a}"
        raise OSError(msg)
    return start


def _check_size(got: "requests.Response", size_bytes: int | None) -> None:
    """Refuse an answer that announces another size; many announce none."""
    if got.status_code == PARTIAL:
        said = got.headers.get("Content-Range", "").rpartition("/")[2]
    else:
        said = got.headers.get("Content-Length", "")
    is_told = said.isascii() and said.isdecimal() and size_bytes is not None
    if is_told and int(said) != size_bytes:
        packed = got.headers.get("Content-Encoding", "")
        how = f", packed by {packed[:20]!a}" if packed else ""
        msg = f"it has {said[:20]} bytes{how}, not the {size_bytes} declared"
        raise OSError(msg)
