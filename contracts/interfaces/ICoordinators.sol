// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IActs} from "./IActs.sol";

/// @title The coordinator: k of n P-256 keys
/// @notice The set is replaced as a whole, after a delay in which everybody can see what is coming. Every set that
/// was ever in force stays readable, so that what a former coordinator signed can still be judged.
/// @custom:contact see SECURITY.md
interface ICoordinators is IActs {
    /// @notice A set of coordinator keys has come into force.
    /// @param epoch number of the set; the one of the constructor is 1
    /// @param threshold how many distinct keys must sign
    /// @param keyHashes the keys, in the order given
    /// @param publicKeys x‖y of each
    /// @param prevBlock block of the previous event about coordinators, 0 for the first
    event CoordinatorsChanged(
        uint32 indexed epoch, uint8 threshold, bytes32[] keyHashes, bytes[] publicKeys, uint64 prevBlock
    );
    /// @notice A new set was proposed; anybody may activate it from `readyTime` (unix seconds) on.
    event CoordinatorsProposed(uint32 indexed epoch, uint8 threshold, bytes[] publicKeys, uint64 readyTime, uint64 prevBlock);
    /// @notice The proposed set was dropped.
    event CoordinatorsCancelled(uint32 indexed epoch, uint64 prevBlock);

    /// @notice Thrown when the threshold is 0 or above the number of keys, or the number of keys is 0 or too big.
    error BadThreshold(uint256 keys, uint8 threshold);
    /// @notice Thrown when a set names a key twice.
    error DuplicateCoordinator(bytes32 keyHash);
    /// @notice Thrown when an act is signed twice by the same coordinator key.
    error DuplicateSigner(bytes32 keyHash);
    /// @notice Thrown when a signer is not in the set in force.
    error NotCoordinator(bytes32 keyHash);
    /// @notice Thrown when a coordinator's signature does not verify (or has a high s).
    error BadCoordinatorSignature(bytes32 keyHash);
    /// @notice Thrown when a proposal already waits: it has to be cancelled or activated first.
    error CoordinatorsPending(uint64 readyTime);
    /// @notice Thrown when no proposal waits.
    error NoCoordinatorsPending();
    /// @notice Thrown when the delay is not over.
    error CoordinatorsTooEarly(uint64 readyTime, uint64 time);
    /// @notice Thrown when the delay given at deployment is above `MAX_KEY_DELAY`.
    error KeyDelayTooLong(uint64 keyDelay, uint64 maximum);

    /// @notice Proposes the next set. Coordinators' act; two signatures at least where there are two keys.
    /// @param keys x‖y of each key, 64 bytes
    function proposeCoordinators(bytes[] calldata keys, uint8 newThreshold, Authorization calldata auth) external;

    /// @notice Puts the proposed set in force after the delay; anybody may call.
    function activateCoordinators() external;

    /// @notice Drops the proposed set. Coordinators' act (of the set in force).
    function cancelCoordinators(Authorization calldata auth) external;

    /// @notice Reverts unless at least `threshold` distinct coordinators in force signed `digest`.
    /// @dev A view over a digest that the caller makes: freshness (nonce, deadline) is the caller's duty.
    function ensureCoordinators(bytes32 digest, Signature[] calldata signatures) external view;

    /// @notice True if the key is in the set in force.
    function isCoordinator(bytes32 keyHash) external view returns (bool);

    /// @notice How many distinct coordinator keys must sign.
    function threshold() external view returns (uint8);

    /// @notice Number of the set in force.
    function coordinatorEpoch() external view returns (uint32);

    /// @notice A set by its number. It was in force from `fromBlock` until the next one's `fromBlock` (exclusive);
    /// `fromBlock` is 0 for a set that never was.
    function coordinatorSet(uint32 epoch)
        external
        view
        returns (uint64 fromBlock, uint8 setThreshold, bytes32[] memory keyHashes);

    /// @notice x‖y of a key that is or was a coordinator's; empty if it never was.
    function coordinatorKeyOf(bytes32 keyHash) external view returns (bytes memory);

    /// @notice The set that waits; `readyTime` is 0 if there is none.
    function pendingCoordinators() external view returns (bytes[] memory keys, uint8 newThreshold, uint64 readyTime);

    /// @notice Seconds that a proposed key or set of coordinators waits.
    function keyDelay() external view returns (uint64);
}
