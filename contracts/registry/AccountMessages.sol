// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {IDeviceRegistry} from "../interfaces/IDeviceRegistry.sol";
import {SignedMessages} from "../types/SignedMessages.sol";

/// @title AccountMessages
/// @notice The deployment's EIP-712 domain, and messages that are good once and until a deadline.
abstract contract AccountMessages is IDeviceRegistry {
    using BitMaps for BitMaps.BitMap;

    /// @notice The address in the domain of all that is signed for this deployment.
    address public immutable verifyingContract;

    mapping(address owner => BitMaps.BitMap) private _usedNonces;

    constructor(address verifyingContract_) {
        verifyingContract = verifyingContract_;
    }

    /// @inheritdoc IDeviceRegistry
    function isNonceUsed(address owner, uint64 nonce) external view returns (bool) {
        return _usedNonces[owner].get(nonce);
    }

    /// @inheritdoc IDeviceRegistry
    function domainSeparator() public view returns (bytes32) {
        // Not kept: a chain that splits has two ids, and a message is for one of them.
        return SignedMessages.domainSeparator(block.chainid, verifyingContract);
    }

    /// @dev What is signed of a message to this deployment.
    function _digest(bytes32 structHash) internal view returns (bytes32) {
        return SignedMessages.digest(domainSeparator(), structHash);
    }

    /// @dev Refuses a message that is too late or was there before.
    function _useNonce(address owner, uint64 nonce, uint64 deadline) internal {
        require(block.timestamp <= deadline, DeadlinePassed(deadline, block.timestamp));
        require(!_usedNonces[owner].get(nonce), NonceUsed(owner, nonce));
        _usedNonces[owner].set(nonce);
    }
}
