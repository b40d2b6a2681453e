// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DeviceJoin, DeviceMessages, KeyRotation} from "../../../contracts/types/DeviceMessages.sol";
import {
    CancelMessage,
    OrderMessage,
    SignedMessages,
    StatementMessage
} from "../../../contracts/types/SignedMessages.sol";
import {Base} from "./Base.sol";

/// @notice Hardhat's own EIP-712, by the text of a type.
interface Eip712 {
    function eip712HashStruct(string calldata definition, bytes calldata encoded) external pure returns (bytes32);
}

contract SignedMessagesTest is Base {
    Eip712 private constant eip712 = Eip712(address(vm));

    function testFuzz_HashesOrders(OrderMessage memory order) public pure {
        string memory definition = string.concat(
            "Order(address account,string neighbourhood,uint64 slot,string side,string type,int64 priceEurPerMWh,",
            "uint64 energyWh,string timeInForce,uint64 expiresAtMs,bool postOnly,string selfTradePrevention,",
            "uint64 replaces,uint64 nonce)"
        );
        bytes32 expected = eip712.eip712HashStruct(definition, abi.encode(order));
        assertTrue(SignedMessages.hash(order) == expected, "an order");
    }

    function testFuzz_HashesCancels(CancelMessage memory cancel) public pure {
        string memory definition = "Cancel(address account,string neighbourhood,uint64 slot,bytes32 orderId,uint64 nonce)";
        bytes32 expected = eip712.eip712HashStruct(definition, abi.encode(cancel));
        assertTrue(SignedMessages.hash(cancel) == expected, "a cancellation");
    }

    function testFuzz_HashesStatements(StatementMessage memory statement) public pure {
        string memory definition = string.concat(
            "Statement(string deviceId,address account,string neighbourhood,uint64 slot,uint64 importWh,",
            "uint64 exportWh,uint64 firstSequence,uint64 lastSequence,bytes32 chainHead,uint64 quality,bool estimated)"
        );
        bytes32 expected = eip712.eip712HashStruct(definition, abi.encode(statement));
        assertTrue(SignedMessages.hash(statement) == expected, "a statement");
    }

    function testFuzz_HashesRequestsToJoin(DeviceJoin memory join) public pure {
        string memory definition = string.concat(
            "DeviceJoin(bytes32 neighbourhood,bytes32 name,address owner,bytes key,bytes32 siteHash,address maker,",
            "uint64 nonce,uint64 deadline)"
        );
        bytes32 expected = eip712.eip712HashStruct(definition, abi.encode(join));
        assertTrue(DeviceMessages.hash(join) == expected, "a request to join");
    }

    function testFuzz_HashesRotations(KeyRotation memory rotation) public pure {
        string memory definition = "KeyRotation(uint256 device,address owner,bytes key,uint64 nonce,uint64 deadline)";
        bytes32 expected = eip712.eip712HashStruct(definition, abi.encode(rotation));
        assertTrue(DeviceMessages.hash(rotation) == expected, "a rotation");
    }
}
