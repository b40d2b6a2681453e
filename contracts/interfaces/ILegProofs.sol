// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchHeader} from "../types/BatchHeader.sol";
import {Legs} from "../types/Evidence.sol";
import {IHearing} from "./IHearing.sol";
import {ISettlement} from "./ISettlement.sol";

/// @title Faults of the trades tree itself
interface ILegProofs is IHearing {
    /// @notice Two adjacent legs do not ascend by account, slot, order and sequence.
    function legsOutOfOrder(ISettlement.BatchRef calldata ref, BatchHeader calldata header, Legs calldata legs)
        external;

    /// @notice A leg's slot is not one of the batch, or its trade was made after the slot began.
    function legMisplaced(ISettlement.BatchRef calldata ref, BatchHeader calldata header, Legs calldata legs) external;

    /// @notice A leg's running sums do not follow from those of the leg before it.
    /// @param legs both; the first leg of the tree alone
    function legSumsWrong(ISettlement.BatchRef calldata ref, BatchHeader calldata header, Legs calldata legs) external;

    /// @notice The other side of a leg's trade is not in the tree.
    /// @param legs one
    /// @param around the legs between which the other one would stand, or the first or last of the tree
    function counterLegMissing(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs calldata legs,
        Legs calldata around
    ) external;

    /// @notice The two legs of a trade say different things about it.
    function counterLegDiffers(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs calldata leg,
        Legs calldata counterLeg
    ) external;
}
