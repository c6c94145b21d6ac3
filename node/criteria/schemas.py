"""What GET /criteria/lives and /criteria/{criterion} answer."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class Window(BaseModel):
    """First and last day of a consultation."""

    start: str = Field(alias="from")
    until: str


class LifeInShort(BaseModel):
    """Where a criterion stands in a version of the catalogue, and how many companies have it in force."""

    criterion: str
    catalogueVersion: str  # noqa: N815 - JSON name
    stage: str
    consultation: Window | None
    comments: int
    adopters: int


class LifeEntry(BaseModel):
    """A record of the life; `by` is the participant's URN, null for the coordinator, `received` a day in UTC."""

    id: str
    digest: str
    state: str
    received: str
    by: str | None
    subject: dict[str, Any]


class CriterionLife(BaseModel):
    """All of one life, each list in the order of arrival."""

    catalogueVersion: str  # noqa: N815 - JSON name
    stage: str
    consultation: Window | None
    adopters: int
    steps: list[LifeEntry]
    comments: list[LifeEntry]
    adoptions: list[LifeEntry]


class CriterionTold(BaseModel):
    """A criterion in every version that is known, the newest first."""

    criterion: str
    versions: list[CriterionLife]
