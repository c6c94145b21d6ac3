"""A small load generator: raw HTTP/1.1 over kept connections, which costs little beside the server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence  # noqa: TC003
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """What one run saw: seconds in all, seconds of each request (sorted), answers that were not 2xx."""

    seconds: float
    latencies: list[float]
    refused: int

    def quantile(self, share: float) -> float:
        return self.latencies[min(int(len(self.latencies) * share), len(self.latencies) - 1)]


def request(body: bytes, media_type: str) -> bytes:
    """One POST /events, ready to be sent."""
    lines = (
        "POST /events HTTP/1.1",
        "Host: bench",
        f"Content-Type: {media_type}",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join([*lines, "", ""]).encode() + body


def run(port: int, queues: Sequence[Sequence[bytes]]) -> Load:
    """Send each queue over its own connection, one request after the other."""
    return asyncio.run(_run(port, queues))


async def _run(port: int, queues: Sequence[Sequence[bytes]]) -> Load:
    latencies: list[float] = []
    started = time.perf_counter()
    refused = sum(await asyncio.gather(*(_client(port, queue, latencies) for queue in queues)))
    return Load(time.perf_counter() - started, sorted(latencies), refused)


async def _client(port: int, queue: Sequence[bytes], latencies: list[float]) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
    refused = 0
    for message in queue:
        started = time.perf_counter()
        writer.write(message)
        head = await reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        length = int(lower.split(b"content-length:")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        latencies.append(time.perf_counter() - started)
        refused += not head.startswith(b"HTTP/1.1 2") or b'{"status":4' in body
    writer.close()
    return refused
