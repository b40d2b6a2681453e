// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {ISignerKeys} from "./interfaces/ISignerKeys.sol";
import {ITradingKeys} from "./interfaces/ITradingKeys.sol";
import {SignerKeys} from "./registry/SignerKeys.sol";
import {instant} from "./types/Instant.sol";

/// @title TradingKeys
/// @notice Who may trade for whom, by time. Keys are an account's, whatever devices it has: nothing but the account
/// itself changes them. No owner, no upgrade.
contract TradingKeys is SignerKeys, ITradingKeys {
    using Checkpoints for Checkpoints.Trace208;

    /// @dev Bounds in one word of 176 bits: price, energy, expiry from the top; 0: none.
    mapping(address account => mapping(bytes32 keyHash => Checkpoints.Trace208)) private _bounds;
    mapping(address account => Checkpoints.Trace208) private _cancelled;

    /// @param registry whose P-256 verifier keys begin with, so that a key is written in one way everywhere
    constructor(ISignerKeys registry) SignerKeys(registry.p256Verifier()) {}

    /// @inheritdoc ITradingKeys
    function authoriseKey(bytes calldata key, TradingKey calldata bounds) external {
        _requireKey(key);
        require(bounds.energyWhPerSlot != 0, NothingAuthorised());
        require(bounds.expiresAt > block.timestamp, AlreadyExpired(bounds.expiresAt, block.timestamp));
        uint208 word = (uint208(uint64(bounds.highestPriceEurPerMWh)) << 112) |
            (uint208(bounds.energyWhPerSlot) << 48) |
            bounds.expiresAt;
        _bounds[msg.sender][keccak256(key)].push(instant(block.timestamp), word);
        emit TradingKeyAuthorised(msg.sender, key, bounds);
    }

    /// @inheritdoc ITradingKeys
    function revokeKey(bytes calldata key) external {
        require(tradingKeyAt(msg.sender, key, block.timestamp).expiresAt != 0, NotAuthorised(msg.sender, key));
        _bounds[msg.sender][keccak256(key)].push(instant(block.timestamp), 0);
        emit TradingKeyRevoked(msg.sender, key);
    }

    /// @inheritdoc ITradingKeys
    function cancelUpTo(uint64 nonce) external {
        Checkpoints.Trace208 storage cancelled = _cancelled[msg.sender];
        uint64 before = uint64(cancelled.latest());
        require(nonce > before, AlreadyCancelled(msg.sender, nonce, before));
        cancelled.push(instant(block.timestamp), nonce);
        emit CancelledUpTo(msg.sender, nonce);
    }

    /// @inheritdoc ITradingKeys
    function tradingKeyAt(
        address account,
        bytes calldata key,
        uint256 time
    ) public view returns (TradingKey memory bounds) {
        uint208 word = _bounds[account][keccak256(key)].upperLookupRecent(instant(time));
        uint48 expiresAt = uint48(word);
        if (time < expiresAt) bounds = TradingKey(int64(uint64(word >> 112)), uint64(word >> 48), expiresAt);
    }

    /// @inheritdoc ITradingKeys
    function cancelledUpToAt(address account, uint256 time) external view returns (uint64 nonce) {
        return uint64(_cancelled[account].upperLookupRecent(instant(time)));
    }
}
