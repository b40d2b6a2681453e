// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    CancelMessage,
    OrderMessage,
    SignedMessages,
    StatementMessage
} from "../../../contracts/types/SignedMessages.sol";

/// @notice Opens the library to tests that are not in Solidity: many messages a call.
contract SignedMessagesFixture {
    function orderDigests(
        address verifyingContract,
        OrderMessage[] calldata orders
    ) external view returns (bytes32[] memory digests) {
        digests = new bytes32[](orders.length);
        for (uint256 i = 0; i < orders.length; ++i) {
            digests[i] = _digest(verifyingContract, SignedMessages.hash(orders[i]));
        }
    }

    function cancelDigests(
        address verifyingContract,
        CancelMessage[] calldata cancels
    ) external view returns (bytes32[] memory digests) {
        digests = new bytes32[](cancels.length);
        for (uint256 i = 0; i < cancels.length; ++i) {
            digests[i] = _digest(verifyingContract, SignedMessages.hash(cancels[i]));
        }
    }

    function statementDigests(
        address verifyingContract,
        StatementMessage[] calldata statements
    ) external view returns (bytes32[] memory digests) {
        digests = new bytes32[](statements.length);
        for (uint256 i = 0; i < statements.length; ++i) {
            digests[i] = _digest(verifyingContract, SignedMessages.hash(statements[i]));
        }
    }

    function _digest(address verifyingContract, bytes32 structHash) private view returns (bytes32) {
        return SignedMessages.digest(SignedMessages.domainSeparator(block.chainid, verifyingContract), structHash);
    }
}
