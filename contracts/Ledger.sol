// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IVault} from "./interfaces/IVault.sol";
import {Movements} from "./types/Movements.sol";
import {Treasury, TreasuryWord} from "./types/Treasury.sol";

/// @title Packed ledger
/// @notice The balances of all accounts, four to a storage slot, and how a batch moves them: the four lanes of a slot
/// are added at once, and one check over the whole batch says that it neither makes nor loses money or energy.
/// @dev A lane holds `int40 money ‖ int24 Wh`; the money of a lane is never below 0. What does not fit a lane lies
/// beside it at full width (`Wide`). The counterparties (supplier, grid, fund: seats 1 to 3) share one slot with the
/// count of what was applied, so that a batch writes one slot more than its homes' own.
abstract contract Ledger is IVault {
    using SafeCast for uint256;
    using SafeCast for int256;

    /// @notice What lies beside a lane.
    struct Wide {
        uint128 moneyMicroEur;
        int128 positionWh;
    }

    /// @dev As many as two bytes can name.
    uint256 internal constant GROUPS = 65_536;
    /// @dev The first seat of a home.
    uint24 internal constant FIRST_SEAT = 4;
    /// @dev What a lane holds at most, and what it keeps when it is topped up or relieved.
    uint256 internal constant LANE_MAX = 2 ** 39 - 1;
    uint256 internal constant LANE_KEPT = 2 ** 38;

    mapping(bytes32 neighbourhood => uint256[GROUPS]) private _lanes;
    mapping(bytes32 neighbourhood => Treasury) internal _treasuries;
    mapping(bytes32 neighbourhood => mapping(uint256 seat => Wide)) private _wide;
    mapping(bytes32 neighbourhood => mapping(uint256 seat => address)) private _accounts;
    /// @inheritdoc IVault
    mapping(bytes32 neighbourhood => mapping(address account => uint256)) public seatOf;

    /// @inheritdoc IVault
    function balanceOf(bytes32 neighbourhood, address account) public view returns (uint256) {
        uint256 seat = seatOf[neighbourhood][account];
        if (seat == 0) return 0;
        if (seat < FIRST_SEAT) return _treasuries[neighbourhood].balanceAt(seat);
        (int256 money,) = _laneOf(neighbourhood, seat);
        return uint256(money) + _wide[neighbourhood][seat].moneyMicroEur;
    }

    /// @inheritdoc IVault
    function positionOf(bytes32 neighbourhood, address account) external view returns (int256) {
        uint256 seat = seatOf[neighbourhood][account];
        if (seat < FIRST_SEAT) return 0;
        (, int256 positionWh) = _laneOf(neighbourhood, seat);
        return positionWh + _wide[neighbourhood][seat].positionWh;
    }

    /// @inheritdoc IVault
    function lastApplied(bytes32 neighbourhood) external view returns (uint64) {
        return uint64(_treasuries[neighbourhood].applied());
    }

    /// @inheritdoc IVault
    function partsApplied(bytes32 neighbourhood) external view returns (uint256) {
        return _treasuries[neighbourhood].parts();
    }

    /// @inheritdoc IVault
    function seatsTaken(bytes32 neighbourhood) external view returns (uint256) {
        return _treasuries[neighbourhood].seats();
    }

    /// @inheritdoc IVault
    function accountAt(bytes32 neighbourhood, uint256 seat) external view returns (address) {
        return _accounts[neighbourhood][seat];
    }

    function _openLedger(bytes32 neighbourhood, address[3] memory counterparties) internal {
        for (uint256 i = 0; i < 3; ++i) _seat(neighbourhood, counterparties[i], i + 1);
        _treasuries[neighbourhood] = Treasury.wrap(FIRST_SEAT);
    }

    /// @dev Gives the account the next seat.
    function _takeSeat(bytes32 neighbourhood, address account) internal returns (uint256 seat) {
        seat = _treasuries[neighbourhood].seats();
        require(seat < GROUPS * Movements.LANES, NoSeatLeft(neighbourhood));
        _treasuries[neighbourhood] = _treasuries[neighbourhood].withSeat();
        _seat(neighbourhood, account, seat);
    }

    function _seat(bytes32 neighbourhood, address account, uint256 seat) private {
        seatOf[neighbourhood][account] = seat;
        _accounts[neighbourhood][seat] = account;
        emit Seated(neighbourhood, account, seat);
    }

    function _credit(bytes32 neighbourhood, uint256 seat, uint256 amountMicroEur) internal {
        if (seat < FIRST_SEAT) {
            (_treasuries[neighbourhood],) = _moved(_treasuries[neighbourhood], seat, amountMicroEur.toInt256());
            return;
        }
        (int256 money, int256 positionWh) = _laneOf(neighbourhood, seat);
        uint256 inLane = uint256(money) + amountMicroEur;
        if (inLane > LANE_MAX) {
            _wide[neighbourhood][seat].moneyMicroEur += (inLane - LANE_KEPT).toUint128();
            inLane = LANE_KEPT;
        }
        _writeLane(neighbourhood, seat, inLane, positionWh);
    }

    /// @dev Takes what is there, from the lane, then from beside it.
    /// @return missingMicroEur what was not there
    function _debit(bytes32 neighbourhood, uint256 seat, uint256 amountMicroEur)
        internal
        returns (uint256 missingMicroEur)
    {
        if (seat < FIRST_SEAT) {
            (_treasuries[neighbourhood], missingMicroEur) =
                _moved(_treasuries[neighbourhood], seat, -amountMicroEur.toInt256());
            return missingMicroEur;
        }
        (int256 money, int256 positionWh) = _laneOf(neighbourhood, seat);
        (uint256 inLane, uint256 missing) = _fromWide(neighbourhood, seat, money - amountMicroEur.toInt256());
        _writeLane(neighbourhood, seat, inLane, positionWh);
        return missing;
    }

    /// @dev Books one part of a batch.
    /// @return shortfallMicroEur what was clipped of accounts that could not pay; the money of the part is short of it
    /// @return debitMicroEur what the part says that it debits, and does
    function _book(bytes32 neighbourhood, uint256 number, uint256 part, bool isLast, bytes calldata movements)
        internal
        returns (uint256 shortfallMicroEur, uint256 debitMicroEur)
    {
        // `if` and not `require`, whose error would be made each time, here and wherever a batch passes.
        if (!Movements.isWhole(movements)) revert MalformedMovements(movements.length);
        Treasury treasury = _treasuries[neighbourhood];
        if (number != treasury.next() || part != treasury.parts()) {
            revert WrongPart(number, part, treasury.next(), treasury.parts());
        }
        uint256 head = Movements.headWordOf(movements);
        debitMicroEur = Movements.debitOf(head);
        shortfallMicroEur = _bookGroups(neighbourhood, treasury.seats(), head, movements);
        (Treasury moved, bool isWhole) = treasury.movedBy(head);
        if (!isWhole) {
            uint256 missing;
            (moved, missing) = _bookCounterparties(neighbourhood, treasury, head);
            shortfallMicroEur += missing;
        }
        _treasuries[neighbourhood] = moved.withPart(isLast);
    }

    /// @dev Counts a part as done without booking it.
    function _skip(bytes32 neighbourhood, bool isLast) internal {
        _treasuries[neighbourhood] = _treasuries[neighbourhood].withPart(isLast);
    }

    /// @dev Where the booking of a part stands. Sums run over the four lanes of all groups, 64 bits a lane: fields as
    /// unsigned numbers, and how many were negative (`negatives`: of money in the low half of a lane, of energy above).
    struct Booking {
        uint256 cursor;
        uint256 group;
        uint256 delta;
        uint256 money;
        uint256 debits;
        uint256 wh;
        uint256 negatives;
    }

    function _bookGroups(
        bytes32 neighbourhood,
        uint256 seats,
        uint256 head,
        bytes calldata movements
    ) private returns (uint256 shortfallMicroEur) {
        uint256[GROUPS] storage lanes = _lanes[neighbourhood];
        Booking memory booking;
        uint256 end;
        assembly ("memory-safe") {
            mstore(booking, add(movements.offset, 32))
            end := add(movements.offset, movements.length)
        }
        while (booking.cursor < end) {
            bool isBroken = _bookWhileWhole(lanes, booking, end);
            if (!isBroken) break;
            (uint256 word, uint256 missing) =
                _bookSlowly(neighbourhood, booking.group, lanes[booking.group], booking.delta);
            lanes[booking.group] = word;
            shortfallMicroEur += missing;
        }
        _checkSeats(booking.group, booking.delta, seats);
        _checkConserved(head, booking);
    }

    /// @dev Books groups until the end, or up to one whose lanes cannot take their movement: that one is counted, and
    /// left to `_bookSlowly`. In assembly, because it is what a batch costs beyond its storage: some 250 gas a group
    /// instead of 850. Fields are added modulo their own width, the sign bits without carry, so that no field reaches
    /// into the next; the sums have 24 bits above each field, and a part at most 65,535 groups.
    function _bookWhileWhole(uint256[GROUPS] storage lanes, Booking memory booking, uint256 end)
        private
        returns (bool isBroken)
    {
        uint256 moneySigns = Movements.MONEY_SIGNS;
        uint256 whSigns = Movements.WH_SIGNS;
        uint256 moneyFields = Movements.MONEY_FIELDS;
        bytes4 wrongGroup = WrongGroup.selector;
        assembly ("memory-safe") {
            let cursor := mload(booking)
            let previous := mload(add(booking, 0x20))
            let delta
            let money := mload(add(booking, 0x60))
            let debits := mload(add(booking, 0x80))
            let wh := mload(add(booking, 0xa0))
            let negatives := mload(add(booking, 0xc0))
            let isDisordered
            for {} lt(cursor, end) {} {
                let group := shr(240, calldataload(cursor))
                delta := calldataload(add(cursor, 2))
                cursor := add(cursor, 34)
                isDisordered := or(isDisordered, iszero(gt(group, previous)))
                previous := group
                {
                    let fields := and(shr(24, delta), moneyFields)
                    let below := shr(63, and(delta, moneySigns))
                    money := add(money, fields)
                    // A sign bit times 2^40 - 1 is the mask of its field.
                    debits := add(debits, and(fields, mul(below, 0xffffffffff)))
                    // The Wh fields are what is left of the lanes.
                    wh := add(wh, xor(delta, shl(24, fields)))
                    negatives := add(negatives, or(below, shl(9, and(delta, whSigns))))
                }
                let slot := add(lanes.slot, group)
                let before := sload(slot)
                let signs := or(moneySigns, whSigns)
                let sum := xor(add(and(before, not(signs)), and(delta, not(signs))), and(xor(before, delta), signs))
                // Below 0 or above what a lane holds, in money; over either end, in Wh.
                if or(and(sum, moneySigns), and(and(xor(before, sum), xor(delta, sum)), whSigns)) {
                    isBroken := 1
                    break
                }
                sstore(slot, sum)
            }
            // What was written meanwhile is undone.
            if isDisordered {
                mstore(0, wrongGroup)
                mstore(4, previous)
                revert(0, 36)
            }
            mstore(booking, cursor)
            mstore(add(booking, 0x20), previous)
            mstore(add(booking, 0x40), delta)
            mstore(add(booking, 0x60), money)
            mstore(add(booking, 0x80), debits)
            mstore(add(booking, 0xa0), wh)
            mstore(add(booking, 0xc0), negatives)
        }
    }

    /// @dev The four lanes of a group one by one, with what lies beside them.
    function _bookSlowly(bytes32 neighbourhood, uint256 group, uint256 before, uint256 delta)
        private
        returns (uint256 word, uint256 shortfallMicroEur)
    {
        for (uint256 lane = 0; lane < Movements.LANES; ++lane) {
            uint256 seat = group * Movements.LANES + lane;
            (int256 money, int256 positionWh) = Movements.laneOf(before, lane);
            (int256 addedMoney, int256 addedWh) = Movements.laneOf(delta, lane);
            uint256 inLane;
            uint256 missing;
            (inLane, missing) = _fromWide(neighbourhood, seat, money + addedMoney);
            if (missing != 0) shortfallMicroEur += _clip(neighbourhood, seat, missing);
            if (inLane > LANE_MAX) {
                _wide[neighbourhood][seat].moneyMicroEur += (inLane - LANE_KEPT).toUint128();
                inLane = LANE_KEPT;
            }
            positionWh += addedWh;
            if (positionWh != int24(positionWh)) {
                _wide[neighbourhood][seat].positionWh += positionWh.toInt128();
                positionWh = 0;
            }
            word |= Movements.wordOf(lane, inLane, positionWh);
        }
    }

    /// @dev Makes a lane's money whole from what lies beside it; what stays in the lane, and what neither has.
    function _fromWide(bytes32 neighbourhood, uint256 seat, int256 money)
        private
        returns (uint256 inLane, uint256 missingMicroEur)
    {
        if (money >= 0) return (uint256(money), 0);
        uint256 owed = uint256(-money);
        uint256 beside = _wide[neighbourhood][seat].moneyMicroEur;
        if (beside <= owed) {
            if (beside != 0) _wide[neighbourhood][seat].moneyMicroEur = 0;
            return (0, owed - beside);
        }
        // Topped up, so that the next batches find it in the lane.
        inLane = beside - owed < LANE_KEPT ? beside - owed : LANE_KEPT;
        _wide[neighbourhood][seat].moneyMicroEur = (beside - owed - inLane).toUint128();
    }

    /// @dev Takes from what the account has locked to leave with; what is missing even so is its shortfall.
    function _clip(bytes32 neighbourhood, uint256 seat, uint256 missingMicroEur) private returns (uint256 shortfall) {
        address account = _accounts[neighbourhood][seat];
        shortfall = missingMicroEur - _takeLocked(neighbourhood, account, missingMicroEur);
        if (shortfall != 0) emit Clipped(neighbourhood, account, shortfall);
    }

    /// @dev The three counterparties one by one.
    function _bookCounterparties(bytes32 neighbourhood, Treasury treasury, uint256 head)
        private
        returns (Treasury moved, uint256 shortfallMicroEur)
    {
        moved = treasury;
        for (uint256 seat = 1; seat < FIRST_SEAT; ++seat) {
            uint256 missing;
            (moved, missing) = _moved(moved, seat, Movements.headLaneOf(head, seat));
            if (missing != 0) shortfallMicroEur += _clip(neighbourhood, seat, missing);
        }
    }

    /// @dev Adds to a counterparty's balance; what it lacks, if it is debited more than it has.
    function _moved(Treasury treasury, uint256 seat, int256 money) private pure returns (Treasury, uint256 missing) {
        int256 sum = treasury.balanceAt(seat).toInt256() + money;
        if (sum < 0) return (treasury.withBalanceAt(seat, 0), uint256(-sum));
        require(uint256(sum) <= TreasuryWord.BALANCE_MAX, BalanceTooLarge(seat, uint256(sum)));
        return (treasury.withBalanceAt(seat, uint256(sum)), 0);
    }

    /// @dev Seats that nobody has taken get nothing: only the last group can have any.
    function _checkSeats(uint256 lastGroup, uint256 lastDelta, uint256 seats) private pure {
        unchecked {
            uint256 inGroups = lastGroup * Movements.LANES;
            if (inGroups + Movements.LANES <= seats || lastGroup == 0) return;
            // Lanes from the left belong to lower seats.
            if (inGroups >= seats || lastDelta << (64 * (seats - inGroups)) != 0) revert WrongGroup(lastGroup);
        }
    }

    function _checkConserved(uint256 head, Booking memory booking) private pure {
        // 24 bits above each field and at most 65,535 groups: no sum here comes near 2^255.
        unchecked {
            uint256 negatives = Movements.fold(booking.negatives);
            int256 whNegatives = int256((negatives >> 32) << Movements.WH_BITS);
            int256 moneyNegatives = int256((negatives & 0xffffffff) << Movements.MONEY_BITS);
            int256 money = int256(Movements.fold(booking.money)) - moneyNegatives;
            int256 wh = int256(Movements.fold(booking.wh)) - whNegatives;
            int256 debits = moneyNegatives - int256(Movements.fold(booking.debits));
            int256 supplier = Movements.headLaneOf(head, 1);
            int256 grid = Movements.headLaneOf(head, 2);
            int256 fund = Movements.headLaneOf(head, 3);
            money += supplier + grid + fund;
            if (supplier < 0) debits -= supplier;
            if (grid < 0) debits -= grid;
            if (fund < 0) debits -= fund;
            if (money != 0 || wh != 0 || uint256(debits) != Movements.debitOf(head)) {
                revert DoesNotConserve(money, wh, uint256(debits), Movements.debitOf(head));
            }
        }
    }

    function _laneOf(bytes32 neighbourhood, uint256 seat) private view returns (int256 moneyMicroEur, int256 positionWh) {
        return Movements.laneOf(_lanes[neighbourhood][seat / Movements.LANES], seat % Movements.LANES);
    }

    function _writeLane(bytes32 neighbourhood, uint256 seat, uint256 moneyMicroEur, int256 positionWh) private {
        uint256 group = seat / Movements.LANES;
        uint256 lane = seat % Movements.LANES;
        uint256 mask = uint256(type(uint64).max) << (64 * (Movements.LANES - 1 - lane));
        uint256 others = _lanes[neighbourhood][group] & ~mask;
        _lanes[neighbourhood][group] = others | Movements.wordOf(lane, moneyMicroEur, positionWh);
    }

    /// @dev Takes up to so much of what an account has locked to leave with; how much it took.
    function _takeLocked(bytes32 neighbourhood, address account, uint256 amountMicroEur)
        internal
        virtual
        returns (uint256 takenMicroEur);
}
