// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchHeader} from "../../../contracts/types/BatchHeader.sol";
import {CreditBase} from "./CreditBase.sol";
import {IWholeCertificate, IWholeCredit} from "./WholeContracts.sol";

/// @notice Does what people may do with credits and certificates, in any order, and keeps its own books beside theirs.
contract CreditHandler is CreditBase {
    uint256 public constant IDS = SOURCES;
    uint256 public constant ACCOUNTS = BUYERS;

    /// @notice Wh by this book, by source.
    mapping(uint256 source => uint256) public mintedWh;
    mapping(uint256 source => uint256) public retiredWh;
    mapping(uint256 source => uint256) public issuedWh;
    mapping(uint256 source => uint256) public claimedWh;
    mapping(uint256 source => mapping(uint256 buyer => bool)) private _claimed;

    constructor() {
        CreditBase.setUp();
    }

    function setUp() public override {}

    function theCredit() external view returns (IWholeCredit) {
        return credit;
    }

    function theCertificate() external view returns (IWholeCertificate) {
        return certificate;
    }

    function idOf(uint256 source) external view returns (uint256) {
        return idAt(source);
    }

    function accountOf(uint256 i) external pure returns (address) {
        return buyerAt(i);
    }

    function exportWhOf(uint256 source) external view returns (uint256) {
        return statements[source].exportWh;
    }

    /// @notice Claims a share, and expects what this book expects.
    function claimShare(uint256 source, uint256 buyer, uint256 luck) external {
        (source, buyer) = (source % SOURCES, buyer % BUYERS);
        (bool isFinal, bool isActive) = (luck % 7 != 0, luck % 5 != 0);
        around.set(isFinal, true, isActive);
        uint256 amountWh = soldWh[source][buyer];
        bool fits = mintedWh[source] + amountWh <= statements[source].exportWh;
        bool isDue = isFinal && isActive && fits && !_claimed[source][buyer];
        BatchHeader memory batch = header();
        try credit.claim(refOf(batch), batch, sourceOf(source), only(shareOf(source, buyer))) {
            assertTrue(isDue, "minted what is not due");
            mintedWh[source] += amountWh;
            _claimed[source][buyer] = true;
        } catch {
            assertTrue(!isDue, "refused what is due");
        }
    }

    function transfer(uint256 source, uint256 from, uint256 to, uint256 amountWh) external {
        (source, from, to) = (source % SOURCES, from % BUYERS, to % BUYERS);
        amountWh = within(amountWh, 0, credit.balanceOf(buyerAt(from), idAt(source)));
        uint256 id = idAt(source);
        vm.prank(buyerAt(from));
        credit.transfer(buyerAt(to), id, amountWh);
    }

    function retire(uint256 source, uint256 buyer, uint256 amountWh) external {
        (source, buyer) = (source % SOURCES, buyer % BUYERS);
        uint256 id = idAt(source);
        amountWh = within(amountWh, 0, credit.balanceOf(buyerAt(buyer), id));
        vm.prank(buyerAt(buyer));
        credit.retire(id, amountWh);
        retiredWh[source] += amountWh;
    }

    function issue(uint256 source, uint256 buyer, uint256 to, uint256 amountWh) external {
        (source, buyer, to) = (source % SOURCES, buyer % BUYERS, to % BUYERS);
        uint256 id = idAt(source);
        uint256 balance = credit.balanceOf(buyerAt(buyer), id);
        if (balance == 0) return;
        amountWh = within(amountWh, 1, balance);
        vm.prank(buyerAt(buyer));
        credit.approve(address(certificate), id, amountWh);
        vm.prank(buyerAt(buyer));
        certificate.issue(buyerAt(to), originAt(source), amountWh, "");
        retiredWh[source] += amountWh;
        issuedWh[source] += amountWh;
    }

    function transferCertificates(uint256 source, uint256 from, uint256 to, uint256 amountWh) external {
        (source, from, to) = (source % SOURCES, from % BUYERS, to % BUYERS);
        uint256 id = idAt(source);
        amountWh = within(amountWh, 0, certificate.balanceOf(buyerAt(from), id));
        vm.prank(buyerAt(from));
        certificate.safeTransferFrom(buyerAt(from), buyerAt(to), id, amountWh, "");
    }

    function claimCertificates(uint256 source, uint256 from, uint256 to, uint256 amountWh) external {
        (source, from, to) = (source % SOURCES, from % BUYERS, to % BUYERS);
        uint256 id = idAt(source);
        uint256 balance = certificate.balanceOf(buyerAt(from), id);
        if (balance == 0) return;
        amountWh = within(amountWh, 1, balance);
        vm.prank(buyerAt(from));
        certificate.safeTransferAndClaimFrom(buyerAt(from), buyerAt(to), id, amountWh, "", "heat pump");
        claimedWh[source] += amountWh;
    }
}
