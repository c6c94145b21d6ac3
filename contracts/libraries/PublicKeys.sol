// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";

/// @title Public keys: which bytes are accepted, and their hash
/// @dev Libraries disagree about Ed25519 keys of small order or in a non-canonical spelling: one verifier would
/// accept what another refuses. They are kept out here. Not checked on chain: that an Ed25519 key decodes to a point
/// at all; one that does not can sign nothing.
library PublicKeys {
    /// @notice Thrown when a public key has the wrong length, is not on the curve, or is one of those refused.
    error BadPublicKey(bytes publicKey);

    bytes2 private constant P256_PREFIX = 0x8024;
    bytes2 private constant ED25519_PREFIX = 0xed01;
    uint256 private constant ED25519_P = 2 ** 255 - 19;
    // y of the points of order 8, as numbers; the other small-order points have y = 0, 1 and p - 1.
    uint256 private constant ORDER_8_A = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7;
    uint256 private constant ORDER_8_B = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826;

    /// @dev x and y of a P-256 key of 64 bytes; reverts if it is not a point of the curve.
    function p256(bytes memory publicKey) internal pure returns (bytes32 x, bytes32 y) {
        if (publicKey.length != 64) revert BadPublicKey(publicKey);
        (x, y) = abi.decode(publicKey, (bytes32, bytes32));
        if (!P256.isValidPublicKey(x, y)) revert BadPublicKey(publicKey);
    }

    /// @dev The 32 bytes of an Ed25519 key; reverts if they are not canonical or of small order.
    function ed25519(bytes memory publicKey) internal pure returns (bytes32) {
        if (publicKey.length != 32) revert BadPublicKey(publicKey);
        bytes32 key = abi.decode(publicKey, (bytes32));
        uint256 y = _littleEndian(key) & (2 ** 255 - 1);
        bool small = y < 2 || y == ED25519_P - 1 || y == ORDER_8_A || y == ORDER_8_B;
        if (y >= ED25519_P || small) revert BadPublicKey(publicKey);
        return key;
    }

    /// @dev SHA-256(0x8024 ‖ compressed point).
    function p256Hash(bytes32 x, bytes32 y) internal pure returns (bytes32) {
        bytes1 parity = uint256(y) & 1 == 0 ? bytes1(0x02) : bytes1(0x03);
        return sha256(abi.encodePacked(P256_PREFIX, parity, x));
    }

    /// @dev SHA-256(0xed01 ‖ key).
    function ed25519Hash(bytes32 key) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(ED25519_PREFIX, key));
    }

    function _littleEndian(bytes32 value) private pure returns (uint256 result) {
        for (uint256 i = 0; i < 32; ++i) {
            result |= uint256(uint8(value[i])) << (8 * i);
        }
    }
}
