// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

// The numbers that stand for words on chain. They are part of the format: readers in other languages hold the same.

library Role {
    uint16 internal constant SUPPLIER = 1;
    uint16 internal constant BRAND = 2;
    uint16 internal constant RETAILER = 4;
    uint16 internal constant REPAIRER = 8;
    uint16 internal constant RECYCLER = 16;
    uint16 internal constant CERTIFIER = 32;
    uint16 internal constant ASSOCIATION = 64;
    uint16 internal constant AUTHORITY = 128;
    uint16 internal constant OBSERVER = 256;
    uint16 internal constant TECHNICAL_OPERATOR = 512;
    uint16 internal constant COORDINATOR = 1024;
    uint16 internal constant ALL = 2047;
    /// Those that may issue passports.
    uint16 internal constant ISSUERS = BRAND | REPAIRER | RECYCLER;
}

library Algorithm {
    uint8 internal constant P256 = 1;
    uint8 internal constant ED25519 = 2;
}

library KeyUse {
    uint8 internal constant SIGNING = 1;
    uint8 internal constant AGREEMENT = 2;
}

library Capability {
    uint8 internal constant CAPTURE = 1;
    uint8 internal constant PASSPORT = 2;
    uint8 internal constant ADMIN = 4;
    uint8 internal constant RECOVERY = 8;
    uint8 internal constant ALL = 15;
}

library Origin {
    uint8 internal constant ADMISSION = 0;
    uint8 internal constant OWN_KEY = 1;
    uint8 internal constant COORDINATOR = 2;
    uint8 internal constant RECOVERY = 3;
}

library Reason {
    uint8 internal constant ROTATED = 0;
    uint8 internal constant COMPROMISED = 1;
    uint8 internal constant LOST = 2;
    uint8 internal constant CEASED = 3;
}
