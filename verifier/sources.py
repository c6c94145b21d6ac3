"""Where evidence comes from: a file, or a node over HTTP; and the batch of JSON-RPC calls to a chain.

Whatever is not reachable is *unreachable*, never refused. Answers are read up to a limit and never trusted.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from protocol.bundle import BUNDLE_LIMITS
from protocol.errors import ChainError, FormatError
from verifier.chain import ABSENT

if TYPE_CHECKING:
    from verifier.chain import Call

_SECONDS = 15.0
# Error code of a call that the contract refused, by common use of the nodes.
_REVERTED = 3
# The address on a label gives people a page, and a verifier the evidence.
_ACCEPT = "application/vnd.filiera.bundle+json, */*;q=0.1"
_MAX_ANSWER = 32 * 1024 * 1024
_URL = re.compile(r"https?://\S+")
_REFERENCE = re.compile(r"urn:filiera:(?:lot|item):\S+|https://id\.gs1\.org/01/\S+")


def read_target(target: str, node: str | None) -> bytes:
    """Return the bundle's bytes for a file, an address at a node, or a lot or item with `node`.

    FormatError VERIFY_TARGET, NODE_REFUSED; ChainError NODE_UNREACHABLE.
    """
    if _REFERENCE.fullmatch(target):
        if node is None:
            raise FormatError("VERIFY_TARGET", target=target)
        return fetch(f"{node.rstrip('/')}/lots/{quote(target, safe='')}/custody")
    if _URL.fullmatch(target):
        return fetch(target)
    path = Path(target)
    try:
        if path.is_file() and path.stat().st_size <= BUNDLE_LIMITS.max_bytes:
            return path.read_bytes()
    except OSError as error:
        raise FormatError("VERIFY_TARGET", target=target) from error
    raise FormatError("VERIFY_TARGET", target=target)


def fetch(url: str) -> bytes:
    """GET an address; at most as much as a bundle may have."""
    import httpx  # noqa: PLC0415 - not on the way of an offline check

    try:
        with httpx.stream("GET", url, timeout=_SECONDS, headers={"accept": _ACCEPT}) as answer:
            data = bytearray()
            for piece in answer.iter_bytes():
                data += piece
                if len(data) > BUNDLE_LIMITS.max_bytes:
                    raise FormatError("NODE_REFUSED", url, reason="too large", advice="–")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ChainError("NODE_UNREACHABLE", url, node=url, reason=type(error).__name__) from error
    if answer.status_code >= 400:  # noqa: PLR2004 - HTTP
        reason, advice = _reason(bytes(data), answer.status_code)
        raise FormatError("NODE_REFUSED", url, reason=reason, advice=advice)
    return bytes(data)


class JsonRpc:
    """Sends batches to one endpoint of a chain."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __call__(self, calls: list[Call]) -> list[Any]:
        """Return the answers in the order of the calls; ABSENT where the contract refused.

        ChainError CHAIN_UNREACHABLE or CHAIN_ANSWER_MALFORMED.
        """
        import httpx  # noqa: PLC0415

        body = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": parameters}
            for number, (method, parameters) in enumerate(calls)
        ]
        try:
            answer = httpx.post(self._url, json=body, timeout=_SECONDS)
            answer.raise_for_status()
            found = json.loads(answer.content[:_MAX_ANSWER])
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise ChainError("CHAIN_UNREACHABLE", self._url, reason=self._url) from error
        if not isinstance(found, list) or len(found) != len(calls):
            raise ChainError("CHAIN_ANSWER_MALFORMED", reason="batch")
        by_id = {entry.get("id"): entry for entry in found if isinstance(entry, dict)}
        return [_result(by_id.get(number), calls[number][0]) for number in range(len(calls))]


def _result(entry: Any, method: str) -> Any:
    if not isinstance(entry, dict):
        raise ChainError("CHAIN_ANSWER_MALFORMED", reason="answer missing")
    if "error" in entry:
        if method == "eth_call" and _reverted(entry["error"]):
            return ABSENT
        raise ChainError("CHAIN_ANSWER_MALFORMED", reason=str(entry["error"])[:120])
    return entry.get("result")


def _reverted(error: Any) -> bool:
    """Only a contract's refusal says that something is not there; an endpoint that is busy says nothing."""
    if not isinstance(error, dict):
        return False
    return error.get("code") == _REVERTED or "revert" in str(error.get("message", "")).lower()


def _reason(data: bytes, status: int) -> tuple[str, str]:
    try:
        problem = json.loads(data)
        return f"{problem['code']}: {problem['detail']}", str(problem["remedy"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {status}", "–"
