"""The report on 127.0.0.1, renewed when the file changes."""

from __future__ import annotations

import html
import signal
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

from comity.errors import ComityError

# The page asks again by itself, so that saving the file is all a designer has to do.
REFRESH = '<meta http-equiv="refresh" content="3">'


class Pages:
    """The page of a file, made anew when the file's time or size changes."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._state: tuple[int, int] | None = None
        self._page = ""
        self._lock = Lock()

    def page(self) -> str:
        """The report, or the file's mistakes as a page."""
        with self._lock:
            state = self._now()
            if state is None or state != self._state:
                self._page, self._state = self._make(), state
            return self._page

    def _now(self) -> tuple[int, int] | None:
        try:
            found = self.file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    def _make(self) -> str:
        from comity.agreements.assessment import assess

        try:
            return assess(self.file).to_html().replace("<head>", f"<head>{REFRESH}", 1)
        except ComityError as error:
            return f"<!doctype html><html><head>{REFRESH}<meta charset='utf-8'></head><pre>{html.escape(str(error))}</pre></html>"


def server(file: Path, port: int) -> ThreadingHTTPServer:
    """A server on 127.0.0.1 for one file; ``server_port`` tells the port it got."""
    pages = Pages(file)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.partition("?")[0] != "/":
                self.send_error(404)
                return
            body = pages.page().encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """A line per request would bury the address."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def serve(file: Path, port: int, tell: Callable[[str], None]) -> None:
    """Serve until interrupted."""
    try:
        running = server(file, port)
    except OSError as error:
        raise ComityError(
            f"port {port} of 127.0.0.1 cannot be had ({error.strerror}); choose another, or 0 for a free one"
        ) from None
    with running:
        tell(f"The report is at http://127.0.0.1:{running.server_port}/ and follows {file}; stop with Ctrl-C.")
        try:
            # A shell that starts us in the background has us ignore Ctrl-C; whoever sends it means it.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            running.serve_forever()
        except KeyboardInterrupt:
            tell("Stopped.")
