"""The published textile events, as an importing company would send them: parsed, wrapped, signed, submitted, or refused."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from protocol.epcis import validate_epcis
from protocol.epcis_import import Additions, import_event
from protocol.errors import FilieraError
from protocol.quantities import parse_quantity
from tests.protocol.test_epcis_import import LOT, with_account
from tests.support.makers import Maker
from tests.support.nodes import running
from tests.support.shared import data

pytestmark = [pytest.mark.anyio, pytest.mark.shared]
TERMS = {
    "process": {"filiera:processType": "spinning"},
    "garment-born": {"filiera:lot": LOT},
    "chemical-declaration": {"disposition": "conformant"},
}
IMPORTABLE = (
    "commissioning", "declaration-environmental-footprint", "observation-chemical", "transformation-garment",
    "transformation-spinning", "transformation-weaving", "fjordline-aurora-lifecycle",
)  # fmt: skip
# The files tell of 2026; a clock behind all of them.
AFTERWARDS_MS = 1_800_000_000_000
REFUSED = ("observation-carbon-footprint", "observation-durability")


def events(name: str) -> list[dict[str, object]]:
    document = json.loads(data("epcis", f"{name}.jsonld").read_text("utf-8"), parse_float=Decimal)
    return [dict(event) for _, event in validate_epcis(document).events]


def additions(name: str, event: dict[str, object]) -> Additions:
    texts = [
        text for value in event.values() if isinstance(value, list) for text in value if isinstance(text, str)
    ]
    kind = "process" if event["type"] == "TransformationEvent" else "garment-born"
    kind = "chemical-declaration" if "chemical" in name else kind
    terms = TERMS[kind] if event.get("bizStep") != "shipping" else {}
    return Additions(dict.fromkeys(texts, parse_quantity("10", "KGM")), terms)


def body_of(name: str, number: int, event: dict[str, object], maker: Maker) -> dict[str, object]:
    fresh = f"urn:uuid:00000000-0000-4000-8000-{number:012x}"
    imported = import_event(
        event, additions(name, event), participant=maker.id.hex(), event_id=fresh, record_seq=0
    )
    return with_account(imported.subject)


@pytest.mark.parametrize("name", IMPORTABLE)
async def test_each_published_event_is_signed_by_its_importer_and_taken(tmp_path, name):
    found = events(name)
    # One company for each event: the files tell single events, not the accounts before them.
    makers = [
        Maker(f"importer {number}", ("supplier", "brand", "retailer", "repairer", "recycler"))
        for number in range(len(found))
    ]
    async with running(tmp_path, *makers) as node:
        node.clock.now = AFTERWARDS_MS
        for number, (event, maker) in enumerate(zip(found, makers, strict=True)):
            record = maker.sign(body_of(name, number, event, maker))
            answer = await node.post(record)
            assert answer.status_code == 201, answer.text
            assert answer.json()["state"] == "received"


@pytest.mark.parametrize("name", REFUSED)
def test_what_epcis_leaves_open_is_refused_with_field_and_cause(name):
    [event] = events(name)
    with pytest.raises(FilieraError) as refused:
        body_of(name, 0, event, Maker("importer"))
    assert (refused.value.code, refused.value.place) == ("EPCIS_NOT_IMPORTABLE", "/bizStep")


def test_a_lot_without_quantity_is_refused_until_the_importer_gives_one():
    [event] = events("transformation-spinning")
    lots = [text for text in event["outputEPCList"] if "/10/" in text]  # type: ignore[union-attr]
    with pytest.raises(FilieraError) as refused:
        import_event(
            event, Additions(terms=TERMS["process"]), participant="a" * 64,
            event_id="urn:uuid:00000000-0000-4000-8000-00000000000a", record_seq=0,
        )  # fmt: skip
    assert refused.value.code == "EPCIS_QUANTITY_NEEDED" or not lots
