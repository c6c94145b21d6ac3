"""Block 0 of a permissioned network: who seals, how often, and who has funds from the start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

# Enough for millions of heads at any price that the members agree on.
FUNDS = 10**24
GAS_LIMIT = 30_000_000
# After so many blocks the list of signers is written into a block again (EIP-225).
_EPOCH = 30_000
_FORKS = (
    "homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople", "petersburg", "istanbul",
    "berlin", "london",
)  # fmt: skip


def genesis(chain_id: int, period: int, signers: Sequence[str], funded: Sequence[str]) -> dict[str, Any]:
    """The genesis file: EIP-225 with `period` seconds a block, rules of London, which Clique cannot go beyond.

    `extraData` holds 32 bytes of nothing, the signers in ascending order, and 65 bytes for a seal that block 0
    does not have. Signers get no funds: their accounts are unlocked to seal, nothing shall be gained by that.
    """
    ordered = sorted(signer.lower().removeprefix("0x") for signer in signers)
    return {
        "config": {
            "chainId": chain_id,
            **{f"{fork}Block": 0 for fork in _FORKS},
            "clique": {"period": period, "epoch": _EPOCH},
        },
        "difficulty": "0x1",
        "gasLimit": hex(GAS_LIMIT),
        "baseFeePerGas": "0x0",
        "extraData": "0x" + "00" * 32 + "".join(ordered) + "00" * 65,
        "alloc": {address: {"balance": hex(FUNDS)} for address in funded},
    }
