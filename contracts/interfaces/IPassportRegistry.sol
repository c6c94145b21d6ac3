// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IActs} from "./IActs.sol";

/// @title Digital product passports: digests and status
/// @notice Keyed by (issuer, passportId), so nobody can take another's id. The chain holds digests only; versions
/// are read from events, newest first, by `prevBlock`.
/// @dev Every act here is a participant's act of the issuer: one key with the capability *passport*, of an active
/// participant with the role brand, repairer or recycler.
///
/// Allowed moves (rows from, columns to):
///              Active  Suspended  Withdrawn  Superseded  EndOfLife
/// Active          –       yes        yes        yes         yes
/// Suspended      yes       –         yes        yes         yes
/// Withdrawn       –        –          –          –          yes
/// Superseded      –        –          –          –           –
/// EndOfLife       –        –          –          –           –
/// A single passport becomes Superseded only by `supersede`, which names the successor.
/// @custom:contact see SECURITY.md
interface IPassportRegistry is IActs {
    enum Status {
        None,
        Active,
        Suspended,
        Withdrawn,
        Superseded,
        EndOfLife
    }

    /// @notice A passport as of now. `version` counts from 1; `successor` is set once superseded.
    struct Passport {
        bytes32 digest;
        bytes32 successor;
        Status status;
        uint32 version;
        uint64 issuedBlock;
        uint64 lastBlock;
    }

    /// @notice Many item passports under one root; `issuedBlock` 0 means: no such batch.
    struct Batch {
        bytes32 manifest;
        uint64 count;
        uint64 issuedBlock;
    }

    /// @notice One item of a batch, with its RFC 9162 inclusion proof.
    /// @dev leaf = SHA-256(0x00 ‖ passportId ‖ digest); the tree has `count` leaves.
    struct Item {
        bytes32 batchRoot;
        bytes32 passportId;
        bytes32 digest;
        uint64 index;
        bytes32[] proof;
    }

    /// @notice A passport was issued (version 1) or revised.
    /// @param prevBlock block of this passport's previous event, 0 for the first
    event PassportIssued(
        bytes32 indexed issuer, bytes32 indexed passportId, bytes32 digest, uint32 version, uint64 prevBlock
    );
    /// @notice A passport's status changed.
    /// @param evidence digest of the record that says why
    event PassportStatusChanged(
        bytes32 indexed issuer, bytes32 indexed passportId, Status from, Status to, bytes32 evidence, uint64 prevBlock
    );
    /// @notice A passport was superseded by another of the same issuer.
    event PassportSuperseded(bytes32 indexed issuer, bytes32 indexed passportId, bytes32 indexed by, uint64 prevBlock);
    /// @notice Many item passports were issued under one root.
    event BatchIssued(bytes32 indexed issuer, bytes32 indexed root, uint64 count, bytes32 manifest);
    /// @notice The status of one item of a batch changed.
    event ItemStatusChanged(
        bytes32 indexed issuer,
        bytes32 indexed batchRoot,
        bytes32 indexed passportId,
        bytes32 digest,
        Status from,
        Status to,
        bytes32 evidence,
        uint64 prevBlock
    );

    /// @notice Thrown when the address of the registry of participants is zero.
    error BadRegistry(address given);
    /// @notice Thrown when the issuer is not active or has none of the roles that may issue.
    error NotIssuer(bytes32 issuer);
    /// @notice Thrown when the passport exists.
    error PassportExists(bytes32 issuer, bytes32 passportId);
    /// @notice Thrown when there is no such passport.
    error UnknownPassport(bytes32 issuer, bytes32 passportId);
    /// @notice Thrown when a digest, root, id or count is zero.
    error EmptyPassport();
    /// @notice Thrown when the digest is the one in force.
    error SameDigest(bytes32 digest);
    /// @notice Thrown when the table of moves does not have this one.
    error BadStatusChange(Status from, Status to);
    /// @notice Thrown when the successor is the passport itself or is not active.
    error BadSuccessor(bytes32 issuer, bytes32 by);
    /// @notice Thrown when the issuer has already issued a batch with this root.
    error BatchExists(bytes32 issuer, bytes32 root);
    /// @notice Thrown when there is no such batch.
    error UnknownBatch(bytes32 issuer, bytes32 root);
    /// @notice Thrown when the inclusion proof does not show that the item is in the batch.
    error NotInBatch(bytes32 root, bytes32 passportId, uint64 index);

    /// @notice Issues a passport, version 1, status Active.
    function issue(bytes32 issuer, bytes32 passportId, bytes32 digest, Authorization calldata auth) external;

    /// @notice Issues `count` item passports under one root, all Active: one signature check for all of them.
    /// @param manifest SHA-256 of the list of (passportId ‖ digest), in leaf order
    function issueBatch(bytes32 issuer, bytes32 root, uint64 count, bytes32 manifest, Authorization calldata auth)
        external;

    /// @notice Gives a passport that is Active or Suspended its next version.
    function revise(bytes32 issuer, bytes32 passportId, bytes32 digest, Authorization calldata auth) external;

    /// @notice Changes a passport's status by the table.
    function setStatus(bytes32 issuer, bytes32 passportId, Status status, bytes32 evidence, Authorization calldata auth)
        external;

    /// @notice Replaces a passport by another, active one of the same issuer; so chains of successors cannot loop.
    function supersede(bytes32 issuer, bytes32 passportId, bytes32 by, Authorization calldata auth) external;

    /// @notice Changes the status of one item of a batch by the table; here Superseded may be set directly, with the
    /// next version's digest as evidence.
    function setItemStatus(
        bytes32 issuer,
        Item calldata item,
        Status status,
        bytes32 evidence,
        Authorization calldata auth
    ) external;

    /// @notice The passport's status; None if there is none.
    function statusOf(bytes32 issuer, bytes32 passportId) external view returns (Status);

    /// @notice The passport; all zero if there is none.
    function passportOf(bytes32 issuer, bytes32 passportId) external view returns (Passport memory);

    /// @notice The batch; all zero if there is none.
    function batchOf(bytes32 issuer, bytes32 root) external view returns (Batch memory);

    /// @notice The status of an item; None if there is no such batch or the proof fails.
    function itemStatusOf(bytes32 issuer, Item calldata item) external view returns (Status status, uint64 lastBlock);
}
