// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchHeader} from "../types/BatchHeader.sol";
import {Signed, Statements} from "../types/Evidence.sol";
import {StatementMessage} from "../types/SignedMessages.sol";
import {IHearing} from "./IHearing.sol";
import {ISettlement} from "./ISettlement.sol";

/// @title Faults of the statements tree
/// @notice `statements` is one leaf, where nothing else is said. A device is judged by the slot's last second
/// (`IDeviceRegistry.lastSecondOf`): whether it was in service, and which key it had.
interface IStatementProofs is IHearing {
    /// @notice Two adjacent statements do not ascend by account and slot.
    function statementsOutOfOrder(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Statements calldata statements
    ) external;

    /// @notice A statement's slot is not one of the batch.
    function statementMisplaced(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Statements calldata statements
    ) external;

    /// @notice A statement that is no estimate is of a device that the account did not have, or that was not in service.
    function deviceNotInService(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Statements calldata statements
    ) external;

    /// @notice A leaf says something else than the statement that it stands for.
    /// @param statement what the leaf has the struct hash of
    function statementMismatched(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Statements calldata statements,
        StatementMessage calldata statement
    ) external;

    /// @notice A statement that is no estimate was not signed by its device's key.
    /// @param signed what the leaf has the hash of
    function statementNotSigned(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Statements calldata statements,
        Signed calldata signed
    ) external;

    /// @notice An estimate earns energy credits.
    function estimateEarns(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Statements calldata statements
    ) external;
}
