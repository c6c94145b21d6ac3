// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IActs} from "./interfaces/IActs.sol";
import {Acts} from "./libraries/Acts.sol";

/// @dev Freshness of acts: each nonce is used once and in order, no act outlives its deadline. Who may sign is the
/// business of the contracts that inherit.
abstract contract Relayed is IActs {
    bytes32 internal constant COORDINATOR_ID = 0;

    mapping(bytes32 id => uint256 nonce) private _nonces;

    /// @inheritdoc IActs
    function nonceOf(bytes32 id) external view returns (uint256) {
        return _nonces[id];
    }

    /// @inheritdoc IActs
    function actDigest(string calldata act, bytes calldata args, uint256 nonce, uint64 deadline)
        external
        view
        returns (bytes32)
    {
        return Acts.digest(act, args, nonce, deadline);
    }

    /// @dev Uses up the nonce and returns the digest that must have been signed. A failed signature check reverts
    /// the whole transaction, so nobody can burn another's nonce.
    function _useAct(bytes32 id, string memory act, bytes memory args, Authorization calldata auth)
        internal
        returns (bytes32)
    {
        if (block.timestamp > auth.deadline) revert ActExpired(auth.deadline, uint64(block.timestamp));
        uint256 expected = _nonces[id];
        if (auth.nonce != expected) revert BadNonce(id, expected, auth.nonce);
        _nonces[id] = expected + 1;
        return Acts.digest(act, args, auth.nonce, auth.deadline);
    }

    /// @dev The one signature of a participant's act.
    function _single(Authorization calldata auth) internal pure returns (Signature calldata) {
        if (auth.signatures.length != 1) revert WrongSignatureCount(1, auth.signatures.length);
        return auth.signatures[0];
    }
}
