"""From a step of the sample to the body of an event: names become identifiers, quantities become lists.

What an act is called, its business step and disposition come from `protocol.templates`; what the record builds on
(number, predecessor, accounts) is added by whoever signs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from client.demo.coat.references import fill
from protocol.templates import event_template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from client.demo.coat.references import References
    from client.demo.coat.sample import Sample

# What every event has, whatever it is about; the rest of a template is an example.
_HEAD = (
    "type", "eventTime", "eventTimeZoneOffset", "action", "bizStep", "disposition", "filiera:act", "filiera:day",
    "filiera:processType",
)  # fmt: skip
_MORNING = "09:00"
_GOODS = {"takes": "inputQuantityList", "makes": "outputQuantityList"}
_LISTS = {"certificates": "filiera:certificates", "evidence": "filiera:evidence"}
_ORDERS = {"order": "filiera:order", "work": "filiera:subcontractOrder"}


@dataclass(frozen=True)
class Told:
    """A record that was signed: what others name it by, and what a receipt of it repeats."""

    id: str
    digest: str
    goods: Mapping[str, str] = field(default_factory=dict)
    sender: str = ""
    recipient: str = ""

    @property
    def reference(self) -> dict[str, str]:
        """The record as another one names it."""
        return {"id": self.id, "digest": self.digest}


@dataclass(frozen=True)
class Scene:
    """Where a step happens: which names mean what there. `lot` and `record` look a name up in the step's order."""

    sample: Sample
    references: References
    lot: Callable[[str], str]
    record: Callable[[str], Told]
    scale: int = 1

    def fill(self, value: Any) -> Any:
        """Return `value` with its `$kind:name` replaced."""
        return fill(value, self._of)

    def paper(self, name: str) -> dict[str, str]:
        """Return a paper as an event names it."""
        return self.sample.papers[name].document

    def _of(self, kind: str, name: str) -> Any:
        if kind == "record":
            return self.record(name).reference
        if kind == "paper":
            return self.paper(name)
        if kind == "lot":
            return self.lot(name)
        return self.references.of(kind, name)


def step_body(step: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
    """Return the body of a step's event, as `Maker.sign_event` takes it."""
    body = head(step["act"], step["on"], step.get("at"), step.get("process"))
    body |= whereabouts(acting(step), scene)
    body |= (
        _goods(step, scene) | _parties(step, scene) | _papers(step, scene) | scene.fill(step.get("with", {}))
    )
    for name, term in {"reason": "filiera:reason", "disposition": "disposition"}.items():
        if name in step:
            body[term] = step[name]
    return body


def whereabouts(company: str, scene: Scene) -> dict[str, Any]:
    """Return where a company works, and by which record of the facility that is known."""
    place = {"id": scene.references.own("facility", company)}
    named = [scene.record(f"facility-{company}").reference]
    return {"readPoint": place, "bizLocation": place, "filiera:masterData": named}


def correction_body(
    corrected: Mapping[str, Any], told: Told, step: Mapping[str, Any], instead: str
) -> dict[str, Any]:
    """Return the body that takes a record back: the same event with an error declaration (README §7)."""
    moment, _ = instant(step["on"], step.get("at"))
    declared = {"declarationTime": moment, "reason": step["why"], "correctiveEventIDs": [instead]}
    return {**corrected, "filiera:corrects": told.reference, "errorDeclaration": declared}


def acting(step: Mapping[str, Any]) -> str:
    """Return who does a step: the company that signs, or the one on whose behalf it signs."""
    return str(step["behalf"]["party"] if "behalf" in step else step["by"])


def head(act: str, day: str, at: str | None = None, process: str | None = None) -> dict[str, Any]:
    """Return what every event of an act has, on a day at a local time (`HH:MM`)."""
    template = event_template(act, process, day=day)
    body = {name: template[name] for name in _HEAD if name in template}
    body["eventTime"], body["eventTimeZoneOffset"] = instant(day, at)
    return body


def instant(day: str, at: str | None = None) -> tuple[str, str]:
    """Return a local time in Italy as instant and offset, without asking the machine for a time zone."""
    hours = 2 if _last_sunday(day, 3) <= date.fromisoformat(day) < _last_sunday(day, 10) else 1
    local = datetime.fromisoformat(f"{day}T{at or _MORNING}:00").replace(
        tzinfo=timezone(timedelta(hours=hours))
    )
    return local.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), f"+0{hours}:00"


