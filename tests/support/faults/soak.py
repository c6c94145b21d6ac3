"""Many stories at once, and the table that says how they ended: `python -m tests.support.faults.soak`.

Stories wait for processes most of the time, so a thread each is enough. Every third seed has a PostgreSQL of its own.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support import postgres
from tests.support.faults import matrix
from tests.support.faults.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable

_COLUMNS = (
    "seed", "database", "confirmation", "ahead", "heads", "records", "faults", "worker processes",
    "heads lost and anchored again", "transactions", "seconds", "last head",
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """How a story ended: every head once, or it would have raised."""

    seed: int
    database: str
    confirmation: str
    ahead: int
    heads: int
    records: int
    happened: dict[str, int]
    workers: int
    lost: int
    transactions: int
    seconds: int
    last_head: str

    def row(self) -> tuple[object, ...]:
        """The table's cells."""
        return (
            self.seed, self.database, self.confirmation, self.ahead, self.heads, self.records,
            sum(self.happened.values()), self.workers, self.lost, self.transactions, self.seconds,
            f"`{self.last_head[:16]}`",
        )  # fmt: skip


def tell(seed: int, heads: int, points: tuple[str, ...] | None = None) -> Result:
    """Play one story in a folder of its own; AssertionError if anything is lost, twice or out of order."""
    begun = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="filiera-faults-")))
        server = stack.enter_context(contextmanager(postgres.server)()) if seed % 3 == 2 else None
        world = World(seed, folder, server)
        stack.callback(world.close)
        happened = matrix.play(world, heads, points)
        tip = world.store.tip()
        assert tip is not None
        return Result(
            seed, "PostgreSQL" if server else "SQLite", world.setting.rule, world.setting.ahead, tip.seq,
            len(world.received), dict(happened), world.workers, world.lost_heads,
            world.registry.mined_nonce(), round(time.monotonic() - begun), tip.head_hash.hex(),
        )  # fmt: skip


def table(results: Iterable[Result]) -> str:
    """Markdown: a row a seed, and the sums."""
    rows = sorted(results, key=lambda result: result.seed)
    sums = (
        "all",
        "",
        "",
        "",
        *(sum(values) for values in zip(*(r.row()[4:11] for r in rows), strict=True)),
        "",
    )
    lines = [_COLUMNS, ["---"] * len(_COLUMNS), *(result.row() for result in rows), sums]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def main() -> int:
    """Play the seeds and print the table; 1 if any of them failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=int(os.environ.get("FILIERA_FAULT_SEEDS", "20")))
    parser.add_argument("--heads", type=int, default=int(os.environ.get("FILIERA_FAULT_HEADS", "1000")))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    results, failed = [], 0
    with ThreadPoolExecutor(chosen.jobs) as pool:
        told = {pool.submit(tell, seed, chosen.heads): seed for seed in range(1, chosen.seeds + 1)}
        for future in as_completed(told):
            if error := future.exception():
                failed += 1
                sys.stderr.write(f"seed {told[future]}: {error!r}\n")
            else:
                results.append(future.result())
                sys.stderr.write(f"seed {told[future]}: whole, {results[-1].seconds} s\n")
    if results:
        where = f"Python {platform.python_version()}, {os.cpu_count()} cores, {chosen.jobs} stories at once."
        sys.stdout.write(f"{where}\n\n{table(results)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
