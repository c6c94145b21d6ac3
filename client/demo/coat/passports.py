"""The coat's passports: model, batch and item, composed from the node's evidence, registered by the brand's key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from client.node_client import Sent
from client.passports import Issued, compose, issue
from protocol.identifiers import participant_urn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from client.demo.coat.garments import Garment
    from client.demo.coat.telling import Telling
    from client.demo.stage import Stage

_BRAND, _PRODUCT = "brand", "coat"
# What the product's own record says and a passport says as well.
_TAKEN_OVER = ("name", "brand", "commodityCode", "care", "components")


def issue_passports(stage: Stage, telling: Telling, garment: Garment) -> list[Issued]:
    """Issue model, batch and item in this order: each names the one above it."""
    facts = _facts(stage, telling)
    product = telling.references.product(_PRODUCT)
    lot = telling.lot(garment.lot, garment.scope)
    model = _issue(stage, facts | {"id": product, "granularityLevel": "model"})
    above = {"model": model.reference}
    batch = _issue(stage, facts | above | {"id": lot, "lot": lot, "granularityLevel": "batch"})
    above["batch"] = batch.reference
    item = _issue(
        stage, facts | above | {"id": garment.item, "item": garment.item, "granularityLevel": "item"}
    )
    issued = [model, batch, item]
    stage.sent += [Sent("", 201, each.record, each.digest, each.receipt) for each in issued]
    return issued


def _issue(stage: Stage, body: Mapping[str, Any]) -> Issued:
    stage.await_copies()
    return issue(stage.node, stage.maker(_BRAND), compose(stage.node, body))


def _facts(stage: Stage, telling: Telling) -> dict[str, Any]:
    product = next(entry["subject"] for entry in telling.sample.master_data if entry["name"] == _PRODUCT)
    taken: dict[str, Any] = {name: product[name] for name in _TAKEN_OVER}
    return taken | {
        "product": telling.references.product(_PRODUCT),
        "economicOperator": participant_urn(stage.participant(_BRAND)),
        **telling.sample.garments.get("passport", {}),
    }
