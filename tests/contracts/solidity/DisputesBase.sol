// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBillProofs} from "../../../contracts/interfaces/IBillProofs.sol";
import {IDisputes} from "../../../contracts/interfaces/IDisputes.sol";
import {IHearing} from "../../../contracts/interfaces/IHearing.sol";
import {ILegProofs} from "../../../contracts/interfaces/ILegProofs.sol";
import {ISettlement} from "../../../contracts/interfaces/ISettlement.sol";
import {IStatementProofs} from "../../../contracts/interfaces/IStatementProofs.sol";
import {ITradingKeys} from "../../../contracts/interfaces/ITradingKeys.sol";
import {BatchHeader} from "../../../contracts/types/BatchHeader.sol";
import {BatchState} from "../../../contracts/types/BatchState.sol";
import {Bill} from "../../../contracts/types/Bill.sol";
import {BillAt, Bills, LegAt, Legs, Signed, StatementAt, Statements} from "../../../contracts/types/Evidence.sol";
import {IndexedTree} from "../../../contracts/types/IndexedTree.sol";
import {Leg} from "../../../contracts/types/Leg.sol";
import {OrderMessage, SignedMessages, StatementMessage} from "../../../contracts/types/SignedMessages.sol";
import {StatementLeaf} from "../../../contracts/types/StatementLeaf.sol";
import {Terms} from "../../../contracts/types/Terms.sol";
import {MarketAround} from "./MarketAround.sol";
import {RegistryBase} from "./RegistryBase.sol";
import {Trees} from "./Trees.sol";
import {IWholeOrderProofs} from "./WholeContracts.sol";

