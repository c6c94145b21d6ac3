"""Processes of Node that answer questions line by line, and the Python answers to the same questions."""

from __future__ import annotations

import base64
import json
import subprocess
from decimal import Context, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from protocol.bundle import parse_bundle
from protocol.checks.credentials import read_records
from protocol.checks.view_form import view_from_json
from protocol.errors import FilieraError
from protocol.events import check_event
from protocol.identifiers import parse_reference
from protocol.keys import PublicKey
from protocol.kinds import check_record
from protocol.quantities import format_decimal, parse_decimal
from protocol.receipt import parse_receipt
from protocol.records import restrict, verify_record
from protocol.strict_json import parse_object
from verifier.report import to_json
from verifier.trust import parse_trust
from verifier.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / ".venv" / "bin" / "node"
Answer = dict[str, Any]


class Peer:
    """One Node process that reads a question a line and answers a line each."""

    def __init__(self, script: str) -> None:
        self._process = subprocess.Popen(
            [str(NODE), str(ROOT / script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
        )

    def ask(self, question: bytes) -> Answer:
        """Ask one question, a line of JSON without its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(question + b"\n")
        self._process.stdin.flush()
        answer: Answer = json.loads(self._process.stdout.readline())
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        assert self._process.stdout is not None
        self._process.stdout.close()


def answer(question: Answer) -> Answer:
    """What Python answers to a question of `peer.mjs`."""
    try:
        return _OPS[question["op"]](question)
    except FilieraError as error:
        return {"error": error.code, "place": error.place}


def _record(question: Answer) -> Answer:
    record = verify_record(question["token"])
    return {
        "digest": record.digest.hex(),
        "issuer": record.issuer,
        "kind": record.kind,
        "withheld": sorted(record.withheld),
        "claims": record.claims,
        "public": restrict(record, "public"),
    }


class _Claims:
    def __init__(self, question: Answer) -> None:
        self.claims = parse_object(question["json"].encode())
        self.withheld = frozenset(question["withheld"])


def _event(question: Answer) -> Answer:
    check_event(_Claims(question))
    return {}


def _judged(question: Answer) -> Answer:
    check_record(verify_record(question["token"]))
    return {}


def _reference(question: Answer) -> Answer:
    found = parse_reference(question["text"])
    return {"kind": found.kind, "base": found.base, "state": found.state}


def _decimal(question: Answer) -> Answer:
    return {"text": format_decimal(parse_decimal(question["text"]))}


def _arithmetic(question: Answer) -> Answer:
    one, other = Decimal(question["one"]), Decimal(question["other"])
    context = Context(prec=28)
    if question["how"] == "round":
        return {"text": f"{one.quantize(Decimal(1).scaleb(-int(other)), context=Context(prec=60)):f}"}
    done = {"add": context.add, "sub": context.subtract, "mul": context.multiply, "div": context.divide}
    found = done[question["how"]](context.plus(one), context.plus(other))
    text = f"{found:f}"
    return {"text": text.rstrip("0").rstrip(".") if "." in text else text}


def _receipt(question: Answer) -> Answer:
    found = parse_receipt(question["token"], PublicKey.from_did(question["key"]))
    return {
        "origin": found.origin,
        "record": found.record.hex(),
        "received": found.received,
        "promise": found.promise,
    }


def _judged_bundle(question: Answer) -> Answer:
    bundle = parse_bundle(base64.b64decode(question["bundle"]))
    records, unsound = read_records(bundle.records)
    trust = None if question["trust"] is None else parse_trust(question["trust"].encode())
    view = None if question["view"] is None else view_from_json(question["view"])
    return to_json(verify(bundle, records, unsound, trust, view), "en")


_OPS: dict[str, Callable[[Answer], Answer]] = {
    "record": _record,
    "event": _event,
    "judged": _judged,
    "reference": _reference,
    "decimal": _decimal,
    "arithmetic": _arithmetic,
    "receipt": _receipt,
    "judged_bundle": _judged_bundle,
}
