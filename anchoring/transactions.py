"""Price, estimate and sign one call: what the worker, the relayer and the deployer have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from anchoring.errors import chain_errors
from anchoring.ports import Fees
from protocol.errors import ChainError

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount
    from web3 import Web3

    from anchoring.fees import Offer

# The estimate is made on the last block; a consistency proof may cost a little more on the next.
GAS_MARGIN_PERCENT = 20


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed transaction: hash and raw bytes."""

    hash: bytes
    raw: bytes


def current_fees(web3: Web3) -> Fees:
    """What a transaction has to offer now. A chain without a base fee counts as base 0."""
    with chain_errors():
        priority = int(web3.eth.max_priority_fee)
        base = int(web3.eth.get_block("latest").get("baseFeePerGas", 0))
    try:
        with chain_errors():
            # The last entry is the next block's, which no block shows yet.
            base = max(base, *web3.eth.fee_history(1, "latest")["baseFeePerGas"])
    except ChainError as error:
        if error.code not in {"CHAIN_METHOD_UNAVAILABLE", "CHAIN_CALL_REFUSED", "CHAIN_ANSWER_INVALID"}:
            raise
    return Fees(base, priority)


def estimate(call: Any, sender: str) -> int:
    """Gas of a prepared contract call on the last block; raises what the contract refuses it for."""
    return int(call.estimate_gas({"from": sender}, block_identifier="latest"))


def sign_call(account: LocalAccount, call: Any, chain_id: int, nonce: int, offer: Offer) -> Signed:
    """Estimate and sign a prepared contract call (or a constructor); nothing is sent. EIP-1559, EIP-155."""
    fields = {
        "chainId": chain_id,
        "from": account.address,
        "nonce": nonce,
        "gas": estimate(call, str(account.address)) * (100 + GAS_MARGIN_PERCENT) // 100,
        "maxFeePerGas": offer.max_fee,
        "maxPriorityFeePerGas": offer.priority,
        "value": 0,
    }
    transaction = cast("dict[str, Any]", call.build_transaction(fields))
    signed = account.sign_transaction(transaction)
    return Signed(bytes(signed.hash), bytes(signed.raw_transaction))
