"""Participants as the API shows them, and the form of a relayed act."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

HEX32 = r"^[0-9a-f]{64}$"


class KeyOut(BaseModel):
    """A registered key; `toBlock` null while open, `disputedFrom` null unless disputed."""

    keyHash: str  # noqa: N815
    alg: Literal["ES256", "EdDSA"]
    use: Literal["signing", "agreement"]
    capabilities: list[str]
    publicKey: str  # noqa: N815
    fromBlock: int  # noqa: N815
    toBlock: int | None  # noqa: N815
    disputedFrom: int | None  # noqa: N815


class ParticipantOut(BaseModel):
    """An admitted participant: pseudonymous, its name is in the coordinator's membership record."""

    id: str
    roles: list[str]
    active: bool
    admittedBlock: int  # noqa: N815
    profileDigest: str  # noqa: N815
    keys: list[KeyOut]


class ActSignatureIn(BaseModel):
    """One P-256 signature of the act, three times 32 bytes in hex."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    key_hash: str = Field(alias="keyHash", pattern=HEX32)
    r: str = Field(pattern=HEX32)
    s: str = Field(pattern=HEX32)


class ActRequest(BaseModel):
    """A signed act of one of the registries; `args` by their names in the ABI, hex for bytes."""

    model_config = ConfigDict(extra="forbid")

    contract: Literal["participants", "anchors", "passports"]
    act: str = Field(max_length=64)
    args: dict[str, Any]
    nonce: int = Field(ge=0, lt=2**64)
    deadline: int = Field(ge=0, lt=2**64)
    signatures: list[ActSignatureIn] = Field(min_length=1, max_length=32)


class ActResult(BaseModel):
    """Where the act was mined."""

    transaction: str
    block: int
    blockHash: str  # noqa: N815
    gasUsed: int  # noqa: N815


class NonceOut(BaseModel):
    """The next nonce of a signer in a contract."""

    contract: str
    participant: str
    nonce: int
