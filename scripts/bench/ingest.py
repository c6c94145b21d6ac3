"""How fast is capture, against the usual way, within one run: `python scripts/bench/ingest.py`.

Each round starts fresh servers on empty databases and sends the same events: to the usual service one by
one, to ours one by one, to ours 100 per request. Only the ratios are claims; absolute figures depend on the
machine and on what else it does. The load generator shares the machine with the server. Exit 1 if a target
is missed, unless `--no-fail`.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from scripts.bench import load  # noqa: E402
from tests.support.makers import Maker, seeded, snapshot_of  # noqa: E402

TARGETS = {"single": 4.0, "bulk": 10.0}
CLIENTS = 64
WARMERS = 4
BULK = 100
# As many checking processes as a node has by default.
VERIFIERS = min(2, os.cpu_count() or 1)


def events(makers: list[Maker], each: int, hidden: tuple[str, ...] | None) -> list[list[str]]:
    """Per maker, its tokens in order: a lot declared, then spun from, in turn."""
    found = []
    for maker in makers:
        tokens = []
        for number in range(each):
            if number % 4 == 0:
                name = f"{maker.name}/{number}"
                tokens.append(maker.declare(name, hidden=hidden).token)
            else:
                tokens.append(maker.spin(name, f"{name}/yarn-{number}", "30", "27.6", hidden).token)
        found.append(tokens)
    return found


def makers() -> list[Maker]:
    """As many makers as there are clients: records of one key come in order.

    The last ones warm the server up.
    """
    return [Maker(f"bench {number}") for number in range(CLIENTS + WARMERS)]


def serve(kind: str, folder: Path, port: int) -> None:
    """Run one of the two services; in a process of its own."""
    import uvicorn  # noqa: PLC0415

    everyone = makers()
    if kind == "usual":
        from protocol.keys import private_key_from_secret  # noqa: PLC0415
        from scripts.bench.usual import usual_app  # noqa: PLC0415

        known = {maker.key.public.did: maker.id.hex() for maker in everyone}
        app: Any = usual_app(folder, private_key_from_secret("EdDSA", seeded("log key")).jwk, known)
    else:
        from node import migrations  # noqa: PLC0415
        from node.app import create_app  # noqa: PLC0415
        from node.participants.service import FixedParticipants  # noqa: PLC0415
        from tests.support.nodes import settings_in  # noqa: PLC0415

        app = create_app(
            settings_in(folder, verifiers=VERIFIERS),
            participants=FixedParticipants(snapshot_of(*everyone)),
        )
        migrations.migrate(app.state.node.database.engine)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


def measure(kind: str, queues: list[list[bytes]], warm: list[list[bytes]], count: int) -> dict[str, float]:
    """Start a service, warm it up, send everything, stop it. Only what follows the warming up is timed."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [sys.executable, __file__, "--serve", kind, "--folder", folder, "--port", str(port)],
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        try:
            _wait(port, server)
            if load.run(port, warm).refused:
                raise SystemExit(f"{kind}: refused while warming up")
            seen = load.run(port, queues)
        finally:
            server.terminate()
            server.wait()
    if seen.refused:
        raise SystemExit(f"{kind}: {seen.refused} requests were refused")
    return {
        "perSecond": count / seen.seconds,
        "p50ms": seen.quantile(0.5) * 1000,
        "p99ms": seen.quantile(0.99) * 1000,
    }


def round_of(tokens: list[list[str]]) -> dict[str, dict[str, float]]:
    """One round: the three ways, on the same events."""
    count = sum(map(len, tokens[:CLIENTS]))
    media_type = "application/vc+sd-jwt" if "~" in tokens[0][0] else "application/vc+jwt"

    def usual(queues: list[list[str]]) -> list[list[bytes]]:
        bodies = [[json.dumps({"token": token}).encode() for token in queue] for queue in queues]
        return [[load.request(body, "application/json") for body in queue] for queue in bodies]

    def single(queues: list[list[str]]) -> list[list[bytes]]:
        return [[load.request(token.encode(), media_type) for token in queue] for queue in queues]

    ways = {"usual": ("usual", usual), "single": ("ours", single), "bulk": ("ours", _bulk)}
    return {
        name: measure(kind, prepared(tokens[:CLIENTS]), prepared(tokens[CLIENTS:]), count)
        for name, (kind, prepared) in ways.items()
    }


def _bulk(tokens: list[list[str]]) -> list[list[bytes]]:
    """100 tokens per request over four connections; a maker's records keep their order."""
    queues: list[list[bytes]] = []
    for share in range(min(4, len(tokens))):
        flat = [token for queue in tokens[share::4] for token in queue]
        batches = [flat[start : start + BULK] for start in range(0, len(flat), BULK)]
        queues.append(
            [
                load.request("\n".join(json.dumps(token) for token in batch).encode(), "application/x-ndjson")
                for batch in batches
            ]
        )
    return queues


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--each", type=int, default=40, help="events per client")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    parser.add_argument("--hidden", action="store_true", help="with the default disclosures (vc+sd-jwt)")
    parser.add_argument("--no-fail", action="store_true")
    parser.add_argument("--serve", choices=("usual", "ours"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve, given.folder, given.port)
        return
    print(f"{CLIENTS} clients × {given.each} events, {given.rounds} rounds; signing them first …")
    tokens = events(makers(), given.each, None if given.hidden else ())
    rounds = [round_of(tokens) for _ in range(given.rounds)]
    report = summary(rounds)
    for name, ratio in report["ratios"].items():
        verdict = "reached" if ratio >= TARGETS[name] else "MISSED"
        print(f"{name:>7}: {ratio:5.1f} × usual (target {TARGETS[name]:.0f}): {verdict}")
    for name, figures in report["medians"].items():
        rate, median, worst = figures["perSecond"], figures["p50ms"], figures["p99ms"]
        print(f"{name:>7}: {rate:7.0f} /s, p50 {median:.1f} ms, p99 {worst:.1f} ms")
    if given.out:
        given.out.write_text(json.dumps(report, indent=2) + "\n")
    if not given.no_fail and any(report["ratios"][name] < target for name, target in TARGETS.items()):
        sys.exit(1)


def summary(rounds: list[dict[str, dict[str, float]]]) -> dict[str, Any]:
    """Medians of the rounds and the medians of the ratios, each ratio within its own round."""
    names, figures = list(rounds[0]), ("perSecond", "p50ms", "p99ms")
    return {
        "clients": CLIENTS,
        "bulk": BULK,
        "cores": os.cpu_count(),
        "ratios": {
            name: statistics.median(
                entry[name]["perSecond"] / entry["usual"]["perSecond"] for entry in rounds
            )
            for name in TARGETS
        },
        "medians": {
            name: {figure: statistics.median(entry[name][figure] for entry in rounds) for figure in figures}
            for name in names
        },
        "rounds": rounds,
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if server.poll() is not None:
            raise SystemExit("a server did not start")
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("a server does not answer")


if __name__ == "__main__":
    main()
