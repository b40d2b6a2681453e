// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base} from "./Base.sol";
import {RegistryHandler} from "./RegistryHandler.sol";

/// @notice I1 and I8 for the registry, after any sequence of what people may do.
contract RegistryBondsTest is Base {
    RegistryHandler private handler;

    function setUp() public {
        handler = new RegistryHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev I1: the coin held is what is at stake, by the registry's sum and by an independent book.
    function invariant_CoinHeldIsTheSumOfBonds() external view {
        uint256 total = handler.theRegistry().totalBondsMicroEur();
        assertEq(handler.theCoin().balanceOf(address(handler.theRegistry())), total, "coin held");
        assertEq(handler.devicesMicroEur() + handler.makerMicroEur(), total, "the sum of bonds");
    }

    /// @dev I8: no cut is deeper than allowed, and what was burnt is where it can be seen.
    function invariant_CutsAreBounded() external view {
        assertTrue(!handler.isCutTooDeep(), "cuts are bounded");
        address burnt = handler.theRegistry().BURNT();
        assertEq(handler.theCoin().balanceOf(burnt), handler.burntMicroEur(), "coin burnt");
    }
}
