"""What another node says, held against the chain: heads, entries, and who might sign what.

The chain has the truth of every log: root, size and manifest of each head. So the other node can leave things out, and
then this one stops there and says so, but it cannot show other things. Of the records each is judged as a verifier
would: form, signature, and the key's window in the block of its first head.
"""

from __future__ import annotations

from bisect import bisect_right
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from node.auth.tiers import COORDINATOR
from protocol.bundle_model import BundleRecord
from protocol.checkpoint import format_vkey, parse_checkpoint
from protocol.checks.authority import acted_for, author_of, check_signers
from protocol.checks.credentials import Sound, read_records
from protocol.checks.log import hash_of
from protocol.checks.snapshot_view import read_head, read_key, roles_at
from protocol.checks.view import ChainView
from protocol.criterion_life import COORDINATED
from protocol.errors import LogError
from protocol.hashing import log_id, sha256
from protocol.heads import parse_affected, parse_manifest
from protocol.keys import PublicKey
from protocol.merkle import root_from_nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from node.log.tree import LogTree
    from node.mirror.peer import PeerClient
    from protocol.bundle_model import BundleHead
    from protocol.registry_state import Question

    Facts = Mapping[Question, list[Any]]
    _Anchored = tuple[BundleHead, bytes]

# Records of one piece, if the heads are not larger; and how many are asked for at the same time.
_MOST_AT_ONCE = 2_000
_ASKED_AT_ONCE = 4


@dataclass(frozen=True)
class Chain:
    """The chain as of a block that counts as confirmed."""

    chain_id: int
    contract: bytes
    block: int
    facts: Facts


@dataclass(frozen=True)
class Batch:
    """What is new in a log: heads with their hashes, digests of all leaves, and the records that hold.

    `first` is the index of the first leaf. `refused` are digests of records that were not shown or do not hold.
    `blocks` are manifest and affected list of the last head, there with its checkpoint.
    """

    heads: tuple[_Anchored, ...]
    first: int
    digests: tuple[bytes, ...]
    records: tuple[tuple[Sound, bytes, int], ...]
    refused: tuple[bytes, ...]
    blocks: tuple[bytes, bytes] | None


def read_new(
    peer: PeerClient, chain: Chain, log: bytes, last: tuple[int, int], tree: LogTree
) -> Batch | str | None:
    """Read what a log got after its head `last` (seq, size), `tree` being over its leaves; None if nothing is new.

    The checkpoint alone, if it is of that very head: witnesses may have signed it since. LogError PEER_LOG_UNKNOWN,
    PEER_HEAD_OTHER, PEER_ENTRIES_WRONG, PEER_ANSWER_WRONG, CHECKPOINT_*; ChainError PEER_UNREACHABLE.
    """
    shown = peer.checkpoint()
    if shown is None:
        return None
    note, origin = shown
    known = chain.facts.get(("log", log.hex()))
    if log_id(origin) != log or known is None:
        raise LogError("PEER_LOG_UNKNOWN", "/checkpoint", peer=peer.url, origin=origin[:200])
    stated = parse_checkpoint(note, format_vkey(origin, PublicKey("EdDSA", bytes.fromhex(known[0]))))
    seq, size = last
    if stated.size <= size:
        return note if stated.size == size and stated.root == root_from_nodes(tree.node, size) else None
    heads = list(_on_chain(chain, peer, peer.heads(log, origin, seq, stated.size)))
    if not heads or heads[-1][0].size != stated.size:
        return None  # mined, and not yet confirmed here: the next round reads it
    heads = _first_of(heads, size)
    newest, hashed = heads[-1]
    if newest.size == stated.size:
        newest = replace(newest, checkpoint=note)
    digests = tuple(peer.entries(size, newest.size))
    grown = tree.copy()
    grown.extend(size, digests)
    if root_from_nodes(grown.node, newest.size) != newest.root:
        raise LogError("PEER_ENTRIES_WRONG", "/tile/entries", peer=peer.url, seq=newest.seq)
    records = _records(peer, chain, heads, size, digests)
    held = {sound.record.digest for sound, _, _ in records}
    return Batch(
        heads=(*heads[:-1], (newest, hashed)),
        first=size,
        digests=digests,
        records=tuple(records),
        refused=tuple(digest for digest in digests if digest not in held),
        blocks=_blocks(peer, newest) if newest.checkpoint else None,
    )


