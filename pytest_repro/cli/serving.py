"""Serve one page to the browser of this machine, and nothing else to anybody.

Nothing below a folder is served, only the bytes of the page, at an address that only
this machine reaches. A request that names another host is refused, so that no site in
the same browser can read the page through a name of its own.
"""

import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

__all__ = ["page_server", "serve_page"]

HOST: Final = "127.0.0.1"


def page_server(page: bytes, *, port: int = 0) -> ThreadingHTTPServer:
    """Make a server of one page; it does not serve yet.

    Args:
        page: The page, in UTF-8.
        port: Where; by default any that is free.

    Returns:
        The server.
    """

    class Handler(BaseHTTPRequestHandler):
        """Answers requests for the page."""

        def do_GET(self) -> None:
            """Send the page, or refuse."""
            address = "{}:{}".format(*self.request.getsockname())
            if self.headers.get("Host") != address:
                self.send_error(HTTPStatus.FORBIDDEN)
            elif self.path not in {"/", "/index.html"}:
                self.send_error(HTTPStatus.NOT_FOUND)
            else:
                self.send_response(HTTPStatus.OK)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(page)))
                self.send_header("Cache-Control", "no-store")
                self.send_header("X-Content-Type-Options", "nosniff")
                self.end_headers()
                self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            """Print nothing: a person watches the page, not the requests."""

    return ThreadingHTTPServer((HOST, port), Handler)


def serve_page(page: bytes) -> None:
    """Serve a page until Ctrl-C, and print where.

    Args:
        page: The page, in UTF-8.
    """
    with page_server(page) as server:
        port = server.server_address[1]
        sys.stdout.write(f"http://{HOST}:{port}/  (Ctrl-C ends it)\n")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            sys.stdout.write("\n")
