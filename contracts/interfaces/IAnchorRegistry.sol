// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IActs} from "./IActs.sol";

/// @title Heads of transparency logs
/// @notice One head per transaction, each naming the one before. The registry itself checks the RFC 9162 consistency
/// proof, so a log that rewrites its history is refused by the ledger, not merely noticed later.
/// @dev headHash = SHA-256(abi.encode("anchor-head/1", chainId, contract, logId, seq, prev, root, size, manifest)).
/// logId = SHA-256(origin line of the log's checkpoints, UTF-8).
/// @custom:contact see SECURITY.md
interface IAnchorRegistry is IActs {
    /// @notice An anchored head; four storage slots. `seq` counts from 1; `time` is the block's, in unix seconds.
    struct Head {
        bytes32 root;
        bytes32 headHash;
        bytes32 manifest;
        uint64 size;
        uint64 seq;
        uint64 blockNumber;
        uint64 time;
    }

    /// @notice A log. `operator` is the account that may anchor, zero if it is stopped; `seq` is that of the last
    /// head; `openedBlock` 0 means: no such log. `logKey` is the Ed25519 key that signs its checkpoints.
    struct Log {
        address operator;
        uint64 seq;
        uint64 openedBlock;
        bytes32 participantId;
        bytes32 logKey;
    }

    /// @notice A log was opened.
    event LogOpened(
        bytes32 indexed logId, address indexed operator, bytes32 indexed participantId, bytes32 logKey, string origin
    );
    /// @notice Another account anchors from now on; zero stops the log.
    event OperatorChanged(bytes32 indexed logId, address from, address to);
    /// @notice A head was anchored.
    /// @param uri where the head's manifest may be found; a hint, covered by no hash
    event HeadAnchored(
        bytes32 indexed logId,
        uint64 indexed seq,
        bytes32 indexed root,
        uint64 size,
        bytes32 prevHeadHash,
        bytes32 headHash,
        bytes32 manifest,
        string uri
    );
    /// @notice Somebody brought a witness's cosignature of an anchored head. Nothing about it was checked.
    event CosignatureRecorded(
        bytes32 indexed logId, uint64 indexed seq, bytes32 indexed witnessKeyHash, bytes32 headHash, bytes signature
    );
    /// @notice The coordinator points readers to another registry.
    event SuccessorAnnounced(address indexed successor, address previous);

    /// @notice Thrown when the registry of participants or the successor is the zero address or this contract.
    error BadAddress(address given);
    /// @notice Thrown when the log id is not the SHA-256 of the origin.
    error BadLogId(bytes32 logId, bytes32 expected);
    /// @notice Thrown when the log is already open.
    error LogExists(bytes32 logId);
    /// @notice Thrown when there is no such log.
    error UnknownLog(bytes32 logId);
    /// @notice Thrown when the participant that would operate the log is not active.
    error OperatorNotActive(bytes32 participantId);
    /// @notice Thrown when the sender is not the log's operator.
    error NotOperator(bytes32 logId, address caller);
    /// @notice Thrown when the given previous head is not the last one; carries the last one.
    error StaleHead(bytes32 logId, uint64 seq, bytes32 headHash);
    /// @notice Thrown when the tree would become smaller.
    error TreeShrank(uint64 have, uint64 got);
    /// @notice Thrown when the size is that of the last head: there is nothing new to anchor, or it is a fork.
    error NothingNew(uint64 size);
    /// @notice Thrown when root or size is zero.
    error EmptyRoot();
    /// @notice Thrown when the consistency proof does not lead from the last root to the new one.
    error Inconsistent(bytes32 logId, uint64 fromSize, uint64 toSize);
    /// @notice Thrown when there is no such head.
    error UnknownHead(bytes32 logId, uint64 seq);
    /// @notice Thrown when a cosignature is empty or longer than `MAX_COSIGNATURE`.
    error BadCosignatureLength(uint256 length);

    /// @notice Opens a log. Coordinators' act.
    /// @param participantId active participant that answers for the log
    /// @param logKey Ed25519 key of the log's checkpoints, canonical and not of small order
    function openLog(
        bytes32 logId,
        address operator,
        bytes32 participantId,
        bytes32 logKey,
        string calldata origin,
        Authorization calldata auth
    ) external;

    /// @notice Gives the log to another account; zero stops it until the next call. Coordinators' act.
    function setOperator(bytes32 logId, address operator, Authorization calldata auth) external;

    /// @notice Anchors the next head. Only the log's operator; the one act that is not relayed, because it happens
    /// every few seconds and must stay cheap.
    /// @param prevHeadHash hash of the last head, zero for the first: compare-and-swap, so a lost race is harmless
    /// @param manifest SHA-256 of the head's manifest
    /// @param consistencyProof RFC 9162 proof from the last size to this one, empty for the first head
    function anchor(
        bytes32 logId,
        bytes32 prevHeadHash,
        bytes32 root,
        uint64 size,
        bytes32 manifest,
        string calldata uri,
        bytes32[] calldata consistencyProof
    ) external returns (uint64 seq);

    /// @notice Records a witness's cosignature of a head as an event; anybody may call.
    /// @dev NOT checked: that the signature is genuine, that the key is a witness's, or that it is for this head.
    /// Readers verify it themselves; the chain only gives it a place and a latest time.
    function recordCosignature(bytes32 logId, uint64 seq, bytes32 witnessKeyHash, bytes calldata signature) external;

    /// @notice Points readers to another registry; this one goes on working. Coordinators' act.
    function announceSuccessor(address successor, Authorization calldata auth) external;

    /// @notice A head by its number; reverts if there is none.
    function headAt(bytes32 logId, uint64 seq) external view returns (Head memory);

    /// @notice The last head; all zero if there is none yet. Reverts if there is no such log.
    function headOf(bytes32 logId) external view returns (Head memory);

    /// @notice The log; all zero if there is none.
    function logOf(bytes32 logId) external view returns (Log memory);

    /// @notice The hash that a head with these fields would have here.
    function headHashOf(bytes32 logId, uint64 seq, bytes32 prev, bytes32 root, uint64 size, bytes32 manifest)
        external
        view
        returns (bytes32);

    /// @notice True if the leaf hash, SHA-256(0x00 ‖ record digest), is at `index` of the tree of that head.
    function verifyInclusion(bytes32 logId, uint64 seq, bytes32 leafHash, uint64 index, bytes32[] calldata proof)
        external
        view
        returns (bool);

    /// @notice True if the tree of `seq2` extends that of `seq1`.
    function verifyConsistency(bytes32 logId, uint64 seq1, uint64 seq2, bytes32[] calldata proof)
        external
        view
        returns (bool);

    /// @notice The announced successor, zero if there is none.
    function successor() external view returns (address);
}
