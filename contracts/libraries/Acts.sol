// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title Digests that keys sign for the chain
/// @dev The tag comes first and both digests name chain and contract, so a signature for one purpose or place is
/// worth nothing for another.
library Acts {
    string internal constant ACT_TAG = "filiera-act/1";
    string internal constant KEY_TAG = "filiera-key/1";

    /// @dev Digest of an act on this contract.
    function digest(string memory act, bytes memory args, uint256 nonce, uint64 deadline)
        internal
        view
        returns (bytes32)
    {
        return sha256(abi.encode(ACT_TAG, block.chainid, address(this), act, args, nonce, deadline));
    }

    /// @dev Digest by which a key proves that somebody holds it and means this participant.
    function possession(bytes32 participantId, bytes32 keyHash) internal view returns (bytes32) {
        return sha256(abi.encode(KEY_TAG, block.chainid, address(this), participantId, keyHash));
    }
}
