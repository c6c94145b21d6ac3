"""How long does a verdict take, against the least that anybody has to do: `python scripts/bench/verify.py`.

Ours is the whole verification offline: reading the file strictly, every check, the criteria. The reference does, with
well-known libraries, what no verifier can leave out: parse each token (json), verify its ES256 signature (joserfc),
hash it and walk its inclusion proof (hashlib). CPU time of this process, best of some rounds, both in one run and
without the cycle collector, as the command runs. Only the ratio is a claim. Exit 1 if a target is missed, unless
`--no-fail`.
"""

from __future__ import annotations

import argparse
import base64
import gc
import hashlib
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from joserfc import jws
from joserfc.jwk import ECKey

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from protocol.bundle import parse_bundle, serialise  # noqa: E402
from protocol.checks.credentials import read_records  # noqa: E402
from protocol.checks.view_form import view_from_json, view_to_json  # noqa: E402
from protocol.keys import PublicKey  # noqa: E402
from scripts.make_vectors.bundles_company import lot  # noqa: E402
from scripts.make_vectors.bundles_world import World, trust  # noqa: E402
from verifier.trust import parse_trust  # noqa: E402
from verifier.verify import verify  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocol.bundle_model import Bundle

# CPU of ours over CPU of the reference, at most.
TARGET = 4.0
ROUNDS = 5


def evidence(events: int) -> tuple[bytes, dict[str, object]]:
    """A lot that is worked over and over by ten companies in turn, each handover signed twice."""
    world = World()
    companies = [world.company(f"company{number}") for number in range(10)]
    holder = companies[0]
    signed = [holder.declare("lot0", "100 KGM")]
    number = 0
    while len(signed) + 3 <= events:
        taker = companies[(number + 1) % len(companies)]
        shipment = holder.ship(taker, {f"lot{number}": "100 KGM"})
        received = taker.receive(shipment)
        made = taker.work("blending", {f"lot{number}": "100 KGM"}, {f"lot{number + 1}": "100 KGM"})
        signed += [shipment, received, made]
        holder, number = taker, number + 1
    world.head(*signed)
    bundle = world.bundle(lot(f"lot{number}"), None)
    return serialise(bundle), view_to_json(world.view(bundle))


def ours(data: bytes, view: dict[str, object]) -> None:
    bundle = parse_bundle(data)
    records, unsound = read_records(bundle.records)
    pinned = parse_trust(json.dumps(trust()).encode())
    result = verify(bundle, records, unsound, pinned, view_from_json(view))
    if result.verdict.exit_status:
        raise SystemExit(f"the evidence is not verified: {result.verdict.word}")


def reference(bundle: Bundle, keys: dict[str, ECKey]) -> None:
    for entry in bundle.records:
        jwt = entry.token.partition("~")[0]
        kid = json.loads(base64.urlsafe_b64decode(jwt.partition(".")[0] + "=="))["kid"]
        json.loads(jws.deserialize_compact(jwt, keys[kid], algorithms=["ES256"]).payload)
        node = hashlib.sha256(b"\x00" + hashlib.sha256(jwt.encode()).digest()).digest()
        for other in entry.proof:
            node = hashlib.sha256(b"\x01" + node + other).digest()


def keys_of(bundle: Bundle) -> dict[str, ECKey]:
    kids = {
        json.loads(base64.urlsafe_b64decode(entry.token.partition(".")[0] + "=="))["kid"]
        for entry in bundle.records
    }
    return {kid: ECKey.import_key(dict(PublicKey.from_kid(kid).jwk)) for kid in kids}


def cpu(work: Callable[[], None]) -> float:
    """Milliseconds of the best round; the first one warms caches and is not counted."""
    work()
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--no-fail", action="store_true")
    parser.add_argument("--events", type=int, nargs="*", default=[100, 1000])
    asked = parser.parse_args()
    gc.disable()
    ratios = [compare(events) for events in asked.events]
    sys.exit(max(ratios) > TARGET and not asked.no_fail)


def compare(events: int) -> float:
    """Print one line and return the ratio."""
    data, view = evidence(events)
    bundle = parse_bundle(data)
    keys = keys_of(bundle)
    mine, least = cpu(lambda: ours(data, view)), cpu(lambda: reference(bundle, keys))
    print(
        f"{len(bundle.records)} events: verdict {mine:.1f} ms CPU, least work {least:.1f} ms, "
        f"ratio {mine / least:.2f} (target at most {TARGET:g})"
    )
    return mine / least


if __name__ == "__main__":
    main()
