// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVault} from "../../../contracts/interfaces/IVault.sol";
import {Parts} from "./Parts.sol";
import {VaultBase} from "./VaultBase.sol";

/// @notice Every door of the vault, with any amounts. What each refuses, word for word, is tested outside
/// (`vault.test.ts`); here it is that money goes nowhere else.
contract VaultDoorsTest is VaultBase {
    using Parts for Parts.Meant;

    uint256 private constant SILENCE = 14 days;

    function setUp() public {
        _deploy();
        vault.postBond(LIME, 100_000 * EUR);
    }

    function testFuzz_DepositsAreTheirs(uint96 amount, uint8 who) external {
        address account = _account(who);
        uint256 before = vault.balanceOf(LIME, account);
        uint256 paid = within(amount, 1, 2 ** 62);
        vault.deposit(LIME, account, paid);
        assertEq(vault.balanceOf(LIME, account), before + paid, "balance");
        assertEq(_owed(), coin.balanceOf(address(vault)), "held");
    }

    function testFuzz_APermitIsAsGoodAsAnApproval(uint256 key, uint64 amount, bool isUsedFirst) external {
        key = within(key, 1, 2 ** 128);
        uint256 paid = within(amount, EUR, type(uint64).max);
        address payer = vm.addr(key);
        coin.mint(payer, paid);
        uint256 deadline = block.timestamp + 1;
        bytes32 permit = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                payer,
                address(vault),
                paid,
                0,
                deadline
            )
        );
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key, keccak256(abi.encodePacked(hex"1901", coin.DOMAIN_SEPARATOR(), permit)));
        if (isUsedFirst) coin.permit(payer, address(vault), paid, deadline, v, r, s);
        vm.prank(payer);
        vault.depositWithPermit(LIME, payer, paid, deadline, v, r, s);
        assertEq(vault.balanceOf(LIME, payer), paid, "balance");
        assertEq(coin.balanceOf(payer), 0, "wallet");
    }

    function testFuzz_MoneyLeavesOnceItsSlotsAreFinal(uint64 had, uint64 wanted) external {
        address account = _home(0);
        vault.deposit(LIME, account, within(had, 1, type(uint64).max));
        uint256 balance = vault.balanceOf(LIME, account);
        uint256 leaving = within(wanted, 1, balance);
        vm.prank(account);
        vault.requestWithdrawal(LIME, leaving);
        vm.warp(block.timestamp + 97 * 900);
        _settleNow();
        vm.prank(account);
        vault.claimWithdrawal(LIME);
        assertEq(coin.balanceOf(account), leaving, "wallet");
        assertEq(vault.balanceOf(LIME, account), balance - leaving, "left");
        assertEq(vault.withdrawalOf(LIME, account).amountMicroEur, 0, "locked");
    }

    function testFuzz_ADebitTakesFreeThenLockedThenFundThenBond(uint32 had, uint32 locked, uint32 inFund, uint32 owed)
        external
    {
        address account = _home(0);
        vault.deposit(LIME, account, 1 + uint256(had));
        uint256 balance = vault.balanceOf(LIME, account);
        uint256 leaving = within(locked, 1, balance);
        vm.prank(account);
        vault.requestWithdrawal(LIME, leaving);
        vault.deposit(LIME, address(0xB3), 1 + uint256(inFund));
        uint256 bond = vault.bondOf(LIME);
        _book(_pay(0, 1, owed), owed);

        uint256 left = owed;
        left = _expectTaken(left, balance - leaving, vault.balanceOf(LIME, account), "free");
        left = _expectTaken(left, leaving, vault.withdrawalOf(LIME, account).amountMicroEur, "locked");
        left = _expectTaken(left, 1 + uint256(inFund), vault.balanceOf(LIME, address(0xB3)), "fund");
        _expectTaken(left, bond, vault.bondOf(LIME), "bond");
        assertEq(vault.balanceOf(LIME, _home(1)), 10 * EUR + owed, "who is paid");
        assertEq(_owed(), coin.balanceOf(address(vault)), "held");
    }

    /// @dev Takes up to `had` of what is owed; what is still owed then.
    function _expectTaken(uint256 owed, uint256 had, uint256 has, string memory what) private pure returns (uint256) {
        uint256 taken = owed < had ? owed : had;
        assertEq(has, had - taken, what);
        return owed - taken;
    }

    function test_CounterpartiesAreClippedLikeAnybody() external {
        Parts.Meant memory meant = Parts.none(HOMES);
        (meant.head[1], meant.head[2]) = (-7, -8);
        meant.money[0] = 20;
        meant.settledBySupplier();
        _book(meant.pack(), uint64(meant.debitOf()));
        assertEq(vault.bondOf(LIME), 100_000 * EUR - 20, "bond");
        assertEq(vault.balanceOf(LIME, _home(0)), 10 * EUR + 20, "home");
    }

    function testFuzz_EveryoneEscapesWithAllTheyHave(uint64 amount, uint64 locked) external {
        vault.deposit(LIME, _home(0), 1 + uint256(amount));
        uint256 balance = vault.balanceOf(LIME, _home(0));
        vm.prank(_home(0));
        vault.requestWithdrawal(LIME, within(locked, 1, balance));
        vm.warp(block.timestamp + SILENCE);
        for (uint256 n = 0; n < HOMES; ++n) {
            vm.prank(_home(n));
            vault.escape(LIME);
        }
        assertEq(coin.balanceOf(_home(0)), balance, "wallet");
        assertEq(coin.balanceOf(address(vault)), vault.bondOf(LIME), "nothing but the bond is left");
    }

    function testFuzz_BondThatNothingNeedsGoesBack(uint64 amount, uint32 debit) external {
        _propose(_one(Parts.none(HOMES).pack()), debit);
        uint256 needed = debit < 100 * EUR ? 100 * EUR : debit;
        uint256 free = 100_000 * EUR - needed;
        vm.prank(OPERATOR);
        vault.releaseBond(LIME, free);
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(IVault.BondInUse.selector, 0, 1 + uint256(amount)));
        vault.releaseBond(LIME, 1 + uint256(amount));
        assertEq(coin.balanceOf(OPERATOR), free, "wallet");
        assertEq(vault.bondOf(LIME), needed, "bond");
    }

    function test_SaysWhereTheLedgerStands() external {
        assertEq(vault.seatsTaken(LIME), HOMES + 4, "seats");
        assertEq(uint160(vault.accountAt(LIME, 5)), uint160(_home(1)), "account");
        assertEq(vault.balanceOf(LIME, STRANGER), 0, "a stranger's balance");
        assertTrue(vault.positionOf(LIME, STRANGER) == 0, "a stranger's position");
        Proposed memory proposed = _propose(_two(_pay(0, 1, 5), _pay(1, 0, 3)), 8);
        vm.warp(block.timestamp + WINDOW);
        _applyPart(proposed, 0);
        assertEq(vault.partsApplied(LIME), 1, "parts");
        assertEq(vault.partsDebitOf(LIME), 5, "debits of parts");
        _applyPart(proposed, 1);
        assertEq(vault.lastApplied(LIME), 1, "applied");
        assertEq(vault.partsDebitOf(LIME), 0, "debits of parts");
    }

    function test_RefusesPartsThatAreNotInOrder() external {
        bytes memory groups = _pay(0, 5, 9);
        _refused(new bytes(31), 0, abi.encodeWithSelector(IVault.MalformedMovements.selector, 31));
        bytes memory twice = bytes.concat(groups, _firstGroup(groups));
        _refused(twice, 9, abi.encodeWithSelector(IVault.WrongGroup.selector, 1));
        bytes memory ofNobody = bytes.concat(_pay(0, 5, 9), bytes2(uint16(3)), bytes32(uint256(1)));
        Proposed memory proposed = _propose(_one(ofNobody), 9);
        settlement.dropUnsound(proposed.ref, proposed.parts);
        bytes memory beyond = bytes.concat(groups, bytes2(uint16(3)), bytes32(0));
        _refused(beyond, 9, abi.encodeWithSelector(IVault.WrongGroup.selector, 3));
        _refused(groups, 8, abi.encodeWithSelector(IVault.WrongDebit.selector, 9, 8));
        Parts.Meant memory meant = Parts.none(HOMES);
        meant.money[0] = 1;
        _refused(meant.pack(), 0, abi.encodeWithSelector(IVault.DoesNotConserve.selector, int256(1), int256(0), 0, 0));
        vault.deposit(LIME, address(0xB1), 2 ** 63 - 1);
        meant.money[0] = -1;
        meant.head[0] = 1;
        _refused(meant.pack(), 1, abi.encodeWithSelector(IVault.BalanceTooLarge.selector, 1, 2 ** 63));
    }

    function test_RefusesABatchOutOfItsPlaceOrTime() external {
        Proposed memory first = _propose(_one(_pay(0, 1, 5)), 5);
        Proposed memory second = _propose(_one(_pay(0, 1, 6)), 6);
        vm.expectRevert(abi.encodeWithSelector(IVault.WindowOpen.selector, block.timestamp + WINDOW, block.timestamp));
        _apply(first);
        vm.prank(DISPUTES);
        first.ref.state = settlement.countDemand(first.ref, false);
        vm.warp(block.timestamp + WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IVault.DataDemanded.selector, 1));
        _apply(first);
        vm.expectRevert(abi.encodeWithSelector(IVault.WrongPart.selector, 2, 0, 1, 0));
        _apply(second);
        vm.expectRevert(abi.encodeWithSelector(IVault.WrongPart.selector, 2, 0, 1, 0));
        _applyPart(second, 0);
        second.ref.headerHash = 0;
        vm.expectRevert(abi.encodeWithSelector(IVault.NotAsProposed.selector, LIME, 2));
        _apply(second);
    }

    /// @dev The first group of a part, for another to be made of it.
    function _firstGroup(bytes memory part) private pure returns (bytes memory group) {
        group = new bytes(34);
        for (uint256 i = 0; i < 34; ++i) group[i] = part[32 + i];
    }

    function _refused(bytes memory part, uint64 debit, bytes memory error) private {
        Proposed memory proposed = _propose(_one(part), debit);
        vm.warp(block.timestamp + WINDOW);
        vm.expectRevert(error);
        _apply(proposed);
        vm.prank(DISPUTES);
        settlement.fall(proposed.ref, STRANGER);
    }

    function _book(bytes memory part, uint64 debit) private {
        Proposed memory proposed = _propose(_one(part), debit);
        vm.warp(block.timestamp + WINDOW);
        _apply(proposed);
    }

    function _settleNow() private {
        _skipTo(uint64(block.timestamp / 900) - 3);
        _book(Parts.none(HOMES).pack(), 0);
    }
}
