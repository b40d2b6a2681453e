// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IConsentKeys} from "./interfaces/IConsentKeys.sol";
import {IVault} from "./interfaces/IVault.sol";
import {Bls12381, G1Point, G2Point} from "./types/Bls12381.sol";

/// @title ConsentKeys
/// @notice Keys by seat, and whether a batch has the consent that it needs.
/// @dev A contract of its own: it holds no money and moves none, and the Settlement stays small enough to read.
contract ConsentKeys is IConsentKeys {
    using Bls12381 for G1Point;

    /// @notice What a neighbourhood's keys are kept as.
    /// @param keyHash by seat; zero: no key
    /// @param seats which seats have a key: seat s is bit s % 256 of word s / 256
    /// @param aggregate sum of all keys: the high halves of x and y (16 bytes each), x's low half, y's low half
    struct Roll {
        mapping(uint256 seat => bytes32) keyHash;
        mapping(uint256 word => uint256) seats;
        bytes32[3] aggregate;
    }

    bytes private constant CONSENT_DOMAIN = "COMMONWATT-V1-CONSENT-BLS12381G2_XMD:SHA-256_SSWU_RO_";
    bytes private constant POSSESSION_DOMAIN = "COMMONWATT-V1-POSSESSION-BLS12381G2_XMD:SHA-256_SSWU_RO_";
    bytes32 private constant CONSENT_TAG = keccak256("Commonwatt: consent to a batch");
    bytes32 private constant POSSESSION_TAG = keccak256("Commonwatt: possession of a key");

    /// @notice Whose batches are consented to.
    address public immutable settlement;
    /// @notice Where the seats are.
    IVault public immutable vault;

    mapping(bytes32 neighbourhood => Roll) private _rolls;

    /// @param settlement_ whose batches are consented to
    /// @param vault_ its ledger
    constructor(address settlement_, IVault vault_) {
        settlement = settlement_;
        vault = vault_;
    }

    /// @inheritdoc IConsentKeys
    function registerKey(bytes32 neighbourhood, G1Point calldata key, G2Point calldata possession) external {
        Roll storage roll = _rolls[neighbourhood];
        uint256 seat = _seatOfCaller(neighbourhood);
        require(roll.keyHash[seat] == 0, KeyExists(seat));
        _put(roll, neighbourhood, seat, key, possession);
        roll.seats[seat / 256] |= 1 << (seat % 256);
        _setAggregate(roll, _aggregate(roll).add(key));
    }

    /// @inheritdoc IConsentKeys
    function replaceKey(
        bytes32 neighbourhood,
        G1Point calldata oldKey,
        G1Point calldata newKey,
        G2Point calldata possession
    ) external {
        Roll storage roll = _rolls[neighbourhood];
        uint256 seat = _seatOfCaller(neighbourhood);
        require(roll.keyHash[seat] == Bls12381.hash(oldKey), WrongKey(seat));
        _put(roll, neighbourhood, seat, newKey, possession);
        _setAggregate(roll, _aggregate(roll).add(Bls12381.negate(oldKey)).add(newKey));
    }

    /// @inheritdoc IConsentKeys
    function removeKey(bytes32 neighbourhood, G1Point calldata key) external {
        Roll storage roll = _rolls[neighbourhood];
        uint256 seat = _seatOfCaller(neighbourhood);
        require(roll.keyHash[seat] == Bls12381.hash(key), WrongKey(seat));
        delete roll.keyHash[seat];
        roll.seats[seat / 256] &= ~(1 << (seat % 256));
        _setAggregate(roll, _aggregate(roll).add(Bls12381.negate(key)));
        emit KeyRemoved(neighbourhood, msg.sender, seat);
    }

    /// @inheritdoc IConsentKeys
    function checkConsent(
        bytes32 neighbourhood,
        uint256 number,
        bytes32 headerHash,
        bytes32 movementsHash,
        uint256[] calldata needed,
        Absent[] calldata absent,
        G2Point calldata signature
    ) external view {
        Roll storage roll = _rolls[neighbourhood];
        for (uint256 i = 0; i < needed.length; ++i) {
            if (needed[i] == 0) continue;
            uint256 keyless = needed[i] & ~roll.seats[i];
            // Not by require, which would look for a bit where there is none.
            if (keyless != 0) revert NoKey(i * 256 + _lowestBit(keyless));
        }
        G1Point memory signers = _aggregate(roll);
        if (absent.length != 0) signers = signers.add(_sumOfAbsent(roll, needed, absent).negate());
        require(!signers.isInfinity(), NobodySigned());
        bytes32 message = consentMessageOf(neighbourhood, number, headerHash, movementsHash);
        require(signers.isSigned(message, CONSENT_DOMAIN, signature), WrongConsent());
    }

    /// @inheritdoc IConsentKeys
    function consentMessageOf(bytes32 neighbourhood, uint256 number, bytes32 headerHash, bytes32 movementsHash)
        public
        view
        returns (bytes32)
    {
        return
            keccak256(
                abi.encode(CONSENT_TAG, block.chainid, settlement, neighbourhood, number, headerHash, movementsHash)
            );
    }

    /// @inheritdoc IConsentKeys
    function possessionMessageOf(bytes32 neighbourhood, address account, G1Point calldata key)
        public
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(POSSESSION_TAG, block.chainid, address(this), neighbourhood, account, key));
    }

    /// @inheritdoc IConsentKeys
    function keyHashOf(bytes32 neighbourhood, uint256 seat) external view returns (bytes32) {
        return _rolls[neighbourhood].keyHash[seat];
    }

    /// @inheritdoc IConsentKeys
    function aggregateOf(bytes32 neighbourhood) external view returns (G1Point memory) {
        return _aggregate(_rolls[neighbourhood]);
    }

    function _seatOfCaller(bytes32 neighbourhood) private view returns (uint256 seat) {
        seat = vault.seatOf(neighbourhood, msg.sender);
        require(seat != 0, NoSeat(neighbourhood, msg.sender));
    }

    /// @dev The pairing under `isSigned` looks whether the key is in its group, too, which no later sum does again.
    function _put(
        Roll storage roll,
        bytes32 neighbourhood,
        uint256 seat,
        G1Point calldata key,
        G2Point calldata possession
    ) private {
        require(!Bls12381.isInfinity(key), KeyIsInfinity());
        bytes32 message = possessionMessageOf(neighbourhood, msg.sender, key);
        require(Bls12381.isSigned(key, message, POSSESSION_DOMAIN, possession), NotPossessed(msg.sender));
        roll.keyHash[seat] = Bls12381.hash(key);
        emit KeyRegistered(neighbourhood, msg.sender, seat, key);
    }

    function _sumOfAbsent(Roll storage roll, uint256[] calldata needed, Absent[] calldata absent)
        private
        view
        returns (G1Point memory sum)
    {
        uint256 previous;
        for (uint256 i = 0; i < absent.length; ++i) {
            uint256 seat = absent[i].seat;
            require(seat > previous, AbsentNotAscending(seat));
            previous = seat;
            G1Point memory key = absent[i].key;
            require(roll.keyHash[seat] == key.hash(), WrongKey(seat));
            bool isNeeded = seat / 256 < needed.length && (needed[seat / 256] >> (seat % 256)) & 1 == 1;
            require(!isNeeded, NotConsented(seat));
            sum = sum.add(key);
        }
    }

    function _aggregate(Roll storage roll) private view returns (G1Point memory) {
        (bytes32 highs, bytes32 xLow, bytes32 yLow) = (roll.aggregate[0], roll.aggregate[1], roll.aggregate[2]);
        return G1Point(highs >> 128, xLow, bytes32(uint256(uint128(uint256(highs)))), yLow);
    }

    function _setAggregate(Roll storage roll, G1Point memory sum) private {
        roll.aggregate = [(sum.xHigh << 128) | sum.yHigh, sum.xLow, sum.yLow];
    }

    function _lowestBit(uint256 word) private pure returns (uint256 bit) {
        while ((word >> bit) & 1 == 0) ++bit;
    }
}