def _last_sunday(day: str, month: int) -> date:
    """The last Sunday of a month of 31 days: summer time begins and ends on one, before anybody works."""
    last = date(int(day[:4]), month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def _goods(step: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
    body: dict[str, Any] = {}
    transforms = step["act"] == "process"
    for name, term in _GOODS.items():
        if name in step:
            body[term if transforms else "quantityList"] = _quantities(step[name], scene)
    goods = step.get("goods") or (scene.record(step["answers"]).goods if "answers" in step else {})
    if goods:
        body["quantityList"] = _quantities(goods, scene)
    if "scrap" in step:
        body["filiera:scrap"] = [
            dict(zip(("quantity", "uom", "destination"), text.split(), strict=True)) for text in step["scrap"]
        ]
    if "yields" in step:
        body["filiera:declaredYield"] = [
            {"output": scene.lot(lot), "yield": amount} for lot, amount in step["yields"].items()
        ]
    if "components" in step:
        body["filiera:component"] = [
            {"lot": scene.lot(lot), "component": word} for lot, word in step["components"].items()
        ]
    return body


def _quantities(goods: Mapping[str, str], scene: Scene) -> list[dict[str, str]]:
    return [_quantity(scene.lot(lot), text, scene.scale) for lot, text in goods.items()]


def _quantity(lot: str, text: str, scale: int) -> dict[str, str]:
    amount, unit = text.split()
    # Only whole numbers are scaled: stock that serves many orders.
    return {"epcClass": lot, "quantity": str(int(amount) * scale) if scale > 1 else amount, "uom": unit}


def _parties(step: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
    sender, recipient = parties(step, scene)
    if not recipient:
        return {}
    role = "owning_party" if step["act"] == "sale" else "possessing_party"
    body: dict[str, Any] = {
        "sourceList": [{"type": role, "source": sender}],
        "destinationList": [{"type": role, "destination": recipient}],
    }
    if "answers" in step:
        body["filiera:answers"] = scene.record(step["answers"]).reference
    return body


def parties(step: Mapping[str, Any], scene: Scene) -> tuple[str, str]:
    """Return from whom to whom goods go in a step, empty where they stay."""
    if "answers" in step:
        shipment = scene.record(step["answers"])
        return shipment.sender, shipment.recipient
    if "to" in step:
        return scene.references.party(acting(step)), scene.references.party(step["to"])
    return "", ""


def _papers(step: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if "papers" in step:
        body["filiera:documents"] = [scene.paper(name) for name in step["papers"]]
    if "numbers" in step:
        body["bizTransactionList"] = [
            {"type": kind, "bizTransaction": text} for kind, text in step["numbers"].items()
        ]
    for name, term in _LISTS.items():
        if name in step:
            body[term] = records(step[name], scene)
    for name, term in _ORDERS.items():
        if name in step:
            body[term] = scene.record(step[name]).reference
    if step["act"] == "shipment" and "work" in step:
        body["filiera:maySubcontract"] = False
    if "behalf" in step:
        body["filiera:onBehalfOf"] = {
            "party": scene.references.party(step["behalf"]["party"]),
            "facility": scene.references.own("facility", step["behalf"]["party"]),
            "basis": scene.paper(step["behalf"]["paper"]),
        }
    return body


def records(names: Iterable[str], scene: Scene) -> list[dict[str, str]]:
    """Return the records of those names, as another one names them."""
    return [scene.record(name).reference for name in names]
