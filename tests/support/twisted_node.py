"""A node that hands everything on from a real one, but for what a test lets it twist."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

    Twist = Callable[[str, bytes], bytes | None]


class TwistedNode(ThreadingHTTPServer):
    """In front of `behind`. `twist` gets path and answer and returns another one; None is "not found"."""

    def __init__(self, behind: str, twist: Twist) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind, self.twist = behind, twist
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: TwistedNode

    def do_GET(self) -> None:
        answer = httpx.get(self.server.behind + self.path, timeout=10)
        body = self.server.twist(self.path, answer.content) if answer.status_code == 200 else answer.content
        self.send_response(404 if body is None else answer.status_code)
        self.send_header("content-length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        pass
