"""The one-file proof: build, serialise, parse (README §12).

The file is strict JSON with its own limits, names in RFC 8785 order, lists sorted, one newline at the end. Parsing
refuses every other spelling of the same content (`BUNDLE_NOT_CANONICAL`): equal evidence has equal bytes, and an
altered byte is either seen here or by the check of the proof it belongs to. Parsing proves nothing about the evidence.
"""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from protocol.bundle_form import bundle_from_json, bundle_to_json
from protocol.bundle_model import (
    Bundle,
    BundleAffected,
    BundleChain,
    BundleConsistency,
    BundleHead,
    BundleKey,
    BundleRecord,
    LogSource,
)
from protocol.errors import FormatError
from protocol.limits import Limits
from protocol.strict_json import dump_json, parse_json, write_again

if TYPE_CHECKING:
    from collections.abc import Iterable

    from protocol.passport_batch import BatchPlace

__all__ = [
    "BUNDLE_FORMAT",
    "BUNDLE_LIMITS",
    "Bundle",
    "BundleAffected",
    "BundleChain",
    "BundleConsistency",
    "BundleHead",
    "BundleKey",
    "BundleRecord",
    "LogSource",
    "build_bundle",
    "parse_bundle",
    "serialise",
]

BUNDLE_FORMAT = "filiera-bundle/1"
# A garment's evidence is a few hundred kilobytes; the limits keep a hostile file from filling a phone's memory.
# The longest string is a manifest of 1 MiB in base64url.
BUNDLE_LIMITS = Limits(max_bytes=64 * 1024 * 1024, max_depth=8, max_items=2_000_000, max_string=1_500_000)


def build_bundle(
    target: str,
    records: Iterable[tuple[str, bytes, int | None]],
    source: LogSource,
    chain: BundleChain,
    *,
    keys: Iterable[BundleKey] = (),
    memberships: Iterable[str] = (),
    batches: Iterable[BatchPlace] = (),
) -> Bundle:
    """Gather the evidence about `target`.

    `records` are (token, log id, leaf index or None while unsequenced); tokens with the disclosures that the reader may
    have. Records that no head covers yet stay *received*. Everything else is asked from `source`.
    """
    placed = [_place(token, log, index, source) for token, log, index in records]
    heads = _needed_heads(placed, source)
    newest = {log: max(seq for other, seq in heads if other == log) for log, _ in heads}
    return Bundle(
        target=target,
        records=tuple(sorted(placed, key=record_order)),
        heads=tuple(heads[place] for place in sorted(heads)),
        consistency=tuple(_consistency(heads, source)),
        affected=tuple(found for log, seq in sorted(newest.items()) if (found := source.affected(log, seq))),
        keys=tuple(sorted(set(keys), key=key_order)),
        chain=_one_spelling(chain),
        memberships=tuple(sorted(set(memberships), key=token_order)),
        batches=tuple(sorted(set(batches), key=place_order)),
    )


def serialise(bundle: Bundle) -> bytes:
    """Return the file's bytes; the same bundle always gives the same bytes."""
    return dump_json(bundle_to_json(bundle, BUNDLE_FORMAT)) + b"\n"


def parse_bundle(data: bytes) -> Bundle:
    """Read a `.filiera` file; FormatError if it is not exactly one canonical bundle within the limits."""
    value: Any = parse_json(data.removesuffix(b"\n"), BUNDLE_LIMITS)
    if not isinstance(value, dict) or value.get("format") != BUNDLE_FORMAT:
        raise FormatError("BUNDLE_VERSION_UNKNOWN", "/format")
    bundle = bundle_from_json(value)
    _ensure_sorted(bundle)
    if write_again(bundle_to_json(bundle, BUNDLE_FORMAT)) + b"\n" != data:
        raise FormatError("BUNDLE_NOT_CANONICAL")
    return bundle


def _one_spelling(chain: BundleChain) -> BundleChain:
    """Return the chain's addresses in lower case: check-summed spelling carries nothing that the bundle needs."""
    names = ("genesis", "participants", "anchors", "passports")
    return replace(chain, **{name: getattr(chain, name).lower() for name in names})


def token_order(token: str) -> bytes:
    """Sort key of a token: its record digest (README §3), so that disclosures do not move it."""
    return hashlib.sha256(token.partition("~")[0].encode()).digest()


def record_order(record: BundleRecord) -> bytes:
    """Sort key of a record."""
    return token_order(record.token)


def key_order(key: BundleKey) -> tuple[bytes, bytes, int]:
    """Sort key of a key window."""
    return (key.participant, key.key_hash, key.from_block)


def place_order(place: BatchPlace) -> tuple[bytes, bytes]:
    """Sort key of a place in a batch of passports."""
    return (place.passport, place.root)


def _place(token: str, log: bytes, index: int | None, source: LogSource) -> BundleRecord:
    head = None if index is None else source.head_covering(log, index)
    if head is None or index is None:
        return BundleRecord(token)
    return BundleRecord(token, log, index, head.seq, tuple(source.inclusion(log, index, head.size)))


def _needed_heads(records: Iterable[BundleRecord], source: LogSource) -> dict[tuple[bytes, int], BundleHead]:
    """Return the first head of each record, the head before it (its size proves "first"), and the newest."""
    heads: dict[tuple[bytes, int], BundleHead] = {}
    for log, seq in {(record.log, record.head) for record in records if record.log and record.head}:
        for needed in (seq, seq - 1):
            if needed and (log, needed) not in heads:
                heads[log, needed] = source.head_at(log, needed)
    for log in {log for log, _ in heads}:
        newest = source.newest_head(log)
        heads[log, newest.seq] = newest
    return heads


def _consistency(
    heads: dict[tuple[bytes, int], BundleHead], source: LogSource
) -> Iterable[BundleConsistency]:
    """Return a proof from each head to the next one in the bundle, so that the newest vouches for all."""
    ordered = [heads[place] for place in sorted(heads)]
    for first, second in itertools.pairwise(ordered):
        if first.log == second.log:
            proof = tuple(source.consistency(first.log, first.size, second.size))
            yield BundleConsistency(first.log, first.seq, second.seq, proof)


def _ensure_sorted(bundle: Bundle) -> None:
    """Refuse lists out of order or with repetitions: a second entry of the same name could contradict the first."""
    named: dict[str, list[Any]] = {
        "records": [record_order(record) for record in bundle.records],
        "heads": [(head.log, head.seq) for head in bundle.heads],
        "consistency": [(proof.log, proof.first) for proof in bundle.consistency],
        "affected": [entry.log for entry in bundle.affected],
        "keys": [key_order(key) for key in bundle.keys],
        "memberships": [token_order(token) for token in bundle.memberships],
        "batches": [place_order(place) for place in bundle.batches],
        "snapshot/entries": [each.index for each in bundle.snapshot.entries] if bundle.snapshot else [],
    }
    for name, order in named.items():
        if any(not left < right for left, right in itertools.pairwise(order)):
            raise FormatError("BUNDLE_NOT_CANONICAL", f"/{name}")
