// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A point of the group of public keys, as EIP-2537 writes it: each coordinate in 64 bytes, big end first.
/// All zero is the point at infinity.
struct G1Point {
    bytes32 xHigh;
    bytes32 xLow;
    bytes32 yHigh;
    bytes32 yLow;
}

/// @notice A point of the group of signatures, as EIP-2537 writes it: a coordinate is `c0 + c1·i`, c0 first.
struct G2Point {
    bytes32 x0High;
    bytes32 x0Low;
    bytes32 x1High;
    bytes32 x1Low;
    bytes32 y0High;
    bytes32 y0Low;
    bytes32 y1High;
    bytes32 y1Low;
}

/// @title Signatures on the curve BLS12-381
/// @notice Public keys are points of G1, signatures points of G2; messages are hashed by RFC 9380's
/// BLS12381G2_XMD:SHA-256_SSWU_RO_. Everything is done by the precompiles of EIP-2537, which refuse what is no point.
/// @dev A precompile that refuses takes all gas it is given, and with it the transaction. Memory is laid out by hand,
/// because every consent pays for each copy that the compiler would make; a struct of words lies in memory as EIP-2537
/// wants it.
library Bls12381 {
    address private constant G1_ADD = address(0x0b);
    address private constant PAIRING = address(0x0f);
    address private constant HASHING = address(0x11);

    /// @dev The field's prime, in two words.
    uint256 private constant PRIME_HIGH = 0x1a0111ea397fe69a4b1ba7b6434bacd7;
    uint256 private constant PRIME_LOW = 0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;

    /// @notice A point that is not on its curve or not in its group, or a chain without this precompile.
    error PrecompileRefused(address precompile);

    /// @notice The sum of two points of G1's curve. The precompile does not look whether they are in the group.
    function add(G1Point memory a, G1Point memory b) internal view returns (G1Point memory sum) {
        bool isDone;
        assembly ("memory-safe") {
            let input := mload(0x40)
            mcopy(input, a, 128)
            mcopy(add(input, 128), b, 128)
            isDone := staticcall(gas(), 0x0b, input, 256, sum, 128)
            isDone := and(isDone, eq(returndatasize(), 128))
        }
        require(isDone, PrecompileRefused(G1_ADD));
    }

    /// @notice The point that gives infinity when it is added. For points of the group only: none has y = 0.
    function negate(G1Point memory point) internal pure returns (G1Point memory) {
        if (isInfinity(point)) return point;
        (uint256 high, uint256 low) = (uint256(point.yHigh), uint256(point.yLow));
        // p − y; y < p, and a borrow from the low word is the only one.
        unchecked {
            uint256 borrow = low > PRIME_LOW ? 1 : 0;
            return G1Point(point.xHigh, point.xLow, bytes32(PRIME_HIGH - high - borrow), bytes32(PRIME_LOW - low));
        }
    }

    /// @notice Whether this is the neutral point.
    function isInfinity(G1Point memory point) internal pure returns (bool) {
        return (point.xHigh | point.xLow | point.yHigh | point.yLow) == 0;
    }

    /// @notice keccak256(abi.encode(point)).
    function hash(G1Point memory point) internal pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            digest := keccak256(point, 128)
        }
    }

    /// @notice Whether `signature` is `key`'s over a message. Reverts where either is not in its group. Infinity as key
    /// would sign everything with infinity: the caller must not let it come so far.
    /// @param domain what the signature is for (RFC 9380's DST, at most 255 bytes)
    function isSigned(G1Point memory key, bytes32 message, bytes memory domain, G2Point memory signature)
        internal
        view
        returns (bool isOne)
    {
        G2Point memory hashed = hashToG2(message, domain);
        bool isDone;
        assembly ("memory-safe") {
            // e(key, H(m)) · e(−generator, signature) = 1
            let pairs := mload(0x40)
            mcopy(pairs, key, 128)
            mcopy(add(pairs, 128), hashed, 256)
            mstore(add(pairs, 384), 0x17f1d3a73197d7942695638c4fa9ac0f)
            mstore(add(pairs, 416), 0xc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb)
            mstore(add(pairs, 448), 0x114d1d6855d545a8aa7d76c8cf2e21f2)
            mstore(add(pairs, 480), 0x67816aef1db507c96655b9d5caac42364e6f38ba0ecb751bad54dcd6b939c2ca)
            mcopy(add(pairs, 512), signature, 256)
            isDone := staticcall(gas(), 0x0f, pairs, 768, 0, 32)
            isDone := and(isDone, eq(returndatasize(), 32))
            isOne := mload(0)
        }
        require(isDone, PrecompileRefused(PAIRING));
    }

    /// @notice RFC 9380's hash_to_curve of a 32-byte message.
    function hashToG2(bytes32 message, bytes memory domain) internal view returns (G2Point memory point) {
        bytes32[8] memory elements = _hashToField(message, domain);
        bool isDone;
        assembly ("memory-safe") {
            let mapped := mload(0x40)
            isDone := staticcall(gas(), 0x11, elements, 128, mapped, 256)
            isDone := and(isDone, staticcall(gas(), 0x11, add(elements, 128), 128, add(mapped, 256), 256))
            // Each mapped point has its cofactor cleared, so the sum is in the group.
            isDone := and(isDone, staticcall(gas(), 0x0d, mapped, 512, point, 256))
            isDone := and(isDone, eq(returndatasize(), 256))
        }
        require(isDone, PrecompileRefused(HASHING));
    }

    /// @dev RFC 9380's hash_to_field: two elements of the field that G2's coordinates are from, 128 bytes each.
    function _hashToField(bytes32 message, bytes memory domain) private view returns (bytes32[8] memory elements) {
        _expand(message, domain, elements);
        bool isDone = true;
        assembly ("memory-safe") {
            // MODEXP: lengths of base, exponent and modulus, then the three; to the power of 1.
            let power := mload(0x40)
            mstore(power, 64)
            mstore(add(power, 32), 1)
            mstore(add(power, 64), 64)
            mstore8(add(power, 160), 1)
            mstore(add(power, 161), PRIME_HIGH)
            mstore(add(power, 193), PRIME_LOW)
            for { let i := 0 } lt(i, 256) { i := add(i, 64) } {
                mcopy(add(power, 96), add(elements, i), 64)
                isDone := and(isDone, staticcall(gas(), 0x05, power, 225, add(elements, i), 64))
            }
        }
        require(isDone, PrecompileRefused(HASHING));
    }

    /// @dev RFC 9380's expand_message_xmd by SHA-256, to 256 bytes.
    function _expand(bytes32 message, bytes memory domain, bytes32[8] memory uniform) private view {
        // An empty block of SHA-256, the message, the length wanted, 0; then the domain and its length, which end all inputs.
        bytes memory text =
            abi.encodePacked(bytes32(0), bytes32(0), message, uint16(256), uint8(0), domain, uint8(domain.length));
        bool isDone;
        assembly ("memory-safe") {
            isDone := staticcall(gas(), 0x02, add(text, 32), mload(text), 0, 32)
            let seed := mload(0)
            // Before the domain (99 bytes in) now the seed ^ the block before, and the block's number.
            let input := add(text, 98)
            let inputBytes := sub(mload(text), 66)
            let previous := 0
            for { let i := 0 } lt(i, 8) { i := add(i, 1) } {
                mstore(input, xor(seed, previous))
                mstore8(add(input, 32), add(i, 1))
                let out := add(uniform, shl(5, i))
                isDone := and(isDone, staticcall(gas(), 0x02, input, inputBytes, out, 32))
                previous := mload(out)
            }
        }
        require(isDone, PrecompileRefused(HASHING));
    }
}
