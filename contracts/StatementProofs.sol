// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Court} from "./disputes/Court.sol";
import {Revealed} from "./disputes/Revealed.sol";
import {Span} from "./disputes/Span.sol";
import {IDeviceRegistry} from "./interfaces/IDeviceRegistry.sol";
import {IDisputes} from "./interfaces/IDisputes.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IStatementProofs} from "./interfaces/IStatementProofs.sol";
import {BatchHeader} from "./types/BatchHeader.sol";
import {Signed, Statements} from "./types/Evidence.sol";
import {Fault} from "./types/Fault.sol";
import {StatementMessage} from "./types/SignedMessages.sol";
import {StatementLeaf} from "./types/StatementLeaf.sol";

/// @title StatementProofs
/// @notice Faults of what homes are said to have metered.
contract StatementProofs is Court, Revealed, IStatementProofs {
    constructor(IDisputes disputes, IDeviceRegistry registry) Court(disputes) Revealed(registry) {}

    /// @inheritdoc IStatementProofs
    function statementsOutOfOrder(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Statements calldata statements
    ) external {
        Span memory span = _proveStatements(ref, header, statements, 2);
        _judge(ref, Fault.StatementsOutOfOrder, span.groups[0] >= span.groups[1]);
    }

    /// @inheritdoc IStatementProofs
    function statementMisplaced(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Statements calldata statements
    ) external {
        StatementLeaf calldata leaf = _soleStatement(ref, header, statements);
        _judge(ref, Fault.StatementMisplaced, !_isSettled(header, leaf.slot));
    }

    /// @inheritdoc IStatementProofs
    function deviceNotInService(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Statements calldata statements
    ) external {
        StatementLeaf calldata leaf = _soleStatement(ref, header, statements);
        (uint256 device, uint256 time) = _deviceOf(header, leaf);
        bool isInService = device != 0 && registry.isActiveAt(device, time);
        _judge(ref, Fault.DeviceNotInService, !leaf.isEstimated && !isInService);
    }

    /// @inheritdoc IStatementProofs
    function statementMismatched(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Statements calldata statements,
        StatementMessage calldata statement
    ) external {
        StatementLeaf calldata leaf = _soleStatement(ref, header, statements);
        _requireStatement(statement, leaf.structHash);
        bool isOfLeaf = statement.account == leaf.account && statement.slot == leaf.slot
            && statement.importWh == leaf.importWh && statement.exportWh == leaf.exportWh
            && statement.estimated == leaf.isEstimated && keccak256(bytes(statement.deviceId)) == leaf.deviceName
            && keccak256(bytes(statement.neighbourhood)) == header.neighbourhood;
        _judge(ref, Fault.StatementMismatched, !isOfLeaf);
    }

    /// @inheritdoc IStatementProofs
    function statementNotSigned(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Statements calldata statements,
        Signed calldata signed
    ) external {
        StatementLeaf calldata leaf = _soleStatement(ref, header, statements);
        _requireSigned(signed, leaf.signatureHash);
        (uint256 device, uint256 time) = _deviceOf(header, leaf);
        bool isItsKey = keccak256(signed.signer) == keccak256(registry.keyAt(device, time));
        bool isSigned = isItsKey && _isSignedBy(signed, _digest(leaf.structHash));
        _judge(ref, Fault.StatementNotSigned, !leaf.isEstimated && !isSigned);
    }

    /// @inheritdoc IStatementProofs
    function estimateEarns(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Statements calldata statements
    ) external {
        StatementLeaf calldata leaf = _soleStatement(ref, header, statements);
        _judge(ref, Fault.EstimateEarns, leaf.isEstimated && leaf.earnsCredit);
    }

    function _soleStatement(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Statements calldata statements
    ) private view returns (StatementLeaf calldata) {
        _proveStatements(ref, header, statements, 1);
        return statements.shown[0].leaf;
    }

    /// @dev The device that a leaf names, 0 if its account had none of that name; and the time that it is judged by.
    function _deviceOf(BatchHeader calldata header, StatementLeaf calldata leaf)
        private
        view
        returns (uint256 device, uint256 time)
    {
        time = registry.lastSecondOf(leaf.slot);
        device = registry.deviceOfAt(header.neighbourhood, leaf.deviceName, leaf.account, time);
    }
}
