// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeviceRegistry} from "../interfaces/IDeviceRegistry.sol";
import {Signed} from "../types/Evidence.sol";
import {OrderMessage, SignedMessages, StatementMessage} from "../types/SignedMessages.sol";
import {Hearing} from "./Hearing.sol";

/// @title Revealed
/// @notice Leaves keep hashes of what was signed. This checks that what is shown is what was hashed.
abstract contract Revealed is Hearing {
    /// @notice Devices, their keys and when they were in service.
    IDeviceRegistry public immutable registry;
    /// @dev EIP-712 domain of the deployment.
    bytes32 private immutable _domainSeparator;

    constructor(IDeviceRegistry registry_) {
        registry = registry_;
        _domainSeparator = registry_.domainSeparator();
    }

    /// @dev Reverts unless this is the order of the digest.
    function _requireOrder(OrderMessage calldata order, bytes32 orderId) internal view {
        _requireHash(_digest(SignedMessages.hash(order)), orderId);
    }

    /// @dev Reverts unless this is the statement of the struct hash.
    function _requireStatement(StatementMessage calldata statement, bytes32 structHash) internal pure {
        _requireHash(SignedMessages.hash(statement), structHash);
    }

    /// @dev Reverts unless this is the key and signature that a leaf has the hash of.
    function _requireSigned(Signed calldata signed, bytes32 signatureHash) internal pure {
        _requireHash(keccak256(abi.encode(signed.signer, signed.signature)), signatureHash);
    }

    /// @dev Whether the key made the signature over the digest.
    function _isSignedBy(Signed calldata signed, bytes32 digest) internal view returns (bool) {
        return registry.isSignedBy(signed.signer, digest, signed.signature);
    }

    /// @dev What is signed of a message.
    function _digest(bytes32 structHash) internal view returns (bytes32) {
        return SignedMessages.digest(_domainSeparator, structHash);
    }
}
