// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISignerKeys} from "./ISignerKeys.sol";

/// @title Keys that trade for an account
/// @notice An account's own key needs no authorisation. What was true at a time stays known, for disputes about it.
interface ITradingKeys is ISignerKeys {
    /// @notice How far a key may trade.
    /// @param highestPriceEurPerMWh the highest limit price of its orders, EUR/MWh
    /// @param energyWhPerSlot how much it may trade in a slot, in Wh
    /// @param expiresAt from when on it may not trade any more, Unix seconds
    struct TradingKey {
        int64 highestPriceEurPerMWh;
        uint64 energyWhPerSlot;
        uint48 expiresAt;
    }

    /// @notice A key may trade for an account from now on, within these bounds and none that it had before.
    event TradingKeyAuthorised(address indexed account, bytes key, TradingKey bounds);
    /// @notice A key may not trade for an account any more.
    event TradingKeyRevoked(address indexed account, bytes key);
    /// @notice All orders of the account up to this nonce are cancelled.
    event CancelledUpTo(address indexed account, uint64 nonce);

    /// @notice An authorisation that is over already.
    error AlreadyExpired(uint48 expiresAt, uint256 nowSeconds);
    /// @notice An authorisation to trade nothing; revoking is said otherwise.
    error NothingAuthorised();
    /// @notice The key may not trade for the account anyway.
    error NotAuthorised(address account, bytes key);
    /// @notice The orders up to this nonce are cancelled already.
    error AlreadyCancelled(address account, uint64 nonce, uint64 cancelledUpTo);

    /// @notice Lets a key trade for the caller.
    function authoriseKey(bytes calldata key, TradingKey calldata bounds) external;

    /// @notice Ends what a key may do for the caller.
    function revokeKey(bytes calldata key) external;

    /// @notice Cancels all of the caller's orders with a nonce up to this one: the only cancellation that a dispute
    /// can rest on.
    function cancelUpTo(uint64 nonce) external;

    /// @notice What a key was allowed at a time (Unix seconds); all zero where it was allowed nothing.
    function tradingKeyAt(
        address account,
        bytes calldata key,
        uint256 time
    ) external view returns (TradingKey memory bounds);

    /// @notice Up to which nonce an account's orders were cancelled at a time (Unix seconds); 0: none.
    function cancelledUpToAt(address account, uint256 time) external view returns (uint64 nonce);
}
