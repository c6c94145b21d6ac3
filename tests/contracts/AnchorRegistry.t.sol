// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IAnchorRegistry} from "../../contracts/interfaces/IAnchorRegistry.sol";
import {Rfc9162} from "../../contracts/libraries/Rfc9162.sol";
import {AnchorRegistry} from "../../contracts/AnchorRegistry.sol";
import {ParticipantRegistry} from "../../contracts/ParticipantRegistry.sol";
import {ActSigner} from "./support/ActSigner.sol";
import {MerkleModel} from "./support/MerkleModel.sol";

/// @dev Makes the library's internal functions callable with calldata.
contract Prover {
    function included(bytes32 root, uint64 size, bytes32 leaf, uint64 index, bytes32[] calldata proof)
        external
        pure
        returns (bool)
    {
        return Rfc9162.included(root, size, leaf, index, proof);
    }

    function consistent(bytes32 root1, uint64 size1, bytes32 root2, uint64 size2, bytes32[] calldata proof)
        external
        pure
        returns (bool)
    {
        return Rfc9162.consistent(root1, size1, root2, size2, proof);
    }
}

contract Rfc9162Test is ActSigner {
    Prover private prover = new Prover();

    /// Every proof of every tree of up to 17 leaves; and no proof for another leaf or size.
    function test_proofs_ofAllSmallTrees() public view {
        for (uint256 n = 1; n <= 17; ++n) {
            bytes32 root = MerkleModel.root(0, n);
            for (uint256 i = 0; i < n; ++i) {
                bytes32[] memory proof = MerkleModel.inclusion(i, 0, n);
                require(prover.included(root, uint64(n), MerkleModel.leaf(i), uint64(i), proof), "inclusion");
                require(!prover.included(root, uint64(n), MerkleModel.leaf(i + 1), uint64(i), proof), "other leaf");
            }
            for (uint256 m = 1; m <= n; ++m) {
                bytes32[] memory proof = MerkleModel.consistency(m, n);
                require(prover.consistent(MerkleModel.root(0, m), uint64(m), root, uint64(n), proof), "consistency");
            }
        }
    }

    /// Any change of a consistency proof, of a root or of a size makes it fail.
    function testFuzz_consistency_refusesOneChange(uint8 a, uint8 b, uint8 what, uint256 mask) public view {
        uint256 n = 2 + a % 60;
        uint256 m = 1 + b % (n - 1);
        vm.assume(mask != 0);
        bytes32[] memory proof = MerkleModel.consistency(m, n);
        bytes32 root1 = MerkleModel.root(0, m);
        bytes32 root2 = MerkleModel.root(0, n);
        uint256 choice = what % 4;
        if (choice == 0) root1 ^= bytes32(mask);
        if (choice == 1) root2 ^= bytes32(mask);
        if (choice == 2) proof[mask % proof.length] ^= bytes32(mask);
        if (choice == 3) {
            bytes32[] memory longer = new bytes32[](proof.length + 1);
            for (uint256 i = 0; i < proof.length; ++i) longer[i] = proof[i];
            proof = longer;
        }
        require(!prover.consistent(root1, uint64(m), root2, uint64(n), proof), "accepted");
    }

    function testFuzz_inclusion_refusesAnotherPlace(uint8 a, uint8 b, uint64 index) public view {
        uint256 n = 1 + a % 60;
        uint256 i = b % n;
        vm.assume(index != i);
        bytes32[] memory proof = MerkleModel.inclusion(i, 0, n);
        require(!prover.included(MerkleModel.root(0, n), uint64(n), MerkleModel.leaf(i), index, proof), "accepted");
    }
}

