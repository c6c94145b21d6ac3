"""Does the chain bear it out: the right chain and contracts, the heads, and who might sign what when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.checks.log import hash_of
from protocol.criterion_life import ADOPTION, COMMENT, COMMENTATORS, COMPANIES, COORDINATED
from protocol.identifiers import PARTICIPANT_PREFIX
from protocol.roles import CAPTURE, OPEN, PASSPORT, ROLES, bits_of
from protocol.verdict import Finding, finding
from protocol.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from protocol.bundle_model import Bundle, BundleHead, BundleKey
    from protocol.checks.credentials import Sound
    from protocol.checks.view import ChainHead, ChainKey, ChainView, Trust
    from protocol.records import Record

CHAIN, AUTHORITY = "chain", "authority"
PASSPORT_KIND, EVENT_KIND = "DigitalProductPassport", "FilieraEvent"
# Roles of which a signer needs one, by kind of record; whatever else needs any role.
_WRITERS = {
    PASSPORT_KIND: ROLES["brand"] | ROLES["repairer"] | ROLES["recycler"],
    COMMENT: COMMENTATORS,
    ADOPTION: COMPANIES,
}


def check_chain(trust: Trust, view: ChainView) -> Iterator[Finding]:
    """It is the pinned chain, and the pinned programs stand at the pinned addresses."""
    if view.chain_id != trust.chain_id:
        yield finding(CHAIN, "CHAIN_OTHER", str(view.chain_id), what="chain id")
    if view.genesis != trust.genesis:
        yield finding(CHAIN, "CHAIN_OTHER", view.genesis, what="genesis")
    for name, pinned in sorted(trust.contracts.items()):
        if view.code_hashes.get(name) != pinned.code_hash:
            yield finding(CHAIN, "CONTRACT_OTHER", pinned.address, name=name)


def check_heads(bundle: Bundle, trust: Trust, view: ChainView) -> Iterator[Finding]:
    """Every head of the bundle is the one that the contract holds, deep enough under the newest block."""
    contract = bytes.fromhex(trust.contracts["anchors"].address[2:])
    for head in bundle.heads:
        place = f"{head.origin}#{head.seq}"
        found = view.heads.get((head.log, head.seq))
        if found is None:
            later = head.seq > view.log_seqs.get(head.log, 0)
            yield finding(
                CHAIN, "HEAD_NOT_YET_ON_CHAIN" if later else "HEAD_NOT_ON_CHAIN", place, seq=head.seq
            )
        elif not _same(head, found, hash_of(head, trust.chain_id, contract)):
            yield finding(CHAIN, "HEAD_NOT_ON_CHAIN", place, seq=head.seq)
        elif (depth := view.latest - found.block) < trust.confirmations:
            yield finding(
                CHAIN, "HEAD_UNCONFIRMED", place, seq=head.seq, depth=depth, wanted=trust.confirmations
            )
    for head in bundle.newest():
        if head.seq < view.log_seqs.get(head.log, 0):  # a correction may have come since
            place = f"{head.origin}#{head.seq}"
            yield finding(CHAIN, "EVIDENCE_AS_OF_HEAD", place, seq=head.seq, newest=view.log_seqs[head.log])


def check_stated(bundle: Bundle, trust: Trust, view: ChainView, *, inside: bool) -> Iterator[Finding]:
    """What the bundle says about the chain is what the chain says: nothing in it rides along unchecked.

    `inside`: the view is that of the bundle's own snapshot.
    """
    stated = bundle.chain
    said = {"participants": stated.participants, "anchors": stated.anchors, "passports": stated.passports}
    differs = stated.chain_id != trust.chain_id or stated.genesis != trust.genesis
    if differs or any(said[name] != pinned.address for name, pinned in trust.contracts.items()):
        yield finding(CHAIN, "BUNDLE_CHAIN_MISMATCH", "/chain")
    for head in bundle.heads:
        place, found = f"{head.origin}#{head.seq}", view.heads.get((head.log, head.seq))
        if found is not None and (head.block, view.transactions.get(head.transaction)) != (
            found.block,
            found.block,
        ):
            yield finding(CHAIN, "BUNDLE_CHAIN_MISMATCH", place)
    as_of = view.latest if inside else max((found.block for found in view.heads.values()), default=0)
    for key in bundle.keys:
        code = _key_said(key, view.keys.get((key.participant, key.key_hash)), as_of)
        if code is not None:
            yield finding(CHAIN, code, key.key_hash.hex())


def _key_said(said: BundleKey, known: ChainKey | None, as_of: int) -> str | None:
    """Return what is to be said of a stated window; None if it is the chain's.

    The contract only ever shortens a window, and never into the past, so what it had closed by the newest head of the
    file or its snapshot, block `as_of`, the file had to know. A dispute may come at any time.
    """
    if known is None or said.from_block != known.from_block:
        return "BUNDLE_CHAIN_MISMATCH"
    end, disputed = OPEN if said.to_block is None else said.to_block, said.disputed_from or OPEN
    now_disputed = known.disputed_from or OPEN
    if (end, disputed) == (known.to_block, now_disputed):
        return None
    shortened = end == known.to_block or end > known.to_block > as_of
    return "KEY_CHANGED_SINCE" if shortened and disputed >= now_disputed else "BUNDLE_CHAIN_MISMATCH"


def check_signers(
    records: Iterable[Sound], authors: dict[bytes, bytes], view: ChainView
) -> Iterator[Finding]:
    """Each record's key was valid, able, and its participant active with a role, in the block of its first head."""
    for sound in records:
        record, entry = sound.record, sound.entry
        participant = author_of(record, authors)
        head = view.heads.get((entry.log, entry.head)) if entry.log and entry.head else None
        if head is None or record.kind in COORDINATED:
            continue  # pending, or the head itself is not on the chain: said elsewhere
        place = record.digest.hex()
        if participant is None:
            yield finding(AUTHORITY, "PARTICIPANT_NOT_NAMED", place)
            continue
        key = view.keys.get((participant, record.key.key_id))
        if key is None:
            yield finding(AUTHORITY, "KEY_NOT_ON_CHAIN", place)
            continue
        yield from _window(record, key, head.block)
        other = acted_for(record)
        if other is not None and view.roles.get((other, head.block), 0):
            yield finding(AUTHORITY, "ON_BEHALF_OF_MEMBER", place)
        yield from _roles(record, view.roles.get((participant, head.block), 0), head.block)


