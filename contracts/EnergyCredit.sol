// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC6909} from "@openzeppelin/contracts/token/ERC6909/ERC6909.sol";
import {ERC6909TokenSupply} from "@openzeppelin/contracts/token/ERC6909/extensions/ERC6909TokenSupply.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IEnergyCredit} from "./interfaces/IEnergyCredit.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";

/// @title EnergyCredit
/// @notice ERC-6909 credits, minted lazily against final batches and retired when used. Nothing calls back.
contract EnergyCredit is IEnergyCredit, ERC6909TokenSupply {
    /// @notice Whose final batches earn credits.
    ISettlement public immutable settlement;

    /// @notice Whether an account has had its credits of an id. A slot settles once, so this holds for all batches.
    mapping(uint256 id => mapping(address account => bool)) public claimed;
    /// @notice Wh minted so far, over all ids.
    uint256 public mintedWh;
    /// @notice Wh retired so far, over all ids.
    uint256 public retiredWh;

    /// @param settlement_ whose final batches earn credits
    constructor(ISettlement settlement_) {
        settlement = settlement_;
    }

    /// @inheritdoc IEnergyCredit
    function claim(bytes32 neighbourhood, uint64 number, Claim calldata leaf) external {
        _claim(neighbourhood, _finalBatch(neighbourhood, number), leaf);
    }

    /// @inheritdoc IEnergyCredit
    function claimMany(bytes32 neighbourhood, uint64 number, Claim[] calldata leaves) external {
        ISettlement.Batch memory batch = _finalBatch(neighbourhood, number);
        for (uint256 i = 0; i < leaves.length; ++i) _claim(neighbourhood, batch, leaves[i]);
    }

    /// @inheritdoc IEnergyCredit
    function retire(uint256 id, uint256 amountWh) external {
        retiredWh += amountWh;
        _burn(msg.sender, id, amountWh);
        emit Retired(msg.sender, id, amountWh);
    }

    /// @inheritdoc IEnergyCredit
    function idOf(bytes32 neighbourhood, uint64 slot, address source) public pure returns (uint256) {
        return uint256(keccak256(abi.encode(neighbourhood, slot, source)));
    }

    function _finalBatch(bytes32 neighbourhood, uint64 number) private view returns (ISettlement.Batch memory batch) {
        batch = settlement.batchOf(neighbourhood, number);
        require(batch.isFinal, BatchNotFinal(neighbourhood, number));
    }

    function _claim(bytes32 neighbourhood, ISettlement.Batch memory batch, Claim calldata leaf) private {
        require(
            leaf.slot >= batch.firstSlot && leaf.slot <= batch.lastSlot,
            SlotNotInBatch(leaf.slot, batch.firstSlot, batch.lastSlot)
        );
        uint256 id = idOf(neighbourhood, leaf.slot, leaf.source);
        // Hashed twice, so that no inner node can pass for a leaf.
        bytes32 hash = keccak256(
            bytes.concat(keccak256(abi.encode(leaf.account, leaf.source, leaf.slot, leaf.amountWh)))
        );
        require(
            MerkleProof.verifyCalldata(leaf.proof, batch.creditsRoot, hash),
            WrongProof(leaf.account, id, leaf.amountWh)
        );
        require(!claimed[id][leaf.account], AlreadyClaimed(leaf.account, id));
        claimed[id][leaf.account] = true;
        mintedWh += leaf.amountWh;
        _mint(leaf.account, id, leaf.amountWh);
        emit Claimed(neighbourhood, leaf.account, id, leaf.amountWh);
    }
}
