// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IActs} from "../../contracts/interfaces/IActs.sol";
import {IPassportRegistry} from "../../contracts/interfaces/IPassportRegistry.sol";
import {ParticipantRegistry} from "../../contracts/ParticipantRegistry.sol";
import {PassportRegistry} from "../../contracts/PassportRegistry.sol";
import {ActSigner} from "./support/ActSigner.sol";

/// @dev Drives one passport in any order and remembers what was accepted.
contract PassportActor is ActSigner {
    bytes32 public constant ISSUER = keccak256("brand");
    bytes32 public constant PASSPORT = keccak256("passport");
    bytes32 public constant OTHER = keccak256("other");
    uint256 private constant KEY = 51;
    PassportRegistry private _passports;
    IPassportRegistry.Status public model;
    uint32 public version;
    bytes32 public digest;
    bool public brokeTable;
    uint256 public acts;

    constructor(PassportRegistry passports) {
        _passports = passports;
    }

    function issue(bytes32 id, bytes32 value) public {
        bytes memory args = abi.encode(ISSUER, id, value);
        try _passports.issue(ISSUER, id, value, _auth("issue", args)) {
            ++acts;
            if (id == PASSPORT) (model, version, digest) = (IPassportRegistry.Status.Active, 1, value);
        } catch {}
    }

    function issueFirst(bytes32 value) external {
        issue(PASSPORT, value);
    }

    function revise(bytes32 value) external {
        bytes memory args = abi.encode(ISSUER, PASSPORT, value);
        try _passports.revise(ISSUER, PASSPORT, value, _auth("revise", args)) {
            ++acts;
            if (uint8(model) != 1 && uint8(model) != 2) brokeTable = true;
            (version, digest) = (version + 1, value);
        } catch {}
    }

    function setStatus(uint8 to) external {
        IPassportRegistry.Status status = IPassportRegistry.Status(to % 6);
        bytes memory args = abi.encode(ISSUER, PASSPORT, status, bytes32(0));
        try _passports.setStatus(ISSUER, PASSPORT, status, 0, _auth("setStatus", args)) {
            ++acts;
            _move(status, uint8(status) == 4);
        } catch {}
    }

    function supersede() external {
        bytes memory args = abi.encode(ISSUER, PASSPORT, OTHER);
        try _passports.supersede(ISSUER, PASSPORT, OTHER, _auth("supersede", args)) {
            ++acts;
            _move(IPassportRegistry.Status.Superseded, false);
        } catch {}
    }

    /// @dev The table of the interface as rows of bits: bit n stands for status n.
    function _move(IPassportRegistry.Status to, bool forbidden) private {
        uint8[6] memory rows = [0, 60, 58, 32, 0, 0];
        if (forbidden || rows[uint8(model)] & (uint8(1) << uint8(to)) == 0) brokeTable = true;
        model = to;
    }

    function _auth(string memory act, bytes memory args) private view returns (IActs.Authorization memory) {
        return byKey(address(_passports), act, args, ISSUER, KEY);
    }
}

contract PassportRegistryTest is ActSigner {
    PassportRegistry private passports;
    PassportActor private actor;

    function setUp() public {
        ParticipantRegistry participants = deployParticipants();
        passports = new PassportRegistry(address(participants));
        actor = new PassportActor(passports);
        admit(participants, actor.ISSUER(), 2, 51, 6);
        actor.issue(actor.OTHER(), keccak256("1"));
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(actor);
    }

    /// The passport is what the accepted acts made of it, no move was outside the table, no act was counted twice.
    function invariant_passport_followsTheTable() public view {
        IPassportRegistry.Passport memory passport = passports.passportOf(actor.ISSUER(), actor.PASSPORT());
        require(!actor.brokeTable(), "table");
        require(passport.status == actor.model(), "status");
        require(passport.version == actor.version() && passport.digest == actor.digest(), "version");
        require((passport.successor != 0) == (uint8(passport.status) == 4), "successor");
        require(passports.nonceOf(actor.ISSUER()) == actor.acts(), "nonce");
    }

    function testFuzz_issue_refusesAnotherIssuersKey(bytes32 issuer) public {
        vm.assume(issuer != actor.ISSUER());
        bytes memory args = abi.encode(issuer, bytes32(uint256(1)), bytes32(uint256(2)));
        IActs.Authorization memory auth = byKey(address(passports), "issue", args, issuer, 51);
        vm.expectPartialRevert(IPassportRegistry.NotIssuer.selector);
        passports.issue(issuer, bytes32(uint256(1)), bytes32(uint256(2)), auth);
    }
}
