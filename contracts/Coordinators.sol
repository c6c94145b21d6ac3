// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {ICoordinators} from "./interfaces/ICoordinators.sol";
import {PublicKeys} from "./libraries/PublicKeys.sol";
import {Relayed} from "./Relayed.sol";

/// @dev The k-of-n coordinator. Sets are numbered and never removed; only the last one has power.
abstract contract Coordinators is ICoordinators, Relayed {
    struct Point {
        bytes32 x;
        bytes32 y;
    }

    struct CoordinatorSet {
        uint64 fromBlock;
        uint8 threshold;
        bytes32[] keyHashes;
    }

    struct PendingSet {
        uint64 readyTime;
        uint8 threshold;
        bytes[] keys;
    }

    /// @notice Bounds the cost of an act that all coordinators sign.
    uint256 public constant MAX_COORDINATORS = 16;
    /// @notice A longer delay would make recovery useless.
    uint64 public constant MAX_KEY_DELAY = 90 days;

    /// @inheritdoc ICoordinators
    uint64 public immutable keyDelay;

    /// @inheritdoc ICoordinators
    uint32 public coordinatorEpoch;
    uint64 private _lastCoordinatorBlock;
    mapping(uint32 epoch => CoordinatorSet set) private _sets;
    mapping(uint32 epoch => mapping(bytes32 keyHash => bool member)) private _members;
    mapping(bytes32 keyHash => Point point) private _points;
    PendingSet private _pendingSet;

    constructor(bytes[] memory keys, uint8 threshold_, uint64 keyDelay_) {
        if (keyDelay_ > MAX_KEY_DELAY) revert KeyDelayTooLong(keyDelay_, MAX_KEY_DELAY);
        keyDelay = keyDelay_;
        _checkThreshold(keys.length, threshold_);
        _install(keys, threshold_);
    }

    /// @inheritdoc ICoordinators
    function proposeCoordinators(bytes[] calldata keys, uint8 newThreshold, Authorization calldata auth) external {
        _authorizeTwo("proposeCoordinators", abi.encode(keys, newThreshold), auth);
        if (_pendingSet.readyTime != 0) revert CoordinatorsPending(_pendingSet.readyTime);
        _checkThreshold(keys.length, newThreshold);
        for (uint256 i = 0; i < keys.length; ++i) {
            PublicKeys.p256(keys[i]);
            // Twice the same key is found now, not when it is too late to propose anew.
            for (uint256 j = 0; j < i; ++j) {
                if (keccak256(keys[i]) == keccak256(keys[j])) revert DuplicateCoordinator(_hashOf(keys[i]));
            }
        }
        uint64 readyTime = uint64(block.timestamp) + keyDelay;
        _pendingSet.readyTime = readyTime;
        _pendingSet.threshold = newThreshold;
        for (uint256 i = 0; i < keys.length; ++i) {
            _pendingSet.keys.push(keys[i]);
        }
        emit CoordinatorsProposed(coordinatorEpoch + 1, newThreshold, keys, readyTime, _touchCoordinators());
    }

    /// @inheritdoc ICoordinators
    function activateCoordinators() external {
        PendingSet memory pending = _pendingSet;
        if (pending.readyTime == 0) revert NoCoordinatorsPending();
        if (block.timestamp < pending.readyTime) {
            revert CoordinatorsTooEarly(pending.readyTime, uint64(block.timestamp));
        }
        delete _pendingSet;
        _install(pending.keys, pending.threshold);
    }

    /// @inheritdoc ICoordinators
    function cancelCoordinators(Authorization calldata auth) external {
        _authorizeCoordinators("cancelCoordinators", "", auth);
        if (_pendingSet.readyTime == 0) revert NoCoordinatorsPending();
        delete _pendingSet;
        emit CoordinatorsCancelled(coordinatorEpoch + 1, _touchCoordinators());
    }

    /// @inheritdoc ICoordinators
    function ensureCoordinators(bytes32 digest, Signature[] calldata signatures) external view {
        _ensureSigned(digest, signatures, threshold());
    }

    /// @inheritdoc ICoordinators
    function isCoordinator(bytes32 keyHash) public view returns (bool) {
        return _members[coordinatorEpoch][keyHash];
    }

    /// @inheritdoc ICoordinators
    function threshold() public view returns (uint8) {
        return _sets[coordinatorEpoch].threshold;
    }

    /// @inheritdoc ICoordinators
    function coordinatorSet(uint32 epoch)
        external
        view
        returns (uint64 fromBlock, uint8 setThreshold, bytes32[] memory keyHashes)
    {
        CoordinatorSet storage set = _sets[epoch];
        return (set.fromBlock, set.threshold, set.keyHashes);
    }

    /// @inheritdoc ICoordinators
    function coordinatorKeyOf(bytes32 keyHash) external view returns (bytes memory) {
        Point memory point = _points[keyHash];
        if (point.x == 0 && point.y == 0) return "";
        return abi.encode(point.x, point.y);
    }

    /// @inheritdoc ICoordinators
    function pendingCoordinators() external view returns (bytes[] memory keys, uint8 newThreshold, uint64 readyTime) {
        PendingSet memory pending = _pendingSet;
        return (pending.keys, pending.threshold, pending.readyTime);
    }

    function _authorizeCoordinators(string memory act, bytes memory args, Authorization calldata auth) internal {
        _ensureSigned(_useAct(COORDINATOR_ID, act, args, auth), auth.signatures, threshold());
    }

    /// @dev For acts by which a coordinator could speak for others: never one alone where there are two.
    function _authorizeTwo(string memory act, bytes memory args, Authorization calldata auth) internal {
        uint8 needed = threshold();
        if (needed == 1 && _sets[coordinatorEpoch].keyHashes.length > 1) needed = 2;
        _ensureSigned(_useAct(COORDINATOR_ID, act, args, auth), auth.signatures, needed);
    }

    function _ensureSigned(bytes32 digest, Signature[] calldata signatures, uint256 needed) private view {
        uint256 count = signatures.length;
        // More signatures than members cannot be distinct; said first, it bounds the cost of a bad call.
        if (count < needed || count > MAX_COORDINATORS) revert WrongSignatureCount(needed, count);
        for (uint256 i = 0; i < count; ++i) {
            Signature calldata signature = signatures[i];
            if (!isCoordinator(signature.keyHash)) revert NotCoordinator(signature.keyHash);
            for (uint256 j = 0; j < i; ++j) {
                if (signatures[j].keyHash == signature.keyHash) revert DuplicateSigner(signature.keyHash);
            }
            Point memory point = _points[signature.keyHash];
            if (!P256.verify(digest, signature.r, signature.s, point.x, point.y)) {
                revert BadCoordinatorSignature(signature.keyHash);
            }
        }
    }

    function _install(bytes[] memory keys, uint8 threshold_) private {
        uint32 epoch = ++coordinatorEpoch;
        CoordinatorSet storage set = _sets[epoch];
        set.fromBlock = uint64(block.number);
        set.threshold = threshold_;
        for (uint256 i = 0; i < keys.length; ++i) {
            (bytes32 x, bytes32 y) = PublicKeys.p256(keys[i]);
            bytes32 keyHash = PublicKeys.p256Hash(x, y);
            if (_members[epoch][keyHash]) revert DuplicateCoordinator(keyHash);
            _members[epoch][keyHash] = true;
            _points[keyHash] = Point(x, y);
            set.keyHashes.push(keyHash);
        }
        emit CoordinatorsChanged(epoch, threshold_, set.keyHashes, keys, _touchCoordinators());
    }

    function _checkThreshold(uint256 keys, uint8 threshold_) private pure {
        if (threshold_ == 0 || threshold_ > keys || keys > MAX_COORDINATORS) revert BadThreshold(keys, threshold_);
    }

    function _hashOf(bytes memory publicKey) private pure returns (bytes32) {
        (bytes32 x, bytes32 y) = PublicKeys.p256(publicKey);
        return PublicKeys.p256Hash(x, y);
    }

    function _touchCoordinators() private returns (uint64 prevBlock) {
        prevBlock = _lastCoordinatorBlock;
        _lastCoordinatorBlock = uint64(block.number);
    }
}
