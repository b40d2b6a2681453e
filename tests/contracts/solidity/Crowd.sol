// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IVault} from "../../../contracts/interfaces/IVault.sol";

/// @notice Pays in for many accounts in one transaction, so that a test can fill a neighbourhood.
contract Crowd {
    /// @notice Pays `eachMicroEur` of its own coins in for `count` accounts: the numbers from `first` on as addresses.
    function deposit(
        IVault vault,
        IERC20 coin,
        bytes32 neighbourhood,
        uint160 first,
        uint160 count,
        uint256 eachMicroEur
    ) external {
        coin.approve(address(vault), count * eachMicroEur);
        for (uint160 i = 0; i < count; ++i) vault.deposit(neighbourhood, address(first + i), eachMicroEur);
    }
}
