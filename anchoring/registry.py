"""The anchor registry over JSON-RPC: the port `Registry` in terms of web3.

Plain `eth_` methods only, so that any permissioned chain serves. The account's key stays in this process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anchoring.fees import Offer
from anchoring.ports import Block, ChainLog, ChainPlace, Fees, HeadRow, SignedAnchor
from anchoring.transactions import current_fees, sign_call
from protocol.errors import ChainError

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

    from anchoring.client import ChainClient

# How often two reads that belong together are asked again.
_READS = 5


class Web3Registry:
    """`Registry` for the deployment's log. See the port for what each method promises."""

    def __init__(self, client: ChainClient, account: LocalAccount) -> None:
        self._client = client
        self._account = account
        self._anchors = client.contracts["anchors"]

    @property
    def client(self) -> ChainClient:
        """The connection, for those who watch it."""
        return self._client

    @property
    def chain_id(self) -> int:
        """The pinned chain id."""
        return self._client.deployment.chain_id

    @property
    def contract(self) -> bytes:
        """The pinned address, 20 bytes."""
        return self._client.deployment.anchors.raw

    @property
    def log_id(self) -> bytes:
        """The log of the deployment."""
        return self._client.deployment.log_id

    @property
    def account(self) -> str:
        """Address of the account that pays."""
        return str(self._account.address)

    def check_identity(self) -> None:
        """See `ChainClient.check_identity`."""
        self._client.check_identity()

    def latest(self) -> Block:
        """The newest block."""
        return self._client.latest()

    def finalized(self) -> Block | None:
        """The newest finalized block."""
        return self._client.finalized()

    def block_hash(self, number: int) -> bytes | None:
        """Hash of the block at that height."""
        try:
            return self._client.block(number).hash
        except ChainError as error:
            if error.code == "CHAIN_BLOCK_UNKNOWN":
                return None
            raise

    def log_at(self, block: int) -> ChainLog:
        """Operator, seq and last head as of that block; two answers of a mining node may not fit at first."""
        for _ in range(_READS):
            with self._client.errors():
                log = self._anchors.functions.logOf(self.log_id).call(block_identifier=block)
            operator, seq, opened = log[0], log[1], log[2]
            if opened == 0:
                raise ChainError("LOG_NOT_OPEN", log=self.log_id.hex())
            if seq == 0:
                return ChainLog(str(operator), 0, bytes(32), 0)
            head = self._head(seq, block)
            if head is not None:
                return ChainLog(str(operator), seq, bytes(head[1]), int(head[3]))
        raise ChainError("CHAIN_ANSWER_INVALID", reason=f"head {seq} absent")

    def head_hash(self, seq: int, block: int) -> bytes | None:
        """Hash of head `seq` as of that block."""
        head = self._head(seq, block)
        return None if head is None else bytes(head[1])

    def place_of(self, seq: int, until: int) -> ChainPlace | None:
        """Block and transaction of head `seq`, from its event."""
        head = self._head(seq, until)
        if head is None:
            return None
        number = int(head[5])
        with self._client.errors():
            event = self._anchors.events.HeadAnchored()
            found = event.get_logs(
                from_block=number, to_block=number, argument_filters={"logId": self.log_id, "seq": seq}
            )
        if not found:
            return None
        return ChainPlace(number, bytes(found[-1]["blockHash"]), bytes(found[-1]["transactionHash"]))

    def mined_nonce(self) -> int:
        """Mined transactions of the account."""
        return self._nonce("latest")

    def pending_nonce(self) -> int:
        """Mined and waiting transactions of the account."""
        return self._nonce("pending")

    def is_waiting(self, transaction: bytes) -> bool:
        """Whether the endpoint's pool holds the transaction."""
        try:
            with self._client.errors():
                found = self._client.web3.eth.get_transaction(transaction)  # type: ignore[arg-type]
        except ChainError as error:
            if error.code == "CHAIN_TRANSACTION_UNKNOWN":
                return False
            raise
        return found.get("blockNumber") is None

    def fees(self) -> Fees:
        """Base fee of the next block, as far as the newest one tells, and the endpoint's usual tip."""
        return current_fees(self._client.web3)

    def prepare_anchor(self, row: HeadRow, nonce: int, max_fee: int, priority_fee: int) -> SignedAnchor:
        """Estimate and sign `anchor`; the manifest's address follows from its digest, so no uri is given."""
        call = self._anchors.functions.anchor(
            self.log_id, row.prev, row.root, row.size, row.manifest, "", list(row.proof)
        )
        with self._client.errors():
            signed = sign_call(self._account, call, self.chain_id, nonce, Offer(max_fee, priority_fee))
        return SignedAnchor(signed.hash, signed.raw, nonce, max_fee, priority_fee)

    def send(self, signed: SignedAnchor) -> None:
        """Hand over; the same transaction twice is no error."""
        try:
            with self._client.errors():
                self._client.web3.eth.send_raw_transaction(signed.raw)
        except ChainError as error:
            if error.code != "CHAIN_TRANSACTION_KNOWN":
                raise

    def _head(self, seq: int, block: int) -> tuple[Any, ...] | None:
        try:
            with self._client.errors():
                head: tuple[Any, ...] = self._anchors.functions.headAt(self.log_id, seq).call(
                    block_identifier=block
                )
        except ChainError as error:
            if error.code == "CHAIN_UNKNOWN_HEAD":
                return None
            raise
        return head

    def _nonce(self, when: Any) -> int:
        with self._client.errors():
            return int(self._client.web3.eth.get_transaction_count(self._account.address, when))
