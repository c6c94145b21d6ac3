"""A small supply network in memory: really signed records, a real tree, heads, checkpoints, and a chain that holds them.

Everything but the chain is made by the product's own functions; the chain is a `ChainView` filled in as an honest chain
would answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from protocol import merkle
from protocol.bundle import Bundle, BundleAffected, BundleChain, BundleHead, BundleKey, build_bundle
from protocol.checkpoint import Checkpoint, sign_note
from protocol.checks.credentials import read_memberships, read_records
from protocol.checks.view import ChainHead, ChainKey, ChainView, Pinned, Trust
from protocol.hashing import leaf_hash, log_id, sha256
from protocol.heads import Head, affected_block, head_hash, manifest_block, order_leaves
from protocol.keys import private_key_from_secret
from protocol.roles import OPEN
from tests.support.makers import Maker, lot, seeded
from verifier.verify import Result, verify

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from protocol.audit import Audit
    from protocol.records import Record

ORIGIN = "log.example/simulated"
LOG = log_id(ORIGIN)
LOG_KEY = private_key_from_secret("EdDSA", seeded("simulated log"))
ANCHORS = "0x" + "b" * 40
CHAIN = BundleChain(31337, "0x" + "9" * 64, "0x" + "a" * 40, ANCHORS, "0x" + "c" * 40)
CODE = "0x" + "7" * 64
TRUST = Trust(
    CHAIN.chain_id,
    CHAIN.genesis,
    {name: Pinned(getattr(CHAIN, name), CODE) for name in ("participants", "anchors", "passports")},
    {ORIGIN: LOG_KEY.public.raw},
)
_FIRST_BLOCK = 5


@dataclass
class Network:
    """Makers, their records in order, and the log that took them in heads of a few."""

    makers: list[Maker] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    heads: list[BundleHead] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    indices: dict[bytes, int] = field(default_factory=dict)
    doubted: list[bytes] = field(default_factory=list)
    blocks: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)

    def anchor(self, records: Sequence[Record]) -> None:
        """Put records into the next head."""
        prev = self._hash(self.heads[-1]) if self.heads else bytes(32)
        for digest in order_leaves(prev, [record.digest for record in records]):
            self.indices[digest] = len(self.leaves)
            self.leaves.append(leaf_hash(digest))
        self.records += records
        for record in records:
            corrected = record.subject.get("filiera:corrects")
            if corrected:
                self.doubted.append(bytes.fromhex(corrected["digest"]))
        manifest = manifest_block([record.digest for record in records], self.doubted)
        seq, root = len(self.heads) + 1, merkle.root(self.leaves)
        note = sign_note(Checkpoint(ORIGIN, len(self.leaves), root), LOG_KEY)
        block = _FIRST_BLOCK + seq
        transaction = "0x" + sha256(seq.to_bytes(8, "big")).hex()
        self.blocks[seq] = (manifest, affected_block(self.doubted))
        self.heads.append(
            BundleHead(
                LOG, ORIGIN, seq, prev, root, len(self.leaves), sha256(manifest), block, transaction, note
            )
        )

    def bundle(self, target: str) -> Bundle:
        """All of the evidence, as a node would export it."""
        records = [(record.token, LOG, self.indices.get(record.digest)) for record in self.records]
        keys = [BundleKey(maker.id, maker.key.public.key_id, 1) for maker in self.makers]
        return build_bundle(target, records, self, CHAIN, keys=keys)

    def view(self) -> ChainView:
        """What an honest chain answers."""
        blocks = [head.block for head in self.heads]
        return ChainView(
            chain_id=CHAIN.chain_id,
            genesis=CHAIN.genesis,
            latest=max(blocks) + 10,
            code_hashes=dict.fromkeys(("participants", "anchors", "passports"), CODE),
            log_keys={LOG: LOG_KEY.public.raw},
            log_seqs={LOG: len(self.heads)},
            heads={
                (LOG, head.seq): ChainHead(head.root, self._hash(head), head.manifest, head.size, head.block)
                for head in self.heads
            },
            keys={(maker.id, maker.key.public.key_id): ChainKey(7, 1, OPEN, 0) for maker in self.makers},
            roles={(maker.id, block): 1 | 2 | 16 for maker in self.makers for block in blocks},
            transactions={head.transaction: head.block for head in self.heads},
        )

    # What `build_bundle` asks (protocol.bundle_model.LogSource).
    def head_covering(self, _log: bytes, index: int) -> BundleHead | None:
        return next((self.head_at(LOG, head.seq) for head in self.heads if head.size > index), None)

    def head_at(self, _log: bytes, seq: int) -> BundleHead:
        head = self.heads[seq - 1]
        return head if seq == len(self.heads) else _without_checkpoint(head)

    def newest_head(self, _log: bytes) -> BundleHead:
        return self.heads[-1]

    def inclusion(self, _log: bytes, index: int, size: int) -> Sequence[bytes]:
        return merkle.inclusion_proof(self.leaves[:size], index)

    def consistency(self, _log: bytes, size1: int, size2: int) -> Sequence[bytes]:
        return merkle.consistency_proof(self.leaves[:size2], size1)

    def affected(self, _log: bytes, seq: int) -> BundleAffected:
        return BundleAffected(LOG, seq, *self.blocks[seq])

    def _hash(self, head: BundleHead) -> bytes:
        fields = Head(head.log, head.seq, head.prev, head.root, head.size, head.manifest)
        return head_hash(fields, CHAIN.chain_id, bytes.fromhex(ANCHORS[2:]))


def judge(
    bundle: Bundle, view: ChainView | None, trust: Trust | None = TRUST, audit: Audit | None = None
) -> Result:
    """Verify a bundle as the command does."""
    records, unsound = read_records(bundle.records)
    read_memberships(bundle.memberships)
    return verify(bundle, records, unsound, trust, view, audit)


def random_network(random: random.Random) -> tuple[Network, str]:
    """A network of one to four companies: lots declared, spun, split, merged, shipped and received. Returns its target."""
    network = Network()
    count = random.randint(1, 4)
    network.makers = [Maker(f"maker {number}", alg="EdDSA") for number in range(count)]
    first = network.makers[0]
    names = [f"wool {number}" for number in range(random.randint(1, 3))]
    waiting = [
        first.declare(name, str(random.randint(50, 500)), **{"filiera:stage": "raw-material"})
        for name in names
    ]
    held = {name: Decimal(first.accounts[lot(name)][1]) for name in names}
    holder, current = first, names
    for number in range(random.randint(1, 5)):
        made = f"yarn {number}"
        source = random.choice(current)
        amount = held.pop(source)
        rest = Decimal(0)
        if random.random() < 0.4 and amount > 2:
            rest = (amount / 2).to_integral_value()
            held[source] = rest
        used = amount - rest
        output = max(Decimal(1), (used * random.randint(85, 100) / 100).to_integral_value())
        output = min(output, used)
        waiting.append(holder.spin(source, made, str(used), str(output)))
        held[made] = output
        if len(network.makers) > 1 and random.random() < 0.6:
            other = random.choice([maker for maker in network.makers if maker is not holder])
            shipment = holder.ship(made, other, str(output))
            waiting += [shipment, other.receive(shipment, made, str(output))]
            held, holder = {made: output}, other
        current = list(held)
        target = made
    while waiting:
        size = random.randint(1, 4)
        network.anchor(waiting[:size])
        waiting = waiting[size:]
    return network, lot(target)


def _without_checkpoint(head: BundleHead) -> BundleHead:
    return replace(head, checkpoint="")
