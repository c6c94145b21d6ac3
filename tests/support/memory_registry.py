"""A chain in memory with one log: blocks, a pool, forks, faults. Enforces what the contract would."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

from anchoring.ports import Attempt, Block, ChainLog, ChainPlace, Fees, HeadRow, SignedAnchor
from protocol.errors import ChainError

GWEI = 10**9
OPERATOR = "0x" + "0a" * 20


@dataclass(frozen=True)
class _Mined:
    row: HeadRow | None
    transaction: bytes


@dataclass
class MemoryRegistry:
    """The port `Registry`. `automine` mines each transaction at once; `mine()` does it by hand."""

    log_id: bytes = b"\x01" * 32
    chain_id: int = 31337
    contract: bytes = b"\x0c" * 20
    account: str = OPERATOR
    operator: str = OPERATOR
    automine: bool = True
    base_fee: int = GWEI
    down: bool = False
    salt: int = 0
    blocks: list[tuple[bytes, _Mined | None]] = field(default_factory=list)
    pool: dict[int, tuple[SignedAnchor, HeadRow]] = field(default_factory=dict)
    failures: dict[str, list[bool]] = field(default_factory=dict)
    signed: dict[bytes, HeadRow] = field(default_factory=dict)
    finalized_depth: int | None = None
    identity: str = ""
    sends: list[tuple[int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.mine(0)

    # What a test does to it.

    def fail(self, method: str, *, persist: bool) -> None:
        self.failures.setdefault(method, []).append(persist)

    def mine(self, transactions: int = 1) -> None:
        """One block with what the pool holds for the next nonce and can pay; empty otherwise."""
        waiting = self.pool.get(self._nonce) if transactions else None
        mined = None
        if waiting is not None and waiting[0].max_fee >= self.base_fee:
            del self.pool[self._nonce]
            ok = waiting[1].prev == self._last_hash and waiting[1].seq == len(self.heads) + 1
            mined = _Mined(waiting[1] if ok else None, waiting[0].transaction)
        self.salt += 1
        self.blocks.append((hashlib.sha256(f"{len(self.blocks)}/{self.salt}".encode()).digest(), mined))

    def roll_back(self, blocks: int) -> None:
        """The newest blocks vanish and their transactions with them."""
        keep = max(1, len(self.blocks) - blocks)
        del self.blocks[keep:]
        self.pool.clear()

    def reorganise(self, depth: int) -> None:
        """As anvil does: the same height again, with empty blocks."""
        self.roll_back(depth)
        for _ in range(depth):
            self.mine(0)

    def remine_elsewhere(self, depth: int) -> None:
        """The same transactions again in other blocks, one block later."""
        cut = self.blocks[-depth:]
        self.roll_back(depth)
        self.mine(0)
        for _, mined in cut:
            self.mine(0)
            self.blocks[-1] = (self.blocks[-1][0], mined)

    def anchor_foreign(self, row: HeadRow) -> None:
        self.mine(0)
        self.blocks[-1] = (self.blocks[-1][0], _Mined(row, b"\xff" * 32))

    @property
    def heads(self) -> list[HeadRow]:
        return [mined.row for _, mined in self.blocks if mined is not None and mined.row is not None]

    # The port.

    def check_identity(self) -> None:
        self._call("check_identity")
        if self.identity:
            raise ChainError(self.identity, expected="a", got="b", address="0x")

    def latest(self) -> Block:
        self._call("latest")
        return Block(len(self.blocks) - 1, self.blocks[-1][0])

    def finalized(self) -> Block | None:
        if self.finalized_depth is None:
            return None
        number = max(0, len(self.blocks) - 1 - self.finalized_depth)
        return Block(number, self.blocks[number][0])

    def block_hash(self, number: int) -> bytes | None:
        return self.blocks[number][0] if number < len(self.blocks) else None

    def log_at(self, block: int) -> ChainLog:
        self._call("log_at")
        seen = [
            mined.row for _, mined in self.blocks[: block + 1] if mined is not None and mined.row is not None
        ]
        last = seen[-1] if seen else None
        return ChainLog(
            self.operator, len(seen), last.head_hash if last else bytes(32), last.size if last else 0
        )

    def head_hash(self, seq: int, block: int) -> bytes | None:
        place = self.place_of(seq, block)
        return None if place is None else self.heads[seq - 1].head_hash

    def place_of(self, seq: int, until: int) -> ChainPlace | None:
        self._call("place_of")
        count = 0
        for number, (block_hash, mined) in enumerate(self.blocks[: until + 1]):
            if mined is not None and mined.row is not None:
                count += 1
                if count == seq:
                    return ChainPlace(number, block_hash, mined.transaction)
        return None

    def mined_nonce(self) -> int:
        return self._nonce

    def pending_nonce(self) -> int:
        nonce = self._nonce
        while nonce in self.pool:
            nonce += 1
        return nonce

    def is_waiting(self, transaction: bytes) -> bool:
        return any(signed.transaction == transaction for signed, _ in self.pool.values())

    def fees(self) -> Fees:
        return Fees(self.base_fee, GWEI)

    def prepare_anchor(self, row: HeadRow, nonce: int, max_fee: int, priority_fee: int) -> SignedAnchor:
        self._call("prepare_anchor")
        if row.prev != self._last_hash:
            raise ChainError("CHAIN_STALE_HEAD", seq=len(self.heads))
        assert row.size > (self.heads[-1].size if self.heads else 0)
        seed = f"{row.head_hash.hex()}/{nonce}/{max_fee}/{priority_fee}"
        signed = SignedAnchor(
            hashlib.sha256(seed.encode()).digest(), seed.encode(), nonce, max_fee, priority_fee
        )
        self.signed[signed.transaction] = row
        return signed

    def send(self, signed: SignedAnchor) -> None:
        persist = self._next_failure("send")
        if persist is False:
            raise ChainError("CHAIN_TIMEOUT", reason="send")
        self._accept(signed)
        if persist:
            raise ChainError("CHAIN_TIMEOUT", reason="send")

    def _accept(self, signed: SignedAnchor) -> None:
        if self.down:
            raise ChainError("CHAIN_UNREACHABLE", reason="down")
        if signed.nonce < self._nonce:
            raise ChainError("CHAIN_NONCE_USED")
        if signed.max_fee < self.base_fee:
            raise ChainError("CHAIN_FEE_TOO_LOW")
        other = self.pool.get(signed.nonce)
        if other is not None and other[0].transaction != signed.transaction:
            old = other[0]
            if signed.max_fee * 10 < old.max_fee * 11 or signed.priority_fee * 10 < old.priority_fee * 11:
                raise ChainError("CHAIN_REPLACEMENT_UNDERPRICED")
        self.pool[signed.nonce] = (signed, self.signed[signed.transaction])
        self.sends.append((self.signed[signed.transaction].seq, signed.nonce, signed.max_fee))
        if self.automine:
            self.mine()

    @property
    def _nonce(self) -> int:
        return sum(mined is not None for _, mined in self.blocks)

    @property
    def _last_hash(self) -> bytes:
        return self.heads[-1].head_hash if self.heads else bytes(32)

    def _call(self, method: str) -> None:
        if self.down or self._next_failure(method) is not None:
            raise ChainError("CHAIN_UNREACHABLE", reason=method)

    def _next_failure(self, method: str) -> bool | None:
        waiting = self.failures.get(method)
        return waiting.pop(0) if waiting else None


def foreign_row(row: HeadRow) -> HeadRow:
    """A head that somebody else made in the place of `row`."""
    return replace(row, root=b"\x66" * 32, head_hash=b"\x67" * 32)


__all__ = ["OPERATOR", "Attempt", "MemoryRegistry", "foreign_row"]
