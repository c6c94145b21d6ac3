// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IActs} from "../../contracts/interfaces/IActs.sol";
import {ICoordinators} from "../../contracts/interfaces/ICoordinators.sol";
import {IParticipantRegistry} from "../../contracts/interfaces/IParticipantRegistry.sol";
import {ParticipantRegistry} from "../../contracts/ParticipantRegistry.sol";
import {ActSigner} from "./support/ActSigner.sol";

contract ParticipantRegistryTest is ActSigner {
    bytes32 private constant ID = keccak256("maker");
    uint256 private constant ADMIN_KEY = 21;
    uint256 private constant OTHER_KEY = 22;
    ParticipantRegistry private registry;

    function setUp() public {
        vm.roll(1000);
        registry = deployParticipants();
        admit(registry, ID, 1, ADMIN_KEY, 7);
    }

    function change(uint16 roles, bool active) private {
        bytes memory args = abi.encode(ID, roles, active);
        registry.change(ID, roles, active, byCoordinators(address(registry), "change", args));
    }

    function close(uint64 toBlock, uint8 reason) private {
        bytes memory args = abi.encode(ID, keyHashOf(OTHER_KEY), toBlock, reason);
        IActs.Authorization memory auth = byKey(address(registry), "closeKey", args, ID, ADMIN_KEY);
        registry.closeKey(ID, keyHashOf(OTHER_KEY), toBlock, reason, auth);
    }

    function add(uint64 fromBlock) private {
        IParticipantRegistry.KeyInput memory input = keyInput(registry, ID, OTHER_KEY, 1);
        bytes memory args = abi.encode(ID, input, fromBlock);
        registry.addKey(ID, input, fromBlock, byKey(address(registry), "addKey", args, ID, ADMIN_KEY));
    }

    /// An act is worth nothing with any one bit of its digest changed, whoever signed it.
    function testFuzz_coordinators_refuseAnotherDigest(bytes32 digest, uint8 bit) public {
        IActs.Signature[] memory signatures = new IActs.Signature[](2);
        signatures[0] = signLow(FIRST, digest);
        signatures[1] = signLow(SECOND, digest);
        registry.ensureCoordinators(digest, signatures);
        vm.expectPartialRevert(ICoordinators.BadCoordinatorSignature.selector);
        registry.ensureCoordinators(digest ^ bytes32(uint256(1) << bit), signatures);
    }

    function test_ensureKey_refusesHighS() public {
        IActs.Signature memory signature = signLow(ADMIN_KEY, keccak256("x"));
        registry.ensureKey(ID, signature.keyHash, 4, keccak256("x"), signature.r, signature.s);
        bytes32 high = bytes32(N - uint256(signature.s));
        vm.expectPartialRevert(IParticipantRegistry.BadActSignature.selector);
        registry.ensureKey(ID, signature.keyHash, 4, keccak256("x"), signature.r, high);
    }

    /// A key is valid in exactly its window, whatever the block asked for.
    function testFuzz_key_isValidExactlyInItsWindow(uint16 delay, uint16 length, uint64 asked) public {
        uint64 from = uint64(block.number) + delay;
        add(from);
        uint64 to = uint64(block.number) + registry.CLOSE_NOTICE() + length;
        close(to, 0);
        bool expected = from <= asked && asked < to;
        require(registry.keyValidAt(ID, keyHashOf(OTHER_KEY), asked) == expected, "window");
    }

    /// Whatever is done later, a window never ends before the block in which it was cut, and a dispute only widens.
    function testFuzz_compromise_neverReachesIntoTheAnchoredPast(uint64 first, uint64 second, uint16 later) public {
        add(0);
        uint64 added = uint64(block.number);
        vm.roll(block.number + 5 + later);
        close(first, 1);
        IParticipantRegistry.Key memory cut = registry.keyOf(ID, keyHashOf(OTHER_KEY));
        require(cut.toBlock == block.number && cut.disputedFrom >= added && cut.disputedFrom <= block.number, "cut");
        require(registry.keyValidAt(ID, keyHashOf(OTHER_KEY), cut.toBlock - 1), "voided");
        uint64 wanted = second < added ? (second == 0 ? uint64(block.number) : added) : second;
        if (wanted >= cut.disputedFrom) return;
        close(second, 1);
        IParticipantRegistry.Key memory again = registry.keyOf(ID, keyHashOf(OTHER_KEY));
        require(again.toBlock == cut.toBlock && again.disputedFrom < cut.disputedFrom, "widened");
    }

    /// The history answers as a list of all changes would.
    function testFuzz_statusAt_equalsTheLastChange(uint8[6] memory gaps, uint16[6] memory roles, uint16 asked) public {
        uint256 target = 990 + asked % 1600;
        uint16 expected = target >= 1000 ? 1 : 0;
        bool expectedActive = target >= 1000;
        for (uint256 i = 0; i < 6; ++i) {
            vm.roll(block.number + gaps[i]);
            vm.warp(block.timestamp + gaps[i]);
            uint16 mask = roles[i] % 2048;
            change(mask, i % 2 == 0);
            if (block.number <= target) (expected, expectedActive) = (mask, i % 2 == 0);
        }
        (uint16 got, bool active) = registry.statusAt(ID, uint64(target));
        require(got == expected && active == expectedActive, "history");
    }

    function testFuzz_act_expiresAfterItsDeadline(uint32 late) public {
        bytes memory args = abi.encode(ID, uint16(2), true);
        IActs.Authorization memory auth = byCoordinators(address(registry), "change", args);
        vm.warp(uint256(auth.deadline) + late);
        if (late != 0) vm.expectPartialRevert(IActs.ActExpired.selector);
        registry.change(ID, 2, true, auth);
    }

    function testFuzz_proposedKey_waitsForTheDelay(uint32 waited) public {
        IParticipantRegistry.KeyInput memory input = keyInput(registry, ID, OTHER_KEY, 4);
        bytes memory args = abi.encode(ID, input);
        registry.proposeKey(ID, input, byCoordinators(address(registry), "proposeKey", args));
        bytes32 keyHash = keyHashOf(OTHER_KEY);
        vm.warp(block.timestamp + waited);
        if (waited < DELAY) vm.expectPartialRevert(IParticipantRegistry.KeyTooEarly.selector);
        registry.activateKey(ID, keyHash);
    }
}
