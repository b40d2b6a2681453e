// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ISignerKeys} from "../interfaces/ISignerKeys.sol";

/// @title SignerKeys
/// @notice Which keys there are, and what they signed.
abstract contract SignerKeys is ISignerKeys {
    uint256 private constant SECP256K1_KEY_BYTES = 20;
    uint256 private constant P256_KEY_BYTES = 84;
    uint256 private constant P256_SIGNATURE_BYTES = 64;

    /// @inheritdoc ISignerKeys
    address public immutable p256Verifier;

    constructor(address p256Verifier_) {
        p256Verifier = p256Verifier_;
    }

    /// @inheritdoc ISignerKeys
    function isSignedBy(bytes memory key, bytes32 digest, bytes memory signature) public view returns (bool) {
        if (key.length == SECP256K1_KEY_BYTES) {
            // Never SignatureChecker here: where the address has code, it would ask that.
            (address signer, ECDSA.RecoverError problem, ) = ECDSA.tryRecover(digest, signature);
            return problem == ECDSA.RecoverError.NoError && signer == address(bytes20(key));
        }
        return
            key.length == P256_KEY_BYTES &&
            address(bytes20(key)) == p256Verifier &&
            signature.length == P256_SIGNATURE_BYTES &&
            SignatureChecker.isValidSignatureNow(key, digest, signature);
    }

    /// @dev Refuses what is no key, and what the key did not sign.
    function _requireSigned(bytes calldata key, bytes32 digest, bytes calldata signature) internal view {
        _requireKey(key);
        require(isSignedBy(key, digest, signature), NotSignedByKey(key));
    }

    /// @dev Refuses what is no key.
    function _requireKey(bytes calldata key) internal view {
        bool isKey = key.length == SECP256K1_KEY_BYTES
            ? bytes20(key) != 0
            : key.length == P256_KEY_BYTES &&
                address(bytes20(key)) == p256Verifier &&
                P256.isValidPublicKey(bytes32(key[20:52]), bytes32(key[52:84]));
        require(isKey, BadKey(key));
    }
}
