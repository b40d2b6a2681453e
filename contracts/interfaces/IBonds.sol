// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Coin at stake
/// @notice Amounts are µEUR (EURC base units).
interface IBonds {
    /// @notice The bond waits for its time.
    error StillThawing(uint256 claimableAt, uint256 nowSeconds);

    /// @notice What bonds are in (EURC); a coin that takes a fee on transfer does not fit.
    function coin() external view returns (IERC20);

    /// @notice How long a bond stays at stake after it was asked back, in seconds.
    function thawSeconds() external view returns (uint48);

    /// @notice The sum of all bonds, in µEUR; never more than the coin held.
    function totalBondsMicroEur() external view returns (uint256);
}
