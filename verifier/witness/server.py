"""The witness over HTTP: `POST /add-checkpoint` (C2SP tlog-witness), `POST /add-snapshot` (README §16), `GET /`.

Requests need no authentication beyond the log's signature on what they bring. A refusal is one line, the code and the
sentence; but a wrong old size is answered with the right one, as C2SP wants it.
"""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

from protocol.codes import lookup, text
from protocol.errors import FilieraError, FormatError, LogError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from verifier.witness.cosigner import Cosigner

# 63 proof lines and a checkpoint with a hundred signatures fit many times over.
MAX_REQUEST: Final = 262_144
_PLAIN = "text/plain; charset=utf-8"
_SIZE = "text/x.tlog.size"


class _Handler(BaseHTTPRequestHandler):
    """One request; `routes` are set by `new_server`."""

    protocol_version = "HTTP/1.1"  # witnesses keep connections open (C2SP tlog-witness)
    timeout = 15  # seconds for a client that says nothing
    routes: Mapping[str, Callable[[str], str]]
    about: str

    def do_GET(self) -> None:
        if self.path == "/":
            self._answer(200, self.about, _PLAIN)
        else:
            self._answer(404, "\n", _PLAIN)

    def do_POST(self) -> None:
        route = self.routes.get(self.path)
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or int(length[:12]) > MAX_REQUEST:
            # What was not read would be taken for the next request.
            self.close_connection = True
            self._answer(413, "\n", _PLAIN)
            return
        body = self.rfile.read(int(length))
        if route is None:
            self._answer(404, "\n", _PLAIN)
            return
        try:
            self._answer(200, route(_text(body)), _PLAIN)
        except FilieraError as error:
            self._refuse(error)

    def _refuse(self, error: FilieraError) -> None:
        sentence, _ = text(error.code, "en", place=error.place, **error.values)
        # Requests that the log signed and the witness refused may be evidence against the log: they are told.
        sys.stderr.write(f"{self.path} {error.code}: {sentence}\n")
        if error.code == "WITNESS_SIZE":
            self._answer(409, f"{error.values['size']}\n", _SIZE)
        else:
            self._answer(lookup(error.code).status, f"{error.code}: {sentence}\n", _PLAIN)

    def _answer(self, status: int, body: str, media_type: str) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(data)))
        if status == 503:  # noqa: PLR2004 - HTTP
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(data)

    def version_string(self) -> str:
        return "filiera-witness"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing of what went well."""


def new_server(cosigner: Cosigner, host: str, port: int, about: str) -> ThreadingHTTPServer:
    """A server bound to an address (port 0: any free one) that answers for one witness; `about` is shown at `/`.

    FormatError WITNESS_ADDRESS if it cannot listen there.
    """
    handler = type(
        "Handler",
        (_Handler,),
        {
            "routes": {
                "/add-checkpoint": cosigner.add_checkpoint,
                "/add-snapshot": cosigner.add_snapshot,
            },
            "about": about,
        },
    )
    try:
        return ThreadingHTTPServer((host, port), handler)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FormatError("WITNESS_ADDRESS", "--port", address=f"{host}:{port}", reason=reason) from error


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise LogError("WITNESS_REQUEST_MALFORMED") from error
