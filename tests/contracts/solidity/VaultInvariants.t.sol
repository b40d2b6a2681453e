// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base} from "./Base.sol";
import {VaultHandler} from "./VaultHandler.sol";

/// @notice I1, I3 and I10 after any sequence of deposits, withdrawals, batches, falls and escapes.
contract VaultInvariantsTest is Base {
    VaultHandler private handler;

    function setUp() public {
        handler = new VaultHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev I1: the coins held = balances + locked + bond = what came in − what left.
    function invariant_HeldIsOwed() external view {
        assertEq(handler.held(), handler.owed(), "held");
        assertEq(handler.held(), handler.cameIn() - handler.wentOut(), "came in less went out");
    }

    /// @dev I3: no part that was booked made or lost money or energy.
    function invariant_PartsSumToZero() external view {
        assertTrue(!handler.hasLeaked(), "a part changed what is owed in all");
        assertTrue(handler.positions() == 0, "positions do not sum to zero");
    }

    /// @dev I10: what is kept of a final batch is what was kept when it became final.
    function invariant_FinalBatchesNeverChange() external view {
        uint256 last = handler.lastApplied();
        for (uint256 number = 1; number <= last; ++number) {
            bytes32 was = handler.finalDigest(number);
            assertTrue(was != 0 && was == handler.keptOf(number), "a final batch changed");
        }
    }

    /// @dev The bond covers all that is proposed and not booked.
    function invariant_TheBondCoversWhatIsOpen() external view {
        (uint256 open, uint256 bond) = handler.unfinalAndBond();
        assertTrue(bond >= open, "open beyond the bond");
    }
}
