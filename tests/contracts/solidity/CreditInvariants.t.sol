// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base} from "./Base.sol";
import {CreditHandler} from "./CreditHandler.sol";
import {IWholeCertificate, IWholeCredit} from "./WholeContracts.sol";

/// @notice I2, I4 and I9 after any sequence of what people may do.
contract CreditInvariantsTest is Base {
    CreditHandler private handler;
    IWholeCredit private credit;
    IWholeCertificate private certificate;

    function setUp() public {
        handler = new CreditHandler();
        credit = handler.theCredit();
        certificate = handler.theCertificate();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev I2: the credits there are = minted − retired, of each id and in all.
    function invariant_CreditsAreMintedLessRetired() external view {
        uint256 mintedWh;
        uint256 retiredWh;
        for (uint256 source = 0; source < handler.IDS(); ++source) {
            uint256 id = handler.idOf(source);
            uint256 heldWh;
            for (uint256 i = 0; i < handler.ACCOUNTS(); ++i) heldWh += credit.balanceOf(handler.accountOf(i), id);
            assertEq(credit.mintedWhOf(id), handler.mintedWh(source), "minted of an id");
            assertEq(credit.retiredWhOf(id), handler.retiredWh(source), "retired of an id");
            assertEq(heldWh, handler.mintedWh(source) - handler.retiredWh(source), "held of an id");
            assertEq(credit.totalSupply(id), heldWh, "supply of an id");
            mintedWh += handler.mintedWh(source);
            retiredWh += handler.retiredWh(source);
        }
        assertEq(credit.mintedWh(), mintedWh, "minted in all");
        assertEq(credit.retiredWh(), retiredWh, "retired in all");
    }

    /// @dev I4: credits for a device and slot ≤ attested export.
    function invariant_CreditsAreAtMostTheExport() external view {
        for (uint256 source = 0; source < handler.IDS(); ++source) {
            assertTrue(credit.mintedWhOf(handler.idOf(source)) <= handler.exportWhOf(source), "above the export");
        }
    }

    /// @dev I9: certificates issued = claimed + circulating, one for one out of retired credits.
    function invariant_CertificatesAreClaimedOrCirculate() external view {
        for (uint256 source = 0; source < handler.IDS(); ++source) {
            uint256 id = handler.idOf(source);
            uint256 circulatingWh;
            uint256 claimedWh;
            for (uint256 i = 0; i < handler.ACCOUNTS(); ++i) {
                circulatingWh += certificate.balanceOf(handler.accountOf(i), id);
                claimedWh += certificate.claimedBalanceOf(handler.accountOf(i), id);
            }
            assertEq(certificate.issuedWhOf(id), handler.issuedWh(source), "issued of an id");
            assertEq(certificate.claimedWhOf(id), handler.claimedWh(source), "claimed of an id");
            assertEq(claimedWh, handler.claimedWh(source), "claimed for all accounts");
            assertEq(circulatingWh + claimedWh, handler.issuedWh(source), "circulating and claimed");
            assertTrue(certificate.issuedWhOf(id) <= credit.retiredWhOf(id), "not backed");
            assertTrue(certificate.isBacked(id) == (handler.issuedWh(source) != 0), "says whether it is backed");
        }
    }
}
