"""Send acts that others signed, and pay for them.

The relayer verifies nothing and decides nothing: the contracts check signature, nonce and deadline, and what
they refuse becomes a code here. Each act is estimated first, so a refused one costs no gas. An act cannot be
executed twice, since its nonce is used up, therefore a transaction that was displaced is simply sent again.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anchoring import fees
from anchoring.acts import ActSignature, ActTarget, act_values, authorization
from anchoring.transactions import current_fees, estimate, sign_call
from protocol.errors import ChainError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eth_account.signers.local import LocalAccount

    from anchoring.client import ChainClient

DEFAULT_WAIT = 30.0
_POLL = 0.02
_GRACE = 2.0
_ATTEMPTS = 3
# The pool's view of our account was older than the chain's, or the worker took the nonce: try the next one.
_DISPLACED = frozenset({"CHAIN_NONCE_USED", "CHAIN_REPLACEMENT_UNDERPRICED", "CHAIN_TRANSACTION_DISPLACED"})


@dataclass(frozen=True, slots=True)
class RelayResult:
    """A mined act: transaction hash and block, hex with 0x where text is wanted."""

    transaction: bytes
    block: int
    block_hash: bytes
    gas_used: int

    def to_json(self) -> dict[str, object]:
        """For an API's answer."""
        return {
            "transaction": "0x" + self.transaction.hex(),
            "block": self.block,
            "blockHash": "0x" + self.block_hash.hex(),
            "gasUsed": self.gas_used,
        }


class Relayer:
    """Pays for acts from one account. Safe to use from several threads; raises only ChainError."""

    def __init__(self, client: ChainClient, account: LocalAccount, wait: float = DEFAULT_WAIT) -> None:
        self._client = client
        self._account = account
        self._wait = wait
        self._sending = threading.Lock()

    @property
    def account(self) -> str:
        """Address of the account that pays."""
        return str(self._account.address)

    def target(self, contract: str) -> ActTarget:
        """Chain id and address that an act's digest names."""
        deployment = self._client.deployment
        return ActTarget(deployment.chain_id, deployment.contract(contract).raw)

    def nonce_of(self, contract: str, participant: bytes | None = None) -> int:
        """The next act nonce of a participant in a contract; None stands for the coordinator."""
        functions = self._contract(contract).functions
        with self._client.errors():
            return int(functions.nonceOf(participant or bytes(32)).call())

    def chain_time(self) -> int:
        """Time of the newest block, unix seconds: what deadlines are compared with."""
        with self._client.errors():
            return int(self._client.web3.eth.get_block("latest")["timestamp"])

    def check_act(
        self,
        contract: str,
        act: str,
        args: Mapping[str, Any],
        nonce: int,
        deadline: int,
        signatures: Sequence[ActSignature],
    ) -> int:
        """Gas that the act would take now; raises what the contract would refuse it for. Nothing is sent."""
        return self._estimate(self._call(contract, act, args, nonce, deadline, signatures))

    def relay_act(
        self,
        contract: str,
        act: str,
        args: Mapping[str, Any],
        nonce: int,
        deadline: int,
        signatures: Sequence[ActSignature],
    ) -> RelayResult:
        """Send an act and wait until it is mined.

        `args` are the arguments by their names in the ABI (hex text for bytes, objects for structs), without
        `auth`. ChainError: CHAIN_ACT_… if the arguments do not fit, CHAIN_<ERROR> if the contract refuses,
        CHAIN_… for the endpoint, CHAIN_TIMEOUT if it was not mined in time (it may still be: ask `nonce_of`).
        """
        return self._mined(self._call(contract, act, args, nonce, deadline, signatures))

    def relay_open(self, contract: str, function: str, args: Sequence[Any]) -> RelayResult:
        """Send a call without signature (`activateKey`, `activateCoordinators`, `recordCosignature`)."""
        with self._client.errors():
            call = self._contract(contract).functions[function](*args)
        return self._mined(call)

    def _mined(self, call: Any) -> RelayResult:
        for attempt in range(_ATTEMPTS):
            try:
                transaction, account_nonce = self._submit(call)
                return self._await(transaction, account_nonce)
            except ChainError as error:
                if error.code not in _DISPLACED or attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError  # the loop returns or raises

    def _contract(self, name: str) -> Any:
        if name not in self._client.contracts:
            raise ChainError("CHAIN_ACT_CONTRACT_UNKNOWN", name=name)
        return self._client.contracts[name]

    def _call(
        self,
        contract: str,
        act: str,
        args: Mapping[str, Any],
        nonce: int,
        deadline: int,
        signatures: Sequence[ActSignature],
    ) -> Any:
        found = self._contract(contract)
        values = act_values(contract, act, args)
        with self._client.errors():
            return found.functions[act](*values, authorization(nonce, deadline, signatures))

    def _estimate(self, call: Any) -> int:
        with self._client.errors():
            return estimate(call, self.account)

    def _submit(self, call: Any) -> tuple[bytes, int]:
        """Estimate, sign, hand over; one at a time, so that two acts never take the same account nonce."""
        web3 = self._client.web3
        with self._sending:
            offer = fees.offer(current_fees(web3), None)
            with self._client.errors():
                account_nonce = int(web3.eth.get_transaction_count(self._account.address, "pending"))
                chain_id = self._client.deployment.chain_id
                signed = sign_call(self._account, call, chain_id, account_nonce, offer)
            try:
                with self._client.errors():
                    web3.eth.send_raw_transaction(signed.raw)
            except ChainError as error:
                if error.code != "CHAIN_TRANSACTION_KNOWN":
                    raise
            return signed.hash, account_nonce

    def _await(self, transaction: bytes, account_nonce: int) -> RelayResult:
        until, displaced = time.monotonic() + self._wait, None
        while (receipt := self._receipt(transaction)) is None:
            now = time.monotonic()
            with self._client.errors():
                mined = int(self._client.web3.eth.get_transaction_count(self._account.address, "latest"))
            if mined > account_nonce:
                # Endpoints show the new state a little before the receipt: wait, then call it displaced.
                displaced = displaced or now
                if now - displaced > _GRACE:
                    raise ChainError("CHAIN_TRANSACTION_DISPLACED", transaction="0x" + transaction.hex())
            if now > until:
                raise ChainError("CHAIN_TIMEOUT", reason="0x" + transaction.hex())
            time.sleep(_POLL)
        if receipt["status"] != 1:
            raise ChainError("CHAIN_REVERTED", data="0x" + transaction.hex())
        return RelayResult(
            transaction, int(receipt["blockNumber"]), bytes(receipt["blockHash"]), int(receipt["gasUsed"])
        )

    def _receipt(self, transaction: bytes) -> Any:
        try:
            with self._client.errors():
                return self._client.web3.eth.get_transaction_receipt(transaction)  # type: ignore[arg-type]
        except ChainError as error:
            if error.code == "CHAIN_TRANSACTION_UNKNOWN":
                return None
            raise
