"""The adapter through which outside test suites ask this implementation questions.

`python -m verifier.conformance` reads one JSON object a line on stdin and answers one a line with the same
`id`; `--serve HOST:PORT` (loopback) takes the same objects by POST, one at a time. The functions asked are
the product's own, found in `verifier/conformance_ops/`. A refusal is `{"id", "error": CODE}`, with the
answer's yes-or-no field set to false where it has one; an operation that is not offered is `{"id",
"unsupported": true}`.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import ipaddress
import json
import pkgutil
import sys
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from protocol.errors import FilieraError
from protocol.limits import MAX_BODY_BYTES, Limits
from protocol.strict_json import parse_object
from verifier import conformance_ops

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Answer = dict[str, Any]

_YES_OR_NO = {"json.parse": "ok"} | dict.fromkeys(
    (
        "verify",
        "jwt.verify",
        "sdjwt.verify",
        "merkle.inclusion",
        "merkle.consistency",
        "checkpoint.parse",
        "cid.check",
        "epcis.validate",
    ),
    "valid",
)
_MAX_QUESTION = 8 * MAX_BODY_BYTES  # a question may hold a whole bundle or document in base64
_LIMITS = Limits(
    max_bytes=_MAX_QUESTION,
    max_depth=128,
    max_items=4_000_000,
    max_string=_MAX_QUESTION,
    max_integer=2**64 - 1,  # tree sizes of RFC 9162
    foreign=True,
)


@cache
def operations() -> Mapping[str, Callable[[Mapping[str, Any]], Answer]]:
    """Return every operation offered, by name: the OPS tables of the modules in `conformance_ops`."""
    offered: dict[str, Callable[[Mapping[str, Any]], Answer]] = {}
    for found in pkgutil.iter_modules(conformance_ops.__path__):
        offered.update(importlib.import_module(f"{conformance_ops.__name__}.{found.name}").OPS)
    return offered


def answer(question: Mapping[str, Any]) -> Answer:
    """Answer one question; refusals become codes, nothing is raised."""
    name, asked = question.get("op"), {"id": question.get("id")}
    operation = operations().get(name) if isinstance(name, str) else None
    if operation is None:
        return {**asked, "unsupported": True}
    refused = {_YES_OR_NO[name]: False} if name in _YES_OR_NO else {}
    try:
        return {**asked, **operation(question)}
    except FilieraError as error:
        return {**asked, **refused, "error": error.code}
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        sys.stderr.write(f"{name}: {error!r}\n")
        return {**asked, **refused, "error": "QUESTION_MALFORMED"}


def answer_bytes(line: bytes) -> bytes:
    """Answer one question as it came, as one line of JSON without its end."""
    try:
        given = answer(parse_object(line, _LIMITS))
    except FilieraError as error:
        given = _unread(line) | {"error": error.code}
    # Decimals come from foreign tokens only; they go back as the JSON numbers that they were.
    return json.dumps(given, default=float).encode("utf-8")


def _unread(line: bytes) -> Answer:
    """Return the id and the "no" of a question that the strict reader refuses: whoever asked finds it."""
    try:
        question = json.loads(line)
        name = question.get("op")
        return {"id": question.get("id")} | ({_YES_OR_NO[name]: False} if name in _YES_OR_NO else {})
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {"id": None}


class _Handler(BaseHTTPRequestHandler):
    """One question a POST, whatever the path."""

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length[:12]) > _MAX_QUESTION:
            self.send_error(413)
            return
        body = answer_bytes(self.rfile.read(int(length)))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing: stdout and stderr belong to whoever started the adapter."""


def serve(host: str, port: int) -> ThreadingHTTPServer:
    """Return a server bound to a loopback address; ValueError for any other.

    It answers without asking who asks.
    """
    address = "127.0.0.1" if host == "localhost" else host
    if not ipaddress.IPv4Address(address).is_loopback:
        raise ValueError("--serve takes a loopback address only")
    return ThreadingHTTPServer((address, port), _Handler)


def main(arguments: list[str] | None = None) -> int:
    """Run the adapter on stdin, or on HTTP with `--serve`."""
    parser = argparse.ArgumentParser(prog="python -m verifier.conformance", description=__doc__)
    parser.add_argument("--serve", metavar="HOST:PORT", help="answer POSTs on a loopback address, not stdin")
    chosen = parser.parse_args(arguments)
    if chosen.serve is not None:
        host, _, port = chosen.serve.rpartition(":")
        if not port.isdigit():
            parser.error("--serve takes HOST:PORT")
        try:
            server = serve(host, int(port))
        except (ValueError, OverflowError, OSError) as error:
            parser.error(str(error))
        with server, contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
        return 0
    for line in sys.stdin.buffer:
        if line.strip():
            sys.stdout.buffer.write(answer_bytes(line) + b"\n")
            sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
