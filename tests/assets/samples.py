"""Assets to declare, and mirrors that behave in known ways."""

import hashlib
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

from pytest_repro.assets import AssetStore
from pytest_repro.digests import Digest, digest_of_bytes
from pytest_repro.records import Access, DeclaredAsset, Mirror

SIZE = 3 * 2**20 + 17
DATA = Random(7).randbytes(SIZE)  # noqa: S311  # bytes to be copied
OTHER = Random(8).randbytes(SIZE)  # noqa: S311  # likewise

SLOWLY_S = 0.05


def data_of(number: int) -> bytes:
    """Return the bytes of the asset of that number; 0 is `DATA`."""
    return DATA if number == 0 else number.to_bytes(8, "big") + DATA[8:]


def declared(*locations: str, data: bytes = DATA, timeout_s: int = 10) -> DeclaredAsset:
    """Declare some bytes, to be had from mirrors."""
    return DeclaredAsset(
        name="sample",
        digest=digest_of_bytes(data),
        size_bytes=len(data),
        licence="CC0-1.0",
        access=Access.OPEN,
        personal_data="none",
        mirrors=tuple(Mirror(location=one, timeout_s=timeout_s) for one in locations),
    )


def stored(store: AssetStore, digest: Digest) -> str:
    """Say what a store has under a digest: nothing, these bytes, or wrong ones."""
    try:
        data = store.path(digest).read_bytes()
    except FileNotFoundError:
        return "nothing"
    found = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return "whole" if found == digest else "WRONG"


class Server:
    """A real web server on this machine, whose paths say how it behaves.

    ``/2/whole`` behaves like ``/whole``, with the bytes of asset 2.

    ``/whole``, ``/ranged`` (honours Range), ``/corrupt``, ``/truncated`` (ends early),
    ``/slow`` (a byte now and then), ``/long`` (more than was declared, and does not say
    how much), ``/shifted`` (answers another range than was asked for), ``/gone`` (404),
    ``/elsewhere`` (leads to an address with a password), ``/coloured`` (403, with
    control characters), ``/page`` (a page in their place), ``/packed`` (by gzip),
    ``/other`` (says that the whole is longer).

    Attributes:
        asked: The path and the Range of each request, in order.
    """

    def __init__(self, port: int) -> None:
        """Take the port."""
        self.port = port
        self.asked: list[tuple[str, str]] = []

    def url(self, path: str) -> str:
        """Return the URL of a path."""
        return f"http://127.0.0.1:{self.port}/{path}"


@contextmanager
def serving() -> Iterator[Server]:
    """Start the server, and stop it in the end."""
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server = Server(httpd.server_address[1])
    httpd.asked = server.asked  # type: ignore[attr-defined]  # for the handler
    thread = threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        httpd.shutdown()
        httpd.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        number, _, behaviour = self.path.strip("/").partition("?")[0].rpartition("/")
        self._data = data_of(int(number or 0))
        wanted = self.headers.get("Range", "")
        self.server.asked.append((behaviour, wanted))  # type: ignore[attr-defined]  # set above
        try:
            getattr(self, f"_{behaviour}")(wanted)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _whole(self, _: str) -> None:
        self._send(self._data)

    def _ranged(self, wanted: str) -> None:
        start = int(wanted.removeprefix("bytes=").rstrip("-") or 0)
        if not wanted:
            self._send(self._data)
        elif start >= SIZE:
            self.send_error(416)
        else:
            place = {"Content-Range": f"bytes {start}-{SIZE - 1}/{SIZE}"}
            self._send(self._data[start:], status=206, headers=place)

    def _shifted(self, wanted: str) -> None:
        place = {"Content-Range": f"bytes 0-{SIZE - 1}/{SIZE}"}
        self._send(self._data, status=206 if wanted else 200, headers=place)

    def _corrupt(self, _: str) -> None:
        self._send(OTHER)

    def _long(self, _: str) -> None:
        self._send(self._data + b"!", length=-1)

    def _truncated(self, _: str) -> None:
        self._send(self._data[: SIZE // 2], length=SIZE)
        self.close_connection = True

    def _slow(self, _: str) -> None:
        self._send(b"", length=SIZE)
        for byte in self._data:
            self.wfile.write(bytes([byte]))
            time.sleep(SLOWLY_S)

    def _gone(self, _: str) -> None:
        self.send_error(404)

    def _page(self, _: str) -> None:
        self._send(b"<html>sign in first</html>")

    def _other(self, wanted: str) -> None:
        start = int(wanted.removeprefix("bytes=").rstrip("-") or 0)
        place = {"Content-Range": f"bytes {start}-{SIZE}/{SIZE + 1}"}
        self._send(OTHER[start:] + b"!", status=206, headers=place)

    def _packed(self, _: str) -> None:
        self._send(self._data[:1000], headers={"Content-Encoding": "gzip"})

    def _elsewhere(self, _: str) -> None:
        there = {"Location": "ftp://eve:hunter2@127.0.0.1:1/x?sig=canary"}
        self._send(b"", status=302, headers=there)

    def _coloured(self, _: str) -> None:
        self.wfile.write(b"HTTP/1.1 403 \x1b[31mcanary\r\nContent-Length: 0\r\n\r\n")

    def _send(
        self,
        data: bytes,
        *,
        status: int = 200,
        length: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        size = len(data) if length is None else length
        if size >= 0:
            self.send_header("Content-Length", str(size))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def begin(store: AssetStore, asset: DeclaredAsset, data: bytes) -> Path:
    """Leave what a fetch that was killed had got so far."""
    path = store.partial(asset.digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path
