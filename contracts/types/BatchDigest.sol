// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchState} from "./BatchState.sol";

/// @title What is kept of a batch
library BatchDigest {
    /// @notice keccak256(headerHash ‖ movementsHash ‖ packed state)
    /// @param headerHash keccak256(abi.encode(header))
    /// @param movementsHash keccak256 over the keccak256 of each part, concatenated
    function digest(bytes32 headerHash, bytes32 movementsHash, uint256 packedState) internal pure returns (bytes32) {
        return keccak256(abi.encode(headerHash, movementsHash, packedState));
    }

    /// @notice A state in one word: closesAt (40 bits, the lowest) ‖ debitMicroEur (64) ‖ openDemands (32) ‖ isLengthened.
    function pack(BatchState memory state) internal pure returns (uint256) {
        return uint256(state.closesAt) | (uint256(state.debitMicroEur) << 40) | (uint256(state.openDemands) << 104)
            | (uint256(state.isLengthened ? 1 : 0) << 136);
    }
}
