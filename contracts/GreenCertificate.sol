// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {ERC1155Utils} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Utils.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IEnergyCredit} from "./interfaces/IEnergyCredit.sol";
import {IGreenCertificate} from "./interfaces/IGreenCertificate.sol";

/// @title GreenCertificate
/// @notice Retired energy credits that travel as ERC-1155 tokens until they are claimed.
/// @dev The one contract here that calls back: whoever receives is asked, last of all, and may do nothing in its turn
/// that moves certificates.
contract GreenCertificate is IGreenCertificate, ERC1155, ReentrancyGuardTransient {
    /// @dev What there was of an id; what circulates is the difference.
    struct Totals {
        uint128 issuedWh;
        uint128 claimedWh;
    }

    /// @notice What certificates are made of.
    IEnergyCredit public immutable energyCredit;

    /// @inheritdoc IGreenCertificate
    mapping(address owner => mapping(uint256 id => uint256)) public claimedBalanceOf;
    mapping(uint256 id => Origin) private _origins;
    mapping(uint256 id => Totals) private _totals;

    /// @param energyCredit_ what certificates are made of
    constructor(IEnergyCredit energyCredit_) ERC1155("") {
        energyCredit = energyCredit_;
    }

    /// @inheritdoc IGreenCertificate
    function issue(address to, Origin calldata origin, uint256 amountWh, bytes calldata data)
        external
        nonReentrant
        returns (uint256 id)
    {
        id = energyCredit.idOf(origin.neighbourhood, origin.slot, origin.source);
        require(amountWh != 0, ZeroAmount(id));
        energyCredit.retireFrom(msg.sender, id, amountWh);
        if (_totals[id].issuedWh == 0) _origins[id] = origin;
        // As much was retired, so it fits.
        _totals[id].issuedWh += uint128(amountWh);
        emit IssuanceSingle(address(this), claimTopic(), id, amountWh);
        _mint(to, id, amountWh, data);
    }

    /// @inheritdoc IGreenCertificate
    function safeTransferAndClaimFrom(
        address from,
        address to,
        uint256 id,
        uint256 value,
        bytes calldata data,
        bytes calldata claimData
    ) external nonReentrant {
        uint256[] memory ids = new uint256[](1);
        uint256[] memory values = new uint256[](1);
        (ids[0], values[0]) = (id, value);
        _moveAndBurn(from, to, ids, values);
        emit ClaimSingle(from, to, claimTopic(), id, value, claimData);
        if (from != to) ERC1155Utils.checkOnERC1155Received(msg.sender, from, to, id, value, data);
    }

    /// @inheritdoc IGreenCertificate
    function safeBatchTransferAndClaimFrom(
        address from,
        address to,
        uint256[] calldata ids,
        uint256[] calldata values,
        bytes calldata data,
        bytes[] calldata claimData
    ) external nonReentrant {
        require(claimData.length == ids.length, WrongLength(claimData.length, ids.length));
        _moveAndBurn(from, to, ids, values);
        uint256[] memory topics = new uint256[](ids.length);
        for (uint256 i = 0; i < topics.length; ++i) topics[i] = claimTopic();
        emit ClaimBatch(from, to, topics, ids, values, claimData);
        if (from != to) ERC1155Utils.checkOnERC1155BatchReceived(msg.sender, from, to, ids, values, data);
    }

    /// @inheritdoc ERC1155
    function safeTransferFrom(address from, address to, uint256 id, uint256 value, bytes memory data)
        public
        override
        nonReentrant
    {
        super.safeTransferFrom(from, to, id, value, data);
    }

    /// @inheritdoc ERC1155
    function safeBatchTransferFrom(
        address from,
        address to,
        uint256[] memory ids,
        uint256[] memory values,
        bytes memory data
    ) public override nonReentrant {
        super.safeBatchTransferFrom(from, to, ids, values, data);
    }

    /// @inheritdoc IGreenCertificate
    function getCertificate(uint256 id)
        external
        view
        returns (address issuer, uint256 topic, bytes memory validityCall, bytes memory data)
    {
        require(_totals[id].issuedWh != 0, UnknownCertificate(id));
        return (address(this), claimTopic(), abi.encodeCall(this.isBacked, (id)), abi.encode(_origins[id]));
    }

    /// @inheritdoc IGreenCertificate
    function isBacked(uint256 id) external view returns (bool) {
        uint256 issuedWh = _totals[id].issuedWh;
        return issuedWh != 0 && issuedWh <= energyCredit.retiredWhOf(id);
    }

    /// @inheritdoc IGreenCertificate
    function claimTopic() public pure returns (uint256) {
        return uint256(keccak256("Commonwatt: 1 Wh fed in by a registered device and settled between neighbours"));
    }

    /// @inheritdoc IGreenCertificate
    function claimedBalanceOfBatch(address[] calldata owners, uint256[] calldata ids)
        external
        view
        returns (uint256[] memory claimedWh)
    {
        require(owners.length == ids.length, ERC1155InvalidArrayLength(ids.length, owners.length));
        claimedWh = new uint256[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) claimedWh[i] = claimedBalanceOf[owners[i]][ids[i]];
    }

    /// @inheritdoc IGreenCertificate
    function issuedWhOf(uint256 id) external view returns (uint256) {
        return _totals[id].issuedWh;
    }

    /// @inheritdoc IGreenCertificate
    function claimedWhOf(uint256 id) external view returns (uint256) {
        return _totals[id].claimedWh;
    }

    /// @dev All that a claim changes, so that who is asked last finds it done.
    function _moveAndBurn(address from, address to, uint256[] memory ids, uint256[] memory values) private {
        _checkAuthorized(msg.sender, from);
        require(to != address(0), ERC1155InvalidReceiver(to));
        if (from != to) _update(from, to, ids, values);
        _update(to, address(0), ids, values);
        for (uint256 i = 0; i < ids.length; ++i) {
            (uint256 id, uint256 value) = (ids[i], values[i]);
            require(value != 0, ZeroAmount(id));
            // Somebody had as much, so it was issued, and fits.
            _totals[id].claimedWh += uint128(value);
            claimedBalanceOf[to][id] += value;
        }
    }
}
