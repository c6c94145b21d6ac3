"""What is said at the door."""

from __future__ import annotations

from pydantic import BaseModel, Field


class ChallengeRequest(BaseModel):
    """The key that wants to be let in, as did:key."""

    key: str = Field(max_length=256)


class Challenge(BaseModel):
    """To be signed within a JWT of typ `filiera-auth+jwt` that names `aud`, `challenge` and `iss`."""

    challenge: str
    audience: str
    expires: str


class ReadOut(BaseModel):
    """One line about the caller's data: `target` is a record's digest, a lot, or a paper's CID."""

    number: int
    reader: str
    tier: str
    act: str
    target: str
    at: str


class TokenRequest(BaseModel):
    """The signed JWT."""

    token: str = Field(max_length=4_096)


class Token(BaseModel):
    """For the header `Authorization: Bearer`."""

    token: str
    tier: str
    expires: str
