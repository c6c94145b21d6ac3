// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @dev The recursive definitions of RFC 9162, section 2.1, over leaves numbered 0, 1, 2, … : slow, and unlike the
/// loops of the library under test.
library MerkleModel {
    function leaf(uint256 i) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0), i));
    }

    function root(uint256 from, uint256 to) internal pure returns (bytes32) {
        if (to - from == 1) return leaf(from);
        uint256 middle = from + split(to - from);
        return sha256(abi.encodePacked(bytes1(0x01), root(from, middle), root(middle, to)));
    }

    function inclusion(uint256 index, uint256 from, uint256 to) internal pure returns (bytes32[] memory) {
        if (to - from == 1) return new bytes32[](0);
        uint256 middle = from + split(to - from);
        if (index < middle) return push(inclusion(index, from, middle), root(middle, to));
        return push(inclusion(index, middle, to), root(from, middle));
    }

    function consistency(uint256 size, uint256 to) internal pure returns (bytes32[] memory) {
        return subproof(size, 0, to, true);
    }

    function subproof(uint256 size, uint256 from, uint256 to, bool complete) private pure returns (bytes32[] memory) {
        if (from + size == to) return complete ? new bytes32[](0) : push(new bytes32[](0), root(from, to));
        uint256 k = split(to - from);
        if (size <= k) return push(subproof(size, from, from + k, complete), root(from + k, to));
        return push(subproof(size - k, from + k, to, false), root(from, from + k));
    }

    /// @dev The largest power of two below n.
    function split(uint256 n) private pure returns (uint256 k) {
        k = 1;
        while (k * 2 < n) k *= 2;
    }

    function push(bytes32[] memory list, bytes32 item) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](list.length + 1);
        for (uint256 i = 0; i < list.length; ++i) longer[i] = list[i];
        longer[list.length] = item;
    }
}
