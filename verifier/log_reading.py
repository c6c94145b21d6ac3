"""A whole log, read from a node: every entry as of the last anchored head, and the record behind each as far as shown.

Nothing is taken from the node's word: the entries have to give the root that the log signed, and every record its
entry. With a key that is registered at the node, records are shown at that key's tier.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protocol import merkle, tiles
from protocol.bundle_model import Bundle, BundleChain, BundleHead, BundleRecord
from protocol.checkpoint import Checkpoint, format_vkey, parse_checkpoint
from protocol.compact import sign_compact
from protocol.errors import ChainError, FilieraError, FormatError, LogError
from protocol.hashing import leaf_hash, log_id, record_digest
from protocol.keys import PublicKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import httpx

    from protocol.checks.view import Trust
    from protocol.keys import PrivateKey

PUBLIC = "public"
_SECONDS = 30.0
# A node serves its own database: more at once would only queue there.
_AT_ONCE = 6
_HEADS_AT_ONCE = 1_000


@dataclass(frozen=True)
class WholeLog:
    """Entries of the log in order, and the records that were shown; `head` is that of the checkpoint."""

    head: BundleHead
    digests: tuple[bytes, ...]
    records: tuple[BundleRecord, ...]
    missing: tuple[bytes, ...]
    tier: str

    def bundle(self, trust: Trust) -> Bundle:
        """The head alone, as evidence that the chain can be asked about."""
        known = trust.contracts
        chain = BundleChain(
            trust.chain_id,
            trust.genesis,
            *(known[name].address for name in ("participants", "anchors", "passports")),
        )
        return Bundle("", (), (self.head,), (), (), (), chain)


class NodeReader:
    """One node over HTTP. ChainError NODE_UNREACHABLE; FormatError NODE_REFUSED."""

    def __init__(self, address: str, client: httpx.Client) -> None:
        self._base = address.rstrip("/")
        self._client = client
        self.tier = PUBLIC

    def sign_in(self, key: PrivateKey) -> None:
        """Ask at the tier of a registered key from now on."""
        asked = json.loads(self._send("POST", "/auth/challenge", {"key": key.public.did}))
        claims = {"iss": key.public.did, "aud": str(asked["audience"]), "challenge": str(asked["challenge"])}
        given = json.loads(
            self._send("POST", "/auth/token", {"token": sign_compact(claims, key, "filiera-auth+jwt")})
        )
        self._client.headers["authorization"] = f"Bearer {given['token']}"
        self.tier = str(given["tier"])

    def read(self, trust: Trust) -> WholeLog:
        """Read everything as of the checkpoint; LogError AUDIT_ENTRIES_MISMATCH, CHECKPOINT_*, LOG_NOT_TRUSTED."""
        checkpoint = self._checkpoint(trust)
        head = self._head(checkpoint)
        digests = tuple(self._entries(checkpoint.size))
        if merkle.root([leaf_hash(each) for each in digests]) != checkpoint.root:
            raise LogError("AUDIT_ENTRIES_MISMATCH", "/tile/entries", shown=len(digests), seq=head.seq)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            tokens = list(pool.map(self._token, digests))
        records = tuple(
            BundleRecord(token, head.log, index, head.seq)
            for index, token in enumerate(tokens)
            if token is not None
        )
        missing = tuple(digest for digest, token in zip(digests, tokens, strict=True) if token is None)
        return WholeLog(head, digests, records, missing, self.tier)

    def _checkpoint(self, trust: Trust) -> Checkpoint:
        text = self._send("GET", "/checkpoint").decode("utf-8", "replace")
        origin = text.partition("\n")[0]
        key = trust.log_keys.get(origin)
        if key is None:
            raise FormatError("LOG_NOT_TRUSTED", "/checkpoint", origin=origin[:200])
        return parse_checkpoint(text, format_vkey(origin, PublicKey("EdDSA", key)))

    def _head(self, checkpoint: Checkpoint) -> BundleHead:
        """The anchored head of that size; what it says of the chain is the node's word, and the chain is asked."""
        after = 0
        while listed := json.loads(self._send("GET", f"/heads?after={after}&limit={_HEADS_AT_ONCE}")):
            for entry in listed:
                if entry["size"] == checkpoint.size:
                    return _head_from(entry, checkpoint)
            after = int(listed[-1]["seq"])
        raise LogError("AUDIT_ENTRIES_MISMATCH", "/heads", shown=0, seq=0)

    def _entries(self, size: int) -> Iterator[bytes]:
        for tile in tiles.entry_tiles(0, size):
            yield from tiles.parse_entry_bundle(self._send("GET", f"/tile/{tiles.format_tile_path(tile)}"))

    def _token(self, digest: bytes) -> str | None:
        """The record as it is shown; None if the node does not show it, or another one in its place."""
        try:
            token = self._send("GET", f"/events/{digest.hex()}").decode("ascii")
        except (FormatError, UnicodeDecodeError):
            return None
        return token if record_digest(token.partition("~")[0]) == digest else None

    def _send(self, method: str, path: str, body: dict[str, str] | None = None) -> bytes:
        import httpx  # noqa: PLC0415 - not on the way of an offline check

        address = self._base + path
        try:
            answer = self._client.request(method, address, json=body, timeout=_SECONDS)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ChainError(
                "NODE_UNREACHABLE", address, node=self._base, reason=type(error).__name__
            ) from error
        if answer.status_code >= 400:  # noqa: PLR2004 - HTTP
            raise FormatError("NODE_REFUSED", address, reason=f"HTTP {answer.status_code}", advice="–")
        return answer.content


def read_whole(address: str, trust: Trust, key: PrivateKey | None) -> WholeLog:
    """Read a node's log; with `key`, at the tier of its participant."""
    import httpx  # noqa: PLC0415

    with httpx.Client() as client:
        reader = NodeReader(address, client)
        try:
            if key is not None:
                reader.sign_in(key)
            return reader.read(trust)
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, FilieraError):
                raise
            raise FormatError("NODE_REFUSED", address, reason=type(error).__name__, advice="–") from error


def _head_from(entry: dict[str, Any], checkpoint: Checkpoint) -> BundleHead:
    place = entry["chain"]
    return BundleHead(
        log=log_id(checkpoint.origin),
        origin=checkpoint.origin,
        seq=int(entry["seq"]),
        prev=bytes.fromhex(entry["prev"]),
        root=checkpoint.root,
        size=checkpoint.size,
        manifest=bytes.fromhex(entry["manifest"]),
        block=int(place["block"] or 0),
        transaction=str(place["transaction"] or ""),
    )


def records_of(bundles: Sequence[Bundle]) -> tuple[BundleRecord, ...]:
    """The records of several bundles, each token once."""
    found = {entry.token: entry for bundle in bundles for entry in bundle.records}
    return tuple(found[token] for token in sorted(found))
