"""The chain's answers out of a snapshot: which facts the checks need of it, and the view that these facts give.

Whoever makes evidence takes the same questions from here as whoever judges it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol.checks.authority import acted_for, author_of
from protocol.checks.view import ChainHead, ChainKey, ChainView
from protocol.errors import LogError
from protocol.hashing import passport_id
from protocol.passport import KIND
from protocol.roles import OPEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from protocol.bundle_model import Bundle
    from protocol.checks.credentials import Sound
    from protocol.passport_batch import BatchPlace
    from protocol.records import Record
    from protocol.registry_state import Question
    from protocol.snapshot import Snapshot

    Facts = Mapping[Question, list[Any] | None]
    Pair = tuple[bytes, bytes]

_ACTIVE = 1


def questions_of(bundle: Bundle, records: Iterable[Sound], memberships: Iterable[Record]) -> list[Question]:
    """What has to be known of the chain to judge a bundle, each question once, in order."""
    sound = list(records)
    authors = _authors(bundle)
    found: set[Question] = {("log", head.log.hex()) for head in bundle.heads}
    found |= {("head", head.log.hex(), head.seq) for head in bundle.heads}
    found |= {("key", key.participant.hex(), key.key_hash.hex()) for key in bundle.keys}
    found |= {("coordinator", record.key.key_id.hex()) for record in memberships}
    for each in sound:
        for party in _parties(each.record, authors):
            found.add(("roles", party.hex()))
        if author := author_of(each.record, authors):
            found.add(("key", author.hex(), each.record.key.key_id.hex()))
    for issuer, passport in _passports(sound, authors):
        found.add(("passport", issuer.hex(), passport.hex()))
    for issuer, place in _places(bundle, sound, authors):
        found |= set(_of_place(issuer, place))
    return sorted(found, key=lambda question: [str(part) for part in question])


def view_of(
    snapshot: Snapshot,
    facts: Facts,
    bundle: Bundle,
    records: Iterable[Sound],
    memberships: Iterable[Record],
) -> ChainView:
    """The view that a snapshot gives, `facts` answering all of `questions_of`; LogError SNAPSHOT_MALFORMED."""
    try:
        return _view(snapshot, facts, bundle, list(records), memberships)
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise LogError("SNAPSHOT_MALFORMED", "/snapshot/entries") from error


def _view(
    snapshot: Snapshot, facts: Facts, bundle: Bundle, sound: list[Sound], memberships: Iterable[Record]
) -> ChainView:
    authors = _authors(bundle)
    heads = {(head.log, head.seq): facts["head", head.log.hex(), head.seq] for head in bundle.heads}
    logs = {head.log: facts["log", head.log.hex()] for head in bundle.heads}
    blocks = {
        (party, heads[each.entry.log, each.entry.head][4])  # type: ignore[index]
        for each in sound
        if each.entry.log and each.entry.head and heads.get((each.entry.log, each.entry.head))
        for party in _parties(each.record, authors)
    }
    pairs = [question for question in facts if question[0] == "key"]
    return ChainView(
        chain_id=snapshot.chain_id,
        genesis=snapshot.genesis,
        latest=snapshot.block,
        code_hashes={name: pinned.code_hash for name, pinned in snapshot.contracts.items()},
        log_keys={log: bytes.fromhex(fact[0]) for log, fact in logs.items() if fact},
        log_seqs={log: int(fact[1]) for log, fact in logs.items() if fact},
        heads={place: read_head(fact) for place, fact in heads.items() if fact},
        keys={
            (bytes.fromhex(str(pair[1])), bytes.fromhex(str(pair[2]))): read_key(fact)
            for pair in pairs
            if (fact := facts[pair])
        },
        coordinators=frozenset(
            record.key.key_id
            for record in memberships
            if facts["coordinator", record.key.key_id.hex()] is not None
        ),
        roles={(party, block): roles_at(facts["roles", party.hex()], block) for party, block in blocks},
        passports=_registered(facts, bundle, sound, authors),
        transactions={str(fact[5]): int(fact[4]) for fact in heads.values() if fact},
    )


def _authors(bundle: Bundle) -> dict[bytes, bytes]:
    return {key.key_hash: key.participant for key in bundle.keys}


def _parties(record: Record, authors: dict[bytes, bytes]) -> Iterator[bytes]:
    """Whose roles a record turns on: its author's, and those of the one that it was signed for."""
    for party in (author_of(record, authors), acted_for(record)):
        if party is not None:
            yield party


def _passports(sound: Iterable[Sound], authors: dict[bytes, bytes]) -> Iterator[Pair]:
    for each in sound:
        if each.record.kind == KIND and (author := author_of(each.record, authors)):
            yield author, passport_id(each.record.subject["id"])


def _places(
    bundle: Bundle, sound: Iterable[Sound], authors: dict[bytes, bytes]
) -> Iterator[tuple[bytes, BatchPlace]]:
    """Places in batches with the issuer of the passport that stands there."""
    issuers = {
        (passport_id(each.record.subject["id"]), each.record.digest): author
        for each in sound
        if each.record.kind == KIND and (author := author_of(each.record, authors))
    }
    for place in bundle.batches:
        if issuer := issuers.get((place.passport, place.digest)):
            yield issuer, place


def _of_place(issuer: bytes, place: BatchPlace) -> tuple[Question, Question]:
    batch = ("batch", issuer.hex(), place.root.hex())
    return batch, ("item", issuer.hex(), place.root.hex(), place.passport.hex(), place.digest.hex())


def _registered(
    facts: Facts, bundle: Bundle, sound: list[Sound], authors: dict[bytes, bytes]
) -> dict[Pair, tuple[bytes, int]]:
    """Digest and status of each passport; a registration of its own goes before a batch (README §11)."""
    found: dict[Pair, tuple[bytes, int]] = {}
    for issuer, place in _places(bundle, sound, authors):
        batch, item = (facts[question] for question in _of_place(issuer, place))
        if batch is not None and batch[0] == place.count:
            found[issuer, place.passport] = (place.digest, int(item[0]) if item else _ACTIVE)
    for issuer, passport in _passports(sound, authors):
        single = facts["passport", issuer.hex(), passport.hex()]
        if single is not None:
            found[issuer, passport] = (bytes.fromhex(single[0]), int(single[1]))
    return found


def read_head(fact: list[Any]) -> ChainHead:
    """The head that a fact states."""
    hashed, root, size, manifest, block, _ = fact
    return ChainHead(
        bytes.fromhex(root), bytes.fromhex(hashed), bytes.fromhex(manifest), int(size), int(block)
    )


def read_key(fact: list[Any]) -> ChainKey:
    """The key that a fact states."""
    capabilities, start, end, disputed = fact
    return ChainKey(int(capabilities), int(start), OPEN if end is None else int(end), int(disputed or 0))


def roles_at(fact: list[Any] | None, block: int) -> int:
    """Roles at the end of a block, as `statusAt` on chain; 0 before admission and while not active."""
    before = [roles for since, roles in (fact[0] if fact else ()) if since <= block]
    return int(before[-1]) if before else 0
