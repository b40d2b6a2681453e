// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title A euro for test chains
/// @notice Anyone may mint: deploy it on local and test chains only. One base unit is 1 µEUR.
contract TestEURC is ERC20Permit {
    constructor() ERC20("Test EURC", "tEURC") ERC20Permit("Test EURC") {}

    /// @notice Six decimals, as EURC has.
    function decimals() public pure override returns (uint8) {
        return 6;
    }

    /// @notice Makes coins out of nothing.
    /// @param account who gets them
    /// @param amountMicroEur how many base units
    function mint(address account, uint256 amountMicroEur) external {
        _mint(account, amountMicroEur);
    }
}
