// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISignerKeys} from "../../../contracts/interfaces/ISignerKeys.sol";
import {ITradingKeys} from "../../../contracts/interfaces/ITradingKeys.sol";
import {RegistryBase} from "./RegistryBase.sol";

contract TradingKeysTest is RegistryBase {
    ITradingKeys private tradingKeys;
    bytes private key = abi.encodePacked(address(0x4e7));

    function setUp() public override {
        super.setUp();
        tradingKeys = ITradingKeys(create("TradingKeys", abi.encode(registry)));
    }

    function test_TakesKeysOfTheRegistrysForms() public {
        assertTrue(tradingKeys.p256Verifier() == registry.p256Verifier(), "one verifier");
        tradingKeys.authoriseKey(p256Key(METER), ITradingKeys.TradingKey(1, 1, uint48(START + 1)));
        vm.expectRevert(abi.encodeWithSelector(ISignerKeys.BadKey.selector, bytes("key")));
        tradingKeys.authoriseKey("key", ITradingKeys.TradingKey(1, 1, uint48(START + 1)));
    }

    /// @dev Any bounds come back as they were given, from the second they were given in to the one before they expire.
    function testFuzz_RemembersBoundsByTime(int64 price, uint64 energyWh, uint32 length, uint48 look) public {
        energyWh = uint64(within(energyWh, 1, type(uint64).max));
        uint48 expiresAt = uint48(START + within(length, 1, type(uint32).max));
        tradingKeys.authoriseKey(key, ITradingKeys.TradingKey(price, energyWh, expiresAt));
        ITradingKeys.TradingKey memory bounds = tradingKeys.tradingKeyAt(address(this), key, look);
        bool isAllowed = look >= START && look < expiresAt;
        assertEq(bounds.expiresAt, isAllowed ? expiresAt : 0, "expiry");
        assertEq(bounds.energyWhPerSlot, isAllowed ? energyWh : 0, "energy");
        assertTrue(bounds.highestPriceEurPerMWh == (isAllowed ? price : int64(0)), "price");
    }

    function test_RevokesFromNowOn() public {
        uint48 expiresAt = uint48(START + 99);
        vm.expectRevert(abi.encodeWithSelector(ITradingKeys.NotAuthorised.selector, address(this), key));
        tradingKeys.revokeKey(key);
        vm.expectRevert(abi.encodeWithSelector(ITradingKeys.NothingAuthorised.selector));
        tradingKeys.authoriseKey(key, ITradingKeys.TradingKey(1, 0, expiresAt));
        vm.expectRevert(abi.encodeWithSelector(ITradingKeys.AlreadyExpired.selector, START, START));
        tradingKeys.authoriseKey(key, ITradingKeys.TradingKey(1, 1, uint48(START)));
        tradingKeys.authoriseKey(key, ITradingKeys.TradingKey(1, 1, expiresAt));
        vm.warp(START + 50);
        tradingKeys.revokeKey(key);
        assertEq(tradingKeys.tradingKeyAt(address(this), key, START + 49).expiresAt, expiresAt, "allowed before");
        assertEq(tradingKeys.tradingKeyAt(address(this), key, START + 50).expiresAt, 0, "not any more");
    }

    function testFuzz_CancelsUpwardsOnly(uint64 first, uint64 second, uint16 pause) public {
        first = uint64(within(first, 1, type(uint64).max));
        tradingKeys.cancelUpTo(first);
        vm.warp(START + 1 + pause);
        if (second > first) tradingKeys.cancelUpTo(second);
        else {
            vm.expectRevert(
                abi.encodeWithSelector(ITradingKeys.AlreadyCancelled.selector, address(this), second, first)
            );
            tradingKeys.cancelUpTo(second);
        }
        assertEq(tradingKeys.cancelledUpToAt(address(this), START - 1), 0, "before");
        assertEq(tradingKeys.cancelledUpToAt(address(this), START + pause), first, "at first");
        uint256 last = second > first ? second : first;
        assertEq(tradingKeys.cancelledUpToAt(address(this), type(uint256).max), last, "at last");
    }
}
