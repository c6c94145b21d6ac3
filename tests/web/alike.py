"""What two reports of one bundle have to have in common."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

# Which of several faults of one document a schema names first is not part of the written format.
_FAULTS = {"QUANTITY_FORM", "UNIT_UNKNOWN"}


def told(report: dict[str, Any]) -> dict[str, Any]:
    """What a report says, of either implementation, in one form: findings at their places, figures with their inputs."""
    grades = report.get("links") or {step["digest"]: step["grade"] for step in report.get("steps", ())}
    return {
        "findings": sorted(
            {(found["check"], _kind(found["code"]), found["place"]) for found in report["findings"]}
        ),
        "verdict": (report["verdict"], report["exit"]),
        "graph": report["graphDigest"],
        "checks": report["checks"],
        "grades": grades,
        "figures": _figures(report["criteria"]),
        "beside": {
            each["catalogue"]: (each.get("record"), each["unknown"], _figures(each["criteria"]))
            for each in report.get("beside", ())
        },
    }


def is_schema_fault(code: str) -> bool:
    """Whether a code is one of those that a schema may name first."""
    return code.startswith("SCHEMA_") or code in _FAULTS


def _kind(code: str) -> str:
    return "SCHEMA" if is_schema_fault(code) else code


def _figures(criteria: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        f"{each['id']}/{figure['id']}": _figure(figure) for each in criteria for figure in each["figures"]
    }


def _figure(figure: dict[str, Any]) -> dict[str, Any]:
    missing = [tuple(each.values()) if isinstance(each, dict) else tuple(each) for each in figure["missing"]]
    shares = {name: Decimal(figure[name]) for name in ("proven", "declared", "coverage")}
    rest = {name: figure[name] for name in ("value", "unit", "method", "inputs")}
    return {**shares, **rest, "missing": missing}