/// @dev What the operator and others may try, in any order, with a memory of what was accepted.
contract AnchorActor is ActSigner {
    AnchorRegistry private _anchors;
    bytes32 private _logId;
    bytes32[] public accepted;
    uint64 public size;
    bool public wasFooled;

    constructor(AnchorRegistry anchors, bytes32 logId) {
        (_anchors, _logId) = (anchors, logId);
    }

    function count() external view returns (uint256) {
        return accepted.length;
    }

    function extend(uint8 by) external {
        uint64 next = size + by % 5;
        if (next > 48) return;
        bytes32[] memory proof = size == 0 || next <= size ? new bytes32[](0) : MerkleModel.consistency(size, next);
        bytes32 root = next == 0 ? bytes32(0) : MerkleModel.root(0, next);
        _try(_last(), root, next, proof);
    }

    function fork(bytes32 root, uint8 to) external {
        if (size == 0) return;
        uint64 next = size + 1 + to % 4;
        _try(_last(), root, next, MerkleModel.consistency(size, next));
    }

    function race(bytes32 prev) external {
        if (size == 0 || prev == _last()) return;
        _try(prev, MerkleModel.root(0, size + 1), size + 1, MerkleModel.consistency(size, size + 1));
    }

    function _last() private view returns (bytes32) {
        return accepted.length == 0 ? bytes32(0) : accepted[accepted.length - 1];
    }

    function _try(bytes32 prev, bytes32 root, uint64 to, bytes32[] memory proof) private {
        try _anchors.anchor(_logId, prev, root, to, 0, "", proof) returns (uint64 seq) {
            // A flag, since a revert here would only undo the evidence.
            if (prev != _last() || to <= size || root != MerkleModel.root(0, to)) wasFooled = true;
            accepted.push(_anchors.headHashOf(_logId, seq, prev, root, to, 0));
            size = to;
        } catch {}
    }
}

contract AnchorRegistryTest is ActSigner {
    string private constant ORIGIN = "log.example/filiera";
    bytes32 private constant LOG_KEY = hex"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    bytes32 private constant OPERATOR = keccak256("operator");
    AnchorRegistry private anchors;
    AnchorActor private actor;
    bytes32 private logId;

    function setUp() public {
        ParticipantRegistry participants = deployParticipants();
        admit(participants, OPERATOR, 512, 41, 4);
        anchors = new AnchorRegistry(address(participants));
        logId = sha256(bytes(ORIGIN));
        actor = new AnchorActor(anchors, logId);
        bytes memory args = abi.encode(logId, address(actor), OPERATOR, LOG_KEY, ORIGIN);
        anchors.openLog(
            logId, address(actor), OPERATOR, LOG_KEY, ORIGIN, byCoordinators(address(anchors), "openLog", args)
        );
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(actor);
    }

    /// seq = number of accepted heads; every accepted head is still there, unchanged; sizes only grow.
    function invariant_heads_areAppendOnly() public view {
        uint256 count = actor.count();
        require(!actor.wasFooled(), "lost race, fork or smaller tree accepted");
        require(anchors.logOf(logId).seq == count, "seq");
        uint64 size = 0;
        for (uint64 seq = 1; seq <= count; ++seq) {
            IAnchorRegistry.Head memory head = anchors.headAt(logId, seq);
            require(head.headHash == actor.accepted(seq - 1), "changed");
            require(head.seq == seq && head.size > size, "order");
            size = head.size;
        }
    }

    function testFuzz_anchor_refusesStrangers(address sender) public {
        vm.assume(sender != address(actor));
        vm.prank(sender);
        vm.expectPartialRevert(IAnchorRegistry.NotOperator.selector);
        anchors.anchor(logId, 0, bytes32(uint256(1)), 1, 0, "", new bytes32[](0));
    }

    function testFuzz_headHash_bindsEveryField(uint8 field, uint64 change) public view {
        vm.assume(change != 0);
        bytes32 c = bytes32(uint256(change));
        uint256 f = field % 6;
        bytes32 one = anchors.headHashOf(0, 0, 0, 0, 0, 0);
        bytes32 other = anchors.headHashOf(
            f == 0 ? c : bytes32(0),
            f == 1 ? change : 0,
            f == 2 ? c : bytes32(0),
            f == 3 ? c : bytes32(0),
            f == 4 ? change : 0,
            f == 5 ? c : bytes32(0)
        );
        require(one != other, "field not bound");
    }
}
