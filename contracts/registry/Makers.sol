// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IMakers} from "../interfaces/IMakers.sol";
import {instant} from "../types/Instant.sol";
import {Bonds} from "./Bonds.sol";
import {DeviceRecords} from "./DeviceRecords.sol";

/// @title Makers
/// @notice Their bonds, and what they vouch for, by time.
abstract contract Makers is IMakers, Bonds, DeviceRecords {
    using Checkpoints for Checkpoints.Trace208;

    /// @notice The largest part of a maker's bond that one slashed device takes, in basis points.
    uint256 public constant MAKER_CUT_BPS = 1_000;
    uint256 private constant BPS = 10_000;

    /// @inheritdoc IMakers
    uint128 public immutable makerBondMicroEur;

    mapping(address maker => Maker) private _makers;
    mapping(uint256 device => Checkpoints.Trace208) private _vouched;

    constructor(uint128 makerBondMicroEur_) {
        makerBondMicroEur = makerBondMicroEur_;
    }

    /// @inheritdoc IMakers
    function bondMaker(uint128 amountMicroEur) external nonReentrant {
        require(amountMicroEur != 0, ZeroBond());
        Maker storage maker = _makers[msg.sender];
        maker.bondMicroEur += amountMicroEur;
        emit MakerBonded(msg.sender, amountMicroEur, maker.bondMicroEur);
        _takeBond(amountMicroEur);
    }

    /// @inheritdoc IMakers
    function thawMakerBond(uint128 amountMicroEur) external {
        require(amountMicroEur != 0, ZeroBond());
        Maker storage maker = _makers[msg.sender];
        uint128 bond = maker.bondMicroEur;
        require(amountMicroEur <= bond, InsufficientMakerBond(msg.sender, bond, amountMicroEur));
        maker.bondMicroEur = bond - amountMicroEur;
        maker.thawingMicroEur += amountMicroEur;
        maker.claimableAt = instant(block.timestamp + thawSeconds);
        emit MakerThawing(msg.sender, amountMicroEur, maker.thawingMicroEur);
    }

    /// @inheritdoc IMakers
    function claimMakerBond() external nonReentrant {
        Maker storage maker = _makers[msg.sender];
        uint128 amount = maker.thawingMicroEur;
        require(amount != 0, NothingThawing(msg.sender));
        require(block.timestamp >= maker.claimableAt, StillThawing(maker.claimableAt, block.timestamp));
        maker.thawingMicroEur = 0;
        maker.claimableAt = 0;
        emit MakerPaid(msg.sender, amount);
        _payBond(msg.sender, amount);
    }

    /// @inheritdoc IMakers
    function vouch(uint256[] calldata devices) external {
        uint128 bond = _makers[msg.sender].bondMicroEur;
        require(bond >= makerBondMicroEur, MakerBondTooLow(msg.sender, bond, makerBondMicroEur));
        for (uint256 i = 0; i < devices.length; ++i) {
            uint256 device = devices[i];
            require(_devices[device].maker == msg.sender, NotMakerOf(device, msg.sender));
            require(_ownerOf(device) != address(0), ERC721NonexistentToken(device));
            require(_vouched[device].latest() == 0, AlreadyVouched(device));
            _vouched[device].push(instant(block.timestamp), 1);
            emit Vouched(msg.sender, device);
        }
    }

    /// @inheritdoc IMakers
    function endVouch(uint256[] calldata devices) external {
        for (uint256 i = 0; i < devices.length; ++i) {
            uint256 device = devices[i];
            require(_devices[device].maker == msg.sender, NotMakerOf(device, msg.sender));
            require(_vouched[device].latest() == 1, NotVouched(device));
            _vouched[device].push(instant(block.timestamp), 0);
            emit VouchEnded(msg.sender, device);
        }
    }

    /// @inheritdoc IMakers
    function makerOf(address maker) external view returns (Maker memory) {
        return _makers[maker];
    }

    /// @inheritdoc IMakers
    function isVouchedAt(uint256 device, uint256 time) public view returns (bool) {
        return _vouched[device].upperLookupRecent(instant(time)) == 1;
    }

    /// @dev Takes the maker's part for a device off its stake and says how much that is: at most `atMostMicroEur`, and
    /// at most MAKER_CUT_BPS of all it has at stake. Moves no coins.
    function _cutMaker(uint256 device, uint256 atMostMicroEur) internal returns (uint256 cutMicroEur) {
        address account = _devices[device].maker;
        Maker storage maker = _makers[account];
        uint128 bond = maker.bondMicroEur;
        uint128 thawing = maker.thawingMicroEur;
        cutMicroEur = ((uint256(bond) + thawing) * MAKER_CUT_BPS) / BPS;
        if (cutMicroEur > atMostMicroEur) cutMicroEur = atMostMicroEur;
        // No cut is above what is at stake, so each part fits what it is taken from.
        uint128 fromBond = uint128(cutMicroEur < bond ? cutMicroEur : bond);
        maker.bondMicroEur = bond - fromBond;
        maker.thawingMicroEur = thawing - uint128(cutMicroEur - fromBond);
        emit MakerSlashed(account, device, cutMicroEur);
    }
}
