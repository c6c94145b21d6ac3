"""Whether several members' endpoints show the same ledger, and telling when they do not.

They are compared some blocks below the lowest newest block, because the last blocks of a healthy network differ for
a moment. Equal means: the same block there, and the same last head of our log as of it. Where they differ, no program
can know who is right: it is told, and the endpoints that most members agree with are asked first from then on.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from statistics import median_low
from typing import TYPE_CHECKING, Any, Self

from anchoring.client import ChainClient
from anchoring.endpoints import Endpoints
from protocol.errors import ChainError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from anchoring.deployment import Deployment

logger = logging.getLogger(__name__)

# Blocks below the lowest endpoint's newest: deeper than the forks that a healthy network has.
SETTLED_DEPTH = 3
# Blocks that an endpoint may lag before it counts as one that does not follow the chain any more.
MOST_BEHIND = 30
_EVERY_SECONDS = 5.0

AGREE, ALONE = "agree", "one"


@dataclass(frozen=True, slots=True)
class Agreement:
    """What one look showed. `code` is empty, or the worst of what is to be told, with `values` for its sentence.

    `block` is where was compared. `preferred`: the addresses in the order in which they are to be asked.
    """

    code: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    block: int = 0
    preferred: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """For health pages: `agree`, or the code."""
        return self.code or AGREE


def compare(clients: Sequence[ChainClient], depth: int = SETTLED_DEPTH) -> Agreement:
    """Ask every endpoint (each client has one) and compare. Never raises: who fails is away."""
    urls = [client.urls[0] for client in clients]
    with ThreadPoolExecutor(max(1, len(clients))) as pool:
        heights = dict(zip(urls, pool.map(_height, clients), strict=True))
        answering = {url: height for url, height in heights.items() if height is not None}
        # Not the highest: one that claims a block that there is not would push all others out.
        usual = median_low(answering.values()) if answering else 0
        following = [url for url, height in answering.items() if height >= usual - MOST_BEHIND]
        block = max(0, min((answering[url] for url in following), default=0) - depth)
        asked = [client for client in clients if client.urls[0] in following]
        seen = dict(zip(following, pool.map(lambda client: _seen(client, block), asked), strict=True))
    groups: dict[tuple[bytes, int, bytes], list[str]] = defaultdict(list)
    for url, view in seen.items():
        if view is not None:
            groups[view].append(url)
    newest = max(answering.values(), default=0)
    behind = [url for url, height in answering.items() if height < newest - MOST_BEHIND]
    ordered = sorted(groups.values(), key=lambda group: (-len(group), urls.index(group[0])))
    preferred = tuple(url for group in ordered for url in sorted(group, key=behind.__contains__))
    away = [url for url in urls if url not in preferred and url not in behind]
    if len(ordered) > 1:
        others = ", ".join(url for group in ordered[1:] for url in group)
        told = Agreement("CHAIN_ENDPOINTS_DISAGREE", {"majority": ", ".join(ordered[0]), "others": others})
    elif away:
        told = Agreement("CHAIN_ENDPOINT_AWAY", {"endpoints": ", ".join(away)})
    elif behind:
        told = Agreement("CHAIN_ENDPOINT_BEHIND", {"endpoints": ", ".join(behind), "newest": newest})
    else:
        told = Agreement()
    return replace(told, values={**told.values, "block": block}, block=block, preferred=preferred)


class AgreementWatch:
    """Compares again and again in a thread of its own; logs each change once. Does nothing for one endpoint."""

    def __init__(
        self, client: ChainClient | None, deployment: Deployment | None, every: float = _EVERY_SECONDS
    ) -> None:
        self._provider = client.web3.provider if client else None
        several = client.urls if client and deployment and isinstance(self._provider, Endpoints) else ()
        self._clients = [ChainClient(url, deployment) for url in several] if deployment else []
        self._every = every
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.seen: Agreement | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def state(self) -> str:
        """`one` (there is nothing to compare), `agree`, or the code of what is wrong."""
        return self.seen.state if self.seen else ALONE if not self._clients else AGREE

    @property
    def well(self) -> bool:
        """Whether there is nothing to tell."""
        return self.seen is None or not self.seen.code

    def start(self) -> None:
        """Begin to compare."""
        if self._clients and self._thread is None:
            self._thread = threading.Thread(target=self._run, name="endpoints", daemon=True)
            self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """End after the look at hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def look(self) -> Agreement:
        """Compare once, prefer the endpoints that agree, and log what has changed."""
        found = compare(self._clients)
        if isinstance(self._provider, Endpoints) and found.preferred:
            self._provider.prefer(found.preferred)
        before = self.seen.code if self.seen else ""
        if found.code and found.code != before:
            logger.warning("%s", ChainError(found.code, **found.values))
        elif before and not found.code:
            logger.info("chain endpoints agree again, at block %d", found.block)
        self.seen = found
        return found

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.look()
            except Exception:
                # A watch that died silently would say "agree" for ever.
                logger.exception("endpoints not compared")
            self._stop.wait(self._every)


def _height(client: ChainClient) -> int | None:
    try:
        client.check_identity()
        return client.latest().number
    except ChainError:
        return None


def _seen(client: ChainClient, block: int) -> tuple[bytes, int, bytes] | None:
    """Block hash, seq and hash of the log's last head as of a block; None if the endpoint cannot say."""
    try:
        found = client.block(block).hash
        if block < client.deployment.anchors.block:
            return found, 0, bytes(32)
        with client.errors():
            functions = client.contracts["anchors"].functions
            seq = int(functions.logOf(client.deployment.log_id).call(block_identifier=block)[1])
            if not seq:
                return found, 0, bytes(32)
            head = functions.headAt(client.deployment.log_id, seq).call(block_identifier=block)
            return found, seq, bytes(head[1])
    except ChainError:
        return None
