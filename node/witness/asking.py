"""One witness, as the node asks it (C2SP tlog-witness, README §16).

The node trusts no witness. But what it passes on must verify under the name and key that the witness gives of itself:
a line that does not would make every verifier that pins this witness refuse the whole file.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import httpx

from protocol.cosignature import CHECKPOINT, SNAPSHOT, add_lines, cosigners, lines_of
from protocol.errors import ChainError, LogError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from protocol.cosignature import Statement

_SECONDS = 10.0
_MAX_ANSWER = 8_192
_SIZE_TYPE = "text/x.tlog.size"


class WitnessClient:
    """A witness at an address; remembers the size that it signed last."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.Client(timeout=_SECONDS)
        self._pinned: dict[str, bytes] = {}
        self._size = 0

    def cosign_checkpoint(
        self, note: str, size: int, consistency: Callable[[int, int], Sequence[bytes]]
    ) -> str:
        """The note with the witness's line; `consistency(old, size)` gives the proof from what it signed last.

        ChainError WITNESS_UNREACHABLE, LogError WITNESS_REFUSED.
        """
        answer = self._add_checkpoint(note, size, consistency)
        if answer.status_code == httpx.codes.CONFLICT and answer.headers.get("content-type") == _SIZE_TYPE:
            self._size = _number(answer.text)
            answer = self._add_checkpoint(note, size, consistency)
        joined = self._joined(note, answer, CHECKPOINT)
        self._size = size
        return joined

    def cosign_snapshot(self, note: str) -> str:
        """The snapshot with the witness's line; errors as above."""
        return self._joined(note, self._post("/add-snapshot", note), SNAPSHOT)

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def _add_checkpoint(
        self, note: str, size: int, consistency: Callable[[int, int], Sequence[bytes]]
    ) -> httpx.Response:
        if self._size > size:
            raise LogError("WITNESS_REFUSED", witness=self.url, reason=f"size {self._size} > {size}")
        proof = consistency(self._size, size) if 0 < self._size < size else ()
        lines = "".join(base64.b64encode(each).decode() + "\n" for each in proof)
        return self._post("/add-checkpoint", f"old {self._size}\n{lines}\n{note}")

    def _joined(self, note: str, answer: httpx.Response, statement: Statement) -> str:
        if answer.status_code != httpx.codes.OK:
            raise LogError("WITNESS_REFUSED", witness=self.url, reason=answer.text[:200].strip())
        if not self._pinned:
            self._pinned = self._introduced()
        joined = add_lines(note, lines_of(answer.text[:_MAX_ANSWER], self._pinned, statement))
        if not cosigners(joined, self._pinned, statement):
            raise LogError("WITNESS_REFUSED", witness=self.url, reason="other key")
        return joined

    def _introduced(self) -> dict[str, bytes]:
        """Name and key as the witness itself states them."""
        answer = self._request("GET", "/", "")
        try:
            value: Any = answer.json()
            return {str(value["name"]): bytes.fromhex(value["key"])}
        except (ValueError, KeyError, TypeError) as error:
            raise LogError("WITNESS_REFUSED", witness=self.url, reason="name and key") from error

    def _post(self, path: str, body: str) -> httpx.Response:
        return self._request("POST", path, body)

    def _request(self, method: str, path: str, body: str) -> httpx.Response:
        try:
            return self._http.request(method, self.url + path, content=body.encode())
        except httpx.HTTPError as error:
            raise ChainError("WITNESS_UNREACHABLE", self.url, witness=self.url) from error


def _number(text: str) -> int:
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 20 else 0  # noqa: PLR2004
