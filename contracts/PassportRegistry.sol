// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IParticipantRegistry} from "./interfaces/IParticipantRegistry.sol";
import {IPassportRegistry} from "./interfaces/IPassportRegistry.sol";
import {Rfc9162} from "./libraries/Rfc9162.sol";
import {Capability, Role} from "./libraries/Vocabulary.sol";
import {Relayed} from "./Relayed.sol";

/// @title PassportRegistry
/// @notice Digests and status of passports, one by one or many under one root.
contract PassportRegistry is IPassportRegistry, Relayed {
    struct ItemState {
        Status status;
        uint64 lastBlock;
    }

    /// @notice Where the issuers and their keys are.
    IParticipantRegistry public immutable participants;

    mapping(bytes32 issuer => mapping(bytes32 passportId => Passport passport)) private _passports;
    mapping(bytes32 issuer => mapping(bytes32 root => Batch batch)) private _batches;
    /// @dev Empty until the first change: an item without an entry has the status of its batch, Active. So a batch
    /// costs the same whatever it holds.
    mapping(bytes32 issuer => mapping(bytes32 root => mapping(bytes32 leaf => ItemState state))) private _items;

    constructor(address participants_) {
        if (participants_ == address(0)) revert BadRegistry(participants_);
        participants = IParticipantRegistry(participants_);
    }

    /// @inheritdoc IPassportRegistry
    function issue(bytes32 issuer, bytes32 passportId, bytes32 digest, Authorization calldata auth) external {
        _authorize(issuer, "issue", abi.encode(issuer, passportId, digest), auth);
        if (passportId == 0 || digest == 0) revert EmptyPassport();
        Passport storage passport = _passports[issuer][passportId];
        if (passport.status != Status.None) revert PassportExists(issuer, passportId);
        uint64 now_ = uint64(block.number);
        passport.digest = digest;
        (passport.status, passport.version, passport.issuedBlock, passport.lastBlock) = (Status.Active, 1, now_, now_);
        emit PassportIssued(issuer, passportId, digest, 1, 0);
    }

    /// @inheritdoc IPassportRegistry
    function issueBatch(bytes32 issuer, bytes32 root, uint64 count, bytes32 manifest, Authorization calldata auth)
        external
    {
        _authorize(issuer, "issueBatch", abi.encode(issuer, root, count, manifest), auth);
        if (root == 0 || count == 0) revert EmptyPassport();
        if (_batches[issuer][root].issuedBlock != 0) revert BatchExists(issuer, root);
        _batches[issuer][root] = Batch(manifest, count, uint64(block.number));
        emit BatchIssued(issuer, root, count, manifest);
    }

    /// @inheritdoc IPassportRegistry
    function revise(bytes32 issuer, bytes32 passportId, bytes32 digest, Authorization calldata auth) external {
        _authorize(issuer, "revise", abi.encode(issuer, passportId, digest), auth);
        Passport storage passport = _known(issuer, passportId);
        if (digest == 0) revert EmptyPassport();
        if (digest == passport.digest) revert SameDigest(digest);
        Status status = passport.status;
        // A passport that has ended says what it said when it ended.
        if (status != Status.Active && status != Status.Suspended) revert BadStatusChange(status, status);
        passport.digest = digest;
        uint32 version = ++passport.version;
        emit PassportIssued(issuer, passportId, digest, version, _touch(passport));
    }

    /// @inheritdoc IPassportRegistry
    function setStatus(bytes32 issuer, bytes32 passportId, Status status, bytes32 evidence, Authorization calldata auth)
        external
    {
        _authorize(issuer, "setStatus", abi.encode(issuer, passportId, status, evidence), auth);
        Passport storage passport = _known(issuer, passportId);
        Status from = passport.status;
        if (status == Status.Superseded || !_allowed(from, status)) revert BadStatusChange(from, status);
        passport.status = status;
        emit PassportStatusChanged(issuer, passportId, from, status, evidence, _touch(passport));
    }

    /// @inheritdoc IPassportRegistry
    function supersede(bytes32 issuer, bytes32 passportId, bytes32 by, Authorization calldata auth) external {
        _authorize(issuer, "supersede", abi.encode(issuer, passportId, by), auth);
        Passport storage passport = _known(issuer, passportId);
        Status from = passport.status;
        if (!_allowed(from, Status.Superseded)) revert BadStatusChange(from, Status.Superseded);
        if (by == passportId || _passports[issuer][by].status != Status.Active) revert BadSuccessor(issuer, by);
        passport.status = Status.Superseded;
        passport.successor = by;
        emit PassportSuperseded(issuer, passportId, by, _touch(passport));
    }

    /// @inheritdoc IPassportRegistry
    function setItemStatus(
        bytes32 issuer,
        Item calldata item,
        Status status,
        bytes32 evidence,
        Authorization calldata auth
    ) external {
        _authorize(issuer, "setItemStatus", abi.encode(issuer, item, status, evidence), auth);
        uint64 issuedBlock = _batches[issuer][item.batchRoot].issuedBlock;
        if (issuedBlock == 0) revert UnknownBatch(issuer, item.batchRoot);
        if (!_inBatch(issuer, item)) revert NotInBatch(item.batchRoot, item.passportId, item.index);
        ItemState storage state = _items[issuer][item.batchRoot][_leaf(item)];
        Status from = state.status == Status.None ? Status.Active : state.status;
        if (!_allowed(from, status)) revert BadStatusChange(from, status);
        uint64 prevBlock = state.lastBlock == 0 ? issuedBlock : state.lastBlock;
        (state.status, state.lastBlock) = (status, uint64(block.number));
        emit ItemStatusChanged(issuer, item.batchRoot, item.passportId, item.digest, from, status, evidence, prevBlock);
    }

    /// @inheritdoc IPassportRegistry
    function statusOf(bytes32 issuer, bytes32 passportId) external view returns (Status) {
        return _passports[issuer][passportId].status;
    }

    /// @inheritdoc IPassportRegistry
    function passportOf(bytes32 issuer, bytes32 passportId) external view returns (Passport memory) {
        return _passports[issuer][passportId];
    }

    /// @inheritdoc IPassportRegistry
    function batchOf(bytes32 issuer, bytes32 root) external view returns (Batch memory) {
        return _batches[issuer][root];
    }

    /// @inheritdoc IPassportRegistry
    function itemStatusOf(bytes32 issuer, Item calldata item) external view returns (Status status, uint64 lastBlock) {
        if (!_inBatch(issuer, item)) return (Status.None, 0);
        ItemState memory state = _items[issuer][item.batchRoot][_leaf(item)];
        if (state.status == Status.None) return (Status.Active, _batches[issuer][item.batchRoot].issuedBlock);
        return (state.status, state.lastBlock);
    }

    function _authorize(bytes32 issuer, string memory act, bytes memory args, Authorization calldata auth) private {
        if (!participants.hasRole(issuer, Role.ISSUERS)) revert NotIssuer(issuer);
        Signature calldata signature = _single(auth);
        bytes32 digest = _useAct(issuer, act, args, auth);
        participants.ensureKey(issuer, signature.keyHash, Capability.PASSPORT, digest, signature.r, signature.s);
    }

    function _touch(Passport storage passport) private returns (uint64 prevBlock) {
        prevBlock = passport.lastBlock;
        passport.lastBlock = uint64(block.number);
    }

    function _known(bytes32 issuer, bytes32 passportId) private view returns (Passport storage passport) {
        passport = _passports[issuer][passportId];
        if (passport.status == Status.None) revert UnknownPassport(issuer, passportId);
    }

    /// @dev A batch that does not exist has count 0, in which nothing is included.
    function _inBatch(bytes32 issuer, Item calldata item) private view returns (bool) {
        uint64 count = _batches[issuer][item.batchRoot].count;
        return Rfc9162.included(item.batchRoot, count, _leaf(item), item.index, item.proof);
    }

    function _leaf(Item calldata item) private pure returns (bytes32) {
        return Rfc9162.leafHash(abi.encodePacked(item.passportId, item.digest));
    }

    /// @dev The table in the interface, row by row.
    function _allowed(Status from, Status to) private pure returns (bool) {
        if (from == Status.Active) return to > Status.Active;
        if (from == Status.Suspended) return to != Status.None && to != Status.Suspended;
        if (from == Status.Withdrawn) return to == Status.EndOfLife;
        return false;
    }
}
