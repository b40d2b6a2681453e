// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TestEURC} from "../../../contracts/TestEURC.sol";
import {IMakers} from "../../../contracts/interfaces/IMakers.sol";
import {DeviceStatus} from "../../../contracts/types/DeviceStatus.sol";
import {RegistryBase} from "./RegistryBase.sol";
import {IWholeRegistry} from "./WholeContracts.sol";

/// @notice Does what people may do, in any order, and keeps its own books beside the registry's.
contract RegistryHandler is RegistryBase {
    uint256 private constant OWNERS = 3;
    uint256 private constant KEYS_FROM = 1_000;

    /// @notice What is at stake by this book: devices, and the maker.
    uint256 public devicesMicroEur;
    uint256 public makerMicroEur;
    /// @notice What was burnt, and the most that may have been.
    uint256 public burntMicroEur;
    /// @notice Whether one cut was above a tenth of the maker's stake, or a device's bond.
    bool public isCutTooDeep;

    /// @dev The key each device signs by now, and whose it is: by this book.
    mapping(uint256 device => uint256) private _keyOf;
    mapping(uint256 device => uint256) private _ownerOf;
    uint256 private _keys;

    constructor() {
        RegistryBase.setUp();
    }

    function setUp() public override {}

    function theRegistry() external view returns (IWholeRegistry) {
        return registry;
    }

    function theCoin() external view returns (TestEURC) {
        return coin;
    }

    function join(uint256 owner) external {
        owner = ALICE + (owner % OWNERS);
        if (registry.deviceOf(STREET, NAME, vm.addr(owner)) != 0) return;
        uint256 key = KEYS_FROM + _keys++;
        uint256 device = joinSoft(owner, NAME, key);
        (_keyOf[device], _ownerOf[device]) = (key, owner);
        devicesMicroEur += BOND;
    }

    function rotateKey(uint256 which) external {
        uint256 device = _living(which);
        if (device == 0 || registry.statusOf(device) == DeviceStatus.Retired) return;
        uint256 key = KEYS_FROM + _keys++;
        rotate(_ownerOf[device], device, key);
        _keyOf[device] = key;
    }

    function suspend(uint256 which, uint256 seconds_) external {
        uint256 device = _living(which);
        if (device == 0 || registry.statusOf(device) == DeviceStatus.Retired) return;
        vm.prank(GUARDIAN);
        registry.suspend(device, uint48(block.timestamp + within(seconds_, 1, 30 days)));
    }

    function transfer(uint256 which, uint256 to) external {
        uint256 device = _living(which);
        to = ALICE + (to % OWNERS);
        if (device == 0 || registry.deviceOf(STREET, NAME, vm.addr(to)) != 0) return;
        address from = vm.addr(_ownerOf[device]);
        vm.prank(from);
        registry.approve(vm.addr(to), device);
        vm.prank(vm.addr(to));
        registry.transferFrom(from, vm.addr(to), device);
        _ownerOf[device] = to;
    }

    function retire(uint256 which) external {
        uint256 device = _living(which);
        if (device == 0 || registry.statusOf(device) == DeviceStatus.Retired) return;
        vm.prank(vm.addr(_ownerOf[device]));
        registry.retire(device);
    }

    function claimBond(uint256 which) external {
        uint256 device = _living(which);
        if (device == 0 || registry.statusOf(device) != DeviceStatus.Retired) return;
        if (block.timestamp < registry.recordOf(device).claimableAt) return;
        vm.prank(vm.addr(_ownerOf[device]));
        registry.claimBond(device);
        devicesMicroEur -= BOND;
    }

    function bondMaker(uint256 amount) external {
        amount = within(amount, 1, MAKER_BOND);
        fund(MAKER);
        vm.prank(MAKER);
        registry.bondMaker(uint128(amount));
        makerMicroEur += amount;
    }

    function vouch(uint256 which) external {
        uint256 device = _living(which);
        if (device == 0 || registry.isVouchedAt(device, block.timestamp)) return;
        if (registry.makerOf(MAKER).bondMicroEur < MAKER_BOND) return;
        uint256[] memory list = new uint256[](1);
        list[0] = device;
        vm.prank(MAKER);
        registry.vouch(list);
    }

    function thawMakerBond(uint256 amount) external {
        uint128 bond = registry.makerOf(MAKER).bondMicroEur;
        if (bond == 0) return;
        vm.prank(MAKER);
        registry.thawMakerBond(uint128(within(amount, 1, bond)));
    }

    function claimMakerBond() external {
        IMakers.Maker memory maker = registry.makerOf(MAKER);
        if (maker.thawingMicroEur == 0 || block.timestamp < maker.claimableAt) return;
        vm.prank(MAKER);
        registry.claimMakerBond();
        makerMicroEur -= maker.thawingMicroEur;
    }

    function equivocate(uint256 which) external {
        uint256 device = _living(which);
        if (device == 0) return;
        bool isVouched = registry.isVouchedAt(device, block.timestamp);
        prove(STRANGER, _ownerOf[device], _keyOf[device], thisSlot());
        IMakers.Maker memory maker = registry.makerOf(MAKER);
        uint256 cut = makerMicroEur - maker.bondMicroEur - maker.thawingMicroEur;
        if (cut > BOND || cut > makerMicroEur / 10 || (cut != 0 && !isVouched)) isCutTooDeep = true;
        makerMicroEur -= cut;
        devicesMicroEur -= BOND;
        burntMicroEur += BOND / 2 + cut;
    }

    function pass(uint256 seconds_) external {
        vm.warp(block.timestamp + within(seconds_, 0, 3 days));
    }

    /// @dev A device with something at stake; 0: there is none.
    function _living(uint256 which) private view returns (uint256) {
        uint256 devices = registry.devices();
        for (uint256 i = 0; i < devices; ++i) {
            uint256 device = 1 + ((which % devices) + i) % devices;
            if (registry.bondMicroEurOf(device) != 0) return device;
        }
        return 0;
    }
}
