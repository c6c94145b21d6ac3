// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title Merkle proofs of RFC 9162, sections 2.1.3.2 and 2.1.4.2, with SHA-256
/// @dev Leaf and node prefixes differ (0x00, 0x01), so a node can never pass for a leaf. Proofs of the wrong length
/// are refused: both loops must end with exactly the tree's shape.
library Rfc9162 {
    function leafHash(bytes memory data) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x00), data));
    }

    function nodeHash(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x01), left, right));
    }

    /// @dev True if `leaf` is at `index` of the tree (`size`, `root`).
    function included(bytes32 root, uint64 size, bytes32 leaf, uint64 index, bytes32[] calldata proof)
        internal
        pure
        returns (bool)
    {
        if (index >= size) return false;
        uint64 fn = index;
        uint64 sn = size - 1;
        bytes32 r = leaf;
        for (uint256 i = 0; i < proof.length; ++i) {
            if (sn == 0) return false;
            if (fn & 1 == 1 || fn == sn) {
                r = nodeHash(proof[i], r);
                while (fn & 1 == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                r = nodeHash(r, proof[i]);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && r == root;
    }

    /// @dev True if the tree (`size2`, `root2`) extends (`size1`, `root1`). Sizes must not be 0: the empty tree is
    /// a prefix of everything, and nobody anchors it.
    function consistent(bytes32 root1, uint64 size1, bytes32 root2, uint64 size2, bytes32[] calldata proof)
        internal
        pure
        returns (bool)
    {
        if (size1 == 0 || size1 > size2) return false;
        if (size1 == size2) return proof.length == 0 && root1 == root2;
        if (proof.length == 0) return false;
        // A complete first tree is itself the first node of the path and is left out of the proof.
        if (size1 & (size1 - 1) == 0) return _walk(root1, root1, size1, root2, size2, proof, 0);
        return _walk(proof[0], root1, size1, root2, size2, proof, 1);
    }

    function _walk(
        bytes32 start,
        bytes32 root1,
        uint64 size1,
        bytes32 root2,
        uint64 size2,
        bytes32[] calldata proof,
        uint256 from
    ) private pure returns (bool) {
        uint64 fn = size1 - 1;
        uint64 sn = size2 - 1;
        while (fn & 1 == 1) {
            fn >>= 1;
            sn >>= 1;
        }
        bytes32 fr = start;
        bytes32 sr = start;
        for (uint256 i = from; i < proof.length; ++i) {
            if (sn == 0) return false;
            bytes32 c = proof[i];
            if (fn & 1 == 1 || fn == sn) {
                fr = nodeHash(c, fr);
                sr = nodeHash(c, sr);
                while (fn & 1 == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                sr = nodeHash(sr, c);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && fr == root1 && sr == root2;
    }
}