/// @notice A neighbourhood of two homes, and batches of whatever leaves a test puts into them.
abstract contract DisputesBase is RegistryBase {
    uint40 internal constant WINDOW = 1 days;
    /// @dev The slot of most leaves; over when a batch is proposed.
    uint64 internal constant SLOT_NUMBER = uint64(START / SLOT) + 4;
    address internal constant CHALLENGER = address(0xca11e4);

    MarketAround internal market;
    ITradingKeys internal tradingKeys;
    IDisputes internal disputes;
    ILegProofs internal legProofs;
    IWholeOrderProofs internal orderProofs;
    IStatementProofs internal statementProofs;
    IBillProofs internal billProofs;
    address internal alice;
    address internal bob;
    uint256 internal device;

    Leg[] internal legs;
    Bill[] internal bills;
    StatementLeaf[] internal statements;
    Terms internal rates = Terms(320_001, 80_003, 110_777, 25);
    bytes[] internal parts;
    ISettlement.BatchRef internal ref;
    BatchHeader internal header;

    function setUp() public virtual override {
        super.setUp();
        (alice, bob) = (vm.addr(ALICE), vm.addr(BOB));
        market = new MarketAround();
        tradingKeys = ITradingKeys(create("TradingKeys", abi.encode(registry)));
        disputes = newDisputes();
        legProofs = ILegProofs(create("LegProofs", abi.encode(disputes)));
        orderProofs = IWholeOrderProofs(create("OrderProofs", abi.encode(disputes, registry, tradingKeys)));
        statementProofs = IStatementProofs(create("StatementProofs", abi.encode(disputes, registry)));
        billProofs = IBillProofs(create("BillProofs", abi.encode(disputes, market)));
        address[] memory courts = new address[](4);
        (courts[0], courts[1]) = (address(legProofs), address(orderProofs));
        (courts[2], courts[3]) = (address(statementProofs), address(billProofs));
        disputes.link(courts);
        market.link(address(disputes));
        market.seat(alice, 4);
        market.seat(bob, 5);
        device = joinSoft(ALICE, NAME, METER);
    }

    function newDisputes() internal returns (IDisputes) {
        return IDisputes(create("Disputes", abi.encode(market, registry, market, coin)));
    }

    /// @dev Proposes a batch of the leaves that were put together, for the slots 3 to 5 after the first.
    function propose() internal {
        uint64 first = SLOT_NUMBER - 1;
        uint64 last = SLOT_NUMBER + 1;
        if (block.timestamp < (uint256(last) + 1) * SLOT) vm.warp((uint256(last) + 1) * SLOT);
        bytes32[] memory hashes = new bytes32[](parts.length);
        for (uint256 i = 0; i < parts.length; ++i) hashes[i] = keccak256(parts[i]);
        bytes32 movementsHash = keccak256(abi.encodePacked(hashes));
        header = BatchHeader({
            neighbourhood: STREET,
            number: 1,
            firstSlot: first,
            lastSlot: last,
            tradesRoot: rootOf(legHashes()),
            statementsRoot: rootOf(statementHashes()),
            billsRoot: rootOf(billHashes()),
            creditsRoot: 0,
            termsHash: keccak256(abi.encode(rates)),
            logHead: 0,
            archiveHash: 0,
            tradedWh: 0
        });
        BatchState memory state = BatchState(uint40(block.timestamp) + WINDOW, 0, 0, false);
        ref = ISettlement.BatchRef(STREET, header.number, keccak256(abi.encode(header)), movementsHash, state);
        market.propose(ref);
    }

    /// @dev What the caller's next call has to revert with.
    function expect(bytes4 selector) internal {
        vm.expectRevert(abi.encodeWithSelector(selector));
    }

    function expectNothingWrong() internal {
        expect(IHearing.NothingWrong.selector);
    }

    /// @dev The batch fell, and this is who has shown it.
    function assertFell(address challenger) internal view {
        assertTrue(market.fallenFor() == challenger, "the batch fell for the challenger");
    }

    function legsAt(uint256 first, uint256 count) internal view returns (Legs memory shown) {
        bytes32[] memory hashes = legHashes();
        shown = Legs(hashes.length, new LegAt[](count));
        for (uint256 i = 0; i < count; ++i) {
            shown.shown[i] = LegAt(first + i, Trees.indexedProof(hashes, first + i), legs[first + i]);
        }
    }

    function billsAt(uint256 first, uint256 count) internal view returns (Bills memory shown) {
        bytes32[] memory hashes = billHashes();
        shown = Bills(hashes.length, new BillAt[](count));
        for (uint256 i = 0; i < count; ++i) {
            shown.shown[i] = BillAt(first + i, Trees.indexedProof(hashes, first + i), bills[first + i]);
        }
    }

    function statementsAt(uint256 first, uint256 count) internal view returns (Statements memory shown) {
        bytes32[] memory hashes = statementHashes();
        shown = Statements(hashes.length, new StatementAt[](count));
        for (uint256 i = 0; i < count; ++i) {
            shown.shown[i] = StatementAt(first + i, Trees.indexedProof(hashes, first + i), statements[first + i]);
        }
    }

    function legHashes() private view returns (bytes32[] memory hashes) {
        hashes = new bytes32[](legs.length);
        for (uint256 i = 0; i < hashes.length; ++i) hashes[i] = IndexedTree.hashLeaf(abi.encode(legs[i]));
    }

    function billHashes() private view returns (bytes32[] memory hashes) {
        hashes = new bytes32[](bills.length);
        for (uint256 i = 0; i < hashes.length; ++i) hashes[i] = IndexedTree.hashLeaf(abi.encode(bills[i]));
    }

    function statementHashes() private view returns (bytes32[] memory hashes) {
        hashes = new bytes32[](statements.length);
        for (uint256 i = 0; i < hashes.length; ++i) hashes[i] = IndexedTree.hashLeaf(abi.encode(statements[i]));
    }

    function rootOf(bytes32[] memory hashes) private pure returns (bytes32) {
        return hashes.length == 0 ? bytes32(0) : Trees.indexedRoot(hashes);
    }

    /// @dev An order of an account for 1,000 Wh, good till cancelled.
    function orderOf(address account, string memory side, int64 price, uint64 nonce)
        internal
        pure
        returns (OrderMessage memory order)
    {
        order.account = account;
        order.neighbourhood = "lime-street";
        order.slot = SLOT_NUMBER;
        order.side = side;
        order.orderType = "limit";
        order.priceEurPerMWh = price;
        order.energyWh = 1_000;
        order.timeInForce = "GTC";
        order.selfTradePrevention = "none";
        order.nonce = nonce;
    }

    function idOf(OrderMessage memory order) internal view returns (bytes32) {
        return digestOf(SignedMessages.hash(order));
    }

    function signatureOf(uint256 privateKey, bytes32 digest) internal pure returns (Signed memory) {
        return Signed(abi.encodePacked(vm.addr(privateKey)), signedBy(privateKey, digest));
    }

    function hashOf(Signed memory signed) internal pure returns (bytes32) {
        return keccak256(abi.encode(signed.signer, signed.signature));
    }

    /// @dev A leg of an order of 10 Wh at 100 EUR/MWh, the only one of its account and slot.
    function legOf(OrderMessage memory order, Signed memory signed) internal view returns (Leg memory leg) {
        bool isBuy = keccak256(bytes(order.side)) == keccak256("buy");
        leg.account = order.account;
        leg.slot = order.slot;
        leg.orderId = idOf(order);
        leg.sequence = 1;
        leg.isBuy = isBuy;
        leg.priceEurPerMWh = 100;
        leg.energyWh = 10;
        leg.tradedAtMs = uint64(START + 1_000) * 1_000;
        leg.signatureHash = hashOf(signed);
        leg.filledWh = 10;
        leg.positionWh = isBuy ? -10 : int128(10);
        leg.boughtWh = isBuy ? 10 : 0;
        leg.moneyMicroEur = isBuy ? -1_000 : int128(1_000);
        leg.paidMicroEur = isBuy ? 1_000 : 0;
    }

    /// @dev A statement's leaf.
    function leafOf(StatementMessage memory statement, Signed memory signed)
        internal
        pure
        returns (StatementLeaf memory)
    {
        return StatementLeaf({
            account: statement.account,
            slot: statement.slot,
            importWh: statement.importWh,
            exportWh: statement.exportWh,
            isEstimated: statement.estimated,
            earnsCredit: false,
            deviceName: keccak256(bytes(statement.deviceId)),
            structHash: SignedMessages.hash(statement),
            signatureHash: hashOf(signed)
        });
    }
}
