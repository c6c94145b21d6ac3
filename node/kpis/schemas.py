"""What GET /kpis answers; the form itself is the protocol's (`protocol/kpis/published.py`)."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Number(BaseModel):
    """A number that opens its list: company (control group or participant) → what shows it."""

    value: int | None
    list: dict[str, str]


class CompanyNumbers(BaseModel):
    """Companies, each kind counted apart."""

    involved: Number
    admitted: Number
    invited: Number
    represented: Number


class CriterionNumbers(BaseModel):
    """Companies that adopted a criterion, of these those with evidence, of these those whose evidence is proven."""

    adopted: Number
    evidenced: Number
    proven: Number


class Head(BaseModel):
    """The head below which everything that was counted is anchored."""

    origin: str
    seq: int
    size: int
    root: str


class Kpis(BaseModel):
    """Companies involved and shared criteria in a period of days; by area, null is a number that is not told."""

    format: str
    start: str = Field(alias="from")
    end: str = Field(alias="to")
    smallest: int
    head: Head | None
    companies: CompanyNumbers
    criteria: dict[str, CriterionNumbers]
    areas: dict[str, dict[str, int | None]]
    areaOf: dict[str, str]  # noqa: N815 - JSON name
