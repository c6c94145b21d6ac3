"""Does each record stand where the bundle says: inclusion, first head, consistency, checkpoint, nothing kept back."""

from __future__ import annotations

import itertools
from contextlib import suppress
from typing import TYPE_CHECKING

from protocol import merkle
from protocol.checkpoint import format_vkey, parse_checkpoint
from protocol.errors import FilieraError
from protocol.hashing import leaf_hash, log_id, sha256
from protocol.heads import Head, head_hash, parse_affected, parse_manifest
from protocol.keys import PublicKey
from protocol.status_entries import KIND as STATUS_LIST
from protocol.verdict import Finding, finding, from_error

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from protocol.bundle_model import Bundle, BundleAffected, BundleHead
    from protocol.checks.credentials import Sound
    from protocol.checks.view import Trust
    from protocol.records import Record

INCLUSION, CONSISTENCY, CHECKPOINT, AFFECTED = "inclusion", "consistency", "checkpoint", "affected"


def check_inclusion(bundle: Bundle, records: Iterable[Sound]) -> Iterator[Finding]:
    """Every record is in its head, and in no earlier one; one without a head is pending."""
    for sound in records:
        entry, place = sound.entry, sound.record.digest.hex()
        if entry.log is None or entry.head is None or entry.index is None:
            yield finding(INCLUSION, "RECORD_PENDING", place)
            continue
        head = bundle.head(entry.log, entry.head)
        if head is None:
            yield finding(INCLUSION, "HEAD_MISSING", place, seq=entry.head)
            continue
        try:
            leaf = leaf_hash(sound.record.digest)
            merkle.verify_inclusion(leaf, entry.index, head.size, entry.proof, head.root)
        except FilieraError as error:
            yield from_error(INCLUSION, error, place)
        before = bundle.head(entry.log, entry.head - 1)
        if entry.head > 1 and (before is None or entry.index < before.size):
            yield finding(INCLUSION, "HEAD_NOT_FIRST", place, seq=entry.head)


def check_consistency(bundle: Bundle) -> Iterator[Finding]:
    """Every head extends the one before it in the bundle: nothing was rewritten in between."""
    proofs = {(each.log, each.first, each.second): each.proof for each in bundle.consistency}
    for first, second in itertools.pairwise(sorted(bundle.heads, key=lambda head: (head.log, head.seq))):
        if first.log != second.log:
            continue
        proof = proofs.pop((first.log, first.seq, second.seq), None)
        if proof is None:
            yield finding(
                CONSISTENCY, "HEAD_CONSISTENCY_MISSING", first.log.hex(), first=first.seq, second=second.seq
            )
            continue
        try:
            merkle.verify_consistency(first.size, first.root, second.size, second.root, proof)
        except FilieraError as error:
            yield from_error(CONSISTENCY, error, _name(second))
    for log, first_seq, _ in proofs:
        # A proof between heads that are not neighbours here proves nothing about what is here.
        yield finding(CONSISTENCY, "HEAD_MISSING", log.hex(), seq=first_seq)


def check_head_chain(bundle: Bundle, contract: bytes) -> Iterator[Finding]:
    """Where a head and its successor are both here, the successor names the hash of the first."""
    for head in bundle.heads:
        before = bundle.head(head.log, head.seq - 1)
        if head.seq == 1 and head.prev != bytes(32):
            yield finding(CONSISTENCY, "HEAD_PREVIOUS", _name(head), seq=head.seq)
        if before is not None and head.prev != hash_of(before, bundle.chain.chain_id, contract):
            yield finding(CONSISTENCY, "HEAD_PREVIOUS", _name(head), seq=head.seq)
        if log_id(head.origin) != head.log:
            yield finding(CHECKPOINT, "LOG_ORIGIN_MISMATCH", _name(head))


def check_checkpoints(bundle: Bundle, trust: Trust | None) -> Iterator[Finding]:
    """The newest head of each log is signed by the log, with the key that the trust file pins."""
    newest = {head.log: head.seq for head in bundle.newest()}
    for head in bundle.heads:
        key = trust.log_keys.get(head.origin) if trust else None
        if not head.checkpoint:
            if newest[head.log] == head.seq:
                yield finding(CHECKPOINT, "CHECKPOINT_MISSING", _name(head))
        elif trust is not None and key is None:
            yield finding(CHECKPOINT, "LOG_NOT_TRUSTED", _name(head), origin=head.origin)
        elif key is not None:
            yield from _checkpoint(head, key)


