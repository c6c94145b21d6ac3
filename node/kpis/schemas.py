"""What GET /kpis answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

if TYPE_CHECKING:
    from protocol.criteria.indicators import Indicators, Period


class CompanyCount(BaseModel):
    """A number that opens its list: company (control group or participant) → a record that shows it."""

    value: int
    records: dict[str, str]


class Kpis(BaseModel):
    """Companies involved and shared criteria adopted in a period of days."""

    start: str
    end: str
    companiesInvolved: CompanyCount  # noqa: N815 - JSON name
    companiesAdmitted: int  # noqa: N815
    workshopsRepresented: int  # noqa: N815
    criteriaAdopted: dict[str, list[str]]  # noqa: N815
    byProvince: dict[str, int]  # noqa: N815


def kpis_of(period: Period, found: Indicators) -> Kpis:
    """The answer's form."""
    return Kpis(
        start=period.start,
        end=period.end,
        companiesInvolved=CompanyCount(value=len(found.involved), records=dict(found.involved)),
        companiesAdmitted=found.admitted,
        workshopsRepresented=found.represented,
        criteriaAdopted={criterion: list(companies) for criterion, companies in found.adopted.items()},
        byProvince=dict(found.provinces),
    )
