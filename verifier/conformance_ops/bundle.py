"""Conformance questions about bundles, answered by the verifier itself; what a chain said comes with the question."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from protocol.bundle import parse_bundle
from protocol.checks.credentials import read_records
from protocol.checks.view_form import view_from_json
from verifier.trust import parse_trust
from verifier.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from protocol.criteria.model import Criterion


def verify_bundle(question: Mapping[str, Any]) -> dict[str, Any]:
    """`bundle.verify`: `bundle_b64`, `trust` (a trust file's value, or null) → `verdict`, `codes[]`, `figures`.

    `beside`: the figures under each newer catalogue, by its version; left out if none is known.
    `view` is what the chain said, in the form of `protocol/checks/view_form.py`; without it the chain was not asked.
    Nothing in version 1 depends on the time of the question, so `at` changes nothing.
    """
    bundle = parse_bundle(base64.b64decode(question["bundle_b64"], validate=True))
    given = question.get("trust")
    trust = parse_trust(json.dumps(given).encode()) if given is not None else None
    said = question.get("view")
    view = view_from_json(said) if said is not None else None
    records, unsound = read_records(bundle.records)
    result = verify(bundle, records, unsound, trust, view)
    beside = {each.version: _figures(each.criteria) for each in result.beside}
    codes = sorted({found.code for found in result.verdict.findings})
    return {"verdict": result.verdict.word, "codes": codes, "figures": _figures(result.criteria)} | (
        {"beside": beside} if beside else {}
    )


def _figures(criteria: Iterable[Criterion]) -> dict[str, str | None]:
    return {
        f"{criterion.id}/{figure.id}": None if figure.value is None else f"{figure.value:f}"
        for criterion in criteria
        for figure in criterion.figures
    }


OPS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {"bundle.verify": verify_bundle}
