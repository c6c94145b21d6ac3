"""A second node on the same chain with a log of its own, and a node in between that alters what passes through it."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx

from anchoring.deploy import DeployPlan, open_log
from tests.support.chain import Deployed, chain_account, ed25519, test_secret
from tests.support.node_process import NodeProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ORIGIN = "other.example/filiera-test"


def second_log(deployed: Deployed) -> Deployed:
    """The same chain with another log, that another account anchors."""
    account, log_key = chain_account("second operator"), ed25519("second log")
    deployed.chain.fund(str(account.address))
    plan = DeployPlan(coordinators=[deployed.coordinator], log_origin=ORIGIN, log_key=log_key.public)
    opened = open_log(
        deployed.chain.url, deployed.account, deployed.deployment, plan, test_secret("operator participant"),
        str(account.address),
    )  # fmt: skip
    return Deployed(deployed.chain, opened, account, deployed.coordinator, log_key)


def two_nodes(folder: Path, deployed: Deployed) -> tuple[NodeProcess, NodeProcess]:
    """Two nodes that copy each other's logs, started; the trust file beside them pins both logs."""
    other = second_log(deployed)
    nodes = []
    for name, known in (("one", deployed), ("two", other)):
        (folder / name).mkdir()
        nodes.append(NodeProcess(folder / name, known, FILIERA_PEER_SECONDS="0.2"))
    one, two = nodes
    one.set("FILIERA_PEERS", two.url)
    two.set("FILIERA_PEERS", one.url)
    trust = deployed.deployment.trust()
    trust["logs"] += other.deployment.trust()["logs"]
    (folder / "trust.json").write_text(json.dumps(trust))
    for node in nodes:
        node.start()
    return one, two


@contextmanager
def between(url: str, altered: Callable[[str, bytes], bytes | None]) -> Iterator[str]:
    """The address of a server that passes GET requests on and may alter the answers (None: it answers 404)."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = httpx.get(url + self.path)
            body = altered(self.path, answer.content)
            self.send_response(404 if body is None else answer.status_code)
            self.send_header("Content-Type", answer.headers.get("content-type", "text/plain"))
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
