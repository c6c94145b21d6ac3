// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ICoordinators} from "./ICoordinators.sol";

/// @title Participants, their roles and their keys
/// @notice Participants are pseudonymous: 32 random bytes, no names, no VAT numbers. Nothing is erased: roles are a
/// history of checkpoints, a key keeps its window, and a compromise marks a window as disputed without voiding it.
/// @dev A key belongs to (participant, keyHash), so that nobody can squat another's key.
/// keyHash = SHA-256(multicodec prefix ‖ compressed key): 0x8024 ‖ 33 bytes (P-256), 0xed01 ‖ 32 bytes (Ed25519).
/// Numbers (see `libraries/Vocabulary.sol`): algorithm 1 P-256, 2 Ed25519; use 1 signing, 2 agreement; capabilities
/// 1 capture, 2 passport, 4 admin, 8 recovery; origin 0 admission, 1 own key, 2 coordinator, 3 recovery;
/// reason 0 rotated, 1 compromised, 2 lost, 3 ceased.
/// @custom:contact see SECURITY.md
interface IParticipantRegistry is ICoordinators {
    /// @notice A key as it is registered.
    /// @dev `r`, `s` prove possession of a P-256 signing key: a signature over
    /// SHA-256(abi.encode("filiera-key/1", chainId, contract, participantId, keyHash)). They are zero for Ed25519
    /// and agreement keys: for those there is no proof on chain, whoever admits them checks possession off chain.
    struct KeyInput {
        uint8 alg;
        uint8 use;
        uint8 capabilities;
        bytes publicKey;
        bytes32 r;
        bytes32 s;
    }

    /// @notice A registered key; one storage slot. Valid in blocks `fromBlock <= b < toBlock`.
    /// @dev `toBlock` is 2^64-1 while open. `disputedFrom` is 0 or the first block from which what the key signed is
    /// disputed because of a compromise: disputed is not void. `alg` 0 means: no such key. `reason` means something
    /// only when `toBlock` is not 2^64-1.
    struct Key {
        uint8 alg;
        uint8 use;
        uint8 capabilities;
        uint8 origin;
        uint64 fromBlock;
        uint64 toBlock;
        uint64 disputedFrom;
        uint8 reason;
    }

    /// @notice A participant as of now. `admittedBlock` 0 means: no such participant. `lastBlock` is the block of
    /// its last event, where walking back begins.
    struct Participant {
        uint64 admittedBlock;
        uint64 lastBlock;
        uint16 roles;
        bool active;
        bytes32 profileDigest;
    }

    /// @notice A participant was admitted; its keys follow as `KeyAdded`.
    /// @param profileDigest digest of the membership credential that names it
    event ParticipantAdmitted(bytes32 indexed id, uint16 roles, bytes32 profileDigest);
    /// @notice Roles or activity changed.
    /// @param prevBlock block of this participant's previous event
    event ParticipantChanged(bytes32 indexed id, uint16 roles, bool active, uint64 prevBlock);
    /// @notice A key's window has opened (or will at `fromBlock`).
    event KeyAdded(
        bytes32 indexed id,
        bytes32 indexed keyHash,
        uint8 alg,
        uint8 use,
        uint8 capabilities,
        uint8 origin,
        uint64 fromBlock,
        bytes publicKey,
        uint64 prevBlock
    );
    /// @notice A key waits for its delay; from `readyTime` (unix seconds) on anybody may activate it.
    event KeyProposed(
        bytes32 indexed id,
        bytes32 indexed keyHash,
        uint8 alg,
        uint8 use,
        uint8 capabilities,
        uint8 origin,
        uint64 readyTime,
        bytes publicKey,
        uint64 prevBlock
    );
    /// @notice A waiting key was dropped.
    event KeyCancelled(bytes32 indexed id, bytes32 indexed keyHash, bool byCoordinator, uint64 prevBlock);
    /// @notice A key's window was closed or closed earlier.
    /// @param toBlock first block in which the key is no longer valid
    /// @param disputedFrom first block from which it is disputed, 0 if it is not
    event KeyClosed(
        bytes32 indexed id,
        bytes32 indexed keyHash,
        uint64 toBlock,
        uint64 disputedFrom,
        uint8 reason,
        bool byCoordinator,
        uint64 prevBlock
    );