def check_affected(bundle: Bundle, records: Collection[Sound]) -> Iterator[Finding]:
    """The newest head's list of affected records is here, and whoever made one of ours affected is here too."""
    lists = {entry.log: entry for entry in bundle.affected}
    explained = _taken_back(records)
    doubted = _doubted(records, explained)
    for listed in bundle.affected:
        if bundle.head(listed.log, listed.seq) is None:  # a list of no head here would ride along unchecked
            yield finding(AFFECTED, "HEAD_MISSING", listed.log.hex(), seq=listed.seq)
    for head in bundle.newest():
        entry = lists.get(head.log)
        if entry is None or entry.seq != head.seq:
            yield finding(AFFECTED, "AFFECTED_MISSING", _name(head))
            continue
        try:
            affected = _list_of(head, entry)
        except FilieraError as error:
            yield from_error(AFFECTED, error, _name(head))
            continue
        for sound in records:
            digest = sound.record.digest
            if sound.record.kind == STATUS_LIST:
                continue  # replaced by a later version: `checks/status.py` asks for that one
            # In whichever log it stands: a correction may have gone to another node than what it corrects.
            if digest in affected and digest not in explained and not doubted & _named(sound):
                yield finding(AFFECTED, "RECORD_AFFECTED_WITHHELD", digest.hex())


def affected_of(bundle: Bundle) -> frozenset[bytes]:
    """Digests that the newest heads call affected, as far as their lists are here and whole."""
    found: set[bytes] = set()
    newest = {(head.log, head.seq): head for head in bundle.newest()}
    for entry in bundle.affected:
        head = newest.get((entry.log, entry.seq))
        with suppress(FilieraError):  # `check_affected` says what is wrong with it
            found |= _list_of(head, entry) if head is not None else set()
    return frozenset(found)


def hash_of(head: BundleHead, chain_id: int, contract: bytes) -> bytes:
    """The head's hash on one chain and contract."""
    fields = Head(head.log, head.seq, head.prev, head.root, head.size, head.manifest)
    return head_hash(fields, chain_id, contract)


def _checkpoint(head: BundleHead, key: bytes) -> Iterator[Finding]:
    try:
        stated = parse_checkpoint(head.checkpoint, format_vkey(head.origin, PublicKey("EdDSA", key)))
    except FilieraError as error:
        yield from_error(CHECKPOINT, error, _name(head))
        return
    if (stated.size, stated.root) != (head.size, head.root):
        yield finding(CHECKPOINT, "CHECKPOINT_MISMATCH", _name(head))


def _list_of(head: BundleHead, entry: BundleAffected) -> frozenset[bytes]:
    manifest = parse_manifest(entry.manifest)
    if sha256(entry.manifest) != head.manifest:
        raise FilieraError("MANIFEST_MISMATCH", seq=head.seq)
    return frozenset(parse_affected(entry.affected, manifest))


def _taken_back(records: Iterable[Sound]) -> set[bytes]:
    """Records that a correction in the evidence takes back: their own author's, naming id and digest (README §7).

    Another's "correction" changes nothing in the graph, so it must not stand in for the one that was left out.
    """
    known = {sound.record.digest.hex(): sound.record for sound in records}
    found = set()
    for correction in known.values():
        named = correction.subject.get("filiera:corrects", {})
        wrong = known.get(named.get("digest", ""))
        if wrong is not None and (wrong.id, _author(wrong)) == (named.get("id"), _author(correction)):
            found.add(wrong.digest)
    return found


def _author(record: Record) -> object:
    return record.subject.get("filiera:participant")


def _doubted(records: Iterable[Sound], taken_back: Collection[bytes]) -> set[str]:
    """Lots that a test or an inspection in the evidence calls non-conformant, and still does."""
    return {
        lot
        for sound in records
        if sound.record.subject.get("disposition") == "non_conformant"
        and "filiera:corrects" not in sound.record.subject
        and sound.record.digest not in taken_back
        for lot in _named(sound)
    }


def _named(sound: Sound) -> set[str]:
    found: set[str] = set()
    for name in ("quantityList", "outputQuantityList", "inputQuantityList"):
        found.update(entry["epcClass"] for entry in sound.record.subject.get(name, ()))
    for name in ("epcList", "outputEPCList"):
        found.update(sound.record.subject.get(name, ()))
    return found


def _name(head: BundleHead) -> str:
    return f"{head.origin}#{head.seq}"
