// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title The hash that chains one head to the next
/// @dev It names chain and contract: a head of another deployment can never be taken for one of this.
library HeadHash {
    string internal constant TAG = "anchor-head/1";

    function compute(bytes32 logId, uint64 seq, bytes32 prev, bytes32 root, uint64 size, bytes32 manifest)
        internal
        view
        returns (bytes32)
    {
        return sha256(abi.encode(TAG, block.chainid, address(this), logId, seq, prev, root, size, manifest));
    }
}
