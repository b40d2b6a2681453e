// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Builds parts of movements as a test means them, not as the ledger reads them.
library Parts {
    /// @dev Movements of homes from seat 4 on, and of the supplier, grid and fund. Values must fit their fields.
    struct Meant {
        int256[3] head;
        int256[] money;
        int256[] wh;
    }

    function none(uint256 homes) internal pure returns (Meant memory meant) {
        meant.money = new int256[](homes);
        meant.wh = new int256[](homes);
    }

    /// @notice Lets the supplier pay what the money does not sum to.
    function settledBySupplier(Meant memory meant) internal pure returns (Meant memory) {
        int256 rest = meant.head[1] + meant.head[2];
        for (uint256 i = 0; i < meant.money.length; ++i) rest += meant.money[i];
        meant.head[0] = -rest;
        return meant;
    }

    /// @notice The sum of all that is taken.
    function debitOf(Meant memory meant) internal pure returns (uint256 debit) {
        for (uint256 i = 0; i < 3; ++i) if (meant.head[i] < 0) debit += uint256(-meant.head[i]);
        for (uint256 i = 0; i < meant.money.length; ++i) if (meant.money[i] < 0) debit += uint256(-meant.money[i]);
    }

    /// @notice All homes' groups, in order.
    function pack(Meant memory meant) internal pure returns (bytes memory part) {
        part = abi.encodePacked(
            int64(meant.head[0]), int64(meant.head[1]), int64(meant.head[2]), uint64(debitOf(meant))
        );
        for (uint256 i = 0; i < meant.money.length; i += 4) {
            part = bytes.concat(part, bytes2(uint16(i / 4 + 1)));
            for (uint256 lane = 0; lane < 4; ++lane) part = bytes.concat(part, _lane(meant, i + lane));
        }
    }

    function _lane(Meant memory meant, uint256 home) private pure returns (bytes8) {
        if (home >= meant.money.length) return 0;
        return bytes8((uint64(uint40(int40(meant.money[home]))) << 24) | uint24(int24(meant.wh[home])));
    }
}