    /// @notice Thrown when the id is zero, which stands for the coordinator.
    error ZeroParticipant();
    /// @notice Thrown when the id is taken.
    error ParticipantExists(bytes32 id);
    /// @notice Thrown when there is no such participant.
    error UnknownParticipant(bytes32 id);
    /// @notice Thrown when the participant is not active.
    error InactiveParticipant(bytes32 id);
    /// @notice Thrown when roles hold bits outside the vocabulary.
    error UnknownRoles(uint16 roles);
    /// @notice Thrown when the participant would begin with no key that can administer it.
    error NoAdminKey(bytes32 id);
    /// @notice Thrown when more keys are given at admission than `MAX_KEYS`.
    error TooManyKeys(uint256 got, uint256 maximum);
    /// @notice Thrown when the participant already has this key, open, closed or waiting.
    error KeyExists(bytes32 id, bytes32 keyHash);
    /// @notice Thrown when the participant has no such key.
    error UnknownKey(bytes32 id, bytes32 keyHash);
    /// @notice Thrown when algorithm, use and capabilities do not go together.
    error BadKeyKind(uint8 alg, uint8 use, uint8 capabilities);
    /// @notice Thrown when the P-256 signing key's proof of possession does not verify.
    error BadPossessionProof(bytes32 keyHash);
    /// @notice Thrown when the key is not valid in this block.
    error KeyNotOpen(bytes32 id, bytes32 keyHash, uint64 blockNumber);
    /// @notice Thrown when the key lacks a capability that the act needs.
    error MissingCapability(bytes32 keyHash, uint8 needed, uint8 has);
    /// @notice Thrown when the key's signature over the act does not verify (or has a high s).
    error BadActSignature(bytes32 id, bytes32 keyHash);
    /// @notice Thrown when a window would begin before the current block.
    error FromBlockInPast(uint64 fromBlock, uint64 blockNumber);
    /// @notice Thrown when a window would close without notice, which only a compromise may.
    error NoticeTooShort(uint64 toBlock, uint64 earliest);
    /// @notice Thrown when closing would not bring the end or the dispute forward.
    error KeyAlreadyClosed(bytes32 keyHash, uint64 toBlock);
    /// @notice Thrown when the reason is not in the vocabulary.
    error UnknownReason(uint8 reason);
    /// @notice Thrown when the key does not wait.
    error KeyNotPending(bytes32 id, bytes32 keyHash);
    /// @notice Thrown when the key's delay is not over.
    error KeyTooEarly(bytes32 keyHash, uint64 readyTime, uint64 time);

    /// @notice Admits a participant with its first keys, valid from this block. Coordinators' act.
    function admit(bytes32 id, uint16 roles, bytes32 profileDigest, KeyInput[] calldata keys, Authorization calldata auth)
        external;

    /// @notice Sets roles and activity from this block on; the former ones stay readable. Coordinators' act.
    function change(bytes32 id, uint16 roles, bool active, Authorization calldata auth) external;

    /// @notice Adds a key at once. Act of an admin key of an active participant.
    /// @param fromBlock first block of the window, not in the past; 0 means the block that includes the act
    function addKey(bytes32 id, KeyInput calldata key, uint64 fromBlock, Authorization calldata auth) external;

    /// @notice Proposes a key for a participant that has lost its own. Coordinators' act, with two signatures at
    /// least where there are two coordinators: one of them alone must not be able to speak for a company.
    function proposeKey(bytes32 id, KeyInput calldata key, Authorization calldata auth) external;

    /// @notice Proposes a key with a recovery key, without the coordinator.
    function recoverKey(bytes32 id, KeyInput calldata key, Authorization calldata auth) external;

    /// @notice Opens a waiting key's window at this block, after the delay; anybody may call.
    function activateKey(bytes32 id, bytes32 keyHash) external;

    /// @notice Drops a waiting key. Act of an admin key.
    function cancelKey(bytes32 id, bytes32 keyHash, Authorization calldata auth) external;

    /// @notice Drops a waiting key. Coordinators' act.
    function cancelKeyByCoordinator(bytes32 id, bytes32 keyHash, Authorization calldata auth) external;

    /// @notice Closes a key. Act of an admin key; of a recovery key where a recovery key is to be closed, so that
    /// the thief of an admin key cannot lock the owner out.
    /// @param toBlock at least the current block + `CLOSE_NOTICE`, or 0 for exactly that. For a compromise: the first
    /// block from which the key is disputed (0: this one); the window itself ends at the current block.
    function closeKey(bytes32 id, bytes32 keyHash, uint64 toBlock, uint8 reason, Authorization calldata auth) external;

    /// @notice Closes a key by the same rules. Coordinators' act.
    function closeKeyByCoordinator(
        bytes32 id,
        bytes32 keyHash,
        uint64 toBlock,
        uint8 reason,
        Authorization calldata auth
    ) external;

    /// @notice The participant as of now; all zero if there is none.
    function participant(bytes32 id) external view returns (Participant memory);

    /// @notice The key; all zero if there is none or if it still waits.
    function keyOf(bytes32 id, bytes32 keyHash) external view returns (Key memory);

    /// @notice The public key as registered: 64 bytes x‖y (P-256), 32 bytes (Ed25519), empty if there is none.
    function publicKeyOf(bytes32 id, bytes32 keyHash) external view returns (bytes memory);

    /// @notice The waiting key and the time from which it may be activated; `readyTime` 0 if none waits.
    function pendingKeyOf(bytes32 id, bytes32 keyHash) external view returns (Key memory key, uint64 readyTime);

    /// @notice True if `fromBlock <= blockNumber < toBlock`. Says nothing about disputes: see `Key.disputedFrom`.
    function keyValidAt(bytes32 id, bytes32 keyHash, uint64 blockNumber) external view returns (bool);

    /// @notice Roles and activity at the end of a block; none before admission. For a future block: as of now.
    function statusAt(bytes32 id, uint64 blockNumber) external view returns (uint16 roles, bool active);

    /// @notice True if the participant is active and has at least one of the roles in the mask.
    function hasRole(bytes32 id, uint16 mask) external view returns (bool);

    /// @notice Reverts unless the participant's P-256 signing key is open in this block, has all bits of
    /// `capability`, and signed `digest`. It does not look at roles or activity, nor at freshness.
    function ensureKey(bytes32 id, bytes32 keyHash, uint8 capability, bytes32 digest, bytes32 r, bytes32 s)
        external
        view;
}
