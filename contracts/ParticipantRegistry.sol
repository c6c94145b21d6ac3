// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {IParticipantRegistry} from "./interfaces/IParticipantRegistry.sol";
import {Acts} from "./libraries/Acts.sol";
import {PublicKeys} from "./libraries/PublicKeys.sol";
import {Algorithm, Capability, KeyUse, Origin, Reason, Role} from "./libraries/Vocabulary.sol";
import {Coordinators} from "./Coordinators.sol";

/// @title ParticipantRegistry
/// @notice Who takes part, in which roles, with which keys, and since when.
contract ParticipantRegistry is IParticipantRegistry, Coordinators {
    /// @dev One slot: | fromBlock 64 | roles 16 | active 8 |
    struct Checkpoint {
        uint64 fromBlock;
        uint16 roles;
        bool active;
    }

    struct KeyData {
        bytes32 first; // x, or the whole of an Ed25519 key
        bytes32 second; // y, or zero
    }

    struct Pending {
        Key key;
        uint64 readyTime;
    }

    /// @notice `toBlock` of a key that is open.
    uint64 public constant OPEN = type(uint64).max;
    /// @notice Blocks between a rotation and the end of the old key's window: time in which a node anchors what it
    /// has already acknowledged.
    uint64 public constant CLOSE_NOTICE = 20;
    /// @notice Most keys given at admission.
    uint256 public constant MAX_KEYS = 16;

    mapping(bytes32 id => Participant participant) private _participants;
    mapping(bytes32 id => Checkpoint[] history) private _history;
    mapping(bytes32 id => mapping(bytes32 keyHash => Key key)) private _keys;
    mapping(bytes32 id => mapping(bytes32 keyHash => KeyData data)) private _keyData;
    mapping(bytes32 id => mapping(bytes32 keyHash => Pending pending)) private _pending;

    constructor(bytes[] memory coordinatorKeys, uint8 threshold_, uint64 keyDelay_)
        Coordinators(coordinatorKeys, threshold_, keyDelay_)
    {}

    /// @inheritdoc IParticipantRegistry
    function admit(
        bytes32 id,
        uint16 roles,
        bytes32 profileDigest,
        KeyInput[] calldata keys,
        Authorization calldata auth
    ) external {
        _authorizeCoordinators("admit", abi.encode(id, roles, profileDigest, keys), auth);
        if (id == COORDINATOR_ID) revert ZeroParticipant();
        if (_participants[id].admittedBlock != 0) revert ParticipantExists(id);
        if (keys.length > MAX_KEYS) revert TooManyKeys(keys.length, MAX_KEYS);
        _checkRoles(roles);
        uint64 now_ = uint64(block.number);
        _participants[id] = Participant(now_, now_, roles, true, profileDigest);
        _history[id].push(Checkpoint(now_, roles, true));
        emit ParticipantAdmitted(id, roles, profileDigest);
        uint8 capabilities = 0;
        for (uint256 i = 0; i < keys.length; ++i) {
            bytes32 keyHash = _take(id, keys[i]);
            _open(id, keyHash, _keyFrom(keys[i], Origin.ADMISSION, now_));
            capabilities |= keys[i].capabilities;
        }
        // Without one the participant could change nothing by itself, ever.
        if (capabilities & Capability.ADMIN == 0) revert NoAdminKey(id);
    }

    /// @inheritdoc IParticipantRegistry
    function change(bytes32 id, uint16 roles, bool active, Authorization calldata auth) external {
        _authorizeCoordinators("change", abi.encode(id, roles, active), auth);
        Participant storage p = _known(id);
        _checkRoles(roles);
        p.roles = roles;
        p.active = active;
        Checkpoint[] storage history = _history[id];
        Checkpoint storage last = history[history.length - 1];
        if (last.fromBlock == block.number) {
            (last.roles, last.active) = (roles, active); // the end of the block is what counts
        } else {
            history.push(Checkpoint(uint64(block.number), roles, active));
        }
        emit ParticipantChanged(id, roles, active, _touch(id));
    }

    /// @inheritdoc IParticipantRegistry
    function addKey(bytes32 id, KeyInput calldata key, uint64 fromBlock, Authorization calldata auth) external {
        _authorizeParticipant(id, Capability.ADMIN, "addKey", abi.encode(id, key, fromBlock), auth);
        _ensureActive(id);
        // 0 exists because nobody can know, when signing, which block will include the act.
        if (fromBlock == 0) fromBlock = uint64(block.number);
        if (fromBlock < block.number) revert FromBlockInPast(fromBlock, uint64(block.number));
        bytes32 keyHash = _take(id, key);
        _open(id, keyHash, _keyFrom(key, Origin.OWN_KEY, fromBlock));
    }

    /// @inheritdoc IParticipantRegistry
    function proposeKey(bytes32 id, KeyInput calldata key, Authorization calldata auth) external {
        _authorizeTwo("proposeKey", abi.encode(id, key), auth);
        _known(id);
        _propose(id, key, Origin.COORDINATOR);
    }

    /// @inheritdoc IParticipantRegistry
    function recoverKey(bytes32 id, KeyInput calldata key, Authorization calldata auth) external {
        _authorizeParticipant(id, Capability.RECOVERY, "recoverKey", abi.encode(id, key), auth);
        _ensureActive(id);
        _propose(id, key, Origin.RECOVERY);
    }

    /// @inheritdoc IParticipantRegistry
    function activateKey(bytes32 id, bytes32 keyHash) external {
        Pending memory pending = _waiting(id, keyHash);
        if (block.timestamp < pending.readyTime) {
            revert KeyTooEarly(keyHash, pending.readyTime, uint64(block.timestamp));
        }
        delete _pending[id][keyHash];
        pending.key.fromBlock = uint64(block.number);
        _open(id, keyHash, pending.key);
    }

    /// @inheritdoc IParticipantRegistry
    function cancelKey(bytes32 id, bytes32 keyHash, Authorization calldata auth) external {
        _authorizeParticipant(id, Capability.ADMIN, "cancelKey", abi.encode(id, keyHash), auth);
        _cancel(id, keyHash, false);
    }

    /// @inheritdoc IParticipantRegistry
    function cancelKeyByCoordinator(bytes32 id, bytes32 keyHash, Authorization calldata auth) external {
        _authorizeCoordinators("cancelKeyByCoordinator", abi.encode(id, keyHash), auth);
        _cancel(id, keyHash, true);
    }

    /// @inheritdoc IParticipantRegistry
    function closeKey(bytes32 id, bytes32 keyHash, uint64 toBlock, uint8 reason, Authorization calldata auth)
        external
    {
        bool recovery = _keys[id][keyHash].capabilities & Capability.RECOVERY != 0;
        uint8 needed = recovery ? Capability.RECOVERY : Capability.ADMIN;
        _authorizeParticipant(id, needed, "closeKey", abi.encode(id, keyHash, toBlock, reason), auth);
        _close(id, keyHash, toBlock, reason, false);
    }

    /// @inheritdoc IParticipantRegistry
    function closeKeyByCoordinator(
        bytes32 id,
        bytes32 keyHash,
        uint64 toBlock,
        uint8 reason,
        Authorization calldata auth
    ) external {
        _authorizeCoordinators("closeKeyByCoordinator", abi.encode(id, keyHash, toBlock, reason), auth);
        _close(id, keyHash, toBlock, reason, true);
    }

    /// @inheritdoc IParticipantRegistry
    function participant(bytes32 id) external view returns (Participant memory) {
        return _participants[id];
    }

    /// @inheritdoc IParticipantRegistry
    function keyOf(bytes32 id, bytes32 keyHash) external view returns (Key memory) {
        return _keys[id][keyHash];
    }

    /// @inheritdoc IParticipantRegistry
    function publicKeyOf(bytes32 id, bytes32 keyHash) external view returns (bytes memory) {
        uint8 alg = _keys[id][keyHash].alg;
        if (alg == 0) alg = _pending[id][keyHash].key.alg;
        return _publicKey(alg, _keyData[id][keyHash]);
    }

    /// @inheritdoc IParticipantRegistry
    function pendingKeyOf(bytes32 id, bytes32 keyHash) external view returns (Key memory key, uint64 readyTime) {
        Pending memory pending = _pending[id][keyHash];
        return (pending.key, pending.readyTime);
    }

    /// @inheritdoc IParticipantRegistry
    function keyValidAt(bytes32 id, bytes32 keyHash, uint64 blockNumber) public view returns (bool) {
        Key storage key = _keys[id][keyHash];
        return key.alg != 0 && key.fromBlock <= blockNumber && blockNumber < key.toBlock;
    }

    /// @inheritdoc IParticipantRegistry
    function statusAt(bytes32 id, uint64 blockNumber) external view returns (uint16 roles, bool active) {
        Checkpoint[] storage history = _history[id];
        uint256 low = 0;
        uint256 high = history.length;
        // Invariant: checkpoints before `low` are at or before the block, those from `high` on are after it.
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (history[middle].fromBlock <= blockNumber) low = middle + 1;
            else high = middle;
        }
        if (low == 0) return (0, false);
        Checkpoint storage found = history[low - 1];
        return (found.roles, found.active);
    }

    /// @inheritdoc IParticipantRegistry
    function hasRole(bytes32 id, uint16 mask) external view returns (bool) {
        Participant storage p = _participants[id];
        return p.active && p.roles & mask != 0;
    }

    /// @inheritdoc IParticipantRegistry
    function ensureKey(bytes32 id, bytes32 keyHash, uint8 capability, bytes32 digest, bytes32 r, bytes32 s)
        public
        view
    {
        Key memory key = _keys[id][keyHash];
        if (key.alg == 0) revert UnknownKey(id, keyHash);
        if (key.alg != Algorithm.P256 || key.use != KeyUse.SIGNING) {
            revert BadKeyKind(key.alg, key.use, key.capabilities);
        }
        if (key.capabilities & capability != capability) {
            revert MissingCapability(keyHash, capability, key.capabilities);
        }
        if (!keyValidAt(id, keyHash, uint64(block.number))) revert KeyNotOpen(id, keyHash, uint64(block.number));
        KeyData memory data = _keyData[id][keyHash];
        if (!P256.verify(digest, r, s, data.first, data.second)) revert BadActSignature(id, keyHash);
    }

    function _authorizeParticipant(
        bytes32 id,
        uint8 capability,
        string memory act,
        bytes memory args,
        Authorization calldata auth
    ) private {
        _known(id);
        Signature calldata signature = _single(auth);
        bytes32 digest = _useAct(id, act, args, auth);
        ensureKey(id, signature.keyHash, capability, digest, signature.r, signature.s);
    }

    /// @dev Checks a new key, stores its bytes, returns its hash. The key has no window yet.
    function _take(bytes32 id, KeyInput calldata key) private returns (bytes32 keyHash) {
        _checkKind(key);
        KeyData memory data;
        if (key.alg == Algorithm.P256) {
            (data.first, data.second) = PublicKeys.p256(key.publicKey);
            keyHash = PublicKeys.p256Hash(data.first, data.second);
            if (key.use == KeyUse.SIGNING) _ensurePossession(id, keyHash, key, data);
        } else {
            data.first = PublicKeys.ed25519(key.publicKey);
            keyHash = PublicKeys.ed25519Hash(data.first);
        }
        // One use for one key, for ever: a closed key does not come back with another window.
        if (_keys[id][keyHash].alg != 0 || _pending[id][keyHash].readyTime != 0) revert KeyExists(id, keyHash);
        _keyData[id][keyHash] = data;
    }

    function _ensurePossession(bytes32 id, bytes32 keyHash, KeyInput calldata key, KeyData memory data) private view {
        bytes32 digest = Acts.possession(id, keyHash);
        if (!P256.verify(digest, key.r, key.s, data.first, data.second)) revert BadPossessionProof(keyHash);
    }

    function _keyFrom(KeyInput calldata key, uint8 origin, uint64 fromBlock) private pure returns (Key memory) {
        return Key(key.alg, key.use, key.capabilities, origin, fromBlock, OPEN, 0, 0);
    }

    function _open(bytes32 id, bytes32 keyHash, Key memory key) private {
        _keys[id][keyHash] = key;
        emit KeyAdded(
            id,
            keyHash,
            key.alg,
            key.use,
            key.capabilities,
            key.origin,
            key.fromBlock,
            _publicKey(key.alg, _keyData[id][keyHash]),
            _touch(id)
        );
    }

    function _propose(bytes32 id, KeyInput calldata key, uint8 origin) private {
        bytes32 keyHash = _take(id, key);
        uint64 readyTime = uint64(block.timestamp) + keyDelay;
        _pending[id][keyHash] = Pending(_keyFrom(key, origin, 0), readyTime);
        emit KeyProposed(
            id, keyHash, key.alg, key.use, key.capabilities, origin, readyTime, key.publicKey, _touch(id)
        );
    }

    function _cancel(bytes32 id, bytes32 keyHash, bool byCoordinator) private {
        _waiting(id, keyHash);
        delete _pending[id][keyHash];
        delete _keyData[id][keyHash];
        emit KeyCancelled(id, keyHash, byCoordinator, _touch(id));
    }

    function _close(bytes32 id, bytes32 keyHash, uint64 toBlock, uint8 reason, bool byCoordinator) private {
        Key memory key = _keys[id][keyHash];
        if (key.alg == 0) revert UnknownKey(id, keyHash);
        if (reason > Reason.CEASED) revert UnknownReason(reason);
        if (reason == Reason.COMPROMISED) _dispute(keyHash, key, toBlock);
        else _endWindow(keyHash, key, toBlock);
        key.reason = reason;
        _keys[id][keyHash] = key;
        emit KeyClosed(id, keyHash, key.toBlock, key.disputedFrom, reason, byCoordinator, _touch(id));
    }

    /// @dev Ends the window with notice. A window only ever gets shorter, and never into the past.
    function _endWindow(bytes32 keyHash, Key memory key, uint64 toBlock) private view {
        uint64 earliest = uint64(block.number) + CLOSE_NOTICE;
        if (toBlock == 0) toBlock = earliest;
        if (toBlock < earliest) revert NoticeTooShort(toBlock, earliest);
        if (toBlock >= key.toBlock) revert KeyAlreadyClosed(keyHash, key.toBlock);
        key.toBlock = toBlock;
    }

    /// @dev Ends the window now and marks what lies behind as disputed from a block on. What was anchored stays
    /// valid as of its block: the window's end never moves back into the past.
    function _dispute(bytes32 keyHash, Key memory key, uint64 from) private view {
        uint64 now_ = uint64(block.number);
        if (from == 0 || from > now_) from = now_;
        if (from < key.fromBlock) from = key.fromBlock;
        bool later = key.disputedFrom != 0 && from >= key.disputedFrom;
        if (later && key.toBlock <= now_) revert KeyAlreadyClosed(keyHash, key.toBlock);
        if (!later) key.disputedFrom = from;
        if (now_ < key.toBlock) key.toBlock = now_;
    }

    function _touch(bytes32 id) private returns (uint64 prevBlock) {
        prevBlock = _participants[id].lastBlock;
        _participants[id].lastBlock = uint64(block.number);
    }

    function _known(bytes32 id) private view returns (Participant storage p) {
        p = _participants[id];
        if (p.admittedBlock == 0) revert UnknownParticipant(id);
    }

    function _ensureActive(bytes32 id) private view {
        if (!_participants[id].active) revert InactiveParticipant(id);
    }

    function _waiting(bytes32 id, bytes32 keyHash) private view returns (Pending memory pending) {
        pending = _pending[id][keyHash];
        if (pending.readyTime == 0) revert KeyNotPending(id, keyHash);
    }

    function _checkRoles(uint16 roles) private pure {
        if (roles & ~Role.ALL != 0) revert UnknownRoles(roles);
    }

    /// @dev Signing keys have capabilities, agreement keys none. What only the chain checks (admin, recovery) needs
    /// P-256, since the chain cannot check Ed25519.
    function _checkKind(KeyInput calldata key) private pure {
        bool signing = key.use == KeyUse.SIGNING && key.capabilities != 0;
        bool agreement = key.use == KeyUse.AGREEMENT && key.capabilities == 0;
        bool good = false;
        if (key.alg == Algorithm.P256) good = agreement || (signing && key.capabilities <= Capability.ALL);
        if (key.alg == Algorithm.ED25519) {
            good = signing && key.capabilities <= Capability.CAPTURE | Capability.PASSPORT;
        }
        if (!good) revert BadKeyKind(key.alg, key.use, key.capabilities);
    }

    function _publicKey(uint8 alg, KeyData memory data) private pure returns (bytes memory) {
        if (alg == Algorithm.P256) return abi.encode(data.first, data.second);
        if (alg == Algorithm.ED25519) return abi.encode(data.first);
        return "";
    }
}
