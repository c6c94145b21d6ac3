// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IActs} from "../../../contracts/interfaces/IActs.sol";
import {IParticipantRegistry} from "../../../contracts/interfaces/IParticipantRegistry.sol";
import {Acts} from "../../../contracts/libraries/Acts.sol";
import {PublicKeys} from "../../../contracts/libraries/PublicKeys.sol";
import {ParticipantRegistry} from "../../../contracts/ParticipantRegistry.sol";

interface Vm {
    function signP256(uint256 privateKey, bytes32 digest) external pure returns (bytes32 r, bytes32 s);
    function publicKeyP256(uint256 privateKey) external pure returns (uint256 x, uint256 y);
    function expectPartialRevert(bytes4 selector) external;
    function roll(uint256 number) external;
    function warp(uint256 time) external;
    function prank(address sender) external;
    function assume(bool condition) external pure;
}

/// @dev Keys that sign acts, and a registry of participants to test against.
abstract contract ActSigner {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint256 internal constant N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;
    uint256 internal constant FIRST = 11;
    uint256 internal constant SECOND = 12;
    uint64 internal constant DELAY = 2 days;

    function deployParticipants() internal returns (ParticipantRegistry) {
        bytes[] memory keys = new bytes[](2);
        keys[0] = publicKey(FIRST);
        keys[1] = publicKey(SECOND);
        return new ParticipantRegistry(keys, 2, DELAY);
    }

    function publicKey(uint256 secret) internal pure returns (bytes memory) {
        (uint256 x, uint256 y) = vm.publicKeyP256(secret);
        return abi.encode(x, y);
    }

    function keyHashOf(uint256 secret) internal pure returns (bytes32) {
        (uint256 x, uint256 y) = vm.publicKeyP256(secret);
        return PublicKeys.p256Hash(bytes32(x), bytes32(y));
    }

    function signLow(uint256 secret, bytes32 digest) internal pure returns (IActs.Signature memory) {
        (bytes32 r, bytes32 s) = vm.signP256(secret, digest);
        if (uint256(s) > N / 2) s = bytes32(N - uint256(s));
        return IActs.Signature(keyHashOf(secret), r, s);
    }

    function authorize(address on, string memory act, bytes memory args, bytes32 who, uint256[] memory secrets)
        internal
        view
        returns (IActs.Authorization memory auth)
    {
        auth.nonce = IActs(on).nonceOf(who);
        auth.deadline = uint64(block.timestamp + 1 hours);
        bytes32 digest = IActs(on).actDigest(act, args, auth.nonce, auth.deadline);
        auth.signatures = new IActs.Signature[](secrets.length);
        for (uint256 i = 0; i < secrets.length; ++i) {
            auth.signatures[i] = signLow(secrets[i], digest);
        }
    }

    function byCoordinators(address on, string memory act, bytes memory args)
        internal
        view
        returns (IActs.Authorization memory)
    {
        uint256[] memory secrets = new uint256[](2);
        (secrets[0], secrets[1]) = (FIRST, SECOND);
        return authorize(on, act, args, 0, secrets);
    }

    function byKey(address on, string memory act, bytes memory args, bytes32 who, uint256 secret)
        internal
        view
        returns (IActs.Authorization memory)
    {
        uint256[] memory secrets = new uint256[](1);
        secrets[0] = secret;
        return authorize(on, act, args, who, secrets);
    }

    function keyInput(ParticipantRegistry registry, bytes32 id, uint256 secret, uint8 capabilities)
        internal
        view
        returns (IParticipantRegistry.KeyInput memory)
    {
        bytes32 keyHash = keyHashOf(secret);
        bytes memory preimage = abi.encode(Acts.KEY_TAG, block.chainid, address(registry), id, keyHash);
        IActs.Signature memory proof = signLow(secret, sha256(preimage));
        return IParticipantRegistry.KeyInput(1, 1, capabilities, publicKey(secret), proof.r, proof.s);
    }

    function admit(ParticipantRegistry registry, bytes32 id, uint16 roles, uint256 secret, uint8 capabilities) internal {
        IParticipantRegistry.KeyInput[] memory keys = new IParticipantRegistry.KeyInput[](1);
        keys[0] = keyInput(registry, id, secret, capabilities);
        bytes memory args = abi.encode(id, roles, bytes32(0), keys);
        registry.admit(id, roles, 0, keys, byCoordinators(address(registry), "admit", args));
    }
}
