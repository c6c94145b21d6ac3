"""What is answered about a paper."""

from __future__ import annotations

from pydantic import BaseModel, Field

from node.auth.tiers import Tier  # noqa: TC001 - read at run time


class StoredDocument(BaseModel):
    """A stored paper. `cid`, `sha256` and `mediaType` are what an event names, with the `kind` of paper."""

    cid: str = Field(description="CIDv1 of the file (UnixFS, raw leaves, 256 KiB chunks)")
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="of the plain bytes")
    mediaType: str  # noqa: N815 - the name in the events
    size: int
    tier: Tier = Field(description="who may read it besides its owner")
    name: str | None = None
    stored: str
