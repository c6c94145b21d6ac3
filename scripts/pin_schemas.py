"""Write the digests of schemas and contexts into their index files, from which nodes serve them pinned.

`python scripts/pin_schemas.py` writes, `--check` only compares and ends with 1 where a file and its digest
differ. Contexts of others (W3C, GS1) are named by their IRI only: we ship and pin no copy of them.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

PROTOCOL = Path(__file__).resolve().parents[1] / "protocol"
EXTERNAL = [
    "https://www.w3.org/ns/credentials/v2",
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
]


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes as they are served."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def schema_index() -> dict[str, object]:
    files = sorted(path for path in (PROTOCOL / "schemas").glob("*.json") if path.name != "index.json")
    entries = {
        path.stem: {"id": json.loads(path.read_text())["$id"], "sha256": sha256(path)} for path in files
    }
    return {"schemas": entries}


def context_index() -> dict[str, object]:
    names = {"filiera-1": "urn:filiera:context:1"}
    entries = {
        name: {"id": identifier, "sha256": sha256(PROTOCOL / "contexts" / f"{name}.jsonld")}
        for name, identifier in names.items()
    }
    return {"contexts": entries, "external": EXTERNAL}


def main(arguments: list[str]) -> int:
    stale = []
    for folder, index in (("schemas", schema_index()), ("contexts", context_index())):
        path = PROTOCOL / folder / "index.json"
        text = json.dumps(index, indent=2) + "\n"
        if path.exists() and path.read_text() == text:
            continue
        stale.append(str(path.relative_to(PROTOCOL.parent)))
        if "--check" not in arguments:
            path.write_text(text)
    if stale:
        print("\n".join(f"{'stale' if '--check' in arguments else 'written'}: {name}" for name in stale))
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
