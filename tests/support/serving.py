"""A node that really listens, in a thread of the test: for clients that speak HTTP the blocking way."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import hypothesis  # noqa: F401 - imported late, a plugin of it would warn
import uvicorn

from node import migrations
from node.app import create_app
from node.participants.service import FixedParticipants
from tests.support.makers import snapshot_of
from tests.support.nodes import Clock, settings_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi import FastAPI

    from tests.support.makers import Maker


@contextmanager
def serving(folder: Path, *makers: Maker, clock: Clock | None = None, **changes: Any) -> Iterator[str]:
    """The address of a node that knows the makers."""
    app = create_app(
        settings_in(folder, **changes),
        participants=FixedParticipants(snapshot_of(*makers)),
        clock=clock or Clock(),
    )
    with listening(app) as url:
        yield url


@contextmanager
def listening(app: FastAPI) -> Iterator[str]:
    """The address of an application, until the end of the block."""
    migrations.migrate(app.state.node.database.engine)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started:
        assert thread.is_alive()
        assert time.monotonic() < until
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
