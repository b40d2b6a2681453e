// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHearing} from "../interfaces/IHearing.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {IVault} from "../interfaces/IVault.sol";
import {BatchHeader} from "../types/BatchHeader.sol";
import {Bills, Legs, Statements} from "../types/Evidence.sol";
import {Terms} from "../types/Terms.sol";
import {Span, Spans} from "./Span.sol";

/// @title Hearing
/// @notice What all disputes have in common: a batch that can still fall, and leaves under its roots.
abstract contract Hearing is IHearing {
    using Spans for Bills;
    using Spans for Legs;
    using Spans for Statements;

    /// @inheritdoc IHearing
    ISettlement public immutable settlement;

    constructor(ISettlement settlement_) {
        settlement = settlement_;
    }

    /// @dev Reverts unless the batch is kept, is not final, and has this header.
    function _requireOpen(ISettlement.BatchRef calldata ref, BatchHeader calldata header) internal view {
        (bool isKept, bool isFinal) = settlement.statusOf(ref);
        require(isKept, IVault.NotAsProposed(ref.neighbourhood, ref.number));
        require(!isFinal, ISettlement.AlreadyFinal(ref.neighbourhood, ref.number));
        bytes32 headerHash = keccak256(abi.encode(header));
        require(headerHash == ref.headerHash, WrongHeader(headerHash, ref.headerHash));
    }

    /// @dev The batch is open, and so many legs are in its tree, one after the other.
    function _proveLegs(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs calldata legs,
        uint256 leaves
    ) internal view returns (Span memory) {
        _requireOpen(ref, header);
        require(legs.shown.length == leaves, WrongLeafCount(legs.shown.length));
        return legs.prove(header.tradesRoot);
    }

    /// @dev The batch is open, and so many bills are in its tree, one after the other.
    function _proveBills(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Bills calldata bills,
        uint256 leaves
    ) internal view returns (Span memory) {
        _requireOpen(ref, header);
        require(bills.shown.length == leaves, WrongLeafCount(bills.shown.length));
        return bills.prove(header.billsRoot);
    }

    /// @dev The batch is open, and so many statements are in its tree, one after the other.
    function _proveStatements(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Statements calldata statements,
        uint256 leaves
    ) internal view returns (Span memory) {
        _requireOpen(ref, header);
        require(statements.shown.length == leaves, WrongLeafCount(statements.shown.length));
        return statements.prove(header.statementsRoot);
    }

    /// @dev Reverts unless these are the batch's terms.
    function _requireTerms(BatchHeader calldata header, Terms calldata terms) internal pure {
        _requireHash(keccak256(abi.encode(terms)), header.termsHash);
    }

    /// @dev Reverts unless what was revealed is what was hashed.
    function _requireHash(bytes32 hash, bytes32 expected) internal pure {
        require(hash == expected, WrongPreimage(hash, expected));
    }

    /// @dev Whether the batch settles the slot.
    function _isSettled(BatchHeader calldata header, uint64 slot) internal pure returns (bool) {
        return header.firstSlot <= slot && slot <= header.lastSlot;
    }

    function _slotSeconds(bytes32 neighbourhood) internal view returns (uint256) {
        return settlement.neighbourhoodOf(neighbourhood).slotSeconds;
    }
}
