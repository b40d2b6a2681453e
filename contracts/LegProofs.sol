// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Court} from "./disputes/Court.sol";
import {Span, Spans} from "./disputes/Span.sol";
import {IDisputes} from "./interfaces/IDisputes.sol";
import {ILegProofs} from "./interfaces/ILegProofs.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {BatchHeader} from "./types/BatchHeader.sol";
import {LegAt, Legs} from "./types/Evidence.sol";
import {Fault} from "./types/Fault.sol";
import {Leg} from "./types/Leg.sol";

/// @title LegProofs
/// @notice Faults that legs show by themselves.
contract LegProofs is Court, ILegProofs {
    using Spans for Legs;

    /// @dev What a trades tree is sorted by.
    struct Key {
        uint256 group;
        bytes32 orderId;
        uint64 sequence;
    }

    constructor(IDisputes disputes) Court(disputes) {}

    /// @inheritdoc ILegProofs
    function legsOutOfOrder(ISettlement.BatchRef calldata ref, BatchHeader calldata header, Legs calldata legs)
        external
    {
        _proveLegs(ref, header, legs, 2);
        bool isAscending = _isBefore(_keyOf(legs.shown[0].leaf), _keyOf(legs.shown[1].leaf));
        _judge(ref, Fault.LegsOutOfOrder, !isAscending);
    }

    /// @inheritdoc ILegProofs
    function legMisplaced(ISettlement.BatchRef calldata ref, BatchHeader calldata header, Legs calldata legs)
        external
    {
        _proveLegs(ref, header, legs, 1);
        Leg calldata leg = legs.shown[0].leaf;
        uint256 beginsAtMs = uint256(leg.slot) * _slotSeconds(ref.neighbourhood) * 1_000;
        _judge(ref, Fault.LegMisplaced, !_isSettled(header, leg.slot) || leg.tradedAtMs > beginsAtMs);
    }

    /// @inheritdoc ILegProofs
    function legSumsWrong(ISettlement.BatchRef calldata ref, BatchHeader calldata header, Legs calldata legs)
        external
    {
        bool isFirst = legs.shown.length == 1;
        Span memory span = _proveLegs(ref, header, legs, isFirst ? 1 : 2);
        require(!isFirst || span.first == 0, WrongLeafCount(1));
        Leg calldata leg = legs.shown[isFirst ? 0 : 1].leaf;
        bool isOfGroup = !isFirst && span.groups[0] == span.groups[1];
        _judge(ref, Fault.LegSumsWrong, !_continues(legs.shown[0].leaf, leg, isOfGroup));
    }

    /// @inheritdoc ILegProofs
    function counterLegMissing(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs calldata legs,
        Legs calldata around
    ) external {
        _proveLegs(ref, header, legs, 1);
        Span memory span = around.prove(header.tradesRoot);
        Key memory key = _counterKeyOf(legs.shown[0].leaf);
        LegAt[] calldata shown = around.shown;
        bool isBelowFirst = _isBefore(key, _keyOf(shown[0].leaf));
        bool isAboveFirst = _isBefore(_keyOf(shown[0].leaf), key);
        bool isAbsent = shown.length == 1
            ? (span.first == 0 && isBelowFirst) || (span.first + 1 == span.count && isAboveFirst)
            : isAboveFirst && _isBefore(key, _keyOf(shown[1].leaf));
        _judge(ref, Fault.CounterLegMissing, isAbsent);
    }

    /// @inheritdoc ILegProofs
    function counterLegDiffers(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs calldata leg,
        Legs calldata counterLeg
    ) external {
        _proveLegs(ref, header, leg, 1);
        require(counterLeg.shown.length == 1, WrongLeafCount(counterLeg.shown.length));
        counterLeg.prove(header.tradesRoot);
        Leg calldata a = leg.shown[0].leaf;
        Leg calldata b = counterLeg.shown[0].leaf;
        require(_isSame(_counterKeyOf(a), _keyOf(b)), Unrelated());
        bool isSameTrade = a.isBuy != b.isBuy && a.priceEurPerMWh == b.priceEurPerMWh && a.energyWh == b.energyWh
            && a.tradedAtMs == b.tradedAtMs && _isSame(_counterKeyOf(b), _keyOf(a));
        _judge(ref, Fault.CounterLegDiffers, !isSameTrade);
    }

    /// @dev Whether a leg's sums are those of the leg before it, if that is of the same account and slot, and its own
    /// trade. In 256 bits, in which nothing that a leg can hold overflows.
    function _continues(Leg calldata before, Leg calldata leg, bool isOfGroup) private pure returns (bool) {
        uint256 energyWh = leg.energyWh;
        int256 value = int256(leg.priceEurPerMWh) * int256(energyWh);
        bool isOfOrder = isOfGroup && before.orderId == leg.orderId;
        uint256 filledWh = (isOfOrder ? before.filledWh : 0) + energyWh;
        int256 positionWh = isOfGroup ? int256(before.positionWh) : int256(0);
        uint256 boughtWh = isOfGroup ? before.boughtWh : 0;
        int256 money = isOfGroup ? int256(before.moneyMicroEur) : int256(0);
        uint256 paid = isOfGroup ? before.paidMicroEur : 0;
        if (leg.isBuy) {
            positionWh -= int256(energyWh);
            boughtWh += energyWh;
            money -= value;
            if (value > 0) paid += uint256(value);
        } else {
            positionWh += int256(energyWh);
            money += value;
        }
        return leg.filledWh == filledWh && leg.positionWh == positionWh && leg.boughtWh == boughtWh
            && leg.moneyMicroEur == money && leg.paidMicroEur == paid;
    }

    function _keyOf(Leg calldata leg) private pure returns (Key memory) {
        return Key(Spans.groupOf(leg.account, leg.slot), leg.orderId, leg.sequence);
    }

    /// @dev Where the other side of the trade stands.
    function _counterKeyOf(Leg calldata leg) private pure returns (Key memory) {
        return Key(Spans.groupOf(leg.counterparty, leg.slot), leg.counterOrderId, leg.sequence);
    }

    function _isBefore(Key memory a, Key memory b) private pure returns (bool) {
        if (a.group != b.group) return a.group < b.group;
        if (a.orderId != b.orderId) return a.orderId < b.orderId;
        return a.sequence < b.sequence;
    }

    function _isSame(Key memory a, Key memory b) private pure returns (bool) {
        return a.group == b.group && a.orderId == b.orderId && a.sequence == b.sequence;
    }
}
