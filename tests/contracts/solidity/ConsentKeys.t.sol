// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IConsentKeys} from "../../../contracts/interfaces/IConsentKeys.sol";
import {Bls12381, G1Point, G2Point} from "../../../contracts/types/Bls12381.sol";
import {Base} from "./Base.sol";

/// @notice Any choice of who is needed, who is absent and who signed: consent is what the rule says. That the numbers
/// are those of BLS12-381 is what consent-keys.test.ts shows, by another hand's library.
contract ConsentKeysTest is Base {
    using Bls12381 for G1Point;

    bytes32 private constant STREET = keccak256("lime-street");
    bytes private constant CONSENT_DOMAIN = "COMMONWATT-V1-CONSENT-BLS12381G2_XMD:SHA-256_SSWU_RO_";
    bytes private constant POSSESSION_DOMAIN = "COMMONWATT-V1-POSSESSION-BLS12381G2_XMD:SHA-256_SSWU_RO_";
    uint256 private constant MEMBERS = 5;
    /// @dev The seats that have a key, over two words.
    uint256[MEMBERS] private seats = [2, 4, 255, 256, 300];

    IConsentKeys private keys;
    mapping(uint256 member => uint256) private secretOf;

    /// @dev The ledger's answer for the members.
    function seatOf(bytes32, address account) external view returns (uint256) {
        uint256 member = uint160(account) - 0xa000;
        return member < MEMBERS ? seats[member] : 0;
    }

    /// @dev No two choices of members have secrets of one sum.
    function setUp() public {
        keys = IConsentKeys(create("ConsentKeys", abi.encode(address(0x5e77), address(this))));
        for (uint256 i = 0; i < MEMBERS; ++i) register(i, 1_000_003 << i);
    }

    function accountOf(uint256 member) private pure returns (address) {
        return address(uint160(0xa000 + member));
    }

    function register(uint256 member, uint256 secret) private {
        secretOf[member] = secret;
        G1Point memory key = keyOf(secret);
        G2Point memory possession = possess(member, secret);
        vm.prank(accountOf(member));
        keys.registerKey(STREET, key, possession);
    }

    function possess(uint256 member, uint256 secret) private view returns (G2Point memory) {
        bytes32 message = keys.possessionMessageOf(STREET, accountOf(member), keyOf(secret));
        return sign(secret, message, POSSESSION_DOMAIN);
    }

    /// @dev secret · generator, by the chain's own multiplication.
    function keyOf(uint256 secret) private view returns (G1Point memory) {
        G1Point memory generator = G1Point({
            xHigh: 0x0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0f,
            xLow: 0xc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb,
            yHigh: 0x0000000000000000000000000000000008b3f481e3aaa0f1a09e30ed741d8ae4,
            yLow: 0xfcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1
        });
        (, bytes memory point) = address(0x0c).staticcall(abi.encode(generator, secret));
        return abi.decode(point, (G1Point));
    }

    function sign(uint256 secret, bytes32 message, bytes memory domain) private view returns (G2Point memory) {
        G2Point memory hashed = Bls12381.hashToG2(message, domain);
        (, bytes memory point) = address(0x0e).staticcall(abi.encode(hashed, secret));
        return abi.decode(point, (G2Point));
    }

    /// @dev The sum of members' signatures is the signature of the sum of their secrets.
    function consentOf(uint256 members) private view returns (G2Point memory) {
        uint256 secret;
        for (uint256 i = 0; i < MEMBERS; ++i) if ((members >> i) & 1 == 1) secret += secretOf[i];
        return sign(secret, keys.consentMessageOf(STREET, 3, "header", "movements"), CONSENT_DOMAIN);
    }

    function wordsOf(uint256 members) private view returns (uint256[] memory words) {
        words = new uint256[](2);
        for (uint256 i = 0; i < MEMBERS; ++i) {
            if ((members >> i) & 1 == 1) words[seats[i] / 256] |= 1 << (seats[i] % 256);
        }
    }

    function absentOf(uint256 members) private view returns (IConsentKeys.Absent[] memory absent) {
        uint256 count;
        for (uint256 i = 0; i < MEMBERS; ++i) count += (members >> i) & 1;
        absent = new IConsentKeys.Absent[](count);
        count = 0;
        for (uint256 i = 0; i < MEMBERS; ++i) {
            if ((members >> i) & 1 == 1) absent[count++] = IConsentKeys.Absent(uint32(seats[i]), keyOf(secretOf[i]));
        }
    }

    function testFuzz_ConsentIsWhatTheRuleSays(uint256 needed, uint256 absent, uint256 signed, uint256 luck) public view {
        uint256 all = 2 ** MEMBERS - 1;
        (needed, absent, signed) = (needed & all, absent & all, signed & all);
        // Left to luck alone, hardly any consent would be good.
        if (luck % 2 == 0) (needed, signed) = (needed & ~absent, all & ~absent);
        bool isGood = needed & absent == 0 && absent != all && signed == all & ~absent;
        try keys.checkConsent(STREET, 3, "header", "movements", wordsOf(needed), absentOf(absent), consentOf(signed)) {
            assertTrue(isGood, "took for consent what is none");
        } catch {
            assertTrue(!isGood, "did not take for consent what is");
        }
    }

    /// @dev What is kept after any changes of keys is the sum of the keys there are.
    function testFuzz_TheSumFollowsEveryChange(uint256[8] calldata choices) public {
        for (uint256 i = 0; i < choices.length; ++i) {
            uint256 member = choices[i] % MEMBERS;
            uint256 secret = secretOf[member];
            G1Point memory key = keyOf(secret);
            if (secret == 0) {
                register(member, within(choices[i], 1, 2 ** 64));
            } else if (choices[i] % 3 == 0) {
                vm.prank(accountOf(member));
                keys.removeKey(STREET, key);
                secretOf[member] = 0;
            } else {
                uint256 next = within(choices[i], 1, 2 ** 64);
                (G1Point memory nextKey, G2Point memory possession) = (keyOf(next), possess(member, next));
                vm.prank(accountOf(member));
                keys.replaceKey(STREET, key, nextKey, possession);
                secretOf[member] = next;
            }
        }
        uint256 sum;
        for (uint256 i = 0; i < MEMBERS; ++i) {
            sum += secretOf[i];
            bytes32 expected = secretOf[i] == 0 ? bytes32(0) : keccak256(abi.encode(keyOf(secretOf[i])));
            assertTrue(keys.keyHashOf(STREET, seats[i]) == expected, "the hash of a key");
        }
        assertTrue(keys.aggregateOf(STREET).hash() == keyOf(sum).hash(), "the sum of all keys");
    }

    function test_AddsUpToInfinityAndTakesItForNoConsent() public {
        uint256 order = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001;
        assertTrue(Bls12381.negate(keyOf(0)).isInfinity(), "infinity is its own negative");
        assertTrue(keyOf(7).add(keyOf(order - 7)).isInfinity(), "a key and its negative");
        for (uint256 i = 0; i < MEMBERS; ++i) {
            G1Point memory key = keyOf(secretOf[i]);
            vm.prank(accountOf(i));
            keys.removeKey(STREET, key);
        }
        register(0, 7);
        register(1, order - 7);
        G2Point memory infinity;
        uint256[] memory words = wordsOf(3);
        IConsentKeys.Absent[] memory none = new IConsentKeys.Absent[](0);
        vm.expectRevert(abi.encodeWithSelector(IConsentKeys.NobodySigned.selector));
        keys.checkConsent(STREET, 3, "header", "movements", words, none, infinity);
    }

    function test_RefusesWhatIsNoPossessionSeatOrKey() public {
        G1Point memory key = keyOf(9);
        G2Point memory possession = possess(0, 9);
        vm.prank(accountOf(0));
        vm.expectRevert(abi.encodeWithSelector(IConsentKeys.KeyExists.selector, 2));
        keys.registerKey(STREET, key, possession);
        vm.prank(accountOf(MEMBERS));
        vm.expectRevert(abi.encodeWithSelector(IConsentKeys.NoSeat.selector, STREET, accountOf(MEMBERS)));
        keys.registerKey(STREET, key, possession);
        vm.prank(accountOf(0));
        vm.expectRevert(abi.encodeWithSelector(IConsentKeys.WrongKey.selector, 2));
        keys.replaceKey(STREET, key, key, possession);
        G1Point memory mine = keyOf(secretOf[1]);
        vm.prank(accountOf(1));
        vm.expectRevert(abi.encodeWithSelector(IConsentKeys.NotPossessed.selector, accountOf(1)));
        keys.replaceKey(STREET, mine, key, possession);
        G1Point memory infinity;
        vm.prank(accountOf(1));
        vm.expectRevert(abi.encodeWithSelector(IConsentKeys.KeyIsInfinity.selector));
        keys.replaceKey(STREET, mine, infinity, possession);
        vm.prank(accountOf(1));
        vm.expectRevert(abi.encodeWithSelector(IConsentKeys.WrongKey.selector, 4));
        keys.removeKey(STREET, key);
    }

    function test_RefusesSeatsAndAbsenteesThatCannotBe() public {
        G2Point memory signature = consentOf(30);
        uint256[] memory words = new uint256[](2);
        words[1] = 1 << 7;
        IConsentKeys.Absent[] memory absent = absentOf(1);
        vm.expectRevert(abi.encodeWithSelector(IConsentKeys.NoKey.selector, 263));
        keys.checkConsent(STREET, 3, "header", "movements", words, absent, signature);
        words[1] = 0;
        absent = absentOf(3);
        absent[1].seat = 2;
        vm.expectRevert(abi.encodeWithSelector(IConsentKeys.AbsentNotAscending.selector, 2));
        keys.checkConsent(STREET, 3, "header", "movements", words, absent, signature);
        absent[1].seat = 5;
        vm.expectRevert(abi.encodeWithSelector(IConsentKeys.WrongKey.selector, 5));
        keys.checkConsent(STREET, 3, "header", "movements", words, absent, signature);
    }
}
