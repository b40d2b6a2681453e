// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchHeader} from "../types/BatchHeader.sol";
import {Legs, Signed} from "../types/Evidence.sol";
import {OrderMessage} from "../types/SignedMessages.sol";
import {IHearing} from "./IHearing.sol";
import {ISettlement} from "./ISettlement.sol";

/// @title Faults of legs against the orders that they fill
/// @notice `legs` is one leg, where nothing else is said, and `order` the message whose digest it names.
interface IOrderProofs is IHearing {
    /// @notice Nobody who may trade for the account when the trade was made signed the order.
    /// @param signed what the leg has the hash of
    function orderNotSigned(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs calldata legs,
        Signed calldata signed
    ) external;

    /// @notice The order is of another account, slot, neighbourhood or side than its leg.
    function orderMismatched(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs calldata legs,
        OrderMessage calldata order
    ) external;

    /// @notice More of the order was filled than it is for.
    function orderOverfilled(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs calldata legs,
        OrderMessage calldata order
    ) external;

    /// @notice More was filled of an order and its amendments together than the last of them is for: an amendment's
    /// quantity counts what was filled before it.
    /// @param legs one of each order
    /// @param orders the first one, and each one that replaces the one before it
    function amendmentOverfilled(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs[] calldata legs,
        OrderMessage[] calldata orders
    ) external;

    /// @notice An order was filled after its amendment was.
    /// @param legs one of each
    /// @param orders the order, and the one that replaces it
    function filledAfterReplaced(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs[] calldata legs,
        OrderMessage[] calldata orders
    ) external;

    /// @notice The trade was made after the order, good till a date, had expired.
    function orderExpired(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs calldata legs,
        OrderMessage calldata order
    ) external;

    /// @notice The trade was made although the account had cancelled the order on chain, `NOTICE` seconds before.
    function orderCancelled(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs calldata legs,
        OrderMessage calldata order
    ) external;

    /// @notice The trade's price is worse than the order's limit.
    function outsideLimit(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs calldata legs,
        OrderMessage calldata order
    ) external;

    /// @notice A trading key paid more than it may, or traded more in the slot than it may.
    /// @param legs one of each of several orders of one account and slot, ascending by order
    /// @param signed what each has the hash of: all by the one key
    function beyondTradingKey(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs[] calldata legs,
        Signed[] calldata signed
    ) external;
}
