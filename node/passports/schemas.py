"""What comes with requests about many passports."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from node.participants.schemas import ActRequest, ActResult  # noqa: TC001 - pydantic reads them
from protocol.passport_batch import ENTRY_BYTES, MAX_ITEMS

MAX_SERIALS = 10_000
_MANIFEST_CHARACTERS = MAX_ITEMS * ENTRY_BYTES * 4 // 3 + 4
Order = Annotated[str, Field(pattern=r"^urn:filiera:order:[a-z2-7]{26}$")]


class BatchRequest(BaseModel):
    """The list of a batch (base64url of passport id ‖ digest, in leaf order) and the signed act `issueBatch` for it."""

    model_config = ConfigDict(extra="forbid")

    manifest: str = Field(max_length=_MANIFEST_CHARACTERS)
    act: ActRequest


class BatchRegistered(BaseModel):
    """A registered batch; `mined` null if it was registered before."""

    root: str
    count: int
    mined: ActResult | None


class SerialsRequest(BaseModel):
    """Identifiers of items of an order to reserve or to void: canonical GS1 Digital Links, serials drawn at random."""

    model_config = ConfigDict(extra="forbid")

    order: Order
    identifiers: list[Annotated[str, Field(max_length=256)]] = Field(min_length=1, max_length=MAX_SERIALS)


class SerialsOfOrder(BaseModel):
    """Serials of an order: on labels, of them those that no garment has yet, and those voided."""

    order: str
    identifiers: list[str]
    unused: list[str]
    voided: list[str]


class SerialsVoided(BaseModel):
    """How many of them are new; the others were voided before."""

    order: str
    voided: int


class SerialsReserved(BaseModel):
    """How many of them are new; the others were reserved before."""

    order: str
    reserved: int
