"""JSON-RPC over a member's own socket file: administration that is never offered over HTTP.

A socket file is reached whatever network namespace its process lives in, so a member that is cut off can still
be asked.
"""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

# What the system allows for the path of a socket.
LONGEST_PATH = 100
_ANSWER_BYTES = 16 * 1024 * 1024


class MemberAwayError(Exception):
    """The member does not answer on its socket."""


class RefusedError(Exception):
    """The member answered with an error."""


def call(path: Path, method: str, *parameters: Any, seconds: float = 10.0) -> Any:
    """Ask one question; MemberAwayError if nobody answers, RefusedError if the answer is an error."""
    question = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)}
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(seconds)
            connection.connect(str(path))
            connection.sendall(json.dumps(question).encode() + b"\n")
            answer = _line(connection)
    except OSError as error:
        raise MemberAwayError(f"{path}: {error}") from error
    if "error" in answer:
        raise RefusedError(f"{method}: {answer['error'].get('message')}")
    return answer["result"]


def _line(connection: socket.socket) -> dict[str, Any]:
    data = bytearray()
    while not data.endswith(b"\n"):
        piece = connection.recv(65_536)
        if not piece or len(data) > _ANSWER_BYTES:
            raise OSError("the answer ends too early")
        data += piece
    found: dict[str, Any] = json.loads(data)
    return found
