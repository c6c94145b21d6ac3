"""Receipts: the log key's promise that a record will be in an anchored head (README §8).

Ed25519 is deterministic and the times are stored with the record, so the same record gets the same receipt,
from any process of the node. `issue` gives the very bytes of `protocol.receipt.issue_receipt` (a test holds
it to that) without reading the key and the header anew each time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from node.clock import instant
from protocol import base64url
from protocol.receipt import issue_receipt

if TYPE_CHECKING:
    from protocol.keys import PrivateKey


class ReceiptIssuer:
    """Signs receipts of one log; safe to use from several threads."""

    def __init__(self, origin: str, key: PrivateKey) -> None:
        self._origin = origin
        self._key = key
        # The header is the same on every receipt: taken from one that the protocol itself has written.
        self._head = issue_receipt(origin, bytes(32), instant(0), instant(0), key).partition(".")[0] + "."

    def issue(self, digest: bytes, received_at: int, promised_at: int) -> str:
        """The receipt of a record; times in milliseconds since 1970."""
        claims = {
            "iss": self._origin,
            "promise": instant(promised_at),
            "received": instant(received_at),
            "record": digest.hex(),
        }
        signed = self._head + base64url.encode(orjson.dumps(claims))
        return f"{signed}.{base64url.encode(self._key.sign(signed.encode('ascii')))}"
