// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Makers that vouch for devices
/// @notice A maker is any account with a bond. It answers for the devices that name it and that it has vouched for:
/// each that is slashed costs it part of its bond, which is burnt whole, so that breaking one's own device never pays.
interface IMakers {
    /// @notice What a maker has at stake, in µEUR.
    /// @param bondMicroEur what it has not asked back
    /// @param thawingMicroEur what it has asked back and not claimed; still at stake
    /// @param claimableAt earliest block time of the claim, Unix seconds
    struct Maker {
        uint128 bondMicroEur;
        uint128 thawingMicroEur;
        uint48 claimableAt;
    }

    /// @notice A maker put more at stake; `totalMicroEur` with what it had before.
    event MakerBonded(address indexed maker, uint256 amountMicroEur, uint256 totalMicroEur);
    /// @notice A maker asked for part of its bond; `thawingMicroEur` with what it had asked for before.
    event MakerThawing(address indexed maker, uint256 amountMicroEur, uint256 thawingMicroEur);
    /// @notice A maker got its thawed bond.
    event MakerPaid(address indexed maker, uint256 amountMicroEur);
    /// @notice A maker lost part of its bond for a device.
    event MakerSlashed(address indexed maker, uint256 indexed device, uint256 amountMicroEur);
    /// @notice A maker answers for a device from now on.
    event Vouched(address indexed maker, uint256 indexed device);
    /// @notice A maker does not answer any more for what a device does from now on.
    event VouchEnded(address indexed maker, uint256 indexed device);

    /// @notice A bond or claim of nothing.
    error ZeroBond();
    /// @notice The maker has less than it asks for.
    error InsufficientMakerBond(address maker, uint256 bondMicroEur, uint256 wantedMicroEur);
    /// @notice The maker has asked for nothing.
    error NothingThawing(address maker);
    /// @notice Less at stake than it takes to vouch.
    error MakerBondTooLow(address maker, uint256 bondMicroEur, uint256 leastMicroEur);
    /// @notice The device names another maker, or none.
    error NotMakerOf(uint256 device, address caller);
    /// @notice The maker has vouched for it already.
    error AlreadyVouched(uint256 device);
    /// @notice The maker has not vouched for it.
    error NotVouched(uint256 device);

    /// @notice Puts the caller's coin at stake as a maker's bond, on top of what it has.
    function bondMaker(uint128 amountMicroEur) external;

    /// @notice Asks for part of the caller's bond. It stays at stake until it is claimed. A second request adds to the
    /// first and waits anew.
    function thawMakerBond(uint128 amountMicroEur) external;

    /// @notice Pays the caller what has thawed.
    function claimMakerBond() external;

    /// @notice Answers for devices that name the caller as their maker; all or none.
    function vouch(uint256[] calldata devices) external;

    /// @notice Ends that for what these devices do from now on; all or none.
    function endVouch(uint256[] calldata devices) external;

    /// @notice What a maker has at stake.
    function makerOf(address maker) external view returns (Maker memory);

    /// @notice The least that a maker has at stake when it vouches, in µEUR.
    function makerBondMicroEur() external view returns (uint128);

    /// @notice Whether its maker answered for a device at a time (Unix seconds).
    function isVouchedAt(uint256 device, uint256 time) external view returns (bool);
}
