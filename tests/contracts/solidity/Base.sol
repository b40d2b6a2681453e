// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The cheat codes of Hardhat's Solidity tests that ours use.
interface Vm {
    function warp(uint256 unixSeconds) external;
    function chainId(uint256 id) external;
    function etch(address at, bytes calldata code) external;
    function prank(address caller) external;
    function expectRevert(bytes calldata exactly) external;
    function addr(uint256 privateKey) external pure returns (address);
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function signP256(uint256 privateKey, bytes32 digest) external pure returns (bytes32 r, bytes32 s);
    function getCode(string calldata name) external view returns (bytes memory);
    function publicKeyP256(uint256 privateKey) external pure returns (uint256 x, uint256 y);
}

/// @notice What a test in Solidity needs: cheat codes, and assertions that say what they found.
abstract contract Base {
    Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    error NotEqual(string what, uint256 found, uint256 expected);
    error NotTrue(string what);

    function assertEq(uint256 found, uint256 expected, string memory what) internal pure {
        require(found == expected, NotEqual(what, found, expected));
    }

    function assertTrue(bool isSo, string memory what) internal pure {
        require(isSo, NotTrue(what));
    }

    /// @dev A number from `least` to `most`, whatever the fuzzer gave.
    function within(uint256 any, uint256 least, uint256 most) internal pure returns (uint256) {
        return least + (any % (most - least + 1));
    }

    /// @dev Deploys a contract by its name: the very code that the product deploys, which nobody compiles once more. A
    /// constructor's refusal is the caller's.
    function create(string memory name, bytes memory arguments) internal returns (address created) {
        bytes memory code = bytes.concat(vm.getCode(name), arguments);
        assembly ("memory-safe") {
            created := create(0, add(code, 0x20), mload(code))
            if iszero(created) {
                returndatacopy(code, 0, returndatasize())
                revert(code, returndatasize())
            }
        }
    }
}
