"""An endpoint that hands everything on to a real one, but says that no key was ever closed where it was opened."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

import httpx

from verifier.chain import reader

if TYPE_CHECKING:
    from anchoring.deployment import Deployment

_WORD = 32


class Liar(ThreadingHTTPServer):
    """In front of `behind`: every key's window opens a block later than it does; or the chain has another height."""

    def __init__(self, behind: str, deployment: Deployment, height: int | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind, self.height = behind, height
        self.registry = deployment.participants.address.lower()
        self.selector = "0x" + reader()["ParticipantRegistry"]["selectors"]["keyOf"]
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()

    def twist(self, question: dict[str, Any], answer: dict[str, Any]) -> None:
        """Change an answer in place."""
        if question["method"] == "eth_blockNumber" and self.height is not None:
            answer["result"] = hex(self.height)
        if self.height is None and question["method"] == "eth_call" and "result" in answer:
            call = question["params"][0]
            if call["to"].lower() == self.registry and call["data"].startswith(self.selector):
                data = bytearray.fromhex(answer["result"][2:])
                data[5 * _WORD - 1] += 1
                answer["result"] = "0x" + data.hex()


class _Handler(BaseHTTPRequestHandler):
    server: Liar

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["content-length"]))
        questions = json.loads(asked)
        answers = httpx.post(self.server.behind, content=asked, timeout=10, headers=_JSON).json()
        by_id = {answer["id"]: answer for answer in answers}
        for question in questions:
            self.server.twist(question, by_id[question["id"]])
        body = json.dumps(answers).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


_JSON = {"content-type": "application/json"}
