// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IBonds} from "../interfaces/IBonds.sol";

/// @title Bonds
/// @notice The coin that is at stake: the sum of all bonds is never more than the coin held.
abstract contract Bonds is IBonds, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice Where slashed coins go. Nobody has its key.
    address public constant BURNT = 0x000000000000000000000000000000000000dEaD;

    /// @inheritdoc IBonds
    IERC20 public immutable coin;
    /// @inheritdoc IBonds
    uint48 public immutable thawSeconds;
    /// @inheritdoc IBonds
    uint256 public totalBondsMicroEur;

    constructor(IERC20 coin_, uint48 thawSeconds_) {
        coin = coin_;
        thawSeconds = thawSeconds_;
    }

    /// @dev Puts the caller's coin at stake. Moves coins, so it comes last.
    function _takeBond(uint256 amountMicroEur) internal {
        totalBondsMicroEur += amountMicroEur;
        coin.safeTransferFrom(msg.sender, address(this), amountMicroEur);
    }

    /// @dev Pays out what was at stake. Moves coins, so it comes last.
    function _payBond(address to, uint256 amountMicroEur) internal {
        totalBondsMicroEur -= amountMicroEur;
        coin.safeTransfer(to, amountMicroEur);
    }
}
