"""Write `protocol/abi/reader.json`: what a light reader of the chain needs, so that it needs no web3 and no Keccak.

Usage: `python scripts/export_reader.py [--check]`, after `scripts/export_abi.py`. Holds the selectors of the views
that the verifier calls, the topics of the events that witnesses follow, and where each contract's immutables lie in its
deployed code.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from eth_utils import keccak

ABI = Path(__file__).resolve().parents[1] / "protocol" / "abi"
VIEWS = {
    "AnchorRegistry": ("headAt", "headOf", "logOf"),
    "PassportRegistry": ("passportOf", "itemStatusOf"),
    "ParticipantRegistry": ("keyOf", "statusAt", "isCoordinator", "participant"),
}
# Those that a snapshot of the chain is folded from (protocol/registry_state.py).
EVENTS = {
    "AnchorRegistry": ("LogOpened", "HeadAnchored"),
    "PassportRegistry": (
        "PassportIssued", "PassportStatusChanged", "PassportSuperseded", "BatchIssued", "ItemStatusChanged",
    ),
    "ParticipantRegistry": (
        "CoordinatorsChanged", "ParticipantAdmitted", "ParticipantChanged", "KeyAdded", "KeyClosed",
    ),
}  # fmt: skip


def reader() -> dict[str, object]:
    """The content of `reader.json`, from the exported ABIs."""
    contracts = {}
    for name in ("AnchorRegistry", "ParticipantRegistry", "PassportRegistry"):
        exported = json.loads((ABI / f"{name}.json").read_text())
        contracts[name] = {
            "immutables": exported["immutables"]["offsets"],
            "selectors": {
                entry["name"]: selector(entry)
                for entry in exported["abi"]
                if entry["type"] == "function" and entry["name"] in VIEWS.get(name, ())
            },
            "topics": {
                entry["name"]: keccak(text=signature(entry)).hex()
                for entry in exported["abi"]
                if entry["type"] == "event" and entry["name"] in EVENTS[name]
            },
        }
    return {"version": 1, "contracts": contracts}


def selector(function: dict[str, Any]) -> str:
    """The first four bytes of the Keccak of `name(types)`."""
    return keccak(text=signature(function))[:4].hex()


def signature(entry: dict[str, Any]) -> str:
    """`name(types)` of a function or an event."""
    return f"{entry['name']}({','.join(map(canonical, entry['inputs']))})"


def canonical(entry: dict[str, Any]) -> str:
    """An argument's type as selectors spell it: a structure by its parts."""
    kind = str(entry["type"])
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(map(canonical, entry['components']))}){kind.removeprefix('tuple')}"


def main() -> int:
    """Write, or with `--check` only compare."""
    text = json.dumps(reader(), indent=2) + "\n"
    file = ABI / "reader.json"
    if "--check" in sys.argv[1:]:
        return 0 if file.exists() and file.read_text() == text else 1
    file.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