def check_memberships(memberships: Iterable[Record], view: ChainView) -> Iterator[Finding]:
    """Names count if a coordinator signed them."""
    for record in memberships:
        if record.key.key_id not in view.coordinators:
            yield finding(AUTHORITY, "MEMBERSHIP_NOT_BY_COORDINATOR", record.digest.hex())


def author_of(record: Record, authors: dict[bytes, bytes]) -> bytes | None:
    """The participant that a record names, else the one whose key the source says it is (the chain decides)."""
    named = record.subject.get("filiera:participant")
    if isinstance(named, str):
        return bytes.fromhex(named)
    return authors.get(record.key.key_id)


def acted_for(record: Record) -> bytes | None:
    """The participant on whose behalf a record was signed; None if it is nobody's, withheld, or no participant's."""
    party = record.subject.get("filiera:onBehalfOf", {}).get("party")
    named = isinstance(party, str) and party.startswith(PARTICIPANT_PREFIX)
    return bytes.fromhex(party.removeprefix(PARTICIPANT_PREFIX)) if named else None


def _same(head: BundleHead, found: ChainHead, hashed: bytes) -> bool:
    return (head.root, head.size, head.manifest, hashed) == (
        found.root,
        found.size,
        found.manifest,
        found.head_hash,
    )


def _window(record: Record, key: ChainKey, block: int) -> Iterator[Finding]:
    place = record.digest.hex()
    if not key.from_block <= block < key.to_block:
        closed = "–" if key.to_block == OPEN else key.to_block
        yield finding(
            AUTHORITY, "KEY_OUTSIDE_WINDOW", place, block=block, opened=key.from_block, closed=closed
        )
    if key.disputed_from and block >= key.disputed_from:
        yield finding(AUTHORITY, "KEY_DISPUTED_LATER", place, block=key.disputed_from)
    wanted = PASSPORT if record.kind == PASSPORT_KIND else CAPTURE
    if key.capabilities & wanted != wanted:
        yield finding(AUTHORITY, "KEY_CAPABILITY", place)


def _roles(record: Record, roles: int, block: int) -> Iterator[Finding]:
    place = record.digest.hex()
    if not roles:
        yield finding(AUTHORITY, "PARTICIPANT_NOT_ACTIVE", place, block=block)
        return
    act = record.subject.get("filiera:act", "")
    if record.kind == EVENT_KIND:
        names = vocabulary("acts")["acts"].get(act, {}).get("roles", ())
        wanted = bits_of(names)
    else:
        wanted = _WRITERS.get(record.kind, 0)
    if wanted and not roles & wanted:
        yield finding(AUTHORITY, "PARTICIPANT_ROLE", place, act=act or record.kind, block=block)
