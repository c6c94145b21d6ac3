"""The hashes of the written format (README §3, §8, §10, §11). Pure; all results are 32 bytes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_GRAPH_TAG = b"filiera-graph/1"


def sha256(data: bytes) -> bytes:
    """SHA-256 of `data`."""
    return hashlib.sha256(data).digest()


def record_digest(jwt: str) -> bytes:
    """Digest of an issuer-signed compact JWT without disclosures (README §3)."""
    return sha256(jwt.encode("ascii"))


def leaf_hash(digest: bytes) -> bytes:
    """Leaf of the log for a record digest (RFC 9162 §2.1.1)."""
    return sha256(b"\x00" + digest)


def node_hash(left: bytes, right: bytes) -> bytes:
    """Inner node over two hashes (RFC 9162 §2.1.1); the other prefix keeps a node from passing as a leaf."""
    return sha256(b"\x01" + left + right)


def graph_digest(digests: Iterable[bytes]) -> bytes:
    """Digest of a set of records: equal sets give equal digests, whatever the order or repetition (README §10)."""
    return sha256(_GRAPH_TAG + b"".join(sorted(set(digests))))


def log_id(origin: str) -> bytes:
    """Id of a log on the ledger, from its checkpoint's origin line without newline (README §8)."""
    return sha256(origin.encode("utf-8"))


def passport_id(uri: str) -> bytes:
    """Id of a passport on the ledger, from its canonical identifier URI (README §11)."""
    return sha256(uri.encode("utf-8"))
