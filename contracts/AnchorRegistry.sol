// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry} from "./interfaces/IAnchorRegistry.sol";
import {IParticipantRegistry} from "./interfaces/IParticipantRegistry.sol";
import {HeadHash} from "./libraries/HeadHash.sol";
import {PublicKeys} from "./libraries/PublicKeys.sol";
import {Rfc9162} from "./libraries/Rfc9162.sol";
import {Relayed} from "./Relayed.sol";

/// @title AnchorRegistry
/// @notice Heads of logs, each proved to extend the one before. No function removes or changes a head.
contract AnchorRegistry is IAnchorRegistry, Relayed {
    /// @notice Longest cosignature that is recorded; a C2SP one has 72 bytes.
    uint256 public constant MAX_COSIGNATURE = 256;

    /// @notice Where the coordinator's keys and the participants are.
    IParticipantRegistry public immutable participants;

    /// @inheritdoc IAnchorRegistry
    address public successor;
    mapping(bytes32 logId => Log log) private _logs;
    mapping(bytes32 logId => mapping(uint64 seq => Head head)) private _heads;

    constructor(address participants_) {
        if (participants_ == address(0)) revert BadAddress(participants_);
        participants = IParticipantRegistry(participants_);
    }

    /// @inheritdoc IAnchorRegistry
    function openLog(
        bytes32 logId,
        address operator,
        bytes32 participantId,
        bytes32 logKey,
        string calldata origin,
        Authorization calldata auth
    ) external {
        _authorize("openLog", abi.encode(logId, operator, participantId, logKey, origin), auth);
        bytes32 expected = sha256(bytes(origin));
        if (logId != expected) revert BadLogId(logId, expected);
        if (_logs[logId].openedBlock != 0) revert LogExists(logId);
        if (!participants.participant(participantId).active) revert OperatorNotActive(participantId);
        PublicKeys.ed25519(abi.encode(logKey));
        _logs[logId] = Log(operator, 0, uint64(block.number), participantId, logKey);
        emit LogOpened(logId, operator, participantId, logKey, origin);
    }

    /// @inheritdoc IAnchorRegistry
    function setOperator(bytes32 logId, address operator, Authorization calldata auth) external {
        _authorize("setOperator", abi.encode(logId, operator), auth);
        Log storage log = _known(logId);
        address from = log.operator;
        log.operator = operator;
        emit OperatorChanged(logId, from, operator);
    }

    /// @inheritdoc IAnchorRegistry
    function anchor(
        bytes32 logId,
        bytes32 prevHeadHash,
        bytes32 root,
        uint64 size,
        bytes32 manifest,
        string calldata uri,
        bytes32[] calldata consistencyProof
    ) external returns (uint64 seq) {
        seq = _next(logId, prevHeadHash, root, size, consistencyProof);
        bytes32 headHash = HeadHash.compute(logId, seq, prevHeadHash, root, size, manifest);
        _logs[logId].seq = seq;
        _heads[logId][seq] = Head(root, headHash, manifest, size, seq, uint64(block.number), uint64(block.timestamp));
        emit HeadAnchored(logId, seq, root, size, prevHeadHash, headHash, manifest, uri);
    }

    /// @inheritdoc IAnchorRegistry
    function recordCosignature(bytes32 logId, uint64 seq, bytes32 witnessKeyHash, bytes calldata signature) external {
        if (signature.length == 0 || signature.length > MAX_COSIGNATURE) revert BadCosignatureLength(signature.length);
        emit CosignatureRecorded(logId, seq, witnessKeyHash, _head(logId, seq).headHash, signature);
    }

    /// @inheritdoc IAnchorRegistry
    function announceSuccessor(address successor_, Authorization calldata auth) external {
        _authorize("announceSuccessor", abi.encode(successor_), auth);
        if (successor_ == address(0) || successor_ == address(this)) revert BadAddress(successor_);
        address previous = successor;
        successor = successor_;
        emit SuccessorAnnounced(successor_, previous);
    }

    /// @inheritdoc IAnchorRegistry
    function headAt(bytes32 logId, uint64 seq) external view returns (Head memory) {
        return _head(logId, seq);
    }

    /// @inheritdoc IAnchorRegistry
    function headOf(bytes32 logId) external view returns (Head memory) {
        return _heads[logId][_known(logId).seq];
    }

    /// @inheritdoc IAnchorRegistry
    function logOf(bytes32 logId) external view returns (Log memory) {
        return _logs[logId];
    }

    /// @inheritdoc IAnchorRegistry
    function headHashOf(bytes32 logId, uint64 seq, bytes32 prev, bytes32 root, uint64 size, bytes32 manifest)
        external
        view
        returns (bytes32)
    {
        return HeadHash.compute(logId, seq, prev, root, size, manifest);
    }

    /// @inheritdoc IAnchorRegistry
    function verifyInclusion(bytes32 logId, uint64 seq, bytes32 leafHash, uint64 index, bytes32[] calldata proof)
        external
        view
        returns (bool)
    {
        Head storage head = _head(logId, seq);
        return Rfc9162.included(head.root, head.size, leafHash, index, proof);
    }

    /// @inheritdoc IAnchorRegistry
    function verifyConsistency(bytes32 logId, uint64 seq1, uint64 seq2, bytes32[] calldata proof)
        external
        view
        returns (bool)
    {
        Head storage first = _head(logId, seq1);
        Head storage second = _head(logId, seq2);
        return Rfc9162.consistent(first.root, first.size, second.root, second.size, proof);
    }

    /// @dev The number of the next head, if all that it must satisfy holds. Who lost a race learns that first.
    function _next(bytes32 logId, bytes32 prev, bytes32 root, uint64 size, bytes32[] calldata proof)
        private
        view
        returns (uint64)
    {
        Log storage log = _known(logId);
        (address operator, uint64 seq) = (log.operator, log.seq);
        if (msg.sender != operator) revert NotOperator(logId, msg.sender);
        Head storage last = _heads[logId][seq];
        bytes32 lastHash = last.headHash;
        if (prev != lastHash) revert StaleHead(logId, seq, lastHash);
        if (root == 0 || size == 0) revert EmptyRoot();
        if (seq == 0) {
            if (proof.length != 0) revert Inconsistent(logId, 0, size);
        } else {
            uint64 have = last.size;
            if (size < have) revert TreeShrank(have, size);
            if (size == have) revert NothingNew(size);
            if (!Rfc9162.consistent(last.root, have, root, size, proof)) revert Inconsistent(logId, have, size);
        }
        return seq + 1;
    }

    function _authorize(string memory act, bytes memory args, Authorization calldata auth) private {
        participants.ensureCoordinators(_useAct(COORDINATOR_ID, act, args, auth), auth.signatures);
    }

    function _known(bytes32 logId) private view returns (Log storage log) {
        log = _logs[logId];
        if (log.openedBlock == 0) revert UnknownLog(logId);
    }

    function _head(bytes32 logId, uint64 seq) private view returns (Head storage head) {
        head = _heads[logId][seq];
        if (head.seq == 0) revert UnknownHead(logId, seq);
    }
}
