// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergyCredit} from "../../../contracts/interfaces/IEnergyCredit.sol";
import {IGreenCertificate} from "../../../contracts/interfaces/IGreenCertificate.sol";
import {ISettlement} from "../../../contracts/interfaces/ISettlement.sol";
import {BatchHeader} from "../../../contracts/types/BatchHeader.sol";
import {BatchState} from "../../../contracts/types/BatchState.sol";
import {IndexedTree} from "../../../contracts/types/IndexedTree.sol";
import {StatementLeaf} from "../../../contracts/types/StatementLeaf.sol";
import {Base} from "./Base.sol";
import {Trees} from "./Trees.sol";
import {IWholeCertificate, IWholeCredit} from "./WholeContracts.sol";

/// @notice Answers for the Settlement and the device registry what a fuzzer wants them to: the real ones are tested
/// with credits in credit-claims.test.ts.
contract ChainAround {
    bool public isFinal = true;
    bool public isKnown = true;
    bool public isActive = true;

    function set(bool isFinal_, bool isKnown_, bool isActive_) external {
        (isFinal, isKnown, isActive) = (isFinal_, isKnown_, isActive_);
    }

    function statusOf(ISettlement.BatchRef calldata) external view returns (bool, bool) {
        return (true, isFinal);
    }

    function lastSecondOf(uint64 slot) external pure returns (uint256) {
        return (uint256(slot) + 1) * 900 - 1;
    }

    function deviceOfAt(bytes32, bytes32 name, address owner, uint256) external view returns (uint256) {
        return isKnown && name == keccak256(abi.encode("meter", owner)) ? 7 : 0;
    }

    function isActiveAt(uint256 device, uint256) external view returns (bool) {
        return isActive && device == 7;
    }
}

/// @notice A batch of one slot: three homes that fed in, and four buyers with a share of each.
abstract contract CreditBase is Base {
    uint256 internal constant SOURCES = 3;
    uint256 internal constant BUYERS = 4;
    uint64 internal constant SLOT = 2_000_000;
    bytes32 internal constant STREET = keccak256("lime-street");

    ChainAround internal around;
    IWholeCredit internal credit;
    IWholeCertificate internal certificate;
    StatementLeaf[] internal statements;
    /// @dev Wh of a source's buyer.
    uint256[BUYERS][SOURCES] internal soldWh;

    function setUp() public virtual {
        around = new ChainAround();
        credit = IWholeCredit(create("EnergyCredit", abi.encode(around, around)));
        certificate = IWholeCertificate(create("GreenCertificate", abi.encode(credit)));
        for (uint256 i = 0; i < SOURCES; ++i) {
            address account = sourceAt(i);
            bytes32 name = keccak256(abi.encode("meter", account));
            statements.push(StatementLeaf(account, SLOT, 10, uint64(1_000 * (i + 1)), false, true, name, "struct", "signature"));
            // The third source has sold more than it fed in: the batch is wrong, and final.
            for (uint256 j = 0; j < BUYERS; ++j) soldWh[i][j] = i == 2 ? 900 + j : 100 * (i + 1) + j;
        }
    }

    function sourceAt(uint256 i) internal pure returns (address) {
        return address(uint160(0x50000 + i));
    }

    function buyerAt(uint256 i) internal pure returns (address) {
        return address(uint160(0xb0000 + i));
    }

    function idAt(uint256 source) internal view returns (uint256) {
        return credit.idOf(STREET, SLOT, sourceAt(source));
    }

    function originAt(uint256 source) internal pure returns (IGreenCertificate.Origin memory) {
        return IGreenCertificate.Origin(STREET, SLOT, sourceAt(source));
    }

    function header() internal view returns (BatchHeader memory batch) {
        batch.neighbourhood = STREET;
        batch.number = 1;
        (batch.firstSlot, batch.lastSlot) = (SLOT, SLOT);
        batch.statementsRoot = Trees.indexedRoot(statementHashes());
        batch.creditsRoot = Trees.sortedRoot(shareHashes());
    }

    function refOf(BatchHeader memory batch) internal pure returns (ISettlement.BatchRef memory) {
        return
            ISettlement.BatchRef(STREET, 1, keccak256(abi.encode(batch)), "movements", BatchState(1, 2, 0, false));
    }

    function sourceOf(uint256 i) internal view returns (IEnergyCredit.Source memory) {
        return IEnergyCredit.Source(statements[i], i, statements.length, Trees.indexedProof(statementHashes(), i));
    }

    function shareOf(uint256 source, uint256 buyer) internal view returns (IEnergyCredit.Share memory) {
        bytes32[] memory proof = Trees.sortedProof(shareHashes(), source * BUYERS + buyer);
        return IEnergyCredit.Share(buyerAt(buyer), soldWh[source][buyer], proof);
    }

    function sharesOf(uint256 source) internal view returns (IEnergyCredit.Share[] memory shares) {
        shares = new IEnergyCredit.Share[](BUYERS);
        for (uint256 j = 0; j < BUYERS; ++j) shares[j] = shareOf(source, j);
    }

    function only(IEnergyCredit.Share memory share) internal pure returns (IEnergyCredit.Share[] memory shares) {
        shares = new IEnergyCredit.Share[](1);
        shares[0] = share;
    }

    function claim(uint256 source, IEnergyCredit.Share[] memory shares) internal {
        BatchHeader memory batch = header();
        credit.claim(refOf(batch), batch, sourceOf(source), shares);
    }

    function statementHashes() internal view returns (bytes32[] memory hashes) {
        hashes = new bytes32[](statements.length);
        for (uint256 i = 0; i < hashes.length; ++i) hashes[i] = IndexedTree.hashLeaf(abi.encode(statements[i]));
    }

    /// @dev Filled up to a power of two.
    function shareHashes() internal view returns (bytes32[] memory hashes) {
        hashes = new bytes32[](16);
        for (uint256 i = 0; i < SOURCES * BUYERS; ++i) {
            (uint256 source, uint256 buyer) = (i / BUYERS, i % BUYERS);
            bytes memory leaf = abi.encode(buyerAt(buyer), sourceAt(source), SLOT, soldWh[source][buyer]);
            hashes[i] = keccak256(bytes.concat(keccak256(leaf)));
        }
    }
}
