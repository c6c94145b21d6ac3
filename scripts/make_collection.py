"""Generate the sample collection at any size, without a node.

    python -m scripts.make_collection --garments N --seed S -o DIR

The story of the coat (`client/demo/coat`) told as often as N garments take: every order has its own lots, all orders
have the same companies, keys, numbering and stock of buttons. The same seed gives the same bytes (Ed25519; with
`--es256` the signatures are random). The keys come from the seed, `offline.seeded_key` makes them again: worthless, and
meant to be.

    DIR/records.ndjson     one JSON string a line, as POST /events takes them; in the order of signing
    DIR/participants.json  [{company, name, roles, participant, key (public JWK)}]
    DIR/garments.json      [{item, lot, size}]
    DIR/collection.json    {format, note, seed, garments, orders, records, sha256 of records.ndjson}
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from client.demo.coat.offline import seeded_key, seeded_participant, telling
from client.demo.coat.sample import load

if TYPE_CHECKING:
    from client.demo.coat.telling import Telling
    from client.journal import Signed
    from protocol.keys import Alg

FORMAT = "filiera-collection/1"
MAX_GARMENTS = 1_000_000


def make(
    folder: Path, garments: int, seed: str, alg: Alg | None = "EdDSA", *, hidden: bool = False
) -> dict[str, Any]:
    """Write a collection of `garments` garments into `folder` and return what collection.json says."""
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    records = 0
    with (folder / "records.ndjson").open("wb") as file:

        def sink(_company: str, signed: Signed) -> None:
            nonlocal records
            line = json.dumps(signed.token).encode() + b"\n"
            file.write(line)
            digest.update(line)
            records += 1

        story = telling(seed, garments, sink, alg, hidden=hidden)
        for chapter in story.tell():
            print(f"{records:>9}  {chapter['en']}", file=sys.stderr)
    made = {
        "format": FORMAT,
        "note": "ESEMPIO - SAMPLE",
        "seed": seed,
        "garments": garments,
        "orders": story.orders,
        "records": records,
        "sha256": digest.hexdigest(),
    }
    _write(folder / "participants.json", _participants(seed, alg))
    _write(folder / "garments.json", _garments(story))
    _write(folder / "collection.json", made)
    return made


def _participants(seed: str, alg: Alg | None) -> list[dict[str, Any]]:
    return [
        {
            "company": entry["id"],
            "name": entry["name"],
            "roles": entry["roles"],
            "participant": seeded_participant(seed, entry["id"]),
            "key": seeded_key(seed, entry["id"], alg or entry["alg"]).public.jwk,
        }
        for entry in load().companies
    ]


def _garments(story: Telling) -> list[dict[str, str]]:
    return [
        {"item": each.item, "lot": story.lot(each.lot, each.scope), "size": each.size} for each in story.born
    ]


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Read the arguments and make the collection; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="make_collection", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--garments", type=int, default=1, help="how many garments, 1 to 1000000")
    parser.add_argument("--seed", default="1", help="any text; the same text gives the same collection")
    parser.add_argument("-o", "--out", type=Path, required=True, help="folder to write into")
    parser.add_argument("--es256", action="store_true", help="P-256 keys, whose signatures are random")
    parser.add_argument("--hidden", action="store_true", help="hide what the sample's companies hide")
    chosen = parser.parse_args(arguments)
    if not 1 <= chosen.garments <= MAX_GARMENTS:
        parser.error(f"--garments: 1 to {MAX_GARMENTS}")
    begun = time.monotonic()
    alg: Alg = "ES256" if chosen.es256 else "EdDSA"
    made = make(chosen.out, chosen.garments, chosen.seed, alg, hidden=chosen.hidden)
    took = time.monotonic() - begun
    print(f"{made['records']} records, {made['garments']} garments, {made['orders']} orders in {took:.1f} s")
    print(f"sha256 {made['sha256']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
