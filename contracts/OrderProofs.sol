// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Court} from "./disputes/Court.sol";
import {Revealed} from "./disputes/Revealed.sol";
import {IDeviceRegistry} from "./interfaces/IDeviceRegistry.sol";
import {IDisputes} from "./interfaces/IDisputes.sol";
import {IOrderProofs} from "./interfaces/IOrderProofs.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {ITradingKeys} from "./interfaces/ITradingKeys.sol";
import {BatchHeader} from "./types/BatchHeader.sol";
import {Legs, Signed} from "./types/Evidence.sol";
import {Fault} from "./types/Fault.sol";
import {Leg} from "./types/Leg.sol";
import {OrderMessage} from "./types/SignedMessages.sol";

/// @title OrderProofs
/// @notice Faults of legs against the orders that they fill.
contract OrderProofs is Court, Revealed, IOrderProofs {
    /// @notice How long a market may take to hear of what an account did on chain, in seconds. Whoever takes a key or
    /// an order back counts on it; whoever runs a market is safe within it.
    uint256 public constant NOTICE = 5 minutes;

    /// @notice Who may trade for whom, and what was cancelled.
    ITradingKeys public immutable tradingKeys;

    bytes32 private constant BUY = keccak256("buy");
    bytes32 private constant SELL = keccak256("sell");
    bytes32 private constant MARKET = keccak256("market");
    bytes32 private constant GOOD_TILL_DATE = keccak256("GTD");

    constructor(IDisputes disputes, IDeviceRegistry registry, ITradingKeys tradingKeys_)
        Court(disputes)
        Revealed(registry)
    {
        tradingKeys = tradingKeys_;
    }

    /// @inheritdoc IOrderProofs
    function orderNotSigned(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs calldata legs,
        Signed calldata signed
    ) external {
        Leg calldata leg = _soleLeg(ref, header, legs);
        _requireSigned(signed, leg.signatureHash);
        bool isAllowed = _isOwnKey(leg.account, signed.signer) || _boundsOf(leg, signed.signer).expiresAt != 0;
        _judge(ref, Fault.OrderNotSigned, !isAllowed || !_isSignedBy(signed, leg.orderId));
    }

    /// @inheritdoc IOrderProofs
    function orderMismatched(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs calldata legs,
        OrderMessage calldata order
    ) external {
        Leg calldata leg = _legOf(ref, header, legs, order);
        bool isOfLeg = order.account == leg.account && order.slot == leg.slot
            && keccak256(bytes(order.neighbourhood)) == header.neighbourhood
            && keccak256(bytes(order.side)) == (leg.isBuy ? BUY : SELL);
        _judge(ref, Fault.OrderMismatched, !isOfLeg);
    }

    /// @inheritdoc IOrderProofs
    function orderOverfilled(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs calldata legs,
        OrderMessage calldata order
    ) external {
        Leg calldata leg = _legOf(ref, header, legs, order);
        _judge(ref, Fault.OrderOverfilled, leg.filledWh > order.energyWh);
    }

    /// @inheritdoc IOrderProofs
    function amendmentOverfilled(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs[] calldata legs,
        OrderMessage[] calldata orders
    ) external {
        uint256 filledWh = _proveChain(ref, header, legs, orders);
        _judge(ref, Fault.AmendmentOverfilled, filledWh > orders[orders.length - 1].energyWh);
    }

    /// @inheritdoc IOrderProofs
    function filledAfterReplaced(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs[] calldata legs,
        OrderMessage[] calldata orders
    ) external {
        require(orders.length == 2, WrongLeafCount(orders.length));
        _proveChain(ref, header, legs, orders);
        // Trades of a slot are numbered as they are made.
        bool isLate = legs[0].shown[0].leaf.sequence > legs[1].shown[0].leaf.sequence;
        _judge(ref, Fault.FilledAfterReplaced, isLate);
    }

    /// @inheritdoc IOrderProofs
    function orderExpired(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs calldata legs,
        OrderMessage calldata order
    ) external {
        Leg calldata leg = _legOf(ref, header, legs, order);
        bool expires = keccak256(bytes(order.timeInForce)) == GOOD_TILL_DATE;
        _judge(ref, Fault.OrderExpired, expires && leg.tradedAtMs > order.expiresAtMs);
    }

    /// @inheritdoc IOrderProofs
    function orderCancelled(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs calldata legs,
        OrderMessage calldata order
    ) external {
        Leg calldata leg = _legOf(ref, header, legs, order);
        uint64 cancelled = tradingKeys.cancelledUpToAt(leg.account, _knownAt(leg));
        _judge(ref, Fault.OrderCancelled, cancelled >= order.nonce);
    }

    /// @inheritdoc IOrderProofs
    function outsideLimit(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs calldata legs,
        OrderMessage calldata order
    ) external {
        Leg calldata leg = _legOf(ref, header, legs, order);
        bool isWorse =
            leg.isBuy ? leg.priceEurPerMWh > order.priceEurPerMWh : leg.priceEurPerMWh < order.priceEurPerMWh;
        _judge(ref, Fault.OutsideLimit, isWorse && keccak256(bytes(order.orderType)) != MARKET);
    }

    /// @inheritdoc IOrderProofs
    function beyondTradingKey(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs[] calldata legs,
        Signed[] calldata signed
    ) external {
        require(legs.length != 0 && legs.length == signed.length, WrongLeafCount(legs.length));
        bool isBeyond;
        uint256 filledWh;
        uint256 allowedWh;
        for (uint256 i = 0; i < legs.length; ++i) {
            Leg calldata leg = _soleLeg(ref, header, legs[i]);
            _requireSigned(signed[i], leg.signatureHash);
            if (i != 0) _requireNextOrder(legs[i - 1].shown[0].leaf, leg);
            require(keccak256(signed[i].signer) == keccak256(signed[0].signer), Unrelated());
            ITradingKeys.TradingKey memory bounds = _boundsOf(leg, signed[i].signer);
            isBeyond = isBeyond || (leg.isBuy && leg.priceEurPerMWh > bounds.highestPriceEurPerMWh);
            filledWh += leg.filledWh;
            if (bounds.energyWhPerSlot > allowedWh) allowedWh = bounds.energyWhPerSlot;
        }
        bool isOwn = _isOwnKey(legs[0].shown[0].leaf.account, signed[0].signer);
        _judge(ref, Fault.BeyondTradingKey, !isOwn && (isBeyond || filledWh > allowedWh));
    }

    /// @dev Proves a leg of each order, and that each order replaces the one before it; what was filled of them all.
    function _proveChain(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs[] calldata legs,
        OrderMessage[] calldata orders
    ) private view returns (uint256 filledWh) {
        require(orders.length >= 2 && legs.length == orders.length, WrongLeafCount(legs.length));
        for (uint256 i = 0; i < orders.length; ++i) {
            filledWh += _legOf(ref, header, legs[i], orders[i]).filledWh;
            if (i == 0) continue;
            OrderMessage calldata before = orders[i - 1];
            bool isNext = orders[i].replaces == before.nonce && orders[i].nonce != before.nonce
                && orders[i].account == before.account && orders[i].slot == before.slot;
            require(isNext, Unrelated());
        }
    }

    function _requireNextOrder(Leg calldata before, Leg calldata leg) private pure {
        bool isNext = before.account == leg.account && before.slot == leg.slot && before.orderId < leg.orderId;
        require(isNext, Unrelated());
    }

    /// @dev The one leg shown, proved, and its order.
    function _legOf(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Legs calldata legs,
        OrderMessage calldata order
    ) private view returns (Leg calldata leg) {
        leg = _soleLeg(ref, header, legs);
        _requireOrder(order, leg.orderId);
    }

    function _soleLeg(ISettlement.BatchRef calldata ref, BatchHeader calldata header, Legs calldata legs)
        private
        view
        returns (Leg calldata)
    {
        _proveLegs(ref, header, legs, 1);
        return legs.shown[0].leaf;
    }

    function _isOwnKey(address account, bytes calldata signer) private pure returns (bool) {
        return signer.length == 20 && address(bytes20(signer)) == account;
    }

    /// @dev What the key was allowed when the trade was made, or was as far as the market need have heard.
    function _boundsOf(Leg calldata leg, bytes calldata key)
        private
        view
        returns (ITradingKeys.TradingKey memory bounds)
    {
        bounds = tradingKeys.tradingKeyAt(leg.account, key, leg.tradedAtMs / 1_000);
        ITradingKeys.TradingKey memory earlier = tradingKeys.tradingKeyAt(leg.account, key, _knownAt(leg));
        if (earlier.expiresAt == 0) return bounds;
        if (bounds.expiresAt == 0) return earlier;
        if (earlier.highestPriceEurPerMWh > bounds.highestPriceEurPerMWh) {
            bounds.highestPriceEurPerMWh = earlier.highestPriceEurPerMWh;
        }
        if (earlier.energyWhPerSlot > bounds.energyWhPerSlot) bounds.energyWhPerSlot = earlier.energyWhPerSlot;
    }

    /// @dev Up to when the market must know what happened on chain, Unix seconds.
    function _knownAt(Leg calldata leg) private pure returns (uint256) {
        uint256 tradedAt = leg.tradedAtMs / 1_000;
        return tradedAt < NOTICE ? 0 : tradedAt - NOTICE;
    }
}
