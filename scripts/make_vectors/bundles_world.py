"""A consortium in memory from which the bundle vectors are taken: companies that sign, logs, a chain that remembers.

Everything is really signed and really in a tree; only the chain is played, by answering as an honest one would. Keys,
salts and ids are counted, so the same story gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from protocol import merkle
from protocol.bundle import Bundle, BundleAffected, BundleChain, BundleHead, BundleKey, build_bundle
from protocol.checkpoint import Checkpoint, sign_note
from protocol.checks.view import ChainHead, ChainKey, ChainView
from protocol.hashing import leaf_hash, log_id, passport_id, sha256
from protocol.heads import Head, affected_block, head_hash, manifest_block, order_leaves
from protocol.keys import private_key_from_secret
from protocol.passport_batch import Batch
from protocol.records import parse_record, restrict
from protocol.roles import OPEN, bits_of
from scripts.make_vectors.bundles_company import Company, Signed, seeded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from protocol.disclosure import Tier

MAIN, SECOND = "log.example/main", "log.example/second"
CHAIN = BundleChain(31337, "0x" + "9" * 64, "0x" + "a" * 40, "0x" + "b" * 40, "0x" + "c" * 40)
CONTRACTS = ("participants", "anchors", "passports")
CODES = {name: "0x" + sha256(f"code of {name}".encode()).hex() for name in CONTRACTS}
FIRST_BLOCK = 10
BLOCKS_AFTER = 20
ACTIVE = 1


@dataclass
class Log:
    """One operator's log with all its heads; what `build_bundle` asks of a log is answered by `World`."""

    origin: str
    heads: list[BundleHead] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    indices: dict[bytes, int] = field(default_factory=dict)
    affected: list[bytes] = field(default_factory=list)
    blocks: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)

    @property
    def id(self) -> bytes:
        return log_id(self.origin)

    def append(self, records: Sequence[Signed], block: int) -> None:
        """Anchor the next head over these records."""
        key = log_key(self.origin)
        prev = hash_of(self.heads[-1]) if self.heads else bytes(32)
        for digest in order_leaves(prev, [record.digest for record in records]):
            self.indices[digest] = len(self.leaves)
            self.leaves.append(leaf_hash(digest))
        named = (record.subject.get("filiera:corrects", {}).get("digest") for record in records)
        self.affected += [bytes.fromhex(each) for each in named if each]
        manifest = manifest_block([record.digest for record in records], self.affected)
        seq, root = len(self.heads) + 1, merkle.root(self.leaves)
        self.blocks[seq] = (manifest, affected_block(self.affected))
        note = sign_note(Checkpoint(self.origin, len(self.leaves), root), key)
        transaction = "0x" + sha256(f"{self.origin} {seq}".encode()).hex()
        self.heads.append(
            BundleHead(
                self.id,
                self.origin,
                seq,
                prev,
                root,
                len(self.leaves),
                sha256(manifest),
                block,
                transaction,
                note,
            )
        )


