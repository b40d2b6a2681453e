// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC6909TokenSupply} from "@openzeppelin/contracts/interfaces/IERC6909.sol";
import {ERC6909} from "@openzeppelin/contracts/token/ERC6909/ERC6909.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IDeviceRegistry} from "./interfaces/IDeviceRegistry.sol";
import {IEnergyCredit} from "./interfaces/IEnergyCredit.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {BatchHeader} from "./types/BatchHeader.sol";
import {IndexedTree} from "./types/IndexedTree.sol";
import {StatementLeaf} from "./types/StatementLeaf.sol";

/// @title EnergyCredit
/// @notice ERC-6909 credits, minted lazily against final batches and retired when used. Nothing calls back.
contract EnergyCredit is IEnergyCredit, IERC6909TokenSupply, ERC6909 {
    /// @dev What there was of an id; what there is is the difference.
    struct Totals {
        uint128 mintedWh;
        uint128 retiredWh;
    }

    /// @notice Whose final batches earn credits.
    ISettlement public immutable settlement;
    /// @notice Whose devices attest.
    IDeviceRegistry public immutable deviceRegistry;

    /// @inheritdoc IEnergyCredit
    mapping(uint256 id => mapping(address account => bool)) public claimed;
    /// @inheritdoc IEnergyCredit
    uint128 public mintedWh;
    /// @inheritdoc IEnergyCredit
    uint128 public retiredWh;
    mapping(uint256 id => Totals) private _totals;

    /// @param settlement_ whose final batches earn credits
    /// @param deviceRegistry_ whose devices attest
    constructor(ISettlement settlement_, IDeviceRegistry deviceRegistry_) {
        settlement = settlement_;
        deviceRegistry = deviceRegistry_;
    }

    /// @inheritdoc IEnergyCredit
    function claim(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Source calldata source,
        Share[] calldata shares
    ) external {
        _checkBatch(ref, header);
        _claim(header, source, shares);
    }

    /// @inheritdoc IEnergyCredit
    function claimMany(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Source[] calldata sources,
        Share[][] calldata shares
    ) external {
        require(sources.length == shares.length, UnequalLengths(sources.length, shares.length));
        _checkBatch(ref, header);
        for (uint256 i = 0; i < sources.length; ++i) _claim(header, sources[i], shares[i]);
    }

    /// @inheritdoc IEnergyCredit
    function retire(uint256 id, uint256 amountWh) external {
        _retire(msg.sender, id, amountWh);
    }

    /// @inheritdoc IEnergyCredit
    function retireFrom(address account, uint256 id, uint256 amountWh) external {
        if (msg.sender != account && !isOperator(account, msg.sender)) {
            _spendAllowance(account, msg.sender, id, amountWh);
        }
        _retire(account, id, amountWh);
    }

    /// @inheritdoc IEnergyCredit
    function idOf(bytes32 neighbourhood, uint64 slot, address source) public pure returns (uint256) {
        return uint256(keccak256(abi.encode(neighbourhood, slot, source)));
    }

    /// @inheritdoc IEnergyCredit
    function mintedWhOf(uint256 id) external view returns (uint256) {
        return _totals[id].mintedWh;
    }

    /// @inheritdoc IEnergyCredit
    function retiredWhOf(uint256 id) external view returns (uint256) {
        return _totals[id].retiredWh;
    }

    /// @notice Wh of an id that are not retired.
    function totalSupply(uint256 id) external view returns (uint256) {
        Totals memory totals = _totals[id];
        return totals.mintedWh - totals.retiredWh;
    }

    function _claim(BatchHeader calldata header, Source calldata source, Share[] calldata shares) private {
        _checkSource(header, source);
        StatementLeaf calldata statement = source.statement;
        uint256 id = idOf(header.neighbourhood, statement.slot, statement.account);
        uint256 before = _totals[id].mintedWh;
        uint256 minted = before;
        for (uint256 i = 0; i < shares.length; ++i) {
            Share calldata share = shares[i];
            _checkShare(header.creditsRoot, id, statement, share);
            claimed[id][share.account] = true;
            require(
                share.amountWh <= statement.exportWh && minted + share.amountWh <= statement.exportWh,
                AboveExport(id, minted, share.amountWh, statement.exportWh)
            );
            minted += share.amountWh;
            _mint(share.account, id, share.amountWh);
            emit Claimed(header.neighbourhood, share.account, id, share.amountWh);
        }
        // At most an export, which has 64 bits.
        _totals[id].mintedWh = uint128(minted);
        mintedWh += uint128(minted - before);
    }

    function _retire(address account, uint256 id, uint256 amountWh) private {
        _burn(account, id, amountWh);
        // The account had as much, so it was minted, and fits.
        _totals[id].retiredWh += uint128(amountWh);
        retiredWh += uint128(amountWh);
        emit Retired(account, id, amountWh);
    }

    function _checkBatch(ISettlement.BatchRef calldata ref, BatchHeader calldata header) private view {
        (, bool isFinal) = settlement.statusOf(ref);
        require(isFinal, BatchNotFinal(ref.neighbourhood, ref.number));
        bytes32 headerHash = keccak256(abi.encode(header));
        require(headerHash == ref.headerHash, WrongHeader(headerHash, ref.headerHash));
    }

    function _checkSource(BatchHeader calldata header, Source calldata source) private view {
        StatementLeaf calldata statement = source.statement;
        (uint64 slot, address account) = (statement.slot, statement.account);
        bytes32 leafHash = IndexedTree.hashLeaf(abi.encode(statement));
        IndexedTree.check(header.statementsRoot, source.count, source.index, leafHash, source.siblings);
        // No window has to catch a statement of another batch's slot for this to hold.
        require(
            slot >= header.firstSlot && slot <= header.lastSlot,
            SlotNotInBatch(slot, header.firstSlot, header.lastSlot)
        );
        require(statement.earnsCredit && !statement.isEstimated, NotAttested(account, slot));
        uint256 time = deviceRegistry.lastSecondOf(slot);
        uint256 device = deviceRegistry.deviceOfAt(header.neighbourhood, statement.deviceName, account, time);
        require(
            device != 0 && deviceRegistry.isActiveAt(device, time),
            DeviceNotInService(statement.deviceName, account, slot)
        );
    }

    function _checkShare(bytes32 creditsRoot, uint256 id, StatementLeaf calldata statement, Share calldata share)
        private
        view
    {
        (address account, uint256 amountWh) = (share.account, share.amountWh);
        // Hashed twice, so that no inner node can pass for a leaf.
        bytes32 leaf = keccak256(
            bytes.concat(keccak256(abi.encode(account, statement.account, statement.slot, amountWh)))
        );
        require(MerkleProof.verifyCalldata(share.proof, creditsRoot, leaf), WrongProof(account, id, amountWh));
        require(!claimed[id][account], AlreadyClaimed(account, id));
    }
}