def _first_of(heads: list[_Anchored], size: int) -> list[_Anchored]:
    """As many heads as are read at once, one at least: a long log is copied piece by piece."""
    kept = [each for each in heads if each[0].size - size <= _MOST_AT_ONCE]
    return kept or heads[:1]


def _on_chain(chain: Chain, peer: PeerClient, heads: Iterator[BundleHead]) -> Iterator[_Anchored]:
    """The heads that the chain has, each with its hash there, up to the first that is not yet confirmed."""
    for head in heads:
        fact = chain.facts.get(("head", head.log.hex(), head.seq))
        if fact is None:
            return
        hashed = hash_of(head, chain.chain_id, chain.contract)
        if hashed.hex() != fact[0]:
            raise LogError("PEER_HEAD_OTHER", "/heads", peer=peer.url, seq=head.seq)
        yield replace(head, block=int(fact[4]), transaction=str(fact[5])), hashed


def _records(
    peer: PeerClient,
    chain: Chain,
    heads: Sequence[_Anchored],
    first: int,
    digests: Sequence[bytes],
) -> list[tuple[Sound, bytes, int]]:
    """The records that are shown and hold, with their author and his roles in the block of their head."""
    with ThreadPoolExecutor(_ASKED_AT_ONCE) as pool:
        tokens = list(pool.map(peer.record, digests))
    sizes = [head.size for head, _ in heads]
    placed = (
        (token, index, heads[bisect_right(sizes, index)][0]) for index, token in enumerate(tokens, first)
    )
    sound, _ = read_records(
        BundleRecord(token, head.log, index, head.seq) for token, index, head in placed if token is not None
    )
    authors = {
        bytes.fromhex(str(key)): bytes.fromhex(str(party)) for kind, party, key in _named(chain, "key")
    }
    parties = {each.record.digest: author_of(each.record, authors) for each in sound}
    view = _view(chain, heads, sound, {party for party in parties.values() if party})
    wrong = {found.place for found in check_signers(sound, authors, view) if found.severity != "notice"}
    held: list[tuple[Sound, bytes, int]] = []
    for each in sound:
        party, block = parties[each.record.digest], view.heads[each.entry.log, each.entry.head].block  # type: ignore[index]
        if each.record.kind in COORDINATED:
            if each.record.key.key_id in view.coordinators:
                held.append((each, COORDINATOR, 0))
        elif party is not None and each.record.digest.hex() not in wrong:
            held.append((each, party, view.roles.get((party, block), 0)))
    return held


def _view(chain: Chain, heads: Sequence[_Anchored], sound: Sequence[Sound], parties: set[bytes]) -> ChainView:
    """The chain's answers as the checks take them."""
    facts = chain.facts
    found = {(head.log, head.seq): read_head(facts["head", head.log.hex(), head.seq]) for head, _ in heads}
    blocks = {head.block for head in found.values()}
    principals = {party for each in sound if (party := acted_for(each.record)) is not None}
    return ChainView(
        chain_id=chain.chain_id,
        genesis="",
        latest=chain.block,
        code_hashes={},
        log_keys={},
        log_seqs={},
        heads=found,
        keys={
            (bytes.fromhex(str(party)), bytes.fromhex(str(key))): read_key(facts[kind, party, key])
            for kind, party, key in _named(chain, "key")
        },
        coordinators=frozenset(bytes.fromhex(str(key)) for _, key in _named(chain, "coordinator")),
        roles={
            (party, block): roles_at(facts.get(("roles", party.hex())), block)
            for party in parties | principals
            for block in blocks
        },
    )


def _named(chain: Chain, kind: str) -> Iterator[tuple[str | int, ...]]:
    return (question for question in chain.facts if question[0] == kind)


def _blocks(peer: PeerClient, head: BundleHead) -> tuple[bytes, bytes]:
    manifest, affected = peer.blocks(head.seq)
    if sha256(manifest) != head.manifest:
        raise LogError("PEER_HEAD_OTHER", "/manifest", peer=peer.url, seq=head.seq)
    parse_affected(affected, parse_manifest(manifest))
    return manifest, affected
