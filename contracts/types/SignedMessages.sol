// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A signed wish to buy or sell up to so many Wh of one slot, as `protocol/order.ts` defines it.
/// `orderType` is its `type`, which Solidity keeps for itself; it is signed as `type`.
struct OrderMessage {
    address account;
    string neighbourhood;
    uint64 slot;
    string side;
    string orderType;
    int64 priceEurPerMWh;
    uint64 energyWh;
    string timeInForce;
    uint64 expiresAtMs;
    bool postOnly;
    string selfTradePrevention;
    uint64 replaces;
    uint64 nonce;
}

/// @notice Takes an open order out of the book, as `protocol/order.ts` defines it.
struct CancelMessage {
    address account;
    string neighbourhood;
    uint64 slot;
    bytes32 orderId;
    uint64 nonce;
}

/// @notice Import and export of one home in one slot, as `protocol/statement.ts` defines it.
struct StatementMessage {
    string deviceId;
    address account;
    string neighbourhood;
    uint64 slot;
    uint64 importWh;
    uint64 exportWh;
    uint64 firstSequence;
    uint64 lastSequence;
    bytes32 chainHead;
    uint64 quality;
    bool estimated;
}

/// @title Signed messages
/// @notice The EIP-712 hashes of what homes and devices sign off chain: the same as `protocol/signing.ts` finds.
library SignedMessages {
    bytes32 internal constant DOMAIN_TYPE_HASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 internal constant ORDER_TYPE_HASH =
        keccak256(
            "Order(address account,string neighbourhood,uint64 slot,string side,string type,int64 priceEurPerMWh,"
            "uint64 energyWh,string timeInForce,uint64 expiresAtMs,bool postOnly,string selfTradePrevention,"
            "uint64 replaces,uint64 nonce)"
        );
    bytes32 internal constant CANCEL_TYPE_HASH =
        keccak256("Cancel(address account,string neighbourhood,uint64 slot,bytes32 orderId,uint64 nonce)");
    bytes32 internal constant STATEMENT_TYPE_HASH =
        keccak256(
            "Statement(string deviceId,address account,string neighbourhood,uint64 slot,uint64 importWh,"
            "uint64 exportWh,uint64 firstSequence,uint64 lastSequence,bytes32 chainHead,uint64 quality,bool estimated)"
        );

    /// @notice What stands under every signature of a deployment: the domain `Commonwatt`, version `1`.
    /// @param chainId the chain it is deployed on
    /// @param verifyingContract the one address that names the deployment, whichever contract checks a signature
    function domainSeparator(uint256 chainId, address verifyingContract) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(DOMAIN_TYPE_HASH, keccak256("Commonwatt"), keccak256("1"), chainId, verifyingContract)
            );
    }

    /// @notice What is signed of a message (EIP-712): its identity off chain, too.
    function digest(bytes32 separator, bytes32 structHash) internal pure returns (bytes32) {
        return keccak256(bytes.concat(hex"1901", separator, structHash));
    }

    /// @notice EIP-712's hashStruct of an order.
    function hash(OrderMessage memory order) internal pure returns (bytes32) {
        // In two parts, for the stack holds no fourteen words.
        return
            keccak256(
                bytes.concat(
                    abi.encode(
                        ORDER_TYPE_HASH,
                        order.account,
                        _hash(order.neighbourhood),
                        order.slot,
                        _hash(order.side),
                        _hash(order.orderType),
                        order.priceEurPerMWh
                    ),
                    abi.encode(
                        order.energyWh,
                        _hash(order.timeInForce),
                        order.expiresAtMs,
                        order.postOnly,
                        _hash(order.selfTradePrevention),
                        order.replaces,
                        order.nonce
                    )
                )
            );
    }

    /// @notice EIP-712's hashStruct of a cancellation.
    function hash(CancelMessage memory cancel) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    CANCEL_TYPE_HASH,
                    cancel.account,
                    _hash(cancel.neighbourhood),
                    cancel.slot,
                    cancel.orderId,
                    cancel.nonce
                )
            );
    }

    /// @notice EIP-712's hashStruct of a statement.
    function hash(StatementMessage memory statement) internal pure returns (bytes32) {
        return
            keccak256(
                bytes.concat(
                    abi.encode(
                        STATEMENT_TYPE_HASH,
                        _hash(statement.deviceId),
                        statement.account,
                        _hash(statement.neighbourhood),
                        statement.slot,
                        statement.importWh
                    ),
                    abi.encode(
                        statement.exportWh,
                        statement.firstSequence,
                        statement.lastSequence,
                        statement.chainHead,
                        statement.quality,
                        statement.estimated
                    )
                )
            );
    }

    /// @dev How EIP-712 writes a text.
    function _hash(string memory text) private pure returns (bytes32) {
        return keccak256(bytes(text));
    }
}
