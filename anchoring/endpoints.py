"""Several members' endpoints of one chain behind one web3 provider: asked in order, the next when one is down.

`FILIERA_CHAIN_URL` may name several, separated by commas; the own member's comes first. An endpoint that does not
answer is set aside for a while, so that a dead one costs its time limit once and not with every question. One that
comes back, or is asked for the first time, must first show that it is an endpoint of the pinned chain.

Two questions in a row may be answered by two members, of whom one lags. Whoever asks has to live with that: the
worker compares before it writes, and the contract compares again.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from web3 import HTTPProvider
from web3.providers import JSONBaseProvider

from anchoring.errors import chain_errors
from protocol.errors import ChainError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from web3.types import RPCEndpoint, RPCResponse

logger = logging.getLogger(__name__)

ASIDE_SECONDS = 10.0
# What another endpoint may do better. A refusal in JSON-RPC is an answer and is never asked for elsewhere.
_AWAY = frozenset({"CHAIN_UNREACHABLE", "CHAIN_TIMEOUT", "CHAIN_ANSWER_INVALID", "CHAIN_BUSY"})


def split_urls(text: str) -> tuple[str, ...]:
    """The addresses in a setting, in order, each once."""
    return tuple(dict.fromkeys(url for each in text.split(",") if (url := each.strip())))


@dataclass
class _Endpoint:
    url: str
    provider: HTTPProvider
    known: bool = False
    aside_until: float = field(default=float("-inf"))


class Endpoints(JSONBaseProvider):
    """A provider over several addresses. Safe to use from several threads; raises only ChainError.

    `timeout` in seconds for each question to each endpoint. `guard(url)` raises ChainError if that endpoint is
    one of another chain: it is passed over like one that is down, but it is never believed.
    """

    def __init__(
        self,
        urls: Sequence[str],
        timeout: float,
        guard: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.guard = guard
        self._clock = clock
        self._lock = threading.Lock()
        self._endpoints = [_Endpoint(url, http_provider(url, timeout)) for url in urls]
        self._order = list(urls)

    @property
    def urls(self) -> list[str]:
        """The addresses in the order in which they are asked now."""
        return [endpoint.url for endpoint in self._by_turn()]

    def prefer(self, urls: Sequence[str]) -> None:
        """Ask in this order from now on."""
        with self._lock:
            self._order = [*urls, *(url for url in self._order if url not in urls)]

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """The answer of the first endpoint that gives one.

        If none does: the reason of one that is away, for that passes; only if all are of another chain, that.
        """
        problems: list[ChainError] = []
        for endpoint in self._by_turn():
            try:
                return self._ask(endpoint, method, params)
            except ChainError as error:
                self._set_aside(endpoint, error)
                problems.append(error)
        raise next((error for error in problems if error.code in _AWAY), problems[0])

    def _ask(self, endpoint: _Endpoint, method: RPCEndpoint, params: Any) -> RPCResponse:
        if not endpoint.known and self.guard is not None:
            self.guard(endpoint.url)
        with chain_errors():
            answer = endpoint.provider.make_request(method, params)
        if not endpoint.known:
            endpoint.known, endpoint.aside_until = True, float("-inf")
        return answer

    def _by_turn(self) -> list[_Endpoint]:
        """Who is well in the preferred order, then who was set aside: the longest ago first."""
        now = self._clock()
        with self._lock:
            place = {url: number for number, url in enumerate(self._order)}
        return sorted(self._endpoints, key=lambda each: (max(each.aside_until - now, 0.0), place[each.url]))

    def _set_aside(self, endpoint: _Endpoint, error: ChainError) -> None:
        if endpoint.known or endpoint.aside_until == float("-inf"):
            logger.warning("chain endpoint %s set aside: %s", endpoint.url, error)
        endpoint.known, endpoint.aside_until = False, self._clock() + ASIDE_SECONDS


def http_provider(url: str, timeout: float) -> HTTPProvider:
    """One endpoint over HTTP that is asked once and given up after `timeout` seconds."""
    # A repeated `eth_sendRawTransaction` is for the worker to decide.
    return HTTPProvider(url, request_kwargs={"timeout": timeout}, exception_retry_configuration=None)
