// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchHeader} from "../types/BatchHeader.sol";
import {Bills, Legs, Statements} from "../types/Evidence.sol";
import {Terms} from "../types/Terms.sol";
import {IHearing} from "./IHearing.sol";
import {ISettlement} from "./ISettlement.sol";

/// @title Faults of the bills tree, and of the movements that are made of it
/// @notice `bills` is one leaf, where nothing else is said. `terms` are those that the header has the hash of, `parts`
/// all parts of the batch's movements.
interface IBillProofs is IHearing {
    /// @notice Two adjacent bills do not ascend by account and slot.
    function billsOutOfOrder(ISettlement.BatchRef calldata ref, BatchHeader calldata header, Bills calldata bills)
        external;

    /// @notice A bill's slot is not one of the batch.
    function billMisplaced(ISettlement.BatchRef calldata ref, BatchHeader calldata header, Bills calldata bills)
        external;

    /// @notice A bill does not say what its account traded in the slot.
    /// @param legs the account's last leg of the slot, and the leg after it if there is one; or those between which its
    /// first leg would stand, or the first or last of the tree: then it traded nothing
    function notAsTraded(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Bills calldata bills,
        Legs calldata legs
    ) external;

    /// @notice A bill does not say what its account metered in the slot, or there is no statement of it.
    /// @param statements its statement; or those between which it would stand, or the first or last of the tree
    function notAsMetered(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Bills calldata bills,
        Statements calldata statements
    ) external;

    /// @notice An account traded in a slot and has no bill of it.
    /// @param bills those between which it would stand, or the first or last of the tree
    /// @param legs one
    function tradeNotBilled(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Bills calldata bills,
        Legs calldata legs
    ) external;

    /// @notice A home has a statement of a slot and no bill of it.
    /// @param bills those between which it would stand, or the first or last of the tree
    /// @param statements one
    function statementNotBilled(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Bills calldata bills,
        Statements calldata statements
    ) external;

    /// @notice The batch's terms are beyond what any market may charge: a protocol fee above `FEE_BP_MAX`.
    function termsBeyondBounds(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Terms calldata terms
    ) external;

    /// @notice A bill's charge, deviation or fee is not what the terms give.
    function billMiscalculated(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Bills calldata bills,
        Terms calldata terms
    ) external;

    /// @notice A bill's running totals do not follow from those of the bill before it.
    /// @param bills both; the first bill of the tree alone
    function billTotalsWrong(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Bills calldata bills,
        Terms calldata terms
    ) external;

    /// @notice The batch does not move what an account's last bill totals.
    /// @param bills the account's last one, and the bill after it if there is one
    function movementNotAsBilled(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Bills calldata bills,
        bytes[] calldata parts
    ) external;

    /// @notice The batch moves something of a home that has no bill.
    /// @param bills those between which its first one would stand, or the first or last of the tree
    function movementNotBilled(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        address account,
        Bills calldata bills,
        bytes[] calldata parts
    ) external;

    /// @notice Grid or fund do not receive what the bills give them. What is left is the supplier's, for money is
    /// conserved.
    /// @param bills the last one of the tree; none if it is empty
    function counterpartiesNotAsBilled(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Bills calldata bills,
        bytes[] calldata parts
    ) external;
}
