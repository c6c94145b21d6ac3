"""GET /criteria: the catalogue, as shipped, by version."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from protocol.criteria.evaluate import CURRENT, catalogue
from protocol.errors import FormatError

router = APIRouter(tags=["criteria"])


@router.get("/criteria")
def get_criteria(
    version: Annotated[str, Query(max_length=20, pattern=r"^[0-9]{4}-[0-9]$")] = CURRENT,
) -> dict[str, Any]:
    """One version of the catalogue; every version is kept."""
    try:
        return dict(catalogue(version))
    except FileNotFoundError as error:
        raise FormatError("CATALOGUE_UNKNOWN", "/version", version=version) from error
