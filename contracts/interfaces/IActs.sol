// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title Relayed acts
/// @notice What the three registries share: an act is authorised by P-256 signatures over its digest, and anybody
/// may send it. `msg.sender` gives no rights, it only pays; so companies need neither a wallet nor gas.
/// @dev digest = SHA-256(abi.encode("filiera-act/1", chainId, contract, act, args, nonce, deadline)), where `act` is
/// the function's name and `args` the ABI encoding of its arguments in order, without the authorization. The chain
/// id and the address in the digest keep an authorization from being replayed on another deployment.
/// @custom:contact see SECURITY.md
interface IActs {
    /// @notice One P-256 signature. Signatures with a high `s` are refused: the relayer normalises them, which
    /// needs no key.
    struct Signature {
        bytes32 keyHash;
        bytes32 r;
        bytes32 s;
    }

    /// @notice What makes an act valid.
    /// @dev `nonce` is the signer's next number in this contract (`nonceOf`), `deadline` is in unix seconds, and the
    /// act is still good in a block that has exactly that time. A participant's act carries one signature, a
    /// coordinator's act carries those of at least `threshold` distinct coordinator keys.
    struct Authorization {
        uint256 nonce;
        uint64 deadline;
        Signature[] signatures;
    }

    /// @notice Thrown when the block's time is past the deadline.
    error ActExpired(uint64 deadline, uint64 time);
    /// @notice Thrown when the nonce is not the next one of this signer; `id` is zero for the coordinator.
    error BadNonce(bytes32 id, uint256 expected, uint256 got);
    /// @notice Thrown when a participant's act does not carry exactly one signature, or a coordinator's act carries
    /// fewer than it needs or more than there are coordinators.
    error WrongSignatureCount(uint256 expected, uint256 got);

    /// @notice The next nonce of a participant in this contract; `id` zero stands for the coordinator.
    function nonceOf(bytes32 id) external view returns (uint256);

    /// @notice The digest that has to be signed for an act on this contract, on this chain.
    function actDigest(string calldata act, bytes calldata args, uint256 nonce, uint64 deadline)
        external
        view
        returns (bytes32);
}
