// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Court} from "./disputes/Court.sol";
import {Span, Spans} from "./disputes/Span.sol";
import {IBillProofs} from "./interfaces/IBillProofs.sol";
import {IDisputes} from "./interfaces/IDisputes.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IVault} from "./interfaces/IVault.sol";
import {BatchHeader} from "./types/BatchHeader.sol";
import {Bill} from "./types/Bill.sol";
import {BillLines} from "./types/BillLines.sol";
import {Bills, Legs, Statements} from "./types/Evidence.sol";
import {Fault} from "./types/Fault.sol";
import {Leg} from "./types/Leg.sol";
import {Movements} from "./types/Movements.sol";
import {StatementLeaf} from "./types/StatementLeaf.sol";
import {Terms} from "./types/Terms.sol";

/// @title BillProofs
/// @notice Faults of what homes are billed, and of what is moved for it.
contract BillProofs is Court, IBillProofs {
    using BillLines for Bill;
    using Spans for Bills;
    using Spans for Legs;
    using Spans for Span;
    using Spans for Statements;

    /// @notice The highest protocol fee, in 1/10,000.
    uint16 public constant FEE_BP_MAX = 100;

    uint256 private constant GRID_SEAT = 2;
    uint256 private constant FUND_SEAT = 3;

    /// @notice The ledger of all accounts: who has which seat.
    IVault public immutable vault;

    constructor(IDisputes disputes, IVault vault_) Court(disputes) {
        vault = vault_;
    }

    /// @inheritdoc IBillProofs
    function billsOutOfOrder(ISettlement.BatchRef calldata ref, BatchHeader calldata header, Bills calldata bills)
        external
    {
        Span memory span = _proveBills(ref, header, bills, 2);
        _judge(ref, Fault.BillsOutOfOrder, span.groups[0] >= span.groups[1]);
    }

    /// @inheritdoc IBillProofs
    function billMisplaced(ISettlement.BatchRef calldata ref, BatchHeader calldata header, Bills calldata bills)
        external
    {
        _proveBills(ref, header, bills, 1);
        _judge(ref, Fault.BillMisplaced, !_isSettled(header, bills.shown[0].leaf.slot));
    }

    /// @inheritdoc IBillProofs
    function notAsTraded(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Bills calldata bills,
        Legs calldata legs
    ) external {
        uint256 group = _proveBills(ref, header, bills, 1).groups[0];
        Span memory span = legs.prove(header.tradesRoot);
        Bill calldata bill = bills.shown[0].leaf;
        bool isAsTraded;
        if (span.beginsWith(group)) {
            span.requireLastOfGroup();
            Leg calldata last = legs.shown[0].leaf;
            isAsTraded = bill.positionWh == last.positionWh && bill.boughtWh == last.boughtWh
                && bill.tradesMicroEur == last.moneyMicroEur && bill.paidMicroEur == last.paidMicroEur;
        } else {
            span.requireAbsent(group);
            isAsTraded =
                bill.positionWh == 0 && bill.boughtWh == 0 && bill.tradesMicroEur == 0 && bill.paidMicroEur == 0;
        }
        _judge(ref, Fault.NotAsTraded, !isAsTraded);
    }

    /// @inheritdoc IBillProofs
    function notAsMetered(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Bills calldata bills,
        Statements calldata statements
    ) external {
        uint256 group = _proveBills(ref, header, bills, 1).groups[0];
        Span memory span = statements.prove(header.statementsRoot);
        bool isAsMetered;
        if (span.beginsWith(group)) {
            Bill calldata bill = bills.shown[0].leaf;
            StatementLeaf calldata metered = statements.shown[0].leaf;
            isAsMetered = bill.importWh == metered.importWh && bill.exportWh == metered.exportWh;
        } else {
            span.requireAbsent(group);
        }
        _judge(ref, Fault.NotAsMetered, !isAsMetered);
    }

    /// @inheritdoc IBillProofs
    function tradeNotBilled(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Bills calldata bills,
        Legs calldata legs
    ) external {
        uint256 group = _proveLegs(ref, header, legs, 1).groups[0];
        _judge(ref, Fault.TradeNotBilled, _isNotBilled(header, bills, group));
    }

    /// @inheritdoc IBillProofs
    function statementNotBilled(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Bills calldata bills,
        Statements calldata statements
    ) external {
        uint256 group = _proveStatements(ref, header, statements, 1).groups[0];
        _judge(ref, Fault.StatementNotBilled, _isNotBilled(header, bills, group));
    }

    /// @inheritdoc IBillProofs
    function termsBeyondBounds(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Terms calldata terms
    ) external {
        _requireOpen(ref, header);
        _requireTerms(header, terms);
        _judge(ref, Fault.TermsBeyondBounds, terms.protocolFeeBp > FEE_BP_MAX);
    }

    /// @inheritdoc IBillProofs
    function billMiscalculated(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Bills calldata bills,
        Terms calldata terms
    ) external {
        _proveBills(ref, header, bills, 1);
        _requireTerms(header, terms);
        Bill calldata bill = bills.shown[0].leaf;
        bool isRight = bill.localChargeMicroEur == bill.localCharge(terms)
            && bill.deviationMicroEur == bill.deviation(terms) && bill.feeMicroEur == bill.fee(terms);
        _judge(ref, Fault.BillMiscalculated, !isRight);
    }

    /// @inheritdoc IBillProofs
    function billTotalsWrong(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Bills calldata bills,
        Terms calldata terms
    ) external {
        bool isFirst = bills.shown.length == 1;
        Span memory span = _proveBills(ref, header, bills, isFirst ? 1 : 2);
        require(!isFirst || span.first == 0, WrongLeafCount(1));
        _requireTerms(header, terms);
        Bill calldata before = bills.shown[0].leaf;
        Bill calldata bill = bills.shown[isFirst ? 0 : 1].leaf;
        bool isOfAccount = !isFirst && before.account == bill.account;
        int256 net = int256(bill.tradesMicroEur) + bill.localChargeMicroEur + bill.deviationMicroEur + bill.feeMicroEur;
        bool isRight = bill.totalMicroEur == (isOfAccount ? int256(before.totalMicroEur) : int256(0)) + net
            && bill.totalPositionWh == (isOfAccount ? int256(before.totalPositionWh) : int256(0)) + bill.positionWh
            && _signed(bill.gridMicroEur) == (isFirst ? int256(0) : _signed(before.gridMicroEur)) + bill.gridReceives(terms)
            && _signed(bill.fundMicroEur) == (isFirst ? int256(0) : _signed(before.fundMicroEur)) + bill.fundReceives(terms);
        _judge(ref, Fault.BillTotalsWrong, !isRight);
    }

    /// @inheritdoc IBillProofs
    function movementNotAsBilled(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Bills calldata bills,
        bytes[] calldata parts
    ) external {
        _requireOpen(ref, header);
        Span memory span = bills.prove(header.billsRoot);
        require(bills.shown.length != 0, WrongLeafCount(0));
        Bill calldata bill = bills.shown[0].leaf;
        (span,) = span.byAccount(bill.account);
        span.requireLastOfGroup();
        (int256 money, int256 positionWh) = _homeMovementOf(ref, bill.account, parts);
        bool isAsBilled = money == bill.totalMicroEur && positionWh == bill.totalPositionWh;
        _judge(ref, Fault.MovementNotAsBilled, !isAsBilled);
    }

    /// @inheritdoc IBillProofs
    function movementNotBilled(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        address account,
        Bills calldata bills,
        bytes[] calldata parts
    ) external {
        _requireOpen(ref, header);
        (Span memory span, uint256 group) = bills.prove(header.billsRoot).byAccount(account);
        span.requireAbsent(group);
        (int256 money, int256 positionWh) = _homeMovementOf(ref, account, parts);
        _judge(ref, Fault.MovementNotBilled, money != 0 || positionWh != 0);
    }

    /// @inheritdoc IBillProofs
    function counterpartiesNotAsBilled(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Bills calldata bills,
        bytes[] calldata parts
    ) external {
        _requireOpen(ref, header);
        Span memory span = bills.prove(header.billsRoot);
        require(span.isTreeEmpty || span.first + 1 == span.count, Spans.NotLastOfGroup(span.first));
        int256 billedToGrid = span.isTreeEmpty ? int256(0) : _signed(bills.shown[0].leaf.gridMicroEur);
        int256 billedToFund = span.isTreeEmpty ? int256(0) : _signed(bills.shown[0].leaf.fundMicroEur);
        _requireMovements(ref, parts);
        (int256 toGrid,) = _movementOf(parts, GRID_SEAT);
        (int256 toFund,) = _movementOf(parts, FUND_SEAT);
        _judge(ref, Fault.CounterpartiesNotAsBilled, toGrid != billedToGrid || toFund != billedToFund);
    }

    /// @dev Whether the bills shown leave no room for one of the group; reverts if they show neither.
    function _isNotBilled(BatchHeader calldata header, Bills calldata bills, uint256 group)
        private
        pure
        returns (bool)
    {
        Span memory span = bills.prove(header.billsRoot);
        if (span.beginsWith(group)) return false;
        span.requireAbsent(group);
        return true;
    }

    /// @dev What the batch moves of a home. Who has no seat, or is a counterparty, has no movement of a home.
    function _homeMovementOf(ISettlement.BatchRef calldata ref, address account, bytes[] calldata parts)
        private
        view
        returns (int256 moneyMicroEur, int256 positionWh)
    {
        _requireMovements(ref, parts);
        uint256 seat = vault.seatOf(ref.neighbourhood, account);
        return seat < Movements.LANES ? (int256(0), int256(0)) : _movementOf(parts, seat);
    }

    /// @dev What all parts together do to a seat.
    function _movementOf(bytes[] calldata parts, uint256 seat)
        private
        pure
        returns (int256 moneyMicroEur, int256 positionWh)
    {
        for (uint256 i = 0; i < parts.length; ++i) {
            (, int256 money, int256 wh) = Movements.seatIn(parts[i], seat);
            moneyMicroEur += money;
            positionWh += wh;
        }
    }

    /// @dev Reverts unless these are all parts of the batch's movements, whole groups each (else `dropUnsound`).
    function _requireMovements(ISettlement.BatchRef calldata ref, bytes[] calldata parts) private pure {
        bytes32[] memory hashes = new bytes32[](parts.length);
        for (uint256 i = 0; i < parts.length; ++i) {
            require(Movements.isWhole(parts[i]), IVault.MalformedMovements(parts[i].length));
            hashes[i] = keccak256(parts[i]);
        }
        bytes32 movementsHash = keccak256(abi.encodePacked(hashes));
        require(movementsHash == ref.movementsHash, IVault.WrongMovements(movementsHash));
    }

    function _signed(uint128 amount) private pure returns (int256) {
        return int256(uint256(amount));
    }
}