@dataclass
class World:
    """The whole consortium. A vector is `bundle(target)` with `view(bundle)` and the one trust file."""

    companies: list[Company] = field(default_factory=list)
    records: list[tuple[Signed, str]] = field(default_factory=list)
    logs: dict[str, Log] = field(default_factory=dict)
    memberships: list[Signed] = field(default_factory=list)
    # (issuer, passport id) → record digest and status; batches: roots with what they hold, status by item.
    passports: dict[tuple[bytes, bytes], tuple[bytes, int]] = field(default_factory=dict)
    batches: list[tuple[bytes, Batch]] = field(default_factory=list)
    block: int = FIRST_BLOCK
    # The time of all blocks, Unix seconds; 0: the chain's answer does not say.
    clock: int = 0

    def company(self, name: str, *roles: str, alg: str = "ES256") -> Company:
        """Admit a company; a supplier unless said otherwise."""
        found = Company(name, roles or ("supplier",), alg)
        self.companies.append(found)
        return found

    def head(
        self, *records: Signed, log: str = MAIN, affected: Iterable[Signed] = (), shown: bool = True
    ) -> None:
        """Put records into the next head of a log, one block later.

        `affected` are named by findings; what is not `shown` is left out of the bundle.
        """
        found = self.logs.setdefault(log, Log(log))
        found.affected += [each.digest for each in affected]
        self.block += 1
        found.append(records, self.block)
        if shown:
            self.records += [(record, log) for record in records]

    def waiting(self, *records: Signed) -> None:
        """Records that the node has received and no head includes yet."""
        self.records += [(record, "") for record in records]

    def register(self, *passports: Signed, status: int = ACTIVE, batch: bool = False) -> None:
        """Register passports on the ledger, each by itself or all under one root."""
        named = [
            (each.subject["filiera:participant"], passport_id(each.subject["id"]), each) for each in passports
        ]
        if batch:
            root = Batch([(name, each.digest) for _, name, each in named])
            self.batches.append((bytes.fromhex(named[0][0]), root))
            return
        for issuer, name, each in named:
            self.passports[bytes.fromhex(issuer), name] = (each.digest, status)

    def bundle(self, target: str, tier: Tier | None = None) -> Bundle:
        """The evidence as an honest node exports it to a reader of a tier (None: all that was disclosed)."""
        placed = [
            (
                _token(record, tier),
                log_id(log or MAIN),
                self.logs[log].indices[record.digest] if log else None,
            )
            for record, log in self.records
        ]
        places = [batch.place(name) for _, batch in self.batches for name in self._wanted(batch, target)]
        keys = [
            BundleKey(
                company.id,
                company.key.public.key_id,
                company.window.from_block,
                _end(company.window),
                company.window.disputed_from or None,
            )
            for company in self.companies
        ]
        tokens = [_token(each, tier) for each in self.memberships]
        return build_bundle(target, placed, self, CHAIN, keys=keys, memberships=tokens, batches=places)

    def view(self, bundle: Bundle) -> ChainView:
        """What an honest chain answers to a verifier that asks about this bundle (verifier/chain.py)."""
        heads = [
            head
            for log in self.logs.values()
            for head in log.heads
            if any((head.log, head.seq) == (each.log, each.seq) for each in bundle.heads)
        ]
        blocks = {head.block for head in heads}
        placed = {(place.passport, place.digest) for place in bundle.batches}
        items = {
            (issuer, name): (digest, ACTIVE)
            for issuer, batch in self.batches
            for name, digest in batch.items
            if (name, digest) in placed
        }
        return ChainView(
            chain_id=CHAIN.chain_id,
            genesis=CHAIN.genesis,
            latest=self.block + BLOCKS_AFTER,
            code_hashes=CODES,
            log_keys={log.id: log_key(log.origin).public.raw for log in self.logs.values()},
            log_seqs={log.id: len(log.heads) for log in self.logs.values()},
            heads={
                (head.log, head.seq): ChainHead(
                    head.root, hash_of(head), head.manifest, head.size, head.block, self.clock
                )
                for head in heads
            },
            keys={(each.id, each.key.public.key_id): each.window for each in self.companies},
            coordinators=frozenset({COORDINATOR.key.public.key_id}),
            roles={
                (each.id, block): each.bits_at(block) or bits_of(each.roles)
                for each in self.companies
                for block in blocks
                if each.bits_at(block) != 0
            },
            passports=items | self.passports,
            transactions={head.transaction: head.block for head in heads},
        )

    def member(self, company: Company, **changes: Any) -> None:
        """The coordinator's word on a company; `changes` replace members of the subject."""
        self.memberships.append(COORDINATOR.vouch(company, **changes))

    # What `build_bundle` asks (protocol.bundle_model.LogSource).
    def head_covering(self, log: bytes, index: int) -> BundleHead | None:
        seq = next((head.seq for head in self._log(log).heads if head.size > index), None)
        return None if seq is None else self.head_at(log, seq)

    def head_at(self, log: bytes, seq: int) -> BundleHead:
        heads = self._log(log).heads
        head = heads[seq - 1]
        return head if seq == len(heads) else replace(head, checkpoint="")

    def newest_head(self, log: bytes) -> BundleHead:
        return self._log(log).heads[-1]

    def inclusion(self, log: bytes, index: int, size: int) -> Sequence[bytes]:
        return merkle.inclusion_proof(self._log(log).leaves[:size], index)

    def consistency(self, log: bytes, size1: int, size2: int) -> Sequence[bytes]:
        return merkle.consistency_proof(self._log(log).leaves[:size2], size1)

    def affected(self, log: bytes, seq: int) -> BundleAffected:
        return BundleAffected(log, seq, *self._log(log).blocks[seq])

    def _log(self, log: bytes) -> Log:
        return next(found for found in self.logs.values() if found.id == log)

    def _wanted(self, batch: Batch, target: str) -> list[bytes]:
        """The passports of a batch that are about the target."""
        about = {
            passport_id(record.subject["id"]): record.digest
            for record, _ in self.records
            if target in {record.subject.get("item"), record.subject.get("lot"), record.subject.get("id")}
        }
        return [name for name, digest in batch.items if about.get(name) == digest]


def log_key(origin: str) -> Any:
    """The Ed25519 key of a log."""
    return private_key_from_secret("EdDSA", seeded("log", origin))


def hash_of(head: BundleHead) -> bytes:
    """The head's hash on the played chain."""
    fields = Head(head.log, head.seq, head.prev, head.root, head.size, head.manifest)
    return head_hash(fields, CHAIN.chain_id, bytes.fromhex(CHAIN.anchors[2:]))


def trust() -> dict[str, Any]:
    """The one trust file: the played chain and both logs."""
    return {
        "format": "filiera-trust/1",
        "chainId": CHAIN.chain_id,
        "genesis": CHAIN.genesis,
        **{name: {"address": getattr(CHAIN, name), "codeHash": CODES[name]} for name in CONTRACTS},
        "logs": [{"origin": origin, "logKey": log_key(origin).public.raw.hex()} for origin in (MAIN, SECOND)],
        "witnesses": [],
        "confirmations": 1,
    }


def _end(window: ChainKey) -> int | None:
    return None if window.to_block == OPEN else window.to_block


def _token(record: Signed, tier: Tier | None) -> str:
    return record.token if tier is None else restrict(parse_record(record.token), tier)


COORDINATOR = Company("coordinator", ("coordinator",), "ES256")
